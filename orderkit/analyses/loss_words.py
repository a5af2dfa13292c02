"""What is said of losses and cover: the headline, which parcels to insure, and how we know."""

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.loss_ahead import BASES, WEEKS_BACK
from orderkit.analyses.loss_classes import round_money
from orderkit.analyses.loss_cover import DEPENDS, LIKELY
from orderkit.analyses.words import LEVEL, amounts, count
from orderkit.statistics.losses.cover import INSURE, NOT, SHARES
from orderkit.statistics.losses.rates import FEW_EVENTS, at_worst
from orderkit.statistics.losses.recommend import ALL, GROUPS, NONE
from orderkit.statistics.rates import one_in

NO_PARCELS = "No parcel that you shipped yourself (FBM) is in the loaded exports."
NO_OUTCOME = "What became of your parcels is not known: a tracking export would tell."
MOST = 3  # services named in a sentence


def headline(rows, ahead, cover):
    """The losses so far, what a year will bring, and which parcels to insure."""
    if not rows:
        return NO_PARCELS
    lost, damaged = ([row for row in rows if row["what"] == what] for what in ("lost", "damaged"))
    known, events = sum(row["known_outcome"] for row in lost), sum(row["events"] for row in lost)
    if not known:
        return NO_OUTCOME
    among = f"{known:,} parcels with known outcome" if known > 1 else "the one parcel with known outcome"
    said = f"{events or 'None'} of {among} {'was' if events < 2 else 'were'} lost{_worth(lost)}: {how_often(events, known)}."
    if broken := sum(row["events"] for row in damaged):
        said += f" {broken:,} {'was' if broken == 1 else 'were'} damaged{_worth(damaged)}."
    return " ".join([said, *year_ahead(rows, ahead), *(first for first, _ in advice(rows, cover))])


def how_often(events, known):
    """1 in 140; with few events that it is too few to tell, and how bad it could be."""
    rate = one_in(events / known)
    if events >= FEW_EVENTS:
        return rate
    worst = one_in(at_worst(events, known))
    return f"too few to tell; {rate}, at worst {worst}" if events else f"too few to tell, at worst {worst}"


def year_ahead(rows, ahead):
    """What lost and damaged parcels will cost in a year: expected where there are events enough, and at most in 19 of 20 years."""
    year = ahead[ahead["span"] == "year"].set_index("currency") if len(ahead) else ahead
    if not len(year):
        return []
    most = year["var_95"].to_dict()
    told = {code: year.loc[code, "mean"] for code in year.index if _events(rows, code) >= FEW_EVENTS}
    worst = f"at most {_rounded(most)} in 19 of 20 years"
    if not told:
        return [f"At your pace losses should cost {worst}; what to expect cannot be told from so few."]
    return [f"At your pace expect losses of about {_rounded(told)} in a year, {worst}."]


def advice(rows, cover):
    """Which parcels to insure: a pair per currency, the answer and what stands behind it (may be empty)."""
    offers = cover.offers
    said = [_of_currency(code, own, cover, rows) for code, own in offers.groupby("currency", sort=True)] if len(offers) else []
    for code, (fair, low, high) in cover.fair.items():
        if not len(offers) or code not in set(offers["currency"]):
            said.append((_no_tariff(code, fair, low, high, rows), ""))
    return said + [(f"A tariff in {code} is loaded, but no parcel has amounts in {code}.", "") for code in cover.without_parcels]


def _of_currency(currency, offers, cover, rows):
    """The best offer of a currency in words. Of few events the plain bound comes first."""
    best = offers.sort_values(["saves", "probability"]).iloc[-1]
    name = f"{best['tariff']}{f', the best of {len(offers)} tariffs' if len(offers) > 1 else ''}"
    if pd.isna(best["pays_above"]):
        return f"{best['tariff']} has no step for any of your parcels in {currency}, so nothing can be said of it.", ""
    answer, bound, now = _answer(best, name, cover, currency), _bound(best, rows, currency), _now(best, currency)
    return (f"{bound} {answer}", now) if _events(rows, currency) < FEW_EVENTS else (answer, f"{bound} {now}".strip())


def _answer(best, name, cover, currency):
    if best["verdict"] == DEPENDS:
        return (
            f"Whether {name}, pays depends on how many claims it pays, which nobody has told: from {SHARES[0]:.0%} to {SHARES[-1]:.0%} "
            "the answer changes."
        )
    if best["verdict"] == NOT:
        return f"Do not insure your {currency} parcels with {name}: it costs more than it brings."
    if best["way"] == NONE:
        return f"Insuring {currency} parcels with {name}, probably does not pay ({best['probability']:.0%} that it does)."
    start = "Insure" if best["verdict"] == INSURE else "It may pay to insure"
    return f"{start} {_which(best, cover, currency)} with {name}: {_saves(best, currency)}."


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
    return ", ".join(named) + (f" and {count(len(own) - MOST, 'more service')}" if len(own) > MOST else "")


def _saves(best, currency):
    premium, brings, saves = (round_money(round(best[name]), currency) for name in ("premium", "brings", "saves"))
    return (
        f"about {premium} a year buys cover that should bring {brings}, so {saves} is saved "
        f"({best['probability']:.0%} sure that it pays)"
    )


def _bound(best, rows, currency):
    """The plain bound: how often parcels would have to be lost for cover to pay at all, and how often they are."""
    own = [row for row in rows if row["currency"] == currency]
    known, events = max(row["known_outcome"] for row in own), _events(rows, currency)
    at = f"for a parcel of {show.money(best['pays_at'], currency)}"
    needed = one_in(best["pays_above"])
    if events < FEW_EVENTS:
        yours = f"you lost {one_in(events / known) if events else f'none of {known:,}'}"
        worst = one_in(at_worst(events, known))
        return f"Too few losses to tell: {best['tariff']} pays only if more than {needed} is lost or damaged ({at}); {yours}, at worst {worst}."
    return (
        f"{best['tariff']} pays at best ({best['nearest']}, {at}) if more than {needed} is lost or damaged; there it is "
        f"{one_in(best['rate'])}, at worst {one_in(best['rate_high'])}."
    )


def _now(best, currency):
    """What the present practice costs more than the best one."""
    if pd.isna(best["cost_now"]) or not best["insured_now"] or best["cost_now"] - best["cost"] < 0.02 * best["cost"]:
        return ""
    more = round_money(round(best["cost_now"] - best["cost"]), currency)
    return f"Insuring as you do now ({best['insured_now']:,.0f} parcels a year) would cost {more} a year more."


def _no_tariff(currency, fair, low, high, rows):
    few = "Too few losses to tell well. " if _events(rows, currency) < FEW_EVENTS else ""
    return few + (
        f"No price list for cover in {currency} is loaded (tariffs.csv): cover is worth at most {show.money(fair, currency)} for each "
        f"{round_money(100, currency)} of value ({show.money(low, currency)} to {show.money(high, currency)}), if every claim is paid."
    )


def how(found, books, ahead, cover, basis, tax, rows):
    """How we know: denominators, what is not known, the basis of money, the methods."""
    classes = found.classes
    if classes.empty:
        return ["A tracking export, or an order export whose status tells of delivery, would name your parcels."]
    sums = classes[["parcels", "delivered", "returned", "lost", "damaged", "open", "unknown"]].sum()
    expected = classes[["open_lost", "open_damaged"]].sum().sum()
    behind = [text for _, text in advice(rows, cover) if text]
    said = behind + [
        f"{count(int(sums['parcels']), 'parcel')} that you shipped yourself (FBM): {sums['delivered']:,} delivered, "
        f"{sums['returned']:,} returned, {sums['lost']:,} lost, {sums['damaged']:,} damaged, {sums['open']:,} still on the way, of "
        f"which {expected:.1f} are expected never to arrive, {sums['unknown']:,} not known.",
        "A rate counts parcels whose outcome is known, and of those on the way as much as their age tells by now.",
        f"Rates: by carrier, service, lane and value band, each drawn towards its carrier's service and this towards all "
        f"(hierarchical beta-binomial); below {FEW_EVENTS} events one rate for all (Jeffreys). Ranges: {LEVEL:.0%}.",
        f"What is ahead: as many parcels as in the last {WEEKS_BACK} full weeks, of the kinds and amounts of the last 52; lost at "
        "rates drawn once for the whole span, so that a bad year is bad in every week. An accident that hits many parcels at once is "
        f"not in it{_accident(books)}",
        _money(books, basis, tax),
    ]
    return said + [part for part in (found.why, *_of_cover(cover)) if part]


def _accident(books):
    told = [
        f"{round_money(round(one.largest['value']), one.currency)} ({count(int(one.largest['parcels']), 'parcel')}, "
        f"{one.largest['carrier'] or 'carrier not known'}, {show.day(one.largest['shipped_day'])})"
        for one in books
        if one.largest and pd.notna(one.largest["value"]) and pd.notna(one.largest["shipped_day"])
    ]
    return f"; the dearest hand-over of one day to one carrier was {' and '.join(told)}." if told else "."


def _money(books, basis, tax):
    said = f"Money: {BASES[basis]}; {'tax in the price counts' if tax else 'without the tax in the price'}, per currency."
    for one in books:
        told = [f"{count(one.without_amount, 'parcel')} without an amount left out"] if one.without_amount else []
        if basis == "refund":
            fees = (
                "the fees given back are not known"
                if one.fees_share is None
                else f"{one.fees_share:.0%} of a refund comes back in fees"
            )
            told += [
                fees,
                *([f"{count(one.labels_unknown, 'label')} without a price count as free"] if one.labels_unknown else []),
            ]
        if not one.damage_told:
            told.append("a damaged parcel counts as refunded in full, as bookings tell of too few")
        if told:
            said += f" {one.currency}: {'; '.join(told)}."
    return said


def _of_cover(cover):
    if not len(cover.offers):
        return []
    said = [
        "Cover: insured from the value on from which its expected payments exceed its price most; what the carrier includes anyway is "
        "taken off first. It is called sure where it pays with more than 90 % probability, and not worth it below 10 %."
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


def _events(rows, currency):
    return sum(row["events"] for row in rows if row["currency"] == currency)


def _rounded(totals):
    """Amounts without cents."""
    return " and ".join(round_money(round(amount), code) for code, amount in sorted(totals.items()))


def _worth(rows):
    worth = amounts({row["currency"]: row["value"] for row in rows})
    unpriced = sum(row["events_without_value"] for row in rows)
    return (f", worth {worth}" if worth else "") + (f" ({unpriced:,} without an amount)" if unpriced else "")
