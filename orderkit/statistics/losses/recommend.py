"""Which parcels to insure with a tariff, from what value, what that saves in a year, and how sure it is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .cover import (
    EITHER,
    INSURE,
    NONE_OFFERED,
    NOT,
    SHARES,
    SURE,
    Decisions,
    best_from,
    decide,
    gains,
    offer,
    strategies,
)  # fmt: skip

NONE, ALL, ONE, GROUPS, NOW = "none", "all", "from one value", "by service", "as now"
SHARE_COLUMNS = ["paid_share", "verdict", "probability", "insured", "premium", "brings", "gain", "gain_low", "gain_high"]
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
    groups, code = _by_group(parcels, found, decisions, lost, damaged)
    everything = _row("all", np.arange(parcels.value.size), parcels, found, decisions, lost, damaged)
    chosen = {
        ONE: parcels.value >= (np.inf if everything["from_value"] is None else everything["from_value"]),
        GROUPS: _from_starts(parcels, groups, code),
    }
    if parcels.insured is not None:
        chosen[NOW] = np.asarray(parcels.insured, dtype=bool)
    ways = strategies(parcels, found, lost, damaged, chosen, rng=rng, simulations=simulations)
    ways = ways.assign(loaded=ways["cost"] + risk_load * (ways["worst_years"] - ways["cost"]))
    open_to_choice = ways[ways["way"] != NOW]
    best = str(open_to_choice.loc[open_to_choice["loaded"].idxmin(), "way"])
    return Recommendation(tariff, found.paid_share, assumed, groups, everything, ways, decisions, best)


def sensitivity(parcels, tariff, lost, damaged, *, shares=SHARES, handling=0.0):
    """How the answer hangs on the share of claims that are paid: a frame of paid_share and, for the parcels then best insured by
    service, insured, premium, brings, gain with gain_low and gain_high, probability that it pays (where none is insured: that any
    service's cover does) and verdict."""
    rows = []
    for share in shares:
        found = offer(parcels, tariff, paid_share=share, handling=handling)
        groups, code = _by_group(parcels, found, decide(parcels, found, lost, damaged), lost, damaged)
        taken = _from_starts(parcels, groups, code) & found.offered
        drawn = gains(taken, parcels, found, lost, damaged) * parcels.times
        chance = float((drawn > 0).mean()) if taken.any() else float(groups["probability"].max())
        row = {"paid_share": share, "gain": drawn.mean(), "probability": chance, "verdict": _verdict(chance, taken.any())}
        row |= dict(zip(("gain_low", "gain_high"), np.quantile(drawn, [0.05, 0.95]), strict=True))
        row |= {"insured": taken.sum() * parcels.times, "premium": float(found.premium[taken].sum() * parcels.times)}
        rows.append(row | {"brings": row["premium"] + row["gain"]})
    return pd.DataFrame(rows, columns=SHARE_COLUMNS)


def _by_group(parcels, found, decisions, lost, damaged):
    """The frame of groups, and the number of each parcel's row."""
    code, labels = pd.factorize(parcels.group, use_na_sentinel=False)
    labels, place = np.unique(np.asarray(labels, dtype=object).astype(str), return_inverse=True)
    code = place[code]
    order = np.argsort(code, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(code, minlength=labels.size))[:-1])
    rows = [_row(str(label), part, parcels, found, decisions, lost, damaged) for label, part in zip(labels, parts, strict=True)]
    return pd.DataFrame(rows, columns=GROUP_COLUMNS), code


def _from_starts(parcels, groups, code):
    """Which parcels are worth as much as their group's from_value or more."""
    return parcels.value >= groups["from_value"].astype(float).fillna(np.inf).to_numpy()[code]


def _row(label, mine, parcels, offered, decisions, lost, damaged):
    """A row of groups, of the parcels numbered `mine`."""
    values, gains, times = parcels.value[mine], decisions.gain[mine], parcels.times
    from_value, gain = best_from(values, gains)
    weight = np.bincount(parcels.cell[mine], minlength=lost.shape[1])
    own = np.flatnonzero(weight)  # its classes: of many, a few
    lost, damaged = lost[:, own], damaged[:, own]
    rate = np.minimum(lost + damaged, 1) @ weight[own] / max(weight.sum(), 1)  # drawn apart, both may add up to more than all
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
    drawn = _gains(mine[offered.offered[mine]], from_value, parcels, offered, own, lost, damaged) * times
    chance = (drawn > 0).mean(axis=0)
    row["probability"] = float("nan") if not chance.size else float(chance.max() if from_value is None else chance[0])
    if from_value is not None:
        row |= dict(zip(("gain_low", "gain_high"), np.quantile(drawn[:, 0], [0.05, 0.95]), strict=True))
    return row | {"verdict": _verdict(row["probability"], taken.size)}


def _gains(mine, from_value, parcels, offered, own, lost, damaged):
    """What insuring gains from a value on, [draws, values]: expected payments at each draw of the rates, less premiums. The first
    value is `from_value`; where there is none, they are CANDIDATES of the parcels' values. own: the classes of the rates."""
    values, cell, classes = parcels.value[mine], np.searchsorted(own, parcels.cell[mine]), own.size
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
