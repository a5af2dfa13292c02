"""The laws of a number of claims: Poisson, negative binomial, geometric and binomial, with the facts of their fit.

Names and parameters are those of Klugman, Panjer, Willmot, Loss Models, appendix B: a negative binomial has mean r beta and
variance r beta (1 + beta); a geometric is one with r = 1; a binomial has `trials` (their m) and chance q.
"""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class CountLaw:
    """A fitted law of the number of claims in a period.

    `mean` and `variance` of one count, `loglik` of the data at the maximum, how many counts were seen (`observations`), the
    standard error of each parameter by name, and a `note` where the fit ended at the edge of what the law can be.
    """

    mean: float
    variance: float
    loglik: float
    observations: float
    standard_errors: dict = field(default_factory=dict)
    note: str = ""
    name = ""
    parameters = ()

    @property
    def aic(self):
        """Akaike's criterion, 2 p - 2 loglik: smaller is better."""
        return 2 * len(self.parameters) - 2 * self.loglik

    @property
    def bic(self):
        """Schwarz' criterion, p ln(n) - 2 loglik: smaller is better, and harder on parameters than `aic`."""
        return len(self.parameters) * math.log(self.observations) - 2 * self.loglik

    def pmf(self, count):
        """The probability of exactly `count` claims; arrays too."""
        return self._scipy().pmf(count)

    def cdf(self, count):
        """The probability of at most `count` claims; arrays too."""
        return self._scipy().cdf(count)

    def quantile(self, probability):
        """The smallest count that is not exceeded with this probability; arrays too."""
        return self._scipy().ppf(probability)

    def _scipy(self):
        from scipy import stats

        return stats.poisson(self.mean)


@dataclass(frozen=True, kw_only=True)
class Poisson(CountLaw):
    """Claims that come singly at one rate; with exposures, `mean` is the mean of one unit of exposure."""

    name = "poisson"
    parameters = ("mean",)


@dataclass(frozen=True, kw_only=True)
class NegativeBinomial(CountLaw):
    """Claims whose rate differs from one policy or week to the next. r infinite and beta 0: the Poisson law."""

    r: float
    beta: float
    name = "negative binomial"
    parameters = ("r", "beta")

    def _scipy(self):
        from scipy import stats

        return stats.poisson(self.mean) if math.isinf(self.r) else stats.nbinom(self.r, 1 / (1 + self.beta))


@dataclass(frozen=True, kw_only=True)
class Geometric(CountLaw):
    """The negative binomial with r = 1."""

    beta: float
    name = "geometric"
    parameters = ("beta",)

    def _scipy(self):
        from scipy import stats

        return stats.nbinom(1, 1 / (1 + self.beta))


@dataclass(frozen=True, kw_only=True)
class Binomial(CountLaw):
    """Claims among a known number of `trials`, each with chance q. Infinite trials and q 0: the Poisson law."""

    trials: float
    q: float
    searched: bool = False
    name = "binomial"

    @property
    def parameters(self):
        return ("trials", "q") if self.searched else ("q",)

    def _scipy(self):
        from scipy import stats

        return stats.poisson(self.mean) if math.isinf(self.trials) else stats.binom(int(self.trials), self.q)
