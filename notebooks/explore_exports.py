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
from datetime import timedelta

from IPython.display import display

import orderkit as ok
from orderkit import charts
from orderkit.analyses import show

# %% tags=["parameters"]
db = os.environ.get("ORDERKIT_DB", "")  # empty: the sample shop
week = ""  # one of the weeks available, such as "2026-W46"; empty: as of the newest data
sample = False

# %% [markdown]
# # What is in my exports, and can I trust it?
# All exports go into one DuckDB file on this computer. This notebook only reads it: nothing you do here can change your data.

# %%
shop = (ok.open(db, sample=sample) if db else ok.sample()).week(week)
display(shop)

# %% [markdown]
# ## Which files are in, and did every line arrive?
# Each line of each file has one fate: new, known before, older than what is known, or set aside because it cannot be read.

# %%
files = shop.sql(
    "SELECT file, format, lines, loaded, duplicates, superseded, quarantined, covers_to FROM loads ORDER BY file, loaded_at"
)
display(show.table(files, titles={"quarantined": "set aside", "covers_to": "reaches to"}))
display(shop.set_aside())

# %% tags=["check"]
fates = files[["loaded", "duplicates", "superseded", "quarantined"]].sum(axis=1)
assert (files["lines"] == fates).all(), "every record has one fate"

# %% [markdown]
# ## What does one order look like?
# Several exports tell of the same order. Here is what they say together, line by line; `explain` adds what the rules say.

# %%
some = "SELECT order_id FROM order_lines ORDER BY coalesce(status = 'shipped' AND channel = 'FBM', false) DESC, order_id LIMIT 1"
orders = shop.sql(some)["order_id"].tolist()
lines = [shop.sql("SELECT * FROM order_lines WHERE order_id = $order", order=order) for order in orders]
display(*[each.T for each in lines])
display(*[shop.explain(order) for order in orders])

# %% tags=["check"]
assert all(each["line"].is_unique for each in lines), "a line of an order stands there once, however many exports tell of it"

# %% [markdown]
# ## What if the buyer of that order writes that it has not come?

# %%
asked = [shop.ask(order, request="not_received") for order in orders]
display(*asked)

# %% tags=["check"]
assert all(case.answer for each in asked for case in each.cases), "there is always an answer, if only that a fact is missing"

# %% [markdown]
# ## How do sales go, week by week?
# A measure counts and sums; `shop.measures.` and the Tab key show which there are. Currencies are never added to each other.

# %%
weekly = shop.measure("orders_by_week", by=["week", "currency"])
display(weekly.tail(10))
display(charts.orders_by_week(shop.measure("orders_by_week")))

# %% tags=["check"]
counted = shop.sql("SELECT count(*) AS lines FROM order_lines")["lines"].item()
assert weekly["lines"].sum() == counted, "the weeks add up to all lines"

# %% [markdown]
# ## What did I know two weeks earlier?
# A shop can be looked at as of any day: what was exported or happened later is not there yet.

# %%
past = shop.as_of(shop.data_up_to.date() - timedelta(days=14))
display(past.sql("SELECT status, reconstructed, count(*) AS lines FROM order_lines GROUP BY ALL ORDER BY ALL"))

# %% tags=["check"]
known = past.sql("SELECT count(*) AS lines FROM order_lines")["lines"].item()
past.close()
assert known <= counted, "nothing was known then that is not known now"

# %% [markdown]
# ## Which tables can I ask, and what do their columns mean?

# %%
described = "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE comment IS NOT NULL ORDER BY ALL"
columns = shop.sql(described)
display(show.table(columns, caption="Tables and columns"))

# %% tags=["check"]
assert columns["comment"].str.len().gt(0).all()

# %% [markdown]
# ## How do I ask a question of my own?
# With `shop.sql`, as above: values go in by name, never as text. Or in a cell of its own, after `%load_ext orderkit`:
#
# ```
# %%orders -o late
# SELECT order_id, carrier, value, currency FROM line_facts WHERE delivery = 'open_late' AND value > $least
# ```
#
# `$least` is the variable `least` of the notebook, and the answer is the frame `late`.

# %%
least = 20
late = "SELECT order_id, carrier, value, currency FROM line_facts WHERE delivery = 'open_late' AND value > $least ORDER BY ALL"
display(shop.sql(late, least=least))

# %% tags=["check"]
assert shop.sql(late, least=least)["value"].gt(least).all()
