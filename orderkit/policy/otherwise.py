"""What else would be answered: the nearest rule above the one that answered and the nearest below it that one other fact would
lead to. Found by answering the same case with one fact changed at a time, by the same compiled SQL."""

from sqlglot import exp

from orderkit.policy.ask import follows
from orderkit.policy.check import domain
from orderkit.policy.compile import condition_facts, decided_ctes, read_facts
from orderkit.policy.dictionary import dictionary
from orderkit.policy.drafts import plain
from orderkit.policy.language import Expression

GIVEN = ("channel", "marketplace", "carrier_name", "currency")  # what an order is; to suppose it otherwise tells nobody anything
DONE = (
    "handed_over",
    "confirmed",
    "received",
    "closed",
    "complained",
    "returned_to_sender",
    "came_back",
)  # once true, it stays so
TRIED = ("boolean", "text", "integer")


def otherwise(con, pack, question, case):
    """At most two sentences: what a rule above would answer and what a rule below, and by which fact each would come to it.

    For the rule below also those of its conditions that hold as things are. None where the marketplace deals with the buyer.
    """
    if case.answer == "marketplace_handles_it":
        return ()
    variants = _variants(pack, question, case.facts)
    ordinals = _ordinals(con, pack, question, [case.facts, *(row for _, _, row in variants)])
    place = next(n for n, rule in enumerate(question.rules, 1) if rule.name == case.rule)
    decided = ordinals[0] > 0
    ways = {}
    for (fact, value, _), ordinal in zip(variants, ordinals[1:], strict=True):
        if ordinal > 0 and question.rules[ordinal - 1].then != case.answer:
            ways.setdefault(ordinal, []).append((fact, value))
    above = max((n for n in ways if n < place + (not decided)), default=None)
    below = min((n for n in ways if n > place), default=None)
    said = [_words(question.rules[above - 1], *_nearest(ways[above], case.facts), case.facts)] if above else []
    if below:
        rule = question.rules[below - 1]
        holds = _holding(con, pack, question, case.facts, rule)
        said.append(_words(rule, *_nearest(ways[below], case.facts), case.facts, holds))
    return tuple(said)


def _variants(pack, question, row):
    """(fact, value, row) for each other value of each fact that conditions read, with what follows from it."""
    known, made = dictionary(question.table), []
    for name in condition_facts(question):
        if name in GIVEN or known[name].type not in TRIED:
            continue
        for value in map(_plain_value, domain(pack, question, name)):
            undone = name in DONE and row[name] is True
            if value is not None and value != row[name] and not undone:
                given = {name: value}
                made.append((name, value, {**row, **follows(given, row), **given}))
    return made


def _plain_value(literal):
    if literal in ("true", "false"):
        return literal == "true"
    if literal.startswith("'"):
        return literal[1:-1].replace("''", "'")
    return int(literal) if literal.lstrip("-").isdigit() else None


def _ordinals(con, pack, question, rows):
    """The ordinal of the rule (see compile) that answers each row."""
    select, params = _table(pack, question, rows)
    sql = f"WITH {decided_ctes(pack, question, facts=select)} SELECT decided.line, decided.ordinal FROM decided"
    found = {int(number): ordinal for number, ordinal in con.sql(sql, params=params).fetchall()}
    return [found[number] for number in range(len(rows))]


def _table(pack, question, rows):
    """The rows as a SELECT in brackets, numbered in the column `line`, and its parameters."""
    known, names = dictionary(question.table), read_facts(question, pack)
    parts, params = [], {}
    for number, row in enumerate(rows):
        row = {**row, "line": str(number)}
        params |= {f"{name}_{number}": row[name] for name in names}
        parts.append("SELECT " + ", ".join(f"CAST(${name}_{number} AS {known[name].sql_type}) AS {name}" for name in names))
    return f"({' UNION ALL '.join(parts)})", params


def _nearest(ways, row):
    """The one fact and value to name: first what is not known, then the number nearest to that of the case."""

    def far(way):
        fact, value = way
        numbers = isinstance(value, int) and isinstance(row[fact], int)
        return (row[fact] is not None, abs(value - row[fact]) if numbers else 0)

    return min(ways, key=far)


def _words(rule, fact, value, row, holds=()):
    verb = "is" if row[fact] is None else "were"
    so_far = f"; true already: {' and '.join(holds)}" if holds else ""
    return f"{rule.then} if {plain(fact)} {verb} {plain(value)} (rule {rule.name}{so_far})"


def _holding(con, pack, question, row, rule):
    """The conditions of a rule, parted at AND, that hold for the case as it is; empty where it has but one."""
    tree = rule.when.tree
    parts = [part.sql(dialect="duckdb") for part in tree.flatten()] if isinstance(tree, exp.And) else []
    if not parts:
        return []
    select, params = _table(pack, question, [row])
    made = [Expression(part, dictionary(question.table), pack.parameters).sql() for part in parts]
    sql = f"WITH {decided_ctes(pack, question, facts=select)} SELECT {', '.join(made)} FROM decided"
    found = con.sql(sql, params=params).fetchall()[0]
    return [_said(tree) for tree, holds in zip(tree.flatten(), found, strict=True) if holds]


def _said(condition):
    """A condition in words where it is the plain comparison of a fact, else as the pack has it."""
    condition = condition.unnest()
    if isinstance(condition, exp.Column):
        return f"{plain(condition.name)} yes"
    if isinstance(condition, exp.EQ) and isinstance(condition.expression, exp.Literal):
        return f"{plain(condition.this.name)} {plain(condition.expression.this)}"
    if isinstance(condition, exp.In) and all(isinstance(value, exp.Literal) for value in condition.expressions):
        return f"{plain(condition.this.name)} {' or '.join(plain(value.this) for value in condition.expressions)}"
    return condition.sql(dialect="duckdb")
