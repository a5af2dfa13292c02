"""Proves that a rewritten database lost nothing but what it should, and that nothing of that is left in it.

Deleted values stay in a database file until its blocks are written anew, and compression hides them from a search of the bytes.
So the proof searches the columns of the rewritten file, its bytes, and the bytes of an uncompressed copy made for it. What a
file system, a backup or an open notebook keeps of the old file is outside of it.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from orderkit.store.tombstones import SHORTEST, TOKEN

CHUNK = 4 << 20
SURE = 15  # bytes from which a number of digits alone cannot stand in other bytes by chance
SURE_MARKED = 12  # the same for one with letters or hyphens
ONE, OTHER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)  # odd numbers that scatter well
SLOTS = 20  # bits
SHAPE = """
    SELECT 'table' AS what, table_name AS name, NULL AS part, comment, sql
    FROM duckdb_tables() WHERE database_name = $db AND NOT temporary
    UNION ALL
    SELECT 'column', table_name, column_name, comment, concat_ws(' ', column_index, data_type, column_default, is_nullable)
    FROM duckdb_columns() WHERE database_name = $db AND NOT internal
    UNION ALL
    SELECT 'sequence', sequence_name, NULL, comment, sql FROM duckdb_sequences() WHERE database_name = $db AND NOT temporary
    UNION ALL
    SELECT 'constraint', table_name, constraint_text, NULL, NULL FROM duckdb_constraints() WHERE database_name = $db
    UNION ALL
    SELECT 'index', index_name, table_name, comment, sql FROM duckdb_indexes() WHERE database_name = $db
    UNION ALL
    SELECT 'view', view_name, NULL, comment, sql
    FROM duckdb_views() WHERE database_name = $db AND NOT internal AND NOT temporary
    ORDER BY ALL
"""


@dataclass(frozen=True)
class Proof:
    """What was searched and found. `short`: numbers too short to be told from others in bytes, searched as order numbers only."""

    numbers: int
    short: int
    columns: int
    bytes: int
    finds: int

    def to_json(self):
        """The figures as a dict."""
        return asdict(self)


def shape(con, database):
    """Everything but the rows of a database: tables, columns, comments, defaults, constraints, sequences."""
    return con.sql(SHAPE, params={"db": database}).fetchall()


def in_columns(con):
    """(columns searched, finds) of the numbers in TEMP table _keys, in every column of text of every table.

    A number is found where it is the whole value or stands within it between other characters; a short one only where the column
    holds order numbers.
    """
    columns = con.sql(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE data_type = 'VARCHAR' AND database_name = current_database()"
    ).fetchall()
    finds = sum(con.sql(_search(table, column)).fetchall()[0][0] for table, column in columns)
    return len(columns), finds


def _search(table, column):
    parts = f"""unnest(list_append(regexp_extract_all("{column}", '{TOKEN}'), "{column}"))"""
    short = "" if column == "order_id" else f"WHERE length(number) >= {SHORTEST}"
    return f"""
        SELECT count(*)
        FROM (SELECT {parts} AS part FROM main."{table}")
        SEMI JOIN (SELECT number FROM _keys {short}) ON number = part
    """


def searchable(numbers):
    """The numbers, as bytes, that cannot stand in a file by chance."""
    encoded = (number.encode() for number in numbers)
    return {key for key in encoded if len(key) >= (SURE if key.isdigit() else SURE_MARKED)}


def in_bytes(path, keys):
    """Those of the keys (bytes, at least 8 each) that stand anywhere in a file.

    Each place is compared by its first and last eight bytes, all places of a chunk at once, so that the time does not depend on
    how many keys there are.
    """
    tables = [_table(length, [key for key in keys if len(key) == length]) for length in sorted({len(key) for key in keys})]
    longest, found, tail = max((len(key) for key in keys), default=8), set(), b""
    with Path(path).open("rb") as raw:
        while chunk := raw.read(CHUNK):
            data = tail + chunk
            for table in tables:
                found |= _hits(data, keys, *table)
            tail = data[-(longest - 1) :]
    return found


def _table(length, keys):
    """(length, mixed values of the keys in order, which slots they fall into)."""
    first, last = (
        np.frombuffer(b"".join(ends), dtype="<u8") for ends in zip(*((key[:8], key[-8:]) for key in keys), strict=True)
    )
    mixed = np.sort(_mixed(first, last))
    slots = np.zeros(1 << SLOTS, dtype=bool)
    slots[mixed >> np.uint64(64 - SLOTS)] = True
    return length, mixed, slots


def _eights(data):
    """The eight bytes from each place on, as numbers."""
    return np.ndarray((len(data) - 7,), dtype="<u8", buffer=data, strides=(1,))


def _mixed(first, last):
    return first * ONE + last * OTHER


def _hits(data, keys, length, mixed, slots):
    if len(data) < length:
        return set()
    eights = _eights(data)
    places = len(data) - length + 1
    here = _mixed(eights[:places], eights[length - 8 : length - 8 + places])
    near = np.flatnonzero(slots[here >> np.uint64(64 - SLOTS)])
    same = mixed[np.searchsorted(mixed, here[near]).clip(max=len(mixed) - 1)] == here[near]
    return {data[at : at + length] for at in near[same].tolist()} & keys
