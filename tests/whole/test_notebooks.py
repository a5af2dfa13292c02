"""Every shipped notebook runs on the sample and becomes a page; the weekly page says the same as the analyses."""

import html
import re
from pathlib import Path

import pytest

from orderkit import places, reports, store
from orderkit.analyses import show
from orderkit.errors import UnknownName
from orderkit.reports.build import parameter_names, read_notebook
from tests.store.exports import ALL_ORDERS, order_line, write

pytestmark = pytest.mark.slow
NOTEBOOKS = sorted(places.notebooks().glob("*.py"))


def test_all_notebooks_are_collected():
    assert {path.stem for path in NOTEBOOKS} == {path.stem for path in places.notebooks().glob("*.ipynb")}
    assert {"weekly_report", "explore_exports"} <= {path.stem for path in NOTEBOOKS}


@pytest.fixture(scope="module")
def pages(sample_db, sample_report, tmp_path_factory):
    """Each notebook executed on the sample: {name: text of its page}."""
    folder = tmp_path_factory.mktemp("pages")
    asked = {"db": sample_db, "sample": True}
    others = [path for path in NOTEBOOKS if path.stem != "weekly_report"]
    built = {path.stem: reports.build(path, to=folder, parameters=asked, name=path.stem, sample=True) for path in others}
    return {name: Path(page).read_text(encoding="utf-8") for name, page in {**built, "weekly_report": sample_report}.items()}


def test_every_notebook_made_a_page(pages):
    assert len(pages) == len(NOTEBOOKS)
    for name, page in pages.items():
        assert "SAMPLE" in page, name
        assert 'class="ok-failed"' not in page, name
        assert "A result was left out" not in page, name
        assert len(page.encode()) <= 1_000_000, name


def assert_said(headline, words):
    """A page says a headline: its heading, and what stands below it."""
    for part in show.heading(headline):
        assert part in words


def test_the_weekly_page_says_what_the_analyses_say(pages, sample_shop):
    words = re.sub(r"<[^>]+>", " ", pages["weekly_report"]).replace("&#39;", "'").replace("&amp;", "&")
    for question in ("todo", "exposure", "returns", "losses", "health"):
        assert_said(getattr(sample_shop, question)().headline, words)
    for section in ("todo", "exposure", "returns", "losses", "health"):
        assert sample_shop.up_to(section) in words
    assert show.day(sample_shop.pack.reviewed) in words
    titles = ("What to do first", "Refunds at risk", "Why buyers send", "Parcels lost", "Account health", "What the exports say")
    places_of = [words.index(title) for title in titles]
    assert places_of == sorted(places_of)


def test_the_page_of_late_parcels_says_what_the_analyses_say(pages, sample_shop):
    words = re.sub(r"<[^>]+>", " ", pages["late_shipment_exposure"]).replace("&#39;", "'").replace("&amp;", "&")
    exposure, health = sample_shop.exposure(), sample_shop.health()
    drawn = [exposure.chart(), exposure.chart("arrivals"), exposure.chart("money"), health.chart()]
    for headline in (exposure.headline, health.headline):
        assert_said(headline, words)
    for said in [html.unescape(figure.layout.title.text) for figure in drawn]:
        assert said in words
    assert "How the forecast" not in words, "the title of a result is the notebook's heading"
    assert re.search(r"The 90% range held in \d+ of 4 forecasts in USD; 2 not judged yet", words)
    assert re.search(r"The chance told lies within the range of what came in \d+ of \d+ groups of orders", words)


def test_a_shop_with_too_little_data_has_its_page_of_late_parcels(tmp_path):
    """One order: nothing can be foretold or checked, the page says so and goes on to account health."""
    db = tmp_path / "small.duckdb"
    store.load(write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "1")]), db=db)
    page = reports.build(places.notebooks() / "late_shipment_exposure.py", to=tmp_path, parameters={"db": db}, name="late")
    words = re.sub(r"<[^>]+>", " ", Path(page).read_text(encoding="utf-8"))
    assert "could not be made" not in words
    assert "There is no arrival curve to draw" in words
    assert "No forecast can be checked on this shop yet." in words
    assert words.index("No forecast can be checked") < words.index("How does my account stand")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_has_one_cell_of_parameters_and_asks_and_checks(path):
    notebook = read_notebook(path)
    tags = [cell.metadata.get("tags", []) for cell in notebook.cells]
    assert sum("parameters" in each for each in tags) == 1
    assert {"db", "week", "sample"} <= set(parameter_names(notebook))
    if path.stem == "weekly_report":  # a page for sellers: its sections state what they found
        return
    headings = [cell.source.splitlines()[0] for cell in notebook.cells if cell.cell_type == "markdown"]
    assert all(heading.endswith("?") for heading in headings), headings
    sections = [at for at, cell in enumerate(notebook.cells) if cell.source.startswith("## ")]
    for begins, ends in zip(sections, [*sections[1:], len(notebook.cells)], strict=True):
        alike = path.stem == "policy_explorer" and "What if" in notebook.cells[begins].source  # five tables, one check below
        assert alike or "check" in tags[ends - 1], notebook.cells[begins].source


@pytest.mark.parametrize("name", ["explore_exports", "policy_explorer"])
def test_an_unknown_week_stops_a_notebook_and_lists_the_weeks(sample_db, sample_shop, tmp_path, name):
    asked = {"db": sample_db, "sample": True, "week": "2027-W03"}
    with pytest.raises(reports.ReportFailed) as problem:
        reports.build(places.notebooks() / f"{name}.py", to=tmp_path, parameters=asked, name=name)
    assert "No week is called '2027-W03' with orders in this shop." in str(problem.value)
    assert ", ".join(sample_shop.weeks()[:12]) in str(problem.value)
    with pytest.raises(UnknownName, match="No parameter is called 'weak' in notebook"):
        reports.build(places.notebooks() / f"{name}.py", to=tmp_path, parameters={"weak": "2026-W46"}, name=name)


@pytest.mark.parametrize("name", ["explore_exports", "insurance_losses", "policy_explorer", "return_reasons"])
def test_the_other_notebooks_take_a_shop_of_one_order_too(tmp_path, name):
    db = tmp_path / "small.duckdb"
    store.load(write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "1")]), db=db)
    page = reports.build(places.notebooks() / f"{name}.py", to=tmp_path, parameters={"db": db}, name=name)
    assert "could not be made" not in Path(page).read_text(encoding="utf-8")


def test_nothing_personal_and_no_request_is_in_a_page(pages):
    for name, page in pages.items():
        for canary in ("Sample Buyer", "example.com", "Sample Street", "Sampletown", "202-555-01"):
            assert canary not in page, (name, canary)
        body = re.sub(r'<script type="text/plain" id="ok-plotly">.*?</script>', "", page, flags=re.DOTALL)
        # a link to an order is followed only where somebody clicks on it, and then tells nobody where it stood
        order = r'<a href="https://sellercentral\.amazon\.[a-z.]+/orders-v3/order/[0-9-]+" rel="noopener noreferrer">'
        body = re.sub(order, "", body)
        assert not re.search(r'(?:src|href|url\()\s*=?\s*["\']?https?://', body), name
