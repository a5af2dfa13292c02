"""Deadlines in hours: counted on the clock of UTC, shown as the day and the time of the marketplace, also when clocks change."""

import datetime as dt
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from orderkit import policy
from orderkit.errors import BadValue, PackError
from orderkit.marketplaces import marketplaces
from orderkit.policy.dictionary import dictionary
from orderkit.policy.language import Expression, ExpressionError

PACK = Path(__file__).with_name("hours.yaml").read_text(encoding="utf-8")
READ = policy.read_pack(PACK, "hours.yaml")
FACTS = dictionary("line_facts")


def answered(pack=READ, **given):
    """(answer, deadline, deadline_latest, deadline_at in UTC) of one case of the question `message`."""
    given = {"account": "a", "order_id": "1", "line": "1", "marketplace": "amazon.com", "as_of_day": "2026-11-01", **given}
    columns = ", ".join(f"CAST(${name} AS {fact.sql_type}) AS {name}" for name, fact in FACTS.items())
    sql = policy.question_sql(pack, pack.questions["message"], facts=f"(SELECT {columns})")
    values = {name: given.get(name) for name in FACTS}
    names = "answer, deadline, deadline_latest, timezone('UTC', deadline_at)"
    return duckdb.connect().sql(f"SELECT {names} FROM ({sql})", params=values).fetchall()[0]


def utc(text):
    return dt.datetime.fromisoformat(text)


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("asked", "on", "at"),
    [
        # the night of 1 November 2026 has an hour more in Los Angeles (UTC-7, then UTC-8): by the clock, 48 hours end earlier
        ("2026-10-31 10:00:00-07:00", "2026-11-02", "2026-11-02 17:00:00"),  # 09:00 there
        ("2026-10-31 00:30:00-07:00", "2026-11-01", "2026-11-02 07:30:00"),  # 23:30 there, still Sunday
        ("2026-10-31 01:00:00-07:00", "2026-11-02", "2026-11-02 08:00:00"),  # 00:00 there
        # that of 8 March 2026 has an hour less: by the clock, they end later
        ("2026-03-06 23:30:00-08:00", "2026-03-09", "2026-03-09 07:30:00"),  # 00:30 there, Monday already
        ("2026-03-06 22:59:59-08:00", "2026-03-08", "2026-03-09 06:59:59"),  # 23:59:59 there
        # no change between
        ("2026-11-04 14:05:00-08:00", "2026-11-06", "2026-11-06 22:05:00"),
    ],
)
def test_hours_run_on_the_clock_of_utc_and_the_day_is_the_local_one(asked, on, at):
    found = answered(tracking="in_transit", not_received_asked_at=asked)
    assert found == ("answer", day(on), None, utc(at))


def test_hours_run_in_europe_when_clocks_change():
    # 25 October 2026, 03:00 becomes 02:00 in Berlin (UTC+2, then UTC+1); 24 hours by the least value, 72 by the other
    found = answered(marketplace="amazon.de", tracking="in_transit", not_received_asked_at="2026-10-24 23:30:00+02:00")
    assert found == ("answer", day("2026-10-25"), day("2026-10-27"), utc("2026-10-25 21:30:00"))
    # 22:30 on the 25th, and 22:30 on the 27th


def test_where_no_value_holds_there_is_no_deadline():
    found = answered(marketplace="amazon.fr", tracking="in_transit", not_received_asked_at="2026-10-24 23:30:00+02:00")
    assert found == ("answer", None, None, None)


def test_where_nobody_asked_there_is_no_deadline():
    assert answered(tracking="in_transit") == ("answer", None, None, None)


@pytest.mark.parametrize(("as_of", "hours"), [("2023-12-31", 24), ("2024-01-01", 48)])
def test_hours_are_dated(as_of, hours):
    asked = utc("2023-12-30 12:00:00")
    found = answered(tracking="in_transit", as_of_day=as_of, not_received_asked_at=f"{asked}+00:00")
    assert found[3] == asked + dt.timedelta(hours=hours)


@pytest.mark.parametrize(
    ("ship_by", "on", "at"),
    [
        ("2026-11-05", "2026-11-05", "2026-11-06 07:59:59"),  # the day ends first: 23:59:59 there
        ("2026-11-06", "2026-11-06", "2026-11-06 22:05:00"),  # the hours end first
        (None, None, None),
    ],
)
def test_the_earlier_of_two_moments(ship_by, on, at):
    found = answered(tracking="delivered", ship_by_day=ship_by, not_received_asked_at="2026-11-04 14:05:00-08:00")
    assert found == ("answer", on and day(on), None, at and utc(at))


def test_days_of_an_order_without_a_known_marketplace_end_in_utc():
    found = answered(
        marketplace=None, tracking="delivered", ship_by_day="2026-11-05", not_received_asked_at="2026-11-05 00:00:00Z"
    )
    assert found == ("answer", day("2026-11-05"), None, utc("2026-11-05 23:59:59"))


def test_a_rule_of_days_beside_rules_of_hours_names_a_day_and_no_moment():
    found = answered(tracking="none", ship_by_day="2026-11-03")
    assert found == ("ship", day("2026-11-06"), None, None)  # 3 + 3


def test_a_question_without_hours_reads_no_clock():
    plain = policy.load_pack("article-2021")
    for question in plain.questions.values():
        sql = policy.question_sql(plain, question)
        assert "CAST(NULL AS TIMESTAMPTZ) AS deadline_at" in sql
        assert "ZONE '" not in sql


def sql_of(text, marketplace):
    made = Expression(text, FACTS, {}, expected=("day", "moment"))
    return made.sql(zone=f"'{marketplaces()[marketplace].zone}'")


@pytest.mark.parametrize("marketplace", marketplaces())
def test_a_day_ends_a_second_before_the_next_in_every_zone(marketplace):
    """Reckoned a second time by Python's own zones, for every day of three years; Cairo changes its clocks at midnight."""
    zone, con = ZoneInfo(marketplaces()[marketplace].zone), duckdb.connect()
    con.execute("CREATE TABLE days AS SELECT DATE '2024-01-01' + CAST(i AS INTEGER) AS ship_by_day FROM range(1096) AS r(i)")
    sql = sql_of("end_of_day(ship_by_day)", marketplace)
    found = con.sql(f"SELECT ship_by_day, timezone('UTC', {sql}) FROM days ORDER BY 1").fetchall()
    assert len(found) == 1096
    for each, ends in found:
        midnight = dt.datetime.combine(each + dt.timedelta(days=1), dt.time(), zone)
        assert ends == midnight.astimezone(dt.UTC).replace(tzinfo=None) - dt.timedelta(seconds=1), each


@pytest.mark.parametrize("marketplace", ["amazon.com", "amazon.de", "amazon.eg", "amazon.com.au", "amazon.in", "amazon.com.br"])
def test_the_local_day_of_hours_is_that_of_pythons_zones(marketplace):
    zone = ZoneInfo(marketplaces()[marketplace].zone)
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    asked = [begin + dt.timedelta(minutes=433 * n) for n in range(1300)]  # more than a year, at every time of the day
    con = duckdb.connect()
    columns = {name: f"CAST(NULL AS {fact.sql_type})" for name, fact in FACTS.items()}
    columns |= {"order_id": "n", "marketplace": f"'{marketplace}'", "tracking": "'delivered'", "ship_by_day": "DATE '2030-01-01'"}
    columns["not_received_asked_at"] = f"TIMESTAMPTZ '{begin}' + n * INTERVAL 433 MINUTE"
    chosen = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    con.execute(f"CREATE TABLE line_facts AS SELECT {chosen} FROM range(1300) AS r(n)")
    sql = policy.question_sql(READ, READ.questions["message"])
    found = con.sql(f"SELECT deadline FROM ({sql}) ORDER BY order_id").fetchall()
    assert found == [((moment + dt.timedelta(hours=48)).astimezone(zone).date(),) for moment in asked]


REFUSED = {
    "hours from a day": ("plus_hours(ship_by_day, 48)", "is a day where a moment is needed. Count days from a day, plus_days"),
    "days from a moment": ("plus_days(ordered_at, 3)", "is a moment where a day is needed. Count hours from a moment"),
    "hours by a parameter of days": ("plus_hours(ordered_at, patience)", "patience is in days: count it by plus_days"),
    "days by a parameter of hours": ("plus_days(ship_by_day, reply_within)", "reply_within is in hours: count it by plus_hours"),
    "half an hour": ("plus_hours(ordered_at, 1.5)", "adds no plain number of hours. Write a whole number up to 876000"),
    "too many hours": ("plus_hours(ordered_at, 876001)", "adds no plain number of hours"),
    "hours by a fact": ("plus_hours(ordered_at, days_past_ship_by)", "adds no plain number of hours"),
    "end of a moment": ("end_of_day(ordered_at)", "is a moment where a day is needed"),
    "end of two days": ("end_of_day(ship_by_day, as_of_day)", r"has 2 parts, not 1. Write end_of_day\(day\)"),
    "hours without a number": ("plus_hours(ordered_at)", r"has 1 part, not 2. Write plus_hours\(moment, n\)"),
    "a day beside a moment": (
        "later_of(ship_by_day, ordered_at)",
        r"a day and a moment. Make the day a moment: end_of_day",
    ),
    "the later of numbers": ("later_of(1, 2)", r"takes a number. Write later_of\(day, day\) or later_of\(moment, moment\)"),
    "no day at all": ("days_past_ship_by", "gives a number, not a day or a moment"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_deadline_that_cannot_be_meant_is_refused_with_a_cure(name):
    text, message = REFUSED[name]
    with pytest.raises(ExpressionError) as refused:
        Expression(text, FACTS, READ.parameters, expected=("day", "moment"))
    assert re.search(message, str(refused.value)), str(refused.value)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("cancel_answered_at > plus_hours(cancel_asked_at, 48)", "hours are reckoned in deadlines alone"),
        ("ordered_at > end_of_day(ship_by_day)", "the end of a day is reckoned in deadlines alone"),
        ("as_of_day > plus_business_days(ship_by_day, 2)", "business days are reckoned in deadlines alone"),
    ],
)
def test_conditions_reckon_no_clock(condition, message):
    with pytest.raises(ExpressionError, match=message):
        Expression(condition, FACTS, {})


def test_a_pack_with_hours_from_a_day_is_refused_with_its_line():
    bad = PACK.replace('"plus_hours(not_received_asked_at, reply_within)"', '"plus_hours(ship_by_day, reply_within)"')
    with pytest.raises(PackError, match=r"hours.yaml, line \d+, questions.message.rules.shipped.deadline: .* moment is needed"):
        policy.read_pack(bad, "hours.yaml")


@pytest.mark.parametrize("said", ["2026-11-02 08:00:00-08:00", "2026-11-02 09:00:00", "2026-11-32 09:00:00Z"])
def test_an_example_that_expects_another_moment_fails(said):
    bad = PACK.replace('deadline_at: "2026-11-02 09:00:00-08:00"', f'deadline_at: "{said}"')
    if "08:00:00-" in said:
        pack = policy.read_pack(bad, "hours.yaml")
        assert len(policy.failing_examples(pack, pack.questions["message"])) == 1
    else:
        with pytest.raises(PackError, match="is no moment"):
            policy.read_pack(bad, "hours.yaml")


def test_explain_shows_time_and_weekday_on_the_clock_of_the_marketplace(con, shop):
    shop.line(status="shipped")
    shop.parcel(outcome="in_transit", first_scan_at="2026-11-03 20:00:00+00")
    shop.request("not_received", asked_at="2026-11-04 22:05:00+00")  # 14:05 in Los Angeles
    told = policy.explain(con, READ, "111-1")
    assert "by: 14:05 on Fri 6 Nov 2026, on the clock of amazon.com" in repr(told)
    assert str(told.frame["deadline_at"].tolist()[0]) == "2026-11-06 14:05:00-08:00"
    asked = policy.ask(con, "amazon", "111-1", request="not_received", not_received_asked_at="2026-11-04T22:05:00Z")
    assert len(asked.cases) == 1


def test_a_range_of_hours_shows_the_safest_moment(con, shop):
    shop.line(marketplace="amazon.de", currency="EUR")
    shop.parcel(outcome="in_transit", first_scan_at="2026-11-03 20:00:00+00")
    shop.request("not_received", asked_at="2026-11-04 22:05:00+00")  # 23:05 in Berlin
    text = repr(policy.explain(con, READ, "111-1"))
    assert "by: safest date 23:05 on Thu 5 Nov 2026, on the clock of amazon.de; sources go up to 7 Nov 2026" in text


def test_asking_what_if_takes_a_moment_with_its_offset_alone(con, shop):
    shop.line()
    with pytest.raises(BadValue, match=r"cancel_asked_at: '2026-11-04 14:05' is no moment with its offset. Write moments as"):
        policy.ask(con, "amazon", "111-1", request="cancel", cancel_asked_at="2026-11-04 14:05")


def test_contents_show_by_when():
    shown = policy.Contents(READ)
    line = "shipped: answer, when tracking = 'in_transit', by plus_hours(not_received_asked_at, reply_within) (s)"
    assert line in repr(shown)
    rules = shown.to_json()["questions"]["message"]
    assert [rule["deadline"] for rule in rules][2:] == ["plus_days(ship_by_day, patience)", None]
