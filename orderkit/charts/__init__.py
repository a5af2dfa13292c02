"""Figures from results and measures. One look, colours that colour-blind readers can tell apart, a title that states the finding.

Every figure carries `layout.meta`: {"alt": a sentence, "table": {"columns", "rows"}} for readers who do not see it. Only bar and
scatter traces, so that the page can carry plotly's small bundle. plotly is imported inside functions: it is slow to start.
Painters register themselves with `draws`, so that `result.chart()` and `result.chart("arrivals")` find them.
"""

from orderkit.charts.arrivals import arrival_curve
from orderkit.charts.cover import cover_by_value
from orderkit.charts.forecasts import calibration, forecasts
from orderkit.charts.health import headroom
from orderkit.charts.look import BLUE, GREEN, GREY, INK, ORANGE, PINK, RED, SKY
from orderkit.charts.loss_year import loss_year
from orderkit.charts.losses import loss_services, loss_weeks, parcel_losses
from orderkit.charts.money import money_at_risk
from orderkit.charts.reasons import return_reasons
from orderkit.charts.returns import products, return_alarms, return_rates
from orderkit.charts.ways import ways_to_insure
from orderkit.charts.weeks import late_by_week, orders_by_week

__all__ = [
    "BLUE", "GREEN", "GREY", "INK", "ORANGE", "PINK", "RED", "SKY", "arrival_curve", "calibration", "cover_by_value", "forecasts",
    "headroom", "late_by_week", "loss_services", "loss_weeks", "loss_year", "money_at_risk", "orders_by_week", "parcel_losses",
    "products", "return_alarms", "return_rates", "return_reasons", "ways_to_insure",
]  # fmt: skip
