"""Laws of counts made of others or of bare probabilities: any law, zero-modified ones, mixtures, posterior draws of a rate."""

from dataclasses import dataclass

import numpy as np

from orderkit.errors import BadValue, NothingToShow

from .checks import checked_probabilities, checked_share, checked_values, listed, numbers_from_zero
from .count_laws import Frequency, checked_frequency


@dataclass(frozen=True, eq=False)
class CountLaw(Frequency):
    """Any law of counts: `probabilities` of 0, 1, 2 ... losses, or posterior draws of them.

    >>> CountLaw([0.5, 0.3, 0.2]).quantile(0.8)
    1.0
    """

    probabilities: np.ndarray

    def __post_init__(self):
        object.__setattr__(self, "probabilities", checked_probabilities(self.probabilities))

    @property
    def mean(self):
        return float(self.probabilities @ np.arange(self.probabilities.size))

    @property
    def variance(self):
        return float(self.probabilities @ (np.arange(self.probabilities.size) - self.mean) ** 2)

    @property
    def largest(self):
        return float(np.flatnonzero(self.probabilities)[-1])

    def generating(self, z):
        return np.polynomial.polynomial.polyval(z, self.probabilities)

    def _thinned(self, chance):
        from scipy.stats import binom

        found, numbers = np.zeros(self.probabilities.size), np.arange(self.probabilities.size)
        for number in np.flatnonzero(self.probabilities):
            found += self.probabilities[number] * binom.pmf(numbers, number, chance)
        return CountLaw(found)

    def _pmf(self, k):
        inside = k < self.probabilities.size
        return np.where(inside, self.probabilities[np.where(inside, k, 0).astype(int)], 0.0)

    def _cdf(self, k):
        return np.cumsum(self.probabilities)[np.minimum(k, self.probabilities.size - 1).astype(int)]


@dataclass(frozen=True)
class ZeroModified(Frequency):
    """A law whose probability of no loss is `chance` instead of its own, the rest in proportion; 0 is zero-truncated.

    Loss Models section 6.6, the (a, b, 1) class.
    """

    frequency: Frequency
    chance: float

    def __post_init__(self):
        checked_share(self.chance, "chance")
        if checked_frequency(self.frequency).none >= 1:
            raise BadValue("A law that never has a loss cannot be zero-modified: there are no losses to share the rest.")

    @property
    def _factor(self):
        return (1 - self.chance) / (1 - self.frequency.none)

    @property
    def mean(self):
        return self._factor * self.frequency.mean

    @property
    def variance(self):
        square = self.frequency.variance + self.frequency.mean**2
        return self._factor * square - self.mean**2

    @property
    def panjer(self):
        return self.frequency.panjer

    @property
    def largest(self):
        return self.frequency.largest if self.chance < 1 else 0.0

    def generating(self, z):
        return self.chance + self._factor * (self.frequency.generating(z) - self.frequency.none)

    def _thinned(self, chance):
        if not chance:
            return CountLaw([1.0])
        return ZeroModified(self.frequency.thinned(chance), float(self.generating(1 - chance)))

    def _pmf(self, k):
        return np.where(k == 0, self.chance, self._factor * self.frequency.pmf(k))

    def _cdf(self, k):
        return self.chance + self._factor * (self.frequency.cdf(k) - self.frequency.none)


def zero_inflated(frequency, *, extra):
    """A law that is no loss at all with probability `extra`, and `frequency` else. A ZeroModified.

    >>> from orderkit.statistics.losses import Poisson
    >>> round(zero_inflated(Poisson(2), extra=0.25).mean, 9)
    1.5
    """
    return ZeroModified(frequency, checked_share(extra, "extra") + (1 - extra) * checked_frequency(frequency).none)


@dataclass(frozen=True, eq=False)
class MixedFrequency(Frequency):
    """One of several laws, each by its weight: such as Poisson laws with posterior draws of the rate."""

    frequencies: tuple
    weights: np.ndarray = None

    def __post_init__(self):
        frequencies = listed(self.frequencies, "Laws of counts")
        if not frequencies or not all(isinstance(law, Frequency) for law in frequencies):
            raise BadValue("A mixture needs at least one law of counts, such as [Poisson(2), Geometric(3)].")
        _, weights = checked_values(np.zeros(len(frequencies)), self.weights)
        object.__setattr__(self, "frequencies", frequencies)
        object.__setattr__(self, "weights", weights / weights.sum())

    def _mixed(self, function):
        return sum(weight * function(law) for law, weight in zip(self.frequencies, self.weights, strict=True))

    @property
    def mean(self):
        return float(self._mixed(lambda law: law.mean))

    @property
    def variance(self):
        return float(self._mixed(lambda law: law.variance + (law.mean - self.mean) ** 2))

    @property
    def largest(self):
        return max(law.largest for law, weight in zip(self.frequencies, self.weights, strict=True) if weight > 0)

    def generating(self, z):
        return self._mixed(lambda law: law.generating(z))

    def _thinned(self, chance):
        return MixedFrequency([law.thinned(chance) for law in self.frequencies], self.weights)

    def _pmf(self, k):
        return self._mixed(lambda law: law.pmf(k))

    def _cdf(self, k):
        return self._mixed(lambda law: law.cdf(k))


def poisson_over_draws(means):
    """Poisson losses whose mean is one of these (posterior draws of rate x exposure), each alike. A CountLaw.

    The numbers of losses go up to where less than a trillionth is left of the law with the largest mean.
    """
    from scipy.special import gammaln, pdtrik, xlogy

    means = np.atleast_1d(numbers_from_zero(means, "Draws of the mean number of losses"))
    if means.ndim != 1:
        raise BadValue("Draws of the mean number of losses must be one list: add up the classes of each draw first.")
    if not means.size:
        raise NothingToShow("There is no draw of the mean number of losses.")
    largest = means.max()
    last = int(np.ceil(pdtrik(1 - 1e-12, largest))) + 1 if largest > 0 else 0
    return CountLaw([np.exp(xlogy(k, means) - means - gammaln(k + 1.0)).mean() for k in range(last + 1)])
