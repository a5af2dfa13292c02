"""The one-row `context` table: up to when the data is known, and what the clock says.

Kept in a table because a view that reads a session variable gives no rows, silently, in another connection.
"""

import datetime as dt

from orderkit.errors import BadValue
from orderkit.marketplaces import week_bounds


def moment(value):
    """A moment (UTC) from a datetime, a date or ISO text. A bare day means its last instant in UTC, a week that of its Sunday.

    Raises BadValue for anything else.
    """
    try:
        if isinstance(value, str) and "W" in value:
            value = week_bounds(value)[1]
        elif isinstance(value, str):
            value = dt.date.fromisoformat(value) if len(value) == 10 else dt.datetime.fromisoformat(value)
        if isinstance(value, dt.datetime):
            return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
        return dt.datetime.combine(value, dt.time.max, dt.UTC)
    except (TypeError, ValueError):
        raise BadValue(f"{value!r} is no day or moment. Write 2026-11-16, 2026-W46 or 2026-11-16T09:30:00+00:00.") from None


def newest(con):
    """The newest moment that the loaded data covers, or None where nothing is loaded.

    A date that lies ahead of the clock is an error in some export: it must not move the whole shop into the future. What the
    seller noted about the to-do list tells nothing of orders: it must not make old exports look new.
    """
    found = con.sql("SELECT max(covers_to) FROM loads WHERE format <> 'decisions'").fetchall()[0][0]
    return min(found, dt.datetime.now(dt.UTC) + dt.timedelta(days=1)) if found else None


def accounts(con):
    """The names of the seller accounts in the database."""
    return [row[0] for row in con.sql("SELECT DISTINCT account FROM loads ORDER BY account").fetchall()]


def set_context(con, as_of=None, clock=None):
    """Makes the TEMP table `context` (as_of, as_of_day, clock, clock_day); days are UTC days.

    as_of: what was known then; by default the newest moment that the data covers. clock: the time now, for counting days left.
    """
    clock = moment(clock) if clock is not None else dt.datetime.now(dt.UTC)
    as_of = moment(as_of) if as_of is not None else newest(con) or clock
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE context AS
        SELECT
            $as_of::TIMESTAMPTZ AS as_of,
            CAST(timezone('UTC', $as_of::TIMESTAMPTZ) AS DATE) AS as_of_day,
            $clock::TIMESTAMPTZ AS clock,
            CAST(timezone('UTC', $clock::TIMESTAMPTZ) AS DATE) AS clock_day
        """,
        {"as_of": as_of, "clock": clock},
    )
