"""Rates of many products: published examples, the maximum of the likelihood, the list by arithmetic, guards, laws, speed."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, betabinom, binom

from orderkit.errors import BadValue, TooFewEvents
from orderkit.statistics.priors import Prior, beta_by_moments
from orderkit.statistics.ranking import beta_binomial, effective_units, false_discovery, normal_shrinkage, ranked
from orderkit.statistics.rates import jeffreys, newcombe, wilson, wilson_ranges

counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("k", "n", "range_"), [(81, 263, (0.2553, 0.3662)), (0, 20, (0, 0.1611))], ids=["81_263", "0_20"])
def test_ci_newcombe(k, n, range_):
    """ci_newcombe_81_263, ci_newcombe_0_20: Newcombe (1998), Statistics in Medicine 17:857-872, Table I."""
    low, high = wilson_ranges([k], [n], level=0.95)
    assert (low[0], high[0]) == pytest.approx(range_, abs=5.1e-5)


def test_ci_newcombe_diff():
    """ci_newcombe_diff: 56/70 - 48/80; Newcombe (1998b), Statistics in Medicine 17:873-890, method 10."""
    difference, low, high = newcombe(56, 70, 48, 80, level=0.95)
    assert float(difference) == pytest.approx(0.2)
    assert (float(low), float(high)) == pytest.approx((0.0524, 0.3339), abs=5.1e-5)


def test_eb_efron_morris_1977():
    """eb_efron_morris_1977: Efron, Morris (1977), Scientific American 236:119-127, 18 batting averages of 45 times at bat."""
    hits = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
    average = hits / 45
    found = normal_shrinkage(average, average.mean() * (1 - average.mean()) / 45)
    assert (found.mean, found.kept) == pytest.approx((0.265, 0.212), abs=0.0006)
    assert (found.values.max(), found.values.min()) == pytest.approx((0.294, 0.242), abs=0.0006)


def test_eb_beta_rats():
    """eb_beta_rats: Gelman et al., Bayesian Data Analysis, section 5.1; tolerances as stated with the case."""
    a, b = beta_by_moments(0.136, 0.103)
    assert a == pytest.approx(1.4, abs=0.05)
    assert b == pytest.approx(8.6, abs=0.15)
    law = beta(*Prior(a, b, "spread").posterior(4, 14))
    assert law.mean() == pytest.approx(0.223, abs=0.0025)
    assert law.std() == pytest.approx(0.083, abs=0.001)


@given(st.lists(counts, min_size=1, max_size=8), st.sampled_from([0.8, 0.9, 0.95]))
def test_many_intervals_at_once_are_those_one_by_one(cases, level):
    k, n = np.array(cases).T
    low, high = wilson_ranges(k, n, level)
    for each, (events, size) in enumerate(cases):
        one = wilson(events, size, level)
        assert (low[each], high[each]) == pytest.approx((one.low, one.high), abs=1e-12)


@given(counts, counts)
def test_a_difference_turned_round_has_the_mirrored_range(first, second):
    difference, low, high = newcombe(*first, *second)
    turned = newcombe(*second, *first)
    assert (difference, low, high) == pytest.approx((-turned[0], -turned[2], -turned[1]), abs=1e-12)
    assert -1 - 1e-12 <= low <= difference <= high <= 1 + 1e-12


@pytest.mark.parametrize(("number", "a", "b"), [(300, 0.5, 20), (800, 4, 46), (60, 30, 0.5), (100, 0.2, 0.3)])
def test_the_prior_is_where_the_likelihood_is_highest(number, a, b):
    """Against scipy's own law: no neighbour, 1 % away in either direction, is more likely."""
    rng = np.random.default_rng(number)
    n = np.exp(rng.normal(np.log(50), 1, number)).astype(int) + 1
    k = rng.binomial(n, rng.beta(a, b, number))
    prior = beta_binomial(k, n)
    best = betabinom.logpmf(k, n, prior.a, prior.b).sum()
    assert prior.method == "spread"
    assert betabinom.logpmf(k, n, a, b).sum() <= best
    for near in (0.99, 1.01):
        assert betabinom.logpmf(k, n, prior.a * near, prior.b).sum() < best
        assert betabinom.logpmf(k, n, prior.a, prior.b * near).sum() < best
        assert betabinom.logpmf(k, n, prior.a * near, prior.b * near).sum() < best


def test_products_that_do_not_differ_have_one_rate():
    """All of exactly 10 %: less spread than chance gives, so the strength runs to its cap of a million units."""
    prior = beta_binomial([10] * 50, [100] * 50)
    assert prior.strength == pytest.approx(1e6)
    assert prior.mean == pytest.approx(0.1, abs=1e-5)
    assert ranked([10] * 50, [100] * 50)["shrunk_high"].max() < 0.101


def test_without_events_the_range_is_that_of_all_together():
    """0 of 400 over 20 products: the pooled Jeffreys interval, to 0.48 %, and not the certainty that none will come (card A1)."""
    frame = ranked([0] * 20, [20] * 20)
    assert frame["shrunk_high"].tolist() == pytest.approx([jeffreys(0, 400).high] * 20)
    assert frame["shrunk_high"][0] == pytest.approx(0.0048, abs=5e-5)
    assert not frame["listed"].any()
    assert set(frame["prior"]) == {"pooled"}
    assert (frame["credibility"] == 0).all()


def test_one_product_has_its_own_rate_and_is_not_above_itself():
    frame = ranked([50], [500])
    assert frame["shrunk"][0] == pytest.approx(50.5 / 501)
    assert not frame["listed"][0]


def test_two_products_with_events_have_a_prior_worth_one_event():
    """60 of 600 in all: about 10 units. 50 of 300 stay near 17 %, 10 of 300 near 3 %."""
    frame = ranked([50, 10], [300, 300])
    assert set(frame["prior"]) == {"weak"}
    assert frame["shrunk"].tolist() == pytest.approx([(50 + 1) / 310, (10 + 1) / 310], rel=0.01)


def test_one_bad_product_among_many_without_a_return_is_listed():
    frame = ranked([50] + [0] * 999, [100] * 1000)
    assert frame.index[frame["listed"]].tolist() == [0]


def test_a_rate_is_pulled_by_its_credibility():
    rng = np.random.default_rng(7)
    n = rng.integers(5, 500, 400)
    k = rng.binomial(n, rng.beta(3, 30, 400))
    frame, prior = ranked(k, n), beta_binomial(k, n)
    weight = n / (n + prior.a + prior.b)
    assert frame["credibility"].to_numpy() == pytest.approx(weight)
    assert frame["shrunk"].to_numpy() == pytest.approx(weight * k / n + (1 - weight) * prior.mean)
    chance = beta.sf(frame["limit"], prior.a + k, prior.b + n - k)
    assert frame["probability"].to_numpy() == pytest.approx(chance, abs=1e-9)
    assert frame["category_rate"][0] == pytest.approx(k.sum() / n.sum(), rel=0.01)


def test_a_category_has_its_own_prior_from_thirty_products_on():
    """Clothes come back at 30 %, cables at 3 %: a shirt with 30 % is no bad shirt, a cable with 30 % is a bad cable."""
    shirts, cables = [30] * 30, [3] * 29 + [30]
    frame = ranked(shirts + cables + [2], [100] * 61, ["shirt"] * 30 + ["cable"] * 30 + ["hat"])
    assert frame["prior"][[0, 30, 60]].tolist() == ["spread", "spread", "common"]
    assert frame.index[frame["listed"]].tolist() == [59]


def test_the_order_of_products_and_of_categories_does_not_matter():
    rng = np.random.default_rng(3)
    n = rng.integers(1, 300, 200)
    k, category, order = rng.binomial(n, rng.beta(3, 30, 200)), rng.choice(["a", "b", None], 200), rng.permutation(200)
    straight, mixed = ranked(k, n, category), ranked(k[order], n[order], category[order])
    for column in ("shrunk", "probability", "limit"):
        assert mixed[column].to_numpy() == pytest.approx(straight[column].to_numpy()[order])
    assert (mixed["listed"].to_numpy() == straight["listed"].to_numpy()[order]).all()


def test_products_without_units_have_no_rate_and_no_place():
    frame = ranked([0, 5, 6, 7], [0, 50, 50, 50])
    assert np.isnan(frame.loc[0, ["rate", "low", "high"]].astype(float)).all()
    assert not frame["listed"][0]
    with pytest.raises(TooFewEvents, match="no rate to compare"):
        ranked([0, 0], [0, 0])


def test_false_discovery_by_hand():
    # means of 1 - P: .01, .03, .07, .1025: with the fourth it passes 10 %
    assert false_discovery([0.99, 0.95, 0.85, 0.80]).tolist() == [True, True, True, False]
    assert false_discovery([0.8, 0.85, 0.95, 0.99]).tolist() == [False, True, True, True]
    assert false_discovery([0.95, 0.85]).tolist() == [True, True]  # exactly 10 %
    assert false_discovery([0.99, 0.88, 0.88, 0.7, np.nan]).tolist() == [True, True, True, False, False]
    assert false_discovery([0.99] + [0.88] * 9).tolist() == [True] + [False] * 9  # equals stand or fall together
    assert false_discovery([0.5, np.nan]).tolist() == [False, False]
    assert false_discovery([]).size == 0


@given(st.lists(st.floats(0, 1), max_size=30))
def test_a_list_keeps_its_share_and_leaves_out_none_that_is_surer(chances):
    listed, chances = false_discovery(chances), np.array(chances)
    if listed.any():
        assert (1 - chances[listed]).mean() <= 0.1 + 1e-9
        assert chances[listed].min() > chances[~listed].max(initial=-1)


@pytest.mark.parametrize(("returned", "units", "come", "rate"), [(0, 100, 0.5, 0.1), (12, 200, 0.7, 0.08), (3, 3, 0.2, 0.3)])
def test_effective_units_have_the_slope_of_the_young_likelihood(returned, units, come, rate):
    """By differences: of log Binomial(returned; units, p come), and of log p^returned (1 - p)^(effective - returned)."""
    step, worth = 1e-6, float(effective_units(returned, units, come, rate))
    young = [binom.logpmf(returned, units, (rate + way * step) * come) for way in (1, -1)]
    grown = [returned * np.log(p) + (worth - returned) * np.log(1 - p) for p in (rate + step, rate - step)]
    assert young[0] - young[1] == pytest.approx(grown[0] - grown[1], rel=1e-4)
    assert worth >= returned


def test_effective_units_are_units_times_share_on_average_and_all_when_matured():
    returned = np.random.default_rng(1).binomial(1000, 0.1 * 0.6, 4000)
    worth = effective_units(returned, np.full(4000, 1000), 0.6, 0.1)
    assert worth.mean() == pytest.approx(600, abs=4 * worth.std() / np.sqrt(4000))
    assert effective_units(5, 70, 1.0, 0.1) == 70
    assert effective_units(0, 70, 0.0, 0.1) == 0


@pytest.mark.parametrize(
    "bad", [lambda: ranked([5], [4.5]), lambda: ranked([-1], [4]), lambda: ranked([1, 2], [4]), lambda: ranked([1], [np.nan]),
            lambda: ranked([1, 2], [4, 4], ["one"]), lambda: false_discovery([0.5], at=0), lambda: beta_by_moments(0.5, 0.5),
            lambda: effective_units(2, 1, 0.5, 0.1), lambda: normal_shrinkage([1, 2, 3, 4], 0), lambda: newcombe(2, 1, 0, 1)],
)  # fmt: skip
def test_what_is_no_count_is_refused(bad):
    with pytest.raises(BadValue):
        bad()


def test_few_values_are_not_pulled_and_equal_ones_stay():
    with pytest.raises(TooFewEvents, match="at least 4"):
        normal_shrinkage([1, 2, 3], 1)
    found = normal_shrinkage([2.0, 2, 2, 2], 1)
    assert (found.kept, found.values.tolist()) == (0, [2, 2, 2, 2])


@pytest.mark.parametrize("young", [False, True])
def test_a_hundred_thousand_products_take_about_a_second(young):
    """Processor time of this thread, so that busy machines do not count: the prior under 1 s, all of it under 4 s."""
    rng = np.random.default_rng(1)
    n = np.exp(rng.normal(np.log(40), 1.3, 100_000)).astype(int) + 1
    come = rng.uniform(0.5, 1, n.size) if young else np.ones(n.size)
    k = rng.binomial(n, rng.beta(4, 46, n.size) * come)
    worth = effective_units(k, n, come, 0.08)
    beta_binomial(k[:50], n[:50])  # imports
    start = time.thread_time()
    prior = beta_binomial(k, worth)
    fitted = time.thread_time()
    frame = ranked(k, worth, rng.integers(0, 50, n.size))
    assert fitted - start < 1
    assert time.thread_time() - fitted < 4
    assert (prior.mean, prior.strength) == pytest.approx((0.08, 50), rel=0.1)
    assert len(frame) == n.size
