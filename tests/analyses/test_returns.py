"""What is said of returns: the headline, reasons with their shares, and what is not known."""

from decimal import Decimal

import pytest
import return_shops as made
import shops

from orderkit.analyses import returns
from orderkit.analyses.returns.reasons import WORDS
from orderkit.formats.reasons import reason_rows

D = Decimal


@pytest.fixture
def con():
    return shops.empty()


def test_without_a_returns_export_reasons_are_not_known_which_is_not_none(con):
    shops.add_line(con, "A", units=1, value=D("9.00"), delivery="came_back")
    result = made.answered(con)
    assert result.headline.startswith("Why buyers return things is not known: no returns export is loaded")
    assert "1 line came back refused or undeliverable" in result.headline
    assert result.tables["weeks"].empty
    assert result.tables["skus"].empty


def test_without_a_returns_export_what_is_booked_for_refunds_is_told(con):
    made.sell(con, "A")
    made.book(con, "A", "-20.00")
    result = made.answered(con)
    assert result.headline.startswith("Why buyers return things is not known")
    assert any("Booked in USD: $0.00 for returns and -$20.00 for other refunds" in line for line in result.how)


def test_a_returns_export_without_returns_is_a_zero_with_a_bound(con):
    shops.add_line(con, "A", units=20, delivery="on_time")
    shops.add_load(con, "amazon_mfn_returns")  # an export without a row tells of no day
    result = made.answered(con)
    assert result.headline == "No return was asked for in the loaded exports."
    week = result.tables["weeks"].iloc[0]
    assert (week["shipped"], week["reported"], week["reported_rate"]) == (20, 0, 0)
    assert week["high_90"] > 0


def test_returns_that_were_all_withdrawn_are_not_none():
    con = made.empty()
    made.sell(con, "A")
    made.ask(con, "R", "A", status="cancelled")
    made.ask(con, "S", "A", status="declined")
    assert made.answered(con).headline == "No return stands: 2 requests in the loaded exports, all cancelled or declined."


def test_reasons_are_counted_with_shares_of_their_currency(con):
    shops.add_load(con, "amazon_mfn_returns")
    for number in range(3):
        shops.add_return(con, f"F{number}", f"F{number}", reason_group="fit_style", refunded=D("5.00"))
    shops.add_return(con, "R", "R", reason_group="remorse", refunded=None)
    shops.add_return(con, "E", "E", reason_group="remorse", currency="EUR", refunded=D("8.00"))
    result = made.answered(con)
    shares = {(row.reason_group, row.currency): row.share for row in result.frame.itertuples()}
    assert shares == {("fit_style", "USD"): 3 / 4, ("remorse", "USD"): 1 / 4, ("remorse", "EUR"): 1 / 1}
    assert result.frame.groupby("currency")["refunded"].sum().to_dict() == {"USD": 15.0, "EUR": 8.0}
    assert result.totals == {}, "no money export is loaded: what returns cost is not known, which is not nothing"
    assert result.headline == (
        "Fit or style is the most frequent reason: 3 of 5 returns (60.0%); €8.00 and $15.00 refunded so far as the export tells."
    )
    assert "The refund is not told for 1 of 5 returns." in result.how


def test_codes_of_no_group_are_counted_never_dropped(con):
    shops.add_load(con, "amazon_mfn_returns")
    shops.add_return(con, "A", "A", reason="ALIEN<b>ABDUCTION", reason_group="unmapped")
    shops.add_return(con, "B", "B", reason=None, reason_group=None)
    result = made.answered(con)
    assert result.frame["returns"].sum() == 2
    assert result.headline.startswith("A code not in our list is the most frequent reason")
    assert "2 returns with a code that is not in our list: ALIEN<b>ABDUCTION, no code given." in result.how
    assert "ALIEN&lt;b&gt;ABDUCTION" in result._repr_html_()


def test_the_rate_is_units_over_units_and_returns_without_their_order_stay_out():
    con = made.empty()
    made.sell(con, "A", units=8)
    made.ask(con, "R", "A", units=2)
    made.ask(con, "Z", "Z", None, units=5)
    result = made.answered(con)
    week = result.tables["weeks"].iloc[0]
    assert (week["shipped"], week["reported"], week["reported_rate"]) == (8, 2, 2 / 8)
    assert "1 return could not be tied to a loaded order line: in no return rate." in result.how


def test_more_units_back_than_shipped_count_as_shipped():
    con = made.empty()
    made.sell(con, "A", units=1)
    made.ask(con, "R", "A", units=2)
    result = made.answered(con)
    assert result.tables["weeks"].iloc[0]["reported_rate"] == 1
    assert "1 unit asked back beyond what the order lines have, such as one unit under two dates: in no count." in result.how


def test_every_group_of_reasons_has_words():
    groups = {group for _, group, _ in reason_rows()}
    assert len(groups) > 10
    assert groups <= set(WORDS)


def test_a_shop_without_a_return_in_five_weeks_has_its_answer():
    con = made.empty()
    made.sell(con, "A")
    made.ask(con, "R", "A", on="2026-06-10")  # the data end on 29 September
    result = made.answered(con)
    assert result.tables["change"] is None
    assert any("no return was asked for in the last full week or the four before" in line for line in result.how)


def test_as_of_a_day_before_any_data_nothing_is_claimed():
    con = made.empty(as_of=made.day("2025-01-01"))
    result = made.answered(con)
    assert result.headline == "No return was asked for in the loaded exports."
    assert any(line.startswith("No return rate can be told") for line in result.how)


def test_a_marketplace_has_its_own_returns_money_and_weeks_only():
    con = made.empty()
    made.sell(con, "A")
    made.sell(con, "B", currency="EUR", marketplace="amazon.de")
    made.ask(con, "R", "A")
    made.ask(con, "S", "B", currency="EUR", marketplace="amazon.de")
    made.book(con, "A", "-20.00", marketplace="amazon.com")
    made.book(con, "B", "-15.55", currency="EUR", marketplace="amazon.de")
    made.book(con, "Q", "-1.00", currency="EUR", marketplace="amazon.de")  # a refund without a return or an order
    result = made.answered(con, marketplace="amazon.de")
    assert result.totals == {"EUR": D("15.55")}
    assert made.booked(result) == {("EUR", "refund"): (-15.55, -1.0, -16.55)}
    assert set(result.tables["weeks"]["marketplace"]) == {"amazon.de"}
    assert made.answered(con, marketplace="amazon.fr").headline == "No return was asked for in the loaded exports."
    assert made.answered(con).totals == {"USD": D("20.00"), "EUR": D("15.55")}


def test_only_fba_returns_loaded_leave_fbm_orders_out_of_rates():
    con = made.empty(exports=("amazon_fba_customer_returns",))
    made.sell(con, "A", units=4, channel="FBA")
    made.sell(con, "B", units=5)
    made.ask(con, "R", "A", channel="FBA", fnsku="X1", on=None, received_at=made.day("2026-06-20"))
    result = made.answered(con)
    assert result.tables["weeks"]["shipped"].sum() == 4
    assert result.tables["skus"]["shipped"].sum() == 4
    assert "No export of FBM returns is loaded: FBM orders are in no rate." in result.how
    assert any(line.startswith("1 return, 1 of them FBA") for line in result.how)


def test_results_do_not_depend_on_what_was_asked_before():
    con = made.empty()
    made.sell(con, "A")
    made.ask(con, "R", "A")
    first = returns(con)
    made.answered(con, marketplace="amazon.de")
    assert returns(con).frame.equals(first.frame)
