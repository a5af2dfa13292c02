"""Return reasons and rates."""

from decimal import Decimal

import pytest
import shops

from orderkit.analyses import returns
from orderkit.analyses.returns import WORDS
from orderkit.formats.reasons import reason_rows

D = Decimal


@pytest.fixture
def con():
    return shops.empty()


def test_without_a_returns_export_reasons_are_not_known_which_is_not_none(con):
    shops.add_line(con, "A", units=1, value=D("9.00"), delivery="came_back")
    result = returns(con)
    assert result.headline.startswith("Why buyers return things is not known: no returns export is loaded")
    assert "1 line came back refused or undeliverable" in result.headline
    assert result.tables["rates"]["rate"].isna().all()
    assert result.tables["rates"]["units_returned"].isna().all()


def test_a_returns_export_without_returns_is_a_zero_with_a_bound(con):
    shops.add_line(con, "A", units=20, delivery="on_time")
    shops.add_load(con, "amazon_mfn_returns")
    result = returns(con)
    assert result.headline == "No return was asked for in the loaded exports."
    rate = result.tables["rates"].iloc[0]
    assert (rate["units_shipped"], rate["units_returned"], rate["rate"]) == (20, 0, 0)
    assert rate["high"] > 0.1


def test_reasons_are_counted_with_shares_of_their_currency(con):
    shops.add_load(con, "amazon_mfn_returns")
    for number in range(3):
        shops.add_return(con, f"F{number}", f"F{number}", reason_group="fit_style", refunded=D("5.00"))
    shops.add_return(con, "R", "R", reason_group="remorse", refunded=None)
    shops.add_return(con, "E", "E", reason_group="remorse", currency="EUR", refunded=D("8.00"))
    result = returns(con)
    shares = {(row.reason_group, row.currency): row.share for row in result.frame.itertuples()}
    assert shares == {("fit_style", "USD"): 3 / 4, ("remorse", "USD"): 1 / 4, ("remorse", "EUR"): 1 / 1}
    assert result.totals == {"USD": 3 * D("5.00"), "EUR": D("8.00")}
    assert result.headline.startswith(
        "Fit or style is the most frequent reason: 3 of 5 returns (60.0%); €8.00 and $15.00 refunded"
    )
    assert "The refund is not told for 1 of them" in "\n".join(result.how)


def test_codes_of_no_group_are_counted_never_dropped(con):
    shops.add_load(con, "amazon_mfn_returns")
    shops.add_return(con, "A", "A", reason_group="unmapped")
    shops.add_return(con, "B", "B", reason_group=None)
    result = returns(con)
    assert result.frame["returns"].sum() == 2
    assert result.headline.startswith("A code not in our list is the most frequent reason")
    assert "2 returns with a code that is not in our list." in result.how


def test_the_rate_is_units_over_units_and_returns_without_their_order_stay_out(con):
    shops.add_load(con, "amazon_mfn_returns")
    shops.add_line(con, "A", units=8, delivery="on_time")
    shops.add_return(con, "R", "A", "1", units=2, reason_group="fit_style")
    shops.add_return(con, "Z", "Z", None, units=5, reason_group="fit_style")
    result = returns(con)
    assert result.tables["rates"].iloc[0]["rate"] == 2 / 8
    assert "1 return could not be tied to a loaded order line: in no return rate." in result.how


def test_more_units_back_than_shipped_is_no_rate(con):
    shops.add_load(con, "amazon_mfn_returns")
    shops.add_line(con, "A", units=1, delivery="on_time")
    shops.add_return(con, "R", "A", "1", units=2, reason_group="fit_style")
    assert returns(con).tables["rates"]["rate"].isna().all()


def test_every_group_of_reasons_has_words():
    groups = {group for _, group, _ in reason_rows()}
    assert len(groups) > 10
    assert groups <= set(WORDS)
