"""One writer at a time: a lock on a file beside the database. A killed writer's lock is free at once, for the system holds it."""

import os
import time
from contextlib import contextmanager, suppress

from orderkit.errors import DatabaseLocked, DatabaseUnusable

WAIT = 1.0  # seconds; long enough for a writer that was just killed to be gone
FAR = 1 << 30  # on Windows a locked byte cannot be read by others, so a byte far behind the process id is locked

if os.name == "nt":
    import msvcrt

    def _lock(handle):
        os.lseek(handle, FAR, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    BUSY = OSError
else:
    import fcntl

    def _lock(handle):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    BUSY = (BlockingIOError, PermissionError)


@contextmanager
def writers_lock(path):
    """Holds the writers' lock of a database. Raises DatabaseLocked, naming the process that has it, after a second of trying."""
    file = path.with_name(f".{path.name}.lock")
    handle = _acquire(path, file)
    try:
        yield
    finally:
        _release(file, handle)


def _acquire(path, file):
    until = time.monotonic() + WAIT
    while True:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if _taken(path, file, handle):
                return handle
        except BaseException:
            os.close(handle)
            raise
        holder = _holder(handle)
        os.close(handle)
        if time.monotonic() > until:
            raise DatabaseLocked(path, holder)
        time.sleep(0.05)


def _taken(path, file, handle):
    """Whether the lock is ours now; the process id then stands in the file."""
    try:
        _lock(handle)
    except BUSY:
        return False
    except OSError:
        raise DatabaseUnusable(
            f"{path} lies on a disk that cannot lock files. Name a database on a disk of this computer with --db."
        ) from None
    if not _is(file, handle):  # the writer before us took the file away between our opening and our locking it
        return False
    with suppress(OSError):  # a full disk: the lock holds without the number
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, str(os.getpid()).encode())
    return True


def _is(file, handle):
    with suppress(OSError):
        return os.path.samestat(os.fstat(handle), file.stat())
    return False


def _holder(handle):
    os.lseek(handle, 0, os.SEEK_SET)
    text = os.read(handle, 20)
    return int(text) if text.isdigit() else None


def _release(file, handle):
    if os.name != "nt":  # taken away while it is still ours, so that nobody's newer file is
        with suppress(OSError):
            file.unlink()
    os.close(handle)
    if os.name == "nt":  # no open file can be taken away here, so a file that goes is nobody's
        with suppress(OSError):
            file.unlink()
