"""How well probabilities came true, once the truth is in.

Score one week at a time: a parcel that is open in several weeks is one fate, so rows of different weeks are not independent and
the intervals here would be too narrow. Where nothing was scored, a score is NaN.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue
from orderkit.statistics.rates import Interval, wilson


@dataclass(frozen=True)
class Decomposition:
    """The parts of a Brier score: `reliability` - `resolution` + `uncertainty` + `within` = `brier`, to rounding.

    `reliability`: how far the groups' probabilities lie from what came true (0 is best); `resolution`: how far apart the groups
    are in what came true (high is good); `uncertainty`: the score of always saying the overall share; `within`: what differing
    probabilities inside the groups add or take, 0 where each group holds one probability.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within: float
    brier: float


@dataclass(frozen=True)
class Ratio:
    """How many came true per one expected: `value`, its range; all three NaN where nothing was expected."""

    value: float
    low: float
    high: float
    level: float
    actual: int
    expected: float


@dataclass(frozen=True)
class Coverage:
    """How many of `n` outcomes fell inside their ranges: `share` and its Wilson `interval`; right is the ranges' level."""

    inside: int
    n: int
    share: float
    interval: Interval


def brier(outcome, probability, weights=None):
    """Mean squared distance of probabilities (0 to 1) from what came true (0 or 1); 0 is best, lower is better.

    `weights`: how much each counts (such as its money); all the same without. NaN where nothing counts.

    Raises BadValue for an outcome that is not 0 or 1 (not known yet: leave it out), a probability outside 0 to 1, unequal sizes.

    References
    ----------
    Brier (1950), Verification of forecasts expressed in terms of probability, Monthly Weather Review 78:1-3.

    >>> round(brier([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3]), 4)
    0.0375
    """
    outcome, probability = _scored(outcome, probability)
    return _mean((probability - outcome) ** 2, weights)


def skill(outcome, probability, base, weights=None):
    """How much better than always saying `base`: 1 - Brier / Brier of the base; 1 is best, 0 no better, below 0 worse.

    `base` is the rate known before the outcomes, such as that of earlier weeks: a number, or one for each. Nobody could have
    told the rate of the outcomes themselves in advance. NaN where nothing counts or the base already hit every outcome.

    References
    ----------
    Murphy (1973), Hedging and skill scores for probability forecasts, Journal of Applied Meteorology 12:215-223.

    >>> skill([0, 1], [0.25, 0.75], base=0.5)
    0.75
    """
    base = np.full(np.shape(outcome), base) if np.ndim(base) == 0 else _known(base, "base rates")
    found, plain = brier(outcome, probability, weights), brier(outcome, base, weights)
    return 1 - found / plain if plain else math.nan  # NaN is true, and stays NaN


def reliability(outcome, probability, bins=10, level=0.9):
    """What was said against what came true: a row per bin of about as many cases, from the lowest probabilities on.

    Equal probabilities are never split over bins, so there may be fewer than `bins`. Columns: bin (from 1), n, events,
    low_probability, high_probability, mean_probability, observed (share), low and high (Wilson interval of that share).

    References
    ----------
    Wilks, Statistical Methods in the Atmospheric Sciences, reliability diagram.
    """
    outcome, probability = _scored(outcome, probability)
    cases = pd.DataFrame({"bin": _bins(probability, bins), "outcome": outcome, "probability": probability})
    found = cases.groupby("bin", as_index=False).agg(
        n=("outcome", "size"), events=("outcome", "sum"), low_probability=("probability", "min"),
        high_probability=("probability", "max"), mean_probability=("probability", "mean"),
    )  # fmt: skip
    found = found.assign(bin=np.arange(1, len(found) + 1), events=found["events"].astype(int))
    ranges = [wilson(k, n, level) for k, n in zip(found["events"].tolist(), found["n"].tolist(), strict=True)]
    return found.assign(
        observed=found["events"] / found["n"],
        low=np.array([interval.low for interval in ranges], dtype=float),
        high=np.array([interval.high for interval in ranges], dtype=float),
    )


def decomposition(outcome, probability, bins=None):
    """Why a Brier score is what it is: its parts over groups of equal probability, or over the bins of `reliability`.

    References
    ----------
    Murphy (1973), A new vector partition of the probability score, Journal of Applied Meteorology 12:595-600; `within` is the two
    terms of Stephenson, Coelho, Jolliffe (2008), Two extra components in the Brier score decomposition, Weather and Forecasting
    23:752-757.
    """
    outcome, probability = _scored(outcome, probability)
    if outcome.size == 0:
        return Decomposition(*[math.nan] * 5)
    group = np.unique(probability if bins is None else _bins(probability, bins), return_inverse=True)[1]
    sizes = np.bincount(group)
    said, seen = ((np.bincount(group, weights=values) / sizes)[group] for values in (probability, outcome))
    if bins is None:
        said = probability  # a mean of equal numbers may differ from them in the last digit
    share = outcome.mean()
    return Decomposition(
        reliability=_mean((said - seen) ** 2),
        resolution=_mean((seen - share) ** 2),
        uncertainty=float(share * (1 - share)),
        within=_mean((probability - said) ** 2 - 2 * (outcome - seen) * (probability - said)),
        brier=brier(outcome, probability),
    )


def actual_over_expected(actual, expected, level=0.9):
    """How many events came per one expected, with the exact Poisson interval of that ratio; 1 is as foretold.

    `actual` is a count of events that come singly (for money no Poisson interval holds: see `totals.total`).

    References
    ----------
    Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28:437-442; Ulm (1990), A simple method to calculate
    the confidence interval of a standardized mortality ratio, American Journal of Epidemiology 131:373-375.

    >>> ratio = actual_over_expected(10, 10, level=0.95)
    >>> ratio.value, round(ratio.low, 4), round(ratio.high, 4)
    (1.0, 0.4795, 1.839)
    """
    if not (actual >= 0 and float(actual).is_integer()):
        raise BadValue(f"{actual} is no count of events: give a whole number from 0 on, not money and not a rate.")
    if not 0 <= expected < math.inf:
        raise BadValue(f"{expected} events cannot be expected: give the sum of the probabilities.")
    _check_level(level)
    if expected == 0:
        return Ratio(math.nan, math.nan, math.nan, level, int(actual), 0.0)
    from scipy.stats import chi2

    tail = (1 - level) / 2
    low = chi2.ppf(tail, 2 * actual) / 2 if actual else 0.0
    high = chi2.ppf(1 - tail, 2 * actual + 2) / 2
    return Ratio(float(actual / expected), float(low / expected), float(high / expected), level, int(actual), float(expected))


def coverage(actual, low, high, level=0.9):
    """How often the outcome fell inside its range, both ends included; `level` is that of the Wilson interval of this share."""
    actual, low, high = (_known(values, name) for values, name in ((actual, "outcomes"), (low, "low ends"), (high, "high ends")))
    _same_size(actual, low, "low ends")
    _same_size(actual, high, "high ends")
    if (low > high).any():
        raise BadValue(f"{int((low > high).sum()):,} of {low.size:,} ranges have their low end above the high one: swap them.")
    inside = int(((low <= actual) & (actual <= high)).sum())
    share = inside / actual.size if actual.size else math.nan
    return Coverage(inside, actual.size, share, wilson(inside, actual.size, level))


def pit(actual, cdf_below, cdf_at, rng):
    """Where each outcome fell within what was foretold, 0 to 1: uniform if the forecasts were right (see `pit_uniformity`).

    `cdf_below` is the foretold chance of less than the outcome, `cdf_at` of so much or less: one number for each outcome, or
    functions of the outcomes. Where they differ (counts, totals in steps), a random place between them is taken.

    References
    ----------
    Czado, Gneiting, Held (2009), Predictive model assessment for count data, Biometrics 65:1254-1261, randomised transform.
    """
    actual = _known(actual, "outcomes")
    below, at = (_known(cdf(actual) if callable(cdf) else cdf, "foretold chances") for cdf in (cdf_below, cdf_at))
    _same_size(actual, below, "chances of less")
    _same_size(actual, at, "chances of so much or less")
    wrong = int((~((below >= 0) & (below <= at) & (at <= 1))).sum())
    if wrong:
        raise BadValue(f"{wrong:,} of {at.size:,} pairs of chances are none: expected 0 <= less <= so much or less <= 1.")
    return below + rng.random(actual.size) * (at - below)


def pit_of_simulated(actual, simulated, rng):
    """`pit` for forecasts that are simulated values, [outcomes, simulations], such as those of `totals.total`.

    The outcome is ranked among itself and the simulated values, so that it is uniform for any number of them, not only for many.
    """
    actual, simulated = _known(actual, "outcomes"), np.asarray(simulated, dtype=float)
    if simulated.ndim != 2 or len(simulated) != actual.size or not np.isfinite(simulated).all():
        raise BadValue(f"Simulated values of shape {simulated.shape}: expected [{actual.size}, simulations], all known.")
    places = simulated.shape[1] + 1
    below = (simulated < actual[:, None]).sum(axis=1) / places
    at = ((simulated <= actual[:, None]).sum(axis=1) + 1) / places
    return pit(actual, below, at, rng)


def pit_uniformity(values):
    """Chance of values so far from uniform, or farther, if the forecasts were right: p-value of the Kolmogorov-Smirnov test.

    Small means that the forecasts were wrong: too narrow, too wide, or off. It supposes outcomes that do not hang together.
    NaN without values.
    """
    values = _known(values, "places")
    if values.size and not (values.min() >= 0 and values.max() <= 1):
        raise BadValue("The places of outcomes within their forecasts lie between 0 and 1: give what `pit` gives.")
    if values.size == 0:
        return math.nan
    from scipy.stats import kstest

    return float(kstest(values, "uniform").pvalue)


def _bins(probability, bins):
    """The bin of each case, from 0 on: by its average rank, so that equal probabilities stay together."""
    if not (bins >= 1 and float(bins).is_integer()):
        raise BadValue(f"{bins} bins cannot be made: give a whole number from 1 on.")
    from scipy.stats import rankdata

    return ((rankdata(probability) - 0.5) * bins // max(1, probability.size)).astype(int)


def _mean(values, weights=None):
    if weights is None:
        return float(values.mean()) if values.size else math.nan
    weights = _known(weights, "weights")
    _same_size(values, weights, "weights")
    if (weights < 0).any():
        raise BadValue(
            f"{int((weights < 0).sum()):,} of {weights.size:,} weights are negative: give 0 for what should not count."
        )
    return float(values @ weights / weights.sum()) if weights.any() else math.nan


def _scored(outcome, probability):
    outcome, probability = _known(outcome, "outcomes"), _known(probability, "probabilities")
    _same_size(outcome, probability, "probabilities")
    odd, outside = int((~np.isin(outcome, (0, 1))).sum()), int(((probability < 0) | (probability > 1)).sum())
    if odd:
        raise BadValue(
            f"{odd:,} of {outcome.size:,} outcomes are neither 0 nor 1: give 1 for what came true and 0 for what did not."
        )
    if outside:
        raise BadValue(f"{outside:,} of {probability.size:,} probabilities are not between 0 and 1.")
    return outcome, probability


def _known(values, name):
    values = np.atleast_1d(np.asarray(values, dtype=float))
    unknown = int((~np.isfinite(values)).sum())
    if unknown:
        raise BadValue(f"{unknown:,} of {values.size:,} {name} are not known: leave those cases out and say how many they are.")
    return values


def _same_size(first, second, name):
    if first.shape != second.shape:
        raise BadValue(f"{second.size:,} {name} for {first.size:,} cases: expected one for each.")


def _check_level(level):
    if not 0 < level < 1:
        raise BadValue(f"A level of {level} is none: give a number between 0 and 1, for example 0.9.")
