"""Return reasons: what buyers say, how often things come back, and what the exports tell of the refunds."""

import pandas as pd

from orderkit import measures
from orderkit.analyses.result import Result
from orderkit.analyses.words import LEVEL, add, amounts, count, per_cent
from orderkit.statistics.rates import wilson
from orderkit.statistics.shares import vital_few

TITLE = "Return reasons"
COLUMNS = [
    "reason_group",
    "reason",
    "currency",
    "returns",
    "share",
    "low",
    "high",
    "vital",
    "units",
    "refunded",
    "returns_without_refund_amount",
    "withdrawn",
]
RATE_COLUMNS = [
    "marketplace", "currency", "units_shipped", "units_returned", "rate", "low", "high",
    "units_came_back", "lines_came_back", "lines_without_units",
]  # fmt: skip
WORDS = {
    "expectation": "Not what the buyer expected", "fc_damage": "Damaged in a warehouse", "fit_style": "Fit or style",
    "incomplete": "Parts missing", "late": "Came too late", "listing": "Not as described", "lost": "Never arrived",
    "product_fault": "Product fault", "remorse": "Changed mind", "transit_damage": "Damaged on the way",
    "undeliverable": "Could not be delivered",
    "unknown": "No reason given", "wrong_item": "Wrong item", "unmapped": "A code not in our list",
}  # fmt: skip
VIEW = {
    "reason": "reason", "currency": "currency", "returns": "returns", "share": "share", "low": "at least", "high": "at most",
    "units": "units", "refunded": "refunded", "returns_without_refund_amount": "refund not told",
}  # fmt: skip


def returns(con, *, marketplace=None):
    """Why buyers send things back, by group of reasons and currency, with the share of each, and the return rate by marketplace.

    A reason is what the buyer claims. Requests that were cancelled or declined are counted apart. Lines that came back
    without a request (refused, undeliverable) are no returns: they are counted apart too. Money: refunds as the returns export
    states them; an empty refund is counted, not taken as zero.
    """
    reasons = measures.rows(con, "return_reasons", by="reason_group", marketplace=marketplace)
    rates = _rates(con, marketplace)
    totals, per_currency = {}, {}
    for row in reasons:
        add(totals, row["currency"], row["refunded"])
        add(per_currency, row["currency"], row["returns"])
    rows = [_row(row, per_currency[row["currency"]]) for row in reasons]
    frame = (
        pd.DataFrame(rows, columns=COLUMNS)
        .astype({"refunded": float})
        .sort_values(["returns", "reason_group"], ascending=[False, True])
    )
    frame["vital"] = vital_few(frame["returns"])
    loaded = bool(reasons) or _returns_are_loaded(con)
    return Result(
        kind="returns",
        title=TITLE,
        headline=_headline(frame, rates, totals, loaded),
        frame=frame.reset_index(drop=True),
        how=_how(con, frame, rates, loaded),
        totals=totals,
        tables={"rates": rates, "weeks": measures.run(con, "returns_by_week", by="week", marketplace=marketplace)},
        money=("refunded",),
        shares=("share", "low", "high"),
        view=VIEW,
    )


def _row(row, all_returns):
    span = wilson(row["returns"], all_returns, LEVEL)
    words = group_words(row["reason_group"])
    return {
        **row,
        "reason": words,
        "share": row["returns"] / all_returns if all_returns else None,
        "low": span.low,
        "high": span.high,
    }


def _rates(con, marketplace):
    """Units asked back over units shipped, of the orders that are loaded; empty rate where no returns export is loaded."""
    rows = measures.rows(con, "returns_by_order_week", by="marketplace", marketplace=marketplace)
    loaded = _returns_are_loaded(con)
    for row in rows:
        shipped, back = row["units_shipped"] or 0, row["units_returned"] or 0
        # a return line may ask back more units than the order export shows: then no share can be told
        fits = loaded and 0 < shipped >= back
        span = wilson(back, shipped, LEVEL) if fits else None
        row |= {"rate": back / shipped if fits else None, "low": span and span.low, "high": span and span.high}
        row["units_returned"] = back if loaded else None
    return pd.DataFrame(rows, columns=RATE_COLUMNS)


def _returns_are_loaded(con):
    """Whether any export of returns was loaded: without one, no return is known, which is not the same as none."""
    return bool(con.sql("SELECT 1 FROM loads WHERE contains(format, 'return') LIMIT 1").fetchall())


def _headline(frame, rates, totals, loaded):
    came_back = int(rates["lines_came_back"].sum())
    back = f"{count(came_back, 'line')} came back refused or undeliverable" if came_back else ""
    if not loaded:
        said = (
            "Why buyers return things is not known: no returns export is loaded; Amazon's seller-fulfilled returns report has it"
        )
        return f"{said}. By their order status, {back}." if back else said + "."
    asked = int(frame["returns"].sum())
    if not asked:
        return f"No return was asked for in the loaded exports{'; ' + back if back else ''}."
    groups = frame.groupby("reason_group", dropna=False)["returns"].sum().sort_values(ascending=False)
    share = per_cent(groups.iloc[0] / asked)
    top = f"{group_words(groups.index[0])} is the most frequent reason: {groups.iloc[0]:,} of {count(asked, 'return')} ({share})"
    refunds = f"; {amounts(totals)} refunded so far as the export tells" if amounts(totals) else ""
    return f"{top}{refunds}{'; ' + back if back else ''}."


def group_words(group):
    """The name of a group of reasons as words; a group of the user's own list is shown as it is written."""
    return WORDS["unmapped"] if pd.isna(group) else WORDS.get(group, str(group).replace("_", " ").capitalize())


def _how(con, frame, rates, loaded):
    back = count(int(rates["units_came_back"].sum()), "unit")
    apart = (
        f"{back} came back by order or parcel status (refused, undeliverable): counted apart from returns that buyers asked for."
    )
    if not loaded:
        return ["Amazon's seller-fulfilled returns report tells reasons, receipts and refunds.", apart]
    unmapped = int(frame.loc[frame["reason_group"].isna() | (frame["reason_group"] == "unmapped"), "returns"].sum())
    orphans = con.sql("SELECT count(*) FROM returns WHERE line IS NULL").fetchall()[0][0]
    return [
        f"{count(int(frame['returns'].sum()), 'return')} asked for by buyers of orders that you ship (FBM); "
        f"{frame['withdrawn'].sum():,} more were cancelled or declined. A reason is what the buyer claims, not what you found.",
        f"The refund is not told for {frame['returns_without_refund_amount'].sum():,} of them: an empty refund is not a zero.",
        f"{count(unmapped, 'return')} with a code that is not in our list.",
        *(_rate_words(row) for row in rates.itertuples()),
        "Orders of the last weeks are not complete: their returns have not all arrived.",
        f"{count(orphans, 'return')} could not be tied to a loaded order line: in no return rate.",
        apart,
        f"Shares: among the returns of one currency; ranges are {LEVEL:.0%} Wilson intervals.",
    ]


def _rate_words(row):
    where = row.marketplace if not pd.isna(row.marketplace) else "an unknown marketplace"
    if pd.isna(row.rate):
        return f"Return rate on {where}: not known, the orders do not tell how many units were shipped."
    of = f"{row.units_returned:,} of {count(row.units_shipped, 'shipped unit')} asked back"
    return f"Return rate on {where}: {per_cent(row.rate)} ({of}; between {per_cent(row.low)} and {per_cent(row.high)})."
