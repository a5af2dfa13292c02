"""Does the list of products keep its word? `PYTHONPATH=.:tests python -m calibration.skus --shops 200`.

Shops of 5,000 products, many small and few large, with true rates from a Beta law. For each: the share of the list that is not
bad in truth (the false-discovery target is 10 %), how many of the bad are on it, and the true rates of the 50 products that are
first by raw and by shrunk rate; beside it the list of exact binomial tests with Benjamini-Hochberg. Three kinds of shops: of
matured units, of young ones, and of 500 products in 50 categories too small for a law of their own.
"""

import argparse

import numpy as np
import pandas as pd
from scipy.stats import binom

from orderkit.statistics.mix import benjamini_hochberg
from orderkit.statistics.ranking import FALSE_SHARE, effective_units, ranked

PRODUCTS, TOP = 5_000, 50
RATES = (4.0, 46.0)  # Beta: mean 8 %, standard deviation 3.8 %
UNITS, SKEW = 100, 1.0  # median units of a product, and the spread of their logarithm
KINDS = ("matured", "young", "categories")
IN_CATEGORY, MEANS = 10, (0.03, 0.4)  # products of a category, and the range of the categories' mean rates
YOUNG = (0.4, 1.0)  # of a young shop's returns, this share has come, product by product
COLUMNS = ["shop", "listed", "false", "said_false", "found", "raw", "shrunk", "raw_units", "shrunk_units", "tested", "covered"]


def shop(rng, kind="matured"):
    """(true rates, returns so far, units, share of the returns that has come, category) by product."""
    number = PRODUCTS // 10 if kind == "categories" else PRODUCTS
    units = np.exp(rng.normal(np.log(UNITS), SKEW, number)).astype(int) + 1
    category = rng.integers(0, number // IN_CATEGORY, number) if kind == "categories" else np.zeros(number, dtype=int)
    mean = np.linspace(*MEANS, number // IN_CATEGORY)[category] if kind == "categories" else RATES[0] / sum(RATES)
    rate = rng.beta(RATES[0], RATES[0] * (1 / mean - 1), number)
    come = rng.uniform(*YOUNG, number) if kind == "young" else np.ones(number)
    return rate, rng.binomial(units, rate * come), units, come, category


def one(seed, kind="matured"):
    """What came out for one shop: a dict of COLUMNS. false: share of the list, NaN where it is empty; found: of the bad ones."""
    rate, returned, units, come, category = shop(np.random.default_rng(seed), kind)
    matured = effective_units(returned, units, come, returned.sum() / (units * come).sum())
    frame = ranked(returned, matured, category)
    listed, limit = frame["listed"].to_numpy(), frame["limit"].to_numpy()
    bad = rate > limit
    tests = benjamini_hochberg(binom.sf(returned - 1, np.ceil(matured), limit)) <= FALSE_SHARE
    first = {
        name: np.argsort(-frame[column].to_numpy(), kind="stable")[:TOP] for name, column in (("raw", "rate"), ("shrunk",) * 2)
    }
    return {
        "shop": seed, "listed": listed.sum(), "false": (~bad)[listed].mean() if listed.any() else np.nan,
        "said_false": (1 - frame["probability"])[listed].mean(), "found": (listed & bad).sum() / bad.sum(),
        "raw": rate[first["raw"]].mean(), "shrunk": rate[first["shrunk"]].mean(),
        "raw_units": np.median(units[first["raw"]]), "shrunk_units": np.median(units[first["shrunk"]]), "tested": tests.sum(),
        "covered": ((frame["shrunk_low"] <= rate) & (rate <= frame["shrunk_high"])).mean(),
    }  # fmt: skip


def run(shops, *, seed=1, kind="matured"):
    """The answers of all shops: a frame of COLUMNS."""
    return pd.DataFrame([one(number, kind) for number in range(seed, seed + shops)], columns=COLUMNS)


def tally(found):
    """Mean and its standard error over shops, of every column but the shop's number."""
    found = found.drop(columns="shop")
    return pd.DataFrame({"mean": found.mean(), "s.e.": found.sem()})


def main(arguments=None):
    """Simulates, ranks, tallies; prints a table of each kind of shops."""
    parser = argparse.ArgumentParser(prog="calibration.skus", description=f"Shops of {PRODUCTS} products.")
    parser.add_argument("--shops", type=int, default=200, help="how many to simulate (200)")
    parser.add_argument("--seed", type=int, default=1, help="of the first shop; the next ones follow (1)")
    given = parser.parse_args(arguments)
    for kind in KINDS:
        print(f"\n{given.shops} shops, seeds from {given.seed}: {kind}")
        print(tally(run(given.shops, seed=given.seed, kind=kind)).round(4).to_string())


if __name__ == "__main__":
    main()
