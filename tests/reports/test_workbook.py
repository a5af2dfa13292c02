"""The workbook of the sample shop, opened again by another reader: its numbers are the page's, and its first sheet reads back."""

import datetime as dt
import shutil
from collections import defaultdict
from decimal import Decimal
from urllib.parse import urlsplit

import openpyxl
import pytest

from orderkit import languages, store
from orderkit.charts.look import BLUE, RED
from orderkit.errors import BadValue, UnknownName
from orderkit.marketplaces import marketplaces
from orderkit.reports.whole import NotWritten
from orderkit.reports.workbook import sheet, sources, todo, write_workbook
from orderkit.shop import Shop

NAMES = ("todo", "exposure", "returns", "losses", "health")
TO_DO = ["item", "order", "by", "what", "advice", "money", "done", "amount", "currency", "day", "link"]
SHEETS = [
    "To do",
    "Summary",
    "Late deliveries",
    "Returns",
    "Products",
    "Losses and cover",
    "Account health",
    "How we know",
    "Sources",
]
CHARTS = {"Late deliveries": 1, "Returns": 3, "Losses and cover": 3, "Account health": 1}


@pytest.fixture(scope="module")
def given(sample_shop):
    results = {name: getattr(sample_shop, name)() for name in NAMES} | {"rule_changes": sample_shop.rule_changes()}
    return {
        "results": results, "up_to": {name: sample_shop.up_to(name) for name in NAMES}, "sources": sources(sample_shop.con),
        "as_of": sample_shop.data_up_to.date(), "sample": True,
    }  # fmt: skip


@pytest.fixture(scope="module")
def path(given, tmp_path_factory):
    return write_workbook(tmp_path_factory.mktemp("workbook") / "weekly.xlsx", **given)


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


@pytest.fixture
def in_chinese():
    languages.use("zh")
    yield
    languages.use(languages.ENGLISH)


def tables(page):
    """The tables of a sheet, each as a list of dicts, in their order."""
    for table in sorted(page.tables.values(), key=lambda table: int(table.displayName.removeprefix("Table_"))):
        header, *rows = page[table.ref]
        yield [dict(zip([cell.value for cell in header], [cell.value for cell in row], strict=True)) for row in rows]


def sums(rows, column):
    totals = defaultdict(Decimal)
    for row in rows:
        if isinstance(row[column], int | float):
            totals[row["currency"]] += Decimal(repr(row[column]))
    return {currency: total.quantize(Decimal("0.01")) for currency, total in totals.items()}


def test_the_to_do_list_comes_first_and_every_sheet_keeps_its_head_in_sight(book):
    assert book.sheetnames == SHEETS
    assert [page.title for page in book if page.freeze_panes is None] == []
    assert book["To do"].freeze_panes == "C2"
    assert all(page.print_title_rows and page.page_setup.orientation == "landscape" for page in book)
    assert all(page.sheet_properties.pageSetUpPr.fitToPage and page.page_setup.fitToHeight == 0 for page in book)


def test_no_cell_is_a_formula_and_no_link_leads_elsewhere(book):
    cells = [cell for page in book for row in page for cell in row]
    assert len(cells) > 5_000
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    links = [cell.hyperlink.target for cell in cells if cell.hyperlink]
    assert len(links) > 100
    assert {urlsplit(link).scheme for link in links} == {"https"}
    assert {urlsplit(link).netloc.removeprefix("sellercentral.") for link in links} <= set(marketplaces())


def test_the_summary_has_the_exact_totals_of_the_results(book, given):
    found, money = tables(book["Summary"])
    assert [row["what was found"] for row in found] == [result.headline for result in given["results"].values()]
    told = {(row["section"], row["currency"]): Decimal(repr(row["amount"])) for row in money}
    totals = {(r.title, currency): total for r in given["results"].values() for currency, total in r.totals.items()}
    assert told == totals
    assert len(told) == 8
    assert {row["currency"] for row in money} == {"EUR", "USD"}


@pytest.mark.parametrize(
    ("page", "of", "column"),
    [("Late deliveries", "exposure", "refunds at risk"), ("Returns", "returns", "cost"), ("Losses and cover", "losses", "worth")],
)
def test_rows_add_up_to_the_totals_to_the_cent(book, given, page, of, column):
    first = next(tables(book[page]))
    assert sums(first, column) == given["results"][of].totals


def test_the_to_do_sheet_is_the_list_of_the_page(book, given):
    rows = list(book["To do"].values)
    assert list(rows[0]) == TO_DO
    expected = given["results"]["todo"].sheet()
    told = [row[0] for row in rows[1:]]
    assert told == list(expected["item"])
    money = [None if amount is None else round(amount * 100) for amount in (row[5] for row in rows[1:])]
    assert money == [None if amount != amount else round(amount * 100) for amount in expected["money"]]
    assert all(row[6] is None and row[7] is None for row in rows[1:])
    assert {type(row[9]) for row in rows[1:]} == {dt.datetime}


def test_the_column_done_offers_the_words_that_are_read_back(book):
    page = book["To do"]
    lists = [rule for rule in page.data_validations.dataValidation if rule.type == "list"]
    assert [(rule.formula1, str(rule.sqref)) for rule in lists] == [('"done,ignored,claimed"', f"G2:G{page.max_row}")]
    assert page.auto_filter.ref == f"A1:K{page.max_row}"


def test_what_is_missing_is_no_zero(book, given):
    losses = given["results"]["losses"].frame
    rows = next(tables(book["Losses and cover"]))
    missing = [row["claims brought"] for row, amount in zip(rows, losses["recovered"], strict=True) if amount != amount]
    assert missing == ["not known"] * 2


def test_columns_have_the_format_of_what_they_hold(book):
    page = book["Late deliveries"]
    header = {cell.value: cell for cell in page[5]}
    below = {name: page.cell(cell.row + 1, cell.column).number_format for name, cell in header.items() if name}
    assert below["refunds at risk"] == "#,##0.00"
    assert below["late share"] == "0.0%"
    assert below["arrived"] == "#,##0"
    assert book["To do"]["J2"].number_format == "yyyy-mm-dd"


def test_native_charts_are_drawn_from_cells_of_their_sheet(book):
    assert {page.title: len(page._charts) for page in book if page._charts} == CHARTS
    for page in book:
        for chart in page._charts:
            for series in chart.series:
                assert series.val.numRef.f.startswith((f"'{page.title}'!$", f"{page.title}!$"))
    weeks = book["Late deliveries"]._charts[0]
    assert weeks.grouping == "stacked"
    assert [series.graphicalProperties.solidFill.srgbClr for series in weeks.series][:2] == [BLUE[1:], RED[1:]]


def test_the_numbers_of_the_chart_of_weeks_are_those_of_the_page(book, given):
    figure = given["results"]["exposure"].picture()
    numbers = list(tables(book["Late deliveries"]))[-1]
    assert [row["week"].date().isoformat() for row in numbers] == list(figure.data[0].x)
    for trace in figure.data:
        assert [row[trace.name] for row in numbers] == list(trace.y)


def test_every_sentence_of_how_we_know_is_there(book, given):
    said = [row["how we know"] for row in next(tables(book["How we know"]))]
    assert [line for result in given["results"].values() for line in result.how if line not in said] == []


def test_sources_name_each_file_with_its_rows_and_sums(book, sample_shop):
    files, money = tables(book["Sources"])
    loads = sample_shop.con.sql("SELECT file, lines, quarantined FROM loads ORDER BY file_id").fetchall()
    assert [(row["file"], row["rows"], row["rows set aside"]) for row in files] == loads
    lines = sample_shop.con.sql("SELECT currency, sum(item_price) FROM order_lines GROUP BY currency").fetchall()
    assert len(money) == 4
    assert all(amount > 0 for amount in sums(money, "sum of item prices").values())
    assert {currency for currency, _ in lines} == set(sums(money, "sum of item prices"))


def test_the_same_input_gives_the_same_bytes_and_names_nobody(given, path, book, tmp_path):
    assert write_workbook(tmp_path / "again.xlsx", **given).read_bytes() == path.read_bytes()
    assert not book.properties.creator
    assert not book.properties.lastModifiedBy
    assert book.properties.created == book.properties.modified == dt.datetime.combine(given["as_of"], dt.time())


def test_an_invented_shop_is_marked_on_every_sheet_of_paper(book):
    assert all("SAMPLE" in page.oddHeader.center.text for page in book)
    assert book["Summary"]["A2"].value.startswith("SAMPLE")


def fill_in(path, filled, words):
    """A workbook with its column done filled in from the top, saved by another program; the items."""
    changed = openpyxl.load_workbook(path)
    page = changed.worksheets[0]
    for row, word in enumerate(words, 2):
        page.cell(row, 1 + TO_DO.index("done")).value = word
    page.cell(1 + len(words), 1 + TO_DO.index("amount")).value = 12.5
    changed.save(filled)
    return [page.cell(row, 1).value for row in range(2, 2 + len(words))]


def check_it_reads_back(path, sample_db, tmp_path):
    db = tmp_path / "copy.duckdb"
    shutil.copy(sample_db, db)
    items = fill_in(path, tmp_path / "filled.xlsx", ["done", "ignored", "claimed"])
    loaded = store.load(tmp_path / "filled.xlsx", db=db, account=store.accounts(store.reader(db))[0])
    assert loaded.exit_code == 0
    assert [(file.format, file.state) for file in loaded.files] == [("decisions", "loaded")] + [(None, "skipped")] * 8
    again = Shop(db, sample=True)
    left, said = set(again.todo().frame["item"]), again.con.sql("SELECT task, state, amount FROM decisions").fetchall()
    again.close()
    assert not left & set(items)
    assert sorted(said) == sorted(zip(items, ["done", "ignored", "claimed"], [None, None, Decimal("12.50")], strict=True))


def test_the_filled_in_workbook_closes_the_items(path, sample_db, tmp_path):
    check_it_reads_back(path, sample_db, tmp_path)


def test_the_sheets_are_in_the_language_in_use_and_still_read_back(given, sample_db, in_chinese, tmp_path):
    path = write_workbook(tmp_path / "zh.xlsx", **given)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["待办", "概览", "配送延误", "退货", "商品", "丢损与保险", "账户状况", "数据依据", "数据来源"]
    assert [cell.value for cell in book["待办"][1]] == TO_DO
    assert {"站点", "币种", "面临退款的金额"} <= {cell.value for cell in book["配送延误"][5]}
    check_it_reads_back(path, sample_db, tmp_path)


def test_more_rows_than_a_sheet_holds_are_said_not_dropped_in_silence(given, tmp_path, monkeypatch):
    monkeypatch.setattr(sheet, "MOST_ROWS", 40)
    monkeypatch.setattr(todo, "MOST_ROWS", 40)
    results = {name: given["results"][name] for name in ("todo",)}
    book = openpyxl.load_workbook(write_workbook(tmp_path / "short.xlsx", **given | {"results": results}))
    said = [row["how we know"] for row in next(tables(book["How we know"]))]
    things = len(results["todo"].frame)
    assert f"To do: a sheet has room for 39 of {things} rows; the rest is not in this workbook." in said
    assert book["To do"].max_row == 40


def test_a_workbook_is_written_whole_or_not_at_all(given, tmp_path, monkeypatch):
    target = tmp_path / "weekly.xlsx"
    target.write_bytes(b"the older one")
    monkeypatch.setattr("orderkit.reports.workbook.told.write_how", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_workbook(target, **given)
    assert target.read_bytes() == b"the older one"
    assert [file.name for file in tmp_path.iterdir()] == ["weekly.xlsx"]


def test_what_cannot_be_written_is_said(given, tmp_path):
    (tmp_path / "a file").write_text("")
    with pytest.raises(NotWritten, match=r"weekly\.xlsx was not written: .*close it there"):
        write_workbook(tmp_path / "a file" / "weekly.xlsx", **given)
    with pytest.raises(BadValue, match=r"ends in \.xlsx"):
        write_workbook(tmp_path / "weekly.csv", **given)
    with pytest.raises(UnknownName, match="section"):
        write_workbook(tmp_path / "weekly.xlsx", **given | {"results": {"todos": None}})
    with pytest.raises(BadValue, match="to-do list"):
        write_workbook(tmp_path / "weekly.xlsx", **given | {"results": {}})
