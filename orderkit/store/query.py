"""The one door through which a user's own SQL reaches the database: one SELECT, read-only, no other file, plain errors."""

import duckdb

from orderkit.errors import BadValue


def select(con, text, values=None):
    """The frame of one SELECT with bound values.

    Raises BadValue where the text is not exactly one SELECT, or the engine cannot run it. Of the engine's words only those on
    names and grammar are passed on: others may show values of the data.
    """
    try:
        statements = con.extract_statements(text)
    except duckdb.Error as problem:
        raise BadValue(_first_line(problem)) from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise BadValue("Only one SELECT can be run here; nothing is ever written. The tables are listed in duckdb_tables().")
    try:
        return con.sql(text, params=values or None).df()
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.PermissionException) as problem:
        raise BadValue(_first_line(problem)) from None
    except duckdb.Error as problem:
        raise BadValue(f"The query cannot be run ({type(problem).__name__}).") from None


def _first_line(problem):
    return str(problem).strip().splitlines()[0]
