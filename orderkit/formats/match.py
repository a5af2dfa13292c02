"""Recognises an export by its header line, never by its file name."""

import csv
import functools
from dataclasses import dataclass, field, replace

from orderkit.formats.registry import formats
from orderkit.formats.spec import DELIMITERS, Format, normal

WITHIN = 40  # lines; a header stands nowhere below
NEEDS = ("required", "useful", "optional")  # of several exports that are as near, the one that more sellers load
KNOWN_WORDS = 2  # of a header that is bound by position


@dataclass(frozen=True)
class Match:
    """A recognised file: its format, its own delimiter and headers, the column each header stands for, what is new or missing."""

    format: Format
    delimiter: str
    headers: list
    columns: list  # Column or None, one per header
    unknown: list
    missing: list
    line: int = 1  # physical line of the header
    constants: dict = field(default_factory=dict)  # stored columns that the lines above the header tell for the whole file

    @property
    def quoted(self):
        """Whether fields of this file may stand in quotes."""
        return self.format.quotes(self.delimiter)

    @property
    def twice(self):
        """Headers of kept columns that stand in the file more than once."""
        names = [column.name for column in self.columns if column and column.kept]
        return sorted({column.header for column in self.columns if column and names.count(column.name) > 1})


def split_header(line, delimiter):
    """The headers of a header line; quotes are honoured, in tab files only around a whole field."""
    if delimiter == "\t":
        return [_bare(field) for field in line.split("\t")]
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a field longer than any header
        return []


def _bare(field):
    return field[1:-1] if len(field) > 1 and field[0] == field[-1] == '"' else field


def _cuts(line):
    """(delimiter, headers) of a line, for every delimiter that cuts it at all."""
    for delimiter in DELIMITERS.values():
        headers = split_header(line, delimiter)
        if len(headers) > 1:
            yield delimiter, headers


def _match(form, delimiter, headers):
    columns = [form.column(header) if header.strip() else None for header in headers]
    found = {column.name for column in columns if column}
    unknown = [header for header, column in zip(headers, columns, strict=True) if column is None and header.strip()]
    missing = [header for header in form.required if form.column(header).name not in found]
    return Match(form, delimiter, headers, columns, unknown, missing)


def _by_position(form, delimiter, headers):
    """The Match of a header whose words are localised, bound by position where enough of the words are known."""
    if form.positional != len(headers):
        return None
    columns = list(form.by_header.values())[: form.positional]
    known = sum(form.column(header) == column for header, column in zip(headers, columns, strict=True))
    return Match(form, delimiter, headers, columns, [], []) if known >= KNOWN_WORDS else None


def _signed(form, keys):
    return form.signature <= {form.aliases.get(key, key) for key in keys}


def _tables(known):
    return [form for form in (known or formats()).values() if form.tree is None]


def _known(match):
    return len({column.name for column in match.columns if column})


def recognise(line, known=None):
    """The Match of a header line, or None where it is no known export; `known` are the formats, by default those shipped.

    A format is recognised where all headers of its signature are there, in any order, case and spelling of blanks; of several
    the one that knows most of the headers wins. The match may still lack required columns (`missing`).
    """
    fits = []
    for delimiter, headers in _cuts(line):
        keys = [normal(header) for header in headers]
        for form in _tables(known):
            if _signed(form, keys):
                fits.append(_match(form, delimiter, headers))
            elif positional := _by_position(form, delimiter, headers):
                fits.append(positional)
    return max(fits, key=lambda match: (_known(match), match.format.name), default=None)


@functools.cache
def header_words():
    """Every header that a shipped format knows, as headers are compared: what tells a header line inside a file from data."""
    tables = _tables(None)
    return frozenset(key for form in tables for key in (*form.by_header, *form.aliases))


def find_header(lines, known=None):
    """The Match of the first of these lines that is a header, with the number of its line; None where none is."""
    for number, line in enumerate(lines[:WITHIN], 1):
        if found := recognise(line, known):
            return replace(found, line=number)
    return None


def _closeness(match):
    return _known(match) / len(match.headers), -NEEDS.index(match.format.need), -len(match.missing)


def nearest(line, known=None):
    """The Match that comes closest to a header line that is no known export, or None where nothing is alike.

    Its `missing` then holds the headers of signature and required columns that are not there.
    """
    close = [_match(form, delimiter, headers) for delimiter, headers in _cuts(line) for form in _tables(known)]
    best = max(close, key=_closeness, default=None)
    have = {normal(column.header) for column in best.columns if column} if best else set()
    if best is None or not have & best.format.signature:
        return None
    lacking = [column.header for key, column in best.format.by_header.items() if key in best.format.signature and key not in have]
    return replace(best, missing=list(dict.fromkeys([*lacking, *best.missing])))
