"""A part of a shop: an account, the orders of one marketplace, one order. TEMP views and tables stand before the stored ones."""

from orderkit.formats import EVENTS
from orderkit.store.context import set_context
from orderkit.store.tables.canonical import OF_ORDERS

ACCOUNT = "account = getvariable('only_account')"
OF_FILES = {"loads": ACCOUNT, "rejects": "file_id IN (SELECT file_id FROM loads)"}
EVERYWHERE = ("stock_events", "products", "tariffs", "rates")  # serve all marketplaces: nothing in them names one
ORDER = "(account, order_id) IN (SELECT account, order_id FROM orders_of_part)"
SITE = "marketplace = getvariable('only_marketplace')"
WHERE = {"order_lines": SITE, "account_health": SITE, "money": f"CASE WHEN order_id IS NULL THEN {SITE} ELSE {ORDER} END"}


def only_account(con, account, *, tables=True):
    """From now on this reader's connection shows one account alone: its files, and what they tell.

    tables: False where `build_as_of` comes next, which makes the tables from those files.
    """
    con.execute("SET VARIABLE only_account = $account", {"account": account})
    stored = con.sql("SELECT current_database()").fetchall()[0][0]  # plain main would mean the view itself
    for table, condition in OF_FILES.items():
        con.execute(f'CREATE TEMP VIEW {table} AS SELECT * FROM "{stored}".main.{table} WHERE {condition}')
    for table in (*OF_ORDERS, *EVENTS) if tables else ():
        con.execute(f'CREATE TEMP VIEW {table} AS SELECT * FROM "{stored}".main.{table} WHERE {ACCOUNT}')


def only_marketplace(con, marketplace):
    """From now on this reader's connection shows the orders of one marketplace alone, and what belongs to them.

    Comes last. Money that is about no order counts where its row names the marketplace; what names none (stock, products,
    tariffs) stays whole.
    """
    con.execute("SET VARIABLE only_marketplace = $name", {"name": marketplace})
    con.execute(f"CREATE TEMP TABLE orders_of_part AS SELECT DISTINCT account, order_id FROM order_lines WHERE {SITE}")
    for table in (*OF_ORDERS, *EVENTS):
        if table not in EVERYWHERE:
            con.execute(f"CREATE TEMP TABLE part_of_{table} AS SELECT * FROM {table} WHERE {WHERE.get(table, ORDER)}")
    for table in (*OF_ORDERS, *EVENTS):
        if table not in EVERYWHERE:
            con.execute(f"DROP {_kind(con, table)} IF EXISTS temp.{table}")
            con.execute(f"ALTER TABLE temp.part_of_{table} RENAME TO {table}")


def one_order(con, order_id):
    """A further connection to a whole, stored shop that shows the lines and parcels of one order alone, with the same context.

    All that is not of orders (money, claims, returns) stays whole: what they tell may depend on up to when they tell at all.
    None for an order that is not there.
    """
    found = con.sql("SELECT 1 FROM order_lines WHERE order_id = $id LIMIT 1", params={"id": order_id}).fetchall()
    if not found:
        return None
    as_of, clock = con.sql("SELECT as_of, clock FROM context").fetchall()[0]
    alone = con.cursor()
    alone.execute("SET TimeZone = 'UTC'")
    set_context(alone, as_of, clock)
    stored = alone.sql("SELECT current_database()").fetchall()[0][0]
    for table in ("order_lines", "parcel_lines"):
        only = f'CREATE TEMP TABLE {table} AS SELECT * FROM "{stored}".main.{table} WHERE order_id = $id'
        alone.execute(only, {"id": order_id})
    return alone


def _kind(con, table):
    """Whether a TEMP view or a TEMP table of this name stands before the stored table."""
    found = con.sql("SELECT 1 FROM duckdb_views() WHERE temporary AND view_name = $name", params={"name": table}).fetchall()
    return "VIEW" if found else "TABLE"
