"""Is a week unlike the others? Control limits for shares of samples of any size."""

from dataclasses import dataclass

import numpy as np

from orderkit.errors import BadValue

FALSE_ALARMS = 0.0027  # chance that a sample without any change lies outside: that of three standard deviations


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
