"""Which orders a build is about: all, or those in TEMP table `touched`; many of them in shards, so that memory stays small."""

from contextlib import contextmanager, suppress
from dataclasses import dataclass

import duckdb

from orderkit.store.observations import table_of
from orderkit.store.tables.recipes import column

SHARD = 750_000  # observations that are put together at once: what fits the memory that a load may use
NARROW = 4_000_000  # observations whose keys alone are compared at once
SHARD_APART = 100_000  # orders whose lines are told apart at once


@dataclass(frozen=True)
class Scope:
    """Some of the orders of a build; `several`: only those in TEMP table `several` (True), or only the others (False)."""

    touched: bool
    shard: int = 0
    shards: int = 1
    several: bool | None = None

    def join(self, account, order):
        """SQL joined to keep the rows whose order is meant."""
        text = f" SEMI JOIN touched t ON t.account = {account} AND t.order_id = {order}" if self.touched else ""
        if self.several is not None:
            text += f" {'SEMI' if self.several else 'ANTI'} JOIN several v ON v.g = hash({account}, {order})"
        return text

    def where(self, key):
        """SQL condition that keeps the rows of the shard, by what they are put together by: the order, or a key of their own."""
        return f"hash({key}) % {self.shards} = {self.shard}" if self.shards > 1 else "true"


def scopes(con, forms, touched, *, narrow=False):
    """The Scopes that a build from some formats goes through one after another; together they are all that it is about.

    narrow: nothing but keys is put together, so there are fewer of them: each goes through all observations.
    """
    tables = [table_of(form) for form in forms]
    rows = sum(con.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in tables)
    if touched:
        rows = min(rows, con.sql("SELECT count(*) FROM touched").fetchall()[0][0] * 2 * len(tables))
    return _sharded(rows // (NARROW if narrow else SHARD) + 1, touched)


def scopes_of_one(rows, several):
    """The Scopes of all orders of which one format alone tells, where so many rows stand for a key that has others."""
    return _sharded(rows // SHARD + 1, False, several)


def scopes_apart(orders):
    """The Scopes of the orders in TEMP table `several`, of which there are so many (it holds no others than touched ones)."""
    return _sharded(orders // SHARD_APART + 1, False, True) if orders else []


def _sharded(shards, touched, several=None):
    return [Scope(touched, shard, shards, several) for shard in range(shards)]


@contextmanager
def as_written(con):
    """Joins are made as they are written: what stands on the right is held in memory, what stands on the left passes by.

    Of rows that are not committed yet the engine thinks there are none, and would hold all observations of a first load.
    """
    con.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    try:
        yield
    finally:
        con.execute("RESET disabled_optimizers")


@contextmanager
def alone(con, forms, scope):
    """Hides the observation tables of order lines behind TEMP tables of the same names that hold the rows of few orders alone.

    So the large tables are gone through once, however often these orders are looked at.
    """
    hidden = {table_of(form): order for form in forms if (order := _order(form))}
    try:
        for table, order in hidden.items():
            source = f"main.{table} o JOIN loads l ON l.file_id = o._file{scope.join('l.account', order)}"
            con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT o.* FROM {source} WHERE {scope.where(order)}")
        yield
    finally:
        with suppress(duckdb.TransactionException):  # a failed transaction, which takes its tables with it
            for table in hidden:
                con.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _order(form):
    """SQL of the order of an observation; None where something else leads to it, or each kind of row tells it in its own way."""
    emits = [form.emits[table] for table in ("order_lines", "orders") if table in form.emits]
    orders = {column(emit, "order_id") for emit in emits}
    return None if len(orders) > 1 or any(emit.link for emit in emits) else orders.pop()
