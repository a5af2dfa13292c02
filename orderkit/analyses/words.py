"""Small words for headlines: counts with their noun, money of several currencies, shares with their denominator."""

from orderkit import languages
from orderkit.analyses import show
from orderkit.languages import phrase

LEVEL = 0.9  # of all intervals on pages


def count(number, noun, plural=None):
    """1 line, 2 lines, 1,200 lines."""
    return languages.counted(show.number(number), noun, plural=plural, many=number != 1)


def amounts(totals):
    """Money by currency in one phrase, never added up: "€310.00 and $842.00"; empty text where there is none."""
    return show.sums(
        dict(sorted(((c, a) for c, a in totals.items() if a), key=lambda sum: (sum[0] is None, sum[0] or "")))
    ) * any(totals.values())


def add(totals, currency, amount):
    """Adds an exact amount to a dict by currency; a missing amount changes nothing and must be counted by the caller."""
    if amount is not None:
        totals[currency] = totals.get(currency, 0) + amount


def worded(frame, *columns):
    """A frame whose cells in some columns are words of ours, with those cells in the language in use.

    >>> import pandas as pd
    >>> worded(pd.DataFrame({"what": ["lost", None]}), "what")["what"].tolist()[0]
    'lost'
    """
    return frame.assign(**{name: [phrase(cell) if isinstance(cell, str) else cell for cell in frame[name]] for name in columns})


def sure(probability):
    """A probability for people: 57%; never 0 % or 100 %, which nobody knows."""
    if probability < 0.005:
        return phrase("under {share}", share="1%")
    return phrase("over {share}", share="99%") if probability >= 0.995 else f"{probability:.0%}"


def per_cent(share):
    """A share between 0 and 1 as text: 3.4%."""
    return f"{share * 100:.1f}%"


def share_with_range(share, low, high, digits=1):
    """A share with its range: 3.4% (1.2% to 7.0%)."""
    told = (f"{one:.{digits}%}" for one in (share, low, high))
    return phrase("{share} ({low} to {high})", **dict(zip(("share", "low", "high"), told, strict=True)))
