"""Which rows of the observations belong to which order, and from when they are: what a purge and the door behind it go by."""

from orderkit.formats import EVENTS
from orderkit.store.observations import moment_of, table_of

# what happened to an order; promises are none of it, nor is the moment at which a report was made
MOMENTS = {
    "ordered_at", "shipped_at", "confirmed_at", "first_scan_at", "last_scan_at", "delivered_at", "state_at", "requested_at",
    "received_at", "inspected_at", "asked_at", "posted_at", "filed_at", "decided_at", "given_on", "happened_at", "period_to",
}  # fmt: skip
# rows without an order go by their own date
BY_DATE = ("money", "recoveries", "stock_events", "feedback", "account_health", "parcels")
LINES = ("order_lines", "orders")


def stored(con, forms):
    """The formats of which something is stored."""
    names = {row[0] for row in con.sql("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'obs_%'").fetchall()}
    return [form for form in forms if table_of(form) in names]


def make_rows(con, forms, where="true", params=None):
    """Makes TEMP table _rows: what the rows of these formats belong to.

    form, rid, _file, record; account, order_id, tracking, linked (a customer, where rows know no order); newest: the newest
    moment they tell of; lines: orders are what the export is about; dated: without an order the row goes by its own date.
    """
    told = " UNION ALL ".join(_rows(form) for form in forms)
    con.execute(f"CREATE OR REPLACE TEMP TABLE _rows AS SELECT * FROM ({told}) WHERE {where}", params)


def add_rows(con, forms):
    """Adds to TEMP table _rows what these formats tell of the orders that are in it."""
    told = " UNION ALL ".join(_rows(form) for form in forms)
    con.execute(f"""
        INSERT INTO _rows
        SELECT r.*
        FROM ({told}) r
        SEMI JOIN _rows k ON k.account = r.account AND k.order_id = r.order_id
        ANTI JOIN _rows h ON h.form = r.form AND h.rid = r.rid
    """)


def make_orders(con):
    """Makes TEMP table _orders (account, order_id, newest, lines) of the orders that _rows and decisions tell of."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE _orders AS
        SELECT account, order_id, max(newest) AS newest, bool_or(lines) AS lines
        FROM (
            SELECT account, order_id, newest, lines FROM _rows WHERE order_id IS NOT NULL
            UNION ALL
            SELECT account, order_id, "at", false FROM main.decisions WHERE order_id IS NOT NULL
        )
        GROUP BY account, order_id
    """)


def _rows(form):
    link = next((f'o."{emit.keys[emit.link]}"' for emit in form.emits.values() if emit.link), "NULL::VARCHAR")
    lines = not form.link and any(table in form.emits for table in LINES)
    return f"""
        SELECT
            '{form.name}' AS form,
            o.rowid AS rid,
            o._file,
            {"o._record" if form.tree else "o.rowid"} AS record,
            l.account,
            {_number(form, "order_id")} AS order_id,
            {_number(form, "tracking")} AS tracking,
            {link} AS linked,
            {_newest(form)} AS newest,
            {lines} AS lines,
            {any(table in form.emits for table in BY_DATE)} AS dated
        FROM {table_of(form)} o
        JOIN loads l ON l.file_id = o._file
    """


def _number(form, target):
    """SQL of a number by which rows are tied, from whichever table of the format gives it; NULL where none does."""
    found = {}
    for emit in form.emits.values():
        if target in emit.keys:
            found[f'o."{emit.keys[target]}"'] = True
        elif emit.table in EVENTS and target in emit.given:
            given = emit.given[target]
            columns = [f'o."{source}"' for source in given.sources]
            found[f"({given.filled(columns)})"] = True
    return f"nullif(CAST(coalesce({', '.join(found)}, NULL) AS VARCHAR), '')" if found else "NULL::VARCHAR"


def _newest(form):
    """SQL of the newest moment that a row tells of."""
    names = {name for emit in form.emits.values() for name in emit.anchor}
    for emit in form.emits.values():
        told = [name for given in emit.given.values() if given.target in MOMENTS for name in given.sources]
        told += [name for target, name in emit.keys.items() if target in MOMENTS]
        names |= {name for name in told if form.columns[name].type in ("moment", "day")}
    moments = [f"CAST({moment_of(form, name)} AS TIMESTAMPTZ)" for name in sorted(names)]
    return f"greatest({', '.join(moments)}, NULL)" if moments else "NULL::TIMESTAMPTZ"
