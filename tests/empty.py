"""Empty canonical tables in memory, copied from a file that each process makes once: many tests begin with them."""

import functools
import tempfile
from pathlib import Path

import duckdb

from orderkit.store import schema


def connection(*, sites=(), first=None, last=None):
    """An in-memory database with all canonical tables, empty but for the marketplaces and, for `sites`, the calendar from a day
    to a day; as `schema.create` and `schema.fill_calendar` make it, in half the time."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"ATTACH '{_made(tuple(sites), first, last)}' AS made (READ_ONLY)")
    con.execute("COPY FROM DATABASE made TO memory")
    con.execute("DETACH made")
    return con


@functools.cache
def _made(sites, first, last):
    path = Path(_folder().name) / f"{_made.cache_info().currsize}.duckdb"
    with duckdb.connect(str(path)) as con:
        schema.create(con)
        if sites:
            schema.fill_calendar(con, sites, first, last)
    return path


@functools.cache
def _folder():
    return tempfile.TemporaryDirectory(prefix="orderkit-empty-")
