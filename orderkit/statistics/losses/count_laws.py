"""How many losses there are in a period: laws of counts by their standard names (Loss Models, appendix B).

Each gives mean, variance, its probabilities and its probability generating function P(z) = E[z^N], from which compound.py makes
totals. The (a, b, 0) laws also give a and b of Panjer's recursion: p[k] = (a + b / k) p[k - 1]. Mixed and zero-modified ones are
in mixed_counts.py; frequency.py fits them.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from orderkit.errors import BadValue

from .checks import answer, checked_share, checked_shares, not_negative, number, numbers, positive

NEAR = 1e-12  # a probability this little below the one asked for is that one, as in laws.py


class Frequency:
    """A law of the number of losses. Methods take a number or an array and give the same shape.

    `panjer` is (a, b), or None where the law has no such recursion; `largest`: the highest number there can be.
    """

    panjer = None
    largest = np.inf

    @property
    def sd(self):
        """Standard deviation of the number of losses."""
        return float(np.sqrt(self.variance))

    @property
    def none(self):
        """The probability of no loss."""
        return float(self.generating(0.0))

    def thinned(self, chance):
        """The law of how many losses are left if each counts with this chance, by itself: such as those above a deductible.

        Of the same kind as this law. Loss Models section 8.6, the impact of deductibles on claim frequency.

        >>> NegativeBinomial(2, 3).thinned(0.512)
        NegativeBinomial(r=2, beta=1.536)
        """
        return self._thinned(checked_share(chance, "chance"))

    def pmf(self, k):
        """P(N = k); 0 for what is no whole number from 0 on."""
        k = numbers(k, "Numbers of losses")
        whole = (k >= 0) & (k == np.floor(k)) & np.isfinite(k)
        return answer(np.where(whole, self._pmf(np.where(whole, k, 0.0)), 0.0))

    def cdf(self, k):
        """P(N <= k)."""
        k = numbers(k, "Numbers of losses")
        inside = (k >= 0) & (k < self.largest)
        held = np.minimum(self._cdf(np.where(inside & np.isfinite(k), np.floor(k), 0.0)), 1.0)
        return answer(np.where(np.isnan(k), np.nan, np.where(inside & np.isfinite(k), held, k >= 0)))

    def quantile(self, p):
        """The least number that is not exceeded with probability p, from 0 to 1; `inf` for a p of 1 of a law without end."""
        p = checked_shares(p, "Probabilities")
        wanted = np.where(p < 1, p - NEAR, 0.0)
        low, high = np.full(p.shape, -1.0), np.full(p.shape, np.ceil(self.mean + 10 * self.sd) + 1)
        while (short := np.asarray(self.cdf(high)) < wanted).any():
            high = np.where(short, 2 * high, high)
        while (high - low > 1).any():
            middle = np.floor((low + high) / 2)
            enough = np.asarray(self.cdf(middle)) >= wanted
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return answer(np.where(p < 1, high, self.largest))


def checked_frequency(frequency):
    """`frequency` itself; raises BadValue where it is no law of counts."""
    if not isinstance(frequency, Frequency):
        raise BadValue(
            f"A frequency of type {type(frequency).__name__}: expected a law of counts such as Poisson(50), or the .law of a fit."
        )
    return frequency


class _Known(Frequency):
    """A law whose probabilities are those of `_law`, one of scipy's."""

    def _pmf(self, k):
        return self._law.pmf(k)

    def _cdf(self, k):
        return self._law.cdf(k)


@dataclass(frozen=True)
class Poisson(_Known):
    """Poisson law; `mean` is the number of losses expected, the sum of rates x exposure."""

    mean: float

    def __post_init__(self):
        not_negative(self.mean, "mean")

    @property
    def variance(self):
        return self.mean

    @property
    def panjer(self):
        return 0.0, self.mean

    def _thinned(self, chance):
        return Poisson(self.mean * chance)

    def generating(self, z):
        return np.exp(self.mean * (z - 1))

    @property
    def _law(self):
        from scipy.stats import poisson

        return poisson(self.mean)


@dataclass(frozen=True)
class Binomial(_Known):
    """Binomial law: so many `trials` (m of Loss Models; parcels), each lost with the same probability q, by itself."""

    trials: int
    q: float

    def __post_init__(self):
        trials = number(self.trials, "trials")
        if not (trials >= 0 and trials.is_integer()):
            raise BadValue(f"trials = {trials:g}: expected a whole number from 0 on.")
        checked_share(self.q, "q")

    @property
    def mean(self):
        return self.trials * self.q

    @property
    def variance(self):
        return self.mean * (1 - self.q)

    @property
    def panjer(self):
        if self.q == 1:
            return None
        odds = self.q / (1 - self.q)
        return -odds, (self.trials + 1) * odds

    def _thinned(self, chance):
        return Binomial(self.trials, self.q * chance)

    @property
    def largest(self):
        return float(self.trials if self.q else 0)

    def generating(self, z):
        return (1 + self.q * (z - 1)) ** self.trials

    @property
    def _law(self):
        from scipy.stats import binom

        return binom(self.trials, self.q)


@dataclass(frozen=True)
class NegativeBinomial(_Known):
    """Negative binomial law with the parameters of Loss Models: mean r x beta, variance r x beta x (1 + beta)."""

    r: float
    beta: float

    def __post_init__(self):
        positive(self.r, "r"), not_negative(self.beta, "beta")

    @property
    def mean(self):
        return self.r * self.beta

    @property
    def variance(self):
        return self.mean * (1 + self.beta)

    @property
    def panjer(self):
        odds = self.beta / (1 + self.beta)
        return odds, (self.r - 1) * odds

    def _thinned(self, chance):
        return replace(self, beta=self.beta * chance)

    def generating(self, z):
        return np.exp(-self.r * np.log1p(self.beta * (1 - z)))

    @property
    def _law(self):
        from scipy.stats import nbinom

        return nbinom(self.r, 1 / (1 + self.beta))


@dataclass(frozen=True)
class Geometric(NegativeBinomial):
    """The geometric law with mean beta, from 0 losses on: the negative binomial law with r of 1."""

    r: float = field(init=False, repr=False, default=1.0)


def gamma_mixed_poisson(mean, *, cv):
    """Poisson losses whose rate is itself not known: gamma with coefficient of variation `cv`. Poisson for a cv of 0.

    A cv of 0.15 says that the rate is known to about 15 %. It is the NegativeBinomial with r = 1 / cv^2.

    >>> round(gamma_mixed_poisson(50, cv=0.2).variance, 9)  # 50 + (0.2 x 50)^2
    150.0
    """
    cv, mean = not_negative(cv, "cv"), not_negative(mean, "mean")
    return NegativeBinomial(1 / cv**2, mean * cv**2) if cv and mean else Poisson(mean)
