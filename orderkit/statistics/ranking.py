"""Which products return more than chance explains: rates pulled towards those of all products, and a list with few wrong names.

A product of ten units with three returns has a high rate by luck more often than by fault. Every rate is taken to come from a
Beta(a, b) law of all products, found by marginal maximum likelihood; a product's own count then weighs n / (n + a + b).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, TooFewEvents
from orderkit.statistics.priors import FEW_EVENTS, FEW_PRODUCTS, beta_binomial, category_means, counts_of
from orderkit.statistics.rates import wilson_ranges

OWN_PRIOR = 30  # a category of so many products has a prior of its own
WORSE = 1.5  # a product is bad from so many times the rate of its category on
FALSE_SHARE = 0.10  # of the names on the list, so many may be there by chance


@dataclass(frozen=True)
class Shrunk:
    """Values pulled towards their `mean`: `values`, and `kept`, the share of each one's distance that was kept."""

    values: np.ndarray
    mean: float
    kept: float


def effective_units(returned, units, come, rate):
    """How many matured units so many young ones are worth: arrays in, array out, never fewer than were returned.

    Of `units`, `returned` came back so far; `come` is the share of all their returns that has come by now (G), `rate` about the
    rate of all products. With it, the Beta law made of the result has, at that rate, the slope of the likelihood of
    Binomial(units, rate x come); units x come is its mean, but may be fewer than were returned. Add it up over cohorts.

    >>> round(float(effective_units(0, 100, 0.5, 0.1)), 1), float(effective_units(3, 3, 0.5, 0.1))
    (47.4, 3.0)
    """
    returned, units, come = (np.asarray(part, dtype=float) for part in (returned, units, come))
    if not ((returned >= 0) & (returned <= units)).all() or not ((come >= 0) & (come <= 1)).all() or not 0 <= rate < 1:
        raise BadValue("Returns must be between 0 and the units, and the share that has come and the rate between 0 and 1.")
    return returned + (units - returned) * come * (1 - rate) / (1 - rate * come)


def ranked(k, n, category=None, *, worse=WORSE, at=FALSE_SHARE, level=0.9):
    """Every product's rate as it is and as it is worth, and which ones are bad: a frame, one row per product, in their order.

    k, n: returns and (effective) units by product; category: labels of any kind, None for one category. Columns: k, n, rate with
    low and high (Wilson), shrunk with shrunk_low and shrunk_high (posterior), credibility, prior (how it was found: see Prior; or
    common: in a category of fewer than 30 products or of few events, about its own mean and as spread as in other categories),
    category_rate, limit = `worse` x that, probability that the rate is above the limit, and listed: on the list of which `at` may
    be there by chance. What is more likely good than bad is never listed. Products without a unit have NaN as rate and are not
    listed. Errors of beta_binomial.

    >>> ranked([30] + [5] * 40, [100] * 41)["listed"].to_numpy().nonzero()[0].tolist()
    [0]
    """
    from scipy.special import betainc, betaincinv

    k, n = counts_of(k, n)
    code = np.zeros(k.size, dtype=int) if category is None else pd.factorize(np.asarray(category), use_na_sentinel=False)[0]
    if code.size != k.size:
        raise BadValue(f"{code.size} categories for {k.size} products: give one label per product.")
    priors, kinds = _priors(k, n, code)
    a, b, rate = _posterior(k, n, code, priors, kinds)
    limit, tail = np.minimum(worse * rate, 1.0), (1 - level) / 2
    chance = betainc(b, a, 1 - limit)  # P(rate > limit)
    low, high = wilson_ranges(k, n, level)
    sure = np.where((n > 0) & (chance >= 0.5), chance, np.nan)
    return pd.DataFrame(
        {
            "k": k, "n": n, "rate": k / np.where(n > 0, n, np.nan), "low": low, "high": high, "shrunk": a / (a + b),
            "shrunk_low": betaincinv(a, b, tail), "shrunk_high": betaincinv(a, b, 1 - tail),
            "credibility": np.where(kinds == "pooled", 0, n / (n + priors.sum(axis=0))), "prior": kinds, "category_rate": rate,
            "limit": limit, "probability": chance, "listed": false_discovery(sure, at),
        }
    )  # fmt: skip


def false_discovery(probabilities, at=FALSE_SHARE):
    """Which of many to list so that at most `at` of the listed are expected to be good: one boolean per probability of being bad.

    From the most probable on, while the mean of 1 - P over the list is at most `at`; equal ones stand or fall together. NaN is
    never listed.

    References
    ----------
    Newton, Noueiry, Sarkar, Ahlquist (2004), Biostatistics 5:155-176; Efron (2010), Large-Scale Inference, chapter 5.

    >>> false_discovery([0.99, 0.5, 0.95, 0.8, 0.85]).tolist()
    [True, False, True, False, True]
    """
    if not 0 < at < 1:
        raise BadValue(f"A share of {at} false names is none: give a number between 0 and 1, for example 0.1.")
    wrong = 1 - np.asarray(probabilities, dtype=float)
    if not wrong.size:
        return np.zeros(0, dtype=bool)
    order = np.sort(wrong)  # NaN comes last
    mean = np.cumsum(order) / np.arange(1, order.size + 1)
    last = np.searchsorted(order, wrong, side="right") - 1
    return mean[last] <= at + 1e-12


def normal_shrinkage(values, variance):
    """Values with one known error variance, pulled towards their mean: a Shrunk by James and Stein's rule.

    kept = 1 - (number - 3) variance / sum of squares about the mean, at least 0. For amounts, such as cost per return; rates of
    products of unlike sizes are for `ranked`. Raises TooFewEvents for fewer than 4 values, where nothing can be gained.

    References
    ----------
    Efron, Morris (1977), Stein's paradox in statistics, Scientific American 236:119-127.
    """
    values = np.asarray(values, dtype=float)
    if values.size <= 3:
        raise TooFewEvents(f"{values.size} values are too few to pull together: at least 4 are needed.")
    if not variance > 0:
        raise BadValue(f"An error variance of {variance} is none: it must be above 0.")
    mean = values.mean()
    spread = ((values - mean) ** 2).sum()
    kept = max(0.0, 1 - (values.size - 3) * variance / spread) if spread > 0 else 0.0
    return Shrunk(mean + kept * (values - mean), float(mean), float(kept))


def _priors(k, n, code):
    """(a, b) [2, products] of the law that each product's rate is taken from, and how it was found, by product."""
    common = beta_binomial(k, n)
    several = code.size > 0 and code.max() > 0
    if not several or common.method != "spread":
        return np.repeat([[common.a], [common.b]], k.size, axis=1), np.full(k.size, common.method, dtype=object)
    priors, kinds = np.empty((2, k.size)), np.full(k.size, "common", dtype=object)
    enough = (np.bincount(code, n > 0) >= OWN_PRIOR) & (np.bincount(code, k) >= FEW_EVENTS)
    enough &= np.bincount(code, k > 0) >= FEW_PRODUCTS
    if not enough.all():
        mean, strength = category_means(k, n, code, common.strength)
        priors[:] = (strength * np.stack([mean, 1 - mean]))[:, code]
    for rows in _groups(code, enough):
        own = beta_binomial(k[rows], n[rows])
        priors[:, rows], kinds[rows] = [[own.a], [own.b]], own.method
    return priors, kinds


def _groups(code, wanted):
    """The rows of each category that is wanted."""
    order = np.argsort(code, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(code[order])) + 1)
    return [rows for rows in groups if wanted[code[rows[0]]]]


def _posterior(k, n, code, priors, kinds):
    """(a, b) of each product's own law, and the rate of its category, which its prior keeps from being 0 where units are few."""
    own = kinds != "pooled"
    a, b = priors[0] + own * k, priors[1] + own * (n - k)
    events, units = np.bincount(code, k)[code], np.bincount(code, n)[code]
    rate = np.where(own, (events + priors[0]) / (units + priors.sum(axis=0)), priors[0] / priors.sum(axis=0))
    return a, b, rate
