"""The values of a figure as plain Python: arrays that plotly packed, numbers, days, colours."""

import base64
import datetime as dt
import math
import re

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
DAY = 86_400_000  # milliseconds, in which axes of days are reckoned
MOMENT = re.compile(r"(\d{4})-(\d\d?)(?:-(\d\d?)(?:[T ](\d\d?)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?)?)?(?:Z|[+-]\d\d:?\d\d)?$")
PACKED = re.compile(r"[iuf][1248]$")
COLOUR = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$|(?:rgb|hsl)a?\([\d.,%\s]+\)$|[a-z]{3,20}$", re.IGNORECASE)
RGBA = re.compile(r"rgba?\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*(?:,\s*([\d.]+)\s*)?\)$")


class CannotDraw(Exception):
    """The figure asks for something that this renderer does not know; nothing is drawn rather than something wrong."""


def items(value):
    """A list, a packed array ({"bdata", "dtype"}) or nothing as a list of plain values.

    >>> items({"dtype": "i2", "bdata": "AQACAA=="}), items(None), items((1, "a"))
    ([1, 2], [], [1, 'a'])
    """
    if isinstance(value, dict):
        return _unpacked(value)
    if value is None or isinstance(value, str | int | float):
        return [] if value is None else [value]
    return list(value)


def _unpacked(value):
    import numpy as np

    dtype = str(value.get("dtype", ""))
    if not PACKED.match(dtype) or "shape" in value:
        raise CannotDraw("an array of an unknown kind")
    return np.frombuffer(base64.b64decode(value.get("bdata", "")), dtype="<" + dtype).tolist()


def each(value, number, default=None):
    """`number` values of a setting that may be one for all or one for each.

    >>> each(3, 2), each([1, 2, 3], 2), each([1], 2), each(None, 1, "x")
    ([3, 3], [1, 2], [1, None], ['x'])
    """
    if value is None:
        return [default] * number
    if isinstance(value, str | int | float):
        return [value] * number
    given = items(value)[:number]
    return given + [default] * (number - len(given))


def number(value):
    """A value as a finite number, None for everything else; digits in text count.

    >>> number("12.5"), number(3), number("a"), number(float("inf"))
    (12.5, 3.0, None, None)
    """
    if value is None or isinstance(value, bool):
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def moment(value):
    """A day or moment written as plotly does, in milliseconds since 1970; zones are left out, as plotly does.

    >>> moment("1970-01-02"), moment("1970-01-01 00:00:01.5"), moment("soon")
    (86400000.0, 1500.0, None)
    """
    found = MOMENT.match(value.strip()) if isinstance(value, str) else None
    if not found:
        return None
    year, month, *rest = found.groups()
    day, hour, minute, second, part = (int(text or start) for text, start in zip([*rest[:4], None], (1, 0, 0, 0, 0), strict=True))
    try:
        at = dt.datetime(int(year), int(month), day, hour, minute, second, part, tzinfo=dt.UTC)
    except ValueError:
        return None
    return (at - EPOCH) / dt.timedelta(milliseconds=1) + (float(f"0.{rest[4]}") * 1000 if rest[4] else 0)


def when(milliseconds):
    """The moment of a place on an axis of days."""
    return EPOCH + dt.timedelta(milliseconds=milliseconds)


def paint(colour, default="#5c636e"):
    """(a colour as SVG takes it, how opaque it is). What is no colour becomes the default: it stands in an attribute.

    >>> paint("rgba(0, 114, 178, 0.5)"), paint("#0072B2"), paint('red" onload="x()')
    (('#0072b2', 0.5), ('#0072b2', 1.0), ('#5c636e', 1.0))
    """
    if not isinstance(colour, str) or not COLOUR.match(colour.strip()):
        return default, 1.0
    colour = colour.strip().lower()
    found = RGBA.match(colour)
    if not found:
        return ("none", 0.0) if colour == "transparent" else (colour, 1.0)
    red, green, blue = (min(int(part), 255) for part in found.groups()[:3])
    return f"#{red:02x}{green:02x}{blue:02x}", min(float(found.group(4) or 1), 1.0)
