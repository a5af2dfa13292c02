"""What a database holds, and what it must hold after a blow."""

import duckdb

from orderkit import store
from orderkit.errors import OrderkitError

from .child import FILES

FAILURES = ("unopenable", "torn", "lost", "not_converged", "litter")


def dump(path):
    """Every table of a database as (name, rows, a sum over the hashes of all rows), but for numbers and moments of loading."""
    con = store.reader(path)
    try:
        names = [row[0] for row in con.sql("SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1").fetchall()]
        told = "SELECT COLUMNS(c -> c NOT IN ('_file', 'file_id', 'loaded_at'))"
        sums = "SELECT count(*), sum(hash(t)::HUGEINT)"
        return tuple((name, *con.sql(f'{sums} FROM ({told} FROM "{name}") t').fetchall()[0]) for name in names)
    finally:
        con.close()


def torn(path):
    """How many files of the ledger do not add up, or have another number of stored rows than the ledger says."""
    con = store.reader(path)
    try:
        fates = "loaded + duplicates + superseded + quarantined"
        wrong = con.sql(f"SELECT count(*) FROM loads WHERE lines <> {fates}").fetchall()[0][0]
        for form, file_id, rows in con.sql("SELECT format, file_id, loaded + superseded FROM loads").fetchall():
            stored = con.sql(f"SELECT count(*) FROM obs_{form} WHERE _file = $id", params={"id": file_id}).fetchall()[0][0]
            wrong += stored != rows
        return wrong
    finally:
        con.close()


def states(db, files, first=None):
    """What a database is before and after each of the files, loaded unbroken."""
    if first:
        store.load(first, db=db)
    found = [dump(db) if first else None]
    for file in files:
        store.load(file, db=db)
        found.append(dump(db))
    return found


def judge(db, known, said):
    """What a blow did to a database, and whether loading again mends it. `said`: files the process had reported as loaded."""
    result = {"state": None, "unopenable": 0, "torn": 0, "lost": 0, "not_converged": 0, "litter": 0}
    try:
        now = dump(db) if db.exists() else None
        result["torn"] = int(now not in known or (now is not None and torn(db) > 0))
        result["state"] = known.index(now) if now in known else None
        result["lost"] = int(now in known and known.index(now) < said)
    except (OrderkitError, duckdb.Error):
        result["unopenable"] = 1
    try:
        store.load(FILES, db=db)
        result["not_converged"] = int(dump(db) != known[-1])
    except (OrderkitError, duckdb.Error):
        result["not_converged"] = 1
    result["litter"] = int({file.name for file in db.parent.iterdir()} != {db.name})
    return result
