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
todo, rule_changes = shop.todo(), shop.rule_changes()
exposure, returns, losses, health = shop.exposure(), shop.returns(), shop.losses(), shop.health()
display(shop)

# %% [markdown]
# ## What to do first

# %%
display(show.note(shop.up_to("todo")))
display(todo)

# %%
display(rule_changes)

# %% tags=["check"]
assert todo.frame["item"].is_unique
assert set(todo.frame.loc[todo.frame["answer"].eq("unknown"), "who_pays"]) <= {"nobody"}, "nobody is made to pay on an unknown"
assert rule_changes.frame["orders"].ge(0).all()

# %% [markdown]
# ## Refunds at risk on late deliveries

# %%
display(show.note(shop.up_to("exposure")))
display(exposure)
display(exposure.picture())
display(exposure.picture("arrivals"))

# %% tags=["check"]
assert exposure.frame.select_dtypes("number").fillna(0).ge(0).all().all()

# %% [markdown]
# ## Why buyers send things back

# %%
display(show.note(shop.up_to("returns")))
display(returns)
currencies = returns.frame.dropna(subset=["cost"])["currency"].unique()
display(*[returns.picture(of="cost", currency=currency) for currency in currencies] or [returns.picture()])
display(returns.picture("products"))
display(returns.picture("weeks"))

# %% [markdown]
# ## Parcels lost and damaged, what to expect, and what to insure

# %%
display(show.note(shop.up_to("losses")))
display(losses)
display(losses.picture())
currencies = [book.currency for book in losses.tables["books"]] if len(losses.tables["offers"]) else []
display(*[losses.picture("ways", currency=currency) for currency in currencies])

# %% [markdown]
# ## Account health

# %%
display(show.note(shop.up_to("health")))
display(health)
display(health.picture())

# %% tags=["check"]
assert health.frame["share"].dropna().between(0, 1).all()
assert health.frame["defects"].le(health.frame["orders"]).all()

# %% [markdown]
# ## What the exports say, added up
# Every order line that was loaded, by the status that the export gives it.
# Amounts are prices of goods as exported, before promotions and without postage; a cancelled line keeps the price it was bought
# at where an export still tells it. Amounts that an export leaves empty are missing, not zero.

# %%
statuses = shop.measure("status_counts", by="status_as_exported").fillna({"status_as_exported": "not known at that time"})
counted = statuses.groupby("status_as_exported")[["lines", "units", "lines_without_amount"]].sum()
amounts = statuses.pivot_table(index="status_as_exported", columns="currency", values="amount", aggfunc="sum", min_count=1)
by_status = counted.join(amounts.add_prefix("amount in ")).sort_values("lines", ascending=False).reset_index()
exports = shop.measure("data_up_to")
exports = exports.assign(covers_from=exports["covers_from"].dt.date, covers_to=exports["covers_to"].dt.date)
display(show.table(by_status, caption="Order lines by status", money={f"amount in {code}": code for code in amounts.columns}))
display(show.table(exports, caption="Exports loaded"))
display(shop.set_aside())

# %% tags=["check"]
assert counted["lines"].sum() == shop.sql("SELECT count(*) AS lines FROM order_lines")["lines"].item(), (
    "every line has a status row"
)
