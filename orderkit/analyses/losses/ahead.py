"""What losses will add up to next week, in a quarter and in a year, by currency, on a stated basis of money."""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from orderkit.analyses.losses.classes import FAR_BACK, PERILS, recent
from orderkit.errors import BadValue, UnknownName
from orderkit.statistics.losses.compound import compound
from orderkit.statistics.losses.cover import Parcels
from orderkit.statistics.losses.forecast import described, forecast
from orderkit.statistics.losses.mixed_counts import poisson_over_draws
from orderkit.statistics.losses.severity import Empirical

SPANS = {"week": 1, "quarter": 13, "year": 52}
BASES = {
    "refund": "what is refunded to the buyer, with the label that was paid, less the fees that the marketplace gives back",
    "invoice": "the price of the goods less promotions, which many insurers pay",
    "cost": "what the goods cost on the shelf, and the label",
}
WEEKS_BACK = 8
SEED = 20210312  # the same shop gives the same figures
NUMBERS, LEAST, MOST = 2_000_000, 1_000, 20_000  # draws of rates times classes held at once; draws at least and at most
SIMULATED = 4_000_000  # simulated totals times classes
CARRIER_NOT_KNOWN = "no carrier named"
TOLD = 5  # damaged parcels whose refunds are booked, from which on the part that is lost is taken from them
AHEAD = [
    "currency", "span", "weeks", "parcels", "events", "mean", "sd", "none", "low_90", "median", "high_90", "var_95", "var_99",
    "tvar_95", "tvar_99", "high_90_known_rates", "tvar_99_known_rates", "error", "a_week",
]  # fmt: skip
PACE = """
    SELECT currency, week, count(*) AS parcels
    FROM loss_parcels
    WHERE week IS NOT NULL AND week < $this_week AND ($marketplace IS NULL OR marketplace = $marketplace)
    GROUP BY currency, week
"""
LARGEST = """
    SELECT carrier, shipped_day, count(*) AS parcels, sum(value) AS value
    FROM loss_parcels
    CROSS JOIN context
    WHERE shipped_day > context.as_of_day - CAST($back AS INTEGER) AND currency = $currency
        AND ($marketplace IS NULL OR marketplace = $marketplace)
    GROUP BY carrier, shipped_day
    ORDER BY value DESC NULLS LAST, parcels DESC, shipped_day DESC
    LIMIT 1
"""


@dataclass(frozen=True)
class Book:
    """The parcels of one currency and what their losses cost. `parcels`: those of the last 52 weeks with a known amount, with
    `times`, parcels of a year ahead for each; `lost`, `damaged`: draws of the rates [draws, classes]; `pace`: parcels a week;
    `without_amount`: how many have none; `fees_share`: of a refund that the marketplace gives back in fees (None: not known);
    `damage_share`, and whether it was `damage_told` by bookings; `labels_unknown`: parcels whose label has no price;
    `foretold`: forecasts that were made of it."""

    currency: str
    parcels: Parcels
    lost: np.ndarray = field(repr=False)
    damaged: np.ndarray = field(repr=False)
    pace: float = 0.0
    without_amount: int = 0
    fees_share: float | None = None
    damage_told: bool = False
    labels_unknown: int = 0
    largest: dict = field(default_factory=dict)
    foretold: dict = field(default_factory=dict, repr=False)

    @property
    def simulations(self):
        """How many totals are simulated: 20,000, fewer where there are more than 200 classes."""
        return int(np.clip(SIMULATED / self.lost.shape[1], LEAST, MOST))

    @property
    def loss(self):
        """What each parcel costs the seller if it is lost."""
        return self.parcels.value if self.parcels.loss is None else self.parcels.loss


def book(con, found, currency, *, pace, basis="refund", tax=True, resale=0.0, marketplace=None):
    """The Book of a currency from the Experience `found`; None where no parcel has an outcome or an amount, or none is sent.

    basis: refund, invoice or cost (see BASES); tax: whether the tax in the price counts as lost; resale: share of its value
    that a damaged parcel still brings. Raises UnknownName for another basis, BadValue for a resale outside 0 to 1.
    """
    if basis not in BASES:
        raise UnknownName("basis", basis, BASES, where=" of losses")
    if not 0 <= resale <= 1:
        raise BadValue(f"resale={resale}: expected the share of its value that a damaged parcel still brings, 0 to 1.")
    rates = [found.rates.get((currency, peril)) for peril in PERILS]
    if currency is None or not pace or None in rates:
        return None
    sent, classes = recent(con, found, currency, marketplace=marketplace), found.of(currency)
    fees = _share(classes["fees_back"].sum(), classes["refunded"].sum())
    value, loss = _amounts(sent, basis, tax, fees)
    has = np.isfinite(loss) & (value >= 0) & (loss >= 0)
    if not has.any():
        return None
    damage, told = _damage(con, currency, resale)
    number = int(np.clip(NUMBERS / len(classes), LEAST, MOST))
    draws = [one.draws(number, np.random.default_rng(SEED + place)) for place, one in enumerate(rates)]
    cell = sent["cell"].to_numpy()[has]
    group = (classes["carrier"].fillna(CARRIER_NOT_KNOWN) + " " + classes["service"].fillna("")).str.strip()
    named = (column.to_numpy(dtype=object)[cell] for column in (group, classes["carrier"], classes["service"]))
    parcels = Parcels(
        value[has], cell, *named, sent["insured"].to_numpy(dtype=bool)[has], loss[has], damage,
        pace * SPANS["year"] / has.sum(),
    )  # fmt: skip
    row = con.sql(LARGEST, params={"currency": currency, "marketplace": marketplace, "back": FAR_BACK}).df().to_dict("records")
    return Book(
        currency,
        parcels,
        *draws,
        pace,
        int((~has).sum()),
        fees,
        told,
        int(sent["label_cost"].isna().sum()),
        row[0] if row else {},
    )


def pace(con, *, marketplace=None):
    """Parcels a week by currency, mean of the last full weeks of orders before the as-of day: eight, or as many as there are."""
    day = con.sql("SELECT as_of_day FROM context").fetchall()[0][0]
    this_week = day - dt.timedelta(days=day.weekday())
    weeks = con.sql(PACE, params={"this_week": this_week, "marketplace": marketplace}).df()
    if weeks.empty:
        return {}
    weeks["week"] = pd.to_datetime(weeks["week"])
    this_week = pd.Timestamp(this_week)
    first = max(weeks["week"].min(), this_week - pd.Timedelta(weeks=WEEKS_BACK))
    sums = weeks[weeks["week"] >= first].groupby("currency")["parcels"].sum() / ((this_week - first).days // 7)
    return sums.to_dict()


def foretold(one):
    """{span: {"lost", "damaged", "both": LossForecast}} of a Book."""
    perils = {span: {peril: of_peril(one, peril, weeks) for peril in PERILS} for span, weeks in SPANS.items()}
    return {span: told | {"both": both(one, SPANS[span])} for span, told in perils.items()}


def by_transform(one, weeks, level=0.99):
    """Value at risk of a Book by a second method: the number of losses over all draws of the rates, each of an amount of the mean
    mix, added up by Fourier transform. It differs from the simulation by chance, and as the mix moves with the rates."""
    share, classes = one.parcels.times * weeks / SPANS["year"], one.lost.shape[1]
    sizes = np.bincount(one.parcels.cell, minlength=classes) * share
    law = poisson_over_draws(one.lost @ sizes + one.damaged @ sizes)
    amounts = np.concatenate([one.loss, one.loss * one.parcels.damage_share])
    chances = np.concatenate([rates.mean(axis=0)[one.parcels.cell] for rates in (one.lost, one.damaged)])
    return compound(law, Empirical(amounts, chances)).var(level)


def ahead(books, told):
    """What losses add up to, a frame with a row per currency and span (AHEAD); money in the currency, before what claims bring
    back. told: {currency: what `foretold` gives}.

    none: chance of no loss; low_90, high_90: the range of 9 in 10; var and tvar: value and tail value at risk; .._known_rates:
    the same if the rates were known for certain; error: Monte Carlo standard error of the mean; a_week: what, put aside each
    week, covers the span in 19 of 20 cases.
    """
    rows = [_ahead(one, span, told[one.currency][span]["both"]) for one in books for span in SPANS]
    return pd.DataFrame(rows, columns=AHEAD)


def of_peril(one, peril, weeks, *, known_rates=False):
    """The LossForecast of one peril alone, lost or damaged; made once for a Book."""
    asked = peril, weeks, known_rates
    if asked not in one.foretold:
        rates, part = (one.lost, 1.0) if peril == "lost" else (one.damaged, one.parcels.damage_share)
        one.foretold[asked] = forecast(
            one.loss * part, one.parcels.cell, rates, times=one.parcels.times * weeks / SPANS["year"],
            rng=np.random.default_rng([SEED + 2, PERILS.index(peril)]), known_rates=known_rates, simulations=one.simulations,
        )  # fmt: skip
    return one.foretold[asked]


def both(one, weeks, *, known_rates=False):
    """The LossForecast of lost and damaged parcels together: given the rates, one tells nothing of the other."""
    parts = [of_peril(one, peril, weeks, known_rates=known_rates) for peril in PERILS]
    return described(*(sum(getattr(part, name) for part in parts) for name in ("simulated", "events", "mean")))


def _ahead(one, span, said):
    weeks = SPANS[span]
    certain = both(one, weeks, known_rates=True)
    return {
        "currency": one.currency, "span": span, "weeks": weeks, "parcels": one.pace * weeks, "events": said.events,
        "mean": said.mean, "sd": said.sd, "none": said.none, "low_90": said.quantiles[0.05], "median": said.quantiles[0.5],
        "high_90": said.quantiles[0.95], "var_95": said.var[0.95], "var_99": said.var[0.99], "tvar_95": said.tvar[0.95],
        "tvar_99": said.tvar[0.99], "high_90_known_rates": certain.quantiles[0.95], "tvar_99_known_rates": certain.tvar[0.99],
        "error": said.error, "a_week": said.quantiles[0.95] / weeks,
    }  # fmt: skip


def _amounts(sent, basis, tax, fees):
    """What is insured, and what is lost, by parcel; NaN where it is not known."""
    label = sent["label_cost"].fillna(0.0)
    if basis == "cost":
        return sent["cost"].to_numpy(), (sent["cost"] + label).to_numpy()
    column = {"refund": "value", "invoice": "goods"}[basis]
    value = sent[column] if tax else sent[column] - sent["tax"]
    loss = value if basis == "invoice" else value * (1 - (fees or 0.0)) + label
    return value.to_numpy(dtype=float), loss.to_numpy(dtype=float)


def _damage(con, currency, resale):
    """What part of its value a damaged parcel costs, and whether bookings told it: refunds on those that were booked."""
    rows = con.sql(
        "SELECT count(*), sum(refunded), sum(value) FROM loss_parcels"
        " WHERE outcome = 'damaged' AND currency = $currency AND refunded IS NOT NULL AND value > 0",
        params={"currency": currency},
    ).fetchall()[0]
    told = rows[0] >= TOLD
    return (min(rows[1] / rows[2], 1.0) if told else 1.0) * (1 - resale), told


def _share(part, whole):
    return float(np.clip(part / whole, 0, 1)) if whole and whole > 0 and np.isfinite(part) else None
