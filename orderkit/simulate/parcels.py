"""FBM parcels: who carries them, when they leave, and what becomes of them, also after the end of the simulation."""

import numpy as np
import pandas as pd

from orderkit.simulate.moments import DAY, HOUR, NEVER, between, local_day, stream, to_local, to_utc, working_days_after

# a parcel's states in the order in which they can follow each other, with the column that holds each moment
STATES = {
    "in_transit": "first_scan_at", "delivered": "delivered_at", "damaged": "damaged_at", "rejected": "rejected_at",
    "returning": "returning_at", "returned": "returned_at", "lost": "lost_at",
}  # fmt: skip


def parcels(seed, site, lines, *, parameters):
    """The parcels of one marketplace, and for each line the number of its parcel (-1: none).

    Cancelled and unpaid lines are not sent; FBA lines travel without a parcel that the seller would know.
    """
    rng = stream(seed, site.name, "parcels")
    sent = ((lines["channel"] == "FBM") & lines["cancelled_at"].isna() & lines["paid_at"].notna()).to_numpy()
    group = lines["order_no"].to_numpy() * 8 + np.where(lines["split"], lines["line_no"], 0)
    _, first, number = np.unique(group[sent], return_index=True, return_inverse=True)
    of_line = np.full(len(lines), -1)
    of_line[sent] = number
    head = lines[sent].iloc[first].reset_index(drop=True)
    value = np.bincount(number, lines["item_price"].to_numpy()[sent], len(first)).astype(np.int64)
    frame = head[["order_no", "marketplace", "currency", "ordered_at", "paid_at", "ship_by", "deliver_by"]].copy()
    frame["value"] = value
    hand_over(rng, frame, site, parameters)
    choose_service(rng, frame, site, parameters)
    travel(rng, frame, site)
    return frame, of_line


def hand_over(rng, frame, site, parameters):
    """Adds the moment of hand-over to the carrier and of the confirmation to the marketplace."""
    zone, count = site.market.zone, len(frame)
    local = to_local(frame["ordered_at"], zone)
    day = local.astype("datetime64[D]")
    after_noon = (local - day) > np.timedelta64(12, "h")
    handling = rng.choice([0, 1, 2], count, p=[0.35, 0.5, 0.15])
    day = working_days_after(day, np.minimum(handling + after_noon, parameters.handling_days))
    late = rng.random(count) < parameters.shipped_late
    too_late = working_days_after(local_day(frame["ship_by"], zone), rng.integers(1, 5, count))
    day = np.where(late, too_late, day)
    shipped = to_utc(day + between(rng, 13 * HOUR, 18 * HOUR, count), zone)
    shipped = np.maximum(shipped, frame["paid_at"].to_numpy() + np.timedelta64(2, "h"))
    frame["shipped_at"] = shipped
    early = 20 * HOUR if site.name == "amazon.in" else HOUR  # Easy Ship: confirmed, then waiting for the pick-up
    latest = HOUR if site.name == "amazon.in" else -3 * HOUR
    frame["confirmed_at"] = np.maximum(shipped - between(rng, latest, early, count), frame["paid_at"].to_numpy())


def choose_service(rng, frame, site, parameters):
    """Adds carrier, service, label, cover, and whether the seller's tracking file holds the parcel."""
    count, services = len(frame), site.services
    share = np.array([service.share for service in services])
    tracked = np.array([service.tracked for service in services])
    pick = rng.choice(len(services), count, p=share / share.sum())
    again = rng.choice(len(services), count, p=share * tracked / (share * tracked).sum())
    dear = frame["value"].to_numpy() >= parameters.untracked_below_cents * site.price_factor
    pick = np.where(dear, again, pick)
    frame["service_no"] = pick
    for name in ("carrier", "service", "tracked"):
        frame[name] = np.array([getattr(service, name) for service in services])[pick]
    label = np.array([service.label_cents for service in services])[pick]
    frame["label_cost"] = label + rng.integers(0, 1 + label // 4, count)
    worth = (frame["value"] >= parameters.insure_from_cents * site.price_factor) & frame["tracked"]
    frame["insured"] = worth & (rng.random(count) < parameters.insured)
    frame["protected"] = frame["tracked"] & (rng.random(count) < parameters.protected)
    frame["cover_recorded"] = rng.random(count) >= 0.04  # the seller's file leaves insured and protected empty now and then
    frame["in_tracking_file"] = (rng.random(count) >= parameters.tracking_missing) & (site.name != "amazon.in")


def travel(rng, frame, site):
    """Adds what becomes of each parcel, and when: `fate`, its scans and the moment of every state it passes through."""
    count, services, zone = len(frame), site.services, site.market.zone
    pick = frame["service_no"].to_numpy()
    fates = ("lost", "damaged", "returned", "rejected")
    bounds = np.cumsum([[getattr(service, fate) for fate in fates] for service in services], axis=1)[pick]
    fate = np.array([*fates, "delivered"])[(rng.random(count)[:, None] >= bounds).sum(axis=1)]
    median = np.array([service.median_days for service in services])[pick]
    sigma = np.array([service.sigma for service in services])[pick]
    days = np.maximum(1, np.rint(median * np.exp(sigma * rng.standard_normal(count)))).astype(int)
    shipped = frame["shipped_at"].to_numpy()
    day = local_day(shipped, zone) + days
    day = day + np.where(np.is_busday(day, weekmask="1111110"), 0, 1)  # no delivery on Sundays
    arrives = to_utc(day + between(rng, 9 * HOUR, 20 * HOUR, count), zone)
    slow_scan = rng.random(count) < 0.04
    scan = shipped + np.where(slow_scan, between(rng, DAY, 2 * DAY, count), between(rng, HOUR, 9 * HOUR, count))
    scan = np.minimum(scan, arrives - np.timedelta64(3, "h"))
    frame["fate"] = fate
    slow = (days >= 2 * median) & (rng.random(count) < 0.5)
    quiet = scan + ((arrives - scan).astype(np.int64) * 2 // 5).astype("timedelta64[s]")
    frame["quiet_from"] = np.where(slow, quiet, NEVER)  # no scan from here until the parcel arrives
    finish(rng, frame, scan, arrives)


def finish(rng, frame, scan, arrives):
    """Adds the moments of a parcel from its first scan, its day of arrival and its fate."""
    count, fate = len(frame), frame["fate"].to_numpy()
    stops = scan + (rng.random(count) * (arrives - scan).astype(np.int64)).astype("timedelta64[s]")
    turned = arrives + np.where(fate == "rejected", between(rng, 4 * HOUR, 3 * DAY, count), between(rng, HOUR, 2 * DAY, count))
    back = turned + between(rng, 4 * DAY, 9 * DAY, count)
    home = (fate == "returned") | (fate == "rejected")
    at = {
        "delivered_at": np.where(fate == "delivered", arrives, NEVER),
        "damaged_at": np.where(fate == "damaged", arrives, NEVER),
        "rejected_at": np.where(fate == "rejected", arrives, NEVER),
        "returning_at": np.where(home, turned, NEVER),
        "returned_at": np.where(home, back, NEVER),
        "lost_at": np.where(fate == "lost", stops + between(rng, 8 * DAY, 20 * DAY, count), NEVER),
    }
    frame["first_scan_at"] = np.where(frame["tracked"], scan, NEVER)
    frame["final_scan_at"] = np.where(fate == "lost", stops, np.where(home, back, arrives))
    frame["scan_every"] = rng.integers(14, 30, count) * HOUR
    for name, moments in at.items():
        frame[name] = moments


def state_at(frame, moment):
    """What a carrier's tracking page would say of each parcel at a moment: state, since when, and the newest scan.

    Untracked parcels, and those not yet scanned, are `unknown` since their hand-over.
    """
    state = np.full(len(frame), "unknown", dtype="<U10")
    since = frame["shipped_at"].to_numpy(copy=True)
    for name, column in STATES.items():
        reached = ((frame[column] <= moment) & frame["tracked"]).to_numpy()
        state, since = np.where(reached, name, state), np.where(reached, frame[column].to_numpy(), since)
    return pd.DataFrame({"state": state, "since": since, "last_scan_at": _newest_scan(frame, moment)})


def _newest_scan(frame, moment):
    first, final, quiet = (frame[name].to_numpy() for name in ("first_scan_at", "final_scan_at", "quiet_from"))
    seen = first <= moment
    every = frame["scan_every"].to_numpy()
    passed = np.where(seen, (moment - first).astype(np.int64), 0) // every * every
    newest = np.fmin(np.fmin(first + passed.astype("timedelta64[s]"), final), quiet)
    return np.where(seen, np.where(final <= moment, final, newest), NEVER)
