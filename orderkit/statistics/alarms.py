"""Alarms for weekly counts that say beforehand how often they cry wolf: a CUSUM against a known bad shift, and the p-chart's own.

The p-chart of `control` asks whether one week is odd. A CUSUM adds up small signs of one kind over weeks, and so sees a rate that
is one and a half times what it was much sooner. What is rarer than once a week is for `rare_alarms`.
"""

from dataclasses import dataclass

import numpy as np

from orderkit.errors import BadValue, TooFewEvents

WEEKS = 52  # of a year
SHIFT = 1.5  # the bad rate to be seen, as a multiple of the usual one
STATES = 120  # of the Markov chain: between 0 and the threshold
MOST_SIZES = 20  # so many typical weeks stand for all
LEAST_CHANCE = 1e-12  # rarer counts of a week are left out


@dataclass(frozen=True)
class Cusum:
    """How a chart of weekly events is run: alarm where the sum passes `threshold`, after which it starts again from 0.

    share, bad: the usual rate and the one to be seen. run_length: the weeks until a false alarm, on average; delay: until an
    alarm where the rate is bad from the start on. sizes: the week sizes these two hold for, all equally likely.
    """

    share: float
    bad: float
    threshold: float
    run_length: float
    delay: float
    sizes: tuple

    @property
    def false_alarms_per_year(self):
        """How many alarms without a change to expect in 52 weeks."""
        return WEEKS / self.run_length

    def score(self, events, sizes):
        """What a week adds to the sum: the log of how much likelier its events are at the bad rate than at the usual one."""
        return events * np.log(self.bad / self.share) + (sizes - events) * np.log((1 - self.bad) / (1 - self.share))


def cusum(share, sizes, *, shift=SHIFT, run_length=WEEKS):
    """The Cusum that sees a rate of `shift` x `share` soonest, with at least `run_length` weeks until a false alarm, on average.

    share: the usual rate, taken as known: from so many earlier weeks that it is. sizes: units of a typical week, or those of
    several weeks, of which at most 20 stand for all. The run lengths are those of a Markov chain of 121 states over the sum;
    steps that fall between two states go to both by distance. Weeks so large that a single one tells have the threshold 0.

    Raises TooFewEvents where the usual rate is 0 (a CUSUM has nothing to multiply; see rare_alarms), BadValue for a rate that is
    none or a shift that is not upwards.

    References
    ----------
    Page (1954), Biometrika 41:100-115; Brook, Evans (1972), Biometrika 59:539-549; Steiner, Cook, Farewell, Treasure (2000),
    Biostatistics 1:441-452.

    >>> chart = cusum(0.1, 100, shift=2)
    >>> chart.false_alarms_per_year <= 1, round(chart.threshold, 1), round(chart.delay, 1)
    (True, 2.0, 1.3)
    """
    sizes = _sizes(sizes)
    if share == 0:
        raise TooFewEvents("The usual rate is 0: there is nothing that could be one and a half times as much.")
    if not 0 < share < 1 or not 1 < shift < 1 / share or not run_length >= 1:
        raise BadValue(f"No chart sees {shift} x {share}: both rates must be between 0 and 1, the bad one above the usual one.")
    plan = Cusum(float(share), float(share * shift), np.nan, np.nan, np.nan, tuple(sizes.tolist()))
    steps, chances = _steps(plan, plan.share)
    threshold = _threshold(steps, chances, run_length)
    usual, bad = _run_length(steps, chances, threshold), _run_length(*_steps(plan, plan.bad), threshold)
    return Cusum(plan.share, plan.bad, threshold, usual, bad, plan.sizes)


def cusum_path(events, sizes, chart):
    """The sum of a Cusum after each week, and whether that week is an alarm: arrays of the form of `events`.

    The first axis is weeks, oldest first; further ones are charts of the same plan, side by side. A week of no units changes
    nothing. After an alarm the sum starts again from 0, but is shown as it was.
    """
    events, sizes = np.asarray(events, dtype=float), np.asarray(sizes, dtype=float)
    if events.shape != sizes.shape or not ((events >= 0) & (events <= sizes)).all():
        raise BadValue("The events of each week must be between 0 and its size: give two arrays of the same form.")
    path = np.zeros(events.shape)
    before = np.zeros(events.shape[1:])
    for week, step in enumerate(chart.score(events, sizes)):
        path[week] = np.maximum(before + step, 0)
        before = np.where(path[week] > chart.threshold, 0, path[week])
    return path, path > chart.threshold


def p_chart_false_alarms(chart, sizes):
    """How many alarms a p-chart (of control.p_chart) gives in 52 such weeks without any change: exact, from binomial tails.

    sizes: those of the chart's samples. Weeks of no units give no alarm. NaN where there is none but such.
    """
    from scipy.stats import binom

    sizes = np.asarray(sizes, dtype=float)
    if sizes.shape != chart.share.shape:
        raise BadValue(f"The chart has {chart.share.size} samples, not {sizes.size}.")
    held = sizes > 0
    if not held.any():
        return np.nan
    n = sizes[held]
    # limits are counts over sizes: 1e-9 makes up for the division
    low, high = np.ceil(chart.low[held] * n - 1e-9), np.floor(chart.high[held] * n + 1e-9)
    outside = binom.cdf(low - 1, n, chart.center) + binom.sf(high, n, chart.center)
    return float(WEEKS * outside.sum() / sizes.size)


def normal_run_length(shift, *, slack=0.5, threshold=5.0):
    """Samples until an alarm of a two-sided CUSUM of standardised means, `shift` standard deviations off, on average.

    slack and threshold in standard deviations (k and h of the tables).

    References
    ----------
    Brook, Evans (1972), Biometrika 59:539-549; Lucas, Crosier (1982), Technometrics 24:199-205.

    >>> round(normal_run_length(1.0), 1)
    10.4
    """
    up, down = (_normal_side(way * shift, slack, threshold) for way in (1, -1))
    return 1 / (1 / up + 1 / down)


def _normal_side(shift, slack, threshold):
    """One side's run length; states are the middles of equal parts, the first one half as wide, about 0."""
    from scipy.special import ndtr

    wide = 2 * threshold / (2 * STATES - 1)
    middle = wide * np.arange(STATES)
    edges = np.append(-np.inf, middle + wide / 2)
    reached = ndtr(edges[None, :] - middle[:, None] + slack - shift)
    return _solved(np.diff(reached, axis=1))


def _sizes(sizes):
    sizes = np.atleast_1d(np.asarray(sizes, dtype=float))
    if not ((sizes >= 0) & (sizes == np.floor(sizes))).all() or not sizes.any():
        raise BadValue("Sizes of weeks are whole numbers of units, at least one of them above 0.")
    sizes = np.sort(sizes)
    return sizes[np.linspace(0, sizes.size - 1, min(MOST_SIZES, sizes.size)).round().astype(int)].astype(int)


def _steps(chart, share):
    """(steps, chances) of a week of one of the chart's sizes, at a rate of `share`."""
    from scipy.stats import binom

    steps, chances = [], []
    for size in chart.sizes:
        few, many = binom.ppf([LEAST_CHANCE, 1 - LEAST_CHANCE], size, share)
        events = np.arange(few, many + 1)
        steps.append(chart.score(events, size))
        chances.append(binom.pmf(events, size, share))
    chances = np.concatenate(chances)
    return np.concatenate(steps), chances / chances.sum()


def _threshold(steps, chances, run_length):
    """The lowest threshold of at least this run length, to a thousandth."""
    if _run_length(steps, chances, 0.0) >= run_length:
        return 0.0
    low, high = 0.0, 1.0
    while _run_length(steps, chances, high) < run_length:
        low, high = high, 2 * high
    while high - low > 1e-3 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if _run_length(steps, chances, middle) >= run_length else (middle, high)
    return high


def _run_length(steps, chances, threshold):
    """Weeks until the sum of random steps, never below 0, first passes a threshold: on average, starting from 0."""
    if threshold == 0:
        alarm = chances[steps > 0].sum()
        return float(1 / alarm) if alarm else np.inf
    state = np.linspace(0, threshold, STATES + 1)
    there = np.maximum(state[:, None] + steps, 0)
    stays = there <= threshold
    place = np.where(stays, there, 0) / threshold * STATES
    below = np.minimum(place.astype(int), STATES - 1)
    part, weight = place - below, stays * chances
    row = np.arange(STATES + 1)[:, None] * (STATES + 1)
    size = (STATES + 1) ** 2
    moves = np.bincount((row + below).ravel(), (weight * (1 - part)).ravel(), size)
    moves += np.bincount((row + below + 1).ravel(), (weight * part).ravel(), size)
    return _solved(moves.reshape(STATES + 1, STATES + 1))


def _solved(moves):
    """Steps until the chain is left, from its first state: the first of (1 - moves)^-1 ones.

    By elimination from the last state on, which needs no pivots, as no row of moves is above 1. A library's solver spends more on
    sharing so small a matrix among processors than on solving it.
    """
    left, right = (np.eye(len(moves)) - moves)[::-1, ::-1].copy(), np.ones(len(moves))
    for state in range(len(moves) - 1):
        share = left[state + 1 :, state] / left[state, state]
        left[state + 1 :, state:] -= share[:, None] * left[state, state:]
        right[state + 1 :] -= share * right[state]
    return float(right[-1] / left[-1, -1])
