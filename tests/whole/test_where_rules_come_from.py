"""docs/where-rules-come-from.md says what the packs, the sample and the list of facts say."""

import csv

import pytest
import where_rules_come_from as made

from orderkit import policy


@pytest.fixture(scope="module")
def page():
    return made.PAGE.read_text(encoding="utf-8")


def test_the_page_is_what_it_is_made_from(page, sample_shop):
    assert page == made.page(sample_shop), f"{made.PAGE.name} is not what the packs say. Write it anew: {made.COMMAND}"


def test_every_statement_has_rules_and_an_order(page):
    rows = [line.split(" | ") for line in page.split("## The researched facts")[0].splitlines() if line.startswith("| ")][1:]
    assert [row[0].removeprefix("| ") for row in rows] == list(policy.load_pack("article-2021").statements)
    assert len(rows) == 15
    assert all("`" in row[2] for row in rows)
    assert sum(row[4] != "none" for row in rows) == 15


def test_every_fact_has_its_row(page):
    with made.ROWS.open(encoding="utf-8", newline="") as table:
        facts = [row["fact_id"] for row in csv.DictReader(table)]
    assert [line.split("`")[1] for line in page.split("|---|---|---|---|\n")[-1].splitlines()] == facts
