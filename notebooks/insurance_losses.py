# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% tags=["setup"]
import os

import pandas as pd
from IPython.display import display

import orderkit as ok
from orderkit.analyses import show
from orderkit.analyses.losses.ahead import by_transform
from orderkit.analyses.losses.rarity import band_said, group_said
from orderkit.analyses.words import share_with_range, sure, worded
from orderkit.languages import phrase

# %% tags=["setup"] jupyter={"source_hidden": true}
SERVICES = {
    "service": "carrier and service",
    "currency": "currency",
    "parcels": "parcels",
    "lost": "lost",
    "damaged": "damaged",
    "open": "on the way",
    "unknown": "not known",
    "value_shipped": "worth",
    "value_lost": "lost, worth",
    "back": "claims brought",
    "said": "lost or damaged (range)",
    "weight": "own count believed",
}
CLASSES = {
    "carrier": "carrier",
    "service": "service",
    "lane": "to",
    "band": "worth",
    "parcels": "parcels",
    "lost": "lost",
    "damaged": "damaged",
    "rate": "lost, rate",
    "low": "at least",
    "high": "at most",
}
AHEAD = {
    "currency": "currency",
    "span": "in a",
    "parcels": "parcels",
    "events": "losses",
    "mean": "cost, expected",
    "none": "chance of none",
    "var_95": "at most in 19 of 20",
    "tvar_99": "the worst 1 in 100, on average",
    "high_90_known_rates": "at most in 19 of 20, were the rates known",
    "a_week": "to put aside a week",
}
WAYS = {
    "tariff": "tariff",
    "currency": "currency",
    "way": "insured",
    "insured": "parcels a year",
    "premium": "price",
    "kept": "losses you bear",
    "cost": "both",
    "bad_year": "in a bad year (1 in 20)",
    "none_cheaper": "chance that none is cheaper",
}
GROUPS = {
    "tariff": "tariff",
    "group": "carrier and service",
    "verdict": "answer",
    "from_value": "from",
    "insured": "parcels a year",
    "premium": "price",
    "brings": "should bring",
    "gain": "saves",
    "sure": "sure that it pays",
    "needs": "pays above",
    "rate": "lost or damaged",
}
SHARES = {
    "tariff": "tariff",
    "paid_share": "claims paid",
    "verdict": "answer",
    "parcels": "parcels a year",
    "gain": "saves in a year",
    "sure": "sure that it pays",
}
FACTORS = {
    "factor": "by",
    "level": "parcels",
    "events": "lost or damaged",
    "exposure": "of",
    "relativity": "times as often",
    "low": "at least",
    "high": "at most",
}
WEEKS = {
    "week": "week of the order",
    "known_outcome": "parcels with known outcome",
    "events": "lost or damaged",
    "expected": "foretold",
    "low": "at least",
    "high": "at most",
    "insured": "insured",
    "premium": "their cover cost",
    "brought": "insurers paid",
}
UNFILED = {
    "order_id": "order",
    "carrier": "carrier",
    "outcome": "what",
    "value": "worth",
    "until": "file until",
    "what": "what to do",
}

# %% tags=["parameters"]
db = os.environ.get("ORDERKIT_DB", "")  # empty: the sample shop
week = ""  # one of the weeks available, such as "2026-W46"; empty: as of the newest data
tariff = ""  # the name of one of your tariffs (template tariffs.csv); empty: all that are loaded
basis = "refund"  # what a loss costs: refund, invoice or cost
tax = True  # whether the tax in the price counts as lost
resale = 0.0  # share of its value that a damaged parcel still brings
paid_share = None  # share of claims that are paid; None: as the tariffs and your own claims tell
handling = 0.0  # what the work of one claim costs
risk_load = 0.0  # what a unit of cost of the worst 1 in 100 years is worth above the mean
insured_with = None  # the tariff that past cover was bought with, where several are loaded
sample = False

# %% [markdown]
# # Which parcels should I insure, and what will losses cost me?
# When buying insurance, you need to estimate in advance the extent of your possible losses. Losses are rare, so a single number
# would be a lie: this page gives the range, what cover must cost to be worth it, and how sure that is.

# %%
shop = (ok.open(db, sample=sample) if db else ok.sample()).week(week)
assumed = {"basis": basis, "tax": tax, "resale": resale, "paid_share": paid_share, "handling": handling, "risk_load": risk_load}
losses = shop.losses(**assumed, tariff=tariff or None, insured_with=insured_with)
offers, books = losses.tables["offers"], losses.tables["books"]
currencies = [book.currency for book in books]
display(shop)

# %% [markdown]
# ## Which parcels should I insure?

# %%
display(show.note(shop.up_to("losses")))
display(losses)
display(*[losses.picture("ways", currency=currency) for currency in currencies])

# %% tags=["check"]
frame = losses.frame
assert (frame["events"] <= frame["known_outcome"]).all()
assert not (frame["low"] > frame["high"]).any()
assert (offers["cost"] <= offers["cost_none"] + 1e-6).all() or risk_load, "the best way costs no more than no cover"

# %% [markdown]
# ## From which value on does cover pay?
# Because of steps and least prices there may be several such values. Between them cover costs more than it is expected to bring.

# %%
display(*[losses.picture("value", currency=currency) for currency in currencies])
groups = losses.tables["groups"]
groups = groups[groups["verdict"] != "no tariff"] if len(groups) else groups
if len(groups):
    certain = groups["probability"].astype(float).map(sure)
    needs = groups["pays_above"].astype(float).map("{:.2%}".format, na_action="ignore").fillna(phrase("no rate"))
    from_value = [
        show.money(row.from_value, row.currency) if pd.notna(row.from_value) else phrase("no value")
        for row in groups.itertuples()
    ]
    told = groups.assign(sure=certain, needs=needs, rate=groups["rate"].map("{:.2%}".format), from_value=from_value)
    amounts = dict.fromkeys(("premium", "brings", "gain"), "currency")
    told = worded(told.assign(group=told["group"].map(group_said)), "verdict").round({"insured": 0})
    display(show.table(told, columns=[*GROUPS], titles=GROUPS, money=amounts, right=["from_value"]))

# %% [markdown]
# ### What if fewer claims are paid?

# %%
shares = losses.tables["shares"]
if len(shares):
    told = shares.assign(sure=shares["probability"].astype(float).map(sure, na_action="ignore"))
    told = told.assign(paid_share=told["paid_share"].map("{:.0%}".format), parcels=told["insured"].round())
    display(show.table(worded(told, "verdict"), columns=[*SHARES], titles=SHARES, money={"gain": "currency"}))

# %% [markdown]
# ### Should I insure none, all, some, or go on as now?

# %%
ways = losses.tables["ways"]
if len(ways):
    told = ways[(ways["insured"] > 0) | (ways["way"] == "none")].round({"insured": 0})
    told = told.assign(none_cheaper=told["none_cheaper"].map("{:.0%}".format, na_action="ignore").fillna(phrase("it is none")))
    amounts = dict.fromkeys(("premium", "kept", "cost", "bad_year"), "currency")
    display(show.table(worded(told, "way"), columns=[*WAYS], titles=WAYS, money=amounts))

# %% tags=["check"]
if len(ways):
    assert ((ways["premium"] + ways["kept"] - ways["cost"]).abs() < 0.01).all(), "cost is price and what is borne"
    none = ways[ways["way"] == "none"].groupby("currency")["cost"]
    assert ((none.max() - none.min()) < 0.05 * none.max()).all(), "no cover costs the same whichever tariff it is held against"

# %% [markdown]
# ## What will losses cost next week, in a quarter, in a year?
# Before what claims and the cover that carriers include bring back; the ways of insuring above count after it. The rates are the
# same in all weeks of a span, but not known well: the two columns of "19 of 20" say how much of the range is owed to that.

# %%
display(*[losses.picture("year", currency=currency) for currency in currencies])
ahead = losses.tables["ahead"]
amounts = dict.fromkeys(("mean", "var_95", "tvar_99", "high_90_known_rates", "a_week"), "currency")
told = ahead.assign(none=ahead["none"].map("{:.0%}".format)).round({"parcels": 0, "events": 1})
display(show.table(worded(told, "span"), columns=[*AHEAD], titles=AHEAD, money=amounts))

# %% tags=["check"]
year = ahead[ahead["span"] == "year"].set_index("currency")["var_99"]
for book in books:
    transformed = by_transform(book, 52)
    assert abs(transformed - year[book.currency]) < 0.05 * transformed, "simulated and by Fourier transform, 1 in 100 years"
assert (ahead["low_90"] <= ahead["median"]).all()
assert (ahead["var_99"] <= ahead["tvar_99"] + 1e-9).all()

# %% [markdown]
# ### What if one accident hits many parcels?
# A lorry or a warehouse is not in these figures. The dearest hand-over of one day to one carrier says how much hangs on one ride.

# %%
largest = pd.DataFrame(losses.tables["largest"], columns=["carrier", "shipped_day", "parcels", "value", "currency"])
titles = {"carrier": "carrier", "shipped_day": "handed over on", "parcels": "parcels", "value": "worth", "currency": "currency"}
display(show.table(largest, titles=titles, money={"value": "currency"}))

# %% tags=["check"]
assert largest["parcels"].gt(0).all(), "a hand-over has parcels"

# %% [markdown]
# ## What happened so far?
# Each rate is drawn towards that of its carrier's service and this towards all, as far as its own count is too small to be
# believed.

# %%
display(losses.picture("services"))
services = losses.tables["services"]
back = services[[column for column in services if column.startswith("recovered_")]].astype(float).sum(axis=1, min_count=1)
named = services["carrier"].fillna(phrase("not known")).str.cat(services["service"].fillna(""), sep=" ").str.strip()
said = [share_with_range(row.rate, row.low, row.high, 2) if pd.notna(row.rate) else None for row in services.itertuples()]
told = services.assign(service=named, back=back, said=said, weight=services["weight"].map("{:.0%}".format, na_action="ignore"))
amounts = dict.fromkeys(("value_shipped", "value_lost", "back"), "currency")
display(show.table(told, columns=[*SERVICES], titles=SERVICES, money=amounts))

# %% [markdown]
# ### What goes with more losses?
# How many times as often parcels are lost or damaged as those of the first level, carrier and value each apart from the other.

# %%
factors = losses.tables["factors"]
display(*[show.note(sentence) for sentence in losses.tables["factors_not_told"]])
if len(factors):
    factors = worded(factors.assign(level=[group_said(band_said(level)) for level in factors["level"]]), "factor")
    display(show.table(factors.round({"exposure": 0, "relativity": 2, "low": 2, "high": 2}), titles=FACTORS))

# %% [markdown]
# ### Where do parcels get lost: by lane and value?

# %%
classes = losses.tables["classes"]
columns = {"rate": "lost_rate", "low": "lost_low", "high": "lost_high"}
if len(classes):
    told = classes.sort_values("parcels", ascending=False).head(20)
    shown = {name: told[column].map("{:.2%}".format, na_action="ignore") for name, column in columns.items() if column in told}
    columns = [name for name in CLASSES if name in shown or name in told]
    display(
        show.table(told.assign(**shown, band=told["band"].map(band_said, na_action="ignore")), columns=columns, titles=CLASSES)
    )

# %% tags=["check"]
if len(classes):
    parts = classes[["delivered", "returned", "lost", "damaged", "open", "unknown"]].sum(axis=1)
    assert (parts == classes["parcels"]).all(), "every parcel has one outcome"

# %% [markdown]
# ## Were we right?
# Each week's losses against what the weeks before foretold; and what cover cost and brought.

# %%
display(*[losses.picture("weeks", currency=currency) for currency in currencies])
weeks = losses.tables["weeks"]
if len(weeks):
    judged = weeks["within"].dropna().astype(bool)
    told = {"inside": f"{judged.sum():,}", "weeks": f"{len(judged):,}"}
    display(show.note(phrase("In {inside} of {weeks} weeks the losses lay in the range of 9 in 10.", **told)))
    told = weeks.sort_values("week", ascending=False).head(12)
    told = told.assign(week=told["week"].dt.date).round({"expected": 1})
    display(show.table(told, columns=[*WEEKS], titles=WEEKS, money=dict.fromkeys(("premium", "brought"), "currency")))

# %% tags=["check"]
if len(weeks):
    assert not (weeks["low"] > weeks["high"]).any()
    assert not (weeks["events"] > weeks["known_outcome"]).any(), "no more is lost than has arrived or been lost"

# %% [markdown]
# ## For which lost parcels did I file no claim?
# Lost and damaged parcels without a claim on record; those still open stand on the to-do list with their day.

# %%
unfiled = losses.tables["unfiled"]
until = unfiled["deadline"].map(show.day, na_action="ignore").fillna(unfiled["state"].map(phrase))
shown = worded(unfiled.assign(until=until).head(25), "outcome", "what")
display(show.table(shown, columns=[*UNFILED], titles=UNFILED, money={"value": "currency"}))

# %% tags=["check"]
assert set(unfiled["outcome"]) <= {"lost", "damaged"}, "only what was lost or damaged can be claimed"
