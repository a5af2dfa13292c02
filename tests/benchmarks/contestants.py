"""What is timed. Each contestant does its work in `run(job)`; `found(job)` then says what it stored, outside the clock.

A job is a dict: `file` (or `files`), `out` (a fresh path), `start` (a database to begin with, copied to `out` before the clock).
All use the types of orderkit's own format description and read the same columns.
"""

import functools
import gzip
import hashlib
import time
from pathlib import Path

from benchmarks import asked, classify, weekly, weekly_report
from orderkit.formats import recognise
from orderkit.store.values.types import sql_type

MONEY = "SELECT coalesce(currency, ''), CAST(sum(CAST(price AS DECIMAL(18, 2))) AS VARCHAR) FROM stored WHERE price IS NOT NULL"


def _columns(path):
    """(header, type, kept) of every column of an export, in its order."""
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as export:
        match = recognise(export.readline().rstrip("\n"))
    return [(column.header, sql_type(column), column.kept) for column in match.columns]


def _sums(con, stored):
    """Rows and sum of the item price by currency of what `stored` (SQL with columns price and currency) gives."""
    rows = con.sql(f"SELECT count(*) FROM ({stored})").fetchall()[0][0]
    money = con.sql(f"WITH stored AS ({stored}) {MONEY} GROUP BY 1 ORDER BY 1").fetchall()
    return {"rows": rows, "money": dict(money)}


class Typed:
    """The engine's own typed CSV reader into a table of a new file, with default settings: no check, no history, no ledger."""

    def run(self, job):
        import duckdb

        columns = _columns(job["file"])
        types = ", ".join(f"'{name}': '{kind}'" for name, kind, _ in columns)
        kept = ", ".join(f'"{name}"' for name, _, keep in columns if keep)
        con = duckdb.connect(job["out"])
        con.execute(
            f"CREATE TABLE orders AS SELECT {kept} FROM read_csv('{job['file']}', columns={{{types}}}, auto_detect=false,"
            " header=true, delim='\t', quote='', escape='', nullstr='')"
        )
        con.close()

    def found(self, job):
        import duckdb

        with duckdb.connect(job["out"], read_only=True) as con:
            return _sums(con, 'SELECT "item-price" AS price, currency FROM orders')


class _Parquet:
    def found(self, job):
        import duckdb

        with duckdb.connect() as con:
            return _sums(con, f"SELECT round(\"item-price\", 2) AS price, currency FROM read_parquet('{job['out']}')")


class Polars(_Parquet):
    """polars, streaming from CSV to Parquet, decimals and moments typed."""

    def run(self, job):
        import polars as pl

        columns = _columns(job["file"])
        types = {"INTEGER": pl.Int32, "DECIMAL(18,2)": pl.Decimal(18, 2)}
        frame = pl.scan_csv(
            job["file"],
            separator="\t",
            quote_char=None,
            schema={name: types.get(kind, pl.String) for name, kind, _ in columns},
        )
        wanted = []
        for name, kind, keep in columns:
            cell = pl.col(name)
            if kind == "TIMESTAMPTZ":
                cell = cell.str.to_datetime("%Y-%m-%dT%H:%M:%S%z", time_unit="us")
            elif kind == "BOOLEAN":
                cell = cell.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
            wanted += [cell] * keep
        frame.select(wanted).sink_parquet(job["out"])


class Pandas(_Parquet):
    """pandas with its default parser, typed (money as float: it has no decimals), to Parquet."""

    def run(self, job):
        import pandas as pd

        columns = [(name, kind) for name, kind, keep in _columns(job["file"]) if keep]
        types = {"INTEGER": "Int32", "DECIMAL(18,2)": "float64", "BOOLEAN": "boolean"}
        frame = pd.read_csv(
            job["file"],
            sep="\t",
            quoting=3,
            usecols=[name for name, _ in columns],
            dtype={name: types.get(kind, "str") for name, kind in columns},
            keep_default_na=False,
            na_values=[""],
        )
        for name, kind in columns:
            if kind == "TIMESTAMPTZ":
                frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%dT%H:%M:%S%z", utc=True)
        frame.to_parquet(job["out"], index=False)


class Hash:
    """Reading the file once for its sha256: the least that finding an unchanged file can cost."""

    def run(self, job):
        with Path(job["file"]).open("rb") as export:
            hashlib.file_digest(export, "sha256")

    def found(self, job):
        return {}


class Load:
    """orderkit's load. `parts` splits it: `observations` up to the canonical build, `canonical` from there to the closed file."""

    build = True

    def run(self, job):
        from orderkit import store
        from orderkit.store.tables import canonical

        rebuild, self.began = canonical.rebuild, None

        def watched(*args, **named):
            self.began = self.began or time.perf_counter()
            return rebuild(*args, **named) if self.build else None

        canonical.rebuild = watched
        self.result = store.load(job.get("files") or job["file"], db=job["out"])
        canonical.rebuild = rebuild

    def found(self, job):
        files = self.result.to_json()["files"]
        said = {key: sum(file[key] for file in files) for key in ("lines", "loaded", "duplicates", "superseded", "quarantined")}
        return said | {"states": sorted({file["state"] for file in files}), **self._stored(job)}

    def _stored(self, job):
        from orderkit import store

        con = store.reader(job["out"])
        try:
            stored = "SELECT item_price AS price, currency FROM obs_amazon_all_orders"
            return _sums(con, stored) | {"tables": _tables(con)}
        finally:
            con.close()


class Observations(Load):
    """orderkit's load without the canonical build (the benchmark leaves it out): read, checked, versioned, in the ledger."""

    build = False


class Build(Load):
    """The canonical tables from all observations of a database at once."""

    def run(self, job):
        from orderkit.store.engine import database
        from orderkit.store.tables import canonical

        with database.writer(job["out"]) as con:
            con.execute("BEGIN")
            canonical.build(con)
            con.execute("COMMIT")

    def found(self, job):
        return self._stored(job)


def _tables(con):
    """Rows and content of every canonical table: equal numbers mean equal tables, in whatever order."""
    from orderkit.store.tables.canonical import TABLES

    return {
        table: list(con.sql(f"SELECT count(*), CAST(sum(hash(t)) % 1000000007 AS BIGINT) FROM {table} t").fetchall()[0])
        for table in TABLES
    }


CONTESTANTS = {
    "duckdb": Typed,
    "polars": Polars,
    "pandas": Pandas,
    "sha256": Hash,
    "load": Load,
    "observations": Observations,
    "build": Build,
    "classify": classify.Classify,
    "by hand": classify.ByHand,
    "polars answers": classify.Polars,
    "pandas answers": classify.Pandas,
    "rule-engine": classify.RuleEngine,
    "facts": classify.Facts,
    "weekly": weekly.Orderkit,
    "weekly measure": weekly.Measure,
    "weekly pandas": weekly.Pandas,
    "weekly polars": weekly.Polars,
    "weekly SQL": weekly.Sql,
    "explain": asked.Opened,
    "explain SQL": asked.OpenedByHand,
    "explain command": asked.Fresh,
    "explain program": asked.FreshByHand,
    "report": weekly_report.Whole,
    "report stages": weekly_report.Stages,
    "start Python": functools.partial(asked.Started, "-c", "pass"),
    "start parts": functools.partial(asked.Started, "-c", "import duckdb, pandas"),
    "start orderkit": functools.partial(asked.Started, "-c", "import orderkit"),
    "start shop": functools.partial(asked.Started, "-c", "import orderkit; orderkit.Shop, orderkit.load, orderkit.classify"),
    "start help": functools.partial(asked.Started, "-m", "orderkit", "--help"),
}
