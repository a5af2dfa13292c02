"""Every kind of broken export: nothing is ever silently wrong, nothing crashes, hangs or leaks, and most are wholly right."""

import json
import os
import subprocess
import sys

import pytest

from orderkit import store
from orderkit.store.engine import database

from .case import GROUPS
from .kinds import load_kinds
from .loud import LOUD
from .outcome import judge, write
from .worker import ROOT, Worker

KINDS = load_kinds()
NAMES = list(KINDS)
QUICK = set(NAMES[::12])
SHARE = 0.965  # of all kinds must be wholly right
SPOKEN = NAMES[5 :: len(NAMES) // 10][:10]  # through the command line, too


def test_there_are_kinds_of_every_group():
    assert len(KINDS) >= 150
    assert {kind.group for kind in KINDS.values()} == set(GROUPS)
    assert len({kind.base for kind in KINDS.values()}) >= 10


def test_most_kinds_must_be_right():
    assert set(LOUD) <= set(KINDS)
    assert len(LOUD) <= (1 - SHARE) * len(KINDS)


@pytest.fixture(scope="module")
def worker():
    worker = Worker()
    yield worker
    worker.close()


@pytest.mark.parametrize("name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in NAMES])
def test_a_broken_export(worker, name):
    verdict = worker.judge(name)
    assert verdict.outcome in ("right", "loud"), f"{verdict.outcome}: {KINDS[name].about}: {verdict.note}"
    assert verdict.outcome == "right" or name in LOUD, f"no longer right: {verdict.note}"


@pytest.mark.slow
@pytest.mark.parametrize("name", SPOKEN)
def test_the_command_line_says_the_same(tmp_path, name):
    case = KINDS[name].case()
    path = write(case, tmp_path / "in")
    command = [sys.executable, "-m", "orderkit", "load", str(path), "--db", str(tmp_path / "a.duckdb"), "--json"]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=120
    )
    assert "Traceback" not in done.stderr
    result = store.load(path, db=tmp_path / "b.duckdb")
    assert json.loads(done.stdout) == json.loads(json.dumps(result.to_json()))
    assert done.returncode == result.exit_code


def test_the_judge_sees_what_is_wrong(monkeypatch):
    """A reader that stores a wrong price, one that loses a line, and one that raises."""
    real = store.load

    def changed(sql):
        def load(path, *, db):
            result = real(path, db=db)
            with database.writer(db) as con:
                con.execute(sql)
            return result

        return load

    for sql in (
        "UPDATE order_lines SET item_price = item_price + 0.01 WHERE line = (SELECT min(line) FROM order_lines)",
        "DELETE FROM order_lines WHERE line = (SELECT min(line) FROM order_lines)",
    ):
        monkeypatch.setattr(store, "load", changed(sql))
        assert judge("ends_crlf").outcome == "silently wrong"
    monkeypatch.setattr(store, "load", lambda *_, **__: 1 / 0)
    assert judge("ends_crlf").outcome == "crash"
