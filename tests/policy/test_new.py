"""orderkit new: starters that work as they are, are found where they lie, and never overwrite anything."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import orderkit
from orderkit import measures, policy, starters
from orderkit.cli import main
from orderkit.errors import BadValue, UnknownName
from orderkit.formats import own_formats

ROOT = Path(__file__).parents[2]
HEADER = "-- about: lines\n-- grain: one row per currency\n-- unit: lines\n-- reads: order_lines\n"


@pytest.fixture
def db(sample_db, tmp_path):
    """The sample shop's database in a folder of its own, where nothing lies beside it."""
    os.link(sample_db, tmp_path / "shop.duckdb")
    return tmp_path / "shop.duckdb"


def call(*words):
    """(exit code, what it prints, what it says beside) of a command."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.slow
def test_the_tests_of_all_starters_pass_under_another_name(tmp_path):
    for kind, name in (("rule", "early"), ("format", "till"), ("measure", "best_sellers")):
        starters.write(kind, name, db=tmp_path / "shop.duckdb")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert "9 passed" in ended.stdout


def test_no_starter_says_the_name_that_it_was_written_under(tmp_path):
    for kind in starters.FOLDERS:
        for file in starters.write(kind, "early" if kind == "rule" else f"early_{kind}", db=tmp_path / "shop.duckdb").files:
            assert f"my_{kind}" not in file.read_text(encoding="utf-8")


def test_a_new_rule_answers_on_the_sample(db):
    code, printed, said = call("new", "rule", "early", "--db", db)
    files = [db.parent / "packs" / name for name in ("early.yaml", "test_early.py")]
    assert (code, printed.splitlines()) == (0, [str(file) for file in files])
    assert f"orderkit policy check {files[0]} --db {db}" in said
    assert call("policy", "check", files[0], "--db", db)[1].startswith("early.yaml is good. early: Amazon, with what my shop")
    listed = json.loads(call("todo", "--pack", "early", "--db", db, "--json")[1])["rows"]
    usual = json.loads(call("todo", "--db", db, "--json")[1])["rows"]
    early = [row for row in listed if row["rule"] == "early"]
    assert early
    assert {row["rule"] for row in usual if row["item"] in {row["item"] for row in early}} == {"in_time"}
    told = call("explain", early[0]["order_id"], "--pack", "early", "--db", db)[1]
    assert "early: the ship-by day is near: pack this one first" in told
    assert "why: rule early (your source)" in told
    assert "rule early" not in call("explain", early[0]["order_id"], "--db", db)[1]


def test_the_day_of_review_of_a_new_rule_is_today(tmp_path):
    starters.write("rule", "early", db=tmp_path / "shop.duckdb", today=dt.date(2027, 1, 31))
    assert policy.load_pack("early", tmp_path / "packs").reviewed == dt.date(2027, 1, 31)


def test_a_new_format_is_one_that_load_finds(tmp_path):
    starters.write("format", "till", db=tmp_path / "shop.duckdb")
    assert [name for name, _ in own_formats(tmp_path / "formats")] == ["till"]
    (tmp_path / "orders.csv").write_text(
        "till_order,sold at,ship by,state,sku,units,paid,currency,buyer\n"
        "A-1,2026-11-02 09:30,2026-11-04,open,mug,1,12.50,EUR,Ann\n"
    )
    result = orderkit.load(tmp_path / "orders.csv", db=tmp_path / "shop.duckdb").files[0]
    assert (result.format, result.loaded) == ("till", 1)


def test_a_new_measure_is_found_by_name(db):
    call("new", "measure", "best_sellers", "--db", db)
    assert "best_sellers: units sold and sales by SKU and week" in call("measure", "--db", db)[1]
    rows = json.loads(call("measure", "best_sellers", "--by", "sku", "--db", db, "--json")[1])
    lines = json.loads(call("sql", "SELECT count(*) AS n FROM order_lines WHERE status <> 'cancelled'", "--db", db, "--json")[1])
    assert sum(row["lines"] for row in rows) == lines[0]["n"]


def test_new_writes_where_it_is_told_and_says_it_as_json(tmp_path):
    code, printed, said = call("new", "measure", "best_sellers", "--to", tmp_path / "mine", "--json")
    told = json.loads(printed)
    assert (code, said) == (0, "")
    assert told["files"] == [str(tmp_path / "mine" / name) for name in ("best_sellers.sql", "test_best_sellers.py")]
    assert f"pytest {told['files'][1]}" in told["next"]


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        ("rule", "My-Rule", "'My-Rule' cannot be a name: use small letters, digits and underscores"),
        ("rule", "../up", "cannot be a name"),
        ("rule", "a" * 41, "cannot be a name"),
        ("rule", "amazon", "amazon is the name of a shipped pack"),
        ("rule", "in_time", "in_time is the name of a shipped rule or answer. Take another one, for example my_in_time"),
        ("rule", "ship_in_time", "is the name of a shipped rule or answer"),
        ("format", "tracking", "tracking is the name of a shipped format"),
        ("measure", "late_open", "late_open is the name of a shipped measure"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_and_nothing_is_written(tmp_path, kind, name, message):
    code, printed, said = call("new", kind, name, "--db", tmp_path / "shop.duckdb")
    assert (code, printed) == (2, "")
    assert message in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", ["packs/early.yaml", "packs/test_early.py", "measures/test_early.py"])
def test_no_file_is_overwritten_and_no_test_named_twice(tmp_path, there):
    path = tmp_path / there
    path.parent.mkdir()
    path.write_text("mine")
    with pytest.raises(BadValue, match="is there already, and nothing was written"):
        starters.write("rule", "early", db=tmp_path / "shop.duckdb")
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]
    assert path.read_text() == "mine"


def own_measure(folder, name, text):
    (folder / "measures").mkdir(exist_ok=True)
    (folder / "measures" / f"{name}.sql").write_text(text, encoding="utf-8")
    return folder / "measures"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT 1 AS n\n", "lacks -- about: ... and -- grain: ... and -- unit: ... and -- reads: ... at its head"),
        (f"{HEADER}SELECT currency, count(*) AS n FROM order_line GROUP BY currency", "order_line"),
        (f"{HEADER}SELECT 1 AS n; DROP TABLE order_lines", "syntax error|Only one SELECT"),
        (f"{HEADER}DELETE FROM order_lines", "syntax error|Only one SELECT"),
    ],
)
def test_a_measure_of_ones_own_that_cannot_be_run_is_told_in_words(db, text, message):
    own_measure(db.parent, "mine", text)
    shop = orderkit.open(db)
    with pytest.raises(BadValue, match=message):
        shop.measure("mine")
    assert shop.sql("SELECT count(*) AS n FROM order_lines")["n"][0] > 1000
    shop.close()


def test_a_measure_of_ones_own_may_end_with_a_semicolon_and_is_cut_like_any(db):
    own = own_measure(db.parent, "mine", f"{HEADER}SELECT currency, count(*) AS n FROM order_lines GROUP BY currency;\n")
    assert measures.about("mine", own)["grain"] == "one row per currency"
    assert "mine" in measures.names(own)
    assert "mine" not in measures.names()
    shop = orderkit.open(db)
    assert shop.measure("mine")["n"].sum() == shop.measure("mine", by=[])["n"].sum() == len(shop.sql("FROM order_lines"))
    with pytest.raises(BadValue, match="It has the columns currency"):
        shop.measure("mine", since="2026-W46")
    with pytest.raises(UnknownName, match="Did you mean 'mine'"):
        shop.measure("mines")
    shop.close()


def test_a_measure_of_ones_own_takes_no_shipped_name(db):
    own = own_measure(db.parent, "late_open", f"{HEADER}SELECT 1 AS n")
    with pytest.raises(BadValue, match=r"late_open is the name of a shipped measure\. Give the file"):
        measures.names(own)
