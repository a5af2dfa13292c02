"""Bars by week: how shipped lines arrived, and orders by channel."""

import html

import pandas as pd

from orderkit.analyses.result import draws
from orderkit.analyses.words import count
from orderkit.charts.look import BLUE, GREY, INK, ORANGE, PINK, RED, SKY, day_format, day_ticks, finish, headed
from orderkit.errors import NothingToShow
from orderkit.languages import joined, phrase

WEEKS_SHOWN = 26
DELIVERY = {
    "on time": (["on_time"], BLUE),
    "late": (["late"], RED),
    "past the day, not arrived": (["open_late"], ORANGE),
    "on the way": (["open"], SKY),
    "lost, damaged or came back": (["lost", "damaged", "came_back"], PINK),
    "not known": (["unknown_delivery"], GREY),
}


@draws("exposure")
def late_by_week(result):
    """Shipped lines, or orders, by the week of the promised day: on time, late, open, not known.

    Accepts a result or the measure's frame.
    """
    weeks = _weeks(getattr(result, "tables", {}).get("weeks", result))
    parts = pd.DataFrame({name: weeks[columns].sum(axis="columns") for name, (columns, _) in DELIVERY.items()}, index=weeks.index)
    parts = parts.loc[:, parts.sum() > 0]
    late, arrived = int(weeks["late"].sum()), int(weeks["late"].sum() + weeks["on_time"].sum())
    span, things = count(len(weeks), "week"), "orders" if "orders" in weeks else "lines"
    told = {"late": f"{late:,}", "arrived": f"{arrived:,}", "things": phrase(things), "weeks": span}
    title = [phrase("{late} of {arrived} {things} of {weeks} arrived late" if arrived else NOT_TOLD, **told)]
    title = joined([*title, _still_open(int(weeks["open_late"].sum()))], "clauses")
    alt = phrase("Stacked bars by week of the promised day, {weeks}. {title}.", weeks=span, title=title)
    colours = {name: colour for name, (_, colour) in DELIVERY.items()}
    return stacked(parts, colours, title, alt, things, "week of the promised day")


NOT_TOLD = "When the {things} arrived is not known"


def _still_open(still):
    if not still:
        return ""
    verb = {"has": "has" if still == 1 else "have"}
    return phrase("{n} past the promised day {has} not arrived", n=f"{still:,}", **verb)


def orders_by_week(frame):
    """Orders by week and channel, from the measure orders_by_week added up by week and channel."""
    known = frame.dropna(subset=["week"])
    parts = known.pivot_table(index="week", columns="channel", values="orders", aggfunc="sum", fill_value=0)
    parts = last_weeks(parts)
    orders = int(parts.to_numpy().sum())
    told = {"orders": count(orders, "order"), "weeks": count(len(parts), "week"), "n": f"{orders / len(parts):,.0f}"}
    title = phrase("{orders} in {weeks}, {n} a week", **told)
    alt = phrase("Stacked bars of orders by week, FBM and FBA. {title}.", title=title)
    return stacked(parts, {"FBM": BLUE, "FBA": ORANGE}, title, alt, "orders", "week of the order")


def _weeks(frame):
    if not {"week", "on_time"} <= set(frame.columns):
        raise NothingToShow(phrase("There are no delivery weeks to draw."))
    return last_weeks(frame.dropna(subset=["week"]).groupby("week").sum(numeric_only=True))


def last_weeks(frame):
    if frame.empty:
        raise NothingToShow(phrase("There is no week to draw: no export with promised dates is loaded."))
    return frame.sort_index().tail(WEEKS_SHOWN)


def stacked(parts, colours, title, alt, unit, axis):
    import plotly.graph_objects as go

    days = [f"{day:%Y-%m-%d}" for day in pd.to_datetime(parts.index)]
    figure = go.Figure()
    for name in [name for name in colours if name in parts]:
        said = phrase(name)
        hover = phrase(
            "week of {day}: {n} {unit} {what}", day="%{x|" + day_format() + "}", n="%{y:,}", unit=phrase(unit), what=said
        )
        figure.add_bar(
            x=days, y=[int(value) for value in parts[name]], name=said, width=6 * 86_400_000,
            marker={"color": colours[name], "line": {"color": INK, "width": 0.6 if colours[name] in (ORANGE, SKY) else 0}},
            hovertemplate=f"{html.escape(hover)}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack")
    figure.update_yaxes(tickformat=",.0f", title=phrase(unit))
    figure.update_xaxes(title=phrase(axis), type="date", tickformat=day_ticks())
    table = parts.astype(int).reset_index(names="week").assign(week=days)
    return finish(figure, title, alt, headed(table), height=340, legend=len(figure.data) > 1)
