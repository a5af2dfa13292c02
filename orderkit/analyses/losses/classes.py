"""What happened to the parcels that the seller sent, by carrier, service, lane and value: the experience that rates are learnt
from."""

from dataclasses import dataclass, field
from importlib import resources

import numpy as np
import pandas as pd

from orderkit.analyses import show, travel
from orderkit.errors import NothingToShow
from orderkit.statistics.delivery import fit
from orderkit.statistics.losses.bands import SHARES, band_names, value_edges
from orderkit.statistics.losses.rates import OF_TWO, fit_rates, known_share
from orderkit.statistics.track_record import known

KEYS = ["carrier", "service", "lane", "band"]
PERILS = ("lost", "damaged")
BACK = ["recovered_carrier", "recovered_insurer", "recovered_marketplace", "recovered_buyer"]
ENGLISH = "en_US"  # of names of bands: keys, by which rows are sorted, whatever the language of the page
FAR_BACK = 364  # days: parcels ordered since then stand for those ahead
QUANTILES = "SELECT currency, quantile_cont(value, [{}]) FROM loss_parcels WHERE value > 0 GROUP BY currency"
CLASSES = """
    SELECT
        p.currency, p.carrier, p.service, p.lane, b.band,
        count(*) AS parcels,
        count(*) FILTER (p.outcome = 'delivered') AS delivered, count(*) FILTER (p.outcome = 'returned') AS returned,
        count(*) FILTER (p.outcome = 'lost') AS lost, count(*) FILTER (p.outcome = 'damaged') AS damaged,
        count(*) FILTER (p.outcome = 'open') AS open, count(*) FILTER (p.outcome = 'unknown') AS unknown,
        sum(p.value) AS value_shipped, count(*) FILTER (p.value IS NULL) AS without_value,
        sum(p.value) FILTER (p.outcome = 'lost') AS value_lost, sum(p.value) FILTER (p.outcome = 'damaged') AS value_damaged,
        count(*) FILTER (p.outcome = 'lost' AND p.value IS NULL) AS lost_without_value,
        count(*) FILTER (p.outcome = 'damaged' AND p.value IS NULL) AS damaged_without_value,
        sum(p.refunded) AS refunded, sum(p.fees_back) AS fees_back,
        sum(p.recovered_carrier) AS recovered_carrier, sum(p.recovered_insurer) AS recovered_insurer,
        sum(p.recovered_marketplace) AS recovered_marketplace, sum(p.recovered_buyer) AS recovered_buyer,
        count(*) FILTER (p.claimed) AS claimed, count(*) FILTER (p.brought_otherwise) AS brought_otherwise,
        count(*) FILTER (
            p.value >= 0
            AND coalesce(p.recovered_carrier, 0) + coalesce(p.recovered_insurer, 0) + coalesce(p.recovered_marketplace, 0)
            + coalesce(p.recovered_buyer, 0) > p.value + 0.005
        ) AS brought_above_value
    FROM loss_parcels p
    LEFT JOIN value_bands b ON b.currency = p.currency AND p.value >= b.from_value AND p.value < b.to_value
    WHERE $marketplace IS NULL OR p.marketplace = $marketplace
    GROUP BY p.currency, p.carrier, p.service, p.lane, b.band
    ORDER BY ALL
"""
OPEN = """
    SELECT p.currency, p.carrier, p.service, p.lane, b.band, p.age_days, count(*) AS parcels
    FROM loss_parcels p
    LEFT JOIN value_bands b ON b.currency = p.currency AND p.value >= b.from_value AND p.value < b.to_value
    WHERE p.outcome = 'open' AND ($marketplace IS NULL OR p.marketplace = $marketplace)
    GROUP BY p.currency, p.carrier, p.service, p.lane, b.band, p.age_days
    ORDER BY ALL
"""
RECENT = """
    SELECT c.cell, p.value, p.goods, p.tax, p.cost, p.label_cost, coalesce(p.insured, false) AS insured
    FROM loss_parcels p
    CROSS JOIN context
    LEFT JOIN value_bands b ON b.currency = p.currency AND p.value >= b.from_value AND p.value < b.to_value
    JOIN loss_cells c
        ON c.carrier IS NOT DISTINCT FROM p.carrier
        AND c.service IS NOT DISTINCT FROM p.service
        AND c.lane IS NOT DISTINCT FROM p.lane
        AND c.band IS NOT DISTINCT FROM b.band
    WHERE p.currency = $currency AND ($marketplace IS NULL OR p.marketplace = $marketplace)
        AND p.ordered_day > context.as_of_day - CAST($back AS INTEGER)
    ORDER BY p.value, c.cell, p.label_cost, p.goods, p.tax, p.cost, insured  -- the same rows in the same places each time
"""


@dataclass(frozen=True)
class Experience:
    """`classes`: a row per currency, carrier, service, lane and value band with what became of its parcels; open_lost,
    open_damaged: how many of the open ones are expected to end so; lost_events, damaged_events, exposure: what the rates are
    learnt from; lost_rate, damaged_rate with _low, _high (90 %) and _weight (credibility). `rates`: {(currency, peril):
    ClassRates}, in the order of the currency's rows. `why`: a sentence where open parcels could not be judged.
    """

    classes: pd.DataFrame
    rates: dict = field(repr=False)
    why: str = ""

    def of(self, currency):
        """The rows of one currency (None: those without), from 0 on."""
        own = self.classes["currency"]
        return self.classes[own.isna() if currency is None else own == currency].reset_index(drop=True)

    @property
    def currencies(self):
        """The currencies, sorted; None last, where some parcels have none."""
        told = self.classes["currency"]
        return [*sorted(told.dropna().unique()), *([None] if told.isna().any() else [])]


def make(con):
    """Makes the TEMP tables travel, loss_parcels (see losses/parcels.sql) and value_bands. Needs the facts."""
    travel.travel(con)
    con.execute(resources.files(__package__).joinpath("parcels.sql").read_text(encoding="utf-8"))
    rows = []
    for currency, found in con.sql(QUANTILES.format(", ".join(map(str, SHARES)))).fetchall():
        edges = value_edges(found)
        names = band_names(edges, lambda edge, of=currency: round_money(edge, of, ENGLISH))
        ends = zip([0.0, *edges], [*edges, np.inf], names, strict=True)
        rows += [(currency, number, low, high, name) for number, (low, high, name) in enumerate(ends)]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE value_bands (currency VARCHAR, place INT, from_value DOUBLE, to_value DOUBLE, band VARCHAR)"
    )
    if rows:
        con.executemany("INSERT INTO value_bands VALUES ($1, $2, $3, $4, $5)", rows)


def round_money(amount, currency, locale=None):
    """A round amount without cents: $20, €500."""
    return show.money(amount, currency, locale).removesuffix(".00")


def experience(con, *, marketplace=None):
    """The Experience of a shop. Needs the tables of `make`."""
    asked = {"marketplace": marketplace}
    classes = _with_words(con.sql(CLASSES, params=asked).df())
    classes, why = _with_open(con, classes, asked)
    rates, parts = {}, []
    for currency, rows in classes.groupby("currency", dropna=False, sort=True):
        currency = None if pd.isna(currency) else currency
        rows = rows.reset_index(drop=True)
        for peril in PERILS:
            rows, found = _with_rates(rows, peril)
            rates[currency, peril] = found
        parts.append(rows)
    return Experience(pd.concat(parts, ignore_index=True) if parts else classes, rates, why)


def _with_open(con, classes, asked):
    """Open parcels by their chance never to arrive: what is expected of them, and how much of it is known by now.

    A parcel that arrives damaged travels as long as others; so what is overdue is lost, and its age tells nothing of damage.
    """
    ages, why = _with_words(con.sql(OPEN, params=asked).df()), ""
    told = dict.fromkeys(("open_lost", "open_damaged", "open_known"), 0.0)
    if len(ages):
        try:
            model = fit(known(travel.counted(con), travel.today(con) or 0)[0], by=travel.BY)
            ages = _expected(ages, model, classes[list(PERILS)].sum())
            sums = ages.groupby(["currency", *KEYS], dropna=False)[list(told)].sum().reset_index()
            classes, told = classes.merge(sums, on=["currency", *KEYS], how="left"), {}
        except NothingToShow as nothing:
            why = str(nothing)
    classes = classes.assign(**told).fillna({"open_lost": 0.0, "open_damaged": 0.0, "open_known": 0.0})
    resolved = classes[["delivered", "returned", "lost", "damaged"]].sum(axis=1)
    classes = classes.assign(lost_events=classes["lost"] + classes["open_known"], damaged_events=classes["damaged"].astype(float))
    return classes.assign(exposure=resolved + classes["open_known"]).drop(columns="open_known"), why


def _expected(ages, model, ended):
    """Open parcels with how many are expected to be lost and damaged, and how many losses are known by now."""
    stratum, age, parcels = model.index(ages), ages["age_days"].to_numpy(dtype=int), ages["parcels"]
    gone, start = model.p_lost(stratum, age), model.p_lost(stratum, np.zeros_like(age))
    overdue = known_share(gone, start) * parcels
    share = (ended["damaged"] + 0.5) / (ended.sum() + overdue.sum() + 1)  # of what never arrives whole
    damaged = start * share * (1 - gone) / (1 - start) * parcels
    return ages.assign(open_lost=gone * parcels - damaged, open_damaged=damaged, open_known=overdue)


def _with_words(frame):
    """The frame with its words as words, also where a column has none at all: so that it can be merged by them."""
    return frame.astype(dict.fromkeys(["currency", *KEYS], "str"))


def _with_rates(rows, peril):
    if not rows["exposure"].sum() > 0:
        return rows, None
    group = rows["carrier"].fillna("") + " | " + rows["service"].fillna("")
    found = fit_rates(rows[f"{peril}_events"], rows["exposure"], group=group, prior=OF_TWO)
    table = found.table
    named = {"rate": "rate", "low": "low", "high": "high", "credibility": "weight"}
    return rows.assign(**{f"{peril}_{name}": table[column].to_numpy() for column, name in named.items()}), found


def recent(con, found, currency, *, marketplace=None):
    """The parcels of one currency ordered in the last 52 weeks, by value: their amounts, and `cell`, the number of each one's
    class in `found.of(currency)`. Needs the tables of `make`."""
    cells = found.of(currency)[KEYS].reset_index(names="cell")
    con.register("loss_cells", cells)
    try:
        asked = {"currency": currency, "marketplace": marketplace, "back": FAR_BACK}
        # not con.sql, which copies what a statement with parameters finds one value at a time: 3 seconds for a million parcels
        return con.execute(RECENT, asked).df().astype({"cell": np.intp})
    finally:
        con.unregister("loss_cells")
