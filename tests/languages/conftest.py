"""The language of a test ends with it; and the small shops of other tests are at hand."""

import sys
from pathlib import Path

import pytest

from orderkit import languages

for folder in ("measures", "analyses"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))


@pytest.fixture
def in_language():
    """Chooses a language for one test."""
    yield languages.use
    languages.use(languages.ENGLISH)


@pytest.fixture
def chinese(in_language):
    """Chinese for one test, and what that test misses of it."""
    before = languages.missed()
    in_language("zh")
    return lambda: sorted(languages.missed() - before)
