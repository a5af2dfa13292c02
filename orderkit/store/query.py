"""The one door through which a user's own SQL reaches the database: one SELECT, read-only, no other file, plain errors."""

import duckdb

from orderkit.errors import BadValue


def select(con, text, values=None):
    """The frame of one SELECT with bound values.

    Raises BadValue where the text is not exactly one SELECT, or the engine cannot run it. Of the engine's words only those on
    names and grammar are passed on: others may show values of the data.
    """
    _select_of(con, text)
    try:
        return con.sql(text, params=values or None).df()
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.PermissionException) as problem:
        raise BadValue(_first_line(problem)) from None
    except duckdb.Error as problem:
        raise BadValue(f"The query cannot be run ({type(problem).__name__}).") from None


def asked_values(con, text):
    """The names that a SELECT asks values for, written $name. Raises BadValue where the text is not exactly one SELECT."""
    return set(_select_of(con, text).named_parameters)


def columns(con):
    """{table: its columns} of all tables and views that a query here may read."""
    found = {}
    rows = con.sql("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY table_name, column_index")
    for table, column in rows.fetchall():
        found.setdefault(table, []).append(column)
    return found


def _select_of(con, text):
    try:
        statements = con.extract_statements(text)
    except duckdb.Error as problem:
        raise BadValue(_first_line(problem)) from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise BadValue("Only one SELECT can be run here; nothing is ever written. The tables are listed in duckdb_tables().")
    return statements[0]


def _first_line(problem):
    """What is wrong, and the name that was meant where the engine knows one; the rest of its words shows the query again."""
    first, *others = str(problem).strip().splitlines()
    return " ".join([first, *(line for line in others[:1] if line.startswith("Did you mean"))])
