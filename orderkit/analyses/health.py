"""Account health: the rates that Amazon holds sellers to, reckoned from the exports, beside what Amazon says itself."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit import languages, measures
from orderkit.analyses import health_words as words
from orderkit.analyses import show, source_files
from orderkit.analyses.health_amazon import amazon_says, beside, why
from orderkit.analyses.result import Result
from orderkit.analyses.words import LEVEL
from orderkit.languages import phrase
from orderkit.printable import for_terminals
from orderkit.statistics import health as reckoned
from orderkit.statistics.control import p_chart
from orderkit.statistics.rates import wilson

TITLE = "Account health"
MEASURES = {
    "late_shipment": "late_shipment_orders", "cancel": "cancelled_orders", "tracking": "tracked_orders",
    "on_time": "on_time_orders", "order_defect": "defect_orders",
}  # fmt: skip
COUNTS = ["orders", "defects", "unknown", "overdue", "open", "before_extension"]
KEYS = ["account", "marketplace", "rate"]
FEWEST = 20  # known orders in a window; below, one order more or less is five points
WEEK = dt.timedelta(days=7)
WEEKS_BACK, LEAST_WEEKS = 12, 4  # for the spread of the rate from week to week
SETTLED = {"order_defect": 30}  # days after the order by which most of its claims and feedback are in
COLUMNS = [
    *KEYS, "over_days", "from_day", "to_day", "orders", "defects", "unknown", "share", "low", "high", "limit", "must",
    "certainty", "source", "most", "left", "left_at_worst", "chance_next_week", "verdict", "amazon_share", "amazon_count",
    "amazon_of", "amazon_from", "amazon_to", "amazon_status", "same_days_orders", "same_days_defects", "same_days_share", "why",
]  # fmt: skip
SAID = ("name", "held_to", "verdict", "why")  # cells that are words
WHOLE = ("most", "left", "left_at_worst", "amazon_count", "amazon_of", "same_days_orders", "same_days_defects")
VIEW = {
    "account": "account", "marketplace": "marketplace", "name": "rate", "over_days": "over days", "orders": "orders",
    "defects": "defects", "unknown": "not known", "share": "rate", "low": "at least", "high": "at most",
    "held_to": "limit",
    "left": "left before it", "left_at_worst": "left at worst", "chance_next_week": "chance to break it next week",
    "verdict": "verdict",
}  # fmt: skip

TOGETHER = {
    "name": ("over_days", "{first}, {second} days"), "low": ("high", "{first} to {second}"),
    "left": ("left_at_worst", "{first} (at worst {second})"),
}  # fmt: skip
ON_PAGES = {"share": "share", "low": "90% range"}


@dataclass(frozen=True)
class Window:
    """A rate of one account and marketplace over some days, with the limit it is held to and the orders of all days."""

    account: str
    marketplace: str
    rate: str
    over: int
    limit: reckoned.Limit
    today: dt.date
    lag: int
    days: pd.DataFrame
    whole: bool = True  # whether all exports that tell of defects are loaded

    @property
    def last(self):
        """The last day of the window."""
        return self.today - dt.timedelta(days=self.lag)

    @property
    def first(self):
        """The first day of the window."""
        return self.last - dt.timedelta(days=self.over - 1)

    def sums(self, first, last):
        """{orders, defects, unknown ...} of the orders of some days, both included."""
        inside = self.days[(self.days["day"] >= first) & (self.days["day"] <= last)]
        return {column: int(inside[column].sum()) for column in COUNTS}


class Health(Result):
    """Rates against their limits, and beside them what Amazon says: `.tables` has weeks, amazon (as exported) and beside."""

    @for_terminals
    def __repr__(self):
        how = f"\n\n{phrase('How we know')}"
        return super().__repr__().replace(how, f"{self._beside_text()}{how}", 1)

    def _beside_text(self):
        told = self.tables["beside_said"]
        return f"\n\n{phrase(words.BESIDE)}\n" + told.to_string(index=False, na_rep=phrase("not known")) if len(told) else ""

    def _repr_html_(self):
        told = self.tables["beside_said"]
        more = [show.table(told, caption=phrase(words.BESIDE))] if len(told) else []
        table = [show.table(_narrow(self._shown()), titles=self.view | ON_PAGES)] if len(self.frame) else []
        return str(show.section(self.headline, *table, *more, show.fold(phrase("How we know"), self.how)))


def _narrow(shown):
    """The same in fewer columns, so that a page holds it: figures that belong together in one cell."""
    for first, (second, together) in TOGETHER.items():
        if {first, second} <= set(shown):
            pairs = zip(shown[first], shown[second], strict=True)
            cells = [a if pd.isna(a) or a == b else phrase(together, first=a, second=_or_not_known(b)) for a, b in pairs]
            shown = shown.assign(**{first: cells}).drop(columns=second)
    return shown


def _or_not_known(cell):
    return phrase(show.NOT_KNOWN) if pd.isna(cell) else cell


def health(con, pack, *, marketplace=None):
    """How an account stands against the limits of `pack`: one row per account, marketplace, rate and window.

    Counted are orders that the seller ships (FBM), in days of the marketplace up to the day of the data. A row has the orders,
    the defects (late, without tracking, not on time ...), how many are not known, the rate with its 90 % Wilson interval, the
    limit with certainty and source, how many more defects it leaves, the chance to pass it within a week, and what Amazon's own
    export says. Below 20 known orders, or where most are not known, no rate is given, only counts. Needs the facts.
    """
    days, today = _days(con, marketplace), _today(con)
    whole, said = _whole(con), amazon_says(con, marketplace)
    windows = [window for place in _places(days, said) for window in _windows(pack, place, today, days, whole)]
    rows = [_row(window, said) for window in windows]
    frame = _whole_numbers(pd.DataFrame(rows, columns=[*COLUMNS, "name", "held_to"]))
    several = frame["account"].nunique() > 1
    return Health(
        kind="health", title=phrase(TITLE), headline=words.headline(days, rows), frame=frame,
        how=[*words.how(days, windows, rows, pack, whole), *source_files.told(con, "health")],
        tables={"weeks": _weeks(days, today), "days": days, "amazon": said, **_beside(rows)},
        said={name: [row["said"][name] for row in rows] for name in SAID},
        shares=("share", "low", "high", "chance_next_week"),
        view=VIEW if several else {column: title for column, title in VIEW.items() if column != "account"},
        absent={"share": "not told", "left": "not told", "left_at_worst": "not told", "chance_next_week": "not told"},
    )  # fmt: skip


def _beside(rows):
    """What Amazon says beside what the files say: as data with English words, and as a page shows it."""
    with languages.speaking(languages.ENGLISH):
        plain = words.side_by_side(rows)
    return {"beside": plain, "beside_said": words.side_by_side([row | row["said"] for row in rows])}


def _whole_numbers(frame):
    """The same with counts as whole numbers where they are told, and NaN where they are not."""
    for column in WHOLE:
        told = [value if pd.isna(value) else int(value) for value in frame[column]]
        frame[column] = pd.Series(told, index=frame.index, dtype=object)
    return frame


def _days(con, marketplace):
    """All five measures in one frame: account, marketplace, rate, week, day and COUNTS."""
    frames = []
    for rate, name in MEASURES.items():
        found = pd.DataFrame(measures.rows(con, name, marketplace=marketplace))
        if not found.empty:  # of a cancelled order no export tells that it was the seller: none is a known defect
            found = found.reindex(columns=["account", "marketplace", "week", "day", *COUNTS]).assign(rate=rate)
            frames.append(found.astype(dict.fromkeys(COUNTS, float)).fillna(dict.fromkeys(COUNTS, 0)))
    empty = pd.DataFrame(columns=[*KEYS, "week", "day", *COUNTS])
    return pd.concat(frames, ignore_index=True).astype(dict.fromkeys(COUNTS, int)) if frames else empty


def _today(con):
    """The day of the data in the zone of each marketplace; in UTC for one without orders."""
    day = con.sql("SELECT as_of_day FROM context").fetchall()[0][0]
    return defaultdict(lambda: day, con.sql("SELECT marketplace, max(as_of_day) FROM line_facts GROUP BY marketplace").fetchall())


def _whole(con):
    """The accounts of which both feedback and bookings are loaded: only then is every kind of order defect told."""
    told = con.sql("SELECT DISTINCT account FROM feedback INTERSECT SELECT DISTINCT account FROM money").fetchall()
    return {account for (account,) in told}


def _places(days, said):
    """(account, marketplace) with orders of the seller, or of which Amazon says something."""
    known = [days.dropna(subset=["marketplace", "day"]), said]
    return sorted({place for frame in known for place in zip(frame["account"], frame["marketplace"], strict=True)})


def _windows(pack, place, today, days, whole):
    """The Windows of an account in a marketplace: those of every rate whose limit is known there."""
    account, site = place
    mine = days[(days["account"] == account) & (days["marketplace"] == site)].dropna(subset=["day"])
    for rate in MEASURES:
        limit = reckoned.limit(pack, rate, marketplace=site, day=today[site])
        for over in limit.windows if limit else ():
            lag = reckoned.lag_elsewhere(pack, rate, today[site]) if limit.lag is None else limit.lag
            told = rate != "order_defect" or account in whole
            yield Window(account, site, rate, over, limit, today[site], lag, mine[mine["rate"] == rate], told)


def _row(window, said):
    sums = window.sums(window.first, window.last)
    row = dict.fromkeys(COLUMNS, np.nan) | {
        "account": window.account, "marketplace": window.marketplace, "rate": window.rate, "over_days": window.over,
        "from_day": window.first, "to_day": window.last, "limit": float(window.limit.percent),
        "must": "at least" if window.limit.at_least else "under", "certainty": window.limit.certainty,
        "source": window.limit.source,
    }  # fmt: skip
    row |= {column: sums[column] for column in ("orders", "defects", "unknown")}
    row |= _reckoned(window, sums)
    row |= beside(window, sums, said)
    with languages.speaking(languages.ENGLISH):
        plain = _words(window, row, sums, said)
    return row | plain | {"said": _words(window, row, sums, said)}


def _words(window, row, sums, said):
    """The cells of a row that are words, in the language in use."""
    verdict = words.verdict(row, fewest=FEWEST, whole=window.whole)
    told = phrase(words.NAMES[window.rate]), words.held_to(window.limit), verdict, why(window, sums, said)
    return dict(zip(SAID, told, strict=True))


def _reckoned(window, sums):
    """Rate, interval, headroom and chance of a window, each only where enough is known for it."""
    among, most_bad = _among(window.rate, sums)
    if not among:
        return {}
    good = window.limit.at_least
    low, high = (wilson(events, among, LEVEL) for events in (sums["defects"], most_bad))
    told = (
        {"low": 1 - high.high, "high": 1 - low.low} if good else {"low": low.low, "high": high.high if window.whole else np.nan}
    )
    if among < FEWEST or sums["unknown"] > sums["orders"] / 2:
        return told
    room = reckoned.headroom(sums["defects"], among, window.limit.percent, at_least=good)
    worst = reckoned.headroom(sums["defects"] + sums["unknown"], sums["orders"], window.limit.percent, at_least=good)
    told |= {"most": room.most, "left": room.left, "left_at_worst": worst.left if window.whole else np.nan}
    if most_bad > sums["defects"] or not window.whole:  # some of the defects themselves are not told: no rate, only bounds
        return told
    return told | {"share": room.rate / 100, "chance_next_week": _chance(window)}


def _among(rate, sums):
    """(orders that a rate is reckoned of, the most defects that may be among them).

    What is not known of a delivery leaves the rate; of a cancelled order it is known that it was cancelled, so it stays in.
    """
    if rate == "cancel":
        return sums["orders"], sums["unknown"]
    return sums["orders"] - sums["unknown"], sums["defects"]


def _chance(window):
    """The chance that the window of a week later passes the limit; NaN with under four weeks, or where defects are not told."""
    weeks = _full_weeks(window.days, window.last - dt.timedelta(days=SETTLED.get(window.rate, 0))).tail(WEEKS_BACK)
    if len(weeks) < LEAST_WEEKS or (window.rate == "cancel" and weeks["unknown"].any()):
        return np.nan
    a, b = reckoned.rate_by_weeks(weeks["defects"], weeks["orders"] - weeks["unknown"])
    kept = window.sums(window.first + WEEK, min(window.today, window.last + WEEK))
    pace = window.sums(window.today - 4 * WEEK + dt.timedelta(days=1), window.today)
    new = (pace["orders"] - pace["unknown"]) / 4 * max(0, 7 - window.lag) / 7 + kept["open"]
    return reckoned.chance_of_breach(
        kept["defects"] + kept["overdue"], kept["orders"] - kept["unknown"] + kept["overdue"], new, a, b,
        window.limit.percent, at_least=window.limit.at_least,
    )  # fmt: skip


def _full_weeks(days, last):
    """Counts by week, of weeks that ended by a day and hold an order of which something is known."""
    ended = days[days["week"].notna() & (days["week"] <= last - dt.timedelta(days=6))]
    weeks = ended.groupby("week")[COUNTS].sum().sort_index()
    return weeks[weeks["orders"] > weeks["unknown"]]


def _weeks(days, today):
    """The history of every rate by week: counts, share of defects among known orders, and whether a week is unlike the others."""
    frames = []
    for (account, site, rate), mine in days.dropna(subset=["marketplace", "day"]).groupby(KEYS):
        weeks = _full_weeks(mine, today[site])
        known = weeks["orders"] - weeks["unknown"] * (rate != "cancel")
        chart = p_chart(weeks["defects"], known)
        told = {"account": account, "marketplace": site, "rate": rate}
        frames.append(weeks[COUNTS[:3]].assign(**told, share=chart.share, unusual=chart.outside).reset_index())
    columns = [*KEYS, "week", *COUNTS[:3], "share", "unusual"]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)
