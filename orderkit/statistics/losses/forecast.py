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
EVENTS = 20_000_000  # events drawn one by one at most; of more, parcels of alike amounts are taken together
GROUPS = 10_000  # groups of parcels of alike amounts in all, about
BINS, SINGLE = (6, 48), (2, 16)  # groups in a class, and how many of its dearest parcels stay single: least and most
LEAST = 2_000  # simulations, however many events
AT_ONCE = 2_000_000  # numbers held at once


@dataclass(frozen=True)
class LossForecast:
    """What losses add up to over a span, in the currency of the amounts.

    `mean`, `sd`; `none`: the chance of no loss at all; `quantiles`: {0.05: ...}; `var`, `tvar`: value and tail value at risk by
    level; `events`: expected number; `error`: Monte Carlo standard error of the mean; `simulated`: the totals, [simulations].
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
    return described(simulated[:, 0], events)


def described(totals, events=np.nan):
    """The LossForecast of simulated totals [simulations]."""
    points = np.quantile(totals, POINTS, method="inverted_cdf")
    risks = {level: simulated_risk(totals, p=level) for level in AT_RISK}
    return LossForecast(
        mean=float(totals.mean()), sd=float(totals.std()), none=float((totals == 0).mean()), events=float(events),
        error=float(totals.std() / np.sqrt(totals.size)),
        quantiles={round(point, 4): float(value) for point, value in zip(POINTS, points, strict=True)},
        var={level: risk.var for level, risk in risks.items()},
        tvar={level: risk.tvar for level, risk in risks.items()},
        simulated=totals,
    )  # fmt: skip


def simulate(amounts, cell, rates, *, times, rng, simulations=SIMULATIONS):
    """Totals [simulations, columns] of `amounts` [parcels, columns] hit by the same events, and the expected number of events.

    As `forecast`; where more than 20 million events would be drawn, fewer simulations are made (2,000 at least), and if that is
    not enough, parcels of a class with alike amounts (in the sum of columns; up to 48 groups, the dearest 16 apart) count as one
    amount.
    """
    amounts, cell, rates = _checked(amounts, cell, rates)
    sizes = np.bincount(cell, minlength=rates.shape[1])
    ahead = sizes * np.broadcast_to(np.asarray(times, dtype=float), sizes.shape)
    expected = float((rates @ ahead).mean())
    simulations = int(np.clip(EVENTS / max(expected, 1e-9), min(LEAST, simulations), simulations))
    rows = np.arange(simulations) % len(rates)
    order = np.lexsort((amounts.sum(axis=1), cell))
    if expected * simulations <= EVENTS:
        return _one_by_one(amounts[order], sizes, ahead, rates, rows, rng), expected
    return _in_groups(amounts[order], cell[order], sizes, ahead, rates, rows, rng), expected


def _one_by_one(amounts, sizes, ahead, rates, rows, rng):
    """Every event hits one parcel. `amounts` stand class by class, `sizes` of them in each."""
    starts, totals = np.cumsum(sizes) - sizes, np.zeros((len(rows), amounts.shape[1]))
    for chunk in _chunks(len(rows), max(sizes.size, int((rates @ ahead).max()))):
        hits = rng.poisson(rates[rows[chunk]] * ahead)
        place = np.repeat(np.arange(hits.size), hits.ravel())
        row, which = np.divmod(place, sizes.size)
        item = starts[which] + (rng.random(place.size) * sizes[which]).astype(np.intp)
        for column in range(amounts.shape[1]):
            totals[chunk, column] = np.bincount(row, amounts[item, column], len(hits))
    return totals


def _in_groups(amounts, cell, sizes, ahead, rates, rows, rng):
    """Parcels of alike amounts together: a Poisson number of events for each group, at its mean amount."""
    starts = np.cumsum(sizes) - sizes
    bins, single = (int(np.clip(GROUPS * share / sizes.size, *ends)) for share, ends in ((0.75, BINS), (0.25, SINGLE)))
    rank = np.arange(cell.size) - starts[cell]
    behind = sizes[cell] - rank - 1  # 0: the dearest
    bulk = np.maximum(sizes[cell] - single, 1)
    group = np.where(behind < single, bins + behind, rank * bins // bulk)
    named, number = np.unique(cell * (bins + single) + group, return_inverse=True)
    size = np.bincount(number)
    mean = np.stack([np.bincount(number, column) / size for column in amounts.T], axis=1)
    of = named // (bins + single)
    share = size / sizes[of] * ahead[of]
    totals = np.zeros((len(rows), amounts.shape[1]))
    for chunk in _chunks(len(rows), size.size):
        totals[chunk] = rng.poisson(rates[rows[chunk]][:, of] * share) @ mean
    return totals


def _chunks(count, width):
    step = max(1, AT_ONCE // max(1, width))
    return [slice(start, start + step) for start in range(0, count, step)]


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
