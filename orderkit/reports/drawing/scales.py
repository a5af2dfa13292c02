"""An axis: what kind it is, what it spans, and where on the drawing a value lies."""

import functools
import math
from dataclasses import dataclass, field

from orderkit.reports.drawing.figure import axis_of
from orderkit.reports.drawing.values import CannotDraw, items, moment, number

PADDED = 0.05  # of an axis, beyond marks on it
HALF = 0.5  # of a category, beyond the middle of the first and the last


@dataclass
class Axis:
    """`low` and `high` are numbers as they are, logarithms, milliseconds or places of categories; `start` and `end` pixels."""

    key: str
    spec: dict
    kind: str
    categories: list = field(default_factory=list)
    low: float = 0.0
    high: float = 1.0
    start: float = 0.0
    end: float = 1.0
    room: float = 0.0  # pixels above each category's marks, for its name

    @property
    def letter(self):
        return self.key[0]

    @property
    def shown(self):
        return self.spec.get("visible", True) is not False

    @functools.cached_property
    def places(self):
        """The place of each category."""
        return {name: place for place, name in enumerate(self.categories)}

    def number(self, value):
        """A value of a trace on this axis, None where it has no place."""
        if self.kind == "category":
            return self._place(value)
        if self.kind == "date":
            return moment(value) if isinstance(value, str) else number(value)
        found = number(value)
        if self.kind == "log":
            return math.log10(found) if found and found > 0 else None
        return found

    def _place(self, value):
        known = self.places.get(str(value))
        return float(known) if known is not None else number(value)

    def numbers(self, values):
        return [self.number(value) for value in values]

    def pixel(self, place):
        """The pixel of a number of this axis."""
        share = (place - self.low) / ((self.high - self.low) or 1)
        at = self.start + share * (self.end - self.start)
        if self.room:
            middle = self.start + (round(place) - self.low) / (self.high - self.low) * (self.end - self.start)
            at = middle + self.room / 2 + (at - middle) * (1 - self.room / self.step)
        return at

    @property
    def step(self):
        """Pixels of one unit, such as one category."""
        return abs((self.end - self.start) / ((self.high - self.low) or 1))

    def within(self, place):
        """Whether a number lies on the axis, its ends included."""
        low, high = sorted((self.low, self.high))
        slack = (high - low) * 1e-9
        return low - slack <= place <= high + slack


def axes_of(layout, traces):
    """The axes that traces stand on, by their key. Raises CannotDraw for a kind that is not known."""
    keys = {axis_of(trace, letter): None for trace in traces for letter in "xy"}
    found = {}
    for key in keys:
        spec = layout.get(key) or {}
        own = [trace for trace in traces if axis_of(trace, key[0]) == key]
        kind = spec.get("type") or "-"
        kind = _guessed([value for trace in own for value in trace[key[0]]]) if kind == "-" else kind
        if kind not in ("linear", "log", "date", "category") or spec.get("rangebreaks"):
            raise CannotDraw(f"an axis of kind {kind}")
        found[key] = Axis(key, spec, kind, _categories(own, key[0], spec) if kind == "category" else [])
    return found


def _guessed(values):
    """The kind of an axis from what stands on it, as plotly guesses: days, numbers or names."""
    words = [value for value in values if isinstance(value, str) and value.strip()]
    if not words or all(number(word) is not None for word in words):
        return "linear"
    days = sum(moment(word) is not None and number(word) is None for word in words)
    return "date" if days * 2 > len(words) else "category"


def _categories(traces, letter, spec):
    """The names on an axis in their order."""
    order = spec.get("categoryorder") or ("array" if spec.get("categoryarray") is not None else "trace")
    first = [str(name) for name in items(spec.get("categoryarray"))] if order == "array" else []
    seen = list(dict.fromkeys([*first, *(str(value) for trace in traces for value in trace[letter] if value is not None)]))
    if order in ("trace", "array"):
        return seen
    way, _, direction = order.partition(" ")
    if way not in ("category", "total", "sum") or direction not in ("ascending", "descending"):
        raise CannotDraw(f"categories in the order {order}")
    sums = dict.fromkeys(seen, 0.0)
    for trace in traces:
        for name, value in zip(trace[letter], trace["y" if letter == "x" else "x"], strict=True):
            sums[str(name)] = sums.get(str(name), 0.0) + (number(value) or 0)
    return sorted(seen, key=(lambda name: name) if way == "category" else sums.get, reverse=direction == "descending")


def set_ranges(axes, extents):
    """Gives each axis its ends: those that the figure names, else from `extents` {key: [(number, padded, from zero)]}."""
    for group in _together(axes):
        seen = [one for key in group for one in extents.get(key, ())]
        for key in group:
            axes[key].low, axes[key].high = _ends(axes[key], seen)


def _together(axes):
    """Keys of axes that share one range."""
    groups = {}
    for key in axes:
        leader, seen = key, {key}
        while (to := axes[leader].spec.get("matches")) and (named := f"{to[0]}axis{to[1:]}") in axes and named not in seen:
            leader = named
            seen.add(named)
        groups.setdefault(leader, []).append(key)
    return list(groups.values())


def _ends(axis, seen):
    low, high = _automatic(axis, seen)
    how, asked = axis.spec.get("autorange"), items(axis.spec.get("range"))
    if len(asked) == 2 and how in (None, False):
        first, last = (_asked(axis, end) for end in asked)
        return (low if first is None else first), (high if last is None else last)
    return (high, low) if how == "reversed" else (low, high)


def _asked(axis, end):
    if axis.kind == "date" and isinstance(end, str):
        return moment(end)
    return number(end)  # of a logarithmic axis it is the power already, of categories their place


def _automatic(axis, seen):
    """The range of all that stands on an axis, with room beyond marks, from zero where bars or the figure want it."""
    if axis.kind == "category":
        return -HALF, max(len(axis.categories), 1) - HALF
    values = [value for value, _, _ in seen]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    zero = axis.kind == "linear" and (axis.spec.get("rangemode") in ("tozero", "nonnegative") or any(at for *_, at in seen))
    low, high = (min(low, 0.0), max(high, 0.0)) if zero else (low, high)
    if low == high:
        return low - 1, high + 1
    pad = PADDED * (high - low) / (1 - PADDED)
    below = any(padded for value, padded, _ in seen if value == low) and not (zero and low == 0)
    above = any(padded for value, padded, _ in seen if value == high) and not (zero and high == 0)
    return low - pad * below, high + pad * above
