"""Words beside bars and marks: where they stand, and how much of the drawing they need."""

from dataclasses import dataclass

from orderkit.reports.drawing import bars, points, svg, words
from orderkit.reports.drawing.values import each, number, paint

CLEAR = 4.0  # pixels between a mark or the end of a bar and its words
INSIDE = 8.0  # pixels that words within a bar need beyond their own width
PALE = 0.45  # luminance above which dark words stand on a colour


@dataclass(frozen=True)
class Label:
    """Words at a place: `anchor` start, middle or end; `colour` of words on a bar."""

    x: float
    y: float
    text: str
    anchor: str
    size: float
    colour: str | None = None
    share: float = 0.0  # how far along its axis the place is

    @property
    def lines(self):
        return [line.strip() for line in words.lines(self.text)]

    @property
    def width(self):
        return words.widest(self.lines, self.size)


def draw(label, left, right):
    """The words, broken into lines where they would leave the drawing from `left` to `right`."""
    room = {"start": right - label.x, "end": label.x - left, "middle": 2 * min(right - label.x, label.x - left)}[label.anchor]
    lines = [part for line in label.lines for part in words.wrapped(line, label.size, max(room, 60))]
    return svg.words(label.x, label.y, lines, label.size, anchor=label.anchor, fill=label.colour)


def of_points(trace, x, y, size):
    """The words of a scatter trace that has them, beside its marks."""
    if trace["type"] != "scatter" or "text" not in trace["mode"]:
        return []
    count, found = len(trace["x"]), []
    spots, half = (
        each(trace.get("textposition"), count, "middle center"),
        points.sizes(trace) if points.has_marks(trace) else [0.0] * count,
    )
    rows = zip(x.numbers(trace["x"]), y.numbers(trace["y"]), trace["texts"], spots, half, strict=True)
    for across, up, text, spot, wide in rows:
        if not str(text or "").strip() or across is None or up is None or not (x.within(across) and y.within(up)):
            continue
        found.append(_beside(x, y, (across, up), text, spot or "middle center", wide / 2, size))
    return found


def _beside(x, y, place, text, spot, half, size):
    up, _, side = spot.partition(" ")
    anchor = {"right": "start", "left": "end"}.get(side, "middle")
    indent = words.width(" ", size) * _spaces(text)  # charts indent words by spaces: their width is kept
    across = {"start": half + indent, "end": -half - indent}.get(anchor, 0.0) + (CLEAR / 2 if half and anchor == "start" else 0)
    rise = {"top": -half - size * 0.8, "bottom": half + size * 0.8}.get(up, 0.0)
    share = (place[0] - x.low) / ((x.high - x.low) or 1)
    return Label(x.pixel(place[0]) + across, y.pixel(place[1]) + rise, str(text), anchor, size, share=share)


def _spaces(text):
    text = str(text)
    return max(len(text) - len(text.lstrip(" ")), len(text) - len(text.rstrip(" ")))


def of_bars(trace, drawn, x, y, size):
    """The words of a bar trace: beyond the ends of the bars, or within them."""
    place = trace.get("textposition") or "auto"
    if trace["type"] != "bar" or place == "none" or not any(str(text or "") for text in trace["texts"]):
        return []
    lengths = {bar.place: bar.head - bar.foot for bar in drawn}
    spots, colours = each(place, len(trace["x"]), "auto"), each(trace["marker"].get("color"), len(trace["x"]))
    found = []
    for at, left, top, right, bottom in bars.boxes(trace, drawn, x, y):
        text, spot = trace["texts"][at], spots[at]
        if spot == "none" or str(text if text is not None else "") == "":
            continue
        wide = words.widest(words.lines(text), size)
        fits = wide + INSIDE <= right - left and size * 1.2 <= bottom - top
        if spot == "inside" or (spot == "auto" and fits):
            found.append(
                Label(
                    (left + right) / 2, (top + bottom) / 2, str(text), "middle", size, _readable(colours[at] or trace["colour"])
                )
            )
        else:
            found.append(_beyond(trace, (left, top, right, bottom), lengths[at] < 0, text, size, x))
    return found


def _beyond(trace, box, below, text, size, x):
    """Words at the far end of a bar."""
    left, top, right, bottom = box
    if trace["across"]:
        end = left - CLEAR if below else right + CLEAR
        share = (end - x.start) / ((x.end - x.start) or 1)
        return Label(end, (top + bottom) / 2, str(text), "end" if below else "start", size, share=share)
    return Label((left + right) / 2, bottom + size * 0.8 if below else top - size * 0.7, str(text), "middle", size)


def _readable(colour):
    """Black or white, whichever reads on a colour."""
    named, _ = paint(colour)
    if not named.startswith("#") or len(named) != 7:
        return None
    red, green, blue = ((int(named[at : at + 2], 16) / 255) ** 2.2 for at in (1, 3, 5))
    return "#111" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > PALE * 0.6 else "#fff"


def size_of(trace, default):
    """The size of the type of a trace's words."""
    return number((trace.get("textfont") or {}).get("size")) or default
