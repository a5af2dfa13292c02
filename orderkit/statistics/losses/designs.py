"""From a frame with factors, or a matrix, to what a rate regression needs: terms, events, exposure, levels that can be told."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, NothingToShow, TooFewEvents, UnknownName

from .checks import checked_frame, listed, not_negative, numbers, numbers_from_zero

LEVELS = ["term", "factor", "level", "events", "exposure"]
ALIKE = 1e-10  # the least eigenvalue, of columns scaled to one size, below which they say the same


@dataclass(frozen=True)
class Design:
    """Rows with exposure: `matrix` [rows, terms], `events`, `exposure`, the terms' `names`.

    `levels`: frame with a row per level of each factor. `factors`: levels by factor, the reference first. `notes`: what was left
    out.
    """

    matrix: np.ndarray
    events: np.ndarray
    exposure: np.ndarray
    names: list
    levels: pd.DataFrame
    factors: dict
    covariates: tuple
    dropped: int
    notes: tuple


def design_of_frame(frame, *, events, exposure=None, factors=(), covariates=(), reference=None, least=10):
    """The Design of a frame: its terms are those of `terms_of_frame`; the first level of each factor is its reference."""
    factors, covariates = _names(factors), _names(covariates)
    least = not_negative(least, "least")
    check_columns(frame, [*([] if exposure is None else [exposure]), events, *factors, *covariates])
    _check_reference(reference, factors)
    counted = numbers_from_zero(frame[events], events)
    units = np.ones(len(frame)) if exposure is None else numbers_from_zero(frame[exposure], exposure)
    used = _used(counted, units)
    rows, counted, units = frame[used], counted[used], units[used]
    known = {name: _levels(rows[name], name, reference) for name in factors}
    table = _table(known, rows, counted, units)
    _check_levels(table, counted, least)
    terms = terms_of_frame(rows, known, covariates)
    return _design(terms, counted, units, table, known, covariates, used, _gone(frame, known))


def terms_of_frame(frame, factors, covariates):
    """The terms of a frame by name: ones, zeros and ones for each level but the first of each factor, then the covariates.

    `factors`: the levels of each factor. Raises UnknownName for a level that is not among them.
    """
    check_columns(frame, [*factors, *covariates])
    terms = {"intercept": np.ones(len(frame))}
    for name, levels in factors.items():
        codes = _codes(frame[name], name, levels)
        terms |= {f"{name}[{level}]": (codes == place).astype(float) for place, level in enumerate(levels) if place}
    return terms | {name: _finite(frame[name], name) for name in covariates}


def design_of_matrix(matrix, events, exposure=None, names=None, least=10):
    """The Design of an explicit matrix [rows, terms]; columns of zeros and ones must have `least` events."""
    names = list(matrix.columns) if names is None and isinstance(matrix, pd.DataFrame) else names
    matrix = numbers(matrix, "A design")
    if matrix.ndim != 2 or not matrix.size or not np.isfinite(matrix).all():
        raise BadValue("A design must be a matrix with a row per observation and a column per term, no number missing.")
    names = (
        [f"x{place}" for place in range(matrix.shape[1])] if names is None else list(map(str, listed(names, "Names of terms")))
    )
    counted, least = numbers_from_zero(events, "events"), not_negative(least, "least")
    units = np.ones(len(matrix)) if exposure is None else numbers_from_zero(exposure, "exposure")
    if not len(names) == len(set(names)) == matrix.shape[1] or not (len(matrix),) == counted.shape == units.shape:
        raise BadValue("Design, events and exposure need as many rows as each other, and the design a different name per column.")
    used = _used(counted, units)
    matrix, counted, units = matrix[used], counted[used], units[used]
    marks = [column for column in range(len(names)) if set(np.unique(matrix[:, column])) == {0.0, 1.0}]
    table = [[names[place], names[place], 1, matrix[:, place] @ counted, matrix[:, place] @ units] for place in marks]
    _check_levels(pd.DataFrame(table, columns=LEVELS), counted, least)
    terms = dict(zip(names, matrix.T, strict=True))
    return _design(terms, counted, units, pd.DataFrame(columns=LEVELS), {}, (), used, ())


def _design(terms, counted, units, table, known, covariates, used, notes):
    matrix, names = np.column_stack(list(terms.values())), list(terms)
    _check_rank(matrix, names)
    dropped = int((~used).sum())
    notes = ([f"{dropped} rows without exposure were left out."] if dropped else []) + list(notes)
    return Design(matrix, counted, units, names, table, known, tuple(covariates), dropped, tuple(notes))


def _names(names):
    """Names as a list, also a single one."""
    return [names] if isinstance(names, str) else list(listed(names, "Names of columns"))


def check_columns(frame, names):
    """Raises UnknownName for a name that is no column of the frame, BadValue where it is no frame."""
    columns = set(checked_frame(frame).columns)
    for name in names:
        if not isinstance(name, Hashable) or name not in columns:
            raise UnknownName("column", name, map(str, frame.columns))


def _check_reference(reference, factors):
    if not isinstance(reference, (dict, type(None))):
        raise BadValue("reference must be a dict of factor: level.")
    for name in reference or {}:
        if name not in factors:
            raise UnknownName("factor", name, list(factors), " with a reference level")


def _finite(values, name):
    values = numbers(values, name)
    if not np.isfinite(values).all():
        raise BadValue(f"{name} must be numbers, none missing: leave out such rows, or make a factor with a level for them.")
    return values


def _used(counted, units):
    """Which rows have exposure."""
    used = units > 0
    if (counted[~used] > 0).any():
        raise BadValue(f"{(counted[~used] > 0).sum()} rows have events but no exposure: an event needs a parcel to happen to.")
    if not used.any():
        raise NothingToShow("No row has exposure: there is no rate to find.")
    return used


def _levels(column, name, reference):
    """The levels that occur, sorted, the reference first."""
    if column.isna().any():
        raise BadValue(f"{column.isna().sum()} rows have no {name}: give them a level of their own, for example 'unknown'.")
    found = list(pd.unique(column))
    try:
        found = sorted(found)
    except TypeError:  # words and numbers in one column
        found = sorted(found, key=str)
    first = (reference or {}).get(name, found[0])
    if first not in found:
        raise UnknownName(f"level of {name}", first, list(map(str, found)), " (with exposure)")
    return [first, *(level for level in found if level != first)]


def _codes(column, name, levels):
    codes = pd.Index(levels, dtype=object).get_indexer(column.astype(object))
    if (codes < 0).any():
        raise UnknownName(f"level of {name}", column[codes < 0].iloc[0], list(map(str, levels)))
    return codes


def _table(known, rows, counted, units):
    """One row per level of each factor: LEVELS; a reference level has no term."""
    parts = []
    for name, levels in known.items():
        codes = _codes(rows[name], name, levels)
        part = pd.DataFrame({"term": [f"{name}[{level}]" if place else None for place, level in enumerate(levels)]})
        part = part.assign(factor=name, level=pd.Series(levels, dtype=object))
        parts.append(part.assign(events=np.bincount(codes, counted), exposure=np.bincount(codes, units)))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=LEVELS)


def _gone(frame, known):
    """What to say of levels that have no exposure at all."""
    gone = [f"{name}[{level}]" for name in known for level in pd.unique(frame[name].dropna()) if level not in known[name]]
    return [f"Without any exposure, so without a rate: {', '.join(gone)}."] if gone else []


def _check_levels(table, counted, least):
    """A rate of few events is not told: one of none would be a coefficient of -20 with an error of thousands."""
    if counted.sum() < max(least, 1):
        raise TooFewEvents(f"{counted.sum():g} events in all tell no rates: show the count and its upper bound instead.")
    few = table[table["events"] < max(least, 1e-9)][["factor", "level", "events"]]
    if len(few):
        named = ", ".join(f"{factor}[{level}] ({count:g})" for factor, level, count in few.to_numpy())
        raise TooFewEvents(
            f"Too few events to tell the rate of {named}: at least {max(least, 1):g} are needed of each level. Join levels, "
            "leave the factor out, or use rates that are shrunk to the mean, which need none."
        )


def _check_rank(matrix, names):
    if len(matrix) < len(names):
        raise BadValue(f"{len(matrix)} rows cannot tell {len(names)} terms: leave factors out, or give more rows.")
    size = np.sqrt((matrix**2).sum(axis=0))
    scaled = np.where(size > 0, size, 1)
    values, vectors = np.linalg.eigh(matrix.T @ matrix / np.outer(scaled, scaled))
    if values[0] < ALIKE:
        named = ", ".join(name for name, part in zip(names, vectors[:, 0], strict=True) if abs(part) > 0.01)
        raise BadValue(f"These terms say the same, so their rates cannot be told apart: {named}. Leave one of their columns out.")
