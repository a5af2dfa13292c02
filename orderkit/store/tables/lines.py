"""Which order line an observation speaks of, where the export does not say.

A line is known by its order item id. An observation without one is tied by order and SKU; only where a SKU stands more than once
in an order do lines have to be told apart, by price and units. All of it is a function of all observations together: a
number handed out while loading would change when a smaller id arrives later.
"""

from orderkit.store.observations import known_at, table_of
from orderkit.store.tables.partial import rows_of
from orderkit.store.tables.recipes import column


def find_several(con, forms, scopes):
    """Makes TEMP table `several`: hashes of the orders in which a SKU may stand more than once; how many there are.

    Those are the orders with rows of one file that are equal in SKU and have no id, with two ids of one SKU, or with an id that
    has had two SKUs. (Hashes may be equal by chance: such an order only takes the longer way to the same result.)
    """
    con.execute("CREATE OR REPLACE TEMP TABLE several (g UBIGINT)")
    with_id = [form for form in forms if "order_item_id" in form.emits["order_lines"].keys]
    for scope in scopes if forms else ():
        found, tied = [_copies(form, scope) for form in forms], ""
        if with_id:
            tied = f"WITH tied AS ({' UNION ALL '.join(_tied(form, scope) for form in with_id)})"
            found += [
                "SELECT any_value(g) FROM tied GROUP BY h HAVING min(i) <> max(i)",
                "SELECT any_value(g) FROM tied GROUP BY j HAVING min(s) <> max(s)",
            ]
        con.execute(f"INSERT INTO several {tied} SELECT DISTINCT g FROM ({' UNION ALL '.join(found)}) found(g)")
    return con.sql("SELECT count(*) FROM several").fetchall()[0][0]


def _parts(form, scope):
    """SQL of order, SKU and id of an observation, of where observations come from, and of the condition on them."""
    emit = form.emits["order_lines"]
    order, sku, item = (column(emit, target) for target in ("order_id", "sku", "order_item_id"))
    source = f"{table_of(form)} o JOIN loads l ON l.file_id = o._file{scope.join('l.account', order)}"
    return order, sku, item, source, " AND ".join([scope.where(order), *rows_of(emit)])


def _copies(form, scope):
    order, sku, item, source, where = _parts(form, scope)
    return f"""
        SELECT any_value(hash(l.account, {order}))
        FROM {source} WHERE {where} AND {item} IS NULL
        GROUP BY hash(o._file, l.account, {order}, {sku})
        HAVING count(*) > 1
    """


def _tied(form, scope):
    order, sku, item, source, where = _parts(form, scope)
    return f"""
        SELECT
            hash(l.account, {order}) AS g,
            hash(l.account, {order}, {sku}) AS h,
            hash(l.account, {order}, {item}) AS j,
            hash({item}) AS i,
            hash({sku}) AS s
        FROM {source} WHERE {where} AND {item} IS NOT NULL
    """


def resolve(con, forms, scope):
    """Makes TEMP tables `line_ids` (one id per order and SKU, where there is just one) and `line_of` (the rare others).

    line_of: source, rid -> line, for each observation without id whose order holds its SKU more than once.
    """
    observed = " UNION ALL ".join(_observed(form, scope) for form in forms)
    con.execute(f"CREATE OR REPLACE TEMP TABLE _lines AS {observed}")
    _count_ids(con)
    _unclear(con)
    _places(con)
    _tie(con)
    con.execute("DROP TABLE _lines; DROP TABLE _unclear; DROP TABLE _places; DROP TABLE _matched; DROP TABLE _free")


def _observed(form, scope):
    """SQL of one format's observations of lines: where they stand, which line they name, its price, units and content."""
    order, sku, item, source, where = _parts(form, scope)
    same_line = (f'o."{name}"' for name in form.emits["order_lines"].same_line)
    price, units = [*same_line, "NULL::DECIMAL(18,2)", "NULL::INTEGER"][:2]
    names = ", ".join(f'o."{column.name}"' for column in form.kept)
    return f"""
        SELECT
            '{form.name}' AS source,
            o.rowid AS rid,
            o._file AS file,
            l.account,
            {order} AS order_id,
            {sku} AS sku,
            {item} AS id,
            {price} AS price,
            {units} AS units,
            {known_at(form)} AS version,
            hash({names}) AS content
        FROM {source} WHERE {where}
    """


def _count_ids(con):
    """TEMP table line_ids: per order and SKU one id, how many ids there are, and how many rows without id one file shows."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE line_ids AS
        SELECT
            account, order_id, sku,
            min(id) AS id,
            count(DISTINCT id) AS ids,
            max(copies) AS copies,
            bool_or(id IS NULL) AS some_without
        FROM (
            SELECT account, order_id, sku, id, file, CASE WHEN id IS NULL THEN count(*) ELSE 1 END AS copies
            FROM _lines
            GROUP BY account, order_id, sku, id, file
        )
        GROUP BY account, order_id, sku
    """)


def _unclear(con):
    """TEMP table _unclear: the observations of orders that hold a SKU more than once, some of them without id."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE _unclear AS
        SELECT
            o.*,
            row_number() OVER (PARTITION BY source, file, account, order_id, sku, price, units, id ORDER BY content) AS copy
        FROM _lines o
        SEMI JOIN (SELECT * FROM line_ids WHERE some_without AND (ids > 1 OR copies > 1)) k
            ON k.account = o.account AND k.order_id = o.order_id AND k.sku IS NOT DISTINCT FROM o.sku
    """)


# the lines that have an id, numbered by price and units
WITH_ID = """
    by_id AS (
        SELECT
            account, order_id, sku, id,
            arg_max(price, version) AS price,
            arg_max(units, version) AS units
        FROM _unclear
        WHERE id IS NOT NULL
        GROUP BY account, order_id, sku, id
    ),
    with_id AS (
        SELECT
            *,
            row_number() OVER (PARTITION BY account, order_id, sku ORDER BY price NULLS LAST, units, id) AS place
        FROM by_id
    )
"""

# the rows without id of the fullest (then newest) file, numbered the same way
WITHOUT_ID = """
    files AS (
        SELECT account, order_id, sku, source, file, count(*) AS n, max(version) AS version, max(content) AS content
        FROM _unclear
        WHERE id IS NULL
        GROUP BY account, order_id, sku, source, file
    ),
    fullest AS (
        SELECT *
        FROM files
        QUALIFY row_number() OVER (PARTITION BY account, order_id, sku ORDER BY n DESC, version DESC, content) = 1
    ),
    without_id AS (
        SELECT
            u.account, u.order_id, u.sku,
            NULL AS id,
            u.price,
            u.units,
            row_number() OVER (
                PARTITION BY u.account, u.order_id, u.sku
                ORDER BY u.price NULLS LAST, u.units, u.content
            ) AS place
        FROM _unclear u
        JOIN fullest f
            ON f.account = u.account AND f.order_id = u.order_id AND f.sku IS NOT DISTINCT FROM u.sku
            AND f.source = u.source AND f.file = u.file
        WHERE u.id IS NULL
    )
"""


def _places(con):
    """TEMP table _places: per unclear order and SKU the lines there are, in order of price and units.

    The lines are the known ids; beyond them as many as the fullest (then newest) file without ids shows.
    """
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE _places AS
        WITH {WITH_ID}, {WITHOUT_ID}
        SELECT account, order_id, sku, id, price, units, place
        FROM with_id
        UNION ALL
        SELECT *
        FROM without_id w
        WHERE NOT EXISTS (
            SELECT 1
            FROM with_id i
            WHERE i.account = w.account AND i.order_id = w.order_id AND i.sku IS NOT DISTINCT FROM w.sku
                AND i.place = w.place
        )
    """)


def _tie(con):
    """TEMP table line_of: each observation without id to the place with its price and units, the others to the free places."""
    _match_places(con)
    _free_places(con)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE line_of AS
        WITH waiting AS (
            SELECT
                *,
                row_number() OVER (
                    PARTITION BY source, file, account, order_id, sku
                    ORDER BY price NULLS LAST, units, content
                ) AS turn
            FROM _matched
            WHERE place IS NULL
        ),
        placed AS (
            SELECT source, rid, account, order_id, sku, place
            FROM _matched
            WHERE place IS NOT NULL
            UNION ALL
            SELECT w.source, w.rid, w.account, w.order_id, w.sku, f.place
            FROM waiting w
            JOIN _free f
                ON f.source = w.source AND f.file = w.file
                AND f.account = w.account AND f.order_id = w.order_id AND f.sku IS NOT DISTINCT FROM w.sku
                AND f.turn = w.turn
        )
        SELECT
            d.source,
            d.rid,
            coalesce(p.id, coalesce(d.sku, '') || CASE WHEN d.place > 1 THEN '#' || d.place ELSE '' END) AS line
        FROM placed d
        JOIN _places p
            ON p.account = d.account AND p.order_id = d.order_id AND p.sku IS NOT DISTINCT FROM d.sku
            AND p.place = d.place
    """)


def _match_places(con):
    """TEMP table _matched: each observation without id, and the place with its very price and units; NULL where there is none."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE _matched AS
        SELECT u.source, u.rid, u.file, u.account, u.order_id, u.sku, p.place, u.price, u.units, u.content
        FROM (SELECT * FROM _unclear WHERE id IS NULL) u
        LEFT JOIN (
            SELECT
                *,
                row_number() OVER (PARTITION BY account, order_id, sku, price, units ORDER BY place) AS copy
            FROM _places
        ) p
            ON p.account = u.account AND p.order_id = u.order_id AND p.sku IS NOT DISTINCT FROM u.sku
            AND p.price IS NOT DISTINCT FROM u.price AND p.units IS NOT DISTINCT FROM u.units AND p.copy = u.copy
    """)


def _free_places(con):
    """TEMP table _free: per file the places that none of its observations matched, in turn."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE _free AS
        SELECT
            f.source, f.file, p.account, p.order_id, p.sku, p.place,
            row_number() OVER (PARTITION BY f.source, f.file, p.account, p.order_id, p.sku ORDER BY p.place) AS turn
        FROM _places p
        JOIN (SELECT DISTINCT source, file, account, order_id, sku FROM _matched) f
            ON f.account = p.account AND f.order_id = p.order_id AND f.sku IS NOT DISTINCT FROM p.sku
        WHERE NOT EXISTS (
            SELECT 1
            FROM _matched m
            WHERE m.source = f.source AND m.file = f.file
                AND m.account = p.account AND m.order_id = p.order_id AND m.sku IS NOT DISTINCT FROM p.sku
                AND m.place = p.place
        )
    """)
