"""Small shops whose parcels end in ways that a test names."""

import datetime as dt
from decimal import Decimal

import shops

TUESDAY = dt.date(2026, 3, 31)  # the as-of day
SHIPPED = dt.date(2026, 3, 3)
TEN = Decimal("10.00")
OF_PARCEL = ("carrier", "service", "insured", "label_cost", "declared_value", "premium")
ENDED = {"delivered": {"delivered_day": dt.date(2026, 3, 6)}, None: {}, "unknown": {}}


def send(con, outcomes, value=TEN, prefix="", **line):
    """One order, line and parcel per outcome, all ordered in the week of 2 March unless told."""
    lines, parcels, inside = [], [], []
    for number, outcome in enumerate(outcomes):
        order = f"{prefix}{number}"
        told = shops.LINE | {
            "order_id": order, "line": "1", "value": value, "item_price": value, "tracking": outcome, "shipped_day": SHIPPED,
            "tracking_number": f"T{order}", "carrier": "UPS", "service": "Ground", "seen_day": dt.date(2026, 3, 16),
            "delivered_day": None, "tax_included": False, "insured": False,
        } | ENDED.get(outcome, {}) | line  # fmt: skip
        lines.append(told)
        about = {"parcel": f"T{order}", "order_id": order, "outcome": outcome, "currency": line.get("currency", "USD")}
        parcels.append(shops.PARCEL | about | {name: told[name] for name in OF_PARCEL if name in told})
        inside.append({"account": "shop", "parcel": f"T{order}", "order_id": order, "line": "1"})
    for table, rows in (("order_lines", lines), ("line_facts", lines), ("parcels", parcels), ("parcel_lines", inside)):
        shops.put_many(con, table, rows)


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
