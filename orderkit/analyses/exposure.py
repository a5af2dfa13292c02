"""Refunds at risk on late deliveries: FBM lines past the promised day that have not arrived."""

import pandas as pd

from orderkit import measures
from orderkit.analyses import claim_window, source_files
from orderkit.analyses import exposure_words as words
from orderkit.analyses.at_risk import at_risk
from orderkit.analyses.result import Result
from orderkit.analyses.words import LEVEL, add
from orderkit.errors import UnknownName
from orderkit.languages import joined, phrase
from orderkit.statistics.rates import wilson

TITLE = "Refunds at risk on late deliveries"
KEYS = ["marketplace", "currency"]
COLUMNS = [
    *KEYS, "grain", "shipped_lines", "arrived", "arrived_late", "late_share", "late_share_low", "late_share_high",
    "past_promise", "not_shipped", "at_risk", "lines_without_value", "past_promise_not_known", "value_not_known",
    "delivery_not_known", "promise_not_known", "waiting_to_ship", "past_ship_by", "value_past_ship_by", "ship_by_not_known",
    "claim_opens_later", "claim_open", "value_claim_open", "claim_closed", "claim_window_not_known",
]  # fmt: skip
MONEY = ("at_risk", "value_not_known", "value_past_ship_by", "value_claim_open")
SHARES = ("late_share", "late_share_low", "late_share_high")
BY = ("marketplace", "carrier", "service", "lane", "sku", "week")
MEASURES = ("delivery_by_week", "late_open", "not_shipped")
SUMMED = [column for column in COLUMNS if column not in (*KEYS, "grain") and "share" not in column]
COUNTS_OR_NOT = ("past_promise", "past_ship_by", *claim_window.COUNTED.values())
TYPES = dict.fromkeys(MONEY + SHARES, float) | dict.fromkeys(COUNTS_OR_NOT, "Int64")
VIEW = {
    "marketplace": "marketplace", "currency": "currency", "grain": "counted", "past_promise": "past the promised day, open",
    "at_risk": "refunds at risk", "past_promise_not_known": "past the day, arrival not known", "value_not_known": "their amount",
    "arrived": "arrived", "arrived_late": "of these late", "late_share": "late share",
    "late_share_low": "at least", "late_share_high": "at most",
    "past_ship_by": "past the ship-by day", "claim_open": "a buyer can claim now (A-to-z)",
    "claim_window_not_known": "claim window not known",
}  # fmt: skip


class Exposure(Result):
    """Refunds at risk: `.by("carrier")` adds up what is on its way."""

    def by(self, column):
        """The parcels on their way, added up by marketplace, carrier, service, lane, sku or week (Monday of the promised day).

        A frame with a row per value and currency: parcels, late (past the promised day), without_value, value, expected (never to
        arrive), the largest first. Raises UnknownName.
        """
        if column not in BY:
            raise UnknownName("column", column, BY, where=" to add up by")
        parcels = self.tables["parcels"].astype({"value": float, "expected": float})
        promised = pd.to_datetime(parcels["deliver_by_day"])
        parcels = parcels.assign(
            week=promised - pd.to_timedelta(promised.dt.day_of_week, unit="D"),
            late=(parcels["days_past_deliver_by"] > 0).fillna(False).astype(int),
            without_value=parcels["value"].isna().astype(int),
        )  # fmt: skip
        grouped = parcels.groupby([column, "currency"], dropna=False)
        sums = grouped[["value", "expected"]].sum(min_count=1)
        counts = grouped[["late", "without_value"]].sum().assign(parcels=grouped.size())
        found = counts[["parcels", "late", "without_value"]].join(sums).reset_index()
        return found.sort_values(["expected", "value"], ascending=False, ignore_index=True)


def exposure(con, *, pack=None, marketplace=None, grain="line"):
    """How much the seller may have to refund because the promised day has passed, by marketplace and currency.

    A line counts when the seller ships it (FBM), the promised day lies before the as-of day in the marketplace zone, and it is
    open: on its way, or not shipped although paid. Lines whose arrival no export tells are counted beside, never in.
    Money: goods and shipping less promotions, per currency. With the grain "order" orders are counted, each once and as late as
    its latest line, its money that of all its lines; the column `grain` and the names of columns say which, and the two are never
    mixed. Parcels are parcels at either grain. Raises UnknownName for another grain.

    `.tables["totals"]` has a row per currency, a last one for what has none: what the rules say to refund now, what is expected
    never to arrive of all parcels on their way, late or not, with 50, 80 and 90 % ranges, what open claims may bring at most, and
    what claims have brought; `.tables["parcels"]` a row per parcel on its way with its chances (see at_risk); `.tables["claims"]`
    how much of what is late and open a buyer can claim now, later or no more (see claim_window). Needs the answers of `pack`.
    """
    asked = {"marketplace": marketplace, "grain": grain}
    found = {name: measures.rows(con, name, by=KEYS, **asked) for name in MEASURES}
    risk = at_risk(con, pack, **asked)
    claims = claim_window.claim_windows(con, pack, **asked)
    places = _by_place(found, claim_window.by_place(claims))
    totals, unknown = {}, {}
    for row in places:
        add(totals, row["currency"], row["at_risk"])
        add(unknown, row["currency"], row["value_not_known"])
    sums = {column: sum(row[column] or 0 for row in places) for column in SUMMED}
    return Exposure(
        kind="exposure",
        title=phrase(TITLE),
        headline=joined([words.headline(sums, totals, unknown, grain), words.foretold(risk.totals)], "sentences"),
        frame=_frame(places, grain),
        how=[
            *words.how(sums, grain),
            *claim_window.words(claims, pack, grain),
            *words.how_foretold(risk, grain),
            *source_files.told(con, "exposure"),
        ],
        totals=totals,
        tables={
            "weeks": measures.run(con, "delivery_by_week", by="week", **asked),
            "ages": measures.run(con, "late_open", **asked),
            "claims": measures.named(claim_window.frame(claims), grain),
            "totals": risk.totals,
            "parcels": risk.parcels,
            "model": risk.model,
        },
        money=MONEY,
        shares=SHARES,
        view=VIEW,
        worded=("grain",),
    )


def _frame(places, grain):
    """The rows as a frame that says what it counts."""
    return measures.named(pd.DataFrame(places, columns=COLUMNS).astype(TYPES).assign(grain=measures.GRAINS[grain]), grain)


def _by_place(found, claims):
    """One row per marketplace and currency that any of the three measures knows, with the states of its claims."""
    tables = {name: {(row["marketplace"], row["currency"]): row for row in rows} for name, rows in found.items()}
    places = sorted(set().union(*tables.values()), key=lambda place: tuple((word is None, word or "") for word in place))
    rows = [_row(place, *(tables[name].get(place, {}) for name in MEASURES)) for place in places]
    none_late = (dict.fromkeys(claim_window.NONE) if row["past_promise"] is None else claim_window.NONE for row in rows)
    return [row | claims.get(place, none) for place, row, none in zip(places, rows, none_late, strict=True)]


def _row(place, arrivals, late, waiting):
    on_time, late_arrivals = arrivals.get("on_time", 0), arrivals.get("late", 0)
    arrived = on_time + late_arrivals
    share = wilson(late_arrivals, arrived, LEVEL)
    # where no line has a promise, none is known to be late: that is not the same as none is late
    no_promise = 0 < arrivals.get("lines", 0) == arrivals["promise_unknown"] and not late.get("lines")
    no_ship_by = 0 < waiting.get("lines", 0) == waiting["ship_by_unknown"]
    return {
        "marketplace": place[0], "currency": place[1],
        "shipped_lines": arrivals.get("lines", 0), "arrived": arrived, "arrived_late": late_arrivals,
        "late_share": late_arrivals / arrived if arrived else None, "late_share_low": share.low, "late_share_high": share.high,
        "past_promise": None if no_promise else late.get("lines", 0), "not_shipped": late.get("not_shipped", 0),
        "at_risk": late.get("value"), "lines_without_value": late.get("lines_without_value", 0),
        "past_promise_not_known": late.get("unknown_delivery", 0), "value_not_known": late.get("value_unknown_delivery"),
        "delivery_not_known": arrivals.get("unknown_delivery", 0), "promise_not_known": arrivals.get("promise_unknown", 0),
        "waiting_to_ship": waiting.get("lines", 0), "past_ship_by": None if no_ship_by else waiting.get("past_ship_by", 0),
        "value_past_ship_by": waiting.get("value_past_ship_by"), "ship_by_not_known": waiting.get("ship_by_unknown", 0),
    }  # fmt: skip
