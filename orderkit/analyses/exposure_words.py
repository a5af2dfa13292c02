"""The words of exposure: how much is late and open, what it may cost, what is not known, and how we know.

`noun` is what is counted, line or order: every figure says its own.
"""

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.at_risk import CLAIMS
from orderkit.analyses.words import LEVEL, amounts, count, per_cent
from orderkit.formats import formats

COUNTED = {
    "line": "Counted: lines that you ship yourself (FBM), past the promised day of the marketplace, on their way or not shipped.",
    "order": "Counted: orders that you ship yourself (FBM), once each and as late as their latest line, past the promised day of "
    "the marketplace, on their way or not shipped.",
}
MONEY = {
    "line": "Money: goods and shipping less promotions as exported, per currency; refunds already given are not taken off yet.",
    "order": "Money: goods and shipping less promotions as exported, of all lines of an order but those cancelled, per currency; "
    "refunds already given are not taken off yet.",
}


def headline(sums, totals, unknown, noun):
    """What is past the promised day and open, and its money; or what would tell."""
    if not sums["shipped_lines"] and not sums["waiting_to_ship"]:
        return "No order that you ship yourself (FBM) is in the loaded exports."
    if sums["promise_not_known"] == sums["shipped_lines"] and not sums["past_promise"] and sums["shipped_lines"]:
        return "Nothing can be called late: no export with promised dates is loaded; the Amazon Order report has them."
    if sums["past_promise"]:
        said = f"{count(sums['past_promise'], noun)} past the promised day and not delivered"
        said += f": {amounts(totals)} in refunds at risk" if amounts(totals) else ""
        said += f" ({count(sums['lines_without_value'], noun)} without an amount)" if sums["lines_without_value"] else ""
    else:
        said = f"No {noun} is known to be past the promised day and still open"
    if sums["past_promise_not_known"]:
        worth = f" ({amounts(unknown)})" if amounts(unknown) else ""
        further = count(sums["past_promise_not_known"], f"further {noun}")
        said += f"; whether {further}{worth} past the day arrived is not known"
    return said + "."


def foretold(totals):
    """What is expected never to arrive of what is on its way, with its range; nothing where there is no model."""
    said = [
        f"{show.money(row['expected'], row['currency'])} ({show.money(row['low90'], row['currency'])} to "
        f"{show.money(row['high90'], row['currency'])})"
        for row in totals.to_dict("records")
        if row["open_parcels"] and not pd.isna(row["expected"])
    ]
    if not said:
        return ""
    parcels = int(totals["open_parcels"].sum())
    return f" Of {count(parcels, 'parcel')} on the way, {' and '.join(said)} is expected never to arrive (90 % range)."


def how(sums, noun):
    """What is counted, of how many it is known, and which export would tell the rest."""
    late, arrived = sums["arrived_late"], sums["arrived"]
    share = f" ({per_cent(late / arrived)}; the table has {LEVEL:.0%} Wilson intervals by marketplace)" if arrived else ""
    shipped, dark = (count(sums[name], f"shipped {noun}") for name in ("shipped_lines", "delivery_not_known"))
    said = [
        COUNTED[noun],
        MONEY[noun],
        f"Of {shipped}, {arrived:,} arrived on a known day with a known promise, {late:,} of them late{share}.",
        f"Not known for {dark} when they arrived: a tracking export would tell, save for parcels that have no tracking.",
        f"Not known for {sums['promise_not_known']:,} of them what was promised: the Amazon Order report would tell.",
    ]
    if sums["waiting_to_ship"]:
        said.append(
            f"{count(sums['waiting_to_ship'], noun)} waiting to be shipped; {sums['past_ship_by']:,} past the ship-by day; "
            f"the ship-by day of {sums['ship_by_not_known']:,} is not known."
        )
    return said


def _refund_now(some, worth, _):
    return f"The rules say to refund {some} now, {worth}: not in what is expected."


def _claimable(some, worth, row):
    known = not pd.isna(row["brought"])
    got = f"; so far such claims brought {show.money(row['brought'], row['currency'])}" if known else ""
    return f"Claims with carriers or insurers are open for {some}, up to {worth}{got}."


def _worth(row, name, noun):
    """The amount of a row, and how many have none."""
    worth, without = show.money(row[name], row["currency"]), row[f"{name}_without_value"]
    return worth + (f" ({count(without, noun)} without an amount)" if without else "")


def how_foretold(risk, noun):
    """What the rules refund now, how the chances were found, what claims may bring and brought, or which export would tell."""
    for row in risk.totals.to_dict("records"):
        for name, said in (("refund_now", _refund_now), ("claimable", _claimable)):
            if row[f"{name}_{noun}s"]:
                yield said(count(row[f"{name}_{noun}s"], noun), _worth(row, name, noun), row)
        if row["open_without_value"]:
            parcels = count(row["open_without_value"], "parcel")
            yield f"{parcels} on the way without an amount ({row['currency'] or 'currency not known'}): in no sum."
    if risk.totals["brought"].isna().any():
        told = formats()[CLAIMS]
        yield f"What claims with carriers and insurers brought is not known: {told.title} would tell ({told.unlocks})."
    if risk.model is None:
        yield f"No chance to arrive is told: {risk.why}"
        return
    parcels, lost = (int(risk.model.strata[name].sum()) for name in ("parcels", "lost"))
    yield (
        f"The chance never to arrive comes from {parcels:,} parcels with tracking, {lost:,} of them lost or not seen after "
        f"{risk.model.horizon} days: competing risks by carrier, service and lane, thin ones pooled. Ranges hold chance and "
        "what is not known of these rates."
    )
