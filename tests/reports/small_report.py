# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% tags=["setup"]
import sys
from datetime import date

import pandas as pd
import plotly.graph_objects as go
from IPython.display import HTML

from orderkit.analyses import show

# %% [markdown]
# # Week 46, 9 to 15 Nov 2026
#
# Data up to Sun 15 Nov 2026, days in Los Angeles time.
# Costs from $842 to $900 are not a formula. <script>window.pwned = 1</script>

# %% tags=["parameters"]
week = "2026-W46"
fail = False

# %% tags=["setup"]
print("a line of the setup cell")
SECTION = f"Refunds for {week}"

# %%
print("an old library", "complains", file=sys.stderr)
show.cards(
    [
        {"value": "$842.00 and €310.00", "label": "Claimable by Sunday", "note": "+$96.00 on last week", "tone": "good"},
        {"value": "11", "label": "Things to do"},
        {"value": "$96.00", "label": "Expired", "note": "-$12.00 on last week", "tone": "bad"},
        {"value": "2.1% (9 of 430)", "label": "Parcels lost", "note": "usual range 0.8% to 2.6%"},
    ]
)

# %%
show.tasks(
    [
        {
            "what": "File a claim with the carrier for 2 lost parcels",
            "note": "Order 111-0000001-0000001. Evidence: last scan Fri 30 Oct, Reno NV.",
            "deadline": date(2026, 11, 15),
            "left": "3 days left",
            "money": "$84.20",
            "link": "https://sellercentral.example/orders/111-0000001-0000001",
            "urgent": True,
        },
        {
            "what": "Answer 3 buyers who ask to cancel",
            "note": "Not shipped yet: agree.",
            "deadline": date(2026, 11, 18),
            "money": "€61.00",
        },
        {"what": "Inspect 4 returns", "note": "Arrived, not inspected; nobody can tell who pays.", "money": "not known"},
    ]
)

# %% [markdown]
# ## Refunds at risk on late deliveries

# %%
late = pd.DataFrame({"week": [44, 45, 46], "risk": [1.0, 3.0, 2.0]})
assert not fail, "the test asked for it"
show.section(
    SECTION + ": 6 late parcels put $310.20 at risk, 2 more than last week",
    "Usual range: 2 to 7 parcels a week. 14 parcels have no tracking: not known.",
    show.fold("How we know", ["Late means delivered after the promised day.", "Denominator: 430 shipped lines; 14 not known."]),
)

# %%
figure = go.Figure(go.Bar(x=late["week"], y=late["risk"], marker_color="#0072B2", text=late["risk"], textposition="outside"))
figure.update_layout(
    title="Late parcels rose in week 45 and fell again in the week of this report",
    meta={
        "alt": "Bars of late parcels a week: 1, 3, 2.",
        "table": {"columns": ["Week", "Parcels"], "rows": [["44", 1], ["45", 3], ["46", 2]]},
    },
    template="plotly_white",
)

# %% [markdown]
# ## Return reasons

# %%
scatter = go.Figure(
    go.Scatter(x=[1, 2, 3], y=[2, 1, 4], mode="lines+markers", name="</script><b>returns</b>", line_color="#D55E00")
)
scatter.update_layout(meta={"alt": "A line of returns a week."}, template="plotly_white", height=300)
scatter.show()

# %%
frame = pd.DataFrame(
    {
        "reason": ["Defective", "Wrong size <img src=x onerror=alert(1)>", "No longer needed"],
        "returns": [6, 3, 1],
        "refunded": [120.5, None, 9.99],
        "currency": ["USD", "USD", "EUR"],
        "newest": [date(2026, 11, 14), date(2026, 11, 12), None],
    }
)
show.table(frame, caption="Returns of the week by reason", money={"refunded": "currency"})

# %%
HTML("<p>hostile</p><script>window.pwned = 2</script>")

# %%
HTML('<img src="https://example.com/pixel.png"><p>calls out</p>')

# %% tags=["check"]
assert len(frame) == 3
