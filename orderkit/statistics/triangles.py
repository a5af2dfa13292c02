"""Chain ladder, Mack's standard errors and Cape-Cod Bornhuetter-Ferguson: a comparison for development.py, never the headline.

Chain ladder multiplies what a young cohort shows by a factor above 10, luck included, and makes 0 of 0. It is here because it
is what others report. A triangle is an array [cohorts, development periods], oldest cohort first, cumulative, NaN where not seen.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, NothingToShow

from .delays import checked_windows, counts_of, days, sifted

COHORTS, FIRST = 10, 20  # with fewer cohorts, or fewer in a cell of the first column, Mack's errors mean little
WEEK = 7
MONDAY = 4  # 1970-01-05


@dataclass(frozen=True)
class ChainLadder:
    """Factors [periods - 1] and sigma2 [periods - 1]; by cohort ultimate, reserve, se; of all total_reserve and total_se.

    `sigma_rule` says how the last sigma2 was had; `reasons` why a number is NaN or not to be trusted (empty: neither).
    """

    factors: np.ndarray
    sigma2: np.ndarray
    ultimate: np.ndarray
    reserve: np.ndarray
    se: np.ndarray
    total_reserve: float
    total_se: float
    sigma_rule: str
    reasons: tuple

    @property
    def seen(self):
        """The share of the ultimate that has come by the end of each period [periods]: the delay pattern of this method."""
        return 1 / np.flip(np.cumprod(np.flip(np.append(self.factors, 1.0))))


@dataclass(frozen=True)
class CapeCod:
    """By cohort ultimate and reserve; `rate` is the one rate of all."""

    ultimate: np.ndarray
    reserve: np.ndarray
    rate: float


def chain_ladder(cumulative):
    """Chain ladder with Mack's standard errors. A ChainLadder.

    Rule for the last sigma2, which a triangle tells nothing about: the minimum of s[-1]^2 / s[-2], s[-1] and s[-2] (Mack 1993);
    a log-linear rule gives other errors. A period whose first cells are all 0 has no factor: NaN for all that rests on it.

    Raises
    ------
    BadValue
        No triangle: a gap in a row, a first cell not seen, a younger cohort seen longer than an older one, a number below 0.

    References
    ----------
    Mack (1993), Distribution-free calculation of the standard error of chain ladder reserve estimates, ASTIN Bulletin 23:213-225.

    >>> chain_ladder([[100, 150, 150], [110, 165, None], [120, None, None]]).ultimate.tolist()
    [150.0, 165.0, 180.0]
    """
    cells, latest = _triangle(cumulative)
    pairs = ~np.isnan(cells[:, 1:])
    before, after = np.where(pairs, cells[:, :-1], 0.0), np.where(pairs, cells[:, 1:], 0.0)
    base = before.sum(axis=0)
    factors = np.divide(after.sum(axis=0), base, out=np.full(base.shape, np.nan), where=base > 0)
    sigma2, rule = _sigma2(before, after, factors)
    full = _completed(cells, latest, factors)
    ultimate = full[:, -1]
    now = cells[np.arange(len(cells)), latest]
    variance, total = _errors(full, latest, factors, sigma2, base)
    reserve = ultimate - now
    reasons = _reasons(cells, factors, sigma2, now, latest)
    total_reserve, total_se = float(reserve.sum()), float(np.sqrt(total))
    return ChainLadder(factors, sigma2, ultimate, reserve, np.sqrt(variance), total_reserve, total_se, rule, reasons)


def cape_cod(reported, exposure, seen):
    """What is reported, and of the rest of each cohort the one rate of all: r + n p0 (1 - G), p0 = sum r / sum n G. A CapeCod.

    `seen` is G by cohort, of a delay pattern or `ChainLadder.seen`. NaN where a G is NaN, or nothing can be seen yet.

    References
    ----------
    Bornhuetter, Ferguson (1972), The actuary and IBNR, Proceedings CAS 59:181-195; Stanard (1985), PCAS 72:124-148 (Cape Cod).

    >>> cape_cod([8, 4], [100, 100], [1.0, 0.5]).ultimate.tolist()
    [8.0, 8.0]
    """
    reported, exposure, seen = (np.asarray(part, dtype=float) for part in (reported, exposure, seen))
    if not reported.shape == exposure.shape == seen.shape or reported.ndim != 1:
        raise BadValue("Reported, exposure and the share seen must be lists of one length.")
    if (seen < 0).any() or (seen > 1).any() or (exposure < 0).any():
        raise BadValue("A share seen lies outside 0 to 1, or an exposure is below 0.")
    exposed = float((exposure * seen).sum())
    rate = float(reported.sum() / exposed) if exposed > 0 else np.nan
    reserve = exposure * rate * (1 - seen)
    return CapeCod(reported + reserve, reserve, rate)


def weekly_triangle(returned, *, as_of, windows, first=None):
    """(Mondays of the order weeks, triangle of returned units [weeks, periods]) by whole weeks since the Monday of the order.

    `returned` and `windows` as in `delays.learn_patterns`; `first` is the day of the first order week wanted (else that of the
    first return). The last diagonal ends on the last Sunday up to the as-of: what came in a week that is cut off is left out.
    There are no more periods than weeks: what takes longer than anybody was followed is not in it.

    Raises NothingToShow where no whole week has passed, or there are no returns and no `first`.
    """
    windows = checked_windows(windows)
    seen, _ = sifted(returned, as_of=as_of, windows=windows)
    if first is None and seen.empty:
        raise NothingToShow("No return came up to the as-of day, and no first week was named: there is no triangle.")
    start = _week(int(days([first])[0]) if first is not None else int(seen["day"].min()))
    whole = _week(int(days([as_of])[0]) + 1)  # weeks before this one lie wholly at or before the as-of
    if whole <= start:
        raise NothingToShow("No whole week, Monday to Sunday, has passed up to the as-of day: there is no triangle yet.")
    periods = min((WEEK - 1 + max(windows.values())) // WEEK + 1, whole - start)
    return pd.to_datetime(WEEK * np.arange(start, whole) + MONDAY, unit="D"), _cumulated(seen, start, whole, periods)


def _cumulated(seen, start, whole, periods):
    week = _week(seen["day"].to_numpy())
    period = _week(seen["day"].to_numpy() + seen["delay"].to_numpy()) - week
    rows = whole - start
    use = (week >= start) & (week + period < whole)
    cells = np.bincount((week - start)[use] * periods + period[use], counts_of(seen["units"])[use], minlength=rows * periods)
    table = np.cumsum(cells.reshape(rows, periods), axis=1, dtype=float)  # counts of none would be whole numbers, without NaN
    ahead = np.arange(rows)[:, None] + np.arange(periods) >= rows
    table[ahead] = np.nan
    return table


def _week(day):
    """Weeks since Monday, 5 January 1970."""
    return (day - MONDAY) // WEEK


def _triangle(cumulative):
    """(cells [cohorts, periods], place of the last one seen by cohort)."""
    widest = max((len(row) for row in cumulative), default=0)
    cells = np.full((len(cumulative), widest), np.nan)
    for place, row in enumerate(cumulative):
        cells[place, : len(row)] = [np.nan if cell is None else cell for cell in row]
    known = ~np.isnan(cells)
    latest = known.sum(axis=1) - 1
    if cells.size == 0 or (latest < 0).any() or (known != (np.arange(widest) <= latest[:, None])).any():
        raise BadValue("This is no triangle: each cohort must be seen from its first period on, without a gap.")
    if (np.diff(latest) > 0).any() or latest[0] < widest - 1:
        raise BadValue("This is no triangle: the oldest cohort must come first, and none be seen longer than those before it.")
    if np.isinf(cells).any() or (cells < 0).any():
        raise BadValue("A cell of the triangle is below 0 or infinite.")
    return cells, latest


def _sigma2(before, after, factors):
    """(sigma2 by period, rule of the last): weighted squares of single factors about theirs; rows that start at 0 tell none."""
    use = before > 0
    single = np.divide(after, before, out=np.zeros_like(after), where=use)
    squares = np.where(use, before * (single - factors) ** 2, 0.0).sum(axis=0)
    freedom = use.sum(axis=0) - 1
    sigma2 = np.divide(squares, freedom, out=np.full(squares.shape, np.nan), where=freedom > 0)
    if sigma2.size < 3 or freedom[-1] > 0:
        return sigma2, "as observed"
    trend = sigma2[-2] ** 2 / sigma2[-3] if sigma2[-3] > 0 else np.inf
    sigma2[-1] = np.min([trend, sigma2[-2], sigma2[-3]])
    return sigma2, "Mack's minimum rule"


def _completed(cells, latest, factors):
    full = cells.copy()
    for period in range(1, full.shape[1]):
        ahead = latest < period
        full[ahead, period] = full[ahead, period - 1] * factors[period - 1]
    return full


def _errors(full, latest, factors, sigma2, base):
    """Mean squared errors (by cohort, of the sum), Mack's formulas (7) and following: own luck, and that of the factors."""
    ahead = np.arange(len(factors)) >= latest[:, None]  # periods still to come
    ratio, ultimate = sigma2 / factors**2, full[:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(ahead, ratio / full[:, :-1], 0.0).sum(axis=1) * ultimate**2
        shared = np.where(ahead, ratio / base, 0.0)
    own = np.where((ultimate == 0) & np.isnan(own), 0.0, own)  # nothing seen, nothing foretold: chain ladder knows no luck of 0
    common = shared.sum(axis=1) * ultimate**2
    # two cohorts share the factors that both still need: those of the older one, which come first in the list
    together = 2 * sum(shared[i].sum() * ultimate[i] * ultimate[i + 1 :].sum() for i in range(len(full)))
    return own + common, own.sum() + common.sum() + together


def _reasons(cells, factors, sigma2, now, latest):
    found = []
    for period in np.flatnonzero(np.isnan(factors)):
        found.append(f"All cells of period {period + 1} that have a next one are 0: no factor leads on from there.")
    if (now[latest < len(factors)] == 0).any():
        found.append("A cohort that shows 0 so far is foretold 0 with an error of 0: this method knows no other answer.")
    if (cells[:, :-1][~np.isnan(cells[:, 1:])] == 0).any():
        found.append("Cells of 0 tell nothing of the spread of factors: the standard errors leave them out.")
    if np.isnan(sigma2[~np.isnan(factors)]).any():
        found.append("The spread of a factor cannot be told from so few cohorts: no standard error.")
    if len(cells) < COHORTS or (cells[:, 0] < FIRST).any():
        found.append(f"Mack's errors need {COHORTS} cohorts or more, each with {FIRST} or more in its first period.")
    return tuple(found)
