"""What returns leave for the seller to do: refunded and never received first, then what is to be refunded or claimed."""

import pandas as pd

from orderkit.analyses.todo_items import NEVER_BACK, items

KINDS = (*NEVER_BACK, "safe_t", "refund_clock", "return_received", "return_request")  # in the order in which they are shown
RECOVERY = [
    "kind", "what", "order_id", "marketplace", "money", "currency", "deadline", "days_left", "state", "claim", "who_pays",
    "advice", "item", "never_back",
]  # fmt: skip
NOT_HERE = "SELECT account, return_id FROM return_facts WHERE NOT received"


def recovery(con, pack, *, marketplace=None):
    """The to-do items that are about returns, one row each with RECOVERY, refunds whose goods never came back first.

    They are the items of the to-do list, with the guards of the rules and without what the seller has closed; money is what can
    be claimed or is to be refunded, in currency; never_back: refunded, and the goods are not here, whichever rule says so. Empty
    without a pack. Needs its answers.
    """
    if pack is None:
        return pd.DataFrame(columns=RECOVERY)
    found = [thing for thing in items(con, pack)[0] if thing["kind"] in KINDS]
    if marketplace is not None:
        found = [thing for thing in found if thing["marketplace"] == marketplace]
    not_here = set(con.sql(NOT_HERE).fetchall())
    gone = [_is_gone(thing, not_here) for thing in found]
    frame = pd.DataFrame(found, columns=RECOVERY).assign(never_back=gone)
    frame = frame.astype({"money": float, "days_left": "Int64", "never_back": bool})
    frame["deadline"] = pd.to_datetime(frame["deadline"])
    place = frame["kind"].map({kind: number for number, kind in enumerate(KINDS)}).where(~frame["never_back"], -1)
    order = frame.assign(place=place)
    return order.sort_values(["place", "money"], ascending=[True, False], kind="stable", ignore_index=True)[RECOVERY]


def _is_gone(thing, not_here):
    """SAFE-T is for what the marketplace refunded; a return that it is about and that is not here was lost on the way."""
    lost = thing["kind"] == "safe_t" and (thing["account"], thing["item_key"]) in not_here
    return thing["kind"] in NEVER_BACK or lost
