"""How well probabilities came true: published cases, hand sums, edges, laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from orderkit.errors import BadValue
from orderkit.statistics import scores
from orderkit.statistics.rates import wilson

# Six cases in two groups: 0.2 came true in 1 of 4, 0.8 in 2 of 2; overall 3 of 6
SIX = ([1, 0, 0, 0, 1, 1], [0.2, 0.2, 0.2, 0.2, 0.8, 0.8])
told = st.lists(st.tuples(st.sampled_from([0, 1]), st.sampled_from([0, 0.01, 0.1, 0.25, 0.5, 0.9, 1])), min_size=1, max_size=60)


@pytest.fixture
def rng():
    return np.random.default_rng(20261123)


def test_brier_is_as_published():
    # brier_small: (0.1^2 + 0.1^2 + 0.2^2 + 0.3^2) / 4 = 0.15 / 4
    assert scores.brier([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3]) == pytest.approx(0.0375, abs=1e-9)


def test_brier_by_weight():
    # squares 0.01 and 0.25; ten times as much money on the first: (10 * 0.01 + 1 * 0.25) / 11
    assert scores.brier([0, 1], [0.1, 0.5], weights=[10, 1]) == pytest.approx(0.35 / 11)
    assert scores.brier([0, 1], [0.1, 0.5], weights=[0, 3]) == pytest.approx(0.25)


def test_skill_against_a_base_known_before():
    # Brier 0.0375; the base 0.5 scores 0.25, the base 0.25 (0.0625 + 0.5625) / 2
    outcome, probability = [0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3]
    assert scores.skill(outcome, probability, base=0.5) == pytest.approx(1 - 0.0375 / 0.25)
    assert scores.skill(outcome, probability, base=0.25) == pytest.approx(1 - 0.0375 / 0.3125)
    assert scores.skill(outcome, probability, base=probability) == 0
    assert scores.skill([0, 1], [1, 0], base=0.5) == -3  # 1 - 1 / 0.25
    # only the second counts: 1 - 0.25 / 0.81
    assert scores.skill([0, 1], [0.1, 0.5], base=[0.3, 0.1], weights=[0, 3]) == pytest.approx(1 - 0.25 / 0.81)


def test_what_was_not_scored_has_no_score():
    assert math.isnan(scores.brier([], []))
    assert math.isnan(scores.brier([0, 1], [0.1, 0.5], weights=[0, 0]))
    assert math.isnan(scores.skill([], [], base=0.1))
    assert math.isnan(scores.skill([0, 0], [0.1, 0.2], base=0))  # the base was never wrong
    assert math.isnan(scores.decomposition([], []).brier)
    assert math.isnan(scores.pit_uniformity([]))
    assert math.isnan(scores.coverage([], [], []).share)
    assert math.isnan(scores.coverage([], [], []).interval.low)
    assert scores.reliability([], []).empty


def test_reliability_by_hand():
    found = scores.reliability(*SIX, bins=2, level=0.95)
    assert found[["bin", "n", "events"]].to_numpy().tolist() == [[1, 4, 1], [2, 2, 2]]
    assert found["mean_probability"].tolist() == pytest.approx([0.2, 0.8])
    assert found["observed"].tolist() == [0.25, 1.0]
    assert found.loc[0, ["low", "high"]].tolist() == [wilson(1, 4, 0.95).low, wilson(1, 4, 0.95).high]
    assert found.columns.tolist() == [
        "bin", "n", "events", "low_probability", "high_probability", "mean_probability", "observed", "low", "high",
    ]  # fmt: skip
    assert scores.reliability([], []).columns.tolist() == found.columns.tolist()


def test_bins_are_even_where_probabilities_differ():
    probability = np.arange(100) / 100
    found = scores.reliability(np.zeros(100), probability)
    assert found["n"].tolist() == [10] * 10
    assert found["low_probability"].tolist() == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])


@given(told, st.integers(1, 12))
def test_ties_are_never_split_and_nobody_is_lost(cases, bins):
    outcome, probability = zip(*cases, strict=True)
    found = scores.reliability(outcome, probability, bins=bins)
    assert len(found) <= bins
    assert (found["n"].sum(), found["events"].sum()) == (len(cases), sum(outcome))
    assert (found["low_probability"].to_numpy()[1:] > found["high_probability"].to_numpy()[:-1]).all()
    assert (found["n"] * found["mean_probability"]).sum() == pytest.approx(sum(probability))
    assert found["low"].le(found["observed"] + 1e-12).all()
    assert found["high"].ge(found["observed"] - 1e-12).all()


def test_decomposition_by_hand():
    found = scores.decomposition(*SIX)
    # groups of 4 and 2, said 0.2 and 0.8, came true 0.25 and 1, overall 0.5
    assert found.reliability == pytest.approx((4 * 0.05**2 + 2 * 0.2**2) / 6)
    assert found.resolution == pytest.approx((4 * 0.25**2 + 2 * 0.5**2) / 6)
    assert found.uncertainty == 0.25
    assert found.within == 0
    # (0.8^2 + 3 * 0.2^2 + 2 * 0.2^2) / 6 = 0.84 / 6, and 0.09 / 6 - 0.75 / 6 + 1.5 / 6 = 0.84 / 6
    assert found.brier == pytest.approx(0.84 / 6)


def test_decomposition_of_one_group_by_hand():
    # one bin, said 0.4 on average, came true 0.5 ...
    found = scores.decomposition([0, 1], [0.1, 0.7], bins=1)
    assert (found.reliability, found.resolution, found.uncertainty) == (pytest.approx(0.01), 0, 0.25)
    # ... within it both lie 0.3 from 0.4, and 0.5 from 0.5 to the same side: 0.3^2 - 2 * 0.5 * 0.3
    assert found.within == pytest.approx(-0.21)
    assert found.brier == pytest.approx((0.1**2 + 0.3**2) / 2)


@given(told, st.sampled_from([None, 1, 2, 5, 10]))
def test_the_parts_add_up(cases, bins):
    outcome, probability = zip(*cases, strict=True)
    found = scores.decomposition(outcome, probability, bins=bins)
    assert found.reliability - found.resolution + found.uncertainty + found.within == pytest.approx(found.brier, abs=1e-12)
    assert min(found.reliability, found.resolution, found.uncertainty) >= 0
    if bins is None:
        assert found.within == 0


# Exact 95 % limits for a Poisson count, from published tables (Garwood 1936; Ulm 1990)
@pytest.mark.parametrize(
    ("actual", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (20, 12.217, 30.888)]
)
def test_actual_over_expected_is_as_published(actual, low, high):
    found = scores.actual_over_expected(actual, 4, level=0.95)
    assert found.value == actual / 4
    assert found.low * 4 == pytest.approx(low, abs=0.001)
    assert found.high * 4 == pytest.approx(high, abs=0.001)


@given(st.integers(0, 300), st.floats(0.1, 400), st.floats(0.5, 0.99))
def test_the_ratio_ends_where_the_count_would_be_rare(actual, expected, level):
    # the definition: at the low end so many or more have a chance of (1 - level) / 2, at the high end so many or fewer
    found = scores.actual_over_expected(actual, expected, level=level)
    assert poisson.cdf(actual, found.high * expected) == pytest.approx((1 - level) / 2)
    if actual:
        assert poisson.sf(actual - 1, found.low * expected) == pytest.approx((1 - level) / 2)
    assert found.low <= found.value <= found.high


def test_nothing_expected_has_no_ratio():
    found = scores.actual_over_expected(3, 0)
    assert (found.actual, found.expected) == (3, 0)
    assert all(math.isnan(value) for value in (found.value, found.low, found.high))


def test_coverage_by_hand():
    # inside, on the low end, on the high end, below, above
    found = scores.coverage([2, 1, 3, 0, 4], [1] * 5, [3] * 5, level=0.95)
    assert (found.inside, found.n, found.share, found.interval) == (3, 5, 0.6, wilson(3, 5, 0.95))


def test_pit_lies_between_less_and_so_much(rng):
    assert scores.pit([7], [0.4], [0.4], rng).tolist() == [0.4]
    places = scores.pit(np.zeros(1000), np.full(1000, 0.2), np.full(1000, 0.7), rng)
    assert places.min() >= 0.2
    assert places.max() <= 0.7
    assert places.mean() == pytest.approx(0.45, abs=5 * 0.5 / 12**0.5 / 1000**0.5)


def test_pit_of_counts_is_uniform_only_if_the_forecast_is_right(rng):
    counts = rng.poisson(2.5, 4000)

    def p_value(mean):
        return scores.pit_uniformity(scores.pit(counts, lambda k: poisson.cdf(k - 1, mean), lambda k: poisson.cdf(k, mean), rng))

    assert p_value(2.5) > 0.01
    assert p_value(2.8) < 1e-6


def test_pit_of_simulated_is_uniform_even_for_few_of_them(rng):
    drawn = rng.poisson(3, size=(5000, 5))  # the first is the outcome, four foretell it
    places = scores.pit_of_simulated(drawn[:, 0], drawn[:, 1:], rng)
    assert scores.pit_uniformity(places) > 0.01
    assert scores.pit_uniformity(scores.pit_of_simulated(drawn[:, 0] + 1, drawn[:, 1:], rng)) < 1e-6
    # below all of three: between 0 and 1/4; above all: between 3/4 and 1
    ends = scores.pit_of_simulated([0, 9], [[1, 2, 3], [1, 2, 3]], rng)
    assert 0 <= ends[0] <= 0.25
    assert 0.75 <= ends[1] <= 1


def test_uniformity_is_the_published_test():
    # one value at v is at most max(v, 1 - v) from uniform; the chance of so far or farther is 2 * (1 - distance): 2 * (1 - 0.9)
    assert scores.pit_uniformity([0.9]) == pytest.approx(0.2)
    assert scores.pit_uniformity([0.5]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda rng: scores.brier([0, 1, math.nan], [0.1, 0.2, 0.3]), "1 of 3 outcomes are not known"),
        (lambda rng: scores.brier([0, 1], [0.1, math.nan]), "1 of 2 probabilities are not known"),
        (lambda rng: scores.brier([0, 2], [0.1, 0.2]), "1 of 2 outcomes are neither"),
        (lambda rng: scores.brier([0, 1], [-0.1, 1.1]), "2 of 2 probabilities"),
        (lambda rng: scores.brier([0, 1], [0.1]), "1 probabilities for 2 cases"),
        (lambda rng: scores.brier([0, 1], [0.1, 0.2], [1, -1]), "1 of 2 weights are negative"),
        (lambda rng: scores.brier([0, 1], [0.1, 0.2], [1]), "1 weights for 2 cases"),
        (lambda rng: scores.skill([0, 1], [0.1, 0.2], base=[0.1, 0.2, 0.3]), "3 probabilities for 2 cases"),
        (lambda rng: scores.skill([0, 1], [0.1, 0.2], base=[0.1, math.nan]), "1 of 2 base rates"),
        (lambda rng: scores.reliability([0, 1], [0.1, 0.2], bins=0), "0 bins"),
        (lambda rng: scores.reliability([0, 1], [0.1, 0.2], bins=2.5), "2.5 bins"),
        (lambda rng: scores.actual_over_expected(2.5, 3), "no count"),
        (lambda rng: scores.actual_over_expected(-1, 3), "no count"),
        (lambda rng: scores.actual_over_expected(math.nan, 3), "no count"),
        (lambda rng: scores.actual_over_expected(1, -3), "cannot be expected"),
        (lambda rng: scores.actual_over_expected(1, math.nan), "cannot be expected"),
        (lambda rng: scores.actual_over_expected(1, 3, level=1), "level"),
        (lambda rng: scores.coverage([1], [2], [1]), "1 of 1 ranges"),
        (lambda rng: scores.coverage([1, 2], [2], [1]), "low ends for 2 cases"),
        (lambda rng: scores.coverage([1, math.nan], [0, 0], [1, 1]), "1 of 2 outcomes"),
        (lambda rng: scores.pit([1, 1], [0.5, 0.2], [0.4, 0.3], rng), "1 of 2 pairs"),
        (lambda rng: scores.pit([1], [0.5], [1.4], rng), "1 of 1 pairs"),
        (lambda rng: scores.pit([1], [0.5, 0.5], [0.4], rng), "2 chances of less for 1 cases"),
        (lambda rng: scores.pit_of_simulated([1, 2], [[1, 2]], rng), "expected .2, simulations"),
        (lambda rng: scores.pit_uniformity([0.5, 1.5]), "between 0 and 1"),
    ],
)
def test_what_cannot_be_scored_is_named(rng, call, said):
    with pytest.raises(BadValue, match=said):
        call(rng)
