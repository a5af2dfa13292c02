"""Orders put into the shop by hand: one for each numbered statement of the article, as things stand at the end.

==================  =================================================================================
label               the order, as of the end of the simulation
==================  =================================================================================
1 cancel (1)        not shipped; the buyer asked to cancel 12 minutes after ordering
1 cancel (1) late   not shipped; asked three hours after ordering, by message only
1 cancel (2)        shipped and on its way; the buyer asks to cancel
1 upgrade (1)       not shipped; the buyer wants faster shipping, the seller agrees
1 upgrade (1) no    the same, the seller does not agree
1 upgrade (2)       shipped and on its way; the buyer wants faster shipping
1 address (1)       not shipped; the buyer gives another address
1 address (2)       shipped and on its way; the buyer gives another address
1 address (2) back  shipped, undeliverable, came back to the seller
2 (1)               tracked, on its way, within the promise; the buyer asks where it is
2 (2)               sent without tracking, within the promise; the buyer asks where it is
2 (3)               tracked, no scan for nine days, three days before the promise ends
2 (4)               tracked, ten days past the promise, not delivered, label not protected
2 (5)               declared lost by the carrier, insured
2 (5) uninsured     declared lost by the carrier, not insured, not protected
tracking unknown    shipped, ten days past the promise, and no export of the seller tells its tracking
3 (1)               return asked for within policy, goods as described but not wanted, not back yet
3 (2)               came back used or damaged
3 (3)               came back incomplete
3 (4)               came back as it left, no fault of the seller
==================  =================================================================================

The moments are far enough from every limit that a day more or less changes no answer.
"""

import numpy as np
import pandas as pd

from orderkit.simulate.moments import DAY, HOUR, NEVER, end_of_day, local_day, start_of_day
from orderkit.simulate.orders import describe
from orderkit.simulate.parameters import catalogue
from orderkit.simulate.returns import COPIED

# age: hours before the end; shipped, scanned, ended: the same, for hand-over, newest scan and the parcel's fate;
# due: days from the end to the deliver-by date (negative: past); asks: kind and hours after the order
FRESH = {"age": 21, "due": 7}
MOVING = {"age": 120, "due": 4, "shipped": 84, "scanned": 18}
DELIVERED = {"age": 480, "due": -12, "shipped": 456, "fate": "delivered", "ended": 360}
ORDERS = {
    "1 cancel (1)": FRESH | {"asks": ("cancel", 0.2), "official": True},
    "1 cancel (1) late": FRESH | {"asks": ("cancel", 3)},
    "1 cancel (2)": MOVING | {"asks": ("cancel", 60)},
    "1 upgrade (1)": FRESH | {"asks": ("upgrade", 2), "agrees": "yes"},
    "1 upgrade (1) no": FRESH | {"asks": ("upgrade", 2), "agrees": "no"},
    "1 upgrade (2)": MOVING | {"asks": ("upgrade", 62), "agrees": "yes"},
    "1 address (1)": FRESH | {"asks": ("address", 5)},
    "1 address (2)": MOVING | {"asks": ("address", 64)},
    "1 address (2) back": {
        "age": 600, "due": -15, "shipped": 570, "fate": "returned", "ended": 190, "asks": ("address", 80), "answered": True,
    },
    "2 (1)": MOVING | {"asks": ("not_received", 108)},
    "2 (2)": MOVING | {"asks": ("not_received", 109), "tracked": False, "product": "SOCKS-M"},
    "2 (3)": {"age": 330, "due": 3, "shipped": 300, "scanned": 220, "asks": ("not_received", 310)},
    "2 (4)": {"age": 520, "due": -10, "shipped": 490, "scanned": 300, "asks": ("not_received", 508)},
    "2 (5)": {
        "age": 700, "due": -17, "shipped": 680, "scanned": 560, "fate": "lost", "ended": 120, "insured": True,
        "product": "PANEL-BLK", "asks": ("not_received", 640),
    },
    "2 (5) uninsured": {
        "age": 690, "due": -16, "shipped": 672, "scanned": 540, "fate": "lost", "ended": 96, "asks": ("not_received", 650),
    },
    "tracking unknown": {"age": 510, "due": -10, "shipped": 480, "scanned": 470, "in_file": False, "asks": ("not_received", 500)},
    "3 (1)": DELIVERED | {"returned": {"asked": 100, "reason": "CR-UNWANTED_ITEM"}},
    "3 (2)": DELIVERED | {"returned": {"asked": 260, "reason": "CR-NO_LONGER_NEEDED", "back": 60, "found": "used_damaged"}},
    "3 (3)": DELIVERED | {"returned": {"asked": 250, "reason": "CR-UNWANTED_ITEM", "back": 58, "found": "incomplete"}},
    "3 (4)": DELIVERED | {"returned": {"asked": 255, "reason": "CR-ORDERED_WRONG_ITEM", "back": 55, "found": "original"}},
}  # fmt: skip


def labels(site_number, sites):
    """The labels whose orders stand on this marketplace: they take turns over the marketplaces of the shop."""
    return [label for number, label in enumerate(ORDERS) if number % sites == site_number]


def planted(site, names, end, first_order_no):
    """The rows of the named orders: lines, parcels, returns, requests, ready to be put behind those of the marketplace."""
    cases = [ORDERS[name] for name in names]
    number = first_order_no + np.arange(len(cases))
    lines = _lines(site, cases, end).assign(order_no=number, statement=names)
    sent = [number for number, case in enumerate(cases) if "shipped" in case]
    parcels = _parcels(site, [cases[n] for n in sent], lines.iloc[sent].reset_index(drop=True), end)
    lines["parcel"] = -1
    lines.loc[sent, "parcel"] = np.arange(len(sent))
    back = [n for n, case in enumerate(cases) if "returned" in case]
    returns = _returns([cases[n] for n in back], lines.iloc[back].reset_index(drop=True), site, end)
    asked = [n for n, case in enumerate(cases) if "asks" in case]
    requests = _requests([cases[n] for n in asked], lines.iloc[asked].reset_index(drop=True))
    return lines, parcels, returns, requests


def _before(end, hours):
    """Moments so many hours before the end; None means never."""
    return np.array([NEVER if h is None else end - np.timedelta64(round(h * HOUR), "s") for h in hours], "datetime64[s]")


def _get(cases, key, default=None):
    return [case.get(key, default) for case in cases]


def _lines(site, cases, end):
    zone, goods, count = site.market.zone, catalogue(), len(cases)
    ordered = _before(end, _get(cases, "age"))
    due = local_day(np.full(count, end), zone) + np.array(_get(cases, "due"), "timedelta64[D]")
    ship_by = np.minimum(local_day(ordered, zone) + 3, due - 2)
    frame = pd.DataFrame({"line_no": 1, "marketplace": site.name, "ordered_at": ordered})
    frame = frame.assign(
        paid_at=ordered + np.timedelta64(9, "m"), channel="FBM", service_level="Standard", size=1, tax_bp=site.tax_bp[-1],
        region=site.regions[0], business=False, split=False, fba_ships_at=NEVER, cancel_cause="none", cancel_asked_at=NEVER,
        cancelled_at=NEVER, money_kept=True, units=1, gift_wrap=0, item_discount=0, ship_discount=0, promotions=0, shipping_tax=0,
        shipping_price=0, ship_from=start_of_day(local_day(ordered, zone), zone), ship_by=end_of_day(ship_by, zone),
        deliver_from=start_of_day(due - 2, zone), deliver_by=end_of_day(due, zone),
    )  # fmt: skip
    product = np.array([np.flatnonzero(goods["sku"] == case.get("product", "LAMP12-BLK"))[0] for case in cases])
    describe(frame, site, product)
    frame["item_price"] = goods["price"][product] * site.price_factor
    whole = 10_000 + (frame["tax_bp"] if site.market.tax_included else 0)
    frame["item_tax"] = (frame["item_price"] * frame["tax_bp"] + whole // 2) // whole
    return frame


def _parcels(site, cases, lines, end):
    frame = lines[["order_no", "marketplace", "currency", "ordered_at", "paid_at", "ship_by", "deliver_by"]].copy()
    tracked = np.array(_get(cases, "tracked", True))
    number = np.array([_service(site, flag) for flag in tracked], int)
    fate = np.array(_get(cases, "fate", "delivered"))
    shipped, ended = _before(end, _get(cases, "shipped")), _before(end, _get(cases, "ended"))
    later = end + np.timedelta64(3, "D")  # what is still open arrives after the end
    arrives = np.where(np.isnat(ended), later, ended)
    final = np.where(fate == "lost", _before(end, _get(cases, "scanned")), arrives)
    frame = frame.assign(
        value=lines["item_price"], shipped_at=shipped, confirmed_at=shipped + np.timedelta64(1, "h"), service_no=number,
        carrier=[site.services[n].carrier for n in number], service=[site.services[n].service for n in number], tracked=tracked,
        label_cost=[site.services[n].label_cents for n in number], insured=_get(cases, "insured", False), protected=False,
        cover_recorded=True, in_tracking_file=_get(cases, "in_file", True), fate=fate, final_scan_at=final,
        first_scan_at=np.where(tracked, shipped + np.timedelta64(5, "h"), NEVER), damaged_at=NEVER, rejected_at=NEVER,
        delivered_at=np.where(fate == "delivered", arrives, NEVER), lost_at=np.where(fate == "lost", arrives, NEVER),
        returning_at=np.where(fate == "returned", arrives - np.timedelta64(6 * DAY, "s"), NEVER),
        returned_at=np.where(fate == "returned", arrives, NEVER),
    )  # fmt: skip
    return frame.assign(scan_every=DAY, quiet_from=np.where(tracked, _before(end, _get(cases, "scanned")), NEVER))


def _service(site, tracked):
    fitting = [number for number, service in enumerate(site.services) if service.tracked == tracked]
    return fitting[0] if fitting else 0


def _returns(cases, lines, site, end):
    told = [case["returned"] for case in cases]
    asked, back = _before(end, _get(told, "asked")), _before(end, _get(told, "back"))
    seen = np.array(["found" in case for case in told])
    return lines[COPIED].assign(
        delivered_at=_before(end, _get(cases, "ended")), late=False, reason=_get(told, "reason"), fault="buyer", returned_units=1,
        requested_at=asked, in_policy=True, approved_at=asked + np.timedelta64(3, "h"), declined=False, label_payer="Customer",
        label_type="AmazonUnPaidLabel", label_cost=595 * site.price_factor, resolution="StandardRefund",
        handed_in_at=back - np.timedelta64(4, "D"), received_at=back, carrier_back=site.services[0].carrier,
        inspected_at=np.where(seen, back + np.timedelta64(5, "h"), NEVER), found=_get(told, "found", "original"), grade="B",
        photo=True, refunded_at=NEVER, refunded=0, refund_reported=False, safe_t_at=NEVER, safe_t_decided_at=NEVER,
        safe_t_granted=0, a_to_z_at=NEVER,
    )  # fmt: skip


def _requests(cases, lines):
    after = np.array([round(case["asks"][1] * HOUR) for case in cases], "timedelta64[s]")
    asked = lines["ordered_at"].to_numpy() + after
    answered = np.where(_get(cases, "answered", False), asked + np.timedelta64(2, "h"), NEVER)
    return lines[["order_no", "line_no"]].assign(
        kind=[case["asks"][0] for case in cases], asked_at=asked, official=_get(cases, "official", False), answered_at=answered,
        seller_agrees=_get(cases, "agrees", ""), decided_at=asked + np.timedelta64(20, "m"), names_line="order",
    )  # fmt: skip
