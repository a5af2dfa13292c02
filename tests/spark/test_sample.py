"""A shop on Spark against DuckDB, row for row: tables, facts, the answers of all packs, every measure, the page of docs.

Measures are compared whole and added up by their first key; on a simulated shop of many lines by every key:
`ORDERKIT_SPARK_LINES=1000000 python3 run.py test tests/spark/test_sample.py -n 0 -s`.
"""

import os
import re
import time
from pathlib import Path

import pytest
from compared import counted, in_seconds, rows, types

from orderkit import measures, policy, simulate, spark, store
from orderkit.errors import BadValue
from orderkit.measures.runner import keys
from orderkit.store.export import TABLES

pytestmark = pytest.mark.slow
LINES = int(os.environ.get("ORDERKIT_SPARK_LINES", "0"))
WEEKS = 30
PAGE = Path(__file__).parents[2] / "docs" / "past-one-machine.md"
TOLD = {"compared": 0, "different": 0}


@pytest.fixture(scope="module")
def db(sample_db, tmp_path_factory):
    """The sample shop, or one of as many lines as are asked for."""
    if not LINES:
        return sample_db
    place = tmp_path_factory.mktemp("large")
    simulate.shop(1, weeks=WEEKS, lines_per_week=LINES / WEEKS * 1.02).write(place / "exports")
    store.load(place / "exports", db=place / "shop.duckdb")
    return place / "shop.duckdb"


@pytest.fixture(scope="module")
def con(db, tmp_path_factory):
    """The shop on DuckDB, with its facts; it may read what Spark writes into its folder."""
    opened = store.reader(db, writes_into=tmp_path_factory.mktemp("spark").resolve())
    opened.execute("SET threads = 2")
    store.set_context(opened)
    policy.facts(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def place(con):
    """The folder that both write and read."""
    return con.sql("SELECT current_setting('allowed_directories')[1]").fetchall()[0][0]


@pytest.fixture(scope="module")
def shop(session, db, tmp_path_factory):
    """The same shop, exported and read by Spark, with its facts."""
    begun = time.monotonic()
    manifest = spark.read(session, store.export(db, tmp_path_factory.mktemp("exported") / "tables").folder)
    spark.facts(session)
    yield manifest
    seconds = time.monotonic() - begun
    print(f"\nSpark against DuckDB: {TOLD['compared']:,} rows compared, differences {TOLD['different']}, {seconds:.0f} s")


def told(found, different):
    """Adds to what is told at the end; whether there was something, and no difference."""
    TOLD["compared"] += found
    TOLD["different"] += different
    return found > 0 and different == 0


def test_tables(session, shop, con, place):
    for table in set(TABLES) - {"context"}:
        if shop["tables"][table]["rows"]:
            assert told(*counted(con, f"SELECT * FROM {table}", session.table(table), f"{place}table")), table
        else:
            assert session.table(table).count() == 0
            assert len(session.table(table).columns) == len(con.table(table).columns)


@pytest.mark.parametrize("name", ["line_facts", "return_facts"])
def test_facts(session, shop, con, place, name):
    assert told(*counted(con, f"SELECT * FROM {name}", session.table(name), f"{place}facts"))


@pytest.mark.parametrize("pack", policy.packs())
def test_answers(session, shop, con, place, pack):
    read = policy.load_pack(pack)
    found = spark.answers(session, pack)
    assert list(found) == list(read.questions)
    for name, frame in found.items():
        assert told(*counted(con, policy.question_sql(read, read.questions[name]), frame, f"{place}answers")), name
    assert session.table(f"answers_{name}").columns == frame.columns


@pytest.mark.parametrize("name", measures.names())
def test_measures(session, shop, con, name):
    """In the order in which the measure gives its rows, too."""
    for by in (None, *(keys(name) if LINES else keys(name)[:1])):
        ours = [tuple(row.values()) for row in measures.rows(con, name, by=by)]
        theirs = spark.measure(session, name, by=by)
        found = rows(theirs)
        different = sum(one != other for one, other in zip(found, in_seconds(ours), strict=False)) + abs(len(found) - len(ours))
        assert told(len(ours), different) or (name == "lines_set_aside" and not ours), (name, by)
    relation = con.sql(measures.text(name))
    assert types(spark.measure(session, name)) == dict(zip(relation.columns, map(str, relation.types), strict=True))


def test_measures_cut_by_weeks_and_marketplace(session, shop, con):
    asked = {"since": "2026-W30", "until": "2026-10-01", "marketplace": "amazon.de"}
    ours = [tuple(row.values()) for row in measures.rows(con, "orders_by_week", **asked)]
    assert len(ours) > 5
    assert rows(spark.measure(session, "orders_by_week", **asked)) == ours
    with pytest.raises(BadValue, match="cannot be cut by week"):
        spark.measure(session, "late_open", since="2026-W30")


def test_measures_of_ones_own(session, shop, con, tmp_path):
    head = "-- about: orders of a pack\n-- grain: one row per answer\n-- unit: lines\n-- reads: answers_not_received\n"
    own = tmp_path / "waiting.sql"
    own.write_text(
        head + "SELECT answer, count(*) AS lines FROM answers_not_received GROUP BY answer ORDER BY answer", encoding="utf-8"
    )
    spark.answers(session, "amazon")
    policy.apply(con, "amazon", only=["not_received"])
    ours = con.sql("SELECT CAST(answer AS VARCHAR) AS a, count(*) FROM answers_not_received GROUP BY a ORDER BY a").fetchall()
    assert rows(spark.measure(session, "waiting", own=tmp_path)) == ours
    own.write_text(
        head + "SELECT answer, date_diff('day', deadline, deadline) AS lines FROM answers_not_received", encoding="utf-8"
    )
    with pytest.raises(BadValue, match="DATE_DIFF"):
        spark.measure(session, own)


def test_the_ten_lines_of_the_page(session, shop, con, folder, monkeypatch, capsys):
    (lines,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert len(lines.splitlines()) == 10
    monkeypatch.chdir(folder.parent)
    names = {}
    exec(compile(lines, PAGE.name, "exec"), names)
    assert "amazon.de" in capsys.readouterr().out
    ours = {row["week"]: row["late"] for row in measures.rows(con, "delivery_by_week", by="week") if "late" in row}
    if not LINES:  # the page is about the sample
        assert {row.week: row.late for row in names["weeks"].collect()} == ours
        assert names["answers"]["not_received"].count() == con.table("line_facts").count("*").fetchall()[0][0]
