"""Lines, steps and filled ranges of scatter traces."""

import itertools
import re

from markupsafe import Markup

from orderkit.reports.drawing import svg
from orderkit.reports.drawing.values import CannotDraw, number, paint

SHAPES = (
    "linear",
    "spline",
    "hv",
    "vh",
    "hvh",
    "vhv",
)  # a spline is drawn straight from point to point, as its points are what is known
STRAIGHT = 0.06  # pixels that a point may lie beside the line of its neighbours and be left out
WIDTH = 2.0


def has_line(trace):
    return trace["type"] == "scatter" and ("lines" in trace["mode"] or trace.get("fill") not in (None, "none"))


def pieces(trace, x, y):
    """The points of a trace in pixels, in pieces between gaps: [[(x, y)]]."""
    found = [[]]
    for across, up in zip(x.numbers(trace["x"]), y.numbers(trace["y"]), strict=True):
        if across is None or up is None:
            if not trace.get("connectgaps"):
                found.append([])
        else:
            found[-1].append((x.pixel(across), y.pixel(up)))
    return [_stepped(piece, trace["line"].get("shape") or "linear") for piece in found if piece]


def _stepped(points, shape):
    """Points with the corners that a shape of line puts between them."""
    if shape not in SHAPES:
        raise CannotDraw(f"lines of shape {shape}")
    if shape in ("linear", "spline"):
        return points
    done = points[:1]
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        middle = {"hv": [(x1, y0)], "vh": [(x0, y1)]}.get(shape)
        if shape == "hvh":
            middle = [((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1)]
        elif shape == "vhv":
            middle = [(x0, (y0 + y1) / 2), (x1, (y0 + y1) / 2)]
        done += [*middle, (x1, y1)]
    return done


def plain(points):
    """Points without those that lie on the straight line between their neighbours.

    >>> plain([(0, 0), (1, 1), (2, 2), (3, 0)])
    [(0, 0), (2, 2), (3, 0)]
    """
    done = points[:1]
    for point, after in itertools.pairwise(points):
        if not _between(done[-1], point, after):
            done.append(point)
    return done + points[1:][-1:]


def _between(before, point, after):
    (x0, y0), (x1, y1), (x2, y2) = before, point, after
    long = ((x2 - x0) ** 2 + (y2 - y0) ** 2) ** 0.5
    aside = abs((x2 - x0) * (y1 - y0) - (y2 - y0) * (x1 - x0))
    onward = (x1 - x0) * (x2 - x1) >= 0 and (y1 - y0) * (y2 - y1) >= 0
    return onward and (aside <= STRAIGHT * long if long else True)


def path(points, closed=False):
    """The `d` of a path through points."""
    (x, y), *rest = plain(points)
    d, flat = f"M{svg.joined(x, y)}", svg.short(y)
    for across, up in rest:
        d += f"H{svg.short(across)}" if svg.short(up) == flat else f"L{svg.joined(across, up)}"
        flat = svg.short(up)
    return d + "z" * closed


def draw(trace, x, y, before):
    """What is filled and the line of a trace; `before` are the points of the trace that stood before it on these axes."""
    share = 1.0 if trace.get("opacity") is None else number(trace["opacity"])
    drawn = pieces(trace, x, y)
    parts = [_fill(trace, drawn, x, y, before)] if drawn else []
    line = trace["line"]
    width = WIDTH if number(line.get("width")) is None else number(line["width"])
    if "lines" in trace["mode"] and width and drawn:
        d = "".join(path(piece) for piece in drawn)
        dash = dashes(line.get("dash"), width)
        parts.append(
            svg.element(
                "path", d=d, **svg.stroked(paint(line.get("color") or trace["colour"]), width, share, stroke_dasharray=dash)
            )
        )
    return Markup("").join(part for part in parts if part)


def _fill(trace, drawn, x, y, before):
    kind = trace.get("fill")
    if kind in (None, "none"):
        return None
    if kind == "tozeroy":
        foot = _zero(y)
        drawn = [[(piece[0][0], foot), *piece, (piece[-1][0], foot)] for piece in drawn]
    elif kind == "tozerox":
        foot = _zero(x)
        drawn = [[(foot, piece[0][1]), *piece, (foot, piece[-1][1])] for piece in drawn]
    elif kind == "tonexty" and before:
        drawn = [[*(point for piece in drawn for point in piece), *reversed([point for piece in before for point in piece])]]
    colour, own = paint(trace.get("fillcolor") or trace["line"].get("color") or trace["colour"])
    share = own if trace.get("fillcolor") else own / 2  # half as strong as the line, as plotly has it
    d = "".join(path(piece, closed=True) for piece in drawn)
    return svg.element("path", d=d, **svg.filled((colour, share)))


def _zero(axis):
    """The pixel of zero, or of the end of the axis that is nearest to it."""
    low, high = sorted((axis.low, axis.high))
    return axis.pixel(min(max(0.0, low), high) if axis.kind == "linear" else low)


def dashes(dash, width):
    """A dash of plotly's as SVG's: lengths that grow with the width."""
    if dash in (None, "", "solid"):
        return None
    unit = max(width, 3)
    known = {"dot": (1,), "dash": (3,), "longdash": (5,), "dashdot": (3, 1, 1, 1), "longdashdot": (5, 2, 1, 2)}
    if dash in known:
        own = known[dash] * (2 if len(known[dash]) == 1 else 1)
        return " ".join(svg.short(unit * length) for length in own)
    if re.fullmatch(r"[\d.]+(px|%)?([ ,]+[\d.]+(px|%)?)*", dash):
        return re.sub(r"px|%", "", dash)
    raise CannotDraw(f"the dash {dash!r}")
