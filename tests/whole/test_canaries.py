"""Canaries in every personal, ignored and comment column of every export: no output may ever hold one."""

import gzip
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import traceback
import zipfile
from pathlib import Path

import openpyxl
import pytest
from canaries import CANARIES, Sheet, delimited, found, in_database, in_files
from click.testing import CliRunner

from orderkit import reports, store
from orderkit.cli import main

ROOT = Path(__file__).parents[2]
PACKED = ("amazon_order_report", "shopify_orders")


COMMANDS = [
    ["doctor"], ["doctor", "--json"], ["todo", "--json"], ["today"], ["returns"], ["losses"], ["exposure", "--json"],
    ["sql", "SELECT * FROM rejects"], ["sql", "SELECT * FROM order_lines", "--json"],
    ["sql", "SELECT error(region) FROM order_lines"], ["sql", "SELECT CAST(region AS INTEGER) FROM order_lines"],
    ["explain", "111-5550000-0000001"], ["purge", "--order", "no-such", "--yes"],
]  # fmt: skip


class Place:
    """A folder of exports, a folder of a database, and a folder for temporary files of the commands that run."""

    def __init__(self, folder):
        self.exports, self.home, self.temp, self.scratch = (folder / name for name in ("exports", "home", "temp", "scratch"))
        for each in (self.exports, self.home, self.temp, self.scratch):
            each.mkdir()
        self.db = self.home / "shop.duckdb"
        self.said = {}

    def ask(self, *arguments):
        """The same in this process: the exit code."""
        done = CliRunner().invoke(main, [*map(str, arguments), "--db", str(self.db)])
        self.said[" ".join(map(str, arguments))] = done.output + "".join(traceback.format_exception(done.exception))
        return done.exit_code

    @property
    def env(self):
        return os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(self.temp)}

    def run(self, *arguments):
        """What a command says, and its exit code."""
        command = [sys.executable, "-m", "orderkit", *map(str, arguments), "--db", str(self.db)]
        done = subprocess.run(command, cwd=self.home, env=self.env, capture_output=True, text=True, timeout=600, check=False)
        self.said[" ".join(map(str, arguments))] = done.stdout + done.stderr
        return done

    def in_outputs(self):
        """Where canaries stand: in what commands said, in any file they left, in the database."""
        said = {command: hits for command, text in self.said.items() if (hits := found(text))}
        return said | in_files(self.home, self.temp) | in_database(self.db, self.scratch)


def packed(folder, name, sheet):
    """Other records of the same export in other containers and encodings."""
    utf16, cp1252, gz, zipped, book = (sheet.text(sheet.rows(first, first + 3)) for first in range(10, 60, 10))
    (folder / f"{name}.utf16.txt").write_bytes(utf16.encode("utf-16"))
    (folder / f"{name}.cp1252.txt").write_bytes(cp1252.encode("cp1252"))
    (folder / f"{name}.txt.gz").write_bytes(gzip.compress(gz.encode()))
    with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
        archive.writestr("inside.txt", zipped)
    workbook = openpyxl.Workbook()
    for line in book.splitlines():
        workbook.active.append(line.split(sheet.form.delimiter))
    workbook.save(folder / f"{name}.xlsx")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Every export, whole and broken, loaded by the command."""
    made = Place(tmp_path_factory.mktemp("canaries"))
    for number, (name, form) in enumerate(delimited().items()):
        sheet = Sheet(form, number * 7)
        (made.exports / f"{name}.txt").write_text(sheet.text(sheet.rows(1, 4) + sheet.broken(4)), encoding="utf-8")
        if name in PACKED:
            packed(made.exports, name, sheet)
    made.loaded = made.run("load", made.exports, "--json")
    return made


def test_every_column_that_is_not_kept_holds_a_canary():
    used, forms = set(), delimited()
    assert len(forms) >= 30
    for number, form in enumerate(forms.values()):
        sheet = Sheet(form, number * 7)
        text = sheet.text(sheet.rows(1, 4))
        left = [h for h in sheet.headers if not form.column(h).kept or form.column(h).type in ("comment", "buyer")]
        assert sheet.places == left * 3
        used |= set(found(text))
    assert used == set(CANARIES)
    assert len(CANARIES) == 25


def test_all_was_loaded_and_the_broken_lines_were_set_aside(place):
    files = {file["file"]: file for file in json.loads(place.loaded.stdout)["files"]}
    assert len(files) == len(delimited()) + 5 * len(PACKED)
    for name, file in files.items():
        assert file["state"] == "loaded", (name, file["reason"])
        assert file["quarantined"] == (3 if name.removesuffix(".txt") in delimited() else 0), name
        assert file["lines"] in (3, 6)


def test_no_canary_in_the_database_nor_in_what_is_left_behind(place):
    assert place.in_outputs() == {}
    assert [file.name for file in place.home.iterdir() if file.is_file()] == ["shop.duckdb"]
    assert list(place.temp.iterdir()) == []


def test_no_canary_in_what_the_commands_say(place):
    for command in COMMANDS:
        assert place.ask(*command) in (0, 1, 2), place.said
    assert place.ask("load", place.exports) == 1
    assert place.in_outputs() == {}


def test_no_canary_in_the_weekly_page_nor_in_a_notebook_that_failed(place):
    done = place.run("report", "--to", place.home / "reports", "--json")
    assert Path(json.loads(done.stdout)["page"]).stat().st_size > 10_000
    notebook = place.scratch / "looks.py"
    notebook.write_text(
        '# %% tags=["parameters"]\ndb = ""\n# %%\nimport orderkit as ok\nshop = ok.open(db)\nshop.todo()\n'
        "# %%\nshop.sql('SELECT * FROM order_lines')\n"
        "# %%\nshop.con.sql('SELECT CAST(region AS DATE) FROM order_lines').fetchall()\n"
    )
    with pytest.raises(reports.ReportFailed) as failed:
        reports.build(notebook, to=place.home / "reports", parameters={"db": place.db}, name="looks")
    assert Path(failed.value.kept).is_file()
    place.said["failed notebook"] = str(failed.value)
    assert place.in_outputs() == {}


OWN = """
title: Own
find: here
unlocks: nothing
delimiter: comma
signature: [order, bought, note]
needs: [order]
known_at: {file_end: [bought]}
columns: {order: id, bought: {type: day, formats: ["%Y-%m-%d"]}, note: text}
emits:
  order_lines:
    keys: {order_id: order}
    anchor: bought
    rank: 9
    fixed: {units: {from: note, sql: "CAST({0} AS INTEGER)"}}
"""


def test_no_canary_where_the_engine_fails_in_the_middle_of_a_load(tmp_path):
    place = Place(tmp_path)
    (place.home / "formats").mkdir()
    (place.home / "formats" / "own.yaml").write_text(OWN)
    (place.exports / "own.csv").write_text(f"order,bought,note\n1,2026-11-01,{CANARIES[0]}\n")
    done = place.run("load", place.exports)
    assert (done.returncode, done.stdout, found(done.stderr)) == (4, "", [])
    assert "report this to orderkit" in done.stderr
    assert in_files(place.home, place.temp) == {}


def test_a_purged_order_is_gone_and_stays_gone_and_no_canary_comes_of_it(place, tmp_path):
    number = "111-5550000-0000002"
    copy = Place(tmp_path)
    shutil.copyfile(place.db, copy.db)
    assert copy.run("sql", f"SELECT * FROM order_lines WHERE order_id = '{number}'", "--json").stdout.strip() != "[]"
    receipt = json.loads(copy.run("purge", "--order", number, "--yes", "--json").stdout)
    assert (receipt["orders"], receipt["proof"]["finds"]) == (1, 0)
    for start, (name, form) in enumerate(delimited().items()):
        sheet = Sheet(form, start * 7)  # the same records again, in a file of other bytes
        (copy.exports / f"{name}.txt").write_text(sheet.text(sheet.rows(1, 4)), encoding="utf-8")
    done = copy.run("load", copy.exports, "--json")
    assert {file["state"] for file in json.loads(done.stdout)["files"]} == {"loaded"}
    con = store.reader(copy.db)
    tables = [name for (name,) in con.sql("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()]
    assert [name for name in tables if number in repr(con.sql(f"FROM {name}").fetchall())] == []
    con.close()
    assert copy.in_outputs() == {}


def test_a_killed_load_leaves_lines_in_its_private_folder_only_and_the_next_load_sweeps_it(tmp_path):
    """While a file that is not UTF-8 is read, its lines lie in a folder that nobody else may look into."""
    place = Place(tmp_path)
    sheet = Sheet(delimited()["amazon_order_report"])
    (place.exports / "orders.txt").write_bytes(sheet.text(sheet.rows(1, 20_000) + sheet.broken(1)).encode("utf-16"))
    work = place.home / ".shop.duckdb.work"
    command = [sys.executable, "-m", "orderkit", "load", str(place.exports), "--db", str(place.db)]
    process = subprocess.Popen(command, cwd=place.home, env=place.env, start_new_session=True)
    try:
        until = time.monotonic() + 120
        while not in_files(*([work] if work.exists() else [])) and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert in_files(work) != {}, "the load was over before it was hit"
    assert stat.S_IMODE(work.stat().st_mode) == 0o700
    assert [file for file in in_files(place.home, place.temp) if work not in file.parents] == []
    small = Sheet(delimited()["tracking"])
    (place.scratch / "tracking.csv").write_text(small.text(small.rows(1, 2)))
    assert place.run("load", place.scratch / "tracking.csv").returncode == 0
    assert not work.exists()
    assert place.in_outputs() == {}
