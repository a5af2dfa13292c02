"""A simulated book of orders and returns whose truth is known: weeks of orders, a mix of products, log-normal delays."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

WINDOW = 30  # days from the order in which a return counts
WEEKS = (16, 40)  # of orders, from so many to so many
PRODUCTS = 12
RATE = (0.05, 0.12)  # mean return rate of a shop
SPREAD = 0.2  # standard deviation of the log rate from week to week
END = pd.Timestamp("2026-03-01")  # a Sunday


@dataclass(frozen=True)
class Book:
    """`shipped` (day, units) and `returned` (day, delay, units), those to come later too; `end` is the as-of day."""

    shipped: pd.DataFrame
    returned: pd.DataFrame
    end: pd.Timestamp

    def final(self, weeks):
        """The units of each order week (Mondays) that come back in the end."""
        monday = self.returned["day"] - pd.to_timedelta(self.returned["day"].dt.day_of_week, unit="D")
        return self.returned.groupby(monday)["units"].sum().reindex(weeks, fill_value=0).to_numpy()


def book(rng, per_week, cut=0):
    """A Book of about `per_week` orders a week; the as-of is `cut` days after a Sunday."""
    number = 7 * int(rng.integers(*WEEKS)) + cut
    week = np.arange(number) // 7
    busy = rng.dirichlet(np.full(7, 20.0))[np.arange(number) % 7]
    sizes = rng.poisson(per_week * busy)
    rates = _rates(rng, int(week[-1]) + 1)
    order = np.repeat(np.arange(number), sizes)
    back = order[rng.random(order.size) < rates[week[order]]]
    days = END + pd.to_timedelta(cut, unit="D") - pd.to_timedelta(np.arange(number)[::-1], unit="D")
    returned = pd.DataFrame({"day": days[back], "delay": _delays(rng, back.size), "units": 1})
    return Book(pd.DataFrame({"day": days, "units": sizes}), returned, days[-1])


def _rates(rng, weeks):
    """The rate of each week: products' rates by that week's mix, times the week's own luck."""
    mean = rng.uniform(*RATE)
    products = rng.beta(2, 2 / mean - 2, PRODUCTS)
    mix = rng.dirichlet(np.full(PRODUCTS, 8.0), weeks)
    return np.minimum(mix @ products * np.exp(rng.normal(0, SPREAD, weeks)), 0.9)


def _delays(rng, number):
    """Whole days, log-normal, cut at the window: a return that would come later does not come."""
    middle, spread = rng.normal(np.log(11), 0.2), rng.uniform(0.4, 0.7)
    found = np.empty(0, dtype=int)
    while found.size < number:
        more = np.floor(np.exp(rng.normal(middle, spread, 2 * number + 10))).astype(int)
        found = np.concatenate([found, more[more <= WINDOW]])
    return found[:number]
