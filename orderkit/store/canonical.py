"""The canonical tables, built from observations by key and precedence: stored as known now, or temporary as known at a moment."""

from dataclasses import replace

from orderkit.formats import BY_ORDER, EVENTS, reason_rows
from orderkit.store import lines, money, ties
from orderkit.store.known import known_formats
from orderkit.store.observations import known_at, moment_of, table_of
from orderkit.store.partial import partial_sql, quoted
from orderkit.store.recipes import ORDER_ROWS, RECIPES, column, parcel_key
from orderkit.store.schema import column_types, fill_calendar

OF_ORDERS = ("order_lines", "parcels", "parcel_lines", "returns", "requests", "inspections")
TABLES = OF_ORDERS + EVENTS
# what an export tells of a whole order and must not be counted once per line: where it goes
SUMMED = {"units": "alone", "item_price": "alone", "item_tax": "first", "shipping_price": "first", "discounts": "first"}
SHIPPED = "('shipped', 'partially_shipped')"


def rebuild(con, file_id, form):
    """Builds the stored rows anew for everything that a loaded file speaks of; the result equals building everything."""
    if form.order_column or form.link:
        _rebuild_orders(con, file_id, form)
    for emit in form.emits.values():
        if emit.table in EVENTS:
            _rebuild_events(con, file_id, form, emit)
    _calendar(con)


def _rebuild_orders(con, file_id, form):
    ties.make(con, known_formats(con).values())
    told = ties.linked_orders(form) if form.link else ties.own_orders(form)
    con.execute(f"CREATE OR REPLACE TEMP TABLE touched AS {told}", {"id": file_id})
    _touch_sharers(con)
    for table in OF_ORDERS:
        con.execute(f"DELETE FROM main.{table} WHERE (account, order_id) IN (SELECT account, order_id FROM touched)")
    first = con.sql("SELECT count(*) FROM loads").fetchall() == [(1,)]  # then every order is touched: no need to look
    _build_orders(con, "main", as_of=False, touched=not first)
    con.execute("DROP TABLE touched")


def _rebuild_events(con, file_id, form, emit):
    """Events of one export come from it alone, so only the rows that the file speaks of are made anew."""
    recipe = RECIPES[emit.table]
    key = recipe["key"](form, emit)["row"]
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE touched_rows AS
        SELECT DISTINCT l.account, {key} AS "row"
        FROM {table_of(form)} o
        JOIN loads l ON l.file_id = o._file
        {recipe["join"](form, emit)}
        WHERE o._file = $id
        """,
        {"id": file_id},
    )
    con.execute(f'DELETE FROM main.{emit.table} WHERE (account, "row") IN (SELECT account, "row" FROM touched_rows)')
    only = f' SEMI JOIN touched_rows t ON t.account = l.account AND t."row" = {key}'
    _insert(con, "main", emit.table, _merged(con, [form], emit.table, recipe, False, only))
    con.execute("DROP TABLE touched_rows")
    if emit.table == "money":
        money.mark_counting(con, "main", known_formats(con))


def _touch_sharers(con):
    """An order that shares a parcel with a touched one is touched, too, and so on: the parcel's row is built from all of them."""
    for form in _known_forms(con, "parcels"):
        emit = form.emits["parcels"]
        if "tracking" not in emit.keys:
            continue
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
    ties.make(con, known_formats(con).values())
    _build_orders(con, "temp", as_of=True, touched=False)
    for table in EVENTS:
        if forms := _known_forms(con, table):
            _insert(con, "temp", table, _merged(con, forms, table, RECIPES[table], True, ""))
    money.mark_counting(con, "temp", known_formats(con))


def _build_orders(con, where, as_of, touched):
    telling = {table: _known_forms(con, table) for table in BY_ORDER}
    if telling["order_lines"]:
        lines.resolve(con, telling["order_lines"], touched)
    for table in OF_ORDERS:
        if table == "order_lines" and telling["orders"]:
            _insert(con, where, table, _lines_with_orders(con, telling, as_of, touched))
        elif telling.get(table):
            _insert(con, where, table, _merged(con, telling[table], table, RECIPES[table], as_of, _touched(touched)))
    if telling["parcels"]:
        _parcel_lines(con, where, telling["parcels"], as_of, touched)
    _parcels_of_statuses(con, where, touched)
    _returns_to_lines(con, where, touched)


def _insert(con, where, table, merged):
    finished = RECIPES[table]["finish"].format(merged=merged)
    con.execute(f"INSERT INTO {where}.{table} BY NAME SELECT * EXCLUDE (best_rank) FROM ({finished})")


def _known_forms(con, table):
    """The formats that tell of a canonical table and of which something was loaded."""
    stored = {row[0] for row in con.sql("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'obs_%'").fetchall()}
    return [form for form in known_formats(con).values() if table in form.emits and table_of(form) in stored]


def _touched(touched):
    """What keeps the rows of touched orders, {order} being an observation's order number."""
    return " SEMI JOIN touched t ON t.account = l.account AND t.order_id = {order}" if touched else ""


def _partials(con, forms, table, recipe, as_of, only):
    """(SQL of the partial rows of all formats, {canonical column: the ranks that give it})."""
    types = column_types("order_lines" if table == "orders" else table)
    partials, ranks = [], {target: set() for target in recipe.get("refers", ())}
    for form in forms:
        emit = form.emits[table]
        emit = replace(emit, given={given.target: given for given in recipe["extra"](emit)} | emit.given)
        for given in emit.given.values():
            ranks.setdefault(given.target, set()).add(given.rank)
        kept = only.format(order=recipe["key"](form, emit)["order_id"] if emit.link else column(emit, "order_id"))
        partials.append(partial_sql(form, emit, recipe["key"](form, emit), recipe["join"](form, emit), as_of, kept, types))
    return " UNION ALL BY NAME ".join(f"({partial})" for partial in partials), ranks


LAST = """
            bool_and(_reconstructed) AS reconstructed,
            max(_known_at) AS known_at,
            string_agg(DISTINCT _source, ', ' ORDER BY _source) AS seen_in,
            min(_rank) AS best_rank"""


def _merged(con, forms, table, recipe, as_of, only):
    """SQL of one row per key from the partial rows of all formats: per column the best rank that has a value."""
    union, ranks = _partials(con, forms, table, recipe, as_of, only)
    types = column_types(table)
    columns = ", ".join(f"{_best(target, found, types)} AS {quoted(target)}" for target, found in ranks.items())
    return f"""
        SELECT
            account,
            {recipe["name"]},
            {columns},{LAST}
        FROM ({union})
        GROUP BY account, {recipe["name"]}
    """


def _best(target, ranks, types):
    """SQL of a column's value by the best (lowest) rank that has one."""
    values = [f"any_value({target}__{rank})" for rank in sorted(ranks)]
    return f"coalesce({', '.join(values)}, NULL)" if values else f"NULL::{types[target]}"


def _lines_with_orders(con, telling, as_of, touched):
    """SQL of order lines where some exports tell of whole orders: their values are spread over the lines of the order.

    An order of which no line is known stands as one line without name (''), so that it is not lost.
    """
    only, types = _touched(touched), column_types("order_lines")
    parts = {}
    for table, forms, recipe in (("m", telling["order_lines"], RECIPES["order_lines"]), ("w", telling["orders"], ORDER_ROWS)):
        parts[table] = (
            _partials(con, forms, "order_lines" if table == "m" else "orders", recipe, as_of, only) if forms else ("", {})
        )
    grouped = {
        name: _grouped(union, ranks, "order_id, line" if name == "m" else "order_id") for name, (union, ranks) in parts.items()
    }
    grouped["m"] = grouped["m"] if telling["order_lines"] else f"SELECT *, '' AS line FROM ({grouped['w']}) LIMIT 0"
    targets = dict.fromkeys([*RECIPES["order_lines"]["refers"], *parts["m"][1], *parts["w"][1]])
    columns = ", ".join(f"{_best_of(target, parts, types)} AS {quoted(target)}" for target in targets)
    return f"""
        SELECT
            coalesce(m.account, w.account) AS account,
            coalesce(m.order_id, w.order_id) AS order_id,
            coalesce(m.line, '') AS line,
            {columns},
            coalesce(m.reconstructed AND w.reconstructed, m.reconstructed, w.reconstructed) AS reconstructed,
            greatest(m.known_at, w.known_at) AS known_at,
            concat_ws(', ', m.seen_in, w.seen_in) AS seen_in,
            least(m.best_rank, w.best_rank) AS best_rank
        FROM ({grouped["m"]}) m
        FULL JOIN ({grouped["w"]}) w
            ON w.account = m.account AND w.order_id = m.order_id
        WINDOW
            of_order AS (PARTITION BY coalesce(m.account, w.account), coalesce(m.order_id, w.order_id)),
            by_line AS (PARTITION BY coalesce(m.account, w.account), coalesce(m.order_id, w.order_id) ORDER BY length(m.line), m.line)
    """


def _grouped(union, ranks, keys):
    """SQL of one row per key with a column per rank, so that lines and orders can be weighed against each other."""
    columns = ", ".join(
        f"any_value({target}__{rank}) AS {target}__{rank}" for target, found in ranks.items() for rank in sorted(found)
    )
    return f"SELECT account, {keys}, {columns},{LAST} FROM ({union}) GROUP BY account, {keys}"


def _best_of(target, parts, types):
    """SQL of a column of a line `m` whose order `w` may tell it as well.

    What is to be summed counts once: units and the price of goods of a whole order stand on its line only where there is just one,
    other money of the order on its first line (the others have none of it), both only where no line has a value of its own.
    """
    line, order = (_ranked(target, parts, name) for name in "mw")
    if target not in SUMMED or not order:
        ranked = sorted((rank, name) for name, (_, ranks) in parts.items() for rank in ranks.get(target, ()))
        values = [f"{name}.{target}__{rank}" for rank, name in ranked]
        return f"coalesce({', '.join(values)}, NULL)" if values else f"NULL::{types[target]}"
    own = f"coalesce({', '.join(line)}, NULL)" if line else f"NULL::{types[target]}"
    whole = f"coalesce({', '.join(order)}, NULL)"
    if SUMMED[target] == "alone":
        return f"coalesce({own}, CASE WHEN count(*) OVER of_order = 1 THEN {whole} END)"
    return (
        f"CASE WHEN count({own}) OVER of_order > 0 OR {whole} IS NULL THEN {own}"
        f" WHEN row_number() OVER by_line = 1 THEN {whole} ELSE 0 END"
    )


def _ranked(target, parts, name):
    return [f"{name}.{target}__{rank}" for rank in sorted(parts[name][1].get(target, ()))]


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
