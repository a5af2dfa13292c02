"""The page as a browser shows it: drawn, silent, within its width, on screen and on paper."""

import re
import zlib

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def chart_widths(tab):
    return tab.evaluate(
        "[...document.querySelectorAll('.ok-chart .main-svg:first-child')].map(e => e.getBoundingClientRect().width)"
    )


def seen(tab):
    """What is visible of each chart: the drawing that came with the page (svg), plotly's (plotly), the words (alt)."""
    return [
        [
            name
            for name, found in (("svg", ".ok-svg"), ("plotly", ".js-plotly-plot"), ("alt", ".ok-alt"))
            for one in holder.locator(found).all()
            if one.is_visible() and one.bounding_box()["width"] > 1
        ]
        for holder in tab.locator(".ok-chart").all()
    ]


def test_charts_are_drawn_from_a_file_with_no_request_and_no_complaint(look, page_path):
    tab = look(viewport={"width": 1280, "height": 1600})  # both charts are near
    assert tab.evaluate("document.documentElement.dataset.charts") == "drawn"
    assert tab.locator(".ok-chart .bars .point").count() == 3
    assert tab.locator(".ok-chart .scatterlayer .point").count() == 3
    assert tab.requests == [page_path.as_uri()]
    assert tab.complaints == []
    assert tab.evaluate("window.pwned") is None
    print(f"plotly had drawn after {tab.evaluate('performance.now()'):.0f} ms")


def test_with_scripts_plotly_takes_the_drawings_place_on_wide_screens_and_nothing_is_there_twice(look):
    tab = look(viewport={"width": 1180, "height": 1600})
    assert seen(tab) == [["plotly"], ["plotly"]]
    tab.emulate_media(media="print")
    assert seen(tab) == [["svg"], ["svg"]]
    assert all(box.is_visible() for box in tab.locator(".ok-wide").all())
    tab.emulate_media(media="screen")
    tab.set_viewport_size({"width": 390, "height": 800})
    assert seen(tab) == [["svg"], ["svg"]]
    tab.set_viewport_size({"width": 1180, "height": 1600})
    assert seen(tab) == [["plotly"], ["plotly"]]


def test_on_a_phone_the_drawings_stay_and_plotly_is_not_even_unpacked_until_the_window_is_wide(look):
    tab = look(viewport={"width": 390, "height": 1600})
    assert seen(tab) == [["svg"], ["svg"]]
    assert tab.evaluate("typeof Plotly") == "undefined"
    tab.set_viewport_size({"width": 1180, "height": 1600})
    for number in (1, 2):
        tab.wait_for_selector(f"#ok-chart-{number}.ok-drawn")
    assert seen(tab) == [["plotly"], ["plotly"]]


def test_a_chart_is_drawn_when_it_comes_near_or_its_fold_opens(look, page_path, tmp_path):
    """Far below: nothing is unpacked; in a closed fold: not even when it is near. What stands below does not move."""
    text = page_path.read_text(encoding="utf-8").replace("<main>", '<main><div style="height:4000px"></div>', 1)
    first, second = text.rfind("<figure", 0, text.rfind("<figure")), text.rfind("<figure")
    end = text.index("</figure>", second) + len("</figure>")
    folded = f'{text[:second]}<details id="fold"><summary>more</summary>{text[second:end]}</details>{text[end:]}'
    assert first > 0
    far = tmp_path / "far.html"
    far.write_text(folded, encoding="utf-8")
    tab = look(path=far, viewport={"width": 1180, "height": 800})
    assert tab.evaluate("typeof Plotly") == "undefined"
    assert seen(tab) == [["svg"], []]
    height = tab.evaluate("document.documentElement.scrollHeight")
    tab.locator("#ok-chart-1").scroll_into_view_if_needed()
    tab.wait_for_selector("#ok-chart-1.ok-drawn")
    assert seen(tab) == [["plotly"], []]
    assert tab.evaluate("document.documentElement.scrollHeight") == height
    tab.locator("#fold > summary").click()
    tab.wait_for_selector("#ok-chart-2.ok-drawn")
    assert seen(tab) == [["plotly"], ["plotly"]]
    assert tab.complaints == []


def test_the_drawing_stays_until_plotly_has_drawn(look, page_path, tmp_path):
    """A page whose script never comes to an end shows what it shows without one."""
    text = page_path.read_text(encoding="utf-8").replace("Plotly.newPlot(", "(function () { return new Promise(Object); })(", 1)
    changed = tmp_path / "waits.html"
    changed.write_text(re.sub(r"script-src [^\"]+", "script-src 'unsafe-inline'", text, count=1), encoding="utf-8")
    tab = look(path=changed, wait=False)
    tab.wait_for_selector(".ok-drawing", state="attached")
    assert seen(tab) == [["svg"], ["svg"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 640, 641, 980, 1180])
def test_without_scripts_each_chart_is_one_drawing_within_its_width_that_can_be_read(look, page_path, width, scheme):
    tab = look(java_script_enabled=False, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert seen(tab) == [["svg"], ["svg"]]
    assert tab.requests == [page_path.as_uri()]
    assert tab.complaints == []
    for holder in tab.locator(".ok-chart").all():
        room, picture = holder.bounding_box(), holder.locator(".ok-svg:visible")
        box = picture.bounding_box()
        assert room["x"] <= box["x"]
        assert box["x"] + box["width"] <= room["x"] + room["width"] + 0.5
        scale = box["width"] / float(picture.get_attribute("viewBox").split()[2])
        assert scale * 13 >= 9  # CSS pixels of the type
        for text in picture.locator("text").all():
            word = text.bounding_box()
            assert word["x"] >= box["x"] - 1
            assert word["x"] + word["width"] <= box["x"] + box["width"] + 1


@pytest.mark.parametrize(("scheme", "colour"), [("light", "rgb(26, 31, 41)"), ("dark", "rgb(230, 233, 238)")])
def test_words_of_drawings_are_in_the_colour_of_the_page(look, scheme, colour):
    tab = look(java_script_enabled=False, color_scheme=scheme)
    assert tab.locator(".ok-svg:visible").first.evaluate("one => getComputedStyle(one).color") == colour


def test_without_scripts_the_page_still_tells(look):
    tab = look(java_script_enabled=False)
    assert tab.locator(".ok-headline", has_text="6 late parcels put $310.20 at risk").is_visible()
    assert seen(tab) == [["svg"], ["svg"]]
    tab.locator(".ok-data summary").click()
    assert tab.locator(".ok-data td").first.is_visible()


def test_a_browser_that_cannot_unpack_shows_the_numbers_instead(look, page_path, tmp_path):
    broken = tmp_path / "broken.html"
    text = page_path.read_text(encoding="utf-8")
    broken.write_text(re.sub(r'(id="ok-plotly">)[^<]{40}', r"\1", text), encoding="utf-8")
    tab = look(path=broken)
    assert tab.evaluate("document.documentElement.dataset.charts") == "failed"
    assert tab.locator(".ok-data td").first.is_visible()
    assert seen(tab) == [["svg"], ["svg"]]


def test_a_script_that_slipped_in_would_not_run(look, page_path, tmp_path):
    hostile = (
        '<script>window.pwned = 1</script><img src="x" onerror="window.pwned = 1"><a onclick="window.pwned = 1" id="bait">a</a>'
    )
    changed = tmp_path / "changed.html"
    changed.write_text(page_path.read_text(encoding="utf-8").replace("<main>", "<main>" + hostile), encoding="utf-8")
    tab = look(path=changed)
    tab.click("#bait")
    assert tab.evaluate("window.pwned") is None
    refused = [text for text in tab.complaints if "Content Security Policy" in text]
    assert len(refused) == 1 + 2 + 1  # the script; the picture and its handler; the link's handler


@pytest.mark.parametrize("width", [390, 768, 1180])
def test_nothing_is_wider_than_the_screen(look, width):
    tab = look(viewport={"width": width, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert all(drawn <= width for drawn in chart_widths(tab))


@pytest.mark.parametrize("pictured", [True, False])
def test_on_paper_charts_are_within_the_page_and_come_back_on_screen(look, page_path, tmp_path, pictured):
    """The drawings that came with the page are printed; where none came, plotly's is drawn as wide as the paper."""
    bare = tmp_path / "bare.html"
    text = re.sub(r'<svg class="ok-svg.*?</svg>', "", page_path.read_text(encoding="utf-8"), flags=re.DOTALL)
    bare.write_text(text.replace("ok-chart ok-pictured", "ok-chart").replace("ok-alt ok-unseen", "ok-alt"), encoding="utf-8")
    tab = look(path=page_path if pictured else bare, viewport={"width": 1180, "height": 1600})
    on_screen = chart_widths(tab)
    assert min(on_screen) > 680
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert chart_widths(tab) == (on_screen if pictured else [680, 680])
    tab.emulate_media(media="print")
    assert seen(tab) == [["svg" if pictured else "plotly"]] * 2
    assert tab.locator(".ok-fold").first.get_attribute("open") is not None
    tab.emulate_media(media="screen")
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert chart_widths(tab) == on_screen
    assert tab.locator(".ok-fold").first.get_attribute("open") is None


def test_the_pdf_is_tagged_and_has_pages(look):
    pdf = look().pdf(prefer_css_page_size=True, print_background=True, tagged=True)
    assert b"/StructTreeRoot" in pdf
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 4


def test_dark_and_light_differ_and_chart_text_follows(look):
    fills = []
    for scheme in ("light", "dark"):
        tab = look(color_scheme=scheme)
        script = "[getComputedStyle(document.body).color, getComputedStyle(document.querySelector('.xtick text')).fill]"
        text, chart_text = tab.evaluate(script)
        assert text == chart_text
        fills.append(text)
    assert fills[0] != fills[1]


def test_two_looks_are_not_the_same_picture(look):
    pictures = {zlib.crc32(look(color_scheme=scheme).screenshot()) for scheme in ("light", "dark")}
    assert len(pictures) == 2
