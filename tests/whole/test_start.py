"""The double-click starters: what `orderkit start` does with and without exports, and the two files that call it."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from orderkit import first_run, places
from orderkit.cli import main
from orderkit.formats import formats
from orderkit.reports import safe

ROOT = Path(__file__).parents[2]
MAC, WINDOWS = (ROOT / "start" / f"orderkit for {name}" for name in ("macOS.command", "Windows.bat"))
STUB = """
import json, pathlib, sys
pathlib.Path("words.json").write_text(json.dumps(sys.argv[1:]))
print("loading", file=sys.stderr)
{then}
"""
PAGE = 'page = pathlib.Path(sys.argv[sys.argv.index("--to") + 1]) / "weekly.html"; page.parent.mkdir(exist_ok=True)'
MADE = f'{PAGE}; page.write_text("a page"); print(json.dumps(dict(page=str(page)))); sys.exit({{code}})'


@pytest.fixture
def reporting(tmp_path, monkeypatch):
    """A function: `orderkit report` is a program that writes a page and ends with a code, or only ends with it."""

    def as_told(code, *, makes_a_page=True):
        then = MADE.format(code=code) if makes_a_page else f"sys.exit({code})"
        (tmp_path / "report.py").write_text(STUB.format(then=then))
        monkeypatch.setattr(first_run, "REPORT", (sys.executable, str(tmp_path / "report.py")))

    return as_told


def started(here, *, opens=True):
    """(what came of it, paths opened, sentences) of a start in a folder."""
    seen, said = [], []
    told = first_run.start(here, db=here / "orderkit.duckdb", show=lambda path: seen.append(path) or opens, say=said.append)
    return told, [path.relative_to(here).as_posix() for path in seen], said


def words(here):
    return json.loads((here / "words.json").read_text())


def test_without_exports_the_sample_and_the_way_to_files_are_opened(tmp_path, reporting):
    reporting(0)
    told, seen, said = started(tmp_path)
    assert seen == ["reports/weekly.html", "reports/get-your-files.html", "exports"]
    assert words(tmp_path) == ["--sample", "--to", str(tmp_path / "reports"), "--json"]
    assert (told.is_sample, told.exit_code) == (True, 0)
    assert "SAMPLE page of an invented shop; it is not your data" in said[0]
    assert said[-1].endswith(f"Put it into {tmp_path / 'exports'} and start again.")


def test_exports_are_loaded_and_their_page_is_opened(tmp_path, reporting):
    reporting(0)
    (tmp_path / "exports" / "november").mkdir(parents=True)
    (tmp_path / "exports" / "november" / "orders.txt").write_text("an export")
    told, seen, said = started(tmp_path)
    assert seen == ["reports/weekly.html"]
    assert words(tmp_path)[:3] == [str(tmp_path / "exports"), "--db", str(tmp_path / "orderkit.duckdb")]
    assert (told.is_sample, told.help_page, told.exit_code) == (False, None, 0)
    assert "nothing counts twice" in said[-1]


@pytest.mark.parametrize("code", [1, 3])
def test_a_page_of_what_could_be_read_is_opened_and_the_code_passed_on(tmp_path, reporting, code):
    reporting(code)
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "orders.txt").write_text("an export")
    told, seen, _ = started(tmp_path)
    assert (seen, told.exit_code) == (["reports/weekly.html"], code)


def test_files_that_give_no_page_open_the_way_to_the_right_ones(tmp_path, reporting):
    reporting(2, makes_a_page=False)
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "holiday.jpg").write_text("no export")
    told, seen, said = started(tmp_path)
    assert seen == ["reports/get-your-files.html", "exports"]
    assert (told.page, told.exit_code) == (None, 2)
    assert said[-1].startswith("No page could be made of these files, see above: the page 'Get your files' says what")


def test_where_nothing_can_be_opened_the_paths_are_told(tmp_path, reporting):
    reporting(0)
    _, seen, said = started(tmp_path, opens=False)
    assert [line for line in said if line.startswith("Open this yourself: ")] == [
        f"Open this yourself: {tmp_path / path}" for path in seen
    ]


@pytest.mark.parametrize("name", ["desktop.ini", "Thumbs.db", ".DS_Store", "~$orders.xlsx"])
def test_what_file_managers_leave_is_no_export(tmp_path, name):
    (tmp_path / name).touch()
    assert not first_run.has_files(tmp_path)
    (tmp_path / "orders.txt").touch()
    assert first_run.has_files(tmp_path)


def test_the_page_of_help_holds_every_export_and_asks_for_nothing(tmp_path):
    page = first_run.help_page(Path("/shop & <b>sons</b>/exports"))
    assert all(str(safe.escape(form.title)) in page for form in formats().values())
    assert "/shop &amp; &lt;b&gt;sons&lt;/b&gt;/exports" in page
    assert "default-src 'none'" in page
    assert "Made from" not in page
    body = page.split("<body>")[1].split("</body>")[0]
    assert safe.is_passive(body)
    assert len(page) < 100_000


def test_the_command_prints_the_page_and_opens_nothing_where_told_so(tmp_path, reporting, monkeypatch):
    reporting(1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(first_run, "show", lambda path: pytest.fail("nothing is to be opened"))
    plain = CliRunner().invoke(main, ["start", "--no-open"])
    assert (plain.exit_code, plain.stdout) == (1, f"{tmp_path / 'reports' / 'weekly.html'}\n")
    told = json.loads(CliRunner().invoke(main, ["start", "--no-open", "--json"]).stdout)
    assert told["sample"] is True
    assert Path(told["help_page"]).is_file()


def fake(folder, name, text):
    """A program of this name in a folder, to stand before the real one."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="no POSIX programs")
@pytest.mark.parametrize(("system", "program"), [("darwin", "open"), ("linux", "xdg-open")])
def test_a_page_is_opened_by_the_program_of_the_system(tmp_path, monkeypatch, system, program):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "a page.html").touch()
    assert first_run.show(tmp_path / "a page.html") is False
    fake(tmp_path / "bin", program, f'echo "$1" > "{tmp_path}/opened"')
    assert first_run.show(tmp_path / "a page.html") is True
    assert (tmp_path / "opened").read_text() == f"{tmp_path / 'a page.html'}\n"
    fake(tmp_path / "bin", program, "exit 4")
    assert first_run.show(tmp_path / "a page.html") is False


def test_windows_opens_a_page_itself(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os, "startfile", opened.append, raising=False)
    assert first_run.show(tmp_path) is True
    assert opened == [tmp_path]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="opens by xdg-open")
def test_a_start_with_exports_opens_their_page_through_the_desktop(tmp_path):
    shutil.copytree(places.sample(), tmp_path / "exports")
    fake(tmp_path / "bin", "xdg-open", f'echo "$1" >> "{tmp_path}/opened"')
    env = {**os.environ, "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "orderkit", "start"]
    ended = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    page = Path(ended.stdout.strip())
    assert (tmp_path / "opened").read_text().split() == [str(page)]
    assert page.parent == tmp_path / "reports"
    assert "<title>" in page.read_text(encoding="utf-8")
    assert (tmp_path / "orderkit.duckdb").is_file()


# the two files


@pytest.fixture
def unpacked(tmp_path):
    """A folder with blanks in its name that holds the starter and a run.py that notes what it is called with."""
    root = tmp_path / "my shop (new)"
    shutil.copytree(ROOT / "start", root / "start")
    (root / "run.py").write_text("import pathlib, sys\npathlib.Path('called').write_text(repr(sys.argv))\nsys.exit(3)\n")
    return root


def double_click(root, path=None):
    """Runs the starter for macOS as a double click does: from another folder; with only the programs of `path`, if given."""
    starter = root / "start" / MAC.name
    env = os.environ if path is None else {"PATH": str(path)}
    return subprocess.run(
        ["/bin/sh", starter], cwd="/", env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


shell = pytest.mark.skipif(not Path("/bin/sh").exists(), reason="no POSIX shell")


@shell
def test_the_starter_for_macos_calls_start_beside_its_folder_and_passes_on_its_end(unpacked):
    ended = double_click(unpacked)
    assert ended.returncode == 3, ended.stdout
    assert (unpacked / "called").read_text() == repr(["run.py", "start"])


@shell
@pytest.mark.parametrize("version", ["exit 1", None])
def test_without_a_python_that_is_new_enough_it_says_how_to_get_one(unpacked, tmp_path, version):
    starter = unpacked / "start" / MAC.name
    starter.write_text(starter.read_text().replace("/opt/homebrew", "/nowhere").replace("/usr/local", "/nowhere"))
    for tool in ("dirname", "uname"):
        fake(tmp_path / "bin", tool, f'exec {shutil.which(tool)} "$@"')
    if version:
        fake(tmp_path / "bin", "python3", version)
    ended = double_click(unpacked, tmp_path / "bin")
    assert ended.returncode == 2
    assert "orderkit needs Python 3.11 or later, and none was found" in ended.stdout
    assert "1. Open https://www.python.org/downloads/" in ended.stdout
    assert not (unpacked / "called").exists()


@shell
def test_a_newer_python_is_taken_before_an_old_one(unpacked, tmp_path):
    for tool in ("dirname", "uname"):
        fake(tmp_path / "bin", tool, f'exec {shutil.which(tool)} "$@"')
    fake(tmp_path / "bin", "python3", "exit 1")
    fake(tmp_path / "bin", "python3.12", f'exec "{sys.executable}" "$@"')
    assert double_click(unpacked, tmp_path / "bin").returncode == 3


@shell
def test_a_starter_without_its_folder_says_so(unpacked):
    (unpacked / "run.py").unlink()
    ended = double_click(unpacked)
    assert ended.returncode == 2
    assert "Unpack the whole download" in ended.stdout


def test_line_ends_and_bits_are_those_of_each_system():
    windows, mac = WINDOWS.read_bytes(), MAC.read_bytes()
    assert windows.count(b"\n") == windows.count(b"\r\n") > 20
    assert b"\r" not in mac
    assert mac.startswith(b"#!/bin/sh\n")
    assert windows.isascii()
    assert mac.isascii()
    assert os.name == "nt" or MAC.stat().st_mode & stat.S_IXUSR
    listed = subprocess.run(["git", "ls-files", "-s", "start"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert not listed or [line.split()[0] for line in listed.splitlines() if line.endswith(".command")] == ["100755"]
    attributes = (ROOT / "start" / ".gitattributes").read_text(encoding="utf-8")
    assert {"*.bat -text", "*.command -text"} <= set(attributes.splitlines())


def test_the_starter_for_windows_is_whole():
    """It cannot be run here: that every label it jumps to is there, blocks are closed, it asks for 3.11 and waits at the end."""
    lines = [line.strip() for line in WINDOWS.read_text(encoding="ascii").splitlines()]
    labels = {line[1:] for line in lines if line.startswith(":")}
    jumps = {line.split("goto ")[1] for line in lines if "goto " in line}
    assert jumps == labels == {"incomplete", "found", "finish"}
    outside = [line for line in lines if not line.startswith(("rem ", "echo "))]
    assert sum(line.endswith("(") for line in outside) == sum(line == ")" for line in outside) == 2
    assert sum("sys.exit(sys.version_info < (3, 11))" in line for line in lines) == 2
    assert lines.index(":found") < lines.index("%PYTHON% run.py start %*") < lines.index(":finish") < lines.index("pause")
    assert lines[-1] == "exit /b %ENDED%"
    assert lines.count('set "ENDED=2"') == 2
