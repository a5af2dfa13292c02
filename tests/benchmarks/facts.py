"""Facts of any number of order lines for the benchmark of classification, the same on every run, as a database and as Parquet.

Drawn from the shop of files.py by hashes of the line number, in the shares of a shop that works: two years of orders of which the
newest are still open, 60 of 100 shipped by the seller. What that shop's exports would not tell is unknown: of FBA lines the dates
promised, the parcel and its cover; of nine lines in ten that were never refunded, whether the goods came back; and on about one
line in ten of the seller's own something more (no list of parcels, no promised dates, a status or a marketplace not told).

Only the facts that the questions read are there. Beside them `return_facts`, empty: orderkit wants both.
"""

import sys
from pathlib import Path

import duckdb

from benchmarks.files import ITEM_ID, ORDER_ID, SITE, base

AS_OF = "DATE '2026-02-10'"


def _share(name, of=1000):
    """A number from 0 to `of` - 1 that belongs to the line and to this word."""
    return f"CAST(hash(i, '{name}') % {of} AS INTEGER)"


STEPS = f"""
    WITH base AS ({{base}}),

    shop AS (
        SELECT
            'main' AS account, {ORDER_ID} AS order_id, {ITEM_ID} AS line, own,
            CASE WHEN {_share("channel")} >= 4 THEN CASE WHEN own THEN 'FBM' ELSE 'FBA' END END AS channel,
            CASE WHEN {_share("marketplace")} >= 5 THEN lower({SITE}) END AS marketplace,
            CASE WHEN {_share("status")} >= 15 THEN lower(state) END AS status,
            state = 'Shipped' AS gone,
            {AS_OF} AS as_of_day,
            CAST(CASE
                WHEN state IN ('Unshipped', 'Pending') THEN {AS_OF} - {_share("open", 9)}
                WHEN {_share("way")} BETWEEN 40 AND 89 THEN {AS_OF} - 2 - {_share("on the way", 20)}
                ELSE bought + INTERVAL 40 DAY
            END AS DATE) AS bought_on,
            {_share("way")} AS way, i
        FROM base
    ),

    sent AS (
        SELECT
            *,
            CASE WHEN {_share("date")} >= 3 THEN bought_on END AS ordered_day,
            CASE WHEN gone OR status IS NOT NULL THEN gone END AS handed_over,
            CASE
                WHEN NOT gone AND status IS NOT NULL THEN 'none'
                WHEN NOT own OR {_share("parcels")} < 50 THEN NULL
                WHEN way < 12 THEN 'lost' WHEN way < 18 THEN 'damaged' WHEN way < 30 THEN 'returned'
                WHEN way < 40 THEN 'returning' WHEN way < 90 THEN 'in_transit' WHEN way < 130 THEN 'none' ELSE 'delivered'
            END AS tracking,
            CASE WHEN own AND {_share("promise")} >= 25 THEN bought_on + 2 END AS ship_by_day,
            CASE WHEN own AND {_share("promise")} >= 25 THEN bought_on + 8 END AS deliver_by_day,
            CASE
                WHEN {_share("refund")} < 45 THEN 'yes' WHEN {_share("refund")} < 100 THEN 'not_told' ELSE 'no'
            END AS refund_on_record,
            CASE
                WHEN tracking IN ('lost', 'damaged') AND {_share("claim")} < 400
                    THEN (['filed_with_carrier', 'filed_with_insurer', 'granted', 'denied'])[1 + {_share("claimed", 4)}]
                ELSE 'none'
            END AS claim_on_record,
            CASE WHEN {_share("refund")} < 45 THEN least(bought_on + 12 + {_share("refunded", 90)}, {AS_OF}) END AS refunded_day
        FROM shop
    )

    SELECT
        account, order_id, line, channel, marketplace, status, ordered_day, ship_by_day, deliver_by_day, as_of_day, handed_over,
        tracking, refund_on_record, refunded_day, claim_on_record,
        CASE WHEN status IS NOT NULL THEN status = 'shipped' END AS confirmed,
        CAST(CASE
            WHEN {_share("asked")} < 20 THEN {_share("minutes", 75)}
            WHEN ordered_day IS NOT NULL THEN (as_of_day - ordered_day) * 1440 + {_share("minutes", 1440)}
        END AS INTEGER) AS minutes_since_order,
        CASE WHEN {_share("asked")} < 2 THEN NULL ELSE {_share("asked")} < 12 END AS official_request,
        CASE WHEN {_share("upgrade")} < 20 THEN {_share("upgrade")} < 8 END AS seller_agrees,
        {_share("complained")} < 20 AND gone AS complained,
        CASE
            WHEN NOT own OR tracking IS NULL OR (NOT gone) THEN NULL
            ELSE (['usps', 'usps', 'usps', 'ups', 'ups', 'fedex', 'royal_mail', 'dhl', 'other'])[1 + {_share("carrier", 9)}]
        END AS carrier_name,
        CASE WHEN own AND gone AND tracking IS NOT NULL THEN bought_on + 1 + {_share("shipped", 2)} END AS shipped_day,
        CAST(CASE
            WHEN tracking = 'in_transit' THEN {_share("silent", 15)} WHEN tracking IS NOT NULL THEN 0
        END AS INTEGER) AS days_without_scan,
        tracking = 'returned' AS returned_to_sender,
        CASE
            WHEN handed_over = false THEN false WHEN own AND {_share("protected")} >= 60 THEN {_share("protected")} < 600
        END AS protected,
        CASE
            WHEN handed_over = false THEN false WHEN own AND {_share("insured")} >= 60 THEN {_share("insured")} < 160
        END AS insured,
        CAST(as_of_day - ship_by_day AS INTEGER) AS days_past_ship_by,
        CAST(as_of_day - deliver_by_day AS INTEGER) AS days_past_deliver_by,
        CASE WHEN refunded_day IS NULL THEN 0 ELSE CAST(as_of_day - refunded_day AS INTEGER) END AS days_since_refund,
        CASE
            WHEN refunded_day IS NOT NULL AND {_share("back")} < 600 THEN true
            WHEN refunded_day IS NOT NULL AND {_share("back")} < 850 THEN false
        END AS came_back
    FROM sent
"""


def make(lines, path):
    """Writes the facts of so many order lines to `path`, whole or not at all: a database, or Parquet by the name's ending."""
    path = Path(path)
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    drawn = STEPS.format(base=base(lines))
    if path.suffix == ".parquet":
        with duckdb.connect() as con:
            con.execute(f"COPY ({drawn}) TO '{half}' (FORMAT parquet)")
    else:
        with duckdb.connect(half) as con:
            con.execute(f"CREATE TABLE line_facts AS {drawn}")
            con.execute("CREATE TABLE return_facts AS SELECT * FROM line_facts LIMIT 0")
    half.replace(path)


if __name__ == "__main__":
    make(int(sys.argv[1]), sys.argv[2])
