"""Severity laws whose tail is a power: generalised Pareto, the two Pareto laws, which are cases of it, and Burr."""

from dataclasses import dataclass, field

import numpy as np

from orderkit.errors import BadValue

from .checks import number, positive
from .laws import Law

FLAT = 1e-7  # a tail index this near to 0 is that of the exponential law: the formula would lose digits below


class _Excess(Law):
    """P(X > x) = (1 + xi (x - t) / beta)^(-1 / xi) from a threshold t on: `_parts` is (xi, beta, t).

    With v = log(1 + xi y / beta) / xi that is exp(-v), and moments are integrals of exp(-c v): they also hold near xi = 0.
    """

    def _depth(self, x):
        """v at x: how deep in the tail, 0 at the threshold, infinite at the end of the law."""
        xi, beta, threshold = self._parts
        y = np.maximum(x - threshold, 0.0) / beta
        with np.errstate(divide="ignore"):
            return y if abs(xi) < FLAT else np.log1p(np.maximum(xi * y, -1.0)) / xi

    def _survival(self, x):
        return np.exp(-self._depth(x))

    def _quantile(self, p):
        xi, beta, threshold = self._parts
        with np.errstate(divide="ignore"):
            depth = -np.log1p(-p)
        return threshold + beta * (depth if abs(xi) < FLAT else np.expm1(xi * depth) / xi)

    def _limited(self, limit, power):
        xi, beta, threshold = self._parts
        depth, low = self._depth(limit), np.minimum(limit, threshold)
        first = beta * _area(1 - xi, depth)
        if power == 1:
            return low + first
        steep = _area(1 - 2 * xi, depth)
        if abs(xi) < FLAT:
            second = 2 * beta**2 * (1 - np.exp(-depth) * (1 + np.where(np.isinf(depth), 0.0, depth)))
        else:
            second = 2 * beta**2 / xi * (steep - np.where(np.isinf(steep), 0.0, _area(1 - xi, depth)))
        return low**2 + 2 * threshold * first + second

    def _stop_loss(self, retention):
        xi, beta, threshold = self._parts
        if xi >= 1:
            return np.where(np.isinf(retention), 0.0, np.inf)
        return beta * np.exp(-(1 - xi) * self._depth(retention)) / (1 - xi) + np.maximum(threshold - retention, 0.0)


@dataclass(frozen=True)
class GeneralisedPareto(_Excess):
    """Generalised Pareto law above a threshold: tail index xi, scale beta; xi 0 is exponential, from 1 on the mean infinite."""

    xi: float
    beta: float
    threshold: float = 0.0

    def __post_init__(self):
        positive(self.beta, "beta")
        if not (np.isfinite(number(self.xi, "xi")) and 0 <= number(self.threshold, "threshold") < np.inf):
            raise BadValue(f"xi = {self.xi}, threshold = {self.threshold}: expected finite numbers, no threshold below 0.")

    @property
    def _parts(self):
        return self.xi, self.beta, self.threshold

    def scaled(self, factor):
        factor = positive(factor, "factor")
        return GeneralisedPareto(self.xi, self.beta * factor, self.threshold * factor)


@dataclass(frozen=True)
class Pareto(_Excess):
    """Pareto law with two parameters, also Lomax or Pareto II: P(X > x) = (theta / (x + theta))^alpha from 0 on.

    >>> round(Pareto(3, 2000).limited(500), 6)  # mean of 1000, less what is above 500
    360.0
    """

    alpha: float
    theta: float

    def __post_init__(self):
        positive(self.alpha, "alpha"), positive(self.theta, "theta")

    @property
    def _parts(self):
        return 1 / self.alpha, self.theta / self.alpha, 0.0

    def scaled(self, factor):
        return Pareto(self.alpha, self.theta * positive(factor, "factor"))


@dataclass(frozen=True)
class SingleParameterPareto(_Excess):
    """Pareto law with one parameter, also European Pareto or Pareto I: P(X > x) = (theta / x)^alpha from theta, a given, on."""

    alpha: float
    theta: float

    def __post_init__(self):
        positive(self.alpha, "alpha"), positive(self.theta, "theta")

    @property
    def _parts(self):
        return 1 / self.alpha, self.theta / self.alpha, self.theta

    def scaled(self, factor):
        return SingleParameterPareto(self.alpha, self.theta * positive(factor, "factor"))


@dataclass(frozen=True)
class Burr(Law):
    """Burr law: P(X > x) = (1 + (x / theta)^gamma)^(-alpha); the Pareto law for a gamma of 1, the loglogistic for an alpha of 1.

    >>> round(Burr(2, 1000, 2).mean, 2)  # 1000 pi / 4
    785.4
    """

    alpha: float
    theta: float
    gamma: float

    def __post_init__(self):
        positive(self.alpha, "alpha"), positive(self.theta, "theta"), positive(self.gamma, "gamma")

    def _survival(self, x):
        with np.errstate(over="ignore"):
            return (1 + np.maximum(x / self.theta, 0.0) ** self.gamma) ** -self.alpha

    def _quantile(self, p):
        with np.errstate(divide="ignore"):  # of p = 1: infinite
            return self.theta * np.expm1(-np.log1p(-p) / self.alpha) ** (1 / self.gamma)

    def _limited(self, limit, power):
        from scipy.special import hyp2f1

        share, held = power / self.gamma, np.where(np.isinf(limit), 0.0, limit)
        within = held**power * hyp2f1(self.alpha, share, 1 + share, -((held / self.theta) ** self.gamma))
        return np.where(np.isinf(limit), self._moment(power), within)

    def _moment(self, k):
        from scipy.special import beta

        share = k / self.gamma
        return self.theta**k * self.alpha * beta(1 + share, self.alpha - share) if self.alpha > share else np.inf

    def scaled(self, factor):
        return Burr(self.alpha, self.theta * positive(factor, "factor"), self.gamma)


@dataclass(frozen=True)
class Loglogistic(Burr):
    """Loglogistic law, also Fisk: P(X <= x) = (x / theta)^gamma / (1 + (x / theta)^gamma)."""

    alpha: float = field(init=False, repr=False, default=1.0)

    def scaled(self, factor):
        return Loglogistic(self.theta * positive(factor, "factor"), self.gamma)


def _area(c, depth):
    """The integral of exp(-c v) for v from 0 to `depth`; infinite where it has no end."""
    if c == 0:
        return depth
    with np.errstate(over="ignore"):
        return -np.expm1(-c * depth) / c
