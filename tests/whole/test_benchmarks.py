"""The benchmark of the classification on 2,000 lines: the rules written by hand for each rival answer what orderkit answers."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
BY_HAND = "DuckDB SQL written by hand"
ALWAYS = {
    "article": {BY_HAND, "polars lazy, streaming", "pandas, numpy.select", "orderkit, apply", "(before that) orderkit, facts"},
    "standing": {BY_HAND, "orderkit, apply"},
    "weekly": {
        "pandas by hand", "polars by hand, streaming", "DuckDB SQL by hand, nothing stored", "orderkit, load and measure",
        "orderkit, measure of a loaded shop",
    },
}  # fmt: skip

pytestmark = pytest.mark.slow


def run(folder, case):
    """One round of a case, as a user runs it; without figures, what is wrong."""
    words = ["--lines", "2000", "--rounds", "1", "--only", case, "--files", str(folder), "--json", "--loud"]
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, str(ROOT / "tests" / "benchmarks"), *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("case", ALWAYS)
def test_all_rivals_answer_alike(tmp_path, case):
    ended = run(tmp_path, case)
    assert ended.returncode == 0, ended.stderr[-2000:]
    told = json.loads(ended.stdout)["cases"][0]
    assert set(told["entries"]) - {"rule-engine, from 10,000 lines"} == ALWAYS[case]
    assert all(entry["seconds"]["median"] > 0 for entry in told["entries"].values())
    assert [goal["text"] for goal in told["goals"] if goal["value"] is None] == []


def test_answers_that_differ_give_no_figures(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tests"))
    from benchmarks import measure
    from benchmarks.cases import CASES

    case = next(case for case in CASES if case.name == "standing")
    one, other = ({"found": {"tables": {"ship": [2000, sum_]}, "sample": {"ship": [2000, "1"]}}} for sum_ in ("1", "2"))
    measure._agree(case, {"a": [one], "b": [one, one]})
    with pytest.raises(measure.Wrong, match="the results differ"):
        measure._agree(case, {"a": [one], "b": [one, other]})


@pytest.fixture
def bench(monkeypatch):
    """The modules of the benchmark."""
    monkeypatch.syspath_prepend(str(ROOT / "tests"))
    from benchmarks import cli, growth, pages, quiet, saved

    return SimpleNamespace(cli=cli, growth=growth, pages=pages, quiet=quiet, saved=saved)


def test_under_load_there_are_no_times(bench, monkeypatch, capsys):
    monkeypatch.setattr(bench.quiet, "noise", lambda say: "its load average is 7.0, more than 1.5")
    assert bench.cli.main(["--lines", "10", "--only", "start"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "load average is 7.0" in told.err
    assert "--loud" in told.err


@pytest.mark.parametrize(("shares", "loud"), [([], False), ([0.02, 0.1], False), ([0.02, 0.11], True)])
def test_what_counts_as_loud(bench, shares, loud):
    assert bool(bench.quiet.loud_rounds(shares)) is loud


def test_the_readme_and_the_page_of_growth_tell_what_was_kept(bench):
    for path, text in bench.pages.made().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `python3 run.py bench pages`"


def test_a_ratio_that_is_not_kept_has_an_empty_cell_and_a_loud_one_stands_in_brackets(bench, tmp_path):
    goals = [{"text": "load and measure / pandas by hand", "value": 0.444, "most": 0.5, "kept": True}]
    result, file = {"case": "weekly", "about": "", "entries": {}, "goals": goals}, tmp_path / "results.json"
    bench.saved.keep([result], lines=100_000, rounds=5, loud=True, path=file)
    bench.saved.keep([result], lines=1_000_000, rounds=5, loud=False, path=file)
    row = next(line for line in bench.pages.table(bench.saved.read(file)).splitlines() if "with the whole store" in line)
    assert row.endswith("| at most 0.5 | (0.44) | 0.44 |  |  |")
    bench.saved.keep([result], lines=100_000, rounds=5, loud=False, path=file)
    assert len(bench.saved.read(file)) == 2


def test_the_power_of_the_lines_is_found(bench):
    slope, factor = bench.growth.power([(10, 300.0), (100, 30_000.0), (1000, 3_000_000.0)])
    assert (round(slope, 6), round(factor, 6)) == (2, 3)
    assert bench.growth.power([(10, 1.0)]) is None


def test_the_model_of_many_parcels_finds_what_was_drawn():
    """20,000 parcels of which one in a hundred never arrives; a million by the command."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    child = [sys.executable, "-m", "benchmarks.parcels", "child", "20000"]
    told = json.loads(subprocess.run(child, env=env, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert told["parcels"] == 20_000
    assert abs(told["never_said"] - told["never_true"]) < 0.002  # 4 standard errors of one in a hundred among 20,000 are 0.0028


def test_the_analysis_of_many_returns_lists_products_that_were_drawn_bad():
    """20,000 returns of 2,000 products; a million of 100,000 by the command. No name on the list is of a good product."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    child = [sys.executable, "-m", "benchmarks.returned", "child", "20000"]
    told = json.loads(subprocess.run(child, env=env, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert told["skus"] == 2_000
    assert told["listed"] > 0 == told["false"]


def test_the_analysis_of_many_parcels_insures_what_was_drawn_to_be_lost_often():
    """20,000 parcels; a million by the command. Cover at 95 cents per 100 pays where one in 40 is lost, not one in 400."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    child = [sys.executable, "-m", "benchmarks.losses", "child", "20000"]
    told = json.loads(subprocess.run(child, env=env, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert told["parcels"] == 20_000
    assert told["insured"] == ["DHL Air", "DHL Ground", "FedEx Air", "FedEx Ground"]
    assert abs(told["mean_ratio"] - 1) < 0.01  # the standard error of a mean of 20,000 totals of 50 events is 0.0013
