"""Is a week of orders unlike the others? Charts of what came back within four weeks, and how often they cry wolf."""

import pandas as pd

from orderkit.analyses.words import count, per_cent
from orderkit.errors import TooFewEvents
from orderkit.languages import phrase
from orderkit.statistics.alarms import SHIFT, cusum, cusum_path, p_chart_false_alarms
from orderkit.statistics.control import p_chart

WITHIN = 28  # days after the order: weeks are compared by what came back that soon, as young ones have no more to show
LEAST = 8  # full weeks, below which nothing is usual
ALARMS = ["week", "shipped", "returned", "share", "low", "high", "outside", "cusum", "alarm"]


def alarms(found):
    """(frame of ALARMS by order week, sentences that say how often each chart errs); empty and why where there is too little.

    share: units that came back within 28 days of their order, over units shipped in the week, with exact binomial limits about
    the share of all weeks; cusum: the running sum against a rate half as high again, and whether it alarms. Only weeks that
    were followed so long. `found`: the Rates.
    """
    if found.until is None:
        return pd.DataFrame(columns=ALARMS), [phrase("No alarm can be given: {why}.", why=phrase(found.why))]
    weeks = _weeks(found)
    if len(weeks) < LEAST:
        said = phrase(
            "No alarm can be given: of {weeks} the orders were followed for {days} days; {least} weeks are needed.",
            weeks=count(len(weeks), "week"), days=WITHIN, least=LEAST,
        )  # fmt: skip
        return pd.DataFrame(columns=ALARMS), [said]
    chart = p_chart(weeks["returned"], weeks["shipped"])
    false = p_chart_false_alarms(chart, weeks["shipped"])
    usual = phrase(
        "Alarms compare what came back within {days} days of the order; without any change the limits are crossed {times} times "
        "a year.",
        days=WITHIN, times=f"{false:.1f}",
    )  # fmt: skip
    frame = weeks.assign(
        share=chart.share, low=chart.low, high=chart.high, outside=chart.outside, cusum=float("nan"), alarm=False
    )
    return _with_running_sum(frame, chart.center, [usual])


def _weeks(found):
    """Units shipped by order week, and of them those that came back within the days, of the weeks followed so long."""
    if found.sold.empty:
        return pd.DataFrame(columns=["week", "shipped", "returned"])
    soon = found.back[found.back["delay"] <= WITHIN]
    shipped, returned = (frame.groupby(_monday(frame["day"]))["units"].sum() for frame in (found.sold, soon))
    weeks = pd.DataFrame({"shipped": shipped, "returned": returned}).dropna(subset=["shipped"]).fillna(0).rename_axis("week")
    weeks = weeks.assign(returned=weeks[["shipped", "returned"]].min(axis="columns")).astype(int).reset_index()
    return weeks[weeks["week"] + pd.Timedelta(days=6 + WITHIN) <= found.until].reset_index(drop=True)


def _monday(day):
    return day - pd.to_timedelta(day.dt.day_of_week, unit="D")


def _with_running_sum(frame, usual, said):
    if SHIFT * usual >= 1:
        none = "No running sum can be given: {share} come back, and no rate is {times} times that."
        return frame, [*said, phrase(none, share=per_cent(usual), times=SHIFT)]
    try:
        plan = cusum(usual, frame["shipped"])
    except TooFewEvents as few:
        return frame, [*said, phrase(str(few))]
    frame["cusum"], frame["alarm"] = cusum_path(frame["returned"], frame["shipped"], plan)
    sees = phrase(
        "The running sum sees a rate of {shift} times the usual one after {weeks} weeks; without any change it alarms {times} "
        "times a year.",
        shift=SHIFT, weeks=f"{plan.delay:.1f}", times=f"{plan.false_alarms_per_year:.1f}",
    )  # fmt: skip
    return frame, [*said, sees]
