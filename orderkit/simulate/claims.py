"""Claims for lost and damaged parcels: what the seller filed with insurers and carriers, and what came of it."""

import numpy as np

from orderkit.simulate.moments import DAY, between, stream
from orderkit.simulate.tariffs import insured_value, premium

LOSSES = ("lost", "damaged")
COPIED = ["order_no", "marketplace", "currency", "carrier", "service", "shipped_at", "value", "insured"]


def claims(seed, site, sent, *, parameters):
    """One row per claim of one marketplace, by filing; `parcel` is the row number in `sent`, its parcels. Money is in cents.

    Insured parcels are claimed with the insurer, others with the carrier where the service includes cover. A seller claims
    only what the own tracking tells, and forgets some of it. `cover` is the most that a claim can bring, `premium` what the
    cover cost (0: included), `paid` what the decision at `decided_at` brings (0: denied).
    """
    rng = stream(seed, site.name, "claims")
    frame = _losses(site, sent)
    insured, count = frame["insured"].to_numpy(), len(frame)
    file, pay = rng.random(count), rng.random(count)
    frame["filed_at"] = frame["happened_at"].to_numpy() + between(rng, 10 * DAY, 30 * DAY, count)
    frame["decided_at"] = frame["filed_at"].to_numpy() + between(rng, 7 * DAY, 30 * DAY, count)
    paid = pay < np.where(insured, parameters.insured_paid, parameters.included_paid)
    frame["paid"] = np.where(paid, np.minimum(frame["value"], frame["cover"]), 0)
    filed = file < np.where(insured, parameters.insured_claimed, parameters.included_claimed)
    return frame[filed].sort_values(["filed_at", "parcel"], ignore_index=True)


def _losses(site, sent):
    """The lost and damaged parcels for which there is someone to claim from, with what can be claimed."""
    included = np.array([service.included_cents for service in site.services])[sent["service_no"]]
    known = sent["fate"].isin(LOSSES) & sent["tracked"] & sent["in_tracking_file"]
    some = (known & (sent["insured"] | (included > 0))).to_numpy()
    frame, included = sent.loc[some, COPIED].reset_index(drop=True), included[some]
    insured, value = frame["insured"].to_numpy(), frame["value"].to_numpy()
    return frame.assign(
        parcel=np.flatnonzero(some),
        source=np.where(insured, "insurer", "carrier"),
        kind=sent["fate"].to_numpy()[some],
        happened_at=sent["lost_at"].fillna(sent["damaged_at"]).to_numpy()[some],
        cover=np.where(insured, insured_value(value), included),
        premium=np.where(insured, premium(value, frame["currency"]), 0),
    )
