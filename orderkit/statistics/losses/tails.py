"""The tail of a book of losses: generalised Pareto above a threshold, whole laws fitted by maximum likelihood, mean excesses.

Book-level only: a tail fitted to a handful of losses says more about the law chosen than about the losses. Fewer than 100 losses
raise TooFewEvents; a study may ask for fewer with `at_least`, and the number then stands in the fit's `reasons`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, TooFewEvents

from .checks import answer, not_negative, numbers, numbers_from_zero
from .fits import Fit
from .fitting import fit_exponential, fit_gamma, fit_lognormal, fit_pareto, fit_weibull
from .likelihood import LOSSES, checked_losses, excess_likelihood, few, most_likely_excess
from .pareto_laws import GeneralisedPareto

__all__ = [
    "Fit", "TailFit", "fit_exponential", "fit_gamma", "fit_generalised_pareto", "fit_lognormal", "fit_pareto", "fit_weibull",
    "mean_excess_table",
]  # fmt: skip

EXCESSES = 5  # with fewer there is nothing to fit two numbers to
THIN = 30  # with fewer the fit is given, and said to be thin


@dataclass(frozen=True)
class TailFit:
    """A generalised Pareto law above a threshold: tail index `xi` and scale `beta`, their standard errors, and counts.

    `covariance` [2, 2] of (xi, beta) from the observed information. `n` losses, of which `excesses` lie above the threshold.
    `reasons`: why a figure is infinite or not to be trusted (empty: neither). All amounts in the currency of the losses.
    """

    xi: float
    beta: float
    se_xi: float
    se_beta: float
    covariance: np.ndarray
    log_likelihood: float
    threshold: float
    excesses: int
    n: int
    reasons: tuple

    @property
    def law(self):
        """The law of a loss that exceeds the threshold. A GeneralisedPareto: mean (`inf` for xi of 1 or more), quantiles ..."""
        return GeneralisedPareto(self.xi, self.beta, self.threshold)

    @property
    def tail_share(self):
        """The share of losses above the threshold."""
        return self.excesses / self.n

    @property
    def mean_excess(self):
        """The mean of what losses exceed the threshold by, under the law; `inf` for a xi of 1 or more."""
        return self.law.mean - self.threshold

    def tail_probability(self, x):
        """P(loss > x) for x from the threshold on: share above the threshold x (1 + xi (x - u) / beta)^(-1 / xi)."""
        if (numbers(x, "Amounts") < self.threshold).any():
            raise BadValue(f"The fit speaks of losses above {self.threshold:g} only: for less, count the losses themselves.")
        return answer(self.tail_share * np.asarray(self.law.survival(x)))

    def var(self, p):
        """Value at risk: the loss that is exceeded with probability 1 - p. McNeil (1997)."""
        return self.law.quantile(self._within(p))

    def tvar(self, p):
        """Average of the worst share 1 - p of losses: VaR / (1 - xi) + (beta - xi u) / (1 - xi); `inf` for a xi of 1 or more."""
        var = np.asarray(self.var(p))
        if self.xi >= 1:
            return answer(np.full(var.shape, np.inf))
        return answer((var + self.beta - self.xi * self.threshold) / (1 - self.xi))

    def return_level(self, losses):
        """The loss that is exceeded once in so many losses on average."""
        losses = numbers(losses, "Losses")
        if not (losses > 0).all():
            raise BadValue("A return level is that of once in so many losses: give a number above 0, such as 1,000.")
        return self.var(1 - 1 / losses)

    def _within(self, p):
        p = numbers(p, "Probabilities")
        least = 1 - self.tail_share
        if not ((p >= least - 1e-12) & (p < 1)).all():
            raise BadValue(
                f"The fit speaks of probabilities from {least:.4g} to below 1: {self.tail_share:.2%} of losses are above."
            )
        return np.clip(1 - (1 - p) / self.tail_share, 0.0, 1.0)


def fit_generalised_pareto(losses, *, threshold, at_least=LOSSES):
    """The generalised Pareto law of what losses exceed `threshold` by, by maximum likelihood. A TailFit.

    Standard errors need a xi above -0.5 (Smith 1985), else they are NaN.

    Raises
    ------
    TooFewEvents
        Fewer than `at_least` losses, or fewer than 5 above the threshold.
    BadValue
        A loss unknown or negative; excesses with no maximum of the likelihood (their law ends at the largest).

    References
    ----------
    McNeil (1997), Estimating the tails of loss severity distributions using extreme value theory, ASTIN Bulletin 27:117-137;
    Grimshaw (1993), Computing maximum likelihood estimates for the generalized Pareto distribution, Technometrics 35:185-191;
    Smith (1985), Maximum likelihood estimation in a class of nonregular cases, Biometrika 72:67-90.
    """
    losses = checked_losses(losses, at_least)
    threshold = not_negative(threshold, "threshold")
    above = losses[losses > threshold] - threshold
    if above.size < EXCESSES:
        raise TooFewEvents(
            f"{above.size} of {losses.size:,} losses exceed {threshold:g}: a tail needs {EXCESSES} or more of them."
        )
    xi, beta = most_likely_excess(above)
    likelihood, information = excess_likelihood(above, xi, beta)
    covariance = np.linalg.inv(information) if xi > -0.5 else np.full((2, 2), np.nan)
    se = np.sqrt(np.diag(covariance))
    reasons = _reasons(xi, above.size, losses.size)
    return TailFit(
        xi, beta, float(se[0]), float(se[1]), covariance, likelihood, float(threshold), int(above.size), int(losses.size), reasons
    )


def mean_excess_table(losses, *, thresholds=None, at_least=LOSSES):
    """What losses exceed a threshold by, on average: a line that rises with the threshold tells of a tail of Pareto's kind.

    Without `thresholds`, each distinct loss but the three largest. A frame: threshold, excesses (losses above it), mean_excess
    and se (of the mean; NaN of fewer than two). Raises TooFewEvents for fewer than `at_least` losses.

    References
    ----------
    McNeil (1997); Embrechts, Klueppelberg, Mikosch (1997), Modelling Extremal Events, section 6.2.2.
    """
    losses = np.sort(checked_losses(losses, at_least))
    thresholds = np.unique(losses)[:-3] if thresholds is None else _thresholds(thresholds)
    places = np.searchsorted(losses, thresholds, side="right")
    count = losses.size - places
    centred = losses - losses.mean()  # smaller numbers, so that squares keep their digits
    first, second = (np.append(np.cumsum(part[::-1])[::-1], 0.0)[places] for part in (centred, centred**2))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = first / count
        variance = np.where(count > 1, (second - count * mean**2) / (count - 1), np.nan)
        se = np.sqrt(np.maximum(variance, 0.0) / count)
    excess = mean + losses.mean() - thresholds
    return pd.DataFrame({"threshold": thresholds, "excesses": count, "mean_excess": excess, "se": se})


def _thresholds(thresholds):
    thresholds = np.atleast_1d(numbers_from_zero(thresholds, "Thresholds"))
    if thresholds.ndim != 1:
        raise BadValue("Thresholds must be one list of amounts.")
    return thresholds


def _reasons(xi, above, losses):
    found = list(few(losses))
    if above < THIN:
        found.append(f"Only {above} losses exceed the threshold, fewer than {THIN}: a thin tail to tell two numbers from.")
    if xi >= 1:
        found.append(f"The tail index is {xi:.2f}, 1 or more: the mean loss is infinite under this law, and so is TVaR.")
    elif xi >= 0.5:
        found.append(f"The tail index is {xi:.2f}, 0.5 or more: the variance of a loss is infinite under this law.")
    if xi <= -0.5:
        found.append(f"The tail index is {xi:.2f}, -0.5 or less: maximum likelihood has no standard error there.")
    return tuple(found)
