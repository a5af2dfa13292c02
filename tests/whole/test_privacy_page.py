"""What docs/privacy.md says is so: its commands, options, files and exports exist, and nothing to be asked for is left out."""

import re
from pathlib import Path

import pytest

from orderkit.cli import main
from orderkit.formats import formats
from orderkit.formats.guide import family
from orderkit.store.engine import database
from orderkit.store.values import pseudonyms

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")


def options(verb):
    return {word for option in main.commands[verb].params for word in option.opts}


def test_its_commands_and_options_exist():
    (shown,) = re.findall(r"```\n(.*?)```", PAGE, flags=re.DOTALL)
    for line in re.findall(r"^orderkit (.*)$", shown, flags=re.MULTILINE):
        verb, *words = line.split()
        assert {word for word in words if word.startswith("--")} <= options(verb)
    assert {"--older-than", "--order", "--account", "--yes"} <= options("purge")
    assert {"--comments", "--buyers"} <= options("load")
    assert set(re.findall(r"`(--[a-z-]+)", PAGE)) <= options("purge") | options("load")


def test_the_key_and_the_private_folder_have_their_names(tmp_path):
    assert f"`{pseudonyms.KEY}`" in PAGE
    assert f"`{database.Writing(tmp_path / 'orderkit.duckdb').folder.name}`" in PAGE


@pytest.mark.parametrize("kind", ["email", "name"])
def test_every_export_that_gives_pseudonyms_is_named(kind):
    of = {form.name for form in formats().values() if any(column.identifies == kind for column in form.columns.values())}
    named = {
        "amazon_order_report": "Order", "amazon_unshipped_orders": "unshipped", "amazon_fulfilled_shipments": "FBA shipment",
        "shopify_orders": "Shopify", "ebay_orders": "eBay",
    }  # fmt: skip
    assert of <= set(named)
    assert all(named[name] in PAGE for name in of)


def test_comments_are_of_returns_and_feedback_alone():
    of = {form.name for form in formats().values() if any(column.type == "comment" for column in form.columns.values())}
    assert {table for name in of for table in formats()[name].emits} <= {"returns", "feedback"}
    assert {family(formats()[name]) for name in of} == {"Amazon"}


def test_the_readme_leads_here():
    assert "(docs/privacy.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
