"""What losses may add up to in a year: the bad year in words that need no statistics."""

import numpy as np
import pandas as pd

from orderkit.analyses.losses.ahead import SPANS, both
from orderkit.analyses.losses.classes import round_money
from orderkit.analyses.result import draws
from orderkit.charts.look import BLUE, INK, RED, drawn, finish
from orderkit.charts.words import in_words
from orderkit.errors import NothingToShow
from orderkit.languages import phrase
from orderkit.statistics.losses.rates import FEW_EVENTS

BINS = 40
HOVER = "about %{x:,.0f} CURRENCY: %{y:.1%} of years"  # plotly's own braces: no value of ours can stand in them
NEARLY_ALL = 0.999  # of the years lie within the bars; the dearer ones are in the last of them
LETTER = 0.0125  # of the axis, on a narrow page, is as wide as a letter
WORDS = 0.14  # of the height of the bars, from one mark's words to the next


@draws("losses", "year")
def loss_year(result, *, currency=None):
    """What losses may add up to in a year, before claims bring any of it back: bars of how likely, with marks at the mean and at
    what 1 of 20 years exceeds and 1 of 100.

    currency: by default that with most parcels. No mean where events are too few to tell.
    """
    import plotly.graph_objects as go

    one = book_of(result, currency)
    said, few = both(one, SPANS["year"]), is_few(result, one.currency)
    figure = go.Figure()
    top, highest = _bars(figure, said, one.currency)
    marks = _marks(said, few)
    money = {name: round_money(round(amount), one.currency) for name, amount in marks.items()}
    words = {phrase("{mark} {amount}", mark=phrase(name), amount=money[name]): amount for name, amount in marks.items()}
    right, end = _side(words, top)
    for place, (text, amount) in enumerate(words.items()):
        height = highest * (1 + WORDS * (len(words) - place if right else place + 1))
        _mark(figure, amount, height, drawn(text), "right" if right else "left")
    title = _title(said, one.currency, few)
    figure.update_xaxes(
        title=phrase("lost or damaged in a year, in {currency}", currency=drawn(one.currency)), range=[0, end], tickformat=",~f"
    )
    table = pd.DataFrame([*money.items(), ("share of years without a loss", f"{said.none:.0%}")], columns=["what", "a year"])
    alt = phrase("Bars of how likely each sum of losses in a year is. {title}.", title=title)
    done = finish(figure, title, alt, in_words(table, cells=["what"]), height=380)
    return done.update_yaxes(visible=False, range=[0, highest * (1.1 + WORDS * len(marks))])


def book_of(result, currency):
    """The book of a currency, or the one with most parcels a week. Raises NothingToShow."""
    books = [one for one in result.tables.get("books", []) if currency in (None, one.currency)]
    if not books:
        where = phrase(" in {currency}", currency=currency) if currency else ""
        none = "There is no year of losses to draw{where}: that needs parcels with an amount and a known outcome."
        raise NothingToShow(phrase(none, where=where))
    return max(books, key=lambda one: one.pace)


def is_few(result, currency):
    """Whether fewer parcels of the currency were lost or damaged than a rate can be told from."""
    frame = result.frame
    return bool(frame.loc[frame["currency"] == currency, "events"].sum() < FEW_EVENTS)


def _bars(figure, said, currency):
    """The bars, those of the bad years red; gives the right end of the axis and the height of the highest."""
    top = max(float(np.quantile(said.simulated, NEARLY_ALL)), said.var[0.99] * 1.05, 1.0)
    years, edges = np.histogram(np.minimum(said.simulated, top), bins=BINS, range=(0, top))
    share, bad = years / years.sum(), said.var[0.95]
    figure.add_bar(
        x=((edges[1:] + edges[:-1]) / 2).tolist(), y=share.tolist(), width=edges[1] * 0.92,
        marker={"color": [RED if left + edges[1] / 2 >= bad else BLUE for left in edges[:-1]], "opacity": 0.8},
        hovertemplate=phrase(HOVER).replace("CURRENCY", drawn(currency)) + "<extra></extra>",
    )  # fmt: skip
    return top, float(share.max())


def _marks(said, few):
    mean = {} if few else {"on average": said.mean}
    return mean | {"in 1 of 20 years more than": said.var[0.95], "in 1 of 100 years more than": said.var[0.99]}


def _side(words, top):
    """Whether the words of the marks, {text: amount}, stand right of them, and where the axis ends so that they fit.

    Words on the left rise from mark to mark and those on the right fall: either way no words cross a line.
    """
    wide = [(amount, LETTER * (len(text) + 3)) for text, amount in words.items()]
    right = any(amount < top * width for amount, width in wide)
    return right, max(top, *(amount / (1 - width) for amount, width in wide)) if right else top


def _mark(figure, amount, height, text, side):
    """A line up to its words."""
    figure.add_scatter(
        x=[amount, amount], y=[0, height], mode="lines+text", text=["", f"  {text}  "], textposition=f"middle {side}",
        line={"color": INK, "width": 1.5}, hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip


def _title(said, currency, few):
    bad = round_money(round(said.var[0.95]), currency)
    if few:
        return phrase("Too few losses to tell an average; at most {bad} in 19 of 20 years", bad=bad)
    mean = round_money(round(said.mean), currency)
    return phrase("Losses of about {mean} a year; at most {bad} in 19 of 20 years", mean=mean, bad=bad)
