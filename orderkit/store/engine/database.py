"""Opens the one database file. A writer works on a private copy and puts it in the file's place; readers keep what they opened.

So a load and open notebooks never wait for each other, and whatever ends a load, the file is the old one or the new one.
"""

import os
import secrets
import shutil
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import duckdb

from orderkit.errors import DatabaseUnusable, OrderkitError
from orderkit.store import schema
from orderkit.store.engine import opening, snapshots, trouble
from orderkit.store.engine.lock import writers_lock
from orderkit.store.sql import text as sql_text


def reader(path, *, writes_into=None):
    """A read-only connection to the database as it is now; several may be open at once, also while a load runs.

    It goes on showing what it opened; a load is seen by readers opened after it. Temporary tables are its own.
    writes_into: the one folder in which its COPY may write files; by default none, nor does it read any.
    Raises DatabaseUnusable where there is no such file, saying how to make one.
    """
    config = opening.READER if writes_into is None else opening.CONFIG
    con = opening.open_snapshot(Path(os.path.realpath(path)), path, config)
    try:
        if writes_into is not None:  # the engine takes the folder only before it closes the door to all others
            con.execute(f"SET allowed_directories = [{sql_text(f'{writes_into}{os.sep}')}]")
            con.execute("SET enable_external_access = false")
        if not opening.is_ours(con, path):
            raise trouble.foreign(path)
    except BaseException:
        con.close()
        raise
    return con


@contextmanager
def writer(path):
    """A connection that may write; what was committed is published at the end."""
    with writing(path) as work:
        yield work.con


@contextmanager
def writing(path, expected=0):
    """The writers' lock and a Writing; at the end, also by an exception, what was committed is published and the rest swept.

    `expected` is about how many bytes of exports will be read; it only makes the words for a full disk more exact.

    Raises DatabaseLocked where another writer is at work, DiskFull where there is no room, DatabaseUnusable where the file or
    its folder cannot be used. In each case the database is the old one, or holds whole what was committed.
    """
    work = Writing(path, expected)
    with ExitStack() as held:
        with work.in_plain_words():
            work.look()
            held.enter_context(writers_lock(work.path))
        try:
            work.begin()
            yield work
        except BaseException as problem:
            work.rescue()
            if said := work.said(problem):
                raise said from None
            raise
        else:
            work.publish()
        finally:
            work.end()


class Writing:
    """A private folder, the published database read-only (`before`), and a copy of it to write in (`con`)."""

    def __init__(self, path, expected=0):
        self.shown, self.path = path, Path(os.path.realpath(path))  # of a symbolic link the target is replaced, never the link
        self.folder = self.path.with_name(f".{self.path.name}.work")
        self.published = False
        self.whole = True  # whether what was committed may be published: False while one part of it waits for another
        self._expected, self._found = expected, None
        self._before = self._con = self._copy = None

    @property
    def before(self):
        """A read-only connection to what is published now, None where that is nothing; closed at publish and at the end."""
        if self._before is None and self._found and self._found.st_size:
            self._before = opening.open_snapshot(self.path, self.shown)
            if not self._is_ours_not_empty():
                self._before.close()
                self._before = None
        return self._before

    @property
    def con(self):
        """The connection that may write, in a copy made at first use, and again at the first use after publish."""
        if self._con is None:
            with self.in_plain_words():
                self._con = self._writable(self._new_copy())
        return self._con

    def publish(self, file=None):
        """Puts what was committed in the database's place, for all readers that open it from now on.

        file: another database in `folder` to be published instead of the copy, for example one that was rewritten.
        """
        if self._con is None and file is None:
            return
        with self.in_plain_words():
            try:
                if file is None:
                    self._con.execute("CHECKPOINT")
            finally:
                self._close()
            self._replace(Path(file or self._copy))
        self.published = True

    def look(self):
        """Refuses places where no database can be."""
        if self.path.is_dir():
            raise DatabaseUnusable(f"{self.shown} is a folder. Name a file in it with --db, for example orderkit.duckdb.")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists() and not os.access(self.path, os.W_OK):
            raise DatabaseUnusable(f"{self.shown} is write-protected. Take that off, or name another file with --db.")

    def begin(self):
        """Sweeps what a killed load left behind, and looks whether the database is one of ours."""
        with self.in_plain_words():
            self._sweep()
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self._fold()
            self._found = snapshots.state(self.path)
            _ = self.before  # a file that cannot be used is said before anything is read

    def rescue(self):
        """Publishes what was committed before an exception; where that fails too, or would be half of something, the copy is
        given up and nothing is changed.
        """
        if self._con is None or not self.whole:
            return
        with suppress(duckdb.Error, OSError, OrderkitError):
            self._con.interrupt()  # after Ctrl-C the engine works on, and the next statement would wait for it
            with suppress(duckdb.TransactionException):
                self._con.execute("ROLLBACK")
            self.publish()

    def end(self):
        """Closes what is open and sweeps the private folder."""
        self._close()
        self._sweep()

    def said(self, problem):
        """The plain words for an exception, None where it is no matter of the database's files."""
        if isinstance(problem, RuntimeError) and str(problem) == "Query interrupted":
            return KeyboardInterrupt()  # what Ctrl-C is while the engine works
        if not isinstance(problem, (duckdb.Error, OSError)):
            return None
        if trouble.no_room(problem):
            return trouble.full(self, self._expected, problem)
        return trouble.on_writing(self.shown, problem, self.published) if isinstance(problem, duckdb.Error) else None

    @contextmanager
    def in_plain_words(self):
        """Around steps with our own files: whatever the engine or the system refuses is said in plain words."""
        try:
            yield
        except (duckdb.Error, OSError) as problem:
            said = self.said(problem) or (isinstance(problem, OSError) and trouble.on_files(self.shown, problem))
            if not said:
                raise
            raise said from None

    def _new_copy(self):
        place = self.folder / secrets.token_hex(4)  # never the same path twice: the engine shares what is open by its path
        place.mkdir(mode=0o700)
        self._copy = place / self.path.name
        if self._found and self._found.st_size:
            shutil.copyfile(self.path, self._copy)
            self._still_as_found()
        return self._copy

    def _writable(self, file):
        config = opening.WRITER | {"temp_directory": str(self.folder / "spill")}
        con = opening.open_file(file, self.shown, config, read_only=False)
        try:
            con.execute("SET TimeZone = 'UTC'")
            if not opening.is_ours(con, self.shown):
                con.execute("BEGIN")  # all tables or none: a half-made database would lack its marketplaces for ever
                schema.create(con)
                con.execute("COMMIT")
        except BaseException:
            con.close()
            raise
        return con

    def _is_ours_not_empty(self):
        if opening.is_ours(self._before, self.shown):
            return True
        if self._before.sql("SELECT 1 FROM duckdb_tables() LIMIT 1").fetchall():
            raise trouble.foreign(self.shown)
        return False

    def _fold(self):
        """Where a .wal lies beside the file (a writer in place was killed), the engine puts its content in.

        Never may one stay beside a file that is replaced: the engine would play it into the new one.
        """
        log = snapshots.wal_of(self.path)
        if not self.path.exists():
            log.unlink(missing_ok=True)  # of a database that was deleted: the engine would do the same
        elif log.exists():
            con = opening.open_file(self.path, self.shown, opening.CONFIG, read_only=False)
            con.execute("CHECKPOINT")
            con.close()

    def _still_as_found(self):
        now = snapshots.state(self.path)
        if snapshots.marks(now) != snapshots.marks(self._found) or snapshots.wal_of(self.path).exists():
            raise DatabaseUnusable(
                f"{self.shown} was changed, moved or deleted by another program during the load."
                " It was left as it is, and nothing was loaded into it. Load again."
            )

    def _replace(self, new):
        self._must_open(new)
        self._still_as_found()
        snapshots.put_in_place(new, self.path, self.shown)
        self._found = snapshots.state(self.path)

    def _must_open(self, new):
        """What is to be published is whole, and whole in its one file."""
        con = opening.open_file(new, self.shown, opening.READER, read_only=True)
        whole = opening.is_ours(con, self.shown)
        con.close()
        if not whole or snapshots.wal_of(new).exists():
            raise DatabaseUnusable(f"{self.shown}: what was written is not whole. {trouble.safe(self.published)} Load again.")

    def _close(self):
        for con in (self._before, self._con):
            if con is not None:
                with suppress(duckdb.Error):
                    con.close()
        self._before = self._con = None

    def _sweep(self):
        with suppress(OSError):
            if self.folder.is_symlink() or self.folder.is_file():
                self.folder.unlink()
            shutil.rmtree(self.folder)
        snapshots.sweep(self.path)
