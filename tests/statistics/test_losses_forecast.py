"""Totals ahead: moments by arithmetic, laws by a second method."""

from importlib import import_module

import numpy as np
import pytest
from scipy.stats import poisson

from orderkit.errors import BadValue
from orderkit.statistics.losses.forecast import forecast, simulate


def rng(seed=1):
    return np.random.default_rng(seed)


def test_mean_and_spread_are_those_of_a_compound_poisson():
    # 3 parcels a time at 1 % and 10, 20, 30: times 100 that is 1 event each; mean 10 + 20 + 30, variance 100 + 400 + 900
    found = forecast([10, 20, 30], np.array([0, 0, 0]), [[0.01]], times=100, rng=rng())
    assert found.events == pytest.approx(3)
    assert found.mean == pytest.approx(60, abs=4 * found.error)
    assert found.sd == pytest.approx(np.sqrt(1400), rel=0.03)
    assert found.none == pytest.approx(np.exp(-3), abs=0.006)


def test_uncertain_rates_widen_the_range_and_certain_ones_do_not():
    amounts, cell = np.full(1000, 50.0), np.zeros(1000, dtype=int)
    draws = rng(2).gamma(4, 0.01 / 4, (5000, 1))  # coefficient of variation 1/2
    told = forecast(amounts, cell, draws, times=1, rng=rng())
    sure = forecast(amounts, cell, draws, times=1, rng=rng(), known_rates=True)
    assert sure.sd == pytest.approx(50 * np.sqrt(10), rel=0.03)
    assert told.sd == pytest.approx(50 * np.sqrt(10 + (10 / 2) ** 2), rel=0.05)
    assert told.mean == pytest.approx(sure.mean, rel=0.03)


def test_a_bad_year_is_bad_in_every_week():
    """52 weeks with one rate: the spread of a year is more than that of independent weeks."""
    amounts, cell = np.full(100, 1.0), np.zeros(100, dtype=int)
    draws = rng(2).gamma(4, 0.01 / 4, (5000, 1))
    week = forecast(amounts, cell, draws, times=1, rng=rng())
    year = forecast(amounts, cell, draws, times=52, rng=rng())
    assert year.sd > 2 * np.sqrt(52) * week.sd
    assert year.sd == pytest.approx(np.sqrt(52 + 26**2), rel=0.05)


def test_quantiles_are_those_of_the_law():
    found = forecast(
        [1.0], np.array([0]), [[0.02]], times=450, rng=rng()
    )  # Poisson(9), whose steps are 3 standard errors from these levels
    law = poisson(9)
    assert {level: found.quantiles[level] for level in (0.05, 0.5, 0.95)} == {0.05: law.ppf(0.05), 0.5: 9, 0.95: law.ppf(0.95)}
    assert found.var[0.99] == pytest.approx(law.ppf(0.99), abs=1)
    assert found.tvar[0.99] > found.var[0.99]
    assert found.ranges["level"].tolist() == [0.5, 0.8, 0.9]


def test_many_events_of_which_most_are_taken_for_normal_give_the_same_law(monkeypatch):
    amounts, cell = rng(4).lognormal(3.5, 1, 30_000), rng(5).integers(0, 20, 30_000)
    rates = rng(6).beta(500, 4500, (4000, 20))
    together = forecast(amounts, cell, rates, times=1, rng=rng())  # 3,000 events, 250 of them one by one
    monkeypatch.setattr(import_module("orderkit.statistics.losses.forecast"), "SINGLY", 5_000)
    singly = forecast(amounts, cell, rates, times=1, rng=rng(2))
    assert together.events == pytest.approx(3_000, rel=0.01)
    assert together.mean == pytest.approx(singly.mean, abs=5 * singly.error)
    assert together.sd == pytest.approx(singly.sd, rel=0.03)  # 5 standard errors of a deviation of 20,000 are 0.025 of it
    assert together.quantiles[0.99] == pytest.approx(singly.quantiles[0.99], rel=0.003)
    assert together.tvar[0.99] == pytest.approx(singly.tvar[0.99], rel=0.003)


def test_columns_of_many_events_have_the_covariance_of_a_compound_poisson():
    amounts = rng(4).lognormal(3.5, 1, 20_000)
    columns = np.stack([amounts, np.where(amounts > 50, 0.2 * amounts, amounts), np.zeros(20_000)], axis=1)
    totals, _ = simulate(columns, np.zeros(20_000, dtype=int), [[0.2]], times=1, rng=rng())
    assert np.cov(totals.T) == pytest.approx(0.2 * columns.T @ columns, rel=0.06)
    assert totals.mean(axis=0) == pytest.approx(0.2 * columns.sum(axis=0), rel=0.002)
    assert not totals[:, 2].any()


def test_columns_are_hit_by_the_same_events():
    amounts = np.array([[10.0, 1.0], [20.0, 2.0], [30.0, 3.0]])
    totals, events = simulate(amounts, np.array([0, 1, 1]), [[0.3, 0.2]], times=1, rng=rng(), simulations=500)
    assert totals[:, 0] == pytest.approx(10 * totals[:, 1])
    assert events == pytest.approx(0.3 + 2 * 0.2)


def test_the_same_random_state_gives_the_same_totals():
    asked = ([10, 20], np.array([0, 1]), [[0.5, 0.1]])
    assert np.array_equal(*(forecast(*asked, times=3, rng=rng(7)).simulated for _ in range(2)))


def test_no_parcel_loses_nothing():
    found = forecast(np.zeros(0), np.zeros(0, dtype=int), [[0.1]], times=1, rng=rng())
    assert (found.mean, found.none, found.tvar[0.99]) == (0, 1, 0)


@pytest.mark.parametrize(
    ("amounts", "cell", "rates"),
    [([-1], [0], [[0.1]]), ([np.nan], [0], [[0.1]]), ([1], [1], [[0.1]]), ([1], [0], [[1.1]]), ([1], [0.0], [[0.1]])],
)
def test_what_cannot_be_is_refused(amounts, cell, rates):
    with pytest.raises(BadValue):
        forecast(amounts, np.array(cell), rates, times=1, rng=rng())
