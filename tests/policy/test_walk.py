"""What the walk through the rules takes for known, and that it never asks twice: on conditions written for it."""

import dataclasses
import itertools

import duckdb
import pytest

from orderkit import policy
from orderkit.policy.compile import question_sql
from orderkit.policy.dictionary import dictionary
from orderkit.policy.language import Expression
from orderkit.policy.model import Answer, Question, Rule
from orderkit.policy.walk import Walk

# every form in which a condition may be unknown or not, over the facts insured, protected, confirmed and days_past_ship_by
FORMS = (
    "insured",
    "not insured",
    "insured and protected",
    "insured or protected",
    "not (insured and protected)",
    "not (insured or protected)",
    "insured and (protected or confirmed)",
    "insured or (protected and confirmed)",
    "insured is null",
    "insured is not null",
    "insured is not null and protected",
    "insured is null or protected",
    "days_past_ship_by between 0 and 1 and insured",
    "days_past_ship_by in (0, 1)",
    "days_past_ship_by <> 1 or insured",
    "not days_past_ship_by between 1 and days_past_deliver_by",
    "days_past_ship_by in (1, days_past_deliver_by)",
)
FACTS = {
    "insured": ("true", "false", "NULL"),
    "protected": ("true", "false", "NULL"),
    "confirmed": ("true", "false", "NULL"),
    "days_past_ship_by": ("0", "1", "2", "NULL"),
    "days_past_deliver_by": ("0", "1", "NULL"),
}


def asked(first, second):
    """A pack with one question of three rules: answers one, two and rest."""
    known, rules = dictionary("line_facts"), []
    for name, text, then in (("first", first, "one"), ("second", second, "two"), ("third", "true", "rest")):
        rules.append(Rule(name, Expression(text, known, {}), then, "nobody", "none", "s", 1))
    answers = {rule.then: Answer(rule.then, rule.then) for rule in rules}
    question = Question("asked", "order_lines", "", tuple(rules), ())
    pack = dataclasses.replace(policy.load_pack("article-2021"), answers=answers, parameters={}, questions={"asked": question})
    return pack, question


@pytest.fixture(scope="module")
def con():
    con = duckdb.connect()
    columns = [f"CAST(unnest([{', '.join(values)}]) AS {_type(name)}) AS {name}" for name, values in FACTS.items()]
    con.execute(f"CREATE TABLE each AS SELECT * FROM {' CROSS JOIN '.join(f'(SELECT {column})' for column in columns)}")
    con.execute("CREATE TABLE given AS SELECT 'a' AS account, 'o' AS order_id, CAST(rowid AS VARCHAR) AS line, * FROM each")
    yield con
    con.close()


def _type(name):
    return "INTEGER" if name.startswith("days") else "BOOLEAN"


@pytest.mark.parametrize(("first", "second"), list(itertools.product(FORMS, FORMS)))
def test_a_row_is_answered_by_the_first_rule_that_is_not_false(con, first, second):
    pack, question = asked(first, second)
    found = con.sql(f"SELECT answer, rule, count(*) FROM ({question_sql(pack, question, facts='given')}) GROUP BY ALL").fetchall()
    stops = f"CASE WHEN ({first}) IS DISTINCT FROM false THEN 'first' WHEN ({second}) IS DISTINCT FROM false THEN 'second' END"
    says = (
        f"CASE WHEN CASE {stops} WHEN 'first' THEN ({first}) WHEN 'second' THEN ({second}) ELSE true END IS NULL THEN 'unknown'"
    )
    says += f" ELSE CASE {stops} WHEN 'first' THEN 'one' WHEN 'second' THEN 'two' ELSE 'rest' END END"
    wanted = con.sql(f"SELECT {says}, coalesce({stops}, 'third'), count(*) FROM given GROUP BY ALL").fetchall()
    assert sorted(found) == sorted(wanted)
    assert sum(count for _, _, count in found) == 3 * 3 * 3 * 4 * 3


@pytest.mark.parametrize(
    ("condition", "known"),
    [
        ("insured", {"insured"}),
        ("insured or protected", {"insured", "protected"}),
        ("insured and protected", set()),
        ("insured and insured", {"insured"}),
        ("not (insured and protected)", {"insured", "protected"}),
        ("insured is null", {"insured"}),
        ("insured is not null", set()),
        ("days_past_ship_by between 1 and 2", {"days_past_ship_by"}),
        ("days_past_ship_by between 1 and days_past_deliver_by", set()),
    ],
)
def test_what_is_known_below_a_rule_that_did_not_hold(condition, known):
    assert Walk(*asked(condition, "confirmed")).known[2] == known


def test_what_is_known_is_not_looked_at_again():
    walk = Walk(*asked("insured", "not insured and insured"))
    assert walk.whole == "CASE WHEN insured THEN 1 WHEN insured IS NULL THEN -1 WHEN NOT insured AND insured THEN 2 ELSE 3 END"
    assert not walk.may_be_unknown(2)
