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

# %% tags=["parameters"]
db = os.environ.get("ORDERKIT_DB", "orderkit.duckdb")
sample = False

# %% [markdown]
# # Explore your exports
# One DuckDB file holds everything. This notebook only reads it.

# %%
shop = ok.open(db, sample=sample)
display(shop)

# %% [markdown]
# ## Which files are in, and did every line arrive?

# %%
files = shop.sql(
    "SELECT file, format, encoding, lines, loaded, duplicates, superseded, quarantined, covers_to FROM loads ORDER BY file"
)
display(files)

# %% tags=["check"]
assert (files["lines"] == files[["loaded", "duplicates", "superseded", "quarantined"]].sum(axis=1)).all(), (
    "every record has one fate"
)

# %% [markdown]
# ## What does one order look like?

# %%
order = shop.sql("SELECT min(order_id) AS order_id FROM order_lines WHERE status = 'shipped' AND channel = 'FBM'")[
    "order_id"
].item()
display(shop.sql("SELECT * FROM order_lines WHERE order_id = $order", order=order).T)

# %%
display(shop.explain(order))

# %% [markdown]
# ## What if the buyer writes?

# %%
display(shop.ask(order, request="not_received"))

# %% [markdown]
# ## How do sales go, week by week?

# %%
weekly = shop.measure("orders_by_week", by=["week", "currency"])
display(weekly.tail(10))
charts.orders_by_week(shop.measure("orders_by_week")).show()

# %% tags=["check"]
lines = shop.sql("SELECT count(*) AS lines FROM order_lines")["lines"].item()
assert weekly["lines"].sum() == lines, "the weeks add up to all lines"

# %% [markdown]
# ## What was known two weeks before the data ends?

# %%
past = shop.as_of(shop.data_up_to.date() - timedelta(days=14))
display(past.sql("SELECT status, reconstructed, count(*) AS lines FROM order_lines GROUP BY ALL ORDER BY ALL"))

# %% [markdown]
# ## Which tables and columns are there?

# %%
columns = (
    "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE comment IS NOT NULL ORDER BY table_name, column_index"
)
display(shop.sql(columns))
