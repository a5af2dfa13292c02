"""One small page, built once for all tests of the page layer, and a look at it in a browser."""

from pathlib import Path

import pytest

from orderkit.reports import build

NOTEBOOK = Path(__file__).parent / "small_report.py"


@pytest.fixture(scope="session")
def page_path(tmp_path_factory):
    return build(NOTEBOOK, to=tmp_path_factory.mktemp("reports"), parameters={"week": "2026-W46"}, name="small", sample=True)


@pytest.fixture(scope="session")
def page(page_path):
    return page_path.read_text(encoding="utf-8")


@pytest.fixture
def look(browser, page_path):
    """Opens the page in a fresh browser context; what it asked for and complained of is noted."""
    contexts = []

    def open_page(path=page_path, wait=True, **settings):
        context = browser.new_context(**settings)
        contexts.append(context)
        tab = context.new_page()
        tab.requests, tab.complaints = [], []
        tab.on("request", lambda request: tab.requests.append(request.url))
        tab.on("console", lambda message: tab.complaints.append(message.text))
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.goto(path.as_uri())
        if wait and settings.get("java_script_enabled", True):
            tab.wait_for_selector("html[data-charts]", timeout=30_000)
        return tab

    yield open_page
    for context in contexts:
        context.close()
