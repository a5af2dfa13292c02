"""Ultimate return rates: against exact laws, cases to reckon by hand, laws that must hold, and what has no answer."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, betabinom

from orderkit.errors import BadValue, NothingToShow, UnknownName
from orderkit.statistics import delays, development, development_prior
from orderkit.statistics.rates import jeffreys
from orderkit.statistics.remaining import Remaining

MONDAY = pd.Timestamp("2026-01-05")


def exact(reported, shipped, seen, a, b):
    """Chances of 0, 1, ... more returns, p integrated out by hand: C(n-r, k) (1-G)^k B(a+r+k, b+n-r-k), scaled to add up to 1."""
    from scipy.special import betaln, gammaln

    rest = shipped - reported
    k = np.arange(rest + 1)
    log = gammaln(rest + 1) - gammaln(k + 1) - gammaln(rest - k + 1) + k * np.log(1 - seen)
    log = log + betaln(a + reported + k, b + rest - k)
    chances = np.exp(log - log.max())
    return chances / chances.sum()


CASES = [(0, 60, 0.05), (3, 60, 0.4), (9, 60, 0.9), (0, 12, 0.5), (30, 600, 0.5), (59, 60, 0.9), (400, 8_000, 0.6)]


@pytest.mark.parametrize(("reported", "shipped", "seen"), CASES)
@pytest.mark.parametrize(("a", "b"), [(8.0, 92.0), (1.6, 18.4), (80.0, 920.0), (2.0, 3.0)])
def test_the_posterior_is_the_exact_one(reported, shipped, seen, a, b):
    """Mean and spread of p, mean of what is to come, and its chances, against the law in closed form."""
    chances = exact(reported, shipped, seen, a, b)
    k = np.arange(chances.size)
    prior = development_prior.Prior(np.array([a]), np.array([b]), np.ones(1), False)
    counts = np.array([float(reported)]), np.array([float(shipped)])
    found = development_prior.posterior(*counts, np.array([[seen]]), prior)[0]
    of_k = beta(a + reported + k, b + shipped - reported - k)  # p given k more returns
    mean = chances @ of_k.mean()
    assert found[0] == pytest.approx(mean, rel=5e-4)
    assert found[1] == pytest.approx(chances @ (of_k.var() + (of_k.mean() - mean) ** 2), rel=2e-3)
    left = Remaining.matched(shipped - counts[0], found[2:3], found[3:4])
    assert left.mean[0] == pytest.approx(chances @ k, rel=5e-4)
    np.testing.assert_allclose([left.at_most(at)[0] for at in k[:200]], np.cumsum(chances)[:200], atol=0.01)


def test_a_final_cohort_is_the_beta_posterior():
    prior = development_prior.Prior(np.array([8.0, 2.0]), np.array([92.0, 38.0]), np.array([0.3, 0.7]), False)
    counts = np.array([3.0, 0.0]), np.array([60.0, 20.0])
    np.testing.assert_allclose(
        development_prior.final_posterior(*counts, prior), development_prior.posterior(*counts, np.ones((2, 1)), prior), rtol=5e-4
    )


def test_remaining_is_the_beta_binomial_of_scipy():
    left = Remaining(np.array([50.0, 10, 600, 0]), np.array([2.0, 0.3, 5, 1]), np.array([30.0, 1, 60, 1]))
    law = betabinom([50, 10, 600, 0], left.a, left.b)
    np.testing.assert_allclose(left.mean, law.mean())
    np.testing.assert_allclose(left.sd, law.std())
    for units in ([3, 2, 40, 0], [0, 0, 20, 0], [49, 9, 90, 0], [-1, -1, -1, -1], [50, 10, 600, 0]):
        np.testing.assert_allclose(left.at_most(units), law.cdf(units), atol=0.003)


def test_intervals_are_the_likeliest_numbers():
    """Uniform on 0..9: any eight make 80 %; 0.79 for none, 0.17 for one: {0} is nearest to 80 %, {0, 1} to 90 %."""
    even = Remaining(np.array([9.0]), np.array([1.0]), np.array([1.0])).intervals([0.8])[0, :, 0]
    assert even[1] - even[0] == 7
    few = Remaining(np.array([24.0]), np.array([100.0]), np.array([10_000.0]))
    assert few.at_most(0)[0] == pytest.approx(0.79, abs=0.005)
    assert few.intervals([0.8, 0.9])[:, :, 0].tolist() == [[0, 0], [0, 1]]


def test_wide_intervals_hold_what_they_say():
    left = Remaining(np.array([5_000.0, 90_000]), np.array([40.0, 400]), np.array([400.0, 9_000]))
    for level, (low, high) in zip((0.5, 0.9), left.intervals([0.5, 0.9]), strict=True):
        np.testing.assert_allclose(left.at_most(high) - left.at_most(low - 1), level, atol=0.006)


def test_cohorts_seen_to_the_end_are_what_was_reported():
    found = development.develop([8, 9, 0, 8], [100, 100, 100, 100], np.ones(4)).table
    for column in ("ultimate_rate", "low_50", "high_50", "low_90", "high_90"):
        assert found[column].tolist() == [0.08, 0.09, 0, 0.08]
    assert (found["underlying_low_90"] < found["underlying_rate"]).all()
    assert (found["underlying_rate"] < found["underlying_high_90"]).all()


def test_like_cohorts_are_drawn_to_the_mean_and_unlike_ones_are_not():
    shipped, seen = np.full(40, 500.0), np.full(40, 0.5)
    alike = development.develop(np.tile([19, 21], 20), shipped, seen)
    unlike = development.develop(np.tile([5, 35], 20), shipped, seen)
    assert alike.strength > 1_000 > 100 > unlike.strength
    np.testing.assert_allclose(alike.table["ultimate_rate"], 0.08, atol=0.004)
    np.testing.assert_allclose(unlike.table["ultimate_rate"], np.tile([0.02, 0.14], 20), rtol=0.15)
    assert (alike.table["weight"] < 0.2).all()
    assert (unlike.table["weight"] > 0.7).all()


def test_zero_returns_are_a_bound_and_not_a_certainty():
    """400 units seen to the end without a return: Jeffreys from all, as rates.jeffreys says it."""
    found = development.develop(np.zeros(5), [100, 100, 100, 100, 500], [1, 1, 1, 1, 1e-9])
    assert found.pooled
    assert (found.table["ultimate_rate"][:4] == 0).all()
    assert found.rate == pytest.approx(0.5 / 401, rel=0.03)
    assert found.table["underlying_high_90"].to_numpy() == pytest.approx(jeffreys(0, 400, 0.9).high, rel=0.1)
    assert found.table["high_90"].iloc[4] > 0  # and what is to come is not nothing


def test_few_returns_pool_all_cohorts():
    """4 returns, and then 9 in two cohorts only: all have one rate, Jeffreys from the sums."""
    for reported in ([1, 1, 1, 1, 0, 0], [4, 5, 0, 0, 0, 0]):
        found = development.develop(reported, np.full(6, 50.0), np.ones(6))
        assert found.pooled
        assert found.table["underlying_rate"].to_numpy() == pytest.approx((sum(reported) + 0.5) / 301, rel=0.01)


def test_one_cohort_alone():
    found = development.develop([10], [100], [0.5])
    assert found.table["ultimate_units"][0] == pytest.approx(20, abs=1.5)
    assert found.table["low_90"][0] < 0.2 < found.table["high_90"][0]


def test_everything_came_back():
    found = development.develop([20, 30, 25], [20, 30, 25], [1.0, 0.9, 0.5]).table
    assert found["ultimate_rate"].tolist() == [1, 1, 1]
    assert (found["high_90"] == 1).all()


def test_a_pattern_that_is_not_known_widens_the_range():
    reported, shipped = np.full(12, 8.0), np.full(12, 200.0)
    known = development.develop(reported, shipped, np.full((12, 240), 0.5)).table
    drawn = np.random.default_rng(1).beta(5, 5, 240)
    open_ = development.develop(reported, shipped, np.tile(drawn, (12, 1))).table
    assert (open_["high_90"] - open_["low_90"] > 1.15 * (known["high_90"] - known["low_90"])).all()


def test_too_young_is_below_three_tenths():
    found = development.develop([0, 1, 5, 8], [50, 50, 50, 50], [0.1, 0.29, 0.31, 1.0])
    assert found.table["too_young"].tolist() == [True, True, False, False]


counts = st.lists(st.tuples(st.integers(0, 40), st.integers(40, 400), st.floats(0.01, 1)), min_size=1, max_size=15)


@given(counts)
def test_laws(rows):
    """Never less than reported, never more than shipped; ranges nest and hold nothing impossible; chances add up."""
    reported, shipped, seen = map(np.array, zip(*rows, strict=True))
    found = development.develop(reported, shipped, seen)
    table = found.table
    assert table.notna().all(axis=None)
    assert ((table["reported"] <= table["ultimate_units"]) & (table["ultimate_units"] <= table["shipped"])).all()
    for ends in (("low_90", "low_80", "low_50"), ("high_50", "high_80", "high_90")):
        assert (np.diff(table[list(ends)].to_numpy(), axis=1) >= 0).all()
    assert (table["low_90"] >= table["reported_rate"] - 1e-12).all()
    assert (table["high_90"] <= 1).all()
    np.testing.assert_allclose(found.at_most(table["shipped"]), 1, atol=1e-9)
    np.testing.assert_allclose(found.at_most(table["reported"] - 1), 0, atol=1e-9)


@pytest.mark.parametrize(
    ("reported", "shipped", "seen", "why"),
    [
        ([5], [4], [1.0], "more units reported"), ([0], [0], [1.0], "none shipped"), ([1.5], [4], [1.0], "whole number"),
        ([1], [4], [0.0], "share seen"), ([1], [4], [1.1], "share seen"), ([1], [4], [np.nan], "share seen"),
        ([-1], [4], [1.0], "below 0"), ([1, 2], [4], [1.0], "one length"),
    ],
)  # fmt: skip
def test_counts_that_cannot_be(reported, shipped, seen, why):
    with pytest.raises(BadValue, match=why):
        development.develop(reported, shipped, seen)


def test_no_cohort():
    with pytest.raises(NothingToShow):
        development.develop([], [], [])


def shipped(*rows, **labels):
    """(days after MONDAY, units)."""
    day, units = zip(*rows, strict=True)
    return pd.DataFrame({"day": MONDAY + pd.to_timedelta(day, unit="D"), "units": units, **labels})


def returned(*rows, **labels):
    """(days after MONDAY, delay, units)."""
    day, delay, units = zip(*rows, strict=True) if rows else ((), (), ())
    return pd.DataFrame({"day": MONDAY + pd.to_timedelta(day, unit="D"), "delay": delay, "units": units, **labels})


def cohorts(orders, back, as_of, windows=10, **rest):
    day = MONDAY + pd.Timedelta(as_of, unit="D")
    patterns = delays.learn_patterns(back, as_of=day, windows=windows)
    return development.weekly(orders, back, patterns, as_of=day, **rest), patterns


def test_cohorts_by_hand():
    """As of day 15, a Tuesday: week 1 is seen to the end but for its days 6; G of a week is the mean of its days by units."""
    orders = shipped((0, 100), (6, 50), (7, 30), (13, 10), (14, 5), (16, 7))
    back = returned((0, 3, 4), (6, 2, 1), (6, 10, 2), (7, 1, 3), (0, 11, 8), (20, 0, 9))
    found, patterns = cohorts(orders, back, 15)
    share = patterns.by_window["common"].share
    table = found.table
    assert table["week"].tolist() == [MONDAY, MONDAY + pd.Timedelta(7, unit="D"), MONDAY + pd.Timedelta(14, unit="D")]
    assert table["shipped"].tolist() == [150, 40, 5]
    assert table["reported"].tolist() == [5, 3, 0]
    assert table["whole_week"].tolist() == [True, True, False]
    expected = [(100 + 50 * share[9]) / 150, (30 * share[8] + 10 * share[2]) / 40, share[1]]
    np.testing.assert_allclose(table["seen"], expected)
    np.testing.assert_allclose(found.seen_draws.mean(axis=1), expected, atol=0.06)
    assert found.aside == {"after": 2 + 9, "beyond": 8, "unmatched": 0, "shipped_after": 7}


def test_windows_of_one_week_are_mixed_by_units():
    windows = {"common": 10, "holiday": 30}
    orders = pd.concat([shipped((0, 30), window="common"), shipped((0, 10), window="holiday")])
    back = pd.concat([returned((0, 2, 3), (0, 6, 2), window="common"), returned((0, 9, 1), window="holiday")])
    found, patterns = cohorts(orders, back, 12, windows)
    share = patterns.by_window["holiday"].share[12]
    assert found.table["seen"][0] == pytest.approx((30 + 10 * share) / 40)
    assert found.table["reported"][0] == 6


def test_more_returned_than_shipped_is_told_apart():
    orders, back = shipped((0, 10), (7, 10)), returned((0, 1, 12), (7, 2, 1), (-7, 1, 5))
    found, _ = cohorts(orders, back, 40)
    assert found.table["reported"].tolist() == [10, 1]
    assert found.table["excess"].tolist() == [2, 0]
    assert found.aside["unmatched"] == 5
    assert development.ultimate(found).table["ultimate_rate"].tolist() == [1, 0.1]


def test_strata_are_cohorts_of_their_own_and_a_missing_name_is_one_of_them():
    orders = pd.concat([shipped((0, 10), sku="A"), shipped((0, 20), (7, 5), sku=None)])
    back = pd.concat([returned((0, 1, 1), sku="A"), returned((0, 1, 2), sku=None)])
    table = cohorts(orders, back, 40, by="sku")[0].table
    assert table["shipped"].tolist() == [10, 20, 5]
    assert table["reported"].tolist() == [1, 2, 0]
    assert table["sku"].isna().tolist() == [False, True, True]


def test_a_shop_without_returns_has_an_answer():
    found, _ = cohorts(shipped(*((day, 20) for day in range(28))), returned(), 27)
    answer = development.ultimate(found)
    assert answer.pooled
    assert (answer.table["reported"] == 0).all()
    assert answer.table["high_90"].iloc[-1] >= 0
    assert answer.table["underlying_high_90"].max() < 0.05


def test_the_day_of_the_week_of_the_as_of_makes_no_jump():
    """1,000 a day at 8 %: whichever day ends the data, the week that is cut off and the one before it come out at 8 %."""
    rng = np.random.default_rng(1)
    day = np.repeat(np.arange(70), 1_000)
    kept = day[rng.random(day.size) < 0.08]
    delay = np.minimum(np.floor(np.exp(rng.normal(1.5, 0.5, kept.size))), 10).astype(int)
    back = returned(*zip(kept, delay, np.ones(kept.size), strict=True))
    orders = shipped(*((number, 1_000) for number in range(70)))
    for last in range(60, 67):
        table = development.ultimate(cohorts(orders, back, last)[0]).table
        np.testing.assert_allclose(table["ultimate_rate"].iloc[-2:], 0.08, atol=0.01)
        assert table["whole_week"].iloc[-1] == (last % 7 == 6)


def test_nothing_was_shipped():
    with pytest.raises(NothingToShow, match="shipped"):
        cohorts(shipped((50, 10)), returned(), 40)
    with pytest.raises(UnknownName, match="easter"):
        cohorts(shipped((0, 10), window="easter"), returned(), 40)


@pytest.mark.slow
def test_a_hundred_thousand_cells_take_about_a_second():
    """A year of 274 strata. Processor time is measured, since others may use the computer; the first call imports scipy."""
    rng = np.random.default_rng(0)
    day, sku = np.tile(np.arange(365), 274), np.repeat(np.arange(274), 365)
    orders = pd.DataFrame({"day": MONDAY + pd.to_timedelta(day, unit="D"), "sku": sku, "units": rng.poisson(12, day.size)})
    back = orders.assign(units=rng.binomial(orders["units"], 0.08), delay=rng.integers(0, 31, day.size)).query("units > 0")
    development.develop([1], [2], [0.5])
    start = time.process_time()
    found = development.ultimate(cohorts(orders, back, 364, 30, by="sku")[0])
    assert time.process_time() - start < 2
    assert len(found.table) == 274 * 53
