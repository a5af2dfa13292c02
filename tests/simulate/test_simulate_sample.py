"""data/sample is what the simulation writes, byte for byte, and small."""

import gzip
import json
from pathlib import Path

import pytest

from orderkit.simulate import __main__ as command

DATA = Path(__file__).parents[2] / "data"


def content(path):
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    command.main(["--to", str(folder / "sample")])
    return folder


@pytest.mark.parametrize("name", ["sample", "sample_truth"])
def test_the_sample_comes_out_again(again, name):
    kept, made = ({path.name: content(path) for path in (root / name).iterdir()} for root in (DATA, again))
    assert set(kept) == set(made)
    assert len(kept) == {"sample": 11, "sample_truth": 8}[name]
    assert [file for file in kept if kept[file] != made[file]] == []


def test_the_sample_is_at_most_four_megabytes():
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) <= 4_000_000


def test_the_truth_names_the_orders_of_the_statements():
    facts = json.loads((DATA / "sample_truth" / "parameters.json").read_text(encoding="utf-8"))
    assert len(facts["statement_orders"]) == 20
    lines = gzip.decompress((DATA / "sample_truth" / "lines.csv.gz").read_bytes()).decode()
    assert all(order_id in lines for order_id in facts["statement_orders"].values())
