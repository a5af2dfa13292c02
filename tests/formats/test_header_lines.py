"""Every genuine header line that is known is recognised as its own format and no other."""

from pathlib import Path

import pytest

from orderkit.formats import find_header, formats, recognise

FOLDER = Path(__file__).parents[3] / "shared" / "facts" / "formats" / "headers"
LINES = sorted(FOLDER.glob("*.txt"))
NAMES = {  # the facts name some reports otherwise
    "amazon_all_orders_flat": "amazon_all_orders",
    "amazon_date_range_transactions": "amazon_date_range",
    "amazon_mfn_returns_flat": "amazon_mfn_returns",
    "kaggle_amazon_in_sale_report": "amazon_in_sale_report",
}
LAYOUTS = {"etsy_sold_orders__orders_36": "etsy_orders", "etsy_sold_orders__items_33": "etsy_order_items"}

pytestmark = pytest.mark.skipif(not LINES, reason="the folder of genuine header lines is not on this machine")


def test_there_are_header_lines():
    assert len(LINES) >= 44


@pytest.mark.parametrize("path", LINES, ids=lambda path: path.stem)
def test_a_genuine_header_is_its_own_format_and_no_other(path):
    text = path.read_text(encoding="utf-8-sig").rstrip("\r\n")
    kind = path.stem.split("__")[0]
    expected = LAYOUTS.get(path.stem) or NAMES.get(kind, kind)
    match = recognise(text)
    assert match is not None, "is not recognised"
    assert (match.format.name, match.missing) == (expected, [])
    assert [header for header in match.unknown if header.strip()] == []
    others = {name: form for name, form in formats().items() if name != expected}
    assert recognise(text, others) is None, "another format would take it as well"


@pytest.mark.parametrize("path", LINES, ids=lambda path: path.stem)
def test_a_header_below_other_lines_is_found(path):
    text = path.read_text(encoding="utf-8-sig").rstrip("\r\n")
    found = find_header(["Report of the shop", "", text])
    assert (found.line, found.format.name) == (3, recognise(text).format.name)
