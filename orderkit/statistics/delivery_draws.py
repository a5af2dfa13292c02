"""Chances of an open parcel from shares and day laws: at the point estimate (Tables), and by posterior draw (Draws)."""

from dataclasses import dataclass

import numpy as np

from orderkit.errors import BadValue

BLOCK = 16  # strata drawn at a time: bounds the memory


@dataclass(frozen=True)
class Tables:
    """`law` [3, n, H + 1] and `share` [3, n] of delivered, returned, never; `left` [n, H + 1]: deliveries after a day."""

    law: np.ndarray
    share: np.ndarray
    left: np.ndarray

    def rows(self, stratum, age):
        """(stratum, age) as arrays of one length, ages cut at the horizon. Raises BadValue for others than whole numbers >= 0."""
        node, age = np.broadcast_arrays(np.atleast_1d(stratum), np.atleast_1d(age))
        for name, values, end in (("stratum", node, self.law.shape[1]), ("age", age, np.inf)):
            if not np.issubdtype(values.dtype, np.number) or not np.isfinite(values).all():
                raise BadValue(f"A {name} is not a number. Leave out parcels without a clock.")
            if (values < 0).any() or (values >= end).any():
                raise BadValue(f"A {name} lies outside what the model holds: it counts from 0.")
        return node.astype(np.int64), np.minimum(age, self.law.shape[2] - 1).astype(np.int64)

    def p_delivered(self, stratum, age, within):
        """P(delivered within `within` more days | open at the end of day `age`) [rows]."""
        node, age, until = self.until(stratum, age, within)
        return _chances(self.share[:, node], self.law[:, node, age], self.law[0, node, until])[0]

    def p_returned(self, stratum, age):
        """P(comes back to the sender | open at the end of day `age`) [rows]."""
        node, age = self.rows(stratum, age)
        return _chances(self.share[:, node], self.law[:, node, age], 0.0)[1]

    def p_lost(self, stratum, age):
        """P(never arrives | open, and not declared lost, at the end of day `age`) [rows]; 1 from the horizon on."""
        node, age = self.rows(stratum, age)
        return _chances(self.share[:, node], self.law[:, node, age], 0.0)[2]

    def until(self, stratum, age, within):
        """(stratum, age, age + within), as `rows` gives them. Raises BadValue for a `within` below 0 or NaN."""
        stratum, age, within = np.broadcast_arrays(np.atleast_1d(stratum), np.atleast_1d(age), np.asarray(within, dtype=float))
        if not (within >= 0).all():
            raise BadValue("`within` counts days from now on: give 0 or more.")
        node, age = self.rows(stratum, age)
        return node, age, np.minimum(age + within, self.law.shape[2] - 1).astype(np.int64)


class Draws:
    """Posterior draws: p_delivered, p_lost and p_returned as in Tables, each [number, rows], row i of all from draw i.

    Strata of one draw share the draw of their carrier, and this that of all parcels, so that sums over strata are as uncertain
    as they should be. Day laws are drawn when a stratum is first asked for, and the same ones are used from then on.
    """

    def __init__(self, model, number, rng):
        self.model, self.number = model, int(number)
        self._seed = int(rng.integers(2**63))
        self._hazards = model.hazards
        self._shares = _drawn_shares(model, self.number, rng)
        self._laws = {}

    def p_delivered(self, stratum, age, within):
        """As Tables.p_delivered [number, rows]."""
        return self._each(*self.model.until(stratum, age, within))[0]

    def p_returned(self, stratum, age):
        """As Tables.p_returned [number, rows]."""
        return self._each(*self.model.rows(stratum, age), None)[1]

    def p_lost(self, stratum, age):
        """As Tables.p_lost [number, rows]."""
        return self._each(*self.model.rows(stratum, age), None)[2]

    def of(self, node):
        """(shares [number, 3], laws [3, number, H + 1]) of one node."""
        if node not in self._laws:
            self._draw(node // BLOCK)
        return self._shares[:, :, node], self._laws[node]

    def _each(self, node, age, until):
        found = np.empty((3, self.number, node.size))
        order = np.argsort(node, kind="stable")
        numbers, starts = np.unique(node[order], return_index=True)
        for number, rows in zip(numbers.tolist(), np.split(order, starts[1:]), strict=True):
            shares, laws = self.of(number)
            later = 0.0 if until is None else laws[0][:, until[rows]]
            found[:, :, rows] = _chances(shares.T[:, :, None], laws[:, :, age[rows]], later)
        return found

    def _draw(self, block):
        """Beta hazards of the block's nodes; a block has its own seed, so that the order of asking changes nothing."""
        rng = np.random.default_rng([self._seed, block])
        nodes = np.arange(block * BLOCK, min((block + 1) * BLOCK, self.model.law.shape[1]))
        gone, left = (np.maximum(part[:, nodes, None, :], 1e-12) for part in self._hazards)
        stay = rng.beta(left, gone, size=(3, nodes.size, self.number, gone.shape[3]))
        ends = self._hazards[1][:, nodes, None, :] <= 0
        laws = np.cumprod(np.where(ends, 0.0, stay), axis=3)
        self._laws.update({int(node): laws[:, place] for place, node in enumerate(nodes)})


def _chances(share, law, later):
    """P(delivered before `later` is left of its law), P(returned), P(never), of what is open, by Bayes' rule."""
    weight = np.stack([share[0] * (law[0] - later), share[1] * law[1], share[2] * law[2]])
    total = weight.sum(axis=0) + share[0] * later
    found = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
    found[2] = np.where(total > 0, found[2], 1.0)
    return found


def _drawn_shares(model, number, rng):
    """Shares [number, 3, nodes]."""
    two = np.stack([shares.draws(number, rng) for shares in model.learned], axis=1)
    return np.concatenate([np.maximum(1 - two.sum(axis=1, keepdims=True), 1e-9), two], axis=1)
