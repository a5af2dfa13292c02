"""The words of account health: verdicts that leave the decision to Amazon's own page, what is not known, and how we know."""

import pandas as pd

from orderkit.analyses.words import LEVEL, count, per_cent
from orderkit.formats import formats
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
BESIDE = "Amazon says, your files say"
DECIDES = "Amazon's own page decides"


def held_to(limit):
    """A limit in words: under 4 %, at least 95 %, with its certainty where that is not the best."""
    said = f"{'at least' if limit.at_least else 'under'} {limit.percent.normalize():f}%"
    return said if limit.certainty == "A" else f"{said} (certainty {limit.certainty})"


def verdict(row, *, fewest, whole):
    """What a row says, never more than its figures carry."""
    known, past = row["orders"] - row["unknown"], "below" if row["must"] == "at least" else "over"
    if not row["orders"]:
        return "no order in these days"
    if row["rate"] != "cancel" and not known:
        return f"not known; {asks(row['rate'])}"
    if row["unknown"] > known:
        return f"not known for most orders; {asks(row['rate'])}"
    if (row["orders"] if row["rate"] == "cancel" else known) < fewest:
        return f"too few orders to tell (under {fewest})"
    if row["left"] < 0:
        return f"{past} the limit by your files; {DECIDES}"
    if not whole:
        return "defects known so far are within the limit; feedback or bookings are not loaded"
    if row["left_at_worst"] < 0:
        return f"within the limit by what is known; {count(row['unknown'], 'unknown order')} could change that"
    return f"within the limit by your files; {DECIDES}"


def asks(rate):
    """Which exports would tell a rate, with what each unlocks."""
    known = formats()
    return " and ".join(f"{known[name].title} would tell ({known[name].unlocks})" for name in ASKS[rate][:2])


def headline(days, rows):
    """One sentence: the rates past their limit by the files, else the one that is nearest to it."""
    if days.empty:
        return f"No order that you ship yourself (FBM) is in the loaded exports; {asks('cancel')}."
    told = [row for row in rows if not pd.isna(row["left"])]
    if not rows:
        return "No limit is known for the marketplaces of these orders."
    if not told:
        if all("too few" in row["verdict"] or not row["orders"] for row in rows):
            return "Too few orders to tell how your account stands."
        return f"How your account stands is not known: {asks('on_time')}."
    broken = [row for row in told if row["left"] < 0]
    if broken:
        return f"Past the limit by your files: {', '.join(map(_named, broken))}; {DECIDES}."
    nearest = min(told, key=lambda row: (row["left"], row["most"]))
    among = count(len(told), "rate")
    return f"None of {among} is past its limit by your files; nearest: {_named(nearest)}, {_room(nearest)}; {DECIDES}."


def _named(row):
    return (
        f"{NAMES[row['rate']]} over {row['over_days']} days on {row['marketplace']} "
        f"({row['defects']:,} of {row['orders'] - row['unknown'] * (row['rate'] != 'cancel'):,})"
    )


def _room(row):
    return f"{row['left']:,} more before the limit" if row["left"] else "not one more before the limit"


def side_by_side(rows):
    """A frame of the rates of which Amazon says something: marketplace, rate, days, both figures, and why they may differ."""
    told = [
        {
            "marketplace": row["marketplace"], "rate": NAMES[row["rate"]], "days": f"{row['amazon_from']} to {row['amazon_to']}",
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
        return "not told" if pd.isna(share) else per_cent(share)
    events = of - events if must == "at least" else events
    among = f"{int(events):,} of {int(of):,}"
    return f"at least {among}" if pd.isna(share) else f"{per_cent(share)} ({among})"


def how(days, windows, rows, pack, whole):
    """The sentences of How we know."""
    if days.empty:
        return [f"{NAMES[rate].capitalize()}: {asks(rate)}." for rate in NAMES]
    return [
        "Counted: orders that you ship yourself (FBM), once each, in days of the marketplace (amazon.com: US Pacific).",
        "Late shipment: confirmed after the ship-by day; the window is by ship-by day. Cancelled: by day of the order; "
        "of the buyer's own requests alone it is told who cancelled, so for the rest there is only an at most. Valid tracking: "
        "shipped with a number; by day of the confirmation. On-time delivery: arrived by the promised day, before an extension "
        "where told; what is lost or still under way after it is a miss; orders without tracking are in no on-time rate; by "
        "promised day. Order defects: by day of the order, one per order.",
        f"Rates are of orders with a known outcome, with {LEVEL:.0%} Wilson intervals. Left before it: how many more defects the "
        "limit leaves, reckoned exactly; at worst: if all that is not known were defects.",
        "Chance to break it next week: the orders that stay in the window, and as many new ones as in the last 4 weeks with "
        "Poisson spread, whose rate varies as it did from week to week (beta-binomial, last 12 weeks or as many as there are, "
        f"never surer than {MOST_ORDERS} orders). Orders past their ship-by day count as late in it.",
        f"Limits and windows: the rules {pack.name}, reviewed on {pack.reviewed}; certainty A: Amazon's own text was read, "
        "B: two pages agree.",
        *_gaps(days, windows, rows, whole),
    ]


def _gaps(days, windows, rows, whole):
    """What is missing: limits, sources of defects, marketplaces, lags, overdue orders."""
    limited = {(window.marketplace, window.rate) for window in windows}
    for site in sorted(days["marketplace"].dropna().unique()):
        lacking = [name for rate, name in NAMES.items() if (site, rate) not in limited]
        if lacking:
            yield f"No limit is known for {site} for: {', '.join(lacking)}."
    nameless = int(days.loc[(days["rate"] == "cancel") & days["marketplace"].isna(), "orders"].sum())
    if nameless:
        yield f"{count(nameless, 'order')} without a marketplace {'is' if nameless == 1 else 'are'} in no rate."
    if any(not window.whole for window in windows):
        yield f"Order defects are those known so far: {asks('order_defect')}."
    if any(row["rate"] == "order_defect" and not pd.isna(row["chance_next_week"]) for row in rows):
        yield FLOOR
    for site in sorted({window.marketplace for window in windows if window.limit.lag is None}):
        yield f"By how many days the window of on-time delivery lies back on {site}, no source tells: as many as elsewhere."
    overdue = int(days["overdue"].sum())
    if overdue:
        yield f"{count(overdue, 'order')} past the ship-by day and not confirmed: each counts as late once it is."
    if not any(not pd.isna(row["amazon_share"]) for row in rows):
        yield f"What Amazon says: not loaded; {formats()['amazon_account_health'].title} would tell " + (
            f"({formats()['amazon_account_health'].unlocks})."
        )
