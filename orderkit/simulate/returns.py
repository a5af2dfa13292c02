"""Returns of delivered FBM lines: why, when asked, sent back, inspected and refunded. Also every other refund."""

import numpy as np
import pandas as pd

from orderkit.simulate.moments import DAY, HOUR, NEVER, between, stream
from orderkit.simulate.parameters import LATE_REASON, REASONS

COPIED = [
    "order_no", "line_no", "marketplace", "currency", "tax_included", "channel", "category", "sku", "asin", "title", "units",
    "ordered_at", "item_price", "item_tax", "shipping_price", "item_discount",
]  # fmt: skip
FOUND = {  # what inspections find, by who is at fault
    "buyer": (0.68, 0.20, 0.08, 0.04), "seller": (0.56, 0.22, 0.14, 0.08),
    "carrier": (0.15, 0.80, 0.05, 0.0), "unclear": (0.68, 0.20, 0.08, 0.04),
}  # fmt: skip
FINDINGS = np.array(["original", "used_damaged", "incomplete", "different"])


def returns(seed, site, lines, sent, *, parameters):
    """One row per return authorisation of one marketplace. `sent` are its parcels, `lines.parcel` points into them."""
    rng = stream(seed, site.name, "returns")
    fbm = lines[lines["parcel"] >= 0]
    delivered = sent["delivered_at"].to_numpy()[fbm["parcel"]]
    late = delivered > fbm["deliver_by"].to_numpy()
    chance = fbm["category"].map(parameters.returned).to_numpy(float) + parameters.returned_when_late * late
    picked = ~np.isnat(delivered) & (rng.random(len(fbm)) < chance)
    frame = fbm.loc[picked, COPIED].reset_index(drop=True)
    frame["delivered_at"], frame["late"] = delivered[picked], late[picked]
    ask(rng, frame)
    ship_back(rng, frame, site, parameters)
    inspect(rng, frame, parameters)
    refund(rng, frame, parameters)
    claim(rng, frame)
    return frame


def ask(rng, frame):
    """Adds reason, fault, units and the moments of request, approval or refusal."""
    count = len(frame)
    codes = np.array([code for code, _, _ in REASONS])
    faults = np.array([fault for _, fault, _ in REASONS])
    pick = np.zeros(count, int)
    for category in ("home", "apparel", "electronics", "tools"):
        weight = np.array([weights.get(category, 0) for _, _, weights in REASONS], float)
        here = (frame["category"] == category).to_numpy()
        pick[here] = rng.choice(len(codes), here.sum(), p=weight / weight.sum())
    blamed_on_delay = frame["late"].to_numpy() & (rng.random(count) < 0.5)
    frame["reason"] = np.where(blamed_on_delay, LATE_REASON[0], codes[pick])
    frame["fault"] = np.where(blamed_on_delay, LATE_REASON[1], faults[pick])
    frame["returned_units"] = np.where(rng.random(count) < 0.8, frame["units"], 1)
    wait = 8 * np.exp(0.85 * rng.standard_normal(count)) * DAY
    frame["requested_at"] = frame["delivered_at"].to_numpy() + np.minimum(wait, 90 * DAY).astype("timedelta64[s]")
    days = (frame["requested_at"] - frame["delivered_at"]).dt.total_seconds() / DAY
    frame["in_policy"] = (days <= 30).to_numpy()
    frame["approved_at"] = frame["requested_at"].to_numpy() + between(rng, HOUR, 20 * HOUR, count)
    frame["declined"] = ~frame["in_policy"] & (rng.random(count) < 0.6)


def ship_back(rng, frame, site, parameters):
    """Adds label, payer, resolution and the moment at which the goods are back, if ever."""
    count, fault = len(frame), frame["fault"].to_numpy()
    seller_pays = np.where(fault == "buyer", rng.random(count) < 0.15, rng.random(count) < 0.92)
    payer = np.where(seller_pays, "Seller", "Customer")
    frame["label_payer"] = np.where(rng.random(count) < 0.03, "Amazon", payer)
    frame["label_type"] = rng.choice(
        ["AmazonPrePaidLabel", "AmazonUnPaidLabel", "MerchantUploadedLabel"], count, p=[0.7, 0.2, 0.1]
    )
    cost = rng.integers(395, 995, count) * site.price_factor
    frame["label_cost"] = np.where(rng.random(count) < 0.83, cost, -1)  # -1: the report leaves it empty
    cheap = (frame["item_price"] < 2000 * site.price_factor).to_numpy()
    returnless = cheap & (rng.random(count) < 0.10) & ~frame["declined"].to_numpy()
    first_scan = (frame["label_type"] == "AmazonPrePaidLabel").to_numpy() & (rng.random(count) < 0.35)
    resolution = np.where(first_scan, "RefundAtFirstScan", "StandardRefund")
    frame["resolution"] = np.where(returnless, "ReturnlessRefund", resolution)
    comes = ~returnless & ~frame["declined"].to_numpy() & (rng.random(count) < parameters.sent_back)
    handed_in = frame["approved_at"].to_numpy() + between(rng, 6 * HOUR, 6 * DAY, count)
    frame["handed_in_at"] = np.where(comes, handed_in, NEVER)
    frame["received_at"] = np.where(comes, handed_in + between(rng, 2 * DAY, 9 * DAY, count), NEVER)
    frame["carrier_back"] = rng.choice([service.carrier for service in site.services if service.tracked], count)


def inspect(rng, frame, parameters):
    """Adds what the seller finds in goods that came back: state, grade, photo, and when."""
    count = len(frame)
    looked = rng.random(count) < parameters.inspected
    frame["inspected_at"] = np.where(looked, frame["received_at"].to_numpy() + between(rng, HOUR, 3 * DAY, count), NEVER)
    bounds = np.cumsum([FOUND[fault] for fault in frame["fault"]], axis=1) if count else np.zeros((0, 4))
    pick = np.minimum((rng.random(count)[:, None] >= bounds).sum(axis=1), 3)
    frame["found"] = FINDINGS[pick]
    frame["grade"] = np.array(["A", "C", "C", "D"])[pick]
    frame["photo"] = rng.random(count) < np.where(pick == 0, 0.3, 0.85)


def refund(rng, frame, parameters):
    """Adds when and how much is refunded (cents, tax on top included), and whether the returns report shows it."""
    count = len(frame)
    kind = frame["resolution"].to_numpy()
    moment = frame["received_at"].to_numpy() + between(rng, 12 * HOUR, 3.5 * DAY, count)
    moment = np.where(kind == "RefundAtFirstScan", frame["handed_in_at"].to_numpy() + between(rng, 2 * HOUR, DAY, count), moment)
    moment = np.where(kind == "ReturnlessRefund", frame["approved_at"].to_numpy() + between(rng, HOUR, DAY, count), moment)
    tax = np.where(frame["tax_included"], 0, frame["item_tax"])
    whole = (frame["item_price"] - frame["item_discount"] + tax) * frame["returned_units"] // frame["units"]
    whole = whole + np.where(frame["fault"] != "buyer", frame["shipping_price"], 0)
    worse = (frame["found"] != "original") & (frame["fault"] == "buyer") & frame["inspected_at"].notna()
    half = worse & (frame["inspected_at"].to_numpy() <= moment)
    frame["refunded_at"] = moment
    frame["refunded"] = np.where(np.isnat(moment), 0, np.where(half, whole // 2, whole))
    frame["refund_reported"] = rng.random(count) < parameters.refund_reported


def claim(rng, frame):
    """Adds SAFE-T claims on goods that came back used, incomplete or different, and A-to-z claims."""
    count = len(frame)
    cause = (frame["found"] != "original").to_numpy() & (frame["fault"] == "buyer").to_numpy()
    files = cause & (rng.random(count) < 0.4) & (frame["marketplace"] == "amazon.com").to_numpy()
    frame["safe_t_at"] = np.where(files, frame["inspected_at"].to_numpy() + between(rng, DAY, 10 * DAY, count), NEVER)
    frame["safe_t_decided_at"] = frame["safe_t_at"].to_numpy() + between(rng, 2 * DAY, 9 * DAY, count)
    granted = rng.random(count) < 0.6
    frame["safe_t_granted"] = np.where(granted, frame["refunded"] // 2, 0)
    a_to_z = rng.random(count) < 0.015
    frame["a_to_z_at"] = np.where(a_to_z, frame["requested_at"].to_numpy() + between(rng, 3 * DAY, 12 * DAY, count), NEVER)


def refunds(seed, lines, sent, back):
    """Every refund of FBM lines: order line, when, cents, and why (return, lost, came_back, late)."""
    rng = stream(seed, "refunds")
    goods = back.loc[back["refunded_at"].notna(), ["order_no", "line_no", "currency", "refunded_at", "refunded"]]
    goods = goods.rename(columns={"refunded": "amount"}).assign(why="return")
    fbm = lines[lines["parcel"] >= 0]
    travel = sent.iloc[fbm["parcel"]].reset_index(drop=True)
    count = len(fbm)
    overdue = fbm["deliver_by"].to_numpy() + between(rng, 3 * DAY, 12 * DAY, count)
    lost = (travel["fate"] == "lost").to_numpy()
    open_late = ~(travel["delivered_at"].to_numpy() <= overdue) & (travel["fate"] == "delivered").to_numpy()
    open_late &= rng.random(count) < 0.5
    home = travel["returned_at"].to_numpy() + between(rng, DAY, 3 * DAY, count)
    when = np.where(lost | open_late, overdue, home)
    tax = np.where(fbm["tax_included"], 0, fbm["item_tax"] + fbm["shipping_tax"])
    amount = fbm["item_price"] + fbm["shipping_price"] - fbm["item_discount"] - fbm["ship_discount"] + tax
    why = np.where(lost, "lost", np.where(open_late, "late", "came_back"))
    other = fbm[["order_no", "line_no", "currency"]].assign(refunded_at=when, amount=amount, why=why)
    both = pd.concat([goods, other[other["refunded_at"].notna()]], ignore_index=True)
    return both.sort_values(["refunded_at", "order_no", "line_no"], ignore_index=True)
