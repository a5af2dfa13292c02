"""The words of exposure: how much is late and open, what it may cost, what is not known, and how we know.

`noun` is what is counted, line or order: every figure says its own.
"""

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.at_risk import CLAIMS
from orderkit.analyses.words import LEVEL, amounts, count, per_cent
from orderkit.formats import formats
from orderkit.languages import between, ended, joined, phrase

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


SHIPPED = {"line": "shipped line", "order": "shipped order"}
FURTHER = {"line": "further line", "order": "further order"}
NONE_LATE = {
    "line": "No line is known to be past the promised day and still open",
    "order": "No order is known to be past the promised day and still open",
}
LATE = {  # by whether the money is known, and whether some have no amount
    (False, False): "{things} past the promised day and not delivered",
    (False, True): "{things} past the promised day and not delivered ({some} without an amount)",
    (True, False): "{things} past the promised day and not delivered: {money} in refunds at risk",
    (True, True): "{things} past the promised day and not delivered: {money} in refunds at risk ({some} without an amount)",
}


def headline(sums, totals, unknown, noun):
    """What is past the promised day and open, and its money; or what would tell."""
    if not sums["shipped_lines"] and not sums["waiting_to_ship"]:
        return phrase("No order that you ship yourself (FBM) is in the loaded exports.")
    if sums["promise_not_known"] == sums["shipped_lines"] and not sums["past_promise"] and sums["shipped_lines"]:
        return phrase("Nothing can be called late: no export with promised dates is loaded; the Amazon Order report has them.")
    said = _late(sums, amounts(totals), noun) if sums["past_promise"] else phrase(NONE_LATE[noun])
    return ended(joined([said, _unseen(sums, amounts(unknown), noun)], "clauses"))


def _late(sums, money, noun):
    """How many are late and open, what they are worth, and how many have no amount."""
    things, without = (count(sums[name], noun) for name in ("past_promise", "lines_without_value"))
    told = {"things": things} | ({"money": money} if money else {}) | ({"some": without} if sums["lines_without_value"] else {})
    return phrase(LATE["money" in told, "some" in told], **told)


def _unseen(sums, money, noun):
    """Those past their day of which nobody knows whether they arrived; "" of none."""
    if not sums["past_promise_not_known"]:
        return ""
    things = count(sums["past_promise_not_known"], FURTHER[noun])
    if not money:
        return phrase("whether {things} past the day arrived is not known", things=things)
    return phrase("whether {things} ({money}) past the day arrived is not known", things=things, money=money)


def foretold(totals):
    """What is expected never to arrive of what is on its way, with its range; nothing where there is no model."""
    told = [row for row in totals.to_dict("records") if row["open_parcels"] and not pd.isna(row["expected"])]
    if not told:
        return ""
    parcels, money = count(int(totals["open_parcels"].sum()), "parcel"), between("and").join(map(_ranged, told))
    text = "Of {parcels} on the way, {money} is expected never to arrive (90 % range)."
    return phrase(text, parcels=parcels, money=money)


def _ranged(row):
    """What is expected never to arrive, with its range."""
    money, low, high = (show.money(row[name], row["currency"]) for name in ("expected", "low90", "high90"))
    return phrase("{money} ({low} to {high})", money=money, low=low, high=high)


def how(sums, noun):
    """What is counted, of how many it is known, and which export would tell the rest."""
    dark, unsaid = count(sums["delivery_not_known"], SHIPPED[noun]), f"{sums['promise_not_known']:,}"
    said = [
        phrase(COUNTED[noun]),
        phrase(MONEY[noun]),
        _arrived(sums, noun),
        phrase(
            "Not known for {things} when they arrived: a tracking export would tell, save for parcels that have no tracking.",
            things=dark,
        ),
        phrase("Not known for {n} of them what was promised: the Amazon Order report would tell.", n=unsaid),
    ]
    if sums["waiting_to_ship"]:
        text = "{things} waiting to be shipped; {late} past the ship-by day; the ship-by day of {dark} is not known."
        late, dark = (f"{sums[name]:,}" for name in ("past_ship_by", "ship_by_not_known"))
        said.append(phrase(text, things=count(sums["waiting_to_ship"], noun), late=late, dark=dark))
    return said


def _arrived(sums, noun):
    """How many arrived, how many of them late, and which share that is."""
    late, arrived, shipped = sums["arrived_late"], sums["arrived"], count(sums["shipped_lines"], SHIPPED[noun])
    told = {"shipped": shipped, "arrived": f"{arrived:,}", "late": f"{late:,}"}
    if not arrived:
        return phrase("Of {shipped}, {arrived} arrived on a known day with a known promise, {late} of them late.", **told)
    return phrase(
        "Of {shipped}, {arrived} arrived on a known day with a known promise, {late} of them late ({share}; the table has "
        "{level} Wilson intervals by marketplace).",
        share=per_cent(late / arrived), level=f"{LEVEL:.0%}", **told,
    )  # fmt: skip


def _refund_now(some, worth, _):
    return phrase("The rules say to refund {things} now, {money}: not in what is expected.", things=some, money=worth)


def _claimable(some, worth, row):
    if pd.isna(row["brought"]):
        return phrase("Claims with carriers or insurers are open for {things}, up to {money}.", things=some, money=worth)
    text = "Claims with carriers or insurers are open for {things}, up to {money}; so far such claims brought {got}."
    return phrase(text, things=some, money=worth, got=show.money(row["brought"], row["currency"]))


def _worth(row, name, noun):
    """The amount of a row, and how many have none."""
    worth, without = show.money(row[name], row["currency"]), row[f"{name}_without_value"]
    if not without:
        return worth
    return phrase("{money} ({things} without an amount)", money=worth, things=count(without, noun))


def how_foretold(risk, noun):
    """What the rules refund now, how the chances were found, what claims may bring and brought, or which export would tell."""
    for row in risk.totals.to_dict("records"):
        for name, said in (("refund_now", _refund_now), ("claimable", _claimable)):
            if row[f"{name}_{noun}s"]:
                yield said(count(row[f"{name}_{noun}s"], noun), _worth(row, name, noun), row)
        if row["open_without_value"]:
            parcels = count(row["open_without_value"], "parcel")
            currency = row["currency"] or phrase("currency not known")
            yield phrase("{parcels} on the way without an amount ({currency}): in no sum.", parcels=parcels, currency=currency)
    if risk.totals["brought"].isna().any():
        told = formats()[CLAIMS]
        text = "What claims with carriers and insurers brought is not known: {export} would tell ({unlocks})."
        yield phrase(text, export=phrase(told.title), unlocks=phrase(told.unlocks))
    if risk.model is None:
        yield phrase("No chance to arrive is told: {why}", why=risk.why)
        return
    parcels, lost = (f"{int(risk.model.strata[name].sum()):,}" for name in ("parcels", "lost"))
    yield phrase(
        "The chance never to arrive comes from {parcels} parcels with tracking, {lost} of them lost or not seen after {days} "
        "days: competing risks by carrier, service and lane, thin ones pooled. Ranges hold chance and what is not known of "
        "these rates.",
        parcels=parcels,
        lost=lost,
        days=risk.model.horizon,
    )
