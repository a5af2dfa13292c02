"""Where an axis has ticks and what they say: few enough to read, on round numbers, or on the days that are drawn."""

import itertools
import math

from orderkit.reports.drawing import formats, words
from orderkit.reports.drawing.values import DAY, CannotDraw, items, moment, number, when

ROUND = (1, 2, 5, 10)
APART = {"x": 80, "y": 40}  # pixels from tick to tick, at least about so many
FEWEST, MOST = 4, 9
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)
SPANS = (
    1000,
    5000,
    15_000,
    60_000,
    300_000,
    900_000,
    3_600_000,
    10_800_000,
    21_600_000,
    43_200_000,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
)
MOST_POWERS = 700  # of ten, between the least and the greatest number there is
MONTH = 30.4 * DAY


def ticks(axis, days=()):
    """[(number, [lines])] of an axis; `days` are the moments that marks stand on."""
    named = items(axis.spec.get("tickvals"))
    if named and axis.spec.get("tickmode") != "auto":
        return _named(axis, named)
    if axis.kind == "category":
        return [(float(place), words.lines(name)) for place, name in enumerate(axis.categories) if axis.within(place)]
    places, step = _places(axis, days)
    return [(place, lines) for place, lines in zip(places, _texts(axis, places, step), strict=True)]


def _named(axis, named):
    """The ticks that a figure names itself."""
    places = axis.numbers(named)
    texts = items(axis.spec.get("ticktext"))
    said = [words.lines(text) for text in texts] if texts else _texts(axis, [place or 0 for place in places], _least(places))
    return [(place, lines) for place, lines in zip(places, said, strict=False) if place is not None and axis.within(place)]


def _least(places):
    """The least step between numbers."""
    known = sorted({place for place in places if place is not None})
    return min((after - before for before, after in itertools.pairwise(known)), default=1.0)


def _places(axis, days):
    """Where ticks stand, and the step between them."""
    low, high = sorted((axis.low, axis.high))
    most = axis.spec.get("nticks") or min(max(abs(axis.end - axis.start) / APART[axis.letter], FEWEST), MOST) + 1
    if axis.kind == "date":
        return _moments(axis, low, high, most, days)
    if axis.kind == "log":
        return _powers(low, high)
    step = number(axis.spec.get("dtick")) or round_step((high - low) / most)
    return _even(low, high, step, number(axis.spec.get("tick0")) or 0.0), step


def _even(low, high, step, first=0.0):
    if step <= 0 or (high - low) / step > 1000:
        raise CannotDraw("a thousand ticks")
    start, end = math.ceil((low - first) / step - 1e-6), math.floor((high - first) / step + 1e-6)
    return [first + at * step for at in range(start, end + 1)]


def round_step(rough):
    """The round number, 1, 2 or 5 with noughts, at or above a step.

    >>> round_step(0.13), round_step(21), round_step(100)
    (0.2, 50.0, 100.0)
    """
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * base for base in ROUND if power * base >= rough * (1 - 1e-9))


def _powers(low, high):
    """Ticks of a logarithmic axis: powers of ten, with 2 and 5 between them where there are few."""
    if high - low > MOST_POWERS:
        raise CannotDraw("a logarithmic axis without an end")
    whole = [float(power) for power in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)]
    if len(whole) > 3:
        return whole, 1.0
    steps = range(math.floor(low), math.ceil(high) + 1)
    every = [power + math.log10(base) for power in steps for base in (1, 2, 5)]
    return [place for place in every if low - 1e-9 <= place <= high + 1e-9], 1.0


def _moments(axis, low, high, most, days):
    """Ticks of an axis of days: as the figure asks, else on some of the days drawn, else on round days."""
    asked = axis.spec.get("dtick")
    if isinstance(asked, str) and asked.startswith("M"):
        return _months(low, high, int(asked[1:])), MONTH * int(asked[1:])
    if number(asked):
        return _even(low, high, number(asked), moment(axis.spec.get("tick0")) or 0.0), number(asked)
    drawn = sorted({day for day in days if low <= day <= high})
    gaps = {after - before for before, after in itertools.pairwise(drawn)}
    if 2 <= len(drawn) <= 120 and max(gaps) <= min(gaps) * 1.11 and min(gaps) >= DAY:
        each = math.ceil(len(drawn) / most)
        return drawn[::each], min(gaps)  # ticks name days as close as the days drawn are
    rough = (high - low) / most
    if rough > 14 * DAY:
        months = next((span for span in MONTHS if span * MONTH >= rough), 120 * math.ceil(rough / MONTH / 120))
        return _months(low, high, months), months * MONTH
    step = next((span for span in SPANS if span >= rough), 14 * DAY)
    return _even(low, high, step, 4.0 * DAY if step % (7 * DAY) == 0 else 0.0), step  # 5 January 1970 was a Monday


def _months(low, high, step):
    """First days of every so many months."""
    first, last = when(low), when(high)
    count = range(first.year * 12 // step * step, last.year * 12 + 13, step)
    starts = [moment(f"{month // 12:04d}-{month % 12 + 1:02d}-01") for month in count]
    return [start for start in starts if low <= start <= high]


def _texts(axis, places, step):
    """What ticks say, as lists of lines; a second line, such as the year, only where it changes."""
    asked = axis.spec.get("tickformat")
    before, after = axis.spec.get("tickprefix") or "", axis.spec.get("ticksuffix") or ""
    if axis.kind == "date":
        return _days(places, asked or _day_format(step))
    values = [10**place for place in places] if axis.kind == "log" else places
    largest = max(map(abs, values), default=0)
    said = [
        formats.number_text(0.0 if abs(value) < 1e-9 * (step or 1) else value, asked) if asked
        else formats.plain_number(value, value if axis.kind == "log" else step, value if axis.kind == "log" else largest)
        for value in values
    ]  # fmt: skip
    return [words.lines(f"{before}{text}{after}") for text in said]


def _day_format(step):
    if step >= 360 * DAY:
        return "%Y"
    if step >= 27 * DAY:
        return "%b\n%Y"
    return "%-d %b\n%Y" if step >= DAY else "%H:%M\n%-d %b %Y"


def _days(places, asked):
    said, last = [], None
    for place in places:
        head, *below = formats.day_text(when(place), asked).split("\n")
        said.append([head, *below] if below != last else [head])
        last = below
    return said
