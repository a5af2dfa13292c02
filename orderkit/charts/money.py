"""What may have to be refunded of what is on its way, beside what claims may bring and brought."""

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.result import draws
from orderkit.analyses.words import count
from orderkit.charts.look import BLUE, GREEN, GREY, INK, RED, drawn, finish
from orderkit.errors import NothingToShow

EXPECTED = "expected never to arrive"
STEPS = {
    "value on the way": ("open_value", "open_parcels", "parcel", GREY),
    "the rules say refund now": ("refund_now", "refund_now_lines", "line", RED),
    EXPECTED: ("expected", None, None, BLUE),
    "claims are open, up to": ("claimable", "claimable_lines", "line", GREEN),
    "claims brought so far": ("brought", None, None, GREEN),
}


@draws("exposure", "money")
def money_at_risk(result, *, currency=None):
    """One currency's way from what is on its way to what is expected never to arrive (90 % range) and what claims may give back.

    currency: by default that of most parcels on the way; amounts of several are never added. Bars stand beside each other and
    are not taken off each other: claims are open for other parcels than those on the way.
    """
    import plotly.graph_objects as go

    totals = result.tables.get("totals", pd.DataFrame(columns=["currency", "open_parcels"]))
    mine = totals if currency is None else totals[totals["currency"] == currency]
    if mine.empty:
        raise NothingToShow(f"There is no money on the way to draw{f' in {currency}' if currency else ''}.")
    row = mine.sort_values("open_parcels", ascending=False, kind="stable").iloc[0]
    steps = _steps(row)
    names, amounts = list(steps), [float(row[column]) for column, *_ in steps.values()]
    labels = [_label(row, *step) for step in steps.values()]
    texts = [drawn(label) for label in labels]
    figure = go.Figure()
    figure.add_bar(
        x=amounts, y=names, orientation="h", marker={"color": [colour for *_, colour in steps.values()]}, text=texts,
        textposition="none", hovertemplate="%{y}: %{text}<extra></extra>",
    )  # fmt: skip
    ends = amounts.copy()
    if EXPECTED in steps:
        ends[names.index(EXPECTED)] = max(float(row["expected"]), float(row["high90"]))
        _range(figure, row)
    words = {"mode": "text", "textposition": "middle right", "cliponaxis": False, "hoverinfo": "skip"}
    figure.add_scatter(x=ends, y=names, text=["  " + text for text in texts], **words)
    title = _title(row)
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(visible=False, range=[0, max(ends) * 1.3 or 1])
    table = pd.DataFrame({"what": names, row["currency"]: [round(amount, 2) for amount in amounts], "label": labels})
    alt = f"Horizontal bars of amounts in {row['currency']}. {title}."
    return finish(figure, title, alt, table, height=100 + 36 * len(names))


def _steps(row):
    """The bars: without what is not known, and without claims where there are none."""
    none = set() if row["claimable_lines"] or row["brought"] else {"claimable", "brought"}
    return {name: step for name, step in STEPS.items() if not pd.isna(row[step[0]]) and step[0] not in none}


def _range(figure, row):
    """The 90 % range of what is expected, as a line over its bar."""
    ends, place = [float(row["low90"]), float(row["high90"])], [EXPECTED, EXPECTED]
    figure.add_scatter(x=ends, y=place, mode="lines", line={"color": INK, "width": 3}, hoverinfo="skip")


def _label(row, column, number, noun, _):
    said = show.money(round(float(row[column]), 2), row["currency"])
    if column == "expected":
        low, high = (show.money(round(float(row[end]), 2), row["currency"]) for end in ("low90", "high90"))
        return f"{said} (90% range {low} to {high})"
    return f"{said} ({count(int(row[number]), noun)})" if number else said


def _title(row):
    if not row["open_parcels"]:
        return f"No parcel with an amount in {row['currency']} is on the way"
    whole = show.money(round(float(row["open_value"]), 2), row["currency"])
    if pd.isna(row["expected"]):
        return f"{whole} on the way; how much of it never arrives is not known"
    return f"{show.money(round(float(row['expected']), 2), row['currency'])} of {whole} on the way is expected never to arrive"
