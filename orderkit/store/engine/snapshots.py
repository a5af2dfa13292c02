"""The states of a database file: each reader's own name for the one it opened, and how a writer puts a new one in its place.

The engine shares what is open by the path it was opened under: under the same path, a program that has the file open from
before a load would go on seeing the old content in every new reader. So each state of the file is opened under a name of its
own: a second name (hard link) in a private folder beside it, there for the moment of opening only. Where that cannot be, and on
Windows, where an open file cannot be replaced, a copy takes its place.
"""

import glob
import os
import secrets
import shutil
import time
from contextlib import contextmanager, suppress

from orderkit.errors import DatabaseLocked

WINDOWS = os.name == "nt"
THIS = secrets.token_hex(4)  # this program; its number alone is not enough where containers share a folder
REPLACE_FOR = 2.0  # seconds of trying where another program holds the file (Windows)
OLD = 24 * 3600  # seconds after which what a reader left behind is nobody's: a killed one cannot sweep its spilled tables


def wal_of(path):
    """The log that the engine keeps beside a file while it writes."""
    return path.with_name(path.name + ".wal")


@contextmanager
def own_name(path, alone=False):
    """The path under which to open a database file; its folder is also where the reader may spill what its memory cannot hold.

    alone: a path that no other reader of this program has, for one that is opened in another way than they.
    The file's own path where the folder cannot be written (then nobody replaces the file either), and where a log lies
    beside it (a link would part the two).
    """
    stat = path.stat()
    mine = f"-{secrets.token_hex(4)}" if alone else ""
    folder = path.with_name(f".{path.name}.reader-{os.getpid()}-{THIS}-{stat.st_ino:x}-{stat.st_mtime_ns:x}{mine}")
    own = folder / path.name
    try:
        yield path if wal_of(path).exists() or not _made(path, own) else own
    finally:
        with suppress(OSError):
            own.unlink()
        with suppress(OSError):
            folder.rmdir()


def _made(path, own):
    try:
        own.parent.mkdir(mode=0o700, exist_ok=True)
        if not WINDOWS:
            with suppress(OSError):
                os.link(path, own)
        if not own.exists():
            _copy(path, own)
    except OSError:
        return False
    return True


def _copy(path, own):
    part = own.with_name(secrets.token_hex(4))
    try:
        shutil.copyfile(path, part)
        with suppress(FileExistsError):  # another thread was first
            part.rename(own)
    finally:
        with suppress(OSError):
            part.unlink()


def sweep(path):
    """Removes what killed readers left beside a database: names and copies at once, spilled tables after a day."""
    for folder in path.parent.glob(f".{glob.escape(path.name)}.reader-*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > OLD:
                shutil.rmtree(folder)
                continue
            for file in folder.iterdir():
                if not file.name.startswith("duckdb_temp"):
                    file.unlink()
            folder.rmdir()


def state(path):
    """What the system knows of a file, None where there is none."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def marks(stat):
    """What tells that a file is still the same one, unchanged."""
    return stat and (stat.st_ino, stat.st_size, stat.st_mtime_ns)


def put_in_place(new, path, shown):
    """Makes a finished file the database, in one step and with the rights of the old one. Raises DatabaseLocked (Windows)."""
    if path.exists():
        _same_rights(path, new)
    _flush(new)
    _replace(new, path, shown)
    with suppress(OSError):  # the file is in its place; some disks cannot flush a folder
        _flush(path.parent)


def _same_rights(old, new):
    stat = old.stat()
    with suppress(OSError, AttributeError):  # not ours to give, or Windows
        os.chown(new, stat.st_uid, stat.st_gid)
    shutil.copymode(old, new)


def _flush(path):
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _replace(new, path, shown):
    until = time.monotonic() + REPLACE_FOR
    while True:
        try:
            new.replace(path)
        except PermissionError:
            if not WINDOWS:
                raise
        else:
            return
        if time.monotonic() > until:
            raise DatabaseLocked(shown)
        time.sleep(0.1)
