"""docs/measures.md: every number people read, from the headers of the .sql files, with a line of the sample shop."""

import datetime as dt

from orderkit import measures
from orderkit.handbook.markdown import code, day, head, listed, table

FILE = "measures.md"
SOURCES = "orderkit/measures/*.sql and the sample shop"
INTRO = """A measure is one SELECT in one file. It counts and sums; rates are made from its columns, so that a measure may
always be added up. `orderkit measure NAME` shows one, `--by COLUMN` adds it up by its key columns, `--since` and `--until`
take a day or an ISO week. In Python: `shop.measure("orders_by_week", by=["week", "currency"], since="2026-W40")`. Money is
never added across currencies.

The last column shows one line of the sample shop, whole: the first in which most is known. [Add a measure](add-a-measure.md)
says how to write one of your own; [the tables](tables.md) and [the facts](facts.md) are what they read.
"""
KINDS = {
    "BIGINT": "count", "INTEGER": "whole number", "VARCHAR": "text", "DATE": "day", "BOOLEAN": "yes or no",
    "TIMESTAMP WITH TIME ZONE": "moment (UTC)", "TIMESTAMP": "moment", "DOUBLE": "number",
}  # fmt: skip


def page(sample):
    """The text of the page; `sample`: the sample shop."""
    names = measures.names()
    rows = [[f"[{name}](#{name})", measures.about(name)["about"], _keys(name)] for name in names]
    sections = [_section(sample, name) for name in names]
    return "\n".join([head("Measures", SOURCES, INTRO), table(["measure", "what it tells", "one row per"], rows), "", *sections])


def _keys(name):
    return measures.about(name)["grain"].removeprefix("one row per ")


def _section(sample, name):
    said = measures.about(name)
    columns, kinds, row, rows = _read(sample, name)
    lines = [
        f"## {name}",
        "",
        f"{said['about'][0].upper()}{said['about'][1:]}.",
        "",
        f"- One row per: {_keys(name)}. In the sample shop: {rows:,} {'row' if rows == 1 else 'rows'}.",
        f"- Unit: {said['unit']}",
        f"- Reads: {listed(said['reads'].split(', '))}",
        "",
    ]
    shown = ["(no line)"] * len(columns) if row is None else [_shown(value) for value in row]
    cells = [[code(column), kind, value] for column, kind, value in zip(columns, kinds, shown, strict=True)]
    return "\n".join([*lines, table(["column", "kind", "a line of the sample"], cells), ""])


def _read(sample, name):
    """Columns, their kinds, one row with exact values and the number of rows; the row is None where there is none."""
    relation = sample._facts.sql(measures.text(name))
    columns, kinds = relation.columns, [_kind(str(each)) for each in relation.types]
    rows = relation.fetchall()
    row = max(rows, key=lambda each: sum(value not in (None, 0) for value in each), default=None)  # the first of the fullest
    return columns, kinds, row, len(rows)


def _kind(sql):
    return "amount" if sql.startswith("DECIMAL") else KINDS[sql]


def _shown(value):
    if value is None:
        return "not known"
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return day(value) if isinstance(value, (dt.date, bool)) else str(value)
