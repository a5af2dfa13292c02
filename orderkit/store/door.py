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
from orderkit.store.containers import gunzip, sniff_utf16

CHUNK = 1 << 20
NUL_MARK = "\u2400"  # stands for a NUL (or 0x01) byte in the clean copy, so that the record scan can name the line
KANA = re.compile("[\u3040-\u30ff]")


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

    @property
    def damaged(self):
        """Whether some bytes are no text, while the rest is UTF-8."""
        return self.encoding == DAMAGED

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
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    if wide := sniff_utf16(head):
        return head[: len(head) // 2 * 2].decode(wide, "replace")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)  # incremental: the head may end inside a letter
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8-sig" or KANA.search(text):
            return text
    return head.decode("cp1252", "orderkit_latin1")


def digest(path, salt=""):
    """The SHA-256 of a file's bytes, and of what else tells its content apart."""
    made = hashlib.sha256(salt.encode())
    with Path(path).open("rb") as raw:
        while chunk := raw.read(CHUNK):
            made.update(chunk)
    return made.hexdigest()


class _Tally:
    """Counts line ends chunk by chunk, minding a CR LF that falls between two chunks."""

    def __init__(self):
        self.lf = self.cr = self.crlf = self.nul = 0
        self.last = b""

    def take(self, chunk):
        self.lf += chunk.count(b"\n")
        self.cr += chunk.count(b"\r")
        self.crlf += chunk.count(b"\r\n") + (self.last == b"\r" and chunk[:1] == b"\n")
        self.nul += chunk.count(b"\0") + chunk.count(b"\1")
        self.last = chunk[-1:] or self.last


def scan(path):
    """Reads all bytes once: Content with hash, size, line count, encoding, and whether the file is clean UTF-8 as it stands."""
    digest, tally = hashlib.sha256(), _Tally()
    size, decoder, encoding = 0, None, "utf-8"
    with opened(path) as stream:
        while chunk := stream.read(CHUNK):
            if not size:
                decoder = codecs.getincrementaldecoder("utf-8")()
                encoding = _wide(chunk) or "utf-8"
            digest.update(chunk)
            size += len(chunk)
            tally.take(chunk)
            encoding = _still_utf8(decoder, chunk, encoding)
    if encoding == "utf-8" and decoder and not _ends_well(decoder):
        encoding = "other"
    if encoding == "other":
        encoding = _legacy_encoding(path)
    crlf = tally.crlf > 0 and tally.crlf == tally.lf == tally.cr
    clean = encoding == "utf-8" and not tally.nul and (tally.cr == 0 or crlf)
    lines = (tally.lf or tally.cr) + (tally.last not in (b"\n", b"\r", b""))
    return Content(digest.hexdigest(), size, lines, encoding, crlf, clean, is_gzip(path))


def _wide(head):
    """The 16-bit encoding of a file, by its byte order mark or by the NUL bytes that plain letters have in it; else None."""
    return "utf-16" if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else sniff_utf16(head)


def peek(path):
    """Content guessed from the first bytes alone, without hash: enough to begin, not to believe. Size and lines: of the head."""
    with opened(path) as stream:
        head = stream.read(CHUNK)
    tally = _Tally()
    tally.take(head)
    encoding = _still_utf8(codecs.getincrementaldecoder("utf-8")(), head, _wide(head) or "utf-8")
    half = tally.last == b"\r"  # the head may end in the middle of a CR LF
    crlf = tally.crlf > 0 and tally.crlf <= tally.cr <= tally.crlf + half and tally.crlf == tally.lf
    clean = encoding == "utf-8" and not tally.nul and (tally.cr == 0 or crlf)
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


DAMAGED = "utf-8, damaged"


def _legacy_encoding(path):
    """What a file is that is not UTF-8 throughout.

    Damaged UTF-8 where it holds more right letters beyond ASCII than wrong bytes: reading all of it as another encoding would
    garble every name that is right. Else cp932 where the bytes are valid in it and show Japanese kana, else cp1252 (its five
    undefined bytes pass through).
    """
    right = wrong = 0
    for text in _decoded(path, DAMAGED):
        beyond, bad = len(text) - len(text.encode("ascii", "ignore")), text.count("\ufffd")
        right, wrong = right + beyond - bad, wrong + bad
    if right > wrong:
        return DAMAGED
    decoder, kana = codecs.getincrementaldecoder("cp932")(), False
    with opened(path) as stream:
        try:
            while chunk := stream.read(CHUNK):
                kana = bool(KANA.search(decoder.decode(chunk))) or kana
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "cp932" if kana else "cp1252"


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
    errors = {"cp1252": "orderkit_latin1", DAMAGED: "replace"}.get(encoding, "strict")
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding in ("utf-8", DAMAGED) else encoding)(errors)
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


def _latin1(error):
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("orderkit_latin1", _latin1)
