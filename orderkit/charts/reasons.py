"""Why buyers send things back: groups of reasons, the vital few coloured."""

import html

import pandas as pd

from orderkit.analyses.result import draws
from orderkit.charts.look import BLUE, GREY, finish
from orderkit.errors import NothingToShow
from orderkit.languages import phrase

UNITS = {"returns": "returns", "refunded": "{currency} refunded", "cost": "what returns cost in {currency}"}


@draws("returns")
def return_reasons(result, *, of="returns", currency=None):
    """Groups of return reasons, largest first, with value and running share on the bar; the few that make up 80 % are coloured.

    `of` is returns (counts), or refunded or cost (money; then one currency must be named, because currencies are never added
    up). What a reason costs has the 90 % range of its share of all.
    """
    from orderkit.statistics.shares import shares, vital_few

    frame = getattr(result, "frame", result)
    if of != "returns":
        frame = frame[frame["currency"] == currency]
    parts = frame.groupby("reason")[of].sum().sort_values(ascending=False, kind="stable")
    parts = parts[parts > 0]
    if parts.empty:
        raise NothingToShow(phrase("There is no return to draw: no returns export is loaded, or nothing was sent back."))
    few, running, own = vital_few(parts), shares(parts).cumsum(), shares(parts)
    unit = phrase(UNITS[of], currency=currency) if of != "returns" else phrase(UNITS[of])
    values = [f"{value:,.0f}" if of == "returns" else f"{value:,.2f}" for value in parts]
    labels = [
        phrase("{value}  ({share}; so far {total})", value=value, share=f"{share:.0%}", total=f"{total:.0%}")
        for value, share, total in zip(values, own, running, strict=True)
    ]
    if of == "cost":
        span = frame.set_index("reason").loc[parts.index, ["cost_share", "cost_share_low", "cost_share_high"]].to_numpy()
        labels = [_cost_label(value, *told) for value, told in zip(values, span, strict=True)]
    title, colours = _title(parts, running, int(few.sum()), unit), [BLUE if is_vital else GREY for is_vital in few]
    return ranked(parts, labels, colours, title, unit)


def _cost_label(value, share, low, high):
    return phrase(
        "{value}  ({share} of all, {low} to {high})", value=value, share=f"{share:.0%}", low=f"{low:.0%}", high=f"{high:.0%}"
    )


def _title(parts, running, most, unit):
    if len(parts) == 1:
        return phrase("All {unit}: {reason}", unit=unit, reason=phrase(parts.index[0]).lower())
    return phrase(
        "{most} of {reasons} reasons make up {share} of {unit}", most=most, reasons=len(parts), unit=unit,
        share=f"{running[most - 1]:.0%}",
    )  # fmt: skip


def ranked(parts, labels, colours, title, unit):
    import plotly.graph_objects as go

    reasons = [phrase(name) for name in parts.index]
    names = [html.escape(name) for name in reasons]
    figure = go.Figure()
    figure.add_bar(
        x=[float(value) for value in parts], y=names, orientation="h", marker={"color": colours}, text=labels,
        textposition="outside", cliponaxis=False, hovertemplate="%{y}: %{text}<extra></extra>",
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(visible=False, range=[0, float(parts.max()) * (1.1 + max(map(len, labels)) / 60)])
    amounts = [round(float(value), 2) for value in parts]
    table = pd.DataFrame({phrase("reason"): reasons, unit: amounts, phrase("label"): labels})
    alt = phrase("Horizontal bars, largest first. {title}.", title=title)
    return finish(figure, title, alt, table, height=100 + 30 * len(parts))
