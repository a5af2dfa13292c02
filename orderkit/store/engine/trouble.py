"""Says in plain words what the engine or the system could not do with a database file: what is safe, and what to do next.

Their own texts name folders and library internals, and may echo data; none of them goes further than this module.
"""

import errno
import re
import shutil

import duckdb

from orderkit.errors import DatabaseLocked, DatabaseUnusable, DiskFull

NO_ROOM = re.compile(r"No space left|not enough space|quota exceeded|max_temp_directory_size|File too large", re.IGNORECASE)
TOO_LARGE = re.compile(r"File too large", re.IGNORECASE)
SYSTEM = {errno.ENOSPC: "No space left", errno.EDQUOT: "quota exceeded", errno.EFBIG: "File too large"}
MARGIN = 16 << 20  # bytes


def no_room(problem):
    """Whether a full disk (or quota, or limit of a file's size) stands behind an exception, however deep."""
    return any(NO_ROOM.search(text) for text in _texts(problem))


def _texts(problem):
    """What an exception and those before it say; of the system's own only the number counts, for its words are translated."""
    while problem is not None:
        if isinstance(problem, OSError):
            yield SYSTEM.get(problem.errno, "")
        elif isinstance(problem, duckdb.Error):
            yield str(problem)
        problem = problem.__cause__ or problem.__context__


def on_opening(path, text):
    """The error to raise where the engine cannot open a database and says `text`."""
    if re.search("Could not set lock|already open in|used by another process", text):
        holder = re.search(r"PID (\d+)", text)
        return DatabaseLocked(path, int(holder[1]) if holder else None)
    if "different configuration" in text:
        return DatabaseUnusable(f"{path} is open in this program. Close it there (shop.close()), then try again.")
    if "version number" in text:
        newer = f"{path} was made by a newer DuckDB than this one. Update orderkit, or load the exports into a new file."
        return DatabaseUnusable(newer)
    if "not a valid DuckDB database" in text:
        return foreign(path)
    if "Permission denied" in text:
        return unreadable(path)
    damaged = f"{path} cannot be opened: it is damaged, or another program keeps it to itself. Close what may use it."
    return DatabaseUnusable(
        f"{damaged} If that does not help, put a copy of it in its place or load the exports into a new file."
    )


def missing(path):
    """The error where there is no file to read."""
    return DatabaseUnusable(f"There is no database {path}. Load some exports first: python3 run.py report FOLDER.")


def foreign(path):
    """The error for a file that orderkit did not make."""
    return DatabaseUnusable(f"{path} is no orderkit database. Name another file with --db, or load exports to make one.")


def unreadable(path):
    """The error for a file that is not for this user to read."""
    return DatabaseUnusable(f"{path} may not be read by you. Ask its owner, or name another file with --db.")


def on_files(path, problem):
    """The error to raise where the system refuses a step with the database's files (an OSError)."""
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        refused = f"{path} cannot be written: its folder or disk is read-only for you. Nothing was changed."
    elif problem.errno in (errno.ENOENT, errno.ENOTDIR, errno.EEXIST):
        refused = f"{path} cannot be written: the folder it should lie in is not there. Nothing was changed."
    else:
        refused = f"{path} cannot be written: its disk reports a fault. The database is as it was before."
    return DatabaseUnusable(f"{refused} Mend that, or name a database elsewhere with --db.")


STOPPED = "stopped the database engine. Load again; if it stops again, load the files one by one to find which."
FAILURES = {
    duckdb.OutOfMemoryException: "needed more memory than orderkit allows itself. Load fewer or smaller files at once.",
    duckdb.FatalException: STOPPED,
    duckdb.InternalException: STOPPED,
    duckdb.IOException: "failed at reading or writing a file. See that the disks are well, then load again.",
}


OTHER = "met something that the engine refuses ({}). Load the files one by one to find which, and report this to orderkit."


def on_writing(path, problem, kept):
    """The error to raise where the engine fails in the middle of a load. Its own text may echo a line of a file: it ends here."""
    what = FAILURES.get(type(problem)) or OTHER.format(type(problem).__name__)
    return DatabaseUnusable(f"Loading into {path} {what} {safe(kept)}")


def safe(kept):
    """What became of the data, in a sentence."""
    return "Files loaded before it are kept, whole." if kept else "The database is as it was before; nothing was loaded."


def full(work, expected, problem):
    """The DiskFull to raise for a Writing: what is free without its private folder, and about how much it needs."""
    inside = sum(file.stat().st_size for file in work.folder.rglob("*") if file.is_file())
    room = shutil.disk_usage(work.path.parent).free + inside
    size = work.path.stat().st_size if work.path.exists() else 0
    needed = max(2 * size + 3 * expected, room * 3 // 2) + MARGIN  # it did not do with `room`
    too_large = any(TOO_LARGE.search(text) for text in _texts(problem))
    return DiskFull(work.shown, room, needed, safe(work.published), too_large=too_large)
