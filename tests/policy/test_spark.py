"""The compiled SQL of both packs gives on Spark what it gives on DuckDB, row for row: on the sample, and on drawn facts.

With more lines: `ORDERKIT_SPARK_LINES=1000000 python3 run.py test tests/policy/test_spark.py -k drawn`.
"""

import datetime as dt
import os
import shutil
from pathlib import Path

import duckdb
import pytest
import sqlglot

import orderkit as ok
from orderkit import policy
from orderkit.marketplaces import marketplaces
from orderkit.policy.check import domain
from orderkit.policy.compile import question_sql, read_facts
from orderkit.policy.dictionary import dictionary

pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java, which is not on this machine", allow_module_level=True)

pytestmark = pytest.mark.slow
HOURS = Path(__file__).with_name("hours.yaml").read_text(encoding="utf-8")
PACKS = {name: policy.load_pack(name) for name in policy.packs()}
DRAWN = int(os.environ.get("ORDERKIT_SPARK_LINES", "100000"))


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("orderkit").config("spark.sql.session.timeZone", "UTC")
    builder = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "4")
    builder = builder.config("spark.driver.memory", "4g").config("spark.driver.maxResultSize", "2g")
    session = builder.config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse"))).getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    shop = ok.sample(tmp_path_factory.mktemp("shop"))
    policy.facts(shop.con)
    yield shop
    shop.close()


def on_spark(spark, con, folder, sql, tables):
    """The rows of a SELECT of ours on Spark, over Parquet copies of the tables it reads."""
    for name, query in tables.items():
        path = f"{folder}/{name}.parquet"
        con.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
        spark.read.parquet(path).createOrReplaceTempView(name)
    return [tuple(row) for row in spark.sql(sqlglot.transpile(sql, read="duckdb", write="spark")[0]).collect()]


def in_order(rows):
    """The rows sorted, moments as seconds: Spark's come without a zone, in that of the machine, DuckDB's with theirs."""
    return sorted((tuple(cell.timestamp() if isinstance(cell, dt.datetime) else cell for cell in row) for row in rows), key=str)


@pytest.mark.parametrize("name", PACKS)
def test_the_sample_has_the_same_answers(spark, shop, tmp_path, name):
    con = duckdb.connect()
    for table in ("line_facts", "return_facts", "calendar"):
        con.register(f"{table}_given", shop.con.sql(f"SELECT * FROM {table}").to_arrow_table())
        con.execute(f"CREATE TABLE {table} AS SELECT * FROM {table}_given")
    for question in PACKS[name].questions.values():
        sql = question_sql(PACKS[name], question)
        ours = con.sql(sql).fetchall()
        needed = {table: f"SELECT * FROM {table}" for table in (question.table, "calendar")}
        theirs = on_spark(spark, con, tmp_path, sql, needed)
        assert len(ours) > 0
        assert in_order(theirs) == in_order(ours), question.name


@pytest.mark.parametrize("question", ["not_received", "carrier_claim", "return_request", "safe_t"])
def test_drawn_facts_have_the_same_answers(spark, tmp_path, question):
    """Every fact is drawn from its domain by a hash of the row's number, unknown among its values."""
    pack, con = PACKS["amazon"], duckdb.connect()
    asked, known, columns = pack.questions[question], dictionary(pack.questions[question].table), []
    for name in read_facts(asked, pack):
        if name in asked.keys:
            columns.append(f"CAST(i AS VARCHAR) AS {name}")
            continue
        values = [f"CAST({value} AS {known[name].sql_type})" for value in domain(pack, asked, name)]
        columns.append(f"[{', '.join(values)}][1 + CAST(hash(i, '{name}') % {len(values)} AS INTEGER)] AS {name}")
    con.execute(f"CREATE TABLE drawn AS SELECT {', '.join(columns)} FROM range({DRAWN}) AS numbers(i)")
    sql = question_sql(pack, asked, facts="drawn")
    ours = con.sql(sql).fetchall()
    assert len(ours) == DRAWN
    assert in_order(on_spark(spark, con, tmp_path, sql, {"drawn": "SELECT * FROM drawn"})) == in_order(ours)


def test_hours_and_ends_of_days_are_the_same_in_every_zone(spark, tmp_path):
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
    sql = question_sql(pack, pack.questions["message"], facts="drawn")
    ours = con.sql(sql).fetchall()
    assert len(ours) == 10_000
    assert len({row[7] for row in ours}) > 700
    assert in_order(on_spark(spark, con, tmp_path, sql, {"drawn": "SELECT * FROM drawn"})) == in_order(ours)
