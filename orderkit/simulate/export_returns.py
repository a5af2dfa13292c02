"""The seller-fulfilled returns report of a simulated shop."""

import numpy as np

from orderkit.simulate.layout import days, each, money, yes_no


def returns_report(truth, as_of):
    """Columns of the returns report: one row per authorisation asked for by `as_of`, restated to what was known then.

    Days are UTC days. The refund is empty where it has not happened, and on many rows where it has: as in real files.
    """
    back = truth.returns[truth.returns["requested_at"] <= as_of].sort_values(["requested_at", "order_no", "line_no"])
    ids = truth.lines.set_index(["order_no", "line_no"])[["order_id", "order_item_id"]]
    back = back.join(ids, on=["order_no", "line_no"])
    approved = ((back["approved_at"] <= as_of) & ~back["declined"]).to_numpy()
    refunded = (back["refunded_at"] <= as_of).to_numpy()
    columns = {
        "Order ID": back["order_id"],
        "Order date": days(back["ordered_at"], as_of),
        "Return request date": days(back["requested_at"], as_of),
        "Return request status": _status(back, as_of, refunded),
        "Amazon RMA ID": each(back.index.to_numpy(), lambda n: f"DSMPL{n:06d}RRMA"),
        "Label type": np.where(approved, back["label_type"], ""),
        "Label cost": money(back["label_cost"].clip(lower=0), approved & (back["label_cost"] >= 0)),
        "Currency code": back["currency"],
        "Return carrier": np.where(approved, back["carrier_back"], ""),
        "Tracking ID": np.where(back["handed_in_at"] <= as_of, each(back.index.to_numpy(), lambda n: f"SMPLBACK{n:08d}"), ""),
        "Label to be paid by": np.where(approved, back["label_payer"], ""),
        "A-to-Z Claim": yes_no(back["a_to_z_at"] <= as_of, "Y", "N"),
        "Is prime": "N",
        "ASIN": back["asin"],
        "Merchant SKU": back["sku"],
        "Item Name": back["title"],
        "Return quantity": each(back["returned_units"], str),
        "Return Reason": back["reason"],
        "In policy": yes_no(back["in_policy"], "Y", "N"),
        "Return type": "C-Returns",
        "Resolution": np.where(approved, back["resolution"], ""),
        "Return delivery date": days(back["received_at"], as_of),
        "Order Amount": money(back["item_price"]),
        "Order quantity": each(back["units"], str),
        "Refunded Amount": money(back["refunded"], refunded & back["refund_reported"]),
        "Order Item ID": back["order_item_id"],
    }
    return columns | _safe_t(back, as_of), len(back)


def _status(back, as_of, refunded):
    never_sent = back["received_at"].isna() & (back["requested_at"] + np.timedelta64(45, "D") <= as_of)
    status = np.where(back["approved_at"] <= as_of, "Approved", "Pending approval")
    status = np.where(never_sent, "Closed", status)
    status = np.where(refunded, "Completed", status)
    return np.where(back["declined"] & (back["approved_at"] <= as_of), "Declined", status)


def _safe_t(back, as_of):
    filed = (back["safe_t_at"] <= as_of).to_numpy()
    decided = (back["safe_t_decided_at"] <= as_of).to_numpy()
    granted = (back["safe_t_granted"] > 0).to_numpy()
    state = np.where(decided, np.where(granted, "Granted", "Denied"), "Under Review")
    return {
        "SafeT Action reason": np.where(decided, np.where(granted, "CustomerDamage", "NotEnoughEvidence"), ""),
        "SafeT claim id": np.where(filed, each(back.index.to_numpy(), lambda n: f"SAFET-SMPL{n:06d}"), ""),
        "SafeT claim state": np.where(filed, state, ""),
        "SafeT claim creation time": days(back["safe_t_at"], as_of),
        "SafeT claim reimbursement amount": money(back["safe_t_granted"], decided & granted),
    }
