"""What one loss costs, and what an insurer pays of it: deductible, limit, share of claims paid, inflation.

The severity laws are in laws.py, named_laws.py and pareto_laws.py, and can all be had from here. Order of the terms, as in Loss
Models section 8.5: the deductible is taken off first, then the limit caps what is left, then the paid share is taken of that.

Two conventions of a limit are in use, so that there are two arguments. `limit` is the largest payment before the paid share
(u - d in Loss Models): a deductible of 100 and a limit of 500 pay for losses up to 600. `maximum_covered_loss` is the loss from
which on no more is paid (u in Loss Models): a deductible of 100 and a maximum covered loss of 500 pay at most 400.
"""

from dataclasses import dataclass

import numpy as np

from orderkit.errors import BadValue

from ..priors import beta_by_moments
from .checks import answer, broadcast, checked_share, checked_values, not_negative, number, numbers, positive
from .grids import as_law
from .laws import Empirical, Law, Mixture
from .named_laws import Beta, Exponential, Gamma, Lognormal, Uniform, Weibull
from .pareto_laws import GeneralisedPareto, Pareto, SingleParameterPareto

__all__ = [
    "Beta", "Empirical", "Exponential", "Gamma", "GeneralisedPareto", "Law", "Lognormal", "Mixture", "Pareto", "Payment",
    "SingleParameterPareto", "Uniform", "Weibull", "damaged_share", "expected_payment", "insurer_payment",
    "loss_elimination_ratio", "payment_law", "payment_variance",
]  # fmt: skip


def insurer_payment(loss, *, deductible=0.0, limit=np.inf, maximum_covered_loss=None, paid_share=1.0, franchise=False):
    """What is paid of each loss: paid_share x min(max(loss - deductible, 0), limit). A float, or an array of all broadcast.

    All may be arrays. The conventions of a limit are told at the top of the module. `franchise`: a loss above the deductible is
    paid from the first cent on, paid_share x min(loss, limit), one up to it not at all; then both limits mean the same.

    Raises BadValue for a loss or term that is unknown or negative, a paid share outside 0 to 1, both limits at once.

    >>> insurer_payment([80, 300, 900], deductible=100, limit=500, paid_share=0.8).tolist()
    [0.0, 160.0, 400.0]
    """
    loss, deductible = _term(loss, "loss"), _term(deductible, "deductible")
    limit, paid_share = _largest(limit, maximum_covered_loss, deductible, franchise), _share(paid_share)
    loss, deductible, limit, paid_share = broadcast(loss, deductible, limit, paid_share)
    return answer(paid_share * _paid(loss, deductible, limit, franchise))


@dataclass(frozen=True)
class Payment(Law):
    """The law of what is paid for one loss, itself a severity law; made by `payment_law`.

    `per_payment`: only of losses of which something is paid; else losses without payment count as 0. `limit` is the largest
    payment before the paid share.
    """

    law: Law
    deductible: float
    limit: float
    paid_share: float
    franchise: bool
    per_payment: bool

    @property
    def paid_chance(self):
        """The probability that something is paid of a loss."""
        return self.law.survival(self.deductible) if self.limit > 0 and self.paid_share > 0 else 0.0

    def _loss(self, payment):
        """The loss of which `payment` is paid."""
        loss = payment / self.paid_share
        return np.maximum(loss, self.deductible) if self.franchise else loss + self.deductible

    @property
    def _base(self):
        return self.paid_chance if self.per_payment else 1.0

    def _survival(self, x):
        above = np.where(x < self.paid_share * self.limit, self.law._survival(self._loss(np.maximum(x, 0.0))), 0.0)
        return np.where(x < 0, 1.0, above / self._base)

    def _quantile(self, p):
        share = 1 - (1 - p) * self._base
        loss = self.law._quantile(np.clip(share, 0.0, 1.0))
        return self.paid_share * _paid(loss, self.deductible, self.limit, self.franchise)

    def _limited(self, limit, power):
        most = np.minimum(limit / self.paid_share, self.limit)
        parts = self._paid_from_the_first(most, power) if self.franchise else self._layer(most, power)
        return self.paid_share**power * parts / self._base

    def _layer(self, most, power):
        """E[min(max(X - d, 0), most)^power]."""
        d, law = np.asarray(self.deductible), self.law
        if power == 1:
            if np.isfinite(law.mean):  # differences of small upper tails, not of nearly equal wholes
                return np.maximum(law._stop_loss(d) - law._stop_loss(d + most), 0.0)
            return law._limited(d + most, 1) - law._limited(d, 1)
        top = law._limited(d + most, 2)
        known = np.isfinite(top)
        first = np.where(known, law._limited(np.where(known, d + most, d), 1), 0.0) - law._limited(d, 1)
        return np.maximum(np.where(known, top - law._limited(d, 2) - 2 * d * first, np.inf), 0.0)

    def _paid_from_the_first(self, most, power):
        """E[min(X, most)^power; X > d]."""
        d = np.asarray(self.deductible)
        above = self.law._survival(d)
        further = self.law._limited(np.maximum(most, d), power) - self.law._limited(d, power)
        return np.minimum(most, d) ** power * above + further

    def scaled(self, factor):
        factor = positive(factor, "factor")
        terms = (self.deductible * factor, self.limit * factor, self.paid_share, self.franchise, self.per_payment)
        return Payment(self.law.scaled(factor), *terms)


def payment_law(
    law, *, deductible=0.0, limit=np.inf, maximum_covered_loss=None, paid_share=1.0, franchise=False, inflation=0.0, per="loss"
):
    """What is paid of a loss with this severity law, as a law: mean, variance, cdf, quantile ... A Payment.

    Losses rise by `inflation`, the terms stay. `per`: "loss" (0 where nothing is paid) or "payment" (given that something is).

    Raises BadValue as `insurer_payment` does, or where nothing is ever paid and it is asked per payment.

    >>> paid = payment_law(Exponential(1000), deductible=100, limit=500, inflation=0.05, per="payment")
    >>> round(paid.mean, 2)
    397.8
    """
    if not isinstance(per, str) or per not in ("loss", "payment"):
        raise BadValue(f"per={per!r}: expected 'loss' or 'payment'.")
    deductible = not_negative(deductible, "deductible")
    limit = number(_largest(limit, maximum_covered_loss, deductible, franchise), "limit")
    paid_share = checked_share(paid_share, "paid_share")
    if paid_share == 0 or limit == 0:
        raise BadValue("A paid share or a limit of 0 pays nothing: there is no law of payments, each is 0.")
    paid = Payment(as_law(law).inflated(inflation), deductible, limit, paid_share, bool(franchise), per == "payment")
    if paid.per_payment and paid.paid_chance == 0:
        raise BadValue(f"No loss exceeds the deductible of {deductible:g}: there is no payment to take the mean of.")
    return paid


def expected_payment(law, *, per="loss", inflation=0.0, **terms):
    """E[payment] per loss, or per payment with `per="payment"`; terms as in `insurer_payment`. `inf` where it is infinite.

    >>> round(expected_payment(Pareto(3, 2000), deductible=500, per="payment"), 6)
    1250.0
    """
    return payment_law(law, inflation=inflation, per=per, **terms).mean


def payment_variance(law, *, per="loss", inflation=0.0, **terms):
    """Var[payment] per loss, or per payment with `per="payment"`; terms as in `insurer_payment`."""
    return payment_law(law, inflation=inflation, per=per, **terms).variance


def loss_elimination_ratio(law, *, deductible, inflation=0.0, franchise=False):
    """The share of the expected loss that a deductible takes off the insurer: E[min(X, d)] / E[X], Loss Models section 8.3.

    0 where the mean is infinite: so it is with any deductible.

    >>> round(loss_elimination_ratio(Pareto(3, 2000), deductible=500), 9)
    0.36
    """
    law = as_law(law).inflated(inflation)
    mean = law.mean
    if mean == 0:
        raise BadValue("All losses are 0: there is nothing to eliminate.")
    if np.isinf(mean):
        return 0.0
    kept = law.limited(deductible) - (deductible * law.survival(deductible) if franchise else 0.0)
    return kept / mean


def damaged_share(shares, *, weights=None):
    """The Beta law of the damaged share of a parcel's value, by the moments of the shares that were seen (0 to 1, each once).

    The variance is that of a sample (divided by n - 1), with `weights` that of their shares. Raises BadValue where all shares are
    the same or so far apart that no Beta law has their variance: then use Empirical(shares), which needs no law.
    """
    weighted = weights is not None
    shares, weights = checked_values(shares, weights)
    if (shares > 1).any():
        raise BadValue("A damaged share is above 1: give what part of the value was lost, 0.3 for 30 %.")
    weights = weights / weights.sum()
    mean = float(weights @ shares)
    square = float(weights @ (shares - mean) ** 2)
    variance = square if weighted or shares.size == 1 else square * shares.size / (shares.size - 1)
    return Beta(*beta_by_moments(mean, variance**0.5))


def _paid(loss, deductible, limit, franchise):
    """Before the paid share."""
    left = np.where(loss > deductible, loss, 0.0) if franchise else np.maximum(loss - deductible, 0.0)
    return np.minimum(left, limit)


def _term(value, name):
    value = numbers(value, f"{name} values")
    wrong = int((~np.isfinite(value) | (value < 0)).sum())
    if wrong:
        raise BadValue(
            f"{wrong:,} of {value.size:,} {name} values are unknown, infinite or negative: expected amounts of 0 or more."
        )
    return value


def _largest(limit, maximum_covered_loss, deductible, franchise):
    """The largest payment before the paid share, from either convention."""
    limit = numbers(limit, "Limits")
    if not (limit >= 0).all():
        raise BadValue("A limit is unknown or negative: expected 0 or more, infinite for none.")
    if maximum_covered_loss is None:
        return limit
    if not np.isinf(limit).all():
        raise BadValue("Both limit (of the payment) and maximum_covered_loss (of the loss) were given: give one of them.")
    covered = numbers(maximum_covered_loss, "Maximum covered losses")
    if not (covered >= deductible).all():
        raise BadValue("The maximum covered loss is unknown, or below the deductible: nothing would be paid.")
    return covered if franchise else covered - deductible


def _share(paid_share):
    paid_share = numbers(paid_share, "Paid shares")
    if not ((paid_share >= 0) & (paid_share <= 1)).all():
        raise BadValue("A paid share outside 0 to 1: give 0.85 for 85 % of claims paid.")
    return paid_share
