"""Rates of rare events by class: what is pooled, what is shrunk, what open parcels tell."""

import numpy as np
import pytest
from scipy.stats import beta

from orderkit.errors import BadValue, TooFewEvents
from orderkit.statistics.losses.rates import at_worst, fit_rates, known_share


def test_ci_rule_of_three():
    """ci_rule_of_three: 0 of 100, upper 95 % one-sided limit .0295, by the rule .03; Hanley, Lippman-Hand (1983)."""
    assert at_worst(0, 100) == pytest.approx(0.0295, abs=0.0001)


def test_the_plain_bound_is_that_of_the_design():
    # one lost of 1,300: at worst 1 in 270, to two digits
    assert round(1 / at_worst(1, 1300), -1) == 270


@pytest.mark.parametrize(
    ("events", "method"), [([2, 2, 0, 0], "pooled"), ([4, 3, 0, 0], "pooled"), ([2, 2, 1, 0], "hierarchical")]
)
def test_few_events_or_few_classes_tell_nothing_of_differences(events, method):
    assert fit_rates(events, [500] * 4).method == method


def test_all_cells_zero_claims_no_certainty():
    """METHODS.md A1: 0 of 400 has a 90 % interval up to 0.48 %."""
    found = fit_rates([0] * 8, [50] * 8)
    assert found.few
    assert found.pooled["high"] == pytest.approx(beta.ppf(0.95, 0.5, 400.5), rel=0.01) == pytest.approx(0.0048, abs=0.0001)
    assert (found.table["rate"] > 0).all()
    assert (found.table["high"] == found.table["high"][0]).all()


def test_a_pooled_rate_is_the_jeffreys_posterior():
    found = fit_rates([1, 0, 2], [300, 200, 500])
    law = beta(3.5, 997.5)
    assert found.pooled["rate"] == pytest.approx(law.mean(), rel=0.002)
    assert (found.pooled["low"], found.pooled["high"]) == pytest.approx(law.ppf([0.05, 0.95]), rel=0.01)
    drawn = found.draws(20_000, np.random.default_rng(1))
    assert (drawn == drawn[:, :1]).all()


def test_a_class_of_many_parcels_is_believed_and_one_of_few_is_not():
    found = fit_rates([30, 1, 10, 10, 9], [1000, 10, 1000, 1000, 1000]).table
    assert found["raw"][1] == 0.1
    assert found["rate"][1] < 0.03, "one of ten is luck more often than not"
    assert abs(found["rate"][0] - 0.03) < 0.006
    assert found["credibility"][0] > 0.5 > found["credibility"][1]
    assert (found["low"] < found["rate"]).all()
    assert (found["rate"] < found["high"]).all()


def test_an_unseen_class_takes_the_rate_of_its_group():
    events, exposure = [40, 30, 0, 2, 1, 0], [1000, 1000, 0, 1000, 1000, 0]
    found = fit_rates(events, exposure, group=["a", "a", "a", "b", "b", "b"]).table
    assert np.isnan(found["raw"][2])
    assert 0.02 < found["rate"][2] < 0.05
    assert found["rate"][5] < 0.01
    assert found["credibility"][2] == 0


def test_shrunk_rates_are_nearer_to_the_truth_than_raw_ones():
    rng, raw, shrunk = np.random.default_rng(3), [], []
    for _ in range(40):
        group = np.repeat(np.arange(4), 10)
        true = 0.01 * rng.lognormal(-0.125, 0.5, 4)[group] * rng.lognormal(-0.045, 0.3, 40)
        exposure = rng.integers(50, 600, 40)
        events = rng.binomial(exposure, true)
        table = fit_rates(events, exposure, group=group).table
        raw.append(((table["raw"] - true) ** 2).mean())
        shrunk.append(((table["rate"] - true) ** 2).mean())
    assert np.sqrt(np.mean(shrunk)) < 0.65 * np.sqrt(np.mean(raw))


def test_the_same_random_state_gives_the_same_draws():
    found = fit_rates([5, 6, 1, 0], [500, 400, 300, 200])
    one, two = (found.draws(50, np.random.default_rng(9)) for _ in range(2))
    assert np.array_equal(one, two)
    assert one.shape == (50, 4)


def test_fractions_of_events_count():
    whole, part = fit_rates([5, 5, 5], [500] * 3), fit_rates([5.4, 5.4, 5.4], [500.4] * 3)
    assert whole.pooled["rate"] < part.pooled["rate"] < 1.12 * whole.pooled["rate"]


def test_open_parcels_tell_as_much_as_the_slope_of_their_likelihood():
    """The log of p L + (1 - p) S at p0 rises as fast as that of so many events in as many parcels."""
    start, late, step = 0.02, 0.3, 1e-7
    lost = start / (start + (1 - start) * late)  # open at an age at which a share `late` of those that arrive is still open
    slope = (np.log((start + step) + (1 - start - step) * late) - np.log(start + (1 - start) * late)) / step
    assert known_share(lost, start) / start == pytest.approx(slope, rel=1e-4)  # k events in k parcels: slope k / p0


@pytest.mark.parametrize(("events", "exposure"), [([5], [4]), ([-1], [4]), ([1, 2], [3]), ([1], [np.inf])])
def test_what_is_no_count_is_refused(events, exposure):
    with pytest.raises(BadValue):
        fit_rates(events, exposure)


def test_nothing_is_learnt_from_nothing():
    with pytest.raises(TooFewEvents):
        fit_rates([0, 0], [0, 0])
    with pytest.raises(BadValue):
        fit_rates([1], [10], group=["a", "b"])
    with pytest.raises(BadValue):
        known_share([1.2], [0.1])


def test_the_prior_is_worth_as_many_events_as_said():
    """One class: the posterior is Beta(events + prior, others + 0.5), pooled or not."""
    for prior in (0.25, 0.5, 1.0):
        assert fit_rates([3], [500], prior=prior).pooled["rate"] == pytest.approx((3 + prior) / (500 + prior + 0.5), rel=0.005)
    several = ([3, 4, 2, 5], [400, 500, 300, 700])
    assert fit_rates(*several, prior=0.25).pooled["rate"] < fit_rates(*several, prior=1.0).pooled["rate"]


@pytest.mark.parametrize("prior", [0, -1, 1.5])
def test_a_prior_of_nothing_or_of_many_events_is_refused(prior):
    with pytest.raises(BadValue, match="more than 0 and at most 1"):
        fit_rates([3], [500], prior=prior)
