"""The words of account health: verdicts that leave the decision to Amazon's own page, what is not known, and how we know."""

import pandas as pd

from orderkit.analyses.words import LEVEL, count, per_cent
from orderkit.formats import formats
from orderkit.languages import between, joined, phrase
from orderkit.statistics.health import MOST_ORDERS

NAMES = {
    "late_shipment": "late shipment", "cancel": "cancelled before shipping", "tracking": "valid tracking",
    "on_time": "on-time delivery", "order_defect": "order defects",
}  # fmt: skip
ASKS = {  # the exports that tell what a rate needs, best first
    "late_shipment": ("tracking", "amazon_order_report", "amazon_late_shipments"),
    "cancel": ("amazon_all_orders", "amazon_account_health"),
    "tracking": ("tracking", "amazon_shipping_performance"),
    "on_time": ("amazon_order_report", "tracking", "amazon_shipping_performance"),
    "order_defect": ("amazon_feedback", "amazon_settlement_v2", "amazon_mfn_returns"),
}
FLOOR = (
    "The chance of order defects is a floor: chargebacks and claims that took no money from you are in no export. Nor is it told "
    "whether Amazon denied a claim, which it then does not count."
)
COUNTED = "Counted: orders that you ship yourself (FBM), once each, in days of the marketplace (amazon.com: US Pacific)."
MEANT = (
    "Late shipment: confirmed after the ship-by day; the window is by ship-by day. Cancelled: by day of the order; of the "
    "buyer's own requests alone it is told who cancelled, so for the rest there is only an at most. Valid tracking: shipped "
    "with a number; by day of the confirmation. On-time delivery: arrived by the promised day, before an extension where told; "
    "what is lost or still under way after it is a miss; orders without tracking are in no on-time rate; by promised day. "
    "Order defects: by day of the order, one per order."
)
RECKONED = (
    "Rates are of orders with a known outcome, with {level} Wilson intervals. Left before it: how many more defects the limit "
    "leaves, reckoned exactly; at worst: if all that is not known were defects."
)
CHANCE = (
    "Chance to break it next week: the orders that stay in the window, and as many new ones as in the last 4 weeks with "
    "Poisson spread, whose rate varies as it did from week to week (beta-binomial, last 12 weeks or as many as there are, "
    "never surer than {n} orders). Orders past their ship-by day count as late in it."
)
LIMITS = "Limits and windows: the rules {rules}, reviewed on {day}; certainty A: Amazon's own text was read, B: two pages agree."
BESIDE = "Amazon says, your files say"
BELOW = "below the limit by your files; Amazon's own page decides"
OVER = "over the limit by your files; Amazon's own page decides"


def held_to(limit):
    """A limit in words: under 4 %, at least 95 %, with its certainty where that is not the best."""
    said = phrase("at least {share}" if limit.at_least else "under {share}", share=f"{limit.percent.normalize():f}%")
    return said if limit.certainty == "A" else phrase("{limit} (certainty {certainty})", limit=said, certainty=limit.certainty)


def verdict(row, *, fewest, whole):
    """What a row says, never more than its figures carry."""
    known = row["orders"] - row["unknown"]
    if not row["orders"]:
        return phrase("no order in these days")
    if row["rate"] != "cancel" and not known:
        return phrase("not known; {exports}", exports=asks(row["rate"]))
    if row["unknown"] > known:
        return phrase("not known for most orders; {exports}", exports=asks(row["rate"]))
    if (row["orders"] if row["rate"] == "cancel" else known) < fewest:
        return phrase("too few orders to tell (under {n})", n=fewest)
    if row["left"] < 0:
        return phrase(BELOW if row["must"] == "at least" else OVER)
    if not whole:
        return phrase("defects known so far are within the limit; feedback or bookings are not loaded")
    if row["left_at_worst"] < 0:
        orders = count(row["unknown"], "unknown order")
        return phrase("within the limit by what is known; {orders} could change that", orders=orders)
    return phrase("within the limit by your files; Amazon's own page decides")


def asks(rate):
    """Which exports would tell a rate, with what each unlocks."""
    known = formats()
    return between("and").join(_would_tell(known[name]) for name in ASKS[rate][:2])


def _would_tell(export):
    return phrase("{export} would tell ({unlocks})", export=phrase(export.title), unlocks=phrase(export.unlocks))


def headline(days, rows):
    """One sentence: the rates past their limit by the files, else the one that is nearest to it."""
    if days.empty:
        return phrase("No order that you ship yourself (FBM) is in the loaded exports; {exports}.", exports=asks("cancel"))
    told = [row for row in rows if not pd.isna(row["left"])]
    if not rows:
        return phrase("No limit is known for the marketplaces of these orders.")
    if not told:
        if all("too few" in row["verdict"] or not row["orders"] for row in rows):
            return phrase("Too few orders to tell how your account stands.")
        return phrase("How your account stands is not known: {exports}.", exports=asks("on_time"))
    broken = [row for row in told if row["left"] < 0]
    if broken:
        rates = joined(map(_named, broken), "commas")
        return phrase("Past the limit by your files: {rates}; Amazon's own page decides.", rates=rates)
    nearest = min(told, key=lambda row: (row["left"], row["most"]))
    among = count(len(told), "rate")
    text = "None of {rates} is past its limit by your files; nearest: {rate}, {room}; Amazon's own page decides."
    return phrase(text, rates=among, rate=_named(nearest), room=_room(nearest))


def _named(row):
    return phrase(
        "{rate} over {days} days on {marketplace} ({n} of {all})",
        rate=phrase(NAMES[row["rate"]]), days=row["over_days"], marketplace=row["marketplace"], n=f"{row['defects']:,}",
        all=f"{row['orders'] - row['unknown'] * (row['rate'] != 'cancel'):,}",
    )  # fmt: skip


def _room(row):
    if not row["left"]:
        return phrase("not one more before the limit")
    return phrase("{n} more before the limit", n=f"{row['left']:,}")


def side_by_side(rows):
    """A frame of the rates of which Amazon says something: marketplace, rate, days, both figures, and why they may differ."""
    told = [
        {
            "marketplace": row["marketplace"], "rate": phrase(NAMES[row["rate"]]),
            "days": phrase("{first} to {second}", first=row["amazon_from"], second=row["amazon_to"]),
            "Amazon says": _figure(row["amazon_share"], row["amazon_count"], row["amazon_of"]),
            "your files say": _figure(row["same_days_share"], row["same_days_defects"], row["same_days_orders"], row["must"]),
            "why they may differ": row["why"],
        }
        for row in rows
        if not pd.isna(row["amazon_share"])
    ]  # fmt: skip
    return pd.DataFrame(told, columns=["marketplace", "rate", "days", "Amazon says", "your files say", "why they may differ"])


def _figure(share, events, of, must=None):
    """3.2% (32 of 1,000); of a rate that must be reached the events of our own figures are misses."""
    if pd.isna(of) or pd.isna(events):
        return phrase("not told") if pd.isna(share) else per_cent(share)
    some, among = f"{int(of - events if must == 'at least' else events):,}", f"{int(of):,}"
    if pd.isna(share):
        return phrase("at least {some} of {all}", some=some, all=among)
    return phrase("{share} ({some} of {all})", share=per_cent(share), some=some, all=among)


def how(days, windows, rows, pack, whole):
    """The sentences of How we know."""
    if days.empty:
        told = [(phrase(name), asks(rate)) for rate, name in NAMES.items()]
        return [phrase("{rate}: {exports}.", rate=f"{name[:1].upper()}{name[1:]}", exports=exports) for name, exports in told]
    return [
        phrase(COUNTED),
        phrase(MEANT),
        phrase(RECKONED, level=f"{LEVEL:.0%}"),
        phrase(CHANCE, n=MOST_ORDERS),
        phrase(LIMITS, rules=pack.name, day=pack.reviewed),
        *_gaps(days, windows, rows, whole),
    ]


def _gaps(days, windows, rows, whole):
    """What is missing: limits, sources of defects, marketplaces, lags, overdue orders."""
    limited = {(window.marketplace, window.rate) for window in windows}
    for site in sorted(days["marketplace"].dropna().unique()):
        lacking = [phrase(name) for rate, name in NAMES.items() if (site, rate) not in limited]
        if lacking:
            yield phrase("No limit is known for {marketplace} for: {rates}.", marketplace=site, rates=joined(lacking, "commas"))
    nameless = int(days.loc[(days["rate"] == "cancel") & days["marketplace"].isna(), "orders"].sum())
    if nameless:
        verb = {"is": "is" if nameless == 1 else "are"}
        yield phrase("{orders} without a marketplace {is} in no rate.", orders=count(nameless, "order"), **verb)
    if any(not window.whole for window in windows):
        yield phrase("Order defects are those known so far: {exports}.", exports=asks("order_defect"))
    if any(row["rate"] == "order_defect" and not pd.isna(row["chance_next_week"]) for row in rows):
        yield phrase(FLOOR)
    for site in sorted({window.marketplace for window in windows if window.limit.lag is None}):
        text = (
            "By how many days the window of on-time delivery lies back on {marketplace}, no source tells: as many as elsewhere."
        )
        yield phrase(text, marketplace=site)
    overdue = int(days["overdue"].sum())
    if overdue:
        orders = count(overdue, "order")
        yield phrase("{orders} past the ship-by day and not confirmed: each counts as late once it is.", orders=orders)
    if not any(not pd.isna(row["amazon_share"]) for row in rows):
        yield phrase("What Amazon says: not loaded; {exports}.", exports=_would_tell(formats()["amazon_account_health"]))
