"""The page as a browser shows it: drawn, silent, within its width, on screen and on paper."""

import re
import zlib

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def chart_widths(tab):
    return tab.evaluate(
        "[...document.querySelectorAll('.ok-chart .main-svg:first-child')].map(e => e.getBoundingClientRect().width)"
    )


def test_charts_are_drawn_from_a_file_with_no_request_and_no_complaint(look, page_path):
    tab = look()
    assert tab.evaluate("document.documentElement.dataset.charts") == "drawn"
    assert tab.locator(".ok-chart .bars .point").count() == 3
    assert tab.locator(".ok-chart .scatterlayer .point").count() == 3
    assert tab.requests == [page_path.as_uri()]
    assert tab.complaints == []
    assert tab.evaluate("window.pwned") is None


def test_without_scripts_the_page_still_tells(look):
    tab = look(java_script_enabled=False)
    assert tab.locator(".ok-headline", has_text="6 late parcels put $310.20 at risk").is_visible()
    assert tab.get_by_text("Bars of late parcels a week: 1, 3, 2.", exact=True).is_visible()
    tab.locator(".ok-data summary").click()
    assert tab.locator(".ok-data td").first.is_visible()


def test_a_browser_that_cannot_unpack_shows_the_numbers_instead(look, page_path, tmp_path):
    broken = tmp_path / "broken.html"
    text = page_path.read_text(encoding="utf-8")
    broken.write_text(re.sub(r'(id="ok-plotly">)[^<]{40}', r"\1", text), encoding="utf-8")
    tab = look(path=broken)
    assert tab.evaluate("document.documentElement.dataset.charts") == "failed"
    assert tab.locator(".ok-data td").first.is_visible()
    assert tab.get_by_text("Bars of late parcels a week: 1, 3, 2.", exact=True).is_visible()


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


def test_on_paper_charts_are_within_the_page_and_come_back_on_screen(look):
    tab = look(viewport={"width": 1180, "height": 800})
    on_screen = chart_widths(tab)
    assert min(on_screen) > 680
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert chart_widths(tab) == [680, 680]
    assert tab.locator(".ok-fold").first.get_attribute("open") is not None
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
