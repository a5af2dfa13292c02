"""The canonical tables, built from observations by key and precedence: stored as known now, or temporary as known at a moment."""

from dataclasses import replace

from orderkit.formats import BY_ORDER, EVENTS, reason_rows
from orderkit.store.known import known_formats
from orderkit.store.observations import table_of
from orderkit.store.schema import column_types, fill_calendar
from orderkit.store.tables import lines, money, parcels, ties
from orderkit.store.tables.merge import best, ranked
from orderkit.store.tables.order_rows import line_rows, ways
from orderkit.store.tables.partial import ALL, Part, quoted
from orderkit.store.tables.recipes import NO_ORDER, RECIPES, column
from orderkit.store.tables.scope import Scope, alone, as_written, scopes, scopes_apart

OF_ORDERS = ("order_lines", "parcels", "parcel_lines", "returns", "requests", "inspections")
TABLES = OF_ORDERS + EVENTS
FEW = 0.4  # orders to be built anew per order line known; beyond that all are built
GROUP = 122_880  # rows that the engine stores together


def rebuild(con, loaded):
    """Builds the stored rows anew for everything that loaded files speak of; the result equals building everything.

    loaded: (file_id, format) of each; several at once cost little more than one.
    """
    gaps = any(_has_gaps(con, table) for table in {table_of(form) for _, form in loaded})
    con.execute("RESET max_vacuum_tasks" if gaps else "SET max_vacuum_tasks = 0")
    if of_orders := [(file_id, form) for file_id, form in loaded if form.order_column or form.link]:
        _rebuild_orders(con, of_orders)
    for file_id, form in loaded:
        for emit in form.emits.values():
            if emit.table in EVENTS:
                _rebuild_events(con, file_id, form, emit)
    _calendar(con)


def _has_gaps(con, table):
    """Whether a checkpoint should close gaps: a third of the order lines' rows are deleted ones, or `table` lies in many groups.

    Deleting leaves gaps, and every load adds a group of rows to its table, however small. Closing writes much of every table
    anew, so it waits until it pays: from a third of gaps on the engine can put three groups into two.
    """
    groups = f"SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('{table}')"
    many = con.sql(f"SELECT ({groups}) > 8 + 1.5 * count(*) / {GROUP} FROM main.{table}").fetchall()[0][0]
    return many or con.sql("SELECT max(rowid) + 1 > 1.5 * count(*) FROM main.order_lines").fetchall()[0][0]


def build(con):
    """Builds all stored rows anew from all observations."""
    for table in TABLES:
        con.execute(f"DELETE FROM main.{table}")
    ties.make(con, known_formats(con).values())
    _build_orders(con, "main", as_of=False, touched=False)
    _build_events(con, "main", as_of=False)
    _calendar(con)


def _rebuild_orders(con, loaded):
    ties.make(con, known_formats(con).values())
    touched = _touch(con, loaded)
    for table in OF_ORDERS:
        order = f"coalesce(order_id, '{NO_ORDER}' || parcel)" if table == "parcels" else "order_id"
        only = f" WHERE (account, {order}) IN (SELECT account, order_id FROM touched)" if touched else ""
        con.execute(f"DELETE FROM main.{table}{only}")
    _build_orders(con, "main", as_of=False, touched=touched)


def _touch(con, loaded):
    """Makes TEMP table `touched` of the orders to be built anew; whether they are so few that it pays not to build all."""
    if not con.sql("SELECT 1 FROM main.order_lines LIMIT 1").fetchall():
        return False
    con.execute("CREATE OR REPLACE TEMP TABLE touched (account VARCHAR, order_id VARCHAR)")
    for file_id, form in loaded:
        told = ties.linked_orders(form) if form.link else ties.own_orders(form)
        con.execute(f"INSERT INTO touched ({told}) EXCEPT SELECT account, order_id FROM touched", {"id": file_id})
    parcels.touch_sharers(con, _known_forms(con, "parcels"))
    few, lines_known = (con.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in ("touched", "order_lines"))
    return few <= FEW * lines_known


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
    _insert(con, "main", emit.table, _merged(con, [form], emit.table, False, only))
    con.execute("DROP TABLE touched_rows")
    if emit.table == "money":
        money.mark_counting(con, "main", known_formats(con))


def build_as_of(con):
    """Makes TEMP tables of the same names that show what was known at `context.as_of`, on a reader's own connection."""
    for table in TABLES:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM main.{table} LIMIT 0")
    ties.make(con, known_formats(con).values(), as_of=True)
    _build_orders(con, "temp", as_of=True, touched=False)
    _build_events(con, "temp", as_of=True)


def _build_events(con, where, as_of):
    for table in EVENTS:
        if forms := _known_forms(con, table):
            _insert(con, where, table, _merged(con, forms, table, as_of, ""))
    money.mark_counting(con, where, known_formats(con))


def _build_orders(con, where, as_of, touched):
    telling = {table: _known_forms(con, table) for table in BY_ORDER}
    by_order = scopes(con, [*telling["order_lines"], *telling["orders"], *telling["parcels"]], touched)
    if telling["order_lines"] or telling["orders"]:
        with as_written(con):
            _build_lines(con, where, telling, as_of, by_order)
    for table in ("parcels", "returns", "requests", "inspections"):
        for scope in scopes(con, telling[table], touched) if telling[table] else ():
            _insert(con, where, table, _merged(con, telling[table], table, as_of, scope))
    for scope in by_order if telling["parcels"] else [Scope(touched)]:  # where none is named nothing is joined: all fit at once
        if telling["parcels"]:
            parcels.tie_to_lines(con, where, telling["parcels"], as_of, scope)
        parcels.of_statuses(con, where, bool(telling["parcels"]), scope)
    if telling["returns"]:
        returns_to_lines(con, where)


def _build_lines(con, where, telling, as_of, by_order):
    forms = [*telling["order_lines"], *telling["orders"]]
    narrow = scopes(con, forms, by_order[0].touched, narrow=True)
    several = lines.find_several(con, telling["order_lines"], narrow)
    plain, narrow = ([replace(scope, several=False if several else None) for scope in each] for each in (by_order, narrow))
    plain, again = ways(con, telling, plain, narrow)
    for scope in plain:
        _insert(con, where, "order_lines", line_rows(con, telling, as_of, scope, again))
    for scope in scopes_apart(several):
        with alone(con, forms, scope):
            _insert(con, where, "order_lines", line_rows(con, telling, as_of, scope, again))


def _insert(con, where, table, merged):
    finished = RECIPES[table]["finish"].format(merged=merged)
    con.execute(f"INSERT INTO {where}.{table} BY NAME SELECT * EXCLUDE (best_rank) FROM ({finished})")


def _known_forms(con, table):
    """The formats that tell of a canonical table and of which something was loaded."""
    stored = {row[0] for row in con.sql("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'obs_%'").fetchall()}
    return [form for form in known_formats(con).values() if table in form.emits and table_of(form) in stored]


def _merged(con, forms, table, as_of, scope):
    """SQL of one row per key from the partial rows of all formats: per column the best rank that has a value.

    scope: the Scope of a build of orders; of events, which are never sharded, the SQL joined to keep the rows that are wanted.
    """
    recipe, types, parts = RECIPES[table], column_types(table), []
    again = ALL if isinstance(scope, Scope) and scope.touched else None
    for form in forms:
        emit = form.emits[table]
        emit = replace(emit, given={given.target: given for given in recipe["extra"](emit)} | emit.given)
        key = recipe["key"](form, emit)
        only, where = scope, "true"
        if isinstance(scope, Scope):
            only, where = scope.join("l.account", column(emit, "order_id")), scope.where(", ".join(key.values()))
        parts.append(Part(form, emit, key, recipe["join"](form, emit), only, where))
    text, ranks = ranked(con, table, parts, as_of, types, again)
    columns = best({target: set() for target in recipe["refers"]} | ranks, types)
    values = ", ".join(f"{value} AS {quoted(target)}" for target, value in columns.items())
    return f"SELECT account, {recipe['name']}, {values}, reconstructed, known_at, seen_in, best_rank FROM ({text})"


def returns_to_lines(con, where):
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
            WHERE r.line IS NULL  -- of orders that are not built anew the line stays
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
