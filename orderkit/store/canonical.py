"""The canonical tables, built from observations by key and precedence: stored as known now, or temporary as known at a moment."""

from orderkit.formats import Given, formats, reason_rows
from orderkit.store import lines
from orderkit.store.observations import table_of
from orderkit.store.partial import partial_sql
from orderkit.store.schema import fill_calendar

TABLES = ("order_lines", "parcels", "parcel_lines", "returns", "requests", "inspections")
SHIPPED = "('shipped', 'partially_shipped')"


def rebuild(con, file_id, form):
    """Builds the stored rows anew for every order that a loaded file speaks of; the result equals building everything."""
    order = next(iter(form.emits.values())).keys["order_id"]
    con.execute(
        f'CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT l.account, o."{order}" AS order_id FROM {table_of(form)} o'
        " JOIN loads l ON l.file_id = o._file WHERE o._file = $id",
        {"id": file_id},
    )
    for table in TABLES:
        con.execute(f"DELETE FROM main.{table} WHERE (account, order_id) IN (SELECT account, order_id FROM touched)")
    first = con.sql("SELECT count(*) FROM loads").fetchall() == [(1,)]  # then every order is touched: no need to look
    _build(con, "main", as_of=False, touched=not first)
    _calendar(con)
    con.execute("DROP TABLE touched")


def build_as_of(con):
    """Makes TEMP tables of the same names that show what was known at `context.as_of`, on a reader's own connection."""
    for table in TABLES:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM main.{table} LIMIT 0")
    _build(con, "temp", as_of=True, touched=False)


def _build(con, where, as_of, touched):
    stored = {row[0] for row in con.sql("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'obs_%'").fetchall()}
    known = [form for form in formats().values() if table_of(form) in stored]
    telling = {table: [form for form in known if table in form.emits] for table in TABLES}
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


def _merged(forms, table, recipe, as_of, touched):
    """SQL of one row per key from the partial rows of all formats: per column the best rank that has a value."""
    partials, ranks = [], {}
    for form in forms:
        emit = form.emits[table]
        for given in recipe["extra"](emit):
            emit.given.setdefault(given.target, given)
        for given in emit.given.values():
            ranks.setdefault(given.target, set()).add(given.rank)
        partials.append(partial_sql(form, emit, recipe["key"](form, emit), recipe["join"](form, emit), as_of, touched))
    union = " UNION ALL BY NAME ".join(f"({partial})" for partial in partials)
    columns = ", ".join(
        f"coalesce({', '.join(f'any_value({target}__{rank})' for rank in sorted(found))}, NULL) AS {target}" for target, found in ranks.items()
    )
    return (
        f"SELECT account, {recipe['name']}, {columns}, bool_and(_reconstructed) AS reconstructed, max(_known_at) AS known_at,"
        f" string_agg(DISTINCT _source, ', ' ORDER BY _source) AS seen_in FROM ({union}) GROUP BY account, {recipe['name']}"
    )


def _column(emit, target):
    return f'o."{emit.keys[target]}"' if target in emit.keys else "NULL::VARCHAR"


def _given_keys(emit):
    """The key columns of an emit as given columns, so that they stand in the canonical row."""
    rank = next((given.rank for given in emit.given.values()), 1)
    return [Given(target, (name,), "{0}", rank, "fixed") for target, name in emit.keys.items()]


def _line_key(form, emit):
    parts = ["a.line", _column(emit, "order_item_id"), "CASE WHEN k.ids = 1 THEN k.id END", f'o."{emit.keys["sku"]}"', "''"]
    return {"order_id": _column(emit, "order_id"), "line": f"coalesce({', '.join(parts)})"}


def _line_join(form, emit):
    return (
        f" LEFT JOIN line_ids k ON k.account = l.account AND k.order_id = {_column(emit, 'order_id')} AND k.sku IS NOT DISTINCT FROM"
        f" {_column(emit, 'sku')} LEFT JOIN line_of a ON a.source = '{form.name}' AND a.rid = o.rowid"
    )


def _return_key(form, emit):
    about = f"coalesce({_column(emit, 'sku')}, {_column(emit, 'order_item_id')}, '')"
    copy = "CASE WHEN r.copy > 1 THEN '#' || r.copy ELSE '' END"
    return {"return_id": f"concat_ws('/', {_column(emit, 'order_id')}, coalesce({_column(emit, 'rma')}, ''), {about} || {copy})"}


def _return_join(form, emit):
    """Identical rows of one file are units of their own: each gets its number within file, RMA and SKU."""
    same = ", ".join(f'"{name}"' for name in emit.same_line)
    keys = ", ".join(f'"{emit.keys[target]}"' for target in ("order_id", "rma", "sku"))
    return (
        f" LEFT JOIN (SELECT rowid AS rid, row_number() OVER (PARTITION BY _file, {keys} ORDER BY {same}, rowid) AS copy"
        f" FROM {table_of(form)}) r ON r.rid = o.rowid"
    )


def _joined_key(name):
    def key(form, emit):
        parts = [f"coalesce(CAST({_column(emit, target)} AS VARCHAR), '')" for target in emit.keys]
        return {name: f"concat_ws('/', {', '.join(parts)})"}

    return key


def _parcel_key(form, emit):
    untracked = f"'order:' || {_column(emit, 'order_id')} || coalesce('/' || {_column(emit, 'order_item_id')}, '')"
    return {"parcel": f"coalesce({_column(emit, 'tracking')}, {untracked})"}


def _parcel_extra(emit):
    rank = next(iter(emit.given.values())).rank
    return [
        Given("order_id", (emit.keys["order_id"],), "{0}", rank, "fixed"),
        Given("tracking", (emit.keys["tracking"],), "coalesce({0}, '')", rank, "fixed"),
    ]


OUTCOME = (
    "coalesce(outcome, CASE WHEN delivered_at IS NOT NULL THEN 'delivered'"
    " WHEN coalesce(first_scan_at, last_scan_at) IS NOT NULL THEN 'in_transit' ELSE 'unknown' END)"
)

RECIPES = {
    "order_lines": {
        "name": "order_id, line", "key": _line_key, "join": _line_join,
        "extra": lambda emit: [given for given in _given_keys(emit) if given.target != "order_id"],
        "finish": "SELECT m.* REPLACE (coalesce(m.currency, z.currency) AS currency), z.tax_included, row_number() OVER (PARTITION BY m.account, m.order_id, m.sku"
        " ORDER BY length(m.line), m.line) AS occurrence FROM ({merged}) m LEFT JOIN marketplaces z ON z.marketplace = m.marketplace",
    },
    "parcels": {
        "name": "parcel", "key": _parcel_key, "join": lambda form, emit: "", "extra": _parcel_extra,
        "finish": "SELECT * REPLACE (" + OUTCOME + " AS outcome), true AS named FROM ({merged}) m WHERE NOT (tracking = '' AND EXISTS"
        " (SELECT 1 FROM ({merged}) t WHERE t.account = m.account AND t.order_id = m.order_id AND t.tracking <> ''))",
    },
    "returns": {
        "name": "return_id", "key": _return_key, "join": _return_join, "extra": _given_keys,
        "finish": "SELECT m.*, nullif(regexp_replace(upper(reason_as_exported), '^(RO_)?(CR-)?', ''), '') AS reason FROM ({merged}) m",
    },
    "requests": {
        "name": "request", "key": _joined_key("request"), "join": lambda form, emit: "", "extra": _given_keys,
        "finish": "SELECT * FROM ({merged})",
    },
    "inspections": {
        "name": "inspection", "key": _joined_key("inspection"), "join": lambda form, emit: "", "extra": _given_keys,
        "finish": "SELECT * FROM ({merged})",
    },
}  # fmt: skip


def _only(touched, name):
    return f" SEMI JOIN touched t ON t.account = {name}.account AND t.order_id = {name}.order_id" if touched else ""


def _parcel_lines(con, where, forms, as_of, touched):
    """A parcel holds the order line it names; where it names none, or no line of the order has an id yet, all lines of the order."""
    rows = []
    for form in forms:
        emit = form.emits["parcels"]
        item, order = _column(emit, "order_item_id"), _column(emit, "order_id")
        rows.append(
            f"SELECT DISTINCT l.account, {_parcel_key(form, emit)['parcel']} AS parcel, {order} AS order_id, {item} AS item"
            f" FROM {table_of(form)} o JOIN loads l ON l.file_id = o._file"
        )
    con.execute(
        f"INSERT INTO {where}.parcel_lines SELECT DISTINCT p.account, p.parcel, i.order_id, i.line FROM ({' UNION '.join(rows)}) p"
        f" SEMI JOIN {where}.parcels k ON k.account = p.account AND k.parcel = p.parcel JOIN {where}.order_lines i"
        " ON i.account = p.account AND i.order_id = p.order_id AND (p.item IS NULL OR i.order_item_id = p.item OR i.order_item_id IS NULL)"
        f"{_only(touched, 'i')}"
    )


def _parcels_of_statuses(con, where, touched):
    """One row per shipped order line that no export names a parcel for, so that shipped parcels can be counted at all."""
    con.execute(
        f"INSERT INTO {where}.parcels BY NAME SELECT i.account, 'line:' || i.order_id || '/' || i.line AS parcel, i.order_id,"
        " coalesce(i.delivery_outcome, 'unknown') AS outcome, i.currency, false AS named, i.reconstructed, i.known_at, i.seen_in"
        f" FROM {where}.order_lines i{_only(touched, 'i')} WHERE i.status IN {SHIPPED} AND NOT EXISTS (SELECT 1 FROM"
        f" {where}.parcel_lines p WHERE p.account = i.account AND p.order_id = i.order_id AND p.line = i.line)"
    )
    con.execute(
        f"INSERT INTO {where}.parcel_lines SELECT i.account, 'line:' || i.order_id || '/' || i.line, i.order_id, i.line"
        f" FROM {where}.order_lines i{_only(touched, 'i')} SEMI JOIN {where}.parcels p ON p.account = i.account"
        " AND p.parcel = 'line:' || i.order_id || '/' || i.line AND NOT p.named"
    )


def _returns_to_lines(con, where, touched):
    """Ties each return to its order line, where just one fits, and gives its reason a group and a usual cause."""
    codes, groups, causes = map(list, zip(*reason_rows(), strict=True))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE reasons AS SELECT unnest($1::VARCHAR[]) AS code, unnest($2::VARCHAR[]) AS grp, unnest($3::VARCHAR[]) AS cause",
        [codes, groups, causes],
    )
    con.execute(
        f"UPDATE {where}.returns SET reason_group = coalesce(x.grp, g.grp, 'unmapped'), usual_cause = coalesce(x.cause, g.cause)"
        f" FROM (SELECT account, return_id, reason, upper(reason_as_exported) AS exported FROM {where}.returns WHERE reason IS NOT NULL) r"
        " LEFT JOIN reasons x ON x.code = r.exported LEFT JOIN reasons g ON g.code = r.reason"
        f" WHERE returns.account = r.account AND returns.return_id = r.return_id AND returns.reason_group IS NULL"
    )
    con.execute(
        f"UPDATE {where}.returns SET line = f.line FROM (SELECT r.account, r.return_id, min(i.line) AS line FROM {where}.returns r"
        f" JOIN {where}.order_lines i ON i.account = r.account AND i.order_id = r.order_id AND"
        " CASE WHEN r.order_item_id IS NOT NULL AND i.order_item_id IS NOT NULL THEN i.order_item_id = r.order_item_id ELSE i.sku = r.sku END"
        " GROUP BY r.account, r.return_id HAVING count(*) = 1) f WHERE returns.account = f.account AND returns.return_id = f.return_id"
    )
    con.execute("DROP TABLE reasons")


def _calendar(con):
    """Days for every known marketplace that has orders, from the first order to a year behind the newest moment covered."""
    span = con.sql(
        "SELECT CAST(min(covers_from) AS DATE) - 7, CAST(max(covers_to) AS DATE) FROM loads WHERE covers_to IS NOT NULL"
    ).fetchall()[0]
    names = con.sql("SELECT DISTINCT marketplace FROM order_lines SEMI JOIN marketplaces USING (marketplace) ORDER BY 1").fetchall()
    if span[1]:
        fill_calendar(con, [name for (name,) in names], *span)
