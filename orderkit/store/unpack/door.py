"""Bytes at the door: what a file is made of, before anything is read from it.

One pass over the bytes gives hash, size, line ends and encoding. A file that DuckDB can read as it is stays where it is; any
other is written once more as clean UTF-8 into a private folder that is removed when the load ends.
"""

import codecs
import hashlib
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orderkit.errors import FileRefused
from orderkit.store.unpack import letters
from orderkit.store.unpack.containers import gunzip, sniff_utf16

CHUNK = 1 << 20
NUL_MARK = "\u2400"  # stands for a NUL (or 0x01) byte in the clean copy, so that the record scan can name the line
CONTROLS = bytes({*range(32), 127} - {9, 10, 13})
MARK = "\ufffd".encode()
LAST = 8192  # bytes that are kept of the end of a file
UTF7 = re.compile(rb"\+(?:I[BCK][A-Za-z0-9+/]|A[KLMNOP][A-Za-z0-9+/])(?![A-Za-z0-9+/])")  # what it writes for common letters
LINE_BY_LINE = (letters.WESTERN, letters.JAPANESE, letters.JAPANESE_UNIX, letters.NOT_KNOWN, letters.DAMAGED, letters.TWICE)


@dataclass(frozen=True)
class Content:
    """What one pass over the bytes told. `lines` counts line ends, and a last line without one."""

    sha256: str
    bytes: int
    lines: int
    encoding: str
    crlf: bool
    clean: bool  # DuckDB can read the file as it is
    gzip: bool = False
    controls: bool = False  # holds control characters other than tab and line ends
    marked: bool = False  # holds U+FFFD: some program before us could not read a letter
    last: bytes = b""  # the last line, where it has no line end: it may be cut off

    @property
    def damaged(self):
        """Whether marks (U+FFFD) stand where letters were, or will when the file is decoded."""
        return self.marked or self.encoding in (letters.DAMAGED, letters.NOT_KNOWN)

    @property
    def packed(self):
        """Whether what `readable` gives is still gzip."""
        return self.gzip and self.clean


def is_gzip(path):
    """Whether the file is gzip by its first bytes, whatever its name says."""
    with Path(path).open("rb") as raw:
        return raw.read(2) == b"\x1f\x8b"


@contextmanager
def opened(path):
    """The content of a file as a binary stream, unpacked where it is gzip; damage to the packing is a FileRefused."""
    with gunzip(path) if is_gzip(path) else Path(path).open("rb") as stream:
        yield stream


def first_lines(path, count):
    """The first lines of a file as text, without their line ends; encoding by the same rules as the whole file."""
    with opened(path) as stream:
        head = stream.read(256 * 1024)
    text = _head_text(head)
    text = text.replace("\r\n", "\n") if "\n" in text else text.replace("\r", "\n")
    return text.split("\n", count)[:count]


def _head_text(head):
    if wide := _wide(head):
        return head[: len(head) // 2 * 2].decode(wide, "replace")
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(head)  # incremental: the head may end inside a letter
    except UnicodeDecodeError:
        pass
    lines, judge = head.splitlines(keepends=True), letters.Judge()
    for line in lines:
        judge.take(line)
    encoding = judge.verdict()
    return "".join(letters.read_line(line, encoding) for line in lines).removeprefix("\ufeff")


def digest(path, salt=""):
    """The SHA-256 of a file's bytes, and of what else tells its content apart."""
    with Path(path).open("rb") as raw:
        return _hashed(raw, salt)


def content_digest(path):
    """The SHA-256 of what is in a file, unpacked where it is gzip: that of its Content."""
    with opened(path) as stream:
        return _hashed(stream)


def _hashed(stream, salt=""):
    made = hashlib.sha256(salt.encode())
    while chunk := stream.read(CHUNK):
        made.update(chunk)
    return made.hexdigest()


class _Tally:
    """Counts line ends and odd marks chunk by chunk, minding what falls between two chunks."""

    def __init__(self):
        self.lf = self.cr = self.crlf = self.nul = self.size = 0
        self.controls = False
        self.end, self.marked, self.twice, self.utf7, self.plus = b"", False, False, 0, 0

    def take(self, chunk):
        """Counts what is in a chunk; what most files do not hold is looked for only where something hints at it."""
        self.lf += chunk.count(b"\n")
        if cr := chunk.count(b"\r"):
            self.cr += cr
            self.crlf += chunk.count(b"\r\n")
        self.crlf += self.end[-1:] == b"\r" and chunk[:1] == b"\n"
        if self.controls or len(chunk.translate(None, CONTROLS)) < len(chunk):
            self.controls = True
            self.nul += chunk.count(b"\0") + chunk.count(b"\1")
        if chunk.isascii():
            self._take_plus(chunk)
        else:
            self.plus += chunk.count(b"+")
            self.marked = self.marked or MARK in self.end[-2:] + chunk
            self.twice = self.twice or b"\xc3\x83\xc2" in chunk or b"\xc3\xa2\xe2\x82\xac" in chunk
        self.size += len(chunk)
        self.end = chunk[-LAST:] if len(chunk) >= LAST else (self.end + chunk)[-LAST:]

    def _take_plus(self, chunk):
        if plus := chunk.count(b"+"):
            self.plus += plus
            self.utf7 += len(UTF7.findall(chunk)) if self.utf7 == self.plus - plus else 0

    @property
    def last(self):
        """The last line, where it has no line end; empty where it has one, or is longer than any field."""
        return b"" if self.end.endswith((b"\n", b"\r")) else self.end.splitlines()[-1] if b"\n" in self.end else b""

    def line_count(self):
        """How many lines there are."""
        return (self.lf or self.cr) + (self.size > 0 and not self.end.endswith((b"\n", b"\r")))


def scan(path):
    """Reads all bytes once: Content with hash, size, line count, encoding, and whether the file is clean UTF-8 as it stands."""
    digest, tally = hashlib.sha256(), _Tally()
    decoder, encoding = codecs.getincrementaldecoder("utf-8")(), "utf-8"
    with opened(path) as stream:
        while chunk := stream.read(CHUNK):
            if not tally.size:
                encoding = _wide(chunk) or "utf-8"
            digest.update(chunk)
            tally.take(chunk)
            encoding = _still_utf8(decoder, chunk, encoding)
        plain = _is_plain(stream)
    if encoding == "utf-8" and not _ends_well(decoder):
        encoding = "other"
    if encoding == "other":
        encoding = _legacy_encoding(path)
    elif encoding == "utf-8" and 1 < tally.utf7 == tally.plus:
        encoding = "utf-7"
    elif encoding == "utf-8" and tally.twice and all(map(letters.written_twice, _raw_lines(path))):
        encoding = letters.TWICE
    return _content(digest.hexdigest(), tally, encoding, is_gzip(path), plain)


def _is_plain(stream):
    """Whether DuckDB can unpack an opened file as far as it was read, should it be packed."""
    return getattr(stream.raw, "plain", True)


def _content(sha256, tally, encoding, gzip, plain):
    crlf = tally.crlf > 0 and tally.crlf == tally.lf == tally.cr
    clean = plain and encoding == "utf-8" and not tally.nul and (tally.cr == 0 or crlf)
    return Content(sha256, tally.size, tally.line_count(), encoding, crlf, clean, gzip, tally.controls, tally.marked, tally.last)


def _wide(head):
    """The 16-bit encoding of a file, by its byte order mark or by the NUL bytes that plain letters have in it; else None."""
    return "utf-16" if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else sniff_utf16(head)


def peek(path):
    """Content guessed from the first bytes alone, without hash: enough to begin, not to believe. Size and lines: of the head."""
    with opened(path) as stream:
        head, plain = stream.read(CHUNK), _is_plain(stream)
    tally = _Tally()
    tally.take(head)
    encoding = _still_utf8(codecs.getincrementaldecoder("utf-8")(), head, _wide(head) or "utf-8")
    half = tally.end.endswith(b"\r")  # the head may end in the middle of a CR LF
    crlf = tally.crlf > 0 and tally.crlf <= tally.cr <= tally.crlf + half and tally.crlf == tally.lf
    clean = plain and encoding == "utf-8" and not tally.nul and (tally.cr == 0 or crlf)
    return Content("", len(head), tally.lf, encoding, crlf, clean, is_gzip(path))


def _still_utf8(decoder, chunk, encoding):
    if encoding != "utf-8":
        return encoding
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return "other"
    return encoding


def _ends_well(decoder):
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _legacy_encoding(path):
    judge = letters.Judge()
    for line in _raw_lines(path):
        judge.take(line)
    return judge.verdict()


def _raw_lines(path):
    """The lines of a file as bytes with their line ends, read piece by piece."""
    held = b""
    with opened(path) as stream:
        while chunk := stream.read(CHUNK):
            *whole, held = (held + chunk).splitlines(keepends=True)
            yield from whole
    yield from held.splitlines(keepends=True)


@contextmanager
def readable(path, content, folder):
    """A path that DuckDB can read as UTF-8 with plain line ends: the file itself where it is clean, else a copy in `folder`."""
    if content.clean:
        yield Path(path)
        return
    copy = Path(folder) / "clean.txt"
    _write_clean(path, content.encoding, copy)
    try:
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def _write_clean(path, encoding, copy):
    """Writes the content as UTF-8: CR LF and lone CR line ends become LF where the file has no other, NUL becomes its mark."""
    lone_cr = not any("\n" in text for text in _decoded(path, encoding))
    with copy.open("w", encoding="utf-8", newline="") as out:
        held = ""
        for text in _decoded(path, encoding):
            held = _pass_on(held + text, out, lone_cr)
        _pass_on(held + "\n", out, lone_cr)


def _decoded(path, encoding):
    """The content as text, piece by piece."""
    if encoding in LINE_BY_LINE:
        for line in _raw_lines(path):
            yield letters.read_line(line, encoding)
        return
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)("strict")
    with opened(path) as stream:
        try:
            while chunk := stream.read(CHUNK):
                yield decoder.decode(chunk)
            yield decoder.decode(b"", final=True)
        except UnicodeDecodeError as problem:
            raise FileRefused(path, f"is cut off or damaged: it is not {encoding} to its end. Download it again.") from problem


def _pass_on(text, out, lone_cr):
    """Writes all of the text but a CR at its very end, which may be half of a CR LF; gives back what it held."""
    held = "\r" if text.endswith("\r") else ""
    text = (
        text.removesuffix("\r")
        .replace("\r\n", "\n")
        .replace("\r", "\n" if lone_cr else " ")
        .replace("\0", NUL_MARK)
        .replace("\1", NUL_MARK)
    )
    out.write(text)
    return held
