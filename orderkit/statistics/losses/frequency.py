"""How often claims come: exact ranges for a count, and the laws of the (a, b, 0) class fitted by maximum likelihood.

The laws and their parameters are explained in `count_laws`.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, NothingToShow
from orderkit.statistics.losses.checks import check_level, numbers, numbers_from_zero
from orderkit.statistics.losses.count_laws import Binomial, CountLaw, Geometric, NegativeBinomial, Poisson
from orderkit.statistics.losses.dispersion import most_likely_dispersion, negative_binomial_loglik, weight_above
from orderkit.statistics.rates import Interval

MOST_TRIALS = 1_000_000  # a binomial of more trials is called a Poisson: no count can tell them apart


@dataclass(frozen=True)
class Comparison:
    """Which law of counts fits best.

    `best` is the law with the smallest AIC; `laws` holds all of them by name; `table` has one row per law with columns
    parameters, loglik, aic, bic. `statistic` is twice the gain in log likelihood of the negative binomial over the Poisson,
    `probability` the chance of so much or more if the law were Poisson: half of a chi-square's with 1 degree of freedom, as no
    spread lies at the edge of what can be.
    """

    best: CountLaw
    laws: dict
    table: pd.DataFrame
    statistic: float
    probability: float


def poisson_interval(count, *, exposure=1, level=0.9, one_sided=False):
    """The exact range of a rate of events, from a count over an exposure: an Interval, of arrays if arrays are given.

    Both ends are in events per unit of exposure. `one_sided` puts all of the doubt above: low is 0, high the upper bound, which
    is what to tell after 0 events (level 0.95: 3.0 per exposure, the rule of three). NaN where the exposure is 0.

    References
    ----------
    Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28:437-442; Ulm (1990), American Journal of
    Epidemiology 131:373-375.

    >>> interval = poisson_interval(10, level=0.95)
    >>> round(interval.low, 3), round(interval.high, 2)
    (4.795, 18.39)
    >>> round(poisson_interval(0, exposure=100, level=0.95, one_sided=True).high, 4)
    0.03
    """
    from scipy.special import gammaincinv

    count, exposure = np.broadcast_arrays(numbers_from_zero(count, "Counts"), numbers_from_zero(exposure, "Exposures"))
    tail = _tail(level, one_sided)
    units = np.where(exposure > 0, exposure, np.nan)
    low = np.zeros(count.shape) if one_sided else np.where(count > 0, gammaincinv(np.maximum(count, 1e-300), tail), 0.0)
    return _interval(low / units, gammaincinv(count + 1, 1 - tail) / units, level, "garwood")


def binomial_interval(count, trials, *, level=0.9, one_sided=False):
    """The exact range of a share, from `count` events among `trials`: an Interval, of arrays if given arrays; NaN for 0 trials.

    It holds the truth at least as often as the level says; `rates.wilson` and `rates.jeffreys` hold it so often on average.
    `one_sided` as with `poisson_interval`.

    References
    ----------
    Clopper, Pearson (1934), Biometrika 26:404-413; Hanley, Lippman-Hand (1983), JAMA 249:1743-1745.

    >>> round(binomial_interval(0, 100, level=0.95, one_sided=True).high, 4)
    0.0295
    """
    from scipy.stats import beta

    count, trials = np.broadcast_arrays(numbers_from_zero(count, "Counts"), numbers_from_zero(trials, "Trials"))
    if (count > trials).any():
        raise BadValue("There are more events than trials: a share needs all trials, those without an event included.")
    tail, failures = _tail(level, one_sided), trials - count
    low = np.where(count > 0, beta.ppf(tail, np.maximum(count, 1e-300), failures + 1), 0.0) * (not one_sided)
    high = np.where(failures > 0, beta.ppf(1 - tail, count + 1, np.maximum(failures, 1e-300)), 1.0)
    return _interval(np.where(trials > 0, low, np.nan), np.where(trials > 0, high, np.nan), level, "clopper-pearson")


def fit_poisson(counts, *, weights=None, exposure=None):
    """The Poisson law of claim counts, by maximum likelihood: total events over total exposure.

    `counts`: one per policy, parcel class or week; with `weights`, how many had each count. `exposure`: of each count (parcels,
    months), a list or one number.

    >>> round(fit_poisson([0, 1, 2, 3], weights=[70, 22, 6, 2]).mean, 2)
    0.4
    """
    from scipy.special import gammaln, xlogy

    units = _exposures(exposure, np.shape(counts))
    kept = slice(None) if weights is None else numbers(weights, "Weights") > 0
    counts, weights = _counts(counts, weights)
    units = units[kept]
    mean = float((weights * counts).sum() / (weights * units).sum())
    expected = mean * units
    loglik = float((weights * (xlogy(counts, expected) - expected - gammaln(counts + 1))).sum())
    error = math.sqrt(mean / (weights * units).sum()) if mean else math.nan
    note = "" if mean else "No event was seen: its standard error is not known; poisson_interval tells the upper bound."
    return Poisson(
        mean=mean, variance=mean, loglik=loglik, observations=float(weights.sum()), standard_errors={"mean": error}, note=note
    )


def fit_negative_binomial(counts, *, weights=None):
    """The negative binomial law of claim counts (r, beta), by maximum likelihood; arguments as in `fit_poisson`.

    Where the counts do not vary more than a Poisson's (variance, divided by n, not above the mean), the likelihood rises all the
    way to the Poisson law: r is then infinite, beta 0, both standard errors NaN, and `note` says so.

    References
    ----------
    Klugman, Panjer, Willmot, Loss Models, chapter on estimation for discrete distributions; Levin, Reeds (1977), Annals of
    Statistics 5:79-87 (one maximum, if and only if the variance is above the mean).

    >>> law = fit_negative_binomial([0, 1, 2, 3, 4, 5, 6, 7], weights=[7840, 1317, 239, 42, 14, 4, 4, 1])
    >>> round(law.r, 4), round(law.beta, 4), round(law.loglik, 2)
    (0.7015, 0.3056, -5348.04)
    """
    counts, weights = _counts(counts, weights)
    poisson = fit_poisson(counts, weights=weights)
    mean, size = poisson.mean, float(weights.sum())
    alpha, error = most_likely_dispersion(counts, np.full(counts.shape, mean), weights) if mean else (0.0, math.nan)
    if not alpha:
        note = "The counts do not vary more than chance: the most likely negative binomial is the Poisson law (r infinite)."
        found = {"variance": mean, "loglik": poisson.loglik, "r": math.inf, "beta": 0.0, "note": note}
        return NegativeBinomial(mean=mean, observations=size, standard_errors={"r": math.nan, "beta": math.nan}, **found)
    r, beta, r_error = 1 / alpha, mean * alpha, error / alpha**2
    beta_error = math.sqrt(mean * (1 + beta) / size * alpha**2 + (mean * error) ** 2)  # mean and r are told independently
    loglik = negative_binomial_loglik(counts, mean, alpha, weights)
    return NegativeBinomial(
        mean=mean, variance=mean * (1 + beta), loglik=loglik, observations=size, r=r, beta=beta,
        standard_errors={"r": r_error, "beta": beta_error},
    )  # fmt: skip


def fit_geometric(counts, *, weights=None):
    """The geometric law of claim counts, by maximum likelihood: beta is the mean; arguments as in `fit_poisson`.

    >>> fit_geometric([0, 1, 2, 3], weights=[70, 22, 6, 2]).pmf(0).round(4).item()
    0.7143
    """
    counts, weights = _counts(counts, weights)
    beta, size = float((weights * counts).sum() / weights.sum()), float(weights.sum())
    error = math.sqrt(beta * (1 + beta) / size) if beta else math.nan
    loglik = negative_binomial_loglik(counts, beta, 1.0, weights) if beta else 0.0
    facts = {"loglik": loglik, "observations": size, "standard_errors": {"beta": error}}
    return Geometric(mean=beta, variance=beta * (1 + beta), beta=beta, **facts)


def fit_binomial(counts, trials=None, *, weights=None):
    """The binomial law of claim counts among `trials` each, by maximum likelihood: q is the share of trials with a claim.

    Without `trials` (a whole number) the most likely number is looked for too; it exists only where counts vary less than a
    Poisson's. Otherwise the likelihood rises all the way to the Poisson law: trials are then infinite, q 0, and `note` says so.
    `counts` and `weights` as in `fit_poisson`.

    References
    ----------
    Klugman, Panjer, Willmot, Loss Models, chapter on estimation for discrete distributions: likelihood profile over m.

    >>> fit_binomial([0, 1, 2], 2, weights=[1, 2, 1]).q
    0.5
    """
    counts, weights = _counts(counts, weights)
    searched, size = trials is None, float(weights.sum())
    trials = _most_likely_trials(counts, weights) if searched else trials
    if math.isinf(trials):
        poisson = fit_poisson(counts, weights=weights)
        note = "The counts vary at least as much as chance: the most likely binomial is the Poisson law (trials infinite)."
        found = {"mean": poisson.mean, "variance": poisson.mean, "loglik": poisson.loglik, "note": note}
        return Binomial(**found, observations=size, standard_errors={"q": math.nan}, trials=trials, q=0.0, searched=True)
    if not (trials >= counts.max() and float(trials).is_integer() and trials > 0):
        raise BadValue(f"{trials} trials cannot hold {counts.max():.0f} claims: give a whole number, at least the largest count.")
    mean = float((weights * counts).sum() / size)
    q = mean / trials
    error = math.sqrt(q * (1 - q) / (size * trials)) if 0 < q < 1 else math.nan
    return Binomial(
        mean=mean, variance=mean * (1 - q), loglik=_binomial_loglik(counts, weights, trials), observations=size,
        standard_errors={"q": error}, trials=int(trials), q=q, searched=searched,
    )  # fmt: skip


def best_law(counts, *, weights=None):
    """Which of Poisson, geometric, negative binomial and binomial fits the counts best: a Comparison.

    `counts` and `weights` as in `fit_poisson`. Laws that ended at the Poisson are left out of the choice, not of the table.

    References
    ----------
    Self, Liang (1987), Journal of the American Statistical Association 82:605-610, case 5: the likelihood ratio at an edge.

    >>> found = best_law([0, 1, 2, 3, 4, 5, 6, 7], weights=[7840, 1317, 239, 42, 14, 4, 4, 1])
    >>> found.best.name, round(found.statistic, 1)
    ('negative binomial', 285.5)
    """
    from scipy.stats import chi2

    laws = [fit(counts, weights=weights) for fit in (fit_poisson, fit_geometric, fit_negative_binomial, fit_binomial)]
    laws = {law.name: law for law in laws}
    rows = {name: [len(law.parameters), law.loglik, law.aic, law.bic] for name, law in laws.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["parameters", "loglik", "aic", "bic"]).rename_axis("law")
    best = min((law for law in laws.values() if not law.note or law.name == "poisson"), key=lambda law: law.aic)
    statistic = max(0.0, 2 * (laws["negative binomial"].loglik - laws["poisson"].loglik))
    return Comparison(best, laws, table, statistic, float(chi2.sf(statistic, 1) / 2) if statistic else 1.0)


def _most_likely_trials(counts, weights):
    """The whole number of trials of the highest likelihood, which falls from it on both sides; infinite for a Poisson."""
    from scipy.optimize import brentq

    mean, above, fewest = np.average(counts, weights=weights), weight_above(counts, weights), counts.max()
    j = np.arange(above.size)

    def slope(share):  # of the log likelihood in 1 / trials, which unlike that itself loses no digits near the Poisson law
        u = mean * share
        bent = (-np.log1p(-u) - u) / (u * u) if u > 1e-3 else 0.5 + u / 3 + u * u / 4 + u**3 / 5
        return weights.sum() * mean * mean * bent - (above * (j / (1 - j * share))).sum()

    if mean == 0 or slope(1 / MOST_TRIALS) <= 0:
        return math.inf
    if mean == fewest or slope(1 / fewest) >= 0:
        return int(fewest)
    trials = int(1 / brentq(slope, 1 / MOST_TRIALS, 1 / fewest, xtol=1e-15))
    return max((trials, trials + 1), key=lambda number: _binomial_loglik(counts, weights, number))


def _binomial_loglik(counts, weights, trials):
    from scipy.special import gammaln, xlog1py, xlogy

    q = np.average(counts, weights=weights) / trials
    ways = gammaln(trials + 1) - gammaln(counts + 1) - gammaln(trials - counts + 1)
    return float((weights * (ways + xlogy(counts, q) + xlog1py(trials - counts, -q))).sum())


def _counts(counts, weights):
    """Counts and weights as float arrays without the rows of no weight."""
    counts = numbers(counts, "Counts")
    weights = np.ones(counts.shape) if weights is None else numbers(weights, "Weights")
    if counts.ndim != 1 or counts.shape != weights.shape:
        raise BadValue(f"Counts of shape {counts.shape} and weights of shape {weights.shape}: give two lists of one length.")
    if not ((counts >= 0) & (counts == np.floor(counts)) & np.isfinite(counts)).all():
        raise BadValue("Counts must be whole numbers from 0 on, none missing: how many claims each policy, class or week had.")
    if not ((weights >= 0) & np.isfinite(weights)).all():
        raise BadValue("Weights must be numbers from 0 on, none missing: how many had each count.")
    if not weights.sum():
        raise NothingToShow("There is no count to fit a law to: give those without a claim too, as 0.")
    return counts[weights > 0], weights[weights > 0]


def _exposures(exposure, shape):
    units = np.ones(shape) if exposure is None else numbers_from_zero(exposure, "Exposures")
    units = np.full(shape, float(units)) if units.ndim == 0 else units
    if units.shape != shape or not (units > 0).all():
        raise BadValue("Exposures must be one number above 0 for each count; leave out what was never exposed.")
    return units


def _tail(level, one_sided):
    check_level(level)
    return 1 - level if one_sided else (1 - level) / 2


def _interval(low, high, level, method):
    """Plain numbers where one count was given, arrays otherwise."""
    if low.ndim == 0:
        low, high = float(low), float(high)
    return Interval(low, high, level, method)
