"""The counts a delivery model is made of: checked, cut at the horizon, and laid out as arrays by stratum and day."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, NothingToShow
from orderkit.languages import phrase
from orderkit.statistics.survival import cumulative_incidence

EVENTS = ("delivered", "returned", "lost", "open")
COLUMNS = ("entry", "day", "event", "parcels")
SHORTEST, LONGEST, LATER = 45, 180, 0.001  # the horizon in days, and the share of deliveries that may lie after it
FEWEST = 30  # deliveries without which there is no curve
NONE = (
    "No parcel has a known day of delivery within {days} days ({open} are open or without one), and {fewest} are needed: how "
    "long parcels take cannot be told. Load an export with delivery dates: the carrier's tracking file, or a shipment report "
    "with them."
)
NO_VALUE = "\0none"  # stands for a missing carrier, service or lane while keys are compared


@dataclass(frozen=True)
class Rows:
    """Counts after the horizon's cut, one row per (node, entry, day, event): `node` is the stratum's number, `event` 0 to 3."""

    node: np.ndarray
    entry: np.ndarray
    day: np.ndarray
    event: np.ndarray
    parcels: np.ndarray

    def of(self, groups):
        """The same rows under other numbers: `groups[node]` is the new one."""
        return Rows(groups[self.node], self.entry, self.day, self.event, self.parcels)


@dataclass(frozen=True)
class Cells:
    """Parcels by node and day 0..H: `ends` (delivered, returned, lost; by day of the end), `open` (by age at the as-of), and
    `late`, the rows first seen after day 0. Open at H or later stands at H.
    """

    ends: np.ndarray
    open: np.ndarray
    late: Rows

    @property
    def nodes(self):
        """How many there are."""
        return self.open.shape[0]

    @property
    def parcels(self):
        """Parcels by node."""
        return self.ends.sum(axis=(0, 2)) + self.open.sum(axis=1)


ONLY_SOME = (
    "Only {n} of the parcels have a known day of delivery within {days} days ({open} are open or without one), and {fewest} "
    "are needed: how long parcels take cannot be told. Load an export with delivery dates: the carrier's tracking file, or a "
    "shipment report with them."
)


def checked(counts, by):
    """The counts as a frame of plain numbers; rows of 0 parcels left out.

    Raises BadValue for a missing column, a day that is below 0 or not a number, an unknown event.
    """
    lacking = [name for name in (*by, *COLUMNS) if name not in counts.columns]
    if lacking:
        raise BadValue(f"The counts lack {', '.join(map(repr, lacking))}: expected the columns {', '.join((*by, *COLUMNS))}.")
    unknown = sorted(set(map(str, counts["event"].unique())) - set(EVENTS))
    if unknown:
        raise BadValue(f"The counts name the event {unknown[0]!r}. Known: {', '.join(EVENTS)}.")
    frame = counts.loc[:, [*by, *COLUMNS]].copy()
    for name in ("entry", "day", "parcels"):
        frame[name] = _numbers(frame[name], name)
    if (frame["entry"] > frame["day"]).any():
        raise BadValue("A parcel ends before it is first seen (entry after day). Check the clock: first scan, then the end.")
    frame = frame[frame["parcels"] > 0].reset_index(drop=True)
    return frame


def _numbers(column, name):
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    if not np.isfinite(values).all() or (values < 0).any() or (values != np.floor(values)).any():
        raise BadValue(f"{name!r} holds a value below 0, or none that is a whole number. Leave out parcels without a clock.")
    return values.astype(np.int64)


def enough(frame, horizon=LONGEST):
    """Raises NothingToShow, with what is missing and which export would tell, for fewer than 30 deliveries by the horizon."""
    delivered = int(frame.loc[(frame["event"] == "delivered") & (frame["day"] <= horizon), "parcels"].sum())
    still = int(frame.loc[frame["event"] == "open", "parcels"].sum())
    if delivered >= FEWEST:
        return
    text = ONLY_SOME if delivered else NONE
    raise NothingToShow(phrase(text, n=delivered, days=horizon, open=f"{still:,}", fewest=FEWEST))


def horizon_of(frame):
    """The smallest day from 45 on with under 0.1 % of deliveries after it, at most 180; censoring of young parcels counted."""
    found = incidence(frame, LONGEST)
    # a step curve: the value at a day is that of the last event up to it
    place = np.searchsorted(found["time"], np.arange(LONGEST + 1), side="right")
    share = np.concatenate([[0.0], found["delivered"]])[place]
    after = share[-1] - share
    fits = np.flatnonzero(after[SHORTEST:] < LATER * share[-1])
    return SHORTEST + int(fits[0])


def incidence(frame, horizon):
    """Aalen-Johansen shares by cause of the whole frame, ends after the horizon taken as open."""
    within = frame["day"] <= horizon
    # a parcel first seen on day e is at risk on that day: half a day earlier is before it
    return cumulative_incidence(
        np.minimum(frame["day"], horizon + 1), frame["event"].where(within, "open"), causes=EVENTS[:3],
        weights=frame["parcels"], entry=np.minimum(frame["entry"], horizon + 1) - 0.5,
    )  # fmt: skip


def rows_of(frame, node, horizon):
    """The frame as Rows: what ended after the horizon was open at it; parcels first seen after it tell nothing."""
    keep = (frame["entry"] <= horizon).to_numpy()
    frame, node = frame[keep], node[keep]
    after = (frame["day"] > horizon).to_numpy()
    event = np.where(after, 3, pd.Index(EVENTS).get_indexer(frame["event"]))
    day = np.minimum(frame["day"].to_numpy(), horizon)
    return Rows(node, frame["entry"].to_numpy(), day, event, frame["parcels"].to_numpy(dtype=float))


def cells_of(rows, nodes, horizon):
    """Rows laid out as Cells of `nodes` nodes."""
    shape = (4, nodes, horizon + 1)
    place = np.ravel_multi_index((rows.event, rows.node, rows.day), shape)
    laid = np.bincount(place, rows.parcels, minlength=np.prod(shape)).reshape(shape)
    late = rows.entry > 0
    fields = (rows.node, rows.entry, rows.day, rows.event, rows.parcels)
    return Cells(laid[:3], laid[3], Rows(*(field[late] for field in fields)))


def keys(frame, by):
    """The stratum columns as text that compares, missing values too; named 0, 1, ... so that no name is taken twice."""
    found = frame.loc[:, list(by)].astype(object).set_axis(range(len(by)), axis=1)
    return found.where(found.notna(), NO_VALUE).astype(str)
