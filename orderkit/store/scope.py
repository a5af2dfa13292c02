"""Which orders a build is about: all, or those in TEMP table `touched`; many of them in shards, so that memory stays small."""

from dataclasses import dataclass

from orderkit.store.observations import table_of

SHARD = 500000


@dataclass(frozen=True)
class Scope:
    """Some of the orders of a build."""

    touched: bool
    shard: int = 0
    shards: int = 1

    def join(self, account, order):
        """SQL joined to keep the rows whose order is touched."""
        return f" SEMI JOIN touched t ON t.account = {account} AND t.order_id = {order}" if self.touched else ""

    def where(self, key):
        """SQL condition that keeps the rows of the shard, by what they are put together by: the order, or a key of their own."""
        return f"hash({key}) % {self.shards} = {self.shard}" if self.shards > 1 else "true"


def scopes(con, forms, touched):
    """The Scopes that a build from some formats goes through one after another; together they are all that it is about."""
    tables = [table_of(form) for form in forms]
    rows = sum(con.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in tables)
    if touched:
        rows = min(rows, con.sql("SELECT count(*) FROM touched").fetchall()[0][0] * 2 * len(tables))
    shards = rows // SHARD + 1
    return [Scope(touched, shard, shards) for shard in range(shards)]
