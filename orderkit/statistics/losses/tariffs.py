"""What cover costs and pays, from a table of tariff steps that the user gives; nothing about prices is built in.

One row per step: `from_value` to `to_value` is the parcel value the step is for (inclusive; without an end it reaches to the next
step), its price max(minimum, premium + premium_share x value) + surcharge. `included_cover` is what the carrier pays at no price;
cover pays above it, less the deductible. `paid_share` is the share of claims that are paid.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from orderkit.errors import BadValue
from orderkit.languages import phrase

NEEDED = ("tariff", "currency", "from_value")
NUMBERS = (
    "from_value",
    "to_value",
    "premium",
    "premium_share",
    "minimum",
    "surcharge",
    "included_cover",
    "deductible",
    "paid_share",
)
WORDS = ("tariff", "carrier", "service", "currency")
CENT = 0.01
WHOLE = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)  # no cents
NOT_PRICED = ("premium", "premium_share", "minimum", "surcharge")


@dataclass(frozen=True)
class Priced:
    """What a tariff says of parcels, arrays: premium (NaN: no step of the tariff is for it), included, deductible, paid_share
    (NaN: the tariff does not say)."""

    premium: np.ndarray
    included: np.ndarray
    deductible: np.ndarray
    paid_share: np.ndarray

    @property
    def offered(self):
        """Whether a step is for the parcel."""
        return np.isfinite(self.premium)


@dataclass(frozen=True)
class Tariff:
    """One tariff in one currency: `steps`, a frame of its rows; `faults`: sentences on what is wrong with it (holes, overlaps,
    steps without a price). `parts`: (carrier, service), lower case or None for any, and their steps; the closest one holds."""

    name: str
    currency: str
    steps: pd.DataFrame
    faults: tuple
    parts: tuple

    def price(self, values, carrier=None, service=None):
        """The Priced of parcels: arrays of values and, where steps differ by them, of carriers and services (text or None)."""
        values = np.asarray(values, dtype=float)
        part = self._part(values.size, carrier, service)
        empty = {"premium": np.nan, "included": 0.0, "deductible": 0.0, "paid_share": np.nan}
        found = {name: np.full(values.shape, of) for name, of in empty.items()}
        for number, (_, steps) in enumerate(self.parts):
            mine = np.flatnonzero(part == number)
            for name, column in _price(values[mine], steps).items():
                found[name][mine] = column
        return Priced(**found)

    def with_paid_share(self, share):
        """The same tariff with this share of claims paid in the steps that do not say one."""
        steps = self.steps.fillna({"paid_share": share})
        return replace(self, steps=steps, parts=tuple((of, own.fillna({"paid_share": share})) for of, own in self.parts))

    def kinks(self, carrier=None, service=None):
        """The values at which price or payment bend or jump, sorted: ends of steps, included cover, deductible, minimum."""
        part = self._part(1, None if carrier is None else [carrier], None if service is None else [service])[0]
        if part < 0:
            return np.zeros(0)
        steps = self.parts[part][1]
        share = steps["premium_share"].where(steps["premium_share"] > 0)
        lowest = (steps["minimum"] - steps["premium"].fillna(0)) / share
        inside = lowest[(lowest > steps["from_value"]) & (lowest < steps["upto"])]
        edges = [
            steps["from_value"],
            steps["upto"],
            steps["included_cover"],
            steps["included_cover"] + steps["deductible"],
            inside,
        ]
        found = pd.concat(edges).replace(np.inf, np.nan).dropna()
        return np.unique(found[found >= 0].to_numpy())

    def _part(self, count, carrier, service):
        """The number of the part that is closest to each parcel; -1 where none holds for it."""
        named = [any(of[place] is not None for of, _ in self.parts) for place in (0, 1)]  # what no step asks for is not read
        asked = [column if some else None for column, some in zip((carrier, service), named, strict=True)]
        carriers, services = (_words(column, count) for column in asked)
        closest, best = np.full(count, -1), np.full(count, -1)
        for number, ((of_carrier, of_service), _) in enumerate(self.parts):
            fits = np.ones(count, dtype=bool)
            for asked, wanted in ((carriers, of_carrier), (services, of_service)):
                fits &= (asked == wanted) if wanted is not None else True
            score = 2 * (of_carrier is not None) + (of_service is not None)
            better = fits & (score > best)
            closest[better], best[better] = number, score
        return closest


def tariffs(frame, *, day=None):
    """The tariffs of a frame of steps, by name and currency: a list of Tariff.

    Columns: tariff, currency, from_value and any of carrier, service, to_value, premium, premium_share, minimum, surcharge,
    included_cover, deductible, paid_share, valid_from. day: the steps that hold on it, for each tariff, carrier and service the
    newest that have begun; without it the newest.

    Raises BadValue for a column that is lacking and, in the steps that hold, for numbers that cannot be: negative ones, shares
    above 1, an end before its start, a step without currency.
    """
    frame = _read(frame)
    keys = ["tariff", "currency", "carrier", "service"]
    if day is not None:
        frame = frame[frame["valid_from"].isna() | (frame["valid_from"] <= pd.Timestamp(day))]
    newest = frame.groupby(keys, dropna=False)["valid_from"].transform("max")
    frame = _checked(frame[(frame["valid_from"] == newest) | newest.isna()])
    return [_tariff(name, currency, steps) for (name, currency), steps in frame.groupby(["tariff", "currency"], sort=True)]


def _tariff(name, currency, steps):
    parts, faults = [], []
    for (carrier, service), own in steps.groupby(["carrier", "service"], dropna=False, sort=False):
        where = " ".join(str(word) for word in (carrier, service) if not pd.isna(word))
        ordered, wrong = _ordered(own.sort_values("from_value", ignore_index=True), where, 1.0 if currency in WHOLE else CENT)
        parts.append(((_plain(carrier), _plain(service)), ordered))
        faults += wrong
    return Tariff(name, currency, steps.reset_index(drop=True), tuple(faults), tuple(parts))


def _ordered(steps, where, unit):
    """Steps with `upto`, the value at which each ends, and sentences on their holes and overlaps. unit: the smallest amount."""
    at = phrase(" for {carrier}", carrier=where) if where else ""
    following = steps["from_value"].shift(-1, fill_value=np.inf)
    steps = steps.assign(upto=steps["to_value"].fillna(following - CENT))
    wrong = []
    hole, over = following - steps["upto"] > unit * 1.5, following <= steps["upto"] - CENT / 2
    for row, after, lacks, twice in zip(steps.itertuples(), following, hole, over, strict=True):
        ends = {"at": at, "end": f"{row.upto:,.2f}", "next": f"{after:,.2f}"}
        if lacks and np.isfinite(after):
            wrong.append(phrase("no step{at} from {end} to {next}", **ends))
        if twice and np.isfinite(after):
            wrong.append(phrase("two steps{at} from {next} to {end}: the lower one is taken", **ends))
    if len(steps) and steps["from_value"].iloc[0] > 0:
        wrong.append(phrase("no step{at} below {value}", at=at, value=f"{steps['from_value'].iloc[0]:,.2f}"))
    unpriced = steps[list(NOT_PRICED)].isna().all(axis=1)
    without = [f"{row.from_value:,.2f}" for row in steps[unpriced].itertuples()]
    wrong += [phrase("the step{at} from {value} has no price", at=at, value=value) for value in without]
    return steps.assign(unpriced=unpriced), wrong


def _price(values, steps):
    """What the steps of one part say of values. Where steps overlap, the lower one holds: 100.00 is still of "up to 100"."""
    ends = np.maximum.accumulate(steps["upto"].to_numpy())
    place = np.searchsorted(ends, values - CENT / 2)
    inside = np.minimum(place, len(steps) - 1)
    row = {name: steps[name].to_numpy(dtype=float)[inside] for name in NUMBERS}
    fits = (place < len(steps)) & (values >= row["from_value"] - CENT / 2) & ~steps["unpriced"].to_numpy()[inside]
    price = np.nan_to_num(row["premium"]) + np.nan_to_num(row["premium_share"]) * values
    price = np.maximum(price, np.nan_to_num(row["minimum"])) + np.nan_to_num(row["surcharge"])
    return {
        "premium": np.where(fits, price, np.nan), "included": np.nan_to_num(row["included_cover"]),
        "deductible": np.nan_to_num(row["deductible"]), "paid_share": row["paid_share"],
    }  # fmt: skip


def _read(frame):
    """The steps with all columns, as words, numbers and days."""
    lacking = [name for name in NEEDED if name not in frame.columns]
    if lacking:
        raise BadValue(f"The tariffs lack {', '.join(map(repr, lacking))}: expected at least the columns {', '.join(NEEDED)}.")
    found = pd.DataFrame({name: frame.get(name) for name in WORDS}, index=frame.index, dtype=object)
    found = found.where(found.notna() & (found != ""), None)
    for name in NUMBERS:
        found[name] = pd.to_numeric(frame[name]).astype(float) if name in frame else np.nan
    found["valid_from"] = pd.to_datetime(frame["valid_from"]) if "valid_from" in frame else pd.NaT
    return found


def _checked(found):
    _refuse(found, found["tariff"].isna() | found["currency"].isna(), "has no name or no currency", "both")
    _refuse(found, found["from_value"].isna(), "has no from_value", "the smallest parcel value it is for")
    _refuse(found, (found[list(NUMBERS)] < 0).any(axis=1), "has a negative number", "amounts of 0 or more")
    _refuse(found, (found[["paid_share", "premium_share"]] > 1).any(axis=1), "has a share above 1", "0.85 for 85 per cent")
    _refuse(found, found["to_value"] < found["from_value"], "ends before it begins", "to_value above from_value")
    return found


def _refuse(frame, wrong, what, expected):
    if wrong.any():
        step = frame[wrong].iloc[0]
        at = "" if pd.isna(step["from_value"]) else phrase(" from {value}", value=f"{step['from_value']:,.2f}")
        mended = {"what": phrase(what), "expected": phrase(expected)}
        said = "The step of the tariff {tariff}{at} {what}: expected {expected}."
        raise BadValue(phrase(said, tariff=repr(step["tariff"]), at=at, **mended))


def _words(values, count):
    if values is None:
        return np.full(count, None, dtype=object)
    code, known = pd.factorize(pd.Series(values, dtype=object), use_na_sentinel=False)
    return np.array([*(_plain(value) for value in known), None], dtype=object)[code]


def _plain(word):
    return None if word is None or pd.isna(word) or word == "" else str(word).strip().lower()
