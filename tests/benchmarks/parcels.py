"""How long the model of deliveries and what is at risk take over many parcels: `python -m benchmarks.parcels`.

Goals at 1 M parcels: 10 seconds, 2 GB. The parcels are drawn in the engine; a known share never arrives, and must come out.
"""

import json
import resource
import sys
import time

import click
import duckdb

from benchmarks import rounds as rounds_of

PROMISED = {"seconds": 10, "peak_mb": 2000}
NEVER = 100  # one parcel in so many never arrives
# a number below `most` for row i; hash(i, number) would tie the draws of a row to each other
DRAW = "CREATE TEMP MACRO draw(i, number, most) AS CAST(hash(i + CAST(number AS BIGINT) * 1000000007) % most AS INTEGER)"
DRAWN = """
    CREATE TABLE line_facts AS
    WITH drawn AS (
        SELECT
            i, draw(i, 1, 400) AS ago, draw(i, 2, $never) = 0 AS never,
            1 + draw(i, 3, 6) + CASE WHEN draw(i, 4, 20) = 0 THEN draw(i, 5, 25) ELSE 0 END AS took
        FROM range($parcels) AS numbers(i)
    ),
    sent AS (SELECT *, DATE '2026-11-15' - ago AS shipped_day, NOT never AND took <= ago AS came FROM drawn)
    SELECT
        'shop' AS account, 'O' || i AS order_id, '1' AS line, 'T' || i AS tracking_number, 'amazon.com' AS marketplace,
        'USD' AS currency, ['USPS', 'UPS', 'FedEx', 'DHL'][1 + draw(i, 6, 4)] AS carrier, 'Ground' AS service,
        'SKU' || (i % 500) AS sku, shipped_day, CASE WHEN came THEN shipped_day + took END AS delivered_day,
        CASE WHEN came THEN 'delivered' ELSE 'in_transit' END AS tracking, shipped_day + least(took, ago) AS seen_day,
        DATE '2026-11-15' AS as_of_day, shipped_day AS ship_by_day, shipped_day + 7 AS deliver_by_day,
        ago - 7 AS days_past_deliver_by, 'no' AS refund_on_record, false AS protected, false AS insured,
        CAST(10 + i % 90 AS DECIMAL(18, 2)) AS value, 'FBM' AS channel, true AS handed_over
    FROM sent
"""
REST = (
    "CREATE TABLE order_lines AS SELECT account, order_id, line, marketplace, CAST(hash(order_id) % 900 AS VARCHAR) AS region"
    " FROM line_facts",
    "CREATE TABLE recoveries"
    " (source VARCHAR, state VARCHAR, currency VARCHAR, amount DECIMAL(18, 2), account VARCHAR, order_id VARCHAR)",
    "CREATE TABLE loads (format VARCHAR, covers_from TIMESTAMPTZ)",
    "CREATE TEMP TABLE context AS SELECT DATE '2026-11-15' AS as_of_day",
)


def measured(parcels):
    """Seconds, peak memory in MB and what was found, over so many drawn parcels, in this process."""
    from orderkit.analyses.at_risk import at_risk  # importing is not timed

    con = duckdb.connect(config={"memory_limit": "1GB"})
    con.execute(DRAW)
    con.execute(DRAWN, {"parcels": parcels, "never": NEVER})
    for statement in REST:
        con.execute(statement)
    start = time.perf_counter()
    found = at_risk(con)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    young = found.parcels[found.parcels["age_days"] == 0]
    return {
        "parcels": parcels, "seconds": round(seconds, 2), "peak_mb": round(peak), "open": len(found.parcels),
        "strata": len(found.model.strata), "never_said": round(float(young["p_lost"].mean()), 5), "never_true": 1 / NEVER,
    }  # fmt: skip


@click.command()
@click.option("--parcels", default=1_000_000, show_default=True, type=click.IntRange(10_000))
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1))
def main(parcels, rounds):
    """The model of deliveries and what is at risk, over drawn parcels, each round in a process of its own."""
    rounds_of.run("benchmarks.parcels", parcels, rounds, PROMISED)


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        click.echo(json.dumps(measured(int(sys.argv[2]))))
    else:
        main()
