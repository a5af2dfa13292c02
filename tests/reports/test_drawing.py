"""Charts drawn by Python: where marks stand is arithmetic on the figure's data, words stay words, the unknown is not drawn."""

import doctest
import json
import re
import time
import xml.etree.ElementTree as ElementTree

import numpy as np
import plotly.graph_objects as go
import pytest

from orderkit.reports import drawing, figures
from orderkit.reports.drawing import formats, lines, ticks, values, words

NASTY = [
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;b&gt;", "&amp;amp;",
    "\"><svg/onload=alert(1)>", "' onclick='x()", "]]>", "<!--", "-->", "<!DOCTYPE svg>", "<?xml version='1.0'?>",
    "&#x3c;script&#x3e;", "&#60;a&#62;", "javascript:alert(1)", "<a href='javascript:x()'>go</a>",
    "<a href='https://example.com'>go</a>", "<style>*{display:none}</style>", "<foreignObject>", "<use href='#a'/>",
    "url(https://example.com)", "{{ 7*7 }}", "{% include 'x' %}", "${alert(1)}", "`x`", "\u0000\u0001\u001f",
    "\u202egnp.exe", "\ufffe\uffff", "a\tb\nc", "x" * 300, "价格 <便宜>", "שלום", "😀 & co", "5 < 6 > 4", "\\u003cscript\\u003e",
    "%3Cscript%3E", "<text>in</text>", "</svg></div><h1>out</h1>", "<title>t</title>", "<animate attributeName='x'/>",
    "<b>bold</b> & <i>more</i>",
]  # fmt: skip


def tree(svg):
    """The elements of an SVG; it has no namespace, as it stands in a page."""
    return ElementTree.fromstring(svg)


def drawn(figure, **how):
    return drawing.draw(json.loads(figure.to_json()) if hasattr(figure, "to_json") else figure, **how)


def bars_of(svg):
    """[(left, top, width, height)] of all bars, and of nothing else."""
    found = re.findall(r"M(-?[\d.]+)[ ]?(-?[\d.]+)h(-?[\d.]+)v(-?[\d.]+)h-?[\d.]+z", svg)
    return [tuple(map(float, one)) for one in found]


def circles_of(svg):
    return [(float(one.get("cx")), float(one.get("cy"))) for one in tree(svg).iter("circle")]


def test_heights_of_bars_are_as_their_values():
    svg = drawn(go.Figure(go.Bar(x=["a", "b", "c"], y=[10, 25, 40])))
    boxes = bars_of(svg)
    assert [box[3] / boxes[0][3] for box in boxes] == pytest.approx([1, 2.5, 4], rel=0.01)
    assert {round(top + height, 1) for _, top, _, height in boxes} == {round(boxes[0][1] + boxes[0][3], 1)}
    steps = np.diff([left + width / 2 for left, _, width, _ in boxes])
    assert steps[0] == pytest.approx(steps[1], abs=0.2)
    assert boxes[0][2] == pytest.approx(0.8 * steps[0], abs=0.2)  # plotly's bargap of 0.2


def test_level_bars_of_a_reversed_axis_run_from_the_top():
    figure = go.Figure(go.Bar(y=["first", "second"], x=[30, 10], orientation="h")).update_yaxes(autorange="reversed")
    (left, top, long, _), (other, below, short, _) = bars_of(drawn(figure))
    assert long == pytest.approx(3 * short, rel=0.01)
    assert left == other
    assert top < below


def test_stacked_bars_stand_on_one_another_and_grouped_ones_side_by_side():
    traces = [go.Bar(x=["a"], y=[3], name="low"), go.Bar(x=["a"], y=[1], name="high")]
    low, high = bars_of(drawn(go.Figure(traces, layout={"barmode": "stack", "showlegend": False})))
    assert low[3] == pytest.approx(3 * high[3], rel=0.02)
    assert high[1] + high[3] == pytest.approx(low[1], abs=0.2)
    left, right = bars_of(drawn(go.Figure(traces, layout={"barmode": "group", "showlegend": False})))
    assert left[0] + left[2] == pytest.approx(right[0], abs=0.2)


def test_bars_with_a_base_begin_there_and_go_back_below_nothing():
    figure = go.Figure(go.Bar(y=["now", "more", "less"], x=[10, 5, -5], base=[0, 10, 15], orientation="h"))
    first, second, third = bars_of(drawn(figure))
    assert first[0] + first[2] == pytest.approx(second[0], abs=0.2)
    assert (second[0], second[2]) == pytest.approx((third[0], third[2]), abs=0.2)


def test_relative_bars_go_both_ways_from_nothing():
    traces = [go.Bar(x=["a"], y=[2]), go.Bar(x=["a"], y=[-1]), go.Bar(x=["a"], y=[2])]
    one, down, two = bars_of(drawn(go.Figure(traces, layout={"barmode": "relative", "showlegend": False})))
    assert one[1] + one[3] == pytest.approx(down[1], abs=0.2)
    assert two[1] + two[3] == pytest.approx(one[1], abs=0.2)
    assert one[3] == pytest.approx(2 * down[3], rel=0.02)


def test_bars_are_cut_to_the_axis():
    figure = go.Figure(go.Bar(x=[1, 2], y=[5, 50])).update_yaxes(range=[0, 10])
    short, tall = bars_of(drawn(figure))
    assert tall[3] == pytest.approx(2 * short[3], rel=0.01)


def test_marks_stand_where_their_values_lie():
    figure = (
        go.Figure(go.Scatter(x=[0, 5, 10], y=[1, 4, 2], mode="markers")).update_xaxes(range=[0, 10]).update_yaxes(range=[0, 4])
    )
    (x0, y0), (x1, y1), (x2, y2) = circles_of(drawn(figure))
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)
    assert (y0 - y1) / 3 == pytest.approx((y2 - y1) / 2, abs=0.2)


def test_marks_beyond_the_axis_are_not_drawn_and_gaps_stay_gaps():
    figure = go.Figure(go.Scatter(x=[1, 2, 3, 4], y=[1, None, 99, 2], mode="markers")).update_yaxes(range=[0, 10])
    assert len(circles_of(drawn(figure))) == 2
    line = go.Figure(go.Scatter(x=[1, 2, 3, 4, 5], y=[1, 2, None, 2, 1], mode="lines", line={"color": "#123456"}))
    path = next(one for one in tree(drawn(line)).iter("path") if one.get("stroke") == "#123456")
    assert path.get("d").count("M") == 2


def test_days_and_logarithms_are_to_scale():
    days = go.Figure(go.Scatter(x=["2026-01-01", "2026-01-11", "2026-01-31"], y=[1, 1, 1], mode="markers"))
    first, second, third = (x for x, _ in circles_of(drawn(days)))
    assert third - first == pytest.approx(3 * (second - first), abs=0.4)
    powers = go.Figure(go.Scatter(x=[1, 10, 1000], y=[1, 1, 1], mode="markers")).update_xaxes(type="log")
    first, second, third = (x for x, _ in circles_of(drawn(powers)))
    assert third - first == pytest.approx(3 * (second - first), abs=0.4)


def test_error_bars_reach_as_far_as_they_say():
    figure = go.Figure(
        go.Scatter(x=[1], y=[10], mode="markers", error_y={"array": [2], "arrayminus": [4]}, marker_color="#102030")
    )
    svg = drawn(figure.update_yaxes(range=[0, 20]))
    ((_, middle),) = circles_of(svg)
    d = next(one.get("d") for one in tree(svg).iter("path") if one.get("stroke") == "#102030")
    first, last = sorted(map(float, re.match(r"M[\d.]+[ ]([\d.]+)V([\d.]+)", d).groups()))
    assert (last - middle) == pytest.approx(2 * (middle - first), abs=0.3)


def test_steps_turn_half_way():
    assert lines._stepped([(0, 0), (2, 4)], "hvh") == [(0, 0), (1, 0), (1, 4), (2, 4)]
    assert lines._stepped([(0, 0), (2, 4)], "hv") == [(0, 0), (2, 0), (2, 4)]


def test_a_line_that_leaves_its_axis_is_cut_without_an_id():
    figure = go.Figure(go.Scatter(x=[0, 1], y=[0, 100], mode="lines")).update_yaxes(range=[0, 10])
    inner = next(one for one in tree(drawn(figure)) if one.tag == "svg")
    assert inner.get("viewBox") == " ".join(inner.get(name) for name in ("x", "y", "width", "height"))


def test_packed_arrays_and_plain_lists_give_the_same_drawing():
    plain = {"data": [{"type": "bar", "x": [1, 2, 3], "y": [1.5, 2.5, 3.5]}], "layout": {}}
    packed = go.Figure(go.Bar(x=np.array([1, 2, 3]), y=np.array([1.5, 2.5, 3.5])), layout={"template": "none"})
    assert "bdata" in packed.to_json()
    assert drawn(packed) == drawing.draw(plain)


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
def test_nasty_names_stay_words(name):
    bar = {"type": "bar", "x": [name, "b"], "y": [1, 2], "name": name, "text": [name] * 2, "textposition": "outside"}
    dots = {
        "type": "scatter",
        "x": ["b"],
        "y": [1],
        "name": name,
        "mode": "markers+text",
        "text": [name],
        "line": {"color": name},
    }
    note = {"text": name, "x": 0, "y": 1, "xref": "paper", "yref": "paper", "showarrow": False}
    axis = {"title": {"text": name}, "type": "category"}
    hostile = {"marker": {"color": name, "line": {"color": name, "width": 1}}}
    layout = {"xaxis": axis, "yaxis": {"title": {"text": name}}, "annotations": [note], "colorway": [name]}
    for narrow in (False, True):
        svg = drawing.draw({"data": [{**bar, **hostile}, {**dots, **hostile}], "layout": layout}, narrow=narrow)
        elements = list(tree(svg).iter())
        assert {one.tag for one in elements} <= {"svg", "g", "path", "circle", "text", "tspan"}
        for one in elements:
            assert not [key for key in one.attrib if key.startswith("on") or key in ("href", "style", "id", "src")]
            assert not [value for value in one.attrib.values() if "url(" in value or "javascript" in value]


def test_known_markup_is_taken_out_and_other_angles_are_words():
    assert words.lines("<b>bold</b> and<br>&lt;b&gt; 5 < 6 <script>") == ["bold and", "<b> 5 < 6 <script>"]
    assert words.lines(None) == [""]


UNKNOWN = {
    "pie": {"data": [{"type": "pie", "values": [1, 2]}]},
    "heatmap": {"data": [{"type": "heatmap", "z": [[1]]}]},
    "no type that exists": {"data": [{"type": "wonder", "x": [1], "y": [1]}]},
    "one known, one not": {"data": [{"type": "bar", "x": [1], "y": [1]}, {"type": "box", "y": [1, 2]}]},
    "stacked areas": {"data": [{"x": [1, 2], "y": [1, 2], "stackgroup": "one"}]},
    "a scale of colours": {"data": [{"x": [1, 2], "y": [1, 2], "mode": "markers", "marker": {"color": [1, 2]}}]},
    "categories in categories": {"data": [{"type": "bar", "x": [["a", "a"], ["b", "c"]], "y": [1, 2]}]},
    "a circle": {"data": [{"x": [1, 2], "y": [1, 2]}], "layout": {"shapes": [{"type": "circle", "x0": 0, "x1": 1}]}},
    "a picture": {"data": [{"x": [1, 2], "y": [1, 2]}], "layout": {"images": [{"source": "https://example.com/a.png"}]}},
    "a mark without a shape": {"data": [{"x": [1, 2], "y": [1, 2], "mode": "markers", "marker": {"symbol": "hourglass"}}]},
    "nothing": {"data": []},
    "an empty trace": {"data": [{"type": "bar", "x": [], "y": []}]},
    "too many marks": {"data": [{"x": list(range(9000)), "y": [at % 7 for at in range(9000)], "mode": "markers"}]},
}  # fmt: skip


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_is_not_drawn_and_the_page_keeps_its_words(name):
    figure = {"layout": {}, **UNKNOWN[name]}
    assert drawing.draw(figure) is None
    part = figures.read({**figure, "layout": {**figure["layout"], "meta": {"alt": "Words."}}}, 1)
    assert part.pictures == ()
    assert part.alt == "Words."


ODD = [
    None,
    True,
    -1,
    0,
    1e308,
    "",
    [],
    {},
    "x" * 500,
    [None],
    float("nan"),
    float("inf"),
    "2026-01-01",
    [[1]],
    "log",
    [1e9, -1e9],
]


def places(part, path=()):
    """The path to every value in a figure."""
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        yield (*path, key)
        yield from places(value, (*path, key))


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_whatever_stands_in_a_figure_its_page_is_made(odd):
    axis = {"type": "linear", "range": [0, 5], "tickformat": ",.0f", "domain": [0, 1], "title": {"text": "a"}, "dtick": 1}
    bar = {"type": "bar", "x": [1, 2], "y": [3, 4], "text": ["a", "b"], "width": 0.5, "marker": {"color": ["red", "blue"]}}
    dots = {"x": [1, 2], "y": [3, 4], "mode": "lines+markers", "error_y": {"array": [1, 1]}, "line": {"dash": "dot", "width": 1}}
    note = {"text": "a", "x": 1, "y": 1, "font": {"size": 12}}
    shape = {"type": "line", "x0": 1, "x1": 2, "y0": 1, "y1": 2, "line": {"width": 1}}
    whole = {"data": [bar, dots], "layout": {"xaxis": axis, "yaxis": axis, "annotations": [note], "shapes": [shape]}}
    outcomes = []
    for path in [path for path in places(whole) if len(path) > 1]:
        figure = part = json.loads(json.dumps(whole))
        for key in path[:-1]:
            part = part[key]
        part[path[-1]] = odd
        svg = drawing.draw(figure)
        assert svg is None or list(tree(svg))
        outcomes.append(svg is not None)
    assert any(outcomes)
    assert len(outcomes) > 60


@pytest.mark.parametrize(
    ("value", "how", "said"),
    [  # from d3-format's own documentation and tests
        (0.123, ".0%", "12%"), (42, ".2f", "42.00"), (-3.5, ".1f", "\u22123.5"), (12345.678, ",.2f", "12,345.68"),
        (0.00042, ".2s", "420µ"), (42e6, "~s", "42M"), (4.2, "~g", "4.2"), (5000, ",d", "5,000"), (1e6, ",~f", "1,000,000"),
        (0.5, "+.0%", "+50%"), (1.5, "$.2f", "$1.50"), (0.0001234, ".2r", "0.00012"), (123.45, ".3r", "123"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_d3_does(value, how, said):
    assert formats.number_text(value, how) == said


@pytest.mark.parametrize("how", ["%Q", "wonder", ".2z", "%-Z"])
def test_an_unknown_format_is_not_guessed(how):
    figure = {"data": [{"x": [1, 2], "y": [1, 2]}], "layout": {"xaxis": {"tickformat": how}}}
    days = {"data": [{"x": ["2026-01-01", "2026-01-02"], "y": [1, 2]}], "layout": {"xaxis": {"tickformat": how}}}
    assert drawing.draw(days if "%" in how else figure) is None


def said_on(svg):
    return [one.text or "".join(part.text for part in one) for one in tree(svg).iter("text")]


def test_ticks_are_round_few_and_on_the_days_that_are_drawn():
    assert [ticks.round_step(rough) for rough in (0.011, 0.3, 4, 7, 99)] == [0.02, 0.5, 5, 10, 100]
    weeks = [f"2026-03-{day:02d}" for day in (2, 9, 16, 23, 30)]
    said = said_on(drawn(go.Figure(go.Bar(x=weeks, y=[1, 2, 3, 4, 5])).update_xaxes(tickformat="%-d %b\n%Y")))
    assert said[:5] == ["2 Mar2026", "9 Mar", "16 Mar", "23 Mar", "30 Mar"]
    own = go.Figure(go.Scatter(x=[0, 1], y=[0, 1])).update_xaxes(tickvals=[0, 1], ticktext=["none", "all"], showgrid=False)
    assert {"none", "all"} <= set(said_on(drawn(own)))


def test_hidden_axes_say_nothing():
    figure = go.Figure(go.Bar(x=["a"], y=[7])).update_yaxes(visible=False).update_xaxes(showticklabels=False)
    assert said_on(drawn(figure)) == []


def test_moments_and_arrays_are_read_as_plotly_writes_them():
    assert values.moment("2026-03-02T12:00:00") - values.moment("2026-03-02") == values.DAY / 2
    assert values.moment("2026-13-40") is None
    with pytest.raises(values.CannotDraw):
        values.items({"dtype": "object", "bdata": ""})


@pytest.mark.parametrize("narrow", [False, True])
def test_a_drawing_scales_has_no_id_and_takes_the_pages_colour(narrow):
    figure = go.Figure([go.Bar(x=["a", "b"], y=[1, 2], name="one"), go.Scatter(x=["a", "b"], y=[2, 1], name="two")])
    root = tree(drawn(figure, narrow=narrow))
    _, _, width, height = map(float, root.get("viewBox").split())
    assert width == (360 if narrow else 800)
    assert 200 < height < 600
    assert root.get("fill") == "currentColor"
    assert root.get("width") is None
    assert not [one for one in root.iter() if "id" in one.attrib]


def test_long_names_stand_above_their_bars_on_a_phone_and_all_words_are_within():
    names = ["a name that is far too long to stand beside its bar on a phone", "another one that is long as well"]
    figure = go.Figure(
        go.Bar(y=names, x=[1, 2], orientation="h", text=["1 of 3, as is told here", "2 of 3, as is told"], textposition="outside")
    )
    root = tree(drawn(figure, narrow=True))
    width = float(root.get("viewBox").split()[2])
    assert width <= 480
    for one in root.iter("text"):
        wide = words.width(one.text or max((part.text for part in one), key=len), float(one.get("font-size", 13)))
        x = float(one.get("x") or next(iter(one)).get("x"))
        left = x - {"middle": wide / 2, "end": wide}.get(one.get("text-anchor"), 0)
        assert left >= -1
        assert left + wide <= width + 1


@pytest.mark.parametrize("module", [formats, lines, drawing.svg, ticks, values, words], ids=lambda module: module.__name__)
def test_examples_in_docstrings_run(module):
    done = doctest.testmod(module)
    assert done.failed == 0
    assert done.attempted > 0


def test_drawing_takes_no_time_that_anyone_would_notice():
    days = [f"2026-{month:02d}-{day:02d}" for month in range(1, 13) for day in (1, 8, 15, 22)]
    bars = [{"type": "bar", "x": days, "y": list(range(48)), "name": str(at)} for at in range(6)]
    figure = {"data": bars, "layout": {"barmode": "stack"}}
    start = time.perf_counter()
    sizes = [len(drawing.draw(figure, narrow=narrow)) for narrow in (False, True)]
    took = time.perf_counter() - start
    print(f"288 bars twice: {took * 1000:.0f} ms, {sizes[0]:,} and {sizes[1]:,} letters")
    assert took < 1
