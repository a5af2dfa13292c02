"""Is a week of orders unlike the others? Charts of what came back within four weeks, and how often they cry wolf."""

import pandas as pd

from orderkit.errors import TooFewEvents
from orderkit.statistics.alarms import SHIFT, cusum, cusum_path, p_chart_false_alarms
from orderkit.statistics.control import p_chart

WITHIN = 28  # days after the order: weeks are compared by what came back that soon, as young ones have no more to show
LEAST = 8  # full weeks, below which nothing is usual
ALARMS = ["week", "shipped", "returned", "share", "low", "high", "outside", "cusum", "alarm"]
BY_WEEK = """
    WITH counted AS (
        SELECT channel, marketplace, ordered_day, units AS shipped, 0 AS returned
        FROM sold_units
        UNION ALL
        SELECT channel, marketplace, ordered_day, 0 AS shipped, units AS returned
        FROM return_units
        WHERE in_rate AND delay <= $within
    )

    SELECT
        ordered_day - CAST(extract(isodow FROM ordered_day) - 1 AS INTEGER) AS week,
        CAST(sum(shipped) AS BIGINT) AS shipped, CAST(least(sum(returned), sum(shipped)) AS BIGINT) AS returned
    FROM counted
    WHERE list_contains($channels, channel) AND ordered_day IS NOT NULL AND ($marketplace IS NULL OR marketplace = $marketplace)
    GROUP BY week
    HAVING week + 6 + $within <= $until AND sum(shipped) > 0
    ORDER BY week
"""


def alarms(con, found, *, marketplace=None):
    """(frame of ALARMS by order week, sentences that say how often each chart errs); empty and why where there is too little.

    share: units that came back within 28 days of their order, over units shipped in the week, with exact binomial limits about
    the share of all weeks; cusum: the running sum against a rate half as high again, and whether it alarms. Only weeks that
    were followed so long. `found`: the Rates. Needs the tables of return_units.
    """
    if found.until is None:
        return pd.DataFrame(columns=ALARMS), [f"No alarm can be given: {found.why}."]
    params = {"within": WITHIN, "until": found.until.date(), "channels": list(found.channels), "marketplace": marketplace}
    weeks = con.sql(BY_WEEK, params=params).df()
    if len(weeks) < LEAST:
        said = f"No alarm can be given: {len(weeks)} weeks of orders were followed for {WITHIN} days, {LEAST} are needed."
        return pd.DataFrame(columns=ALARMS), [said]
    chart = p_chart(weeks["returned"], weeks["shipped"])
    false = p_chart_false_alarms(chart, weeks["shipped"])
    said = [
        f"Alarms compare what came back within {WITHIN} days of the order; without any change the limits are crossed "
        f"{false:.1f} times a year."
    ]
    frame = weeks.assign(
        share=chart.share, low=chart.low, high=chart.high, outside=chart.outside, cusum=float("nan"), alarm=False
    )
    frame["week"] = pd.to_datetime(frame["week"])
    try:
        plan = cusum(chart.center, weeks["shipped"])
    except TooFewEvents as few:
        return frame, [*said, str(few)]
    frame["cusum"], frame["alarm"] = cusum_path(weeks["returned"], weeks["shipped"], plan)
    said.append(
        f"The running sum sees a rate of {SHIFT} times the usual one after {plan.delay:.1f} weeks; without any change it alarms "
        f"{plan.false_alarms_per_year:.1f} times a year."
    )
    return frame, said
