"""Compiles a question of a pack to one portable SELECT over its table of facts.

Parameters become periods joined by range; the rules become one CASE that gives an ordinal; a small table of rules gives the
rest. Two lanes: rows in which all facts and parameters read are known take the plain CASE, the others the checked one, where
a condition that is unknown stops there. Ordinals: n the rule, -n unknown at rule n, -NO_RULE - n no value in force at rule n,
-LOOK - n rule n would decline by a value that is not sure.

A value that is not sure is a range: a deadline is reckoned from its least, which is the safest day, and once more from its
greatest (deadline_latest, NULL where the value is sure).
"""

from sqlglot import exp

from orderkit.policy.dictionary import dictionary
from orderkit.policy.language import parameter_column

NO_RULE = 1000
LOOK = 2000
BY_SELLER_CENTRAL = "Seller Central"  # where to look for a value that no source tells


def question_sql(pack, question, *, facts=None):
    """The SELECT that answers `question` of `pack` for every row of its table of facts.

    `facts` stands in for that table: the name of a table or a SELECT in brackets, with the same columns. Where a deadline is
    reckoned in business days, it reads the canonical table `calendar` too.
    """
    days = _BusinessDays(pack, question)
    ctes, rules = decided_ctes(pack, question, facts=facts), _rules_cte(question)
    keys = ", ".join(f"decided.{key}" for key in question.keys)
    columns = ", ".join(f"rules.{name}" for name in ("answer", "rule", "who_pays", "recovery_source"))
    return (
        f"WITH {ctes},\n{rules}{days.ctes()}\n"
        f"SELECT {keys}, {columns}, {_deadline(pack, question, days)} AS deadline,\n"
        f"    {_deadline_latest(pack, question, days)} AS deadline_latest,\n"
        f"    {_per_unknown(pack, question, _missing)} AS missing,\n"
        f"    {_per_unknown(pack, question, _ask_for)} AS ask_for,\n"
        f"    rules.source\nFROM decided\nJOIN rules ON rules.ordinal = decided.ordinal{days.joins()}"
    )


def decided_ctes(pack, question, *, facts=None):
    """The steps up to `decided`: the rows with their facts, parameters and the ordinal, without the leading WITH."""
    parameters = read_parameters(pack, question)
    steps = [_periods_cte(parameter) for parameter in parameters]
    columns = [f"f.{name}" for name in read_facts(question, pack)]
    columns += [f"{_held(p, part)} AS {column}" for p in parameters for part, column in _parts(p).items()]
    joins = "".join(f"\n    LEFT JOIN {p.name}_periods ON {_holds(p, f'{p.name}_periods')}" for p in parameters)
    listed = ",\n        ".join(columns)
    steps.append(f"cases AS (\n    SELECT\n        {listed}\n    FROM {facts or question.table} AS f{joins}\n)")
    steps.append(f"decided AS (\n    SELECT cases.*,\n        {_lanes(pack, question)} AS ordinal\n    FROM cases\n)")
    return ",\n".join(steps)


def in_force_sql(pack, question, *, facts=None):
    """One row per row of facts and parameter that the question reads: the number of the period in force, counted from 0."""
    parts = [
        f"SELECT {', '.join(f'f.{key}' for key in question.keys)}, {text(p.name)} AS parameter, periods.period\n"
        f"FROM {facts or question.table} AS f\n"
        f"JOIN (VALUES {_period_rows(p, numbered=True)}) AS periods({_names(p)}, period)\n    ON {_holds(p, 'periods')}"
        for p in read_parameters(pack, question)
    ]
    return "\nUNION ALL\n".join(parts)


def read_parameters(pack, question):
    """The parameters that the question's rules read, in the pack's order."""
    names = {name for rule in question.rules for name in _all_names(rule, "parameters")}
    return [parameter for name, parameter in pack.parameters.items() if name in names]


def read_facts(question, pack):
    """The columns that the SELECT reads: keys, facts of conditions and deadlines, the facts that choose values."""
    names = {name for rule in question.rules for name in _all_names(rule, "facts")}
    names |= {name for parameter in read_parameters(pack, question) for name in parameter.selectors}
    names |= {"marketplace"} if _BusinessDays(pack, question).reckoned else set()
    return [*question.keys, *sorted(names - set(question.keys))]


def condition_facts(question):
    """The facts that conditions read."""
    return sorted({name for rule in question.rules for name in rule.when.facts})


def text(value):
    """A text literal, quoted; rules and names come from a checked pack, never from data."""
    return exp.Literal.string(value).sql(dialect="duckdb")


def rule_gaps(pack, rule):
    """The facts that can make the condition of `rule` unknown: those it reads and those that choose its parameters."""
    choosing = [name for parameter in rule.when.parameters for name in pack.parameters[parameter].selectors]
    return list(dict.fromkeys([*rule.when.facts, *choosing]))


def _all_names(rule, kind):
    deadline = getattr(rule.deadline, kind) if rule.deadline else ()
    return (*getattr(rule.when, kind), *deadline)


def _column(name, part):
    return {"value": parameter_column(name)}.get(part, f"{name}_{part}")


def _parts(parameter):
    """What the cases carry of a parameter: {column of its periods: column of the cases}; ranges only where there are any."""
    parts = ["value"]
    if not all(period.sure for period in parameter.periods):
        parts += ["low", "high", "sure"]
    return {part: _column(parameter.name, part) for part in parts}


def _held(parameter, part):
    """A part of the value that holds; the value for all other cases where all is known that chooses, and no period holds."""
    found = f"{parameter.name}_periods.{part}"
    if parameter.otherwise is None:
        return found
    chosen = " AND ".join(f"f.{fact} IS NOT NULL" for fact in parameter.selectors)
    other = "TRUE" if part == "sure" else _literal(parameter, parameter.otherwise)
    return f"CASE WHEN {parameter.name}_periods.valid_from IS NULL AND {chosen} THEN {other} ELSE {found} END"


def _unsure(pack, names):
    """The parameters among `names` of which some value is not sure."""
    return [name for name in names if "sure" in _parts(pack.parameters[name])]


def _names(parameter):
    return ", ".join([*(["held_by"] if parameter.by else []), "valid_from", "valid_to", *_parts(parameter)])


def _holds(parameter, periods):
    """The condition under which a period holds for a row of facts."""
    key = f"{periods}.held_by = f.{parameter.by} AND " if parameter.by else ""
    day = f"f.{parameter.applies_by}"
    return f"{key}{periods}.valid_from <= {day} AND {day} < {periods}.valid_to"


def _periods_cte(parameter):
    names = _names(parameter)
    return (
        f"{parameter.name}_periods AS (\n    SELECT {names}\n    FROM (VALUES {_period_rows(parameter)}) AS periods({names})\n)"
    )


def _period_rows(parameter, *, numbered=False):
    rows = []
    for number, period in enumerate(parameter.periods):
        known = {"value": period.value, "low": period.bounds[0], "high": period.bounds[1]}
        cells = [text(period.key)] if parameter.by else []
        cells += [f"DATE '{period.start}'", f"DATE '{period.end}'"]
        known = {part: _literal(parameter, value) for part, value in known.items()} | {"sure": str(period.sure).upper()}
        cells += [known[part] for part in _parts(parameter)]
        rows.append(f"({', '.join(cells + [str(number)] * numbered)})")
    return ", ".join(rows)


def _literal(parameter, value):
    sql_type = {"date": "DATE", "percent": "DECIMAL(18,2)", "money": "DECIMAL(18,2)"}.get(parameter.unit, "INTEGER")
    if value is None:
        return f"CAST(NULL AS {sql_type})"
    return f"DATE '{value}'" if sql_type == "DATE" else str(value) if sql_type == "INTEGER" else f"CAST({value} AS {sql_type})"


def _lanes(pack, question):
    parameters = [parameter_column(name) for rule in question.rules for name in rule.when.parameters]
    tested = sorted({*condition_facts(question), *parameters})
    last = len(question.rules)
    rest = _then(pack, question, last)
    plain = " ".join(f"WHEN {rule.when.sql()} THEN {_then(pack, question, n)}" for n, rule in enumerate(question.rules[:-1], 1))
    plain = f"CASE {plain} ELSE {rest} END" if plain else rest
    if not tested:
        return plain
    checked = " ".join(_checked(pack, question, n) for n in range(1, last))
    unknown = " OR ".join(f"{name} IS NULL" for name in tested)
    return f"CASE WHEN {unknown}\n        THEN CASE {checked} ELSE {rest} END\n        ELSE {plain} END"


def _then(pack, question, n):
    """The ordinal of rule n where it holds; nobody is declined where it, or a rule above it, rests on an unsure value."""
    rules = question.rules[:n] if "decline" in pack.answers[question.rules[n - 1].then].acts else ()
    unsure = _unsure(pack, list(dict.fromkeys(name for rule in rules for name in rule.when.parameters)))
    if not unsure:
        return str(n)
    return f"CASE WHEN {' AND '.join(_column(name, 'sure') for name in unsure)} THEN {n} ELSE {-LOOK - n} END"


def _checked(pack, question, n):
    rule = question.rules[n - 1]
    condition = rule.when.sql()
    outside = " OR ".join(f"({_not_in_force(pack, name)})" for name in rule.when.parameters)
    no_rule = f"WHEN ({condition}) IS NULL AND ({outside}) THEN {-NO_RULE - n} " if outside else ""
    return f"{no_rule}WHEN ({condition}) IS NULL THEN {-n} WHEN {condition} THEN {_then(pack, question, n)}"


def _not_in_force(pack, name):
    """The condition under which no value of a parameter is in force, though all is known that chooses it."""
    parameter = pack.parameters[name]
    nothing = f"{_column(name, 'sure' if _unsure(pack, [name]) else 'value')} IS NULL"
    return " AND ".join([nothing, *(f"{fact} IS NOT NULL" for fact in parameter.selectors)])


def _rules_cte(question):
    rows = []
    for n, rule in enumerate(question.rules, 1):
        rows.append((n, rule.then, rule.name, rule.who_pays, rule.recovery_source, rule.source))
        for ordinal, answer in ((-n, "unknown"), (-NO_RULE - n, "no_rule_known"), (-LOOK - n, "look_first")):
            rows.append((ordinal, answer, rule.name, "nobody", "none", rule.source))
    values = ",\n        ".join(f"({row[0]}, {', '.join(text(cell) for cell in row[1:])})" for row in rows)
    names = "ordinal, answer, rule, who_pays, recovery_source, source"
    return f"rules AS (\n    SELECT {names}\n    FROM (VALUES\n        {values}\n    ) AS listed({names})\n)"


class _BusinessDays:
    """What a question's deadlines reckon in business days of the marketplace: joins with the calendar that give each such day."""

    def __init__(self, pack, question):
        deadlines = [rule.deadline for rule in question.rules if rule.deadline]
        self.pack, self.reckoned = pack, list(dict.fromkeys(pair for made in deadlines for pair in made.business_days()))

    def ctes(self):
        """The first day of each number of business days, as a further step."""
        if not self.reckoned:
            return ""
        return (
            ",\nbusiness_days AS (\n    SELECT marketplace AS site, business_day_index AS number, min(day) AS reached\n"
            "    FROM calendar\n    WHERE business_day\n    GROUP BY marketplace, business_day_index\n)"
        )

    def column(self, part):
        """A function (day, number) -> the column that holds that day, by the `part` (low, high) of a value that is a range."""
        return lambda day, number: f"reached_{self.reckoned.index((day, number))}_{part}"

    def joins(self):
        """The joins for the least and the greatest value."""
        return "".join(self._join(at, part) for at in range(len(self.reckoned)) for part in ("low", "high"))

    def _join(self, at, part):
        day, number = self.reckoned[at]
        count = number if number.isdigit() else f"decided.{_of_range(self.pack, part)(number)}"
        own = f"{at}_{part}"
        return (
            f"\nLEFT JOIN (SELECT marketplace AS site_{own}, day AS day_{own}, business_day_index AS number_{own} FROM calendar)"
            f" AS from_{own}\n    ON site_{own} = decided.marketplace AND day_{own} = decided.{day}"
            f"\nLEFT JOIN (SELECT site AS to_site_{own}, number AS to_number_{own}, reached AS reached_{own} FROM business_days)"
            f" AS to_{own}\n    ON to_site_{own} = decided.marketplace AND to_number_{own} = number_{own} + {count}"
        )


def _of_range(pack, part):
    """A function: the column of a parameter that holds its least (`low`) or greatest (`high`) value."""
    return lambda name: _column(name, part if _unsure(pack, [name]) else "value")


def _deadline_sql(pack, rule, days, part):
    return rule.deadline.sql(column=_of_range(pack, part), business=days.column(part))


def _deadline(pack, question, days):
    branches = " ".join(
        f"WHEN {n} THEN {_deadline_sql(pack, rule, days, 'low')}" for n, rule in enumerate(question.rules, 1) if rule.deadline
    )
    return f"CASE decided.ordinal {branches} END" if branches else "CAST(NULL AS DATE)"


def _deadline_latest(pack, question, days):
    branches = []
    for n, rule in enumerate(question.rules, 1):
        unsure = _unsure(pack, rule.deadline.parameters) if rule.deadline else ()
        if unsure:
            ranged = " OR ".join(f"NOT {_column(name, 'sure')}" for name in unsure)
            branches.append(f"WHEN {n} THEN CASE WHEN {ranged} THEN {_deadline_sql(pack, rule, days, 'high')} END")
    return f"CASE decided.ordinal {' '.join(branches)} END" if branches else "CAST(NULL AS DATE)"


def _per_unknown(pack, question, words):
    branches = []
    for n, rule in enumerate(question.rules, 1):
        gaps = rule_gaps(pack, rule)
        open_values = [name for name in rule.when.parameters if any(p.value is None for p in pack.parameters[name].periods)]
        if gaps or open_values:
            branches.append(f"WHEN {-n} THEN {words(question, gaps, open_values)}")
    return f"CASE decided.ordinal {' '.join(branches)} END" if branches else "CAST(NULL AS VARCHAR)"


def _nobody_knows(name):
    """The condition under which a value is in force that no source tells."""
    return f"({_column(name, 'sure')} IS NOT NULL AND {_column(name, 'value')} IS NULL)"


def _missing(question, gaps, open_values):
    named = [f"CASE WHEN {name} IS NULL THEN {text(name)} END" for name in gaps]
    named += [f"CASE WHEN {_nobody_knows(name)} THEN {text(name)} END" for name in open_values]
    return f"concat_ws(',', {', '.join(named)})"


def _ask_for(question, gaps, open_values):
    by_export = {}
    for name in gaps:
        by_export.setdefault(dictionary(question.table)[name].asks, []).append(f"{name} IS NULL")
    for name in open_values:
        by_export.setdefault(BY_SELLER_CENTRAL, []).append(_nobody_knows(name))
    named = ", ".join(f"CASE WHEN {' OR '.join(tests)} THEN {text(asks)} END" for asks, tests in by_export.items())
    return f"concat_ws('; ', {named})"
