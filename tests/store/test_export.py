"""Canonical tables as a folder of Parquet files: nothing is lost or changed, nothing else is replaced, whole or not at all."""

import json
import sys

import duckdb
import pytest
from click.testing import CliRunner
from exports import ALL_ORDERS, order_line, write

import orderkit as ok
from orderkit import store
from orderkit.cli import main
from orderkit.errors import BadValue, UnknownName
from orderkit.store import schema
from orderkit.store.export import TABLES, read_manifest

ODD = ("007", "a/b=c d", "Ünïcode 店", "50% off", "'; --")  # names of accounts that folders, numbers or SQL would change


@pytest.fixture(scope="module")
def exported(sample_db, tmp_path_factory):
    return store.export(sample_db, tmp_path_factory.mktemp("out") / "tables")


@pytest.fixture
def small(tmp_path):
    """A shop of odd accounts, one order each, at the end of a month in UTC."""
    for number, account in enumerate(ODD, 1):
        line = order_line(number, purchase_date="2026-10-31T16:59:59-07:00", item_price=f"{number}.10")
        write(tmp_path / f"{number}.txt", ALL_ORDERS, [line])
        result = store.load(tmp_path / f"{number}.txt", db=tmp_path / "shop.duckdb", account=account)
        assert result.exit_code == 0, result
    return tmp_path / "shop.duckdb"


def in_utc():
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    return con


def written(folder, table):
    """The rows of an exported table with the columns of its manifest, as a SELECT."""
    columns = ", ".join(f'"{name}"' for name in read_manifest(folder)["tables"][table]["columns"])
    return f"SELECT {columns} FROM read_parquet('{folder}/{table}/**/*.parquet', hive_partitioning = false)"


def test_every_table_reads_back_to_the_row_and_type(exported, sample_shop):
    con = in_utc()
    told = read_manifest(exported.folder)["tables"]
    assert tuple(told) == TABLES
    for table in set(TABLES) - {"context"}:
        stored = sample_shop.con.sql(f"SELECT * FROM {table}")
        assert told[table]["rows"] == len(stored)
        assert told[table]["columns"] == dict(zip(stored.columns, map(str, stored.types), strict=True))
        if told[table]["rows"]:
            found = con.sql(written(exported.folder, table))
            assert found.types == stored.types, table
            assert sorted(found.fetchall(), key=str) == sorted(stored.fetchall(), key=str), table


def test_the_one_row_of_the_context_is_there(exported):
    (row,) = in_utc().sql(written(exported.folder, "context")).fetchall()
    assert row[0].isoformat() == exported.manifest["as_of"]
    assert str(row[1]) == "2026-11-15"


def test_all_canonical_tables_are_written_but_not_what_purges_and_the_engine_keep():
    con = duckdb.connect()
    schema.create(con)
    there = {row[0] for row in con.sql("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert there - set(TABLES) == {"layout", "own_formats", "purges", "tombstones"}
    assert set(TABLES) - there == {"context"}


def test_rows_of_an_order_lie_with_it(exported, sample_shop):
    parts = sorted(
        path.parent.relative_to(exported.folder / "parcels").as_posix() for path in exported.folder.glob("parcels/*/*/*/*")
    )
    assert "account=SAMPLE/marketplace=amazon.de/month=2026-10" in parts
    months = "strftime(timezone('UTC', ordered_at), '%Y-%m')"
    expected = sample_shop.con.sql(
        f"SELECT count(*) FROM parcels JOIN (SELECT DISTINCT order_id, marketplace, {months} AS month FROM order_lines)"
        " USING (order_id) WHERE marketplace = 'amazon.de' AND month = '2026-10'"
    ).fetchall()
    part = f"{exported.folder}/parcels/account=SAMPLE/marketplace=amazon.de/month=2026-10/*.parquet"
    assert duckdb.sql(f"SELECT count(*) FROM '{part}'").fetchall() == expected
    assert expected[0][0] > 100


def test_names_of_accounts_survive_and_months_are_those_of_utc(small, tmp_path):
    store.export(small, tmp_path / "out")
    found = duckdb.sql(f"SELECT account, item_price FROM ({written(tmp_path / 'out', 'order_lines')}) ORDER BY item_price")
    assert [row[0] for row in found.fetchall()] == list(ODD)
    assert {path.parent.name for path in (tmp_path / "out").glob("order_lines/**/*.parquet")} == {"month=2026-10"}
    found = duckdb.sql(
        f"SELECT DISTINCT account FROM read_parquet('{tmp_path}/out/order_lines/**/*.parquet', hive_types_autocast=0)"
    )
    assert {row[0] for row in found.fetchall()} == set(ODD)


def test_a_part_and_an_earlier_day(sample_shop, sample_db, tmp_path):
    past = sample_shop.as_of("2026-10-01")
    found = past.export(to=tmp_path / "past")
    assert found.manifest["as_of"].startswith("2026-10-01")
    assert (
        found.manifest["tables"]["order_lines"]["rows"]
        == past.con.sql("SELECT count(*) FROM order_lines").fetchall()[0][0]
        < 6000
    )
    past.close()
    found = store.export(sample_db, tmp_path / "part", account="SAMPLE", marketplace="amazon.de")
    assert {path.name for path in (tmp_path / "part" / "order_lines" / "account=SAMPLE").iterdir()} == {"marketplace=amazon.de"}
    for asked in ({"account": "SAMPEL"}, {"marketplace": "amazon.fr"}):
        with pytest.raises(UnknownName, match=r"SAMPLE|amazon\.de"):
            store.export(sample_db, tmp_path / "no", **asked)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["part", "past"]


def test_only_an_export_is_replaced(small, tmp_path):
    to = tmp_path / "out"
    store.export(small, to)
    (to / "order_lines" / "left_from_before").touch()
    store.export(small, to)
    assert not (to / "order_lines" / "left_from_before").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(BadValue, match="no export of orderkit"):
        store.export(small, tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]
    with pytest.raises(BadValue, match="is a file"):
        store.export(small, tmp_path / "mine" / "letter.txt")


def test_an_export_that_breaks_off_leaves_the_one_before(small, tmp_path, monkeypatch):
    to = tmp_path / "out"
    before = store.export(small, to).manifest
    monkeypatch.setattr(
        sys.modules["orderkit.store.export"], "_copied", lambda con, folder, table: (folder / table).mkdir() or 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        store.export(small, to)
    assert read_manifest(to) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_connection_that_writes_writes_nowhere_else(small, tmp_path):
    con = store.reader(small, writes_into=tmp_path / "here")
    (tmp_path / "here").mkdir()
    con.execute(f"COPY (SELECT 1 AS a) TO '{tmp_path}/here/a.parquet'")
    with pytest.raises(duckdb.PermissionException):
        con.execute(f"COPY (SELECT 1 AS a) TO '{tmp_path}/elsewhere.parquet'")
    with pytest.raises(duckdb.PermissionException):
        con.sql(f"SELECT * FROM read_text('{tmp_path}/1.txt')")
    con.close()


def test_a_folder_that_is_none_of_ours_is_not_read(tmp_path):
    with pytest.raises(BadValue, match="orderkit export --to"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"orderkit": "9.0", "layout": 99, "tables": {}}), encoding="utf-8")
    with pytest.raises(BadValue, match="another layout"):
        read_manifest(tmp_path)


def test_the_command_tells_what_it_wrote(small, tmp_path):
    asked = ["export", "--db", str(small), "--to", str(tmp_path / "out")]
    said = CliRunner().invoke(main, asked)
    assert said.exit_code == 0
    assert "order_lines: 5 rows in 5 files" in said.stdout
    assert "MB, as of 2026-11-02" in said.stdout
    told = json.loads(CliRunner().invoke(main, [*asked, "--json"]).stdout)
    assert told["tables"]["order_lines"]["rows"] == 5
    assert told["orderkit"] == ok.__version__
    assert CliRunner().invoke(main, [*asked[:3], "--to", str(tmp_path)]).exit_code == 2
