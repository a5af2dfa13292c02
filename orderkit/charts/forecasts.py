"""How forecasts of arrivals came true: amounts by day of the forecast, and chances against what came."""

from orderkit.analyses import show
from orderkit.analyses.result import draws
from orderkit.analyses.words import count
from orderkit.charts.look import BLUE, GREY, INK, ORANGE, RED, SKY, day_format, day_ticks, drawn, finish, headed, pale
from orderkit.errors import NothingToShow
from orderkit.languages import joined, phrase

DAY = 86_400_000  # milliseconds, in which plotly measures the width of bars on days
RANGES = ((90, 0.62, pale(SKY, 0.32)), (80, 0.36, pale(SKY, 0.5)))  # level, width as a share of the step, colour
SHOWN = ["as_of", "expected", "low80", "high80", "low90", "high90", "actual"]
TICKS = 5  # days named on the axis, at most about so many
HOVER = {"told": "%{x:.0%}", "arrived": "%{y:.0%}", "text": "%{text}"}
EDGE = 0.04  # beyond the ends of an axis, so that marks on them are whole


@draws("backtest")
def forecasts(result, *, currency=None):
    """What was foretold on each as-of day not to arrive in time, with 80 and 90 % ranges, and what did not, in one currency.

    currency: by default that of most orders on the last day; amounts of several are never added.
    """
    import plotly.graph_objects as go

    currency = currency or _usual(result)
    frame = result.frame[result.frame["currency"] == currency].sort_values("as_of")
    if frame.empty:
        named = currency or phrase("a known currency")
        raise NothingToShow(phrase("There is no forecast to draw: no order in {currency} was on its way.", currency=named))
    days = [f"{day:%Y-%m-%d}" for day in frame["as_of"]]
    figure = go.Figure(layout={"barmode": "overlay"})
    _bands(figure, days, frame, currency)
    dash = {"symbol": "line-ew", "size": 16, "line": {"width": 4, "color": ORANGE}}
    _points(figure, days, frame["expected"], "expected", dash, currency)
    _truth(figure, frame, currency)
    title = _came(frame, currency)
    ticks = _ticks(days, _step(frame["as_of"]))
    figure.update_xaxes(title=phrase("day of the forecast"), type="date", tickformat=day_ticks(), **ticks)
    within = phrase("{currency} not arriving within {days}", currency=currency, days=count(result.tables["horizon"], "day"))
    figure.update_yaxes(title=within, tickformat=",.0f")
    top = max(1.0, float(frame[["high90", "actual", "expected"]].max().max()))
    figure.update_yaxes(range=[-EDGE * top, (1 + EDGE) * top])
    table = frame[SHOWN].assign(as_of=days).round(2).rename(columns={"as_of": "day of the forecast"})
    text = "By day of the forecast, the amount expected not to arrive in time with its ranges, and what did not. {title}."
    done = finish(figure, title, phrase(text, title=title), headed(table), height=380, legend=True)
    return done.update_yaxes(showgrid=True, gridcolor=pale(GREY, 0.25))


def _bands(figure, days, frame, currency):
    """A wide pale bar from low to high of the 90 % range, a narrow stronger one for 80 %."""
    step = _step(frame["as_of"])
    for level, width, colour in RANGES:
        low, high, name = frame[f"low{level}"], frame[f"high{level}"], phrase("{level}% range", level=level)
        figure.add_bar(
            x=days, base=low.tolist(), y=(high - low).tolist(), width=width * step * DAY, marker={"color": colour},
            name=name, text=_ranges(low, high, currency), textposition="none",
            hovertemplate=f"%{{x|{day_format()}}}: {name} %{{text}}<extra></extra>",
        )  # fmt: skip


def _truth(figure, frame, currency):
    """What did not arrive in time, where that is known; another mark where the 90 % range did not hold it."""
    told, inside = frame["actual"].notna(), _inside(frame)
    for which, name, colour, symbol in (
        (told & inside, "did not arrive in time", INK, "circle"),
        (told & ~inside, "the same, outside the 90% range", RED, "diamond"),
    ):
        if which.any():
            mark = {"symbol": symbol, "size": 10, "color": colour, "line": {"color": "#FFFFFF", "width": 1}}
            days = [f"{day:%Y-%m-%d}" for day in frame.loc[which, "as_of"]]
            _points(figure, days, frame.loc[which, "actual"], name, mark, currency)


def _points(figure, days, amounts, name, mark, currency):
    figure.add_scatter(
        x=days, y=amounts.tolist(), mode="markers", marker=mark, name=phrase(name), cliponaxis=False,
        text=[drawn(show.money(round(amount, 2), currency)) for amount in amounts],
        hovertemplate=f"%{{x|{day_format()}}}: %{{text}} {phrase(name)}<extra></extra>",
    )  # fmt: skip


def _ranges(low, high, currency):
    ends = zip(low.round(2), high.round(2), strict=True)
    ends = [(show.money(least, currency), show.money(most, currency)) for least, most in ends]
    return [drawn(phrase("{low} to {high}", low=least, high=most)) for least, most in ends]


def _usual(result):
    orders = result.tables["orders"]["currency"].value_counts()
    return orders.index[0] if len(orders) else next(iter(result.frame["currency"].dropna()), None)


def _step(days):
    """Days between two forecasts; 7 for a single one."""
    apart = days.diff().dt.days.dropna()
    return int(apart.min()) if len(apart) else 7


def _ticks(days, step):
    """Ticks on days of forecasts, few enough for a phone."""
    return {"tick0": days[0], "dtick": step * DAY * max(1, -(-len(days) // TICKS))}


def _inside(frame):
    return (frame["actual"] >= frame["low90"]) & (frame["actual"] <= frame["high90"])


def _came(frame, currency):
    told, made = int(frame["actual"].notna().sum()), len(frame)
    if not told:
        return phrase(
            "The truth is not in yet for {forecasts} in {currency}", forecasts=count(made, "forecast"), currency=currency
        )
    held = {"n": f"{int(_inside(frame).sum()):,}", "forecasts": count(told, "forecast"), "currency": currency}
    waiting = phrase("{n} not judged yet", n=f"{made - told:,}") if made > told else ""
    return joined([phrase("The 90% range held in {n} of {forecasts} in {currency}", **held), waiting], "clauses")


@draws("backtest", "calibration")
def calibration(result):
    """The chance told against the share that arrived, by groups of about as many orders, with 90 % Wilson ranges."""
    import plotly.graph_objects as go

    table = result.tables["reliability"]
    if table is None or table.empty:
        raise NothingToShow(phrase("There is nothing to compare chances with: the truth of no forecast is in yet."))
    fits = (table["mean_probability"] >= table["low"]) & (table["mean_probability"] <= table["high"])
    figure = go.Figure()
    line = {"color": GREY, "width": 1.5, "dash": "dash"}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=line, name=phrase("as foretold"), hoverinfo="skip")
    for which, name, colour, symbol in ((fits, "as told", BLUE, "circle"), (~fits, "not as told", RED, "diamond")):
        if which.any():
            _groups(figure, table[which], phrase(name), colour, symbol)
    text = "The chance told lies within the range of what came in {n} of {groups} of orders"
    title = phrase(text, n=int(fits.sum()), groups=count(len(table), "group"))
    axis = {"range": [-EDGE, 1 + EDGE], "tickformat": ".0%", "tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1]}
    days = count(result.tables["horizon"], "day")
    figure.update_xaxes(title=phrase("chance told to arrive within {days}", days=days), **axis)
    figure.update_yaxes(title=phrase("share that did"), **axis)
    rows = table[["mean_probability", "observed", "low", "high", "events", "n"]].round(4)
    rows.columns = ["chance told", "share that arrived", "at least", "at most", "arrived", "orders"]
    text = "Dots of the share that arrived against the chance told, with 90% ranges, beside the line where both agree. {title}."
    done = finish(figure, title, phrase(text, title=title), headed(rows), height=420, legend=True)
    return done.update_yaxes(showgrid=True, gridcolor=pale(GREY, 0.25)).update_xaxes(showgrid=True, gridcolor=pale(GREY, 0.25))


def _groups(figure, table, name, colour, symbol):
    above, below = (table["high"] - table["observed"]).tolist(), (table["observed"] - table["low"]).tolist()
    counts = [(f"{int(events):,}", f"{n:,}") for events, n in zip(table["events"], table["n"], strict=True)]
    figure.add_scatter(
        x=table["mean_probability"].tolist(), y=table["observed"].tolist(), mode="markers", name=name,
        marker={"color": colour, "size": 10, "symbol": symbol},
        error_y={"array": above, "arrayminus": below, "symmetric": False, "color": pale(colour, 0.55), "width": 4},
        text=[phrase("{some} of {all}", some=some, all=among) for some, among in counts],
        hovertemplate=phrase("told {told}, arrived {arrived} ({text})", **HOVER) + "<extra></extra>",
    )  # fmt: skip
