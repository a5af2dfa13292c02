"""How often claims come: exact ranges for a count, and the laws of the (a, b, 0) class fitted by maximum likelihood.

The laws and their parameters are explained in `count_laws`; a fit is a CountFit, whose `law` goes into `compound`.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue

from ..rates import Interval
from .checks import broadcast, checked_counts, counted, inner_share, number, numbers_from_zero
from .count_laws import Binomial, Geometric, NegativeBinomial, Poisson
from .dispersion import most_likely_mean, negative_binomial_likelihood, weight_above
from .fits import CountFit

MOST_TRIALS = 1_000_000  # a binomial of more trials is called a Poisson: no count can tell them apart


@dataclass(frozen=True)
class CountComparison:
    """Which law of counts fits best.

    `best` is the CountFit with the smallest AIC; `fits` holds all of them by name; `table` has one row per law with columns
    parameters, log_likelihood, aic, bic. `statistic` is twice the gain in log likelihood of the negative binomial over the
    Poisson, `probability` the chance of so much or more if the law were Poisson: half of a chi-square's with 1 degree of freedom,
    as no spread lies at the edge of what can be.
    """

    best: CountFit
    fits: dict
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

    count, exposure = broadcast(numbers_from_zero(count, "Counts"), numbers_from_zero(exposure, "Exposures"))
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

    count, trials = broadcast(numbers_from_zero(count, "Counts"), numbers_from_zero(trials, "Trials"))
    if (count > trials).any():
        raise BadValue("There are more events than trials: a share needs all trials, those without an event included.")
    tail, failures = _tail(level, one_sided), trials - count
    low = np.where(count > 0, beta.ppf(tail, np.maximum(count, 1e-300), failures + 1), 0.0) * (not one_sided)
    high = np.where(failures > 0, beta.ppf(1 - tail, count + 1, np.maximum(failures, 1e-300)), 1.0)
    return _interval(np.where(trials > 0, low, np.nan), np.where(trials > 0, high, np.nan), level, "clopper-pearson")


def fit_poisson(counts, *, weights=None, exposure=None):
    """The Poisson law of claim counts, by maximum likelihood: total events over total exposure. A CountFit.

    `counts`: one per policy, parcel class or week; with `weights`, how many had each count. `exposure`: of each count (parcels,
    months), a list or one number; the law is then that of one unit, and of a period with more of them Poisson(fit.mean * units).

    >>> round(fit_poisson([0, 1, 2, 3], weights=[70, 22, 6, 2]).mean, 2)
    0.4
    """
    from scipy.special import gammaln, xlogy

    counts, weights, units = counted(counts, weights, exposure)
    mean = float((weights * counts).sum() / (weights * units).sum())
    expected = mean * units
    likelihood = float((weights * (xlogy(counts, expected) - expected - gammaln(counts + 1))).sum())
    error = math.sqrt(mean / (weights * units).sum()) if mean else math.nan
    note = "" if mean else "No event was seen: its standard error is not known; poisson_interval tells the upper bound."
    return _count_fit("poisson", Poisson(mean), {"mean": mean}, {"mean": error}, likelihood, weights, note)


def fit_negative_binomial(counts, *, weights=None, exposure=None):
    """The negative binomial law of claim counts (r, beta), by maximum likelihood; arguments as in `fit_poisson`.

    With `exposure` each count has its own mean and the same r, as if rates were gamma distributed over policies (NB2);
    `law` is that of one unit, and of a period with more of them NegativeBinomial(fit.r, fit.beta * units).

    Where the counts do not vary more than a Poisson's (variance, divided by n, not above the mean), the likelihood rises all the
    way to the Poisson law: r is then infinite, beta 0, both standard errors NaN, and `note` says so.

    References
    ----------
    Klugman, Panjer, Willmot, Loss Models, chapter on estimation for discrete distributions; Levin, Reeds (1977), Annals of
    Statistics 5:79-87 (one maximum, if and only if the variance is above the mean).

    >>> fit = fit_negative_binomial([0, 1, 2, 3, 4, 5, 6, 7], weights=[7840, 1317, 239, 42, 14, 4, 4, 1])
    >>> round(fit.r, 4), round(fit.beta, 4), round(fit.log_likelihood, 2)
    (0.7015, 0.3056, -5348.04)
    """
    counts, weights, units = counted(counts, weights, exposure)
    poisson = fit_poisson(counts, weights=weights, exposure=units)
    mean, alpha, error = most_likely_mean(counts, weights, units, poisson.mean)
    if not alpha:
        note = "The counts do not vary more than chance: the most likely negative binomial is the Poisson law (r infinite)."
        values, unknown = {"r": math.inf, "beta": 0.0}, {"r": math.nan, "beta": math.nan}
        return _count_fit("negative binomial", poisson.law, values, unknown, poisson.log_likelihood, weights, note)
    values = {"r": 1 / alpha, "beta": mean * alpha}
    told = (weights * units / (mean * (1 + alpha * units * mean))).sum()  # about the mean; of alpha it is told independently
    beta_error = math.sqrt(alpha**2 / told + (mean * error) ** 2)
    errors = {"r": error / alpha**2, "beta": beta_error}
    likelihood = negative_binomial_likelihood(counts, mean * units, alpha, weights)
    return _count_fit("negative binomial", NegativeBinomial(**values), values, errors, likelihood, weights)


def negative_binomial_by_moments(counts, *, weights=None):
    """The NegativeBinomial law with the mean and the variance (divided by n) of the counts, as older texts fit it.

    Raises BadValue where the variance is not above the mean: no negative binomial has such counts.

    >>> law = negative_binomial_by_moments([0, 1, 2, 3, 4], weights=[96978, 9240, 704, 43, 9])  # Lemaire (1995)
    >>> round(law.r, 4)
    1.6049
    """
    counts, weights = checked_counts(counts, weights)
    mean = float(np.average(counts, weights=weights))
    excess = float(np.average((counts - mean) ** 2, weights=weights)) - mean
    if excess <= 0:
        raise BadValue("The counts vary no more than chance: no negative binomial has their mean and variance; use fit_poisson.")
    return NegativeBinomial(mean**2 / excess, excess / mean)


def fit_geometric(counts, *, weights=None):
    """The geometric law of claim counts, by maximum likelihood: beta is the mean; arguments as in `fit_poisson`.

    >>> round(fit_geometric([0, 1, 2, 3], weights=[70, 22, 6, 2]).pmf(0), 4)
    0.7143
    """
    counts, weights = checked_counts(counts, weights)
    beta, size = float((weights * counts).sum() / weights.sum()), float(weights.sum())
    error = math.sqrt(beta * (1 + beta) / size) if beta else math.nan
    likelihood = negative_binomial_likelihood(counts, beta, 1.0, weights) if beta else 0.0
    return _count_fit("geometric", Geometric(beta), {"beta": beta}, {"beta": error}, likelihood, weights)


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
    counts, weights = checked_counts(counts, weights)
    searched = trials is None
    trials = _most_likely_trials(counts, weights) if searched else number(trials, "trials")
    if math.isinf(trials):
        poisson, values = fit_poisson(counts, weights=weights), {"trials": trials, "q": 0.0}
        note = "The counts vary at least as much as chance: the most likely binomial is the Poisson law (trials infinite)."
        unknown = {"trials": math.nan, "q": math.nan}
        return _count_fit("binomial", poisson.law, values, unknown, poisson.log_likelihood, weights, note)
    if not (trials >= counts.max() and float(trials).is_integer() and trials > 0):
        raise BadValue(
            f"{trials:g} trials cannot hold {counts.max():.0f} claims: give a whole number, at least the largest count."
        )
    q = float(np.average(counts, weights=weights) / trials)
    errors = {"trials": math.nan} if searched else {}  # a whole number has no standard error
    errors["q"] = math.sqrt(q * (1 - q) / (weights.sum() * trials)) if 0 < q < 1 else math.nan
    values, likelihood = {"trials": int(trials), "q": q}, _binomial_likelihood(counts, weights, trials)
    return _count_fit("binomial", Binomial(**values), values, errors, likelihood, weights)


def best_count_law(counts, *, weights=None):
    """Which of Poisson, geometric, negative binomial and binomial fits the counts best: a CountComparison.

    `counts` and `weights` as in `fit_poisson`. Laws that ended at the Poisson are left out of the choice, not of the table.

    References
    ----------
    Self, Liang (1987), Journal of the American Statistical Association 82:605-610, case 5: the likelihood ratio at an edge.

    >>> found = best_count_law([0, 1, 2, 3, 4, 5, 6, 7], weights=[7840, 1317, 239, 42, 14, 4, 4, 1])
    >>> found.best.name, round(found.statistic, 1)
    ('negative binomial', 285.5)
    """
    from scipy.stats import chi2

    fits = [fit(counts, weights=weights) for fit in (fit_poisson, fit_geometric, fit_negative_binomial, fit_binomial)]
    fits = {fit.name: fit for fit in fits}
    rows = {name: [fit.free, fit.log_likelihood, fit.aic, fit.bic] for name, fit in fits.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["parameters", "log_likelihood", "aic", "bic"])
    best = min((fit for fit in fits.values() if not fit.note or fit.name == "poisson"), key=lambda fit: fit.aic)
    statistic = max(0.0, 2 * (fits["negative binomial"].log_likelihood - fits["poisson"].log_likelihood))
    probability = float(chi2.sf(statistic, 1) / 2) if statistic else 1.0
    return CountComparison(best, fits, table.rename_axis("law"), statistic, probability)


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
    return max((trials, trials + 1), key=lambda number: _binomial_likelihood(counts, weights, number))


def _binomial_likelihood(counts, weights, trials):
    from scipy.special import gammaln, xlog1py, xlogy

    q = np.average(counts, weights=weights) / trials
    ways = gammaln(trials + 1) - gammaln(counts + 1) - gammaln(trials - counts + 1)
    return float((weights * (ways + xlogy(counts, q) + xlog1py(trials - counts, -q))).sum())


def _count_fit(name, law, values, errors, likelihood, weights, note=""):
    return CountFit(
        name=name, law=law, values=values, standard_errors=errors, log_likelihood=float(likelihood),
        observations=float(weights.sum()), note=note,
    )  # fmt: skip


def _tail(level, one_sided):
    inner_share(level, "level")
    return 1 - level if one_sided else (1 - level) / 2


def _interval(low, high, level, method):
    """Plain numbers where one count was given, arrays otherwise."""
    if low.ndim == 0:
        low, high = float(low), float(high)
    return Interval(low, high, level, method)
