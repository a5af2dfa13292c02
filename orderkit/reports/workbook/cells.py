"""What one cell of a workbook holds: text that stays text, exact numbers, real days, nothing where nothing is known."""

import datetime as dt
import math
import re
from decimal import Decimal
from numbers import Integral, Real
from urllib.parse import urlsplit

import pandas as pd
from babel.numbers import get_currency_precision

from orderkit.analyses.show import is_missing
from orderkit.languages import phrase
from orderkit.marketplaces import marketplaces

LONGEST = 32_767  # UTF-16 units in a cell
LONGEST_LINK = 2_079
FIRST_DAY = dt.date(1900, 3, 1)  # before it spreadsheets disagree on what a day's number is
# What a spreadsheet takes for the beginning of a formula when it opens a CSV file, wide East Asian forms too
TRIGGERS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # what XML cannot hold
SAFE_PATH = re.compile(r"/[A-Za-z0-9/._~%-]*\Z")
FORMATS = {
    "text": "@", "long": "General", "prose": "General", "link": "General", "count": "#,##0", "number": "#,##0.0#",
    "share": "0.0%", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm",
}  # fmt: skip


def plain(value):
    """A text as a cell can hold it: no characters that a workbook has no room for, its beginning where it is too long.

    >>> plain("LAMP-12"), len(plain("a" * 40_000))
    ('LAMP-12', 32767)
    """
    text = UNFIT.sub("\ufffd", str(value))
    if len(text) * 2 <= LONGEST or len(text.encode("utf-16-le")) // 2 <= LONGEST:
        return text
    note = phrase("… (cut: {number} characters)", number=f"{len(text):,}")
    kept = text.encode("utf-16-le")[: 2 * (LONGEST - len(note))]
    return kept.decode("utf-16-le", errors="ignore") + note


def guarded(value):
    """A text from data that no spreadsheet takes for a formula, not even when the sheet is saved as CSV and opened again.

    An apostrophe goes before what would begin one; in a CSV file there is no other way to say that it is text.

    >>> guarded("=1+1"), guarded("LAMP-12")
    ("'=1+1", 'LAMP-12')
    """
    text = plain(value)
    return plain(f"'{text}") if begins_formula(text) else text


def begins_formula(text):
    """Whether a spreadsheet that opens this text in a CSV file would reckon with it; blanks before it do not save it."""
    return text.startswith(TRIGGERS) or text.lstrip().startswith(TRIGGERS)


def exact(value):
    """A number for a cell: what is not finite is told as text."""
    number = int(value) if isinstance(value, Integral) else value if isinstance(value, Decimal) else float(value)
    return number if math.isfinite(number) else None


def zoneless(value, zone=dt.UTC):
    """A moment or day as a spreadsheet holds it, without a zone; one that has a zone is told in `zone`.

    None for a day before March 1900, which spreadsheets cannot hold alike.
    """
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime(warn=False)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        value = value.astimezone(zone).replace(tzinfo=None)
    day = value.date() if isinstance(value, dt.datetime) else value
    return value if day >= FIRST_DAY else None


def money_format(currency):
    """The number format of an amount: as many decimals as its currency has, two where it is not known.

    >>> money_format("USD"), money_format("JPY")
    ('#,##0.00', '#,##0')
    """
    digits = 2 if is_missing(currency) else get_currency_precision(str(currency))
    return "#,##0" + ("." + "0" * digits if digits else "")


def safe_link(link):
    """The address of an order in Seller Central as it may be opened by a click; None for any other address."""
    if is_missing(link) or len(str(link)) > LONGEST_LINK:
        return None
    parts = urlsplit(str(link))
    known = parts.scheme == "https" and parts.netloc.removeprefix("sellercentral.") in marketplaces()
    is_ours = known and parts.netloc.startswith("sellercentral.") and not parts.query and not parts.fragment
    return str(link) if is_ours and SAFE_PATH.match(parts.path) and str(link).isascii() else None


def is_number(value):
    """Whether a value is a number; a truth value is none."""
    return isinstance(value, Real | Decimal) and not isinstance(value, bool)
