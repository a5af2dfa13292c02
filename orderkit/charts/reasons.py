"""Why buyers send things back: groups of reasons, the vital few coloured."""

import html

import pandas as pd

from orderkit.analyses.result import draws
from orderkit.charts.look import BLUE, GREY, finish
from orderkit.errors import NothingToShow


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
        raise NothingToShow("There is no return to draw: no returns export is loaded, or nothing was sent back.")
    few, running, own = vital_few(parts), shares(parts).cumsum(), shares(parts)
    unit = {"returns": "returns", "refunded": f"{currency} refunded", "cost": f"what returns cost in {currency}"}[of]
    most = int(few.sum())
    title = (
        f"{most} of {len(parts)} reasons make up {running[most - 1]:.0%} of {unit}"
        if len(parts) > 1
        else f"All {unit}: {parts.index[0].lower()}"
    )
    values = [f"{value:,.0f}" if of == "returns" else f"{value:,.2f}" for value in parts]
    labels = [f"{value}  ({share:.0%}; so far {total:.0%})" for value, share, total in zip(values, own, running, strict=True)]
    if of == "cost":
        span = frame.set_index("reason").loc[parts.index, ["cost_share", "cost_share_low", "cost_share_high"]].to_numpy()
        labels = [
            f"{value}  ({share:.0%} of all, {low:.0%} to {high:.0%})"
            for value, (share, low, high) in zip(values, span, strict=True)
        ]
    return ranked(parts, labels, [BLUE if is_vital else GREY for is_vital in few], title, unit)


def ranked(parts, labels, colours, title, unit):
    import plotly.graph_objects as go

    names = [html.escape(name) for name in parts.index]
    figure = go.Figure()
    figure.add_bar(
        x=[float(value) for value in parts], y=names, orientation="h", marker={"color": colours}, text=labels,
        textposition="outside", cliponaxis=False, hovertemplate="%{y}: %{text}<extra></extra>",
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(visible=False, range=[0, float(parts.max()) * (1.1 + max(map(len, labels)) / 60)])
    table = pd.DataFrame({"reason": list(parts.index), unit: [round(float(value), 2) for value in parts], "label": labels})
    return finish(figure, title, f"Horizontal bars, largest first. {title}.", table, height=100 + 30 * len(parts))
