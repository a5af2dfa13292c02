"""Alarms: the published run lengths and odds, and that every chart alarms as often as it says, by simulation."""

import numpy as np
import pytest
from scipy.stats import binom, nbinom, norm

from orderkit.errors import BadValue, TooFewEvents
from orderkit.statistics.alarms import cusum, cusum_path, normal_run_length, p_chart_false_alarms
from orderkit.statistics.control import p_chart
from orderkit.statistics.rare_alarms import e_process, e_process_false_alarms, e_value, g_chart


def within(found, simulated, errors=4):
    """Whether a figure is within some standard errors of the mean of simulated ones."""
    simulated = np.asarray(simulated, dtype=float)
    return abs(found - simulated.mean()) <= errors * simulated.std() / np.sqrt(simulated.size)


@pytest.mark.parametrize(("shift", "run"), [(0, 465), (0.5, 38.0), (1, 10.4), (2, 4.01)])
def test_cusum_arl_h5(shift, run):
    """cusum_arl_h5: k 0.5, h 5, two-sided; Montgomery, Table 9.3 (Lucas, Crosier)."""
    assert normal_run_length(shift) == pytest.approx(run, rel=0.005)


def test_bayes_factor_lindley():
    """bayes_factor_lindley: 49,581 of 98,451 births against one half; Lindley's paradox.

    The two-sided p of 0.0235 speaks against a half, the odds of a uniform law speak for it.
    """
    k, n = 49_581, 98_451
    odds, under_half = float(e_value(k, n, 0.5, above=0)), binom.pmf(k, n, 0.5)
    assert under_half == pytest.approx(0.000195, rel=0.005)
    assert odds * under_half == pytest.approx(1.02e-5, rel=0.005)
    assert odds * under_half == pytest.approx(1 / (n + 1))  # the uniform law gives every count the same chance
    assert 1 / (1 + odds) == pytest.approx(0.95, abs=0.001)
    assert 2 * norm.sf((k - n / 2) / np.sqrt(n / 4)) == pytest.approx(0.0235, abs=0.0001)


@pytest.mark.parametrize(("share", "sizes", "shift"), [(0.05, 100, 1.5), (0.02, 40, 2), (0.08, [20, 30, 60, 100, 150, 300], 1.5)])
def test_a_cusum_alarms_as_often_as_it_says(share, sizes, shift):
    """4,000 shops of a year: at most one false alarm is expected, and the mean is within 4 standard errors, give or take 2 %."""
    chart, rng = cusum(share, sizes, shift=shift), np.random.default_rng(1)
    assert 0.6 < chart.false_alarms_per_year <= 1
    weeks = rng.choice(np.atleast_1d(sizes), (400, 4000))
    alarms = cusum_path(rng.binomial(weeks, share), weeks, chart)[1].mean(axis=0) * 52
    error = alarms.std() / np.sqrt(alarms.size)
    assert chart.false_alarms_per_year == pytest.approx(alarms.mean(), abs=4 * error + 0.02 * alarms.mean())


@pytest.mark.parametrize(("share", "size", "shift"), [(0.05, 100, 1.5), (0.02, 40, 2)])
def test_run_length_and_delay_are_those_of_simulated_weeks(share, size, shift):
    chart, rng = cusum(share, size, shift=shift), np.random.default_rng(2)
    for rate, said in ((share, chart.run_length), (chart.bad, chart.delay)):
        weeks = np.full((700, 3000), size)
        alarm = cusum_path(rng.binomial(weeks, rate), weeks, chart)[1]
        assert alarm.any(axis=0).mean() > 0.999
        first = alarm.argmax(axis=0)[alarm.any(axis=0)] + 1
        assert said == pytest.approx(first.mean(), abs=4 * first.std() / np.sqrt(first.size) + 0.02 * first.mean())
    assert chart.delay < chart.run_length / 4


def test_the_threshold_is_the_lowest_that_keeps_its_word():
    looser, tighter = cusum(0.05, 100, run_length=26), cusum(0.05, 100, run_length=104)
    assert looser.threshold < cusum(0.05, 100).threshold < tighter.threshold
    assert looser.run_length >= 26
    assert tighter.run_length >= 104


def test_a_week_that_tells_alone_needs_no_sum():
    """10 % of 1,000 against 15 %: an alarm is more than 123, which is a false one in 126 weeks, as the binomial tail says."""
    chart = cusum(0.1, 1000)
    worse = chart.score(np.arange(1001), 1000) > 0
    assert chart.threshold == 0
    assert chart.run_length == pytest.approx(1 / binom.sf(np.argmax(worse) - 1, 1000, 0.1), rel=1e-6)
    assert chart.delay < 1.1


def test_a_path_by_hand():
    """Scores by the formula: log 2 for an event, log(80/90) for a unit without; below 0 is 0; after an alarm from 0 again."""
    chart = cusum(0.1, 10, shift=2)
    bad, good = np.log(2), np.log(80 / 90)
    events = [1, 0, 3, 5, 3]
    path, alarm = cusum_path(events, [10, 10, 10, 10, 10], chart)
    third = 3 * bad + 7 * good
    assert path[:4].tolist() == pytest.approx([0, 0, third, third + 5 * bad + 5 * good])
    assert alarm[:4].tolist() == [False, False, False, True]
    assert path[4] == pytest.approx(third)  # from 0


def test_charts_side_by_side_are_those_one_by_one_and_empty_weeks_change_nothing():
    chart, rng = cusum(0.05, 60), np.random.default_rng(4)
    sizes = rng.integers(0, 120, (80, 5))
    sizes[10] = 0
    events = rng.binomial(sizes, 0.07)
    path, alarm = cusum_path(events, sizes, chart)
    for column in range(5):
        one = cusum_path(events[:, column], sizes[:, column], chart)
        assert (path[:, column] == one[0]).all()
        assert (alarm[:, column] == one[1]).all()
    held = np.where(alarm[9], 0, path[9])
    assert (path[10] == held).all()


def test_no_chart_of_a_rate_that_is_none():
    with pytest.raises(TooFewEvents, match="usual rate is 0"):
        cusum(0.0, 100)
    for share, shift in ((0.7, 1.5), (0.1, 1.0), (-0.1, 2), (1.0, 2)):
        with pytest.raises(BadValue):
            cusum(share, 100, shift=shift)
    with pytest.raises(BadValue):
        cusum(0.1, [0, 0])
    with pytest.raises(BadValue):
        cusum_path([3], [2], cusum(0.1, 10))


@pytest.mark.parametrize("exact", [True, False])
def test_a_p_chart_alarms_as_often_as_its_tails_say(exact):
    """Weeks of 40 to 400 at 2 %: the exact sum against 4,000 simulated years on the same limits."""
    rng = np.random.default_rng(3)
    sizes = np.append(rng.integers(40, 400, 51), 0)
    events = np.diff(np.floor(np.append(0, sizes.cumsum()) * 0.02 + 1e-9))  # so that the center is 2 %
    chart = p_chart(events, sizes, exact=exact)
    said = p_chart_false_alarms(chart, sizes)
    drawn = rng.binomial(sizes[:-1], chart.center, (4000, 51)) / sizes[:-1]
    outside = ((drawn < chart.low[:-1]) | (drawn > chart.high[:-1])).sum(axis=1)
    assert within(said, outside)
    assert said <= 52 * 0.0027 if exact else said > 52 * 0.0027


def test_a_p_chart_of_one_size_by_hand():
    """50 per week at 8 %: limits are the 0.135 % points of the binomial law, the alarms its two tails."""
    chart = p_chart([4] * 10, [50] * 10)
    low, high = binom.ppf([0.00135, 0.99865], 50, 0.08)
    tails = binom.cdf(low - 1, 50, 0.08) + binom.sf(high, 50, 0.08)
    assert p_chart_false_alarms(chart, [50] * 10) == pytest.approx(52 * tails)
    assert np.isnan(p_chart_false_alarms(p_chart([0], [0]), [0]))
    with pytest.raises(BadValue):
        p_chart_false_alarms(chart, [50])


@pytest.mark.parametrize(("share", "together"), [(0.005, 1), (0.005, 3), (0.0005, 1), (0.01, 4)])
def test_a_g_chart_alarms_as_often_as_it_says(share, together):
    rng = np.random.default_rng(5)
    gaps = rng.geometric(share, 300_000) - 1
    chart = g_chart(gaps, share=share, together=together)
    outside = chart.often | chart.seldom
    assert within(chart.chance, outside)
    assert chart.chance <= 0.0027
    assert chart.false_alarms_per_year(10_000) == pytest.approx(10_000 * share / together * chart.chance)


def test_limits_of_gaps_are_the_tightest_that_the_law_allows():
    chart = g_chart([100] * 9, share=0.005, together=3)
    law = nbinom(3, 0.005)
    assert law.cdf(chart.low - 1) <= 0.00135 < law.cdf(chart.low)
    assert law.sf(chart.high) <= 0.00135 < law.sf(chart.high - 1)
    assert chart.gaps.tolist() == [300, 300, 300]


def test_one_gap_of_a_rate_above_a_quarter_percent_can_never_be_too_short():
    """At 1 % the next unit has an event with a chance of 1 %: two in a row are no alarm, four of them close together are."""
    single, four = g_chart([0, 0, 0, 0], share=0.01), g_chart([0, 0, 0, 0], share=0.01, together=4)
    assert np.isnan(single.low)
    assert not single.often.any()
    assert four.often.tolist() == [True]
    assert g_chart([0, 2000], share=0.001).often.tolist() == [True, False]
    assert g_chart([99] * 5).share == pytest.approx(0.01)  # 5 events among 500 units
    assert g_chart([5000, 90], share=0.01).seldom.tolist() == [True, False]


def test_gaps_that_are_none_are_refused():
    for bad in ([-1], [1.5], [[1, 2]]):
        with pytest.raises(BadValue):
            g_chart(bad)
    with pytest.raises(TooFewEvents):
        g_chart([10, 10], together=3)
    with pytest.raises(BadValue):
        g_chart([10], share=0)


def test_evidence_by_quadrature():
    """The mean of the likelihood over rates from the usual one on, by a fine sum, over the likelihood of the usual one."""
    rates = np.linspace(0.03, 1, 400_001)
    rates = (rates[1:] + rates[:-1]) / 2
    for k, n in ((0, 10), (3, 40), (9, 120)):
        assert float(e_value(k, n, 0.03)) == pytest.approx((binom.pmf(k, n, rates) / binom.pmf(k, n, 0.03)).mean(), rel=1e-4)


def test_evidence_is_a_fair_bet():
    """Its mean under the usual rate is 1 at any number of units: summed over all counts."""
    for n in (1, 25, 120):
        k = np.arange(n + 1)
        assert (e_value(k, n, 0.05) * binom.pmf(k, n, 0.05)).sum() == pytest.approx(1)


def test_evidence_of_extremes_is_a_number():
    assert float(e_value(0, 1_000_000, 0.5)) == 0
    assert float(e_value(1_000, 1_000, 0.001)) == np.inf
    with pytest.raises(BadValue):
        e_value(3, 2, 0.1)
    with pytest.raises(BadValue):
        e_value(1, 2, 0.0)


def test_an_e_process_alarms_less_often_than_it_says_where_a_repeated_test_alarms_far_more():
    """2,000 units at 3 %, 4,000 shops: a look after every unit keeps 5 %, a 5 % test at every 50 units does not (card D3)."""
    share, units, rng = 0.03, 2_000, np.random.default_rng(6)
    said = e_process_false_alarms(share, units)
    events = (rng.random((4000, units)) < share).cumsum(axis=1)
    n, k = np.arange(1, units + 1)[:, None], np.arange(150)
    enough = e_value(np.minimum(k, n), n, share) >= 20
    fewest = np.where(enough.any(axis=1), enough.argmax(axis=1), units)
    alarm = (events >= fewest).any(axis=1)
    assert within(said, alarm)
    assert 0.005 < said <= 0.05
    looks = np.arange(50, units + 1, 50)
    tested = (binom.sf(events[:, looks - 1] - 1, looks, share) <= 0.05).any(axis=1)
    assert tested.mean() > 0.12


def test_an_e_process_goes_on_alarming_once_it_has_and_sees_a_doubled_rate():
    found = e_process([3, 9, 12, 0, 0], [100, 100, 100, 100, 100], 0.03)
    assert found.value[2] > 20 > found.value[4]
    assert found.alarm.tolist() == [False, False, True, True, True]
    rng = np.random.default_rng(7)
    doubled = [e_process(rng.binomial(100, 0.06, 52), [100] * 52, 0.03).alarm[-1] for _ in range(200)]
    assert np.mean(doubled) > 0.99
    with pytest.raises(BadValue):
        e_process([1, 2], [3], 0.1)


def test_the_chance_of_a_false_alarm_grows_with_the_units_and_is_the_level_at_most():
    chances = [e_process_false_alarms(0.05, units) for units in (10, 100, 1000)]
    assert chances == sorted(chances)
    assert chances[-1] <= 0.05
    assert e_process_false_alarms(0.05, 1000, level=0.2) > chances[-1]
