"""The language that people read: every sentence of a page goes through `phrase`, which knows its translation.

The English sentence in the code is the key. What it means elsewhere stands in the files of the folder named after the language
(one YAML file per topic, English: translation; "{n} line" says how lines are counted). A language is chosen for the whole
process, as a page is made in a process of its own; frames, names of columns and machine output stay as they are.
"""

import contextlib
import functools
from importlib import resources

import yaml

from orderkit.errors import UnknownName

ENGLISH = "en"
LOCALES = {ENGLISH: "en_US", "zh": "zh_CN"}  # how Babel writes numbers, money and days in each language
DAYS = {ENGLISH: "EEE d MMM y", "zh": "y年M月d日 EEE"}
TAGS = {ENGLISH: "en", "zh": "zh-CN"}  # how HTML names each language
AND = {ENGLISH: (", ", " and "), "zh": ("、", "和")}
BETWEEN = {  # what stands between parts of each kind
    ENGLISH: {"sentences": " ", "clauses": "; ", "commas": ", ", "or": " or ", "and": " and "},
    "zh": {"sentences": "", "clauses": "\uff1b", "commas": "、", "or": "或", "and": "、"},
}
STOPS = {ENGLISH: ".", "zh": "。"}
GRAMMAR = frozenset({"is", "has", "does", "s", "was", "verb", "it", "each"})  # values that another language may leave out
_chosen = [ENGLISH]
_missed = set()


def names():
    """The languages that pages can be written in."""
    return sorted(LOCALES)


def use(language):
    """Chooses the language of all words from now on. Raises UnknownName for one that has no catalogue."""
    if language not in LOCALES:
        raise UnknownName("language", language, names())
    _chosen[0] = language


def current():
    """The language in use, such as "en"."""
    return _chosen[0]


@contextlib.contextmanager
def speaking(language):
    """While it lasts, words are in another language than the one in use: English for the cells of frames, say."""
    before = current()
    use(language)
    try:
        yield
    finally:
        use(before)


def tag():
    """The language in use as HTML names it, such as "zh-CN"."""
    return TAGS[current()]


def locale():
    """The language in use as Babel names it, such as "en_US"."""
    return LOCALES[current()]


class Said(str):
    """Words that are in the language in use already: nothing of them is left to translate."""


def phrase(text, /, **values):
    """A sentence in the language in use, with its {values} filled in; as it stands where no translation is known.

    >>> phrase("{lines} arrived late", lines="3 lines")
    '3 lines arrived late'
    """
    if current() == ENGLISH:
        return text.format(**values) if values else text
    said = text if isinstance(text, Said) else _translated(text)
    return Said(said.format(**values) if values else said)


def known(text):
    """The same for words that may have no translation, and are not missed then: citations, words of a seller's own rules."""
    return text if current() == ENGLISH else Said(_catalogue(current()).get(text, text))


def joined(parts, kind):
    """Parts that are there with what stands between them: between "sentences", "clauses" (semicolons), "commas", "or", "and".

    >>> joined(["two late", "", "one lost"], "clauses")
    'two late; one lost'
    """
    return between(kind).join(part for part in parts if part)


def between(kind):
    """What stands between two parts of a kind, such as the space between two sentences; see `joined`."""
    return BETWEEN[current()][kind]


def ended(text):
    """A text with its full stop.

    >>> ended("two are late")
    'two are late.'
    """
    stop = STOPS[current()]
    return text if current() != ENGLISH and text.endswith(stop) else text + stop


def counted(number, noun, *, plural=None, many=None):
    """A number, already written out as text, with its noun; `many` says whether it is the plural, `plural` the uncommon form.

    >>> counted("1", "line", many=False), counted("1,200", "line", many=True), counted("2", "entry", plural="entries", many=True)
    ('1 line', '1,200 lines', '2 entries')
    """
    if current() != ENGLISH:
        form = _catalogue(current()).get(f"{{n}} {noun}")
        if form is not None:
            return form.format(n=number)
        _missed.add(f"{{n}} {noun}")
    return f"{number} {(plural or noun + 's') if many else noun}"


def listed(parts):
    """Several words as one phrase.

    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b and c', 'a', '')
    """
    parts, (comma, last) = list(parts), AND[current()]
    return last.join(part for part in (comma.join(parts[:-1]), *parts[-1:]) if part)


def missed():
    """Sentences and nouns that were asked for in another language and have no translation; for tests."""
    return set(_missed)


def catalogue(language):
    """All translations of a language: {English sentence: translation}; nouns stand as "{n} noun"."""
    return dict(_catalogue(language))


def _translated(text):
    found = _catalogue(current()).get(text)
    if found is None:
        _missed.add(text)
        return text
    return found


@functools.cache
def _catalogue(language):
    found = {}
    for file in sorted(resources.files(__package__).joinpath(language).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            found |= yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    return found
