"""Whether cover is worth its price, by the value of a parcel and the service of the carrier."""

import numpy as np

from orderkit.analyses import show
from orderkit.analyses.losses.ahead import CARRIER_NOT_KNOWN
from orderkit.analyses.losses.rarity import group_said
from orderkit.analyses.result import draws
from orderkit.analyses.words import sure
from orderkit.charts.look import BLUE, GREEN, GREY, ORANGE, drawn, finish, pale, short
from orderkit.charts.loss_year import book_of, is_few
from orderkit.charts.words import in_words
from orderkit.errors import NothingToShow
from orderkit.languages import phrase
from orderkit.statistics.losses.cover import INSURE, SURE

BINS = 60
PANELS = 3  # services that cover is drawn for: those for which it is likeliest to pay
PANEL, BELOW, HEAD = 150, 70, 40  # pixels of a service, of the parcels by value below, of the words above each
PAYS, PREMIUM, EXPECTED = "cover pays", "price of cover", "what it is expected to pay"
FROM = {"tariff": "as the tariff says", "your claims": "as of your own claims", "you said": "as you said", "assumed": "assumed"}


@draws("losses", "value")
def cover_by_value(result, *, tariff=None, currency=None):
    """The price of cover and what it is expected to pay, by the value of a parcel; green where it pays. Below: the parcels sent.

    A panel for each of the three services for which it is likeliest to pay. tariff, currency: by default the tariff that saves
    most, in the currency with most parcels.
    """
    best = offer_of(result, tariff, currency)
    code, groups = best["currency"], _likeliest(part_of(result.tables["groups"], best), best)
    switch, lines = (_in(part_of(result.tables[name], best), groups["group"]) for name in ("switch", "prices"))
    values = book_of(result, code).parcels.value
    names = [_panel(row, switch[switch["group"] == row.group], code) for row in groups.itertuples()]
    half = show.money(round(float(np.median(values)), 2), code)
    figure, whole = _panels([*names, phrase("your parcels by value: half below {value}", value=half)])
    highest = float(lines.loc[lines["premium"].notna(), ["premium", "expected"]].max().max()) * 1.05 or 1.0
    for place, group in enumerate(groups["group"], start=1):
        _shade(figure, switch[(switch["group"] == group) & switch["pays"].eq(True)], place, highest)
        _lines(figure, lines[lines["group"] == group], place, highest, code)
    _parcels(figure, values, len(names) + 1)
    title = _title(best, switch, is_few(result, code))
    alt = phrase(
        "Lines of the price of cover and of its expected payments by the value of a parcel, a panel per service. {title}.",
        title=title,
    )
    table = switch[["group", "from_value", "to_value", "pays", "rate"]].astype({"rate": float}).round(4)
    last = {"row": len(names) + 1, "col": 1}
    axis = phrase("value of the parcel, in {currency}; {paid}", currency=code, paid=paid_words(best))
    figure.update_xaxes(title=drawn(axis), **last)
    done = finish(
        figure, title, alt, in_words(table.assign(group=table["group"].map(group_said))), height=whole + 170, legend=True
    )
    done.update_annotations(x=0, xref="paper", xanchor="left", font_size=13)
    done.update_xaxes(range=[0, float(values.max()) or 1.0], tickformat=",~f", showticklabels=False)
    done.update_xaxes(showticklabels=True, **last)
    return done.update_layout(barmode="overlay", margin_t=104, legend_y=1 + 26 / whole)


def _panels(names):
    """A figure with a panel under each name, the last one lower, and the pixels that all of it takes."""
    from plotly.subplots import make_subplots

    heights = [PANEL] * (len(names) - 1) + [BELOW]
    whole = sum(heights) + HEAD * (len(heights) - 1)
    figure = make_subplots(
        rows=len(heights), cols=1, shared_xaxes=True, row_heights=heights, vertical_spacing=HEAD / whole,
        subplot_titles=[drawn(name) for name in names],
    )  # fmt: skip
    return figure, whole


def offer_of(result, tariff, currency):
    """The row of the offer drawn, as a dict: the one that saves most, of the currency with most parcels. Raises NothingToShow."""
    offers = result.tables["offers"]
    for column, asked in (("tariff", tariff), ("currency", currency)):
        offers = offers if asked is None else offers[offers[column] == asked]
    if offers.empty:
        asked = phrase(" of {tariff}", tariff=tariff) if tariff else ""
        asked += phrase(" in {currency}", currency=currency) if currency else ""
        raise NothingToShow(phrase("There is no offer of cover to draw{asked}: load a price list (tariffs.csv).", asked=asked))
    pace = {one.currency: one.pace for one in result.tables["books"]}
    offers = offers.assign(pace=offers["currency"].map(pace).fillna(0))
    order = ["pace", "saves", "probability"]  # one without a step for any parcel, whose probability is not known, last of all
    return offers.sort_values(order, kind="stable", na_position="first").iloc[-1].to_dict()


def part_of(table, offer):
    """The rows of a table that are of an offer."""
    return table[(table["currency"] == offer["currency"]) & (table["tariff"] == offer["tariff"])]


def _in(table, groups):
    return table[table["group"].isin(groups)]


def _likeliest(groups, offer):
    """The services drawn: those with a step, likeliest first; without a carrier only where there is no other."""
    offered = groups[groups["probability"].notna()]
    if offered.empty:
        none = "There is no step of {tariff} for any of your parcels in {currency}."
        raise NothingToShow(phrase(none, tariff=offer["tariff"], currency=offer["currency"]))
    named = offered[offered["group"] != CARRIER_NOT_KNOWN]
    shown = offered if named.empty else named
    return shown.sort_values("probability", ascending=False, kind="stable").head(PANELS)


def _panel(row, switch, currency):
    """A service, whether cover pays there, and for which values."""
    name = group_said(short(row.group))
    pays = switch[switch["pays"].eq(True)]
    if pays.empty:
        return phrase("{service}: does not pay", service=name)
    first, last = (show.money(amount, currency) for amount in (pays["from_value"].iloc[0], pays["to_value"].iloc[-1]))
    values = phrase("from {value} on", value=first)
    if pays["to_value"].iloc[-1] < switch["to_value"].max():
        values = phrase("from {low} to {high}", low=first, high=last)
    values += phrase(", in parts") if len(pays) > 1 else ""
    told = {"service": name, "values": values, "sure": sure(row.probability)}
    if row.probability > SURE:
        return phrase("{service}: pays {values} ({sure} likely)", **told)
    if row.probability >= 0.5:
        return phrase("{service}: may pay {values} ({sure} likely)", **told)
    return phrase("{service}: at best {values} ({sure} likely)", **told)


def _shade(figure, pays, place, highest):
    """The values for which cover pays."""
    x, y = [], []
    for row in pays.itertuples():
        x += [row.from_value, row.from_value, row.to_value, row.to_value, None]
        y += [0, highest, highest, 0, None]
    if x:
        known = any(trace.legendgroup == PAYS for trace in figure.data)
        figure.add_scatter(
            x=x, y=y, fill="toself", fillcolor=pale(GREEN, 0.22), line={"width": 0}, mode="lines", name=phrase(PAYS),
            hoverinfo="skip", showlegend=not known, legendgroup=PAYS, row=place, col=1,
        )  # fmt: skip


def _lines(figure, own, place, highest, currency):
    """Price and expected payments of one service; nothing where the tariff has no step."""
    at, first = {"row": place, "col": 1}, place == 1
    own = own.assign(expected=own["expected"].where(own["premium"].notna()))
    for column, name, colour, dash in (
        ("premium", phrase("price of cover, {currency} a parcel", currency=drawn(currency)), ORANGE, "solid"),
        ("expected", phrase(EXPECTED), BLUE, "dash"),
    ):
        figure.add_scatter(
            x=own["value"].tolist(), y=own[column].tolist(), mode="lines", name=name, showlegend=first,
            legendgroup=column, line={"color": colour, "width": 2.5, "dash": dash},
            hovertemplate=f"{name}: {phrase('%{y:.2f} at %{x:,.2f}')}<extra></extra>", **at,
        )  # fmt: skip
    figure.update_yaxes(range=[-0.02 * highest, highest], tickformat=",~f", nticks=4, **at)


def _parcels(figure, values, place):
    number, edges = np.histogram(values, bins=BINS, range=(0, float(values.max()) or 1.0))
    figure.add_bar(
        x=((edges[1:] + edges[:-1]) / 2).tolist(), y=number.tolist(), width=edges[1], marker={"color": pale(GREY, 0.6)},
        showlegend=False, hovertemplate=phrase("%{y} parcels of about %{x:,.0f}") + "<extra></extra>", row=place, col=1,
    )  # fmt: skip
    figure.update_yaxes(visible=False, row=place, col=1)


def _title(offer, switch, few):
    if few:
        return phrase("Too few losses to tell from which value on cover pays")
    pays, name = switch.loc[switch["pays"].eq(True), "from_value"], short(offer["tariff"])
    if pays.empty:
        if offer["paid_share_from"] != "assumed":
            return phrase("{tariff} pays at no value", tariff=name)
        share = f"{offer['paid_share']:.0%}"
        return phrase("{tariff} pays at no value if {share} of claims are paid", tariff=name, share=share)
    if offer["probability"] < 0.5:
        return phrase("{tariff} hardly pays ({sure} likely)", tariff=name, sure=sure(offer["probability"]))
    told = {"tariff": name, "value": show.money(pays.min(), offer["currency"])}
    return (
        phrase("{tariff} pays from {value} on", **told)
        if offer["verdict"] == INSURE
        else phrase("{tariff} may pay from {value} on", **told)
    )


def paid_words(offer):
    """The share of claims that is taken to be paid, and where it is from."""
    share, source = f"{offer['paid_share']:.0%}", phrase(FROM[offer["paid_share_from"]])
    return phrase("{share} of claims paid, {source}", share=share, source=source)
