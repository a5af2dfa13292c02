"""Returns of FBA lines: why, when refunded, and which unit came back to the warehouse in which condition."""

import numpy as np

from orderkit.simulate.moments import DAY, HOUR, NEVER, between, stream
from orderkit.simulate.parameters import REASONS
from orderkit.simulate.returns import COPIED

# what the warehouse finds, by who is at fault: sellable, damaged by the buyer, by the carrier, by the warehouse, defective
CONDITIONS = np.array(["SELLABLE", "CUSTOMER_DAMAGED", "CARRIER_DAMAGED", "DAMAGED", "DEFECTIVE"])
FOUND = {
    "buyer": (0.74, 0.20, 0.02, 0.02, 0.02), "seller": (0.30, 0.05, 0.03, 0.02, 0.60),
    "carrier": (0.10, 0.05, 0.75, 0.10, 0.0), "unclear": (0.60, 0.15, 0.05, 0.05, 0.15),
}  # fmt: skip
COMMENTS = {
    "AMZ-PG-APP-TOO-SMALL": ("Runs two sizes too small", "Sleeves are too short", "Shrank in the first wash"),
    "AMZ-PG-APP-TOO-LARGE": ("Far too wide at the shoulders", "Ordered my usual size, much too big"),
    "CR-DEFECTIVE": ("Stopped charging after two days", "Left side has no sound", "Does not turn on"),
    "CR-QUALITY_UNACCEPTABLE": ("Thin material, seams come apart", "Paint comes off"),
    "AMZ-PG-BAD-DESC": ("Colour is not the one in the picture", "Smaller than the listing says"),
    "CR-DAMAGED_BY_CARRIER": ("Box was crushed, contents broken",),
    "CR-UNWANTED_ITEM": ("Does not fit the room", "Changed my mind"),
    "CR-MISSING_PARTS": ("Screws are missing", "No cable in the box"),
}


def fba_returns(seed, site, lines, *, parameters):
    """One row per returned unit of one marketplace: refunded at `refunded_at` (cents), back in a warehouse at `received_at`.

    Buyers of one SKU, `parameters.troubled`, send it back more often than others of its category, mostly as defective.
    """
    rng = stream(seed, site.name, "fba returns")
    sold = lines[(lines["channel"] == "FBA") & lines["cancelled_at"].isna()]
    delivered = sold["fba_ships_at"].to_numpy() + between(rng, DAY, 3 * DAY, len(sold))
    trouble = (sold["sku"] == parameters.troubled).to_numpy()
    chance = sold["category"].map(parameters.returned).to_numpy(float) * np.where(trouble, parameters.trouble, 1.0)
    picked = rng.random(len(sold)) < chance
    frame = sold.loc[picked, COPIED].reset_index(drop=True)
    frame["delivered_at"] = delivered[picked]
    _ask(rng, frame, trouble[picked])
    every = rng.random(len(frame)) < 0.8
    frame = frame.loc[frame.index.repeat(np.where(every, frame["units"], 1))].reset_index(drop=True)
    _come_back(rng, frame, parameters)
    _refund(rng, frame)
    return frame


def _ask(rng, frame, trouble):
    count, pick = len(frame), np.zeros(len(frame), int)
    for category in ("home", "apparel", "electronics", "tools"):
        weight = np.array([weights.get(category, 0) for _, _, weights in REASONS], float)
        here = (frame["category"] == category).to_numpy()
        pick[here] = rng.choice(len(REASONS), here.sum(), p=weight / weight.sum())
    defective = next(number for number, reason in enumerate(REASONS) if reason[0] == "CR-DEFECTIVE")
    pick = np.where(trouble & (rng.random(count) < 0.7), defective, pick)
    code = np.array([reason[0] for reason in REASONS])[pick]
    frame["reason"] = np.array([reason[0].removeprefix("CR-") for reason in REASONS])[pick]
    frame["fault"] = np.array([reason[1] for reason in REASONS])[pick]
    spoken = rng.random(count) < 0.45
    texts = [COMMENTS.get(one, ("",)) for one in code.tolist()]
    frame["comment"] = [
        said[number % len(said)] if speaks else ""
        for said, number, speaks in zip(texts, rng.integers(0, 6, count).tolist(), spoken.tolist(), strict=True)
    ]
    wait = np.minimum(9 * np.exp(0.8 * rng.standard_normal(count)) * DAY, 60 * DAY)
    frame["requested_at"] = frame["delivered_at"].to_numpy() + wait.astype("timedelta64[s]")


def _come_back(rng, frame, parameters):
    count = len(frame)
    handed_in = frame["requested_at"].to_numpy() + between(rng, 6 * HOUR, 6 * DAY, count)
    comes = rng.random(count) < parameters.fba_sent_back
    frame["received_at"] = np.where(comes, handed_in + between(rng, 3 * DAY, 12 * DAY, count), NEVER)
    bounds = np.cumsum([FOUND[fault] for fault in frame["fault"]], axis=1) if count else np.zeros((0, 5))
    frame["disposition"] = CONDITIONS[np.minimum((rng.random(count)[:, None] >= bounds).sum(axis=1), 4)]
    number = (int(rng.integers(10**8)) + np.arange(count, dtype=np.int64) * 73_939) % 10**8
    frame["licence_plate"] = [f"LPNSMPL{one:08d}" for one in number.tolist()]
    frame["refunded_at"] = handed_in + between(rng, HOUR, DAY, count)


def _refund(rng, frame):
    """Adds the refund of one unit, and what the warehouse pays the seller where the unit never came or was broken there."""
    count = len(frame)
    tax = np.where(frame["tax_included"], 0, frame["item_tax"])
    frame["refunded"] = (frame["item_price"] - frame["item_discount"] + tax) // frame["units"]
    gone = frame["received_at"].isna().to_numpy()
    broken = frame["disposition"].isin(["DAMAGED", "CARRIER_DAMAGED"]).to_numpy() & ~gone
    paid = (gone & (rng.random(count) < 0.6)) | (broken & (rng.random(count) < 0.8))
    when = np.where(gone, frame["refunded_at"].to_numpy() + np.timedelta64(46, "D"), frame["received_at"].to_numpy())
    frame["reimbursed_at"] = np.where(paid, when + between(rng, DAY, 5 * DAY, count), NEVER)
    price = (frame["item_price"] - frame["item_discount"]) // frame["units"]
    frame["reimbursed"] = np.where(paid, price * 8 // 10, 0)
