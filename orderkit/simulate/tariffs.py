"""What cover costs in a simulated shop: an illustrative price list of a carrier and one of an insurer for each currency.

The figures are invented, near what such lists ask for: no carrier or insurer charges exactly these. Money is in whole cents.
"""

import numpy as np
import pandas as pd

from orderkit.simulate.parameters import site

HUNDRED = 10_000  # cents: prices go by started hundreds
TOP = 200_000  # cents: nothing above is covered
CARRIER_EACH, CARRIER_MINIMUM = 125, 390  # per started hundred above what the service includes, and at least for a parcel
INSURER_EACH = 95  # per started hundred from the first
CURRENCIES = ("USD", "EUR")


def insured_value(value):
    """What an insured parcel is insured for: its value, up to the end of the list."""
    return np.minimum(value, TOP)


def premium(value, currency):
    """What the insurer asks for parcels of these values; 0 in a currency for which there is no list."""
    hundreds = np.maximum(-(-insured_value(value) // HUNDRED), 1)
    return np.where(np.isin(currency, CURRENCIES), INSURER_EACH * hundreds, 0)


def tariffs(services, *, paid_share):
    """One row per step of each list: tariff, carrier, service, currency, from_value to to_value, premium, minimum and so on.

    `services` are those of each marketplace. Rows without a carrier hold for all; where the tracked services of a currency
    do not all include the same cover, each has rows of its own. `paid_share` is what the insurer says of its claims; the
    carrier says nothing (NaN).
    """
    parts = [_columns()]
    for currency in CURRENCIES:
        sets = _sets(services, currency)
        parts += [_carrier(*one, currency) for one in sets]
        parts += [_insurer(*one, currency).assign(paid_share=paid_share) for one in sets]
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)


def _sets(services, currency):
    """(carrier, service, included cover) of the row sets of a currency; carrier and service are empty where one set does."""
    here = [one for name, known in services.items() if site(name).market.currency == currency for one in known if one.tracked]
    sets = {(one.carrier, one.service): one.included_cents for one in here}
    if len(set(sets.values())) == 1:
        return [("", "", next(iter(sets.values())))]
    return [(*names, included) for names, included in sets.items()]


def _carrier(carrier, service, included, currency):
    ends = np.append(np.arange(included, TOP, HUNDRED), TOP)
    ends = ends[ends > 0]
    price = CARRIER_EACH * np.maximum(-(-(ends - included) // HUNDRED), 0)
    frame = _steps(ends, f"Carrier cover {currency} (illustrative)", carrier, service, included, currency)
    return frame.assign(premium=price, minimum=np.where(price > 0, CARRIER_MINIMUM, 0), paid_share=np.nan)


def _insurer(carrier, service, included, currency):
    ends = np.arange(HUNDRED, TOP + 1, HUNDRED)
    frame = _steps(ends, f"Parcel insurer {currency} (illustrative)", carrier, service, included, currency)
    return frame.assign(premium=premium(ends, currency), minimum=0)


def _steps(ends, name, carrier, service, included, currency):
    starts = np.append(0, ends[:-1] + 1)  # the next step begins a cent later
    who = {"tariff": name, "carrier": carrier, "service": service, "currency": currency}
    return pd.DataFrame({"from_value": starts, "to_value": ends}).assign(**who, included_cover=included)


def _columns():
    """The table of a shop without a currency that has a list."""
    texts = dict.fromkeys(("tariff", "carrier", "service", "currency"), pd.Series(dtype=str))
    cents = dict.fromkeys(("from_value", "to_value", "premium", "minimum", "included_cover"), pd.Series(dtype=np.int64))
    return pd.DataFrame(texts | cents | {"paid_share": pd.Series(dtype=float)})
