"""From which value of a parcel on cover pays, and from which it ceases to: all values at which the answer changes."""

import numpy as np
import pandas as pd

from .cover import Parcels, offer

CENT = 0.01


def switch_points(tariff, rate, *, up_to, paid_share=None, carrier=None, service=None, included=None, handling=0.0):
    """The values at which cover begins or ceases to pay at a rate of loss: a frame of from_value, to_value (both within), pays.

    Because of steps and least prices there may be many. Exact to the cent: between two values at which the tariff bends both
    sides are straight lines, so there is one crossing at most. Neighbours with the same answer are one row; values for which
    there is no step have pays = None. included: what the carrier pays anyway, if not as the tariff says.

    >>> from orderkit.statistics.losses import tariffs
    >>> steps = {"tariff": "A", "currency": "USD", "from_value": [0.0], "premium": [3.9], "included_cover": [100.0]}
    >>> switch_points(tariffs(pd.DataFrame(steps))[0], 0.02, up_to=500, paid_share=1)["from_value"].tolist()  # 100 + 3.90 / 0.02
    [0.0, 295.01]
    """

    def net(values):
        of = [None if word is None else np.full(len(values), word, dtype=object) for word in (carrier, service)]
        free = None if included is None else np.full(len(values), float(included))
        one = Parcels(values, np.zeros(len(values), dtype=int), np.zeros(len(values)), *of, included=free)
        found = offer(one, tariff, paid_share=paid_share, handling=handling)
        return rate * found.lost - found.premium

    bends = tariff.kinks(carrier, service)
    if included is not None:
        bends = np.concatenate([bends, [included], included + tariff.steps["deductible"].fillna(0).unique()])
    if handling > 0:  # a claim is filed from where it brings its work
        shares = tariff.steps["paid_share"].dropna().unique() if paid_share is None else np.array([paid_share])
        bends = np.concatenate([bends, *(bends + handling / share for share in shares if share > 0)])
    bends = bends[bends < up_to]
    edges = np.unique(np.concatenate([[0.0], bends, bends + CENT, [up_to]]))
    points = np.unique(np.round(np.concatenate([edges, _crossings(edges, net(edges))]), 2))
    at = net(points)
    answer = np.where(np.isnan(at), None, at > 0)
    first = np.flatnonzero(np.r_[True, answer[1:] != answer[:-1]])
    last = np.r_[first[1:] - 1, len(points) - 1]
    return pd.DataFrame({"from_value": points[first], "to_value": points[last], "pays": answer[first]})


def _crossings(edges, net):
    """Where between two edges the net changes its sign, to the cent on both sides."""
    left, right = net[:-1], net[1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        where = edges[:-1] + (edges[1:] - edges[:-1]) * left / (left - right)
    cross = np.isfinite(where) & (np.sign(left) * np.sign(right) <= 0) & (np.diff(edges) > 1.5 * CENT)
    below = np.floor(where[cross] / CENT + 1e-9) * CENT
    return np.concatenate([below, below + CENT])
