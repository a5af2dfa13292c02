"""`orderkit doctor`: which exports a shop lacks or has let grow old, and what they would fill; only of its own marketplaces."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from orderkit import store
from orderkit.analyses import gaps
from orderkit.cli import main
from orderkit.doctor import examine
from orderkit.formats import variants
from tests.store.exports import ALL_ORDERS, ORDER_REPORT, order_line, report_line, write

ROOT = Path(__file__).parents[2]
CLOCK = "2026-11-04T12:00:00+00:00"


@pytest.fixture
def amazon(tmp_path):
    """A folder with the All Orders file of an Amazon shop that ships itself: three lines, the newest of 2 November 2026."""
    write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(number, "1") for number in (1, 2, 3)])
    return tmp_path


def examined(folder, *files, clock=CLOCK):
    store.load([folder / file for file in files], db=folder / "shop.duckdb")
    return examine(folder / "shop.duckdb", clock)


def states(found):
    return {gap.need: gap.state for gap in found.gaps}


def sentences(found):
    return " ".join(repr(found).split())


def test_missing_promises_name_the_export_and_the_section(amazon):
    found = examined(amazon, "orders.txt")
    assert states(found)["promised dates"] == "missing"
    assert 'promised dates are missing: the Amazon Order report would fill "Refunds at risk on late deliveries".' in sentences(
        found
    )
    assert "Where: Seller Central > Orders > Order Reports" in sentences(found)
    assert max(map(len, repr(found).splitlines())) <= 80


def test_the_rules_in_force_are_named_the_users_own_too(amazon):
    assert examined(amazon, "orders.txt").rules[0].startswith("amazon is in force as orderkit ships it, reviewed ")
    (amazon / "packs").mkdir()
    mine = "extends: amazon\ntitle: mine\nreviewed: 2026-11-23\n"
    (amazon / "packs" / "mine.yaml").write_text(mine, encoding="utf-8")
    (amazon / "packs" / "broken.yaml").write_text(mine + "titel: x\n", encoding="utf-8")
    usual, broken, own = examine(amazon / "shop.duckdb", CLOCK).rules
    assert usual.startswith("amazon is in force as orderkit ships it")
    assert broken.startswith("broken is refused: ")
    assert "titel" in broken
    assert own.startswith("mine is in force where it is named from ")


def test_what_is_loaded_is_not_missing(amazon):
    write(amazon / "report.txt", ORDER_REPORT, [report_line(number, "1") for number in (1, 2, 3)])
    assert states(examined(amazon, "orders.txt", "report.txt"))["promised dates"] == "good"


def test_promises_of_a_few_lines_are_there_in_part(amazon):
    write(amazon / "report.txt", ORDER_REPORT, [report_line(1, "1")])
    found = examined(amazon, "orders.txt", "report.txt")
    assert states(found)["promised dates"] == "partly"
    assert "promised dates are known for 1 of 3 lines" in sentences(found)


def test_without_fba_orders_nobody_is_sent_for_fba_reports(amazon):
    found = examined(amazon, "orders.txt")
    assert "FBA" not in repr(found)
    write(amazon / "fba.txt", ALL_ORDERS, [order_line(9, "1", fulfillment_channel="Amazon")])
    both = examined(amazon, "fba.txt")
    assert "the Amazon FBA customer returns would fill" in sentences(both)
    assert states(both)["stock movements at Amazon"] == "missing"


def test_age_is_counted_from_the_clock(amazon):
    assert states(examined(amazon, "orders.txt", clock="2026-11-09"))["orders"] == "good"  # of 2 November: seven days
    old = examine(amazon / "shop.duckdb", "2026-11-10")
    assert states(old)["orders"] == "old"
    assert "orders are known up to Mon 2 Nov 2026, 8 days ago: load a newer Amazon All Orders." in sentences(old)
    assert "data up to Mon 2 Nov 2026 (8 days ago)" in sentences(old)


def etsy(folder):
    headers = variants("etsy_orders")["v36"]
    cells = {"Sale Date": "11/01/26", "Order ID": "77", "Currency": "USD", "Order Value": "12.50", "Date Shipped": "11/02/26"}
    text = ",".join(headers) + "\n" + ",".join(cells.get(header, "") for header in headers) + "\n"
    (folder / "EtsySoldOrders2026-11.csv").write_text(text)
    return "EtsySoldOrders2026-11.csv"


def test_an_etsy_seller_is_told_of_nothing_from_amazon(tmp_path):
    found = examined(tmp_path, etsy(tmp_path))
    assert "Amazon" not in repr(found)
    assert "Tracking (orderkit template)" in repr(found)
    assert "returns and their reasons are missing: no export tells of that; a list of your own would fill" in sentences(found)


def test_two_marketplaces_are_told_apart(amazon):
    etsy(amazon)
    found = examined(amazon, "orders.txt", "EtsySoldOrders2026-11.csv")
    missing = {(gap.need, gap.marketplace) for gap in found.gaps if gap.state == "missing"}
    assert {("promised dates", "Amazon"), ("promised dates", "Etsy")} <= missing
    assert "Amazon: promised dates are missing" in sentences(found)


def test_lines_set_aside_with_the_commonest_reason(amazon):
    write(amazon / "bad.txt", ALL_ORDERS, [
        order_line(4, "1"), order_line(5, "1", item_price="4,99"), order_line(6, "1", item_price="3,99"),
        order_line(7, "1", quantity="two"),
    ])  # fmt: skip
    found = examined(amazon, "orders.txt", "bad.txt")
    (one,) = found.set_aside
    assert (one["file"], one["lines"], one["set_aside"], one["of_reason"]) == ("bad.txt", 4, 3, 2)
    assert "bad.txt: 3 of 4 lines; 2 of them because: is no amount" in sentences(found)
    assert "4,99" not in repr(found)
    assert "No lines were set aside." in sentences(examine_of_one(amazon))


def examine_of_one(folder):
    store.load(folder / "orders.txt", db=folder / "clean.duckdb")
    return examine(folder / "clean.duckdb", CLOCK)


def test_json(amazon):
    examined(amazon, "orders.txt")
    told = json.loads(CliRunner().invoke(main, ["doctor", "--db", str(amazon / "shop.duckdb"), "--json"]).stdout)
    assert set(told) == {"versions", "database", "rules", "exports", "needs", "set_aside"}
    assert told["exports"] == [
        {"format": "amazon_all_orders", "title": "Amazon All Orders", "files": 1, "lines": 3, "up_to": "2026-11-02"}
    ]
    promise = next(need for need in told["needs"] if need["need"] == "promised dates")
    assert (promise["state"], promise["marketplace"], promise["known"], promise["of"]) == ("missing", "Amazon", 0, 3)
    assert promise["fills"] == ["Refunds at risk on late deliveries"]
    assert promise["exports"][0]["format"] == "amazon_order_report"


def test_nothing_loaded_yet(tmp_path):
    told = repr(examine(tmp_path / "shop.duckdb"))
    assert "shop.duckdb: not made yet" in told
    assert "Missing" not in told
    (tmp_path / "broken.duckdb").write_bytes(b"not a database" * 100)
    assert examine(tmp_path / "broken.duckdb").gaps == []


def test_the_sample_is_marked_and_never_old(sample_db):
    found = examine(sample_db)
    assert found.database.startswith("SAMPLE")
    assert "old" not in states(found).values()


def test_the_sections_are_those_of_the_page():
    page = (ROOT / "notebooks" / "weekly_report.py").read_text(encoding="utf-8")
    headings = set(re.findall(r"^# ## (.*)$", page, flags=re.MULTILINE))
    assert {section for need in gaps.NEEDS for section in need.fills} - {gaps.EVERY} <= headings
