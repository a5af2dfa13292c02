"""What recommended cover costs under the true rates, against the best possible, none and all; and whether its verdicts are right.

Two illustrative tariffs: one like a carrier's declared value (100 included, 1.25 for each started 100 above, 3.90 at least), one
like an insurer's (0.95 for each started 100, 85 % of claims paid). Exact expectations of a year, no simulation of losses.
"""

import numpy as np
import pandas as pd

from orderkit.statistics.losses.cover import INSURE, NOT, Parcels, best_from, decide, gains, offer
from orderkit.statistics.losses.rates import OF_TWO, fit_rates
from orderkit.statistics.losses.recommend import ALL, GROUPS, NONE, ONE, recommend
from orderkit.statistics.losses.tariffs import tariffs

from .sent import DAMAGE, shop, shown

LEVELS = (0.001, 0.003, 0.01, 0.02, 0.04)  # rates of loss of shops
WEEKS = 52
DRAWS, SIMULATIONS = 2_000, 2_000
STEPS = np.arange(40) * 100.0
CARRIER = {"tariff": "carrier", "premium": np.maximum(3.90, 1.25 * (STEPS / 100)), "included_cover": 100.0, "paid_share": 0.85}
INSURER = {"tariff": "insurer", "premium": 0.95 * (STEPS / 100 + 1), "included_cover": 0.0, "paid_share": 0.85}
FEW = 5


def one(seed):
    """A frame of one shop's services and of the shop as a whole, for both tariffs: verdict, probability, whether cover pays in
    truth, and of the whole what each way costs in a year."""
    rng = np.random.default_rng([seed, 99])
    level = float(rng.choice(LEVELS))
    truth = shop(rng, rate=level)
    cell, value = truth.send(rng, WEEKS)
    lost, damaged, exposure = shown(rng, truth, cell, truth.fate(rng, cell), WEEKS, "known")
    classes, own = np.unique(cell, return_inverse=True)
    fits = [fit_rates(part[classes], exposure[classes], group=truth.service[classes], prior=OF_TWO) for part in (lost, damaged)]
    draws = [fit.draws(DRAWS, rng) for fit in fits]
    true = truth.lost[classes][None, :], truth.damaged[classes][None, :]
    group = np.char.add("service ", truth.service[cell].astype(str))
    parcels = Parcels(value, own, group, damage_share=DAMAGE)
    rows = [row for tariff in offered() for row in _judged(parcels, tariff, draws, true, rng)]
    return pd.DataFrame(rows).assign(shop=seed, events=lost.sum() + damaged.sum(), level=level)


def offered():
    """The two tariffs."""
    ends = {"from_value": STEPS + np.where(STEPS > 0, 0.01, 0), "to_value": STEPS + 100, "currency": "USD"}
    return tariffs(pd.concat([pd.DataFrame(ends | one) for one in (CARRIER, INSURER)], ignore_index=True))


def _judged(parcels, tariff, draws, true, rng):
    found = recommend(parcels, tariff, *draws, rng=rng, simulations=SIMULATIONS)
    paid = offer(parcels, tariff)
    gain = decide(parcels, paid, *true).gain
    for row in found.groups.to_dict("records"):
        mine = np.flatnonzero(parcels.group == row["group"])
        yield _row(row, mine, parcels, gain) | {"tariff": tariff.name, "what": "service"}
    everything = _row(found.one_value, np.arange(gain.size), parcels, gain)
    yield everything | {"tariff": tariff.name, "what": "shop"} | _costs(found, parcels, paid, gain, true)


def _row(said, mine, parcels, gain):
    """What was said of some parcels, and the truth: does insuring from the named value on pay; without one, does it from any."""
    at = said["from_value"]
    none = at is None or np.isnan(at)
    brings = best_from(parcels.value[mine], gain[mine])[1] if none else np.nansum(gain[mine][parcels.value[mine] >= at])
    return {"verdict": said["verdict"], "probability": said["probability"], "insures": not none, "pays": brings > 0}


def _costs(found, parcels, paid, gain, true):
    """Expected cost of a year of each way, with the true rates."""
    bare = float((true[0][0][parcels.cell] * paid.kept_lost + true[1][0][parcels.cell] * paid.kept_damaged).sum())
    starts = found.groups.set_index("group")["from_value"].astype(float).fillna(np.inf)
    one_value = found.one_value["from_value"]
    ways = {
        NONE: np.zeros(gain.size, dtype=bool), ALL: paid.offered, GROUPS: parcels.value >= starts.loc[parcels.group].to_numpy(),
        ONE: parcels.value >= (np.inf if one_value is None else one_value), "best possible": gain > 0,
    }  # fmt: skip
    costs = {name: bare - float(gains(taken & paid.offered, parcels, paid, *true)[0]) for name, taken in ways.items()}
    return costs | {"recommended": costs[found.best], "best": found.best}


def tally(found):
    """Tables: mean cost of a year of each way by tariff and rate of loss, with the regret against the best possible; how often
    sure verdicts were right, by events that the shop had; how often cover paid, by how likely that was said to be."""
    whole = found[found["what"] == "shop"]
    costs = whole.groupby(["tariff", "level"]).apply(_regret, include_groups=False)
    sure = found[found["verdict"].isin([INSURE, NOT])]
    few = np.where(sure["events"] < FEW, f"under {FEW} events", f"{FEW} events or more")
    return costs, sure.groupby(["what", "verdict", few]).apply(_right, include_groups=False), _bins(found)


WAYS = ("recommended", "best possible", GROUPS, ONE, NONE, ALL)


def _regret(part):
    row = {name: part[name].mean() for name in WAYS}
    regret = part["recommended"] - part["best possible"]
    return pd.Series(
        row | {"regret": regret.mean(), "s.e.": regret.sem(), "% of best": 100 * regret.sum() / part["best possible"].sum()}
    )


def _right(part):
    said = np.where(part["insures"], part["probability"], 1 - part["probability"])
    right = part["insures"] == part["pays"]
    by_shop = right.groupby(part["shop"]).mean()
    return pd.Series({"verdicts": len(part), "said": said.mean(), "right": right.mean(), "s.e.": by_shop.sem()})


def _bins(found):
    """How often cover paid, by how likely that was said to be, of services for which insuring was best by the mean and others."""
    told = found[found["probability"].notna()]
    parts = [
        told["what"],
        told["insures"],
        pd.cut(told["probability"], [0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1], include_lowest=True),
    ]
    return told.groupby(parts, observed=True).agg(asked=("pays", "size"), said=("probability", "mean"), paid=("pays", "mean"))
