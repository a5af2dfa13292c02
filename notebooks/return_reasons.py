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

from IPython.display import display

import orderkit as ok
from orderkit.analyses import show
from orderkit.analyses.returns.rates import compared
from orderkit.analyses.words import share_with_range, worded
from orderkit.languages import phrase

# %% tags=["setup"] jupyter={"source_hidden": true}
TO_DO = {"what": "what", "order_id": "order", "money": "at stake", "deadline": "by", "advice": "advice"}
LISTED = {
    "sku": "product",
    "category": "category",
    "shipped": "shipped",
    "returned": "came back",
    "said": "return rate",
    "usual": "usual in its category",
    "reason": "main reason",
    "cost": "cost",
    "change": "last four weeks of orders",
}
FAULTS = {
    "fault": "at fault by the reason given",
    "currency": "currency",
    "returns": "returns",
    "cost": "cost",
    "postage_by_buyer": "postage by the buyer",
    "postage_by_seller": "by you",
    "postage_by_marketplace": "by the marketplace",
    "postage_not_told": "not told",
    "postage": "your postage",
}
KEPT = {
    "state": "came back",
    "percent": "per cent that may be kept",
    "returns": "refunds",
    "kept": "kept",
    "left_on_table": "left on the table, at most",
}
STATES = {"used_damaged": "used or damaged", "incomplete": "incomplete", "original": "original"}
CHANGE = {
    "reason": "reason",
    "before": "four weeks before",
    "after": "last full week",
    "difference": "difference",
    "low": "at least",
    "high": "at most",
    "q": "q",
    "changed": "changed",
}
METHODS = {
    "week": "week of the order",
    "shipped": "units shipped",
    "reported": "came back so far",
    "ours": "in the end, as above",
    "cape_cod": "Cape-Cod",
    "chain_ladder": "chain ladder",
    "mack_se": "its standard error (Mack)",
}
BOOKED = {
    "currency": "currency",
    "kind": "booked as",
    "of_returns": "of returns",
    "of_no_return": "of other refunds",
    "total": "total",
}

# %% tags=["parameters"]
db = os.environ.get("ORDERKIT_DB", "")  # empty: the sample shop
week = ""  # one of the weeks available, such as "2026-W46"; empty: as of the newest data
sample = False

# %% [markdown]
# # Which products come back, why, what does that cost me, and what can I do?
# Young weeks always look good, because their returns have not come yet, and tiny products always look bad, because one return of
# three units is a third. This page takes both into account, and counts money only where the settlements tell it.

# %%
shop = (ok.open(db, sample=sample) if db else ok.sample()).week(week)
returns = shop.returns()
skus, recovery, booked = (returns.tables[name] for name in ("skus", "recovery", "booked"))
display(shop)

# %% [markdown]
# ## Which returns wait for me?
# Refunded and never received first; then what is to be refunded or claimed. The same items stand on the to-do list.

# %%
display(show.note(phrase("{n} things to do about returns.", n=f"{len(recovery):,}")))
display(show.table(worded(recovery.head(25), "what", "advice"), columns=[*TO_DO], titles=TO_DO, money={"money": "currency"}))

# %% tags=["check"]
assert recovery["order_id"].notna().all(), "every item names its order"

# %% [markdown]
# ## Why do things come back, and what does that cost?

# %%
display(show.note(shop.up_to("returns")))
display(returns)
currencies = returns.frame.dropna(subset=["cost"])["currency"].unique()
display(*[returns.picture(of="cost", currency=currency) for currency in currencies])
display(returns.picture())

# %% tags=["check"]
counts = returns.frame[["returns", "units", "withdrawn", "cost_unknown"]].fillna(0)
assert counts.ge(0).all().all()
assert returns.frame["returns"].sum() == returns.tables["counts"]["returns"], "no return is dropped, whatever its code"
assert booked["total"].fillna(0).astype(float).sum().round(2) == round(
    float(booked["of_returns"].fillna(0).sum()) + float(booked["of_no_return"].fillna(0).sum()), 2
), "what is booked for returns and for other refunds is all that is booked"

# %% [markdown]
# ## Which products come back more often than chance explains?

# %%
one = skus.drop_duplicates("sku").head(20)
if len(one):
    moved = (one["change_low"] > 0) | (one["change_high"] < 0)
    recent = one["recent_rate"].map("{:.1%}".format, na_action="ignore")
    told = one.assign(
        said=[share_with_range(row.shrunk, row.shrunk_low, row.shrunk_high) for row in one.itertuples()],
        usual=one["category_rate"].map("{:.1%}".format),
        change=recent.where(moved, phrase("as before")),
    )
    display(show.table(worded(told, "reason"), columns=[*LISTED], titles=LISTED, money={"cost": "currency"}))
display(returns.picture("products"))
if len(returns.tables["words"]):
    display(show.table(returns.tables["words"].round(1)))

# %% tags=["check"]
assert skus["probability"].dropna().between(0, 1).all()
assert (skus["returned"] <= skus["shipped"]).all(), "no product gives back more than was shipped"

# %% [markdown]
# ## How much comes back in the end?

# %%
sites = returns.tables["weeks"]["marketplace"].dropna().unique()
display(*[returns.picture("weeks", marketplace=site) for site in sites] or [returns.picture("weeks")])

# %% tags=["check"]
weeks = returns.tables["weeks"]
assert (weeks["reported_rate"] <= weeks["ultimate_rate"] + 1e-9).all(), "what has come back does not go away"
assert (weeks["low_90"] <= weeks["high_90"]).all()

# %% [markdown]
# ### Would the methods that others use say the same?
# For comparison alone. Chain ladder multiplies what a week shows so far by how much such weeks grew; with one return seen in a
# young week, that is luck multiplied. It knows full calendar weeks alone. Cape-Cod gives every week the one rate of all for what
# is still to come.

# %%
methods = compared(returns.tables["rates"])
if len(methods):
    rounded = methods.round(dict.fromkeys(methods.select_dtypes("number").columns, 1))
    display(show.table(rounded, columns=[*METHODS], titles=METHODS))

# %% tags=["check"]
if len(methods):
    assert (methods["ours"] >= methods["reported"] - 1e-6).all(), "what comes back in the end is no less than what has come back"

# %% [markdown]
# ## What changed?
# Each week of orders by what came back within 28 days, and the reasons of the last full week against the four before.

# %%
display(returns.picture("alarms"))
change = returns.tables["change"]
if change is not None:
    display(show.table(worded(change.round(3), "reason"), columns=[*CHANGE], titles=CHANGE))

# %% tags=["check"]
if change is not None:
    assert change["q"].dropna().between(0, 1).all()

# %% [markdown]
# ## Who is at fault, who paid the postage, what might have been kept back?
# By the reason that the buyer gave; what you found on inspection stands apart. Under the rules the buyer bears the postage
# where the reason is his.

# %%
faults = worded(returns.tables["faults"], "fault")
display(show.table(faults, columns=[*FAULTS], titles=FAULTS, money=dict.fromkeys(("cost", "postage"), "currency")))
left = returns.tables["left_on_table"]
left = worded(left.assign(state=left["state"].map(STATES)), "state")
if len(left):
    display(show.table(left, columns=[*KEPT], titles=KEPT, money=dict.fromkeys(("kept", "left_on_table"), "currency")))

# %% tags=["check"]
if len(left):
    assert left["percent"].dropna().between(0, 100).all()

# %% [markdown]
# ## Does it tie to the settlements?
# Every booking about a refund or a return, in one row; those of orders without a return are parcels lost, refused or late.

# %%
display(
    show.table(
        worded(booked, "kind"),
        columns=[*BOOKED],
        titles=BOOKED,
        money=dict.fromkeys(("of_returns", "of_no_return", "total"), "currency"),
    )
)

# %% tags=["check"]
parts = booked[["of_returns", "of_no_return"]].astype(float).sum(axis=1)
assert ((booked["total"].astype(float) - parts).abs() < 0.005).all(), "each row adds up"
