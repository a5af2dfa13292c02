"""Returns as the analyses want them: one table of units sold, of returns, and of the money about them; see returns/units.sql."""

import datetime as dt
from importlib import resources

from orderkit.store.known import known_formats

SEASONS = ("holiday_return_until", "holiday_return_until_by_shipping")  # parameters of a pack that extend the return window
SOON = 28  # days within which the first returns of what was sold come
FEW = 3  # returns expected and none seen: by chance in one case of twenty
BEFORE = """
    WITH sold AS (
        SELECT ordered_day, units
        FROM line_facts
        WHERE channel = $channel AND handed_over AND units > 0
    )

    SELECT
        coalesce(sum(units) FILTER (WHERE ordered_day < $day - $weeks), 0),
        coalesce(sum(units) FILTER (WHERE ordered_day >= $day), 0),
        (
            SELECT coalesce(sum(greatest(coalesce(returns.units, 1), 0)), 0)
            FROM returns
            JOIN line_facts
                ON line_facts.account = returns.account AND line_facts.order_id = returns.order_id
                AND line_facts.line = returns.line
            WHERE line_facts.channel = $channel AND line_facts.ordered_day >= $day
        )
    FROM sold
"""
SOLD = """
    SELECT channel, marketplace, "window", ordered_day AS day, followed, CAST(sum(units) AS DOUBLE) AS units
    FROM sold_units
    WHERE ordered_day IS NOT NULL AND units > 0 AND ($marketplace IS NULL OR marketplace = $marketplace)
    GROUP BY ALL
    ORDER BY ALL
"""
DAYS = """
    INSERT INTO holidays
    SELECT $marketplace, CAST(days.day AS DATE)
    FROM generate_series($start::DATE, $end::DATE - 1, INTERVAL 1 DAY) AS days(day)
    WHERE NOT EXISTS (SELECT 1 FROM holidays WHERE marketplace = $marketplace AND holidays.day = days.day)
"""
BACK = """
    SELECT channel, marketplace, "window", ordered_day AS day, delay, CAST(sum(units) AS DOUBLE) AS units
    FROM return_units
    WHERE in_rate AND units > 0 AND ($marketplace IS NULL OR marketplace = $marketplace)
    GROUP BY ALL
    ORDER BY ALL
"""


def make(con, pack=None):
    """Makes the TEMP tables sold_units, return_units and return_money. Needs the facts.

    Orders of a season in which a pack extends, or may extend, the return window are told apart: their returns come later.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE holidays (marketplace VARCHAR, day DATE)")
    named = [pack.parameters[season] for season in SEASONS if pack and season in pack.parameters]
    for period in (period for parameter in named for period in parameter.periods):
        con.execute(DAYS, {"marketplace": period.key, "start": period.start, "end": period.end})
    con.execute("CREATE OR REPLACE TEMP TABLE returns_known (channel VARCHAR, first_day DATE)")
    for channel, day in known_from(con).items():
        con.execute("INSERT INTO returns_known VALUES ($1, $2)", [channel, day])
    con.execute(resources.files(__package__).joinpath("units.sql").read_text(encoding="utf-8"))


def sold(con, marketplace=None):
    """Units shipped by order day: channel, marketplace, window, day, followed (whether the exports tell of their first returns),
    units. Needs `make`."""
    return con.sql(SOLD, params={"marketplace": marketplace}).df()


def back(con, marketplace=None):
    """Units returned by order day: channel, marketplace, window, day, delay (days from the order), units. Needs `make`."""
    return con.sql(BACK, params={"marketplace": marketplace}).df()


def known_from(con):
    """{channel: the first day of which its returns are known}, of the channels of which earlier returns are missing.

    An export holds some weeks of returns. What was sold long before it must have come back in part; where, at the rate of what
    was sold since, so many returns would be there that none at all is unlikely, they are missing, and no zeros.
    """
    told = con.sql("SELECT format, CAST(timezone('UTC', min(covers_from)) AS DATE) FROM loads GROUP BY format").fetchall()
    of_returns = {name: form.channel for name, form in known_formats(con).items() if "returns" in form.emits}
    first = {}
    for name, day in told:
        if name in of_returns and day is not None:
            channel = of_returns[name]
            first[channel] = min(first.get(channel, day), day)
    return {channel: day for channel, day in first.items() if _missing(con, channel, day) >= FEW}


def _missing(con, channel, day):
    """The returns that what was sold weeks before a day would have had, at the rate of what was sold since."""
    oldest = con.sql("SELECT min(ordered_day) FROM line_facts").fetchall()[0][0]
    if oldest is None or oldest >= day - dt.timedelta(days=SOON):
        return 0
    before, since, back = con.sql(BEFORE, params={"channel": channel, "day": day, "weeks": SOON}).fetchall()[0]
    return before * back / since if since else 0


def known_until(con):
    """{channel: the last day up to which its returns are known}, of the channels whose returns export was loaded.

    An export without a row tells of no day; where there is no other, it is taken to tell of all days of the data.
    """
    channels = {}
    told = con.sql("SELECT format, CAST(timezone('UTC', max(covers_to)) AS DATE) FROM loads GROUP BY format").fetchall()
    of_returns = {name: form.channel for name, form in known_formats(con).items() if "returns" in form.emits}
    last = con.sql("SELECT as_of_day - 1 FROM context").fetchall()[0][0]  # the as-of day itself is not over yet
    for name, day in told:
        if name in of_returns:
            channels.setdefault(of_returns[name], []).append(day)
    return {channel: min(max(filter(None, days), default=last), last) for channel, days in channels.items()}
