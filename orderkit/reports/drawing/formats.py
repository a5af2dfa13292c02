"""Numbers and days as plotly writes them on axes: the formats of d3-format and d3-time-format that figures use.

Grammar: https://d3js.org/d3-format#locale_format and https://d3js.org/d3-time-format#locale_format.
"""

import math
import re

from orderkit.reports.drawing.values import CannotDraw

MINUS = "\u2212"
FORMAT = re.compile(r"^(?:.?[<>=^])?([+\-( ])?([$#])?(0)?(\d+)?(,)?(?:\.(\d+))?(~)?([bcdeEfgGnoprsXx%])?$")
PREFIXES = {-9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
LARGE = {3: "k", 6: "M", 9: "B", 12: "T"}  # plotly's own, where no format is asked for
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def number_text(value, asked):
    """A number in a d3 format such as ",.0f", ".1%" or "~s".

    >>> number_text(1234.5, ",.0f"), number_text(0.125, ".1%"), number_text(1500, "~s"), number_text(2.50, ",~f")
    ('1,234', '12.5%', '1.5k', '2.5')
    """
    found = FORMAT.match(asked)
    if not found:
        raise CannotDraw(f"the number format {asked!r}")
    sign, symbol, _, _, comma, digits, trim, kind = found.groups()
    digits = None if digits is None else int(digits)
    text, end = _digits(abs(value), digits, kind or "", "," if comma else "")
    if trim or not kind:
        text = re.sub(r"(\.\d*?)0+(e|$)", r"\1\2", text)
        text = re.sub(r"\.(e|$)", r"\1", text)
    below = value < 0 and re.search(r"[1-9]", text)
    before = MINUS if below else "+" if sign == "+" else " " if sign == " " else ""
    return f"{before}{'$' if symbol == '$' else ''}{text}{end}"


def _digits(value, digits, kind, comma):
    """(the digits of a number without its sign, what stands after them)."""
    if kind in ("d", "n"):
        return f"{round(value):{comma or (',' if kind == 'n' else '')}}", ""
    if kind == "%":
        return f"{value * 100:{comma}.{6 if digits is None else digits}f}", "%"
    if kind == "p":
        return f"{_rounded(value * 100, 6 if digits is None else digits)}", "%"
    if kind == "s":
        return _prefixed(value, 6 if digits is None else digits)
    if kind in ("f", "e", "E"):
        return f"{value:{comma}.{6 if digits is None else digits}{kind}}", ""
    if kind in ("g", "G", "r", ""):
        places = digits if digits is not None else 12 if not kind else 6
        return (f"{value:{comma}.{places or 1}g}" if kind != "r" else _rounded(value, places)), ""
    raise CannotDraw(f"numbers of kind {kind!r}")


def _rounded(value, digits):
    """A number to so many significant digits, never with an exponent."""
    if not value:
        return "0"
    places = digits - 1 - math.floor(math.log10(value))
    return f"{round(value, places):.{max(places, 0)}f}"


def _prefixed(value, digits):
    power = 0 if not value else min(max(3 * math.floor(math.log10(value) / 3 + 1e-9), -9), 12)
    scaled = value / 10.0**power
    places = max(digits - 1 - (math.floor(math.log10(scaled)) if scaled else 0), 0)
    return f"{scaled:.{places}f}", PREFIXES[power]


def plain_number(value, step, largest):
    """A number on an axis without a format: as many decimals as the step between ticks needs, k, M and B from 10,000 on.

    >>> plain_number(0.2, 0.2, 1), plain_number(20000, 5000, 20000), plain_number(3, 1, 5)
    ('0.2', '20k', '3')
    """
    size = math.floor(math.log10(largest) + 0.01) if largest > 0 else 0
    power = 3 * round((size - 1) / 3) if size > 3 else 0
    power = min(power, 12)
    places = max(0, -math.floor(math.log10(step / 10.0**power) + 1e-9)) if step else 2
    text = f"{abs(value) / 10.0**power:.{min(places, 9)}f}"
    return (MINUS if value < 0 and float(text) else "") + text + ("" if not float(text) else LARGE.get(power, ""))


def day_text(day, asked):
    """A day or moment in a d3 time format such as "%-d %b %Y".

    >>> import datetime as dt
    >>> day_text(dt.datetime(2026, 3, 9), "%-d %b\\n%Y")
    '9 Mar\\n2026'
    """
    return re.sub(r"%([-_0]?)([A-Za-z%])", lambda found: _part(day, *found.groups()), asked)


def _part(day, pad, letter):
    named = {"b": MONTHS[day.month - 1][:3], "B": MONTHS[day.month - 1], "a": DAYS[day.weekday()][:3], "A": DAYS[day.weekday()]}
    if letter in named or letter == "%":
        return named.get(letter, "%")
    if letter not in "dmYyHMSeIjpVUWuwf":
        raise CannotDraw(f"the day format %{letter}")
    text = f"{day.day:2d}" if letter == "e" else day.strftime(f"%{letter}")
    return text if not pad or not text.strip().isdigit() else (str(int(text)).rjust(len(text)) if pad == "_" else str(int(text)))
