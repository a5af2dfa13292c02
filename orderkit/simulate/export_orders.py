"""All Orders and the Order report of a simulated shop."""

import numpy as np
import pandas as pd

from orderkit.simulate.layout import each, local_moments, moments, money, yes_no
from orderkit.simulate.parameters import site
from orderkit.simulate.parcels import state_at

EASY_SHIP = {
    "delivered": "Shipped - Delivered to Buyer", "returned": "Shipped - Returned to Seller",
    "returning": "Shipped - Returning to Seller", "rejected": "Shipped - Rejected by Buyer",
    "lost": "Shipped - Lost in Transit", "damaged": "Shipped - Damaged", "in_transit": "Shipped - Picked Up",
}  # fmt: skip


def known_lines(truth, as_of):
    """The lines ordered by `as_of`, oldest first, with what is known of each then: paid, cancelled, confirmed, status.

    `confirmed_at` is the shipment confirmation (FBA: the marketplace's own shipment).
    """
    lines = truth.lines[truth.lines["ordered_at"] <= as_of].sort_values(["ordered_at", "order_no", "line_no"], ignore_index=True)
    number = lines["parcel"].to_numpy()
    confirmed = np.append(truth.parcels["confirmed_at"].to_numpy(), np.datetime64("NaT", "s"))[number]
    fba = ((lines["channel"] == "FBA") & lines["cancelled_at"].isna()).to_numpy()
    lines["confirmed_at"] = np.where(fba, lines["fba_ships_at"].to_numpy(), confirmed)
    lines["cancelled"] = lines["cancelled_at"] <= as_of
    lines["paid"] = lines["paid_at"] <= as_of
    lines["confirmed"] = lines["confirmed_at"] <= as_of
    return lines


def order_status(lines):
    """The status of each line's order: every line of an order carries the same."""
    order = lines["order_no"]
    open_line = ~lines["cancelled"]
    every_cancelled = lines["cancelled"].groupby(order).transform("all")
    pending = (open_line & ~lines["paid"]).groupby(order).transform("any")
    some = lines["confirmed"].groupby(order).transform("any")
    waiting = (open_line & ~lines["confirmed"]).groupby(order).transform("any")
    status = np.where(some & waiting, "PartiallyShipped", np.where(some, "Shipped", "Unshipped"))
    return np.where(every_cancelled, "Cancelled", np.where(pending, "Pending", status))


def easy_ship_status(truth, lines, as_of, status):
    """The status with what became of the parcel, as amazon.in writes it for FBM lines; other lines keep theirs."""
    state = state_at(truth.parcels, as_of)
    state = pd.concat([state, pd.DataFrame({"state": ["none"]})], ignore_index=True).iloc[lines["parcel"]]
    told = state["state"].map(EASY_SHIP).to_numpy()
    out = _out_for_delivery(truth, lines, as_of)
    told = np.where(out & (state["state"] == "in_transit").to_numpy(), "Shipped - Out for Delivery", told)
    easy = ((lines["marketplace"] == "amazon.in") & (lines["channel"] == "FBM") & ~lines["cancelled"]).to_numpy()
    status = np.where(easy & lines["confirmed"], "Pending - Waiting for Pick Up", status)
    status = np.where(easy & (status == "Unshipped"), "Pending", status)
    return np.where(easy & pd.notna(told), told, status)


def _out_for_delivery(truth, lines, as_of):
    """Whether a parcel is with the driver: in the ten hours before it arrives, a day more where nobody opened."""
    number = lines["parcel"].to_numpy()
    arrives = np.append(truth.parcels["delivered_at"].to_numpy(), np.datetime64("NaT", "s"))[number]
    hours = np.where(number % 5 == 0, 34, 10).astype("timedelta64[h]")
    return (arrives - hours <= as_of) & (as_of < arrives)


def last_updated(truth, lines, as_of):
    """The moment of the newest change of each order that was known at `as_of`."""
    columns = [lines[name].to_numpy() for name in ("ordered_at", "paid_at", "cancelled_at", "confirmed_at")]
    india = (lines["marketplace"] == "amazon.in").to_numpy()
    if india.any():  # only there a status tells of delivery
        number = np.where(india, lines["parcel"], -1)
        for name in ("first_scan_at", "delivered_at", "damaged_at", "rejected_at", "returning_at", "returned_at", "lost_at"):
            columns.append(np.append(truth.parcels[name].to_numpy(), np.datetime64("NaT", "s"))[number])
        driver = np.append(truth.parcels["delivered_at"].to_numpy(), np.datetime64("NaT", "s"))[number]
        columns.append(driver - np.where(number % 5 == 0, 34, 10).astype("timedelta64[h]"))
    newest = lines["ordered_at"].to_numpy()
    for column in columns:
        newest = np.where(column <= as_of, np.maximum(newest, column), newest)
    return pd.Series(newest).groupby(lines["order_no"]).transform("max").to_numpy()


def address(lines):
    """Invented places: nobody lives there."""
    zeros = {name: site(name).zeros for name in lines["marketplace"].unique()}
    country = {name: site(name).market.country for name in zeros}
    return {
        "ship-city": "Sampletown",
        "ship-state": "Samplestate",
        "ship-postal-code": lines["region"] + lines["marketplace"].map(zeros).astype(str),
        "ship-country": lines["marketplace"].map(country),
    }


def all_orders(truth, as_of):
    """Columns of All Orders: every line, its state at `as_of`; a cancelled line has 0 units, and at times no money."""
    lines = known_lines(truth, as_of)
    order = easy_ship_status(truth, lines, as_of, order_status(lines))
    alone = np.where(lines["cancelled"], "Cancelled", np.where(lines["confirmed"], "Shipped", "Unshipped"))
    priced = np.where(lines["cancelled"], lines["money_kept"] & lines["paid_at"].notna(), lines["paid"]).astype(bool)
    columns = {
        "amazon-order-id": lines["order_id"],
        "purchase-date": moments(lines["ordered_at"]),
        "last-updated-date": moments(last_updated(truth, lines, as_of)),
        "order-status": order,
        "fulfillment-channel": np.where(lines["channel"] == "FBA", "Amazon", "Merchant"),
        "sales-channel": lines["marketplace"].str.capitalize(),
        "item-status": alone,
        "quantity": each(np.where(lines["cancelled"], 0, lines["units"]), str),
        "currency": np.where(priced, lines["currency"], ""),
        "order-item-id": lines["order_item_id"],
        "promotion-ids": each(lines["promotions"], lambda n: ",".join(["PROMO-SAMPLE-10", "PROMO-SAMPLE-05"][:n])),
    }
    columns |= _goods(lines) | _money(lines, priced) | address(lines)
    return columns, len(lines)


def _goods(lines):
    return {
        "ship-service-level": lines["service_level"],
        "product-name": lines["title"],
        "sku": lines["sku"],
        "asin": lines["asin"],
        "is-business-order": yes_no(lines["business"], "true", "false"),
        "price-designation": np.where(lines["business"], "Business Price", ""),
        "signature-confirmation-recommended": "false",
    }


def _money(lines, priced):
    shipped = priced & (lines["shipping_price"] > 0).to_numpy()
    wrapped = priced & (lines["gift_wrap"] > 0).to_numpy()
    return {
        "item-price": money(lines["item_price"], priced),
        "item-tax": money(lines["item_tax"], priced),
        "shipping-price": money(lines["shipping_price"], shipped),
        "shipping-tax": money(lines["shipping_tax"], shipped),
        "gift-wrap-price": money(lines["gift_wrap"], wrapped),
        "gift-wrap-tax": money(lines["gift_wrap"] * 0, wrapped),
        "item-promotion-discount": money(lines["item_discount"], priced & (lines["item_discount"] > 0)),
        "ship-promotion-discount": money(lines["ship_discount"], priced & (lines["ship_discount"] > 0)),
    }


def order_report(truth, as_of, local_clock=True):
    """Columns of the Order report: FBM lines as they were bought, once they could be shipped, with the promised days.

    A line with two promotions stands twice, each row with its part of the discount.
    """
    lines = known_lines(truth, as_of)
    lines = lines[(lines["channel"] == "FBM") & lines["paid"]]
    lines = lines.loc[lines.index.repeat(np.maximum(lines["promotions"], 1))]
    second = lines.index.duplicated()
    lines = lines.reset_index(drop=True)
    half = lines["item_discount"] // 2
    part = np.where(second, half, lines["item_discount"] - np.where(lines["promotions"] > 1, half, 0))
    promoted = (lines["item_discount"] > 0).to_numpy()
    lines["ship_discount"] = np.where(second, 0, lines["ship_discount"])
    columns = {
        "order-id": lines["order_id"],
        "order-item-id": lines["order_item_id"],
        "quantity-purchased": each(lines["units"], str),
        "currency": lines["currency"],
        "ship-service-name": lines["service_level"],
        "sales-channel": lines["marketplace"].str.capitalize(),
        "is-prime": "false",
    }
    columns |= _goods(lines) | _money(lines, np.ones(len(lines), bool)) | address(lines) | _person(lines)
    columns |= {name: _clock(lines, column, local_clock) for name, column in DATES.items()}
    columns["item-promotion-discount"] = money(part, promoted)
    columns["item-promotion-id"] = np.where(promoted, np.where(second, "PROMO-SAMPLE-05", "PROMO-SAMPLE-10"), "")
    columns["ship-promotion-id"] = np.where(lines["ship_discount"] > 0, "PROMO-SAMPLE-SHIP", "")
    columns["shipping-price"] = money(lines["shipping_price"])
    columns["shipping-tax"] = money(lines["shipping_tax"])
    return columns, len(lines)


DATES = {
    "purchase-date": "ordered_at", "payments-date": "paid_at", "earliest-ship-date": "ship_from", "latest-ship-date": "ship_by",
    "earliest-delivery-date": "deliver_from", "latest-delivery-date": "deliver_by",
}  # fmt: skip


def _clock(lines, column, local_clock):
    if not local_clock:
        return moments(lines[column])
    text = np.full(len(lines), "", object)
    for name in lines["marketplace"].unique():
        here = (lines["marketplace"] == name).to_numpy()
        text[here] = local_moments(lines[column].to_numpy()[here], site(name).market.zone)
    return text


def _person(lines):
    """Invented people: numbered, at example.com, with telephone numbers set aside for fiction."""
    number = lines["order_no"].to_numpy() % 10_000

    def show(pattern):
        return each(number, lambda n: pattern.format(n=n, last=n % 100))

    name = show("Sample Buyer {n:04d}")
    return {
        "buyer-email": show("sample.buyer.{n:04d}@example.com"),
        "buyer-name": name,
        "buyer-phone-number": show("+1 202-555-01{last:02d}"),
        "recipient-name": name,
        "ship-address-1": show("{n} Sample Street"),
        "address-type": np.where(lines["business"], "Commercial", "Residential"),
        "ship-phone-number": show("+1 202-555-01{last:02d}"),
        "purchase-order-number": np.where(lines["business"], show("PO-SAMPLE-{n:04d}"), ""),
        "buyer-company-name": np.where(lines["business"], show("Sample Company {n:04d}"), ""),
        "delivery-Instructions": np.where(number % 50 == 7, show("Sample note {n:04d}"), ""),
    }
