"""What a fit tells: the law, its parameters with standard errors, and how well it agrees with the data.

`Fit` is of severities (made in fitting.py), `CountFit` of numbers of claims (made in frequency.py).
"""

import math
from dataclasses import dataclass

from .count_laws import Frequency
from .laws import Law


class _Fitted:
    """Criteria by which fits of several laws to the same data are compared: the least is the best."""

    @property
    def free(self):
        """The number of parameters that were fitted."""
        return len(self.standard_errors)

    @property
    def aic(self):
        """Akaike's criterion, 2 parameters - 2 log-likelihood."""
        return 2 * self.free - 2 * self.log_likelihood

    @property
    def bic(self):
        """Schwarz' criterion, parameters x log(observations) - 2 log-likelihood: harder on parameters than `aic`."""
        return self.free * math.log(self.observations) - 2 * self.log_likelihood


@dataclass(frozen=True)
class Fit(_Fitted):
    """A fitted severity `law`; `values` and `standard_errors` by parameter, `log_likelihood`, how many `observations` (losses).

    `reasons`: why a figure is infinite or not to be trusted (empty: neither).
    """

    law: Law
    values: dict
    standard_errors: dict
    log_likelihood: float
    observations: int
    reasons: tuple


@dataclass(frozen=True, kw_only=True)
class CountFit(_Fitted):
    """A fitted law of counts. `law` goes into `compound`; `values` are its parameters, each also an attribute: fit.r, fit.beta.

    `name` of the law that was asked for, `standard_errors` of the parameters that were fitted (NaN where they have none),
    `log_likelihood` at the maximum, how many `observations` (counts). `note`: where the fit ended at the edge of what the law can
    be: a negative binomial or binomial that ended at the Poisson law has that as its `law`, and r or trials infinite.

    `mean`, `variance` and `sd` are of one count; `pmf`, `cdf` and `quantile` are those of the law.
    """

    name: str
    law: Frequency
    values: dict
    standard_errors: dict
    log_likelihood: float
    observations: float
    note: str = ""

    def __getattr__(self, name):
        values = self.__dict__.get("values", {})
        if name not in values:
            raise AttributeError(f"a fit of a law of counts has no {name!r}; its parameters: {', '.join(values)}")
        return values[name]

    @property
    def mean(self):
        """Mean of one count; of a fit with exposures, of one unit of exposure."""
        return self.law.mean

    @property
    def variance(self):
        """Variance of one count."""
        return self.law.variance

    @property
    def sd(self):
        """Standard deviation of one count."""
        return self.law.sd

    def pmf(self, count):
        """The probability of exactly `count` claims; arrays too."""
        return self.law.pmf(count)

    def cdf(self, count):
        """The probability of at most `count` claims; arrays too."""
        return self.law.cdf(count)

    def quantile(self, p):
        """The least number of claims that is not exceeded with probability p; arrays too."""
        return self.law.quantile(p)
