"""Lost and damaged parcels with their ranges: in all, by carrier's service, by week against what was foretold."""

import pandas as pd

from orderkit.analyses.result import draws
from orderkit.analyses.words import count
from orderkit.charts.look import BLUE, GREY, INK, NO_CARRIER, RED, SKY, drawn, finish, pale, short
from orderkit.errors import NothingToShow
from orderkit.statistics.losses.rates import FEW_EVENTS
from orderkit.statistics.rates import one_in

MOST_SERVICES = 15
ROOM = 2.1  # times the widest range, so that the words right of it fit on a narrow page
SMALLEST, LARGEST = 8, 20  # pixels across the dot of a service
HALF = 0.35  # of an event, so that a foretold range of nothing to 2 holds the dots at 0 and at 2


@draws("losses")
def parcel_losses(result):
    """Lost and damaged parcels per 1,000 with known outcome, with the range; no dot where the events are too few to tell."""
    import plotly.graph_objects as go

    frame = getattr(result, "frame", result)
    frame = frame[frame["known_outcome"] > 0]
    if frame.empty:
        raise NothingToShow("There is no parcel with a known outcome to draw: load a tracking export.")
    several = frame["currency"].nunique(dropna=False) > 1
    figure = go.Figure()
    for row in frame.iloc[::-1].itertuples():
        name = f"{row.what} ({'currency not known' if pd.isna(row.currency) else row.currency})" if several else row.what
        verdict = "too few to tell" if pd.isna(row.rate) else row.one_in
        _range_with_words(
            figure, drawn(name), row, f"{row.events:,} of {row.known_outcome:,}: {verdict}, at worst {row.at_worst}"
        )
    lost, known = frame.loc[frame["what"] == "lost", ["events", "known_outcome"]].sum()
    title = f"{lost:,} of {known:,} parcels lost" if lost else f"No parcel lost of {known:,} with known outcome"
    rows = frame[["what", "currency", "events", "known_outcome", "one_in", "at_worst"]]
    _per_thousand(figure, frame["high"].max(), len(frame), "per 1,000 parcels with known outcome, with 90% range")
    alt = f"Lost and damaged parcels per 1,000 with 90% ranges. {title}."
    return finish(figure, title, alt, rows, height=110 + 44 * len(frame))


@draws("losses", "services")
def loss_services(result):
    """Lost or damaged parcels per 1,000 by carrier's service with the 90 % range, highest first; larger dots: more parcels.

    The rates are drawn towards those of the other services, as the ranges tell. At most 15 services, those with most parcels;
    one without a parcel whose outcome is known has words only. The tick is the rate of all services of its currency.
    """
    import plotly.graph_objects as go

    services = _services(result.tables["services"])
    told = services[services["rate"].notna() & ~services["few"]]
    figure, most, ticked = go.Figure(), services["exposure"].max(), set(told["name"])
    for row in services.iloc[::-1].itertuples():
        size = SMALLEST + (LARGEST - SMALLEST) * (row.exposure / most) ** 0.5
        colour = RED if row.worse else BLUE
        words = _service_words(row)
        dot = row._replace(rate=float("nan")) if row.few else row  # a range, but no rate
        asked = {"size": size, "colour": colour, "hover": _service_hover(row), "beyond": row.usual if row.name in ticked else 0.0}
        _range_with_words(figure, drawn(row.name), dot, words, **asked)
    usual = {"symbol": "line-ns", "size": 20, "line": {"width": 2, "color": INK}}
    figure.add_scatter(
        x=(told["usual"] * 1000).tolist(), y=[drawn(name) for name in told["name"]], mode="markers", marker=usual,
        hovertemplate="all services: %{x:.1f} per 1,000<extra></extra>",
    )  # fmt: skip
    title = _services_title(told)
    scale = "lost or damaged per 1,000 parcels, with 90% range"
    scale += "<br>the tick is the rate of all services of its currency" * bool(ticked)
    _per_thousand(figure, services["high"].max(), len(services), scale)
    columns = ["currency", "parcels", "exposure", "lost", "damaged", "rate", "low", "high", "weight"]
    table = services[["name", *columns]].rename(columns={"name": "service", "exposure": "parcels counted"}).round(4)
    alt = f"Rates of loss or damage by carrier's service with 90% ranges, highest first. {title}."
    return finish(figure, title, alt, table, height=120 + 36 * len(services))


def _services(services):
    """The services shown, highest rate first: `name`, `events`, the rate of all (`usual`), whether it is `worse` (its whole range
    lies above what the other services lose), and whether all events of its currency are too `few` to tell."""
    if services.empty or not services["rate"].notna().any():
        raise NothingToShow("There is no service of a carrier to compare: of no parcel is the outcome known.")
    shown = services.sort_values("parcels", ascending=False, kind="stable").head(MOST_SERVICES)
    shown = shown.assign(events=shown["lost"] + shown["damaged"], expected=shown["rate"] * shown["exposure"])
    sums = shown.groupby("currency", dropna=False)[["expected", "exposure"]].transform("sum")
    others = sums - shown[["expected", "exposure"]].fillna(0)
    usual = sums["expected"] / sums["exposure"]
    worse = shown["low"] > (others["expected"] / others["exposure"].where(others["exposure"] > 0))
    few = shown.groupby("currency", dropna=False)["events"].transform("sum") < FEW_EVENTS
    several = services["currency"].nunique(dropna=False) > 1
    names = pd.Series([_service_name(row, several) for row in shown.itertuples()], index=shown.index)
    again = names.groupby(names).cumcount()  # two rows of one name would be drawn on one another
    names = names.where(again == 0, names + " (" + (again + 1).astype(str) + ")")
    shown = shown.assign(name=names, usual=usual, worse=worse & ~few, few=few)
    return shown.sort_values("rate", ascending=False, na_position="last", kind="stable")


def _service_name(row, several):
    words = [str(word) for word in (row.carrier, row.service) if not pd.isna(word)]
    name = NO_CARRIER if pd.isna(row.carrier) and len(words) < 2 else short(" ".join(words))
    currency = "currency not known" if pd.isna(row.currency) else row.currency
    return f"{name} ({currency})" if several else name


def _service_words(row):
    if pd.isna(row.rate):
        return f"{count(int(row.parcels), 'parcel')}, no outcome known"
    return f"{int(row.events):,} of {row.exposure:,.0f}, {'too few to tell' if row.few else f'likely {one_in(row.rate)}'}"


def _service_hover(row):
    if pd.isna(row.rate):
        return ""
    said = f"{row.name}: {int(row.lost):,} lost and {int(row.damaged):,} damaged of {row.exposure:,.0f} parcels"
    own = "" if pd.isna(row.weight) else f"; its own parcels make up {row.weight:.0%} of the estimate"
    return drawn(f"{said}; {row.low * 1000:.1f} to {row.high * 1000:.1f} per 1,000{own}")


def _services_title(told):
    if told.empty:
        return "Too few losses to compare services"
    worse = told.loc[told["worse"], "name"].tolist()
    if worse:
        return f"{worse[0]} loses more than the others" if len(worse) == 1 else f"{len(worse)} services lose more than the others"
    if len(told) == 1:
        return f"{told['name'].iloc[0]}: {one_in(told['rate'].iloc[0])} is lost or damaged"
    return "No service clearly loses more than the others"


def _per_thousand(figure, widest, rows, title):
    figure.update_layout(showlegend=False)
    figure.update_xaxes(title=title, range=[0, (widest or 0.001) * 1000 * ROOM], tickformat="~g")
    figure.update_yaxes(type="category", range=[-0.7, rows - 0.4], ticklabelstandoff=6)


def _range_with_words(figure, name, row, words, *, size=12, colour=BLUE, hover=None, beyond=0.0):
    """A range, its dot where the rate is told, and what they mean. The words are a trace of their own: clear of the range, and
    of a mark at the rate `beyond`."""
    text = drawn(words)
    low, high = (0 if pd.isna(end) else end * 1000 for end in (row.low, row.high))
    figure.add_scatter(x=[low, high], y=[name, name], mode="lines", line={"color": SKY, "width": 10}, hoverinfo="skip")
    figure.add_scatter(
        x=[max(high, beyond * 1000)],
        y=[name],
        mode="text",
        text=["  " + text],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
    )
    if not pd.isna(row.rate):
        dot = {"color": colour, "size": size}
        hovertext = f"{hover or text}<extra></extra>"
        figure.add_scatter(x=[row.rate * 1000], y=[name], mode="markers", marker=dot, hovertemplate=hovertext)


@draws("losses", "weeks")
def loss_weeks(result, *, currency=None):
    """Were we right: lost or damaged parcels by week of the order, and the 90 % range that the weeks before foretold.

    currency: of the orders; by default the one with most parcels. Weeks outside their range are red, hollow where parcels are
    still on their way.
    """
    import plotly.graph_objects as go

    weeks = _weeks(result.tables["weeks"], currency)
    told = weeks[weeks["expected"].notna()]
    days, foretold = (part["week"].dt.strftime("%Y-%m-%d").tolist() for part in (weeks, told))
    figure = go.Figure()
    low, high = ((told["low"] - HALF).tolist(), (told["high"] + HALF).tolist())
    figure.add_scatter(
        x=foretold + foretold[::-1], y=high + low[::-1], fill="toself", fillcolor=pale(GREY, 0.25),
        line={"width": 0, "shape": "hvh"}, mode="lines", name="foretold (90% range)", hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=foretold, y=told["expected"].tolist(), mode="lines", name="expected", line={"color": INK, "width": 1.5, "dash": "dot"},
        hovertemplate="%{x}: %{y:.1f} expected<extra></extra>",
    )  # fmt: skip
    for open_ones, name in ((False, "lost or damaged"), (True, "so far: parcels are on the way")):
        part = weeks[(weeks["open"] > 0) == open_ones]
        if len(part):
            _dots(figure, part, name, hollow=open_ones)
    title = _weeks_title(weeks, told)
    most = max(weeks["events"].max(), 0 if told.empty else told["high"].max())
    figure.update_xaxes(title="week of the order (Monday)", type="date")
    columns = ["currency", "parcels", "known_outcome", "open", "events", "expected", "low", "high", "within"]
    table = weeks.assign(week=days)[["week", *columns]].round(2)
    alt = f"Dots of parcels lost or damaged by order week, against the range that earlier weeks foretold. {title}."
    figure.update_yaxes(title="parcels", tickformat=",d", **({"dtick": 1} if most <= 8 else {}))
    done = finish(figure, title, alt, table, height=340, legend=True)
    return done.update_yaxes(range=[-0.5 - most / 30, 0.8 + most * 1.05], showgrid=True, gridcolor=pale(GREY, 0.25))


def _weeks(weeks, currency):
    """The weeks of one currency. Raises NothingToShow."""
    sums = weeks.groupby("currency")["parcels"].sum() if len(weeks) else weeks
    chosen = currency or (sums.idxmax() if len(sums) else None)
    found = weeks[weeks["currency"] == chosen]
    if found.empty or not found["known_outcome"].sum():
        where = f" in {currency}" if currency else ""
        raise NothingToShow(f"There is no week of losses to draw{where}: of no parcel is the outcome known.")
    return found


def _dots(figure, part, name, *, hollow):
    colours = [BLUE if pd.isna(within) or within else RED for within in part["within"]]
    line = {"width": 2, "color": colours}
    figure.add_scatter(
        x=part["week"].dt.strftime("%Y-%m-%d").tolist(), y=part["events"].tolist(), mode="markers", name=name,
        marker={"color": colours, "size": 9, "symbol": "circle-open" if hollow else "circle", "line": line},
        customdata=part[["known_outcome", "open"]].to_numpy().tolist(), cliponaxis=False,
        hovertemplate="%{x}: %{y} lost or damaged of %{customdata[0]}, %{customdata[1]} on the way<extra></extra>",
    )  # fmt: skip


def _weeks_title(weeks, told):
    where = weeks["currency"].iloc[0]
    if told.empty:
        return f"Too few {where} parcels so far to foretell a week"
    right = int(told["within"].sum())
    return f"{right:,} of {count(len(told), 'week')} turned out as foretold ({where}; 9 of 10 should)"
