"""Whatever ends a load, the database is the old one or the new one; readers never notice; what went wrong is said plainly."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest
from exports import ALL_ORDERS, order_line, write
from torture.disks import RAW, disks_full
from torture.kills import kills, prepared
from torture.peers import readers, writers

from orderkit import store
from orderkit.errors import DatabaseLocked, DatabaseUnusable, DiskFull
from orderkit.shop import Shop
from orderkit.store.engine import database, snapshots

pytestmark = pytest.mark.usefixtures("several_threads")
posix = pytest.mark.skipif(os.name == "nt", reason="rights and links of a POSIX system")


def add(path, number):
    """Writes a number into a table of a database, in a load of its own."""
    with database.writing(path) as work:
        work.con.execute("CREATE TABLE IF NOT EXISTS numbers (n INTEGER)")
        work.con.execute("INSERT INTO numbers VALUES ($n)", {"n": number})


def numbers(con):
    """The numbers, by an open connection or a path."""
    if not isinstance(con, Path):
        return [n for (n,) in con.sql("SELECT n FROM numbers ORDER BY n").fetchall()]
    opened = store.reader(con)
    try:
        return numbers(opened)
    finally:
        opened.close()


def alone(path):
    """Whether nothing but the database lies in its folder."""
    return [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.fixture
def db(tmp_path):
    """A database that holds the number 1, alone in its folder."""
    path = tmp_path / "data" / "shop.duckdb"
    add(path, 1)
    assert alone(path)
    return path


def refused(path, kind=DatabaseUnusable):
    """The words with which a load is refused; they are ours, and the database is as it was."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(kind) as problem:
        add(path, 99)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert not RAW.search(str(problem.value))
    assert problem.value.__context__ is None or problem.value.__suppress_context__
    return str(problem.value)


# -- readers and a writer in one program


def test_an_open_reader_keeps_what_it_opened_and_a_new_one_sees_the_load(db):
    old = store.reader(db)
    with database.writing(db) as work:
        work.con.execute("INSERT INTO numbers VALUES (2)")
        during = store.reader(db)
        assert numbers(work.before) == [1]
    new = store.reader(db)
    assert (numbers(old), numbers(during), numbers(new)) == ([1], [1], [1, 2])
    assert [con.sql("SELECT current_database()").fetchall() for con in (old, new)] == [[("shop",)]] * 2
    for con in (old, during, new):
        con.close()
    assert alone(db)


def test_an_open_shop_does_not_stand_in_the_way_of_a_load(tmp_path):
    db = tmp_path / "shop.duckdb"
    store.load(write(tmp_path / "a.txt", ALL_ORDERS, [order_line(1, "11")]), db=db)
    old = Shop(db)
    store.load(write(tmp_path / "b.txt", ALL_ORDERS, [order_line(2, "22")]), db=db)
    new = Shop(db)
    assert [shop.sql("SELECT count(*) AS n FROM order_lines")["n"][0] for shop in (old, new)] == [1, 2]
    old.close()
    new.close()


def test_readers_of_one_state_share_the_engine_and_own_their_temporary_tables(db):
    one, two = store.reader(db), store.reader(db)
    one.execute("CREATE TEMP TABLE mine AS SELECT 7 AS n")
    with pytest.raises(duckdb.CatalogException):
        two.sql("SELECT * FROM mine")
    with pytest.raises(duckdb.Error):
        one.execute("CREATE TABLE stays AS SELECT 7 AS n")
    one.close()
    assert numbers(two) == [1]


def test_a_reader_that_runs_out_of_memory_spills_beside_the_database_and_cleans_up(db):
    con = store.reader(db)
    con.execute("SET memory_limit = '60MB'")
    con.execute("CREATE TEMP TABLE much AS SELECT range AS n, repeat('x', 90) || range AS t FROM range(1_000_000)")
    assert [file.name.startswith(".shop.duckdb.reader-") for file in db.parent.iterdir() if file != db] == [True]
    add(db, 2)  # a load sweeps what is left over, not what is in use
    assert con.sql("SELECT count(*), count(DISTINCT t) FROM much").fetchall() == [(1_000_000, 1_000_000)]
    con.close()
    assert alone(db)


def test_a_reader_does_without_a_name_of_its_own_where_the_folder_is_not_to_be_written(db, monkeypatch):
    monkeypatch.setattr(Path, "mkdir", _refuse(PermissionError(errno.EACCES, "denied")))
    assert numbers(db) == [1]


def test_where_links_are_not_to_be_had_a_copy_does(db, monkeypatch):
    monkeypatch.setattr(os, "link", _refuse(PermissionError(errno.EPERM, "no links here")))
    old = store.reader(db)
    add(db, 2)
    assert (numbers(old), numbers(db)) == ([1], [1, 2])
    old.close()
    assert alone(db)


def test_what_killed_readers_left_is_swept_by_the_next_load(db):
    young, old = (db.with_name(f".shop.duckdb.reader-{n}") for n in (1, 2))
    for folder in (young, old):
        folder.mkdir()
        (folder / "shop.duckdb").write_bytes(b"a second name")
        (folder / "duckdb_temp_storage-0.tmp").write_bytes(b"spilled")
    os.utime(old, (time.time() - 2 * snapshots.OLD,) * 2)
    add(db, 2)
    assert not old.exists()
    assert [file.name for file in young.iterdir()] == ["duckdb_temp_storage-0.tmp"]  # perhaps in use; gone a day later


# -- what a writer leaves behind


def test_a_block_may_publish_more_than_once(db):
    with database.writing(db) as work:
        assert numbers(work.before) == [1]
        work.con.execute("INSERT INTO numbers VALUES (2)")
        work.publish()
        assert (numbers(db), numbers(work.before)) == ([1, 2], [1, 2])
        work.con.execute("INSERT INTO numbers VALUES (3)")
        assert numbers(db) == [1, 2]
    assert numbers(db) == [1, 2, 3]


def test_another_file_of_the_private_folder_may_be_published(db):
    with database.writing(db) as work:
        work.con.execute("INSERT INTO numbers VALUES (2)")
        new = work.folder / "rewritten.duckdb"
        work.con.execute(f"ATTACH '{new}' AS rewritten; COPY FROM DATABASE shop TO rewritten; DETACH rewritten")
        work.publish(new)
    assert numbers(db) == [1, 2]
    assert alone(db)


def test_a_block_that_writes_nothing_changes_nothing(db, tmp_path):
    before = db.stat()
    with database.writing(db) as work:
        assert numbers(work.before) == [1]
    assert snapshots.marks(db.stat()) == snapshots.marks(before)
    with database.writing(tmp_path / "none.duckdb") as work:
        assert work.before is None
    assert not (tmp_path / "none.duckdb").exists()


def test_an_exception_loses_nothing_that_was_committed(db):
    def breaks():
        with database.writing(db) as work:
            work.con.execute("INSERT INTO numbers VALUES (2)")
            work.con.execute("BEGIN; INSERT INTO numbers VALUES (3)")
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        breaks()
    assert numbers(db) == [1, 2]
    assert alone(db)


@posix
def test_interrupting_the_engine_is_an_interruption_like_any_other(db):
    done = threading.Event()

    def keys():
        for seconds in (0.3, 10, 10, 10):  # on a busy machine the first may come where Python has no place to raise it
            if not done.wait(seconds):
                os.kill(os.getpid(), signal.SIGINT)

    def interrupted():
        with database.writing(db) as work:
            work.con.execute("INSERT INTO numbers VALUES (2)")
            threading.Thread(target=keys, daemon=True).start()
            work.con.execute("SELECT sum(hash(a.range * b.range)) FROM range(10_000_000) a, range(100_000) b").fetchall()

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start with it ignored
    try:
        with pytest.raises(KeyboardInterrupt):
            interrupted()
    finally:
        done.set()
        signal.signal(signal.SIGINT, before)
    assert numbers(db) == [1, 2]


def test_the_private_folder_is_private_and_swept(db):
    work_folder = db.with_name(".shop.duckdb.work")
    (work_folder / "old").mkdir(parents=True)
    (work_folder / "old" / "shop.duckdb").write_bytes(b"of a killed load")
    with database.writing(db) as work:
        assert work.folder == work_folder
        assert list(work.folder.iterdir()) == []
        assert os.name == "nt" or work.folder.stat().st_mode & 0o777 == 0o700
        (work.folder / "clean.csv").write_text("a clean copy")
    assert alone(db)


@posix
def test_the_new_file_has_the_rights_of_the_old_one_and_a_link_stays_a_link(db, tmp_path):
    db.chmod(0o640)
    link = tmp_path / "link.duckdb"
    link.symlink_to(db)
    add(link, 2)
    assert link.is_symlink()
    assert db.stat().st_mode & 0o777 == 0o640
    assert numbers(db) == numbers(link) == [1, 2]


def test_what_is_written_can_be_read_by_the_oldest_engine_allowed(db):
    con = store.reader(db)
    assert con.sql("SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'shop'").fetchall() == [
        ("v1.5.0+",)
    ]


def test_an_empty_file_becomes_a_database(tmp_path):
    path = tmp_path / "shop.duckdb"
    path.touch()
    add(path, 1)
    duckdb.connect(tmp_path / "made.duckdb").close()
    add(tmp_path / "made.duckdb", 1)
    assert numbers(path) == numbers(tmp_path / "made.duckdb") == [1]


# -- logs beside the file


def leave_log(db):
    """Leaves a database as a killed writer in place does: with a log beside it that holds the number 2."""
    work = db.with_name("elsewhere.duckdb")
    shutil.copy(db, work)
    con = duckdb.connect(work)
    con.execute("INSERT INTO numbers VALUES (2)")
    shutil.copy(snapshots.wal_of(work), snapshots.wal_of(db))
    con.close()
    work.unlink()


def test_a_log_left_beside_the_file_counts_once(db):
    leave_log(db)
    assert numbers(db) == [1, 2]
    add(db, 3)
    assert numbers(db) == [1, 2, 3]
    assert alone(db)


def test_a_log_without_its_file_is_nobodys(db):
    leave_log(db)
    db.unlink()
    add(db, 3)
    assert numbers(db) == [3]
    assert alone(db)


# -- what goes wrong, in plain words


def _refuse(problem):
    def step(*_, **__):
        raise problem

    return step


def test_a_failed_checkpoint_costs_the_copy_only(db, monkeypatch):
    true = database.Writing.publish

    def aborted(work):
        work.con.execute("SET debug_checkpoint_abort = 'before_header'")
        true(work)

    with monkeypatch.context() as broken:
        broken.setattr(database.Writing, "publish", aborted)
        words = refused(db)
    assert "stopped the database engine" in words
    assert "as it was before" in words
    add(db, 3)
    assert numbers(db) == [1, 3]


def test_a_full_disk_is_said_with_figures(db, monkeypatch):
    full = OSError(errno.ENOSPC, "No space left on device")
    for module, step in ((shutil, "copyfile"), (os, "fsync")):
        with monkeypatch.context() as broken:
            broken.setattr(module, step, _refuse(full))
            words = refused(db, DiskFull)
        assert "as it was before" in words
        assert words.count(" MB ") + words.count(" GB ") == 2
    monkeypatch.setattr(shutil, "copyfile", _refuse(OSError(errno.EFBIG, "File too large")))
    assert "takes no file of such a size" in refused(db, DiskFull)


def test_a_full_disk_is_known_behind_a_failed_rollback(db):
    def breaks():
        with database.writing(db) as work:
            work.con.execute("INSERT INTO numbers VALUES (2)")
            try:
                raise duckdb.TransactionException("Failed to commit: could not write: No space left on device")
            finally:
                work.con.execute("ROLLBACK")  # there is no transaction any more

    with pytest.raises(DiskFull, match="Files loaded before it are kept"):
        breaks()
    assert numbers(db) == [1, 2]


def test_places_where_no_database_can_be(tmp_path, db, monkeypatch):
    assert "is a folder" in refused(tmp_path)
    assert "is no orderkit database" in refused(write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1)]))
    con = duckdb.connect(tmp_path / "theirs.duckdb")
    con.execute("CREATE TABLE layout AS SELECT 'theirs' AS plan; CREATE TABLE theirs AS SELECT 1 AS n")
    con.close()
    assert "is no orderkit database" in refused(tmp_path / "theirs.duckdb")
    (tmp_path / "file").touch()
    assert "the folder it should lie in is not there" in refused(tmp_path / "file" / "shop.duckdb")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "is write-protected" in refused(db)


def test_a_folder_that_is_not_to_be_written(db, monkeypatch):
    monkeypatch.setattr(os, "open", _refuse(OSError(errno.EROFS, "read-only")))
    assert "read-only for you. Nothing was changed" in refused(db)


def test_a_file_that_is_damaged_or_newer(db):
    whole = db.read_bytes()
    db.write_bytes(whole[:5000])
    assert "it is damaged" in refused(db)
    db.write_bytes(whole[:12] + (999).to_bytes(8, "little") + whole[20:])
    assert "made by a newer DuckDB" in refused(db) or "is damaged" in refused(db)
    with pytest.raises(DatabaseUnusable) as problem:
        store.reader(db)
    assert not RAW.search(str(problem.value))


def test_another_layout_is_refused(db):
    con = duckdb.connect(db)
    con.execute("UPDATE layout SET layout = 0")
    con.close()
    assert "has layout 0" in refused(db)


@pytest.mark.parametrize("end", ["deleted", "changed"])
def test_what_another_program_does_to_the_file_meanwhile_is_left_so(db, end):
    def meets_another():
        with database.writing(db) as work:
            work.con.execute("INSERT INTO numbers VALUES (2)")
            if end == "deleted":
                db.unlink()
            else:
                con = duckdb.connect(db)
                con.execute("INSERT INTO numbers VALUES (7)")
                con.close()

    with pytest.raises(DatabaseUnusable, match="was changed, moved or deleted"):
        meets_another()
    assert not db.exists() if end == "deleted" else numbers(db) == [1, 7]


def test_a_file_held_by_another_program_is_tried_again_then_said(db, monkeypatch):
    monkeypatch.setattr(snapshots, "WINDOWS", True)  # readers read copies there, too
    monkeypatch.setattr(snapshots, "REPLACE_FOR", 0.3)
    held = PermissionError(errno.EACCES, "in use")
    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", _refuse(held))
        assert "is in use by another program" in refused(db, DatabaseLocked)
    left, true = [held, held], Path.replace

    def sometimes(self, target):
        if left:
            raise left.pop()
        return true(self, target)

    monkeypatch.setattr(Path, "replace", sometimes)
    old = store.reader(db)
    add(db, 2)
    assert (numbers(old), numbers(db)) == ([1], [1, 2])


# -- one writer at a time


def test_a_second_writer_is_refused_with_the_number_of_the_first(db):
    with database.writing(db) as work:
        work.con.execute("INSERT INTO numbers VALUES (2)")
        assert f"in use by process {os.getpid()}" in refused(db, DatabaseLocked)
    assert numbers(db) == [1, 2]


def test_the_lock_of_a_killed_writer_is_free_at_once(db):
    hold = (
        "import sys; from orderkit.store.engine import database\n"
        f"with database.writing({str(db)!r}) as work: work.con; print('held', flush=True); sys.stdin.read()"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", hold],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
    ) as holder:
        assert holder.stdout.readline().strip() == b"held"
        assert f"in use by process {holder.pid}" in refused(db, DatabaseLocked)
        assert numbers(db) == [1]
        holder.kill()
        add(db, 2)
    assert numbers(db) == [1, 2]
    assert alone(db)


# -- short forms of `python -m tests.store.torture`


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """(folder, states of unbroken loads, how long they take)."""
    folder = tmp_path_factory.mktemp("torture")
    return folder, *prepared(folder, ["together"])


@pytest.mark.slow
def test_killed_loads_lose_nothing(unbroken):
    found = kills(3, *unbroken, workers=3)
    assert found.pop("kills") == 3
    assert sum(found[key] for key in ("unopenable", "torn", "lost", "not_converged", "litter")) == 0, found


@pytest.mark.slow
@posix
def test_full_disks_lose_nothing(unbroken):
    found = disks_full(2, *unbroken[:2])
    assert found["points"] == 2
    assert sum(found[key] for key in ("unopenable", "torn", "lost", "not_converged", "litter", "unclear")) == 0, found


@pytest.mark.slow
def test_readers_see_published_states_only(tmp_path):
    found = readers(tmp_path, loads=3)
    assert found["reads"] > 10
    assert (found["errors"], found["wrong"], found["lost"]) == (0, 0, 0)


@pytest.mark.slow
def test_writers_do_not_tread_on_each_other(tmp_path):
    assert writers(tmp_path, rounds=1, files=4) == {"rounds": 1, "not_refused": 0, "lock_left": 0, "lost": 0}
