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

# %% tags=["parameters"]
db = os.environ.get("ORDERKIT_DB", "orderkit.duckdb")
week = ""
sample = False

# %% tags=["setup"]
shop = ok.open(db, as_of=week or None, sample=sample)

# %% [markdown]
# # What your orders need this week

# %%
todo = shop.todo()
exposure, returns, losses = shop.exposure(), shop.returns(), shop.losses()
display(shop)

# %% [markdown]
# ## What to do first

# %%
display(show.note(shop.up_to("todo")))
display(todo)

# %% tags=["check"]
assert todo.frame["item"].is_unique
assert set(todo.frame.loc[todo.frame["answer"].eq("unknown"), "who_pays"]) <= {"nobody"}, "nobody is made to pay on an unknown"

# %% [markdown]
# ## Refunds at risk on late deliveries

# %%
display(show.note(shop.up_to("exposure")))
display(exposure)
display(exposure.picture())

# %% tags=["check"]
assert exposure.frame.select_dtypes("number").fillna(0).ge(0).all().all()

# %% [markdown]
# ## Why buyers send things back

# %%
display(show.note(shop.up_to("returns")))
display(returns)
display(returns.picture())

# %% [markdown]
# ## Parcels lost and damaged, and what to expect

# %%
display(show.note(shop.up_to("losses")))
display(losses)
display(losses.picture())

# %% [markdown]
# ## What the exports say, added up
# Amounts that an export leaves empty are missing, not zero.

# %%
display(show.table(shop.measure("status_counts"), caption="Order lines by status as exported", money={"amount": "currency"}))
display(show.table(shop.measure("data_up_to"), caption="Exports loaded"))
display(shop.set_aside())

# %% tags=["check"]
counted = shop.measure("status_counts")["lines"].sum()
assert counted == shop.sql("SELECT count(*) AS lines FROM order_lines")["lines"].item(), "every line has a status row"
