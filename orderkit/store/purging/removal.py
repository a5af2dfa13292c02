"""Finds the orders that a purge is about and takes every row that belongs to them out of a database opened for writing.

A number of a parcel or a customer that a kept order has as well stays: it belongs to that one, too.
"""

from dataclasses import dataclass

from orderkit.store import tombstones
from orderkit.store.known import known_formats
from orderkit.store.observations import table_of
from orderkit.store.purging import belonging
from orderkit.store.tables import canonical, ties

TIED = "(account, {}) IN (SELECT (account, number) FROM _keys)"


@dataclass(frozen=True)
class Wanted:
    """What a purge is asked to remove: one order, or all that is older than a moment; of one account, or of all."""

    order: str | None = None
    before: object = None
    account: str | None = None

    @property
    def values(self):
        """The parameters that its SQL needs."""
        given = {"order": self.order, "before": self.before, "account": self.account}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def condition(self):
        """SQL condition on an order (order_id, newest, account)."""
        what = "order_id = $order" if self.order is not None else "newest < $before"
        return f"{what}{self.of_account}"

    @property
    def of_account(self):
        return " AND account = $account" if self.account is not None else ""


@dataclass(frozen=True)
class Found:
    """How many orders a purge is about, how many rows that have no order, from when to when, and orders without any date."""

    orders: int
    loose: int
    first: object
    last: object
    undated: int


def find(con, wanted):
    """Makes TEMP tables of what is to go: _doomed (orders), _keys (their numbers), _out (rows). Gives Found."""
    forms = belonging.stored(con, known_formats(con).values())
    ties.make(con, forms)
    if forms:
        belonging.make_rows(con, forms)
    else:
        con.execute("CREATE OR REPLACE TEMP TABLE _rows AS SELECT NULL::VARCHAR AS form LIMIT 0")
        return Found(0, 0, None, None, 0)
    belonging.make_orders(con)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE _doomed AS SELECT account, order_id, newest FROM _orders WHERE {wanted.condition}",
        wanted.values,
    )
    _make_references(con, wanted)
    _make_keys(con)
    _make_out(con, wanted)
    return _found(con)


def _make_references(con, wanted):
    """TEMP table _references (account, order_id): what bills and claims give as the order of a parcel, but is none.

    Where one order is named, rows about its parcels go, whatever reference they stand under; their other rows stay.
    """
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE _references AS
        SELECT account, order_id
        FROM _orders
        ANTI JOIN _doomed USING (account, order_id)
        WHERE NOT lines AND {wanted.order is not None}
    """)


def _make_keys(con):
    """TEMP table _keys (account, number, stone): numbers of the doomed orders, parcels and customers that no kept order has."""
    salt = tombstones.salt_of(con)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE _keys AS
        WITH told AS (
            SELECT account, order_id, order_id AS number FROM _orders
            UNION ALL
            SELECT account, order_id, tracking FROM _rows ANTI JOIN _references USING (account, order_id)
            UNION ALL
            SELECT account, order_id, value FROM links
        ),
        doomed AS (SELECT account, number FROM told SEMI JOIN _doomed USING (account, order_id)),
        kept AS (SELECT number FROM told ANTI JOIN _doomed USING (account, order_id) WHERE order_id IS NOT NULL)
        SELECT DISTINCT account, number, {tombstones.stone(salt, "number")} AS stone
        FROM doomed
        WHERE number IS NOT NULL AND number NOT IN (SELECT number FROM kept WHERE number IS NOT NULL)
    """)


def _make_out(con, wanted):
    """TEMP table _out (form, rid): rows of doomed orders, and rows without an order that go with a parcel or by their date.

    A bill's charge for a parcel of a kept order stays with it, however old it is.
    """
    kept = "SELECT (account, tracking) FROM _rows ANTI JOIN _doomed USING (account, order_id) WHERE order_id IS NOT NULL"
    loose = f"(tracking IS NULL OR (account, tracking) NOT IN ({kept} AND tracking IS NOT NULL))"
    old = f"OR (dated AND newest < $before{wanted.of_account} AND {loose})" if wanted.before is not None else ""
    values = {name: value for name, value in wanted.values.items() if old and name != "order"}
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _out AS
        SELECT form, rid, order_id, newest
        FROM _rows
        WHERE (account, order_id) IN (SELECT (account, order_id) FROM _doomed)
            OR ((account, order_id) IN (SELECT (account, order_id) FROM _references) AND {TIED.format("tracking")})
            OR (order_id IS NULL AND ({TIED.format("tracking")} OR {TIED.format("linked")} {old}))
        """,
        values or None,
    )


def _found(con):
    orders, undated = con.sql("SELECT count(*), (SELECT count(*) FROM _orders WHERE newest IS NULL) FROM _doomed").fetchall()[0]
    loose = con.sql("SELECT count(*) FROM _out WHERE order_id IS NULL").fetchall()[0][0]
    first, last = con.sql("""
        SELECT min(coalesce(l.ordered_at, d.newest)), max(coalesce(l.ordered_at, d.newest))
        FROM _doomed d
        LEFT JOIN (SELECT account, order_id, min(ordered_at) AS ordered_at FROM main.order_lines GROUP BY ALL) l
            USING (account, order_id)
    """).fetchall()[0]
    return Found(orders, loose, first, last, undated)


def remove(con, wanted):
    """Takes what `find` found out of all tables, in one transaction, and leaves tombstones; {table: rows removed}."""
    forms = belonging.stored(con, known_formats(con).values())
    before = counts(con)
    con.execute("BEGIN")
    for form in forms:
        con.execute(f"DELETE FROM {table_of(form)} WHERE rowid IN (SELECT rid FROM _out WHERE form = $name)", {"name": form.name})
    tombstones.add(con, "order" if wanted.order is not None else "aged", wanted.before, wanted.account)
    _put_stand_ins(con, forms)
    _build(con)
    con.execute("COMMIT")
    con.execute("DROP TABLE _rows; DROP TABLE _out")
    now = counts(con)
    return {table: count - now[table] for table, count in before.items() if count > now[table] and table != "tombstones"}


def _put_stand_ins(con, forms):
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE _named AS SELECT number, min({tombstones.stand_in('stone')}) AS stand_in FROM _keys"
        f" WHERE length(number) >= {tombstones.SHORTEST} GROUP BY number"
    )
    for form in forms:
        tombstones.put_stand_ins(con, form)
    tombstones.replace_within(con, "main.loads", "file")


def _build(con):
    """All canonical tables anew. What the seller decided comes from no export, so of that the rows of other orders stay."""
    kept = "SELECT * FROM main.decisions ANTI JOIN _doomed USING (account, order_id)"
    con.execute(f"CREATE OR REPLACE TEMP TABLE _decisions AS {kept}")
    canonical.build(con)
    con.execute('INSERT INTO main.decisions SELECT * FROM _decisions ANTI JOIN main.decisions d USING (account, "row")')
    con.execute("DROP TABLE _decisions")


def counts(con):
    """{table: number of rows} of all stored tables."""
    names = con.sql(
        "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND database_name = current_database() ORDER BY 1"
    ).fetchall()
    return {name: con.sql(f'SELECT count(*) FROM main."{name}"').fetchall()[0][0] for (name,) in names}


def take_out_of_words(con, numbers):
    """Replaces numbers that stand within longer words, which the usual search does not part, wherever they stand."""
    con.execute("BEGIN")
    texts = con.sql(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE data_type = 'VARCHAR' AND database_name = current_database()"
        " AND (starts_with(table_name, 'obs_') OR table_name = 'loads')"
    ).fetchall()
    for table, column in texts:
        for number in numbers:
            con.execute(
                f"""
                UPDATE main."{table}"
                SET "{column}" = replace("{column}", $number, (SELECT any_value(stand_in) FROM _named WHERE number = $number))
                WHERE contains("{column}", $number)
                """,
                {"number": number},
            )
    _build(con)
    con.execute("COMMIT")
