"""What the losses of a period add up to: a number of losses by a frequency law, each of an amount by a severity law.

`compound` by the fast Fourier transform (or Panjer's recursion, as a second way), `compound_sum` for several portfolios that are
independent; the exact sum over single parcels is in individual.py. All give a GridLaw, in currency units.
"""

from dataclasses import dataclass

import numpy as np

from orderkit.errors import BadValue, UnknownName

from .checks import listed, positive
from .count_laws import Poisson, checked_frequency
from .grids import LATTICE, MOST, GridLaw, as_law, common_step, discretise, doubled, round_step, span, tidy
from .laws import Law, Mixture

ERROR = 1e-4  # of the mean, as a share: more is refused
FINE = 2**15  # points that a total without a natural step is given
WIDE = 10  # standard deviations above the mean that must fit on half of the grid
RECURSION = 2**17  # points of Panjer's recursion, whose time grows with their square


@dataclass(frozen=True)
class Moments:
    """Mean and standard deviation of a total, exact."""

    mean: float
    sd: float


def compound_moments(frequency, severity):
    """Mean and standard deviation of a compound total: E[N] E[X], and E[N] Var[X] + Var[N] E[X]^2. Moments.

    >>> compound_moments(Poisson(100), {20: 1})
    Moments(mean=2000.0, sd=200.0)
    """
    return sum_moments([(frequency, severity)])


def sum_moments(portfolios):
    """Mean and standard deviation of the sum of independent portfolios [(frequency, severity), ...]. Moments."""
    parts = _parts(portfolios)
    mean = sum(frequency.mean * law.mean for frequency, law in parts)
    variances = [frequency.mean * law.variance + frequency.variance * law.mean**2 for frequency, law in parts]
    return Moments(float(mean), float(np.sqrt(sum(variances))))


def merge_poisson(portfolios):
    """(Poisson, Mixture): the one compound Poisson law that independent ones [(Poisson, severity), ...] add up to.

    Loss Models section 9.5: the means add up, the severities mix in their proportion.
    """
    parts = _parts(portfolios)
    if not all(isinstance(frequency, Poisson) for frequency, _ in parts):
        raise BadValue("Only Poisson portfolios merge into one: use compound_sum for other frequencies.")
    means = [frequency.mean for frequency, _ in parts]
    return Poisson(sum(means)), Mixture([law for _, law in parts], means)


def compound(frequency, severity, *, step=None, how="rounding", points=None, method="fft"):
    """The law of the total: of `frequency` losses, each of an amount by `severity`, all independent. A GridLaw.

    Parameters
    ----------
    frequency
        Poisson, Binomial, NegativeBinomial, gamma_mixed_poisson, Geometric, CountLaw, ZeroModified ...
    severity
        A severity law (Exponential ..., Empirical(amounts, weights), the GridLaw of `discretise`), a dict of amount: probability.
    step
        Of the grid, in currency units. Without it, the greatest common divisor of the amounts where these are few, else a round
        number, small against the mean loss.
    how
        How amounts are put on the grid, see `discretise`.
    points
        Of the transform, a power of two. Without it, twice as many as mean + 10 standard deviations + the largest loss need.
    method
        "fft", or "panjer" for (a, b, 0) laws, zero-modified ones among them.

    Raises
    ------
    BadValue
        An infinite mean; a mean off by more than 0.01 %, because the step is too coarse or the grid too short: says which.

    References
    ----------
    Panjer (1981), Recursive evaluation of a family of compound distributions, ASTIN Bulletin 12:22-26; Loss Models chapter 9.

    >>> compound(Poisson(5), {100: 0.8, 500: 0.16, 1000: 0.04}).pmf[:7].round(4).tolist()  # of 0, 100 ... 600
    [0.0067, 0.027, 0.0539, 0.0719, 0.0719, 0.0629, 0.0599]
    """
    if method not in ("fft", "panjer"):
        raise UnknownName("method", method, ["fft", "panjer"])
    return _total([(frequency, severity)], step, how, points, _transformed if method == "fft" else _recursive)


def compound_sum(portfolios, *, step=None, how="rounding", points=None):
    """The law of the sum of independent compound totals [(frequency, severity), ...], on one grid. A GridLaw; see `compound`."""
    return _total(portfolios, step, how, points, _transformed)


def _severity(severity):
    if not isinstance(severity, (Law, dict)):
        raise BadValue(
            f"A severity of type {type(severity).__name__}: expected a law such as Exponential(100), "
            "Empirical(amounts, weights) of amounts, GridLaw(step, pmf) of probabilities, or a dict of amount: probability."
        )
    return as_law(severity)


def _parts(portfolios):
    pairs = [listed(pair, "A portfolio") for pair in listed(portfolios, "Portfolios")]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise BadValue("No portfolio was given: expected [(frequency, severity), ...].")
    return [(checked_frequency(frequency), _severity(severity)) for frequency, severity in pairs]


def _total(portfolios, step, how, points, make):
    parts = _parts(portfolios)
    if step is not None:
        step = positive(step, "step")
    if points is not None:
        points = int(positive(points, "points"))
    width, chosen = _width(parts), step
    if step is None:
        chosen = _step([law for _, law in parts], width)
    while True:
        size = points or doubled(2 * width / chosen + 2)
        _check_size(size, chosen)
        found, problem = _tried(parts, chosen, how, size, make)
        if problem is None:
            return found
        finer = round_step(chosen / 2)
        if step is not None or points is not None or 2 * width / finer > MOST:
            raise BadValue(problem)
        chosen = finer


def _check_size(size, step):
    if size > MOST:
        raise BadValue(f"A step of {step:g} needs {size:,} points, more than {MOST:,}: give a larger step, or limit the loss.")
    if size < 2:
        raise BadValue(f"{size} points are no grid: leave points away, or give a power of two.")


def _width(parts):
    """The amount up to which the total must fit."""
    spans = [span(law) for frequency, law in parts if frequency.mean > 0]
    found = sum_moments(parts)
    spread = WIDE * found.sd if np.isfinite(found.sd) else max(spans)
    return found.mean + spread + max(spans, default=1.0)


def _step(laws, width):
    common = common_step(laws)
    if common is not None and 2 * width / common <= LATTICE:
        return common
    means, largest = [law.mean for law in laws if law.mean > 0], max(span(law) for law in laws)
    least = 6 / MOST  # of what must fit on half of the grid; the step is rounded down, to 2 / MOST or more
    if least * largest > min(means) / 5:
        raise BadValue(
            f"The severity law has so heavy a tail that losses up to {largest:.3g} must be on a grid as fine as its mean of "
            f"{min(means):.3g}: limit the loss (payment_law with limit=), as every cover and every parcel's value does."
        )
    return round_step(max(min([width / FINE, *(mean / 100 for mean in means)]), least * width))


def _tried(parts, step, how, size, make):
    """(GridLaw, None), or (None, what is wrong with it)."""
    # a single loss may take up to half of the grid: the other half is for what would wrap around
    grids = [(frequency, _on_grid(law, step, how, size)) for frequency, law in parts]
    exact, rounded = sum_moments(parts).mean, sum_moments(grids).mean
    cut = sum(frequency.mean * law.stop_loss(step * (size // 2)) for frequency, law in parts)
    if cut > ERROR * exact:
        return None, _too_short(cut / exact, step, size)
    if how not in ("forward", "backward", "upper", "lower") and abs(rounded - exact) > ERROR * exact:
        return None, (
            f"A step of {step:g} moves the mean by {abs(rounded / exact - 1):.3%}: at most 0.01 % is allowed. "
            "Give a smaller step, or how='unbiased'."
        )
    none = np.prod([float(frequency.generating(grid.pmf[0])) for frequency, grid in grids])
    pmf = tidy(make(grids, size), none=none)
    error = abs(step * float(pmf @ np.arange(pmf.size)) - rounded)
    if error > ERROR * max(rounded, step):
        return None, _too_short(error / max(rounded, step), step, size)
    return GridLaw(step, pmf, abs(step * float(pmf @ np.arange(pmf.size)) / exact - 1) if exact else 0.0), None


def _on_grid(law, step, how, size):
    if isinstance(law, GridLaw) and np.isclose(law.step, step, rtol=1e-12) and law.pmf.size <= size // 2 + 1:
        return law
    return discretise(law, step, how=how, upto=min(law.quantile(1.0), step * (size // 2)))


def _too_short(share, step, size):
    return (
        f"The grid of {size:,} points of {step:g} is too short: {share:.3%} of the mean is missing, at most 0.01 % is allowed. "
        f"Give more points (points={2 * size}), a larger step, or limit the loss."
    )


def _transformed(grids, size):
    """Probabilities of the total, by multiplying the transforms of all portfolios."""
    product = 1.0
    for frequency, grid in grids:
        product = product * frequency.generating(np.fft.rfft(grid.pmf, size))
    return np.fft.irfft(product, size)


def _recursive(grids, size):
    """Probabilities of the total by Panjer's recursion, for the (a, b, 0) and (a, b, 1) classes; half the points: none wrap."""
    ((frequency, grid),) = grids
    if frequency.panjer is None:
        raise BadValue(f"{type(frequency).__name__} has no recursion of Panjer's: leave method away.")
    size = size // 2
    if size > RECURSION:
        raise BadValue(f"Panjer's recursion over {size:,} points takes too long: give a larger step, or leave method away.")
    a, b = frequency.panjer
    severity, found = grid.pmf, np.zeros(size)
    found[0] = start = float(frequency.generating(severity[0]))
    extra = np.zeros(size)  # what a law with a changed probability of no loss has beside the recursion; 0 for the others
    once = frequency.pmf(1) - (a + b) * frequency.pmf(0)
    if max(start, once) < np.finfo(float).tiny:
        raise BadValue("The probability of no loss is too small to start Panjer's recursion from: leave method away.")
    extra[: severity.size] = once * severity[:size]
    places = np.arange(severity.size)
    for k in range(1, size):
        top = min(k, severity.size - 1)
        weights = (a + b / k * places[1 : top + 1]) * severity[1 : top + 1]
        found[k] = (extra[k] + weights @ found[k - top : k][::-1]) / (1 - a * severity[0])
    found[-1] += max(0.0, 1 - found.sum())  # what lies beyond the grid; the check of the mean says if it is too much
    return found
