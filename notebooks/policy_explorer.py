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
from orderkit import policy
from orderkit.analyses import show

# %% tags=["setup"] jupyter={"source_hidden": true}
ARTICLE, TODAY = "article-2021", "amazon"
TITLES = {"case": "case", "left_says": "the article of 2021", "right_says": "today's rules", "right_why": "why today"}
PAIRS = {
    "question": "when",
    "before": "the article of 2021",
    "after": "today's rules",
    "orders": "orders",
    "money": "their value",
}
ANSWER = {"line": "line", "answer": "answer", "rule": "rule", "who_pays": "who pays", "deadline": "by", "source": "source"}

# %% tags=["parameters"]
db = os.environ.get("ORDERKIT_DB", "")  # empty: the sample shop
week = ""  # one of the weeks available, such as "2026-W46"; empty: as of the newest data
sample = False

# %% [markdown]
# # May I still do what an article of 2021 advises?
# "How do Amazon sellers manage orders?" of 12 March 2021 gives advice in fifteen statements. Marketplaces have changed since.
# This page shows where the two part, what that means for the orders of a shop, and how a dated rule changes an answer.

# %%
shop = (ok.open(db, sample=sample, pack=TODAY) if db else ok.sample()).week(week)
display(shop)

# %% tags=["setup"]
cases = policy.side_by_side(ARTICLE, TODAY)
parted = cases[cases["part"]].set_index("question")[list(TITLES)]

# %%
display(show.note(f"{len(parted)} of {len(cases)} typical cases are answered otherwise today, or somebody else pays."))

# %% [markdown]
# ## What if the buyer wants to cancel?

# %%
display(show.table(parted.loc[["cancel"]], titles=TITLES))

# %% [markdown]
# ## What if the buyer wants another address?

# %%
display(show.table(parted.loc[["address"]], titles=TITLES))

# %% [markdown]
# ## What if the parcel has not come?

# %%
display(show.table(parted.loc[["not_received"]], titles=TITLES))

# %% [markdown]
# ## What if the buyer wants to send it back?

# %%
display(show.table(parted.loc[["return_request"]], titles=TITLES))

# %% [markdown]
# ## What if a return has arrived?

# %%
display(show.table(parted.loc[["return_received"]], titles=TITLES))

# %% tags=["check"]
assert set(parted.index) == {"cancel", "address", "not_received", "return_request", "return_received"}
assert parted["right_why"].str.len().gt(0).all(), "every answer names its source"

# %% [markdown]
# ## What does it mean for the orders of this shop?
# As if the buyer of each order wrote today: on how many would the article's advice be another than today's rules?

# %%
by_article = ok.open(shop.path, sample=shop.is_sample, pack=ARTICLE).week(week)
differ = by_article.compare(TODAY)
pairs = differ.pairs[~differ.pairs["after"].isin(["unknown", "no rule known"])]
display(show.note(differ.headline))
display(show.table(pairs.sort_values("orders", ascending=False, kind="stable").head(20)[list(PAIRS)], titles=PAIRS))

# %% tags=["check"]
assert sum(change["lines"] for change in differ.changes) == len(differ.frame), "every line stands behind one pair of rules"

# %% [markdown]
# ## What do both say of one order?
# The dearest order under way or lost on which they part when its buyer writes that it has not come.

# %%
asked = differ.frame.query("question == 'not_received' and answer != 'give_proof_of_delivery'")
order = asked.sort_values(["value", "order_id"], ascending=[False, True])["order_id"].head(1).tolist()
display(*[shown.ask(each, request="not_received") for each in order for shown in (by_article, shop)])

# %% tags=["check"]
assert len(order) <= 1
assert set(asked["order_id"]) >= set(order)

# %% [markdown]
# ## How does a date change an answer?
# Goods bought in the United States from 1 November to 31 December 2025 could go back until 31 January 2026. The same return,
# asked for on 20 January, of an order placed on the last day of October and on the first of November:

# %%
back = {"marketplace": "amazon.com", "delivered_day": "2025-11-05", "requested_at": "2026-01-20", "in_policy": False}
days = [{**back, "ordered_day": day, "closed": False, "fault": "buyer"} for day in ("2025-10-31", "2025-11-01")]
asked = [shop.ask(each, request="return", **facts) for each in order for facts in days]
for each, facts in zip(asked, days, strict=False):
    display(show.table(each.frame.head(1)[list(ANSWER)], titles=ANSWER, caption=f"Placed on {show.day(facts['ordered_day'])}"))

# %% tags=["check"]
assert [each.cases[0].answer for each in asked] in ([], ["may_decline_late_return", "authorise_return"])

# %% [markdown]
# ## Which rules changed since the year began?

# %%
changes = shop.rule_changes(since=f"{shop.data_up_to.year}-01-01")
display(changes)

# %% tags=["check"]
assert changes.frame["orders"].ge(0).all()
