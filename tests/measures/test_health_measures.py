"""The measures of account health on a few orders made by hand: what counts, what does not, and what is not known."""

import datetime as dt
from decimal import Decimal

import pytest
import shops

from orderkit import measures

MONDAY, TUESDAY, WEDNESDAY = (dt.date(2026, 3, day) for day in (2, 3, 4))


@pytest.fixture
def con():
    return shops.empty()


def only(con, name):
    rows = measures.rows(con, name)
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(
    ("confirmed_day", "ship_by_day", "counts"),
    [(TUESDAY, TUESDAY, (1, 0, 0)), (WEDNESDAY, TUESDAY, (1, 1, 0)), (None, TUESDAY, (1, 0, 1)), (WEDNESDAY, None, (1, 0, 1))],
)
def test_an_order_is_late_when_confirmed_after_the_ship_by_day(con, confirmed_day, ship_by_day, counts):
    shops.add_line(con, "A", confirmed_day=confirmed_day, ship_by_day=ship_by_day)
    row = only(con, "late_shipment_orders")
    assert (row["orders"], row["defects"], row["unknown"]) == counts
    assert row["day"] == (ship_by_day or MONDAY)  # where it is not told, the day of the order


def test_an_order_of_three_lines_counts_once_and_by_its_worst(con):
    for line, confirmed in enumerate([TUESDAY, WEDNESDAY, TUESDAY]):
        shops.add_line(con, "A", str(line), confirmed_day=confirmed, ship_by_day=TUESDAY)
    row = only(con, "late_shipment_orders")
    assert (row["orders"], row["defects"]) == (1, 1)


def test_what_is_not_confirmed_is_no_late_shipment_yet(con):
    waiting = {"status": "unshipped", "confirmed": False, "handed_over": False, "ship_by_day": TUESDAY}
    shops.add_line(con, "A", **waiting, days_past_ship_by=2)
    shops.add_line(con, "B", **waiting, days_past_ship_by=0)
    row = only(con, "late_shipment_orders")
    assert (row["orders"], row["defects"], row["overdue"]) == (0, 0, 1)


@pytest.mark.parametrize(("official", "counts"), [(True, (2, 1, 1, 0)), (False, (2, 1, 0, 1)), (None, (2, 1, 0, 1))])
def test_a_cancelled_order_is_the_buyers_only_where_the_export_says_so(con, official, counts):
    shops.add_line(con, "A", status="cancelled", handed_over=False, official_request=official)
    shops.add_line(con, "B")
    shops.add_line(con, "C", status="pending", handed_over=False)
    row = only(con, "cancelled_orders")
    assert tuple(row[column] for column in ("orders", "cancelled", "for_buyer", "unknown")) == counts


@pytest.mark.parametrize(
    ("numbers", "counts"),
    [
        (["Z1"], (1, 0, 0)),
        ([""], (1, 1, 0)),
        ([None], (1, 0, 1)),
        (["Z1", ""], (1, 1, 0)),
        (["Z1", None], (1, 0, 1)),
        ([], (1, 0, 1)),
    ],
)
def test_every_parcel_of_an_order_needs_a_number(con, numbers, counts):
    shops.add_line(con, "A", confirmed_day=TUESDAY)
    for place, number in enumerate(numbers):
        shops.add_parcel(con, f"P{place}", "A", "1", tracking=number)
    row = only(con, "tracked_orders")
    assert (row["orders"], row["defects"], row["unknown"]) == counts
    assert row["day"] == TUESDAY


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"tracking": "delivered", "delivered_day": WEDNESDAY}, "orders"),
        ({"tracking": "delivered", "delivered_day": dt.date(2026, 3, 5)}, "defects"),
        # before the extension it was promised for Tuesday
        ({"tracking": "delivered", "delivered_day": WEDNESDAY, "first_deliver_by_day": TUESDAY}, "defects"),
        ({"tracking": "lost"}, "defects"),
        ({"tracking": "in_transit"}, "defects"),
        ({"tracking": "in_transit", "as_of_day": WEDNESDAY}, "open"),
        ({"tracking": "returned"}, "unknown"),
        ({"tracking": None}, "unknown"),
        ({"tracking": "none"}, "untracked"),
    ],
)
def test_on_time_is_by_the_first_promise_and_of_parcels_with_tracking(con, facts, state):
    shops.add_line(con, "A", **{"deliver_by_day": WEDNESDAY} | facts)
    row = only(con, "on_time_orders")
    counted = {"orders": 0, "defects": 0, "unknown": 0, "open": 0, "untracked": 0} | {state: 1}
    counted["orders"] = int(state in ("orders", "defects", "unknown"))
    assert {name: row[name] for name in counted} == counted


def test_an_order_with_three_troubles_is_one_defect(con):
    shops.add_line(con, "A")
    shops.add_line(con, "B")
    shops.add_return(con, "R", "A", "1", a_to_z_claim=True)
    shops.add_booking(con, "1", "A", "chargeback", Decimal("-10.00"))
    shops.add_feedback(con, "A", 1)
    row = only(con, "defect_orders")
    assert tuple(row[column] for column in ("orders", "defects", "claims", "chargebacks", "feedback")) == (2, 1, 1, 1, 1)


def test_a_claim_given_back_and_three_stars_are_no_defect(con):
    shops.add_line(con, "A")
    shops.add_booking(con, "1", "A", "a_to_z", Decimal("-10.00"))
    shops.add_booking(con, "2", "A", "a_to_z", Decimal("10.00"))
    shops.add_booking(con, "3", "A", "chargeback", Decimal("-10.00"), counts=False)
    shops.add_feedback(con, "A", 3)
    assert only(con, "defect_orders")["defects"] == 0


@pytest.mark.parametrize(
    "name", ["late_shipment_orders", "cancelled_orders", "tracked_orders", "on_time_orders", "defect_orders"]
)
def test_fba_orders_are_the_marketplaces_and_accounts_stay_apart(con, name):
    shops.add_line(con, "A", channel="FBA", confirmed_day=TUESDAY, tracking="delivered")
    assert measures.rows(con, name) == []
    shops.add_line(con, "B", confirmed_day=TUESDAY, tracking="delivered")
    shops.add_line(con, "B", confirmed_day=TUESDAY, tracking="delivered", account="other")
    assert [row["orders"] for row in measures.rows(con, name, by="account")] == [1, 1]
