"""The how-tos and the cookbook are followed word for word: every file written, every command run, every output compared."""

import re
from pathlib import Path

import pytest
from followed import Follower, agree, anew, blocks, place, unlike

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ["add-a-format.md", "add-a-measure.md", "add-a-rule.md", "cookbook.md"]


def text(name):
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_right_word_for_word(name, sample_db, tmp_path):
    shown = Follower(place(sample_db, tmp_path / "shop")).follow(text(name))
    assert len(shown) > 3
    stale = f"docs/{name} shows what no longer comes out. Look why; if it is right: python tests/handbook/followed.py docs/{name}"
    assert unlike(shown) == [], stale


@pytest.mark.parametrize("name", PAGES)
def test_no_block_of_a_page_goes_unfollowed(name):
    """Every block is a command, Python, the output of Python, or a file with its path."""
    before = None
    for block in blocks(text(name)):
        output = block.language == "text" and before == "python"
        assert block.path or block.language in ("console", "python") or output, block.text
        before = None if block.path else block.language


def test_every_question_of_the_cookbook_shows_an_answer():
    parts = re.split(r"^## \d+\. ", text("cookbook.md"), flags=re.MULTILINE)[1:]
    assert len(parts) == 10
    for part in parts:
        assert any(block.language == "text" and block.text.strip() for block in blocks(part)), part[:60]


def test_a_page_that_is_wrong_is_found(tmp_path):
    page = "Write this into `a.txt`:\n\n```\nhello\n```\n\n```console\n$ cat a.txt\nhullo\n$ echo $?\n0\n```\n"
    (tmp_path / "shop").mkdir()
    shown = Follower(tmp_path / "shop").follow(page)
    assert unlike(shown) == [("$ cat a.txt\nhullo\n$ echo $?\n0\n", "$ cat a.txt\nhello\n$ echo $?\n0\n")]
    assert anew(page, shown) == page.replace("hullo", "hello")


def test_python_shows_what_a_notebook_would(tmp_path):
    page = "```python\nprint(1)\n6 * 7\n```\n\n```text\n1\n42\n```\n"
    (tmp_path / "shop").mkdir()
    assert unlike(Follower(tmp_path / "shop").follow(page)) == []


def test_a_block_that_says_nothing_of_itself_is_refused(tmp_path):
    (tmp_path / "shop").mkdir()
    with pytest.raises(ValueError, match="cannot be followed"):
        Follower(tmp_path / "shop").follow("```yaml\na: 1\n```\n")


def test_three_dots_stand_for_any_lines():
    assert agree("first\n...\nlast [1]\n", "first\nsecond\nthird\nlast [1]\n")
    assert not agree("first\n...\nlast\n", "first\nsecond\n")
    assert not agree("a*\n", "ab\n")
