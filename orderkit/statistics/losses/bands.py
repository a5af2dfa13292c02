"""Bands of values that a reader can keep in mind: edges of 1, 2 or 5 and noughts, where the values lie."""

from itertools import pairwise

import numpy as np

SHARES = (0.5, 0.8, 0.95, 0.99)  # of the parcels below an edge, about


def value_edges(quantiles):
    """Edges between bands of values from their quantiles (at SHARES, or any): increasing, each 1, 2 or 5 times a power of ten.

    A value that lies on an edge belongs to the band above.

    >>> value_edges([31.5, 58.0, 104.0, 230.0])
    [20.0, 50.0, 100.0, 200.0]
    """
    quantiles = np.asarray(quantiles, dtype=float)
    quantiles = quantiles[np.isfinite(quantiles) & (quantiles > 0)]
    if not quantiles.size:
        return []
    power = 10.0 ** np.floor(np.log10(quantiles))
    steps = np.array([1, 2, 5, 10])
    near = np.abs(np.log(quantiles / power)[:, None] - np.log(steps)).argmin(axis=1)
    return np.unique(np.round(power * steps[near], 6)).tolist()


def band_names(edges, write=str):
    """The names of the bands between edges, lowest first: "under 20", "20 to 50", "50 and more"; `write` makes an edge a text.

    >>> band_names([20.0, 50.0], write=lambda edge: f"{edge:g}")
    ['under 20', '20 to 50', '50 and more']
    """
    if not edges:
        return ["any value"]
    told = [write(edge) for edge in edges]
    between = [f"{low} to {high}" for low, high in pairwise(told)]
    return [f"under {told[0]}", *between, f"{told[-1]} and more"]
