"""Refunds at risk on late deliveries, on a few lines."""

import datetime as dt
import re
from decimal import Decimal

import pytest
import shops

from orderkit import policy
from orderkit.analyses import exposure
from orderkit.errors import UnknownName

D = Decimal
DAY = dt.date(2026, 3, 11)
LATE = {"delivery": "open_late", "tracking": "in_transit", "days_past_deliver_by": 5, "deliver_by_day": DAY}


@pytest.fixture
def con():
    return shops.empty()


def test_an_empty_shop_says_so(con):
    result = exposure(con)
    assert "No order that you ship yourself" in result.headline
    assert result.frame.empty
    assert result.totals == {}


def test_money_at_risk_is_the_sum_of_late_open_lines_by_currency(con):
    shops.add_line(con, "A", value=D("12.50"), **LATE)
    shops.add_line(con, "B", value=D("4.99"), **LATE)
    shops.add_line(con, "C", value=D("7.00"), **LATE, marketplace="amazon.de", currency="EUR")
    result = exposure(con)
    assert result.totals == {"USD": D("12.50") + D("4.99"), "EUR": D("7.00")}
    assert result.headline == "3 lines past the promised day and not delivered: €7.00 and $17.49 in refunds at risk."


def test_a_line_without_an_amount_is_told_and_adds_nothing(con):
    shops.add_line(con, "A", value=D("12.50"), **LATE)
    shops.add_line(con, "B", value=None, **LATE)
    result = exposure(con)
    assert result.totals == {"USD": D("12.50")}
    assert "2 lines past" in result.headline
    assert "(1 line without an amount)" in result.headline


@pytest.mark.parametrize("delivery", ["on_time", "late", "open", "lost", "damaged", "came_back"])
def test_a_line_that_is_settled_or_in_time_never_raises_exposure(con, delivery):
    shops.add_line(con, "A", value=D("12.50"), **LATE)
    before = exposure(con).totals
    shops.add_line(
        con, "B", value=D("99.00"), **LATE | {"delivery": delivery, "days_past_deliver_by": 0 if delivery == "open" else 5}
    )
    assert exposure(con).totals == before


def test_fba_lines_are_not_the_sellers_to_refund(con):
    shops.add_line(con, "A", value=D("12.50"), **LATE, channel="FBA")
    assert exposure(con).totals == {}


def test_an_unknown_arrival_is_beside_the_sum_never_in_it(con):
    shops.add_line(con, "A", value=D("12.50"), **LATE)
    shops.add_line(con, "B", value=D("30.00"), **LATE | {"delivery": None, "tracking": None})
    result = exposure(con)
    assert result.totals == {"USD": D("12.50")}
    assert "whether 1 further line ($30.00) past the day arrived is not known" in result.headline
    assert result.frame["value_not_known"].tolist() == [30.00]


def test_without_promises_nothing_is_called_late(con):
    shops.add_line(con, "A", value=D("12.50"), delivery=None, deliver_by_day=None)
    result = exposure(con)
    assert (
        result.headline
        == "Nothing can be called late: no export with promised dates is loaded; the Amazon Order report has them."
    )
    assert result.totals == {}
    assert result.frame["past_promise"].isna().all()


def test_the_late_share_has_its_denominator_and_an_interval(con):
    for number, delivery in enumerate(["on_time", "on_time", "on_time", "late"]):
        shops.add_line(con, f"A{number}", value=D("1.00"), delivery=delivery, deliver_by_day=DAY)
    shops.add_line(con, "B", value=D("1.00"), **LATE)
    row = exposure(con).frame.iloc[0]
    assert (row["arrived"], row["arrived_late"], row["late_share"]) == (3 + 1, 1, 1 / 4)
    assert 0 < row["late_share_low"] < 1 / 4 < row["late_share_high"] < 1


def test_one_marketplace_on_request(con):
    shops.add_line(con, "A", value=D("12.50"), **LATE)
    shops.add_line(con, "B", value=D("7.00"), **LATE, marketplace="amazon.de", currency="EUR")
    assert exposure(con, marketplace="amazon.de").totals == {"EUR": D("7.00")}


def test_by_order_an_order_counts_once_with_the_money_of_all_its_lines(con):
    shops.add_line(con, "A", "1", value=D("12.50"), **LATE)
    shops.add_line(con, "A", "2", value=D("4.00"), **LATE | {"delivery": "on_time"})
    shops.add_line(con, "B", "1", value=D("1.00"), **LATE)
    shops.add_line(con, "C", "1", value=D("30.00"), **LATE | {"delivery": None, "tracking": None})
    shops.add_line(con, "C", "2", value=D("5.00"), **LATE | {"delivery": None, "tracking": None})
    result = exposure(con, grain="order")
    assert result.totals == {"USD": D("12.50") + D("4.00") + D("1.00")}
    assert result.headline == (
        "2 orders past the promised day and not delivered: $17.50 in refunds at risk; "
        "whether 1 further order ($35.00) past the day arrived is not known."
    )
    row = result.frame.iloc[0]
    assert row[["grain", "past_promise", "shipped_orders", "orders_without_value"]].tolist() == ["orders", 2, 3, 0]
    assert not [column for column in result.frame.columns if "lines" in column]
    by_line = exposure(con).frame.iloc[0]
    assert by_line[["grain", "past_promise", "shipped_lines", "arrived"]].tolist() == ["lines", 2, 5, 1]
    assert row["arrived"] == 0, "of an order of which a line is open nobody says that it arrived"


@pytest.mark.parametrize(("grain", "other"), [("line", "order"), ("order", "line")])
def test_the_two_grains_are_never_mixed(sample_shop, grain, other):
    """Wherever one is counted, no column and no sentence counts the other; parcels are parcels."""
    result = sample_shop.exposure(grain=grain)
    for name in ("weeks", "ages", "claims", "totals"):
        assert not [column for column in result.tables[name].columns if f"{other}s" in column]
    counted = re.compile(rf"\d (further |shipped )?{other}s?\b")
    for said in (result.headline, *result.how, result.chart().layout.title.text, result.chart("money").layout.meta["alt"]):
        assert not counted.search(said), said
    assert result.tables["claims"][f"{grain}s"].sum() == result.frame["past_promise"].sum()
    assert f"{grain}s" in repr(result)


def test_what_the_rules_refund_is_counted_by_order_too(con):
    """Two lines of an order that was lost: one refund of both, known only where both amounts are."""
    lost = {"tracking": "lost", "delivery": "lost", "carrier": "UPS", "carrier_name": "ups", "refund_on_record": "no"}
    sent = {"shipped_day": dt.date(2026, 3, 1), "days_past_deliver_by": 10}
    sent |= dict.fromkeys(("protected", "insured", "complained"), False)
    for order, line, value in (("A", "1", D("10.00")), ("A", "2", D("5.00")), ("B", "1", D("7.00")), ("B", "2", None)):
        shops.add_line(con, order, line, value=value, **lost | sent)
    pack = policy.load_pack("amazon")
    policy.apply(con, pack, only=("not_received", "delivery", "carrier_claim"))
    lines, orders = (exposure(con, pack=pack, grain=grain).tables["totals"].iloc[0] for grain in ("line", "order"))
    assert lines[["refund_now_lines", "refund_now", "refund_now_without_value"]].tolist() == [4, 22.0, 1]
    assert orders[["refund_now_orders", "refund_now", "refund_now_without_value"]].tolist() == [2, 15.0, 1]
    assert orders[["claimable_orders", "claimable", "claimable_without_value"]].tolist() == [2, 15.0, 1]


def test_another_grain_is_named(con):
    with pytest.raises(UnknownName, match="line, order"):
        exposure(con, grain="parcel")


def test_lines_past_their_ship_by_day_are_counted(con):
    waiting = {"status": "unshipped", "delivery": "not_shipped", "days_past_deliver_by": -3, "deliver_by_day": DAY}
    shops.add_line(con, "A", value=D("5.00"), **waiting, days_past_ship_by=1)
    shops.add_line(con, "B", value=D("6.00"), **waiting, days_past_ship_by=0)
    row = exposure(con).frame.iloc[0]
    assert (row["waiting_to_ship"], row["past_ship_by"], row["value_past_ship_by"]) == (2, 1, 5.00)


def test_the_answer_reads_as_text_and_as_escaped_html(con):
    shops.add_line(con, "A", value=D("12.50"), **LATE, marketplace="<b>shop</b>", currency="USD")
    result = exposure(con)
    assert "How we know" in repr(result)
    assert "<b>shop" not in result._repr_html_()
    assert "&lt;b&gt;shop" in result._repr_html_()
