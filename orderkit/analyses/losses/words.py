"""What is said of losses and cover: the headline, which parcels to insure, and how we know."""

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.losses.advice import advice, events_of
from orderkit.analyses.losses.ahead import BASES, CARRIER_NOT_KNOWN, WEEKS_BACK
from orderkit.analyses.losses.classes import round_money
from orderkit.analyses.losses.cover import LIKELY
from orderkit.analyses.losses.rarity import rarity
from orderkit.analyses.words import LEVEL, amounts, count
from orderkit.languages import phrase
from orderkit.statistics.losses.cover import SHARES
from orderkit.statistics.losses.rates import FEW_EVENTS, at_worst

NO_PARCELS = "No parcel that you shipped yourself (FBM) is in the loaded exports."
NO_OUTCOME = "What became of your parcels is not known: a tracking export would tell."


def headline(rows, ahead):
    """The losses so far, and what a year will bring."""
    if not rows:
        return phrase(NO_PARCELS)
    lost, damaged = ([row for row in rows if row["what"] == what] for what in ("lost", "damaged"))
    known = sum(row["known_outcome"] for row in lost)
    if not known:
        return phrase(NO_OUTCOME)
    said = _lost(sum(row["events"] for row in lost), known, _worth(lost))
    if (missing := round(sum(row["expected_on_the_way"] for row in lost))) > 0:
        said += phrase(
            ", and {missing} of {open} on their way will probably never arrive", missing=show.number(missing),
            open=show.number(sum(row["on_the_way"] for row in lost)),
        )  # fmt: skip
    counted = [sum(row[name] for row in lost) for name in ("events_counted", "parcels_counted")]
    sentences = [phrase("{said}: {rate}.", said=said, rate=how_often(*counted))]
    if broken := sum(row["events"] for row in damaged):
        was = "was" if broken == 1 else "were"
        sentences.append(phrase("{parcels} {was} damaged{worth}.", parcels=show.number(broken), was=was, worth=_worth(damaged)))
    return phrase(" ").join([*sentences, *year_ahead(rows, ahead)])


def _lost(events, known, worth):
    """How many of the parcels with a known outcome were lost; the sentence goes on."""
    if known == 1:
        if events:
            return phrase("The one parcel with known outcome was lost{worth}", worth=worth)
        return phrase("The one parcel with known outcome was not lost{worth}", worth=worth)
    if not events:
        return phrase("None of {known} parcels with known outcome was lost{worth}", known=show.number(known), worth=worth)
    return phrase(
        "{events} of {known} parcels with known outcome {was} lost{worth}", events=events, known=show.number(known),
        was="was" if events < 2 else "were", worth=worth,
    )  # fmt: skip


def how_often(events, known):
    """1 in 140; with few events that it is too few to tell, and how bad it could be."""
    rate = rarity(events / known)
    if events >= FEW_EVENTS:
        return rate
    worst = rarity(at_worst(events, known))
    if not events:
        return phrase("too few to tell, at worst {worst}", worst=worst)
    return phrase("too few to tell; {rate}, at worst {worst}", rate=rate, worst=worst)


def year_ahead(rows, ahead):
    """What lost and damaged parcels will cost in a year: expected where there are events enough, and at most in 19 of 20
    years."""
    year = ahead[ahead["span"] == "year"].set_index("currency") if len(ahead) else ahead
    if not len(year):
        return []
    most = _rounded(year["var_95"].to_dict())
    told = {code: year.loc[code, "mean"] for code in year.index if events_of(rows, code) >= FEW_EVENTS}
    if not told:
        few = "At your pace losses should cost at most {most} in 19 of 20 years; what to expect cannot be told from so few."
        return [phrase(few, most=most)]
    about = "At your pace expect losses of about {mean} in a year, at most {most} in 19 of 20 years."
    return [phrase(about, mean=_rounded(told), most=most)]


def how(found, books, ahead, cover, basis, tax, rows, weeks):
    """How we know: denominators, what is not known, the basis of money, the methods."""
    classes = found.classes
    if classes.empty:
        return [phrase("A tracking export, or an order export whose status tells of delivery, would name your parcels.")]
    behind = [text for _, text in advice(rows, cover) if text]
    said = [*behind, *past_cover(weeks), *_what_counts(classes), *_methods(books), _money(books, basis, tax)]
    if above := int(classes["brought_above_value"].sum()):
        twice = phrase(
            "Claims on {parcels} brought more than the parcel was worth: look whether one was paid twice, or is of another "
            "parcel.",
            parcels=count(above, "parcel"),
        )
        said.append(twice)
    if otherwise := int(classes["brought_otherwise"].sum()):
        other = "Claims on {parcels} brought money of another currency than the parcel's: it is not counted."
        said.append(phrase(other, parcels=count(otherwise, "parcel")))
    return said + [part for part in (found.why, *_of_cover(cover)) if part]


def _what_counts(classes):
    """The denominators."""
    sums = classes[["parcels", "delivered", "returned", "lost", "damaged", "open", "unknown"]].sum()
    expected = classes[["open_lost", "open_damaged"]].sum().sum()
    yield phrase(
        "{parcels} that you shipped yourself (FBM): {delivered} delivered, {returned} returned, {lost} lost, {damaged} damaged, "
        "{open} still on the way, of which {expected} are expected never to arrive, {unknown} not known.",
        **{name: show.number(int(number)) for name, number in sums.drop("parcels").items()},
        parcels=count(int(sums["parcels"]), "parcel"), expected=f"{expected:.1f}",
    )  # fmt: skip
    yield phrase(
        "Where no export names the parcel, the lines of an order with one end are one. A rate counts parcels whose outcome is "
        "known, and of those on the way as much as their age tells by now."
    )


def _methods(books):
    yield phrase(
        "Rates: by carrier, service, lane and value band, each drawn towards its carrier's service and this towards all "
        "(hierarchical beta-binomial); below {few} events one rate for all (Jeffreys). Ranges: {level}.",
        few=FEW_EVENTS, level=f"{LEVEL:.0%}",
    )  # fmt: skip
    yield phrase(
        "What is ahead: as many parcels as in the last {weeks} full weeks, of the kinds and amounts of the last 52; lost at "
        "rates drawn once for the whole span, so that a bad year is bad in every week. An accident that hits many parcels at "
        "once is not in it{accident}",
        weeks=WEEKS_BACK, accident=_accident(books),
    )  # fmt: skip


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
    said = phrase(
        "Cover bought so far cost {cost} for {parcels}{priced} and has brought {brought}{foretold}.", cost=cost, brought=brought,
        parcels=count(bought, "parcel"), priced=_priced_by(known, bought), foretold=_foretold(known, currency),
    )  # fmt: skip
    more = int(weeks["insured"].sum()) - bought
    return phrase(" ").join([said, _cost_unknown(more, len(weeks) - len(known))] if more else [said])


def _cost_unknown(parcels, weeks):
    """Of how many parcels the price is not known, and how many weeks are left out for that."""
    more = count(parcels, "more parcel")
    if not weeks:
        return phrase("What cover of {parcels} cost is not known.", parcels=more)
    left = count(weeks, "week")
    return phrase("What cover of {parcels} cost is not known; {weeks} left out for it.", parcels=more, weeks=left)


def _priced_by(weeks, bought):
    """How we know the price: silent where it was told of every parcel."""
    told, named = int(weeks["premium_told"].sum()), phrase(" and ").join(sorted(weeks["tariff"].dropna().unique()))
    if told == bought:
        return ""
    if told:
        return phrase(" ({told} as told, the rest at the prices of {tariffs})", told=show.number(told), tariffs=named)
    return phrase(" (at the prices of {tariffs})", tariffs=named)


def _foretold(weeks, currency):
    """What the model made of the same weeks; it is silent of the first ones, and of those that no tariff is for."""
    model = weeks["expected_brings"]
    if model.isna().all():
        return ""
    foretold, others = (show.money(amount, currency) for amount in (model.sum(), weeks.loc[model.isna(), "brought"].sum()))
    if not model.isna().any():
        return phrase(" (model: {foretold})", foretold=foretold)
    some = " (model: {foretold} for the weeks it can tell; the others brought {others})"
    return phrase(some, foretold=foretold, others=others)


def _accident(books):
    """How the sentence on accidents ends: with the dearest hand-over, where one is known."""
    known = [one for one in books if one.largest and pd.notna(one.largest["value"]) and pd.notna(one.largest["shipped_day"])]
    told = [_hand_over(one.currency, **one.largest) for one in known]
    if not told:
        return phrase(".")
    return phrase("; the dearest hand-over of one day to one carrier was {amounts}.", amounts=phrase(" and ").join(told))


def _hand_over(currency, *, carrier, shipped_day, parcels, value):
    """The parcels that one carrier took on one day."""
    return phrase(
        "{amount} ({parcels}, {carrier}, {day})", amount=round_money(round(value), currency), day=show.day(shipped_day),
        parcels=count(int(parcels), "parcel"), carrier=carrier or phrase(CARRIER_NOT_KNOWN),
    )  # fmt: skip


def _money(books, basis, tax):
    counts = "Money: {basis}; tax in the price counts, per currency."
    without = "Money: {basis}; without the tax in the price, per currency."
    said = [phrase(counts if tax else without, basis=phrase(BASES[basis]))]
    for one in books:
        told = [_without_amount(one)] if one.without_amount else []
        if basis == "refund":
            told += [_fees(one), *_labels(one)]
        if not one.damage_told:
            told.append(phrase("a damaged parcel counts as refunded in full, as bookings tell of too few"))
        if told:
            said.append(phrase("{name}: {said}.", name=one.currency, said=phrase("; ").join(told)))
    return phrase(" ").join(said)


def _without_amount(one):
    return phrase("{parcels} without an amount counted like the others", parcels=count(one.without_amount, "parcel"))


def _fees(one):
    if one.fees_share is None:
        return phrase("the fees given back are not known")
    return phrase("{share} of a refund comes back in fees", share=f"{one.fees_share:.0%}")


def _labels(one):
    if one.labels_unknown >= one.loss.size:
        return [phrase("what labels cost is not known and not in it")]
    free = count(one.labels_unknown, "label")
    return [phrase("{labels} without a price count as free", labels=free)] if one.labels_unknown else []


def _of_cover(cover):
    if not len(cover.offers):
        return
    likely = f"{LIKELY:.0%}"
    yield phrase(
        "Cover: insured from the value on from which its expected payments exceed its price most. What the carrier includes "
        "anyway is taken off first, also from the cost without cover, as far as carriers pay such claims ({share} of them, if "
        "your own do not tell). Cover is called sure where it pays with more than 90 % probability, and not worth it below 10 %.",
        share=likely,
    )
    for row in cover.offers.itertuples():
        if row.paid_share_from == "assumed":
            yield phrase(
                "{tariff}: nobody told which share of claims is paid; {share} is taken, and the answer looked at from {low} to "
                "{high}. Add paid_share to the tariffs file.",
                tariff=row.tariff, share=likely, low=f"{SHARES[0]:.0%}", high=f"{SHARES[-1]:.0%}",
            )  # fmt: skip
        if row.faults:
            yield phrase(
                "{tariff} ({currency}): {faults}; parcels without a step count as not insured.", tariff=row.tariff,
                currency=row.currency, faults=row.faults,
            )  # fmt: skip


def _rounded(totals):
    """Amounts without cents."""
    return phrase(" and ").join(round_money(round(amount), code) for code, amount in sorted(totals.items()))


def _worth(rows):
    worth = amounts({row["currency"]: row["value"] for row in rows})
    unpriced = sum(row["events_without_value"] for row in rows)
    said = phrase(", worth {amounts}", amounts=worth) if worth else ""
    return said + (phrase(" ({parcels} without an amount)", parcels=show.number(unpriced)) if unpriced else "")
