"""Marks of scatter traces: their shapes, the ranges through them and the words beside them."""

import math

from markupsafe import Markup

from orderkit.reports.drawing import svg
from orderkit.reports.drawing.values import CannotDraw, each, items, number, paint

SIZE = 6.0
NUMBERED = ("circle", "square", "diamond", "cross", "x", "triangle-up", "triangle-down", "triangle-left", "triangle-right")
LINES = {"line-ns": ((0, -1), (0, 1)), "line-ew": ((-1, 0), (1, 0))}
CORNERS = {  # of marks, in half sizes from the middle
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "triangle-up": ((-1.15, 0.67), (1.15, 0.67), (0, -1.3)),
    "triangle-down": ((-1.15, -0.67), (1.15, -0.67), (0, 1.3)),
    "triangle-left": ((0.67, -1.15), (0.67, 1.15), (-1.3, 0)),
    "triangle-right": ((-0.67, -1.15), (-0.67, 1.15), (1.3, 0)),
    "cross": (
        (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4),
        (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4),
    ),
}  # fmt: skip
CORNERS["x"] = tuple(((a - b) * math.sqrt(0.5), (a + b) * math.sqrt(0.5)) for a, b in CORNERS["cross"])


def has_marks(trace):
    return trace["type"] == "scatter" and "markers" in trace["mode"]


def sizes(trace):
    """The pixels across each mark."""
    marker, count = trace["marker"], len(trace["x"])
    given = [SIZE if number(size) is None else number(size) for size in each(marker.get("size"), count, SIZE)]
    if isinstance(marker.get("size"), list | dict):
        scale, least = number(marker.get("sizeref")) or 1.0, number(marker.get("sizemin")) or 0.0
        area = (marker.get("sizemode") or "diameter") == "area"
        return [max(math.sqrt(size / scale) if area else size / scale, least) for size in given]
    return given


def draw(trace, x, y):
    """The marks of a trace that lie within its axes, in groups of one look."""
    count, marker = len(trace["x"]), trace["marker"]
    columns = (each(marker.get("color"), count), each(marker.get("symbol"), count, "circle"), each(marker.get("opacity"), count))
    line = marker.get("line") or {}
    edges, thick = each(line.get("color"), count), each(line.get("width"), count)
    groups = {}
    rows = zip(x.numbers(trace["x"]), y.numbers(trace["y"]), sizes(trace), *columns, edges, thick, strict=True)
    for across, up, size, colour, symbol, share, edge, width in rows:
        if across is not None and up is not None and x.within(across) and y.within(up):
            look = (colour or trace["colour"], _named(symbol), number(share), edge, number(width) or 0.0)
            groups.setdefault(look, []).append((x.pixel(across), y.pixel(up), min(size, _tallest(symbol, y))))
    whole = 1.0 if trace.get("opacity") is None else number(trace["opacity"])
    return Markup("").join(_group(look, marks, whole) for look, marks in groups.items())


def _tallest(symbol, y):
    """Upright ticks stay clear of the names above them."""
    return (y.step - y.room) / 1.4 if symbol == "line-ns" and y.room else math.inf


def _named(symbol):
    known = NUMBERED[int(symbol)] if number(symbol) is not None and int(symbol) < len(NUMBERED) else str(symbol)
    base = known.removesuffix("-open")
    if base not in CORNERS and base not in LINES and base != "circle":
        raise CannotDraw(f"marks of shape {known}")
    return known


def _group(look, marks, whole):
    """Marks of one look: circles as such, all other shapes as one path."""
    colour, symbol, share, edge, width = look
    share = whole * (1.0 if share is None else share)
    base, hollow = symbol.removesuffix("-open"), symbol.endswith("-open")
    if hollow or base in LINES:
        own = svg.stroked(paint(edge if base in LINES and edge else colour), width or (1.0 if hollow else 0.0), share)
    else:
        own = svg.filled(paint(colour), share)
        own |= (
            {"stroke": paint(edge)[0], "stroke_width": float(width), "stroke_opacity": svg.opacity(paint(edge)[1] * share)}
            if edge and width
            else {}
        )
    return shape(base, marks, **own)


def shape(base, marks, **own):
    """Marks [(x, y, size)] of one shape."""
    if base == "circle":
        round_ones = [svg.element("circle", cx=float(x), cy=float(y), r=float(size / 2)) for x, y, size in marks]
        return svg.element("g", *round_ones, **own)
    return svg.element("path", d="".join(_corners(base, *mark) for mark in marks), **own)


def _corners(base, x, y, size):
    if base in LINES:
        ends = [(x + a * size / 2 * 1.4, y + b * size / 2 * 1.4) for a, b in LINES[base]]
        return f"M{svg.joined(*ends[0])}L{svg.joined(*ends[1])}"
    first, *rest = [(x + a * size / 2, y + b * size / 2) for a, b in CORNERS[base]]
    return f"M{svg.joined(*first)}" + "".join(f"L{svg.joined(*one)}" for one in rest) + "z"


def ranges(trace, letter, x, y):
    """[(place, least, most)] of the error bars of a trace along an axis, in its numbers."""
    spec, axis = trace.get(f"error_{letter}") or {}, x if letter == "x" else y
    if spec.get("visible") is False or not any(name in spec for name in ("array", "value", "type")):
        return []  # a template that only names a colour makes no error bars
    above, below = _reaches(spec, trace[letter], axis)
    at = axis.numbers(trace[letter])
    return [
        (place, at[place] - (low or 0), at[place] + (high or 0))
        for place, (low, high) in enumerate(zip(below, above, strict=True))
        if at[place] is not None and (low or high)
    ]


def _reaches(spec, values, axis):
    """(how far above, how far below) of each value."""
    kind = spec.get("type") or ("data" if spec.get("array") is not None else "percent")
    if kind not in ("data", "constant", "percent") or axis.kind not in ("linear",):
        raise CannotDraw(f"error bars of kind {kind}")
    count = len(values)
    if kind == "data":
        above = [number(one) for one in each(items(spec.get("array")), count)]
        own = items(spec.get("arrayminus")) if spec.get("arrayminus") is not None and spec.get("symmetric") is not True else None
        return above, above if own is None else [number(one) for one in each(own, count)]
    size, below = number(spec.get("value")) or 0, number(spec.get("valueminus"))
    below = size if below is None or spec.get("symmetric") is True else below
    scale = [abs(number(value) or 0) / 100 if kind == "percent" else 1 for value in values]
    return [size * one for one in scale], [below * one for one in scale]


def draw_ranges(trace, x, y):
    """Error bars with their caps, one path for each direction."""
    return Markup("").join(_whiskers(trace, letter, x, y) for letter in "xy")


def _whiskers(trace, letter, x, y):
    spec, found = trace.get(f"error_{letter}") or {}, ranges(trace, letter, x, y)
    cap = SIZE if number(spec.get("width")) is None else number(spec["width"])
    axis, other, d = (x, y, "") if letter == "x" else (y, x, "")
    low, high = sorted((axis.low, axis.high))
    for place, least, most in found:
        aside = other.number(trace["y" if letter == "x" else "x"][place])
        if aside is None or least > high or most < low:
            continue
        d += _whisker(letter, axis.pixel(max(least, low)), axis.pixel(min(most, high)), other.pixel(aside), cap)
    thick = 2.0 if number(spec.get("thickness")) is None else number(spec["thickness"])
    return svg.element("path", d=d, **svg.stroked(paint(spec.get("color") or trace["colour"]), thick)) if d else Markup("")


def _whisker(letter, first, last, aside, cap):
    """A line from end to end with a cap at each."""
    if letter == "x":
        ends = "".join(f"M{svg.joined(end, aside - cap)}v{svg.short(2 * cap)}" for end in (first, last))
        return f"M{svg.joined(first, aside)}H{svg.short(last)}{ends}"
    ends = "".join(f"M{svg.joined(aside - cap, end)}h{svg.short(2 * cap)}" for end in (first, last))
    return f"M{svg.joined(aside, first)}V{svg.short(last)}{ends}"
