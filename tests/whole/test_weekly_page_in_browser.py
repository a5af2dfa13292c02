"""The sample's weekly page in a browser without a network: silent, readable by everybody, whole on a phone and on paper.

axe-core looks for what shuts people out, in light and dark, on a wide screen and a phone, with scripts and without, and in print.
"""

import importlib.resources
import itertools
import re
import shutil
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LIMIT = 1_000_000  # bytes of the page
WIDE, PHONE, SMALL = 1280, 390, 320  # CSS pixels
READABLE = 4.5  # contrast of words, WCAG 2.2 (1.4.3)
OPEN_FOLDS = "document.querySelectorAll('details').forEach(fold => { fold.open = true; })"
# A table's edge is shaded by a gradient, of which axe cannot tell the colour; the shade lies under no word that is not cut off.
NO_SHADES = ".ok-table { background: none !important; }"
SEEN = """() => [...document.querySelectorAll('.ok-chart')].map(holder => [...holder.children]
    .filter(one => one.getBoundingClientRect().width > 1).map(one => one.classList.contains('ok-svg') ? 'svg' : one.className))"""
# (words, contrast with the page) of every word that is seen in a chart
CONTRASTS = """() => {
    const parts = text => text.match(/[\\d.]+/g).map(Number);
    const light = colour => parts(colour).slice(0, 3).map(value => value / 255)
        .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = light(getComputedStyle(document.body).backgroundColor);
    return [...document.querySelectorAll('.ok-chart text')].filter(word => word.getBoundingClientRect().width > 0).map(word => {
        const ink = light(getComputedStyle(word).fill), [most, least] = [Math.max(ink, ground), Math.min(ink, ground)];
        return [word.textContent, (most + 0.05) / (least + 0.05)];
    });
}"""
WIDER_THAN_ITS_PLACE = """() => [...document.querySelectorAll('main *')].filter(one => one.clientWidth
    && one.scrollWidth > one.clientWidth && ['auto', 'scroll'].includes(getComputedStyle(one).overflowX))"""
MODES = {  # what is asked of the browser, and whether the page's own scripts are there
    "wide": ({"width": WIDE}, "light", True),
    "wide, dark": ({"width": WIDE}, "dark", True),
    "wide, no scripts": ({"width": WIDE}, "light", False),
    "wide, dark, no scripts": ({"width": WIDE}, "dark", False),
    "phone": ({"width": PHONE}, "light", True),
    "phone, dark": ({"width": PHONE}, "dark", True),
    "small phone": ({"width": SMALL}, "light", True),
}


@pytest.fixture(scope="module")
def page(sample_report, tmp_path_factory):
    """The weekly page of the sample's last week."""
    return Path(shutil.copy(sample_report, tmp_path_factory.mktemp("page")))


@pytest.fixture(scope="module")
def bare(page):
    """The page without its scripts, for what looks at it with a script of its own: the static drawings are seen."""
    text = re.sub(r"<script.*?</script>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    path = page.with_name("bare.html")
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def look(browser, page):
    """Opens a page in a browser that is offline; what it asks for, beside itself, and what it complains of is noted."""
    contexts = []

    def refuse(route):
        return route.continue_() if route.request.url.startswith("file:") else route.abort()

    def open_page(path=page, width=WIDE, scheme="light", scripts=True):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts, offline=True
        )
        contexts.append(context)
        context.route("**/*", refuse)
        tab = context.new_page()
        tab.requests, tab.complaints = [], []
        tab.on("request", lambda request: tab.requests.append(request.url))
        tab.on("console", lambda message: tab.complaints.append(message.text))
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.goto(path.as_uri())
        if scripts and path == page:
            tab.wait_for_selector("html[data-charts]", timeout=30_000)
        return tab

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def axe():
    """Runs axe-core in a tab: (rule, impact, elements) of each rule that is broken, and of each that axe could not tell of."""
    pytest.importorskip("axe_playwright_python", reason="the optional extra [browser] is not installed")
    source = (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

    def run(tab):
        tab.add_style_tag(content=NO_SHADES)
        tab.evaluate(source)
        found = tab.evaluate("axe.run(document, {resultTypes: ['violations', 'incomplete']})")
        return [
            [(rule["id"], rule["impact"], [node["html"][:200] for node in rule["nodes"]]) for rule in found[kind]]
            for kind in ("violations", "incomplete")
        ]

    return run


def draw_all(tab):
    """Scrolls to every chart and waits till plotly has drawn it."""
    for holder in tab.locator(".ok-chart").all():
        holder.scroll_into_view_if_needed()
        tab.wait_for_selector(f"#{holder.get_attribute('id')}.ok-drawn")
    tab.wait_for_selector("html[data-charts=drawn]")


def test_it_is_one_file_that_can_be_sent_by_mail(page):
    assert page.stat().st_size <= LIMIT
    print(f"{page.stat().st_size:,} bytes")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, PHONE, SMALL])
def test_it_asks_for_nothing_says_nothing_and_is_no_wider_than_the_screen(look, page, width, scheme, scripts):
    tab = look(width=width, scheme=scheme, scripts=scripts)
    if scripts:
        tab.evaluate(OPEN_FOLDS)
        if width == WIDE:
            draw_all(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    tab.emulate_media(media="print")
    assert tab.requests == [page.as_uri()]
    assert tab.complaints == []


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_that_shuts_people_out(look, axe, bare, page, mode):
    """With every fold open, so that nothing is left unseen; contrast is told of every word that is not in a chart."""
    size, scheme, scripts = MODES[mode]
    tab = look(page if scripts else bare, scheme=scheme, **size)
    if scripts and size["width"] == WIDE:
        draw_all(tab)
    tab.evaluate(OPEN_FOLDS)
    violations, untold = axe(tab)
    assert violations == []
    assert [rule for rule, _, _ in untold if rule != "color-contrast"] == []
    if size["width"] == WIDE:  # where nothing is scrolled out of sight, axe tells the contrast of all words but those of drawings
        assert [one for _, _, elements in untold for one in elements if not one.startswith(("<text", "<tspan"))] == []


def test_axe_finds_nothing_on_paper(look, axe):
    tab = look()
    tab.emulate_media(media="print")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert axe(tab)[0] == []


def test_axe_would_have_found_it(look, axe, tmp_path):
    """A page that shuts people out, on purpose."""
    bad = tmp_path / "bad.html"
    bad.write_text(
        '<!DOCTYPE html><html><head><title>Bad</title></head><body><main><h1>Bad</h1><img src="data:image/png;base64,AAAA">'
        '<p style="color: #aaa; background: #fff">too pale to read</p>'
        '<div style="width: 100px; height: 20px; overflow: auto"><p style="width: 900px">cannot be scrolled by keyboard</p></div>'
        '<h4>A heading out of order</h4></main></body></html>',
        encoding="utf-8",
    )  # fmt: skip
    violations, _ = axe(look(bad))
    found = {rule: impact for rule, impact, _ in violations}
    assert found.keys() >= {"image-alt", "color-contrast", "html-has-lang", "heading-order"}
    assert found["image-alt"] == "critical"
    assert found["color-contrast"] == "serious"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_in_charts_can_be_read(look, bare, scheme):
    """axe does not look at drawings: the static ones, wide and narrow, and plotly's."""
    drawn = look(scheme=scheme)
    draw_all(drawn)
    tabs = [drawn, look(bare, scheme=scheme), look(bare, width=PHONE, scheme=scheme)]
    for tab in tabs:
        words = tab.evaluate(CONTRASTS)
        assert len(words) > 100
        assert [(word, ratio) for word, ratio in words if ratio < READABLE] == []


def test_each_chart_is_seen_once_whoever_draws_it(look, bare):
    without = look(scripts=False)
    charts = without.locator(".ok-chart").count()
    assert charts >= 8
    static, drawn = [["svg"]] * charts, [["js-plotly-plot"]] * charts
    assert [holder.locator("> .ok-svg:visible").count() for holder in without.locator(".ok-chart").all()] == [1] * charts
    tab = look()
    assert tab.evaluate(SEEN) == static, "none is near the first screen"
    assert tab.evaluate("typeof Plotly") == "undefined", "so plotly is not unpacked before the page can be read"
    draw_all(tab)
    assert tab.evaluate(SEEN) == drawn
    tab.emulate_media(media="print")
    assert tab.evaluate(SEEN) == static
    phone = look(width=PHONE)
    for holder in phone.locator(".ok-chart").all():
        holder.scroll_into_view_if_needed()
    assert phone.evaluate(SEEN) == static
    assert phone.evaluate("typeof Plotly") == "undefined"
    assert look(bare).evaluate(SEEN) == static


def test_nothing_moves_when_a_chart_is_drawn(look):
    """A chart takes the room that its drawing had, so that the reader keeps his line."""
    tab = look()
    before = tab.evaluate("document.documentElement.scrollHeight")
    draw_all(tab)
    assert abs(tab.evaluate("document.documentElement.scrollHeight") - before) <= 2 * tab.locator(".ok-chart").count()


def test_headings_are_in_order(look):
    levels = look().evaluate("[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(one => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_the_tab_key_reaches_every_table_and_the_arrow_keys_scroll_it(look):
    tab = look(width=PHONE)
    tab.evaluate("document.querySelectorAll('.ok-table, summary').forEach((one, at) => { one.id = 'stop-' + at; })")
    stops = "[...document.querySelectorAll('.ok-table, summary')].filter(one => one.checkVisibility()).map(one => one.id)"
    wanted, reached = set(tab.evaluate(stops)), set()
    for _ in range(tab.evaluate("document.querySelectorAll('a, .ok-table, summary').length")):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.id"))
    assert len(wanted) > 20
    assert wanted <= reached
    tab.evaluate(OPEN_FOLDS)
    wide = tab.evaluate_handle(WIDER_THAN_ITS_PLACE)
    assert wide.evaluate("found => found.length") > 10
    assert wide.evaluate("found => found.filter(one => one.tabIndex < 0).map(one => one.outerHTML.slice(0, 200))") == []
    first = wide.evaluate_handle("found => found[0]").as_element()
    first.focus()
    for _ in range(3):
        tab.keyboard.press("ArrowRight")
    tab.wait_for_timeout(300)
    assert first.evaluate("one => one.scrollLeft") > 0
