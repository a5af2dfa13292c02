"""What holds for every measure in the folder: header, columns, portable SQL, adding up. A new file is tested by being there."""

import re
from importlib import resources

import pytest
import shops
import sqlglot
from sqlglot import exp

from orderkit import measures
from orderkit.errors import BadValue, UnknownName
from orderkit.measures.runner import keys

NOT_PORTABLE = (
    exp.DateDiff, exp.DateAdd, exp.DateSub, exp.DateTrunc, exp.TimestampTrunc, exp.TimestampDiff, exp.Interval,
    exp.Qualify, exp.Anonymous,
)  # fmt: skip
NAMES = measures.names()


@pytest.fixture(scope="module")
def con():
    return shops.empty()


def test_there_are_measures():
    assert len(NAMES) >= 12


@pytest.mark.parametrize("name", NAMES)
def test_header_is_complete(name):
    assert set(measures.about(name)) == {"about", "grain", "unit", "reads"}
    assert measures.about(name)["grain"].startswith("one row per ")


@pytest.mark.parametrize("name", NAMES)
def test_header_tells_the_tables_that_are_read(name):
    tree = sqlglot.parse_one(measures.text(name), dialect="duckdb")
    steps = {step.alias for step in tree.find_all(exp.CTE)}
    assert {table.name for table in tree.find_all(exp.Table)} - steps == set(measures.about(name)["reads"].split(", "))


@pytest.mark.parametrize("name", NAMES)
def test_keys_come_first_and_the_rest_can_be_added_up(con, name):
    relation = con.sql(measures.text(name))
    assert relation.columns[: len(keys(name))] == keys(name)
    for column, kind in list(zip(relation.columns, relation.types, strict=True))[len(keys(name)) :]:
        moment = str(kind).startswith("TIMESTAMP") and column.endswith(("_from", "_to"))
        assert moment or str(kind) in ("BIGINT", "DECIMAL(18,2)"), f"{column} is {kind}"


@pytest.mark.parametrize("name", NAMES)
def test_sums_of_money_stand_with_their_currency(con, name):
    relation = con.sql(measures.text(name))
    if any(str(kind).startswith("DECIMAL") for kind in relation.types):
        assert "currency" in keys(name)


def is_portable(text):
    statements = sqlglot.parse(text, dialect="duckdb")
    assert len(statements) == 1
    tree = statements[0]
    assert re.match(r"(--[^\n]*\n|\s)*(WITH|SELECT)\b", text), "starts with FROM or something else"
    assert not list(tree.find_all(*NOT_PORTABLE))
    assert not [join for join in tree.find_all(exp.Join) if (join.args.get("method") or "").upper() == "ASOF"]
    assert not [group for group in tree.find_all(exp.Group) if group.args.get("all")]
    assert not [star for star in tree.find_all(exp.Star) if star.args.get("except_") or star.args.get("except")]
    assert not [column for column in tree.selects if isinstance(column, exp.Star) or column.is_star], "ends with *"
    assert sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)


@pytest.mark.parametrize("name", NAMES)
def test_sql_is_portable(name):
    is_portable(measures.text(name))


def test_the_to_do_list_is_portable_too():
    is_portable(resources.files("orderkit.analyses").joinpath("todo.sql").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT date_diff('day', a, b) AS days FROM t",
        "SELECT date_trunc('week', a) AS week FROM t",
        "SELECT a + INTERVAL 1 DAY AS b FROM t",
        "SELECT a, count(*) AS n FROM t GROUP BY ALL",
        "SELECT * EXCLUDE (a) FROM t",
        "SELECT * FROM t",
        "FROM t SELECT a",
        "SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1",
        "SELECT a.b FROM a ASOF JOIN c ON a.d >= c.d",
        "SELECT some_function(a) AS b FROM t",
    ],
)
def test_the_check_of_portability_catches_what_it_is_for(text):
    with pytest.raises(AssertionError):
        is_portable(text)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_shop_has_no_rows(con, name):
    assert measures.run(con, name).empty
    assert measures.rows(con, name) == []


def test_an_unknown_name_says_what_exists(con):
    with pytest.raises(UnknownName, match="late_open") as caught:
        measures.run(con, "late_opne")
    assert caught.value.known == NAMES


@pytest.mark.parametrize(
    "asked",
    [{"by": "week"}, {"by": ["reason", "sku"]}, {"since": "2026-W10"}, {"until": "2026-03-02"}, {"marketplace": "amazon.com"}],
)
def test_a_cut_by_a_column_that_is_not_there_names_those_that_are(con, asked):
    with pytest.raises(BadValue, match="file, reason"):
        measures.run(con, "lines_set_aside", **asked)


def test_a_day_that_is_none_is_refused(con):
    with pytest.raises(BadValue, match="2026-11-18"):
        measures.run(con, "orders_by_week", since="last week")
