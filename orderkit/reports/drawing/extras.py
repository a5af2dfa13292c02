"""What a figure's layout draws besides its traces: lines, boxes and words at places."""

from markupsafe import Markup

from orderkit.reports.drawing import lines, svg, words
from orderkit.reports.drawing.figure import axis_key
from orderkit.reports.drawing.values import CannotDraw, number, paint

ARROW = (0, -30)  # pixels from a place to its words, where the figure does not say


def draw_shapes(layout, plot, layer):
    """The lines and boxes of a layer, "above" or "below" the traces."""
    found = [shape for shape in layout.get("shapes") or () if shape.get("visible", True) is True]
    return Markup("").join(_shape(shape, plot) for shape in found if (shape.get("layer") or "above") == layer)


def _shape(shape, plot):
    kind, line = shape.get("type"), shape.get("line") or {}
    if kind not in ("line", "rect"):
        raise CannotDraw(f"shapes of kind {kind}")
    x0, x1 = (_at(plot, shape.get("xref") or "x", shape.get(end)) for end in ("x0", "x1"))
    y0, y1 = (_at(plot, shape.get("yref") or "y", shape.get(end)) for end in ("y0", "y1"))
    share = 1.0 if number(shape.get("opacity")) is None else number(shape["opacity"])
    width = 2.0 if number(line.get("width")) is None else number(line["width"])
    look = (
        svg.stroked(paint(line.get("color")), width, share, stroke_dasharray=lines.dashes(line.get("dash"), width))
        if width
        else {}
    )
    if kind == "line":
        return svg.element("path", d=f"M{svg.joined(x0, y0)}L{svg.joined(x1, y1)}", **look)
    fill = svg.filled(paint(shape["fillcolor"]), share) if shape.get("fillcolor") else {"fill": "none"}
    return svg.element("path", d=f"M{svg.joined(x0, y0)}H{svg.short(x1)}V{svg.short(y1)}H{svg.short(x0)}z", **{**look, **fill})


def _at(plot, ref, value):
    """The pixel of a value of an axis, of a share of an axis ("x2 domain") or of the whole drawing ("paper")."""
    if ref == "paper":
        raise CannotDraw("a place without a letter")
    name, _, domain = ref.partition(" ")
    axis = plot.axes.get(axis_key(name))
    if axis is None:
        raise CannotDraw(f"a shape on the axis {name}, on which nothing stands")
    place = number(value) if domain else axis.number(value)
    if place is None:
        raise CannotDraw("a shape at no place")
    return axis.start + place * (axis.end - axis.start) if domain else axis.pixel(place)


def _spot(plot, note, letter):
    """The pixel of one letter of a note's place."""
    ref = note.get(f"{letter}ref") or letter
    if ref == "paper":
        share = number(note.get(letter)) or 0.0
        return plot.left + share * plot.across if letter == "x" else plot.top + (1 - share) * plot.up
    axis = plot.axes.get(axis_key(ref.partition(" ")[0]))
    if axis is not None and axis.kind == "log" and number(note.get(letter)) is not None:
        return axis.pixel(number(note[letter]))  # notes on such an axis are placed by their power, unlike shapes
    return _at(plot, ref, note.get(letter))


def draw_notes(layout, plot, style):
    """The words that the layout puts at places, with a line to where they point."""
    found = [note for note in layout.get("annotations") or () if note.get("visible", True) is True]
    return Markup("").join(_note(note, plot, style) for note in found)


def _said(note, style):
    """(lines that fit the drawing, their size)."""
    size = number((note.get("font") or {}).get("size")) or style.size
    return [part for line in words.lines(note.get("text")) for part in words.wrapped(line, size, style.width)], size


def height_of(note, style):
    """Pixels upright that a note takes."""
    said, size = _said(note, style)
    return len(said) * size * svg.LINE + 2


def _note(note, plot, style):
    x, y = _spot(plot, note, "x"), _spot(plot, note, "y")
    said, size = _said(note, style)
    parts, arrow = [], note.get("showarrow", True) is not False
    if arrow:
        away = [number(note.get(f"a{letter}")) for letter in "xy"]
        ax, ay = (default if one is None else one for one, default in zip(away, ARROW, strict=True))
        parts.append(
            svg.element("path", d=f"M{svg.joined(x, y)}L{svg.joined(x + ax, y + ay)}", **svg.stroked(("currentColor", 0.7), 1))
        )
        x, y = x + ax, y + ay + (-size * 0.6 if ay <= 0 else size * 0.6)
    return Markup("").join([*parts, _placed(note, said, x, y, size, style, arrow)])


def _placed(note, said, x, y, size, style, arrow):
    """Words at a place, moved so that they stay within the drawing."""
    tall, wide = len(said) * size * svg.LINE, words.widest(said, size)
    x, y = x + (number(note.get("xshift")) or 0), y - (number(note.get("yshift")) or 0)
    anchor = note.get("xanchor") or "auto"
    x -= {"left": 0, "right": wide}.get(anchor, wide / 2)
    y += {"bottom": -tall / 2 - 3, "top": tall / 2}.get("" if arrow else note.get("yanchor") or "", 0.0)
    return svg.words(min(max(x, 0.0), max(style.width - wide, 0.0)), y, said, size)
