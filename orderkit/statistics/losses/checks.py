"""What the functions on losses ask of their arguments."""

import numpy as np

from orderkit.errors import BadValue


def numbers(values, name):
    """The values as a float array, NaN where missing; raises BadValue, with this name for them, where they are no such thing."""
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise BadValue(f"{name} must be numbers, in rows of one length.") from None  # the cause would repeat a cell's content


def numbers_from_zero(values, name):
    """The values as a float array; raises BadValue, with this name for them, where one is missing, infinite or negative."""
    values = numbers(values, name)
    if not ((values >= 0) & np.isfinite(values)).all():
        raise BadValue(f"{name} must be numbers from 0 on, none missing.")
    return values


def check_level(level):
    """Raises BadValue where `level` is no share between 0 and 1."""
    if not 0 < level < 1:
        raise BadValue(f"A level of {level} is none: give a number between 0 and 1, for example 0.9.")
