"""Laws that hold for any exports: what is in them decides, never their order, their split, their encoding or their container.

With more exports for each law: `ORDERKIT_LAWS=100 python3 run.py test tests/store/test_laws.py`.
"""

import csv
import gzip
import io
import os
import random
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderkit import store
from tests.store.exports import ALL_ORDERS, ORDER_REPORT, RETURNS, contents, loaded, order_id, order_line, report_line, write

pytestmark = pytest.mark.usefixtures("several_threads")
EXAMPLES = int(os.environ.get("ORDERKIT_LAWS", "5"))
FEW = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
BROKEN = ["not an order", "a\tb\tc", "111-0000000-0000001\tshort", "\t" * 60, "\x00"]

moments = st.integers(1, 28).map(lambda day: f"2026-10-{day:02d}T08:30:00+00:00")
cents = st.integers(0, 99_999_99).map(lambda value: str(Decimal(value) / 100))
lines = st.fixed_dictionaries(
    {
        "number": st.integers(1, 6),
        "item": st.sampled_from(["70", "71", "72"]),
        "quantity": st.integers(0, 9).map(str),
        "item_price": cents,
        "currency": st.sampled_from(["USD", "EUR", "JPY"]),
        "order_status": st.sampled_from(["Pending", "Shipped", "Cancelled"]),
        "product_name": st.sampled_from(["Becher für Tee", '4" mug', "Ø 12 cm", "plain"]),
        "last_updated_date": moments,
    }
)
exports = st.lists(
    lines, min_size=2, max_size=12, unique_by=lambda line: (line["number"], line["item"], line["last_updated_date"])
)


def text_of(rows):
    return [order_line(**row, sku=f"SKU-{row['item']}", purchase_date="2026-10-01T08:30:00+00:00") for row in rows]


def tables(*files):
    with tempfile.TemporaryDirectory() as folder:
        con = loaded(Path(folder) / "shop.duckdb", *files)
        found = contents(con)
        con.close()
    return found


@FEW
@given(rows=exports, seed=st.integers(0, 99))
def test_the_order_of_files_does_not_matter(rows, seed):
    with tempfile.TemporaryDirectory() as name:
        folder, half = Path(name), len(rows) // 2
        returns = "\t".join(
            {
                "Order ID": order_id(rows[0]["number"]), "Return request date": "20-Oct-2026", "Amazon RMA ID": "R1",
                "Merchant SKU": f"SKU-{rows[0]['item']}", "Return Reason": "CR-DEFECTIVE", "Return quantity": "1",
            }.get(header, "")
            for header in RETURNS
        )  # fmt: skip
        files = [
            write(folder / "a.txt", ALL_ORDERS, text_of(rows[:half])),
            write(folder / "b.txt", ALL_ORDERS, text_of(rows[half:])),
            write(folder / "c.txt", ORDER_REPORT, [report_line(row["number"], row["item"]) for row in rows[:3]]),
            write(folder / "d.txt", RETURNS, [returns]),
        ]
        other = random.Random(seed).sample(files, len(files))
        assert tables(*files) == tables(*other)


@FEW
@given(rows=exports, cut=st.integers(1, 11))
def test_a_split_does_not_matter_where_lines_carry_an_id(rows, cut):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = write(folder / "whole.txt", ALL_ORDERS, text_of(rows))
        parts = [
            write(folder / "one.txt", ALL_ORDERS, text_of(rows[:cut])),
            write(folder / "two.txt", ALL_ORDERS, text_of(rows[cut:])),
        ]
        assert tables(whole) == tables(*parts)


@FEW
@given(rows=exports, at=st.integers(0, 12), bad=st.sampled_from(BROKEN[:4]))
def test_one_bad_line_anywhere_is_set_aside_and_nothing_else_changes(rows, at, bad):
    with tempfile.TemporaryDirectory() as name:
        folder, good = Path(name), text_of(rows)
        at = min(at, len(good))
        clean = write(folder / "clean.txt", ALL_ORDERS, good)
        broken = write(folder / "broken.txt", ALL_ORDERS, [*good[:at], bad, *good[at:]])
        result = store.load(broken, db=folder / "b.duckdb").files[0]
        fates = result.loaded + result.duplicates + result.superseded + result.quarantined
        if bad.strip("\t"):
            assert (result.quarantined_lines, result.lines) == ([at + 2], len(good) + 1)
        else:  # a line without any value is no record
            assert (result.quarantined_lines, result.lines) == ([], len(good))
        assert result.lines == fates
        con = store.reader(folder / "b.duckdb")
        found = contents(con)
        con.close()
        assert found == tables(clean)


@FEW
@given(rows=exports)
def test_money_is_conserved_to_the_cent(rows):
    newest = {}
    for row in sorted(rows, key=lambda row: row["last_updated_date"]):
        newest[(row["number"], row["item"])] = row
    expected = {}
    for row in newest.values():
        expected[row["currency"]] = expected.get(row["currency"], 0) + Decimal(row["item_price"])
    with tempfile.TemporaryDirectory() as name:
        con = loaded(Path(name) / "shop.duckdb", write(Path(name) / "a.txt", ALL_ORDERS, text_of(rows)))
        assert dict(con.sql("SELECT currency, sum(item_price) FROM order_lines GROUP BY 1").fetchall()) == expected
        con.close()


def as_workbook(text):
    book = openpyxl.Workbook()
    for line in text.split("\n")[:-1]:
        book.active.append([cell or None for cell in line.split("\t")])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_csv(text, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(line.split("\t") for line in text.split("\n")[:-1])
    return out.getvalue().encode()


def as_zip(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.txt", text)
    return out.getvalue()


WAYS = {
    "utf-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "cp1252": lambda text: text.encode("cp1252"),
    "CR LF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "gz": lambda text: gzip.compress(text.encode()),
    "gz of utf-16": lambda text: gzip.compress(text.encode("utf-16")),
    "zip": as_zip,
    "csv": as_csv,
    "csv with semicolons": lambda text: as_csv(text, ";"),
    "workbook": as_workbook,
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """(a file without any dress, the tables that it gives)."""
    rows = [
        {"number": number, "item": str(70 + number), "item_price": f"{number}.50", "product_name": name}
        for number, name in enumerate(["Becher für Tee", '4" mug', "Ø 12 cm", "plain"], 1)
    ]
    file = write(tmp_path_factory.mktemp("plain") / "plain.txt", ALL_ORDERS, text_of(rows_with_defaults(rows)))
    return file, tables(file)


@pytest.mark.parametrize("way", WAYS)
def test_the_same_rows_in_any_dress_give_the_same_tables(tmp_path, plain, way):
    dressed = tmp_path / "dressed.bin"  # the name tells nothing
    dressed.write_bytes(WAYS[way](plain[0].read_text(encoding="utf-8")))
    assert tables(dressed) == plain[1]


def rows_with_defaults(rows):
    return [{"quantity": "1", "currency": "EUR", "last_updated_date": "2026-10-05T08:30:00+00:00", **row} for row in rows]
