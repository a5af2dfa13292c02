"""Lost and damaged parcels with their ranges: in all, by carrier's service, by week against what was foretold."""

import pandas as pd

from orderkit.analyses.losses.rarity import rarity, rarity_said
from orderkit.analyses.result import draws
from orderkit.analyses.words import count
from orderkit.charts.look import BLUE, GREY, INK, NO_CARRIER, RED, SKY, drawn, finish, pale, short
from orderkit.charts.words import in_words
from orderkit.errors import NothingToShow
from orderkit.languages import phrase
from orderkit.statistics.losses.rates import FEW_EVENTS

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
        raise NothingToShow(phrase("There is no parcel with a known outcome to draw: load a tracking export."))
    several = frame["currency"].nunique(dropna=False) > 1
    figure = go.Figure()
    for row in frame.iloc[::-1].itertuples():
        name = _with_currency(phrase(row.what), row.currency) if several else phrase(row.what)
        words = phrase(
            "{events} of {known}: {verdict}, at worst {worst}", events=f"{row.events:,}", known=f"{row.known_outcome:,}",
            verdict=phrase("too few to tell") if pd.isna(row.rate) else rarity_said(row.one_in), worst=rarity_said(row.at_worst),
        )  # fmt: skip
        _range_with_words(figure, drawn(name), row, words)
    lost, known = frame.loc[frame["what"] == "lost", ["events", "known_outcome"]].sum()
    said = "{lost} of {known} parcels lost" if lost else "No parcel lost of {known} with known outcome"
    title = phrase(said, lost=f"{lost:,}", known=f"{known:,}")
    rows = frame[["what", "currency", "events", "known_outcome", "one_in", "at_worst"]]
    rows = rows.assign(**{name: rows[name].map(rarity_said) for name in ("one_in", "at_worst")})
    _per_thousand(figure, frame["high"].max(), len(frame), phrase("per 1,000 parcels with known outcome, with 90% range"))
    alt = phrase("Lost and damaged parcels per 1,000 with 90% ranges. {title}.", title=title)
    return finish(figure, title, alt, in_words(rows, cells=["what"]), height=110 + 44 * len(frame))


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
        hovertemplate=phrase("all services: %{x:.1f} per 1,000") + "<extra></extra>",
    )  # fmt: skip
    title = _services_title(told)
    scale = phrase("lost or damaged per 1,000 parcels, with 90% range")
    scale += f"<br>{phrase('the tick is the rate of all services of its currency')}" * bool(ticked)
    _per_thousand(figure, services["high"].max(), len(services), scale)
    columns = ["currency", "parcels", "exposure", "lost", "damaged", "rate", "low", "high", "weight"]
    table = services[["name", *columns]].rename(columns={"name": "service", "exposure": "parcels counted"}).round(4)
    alt = phrase("Rates of loss or damage by carrier's service with 90% ranges, highest first. {title}.", title=title)
    return finish(figure, title, alt, in_words(table), height=120 + 36 * len(services))


def _services(services):
    """The services shown, highest rate first: `name`, `events`, the rate of all (`usual`), whether it is `worse` (its whole range
    lies above what the other services lose), and whether all events of its currency are too `few` to tell."""
    if services.empty or not services["rate"].notna().any():
        raise NothingToShow(phrase("There is no service of a carrier to compare: of no parcel is the outcome known."))
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
    name = phrase(NO_CARRIER) if pd.isna(row.carrier) and len(words) < 2 else short(" ".join(words))
    return _with_currency(name, row.currency) if several else name


def _with_currency(name, currency):
    return phrase("{name} ({reason})", name=name, reason=phrase("currency not known") if pd.isna(currency) else currency)


def _service_words(row):
    if pd.isna(row.rate):
        return phrase("{parcels}, no outcome known", parcels=count(int(row.parcels), "parcel"))
    told = {"events": f"{int(row.events):,}", "known": f"{row.exposure:,.0f}"}
    if row.few:
        return phrase("{events} of {known}, too few to tell", **told)
    return phrase("{events} of {known}, likely {rate}", rate=rarity(row.rate), **told)


def _service_hover(row):
    if pd.isna(row.rate):
        return ""
    said = phrase(
        "{name}: {lost} lost and {damaged} damaged of {parcels} parcels; {low} to {high} per 1,000", name=row.name,
        lost=f"{int(row.lost):,}", damaged=f"{int(row.damaged):,}", parcels=f"{row.exposure:,.0f}", low=f"{row.low * 1000:.1f}",
        high=f"{row.high * 1000:.1f}",
    )  # fmt: skip
    if pd.isna(row.weight):
        return drawn(said)
    own = phrase("its own parcels make up {share} of the estimate", share=f"{row.weight:.0%}")
    return drawn(phrase("; ").join([said, own]))


def _services_title(told):
    if told.empty:
        return phrase("Too few losses to compare services")
    worse = told.loc[told["worse"], "name"].tolist()
    if len(worse) == 1:
        return phrase("{service} loses more than the others", service=worse[0])
    if worse:
        return phrase("{services} services lose more than the others", services=len(worse))
    if len(told) == 1:
        return phrase("{service}: {rate} is lost or damaged", service=told["name"].iloc[0], rate=rarity(told["rate"].iloc[0]))
    return phrase("No service clearly loses more than the others")


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
        line={"width": 0, "shape": "hvh"}, mode="lines", name=phrase("foretold (90% range)"), hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=foretold, y=told["expected"].tolist(), mode="lines", name=phrase("expected"),
        line={"color": INK, "width": 1.5, "dash": "dot"},
        hovertemplate=phrase("%{x}: %{y:.1f} expected") + "<extra></extra>",
    )  # fmt: skip
    for open_ones, name in ((False, "lost or damaged"), (True, "so far: parcels are on the way")):
        part = weeks[(weeks["open"] > 0) == open_ones]
        if len(part):
            _dots(figure, part, phrase(name), hollow=open_ones)
    title = _weeks_title(weeks, told)
    most = max(weeks["events"].max(), 0 if told.empty else told["high"].max())
    figure.update_xaxes(title=phrase("week of the order (Monday)"), type="date")
    columns = ["currency", "parcels", "known_outcome", "open", "events", "expected", "low", "high", "within"]
    table = weeks.assign(week=days)[["week", *columns]].round(2)
    alt = phrase(
        "Dots of parcels lost or damaged by order week, against the range that earlier weeks foretold. {title}.", title=title
    )
    figure.update_yaxes(title=phrase("parcels"), tickformat=",d", **({"dtick": 1} if most <= 8 else {}))
    done = finish(figure, title, alt, in_words(table), height=340, legend=True)
    return done.update_yaxes(range=[-0.5 - most / 30, 0.8 + most * 1.05], showgrid=True, gridcolor=pale(GREY, 0.25))


def _weeks(weeks, currency):
    """The weeks of one currency. Raises NothingToShow."""
    sums = weeks.groupby("currency")["parcels"].sum() if len(weeks) else weeks
    chosen = currency or (sums.idxmax() if len(sums) else None)
    found = weeks[weeks["currency"] == chosen]
    if found.empty or not found["known_outcome"].sum():
        where = phrase(" in {currency}", currency=currency) if currency else ""
        raise NothingToShow(phrase("There is no week of losses to draw{where}: of no parcel is the outcome known.", where=where))
    return found


def _dots(figure, part, name, *, hollow):
    colours = [BLUE if pd.isna(within) or within else RED for within in part["within"]]
    line = {"width": 2, "color": colours}
    figure.add_scatter(
        x=part["week"].dt.strftime("%Y-%m-%d").tolist(), y=part["events"].tolist(), mode="markers", name=name,
        marker={"color": colours, "size": 9, "symbol": "circle-open" if hollow else "circle", "line": line},
        customdata=part[["known_outcome", "open"]].to_numpy().tolist(), cliponaxis=False,
        hovertemplate=phrase("%{x}: %{y} lost or damaged of %{customdata[0]}, %{customdata[1]} on the way") + "<extra></extra>",
    )  # fmt: skip


def _weeks_title(weeks, told):
    where = weeks["currency"].iloc[0]
    if told.empty:
        return phrase("Too few {currency} parcels so far to foretell a week", currency=where)
    right, weeks = f"{int(told['within'].sum()):,}", count(len(told), "week")
    return phrase(
        "{right} of {weeks} turned out as foretold ({currency}; 9 of 10 should)", right=right, weeks=weeks, currency=where
    )
