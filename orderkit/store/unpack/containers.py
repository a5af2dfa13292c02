"""What is inside a file that a seller hands over: the file itself, the members of a zip, the sheets of a workbook.

Kinds are told by bytes, never by names. Whatever cannot be read comes out as a FileRefused beside the members that can.
"""

import contextlib
import os
import re
import stat
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orderkit.errors import FileRefused
from orderkit.store.unpack import kinds, packing
from orderkit.store.unpack.kinds import NEVER_EXPORTS, sniff_utf16
from orderkit.store.unpack.packing import gunzip
from orderkit.store.unpack.parquet import parquet_rows
from orderkit.store.unpack.sheets import sheet_rows, sheets_with_rows

__all__ = ["NEVER_EXPORTS", "Member", "gunzip", "members", "parquet_rows", "sheet_rows", "sniff_utf16"]

NO_FILE = "is a pipe, a device or a folder, not a file. Load the file itself."
NESTED = "is an archive inside an archive. Unpack it and load the files in it."
NO_FILES = "is an archive without files. Download it again."
NO_ROWS = "is a workbook without rows. Download it again."
CUT_PARQUET = "is a Parquet file that is damaged or cut off. Download it again."
OFFICE = {  # a part that names the program -> the word
    "xl/workbook.bin": "is a binary workbook (.xlsb). Open it and save it as .xlsx or CSV, then load that.",
    "word/document.xml": kinds.DOCUMENT,
    "ppt/presentation.xml": kinds.DOCUMENT,
    "Index/Document.iwa": "is a Numbers, Pages or Keynote document. Export it as .xlsx or CSV, then load that.",
    "Index.zip": "is a Numbers, Pages or Keynote document. Export it as .xlsx or CSV, then load that.",
}
OPEN_DOCUMENT = "is an OpenDocument file (such as .ods). Open it and save it as .xlsx or CSV, then load that."


@dataclass(frozen=True)
class Member:
    """One table's bytes: `name` is what results show, `path` holds them, `sheet` names a workbook's sheet."""

    name: str
    path: Path
    kind: str  # text (which may still be gzip) | sheet | parquet | json | xml
    sheet: str | None = None

    def rows(self):
        """The rows of a sheet or a Parquet file as lists of text."""
        return {"sheet": sheet_rows, "parquet": parquet_rows}[self.kind](self)


def members(path, folder):
    """Every Member of a file, and a FileRefused for each that cannot be read.

    What must be unpacked goes into `folder` under names of our own, one member at a time: the file of a member is there until
    the next member is asked for. OSError is raised where the file itself cannot be opened.
    """
    path = Path(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # before it is opened: a pipe would wait for ever
            raise FileRefused(path.name, NO_FILE)
        yield from _inside(path.name, path, Path(folder))
    except FileRefused as problem:
        yield problem


def _inside(name, path, folder, unpacked=False):
    """The members of one file, which itself may have been unpacked: then it may be a workbook but no archive."""
    kind = _kind(name, path)
    if kind == "zip" and _is_workbook(name, path):
        yield from _sheets(name, path)
    elif kind in ("zip", "gzip"):
        if unpacked:
            raise FileRefused(name, NESTED)
        yield from (_zip if kind == "zip" else _gzip)(name, path, folder)
    else:
        yield Member(name, path, kind)


def _kind(name, path):
    with path.open("rb") as raw:
        head = raw.read(kinds.HEAD)
        if head.startswith(kinds.OLE):
            raise FileRefused(name, kinds.old_office(path))
        kind = _readable_kind(name, head)
        if kind == "parquet":
            raw.seek(-4, os.SEEK_END)
            if len(head) < 12 or raw.read() != b"PAR1":
                raise FileRefused(name, CUT_PARQUET)
    return kind


def _readable_kind(name, head):
    if why := kinds.refusal(head):
        raise FileRefused(name, why)
    return kinds.kind(head)


def _gzip(name, path, folder):
    """Text in a gzip file stays in it, for it is read there; all else is unpacked."""
    with packing.gunzip(path, name) as stream:
        kind = _readable_kind(name, stream.read(kinds.HEAD))
    if kind in ("gzip", "zip"):
        raise FileRefused(name, NESTED)
    if kind == "text":
        yield Member(name, path, kind)
        return
    with packing.gunzip(path, name) as stream, _own_file(folder, iter(lambda: stream.read(packing.CHUNK), b"")) as copy:
        yield from _inside(name, copy, folder, unpacked=True)


@contextmanager
def _own_file(folder, pieces):
    """A file of our own name with these bytes, there for the length of the block."""
    handle, name = tempfile.mkstemp(dir=folder, prefix="member-")
    try:
        with os.fdopen(handle, "wb") as out:
            for piece in pieces:
                out.write(piece)
        yield Path(name)
    finally:
        with contextlib.suppress(OSError):  # where another program still holds it, it goes with the folder
            Path(name).unlink()


def _is_workbook(name, path):
    """Whether a zip is a workbook; FileRefused where it is another document, a zip by its bytes and no archive to its owner."""
    with packing.archive(path, name) as opened:
        parts = {info.filename.replace("\\", "/") for info in opened.infolist()}
    if "mimetype" in parts and "content.xml" in parts:
        raise FileRefused(name, OPEN_DOCUMENT)
    if telling := parts & OFFICE.keys():
        raise FileRefused(name, OFFICE[telling.pop()])
    return "[Content_Types].xml" in parts and any(re.fullmatch(r"xl/workbook\w*\.xml", part) for part in parts)


def _sheets(name, path):
    found = sheets_with_rows(path, name)
    if not found:
        raise FileRefused(name, NO_ROWS)
    for sheet in found:
        yield Member(name if len(found) == 1 else f"{name}/{_shown(sheet)}", path, "sheet", sheet)


def _shown(text):
    """A name from inside a file as it may be shown: no control characters, no more than 100 letters."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:100]


def _zip(name, path, folder):
    with packing.archive(path, name) as opened:
        bound = packing.Bound(name, path.stat().st_size)
        infos = [info for info in opened.infolist() if not packing.passed_over(info)]
        if not infos:
            raise FileRefused(name, NO_FILES)
        for info in infos:
            yield from _zip_member(opened, info, f"{name}/{_shown(info.filename)}", folder, bound)


def _zip_member(opened, info, name, folder, bound):
    try:
        if why := packing.wrong_member(info):
            raise FileRefused(name, why)
        with packing.refusing(name), _own_file(folder, packing.read_member(opened, info, bound)) as copy:
            yield from _inside(name, copy, folder, unpacked=True)
    except FileRefused as problem:
        if problem.file == bound.name:  # the archive as a whole unpacks to too much
            raise
        yield problem
