"""Account health: rates against their limits, how many more defects a limit leaves, and the chance to pass it next week.

Limits are those of a pack. A rate that must reach its limit, such as on-time delivery, is reckoned by its misses.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from orderkit.errors import BadValue, UnknownName

RATES = {  # the pack's parameters of the limit, and of the days of each window
    "late_shipment": ("late_shipment_limit", ("late_shipment_over_short", "late_shipment_over")),
    "cancel": ("cancel_rate_limit", ("cancel_rate_over",)),
    "tracking": ("tracking_limit", ("tracking_over",)),
    "on_time": ("on_time_limit", ("on_time_over",)),
    "order_defect": ("defect_limit", ("defect_over",)),
}
REACHED = ("tracking", "on_time")  # these must be at least their limit, the others strictly under it
LAGS = {"on_time": "on_time_lag"}  # the pack's parameter of the days by which a window lies back
MOST_ORDERS = 500  # a rate is never taken to be known better than from so many orders: shops change


@dataclass(frozen=True)
class Limit:
    """The limit of a rate on a day, in percent, and the windows, in days, over each of which the rate is held to it.

    `certainty` and `source` are those of the limit. Where sources differ, the limit is the strictest of what they say, and every
    window that any of them names is there. `at_least`: the rate must reach the limit, not stay under it. `lag`: days by which the
    windows lie back; None where no source tells it for this marketplace, though for another.
    """

    percent: Decimal
    windows: tuple
    certainty: str
    source: str
    at_least: bool = False
    lag: int | None = 0


@dataclass(frozen=True)
class Headroom:
    """How a rate stands: `rate` in percent (NaN without orders), `most` defects that stay under the limit, `left` until then.

    `left` is negative by so many defects as there are too many.
    """

    defects: int
    orders: int
    percent: Decimal
    rate: float
    most: int
    left: int

    @property
    def under(self):
        """Whether the rate keeps to its limit; without orders it does."""
        return self.left >= 0


def most_defects(orders, percent):
    """The most defects among `orders` that keep their rate strictly under `percent`, reckoned exactly; 0 without orders.

    Raises BadValue for a limit that nothing can be under.

    >>> [most_defects(n, Decimal("4.0")) for n in (25, 26, 50, 51)]
    [0, 1, 1, 2]
    """
    if not 0 < percent <= 100:
        raise BadValue(f"A limit of {percent} percent is none: it must be above 0 and at most 100.")
    return max(0, math.ceil(Fraction(percent) * orders / 100) - 1)


def most_misses(orders, percent):
    """The most misses among `orders` with which a rate still reaches `percent`, reckoned exactly.

    >>> [most_misses(n, Decimal("90")) for n in (9, 10, 19, 20)]
    [0, 1, 1, 2]
    """
    if not 0 < percent <= 100:
        raise BadValue(f"A limit of {percent} percent is none: it must be above 0 and at most 100.")
    return math.floor((100 - Fraction(percent)) * orders / 100)


def headroom(defects, orders, percent, *, at_least=False):
    """How `defects` among `orders` stand against a limit in percent: a rate of defects that must be under it or, `at_least`, of
    what is no defect, that must reach it. Raises BadValue for more defects than orders.

    >>> found = headroom(6, 50, Decimal("4.0"))
    >>> found.rate, found.most, found.left, found.under
    (12.0, 1, -5, False)
    """
    if not 0 <= defects <= orders:
        raise BadValue(f"{defects} of {orders} is no rate: the defects must be between 0 and the number of orders.")
    most = (most_misses if at_least else most_defects)(orders, percent)
    rate = 100 * (orders - defects if at_least else defects) / orders if orders else math.nan
    return Headroom(defects, orders, percent, rate, most, most - defects)


def limit(pack, rate, *, marketplace, day):
    """The Limit of a rate (see RATES) in force at a marketplace on a day; None where no source tells one.

    Raises UnknownName for another rate.
    """
    if rate not in RATES:
        raise UnknownName("rate", rate, RATES)
    name, windows = RATES[rate]
    found = pack.held(name, marketplace, day)
    if found is None:
        return None
    held = [pack.held(window, marketplace, day) for window in windows]
    days = {days for period in held if period is not None for days in (period.value, *period.others)}
    reached = rate in REACHED
    strictest = Decimal(found.bounds[1 if reached else 0])
    lag = _lag(pack, rate, marketplace, day)
    return Limit(strictest, tuple(sorted(days)), found.certainty, found.source, reached, lag)


def _lag(pack, rate, marketplace, day):
    if rate not in LAGS:
        return 0
    found = pack.held(LAGS[rate], marketplace, day)
    return found and found.value


def lag_elsewhere(pack, rate, day):
    """The most days by which the window of a rate lies back on any marketplace: for those of which no source tells it."""
    periods = pack.parameters[LAGS[rate]].periods if LAGS.get(rate) in pack.parameters else ()
    return max((made.value for made in periods if made.value is not None and made.start <= day < made.end), default=0)


def rate_by_weeks(defects, orders):
    """(a, b) of the Beta distribution of the rate from week to week: a beta-binomial fitted to weekly counts.

    Its mean and spread maximise the marginal likelihood; the spread is never less than that of as many orders as there are, nor
    of 500. One half is added to both, so that no defect so far is no rate of zero. NaN where there is no order.

    References
    ----------
    Griffiths (1973), Maximum likelihood estimation for the beta-binomial distribution, Biometrics 29:637-648.

    >>> rate_by_weeks([0, 0], [30, 20])
    (0.5, 50.5)
    """
    events, among = _counted(defects, orders)
    whole, of = int(events.sum()), int(among.sum())
    if not of:
        return math.nan, math.nan
    mean, size = whole / of, min(of, MOST_ORDERS)
    if 0 < whole < of and size > 1:
        mean, size = _most_likely(events, among, mean, size)
    return mean * size + 0.5, (1 - mean) * size + 0.5


def _counted(defects, orders):
    events, among = np.asarray(defects, dtype=float), np.asarray(orders, dtype=float)
    if events.shape != among.shape or (events < 0).any() or (events > among).any():
        raise BadValue("The defects of each week must be between 0 and its orders: give two lists of the same length.")
    return events[among > 0], among[among > 0]


def _most_likely(events, among, mean, most):
    """(mean, size) that maximise the marginal likelihood of a beta-binomial; size, a + b, is between 1 and `most`."""
    from scipy.optimize import minimize
    from scipy.special import betaln, expit, logit

    def against(at):
        rate, size = expit(at[0]), np.exp(at[1])
        a, b = rate * size, (1 - rate) * size
        return -np.sum(betaln(events + a, among - events + b) - betaln(a, b))

    bounds = [(-12, 12), (0, math.log(most))]
    starts = [[logit(mean), math.log(most) * share] for share in (0.5, 1)]
    best = min((minimize(against, start, method="L-BFGS-B", bounds=bounds) for start in starts), key=lambda found: found.fun)
    return float(expit(best.x[0])), float(np.exp(best.x[1]))


def chance_of_breach(defects, kept, new, a, b, percent, *, at_least=False, spread=True):
    """The chance that a rate passes its limit once `new` orders have joined the `kept` ones that stay in its window.

    `defects` are those among the kept orders; the rate of the new ones is Beta(a, b). `new` is a mean, around which their number
    varies as a Poisson number does, or, without `spread`, the number itself. 1 where the kept defects are too many already.

    References
    ----------
    scipy.stats.betabinom; Gelman et al. (2013), Bayesian Data Analysis, section 2.

    >>> round(chance_of_breach(9, 250, 120, 20.5, 780.5, Decimal("4.0"), spread=False), 3)
    0.103
    """
    if not 0 <= defects <= kept or new < 0 or not (a > 0 and b > 0):
        raise BadValue("The defects must be between 0 and the orders kept, the new orders 0 or more, a and b above 0.")
    from scipy.stats import betabinom, poisson

    numbers, weights = np.array([round(new)]), np.ones(1)
    if spread and new > 0:
        numbers = np.arange(poisson.ppf(1e-9, new), poisson.ppf(1 - 1e-9, new) + 1).astype(int)
        weights = poisson.pmf(numbers, new)
    most = most_misses if at_least else most_defects
    allowed = np.array([most(kept + int(number), percent) - defects for number in numbers])
    chances = np.where(allowed < 0, 1.0, betabinom.sf(np.maximum(allowed, 0), np.maximum(numbers, 1), a, b))
    chances = np.where((numbers == 0) & (allowed >= 0), 0.0, chances)
    return float(np.clip(np.sum(weights * chances) / weights.sum(), 0, 1))
