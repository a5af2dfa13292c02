"""Days, ISO weeks and business days per marketplace: the one place where dates are reckoned with."""

import datetime as dt
import re

import holidays

from orderkit.errors import BadValue


def iso_week(day):
    """The ISO week of a day as text, for example 2026-W46."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def week_bounds(week):
    """First and last day (Monday, Sunday) of an ISO week given as "2026-W46".

    Raises BadValue where the text is no week.
    """
    found = re.fullmatch(r"(\d{4})-?W(\d{1,2})", str(week).strip())
    try:
        monday = dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except (TypeError, ValueError):
        raise BadValue(f"{week!r} is no ISO week. Write it as year and week, for example 2026-W46.") from None
    return monday, monday + dt.timedelta(days=6)


def calendar_rows(marketplace, first, last):
    """One tuple per day of a marketplace: (marketplace, day, week, iso_week, month, business_day, business_day_index).

    A business day is Monday to Friday without a public holiday in the country of the marketplace (holidays package), None where
    the country is not known; the index counts business days from 1 January of the first year, so differences of indexes count
    business days.
    """
    first = dt.date(first.year, 1, 1)
    known = marketplace.country is not None
    closed = holidays.country_holidays(marketplace.country, years=range(first.year, last.year + 1)) if known else ()
    rows, index, day = [], 0, first
    while day <= last:
        business = day.weekday() < 5 and day not in closed
        index += business
        monday = day - dt.timedelta(days=day.weekday())
        rows.append(
            (marketplace.name, day, monday, iso_week(day), day.replace(day=1), *((business, index) if known else (None, None)))
        )
        day += dt.timedelta(days=1)
    return rows
