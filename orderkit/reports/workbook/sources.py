"""Which files the numbers of a report rest on: rows, sums and lines set aside, as the ledger of loads has them."""

import json
from decimal import Decimal

import pandas as pd

from orderkit.formats import formats
from orderkit.store import reason_words

MOST_LINES = 10_000  # lines set aside that a sheet lists
FILES = ["file", "export", "account", "covers_from", "covers_to", "lines", "loaded", "duplicates", "superseded", "quarantined"]


def sources(con):
    """The frames of the sheet Sources from a database: files, sums and set_aside (the first 10,000 lines).

    files: a row per loaded file, with the UTC days that it covers; lines = loaded + duplicates + superseded + quarantined.
    sums: a row per file and currency with the exact sum that the ledger keeps, of files that have one.
    set_aside: file, line, column and why, in the order of files and lines.
    """
    rows = con.sql("SELECT * FROM loads ORDER BY file_id")
    loads = [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]
    sums = [
        {"file": load["file"], "currency": currency, "amount": Decimal(amount)}
        for load in loads
        for currency, amount in sorted(json.loads(load["money"] or "{}").items())
    ]
    files = pd.DataFrame([_file(load) for load in loads], columns=FILES)
    return {"files": files, "sums": pd.DataFrame(sums, columns=["file", "currency", "amount"]), "set_aside": _set_aside(con)}


def _file(load):
    known = formats().get(load["format"])
    days = {key: None if load[key] is None else load[key].date() for key in ("covers_from", "covers_to")}
    return {**load, **days, "export": known.title if known else load["format"]}


def _set_aside(con):
    found = con.sql(
        'SELECT l.file, r.line, r."column", r.reason FROM rejects r JOIN loads l ON l.file_id = r.file_id'
        f" ORDER BY l.file_id, r.line LIMIT {MOST_LINES}"
    ).fetchall()
    words = reason_words()
    told = [(file, line, column, words[reason]) for file, line, column, reason in found]
    return pd.DataFrame(told, columns=["file", "line", "column", "why"])
