"""The values of parameters as SQL: periods joined by range, and the columns that carry the value in force, or its range."""

from orderkit.policy.language import parameter_column

MOST_WRITTEN_OUT = 5  # periods; beyond, a join is as fast and shorter


def text(value):
    """A text literal, quoted; rules and names come from a checked pack, never from data."""
    return "'" + value.replace("'", "''") + "'"


def column(name, part):
    """The column of the cases that carries a part (value, low, high, sure) of the parameter `name`."""
    return {"value": parameter_column(name)}.get(part, f"{name}_{part}")


def parts(parameter):
    """What the cases carry of a parameter: {column of its periods: column of the cases}; ranges only where there are any."""
    carried = ["value"]
    if not all(period.sure for period in parameter.periods):
        carried += ["low", "high", "sure"]
    return {part: column(parameter.name, part) for part in carried}


def unsure(pack, names):
    """The parameters among `names` of which some value is not sure."""
    return [name for name in names if "sure" in parts(pack.parameters[name])]


def is_joined(parameter):
    """Whether its periods are joined; a few that the day alone chooses among are written out where they are read."""
    return bool(parameter.by) or len(parameter.periods) > MOST_WRITTEN_OUT


def held(parameter, part):
    """A part of the value that holds; the value for all other cases where all is known that chooses, and no period holds."""
    other = ""
    if parameter.otherwise is not None:
        other = "TRUE" if part == "sure" else _literal(parameter, parameter.otherwise)
    if not is_joined(parameter):
        return _written_out(parameter, part, other)
    found = f"{parameter.name}_periods.{part}"
    chosen = " AND ".join(f"f.{fact} IS NOT NULL" for fact in parameter.selectors)
    return f"CASE WHEN {parameter.name}_periods.valid_from IS NULL AND {chosen} THEN {other} ELSE {found} END" if other else found


def _written_out(parameter, part, other):
    day = f"f.{parameter.applies_by}"
    branches = [
        f"WHEN DATE '{period.start}' <= {day} AND {day} < DATE '{period.end}' THEN {_cells(parameter, period)[part]}"
        for period in parameter.periods
    ]
    branches += [f"WHEN {day} IS NOT NULL THEN {other}"] * bool(other)
    return f"CASE {' '.join(branches)} END"


def column_names(parameter):
    """The columns of the table of its periods."""
    return ", ".join([*(["held_by"] if parameter.by else []), "valid_from", "valid_to", *parts(parameter)])


def holds(parameter, periods, where=None):
    """The condition under which a period holds for a row of facts; of rows `f` outside `where`, if given, none is looked for."""
    chosen = f"f.{parameter.by or parameter.applies_by}"
    chosen = f"CASE WHEN {where} THEN {chosen} END" if where else chosen
    key = f"{periods}.held_by = {chosen} AND " if parameter.by else ""
    day = f"f.{parameter.applies_by}" if parameter.by else chosen
    return f"{key}{periods}.valid_from <= {day} AND {day} < {periods}.valid_to"


def periods_cte(parameter):
    """A step of a SELECT that holds the periods of a parameter."""
    names = column_names(parameter)
    return f"{parameter.name}_periods AS (\n    SELECT {names}\n    FROM (VALUES {period_rows(parameter)}) AS periods({names})\n)"


def period_rows(parameter, *, numbered=False):
    """The periods of a parameter as rows of VALUES; `numbered`: with their numbers, from 0, at the end."""
    rows = []
    for number, period in enumerate(parameter.periods):
        cells = [text(period.key)] if parameter.by else []
        cells += [f"DATE '{period.start}'", f"DATE '{period.end}'"]
        known = _cells(parameter, period)
        cells += [known[part] for part in parts(parameter)]
        rows.append(f"({', '.join(cells + [str(number)] * numbered)})")
    return ", ".join(rows)


def _cells(parameter, period):
    known = {"value": period.value, "low": period.bounds[0], "high": period.bounds[1]}
    return {part: _literal(parameter, value) for part, value in known.items()} | {"sure": str(period.sure).upper()}


def _literal(parameter, value):
    sql_type = {"date": "DATE", "percent": "DECIMAL(18,2)", "money": "DECIMAL(18,2)"}.get(parameter.unit, "INTEGER")
    if value is None:
        return f"CAST(NULL AS {sql_type})"
    return f"DATE '{value}'" if sql_type == "DATE" else str(value) if sql_type == "INTEGER" else f"CAST({value} AS {sql_type})"
