"""What Amazon's own account-health export says, beside what the exports give for the same days, and why they may differ."""

import numpy as np
import pandas as pd

from orderkit.analyses.words import count
from orderkit.languages import joined, phrase

METRICS = {
    "late_shipment": ("late_shipment_rate",),
    "cancel": ("cancellation_rate",),
    "tracking": ("valid_tracking_rate",),
    "on_time": ("unit_on_time_delivery_rate", "on_time_delivery_rate"),
    "order_defect": ("order_defect_rate_mfn",),
}
SAME_LENGTH = 1  # days by which a period may differ in length and still be that of a window


def amazon_says(con, marketplace=None):
    """The rates of account_health as exported: account, marketplace, metric, period_from, period_to, count, of, rate, status."""
    return con.sql(
        """
        SELECT account, marketplace, metric, period_from, period_to, "count", "of", CAST(rate AS DOUBLE) AS rate, status
        FROM account_health
        WHERE rate IS NOT NULL AND period_to IS NOT NULL AND ($site IS NULL OR marketplace = $site)
        ORDER BY period_to, account, marketplace, metric
        """,
        params={"site": marketplace},
    ).df()


def beside(window, sums, said):
    """What Amazon says of a window, and what the exports give for Amazon's own days; empty without it."""
    told = _newest(window, said)
    if told is None:
        return {}
    first, last = told["period_from"].date(), told["period_to"].date()
    same = window.sums(first, last)
    among = same["orders"] - same["unknown"] * (window.rate != "cancel")
    bad = same["defects"] / among if among else np.nan
    sure = window.whole and not (window.rate == "cancel" and same["unknown"])
    return {
        "amazon_share": told["rate"], "amazon_count": told["count"], "amazon_of": told["of"],
        "amazon_from": first, "amazon_to": last, "amazon_status": told["status"],
        "same_days_orders": among, "same_days_defects": same["defects"],
        "same_days_share": (1 - bad if window.limit.at_least else bad) if sure else np.nan,
    }  # fmt: skip


def why(window, sums, said):
    """Why what Amazon says of a window and what the exports give may differ; NaN where Amazon says nothing."""
    told = _newest(window, said)
    if told is None:
        return np.nan
    first, last = told["period_from"].date(), told["period_to"].date()
    return joined(_reasons(window, told, window.sums(first, last), (first, last)), "clauses")


def _newest(window, said):
    """The newest row of account_health for a rate, with a period as long as the window where the rate has several windows."""
    mine = said[(said["account"] == window.account) & (said["marketplace"] == window.marketplace)]
    mine = mine[mine["metric"].isin(METRICS[window.rate])]
    length = (mine["period_to"] - mine["period_from"]).dt.days + 1
    fits = mine[(length - window.over).abs() <= SAME_LENGTH]
    if fits.empty and len(window.limit.windows) == 1:
        fits = mine
    return None if fits.empty else fits.iloc[-1]


def _reasons(window, told, same, period):
    """Why two figures of one rate may differ, what is known of it first."""
    away = (window.last - period[1]).days
    if away:
        text = "its days end {days} before those of your files" if away > 0 else "its days end {days} after those of your files"
        yield phrase(text, days=count(abs(away), "day"))
    length = (period[1] - period[0]).days + 1
    if abs(length - window.over) > SAME_LENGTH:
        yield phrase("its period is of {days} days, the limit's window of {n}", days=length, n=window.over)
    if not pd.isna(told["of"]) and same["orders"] != told["of"]:
        text = "your files hold {orders} of these days, Amazon counts {n}"
        yield phrase(text, orders=count(same["orders"], "order"), n=f"{int(told['of']):,}")
    if same["unknown"]:
        yield phrase(UNKNOWN[window.rate], orders=count(same["unknown"], "order"))
    yield from OTHER[window.rate](window, same)


def _on_time(window, same):
    without = same["orders"] - same["before_extension"]
    if without > 0:
        told = count(same["before_extension"], "order")
        yield phrase("Amazon takes the promise before it was extended, which your files tell for {orders}", orders=told)
    yield phrase("Amazon counts units in the US, this counts orders")


def _order_defect(window, same):
    if not window.whole:
        yield phrase("feedback, claims and chargebacks are not all in your files")
    yield phrase("Amazon takes out claims that it denied or paid itself")


def _always(text):
    return lambda window, same: [phrase(text)]


UNKNOWN = {
    "late_shipment": "of {orders} your files do not tell when they were confirmed, or by when they had to be",
    "cancel": "of {orders} your files do not tell who cancelled them",
    "tracking": "of {orders} your files do not tell whether they had a tracking number",
    "on_time": "of {orders} your files do not tell whether they arrived in time",
    "order_defect": "of {orders} your files do not tell whether they had a defect",
}
OTHER = {
    "late_shipment": _always("Amazon may place an order on another day than that by which it had to be shipped"),
    "cancel": _always("Amazon knows who cancelled, and why"),
    "tracking": _always("Amazon asks for a scan by the carrier too, and looks at each category"),
    "on_time": _on_time,
    "order_defect": _order_defect,
}
