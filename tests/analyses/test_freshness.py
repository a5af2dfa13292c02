"""The sentence under each section of the page: up to when its data reaches, and which exports are not loaded."""

import pytest

import orderkit as ok
from orderkit import store
from orderkit.analyses import freshness, gaps
from orderkit.errors import UnknownName
from orderkit.formats import variants
from tests.store.exports import ALL_ORDERS, order_line, write

OWN = """
title: Orders of our own shop
find: the till
signature: [number, bought, promised, state]
needs: [number]
known_at: bought
columns:
  number: id
  bought: {type: day, formats: ["%Y-%m-%d"]}
  promised: {type: day, formats: ["%Y-%m-%d"]}
  state: {type: choice, of: [open, sent]}
maps:
  status: {open: unshipped, sent: shipped}
emits:
  orders:
    keys: {order_id: number}
    anchor: bought
    rank: 1
    fixed: {ordered_at: bought, deliver_by: promised, channel: {value: FBM}, marketplace: {value: till}}
    state: {status: {from: state, map: status}}
variants:
  only: [number, bought, promised, state]
"""


def told(db, section, as_of=None):
    shop = ok.open(db, as_of=as_of)
    try:
        return shop.up_to(section)
    finally:
        shop.close()


@pytest.fixture
def amazon(tmp_path):
    """A shop with the All Orders file of one order, of 2 November 2026."""
    db = tmp_path / "shop.duckdb"
    store.load(write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "1")]), db=db)
    return db


def etsy(folder):
    headers = variants("etsy_orders")["v36"]
    cells = {"Sale Date": "11/01/26", "Order ID": "77", "Currency": "USD", "Order Value": "12.50", "Date Shipped": "11/02/26"}
    path = folder / "EtsySoldOrders2026-11.csv"
    path.write_text(",".join(headers) + "\n" + ",".join(cells.get(header, "") for header in headers) + "\n")
    return path


def test_orders_read_by_a_format_of_ones_own_are_told(tmp_path):
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "till.yaml").write_text(OWN)
    (tmp_path / "till.csv").write_text("number,bought,promised,state\n1,2026-11-01,2026-11-09,open\n")
    db = tmp_path / "shop.duckdb"
    assert store.load(tmp_path / "till.csv", db=db, formats_in=tmp_path / "formats").files[0].state == "loaded"
    said = told(db, "exposure")
    assert said.startswith("Data up to: orders to Sun 1 Nov 2026, promised dates to Sun 1 Nov 2026.")
    assert "Amazon" not in said


def test_what_is_missing_is_named_with_the_export_that_would_tell(amazon):
    said = told(amazon, "exposure")
    assert said.startswith("Data up to: orders to Mon 2 Nov 2026. Not loaded: promised dates (Amazon Order report")
    assert "parcels (" in said


def test_a_seller_on_one_marketplace_is_told_of_no_other(amazon, tmp_path):
    for section in freshness.SECTIONS:
        assert not {"Etsy", "eBay", "Shopify", "Walmart", "WooCommerce"} & set(told(amazon, section).replace("(", " ").split())
    store.load(etsy(tmp_path), db=tmp_path / "etsy.duckdb")
    for section in freshness.SECTIONS:
        assert "Amazon" not in told(tmp_path / "etsy.duckdb", section)


def test_two_marketplaces_are_told_apart(amazon, tmp_path):
    store.load(etsy(tmp_path), db=amazon)
    assert "Amazon orders to Mon 2 Nov 2026, Etsy orders to Mon 2 Nov 2026" in told(amazon, "todo")


def test_as_of_an_earlier_day_nothing_later_is_told(amazon):
    assert told(amazon, "todo", as_of="2026-10-01").startswith("No data for this part. Not loaded: orders")


def test_every_section_of_the_page_has_needs():
    for heading, others in freshness.SECTIONS.values():
        assert others or any(heading in need.fills for need in gaps.NEEDS)


def test_account_health_tells_what_its_rates_are_reckoned_from(amazon):
    said = told(amazon, "health")
    assert said.startswith("Data up to: orders to Mon 2 Nov 2026. Not loaded: promised dates (Amazon Order report")
    assert "parcels (" in said
    assert "account health (Amazon account health" in said


def test_a_section_that_does_not_exist_is_named(amazon):
    shop = ok.open(amazon)
    with pytest.raises(UnknownName):
        shop.up_to("weather")
    shop.close()
