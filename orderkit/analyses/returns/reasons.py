"""Why things come back: what each group of reasons costs, whether the mix changed, and words that stand out in comments."""

import pandas as pd

from orderkit.analyses.words import LEVEL
from orderkit.errors import NothingToShow
from orderkit.statistics.mix import cost_pareto, mix_change
from orderkit.statistics.rates import wilson_ranges
from orderkit.statistics.shares import vital_few

WEEKS_BEFORE = 4
COLUMNS = [
    "reason_group", "reason", "currency", "returns", "share", "low", "high", "units", "cost", "cost_share", "cost_share_low",
    "cost_share_high", "rank", "rank_low", "rank_high", "vital", "cost_unknown", "refunded", "returns_without_refund_amount",
    "fees", "label", "recovered", "goods_back", "withdrawn",
]  # fmt: skip
MONEY = ("cost", "refunded", "fees", "label", "recovered", "goods_back")
WORDS = {
    "expectation": "Not what the buyer expected", "fc_damage": "Damaged in a warehouse", "fit_style": "Fit or style",
    "incomplete": "Parts missing", "late": "Came too late", "listing": "Not as described", "lost": "Never arrived",
    "product_fault": "Product fault", "remorse": "Changed mind", "transit_damage": "Damaged on the way",
    "undeliverable": "Could not be delivered",
    "unknown": "No reason given", "wrong_item": "Wrong item", "unmapped": "A code not in our list",
}  # fmt: skip
SUMS = """
    SELECT
        coalesce(reason_group, 'unmapped') AS reason_group, currency,
        count(*) FILTER (WHERE main AND NOT withdrawn) AS returns,
        CAST(coalesce(sum(units) FILTER (WHERE main), 0) AS BIGINT) AS units,
        CAST(sum(coalesce(-refund / 100, stated)) FILTER (WHERE NOT withdrawn) AS DECIMAL(18, 2)) AS refunded,
        count(*) FILTER (WHERE main AND NOT withdrawn AND refund IS NULL AND coalesce(refunded, 0) <= 0)
            AS returns_without_refund_amount,
        sum(fees) / 100 AS fees, sum(coalesce(label, label_outside)) / 100 AS label, sum(recovered) / 100 AS recovered,
        sum(goods) / 100 AS goods_back,
        count(*) FILTER (WHERE main AND withdrawn) AS withdrawn
    FROM return_costs
    WHERE $marketplace IS NULL OR marketplace = $marketplace
    GROUP BY ALL
    ORDER BY returns DESC, reason_group, currency
"""
NET = """
    SELECT coalesce(reason_group, 'unmapped') AS reason_group, currency, CAST(net AS DOUBLE) / 100 AS net, count(*) AS returns
    FROM return_costs
    WHERE units > 0 AND ($marketplace IS NULL OR marketplace = $marketplace)
    GROUP BY ALL
    ORDER BY ALL
"""
BY_WEEK = """
    SELECT
        coalesce(reason_group, 'unmapped') AS reason_group,
        count(*) FILTER (WHERE told_on > $monday - 7 * $weeks - 1 AND told_on < $monday) AS before,
        count(*) FILTER (WHERE told_on >= $monday AND told_on < $monday + 7) AS after
    FROM return_units
    WHERE NOT withdrawn AND ($marketplace IS NULL OR marketplace = $marketplace)
    GROUP BY ALL
    ORDER BY ALL
"""


def group_words(group):
    """The name of a group of reasons as words; a group of the user's own list is shown as it is written."""
    return WORDS["unmapped"] if pd.isna(group) else WORDS.get(group, str(group).replace("_", " ").capitalize())


def reasons(con, *, marketplace=None):
    """A row per group of reasons and currency, with COLUMNS: counts with shares of their currency, and what they cost.

    cost: refunds, fees and labels less what was recovered and what goods that came back sellable are worth, of the returns of
    which the money exports tell; cost_share with its bootstrapped range, and the place by cost with its range; vital: of the few
    that make up 80 % of the cost, or of the returns where no cost is known. Refunds are those booked, else those that the returns
    export states. Needs the tables of return_units.
    """
    params = {"marketplace": marketplace}
    sums, net = con.sql(SUMS, params=params).df(), con.sql(NET, params=params).df()
    if sums.empty:
        return pd.DataFrame(columns=COLUMNS)
    parts = [
        _of_currency(part, net[_same(net["currency"], currency)]) for currency, part in sums.groupby("currency", dropna=False)
    ]
    frame = pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)  # without money there is no cost to tell
    frame["reason"] = frame["reason_group"].map(group_words)
    frame["currency"] = frame["currency"].astype(object).where(frame["currency"].notna(), None)
    frame[list(MONEY)] = frame[list(MONEY)].astype(float).round(2)
    return frame.sort_values(["returns", "reason_group"], ascending=[False, True], ignore_index=True)


def _same(column, value):
    return column.isna() if pd.isna(value) else column == value


def _of_currency(part, net):
    every = max(int(part["returns"].sum()), 1)
    low, high = wilson_ranges(part["returns"], [every] * len(part), LEVEL)
    part = part.assign(share=part["returns"] / every, low=low, high=high)
    if net["net"].notna().any():
        each = net.loc[net.index.repeat(net["returns"])]
        found = cost_pareto(each["reason_group"], each["net"], level=LEVEL).drop(columns=["returns", "running"])
        named = {"reason": "reason_group", "unknown": "cost_unknown", "share": "cost_share", "low": "cost_share_low"}
        return part.merge(found.rename(columns=named | {"high": "cost_share_high"}), on="reason_group", how="left")
    return part.assign(vital=vital_few(part["returns"]), cost_unknown=part["returns"])


def change(con, found, *, marketplace=None):
    """(the last full week's Monday, MixChange of its reasons against the four weeks before, why there is none)."""
    if found.until is None:
        return None, None, found.why
    monday = (found.until - pd.Timedelta(days=6)).normalize()
    monday -= pd.Timedelta(days=monday.weekday())
    counts = con.sql(BY_WEEK, params={"monday": monday.date(), "weeks": WEEKS_BEFORE, "marketplace": marketplace}).df()
    counts = counts[(counts["before"] > 0) | (counts["after"] > 0)]
    if counts.empty:
        return monday, None, "no return was asked for in the last full week or the four before"
    try:
        found = mix_change(counts["reason_group"].map(group_words), counts["before"], counts["after"], level=LEVEL)
        return monday, found, ""
    except NothingToShow as nothing:
        return monday, None, str(nothing)
