"""Gzip and zip, unpacked within bounds: how much comes out is counted while it comes, and no word of the archive is believed."""

import errno
import io
import re
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path

from orderkit.errors import FileRefused

RATIO = 100  # exports pack 5 to 30 to 1; beyond this it is no export
FLOOR = 50_000_000  # bytes that may come out of any file: small ones can be very regular
MOST = 4 << 30
MEMBERS = 1_000
DIRECTORY = 2 << 20  # bytes of a zip's list of members
CHUNK = 1 << 20
FEED = 32 << 10  # small, for the rest of a piece is copied at every end of a gzip member

CUT_OFF = "the {} packing is damaged or cut off. Download the file again."
TOO_DENSE = f"would unpack to more than {RATIO} times its size, which no export does; nothing of it was read."
TOO_LARGE = f"would unpack to more than {MOST >> 30} GiB. Download it again for a shorter time, in several files."
TOO_MANY = f"holds more than {MEMBERS:,} files. Unpack it and load the folder."
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OverflowError, struct.error)


class Bound:
    """How much a file may unpack to, by its packed size; `add` counts and refuses."""

    def __init__(self, name, packed):
        dense = max(FLOOR, RATIO * packed)
        self.name, self.most, self.total = name, min(dense, MOST), 0
        self._why = TOO_LARGE if dense > MOST else TOO_DENSE

    def add(self, size):
        """Counts bytes that came out, or are announced; raises FileRefused where they are too many."""
        self.total += size
        if self.total > self.most:
            raise FileRefused(self.name, self._why)


class _Gunzip(io.RawIOBase):
    """What is in a gzip file, all members of it; checks every CRC and length, which DuckDB does not.

    `plain`: as far as it was read, one ordinary member, without a comment and padding; DuckDB reads no other.
    """

    def __init__(self, path, name):
        self._raw = io.FileIO(path)
        self._name, self._bound = name, Bound(name, Path(path).stat().st_size)
        self._held, self._inflater, self._members, self.plain = b"", None, 0, True

    def readable(self):
        return True

    def close(self):
        self._raw.close()
        super().close()

    def readinto(self, into):
        try:
            piece = self._piece(len(into))
        except (zlib.error, EOFError):
            raise FileRefused(self._name, CUT_OFF.format("gzip")) from None
        into[: len(piece)] = piece
        self._bound.add(len(piece))
        return len(piece)

    def _piece(self, most):
        while True:
            if not self._held and not self._more():
                if self._inflater:
                    raise EOFError
                return b""
            if not self._inflater and not self._next_member():
                continue
            piece = self._inflater.decompress(self._held, most)
            ended = self._inflater.eof
            self._held = self._inflater.unused_data if ended else self._inflater.unconsumed_tail
            self._inflater = None if ended else self._inflater
            if piece:
                return piece

    def _more(self):
        more = self._raw.read(FEED)
        self._held += more
        return bool(more)

    def _next_member(self):
        """Begins the next member, passing over NULs that pad the file; whether there is one."""
        if self._members:
            self.plain, self._held = False, self._held.lstrip(b"\0")
        if not self._held:
            return False
        while len(self._held) < 4 and self._more():
            pass
        if len(self._held) > 3 and self._held[3] & 0b10010:  # a comment or a CRC in the header
            self.plain = False
        self._members += 1
        self._inflater = zlib.decompressobj(31)
        return True


@contextmanager
def gunzip(path, name=None):
    """What a gzip file holds as a binary stream; reading it raises FileRefused where it is damaged, cut off or a bomb."""
    with io.BufferedReader(_Gunzip(path, name or path), CHUNK) as stream:
        yield stream


class _Bounded(io.FileIO):
    """A zip file whose list of members is read only where it has a sane length."""

    def __init__(self, path, shown):
        super().__init__(path)
        self._shown = shown

    def read(self, size=-1):
        if size > DIRECTORY:
            raise FileRefused(self._shown, TOO_MANY)
        return super().read(size)


@contextmanager
def archive(path, name):
    """A zip file, open; FileRefused where it is damaged or would unpack to too much."""
    with refusing(name), _Bounded(path, name) as raw, zipfile.ZipFile(raw) as opened:
        _sane(opened.infolist(), Path(path).stat().st_size, name)
        yield opened


@contextmanager
def refusing(name):
    """Turns what a damaged zip raises into a FileRefused of this name."""
    try:
        yield
    except DAMAGE:
        raise FileRefused(name, CUT_OFF.format("zip")) from None
    except OSError as problem:
        if problem.errno != errno.EINVAL:  # a place before the start of the file
            raise
        raise FileRefused(name, CUT_OFF.format("zip")) from None


def _sane(infos, size, name):
    if len(infos) > MEMBERS:
        raise FileRefused(name, TOO_MANY)
    Bound(name, size).add(sum(info.file_size for info in infos))
    if sum(info.compress_size for info in infos) > size:  # members that share their bytes
        raise zipfile.BadZipFile


def read_member(opened, info, bound):
    """The bytes of a zip's member, piece by piece, counted; raises as `refusing` expects where they are not what was said."""
    size = 0
    with opened.open(info) as stream:
        while piece := stream.read(CHUNK):
            size += len(piece)
            bound.add(len(piece))
            yield piece
    if size != info.file_size:
        raise EOFError


def wrong_member(info):
    """Why a member of a zip is not unpacked; None where it may be."""
    name = info.orig_filename
    if re.match(r"/|[A-Za-z]:", name) or re.search(r"[\\\0]", name) or ".." in name.split("/"):
        return "has a name that would put it outside its folder. Unpack the archive yourself and load the file."
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return "is a link or a device, not a file. Load the file itself."
    if info.flag_bits & 0x41:
        return "is protected by a password. Unpack the archive with the password and load the file."
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in an unusual way. Unpack the archive and load the file."
    return None


def passed_over(info):
    """Whether a member is a folder, or what an operating system adds of its own."""
    *folders, last = info.filename.rstrip("/").split("/")
    own = last.startswith("._") or last in (".DS_Store", "Thumbs.db", "desktop.ini")
    return info.filename.endswith("/") or own or "__MACOSX" in folders
