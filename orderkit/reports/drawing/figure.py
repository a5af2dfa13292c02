"""What a figure says once its template is taken into account: its traces and its layout."""

import re

from orderkit.reports.drawing.formats import number_text
from orderkit.reports.drawing.values import CannotDraw, each, items, number

COLOURS = ("#636efa", "#EF553B", "#00cc96", "#ab63fa", "#FFA15A", "#19d3f3", "#FF6692", "#B6E880", "#FF97FF", "#FECB52")
KNOWN = ("bar", "scatter")
UNKNOWN = ("stackgroup", "groupnorm")  # settings of a trace that would change where things stand
LAYOUT_UNKNOWN = (
    "polar",
    "ternary",
    "geo",
    "scene",
    "mapbox",
    "map",
    "smith",
    "images",
    "coloraxis",
    "barnorm",
    "updatemenus",
    "sliders",
)
FILLED, ROW = re.compile(r"%\{([^:}]+)(?::([^}]+))?\}"), {"x": 0, "y": 1, "value": 2, "text": 3}
FILLS = (None, "none", "toself", "tozeroy", "tozerox", "tonexty")


def merged(below, above):
    """A dict with what stands above it taken over, at every depth."""
    both = {**below}
    for name, value in above.items():
        known = both.get(name)
        both[name] = merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return both


def layout_of(figure):
    """The layout with its template's settings below it. Raises CannotDraw for what it does not know."""
    own = figure.get("layout") or {}
    template = (own.get("template") or {}).get("layout") or {}
    for name in own:
        if name.rstrip("0123456789") in LAYOUT_UNKNOWN and own[name]:
            raise CannotDraw(f"layout.{name}")
    axes = {name: template[name[:5]] for name in own if name[:5] in ("xaxis", "yaxis") and name[:5] in template}
    return merged(merged(template, axes), {name: value for name, value in own.items() if name != "template"})


def traces_of(figure, layout):
    """The traces that are seen, each with its template, its colour and its values as lists. Raises CannotDraw."""
    templates = ((figure.get("layout") or {}).get("template") or {}).get("data") or {}
    colours = layout.get("colorway") or COLOURS
    found = []
    for place, own in enumerate(figure.get("data") or ()):
        kind = own.get("type", "scatter")
        below = templates.get(kind) or [{}]
        trace = {**merged(below[place % len(below)], own), "type": kind}
        if trace.get("visible", True) is True:
            found.append(_read(trace, colours[place % len(colours)]))
    return found


def _read(trace, colour):
    _check(trace)
    trace["marker"], trace["line"] = trace.get("marker") or {}, trace.get("line") or {}
    trace["x"], trace["y"] = _ends(trace)
    trace["across"] = trace["type"] == "bar" and trace.get("orientation") == "h"
    trace["colour"] = _colour_of(trace, colour)
    count = len(trace["x"])
    trace["texts"] = _texts(trace, count)
    trace.setdefault("mode", "lines+markers" if count < 20 else "lines")
    return trace


def _texts(trace, count):
    """The words of each mark: as they stand, or filled into the trace's template."""
    said, template = each(trace.get("text"), count, ""), trace.get("texttemplate")
    if not template:
        return said
    values = trace["x"] if trace["across"] else trace["y"]
    rows = zip(trace["x"], trace["y"], values, said, each(template, count, ""), strict=True)
    return [FILLED.sub(lambda found, row=row: _filled(found, row), row[-1] or "") for row in rows]


def _filled(found, row):
    """What stands for one %{name:format} of a template."""
    name, how = found.groups()
    if name not in ROW:
        raise CannotDraw(f"the word {name} in a text template")
    value = row[ROW[name]]
    return number_text(number(value), how) if how and number(value) is not None else str(value)


def _check(trace):
    """Raises CannotDraw for a kind of trace, or a setting of it, that would be drawn wrongly."""
    if trace["type"] not in KNOWN or any(trace.get(name) for name in UNKNOWN):
        raise CannotDraw(f"a trace of kind {trace['type']}")
    if trace.get("fill") not in FILLS:
        raise CannotDraw(f"a fill of kind {trace['fill']}")
    colours = [one for one in items((trace.get("marker") or {}).get("color")) if one is not None]
    if any(number(one) is not None for one in colours):
        raise CannotDraw("a scale of colours")


def _ends(trace):
    """x and y as lists of one length; places are counted where one of them is left out."""
    x, y = items(trace.get("x")), items(trace.get("y"))
    if any(isinstance(one, list | tuple | dict) for one in [*x[:1], *y[:1]]):
        raise CannotDraw("categories within categories")
    if trace.get("x") is None:
        x = [(number(trace.get("x0")) or 0) + at * (number(trace.get("dx")) or 1) for at in range(len(y))]
    if trace.get("y") is None:
        y = [(number(trace.get("y0")) or 0) + at * (number(trace.get("dy")) or 1) for at in range(len(x))]
    count = min(len(x), len(y))
    return x[:count], y[:count]


def _colour_of(trace, colour):
    """The one colour of a trace, for what has none of its own."""
    for named in (trace["marker"].get("color"), trace["line"].get("color")):
        if isinstance(named, str):
            return named
    return colour


def axis_of(trace, letter):
    """The key in the layout of the axis that a trace stands on, such as "xaxis2"."""
    return axis_key(trace.get(f"{letter}axis") or letter)


def axis_key(short):
    """The layout's name of an axis: "x2" is "xaxis2"."""
    return f"{short[0]}axis{short[1:]}"
