"""The compiled SQL of a pack gives on Spark what it gives on DuckDB, row for row, on drawn facts: far more cases than a shop has.

With more lines: `ORDERKIT_SPARK_LINES=1000000 python3 run.py test tests/spark/test_drawn.py`.
"""

import os
from pathlib import Path

import duckdb
import pytest
from compared import in_seconds, rows

from orderkit import policy, spark
from orderkit.marketplaces import marketplaces
from orderkit.policy.check import domain
from orderkit.policy.compile import question_sql, read_facts
from orderkit.policy.dictionary import dictionary

pytestmark = pytest.mark.slow
HOURS = (Path(__file__).parents[1] / "policy" / "hours.yaml").read_text(encoding="utf-8")
DRAWN = int(os.environ.get("ORDERKIT_SPARK_LINES", "30000"))


def same(session, con, folder, sql):
    """The rows of a SELECT over the table `drawn` on DuckDB; asserts that Spark gives the same."""
    con.execute(f"COPY drawn TO '{folder}/drawn.parquet' (FORMAT parquet)")
    session.read.parquet(f"{folder}/drawn.parquet").createOrReplaceTempView("drawn")
    ours = con.sql(sql).fetchall()
    assert sorted(rows(session.sql(spark.translated(sql))), key=str) == sorted(in_seconds(ours), key=str)
    return ours


@pytest.mark.parametrize("question", ["not_received", "carrier_claim", "return_request", "safe_t"])
def test_drawn_facts_have_the_same_answers(session, tmp_path, question):
    """Every fact is drawn from its domain by a hash of the row's number, unknown among its values."""
    pack, con = policy.load_pack("amazon"), duckdb.connect()
    asked, known, columns = pack.questions[question], dictionary(pack.questions[question].table), []
    for name in read_facts(asked, pack):
        if name in asked.keys:
            columns.append(f"CAST(i AS VARCHAR) AS {name}")
            continue
        values = [f"CAST({value} AS {known[name].sql_type})" for value in domain(pack, asked, name)]
        columns.append(f"[{', '.join(values)}][1 + CAST(hash(i, '{name}') % {len(values)} AS INTEGER)] AS {name}")
    con.execute(f"CREATE TABLE drawn AS SELECT {', '.join(columns)} FROM range({DRAWN}) AS numbers(i)")
    assert len(same(session, con, tmp_path, question_sql(pack, asked, facts="drawn"))) == DRAWN


def test_hours_and_ends_of_days_are_the_same_in_every_zone(session, tmp_path):
    """Moments at every time of the day over two years, so that clocks change between a message and its deadline."""
    pack, con = policy.read_pack(HOURS, "hours.yaml"), duckdb.connect()
    sites = ", ".join(f"'{name}'" for name in [*marketplaces(), "elsewhere.example"])
    con.execute(f"""
        CREATE TABLE drawn AS
        SELECT '' AS account, CAST(n AS VARCHAR) AS order_id, '' AS line, CAST(tracking AS VARCHAR) AS tracking,
            [{sites}, NULL][1 + CAST(n % {len(marketplaces()) + 2} AS INTEGER)] AS marketplace, DATE '2026-01-01' AS as_of_day,
            TIMESTAMPTZ '2025-01-01 00:00:00+00' + CAST(n AS INTEGER) * INTERVAL '433' MINUTE AS not_received_asked_at,
            DATE '2025-01-02' + CAST(n * 433 // 1440 AS INTEGER) AS ship_by_day
        FROM range(2500) AS r(n), (VALUES ('in_transit'), ('delivered'), ('none'), (NULL)) AS t(tracking)
    """)
    ours = same(session, con, tmp_path, question_sql(pack, pack.questions["message"], facts="drawn"))
    assert len(ours) == 10_000
    assert len({row[7] for row in ours}) > 700
