"""How far long work is: a bar where a person looks on, a line in a notebook, and nothing in a pipe."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import orderkit as ok
from orderkit import display, progress
from orderkit.reports import parts
from tests.store.exports import ALL_ORDERS, order_line, write

ROOT = Path(__file__).parents[2]


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def exports(tmp_path):
    """A folder of three small files."""
    for n in range(3):
        (tmp_path / "in").mkdir(exist_ok=True)
        write(tmp_path / "in" / f"part{n}.txt", ALL_ORDERS, [order_line(n, str(n))])
    return tmp_path / "in"


def watched(count=3):
    with progress.watch("Loading", "file") as step:
        for at in range(1, count + 1):
            step(f"part{at}.txt", at, count, at - 1, count)


def test_nothing_is_shown_where_nobody_looks_on(capsys):
    watched()
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar_that_goes_away(monkeypatch):
    for plain in (False, True):
        screen = Terminal()
        monkeypatch.setattr(sys, "stderr", screen)
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setenv("COLUMNS", "100")
        if plain:
            monkeypatch.setenv("NO_COLOR", "1")
        watched()
        shown = screen.getvalue()
        assert "Loading file 3 of 3: part3.txt" in shown
        assert shown.rstrip().endswith("\x1b[2K"), "the line is wiped at the end"
        assert ("\x1b[38;" in shown) is not plain


def test_what_a_file_is_called_moves_no_cursor_and_is_no_markup(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "100")
    with progress.watch("Loading", "file") as step:
        step("[red]\x1b]0;x\x07.txt", 1, 2)
    assert "[red]" in screen.getvalue()
    assert "\x1b]0;" not in screen.getvalue()


@pytest.fixture
def cell(monkeypatch):
    """What a cell of a notebook shows: the bundles of its one line, in order."""
    shown = []

    class Handle:
        def update(self, bundle, **settings):
            shown.append((bundle, settings))

    def show(bundle, *, display_id, **settings):
        assert display_id is True
        shown.append((bundle, settings))
        return Handle()

    monkeypatch.setattr(progress, "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", show)
    return shown


def test_a_notebook_gets_a_line_that_changes_and_stays_as_one_sentence(cell, monkeypatch):
    monkeypatch.setattr(progress, "SHOWN_AGAIN_AFTER", 0)
    watched()
    first, *_, last = cell
    assert len(cell) == 4
    assert '<progress max="3" value="0"' in first[0]["text/html"]
    assert "Loading file 1 of 3: part1.txt" in first[0]["text/html"]
    assert last[0]["text/plain"].startswith("Loading: 3 files in 0.")
    assert "<progress" not in last[0]["text/html"]


def test_a_name_is_escaped_in_a_notebook(cell):
    with progress.watch("Loading", "file") as step:
        step("<b onclick=x>.txt", 1, 1)
    assert "<b" not in cell[0][0]["text/html"]
    assert "&lt;b" in cell[0][0]["text/html"]


def fail():
    with progress.watch("Loading", "file") as step:
        step("part1.txt", 1, 2)
        raise ZeroDivisionError


def test_a_failure_says_where_it_stopped(cell):
    with pytest.raises(ZeroDivisionError):
        fail()
    assert cell[-1][0]["text/plain"] == "Loading: stopped at part1.txt."


def test_pages_leave_it_out():
    output = {"output_type": "display_data", "data": {"text/plain": "Loading ..."}, "metadata": dict(display.PAGES_LEAVE_IT_OUT)}
    assert parts._read_output(parts_node(output), 1) is None
    assert parts._read_output(parts_node(output | {"metadata": {}}), 1) is not None


def parts_node(output):
    import nbformat

    return nbformat.from_dict(output)


def test_load_tells_of_each_file_with_bytes_behind(exports, tmp_path):
    told = []
    ok.load(exports, db=tmp_path / "shop.duckdb", progress=lambda *step: told.append(step))
    sizes = [path.stat().st_size for path in sorted(exports.iterdir())]
    assert [step[:3] for step in told] == [(f"part{n}.txt", n + 1, 3) for n in range(3)]
    assert [step[3:] for step in told] == [(0, sum(sizes)), (sizes[0], sum(sizes)), (sizes[0] + sizes[1], sum(sizes))]


def test_load_and_backtest_show_it_by_themselves(cell, exports, tmp_path, sample_shop):
    ok.load(exports, db=tmp_path / "shop.duckdb")
    assert cell[-1][0]["text/plain"].startswith("Loading: 3 files in ")
    del cell[:]
    sample_shop.backtest(as_of="2026-10-15")
    assert "Forecasts day 1 of 1: as of 2026-10-15" in cell[0][0]["text/html"]
    assert cell[-1][0]["text/plain"].startswith("Forecasts: 1 day in ")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals of this kind")
def test_the_command_line_keeps_stdout_clean(exports, tmp_path):
    """stderr is a terminal, stdout a pipe: the bar is on the one, the result alone on the other."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "orderkit", "load", str(exports), "--db", str(tmp_path / "shop.duckdb")]
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    settings = {**os.environ, "PYTHONPATH": paths, "TERM": "xterm", "COLUMNS": "100", "NO_COLOR": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=settings, cwd=tmp_path) as process:
        os.close(theirs)
        bar = b""
        while True:
            try:
                read = os.read(ours, 4096)
            except OSError:  # Linux says so when nobody has the other end any more
                break
            if not read:
                break
            bar += read
        printed = process.stdout.read().decode()
    os.close(ours)
    assert process.returncode == 0
    assert b"Loading file 3 of 3: part2.txt" in bar
    assert b"\x1b[3" not in bar, "NO_COLOR"
    assert len(printed.splitlines()) == 3
    assert "\x1b" not in printed
