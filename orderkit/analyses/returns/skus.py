"""Which products come back more often than chance explains, why, what that costs, and what changed of late."""

import numpy as np
import pandas as pd

from orderkit.analyses.returns.reasons import group_words
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
# a unit that came back counts in full, others as far as their returns can have come; numbers as doubles, which add up faster
BY_SKU = """
    WITH sold AS (
        SELECT
            sold_units.sku, sum(CAST(sold_units.units AS DOUBLE)) AS shipped, sum(sold_units.units * {sold_worth}) AS matured,
            sum(CASE WHEN sold_units.ordered_day > $until - $recent THEN sold_units.units * {sold_worth} ELSE 0 END) AS recent
        FROM sold_units
        JOIN worth ON worth.day = sold_units.ordered_day
        WHERE sold_units.units > 0 AND sold_units.followed AND list_contains($channels, sold_units.channel)
            AND sold_units.sku IS NOT NULL AND ($marketplace IS NULL OR sold_units.marketplace = $marketplace)
        GROUP BY sold_units.sku
    ),

    back AS (
        SELECT
            return_units.sku, sum(CAST(return_units.units AS DOUBLE)) AS returned,
            sum(return_units.units * (1 - {back_worth})) AS matured,
            sum(CASE WHEN return_units.ordered_day > $until - $recent THEN CAST(return_units.units AS DOUBLE) ELSE 0 END)
                AS recent,
            sum(CASE WHEN return_units.ordered_day > $until - $recent THEN return_units.units * (1 - {back_worth}) ELSE 0 END)
                AS recent_matured
        FROM return_units
        JOIN worth ON worth.day = return_units.ordered_day
        WHERE return_units.in_rate AND return_units.units > 0 AND return_units.told_on <= $until
            AND list_contains($channels, return_units.channel)
            AND ($marketplace IS NULL OR return_units.marketplace = $marketplace)
        GROUP BY return_units.sku
    ),

    categories AS (
        SELECT sku, max(category) AS category
        FROM goods
        GROUP BY sku
    )

    SELECT
        sold.sku, categories.category, sold.shipped, coalesce(back.returned, 0) AS returned,
        sold.matured + coalesce(back.matured, 0) AS matured, coalesce(back.recent, 0) AS recent_returned,
        sold.recent + coalesce(back.recent_matured, 0) AS recent_matured
    FROM sold
    LEFT JOIN back ON back.sku = sold.sku
    LEFT JOIN categories ON categories.sku = sold.sku
    ORDER BY sold.sku
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
    text = BY_SKU.format(sold_worth=_worth(found, "sold_units"), back_worth=_worth(found, "return_units"))
    frame = con.sql(text, params={**params, "until": found.until.date(), "recent": RECENT, "channels": list(found.channels)}).df()
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
    # by its place in its currency: amounts of two currencies are not compared
    place = frame.groupby("currency", dropna=False)["cost"].rank(ascending=False, method="first").fillna(np.inf)
    order = ["listed", "place", "probability", "sku"]
    frame = frame.assign(place=place).sort_values(order, ascending=[False, True, False, True], ignore_index=True)
    return frame.reindex(columns=SKUS), ""


def _register(con, found):
    """TEMP table worth, a row per order day: how much of a unit counts as matured that has not come back, by pattern.

    The columns are wide, so that millions of lines are joined by the day alone.
    """
    rate = found.weeks["reported"].sum() / max((found.weeks["shipped"] * found.weeks["seen"]).sum(), 1)
    days = pd.date_range(min(found.sold["day"].min(), found.until), found.until)
    columns = {"day": days}
    for label, pattern in found.patterns.by_window.items():
        share = np.clip(pattern.share[np.minimum((found.until - days).days, pattern.window)], 0, 1)
        columns[label] = effective_units(np.zeros(share.size), np.ones(share.size), share, min(rate, 0.99))
    con.register("worth_given", pd.DataFrame(columns))
    con.execute("CREATE OR REPLACE TEMP TABLE worth AS SELECT * REPLACE (CAST(day AS DATE) AS day) FROM worth_given")
    con.unregister("worth_given")


def _worth(found, table):
    """SQL that picks the column of `worth` for a row of a table; the labels are those of return_rates."""
    cases = "".join(
        f""" WHEN {table}.channel = '{channel}' AND {table}."window" = '{window}' THEN worth."{channel} {window}\""""
        for channel, window in (label.split() for label in found.patterns.by_window)
    )
    return f"CASE{cases} END"


def _with_change(frame):
    """Adds the rate of recent orders and of those before, and the range of the difference."""
    k, n = frame["recent_returned"].to_numpy(), np.maximum(frame["recent_matured"], frame["recent_returned"]).to_numpy()
    k_before = frame["returned"].to_numpy() - k
    n_before = np.maximum(frame["matured"].to_numpy() - n, k_before)
    _, low, high = newcombe(k, n, k_before, n_before, LEVEL)
    with np.errstate(invalid="ignore", divide="ignore"):
        return frame.assign(recent_rate=k / n, before_rate=k_before / n_before, change_low=low, change_high=high)
