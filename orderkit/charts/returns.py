"""Returns: rates by week of the order with what is still to come, products that stand out, and weeks unlike the others."""

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.result import draws
from orderkit.analyses.words import count, per_cent
from orderkit.charts.look import BLUE, GREY, RED, drawn, finish, pale
from orderkit.errors import NothingToShow

MOST_PRODUCTS = 15


@draws("returns", "weeks")
def return_rates(result, *, marketplace=None):
    """The return rate of each order week: what came back so far, and what is expected in the end with its 90 % range.

    Of the marketplace that shipped most, unless one is named; weeks of which little can have come back yet are grey.
    """
    import plotly.graph_objects as go

    weeks = _of(result.tables["weeks"], marketplace)
    site = weeks["marketplace"].iloc[0]
    days = weeks["week"].dt.strftime("%Y-%m-%d").tolist()
    figure = go.Figure(layout={"barmode": "overlay"})
    figure.add_bar(x=days, y=weeks["reported_rate"].tolist(), name="came back so far", marker={"color": BLUE})
    for young, name, colour in (
        (False, "expected in the end, with 90% range", RED),
        (True, "the same, hardly any can be back yet", GREY),
    ):
        part = weeks[weeks["too_young"] == young]
        if part.empty:
            continue
        rate = part["ultimate_rate"]
        spread = {"type": "data", "array": (part["high_90"] - rate).tolist(), "arrayminus": (rate - part["low_90"]).tolist()}
        figure.add_scatter(
            x=part["week"].dt.strftime("%Y-%m-%d").tolist(), y=rate.tolist(), mode="markers", name=name,
            marker={"color": colour, "size": 8}, error_y={**spread, "color": colour, "thickness": 1.5, "width": 3},
            hovertemplate="%{x}: %{y:.1%}<extra></extra>",
        )  # fmt: skip
    title = _rate_title(weeks, site)
    figure.update_yaxes(tickformat=".0%", title="share of the units shipped")
    figure.update_xaxes(title="week of the order (Monday)")
    table = weeks.assign(week=days)[
        ["week", "shipped", "reported", "seen", "reported_rate", "ultimate_rate", "low_90", "high_90"]
    ]
    alt = (
        f"Bars of the share of units that came back so far by week of the order, points of what is expected in the end. {title}."
    )
    return finish(figure, title, alt, table.round(4), height=400, legend=True)


def _of(weeks, marketplace):
    shipped = weeks.groupby("marketplace", dropna=False)["shipped"].sum()
    if shipped.empty:
        raise NothingToShow("There is no return rate to draw: no returns export is loaded, or no shipped orders.")
    site = marketplace or shipped.idxmax()
    found = weeks[weeks["marketplace"].isna() if pd.isna(site) else weeks["marketplace"] == site]
    if found.empty:
        raise NothingToShow(f"No order of {site} was shipped, so it has no return rate.")
    return found


def _rate_title(weeks, site):
    told = weeks[~weeks["too_young"]].tail(4)
    where = "" if pd.isna(site) else f" on {site}"
    if told.empty:
        return f"Too early for a return rate{where}: hardly any return can be there yet"
    shipped = told["shipped"].sum()
    now, end = told["reported"].sum() / shipped, (told["ultimate_rate"] * told["shipped"]).sum() / shipped
    return f"{per_cent(now)} of four recent weeks came back so far{where}, {per_cent(end)} expected in the end"


@draws("returns", "products")
def products(result):
    """Products with the highest cost of returns: their rate, drawn towards that of the category, with its 90 % range.

    Red: on the list of those that come back more often than chance explains; the tick is the rate of the category.
    """
    import plotly.graph_objects as go

    skus = result.tables["skus"]
    if skus.empty:
        raise NothingToShow("There is no product to compare: too few returns are known, or no SKUs.")
    shown = skus.drop_duplicates("sku").head(MOST_PRODUCTS)
    names = [drawn(_named(row)) for row in shown.itertuples()]
    figure = go.Figure()
    for listed, name, colour in (
        (True, "more than chance explains", RED),
        (False, "not so", BLUE),
    ):
        rows = [number for number, row in enumerate(shown.itertuples()) if bool(row.listed) == listed]
        if not rows:
            continue
        part = shown.iloc[rows]
        spread = {
            "type": "data", "array": (part["shrunk_high"] - part["shrunk"]).tolist(),
            "arrayminus": (part["shrunk"] - part["shrunk_low"]).tolist(), "color": colour, "thickness": 2, "width": 4,
        }  # fmt: skip
        figure.add_scatter(
            x=part["shrunk"].tolist(), y=[names[number] for number in rows], mode="markers", name=name, error_x=spread,
            marker={"color": colour, "size": 10}, hovertemplate="%{y}: %{x:.1%}<extra></extra>",
        )  # fmt: skip
    usual = {"symbol": "line-ns", "size": 16, "line": {"width": 2, "color": GREY}}
    figure.add_scatter(x=shown["category_rate"].tolist(), y=names, mode="markers", name="its category", marker=usual)
    number = skus.loc[skus["listed"], "sku"].nunique()
    title = f"{count(number, 'product')} returned more often than chance explains" if number else (
        "No product is returned more often than chance explains"
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", type="category", categoryorder="array", categoryarray=names)
    figure.update_xaxes(
        title="return rate, drawn towards that of the category, with 90% range", tickformat=".0%", rangemode="tozero"
    )
    table = shown[["sku", "shipped", "returned", "rate", "shrunk", "shrunk_low", "shrunk_high", "category_rate", "listed"]].round(
        4
    )
    alt = f"Return rates of products with ranges, against those of their categories. {title}."
    return finish(figure, title, alt, table, height=150 + 30 * len(shown), legend=True)


def _named(row):
    reason = "" if pd.isna(row.reason) else f" ({row.reason.lower()})"
    return f"{row.sku}{reason}"


@draws("returns", "alarms")
def return_alarms(result):
    """What came back within four weeks, by order week, with the limits that chance alone rarely crosses."""
    import plotly.graph_objects as go

    weeks = result.tables["alarms"]
    if weeks.empty:
        raise NothingToShow("There is no alarm chart to draw: too few weeks of orders were followed for four weeks.")
    days = weeks["week"].dt.strftime("%Y-%m-%d").tolist()
    odd = (weeks["outside"] | weeks["alarm"]).tolist()
    figure = go.Figure()
    figure.add_scatter(
        x=days + days[::-1], y=weeks["high"].tolist() + weeks["low"].tolist()[::-1], fill="toself", fillcolor=pale(GREY, 0.22),
        line={"width": 0, "shape": "hvh"}, mode="lines", name="what chance alone explains", hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=days, y=weeks["share"].tolist(), mode="lines+markers", name="came back within 28 days",
        line={"color": BLUE, "width": 2}, marker={"color": [RED if one else BLUE for one in odd], "size": 9},
        hovertemplate="%{x}: %{y:.1%}<extra></extra>",
    )  # fmt: skip
    number = sum(odd)
    last = f", last that of {show.day(weeks.loc[odd, 'week'].iloc[-1])}" if number else ""
    title = f"{count(number, 'week')} unlike the others{last}" if number else "No week is unlike the others"
    figure.update_yaxes(tickformat=".0%", title="share of the units shipped")
    figure.update_xaxes(title="week of the order (Monday)")
    table = weeks.assign(week=days)[["week", "shipped", "returned", "share", "low", "high", "cusum", "alarm"]].round(4)
    alt = f"A line of the share that came back within 28 days by order week, between limits. {title}."
    return finish(figure, title, alt, table, height=360, legend=True)
