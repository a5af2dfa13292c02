"""Recognises an export by its header line, never by its file name."""

import csv
from dataclasses import dataclass

from orderkit.formats.registry import formats
from orderkit.formats.spec import DELIMITERS, Format, normal


@dataclass(frozen=True)
class Match:
    """A recognised file: its format, its own delimiter and headers, the column each header stands for, what is new or missing."""

    format: Format
    delimiter: str
    headers: list
    columns: list  # Column or None, one per header
    unknown: list
    missing: list


def split_header(line, delimiter):
    """The headers of a header line; quotes are honoured except in tab files, where they are data."""
    if delimiter == "\t":
        return line.split("\t")
    return next(csv.reader([line], delimiter=delimiter), [])


def _match(form, delimiter, headers):
    columns = [form.column(header) if header.strip() else None for header in headers]
    found = {column.name for column in columns if column}
    unknown = [header for header, column in zip(headers, columns, strict=True) if column is None and header.strip()]
    missing = [header for header in form.required if form.column(header).name not in found]
    return Match(form, delimiter, headers, columns, unknown, missing)


def _candidates(line):
    for delimiter in DELIMITERS.values():
        headers = split_header(line, delimiter)
        if len(headers) > 1:
            for form in formats().values():
                yield _match(form, delimiter, headers)


def _known(match):
    return len({column.name for column in match.columns if column})


def recognise(line):
    """The Match of a header line, or None where it is no known export.

    A format is recognised where all headers of its signature are there, in any order, case and spelling of blanks; of several
    the one that knows most of the headers wins. The match may still lack required columns (`missing`).
    """
    fits = [match for match in _candidates(line) if match.format.signature <= {normal(header) for header in _canonical(match)}]
    return max(fits, key=lambda match: (_known(match), match.format.name), default=None)


def _canonical(match):
    return [column.header for column in match.columns if column]


def nearest(line):
    """The Match that comes closest to a header line that is no known export, or None where nothing is alike.

    Its `missing` then holds the headers of signature and required columns that are not there.
    """
    best = max(_candidates(line), key=lambda match: _known(match) / len(match.headers), default=None)
    have = {normal(header) for header in _canonical(best)} if best else set()
    if best is None or not have & best.format.signature:
        return None
    lacking = [column.header for key, column in best.format.by_header.items() if key in best.format.signature and key not in have]
    missing = list(dict.fromkeys([*lacking, *best.missing]))
    return Match(best.format, best.delimiter, best.headers, best.columns, best.unknown, missing)
