"""Checks a pack over the whole product of the domains of its facts, unknown included, with the compiled SQL itself.

Refused: a rule that no case reaches, and an answer that acts although a fact it depends on is unknown. Numbers are tried at
every value a rule compares them with, one below and one above; days at every start and end of a period.
"""

import datetime as dt
from decimal import Decimal

import duckdb

from orderkit.errors import PackError
from orderkit.marketplaces import calendar_rows, marketplaces
from orderkit.policy.compile import decided_ctes, question_sql, read_facts, read_parameters, rule_gaps
from orderkit.policy.dictionary import dictionary
from orderkit.policy.model import BEFORE_ALL, FOREVER
from orderkit.policy.periods import text

MOST_CASES = 16_000_000
EXPECTED = "answer, rule, deadline, deadline_latest, deadline_at"  # what an example may expect, in the order of Example


def check(pack):
    """Raises PackError for the first question that fails."""
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")  # it would stand among what a command prints
    try:
        for question in pack.questions.values():
            _check_size(pack, question)
            con.execute(f"CREATE OR REPLACE TEMP TABLE domain_cases AS {cases_sql(pack, question)}")
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE outcomes AS WITH {decided_ctes(pack, question, facts='domain_cases')}"
                " SELECT * FROM decided"
            )
            _check_reached(pack, question, con)
            _check_unknowns(pack, question, con)
    finally:
        con.close()


def domain(pack, question, name):
    """The values of a fact worth trying, as SQL literals, NULL last."""
    fact = dictionary(question.table)[name]
    if fact.type == "boolean":
        values = ["true", "false"]
    elif fact.type == "text":
        values = [text(value) for value in _texts(pack, question, name, fact.values)]
    elif fact.type == "day":
        values = [f"DATE '{day}'" for day in _days(pack, question, name)]
    elif fact.type == "moment":
        values = ["TIMESTAMPTZ '2021-03-12 12:00:00+00'"]
    else:
        values = [str(number) for number in sorted({*_numbers(pack, question, name), *map(int, fact.values)})]
    return [*values, "NULL"]


def cases_sql(pack, question):
    """A SELECT of every combination of the domains of the facts that decide the question, unknown included."""
    facts = dictionary(question.table)
    deciding = _deciding(pack, question)
    parts, columns = [], []
    for name in deciding:
        rows = ", ".join(f"(CAST({value} AS {facts[name].sql_type}))" for value in domain(pack, question, name))
        parts.append(f"(VALUES {rows}) AS {name}_domain({name})")
        columns.append(f"{name}_domain.{name}")
    others = [name for name in read_facts(question, pack) if name not in deciding]
    columns += [f"CAST(NULL AS {facts[name].sql_type}) AS {name}" for name in others]
    return f"SELECT {', '.join(columns)} FROM {' CROSS JOIN '.join(parts) or '(SELECT 1) AS one'}"


def failing_examples(pack, question):
    """Sentences about the examples of a question whose answer is another than the pack expects; empty when all agree."""
    facts, failed = dictionary(question.table), []
    con = _with_calendar(question)
    try:
        for example in question.examples:
            columns = ", ".join(f"CAST(${name} AS {facts[name].sql_type}) AS {name}" for name in read_facts(question, pack))
            values = {name: example.given.get(name) for name in read_facts(question, pack)}
            sql = question_sql(pack, question, facts=f"(SELECT {columns})")
            answers = con.sql(f"SELECT {EXPECTED} FROM ({sql})", params=values).fetchall()
            expected = (example.expect, example.by, example.deadline, example.latest, example.deadline_at)
            if not all(_agrees(expected, answer) for answer in answers) or len(answers) != 1:
                failed.append(f"{pack.file}, line {example.line}: {question.name} expects {expected}, the rules say {answers}")
    finally:
        con.close()
    return failed


def _agrees(expected, answer):
    return all(said is None or said == found for said, found in zip(expected, answer, strict=True))


def _with_calendar(question):
    """A database with the calendars of the marketplaces, for the years of the examples; empty where no deadline needs one."""
    con = duckdb.connect()
    con.execute("CREATE TABLE calendar (marketplace VARCHAR, day DATE, business_day BOOLEAN, business_day_index INTEGER)")
    if any(rule.deadline and rule.deadline.business_days() for rule in question.rules):
        days = [value for example in question.examples for value in example.given.values() if isinstance(value, dt.date)]
        for name in sorted({example.given.get("marketplace") for example in question.examples} & set(marketplaces())):
            rows = calendar_rows(marketplaces()[name], min(days), max(days) + dt.timedelta(days=366)) if days else []
            if rows:  # an example without a day needs none
                con.executemany("INSERT INTO calendar VALUES (?, ?, ?, ?)", [(row[0], row[1], row[5], row[6]) for row in rows])
    return con


def _deciding(pack, question):
    """The facts that decide: those of conditions, and those that choose values which conditions read."""
    return sorted({name for rule in question.rules for name in rule_gaps(pack, rule)})


def _deciding_parameters(pack, question):
    """The parameters that conditions read; those of deadlines alone decide nothing."""
    names = {name for rule in question.rules for name in rule.when.parameters}
    return [parameter for parameter in read_parameters(pack, question) if parameter.name in names]


def _texts(pack, question, name, declared):
    """Texts worth trying: one for each way in which rules name them and parameters hold for them; `declared` or any other."""
    sides = [side for rule in question.rules for side in rule.when.text_sides(name)]
    keyed = [parameter for parameter in _deciding_parameters(pack, question) if parameter.by == name]
    keys = {period.key for parameter in keyed for period in parameter.periods}
    ways = {}
    for value in map(str, declared or [*sorted(keys.union(*sides)), "another"]):
        held = [[(p.start, p.end, p.value, p.sure) for p in parameter.periods if p.key == value] for parameter in keyed]
        ways.setdefault(str(([value in side for side in sides], held)), value)
    return list(ways.values())


def _check_size(pack, question):
    size = 1
    for name in _deciding(pack, question):
        size *= len(domain(pack, question, name))
    if size > MOST_CASES:
        problem = f"its facts have {size:,} combinations, more than can be checked"
        raise PackError(pack.file, f"questions.{question.name}", problem, "Read fewer facts, or split the question.")


def _check_reached(pack, question, con):
    reached = {ordinal for (ordinal,) in con.sql("SELECT DISTINCT ordinal FROM outcomes").fetchall()}
    for n, rule in enumerate(question.rules, 1):
        if n not in reached:
            problem = "no case reaches this rule"
            cure = "The rules above it answer every case it is meant for: reorder them, mend its condition, or remove it."
            raise PackError(pack.file, f"questions.{question.name}.rules.{rule.name}", problem, cure, rule.line)


def _check_unknowns(pack, question, con):
    acting = [n for n, rule in enumerate(question.rules, 1) if pack.answers[rule.then].acts]
    if not acting:
        return
    names = list(dict.fromkeys(rule.then for rule in question.rules))
    answers = " ".join(f"WHEN {n} THEN {names.index(rule.then) + 1}" for n, rule in enumerate(question.rules, 1))
    answer = f"CASE ordinal {answers} ELSE ordinal END"  # numbers are far cheaper to compare than names
    deciding = _deciding(pack, question)
    for name in deciding:
        others = ", ".join(other for other in deciding if other != name) or "()"
        # whatever the unknown fact turns out to be, an answer that acts must stay the same
        found = con.sql(
            f"SELECT max(ordinal) FILTER (WHERE {name} IS NULL) FROM outcomes GROUP BY {others}"
            f" HAVING bool_or({name} IS NULL AND ordinal IN ({', '.join(map(str, acting))}))"
            f" AND min({answer}) <> max({answer}) LIMIT 1"
        ).fetchall()
        if found:
            rule = question.rules[found[0][0] - 1]
            problem = f"it answers {rule.then} even where {name} is unknown and another value would change the answer"
            cure = f"Let a rule above it read {name} without IS NULL, so that the answer is unknown."
            raise PackError(pack.file, f"questions.{question.name}.rules.{rule.name}", problem, cure, rule.line)


def _numbers(pack, question, name):
    numbers = set()
    for rule in question.rules:
        for other in rule.when.thresholds().get(name, ()):
            values = [period.value for period in pack.parameters[other].periods] if other in pack.parameters else [other]
            numbers |= {int(value) + step for value in values if isinstance(value, int | Decimal) for step in (-1, 0, 1)}
    return numbers


def _days(pack, question, name):
    read = _deciding_parameters(pack, question)
    newest = [period.start for parameter in read for period in parameter.periods]
    days = {dt.date(2021, 3, 12), max(newest, default=dt.date(2021, 3, 12))}  # so that days can stand on both sides of a window
    for parameter in read:
        if parameter.applies_by == name:
            for period in parameter.periods:
                days |= {period.start - dt.timedelta(days=1), period.start} if period.start != BEFORE_ALL else set()
                days |= {period.end} if period.end != FOREVER else set()
    for rule in question.rules:
        for other in rule.when.thresholds().get(name, ()):
            for period in pack.parameters[other].periods if other in pack.parameters else ():
                if period.value is not None:
                    days |= {period.value + dt.timedelta(days=step) for step in (-1, 0, 1)}
    return sorted(days)
