"""How forecasts of arrivals came true so far, each made from what was known on its day, and what that says about the next.

A model that is right on the average is still wrong in single weeks: carriers have bad ones, and there are holidays. How far
forecasts were off in the weeks before is the honest measure of how far this one may be, and it is in the ranges. So do conformal
intervals and those from past performance (Chatfield 1993, Calculating interval forecasts); errors are ratios, as amounts grow.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import NothingToShow
from orderkit.statistics.delivery import fit
from orderkit.statistics.totals import total

ORIGINS, STEP = 26, 7  # forecasts of so many weeks, a week apart
PRIOR, WEIGHT, SHRINK = 0.15, 6, 4  # without a record: errors of 15 %, worth 6 weeks; the mean error counts against 4 of none
DRAWS = 400
COLUMNS = ["origin", "parcels", "arrived", "foretold", "expected", "actual", "brier"]


@dataclass(frozen=True)
class Correction:
    """What the record says of the next forecast: what does not arrive is e^`shift` times the forecast, give or take `spread`.

    `weeks`: of how many forecasts; `freedom`: of the t distribution of the error; `base`: the share that arrived in time in them,
    NaN without any.
    """

    shift: float
    spread: float
    freedom: float
    weeks: int
    base: float


def known(parcels, day):
    """(ended and open, open alone) as known at the end of a day: frames for delivery.fit, with `amount`.

    `parcels`: the columns that name a stratum, shipped and ended (whole days; ended NaN while open), event, parcels, amount.
    """
    there = parcels[parcels["shipped"] <= day]
    over = (there["ended"] <= day).to_numpy()
    last = np.where(over, there["ended"], day)
    event = np.where(over, there["event"], "open")
    found = there.assign(event=event, day=(last - there["shipped"]).astype(int), entry=0)
    return found, found[~over]


def track_record(parcels, day, *, horizon, by, origins=ORIGINS):
    """The forecasts of the weeks before whose truth is in by `day`: a frame of COLUMNS, one row per day of origin, oldest first.

    parcels: open on that day; arrived: of them within `horizon` days; foretold: how many the model expected; expected, actual:
    the amount that did not arrive within the horizon; brier: of the chances. Days too early for a model are left out.
    """
    rows = [_row(parcels, day - horizon - STEP * week, horizon, by) for week in reversed(range(origins))]
    return pd.DataFrame([row for row in rows if row], columns=COLUMNS)


def _row(parcels, origin, horizon, by):
    ended, still = known(parcels, origin)
    if still.empty:
        return None
    try:
        model = fit(ended, by=by)
    except NothingToShow:
        return None
    chance = model.p_delivered(model.index(still), still["day"].to_numpy(), horizon)
    late = parcels.loc[still.index]
    came = ((late["event"] == "delivered") & (late["ended"] <= origin + horizon)).to_numpy()
    number, amount = still["parcels"].to_numpy(), still["amount"].fillna(0).to_numpy()
    return {
        "origin": origin, "parcels": number.sum(), "arrived": number[came].sum(), "foretold": (chance * number).sum(),
        "expected": ((1 - chance) * amount).sum(), "actual": amount[~came].sum(),
        "brier": ((chance - came) ** 2 * number).sum() / number.sum(),
    }  # fmt: skip


def correction(record):
    """The Correction that a track record suggests; that of a shop without one, where it is empty.

    Errors are log ratios with one usual parcel added to both sides, so that weeks in which all arrived count too: leaving them
    out would call a right model of a small shop too hopeful.
    """
    told = record[record["expected"] > 0].astype(float)
    weeks = len(told)
    parcel = told["expected"].sum() / (told["parcels"] - told["foretold"]).sum() if weeks else 0.0
    errors = np.log((told["actual"] + parcel) / (told["expected"] + parcel)).to_numpy()
    shift = errors.sum() / (weeks + SHRINK)
    spread = np.sqrt((((errors - shift) ** 2).sum() + WEIGHT * PRIOR**2) / (weeks + WEIGHT - 1))
    base = record["arrived"].sum() / record["parcels"].sum() if len(record) else np.nan
    return Correction(shift, spread * np.sqrt(1 + 1 / (weeks + SHRINK)), weeks + WEIGHT - 1, weeks, float(base))


def corrected(chance, found):
    """Chances to arrive in time [..., parcels] after a Correction; of chances not to, e^shift times as much, at most all."""
    return 1 - np.minimum(1, (1 - np.asarray(chance)) * np.exp(found.shift))


def not_arriving(model, stratum, age, amounts, *, horizon, found, rng, levels=(0.5, 0.8, 0.9)):
    """The Total of the amounts of open parcels that do not arrive within `horizon` days: chance, parameters and past errors."""
    age = np.minimum(age, model.horizon + 1)  # from there on all are alike
    cells, cell = np.unique(np.stack([stratum, age]), axis=1, return_inverse=True)
    misses = 1 - model.draws(DRAWS, rng).p_delivered(cells[0], cells[1], horizon)
    errors = np.exp(found.shift + found.spread * rng.standard_t(found.freedom, DRAWS))
    return total(np.minimum(1, misses * errors[:, None]), amounts, rng=rng, cell=cell.ravel(), levels=levels)
