"""The rows of order_lines: which line an observation speaks of, and values of whole orders spread over their lines."""

from dataclasses import replace

from orderkit.store.schema import column_types
from orderkit.store.tables import lines
from orderkit.store.tables.merge import best, ranked, repeated
from orderkit.store.tables.partial import ALL, Part, quoted
from orderkit.store.tables.recipes import ORDER_ROWS, RECIPES, column
from orderkit.store.tables.scope import scopes_of_one

# what an export tells of a whole order and must not be counted once per line: where it goes
SUMMED = {"units": "alone", "item_price": "alone", "item_tax": "first", "shipping_price": "first", "discounts": "first"}


def ways(con, telling, scopes, narrow):
    """(the Scopes in which the rows of orders that hold each SKU once are made, which keys are repeated as `ranked` wants it).

    Where one format alone tells of lines, a key that stands once passes through and needs no memory: then all orders are built
    at once, or as many as the repeated keys allow.
    """
    forms = telling["order_lines"]
    if not forms or scopes[0].touched:
        return scopes, ALL if scopes[0].touched else None
    again = repeated(con, "lines", [_parts_by_sku(forms, scope) for scope in narrow])
    if len(forms) > 1 or telling["orders"] or ALL in again.values():
        return scopes, again
    table = again[forms[0].name]
    keys = con.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0] if table else 0
    return scopes_of_one(2 * keys, scopes[0].several), again


def line_rows(con, telling, as_of, scope, again):
    """SQL of the merged rows of order lines, from {table: formats} that tell of lines and of whole orders.

    Where an order holds each SKU once, order and SKU tell the line. The few orders in which lines have to be told apart
    (`scope.several`) go the long way of `lines.resolve`, and only there lines of one SKU are counted. again: see `ways`.
    """
    types, forms, m = column_types("order_lines"), telling["order_lines"], None
    if forms:
        m = _told_apart(con, forms, as_of, scope, types) if scope.several else _by_sku(con, forms, as_of, scope, types, again)
    if telling["orders"]:
        return _with_orders(m, _orders(con, telling["orders"], as_of, scope, types), types)
    text, ranks = m
    columns = best({target: set() for target in RECIPES["order_lines"]["refers"]} | ranks, types)
    values = ", ".join(f"{value} AS {quoted(target)}" for target, value in columns.items())
    return f"SELECT account, order_id, line, occurrence, {values}, reconstructed, known_at, seen_in, best_rank FROM ({text})"


def _by_sku(con, forms, as_of, scope, types, again):
    """(SQL of one row per order and SKU with a column per rank, {canonical column: its ranks})."""
    parts = _parts_by_sku(forms, scope)
    item = "_item, " if any(part.item for part in parts) else ""
    text, ranks = ranked(con, "lines", parts, as_of, types, again)
    return f"SELECT *, coalesce({item}_sku, '') AS line, 1 AS occurrence FROM ({text})", ranks


def _parts_by_sku(forms, scope):
    parts = []
    for form in sorted(forms, key=lambda form: form.name):
        emit = _with_extra(form.emits["order_lines"], RECIPES["order_lines"])
        order, own = column(emit, "order_id"), column(emit, "order_item_id")
        key = {"order_id": order, "_sku": column(emit, "sku")}
        item = own if "order_item_id" in emit.keys else None
        parts.append(Part(form, emit, key, only=scope.join("l.account", order), where=scope.where(order), item=item))
    return parts


def _told_apart(con, forms, as_of, scope, types):
    """(SQL of one row per line with a column per rank, {canonical column: its ranks})."""
    lines.resolve(con, forms, scope)
    recipe, parts = RECIPES["order_lines"], []
    for form in forms:
        emit = _with_extra(form.emits["order_lines"], recipe)
        order = column(emit, "order_id")
        only = scope.join("l.account", order)
        parts.append(Part(form, emit, recipe["key"](form, emit), recipe["join"](form, emit), only, scope.where(order)))
    text, ranks = ranked(con, "apart", parts, as_of, types, ALL)
    sku = best({"sku": ranks.get("sku", set())}, types)["sku"]
    place = f"row_number() OVER (PARTITION BY account, order_id, {sku} ORDER BY length(line), line)"
    return f"SELECT *, {place} AS occurrence FROM ({text})", ranks


def _orders(con, forms, as_of, scope, types):
    parts = []
    for form in forms:
        emit = _with_extra(form.emits["orders"], ORDER_ROWS)
        key = ORDER_ROWS["key"](form, emit)
        only, where = scope.join("l.account", key["order_id"]), scope.where(key["order_id"])
        parts.append(Part(form, emit, key, ORDER_ROWS["join"](form, emit), only, where))
    return ranked(con, "orders", parts, as_of, types, ALL if scope.touched else None)


def _with_extra(emit, recipe):
    """The emit with the columns that the recipe adds to what the format gives."""
    return replace(emit, given={given.target: given for given in recipe["extra"](emit)} | emit.given)


def _with_orders(m, w, types):
    """SQL of order lines `m` where some exports tell of whole orders `w`: their values are spread over the lines of the order.

    An order of which no line is known stands as one line without name (''), so that it is not lost.
    """
    m = m or (f"SELECT *, '' AS line, 1 AS occurrence FROM ({w[0]}) LIMIT 0", {})
    ranks = {"m": m[1], "w": w[1]}
    targets = dict.fromkeys([*RECIPES["order_lines"]["refers"], *m[1], *w[1]])
    columns = ", ".join(f"{_best_of(target, ranks, types)} AS {quoted(target)}" for target in targets)
    order = "PARTITION BY coalesce(m.account, w.account), coalesce(m.order_id, w.order_id)"
    return f"""
        SELECT
            coalesce(m.account, w.account) AS account,
            coalesce(m.order_id, w.order_id) AS order_id,
            coalesce(m.line, '') AS line,
            coalesce(m.occurrence, 1) AS occurrence,
            {columns},
            coalesce(m.reconstructed AND w.reconstructed, m.reconstructed, w.reconstructed) AS reconstructed,
            greatest(m.known_at, w.known_at) AS known_at,
            concat_ws(', ', m.seen_in, w.seen_in) AS seen_in,
            least(m.best_rank, w.best_rank) AS best_rank
        FROM ({m[0]}) m
        FULL JOIN ({w[0]}) w
            ON w.account = m.account AND w.order_id = m.order_id
        WINDOW
            of_order AS ({order}),
            by_line AS ({order} ORDER BY length(m.line), m.line)
    """


def _best_of(target, ranks, types):
    """SQL of a column of a line `m` whose order `w` may tell it as well.

    What is to be summed counts once: units and the price of goods of a whole order stand on its line only where there is just
    one, other money of the order on its first line (the others have none of it), both only where no line has a value of its own.
    """
    of_line, of_order = (ranks[side].get(target, ()) for side in "mw")
    if target not in SUMMED or not of_order:
        found = sorted([(rank, "m") for rank in of_line] + [(rank, "w") for rank in of_order])
        values = [f"{side}.{target}__{rank}" for rank, side in found]
        return f"coalesce({', '.join(values)}, NULL)" if values else f"NULL::{types[target]}"
    own = best({target: of_line}, types, "m")[target]
    whole = best({target: of_order}, types, "w")[target]
    if SUMMED[target] == "alone":
        return f"coalesce({own}, CASE WHEN count(*) OVER of_order = 1 THEN {whole} END)"
    return (
        f"CASE WHEN count({own}) OVER of_order > 0 OR {whole} IS NULL THEN {own}"
        f" WHEN row_number() OVER by_line = 1 THEN {whole} ELSE 0 END"
    )
