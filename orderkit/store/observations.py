"""One table per format holds what its files said: typed, every version kept, never changed. `obs_<format>`.

Also here: the fate of each record of a new file. A *duplicate* says what was known already, a *superseded* one is older than
what is known of the same line and stays as history, the rest is *loaded*.
"""

from dataclasses import dataclass

from orderkit.errors import FormatError
from orderkit.store.values.types import sql_type

LONG_NAMES = {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}

SEVERAL = ("order_lines", "returns")  # tables in which identical rows of one file are genuine: two units, two lines without ids
FIRST = ("order_lines", "returns", "parcels", "requests", "inspections", "orders")  # which table says what a row is about


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
    """Makes the observation table of a format, or adds the columns that a newer description brings.

    Raises FormatError where a description gives a stored column another type: the rows stored under it would mean something else.
    """
    wanted = {column.name: sql_type(column) for column in form.kept} | _of_tree(form)
    columns = ", ".join(f'"{name}" {kind}' for name, kind in wanted.items())
    con.execute(f"CREATE TABLE IF NOT EXISTS {table_of(form)} ({columns}, _file INTEGER)")
    columns_of = "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $t"
    have = dict(con.sql(columns_of, params={"t": table_of(form)}).fetchall())
    for name, kind in wanted.items():
        if name not in have:
            con.execute(f'ALTER TABLE {table_of(form)} ADD COLUMN "{name}" {kind}')
        elif have[name] not in (kind, LONG_NAMES.get(kind)):
            changed = f"{form.name}: {name} is stored as {have[name]}, the description now says {kind}."
            raise FormatError(f"{changed} Load the exports into a new database, or give the column its old type.")


def _of_tree(form):
    """A record of a tree gives several rows: `_record` is its number in the file, `_kind` which of its rows."""
    return {"_record": "INTEGER", "_kind": "VARCHAR"} if form.tree else {}


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
    """SQL (join, zone expression) that gives each row the zone of its marketplace, else that of the format, else UTC."""
    told = [emit.given["marketplace"] for emit in form.emits.values() if "marketplace" in emit.given]
    zone = f"'{form.zone}'" if form.zone and form.zone != "marketplace" else "'UTC'"
    if not told:
        return "", zone
    site = told[0].filled([f'o."{source}"' for source in told[0].sources])
    return f" LEFT JOIN marketplaces z ON z.marketplace = {site}", f"coalesce(z.zone, {zone})"


def covers(con, form, file_id):
    """Oldest and newest moment that the rows of a file tell of (TIMESTAMPTZ, or None where it has no rows or no dates)."""
    join, zone = zone_join(form)
    told = {*form.known_file, *([form.known_row] if form.known_row else [])}
    anchors = {name for emit in form.emits.values() for name in emit.anchor}

    def each(names, best):
        return f"{best}({', '.join(moment_of(form, name, zone) for name in sorted(names))})" if names else "NULL::TIMESTAMPTZ"

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
    oldest, newest = covers(con, form, file_id)
    con.execute(
        "UPDATE loads SET covers_from = $a, covers_to = $b WHERE file_id = $id",
        {"a": oldest, "b": newest, "id": file_id},
    )
    rows = con.sql(f"SELECT count(*) FROM {table_of(form)} WHERE _file = $id", params={"id": file_id}).fetchall()[0][0]
    if not _make_met(con, form, file_id, account):
        return Fates(rows, 0, 0, _money(con, form, file_id, looked_at=False))
    _make_new_and_old(con, form, file_id, account)
    _make_fates(con)
    counts = dict(con.sql(PER_RECORD if form.tree else PER_ROW).fetchall())
    others = rows - con.sql("SELECT count(*) FROM _new").fetchall()[0][0]
    if counts.get("duplicate"):
        con.execute(f"DELETE FROM {table_of(form)} WHERE rowid IN (SELECT rid FROM _fate WHERE duplicate AND told_then)")
    money = _money(con, form, file_id, looked_at=True)
    con.execute("DROP TABLE _fate; DROP TABLE _new; DROP TABLE _old; DROP TABLE _met")
    return Fates(counts.get("loaded", 0) + others, counts.get("duplicate", 0), counts.get("superseded", 0), money)


def _make_met(con, form, file_id, account):
    """TEMP table _met: hashes (h) of what the records to be looked at are about; whether there are any.

    To be looked at is what other files told of, and what the file itself tells of more than once; all else is new. (A hash that
    is equal by chance costs a look and changes nothing.) Of a tree everything is looked at, as its records are several rows.
    """
    h, here = f"hash({_by_kind(form, about)})", f"FROM {table_of(form)} o WHERE o._file = $id"
    con.execute("CREATE OR REPLACE TEMP TABLE _met (h UBIGINT)")
    if form.tree:
        con.execute(f"INSERT INTO _met SELECT DISTINCT {h} {here}", {"id": file_id})
    elif alike := _alike(form):
        again = f"SELECT h FROM (SELECT {h} AS h {here} AND {alike}) GROUP BY h HAVING count(*) > 1"
        con.execute(f"INSERT INTO _met {again}", {"id": file_id})
    before = "FROM loads WHERE account = $account AND format = $format AND file_id <> $id"
    values = {"account": account, "id": file_id}
    if not form.tree and con.sql(f"SELECT 1 {before} LIMIT 1", params=values | {"format": form.name}).fetchall():
        con.execute(f"INSERT INTO _met SELECT DISTINCT {h} {_elsewhere(form)}", values)
    return bool(con.sql("SELECT 1 FROM _met LIMIT 1").fetchall())


def _alike(form):
    """SQL condition on observations that can be alike within one file without being genuine; None where none can."""
    emit = first_emit(form.emits.values())
    if form.repeats:
        return "true"
    several = _several(form, emit)
    return None if several == "true" or emit.occurrence is not None else f"NOT ({several})"


def _elsewhere(form):
    """SQL (FROM ... WHERE) of what other files of an account said, of orders only those that the new file speaks of."""
    order = form.order_column
    same = f'o."{order}" IN (SELECT "{order}" FROM {table_of(form)} WHERE _file = $id)' if order else "true"
    same = f'AND ({same} OR o."{order}" IS NULL)' if order and order not in form.needs else f"AND {same}"
    return f"FROM {table_of(form)} o JOIN loads l ON l.file_id = o._file WHERE l.account = $account AND o._file <> $id {same}"


PER_ROW = """
    SELECT CASE WHEN duplicate THEN 'duplicate' WHEN older THEN 'superseded' ELSE 'loaded' END, count(*)
    FROM _fate
    GROUP BY 1
"""
PER_RECORD = """  -- a record of several rows brought something new where one of its rows did
    SELECT CASE WHEN loaded THEN 'loaded' WHEN superseded THEN 'superseded' ELSE 'duplicate' END, count(*)
    FROM (
        SELECT
            bool_or(NOT duplicate AND coalesce(NOT older, true)) AS loaded,
            bool_or(NOT duplicate AND older) AS superseded
        FROM _fate
        GROUP BY record
    )
    GROUP BY 1
"""


def _make_fates(con):
    """TEMP table _fate: per record of _new whether it was told before, told at that version, or is older than what is known."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE _fate AS
        SELECT
            n.rid, n.record, n.grp, n.amount, n.currency,
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
    """TEMP tables of the new file's records that have to be looked at, and of what other files said of the same.

    `grp` is what a record is about. Where identical rows are genuine (`several`), `content` is that of the whole group in its
    file, so that a group counts as known only where some file held exactly the same rows.
    """
    columns = _record(form)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _new AS
        SELECT
            *,
            CASE WHEN several THEN hash(list_sort(list(own) OVER (PARTITION BY grp))) ELSE own END AS content,
            CASE WHEN several THEN 1 ELSE row_number() OVER (PARTITION BY grp, own ORDER BY rid) END AS copy
        FROM (SELECT {columns} FROM {table_of(form)} o JOIN loads l ON l.file_id = o._file WHERE o._file = $id) n
        SEMI JOIN _met ON _met.h = hash(n.grp)
        """,
        {"id": file_id},
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _old AS
        SELECT
            grp, several, version, known,
            CASE WHEN several THEN hash(list_sort(list(own) OVER (PARTITION BY _file, grp))) ELSE own END AS content
        FROM (SELECT {columns} {_elsewhere(form)}) e
        SEMI JOIN _new n ON n.grp = e.grp
        """,
        {"id": file_id, "account": account},
    )


def _record(form):
    """SQL columns of an observation `o` of load `l`: what it is about, its content, version and money."""
    names = ", ".join(f'o."{column.name}"' for column in form.kept)
    return f"""
            o.rowid AS rid,
            o._file,
            {"o._record" if form.tree else "o.rowid"} AS record,
            {_by_kind(form, about)} AS grp,
            {_by_kind(form, _several)} AS several,
            hash({names}) AS own,
            {version_of(form)} AS version,
            {known_at(form)} AS known,
            {_amount(form)} AS amount,
            {_currency(form)} AS currency
    """


def _amount(form):
    return f'o."{form.money}"' if form.money else "NULL::DECIMAL(18,2)"


def _currency(form):
    """SQL for the currency of a record's money: that of its line, else that of its order."""
    told = [form.emits[table].given.get("currency") for table in ("order_lines", "orders") if table in form.emits]
    given = next((given for given in told if given), None)
    if given is None or not form.money:
        return "NULL::VARCHAR"
    return given.filled([f'o."{name}"' for name in given.sources])


def _by_kind(form, made):
    """SQL of `made(form, emit)` for the emit that says what a row is about; in a tree one per kind of row."""
    if not form.tree:
        return made(form, first_emit(form.emits.values()))
    kinds = dict.fromkeys(emit.kind for emit in form.emits.values())
    cases = " ".join(
        f"WHEN o._kind = '{kind}' THEN {made(form, first_emit(e for e in form.emits.values() if e.kind == kind))}"
        for kind in kinds
    )
    return f"CASE {cases} END"


def first_emit(emits):
    """The emit that says what a row is about: an order line rather than the order it stands in."""
    return min(emits, key=lambda emit: FIRST.index(emit.table) if emit.table in FIRST else len(FIRST))


def about(form, emit):
    """SQL for what a row is about: its keys, and where identical rows are genuine the number of the copy within its file."""
    keys = [f"coalesce(CAST(o.\"{name}\" AS VARCHAR), '')" for name in emit.keys.values()]
    return f"concat_ws(chr(31), {', '.join([_text(emit.table), *keys, copy_of(form, emit)])})"


def copy_of(form, emit):
    """SQL for the number of the copy among rows of one file that are equal in the keys of an emit; NULL for the first."""
    if emit.occurrence is None:
        return "NULL"
    owners = ", ".join(["o._file", *(f'o."{name}"' for name in emit.keys.values()), *(["o._kind"] if form.tree else [])])
    names = ", ".join(f'o."{column.name}"' for column in form.kept)
    order = ", ".join([*(f'o."{name}"' for name in emit.occurrence), f"hash({names})"])
    return f"nullif('#' || row_number() OVER (PARTITION BY {owners} ORDER BY {order}), '#1')"


def _text(value):
    return f"'{value}'"


def _several(form, emit):
    """SQL condition that identical rows of one file are genuine: every return, and order lines without an id."""
    if emit.table not in SEVERAL:
        return "false"
    item = emit.keys.get("order_item_id")
    return f'o."{item}" IS NULL' if item and emit.table != "returns" else "true"


def _money(con, form, file_id, looked_at):
    """Sum of the item price of the loaded records by currency; a line that a format repeats per promotion counts once.

    looked_at: whether there are records that had to be looked at; only those are in _new and _fate.
    """
    if not form.money:
        return {}
    others = f"""
        SELECT {_currency(form)} AS currency, {_amount(form)} AS amount
        FROM {table_of(form)} o
        {"ANTI JOIN _new n ON n.rid = o.rowid" if looked_at else ""}
        WHERE o._file = $id AND {_amount(form)} IS NOT NULL
    """
    looked = f"""
        SELECT any_value(currency), max(amount)
        FROM _fate
        WHERE NOT duplicate AND coalesce(NOT older, true) AND amount IS NOT NULL
        GROUP BY {"grp" if form.repeats else "rid"}
    """
    told = f"{others} UNION ALL {looked}" if looked_at else others
    summed = f"SELECT coalesce(currency, 'unknown'), sum(amount) FROM ({told}) GROUP BY 1 ORDER BY 1"
    return dict(con.sql(summed, params={"id": file_id}).fetchall())
