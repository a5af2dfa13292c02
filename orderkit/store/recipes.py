"""How each canonical table is made from the observations: its key, what is joined to find it, and the last touch on the rows."""

from orderkit.formats import Given
from orderkit.store.observations import table_of


def column(emit, target):
    """SQL of a key of an observation `o`; NULL where the format does not give it."""
    return f'o."{emit.keys[target]}"' if target in emit.keys else "NULL::VARCHAR"


def _given_keys(emit):
    """The key columns of an emit as given columns, so that they stand in the canonical row."""
    rank = next((given.rank for given in emit.given.values()), 1)
    return [Given(target, (name,), "{0}", rank, "fixed") for target, name in emit.keys.items()]


def _line_key(form, emit):
    parts = ["a.line", column(emit, "order_item_id"), "CASE WHEN k.ids = 1 THEN k.id END", f'o."{emit.keys["sku"]}"', "''"]
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
    same = ", ".join(f'"{name}"' for name in emit.same_line)
    keys = ", ".join(f'"{emit.keys[target]}"' for target in ("order_id", "rma", "sku"))
    item = f'"{emit.keys["order_item_id"]}"'
    names = ", ".join(f'"{column.name}"' for column in form.kept)
    return f"""
        LEFT JOIN (
            SELECT
                rid,
                CASE WHEN items > 1 THEN item END AS item,
                row_number() OVER (
                    PARTITION BY _file, {keys}, CASE WHEN items > 1 THEN item END
                    ORDER BY {same}, content
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
    rank = next(iter(emit.given.values())).rank
    return [
        Given("order_id", (emit.keys["order_id"],), "{0}", rank, "fixed"),
        Given("item", (emit.keys["order_item_id"],), "{0}", rank, "fixed"),
        Given("tracking", (), f"coalesce({column(emit, 'tracking')}, '')", rank, "fixed"),
    ]


# `finish` makes the canonical rows from the merged ones; {merged} stands for their SQL
FINISH_LINES = """
    SELECT
        m.* REPLACE (coalesce(m.currency, z.currency) AS currency),
        z.tax_included,
        row_number() OVER (PARTITION BY m.account, m.order_id, m.sku ORDER BY length(m.line), m.line) AS occurrence
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
FINISH_RETURNS = """
    SELECT m.*, nullif(regexp_replace(upper(reason_as_exported), '^(RO_)?(CR-)?', ''), '') AS reason
    FROM ({merged}) m
"""
AS_MERGED = "SELECT * FROM ({merged})"


def _no_join(form, emit):
    return ""


def _line_extra(emit):
    return [given for given in _given_keys(emit) if given.target != "order_id"]


RECIPES = {
    "order_lines": {
        "name": "order_id, line",
        "key": _line_key,
        "join": _line_join,
        "extra": _line_extra,
        "finish": FINISH_LINES,
    },
    "parcels": {
        "name": "parcel",
        "key": parcel_key,
        "join": _no_join,
        "extra": _parcel_extra,
        "finish": FINISH_PARCELS,
    },
    "returns": {
        "name": "return_id",
        "key": _return_key,
        "join": _return_join,
        "extra": _given_keys,
        "finish": FINISH_RETURNS,
    },
    "requests": {
        "name": "request",
        "key": _joined_key("request"),
        "join": _no_join,
        "extra": _given_keys,
        "finish": AS_MERGED,
    },
    "inspections": {
        "name": "inspection",
        "key": _joined_key("inspection"),
        "join": _no_join,
        "extra": _given_keys,
        "finish": AS_MERGED,
    },
}
