"""Finds the measures of this folder, reads their headers and runs them, whole or added up by some of their key columns.

A user's own lie in a folder, `measures` beside the database, and are read the same way; `own` names it.
"""

import datetime as dt
import functools
import re
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from orderkit import store
from orderkit.errors import BadValue, UnknownName
from orderkit.marketplaces import week_bounds
from orderkit.measures import grains

HEADER = ("about", "grain", "unit", "reads")


@dataclass(frozen=True)
class _Measure:
    """The text of one measure, and what its header says; `own`: it is a user's, so that its SQL is not known to be good."""

    name: str
    text: str
    own: bool

    @functools.cached_property
    def about(self):
        return dict(re.findall(rf"^-- ({'|'.join(HEADER)}): (.+)$", self.text, flags=re.MULTILINE))

    @functools.cached_property
    def keys(self):
        return re.split(r", | and ", self.about["grain"].removeprefix("one row per "))


def names(own=None):
    """The names of all measures, sorted."""
    return sorted({*_shipped(), *_own_files(own)})


def text(name, own=None):
    """The SQL of a measure, header included. Raises UnknownName."""
    return _measure(name, own).text


def about(name, own=None):
    """The header of a measure: about, grain (its key columns), unit (money, clock) and reads (tables)."""
    return _measure(name, own).about


def keys(name, own=None):
    """The key columns of a measure, in the order of its header; every other column is a count or a sum."""
    return _measure(name, own).keys


def run(con, name, *, by=None, since=None, until=None, marketplace=None, own=None, grain="line"):
    """A measure as a plain frame, by name or as a .sql file. Money arrives as floats, for showing; `rows` keeps it exact.

    `by` is a key column or several: the others are added up, but never the currencies. `since` and `until` are a day
    or an ISO week (2026-W46); the weeks that hold them count wholly, both included. Rows whose week is not known
    leave as soon as one of them is given. `grain`: of delivery_by_week, late_open and not_shipped, "order" counts orders where
    they count lines, and names the columns so (see grains).

    Raises UnknownName for a measure that does not exist, BadValue for a filter on a column that the measure lacks, and for one of
    the user's own whose header is not whole or that is not one SELECT.
    """
    measure = _told_by(grain, _measure(name, own))
    if measure.own:  # only what its header and columns are; whatever is wrong with it is told in plain words
        store.select(con, f"SELECT * FROM (\n{measure.text}\n) LIMIT 0")
    sql, params = _sql(_described(con), measure, by, since, until, marketplace)
    found = store.select(con, sql, params) if measure.own else con.sql(sql, params=params).df()
    return grains.named(found, grain)


def rows(con, name, *, by=None, since=None, until=None, marketplace=None, grain="line"):
    """As `run` for a shipped measure, but a list of dicts with exact Decimals, for sums that are printed as money.

    The columns keep their names at any grain, so that whoever shows them says what they count.
    """
    sql, params = _sql(_described(con), _told_by(grain, _measure(name)), by, since, until, marketplace)
    relation = con.sql(sql, params=params)
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def asked(describe, name, *, by=None, since=None, until=None, marketplace=None, own=None):
    """(the SELECT that `run` would run, its values or None), for another engine.

    describe: a function that gives the (column, type) pairs of a SELECT, the types named as DuckDB names them.
    """
    return _sql(describe, _measure(name, own), by, since, until, marketplace)


def _described(con):
    def describe(query):
        whole = con.sql(query)
        return zip(whole.columns, whole.types, strict=True)

    return describe


@functools.cache
def _shipped():
    folder = resources.files(__package__)
    files = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    return {
        file.name.removesuffix(".sql"): file.read_text(encoding="utf-8") for file in sorted(files, key=lambda file: file.name)
    }


def _own_files(own):
    """{name: path} of a user's folder of measures. Raises BadValue for one with the name of a shipped measure."""
    found = {path.stem: path for path in sorted(Path(own).glob("*.sql"))} if own is not None else {}
    for name in found:
        if name in _shipped():
            raise BadValue(f"{found[name]}: {name} is the name of a shipped measure. Give the file another name.")
    return found


def _measure(name, own=None):
    name, mine = str(name), _own_files(own)
    if name in _shipped():
        return _Measure(name, _shipped()[name], own=False)
    if name in mine or (name.endswith(".sql") and Path(name).is_file()):
        return _read(mine.get(name) or Path(name))
    raise UnknownName("measure", name, names(own))


def _told_by(grain, measure):
    """The measure, counting orders where they are asked for. Raises BadValue for one that cannot."""
    grains.check(grain, measure.name)
    return replace(measure, text=grains.told_by(grain, measure.text))


def _read(path):
    """A measure of the user's. Raises BadValue where its header does not say what it must."""
    try:
        said = path.read_text(encoding="utf-8-sig").strip().removesuffix(";")
    except (OSError, UnicodeDecodeError):
        raise BadValue(f"{path} cannot be read as text in UTF-8. Save it as such, and see that you may open it.") from None
    measure = _Measure(path.stem, said, own=True)
    missing = [word for word in HEADER if word not in measure.about]
    if missing:
        lines = " and ".join(f"-- {word}: ..." for word in missing)
        raise BadValue(f"{path} lacks {lines} at its head. orderkit new measure NAME writes one that shows how they look.")
    return measure


def _sql(describe, measure, by, since, until, marketplace):
    where, params = _filters(measure, since, until, marketplace)
    if by is None and not where:
        return measure.text, None
    wanted = measure.keys if by is None else _wanted(measure, by)
    added = [_added_up(column, kind) for column, kind in describe(measure.text) if column not in measure.keys]
    grouped = f"GROUP BY {', '.join(wanted)} ORDER BY {', '.join(wanted)}" if wanted else ""
    return f"WITH measure AS (\n{measure.text}\n)\nSELECT {', '.join([*wanted, *added])} FROM measure {where} {grouped}", params


def _wanted(measure, by):
    asked, there = [by] if isinstance(by, str) else list(by), ", ".join(measure.keys)
    for column in asked:
        if column not in measure.keys:
            raise BadValue(f"The measure {measure.name} cannot be added up by {column!r}. It has the columns {there}.")
    return asked + ["currency"] * ("currency" in measure.keys and "currency" not in asked)


def _filters(measure, since, until, marketplace):
    asked = {"week": since if since is not None else until, "marketplace": marketplace}
    for column, value in asked.items():
        if value is not None and column not in measure.keys:
            there = ", ".join(measure.keys)
            raise BadValue(f"The measure {measure.name} cannot be cut by {column}. It has the columns {there}.")
    tests = {
        "since": (_monday(since), "week >= $since"),
        "until": (_monday(until), "week <= $until"),
        "marketplace": (marketplace, "marketplace = $marketplace"),
    }
    given = {key: (value, test) for key, (value, test) in tests.items() if value is not None}
    where = "WHERE " + " AND ".join(test for _, test in given.values()) if given else ""
    return where, {key: value for key, (value, _) in given.items()} or None


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
