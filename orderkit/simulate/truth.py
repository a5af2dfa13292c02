"""A shop with known truth, put together from its parts."""

import dataclasses

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, UnknownName
from orderkit.marketplaces import marketplaces as known_marketplaces
from orderkit.simulate import claims, fba, orders, parcels, requests, returns, statements
from orderkit.simulate.exports import write
from orderkit.simulate.moments import moment, stream
from orderkit.simulate.parameters import Parameters, site
from orderkit.simulate.truth_files import write_truth

# every dated event of the truth: frame, column, name
EVENTS = (
    ("lines", "ordered_at", "ordered"), ("lines", "paid_at", "paid"), ("lines", "cancelled_at", "cancelled"),
    ("parcels", "shipped_at", "shipped"), ("parcels", "confirmed_at", "confirmed"), ("parcels", "first_scan_at", "first_scan"),
    ("parcels", "delivered_at", "delivered"), ("parcels", "damaged_at", "damaged"), ("parcels", "rejected_at", "rejected"),
    ("parcels", "returning_at", "returning"), ("parcels", "returned_at", "returned_to_sender"), ("parcels", "lost_at", "lost"),
    ("requests", "asked_at", "asked"), ("requests", "answered_at", "answered"), ("returns", "requested_at", "return_requested"),
    ("returns", "received_at", "return_received"), ("returns", "inspected_at", "inspected"),
    ("refunds", "refunded_at", "refunded"), ("fba_returns", "refunded_at", "fba_refunded"),
    ("fba_returns", "received_at", "fba_received"), ("claims", "filed_at", "claim_filed"),
    ("claims", "decided_at", "claim_decided"),
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class ShopTruth:
    """Everything that happened in a simulated shop, also what nobody could know yet at `end`.

    Frames hold UTC moments without a zone (NaT: never) and money in whole cents of `currency`. `lines.parcel` and
    `claims.parcel` are row numbers in `parcels` (-1: the seller sends no parcel); `order_no` ties all frames. Events go on
    after `end` (a parcel on its way at `end` has its delivery here), so that a prediction made at `end` can be checked.
    """

    seed: int
    start: np.datetime64
    end: np.datetime64
    marketplaces: tuple
    parameters: Parameters
    lines: pd.DataFrame
    parcels: pd.DataFrame
    returns: pd.DataFrame
    requests: pd.DataFrame
    fba_returns: pd.DataFrame
    claims: pd.DataFrame
    refunds: pd.DataFrame

    write = write
    write_truth = write_truth

    @property
    def services(self):
        """The carriers' services of each marketplace, with their true chances."""
        return {name: site(name, self.parameters.services.get(name)).services for name in self.marketplaces}

    def statement_orders(self):
        """The order number for each numbered statement of the article, by label; see simulate/statements.py."""
        named = self.lines[self.lines["statement"] != ""]
        return dict(sorted(zip(named["statement"], named["order_id"], strict=True), key=lambda pair: _place(pair[0])))

    def events(self):
        """All events, oldest first: order_id, event, at."""
        order_id = self.lines.drop_duplicates("order_no").set_index("order_no")["order_id"]
        parts = []
        for frame, column, name in EVENTS:
            table = getattr(self, frame)
            happened = table[table[column].notna()]
            at = happened[column].to_numpy()
            parts.append(pd.DataFrame({"order_id": happened["order_no"].map(order_id), "event": name, "at": at}))
        return pd.concat(parts).sort_values(["at", "order_id", "event"], ignore_index=True)

    def summary(self):
        """Counts of what the shop holds by marketplace: lines, parcels by fate, returns, requests by kind."""
        return {
            "lines": self.lines.groupby(["marketplace", "channel"]).size().to_dict(),
            "parcels": self.parcels.groupby(["marketplace", "fate"]).size().to_dict(),
            "returns": self.returns.groupby("marketplace").size().to_dict(),
            "fba_returns": self.fba_returns.groupby("marketplace").size().to_dict(),
            "requests": self.requests.groupby("kind").size().to_dict(),
            "claims": self.claims.groupby(["marketplace", "source"]).size().to_dict(),
        }


def _place(label):
    return list(statements.ORDERS).index(label)


def shop(
    seed=1, *, weeks=30, until="2026-11-15", marketplaces=("amazon.com", "amazon.de"), lines_per_week=220, parameters=None,
    with_statements=True,
):  # fmt: skip
    """A shop of `weeks` weeks that end with the day `until`, drawn from one seed: the same arguments, the same shop.

    A bare day ends at 18:00 UTC, when it is that day on all marketplaces; a moment is taken as it is. `lines_per_week` are
    those of all marketplaces together. `with_statements` adds one order for each statement of the article (not on amazon.in,
    whose sellers have no tracking file): leave it out where only chance should rule, as in calibration.

    Raises UnknownName for a marketplace that orderkit does not know, BadValue for less than one week or line.
    """
    parameters = parameters or Parameters()
    _check(weeks, lines_per_week, marketplaces)
    end = moment(until) if len(str(until)) > 10 else np.datetime64(str(until), "s") + np.timedelta64(18, "h")
    first_day = end.astype("datetime64[D]") - (7 * weeks - 1)
    sites = [site(name, parameters.services.get(name)) for name in marketplaces]
    planted_on = [one for one in sites if one.name != "amazon.in"] if with_statements else []
    parts, orders_before, parcels_before = [], 0, 0
    for one in sites:
        names = statements.labels(planted_on.index(one), len(planted_on)) if one in planted_on else []
        share = lines_per_week * one.weight / sum(each.weight for each in sites)
        part = _marketplace(seed, one, names, first_day=first_day, weeks=weeks, lines=share, end=end, parameters=parameters)
        parts.append(_renumber(part, orders_before, parcels_before))
        orders_before, parcels_before = orders_before + part[0]["order_no"].nunique(), parcels_before + len(part[1])
    frames = [pd.concat([part[number] for part in parts], ignore_index=True) for number in range(len(parts[0]))]
    frames[0] = _name(frames[0], seed, sites)
    refunds = returns.refunds(seed, *frames[:3])
    return ShopTruth(seed, first_day.astype("datetime64[s]"), end, tuple(marketplaces), parameters, *frames, refunds)


def _check(weeks, lines_per_week, marketplaces):
    for name in marketplaces:
        if name not in known_marketplaces():
            raise UnknownName("marketplace", name, known_marketplaces())
    if weeks < 1 or lines_per_week <= 0 or not marketplaces:
        raise BadValue(
            "A shop needs at least one marketplace, one week and more than no lines; "
            f"got {len(marketplaces)} marketplaces, weeks={weeks}, lines_per_week={lines_per_week}."
        )


def _marketplace(seed, one, names, *, first_day, weeks, lines, end, parameters):
    """Lines, parcels, returns, requests, FBA returns and claims of one marketplace, the statements' orders behind the drawn."""
    sold = orders.order_lines(seed, one, first_day=first_day, weeks=weeks, lines=lines, end=end, parameters=parameters)
    sent, sold["parcel"] = parcels.parcels(seed, one, sold, parameters=parameters)
    back = returns.returns(seed, one, sold, sent, parameters=parameters)
    asked = requests.requests(seed, one, sold, sent, back, parameters=parameters)
    came = fba.fba_returns(seed, one, sold, parameters=parameters)
    filed = claims.claims(seed, one, sent, parameters=parameters)
    drawn = [sold.assign(statement=""), sent, back, asked, came, filed]
    if not names:
        return drawn
    added = statements.planted(one, names, end, sold["order_no"].nunique())
    added[0]["parcel"] = np.where(added[0]["parcel"] >= 0, added[0]["parcel"] + len(sent), -1)
    # the article speaks of orders that the seller ships and has claimed nothing for: none of FBA, no claim is added
    both = zip(drawn[:4], added, strict=True)
    return [pd.concat([frame, more], ignore_index=True) if len(more) else frame for frame, more in both] + drawn[4:]


def _renumber(frames, orders_before, parcels_before):
    """Numbers of orders and parcels as they are in the whole shop."""
    for frame in frames:
        frame["order_no"] += orders_before
    for frame in (frames[0], frames[5]):
        frame["parcel"] = np.where(frame["parcel"] >= 0, frame["parcel"] + parcels_before, -1)
    return frames


def _name(lines, seed, sites):
    """Adds order numbers (3-7-7 digits) and line ids (14 digits): distinct, and in no visible order."""
    rng = stream(seed, "ids")
    prefixes = {one.name: np.array(one.order_prefixes) for one in sites}
    count = lines["order_no"].max() + 1
    digits = (int(rng.integers(10**13)) + np.arange(count, dtype=np.int64) * 73_939_133) % 10**14
    text = np.char.zfill(digits.astype(str), 14)
    first = rng.integers(0, 1000, count)
    home = lines.drop_duplicates("order_no").sort_values("order_no")["marketplace"].to_numpy()
    prefix = np.array([prefixes[name][number % len(prefixes[name])] for name, number in zip(home, first, strict=True)])
    order_id = np.array([f"{a}-{b[:7]}-{b[7:]}" for a, b in zip(prefix, text, strict=True)])
    lines["order_id"] = order_id[lines["order_no"]]
    span = 9 * 10**13
    item = (int(rng.integers(span)) + np.arange(len(lines), dtype=np.int64) * 29_996_224_261) % span + 10**13
    lines["order_item_id"] = item.astype(str)
    return lines
