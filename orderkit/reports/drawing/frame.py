"""Axes as they are drawn: grid, what ticks say, titles, and how much room all of that takes."""

import itertools
import math
from dataclasses import dataclass

from markupsafe import Markup

from orderkit.reports.drawing import svg, words
from orderkit.reports.drawing.ticks import ticks

STANDOFF, TITLE = 6.0, 18.0  # pixels from the axis to its labels, and of a line of its title
ABOVE = 0.34  # of the width: names that would take more stand above their bars
GRID, BASE = 0.14, 0.45  # how strong lines are
SLANT, LONGEST = 40, 150.0  # degrees of names that do not fit side by side, and pixels along them
WIDEST = 0.45  # of the width, that names beside their bars take at most


@dataclass(frozen=True)
class Style:
    """The size of the drawing and of its type."""

    width: float
    size: float
    narrow: bool
    above: bool = False  # whether all names stand above their bars

    @property
    def small(self):
        return self.size - 1


def title_lines(axis, style, room):
    """An axis's title in lines that fit, none where it has none."""
    if not axis.shown:
        return []
    title = axis.spec.get("title")
    text = title.get("text") if isinstance(title, dict) else title
    return [part for line in words.lines(text or "") if line.strip() for part in words.wrapped(line, style.small, room)]


def labels(axis, days):
    """The ticks that say something; none on a hidden axis."""
    if not axis.shown or axis.spec.get("showticklabels") is False:
        return []
    return ticks(axis, days)


def beside(axis, days, style):
    """What stands beside an upright axis, cut where it would leave no room for the drawing, or above each category."""
    room = style.width - 4 if axis.room else WIDEST * style.width
    said = [(place, [" ".join(lines)] if axis.room else lines) for place, lines in labels(axis, days)]
    return [(place, [words.cut(line, style.size, room) for line in lines]) for place, lines in said]


def side(axis):
    return axis.spec.get("side") or ("left" if axis.letter == "y" else "bottom")


def standoff(axis):
    return STANDOFF + float(axis.spec.get("ticklabelstandoff") or 0) / 2


def width_of(axis, days, style):
    """Pixels that the labels of an upright axis take beside the drawing."""
    said = beside(axis, days, style)
    return 0.0 if axis.room or not said else max(words.widest(lines, style.size) for _, lines in said) + standoff(axis) + 2


def height_of(axis, days, style):
    """Pixels that a level axis takes below the drawing: what its ticks say, and its title."""
    said, slanted = level_labels(axis, days, style)
    title = len(title_lines(axis, style, style.width - 4)) * style.small * svg.LINE
    if slanted:
        taken = 0.64 * max((words.widest(lines, style.size) for _, lines in said), default=0) + style.size
    else:
        taken = max((len(lines) for _, lines in said), default=0) * style.size * svg.LINE
    return (taken + STANDOFF if said else 4.0) + (title + 6 if title else 0.0)


def level_labels(axis, days, style):
    """(the ticks of a level axis that do not run into one another, whether they are slanted)."""
    said = labels(axis, days)
    if axis.kind == "category":
        fitted = [
            (place, [part for line in lines for part in words.wrapped(line, style.size, axis.step - 6)]) for place, lines in said
        ]
        if all(words.widest(lines, style.size) <= axis.step - 4 for _, lines in fitted):
            return fitted, False
        each = max(1, -(-len(said) * style.size * 1.4 // abs(axis.end - axis.start)))
        cut = [(place, [words.cut(" ".join(lines), style.size, _slanted_room(axis.pixel(place)))]) for place, lines in said]
        return cut[:: int(each)], True
    each = 1
    while _crowded(axis, said[::each], style):
        each += 1
    return said[::each], False


def _slanted_room(at):
    """Pixels along slanted words that end at a place: not beyond the left end of the drawing."""
    return min(LONGEST, max(at / math.cos(math.radians(SLANT)), 40.0))


def _crowded(axis, said, style):
    spans = sorted((axis.pixel(place), words.widest(lines, style.size)) for place, lines in said)
    return any(b - a < (wide + wider) / 2 + 10 for (a, wide), (b, wider) in itertools.pairwise(spans))


def draw_grid(axis, other, days, upright):
    """Lines at the ticks, right across the drawing, where the figure has them."""
    if not axis.shown or axis.kind == "category" or axis.spec.get("showgrid", True) is False:
        return Markup("")
    first, last = sorted((other.start, other.end))
    d = "".join(_across(axis.pixel(place), first, last, upright) for place, _ in ticks(axis, days))
    return svg.element("path", d=d, **svg.stroked(("currentColor", GRID), 1)) if d else Markup("")


def _across(at, first, last, upright):
    return f"M{svg.joined(first, at)}H{svg.short(last)}" if upright else f"M{svg.joined(at, first)}V{svg.short(last)}"


def draw_base(axis, other, upright):
    """The line that bars stand on, and an axis line or zero line that the figure asks for."""
    if axis.kind != "linear" or not axis.within(0.0):
        return Markup("")
    first, last = sorted((other.start, other.end))
    return svg.element("path", d=_across(axis.pixel(0.0), first, last, upright), **svg.stroked(("currentColor", BASE), 1))


def draw_upright(axis, days, style, edge):
    """What the ticks of an upright axis say, beside the drawing at `edge` or above each category, and its title on top."""
    parts, right = [], side(axis) == "right"
    for place, lines in beside(axis, days, style):
        at = axis.pixel(place)
        if axis.room:
            middle = at - (axis.step - axis.room) / 2 - axis.room / 2 + 1
            parts.append(svg.words(0.0, middle, lines, style.size))
        else:
            away = edge + standoff(axis) * (1 if right else -1)
            parts.append(svg.words(away, at, lines, style.size, anchor="start" if right else "end"))
    title = title_lines(axis, style, style.width)
    if title:
        top = min(axis.start, axis.end) - 12
        parts.append(svg.words(style.width if right else 0.0, top, title[:1], style.small, anchor="end" if right else "start"))
    return Markup("").join(parts)


def draw_level(axis, days, style, foot):
    """What the ticks of a level axis say below `foot`, and its title in the middle below that."""
    said, slanted = level_labels(axis, days, style)
    parts, taken = [], 0.0
    for place, lines in said:
        at = axis.pixel(place)
        if slanted:
            text = " ".join(lines)
            turn = f"rotate(-{SLANT} {svg.joined(at, foot + STANDOFF + 4)})"
            parts.append(svg.words(at, foot + STANDOFF + 6, [text], style.size, anchor="end", transform=turn))
            taken = max(taken, 0.64 * words.width(text, style.size) + style.size)
            continue
        half = words.widest(lines, style.size) / 2
        at = min(max(at, half), style.width - half)
        parts.append(svg.words(at, foot + STANDOFF + style.size, lines, style.size, anchor="middle", middle=False))
        taken = max(taken, len(lines) * style.size * svg.LINE)
    parts.append(_level_title(axis, style, foot + (taken + STANDOFF if said else 4.0) + 6))
    return Markup("").join(parts)


def _level_title(axis, style, top):
    """The title in the middle of its axis, and within the drawing."""
    title = title_lines(axis, style, style.width - 4)
    if not title:
        return Markup("")
    half = words.widest(title, style.small) / 2
    middle = min(max((axis.start + axis.end) / 2, half), style.width - half)
    return svg.words(middle, top + style.small * 0.85, title, style.small, anchor="middle", middle=False)
