"""Bars by week: how shipped lines arrived, and orders by channel."""

import html

import pandas as pd

from orderkit.analyses.result import draws
from orderkit.analyses.words import count
from orderkit.charts.look import BLUE, GREY, INK, ORANGE, PINK, RED, SKY, finish
from orderkit.errors import NothingToShow

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
    still = int(weeks["open_late"].sum())
    span, things = count(len(weeks), "week"), "orders" if "orders" in weeks else "lines"
    title = f"{late:,} of {arrived:,} {things} of {span} arrived late" if arrived else f"When the {things} arrived is not known"
    title += f"; {still:,} past the promised day {'has' if still == 1 else 'have'} not arrived" if still else ""
    alt = f"Stacked bars by week of the promised day, {span}. {title}."
    colours = {name: colour for name, (_, colour) in DELIVERY.items()}
    return stacked(parts, colours, title, alt, things, "week of the promised day")


def orders_by_week(frame):
    """Orders by week and channel, from the measure orders_by_week added up by week and channel."""
    known = frame.dropna(subset=["week"])
    parts = known.pivot_table(index="week", columns="channel", values="orders", aggfunc="sum", fill_value=0)
    parts = last_weeks(parts)
    orders = int(parts.to_numpy().sum())
    title = f"{count(orders, 'order')} in {count(len(parts), 'week')}, {orders / len(parts):,.0f} a week"
    alt = f"Stacked bars of orders by week, FBM and FBA. {title}."
    return stacked(parts, {"FBM": BLUE, "FBA": ORANGE}, title, alt, "orders", "week of the order")


def _weeks(frame):
    if not {"week", "on_time"} <= set(frame.columns):
        raise NothingToShow("There are no delivery weeks to draw.")
    return last_weeks(frame.dropna(subset=["week"]).groupby("week").sum(numeric_only=True))


def last_weeks(frame):
    if frame.empty:
        raise NothingToShow("There is no week to draw: no export with promised dates is loaded.")
    return frame.sort_index().tail(WEEKS_SHOWN)


def stacked(parts, colours, title, alt, unit, axis):
    import plotly.graph_objects as go

    days = [f"{day:%Y-%m-%d}" for day in pd.to_datetime(parts.index)]
    figure = go.Figure()
    for name in [name for name in colours if name in parts]:
        figure.add_bar(
            x=days, y=[int(value) for value in parts[name]], name=name, width=6 * 86_400_000,
            marker={"color": colours[name], "line": {"color": INK, "width": 0.6 if colours[name] in (ORANGE, SKY) else 0}},
            hovertemplate=f"week of %{{x|%-d %b %Y}}: %{{y:,}} {unit} {html.escape(name)}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack")
    figure.update_yaxes(tickformat=",.0f", title=unit)
    figure.update_xaxes(title=axis, type="date", tickformat="%-d %b\n%Y")
    table = parts.astype(int).reset_index(names="week").assign(week=days)
    return finish(figure, title, alt, table, height=340, legend=len(figure.data) > 1)
