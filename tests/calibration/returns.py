"""Do ultimate return rates keep their promises? `PYTHONPATH=.:tests python -m calibration.returns --shops 500`.

Books of orders whose returns are known to the end (see books.py), as of a day. Of the last four order weeks: how far the foretold
returned units are from those that came, for three methods; how often ranges hold them; where in the foretold law they lie.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pandas as pd

from orderkit.statistics import delays, development, triangles
from orderkit.statistics.scores import pit, pit_uniformity

from .books import WINDOW, book

SIZES = (60, 600)  # orders a week
LAST = 4
LEVELS = (80, 90)
METHODS = {"ours": "thinned beta-binomial", "cape_cod": "Cape-Cod BF", "ladder": "chain ladder"}


def one(seed, per_week, cut=0):
    """A frame of one book's last weeks: ago, seen, final, the three forecasts, in_80, in_90 and position in the foretold law."""
    rng = np.random.default_rng([seed, per_week, cut])
    truth = book(rng, per_week, cut)
    patterns = delays.learn_patterns(truth.returned, as_of=truth.end, windows=WINDOW)
    cohorts = development.weekly(truth.shipped, truth.returned, patterns, as_of=truth.end, seed=seed)
    found = development.ultimate(cohorts)
    table, final = found.table, truth.final(found.table["week"])
    frame = pd.DataFrame(
        {
            "seen": table["seen"], "final": final, "reported": table["reported"], "ours": table["ultimate_units"],
            "cape_cod": triangles.cape_cod(table["reported"], table["shipped"], table["seen"]).ultimate,
            "ladder": _ladder(truth, table["week"]), "width": table["high_90"] - table["low_90"],
        }
    )  # fmt: skip
    rate = final / table["shipped"]
    for level in LEVELS:
        frame[f"in_{level}"] = (table[f"low_{level}"] <= rate + 1e-12) & (rate <= table[f"high_{level}"] + 1e-12)
    frame["position"] = pit(final, found.at_most(final - 1), found.at_most(final), rng)
    return frame.assign(ago=np.arange(len(frame))[::-1], shop=seed, per_week=per_week).tail(LAST)


def _ladder(truth, weeks):
    """Chain ladder's ultimate by order week; NaN where it has none, and for a week that is cut off."""
    mondays, table = triangles.weekly_triangle(truth.returned, as_of=truth.end, windows=WINDOW, first=weeks.iloc[0])
    return pd.Series(triangles.chain_ladder(table).ultimate, index=mondays).reindex(weeks).to_numpy()


def run(shops, *, seed=1, per_week=60, cut=0, workers=1):
    """The last weeks of all books, one frame."""
    ask, seeds = partial(one, per_week=per_week, cut=cut), range(seed, seed + shops)
    if workers == 1:
        return pd.concat(map(ask, seeds), ignore_index=True)
    with ProcessPoolExecutor(workers) as pool:
        return pd.concat(pool.map(ask, seeds, chunksize=10), ignore_index=True)


def errors(found):
    """By method: root mean square error of the returned units of a week, and of the last four; bias; weeks without answer.

    `as ladder` is over those weeks alone for which chain ladder has an answer.
    """
    answered = found["ladder"].notna()
    rows = {}
    for column, name in METHODS.items():
        wrong = found[column] - found["final"]
        together = wrong.groupby(found["shop"]).sum(min_count=LAST)
        rows[name] = {
            "RMSE": _root(wrong), "as ladder": _root(wrong[answered]), "RMSE of four": _root(together),
            "bias": wrong.mean(), "no answer": int(wrong.isna().sum()),
        }  # fmt: skip
    return pd.DataFrame(rows).T


def _root(wrong):
    return float(np.sqrt((wrong**2).mean()))


def coverage(found):
    """By weeks ago and for all: mean G and width, share inside each range, as stated and with the place among equals drawn.

    A range of whole numbers cannot hold exactly what it promises, least where few units are still to come; the place of the
    truth in the foretold law, drawn at random among equals, should be uniform (`p uniform`: chance of one so far from it).
    """
    return pd.DataFrame({**{f"{ago} weeks ago": _covered(part) for ago, part in found.groupby("ago")}, "all": _covered(found)}).T


def _covered(part):
    row = {"G": part["seen"].mean(), "width 90": part["width"].mean()}
    by_shop = part.assign(off=(part["position"] - 0.5).abs()).groupby("shop")
    for level in LEVELS:
        inside = by_shop["off"].apply(lambda off, level=level: (off <= level / 200).mean())
        row |= {f"in {level}": part[f"in_{level}"].mean(), f"drawn {level}": inside.mean()}
        row[f"s.e. {level}"] = inside.std() / np.sqrt(len(inside))
    return row | {"p uniform": pit_uniformity(part["position"])}


def main(arguments=None):
    """Simulates, develops, tallies; prints two tables for each size of shop."""
    given = _given(arguments)
    pd.set_option("display.width", 200, "display.max_columns", 20)
    for per_week in given.per_week:
        found = run(given.shops, seed=given.seed, per_week=per_week, cut=given.cut, workers=given.workers)
        print(
            f"\n{given.shops} books of {per_week} orders a week, as of {given.cut} days after a Sunday; their last {LAST} weeks"
        )
        print("\n".join(["", errors(found).round(3).to_string(), "", coverage(found).round(3).to_string()]), flush=True)


def _given(arguments):
    parser = argparse.ArgumentParser(prog="calibration.returns", description=sys.modules[__name__].__doc__.splitlines()[0])
    parser.add_argument("--shops", type=int, default=500, help="how many to simulate of each size (500)")
    parser.add_argument("--seed", type=int, default=1, help="of the first book; the next ones follow (1)")
    parser.add_argument("--per-week", type=int, nargs="+", default=SIZES, help="orders a week (60 600)")
    parser.add_argument("--cut", type=int, default=0, help="days after a Sunday of the as-of: 1 to 6 cut a week off (0)")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="processes (2)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
