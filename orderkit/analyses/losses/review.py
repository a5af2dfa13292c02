"""Were we right: losses by week against what earlier weeks foretold, what past cover cost and brought, and claims never filed."""

import numpy as np
import pandas as pd

from orderkit.analyses.losses import bought as loss_bought
from orderkit.statistics.rates import future_events

LEVEL = 0.9
WARM = 100  # parcels with known outcome in earlier weeks, from which on a week is foretold
WEEKS = [
    "currency", "week", "parcels", "known_outcome", "open", "events", "expected", "low", "high", "within", "value_lost",
    "insured", "premium", "premium_told", "premium_unknown", "tariff", "expected_brings", "brought",
]  # fmt: skip
UNFILED = ["order_id", "carrier", "service", "outcome", "insured", "value", "currency", "state", "deadline", "latest", "what"]
BY_WEEK = """
    SELECT
        currency, week, count(*) AS parcels,
        count(*) FILTER (outcome IN ('delivered', 'returned', 'lost', 'damaged')) AS known_outcome,
        count(*) FILTER (outcome = 'open') AS open,
        count(*) FILTER (outcome IN ('lost', 'damaged')) AS events,
        coalesce(sum(value) FILTER (outcome IN ('lost', 'damaged')), 0) AS value_lost,
        count(*) FILTER (insured) AS insured,
        coalesce(sum(recovered_insurer), 0) AS brought
    FROM loss_parcels
    WHERE week IS NOT NULL AND currency IS NOT NULL AND ($marketplace IS NULL OR marketplace = $marketplace)
    GROUP BY currency, week
    ORDER BY currency, week
"""
CLAIMS = """
    SELECT DISTINCT
        loss_parcels.account, loss_parcels.order_id, loss_parcels.parcel, loss_parcels.carrier, loss_parcels.service,
        loss_parcels.outcome, loss_parcels.insured, loss_parcels.value, loss_parcels.currency, answers.answer, answers.deadline,
        answers.deadline_latest AS latest
    FROM answers_carrier_claim AS answers
    JOIN line_facts AS lines USING (account, order_id, line)
    JOIN loss_parcels
        ON loss_parcels.account = lines.account
        AND loss_parcels.order_id = lines.order_id
        AND loss_parcels.parcel = coalesce(lines.tracking_number, '')
    WHERE loss_parcels.outcome IN ('lost', 'damaged') AND NOT loss_parcels.claimed
        AND ($marketplace IS NULL OR loss_parcels.marketplace = $marketplace)
    ORDER BY answers.deadline DESC NULLS LAST, loss_parcels.value DESC NULLS LAST, loss_parcels.order_id
"""
PAST = "claim_probably_past"


def weeks(con, *, insured_with=None, marketplace=None):
    """By currency and week of the order: parcels, events (lost or damaged), what the weeks before foretold for as many parcels
    with a known outcome (expected, low, high: 90 %, beta-binomial) and whether the events lie within; insured parcels, what
    their cover cost (premium: as told, else by the `tariff` of that day; premium_told, premium_unknown: of how many it is told,
    and of how many neither told nor priced), what it was then expected to bring, and what insurers have paid for them so far.

    A week is foretold once 100 outcomes of earlier weeks are known; NaN before. insured_with: the tariff that cover was bought
    with; without it the only one, and of several the one that explains the premiums paid best (see loss_bought.bought). Raises
    UnknownName for a name that no tariff has.
    """
    found = con.sql(BY_WEEK, params={"marketplace": marketplace}).df()
    if found.empty:
        return pd.DataFrame(columns=WEEKS)
    parts = [_foretold(rows.reset_index(drop=True)) for _, rows in found.groupby("currency")]
    found = pd.concat(parts, ignore_index=True)
    bought = loss_bought.bought(con, found, insured_with=insured_with, marketplace=marketplace)
    found = found.merge(bought, on=["currency", "week"], how="left") if len(bought) else found
    counts = ["premium_told", "premium_unknown"]
    found = found.reindex(columns=WEEKS)
    return found.assign(**{name: found[name].fillna(0).astype(int) for name in counts})


def unfiled(con, pack, *, marketplace=None):
    """Lost and damaged parcels about which no claim with carrier or insurer is on record: a row per parcel, those still open
    first, with the day until which to file. Empty where the pack asks nothing about claims. Needs its answers."""
    if pack is None or "carrier_claim" not in pack.questions:
        return pd.DataFrame(columns=UNFILED)
    rows = con.sql(CLAIMS, params={"marketplace": marketplace}).df()
    acts = {name: answer.acts for name, answer in pack.answers.items()}
    rows["state"] = [
        "open" if "claim" in acts.get(answer, ()) else "probably past" if answer == PAST else "" for answer in rows["answer"]
    ]
    rows = rows[rows["state"] != ""].drop_duplicates(["account", "order_id", "parcel"])
    rows["what"] = [pack.answers[answer].meaning for answer in rows["answer"]]
    return rows.sort_values("state", kind="stable").reset_index(drop=True).reindex(columns=UNFILED)


def _foretold(rows):
    """Each week by the weeks before it alone."""
    events, known = rows["events"].cumsum().shift(fill_value=0), rows["known_outcome"].cumsum().shift(fill_value=0)
    said = []
    for k, n, trials in zip(events, known, rows["known_outcome"], strict=True):
        ahead = future_events(int(k), int(n), int(trials), LEVEL) if n >= WARM else None
        said.append((ahead.expected, ahead.low, ahead.high) if ahead else (np.nan,) * 3)
    rows[["expected", "low", "high"]] = said
    within = rows["events"].between(rows["low"], rows["high"]).astype("boolean")
    rate = ((events + 0.5) / (known + 1)).where(known >= WARM)
    return rows.assign(within=within.where(rows["expected"].notna(), pd.NA), rate=rate)
