"""Which parcels to insure with a tariff, from what value, what that saves in a year, and how sure it is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.statistics.losses.cover import (
    EITHER,
    INSURE,
    NONE_OFFERED,
    NOT,
    SHARES,
    SURE,
    Decisions,
    best_from,
    decide,
    offer,
    strategies,
)  # fmt: skip

NONE, ALL, ONE, GROUPS, NOW = "none", "all", "from one value", "by service", "as now"
CANDIDATES = (0, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1)  # shares of parcels below a value that is tried
GROUP_COLUMNS = [
    "group", "parcels", "rate", "rate_low", "rate_high", "verdict", "probability", "from_value", "insured", "premium",
    "brings", "gain", "gain_low", "gain_high", "not_offered", "pays_above", "pays_at",
]  # fmt: skip


@dataclass(frozen=True)
class Recommendation:
    """What to do with one tariff at one share of claims paid; money in the parcels' currency, for a year.

    `groups`: a row per carrier's service: parcels, rate of loss or damage with its 90 % range, verdict (insure, do not insure,
    either, no tariff), probability (that insuring from from_value on pays; without one: from that value on for which it is
    likeliest), from_value (None: from no value on), insured (parcels), premium, brings (expected payments), gain with its 90 %
    range, not_offered (parcels without a step), pays_above (the break-even rate of the parcel that needs least) and pays_at
    (its value). `one_value`: the same row for all services together. `ways`: see strategies; its `loaded` is cost plus
    risk_load times what the worst years cost more. `best`: the way of the least `loaded`; `verdict` and `probability` are of
    it: that it pays, or, where the best is no cover, that some cover does in some service.
    """

    tariff: object
    paid_share: float
    assumed: bool
    groups: pd.DataFrame
    one_value: dict
    ways: pd.DataFrame
    decisions: Decisions
    best: str

    @property
    def probability(self):
        found = self.ways.set_index("way").loc[self.best, "probability"]
        return float(self.groups["probability"].max() if self.best == NONE else found)

    @property
    def verdict(self):
        return _verdict(self.probability, self.best != NONE)


def recommend(
    parcels, tariff, lost, damaged, *, rng, paid_share=None, assumed=False, handling=0.0, risk_load=0.0, simulations=20_000
):
    """The Recommendation for Parcels with a Tariff. lost, damaged: draws of the rates [draws, classes].

    Parcels are insured from the value on from which it is expected to bring most; that value is looked for in each service apart,
    and for all together. risk_load: what a unit of cost of the worst 1 in 100 years above the mean is worth to the seller; 0
    decides by the mean alone. handling: the work of a claim, in currency.
    """
    found = offer(parcels, tariff, paid_share=paid_share, handling=handling)
    decisions = decide(parcels, found, lost, damaged)
    labels, code = np.unique(np.asarray(parcels.group, dtype=object).astype(str), return_inverse=True)
    order = np.argsort(code, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(code, minlength=labels.size))[:-1])
    rows = [_row(str(label), part, parcels, found, decisions, lost, damaged) for label, part in zip(labels, parts, strict=True)]
    groups = pd.DataFrame(rows, columns=GROUP_COLUMNS)
    everything = _row("all", np.arange(parcels.value.size), parcels, found, decisions, lost, damaged)
    starts = groups["from_value"].astype(float).fillna(np.inf).to_numpy()
    chosen = {
        ONE: parcels.value >= (np.inf if everything["from_value"] is None else everything["from_value"]),
        GROUPS: parcels.value >= starts[code],
    }
    if parcels.insured is not None:
        chosen[NOW] = np.asarray(parcels.insured, dtype=bool)
    ways = strategies(parcels, found, lost, damaged, chosen, rng=rng, simulations=simulations)
    ways = ways.assign(loaded=ways["cost"] + risk_load * (ways["worst_years"] - ways["cost"]))
    open_to_choice = ways[ways["way"] != NOW]
    best = str(open_to_choice.loc[open_to_choice["loaded"].idxmin(), "way"])
    return Recommendation(tariff, found.paid_share, assumed, groups, everything, ways, decisions, best)


def sensitivity(parcels, tariff, lost, damaged, *, shares=SHARES, handling=0.0):
    """How the answer hangs on the share of claims that are paid: a frame of paid_share, and of the row of all services together
    as in Recommendation.groups."""
    rows = []
    for share in shares:
        found = offer(parcels, tariff, paid_share=share, handling=handling)
        decisions = decide(parcels, found, lost, damaged)
        row = _row("all", np.arange(parcels.value.size), parcels, found, decisions, lost, damaged)
        rows.append({"paid_share": share} | row)
    return pd.DataFrame(rows, columns=["paid_share", *GROUP_COLUMNS])


def _row(label, mine, parcels, offered, decisions, lost, damaged):
    """A row of groups, of the parcels numbered `mine`."""
    values, gains, times = parcels.value[mine], decisions.gain[mine], parcels.times
    from_value, gain = best_from(values, gains)
    weight = np.bincount(parcels.cell[mine], minlength=lost.shape[1])
    rate = (lost + damaged) @ weight / max(weight.sum(), 1)
    row = {
        "group": label, "parcels": mine.size * times, "rate": float(rate.mean()), "from_value": from_value,
        "not_offered": float((~offered.offered[mine]).sum() * times), "gain": gain * times,
    }  # fmt: skip
    row |= dict(zip(("rate_low", "rate_high"), np.quantile(rate, [0.05, 0.95]), strict=True))
    needed = decisions.break_even[mine]
    known = np.isfinite(needed)
    if known.any():
        least = int(np.flatnonzero(known)[needed[known].argmin()])
        row |= {"pays_above": float(needed[least]), "pays_at": float(values[least])}
    taken = mine[(values >= (np.inf if from_value is None else from_value)) & offered.offered[mine]]
    row |= {"insured": taken.size * times, "premium": float(offered.premium[taken].sum() * times)}
    row["brings"] = row["premium"] + row["gain"]
    drawn = _gains(mine[offered.offered[mine]], from_value, parcels, offered, lost, damaged) * times
    chance = (drawn > 0).mean(axis=0)
    row["probability"] = float("nan") if not chance.size else float(chance.max() if from_value is None else chance[0])
    if from_value is not None:
        row |= dict(zip(("gain_low", "gain_high"), np.quantile(drawn[:, 0], [0.05, 0.95]), strict=True))
    return row | {"verdict": _verdict(row["probability"], taken.size)}


def _gains(mine, from_value, parcels, offered, lost, damaged):
    """What insuring gains from a value on, [draws, values]: expected payments at each draw of the rates, less premiums. The first
    value is `from_value`; where there is none, they are CANDIDATES of the parcels' values."""
    values, cell, classes = parcels.value[mine], parcels.cell[mine], lost.shape[1]
    if not mine.size:
        return np.zeros((len(lost), 0))
    tried = np.array([from_value]) if from_value is not None else np.unique(np.quantile(values, CANDIDATES))
    above = np.searchsorted(tried, values, side="right") - 1  # the last of the values from which on a parcel is insured
    some = above >= 0
    place, mine = above[some] * classes + cell[some], mine[some]
    sums = [_from_each(np.bincount(place, part[mine], tried.size * classes).reshape(tried.size, classes)) for part in
            (offered.lost, offered.damaged)]  # fmt: skip
    premiums = _from_each(np.bincount(above[some], offered.premium[mine], tried.size))
    return lost @ sums[0].T + damaged @ sums[1].T - premiums


def _from_each(sums):
    """Sums by value to sums from each value on."""
    return np.cumsum(sums[::-1], axis=0)[::-1]


def _verdict(probability, taken):
    if np.isnan(probability):
        return NONE_OFFERED
    if taken:
        return INSURE if probability > SURE else EITHER
    return NOT if probability < 1 - SURE else EITHER
