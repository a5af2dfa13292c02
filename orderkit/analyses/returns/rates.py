"""How much of what was sold comes back: by week of the order, with what is still to come of young weeks."""

from dataclasses import dataclass, field

import pandas as pd

from orderkit.analyses.returns import units as return_units
from orderkit.errors import NothingToShow
from orderkit.statistics.delays import Patterns, learn_patterns
from orderkit.statistics.development import ultimate, weekly
from orderkit.statistics.triangles import cape_cod, chain_ladder, weekly_triangle

# days after the order within which nearly all returns are told: by the buyer's request (FBM), by arrival in a warehouse (FBA)
LAST_DAY = {"FBM": 90, "FBA": 120}
SEASON = 75  # days more for orders of a season whose return window is extended
BASIS = {"FBM": "the day on which the buyer asked", "FBA": "the day on which the unit reached a warehouse"}
NO_SITE = ""  # while weeks are counted: the marketplace of orders that name none
WEEKS = [
    "marketplace", "week", "shipped", "reported", "excess", "seen", "reported_rate", "ultimate_rate", "low_50", "high_50",
    "low_80", "high_80", "low_90", "high_90", "too_young", "whole_week",
]  # fmt: skip


@dataclass(frozen=True)
class Rates:
    """Return rates of order weeks: `weeks`, a row per week and marketplace; `patterns`, how long returns take; `until`, the day
    up to which returns are known; `channels` of which they are; `aside`, units that count in no rate; `why` where there are none;
    `sold` and `back`, units by order day.
    """

    weeks: pd.DataFrame
    patterns: Patterns | None = None
    until: pd.Timestamp | None = None
    channels: tuple = ()
    aside: dict = field(default_factory=dict)
    why: str = ""
    sold: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["day", "units"]), repr=False)
    back: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["day", "delay", "units"]), repr=False)


def rates(con, *, marketplace=None):
    """The Rates of a shop: units returned over units shipped, of the channels whose returns export is loaded.

    Returns are counted by the week of their order, and young weeks developed to what they will have had in the end. Needs the
    tables of return_units.
    """
    known = return_units.known_until(con)
    if not known:
        return Rates(pd.DataFrame(columns=WEEKS), why="no returns export is loaded")
    until = pd.Timestamp(min(known.values()))
    sold, back = (_labelled(frame, known) for frame in (return_units.sold(con, marketplace), return_units.back(con, marketplace)))
    followed = sold["followed"].astype(bool)
    sold, aside = sold[followed], {"unfollowed": int(sold.loc[~followed, "units"].sum())}
    told = {"until": until, "channels": tuple(sorted(known)), "sold": sold, "back": back}
    try:
        patterns = _patterns(back, until, known)
        cohorts = weekly(sold, back, patterns, as_of=until, by=["marketplace"])
    except NothingToShow as nothing:
        return Rates(pd.DataFrame(columns=WEEKS), **told, why=str(nothing))
    weeks = ultimate(cohorts).table.reindex(columns=WEEKS).sort_values(["marketplace", "week"], ignore_index=True)
    weeks["marketplace"] = weeks["marketplace"].where(weeks["marketplace"] != NO_SITE, None)
    return Rates(weeks, patterns, **told, aside=cohorts.aside | aside)


def _labelled(frame, known):
    """The rows of channels whose returns are known; `window` names the pattern of delays that holds for them."""
    frame = frame[frame["channel"].isin(list(known))]
    site = frame["marketplace"].astype(object).fillna(NO_SITE)
    return frame.assign(window=frame["channel"] + " " + frame["window"], day=pd.to_datetime(frame["day"]), marketplace=site)


def _patterns(back, until, known):
    """The delays of each channel; those of a season learn from the usual ones of their channel."""
    learned, aside = {}, {}
    for channel in sorted(known):
        windows = {f"{channel} usual": LAST_DAY[channel], f"{channel} holiday": LAST_DAY[channel] + SEASON}
        found = learn_patterns(back[back["channel"] == channel], as_of=until, windows=windows)
        learned |= found.by_window
        aside = {name: aside.get(name, 0) + units for name, units in found.aside.items()}
    return Patterns(learned, aside)


def compared(found):
    """The last eight full order weeks of all marketplaces together, by three methods: ours, Cape-Cod and chain ladder.

    A frame of week, shipped, reported, seen, and the units expected in the end by each: ours, cape_cod, chain_ladder with Mack's
    standard error (mack_se). For comparison alone: chain ladder multiplies what little a young week shows, luck included. Empty
    where there is no rate. `found`: the Rates.
    """
    columns = ["week", "shipped", "reported", "seen", "ours", "cape_cod", "chain_ladder", "mack_se"]
    if found.patterns is None or found.back.empty:
        return pd.DataFrame(columns=columns)
    try:
        ladder = _ladder(found)
    except NothingToShow:
        return pd.DataFrame(columns=columns)
    ours = ultimate(weekly(found.sold, found.back, found.patterns, as_of=found.until)).table
    table = ours.assign(ours=ours["ultimate_units"], cape_cod=cape_cod(ours["reported"], ours["shipped"], ours["seen"]).ultimate)
    whole = table[table["whole_week"]].merge(ladder, on="week", how="left")
    return whole.reindex(columns=columns).tail(8).reset_index(drop=True)


def _ladder(found):
    windows, first = found.patterns.windows, found.sold["day"].min()
    mondays, cells = weekly_triangle(found.back, as_of=found.until, windows=windows, first=first)
    ladder = chain_ladder(cells)
    return pd.DataFrame({"week": mondays, "chain_ladder": ladder.ultimate, "mack_se": ladder.se})
