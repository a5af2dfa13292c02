"""Bars: where each begins and ends, on one another or side by side, and the paths that draw them."""

import itertools
from dataclasses import dataclass

from markupsafe import Markup

from orderkit.reports.drawing import svg
from orderkit.reports.drawing.figure import axis_of
from orderkit.reports.drawing.values import DAY, CannotDraw, each, items, number, paint

GAP = 0.2  # of the step between bars, as plotly has it
THINNEST = 0.4  # pixels of a bar that is more than nothing


@dataclass(frozen=True)
class Bar:
    """A bar in numbers of its axes: from `left` to `right` along the positions, from `foot` to `head` along the values."""

    place: int  # of its value in the trace
    left: float
    right: float
    foot: float
    head: float


def arranged(traces, axes, layout):
    """The bars of each bar trace: {place of the trace: [Bar]}."""
    groups = {}
    for place, trace in enumerate(traces):
        if trace["type"] == "bar":
            groups.setdefault((axis_of(trace, "x"), axis_of(trace, "y"), trace["across"]), []).append(place)
    found = {}
    for (x, y, across), places in groups.items():
        along, up = (axes[y], axes[x]) if across else (axes[x], axes[y])
        found |= _group([(place, traces[place]) for place in places], along, up, layout)
    return found


def _group(named, along, up, layout):
    """The bars of traces that stand on the same two axes."""
    if up.kind not in ("linear",):
        raise CannotDraw("bars on an axis that has no zero")
    mode = layout.get("barmode") or "group"
    read = {place: _numbers(trace, along, up) for place, trace in named}
    step = _step([at for rows in read.values() for _, at, _ in rows], along.kind)
    share = 1 - (number(layout.get("bargap")) if number(layout.get("bargap")) is not None else GAP)
    side, sums, found = len(named) if mode == "group" else 1, {}, {}
    for order, (place, trace) in enumerate(named):
        slot = step * share / side
        shift = (order - (side - 1) / 2) * slot if mode == "group" else 0.0
        width = slot * (1 - (number(layout.get("bargroupgap")) or 0))
        based = trace.get("base") is not None
        stack = sums if mode in ("stack", "relative") and not based else None
        found[place] = _bars(trace, read[place], (shift, width), stack, mode)
    return found


def _numbers(trace, along, up):
    """[(place, position, value)] of the bars that have both."""
    positions, values = (trace["y"], trace["x"]) if trace["across"] else (trace["x"], trace["y"])
    rows = zip(range(len(values)), along.numbers(positions), up.numbers(values), strict=True)
    return [row for row in rows if row[1] is not None and row[2] is not None]


def _step(positions, kind):
    """The least step between positions: 1 of categories, a day of a single day."""
    known = sorted(set(positions))
    steps = [after - before for before, after in itertools.pairwise(known)]
    return 1.0 if kind == "category" else min(steps, default=DAY if kind == "date" else 1.0)


def _bars(trace, rows, slot, sums, mode):
    """The bars of one trace; `sums` are what they stand on, {(position, below zero): height}, None where they do not."""
    count = len(trace["x"])
    widths, shifts = each(trace.get("width"), count), each(trace.get("offset"), count)
    bases, bars = each(_base(trace), count, 0), []
    for place, at, value in rows:
        width = number(widths[place]) or slot[1]
        left = at + number(shifts[place]) if number(shifts[place]) is not None else at + slot[0] - width / 2
        foot = number(bases[place]) or 0.0
        if sums is not None:
            key = (at, value < 0 and mode == "relative")
            foot = sums.get(key, 0.0)
            sums[key] = foot + value
        bars.append(Bar(place, left, left + width, foot, foot + value))
    return bars


def _base(trace):
    base = trace.get("base")
    if any(isinstance(one, str) for one in items(base)):
        raise CannotDraw("bars that begin on a day")
    return base


def extents(bars, across):
    """What bars need of both axes: {letter: [(number, padded, from zero)]}."""
    along = [(end, False, False) for bar in bars for end in (bar.left, bar.right)]
    up = [(end, True, True) for bar in bars for end in (bar.foot, bar.head)]
    return {"y": along, "x": up} if across else {"x": along, "y": up}


def boxes(trace, bars, x, y):
    """The pixels of bars, cut to the axes: [(place, left, top, right, bottom)]; those outside are left out."""
    found = []
    for bar in bars:
        across = (bar.foot, bar.head, bar.left, bar.right) if trace["across"] else (bar.left, bar.right, bar.foot, bar.head)
        left, right = _cut(x, *across[:2])
        top, bottom = _cut(y, *across[2:])
        if left is not None and top is not None:
            found.append((bar.place, left, top, right, bottom))
    return found


def _cut(axis, first, last):
    """The pixels between two numbers on an axis, lower first; (None, None) where they lie beyond its ends."""
    low, high = sorted((axis.low, axis.high))
    first, last = sorted((first, last))
    if last < low or first > high:
        return None, None
    return sorted((axis.pixel(max(first, low)), axis.pixel(min(last, high))))


def draw(trace, bars, x, y):
    """The bars as one path for each colour."""
    count, marker = len(trace["x"]), trace["marker"]
    colours, line = each(marker.get("color"), count), marker.get("line") or {}
    opacities = each(marker.get("opacity"), count)
    edges, thick = each(line.get("color"), count), each(line.get("width"), count)
    whole = 1.0 if trace.get("opacity") is None else number(trace["opacity"])
    paths = {}
    for place, left, top, right, bottom in boxes(trace, bars, x, y):
        if min(right - left, bottom - top) < (THINNEST if bars else 0) and abs(_length(bars, place)) == 0:
            continue
        own = number(opacities[place])
        look = (colours[place] or trace["colour"], (1.0 if own is None else own) * whole, edges[place], number(thick[place]) or 0)
        left, top = round(left, 1), round(top, 1)  # so that bars that end together do so to the last decimal
        wide, high = max(round(right, 1) - left, THINNEST), max(round(bottom, 1) - top, THINNEST)
        paths.setdefault(look, []).append(f"M{svg.joined(left, top)}h{svg.short(wide)}v{svg.short(high)}h{svg.short(-wide)}z")
    return Markup("").join(_path(look, parts) for look, parts in paths.items())


def _length(bars, place):
    return next(bar.head - bar.foot for bar in bars if bar.place == place)


def _path(look, parts):
    colour, share, edge, thick = look
    outline = {"stroke": paint(edge)[0], "stroke_width": float(thick)} if edge and thick else {}
    return svg.element("path", d="".join(parts), **svg.filled(paint(colour), share), **outline)
