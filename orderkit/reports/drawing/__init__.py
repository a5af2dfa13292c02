"""A plotly figure as SVG, drawn by Python alone: what a page shows before any script runs, and on paper.

It knows bars and scatter traces (marks, lines, filled ranges, error bars, words), axes of numbers, logarithms, days and names,
several panels, lines and words of the layout, and a legend. What it does not know it does not draw: `draw` then gives None and
the page keeps its description and its table. No ids, no scripts, nothing fetched; words are in the page's own colour.

    figure.py  traces and layout with their template     scales.py  axes and where a value lies     ticks.py  what axes say
    plot.py    margins, panels, pixels                   frame.py   axes as drawn                   legend.py
    bars.py, lines.py, points.py, labels.py, extras.py   the marks                                  svg.py    text of SVG
"""

from markupsafe import Markup

from orderkit.reports.drawing import bars, extras, frame, labels, legend, lines, plot, points, svg
from orderkit.reports.drawing.figure import layout_of, traces_of
from orderkit.reports.drawing.values import CannotDraw

WIDE, NARROW = 800.0, 360.0  # pixels that a drawing is made for: a computer or paper, and a phone
WIDER = 480.0  # pixels of a narrow drawing whose words need more; on a phone it is scaled to three quarters
LARGEST = 60_000  # letters of one drawing: with more marks than that the page would no longer be small

# A figure of the user may hold anything where a number or a name belongs; its page must come into being all the same.
MISREAD = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError)

__all__ = ["CannotDraw", "draw"]


def draw(figure, *, narrow=False):
    """The SVG of a figure (`data` and `layout` as plotly writes them in JSON), safe to stand in a page; None where it cannot be
    drawn: another kind of trace, a setting that is not known, nothing in it, or too many marks.

    narrow: for a phone; else for a computer's screen or paper.
    """
    try:
        layout = layout_of(figure)
        traces = traces_of(figure, layout)
        if not any(trace["x"] for trace in traces):
            return None
        drawn = _svg(_fitting(layout, traces, narrow))
    except (CannotDraw, *MISREAD):
        return None
    return drawn if len(drawn) <= LARGEST else None


def _fitting(layout, traces, narrow):
    """The figure laid out; on a phone as narrow as its words allow."""
    tries = [(NARROW, False), (NARROW, True), (400.0, True), (440.0, True), (WIDER, True)] if narrow else [(WIDE, False)]
    for width, above in tries:
        laid = plot.laid_out(layout, traces, frame.Style(width, svg.TYPE, narrow, above))
        if not laid.crowded():
            break
    return laid


def _svg(laid):
    style = laid.style
    parts = [
        legend.draw(laid.entries, style.size),
        *_grids(laid),
        extras.draw_shapes(laid.layout, laid, "below"),
        *_marks(laid, bars_only=True),
        *_bases(laid),
        *_marks(laid, bars_only=False),
        extras.draw_shapes(laid.layout, laid, "above"),
        *_axes(laid),
        *_words(laid),
        extras.draw_notes(laid.layout, laid, style),
    ]
    box = f"0 0 {svg.short(style.width)} {svg.short(laid.height)}"
    about = {"class": f"ok-svg ok-{'narrow' if style.narrow else 'wide'}", "viewBox": box, "font-size": svg.short(style.size)}
    return svg.element("svg", *parts, **about, fill="currentColor")


def _pairs(laid):
    """The pairs of axes that traces stand on."""
    return {(x.key, y.key): (x, y) for x, y in map(laid.of, laid.traces)}.values()


def _grids(laid):
    for x, y in _pairs(laid):
        yield frame.draw_grid(y, x, laid.days(y), True)
        yield frame.draw_grid(x, y, laid.days(x), False)


def _bases(laid):
    """The lines that bars stand on."""
    seen = {}
    for place in laid.bars:
        x, y = laid.of(laid.traces[place])
        across = laid.traces[place]["across"]
        seen[x.key, y.key, across] = frame.draw_base(x, y, False) if across else frame.draw_base(y, x, True)
    return seen.values()


def _marks(laid, bars_only):
    """The marks of all traces in their order."""
    before = {}
    for place, trace in enumerate(laid.traces):
        x, y = laid.of(trace)
        if place in laid.bars:
            yield bars.draw(trace, laid.bars[place], x, y) if bars_only else points.draw_ranges(trace, x, y)
        elif not bars_only:
            yield _scatter(laid, trace, x, y, before.get((x.key, y.key)))
            before[x.key, y.key] = lines.pieces(trace, x, y)


def _scatter(laid, trace, x, y, before):
    line = lines.draw(trace, x, y, before) if lines.has_line(trace) else Markup("")
    if plot.beyond(laid, trace) or trace.get("fill") == "tonexty":
        line = _cut(line, x, y)
    marks = points.draw(trace, x, y) if points.has_marks(trace) else Markup("")
    return line + points.draw_ranges(trace, x, y) + marks


def _cut(inside, x, y):
    """What is inside, without what lies beyond the axes: an SVG within the SVG needs no id, as a clip path would."""
    left, top = min(x.start, x.end), min(y.start, y.end)
    box = (left, top, abs(x.end - x.start), abs(y.end - y.start))
    size = dict(zip(("x", "y", "width", "height"), map(svg.short, box), strict=True))
    return svg.element("svg", inside, **size, viewBox=" ".join(map(svg.short, box)))


def _axes(laid):
    for axis in laid.axes.values():
        if axis.letter == "y":
            yield frame.draw_upright(axis, laid.days(axis), laid.style, plot.edge_of(laid, axis))
        else:
            yield frame.draw_level(axis, laid.days(axis), laid.style, plot.foot_of(laid, axis))


def _words(laid):
    for place, trace in enumerate(laid.traces):
        for label in plot.words_of(laid, place, trace):
            yield labels.draw(label, 0.0, laid.style.width)
