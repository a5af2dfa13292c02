"""What the cover that was bought cost, as told or by a tariff, and what it was then expected to bring."""

import numpy as np
import pandas as pd

from orderkit.analyses.losses.price_lists import price_lists
from orderkit.errors import UnknownName
from orderkit.statistics.losses.cover import Parcels, offer

BOUGHT = ["currency", "week", "tariff", "premium", "premium_told", "premium_unknown", "expected_brings"]
INSURED = """
    SELECT
        week, ordered_day, carrier, service, coalesce(declared_value, value) AS value, premium AS paid,
        row_number() OVER (
            PARTITION BY account, parcel, CASE WHEN parcel = '' THEN order_id END
            ORDER BY ordered_day, order_id
        ) = 1 AS once
    FROM loss_parcels
    WHERE insured AND week IS NOT NULL AND currency = $currency AND ($marketplace IS NULL OR marketplace = $marketplace)
    ORDER BY ALL
"""


def bought(con, found, *, insured_with=None, marketplace=None):
    """A row per currency and week with insured parcels (BOUGHT).

    premium: what was paid where it is told, else the price that the tariff of that day asks; without a tariff only where all of
    the week is told. premium_told, premium_unknown: of how many parcels it is told, and of how many neither told nor priced.
    expected_brings: what the tariff pays of the losses foretold; `found`: currency, week, rate (of losses, as foretold).

    insured_with: the name of the tariff; where its currency has none of that name the only one, of several the one that explains
    the premiums paid best; None where none is told. Raises UnknownName for a name that no tariff has.
    """
    steps = con.sql("SELECT * FROM tariffs ORDER BY ALL").df()
    if insured_with is not None and insured_with not in set(steps["tariff"]):
        raise UnknownName("tariff", insured_with, sorted(set(steps["tariff"])), where=" among those loaded")
    parts = []
    for currency, own in found.groupby("currency"):
        sent = con.execute(INSURED, {"currency": currency, "marketplace": marketplace}).df()
        if len(sent):
            rate = sent["week"].map(own.set_index("week")["rate"])
            parts.append(_by_week(sent, steps[steps["currency"] == currency], rate, insured_with).assign(currency=currency))
    return pd.concat(parts, ignore_index=True)[BOUGHT] if parts else pd.DataFrame(columns=BOUGHT)


def _by_week(sent, steps, rate, insured_with):
    """The insured parcels of one currency summed up by week. A parcel that holds several orders was paid for once."""
    names = [insured_with] if insured_with in set(steps["tariff"]) else sorted(steps["tariff"].unique())
    priced = {name: _priced(sent, steps[steps["tariff"] == name]) for name in names}
    name = next(iter(priced)) if len(priced) == 1 else best_explained(sent, priced)
    price = priced[name] if name else pd.DataFrame(np.nan, sent.index, ["premium", "lost"])
    told = sent["paid"].notna()
    cost = sent["paid"].where(sent["once"] | ~told, 0.0).where(told, price["premium"])
    parcels = pd.DataFrame({
        "week": sent["week"], "premium": cost, "expected_brings": price["lost"] * rate, "premium_told": told,
        "premium_unknown": cost.isna(),
    })  # fmt: skip
    by = parcels.groupby("week")
    sums = by[["premium", "expected_brings"]].sum(min_count=1).join(by[["premium_told", "premium_unknown"]].sum())
    if name is None:  # what some of the parcels cost is not what the week cost
        sums["premium"] = sums["premium"].where(sums["premium_unknown"] == 0)
    return sums.reset_index().assign(tariff=name)


def best_explained(sent, priced):
    """The name of the tariff whose prices come nearest to what was paid: the least sum of absolute differences, of equal ones the
    first by name. What a tariff has no price for differs by all that was paid. None where no tariff prices a parcel paid for.

    sent: `paid` (NaN: not told), `once`; priced: {name: frame with `premium`, row by row as sent}.
    """
    paid = sent["paid"].where(sent["once"]).dropna()
    prices = {name: one["premium"].reindex(paid.index) for name, one in priced.items()}
    apart = {name: round((paid - own.fillna(0)).abs().sum(), 2) for name, own in prices.items() if own.notna().any()}
    return min(sorted(apart), key=apart.get, default=None)


def _priced(sent, steps):
    """What one tariff asks for these parcels on the day of their order (premium), and what it pays for a lost one (lost); NaN
    where it has no step for one."""
    found = pd.DataFrame(np.nan, sent.index, ["premium", "lost"])
    valued = sent[sent["value"].notna()]
    begins = np.unique(steps["valid_from"].dropna().to_numpy(dtype="datetime64[s]"))
    version = np.searchsorted(begins, valued["ordered_day"].to_numpy(dtype="datetime64[s]"), side="right")
    for _, own in valued.groupby(version):  # between two beginnings the same steps hold
        for tariff in price_lists(steps, day=own["ordered_day"].iloc[0])[0]:
            value, cell = own["value"].to_numpy(dtype=float), np.zeros(len(own), dtype=int)
            parcels = Parcels(value, cell, own["carrier"].to_numpy(), own["carrier"], own["service"])
            offered = offer(parcels, tariff, paid_share=None if tariff.steps["paid_share"].notna().all() else 1.0)
            found.loc[own.index, ["premium", "lost"]] = np.column_stack([offered.premium, offered.lost])
    return found
