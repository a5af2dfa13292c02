"""Alarms for what is rare, and for those who look every day: the units between events, and evidence that may be looked at always.

A p-chart of weeks with one event or none says nothing. The g-chart counts units from one event to the next. An e-process is a
bet against the usual rate: at that rate it passes 1 / level with a chance of at most `level`, however often it is looked at.
"""

from dataclasses import dataclass

import numpy as np

from orderkit.errors import BadValue, TooFewEvents
from orderkit.statistics.control import FALSE_ALARMS

LEVEL = 0.05  # the chance that an e-process ever raises a false alarm


@dataclass(frozen=True)
class GapChart:
    """A g-chart: the usual `share`; `gaps`, units without an event before every `together` events; `low` and `high`, the fewest
    and the most that are usual (low NaN: no gap is too short to be chance); `often`, `seldom`: outside (boolean arrays).

    `chance`: that a point is outside without a change.
    """

    share: float
    gaps: np.ndarray
    together: int
    low: float
    high: float
    often: np.ndarray
    seldom: np.ndarray
    chance: float

    def false_alarms_per_year(self, units):
        """How many points outside to expect among so many units of a year without any change."""
        return units * self.share / self.together * self.chance


@dataclass(frozen=True)
class Evidence:
    """An e-process: `value` after each look, `alarm` from the first look on at which it passed 1 / `level` (arrays)."""

    value: np.ndarray
    alarm: np.ndarray
    level: float


def g_chart(gaps, *, share=None, together=1, alarms=FALSE_ALARMS):
    """Which events follow too soon or too late, from the units without an event before each of them, oldest first.

    share: the usual rate of events per unit; None: that of these gaps. together: so many events make one point (what is left at
    the end makes none): with 1, two events in a row are no alarm at rates above `alarms` / 2, so 3 or 4 are better for all but
    the rarest. alarms: the chance of a point outside, half of it on either side; the limits are exact.

    Raises TooFewEvents without a single point, BadValue for gaps that are not whole numbers from 0 on.

    References
    ----------
    Kaminsky, Benneyan, Davis, Burke (1992), Journal of Quality Technology 24:63-69; limits from the negative binomial law.

    >>> chart = g_chart([210, 180, 250, 0, 1, 2], share=0.005, together=3)
    >>> chart.gaps.tolist(), chart.low, chart.often.tolist()
    ([640, 3], 41.0, [False, True])
    """
    from scipy.stats import nbinom

    gaps = np.asarray(gaps, dtype=float)
    if gaps.ndim != 1 or not ((gaps >= 0) & (gaps == np.floor(gaps))).all() or together < 1:
        raise BadValue("Units between events are whole numbers from 0 on, and at least one event makes a point.")
    points = gaps[: gaps.size // together * together].reshape(-1, together).sum(axis=1).astype(int)
    if not points.size:
        raise TooFewEvents(f"{gaps.size} events make no point of {together}.")
    share = gaps.size / (gaps.size + gaps.sum()) if share is None else _share(share)
    law = nbinom(together, share)
    high, low = float(law.isf(alarms / 2)), float(law.ppf(alarms / 2))
    short = low > 0 or law.cdf(0) <= alarms / 2  # otherwise even a gap of 0 is too likely
    low = low if law.cdf(low) > alarms / 2 else low + 1
    chance = float((law.cdf(low - 1) if short else 0.0) + law.sf(high))
    often = points < low if short else np.zeros(points.shape, dtype=bool)
    return GapChart(float(share), points, together, low if short else np.nan, high, often, points > high, chance)


def e_value(k, n, share, *, above=None):
    """How much k of n speaks against a rate of `share`: the mean over all rates above of their likelihood, over its own.

    Arrays of any form; the mean is uniform from `above` (default: `share`) to 1. 20 means 20 to 1 for a higher rate.

    References
    ----------
    Ville (1939); Robbins (1970), Annals of Mathematical Statistics 41:1397-1409; Ramdas, Grünwald, Vovk, Shafer (2023),
    Statistical Science 38:576-601.

    >>> float(e_value(2, 2, 0.5).round(4))  # (1 - 0.5^3) / 3 / 0.5, over 0.5^2
    2.3333
    """
    from scipy.special import betaincc, betaln

    k, n, share = np.asarray(k, dtype=float), np.asarray(n, dtype=float), _share(share)
    if not ((k >= 0) & (k <= n)).all():
        raise BadValue("Events must be between 0 and the units.")
    above = share if above is None else above
    a, b = k + 1, n - k + 1
    # far below the usual rate the mean is 0, and so is the evidence; far above it, more than a number can hold
    with np.errstate(divide="ignore", over="ignore"):
        mean = betaln(a, b) + np.log(betaincc(a, b, above)) - np.log1p(-above)
        return np.exp(mean - k * np.log(share) - (n - k) * np.log1p(-share))


def e_process(events, sizes, share, *, level=LEVEL):
    """The Evidence against the usual `share`, look by look: events and units since the last look, oldest first.

    The usual rate is taken as known. Without a change an alarm ever comes with a chance of at most `level` (Ville), whenever and
    however often one looks; a test of 5 % repeated at each look would come to several times that.

    >>> e_process([1, 6, 9], [50, 50, 50], 0.02).alarm.tolist()
    [False, False, True]
    """
    events, sizes = np.asarray(events, dtype=float), np.asarray(sizes, dtype=float)
    if events.shape != sizes.shape or events.ndim != 1:
        raise BadValue("Each look needs its events and its units: two lists of the same length.")
    value = e_value(events.cumsum(), sizes.cumsum(), share)
    return Evidence(value, np.maximum.accumulate(value) >= 1 / _share(level), level)


def e_process_false_alarms(share, units, *, level=LEVEL):
    """The chance that an e-process looked at after each of `units` units (of a year, for one) raises a false alarm: exact.

    It is at most `level` however many they are. Reckoned unit by unit over the number of events so far.
    """
    share, line = _share(share), _alarm_line(share, units, level)
    chance = np.zeros(units + 2)
    chance[0], alarm = 1.0, 0.0
    for n in range(1, units + 1):
        top = min(n, line[n])  # counts from the line on have alarmed
        chance[1 : top + 1] = chance[1 : top + 1] * (1 - share) + chance[:top] * share
        chance[0] *= 1 - share
        if line[n] <= n:
            alarm += chance[line[n]]
            chance[line[n]] = 0.0
    return float(alarm)


def _alarm_line(share, units, level):
    """The fewest events of an alarm by units 0..units (one more than the units where there is no such number)."""
    n = np.arange(units + 1)
    low, high = np.zeros(n.size), n + 1.0  # the fewest is in low..high
    while (low < high).any():
        middle = np.minimum(np.floor((low + high) / 2), n)
        enough = (e_value(middle, n, share) >= 1 / level) | (low >= high)
        low, high = np.where(enough, low, middle + 1), np.where(enough & (low < high), middle, high)
    return low.astype(int)


def _share(share):
    if not 0 < share < 1:
        raise BadValue(f"A rate or level of {share} is none: it must be above 0 and below 1.")
    return float(share)
