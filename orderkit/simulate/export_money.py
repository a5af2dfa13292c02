"""The settlements and the FBA customer returns of a simulated shop."""

import numpy as np

from orderkit.marketplaces import marketplaces as known_marketplaces
from orderkit.simulate.bookings import bookings
from orderkit.simulate.layout import each, moments
from orderkit.simulate.moments import DAY

EVERY = np.timedelta64(14 * DAY, "s")
ANCHOR = np.datetime64(
    "2026-11-06T08:00:00", "s"
)  # one of the moments at which a settlement closes; others are weeks of two away


def settlements(truth, as_of):
    """[(name of the file, columns, rows)], one per marketplace: its settlements closed by `as_of` one after the other.

    Each begins with a row of its own that tells period and payout, as it stands in the marketplace's file.
    """
    booked = bookings(truth)
    found = []
    for number, site in enumerate(truth.marketplaces):
        mine = booked[booked["marketplace"] == site]
        turns = range((truth.start - ANCHOR) // EVERY + 1, (as_of - ANCHOR) // EVERY + 1)
        blocks = [_settlement(site, mine, ANCHOR + EVERY * turn, number) for turn in turns]
        columns = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]} if blocks else {}
        rows = len(next(iter(columns.values()), ()))
        found.append((f"settlements-{site}-{as_of.astype('datetime64[D]')}.txt", columns, rows))
    return found


def _settlement(site, booked, close, number):
    """Columns of one settlement: its period and payout first, then a row per booking."""
    rows = booked[(booked["posted_at"] > close - EVERY) & (booked["posted_at"] <= close)]
    market = known_marketplaces()[site]
    europe = market.currency == "EUR"
    start, end, paid = _clock([close - EVERY, close, close + np.timedelta64(2 * DAY, "s")], europe)
    first = {
        "settlement-start-date": start, "settlement-end-date": end, "deposit-date": paid,
        "total-amount": _signed([rows["cents"].sum()], europe)[0], "currency": market.currency,
    }  # fmt: skip
    identity = str(18_000_000_000 + (number + 1) * 10_000_000 + int(close.astype(np.int64)) // DAY)
    below = {name: np.array(["", *cells], object) for name, cells in _cells(rows, europe, site).items()}
    named = {name: np.array([cell] + [""] * len(rows), object) for name, cell in first.items()}
    return {"settlement-id": np.full(len(rows) + 1, identity, object)} | named | below


def _cells(rows, europe, site):
    posted = rows["posted_at"].to_numpy()
    ordered = rows["kind"].isin(["ItemPrice", "ItemFees", "ItemWithheldTax", "Promotion"]).to_numpy()
    return {
        "transaction-type": rows["transaction"].to_numpy(object),
        "order-id": rows["order_id"].to_numpy(object),
        "marketplace-name": np.full(len(rows), site.replace("amazon", "Amazon"), object),
        "amount-type": rows["kind"].to_numpy(object),
        "amount-description": rows["description"].to_numpy(object),
        "amount": _signed(rows["cents"], europe),
        "fulfillment-id": np.where(ordered, np.where(rows["channel"] == "FBA", "AFN", "MFN"), "").astype(object),
        "posted-date": _day(posted, europe),
        "posted-date-time": _clock(posted, europe),
        "order-item-code": rows["order_item_id"].to_numpy(object),
        "sku": rows["sku"].to_numpy(object),
        "quantity-purchased": np.where(ordered, each(rows["units"], str), "").astype(object),
    }


def _signed(cents, europe):
    mark = "," if europe else "."
    return each(cents, lambda one: f"{'-' if one < 0 else ''}{abs(one) // 100}{mark}{abs(one) % 100:02d}")


def _day(values, europe):
    text = np.datetime_as_string(np.asarray(values, "datetime64[D]"))
    return each(text, lambda day: ".".join(reversed(day.split("-")))) if europe else text.astype(object)


def _clock(values, europe):
    values = np.asarray(values, "datetime64[s]")
    clock = [text[11:] for text in np.datetime_as_string(values).tolist()]
    return np.array([f"{day} {time} UTC" for day, time in zip(_day(values, europe), clock, strict=True)], object)


def fba_returns(truth, as_of):
    """Columns of the FBA customer returns: one row per unit that came back to a warehouse by `as_of`."""
    back = truth.fba_returns[truth.fba_returns["received_at"] <= as_of].sort_values(["received_at", "order_no", "line_no"])
    ids = truth.lines.set_index(["order_no", "line_no"])["order_id"]
    back = back.join(ids, on=["order_no", "line_no"])
    broken = back["disposition"].isin(["DAMAGED", "CARRIER_DAMAGED"])
    stock = np.where(back["disposition"] == "SELLABLE", "Unit returned to inventory", "")
    columns = {
        "return-date": moments(back["received_at"]),
        "order-id": back["order_id"],
        "sku": back["sku"],
        "asin": back["asin"],
        "fnsku": each(back["asin"], lambda asin: "X00" + asin[3:]),
        "product-name": back["title"],
        "quantity": "1",
        "fulfillment-center-id": np.where(back["currency"] == "EUR", "LEJ1", "PHX7"),
        "detailed-disposition": back["disposition"],
        "reason": back["reason"],
        "status": np.where(broken & (back["reimbursed_at"] <= as_of), "Reimbursed", stock),
        "license-plate-number": back["licence_plate"],
        "customer-comments": back["comment"],
    }
    return columns, len(back)
