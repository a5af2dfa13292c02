"""Which orders a build is about: all, or those in TEMP table `touched`; many of them in shards, so that memory stays small."""

from dataclasses import dataclass

from orderkit.store.observations import table_of

SHARD = 3_000_000  # observations that are put together at once: what fits the memory that a load may use
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


def scopes(con, forms, touched):
    """The Scopes that a build from some formats goes through one after another; together they are all that it is about."""
    tables = [table_of(form) for form in forms]
    rows = sum(con.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in tables)
    if touched:
        rows = min(rows, con.sql("SELECT count(*) FROM touched").fetchall()[0][0] * 2 * len(tables))
    return _sharded(rows // SHARD + 1, touched)


def scopes_apart(orders):
    """The Scopes of the orders in TEMP table `several`, of which there are so many (it holds no others than touched ones)."""
    return _sharded(orders // SHARD_APART + 1, False, True) if orders else []


def _sharded(shards, touched, several=None):
    return [Scope(touched, shard, shards, several) for shard in range(shards)]
