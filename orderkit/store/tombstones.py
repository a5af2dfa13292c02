"""What was purged stays away: the next export that holds it is read, counted, and left out.

A tombstone is not the number of an order, but the start of a hash of it with the salt of this database. Rows about other orders
that name a purged one keep a stand-in made of it, the same at the purge and at the door, so that the same row is known again.
"""

import secrets
from dataclasses import dataclass

from orderkit.store.known import known_formats
from orderkit.store.observations import table_of
from orderkit.store.purging import belonging

NUMBERS = ("order_id", "order_ref", "id")  # columns that hold a number and nothing else
WORDS = ("text", "comment")
TOKEN = "[0-9A-Za-z][0-9A-Za-z-]{6,}[0-9A-Za-z]"  # what may be a number within words
SHORTEST = 8  # characters; a shorter number stands for other things as well, so it is looked for among order numbers only
MOST = 50  # numbers within one text
LENGTH = 20  # hex digits: no two of a billion numbers share them


@dataclass(frozen=True)
class Rule:
    """What is kept out: the salt of the database, and the moment of which older rows are kept out, where there is one."""

    salt: str
    before: object


def rule_of(con, account):
    """The Rule of a database for a seller account, None where nothing was ever purged."""
    salt, before, stones = con.sql(
        """
        SELECT
            max("key") FILTER (kind = 'salt'),
            max(before) FILTER (kind = 'before' AND ("key" IS NULL OR "key" = $account)),
            count(*) FILTER (kind <> 'salt')
        FROM tombstones
        """,
        params={"account": account},
    ).fetchall()[0]
    return Rule(salt, before) if stones else None


def salt_of(con):
    """The salt of a database, made where it has none."""
    found = con.sql("SELECT \"key\" FROM tombstones WHERE kind = 'salt'").fetchall()
    if found:
        return found[0][0]
    salt = secrets.token_hex(16)
    con.execute("INSERT INTO tombstones VALUES ('salt', $salt, NULL)", {"salt": salt})
    return salt


def stone(salt, number):
    """SQL of the key of the tombstone for a number of column `account`."""
    return f"left(sha256(concat_ws(chr(31), '{salt}', account, {number})), {LENGTH})"


def add(con, kind, before, account):
    """Writes tombstones for the numbers in TEMP table _keys (number, stone), and for a moment where there is one.

    The moment holds for one account, or for all where that is None; of several the newest counts.
    """
    con.execute(
        "INSERT INTO tombstones SELECT DISTINCT $kind, k.stone, NULL::TIMESTAMPTZ FROM _keys k"
        ' ANTI JOIN tombstones t ON t.kind = $kind AND t."key" = k.stone',
        {"kind": kind},
    )
    if before:
        values = {"account": account, "before": before}
        con.execute("INSERT INTO tombstones VALUES ('before', $account, $before)", values)


def keep_out(con, form, file_id, account):
    """Takes out of a new file what was purged; the number of its records of which nothing is left.

    An order that was purged by its number never comes back. Of what was purged by its age, and of whatever else is as old, those
    orders are kept out of which nothing newer is known: a refund of today for an old order is news.
    """
    rule = rule_of(con, account)
    if rule is None:
        return 0
    belonging.make_rows(con, [form], "_file = $id", {"id": file_id})
    if rule.before:
        belonging.add_rows(con, belonging.stored(con, known_formats(con).values()))
    belonging.make_orders(con)
    _make_judged(con, rule, file_id)
    gone = con.sql("SELECT count(*) FROM (SELECT 1 FROM _judged GROUP BY record HAVING bool_and(out))").fetchall()[0][0]
    con.execute(f"DELETE FROM {table_of(form)} WHERE rowid IN (SELECT rid FROM _judged WHERE out)")
    _make_named(con, rule, form, file_id)
    put_stand_ins(con, form)
    con.execute("DROP TABLE _rows; DROP TABLE _orders; DROP TABLE _judged; DROP TABLE _named")
    return gone


def _make_judged(con, rule, file_id):
    """TEMP table _judged: rid, record and `out` of every row of a new file."""
    fallen = f"{_fallen(rule, 'order_id')} OR {_fallen(rule, 'linked')}"
    fallen += f" OR (NOT lines AND NOT known AND {_fallen(rule, 'tracking')})"
    if rule.before:
        fallen += f"""
            OR (order_id IS NOT NULL AND coalesce(told < $before, {_fallen(rule, "order_id", "aged")}))
            OR (order_id IS NULL AND dated AND coalesce(newest < $before, false) AND NOT of_kept)
            OR (order_id IS NULL AND {_fallen(rule, "linked", "aged")})
        """
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _judged AS
        SELECT rid, record, {fallen} AS out
        FROM (
            SELECT
                r.*,
                o.newest AS told,
                (r.account, r.order_id) IN (SELECT (account, order_id) FROM main.order_lines) AS known,
                EXISTS (
                    FROM main.parcels p
                    WHERE p.account = r.account AND p.tracking = r.tracking AND p.order_id IS NOT NULL
                ) AS of_kept
            FROM (SELECT * FROM _rows WHERE _file = $id) r
            LEFT JOIN _orders o ON o.account = r.account AND o.order_id = r.order_id
        )
        """,
        {"id": file_id, **({"before": rule.before} if rule.before else {})},
    )


def _fallen(rule, number, kind="order"):
    """SQL condition that a number has a tombstone."""
    return f"""coalesce({stone(rule.salt, number)} IN (SELECT "key" FROM tombstones WHERE kind = '{kind}'), false)"""


def _make_named(con, rule, form, file_id):
    """TEMP table _named (number, stand_in): purged numbers that stand in rows of a new file which are about something else."""
    told = " UNION ".join(_numbers(form))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _named AS
        SELECT number, {stand_in("stone")} AS stand_in
        FROM (
            SELECT number, {stone(rule.salt, "number")} AS stone
            FROM ({told})
            WHERE length(number) >= {SHORTEST} AND _file = $id
        )
        WHERE stone IN (SELECT "key" FROM tombstones) AND number NOT IN (
            SELECT live
            FROM (
                SELECT unnest([order_id, tracking, linked]) AS live
                FROM _rows r
                SEMI JOIN _judged j ON j.rid = r.rid AND NOT j.out
                WHERE r._file = $id
            )
            WHERE live IS NOT NULL
        )
        """,
        {"id": file_id},
    )


def _numbers(form):
    """SQL per column of what may be numbers in it."""
    yield "SELECT NULL::VARCHAR AS account, NULL::VARCHAR AS number, NULL::INTEGER AS _file"
    for column in form.kept:
        if column.type in NUMBERS + WORDS:
            name = f'o."{column.name}"'
            number = name if column.type in NUMBERS else f"unnest(regexp_extract_all({name}, '{TOKEN}'))"
            yield f"SELECT l.account, {number} AS number, o._file FROM {table_of(form)} o JOIN loads l ON l.file_id = o._file"


def stand_in(tombstone):
    """SQL of what stands in the place of a purged number."""
    return f"'removed-' || left({tombstone}, 12)"


def put_stand_ins(con, form):
    """Puts the stand-ins of TEMP table _named in the place of their numbers, in all rows of a format that are left."""
    if con.sql("SELECT 1 FROM _named LIMIT 1").fetchall():
        for column in form.kept:
            if column.type in NUMBERS:
                _replace_whole(con, table_of(form), column.name)
            elif column.type in WORDS:
                replace_within(con, table_of(form), column.name)


def _replace_whole(con, table, column):
    con.execute(f'UPDATE {table} SET "{column}" = n.stand_in FROM _named n WHERE {table}."{column}" = n.number')


def replace_within(con, table, column):
    """Replaces numbers within words, one per text and turn, until none is left."""
    for _ in range(MOST):
        con.execute(f"""
            UPDATE {table}
            SET "{column}" = replace({table}."{column}", f.number, f.stand_in)
            FROM (
                SELECT t.rid, min(n.number) AS number, arg_min(n.stand_in, n.number) AS stand_in
                FROM (SELECT rowid AS rid, unnest(regexp_extract_all("{column}", '{TOKEN}')) AS number FROM {table}) t
                JOIN _named n ON n.number = t.number
                GROUP BY t.rid
            ) f
            WHERE {table}.rowid = f.rid
        """)
        if not con.sql(f"""
            SELECT 1 FROM (SELECT unnest(regexp_extract_all("{column}", '{TOKEN}')) AS number FROM {table}) SEMI JOIN _named
            USING (number) LIMIT 1
        """).fetchall():
            return
