"""Value at risk and tail value at risk: of simulated totals, of discrete laws, in closed form of normal, t and lognormal ones.

VaR at p is the least amount that is not exceeded with probability p. TVaR is the average of the worst share 1 - p, where the
probability that lies at the VaR itself is counted in part (interpolated), so that it is coherent for discrete laws too; also
called expected shortfall, conditional tail expectation or CVaR.

References
----------
Acerbi, Tasche (2002), On the coherence of expected shortfall, Journal of Banking and Finance 26:1487-1503; McNeil, Frey,
Embrechts, Quantitative Risk Management, chapter 2; Loss Models section 3.5.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, NothingToShow

from .checks import inner_share, number, numbers, positive
from .laws import Empirical


@dataclass(frozen=True)
class Risk:
    """VaR and TVaR at probability `p`, in the unit of the totals. The standard errors are of simulation; 0 where nothing was."""

    p: float
    var: float
    tvar: float
    se_var: float = 0.0
    se_tvar: float = 0.0


def simulated_risk(totals, *, p=0.99):
    """VaR and TVaR of simulated totals at one p, with their Monte Carlo standard errors. A Risk.

    The error of VaR is half the distance between the totals one binomial standard deviation before and after it in order, which
    needs no density; that of TVaR is the spread of what exceeds VaR / ((1 - p) sqrt(n)). Totals may be negative (gains).

    Raises
    ------
    NothingToShow
        No totals.
    BadValue
        A total that is unknown, or fewer than 10 of them expected beyond p: then simulate more, or ask for a smaller p.

    References
    ----------
    Manistre, Hancock (2005), Variance of the CTE estimator, North American Actuarial Journal 9(2):129-156; Serfling (1980),
    Approximation Theorems of Mathematical Statistics, section 2.6 (order statistics).

    >>> found = simulated_risk(range(1, 1001), p=0.95)
    >>> found.var, found.tvar
    (950.0, 975.5)
    """
    totals = np.sort(_totals(totals))
    n = totals.size
    p = inner_share(p, "p", example=0.99)
    if n * (1 - p) < 10 - 1e-9:
        raise BadValue(
            f"Of {n:,} totals only {n * (1 - p):.1f} lie beyond {p:g}: simulate {int(np.ceil(10 / (1 - p))):,} or more."
        )
    found = totals[_rank(n * p) - 1]
    excess = np.maximum(totals - found, 0.0)
    spread = np.sqrt(n * p * (1 - p))
    low, high = np.clip([_rank(n * p - spread), _rank(n * p + spread)], 1, n) - 1
    se_var = (totals[high] - totals[low]) / 2
    se_tvar = excess.std() / ((1 - p) * np.sqrt(n))
    return Risk(p, float(found), float(found + excess.mean() / (1 - p)), float(se_var), float(se_tvar))


def risk_table(totals, *, levels=(0.95, 0.99)):
    """VaR and TVaR of simulated totals at several levels: a frame of p, var, tvar, se_var, se_tvar. See `simulated_risk`."""
    return pd.DataFrame([vars(simulated_risk(totals, p=p)) for p in np.atleast_1d(numbers(levels, "Levels"))])


def discrete_risk(amounts, *, probabilities=None, p=0.99):
    """VaR and TVaR of a discrete law of amounts of 0 or more, exact, by the interpolated definition. A Risk.

    `probabilities`: or any weights; the same for each amount without them.

    >>> found = discrete_risk([0, 50, 100], probabilities=[0.9, 0.06, 0.04], p=0.92)  # worst 8 %: 100 of 4 %, 50 of 4 %
    >>> found.var, round(found.tvar, 9)
    (50.0, 75.0)
    """
    law, p = Empirical(amounts, probabilities), inner_share(p, "p", example=0.99)
    return Risk(p, law.quantile(p), law.tvar(p))


def normal_risk(mean=0.0, sd=1.0, *, p=0.99):
    """VaR mean + sd z and TVaR mean + sd phi(z) / (1 - p) of a normal law, z its quantile at p. A Risk.

    >>> found = normal_risk(p=0.99)
    >>> round(found.var, 4), round(found.tvar, 4)
    (2.3263, 2.6652)
    """
    from scipy.special import ndtri

    p, sd = inner_share(p, "p", example=0.99), positive(sd, "sd")
    z, mean = ndtri(p), number(mean, "mean")
    height = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return Risk(p, float(mean + sd * z), float(mean + sd * height / (1 - p)))


def student_risk(df, mean=0.0, scale=1.0, *, p=0.99):
    """VaR and TVaR of a Student t law with `df` degrees of freedom, moved by `mean` and stretched by `scale`. A Risk.

    Its standard deviation is scale x sqrt(df / (df - 2)); TVaR is infinite for a df of 1 or less.

    >>> found = student_risk(4, p=0.95)
    >>> round(found.var, 3), round(found.tvar, 3)
    (2.132, 3.203)
    """
    from scipy.stats import t

    p, df, mean, scale = inner_share(p, "p", example=0.99), positive(df, "df"), number(mean, "mean"), positive(scale, "scale")
    z = float(t.ppf(p, df))
    beyond = float(t.pdf(z, df)) * (df + z**2) / ((df - 1) * (1 - p)) if df > 1 else np.inf
    return Risk(p, mean + scale * z, mean + scale * beyond)


def lognormal_risk(mu, sigma, *, p=0.99):
    """VaR exp(mu + sigma z) and TVaR exp(mu + sigma^2 / 2) Phi(sigma - z) / (1 - p) of a lognormal law. A Risk."""
    from scipy.special import ndtr, ndtri

    p, sigma = inner_share(p, "p", example=0.99), positive(sigma, "sigma")
    z, mu = ndtri(p), number(mu, "mu")
    return Risk(p, float(np.exp(mu + sigma * z)), float(np.exp(mu + sigma**2 / 2) * ndtr(sigma - z) / (1 - p)))


def _rank(place):
    """The least whole number not below `place`, where 95.00000001 is 95."""
    return int(np.ceil(place - 1e-6))


def _totals(totals):
    totals = numbers(totals, "Totals").ravel()
    if totals.size == 0:
        raise NothingToShow("There are no totals to take the risk of.")
    wrong = int((~np.isfinite(totals)).sum())
    if wrong:
        raise BadValue(f"{wrong:,} of {totals.size:,} totals are unknown or infinite: they cannot be ranked.")
    return totals
