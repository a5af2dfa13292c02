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
from orderkit import analyses, languages, reports
from orderkit.analyses import added_up, naming, show

# %% tags=["parameters"]
db = os.environ.get("ORDERKIT_DB", "orderkit.duckdb")
week = ""  # an ISO week such as 2026-W46; as of the newest data where it is empty
as_of = ""  # a day or moment in place of a week
account = ""  # one seller account, where the database holds several
marketplace = ""  # one marketplace, such as amazon.de
lang = "en"  # or zh
share = False  # whether names of orders and products have stand-ins, for a page to pass on
pack = "amazon"  # the rules
clock = ""  # the time from which days left are counted; now where it is empty
sample = False
keep = ""  # a folder for the numbers of this page, for whoever runs this notebook as a program
excel = False  # whether the workbook is written there too

# %% tags=["setup"]
languages.use(lang)
naming.share(share)
part = {"account": account or None, "marketplace": marketplace or None}
shop = ok.open(db, as_of=as_of or week or None, clock=clock or None, pack=pack, sample=sample, **part)

# %% [markdown]
# # What your orders need this week

# %%
todo, rule_changes = shop.todo(), shop.rule_changes()
exposure, returns, losses, health = shop.exposure(), shop.returns(), shop.losses(), shop.health()
front, missing = analyses.front(todo), shop.missing()
display(front)
display(show.note(shop.about()))

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
display(shop.lately(exposure))
display(exposure.picture())
display(exposure.picture("arrivals"))

# %% tags=["check"]
assert exposure.frame.select_dtypes("number").fillna(0).ge(0).all().all()

# %% [markdown]
# ## Why buyers send things back

# %%
display(show.note(shop.up_to("returns")))
display(returns)
display(shop.lately(returns))
currencies = returns.frame.dropna(subset=["cost"])["currency"].unique()
display(*[returns.picture(of="cost", currency=currency) for currency in currencies] or [returns.picture()])
display(returns.picture("products"))
display(returns.picture("weeks"))

# %% [markdown]
# ## Parcels lost and damaged, what to expect, and what to insure

# %%
display(show.note(shop.up_to("losses")))
display(losses)
display(shop.lately(losses))
display(losses.picture())
currencies = [book.currency for book in losses.tables["books"]] if len(losses.tables["offers"]) else []
display(*[losses.picture("ways", currency=currency) for currency in currencies])

# %% [markdown]
# ## Account health

# %%
display(show.note(shop.up_to("health")))
display(health)
display(shop.lately(health))
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
statuses = shop.measure("status_counts", by="status_as_exported")
display(added_up.lines_by_status(statuses))
display(shop.sources())
display(shop.set_aside())

# %% tags=["check"]
assert statuses["lines"].sum() == shop.sql("SELECT count(*) AS lines FROM order_lines")["lines"].item(), (
    "every line has a status row"
)
assert shop.sources().frame["adds_up"].all(), "the rows of every file are accounted for"

# %% [markdown]
# ## What is missing

# %%
display(missing)

# %% tags=["setup"]
results = {"todo": todo, "exposure": exposure, "returns": returns, "losses": losses, "health": health}
reports.hand_over(keep, shop=shop, excel=excel, front=front, missing=missing, rule_changes=rule_changes, **results)
