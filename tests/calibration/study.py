"""Fits the model to simulated shops and tallies bias and coverage of what it foretells."""

import numpy as np
import pandas as pd
from scipy.stats import norm

from orderkit.statistics import delivery
from orderkit.statistics.scores import pit_of_simulated

from .shops import counts, named, shop

LEVELS = (0.8, 0.9)
ARRIVED = (0.7, 0.9, 0.97, 0.99)  # the ages asked about: days by which so many of the arriving have arrived
DRAWS = 1_000
WITHIN = 7
QUESTIONS = ("P(lost | open at age)", "open that never arrive", f"delivered within {WITHIN} days")


def one(seed, lost="dated"):
    """A frame of one shop's questions: question, size, said, true, and position: where in the foretold law the truth lies."""
    rng = np.random.default_rng(seed)
    truth = shop(rng)
    model = delivery.fit(counts(truth), lost=lost)
    draws = model.draws(DRAWS, rng)
    return pd.concat([_chances(truth, model, draws), _numbers(truth, model, draws, rng)], ignore_index=True).assign(shop=seed)


def _chances(truth, model, draws):
    strata = pd.Series(np.unique(truth.parcels["stratum"]))
    size = np.bincount(truth.parcels["stratum"])[strata]
    numbers = model.index(named(strata))
    found = []
    for share in ARRIVED:
        age = np.floor(np.exp(truth.mean[strata] + norm.ppf(share) * truth.spread[strata])).astype(int)
        said, true = model.p_lost(numbers, age), truth.p_lost(strata, age)
        below = (draws.p_lost(numbers, age) < true).mean(axis=0)
        found.append(pd.DataFrame({"size": size, "at": share, "said": said, "true": true, "position": below}))
    return pd.concat(found).assign(question=QUESTIONS[0])


def _numbers(truth, model, draws, rng):
    """How many of the open never arrive, and how many arrive soon: the law of each number, parameters and luck together."""
    parcels = truth.parcels
    still = parcels[parcels["end"] > parcels["age"]]
    never = (still["kind"] == "lost").astype(int)
    soon = ((still["kind"] == "delivered") & (still["end"] <= still["age"] + WITHIN)).astype(int)
    table = still.assign(never=never, soon=soon).groupby(["stratum", "age"], as_index=False).agg(
        open=("end", "size"), never=("never", "sum"), soon=("soon", "sum")
    )  # fmt: skip
    node, age = model.index(named(table["stratum"])), table["age"].to_numpy()
    asked = [
        (QUESTIONS[1], "never", model.p_lost(node, age), draws.p_lost(node, age)),
        (QUESTIONS[2], "soon", model.p_delivered(node, age, WITHIN), draws.p_delivered(node, age, WITHIN)),
    ]
    return pd.DataFrame([_number(name, table, column, said, drawn, rng) for name, column, said, drawn in asked])


def _number(question, table, column, said, drawn, rng):
    open_, true = table["open"].to_numpy(), int(table[column].sum())
    totals = rng.binomial(open_, np.clip(drawn, 0, 1)).sum(axis=1)
    # a whole number has no exact 80 % range: its place among equals is drawn (randomised PIT)
    place = pit_of_simulated([true], [totals], rng)[0]
    return {"question": question, "size": int(open_.sum()), "said": float(said @ open_), "true": true, "position": place}


def tally(found):
    """A frame by question: how many, mean said and true, their ratio, coverage by level with its standard error (over shops)."""
    return found.groupby("question", sort=False).apply(_row, include_groups=False)


def _row(part):
    row = {"asked": len(part), "said": part["said"].mean(), "true": part["true"].mean()}
    row["said / true"] = row["said"] / row["true"] if row["true"] else np.nan
    by_shop = part.groupby("shop")["position"]
    for level in LEVELS:
        row[f"in {level:.0%}"] = coverage(part, level)
        inside = by_shop.apply(lambda position, level=level: (abs(position - 0.5) <= level / 2).mean())
        row[f"s.e. {level:.0%}"] = inside.std() / np.sqrt(len(inside))
    return pd.Series(row)


def coverage(part, level):
    """The share of truths inside the equal-tailed interval of a level."""
    return float((abs(part["position"] - 0.5) <= level / 2).mean())
