"""A simulated shop: what is true of each stratum, and the counts that its exports would show at the as-of."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

DAYS = 182  # parcels of half a year
LOSSES = 30  # at least so many are expected in a shop
DECLARED = 0.7  # share of the lost that somebody declares lost, sooner or later
RETURNED = 0.005


@dataclass(frozen=True)
class Truth:
    """By stratum: the share lost, and mean and spread of the log of transit days; by parcel: what becomes of it, and when."""

    lost: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    parcels: pd.DataFrame

    def p_lost(self, stratum, age):
        """P(lost | open and not declared at the end of day `age`), by arithmetic."""
        after, returns = (norm.sf(np.log(age + 1.0), self.mean[stratum] + move, self.spread[stratum]) for move in (0, BACK))
        undeclared = 1 - DECLARED * norm.cdf(np.log(age + 1.0), *DECLARATION)
        never = self.lost[stratum] * undeclared
        arriving = (1 - self.lost[stratum]) * ((1 - RETURNED) * after + RETURNED * returns)
        return never / (never + arriving)


DECLARATION = (np.log(22), 0.3)  # log days until a parcel is declared lost
BACK = 0.7  # what comes back takes so much longer, on the log scale


def shop(rng):
    """A Truth: 3 to 8 strata, 1,000 to 20,000 parcels, weekly volume growing, at least 30 losses expected."""
    while True:
        strata = int(rng.integers(3, 9))
        total = int(np.exp(rng.uniform(np.log(1_000), np.log(20_000))))
        lost = np.exp(rng.uniform(np.log(0.003), np.log(0.02), strata))
        sizes = rng.multinomial(total, rng.dirichlet(np.full(strata, 1.5)))
        if sizes @ lost >= LOSSES:
            break
    mean, spread = rng.normal(np.log(4), 0.35, strata), rng.uniform(0.25, 0.5, strata)
    return Truth(lost, mean, spread, _parcels(rng, np.repeat(np.arange(strata), sizes), lost, mean, spread))


def _parcels(rng, stratum, lost, mean, spread):
    size = stratum.size
    age = _ages(rng, size)
    never, back = rng.random(size) < lost[stratum], rng.random(size) < RETURNED
    arrives = np.floor(np.exp(rng.normal(mean[stratum] + BACK * back, spread[stratum])))
    declared = np.where(rng.random(size) < DECLARED, np.floor(np.exp(rng.normal(*DECLARATION, size))), np.inf)
    kind = np.where(never, "lost", np.where(back, "returned", "delivered"))
    return pd.DataFrame({"stratum": stratum, "age": age, "end": np.where(never, declared, arrives), "kind": kind})


def _ages(rng, size):
    """Days from the clock to the as-of: the volume grows by 2 to 5 % a week."""
    volume = np.exp(-rng.uniform(0.02, 0.05) * np.arange(DAYS) / 7)
    return rng.choice(DAYS, size, p=volume / volume.sum())


def counts(truth):
    """The frame that `delivery.fit` takes: strata of two carriers, what the as-of has seen."""
    seen = truth.parcels
    over = seen["end"] <= seen["age"]
    frame = named(seen["stratum"]).assign(
        entry=0, day=seen["end"].where(over, seen["age"]).astype(int), event=seen["kind"].where(over, "open")
    )
    return frame.groupby(list(frame.columns), dropna=False).size().rename("parcels").reset_index()


def named(stratum):
    """The `by` columns of stratum numbers."""
    carrier, service = (stratum % 2).map({0: "north", 1: "south"}), stratum.map("service {}".format)
    return pd.DataFrame({"carrier": carrier, "service": service, "lane": None})
