"""How long the analysis of returns takes over many of them: `python -m benchmarks.returned`.

Goals at 1 M returns of 100,000 SKUs: 10 seconds, 2 GB. Sales, returns and their bookings are drawn in the engine; one SKU in a
hundred comes back three times as often, and the list of products must find them.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import click
import duckdb

from benchmarks import rounds as rounds_of

PROMISED = {"seconds": 10, "peak_mb": 2000}
SOLD = 10  # lines for each return
BAD = 100  # one SKU in so many comes back three times as often
# a number below `most` for row i; hash(i, number) would tie the draws of a row to each other
DRAW = "CREATE TEMP MACRO draw(i, number, most) AS CAST(hash(i + CAST(number AS BIGINT) * 1000000007) % most AS INTEGER)"
LINES = """
    CREATE TEMP TABLE line_facts AS
    WITH drawn AS (SELECT i, draw(i, 1, 400) AS ago, draw(i, 2, $skus) AS product FROM range($lines) AS numbers(i))
    SELECT
        'shop' AS account, 'O' || i AS order_id, '1' AS line, 'I' || i AS order_item_id, 'SKU' || product AS sku,
        'amazon.com' AS marketplace, 'USD' AS currency, 'FBM' AS channel, true AS handed_over, 'on_time' AS delivery, 1 AS units,
        DATE '2026-11-15' - ago AS ordered_day, product, ago
    FROM drawn
"""
REST = (
    "CREATE TABLE order_lines AS SELECT account, order_id, line, order_item_id, sku, marketplace, currency, units,"
    " CAST(20 + product % 80 AS DECIMAL(18, 2)) AS item_price, CAST(0 AS DECIMAL(18, 2)) AS discounts FROM line_facts",
    """
    CREATE TABLE returns AS
    WITH drawn AS (
        SELECT
            order_id, line, order_item_id, sku, product, ordered_day, rowid AS i, ago,
            3 + draw(rowid, 5, 12) + CASE WHEN draw(rowid, 6, 4) = 0 THEN draw(rowid, 7, 30) ELSE 0 END AS delay
        FROM line_facts
        WHERE draw(rowid, 3, 1000) < CASE WHEN product % $bad = 0 THEN 300 ELSE 98 END
    )
    SELECT
        'shop' AS account, 'R' || i AS return_id, order_id, line, order_item_id, sku, NULL::VARCHAR AS fnsku,
        ordered_day + delay AS requested_at, ordered_day + delay + 6 AS received_at,
        ['DEFECTIVE', 'UNWANTED_ITEM', 'NOT_AS_DESCRIBED', 'APPAREL_TOO_SMALL', 'NEW_CODE'][1 + draw(i, 8, 5)] AS reason,
        ['product_fault', 'remorse', 'listing', 'fit_style', 'unmapped'][1 + draw(i, 8, 5)] AS reason_group,
        'buyer' AS usual_cause, 1 AS units, 'completed' AS status, NULL::VARCHAR AS disposition, NULL::VARCHAR AS comments,
        true AS in_policy, 'StandardRefund' AS resolution, 'Customer' AS label_payer, NULL::DECIMAL(18, 2) AS label_cost,
        NULL::DECIMAL(18, 2) AS refunded
    FROM drawn
    WHERE delay <= ago
    """,
    "CREATE TEMP TABLE return_facts AS SELECT returns.account, return_id, 'FBM' AS channel, 'amazon.com' AS marketplace,"
    " 'USD' AS currency, 'buyer' AS fault, 'original' AS state, line_facts.ordered_day, line_facts.units AS units_sold"
    " FROM returns JOIN line_facts USING (account, order_id, line)",
    "CREATE TABLE products AS SELECT 'shop' AS account, 'SKU' || i AS sku, 'group ' || (i % 50) AS category,"
    ' CAST(0.5 AS DECIMAL(18, 6)) AS resale_share, NULL::DATE AS valid_from, i::VARCHAR AS "row" FROM range($skus) AS numbers(i)',
    """
    CREATE TABLE money AS
    SELECT
        returns.account, returns.order_id, returns.order_item_id, returns.sku, 'Refund' AS type, booked.category,
        'Principal' AS description, 'amazon.com' AS marketplace, booked.amount, 'USD' AS currency, true AS counts
    FROM returns, (VALUES ('refund', -19.99::DECIMAL(18, 2)), ('fee', 2.40), ('refund', -4.99)) AS booked(category, amount)
    """,
    "CREATE TABLE loads AS SELECT 'amazon_mfn_returns' AS format, TIMESTAMPTZ '2025-10-01 00:00:00+00' AS covers_from,"
    " TIMESTAMPTZ '2026-11-15 00:00:00+00' AS covers_to, 1 AS file_id, 'shop' AS account, 'returns.txt' AS file, '' AS sha256,"
    " 1 AS lines, 1 AS loaded, 0 AS duplicates, 0 AS superseded, 0 AS quarantined, '{}' AS money",
    "CREATE TABLE purges (purge INTEGER)",
    "CREATE TABLE own_formats (name VARCHAR, description VARCHAR)",
    "CREATE TEMP TABLE context AS SELECT DATE '2026-11-15' AS as_of_day",
)


def drawn(number, folder):
    """A database of so many returns (about), ten times as many lines sold, and three bookings for each return.

    As in a shop, canonical tables lie in the file and facts in temporary tables.
    """
    con = duckdb.connect(Path(folder) / "shop.duckdb", config={"memory_limit": "1200MB", "temp_directory": folder})
    con.execute(DRAW)
    given = {"skus": max(number // 10, 20), "lines": number * SOLD, "bad": BAD}
    con.execute(LINES, {name: given[name] for name in ("skus", "lines")})
    for statement in REST:
        con.execute(statement, {name: value for name, value in given.items() if f"${name}" in statement} or None)
    return con


def measured(number):
    """Seconds, peak memory in MB and what was found, over so many drawn returns, in this process."""
    import scipy.stats  # importing is not timed

    from orderkit.analyses.returns import returns

    assert scipy.stats

    with tempfile.TemporaryDirectory() as folder:
        return timed(drawn(number, folder), returns)


def timed(con, returns):
    """The analysis, timed: its seconds, the peak of this process, and whether the products that were drawn bad were found."""
    start = time.perf_counter()
    found = returns(con)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    skus = found.tables["skus"]
    bad = skus["sku"].str.removeprefix("SKU").astype(int) % BAD == 0
    return {
        "returns": int(found.tables["counts"]["returns"]), "skus": len(skus), "seconds": round(seconds, 2),
        "peak_mb": round(peak), "listed": int(skus["listed"].sum()), "false": round(float((~bad[skus["listed"]]).mean()), 3),
        "found": round(float(skus["listed"][bad].mean()), 3),
    }  # fmt: skip


@click.command()
@click.option("--returns", "number", default=1_000_000, show_default=True, type=click.IntRange(10_000))
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1))
def main(number, rounds):
    """The analysis of returns over drawn ones, each round in a process of its own."""
    rounds_of.run("benchmarks.returned", number, rounds, PROMISED)


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        click.echo(json.dumps(measured(int(sys.argv[2]))))
    else:
        main()
