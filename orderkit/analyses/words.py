"""Small words for headlines: counts with their noun, money of several currencies, shares with their denominator."""

from orderkit.analyses import show

LEVEL = 0.9  # of all intervals on pages


def count(number, noun, plural=None):
    """1 line, 2 lines, 1,200 lines."""
    return f"{show.number(number)} {noun if number == 1 else plural or noun + 's'}"


def amounts(totals):
    """Money by currency in one phrase, never added up: "€310.00 and $842.00"; empty text where there is none."""
    return show.sums(
        dict(sorted(((c, a) for c, a in totals.items() if a), key=lambda sum: (sum[0] is None, sum[0] or "")))
    ) * any(totals.values())


def add(totals, currency, amount):
    """Adds an exact amount to a dict by currency; a missing amount changes nothing and must be counted by the caller."""
    if amount is not None:
        totals[currency] = totals.get(currency, 0) + amount


def sure(probability):
    """A probability for people: 57%; never 0 % or 100 %, which nobody knows."""
    return "under 1%" if probability < 0.005 else "over 99%" if probability >= 0.995 else f"{probability:.0%}"


def per_cent(share):
    """A share between 0 and 1 as text: 3.4%."""
    return f"{share * 100:.1f}%"
