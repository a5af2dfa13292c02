"""Which parcels to insure, in words: the answer by currency, the plain bound behind it, what the present practice costs."""

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.losses.ahead import WEEKS_BACK
from orderkit.analyses.losses.classes import round_money
from orderkit.analyses.losses.cover import DEPENDS
from orderkit.analyses.words import count, sure
from orderkit.statistics.losses.cover import INSURE, NOT, SHARES
from orderkit.statistics.losses.rates import FEW_EVENTS, at_worst
from orderkit.statistics.losses.recommend import ALL, GROUPS, NONE
from orderkit.statistics.rates import one_in

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
    name = f"{best['tariff']}{f' (the best of {len(offers)} tariffs)' if len(offers) > 1 else ''}"
    if pd.isna(best["probability"]):
        return f"{best['tariff']} has no step for any of your parcels in {currency}, so nothing can be said of it.", ""
    now = _now(best, currency)
    if pd.isna(best["pays_above"]):
        left = "after its deductible, what the carrier includes anyway and the work of a claim it pays nothing on any of them"
        return f"Do not insure your {currency} parcels with {name}: {left}.", now
    few = events_of(rows, currency) < FEW_EVENTS
    answer, bound = _answer(best, name, cover, currency, few), _bound(best, rows, currency)
    return (f"{bound} {answer}", now) if few else (answer, f"{bound} {now}".strip())


def _answer(best, name, cover, currency, few):
    if best["verdict"] == DEPENDS:
        between = f"between {SHARES[0]:.0%} and {SHARES[-1]:.0%}"
        return (
            f"Whether to insure with {name}: that hangs on the share of claims it pays, which nobody told; {between} it changes."
        )
    if best["verdict"] == NOT:
        return f"Do not insure your {currency} parcels with {name}: it costs more than it brings."
    if best["way"] == NONE:
        return f"Insuring {currency} parcels with {name} probably does not pay ({sure(best['probability'])} that it does)."
    start = "Insure" if best["verdict"] == INSURE else "It may pay to insure"
    if best["saves"] < 0:
        start = "For the sake of bad years, insure"
    return f"{start} {_which(best, cover, currency)} with {name}: {_saves(best, currency, few)}."


def _which(best, cover, currency):
    """Parcels from $240; or by service, each from its value."""
    if best["way"] == ALL:
        return "all parcels"
    if best["way"] != GROUPS:
        return f"parcels worth {show.money(best['from_value'], currency)} or more"
    groups = cover.groups
    own = groups[(groups["tariff"] == best["tariff"]) & (groups["currency"] == currency) & groups["from_value"].notna()]
    own = own.sort_values("gain", ascending=False)
    named = [f"{row.group} from {show.money(row.from_value, currency)}" for row in own.head(MOST).itertuples()]
    return _joined(named, len(own) - MOST)


def _joined(names, more):
    """A, B and C; A, B, C and 2 more services."""
    last = count(more, "more service") if more > 0 else names.pop()
    return f"{', '.join(names)} and {last}" if names else last


def _saves(best, currency, few):
    """What cover costs and saves; of few losses not what it saves, which is as little known as what to expect of them."""
    premium, brings, saves = (round_money(round(best[name]), currency) for name in ("premium", "brings", "saves"))
    certain, price = f"({sure(best['probability'])} sure that it pays)", f"about {premium} a year"
    if few:
        return f"{price} {certain}; what it saves cannot be told from so few"
    if best["saves"] < 0:
        more = round_money(round(-best["saves"]), currency)
        return f"{price} buys cover that should bring {brings}; the {more} more is what cheaper bad years cost {certain}"
    return f"{price} buys cover that should bring {brings}, so {saves} is saved {certain}"


def _bound(best, rows, currency):
    """The plain bound: how often parcels would have to be lost for cover to pay at all, and how often they are."""
    own = [row for row in rows if row["currency"] == currency]
    known, events = max(row["parcels_counted"] for row in own), events_of(rows, currency)
    at = f"for a parcel of {show.money(best['pays_at'], currency)}"
    needed = one_in(best["pays_above"])
    if events < FEW_EVENTS:
        yours = f"you lost {one_in(events / known) if events else f'none of {known:,.0f}'}"
        worst = one_in(at_worst(events, known))
        pays = f"{best['tariff']} pays only if more than {needed} is lost or damaged ({at})"
        return f"Too few losses to tell: {pays}; {yours}, at worst {worst}."
    pays = f"{best['tariff']} pays at best ({best['nearest']}, {at}) if more than {needed} is lost or damaged"
    return f"{pays}; there it is {one_in(best['rate'])}, at worst {one_in(best['rate_high'])}."


def _now(best, currency):
    """What the present practice costs more than the best one."""
    if pd.isna(best["cost_now"]) or not best["insured_now"] or best["cost_now"] - best["cost"] < 0.02 * best["cost"]:
        return ""
    more = round_money(round(best["cost_now"] - best["cost"]), currency)
    return f"Insuring as you do now ({best['insured_now']:,.0f} parcels a year) would cost {more} a year more."


def _no_parcels(currency, rows):
    """Why a tariff cannot be held against parcels of its currency."""
    own = [row for row in rows if row["currency"] == currency]
    why = f"no parcel has amounts in {currency}{' on this basis' if own else ''}"
    if own and not own[0]["known_outcome"]:
        why = f"of no parcel in {currency} is the outcome known"
    elif own and not (own[0]["parcels_a_week"] or 0) > 0:
        why = f"no order in {currency} is of the last {WEEKS_BACK} full weeks, so that nobody can tell how many parcels are ahead"
    return f"A tariff in {currency} is loaded, but {why}."


def _no_tariff(currency, fair, low, high, rows, cover):
    few = "Too few losses to tell well. " if events_of(rows, currency) < FEW_EVENTS else ""
    lacking = f"No price list for cover in {currency} is loaded (tariffs.csv)"
    if currency in cover.refused:
        lacking = f"No price list for cover in {currency} can be used"
    elif currency in cover.later:
        lacking = f"The price list for cover in {currency} (tariffs.csv) holds from {show.day(cover.later[currency])} on"
    worth = f"cover is worth about {show.money(fair, currency)} for each {round_money(100, currency)} of value"
    return f"{few}{lacking}: {worth} ({show.money(low, currency)} to {show.money(high, currency)}), if every claim is paid."
