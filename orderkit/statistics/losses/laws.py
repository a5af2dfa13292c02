"""What a severity law can be asked, and how laws are made of others: seen losses with weights, mixtures.

The closed forms by name (exponential, lognormal, Pareto ...) are in named_laws.py and pareto_laws.py. Amounts are in one
currency, none is negative. What has no finite answer is infinite: the mean of a Pareto law with alpha of 1 or less is `inf`.
"""

from dataclasses import dataclass, field

import numpy as np

from orderkit.errors import BadValue

from .checks import answer, checked_shares, checked_values, listed, number, numbers, positive

NEAR = 1e-12  # a probability this little below the one asked for is that one: sums such as 0.1 + 0.2 do not come out even
HALVINGS = 200


class Law:
    """What one loss costs, as a probability law. Methods take a number or an array and give the same shape.

    References
    ----------
    Klugman, Panjer, Willmot, Loss Models, chapters 3 and 8 and appendix A, whose names of parameters are used.
    """

    def cdf(self, x):
        """P(X <= x)."""
        return answer(1 - self._survival(_known(x)))

    def survival(self, x):
        """P(X > x)."""
        return answer(self._survival(_known(x)))

    def quantile(self, p):
        """The least amount that is not exceeded with probability p, from 0 to 1: the value at risk."""
        return answer(self._quantile(checked_shares(p, "Probabilities")))

    def limited(self, limit, *, power=1):
        """Limited expected value E[min(X, limit)^power], power 1 or 2; of an infinite limit the moment itself, maybe `inf`."""
        if power not in (1, 2):
            raise BadValue(f"A limited moment of power {power}: only 1 (mean) and 2 (mean square) are given.")
        return answer(self._limited(_amounts(limit, "limit"), power))

    def stop_loss(self, retention):
        """E[max(X - retention, 0)]: what a cover of all above the retention costs on average, per loss."""
        return answer(self._stop_loss(_amounts(retention, "retention")))

    def mean_excess(self, threshold):
        """E[X - threshold | X > threshold], also mean residual life; NaN where no loss is above the threshold."""
        above, threshold = self._survival(_known(threshold)), _amounts(threshold, "threshold")
        excess = self._stop_loss(threshold)
        return answer(np.divide(excess, above, out=np.full(np.shape(excess), np.nan), where=above > 0))

    def tvar(self, p):
        """The average of the worst share 1 - p of losses, mass at the quantile counted in part; also expected shortfall.

        Acerbi, Tasche (2002), On the coherence of expected shortfall, Journal of Banking and Finance 26:1487-1503.
        """
        p = checked_shares(p, "Probabilities")
        if (p >= 1).any():
            raise BadValue("TVaR at a probability of 1 is the average of nothing: give one below 1, such as 0.99.")
        at = self._quantile(p)
        return answer(at + self._stop_loss(at) / (1 - p))

    def conditional_tail_expectation(self, p):
        """E[X | X > VaR at p]: as `tvar` where the law has no jump there, above it where it has; NaN where nothing is above.

        It is the CTE of actuar, which counts no part of the probability that lies at the VaR itself.
        """
        at = self._quantile(checked_shares(p, "Probabilities"))
        return answer(at + np.asarray(self.mean_excess(at)))

    @property
    def mean(self):
        """E[X]; `inf` where it is infinite."""
        return self.limited(np.inf)

    @property
    def variance(self):
        """Var[X]; `inf` where it is infinite."""
        square = self.limited(np.inf, power=2)
        return max(square - self.mean**2, 0.0) if np.isfinite(square) else np.inf

    @property
    def sd(self):
        """Standard deviation of X; `inf` where it is infinite."""
        return float(np.sqrt(self.variance))

    def scaled(self, factor):
        """The law of `factor` x X, such as of prices in another currency."""
        raise NotImplementedError

    def inflated(self, inflation):
        """The law after a rise of all losses by this share: 0.05 is 5 %."""
        inflation = number(inflation, "inflation")
        if not -1 < inflation < np.inf:
            raise BadValue(f"Inflation of {inflation:g}: expected a share above -1, such as 0.05 for 5 %.")
        return self.scaled(1 + inflation)

    def draw(self, size, *, rng):
        """Random losses, by inversion."""
        return self._quantile(rng.random(size))

    def _stop_loss(self, retention):
        mean = self._limited(np.array(np.inf), 1)
        return np.maximum(mean - self._limited(retention, 1), 0.0)


@dataclass(frozen=True, eq=False)
class Empirical(Law):
    """The losses that were seen, or amounts at stake, each by its weight (probability, count; equal without).

    The same amount may come more than once; weights need not add up to 1.

    >>> Empirical([100, 500, 1000], [0.8, 0.16, 0.04]).mean
    200.0
    """

    values: np.ndarray
    weights: np.ndarray = None
    _rest: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        values, weights = checked_values(self.values, self.weights)
        amounts, place = np.unique(values, return_inverse=True)
        shares = np.bincount(place, weights=weights, minlength=amounts.size) / weights.sum()
        for name, array in (("values", amounts), ("weights", shares), ("_rest", _above(shares))):
            object.__setattr__(self, name, array)

    def _survival(self, x):
        places = np.searchsorted(self.values, x, side="right") - 1  # -1: below all values
        return np.where(places < 0, 1.0, self._rest[np.maximum(places, 0)])

    def _quantile(self, p):
        held = 1 - self._rest
        return self.values[np.minimum(np.searchsorted(held, p - NEAR, side="left"), self.values.size - 1)]

    def _limited(self, limit, power):
        parts = self.weights * self.values**power
        below = np.concatenate([[0.0], np.cumsum(parts)])
        places = np.searchsorted(self.values, limit, side="right")
        return below[places] + _times(limit**power, self._survival(limit))

    def _stop_loss(self, retention):
        parts = np.append(_above(self.weights * self.values, own=True), 0.0)
        places = np.searchsorted(self.values, retention, side="right")
        return np.maximum(parts[places] - _times(retention, self._survival(retention)), 0.0)

    def scaled(self, factor):
        return Empirical(self.values * positive(factor, "factor"), self.weights)


@dataclass(frozen=True, eq=False)
class Mixture(Law):
    """A loss of one of several laws, each with its weight: such as carriers, or small and large parcels.

    >>> Mixture([Empirical([10]), Empirical([20])], [3, 1]).mean
    12.5
    """

    laws: tuple
    weights: np.ndarray = None

    def __post_init__(self):
        laws = listed(self.laws, "Laws")
        if not laws or not all(isinstance(law, Law) for law in laws):
            raise BadValue("A mixture needs at least one severity law, such as [Exponential(100), Lognormal(4, 1)].")
        _, weights = checked_values(np.zeros(len(laws)), self.weights)
        object.__setattr__(self, "laws", laws)
        object.__setattr__(self, "weights", weights / weights.sum())

    def _survival(self, x):
        return self._mixed(lambda law: law._survival(x))

    def _limited(self, limit, power):
        return self._mixed(lambda law: law._limited(limit, power))

    def _stop_loss(self, retention):
        return self._mixed(lambda law: law._stop_loss(retention))

    def _mixed(self, function):
        return sum(weight * function(law) for law, weight in zip(self.laws, self.weights, strict=True) if weight > 0)

    def _quantile(self, p):
        used = [law._quantile(p) for law, weight in zip(self.laws, self.weights, strict=True) if weight > 0]
        low, high = np.min(used, axis=0), np.max(used, axis=0)
        for _ in range(HALVINGS):
            middle = np.where(np.isinf(high), high, (low + high) / 2)
            enough = 1 - self._survival(middle) >= p - NEAR
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return high

    def scaled(self, factor):
        return Mixture([law.scaled(factor) for law in self.laws], self.weights)


def _above(parts, *, own=False):
    """The sum of what comes after each entry (with `own`, from it on), added from the small end."""
    sums = np.cumsum(parts[::-1])[::-1]
    return sums if own else np.append(sums[1:], 0.0)


def _times(amount, chance):
    """amount x chance, where no chance of an infinite amount is 0."""
    return np.where(chance > 0, np.where(chance > 0, amount, 0.0) * chance, 0.0)


def _known(x):
    x = numbers(x, "Amounts")
    if np.isnan(x).any():
        raise BadValue("An amount is not known (NaN): leave it out.")
    return x


def _amounts(x, name):
    x = _known(x)
    if (x < 0).any():
        raise BadValue(f"A {name} below 0: expected an amount of 0 or more.")
    return x
