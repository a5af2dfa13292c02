"""What losses add up to in the weeks ahead: parcels like the recent ones, lost at rates that are not known well.

A total is simulated many times. Each time all rates are drawn anew from their posterior, once for the whole span: a year of bad
rates is bad in every week, so that the bad ends of 52 weeks do not add up to that of a year. Given the rates, events come as a
Poisson number per class (parcels ahead x rate), each hitting one of the recent parcels of its class: a compound Poisson total.
What parcels cost may be told in several columns, one per way of covering them; all are hit by the same events.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from orderkit.errors import BadValue

from .checks import numbers
from .risk import simulated_risk

SIMULATIONS = 20_000
SINGLY = 250  # events expected per total among the parcels that are hit one by one, where there are more than twice as many
AT_ONCE = 2_000_000  # numbers held at once


@dataclass(frozen=True)
class LossForecast:
    """What losses add up to over a span, in the currency of the amounts.

    `mean` (exact where the amounts are known), `sd`; `none`: the chance of no loss at all; `quantiles`: {0.05: ...}; `var`,
    `tvar`: value and tail value at risk by level; `events`: expected number; `error`: Monte Carlo standard error of the mean;
    `simulated`: the totals, [simulations].
    """

    mean: float
    sd: float
    none: float
    events: float
    error: float
    quantiles: dict = field(repr=False)
    var: dict = field(repr=False)
    tvar: dict = field(repr=False)
    simulated: np.ndarray = field(repr=False)

    @property
    def ranges(self):
        """A frame of level, low, high for 50, 80 and 90 %."""
        ends = [(level, round((1 - level) / 2, 4), round((1 + level) / 2, 4)) for level in LEVELS]
        rows = [(level, self.quantiles[low], self.quantiles[high]) for level, low, high in ends]
        return pd.DataFrame(rows, columns=["level", "low", "high"])


LEVELS = (0.5, 0.8, 0.9)
POINTS = sorted({round(end, 4) for level in LEVELS for end in ((1 - level) / 2, (1 + level) / 2)} | {0.5, 0.99})
AT_RISK = (0.95, 0.99)


def forecast(amounts, cell, rates, *, times, rng, simulations=SIMULATIONS, known_rates=False):
    """The LossForecast of parcels ahead: as many as `times` the recent ones, of the same classes and amounts.

    Parameters
    ----------
    amounts
        What each recent parcel costs if it is lost [parcels], one currency.
    cell
        The number of each one's class: the column of the rates.
    rates
        Draws of the rates, [draws, classes].
    times
        Parcels ahead for each recent one, a number or one per class: 52 / 8 for a year like the last eight weeks.
    known_rates
        Whether the mean rates are taken for certain: what chance alone would do. Not for decisions.

    Raises BadValue for amounts that are negative or not known, rates outside 0 to 1, sizes that do not fit.
    """
    if known_rates:
        rates = numbers(rates, "Rates").mean(axis=0, keepdims=True)
    simulated, events = simulate(amounts, cell, rates, times=times, rng=rng, simulations=simulations)
    return described(simulated[:, 0], events, float(expected(amounts, cell, rates, times=times)[0]))


def expected(amounts, cell, rates, *, times):
    """The mean of each column of `amounts` [parcels, columns] over all draws of the rates, exact [columns]; arguments as
    `forecast`."""
    amounts, cell, rates = _checked(amounts, cell, rates)
    each = (rates.mean(axis=0) * times)[cell]
    return each @ amounts


def described(totals, events=np.nan, mean=None):
    """The LossForecast of simulated totals [simulations]; mean: where it is known exactly."""
    points = np.quantile(totals, POINTS, method="inverted_cdf")
    risks = {level: simulated_risk(totals, p=level) for level in AT_RISK}
    return LossForecast(
        mean=float(totals.mean()) if mean is None else mean, sd=float(totals.std()), none=float((totals == 0).mean()),
        events=float(events),
        error=float(totals.std() / np.sqrt(totals.size)),
        quantiles={round(point, 4): float(value) for point, value in zip(POINTS, points, strict=True)},
        var={level: risk.var for level, risk in risks.items()},
        tvar={level: risk.tvar for level, risk in risks.items()},
        simulated=totals,
    )  # fmt: skip


def simulate(amounts, cell, rates, *, times, rng, simulations=SIMULATIONS):
    """Totals [simulations, columns] of `amounts` [parcels, columns] hit by the same events, and the expected number of events.

    As `forecast`. Up to 500 events a total are simulated as they are. Of more, 250 are: those that hit the parcels of the
    largest amounts, measured in standard deviations of the total of any column; the rest is a normal variable for each draw of
    the rates, with exactly its mean and variance (for several columns, covariances). Of one column the skewness that is lost is
    at most 0.025: 0.007 standard deviations at the ends of a 90 % range, 0.018 at q99 (Cornish-Fisher).
    """
    amounts, cell, rates = _checked(amounts, cell, rates)
    sizes, mean = np.bincount(cell, minlength=rates.shape[1]), rates.mean(axis=0)
    times = np.broadcast_to(np.asarray(times, dtype=float), sizes.shape)
    expected = float(mean @ (sizes * times))
    rows = np.arange(simulations) % len(rates)
    if expected <= 2 * SINGLY:
        return _one_by_one(amounts, cell, times, rates, rows, rng), expected
    singly = _largest(amounts, (mean * times)[cell])
    totals = _one_by_one(amounts[singly], cell[singly], times, rates, rows, rng)
    totals += _normal(amounts[~singly], cell[~singly], times, rates, rows, rng)
    return np.maximum(totals, 0), expected


def _largest(amounts, chance):
    """Which parcels are drawn one by one: the largest in standard deviations of any column, until SINGLY events are expected."""
    deviation = np.sqrt(chance @ np.square(amounts))
    size = (amounts / np.where(deviation > 0, deviation, 1)).max(axis=1)
    order = np.argsort(-size)
    singly = np.zeros(size.size, dtype=bool)
    singly[order[: np.searchsorted(np.cumsum(chance[order]), SINGLY)]] = True
    return singly


def _one_by_one(amounts, cell, times, rates, rows, rng):
    """Every event hits one parcel."""
    used, cell = _used(cell, rates.shape[1])
    order = np.argsort(cell.astype(np.min_scalar_type(used.size)), kind="stable")  # short whole numbers are sorted at once
    sizes, totals = np.bincount(cell, minlength=used.size), np.zeros((len(rows), amounts.shape[1]))
    starts, rates, ahead = np.cumsum(sizes) - sizes, rates[:, used], sizes * times[used]
    for chunk in _chunks(len(rows), max(sizes.size, int((rates @ ahead).max(initial=0)))):
        row, which = _hits(rates, ahead, rows[chunk], rng)
        item = order[starts[which] + (rng.random(which.size) * sizes[which]).astype(np.intp)]
        for column, own in enumerate(amounts.T):
            totals[chunk, column] = np.bincount(row, own[item], chunk.stop - chunk.start)
    return totals


def _hits(rates, ahead, rows, rng):
    """(number among `rows`, class) of each event of so many simulations."""
    if len(rates) == 1:  # all alike: the events of all simulations at once, each in any of them
        which = np.repeat(np.arange(ahead.size), rng.poisson(rates[0] * ahead * rows.size))
        return rng.integers(0, rows.size, which.size), which
    hits = rng.poisson(rates[rows] * ahead)
    return np.divmod(np.repeat(np.arange(hits.size), hits.ravel()), max(ahead.size, 1))


def _normal(amounts, cell, times, rates, rows, rng):
    """Normal totals with the means and covariances that each draw of the rates gives."""
    columns, rates = amounts.shape[1], rates * times
    sums = np.stack([np.bincount(cell, column, rates.shape[1]) for column in amounts.T], axis=1)
    pairs = [np.bincount(cell, one * other, rates.shape[1]) for one in amounts.T for other in amounts.T]
    spread = (rates @ np.stack(pairs, axis=1)).reshape(-1, columns, columns)
    size, along = np.linalg.eigh(spread)
    root = along * np.sqrt(np.maximum(size, 0))[:, None, :]
    return (rates @ sums)[rows] + np.einsum("rij,rj->ri", root[rows], rng.standard_normal((len(rows), columns)))


def _used(cell, classes):
    """The classes that parcels are of, and the number of each parcel's among them."""
    used = np.flatnonzero(np.bincount(cell, minlength=classes))
    place = np.zeros(classes, dtype=np.intp)
    place[used] = np.arange(used.size)
    return used, place[cell]


def _chunks(count, width):
    step = max(1, AT_ONCE // max(1, width))
    return [slice(start, min(start + step, count)) for start in range(0, count, step)]


def _checked(amounts, cell, rates):
    amounts, rates, cell = numbers(amounts, "Amounts"), numbers(rates, "Rates"), np.asarray(cell)
    amounts = amounts[:, None] if amounts.ndim == 1 else amounts
    if not (np.isfinite(amounts).all() and (amounts >= 0).all()):
        raise BadValue("An amount is negative or not known: leave those parcels out and say how many they are.")
    if rates.ndim != 2 or not len(rates) or not ((rates >= 0) & (rates <= 1)).all():
        raise BadValue("Rates must be [draws, classes], at least one draw, each between 0 and 1.")
    if cell.shape != amounts.shape[:1] or not np.issubdtype(cell.dtype, np.integer):
        raise BadValue(f"{len(amounts):,} parcels, but classes of shape {cell.shape}: give each parcel the number of its class.")
    if cell.size and not (cell.min() >= 0 and cell.max() < rates.shape[1]):
        raise BadValue(f"A class beyond 0 to {rates.shape[1] - 1:,}, the columns of the rates.")
    return amounts, cell.astype(np.intp, copy=False), rates
