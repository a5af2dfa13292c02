"""The legend: a row of keys above the drawing, on as many lines as it takes."""

from dataclasses import dataclass

from markupsafe import Markup

from orderkit.reports.drawing import lines, points, svg, words
from orderkit.reports.drawing.values import items, number, paint

KEY, BOX, APART, ROW = 26.0, 14.0, 18.0, 21.0  # pixels of a key with a line, of another, between entries, of a row
LARGEST = 13.0  # pixels of a mark's key


@dataclass(frozen=True)
class Entry:
    """A trace with a name, at its place in the legend."""

    trace: dict
    name: str
    x: float
    row: int


def entries(traces, layout, width, size):
    """The entries of the legend; none where it says nothing or is not wanted."""
    named = [(trace, place) for place, trace in enumerate(traces) if trace.get("showlegend", True) is not False]
    shown = layout.get("showlegend")
    if shown is False or not named or (shown is None and len(traces) < 2):
        return []
    found, x, row = [], 0.0, 0
    for trace, place in named:
        name = " ".join(words.lines(trace["name"] if trace.get("name") is not None else f"trace {place}"))
        name = words.cut(name, size, width - _wide(trace) - 6)
        wide = _wide(trace) + 6 + words.width(name, size)
        if x and x + wide > width:
            x, row = 0.0, row + 1
        found.append(Entry(trace, name, x, row))
        x += wide + APART
    return found


def height(found):
    """Pixels that the legend takes, with the room below it."""
    return (found[-1].row + 1) * ROW + 6 if found else 0.0


def draw(found, size):
    """Keys and names from the upper left corner on."""
    parts = []
    for entry in found:
        y = entry.row * ROW + ROW / 2
        parts.append(_key(entry.trace, entry.x, y))
        key = _wide(entry.trace)
        parts.append(svg.words(entry.x + key + 6, y, [entry.name], size))
    return Markup("").join(parts)


def _wide(trace):
    """Pixels across the key of a trace."""
    return KEY if trace["type"] == "scatter" and ("lines" in trace["mode"] or trace.get("fill") not in (None, "none")) else BOX


def _key(trace, x, y):
    """What tells a trace from the others: its colour, dash and mark."""
    middle = x + _wide(trace) / 2
    if trace["type"] == "bar":
        return _box(trace, middle, y)
    parts = []
    if trace.get("fill") not in (None, "none"):
        colour = paint(trace["fillcolor"]) if trace.get("fillcolor") else (paint(trace["colour"])[0], 0.5)
        parts.append(
            svg.element("path", d=f"M{svg.joined(x, y - 6)}h{svg.short(KEY)}v12h{svg.short(-KEY)}z", **svg.filled(colour))
        )
    width = 2.0 if number(trace["line"].get("width")) is None else number(trace["line"]["width"])
    if "lines" in trace["mode"] and width:
        look = svg.stroked(
            paint(trace["line"].get("color") or trace["colour"]),
            width,
            stroke_dasharray=lines.dashes(trace["line"].get("dash"), width),
        )
        parts.append(svg.element("path", d=f"M{svg.joined(x, y)}h{svg.short(KEY)}", **look))
    if "markers" in trace["mode"]:
        parts.append(_mark(trace, middle, y))
    return Markup("").join(parts)


def _box(trace, middle, y):
    line = trace["marker"].get("line") or {}
    edge, thick = _first(line.get("color")), number(_first(line.get("width"))) or 0
    outline = {"stroke": paint(edge)[0], "stroke_width": float(thick)} if edge and thick else {}
    share = number(_first(trace["marker"].get("opacity")))
    own = svg.filled(paint(_first(trace["marker"].get("color")) or trace["colour"]), 1.0 if share is None else share)
    return svg.element("path", d=f"M{svg.joined(middle - 6, y - 6)}h12v12h-12z", **own, **outline)


def _mark(trace, middle, y):
    """The trace's own mark, of its first look and of a size that fits the line."""
    marker = trace["marker"]
    line = marker.get("line") or {}
    one = {
        **trace, "x": [0], "y": [0],
        "marker": {
            **{name: _first(marker.get(name)) for name in ("color", "symbol", "opacity")},
            "size": min(max(points.sizes(trace), default=points.SIZE), LARGEST),
            "line": {"color": _first(line.get("color")), "width": _first(line.get("width"))},
        },
    }  # fmt: skip
    return points.draw(one, _Spot(middle), _Spot(y))


def _first(value):
    return next(iter(items(value)), None)


class _Spot:
    """An axis of one place."""

    room = 0.0

    def __init__(self, at):
        self.at = at

    def numbers(self, values):
        return [0.0 for _ in values]

    def within(self, place):
        return True

    def pixel(self, place):
        return self.at
