"""The rows of workbooks and Parquet files: the text that a person reads, or a refusal; checked against other readers."""

import datetime as dt
import decimal
import random
import re
import time
import tracemalloc
import zipfile

import duckdb
import openpyxl
import pytest
from packed import MAIN, packed, sheet, workbook

from orderkit import store
from orderkit.errors import FileRefused
from orderkit.store.unpack import cells, containers, door
from orderkit.store.unpack.containers import Member, parquet_rows, sheet_rows
from orderkit.store.values import types

STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy\\ hh:mm"/><numFmt numFmtId="165" formatCode="[h]:mm:ss"/>'
    '<numFmt numFmtId="166" formatCode="&quot;day&quot; 0.00 [$kr-406]"/><numFmt numFmtId="167" formatCode="00000"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>'
    + "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 164, 165, 166, 21, 9, 167))
    + "</cellXfs>"
)
PLAIN, DAY, CUSTOM, ELAPSED, MONEY, TIME, PERCENT, ZEROS = range(8)
TEXTS = "<si><t>order-id</t></si><si><r><t>A </t></r><r><t>mug</t></r><rPh><t>aid</t></rPh></si><si/>"


def rows_of(tmp_path, data, name="book.xlsx"):
    """The rows of the only sheet."""
    file = tmp_path / name
    file.write_bytes(data)
    [member] = containers.members(file, tmp_path)
    if isinstance(member, FileRefused):
        raise member
    return list(member.rows())


def cell(tmp_path, inside, attributes="", **more):
    """The text of one cell beside a mark; the cell's XML is given."""
    data = workbook(f'<row><c t="str"><v>x</v></c><c {attributes}>{inside}</c></row>', texts=TEXTS, styles=STYLES, **more)
    [row] = rows_of(tmp_path, data)
    return row[1] if len(row) > 1 else ""


NUMBERS = {
    "5": "5", "5.0": "5", "-3": "-3", "0": "0", "-0": "0", "19.99": "19.99", "1.1000000000000001": "1.1",
    "3.3000000000000003": "3.3", "1.0000000000000001E-5": "0.00001", "1E3": "1000", "-2.5e-3": "-0.0025", ".5": "0.5",
    "12345678901234": "12345678901234", "123456789012345": "123456789012345", "1234567890123456": "1.23456789012346e+15",
    "1.2345678901234501E17": "1.23456789012345e+17", "100000000000000": "100000000000000", "1e15": "1e+15", "0.125": "0.125",
    "1e400": "inf", "NaN": "NaN", "1_000": "1_000", "0x10": "0x10", "\uff11": "\uff11",
}  # fmt: skip


@pytest.mark.parametrize("raw", NUMBERS)
def test_numbers_are_plain_digits(tmp_path, raw):
    assert cell(tmp_path, f"<v>{raw}</v>") == NUMBERS[raw]
    assert cell(tmp_path, f"<v>{raw}</v>", f's="{PERCENT}"') == NUMBERS[raw]


def test_a_number_beyond_its_digits_is_told_as_damaged():
    damaged = [text for raw, text in NUMBERS.items() if re.fullmatch(types.CHANGED, text)]
    assert damaged == ["1.23456789012346e+15", "1.23456789012345e+17", "1e+15"]


@pytest.mark.parametrize("cents", [1, 10, 1999, 123_456, 99_999_999_999_999])
def test_money_keeps_its_cents(cents):
    amount = decimal.Decimal(cents) / 100
    assert decimal.Decimal(cells.number(repr(float(amount)))) == amount


MOMENTS = {
    ("46341", DAY): "2026-11-15",
    ("46341.395833333336", CUSTOM): "2026-11-15T09:30:00",
    ("46341.999999999", DAY): "2026-11-16",
    ("46341.0000138889", DAY): "2026-11-15T00:00:01.200",
    ("0.395833333333333", TIME): "09:30:00",
    ("1.5", ELAPSED): "36:00:00",
    ("60", DAY): "60",
    ("61", DAY): "1900-03-01",
    ("0", DAY): "0",
    ("-1", DAY): "-1",
    ("2958465", DAY): "9999-12-31",
    ("2958466", DAY): "2958466",
    ("1e300", DAY): "1e+300",
    ("soon", DAY): "soon",
    ("46341", MONEY): "46341",
    ("46341", 99): "46341",
    ("123", ZEROS): "00123",
    ("1234567", ZEROS): "1234567",
    ("1.5", ZEROS): "1.5",
    ("-3", ZEROS): "-3",
}


@pytest.mark.parametrize(("raw", "style"), MOMENTS)
def test_numbers_are_shown_in_their_style(tmp_path, raw, style):
    assert cell(tmp_path, f"<v>{raw}</v>", f's="{style}"') == MOMENTS[raw, style]


def test_days_counted_from_1904(tmp_path):
    assert cell(tmp_path, "<v>44879</v>", f's="{DAY}"', epoch='date1904="1"') == "2026-11-15"


@pytest.mark.parametrize(
    ("inside", "attributes", "text"),
    [
        ("<v>1</v>", 't="s"', "A mug"),
        ("<v>2</v>", 't="s"', ""),
        ("<v>a\nb\tc_x000D_\nd</v>", 't="str"', "a b c d"),
        ("<v>_x005F_x000D_</v>", 't="str"', "_x000D_"),
        ("<v>a_x0000_b_xD800_</v>", 't="str"', f"a{door.NUL_MARK}b\ufffd"),
        ("<is><t>in</t></is>", 't="inlineStr"', "in"),
        ("<is><r><t>in</t></r><r><t xml:space='preserve'> two</t></r><rPh><t>aid</t></rPh></is>", 't="inlineStr"', "in two"),
        ("<v>1</v>", 't="b"', "TRUE"),
        ("<v>0</v>", 't="b"', "FALSE"),
        ("<v>#REF!</v>", 't="e"', "#REF!"),
        ("<f>A1/0</f><v>#DIV/0!</v>", 't="e"', "#DIV/0!"),
        ("<f>A1*2</f><v>24.5</v>", "", "24.5"),
        ("<f>A1&amp;B1</f><v/>", 't="str"', ""),
        ("<f>A1*2</f>", "", "#CALC!"),
        ("<v>2026-11-15T00:00:00.000</v>", 't="d"', "2026-11-15"),
        ("<v>2026-11-15T09:30:00Z</v>", 't="d"', "2026-11-15T09:30:00Z"),
        ("<v> padded </v>", 't="str"', " padded "),
        ("<v>   </v>", 't="str"', ""),
        ("<v><![CDATA[<b>]]></v>", 't="str"', "<b>"),
    ],
)
def test_texts_truths_errors_and_formulas(tmp_path, inside, attributes, text):
    assert cell(tmp_path, inside, attributes) == text


def test_a_row_is_where_its_number_says(tmp_path):
    rows = (
        '<row r="2"><c r="B2" t="str"><v>a</v></c><c r="D2" t="str"><v>b</v></c><c r="ZZ2" s="1"/></row>'
        '<row r="3"><c r="A3" s="1"/></row>'
        '<row r="6"><c t="str"><v>c</v></c><c><v>1</v></c></row><row><c><v>2</v></c></row><row r="1048576" s="1"/>'
    )
    assert rows_of(tmp_path, workbook(rows)) == [[], ["", "a", "", "b"], [], [], [], ["c", "1"], ["2"]]


def test_only_sheets_with_rows_are_members(tmp_path):
    file = tmp_path / "book.xlsx"
    row = "<row><c><v>{}</v></c></row>".format
    file.write_bytes(
        workbook(("One", row(1)), ("Empty", ""), ("Notes", "<row><c s='1'/></row>", "hidden"), ("Far", row(2), "hidden"))
    )
    found = list(containers.members(file, tmp_path))
    assert [(member.name, member.sheet) for member in found] == [("book.xlsx/One", "One"), ("book.xlsx/Far", "Far")]
    assert [list(member.rows()) for member in found] == [[["1"]], [["2"]]]


def test_names_with_a_prefix_and_parts_in_other_places(tmp_path):
    """Some writers give every element a prefix; some name their parts in other ways."""
    data = workbook(f'<?xml version="1.0"?><x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>7</x:v></x:c>'
                    "</x:row></x:sheetData></x:worksheet>")  # fmt: skip
    assert rows_of(tmp_path, data) == [["7"]]
    parts = {
        info.filename: zipfile.ZipFile(tmp_path / "book.xlsx").read(info)
        for info in zipfile.ZipFile(tmp_path / "book.xlsx").infolist()
    }
    moved = {name.replace("/", "\\").replace("sheet1", "Sheet1"): part for name, part in parts.items()}
    assert rows_of(tmp_path, packed(moved)) == [["7"]]
    utf16 = sheet("<row><c><v>8</v></c></row>").encode("utf-16")
    assert rows_of(tmp_path, workbook(utf16)) == [["8"]]


DAMAGED = {
    "rows out of order": workbook('<row r="2"><c><v>1</v></c></row><row r="1"><c><v>1</v></c></row>'),
    "two rows of one number": workbook('<row r="2"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row>'),
    "two cells in one place": workbook('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'),
    "a text that is not there": workbook('<row r="1"><c t="s"><v>7</v></c></row>', texts=TEXTS),
    "a text before the first": workbook('<row r="1"><c t="s"><v>-1</v></c></row>', texts=TEXTS),
    "a text without a number": workbook('<row r="1"><c t="s"><v>x</v></c></row>', texts=TEXTS),
    "a row without a number": workbook('<row r="x"><c><v>1</v></c></row>'),
    "broken off": workbook(sheet('<row r="1"><c><v>1</v></c></row>')[:-9].encode()),
    "two sheets of one name": workbook(("A", ""), ("A", "")),
    "a sheet that is not there": packed({"[Content_Types].xml": "", "xl/workbook.xml": "<workbook><sheets/></workbook>"}),
    "beyond the columns": workbook('<row r="1"><c r="ALM1"><v>1</v></c></row>'),
    "beyond the rows": workbook('<row r="2000001"><c><v>1</v></c></row>'),
    "beyond a cell": workbook(f'<row r="1"><c t="str"><v>{"x" * 32_768}</v></c></row>'),
    "beyond a text": workbook('<row r="1"><c t="s"><v>0</v></c></row>', texts=f"<si><t>{'x' * 32_768}</t></si>"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_workbook_that_contradicts_itself_is_refused(tmp_path, what):
    with pytest.raises(FileRefused, match=r"^book.xlsx: .*\.$"):
        rows_of(tmp_path, DAMAGED[what])


def test_the_last_column_and_the_longest_cell_pass(tmp_path):
    longest = "x" * 32_767
    [row] = rows_of(tmp_path, workbook(f'<row r="1"><c r="ALL1" t="str"><v>{longest}</v></c></row>'))
    assert row == [*[""] * 999, longest]


def test_entities_are_refused_in_every_part(tmp_path):
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'
    good = workbook('<row><c t="s"><v>0</v></c></row>', texts=TEXTS, styles=STYLES)
    (tmp_path / "good").write_bytes(good)
    with zipfile.ZipFile(tmp_path / "good") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert rows_of(tmp_path, good) == [["order-id"]]
    for name in set(parts) - {"[Content_Types].xml"}:
        with pytest.raises(FileRefused, match="entities"):
            rows_of(tmp_path, packed({**parts, name: bomb.encode() + parts[name]}))


def test_memory_stays_flat(tmp_path):
    file = tmp_path / "book.xlsx"
    row = "<row>" + '<c t="str"><v>text of a cell</v></c>' * 20 + "</row>"
    file.write_bytes(workbook(row * 20_000))
    tracemalloc.start()
    began, [member] = time.perf_counter(), containers.members(file, tmp_path)
    assert sum(len(row) for row in member.rows()) == 400_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000
    assert time.perf_counter() - began < 30


def written(value):
    """The text under which this reader shows what openpyxl reads."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, (int, float)):
        return cells.number(repr(value))
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)


@pytest.mark.parametrize("streamed", [False, True])
def test_another_reader_sees_the_same(tmp_path, streamed):
    """Random tables written by openpyxl, read by both: twin of another author."""
    chance, start = random.Random(7), dt.datetime.fromisoformat("2026-01-01")
    makers = [
        lambda: None,
        lambda: chance.choice(["mug", "Größe 42", "=not a formula", "'quoted", "日本", 'a "b" <c> & d', "007", "1E5"]),
        lambda: chance.randrange(-(10**9), 10**14),
        lambda: chance.randrange(10**7) / 100,
        lambda: chance.random() * 10 ** chance.randrange(-6, 6),
        lambda: chance.random() < 0.5,
        lambda: start + dt.timedelta(seconds=chance.randrange(10**8)),
        lambda: start.date() + dt.timedelta(days=chance.randrange(2000)),
    ]
    table = [[chance.choice(makers)() for _ in range(12)] for _ in range(300)]
    book = openpyxl.Workbook(write_only=streamed)
    page = book.create_sheet("Orders") if streamed else book.active
    for row in table:
        page.append([value if value != "=not a formula" else "plain" for value in row])
    book.save(tmp_path / "book.xlsx")
    ours = rows_of(tmp_path, (tmp_path / "book.xlsx").read_bytes())
    theirs = openpyxl.load_workbook(tmp_path / "book.xlsx", data_only=True).active.iter_rows(values_only=True)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine + [""] * (12 - len(mine)) == [written(value) for value in other]


PARQUET = """
    SELECT * FROM (VALUES
        (1::BIGINT, 1152921504606846976, 19.99::DOUBLE, 5.0::DOUBLE, 1234567890123456.0::DOUBLE, 19.99::FLOAT,
         12.50::DECIMAL(9,2), E'a\\nb\\tc\\r\\nd', true, DATE '2026-11-15',
         TIMESTAMP '2026-11-15 00:00:00', TIMESTAMP '2026-11-15 09:30:00.5',
         TIMESTAMP_NS '2026-11-15 09:30:00.123456789', '2026-11-15 09:30:00+02'::TIMESTAMPTZ, 'abc'::BLOB),
        (NULL, -1, 1e-5, 'nan', 1e20, -0.5, -3, NULL, false, NULL, NULL, NULL, NULL, NULL, '\\xFF'::BLOB)
    ) AS made("a""b", big, d, w, h, f, m, s, b, day, mid, "at {0}", ns, tz, bytes)
"""


def test_an_id_that_a_spreadsheet_took_for_a_date_is_named_and_one_that_only_looks_like_one_is_kept(tmp_path):
    headers = ["order_id", "sku", "kind", "asked_at", "official"]
    moment, order = "2026-11-02T08:00:00Z", "111-0000000-000000{}"
    skus = ["2026-03-02", dt.date(2026, 3, 2), dt.time(12, 30), "12:30", 20260302]
    book = openpyxl.Workbook()
    book.active.append(headers)
    for number, sku in enumerate(skus):
        book.active.append([order.format(number), sku, "cancel", moment, "yes"])
    book.save(tmp_path / "book.xlsx")
    result = store.load(tmp_path / "book.xlsx", db=tmp_path / "shop.duckdb").files[0]
    assert (result.format, result.loaded, result.quarantined_lines) == ("requests", 3, [3, 4])
    con = store.reader(tmp_path / "shop.duckdb")
    kept = con.sql("SELECT sku FROM requests ORDER BY order_id").fetchall()
    why = con.sql('SELECT "column", reason FROM rejects').fetchall()
    con.close()
    assert kept == [("2026-03-02",), ("12:30",), ("20260302",)]
    assert why == [("sku", "damaged_by_spreadsheet")] * 2


def test_parquet_is_read_as_the_text_of_a_csv(tmp_path):
    file = tmp_path / "orders [1]*?'s.parquet"
    con = duckdb.connect()
    con.execute("SET TimeZone = 'Asia/Tokyo'")
    con.execute(f"COPY ({PARQUET}) TO '{tmp_path / 'made.parquet'}' (FORMAT parquet)")
    con.close()
    (tmp_path / "made.parquet").rename(file)
    [member] = containers.members(file, tmp_path)
    assert list(member.rows()) == [
        ['a"b', "big", "d", "w", "h", "f", "m", "s", "b", "day", "mid", "at {0}", "ns", "tz", "bytes"],
        ["1", "1152921504606846976", "19.99", "5", "1.23456789012346e+15", "19.99", "12.50", "a b c d", "TRUE", "2026-11-15",
         "2026-11-15", "2026-11-15T09:30:00.5", "2026-11-15T09:30:00.123456", "2026-11-15T07:30:00Z", "abc"],
        ["", "-1", "0.00001", "", "1e+20", "-0.5", "-3.00", "", "FALSE", "", "", "", "", "", "\\xFF"],
    ]  # fmt: skip


def test_lists_in_parquet_are_refused(tmp_path):
    with pytest.raises(FileRefused, match="holds lists or structures in the column l"):
        list(parquet(tmp_path, "SELECT 'a' AS k, [1, 2] AS l").rows())


def parquet(tmp_path, query):
    file = tmp_path / "made.parquet"
    file.unlink(missing_ok=True)
    con = duckdb.connect()
    con.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet)")
    con.close()
    return Member("made.parquet", file, "parquet")


def test_a_damaged_parquet_is_refused_without_a_word_of_it(tmp_path):
    member = parquet(tmp_path, "SELECT 'secret' || range AS s FROM range(1000)")
    data = member.path.read_bytes()
    refused = []
    for at in range(4, len(data) - 4, 43):
        member.path.write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])
        try:
            list(parquet_rows(member))
        except FileRefused as problem:
            refused.append(problem)
    assert refused
    for problem in refused:
        assert "secret" not in str(problem)
        assert problem.__cause__ is None


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 AS a FROM range(60_000_000)",
        "SELECT repeat('x', 20_000) AS a FROM range(10_000)",
        "SELECT repeat('x', 2_000_000) AS a",
        "SELECT " + ", ".join(f"1 AS a{n}" for n in range(1001)),
    ],
)
def test_a_parquet_bomb_is_refused(tmp_path, query):
    member = parquet(tmp_path, query)
    assert member.path.stat().st_size < 1_000_000
    began = time.perf_counter()
    with pytest.raises(FileRefused):
        for _ in parquet_rows(member):
            pass
    assert time.perf_counter() - began < 5


def test_rows_come_from_the_member_alone(tmp_path):
    """sheet_rows and parquet_rows take the member; a sheet's file may lie under any name."""
    file = tmp_path / "anything"
    file.write_bytes(workbook(("Orders", "<row><c><v>1</v></c></row>")))
    assert list(sheet_rows(Member("book.xlsx", file, "sheet", "Orders"))) == [["1"]]
