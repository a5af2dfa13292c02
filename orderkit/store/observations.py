"""One table per format holds what its files said: typed, every version kept, never changed. `obs_<format>`.

Also here: the fate of each record of a new file. A *duplicate* says what was known already, a *superseded* one is older than
what is known of the same line and stays as history, the rest is *loaded*.
"""

from dataclasses import dataclass

from orderkit.store.types import sql_type

ROWS = ("order_lines", "returns")  # tables in which identical rows of one file are genuine: two units, two lines without ids


@dataclass(frozen=True)
class Fates:
    """How many records of one file had which fate, and the sum of the item price of the loaded ones by currency."""

    loaded: int
    duplicates: int
    superseded: int
    money: dict


def table_of(form):
    """The name of a format's observation table."""
    return f"obs_{form.name}"


def ensure(con, form):
    """Makes the observation table of a format, or adds the columns that a newer description brings."""
    columns = ", ".join(f'"{column.name}" {sql_type(column)}' for column in form.kept)
    con.execute(f"CREATE TABLE IF NOT EXISTS {table_of(form)} ({columns}, _file INTEGER)")
    columns_of = "SELECT column_name FROM duckdb_columns() WHERE table_name = $t"
    have = {row[0] for row in con.sql(columns_of, params={"t": table_of(form)}).fetchall()}
    for column in form.kept:
        if column.name not in have:
            con.execute(f'ALTER TABLE {table_of(form)} ADD COLUMN "{column.name}" {sql_type(column)}')


def day_end(day, zone="'UTC'"):
    """SQL for the last instant of a day in a zone: when all that happened on the day was known."""
    return f"(timezone({zone}, CAST({day} + 1 AS TIMESTAMP)) - INTERVAL 1 MICROSECOND)"


def moment_of(form, name, zone="'UTC'"):
    """SQL for the instant that a stored column tells of: itself, or the end of its day."""
    return day_end(f'o."{name}"', zone) if form.columns[name].type == "day" else f'o."{name}"'


def known_at(form):
    """SQL for the moment of the snapshot that an observation `o` of load `l` comes from: the row's own, else the file's end."""
    return f'coalesce(o."{form.known_row}", l.covers_to)' if form.known_row else "l.covers_to"


def version_of(form):
    """SQL for what tells which of two observations of one thing is newer; versions of one format compare with < and =.

    The moment of the snapshot; where a format says `newer_by`, first the newest date in the row itself, then how much of the row
    is filled (rows of such exports only ever gain dates, refunds, claims), because a later file may be an older range.
    """
    if not form.newer_by:
        return known_at(form)
    dates = ", ".join(moment_of(form, name) for name in form.newer_by)
    newest = f"greatest({dates})" if len(form.newer_by) > 1 else dates
    filled = " + ".join(f'(o."{column.name}" IS NOT NULL)::INTEGER' for column in form.kept)
    return f"struct_pack(newest := coalesce({newest}, {known_at(form)}), filled := {filled}, known := {known_at(form)})"


def zone_join(form):
    """SQL (join, zone expression) that gives each row the zone of its marketplace, where the format tells the marketplace."""
    lines = form.emits.get("order_lines")
    given = lines and lines.given.get("marketplace")
    if not given or not given.sources:
        return "", "'UTC'"
    site = given.sql.format(*(f'o."{source}"' for source in given.sources))
    return f" LEFT JOIN marketplaces z ON z.marketplace = {site}", "coalesce(z.zone, 'UTC')"


def covers(con, form, file_id):
    """Oldest and newest moment that the rows of a file tell of (TIMESTAMPTZ, or None where it has no rows)."""
    join, zone = zone_join(form)
    told = {*form.known_file, *([form.known_row] if form.known_row else [])}
    anchors = {name for emit in form.emits.values() for name in emit.anchor}

    def each(names, best):
        return f"{best}({', '.join(moment_of(form, name, zone) for name in sorted(names))})"

    return con.sql(
        f"SELECT min({each(anchors, 'least')}), max({each(told | anchors, 'greatest')})"
        f" FROM {table_of(form)} o{join} WHERE o._file = $id",
        params={"id": file_id},
    ).fetchall()[0]


def settle(con, form, file_id, account):
    """Decides the fate of every record of a new file, and removes the duplicates that tell nothing new. Gives Fates.

    A repeated sighting in a format whose rows have no time of their own stays stored, though it counts as a duplicate: that a
    state was seen again later is knowledge, and without it the order of loading would matter.
    """
    _make_new_and_old(con, form, file_id, account)
    _make_fates(con)
    counts = dict(
        con.sql("""
            SELECT CASE WHEN duplicate THEN 'duplicate' WHEN older THEN 'superseded' ELSE 'loaded' END, count(*)
            FROM _fate
            GROUP BY 1
        """).fetchall()
    )
    con.execute(f"DELETE FROM {table_of(form)} WHERE rowid IN (SELECT rid FROM _fate WHERE duplicate AND told_then)")
    money = _money(con, form)
    con.execute("DROP TABLE _fate; DROP TABLE _new; DROP TABLE _old")
    return Fates(counts.get("loaded", 0), counts.get("duplicate", 0), counts.get("superseded", 0), money)


def _make_fates(con):
    """TEMP table _fate: per record of _new whether it was told before, told at that version, or is older than what is known."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE _fate AS
        SELECT
            n.rid, n.grp, n.amount, n.currency,
            n.copy > 1 OR t.grp IS NOT NULL AS duplicate,
            n.copy > 1 OR list_contains(t.moments, n.known) AS told_then,
            k.newest > n.version AS older
        FROM _new n
        LEFT JOIN (  -- the same row, or the same group of rows
            SELECT grp, several, content, list(DISTINCT known) AS moments
            FROM _old
            GROUP BY grp, several, content
        ) t
            ON t.grp = n.grp AND t.several = n.several AND t.content = n.content
        LEFT JOIN (SELECT grp, max(version) AS newest FROM _old GROUP BY grp) k
            ON k.grp = n.grp
    """)


def _make_new_and_old(con, form, file_id, account):
    """TEMP tables of the new file's records and of what other files said of the same orders.

    `grp` is what a record is about. Where identical rows are genuine (`several`), `content` is that of the whole group in its
    file, so that a group counts as known only where some file held exactly the same rows.
    """
    order = next(iter(form.emits.values())).keys["order_id"]
    oldest, newest = covers(con, form, file_id)
    con.execute(
        "UPDATE loads SET covers_from = $a, covers_to = $b WHERE file_id = $id",
        {"a": oldest, "b": newest, "id": file_id},
    )
    record = _record(form)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _new AS
        SELECT
            *,
            CASE WHEN several THEN hash(list_sort(list(own) OVER (PARTITION BY grp))) ELSE own END AS content,
            CASE WHEN several THEN 1 ELSE row_number() OVER (PARTITION BY grp, own ORDER BY rid) END AS copy
        FROM ({record} WHERE o._file = $id)
        """,
        {"id": file_id},
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _old AS
        SELECT
            grp, several, version, known,
            CASE WHEN several THEN hash(list_sort(list(own) OVER (PARTITION BY _file, grp))) ELSE own END AS content
        FROM (
            {record}
            WHERE l.account = $account AND o._file <> $id
                AND o."{order}" IN (SELECT "{order}" FROM {table_of(form)} WHERE _file = $id)
        )
        """,
        {"id": file_id, "account": account},
    )


def _record(form):
    """SQL of a format's observations `o` with the load `l` they came in: what each is about, its content, version and money."""
    emit = next(iter(form.emits.values()))
    names = ", ".join(f'o."{column.name}"' for column in form.kept)
    keys = ", ".join(f"coalesce(CAST(o.\"{name}\" AS VARCHAR), '')" for name in emit.keys.values())
    currency = form.emits["order_lines"].given.get("currency") if form.money else None
    amount = f'o."{form.money}"' if form.money else "NULL"
    currency = f'o."{currency.sources[0]}"' if currency else "NULL"
    return f"""
        SELECT
            o.rowid AS rid,
            o._file,
            concat_ws(chr(31), {keys}) AS grp,
            {_several(form)} AS several,
            hash({names}) AS own,
            {version_of(form)} AS version,
            {known_at(form)} AS known,
            {amount} AS amount,
            {currency} AS currency
        FROM {table_of(form)} o
        JOIN loads l ON l.file_id = o._file
    """


def _several(form):
    """SQL condition that identical rows of one file are genuine: every return, and order lines without an id."""
    table, emit = next(iter(form.emits.items()))
    if table not in ROWS:
        return "false"
    item = emit.keys.get("order_item_id")
    return f'o."{item}" IS NULL' if item and table != "returns" else "true"


def _money(con, form):
    """Sum of the item price of the loaded records by currency; a line that a format repeats per promotion counts once."""
    if not form.money:
        return {}
    once = "grp" if form.repeats else "rid"
    return dict(
        con.sql(f"""
            SELECT coalesce(currency, 'unknown'), sum(amount)
            FROM (
                SELECT any_value(currency) AS currency, max(amount) AS amount
                FROM _fate
                WHERE NOT duplicate AND coalesce(NOT older, true) AND amount IS NOT NULL
                GROUP BY {once}
            )
            GROUP BY 1
            ORDER BY 1
        """).fetchall()
    )
