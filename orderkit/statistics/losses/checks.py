"""What the functions on losses ask of their arguments, and the form of what they answer."""

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, NothingToShow


def numbers(values, name):
    """The values as a float array, NaN where missing; raises BadValue, with this name for them, where they are no such thing."""
    try:
        found = np.asarray(values)
        if found.dtype.kind in "mM":  # days would be counted from 1970
            raise TypeError
        return found.astype(float, copy=False) if found.dtype.kind != "c" else np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise BadValue(f"{name} must be numbers, in rows of one length.") from None  # the cause would repeat a cell's content


def numbers_from_zero(values, name):
    """The values as a float array; raises BadValue, with this name for them, where one is missing, infinite or negative."""
    values = numbers(values, name)
    if not ((values >= 0) & np.isfinite(values)).all():
        raise BadValue(f"{name} must be numbers from 0 on, none missing.")
    return values


def number(value, name):
    """`value` as a float; raises BadValue, with this name for it, where it is no single number."""
    found = numbers(value, name) if not isinstance(value, (str, bytes)) else None
    if found is None or found.ndim:
        raise BadValue(f"{name} must be one number, not a list, a text or a table.")
    return float(found)


def broadcast(*arrays):
    """The arrays in one shape; BadValue where they have none in common."""
    try:
        return np.broadcast_arrays(*arrays)
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise BadValue(f"Numbers of shapes {shapes} do not go together: give single numbers, or lists of one length.") from None


def positive(value, name):
    """`value` as a float above 0 and finite; BadValue else."""
    value = number(value, name)
    if not 0 < value < np.inf:
        raise BadValue(f"{name} = {value:g}: expected a finite number above 0.")
    return value


def not_negative(value, name):
    """`value` as a float of 0 or more and finite; BadValue else."""
    value = number(value, name)
    if not 0 <= value < np.inf:
        raise BadValue(f"{name} = {value:g}: expected a finite number of 0 or more.")
    return value


def checked_share(value, name):
    """`value` as a float from 0 to 1; BadValue else."""
    value = number(value, name)
    if not 0 <= value <= 1:
        raise BadValue(f"{name} = {value:g}: expected a probability or share from 0 to 1.")
    return value


def inner_share(value, name, *, example=0.9):
    """`value` as a float between 0 and 1, neither of both; BadValue else."""
    value = number(value, name)
    if not 0 < value < 1:
        raise BadValue(f"{name} = {value:g}: expected a number between 0 and 1, for example {example:g}.")
    return value


def listed(values, name):
    """The values as a tuple; raises BadValue, with this name for them, where they are no list."""
    try:
        return tuple(values)
    except TypeError:
        raise BadValue(f"{name} must be a list, such as that of all parts in order.") from None


def checked_frame(frame):
    """`frame` itself; raises BadValue where it is none."""
    if not isinstance(frame, pd.DataFrame):
        raise BadValue(f"A {type(frame).__name__} is no table: give a pandas DataFrame with a row per parcel, class or period.")
    return frame


def checked_shares(values, name):
    """The values as a float array, all from 0 to 1; BadValue else."""
    values = numbers(values, name)
    if not ((values >= 0) & (values <= 1)).all():
        raise BadValue(f"{name} must lie between 0 and 1, none missing: give a share such as 0.95, not a percentage.")
    return values


def checked_values(values, weights):
    """(values, weights) as arrays of one length, finite, not negative, some weight above 0; equal weights for None."""
    values = numbers(values, "Amounts")
    weights = np.ones(values.shape) if weights is None else numbers(weights, "Weights")
    if values.ndim != 1 or values.size == 0 or values.shape != weights.shape:
        raise BadValue(
            f"{values.size:,} amounts and {weights.size:,} weights: expected lists of one length, at least one amount."
        )
    wrong = int((~np.isfinite(values) | (values < 0)).sum())
    if wrong:
        raise BadValue(
            f"{wrong:,} of {values.size:,} amounts are unknown or negative: leave those out, and say how many they are."
        )
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
        raise BadValue("A weight is unknown or negative, or none is above 0: give how often, or how likely, each amount is.")
    return values, weights


def checked_probabilities(values):
    """Probabilities of 0, 1, 2 ... as an array; BadValue where they are none or do not add up to 1 to a millionth."""
    found = numbers(values, "Probabilities")
    if found.ndim != 1 or found.size == 0 or not (np.isfinite(found).all() and (found >= 0).all()):
        raise BadValue("Probabilities must be a list of numbers from 0 on, none unknown or negative.")
    if abs(found.sum() - 1) > 1e-6:
        raise BadValue(f"The probabilities add up to {found.sum():.6g}, not 1. For amounts, use Empirical(amounts, weights).")
    return found / found.sum()


def checked_counts(counts, weights):
    """Counts and weights as float arrays without the rows of no weight."""
    counts = numbers(counts, "Counts")
    weights = np.ones(counts.shape) if weights is None else numbers(weights, "Weights")
    if counts.ndim != 1 or counts.shape != weights.shape:
        raise BadValue(f"Counts of shape {counts.shape} and weights of shape {weights.shape}: give two lists of one length.")
    if not ((counts >= 0) & (counts == np.floor(counts)) & np.isfinite(counts)).all():
        raise BadValue("Counts must be whole numbers from 0 on, none missing: how many claims each policy, class or week had.")
    if not ((weights >= 0) & np.isfinite(weights)).all():
        raise BadValue("Weights must be numbers from 0 on, none missing: how many had each count.")
    if not weights.sum():
        raise NothingToShow("There is no count to fit a law to: give those without a claim too, as 0.")
    return counts[weights > 0], weights[weights > 0]


def counted(counts, weights, exposure):
    """Counts, weights and exposures as float arrays without the rows of no weight."""
    units = _exposures(exposure, numbers(counts, "Counts").shape)
    kept = slice(None) if weights is None else numbers(weights, "Weights") > 0
    return *checked_counts(counts, weights), units[kept]


def _exposures(exposure, shape):
    units = np.ones(shape) if exposure is None else numbers_from_zero(exposure, "Exposures")
    units = np.full(shape, float(units)) if units.ndim == 0 else units
    if units.shape != shape or not (units > 0).all():
        raise BadValue("Exposures must be one number above 0 for each count; leave out what was never exposed.")
    return units


def answer(found):
    """A float for a number asked, else the array."""
    return float(found) if np.ndim(found) == 0 else found
