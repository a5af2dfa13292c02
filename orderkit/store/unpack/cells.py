"""The text of a workbook's cells, the way a person reads them and without loss.

Numbers have the 15 digits that a spreadsheet keeps and shows. A whole number beyond them was rounded by the spreadsheet: it is
written with an exponent, so that it is set aside as damaged and never taken for an id.
"""

import re
from datetime import date, timedelta
from decimal import Decimal

NUL_MARK = "\u2400"  # as in the clean copy of a text file: the record scan names the line

DIGITS = 15
PLAIN = re.compile(r"-?([1-9]\d{0,11}(\.\d{0,2}[1-9])?|0\.\d{0,2}[1-9])\Z", re.ASCII)  # nearly all numbers, as they are
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
BREAK = re.compile(r"\r\n|[\r\n\t]")
MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T00:00(:00(\.0+)?)?\Z", re.ASCII)
NO_PART_OF_A_DATE = re.compile(r'"[^"]*"|\[(?!h+\]|m+\]|s+\])[^\]]*\]|[\\_*].', re.I | re.S)
ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.I)
BUILT_IN = {  # number formats that a workbook does not spell out
    **dict.fromkeys((*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)), "day"),
    **dict.fromkeys((*range(18, 22), *range(32, 36), 45, 47), "time"),
    46: "elapsed",
}
DAY = 86_400_000  # milliseconds
EPOCH, FIRST, LAST = date(1899, 12, 30), 61, 2_958_465  # spreadsheets count a 29 February 1900: days before are off by one
FROM_1904 = 1462  # days by which the other epoch is later


class Dated(str):
    """The text of a cell that holds a day or a time: an id in such a cell was one before a spreadsheet took it for a date."""

    __slots__ = ()


def clean(text):
    """A text as a workbook stores it, as one field of one line; characters that XML cannot hold are written out there."""
    return one_line(ESCAPED.sub(_character, text) if "_x" in text else text)


def one_line(text):
    """A text as one field of one line: each line end and each tab becomes a blank."""
    if text.isprintable():
        return text
    if "\0" in text or "\1" in text:
        text = text.replace("\0", NUL_MARK).replace("\1", NUL_MARK)
    return BREAK.sub(" ", text)


def _character(escaped):
    code = int(escaped[1], 16)
    return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)


def number(raw):
    """A number as a workbook stores it, as plain digits; what is no number comes back as it is."""
    if PLAIN.match(raw):
        return raw
    if not NUMBER.match(raw):
        return clean(raw)
    return plain(format(float(raw), f".{DIGITS}g"))


def plain(text):
    """A float's text without `.0` and, below 15 digits, without an exponent."""
    mantissa, exponent, power = text.removesuffix(".0").partition("e")
    if exponent and int(power) < DIGITS:
        return format(Decimal(text), "f")
    if len(mantissa.lstrip("-")) > DIGITS and mantissa.lstrip("-").isdecimal():
        return format(float(text), f".{DIGITS - 1}e")
    return "0" if mantissa == "-0" and not exponent else mantissa + exponent + power


def moment(raw, style, epoch=0):
    """A date or time as ISO text without a zone, from a number of days; `epoch`: days by which the count starts later."""
    if not NUMBER.match(raw):
        return clean(raw)
    serial = float(raw)
    if style == "elapsed" and abs(serial) <= LAST:
        return Dated(("-" if serial < 0 else "") + _clock(round(abs(serial) * DAY)))
    days, rest = divmod(round(serial * DAY), DAY) if 0 <= serial <= LAST else (-1, 0)
    if days == 0 and style == "time":
        return Dated(_clock(rest))
    if not (0 if epoch else FIRST) <= days <= LAST - epoch:
        return number(raw)
    day = (EPOCH + timedelta(days=days + epoch)).isoformat()
    return Dated(f"{day}T{_clock(rest)}" if rest else day)


def _clock(milliseconds):
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}" + (f".{rest:03}" if rest else "")


def iso(raw):
    """A date that the workbook stores as ISO text: midnight is the day alone."""
    found = MIDNIGHT.match(raw)
    return Dated(found[1] if found else clean(raw))


def styled(raw, style, epoch=0):
    """A number as its cell's style shows it: a day or time, with leading zeros, or plain."""
    if style is None:
        return number(raw)
    if style.startswith("0"):
        whole = number(raw)
        return whole.zfill(len(style)) if whole.isdecimal() else whole
    return moment(raw, style, epoch)


def style_of(code):
    """What a number format shows: day, time, elapsed, zeros (a fixed length, as of 00123), or None for a plain number."""
    if re.fullmatch("0{2,20}", code):
        return code
    first = NO_PART_OF_A_DATE.sub("", code.split(";")[0]).lower()
    if first.strip() in ("general", "standard"):
        return None
    if ELAPSED.search(first):
        return "elapsed"
    if re.search("[yd]", first) or ("m" in first and not re.search("[hs]", first)):
        return "day"
    return "time" if re.search("[hms]", first) else None
