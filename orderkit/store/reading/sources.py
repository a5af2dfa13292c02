"""From a member of whatever container to delimited text with a known header: what the two passes of records.py can read.

Text stays where it is. A sheet, a columnar file or a tree is written once as CSV into the private folder of the load, kept
columns only and one line per row, so that a line number is the row's number.
"""

import csv
import re
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from orderkit.errors import FileRefused
from orderkit.formats import WITHIN, Column, Match, find_header, nearest
from orderkit.store.unpack import cells, containers, door, trees
from orderkit.store.values import numbers

TREE_COLUMNS = (Column("_record", "_record", "integer"), Column("_kind", "_kind", "text"))


class NotAnExport(FileRefused):
    """A readable file that is no known export: in a folder it is passed over."""


@dataclass(frozen=True)
class Source:
    """A file that can be read: its name in results, where its text lies, what its header says."""

    name: str
    path: Path
    match: Match
    native: bool = False  # days and moments are ISO text, because a sheet or a columnar file typed them
    digest: str | None = None  # of the member's own bytes, where the text at `path` is not those


def source_of(member, folder, known):
    """The Source of a member; FileRefused (NotAnExport) says why there is none."""
    if member.kind == "text":
        return Source(member.name, member.path, _of_text(member, known))
    if member.kind in ("json", "xml"):
        return _of_tree(member, folder, known)
    return _of_rows(member, folder, known)


def digest_of(member):
    """The hash of a member that is no plain text: of its bytes and the sheet in it."""
    return door.digest(member.path, member.sheet or "")


def _of_text(member, known):
    lines = door.first_lines(member.path, WITHIN)
    match = find_header(lines, known)
    if match is None:
        first = next((line for line in lines if line.strip()), None)
        raise _no_export(member.name, nearest(first, known) if first else None)
    _check(member.name, match, lines[: match.line - 1])
    return _with_currency(match, lines[: match.line - 1])


def _of_rows(member, folder, known):
    rows = containers.sheet_rows(member) if member.kind == "sheet" else containers.parquet_rows(member)
    head = list(islice(rows, WITHIN))
    lines = [_joined(row) for row in head]
    match = find_header(lines, known)
    if match is None:
        first = next((line for line in lines if line.strip('," ')), None)
        raise _no_export(member.name, nearest(first, known) if first else None)
    _check(member.name, match, lines[: match.line - 1])
    match = _with_currency(match, lines[: match.line - 1])
    text = Path(folder) / "rows.csv"
    _write_rows(chain(head, rows), match, text)
    return Source(member.name, text, match, native=True, digest=digest_of(member))


def _joined(row):
    """Cells as a line of CSV; comma and quotes are those of the file that `_write_rows` writes."""
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in row)


IDS = ("id", "order_id", "order_ref", "asin")
TAKEN_FOR_A_DATE = "#VALUE!"  # an id such as 3-2026 or MAR1 that is a date now: told as the errors of spreadsheet programs are


def _write_rows(rows, match, text):
    """Writes cells of kept columns and the length of every row; what stands beyond the header's width stays to be found wrong."""
    width = len(match.columns)
    with text.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, row in enumerate(rows, 1):
            if number == match.line:
                writer.writerow(match.headers)
            elif number < match.line or not any(cell.strip() for cell in row):
                out.write("\n")
            else:
                kept = [_kept(cell, column) for cell, column in zip(row, match.columns, strict=False)]
                writer.writerow(kept + [""] * (width - len(kept)) + ["x" for cell in row[width:] if cell.strip()])


def _kept(cell, column):
    """What of a cell may be written: nothing of a column that is not kept, of a postcode its beginning."""
    if column is None or not column.kept:
        return ""
    if isinstance(cell, cells.Dated) and column.type in IDS:
        return TAKEN_FOR_A_DATE
    whole = column.type != "region" or cell.lstrip().startswith("#")  # an error of the spreadsheet is to be seen as one
    return cell if whole else trees.region(cell)


def _of_tree(member, folder, known):
    trees_known = [form for form in known.values() if form.tree]
    form = trees.recognise_tree(member.path, member.kind, trees_known)
    if form is None:
        raise _no_export(member.name, None, of_table=False)
    text = Path(folder) / "rows.csv"
    trees.flatten(member.path, member.kind, form, text)
    columns = [*TREE_COLUMNS, *form.read]
    match = Match(form, ",", [column.header for column in columns], columns, [], [])
    return Source(member.name, text, match, digest=digest_of(member))


def _check(name, match, above):
    form = match.format
    if match.missing:
        lacks = f"looks like {form.title}, but line {match.line} lacks {', '.join(match.missing)}."
        lacks += " Download it again with all columns."
        raise FileRefused(name, lacks, nearest=form.name, missing=match.missing)
    if nameless := _nameless(match):
        blank = f"has no name over column {nameless} on line {match.line}: what stands there cannot be told. Download it again."
        raise FileRefused(name, blank, nearest=form.name)
    if match.twice:
        doubled = f"has the column {match.twice[0]} twice on line {match.line}; which one counts cannot be told."
        raise FileRefused(name, doubled, nearest=form.name)
    if not form.preamble and any(len(filled(line, match.delimiter)) > len(match.headers) / 2 for line in above):
        moved = f"has its header on line {match.line}, with other rows above it. Put the header first, or download it again."
        raise FileRefused(name, moved, nearest=form.name)


def _nameless(match):
    """The number of the first column without a name that has a named one on both sides; None where there is none."""
    named = [at for at, header in enumerate(match.headers) if header.strip()]
    return next((at + 1 for at in range(named[0], named[-1]) if not match.headers[at].strip()), None)


def _with_currency(match, above):
    """The match with the currency of the whole file, where the lines above the header name just one."""
    name = match.format.preamble_currency
    found = {word for line in above for word in re.findall(rf"\b{numbers.CURRENCIES}\b", line)}
    if not name or len(found) != 1 or any(column and column.name == name for column in match.columns):
        return match
    return replace(match, constants={name: found.pop()})


def filled(line, delimiter):
    """The fields of a line that hold something."""
    return [field for field in line.split(delimiter) if field.strip(' "\r')]


def _no_export(name, close, *, of_table=True):
    """The refusal of a file that is no known export, with the ways out; `close` is the Match that comes closest, or None."""
    own = "orderkit map FILE makes one of a file of your own" + ("" if of_table else ", once it is saved as a table")
    if close is None:
        hint = f"No known export is close to it; orderkit formats lists those that are known, {own}."
        return NotAnExport(name, f"is no known export. {hint}")
    hint = f"The nearest is {close.format.title} ({close.format.name}), of which it lacks: {', '.join(close.missing)}."
    hint += f" If it is that one, download it again with all columns; {own}."
    return NotAnExport(name, f"is no known export. {hint}", nearest=close.format.name, missing=close.missing)


def with_digest(source, content):
    """The content of a source under the hash of the file it came from."""
    return replace(content, sha256=source.digest) if source.digest else content
