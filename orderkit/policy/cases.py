"""Answers single rows of facts with the same compiled SQL that answers all of them, and brings them out as plain objects."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from orderkit.errors import UnknownName
from orderkit.marketplaces import marketplaces
from orderkit.policy.apply import have_facts
from orderkit.policy.compile import in_force_sql, question_sql
from orderkit.policy.deadlines import NO_ZONE
from orderkit.policy.dictionary import dictionary, facts
from orderkit.policy.drafts import draft

UNDECIDED = ("unknown", "no_rule_known", "look_first")


@dataclass(frozen=True)
class Case:
    """One question answered for one order line or return.

    Deadlines are days of the marketplace; `deadline_at` is the moment on its clock, where hours are counted.
    """

    question: str
    keys: dict
    facts: dict
    answer: str
    meaning: str
    rule: str
    statements: tuple
    who_pays: str
    recovery_source: str
    deadline: dt.date | None
    deadline_latest: dt.date | None
    deadline_at: dt.datetime | None
    missing: tuple
    ask_for: tuple
    source: str
    in_force: tuple
    draft: str
    asked: bool = False
    otherwise: tuple = ()

    @property
    def statement(self):
        """The statements of the pack that the rule stands for, as one text; empty where it stands for none."""
        return "; ".join(self.statements)


def answer(con, pack, question, *, table, params):
    """The Cases of one question for the rows of `table`, a SELECT in brackets that reads `params`."""
    rows = {key_of(question, row): row for row in rows_of(con, question.table, table, params)}
    in_force = _in_force(con, pack, question, table, params)
    found = con.sql(f"SELECT * FROM ({question_sql(pack, question, facts=table)})", params=params).fetchall()
    width = len(question.keys)
    return [
        _case(pack, question, rows[line[:width]], line[width:], in_force.get(line[:width], ()))
        for line in sorted(found, key=lambda row: str(row[:width]))
    ]


def _case(pack, question, row, answered, in_force):
    name, rule_name, who_pays, recovery_source, deadline, deadline_latest, deadline_at, missing, ask_for, source = answered
    rule = next(rule for rule in question.rules if rule.name == rule_name)
    decided = name not in UNDECIDED or rule.then == name
    return Case(
        question=question.name,
        keys={key: row[key] for key in question.keys},
        facts=row,
        answer=name,
        meaning=pack.answers[name].meaning,
        rule=rule_name,
        statements=rule.statements,
        who_pays=who_pays,
        recovery_source=recovery_source,
        deadline=deadline,
        deadline_latest=deadline_latest,
        deadline_at=deadline_at and deadline_at.astimezone(_zone(row)),
        missing=tuple(missing.split(",")) if missing else (),
        ask_for=tuple(ask_for.split("; ")) if ask_for else (),
        source=source,
        in_force=tuple(entry for entry in in_force if entry["parameter"] in (*rule.parameters, *(rule.tells if decided else ()))),
        draft=draft(rule, row) if decided else "",
    )


def _zone(row):
    site = marketplaces().get(row["marketplace"])
    return ZoneInfo(site.zone if site else NO_ZONE)


def rows_of(con, table_name, table, params):
    """The rows of `table` as mappings of Python values: days as dates, moments as text in UTC, unknown as None."""
    known = dictionary(table_name)
    columns = [f"CAST({name} AS VARCHAR)" if fact.type == "moment" else name for name, fact in known.items()]
    found = con.sql(f"SELECT {', '.join(columns)} FROM {table} AS f", params=params).fetchall()
    return [dict(zip(known, row, strict=True)) for row in found]


def key_of(question, row):
    """The key of a row of facts."""
    return tuple(row[key] for key in question.keys)


def order_rows(con, table_name, order_id):
    """The rows of one order in a table of facts; makes the facts first where they are not there yet."""
    if not have_facts(con):
        facts(con)
    return rows_of(con, table_name, order_table(table_name), {"order_id": order_id})


def order_table(table_name):
    """A SELECT in brackets of the rows of one order; reads $order_id."""
    return f"(SELECT * FROM {table_name} WHERE order_id = $order_id)"


def given_row(table_name):
    """A SELECT in brackets of one row of facts, each read from the parameter of its name."""
    columns = ", ".join(f"CAST(${name} AS {fact.sql_type}) AS {name}" for name, fact in dictionary(table_name).items())
    return f"(SELECT {columns})"


def unknown_order(con, order_id):
    """The error for an order that is in no table of facts: says which there are whose numbers are most like it, of how many."""
    found = con.sql(
        "SELECT order_id, count(*) OVER () FROM (SELECT DISTINCT order_id FROM line_facts)"
        " ORDER BY levenshtein(order_id, $asked), order_id LIMIT 12",
        params={"asked": str(order_id)},
    ).fetchall()
    return UnknownName("order", order_id, [row[0] for row in found], " in this shop", of=found[0][1] if found else None)


def _in_force(con, pack, question, table, params):
    sql, by_key = in_force_sql(pack, question, facts=table), {}
    width = len(question.keys)
    for row in con.sql(sql, params=params).fetchall() if sql else ():
        name, number = row[width:]
        period = pack.parameters[name].periods[number]
        by_key.setdefault(row[:width], []).append({"parameter": name, "unit": pack.parameters[name].unit, "period": period})
    return by_key
