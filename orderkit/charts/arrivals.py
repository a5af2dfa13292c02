"""How long parcels take by carrier, and where those on the way stand."""

import numpy as np
import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.result import draws
from orderkit.analyses.words import count
from orderkit.charts.look import BLUE, GREEN, GREY, NO_CARRIER, ORANGE, PINK, RED, SKY, drawn, finish, headed, pale
from orderkit.errors import NothingToShow
from orderkit.languages import ended, joined, phrase

COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY)  # of as many carriers; RED is for what is late
ALL, UNKNOWN = "all carriers", NO_CARRIER
NEARLY_ALL = 0.99  # of the arrivals lie within the days shown
TOLD = (3, 7, 14)  # days after which the table tells the share delivered
SMALLEST, LARGEST = 8, 20  # pixels across a parcel's mark
ALT = (
    "Lines of the share of parcels delivered by days since hand-over, one per carrier, with 90% ranges; the parcels on the way "
    "are marks at their age, larger where more money is in them."
)
TOO_FEW = "There is no arrival curve to draw: too few deliveries are known with their day. A tracking export would tell them."
ENDS = {"arrive in the end": "delivered", "at least": "delivered_low", "at most": "delivered_high"}


@draws("exposure", "arrivals")
def arrival_curve(result):
    """The share delivered by days since hand-over, a line per carrier with its 90 % range; the parcels on the way at their age.

    At most five carriers have lines, those with most on the way first; a parcel of another carrier stands on the line of all.
    Marks are larger where more money is in them, within their currency, and red where the promised day has passed.
    """
    import plotly.graph_objects as go

    model, parcels = result.tables.get("model"), result.tables.get("parcels")
    if model is None:
        raise NothingToShow(phrase(TOO_FEW))
    parcels = parcels.assign(line=_names(parcels[model.by[0]]), late=parcels["days_past_deliver_by"].gt(0).fillna(False))
    curves = _curves(model, parcels)
    parcels["line"] = parcels["line"].where(parcels["line"].isin(list(curves)), ALL)
    span = _span(curves, parcels, model.horizon)
    figure = go.Figure()
    for name, colour in zip(curves, [*COLOURS[: len(curves) - 1], GREY], strict=True):
        if name != ALL or (parcels["line"] == ALL).any() or len(curves) == 1:
            _line(figure, name, curves[name].head(span + 1), colour)
    _marks(figure, parcels, curves, span)
    title = _title(curves[ALL], parcels)
    figure.update_xaxes(title=phrase("days since hand-over to the carrier"), range=[-0.4, span + 0.8])
    figure.update_yaxes(title=phrase("share delivered"), range=[0, 1.04], tickformat=".0%")
    alt = joined([phrase(ALT), ended(title)], "sentences")
    figure.update_layout(legend_itemsizing="constant")
    done = finish(figure, title, alt, headed(_table(model, curves, parcels)), height=420, legend=True)
    return done.update_yaxes(showgrid=True, gridcolor=pale(GREY, 0.25))


def _names(carriers):
    return carriers.astype(object).where(carriers.notna(), UNKNOWN)


def _curves(model, parcels):
    """The course of each carrier that has a line, by name; that of all parcels last."""
    carriers = model.parents.iloc[:-1]
    open_now = parcels["line"].value_counts()
    known = pd.DataFrame({"name": _names(carriers[model.by[0]]), "parcels": carriers["parcels"]})
    known = known.assign(open=known["name"].map(open_now).fillna(0), node=len(model.strata) + np.arange(len(known)))
    first = known.sort_values(["open", "parcels"], ascending=False, kind="stable").head(len(COLOURS))
    curves = {row.name: model.curve(row.node) for row in first.itertuples(index=False)}
    return curves | {ALL: model.curve(len(model.strata) + len(known))}


def _span(curves, parcels, horizon):
    """The last day shown: nearly all arrivals and every parcel on the way lie before it, the oldest on the horizon."""
    ends = [_within(curve, NEARLY_ALL) for curve in curves.values()]
    oldest = int(parcels["age_days"].max()) if len(parcels) else 0
    return min(horizon, max([oldest + 1, *ends]))


def _within(curve, share):
    """The day by which a share of those that arrive have come."""
    delivered = curve["delivered"].to_numpy()
    return int(np.argmax(delivered >= share * delivered[-1]))


def _line(figure, name, curve, colour):
    days, low, high = (curve[column].tolist() for column in ("day", "delivered_low", "delivered_high"))
    label = drawn(_said(name))
    hover = phrase("{line}: {share} delivered after {days} days", line=label, share="%{y:.1%}", days="%{x}")
    figure.add_scatter(
        x=days + days[::-1], y=high + low[::-1], fill="toself", fillcolor=pale(colour, 0.16), line={"width": 0}, mode="lines",
        hoverinfo="skip", showlegend=False, legendgroup=label,
    )  # fmt: skip
    figure.add_scatter(
        x=days, y=curve["delivered"].tolist(), mode="lines", name=label, legendgroup=label,
        line={"color": colour, "width": 2.5, "dash": "dot" if name == ALL else "solid"},
        hovertemplate=f"{hover}<extra></extra>",
    )  # fmt: skip


def _marks(figure, parcels, curves, span):
    """The parcels on the way: one mark per line, age, currency and whether late."""
    for late, name, colour, symbol in ((False, "on the way", GREY, "circle"), (True, "past the promised day", RED, "diamond")):
        mine = parcels[parcels["late"] == late]
        if mine.empty:
            continue
        marks = mine.groupby(["line", "age_days", "currency"], dropna=False, as_index=False).agg(
            parcels=("value", "size"), value=("value", lambda values: values.astype(float).sum())
        )
        marks["x"] = marks["age_days"].clip(upper=span)
        height = [float(curves[row.line]["delivered"].iloc[row.x]) for row in marks.itertuples()]
        figure.add_scatter(
            x=marks["x"].tolist(), y=height, mode="markers", name=phrase(name), text=[_words(row) for row in marks.itertuples()],
            marker={
                "symbol": symbol, "size": _sizes(marks, parcels), "sizemode": "diameter", "color": pale(colour, 0.45),
                "line": {"color": colour, "width": 1.5},
            },
            hovertemplate="%{text}<extra></extra>", cliponaxis=False,
        )  # fmt: skip


def _sizes(marks, parcels):
    """Areas grow with the money, against the most of any mark in the same currency: currencies are never compared."""
    keys = ["line", "age_days", "late", "currency"]
    sums = parcels.assign(value=parcels["value"].astype(float)).groupby(keys, dropna=False)["value"].sum()
    most = sums.groupby("currency", dropna=False).max()
    share = marks["value"] / marks["currency"].map(most).where(lambda value: value > 0)
    return (SMALLEST + (LARGEST - SMALLEST) * np.sqrt(share.fillna(0).clip(0, 1))).round(1).tolist()


def _words(mark):
    parcels, value = count(mark.parcels, "parcel"), show.money(round(mark.value, 2), mark.currency)
    told = {"line": _said(mark.line), "days": count(int(mark.age_days), "day"), "parcels": parcels, "money": value}
    return drawn(phrase("{line}, {days} on the way: {parcels}, {money}", **told))


def _said(name):
    """The name of a line: a carrier's own, or words of ours."""
    return phrase(name) if name in (ALL, UNKNOWN) else str(name)


def _title(curve, parcels):
    said = phrase("19 of 20 that arrive come within {days}", days=count(_within(curve, 0.95), "day"))
    late, still = int(parcels["late"].sum()), len(parcels)
    if not still:
        return joined([said, phrase("no parcel is on the way")], "clauses")
    told = {"late": f"{late:,}", "parcels": count(still, "parcel"), "is": "is" if late == 1 else "are"}
    return joined([said, phrase("{late} of {parcels} on the way {is} past the promised day", **told)], "clauses")


def _table(model, curves, parcels):
    """One row per line: how many, how long, how sure, how many of them are on the way."""
    sizes = dict(zip(_names(model.parents[model.by[0]]).tolist()[:-1], model.parents["parcels"], strict=False))
    rows = []
    for name, curve in curves.items():
        mine = parcels if name == ALL else parcels[parcels["line"] == name]
        after = {
            phrase("delivered after {days} days", days=day): curve["delivered"].iloc[min(day, model.horizon)] for day in TOLD
        }
        end = {title: curve[column].iloc[-1] for title, column in ENDS.items()}
        rows.append({
            "carrier": _said(name), "parcels": int(sizes.get(name, model.parents["parcels"].iloc[-1])),
            "half arrive within days": _within(curve, 0.5), "19 of 20 within days": _within(curve, 0.95),
            **{title: round(float(share), 4) for title, share in (after | end).items()},
            "on the way": len(mine), "past the promised day": int(mine["late"].sum()),
        })  # fmt: skip
    return pd.DataFrame(rows)
