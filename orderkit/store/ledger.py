"""The ledger: one row in `loads` per file and account, and in `rejects` one per record set aside."""

import datetime as dt
import json


def any_of_size(con, account, size, packed):
    """Whether some file of this size was loaded for an account; what is packed may be any of them."""
    found = con.sql(
        "SELECT 1 FROM loads WHERE account = $account AND (bytes = $size OR $packed) LIMIT 1",
        params={"account": account, "size": size, "packed": packed},
    ).fetchall()
    return bool(found)


def loaded_before(con, account, sha256, asked):
    """(file_id, format, lines, set aside) of the load of the same content, or None.

    One that left out what is asked for now (comments, pseudonyms of buyers) does not count: the file has more to tell.
    """
    found = con.sql(
        "SELECT file_id, format, lines, quarantined FROM loads WHERE account = $account AND sha256 = $sha256"
        " AND (comments OR NOT $comment) AND (buyers OR NOT $buyer) ORDER BY file_id",
        params={"account": account, "sha256": sha256, **asked},
    ).fetchall()
    return found[0] if found else None


def has_any(form, kind):
    """Whether a format has columns of a type."""
    return any(column.type == kind for column in form.columns.values())


def rejects(con, file_id):
    """(line, column, reason code, shape) of the records of a file that were set aside, in file order."""
    return con.sql(
        'SELECT line, "column", reason, shape FROM rejects WHERE file_id = $id ORDER BY line', params={"id": file_id}
    ).fetchall()


def enter(con, name, form, account):
    """Begins the ledger row of a file; its number."""
    file_id = con.sql("SELECT nextval('file_ids')").fetchall()[0][0]
    con.execute(
        "INSERT INTO loads (file_id, account, file, sha256, format) VALUES ($id, $account, $file, '', $format)",
        {"id": file_id, "account": account, "file": name, "format": form.name},
    )
    return file_id


def close(con, file_id, content, count, aside, fates, match, asked):
    """Fills the ledger row once every record has its fate."""
    con.execute(
        """
        UPDATE loads
        SET sha256 = $sha256, bytes = $bytes, encoding = $encoding, loaded_at = $now,
            lines = $lines, loaded = $loaded, duplicates = $duplicates, superseded = $superseded, quarantined = $quarantined,
            money = $money, unknown_columns = $unknown, comments = $comments, buyers = $buyers
        WHERE file_id = $id
        """,
        {
            "sha256": content.sha256,
            "bytes": content.bytes,
            "encoding": content.encoding,
            "now": dt.datetime.now(dt.UTC),
            "lines": count,
            "loaded": fates.loaded,
            "duplicates": fates.duplicates,
            "superseded": fates.superseded,
            "quarantined": aside,
            "money": json.dumps({currency: str(amount) for currency, amount in fates.money.items()}),
            "unknown": ", ".join(match.unknown),
            "comments": asked["comment"] or not has_any(match.format, "comment"),
            "buyers": asked["buyer"] or not has_any(match.format, "buyer"),
            "id": file_id,
        },
    )
