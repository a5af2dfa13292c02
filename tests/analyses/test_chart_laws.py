"""Laws of all charts: words and a table for those who do not see them, one look, one axis for one thing, and colours that can be
seen on white and on dark and told apart by colour-blind readers."""

import itertools
import re

import numpy as np
import pytest

from orderkit import charts, measures
from orderkit.analyses import result
from orderkit.charts import look
from orderkit.errors import NothingToShow
from orderkit.reports import drawing

WHITE, DARK = "#ffffff", "#14181f"  # the page's grounds
SEEN = 3.0  # WCAG 2.2, success criterion 1.4.11: contrast of what is needed to understand a graphic
FAINT = 0.6  # fills less opaque than this lie behind marks, lines or words that tell the same
APART = 14.0  # CIE Lab 1976; a just noticeable difference is 2.3 (Mahy, Van Eycken, Oosterlinck 1994)
# Machado, Oliveira, Fernandes (2009): A Physiologically-based Model for Simulation of Color Vision Deficiency, severity 1.0
SIGHT = {
    "all cones": np.eye(3),
    "no red cones": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "no green cones": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
D65 = np.array([0.95047, 1.0, 1.08883])
PALETTE = {look.BLUE, look.RED, look.PINK, look.ORANGE, look.SKY, look.GREEN, look.GREY, look.INK, *look.DEEP.values()}


def linear(colour):
    """sRGB as light (IEC 61966-2-1)."""
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    light, dark = sorted((float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(light):
    scaled = XYZ @ np.clip(light, 0, 1) / D65
    root = np.where(scaled > 216 / 24389, np.cbrt(scaled), (24389 / 27 * scaled + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def difference(one, other):
    """The least difference of two colours for any of the three kinds of sight."""
    return min(float(np.linalg.norm(lab(eye @ linear(one)) - lab(eye @ linear(other)))) for eye in SIGHT.values())


def test_colours_are_measured_as_the_standards_do():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert lab(linear("#ffffff")) == pytest.approx([100, 0, 0], abs=0.01)
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)  # Lindbloom's calculator
    assert difference("#d0021b", "#a8651b") < APART < difference(look.BLUE, look.ORANGE)  # a red and a brown that many confuse


@pytest.fixture(scope="module")
def results(sample_shop):
    known = sample_shop.backtest(as_of=sample_shop.data_up_to.date().isoformat(), weeks=8)
    answers = [sample_shop.exposure(), sample_shop.returns(), sample_shop.losses(), sample_shop.health(), known]
    return {answer.kind: answer for answer in answers}


@pytest.fixture(scope="module")
def drawn(results, sample_shop):
    """Every registered chart of every kind of result, {(kind, name): figure}, and the one that is drawn from a measure."""
    found = {}
    for kind, name in result._painters:
        try:
            found[kind, name] = results[kind].chart(name)
        except NothingToShow:
            found[kind, name] = None
    weeks = sample_shop.measure("orders_by_week", by=["week", "channel"])
    return found | {("measure", "orders_by_week"): charts.orders_by_week(weeks)}


NAMES = [*result._painters, ("measure", "orders_by_week")]
named = pytest.mark.parametrize("name", NAMES, ids=lambda name: "-".join(filter(None, name)))


def test_all_charts_of_all_kinds_are_drawn_on_the_sample(drawn):
    assert len(drawn) >= 14
    assert [name for name, figure in drawn.items() if figure is None] == []
    assert measures.names()


@named
def test_who_does_not_see_a_chart_has_words_and_a_table(drawn, name):
    meta = drawn[name].layout.meta
    assert len(meta["alt"].split()) >= 6
    assert meta["alt"].rstrip().endswith(".")
    columns, rows = meta["table"]["columns"], meta["table"]["rows"]
    assert rows
    assert {len(row) for row in rows} == {len(columns)}
    assert len(set(columns)) == len(columns) >= 2


@named
def test_one_look(drawn, name):
    layout = drawn[name].layout
    assert layout.template.to_plotly_json() == {"data": {"scatter": [{"type": "scatter"}]}}
    assert (layout.paper_bgcolor, layout.plot_bgcolor) == ("rgba(0,0,0,0)", "rgba(0,0,0,0)")
    assert layout.font.color == look.INK
    assert layout.title.text
    assert layout.width is None


@named
def test_no_second_axis_over_another(drawn, name):
    layout = drawn[name].layout.to_plotly_json()
    axes = {key: axis for key, axis in layout.items() if re.match(r"[xy]axis\d*$", key)}
    assert not [key for key, axis in axes.items() if axis.get("overlaying") or axis.get("side") in ("right", "top")]


@named
def test_bars_of_amounts_begin_at_zero(drawn, name):
    figure = drawn[name]
    for trace in figure.data:
        if trace.type == "bar" and trace.base is None:
            letter = "x" if trace.orientation == "h" else "y"
            axis = figure.layout[f"{letter}axis{(trace[f'{letter}axis'] or letter)[1:]}"]
            assert axis.range is None or axis.range[0] <= 0 <= axis.range[1]
            assert axis.type != "log"


def solid(colour):
    """(#rrggbb, how opaque) of a colour of a figure."""
    found = re.match(r"rgba\((\d+),(\d+),(\d+),([\d.]+)\)", colour)
    return ("#{:02X}{:02X}{:02X}".format(*map(int, found.groups()[:3])), float(found.group(4))) if found else (colour, 1.0)


def several(value):
    return list(value) if isinstance(value, list | tuple) else [value]


def marks(figure):
    """(kind, colour, how opaque, outline, dash, symbol, name) of everything that is drawn in a colour."""
    for trace in figure.data:
        if trace.type == "bar" or "markers" in (trace.mode or ""):
            line, kind = trace.marker.line, "bar" if trace.type == "bar" else "mark"
            colours, edges, widths = several(trace.marker.color), several(line.color), several(line.width)
            for at, colour in enumerate(colours):
                edge, width = (one[at] if len(one) == len(colours) else one[0] for one in (edges, widths))
                symbol = several(trace.marker.symbol)[0] if kind == "mark" else None
                painted = edge if str(symbol or "").startswith("line") else colour
                if painted:
                    own, share = solid(painted)
                    yield kind, own, share * (trace.marker.opacity or 1), edge if width else None, None, symbol, trace.name
        if trace.type == "scatter" and "lines" in (trace.mode or "") and trace.line.width != 0 and trace.line.color:
            yield "line", *solid(trace.line.color), None, trace.line.dash, None, trace.name
        if trace.type == "scatter" and trace.fill:
            yield "band", *solid(trace.fillcolor), None, None, None, trace.name


@named
def test_colours_are_of_the_one_palette(drawn, name):
    used = {colour.upper() for _, colour, *_ in marks(drawn[name])}
    assert used <= {colour.upper() for colour in PALETTE}


@named
def test_what_carries_meaning_can_be_seen_on_white_and_on_dark(drawn, name):
    for kind, colour, share, edge, _, _, trace in marks(drawn[name]):
        if share < FAINT and not edge:
            continue  # a range or shade behind; its numbers stand in words or in the table
        for ground in (WHITE, DARK):
            seen = max(contrast(colour, ground) if share >= FAINT else 0, contrast(edge, ground) if edge else 0)
            assert seen >= SEEN, f"{kind} {trace}: {colour} on {ground} has {seen:.2f}"


@named
def test_colours_of_one_chart_are_told_apart_without_red_or_green_cones(drawn, name):
    """Two that differ in kind, dash or symbol, or stand on categories that name them, are told apart without colour too."""
    figure = drawn[name]
    by_name = any(axis.type == "category" for axis in figure.select_yaxes())
    looks = {(kind, colour, dash, symbol) for kind, colour, share, _, dash, symbol, _ in marks(figure) if share >= FAINT}
    for one, other in itertools.combinations(sorted(looks, key=str), 2):
        if one[1] != other[1] and (one[0], one[2:]) == (other[0], other[2:]) and not by_name:
            found = difference(one[1], other[1])
            assert found >= APART, f"{one[0]}: {one[1]} and {other[1]} are {found:.0f} apart"


@named
def test_every_chart_is_drawn_without_a_browser_on_a_phone_and_on_paper(drawn, name):
    figure = {"data": [trace.to_plotly_json() for trace in drawn[name].data], "layout": drawn[name].layout.to_plotly_json()}
    for narrow in (False, True):
        assert 500 < len(drawing.draw(figure, narrow=narrow)) <= 8192
