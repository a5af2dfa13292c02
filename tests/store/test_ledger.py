"""What a second file does to the first: fates add up, nothing depends on the order of loading, nothing personal gets in."""

import itertools
import shutil
from decimal import Decimal

import pytest
from exports import ALL_ORDERS, CANONICAL, ORDER_REPORT, WITHOUT_IDS, contents, loaded, order_line, report_line, write

from orderkit import store
from orderkit.errors import DatabaseLocked, DatabaseUnusable

MONDAY = [order_line(1, "11"), order_line(2, "22", order_status="Unshipped", last_updated_date="2026-11-01T10:00:00+00:00")]
TUESDAY = [order_line(1, "11"), order_line(2, "22", last_updated_date="2026-11-03T09:00:00+00:00"), order_line(3, "33")]


def test_loading_the_same_content_again_changes_nothing(tmp_path):
    file = write(tmp_path / "orders.txt", ALL_ORDERS, MONDAY)
    con = loaded(tmp_path / "shop.duckdb", file)
    before = contents(con)
    con.close()
    again = store.load(write(tmp_path / "other name.txt", ALL_ORDERS, MONDAY), db=tmp_path / "shop.duckdb").files[0]
    assert (again.state, again.lines, again.loaded, again.duplicates) == ("unchanged", 2, 0, 2)
    con = store.reader(tmp_path / "shop.duckdb")
    assert contents(con) == before
    assert con.sql("SELECT count(*) FROM loads").fetchall() == [(1,)]


def test_fates_of_an_overlapping_file_add_up(tmp_path):
    monday, tuesday = (write(tmp_path / f"{n}.txt", ALL_ORDERS, lines) for n, lines in enumerate((MONDAY, TUESDAY)))
    db = tmp_path / "shop.duckdb"
    store.load(monday, db=db)
    later = store.load(tuesday, db=db).files[0]
    # line 11 was known word for word; line 22 has a newer version; line 33 is new
    assert (later.lines, later.loaded, later.duplicates, later.superseded) == (3, 2, 1, 0)
    assert later.money == {"USD": 2 * Decimal("12.50")}


def test_an_older_file_is_kept_as_history(tmp_path):
    monday, tuesday = (write(tmp_path / f"{n}.txt", ALL_ORDERS, lines) for n, lines in enumerate((MONDAY, TUESDAY)))
    db = tmp_path / "shop.duckdb"
    store.load(tuesday, db=db)
    earlier = store.load(monday, db=db).files[0]
    assert (earlier.lines, earlier.loaded, earlier.duplicates, earlier.superseded) == (2, 0, 1, 1)
    con = store.reader(db)
    assert con.sql("SELECT status FROM order_lines WHERE line = '22'").fetchall() == [("shipped",)]
    assert con.sql("SELECT count(*) FROM obs_amazon_all_orders").fetchall() == [(4,)]  # 11; 22 twice; 33


def test_a_line_repeated_in_one_file_is_one_line(tmp_path):
    result = store.load(write(tmp_path / "orders.txt", ALL_ORDERS, [MONDAY[0], MONDAY[0]]), db=tmp_path / "shop.duckdb").files[0]
    assert (result.lines, result.loaded, result.duplicates) == (2, 1, 1)
    assert result.money == {"USD": Decimal("12.50")}


def after(folder, files):
    """A database with the files loaded in this order; what other orders begin with, too, is loaded once."""
    path = folder / f"{'-'.join(file.stem for file in files)}.duckdb"
    if not path.exists():
        if files[:-1]:
            shutil.copyfile(after(folder, files[:-1]), path)
        store.load(files[-1], db=path)
    return path


def test_any_order_of_files_gives_the_same_tables(tmp_path):
    files = [
        write(tmp_path / "monday.txt", ALL_ORDERS, MONDAY),
        write(tmp_path / "tuesday.txt", ALL_ORDERS, TUESDAY),
        write(tmp_path / "no ids.txt", WITHOUT_IDS, [order_line(1, headers=WITHOUT_IDS), order_line(4, headers=WITHOUT_IDS)]),
        write(tmp_path / "report.txt", ORDER_REPORT, [report_line(1, "11"), report_line(3, "33", item_price="99.00")]),
    ]
    seen = []
    for order in itertools.permutations(files):
        con = store.reader(after(tmp_path, order))
        seen.append(contents(con))
        con.close()
    assert len(seen) == 24
    assert all(one == seen[0] for one in seen)
    assert [row[2] for row in seen[0]["order_lines"]] == ["11", "22", "33", "MUG"]


def test_a_file_split_in_parts_gives_the_same_tables(tmp_path):
    whole = loaded(tmp_path / "whole.duckdb", write(tmp_path / "whole.txt", ALL_ORDERS, TUESDAY))
    parts = [write(tmp_path / f"{n}.txt", ALL_ORDERS, [line]) for n, line in enumerate(TUESDAY)]
    split = loaded(tmp_path / "split.duckdb", *parts)
    assert contents(whole) == contents(split)


def test_accounts_are_kept_apart(tmp_path):
    file = write(tmp_path / "orders.txt", ALL_ORDERS, MONDAY)
    db = tmp_path / "shop.duckdb"
    first, second = (store.load(file, db=db, account=name).files[0] for name in ("shoes", "hats"))
    assert (first.state, second.state, second.duplicates) == ("loaded", "loaded", 0)
    con = store.reader(db)
    held = con.sql("SELECT account, count(*) FROM order_lines GROUP BY account ORDER BY account").fetchall()
    assert held == [("hats", 2), ("shoes", 2)]


def test_nothing_personal_reaches_the_database(tmp_path):
    """Every name, street, mail, phone, city and full postcode of these files is a canary; an uncompressed copy holds none."""
    lines = [report_line(1, "11"), report_line(2, "22", item_price="not money Canary")]
    db = tmp_path / "shop.duckdb"
    con = loaded(db, write(tmp_path / "report.txt", ORDER_REPORT, lines), write(tmp_path / "orders.txt", ALL_ORDERS, MONDAY))
    plain = tmp_path / "plain.duckdb"
    names = [row[0] for row in con.sql("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()]
    con.close()
    import duckdb

    copy = duckdb.connect(str(plain))
    copy.execute("SET force_compression = 'uncompressed'")
    copy.execute(f"ATTACH '{db}' AS shop (READ_ONLY)")
    for name in names:
        copy.execute(f'CREATE TABLE "{name}" AS SELECT * FROM shop.{name}')
    copy.close()
    for file in (db, plain):
        stored = file.read_bytes()
        for canary in (b"Canary", b"canary@", b"555-0100", b"90210-1234", b"90210"):
            assert canary not in stored, (file.name, canary)
    assert b"111-0000000-0000001" in plain.read_bytes()  # the search does find what is there


def test_a_failure_in_the_middle_leaves_nothing_of_the_file(tmp_path, monkeypatch):
    db = tmp_path / "shop.duckdb"
    store.load(write(tmp_path / "monday.txt", ALL_ORDERS, MONDAY), db=db)
    con = store.reader(db)
    before = contents(con)
    con.close()

    def breaks(*_):
        raise RuntimeError("power cut")

    monkeypatch.setattr(store.load.__globals__["canonical"], "rebuild", breaks)
    with pytest.raises(RuntimeError, match="power cut"):
        store.load(write(tmp_path / "tuesday.txt", ALL_ORDERS, TUESDAY), db=db)
    monkeypatch.undo()
    con = store.reader(db)
    assert contents(con) == before
    assert con.sql("SELECT count(*) FROM loads").fetchall() == [(1,)]
    assert con.sql("SELECT count(*) FROM obs_amazon_all_orders").fetchall() == [(2,)]


def test_files_of_one_call_make_the_tables_that_they_make_one_by_one(tmp_path):
    paths = [
        write(tmp_path / "monday.txt", ALL_ORDERS, MONDAY),
        write(tmp_path / "tuesday.txt", ALL_ORDERS, TUESDAY),
        write(tmp_path / "report.txt", ORDER_REPORT, [report_line(1, "11"), report_line(2, "22")]),
    ]
    for path in paths:
        store.load(path, db=tmp_path / "each.duckdb")
    store.load(paths, db=tmp_path / "once.duckdb")
    each, once = (store.reader(tmp_path / name) for name in ("each.duckdb", "once.duckdb"))
    assert each.sql("SELECT count(*) FROM order_lines").fetchall()[0][0] > 1
    assert contents(once) == contents(each)


def test_what_was_read_before_a_break_is_kept_with_its_canonical_tables(tmp_path):
    paths = [write(tmp_path / name, ALL_ORDERS, lines) for name, lines in (("monday.txt", MONDAY), ("tuesday.txt", TUESDAY))]

    def stop(name, at, *_):
        if at == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.load(paths, db=tmp_path / "stopped.duckdb", progress=stop)
    store.load(paths[0], db=tmp_path / "monday.duckdb")
    stopped, monday = (store.reader(tmp_path / name) for name in ("stopped.duckdb", "monday.duckdb"))
    assert contents(stopped) == contents(monday)


def test_without_its_canonical_tables_nothing_is_published(tmp_path, monkeypatch):
    paths = [write(tmp_path / name, ALL_ORDERS, lines) for name, lines in (("monday.txt", MONDAY), ("tuesday.txt", TUESDAY))]

    def breaks(*_):
        raise RuntimeError("power cut")

    monkeypatch.setattr(store.load.__globals__["canonical"], "rebuild", breaks)
    with pytest.raises(RuntimeError, match="power cut"):
        store.load(paths, db=tmp_path / "shop.duckdb")
    assert not (tmp_path / "shop.duckdb").exists()


def test_a_foreign_file_and_a_locked_database_are_said_plainly(tmp_path):
    (tmp_path / "shop.duckdb").write_text("not a database")
    with pytest.raises(DatabaseUnusable, match="is no orderkit database"):
        store.reader(tmp_path / "shop.duckdb")
    with pytest.raises(DatabaseUnusable, match="Load some exports first"):
        store.reader(tmp_path / "nothing.duckdb")


def test_a_database_held_by_another_process_names_it(tmp_path):
    import subprocess
    import sys

    db = tmp_path / "shop.duckdb"
    file = write(tmp_path / "orders.txt", ALL_ORDERS, MONDAY)
    store.load(file, db=db)
    hold = f"import duckdb, sys; c = duckdb.connect({str(db)!r}); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(DatabaseLocked, match=f"in use by process {holder.pid}"):
            store.load(file, db=db)
        holder.stdin.close()


def test_every_canonical_table_is_compared():
    from orderkit.store.tables.canonical import TABLES

    assert set(TABLES) == set(CANONICAL)
