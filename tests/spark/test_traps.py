"""Where Spark reads SQL otherwise than DuckDB without a word: each trap is refused, or shown to give the same rows.

What is refused needs no Spark to be tried; that the trap is real is shown on Spark by `test_the_traps_are_real`.
"""

import datetime as dt
import subprocess
import sys
from decimal import Decimal

import duckdb
import pytest
import sqlglot
from compared import in_seconds, rows

from orderkit import spark
from orderkit.errors import BadValue, NothingToShow
from orderkit.marketplaces import marketplaces

# a table of both engines: numbers, texts, days, moments, money, and what is not known
GIVEN = """
    SELECT * FROM (VALUES
        (1, 7, 'a', DATE '2026-01-04', TIMESTAMPTZ '2026-01-01 23:30:00+00', CAST(0.10 AS DECIMAL(18, 2))),
        (2, -7, 'A', DATE '2026-01-05', TIMESTAMPTZ '2026-01-02 00:30:00+00', CAST(0.20 AS DECIMAL(18, 2))),
        (3, 2, 'b', DATE '2025-12-28', TIMESTAMPTZ '2026-03-29 00:59:59.999999+00', CAST(-1234567890123456.78 AS DECIMAL(18, 2))),
        (4, 0, 'ROYAL MAİL', DATE '2024-12-30', TIMESTAMPTZ '2026-03-29 01:00:00+00', CAST(1.01 AS DECIMAL(18, 2))),
        (5, NULL, NULL, NULL, NULL, NULL),
        (6, 1, '50% \\n _x''', DATE '2027-01-03', TIMESTAMPTZ '2026-10-25 00:30:00+00', CAST(12.99 AS DECIMAL(18, 2)))
    ) AS given(id, n, s, d, t, m)
"""
REFUSED = {
    "days between moments": ("SELECT date_diff('day', t, t) AS x FROM given", "days_past_deliver_by"),
    "hours between moments": ("SELECT datediff('hour', t, t) AS x FROM given", "stand in the facts"),
    "days in another word": ("SELECT date_sub('day', t, t) AS x FROM given", ""),
    "week start": ("SELECT date_trunc('week', d) AS x FROM given", "calendar has week"),
    "day of the week": ("SELECT dayofweek(d) AS x FROM given", ""),
    "ISO day of the week": ("SELECT isodow(d) AS x FROM given", ""),
    "week of the year": ("SELECT extract(week FROM d) AS x FROM given", ""),
    "ASOF": ("SELECT a.id FROM given a ASOF JOIN given b ON a.d >= b.d", "valid_from <= b.day"),
    "positional join": ("SELECT a.id FROM given a POSITIONAL JOIN given b", "valid_from"),
    "QUALIFY": ("SELECT id FROM given QUALIFY row_number() OVER (ORDER BY id) = 1", "WHERE place = 1"),
    "unknown function": ("SELECT some_function(n) AS x FROM given", ""),
    "to_hours": ("SELECT t + to_hours(n) AS x FROM given", ""),
    "quantile": ("SELECT quantile_cont(n, 0.9) AS x FROM given", ""),
    "mean": ("SELECT avg(m) AS x FROM given", ""),
    "whole division": ("SELECT n // 2 AS x FROM given", ""),
    "remainder": ("SELECT n % 2 AS x FROM given", ""),
    "division left as it is": ("SELECT m / n AS x FROM given", "divide where they are shown"),
    "sum of divisions": ("SELECT CAST(sum(m / 3) AS DECIMAL(18, 2)) AS x FROM given", "divide where they are shown"),
    "money as a whole number": ("SELECT CAST(m AS INTEGER) AS x FROM given", "cast sums"),
    "text as a day": ("SELECT CAST(s AS DATE) AS x FROM given", "have their types"),
    "text as a moment": ("SELECT s::TIMESTAMPTZ AS x FROM given", "have their types"),
    "half a day": ("SELECT CAST('2026-01' AS DATE) AS x", "have their types"),
    "number as text": ("SELECT CAST(m AS VARCHAR) AS x FROM given", "have their types"),
    "cast that may fail": ("SELECT try_cast(s AS INTEGER) AS x FROM given", ""),
    "product of three": ("SELECT m * m * m AS x FROM given", ""),
    "interval of days": ("SELECT d + INTERVAL 1 DAY AS x FROM given", ""),
    "interval of a column": ("SELECT t + INTERVAL (n) HOUR AS x FROM given", ""),
    "pattern": ("SELECT id FROM given WHERE s LIKE '50\\%%'", ""),
    "regular expression": ("SELECT regexp_matches(s, '\\d') AS x FROM given", ""),
    "group by all": ("SELECT s, count(*) AS x FROM given GROUP BY ALL", "name the columns"),
    "all but": ("SELECT * EXCLUDE (n) FROM given", "name the columns"),
    "replaced": ("SELECT * REPLACE (n + 1 AS n) FROM given", "name the columns"),
    "list": ("SELECT [1, 2][1] AS x", ""),
    "text with a number": ("SELECT strftime(d, '%Y') AS x FROM given", ""),
    "distinct on": ("SELECT DISTINCT ON (s) s, id FROM given", ""),
    "file": ("SELECT * FROM read_csv('x.csv')", ""),
    "several": ("SELECT 1 AS a; SELECT 2 AS a", "Only one SELECT"),
    "writing": ("CREATE TABLE x AS SELECT 1 AS a", "Only one SELECT"),
    "no SQL": ("SELECT FROM WHERE", ""),
}
SAME = {
    "days between days": "SELECT id, CAST(DATE '2026-01-05' - d AS INTEGER) AS x, d + 1 AS y FROM given",
    "NULL last": "SELECT n FROM given ORDER BY n",
    "NULL last, falling": "SELECT n FROM given ORDER BY n DESC",
    "NULL first where asked": "SELECT n FROM given ORDER BY n DESC NULLS FIRST",
    "NULL last in windows": "SELECT id, row_number() OVER (ORDER BY n) AS x FROM given ORDER BY id",
    "NULL last in windows, falling": "SELECT id, row_number() OVER (ORDER BY s DESC) AS x FROM given ORDER BY id",
    "letters sort by their bytes": "SELECT s FROM given ORDER BY s",
    "case of names": "SELECT ID AS A, GiVeN.N AS b FROM GIVEN ORDER BY a",
    "case of texts": "SELECT id, s = 'a' AS x, s IN ('A', 'b') AS y, lower(s) = 'a' AS z FROM given ORDER BY id",
    "small letters": "SELECT id, contains(lower(s), 'royal mail') AS x, starts_with(lower(s), 'a') AS y FROM given ORDER BY id",
    "backslash and quote": "SELECT id FROM given WHERE s = '50% \\n _x'''",
    "texts joined": "SELECT id, s || '\\t' AS x, concat_ws(', ', s, 'b', NULL) AS y FROM given ORDER BY id",
    "share of money": "SELECT id, CAST(m / n AS DECIMAL(18, 4)) AS x FROM given WHERE n <> 0 AND m > 0 ORDER BY id",
    "whole from a sum": "SELECT CAST(sum(n) AS BIGINT) AS x, CAST(sum(m) FILTER (WHERE m > 0) AS BIGINT) AS y FROM given",
    "decimals without digits": "SELECT id, CAST(m AS DECIMAL) AS x FROM given WHERE m > 0 ORDER BY id",
    "sum of money": "SELECT CAST(sum(m) AS DECIMAL(18, 2)) AS x, count(m) AS y, count(*) AS z FROM given",
    "money times units": "SELECT id, CAST(m * n AS DECIMAL(18, 2)) AS x FROM given ORDER BY id",
    "fewer digits": "SELECT id, CAST(m * 1.005 AS DECIMAL(18, 2)) AS x FROM given WHERE m < 100 AND m > 0 ORDER BY id",
    "seconds with their fractions": "SELECT id, CAST(ceil(epoch(t) / 60) AS BIGINT) AS x FROM given ORDER BY id",
    "least of what is known": "SELECT id, greatest(n, NULL, 1) AS x, least(n, 1) AS y, nullif(n, 0) AS z FROM given ORDER BY id",
    "not known is kept apart": "SELECT id, n IS DISTINCT FROM 0 AS x, n IS NOT DISTINCT FROM NULL AS y FROM given ORDER BY id",
    "not known is not": "SELECT id, NOT n = 0 AS x, n = 0 OR s = 'a' AS y, n > 0 AND s = 'a' AS z FROM given ORDER BY id",
    "any and all": "SELECT bool_or(n > 5) AS x, bool_and(n > -9) AS y, bool_or(n > 9) FILTER (WHERE n IS NULL) AS z FROM given",
    "text of a moment": "SELECT id, t >= TIMESTAMPTZ '2026-03-29 01:00:00+00' AS x FROM given ORDER BY id",
    "text of a day": "SELECT id, d < DATE '2026-01-05' AS x FROM given ORDER BY id",
    "hours": "SELECT id, t + 3 * INTERVAL '1' HOUR AS x, t - INTERVAL '90' MINUTE AS y FROM given ORDER BY id",
    "between and a part": "SELECT id FROM given WHERE n BETWEEN -7 AND 1 ORDER BY id LIMIT 2",
    "union": "SELECT id FROM given WHERE id < 3 UNION ALL SELECT n AS id FROM given WHERE id = 1 ORDER BY id",
}


@pytest.mark.parametrize("trap", REFUSED)
def test_what_the_engines_read_differently_is_refused(trap):
    text, cure = REFUSED[trap]
    with pytest.raises(BadValue) as caught:
        spark.translated(text)
    assert cure in str(caught.value)


def test_a_refusal_names_what_it_is_about():
    with pytest.raises(BadValue, match=r"DATE_DIFF\('DAY', t, d\) \(days and minutes stand in the facts"):
        spark.translated("SELECT id, date_diff('day', t, d) AS days FROM given")


@pytest.fixture(scope="module")
def given(session, tmp_path_factory):
    """The table in both engines: a connection of DuckDB, a temp view of Spark."""
    con, path = duckdb.connect(), tmp_path_factory.mktemp("given") / "given.parquet"
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"CREATE TABLE given AS {GIVEN}")
    con.execute(f"COPY given TO '{path}'")
    session.read.parquet(str(path)).createOrReplaceTempView("given")
    return con


@pytest.mark.slow
@pytest.mark.parametrize("trap", SAME)
def test_what_is_not_refused_is_the_same(session, given, trap):
    ours = in_seconds(given.sql(SAME[trap]).fetchall())
    assert len(ours) > 0
    assert rows(session.sql(spark.translated(SAME[trap]))) == ours


@pytest.mark.slow
def test_the_traps_are_real(session, given):
    """sqlglot alone passes these on, and Spark gives other numbers, or none."""

    def both(text):
        plain = sqlglot.transpile(text, read="duckdb", write="spark")[0]
        return given.sql(text).fetchall(), [tuple(row) for row in session.sql(plain).collect()]

    begins = "TIMESTAMPTZ '2026-01-01 23:30:00+00', TIMESTAMPTZ '2026-01-02 00:30:00+00'"
    assert both(f"SELECT date_diff('day', {begins}) AS x") == ([(1,)], [(0,)])
    assert both("SELECT isodow(DATE '2026-01-04') AS x")[0] == [(7,)]
    assert both("SELECT CAST(m AS INTEGER) AS x FROM given WHERE id = 6") == ([(13,)], [(12,)])
    with pytest.raises(Exception, match=r"ASOF|PARSE_SYNTAX_ERROR"):
        both("SELECT a.id FROM given a ASOF JOIN given b ON a.d >= b.d")
    with pytest.raises(Exception, match="UNRESOLVED_ROUTINE"):
        both("SELECT t + to_hours(id) AS x FROM given")


@pytest.mark.slow
def test_a_share_of_money_is_rounded_alike(session, tmp_path):
    """All amounts up to 20.00 shared by up to 12: among them every tie, where fractions in twos lie beside it."""
    con = duckdb.connect()
    drawn = "SELECT CAST(a / 100 AS DECIMAL(18, 2)) AS m, b AS n FROM range(-2000, 2001) AS r(a), range(1, 13) AS s(b)"
    con.execute(f"CREATE TABLE shares AS {drawn}")
    con.execute(f"COPY shares TO '{tmp_path}/m.parquet'")
    session.read.parquet(f"{tmp_path}/m.parquet").createOrReplaceTempView("shares")
    for scale in (2, 4):
        text = f"SELECT m, n, CAST(m / n AS DECIMAL(18, {scale})) AS x FROM shares ORDER BY n, m"
        ours = con.sql(text).fetchall()
        assert len(ours) == 48_012
        assert rows(session.sql(spark.translated(text))) == ours
    assert (Decimal("-20.00"), 12, Decimal("-1.6667")) in ours


@pytest.mark.slow
def test_days_are_the_same_in_every_zone(session, tmp_path):
    """Of moments seven hours apart over three years and a half, by the zones of all marketplaces; and where their days begin."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    zones = ", ".join(f"('{zone}')" for zone in sorted({site.zone for site in marketplaces().values()} | {"UTC"}))
    con.execute(f"""
        CREATE TABLE moments AS
        SELECT zone, TIMESTAMPTZ '2023-06-01 00:00:00+00' + i * INTERVAL '433' MINUTE AS t,
            DATE '2023-06-01' + CAST(i // 3 AS INTEGER) AS d
        FROM range(4300) AS r(i), (VALUES {zones}) AS z(zone)
    """)
    con.execute(f"COPY moments TO '{tmp_path}/moments.parquet'")
    session.read.parquet(f"{tmp_path}/moments.parquet").createOrReplaceTempView("moments")
    text = """
        SELECT zone, t, local_day(zone, t) AS x, timezone(zone, CAST(d + 1 AS TIMESTAMP)) AS y
        FROM moments
        ORDER BY zone, t
    """
    ours = in_seconds(con.sql(text.replace("local_day(zone, t)", "CAST(timezone(zone, t) AS DATE)")).fetchall())
    assert len(ours) > 80_000
    assert rows(session.sql(spark.translated(text))) == ours


@pytest.mark.slow
def test_weeks_begin_on_monday_by_the_calendar(session, folder):
    spark.read(session, folder)
    found = spark.sql(session, "SELECT day, week, iso_week FROM calendar WHERE marketplace = $site", site="amazon.de").collect()
    assert len(found) > 400
    for day, week, iso_week in found:
        assert week == day - dt.timedelta(days=day.weekday())
        assert iso_week == "{}-W{:02}".format(*day.isocalendar()[:2])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("spark.sql.session.timeZone", "Europe/Berlin"),
        ("spark.sql.ansi.enabled", "false"),
        ("spark.sql.timestampType", "TIMESTAMP_NTZ"),
    ],
)
def test_a_session_that_would_give_other_numbers_is_refused(session, folder, setting, value):
    before = session.conf.get(setting)
    session.conf.set(setting, value)
    try:
        with pytest.raises(BadValue, match=setting.replace(".", r"\.")):
            spark.read(session, folder)
    finally:
        session.conf.set(setting, before)


@pytest.mark.slow
def test_without_tables_it_says_how_to_make_them(session, tmp_path):
    other = session.newSession()
    other.conf.set("spark.sql.session.timeZone", "UTC")
    with pytest.raises(NothingToShow, match=r"spark\.read"):
        spark.measure(other, "late_open")
    with pytest.raises(BadValue, match="orderkit export --to"):
        spark.read(other, tmp_path)


def test_orderkit_imports_no_spark():
    code = "import sys; from orderkit import shop, spark; print([name for name in sys.modules if name.startswith('pyspark')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
