"""Is a week unlike the others? Control limits for shares of samples of any size."""

from dataclasses import dataclass

import numpy as np

from orderkit.errors import BadValue, TooFewEvents

FALSE_ALARMS = 0.0027  # chance that a sample without any change lies outside: that of three standard deviations
MEAN_RANGE_OF_TWO = 1.128  # d2: mean difference of two draws from a normal distribution, in standard deviations


@dataclass(frozen=True)
class Chart:
    """A chart of shares: `center`, the share of all samples together, and per sample its `share`, its limits `low` and `high` as
    shares, and whether it lies `outside` them (arrays; NaN and False for a sample of none)."""

    center: float
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    outside: np.ndarray


def p_chart(events, sizes, *, exact=True):
    """Which of several samples have an unusual share of events, against the share of all of them together.

    `exact`: limits are binomial, so that a sample without a change is outside with a chance of at most 0.27 %, however small it
    is. Without, they are three standard deviations, which for small samples and rare events alarm up to three times as often.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, chapter 7; NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.3.2.

    >>> chart = p_chart([1, 2, 1, 12], [50, 50, 50, 50])
    >>> chart.center, chart.outside.tolist()
    (0.08, [False, False, False, True])
    """
    events, sizes = np.asarray(events, dtype=float), np.asarray(sizes, dtype=float)
    if events.shape != sizes.shape or (events < 0).any() or (events > sizes).any():
        raise BadValue("The events of each sample must be between 0 and its size: give two lists of the same length.")
    if not sizes.sum():
        nothing = np.full(sizes.shape, np.nan)
        return Chart(np.nan, nothing, nothing, nothing, np.zeros(sizes.shape, dtype=bool))
    center = float(events.sum() / sizes.sum())
    held = np.where(sizes > 0, sizes, np.nan)
    low, high = (_binomial if exact else _three_sigma)(center, held)
    share = events / held
    return Chart(center, share, low, high, (share < low) | (share > high))


def _three_sigma(center, sizes):
    wide = 3 * np.sqrt(center * (1 - center) / sizes)
    return np.maximum(center - wide, 0), np.minimum(center + wide, 1)


def _binomial(center, sizes):
    from scipy.stats import binom

    return tuple(binom.ppf(tail, sizes, center) / sizes for tail in (FALSE_ALARMS / 2, 1 - FALSE_ALARMS / 2))


def binomial_limits(share, size):
    """(low, high) of the usual share of a sample of this size where each unit has an event with probability `share`.

    As in `p_chart`, a sample without a change lies outside with a chance of at most 0.27 %.

    >>> binomial_limits(0.1, 50)
    (0.0, 0.26)
    """
    low, high = _binomial(share, np.asarray([size], dtype=float))
    return float(low[0]), float(high[0])


def individuals(values):
    """(center, low, high) of a chart of single values, such as counts of weeks: their mean, and natural limits of three standard
    deviations, reckoned from the mean difference of neighbours, so that a slow drift does not widen them.

    Raises TooFewEvents below two values.

    References
    ----------
    NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2 Individuals control charts: of these ten values the mean is 50.81,
    the limits are 45.8159 and 55.8041.

    >>> values = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
    >>> [round(part, 2) for part in individuals(values)]
    [50.81, 45.82, 55.8]
    """
    values = np.asarray(values, dtype=float)
    if values.size < 2:
        raise TooFewEvents(f"A usual range needs at least two values, not {values.size}.")
    center, wide = float(values.mean()), 3 * float(np.abs(np.diff(values)).mean()) / MEAN_RANGE_OF_TWO
    return center, center - wide, center + wide
