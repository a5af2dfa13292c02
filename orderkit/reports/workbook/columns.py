"""How the columns of a result stand on a sheet: their headers, what kind of thing each holds, the word for an empty cell."""

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from orderkit.analyses.show import NOT_KNOWN
from orderkit.charts.look import short
from orderkit.languages import phrase
from orderkit.reports.workbook import cells

LONGEST_HEADER = 240  # a table takes 255
LONG = 40  # letters from which a text takes more than one line
CURRENCY = "currency"


@dataclass(frozen=True)
class Column:
    """One column: its name in the frame, its header, its kind (text, long, prose, count, number, money, share, day, moment)."""

    name: str
    header: str
    kind: str
    absent: str = NOT_KNOWN  # stands in a cell without a value, in the language in use


def columns_of(frame, titles, *, money=(), shares=(), prose=(), absent=None):
    """The Columns of a frame that `titles` names, with headers that are all different.

    titles: {column: English header}; those that the frame lacks, or that are empty throughout, are left out. A moment with a
    zone is told in UTC, and its header says so.
    """
    absent = absent or {}
    found = {name: title for name, title in titles.items() if name in frame and frame[name].notna().any()}
    made = []
    for name, title in found.items():
        told = {"money": money, "share": shares, "prose": prose}
        kind = next((kind for kind, names in told.items() if name in names), None) or kind_of(frame[name])
        header = phrase(title) + (" (UTC)" if kind == "moment" and has_zone(frame[name]) else "")
        made.append(Column(name, header, kind, phrase(absent.get(name, NOT_KNOWN)) if absent.get(name, NOT_KNOWN) else ""))
    return all_different(made)


def header_text(text):
    """A header as a table of a workbook takes it: one line, not too long, never the beginning of a formula."""
    return cells.guarded(short(" ".join(text.split()), LONGEST_HEADER))


def kind_of(series):
    """What a column holds, told by its values."""
    values = series.dropna()
    if pd.api.types.is_bool_dtype(series):
        return "text"
    if pd.api.types.is_datetime64_any_dtype(series):
        return "day" if not has_zone(series) and (values == values.dt.normalize()).all() else "moment"
    if pd.api.types.is_integer_dtype(series):
        return "count"
    if pd.api.types.is_numeric_dtype(series):
        return "count" if (values % 1 == 0).all() else "number"
    inferred = pd.api.types.infer_dtype(values, skipna=True)
    kinds = {"date": "day", "datetime": "moment", "integer": "count", "floating": "number", "decimal": "number"}
    return kinds.get(inferred) or ("long" if values.astype(str).str.len().max() > LONG else "text")


def has_zone(series):
    """Whether moments of a column have a zone."""
    first = series.dropna().iloc[:1]
    return any(getattr(value, "tzinfo", None) is not None for value in first)


def all_different(columns):
    """A second column of the same header gets a number: a table of a workbook has no two headers alike."""
    seen, different = Counter(), []
    for column in columns:
        header = header_text(column.header)
        seen[header.casefold()] += 1
        number = seen[header.casefold()]
        header = f"{header} ({number})" if number > 1 else header
        different.append(Column(column.name, header, column.kind, column.absent))
    return different
