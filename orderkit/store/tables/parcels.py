"""Parcels: which lines each holds, those that only an order status tells of, and which orders share one."""

from orderkit.store.observations import known_at, moment_of, table_of
from orderkit.store.tables.recipes import column, parcel_key

SHIPPED = "('shipped', 'partially_shipped')"


def touch_sharers(con, forms):
    """An order that shares a parcel with a touched one is touched, too, and so on: the parcel's row is built from all of them.

    Whichever exports tell of it: one may know the parcel under an order, another under its tracking number alone.
    """
    forms = [form for form in forms if "tracking" in form.emits["parcels"].keys]
    told = " UNION ALL ".join(map(_sharing, forms))
    while forms:
        before = con.sql("SELECT count(*) FROM touched").fetchall()
        con.execute(f"""
            INSERT INTO touched
            SELECT DISTINCT s.account, s.order_id FROM ({told}) s
            SEMI JOIN (SELECT * FROM ({told}) SEMI JOIN touched USING (account, order_id)) mine
                ON mine.account = s.account AND mine.tracking = s.tracking
            ANTI JOIN touched t ON t.account = s.account AND t.order_id = s.order_id
        """)
        if con.sql("SELECT count(*) FROM touched").fetchall() == before:
            break


def _sharing(form):
    """SQL of the orders and tracking numbers (account, order_id, tracking) that a format tells of."""
    emit = form.emits["parcels"]
    columns = f"l.account, {column(emit, 'order_id')} AS order_id, {column(emit, 'tracking')} AS tracking"
    return f"SELECT {columns} FROM {table_of(form)} o JOIN loads l ON l.file_id = o._file"


def tie_to_lines(con, where, forms, as_of, scope):
    """A parcel holds the order line it names. Where it names none, or the named line is not known by its id: see below.

    Naming none means all lines of the order; a name that no line has yet stands for the lines of the order without an id. A
    parcel that was later tied to another line keeps both: neither file is known to be the wrong one.
    """
    told = " UNION ".join(_told(form, as_of, scope) for form in forms)
    con.execute(f"""
        INSERT INTO {where}.parcel_lines
        SELECT DISTINCT p.account, p.parcel, i.order_id, i.line
        FROM ({told}) p
        SEMI JOIN {where}.parcels k
            ON k.account = p.account AND k.parcel = p.parcel
        JOIN {where}.order_lines i
            ON i.account = p.account AND i.order_id = p.order_id
        LEFT JOIN {where}.order_lines n
            ON n.account = p.account AND n.order_id = p.order_id AND n.order_item_id = p.item
        WHERE p.item IS NULL OR i.line = n.line OR (n.line IS NULL AND i.order_item_id IS NULL)
    """)


def _told(form, as_of, scope):
    """SQL of the parcels that a format's observations name, with order and, where given, order item."""
    emit = form.emits["parcels"]
    parcel = parcel_key(form, emit)["parcel"]
    order, item = column(emit, "order_id"), column(emit, "order_item_id")
    seen = f"least({', '.join([*(moment_of(form, name) for name in emit.anchor), known_at(form)])})"
    return f"""
        SELECT DISTINCT l.account, {parcel} AS parcel, {order} AS order_id, {item} AS item
        FROM {table_of(form)} o
        JOIN loads l ON l.file_id = o._file
        {scope.join("l.account", order)}
        WHERE {scope.where(order)} {f"AND {seen} <= (SELECT as_of FROM context)" if as_of else ""}
    """


def of_statuses(con, where, named, scope):
    """One row per shipped order line that no export names a parcel for, so that shipped parcels can be counted at all.

    named: whether any export names parcels.
    """
    same = "p.account = i.account AND p.order_id = i.order_id AND p.line = i.line"
    unnamed = f"""
        FROM {where}.order_lines i
        {scope.join("i.account", "i.order_id")}
        {f"ANTI JOIN {where}.parcel_lines p ON {same}" if named else ""}
        WHERE {scope.where("i.order_id")} AND i.status IN {SHIPPED}
    """
    con.execute(f"""
        INSERT INTO {where}.parcels BY NAME
        SELECT
            i.account,
            'line:' || i.order_id || '/' || i.line AS parcel,
            i.order_id,
            coalesce(i.delivery_outcome, 'unknown') AS outcome,
            i.currency,
            false AS named,
            i.reconstructed,
            i.known_at,
            i.seen_in
        {unnamed}
    """)
    con.execute(
        f"INSERT INTO {where}.parcel_lines SELECT i.account, 'line:' || i.order_id || '/' || i.line, i.order_id, i.line {unnamed}"
    )
