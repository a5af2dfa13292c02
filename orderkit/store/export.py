"""Canonical tables as a folder of Parquet files, for engines that run on many machines: by account, marketplace and month.

Rows that belong to an order lie with it: under its marketplace and the month (in UTC) in which it was placed. What belongs to no
order lies under what its own row tells. The engine writes; no row passes through Python.
"""

import datetime as dt
import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orderkit import __version__
from orderkit.errors import BadValue, DatabaseUnusable, UnknownName
from orderkit.printable import for_terminals
from orderkit.store.context import accounts, set_context
from orderkit.store.engine import trouble
from orderkit.store.engine.database import reader
from orderkit.store.sql import text
from orderkit.store.tables.canonical import build_as_of
from orderkit.store.tables.part import only_account, only_marketplace

MANIFEST = "manifest.json"
LAYOUT = 1  # raised when an older orderkit would not understand a folder
KEYS = ("account", "marketplace", "month")
OWN_MOMENT = {"order_lines": "ordered_at", "money": "posted_at", "account_health": "period_to", "stock_events": "happened_at"}
OF_ORDER = ("parcels", "parcel_lines", "returns", "requests", "inspections", "recoveries", "feedback", "decisions")
BY_ACCOUNT = ("products", "tariffs", "rates")
WHOLE = ("marketplaces", "calendar", "context", "loads", "rejects")  # small, and read whole by all
TABLES = (*OWN_MOMENT, *OF_ORDER, *BY_ACCOUNT, *WHOLE)
ORDERS = """
    CREATE TEMP TABLE _month_of_order AS
    SELECT account, order_id, min(marketplace) AS marketplace, strftime(timezone('UTC', min(ordered_at)), '%Y-%m') AS month
    FROM order_lines
    GROUP BY account, order_id
"""


@dataclass(frozen=True)
class Exported:
    """What was written: the folder, and what its manifest tells."""

    folder: Path
    manifest: dict

    def to_json(self):
        """The manifest, and where it lies."""
        return {"folder": str(self.folder), **self.manifest}

    @for_terminals
    def __repr__(self):
        tables = self.manifest["tables"]
        lines = [f"  {name}: {told['rows']:,} rows in {_files(told['files'])}" for name, told in tables.items() if told["rows"]]
        empty = [name for name, told in tables.items() if not told["rows"]]
        lines += [f"  empty: {', '.join(empty)}"] if empty else []
        rows, files, size = (sum(told[key] for told in tables.values()) for key in ("rows", "files", "bytes"))
        as_of = self.manifest["as_of"]
        return "\n".join([f"{self.folder}: {rows:,} rows in {_files(files)}, {size / 1e6:,.1f} MB, as of {as_of}", *lines])


def _files(number):
    return f"{number:,} file{'' if number == 1 else 's'}"


def export(db, to, *, as_of=None, clock=None, account=None, marketplace=None):
    """Writes the canonical tables of a database into the folder `to` as Parquet files; gives an Exported.

    `TABLE/account=A/marketplace=M/month=2026-11/data_0.parquet`; tables without a marketplace or a month have no such level.
    Money is DECIMAL and moments are instants in UTC, to the microsecond. The folder takes its place whole or not at all, and only
    that of an earlier export. as_of, clock, account, marketplace: as of a Shop.

    Raises BadValue for a folder that holds something else, UnknownName for an account or marketplace that is not there.
    """
    to = Path(os.path.realpath(to))
    _must_be_ours(to)
    half = to.with_name(f".{to.name}.half")
    with _in_plain_words(to), _replacing(half, to):
        con = reader(db, writes_into=half)
        try:
            _show(con, as_of, clock, account, marketplace)
            manifest = _written(con, half, {"account": account, "marketplace": marketplace})
        finally:
            con.close()
        (half / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return Exported(to, manifest)


def read_manifest(folder):
    """What the manifest of an exported folder tells. Raises BadValue for any other folder."""
    found = _manifest(Path(folder))
    if found is None:
        raise BadValue(f"{folder} is no folder that orderkit exported. Make one: orderkit export --to {folder}")
    if found["layout"] != LAYOUT:
        raise BadValue(f"{folder} was exported by orderkit {found['orderkit']} in another layout. Export again.")
    return found


def _manifest(folder):
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return found if {"orderkit", "layout", "tables"} <= found.keys() else None
    except (OSError, ValueError, AttributeError):
        return None


def _must_be_ours(to):
    if to.is_dir() and any(to.iterdir()) and _manifest(to) is None:
        raise BadValue(f"{to} holds files that are no export of orderkit. They were left as they are: name another folder.")
    if to.exists() and not to.is_dir():
        raise BadValue(f"{to} is a file. Name a folder.")


@contextmanager
def _in_plain_words(to):
    try:
        yield
    except (OSError, duckdb.IOException) as problem:
        full = " There is no room left on its disk." if trouble.no_room(problem) else ""
        raise DatabaseUnusable(f"{to} cannot be written.{full} What was there before is whole.") from None


@contextmanager
def _replacing(half, to):
    """A new folder `half`, which takes the place of `to` at the end; gone, and `to` as it was, after an exception."""
    shutil.rmtree(half, ignore_errors=True)  # of an export that was killed
    half.mkdir(parents=True)
    try:
        yield
        if to.exists():
            old = half.with_name(f"{half.name}-old")
            shutil.rmtree(old, ignore_errors=True)
            to.rename(old)
            half.rename(to)
            shutil.rmtree(old)
        else:
            half.rename(to)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _show(con, as_of, clock, account, marketplace):
    """The connection shows what a Shop of this part would."""
    if account is not None:
        if account not in accounts(con):
            raise UnknownName("account", account, accounts(con), where=" in this shop")
        only_account(con, account, tables=as_of is None)
    set_context(con, as_of, clock or as_of)
    if as_of is not None:
        build_as_of(con)
    if marketplace is not None:
        sites = con.sql("SELECT DISTINCT marketplace FROM order_lines WHERE marketplace IS NOT NULL ORDER BY 1").fetchall()
        known = [site for (site,) in sites]
        if marketplace not in known:
            raise UnknownName("marketplace", marketplace, known, where=" with orders in this shop")
        only_marketplace(con, marketplace)


def _written(con, folder, part):
    con.execute(ORDERS)
    as_of, clock = con.sql("SELECT as_of, clock FROM context").fetchall()[0]
    moments = {"as_of": as_of.isoformat(), "clock": clock.astimezone(dt.UTC).isoformat()}
    tables = {table: _copied(con, folder, table) for table in TABLES}
    return {"orderkit": __version__, "layout": LAYOUT, **moments, **part, "tables": tables}


def _copied(con, folder, table):
    """Writes one table; its rows, files, bytes, partition keys and columns."""
    columns = {name: str(kind) for name, kind in zip(con.table(table).columns, con.table(table).types, strict=True)}
    keys = [key for key in KEYS if key in _keys(table, columns)]
    place, rows = folder / table, con.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0]
    options = "FORMAT parquet, COMPRESSION zstd"
    if keys:  # in their order, so that one file at a time is open, and every key has one
        order = ", ".join(keys)
        options += f", PARTITION_BY ({order}), WRITE_PARTITION_COLUMNS true"
        query = f"SELECT * FROM ({_with_keys(table, columns)}) ORDER BY {order}"
        target = place
    else:
        query, target = f"SELECT * FROM {table}", place / "data_0.parquet"
        place.mkdir()
    if rows or not keys:
        con.execute(f"COPY ({query}) TO {text(target)} ({options})")
    files = list(place.rglob("*.parquet"))
    size = sum(file.stat().st_size for file in files)
    return {"rows": rows, "files": len(files), "bytes": size, "partitioned_by": keys, "columns": columns}


def _keys(table, columns):
    """The keys by which a table is parted."""
    if table in WHOLE or table in BY_ACCOUNT:
        return () if table in WHOLE else ("account",)
    return KEYS if table in OF_ORDER else ("month", *(key for key in ("account", "marketplace") if key in columns))


def _with_keys(table, columns):
    """SQL of the rows with the columns of their keys."""
    if table in OWN_MOMENT:
        moment = OWN_MOMENT[table]
        moment = moment if columns[moment] == "DATE" else f"timezone('UTC', {moment})"
        return f"SELECT *, strftime({moment}, '%Y-%m') AS month FROM {table}"
    if table in OF_ORDER:
        return (
            f"SELECT t.*, o.marketplace, o.month FROM {table} t"
            " LEFT JOIN _month_of_order o ON o.account = t.account AND o.order_id = t.order_id"
        )
    return f"SELECT * FROM {table}"
