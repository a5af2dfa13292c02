"""Measures on a few lines made by hand: every expected total is written as its sum."""

import datetime as dt
from decimal import Decimal

import pytest
import shops

from orderkit import measures
from orderkit.errors import BadValue, UnknownName

D = Decimal
WEEK_10, WEEK_11 = dt.date(2026, 3, 2), dt.date(2026, 3, 9)  # Mondays
DAY = dt.date(2026, 3, 11)


@pytest.fixture
def con():
    return shops.empty()


def only(rows):
    assert len(rows) == 1
    return rows[0]


def test_a_missing_amount_is_counted_and_never_zero(con):
    shops.add_line(con, "A", value=D("12.50"), units=1, status_as_exported="Cancelled")
    shops.add_line(con, "B", value=D("4.99"), units=2, status_as_exported="Cancelled")
    shops.add_line(con, "C", value=None, units=None, status_as_exported="Cancelled")
    row = only(measures.rows(con, "status_counts"))
    assert (row["lines"], row["units"], row["amount"], row["lines_without_amount"]) == (3, 1 + 2, D("12.50") + D("4.99"), 1)


def test_amounts_that_are_all_missing_stay_missing(con):
    shops.add_line(con, "A", value=None, status_as_exported="Cancelled")
    assert only(measures.rows(con, "status_counts"))["amount"] is None


def test_currencies_stay_apart_even_where_nobody_asked(con):
    shops.add_line(con, "A", value=D("1.00"), currency="USD")
    shops.add_line(con, "B", value=D("2.00"), currency="EUR")
    shops.add_line(con, "C", value=D("4.00"), currency=None)
    for by in ("week", [], "currency"):
        assert {row["currency"]: row["sales"] for row in measures.rows(con, "orders_by_week", by=by)} == {
            "USD": D("1.00"), "EUR": D("2.00"), None: D("4.00"),
        }  # fmt: skip


def test_an_order_counts_once_and_its_cancelled_lines_bring_no_sales(con):
    shops.add_line(con, "A", "1", value=D("10.00"), units=1)
    shops.add_line(con, "A", "2", value=D("5.00"), units=3, channel="FBA")
    shops.add_line(con, "B", "1", value=D("99.00"), units=7, status="cancelled")
    shops.add_line(con, "C", "1", value=None, units=1)
    row = only(measures.rows(con, "orders_by_week", by="week"))
    assert (row["week"], row["orders"], row["lines"], row["cancelled"]) == (WEEK_10, 3, 4, 1)
    assert (row["units"], row["sales"], row["lines_without_amount"]) == (1 + 3 + 1, D("10.00") + D("5.00"), 1)


@pytest.mark.parametrize(
    ("day", "week"),
    [(dt.date(2026, 3, 8), WEEK_10), (dt.date(2026, 3, 9), WEEK_11), (dt.date(2026, 3, 15), WEEK_11), (None, None)],
)
def test_the_week_is_the_one_that_holds_the_day(con, day, week):
    shops.add_line(con, "A", value=D("1.00"), ordered_day=day)
    assert only(measures.rows(con, "orders_by_week"))["week"] == week


@pytest.mark.parametrize(
    ("since", "until", "orders"),
    [("2026-W10", None, {"A", "B"}), ("2026-W11", None, {"B"}), (None, "2026-W10", {"A"}),
    (dt.date(2026, 3, 8), None, {"A", "B"}),  ("2026-03-09", "2026-03-15", {"B"}), (None, "2026-03-01", set())],
)  # fmt: skip
def test_since_and_until_count_the_weeks_that_hold_them_wholly(con, since, until, orders):
    shops.add_line(con, "A", value=D("1.00"), ordered_day=dt.date(2026, 3, 8), currency="USD")
    shops.add_line(con, "B", value=D("2.00"), ordered_day=dt.date(2026, 3, 9), currency="EUR")
    shops.add_line(con, "C", value=D("4.00"), ordered_day=None, currency="GBP")
    found = measures.rows(con, "orders_by_week", since=since, until=until)
    assert {{"USD": "A", "EUR": "B", "GBP": "C"}[row["currency"]] for row in found} == orders


def test_one_marketplace_at_a_time(con):
    shops.add_line(con, "A", marketplace="amazon.com")
    shops.add_line(con, "B", marketplace="amazon.de")
    assert only(measures.rows(con, "status_counts", marketplace="amazon.de"))["lines"] == 1
    assert measures.rows(con, "status_counts", marketplace="amazon.fr") == []


def test_deliveries_add_up_and_leave_out_what_never_travelled(con):
    for place, delivery in enumerate(["on_time", "on_time", "late", "open", "open_late", "lost", "damaged", "came_back", None]):
        shops.add_line(con, f"A{place}", value=D("1.00"), delivery=delivery, deliver_by_day=dt.date(2026, 3, 11))
    shops.add_line(con, "B", delivery="not_shipped", deliver_by_day=dt.date(2026, 3, 11))
    shops.add_line(con, "C", delivery="late", deliver_by_day=dt.date(2026, 3, 11), channel="FBA")
    row = only(measures.rows(con, "delivery_by_week"))
    parts = ("on_time", "late", "open", "open_late", "lost", "damaged", "came_back", "unknown_delivery")
    assert [row[part] for part in parts] == [2, 1, 1, 1, 1, 1, 1, 1]
    assert row["lines"] == 2 + 1 + 1 + 1 + 1 + 1 + 1 + 1
    assert (row["week"], row["value"], row["value_open_late"]) == (WEEK_11, 9 * D("1.00"), D("1.00"))


def test_without_a_promised_day_the_week_is_not_known(con):
    shops.add_line(con, "A", delivery=None, deliver_by_day=None)
    row = only(measures.rows(con, "delivery_by_week"))
    assert (row["week"], row["promise_unknown"], row["unknown_delivery"], row["value"]) == (None, 1, 1, None)


@pytest.mark.parametrize(
    ("days", "age"),
    [(0, None), (1, "1 to 3 days"), (3, "1 to 3 days"), (4, "4 to 30 days"), (30, "4 to 30 days"), (31, "31 to 90 days"),
     (90, "31 to 90 days"), (91, "over 90 days"), (-5, None), (None, None)],
)  # fmt: skip
def test_a_line_is_late_from_the_day_after_the_promise(con, days, age):
    shops.add_line(con, "A", value=D("7.00"), delivery="open_late", days_past_deliver_by=days)
    assert [row["age"] for row in measures.rows(con, "late_open")] == ([age] if age else [])


@pytest.mark.parametrize(
    ("delivery", "status", "lines", "not_shipped", "unknown"),
    [("open_late", "shipped", 1, 0, 0), ("not_shipped", "unshipped", 1, 1, 0), ("not_shipped", "partially_shipped", 1, 1, 0),
     (None, "shipped", 0, 0, 1), ("not_shipped", "cancelled", None, None, None), ("not_shipped", "pending", None, None, None),
     ("on_time", "shipped", None, None, None), ("late", "shipped", None, None, None), ("lost", "shipped", None, None, None),
     ("came_back", "shipped", None, None, None)],
)  # fmt: skip
def test_what_counts_as_late_and_open(con, delivery, status, lines, not_shipped, unknown):
    shops.add_line(con, "A", value=D("7.00"), delivery=delivery, status=status, days_past_deliver_by=5)
    shops.add_line(con, "B", value=D("9.00"), delivery=delivery, status=status, days_past_deliver_by=5, channel="FBA")
    rows = measures.rows(con, "late_open")
    if lines is None:
        assert rows == []
    else:
        row = only(rows)
        assert (row["lines"], row["not_shipped"], row["unknown_delivery"]) == (lines, not_shipped, unknown)
        assert (row["value"], row["value_unknown_delivery"]) == ((D("7.00"), None) if lines else (None, D("7.00")))


@pytest.mark.parametrize(
    ("tracking", "delivery", "open_late", "unknown"), [("in_transit", "open_late", 1, 0), ("none", None, 0, 1)]
)
def test_an_untracked_parcel_past_its_day_is_counted_as_not_known(con, tracking, delivery, open_late, unknown):
    day = dt.date(2026, 3, 11)
    shops.add_line(con, "A", value=D("7.00"), delivery=delivery, tracking=tracking, days_past_deliver_by=5, deliver_by_day=day)
    assert (only(measures.rows(con, "late_open"))["lines"], only(measures.rows(con, "late_open"))["unknown_delivery"]) == (
        open_late,
        unknown,
    )
    row = only(measures.rows(con, "delivery_by_week"))
    assert (row["open_late"], row["unknown_delivery"], row["value_open_late"]) == (
        open_late,
        unknown,
        D("7.00") if open_late else None,
    )


@pytest.mark.parametrize(("days", "past", "unknown"), [(0, 0, 0), (1, 1, 0), (None, 0, 1)])
def test_lines_past_the_ship_by_day(con, days, past, unknown):
    shops.add_line(con, "A", value=D("3.00"), status="unshipped", delivery="not_shipped", days_past_ship_by=days)
    row = only(measures.rows(con, "not_shipped"))
    assert (row["lines"], row["past_ship_by"], row["ship_by_unknown"], row["value"]) == (1, past, unknown, D("3.00"))
    assert row["value_past_ship_by"] == (D("3.00") if past else None)


def test_reasons_count_withdrawn_returns_apart_and_empty_refunds_as_not_told(con):
    shops.add_return(con, "R1", "A", reason_group="fit_style", reason="POOR_FIT", refunded=D("8.00"), status="approved")
    shops.add_return(con, "R2", "B", reason_group="fit_style", reason="POOR_FIT", refunded=D("2.50"), units=2)
    shops.add_return(con, "R3", "C", reason_group="fit_style", reason="POOR_FIT", refunded=None)
    shops.add_return(con, "R4", "D", reason_group="fit_style", reason="POOR_FIT", refunded=D("0.00"))
    shops.add_return(con, "R5", "E", reason_group="fit_style", reason="POOR_FIT", refunded=D("5.00"), status="cancelled")
    shops.add_return(con, "R6", "F", reason_group="fit_style", reason="POOR_FIT", status="declined")
    row = only(measures.rows(con, "return_reasons"))
    assert (row["returns"], row["units"], row["withdrawn"]) == (4, 1 + 2 + 1 + 1, 2)
    assert (row["refunded"], row["returns_without_refund_amount"]) == (D("8.00") + D("2.50"), 2)
    row = only(measures.rows(con, "returns_by_week"))
    assert (row["week"], row["returns"], row["refunded"], row["withdrawn"]) == (WEEK_11, 4, D("8.00") + D("2.50"), 2)


def test_units_asked_back_stand_beside_the_units_of_their_orders(con):
    shops.add_line(con, "A", units=5, delivery="on_time")
    shops.add_line(con, "B", units=3, delivery="came_back")
    shops.add_line(con, "C", units=2, delivery="not_shipped")
    shops.add_return(con, "R1", "A", "1", units=1)
    shops.add_return(con, "R2", "A", "1", units=1)
    shops.add_return(con, "R3", "A", "1", units=1, status="cancelled")
    shops.add_return(con, "R4", "Z", None, units=4)
    row = only(measures.rows(con, "returns_by_order_week"))
    assert (row["units_shipped"], row["units_returned"], row["units_came_back"], row["lines_came_back"]) == (5 + 3, 1 + 1, 3, 1)


def test_a_parcel_is_worth_its_lines_and_a_line_in_two_parcels_is_shared(con):
    shops.add_line(con, "A", "1", value=D("10.00"))
    shops.add_line(con, "A", "2", value=D("3.00"))
    shops.add_line(con, "B", "1", value=D("5.01"))
    shops.add_line(con, "C", "1", value=None)
    shops.add_parcel(con, "P1", "A", "1", "2", outcome="lost")
    shops.add_parcel(con, "P2", "B", "1", outcome="delivered")
    shops.add_parcel(con, "P3", "B", "1", outcome="damaged")
    shops.add_parcel(con, "P4", "C", "1", outcome="lost")
    row = only(measures.rows(con, "parcel_outcomes"))
    assert (row["parcels"], row["lost"], row["damaged"], row["delivered"]) == (4, 2, 1, 1)
    assert (row["value"], row["parcels_without_value"]) == (D("10.00") + D("3.00") + D("5.01"), 1)
    assert (row["value_lost"], row["lost_without_value"]) == (D("10.00") + D("3.00"), 1)


def test_what_became_of_parcels_adds_up(con):
    outcomes = ["delivered", "lost", "damaged", "returning", "rejected", "returned", "in_transit", "unknown", None]
    for place, outcome in enumerate(outcomes):
        shops.add_parcel(con, f"P{place}", outcome=outcome)
    shops.add_parcel(con, "P9", outcome=None, delivered_at=dt.datetime(2026, 3, 5, tzinfo=dt.UTC))
    shops.add_line(con, "F", channel="FBA")
    shops.add_parcel(con, "PF", "F", "1", outcome="lost")
    row = only(measures.rows(con, "parcel_outcomes", by="carrier"))
    parts = ("delivered", "lost", "damaged", "on_way_back", "returned", "in_transit", "unknown_outcome")
    assert [row[part] for part in parts] == [1 + 1, 1, 1, 1 + 1, 1, 1, 1 + 1]
    assert row["parcels"] == sum(row[part] for part in parts)


def test_parcels_stand_in_the_week_of_their_order(con):
    shops.add_line(con, "A", ordered_day=dt.date(2026, 3, 8))
    shops.add_parcel(con, "P1", "A", "1")
    shops.add_parcel(con, "P2", "A", "1")
    shops.add_parcel(con, "P3")
    assert {row["week"]: row["parcels"] for row in measures.rows(con, "parcels_by_week")} == {WEEK_10: 2, None: 1}


def test_data_reach_from_the_oldest_to_the_newest_moment_of_a_format(con):
    first, last = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    shops.add_load(con, "amazon_all_orders", sha256="1", lines=10, quarantined=1, covers_from=first, covers_to=first)
    shops.add_load(con, "amazon_all_orders", sha256="2", lines=5, covers_from=last, covers_to=last)
    whole = only(measures.rows(con, "data_up_to"))
    assert (whole["files"], whole["rows"], whole["set_aside"], whole["covers_from"], whole["covers_to"]) == (
        2,
        10 + 5,
        1,
        first,
        last,
    )
    assert only(measures.rows(con, "data_up_to", by="format")) == whole


def test_lines_set_aside_by_file_and_reason(con):
    shops.add_load(con, "amazon_all_orders", file_id=1, file="orders.txt")
    for line, reason in [(2, "no_money"), (5, "no_money"), (9, "no_day")]:
        shops.put(con, "rejects", file_id=1, line=line, reason=reason)
    rows = measures.rows(con, "lines_set_aside")
    assert [(row["file"], row["reason"], row["lines"]) for row in rows] == [
        ("orders.txt", "no_day", 1),
        ("orders.txt", "no_money", 2),
    ]


def order_of(con, *lines, name="late_open"):
    """A measure by order, of an order with these lines, added up over all places: {} where it is in none of its counts."""
    for number, line in enumerate(lines):
        shops.add_line(con, "A", str(number), **{"value": D("1.00"), "days_past_deliver_by": 5} | line)
    (row,) = measures.rows(con, name, by=[], grain="order") or [{}]
    return {column: value for column, value in row.items() if value and column != "currency"}


ON_WAY, ARRIVED = {"delivery": "open_late"}, {"delivery": "on_time"}
WAITS = {"delivery": "not_shipped", "status": "unshipped"}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([ON_WAY, ON_WAY], {"lines": 1, "value": D("2.00")}),
        ([ON_WAY, ARRIVED], {"lines": 1, "value": D("2.00")}),  # one line late and open: the order is
        ([WAITS, {"delivery": "late"}], {"lines": 1, "not_shipped": 1, "value": D("2.00")}),
        ([{"delivery": "late"}, {"delivery": None}], {}),  # it came late, whatever became of the other
        ([ARRIVED, {"delivery": None}], {"unknown_delivery": 1, "value_unknown_delivery": D("2.00")}),
        ([ON_WAY, {"value": None} | ARRIVED], {"lines": 1, "lines_without_value": 1}),
        ([ON_WAY, {"currency": "EUR"} | ARRIVED], {"lines": 1, "lines_without_value": 1}),  # no sum of two currencies
        ([ON_WAY, WAITS | {"status": "cancelled"}], {"lines": 1, "value": D("1.00")}),  # nobody owes what was cancelled
        ([ON_WAY, {"channel": "FBA"} | ARRIVED], {"lines": 1, "value": D("1.00")}),
    ],
)
def test_an_order_is_as_late_as_its_latest_line_and_worth_all_of_them(con, lines, told):
    assert order_of(con, *lines) == told


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([1, -1], {"lines": 1, "past_ship_by": 1, "value": D("2.00"), "value_past_ship_by": D("2.00")}),
        ([None, 1], {"lines": 1, "past_ship_by": 1, "value": D("2.00"), "value_past_ship_by": D("2.00")}),
        ([None, -1], {"lines": 1, "ship_by_unknown": 1, "value": D("2.00")}),
        ([-1, 0], {"lines": 1, "value": D("2.00")}),
    ],
)
def test_an_order_that_waits_to_be_shipped_counts_once(con, days, told):
    waiting = [WAITS | {"days_past_ship_by": day} for day in days]
    assert order_of(con, *waiting, name="not_shipped") == told


def test_orders_that_arrived_are_those_of_the_measure_by_order(con):
    """Second method: lateness_orders, which has a SQL of its own."""
    fates = ["on_time", "late", "open_late", None, "open", "lost"]
    for number, (one, other) in enumerate([(a, b) for a in fates for b in fates]):
        for line, delivery in enumerate([one, other]):
            shops.add_line(con, f"A{number}", str(line), delivery=delivery, deliver_by_day=DAY)
    lines_as_orders = only(measures.rows(con, "delivery_by_week", by=["marketplace"], grain="order"))
    orders = only(measures.rows(con, "lateness_orders", by=["marketplace"]))
    both = 2  # late, and open past its day: of the whole order it is open
    assert (lines_as_orders["late"], lines_as_orders["open_late"]) == (orders["late"] - both, orders["open_late"] + both)
    for lines_column, column in (("lines", "orders"), ("on_time", "on_time"), ("unknown_delivery", "unknown_delivery")):
        assert lines_as_orders[lines_column] == orders[column]


def test_columns_say_what_they_count_and_only_lateness_has_two_grains(con):
    shops.add_line(con, "A", **ON_WAY, days_past_deliver_by=5)
    assert {"orders", "orders_without_value"} <= set(measures.run(con, "late_open", grain="order").columns)
    assert {"lines", "lines_without_value"} <= set(measures.run(con, "late_open").columns)
    with pytest.raises(BadValue, match="return_reasons has one grain"):
        measures.run(con, "return_reasons", grain="order")
    with pytest.raises(UnknownName, match="line, order"):
        measures.rows(con, "late_open", grain="parcel")
