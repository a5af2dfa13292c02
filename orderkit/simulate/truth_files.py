"""The truth of a simulated shop as small files beside its exports, for tests and for those who doubt."""

import dataclasses
import gzip
import io
import json
from pathlib import Path

import numpy as np

KEPT = {
    "lines": [
        "order_id", "order_item_id", "line_no", "marketplace", "channel", "sku", "category", "units", "currency", "item_price",
        "item_tax", "shipping_price", "item_discount", "ship_discount", "ordered_at", "paid_at", "cancelled_at", "cancel_cause",
        "ship_by", "deliver_by", "parcel",
    ],
    "parcels": [
        "order_id", "marketplace", "carrier", "service", "tracked", "value", "currency", "insured", "protected",
        "in_tracking_file", "shipped_at", "confirmed_at", "fate", "delivered_at", "damaged_at", "rejected_at", "returning_at",
        "returned_at", "lost_at",
    ],
    "returns": [
        "order_id", "line_no", "sku", "reason", "fault", "requested_at", "in_policy", "received_at", "inspected_at", "found",
        "refunded_at", "refunded", "currency",
    ],
    "requests": ["order_id", "kind", "asked_at", "answered_at", "official", "seller_agrees"],
    "fba_returns": [
        "order_id", "line_no", "sku", "reason", "fault", "requested_at", "refunded_at", "refunded", "received_at", "disposition",
        "reimbursed_at", "reimbursed", "currency",
    ],
    "claims": [
        "order_id", "parcel", "marketplace", "source", "kind", "happened_at", "value", "cover", "premium", "currency", "filed_at",
        "decided_at", "paid",
    ],
    "refunds": ["order_id", "line_no", "refunded_at", "amount", "currency", "why"],
}  # fmt: skip


def write_truth(truth, folder):
    """Writes each frame of the truth as csv.gz, and parameters.json with seed, end, chances and the statements' orders.

    Money is in cents, moments in UTC, empty means never; rows may tell of days after the end of the simulation.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    order_id = truth.lines.drop_duplicates("order_no").set_index("order_no")["order_id"]
    for name, columns in KEPT.items():
        frame = getattr(truth, name)
        frame = frame if "order_id" in frame else frame.assign(order_id=frame["order_no"].map(order_id))
        text = io.StringIO()
        frame[columns].to_csv(text, index=False, lineterminator="\n", date_format="%Y-%m-%dT%H:%M:%SZ")
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))
    facts = {
        "seed": truth.seed, "start": str(truth.start), "end": str(truth.end), "marketplaces": truth.marketplaces,
        "parameters": dataclasses.asdict(truth.parameters), "statement_orders": truth.statement_orders(),
        "services": {name: [dataclasses.asdict(one) for one in services] for name, services in truth.services.items()},
    }  # fmt: skip
    (folder / "parameters.json").write_text(json.dumps(facts, indent=1, default=_plain) + "\n", encoding="utf-8")


def _plain(value):
    return value.item() if isinstance(value, np.generic) else str(value)
