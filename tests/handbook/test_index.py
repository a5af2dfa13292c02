"""docs/README.md leads to every page, every link on every page leads somewhere, and nothing that is made is left out."""

import re
from pathlib import Path

import pytest

from orderkit import handbook

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(path.name for path in DOCS.glob("*.md"))
INDEX = (DOCS / "README.md").read_text(encoding="utf-8")


def links(text):
    return re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))


def test_the_index_leads_to_every_page():
    assert len(PAGES) > 15
    assert set(PAGES) - {"README.md"} <= set(links(INDEX))


def test_the_index_says_what_is_made():
    made = INDEX.split("## What is made from what")[1]
    assert set(handbook.pages()) <= set(links(made))


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_somewhere(name):
    for link in links((DOCS / name).read_text(encoding="utf-8")):
        assert link.startswith(("https://", "http://")) or (DOCS / link).exists(), link


def test_the_readme_leads_here_and_to_the_starters():
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert "docs/README.md" in links(readme)
    for system in ("Windows", "macOS"):
        assert f"`orderkit for {system}`" in readme
        assert list((DOCS.parent / "start").glob(f"orderkit for {system}.*"))
