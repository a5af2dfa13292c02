"""The walk through the rules gives what asking rule by rule gives, on random facts; dated parameters end where they say."""

import random

import duckdb
import pytest

from orderkit import policy
from orderkit.errors import UnknownName
from orderkit.policy.check import domain
from orderkit.policy.compile import read_facts
from orderkit.policy.dictionary import dictionary
from orderkit.policy.language import Expression, parameter_column

CONTEXT = """
CREATE OR REPLACE TEMP TABLE context AS
SELECT $as_of::TIMESTAMPTZ AS as_of, DATE '2026-11-16' AS as_of_day, $as_of::TIMESTAMPTZ AS clock, DATE '2026-11-16' AS clock_day
"""
PACK = policy.load_pack("article-2021")
DATED = """
pack: dated
title: a pack with a value that ends
reviewed: 2026-11-22
answers:
  soon: {meaning: soon}
  later: {meaning: later}
parameters:
  window:
    unit: day
    applies_by: ordered_day
    values:
      2024-01-01: {value: 3, source: s, certainty: A}
      2025-01-01: {value: 5, source: s, certainty: A, until: 2026-01-01}
questions:
  wait:
    of: order_lines
    rules:
      - {rule: fba, when: "channel = 'FBA'", then: marketplace_handles_it, who_pays: nobody, recovery_source: none, source: s}
      - rule: within
        when: "days_past_ship_by <= window"
        then: soon
        who_pays: nobody
        recovery_source: none
        source: s
        deadline: "plus_days(ship_by_day, window)"
      - {rule: rest, when: "true", then: later, who_pays: nobody, recovery_source: none, source: s}
    examples:
      - {given: {channel: FBM, days_past_ship_by: 3, ordered_day: 2024-12-31}, expect: soon}
      - {given: {channel: FBM, days_past_ship_by: 4, ordered_day: 2024-12-31}, expect: later}
"""


def random_rows(con, question, seed, count=400):
    """A table of random facts for a question, drawn from the domains, unknown among them."""
    draw, names = random.Random(seed), read_facts(question, PACK)
    facts = dictionary(question.table)
    rows = []
    for number in range(count):
        cells = []
        for name in names:
            if name == "order_id":
                value = f"'{number}'"
            elif name in question.keys:
                value = "'x'"
            else:
                value = draw.choice(domain(PACK, question, name))
            cells.append(f"CAST({value} AS {facts[name].sql_type})")
        rows.append(f"({', '.join(cells)})")
    con.execute(f"CREATE OR REPLACE TEMP TABLE random_facts AS FROM (VALUES {', '.join(rows)}) AS r({', '.join(names)})")


def by_hand(con, question):
    """Answers rule by rule, a query each: the first rule whose condition is not false ends the matter."""
    joins = "".join(
        f" LEFT JOIN (VALUES {', '.join(f'''(DATE '{p.start}', DATE '{p.end}', {p.value})''' for p in parameter.periods)})"
        f" AS p{i}(a, b, {parameter_column(name)}) ON p{i}.a <= {parameter.applies_by} AND {parameter.applies_by} < p{i}.b"
        for i, (name, parameter) in enumerate(PACK.parameters.items())
        if parameter.applies_by in read_facts(question, PACK)
    )
    answers = {}
    for rule in question.rules:
        for order_id, held in con.sql(f"SELECT order_id, {rule.when.sql()} FROM random_facts{joins}").fetchall():
            if held is not False and order_id not in answers:
                outside = held is None and any(
                    con.sql(
                        f"SELECT {parameter_column(name)} IS NULL AND {PACK.parameters[name].applies_by} IS NOT NULL"
                        f" FROM random_facts{joins} WHERE order_id = '{order_id}'"
                    ).fetchall()[0][0]
                    for name in rule.when.parameters
                )
                answers[order_id] = rule.then if held else ("no_rule_known" if outside else "unknown")
    return answers


@pytest.mark.parametrize("question", PACK.questions.values(), ids=list(PACK.questions))
@pytest.mark.parametrize("seed", [1, 2])
def test_the_walk_answers_as_rule_by_rule(question, seed):
    con = duckdb.connect()
    random_rows(con, question, seed)
    found = con.sql(f"SELECT order_id, answer FROM ({policy.question_sql(PACK, question, facts='random_facts')})").fetchall()
    assert len(found) == 400
    assert dict(found) == by_hand(con, question)
    assert len(set(dict(found).values())) > 2


@pytest.mark.parametrize(
    ("ordered", "days", "answer", "deadline"),
    [
        ("'2023-12-31'", 0, "no_rule_known", None),
        ("'2024-01-01'", 3, "soon", "2026-11-06"),
        ("'2024-12-31'", 4, "later", None),
        ("'2025-01-01'", 5, "soon", "2026-11-08"),
        ("'2025-01-01'", 6, "later", None),
        ("'2025-12-31'", 5, "soon", "2026-11-08"),
        ("'2026-01-01'", 5, "no_rule_known", None),
        ("NULL", 5, "unknown", None),
    ],
)
def test_a_parameter_holds_from_its_start_to_the_day_before_its_end(ordered, days, answer, deadline):
    pack = policy.read_pack(DATED, "dated.yaml")
    con = duckdb.connect()
    row = (
        f"(SELECT '' AS account, '1' AS order_id, '' AS line, 'FBM' AS channel, {days} AS days_past_ship_by,"
        f" CAST({ordered} AS DATE) AS ordered_day, DATE '2026-11-03' AS ship_by_day)"
    )
    sql = (
        f"SELECT answer, CAST(deadline AS VARCHAR), missing FROM ({policy.question_sql(pack, pack.questions['wait'], facts=row)})"
    )
    missing = "ordered_day" if answer == "unknown" else None
    assert con.sql(sql).fetchall() == [(answer, deadline, missing)]


def test_fba_needs_no_value_in_force():
    pack = policy.read_pack(DATED, "dated.yaml")
    row = (
        "(SELECT '' AS account, '1' AS order_id, '' AS line, 'FBA' AS channel, CAST(NULL AS INTEGER) AS days_past_ship_by,"
        " DATE '2020-01-01' AS ordered_day, DATE '2026-11-03' AS ship_by_day)"
    )
    sql = policy.question_sql(pack, pack.questions["wait"], facts=row)
    assert duckdb.connect().sql(f"SELECT answer FROM ({sql})").fetchall() == [("marketplace_handles_it",)]


def test_plus_days_is_a_date_in_duckdb_and_in_spark():
    made = Expression("plus_days(ship_by_day, 3)", dictionary("line_facts"), {}, expected="day")
    assert made.sql() == "(ship_by_day + 3)"
    assert made.sql("spark") == "(ship_by_day + 3)"


def test_apply_makes_the_tables_of_answers(con, shop):
    shop.line()
    shop.parcel(outcome="lost", insured=True)
    shop.back(in_policy=True)
    assert policy.apply(con, "article-2021", only=["not_received"]) == ["answers_not_received"]
    assert policy.apply(con, "article-2021") == [f"answers_{name}" for name in PACK.questions]
    columns = [name for name, *_ in con.sql("DESCRIBE answers_not_received").fetchall()]
    assert columns == [
        "account", "order_id", "line", "answer", "rule", "who_pays", "recovery_source", "deadline", "deadline_latest",
        "deadline_at", "missing", "ask_for", "source",
    ]  # fmt: skip
    found = con.sql("SELECT answer, rule, who_pays, recovery_source FROM answers_not_received").fetchall()
    assert found == [("refund_and_claim_insurer", "lost_insured", "insurer", "insurer")]
    assert con.sql("SELECT return_id, answer FROM answers_return_request").fetchall() == [("R1", "accept_return")]


def test_apply_names_the_questions_it_has(con):
    with pytest.raises(UnknownName, match=r"No question is called 'cancle' in pack article-2021"):
        policy.apply(con, "article-2021", only=["cancle"])


def test_a_reader_without_the_right_to_write_gets_answers(tmp_path, shop, con):
    shop.line()
    con.execute(f"ATTACH '{tmp_path / 'shop.duckdb'}' AS saved")
    con.execute("COPY FROM DATABASE memory TO saved")
    con.execute("DETACH saved")
    reader = duckdb.connect(tmp_path / "shop.duckdb", read_only=True)
    reader.execute("SET TimeZone = 'UTC'")
    reader.execute(CONTEXT, {"as_of": "2026-11-16 12:00:00+00"})
    policy.apply(reader, "article-2021")
    assert reader.sql("SELECT answer, missing FROM answers_not_received").fetchall() == [("unknown", "tracking,insured")]
    assert "unknown" in repr(policy.explain(reader, "article-2021", "111-1"))
    reader.close()
