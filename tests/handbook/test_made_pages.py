"""The made pages of docs say what the thing says: each is compared with what would be written, and nothing is left out."""

import doctest
import re
import runpy
import sys
from pathlib import Path

import click
import duckdb
import pytest

from orderkit import handbook, measures, policy
from orderkit.cli import main
from orderkit.errors import UnknownName
from orderkit.formats import formats
from orderkit.handbook import __main__ as program
from orderkit.handbook import commands, markdown, rules
from orderkit.store import schema

DOCS = Path(__file__).parents[2] / "docs"
MADE = handbook.pages()


def text(name):
    return (DOCS / name).read_text(encoding="utf-8")


def sections(page):
    """{title: text} of the sections of a page, whatever their level."""
    parts = re.split(r"^##+ (.+)\n", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("name", MADE)
def test_a_page_is_what_would_be_written(name, sample_shop):
    stale = f"docs/{name} is not what it is made from. Write it anew: {markdown.COMMAND} {name}"
    assert text(name) == MADE[name](sample_shop), stale


@pytest.mark.parametrize("name", MADE)
def test_tables_are_whole(name):
    """Every row of a table has as many cells as its head: nothing in a cell broke out of it."""
    width = None
    for line in text(name).splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else None
        assert width is None or cells is None or cells == width, line
        width = cells


@pytest.mark.parametrize("name", [name for name in MADE if name != "get-your-files.md"])
def test_links_lead_somewhere(name):
    page = text(name)
    titles = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", page, re.MULTILINE)]
    found = re.findall(r"\]\(([^)]+)\)", page)
    assert found
    for link in found:
        file, _, anchor = link.partition("#")
        assert not file or (DOCS / file).is_file(), link
        assert file or anchor in titles, link
        assert not (file and anchor) or f"\n## {anchor}\n" in text(file), link


def test_every_measure_with_every_column(sample_shop):
    told = sections(text("measures.md"))
    assert list(told) == measures.names()
    for name, section in told.items():
        columns = sample_shop._facts.sql(measures.text(name)).columns
        assert re.findall(r"^\| `(\w+)`", section, re.MULTILINE) == columns
        assert measures.about(name)["unit"] in section


def test_the_line_of_the_sample_is_one_that_the_measure_gives(sample_shop):
    section = sections(text("measures.md"))["orders_by_week"]
    line = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", section, re.MULTILINE))
    given = sample_shop.measure("orders_by_week")
    same = given[(given["week"].dt.strftime("%-d %b %Y") == line["week"]) & (given["channel"] == line["channel"])]
    same = same[(same["marketplace"] == line["marketplace"]) & (same["currency"] == line["currency"])]
    assert same[["orders", "lines", "units"]].astype(str).to_numpy().tolist() == [[line[n] for n in ("orders", "lines", "units")]]


def test_every_table_and_column_with_its_comment():
    con = duckdb.connect()
    schema.create(con)
    found = con.sql("SELECT table_name, column_name, comment FROM duckdb_columns() WHERE comment IS NOT NULL").fetchall()
    con.close()
    told = sections(text("tables.md"))
    assert {table for table, _, _ in found} == set(told)
    for table, column, comment in found:
        (line,) = [line for line in told[table].splitlines() if line.startswith(f"| `{column}` |")]
        assert line.endswith(f"| {markdown.cell(comment)} |")


def test_every_fact_with_its_meaning():
    for table in ("line_facts", "return_facts"):
        section = text("facts.md").split(f"table `{table}`\n")[1].split("\n## ")[0]
        known = policy.dictionary(table)
        assert re.findall(r"^\| `(\w+)`", section, re.MULTILINE) == list(known)
        assert all(markdown.cell(fact.meaning) in section for fact in known.values())


def test_every_format_with_every_column():
    told = sections(text("formats.md"))
    assert set(told) == set(formats())
    for name, form in formats().items():
        assert re.findall(r"^\| `(.+?)` \|", told[name], re.MULTILINE) == [
            column.header.strip() for column in form.columns.values()
        ]
    assert "| `purchase-date` | moment | `order_lines.ordered_at` |" in told["amazon_all_orders"]
    assert "| `ship-city` | personal | dropped: personal |" in told["amazon_all_orders"]


def test_every_command_with_every_option():
    told = sections(text("command-line.md"))
    found = dict(commands._commands(main, "orderkit"))
    assert list(told) == list(found)
    assert len(found) > 20
    for words, command in found.items():
        for option in command.params:
            if isinstance(option, click.Option):
                assert all(name in told[words] for name in (*option.opts, *option.secondary_opts)), (words, option.name)


@pytest.mark.parametrize("file", rules.files())
def test_every_rule_value_and_answer_of_a_pack(file):
    pack, told = policy.load_pack(rules.files()[file]), sections(text(file))
    assert f"Reviewed on {markdown.day(pack.reviewed)}" in text(file)
    for question in pack.questions.values():
        section = told[f"question {question.name}"]
        assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [rule.name for rule in question.rules]
        assert all(f"`{rule.then}`" in section and markdown.cell(rule.source) in section for rule in question.rules)
    for name, parameter in pack.parameters.items():
        assert all(markdown.cell(period.source) in told[name] for period in parameter.periods)
        assert all(str(period.key) in told[name] for period in parameter.periods if parameter.by)
    assert all(f"| `{name}` | {markdown.cell(answer.meaning)} |" in told["Answers"] for name, answer in pack.answers.items())
    assert set(pack.parameters) <= set(told)


def test_a_value_is_shown_with_its_day_its_certainty_and_its_source():
    section = sections(text("rules-amazon.md"))["auto_cancel_after_business_days"]
    assert (
        "| amazon.com | 30 Sep 2020 |  | 7 business days | A | forum 694871 (News_Amazon); ecommercebytes; tamebay |" in section
    )
    assert section.lstrip().startswith("The same clock as the notices word it. Chosen by the ordered day and the marketplace.")


def test_the_command_writes_the_pages_that_are_named(tmp_path, monkeypatch, capsys):
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["handbook", "tables.md", "facts.md"])
    sys.modules.pop("orderkit.handbook.__main__", None)  # a module run as a program must not be imported before
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("orderkit.handbook", run_name="__main__")
    assert ended.value.code == 0
    assert sorted(path.name for path in (tmp_path / "docs").iterdir()) == ["facts.md", "tables.md"]
    assert (tmp_path / "docs" / "facts.md").read_text(encoding="utf-8") == text("facts.md")
    assert capsys.readouterr().out.split() == [str(Path("docs") / name) for name in ("tables.md", "facts.md")]


def test_the_examples_of_the_markdown_run():
    ended = doctest.testmod(markdown)
    assert (ended.failed, ended.attempted) == (0, 2)


def test_outside_a_checkout_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert program.main([]) == 2
    assert "Run this in the folder of orderkit's checkout" in capsys.readouterr().err
    (tmp_path / "docs").mkdir()
    assert program.main(["privacy.md"]) == 2
    assert "No page is called 'privacy.md'" in capsys.readouterr().err


def test_a_page_that_is_not_made_is_not_known(tmp_path):
    with pytest.raises(UnknownName, match=r"Did you mean 'tables\.md'"):
        handbook.write(tmp_path, ["table.md"], sample=None)
    assert list(tmp_path.iterdir()) == []
