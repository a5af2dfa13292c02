"""How long losses take over many parcels, what they add up to and which to insure: `python -m benchmarks.losses`.

Goals at 1 M parcels: 10 seconds until all are in their classes and decided with two tariffs, 2 GB; and 3 seconds for 20,000
totals of 5,000 parcels. The seconds of the whole analysis stand beside. Parcels, bookings and claims are drawn in the engine;
two carriers lose one parcel in 400 and two one in 40, and cover must be recommended for the latter alone.
"""

import json
import resource
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path

import click
import duckdb
import numpy as np

from benchmarks import rounds as rounds_of
from orderkit.analyses.losses import ahead, classes, cover

PROMISED = {"decided_seconds": 10, "peak_mb": 2000, "forecast_seconds": 3}
SAFE, RISKY = 400, 40  # one parcel in so many is lost, with carriers 0 and 1, and with 2 and 3
FORECAST = {"parcels": 5_000, "draws": 20_000, "classes": 200}
# a number below `most` for row i; hash(i, number) would tie the draws of a row to each other
DRAW = "CREATE TEMP MACRO draw(i, number, most) AS CAST(hash(i + CAST(number AS BIGINT) * 1000000007) % most AS INTEGER)"
LINES = """
    CREATE TEMP TABLE line_facts AS
    WITH drawn AS (
        SELECT
            i, draw(i, 1, 400) AS ago, draw(i, 2, 4) AS carrier, draw(i, 3, 2) AS service, draw(i, 4, 10) AS area,
            2 + draw(i, 5, 7) + CASE WHEN draw(i, 6, 20) = 0 THEN draw(i, 7, 20) ELSE 0 END AS took,
            CAST(round(8 + 40 * exp(1.2 * (draw(i, 8, 1000) + draw(i, 9, 1000) + draw(i, 10, 1000) - 1500) / 500.0), 2)
                AS DECIMAL(18, 2)) AS value
        FROM range($parcels) AS numbers(i)
    ),
    fated AS (
        SELECT *, DATE '2026-11-15' - ago AS shipped_day,
            CASE WHEN draw(i, 11, CASE WHEN carrier < 2 THEN $safe ELSE $risky END) = 0 THEN 'lost'
                WHEN draw(i, 12, 2000) = 0 THEN 'damaged' ELSE 'delivered' END AS fate
        FROM drawn
    ),
    seen AS (SELECT *, took + CASE WHEN fate = 'lost' THEN 14 ELSE 0 END <= ago AS over FROM fated)
    SELECT
        'shop' AS account, 'O' || i AS order_id, '1' AS line, 'T' || i AS tracking_number, 'amazon.com' AS marketplace,
        'USD' AS currency, ['USPS', 'UPS', 'FedEx', 'DHL'][1 + carrier] AS carrier, ['Ground', 'Air'][1 + service] AS service,
        'SKU' || (i % 5000) AS sku, 1 AS units, shipped_day - 1 AS ordered_day, shipped_day,
        CASE WHEN over AND fate <> 'lost' THEN shipped_day + took END AS delivered_day,
        CASE WHEN over THEN fate ELSE 'in_transit' END AS tracking, shipped_day + least(took + 14, ago) AS seen_day,
        shipped_day AS ship_by_day, shipped_day + 7 AS deliver_by_day, ago - 7 AS days_past_deliver_by, 'no' AS refund_on_record,
        false AS protected, draw(i, 13, 10) = 0 AS insured, value, 'FBM' AS channel, true AS handed_over, area
    FROM seen
"""
REST = (
    "INSERT INTO order_lines BY NAME SELECT account, order_id, line, order_id AS order_item_id, marketplace, currency, sku,"
    " units, value AS item_price, true AS tax_included, CAST(value / 6 AS DECIMAL(18, 2)) AS item_tax, area || '0123' AS region"
    " FROM line_facts",
    "INSERT INTO parcels BY NAME SELECT account, tracking_number AS parcel, order_id, carrier, service,"
    " tracking_number AS tracking, shipped_day AS shipped_at, tracking AS outcome, insured,"
    " 4.20 AS label_cost, CASE WHEN insured THEN value END AS declared_value, currency, true AS named FROM line_facts",
    "INSERT INTO parcel_lines SELECT account, tracking_number, order_id, line FROM line_facts",
    "INSERT INTO products BY NAME SELECT 'shop' AS account, 'SKU' || i AS sku, 12.5 AS landed_cost, 'USD' AS currency,"
    ' i::VARCHAR AS "row" FROM range(5000) AS numbers(i)',
    """
    INSERT INTO money BY NAME
    SELECT account, order_id, sku, booked.type, booked.category, marketplace,
        CAST(value * booked.part AS DECIMAL(18, 2)) AS amount, currency, true AS counts,
        order_id || booked.category || booked.type AS "row"
    FROM line_facts, (VALUES
        ('Order', 'sale', 1.0), ('Order', 'fee', -0.15), ('Refund', 'refund', -1.0), ('Refund', 'fee', 0.12)
    ) AS booked(type, category, part)
    WHERE booked.type = 'Order' OR tracking IN ('lost', 'damaged')
    """,
    """
    INSERT INTO recoveries BY NAME
    SELECT account, order_id, tracking_number AS tracking, CASE WHEN insured THEN 'insurer' ELSE 'carrier' END AS source,
        CASE WHEN draw(rowid, 14, 10) < 8 THEN 'paid' ELSE 'denied' END AS state, least(value, 100) AS amount, currency,
        order_id AS "row"
    FROM line_facts
    WHERE tracking = 'lost' AND draw(rowid, 15, 10) < 7
    """,
    """
    INSERT INTO tariffs BY NAME
    SELECT 'shop' AS account, 'Cover' AS tariff, 100 * i + CASE WHEN i > 0 THEN 0.01 ELSE 0 END AS from_value,
        100 * (i + 1) AS to_value, 0.95 * (i + 1) AS premium, 0.85 AS paid_share, 'USD' AS currency, i::VARCHAR AS "row"
    FROM range(40) AS numbers(i)
    """,
    """
    INSERT INTO tariffs BY NAME
    SELECT 'shop' AS account, 'Declared value' AS tariff, 100 * i + CASE WHEN i > 0 THEN 0.01 ELSE 0 END AS from_value,
        100 * (i + 1) AS to_value, greatest(3.90, 1.25 * i) AS premium, 100 AS included_cover, 0.85 AS paid_share,
        'USD' AS currency, 'D' || i AS "row"
    FROM range(40) AS numbers(i)
    """,
    "CREATE TEMP TABLE context AS SELECT DATE '2026-11-15' AS as_of_day",
    "CREATE TEMP TABLE calendar AS SELECT 'amazon.com' AS marketplace, CAST(days.day AS DATE) AS day,"
    " CAST(date_trunc('week', days.day) AS DATE) AS week"
    " FROM range(DATE '2025-01-01', DATE '2026-12-01', INTERVAL 1 DAY) AS days(day)",
)


def drawn(number, folder):
    """A database of so many parcels of one line each, two bookings an order and those of what was lost, claims, two tariffs."""
    con = duckdb.connect(Path(folder) / "shop.duckdb", config={"memory_limit": "1GB", "temp_directory": folder})
    con.execute(resources.files("orderkit.store").joinpath("schema.sql").read_text(encoding="utf-8"))
    con.execute(DRAW)
    con.execute(LINES, {"parcels": number, "safe": SAFE, "risky": RISKY})
    for statement in REST:
        con.execute(statement)
    return con


def measured(number):
    """Seconds, peak memory in MB and what was found, over so many drawn parcels, in this process; and seconds of a forecast."""
    import scipy.optimize  # importing is not timed
    import scipy.stats

    from orderkit.analyses.losses import losses

    assert scipy.optimize
    assert scipy.stats

    with tempfile.TemporaryDirectory() as folder:
        con = drawn(number, folder)
        return decided(con) | timed(con, losses) | forecasted()


def decided(con):
    """Seconds until every parcel is in its class and every service decided with both tariffs, without charts, words and
    review."""
    start = time.perf_counter()
    classes.make(con)
    found = classes.experience(con)
    own = ahead.book(con, found, "USD", pace=ahead.pace(con)["USD"])
    cover.covers(con, [own])
    return {"decided_seconds": round(time.perf_counter() - start, 2)}


def timed(con, losses):
    """The whole analysis, timed: its seconds, the peak of this process, and what it recommends."""
    start = time.perf_counter()
    found = losses(con)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    groups = found.tables["groups"]
    insured = groups[(groups["tariff"] == "Cover") & (groups["verdict"] == "insure")]["group"]
    return {
        "parcels": int(found.frame["parcels"].max()), "classes": len(found.tables["classes"]), "seconds": round(seconds, 2),
        "peak_mb": round(peak), "insured": sorted(insured),
        "offers": found.tables["offers"].set_index("tariff")["saves"].round().to_dict(),
    }  # fmt: skip


def forecasted():
    """20,000 totals of 5,000 parcels in 200 classes, one in a hundred lost: seconds, and the mean against arithmetic."""
    from orderkit.statistics.losses.forecast import forecast

    rng = np.random.default_rng(1)
    amounts, cell = rng.lognormal(4, 0.8, FORECAST["parcels"]), rng.integers(0, FORECAST["classes"], FORECAST["parcels"])
    rates = rng.beta(10, 990, (FORECAST["draws"], FORECAST["classes"]))
    start = time.perf_counter()
    found = forecast(amounts, cell, rates, times=1, rng=rng, simulations=FORECAST["draws"])
    seconds = time.perf_counter() - start
    return {"forecast_seconds": round(seconds, 3), "mean_ratio": round(found.mean / float(rates.mean(axis=0)[cell] @ amounts), 4)}


@click.command()
@click.option("--parcels", default=1_000_000, show_default=True, type=click.IntRange(10_000))
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1))
def main(parcels, rounds):
    """The analysis of losses over drawn parcels, each round in a process of its own."""
    rounds_of.run("benchmarks.losses", parcels, rounds, PROMISED)


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        click.echo(json.dumps(measured(int(sys.argv[2]))))
    else:
        main()
