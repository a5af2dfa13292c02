"""Severity laws fitted to losses by maximum likelihood: exponential, lognormal, gamma, Weibull, Pareto.

The losses are whole: no deductible taken off, no limit reached. All raise TooFewEvents for fewer than `at_least` losses (100:
with fewer the law says more than the losses), and BadValue for a loss that is unknown, 0 or negative, or where no law is the most
likely one. Standard errors come from the observed information.

References
----------
Klugman, Panjer, Willmot, Loss Models, maximum likelihood estimation, whose parameters are used.
"""

import numpy as np

from orderkit.errors import BadValue

from .checks import numbers_from_zero, positive
from .fits import Fit
from .likelihood import LOSSES, checked_losses, excess_likelihood, few, most_likely_excess
from .named_laws import Exponential, Gamma, Lognormal, Weibull
from .pareto_laws import Pareto, SingleParameterPareto


def fit_exponential(losses, *, at_least=LOSSES):
    """The most likely exponential law. A Fit with theta."""
    losses = _positive(losses, at_least)
    theta = float(losses.mean())
    likelihood = -losses.size * (np.log(theta) + 1)
    return _fit(Exponential(theta), {"theta": theta}, np.array([[losses.size / theta**2]]), likelihood, losses.size)


def fit_lognormal(losses, *, at_least=LOSSES):
    """The most likely lognormal law: mean and standard deviation (divided by n) of the logarithms. A Fit with mu and sigma."""
    losses = _positive(losses, at_least)
    logs = np.log(losses)
    mu, sigma = float(logs.mean()), float(logs.std())
    if sigma == 0:
        raise BadValue(_ALIKE)
    likelihood = -logs.sum() - losses.size * (np.log(sigma) + 0.5 * np.log(2 * np.pi) + 0.5)
    information = np.diag([losses.size / sigma**2, 2 * losses.size / sigma**2])
    return _fit(Lognormal(mu, sigma), {"mu": mu, "sigma": sigma}, information, likelihood, losses.size)


def fit_gamma(losses, *, at_least=LOSSES):
    """The most likely gamma law. A Fit with alpha and theta."""
    from scipy.optimize import brentq
    from scipy.special import digamma, gammaln, polygamma

    losses = _positive(losses, at_least)
    n, mean, logs = losses.size, losses.mean(), np.log(losses).mean()
    gap = np.log(mean) - logs  # of the mean's logarithm above the mean logarithm: all that alpha rests on
    if gap < 1e-12:
        raise BadValue(_ALIKE)
    # 1 / (2 alpha) < log alpha - digamma(alpha) < 1 / alpha
    alpha = brentq(lambda a: np.log(a) - digamma(a) - gap, 0.4 / gap, 1.1 / gap, xtol=1e-14 / gap, rtol=1e-14)
    theta = float(mean / alpha)
    likelihood = n * ((alpha - 1) * logs - alpha - alpha * np.log(theta) - gammaln(alpha))
    information = n * np.array([[polygamma(1, alpha), 1 / theta], [1 / theta, alpha / theta**2]])
    return _fit(Gamma(alpha, theta), {"alpha": float(alpha), "theta": theta}, information, likelihood, n)


def fit_weibull(losses, *, at_least=LOSSES):
    """The most likely Weibull law. A Fit with tau and theta."""
    from scipy.optimize import brentq

    losses = _positive(losses, at_least)
    n, top = losses.size, losses.max()
    logs = np.log(losses / top)  # of numbers up to 1, so that no power overflows
    if np.ptp(logs) < 1e-12:
        raise BadValue(_ALIKE)

    def slope(tau):
        powers = np.exp(tau * logs)
        return (powers @ logs) / powers.sum() - 1 / tau - logs.mean()

    spread = 1 / logs.std()
    tau = brentq(slope, 1e-3 * spread, 1e3 * spread, xtol=1e-14 * spread, rtol=1e-14)
    theta = float(top * np.exp(tau * logs).mean() ** (1 / tau))
    powers, depths = (losses / theta) ** tau, np.log(losses / theta)
    both = -(tau / theta) * (powers @ depths)
    information = np.array([[n / tau**2 + powers @ depths**2, both], [both, n * (tau / theta) ** 2]])
    likelihood = n * np.log(tau / theta) + (tau - 1) * depths.sum() - n
    return _fit(Weibull(tau, theta), {"tau": float(tau), "theta": theta}, information, likelihood, n)


def fit_pareto(losses, *, at_least=LOSSES):
    """The most likely Pareto law with two parameters (Lomax). A Fit with alpha and theta.

    It is the generalised Pareto law of threshold 0 with a tail index 1 / alpha. Raises BadValue where the losses' tail is no
    heavier than exponential: then no Pareto law is the most likely one.
    """
    losses = _positive(losses, at_least)
    xi, beta = most_likely_excess(losses)
    if xi <= 0:
        raise BadValue(f"The losses have a tail index of {xi:.3f}, not above 0: no Pareto law fits best. Use fit_exponential.")
    likelihood, information = excess_likelihood(losses, xi, beta)
    back = np.array([[-(xi**2), 0.0], [-beta * xi, xi]])  # derivatives of (xi, beta) by (alpha, theta)
    values = {"alpha": 1 / xi, "theta": beta / xi}
    return _fit(Pareto(**values), values, back.T @ information @ back, likelihood, losses.size)


def fit_single_parameter_pareto(losses, *, theta, above=(), at_least=LOSSES):
    """The most likely single-parameter Pareto law of losses from `theta` on, which is given. A Fit with alpha.

    `above`: amounts that further losses are only known to exceed, such as limits they reached. 1 / alpha of the losses above the
    k-th largest is Hill's estimate of the tail index.

    References
    ----------
    Hill (1975), A simple general approach to inference about the tail of a distribution, Annals of Statistics 3:1163-1174.

    >>> round(fit_single_parameter_pareto([3, 6, 14], theta=1, above=[25, 25], at_least=3).law.alpha, 4)
    0.2507
    """
    theta, above = positive(theta, "theta"), numbers_from_zero(above, "Amounts exceeded").ravel()
    losses = _positive(losses, at_least)
    if min(losses.min(), above.min(initial=np.inf)) < theta:
        raise BadValue(f"A loss is below theta = {theta:g}, from which this law begins: leave out what is below.")
    n, depth = losses.size, float(np.log(losses / theta).sum() + np.log(above / theta).sum())
    if depth == 0:
        raise BadValue(_ALIKE)
    alpha = n / depth
    likelihood = n * np.log(alpha) - alpha * depth - float(np.log(losses).sum())
    law = SingleParameterPareto(alpha, theta)
    return _fit(law, {"alpha": alpha}, np.array([[n / alpha**2]]), likelihood, n)


_ALIKE = "All losses are alike: no law with a spread is the most likely one."


def _positive(losses, at_least):
    return checked_losses(losses, at_least, above_zero=True)


def _fit(law, values, information, likelihood, n):
    se = np.sqrt(np.diag(np.linalg.inv(information)))
    return Fit(law, values, dict(zip(values, se.tolist(), strict=True)), float(likelihood), int(n), doubts(law, n))


def doubts(law, n):
    """Why figures of a law fitted to n losses are infinite, or not to be trusted."""
    reasons = list(few(n))
    if np.isinf(law.mean):
        reasons.append("The mean loss is infinite under this law: alpha is 1 or less.")
    elif np.isinf(law.variance):
        reasons.append("The variance of a loss is infinite under this law: alpha is 2 or less.")
    return tuple(reasons)
