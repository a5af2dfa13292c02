"""The real amazon.in sale report: 128,975 records, 13 statuses, and no claim that the file cannot carry.

Skips where the report is absent.
"""

from decimal import Decimal

import pytest

from orderkit import store
from orderkit.shop import Shop

# counts published with the data set; they add up to 128,975
STATUSES = {
    "Shipped": 77804,
    "Shipped - Delivered to Buyer": 28769,
    "Cancelled": 18332,
    "Shipped - Returned to Seller": 1953,
    "Shipped - Picked Up": 973,
    "Pending": 658,
    "Pending - Waiting for Pick Up": 281,
    "Shipped - Returning to Seller": 145,
    "Shipped - Out for Delivery": 35,
    "Shipped - Rejected by Buyer": 11,
    "Shipping": 8,
    "Shipped - Lost in Transit": 5,
    "Shipped - Damaged": 1,
}


@pytest.fixture(scope="module")
def shop(real_india):
    opened = Shop(real_india[0])
    yield opened
    opened.close()


def test_every_record_is_accounted_for(real_india):
    file = real_india[1].files[0]
    assert (file.state, file.lines, file.loaded, file.quarantined) == ("loaded", 128_975, 128_975, 0)
    assert sum(STATUSES.values()) == 128_975


def test_a_second_load_changes_nothing(real_india, real_india_folder):
    db, _ = real_india
    again = store.load(real_india_folder, db=db).files[0]
    assert (again.state, again.lines) == ("unchanged", 128_975)


def test_the_thirteen_statuses(shop):
    counted = shop.measure("status_counts", by="status_as_exported").groupby("status_as_exported")["lines"].sum()
    assert counted.to_dict() == STATUSES


def test_lost_and_damaged_with_their_money(shop):
    rows = shop.con.sql("""
        SELECT delivery_outcome, count(*), sum(item_price)
        FROM order_lines
        WHERE delivery_outcome IN ('lost', 'damaged')
        GROUP BY 1
        ORDER BY 1
    """).fetchall()
    assert rows == [("damaged", 1, Decimal("1136.00")), ("lost", 5, Decimal("1997.00"))]
    # no export names parcels: lines of one order with one end are a parcel, and two of the five were of one order. In the file
    # 26,566 orders have lines delivered, 1,992 lines returned or returning, 4 lost, 1 damaged: 28,563 in all
    said = shop.losses().headline
    assert "4 of 28,563 parcels with known outcome were lost, worth ₹1,997.00: too few to tell; 1 in 7,100" in said


def test_cancelled_lines_without_amount_are_missing_not_zero(shop):
    missing, zero = shop.con.sql("""
        SELECT count(*) FILTER (item_price IS NULL), count(*) FILTER (item_price = 0)
        FROM order_lines
        WHERE status = 'cancelled'
    """).fetchall()[0]
    assert missing == 7566
    assert zero < missing
    measured = shop.measure("status_counts", by="status_as_exported")
    assert measured.loc[measured["status_as_exported"] == "Cancelled", "lines_without_amount"].sum() == 7566


def test_nothing_is_called_late(shop):
    assert shop.con.sql("SELECT count(*) FROM order_lines WHERE deliver_by IS NOT NULL").fetchall() == [(0,)]
    assert shop._facts.sql("SELECT count(*) FROM line_facts WHERE delivery IN ('late', 'open_late')").fetchall() == [(0,)]
    assert shop.exposure().headline.startswith("Nothing can be called late: no export with promised dates is loaded")
    assert not shop.todo().frame["kind"].isin(["late_open", "ship_late"]).any()
