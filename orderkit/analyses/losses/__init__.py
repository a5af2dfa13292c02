"""Lost and damaged parcels: what happened, what to expect, and which parcels to insure."""

from decimal import Decimal

import numpy as np
import pandas as pd

from orderkit.analyses import source_files
from orderkit.analyses.losses import advice as loss_advice
from orderkit.analyses.losses import ahead as loss_ahead
from orderkit.analyses.losses import classes as loss_classes
from orderkit.analyses.losses import cover as loss_cover
from orderkit.analyses.losses import review as loss_review
from orderkit.analyses.losses import words as loss_words
from orderkit.analyses.losses.ahead import SPANS
from orderkit.analyses.losses.classes import BACK, PERILS
from orderkit.analyses.losses.factors import factors
from orderkit.analyses.losses.shown import MONEY, VIEW, Losses
from orderkit.analyses.words import LEVEL, add
from orderkit.languages import phrase
from orderkit.statistics.losses.rates import FEW_EVENTS, at_worst
from orderkit.statistics.rates import jeffreys, one_in

TITLE = "Parcel losses"
COLUMNS = [
    "currency", "what", "parcels", "known_outcome", "events", "on_the_way", "expected_on_the_way", "events_counted",
    "parcels_counted", "value",
    "events_without_value", "recovered", "rate", "low", "high", "one_in", "at_worst", "verdict", "parcels_a_week",
    *(f"{figure}_{span}" for span in SPANS for figure in ("expected", "cost", "cost_high")),
]  # fmt: skip


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
        kind="losses", title=phrase(TITLE), headline=loss_words.headline(rows, ahead),
        frame=pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(MONEY, float)),
        how=[*loss_words.how(found, books, ahead, cover, basis, tax, rows, weeks), *source_files.told(con, "losses")],
        totals=totals,
        tables={
            "classes": found.classes, "services": services(found), "ahead": ahead, "offers": cover.offers, "groups": cover.groups,
            "ways": cover.ways, "shares": cover.shares, "switch": cover.switch, "prices": cover.prices, "fair": cover.fair,
            "weeks": weeks, "unfiled": loss_review.unfiled(con, pack, marketplace=marketplace),
            "factors": compared, "factors_not_told": not_compared,
            "advice": loss_advice.advice(rows, cover), "books": books,
            "largest": [one.largest | {"currency": one.currency} for one in books if one.largest],
        },
        money=MONEY, shares=("rate", "low", "high"), view=VIEW, worded=("what",),
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


def _exact(amount):
    return None if pd.isna(amount) else Decimal(f"{amount:.2f}")  # sums of whole cents
