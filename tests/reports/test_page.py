"""What the finished file says and leaves out, read as text."""

import re
from html.parser import HTMLParser

import nbformat
import plotly.offline
import pytest

from orderkit.reports import figures, vendor
from orderkit.reports.build import export

pytestmark = pytest.mark.slow


class Reader(HTMLParser):
    """The words a reader sees, the attributes that would fetch, and the tags."""

    def __init__(self, page):
        super().__init__()
        self.words, self.fetched, self.tags, self.inside = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.fetched += [value for name, value in attrs if name in ("src", "srcset", "data", "poster")]
        self.fetched += [value for name, value in attrs if name == "href" and tag != "a"]
        if tag in ("script", "style"):
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.words.append(data)


@pytest.fixture(scope="module")
def reader(page):
    return Reader(page)


@pytest.fixture(scope="module")
def words(reader):
    return re.sub(r"\s+", " ", " ".join(reader.words))


def test_everything_worth_reading_is_there_without_a_script(words):
    assert "Week 46, 9 to 15 Nov 2026" in words
    assert "Costs from $842 to $900 are not a formula." in words
    assert "6 late parcels put $310.20 at risk" in words
    assert "Sun 15 Nov 2026 3 days left File a claim with the carrier for 2 lost parcels" in words
    assert "Denominator: 430 shipped lines; 14 not known." in words
    assert "Bars of late parcels a week: 1, 3, 2." in words
    assert "Week Parcels 44 1 45 3 46 2" in words


def test_nothing_is_fetched(reader, page):
    assert reader.fetched == []
    assert "url(" not in page.split("<body>")[0].split("<style>")[1]


def test_only_two_scripts_may_run_and_nothing_else(page, reader):
    policy = next(attrs["content"] for tag, attrs in reader.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    script_src = policy.split("script-src ")[1].split()
    runs = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert script_src == [f"'{vendor.script_hash(runs[0].encode())}'", f"'{vendor.policy_hash()}'"]
    assert len(runs) == 1


def test_hostile_text_is_shown_or_left_out_but_never_active(page, reader, words):
    assert "<script>window.pwned = 1</script>" in words
    assert "Wrong size <img src=x onerror=alert(1)>" in words
    assert page.count("A result was left out") == 1 + 1  # the script, the remote picture
    assert not any(name.startswith("on") for _, attrs in reader.tags for name in attrs)
    assert "</script><b>returns" not in page


def test_setup_parameters_checks_and_error_streams_stay_out(page):
    for text in ("import plotly", "a line of the setup cell", "an old library complains", "fail = False", "assert len(frame)"):
        assert text not in page


def test_other_code_is_behind_one_closed_fold(page):
    assert page.count('<details class="ok-code"><summary>Show code</summary>') == 1
    assert "show.cards(" in page.split('class="ok-code"')[1]


def test_sample_is_said_in_title_on_the_page_and_in_print(page):
    assert "<title>SAMPLE: Week 46, 9 to 15 Nov 2026</title>" in page
    assert '<header class="ok-sample"><p>' in page
    assert 'content: "SAMPLE: an invented shop"' in page


def test_charts_have_words_for_those_who_do_not_see_them(reader):
    charts = [attrs for _, attrs in reader.tags if attrs.get("class") == "ok-chart ok-pictured"]
    assert [chart["aria-label"] for chart in charts] == ["Bars of late parcels a week: 1, 3, 2.", "A line of returns a week."]
    assert all(chart["role"] == "img" for chart in charts)
    unseen = [attrs for tag, attrs in reader.tags if tag == "p" and "ok-alt" in attrs.get("class", "")]
    assert [words["class"] for words in unseen] == ["ok-alt ok-unseen"] * 2


def test_charts_are_on_the_page_before_any_script(reader, page):
    drawings = [attrs["class"] for tag, attrs in reader.tags if tag == "svg" and "ok-svg" in attrs.get("class", "")]
    assert drawings == ["ok-svg ok-wide", "ok-svg ok-narrow"] * 2
    assert len(set(re.findall(r' id="([^"]+)"', page))) == page.count(' id="')
    assert max(len(one) for one in re.findall(r"<svg class.*?</svg>", page, flags=re.DOTALL)) <= 8192


def test_a_chart_that_cannot_be_drawn_here_keeps_its_words():
    pie = {"data": [{"type": "pie", "values": [1, 2]}], "layout": {"meta": {"alt": "A pie of two."}}}
    output = nbformat.v4.new_output("display_data", data={figures.MIME: pie})
    cell = nbformat.v4.new_code_cell("show()", outputs=[output])
    text = export(nbformat.v4.new_notebook(cells=[cell]))
    assert '<p class="ok-alt">A pie of two.</p>' in text
    assert "<svg" not in text.split("<body>")[1].split("<script>")[0]


def test_the_page_names_its_language_and_is_small_enough_to_mail(reader, page):
    assert next(attrs for tag, attrs in reader.tags if tag == "html")["lang"] == "en"
    assert len(page.encode()) <= 1_000_000


def test_the_bundle_is_there_once_and_fits_the_figures_of_the_installed_plotly(page):
    assert page.count('id="ok-plotly"') == 1
    assert plotly.offline.get_plotlyjs_version() == vendor.VERSION
