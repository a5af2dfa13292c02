"""Returns: rates by week of the order with what is still to come, products that stand out, and weeks unlike the others."""

import pandas as pd

from orderkit.analyses import naming, show
from orderkit.analyses.result import draws
from orderkit.analyses.words import count, per_cent
from orderkit.charts.look import BLUE, GREY, RED, day_ticks, drawn, finish, pale
from orderkit.charts.words import in_words
from orderkit.errors import NothingToShow
from orderkit.languages import phrase

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
    figure.add_bar(x=days, y=weeks["reported_rate"].tolist(), name=phrase("came back so far"), marker={"color": BLUE})
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
            x=part["week"].dt.strftime("%Y-%m-%d").tolist(), y=rate.tolist(), mode="markers", name=phrase(name),
            marker={"color": colour, "size": 8}, error_y={**spread, "color": colour, "thickness": 1.5, "width": 3},
            hovertemplate="%{x}: %{y:.1%}<extra></extra>",
        )  # fmt: skip
    title = _rate_title(weeks, site)
    figure.update_yaxes(tickformat=".0%", title=phrase("share of the units shipped"))
    figure.update_xaxes(title=phrase("week of the order (Monday)"), tickformat=day_ticks())
    table = weeks.assign(week=days)[
        ["week", "shipped", "reported", "seen", "reported_rate", "ultimate_rate", "low_90", "high_90"]
    ]
    alt = phrase(
        "Bars of the share of units that came back so far by week of the order, points of what is expected in the end. {title}.",
        title=title,
    )
    return finish(figure, title, alt, in_words(table.round(4)), height=400, legend=True)


def _of(weeks, marketplace):
    shipped = weeks.groupby("marketplace", dropna=False)["shipped"].sum()
    if shipped.empty:
        raise NothingToShow(phrase("There is no return rate to draw: no returns export is loaded, or no shipped orders."))
    site = marketplace or shipped.idxmax()
    found = weeks[weeks["marketplace"].isna() if pd.isna(site) else weeks["marketplace"] == site]
    if found.empty:
        raise NothingToShow(phrase("No order of {site} was shipped, so it has no return rate.", site=site))
    return found


def _rate_title(weeks, site):
    told = weeks[~weeks["too_young"]].tail(4)
    where = "" if pd.isna(site) else phrase(" on {site}", site=site)
    if told.empty:
        return phrase("Too early for a return rate{where}: hardly any return can be there yet", where=where)
    shipped = told["shipped"].sum()
    now, end = told["reported"].sum() / shipped, (told["ultimate_rate"] * told["shipped"]).sum() / shipped
    return phrase(
        "{now} of four recent weeks came back so far{where}, {end} expected in the end", now=per_cent(now), where=where,
        end=per_cent(end),
    )  # fmt: skip


@draws("returns", "products")
def products(result):
    """Products with the highest cost of returns: their rate, drawn towards that of the category, with its 90 % range.

    Red: on the list of those that come back more often than chance explains; the tick is the rate of the category.
    """
    import plotly.graph_objects as go

    skus = result.tables["skus"]
    if skus.empty:
        raise NothingToShow(phrase("There is no product to compare: too few returns are known, or no SKUs."))
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
            x=part["shrunk"].tolist(), y=[names[number] for number in rows], mode="markers", name=phrase(name), error_x=spread,
            marker={"color": colour, "size": 10}, hovertemplate="%{y}: %{x:.1%}<extra></extra>",
        )  # fmt: skip
    usual = {"symbol": "line-ns", "size": 16, "line": {"width": 2, "color": GREY}}
    figure.add_scatter(x=shown["category_rate"].tolist(), y=names, mode="markers", name=phrase("its category"), marker=usual)
    number = skus.loc[skus["listed"], "sku"].nunique()
    title = phrase("No product is returned more often than chance explains")
    if number:
        title = phrase("{products} returned more often than chance explains", products=count(number, "product"))
    figure.update_yaxes(autorange="reversed", type="category", categoryorder="array", categoryarray=names)
    figure.update_xaxes(
        title=phrase("return rate, drawn towards that of the category, with 90% range"), tickformat=".0%", rangemode="tozero"
    )
    table = shown[["sku", "shipped", "returned", "rate", "shrunk", "shrunk_low", "shrunk_high", "category_rate", "listed"]].round(
        4
    )
    alt = phrase("Return rates of products with ranges, against those of their categories. {title}.", title=title)
    return finish(figure, title, alt, in_words(table), height=150 + 30 * len(shown), legend=True)


def _named(row):
    sku = naming.product(row.sku)
    return sku if pd.isna(row.reason) else phrase("{name} ({reason})", name=sku, reason=phrase(row.reason).lower())


@draws("returns", "alarms")
def return_alarms(result):
    """What came back within four weeks, by order week, with the limits that chance alone rarely crosses."""
    import plotly.graph_objects as go

    weeks = result.tables["alarms"]
    if weeks.empty:
        raise NothingToShow(phrase("There is no alarm chart to draw: too few weeks of orders were followed for four weeks."))
    days = weeks["week"].dt.strftime("%Y-%m-%d").tolist()
    odd = (weeks["outside"] | weeks["alarm"]).tolist()
    figure = go.Figure()
    figure.add_scatter(
        x=days + days[::-1], y=weeks["high"].tolist() + weeks["low"].tolist()[::-1], fill="toself", fillcolor=pale(GREY, 0.22),
        line={"width": 0, "shape": "hvh"}, mode="lines", name=phrase("what chance alone explains"), hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=days, y=weeks["share"].tolist(), mode="lines+markers", name=phrase("came back within 28 days"),
        line={"color": BLUE, "width": 2}, marker={"color": [RED if one else BLUE for one in odd], "size": 9},
        hovertemplate="%{x}: %{y:.1%}<extra></extra>",
    )  # fmt: skip
    number = sum(odd)
    title = phrase("No week is unlike the others")
    if number:
        last = show.day(weeks.loc[odd, "week"].iloc[-1])
        title = phrase("{weeks} unlike the others, last that of {day}", weeks=count(number, "week"), day=last)
    figure.update_yaxes(tickformat=".0%", title=phrase("share of the units shipped"))
    figure.update_xaxes(title=phrase("week of the order (Monday)"), tickformat=day_ticks())
    table = weeks.assign(week=days)[["week", "shipped", "returned", "share", "low", "high", "cusum", "alarm"]].round(4)
    alt = phrase("A line of the share that came back within 28 days by order week, between limits. {title}.", title=title)
    return finish(figure, title, alt, in_words(table), height=360, legend=True)
