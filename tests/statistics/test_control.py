"""Control limits: the published chart, and that exact limits keep their word where three standard deviations do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from orderkit.errors import BadValue, TooFewEvents
from orderkit.statistics.control import FALSE_ALARMS, binomial_limits, individuals, p_chart

# Montgomery, cans of orange juice: defective ones in 30 samples of 50
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]


def test_the_published_chart_comes_out():
    chart = p_chart(CANS, [50] * 30, exact=False)
    assert (round(chart.center, 4), round(chart.high[0], 4), round(chart.low[0], 4)) == (0.2313, 0.4102, 0.0524)
    assert (np.flatnonzero(chart.outside) + 1).tolist() == [15, 23]


@pytest.mark.parametrize(("size", "share", "alarms"), [(40, 0.02, 0.0082), (100, 0.02, 0.0041), (300, 0.03, 0.0046)])
def test_three_standard_deviations_alarm_too_often_and_exact_limits_do_not(size, share, alarms):
    """The measured false alarms of METHODS.md, card D3, reckoned from the binomial law: only of too many, as low is 0."""
    weeks = [size] * 1000
    events = np.diff(np.floor(np.arange(1001) * size * share + 1e-9))  # so that the center is the share
    wide, exact = p_chart(events, weeks, exact=False), p_chart(events, weeks)
    center = wide.center
    assert binom.sf(np.floor(wide.high[0] * size), size, center) == pytest.approx(alarms, abs=0.0015)
    assert binom.sf(round(exact.high[0] * size), size, center) <= FALSE_ALARMS / 2


@given(st.lists(st.integers(1, 400), min_size=1, max_size=8), st.integers(1, 99))
def test_a_sample_without_a_change_is_rarely_outside(sizes, percent):
    events = [size * percent // 100 for size in sizes]
    chart = p_chart(events, sizes)
    held = np.array(sizes)
    low, high = np.rint(chart.low * held), np.rint(chart.high * held)
    assert np.all(binom.cdf(low - 1, held, chart.center) + binom.sf(high, held, chart.center) <= FALSE_ALARMS + 1e-12)


def test_a_sample_of_none_is_no_alarm_and_no_sample_no_chart():
    chart = p_chart([0, 1, 30], [0, 40, 40])
    assert np.isnan(chart.share[0])
    assert chart.outside.tolist() == [False, True, True]
    assert np.isnan(p_chart([], []).center)


def test_numbers_that_are_no_samples_are_refused():
    with pytest.raises(BadValue, match="events of each sample"):
        p_chart([3], [2])


def test_the_published_chart_of_single_values_comes_out():
    """NIST/SEMATECH e-Handbook, 6.3.2.2."""
    center, low, high = individuals([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
    assert (round(center, 2), round(low, 4), round(high, 4)) == (50.81, 45.8159, 55.8041)


def test_one_value_has_no_usual_range():
    with pytest.raises(TooFewEvents, match="at least two values"):
        individuals([7])


@given(st.floats(0.01, 0.99), st.integers(1, 500))
def test_limits_of_a_sample_leave_out_as_little_as_they_say(share, size):
    low, high = binomial_limits(share, size)
    outside = binom.cdf(round(low * size) - 1, size, share) + binom.sf(round(high * size), size, share)
    assert outside <= FALSE_ALARMS + 1e-12
