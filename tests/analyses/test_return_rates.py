"""How much comes back of what was sold: weeks of orders, young ones developed; and weeks unlike the others."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import return_shops as made
import shops

from orderkit.analyses.returns import units as return_units
from orderkit.analyses.returns.rates import Rates, compared, rates
from orderkit.policy import load_pack

MONDAY = dt.date(2026, 3, 2)


@pytest.fixture
def con():
    return made.empty()


def weeks_of_orders(con, weeks, sold, back, *, delay=10, first=MONDAY, **values):
    """So many weeks of so many orders each, placed on the Monday; `back` of them come back after so many days."""
    for week in range(weeks):
        day = first + dt.timedelta(days=7 * week)
        for number in range(sold):
            made.sell(con, f"W{week}-{number}", on=day.isoformat(), **values)
        for number in range(back[week] if isinstance(back, list) else back):
            on = (day + dt.timedelta(days=delay)).isoformat()
            made.ask(con, f"R{week}-{number}", f"W{week}-{number}", on=on, **{"sku": values.get("sku", "MUG")})


def test_rates_are_units_back_over_units_shipped_in_the_week_of_the_order(con):
    weeks_of_orders(con, 3, 10, [1, 2, 3])
    weeks = made.answered(con).tables["weeks"]
    assert weeks["week"].dt.date.tolist() == [MONDAY + dt.timedelta(days=7 * week) for week in range(3)]
    assert weeks["reported_rate"].tolist() == [0.1, 0.2, 0.3]
    assert weeks["seen"].tolist() == [1, 1, 1], "all of them are older than any return takes"
    assert weeks["ultimate_rate"].tolist() == [0.1, 0.2, 0.3]


def test_young_weeks_are_developed_and_their_ranges_hold_what_came(con):
    """Fifteen like weeks, half of the returns after 10 days and half after 40: of the last two the late half is to come."""
    first = made.AS_OF - dt.timedelta(days=1 + 7 * 15 + made.AS_OF.weekday())
    weeks_of_orders(con, 15, 20, 0, first=first)
    for week in range(15):
        for number, delay in enumerate([10, 10, 40, 40]):
            day = first + dt.timedelta(days=7 * week + delay)
            if day < made.AS_OF:
                made.ask(con, f"R{week}-{number}", f"W{week}-{number}", on=day.isoformat())
    weeks = made.answered(con).tables["weeks"]
    young = weeks[(weeks["seen"] < 0.6) & ~weeks["too_young"]]
    assert len(young) >= 2
    assert (young["reported_rate"] == 0.1).all()
    assert np.allclose(young["ultimate_rate"], 0.2, atol=0.05)
    assert ((young["low_90"] <= 0.2) & (young["high_90"] >= 0.2)).all()


def test_a_week_cut_off_amid_it_is_marked_and_counts_its_days_only():
    con = made.empty(exports=())
    shops.add_load(con, "amazon_mfn_returns", covers_to=dt.datetime(2026, 9, 23, 23, tzinfo=dt.UTC))  # a Wednesday
    made.sell(con, "A", on="2026-09-21")
    made.sell(con, "B", on="2026-09-25")
    made.ask(con, "R", "A", on="2026-09-23")
    result = made.answered(con)
    weeks = result.tables["weeks"]
    assert weeks[["shipped", "reported", "whole_week"]].to_numpy().tolist() == [[1, 1, False]]
    assert result.tables["change_monday"].date() == dt.date(2026, 9, 14), "the last full week"


def test_returns_after_the_day_up_to_which_all_are_known_wait(con):
    made.sell(con, "A", on="2026-09-01")
    made.ask(con, "R", "A", on="2026-09-30")  # the as-of day itself is not over
    assert made.answered(con).tables["weeks"]["reported"].sum() == 0


def test_the_earlier_of_two_exports_tells_up_to_when_returns_are_known():
    con = made.empty()
    shops.add_load(con, "amazon_fba_customer_returns", covers_to=dt.datetime(2026, 8, 31, 12, tzinfo=dt.UTC))
    made.sell(con, "A")
    result = made.answered(con)
    assert result.tables["rates"].until.date() == dt.date(2026, 8, 31)
    assert any("they are known to Mon 31 Aug 2026" in line for line in result.how)


def test_orders_of_the_season_learn_their_own_delays():
    con = shops.empty(as_of=dt.date(2026, 3, 31))
    shops.add_load(con, "amazon_mfn_returns", covers_to=dt.datetime(2026, 3, 30, 23, tzinfo=dt.UTC))
    made.sell(con, "A", on="2025-08-04", units=30)
    made.sell(con, "B", on="2025-11-20", units=30)
    made.ask(con, "R1", "A", on="2025-08-20", units=9)
    made.ask(con, "R2", "B", on="2026-01-30", units=9)
    made.ask(con, "R3", "B", on="2026-03-25", units=1)  # 125 days: beyond the usual 90, within those of a season
    return_units.make(con, load_pack("amazon"))
    found = rates(con)
    usual, season = found.patterns.by_window["FBM usual"], found.patterns.by_window["FBM holiday"]
    assert (usual.units, season.units) == (9, 10)
    assert usual.share[16] > 0.9 > season.share[60]
    assert found.weeks["reported"].sum() == 19
    return_units.make(con, None)
    found = rates(con)
    assert found.weeks["reported"].sum() == 18
    assert found.aside["beyond"] == 1


def test_weeks_of_two_marketplaces_stand_apart(con):
    made.sell(con, "A", units=4)
    made.sell(con, "B", units=5, marketplace="amazon.de", currency="EUR")
    made.ask(con, "R", "B", marketplace="amazon.de", currency="EUR")
    weeks = made.answered(con).tables["weeks"].set_index("marketplace")
    assert weeks["shipped"].to_dict() == {"amazon.com": 4, "amazon.de": 5}
    assert weeks["reported"].to_dict() == {"amazon.com": 0, "amazon.de": 1}


def test_orders_of_no_known_marketplace_have_their_weeks_too(con):
    made.sell(con, "A", units=4, marketplace=None)
    made.ask(con, "R", "A", marketplace=None)
    weeks = made.answered(con).tables["weeks"]
    assert weeks[["shipped", "reported"]].to_numpy().tolist() == [[4, 1]]


def test_a_week_out_of_line_is_marked_and_none_where_all_are_alike(con):
    weeks_of_orders(con, 20, 40, [2] * 10 + [16] + [2] * 9)
    result = made.answered(con)
    alarms = result.tables["alarms"]
    assert alarms["share"].tolist() == [0.05] * 10 + [0.4] + [0.05] * 9
    assert alarms["week"][alarms["outside"]].dt.date.tolist() == [MONDAY + dt.timedelta(days=70)]
    assert any("times a year" in line for line in result.how)


def test_alike_weeks_give_no_alarm(con):
    weeks_of_orders(con, 12, 20, 2)
    alarms = made.answered(con).tables["alarms"]
    assert len(alarms) == 12
    assert not alarms["outside"].any()
    assert not alarms["alarm"].any()


def test_a_lasting_rise_is_seen_by_the_running_sum(con):
    weeks_of_orders(con, 20, 50, [4] * 12 + [9] * 8)
    alarms = made.answered(con).tables["alarms"]
    assert alarms["alarm"].tolist()[:12] == [False] * 12
    assert alarms["alarm"].tolist()[12:].count(True) >= 1


def test_alarms_need_eight_weeks_that_were_followed(con):
    weeks_of_orders(con, 7, 5, 1)
    result = made.answered(con)
    assert result.tables["alarms"].empty
    said = "No alarm can be given: of 7 weeks the orders were followed for 28 days; 8 weeks are needed."
    assert said in result.how


def test_alarms_of_weeks_without_any_return(con):
    weeks_of_orders(con, 10, 3, 0)
    result = made.answered(con)
    assert not result.tables["alarms"]["outside"].any()


def test_all_come_back(con):
    weeks_of_orders(con, 10, 3, 3)
    result = made.answered(con)
    assert (result.tables["weeks"]["reported_rate"] == 1).all()


def test_all_returns_in_one_day(con):
    for number in range(30):
        made.sell(con, f"A{number}", on="2026-06-01")
        made.ask(con, f"R{number}", f"A{number}", on="2026-06-05")
    result = made.answered(con)
    assert result.tables["weeks"][["shipped", "reported"]].to_numpy().tolist() == [[30, 30]]
    assert any("half of the returns are there 4 days after the order" in line for line in result.how)


def test_how_long_returns_take_is_not_put_in_words_from_a_handful(con):
    made.sell(con, "A")
    made.ask(con, "R", "A")
    assert not any("half of the returns" in line for line in made.answered(con).how)


def test_orders_older_than_the_returns_exports_are_in_no_rate_as_their_returns_are_missing():
    """Exports hold at most sixty days: of what was sold in spring nothing is told, which is not that nothing came back."""
    con = made.empty(exports=())
    begin, end = dt.datetime(2026, 7, 1, tzinfo=dt.UTC), made.UNTIL
    shops.add_load(con, "amazon_mfn_returns", covers_from=begin, covers_to=end)
    weeks_of_orders(con, 12, 10, 0)
    for number in range(10):
        made.sell(con, f"S{number}", on="2026-07-06", units=10)
        made.ask(con, f"S{number}", f"S{number}", on="2026-07-16", units=1)
    result = made.answered(con)
    assert result.tables["weeks"][["shipped", "reported"]].to_numpy().tolist() == [[100, 10]]
    assert result.tables["skus"][["shipped", "returned"]].to_numpy().tolist() == [[100, 10]]
    assert any(line.startswith("120 units shipped long before the first return") for line in result.how)


def test_a_small_shop_whose_first_return_is_late_had_none_before():
    con = made.empty(exports=())
    begin, end = dt.datetime(2026, 7, 1, tzinfo=dt.UTC), made.UNTIL
    shops.add_load(con, "amazon_mfn_returns", covers_from=begin, covers_to=end)
    weeks_of_orders(con, 12, 1, 0)
    made.sell(con, "S", on="2026-07-01", units=10)
    made.ask(con, "S", "S", on="2026-07-02", units=1)
    assert made.answered(con).tables["weeks"]["shipped"].sum() == 22


def test_other_methods_stand_beside_ours_for_full_weeks_only(sample_shop):
    found = sample_shop.returns().tables["rates"]
    beside = compared(found)
    assert len(beside) == 8
    assert beside["week"].is_monotonic_increasing
    assert (beside[["ours", "cape_cod"]].to_numpy() >= beside[["reported"]].to_numpy() - 1e-9).all()
    old = beside[beside["seen"] > 0.95]
    assert len(old) > 0
    assert (old["ours"] / old["chain_ladder"]).between(0.8, 1.25).all(), (
        "of weeks that are nearly complete all methods say the same"
    )


def test_without_returns_nothing_is_compared():
    assert compared(Rates(pd.DataFrame(), why="no returns export is loaded")).empty
