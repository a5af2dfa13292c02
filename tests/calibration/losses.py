"""Do forecasts of losses keep their promises? `PYTHONPATH=.:tests python -m calibration.losses --shops 500`.

Shops whose true rates are known (see sent.py). Rates are learnt from a year or from half of one, losses of the next week, quarter
and year foretold, and then those of new parcels drawn from the truth. With --cover: what cover that is recommended costs under
the true rates, against the best possible, none and all (see covered.py).
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pandas as pd

from orderkit.statistics.losses.forecast import simulate
from orderkit.statistics.losses.rates import OF_TWO, fit_rates
from orderkit.statistics.scores import pit_of_simulated, pit_uniformity

from . import covered
from .sent import ARMS, DAMAGE, SPREADS, shop, shown

SPANS = {"week": 1, "quarter": 13, "year": 52}
LEVELS = (50, 80, 90)
LEARNT = (26, 52)  # weeks
FREQUENT = 30  # events expected in a year
DRAWS, SIMULATIONS = 2_000, 4_000
MEASURES = ("events", "money")


def one(seed, arm="known"):
    """(forecasts, rates) of one shop: a row per span and measure, and one per peril."""
    rng = np.random.default_rng([seed, ARMS.index(arm)])
    truth, weeks = shop(rng), int(rng.choice(LEARNT))
    cell, value = truth.send(rng, weeks)
    lost, damaged, exposure = shown(rng, truth, cell, truth.fate(rng, cell), weeks, arm)
    classes, own = np.unique(cell, return_inverse=True)
    fits = [fit_rates(part[classes], exposure[classes], group=truth.service[classes], prior=OF_TWO) for part in (lost, damaged)]
    ahead = partial(_ahead, truth, rng, own, value, [fit.draws(DRAWS, rng) for fit in fits], weeks)
    forecasts = pd.concat([ahead(span) for span in SPANS], ignore_index=True)
    rates = [_rates(fit, true[classes]) for fit, true in zip(fits, (truth.lost, truth.damaged), strict=True)]
    named = {"shop": seed, "expects": truth.expected, "learnt": weeks, "within": truth.within}
    return forecasts.assign(**named), pd.DataFrame(rates).assign(**named)


def _ahead(truth, rng, cell, value, draws, weeks, span):
    """Foretold and actual events and money of a span; position: where in the foretold law the actual lies."""
    amounts = np.concatenate([np.stack([np.ones(value.size), value * part], axis=1) for part in (1, DAMAGE)])
    both = np.concatenate([cell, cell + draws[0].shape[1]])
    asked = {"times": SPANS[span] / weeks, "rng": rng, "simulations": SIMULATIONS}
    simulated, _ = simulate(amounts[:, ::-1], both, np.concatenate(draws, axis=1), **asked)
    sent, worth = truth.send(rng, SPANS[span])
    fate = truth.fate(rng, sent)
    actual = {"money": worth @ np.array([0, 1, DAMAGE])[fate], "events": (fate > 0).sum()}
    rows = []
    for totals, (measure, true) in zip(simulated.T, actual.items(), strict=True):
        place = pit_of_simulated([true], [totals], rng)[0]
        rows.append({"span": span, "measure": measure, "said": totals.mean(), "true": true, "position": place})
    return pd.DataFrame(rows)


def _rates(fit, true):
    """How near the rates of classes come to the truth: squared errors by exposure, raw, shrunk and of one rate for all."""
    table, spread_out = fit.table, fit.table["exposure"] > 0
    weight = table["exposure"] / table["exposure"].sum()
    pooled = table["events"].sum() / table["exposure"].sum()
    wrong = {name: weight @ (of - true) ** 2 for name, of in (("raw", table["raw"].fillna(pooled)), ("shrunk", table["rate"]))}
    inside = ((table["low"] <= true) & (true <= table["high"]))[spread_out].mean()
    said, mean, number = weight @ table["rate"], weight @ true, table["exposure"].sum()
    wrong |= {"one rate": weight @ (pooled - true) ** 2, "inside": inside, "mean": mean}
    return wrong | {"method": fit.method, "added": (said - pooled) * number, "luck": (pooled - mean) * number}


def run(shops, *, seed=1, arm="known", workers=1):
    """(forecasts, rates) of all shops: two frames."""
    return tuple(
        pd.concat(part, ignore_index=True) for part in zip(*each(partial(one, arm=arm), shops, seed, workers), strict=True)
    )


def each(ask, shops, seed, workers):
    """What `ask` says to each shop's seed, a list."""
    seeds = range(seed, seed + shops)
    if workers == 1:
        return list(map(ask, seeds))
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(ask, seeds, chunksize=5))


def coverage(forecasts):
    """By measure, span and how many events a year expects: actual over expected (all shops together, and mean of the shops'
    ratios with its standard error), share inside each range with its standard error, and whether the places of the actual ones
    in their foretold laws are uniform."""
    kind = np.where(forecasts["expects"] >= FREQUENT, f"{FREQUENT} or more", "fewer")
    return forecasts.groupby(["measure", "span", kind], sort=False).apply(_covered, include_groups=False)


def _covered(part):
    ratio = part["true"] / part["said"]
    row = {
        "shops": len(part),
        "actual / expected": part["true"].sum() / part["said"].sum(),
        "mean": ratio.mean(),
        "s.e.": ratio.sem(),
    }
    for level in LEVELS:
        share = (abs(part["position"] - 0.5) <= level / 200).mean()
        row |= {f"in {level}": share, f"s.e. {level}": np.sqrt(share * (1 - share) / len(part))}
    return pd.Series(row | {"p uniform": pit_uniformity(part["position"])})


def nearness(rates):
    """By how rates were learnt and the true spread within services, of shops that expect 30 events and others: root of the
    median squared error as a share of the mean rate, raw, shrunk, and with one rate for all; share of true rates in the 90 %
    ranges; events that the law added to those counted, and how many more than the truth expects were counted."""
    kind = np.where(rates["expects"] >= FREQUENT, f"{FREQUENT} or more", "fewer")
    return rates.groupby([kind, "method", "within"]).apply(_near, include_groups=False)


def _near(part):
    row = {name: np.sqrt((part[name] / part["mean"] ** 2).median()) for name in ("raw", "shrunk", "one rate")}
    row |= {"in 90": part["inside"].mean(), "s.e.": part["inside"].sem()}
    return pd.Series(row | {"added": part["added"].mean(), "luck": part["luck"].mean(), "fits": len(part)})


def main(arguments=None):
    """Simulates, learns, tallies; prints the tables."""
    given = _given(arguments)
    pd.set_option("display.width", 220, "display.max_columns", 30)
    if given.cover:
        found = pd.concat(each(covered.one, given.shops, given.seed, given.workers), ignore_index=True)
        print("\n\n".join(table.round(3).to_string() for table in covered.tally(found)))
        return
    for arm in given.arms:
        forecasts, rates = run(given.shops, seed=given.seed, arm=arm, workers=given.workers)
        print(f"\n{given.shops} shops, seeds from {given.seed}; outcomes: {arm}; spreads of rates {SPREADS}\n")
        print("\n\n".join(table.round(3).to_string() for table in (coverage(forecasts), nearness(rates))), flush=True)


def _given(arguments):
    parser = argparse.ArgumentParser(prog="calibration.losses", description=sys.modules[__name__].__doc__.splitlines()[0])
    parser.add_argument("--shops", type=int, default=500, help="how many to simulate (500)")
    parser.add_argument("--seed", type=int, default=1, help="of the first shop; the next ones follow (1)")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=ARMS, help="what is known of parcels on their way (each)")
    parser.add_argument("--cover", action="store_true", help="the cost of cover instead")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="processes (2)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
