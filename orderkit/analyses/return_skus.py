"""Which products come back more often than chance explains, why, what that costs, and what changed of late."""

import numpy as np
import pandas as pd

from orderkit.analyses.return_reasons import group_words
from orderkit.analyses.words import LEVEL
from orderkit.errors import TooFewEvents
from orderkit.statistics.ranking import effective_units, ranked
from orderkit.statistics.rates import newcombe

RECENT = 28  # days of orders that are compared with those before
SKUS = [
    "sku", "currency", "category", "shipped", "matured", "returned", "rate", "low", "high", "shrunk", "shrunk_low", "shrunk_high",
    "credibility", "category_rate", "probability", "listed", "cost", "cost_unknown", "reason_group", "reason", "reason_returns",
    "second_group", "second_returns", "recent_rate", "before_rate", "change_low", "change_high",
]  # fmt: skip
BY_SKU = """
    WITH counted AS (             -- a unit that came back counts in full, others as far as their returns can have come
        SELECT
            sold_units.account, sold_units.sku, sold_units.ordered_day > $until - $recent AS recent,
            sold_units.units AS shipped, 0 AS returned, sold_units.units * worth.worth AS matured
        FROM sold_units
        JOIN worth
            ON worth.channel = sold_units.channel AND worth."window" = sold_units."window" AND worth.day = sold_units.ordered_day
        WHERE sold_units.units > 0 AND ($marketplace IS NULL OR sold_units.marketplace = $marketplace)
        UNION ALL
        SELECT
            return_units.account, return_units.sku, return_units.ordered_day > $until - $recent AS recent,
            0 AS shipped, return_units.units AS returned, return_units.units * (1 - worth.worth) AS matured
        FROM return_units
        JOIN worth
            ON worth.channel = return_units.channel AND worth."window" = return_units."window" AND worth.day = return_units.ordered_day
        WHERE return_units.in_rate AND return_units.units > 0 AND return_units.told_on <= $until
            AND ($marketplace IS NULL OR return_units.marketplace = $marketplace)
    ),

    sums AS (
        SELECT
            account, sku,
            CAST(sum(shipped) AS DOUBLE) AS shipped, CAST(sum(returned) AS DOUBLE) AS returned, sum(matured) AS matured,
            CAST(coalesce(sum(returned) FILTER (WHERE recent), 0) AS DOUBLE) AS recent_returned,
            coalesce(sum(matured) FILTER (WHERE recent), 0) AS recent_matured
        FROM counted
        WHERE sku IS NOT NULL
        GROUP BY account, sku
    )

    SELECT
        sums.sku, max(goods.category) AS category, sum(sums.shipped) AS shipped, sum(sums.returned) AS returned,
        sum(sums.matured) AS matured, sum(sums.recent_returned) AS recent_returned, sum(sums.recent_matured) AS recent_matured
    FROM sums
    LEFT JOIN goods ON goods.account = sums.account AND goods.sku = sums.sku
    GROUP BY sums.sku
    HAVING sum(sums.shipped) > 0
    ORDER BY sums.sku
"""
REASONS = """
    WITH counted AS (
        SELECT sku, coalesce(reason_group, 'unmapped') AS reason_group, CAST(sum(units) AS BIGINT) AS units
        FROM return_units
        WHERE units > 0 AND sku IS NOT NULL AND ($marketplace IS NULL OR marketplace = $marketplace)
        GROUP BY ALL
    ),

    placed AS (
        SELECT *, row_number() OVER (PARTITION BY sku ORDER BY units DESC, reason_group) AS place
        FROM counted
    )

    SELECT
        sku,
        max(reason_group) FILTER (WHERE place = 1) AS reason_group, max(units) FILTER (WHERE place = 1) AS reason_returns,
        max(reason_group) FILTER (WHERE place = 2) AS second_group, max(units) FILTER (WHERE place = 2) AS second_returns
    FROM placed
    WHERE place <= 2
    GROUP BY sku
"""
COSTS = """
    SELECT sku, currency, sum(net) / 100 AS cost, count(*) FILTER (WHERE net IS NULL AND units > 0) AS cost_unknown
    FROM return_costs
    WHERE units > 0 AND currency IS NOT NULL AND sku IS NOT NULL AND ($marketplace IS NULL OR marketplace = $marketplace)
    GROUP BY sku, currency
"""


def skus(con, found, *, marketplace=None):
    """(frame of SKUS, one row per SKU and currency of its costs, dearest of the listed first; why there is none).

    Rates are of the SKU on all marketplaces: shipped and returned units; matured: the units as far as their returns can have
    come; rate with its Wilson range; shrunk: the rate as far as it is to be believed; probability: that it is above 1.5 times
    that of the category; listed: on the list of which at most one in ten is there by chance; cost: what its returns cost so far
    by the money exports, in currency, and of how many returns that is not known; the two most frequent groups of reasons; the
    rate of the last four weeks of orders and of those before, with the range of the difference.

    `found`: the Rates. Needs the tables of return_units.
    """
    if found.patterns is None:
        return pd.DataFrame(columns=SKUS), found.why
    params = {"marketplace": marketplace}
    _register(con, found)
    frame = con.sql(BY_SKU, params={**params, "until": found.until.date(), "recent": RECENT}).df()
    con.execute("DROP TABLE worth")
    try:
        judged = ranked(
            frame["returned"], np.maximum(frame["matured"], frame["returned"]), frame["category"].fillna(""), level=LEVEL
        )
    except TooFewEvents as few:
        return pd.DataFrame(columns=SKUS), str(few)
    frame = pd.concat([frame, judged.drop(columns=["k", "n"]).reset_index(drop=True)], axis=1)
    frame = _with_change(frame)
    frame = frame.merge(con.sql(REASONS, params=params).df(), on="sku", how="left")
    frame["reason"] = frame["reason_group"].map(group_words, na_action="ignore")
    frame = frame.merge(con.sql(COSTS, params=params).df().astype({"cost": float}), on="sku", how="left")
    order = ["listed", "cost", "probability", "sku"]
    return frame.sort_values(order, ascending=[False, False, False, True], ignore_index=True).reindex(columns=SKUS), ""


def _register(con, found):
    """TEMP table worth: how much of a unit counts as matured that has not come back, by pattern and order day."""
    rate = found.weeks["reported"].sum() / max((found.weeks["shipped"] * found.weeks["seen"]).sum(), 1)
    first = con.sql("SELECT min(ordered_day) FROM sold_units").fetchall()[0][0]
    days = pd.date_range(min(pd.Timestamp(first), found.until), found.until)
    parts = []
    for label, pattern in found.patterns.by_window.items():
        age = np.minimum((found.until - days).days, pattern.window)
        share = np.clip(pattern.share[age], 0, 1)
        worth = effective_units(np.zeros(share.size), np.ones(share.size), share, min(rate, 0.99))
        channel, window = label.split()
        parts.append(pd.DataFrame({"channel": channel, "window": window, "day": days, "worth": worth}))
    con.register("worth_given", pd.concat(parts, ignore_index=True))
    con.execute('CREATE OR REPLACE TEMP TABLE worth AS SELECT channel, "window", CAST(day AS DATE) AS day, worth FROM worth_given')
    con.unregister("worth_given")


def _with_change(frame):
    """Adds the rate of recent orders and of those before, and the range of the difference."""
    k, n = frame["recent_returned"].to_numpy(), np.maximum(frame["recent_matured"], frame["recent_returned"]).to_numpy()
    k_before = frame["returned"].to_numpy() - k
    n_before = np.maximum(frame["matured"].to_numpy() - n, k_before)
    _, low, high = newcombe(k, n, k_before, n_before, LEVEL)
    with np.errstate(invalid="ignore", divide="ignore"):
        return frame.assign(recent_rate=k / n, before_rate=k_before / n_before, change_low=low, change_high=high)
