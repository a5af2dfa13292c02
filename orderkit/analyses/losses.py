"""Lost and damaged parcels: what happened, and what to expect: an estimate of losses to have before buying insurance."""

import datetime as dt
from decimal import Decimal

import pandas as pd

from orderkit import measures
from orderkit.analyses.result import Result
from orderkit.analyses.words import LEVEL, add, amounts, count
from orderkit.statistics.rates import FEW, future_events, jeffreys, one_in

TITLE = "Parcel losses"
WEEKS_AHEAD = {"4_weeks": 4, "year": 52}
WEEKS_BACK = 8
COLUMNS = [
    "currency", "what", "parcels", "known_outcome", "events", "value", "events_without_value", "rate", "low", "high",
    "one_in", "at_worst", "verdict", "mean_value", "parcels_a_week",
    *(f"{figure}_{span}" for span in WEEKS_AHEAD for figure in ("expected", "low", "high", "expected_value", "high_value")),
]  # fmt: skip
VIEW = {
    "what": "what", "currency": "currency", "events": "parcels", "known_outcome": "of parcels with known outcome",
    "value": "worth", "one_in": "rate", "at_worst": "at worst", "expected_year": "expect in a year",
    "high_year": "at most in a year", "high_value_year": "worth at most", "verdict": "verdict",
}  # fmt: skip


def losses(con, *, marketplace=None):
    """How many parcels were lost or damaged, what they were worth, and how much to expect, by currency.

    Only parcels with a known outcome (delivered, returned, lost, damaged) are in a rate; those on their way and those of which
    no export tells are counted beside. Fewer than five events: the words are "too few to tell", with the bound only. Money:
    refundable amount of the lines in the parcel; a foretold loss counts at the mean value of all parcels.
    """
    outcomes = measures.rows(con, "parcel_outcomes", by="currency", marketplace=marketplace)
    weekly = _parcels_a_week(con, marketplace)
    rows = [row for found in outcomes for row in _rows(found, weekly.get(found["currency"]))]
    totals = {}
    for row in rows:
        add(totals, row["currency"], row["value"])
    money = ["value", "mean_value"] + [
        column for column in COLUMNS if column.endswith(tuple(f"value_{span}" for span in WEEKS_AHEAD))
    ]
    return Result(
        kind="losses",
        title=TITLE,
        headline=_headline(rows),
        frame=pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(money, float)),
        how=_how(con, outcomes, marketplace),
        totals=totals,
        tables={"outcomes": measures.run(con, "parcel_outcomes", marketplace=marketplace)},
        money=tuple(money),
        shares=("rate", "low", "high"),
        view=VIEW,
    )


def _parcels_a_week(con, marketplace):
    """Parcels per week and currency, mean of the last full weeks before the as-of day: eight, or as many as there are."""
    day = con.sql("SELECT as_of_day FROM context").fetchall()[0][0]
    this_week = day - dt.timedelta(days=day.weekday())
    rows = [
        row
        for row in measures.rows(con, "parcels_by_week", by="week", marketplace=marketplace)
        if row["week"] and row["week"] < this_week
    ]
    if not rows:
        return {}
    first = max(min(row["week"] for row in rows), this_week - dt.timedelta(weeks=WEEKS_BACK))
    weeks = (this_week - first).days // 7
    sums = {}
    for row in rows:
        if row["week"] >= first:
            add(sums, row["currency"], row["parcels"])
    return {currency: parcels / weeks for currency, parcels in sums.items()}


def _rows(found, weekly):
    known = found["delivered"] + found["returned"] + found["lost"] + found["damaged"]
    valued = found["parcels"] - found["parcels_without_value"]
    mean = found["value"] / valued if valued else None
    for what in ("lost", "damaged"):
        events = found[what]
        bound = jeffreys(events, known, LEVEL)
        yield {
            "currency": found["currency"], "what": what, "parcels": found["parcels"], "known_outcome": known, "events": events,
            "value": found[f"value_{what}"], "events_without_value": found[f"{what}_without_value"],
            "rate": events / known if events >= FEW else None, "low": bound.low, "high": bound.high,
            "one_in": one_in(events / known) if known else "not known", "at_worst": one_in(bound.high),
            "verdict": "not known" if not known else "too few to tell" if events < FEW else "estimated",
            "mean_value": mean, "parcels_a_week": weekly, **_ahead(events, known, mean, weekly),
        }  # fmt: skip


def _ahead(events, known, mean, weekly):
    """What to expect in the spans ahead. Below five events only the high end is given: an expectation would be made of air."""
    said = {}
    for span, weeks in WEEKS_AHEAD.items() if known and weekly else ():
        ahead = future_events(events, known, weekly * weeks, LEVEL)
        said[f"high_{span}"] = ahead.high
        said[f"high_value_{span}"] = mean and ahead.high * mean
        if events >= FEW:
            said |= {f"expected_{span}": ahead.expected, f"low_{span}": ahead.low}
            said[f"expected_value_{span}"] = mean and Decimal(repr(ahead.expected)) * mean
    return said


def _headline(rows):
    if not rows:
        return "No parcel that you shipped yourself (FBM) is in the loaded exports."
    lost, damaged = ([row for row in rows if row["what"] == what] for what in ("lost", "damaged"))
    known, events = sum(row["known_outcome"] for row in lost), sum(row["events"] for row in lost)
    if not known:
        return "What became of your parcels is not known: a tracking export would tell."
    among = f"{known:,} parcels with known outcome" if known > 1 else "the one parcel with known outcome"
    said = f"{events or 'None'} of {among} {'was' if events < 2 else 'were'} lost{_worth(lost)}: {_how_often(events, known)}."
    if broken := sum(row["events"] for row in damaged):
        said += f" {broken:,} {'was' if broken == 1 else 'were'} damaged{_worth(damaged)}."
    worst_year = amounts({row["currency"]: row.get("high_value_year") for row in lost})
    return said + (f" At your pace lost parcels should cost at most {worst_year} in 19 of 20 years." if worst_year else "")


def _how_often(events, known):
    rate, worst = one_in(events / known), one_in(jeffreys(events, known, LEVEL).high)
    if events >= FEW:
        return rate
    return f"too few to tell; {rate}, at worst {worst}" if events else f"too few to tell, at worst {worst}"


def _worth(rows):
    worth = amounts({row["currency"]: row["value"] for row in rows})
    unpriced = sum(row["events_without_value"] for row in rows)
    return (f", worth {worth}" if worth else "") + (f" ({unpriced:,} without an amount)" if unpriced else "")


def _how(con, outcomes, marketplace):
    sums = {column: sum(row[column] or 0 for row in outcomes) for column in (outcomes or [{}])[0] if column != "currency"}
    if not sums:
        return ["A tracking export, or an order export whose status tells of delivery, would name your parcels."]
    named = measures.rows(con, "parcel_outcomes", by="named", marketplace=marketplace)
    derived = sum(row["parcels"] for row in named if not row["named"])
    alone = f"For {count(derived, 'parcel')} of these no export names the parcel: each shipped line counts as one."
    open_ones = sums["in_transit"] + sums["on_way_back"]
    return [
        f"{count(sums['parcels'], 'parcel')} that you shipped yourself (FBM): {sums['delivered']:,} delivered, "
        f"{sums['returned']:,} returned, {sums['lost']:,} lost, {sums['damaged']:,} damaged, "
        f"{open_ones:,} still on the way or coming back, {sums['unknown_outcome']:,} not known.",
        *([alone] if derived else []),
        "A rate counts parcels whose outcome is known. A parcel is called lost late, so the newest weeks look a little too good.",
        f"Ranges: {LEVEL:.0%} (Jeffreys). What to expect: a beta-binomial prediction for as many weekly parcels as in the "
        f"last {WEEKS_BACK} full weeks, times the mean value of a parcel. One accident that hits many parcels is not in it.",
        "Money: refundable amount of the lines in a parcel, per currency; "
        f"not known for {count(sums['parcels_without_value'], 'parcel')}.",
        f"Below {FEW} events no rate and no expectation is given, only how bad it could be.",
    ]
