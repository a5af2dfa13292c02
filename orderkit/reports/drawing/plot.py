"""Where everything goes: margins from what stands in them, and pixels for the axes."""

from dataclasses import dataclass, field

from orderkit.reports.drawing import bars, extras, frame, labels, legend, lines, points, scales
from orderkit.reports.drawing.figure import axis_of
from orderkit.reports.drawing.values import items, number

HEIGHT, LEAST = 360.0, 150.0  # pixels of a figure that names no height; of what is drawn in it at least
AROUND = 84.0  # pixels of a figure's height that go into its margins, on average
BAND, TALL = 24.0, 1.5  # pixels of a bar below its name; of that name, in sizes of the type
LEFT_OVER = 0.36  # of the width that bars and lines keep beside their words
EDGE = 3.0  # pixels that words stay clear of the right end


@dataclass
class Plot:
    """A figure laid out: traces, axes, bars by place of the trace, and the rectangle in pixels that the axes share."""

    layout: dict
    traces: list
    axes: dict
    bars: dict
    style: frame.Style
    left: float = 0.0
    top: float = 0.0
    across: float = 1.0
    up: float = 1.0
    foot: float = 0.0
    entries: list = field(default_factory=list)

    def of(self, trace):
        """The two axes of a trace."""
        return self.axes[axis_of(trace, "x")], self.axes[axis_of(trace, "y")]

    @property
    def height(self):
        return self.top + self.up + self.foot

    def days(self, axis):
        """The moments that marks of a trace stand on, for ticks of an axis of days."""
        if axis.kind != "date":
            return ()
        own = [trace for trace in self.traces if axis_of(trace, axis.letter) == axis.key]
        return {place for trace in own for place in axis.numbers(trace[axis.letter]) if place is not None}

    def crowded(self):
        """Whether words leave bars and lines less room than they should have."""
        return self.across < LEFT_OVER * self.style.width * 1.02


def laid_out(layout, traces, style):
    """The plot of a figure at a size. Raises CannotDraw."""
    axes = scales.axes_of(layout, traces)
    plot = Plot(layout, traces, axes, bars.arranged(traces, axes, layout), style)
    scales.set_ranges(axes, _extents(plot))
    plot.entries = legend.entries(traces, layout, style.width, style.size)
    plot.across, plot.up = style.width * 0.8, HEIGHT
    _set_pixels(plot)
    for _ in range(3):  # labels depend on the room for them and the other way round
        _set_margins(plot)
        _set_pixels(plot)
    return plot


def _extents(plot):
    """What each axis has to hold: {key: [(number, padded, from zero)]}."""
    found = {key: [] for key in plot.axes}
    for place, trace in enumerate(plot.traces):
        x, y = plot.of(trace)
        own = bars.extents(plot.bars[place], trace["across"]) if place in plot.bars else _spread(trace, x, y)
        found[x.key] += own["x"]
        found[y.key] += own["y"]
    return found


def _spread(trace, x, y):
    """What a scatter trace needs of both axes."""
    marked = points.has_marks(trace) or "text" in trace["mode"]
    zero = {"x": trace.get("fill") == "tozerox", "y": trace.get("fill") == "tozeroy"}
    found = {}
    for letter, axis in (("x", x), ("y", y)):
        padded = marked or letter == "y"
        found[letter] = [(place, padded, zero[letter]) for place in axis.numbers(trace[letter]) if place is not None]
        found[letter] += [(end, True, False) for _, *ends in points.ranges(trace, letter, x, y) for end in ends]
    return found


def _set_margins(plot):
    style, layout = plot.style, plot.layout
    upright = [axis for axis in plot.axes.values() if axis.letter == "y"]
    _names_above(plot, upright)
    sides = {"left": 0.0, "right": 8.0}
    for axis in upright:
        if _at_edge(plot, axis):
            wide = frame.width_of(axis, plot.days(axis), style)
            sides[frame.side(axis)] = max(sides[frame.side(axis)], wide)
    plot.left, plot.across = sides["left"], style.width - sides["left"] - sides["right"]
    plot.across = max(min(plot.across, _room_for_words(plot)), LEFT_OVER * style.width)
    lowest = [axis for axis in plot.axes.values() if axis.letter == "x" and _domain(plot, _other(plot, axis))[0] < 0.01]
    plot.foot = max((frame.height_of(axis, plot.days(axis), style) for axis in lowest), default=0.0) + 4
    titled = any(frame.title_lines(axis, style, style.width) and _domain(plot, axis)[1] > 0.99 for axis in upright)
    plot.top = legend.height(plot.entries) + (frame.TITLE if titled else 0.0) + _above(layout, style) + 6
    asked = number(layout.get("height")) or HEIGHT
    plot.up = max(asked - (AROUND if style.narrow else plot.top + plot.foot), LEAST, _for_names(plot, upright))


def _above(layout, style):
    """Pixels of words that stand on the upper end of the drawing, as titles of panels do."""
    notes = [note for note in layout.get("annotations") or () if note.get("yref") == "paper" and note.get("yanchor") == "bottom"]
    tall = [extras.height_of(note, style) for note in notes if (number(note.get("y")) or 0) >= 0.99]
    return max(tall, default=0.0)


def _names_above(plot, upright):
    """On a narrow drawing long names stand above their bars."""
    style = plot.style
    for axis in upright:
        if style.narrow and axis.kind == "category" and not axis.room:
            wide = frame.width_of(axis, (), style)
            axis.room = TALL * style.size if wide and (style.above or wide > frame.ABOVE * style.width) else 0.0


def _for_names(plot, upright):
    """Pixels upright that names above bars ask for."""
    asked = [0.0]
    for axis in upright:
        if axis.room:
            low, high = _domain(plot, axis)
            asked.append((axis.room + BAND) * abs(axis.high - axis.low) / ((high - low) or 1))
    return max(asked)


def _room_for_words(plot):
    """How wide the drawing may be so that words right of bars and marks fit beside it."""
    room = [plot.style.width]
    for place, trace in enumerate(plot.traces):
        x, _y = plot.of(trace)
        low, high = _domain(plot, x)
        for label in words_of(plot, place, trace):
            share = low + label.share * (high - low)
            if label.anchor == "start" and share > 0.01:
                beyond = label.x - (x.start + label.share * (x.end - x.start))
                room.append((plot.style.width - EDGE - label.width - beyond - plot.left) / share)
    return min(room)


def words_of(plot, place, trace):
    """The words beside the marks or bars of a trace."""
    x, y = plot.of(trace)
    size = labels.size_of(trace, plot.style.size)
    if place in plot.bars:
        return labels.of_bars(trace, plot.bars[place], x, y, size)
    return labels.of_points(trace, x, y, size)


def _set_pixels(plot):
    for axis in plot.axes.values():
        low, high = _domain(plot, axis)
        if axis.letter == "x":
            axis.start, axis.end = plot.left + low * plot.across, plot.left + high * plot.across
        else:
            axis.start, axis.end = plot.top + (1 - low) * plot.up, plot.top + (1 - high) * plot.up


def _domain(plot, axis):
    """The share of the drawing that an axis spans."""
    spec, over = axis.spec, axis.spec.get("overlaying")
    if over and over != "free":
        spec = plot.layout.get(f"{over[0]}axis{over[1:]}") or spec
    low, high = (items(spec.get("domain")) or [0.0, 1.0])[:2]
    return float(low), float(high)


def _other(plot, axis):
    """The axis that one stands on, of the other letter; itself where none is drawn."""
    anchor = axis.spec.get("anchor")
    letter = "y" if axis.letter == "x" else "x"
    named = f"{letter}axis{anchor[1:]}" if anchor and anchor != "free" else f"{letter}axis"
    return plot.axes.get(named) or next((one for one in plot.axes.values() if one.letter == letter), axis)


def _at_edge(plot, axis):
    """Whether an upright axis stands at the end of the whole drawing, so that its labels need a margin."""
    low, high = _domain(plot, _other(plot, axis))
    return high > 0.99 if frame.side(axis) == "right" else low < 0.01


def edge_of(plot, axis):
    """The pixel that the labels of an axis stand beside: the end of the axis that it stands on."""
    other = _other(plot, axis)
    ends = sorted((other.start, other.end))
    return ends[1] if frame.side(axis) in ("right", "bottom") else ends[0]


def beyond(plot, trace):
    """Whether a line leaves its axes, so that it has to be cut."""
    if not lines.has_line(trace):
        return False
    x, y = plot.of(trace)
    pairs = ((axis, place) for axis, letter in ((x, "x"), (y, "y")) for place in axis.numbers(trace[letter]))
    return any(place is not None and not axis.within(place) for axis, place in pairs)


def foot_of(plot, axis):
    """The pixel below which the labels of a level axis stand."""
    other = _other(plot, axis)
    return max(other.start, other.end)
