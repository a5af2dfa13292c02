"""What ties rows to orders where they say too little themselves: links by another number, and the date of their order."""

from orderkit.store.observations import moment_of, table_of
from orderkit.store.tables.recipes import column


def make(con, forms, as_of=False):
    """Makes TEMP tables `links` (account, link, value, order_id) and `order_dates` (account, order_id, since).

    links: which orders name, for example, a customer. order_dates: from when on an order exists; rows without a date of their own
    exist from then on, which only a build as known at a moment asks for. Both stay empty where no export needs them.
    """
    stored = {row[0] for row in con.sql("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'obs_%'").fetchall()}
    forms = [form for form in forms if table_of(form) in stored]
    undated = as_of and any(emit.by_order and not emit.anchor for form in forms for emit in form.emits.values())
    con.execute("CREATE OR REPLACE TEMP TABLE links (account VARCHAR, link VARCHAR, value VARCHAR, order_id VARCHAR)")
    con.execute("CREATE OR REPLACE TEMP TABLE order_dates (account VARCHAR, order_id VARCHAR, since TIMESTAMPTZ)")
    for form in forms:
        for link, name in form.links.items():
            con.execute(f"INSERT INTO links {_links(form, link, name)}")
    if undated and (dated := [part for form in forms for part in _dates(form)]):
        union = " UNION ALL ".join(dated)
        con.execute(f"INSERT INTO order_dates SELECT account, order_id, min(since) FROM ({union}) GROUP BY account, order_id")


def _links(form, link, name):
    return f"""
        SELECT DISTINCT l.account, '{link}', o."{name}", o."{form.order_column}"
        FROM {table_of(form)} o
        JOIN loads l ON l.file_id = o._file
        WHERE o."{name}" IS NOT NULL
    """


def _dates(form):
    for table in ("orders", "order_lines"):
        emit = form.emits.get(table)
        if emit and emit.anchor and not emit.link:
            since = f"least({', '.join([*(moment_of(form, name) for name in emit.anchor), 'NULL'])})"
            order = emit.keys["order_id"]
            yield (
                f'SELECT l.account, o."{order}" AS order_id, {since} AS since'
                f" FROM {table_of(form)} o JOIN loads l ON l.file_id = o._file"
            )


def own_orders(form):
    """SQL of the orders (account, order_id) that the file $id names, with the stand-ins of parcels without one."""
    parcels = form.emits.get("parcels")
    same = parcels and parcels.keys["order_id"] == form.order_column
    order = column(parcels, "order_id") if same else f'o."{form.order_column}"'
    return f"""
        SELECT DISTINCT l.account, {order} AS order_id
        FROM {table_of(form)} o
        JOIN loads l ON l.file_id = o._file
        WHERE o._file = $id AND {order} IS NOT NULL
    """


def linked_orders(form):
    """SQL of the orders (account, order_id) that name what the file $id tells of, for example its customers."""
    key = next(emit.keys[emit.link] for emit in form.emits.values() if emit.link)
    return f"""
        SELECT DISTINCT k.account, k.order_id
        FROM links k
        JOIN {table_of(form)} o ON o."{key}" = k.value
        JOIN loads l ON l.file_id = o._file AND l.account = k.account
        WHERE o._file = $id AND k.link = '{form.link}'
    """
