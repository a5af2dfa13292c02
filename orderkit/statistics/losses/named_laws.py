"""Severity laws by their standard names and parameters (Loss Models, appendix A); those with a power tail are in pareto_laws.py.

Limited expected values and stop-loss premiums are formulas, not integrals; upper tails are formulas of their own, not 1 minus the
rest, so that they hold far out.
"""

from dataclasses import dataclass

import numpy as np

from orderkit.errors import BadValue

from .checks import number, positive
from .laws import Law


class _ByMoments(Law):
    """Laws whose E[X^k; X <= x] is the k-th moment times a cdf: `_moment(k)`, `_share(x, k)` and its complement `_rest(x, k)`."""

    def _survival(self, x):
        return np.where(x < 0, 1.0, self._rest(np.maximum(x, 0.0), 0))

    def _limited(self, limit, power):
        held = np.where(np.isinf(limit), 0.0, limit) ** power * self._rest(limit, 0)
        return self._moment(power) * self._share(limit, power) + held

    def _stop_loss(self, retention):
        held = np.where(np.isinf(retention), 0.0, retention) * self._rest(retention, 0)
        return np.maximum(self._moment(1) * self._rest(retention, 1) - held, 0.0)


@dataclass(frozen=True)
class Gamma(_ByMoments):
    """Gamma law: shape alpha, scale theta; mean alpha x theta."""

    alpha: float
    theta: float

    def __post_init__(self):
        positive(self.alpha, "alpha"), positive(self.theta, "theta")

    def _moment(self, k):
        return self.theta**k * np.prod(self.alpha + np.arange(k))

    def _share(self, x, k):
        from scipy.special import gammainc

        return gammainc(self.alpha + k, x / self.theta)

    def _rest(self, x, k):
        from scipy.special import gammaincc

        return gammaincc(self.alpha + k, x / self.theta)

    def _quantile(self, p):
        from scipy.special import gammaincinv

        return self.theta * gammaincinv(self.alpha, p)

    def scaled(self, factor):
        return Gamma(self.alpha, self.theta * positive(factor, "factor"))


@dataclass(frozen=True)
class Weibull(_ByMoments):
    """Weibull law: P(X > x) = exp(-(x / theta)^tau); shape tau, scale theta."""

    tau: float
    theta: float

    def __post_init__(self):
        positive(self.tau, "tau"), positive(self.theta, "theta")

    def _moment(self, k):
        from scipy.special import gamma

        return self.theta**k * gamma(1 + k / self.tau)

    def _share(self, x, k):
        from scipy.special import gammainc

        return gammainc(1 + k / self.tau, (x / self.theta) ** self.tau)

    def _rest(self, x, k):
        from scipy.special import gammaincc

        return gammaincc(1 + k / self.tau, (x / self.theta) ** self.tau)

    def _quantile(self, p):
        with np.errstate(divide="ignore"):  # of p = 1: infinite
            return self.theta * (-np.log1p(-p)) ** (1 / self.tau)

    def scaled(self, factor):
        return Weibull(self.tau, self.theta * positive(factor, "factor"))


@dataclass(frozen=True)
class Lognormal(_ByMoments):
    """Lognormal law: the logarithm is normal with mean mu and standard deviation sigma."""

    mu: float
    sigma: float

    def __post_init__(self):
        positive(self.sigma, "sigma")
        if not np.isfinite(number(self.mu, "mu")):
            raise BadValue(f"mu = {self.mu}: expected a finite number, the mean of the logarithms.")

    @classmethod
    def of_mean(cls, mean, *, sd):
        """The lognormal law with this mean and standard deviation."""
        variance = np.log1p((positive(sd, "sd") / positive(mean, "mean")) ** 2)
        return cls(float(np.log(mean) - variance / 2), float(np.sqrt(variance)))

    def _moment(self, k):
        return np.exp(k * self.mu + (k * self.sigma) ** 2 / 2)

    def _distance(self, x, k):
        with np.errstate(divide="ignore"):  # of x = 0: minus infinity
            return (np.log(x) - self.mu) / self.sigma - k * self.sigma

    def _share(self, x, k):
        from scipy.special import ndtr

        return ndtr(self._distance(x, k))

    def _rest(self, x, k):
        from scipy.special import ndtr

        return ndtr(-self._distance(x, k))

    def _quantile(self, p):
        from scipy.special import ndtri

        return np.exp(self.mu + self.sigma * ndtri(p))

    def scaled(self, factor):
        return Lognormal(self.mu + float(np.log(positive(factor, "factor"))), self.sigma)


@dataclass(frozen=True)
class Beta(_ByMoments):
    """Beta law on 0 to `theta`: parameters a and b; of a share with theta 1."""

    a: float
    b: float
    theta: float = 1.0

    def __post_init__(self):
        positive(self.a, "a"), positive(self.b, "b"), positive(self.theta, "theta")

    def _moment(self, k):
        steps = np.arange(k)
        return self.theta**k * np.prod((self.a + steps) / (self.a + self.b + steps))

    def _share(self, x, k):
        from scipy.special import betainc

        return betainc(self.a + k, self.b, np.minimum(x / self.theta, 1.0))

    def _rest(self, x, k):
        from scipy.special import betaincc

        return betaincc(self.a + k, self.b, np.minimum(x / self.theta, 1.0))

    def _quantile(self, p):
        from scipy.special import betaincinv

        return self.theta * betaincinv(self.a, self.b, p)

    def scaled(self, factor):
        return Beta(self.a, self.b, self.theta * positive(factor, "factor"))


@dataclass(frozen=True)
class Exponential(_ByMoments):
    """Exponential law: theta is its mean."""

    theta: float

    def __post_init__(self):
        positive(self.theta, "theta")

    def _moment(self, k):
        return self.theta**k * (1, 1, 2)[k]

    def _share(self, x, k):
        from scipy.special import gammainc

        return gammainc(1 + k, x / self.theta)

    def _rest(self, x, k):
        from scipy.special import gammaincc

        return gammaincc(1 + k, x / self.theta)

    def _quantile(self, p):
        with np.errstate(divide="ignore"):  # of p = 1: infinite
            return -self.theta * np.log1p(-p)

    def scaled(self, factor):
        return Exponential(self.theta * positive(factor, "factor"))


@dataclass(frozen=True)
class Uniform(Law):
    """Every amount from `low` to `high` alike."""

    low: float
    high: float

    def __post_init__(self):
        if not 0 <= number(self.low, "low") < number(self.high, "high") < np.inf:
            raise BadValue(f"A uniform law from {self.low} to {self.high}: expected 0 <= low < high.")

    def _survival(self, x):
        return np.clip((self.high - x) / (self.high - self.low), 0.0, 1.0)

    def _quantile(self, p):
        return self.low + p * (self.high - self.low)

    def _limited(self, limit, power):
        least, most = np.minimum(limit, self.low), np.clip(limit, self.low, self.high)
        within = (most ** (power + 1) - self.low ** (power + 1)) / (power + 1) + most**power * (self.high - most)
        return np.where(limit < self.low, least**power, within / (self.high - self.low))

    def _stop_loss(self, retention):
        within = (self.high - np.clip(retention, self.low, self.high)) ** 2 / (2 * (self.high - self.low))
        return within + np.maximum(self.low - retention, 0.0)

    def scaled(self, factor):
        factor = positive(factor, "factor")
        return Uniform(self.low * factor, self.high * factor)
