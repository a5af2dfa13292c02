"""A simulated shop that sends parcels: its true rates of loss by class are known, and what its exports would show of a time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from orderkit.statistics import delivery
from orderkit.statistics.losses.bands import SHARES, value_edges
from orderkit.statistics.losses.rates import known_share

from .shops import DECLARATION, DECLARED

YEAR = (300, 50_000)  # parcels
RATE = (0.001, 0.02)  # of all parcels, lost
DAMAGED = (0.1, 0.5)  # damaged ones for each lost one
SPREADS = (0.0, 0.3, 0.6, 1.0)  # coefficients of variation of rates: between services, and within one
SERVICES, LANES = (2, 5), (1, 10)
VALUE, VARIES = (25, 120), (0.5, 1.0)  # median of parcels' values, and the spread of their logarithm
DAMAGE = 0.6  # of its value that a damaged parcel costs
TRANSIT = (np.log(4), 0.4)  # log days
ARMS = ("known", "open", "left out")  # how parcels end: all known; those on their way by their age; those on their way left out


@dataclass(frozen=True)
class Shop:
    """`place`: shares of parcels by service and lane, one after the other; `values`: median and spread of the log; `lost`,
    `damaged`: true rates by class, [services x lanes x bands]; `year`: parcels expected; `within`: coefficient of variation."""

    place: np.ndarray
    values: tuple
    edges: np.ndarray
    lanes: int
    lost: np.ndarray
    damaged: np.ndarray
    year: float
    within: float

    @property
    def bands(self):
        return self.edges.size + 1

    @property
    def service(self):
        """The service of each class."""
        return np.arange(self.lost.size) // (self.lanes * self.bands)

    @property
    def expected(self):
        """Events of a year, lost and damaged."""
        return float(self.year * self.shares @ (self.lost + self.damaged))

    @property
    def shares(self):
        """Shares of parcels by class."""
        below = norm.cdf(np.log(self.edges), np.log(self.values[0]), self.values[1])
        return np.outer(self.place, np.diff(below, prepend=0, append=1)).ravel()

    def send(self, rng, weeks):
        """(class, value) of the parcels of so many weeks: arrays."""
        number = rng.poisson(self.year * weeks / 52)
        value = np.round(np.exp(rng.normal(np.log(self.values[0]), self.values[1], number)), 2) + 1
        band = np.searchsorted(self.edges, value, side="right")
        return rng.choice(self.place.size, number, p=self.place) * self.bands + band, value

    def fate(self, rng, cell):
        """0: arrives, 1: is lost, 2: arrives damaged."""
        luck = rng.random(cell.size)
        return np.where(luck < self.lost[cell], 1, np.where(luck < self.lost[cell] + self.damaged[cell], 2, 0))


def shop(rng, *, rate=None):
    """A Shop with 2 to 5 services; `rate`: lost ones among all parcels, without it anything from 0.1 to 2 %."""
    services, lanes = (int(rng.integers(low, high + 1)) for low, high in (SERVICES, LANES))
    values = float(np.exp(rng.uniform(*np.log(VALUE)))), float(rng.uniform(*VARIES))
    edges = np.array(value_edges(values[0] * np.exp(values[1] * norm.ppf(SHARES))))
    mean = float(np.exp(rng.uniform(*np.log(RATE)))) if rate is None else rate
    between, within = rng.choice(SPREADS, 2)
    law = rng.choice([_lognormal, _gamma])
    width = lanes * (edges.size + 1)
    lost = mean * np.repeat(law(rng, between, services), width) * law(rng, within, services * width)
    broken = mean * rng.uniform(*DAMAGED) * np.repeat(law(rng, between, services), width) * law(rng, within, services * width)
    place = np.outer(rng.dirichlet(np.full(services, 2.0)), rng.dirichlet(np.full(lanes, 2.0))).ravel()
    year = float(np.exp(rng.uniform(*np.log(YEAR))))
    return Shop(place, values, edges, lanes, np.minimum(lost, 0.4), np.minimum(broken, 0.4), year, within)


def _lognormal(rng, spread, number):
    sigma = np.sqrt(np.log1p(spread**2))
    return np.exp(rng.normal(-(sigma**2) / 2, sigma, number))


def _gamma(rng, spread, number):
    return rng.gamma(1 / spread**2, spread**2, number) if spread else np.ones(number)


def shown(rng, shop, cell, fate, weeks, arm):
    """What is known of parcels by the end of the weeks: (lost events, damaged events, exposure) by class, fractions in "open"."""
    ends = [np.bincount(cell, fate == kind, shop.lost.size) for kind in (1, 2)]
    if arm == "known":
        return *ends, np.bincount(cell, minlength=shop.lost.size).astype(float)
    age = rng.integers(0, 7 * weeks, cell.size)
    declared = np.where(rng.random(cell.size) < DECLARED, np.exp(rng.normal(*DECLARATION, cell.size)), np.inf)
    end = np.floor(np.where(fate == 1, declared, np.exp(rng.normal(*TRANSIT, cell.size))))
    over = end <= age
    lost, damaged = (np.bincount(cell, over & (fate == kind), shop.lost.size) for kind in (1, 2))
    known = np.bincount(cell, over, shop.lost.size)
    if arm == "left out":
        return lost, damaged, known
    part = _known(shop, cell, fate, np.where(over, end, age), over)
    return lost + part, damaged, known + part


def _known(shop, cell, fate, day, over):
    """By class the parcels on their way, as far as their fate is known: as the analysis of losses counts them."""
    place = pd.Series(cell // shop.bands)
    frame = pd.DataFrame(
        {"carrier": "one", "service": (place // shop.lanes).astype(str), "lane": (place % shop.lanes).astype(str)}
    )
    event = np.where(over, np.where(fate == 0, "delivered", "lost"), "open")
    counts = frame.assign(entry=0, day=day.astype(int), event=event)
    model = delivery.fit(counts.groupby(list(counts), as_index=False).size().rename(columns={"size": "parcels"}))
    stratum, age = model.index(frame[~over]), day[~over].astype(int)
    gone = known_share(model.p_lost(stratum, age), model.p_lost(stratum, np.zeros_like(age)))
    return np.bincount(cell[~over], gone, shop.lost.size)
