"""How parts make up a whole: shares, running shares, and the few that make up most of it."""

import numpy as np

MOST = 0.8  # the share of the whole that the vital few make up


def shares(parts):
    """Each part over the whole; all NaN where the whole is 0."""
    parts = np.asarray(parts, dtype=float)
    whole = parts.sum()
    return parts / whole if whole else np.full(parts.shape, np.nan)


def vital_few(parts, most=MOST):
    """Which parts make up `most` of the whole when taken from the largest on: one boolean per part, ties by their order.

    >>> vital_few([50, 10, 35, 5]).tolist()
    [True, False, True, False]
    """
    parts = np.asarray(parts, dtype=float)
    order = np.argsort(-parts, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(parts[order])[:-1]]) if parts.size else parts
    few = np.zeros(parts.shape, dtype=bool)
    few[order] = (before < most * parts.sum()) & (parts[order] > 0)
    return few
