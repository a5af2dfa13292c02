"""The canonical tables, built from observations by key and precedence: stored as known now, or temporary as known at a moment."""

from dataclasses import replace

from orderkit.formats import formats, reason_rows
from orderkit.store import lines
from orderkit.store.observations import known_at, moment_of, table_of
from orderkit.store.partial import partial_sql
from orderkit.store.recipes import RECIPES, column, parcel_key
from orderkit.store.schema import fill_calendar

TABLES = ("order_lines", "parcels", "parcel_lines", "returns", "requests", "inspections")
SHIPPED = "('shipped', 'partially_shipped')"


def rebuild(con, file_id, form):
    """Builds the stored rows anew for every order that a loaded file speaks of; the result equals building everything."""
    order = next(iter(form.emits.values())).keys["order_id"]
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE touched AS
        SELECT DISTINCT l.account, o."{order}" AS order_id
        FROM {table_of(form)} o
        JOIN loads l ON l.file_id = o._file
        WHERE o._file = $id
        """,
        {"id": file_id},
    )
    _touch_sharers(con)
    for table in TABLES:
        con.execute(f"DELETE FROM main.{table} WHERE (account, order_id) IN (SELECT account, order_id FROM touched)")
    first = con.sql("SELECT count(*) FROM loads").fetchall() == [(1,)]  # then every order is touched: no need to look
    _build(con, "main", as_of=False, touched=not first)
    _calendar(con)
    con.execute("DROP TABLE touched")


def _touch_sharers(con):
    """An order that shares a parcel with a touched one is touched, too, and so on: the parcel's row is built from all of them."""
    for form in _known_forms(con, "parcels"):
        emit = form.emits["parcels"]
        order, tracking = column(emit, "order_id"), column(emit, "tracking")
        columns = f"l.account, {order} AS order_id, {tracking} AS tracking"
        told = f"SELECT {columns} FROM {table_of(form)} o JOIN loads l ON l.file_id = o._file"
        while True:
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


def build_as_of(con):
    """Makes TEMP tables of the same names that show what was known at `context.as_of`, on a reader's own connection."""
    for table in TABLES:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM main.{table} LIMIT 0")
    _build(con, "temp", as_of=True, touched=False)


def _build(con, where, as_of, touched):
    telling = {table: _known_forms(con, table) for table in TABLES}
    if telling["order_lines"]:
        lines.resolve(con, telling["order_lines"], touched)
    for table, recipe in RECIPES.items():
        if telling[table]:
            merged = _merged(telling[table], table, recipe, as_of, touched)
            con.execute(f"INSERT INTO {where}.{table} BY NAME {recipe['finish'].format(merged=merged, where=where)}")
    if telling["parcels"]:
        _parcel_lines(con, where, telling["parcels"], as_of, touched)
    _parcels_of_statuses(con, where, touched)
    _returns_to_lines(con, where, touched)


def _known_forms(con, table):
    """The formats that tell of a canonical table and of which something was loaded."""
    stored = {row[0] for row in con.sql("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'obs_%'").fetchall()}
    return [form for form in formats().values() if table in form.emits and table_of(form) in stored]


def _merged(forms, table, recipe, as_of, touched):
    """SQL of one row per key from the partial rows of all formats: per column the best rank that has a value."""
    partials, ranks = [], {}
    for form in forms:
        emit = form.emits[table]
        emit = replace(emit, given={given.target: given for given in recipe["extra"](emit)} | emit.given)
        for given in emit.given.values():
            ranks.setdefault(given.target, set()).add(given.rank)
        partials.append(partial_sql(form, emit, recipe["key"](form, emit), recipe["join"](form, emit), as_of, touched))
    union = " UNION ALL BY NAME ".join(f"({partial})" for partial in partials)
    columns = ", ".join(_best(target, found) for target, found in ranks.items())
    return f"""
        SELECT
            account,
            {recipe["name"]},
            {columns},
            bool_and(_reconstructed) AS reconstructed,
            max(_known_at) AS known_at,
            string_agg(DISTINCT _source, ', ' ORDER BY _source) AS seen_in
        FROM ({union})
        GROUP BY account, {recipe["name"]}
    """


def _best(target, ranks):
    """SQL of a column's value by the best (lowest) rank that has one."""
    values = ", ".join(f"any_value({target}__{rank})" for rank in sorted(ranks))
    return f"coalesce({values}, NULL) AS {target}"


def _only(touched, name):
    return f" SEMI JOIN touched t ON t.account = {name}.account AND t.order_id = {name}.order_id" if touched else ""


def _parcel_lines(con, where, forms, as_of, touched):
    """A parcel holds the order line it names. Where it names none, or the named line is not known by its id: see below.

    Naming none means all lines of the order; a name that no line has yet stands for the lines of the order without an id. A
    parcel that was later tied to another line keeps both: neither file is known to be the wrong one.
    """
    told = " UNION ".join(_told_parcels(form, as_of) for form in forms)
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
        {_only(touched, "i")}
        WHERE p.item IS NULL OR i.line = n.line OR (n.line IS NULL AND i.order_item_id IS NULL)
    """)


def _told_parcels(form, as_of):
    """SQL of the parcels that a format's observations name, with order and, where given, order item."""
    emit = form.emits["parcels"]
    parcel = parcel_key(form, emit)["parcel"]
    order, item = column(emit, "order_id"), column(emit, "order_item_id")
    seen = f"least({', '.join([*(moment_of(form, name) for name in emit.anchor), known_at(form)])})"
    return f"""
        SELECT DISTINCT l.account, {parcel} AS parcel, {order} AS order_id, {item} AS item
        FROM {table_of(form)} o
        JOIN loads l ON l.file_id = o._file
        {f"WHERE {seen} <= (SELECT as_of FROM context)" if as_of else ""}
    """


def _parcels_of_statuses(con, where, touched):
    """One row per shipped order line that no export names a parcel for, so that shipped parcels can be counted at all."""
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
        FROM {where}.order_lines i
        {_only(touched, "i")}
        WHERE i.status IN {SHIPPED} AND NOT EXISTS (
            SELECT 1
            FROM {where}.parcel_lines p
            WHERE p.account = i.account AND p.order_id = i.order_id AND p.line = i.line
        )
    """)
    con.execute(f"""
        INSERT INTO {where}.parcel_lines
        SELECT i.account, 'line:' || i.order_id || '/' || i.line, i.order_id, i.line
        FROM {where}.order_lines i
        {_only(touched, "i")}
        SEMI JOIN {where}.parcels p
            ON p.account = i.account AND p.parcel = 'line:' || i.order_id || '/' || i.line AND NOT p.named
    """)


def _returns_to_lines(con, where, touched):
    """Ties each return to its order line, where just one fits, and gives its reason a group and a usual cause."""
    codes, groups, causes = map(list, zip(*reason_rows(), strict=True))
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE reasons AS
        SELECT unnest($1::VARCHAR[]) AS code, unnest($2::VARCHAR[]) AS grp, unnest($3::VARCHAR[]) AS cause
        """,
        [codes, groups, causes],
    )
    con.execute(f"""
        UPDATE {where}.returns
        SET reason_group = coalesce(x.grp, g.grp, 'unmapped'), usual_cause = coalesce(x.cause, g.cause)
        FROM (
            SELECT account, return_id, reason, upper(reason_as_exported) AS exported
            FROM {where}.returns
            WHERE reason IS NOT NULL
        ) r
        LEFT JOIN reasons x ON x.code = r.exported
        LEFT JOIN reasons g ON g.code = r.reason
        WHERE returns.account = r.account AND returns.return_id = r.return_id AND returns.reason_group IS NULL
    """)
    con.execute(f"""
        UPDATE {where}.returns
        SET line = f.line
        FROM (
            SELECT r.account, r.return_id, min(i.line) AS line
            FROM {where}.returns r
            JOIN {where}.order_lines i
                ON i.account = r.account AND i.order_id = r.order_id
                AND CASE
                    WHEN r.order_item_id IS NOT NULL AND i.order_item_id IS NOT NULL THEN i.order_item_id = r.order_item_id
                    ELSE i.sku = r.sku
                END
            GROUP BY r.account, r.return_id
            HAVING count(*) = 1
        ) f
        WHERE returns.account = f.account AND returns.return_id = f.return_id
    """)
    con.execute("DROP TABLE reasons")


def _calendar(con):
    """Days for every marketplace that has orders (the empty name for those without), to a year behind the newest moment."""
    span = con.sql(
        "SELECT CAST(min(covers_from) AS DATE) - 7, CAST(max(covers_to) AS DATE) FROM loads WHERE covers_to IS NOT NULL"
    ).fetchall()[0]
    names = con.sql("SELECT DISTINCT coalesce(marketplace, '') FROM order_lines ORDER BY 1").fetchall()
    if span[1]:
        fill_calendar(con, [name for (name,) in names], *span)
