"""What cover of a parcel costs and is expected to pay, by the parcel's value: the lines behind the values from which it pays."""

import numpy as np
import pandas as pd

from orderkit.statistics.losses.cover import Parcels, offer

CENT = 0.01
BETWEEN = 60  # further values between those at which the tariff bends: a claim that is not worth its work bends it too


def prices(one, tariff, rates, *, paid_share=None, handling=0.0):
    """A row per carrier's service and value: group, value, premium, expected (payments, at the mean rate of the service), rate.

    one: a Book whose parcels know what carriers include; rates: {group: rate of loss or damage}. Values reach from nothing to
    the dearest parcel; at a step of the tariff both sides of it are told, between two values the lines are straight. A value
    without a step has premium NaN.
    """
    up_to, parts = float(one.parcels.value.max()), []
    for place, name in pd.Series(one.parcels.group).drop_duplicates().items():
        carrier, service, free = (column[place] for column in (one.parcels.carrier, one.parcels.service, one.parcels.included))
        values = _values(tariff, carrier, service, free, up_to)
        of = [np.full(len(values), word, dtype=object) for word in (carrier, service)]
        parcels = Parcels(
            values, np.zeros(len(values), dtype=int), np.zeros(len(values)), *of, included=np.full(len(values), float(free))
        )
        found = offer(parcels, tariff, paid_share=paid_share, handling=handling)
        table = {"group": name, "value": values, "premium": found.premium, "expected": rates[name] * found.lost}
        parts.append(pd.DataFrame(table).assign(rate=rates[name]))
    return pd.concat(parts, ignore_index=True)


def _values(tariff, carrier, service, free, up_to):
    """Where the lines bend or jump, both sides of each, and some between."""
    deductibles = tariff.steps["deductible"].fillna(0).unique()
    bends = np.concatenate([tariff.kinks(carrier, service), [free], free + deductibles])
    bends = bends[bends < up_to]
    return np.unique(np.round(np.concatenate([bends, bends + CENT, np.linspace(0, up_to, BETWEEN)]), 2))
