"""What many independent yes-or-no losses of different amounts add up to, and how sure that is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue

SINGLY = 2_000  # losses expected per total among the items that are drawn one by one; see `total`
AT_ONCE = 1_000_000  # entries of [draws, cells] held at once


@dataclass(frozen=True)
class Total:
    """What a book adds up to, in the unit of its amounts.

    `expected` and `deviation` (standard deviation) are exact for the given draws. `ranges` has a row per level: level, low, high,
    both ends within the range. `simulated` are the totals that the ranges were read from, in the order of the draws.
    """

    expected: float
    deviation: float
    ranges: pd.DataFrame
    simulated: np.ndarray

    def ends(self):
        """The ends of the ranges by name, for a row of a table: {"low80": ..., "high80": ..., ...}."""
        rows = self.ranges.to_dict("records")
        return {f"{end}{100 * row['level']:.0f}": row[end] for row in rows for end in ("low", "high")}


def total(probability_draws, amounts, *, rng, cell=None, levels=(0.5, 0.8, 0.9), simulations=2_000):
    """The distribution of the sum of `amounts` that are lost, each lost or not by itself.

    It holds both what is not known of the probabilities (from draw to draw) and chance (within a draw): one total is
    simulated for each draw, more where the draws are fewer than `simulations`, each draw equally often. The same state of `rng`
    gives the same answer.

    `simulations`: at least so many totals. 2,000 know the ends of a 90 % range to 0.05 standard deviations, 20,000 to 0.015.

    A book in which no more than 2,000 losses are expected is simulated as it is, without approximation. In a larger one the
    items of the largest amounts are, until 2,000 losses are expected among them (items that are lost more often than not count
    by the chance of the contrary); the rest is one normal variable per draw with exactly its mean and variance. No item of the
    rest is larger than those, so at the mean probabilities what is lost is a skewness of at most 0.012: 0.004 standard deviations
    at the ends of a 90 % range (Cornish-Fisher), far less than 2,000 simulations can tell. Measured against exact distributions,
    without random numbers: the chance of a total up to any amount is off by less than 0.0003 in three books of 100,000 items with
    differing amounts, by 0.0037 in one made to be the worst (equal amounts: totals come in steps of 0.0073); see the tests.

    Parameters
    ----------
    probability_draws
        [draws, items], or with `cell` [draws, cells]; one row where the probabilities are known.
    amounts
        What each item costs if it is lost, one currency.
    cell
        Which column of the draws each item takes its probability from; without it, each has a column of its own.

    Raises
    ------
    BadValue
        An amount that is not known or negative, a probability outside 0 to 1, sizes that do not fit.

    References
    ----------
    Klugman, Panjer, Willmot, Loss Models, individual risk model. A loss of chance p is at least one event of a Poisson variable
    of mean -log(1 - p), since that is 0 with a chance of 1 - p: so only losses have to be drawn, not each item.

    >>> book = total([[0.5, 1.0, 0.0]], [10, 5, 99], rng=np.random.default_rng(1))
    >>> book.expected, book.deviation, sorted(set(book.simulated.tolist()))
    (10.0, 5.0, [5.0, 15.0])
    """
    draws, amounts = _draws(probability_draws), _amounts(amounts)
    cell = _cells(cell, draws, amounts)
    if simulations < 1:
        raise BadValue(f"{simulations} simulated totals tell nothing: ask for 2,000 or more.")
    rows = np.tile(np.arange(len(draws)), max(1, -(-simulations // len(draws))))
    means, variances = _moments(draws, amounts, cell)
    singly = _drawn_singly(draws, amounts, cell)
    simulated = _simulate(draws, amounts[singly], cell[singly], rows, rng)
    if not singly.all():
        simulated += _normal(draws, amounts[~singly], cell[~singly], rows, rng)
    deviation = np.sqrt(variances.mean() + means.var())  # law of total variance: chance within a draw, and between draws
    return Total(float(means.mean()), float(deviation), _ranges(simulated, levels), simulated)


def _draws(values):
    draws = np.asarray(values, dtype=float)
    if draws.ndim != 2 or len(draws) == 0:
        raise BadValue(
            f"Draws of probabilities of shape {draws.shape}: expected [draws, items] or [draws, cells], at least a row."
        )
    if draws.size and not (draws.min() >= 0 and draws.max() <= 1):  # NaN is not >= 0 either
        wrong = int((~((draws >= 0) & (draws <= 1))).sum())
        raise BadValue(f"{wrong:,} of {draws.size:,} drawn probabilities are unknown or not between 0 and 1: leave those out.")
    return draws


def _amounts(values):
    amounts = np.asarray(values, dtype=float)
    if amounts.ndim != 1:
        raise BadValue(f"Amounts of shape {amounts.shape}: expected one per item.")
    unknown, negative = int((~np.isfinite(amounts)).sum()), int((amounts < 0).sum())
    if unknown:
        raise BadValue(f"{unknown:,} of {amounts.size:,} amounts are not known: leave those items out and say how many they are.")
    if negative:
        raise BadValue(f"{negative:,} of {amounts.size:,} amounts are negative: give what a loss costs as a positive number.")
    return amounts


def _cells(cell, draws, amounts):
    width = draws.shape[1]
    if cell is None:
        if width != amounts.size:
            raise BadValue(f"Draws for {width:,} items, but {amounts.size:,} amounts: give one column per item, or `cell`.")
        return np.arange(width)
    cell = np.asarray(cell)
    if cell.shape != amounts.shape:
        raise BadValue(f"{amounts.size:,} amounts, but `cell` of shape {cell.shape}: expected one cell per item.")
    if cell.size and not (np.issubdtype(cell.dtype, np.integer) and cell.min() >= 0 and cell.max() < width):
        raise BadValue(f"`cell` must hold whole numbers from 0 to {width - 1:,}, the columns of the draws.")
    return cell.astype(np.intp, copy=False)


def _chunks(count, width):
    """Slices of `count` rows of `width` entries, AT_ONCE entries in each."""
    step = max(1, AT_ONCE // max(1, width))
    return [slice(start, start + step) for start in range(0, count, step)]


def _moments(draws, amounts, cell):
    """Mean and variance of the total under each draw, exact."""
    first = np.bincount(cell, weights=amounts, minlength=draws.shape[1])
    second = np.bincount(cell, weights=amounts**2, minlength=draws.shape[1])
    variances = [(draws[chunk] * (1 - draws[chunk])) @ second for chunk in _chunks(*draws.shape)]
    return draws @ first, np.concatenate(variances)


def _drawn_singly(draws, amounts, cell):
    """Which items are drawn one by one: the largest, until SINGLY losses (or, where likely, their contraries) are expected."""
    width = draws.shape[1]
    chances = sum((np.minimum(draws[chunk], 1 - draws[chunk]).sum(axis=0) for chunk in _chunks(*draws.shape)), np.zeros(width))
    chances = (chances / len(draws))[cell]
    if chances.sum() <= SINGLY:
        return np.ones(amounts.size, dtype=bool)
    order = np.argsort(-amounts, kind="stable")
    singly = np.zeros(amounts.size, dtype=bool)
    singly[order] = np.cumsum(chances[order]) - chances[order] < SINGLY
    return singly


def _simulate(draws, amounts, cell, rows, rng):
    """A total for each of `rows` (numbers of draws), without approximation."""
    used, cell = np.unique(cell, return_inverse=True)
    order = np.argsort(cell, kind="stable")
    amounts, sizes = amounts[order], np.bincount(cell, minlength=used.size)
    totals = np.zeros(len(rows))
    for chunk in _chunks(len(rows), used.size):
        totals[chunk] = _losses(draws[np.ix_(rows[chunk], used)], amounts, sizes, rng)
    return totals


def _losses(chances, amounts, sizes, rng):
    """A total per row of `chances` [rows, cells]; `amounts` stand cell by cell, `sizes` of them in each."""
    likely = chances > 0.5  # there the contrary is drawn: all is lost but what is hit
    hits = rng.poisson(sizes * -np.log1p(-np.where(likely, 1 - chances, chances)))
    place = np.repeat(np.arange(hits.size), hits.ravel())  # (row, cell) of each hit, as one number
    row, cell = np.divmod(place, sizes.size) if sizes.size else (place, place)
    starts = np.cumsum(sizes) - sizes
    item = starts[cell] + (rng.random(place.size) * sizes[cell]).astype(np.intp)
    once = np.unique(row * amounts.size + item, return_index=True)[1]  # an item that is hit twice is lost once
    row, item, place = row[once], item[once], place[once]
    signed = np.where(likely.ravel()[place], -amounts[item], amounts[item])
    by_cell = np.bincount(np.repeat(np.arange(sizes.size), sizes), weights=amounts, minlength=sizes.size)
    return likely @ by_cell + np.bincount(row, weights=signed, minlength=len(chances))


def _normal(draws, amounts, cell, rows, rng):
    """A normal total for each of `rows`, never below nothing nor above all."""
    means, variances = _moments(draws, amounts, cell)
    found = means[rows] + np.sqrt(variances[rows]) * rng.standard_normal(len(rows))
    return np.clip(found, 0, amounts.sum())


def _ranges(simulated, levels):
    levels = np.asarray(levels, dtype=float)
    if not ((levels > 0) & (levels < 1)).all():
        raise BadValue(f"Levels {levels.tolist()}: each must be between 0 and 1, for example 0.9.")
    tails = (1 - levels) / 2
    # totals may come in steps: the least total that so large a share does not exceed, so that a range holds its level or more
    low, high = np.quantile(simulated, [tails, 1 - tails], method="inverted_cdf")
    return pd.DataFrame({"level": levels, "low": low, "high": high})
