"""Moments, days and random streams of a simulated shop.

Inside the simulation a moment is numpy datetime64[s] in UTC without a zone; NaT means that it never happens.
"""

import zlib

import numpy as np
import pandas as pd

HOUR, DAY = 3600, 86400
NEVER = np.datetime64("NaT", "s")


def stream(seed, *names):
    """A random stream of its own for each named part, so that a new part does not change the draws of the others."""
    return np.random.default_rng([int(seed), zlib.crc32("/".join(names).encode())])


def between(rng, low, high, size):
    """Spans of time, uniform between `low` and `high` seconds."""
    return (low + rng.random(size) * (high - low)).astype("timedelta64[s]")


def to_utc(local, zone):
    """Clock times of a zone as UTC; an hour that does not exist moves forward, one that exists twice is the first."""
    index = pd.DatetimeIndex(np.asarray(local, "datetime64[s]"))
    index = index.tz_localize(zone, ambiguous=np.ones(len(index), bool), nonexistent="shift_forward")
    return index.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[s]")


def to_local(utc, zone):
    """UTC moments as clock times of a zone."""
    index = pd.DatetimeIndex(np.asarray(utc, "datetime64[s]")).tz_localize("UTC")
    return index.tz_convert(zone).tz_localize(None).to_numpy().astype("datetime64[s]")


def local_day(utc, zone):
    """The day of the zone on which each moment falls."""
    return to_local(utc, zone).astype("datetime64[D]")


def start_of_day(days, zone):
    """First second of each day of the zone, in UTC."""
    return to_utc(np.asarray(days, "datetime64[s]"), zone)


def end_of_day(days, zone):
    """Last second of each day of the zone, in UTC: the way promised dates stand in Amazon's files."""
    return to_utc(np.asarray(days, "datetime64[D]") + np.timedelta64(DAY - 1, "s"), zone)


def working_days_after(days, count):
    """The day `count` working days (Monday to Friday) after each day; a weekend day counts as the Monday after it."""
    return np.busday_offset(days, count, roll="forward")


def moment(value):
    """A UTC moment from text, date or datetime; a bare day means its end in UTC.

    Raises ValueError where the text is no moment. A clock time without an offset is UTC.
    """
    stamp = pd.Timestamp(value)
    stamp = stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
    bare_day = len(str(value)) == 10
    found = np.datetime64(stamp.tz_localize(None).to_pydatetime(), "s")
    return found + np.timedelta64(DAY - 1, "s") if bare_day else found
