"""How each canonical table is made from the observations: its key, what is joined to find it, and the last touch on the rows."""

from orderkit.formats import EVENTS, Given
from orderkit.store.observations import copy_of, table_of

NO_ORDER = "tracking:"  # before the tracking number of a parcel whose order is not told: under this it is found again


def column(emit, target):
    """SQL of a key of an observation `o`; NULL where the format does not give it, and for a parcel without order a stand-in."""
    if target not in emit.keys:
        return "NULL::VARCHAR"
    name, tracking = f'o."{emit.keys[target]}"', emit.keys.get("tracking")
    if target == "order_id" and emit.table == "parcels" and emit.alone and tracking:  # whoever sold it knows the order
        return f"""coalesce({name}, '{NO_ORDER}' || o."{tracking}")"""
    return name


def _given_keys(emit):
    """The key columns of an emit as given columns, so that they stand in the canonical row."""
    return [Given(target, (name,), "{0}", emit.rank, "fixed") for target, name in emit.keys.items()]


def _line_key(form, emit):
    parts = ["a.line", column(emit, "order_item_id"), "CASE WHEN k.ids = 1 THEN k.id END", column(emit, "sku"), "''"]
    return {"order_id": column(emit, "order_id"), "line": f"coalesce({', '.join(parts)})"}


def _line_join(form, emit):
    order, sku = column(emit, "order_id"), column(emit, "sku")
    return f"""
        LEFT JOIN line_ids k
            ON k.account = l.account AND k.order_id = {order} AND k.sku IS NOT DISTINCT FROM {sku}
        LEFT JOIN line_of a
            ON a.source = '{form.name}' AND a.rid = o.rowid
    """


def _return_key(form, emit):
    about = f"coalesce({column(emit, 'sku')}, {column(emit, 'order_item_id')}, '')"
    copy = "CASE WHEN r.copy > 1 THEN '#' || r.copy ELSE '' END"
    order, rma = column(emit, "order_id"), column(emit, "rma")
    return {"return_id": f"concat_ws('/', {order}, coalesce({rma}, ''), {about}, r.item) || {copy}"}


def _return_join(form, emit):
    """Rows of one RMA and SKU are told apart by their order item; what is left are units of their own, numbered within the file.

    `item` stands in the key only where the RMA holds the SKU under several items. The numbers follow what does not change about
    a unit (the columns of `same_line`), then how far it has come, so that a row that gains a refund keeps its number.
    """
    order = ", ".join([*(f'"{name}"' for name in emit.same_line), "content"])
    keys = ", ".join(f'"{emit.keys[target]}"' for target in ("order_id", "rma", "sku") if target in emit.keys)
    item = column(emit, "order_item_id").removeprefix("o.")
    names = ", ".join(f'"{column.name}"' for column in form.kept)
    return f"""
        LEFT JOIN (
            SELECT
                rid,
                CASE WHEN items > 1 THEN item END AS item,
                row_number() OVER (
                    PARTITION BY _file, {keys}, CASE WHEN items > 1 THEN item END
                    ORDER BY {order}
                ) AS copy
            FROM (
                SELECT
                    *, rowid AS rid, {item} AS item, hash({names}) AS content,
                    count(DISTINCT {item}) OVER (PARTITION BY {keys}) AS items
                FROM {table_of(form)}
            )
        ) r
            ON r.rid = o.rowid
    """


def _joined_key(name):
    def key(form, emit):
        parts = [f"coalesce(CAST({column(emit, target)} AS VARCHAR), '')" for target in emit.keys]
        return {name: f"concat_ws('/', {', '.join(parts)})"}

    return key


def parcel_key(form, emit):
    """A parcel is known by its tracking number; one without is that of its order, or of its order item where that is told."""
    untracked = f"'order:' || {column(emit, 'order_id')} || coalesce('/' || {column(emit, 'order_item_id')}, '')"
    return {"parcel": f"coalesce({column(emit, 'tracking')}, {untracked})"}


def _parcel_extra(emit):
    return [
        Given("order_id", (emit.keys["order_id"],), "{0}", emit.rank, "fixed"),
        Given("item", (), column(emit, "order_item_id"), emit.rank, "fixed"),
        Given("tracking", (), f"coalesce({column(emit, 'tracking')}, '')", emit.rank, "fixed"),
    ]


# `finish` makes the canonical rows from the merged ones; {merged} stands for their SQL
FINISH_LINES = """
    SELECT
        m.* REPLACE (coalesce(m.currency, z.currency) AS currency),
        z.tax_included
    FROM ({merged}) m
    LEFT JOIN marketplaces z ON z.marketplace = m.marketplace
"""
FINISH_PARCELS = """
    SELECT
        * EXCLUDE (item) REPLACE (
            CASE             -- a delivery scan overrules a state that is not newer than it
                WHEN delivered_at IS NOT NULL AND coalesce(state_at < delivered_at, true) THEN 'delivered'
                WHEN outcome IS NOT NULL THEN outcome
                WHEN delivered_at IS NOT NULL THEN 'delivered'
                WHEN coalesce(first_scan_at, last_scan_at) IS NOT NULL THEN 'in_transit'
                ELSE 'unknown'
            END AS outcome
        ),
        true AS named
    FROM ({merged}) m
    WHERE NOT (
        tracking = ''
        AND EXISTS (
            SELECT 1
            FROM ({merged}) t
            WHERE t.account = m.account AND t.order_id = m.order_id AND t.tracking <> ''
                AND (t.item = m.item OR t.item IS NULL OR m.item IS NULL)
        )
    )
"""
# of several exports of one authorisation the best says which units there are: one counts them on a line, another line by line
FINISH_RETURNS = """
    SELECT m.*, nullif(regexp_replace(upper(reason_as_exported), '^(RO_)?(CR-)?', ''), '') AS reason
    FROM ({merged}) m
    QUALIFY best_rank = min(best_rank) OVER (PARTITION BY account, order_id, rma)
"""
FINISH_MONEY = """
    SELECT m.* REPLACE (coalesce(m.currency, z.currency) AS currency), true AS counts
    FROM ({merged}) m
    LEFT JOIN marketplaces z ON z.marketplace = m.marketplace
    WHERE m.amount IS NOT NULL
"""
AS_MERGED = "SELECT * FROM ({merged})"


def _no_join(form, emit):
    return ""


def _line_extra(emit):
    return [given for given in _given_keys(emit) if given.target != "order_id"]


def _no_extra(emit):
    return []


def _order_key(form, emit):
    return {"order_id": "k.order_id" if emit.link else column(emit, "order_id")}


def _order_join(form, emit):
    """Rows that carry no order number, but for example that of a customer, are tied to the orders that name it."""
    if not emit.link:
        return ""
    return f""" JOIN links k ON k.account = l.account AND k.link = '{emit.link}' AND k.value = o."{emit.keys[emit.link]}\""""


def _event_key(form, emit):
    """An event is known by its export and its key columns; rows that are equal in them are numbered within their file."""
    parts = [f"'{form.name}'", *(f"coalesce(CAST(o.\"{name}\" AS VARCHAR), '')" for name in emit.keys.values())]
    return {"row": f"concat_ws('/', {', '.join(parts)}, {'n.copy' if emit.occurrence is not None else 'NULL'})"}


def _event_join(form, emit):
    if emit.occurrence is None:
        return ""
    kind = f" WHERE o._kind = '{emit.kind}'" if emit.kind else ""
    return f" LEFT JOIN (SELECT o.rowid AS rid, {copy_of(form, emit)} AS copy FROM {table_of(form)} o{kind}) n ON n.rid = o.rowid"


# money, stock_events and the like: each row comes from one export alone
EVENT = {"name": '"row"', "key": _event_key, "join": _event_join, "extra": _given_keys, "finish": AS_MERGED, "refers": ()}

# name: the key; refers: canonical columns that `finish` speaks of, so that they are there whatever the exports tell
RECIPES = {
    "order_lines": {
        "name": "order_id, line",
        "key": _line_key,
        "join": _line_join,
        "extra": _line_extra,
        "finish": FINISH_LINES,
        "refers": ("currency", "marketplace", "sku"),
    },
    "parcels": {
        "name": "parcel",
        "key": parcel_key,
        "join": _no_join,
        "extra": _parcel_extra,
        "finish": FINISH_PARCELS,
        "refers": ("delivered_at", "state_at", "outcome", "first_scan_at", "last_scan_at"),
    },
    "returns": {
        "name": "return_id",
        "key": _return_key,
        "join": _return_join,
        "extra": _given_keys,
        "finish": FINISH_RETURNS,
        "refers": ("reason_as_exported", "rma"),
    },
    "requests": {
        "name": "request",
        "key": _joined_key("request"),
        "join": _no_join,
        "extra": _given_keys,
        "finish": AS_MERGED,
        "refers": (),
    },
    "inspections": {
        "name": "inspection",
        "key": _joined_key("inspection"),
        "join": _no_join,
        "extra": _given_keys,
        "finish": AS_MERGED,
        "refers": (),
    },
    **dict.fromkeys(EVENTS, EVENT),
}
RECIPES["money"] = EVENT | {"finish": FINISH_MONEY, "refers": ("currency", "marketplace", "amount")}
# order-level rows are no table of their own: they are spread over the lines of their order
ORDER_ROWS = {"name": "order_id", "key": _order_key, "join": _order_join, "extra": _no_extra}
