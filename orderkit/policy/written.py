"""How days, moments and numbers are written in a pack."""

import datetime as dt
import re

PATTERNS = {  # what a value of a fact in a case looks like, by type
    "integer": (r"-?[0-9]{1,9}", "a whole number of at most 9 digits"),
    "money": (r"-?[0-9]{1,9}(\.[0-9]{1,2})?", "an amount such as 12.50"),
    "moment": (
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}(:[0-9]{2})?)",
        "a moment with its offset",
    ),
}
FIRST_YEAR, LAST_YEAR = 1900, 2199


def read_day(text):
    """The day that `text` says. Raises ValueError, its arguments being what is wrong and the cure."""
    cure = "Write days as 2026-01-31."
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{str(text)!r} is no day", cure)
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day of the calendar", cure) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{text!r} is no year of trade", f"Write a year from {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def read_moment(text):
    """The moment, in UTC, that `text` says with its offset. Raises ValueError, its arguments being what is wrong and the cure."""
    cure = "Write moments as 2026-11-06 14:05:00-08:00."
    if not re.fullmatch(PATTERNS["moment"][0], text):
        raise ValueError(f"{str(text)!r} is no moment with its offset", cure)
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no moment of the calendar", cure) from None
