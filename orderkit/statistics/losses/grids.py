"""Amounts on a grid 0, step, 2 step ...: severity laws made discrete, and totals, which are laws of this kind too."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from orderkit.errors import BadValue, UnknownName

from .checks import checked_probabilities, number, positive
from .laws import NEAR, Empirical, Law, Mixture

HOWS = {
    "rounding": "rounding", "forward": "forward", "backward": "backward", "unbiased": "unbiased", "upper": "forward",
    "lower": "backward", "local_moment": "unbiased", "moment": "unbiased", "round": "rounding",
}  # fmt: skip
SNAP = 1e-9  # steps by which an amount may lie beside a grid point and still be on it
CUT = 2e-5  # share of a law's mean that may lie beyond the end of its grid
MOST = 2**22  # points of a grid, and of a transform
LATTICE = 2**19  # up to so many points, all amounts are kept as they are, on their greatest common divisor


@dataclass(frozen=True, eq=False)
class GridLaw(Law):
    """A severity or a total on a grid: `pmf[k]` is the probability of k x step, in currency units.

    A Law as any other: mean, sd, cdf(x), quantile(p), tvar(p), limited(u), stop_loss(retention) ..., so that totals can be paid
    above a deductible, and added up again. `mean_error` says how far its mean is from that of what it was made of, as a share.

    >>> GridLaw(10, [0.5, 0.3, 0.2]).tvar(0.7)  # the worst 30 %: 20 of 20 %, 10 of 10 %
    16.666666666666664
    """

    step: float
    pmf: np.ndarray
    mean_error: float = 0.0

    def __post_init__(self):
        positive(self.step, "step")
        object.__setattr__(self, "pmf", checked_probabilities(self.pmf))

    @property
    def no_loss(self):
        """P(X = 0)."""
        return float(self.pmf[0])

    def var(self, p):
        """Value at risk: the least amount that is not exceeded with probability p. The same as `quantile`."""
        return self.quantile(p)

    @cached_property
    def amounts(self):
        """The amounts of the grid, in currency units, one per entry of `pmf`."""
        return self.step * np.arange(self.pmf.size)

    @cached_property
    def _rest(self):
        """P(X > amount) by grid point, added from the small end."""
        return np.append(np.cumsum(self.pmf[:0:-1])[::-1], 0.0)

    def _place(self, x):
        """The last grid point at or below x; -1 below all."""
        return np.clip(np.floor(x / self.step + SNAP), -1, self.pmf.size - 1).astype(np.intp)

    def _survival(self, x):
        place = self._place(x)
        return np.where(place < 0, 1.0, self._rest[np.maximum(place, 0)])

    def _quantile(self, p):
        places = np.searchsorted(1 - self._rest, p - NEAR, side="left")
        return self.amounts[np.minimum(places, np.flatnonzero(self.pmf)[-1])]

    def _limited(self, limit, power):
        below = np.cumsum(self.pmf * self.amounts**power)
        place = self._place(limit)
        held = self._rest[place]
        return below[place] + np.where(held > 0, limit, 0.0) ** power * held

    def _stop_loss(self, retention):
        above = np.append(np.cumsum((self.pmf * self.amounts)[:0:-1])[::-1], 0.0)
        place = self._place(retention)
        held = self._rest[place]
        return np.maximum(above[place] - np.where(held > 0, retention, 0.0) * held, 0.0)

    def scaled(self, factor):
        return GridLaw(self.step * positive(factor, "factor"), self.pmf, self.mean_error)

    def plus(self, other):
        """The law of the sum with another one of the same step, both independent. A GridLaw."""
        if not isinstance(other, GridLaw):
            raise BadValue(f"A {type(other).__name__} cannot be added to a total on a grid: give another GridLaw.")
        if not np.isclose(self.step, other.step, rtol=1e-12):
            raise BadValue(
                f"Steps of {self.step:g} and {other.step:g}: totals to be added need the same one; give step= to both."
            )
        size = self.pmf.size + other.pmf.size - 1
        padded = doubled(size)
        found = np.fft.irfft(np.fft.rfft(self.pmf, padded) * np.fft.rfft(other.pmf, padded), padded)[:size]
        error = (self.mean * self.mean_error + other.mean * other.mean_error) / max(self.mean + other.mean, np.finfo(float).tiny)
        return GridLaw(self.step, tidy(found, none=self.pmf[0] * other.pmf[0]), error)


def discretise(severity, step, *, how="rounding", upto=None):
    """A severity law, or amounts, on the grid 0, step, 2 step ... up to `upto`: what is above counts as that. A GridLaw.

    `how`: "rounding" to the nearest point (halves to the even one); "forward" to the point below (also
    "upper": its cdf is never below the true one, totals come out too small); "backward" to the point above (also "lower": totals
    too large); "unbiased" splits each amount between both neighbours so that the mean stays (local moment matching).
    Without `upto` the grid ends where no more than 0.002 % of the mean lies above. `severity`: a Law, amounts (each once), or a
    dict of amount: probability.

    Raises BadValue for a law of infinite mean without `upto`.

    References
    ----------
    Gerber (1982), On the numerical evaluation of the distribution of aggregate claims, Insurance: Mathematics and Economics
    1:13-18; Loss Models section 9.6.5; Dutang, Goulet, Pigeon (2008), actuar, Journal of Statistical Software 25(7).

    >>> discretise([1, 2, 4], 2, how="unbiased").pmf.round(4).tolist()
    [0.1667, 0.5, 0.3333]
    """
    step, law = positive(step, "step"), as_law(severity)
    if not isinstance(how, str) or how not in HOWS:
        raise UnknownName("way to make a law discrete", how, sorted(set(HOWS.values())))
    top = span(law) if upto is None else number(upto, "upto")
    if not 0 <= top / step < MOST:
        raise BadValue(f"A grid up to {top:g} in steps of {step:g} is not possible: expected less than {MOST:,} points.")
    last = max(1, int(np.ceil(top / step - SNAP)))
    pmf = _on_points(law, step, last, HOWS[how])
    mean = law.mean
    found = float(pmf @ np.arange(pmf.size)) * step
    return GridLaw(step, pmf, abs(found / mean - 1) if 0 < mean < np.inf else 0.0 if mean == found else np.inf)


def as_law(severity):
    """A severity law of a Law, amounts, or a dict of amount: probability."""
    if isinstance(severity, Law):
        return severity
    if isinstance(severity, dict):
        return Empirical(list(severity), list(severity.values()))
    return Empirical(severity)


def span(law):
    """The largest amount of a law, or where no more than CUT of its mean lies above."""
    top = law.quantile(1.0)
    if np.isfinite(top):
        return top
    mean = law.mean
    if not np.isfinite(mean):
        raise BadValue(
            "The severity law has an infinite mean: no total of it has a mean either. Limit the loss (payment_law with limit=), "
            "or give the largest amount there can be as upto=."
        )
    top = mean
    while law.stop_loss(top) > CUT * mean:
        top *= 2
    return top


def common_step(laws):
    """The greatest common divisor of all amounts of laws of seen amounts, in decimals down to 0.0001; None if there is none."""
    amounts = [_seen(law) for law in laws]
    if any(seen is None for seen in amounts):
        return None
    amounts = np.concatenate(amounts)
    for unit in (1, 10, 100, 1_000, 10_000):
        whole = np.round(amounts * unit)
        if (np.abs(amounts * unit - whole) <= SNAP * np.maximum(whole, 1)).all() and whole.max() < 2**53:
            divisor = np.gcd.reduce(whole.astype(np.int64))
            return float(divisor) / unit if divisor > 0 else 1.0
    return None


def round_step(most):
    """The largest of 1, 2 and 5 x a power of ten that is not above `most`."""
    power = 10.0 ** np.floor(np.log10(most))
    return float(power * max(lead for lead in (1, 2, 5) if lead * power <= most * (1 + 1e-9)))


def doubled(size):
    """The least power of two that is not below `size`."""
    return 1 << max(1, int(size - 1).bit_length())


def tidy(pmf, *, none):
    """Probabilities without the noise of the transform: none of less than 1e-16 but that of no loss, `none`, which is exact."""
    pmf = np.where(pmf < 1e-16, 0.0, pmf)
    pmf[0] = none
    return pmf[: np.flatnonzero(pmf)[-1] + 1]


def _seen(law):
    """The amounts that a law of seen amounts has a divisor of; None for any other law."""
    if isinstance(law, Mixture):
        parts = [_seen(part) for part in law.laws]
        return None if any(part is None for part in parts) else np.concatenate(parts)
    return law.values if isinstance(law, Empirical) else np.array([law.step]) if isinstance(law, GridLaw) else None


def _on_points(law, step, last, how):
    if isinstance(law, Mixture):
        return sum(weight * _on_points(part, step, last, how) for part, weight in zip(law.laws, law.weights, strict=True))
    return (_of_amounts if isinstance(law, (Empirical, GridLaw)) else _of_law)(law, step, last, how)


def _of_amounts(law, step, last, how):
    values, weights = (law.values, law.weights) if isinstance(law, Empirical) else (law.amounts, law.pmf)
    places = np.minimum(values / step, last)
    if how == "unbiased":
        below = np.minimum(np.floor(places + SNAP), last - 1)
        upper = np.clip(places - below, 0.0, 1.0) * weights
        places, weights = np.concatenate([below, below + 1]), np.concatenate([weights - upper, upper])
    else:
        places = {"rounding": np.rint(places), "forward": np.floor(places + SNAP)}.get(how, np.ceil(places - SNAP))
    return np.bincount(np.minimum(places, last).astype(np.intp), weights=weights, minlength=last + 1)


def _of_law(law, step, last, how):
    points = np.arange(last + 1) * step
    if how == "unbiased":  # the mean height of P(X > x) over each step
        above = np.diff(law.limited(points)) / step
    elif how == "forward":
        above = law.survival(points[1:])
    elif how == "backward":
        above = law.survival(points[:-1])
    else:
        above = law.survival(points[1:] - step / 2)
    # `above[k]` is the probability of more than k steps
    found = -np.diff(np.concatenate([[1.0], above, [0.0]]))
    return np.maximum(found, 0.0)
