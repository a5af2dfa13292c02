"""Whether cover is worth its price: for each parcel, for each carrier's service from which value on, and for the book as a whole.

Cover pays where its premium is below what it is expected to pay: premium < p (q pay(v) - h), with p the chance of a loss, q the
share of claims that are paid, pay(v) what cover pays above what the carrier includes anyway, h the work of a claim. The rate at
which both are equal is the break-even rate; how sure the decision is, is the chance that the true rate lies above it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue

from .checks import broadcast, checked_shares, not_negative, numbers
from .forecast import described, expected, simulate
from .severity import insurer_payment

SURE = 0.9  # an answer is given that holds with so much probability; between, either is right
SHARES = (0.6, 0.8, 0.95)  # of claims paid, where nobody knows it
INSURE, NOT, EITHER, NONE_OFFERED = "insure", "do not insure", "either", "no tariff"
YEAR = 52


@dataclass(frozen=True)
class Parcels:
    """Recent parcels of one currency, arrays: `value` (what is insured and paid for), `cell` (number of the class, as in the
    rates), `group` (label: the carrier's service), `carrier`, `service`, `insured` (cover was bought; False where not known),
    `loss` (what the seller loses if the parcel is lost; without it the value), `included` (what the carrier pays of a loss at no
    price; without it what the tariff says).

    `damage_share`: what is lost of it when a parcel is damaged. `times`: parcels of a year for each of these.
    `included_paid_share`: of claims for what is included (None: as of those for cover).
    """

    value: np.ndarray
    cell: np.ndarray
    group: np.ndarray
    carrier: np.ndarray | None = None
    service: np.ndarray | None = None
    insured: np.ndarray | None = None
    loss: np.ndarray | None = None
    damage_share: float = 1.0
    times: float = 1.0
    included: np.ndarray | None = None
    included_paid_share: float | None = None


@dataclass(frozen=True)
class Offer:
    """What one tariff is to each parcel, arrays: `premium` (NaN: not offered), `lost`, `damaged`: what cover pays on top of
    what is included, less the work of the claim; `kept_lost`, `kept_damaged`: what the seller bears without cover.
    `paid_share`, one number.
    """

    premium: np.ndarray
    lost: np.ndarray
    damaged: np.ndarray
    kept_lost: np.ndarray
    kept_damaged: np.ndarray
    paid_share: float
    handling: float = 0.0

    @property
    def offered(self):
        return np.isfinite(self.premium)


def offer(parcels, tariff, *, paid_share=None, handling=0.0):
    """The Offer of a Tariff to Parcels. paid_share: of claims, for steps that do not say it; the included cover pays it too.

    Raises BadValue where a step does not say its share of claims paid and none is given.
    """
    priced = tariff.price(parcels.value, parcels.carrier, parcels.service)
    share = priced.paid_share if paid_share is None else np.full(parcels.value.shape, float(paid_share))
    if np.isnan(share[priced.offered]).any():
        raise BadValue(
            f"The tariff {tariff.name!r} does not say which share of claims is paid: give paid_share, for example 0.8."
        )
    share = np.nan_to_num(share)
    loss = parcels.value if parcels.loss is None else parcels.loss
    included = priced.included if parcels.included is None else parcels.included
    free = share if parcels.included_paid_share is None else parcels.included_paid_share
    parts = 1.0, parcels.damage_share  # of what is lost when a parcel is lost, and when it is damaged
    pays = [share * insurer_payment(parcels.value * part, deductible=included + priced.deductible) for part in parts]
    kept = [loss * part - free * np.minimum(parcels.value * part, included) for part in parts]
    mean_share = float(share[priced.offered].mean()) if priced.offered.any() else float("nan")
    # a claim that would bring less than its work is not filed
    lost, damaged = (np.maximum(paid - handling * (paid > 0), 0) for paid in pays)
    return Offer(priced.premium, lost, damaged, *kept, mean_share, handling)


def break_even_rate(premium, payment, *, handling=0.0):
    """The chance of a loss above which cover pays: premium / (payment - handling); infinite where it pays for no loss.

    >>> round(float(break_even_rate(3.90, 0.85 * 20)), 3)
    0.229
    """
    premium, payment = broadcast(numbers(premium, "Premiums"), _kept(payment, handling))
    return np.divide(premium, payment, out=np.full(np.broadcast(premium, payment).shape, np.inf), where=payment > 0)


def break_even_premium(rate, payment, *, handling=0.0):
    """The dearest premium at which cover pays: rate x (payment - handling), never below nothing."""
    rate, payment = broadcast(checked_shares(rate, "Rates"), _kept(payment, handling))
    return np.maximum(rate * payment, 0)


def _kept(payment, handling):
    """What is left of a payment after the trouble of the claim."""
    return numbers(payment, "Payments") - not_negative(handling, "handling")


@dataclass(frozen=True)
class Decisions:
    """Parcel by parcel, arrays: `break_even` (rate; NaN: not offered), `probability` that cover pays, `gain` (expected, in
    currency), `verdict` (insure, do not insure, either, no tariff)."""

    break_even: np.ndarray
    probability: np.ndarray
    gain: np.ndarray
    verdict: np.ndarray


def decide(parcels, offered, lost, damaged):
    """The Decisions of an Offer. lost, damaged: draws of the rates [draws, classes].

    A parcel's losses are lost ones and damaged ones in the proportion of their mean rates in its class.
    """
    mean_lost, mean_damaged = lost.mean(axis=0), damaged.mean(axis=0)
    any_loss = mean_lost + mean_damaged
    broken = np.divide(mean_damaged, any_loss, out=np.zeros_like(any_loss), where=any_loss > 0)[parcels.cell]
    paid = (1 - broken) * offered.lost + broken * offered.damaged
    needed = np.where(offered.offered, break_even_rate(offered.premium, paid), np.nan)
    probability = _chance_above(lost + damaged, parcels.cell, needed)
    gain = np.where(offered.offered, any_loss[parcels.cell] * paid - offered.premium, np.nan)
    verdict = np.select(
        [~offered.offered, probability > SURE, probability < 1 - SURE], [NONE_OFFERED, INSURE, NOT], default=EITHER
    )
    return Decisions(needed, probability, gain, verdict)


def best_from(values, gains):
    """The value from which on (inclusive) insuring every parcel brings most, and what it brings: (value, gain); (None, 0) where
    no value does. Parcels that are not offered (gain NaN) stay uninsured.

    >>> best_from([10, 20, 30, 40], [-1, -2, 3, -1])
    (30.0, 2.0)
    """
    values, gains = np.asarray(values, dtype=float), np.nan_to_num(np.asarray(gains, dtype=float))
    if not values.size:
        return None, 0.0
    order = np.argsort(values, kind="stable")  # at once where they are sorted
    levels = values[order]
    first = np.flatnonzero(np.r_[True, levels[1:] != levels[:-1]])
    ahead = np.cumsum(gains[order][::-1])[::-1][first]
    best = int(ahead.argmax())
    return (float(levels[first[best]]), float(ahead[best])) if ahead[best] > 0 else (None, 0.0)


def strategies(parcels, offered, lost, damaged, chosen, *, rng, simulations=20_000):
    """Ways of covering compared over a year: a frame, one row per way, in currency.

    chosen: {name: which parcels are insured (boolean array)}; "none" and "all" are added. Columns: insured (parcels a year),
    premium, kept (losses that the seller bears, mean), cost (both), bad_year (cost in the worst of 20 years), worst_years (mean
    cost of the worst 1 in 100), sd, none_cheaper (chance that no cover would have cost less in a year), error (Monte Carlo, of
    the mean cost); gain, gain_low, gain_high (expected payments less premium: mean, 90 % range over what is not known of the
    rates) and probability (that this is above 0). Payments count as expected: the paid share of each claim.
    """
    ways = {"none": np.zeros(parcels.value.shape, dtype=bool), "all": offered.offered} | chosen
    ways = {name: taken & offered.offered for name, taken in ways.items()}
    kept = np.concatenate(
        [
            np.stack([bare - np.where(taken, paid, 0) for taken in ways.values()], axis=1)
            for bare, paid in ((offered.kept_lost, offered.lost), (offered.kept_damaged, offered.damaged))
        ]
    )
    kept = np.maximum(kept, 0)  # an insurer that pays more than was lost is not told of here
    cell = np.concatenate([parcels.cell, parcels.cell + lost.shape[1]])
    rates = np.concatenate([lost, damaged], axis=1)
    simulated, _ = simulate(kept, cell, rates, times=parcels.times, rng=rng, simulations=simulations)
    means, rows = expected(kept, cell, rates, times=parcels.times), []
    for number, (name, taken) in enumerate(ways.items()):
        premium = float(offered.premium[taken].sum() * parcels.times)
        found = described(simulated[:, number] + premium, mean=float(means[number]) + premium)
        cheaper = float((simulated[:, 0] < simulated[:, number] + premium).mean()) if taken.any() else np.nan
        drawn = gains(taken, parcels, offered, lost, damaged) * parcels.times
        low, high = np.quantile(drawn, [0.05, 0.95])
        rows.append(
            {
                "way": name, "insured": taken.sum() * parcels.times, "premium": premium, "kept": found.mean - premium,
                "cost": found.mean, "bad_year": found.var[0.95], "worst_years": found.tvar[0.99], "sd": found.sd,
                "none_cheaper": cheaper, "error": found.error, "gain": drawn.mean(), "gain_low": low, "gain_high": high,
                "probability": float((drawn > 0).mean()) if taken.any() else np.nan,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def gains(taken, parcels, offered, lost, damaged):
    """What insuring the parcels `taken` (boolean) gains, [draws]: expected payments at each draw of the rates, less premiums."""
    classes, cell = lost.shape[1], parcels.cell[taken]
    sums = [np.bincount(cell, part[taken], classes) for part in (offered.lost, offered.damaged)]
    return lost @ sums[0] + damaged @ sums[1] - offered.premium[taken].sum()


def _chance_above(draws, cell, needed):
    """The share of draws of each parcel's class that lie above what it needs; NaN where that is NaN."""
    order = np.argsort(cell, kind="stable")
    ends = np.cumsum(np.bincount(cell, minlength=draws.shape[1]))
    ranked, found = np.sort(draws, axis=0), np.empty(cell.size)
    for number, end in enumerate(ends):
        mine = order[ends[number - 1] if number else 0 : end]
        if mine.size:
            found[mine] = 1 - np.searchsorted(ranked[:, number], needed[mine], side="right") / len(draws)
    return np.where(np.isnan(needed), np.nan, found)
