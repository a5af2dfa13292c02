"""Returns: which products come back more than chance explains, why, what it costs, what changed, and what was never sent back."""

from decimal import Decimal

from orderkit.analyses import source_files
from orderkit.analyses.result import Result
from orderkit.analyses.returns import units as return_units
from orderkit.analyses.returns.alarms import alarms
from orderkit.analyses.returns.comments import words_that_stand_out
from orderkit.analyses.returns.faults import faults, left_on_table
from orderkit.analyses.returns.rates import rates
from orderkit.analyses.returns.reasons import MONEY, change, reasons
from orderkit.analyses.returns.recovery import recovery
from orderkit.analyses.returns.skus import skus
from orderkit.analyses.returns.words import headline, how
from orderkit.analyses.words import add
from orderkit.languages import phrase

TITLE = "Returns"
VIEW = {
    "reason": "reason", "currency": "currency", "returns": "returns", "share": "share", "cost": "cost",
    "cost_share": "share of the cost", "cost_share_low": "at least", "cost_share_high": "at most", "refunded": "refunded",
    "cost_unknown": "cost not told",
}  # fmt: skip
BOOKED = """
    SELECT
        currency, kind,
        CAST(coalesce(sum(cents) FILTER (WHERE return_id IS NOT NULL), 0) / 100 AS DECIMAL(18, 2)) AS of_returns,
        CAST(coalesce(sum(cents) FILTER (WHERE return_id IS NULL), 0) / 100 AS DECIMAL(18, 2)) AS of_no_return,
        CAST(sum(cents) / 100 AS DECIMAL(18, 2)) AS total
    FROM {money}
    GROUP BY currency, kind
    ORDER BY currency, kind
"""
OF_MARKETPLACE = """(
    SELECT return_money.*
    FROM return_money
    LEFT JOIN return_units ON return_units.account = return_money.account AND return_units.return_id = return_money.return_id
    LEFT JOIN (SELECT account, order_id, min(marketplace) AS site FROM line_facts GROUP BY account, order_id) AS orders
        ON orders.account = return_money.account AND orders.order_id = return_money.order_id
    WHERE coalesce(return_units.marketplace, orders.site, return_money.marketplace) = $marketplace
)"""
COUNTS = """
    SELECT
        count(*) FILTER (WHERE NOT withdrawn) AS returns,
        count(*) FILTER (WHERE withdrawn) AS withdrawn,
        count(*) FILTER (WHERE without_order AND NOT withdrawn) AS without_order,
        count(*) FILTER (WHERE impossible_units) AS impossible_units,
        CAST(coalesce(sum(units_twice), 0) AS BIGINT) AS units_twice,
        count(*) FILTER (WHERE NOT withdrawn AND coalesce(reason_group, 'unmapped') = 'unmapped') AS unmapped,
        list_sort(list(DISTINCT coalesce(nullif(reason, ''), 'no code given'))
            FILTER (WHERE NOT withdrawn AND coalesce(reason_group, 'unmapped') = 'unmapped'))[:5] AS unmapped_codes,
        count(*) FILTER (WHERE units > 0 AND net IS NULL) AS cost_unknown,
        count(*) FILTER (WHERE channel = 'FBA' AND NOT withdrawn) AS fba,
        count(*) FILTER (WHERE delay < 0 AND NOT withdrawn) AS before_order,
        count(*) FILTER (WHERE NOT withdrawn AND refund IS NULL AND coalesce(refunded, 0) <= 0) AS refund_unknown,
        count(*) FILTER (WHERE condition = 'sellable' AND units > 0 AND goods IS NULL) AS goods_unknown
    FROM return_costs
    WHERE main AND ($marketplace IS NULL OR marketplace = $marketplace)
"""


def returns(con, *, pack=None, marketplace=None):
    """Why buyers send things back and what that costs, by group of reasons and currency; FBM and FBA together.

    A reason is what the buyer claims. Withdrawn requests are counted apart; the same unit under two dates counts once, and no
    line gives back more units than it has. Money is what settlements or transactions tell, per currency; cost is refunds, fees
    and labels less what was recovered and what goods that came back sellable are worth.

    Tables: `weeks` (rates by order week, developed), `skus` (products, listed ones first), `change` (mix of reasons, last full
    week), `alarms`, `faults`, `left_on_table`, `recovery` (what waits for the seller: refunded and never received first),
    `booked` (all refund money, of returns and of others: it ties to the settlement), `words` (of comments, if they were asked
    for at load), `rates` (the Rates), `outside` (lines that came back without a request).

    Needs the facts and, for recovery, the answers of `pack`.
    """
    return_units.make(con, pack)
    params = {"marketplace": marketplace}
    found = rates(con, marketplace=marketplace)
    frame = reasons(con, marketplace=marketplace)
    products, no_products = skus(con, found, marketplace=marketplace)
    weeks, said_of_alarms = alarms(found)
    counts = con.sql(COUNTS, params=params).df().iloc[0].to_dict()
    monday, mix, no_mix = change(con, found, marketplace=marketplace)
    tables = {
        "weeks": found.weeks, "skus": products, "alarms": weeks, "faults": faults(con, marketplace=marketplace),
        "left_on_table": left_on_table(con, pack, marketplace=marketplace),
        "recovery": recovery(con, pack, marketplace=marketplace),
        "booked": booked(con, marketplace), "change": mix.reasons if mix else None, "change_p": mix.p if mix else None,
        "change_monday": monday, "words": words_that_stand_out(con, products), "rates": found, "counts": counts,
        "outside": came_back(con, marketplace),
    }  # fmt: skip
    totals = {}
    for row in frame.dropna(subset=["cost"]).itertuples():
        add(totals, row.currency, Decimal(f"{row.cost:.2f}"))  # sums of whole cents
    return Result(
        kind="returns", title=phrase(TITLE), headline=headline(frame, tables, found), frame=frame,
        how=[*how(tables, found, said_of_alarms, no_products, no_mix), *source_files.told(con, "returns")],
        totals=totals, tables=tables, money=MONEY,
        shares=("share", "low", "high", "cost_share", "cost_share_low", "cost_share_high"), view=VIEW,
        worded=("reason",),
    )  # fmt: skip


def booked(con, marketplace=None):
    """All that is booked about refunds and returns, by currency and kind (refund, fees, label, recovered): of_returns,
    of_no_return (parcels lost, refused or late) and total, exact, in currency."""
    if marketplace is None:
        return con.sql(BOOKED.format(money="return_money")).df()
    return con.sql(BOOKED.format(money=OF_MARKETPLACE), params={"marketplace": marketplace}).df()


def came_back(con, marketplace):
    """Lines and units that came back by order or parcel status, refused or undeliverable: no returns that buyers asked for."""
    row = con.sql(
        "SELECT count(*) AS lines, CAST(coalesce(sum(units), 0) AS BIGINT) AS units FROM line_facts"
        " WHERE channel = 'FBM' AND delivery = 'came_back' AND ($marketplace IS NULL OR marketplace = $marketplace)",
        params={"marketplace": marketplace},
    ).fetchall()[0]
    return dict(zip(("lines", "units"), row, strict=True))
