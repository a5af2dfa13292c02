"""What is said of losses and cover: the headline, which parcels to insure, and how we know."""

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.losses.advice import advice, events_of
from orderkit.analyses.losses.ahead import BASES, CARRIER_NOT_KNOWN, WEEKS_BACK
from orderkit.analyses.losses.classes import round_money
from orderkit.analyses.losses.cover import LIKELY
from orderkit.analyses.words import LEVEL, amounts, count
from orderkit.statistics.losses.cover import SHARES
from orderkit.statistics.losses.rates import FEW_EVENTS, at_worst
from orderkit.statistics.rates import one_in

NO_PARCELS = "No parcel that you shipped yourself (FBM) is in the loaded exports."
NO_OUTCOME = "What became of your parcels is not known: a tracking export would tell."


def headline(rows, ahead):
    """The losses so far, and what a year will bring."""
    if not rows:
        return NO_PARCELS
    lost, damaged = ([row for row in rows if row["what"] == what] for what in ("lost", "damaged"))
    known, events = sum(row["known_outcome"] for row in lost), sum(row["events"] for row in lost)
    if not known:
        return NO_OUTCOME
    among = f"{known:,} parcels with known outcome" if known > 1 else "the one parcel with known outcome"
    said = f"{events or 'None'} of {among} {'was' if events < 2 else 'were'} lost{_worth(lost)}"
    if known == 1:
        said = f"The one parcel with known outcome was {'' if events else 'not '}lost{_worth(lost)}"
    if (missing := round(sum(row["expected_on_the_way"] for row in lost))) > 0:
        said += f", and {missing:,} of {sum(row['on_the_way'] for row in lost):,} on their way will probably never arrive"
    counted = [sum(row[name] for row in lost) for name in ("events_counted", "parcels_counted")]
    said += f": {how_often(*counted)}."
    if broken := sum(row["events"] for row in damaged):
        said += f" {broken:,} {'was' if broken == 1 else 'were'} damaged{_worth(damaged)}."
    return " ".join([said, *year_ahead(rows, ahead)])


def how_often(events, known):
    """1 in 140; with few events that it is too few to tell, and how bad it could be."""
    rate = one_in(events / known)
    if events >= FEW_EVENTS:
        return rate
    worst = one_in(at_worst(events, known))
    return f"too few to tell; {rate}, at worst {worst}" if events else f"too few to tell, at worst {worst}"


def year_ahead(rows, ahead):
    """What lost and damaged parcels will cost in a year: expected where there are events enough, and at most in 19 of 20
    years."""
    year = ahead[ahead["span"] == "year"].set_index("currency") if len(ahead) else ahead
    if not len(year):
        return []
    most = year["var_95"].to_dict()
    told = {code: year.loc[code, "mean"] for code in year.index if events_of(rows, code) >= FEW_EVENTS}
    worst = f"at most {_rounded(most)} in 19 of 20 years"
    if not told:
        return [f"At your pace losses should cost {worst}; what to expect cannot be told from so few."]
    return [f"At your pace expect losses of about {_rounded(told)} in a year, {worst}."]


def how(found, books, ahead, cover, basis, tax, rows, weeks):
    """How we know: denominators, what is not known, the basis of money, the methods."""
    classes = found.classes
    if classes.empty:
        return ["A tracking export, or an order export whose status tells of delivery, would name your parcels."]
    sums = classes[["parcels", "delivered", "returned", "lost", "damaged", "open", "unknown"]].sum()
    expected = classes[["open_lost", "open_damaged"]].sum().sum()
    behind = [text for _, text in advice(rows, cover) if text]
    said = [
        *behind,
        *past_cover(weeks),
        f"{count(int(sums['parcels']), 'parcel')} that you shipped yourself (FBM): {sums['delivered']:,} delivered, "
        f"{sums['returned']:,} returned, {sums['lost']:,} lost, {sums['damaged']:,} damaged, {sums['open']:,} still on the way, "
        f"of which {expected:.1f} are expected never to arrive, {sums['unknown']:,} not known.",
        "Where no export names the parcel, the lines of an order with one end are one. A rate counts parcels whose outcome is "
        "known, and of those on the way as much as their age tells by now.",
        f"Rates: by carrier, service, lane and value band, each drawn towards its carrier's service and this towards all "
        f"(hierarchical beta-binomial); below {FEW_EVENTS} events one rate for all (Jeffreys). Ranges: {LEVEL:.0%}.",
        f"What is ahead: as many parcels as in the last {WEEKS_BACK} full weeks, of the kinds and amounts of the last 52; lost "
        "at rates drawn once for the whole span, so that a bad year is bad in every week. An accident that hits many parcels at "
        f"once is not in it{_accident(books)}",
        _money(books, basis, tax),
    ]
    if above := int(classes["brought_above_value"].sum()):
        said.append(
            f"Claims on {count(above, 'parcel')} brought more than the parcel was worth: look whether one was paid twice, or is "
            "of another parcel."
        )
    if otherwise := int(classes["brought_otherwise"].sum()):
        said.append(
            f"Claims on {count(otherwise, 'parcel')} brought money of another currency than the parcel's: it is not counted."
        )
    return said + [part for part in (found.why, *_of_cover(cover)) if part]


def past_cover(weeks):
    """What the cover bought so far cost and has brought: a sentence per currency, where its price is known for some week."""
    insured = weeks[weeks["insured"] > 0]
    return [said for code, own in insured.groupby("currency", sort=True) if (said := _past_cover(own, code))]


def _past_cover(weeks, currency):
    known = weeks[weeks["premium"].notna()]
    bought = int((known["insured"] - known["premium_unknown"]).sum())
    if not bought:
        return ""
    cost, brought = (show.money(known[name].sum(), currency) for name in ("premium", "brought"))
    said = f"Cover bought so far cost {cost} for {count(bought, 'parcel')}{_priced_by(known, bought)} and has brought {brought}"
    said += f"{_foretold(known, currency)}."
    if more := int(weeks["insured"].sum()) - bought:
        said += f" What cover of {count(more, 'more parcel')} cost is not known"
        said += f"; {count(len(weeks) - len(known), 'week')} left out for it." if len(known) < len(weeks) else "."
    return said


def _priced_by(weeks, bought):
    """How we know the price: silent where it was told of every parcel."""
    told, named = int(weeks["premium_told"].sum()), " and ".join(sorted(weeks["tariff"].dropna().unique()))
    if told == bought:
        return ""
    return f" ({told:,} as told, the rest at the prices of {named})" if told else f" (at the prices of {named})"


def _foretold(weeks, currency):
    """What the model made of the same weeks; it is silent of the first ones, and of those that no tariff is for."""
    model = weeks["expected_brings"]
    if model.isna().all():
        return ""
    foretold, others = (show.money(amount, currency) for amount in (model.sum(), weeks.loc[model.isna(), "brought"].sum()))
    return f" (model: {foretold}{f' for the weeks it can tell; the others brought {others}' if model.isna().any() else ''})"


def _accident(books):
    told = [
        f"{round_money(round(one.largest['value']), one.currency)} ({count(int(one.largest['parcels']), 'parcel')}, "
        f"{one.largest['carrier'] or CARRIER_NOT_KNOWN}, {show.day(one.largest['shipped_day'])})"
        for one in books
        if one.largest and pd.notna(one.largest["value"]) and pd.notna(one.largest["shipped_day"])
    ]
    return f"; the dearest hand-over of one day to one carrier was {' and '.join(told)}." if told else "."


def _money(books, basis, tax):
    said = f"Money: {BASES[basis]}; {'tax in the price counts' if tax else 'without the tax in the price'}, per currency."
    for one in books:
        told = [f"{count(one.without_amount, 'parcel')} without an amount counted like the others"] if one.without_amount else []
        if basis == "refund":
            told += [_fees(one), *_labels(one)]
        if not one.damage_told:
            told.append("a damaged parcel counts as refunded in full, as bookings tell of too few")
        if told:
            said += f" {one.currency}: {'; '.join(told)}."
    return said


def _fees(one):
    known = one.fees_share is not None
    return f"{one.fees_share:.0%} of a refund comes back in fees" if known else "the fees given back are not known"


def _labels(one):
    if one.labels_unknown >= one.loss.size:
        return ["what labels cost is not known and not in it"]
    return [f"{count(one.labels_unknown, 'label')} without a price count as free"] if one.labels_unknown else []


def _of_cover(cover):
    if not len(cover.offers):
        return []
    said = [
        "Cover: insured from the value on from which its expected payments exceed its price most. What the carrier includes "
        "anyway is taken off first, also from the cost without cover, as far as carriers pay such claims "
        f"({LIKELY:.0%} of them, if your own do not tell). Cover is called sure where it pays with more than 90 % probability, "
        "and not worth it below 10 %."
    ]
    for row in cover.offers.itertuples():
        if row.paid_share_from == "assumed":
            said.append(
                f"{row.tariff}: nobody told which share of claims is paid; {LIKELY:.0%} is taken, and the answer looked at from "
                f"{SHARES[0]:.0%} to {SHARES[-1]:.0%}. Add paid_share to the tariffs file."
            )
        if row.faults:
            said.append(f"{row.tariff} ({row.currency}): {row.faults}; parcels without a step count as not insured.")
    return said


def _rounded(totals):
    """Amounts without cents."""
    return " and ".join(round_money(round(amount), code) for code, amount in sorted(totals.items()))


def _worth(rows):
    worth = amounts({row["currency"]: row["value"] for row in rows})
    unpriced = sum(row["events_without_value"] for row in rows)
    return (f", worth {worth}" if worth else "") + (f" ({unpriced:,} without an amount)" if unpriced else "")
