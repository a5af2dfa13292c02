"""Where each dated rule of the facts went: a parameter or a rule of the pack amazon, or why it is in neither."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from orderkit import policy

OWN = Path(__file__).with_name("rows_of_facts.csv")
FACTS = Path(__file__).parents[3] / "shared" / "facts" / "policy" / "policy_facts.csv"


def rows(path):
    with path.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def test_every_row_of_the_facts_has_its_place():
    if not FACTS.exists():
        pytest.skip("shared/facts is not on this machine")
    theirs, ours = rows(FACTS), rows(OWN)
    assert [row["fact_id"] for row in ours] == [row["fact_id"] for row in theirs]
    assert [row["marketplace"] for row in ours] == [row["marketplace"] for row in theirs]


def test_every_place_is_in_the_pack():
    pack, kinds = policy.load_pack("amazon"), Counter()
    for row in rows(OWN):
        lists = re.findall(r"(parameter|rule) ([a-z_.]+(?:, [a-z_.]+)*)(?=;|$)", row["where"])
        places = [(kind, name) for kind, names in lists for name in names.split(", ")]
        assert len(lists) == len(re.findall("(?:parameter|rule) [a-z_.]+", row["where"])), row
        for kind, name in places:
            if kind == "parameter":
                assert name in pack.parameters, row
            else:
                question, rule = name.split(".")
                assert rule in [known.name for known in pack.questions[question].rules], row
        reason = row["where"].partition("not encoded: ")[2]
        assert places or len(reason) > 15, row
        kinds["not encoded" if not places else "encoded"] += 1
    assert kinds["encoded"] >= 150
