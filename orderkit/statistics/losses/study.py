"""A bare frame of parcels in; rates, what losses will add up to, and what to insure out: for whoever has no shop of orderkit."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from orderkit.errors import BadValue

from .bands import SHARES, band_names, value_edges
from .cover import YEAR, Parcels
from .forecast import forecast
from .rates import OF_TWO, ClassRates, fit_rates, known_share
from .recommend import recommend
from .tariffs import tariffs as read_tariffs

ENDED = (
    "delivered",
    "returned",
    "lost",
    "damaged",
)  # outcomes that are in a rate; "open" counts by p_lost, all else is not known
NOT_KNOWN = "not known"
SPANS = {"week": 1, "quarter": 13, "year": YEAR}


@dataclass(frozen=True)
class Study:
    """What `study` found. `classes`: a row per class with parcels, lost, damaged, exposure and the rates of both; `lost`,
    `damaged`: ClassRates in that order; `ahead`: {"week", "quarter", "year": LossForecast}; `cover`: a Recommendation per
    tariff, in the order given; `without_value`: parcels that count in the rates alone.
    """

    classes: pd.DataFrame
    lost: ClassRates = field(repr=False)
    damaged: ClassRates = field(repr=False)
    ahead: dict
    cover: tuple
    without_value: int = 0


def study(
    parcels, *, weeks, tariffs=None, by=("carrier", "service", "lane"), damage_share=1.0, paid_share=None, handling=0.0, seed=0
):
    """The Study of a frame with one row per parcel, all of one currency.

    Columns: outcome (delivered, returned, lost, damaged, open, or anything else for not known), value (what is lost if it is
    lost; NaN: not known), those of `by` that there are, and as you have them insured (boolean) and p_lost (the chance that an
    open parcel never arrives; without it open ones are left out of the rates). weeks: how many weeks of parcels the frame
    holds. tariffs: a frame of steps, see `tariffs`. damage_share: part of its value that a damaged parcel costs; paid_share,
    handling: see `recommend`.

    Raises BadValue for columns that are lacking, values that are negative, and parcels in two currencies; TooFewEvents where no
    outcome is known.

    >>> frame = pd.DataFrame({"outcome": ["lost"] * 8 + ["delivered"] * 392, "value": [50.0] * 400, "carrier": "UPS"})
    >>> found = study(frame, weeks=10)
    >>> round(found.ahead["year"].events), found.cover  # 8.25 of 401 lost and 0.25 damaged, of 2,080 parcels a year
    (44, ())
    """
    parcels, by = _checked(parcels, weeks), [name for name in by if name in parcels.columns]
    keys = parcels[by].astype(object).where(parcels[by].notna(), NOT_KNOWN).assign(band=_bands(parcels["value"]))
    names = [*by, "band"]
    cell = keys.groupby(names, sort=True).ngroup().to_numpy()
    classes = _classes(parcels, keys, cell, names)
    group = classes[by[:2]].agg(" ".join, axis=1) if by else pd.Series("all", index=classes.index)
    lost, damaged = (
        fit_rates(classes[f"{peril}_events"], classes["exposure"], group=group, prior=OF_TWO) for peril in ("lost", "damaged")
    )
    for peril, found in (("lost", lost), ("damaged", damaged)):
        classes = classes.assign(**{f"{peril}_{name}": found.table[name] for name in ("rate", "low", "high", "credibility")})
    book = _book(parcels, cell, group, weeks, damage_share)
    draws = [one.draws(4_000, np.random.default_rng([seed, place])) for place, one in enumerate((lost, damaged))]
    ahead = {span: _ahead(book, draws, length, seed) for span, length in SPANS.items()}
    asked = {"paid_share": paid_share, "handling": handling}
    offers = read_tariffs(tariffs) if tariffs is not None else []
    cover = tuple(recommend(book, one, *draws, rng=np.random.default_rng([seed, 3]), **asked) for one in offers)
    return Study(classes, lost, damaged, ahead, cover, int(parcels["value"].isna().sum()))


def _classes(parcels, keys, cell, names):
    """Counts by class; open parcels count as far as their age tells."""
    outcome = parcels["outcome"]
    counted = {"parcels": 1, **{name: (outcome == name).astype(int) for name in ("lost", "damaged", "open")}}
    counted["ended"] = outcome.isin(ENDED).astype(int)
    known = pd.Series(0.0, index=parcels.index)
    if "p_lost" in parcels:
        start = counted["lost"].sum() / max(counted["ended"].sum(), 1)
        known = known.mask(outcome == "open", known_share(parcels["p_lost"].clip(lower=start).fillna(start), min(start, 0.999)))
    rows = keys.assign(**counted, known=known, cell=cell).groupby("cell")
    table = rows[names].first().join(rows[["parcels", "lost", "damaged", "open", "ended", "known"]].sum()).reset_index(drop=True)
    events = {"lost_events": table["lost"] + table["known"], "damaged_events": table["damaged"].astype(float)}
    return table.assign(**events, exposure=table["ended"] + table["known"]).drop(columns=["ended", "known"])


def _book(parcels, cell, group, weeks, damage_share):
    """The Parcels with a value, as many of them ahead as there are weeks in a year for those of the frame."""
    has = parcels["value"].notna().to_numpy()
    part = parcels[has]
    words = [part[name].to_numpy(dtype=object) if name in part else None for name in ("carrier", "service")]
    insured = part["insured"].fillna(False).to_numpy(dtype=bool) if "insured" in part else None
    times = YEAR / weeks * len(parcels) / max(has.sum(), 1)
    return Parcels(
        part["value"].to_numpy(dtype=float), cell[has], group.to_numpy()[cell[has]], *words, insured, damage_share=damage_share,
        times=times,
    )  # fmt: skip


def _ahead(book, draws, weeks, seed):
    amounts = np.concatenate([book.value, book.value * book.damage_share])
    cell = np.concatenate([book.cell, book.cell + draws[0].shape[1]])
    rng = np.random.default_rng([seed, 2])
    return forecast(amounts, cell, np.concatenate(draws, axis=1), times=book.times * weeks / YEAR, rng=rng)


def _bands(value):
    edges = value_edges(value[value > 0].quantile(SHARES)) if (value > 0).any() else []
    names = np.array([*band_names(edges, lambda edge: f"{edge:,.10g}"), NOT_KNOWN], dtype=object)
    place = np.searchsorted(edges, value.fillna(0), side="right")
    return names[np.where(value.isna(), len(names) - 1, place)]


def _checked(parcels, weeks):
    lacking = [name for name in ("outcome", "value") if name not in parcels.columns]
    if lacking:
        raise BadValue(f"The frame lacks {' and '.join(lacking)}: expected at least the columns outcome and value.")
    if not weeks > 0:
        raise BadValue(f"weeks={weeks}: expected how many weeks of parcels the frame holds, above 0.")
    if "currency" in parcels and parcels["currency"].nunique(dropna=False) > 1:
        raise BadValue("The parcels are in more than one currency, and amounts of two are never added: study each apart.")
    parcels = parcels.reset_index(drop=True).assign(value=pd.to_numeric(parcels["value"].to_numpy()).astype(float))
    if (parcels["value"] < 0).any() or np.isinf(parcels["value"]).any():
        raise BadValue("A value is negative or infinite: give what a loss costs as an amount of 0 or more, or leave it empty.")
    return parcels
