"""Small shops whose parcels end in ways that a test names."""

import datetime as dt
from decimal import Decimal

import shops

TUESDAY = dt.date(2026, 3, 31)  # the as-of day
SHIPPED = dt.date(2026, 3, 3)
TEN = Decimal("10.00")
ENDED = {"delivered": {"delivered_day": dt.date(2026, 3, 6)}, None: {}, "unknown": {}}


def send(con, outcomes, value=TEN, prefix="", **line):
    """One order, line and parcel per outcome, all ordered in the week of 2 March unless told."""
    for number, outcome in enumerate(outcomes):
        order = f"{prefix}{number}"
        told = {
            "tracking": outcome, "shipped_day": SHIPPED, "tracking_number": f"T{order}", "carrier": "UPS", "service": "Ground",
            "seen_day": dt.date(2026, 3, 16), "tax_included": False, "insured": False,
        } | ENDED.get(outcome, {}) | line  # fmt: skip
        shops.add_line(con, order, value=value, **told)
        parcel = {name: told[name] for name in ("carrier", "service", "insured", "label_cost", "declared_value") if name in told}
        shops.add_parcel(con, f"T{order}", order, "1", outcome=outcome, currency=line.get("currency", "USD"), **parcel)


def add_tariff(con, name="A", **step):
    """One step of a tariff: from 0, 1.00 for a parcel, in USD, 80 % of claims paid unless told."""
    told = {"tariff": name, "currency": "USD", "from_value": 0, "premium": 1, "paid_share": Decimal("0.8")} | step
    shops.put(con, "tariffs", account="shop", row=repr(sorted(told.items(), key=str)), **told)


def add_claim(con, row, **claim):
    """One claim with the insurer, paid."""
    shops.put(con, "recoveries", **{"account": "shop", "row": row, "source": "insurer", "state": "paid"} | claim)


def row(result, what="lost", currency="USD"):
    """The row of the frame."""
    found = result.frame[(result.frame["what"] == what) & (result.frame["currency"] == currency)]
    return found.iloc[0]
