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
from orderkit.errors import NothingToShow

# %% tags=["setup"] jupyter={"source_hidden": true}
LATE = {
    "order_id": "order",
    "carrier": "carrier",
    "service": "service",
    "age_days": "days on the way",
    "days_past_deliver_by": "days past the promise",
    "value": "worth",
    "soon": "arrives within 14 days",
    "never": "never arrives",
}
CLAIMS = {
    "marketplace": "marketplace",
    "state": "a buyer's claim",
    "lines": "lines",
    "value": "worth",
    "lines_without_value": "lines without an amount",
    "refunded": "refunded already",
}
HOW_LONG = {
    "carrier": "carrier",
    "parcels": "parcels",
    "delivered": "delivered",
    "returned": "came back",
    "lost": "lost, or not seen again",
    "open": "on the way",
}
RANGES = {
    "currency": "currency",
    "open_parcels": "parcels on the way",
    "open_value": "worth",
    "expected": "expected never to arrive",
    "chance": "range",
    "low": "at least",
    "high": "at most",
}

# %% tags=["parameters"]
db = os.environ.get("ORDERKIT_DB", "")  # empty: the sample shop
week = ""  # one of the weeks available, such as "2026-W46"; empty: as of the newest data
weeks = 6  # how many earlier forecasts are checked
horizon = 14  # days within which parcels on the way are to arrive
sample = False

# %% [markdown]
# # What may late parcels cost me, and how sure is that?
# Exports end at "shipped". What has not arrived yet is not lost, and leaving it out would make every carrier look faster than it
# is. This page counts what is open, says what is expected never to arrive, and shows how such forecasts came true before.

# %%
shop = (ok.open(db, sample=sample) if db else ok.sample()).week(week)
exposure, health = shop.exposure(), shop.health()
parcels, totals, model = (exposure.tables[name] for name in ("parcels", "totals", "model"))
display(shop)

# %% [markdown]
# ## What is late and still on its way?

# %%
display(show.note(shop.up_to("exposure")))
display(exposure)
display(exposure.picture())

# %% tags=["check"]
assert exposure.frame.select_dtypes("number").fillna(0).ge(0).all().all()
assert totals["open_parcels"].sum() <= len(parcels), "a parcel counts in one currency"

# %% [markdown]
# ## Which parcels are past the promised day?
# Those on the way with tracking, longest overdue first: the chance that each still arrives, and that it never does.

# %%
past = parcels[parcels["days_past_deliver_by"].gt(0).fillna(False)].sort_values("days_past_deliver_by", ascending=False)
soon, never = (past[chance].map("{:.1%}".format, na_action="ignore") for chance in ("p_delivered", "p_lost"))
display(show.note(f"{len(past):,} of {len(parcels):,} parcels on the way are past the promised day."))
display(show.table(past.assign(soon=soon, never=never).head(20), columns=[*LATE], titles=LATE, money={"value": "currency"}))

# %% tags=["check"]
assert past["order_id"].notna().all()
assert past["days_past_deliver_by"].gt(0).all()

# %% [markdown]
# ## For what can buyers claim now?
# An A-to-z claim opens some days after the promised day and closes some months later: by the days of the rules in force, where
# they are known for the marketplace.

# %%
claims = exposure.tables["claims"]
display(show.table(claims, columns=[*CLAIMS], titles=CLAIMS, money={"value": "currency"}))

# %% tags=["check"]
assert claims["lines"].sum() == exposure.frame["past_promise"].sum(), "every line that is late and open has one state"

# %% [markdown]
# ## How long do parcels take?
# Every parcel counts as long as it was seen, those still on the way too. Thin carriers and lanes borrow from the others.

# %%
display(exposure.picture("arrivals"))
if model:
    every = model.parents["level"].eq("all")
    carriers = model.parents.assign(carrier=model.parents["carrier"].mask(every, "all carriers"))
    display(show.table(carriers, columns=[*HOW_LONG], titles=HOW_LONG))

# %% tags=["check"]
if model:
    assert model.strata["parcels"].sum() == model.parents["parcels"].iloc[-1], "every parcel lies in one stratum"
    assert parcels["p_lost"].between(0, 1).all()

# %% [markdown]
# ## What is expected never to arrive, and how sure is that?
# Ranges hold chance and what is not known of the rates. What the rules already say to refund stands beside, never in it.

# %%
told = [totals.assign(chance=f"{level} %", low=totals[f"low{level}"], high=totals[f"high{level}"]) for level in (50, 80, 90)]
amounts = dict.fromkeys(("open_value", "expected", "low", "high"), "currency")
display(show.table(pd.concat(told).sort_index(kind="stable"), columns=[*RANGES], titles=RANGES, money=amounts))
display(exposure.picture("money"))

# %% tags=["check"]
known = totals.dropna(subset=["expected"])
assert (known["low90"] <= known["low50"]).all()
assert (known["high50"] <= known["high90"]).all()
assert (known["expected"] <= known["open_value"] + 0.005).all(), "no more is lost than is on the way"

# %% [markdown]
# ## How did such forecasts come true?
# Made anew as of earlier weeks from what was known then, beside what became of them. A skill above 0 is better than always
# saying the share that arrived in the weeks before; below 0 it is worse.

# %%
backtest = None
try:
    backtest = shop.backtest(as_of=shop.data_up_to.date().isoformat(), horizon=horizon, weeks=weeks)
except NothingToShow as nothing:
    display(show.note(f"No forecast can be checked on this shop yet. {nothing}"))

# %%
if backtest:
    display(backtest)
    display(*[backtest.picture(currency=currency) for currency in backtest.frame["currency"].unique()])
    display(backtest.picture("calibration"))

# %% tags=["check"]
if backtest:
    assert backtest.frame["expected"].le(backtest.frame["value"] + 0.005).all(), "no more fails to arrive than is on the way"

# %% [markdown]
# ## How does my account stand against Amazon's limits?

# %%
display(show.note(shop.up_to("health")))
display(health)
display(health.picture())

# %% tags=["check"]
assert health.frame["share"].dropna().between(0, 1).all()
