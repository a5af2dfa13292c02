"""Who is at fault under the rules, who paid the postage, and what the seller might have kept back and did not."""

from decimal import Decimal

KEPT = {"used_damaged": "restocking_used", "incomplete": "restocking_used", "original": "restocking_late"}
FAULTS = """
    SELECT
        coalesce(fault, 'not told') AS fault, currency,
        count(*) FILTER (WHERE main) AS returns, CAST(coalesce(sum(units) FILTER (WHERE main), 0) AS BIGINT) AS units,
        CAST(sum(net) / 100 AS DOUBLE) AS cost,
        count(*) FILTER (WHERE main AND lower(label_payer) = 'seller') AS postage_by_seller,
        count(*) FILTER (WHERE main AND lower(label_payer) = 'customer') AS postage_by_buyer,
        count(*) FILTER (WHERE main AND lower(label_payer) NOT IN ('seller', 'customer', '')) AS postage_by_marketplace,
        count(*) FILTER (WHERE main AND coalesce(label_payer, '') = '') AS postage_not_told,
        CAST(sum(coalesce(-label, -label_outside)) / 100 AS DOUBLE) AS postage
    FROM return_costs
    WHERE units > 0 AND ($marketplace IS NULL OR marketplace = $marketplace)
    GROUP BY ALL
    ORDER BY ALL
"""
LEFT = """
    WITH judged AS (
        SELECT
            return_costs.currency, return_costs.state, return_costs.units, restocking.percent,
            return_costs.units * (return_costs.price - return_costs.discount) AS goods,
            return_costs.units * return_costs.price * restocking.percent / 100 AS allowed,
            -return_costs.refund / 100 AS refund
        FROM return_costs
        JOIN restocking
            ON restocking.marketplace = return_costs.marketplace AND restocking.state = return_costs.state
        WHERE return_costs.fault = 'buyer' AND return_costs.channel = 'FBM' AND return_costs.refund < 0 AND return_costs.units > 0
            AND (return_costs.state <> 'original' OR NOT return_costs.in_policy)
            AND ($marketplace IS NULL OR return_costs.marketplace = $marketplace)
    )

    SELECT
        currency, state, percent, count(*) AS returns,
        CAST(sum(greatest(goods - refund, 0)) AS DOUBLE) AS kept,
        CAST(sum(greatest(allowed - greatest(goods - refund, 0), 0)) AS DOUBLE) AS left_on_table
    FROM judged
    GROUP BY ALL
    ORDER BY ALL
"""


def faults(con, *, marketplace=None):
    """A row per fault (buyer, seller, carrier, not told) and currency: returns, units, cost, by whom the return postage was paid
    (numbers of returns; by the marketplace where it is neither seller nor buyer) and how much of it the seller did, in currency.
    The fault is that of the usual cause of the reason which the buyer gave: under the rules the buyer bears the postage where it
    is his."""
    return con.sql(FAULTS, params={"marketplace": marketplace}).df()


def left_on_table(con, pack, *, marketplace=None):
    """What the rules let the seller keep back of refunds already booked, and did not: per currency and state of the goods.

    Columns: currency, state, percent (the most that may be kept back, of the price), returns, kept, left_on_table (at most, in
    currency). Only where the buyer is at fault, the seller inspected the goods, and a source of certainty A or B tells the share.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE restocking (marketplace VARCHAR, state VARCHAR, percent DECIMAL(9, 2))")
    day = con.sql("SELECT as_of_day FROM context").fetchall()[0][0]
    sites = [
        site for (site,) in con.sql("SELECT DISTINCT marketplace FROM return_units WHERE marketplace IS NOT NULL").fetchall()
    ]
    for site in sites:
        for state, name in KEPT.items():
            held = pack.held(name, site, day) if pack else None
            if held is not None and held.sure:
                con.execute("INSERT INTO restocking VALUES ($1, $2, $3)", [site, state, Decimal(held.value)])
    return con.sql(LEFT, params={"marketplace": marketplace}).df()
