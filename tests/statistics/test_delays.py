"""How long returns take: a published case, cases to reckon by hand, and simulated orders whose delays are known."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from orderkit.errors import BadValue, UnknownName
from orderkit.statistics.delays import learn_patterns, right_truncated

DAY = pd.Timestamp("2026-03-01")

# Lagakos, Barraj, De Gruttola (1988), Biometrika 75:515-523; values as in scikit-survival's tests
INFECTION = [1.0, 1.5, 2.25, 2.75, 3.0, 3.5, *[3.75] * 5, 4.0, 4.25, 4.5, 4.75, 4.75, *[5.0] * 4, *[5.25] * 3, 5.5, 5.5, 5.75]
INFECTION = np.array([*INFECTION, 6.0, 6.0, 6.25, 6.25, 6.5, 6.75, 6.75, 7.0, 7.25])
DELAY = [5.5, 2.25, 3.0, 1.0, 1.75, 0.75, 0.75, 1.0, 2.75, 3.0, 3.5, 1.0, 1.75, 3.25, 1.0, 2.25, 0.5, 0.75, 1.5, 2.5, 0.25, 1.0]
DELAY = np.array([*DELAY, 1.5, 0.5, 1.5, 1.75, 0.5, 1.25, 0.5, 1.25, 0.75, 0.5, 0.75, 0.75, 0.25])


def frame(ages, delays, units=1, **labels):
    """Returns of orders so many days before the as-of DAY."""
    day = DAY - pd.to_timedelta(np.asarray(ages), unit="D")
    return pd.DataFrame({"day": day, "delay": delays, "units": units, **labels})


def test_delay_right_truncated_aids():
    """The paper's curve is the chance of a shorter delay, and it counts a delay only if shorter than it was followed."""
    keep = INFECTION < 8 - DELAY
    found = right_truncated(DELAY[keep], 8 - INFECTION[keep] - 1e-9)
    shorter = np.concatenate([[0.0], found["share"].to_numpy()[:-1]])
    expected = [0, 0.022321, 0.078122, 0.156244, 0.227263, 0.25973, 0.311675, 0.370115, 0.416379, 0.442403, 0.474003, 0.560185]
    assert shorter == pytest.approx([*expected, 0.611111, 0.6667], abs=5e-5)
    assert found["delay"].tolist() == [*np.arange(0.25, 2, 0.25), *np.arange(2.25, 3.75, 0.25), 5.5]


def test_the_product_limit_by_hand():
    """At 2: 3 at risk, 1 ended; at 1: 3 (delay 1 or less, followed 1 day or more), 2 ended: G = 2/3 x 1/3, 2/3, 1."""
    found = right_truncated([0, 1, 1, 2], [2, 1, 2, 2])
    assert found["at_risk"].tolist() == [1, 3, 3]
    assert found["ended"].tolist() == [1, 2, 1]
    assert found["share"].tolist() == pytest.approx([2 / 9, 2 / 3, 1])


def test_weights_are_numbers_of_like_returns():
    weighted = right_truncated([0, 1, 3], [4, 3, 3], weights=[3, 2, 1])
    pd.testing.assert_frame_equal(weighted, right_truncated([0, 0, 0, 1, 1, 3], [4, 4, 4, 3, 3, 3]))
    counts = frame([40, 35, 20], [3, 9, 2], units=[2, 0.5, 3])
    found = learn_patterns(pd.concat([counts, counts]), as_of=DAY, windows=30).by_window["common"]
    twice = learn_patterns(counts.assign(units=2 * counts["units"]), as_of=DAY, windows=30).by_window["common"]
    np.testing.assert_allclose(found.share, twice.share)
    assert found.units == 11


def test_no_return_at_all_is_an_empty_curve_and_an_even_spread():
    assert right_truncated([], []).empty
    found = learn_patterns(frame([], []), as_of=DAY, windows=3).by_window["common"]
    np.testing.assert_allclose(found.share, [0.25, 0.5, 0.75, 1.0])
    low, high = np.quantile(found.draws(2_000, np.random.default_rng(1))[:, 1], [0.05, 0.95])
    assert low < 0.02  # nothing is known, and the draws say so
    assert high > 0.98
    assert (found.units, found.followed) == (0, 0)


@pytest.mark.parametrize(
    ("delay", "followed"), [([1], [0]), ([-1], [3]), ([1, 2], [3]), ([np.nan], [3]), ([[1]], [[3]])]
)  # fmt: skip
def test_delays_that_cannot_be(delay, followed):
    with pytest.raises(BadValue):
        right_truncated(delay, followed)


def simulated(rng, number, shape, last, history=120, **labels):
    """Returns of `number` order days over `history`, delays log-normal, of those seen by DAY."""
    ages = rng.integers(0, history, number)
    delays = np.floor(np.exp(rng.normal(*shape, number))).astype(int)
    keep = delays <= last
    return frame(ages[keep], delays[keep], **labels), np.bincount(delays[keep], minlength=last + 1).cumsum() / keep.sum()


def test_the_pattern_is_the_product_limit_and_the_truth_where_much_is_known():
    returned, truth = simulated(np.random.default_rng(1), 40_000, (2.3, 0.6), 30)
    patterns = learn_patterns(returned, as_of=DAY, windows=30)
    pattern = patterns.by_window["common"]
    age = (DAY - returned["day"]).dt.days
    seen = returned["delay"] <= age
    limit = right_truncated(returned["delay"][seen], age[seen]).set_index("delay")["share"].reindex(range(31)).ffill()
    np.testing.assert_allclose(pattern.share, limit.fillna(0), atol=1e-4)
    np.testing.assert_allclose(pattern.share, truth, atol=0.01)
    assert patterns.aside == {"after": (~seen).sum(), "beyond": 0}
    counted_as_they_came = returned["delay"][seen].value_counts(normalize=True).sort_index().cumsum()
    assert counted_as_they_came[10] > truth[10] + 0.02  # what a look at the returns so far would say: too quick


def test_draws_are_as_uncertain_as_the_pattern_is():
    """200 shops of 80 returns: the truth lies in 90 % of the 90 % ranges of G(10); the standard error of that share is 2 %."""
    rng = np.random.default_rng(2)
    inside = []
    truth = np.mean(np.floor(np.exp(rng.normal(2.3, 0.6, 400_000)))[:, None] <= [10, 30], axis=0)
    for _ in range(200):
        returned, _ = simulated(rng, 80, (2.3, 0.6), 30, history=60)
        pattern = learn_patterns(returned, as_of=DAY, windows=30).by_window["common"]
        low, high = np.quantile(pattern.draws(300, rng)[:, 10], [0.05, 0.95])
        inside.append(low <= truth[0] / truth[1] <= high)
    assert np.mean(inside) == pytest.approx(0.9, abs=0.06)


def test_draws_and_point_agree():
    returned, _ = simulated(np.random.default_rng(3), 60, (2.3, 0.6), 30)
    pattern = learn_patterns(returned, as_of=DAY, windows=30).by_window["common"]
    drawn = pattern.draws(20_000, np.random.default_rng(4))
    np.testing.assert_allclose(drawn.mean(axis=0), pattern.share, atol=0.01)
    assert (np.diff(drawn, axis=1) >= 0).all()
    assert (drawn[:, -1] == 1).all()


def test_all_returns_on_one_day_and_first_days_without_any():
    pattern = learn_patterns(frame(np.full(500, 50), 7), as_of=DAY, windows=30).by_window["common"]
    assert pattern.share[6] < 0.001
    assert pattern.share[7] > 0.998
    assert (pattern.share > 0).all()  # no day is impossible


def test_one_old_return_does_not_undo_the_pattern():
    """The plain product limit falls to 0 below a delay at which all at risk end: here one return of the one old order day."""
    returned = pd.concat([frame(np.full(90, 12), np.tile(np.arange(9), 10)), frame([40], [25])])
    assert right_truncated(returned["delay"], [12] * 90 + [40])["share"].iloc[-2] == 0
    pattern = learn_patterns(returned, as_of=DAY, windows=30).by_window["common"]
    assert pattern.share[24] > 0.3
    assert np.quantile(pattern.draws(2_000, np.random.default_rng(1))[:, 24], 0.95) > 0.9  # whether 1 or half is late is open


def test_what_comes_after_the_as_of_or_beyond_the_window_is_set_aside():
    returned = frame([40, 5, 40, 2], [30, 6, 31, 40], units=[1, 2, 4, 8])
    patterns = learn_patterns(returned, as_of=DAY, windows=30)
    assert patterns.aside == {"after": 2 + 8, "beyond": 4}
    assert patterns.by_window["common"].units == 1


def test_a_cut_off_amid_a_week_does_no_harm():
    """As of each of seven days the pattern is that of the same rows, cut by hand."""
    returned, truth = simulated(np.random.default_rng(5), 20_000, (2.3, 0.6), 30)
    for cut in range(7):
        day = (DAY - pd.Timedelta(cut, unit="D")).date()
        came = returned["day"] + pd.to_timedelta(returned["delay"], unit="D") <= pd.Timestamp(day)
        found = learn_patterns(returned, as_of=day, windows=30).by_window["common"].share
        np.testing.assert_allclose(found, learn_patterns(returned[came], as_of=day, windows=30).by_window["common"].share)
        np.testing.assert_allclose(found, truth, atol=0.02)


def holiday(rng, number):
    """Common orders over a year, and holiday orders, slower by half, of three to four months ago."""
    common, _ = simulated(rng, 5_000, (2.3, 0.6), 30, history=365, window="common")
    ages, delays = rng.integers(95, 125, number), np.floor(np.exp(rng.normal(2.8, 0.8, number))).astype(int)
    return pd.concat([common, frame(ages, delays, window="holiday")])


def test_a_holiday_window_has_a_pattern_of_its_own():
    windows = {"common": 30, "holiday": 90}
    found = learn_patterns(holiday(np.random.default_rng(6), 20_000), as_of=DAY, windows=windows).by_window
    days = np.floor(np.exp(np.random.default_rng(7).normal(2.8, 0.8, 400_000)))
    truth = np.mean(days[days <= 90][:, None] <= np.arange(91), axis=0)
    np.testing.assert_allclose(found["holiday"].share, truth, atol=0.02)
    assert found["common"].share[15] > found["holiday"].share[15] + 0.1
    assert found["holiday"].followed == 90


def test_a_thin_window_learns_from_the_common_one():
    """Three holiday orders of last week: up to day 30 the shape is the common one's; what comes later is open, and said to be."""
    rng = np.random.default_rng(8)
    common, _ = simulated(rng, 5_000, (2.3, 0.6), 30, window="common")
    young = frame([7, 7, 6], [3, 5, 2], window="holiday")
    found = learn_patterns(pd.concat([common, young]), as_of=DAY, windows={"common": 30, "holiday": 90}).by_window
    near = found["holiday"].share[:31] / found["holiday"].share[30]
    np.testing.assert_allclose(near, found["common"].share, atol=0.03)
    assert found["holiday"].followed == 7
    low, high = np.quantile(found["holiday"].draws(2_000, rng)[:, 30], [0.05, 0.95])
    assert high - low > 0.5


def test_a_shorter_window_learns_too():
    common, _ = simulated(np.random.default_rng(9), 5_000, (2.3, 0.6), 30, window="common")
    found = learn_patterns(common, as_of=DAY, windows={"common": 30, "short": 14}).by_window
    np.testing.assert_allclose(found["short"].share, found["common"].share[:15] / found["common"].share[14], atol=1e-9)


def test_the_frame_of_patterns_to_look_at():
    found = learn_patterns(frame([9, 3], [4, 1]), as_of=DAY, windows=12).frame()
    assert found.columns.tolist() == ["window", "delay", "share", "low", "high", "followed"]
    assert found["delay"].tolist() == list(range(13))
    assert found.loc[found["followed"], "delay"].max() == 9
    assert ((found["low"] <= found["share"] + 0.02) & (found["share"] <= found["high"] + 0.02)).all()


@pytest.mark.parametrize(
    ("column", "value"),
    [("units", -1), ("units", np.nan), ("delay", -1), ("delay", 1.5), ("delay", np.nan), ("day", None)],
)
def test_rows_that_cannot_be(column, value):
    with pytest.raises(BadValue, match="1 of 1"):
        learn_patterns(frame([9], [4]).assign(**{column: value}), as_of=DAY, windows=30)


def test_days_are_days_of_a_calendar():
    given = frame([9], [4])
    plain = learn_patterns(given.assign(day=[dt.date(2026, 2, 20)]), as_of="2026-03-01", windows=30).by_window["common"]
    np.testing.assert_allclose(plain.share, learn_patterns(given, as_of=DAY, windows=30).by_window["common"].share)
    with pytest.raises(BadValue, match="zone"):
        learn_patterns(given.assign(day=given["day"].dt.tz_localize("UTC")), as_of=DAY, windows=30)


@pytest.mark.parametrize("windows", [{}, -1, 1.5])
def test_windows_that_cannot_be(windows):
    with pytest.raises(BadValue, match="window"):
        learn_patterns(frame([9], [4]), as_of=DAY, windows=windows)


def test_an_unknown_window_is_named():
    with pytest.raises(UnknownName, match="easter"):
        learn_patterns(frame([9], [4], window="easter"), as_of=DAY, windows={"common": 30})
