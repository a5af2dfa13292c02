"""The individual risk model: each parcel is lost with its own probability and then costs its own amount, by itself; exact.

The probability generating function of the total is the product of 1 - p + p z^x over parcels. Its logarithm is summed by a power
series, all parcels at once, so that one transform is enough for any number of them.
"""

import numpy as np

from orderkit.errors import BadValue

from .checks import numbers, positive
from .grids import LATTICE, MOST, GridLaw, common_step, doubled, round_step, tidy
from .laws import Empirical

ERROR = 1e-4  # of the mean, as a share: more is refused
FINE = 2**16  # points for the width of a total without a natural step
WIDE = 12  # standard deviations above the mean that must fit on half of the grid
SERIES = 0.8  # the largest odds that the series is used for: 0.8^166 is below 1e-16
DIGITS = 1e-17


def individual_risk(probabilities, amounts, *, step=None, points=None):
    """The law of the sum of `amounts` that are lost, each by itself with its probability. A GridLaw.

    Exact but for rounding the amounts to multiples of `step`; without it, that is their greatest common divisor where this needs
    no more than half a million points, else a round number. Amounts that differ and probabilities that differ are both allowed.

    Raises
    ------
    BadValue
        Values that are unknown, negative or of two lengths; a mean that rounding moves by more than 0.01 %; a grid too short.

    References
    ----------
    Klugman, Panjer, Willmot, Loss Models, section 9.8, individual risk model; De Pril (1986), On the exact computation of the
    aggregate claims distribution in the individual life model, ASTIN Bulletin 16:109-112 (the series).

    >>> individual_risk([0.5, 0.5], [10, 20]).pmf.round(9).tolist()  # of 0, 10, 20, 30
    [0.25, 0.25, 0.25, 0.25]
    """
    chances, amounts = _checked(probabilities, amounts)
    if points is not None:
        points = int(positive(points, "points"))
    mean = float(chances @ amounts)
    width = min(float(amounts.sum()), mean + WIDE * float(np.sqrt((chances * (1 - chances)) @ amounts**2)) + amounts.max())
    step, places = _placed(chances, amounts, mean, width, step)
    # nothing can wrap around where all amounts fit; else half of the grid is left free for it
    size = points or doubled(min(places.sum() + 1, 2 * width / step + 2))
    if size > MOST:
        raise BadValue(f"A step of {step:g} needs {size:,} points, more than {MOST:,}: give a larger step.")
    none = float(np.prod(1 - chances[places > 0]))
    pmf = tidy(np.fft.irfft(_transform(chances, places, size), size), none=none)
    found, rounded = float(pmf @ np.arange(pmf.size)) * step, float(chances @ places) * step
    if abs(found - rounded) > ERROR * max(rounded, step):
        raise BadValue(f"{size:,} points of {step:g} are too few for this total: give points={2 * size}, or a larger step.")
    return GridLaw(step, pmf, abs(found / mean - 1) if mean else 0.0)


def _placed(chances, amounts, mean, width, step):
    """(step, amounts in steps); without a step the largest round one that keeps the mean."""
    own = step is None
    step = _step(amounts, width) if own else positive(step, "step")
    while True:
        places = np.rint(amounts / step)  # halves to the even point: up as often as down
        moved = abs(float(chances @ places) * step - mean)
        if moved <= ERROR * mean:
            return step, places.astype(np.int64)
        if not own or 4 * width / step > MOST:
            raise BadValue(f"A step of {step:g} moves the mean by {moved / mean:.3%}, more than 0.01 %: give a smaller one.")
        step = round_step(step / 2)


def _checked(probabilities, amounts):
    chances, amounts = numbers(probabilities, "Probabilities"), numbers(amounts, "Amounts")
    chances = np.broadcast_to(chances, amounts.shape) if chances.ndim == 0 else chances
    if amounts.ndim != 1 or chances.shape != amounts.shape or amounts.size == 0:
        raise BadValue(
            f"{chances.size:,} probabilities and {amounts.size:,} amounts: expected one of each per parcel, at least one."
        )
    if not ((chances >= 0) & (chances <= 1)).all():
        raise BadValue("A probability is unknown or outside 0 to 1: leave that parcel out, and say how many there are.")
    if not (np.isfinite(amounts) & (amounts >= 0)).all():
        raise BadValue("An amount is unknown or negative: leave that parcel out, and say how many there are.")
    return chances, amounts


def _step(amounts, width):
    common = common_step([Empirical(amounts)])
    if width == 0:
        return 1.0
    return common if common is not None and 2 * width / common <= LATTICE else round_step(width / FINE)


def _transform(chances, places, size):
    """The transform of the total's probabilities on a grid of `size` points."""
    likely = chances > 0.5  # 1 - p + p z^x = z^x (p + (1 - p) z^-x): lost for sure, and given back with 1 - p
    rare = np.where(likely, 1 - chances, chances)
    moves = np.where(likely, -places, places)
    odds = rare / (1 - rare)
    series = odds <= SERIES
    found = np.log1p(-rare[series]).sum() + np.fft.rfft(_series(odds[series], moves[series], size), size)
    total = int(places[likely].sum())
    turns = (np.arange(size // 2 + 1) * (total % size)) % size  # whole numbers: no digits are lost on many parcels
    shift = np.exp(-2j * np.pi * turns / size)
    return np.exp(found) * shift * _one_by_one(rare[~series], moves[~series], size)


def _series(odds, moves, size):
    """The array whose transform is the sum over parcels of log(1 + odds z^move)."""
    found, power, order = np.zeros(size), np.ones(odds.size), 0
    while odds.size:
        order += 1
        power = power * odds
        keep = power > DIGITS
        odds, moves, power = odds[keep], moves[keep], power[keep]
        sign = 1 if order % 2 else -1
        found += np.bincount((order * moves) % size, weights=sign * power / order, minlength=size)
    return found


def _one_by_one(chances, moves, size):
    """The product over parcels lost about as often as not: by distinct (probability, amount), each with its power."""
    found = np.ones(size // 2 + 1, dtype=complex)
    if chances.size == 0:
        return found
    pairs, counts = np.unique(np.stack([chances, moves % size]), axis=1, return_counts=True)
    for chance, move, count in zip(*pairs, counts, strict=True):
        turns = (np.arange(size // 2 + 1) * int(move)) % size
        found *= (1 - chance + chance * np.exp(-2j * np.pi * turns / size)) ** int(count)
    return found
