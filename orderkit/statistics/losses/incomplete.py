"""Severity laws fitted to losses that are not known whole: only seen above a deductible, cut at a limit, or counted by bands.

The likelihood of a loss known exactly is its density, of one known to lie between two amounts the probability between them; both
are divided by the probability of exceeding the deductible, below which no loss is seen.
"""

import numpy as np

from orderkit.errors import BadValue, TooFewEvents

from .checks import broadcast, not_negative, number, numbers
from .fits import Fit
from .fitting import doubts
from .likelihood import LOSSES
from .named_laws import Exponential, Gamma, Lognormal, Weibull
from .pareto_laws import Pareto

FAMILIES = {
    "exponential": (Exponential, ("theta",)), "gamma": (Gamma, ("alpha", "theta")), "lognormal": (Lognormal, ("mu", "sigma")),
    "pareto": (Pareto, ("alpha", "theta")), "weibull": (Weibull, ("tau", "theta")),
}  # fmt: skip
NEAR = 1e-4  # of a parameter's own unit: the step of second differences
FAR = 12.0  # logarithms of parameters that only run this far where the likelihood has no maximum


def fit_incomplete(low, high=None, *, law, weights=None, deductible=0.0, at_least=LOSSES):
    """The most likely severity law of losses that are known in part. A Fit.

    Parameters
    ----------
    low, high
        Each loss lies between these two amounts; known exactly where they are equal, as all are without `high`. A loss that
        reached a limit of 250 is low 250, high infinite; a band of a table its two edges.
    law
        "exponential", "lognormal", "gamma", "weibull" or "pareto".
    weights
        How many losses each row stands for.
    deductible
        Losses up to it were never seen (one number, or one by row); amounts are those of the whole loss, the deductible included.
    at_least
        How many losses are needed: fewer raise TooFewEvents. A textbook's twenty need at_least=1.

    Raises
    ------
    TooFewEvents
        Fewer losses than `at_least`.
    BadValue
        Amounts unknown or negative, ends in the wrong order, a loss below its deductible, a likelihood without a maximum.

    References
    ----------
    Klugman, Panjer, Willmot, Loss Models, maximum likelihood estimation: complete, grouped, truncated and censored data.

    >>> seen = [27, 82, 115, 126, 155, 161, 243]  # and 13 losses cut at 250
    >>> fit = fit_incomplete([*seen, 250], [*seen, float("inf")], weights=[*[1] * 7, 13], law="exponential", at_least=20)
    >>> round(fit.law.theta, 2)
    594.14
    """
    if not isinstance(law, str) or law not in FAMILIES:
        raise BadValue(f"No law to fit is called that: give one of {', '.join(FAMILIES)}.")
    made, names = FAMILIES[law]
    rows = _rows(low, high, weights, deductible, at_least)
    scale = float(np.average(np.where(np.isinf(rows[1]), rows[0], (rows[0] + rows[1]) / 2), weights=rows[2]))
    rows = (rows[0] / scale, rows[1] / scale, rows[2], rows[3] / scale)
    place = _search(law, rows)
    information = _curvature(lambda at: _cost(at, law, rows), place)
    values = dict(zip(names, _values(law, place), strict=True))
    found = made(**values).scaled(scale)
    whole, exact = {name: float(getattr(found, name)) for name in names}, rows[0] == rows[1]
    likelihood = -_cost(place, law, rows) - float(rows[2][exact].sum()) * np.log(scale)
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    units = [1.0 if name == "mu" else whole[name] for name in names]  # of errors of logarithms, but of mu, which is one itself
    count = float(rows[2].sum())
    return Fit(
        found, whole, {name: float(error * unit) for name, error, unit in zip(names, errors, units, strict=True)},
        float(likelihood), count, doubts(found, int(count)),
    )  # fmt: skip


def _rows(low, high, weights, deductible, at_least):
    """low, high, weights and deductibles of the losses that there are, as arrays of one length."""
    low = np.atleast_1d(numbers(low, "Losses"))
    high = low if high is None else numbers(high, "Upper ends")
    weights = np.ones(low.shape) if weights is None else numbers(weights, "Weights")
    low, high, weights, deductible = broadcast(low, high, weights, numbers(deductible, "Deductibles"))
    if low.ndim != 1 or not (np.isfinite(low) & (low >= 0) & (high >= low)).all() or ((low == 0) & (high == 0)).any():
        raise BadValue("Losses must be one list of amounts above 0, none unknown, no upper end below its lower end.")
    if not (np.isfinite(weights) & (weights >= 0)).all() or not (np.isfinite(deductible) & (deductible >= 0)).all():
        raise BadValue("Weights and deductibles must be numbers from 0 on, none missing.")
    kept = (weights > 0) & ~((low <= deductible) & np.isinf(high))  # a loss of any size says nothing
    if (low < deductible)[kept].any():
        raise BadValue("A loss below its deductible cannot have been seen: give whole losses, the deductible included.")
    if weights[kept].sum() < max(not_negative(at_least, "at_least"), 1):
        raise TooFewEvents(
            f"{weights[kept].sum():g} losses: a law of their size needs {number(at_least, 'at_least'):g} or more. "
            "Show the losses themselves instead."
        )
    return low[kept], high[kept], weights[kept], deductible[kept]


def _values(law, place):
    """Parameters from where the search is: all but mu are told by their logarithm."""
    return [float(at) if law == "lognormal" and not number_of else float(np.exp(at)) for number_of, at in enumerate(place)]


def _frozen(law, place):
    """scipy's law with these parameters."""
    from scipy import stats

    values = _values(law, place)
    return {
        "exponential": lambda theta: stats.expon(scale=theta),
        "gamma": lambda alpha, theta: stats.gamma(alpha, scale=theta),
        "lognormal": lambda mu, sigma: stats.lognorm(sigma, scale=np.exp(mu)),
        "pareto": lambda alpha, theta: stats.lomax(alpha, scale=theta),
        "weibull": lambda tau, theta: stats.weibull_min(tau, scale=theta),
    }[law](*values)


def _cost(place, law, rows):
    """Minus the log likelihood."""
    low, high, weights, deductible = rows
    made, exact = _frozen(law, place), low == high
    with np.errstate(all="ignore"):
        between = np.where(made.cdf(low) < 0.5, made.cdf(high) - made.cdf(low), made.sf(low) - made.sf(high))
        told = np.where(exact, made.logpdf(np.where(exact, low, 1.0)), np.log(between)) - made.logsf(deductible)
        cost = -(weights * told).sum()
    return float(cost) if np.isfinite(cost) else 1e100


def _search(law, rows):
    from scipy.optimize import minimize

    start = {"exponential": [0.0], "gamma": [0.0, 0.0], "lognormal": [-0.5, 0.0], "pareto": [0.7, 0.0], "weibull": [0.0, 0.0]}[
        law
    ]
    options = {"xatol": 1e-9, "fatol": 1e-11, "maxiter": 4000, "maxfev": 4000}
    for _ in range(3):  # again from where it ended, as the simplex may have shrunk beside the maximum
        start = minimize(_cost, start, args=(law, rows), method="Nelder-Mead", options=options).x
    if np.abs(start).max() > FAR:
        raise BadValue(f"The likelihood of these losses has no maximum with a {law} law: its parameters run away. Try another.")
    return start


def _curvature(function, place):
    """Second derivatives of a function, by differences."""
    steps = np.eye(place.size) * NEAR
    return np.array(
        [
            [function(place + a + b) - function(place + a - b) - function(place - a + b) + function(place - a - b) for b in steps]
            for a in steps
        ]
    ) / (4 * NEAR**2)
