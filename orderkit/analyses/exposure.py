"""Refunds at risk on late deliveries: FBM lines past the promised day that have not arrived."""

import pandas as pd

from orderkit import measures
from orderkit.analyses import claim_window, show
from orderkit.analyses.at_risk import at_risk
from orderkit.analyses.result import Result
from orderkit.analyses.words import LEVEL, add, amounts, count, per_cent
from orderkit.errors import UnknownName
from orderkit.statistics.rates import wilson

TITLE = "Refunds at risk on late deliveries"
KEYS = ["marketplace", "currency"]
COLUMNS = [
    *KEYS, "shipped_lines", "arrived", "arrived_late", "late_share", "late_share_low", "late_share_high",
    "past_promise", "not_shipped", "at_risk", "lines_without_value", "past_promise_not_known", "value_not_known",
    "delivery_not_known", "promise_not_known", "waiting_to_ship", "past_ship_by", "value_past_ship_by", "ship_by_not_known",
    "claim_opens_later", "claim_open", "value_claim_open", "claim_closed", "claim_window_not_known",
]  # fmt: skip
MONEY = ("at_risk", "value_not_known", "value_past_ship_by", "value_claim_open")
SHARES = ("late_share", "late_share_low", "late_share_high")
BY = ("marketplace", "carrier", "service", "lane", "sku", "week")
COUNTS_OR_NOT = ("past_promise", "past_ship_by", *claim_window.COUNTED.values())
TYPES = dict.fromkeys(MONEY + SHARES, float) | dict.fromkeys(COUNTS_OR_NOT, "Int64")
VIEW = {
    "marketplace": "marketplace", "currency": "currency", "past_promise": "past the promised day, open",
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


def exposure(con, *, pack=None, marketplace=None):
    """How much the seller may have to refund because the promised day has passed, by marketplace and currency.

    A line counts when the seller ships it (FBM), the promised day lies before the as-of day in the marketplace zone, and it is
    open: on its way, or not shipped although paid. Lines whose arrival no export tells are counted beside, never in.
    Money: goods and shipping less promotions, per currency.

    `.tables["totals"]` has a row per currency: what the rules say to refund now, what is expected never to arrive of all parcels
    on their way, late or not, with 50, 80 and 90 % ranges, what open claims may bring at most, and what claims have brought;
    `.tables["parcels"]` a row per parcel on its way with its chances (see at_risk); `.tables["claims"]` for how much of what is
    late and open a buyer can claim now, later or no more (see claim_window). Needs the answers of `pack`.
    """
    risk = at_risk(con, pack, marketplace=marketplace)
    found = {
        name: measures.rows(con, name, by=KEYS, marketplace=marketplace)
        for name in ("delivery_by_week", "late_open", "not_shipped")
    }
    weeks = measures.run(con, "delivery_by_week", by="week", marketplace=marketplace)
    claims = claim_window.claim_windows(con, pack, marketplace=marketplace)
    lines = _by_place(found, claim_window.by_place(claims))
    totals, unknown = {}, {}
    for row in lines:
        add(totals, row["currency"], row["at_risk"])
        add(unknown, row["currency"], row["value_not_known"])
    sums = {column: sum(row[column] or 0 for row in lines) for column in COLUMNS if column not in KEYS and "share" not in column}
    return Exposure(
        kind="exposure",
        title=TITLE,
        headline=_headline(sums, totals, unknown) + _foretold(risk.totals),
        frame=pd.DataFrame(lines, columns=COLUMNS).astype(TYPES),
        how=[*_how(sums), *claim_window.words(claims, pack), *_how_foretold(risk)],
        totals=totals,
        tables={
            "weeks": weeks,
            "ages": measures.run(con, "late_open", marketplace=marketplace),
            "claims": claim_window.frame(claims),
            "totals": risk.totals,
            "parcels": risk.parcels,
            "model": risk.model,
        },
        money=MONEY,
        shares=SHARES,
        view=VIEW,
    )


def _by_place(found, claims):
    """One row per marketplace and currency that any of the three measures knows, with the states of its claims."""
    tables = {name: {(row["marketplace"], row["currency"]): row for row in rows} for name, rows in found.items()}
    places = sorted(set().union(*tables.values()), key=lambda place: tuple((word is None, word or "") for word in place))
    rows = [
        _row(place, *(tables[name].get(place, {}) for name in ("delivery_by_week", "late_open", "not_shipped")))
        for place in places
    ]
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


def _headline(sums, totals, unknown):
    if not sums["shipped_lines"] and not sums["waiting_to_ship"]:
        return "No order that you ship yourself (FBM) is in the loaded exports."
    if sums["promise_not_known"] == sums["shipped_lines"] and not sums["past_promise"] and sums["shipped_lines"]:
        return "Nothing can be called late: no export with promised dates is loaded; the Amazon Order report has them."
    if sums["past_promise"]:
        said = f"{count(sums['past_promise'], 'line')} past the promised day and not delivered"
        said += f": {amounts(totals)} in refunds at risk" if amounts(totals) else ""
        said += f" ({count(sums['lines_without_value'], 'line')} without an amount)" if sums["lines_without_value"] else ""
    else:
        said = "No line is known to be past the promised day and still open"
    if sums["past_promise_not_known"]:
        worth = f" ({amounts(unknown)})" if amounts(unknown) else ""
        said += f"; whether {count(sums['past_promise_not_known'], 'further line')}{worth} past the day arrived is not known"
    return said + "."


def _foretold(totals):
    """What is expected never to arrive of what is on its way, with its range; nothing where there is no model."""
    said = [
        f"{show.money(row['expected'], row['currency'])} ({show.money(row['low90'], row['currency'])} to "
        f"{show.money(row['high90'], row['currency'])})"
        for row in totals.to_dict("records")
        if row["open_parcels"] and not pd.isna(row["expected"])
    ]
    if not said:
        return ""
    parcels = int(totals["open_parcels"].sum())
    return f" Of {count(parcels, 'parcel')} on the way, {' and '.join(said)} is expected never to arrive (90 % range)."


def _how_foretold(risk):
    """What the rules refund now, how the chances were found, what claims may bring and brought."""
    for row in risk.totals.to_dict("records"):
        if row["refund_now_lines"]:
            due = show.money(row["refund_now"], row["currency"])
            yield f"The rules say to refund {count(row['refund_now_lines'], 'line')} now, {due}: not in what is expected."
        if row["claimable_lines"]:
            most, got = (show.money(row[name], row["currency"]) for name in ("claimable", "brought"))
            lines = count(row["claimable_lines"], "line")
            yield f"Claims with carriers or insurers are open for {lines}, up to {most}; so far such claims brought {got}."
        if row["open_without_value"]:
            yield f"{count(row['open_without_value'], 'parcel')} on the way without an amount ({row['currency']}): in no sum."
    if risk.model is None:
        yield f"No chance to arrive is told: {risk.why}"
        return
    parcels, lost = (int(risk.model.strata[name].sum()) for name in ("parcels", "lost"))
    yield (
        f"The chance never to arrive comes from {parcels:,} parcels with tracking, {lost:,} of them lost or not seen after "
        f"{risk.model.horizon} days: competing risks by carrier, service and lane, thin ones pooled. Ranges hold chance and "
        "what is not known of these rates."
    )


def _how(sums):
    late, arrived = sums["arrived_late"], sums["arrived"]
    share = f" ({per_cent(late / arrived)}; the table has {LEVEL:.0%} Wilson intervals by marketplace)" if arrived else ""
    said = [
        "Counted: lines that you ship yourself (FBM), past the promised day of the marketplace, on their way or not shipped.",
        "Money: goods and shipping less promotions as exported, per currency; refunds already given are not taken off yet.",
        f"Of {count(sums['shipped_lines'], 'shipped line')}, {arrived:,} arrived on a known day with a known promise, "
        f"{late:,} of them late{share}.",
        f"Not known for {count(sums['delivery_not_known'], 'shipped line')} when they arrived: a tracking export would tell, "
        "save for parcels that have no tracking.",
        f"Not known for {sums['promise_not_known']:,} of them what was promised: the Amazon Order report would tell.",
    ]
    if sums["waiting_to_ship"]:
        said.append(
            f"{count(sums['waiting_to_ship'], 'line')} waiting to be shipped; {sums['past_ship_by']:,} past the ship-by day; "
            f"the ship-by day of {sums['ship_by_not_known']:,} is not known."
        )
    return said
