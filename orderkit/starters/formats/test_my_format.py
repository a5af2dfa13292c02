"""Tests of the format in my_format.yaml, for `pytest`; put some lines of your own file in place of these."""

from decimal import Decimal
from pathlib import Path

import orderkit

FOLDER = Path(__file__).parent
LINES = """\
my_format_order,sold at,ship by,state,sku,units,paid,currency,buyer
A-1,2026-11-02 09:30,2026-11-04,sent,mug,1,12.50,EUR,Ann
A-1,2026-11-02 09:30,2026-11-04,sent,bowl,2,30.00,EUR,Ann
A-2,2026-11-03 18:05,2026-11-05,open,mug,1,12.50,EUR,Ben
"""


def load(folder, text):
    """What became of a file with this text, loaded into a database in `folder`."""
    (folder / "orders.csv").write_text(text, encoding="utf-8")
    return orderkit.load(folder / "orders.csv", db=folder / "shop.duckdb", formats_in=FOLDER).files[0]


def test_it_is_known_by_its_header_and_read_whole(tmp_path):
    result = load(tmp_path, LINES)
    assert (result.format, result.state, result.loaded, result.quarantined) == ("my_format", "loaded", 3, 0)
    assert result.money == {"EUR": Decimal("12.50") + Decimal("30.00") + Decimal("12.50")}


def test_its_orders_are_there_and_the_buyers_are_not(tmp_path):
    load(tmp_path, LINES)
    shop = orderkit.open(tmp_path / "shop.duckdb")
    lines = shop.sql("SELECT order_id, sku, status, units FROM order_lines ORDER BY order_id, sku")
    shop.close()
    assert lines.to_numpy().tolist() == [
        ["A-1", "bowl", "shipped", 2],
        ["A-1", "mug", "shipped", 1],
        ["A-2", "mug", "unshipped", 1],
    ]
    assert b"Ann" not in (tmp_path / "shop.duckdb").read_bytes()


def test_a_word_that_it_does_not_know_sets_the_line_aside(tmp_path):
    result = load(tmp_path, LINES.replace("open", "lost"))
    assert (result.loaded, result.quarantined_lines) == (2, [4])
