"""The one table of returns: what is a unit, on which line, when, and in which condition it came back."""

import datetime as dt

import pytest
import return_shops as made
import shops

from orderkit.analyses.returns import units as return_units
from orderkit.policy import load_pack


@pytest.fixture
def con():
    return made.empty(exports=("amazon_mfn_returns", "amazon_fba_customer_returns"))


def test_the_same_unit_under_two_dates_counts_once(con):
    made.sell(con, "A", units=1)
    made.ask(con, "R1", "A", on="2026-06-10")
    made.ask(con, "R2", "A", on="2026-06-20")
    result = made.answered(con)
    assert made.units(con, "return_id, units, units_twice") == [("R1", 1, 0), ("R2", 0, 1)]
    assert result.frame["returns"].sum() == 2, "both requests are told"
    assert result.frame["units"].sum() == 1


def test_requests_up_to_what_was_bought_all_count_and_the_rest_is_cut(con):
    made.sell(con, "A", units=3)
    for number, (on, units) in enumerate([("2026-06-10", 2), ("2026-06-12", 2), ("2026-06-14", 2)]):
        made.ask(con, f"R{number}", "A", on=on, units=units)
    made.answered(con)
    assert made.units(con, "return_id, units, units_twice") == [("R0", 2, 0), ("R1", 1, 1), ("R2", 0, 2)]


def test_a_withdrawn_request_takes_no_unit_from_the_next(con):
    made.sell(con, "A", units=1)
    made.ask(con, "R1", "A", on="2026-06-10", status="cancelled")
    made.ask(con, "R2", "A", on="2026-06-20", status="approved")
    result = made.answered(con)
    assert made.units(con, "return_id, units, withdrawn") == [("R1", 0, True), ("R2", 1, False)]
    assert result.frame[["returns", "withdrawn", "units"]].to_numpy().tolist() == [[1, 1, 1]]


@pytest.mark.parametrize(("asked", "counted", "impossible"), [(0, 0, True), (-1, 0, True), (None, 1, False), (3, 3, False)])
def test_units_that_are_none_below_none_or_empty(con, asked, counted, impossible):
    made.sell(con, "A", units=3)
    made.ask(con, "R", "A", units=asked)
    result = made.answered(con)
    assert made.units(con, "return_id, units, impossible_units") == [("R", counted, impossible)]
    assert ("1 return of no unit or fewer: in no count of units." in result.how) == impossible
    assert result.tables["weeks"].iloc[0]["reported"] == counted


def test_a_negative_return_does_not_make_room_for_another(con):
    made.sell(con, "A", units=1)
    made.ask(con, "R1", "A", on="2026-06-10", units=-1)
    made.ask(con, "R2", "A", on="2026-06-11", units=2)
    made.answered(con)
    assert made.units(con) == [("R1", 0), ("R2", 1)]


def test_a_return_without_its_order_counts_by_itself_and_in_no_rate(con):
    made.ask(con, "R", "Z", None, units=2)
    made.answered(con)
    assert made.units(con, "return_id, units, without_order, in_rate, delay") == [("R", 2, True, False, None)]


def test_a_return_dated_before_its_order_is_in_no_rate(con):
    made.sell(con, "A", on="2026-06-01")
    made.ask(con, "R", "A", on="2026-05-30")
    result = made.answered(con)
    assert made.units(con, "return_id, units, in_rate, delay") == [("R", 1, False, -2)]
    assert result.tables["weeks"]["reported"].sum() == 0
    assert "1 return dated before the order: in no return rate." in result.how


def test_a_return_without_any_day_is_counted_and_in_no_rate(con):
    made.sell(con, "A")
    made.ask(con, "R", "A", on=None)
    result = made.answered(con)
    assert made.units(con, "return_id, units, coalesce(in_rate, false)") == [("R", 1, False)]
    assert result.frame["returns"].sum() == 1


def test_returns_of_a_line_that_was_never_shipped_are_in_no_rate(con):
    made.sell(con, "A", handed_over=False)
    made.ask(con, "R", "A")
    made.answered(con)
    assert made.units(con, "return_id, units, in_rate, without_order") == [("R", 1, False, False)]


def test_fba_and_fbm_in_one_order_each_by_its_own_date_and_finding(con):
    made.sell(con, "A", "1", channel="FBM", sku="MUG")
    made.sell(con, "A", "2", channel="FBA", sku="HAT")
    made.ask(con, "R1", "A", "1", on="2026-06-05", received_at=made.day("2026-06-12"), state="used_damaged")
    back = made.day("2026-06-21")
    made.ask(con, "R2", "A", "2", sku="HAT", channel="FBA", fnsku="X2", on=None, received_at=back, disposition="SELLABLE")
    result = made.answered(con)
    assert made.units(con, "return_id, channel, told_on, delay, condition") == [
        ("R1", "FBM", dt.date(2026, 6, 5), 4, "not_sellable"),
        ("R2", "FBA", back, 20, "sellable"),
    ]
    assert result.tables["weeks"][["shipped", "reported"]].to_numpy().tolist() == [[2, 2]]
    assert result.tables["counts"]["fba"] == 1


@pytest.mark.parametrize(
    ("told", "condition"),
    [
        ({"state": "not_received"}, "not_back"),
        ({"received_at": dt.date(2026, 6, 12), "state": "original"}, "sellable"),
        ({"received_at": dt.date(2026, 6, 12), "state": "incomplete"}, "not_sellable"),
        ({"received_at": dt.date(2026, 6, 12), "state": None}, None),
        ({"channel": "FBA", "fnsku": "X", "disposition": "CUSTOMER_DAMAGED"}, "not_sellable"),
        ({"channel": "FBA", "fnsku": "X", "disposition": "sellable"}, "sellable"),
        ({"channel": "FBA", "fnsku": "X", "disposition": None}, None),
    ],
)
def test_the_condition_is_what_was_found_never_what_the_buyer_claims(con, told, condition):
    made.sell(con, "A", channel=told.get("channel", "FBM"))
    made.ask(con, "R", "A", reason="DEFECTIVE", reason_group="product_fault", **told)
    made.answered(con)
    assert made.units(con, "condition") == [(condition,)]


def test_an_fba_return_without_its_order_is_fba_by_the_sticker_of_the_warehouse(con):
    made.ask(con, "R", "Z", None, on=None, fnsku="X1", received_at=made.day("2026-06-20"))
    assert made.answered(con).tables["counts"]["fba"] == 1


def test_two_accounts_with_the_same_order_stay_apart(con):
    made.sell(con, "A", units=1)
    made.sell(con, "A", units=1, account="other")
    made.ask(con, "R", "A")
    made.ask(con, "R", "A", account="other")
    result = made.answered(con)
    assert sorted(made.units(con, "account, units")) == [("other", 1), ("shop", 1)]
    assert result.tables["weeks"][["shipped", "reported"]].to_numpy().tolist() == [[2, 2]]


def test_orders_of_a_season_with_an_extended_window_are_told_apart(con):
    made.sell(con, "A", on="2025-11-20")
    made.sell(con, "B", on="2026-02-01")
    return_units.make(con, load_pack("amazon"))
    assert con.sql('SELECT order_id, "window" FROM sold_units ORDER BY 1').fetchall() == [("A", "holiday"), ("B", "usual")]
    return_units.make(con, None)
    assert con.sql('SELECT DISTINCT "window" FROM sold_units').fetchall() == [("usual",)]


def test_an_export_without_a_row_tells_up_to_the_newest_day_only_where_no_other_tells(con):
    last = made.AS_OF - dt.timedelta(days=1)
    assert return_units.known_until(con) == {"FBM": made.UNTIL.date(), "FBA": made.UNTIL.date()}
    shops.clear(con)
    assert return_units.known_until(con) == {}
    shops.add_load(con, "amazon_mfn_returns")
    assert return_units.known_until(con) == {"FBM": last}
    shops.add_load(con, "amazon_mfn_returns_xml", covers_to=dt.datetime(2026, 8, 1, 12, tzinfo=dt.UTC))
    assert return_units.known_until(con) == {"FBM": dt.date(2026, 8, 1)}


def test_an_fba_return_of_a_sku_that_stands_twice_is_put_on_the_line_that_was_refunded(con):
    for line in ("1", "2"):
        made.sell(con, "A", line, channel="FBA", order_item_id=f"I{line}")
    back = {"channel": "FBA", "fnsku": "X", "on": None}
    made.ask(con, "R1", "A", None, received_at=made.day("2026-06-20"), **back)
    made.book(con, "A", "-20.00", order_item_id="I2", sku="MUG")
    result = made.answered(con)
    assert made.units(con, "return_id, line, units, without_order") == [("R1", "2", 1, False)]
    assert made.cents(con) == [("R1", "refund", -2000)]
    made.ask(con, "R2", "A", None, received_at=made.day("2026-06-21"), **back)
    made.ask(con, "R3", "A", None, received_at=made.day("2026-06-22"), **back)
    result = made.answered(con)
    assert made.units(con, "return_id, line") == [("R1", "2"), ("R2", "1"), ("R3", None)], "no third unit was bought"
    assert "1 return could not be tied to a loaded order line: in no return rate." in result.how
