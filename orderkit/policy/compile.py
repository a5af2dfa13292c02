"""Compiles a question of a pack to one portable SELECT over its table of facts.

Parameters become periods joined by range; the rules become one CASE that gives an ordinal; a small table of rules gives the
rest. Two lanes: rows in which all facts and parameters read are known take the plain CASE, the others the checked one, where
a condition that is unknown stops there. Ordinals: n the rule, -n unknown at rule n, -NO_RULE - n no value in force at rule n.
"""

from sqlglot import exp

from orderkit.policy.dictionary import dictionary
from orderkit.policy.language import parameter_column

NO_RULE = 1000


def question_sql(pack, question, *, facts=None):
    """The SELECT that answers `question` of `pack` for every row of its table of facts.

    `facts` stands in for that table: the name of a table or a SELECT in brackets, with the same columns.
    """
    ctes, rules = decided_ctes(pack, question, facts=facts), _rules_cte(question)
    keys = ", ".join(f"decided.{key}" for key in question.keys)
    columns = ", ".join(f"rules.{name}" for name in ("answer", "rule", "who_pays", "recovery_source"))
    return (
        f"WITH {ctes},\n{rules}\n"
        f"SELECT {keys}, {columns}, {_deadline(question)} AS deadline,\n"
        f"    {_per_unknown(pack, question, _missing)} AS missing,\n"
        f"    {_per_unknown(pack, question, _ask_for)} AS ask_for,\n"
        f"    rules.source\nFROM decided\nJOIN rules ON rules.ordinal = decided.ordinal"
    )


def decided_ctes(pack, question, *, facts=None):
    """The steps up to `decided`: the rows with their facts, parameters and the ordinal, without the leading WITH."""
    parameters = read_parameters(pack, question)
    steps = [_periods_cte(parameter) for parameter in parameters]
    columns = ",\n        ".join(f"f.{name}" for name in read_facts(question, pack))
    values = "".join(f",\n        {p.name}_periods.value AS {parameter_column(p.name)}" for p in parameters)
    joins = "".join(
        f"\n    LEFT JOIN {p.name}_periods ON {p.name}_periods.valid_from <= f.{p.applies_by}"
        f" AND f.{p.applies_by} < {p.name}_periods.valid_to"
        for p in parameters
    )
    steps.append(f"cases AS (\n    SELECT\n        {columns}{values}\n    FROM {facts or question.table} AS f{joins}\n)")
    steps.append(f"decided AS (\n    SELECT cases.*,\n        {_lanes(pack, question)} AS ordinal\n    FROM cases\n)")
    return ",\n".join(steps)


def in_force_sql(pack, question, *, facts=None):
    """One row per row of facts and parameter that the question reads: the value in force, since when, source, certainty."""
    parts = [
        f"SELECT {', '.join(f'f.{key}' for key in question.keys)}, {text(p.name)} AS parameter, periods.value,"
        f" periods.valid_from, periods.source, periods.certainty\nFROM {facts or question.table} AS f\n"
        f"JOIN (VALUES {_period_rows(p)}) AS periods(valid_from, valid_to, value, source, certainty)\n"
        f"    ON periods.valid_from <= f.{p.applies_by} AND f.{p.applies_by} < periods.valid_to"
        for p in read_parameters(pack, question)
    ]
    return "\nUNION ALL\n".join(parts)


def read_parameters(pack, question):
    """The parameters that the question's rules read, in the pack's order."""
    names = {name for rule in question.rules for name in _all_names(rule, "parameters")}
    return [parameter for name, parameter in pack.parameters.items() if name in names]


def read_facts(question, pack):
    """The columns that the SELECT reads: keys, facts of conditions and deadlines, the days that date parameters."""
    names = {name for rule in question.rules for name in _all_names(rule, "facts")}
    names |= {parameter.applies_by for parameter in read_parameters(pack, question)}
    return [*question.keys, *sorted(names - set(question.keys))]


def condition_facts(question):
    """The facts that conditions read."""
    return sorted({name for rule in question.rules for name in rule.when.facts})


def text(value):
    """A text literal, quoted; rules and names come from a checked pack, never from data."""
    return exp.Literal.string(value).sql(dialect="duckdb")


def rule_gaps(pack, rule):
    """The facts that can make the condition of `rule` unknown: those it reads and those that date its parameters."""
    return list(dict.fromkeys([*rule.when.facts, *(pack.parameters[p].applies_by for p in rule.when.parameters)]))


def _all_names(rule, kind):
    deadline = getattr(rule.deadline, kind) if rule.deadline else ()
    return (*getattr(rule.when, kind), *deadline)


def _periods_cte(parameter):
    rows = ", ".join(f"(DATE '{p.start}', DATE '{p.end}', {p.value})" for p in parameter.periods)
    return (
        f"{parameter.name}_periods AS (\n    SELECT valid_from, valid_to, value\n"
        f"    FROM (VALUES {rows}) AS periods(valid_from, valid_to, value)\n)"
    )


def _period_rows(parameter):
    return ", ".join(
        f"(DATE '{p.start}', DATE '{p.end}', {p.value}, {text(p.source)}, {text(p.certainty)})" for p in parameter.periods
    )


def _lanes(pack, question):
    parameters = [parameter_column(name) for rule in question.rules for name in rule.when.parameters]
    tested = sorted({*condition_facts(question), *parameters})
    plain = " ".join(f"WHEN {rule.when.sql()} THEN {n}" for n, rule in enumerate(question.rules[:-1], 1))
    last = len(question.rules)
    plain = f"CASE {plain} ELSE {last} END" if plain else str(last)
    if not tested:
        return plain
    checked = " ".join(_checked(pack, rule, n) for n, rule in enumerate(question.rules[:-1], 1))
    unknown = " OR ".join(f"{name} IS NULL" for name in tested)
    return f"CASE WHEN {unknown}\n        THEN CASE {checked} ELSE {last} END\n        ELSE {plain} END"


def _checked(pack, rule, n):
    condition = rule.when.sql()
    outside = " OR ".join(
        f"({parameter_column(name)} IS NULL AND {pack.parameters[name].applies_by} IS NOT NULL)" for name in rule.when.parameters
    )
    no_rule = f"WHEN ({condition}) IS NULL AND ({outside}) THEN {-NO_RULE - n} " if outside else ""
    return f"{no_rule}WHEN ({condition}) IS NULL THEN {-n} WHEN {condition} THEN {n}"


def _rules_cte(question):
    rows = []
    for n, rule in enumerate(question.rules, 1):
        rows.append((n, rule.then, rule.name, rule.who_pays, rule.recovery_source, rule.source))
        rows.append((-n, "unknown", rule.name, "nobody", "none", rule.source))
        rows.append((-NO_RULE - n, "no_rule_known", rule.name, "nobody", "none", rule.source))
    values = ",\n        ".join(f"({row[0]}, {', '.join(text(cell) for cell in row[1:])})" for row in rows)
    names = "ordinal, answer, rule, who_pays, recovery_source, source"
    return f"rules AS (\n    SELECT {names}\n    FROM (VALUES\n        {values}\n    ) AS listed({names})\n)"


def _deadline(question):
    branches = " ".join(f"WHEN {n} THEN {rule.deadline.sql()}" for n, rule in enumerate(question.rules, 1) if rule.deadline)
    return f"CASE decided.ordinal {branches} END" if branches else "CAST(NULL AS DATE)"


def _per_unknown(pack, question, words):
    branches = " ".join(
        f"WHEN {-n} THEN {words(question, rule_gaps(pack, rule))}"
        for n, rule in enumerate(question.rules, 1)
        if rule_gaps(pack, rule)
    )
    return f"CASE decided.ordinal {branches} END" if branches else "CAST(NULL AS VARCHAR)"


def _missing(question, gaps):
    named = ", ".join(f"CASE WHEN {name} IS NULL THEN {text(name)} END" for name in gaps)
    return f"concat_ws(',', {named})"


def _ask_for(question, gaps):
    by_export = {}
    for name in gaps:
        by_export.setdefault(dictionary(question.table)[name].asks, []).append(name)
    named = ", ".join(
        f"CASE WHEN {' OR '.join(f'{name} IS NULL' for name in names)} THEN {text(asks)} END" for asks, names in by_export.items()
    )
    return f"concat_ws('; ', {named})"
