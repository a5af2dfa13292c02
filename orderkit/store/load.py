"""Loads files: recognise, read, set bad lines aside, settle fates, rebuild the orders touched. Each file is one transaction."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

from orderkit.errors import BadValue, FileRefused
from orderkit.formats import nearest, recognise
from orderkit.store import canonical, database, door, observations, records
from orderkit.store.reasons import reason_words

UNREADABLE = "cannot be cut into lines (one of over 16 MB, or control characters). Download it again; nothing of it was loaded."
OWN_FILES = {".duckdb", ".wal", ".html", ".py", ".ipynb"}  # not worth a word when a folder is read


@dataclass
class FileResult:
    """What became of one file: lines = loaded + duplicates + superseded + quarantined; money sums item_price of the loaded."""

    file: str
    format: str | None
    state: str  # loaded | unchanged | skipped | refused
    lines: int = 0
    loaded: int = 0
    duplicates: int = 0
    superseded: int = 0
    quarantined: int = 0
    quarantined_lines: list = field(default_factory=list)
    money: dict = field(default_factory=dict)
    reason: str | None = None
    why: list = field(default_factory=list)  # (line, column, reason code, shape) of the first lines set aside
    unknown_columns: list = field(default_factory=list)


@dataclass
class LoadResult:
    """What became of all files of one call, in the order in which they were read."""

    files: list
    db: str

    def to_json(self):
        """The contract of `orderkit load --json` as a dict; money as text, absent where a format has none."""
        files = []
        for result in self.files:
            said = asdict(result)
            for key in ("why", "unknown_columns"):
                said.pop(key)
            said["money"] = {currency: str(amount) for currency, amount in result.money.items()}
            if not said["money"]:
                said.pop("money")
            files.append(said)
        return {"files": files}

    @property
    def exit_code(self):
        """3 where a file was refused, 1 where lines were set aside, else 0."""
        if any(result.state == "refused" for result in self.files):
            return 3
        return 1 if any(result.quarantined for result in self.files) else 0

    def __repr__(self):
        return "\n".join(_words(result) for result in self.files)


def _words(result):
    if result.state in ("skipped", "refused"):
        return f"{result.file}: {result.state}: {result.reason}"
    if result.state == "unchanged":
        return f"{result.file}: unchanged, loaded before ({result.format}, {result.lines:,} lines)"
    parts = [f"{result.loaded:,} new"]
    parts += [f"{count:,} {word}" for word, count in (
        ("known before", result.duplicates), ("older than what is known", result.superseded), ("set aside", result.quarantined)
    ) if count]  # fmt: skip
    money = "".join(f", {currency} {amount:,.2f}" for currency, amount in result.money.items())
    text = f"{result.file}: {result.format}, {result.lines:,} lines: {', '.join(parts)}{money}"
    for line, column, reason, shape in result.why:
        where = f"line {line}, column {column}" if column else f"line {line}"
        text += f"\n  {where}: {reason_words()[reason]}" + (f" (looks like {shape})" if shape else "")
    if result.quarantined > len(result.why):
        text += f"\n  and {result.quarantined - len(result.why):,} more lines set aside"
    if result.unknown_columns:
        text += f"\n  columns not known to orderkit, not read: {', '.join(result.unknown_columns)}"
    return text


def load(paths, *, db="orderkit.duckdb", account="main", progress=None):
    """Loads export files, or all exports of folders, into a database; gives a LoadResult.

    A file named by the caller that is no known export is refused; in a folder such files are skipped and listed. `account` is
    part of every key: name it where one database holds several seller accounts. `progress(text)` is told of each file.

    Bad lines never raise: they are set aside. BadValue is raised for a path that does not exist or an empty folder,
    DatabaseLocked where another program holds the database.
    """
    found = list(_expand(paths))
    with database.writer(db) as con:
        results = []
        for at, (path, named) in enumerate(found, 1):
            if progress:
                progress(f"{at} of {len(found)}: {path.name}")
            results.append(_load_one(con, path, named, account))
        if any(result.state == "loaded" for result in results):
            con.execute("CHECKPOINT")
    return LoadResult(results, str(db))


def _expand(paths):
    """(path, named by the caller) of every file; folders are read through, hidden files and orderkit's own passed over."""
    for path in map(Path, [paths] if isinstance(paths, (str, Path)) else paths):
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if p.is_file() and not _passed_over(p, path)]
            if not inside:
                raise BadValue(f"{path} holds no files. Put the exports of your marketplace there (orderkit formats lists them).")
            yield from ((p, False) for p in inside)
        elif path.exists():
            yield path, True
        else:
            raise BadValue(f"There is no file or folder {path}.")


def _passed_over(path, folder):
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return hidden or path.suffix.lower() in OWN_FILES


def _load_one(con, path, named, account):
    try:
        match = _recognised(path)
        return _load_recognised(con, path, match, account)
    except _NotAnExport as problem:
        return FileResult(path.name, None, "refused" if named else "skipped", reason=problem.reason)
    except FileRefused as problem:
        return FileResult(path.name, problem.nearest, "refused", reason=problem.reason)
    except OSError as problem:
        return FileResult(path.name, None, "refused", reason=f"cannot be read ({problem.strerror}).")


class _NotAnExport(FileRefused):
    pass


def _recognised(path):
    line = door.first_line(path)
    match = recognise(line)
    if match is None:
        raise _no_export(path, nearest(line))
    form = match.format
    if match.missing:
        lacks = f"looks like {form.title}, but line 1 lacks {', '.join(match.missing)}. Download it again with all columns."
        raise FileRefused(path, lacks, nearest=form.name, missing=match.missing)
    names = [column.name for column in match.columns if column]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        doubled = f"has the column {twice[0]} twice on line 1; which one counts cannot be told."
        raise FileRefused(path, doubled, nearest=form.name)
    return match


def _no_export(path, close):
    """The refusal of a file that is no known export; `close` is the Match that comes closest, or None."""
    if close is None:
        hint = "No known export is close to it; orderkit formats lists those that are known."
        return _NotAnExport(path, f"is no known export. {hint}")
    hint = f"The nearest is {close.format.title} ({close.format.name}), which it lacks: {', '.join(close.missing)}."
    return _NotAnExport(path, f"is no known export. {hint}", nearest=close.format.name, missing=close.missing)


def _load_recognised(con, path, match, account):
    known = con.sql(
        "SELECT sha256, file_id, format, lines, quarantined FROM loads WHERE account = $account AND (bytes = $size OR $packed)",
        params={"account": account, "size": path.stat().st_size, "packed": door.is_gzip(path)},
    ).fetchall()
    content = door.scan(path) if known else None
    for sha256, *before in known:
        if content.sha256 == sha256:
            return _unchanged(con, path, *before)
    observations.ensure(con, match.format)
    try:
        return _in_one_transaction(con, path, match, account, _fast, content)
    except records.Doubt:
        return _in_one_transaction(con, path, match, account, _scan, content)


def _unchanged(con, path, file_id, name, lines, aside):
    """The same content was loaded before: every record is a duplicate, but for those that were set aside then."""
    rejects = con.sql("SELECT line FROM rejects WHERE file_id = $id ORDER BY line", params={"id": file_id}).fetchall()
    return FileResult(
        path.name,
        name,
        "unchanged",
        lines,
        duplicates=lines - aside,
        quarantined=aside,
        quarantined_lines=[line for (line,) in rejects],
    )


def _in_one_transaction(con, path, match, account, read, content):
    """Loads a file wholly or not at all; `read` is _fast or _scan."""
    con.execute("BEGIN")
    try:
        file_id = _enter(con, path, match, account)
        content, count, aside = read(con, path, match, content, file_id)
        fates = observations.settle(con, match.format, file_id, account)
        if count != fates.loaded + fates.duplicates + fates.superseded + aside:
            wrong = f"its {count} records do not add up to their fates, so nothing was loaded; report this to orderkit."
            raise FileRefused(path, wrong)
        _close_ledger(con, file_id, content, count, aside, fates, match)
        canonical.rebuild(con, file_id, match.format)
        rejects = con.sql(
            'SELECT line, "column", reason, shape FROM rejects WHERE file_id = $id ORDER BY line',
            params={"id": file_id},
        ).fetchall()
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    return FileResult(
        path.name, match.format.name, "loaded", count, fates.loaded, fates.duplicates, fates.superseded, aside,
        [row[0] for row in rejects], fates.money, None, rejects[:5], match.unknown,
    )  # fmt: skip


def _fast(con, path, match, content, file_id):
    """(content, records, 0 set aside): the parallel reader, with a thread beside it that checks every byte."""
    guess = content or door.peek(path)
    if not guess.clean:
        raise records.Doubt
    with ThreadPoolExecutor(1) as pool:
        scanning = pool.submit(door.scan, path) if content is None else None
        count = records.fast_pass(con, path, match, guess, observations.table_of(match.format), file_id)
        content = scanning.result() if scanning else content
    if not content.clean or content.crlf != guess.crlf or count != content.lines - 1:
        raise records.Doubt
    return content, count, 0


def _scan(con, path, match, content, file_id):
    """(content, records, set aside): whole lines in order, so that whatever is wrong can be named."""
    content = content or door.scan(path)
    table = observations.table_of(match.format)
    with door.readable(path, content) as clean:
        try:
            count, aside = records.record_scan(con, clean, match, table, file_id, gzip=content.packed, damaged=content.damaged)
        except (duckdb.InvalidInputException, duckdb.ConversionException):  # their text may echo a raw line: it ends here
            raise FileRefused(path, UNREADABLE, nearest=match.format.name) from None
    return content, count, aside


def _enter(con, path, match, account):
    file_id = con.sql("SELECT nextval('file_ids')").fetchall()[0][0]
    con.execute(
        "INSERT INTO loads (file_id, account, file, sha256, format) VALUES ($id, $account, $file, '', $format)",
        {"id": file_id, "account": account, "file": path.name, "format": match.format.name},
    )
    return file_id


def _close_ledger(con, file_id, content, count, aside, fates, match):
    con.execute(
        """
        UPDATE loads
        SET sha256 = $sha256, bytes = $bytes, encoding = $encoding, loaded_at = $now,
            lines = $lines, loaded = $loaded, duplicates = $duplicates, superseded = $superseded, quarantined = $quarantined,
            money = $money, unknown_columns = $unknown
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
            "id": file_id,
        },
    )
