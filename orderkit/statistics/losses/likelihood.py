"""What fits of losses share: the check of what is fitted, and the likelihood of the generalised Pareto law."""

import numpy as np

from orderkit.errors import BadValue, TooFewEvents

from .checks import number, numbers

LOSSES = 100  # METHODS A2: laws only for books with at least so many
STEEP = np.geomspace(1e-4, 1e12, 321)  # trial values of xi / beta x mean excess
NONE = 1e-5  # a tail index this near to 0: derivatives are those at 0, else they lose digits


def checked_losses(losses, at_least, *, above_zero=False):
    """Losses as an array; TooFewEvents for fewer than `at_least`, BadValue for one that is unknown or negative (or 0)."""
    losses = numbers(losses, "Losses").ravel()
    bad = ~np.isfinite(losses) | (losses < 0) | (above_zero & (losses == 0))
    if bad.any():
        what = "unknown, 0 or negative" if above_zero else "unknown or negative"
        raise BadValue(f"{int(bad.sum()):,} of {losses.size:,} losses are {what}: leave those out, and say how many they are.")
    if losses.size < max(number(at_least, "at_least"), 2):
        raise TooFewEvents(
            f"{losses.size:,} losses: a law of their size needs {max(at_least, 2):,} or more. Show the losses themselves instead."
        )
    return losses


def few(losses):
    """Why a fit to so few losses is for study only; nothing for 100 or more."""
    return (f"Made from {losses:,} losses, fewer than {LOSSES}: for study, not to decide by.",) if losses < LOSSES else ()


def most_likely_excess(excesses):
    """(xi, beta) of the generalised Pareto law that is most likely for excesses above 0, to 10 digits or more.

    Along t = xi / beta the best xi is the mean of log(1 + t y), so that one number is searched: on a wide grid, between its
    neighbours, then by Newton's method in both. Raises BadValue where the likelihood has no maximum with a xi above -1.

    Grimshaw (1993), Technometrics 35:185-191.
    """
    from scipy.optimize import minimize_scalar

    scale = excesses.mean()
    y = excesses / scale
    nearest = -1 / y.max()
    trials = np.concatenate([nearest * (1 - np.geomspace(1e-9, 0.5, 60)), nearest * np.geomspace(0.5, 1e-4, 60)[1:], STEEP])
    trials = np.array([t for t in trials if _index(t, y) > -1])
    costs = np.array([_cost(t, y) for t in trials])
    best = int(costs.argmin())
    if best in (0, trials.size - 1):
        raise BadValue("The likelihood of these excesses has no maximum: they are nearly all alike, or their tail has no end.")
    bounds = (trials[best - 1], trials[best + 1])
    found = minimize_scalar(_cost, bounds=bounds, args=(y,), method="bounded", options={"xatol": 1e-10 * np.ptp(bounds)})
    xi = _index(found.x, y)
    beta = xi / found.x if abs(xi) > NONE else 1.0
    xi, beta = _polished(y, xi, beta)
    return float(xi), float(beta * scale)


def excess_likelihood(excesses, xi, beta):
    """(log-likelihood, observed information [2, 2]) of (xi, beta): its negative second derivatives."""
    z = excesses / beta
    depth = z if abs(xi) < NONE else np.log1p(xi * z) / xi
    likelihood = -excesses.size * np.log(beta) - (1 + xi) * depth.sum()
    return float(likelihood), _derivatives(excesses, xi, beta)[1]


def _index(t, y):
    return float(np.log1p(t * y).mean())


def _cost(t, y):
    """Minus the mean log-likelihood at the best xi for t = xi / beta; y has a mean of 1."""
    if abs(t) < 1e-12:
        return 1.0
    xi = _index(t, y)
    return np.log(xi / t) + xi + 1


def _polished(y, xi, beta):
    if abs(xi) < 10 * NONE or xi < -0.5:  # at 0 derivatives are approximate; below -0.5 they are not smooth at the end
        return xi, beta
    for _ in range(4):
        slope, information = _derivatives(y, xi, beta)
        step = np.linalg.solve(information, slope)
        if not np.isfinite(step).all() or abs(step).max() > 1e-3:
            break  # the search was near enough that larger steps can only be noise
        xi, beta = xi + step[0], beta + step[1]
    return xi, beta


def _derivatives(y, xi, beta):
    """(first derivatives [2], minus the second ones [2, 2]) of the log-likelihood by (xi, beta)."""
    z = y / beta
    w = z / (1 + xi * z)
    if abs(xi) < NONE:
        by_xi, twice = z**2 / 2 - z, z**2 - 2 * z**3 / 3
    else:
        logs = np.log1p(xi * z)
        by_xi = logs / xi**2 - (1 / xi + 1) * w
        twice = -2 * logs / xi**3 + 2 * w / xi**2 + (1 / xi + 1) * w**2
    by_beta = ((1 + xi) * w - 1) / beta
    both = (w - (1 + xi) * w**2) / beta
    beta_twice = -by_beta / beta - (1 + xi) * w * (1 - xi * w) / beta**2
    second = np.array([[twice.sum(), both.sum()], [both.sum(), beta_twice.sum()]])
    return np.array([by_xi.sum(), by_beta.sum()]), -second
