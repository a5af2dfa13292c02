"""The amazon.in sale report of a simulated shop, in the layout of the public file of 2022."""

import numpy as np

from orderkit.simulate.export_orders import easy_ship_status, known_lines, order_status
from orderkit.simulate.layout import each, money, yes_no
from orderkit.simulate.moments import to_local

CATEGORIES = {"home": "Set", "apparel": "kurta", "electronics": "Top", "tools": "Western Dress"}


def sale_report(truth, as_of):
    """Columns of the sale report: the amazon.in lines, newest first, with the Easy Ship state in the status.

    A day and no clock time; the amount is missing on many cancelled lines and on those just being shipped.
    """
    lines = known_lines(truth, as_of)
    status = easy_ship_status(truth, lines, as_of, order_status(lines))
    fba = (lines["channel"] == "FBA").to_numpy()
    boxing = lines["fba_ships_at"].to_numpy() - np.timedelta64(3, "h") <= as_of
    status = np.where(fba & (status == "Unshipped"), np.where(boxing, "Shipping", "Pending"), status)
    status = np.where(status == "PartiallyShipped", np.where(lines["confirmed"], "Shipped", "Pending"), status)
    status = np.where(lines["cancelled"], "Cancelled", status)
    india = np.flatnonzero(lines["marketplace"] == "amazon.in")[::-1]
    lines, status, fba = lines.iloc[india].reset_index(drop=True), status[india], fba[india]
    cancelled = lines["cancelled"].to_numpy()
    priced = np.where(cancelled, lines["money_kept"], status != "Shipping").astype(bool)
    day = to_local(lines["ordered_at"], "Asia/Kolkata").astype("datetime64[D]")
    columns = {
        "index": [str(number) for number in range(len(lines))],
        "Order ID": lines["order_id"],
        "Date": each(day.astype(np.int64), _month_day_year),
        "Status": status,
        "Fulfilment": np.where(fba, "Amazon", "Merchant"),
        "Sales Channel ": "Amazon.in",
        "ship-service-level": lines["service_level"],
        "Style": lines["style"],
        "SKU": lines["sku"],
        "Category": lines["category"].map(CATEGORIES),
        "Size": lines["variant"],
        "ASIN": lines["asin"],
        "Courier Status": _courier(status, lines["paid"].to_numpy(), cancelled),
        "Qty": each(np.where(cancelled, 0, lines["units"]), str),
        "currency": np.where(priced, "INR", ""),
        "Amount": [text.removesuffix("0") for text in money(lines["item_price"], priced)],
        "ship-city": "SAMPLETOWN",
        "ship-state": "SAMPLESTATE",
        "ship-postal-code": lines["region"] + "000.0",
        "ship-country": "IN",
        "promotion-ids": np.where(lines["promotions"] > 0, "IN Sample Free Shipping,PROMO-SAMPLE-10", ""),
        "B2B": yes_no(lines["business"], "True", "False"),
        "fulfilled-by": np.where(fba, "", "Easy Ship"),
        "Unnamed: 22": "False",
    }
    return columns, len(lines)


def _month_day_year(day_number):
    year, month, day = str(np.datetime64(day_number, "D")).split("-")
    return f"{month}-{day}-{year[2:]}"


def _courier(status, paid, cancelled):
    gone = np.char.startswith(status.astype(str), "Shipped")
    return np.where(cancelled, np.where(paid, "Cancelled", ""), np.where(gone, "Shipped", "Unshipped"))
