"""Opens a database file with the engine: a snapshot to read, or a file that only we know of to write."""

import threading

import duckdb

from orderkit.errors import DatabaseUnusable
from orderkit.store import schema
from orderkit.store.engine import snapshots, trouble

CONFIG = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "python_enable_replacements": "false"}
READER = CONFIG | {"enable_external_access": "false"}  # a reader's SQL touches no other file
WRITER = CONFIG | {
    "memory_limit": "700MB",
    "allocator_background_threads": "true",  # what the engine frees goes back to the system while a load runs, not at its end
    "preserve_insertion_order": "false",
    "write_buffer_row_group_count": "1",  # the engine's 5 per thread hold most of a load in memory until it is committed
    "max_vacuum_tasks": "0",  # at every checkpoint the engine would rewrite tables to close gaps: see tables/canonical.py
    "storage_compatibility_version": "v1.5.0",  # what a newer engine writes stays readable by the oldest one allowed
}
ONE_AT_A_TIME = threading.Lock()  # two threads that open the same state do so under the same name


def open_snapshot(path, shown, config=READER):
    """A read-only connection to a database file as it is now."""
    try:
        con = _try_again_if_swept(path, shown, config)
    except FileNotFoundError:
        raise trouble.missing(shown) from None
    except OSError:
        raise trouble.unreadable(shown) from None
    con.execute("SET TimeZone = 'UTC'")
    return con


def _try_again_if_swept(path, shown, config):
    """Opens a file under a name of its own, which a writer that begins may sweep away in this moment."""
    for turn in range(20):
        with ONE_AT_A_TIME, snapshots.own_name(path, alone=config is not READER) as own:
            spill = {} if own == path else {"temp_directory": str(own.parent)}
            try:
                return open_file(own, shown, config | spill, read_only=True)
            except (DatabaseUnusable, FileNotFoundError):
                if own.exists() or turn == 19:
                    raise


def open_file(file, shown, config, *, read_only):
    """A connection to a file, by whatever name it is opened; errors name it as it is shown."""
    try:
        if not _may_be_a_database(file):  # the engine would open a CSV file as a database of its own
            raise trouble.foreign(shown)
        return duckdb.connect(str(file), read_only=read_only, config=config)
    except duckdb.Error as problem:
        if trouble.no_room(problem):
            raise
        raise trouble.on_opening(shown, str(problem)) from None  # the engine's own text names folders and library internals


def _may_be_a_database(path):
    if path.is_dir():
        return False
    if not path.exists() or path.stat().st_size == 0:
        return True
    with path.open("rb") as raw:
        return raw.read(12)[8:] == b"DUCK"


def is_ours(con, shown):
    """Whether a database holds our tables. Raises DatabaseUnusable where they are of another layout."""
    try:
        if not con.sql("SELECT 1 FROM duckdb_tables() WHERE table_name = 'layout'").fetchall():
            return False
        found = con.sql("SELECT layout FROM layout").fetchall()[0][0]
    except duckdb.IOException as problem:  # damaged where it lay when the table was read
        raise trouble.on_opening(shown, str(problem)) from None
    except (duckdb.Error, IndexError):
        raise trouble.foreign(shown) from None
    if not isinstance(found, int):
        raise trouble.foreign(shown)
    if found != schema.LAYOUT:
        raise DatabaseUnusable(
            f"{shown} has layout {found}, this orderkit reads layout {schema.LAYOUT}."
            " Use the matching version, or load the exports into a new file."
        )
    return True
