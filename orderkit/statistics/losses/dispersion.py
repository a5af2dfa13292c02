"""How far counts differ beyond chance: the dispersion alpha of the negative binomial (NB2: variance = mean + alpha mean^2).

Written in alpha = 1 / r, so that the Poisson law is the ordinary point alpha = 0 and nothing is lost in rounding near it.
"""

import math

import numpy as np

from orderkit.errors import BadValue

SMALL = 1e-3  # below it a series is more exact than a difference of nearly equal numbers
LEAST, MOST = 1e-10, 1e10  # of alpha times the mean count, where the maximum is looked for
TURNS = 100  # of the mean and the dispersion, each fitted with the other known
LONGEST = 5_000_000  # the highest count: the steps up to it are listed


def most_likely_dispersion(counts, means, weights=None):
    """(alpha, its standard error) of counts with these means, by maximum likelihood; (0.0, nan) where Poisson is likeliest.

    `weights`: how many observations each row stands for. The standard error is from the observed information at fixed means:
    alpha and the means are told independently of each other (their expected cross information is 0).

    References
    ----------
    Lawless (1987), Negative binomial and mixed Poisson regression, Canadian Journal of Statistics 15:209-225.
    """
    from scipy.optimize import brentq

    weights = np.ones(counts.shape) if weights is None else weights
    above, size = weight_above(counts, weights), float(np.average(means, weights=weights))

    def slope(place):
        return _slope(math.exp(place) / size, counts, means, weights, above)

    low, high = math.log(LEAST), math.log(MOST)
    if size == 0 or slope(low) <= 1e-9 * (weights * means).sum() * size:
        return 0.0, math.nan
    alpha = math.exp(brentq(slope, low, high, xtol=1e-13, rtol=1e-14)) / size
    return alpha, _error(alpha, counts, means, weights)


def most_likely_mean(counts, weights, units, mean):
    """(mean of one unit, alpha, its error) of the most likely negative binomial: in turns, from the Poisson mean on."""
    from scipy.optimize import brentq

    alpha, error = 0.0, math.nan
    rates = counts / units
    for _ in range(TURNS if mean else 0):
        before, (alpha, error) = alpha, most_likely_dispersion(counts, mean * units, weights)
        if abs(alpha - before) <= 1e-12 * alpha:
            break
        if np.ptp(units):  # else the mean is that of the Poisson, whatever alpha is

            def slope(rate, alpha=alpha):
                return (weights * (counts - rate * units) / (1 + alpha * rate * units)).sum()

            mean = brentq(slope, rates.min() or 1e-300, rates.max(), xtol=1e-14 * mean, rtol=1e-14)
    return mean, alpha, error


def negative_binomial_likelihood(counts, means, alpha, weights=1.0):
    """The log likelihood of counts under NB2 with these means and dispersion alpha; alpha 0: under Poisson."""
    from scipy.special import gammaln, xlog1py, xlogy

    means = np.broadcast_to(np.asarray(means, dtype=float), np.shape(counts))
    if not alpha:
        return float((weights * (xlogy(counts, means) - means - gammaln(counts + 1))).sum())
    rising = _rising(counts, alpha)
    spread = xlog1py(counts + 1 / alpha, alpha * means)
    return float((weights * (rising + xlogy(counts, means) - spread - gammaln(counts + 1))).sum())


def _rising(counts, alpha):
    """log of (1 + alpha) (1 + 2 alpha) ... (1 + (count - 1) alpha), by count."""
    steps = np.log1p(alpha * np.arange(int(counts.max(initial=0))))
    return np.concatenate([[0.0], np.cumsum(steps)])[counts.astype(int)]


def weight_above(counts, weights):
    """How much weight has a count above j, for j = 0, 1, ...: an array."""
    if counts.max(initial=0) > LONGEST:
        raise BadValue(
            f"A count of {counts.max():,.0f} is too high for a negative binomial: split such rows into shorter periods."
        )
    return np.bincount(counts.astype(int), weights, minlength=1)[::-1].cumsum()[::-1][1:]


def _slope(alpha, counts, means, weights, above):
    """The slope of the log likelihood in alpha."""
    j = np.arange(above.size)
    gains = (above * (j / (1 + alpha * j))).sum()
    t = alpha * means
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = (np.log1p(t) - t / (1 + t)) / (t * t)
    bent = np.where(t < SMALL, 0.5 - t * (2 / 3 - t * (3 / 4 - t * (4 / 5 - t * 5 / 6))), exact)
    return gains + (weights * means * (means * bent - counts / (1 + t))).sum()


def _error(alpha, counts, means, weights):
    from scipy.special import zeta  # zeta(2, x) is the trigamma function

    r = 1 / alpha
    told = zeta(2, r) - zeta(2, r + counts) - 1 / r + 2 / (r + means) - (r + counts) / (r + means) ** 2
    information = float((weights * told).sum())
    return alpha**2 / math.sqrt(information) if information > 0 else math.nan
