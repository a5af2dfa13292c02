"""Which parcels to insure: every tariff that the seller gave, held against the losses that are to be expected."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from orderkit.analyses.losses.ahead import CARRIER_NOT_KNOWN, SEED
from orderkit.analyses.losses.price_lists import price_lists
from orderkit.analyses.losses.prices import prices
from orderkit.errors import BadValue, UnknownName
from orderkit.languages import phrase
from orderkit.statistics.losses.cover import SHARES
from orderkit.statistics.losses.recommend import NONE, NOW, recommend, sensitivity
from orderkit.statistics.losses.switch import switch_points

DEPENDS = "depends on the claims paid"
LIKELY = 0.8  # share of claims paid that figures are made with where nobody knows it; the answer must hold for all of SHARES
ENOUGH = 5  # decided claims, from which on the seller's own tell which share is paid
COVER = [
    "currency", "tariff", "verdict", "probability", "paid_share", "paid_share_from", "way", "from_value", "insured", "premium",
    "brings", "saves", "saves_low", "saves_high", "cost_none", "cost", "bad_year_none", "bad_year", "none_cheaper", "cost_now",
    "insured_now", "nearest", "pays_above", "pays_at", "rate", "rate_high", "not_offered", "faults",
]  # fmt: skip
STEPS = 'SELECT * EXCLUDE (account, "row", known_at, seen_in, reconstructed) FROM tariffs ORDER BY ALL'
DECIDED = """
    SELECT
        source,
        count(*) FILTER (state IN ('paid', 'granted')) AS paid,
        count(*) FILTER (state IN ('paid', 'granted', 'denied', 'reversed')) AS decided
    FROM recoveries
    WHERE source IN ('carrier', 'insurer')
    GROUP BY source
"""


@dataclass(frozen=True)
class Cover:
    """`offers`: a row per currency and tariff (COVER): what to do and what it saves in a year; nearest: the service for which
    cover is likeliest to pay, with the rate above which it does at best, and its own rate with the high end of 90 %; `groups`:
    the same by carrier's service; `ways`: none, all, from one value, by service, as now, side by side; `shares`: how it hangs
    on the share of claims paid; `switch`: from which value cover pays and from which it ceases to; `prices`: its price and
    expected payments by value (see analyses.loss_prices); `without_parcels`: currencies of tariffs nobody ships in;
    `fair`: {currency: (most that cover is worth per 100 of value, low, high)}; `refused`: {currency: sentences on tariffs that
    cannot be used}; `later`: {currency: the first day after today on which steps begin to hold}."""

    offers: pd.DataFrame
    groups: pd.DataFrame = field(repr=False)
    ways: pd.DataFrame = field(repr=False)
    shares: pd.DataFrame = field(repr=False)
    switch: pd.DataFrame = field(repr=False)
    prices: pd.DataFrame = field(repr=False)
    without_parcels: tuple = ()
    fair: dict = field(default_factory=dict)
    refused: dict = field(default_factory=dict)
    later: dict = field(default_factory=dict)


def covers(con, books, *, tariff=None, paid_share=None, handling=0.0, risk_load=0.0):
    """The Cover of a shop's Books. tariff: the name of the only one to look at; paid_share: share of claims that are paid, in
    place of what tariffs and own claims tell; handling: the work of a claim, in currency; risk_load: see
    statistics.losses.recommend.

    Raises UnknownName for a tariff that is not loaded, BadValue for numbers that cannot be.
    """
    _check(paid_share, handling, risk_load)
    day = con.sql("SELECT as_of_day FROM context").fetchall()[0][0]
    steps = con.sql(STEPS).df()
    if tariff is not None and tariff not in set(steps["tariff"]):
        raise UnknownName("tariff", tariff, sorted(set(steps["tariff"])), where=" among those loaded")
    steps = steps if tariff is None else steps[steps["tariff"] == tariff]
    offered, refused = price_lists(steps, day=day)
    own, parts = _own_shares(con), []
    by_currency = {one.currency: _with_included(one, offered, own["carrier"]) for one in books}
    for one in offered:
        if one.currency in by_currency:
            parts.append(_one(by_currency[one.currency], one, paid_share, own["insurer"], handling, risk_load))
    frames = [pd.concat(part, ignore_index=True) if parts else pd.DataFrame() for part in zip(*parts, strict=True)] or [
        pd.DataFrame()
    ] * 6
    offers = frames[0].reindex(columns=COVER) if parts else pd.DataFrame(columns=COVER)
    without = tuple(sorted({one.currency for one in offered} - set(by_currency)))
    later = steps[steps["valid_from"] > pd.Timestamp(day)].groupby("currency")["valid_from"].min().to_dict()
    return Cover(offers, *frames[1:], without, {one.currency: fair_price(one) for one in books}, refused, later)


def _check(paid_share, handling, risk_load):
    if paid_share is not None and not 0 < paid_share <= 1:
        raise BadValue(f"paid_share={paid_share}: expected the share of claims that are paid, above 0 and up to 1, such as 0.85.")
    for name, value in (("handling", handling), ("risk_load", risk_load)):
        if not 0 <= value < np.inf:
            raise BadValue(f"{name}={value}: expected a number of 0 or more.")


def fair_price(one):
    """The most that cover is worth per 100 of value if every claim is paid in full: the mean over the draws, with its 90 %
    range."""
    value, cell, classes = one.parcels.value, one.parcels.cell, one.lost.shape[1]
    sums = np.bincount(cell, value, classes)
    drawn = (one.lost @ sums + one.damaged @ sums * one.parcels.damage_share) / max(sums.sum(), 1e-9) * 100
    return float(drawn.mean()), *(float(end) for end in np.quantile(drawn, [0.05, 0.95]))


def _own_shares(con):
    """{"carrier", "insurer": share of the seller's own decided claims that were paid}; None where fewer than five were
    decided."""
    found = dict.fromkeys(("carrier", "insurer"))
    for source, paid, decided in con.sql(DECIDED).fetchall():
        found[source] = (paid + 0.5) / (decided + 1) if decided >= ENOUGH else None
    return found


def _with_included(one, offered, carriers):
    """The Book with what carriers include anyway: the most that any tariff of its currency says, so that no cover costs the same
    whichever tariff it is held against."""
    parcels = one.parcels
    told = [
        tariff.price(parcels.value, parcels.carrier, parcels.service).included
        for tariff in offered
        if tariff.currency == one.currency
    ]
    if not told:
        return one
    share = LIKELY if carriers is None else carriers
    return replace(one, parcels=replace(parcels, included=np.max(told, axis=0), included_paid_share=share))


def _share(tariff, given, own):
    """The share of claims paid to use (None: that of the tariff), and where it is from."""
    if given is not None:
        return given, "you said"
    if tariff.steps["paid_share"].notna().all():
        return None, "tariff"
    return (own, "your claims") if own is not None else (LIKELY, "assumed")


def _one(one, tariff, given, own, handling, risk_load):
    """A tariff's rows of offers, groups, ways, shares, switch and prices."""
    share, source = _share(tariff, given, own)
    assumed = source == "assumed"
    if share is not None and given is None:  # what the tariff does say holds
        tariff, share = tariff.with_paid_share(share), None
    found = recommend(
        one.parcels, tariff, one.lost, one.damaged, rng=np.random.default_rng(SEED + 3), paid_share=share, assumed=assumed,
        handling=handling, risk_load=risk_load, simulations=one.simulations,
    )  # fmt: skip
    shares = sensitivity(one.parcels, tariff, one.lost, one.damaged, shares=SHARES, handling=handling)
    named = {"currency": one.currency, "tariff": tariff.name}
    rates = found.groups.set_index("group")["rate"].to_dict()
    lines = prices(one, tariff, rates, paid_share=share, handling=handling)
    tables = [found.groups, found.ways, shares, _switch(one, found, tariff, share, handling), lines]
    return [pd.DataFrame([_offer(found, shares, source, named)]), *(table.assign(**named) for table in tables)]


def _offer(found, shares, source, named):
    """The row of a tariff: the best way, and what it saves against no cover."""
    ways = found.ways.set_index("way")
    best, none = ways.loc[found.best], ways.loc[NONE]
    verdict = DEPENDS if found.assumed and shares["verdict"].nunique() > 1 else found.verdict
    nearest = _nearest(found.groups)
    return named | {
        "verdict": verdict, "probability": found.probability, "paid_share": found.paid_share, "paid_share_from": source,
        "way": found.best, "from_value": found.one_value["from_value"], "insured": best["insured"], "premium": best["premium"],
        "brings": none["cost"] - best["kept"], "saves": none["cost"] - best["cost"], "saves_low": best["gain_low"],
        "saves_high": best["gain_high"], "cost_none": none["cost"], "cost": best["cost"], "bad_year_none": none["bad_year"],
        "bad_year": best["bad_year"], "none_cheaper": best["none_cheaper"],
        "cost_now": ways.loc[NOW, "cost"] if NOW in ways.index else np.nan,
        "insured_now": ways.loc[NOW, "insured"] if NOW in ways.index else np.nan,
        "nearest": nearest["group"], "pays_above": nearest["pays_above"], "pays_at": nearest["pays_at"], "rate": nearest["rate"],
        "rate_high": nearest["rate_high"], "not_offered": found.one_value["not_offered"],
        "faults": phrase("; ").join(found.tariff.faults),
    }  # fmt: skip


def _nearest(groups):
    """The service for which cover is likeliest to pay; one whose carrier is not known only where there is no other."""
    told = groups[groups["group"] != CARRIER_NOT_KNOWN]
    told = told if told["probability"].notna().any() else groups
    return told.loc[told["probability"].astype(float).fillna(-1).idxmax()]


def _switch(one, found, tariff, share, handling):
    """From which value on cover pays, by service at its mean rate, up to the dearest parcel."""
    up_to, parts = float(one.parcels.value.max()), []
    first = pd.Series(one.parcels.group).drop_duplicates()
    for place, name in first.items():
        rate = found.groups.set_index("group").loc[name, "rate"]
        table = switch_points(
            tariff, rate, up_to=up_to, paid_share=share, handling=handling, carrier=one.parcels.carrier[place],
            service=one.parcels.service[place], included=one.parcels.included[place],
        )  # fmt: skip
        parts.append(table.assign(group=name, rate=rate))
    return pd.concat(parts, ignore_index=True)
