"""How sure a rate is: intervals for k events among n, and how many events to expect among the next ones.

Two families, not to be mixed within one figure: Wilson for a share that is only observed, Jeffreys (a Beta posterior) where the
future is foretold from it, as with losses.
"""

import math
from dataclasses import dataclass

import numpy as np

from orderkit.errors import BadValue, TooFewEvents

FEW = 5  # below so many events a rate is not told, only its bound


@dataclass(frozen=True)
class Interval:
    """A range for a share; both ends are NaN where nothing was observed. `level` 0.9: 90 of 100 such ranges hold the truth."""

    low: float
    high: float
    level: float
    method: str


@dataclass(frozen=True)
class Forecast:
    """How many events to expect among `trials` future ones, with a range that knows that the rate itself is not known well."""

    expected: float
    low: int
    high: int
    level: float
    trials: int


def wilson(k, n, level=0.9):
    """Wilson score interval for k of n. Default for an observed share.

    References
    ----------
    Wilson (1927); Newcombe (1998), Statistics in Medicine 17:857-872, Table I: in tests/golden/rates.yaml.

    >>> interval = wilson(81, 263, level=0.95)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.2553, 0.3662)
    """
    _check(k, n, level)
    if n == 0:
        return Interval(math.nan, math.nan, level, "wilson")
    from scipy.stats import binomtest

    found = binomtest(k, n).proportion_ci(confidence_level=level, method="wilson")
    return Interval(float(found.low), float(found.high), level, "wilson")


def wilson_ranges(k, n, level=0.9):
    """The Wilson intervals of many rates at once: arrays (low, high), NaN where n is 0. `k` and `n` may be effective numbers.

    Newcombe (1998), Statistics in Medicine 17:857-872, method 3; the same numbers as `wilson` gives one by one.

    >>> low, high = wilson_ranges([81, 0], [263, 20], level=0.95)
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.2553, 0.0], [0.3662, 0.1611])
    """
    from scipy.special import ndtri

    k, n = _arrays(k, n, level)
    z = ndtri((1 + level) / 2)
    held = np.where(n > 0, n, np.nan)
    middle, wide = k + z * z / 2, z * np.sqrt(k * (held - k) / held + z * z / 4)
    low, high = (middle - wide) / (held + z * z), (middle + wide) / (held + z * z)
    return np.where((k == 0) & (n > 0), 0.0, low), np.where((k == n) & (n > 0), 1.0, high)


def newcombe(k, n, others, among, level=0.9):
    """The difference of two rates, k of n less `others` of `among`, as arrays (difference, low, high); NaN where one is of 0.

    Newcombe (1998), Statistics in Medicine 17:873-890, method 10: the two Wilson intervals squared and added.

    >>> [round(float(number), 4) for number in newcombe(56, 70, 48, 80, level=0.95)]
    [0.2, 0.0524, 0.3339]
    """
    (low, high), (below, above) = wilson_ranges(k, n, level), wilson_ranges(others, among, level)
    (k, n), (others, among) = _arrays(k, n, level), _arrays(others, among, level)
    first, second = k / np.where(n > 0, n, np.nan), others / np.where(among > 0, among, np.nan)
    difference = first - second
    return difference, difference - np.hypot(first - low, above - second), difference + np.hypot(high - first, second - below)


def jeffreys(k, n, level=0.9):
    """Equal-tailed interval of the Jeffreys posterior Beta(k + 1/2, n - k + 1/2); 0 events give 0 as the low end, n of n give 1.

    References
    ----------
    Brown, Cai, DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science 16:101-133.

    >>> round(jeffreys(0, 400).high, 4)
    0.0048
    """
    _check(k, n, level)
    if n == 0:
        return Interval(math.nan, math.nan, level, "jeffreys")
    from scipy.stats import beta

    tail = (1 - level) / 2
    posterior = beta(k + 0.5, n - k + 0.5)
    low = 0.0 if k == 0 else float(posterior.ppf(tail))
    high = 1.0 if k == n else float(posterior.ppf(1 - tail))
    return Interval(low, high, level, "jeffreys")


def rule_of_three(n):
    """Upper 95 % bound of a rate when none of n had the event: 3/n (never above 1; NaN for n = 0).

    References
    ----------
    Hanley, Lippman-Hand (1983), If nothing goes wrong, is everything all right?, JAMA 249:1743-1745.

    >>> rule_of_three(400)
    0.0075
    """
    _check(0, n, 0.95)
    return math.nan if n == 0 else min(1.0, 3 / n)


def future_events(k, n, trials, level=0.9):
    """How many events to expect among `trials` future cases after k of n: beta-binomial prediction from the Jeffreys posterior.

    Wider than a binomial range, because the rate is known only as well as n cases tell. It supposes that the future is like
    the past and that events come singly: one accident that hits many parcels is not in it.

    Raises
    ------
    TooFewEvents
        n is 0: nothing to predict from.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, section 2; scipy.stats.betabinom.

    >>> future_events(0, 400, trials=400).high
    2
    """
    _check(k, n, level)
    if n == 0:
        raise TooFewEvents("No case with a known outcome: nothing can be foretold from none.")
    from scipy.stats import betabinom

    trials, tail = round(trials), (1 - level) / 2
    law = betabinom(trials, k + 0.5, n - k + 0.5)
    return Forecast(float(law.mean()), int(law.ppf(tail)), int(law.ppf(1 - tail)), level, trials)


def one_in(share):
    """A small share as "1 in N", N rounded to two digits; "none" for 0, "not known" for NaN.

    >>> one_in(1 / 1312), one_in(0.5), one_in(0)
    ('1 in 1,300', '1 in 2', 'none')
    """
    if share is None or math.isnan(share):
        return "not known"
    if share <= 0:
        return "none"
    size = 1 / share
    if size < 10:
        return f"1 in {size:.2g}"
    step = 10 ** (math.floor(math.log10(size)) - 1)
    return f"1 in {round(size / step) * step:,}"


def _check(k, n, level):
    if not 0 <= k <= n:
        raise BadValue(f"{k} of {n} is no share: the events must be between 0 and the number of cases.")
    if not 0 < level < 1:
        raise BadValue(f"A level of {level} is none: give a number between 0 and 1, for example 0.9.")


def _arrays(k, n, level):
    k, n = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    if k.shape != n.shape or not ((k >= 0) & (k <= n)).all():
        raise BadValue("Events must be between 0 and the number of cases, one number of each per rate.")
    _check(0, 0, level)
    return k, n
