"""Finds the measures of this folder, reads their headers and runs them, whole or added up by some of their key columns."""

import datetime as dt
import functools
import re
from importlib import resources

from orderkit.errors import BadValue, UnknownName
from orderkit.marketplaces import week_bounds


def names():
    """The names of all measures, sorted."""
    return sorted(file.name.removesuffix(".sql") for file in resources.files(__package__).iterdir() if file.name.endswith(".sql"))


@functools.cache
def text(name):
    """The SQL of a measure, header included. Raises UnknownName."""
    if name not in names():
        raise UnknownName("measure", name, names())
    return resources.files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def about(name):
    """The header of a measure: about, grain (its key columns), unit (money, clock) and reads (tables)."""
    return dict(re.findall(r"^-- (about|grain|unit|reads): (.+)$", text(name), flags=re.MULTILINE))


def keys(name):
    """The key columns of a measure, in the order of its header; every other column is a count or a sum."""
    return re.split(r", | and ", about(name)["grain"].removeprefix("one row per "))


def run(con, name, *, by=None, since=None, until=None, marketplace=None):
    """A measure as a plain frame. Money arrives as floats, for showing; `rows` keeps it exact.

    `by` is a key column or several: the others are added up, but never the currencies. `since` and `until` are a day
    or an ISO week (2026-W46); the weeks that hold them count wholly, both included. Rows whose week is not known
    leave as soon as one of them is given.

    Raises UnknownName for a measure that does not exist, BadValue for a filter on a column that the measure lacks.
    """
    return _relation(con, name, by, since, until, marketplace).df()


def rows(con, name, *, by=None, since=None, until=None, marketplace=None):
    """As `run`, but a list of dicts with exact Decimals, for sums that are printed as money."""
    relation = _relation(con, name, by, since, until, marketplace)
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def _relation(con, name, by, since, until, marketplace):
    where, params = _filters(name, since, until, marketplace)
    if by is None and not where:
        return con.sql(text(name))
    wanted = keys(name) if by is None else _wanted(name, by)
    whole = con.sql(text(name))
    columns = [*wanted, *(_added_up(c, t) for c, t in zip(whole.columns, whole.types, strict=True) if c not in keys(name))]
    return con.sql(
        f"WITH measure AS (\n{text(name)}\n)\nSELECT {', '.join(columns)} FROM measure {where} "
        + (f"GROUP BY {', '.join(wanted)} ORDER BY {', '.join(wanted)}" if wanted else ""),
        params=params,
    )


def _wanted(name, by):
    asked = [by] if isinstance(by, str) else list(by)
    for column in asked:
        if column not in keys(name):
            raise BadValue(f"The measure {name} cannot be added up by {column!r}. It has the columns {', '.join(keys(name))}.")
    return asked + ["currency"] * ("currency" in keys(name) and "currency" not in asked)


def _filters(name, since, until, marketplace):
    asked = {"week": since if since is not None else until, "marketplace": marketplace}
    for column, value in asked.items():
        if value is not None and column not in keys(name):
            raise BadValue(f"The measure {name} cannot be cut by {column}. It has the columns {', '.join(keys(name))}.")
    tests = {
        "since": (_monday(since), "week >= $since"),
        "until": (_monday(until), "week <= $until"),
        "marketplace": (marketplace, "marketplace = $marketplace"),
    }
    given = {key: (value, test) for key, (value, test) in tests.items() if value is not None}
    where = "WHERE " + " AND ".join(test for _, test in given.values()) if given else ""
    return where, {key: value for key, (value, _) in given.items()}


def _monday(day):
    """The Monday of the week that holds a day, given as date, as text 2026-11-18 or as ISO week 2026-W46."""
    if day is None:
        return None
    if isinstance(day, str) and "W" in day:
        return week_bounds(day)[0]
    try:
        day = dt.date.fromisoformat(str(day)[:10])
    except ValueError:
        raise BadValue(f"{day!r} is no day. Write it as 2026-11-18, or a week as 2026-W46.") from None
    return day - dt.timedelta(days=day.weekday())


def _added_up(column, kind):
    """The SQL that adds a column up: sums keep their type; a moment keeps its earliest (from) or latest (to)."""
    if str(kind).startswith(("TIMESTAMP", "DATE")):
        return f"{'min' if column.endswith('_from') else 'max'}({column}) AS {column}"
    return f"CAST(sum({column}) AS {kind}) AS {column}"
