"""The study as a command: `PYTHONPATH=.:tests python -m calibration --shops 500`. Prints bias and coverage."""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pandas as pd

from orderkit.statistics.delivery import WAYS

from .study import ARRIVED, QUESTIONS, coverage, one, tally

SIZES = (0, 200, 1_000, 5_000, 20_000)


def main(arguments=None):
    """Simulates, fits, tallies; prints three tables."""
    given = _given(arguments)
    found = run(given.shops, seed=given.seed, lost=given.lost, workers=given.workers)
    pd.set_option("display.width", 200, "display.max_columns", 20)
    print(f"{given.shops} shops, seeds {given.seed} to {given.seed + given.shops - 1}, lost={given.lost}\n")
    print(tally(found).round(4).to_string())
    chances = found[found["question"] == QUESTIONS[0]]
    print("\nP(lost | open at age), by the share of the arriving that have arrived by that age, and by parcels of the stratum")
    for part in (chances["at"], pd.cut(chances["size"], SIZES)):
        print(_split(chances, part).round(4).to_string(), "\n")


def run(shops, *, seed=1, lost="dated", workers=1):
    """The answers of all shops, one frame; says on a terminal how far it is."""
    ask, seeds, found = partial(one, lost=lost), range(seed, seed + shops), []
    if workers == 1:
        return pd.concat([_told(answer, number, shops) for number, answer in enumerate(map(ask, seeds), 1)], ignore_index=True)
    with ProcessPoolExecutor(workers) as pool:
        found = [_told(answer, number, shops) for number, answer in enumerate(pool.map(ask, seeds), 1)]
    return pd.concat(found, ignore_index=True)


def _told(answer, number, shops):
    if sys.stderr.isatty():
        print(f"\r{number} of {shops} shops", end="" if number < shops else "\n", file=sys.stderr, flush=True)
    return answer


def _split(chances, part):
    rows = chances.groupby(part, observed=True)
    return pd.DataFrame(
        {
            "asked": rows.size(), "said": rows["said"].mean(), "true": rows["true"].mean(),
            "in 80%": rows[["position"]].apply(coverage, 0.8), "in 90%": rows[["position"]].apply(coverage, 0.9),
        }
    )  # fmt: skip


def _given(arguments):
    parser = argparse.ArgumentParser(prog="calibration", description=f"Ages: when {ARRIVED} of the arriving have arrived.")
    parser.add_argument("--shops", type=int, default=500, help="how many to simulate (500)")
    parser.add_argument("--seed", type=int, default=1, help="of the first shop; the next ones follow (1)")
    parser.add_argument("--lost", choices=WAYS, default="dated", help="what a declaration means to the model (dated)")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="processes (2)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
