"""Lost and damaged parcels: what happened, what to expect, and which parcels to insure."""

from decimal import Decimal

import numpy as np
import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.losses import advice as loss_advice
from orderkit.analyses.losses import ahead as loss_ahead
from orderkit.analyses.losses import classes as loss_classes
from orderkit.analyses.losses import cover as loss_cover
from orderkit.analyses.losses import review as loss_review
from orderkit.analyses.losses import words as loss_words
from orderkit.analyses.losses.ahead import SPANS
from orderkit.analyses.losses.classes import BACK, PERILS
from orderkit.analyses.losses.factors import factors
from orderkit.analyses.result import Result
from orderkit.analyses.words import LEVEL, add, sure
from orderkit.statistics.losses.cover import EITHER, INSURE, NONE_OFFERED, NOT
from orderkit.statistics.losses.rates import FEW_EVENTS, at_worst
from orderkit.statistics.losses.recommend import NONE
from orderkit.statistics.rates import jeffreys, one_in

TITLE = "Parcel losses"
OFFERED = {
    "tariff": "tariff", "currency": "currency", "answer": "answer", "insured": "parcels a year", "premium": "price in a year",
    "brings": "should bring", "saves": "saves", "sure": "sure that it pays", "cost_none": "cost without cover",
    "cost": "cost with the best of it",
}  # fmt: skip
OFFERED_TITLE = "What cover would cost and bring in a year"
OFFERED_MONEY = ("premium", "brings", "saves", "cost_none", "cost")
ANSWERS = {INSURE: "insure some", NOT: "insure none", NONE_OFFERED: "no price for your parcels"}
TOLD = ("services", "ahead", "offers", "groups", "ways", "shares", "switch", "weeks", "unfiled")  # of the tables, to machines
COLUMNS = [
    "currency", "what", "parcels", "known_outcome", "events", "on_the_way", "expected_on_the_way", "events_counted",
    "parcels_counted", "value",
    "events_without_value", "recovered", "rate", "low", "high", "one_in", "at_worst", "verdict", "parcels_a_week",
    *(f"{figure}_{span}" for span in SPANS for figure in ("expected", "cost", "cost_high")),
]  # fmt: skip
MONEY = ("value", "recovered", *(f"{figure}_{span}" for span in SPANS for figure in ("cost", "cost_high")))
VIEW = {
    "what": "what", "currency": "currency", "events": "parcels", "known_outcome": "of known", "value": "worth",
    "recovered": "claims brought", "one_in": "rate", "at_worst": "at worst", "expected_year": "expect a year",
    "cost_year": "costing", "cost_high_year": "19 of 20 years at most",
}  # fmt: skip


class Losses(Result):
    """Losses and cover: under the losses stands what each tariff would cost and bring in a year."""

    def to_json(self):
        """All of it for machines: headline, how, totals, rows and the tables."""
        told = {name: _records(self.tables[name]) for name in TOLD}
        return {"headline": self.headline, "how": self.how, "totals": self.totals, "rows": _records(self.frame)} | told

    def _shown(self):
        """Of few events the rate says so."""
        few = self.frame["verdict"].eq("too few to tell").head(self.rows_shown)
        shown = super()._shown()
        return shown.assign(one_in=shown["one_in"].mask(few, "too few to tell: " + shown["one_in"])) if few.any() else shown

    def _repr_html_(self):
        shown = self._shown()
        table = [show.table(shown, money=dict.fromkeys([*MONEY], "currency"), titles=self.view)] if len(shown) else []
        advice = [first for first, _ in self.tables["advice"]]
        return str(show.section(self.headline, *advice, *self._more(), *table, show.fold("How we know", self.how)))

    def __repr__(self):
        return (
            super()
            .__repr__()
            .replace(self.headline, "\n".join([self.headline, *(first for first, _ in self.tables["advice"])]), 1)
        )

    def _more(self):
        offers = self._offers()
        shown = offers.assign(**{name: _amounts(offers, name) for name in OFFERED_MONEY}, insured=_counts(offers["insured"]))
        right = ("insured", "sure", *OFFERED_MONEY)
        return [show.table(shown, caption=OFFERED_TITLE, right=right, titles=OFFERED)] if len(offers) else []

    def _more_words(self):
        offers = self._offers().round(2).rename(columns=OFFERED)
        return ["", OFFERED_TITLE, offers.to_string(index=False, na_rep="-")] if len(offers) else []

    def _offers(self):
        """What is shown of the offers: amounts of cover that nobody should buy, and of few losses, are empty."""
        offers = self.tables["offers"]
        counted = self.frame.groupby("currency")["events_counted"].sum()
        few = offers["currency"].map(counted) < FEW_EVENTS
        none = (offers["way"] == NONE) | few
        answer = offers["verdict"].map(ANSWERS).fillna(offers["verdict"])
        answer = answer.mask(offers["verdict"] == EITHER, none.map({True: "probably none", False: "some may pay"}))
        answer = answer.where(~few, "too few losses to tell")
        certain = offers["probability"].map(sure, na_action="ignore")
        shown = offers.assign(answer=answer, sure=certain, insured=offers["insured"].round()).reindex(columns=[*OFFERED])
        return shown.mask(
            pd.DataFrame(dict.fromkeys(("insured", "premium", "brings", "saves"), none)).reindex(
                columns=shown.columns, fill_value=False
            )
        )


def losses(
    con, *, pack=None, marketplace=None, basis="refund", tax=True, resale=0.0, tariff=None, paid_share=None, handling=0.0,
    risk_load=0.0, insured_with=None,
):  # fmt: skip
    """How many parcels were lost or damaged, what to expect in a week, a quarter and a year, and which parcels to insure; by
    currency.

    Only parcels with a known outcome are in a rate, and those on their way as far as their age tells (events_counted of
    parcels_counted). Fewer than five events: the words are "too few to tell", with the bound only.

    Parameters
    ----------
    basis, tax, resale
        What a loss costs: "refund", "invoice" or "cost"; whether the tax in the price counts; the share of its value that a
        damaged parcel still brings.
    tariff, paid_share, handling, risk_load
        The name of the only tariff to look at; the share of claims that are paid, in place of what the tariffs and your own
        claims tell; the work of a claim, in currency; what a unit of cost of the worst 1 in 100 years is worth to you above the
        mean.
    insured_with
        The tariff that past cover was bought with, where several are loaded; without it the one that explains the premiums paid
        best.

    Tables: `classes` (carrier, service, lane and value band), `services`, `ahead` (currency and span), `offers` (a row per
    tariff), `groups`, `ways`, `shares`, `switch` and `prices` (see analyses.loss_cover.Cover), `fair` (what cover is worth per
    100 of value), `weeks` (were we right), `factors` (see losses.factors), `unfiled` (claims that could have been filed; with
    the answers of `pack`), `advice` (sentences), `largest`.

    Raises UnknownName for another basis or tariff, BadValue for shares outside 0 to 1 and tariffs that cannot be.
    """
    loss_classes.make(con)
    found = loss_classes.experience(con, marketplace=marketplace)
    pace = loss_ahead.pace(con, marketplace=marketplace)
    asked = {"basis": basis, "tax": tax, "resale": resale, "marketplace": marketplace}
    made = [loss_ahead.book(con, found, currency, pace=pace.get(currency), **asked) for currency in found.currencies]
    books = [one for one in made if one is not None]
    told = {one.currency: loss_ahead.foretold(one) for one in books}
    ahead = loss_ahead.ahead(books, told)
    cover = loss_cover.covers(con, books, tariff=tariff, paid_share=paid_share, handling=handling, risk_load=risk_load)
    weeks = loss_review.weeks(con, insured_with=insured_with, marketplace=marketplace)
    rows = [row for currency in found.currencies for row in _rows(found, currency, told.get(currency, {}), pace)]
    compared, not_compared = factors(found)
    totals = {}
    for row in rows:
        add(totals, row["currency"], row["value"])
    return Losses(
        kind="losses", title=TITLE, headline=loss_words.headline(rows, ahead),
        frame=pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(MONEY, float)),
        how=loss_words.how(found, books, ahead, cover, basis, tax, rows, weeks), totals=totals,
        tables={
            "classes": found.classes, "services": services(found), "ahead": ahead, "offers": cover.offers, "groups": cover.groups,
            "ways": cover.ways, "shares": cover.shares, "switch": cover.switch, "prices": cover.prices, "fair": cover.fair,
            "weeks": weeks, "unfiled": loss_review.unfiled(con, pack, marketplace=marketplace),
            "factors": compared, "factors_not_told": not_compared,
            "advice": loss_advice.advice(rows, cover), "books": books,
            "largest": [one.largest | {"currency": one.currency} for one in books if one.largest],
        },
        money=MONEY, shares=("rate", "low", "high"), view=VIEW,
    )  # fmt: skip


def services(found):
    """A row per currency, carrier and service: parcels, lost, damaged, exposure, what they were worth, what came back and from
    whom, and the rate of both together (shrunk; with its 90 % range)."""
    summed = [
        "parcels",
        "delivered",
        "lost",
        "damaged",
        "open",
        "unknown",
        "exposure",
        "value_shipped",
        "value_lost",
        "value_damaged",
    ]
    columns = ["currency", "carrier", "service", *summed, *BACK, "rate", "low", "high", "weight"]
    if found.classes.empty:
        return pd.DataFrame(columns=columns)
    parts = []
    for currency in found.currencies:
        rows = found.of(currency)
        both = [found.rates.get((currency, peril)) for peril in PERILS]
        drawn = None
        if None not in both:
            drawn = np.minimum(sum(one.draws(4000, np.random.default_rng(place)) for place, one in enumerate(both)), 1)
        for (carrier, service), own in rows.groupby(["carrier", "service"], dropna=False, sort=False):
            row = {"currency": currency, "carrier": carrier, "service": service} | own[summed].sum().to_dict()
            row |= own[BACK].sum(min_count=1).to_dict()
            weight = own["exposure"].sum()
            if drawn is not None and weight > 0:
                rate = drawn[:, own.index] @ own["exposure"].to_numpy() / weight
                row |= {"rate": rate.mean()} | dict(zip(("low", "high"), np.quantile(rate, [0.05, 0.95]), strict=True))
                row["weight"] = np.average(own["lost_weight"], weights=own["exposure"])
            parts.append(row)
    return pd.DataFrame(parts, columns=columns).sort_values(["currency", "parcels"], ascending=[True, False], ignore_index=True)


def _rows(found, currency, told, pace):
    """The rows of one currency: lost, damaged."""
    classes = found.of(currency)
    known = int(classes[["delivered", "returned", "lost", "damaged"]].sum().sum())
    brought = classes[BACK].sum(min_count=1)
    for what in PERILS:
        counted, among = float(classes[f"{what}_events"].sum()), float(classes["exposure"].sum())
        few = counted < FEW_EVENTS
        row = {
            "currency": currency, "what": what, "parcels": int(classes["parcels"].sum()), "known_outcome": known,
            "events": int(classes[what].sum()), "on_the_way": int(classes["open"].sum()),
            "expected_on_the_way": float(classes[f"open_{what}"].sum()), "events_counted": counted, "parcels_counted": among,
            "value": _exact(classes[f"value_{what}"].sum(min_count=1)), "parcels_a_week": pace.get(currency),
            "events_without_value": int(classes[f"{what}_without_value"].sum()),
            "recovered": float(brought.sum()) if what == "lost" and brought.notna().any() else np.nan,
            "verdict": "not known" if not known else "too few to tell" if few else "estimated",
        }  # fmt: skip
        yield row | _rate(found.rates.get((currency, what)), counted, among if known else 0, few) | _foretold(told, what, few)


def _rate(found, events, known, few):
    """The rate with its range; below five events the range alone, with the plain bound. Both count what is on its way by age."""
    if found is None or not known:
        return {"one_in": "not known", "at_worst": "not known"}
    bound = jeffreys(events, known, LEVEL)
    if few:
        return {
            "low": bound.low,
            "high": bound.high,
            "one_in": one_in(events / known),
            "at_worst": one_in(at_worst(events, known)),
        }
    pooled = found.pooled
    return {
        "rate": pooled["rate"], "low": pooled["low"], "high": pooled["high"], "one_in": one_in(events / known),
        "at_worst": one_in(pooled["high"]),
    }  # fmt: skip


def _foretold(told, what, few):
    """Events and money of the spans ahead. Below five events only the high ends: an expectation would be made of air."""
    said = {}
    for span, found in told.items():
        said[f"cost_high_{span}"] = found[what].quantiles[0.95]
        if not few:
            said |= {f"expected_{span}": found[what].events, f"cost_{span}": found[what].mean}
    return said


def _records(frame):
    """The rows of a frame as plain mappings, None for what is not known."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _amounts(offers, name):
    return [
        "" if pd.isna(amount) else show.money(amount, code) for amount, code in zip(offers[name], offers["currency"], strict=True)
    ]


def _counts(numbers):
    return ["" if pd.isna(number) else show.number(int(number)) for number in numbers]


def _exact(amount):
    return None if pd.isna(amount) else Decimal(f"{amount:.2f}")  # sums of whole cents
