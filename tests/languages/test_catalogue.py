"""Each sentence has its translation, no translation stands alone, and values are neither lost nor invented."""

import ast
import re
import string
from pathlib import Path

import jupytext
import pytest
import yaml

from orderkit import languages, places

PACKAGE = Path(languages.__file__).parents[1]
OTHERS = [name for name in languages.names() if name != languages.ENGLISH]
SOURCES = sorted(PACKAGE.rglob("*.py"))


def calls(name):
    """Every call of a function of this name: (file, line, its arguments)."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", None)) == name:
                yield path.relative_to(PACKAGE), node.lineno, node.args


def constants():
    """Every text that stands in the code, in a YAML file of ours or in a notebook."""
    found = set()
    for path in SOURCES:
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        found |= {node.value for node in tree if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for path in PACKAGE.rglob("*.yaml"):
        if path.parent.parent.name != "languages":
            found |= set(leaves(yaml.safe_load(path.read_text(encoding="utf-8"))))
    for path in places.notebooks().glob("*.py"):
        found |= {cell.source for cell in jupytext.read(path).cells if cell.cell_type == "markdown"}
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        found |= {node.value for node in tree if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return found | {text[:1].upper() + text[1:] for text in found}  # some stand at the head of a sentence too


def leaves(tree):
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(key)
            yield from leaves(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from leaves(value)
    elif isinstance(tree, str):
        yield tree
        yield tree.rstrip(".")


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def bare(text):
    """The words of a sentence without its values."""
    return re.sub(r"\{[^}]*\}", "", text)


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_that_the_code_says_is_translated(language):
    known, said = languages.catalogue(language), list(calls("phrase"))
    texts = [(file, line, args[0].value) for file, line, args in said if args and isinstance(args[0], ast.Constant)]
    assert [where for *where, args in said if args and isinstance(args[0], ast.JoinedStr)] == [], "an f-string has no translation"
    assert [(str(file), line, text) for file, line, text in texts if isinstance(text, str) and text not in known] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_left_over(language):
    nouns = {f"{{n}} {text}" for text in constants()}
    assert sorted(set(languages.catalogue(language)) - constants() - nouns) == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_keep_the_values(language):
    for text, translated in languages.catalogue(language).items():
        own, theirs = placeholders(text), placeholders(translated)
        assert theirs <= own, (text, translated)
        assert own - theirs <= languages.GRAMMAR, (text, translated)
        left = re.sub(r"\{\w*\}", "", translated)
        assert re.search(r"[\u4e00-\u9fff]", left) or not re.search(r"[a-z]{4}", left), f"not translated: {text}"


def test_a_text_without_translation_stands_as_it_is_and_is_noted(in_language):
    in_language("zh")
    assert languages.phrase("No such sentence {x}", x=1) == "No such sentence 1"
    assert "No such sentence {x}" in languages.missed()
    languages._missed.discard("No such sentence {x}")


def test_an_unknown_language_is_refused():
    with pytest.raises(languages.UnknownName, match="Known: en, zh"):
        languages.use("tlh")
