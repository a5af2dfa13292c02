"""orderkit's own templates, filled from a simulated shop: tracking, requests, inspections, costs, claims, tariffs."""

import numpy as np

from orderkit.simulate import tariffs as price_lists
from orderkit.simulate.layout import each, iso_days, moments, money, yes_no
from orderkit.simulate.parameters import catalogue
from orderkit.simulate.parcels import state_at

KEY = ["order_no", "line_no"]


def tracking(truth, as_of):
    """Columns of the tracking file: the FBM parcels the seller has tracking for, or knows to be sent without.

    A parcel that holds its whole order has one row without a line id; any other has a row for each of its lines.
    """
    lines = truth.lines[truth.lines["parcel"] >= 0]
    together = lines["parcel"].groupby(lines["order_no"]).transform("size") == lines["size"]
    whole = (together & (lines["parcel"].groupby(lines["order_no"]).transform("nunique") == 1)).to_numpy()
    first = ~lines["parcel"].duplicated().to_numpy()
    lines, whole = lines[first | ~whole], whole[first | ~whole]
    number = lines["parcel"].to_numpy()
    sent = truth.parcels.iloc[number].reset_index(drop=True)
    known = sent["in_tracking_file"] & (np.fmin(sent["shipped_at"], sent["confirmed_at"]) <= as_of)
    lines, whole, number, sent = lines[known.to_numpy()], whole[known], number[known], sent[known].reset_index(drop=True)
    now = state_at(sent, as_of)
    since = np.where(now["since"] <= as_of, now["since"], sent["confirmed_at"])  # a label may be confirmed before hand-over
    premium = price_lists.premium(sent["value"], sent["currency"])
    newest = np.fmax(np.where(sent["confirmed_at"] <= as_of, sent["confirmed_at"], since), since)
    columns = {
        "order_id": lines["order_id"],
        "order_item_id": np.where(whole, "", lines["order_item_id"]),
        "tracking": np.where(sent["tracked"], [f"SMPLTRACK{n:08d}" for n in number], ""),
        "carrier": sent["carrier"],
        "service": sent["service"],
        "shipped_at": moments(sent["shipped_at"], as_of),
        "confirmed_at": moments(sent["confirmed_at"], as_of),
        "first_scan_at": moments(sent["first_scan_at"], as_of),
        "last_scan_at": moments(now["last_scan_at"]),
        "delivered_at": moments(sent["delivered_at"].where(sent["tracked"]), as_of),
        "state": now["state"],
        "state_at": moments(since),
        "label_cost": money(sent["label_cost"]),
        "currency": sent["currency"],
        "declared_value": money(sent["value"], sent["insured"] & sent["cover_recorded"]),
        "insured": np.where(sent["cover_recorded"], yes_no(sent["insured"]), ""),
        "premium": money(premium, sent["insured"] & sent["cover_recorded"] & (premium > 0)),
        "protected": np.where(sent["cover_recorded"], yes_no(sent["protected"]), ""),
        "updated_at": moments(np.fmax(newest, now["last_scan_at"].to_numpy())),
    }
    return columns, len(lines)


def requests(truth, as_of):
    """Columns of the requests file: what buyers had asked by `as_of`, and what the seller had answered by then."""
    asked = truth.requests[truth.requests["asked_at"] <= as_of]
    asked = asked.join(truth.lines.set_index(KEY)[["order_id", "order_item_id", "sku"]], on=KEY)
    about = asked["names_line"].to_numpy()
    columns = {
        "order_id": asked["order_id"],
        "order_item_id": np.where(about == "item", asked["order_item_id"], ""),
        "sku": np.where(about == "order", "", asked["sku"]),
        "kind": asked["kind"],
        "asked_at": moments(asked["asked_at"]),
        "answered_at": moments(asked["answered_at"], as_of),
        "official": yes_no(asked["official"]),
        "seller_agrees": np.where(asked["decided_at"] <= as_of, asked["seller_agrees"], ""),
    }
    return columns, len(asked)


def inspections(truth, as_of):
    """Columns of the inspections file: returned goods the seller had looked at by `as_of`; the day is the UTC day."""
    seen = truth.returns[truth.returns["inspected_at"] <= as_of].sort_values(["inspected_at", *KEY])
    seen = seen.join(truth.lines.set_index(KEY)[["order_id", "order_item_id"]], on=KEY)
    columns = {
        "order_id": seen["order_id"],
        "order_item_id": seen["order_item_id"],
        "sku": seen["sku"],
        "inspected_at": iso_days(seen["inspected_at"]),
        "state": seen["found"],
        "grade": seen["grade"],
        "photo": yes_no(seen["photo"]),
    }
    return columns, len(seen)


def costs(truth, as_of):
    """Columns of the costs file: what each SKU costs in US dollars since the first day, and what it brings once returned."""
    goods = {name: column[: None if truth.start <= as_of else 0] for name, column in catalogue().items()}
    resale = {"home": "0.6", "apparel": "0.7", "electronics": "0.5", "tools": "0.65"}
    columns = {
        "sku": goods["sku"],
        "asin": goods["asin"],
        "product_name": goods["title_en"],
        "category": goods["category"],
        "landed_cost": money(goods["price"] * 2 // 5),
        "currency": "USD",
        "resale_share": each(goods["category"], resale.get),
        "valid_from": np.datetime_as_string(truth.start, unit="D"),
    }
    return columns, len(goods["sku"])


def claims(truth, as_of):
    """Columns of the claims file: what the seller had filed by `as_of`, and what was decided by then; days are UTC days.

    A decision has its day in `paid_date`, also where nothing is paid: the template has no other column for it.
    """
    filed = truth.claims[truth.claims["filed_at"] <= as_of]
    filed = filed.sort_values(["filed_at", "parcel"])
    lines = truth.lines.drop_duplicates("order_no").set_index("order_no")
    decided = (filed["decided_at"] <= as_of).to_numpy()
    insured = (filed["source"] == "insurer").to_numpy()
    columns = {
        "claim_id": [f"CLMSMPL{number:06d}" for number in filed.index],
        "policy_or_account": np.where(insured, "POLICY-SMPL-1", ""),
        "carrier": filed["carrier"],
        "service": filed["service"],
        "tracking_number": [f"SMPLTRACK{number:08d}" for number in filed["parcel"]],
        "order_id": filed["order_no"].map(lines["order_id"]),
        "ship_date": iso_days(filed["shipped_at"]),
        "declared_value": money(filed["value"]),
        "insured_value": money(filed["cover"], insured),
        "premium": money(filed["premium"], filed["premium"] > 0),
        "loss_type": filed["kind"],
        "reported_date": iso_days(filed["happened_at"]),
        "filed_date": iso_days(filed["filed_at"]),
        "status": np.where(~decided, "filed", np.where(filed["paid"] > 0, "paid", "denied")),
        "paid_amount": money(filed["paid"], decided),
        "paid_date": iso_days(filed["decided_at"], as_of),
        "deductible": np.where(insured, "0.00", ""),
        "currency": filed["currency"],
        "source": filed["source"],
    }
    return columns, len(filed)


def tariffs(truth, as_of):
    """Columns of the tariffs file: what cover costs since the first day, in the currencies of the shop that have a list."""
    steps = price_lists.tariffs(truth.services, paid_share=truth.parameters.insured_paid)
    steps = steps[: None if truth.start <= as_of else 0]
    columns = {name: steps[name] for name in ("tariff", "carrier", "service", "currency")}
    columns |= {name: money(steps[name]) for name in ("from_value", "to_value", "premium", "included_cover")}
    columns |= {
        "minimum": money(steps["minimum"], steps["minimum"] > 0),
        "deductible": "0.00",
        "paid_share": each(steps["paid_share"].fillna(-1), lambda share: "" if share < 0 else f"{share:g}"),
        "valid_from": np.datetime_as_string(truth.start, unit="D"),
    }
    return columns, len(steps)
