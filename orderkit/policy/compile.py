"""Compiles a question of a pack to one portable SELECT over its table of facts.

Parameters become periods joined by range; the rules become one CASE that gives an ordinal (see walk); a small table of rules
gives the rest. Ordinals: n the rule, -n unknown at rule n, -NO_RULE - n no value in force at rule n, -LOOK - n rule n would
decline by a value that is not sure. Deadlines: see deadlines; the values of parameters: see periods.
"""

from orderkit.policy.deadlines import Deadlines
from orderkit.policy.dictionary import dictionary
from orderkit.policy.periods import column, column_names, held, holds, is_joined, parts, period_rows, periods_cte, text
from orderkit.policy.walk import LOOK, NO_RULE, Walk

BY_SELLER_CENTRAL = "Seller Central"  # where to look for a value that no source tells


def question_sql(pack, question, *, facts=None, enumerated=False):
    """The SELECT that answers `question` of `pack` for every row of its table of facts.

    Columns: the keys, answer, rule, who_pays, recovery_source, deadline and deadline_latest (days of the marketplace),
    deadline_at (the moment, NULL where the deadline is a day), missing, ask_for, source. `facts` stands in for that table: the
    name of a table or a SELECT in brackets, with the same columns. Where a deadline is reckoned in business days, it reads the
    canonical table `calendar` too.
    `enumerated`: the words of the rules as ENUMs, which DuckDB alone knows: a byte or two per row instead of the text.
    """
    deadlines, walk = Deadlines(pack, question), Walk(pack, question)
    ctes, rules = decided_ctes(pack, question, facts=facts, sparing=walk), _rules_cte(question, enumerated)
    keys = ", ".join(f"decided.{key}" for key in question.keys)
    columns = ", ".join(f"rules.{name}" for name in ("answer", "rule", "who_pays", "recovery_source"))
    return (
        f"WITH {ctes},\n{rules}{deadlines.ctes()}\n"
        f"SELECT {keys}, {columns}, {deadlines.deadline()} AS deadline,\n"
        f"    {deadlines.latest()} AS deadline_latest,\n"
        f"    {deadlines.moment()} AS deadline_at,\n"
        f"    {_per_unknown(pack, question, walk, _missing)} AS missing,\n"
        f"    {_per_unknown(pack, question, walk, _ask_for)} AS ask_for,\n"
        f"    rules.source\n{deadlines.source()}"
    )


def decided_ctes(pack, question, *, facts=None, sparing=None):
    """The steps up to `decided`: the rows with their facts, parameters and the ordinal, without the leading WITH.

    `sparing`, a Walk of the question: with the values of parameters only in rows that come to a rule that reads them. The rules
    above the first such one are tried before the join, which then looks for nothing in most rows.
    """
    parameters, walk = read_parameters(pack, question), sparing or Walk(pack, question)
    joined = [parameter for parameter in parameters if is_joined(parameter)]
    names, table, begun = read_facts(question, pack), facts or question.table, bool(sparing and joined)
    steps = [periods_cte(parameter) for parameter in joined]
    if begun:
        listed = ", ".join(f"f.{name}" for name in names)
        steps.append(f"begun AS (\n    SELECT {listed},\n        {walk.begun} AS begun\n    FROM {table} AS f\n)")
        names, table = [*names, "begun"], "begun"
    columns = [f"f.{name}" for name in names]
    columns += [f"{held(p, part)} AS {name}" for p in parameters for part, name in parts(p).items()]
    listed = ",\n        ".join(columns)
    joins = "".join(_join(p, f"f.begun IN ({walk.ordinals_that_need(p)})" if begun else None) for p in joined)
    steps.append(f"cases AS (\n    SELECT\n        {listed}\n    FROM {table} AS f{joins}\n)")
    ordinal = walk.rest if begun else walk.whole
    steps.append(f"decided AS (\n    SELECT cases.*,\n        {ordinal} AS ordinal\n    FROM cases\n)")
    return ",\n".join(steps)


def _join(parameter, where):
    return f"\n    LEFT JOIN {parameter.name}_periods ON {holds(parameter, f'{parameter.name}_periods', where)}"


def in_force_sql(pack, question, *, facts=None):
    """One row per row of facts and parameter that the question reads or tells: the number of the period in force, from 0."""
    parts = [
        f"SELECT {', '.join(f'f.{key}' for key in question.keys)}, {text(p.name)} AS parameter, periods.period\n"
        f"FROM {facts or question.table} AS f\n"
        f"JOIN (VALUES {period_rows(p, numbered=True)}) AS periods({column_names(p)}, period)\n    ON {holds(p, 'periods')}"
        for p in read_parameters(pack, question, and_told=True)
    ]
    return "\nUNION ALL\n".join(parts)


def read_parameters(pack, question, *, and_told=False):
    """The parameters that the question's rules read, in the pack's order; with those that they only tell, where asked for."""
    names = {name for rule in question.rules for name in (*_all_names(rule, "parameters"), *(rule.tells if and_told else ()))}
    return [parameter for name, parameter in pack.parameters.items() if name in names]


def read_facts(question, pack):
    """The columns that the SELECT reads: keys, facts of conditions and deadlines, the facts that choose values."""
    names = {name for rule in question.rules for name in _all_names(rule, "facts")}
    names |= {name for parameter in read_parameters(pack, question) for name in parameter.selectors}
    names |= {"marketplace"} if Deadlines(pack, question).by_marketplace else set()
    return [*question.keys, *sorted(names - set(question.keys))]


def condition_facts(question):
    """The facts that conditions read."""
    return sorted({name for rule in question.rules for name in rule.when.facts})


def rule_gaps(pack, rule):
    """The facts that can make the condition of `rule` unknown: those it reads and those that choose its parameters."""
    choosing = [name for parameter in rule.when.parameters for name in pack.parameters[parameter].selectors]
    return list(dict.fromkeys([*rule.when.facts, *choosing]))


def _all_names(rule, kind):
    deadline = getattr(rule.deadline, kind) if rule.deadline else ()
    return (*getattr(rule.when, kind), *deadline)


def _rules_cte(question, enumerated):
    rows = []
    for n, rule in enumerate(question.rules, 1):
        rows.append((n, rule.then, rule.name, rule.who_pays, rule.recovery_source, rule.source))
        for ordinal, answer in ((-n, "unknown"), (-NO_RULE - n, "no_rule_known"), (-LOOK - n, "look_first")):
            rows.append((ordinal, answer, rule.name, "nobody", "none", rule.source))
    values = ",\n        ".join(f"({row[0]}, {', '.join(text(cell) for cell in row[1:])})" for row in rows)
    names = ("ordinal", "answer", "rule", "who_pays", "recovery_source", "source")
    columns = [_enumerated(name, {row[at] for row in rows}) if enumerated and at else name for at, name in enumerate(names)]
    return (
        f"rules AS (\n    SELECT {', '.join(columns)}\n    FROM (VALUES\n        {values}\n    ) AS listed({', '.join(names)})\n)"
    )


def _enumerated(name, words):
    """A column of texts as an ENUM; in the order of the alphabet, so that it sorts as the texts do."""
    return f"CAST({name} AS ENUM ({', '.join(map(text, sorted(words)))})) AS {name}"


def _per_unknown(pack, question, walk, words):
    """What `words` makes of the facts and values that can be unknown at a rule, for the answer unknown there."""
    branches = []
    for n, rule in enumerate(question.rules, 1):
        gaps = [name for name in rule_gaps(pack, rule) if name not in walk.known[n]]
        open_values = [name for name in rule.when.parameters if any(p.value is None for p in pack.parameters[name].periods)]
        if walk.may_be_unknown(n) and (gaps or open_values):
            branches.append(f"WHEN {-n} THEN {words(question, gaps, open_values)}")
    listed = f"CASE WHEN decided.ordinal < 0 THEN CASE decided.ordinal {' '.join(branches)} END END"
    return listed if branches else "CAST(NULL AS VARCHAR)"


def _nobody_knows(name):
    """The condition under which a value is in force that no source tells."""
    return f"({column(name, 'sure')} IS NOT NULL AND {column(name, 'value')} IS NULL)"


def _missing(question, gaps, open_values):
    tests = {name: f"{name} IS NULL" for name in gaps} | {name: _nobody_knows(name) for name in open_values}
    return _those(tests, ",")


def _ask_for(question, gaps, open_values):
    by_export = {}
    for name in gaps:
        by_export.setdefault(dictionary(question.table)[name].asks, []).append(f"{name} IS NULL")
    for name in open_values:
        by_export.setdefault(BY_SELLER_CENTRAL, []).append(_nobody_knows(name))
    return _those({asks: " OR ".join(tests) for asks, tests in by_export.items()}, "; ")


def _those(tests, between):
    """The texts whose tests hold, in one text; where there is only one, it is what is missing."""
    if len(tests) == 1:
        return text(*tests)
    named = ", ".join(f"CASE WHEN {test} THEN {text(name)} END" for name, test in tests.items())
    return f"concat_ws({text(between)}, {named})"
