"""Which parcels to insure, in words: the answer by currency, the plain bound behind it, what the present practice costs."""

import pandas as pd

from orderkit import languages
from orderkit.analyses import show
from orderkit.analyses.losses.ahead import WEEKS_BACK
from orderkit.analyses.losses.classes import round_money
from orderkit.analyses.losses.cover import DEPENDS
from orderkit.analyses.losses.rarity import group_said, rarity
from orderkit.analyses.words import count, sure
from orderkit.languages import phrase
from orderkit.statistics.losses.cover import INSURE, NOT, SHARES
from orderkit.statistics.losses.rates import FEW_EVENTS, at_worst
from orderkit.statistics.losses.recommend import ALL, GROUPS, NONE

MOST = 3  # services named in a sentence


def events_of(rows, currency):
    """Lost and damaged parcels of a currency, those on their way as far as their age tells."""
    return sum(row["events_counted"] for row in rows if row["currency"] == currency)


def advice(rows, cover):
    """Which parcels to insure: a pair per currency, the answer and what stands behind it (may be empty)."""
    offers = cover.offers
    said = [_of_currency(code, own, cover, rows) for code, own in offers.groupby("currency", sort=True)] if len(offers) else []
    for code, (fair, low, high) in cover.fair.items():
        if not len(offers) or code not in set(offers["currency"]):
            said.append((_no_tariff(code, fair, low, high, rows, cover), ""))
    said += [(_no_parcels(code, rows), "") for code in cover.without_parcels]
    return said + [(text, "") for _, wrong in sorted(cover.refused.items()) for text in wrong]


def _of_currency(currency, offers, cover, rows):
    """The best offer of a currency in words. Of few events the plain bound comes first."""
    best = offers.sort_values(["saves", "probability"], na_position="first").iloc[-1]  # without a step for any: the last resort
    told = {"tariff": _named(best, len(offers)), "currency": currency}
    if pd.isna(best["probability"]):
        none = "{tariff} has no step for any of your parcels in {currency}, so nothing can be said of it."
        return phrase(none, currency=currency, tariff=best["tariff"]), ""
    now = _now(best, currency)
    if pd.isna(best["pays_above"]):
        left = (
            "Do not insure your {currency} parcels with {tariff}: after its deductible, what the carrier includes anyway and the "
            "work of a claim it pays nothing on any of them."
        )
        return phrase(left, **told), now
    few = events_of(rows, currency) < FEW_EVENTS
    answer, bound = _answer(best, told, cover, few), _bound(best, rows, currency)
    first, behind = (phrase(" ").join(part for part in parts if part) for parts in ((bound, answer), (bound, now)))
    return (first, now) if few else (answer, behind)


def _named(best, offers):
    if offers == 1:
        return best["tariff"]
    return phrase("{tariff} (the best of {offers} tariffs)", tariff=best["tariff"], offers=offers)


def _answer(best, told, cover, few):
    """told: the tariff as it is named in the sentence, and the currency."""
    if best["verdict"] == DEPENDS:
        return phrase(
            "Whether to insure with {tariff}: that hangs on the share of claims it pays, which nobody told; between {low} and "
            "{high} it changes.",
            tariff=told["tariff"], low=f"{SHARES[0]:.0%}", high=f"{SHARES[-1]:.0%}",
        )  # fmt: skip
    if best["verdict"] == NOT:
        return phrase("Do not insure your {currency} parcels with {tariff}: it costs more than it brings.", **told)
    if best["way"] == NONE:
        return phrase(
            "Insuring {currency} parcels with {tariff} probably does not pay ({sure} that it does).",
            sure=sure(best["probability"]), **told,
        )  # fmt: skip
    currency = told["currency"]
    asked = {"which": _which(best, cover, currency), "tariff": told["tariff"], "saves": _saves(best, currency, few)}
    if best["saves"] < 0:
        return phrase("For the sake of bad years, insure {which} with {tariff}: {saves}.", **asked)
    if best["verdict"] == INSURE:
        return phrase("Insure {which} with {tariff}: {saves}.", **asked)
    return phrase("It may pay to insure {which} with {tariff}: {saves}.", **asked)


def _which(best, cover, currency):
    """Parcels from $240; or by service, each from its value."""
    if best["way"] == ALL:
        return phrase("all parcels")
    if best["way"] != GROUPS:
        return phrase("parcels worth {value} or more", value=show.money(best["from_value"], currency))
    groups = cover.groups
    own = groups[(groups["tariff"] == best["tariff"]) & (groups["currency"] == currency) & groups["from_value"].notna()]
    own = own.sort_values("gain", ascending=False)
    named = [
        phrase("{service} from {value}", service=group_said(row.group), value=show.money(row.from_value, currency))
        for row in own.head(MOST).itertuples()
    ]
    return languages.listed([*named, count(len(own) - MOST, "more service")] if len(own) > MOST else named)


def _saves(best, currency, few):
    """What cover costs and saves; of few losses not what it saves, which is as little known as what to expect of them."""
    premium, brings, saves = (round_money(round(best[name]), currency) for name in ("premium", "brings", "saves"))
    told = {"premium": premium, "sure": sure(best["probability"])}
    if few:
        return phrase("about {premium} a year ({sure} sure that it pays); what it saves cannot be told from so few", **told)
    if best["saves"] < 0:
        dearer = (
            "about {premium} a year buys cover that should bring {brings}; the {more} more is what cheaper bad years cost "
            "({sure} sure that it pays)"
        )
        return phrase(dearer, brings=brings, more=round_money(round(-best["saves"]), currency), **told)
    return phrase(
        "about {premium} a year buys cover that should bring {brings}, so {saves} is saved ({sure} sure that it pays)",
        brings=brings, saves=saves, **told,
    )  # fmt: skip


def _bound(best, rows, currency):
    """The plain bound: how often parcels would have to be lost for cover to pay at all, and how often they are."""
    own = [row for row in rows if row["currency"] == currency]
    known, events = max(row["parcels_counted"] for row in own), events_of(rows, currency)
    needed = {"tariff": best["tariff"], "needed": rarity(best["pays_above"]), "value": show.money(best["pays_at"], currency)}
    if events >= FEW_EVENTS:
        return phrase(
            "{tariff} pays at best ({service}, for a parcel of {value}) if more than {needed} is lost or damaged; there it is "
            "{rate}, at worst {worst}.",
            service=group_said(best["nearest"]), rate=rarity(best["rate"]), worst=rarity(best["rate_high"]), **needed,
        )  # fmt: skip
    worst = rarity(at_worst(events, known))
    if not events:
        return phrase(
            "Too few losses to tell: {tariff} pays only if more than {needed} is lost or damaged (for a parcel of {value}); you "
            "lost none of {known}, at worst {worst}.",
            known=f"{known:,.0f}", worst=worst, **needed,
        )  # fmt: skip
    return phrase(
        "Too few losses to tell: {tariff} pays only if more than {needed} is lost or damaged (for a parcel of {value}); you lost "
        "{rate}, at worst {worst}.",
        rate=rarity(events / known), worst=worst, **needed,
    )  # fmt: skip


def _now(best, currency):
    """What the present practice costs more than the best one."""
    if pd.isna(best["cost_now"]) or not best["insured_now"] or best["cost_now"] - best["cost"] < 0.02 * best["cost"]:
        return ""
    more = round_money(round(best["cost_now"] - best["cost"]), currency)
    now = f"{best['insured_now']:,.0f}"
    return phrase("Insuring as you do now ({parcels} parcels a year) would cost {more} a year more.", parcels=now, more=more)


def _no_parcels(currency, rows):
    """Why a tariff cannot be held against parcels of its currency."""
    own, told = [row for row in rows if row["currency"] == currency], {"currency": currency}
    if not own:
        return phrase("A tariff in {currency} is loaded, but no parcel has amounts in {currency}.", **told)
    if not own[0]["known_outcome"]:
        return phrase("A tariff in {currency} is loaded, but of no parcel in {currency} is the outcome known.", **told)
    if not (own[0]["parcels_a_week"] or 0) > 0:
        return phrase(
            "A tariff in {currency} is loaded, but no order in {currency} is of the last {weeks} full weeks, so that nobody can "
            "tell how many parcels are ahead.",
            weeks=WEEKS_BACK, **told,
        )  # fmt: skip
    return phrase("A tariff in {currency} is loaded, but no parcel has amounts in {currency} on this basis.", **told)


def _no_tariff(currency, fair, low, high, rows, cover):
    few = [phrase("Too few losses to tell well.")] if events_of(rows, currency) < FEW_EVENTS else []
    worth = phrase(
        "{lacking}: cover is worth about {fair} for each {hundred} of value ({low} to {high}), if every claim is paid.",
        lacking=_lacking(currency, cover), fair=show.money(fair, currency), hundred=round_money(100, currency),
        low=show.money(low, currency), high=show.money(high, currency),
    )  # fmt: skip
    return phrase(" ").join([*few, worth])


def _lacking(currency, cover):
    if currency in cover.refused:
        return phrase("No price list for cover in {currency} can be used", currency=currency)
    if currency in cover.later:
        later = "The price list for cover in {currency} (tariffs.csv) holds from {day} on"
        return phrase(later, currency=currency, day=show.day(cover.later[currency]))
    return phrase("No price list for cover in {currency} is loaded (tariffs.csv)", currency=currency)
