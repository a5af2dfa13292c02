"""Orders and their lines: what was bought, when, at which price and tax, what was promised, what was cancelled."""

import numpy as np
import pandas as pd

from orderkit.simulate import moments
from orderkit.simulate.moments import DAY, HOUR, NEVER, between, end_of_day, start_of_day, working_days_after
from orderkit.simulate.parameters import catalogue

HOURS = np.array([2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 10, 10, 11, 10, 10, 9, 9, 10, 11, 12, 12, 10, 7, 4], float)  # of the local day
WEEKDAYS = np.array([1.10, 1.05, 1.0, 1.0, 0.95, 0.90, 1.05])
VAT_OF_PRICE = 10_000  # basis points in a whole


def order_lines(seed, site, *, first_day, weeks, lines, end, parameters):
    """The lines of one marketplace, oldest first; orders after `end` are left out. Money is in cents of its currency.

    `order_no` numbers the orders of this marketplace from 0; parcels and ids come later.
    """
    rng = moments.stream(seed, site.name, "orders")
    sizes = np.array(parameters.order_sizes)
    count = max(1, round(weeks * lines / (sizes @ np.arange(1, len(sizes) + 1))))
    orders = _orders(rng, site, count, first_day, weeks, parameters)
    orders = {name: column[orders["ordered_at"] <= end] for name, column in orders.items()}
    cancel(rng, orders, parameters)
    promise(orders, site, parameters)
    return _lines(rng, site, orders, parameters)


def _orders(rng, site, count, first_day, weeks, parameters):
    growth = np.linspace(1.0, 1.3, weeks)
    week = rng.choice(weeks, count, p=growth / growth.sum())
    weekday = rng.choice(7, count, p=WEEKDAYS / WEEKDAYS.sum())
    second = rng.choice(24, count, p=HOURS / HOURS.sum()) * HOUR + rng.integers(0, HOUR, count)
    local = first_day + (week * 7 + weekday) + second.astype("timedelta64[s]")
    ordered_at = np.sort(moments.to_utc(local, site.market.zone))
    fbm = rng.random(count) < parameters.fbm
    quick = rng.random(count) < parameters.expedited
    slow = rng.random(count) < parameters.slow_payment
    paid = np.where(slow, between(rng, HOUR, 48 * HOUR, count), between(rng, 60, 35 * 60, count))
    return {
        "ordered_at": ordered_at,
        "paid_at": ordered_at + paid,
        "channel": np.where(fbm, "FBM", "FBA"),
        "service_level": np.where(quick | ~fbm, "Expedited", "Standard"),
        "size": 1 + rng.choice(len(parameters.order_sizes), count, p=parameters.order_sizes),
        "tax_bp": rng.choice(site.tax_bp, count),
        "region": rng.choice(site.regions, count),
        "business": rng.random(count) < parameters.business,
        "split": rng.random(count) < parameters.split,
        "same_sku": rng.random(count) < parameters.same_sku,
        "fba_ships_at": ordered_at + paid + between(rng, 4 * HOUR, 40 * HOUR, count),
    }


def cancel(rng, orders, parameters):
    """Adds to each order who cancelled it (none, buyer, seller, unpaid), when the buyer asked and when it was cancelled."""
    count = len(orders["ordered_at"])
    bounds = np.cumsum([parameters.cancelled_by_buyer, parameters.cancelled_by_seller, parameters.cancelled_unpaid])
    cause = np.array(["buyer", "seller", "unpaid", "none"])[np.searchsorted(bounds, rng.random(count), side="right")]
    early = rng.random(count) < parameters.asked_within_30_minutes
    asked = orders["ordered_at"] + np.where(early, between(rng, 120, 1740, count), between(rng, 1900, 10 * HOUR, count))
    seconds = {"buyer": (10 * 60, 8 * HOUR), "seller": (2 * HOUR, 30 * HOUR), "unpaid": (3 * DAY, 7 * DAY)}
    cancelled_at = np.full(count, NEVER)
    for name, (low, high) in seconds.items():
        start = asked if name == "buyer" else orders["ordered_at"]
        cancelled_at = np.where(cause == name, start + between(rng, low, high, count), cancelled_at)
    orders["cancel_cause"] = cause
    orders["cancel_asked_at"] = np.where(cause == "buyer", asked, NEVER)
    orders["cancelled_at"] = cancelled_at
    orders["paid_at"] = np.where(cause == "unpaid", NEVER, orders["paid_at"])
    orders["money_kept"] = rng.random(count) < 0.6  # a cancelled line often keeps the price that would have applied


def promise(orders, site, parameters):
    """Adds the promised days of FBM orders, as ends of a day of the marketplace zone."""
    zone = site.market.zone
    day = moments.local_day(orders["ordered_at"], zone)
    transit = np.where(orders["service_level"] == "Expedited", site.transit["Expedited"], site.transit["Standard"])
    ship_by = working_days_after(day, parameters.handling_days)
    deliver_by = working_days_after(ship_by, transit)
    orders["ship_from"] = start_of_day(working_days_after(day, 0), zone)
    orders["ship_by"] = end_of_day(ship_by, zone)
    orders["deliver_from"] = start_of_day(working_days_after(ship_by, np.maximum(transit - 2, 1)), zone)
    orders["deliver_by"] = end_of_day(deliver_by, zone)


def _lines(rng, site, orders, parameters):
    goods = catalogue()
    order_no = np.repeat(np.arange(len(orders["size"])), orders["size"])
    of_order = {name: column[order_no] for name, column in orders.items()}
    count = len(order_no)
    line_no = 1 + np.arange(count) - np.flatnonzero(np.r_[True, np.diff(order_no) > 0])[order_no] if count else order_no
    product = rng.choice(len(goods["sku"]), count, p=goods["popularity"])
    repeats = of_order["same_sku"] & (line_no == 2)
    product = np.where(repeats, np.roll(product, 1), product)
    lines = pd.DataFrame({"order_no": order_no, "line_no": line_no, "marketplace": site.name} | of_order)
    lines["units"] = 1 + rng.choice(4, count, p=[0.90, 0.07, 0.02, 0.01])
    describe(lines, site, product)
    charge(lines, site, rng, parameters, goods["price"][product] * site.price_factor)
    cancel_single(rng, lines, parameters)
    return lines.drop(columns=["same_sku"])


def cancel_single(rng, lines, parameters):
    """Cancels the last line of a few FBM orders of several lines; the others are sent."""
    count = len(lines)
    last = (lines["size"] > 1) & (lines["line_no"] == lines["size"])
    alone = last & (lines["channel"] == "FBM") & (lines["cancel_cause"] == "none")
    alone &= rng.random(count) < parameters.line_cancelled
    moment = lines["ordered_at"].to_numpy() + between(rng, HOUR, 20 * HOUR, count)
    lines["cancelled_at"] = np.where(alone, moment, lines["cancelled_at"].to_numpy())
    lines["cancel_cause"] = np.where(alone, "seller", lines["cancel_cause"])


def describe(lines, site, product):
    """Adds what the product tells: SKU, ASIN, title in the site's language, category, style and size, currency."""
    goods = catalogue()
    title = goods["title_de" if site.market.language == "de" else "title_en"]
    for name in ("sku", "asin", "category", "style"):
        lines[name] = goods[name][product]
    lines["variant"] = goods["size"][product]
    lines["title"] = title[product]
    lines["currency"] = site.market.currency
    lines["tax_included"] = site.market.tax_included


def charge(lines, site, rng, parameters, price):
    """Adds prices, taxes and discounts in whole cents; tax stands on top (US) or inside the price (VAT)."""
    count = len(lines)
    fbm = (lines["channel"] == "FBM").to_numpy()
    quick = (lines["service_level"] == "Expedited").to_numpy()
    lines["item_price"] = price * lines["units"].to_numpy()
    postage = np.where(quick, 999, np.where(rng.random(count) < 0.35, 499, 0)) * site.price_factor
    lines["shipping_price"] = np.where(fbm, postage, 0)
    lines["gift_wrap"] = np.where(rng.random(count) < 0.01, 349 * site.price_factor, 0)
    off = rng.random(count) < parameters.discount
    lines["item_discount"] = np.where(off, lines["item_price"] // 10, 0)
    lines["promotions"] = np.where(off, 1 + (rng.random(count) < parameters.two_promotions), 0)
    free = (lines["shipping_price"] > 0) & (rng.random(count) < 0.05)
    lines["ship_discount"] = np.where(free, lines["shipping_price"], 0)
    whole = VAT_OF_PRICE + (lines["tax_bp"] if site.market.tax_included else 0)
    for money in ("item", "shipping"):
        lines[f"{money}_tax"] = (lines[f"{money}_price"] * lines["tax_bp"] + whole // 2) // whole
