"""What the words of a header or a status column mean: what synonyms.yaml says, compared without case, accents and marks."""

import functools
import re
import unicodedata
from dataclasses import dataclass
from importlib import resources

import yaml
from babel import Locale

from orderkit.store.values.numbers import CURRENCIES

BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
WHOLE = 2  # languages whose words are written into a description whether the file holds them or not
LONGEST_TOTAL = 30  # letters of a cell that may mark a line of sums
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv")  # in which countries are named


@dataclass(frozen=True)
class Reading:
    """What a header may stand for; `rank`: how near the word is, 0 the nearest; not `sure` where only a part of it is known."""

    target: str
    rank: int
    sure: bool = True


@functools.cache
def _said():
    return yaml.safe_load(resources.files(__package__).joinpath("synonyms.yaml").read_text(encoding="utf-8"))


def folded(text):
    """A text in lower case without accents."""
    plain = unicodedata.normalize("NFKD", str(text).replace("ß", "ss").replace("ł", "l").replace("Ł", "L"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()


def tokens(header):
    """The words of a header; what stands in brackets and currencies are left out, unless nothing else is there."""
    every = _cut(BRACKETS.sub(" ", str(header))) or _cut(header)
    return [word for word in every if not _is_currency(word) and word != "in"] or every


def _cut(text):
    return re.findall(r"[^\W_]+|[€£₹¥]", folded(HUMP.sub(" ", unicodedata.normalize("NFKC", str(text)))))


def key(text):
    """A header or word as it is compared."""
    return "".join(tokens(text))


def _is_currency(word):
    return word.upper() in _codes() or word in ("€", "£", "₹", "¥")


@functools.cache
def _codes():
    return frozenset(CURRENCIES.split("|")) - {"ALL", "TOP", "LAK", "MOP", "TRY", "CUP"}  # these are English words


@functools.cache
def _index():
    """{word as compared: [Reading, ...]}, the nearest first."""
    found, weak = {}, {key(word) for word in _said()["weak"]}
    for target, words in _said()["targets"].items():
        for rank, word in enumerate(words):
            reading = Reading(target, rank, key(word) not in weak)
            if all(other.target != target for other in found.setdefault(key(word), [])):
                found[key(word)].append(reading)
    return found


@functools.cache
def _phrases():
    """[(set of words, target)] of all phrases of several words: a header that holds all of them is near."""
    return [(frozenset(tokens(word)), target) for target, words in _said()["targets"].items() for word in words if " " in word]


def targets():
    """All that a column may stand for."""
    return tuple(_said()["targets"])


def readings(header):
    """What a header may stand for, the surest first; empty where no word of it is known, or where it names a person."""
    if sure := _index().get(key(header)):
        return sure
    if personal(header):
        return []
    words = set(tokens(header))
    near = {target: len(phrase) for phrase, target in _phrases() if phrase < words}
    return [Reading(target, 100 - length, sure=False) for target, length in sorted(near.items(), key=lambda one: -one[1])]


def personal(header):
    """Whether a header is that of a person's data; a header that stands for something else as a whole is not."""
    said, words = _said()["personal"], tokens(header)
    return key(header) not in _index() and (
        bool(set(words) & set(said["words"])) or any(stem in "".join(words) for stem in said["stems"])
    )


@functools.cache
def _meanings(kind):
    """[{word: what it means}] by language."""
    return [{word: meaning for meaning, words in said.items() for word in words} for said in _said()[kind].values()]


def meanings(kind, words):
    """{word in lower case: what it means} of those words that are known, as they are spelled; kind: status, outcome, money ...

    English and German come whole, because the next file may hold words that this one does not.
    """
    known = {key(word): meaning for tongue in _meanings(kind) for word, meaning in tongue.items()}
    found = {word.lower(): known[key(word)] for word in words if key(word) in known}
    keys = {key(word) for word in found}
    whole = [tongue for tongue in _meanings(kind)[:WHOLE] if keys & {key(word) for word in tongue}]
    return {**found, **{word: meaning for tongue in whole for word, meaning in tongue.items() if word not in found}}


def countries(words):
    """{name in lower case: ISO 3166 code} of the countries among these words, in several languages."""
    return {word.lower(): _countries()[key(word)] for word in words if key(word) in _countries()}


@functools.cache
def _countries():
    spoken = [(code, name) for tongue in reversed(LANGUAGES) for code, name in Locale(tongue).territories.items()]
    named = {key(name): code for code, name in spoken if len(code) == 2}
    short = {"usa": "US", "us": "US", "uk": "GB", "england": "GB", "greatbritain": "GB", "holland": "NL", "thenetherlands": "NL"}
    return {word: code for word, code in (named | short).items() if code.isalpha()}


def currency_in(text):
    """The currency that a header names, as in "Price (EUR)" or "Betrag €"; else None."""
    for word in re.findall(r"[^\W\d_]+\$?|[€£₹¥$]", str(text)):
        if word.isupper() and word in _codes():
            return word
        if not word.isalpha() and (code := currencies([word]).get(word.lower())):
            return code
    return None


def currencies(words):
    """{word in lower case: ISO 4217 code} of the currency words and signs among these."""
    known = {spelled: code for code, spellings in _said()["currencies"].items() for spelled in spellings}
    return {word.lower(): known[word.lower()] for word in words if word.lower() in known}


def day_first(headers):
    """True where the words of a file's headers are those of a language that writes the day first, False: the month; else None."""
    found = {key(header) for header in headers}
    day, month = (bool(found & {key(word) for word in _said()[kind]}) for kind in ("day_first", "month_first"))
    return None if day == month else day


def is_total(text):
    """Whether a cell's text marks a line of sums."""
    return len(text) < LONGEST_TOTAL and key(text) in _totals()


@functools.cache
def _totals():
    return frozenset(key(word) for word in _said()["totals"])


def total_words():
    """The words that mark a line of sums."""
    return tuple(_said()["totals"])
