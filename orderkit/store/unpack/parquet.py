"""The rows of a Parquet file as text: what a CSV of it would hold, with ISO dates and plain numbers."""

import re

import duckdb

from orderkit.errors import FileRefused
from orderkit.store.unpack import cells, packing

DAMAGED = "is a Parquet file that is damaged or cut off. Download it again."
TOO_LARGE = "is a Parquet file with more columns, rows or text in a cell than any export has; nothing of it was read."
COLUMNS, LONGEST, BATCH = 1_000, 1_000_000, 5_000
SETTINGS = {  # small, and never writes to disk
    "memory_limit": "500MB",
    "threads": 2,
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def parquet_rows(member):
    """The rows of a Parquet file as lists of text, the first of them its column names.

    A moment with a zone ends in Z, one without has none and is a day alone at midnight; nested values are the engine's text.
    """
    bound = packing.Bound(member.name, member.path.stat().st_size)
    try:
        with duckdb.connect(config=SETTINGS) as con:
            for row in _rows(con, member, bound):
                bound.add(sum(map(len, row)) + len(row))
                yield row
    except duckdb.Error:  # its text may echo a value: it ends here
        raise FileRefused(member.name, DAMAGED) from None


def _rows(con, member, bound):
    file = "'" + re.sub(r"([*?\[])", r"[\1]", str(member.path.absolute())).replace("'", "''") + "'"
    source = f"read_parquet({file}, hive_partitioning=false)"
    columns = con.sql(f"SELECT column_name, column_type FROM (DESCRIBE FROM {source})").fetchall()
    count = con.sql(f"SELECT sum(num_rows) FROM parquet_file_metadata({file})").fetchall()[0][0]
    if len(columns) > COLUMNS or len(columns) * count > bound.most:
        raise FileRefused(member.name, TOO_LARGE)
    nested = next((name for name, kind in columns if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))), None)
    if nested is not None:
        lists = f"holds lists or structures in the column {cells.one_line(nested)}. Save one value per cell."
        raise FileRefused(member.name, lists)
    yield [cells.one_line(name) for name, _ in columns]
    as_text = [_as_text(kind) for _, kind in columns]
    texts = ", ".join(f"{sql.format(_quoted(name))}" for (name, _), (sql, _) in zip(columns, as_text, strict=True))
    found = con.execute(f"SELECT {texts} FROM {source}")
    while batch := found.fetchmany(BATCH):
        for row in batch:
            yield [
                "" if value is None else finish(value) if finish else value
                for value, (_, finish) in zip(row, as_text, strict=True)
            ]


def _quoted(name):
    return '"' + name.replace('"', '""') + '"'


def _as_text(kind):
    """SQL of a column's text with {} for the column, and the function that finishes it (None: it is done)."""
    if kind.startswith("TIMESTAMP"):
        zone = "ZONE" in kind
        moment = "make_timestamp(epoch_us({}))" if zone else "CAST({} AS TIMESTAMP)"
        text = f"replace(CAST({moment} AS VARCHAR), ' ', 'T')"
        return (f"{text} || 'Z'", None) if zone else (text, cells.iso)
    if kind == "FLOAT":  # beyond 24 bits whole numbers are rounded: the exponent stays, so that an id is seen to be damaged
        exact = "CASE WHEN abs({0}) < 16777216 THEN CAST({0} AS VARCHAR) ELSE format('{{:e}}', {0}) END"
        return f"CASE WHEN NOT isnan({{0}}) THEN {exact} END", None
    if kind == "DOUBLE":
        return "CASE WHEN NOT isnan({0}) THEN CAST({0} AS VARCHAR) END", cells.plain
    if kind == "BOOLEAN":
        return "upper(CAST({} AS VARCHAR))", None
    if kind == "DATE" or kind.startswith("DECIMAL") or kind.endswith("INT") or kind.endswith("INTEGER"):
        return "CAST({} AS VARCHAR)", None
    text = "coalesce(TRY(decode({0})), CAST({0} AS VARCHAR))" if kind == "BLOB" else "CAST({0} AS VARCHAR)"
    return f"CASE WHEN strlen({text}) > {LONGEST} THEN error('too long') ELSE {text} END", cells.one_line
