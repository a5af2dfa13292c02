"""The money of a simulated shop as the marketplace books it: sales, fees, refunds, labels and reimbursements, one row each."""

import numpy as np
import pandas as pd

COMMISSION = 15  # percent of what the buyer paid without tax on top
KEPT_OF_COMMISSION, KEPT_AT_MOST = 20, 500  # of a refunded commission the marketplace keeps so many percent, at most so much
WAREHOUSE_FEE = 386  # cents per FBA unit
RETURN_FEE = {"apparel": 257}  # cents per FBA unit that comes back, by category
COLUMNS = [
    "marketplace", "posted_at", "transaction", "kind", "description", "cents", "order_id", "order_item_id", "sku", "channel",
    "units",
]  # fmt: skip
ABOUT = ["marketplace", "order_id", "order_item_id", "sku", "channel", "units"]
KEY = ["order_no", "line_no"]


def bookings(truth):
    """Every booking of the shop, oldest first, with COLUMNS; `cents` are signed: what the seller gets is positive.

    Amounts without a line (return labels, reimbursements) carry their order alone. A parcel that was sent is sold.
    """
    lines = truth.lines.assign(confirmed_at=_confirmed(truth))
    keyed = lines.set_index(KEY)
    parts = [
        *_sales(lines[lines["confirmed_at"].notna()]),
        *_refunds(truth.refunds[["order_no", "line_no", "refunded_at", "amount", "why"]], keyed, _shipping(truth.refunds, truth)),
        *_refunds(truth.fba_returns.rename(columns={"refunded": "amount"}), keyed, 0),
        *_labels(truth.returns, keyed), *_claims(truth.returns, keyed), *_warehouse(truth.fba_returns, keyed),
    ]  # fmt: skip
    found = pd.concat([part[part["cents"] != 0] for part in parts], ignore_index=True)
    return found.sort_values(["posted_at", "order_id", "order_item_id"], kind="stable", ignore_index=True)[COLUMNS]


def _confirmed(truth):
    sent = np.append(truth.parcels["confirmed_at"].to_numpy(), np.datetime64("NaT", "s"))[truth.lines["parcel"]]
    fba = (truth.lines["channel"] == "FBA") & truth.lines["cancelled_at"].isna()
    return np.where(fba, truth.lines["fba_ships_at"].to_numpy(), sent)


def _row(about, posted_at, transaction, kind, description, cents):
    found = about[ABOUT].copy()
    return found.assign(posted_at=np.asarray(posted_at), transaction=transaction, kind=kind, description=description, cents=cents)


def _percent(cents, percent):
    return (np.asarray(cents) * percent + 50) // 100


def _sales(lines):
    """Goods, postage, wrapping, taxes, promotions and fees of each line that was sent, at its confirmation."""
    at, on_top = lines["confirmed_at"], ~lines["tax_included"].to_numpy()
    paid = lines["item_price"] + lines["shipping_price"] + lines["gift_wrap"] - lines["item_discount"] - lines["ship_discount"]
    amounts = (
        ("ItemPrice", "Principal", lines["item_price"]), ("ItemPrice", "Shipping", lines["shipping_price"]),
        ("ItemPrice", "GiftWrap", lines["gift_wrap"]), ("ItemPrice", "Tax", lines["item_tax"] * on_top),
        ("ItemPrice", "ShippingTax", lines["shipping_tax"] * on_top),
        ("Promotion", "Principal", -lines["item_discount"]), ("Promotion", "Shipping", -lines["ship_discount"]),
        ("ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", -lines["item_tax"] * on_top),
        ("ItemWithheldTax", "MarketplaceFacilitatorTax-Shipping", -lines["shipping_tax"] * on_top),
        ("ItemFees", "Commission", -_percent(paid, COMMISSION)),
        ("ItemFees", "FBAPerUnitFulfillmentFee", -WAREHOUSE_FEE * lines["units"] * (lines["channel"] == "FBA")),
    )  # fmt: skip
    return [_row(lines, at, "Order", kind, description, cents) for kind, description, cents in amounts]


def _shipping(refunds, truth):
    """How much of each refund is postage: all of it but for returns, where it is refunded unless the buyer is at fault."""
    lines = truth.lines.set_index(KEY).loc[pd.MultiIndex.from_frame(refunds[KEY])]
    back = truth.returns.drop_duplicates(KEY).set_index(KEY).reindex(pd.MultiIndex.from_frame(refunds[KEY]))
    given = (refunds["why"] != "return").to_numpy() | (back["fault"] != "buyer").to_numpy()
    charged = lines["shipping_price"] - np.where(refunds["why"] != "return", lines["ship_discount"], 0)
    return np.minimum(np.where(given, charged, 0), refunds["amount"])


def _refunds(refunds, keyed, postage):
    """What is taken back from the seller, and the commission that he gets back, at the moment of the refund."""
    refunds = refunds.assign(postage=postage)
    refunds = refunds[refunds["refunded_at"].notna() & (refunds["amount"] > 0)]
    lines = keyed.loc[pd.MultiIndex.from_frame(refunds[KEY])].reset_index()
    goods, at = (refunds["amount"] - refunds["postage"]).to_numpy(), refunds["refunded_at"].to_numpy()
    on_top = ~lines["tax_included"].to_numpy() * lines["item_tax"].to_numpy()
    whole = np.maximum((lines["item_price"] - lines["item_discount"]).to_numpy() + on_top, 1)
    tax = goods * on_top // whole
    commission = _percent(goods - tax + refunds["postage"].to_numpy(), COMMISSION)
    fee = lines["category"].map(RETURN_FEE).fillna(0).to_numpy(int) * (lines["channel"] == "FBA").to_numpy()
    amounts = (
        ("ItemPrice", "Principal", -(goods - tax)), ("ItemPrice", "Shipping", -refunds["postage"].to_numpy()),
        ("ItemPrice", "Tax", -tax), ("ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", tax),
        ("ItemFees", "Commission", commission),
        ("ItemFees", "RefundCommission", -np.minimum(_percent(commission, KEPT_OF_COMMISSION), KEPT_AT_MOST)),
        ("ItemFees", "FBACustomerReturnPerUnitFee", -fee),
    )  # fmt: skip
    return [_row(lines, at, "Refund", kind, description, cents) for kind, description, cents in amounts]


def _of_orders(rows, keyed):
    """The orders of some rows, as what a booking without a line carries."""
    lines = keyed.loc[pd.MultiIndex.from_frame(rows[KEY])].reset_index()
    return lines.assign(order_item_id="", sku="", units=0)


def _labels(returns, keyed):
    """Return labels bought through the marketplace that the seller pays, once the parcel was handed in."""
    bought = (returns["label_payer"] == "Seller") & (returns["label_type"] == "AmazonPrePaidLabel") & (returns["label_cost"] > 0)
    rows = returns[bought & returns["handed_in_at"].notna()]
    named = _of_orders(rows, keyed)
    return [
        _row(named, rows["handed_in_at"], "other-transaction", "other-transaction", "Shipping label purchase for return",
             -rows["label_cost"].to_numpy())
    ]  # fmt: skip


def _claims(returns, keyed):
    rows = returns[returns["safe_t_decided_at"].notna() & (returns["safe_t_granted"] > 0)]
    named = _of_orders(rows, keyed)
    return [
        _row(named, rows["safe_t_decided_at"], "SAFE-T Reimbursement", "Other transactions", "SAFE-T reimbursement",
             rows["safe_t_granted"].to_numpy())
    ]  # fmt: skip


def _warehouse(returns, keyed):
    """What the marketplace pays for FBA units that it broke or never got back."""
    rows = returns[returns["reimbursed_at"].notna()]
    named = _of_orders(rows, keyed).assign(sku=rows["sku"].to_numpy())
    return [
        _row(named, rows["reimbursed_at"], "other-transaction", "FBA Inventory Reimbursement", "CUSTOMER_RETURN",
             rows["reimbursed"].to_numpy())
    ]  # fmt: skip
