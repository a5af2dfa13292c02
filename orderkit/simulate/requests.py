"""What buyers ask by message: to cancel, to ship faster, to change the address, where the parcel is, to return."""

import numpy as np
import pandas as pd

from orderkit.simulate.moments import DAY, HOUR, between, stream


def requests(seed, site, lines, sent, back, *, parameters):
    """One row per message of one marketplace, in time order; `seller_agrees` only for upgrades: yes, no or not recorded."""
    rng = stream(seed, site.name, "requests")
    orders = lines.drop_duplicates("order_no").reset_index(drop=True)
    parts = [
        _cancel(rng, orders, sent, parameters),
        _before_shipping(rng, orders, "upgrade", parameters.asks_upgrade),
        _before_shipping(rng, orders, "address", parameters.asks_address),
        _not_received(rng, orders, sent, parameters),
        _return(rng, back),
    ]
    frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return _answers(rng, frame)


def _ask(orders, kind, moments, official=False):
    return pd.DataFrame(
        {"order_no": orders["order_no"], "line_no": orders["line_no"], "kind": kind, "asked_at": moments, "official": official}
    )


def _cancel(rng, orders, sent, parameters):
    count = len(orders)
    fbm = (orders["channel"] == "FBM").to_numpy()
    by_buyer = fbm & (orders["cancel_cause"] == "buyer").to_numpy()
    after = (orders["parcel"] >= 0).to_numpy() & (rng.random(count) < parameters.asks_cancel_after_shipping)
    to_fba = ~fbm & (orders["cancel_cause"] == "none").to_numpy() & (rng.random(count) < 0.003)
    later = _of_parcel(orders, sent, "confirmed_at") + between(rng, HOUR, 2 * DAY, count)
    soon = orders["ordered_at"].to_numpy() + between(rng, 5 * 60, DAY, count)
    official = rng.random(count) < np.where(by_buyer, 0.7, 0.3)
    asked = np.where(by_buyer, orders["cancel_asked_at"].to_numpy(), np.where(after, later, soon))
    picked = by_buyer | after | to_fba
    return _ask(orders[picked], "cancel", asked[picked], official[picked])


def _before_shipping(rng, orders, kind, chance):
    """Wishes that come in the first days after the order: most before the parcel leaves, some after."""
    count = len(orders)
    picked = (orders["parcel"] >= 0).to_numpy() & (rng.random(count) < chance)
    moments = orders["ordered_at"].to_numpy() + between(rng, HOUR / 2, 60 * HOUR, count)
    return _ask(orders[picked], kind, moments[picked])


def _not_received(rng, orders, sent, parameters):
    count = len(orders)
    delivered = _of_parcel(orders, sent, "delivered_at")
    promised = orders["deliver_by"].to_numpy()
    fbm = (orders["parcel"] >= 0).to_numpy()
    when_late = promised + between(rng, 5 * HOUR, 5 * DAY, count)
    too_early = promised - between(rng, 2 * HOUR, 2 * DAY, count)
    waits = ~(delivered <= when_late) & (rng.random(count) < parameters.asks_when_not_received)
    impatient = ~(delivered <= too_early) & (rng.random(count) < 8 * parameters.asks_too_early)
    missing = (delivered <= when_late) & (rng.random(count) < parameters.asks_too_early / 3)  # delivered, says the carrier
    moments = np.where(waits | missing, when_late, too_early)
    picked = fbm & (waits | impatient | missing)
    return _ask(orders[picked], "not_received", moments[picked])


def _return(rng, back):
    picked = rng.random(len(back)) < 0.15
    asked = back["requested_at"].to_numpy() - between(rng, HOUR / 4, DAY, len(back))
    return _ask(back[picked], "return", asked[picked])


def _answers(rng, frame):
    count = len(frame)
    answered = rng.random(count) < 0.93
    wait = np.minimum(6 * HOUR * rng.standard_exponential(count) + 300, 60 * HOUR).astype("timedelta64[s]")
    frame["answered_at"] = np.where(answered, frame["asked_at"].to_numpy() + wait, np.datetime64("NaT", "s"))
    says = np.array(["yes", "no", ""])[np.searchsorted([0.45, 0.8], rng.random(count), side="right")]
    frame["seller_agrees"] = np.where(frame["kind"] == "upgrade", says, "")
    frame["decided_at"] = frame["asked_at"].to_numpy() + between(rng, 300, HOUR, count)
    about = rng.random(count)
    frame["names_line"] = np.where(about < 0.7, "order", np.where(about < 0.85, "sku", "item"))
    return frame.sort_values(["asked_at", "order_no"], ignore_index=True)


def _of_parcel(orders, sent, column):
    """The moment of each order's first parcel; NaT where there is none."""
    number = orders["parcel"].to_numpy()
    values = np.append(sent[column].to_numpy(), np.datetime64("NaT", "s"))
    return values[np.where(number >= 0, number, len(sent))]
