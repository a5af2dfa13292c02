"""The list of things to do, on a few lines with the answers of a policy made by hand."""

import datetime as dt
from decimal import Decimal

import pytest
import shops

from orderkit.analyses import today, todo

D = Decimal
NOW = dt.datetime(2026, 3, 31, 9, tzinfo=dt.UTC)
BEFORE = NOW - dt.timedelta(days=1)
TUESDAY = dt.date(2026, 3, 31)


@pytest.fixture
def con():
    return shops.empty(as_of=TUESDAY)


def ask_to_cancel(con, order_id, value, deadline=TUESDAY, **line):
    shops.add_line(
        con, order_id, value=value, **{"status": "unshipped", "delivery": "not_shipped", "cancel_asked_at": NOW} | line
    )
    shops.add_answer(
        con, "cancel", order_id, "1", answer="seller_may_cancel", rule="before_shipping", who_pays="nobody", deadline=deadline
    )


def test_nothing_to_do_is_said(con):
    assert todo(con).headline == "Nothing to do that the loaded exports tell of."
    assert list(todo(con).frame["item"]) == []


def test_an_open_request_carries_its_answer(con):
    ask_to_cancel(con, "A", D("42.99"))
    result = todo(con)
    thing = result.frame.iloc[0]
    assert (thing["what"], thing["advice"]) == ("The buyer asks to cancel", "Seller may cancel.")
    assert (thing["kind"], thing["rule"], thing["who_pays"], thing["money"]) == ("cancel", "before_shipping", "nobody", 42.99)
    assert result.headline == "1 thing to do, $42.99 at stake."


@pytest.mark.parametrize(("answered", "open_things"), [(None, 1), (BEFORE, 1), (NOW, 0), (NOW + dt.timedelta(hours=1), 0)])
def test_a_request_is_open_until_it_is_answered(con, answered, open_things):
    ask_to_cancel(con, "A", D("42.99"), cancel_answered_at=answered)
    assert len(todo(con).frame) == open_things


@pytest.mark.parametrize("line", [{"channel": "FBA"}, {"status": "cancelled"}])
def test_fba_and_cancelled_lines_ask_for_nothing(con, line):
    ask_to_cancel(con, "A", D("42.99"), **line)
    assert todo(con).frame.empty


def test_money_is_never_added_up_across_currencies_and_a_line_counts_once(con):
    ask_to_cancel(con, "A", D("10.00"), address_asked_at=NOW)
    ask_to_cancel(con, "B", D("5.00"))
    ask_to_cancel(con, "C", D("7.00"), currency="EUR")
    result = todo(con)
    assert len(result.frame) == 2 + 1 + 1
    assert result.totals == {"USD": D("10.00") + D("5.00"), "EUR": D("7.00")}
    assert result.headline == "4 things to do, €7.00 and $15.00 at stake."


def test_an_amount_that_is_not_known_is_told(con):
    ask_to_cancel(con, "A", None)
    result = todo(con)
    assert result.totals == {}
    assert result.frame["money"].isna().all()
    assert any("1 thing without an amount" in line for line in result.how)


def test_faster_shipping_costs_no_refund(con):
    shops.add_line(con, "A", value=D("10.00"), status="unshipped", delivery="not_shipped", upgrade_asked_at=NOW)
    result = todo(con)
    assert (result.frame["money"].tolist(), result.totals) == ([0.0], {})


def test_an_unknown_answer_names_what_would_tell(con):
    shops.add_line(con, "A", value=D("10.00"), delivery=None, not_received_asked_at=NOW)
    shops.add_answer(
        con,
        "not_received",
        "A",
        "1",
        answer="unknown",
        who_pays="nobody",
        missing="tracking, insured",
        ask_for="a tracking export",
    )
    thing = todo(con).frame.iloc[0]
    assert thing["advice"] == "What the rules say is not known."
    assert thing["why"] == "not known: tracking, insured; a tracking export would tell"


def test_most_urgent_first_then_the_dearer(con):
    ask_to_cancel(con, "none", D("99.00"), deadline=None)
    ask_to_cancel(con, "later", D("50.00"), deadline=TUESDAY + dt.timedelta(days=1))
    ask_to_cancel(con, "cheap", D("1.00"))
    ask_to_cancel(con, "dear", D("2.00"))
    ask_to_cancel(con, "unpriced", None)
    assert todo(con).frame["order_id"].tolist() == ["dear", "cheap", "unpriced", "later", "none"]
    assert todo(con).frame["days_left"].tolist()[:4] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("delivery", "tracking", "kind"),
    [("open_late", "in_transit", "late_open"), (None, "none", None), ("lost", "lost", "lost"), ("late", "delivered", None),
     ("open", "in_transit", None), (None, None, None), ("came_back", "returned", None)],
)  # fmt: skip
def test_parcels_to_look_after_before_anybody_complains(con, delivery, tracking, kind):
    shops.add_line(con, "A", value=D("10.00"), delivery=delivery, tracking=tracking, days_past_deliver_by=2)
    assert todo(con).frame["kind"].tolist() == ([kind] if kind else [])


def test_a_complaint_takes_the_place_of_the_late_parcel(con):
    shops.add_line(
        con, "A", value=D("10.00"), delivery="open_late", tracking="in_transit", days_past_deliver_by=2, not_received_asked_at=NOW
    )
    assert todo(con).frame["kind"].tolist() == ["not_received"]


@pytest.mark.parametrize(
    ("status", "days", "things"),
    [
        ("unshipped", 1, 1),
        ("unshipped", 0, 0),
        ("partially_shipped", 1, 1),
        ("pending", 1, 0),
        ("cancelled", 1, 0),
        ("unshipped", None, 0),
    ],
)
def test_ship_or_cancel_from_the_day_after_the_ship_by_day(con, status, days, things):
    shops.add_line(con, "A", value=D("10.00"), status=status, delivery="not_shipped", days_past_ship_by=days, ship_by_day=TUESDAY)
    assert len(todo(con).frame) == things


@pytest.mark.parametrize(
    ("facts", "kind"),
    [({"received": True}, "return_received"), ({"received": True, "status": "approved"}, "return_received"),
     ({"received": True, "refunded": D("10.00")}, None), ({"received": True, "closed": True}, None),
     ({"status": "pending approval"}, "return_request"), ({"status": None}, "return_request"), ({"status": "approved"}, None)],
)  # fmt: skip
def test_returns_wait_for_the_seller_only_where_the_seller_is_next(con, facts, kind):
    shops.add_return(con, "R", "A", value=D("10.00"), **facts)
    result = todo(con)
    assert result.frame["kind"].tolist() == ([kind] if kind else [])
    assert result.totals == ({"USD": D("10.00")} if kind else {})


def test_an_item_keeps_its_name_and_things_have_different_ones(con):
    ask_to_cancel(con, "A", D("10.00"), address_asked_at=NOW)
    first = todo(con).frame.set_index("kind")["item"]
    ask_to_cancel(con, "B", D("99.00"))
    again = todo(con).frame
    assert again["item"].is_unique
    assert first["cancel"] in set(again.loc[again["order_id"] == "A", "item"])
    assert first["cancel"] != first["address"]


@pytest.mark.parametrize(
    ("days", "old_list", "old_today"), [(1, False, False), (2, False, True), (7, False, True), (8, True, True)]
)
def test_old_data_are_called_old(days, old_list, old_today):
    con = shops.empty(as_of=TUESDAY, clock=TUESDAY + dt.timedelta(days=days))
    assert ("load newer exports first" in todo(con).headline) == old_list
    assert ("load newer exports first" in today(con).headline) == old_today


def test_days_left_are_counted_from_the_clock():
    con = shops.empty(as_of=TUESDAY, clock=TUESDAY + dt.timedelta(days=3))
    ask_to_cancel(con, "A", D("10.00"), deadline=TUESDAY + dt.timedelta(days=1))
    assert todo(con).frame["days_left"].tolist() == [-2]


@pytest.mark.parametrize(
    ("deadline", "urgent"), [(dt.date(2026, 3, 1), 1), (dt.date(2026, 4, 5), 1), (dt.date(2026, 4, 6), 0), (None, 0)]
)
def test_today_shows_what_ends_before_next_monday(con, deadline, urgent):
    ask_to_cancel(con, "A", D("10.00"), deadline=deadline)
    result = today(con)
    assert len(result.frame) == urgent
    assert "Mon 6 Apr 2026" in result.title
    assert result.how[0].startswith(f"{1 - urgent} more thing")
