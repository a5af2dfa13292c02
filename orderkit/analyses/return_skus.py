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
    WITH sold AS (
        SELECT
            sold_units.account, sold_units.order_id, sold_units.line, sold_units.sku, sold_units.category,
            sold_units.units, worth.worth, sold_units.ordered_day > $until - $recent AS recent
        FROM sold_units
        JOIN worth
            ON worth."window" = sold_units.channel || ' ' || sold_units."window"
            AND worth.age = least($until - sold_units.ordered_day, worth.last)
        WHERE sold_units.units > 0 AND sold_units.sku IS NOT NULL AND sold_units.ordered_day <= $until
            AND ($marketplace IS NULL OR sold_units.marketplace = $marketplace)
    ),

    back AS (
        SELECT account, order_id, line, sum(units) AS units
        FROM return_units
        WHERE in_rate AND units > 0 AND told_on <= $until
        GROUP BY account, order_id, line
    ),

    lines AS (
        SELECT
            sold.sku, sold.category, sold.recent, sold.units AS shipped,
            least(coalesce(back.units, 0), sold.units) AS returned, sold.worth
        FROM sold
        LEFT JOIN back ON back.account = sold.account AND back.order_id = sold.order_id AND back.line = sold.line
    )

    SELECT
        sku, max(category) AS category,
        CAST(sum(shipped) AS DOUBLE) AS shipped, CAST(sum(returned) AS DOUBLE) AS returned,
        CAST(sum(returned + (shipped - returned) * worth) AS DOUBLE) AS matured,
        CAST(coalesce(sum(returned) FILTER (WHERE recent), 0) AS DOUBLE) AS recent_returned,
        CAST(coalesce(sum(returned + (shipped - returned) * worth) FILTER (WHERE recent), 0) AS DOUBLE) AS recent_matured
    FROM lines
    GROUP BY sku
    ORDER BY sku
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
    """TEMP table worth: how much of a unit counts as matured that has not come back, by pattern and age in days."""
    rate = found.weeks["reported"].sum() / max((found.weeks["shipped"] * found.weeks["seen"]).sum(), 1)
    parts = []
    for label, pattern in found.patterns.by_window.items():
        share = np.clip(pattern.share, 0, 1)
        worth = effective_units(np.zeros(share.size), np.ones(share.size), share, min(rate, 0.99))
        parts.append(pd.DataFrame({"window": label, "age": np.arange(share.size), "last": share.size - 1, "worth": worth}))
    frame = pd.concat(parts, ignore_index=True)
    con.register("worth_given", frame)
    con.execute("CREATE OR REPLACE TEMP TABLE worth AS FROM worth_given")
    con.unregister("worth_given")


def _with_change(frame):
    """Adds the rate of recent orders and of those before, and the range of the difference."""
    k, n = frame["recent_returned"].to_numpy(), np.maximum(frame["recent_matured"], frame["recent_returned"]).to_numpy()
    k_before = frame["returned"].to_numpy() - k
    n_before = np.maximum(frame["matured"].to_numpy() - n, k_before)
    _, low, high = newcombe(k, n, k_before, n_before, LEVEL)
    with np.errstate(invalid="ignore", divide="ignore"):
        return frame.assign(recent_rate=k / n, before_rate=k_before / n_before, change_low=low, change_high=high)
