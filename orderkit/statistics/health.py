"""Account health: rates against their limits, and how many more defects a limit leaves; limits are those of a pack."""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from orderkit.errors import BadValue, UnknownName

RATES = {  # the rates that must stay strictly under a limit: the pack's parameters of the limit, and of the days of each window
    "late_shipment": ("late_shipment_limit", ("late_shipment_over_short", "late_shipment_over")),
    "cancel": ("cancel_rate_limit", ("cancel_rate_over",)),
    "order_defect": ("defect_limit", ("defect_over",)),
}


@dataclass(frozen=True)
class Limit:
    """The limit of a rate on a day, in percent, and the windows, in days, over each of which the rate must stay under it.

    `certainty` and `source` are those of the limit. Where sources differ, the limit is the least of what they say, and every
    window that any of them names is there.
    """

    percent: Decimal
    windows: tuple
    certainty: str
    source: str


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
        """Whether the rate is strictly under its limit; without orders it is."""
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


def headroom(defects, orders, percent):
    """How `defects` among `orders` stand against a limit in percent. Raises BadValue for more defects than orders.

    >>> found = headroom(6, 50, Decimal("4.0"))
    >>> found.rate, found.most, found.left, found.under
    (12.0, 1, -5, False)
    """
    if not 0 <= defects <= orders:
        raise BadValue(f"{defects} of {orders} is no rate: the defects must be between 0 and the number of orders.")
    most = most_defects(orders, percent)
    rate = 100 * defects / orders if orders else math.nan
    return Headroom(defects, orders, percent, rate, most, most - defects)


def limit(pack, rate, *, marketplace, day):
    """The Limit of a rate (see RATES) in force at a marketplace on a day; None where no source tells one.

    Raises UnknownName for another rate.
    """
    if rate not in RATES:
        raise UnknownName("rate", rate, RATES)
    name, windows = RATES[rate]
    found = _in_force(pack, name, marketplace, day)
    if found is None:
        return None
    held = [_in_force(pack, window, marketplace, day) for window in windows]
    days = {days for period in held if period is not None for days in (period.value, *period.others)}
    return Limit(Decimal(found.bounds[0]), tuple(sorted(days)), found.certainty, found.source)


def _in_force(pack, name, marketplace, day):
    periods = pack.parameters[name].periods if name in pack.parameters else ()
    held = (made for made in periods if made.key == marketplace and made.start <= day < made.end)
    return next((made for made in held if made.value is not None), None)
