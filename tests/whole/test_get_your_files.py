"""Where to get every export: `orderkit formats`, and the page that is made from the descriptions."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from orderkit.cli import main
from orderkit.formats import formats, guide

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "get-your-files.md"
OWN = """
title: My orders
find: my shop's back office
unlocks: orders of my own shop
signature: [number, article, buyer]
needs: [number]
known_at: {file_end: []}
columns: {number: id, article: id, buyer: personal, pieces: units, colour: ignored}
emits:
  order_lines:
    keys: {order_id: number, sku: article}
    same_line: [pieces, pieces]
    rank: 50
    fixed: {units: pieces}
"""


def run(*arguments):
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_page_says_what_the_descriptions_say():
    stale = f"{guide.PAGE} is not what the formats say. Write it anew: {guide.COMMAND}"
    assert PAGE.read_text(encoding="utf-8") == guide.page(), stale


def test_the_command_that_writes_the_page(tmp_path, monkeypatch):
    import runpy
    import sys

    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    sys.modules.pop("orderkit.formats.guide", None)  # a module run as a program must not be imported before
    runpy.run_module("orderkit.formats.guide", run_name="__main__")
    assert (tmp_path / guide.PAGE).read_text(encoding="utf-8") == guide.page()


@pytest.mark.parametrize("form", formats().values(), ids=lambda form: form.name)
def test_every_export_says_where_to_find_it_and_what_for(form):
    section = PAGE.read_text(encoding="utf-8").split(f"\n#### {form.title}\n")[1].split("\n#### ")[0]
    assert f"- Where: {form.find}" in section
    assert f"- Unlocks: {form.unlocks}" in section
    assert f"; {form.need}. Its name in orderkit: `{form.name}`" in section
    assert guide.header_words(form) in section
    assert min(len(form.find), len(form.unlocks), len(guide.notes(form))) > 10


def test_templates_show_the_header_to_write():
    assert "- Header to write: `day,currency,to_currency,rate`" in PAGE.read_text(encoding="utf-8")


def test_the_list_is_grouped_and_fits_a_terminal(tmp_path):
    told = run("formats", "--db", tmp_path / "shop.duckdb")
    heads = [line.split(":")[0] for line in told.splitlines() if line.split(",")[0].lower() in guide.NEEDS]
    assert heads[0] == "REQUIRED, Amazon"
    assert heads == [f"{need.upper()}, {name}" for need, name in guide.grouped(formats().values())]
    assert max(map(len, told.splitlines())) <= guide.WIDTH
    for form in formats().values():
        assert f"{form.title} [{form.name}]" in " ".join(told.split())
    block = told.split("[amazon_late_shipments]")[1].split("\n\n")[0]
    assert "orders you ship (FBM)" in block
    assert "header not verified: no published header; meanings only" in " ".join(block.split())
    assert "header verified" in told.split("[amazon_all_orders]")[1].split("\n\n")[0]


def test_the_list_as_json(tmp_path):
    rows = json.loads(run("formats", "--json", "--db", tmp_path / "shop.duckdb"))
    assert [row["format"] for row in rows] == list(formats())
    one = next(row for row in rows if row["format"] == "amazon_late_shipments")
    assert one["verified"] is False
    assert one["verified_note"] == "no published header; meanings only"
    assert {row["marketplace"] for row in rows} == set(guide.ORDER) - {guide.OWN}
    assert set(one) == {
        "format", "title", "marketplace", "own", "need", "channel", "find", "unlocks", "file", "verified", "verified_note",
        "tables", "notes",
    }  # fmt: skip


@pytest.mark.parametrize("form", formats().values(), ids=lambda form: form.name)
def test_the_columns_of_a_format(form):
    told = guide.details(form)
    assert max(map(len, told.splitlines())) <= guide.WIDTH
    for column in form.columns.values():
        assert column.header in told
    assert ("personal" in told) == any(column.type in ("personal", guide.BUYER) for column in form.columns.values())


def test_what_becomes_of_a_column(tmp_path):
    told = json.loads(run("formats", "amazon_mfn_returns", "--json", "--db", tmp_path / "shop.duckdb"))["columns"]
    becomes = {column["header"]: column["becomes"] for column in told}
    assert becomes["Return Reason"] == "returns.reason_as_exported"
    assert becomes["Invoice number"] == "not read"
    assert becomes["Label type"] == "kept as exported"
    orders = {c.header: guide.becomes(formats()["etsy_orders"], c) for c in formats()["etsy_orders"].columns.values()}
    assert orders["Ship City"] == "dropped: personal"
    assert orders["Shipping"] == "order_lines.shipping_price"  # what is told of a whole order stands on its lines


def test_the_users_own_formats_are_listed(tmp_path):
    folder = tmp_path / "formats"
    folder.mkdir()
    (folder / "my_orders.yaml").write_text(OWN)
    told = run("formats", "--db", tmp_path / "shop.duckdb")
    assert "YOUR OWN" in told
    assert "my shop's back office" in told.split("YOUR OWN")[1]
    shown = run("formats", "my_orders", "--db", tmp_path / "shop.duckdb")
    assert "order_lines.order_id" in shown
    assert "1 column is personal" in shown
    (tmp_path / "x.csv").write_text("number,article,buyer,pieces,colour\n1,A,Canary,2,red\n")
    run("load", tmp_path / "x.csv", "--db", tmp_path / "shop.duckdb")
    folder.rename(tmp_path / "elsewhere")  # the database knows what was loaded with it
    row = json.loads(run("formats", "--json", "--db", tmp_path / "shop.duckdb"))[-1]
    assert (row["format"], row["own"], row["marketplace"]) == ("my_orders", True, guide.OWN)
    assert "[my_orders]" in run("formats", "--formats", tmp_path / "elsewhere", "--db", tmp_path / "other.duckdb")


def test_a_name_that_does_not_exist():
    result = CliRunner().invoke(main, ["formats", "amazon_all_order"])
    assert result.exit_code == 2
    assert "Did you mean 'amazon_all_orders'?" in result.stderr
