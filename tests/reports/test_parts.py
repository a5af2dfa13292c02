"""The small rules: what is passive HTML, what becomes of a figure, and whether colours can be read."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from orderkit.reports import figures, parts, safe
from orderkit.reports.build import export

CSS = (Path(parts.__file__).parent / "template" / "page.css").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "html",
    [
        "<script>x</script>",
        "<SCRIPT src='data:,x'></SCRIPT>",
        "<p onclick='x()'>a</p>",
        "<svg/onload=x()>",
        "<img src='https://example.com/a.png'>",
        "<img src='file:///a.png'>",
        "<img src='data:text/html,x'>",
        "<a href='javascript:x()'>a</a>",
        "<a href=' java\nscript:x()'>a</a>",
        "<a href='data:text/html,x'>a</a>",
        "<iframe srcdoc='x'></iframe>",
        "<form action='https://example.com'></form>",
        "<meta http-equiv='refresh' content='0;url=https://example.com'>",
        "<link rel='stylesheet' href='https://example.com'>",
        "<base href='https://example.com'>",
        "<object data='x'></object>",
        "<p>a</p><script",
        "<!--> <img src=x onerror=x()> -->",
        "<noscript><p title='</noscript><img src=x onerror=x()>'></noscript>",
        "<img src=x onerror=x() ",
    ],
)
def test_active_html_is_found(html):
    assert not safe.is_passive(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p>5 &lt; 6</p>",
        "<a href='https://example.com/order'>order</a>",
        "<a href='#losses'>losses</a>",
        "<img src='data:image/png;base64,AA==' alt='a'>",
        "<details><summary>How we know</summary><ul><li>a</li></ul></details>",
        "<table class='dataframe' border='1'><tr style='text-align: right'><td>1</td></tr></table>",
    ],
)
def test_ordinary_html_passes(html):
    assert safe.is_passive(html)


def test_markdown_keeps_money_and_shows_raw_html_as_text():
    html = safe.markdown("From $1 to $2 <b onclick=x()>now</b> ![a picture](https://example.com/a.png) [go](javascript:x())")
    assert "From $1 to $2 &lt;b" in html
    assert "a picture" in html
    assert "<img" not in html
    assert "javascript" not in html


def test_terminal_colours_do_not_reach_the_page():
    assert safe.plain("\x1b[31mred\x1b[0m <b>\n") == '<pre class="ok-text">red &lt;b&gt;</pre>'


def figure(**layout):
    return {"data": [{"type": "bar", "y": [1], "name": "</script><script>"}], "layout": layout}


def test_a_figures_title_becomes_text_and_its_place_is_given_back():
    part = figures.read(figure(title={"text": "<b>Up &amp; down</b><br>again"}, margin={"t": 80, "l": 10}), 1)
    layout = json.loads(part.spec)["layout"]
    assert part.title == "Up & down again"
    assert "title" not in layout
    assert layout["margin"] == {"l": 10, "r": 16, "t": 16, "b": 44}


def test_a_figure_cannot_end_its_script_element():
    assert "<" not in figures.read(figure(), 1).spec


def test_a_figures_words_are_made_up_only_when_it_brings_none():
    assert figures.read(figure(meta={"alt": "Two bars."}, title="Bars"), 1).alt == "Two bars."
    assert figures.read(figure(title="Bars"), 1).alt == "Chart: Bars"
    assert figures.read(figure(), 3).alt == "Chart 3"


def test_a_figures_table_names_what_is_not_known():
    meta = {"table": {"columns": ["week", "lines", "share"], "rows": [["<b>", 1200, 0.25], [None, 2.5, float("nan")]]}}
    part = figures.read(figure(meta=meta), 1)
    assert part.rows == (
        (("<b>", False), ("1,200", True), ("0.25", True)),
        (("not known", False), ("2.50", True), ("not known", False)),
    )
    assert "table" not in part.spec


def notebook(*outputs, tags=(), source="show()"):
    cell = nbformat.v4.new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# One\n\n## Two"), cell])


def result(**data):
    return nbformat.v4.new_output("execute_result", data={name.replace("_", "/"): value for name, value in data.items()})


@pytest.mark.parametrize(("tags", "shown"), [((), True), (("mine",), True), (("check",), False), (("setup", "mine"), False)])
def test_tagged_cells_are_left_out_with_what_they_show(tags, shown):
    page = parts.read(notebook(result(text_html="<p>out</p>"), tags=tags))
    assert ("<p>out</p>" in [str(part.html) for part in page.parts]) == shown
    assert bool(page.code) == shown


def test_a_page_is_titled_by_its_first_heading_and_code_by_the_nearest():
    page = parts.read(notebook())
    assert page.title == "One"
    assert page.code == [("Two", "show()")]


def test_results_are_shown_in_their_richest_safe_form():
    picture = result(image_png="AA==\n", text_plain="a <plot>")
    texts = [
        str(part.html)
        for part in parts.read(notebook(picture, result(text_plain="<x>"), result(application_javascript="x()"))).parts[1:]
    ]
    assert texts == ['<img src="data:image/png;base64,AA==" alt="a &lt;plot&gt;">', '<pre class="ok-text">&lt;x&gt;</pre>']


def test_title_and_alt_text_are_escaped_on_the_page():
    nb = notebook(nbformat.v4.new_output("display_data", data={figures.MIME: figure(meta={"alt": '"><script>x</script>'})}))
    nb.metadata["orderkit"] = {"title": "</title><script>x</script>", "lang": "de"}
    page = export(nb)
    assert "<script>x" not in page
    assert '<html lang="de">' in page


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """WCAG 2.2, relative luminance: 21 for black on white."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def palettes():
    return [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in re.findall(r":root \{(.*?)\}", CSS, flags=re.DOTALL)
    ]


def test_contrast_is_measured_as_wcag_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#0072b2", "#ffffff") == pytest.approx(5.19, abs=0.005)


def test_all_text_can_be_read_in_light_and_dark():
    light, dark = palettes()
    for palette in (light, {**light, **dark}):
        for text in ("fg", "muted", "accent", "good", "bad"):
            for ground in ("bg", "card"):
                assert contrast(palette[text], palette[ground]) >= 4.5, (text, ground)
        assert contrast(palette["bad"], palette["sample-bg"]) >= 4.5
