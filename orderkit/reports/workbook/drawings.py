"""What a native chart of a workbook shows: the bars and marks of a figure of the page, as a frame and its colours."""

import html
import re
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from orderkit.charts.look import BLUE, GREEN, GREY, INK, ORANGE, PINK, RED, SKY
from orderkit.languages import phrase

PALETTE = (BLUE, RED, ORANGE, SKY, PINK, GREEN, GREY)
HEX = re.compile(r"#[0-9A-Fa-f]{6}\Z")
DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
CATEGORY = "category"
PER = 1000  # parcels


@dataclass(frozen=True)
class Drawing:
    """A chart to be made of a table: a category column, then one column per series.

    colours: {series: colour, or a colour for each of its bars}. lying: bars lie, largest first, else they stand. stacked: one
    series upon the other. marks: series that are marks instead of bars. reach: {series: (column of how far
    the range goes below, above)}.
    """

    title: str
    alt: str
    frame: pd.DataFrame
    colours: dict
    lying: bool = False
    stacked: bool = False
    marks: tuple = ()
    reach: dict = field(default_factory=dict)
    axis: str = ""
    values: str = ""
    number_format: str = "#,##0"

    @property
    def series(self):
        return [name for name in self.frame.columns if name in self.colours]


def is_figure(picture):
    """Whether a picture of a result is a figure, not a sentence that says why there is none."""
    return hasattr(picture, "to_plotly_json")


def drawing_of(figure):
    """The Drawing of a figure of bars, with marks where it has some; None for a figure without bars."""
    layout = figure.layout
    bars = [trace for trace in figure.data if trace.type == "bar"]
    if not bars:
        return None
    marks = [trace for trace in figure.data if trace.type == "scatter" and trace.mode == "markers" and trace.name]
    lies = bars[0].orientation == "h"
    across, along = (layout.yaxis, layout.xaxis) if lies else (layout.xaxis, layout.yaxis)
    unit = words(along.title.text) or words(layout.meta["table"]["columns"][1])
    columns = {words(trace.name) or unit: _points(trace, lies) for trace in [*bars, *marks]}
    frame = pd.DataFrame(columns).reindex(_categories(bars[0], lies)).rename_axis(CATEGORY).reset_index()
    shares = "%" in (along.tickformat or "")
    return Drawing(
        title=words(layout.title.text), alt=words(layout.meta["alt"]), frame=frame, lying=lies and not marks,
        colours={name: _colour(trace, number) for number, (name, trace) in enumerate(zip(columns, [*bars, *marks], strict=True))},
        stacked=layout.barmode == "stack", marks=tuple(columns)[len(bars) :], axis=words(across.title.text),
        values=unit, number_format="0%" if shares else "#,##0",
    )  # fmt: skip


def losses_drawing(result, figure):
    """Lost and damaged parcels per 1,000 with their ranges, as bars: on the page they are dots; None without a told rate."""
    told = result.frame[result.frame["rate"].notna()]
    if told.empty:
        return None
    per = phrase("per 1,000 parcels")
    names = [f"{what} ({currency})" for what, currency in zip(told["what"], told["currency"].fillna("?"), strict=True)]
    rates, lows, highs = (told[column].to_numpy() * PER for column in ("rate", "low", "high"))
    below, above = phrase("range below"), phrase("range above")
    columns = {per: rates, phrase("at least"): lows, phrase("at most"): highs, below: rates - lows, above: highs - rates}
    return Drawing(
        title=words(figure.layout.title.text), alt=words(figure.layout.meta["alt"]), colours={per: BLUE}, lying=True,
        frame=pd.DataFrame({CATEGORY: names} | columns), reach={per: (below, above)},
        values=words(figure.layout.xaxis.title.text) or per, number_format="0.0",
    )  # fmt: skip


def words(text):
    """A text of a figure as plain text: no markup.

    >>> words("insure all<br>(12 parcels) &#36;5")
    'insure all (12 parcels) $5'
    """
    return html.unescape(re.sub(r"<br\s*/?>", " ", text or "")).strip()


def _categories(trace, lies):
    return pd.Index([_category(value) for value in (trace.y if lies else trace.x)]).drop_duplicates()


def _points(trace, lies):
    """The values of a trace by category; of two of one category the last."""
    keys, values = (trace.y, trace.x) if lies else (trace.x, trace.y)
    points = pd.Series([float("nan") if value is None else float(value) for value in values], index=map(_category, keys))
    return points[~points.index.duplicated(keep="last")]


def _category(value):
    text = words(str(value))
    return date.fromisoformat(text) if DAY.match(text) else text


def _colour(trace, number):
    """The colour of a series, or one for each of its bars where they differ."""
    asked = trace.marker.color
    if isinstance(asked, str):
        return asked if HEX.match(asked) else PALETTE[number % len(PALETTE)]
    if asked is not None and len(set(asked)) == 1:
        return asked[0]
    if asked is not None and all(isinstance(colour, str) and HEX.match(colour) for colour in asked):
        return list(asked)
    return INK if trace.type == "scatter" else PALETTE[number % len(PALETTE)]
