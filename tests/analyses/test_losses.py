"""Parcel losses: counts, words and what to expect."""

import datetime as dt
from decimal import Decimal

import pytest
import shops

from orderkit.analyses import losses
from orderkit.statistics.rates import future_events

D = Decimal
TEN = D("10.00")


@pytest.fixture
def con():
    return shops.empty(as_of=dt.date(2026, 3, 31))


def send(con, outcomes, value=TEN, prefix="", **line):
    """One order, line and parcel per outcome, all ordered in the week of 2 March."""
    for number, outcome in enumerate(outcomes):
        shops.add_line(con, f"{prefix}{number}", value=value, **line)
        shops.add_parcel(con, f"P{prefix}{number}", f"{prefix}{number}", "1", outcome=outcome)


def row(result, what="lost", currency="USD"):
    found = result.frame[(result.frame["what"] == what) & (result.frame["currency"] == currency)]
    return found.iloc[0]


def test_an_empty_shop_says_so(con):
    assert "No parcel that you shipped yourself" in losses(con).headline


def test_without_a_known_outcome_nothing_is_told(con):
    send(con, [None, "unknown", "in_transit"])
    result = losses(con)
    assert result.headline == "What became of your parcels is not known: a tracking export would tell."
    assert row(result)["verdict"] == "not known"
    assert result.frame[["rate", "high_year", "expected_year"]].isna().all().all()


def test_only_known_outcomes_are_in_the_rate(con):
    send(con, ["lost"] * 5 + ["delivered"] * 93 + ["returned"] + ["damaged"] + ["in_transit"] * 7 + [None] * 50)
    found = row(losses(con))
    assert (found["parcels"], found["known_outcome"], found["events"]) == (5 + 93 + 1 + 1 + 7 + 50, 5 + 93 + 1 + 1, 5)
    assert found["rate"] == 5 / 100
    assert found["low"] < 5 / 100 < found["high"]
    assert found["value"] == 5 * 10.00


@pytest.mark.parametrize(("lost", "verdict"), [(4, "too few to tell"), (5, "estimated")])
def test_below_five_events_only_the_bound_is_told(con, lost, verdict):
    send(con, ["lost"] * lost + ["delivered"] * 200)
    result = losses(con)
    found = row(result)
    assert found["verdict"] == verdict
    assert found[["rate", "expected_year"]].isna().all() == (verdict == "too few to tell")
    assert ("too few to tell; 1 in 51, at worst 1 in" in result.headline) == (verdict == "too few to tell")
    assert found["high"] > 0
    assert found["high_year"] > 0


def test_no_loss_is_never_a_rate_of_zero(con):
    send(con, ["delivered"] * 400)
    result = losses(con)
    # 90 % interval to 0.48 %, which is 1 in 208.9
    assert result.headline.startswith("None of 400 parcels with known outcome was lost: too few to tell, at worst 1 in 210.")
    assert row(result)["high"] == pytest.approx(0.0048, abs=0.00005)


def test_what_to_expect_is_weekly_parcels_times_rate_times_mean_value(con):
    # as of Tue 31 March this week began on the 30th; the orders of 2 March are the first of four full weeks: 200 / 4 a week
    send(con, ["lost"] * 5 + ["delivered"] * 195)
    found = row(losses(con))
    assert found["parcels_a_week"] == 200 / 4
    ahead = future_events(5, 200, trials=50 * 52)
    assert (found["expected_year"], found["high_year"]) == (ahead.expected, ahead.high)
    assert found["high_value_year"] == ahead.high * 10.00
    assert found["expected_4_weeks"] == pytest.approx(50 * 4 * 5.5 / 201)


def test_the_running_week_and_older_than_eight_weeks_do_not_count(con):
    send(con, ["delivered"] * 8, prefix="old", ordered_day=dt.date(2026, 2, 1))  # Sunday before the eight weeks
    send(con, ["delivered"] * 16, prefix="new", ordered_day=dt.date(2026, 2, 2))  # Monday, eight weeks before this week
    send(con, ["delivered"] * 5, prefix="now", ordered_day=dt.date(2026, 3, 30))
    assert row(losses(con))["parcels_a_week"] == 16 / 8


def test_currencies_stay_apart(con):
    send(con, ["lost"] * 5 + ["delivered"] * 5, value=D("1.00"), prefix="A")
    before = row(losses(con))
    send(con, ["lost"] * 9, value=D("500.00"), prefix="B", currency="EUR", marketplace="amazon.de")
    result = losses(con)
    assert row(result).equals(before)
    assert result.totals == {"USD": 5 * D("1.00"), "EUR": 9 * D("500.00")}
    assert "14 of 19 parcels with known outcome were lost, worth €4,500.00 and $5.00: 1 in 1.4." in result.headline


def test_a_lost_parcel_without_an_amount_is_told(con):
    send(con, ["lost"], value=None)
    send(con, ["lost", "delivered"], prefix="B")
    result = losses(con)
    assert result.totals == {"USD": D("10.00")}
    assert "worth $10.00 (1 without an amount)" in result.headline


def test_fba_parcels_are_the_marketplaces(con):
    send(con, ["lost"] * 9, channel="FBA")
    assert "No parcel" in losses(con).headline
