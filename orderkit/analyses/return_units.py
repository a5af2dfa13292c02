"""Returns as the analyses want them: one table of units sold, of returns, and of the money about them; see return_units.sql."""

from importlib import resources

from orderkit.store.known import known_formats

SEASONS = ("holiday_return_until", "holiday_return_until_by_shipping")  # parameters of a pack that extend the return window
SOLD = """
    SELECT channel, marketplace, "window", ordered_day AS day, CAST(sum(units) AS DOUBLE) AS units
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
    con.execute(resources.files(__package__).joinpath("return_units.sql").read_text(encoding="utf-8"))


def sold(con, marketplace=None):
    """Units shipped by order day: channel, marketplace, window, day, units. Needs `make`."""
    return con.sql(SOLD, params={"marketplace": marketplace}).df()


def back(con, marketplace=None):
    """Units returned by order day: channel, marketplace, window, day, delay (days from the order), units. Needs `make`."""
    return con.sql(BACK, params={"marketplace": marketplace}).df()


def known_until(con):
    """{channel: the last day up to which its returns are known}, of the channels whose returns export was loaded."""
    channels = {}
    told = con.sql("SELECT format, CAST(timezone('UTC', max(covers_to)) AS DATE) FROM loads GROUP BY format").fetchall()
    of_returns = {name: form.channel for name, form in known_formats(con).items() if "returns" in form.emits}
    last = con.sql("SELECT as_of_day - 1 FROM context").fetchall()[0][0]  # the as-of day itself is not over yet
    for name, day in told:
        if name in of_returns and day is not None:
            channel = of_returns[name]
            channels[channel] = max(channels.get(channel, day), day)
    return {channel: min(day, last) for channel, day in channels.items()}
