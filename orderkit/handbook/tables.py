"""docs/tables.md: every canonical table and column, from the comments in schema.sql."""

import duckdb

from orderkit.handbook.markdown import code, head, table
from orderkit.store import schema

FILE = "tables.md"
SOURCES = "the comments in orderkit/store/schema.sql"
INTRO = """What is in the database: the tables that all exports become. Their names are a contract. Read them with `orderkit
sql "SELECT ..."`, in Python with `shop.sql("SELECT ... WHERE week = $week", week="2026-W46")`.

A moment is an instant, shown in UTC; a day is one of the calendar, as the export states it. Money is exact to the cent, in
the currency that stands beside it, and an empty cell is "not known", never zero. What rules and analyses reckon with, such as
the days since the last scan, is in the tables `line_facts` and `return_facts`: [the facts](facts.md).
"""
KINDS = {
    "VARCHAR": "text", "BOOLEAN": "yes or no", "INTEGER": "whole number", "BIGINT": "whole number", "HUGEINT": "whole number",
    "DATE": "day", "TIMESTAMP WITH TIME ZONE": "moment", "DOUBLE": "number", "DECIMAL(18,2)": "money",
}  # fmt: skip
INNER = "layout"  # a number for orderkit itself, without a comment
TABLES = "SELECT table_name, comment FROM duckdb_tables() WHERE table_name <> $inner ORDER BY table_oid"
COLUMNS = "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = $table ORDER BY column_index"


def page(_sample=None):
    """The text of the page."""
    con = duckdb.connect()
    try:
        schema.create(con)
        found = con.sql(TABLES, params={"inner": INNER}).fetchall()
        parts = [_section(con, name, comment) for name, comment in found]
    finally:
        con.close()
    index = table(["table", "holds"], [[f"[{name}](#{name})", comment] for name, comment in found])
    return "\n".join([head("Tables", SOURCES, INTRO), index, "", *parts])


def _section(con, name, comment):
    rows = con.sql(COLUMNS, params={"table": name}).fetchall()
    cells = [[code(column), _kind(kind), meaning] for column, kind, meaning in rows]
    return "\n".join(
        [f"## {name}", "", f"{comment[0].upper()}{comment[1:]}.", "", table(["column", "kind", "meaning"], cells), ""]
    )


def _kind(sql):
    return KINDS.get(sql) or ("number" if sql.startswith("DECIMAL") else sql.lower())
