"""Opens the one database file: a writer that holds it briefly, readers that share it."""

import re
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orderkit.errors import DatabaseLocked, DatabaseUnusable
from orderkit.store import schema

CONFIG = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "python_enable_replacements": "false"}


def _connect(path, read_only):
    if not _may_be_a_database(path):  # the engine would open a CSV file as a database of its own
        raise DatabaseUnusable(f"{path} is no orderkit database. Name another file with --db, or load exports to make one.")
    config = CONFIG | ({"enable_external_access": "false"} if read_only else {})  # a reader's SQL touches no other file
    try:
        return duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.Error as problem:
        raise _plain_words(path, str(problem)) from None  # the engine's own text names folders and library internals


def _may_be_a_database(path):
    path = Path(path)
    if path.is_dir():
        return False
    if not path.exists() or path.stat().st_size == 0:
        return True
    with path.open("rb") as raw:
        return raw.read(12)[8:] == b"DUCK"


def _plain_words(path, text):
    if "Could not set lock" in text:
        holder = re.search(r"PID (\d+)", text)
        return DatabaseLocked(path, int(holder[1]) if holder else None)
    if "different configuration" in text:
        return DatabaseUnusable(f"{path} is open for reading in this program. Call shop.close() on that shop first.")
    if "version number" in text:
        return DatabaseUnusable(
            f"{path} was made by a newer DuckDB than this one. Update orderkit, or load the exports into a new file."
        )
    if "not a valid DuckDB database" in text:
        return DatabaseUnusable(f"{path} is no orderkit database. Name another file with --db, or load exports to make one.")
    return DatabaseUnusable(f"{path} cannot be opened ({text.splitlines()[0][:120]}).")


@contextmanager
def writer(path):
    """A connection that may write; makes the tables where they are not there yet. Closed, and the lock given back, at the end."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    con = _connect(path, read_only=False)
    try:
        con.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        if not con.sql("SELECT 1 FROM duckdb_tables() WHERE table_name = 'layout'").fetchall():
            con.execute("BEGIN")  # all tables or none: a half-made database would lack its marketplaces for ever
            schema.create(con)
            con.execute("COMMIT")
        _check_layout(con, path)
        yield con
    finally:
        con.close()


def reader(path):
    """A read-only connection; several may be open at once. Temporary tables are its own.

    Raises DatabaseUnusable where there is no such file, saying how to make one.
    """
    if not Path(path).exists():
        raise DatabaseUnusable(f"There is no database {path}. Load some exports first: python3 run.py report FOLDER.")
    con = _connect(path, read_only=True)
    con.execute("SET TimeZone = 'UTC'")
    try:
        if not con.sql("SELECT 1 FROM duckdb_tables() WHERE table_name = 'layout'").fetchall():
            raise DatabaseUnusable(f"{path} is a DuckDB file, but orderkit did not make it. Name another file with --db.")
        _check_layout(con, path)
    except DatabaseUnusable:
        con.close()
        raise
    return con


def _check_layout(con, path):
    found = con.sql("SELECT layout FROM layout").fetchall()[0][0]
    if found != schema.LAYOUT:
        raise DatabaseUnusable(
            f"{path} has layout {found}, this orderkit reads layout {schema.LAYOUT}."
            " Use the matching version, or load the exports into a new file."
        )
