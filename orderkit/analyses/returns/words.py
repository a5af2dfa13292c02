"""What is said of returns: the headline, and how we know."""

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.returns.rates import BASIS
from orderkit.analyses.returns.reasons import group_words
from orderkit.analyses.words import LEVEL, amounts, count, per_cent

ENOUGH = 20  # returned units, below which how long they take is not put in words
CAME_BACK = {
    "used_damaged": "used or damaged by the buyer", "incomplete": "incomplete by the buyer's doing",
    "original": "as they were sent, but too late",
}  # fmt: skip


def headline(frame, tables, found):
    """The most telling first: products that stand out, what reasons cost most, what was refunded and never came back."""
    outside = tables["outside"]["lines"]
    back = f"{count(outside, 'line')} came back refused or undeliverable" if outside else ""
    if not found.channels and frame.empty:
        said = (
            "Why buyers return things is not known: no returns export is loaded; Amazon's returns reports (FBM and FBA) have it"
        )
        return f"{said}. By their order status, {back}." if back else said + "."
    asked = int(tables["counts"]["returns"])
    if not asked:
        none = "No return was asked for in the loaded exports"
        gone = int(tables["counts"]["withdrawn"])
        said = f"No return stands: {count(gone, 'request')} in the loaded exports, all cancelled or declined" if gone else none
        return f"{said}{'; ' + back if back else ''}."
    parts = [_products(tables["skus"]), _reasons(frame, asked), _never_back(tables["recovery"]), _change(tables), back]
    return "; ".join(part for part in parts if part) + "."


def _products(skus):
    listed = skus[skus["listed"].fillna(False).astype(bool)] if len(skus) else skus
    if listed.empty:
        return ""
    first = listed.iloc[0]
    number = listed["sku"].nunique()
    many = "1 product comes" if number == 1 else f"{number:,} products come"
    costs = listed[listed["sku"] == first["sku"]].dropna(subset=["cost"]).set_index("currency")["cost"].round(2).to_dict()
    cost = f", which cost {amounts(costs)} so far" if amounts(costs) else ""
    return (
        f"{many} back more often than chance explains: {first['sku']}{' first' if number > 1 else ''} "
        f"({per_cent(first['shrunk'])} against {per_cent(first['category_rate'])} usual{cost})"
    )


def _reasons(frame, asked):
    groups = frame.groupby("reason_group", dropna=False)["returns"].sum().sort_values(ascending=False, kind="stable")
    top, most = group_words(groups.index[0]), int(groups.iloc[0])
    said = f"{top} is the most frequent reason: {most:,} of {count(asked, 'return')} ({per_cent(most / asked)})"
    cost = {}
    for row in frame.dropna(subset=["cost"]).itertuples():
        cost[row.currency] = cost.get(row.currency, 0) + round(row.cost, 2)
    if amounts(cost):
        return f"{said}; returns cost {amounts(cost)} so far"
    refunded = frame.dropna(subset=["refunded"]).groupby("currency")["refunded"].sum().round(2).to_dict()
    return f"{said}; {amounts(refunded)} refunded so far as the export tells" if amounts(refunded) else said


def _never_back(recovery):
    gone = recovery[recovery["never_back"].astype(bool)]
    if gone.empty:
        return ""
    sums = gone.dropna(subset=["money"]).groupby("currency")["money"].sum().round(2).to_dict()
    worth = f" ({amounts(sums)})" if amounts(sums) else ""
    return f"{count(len(gone), 'refund')} whose goods never came back{worth}"


def _change(tables):
    changed = tables["change"]
    changed = changed[changed["changed"]] if changed is not None else []
    if not len(changed):
        return ""
    row = changed.iloc[0]
    return f"last full week: {row['reason'].lower()} {'up' if row['difference'] > 0 else 'down'}"


def how(tables, found, of_alarms, no_products, no_mix):
    """Denominators, dates, what is not known, and the methods, as sentences."""
    counts, outside = tables["counts"], tables["outside"]
    apart = (
        f"{count(outside['units'], 'unit')} came back by order or parcel status (refused, undeliverable): counted apart from "
        "returns that buyers asked for."
    )
    if not found.channels and not counts["returns"]:
        reports = "Amazon's returns reports (FBM and FBA) tell reasons, receipts and refunds."
        return [reports, *_booked(tables["booked"]), apart]
    return [
        *_what_counts(counts), *_dates(found), *_rates(found), *_money(tables, counts), *_skus(tables["skus"], no_products),
        *_mix(tables, no_mix), *of_alarms, *_left(tables["left_on_table"]), apart,
        f"Ranges are {LEVEL:.0%} intervals: Wilson's for shares, of a bootstrap over returns for costs.",
    ]  # fmt: skip


def _what_counts(counts):
    said = (
        f"{count(int(counts['returns']), 'return')}, {int(counts['fba']):,} of them FBA; {int(counts['withdrawn']):,} more were "
        "cancelled or declined. A reason is what the buyer claims, not what you found."
    )
    codes = ", ".join(str(code) for code in counts["unmapped_codes"]) if counts["unmapped"] else ""
    named = f": {codes}" if codes else ""
    yield said
    yield f"{count(int(counts['unmapped']), 'return')} with a code that is not in our list{named}."
    if counts["without_order"]:
        yield f"{count(int(counts['without_order']), 'return')} could not be tied to a loaded order line: in no return rate."
    if counts["units_twice"]:
        more = count(int(counts["units_twice"]), "unit")
        yield f"{more} asked back beyond what the order lines have, such as one unit under two dates: in no count."
    if counts["impossible_units"]:
        yield f"{count(int(counts['impossible_units']), 'return')} of no unit or fewer: in no count of units."
    if counts["before_order"]:
        yield f"{count(int(counts['before_order']), 'return')} dated before the order: in no return rate."


def _dates(found):
    if found.until is None:
        return
    basis = "; ".join(f"{channel} by {BASIS[channel]}" for channel in found.channels)
    yield f"Returns are dated {basis}; they are known to {show.day(found.until)}, and counted in the week of their order."
    missing = [channel for channel in ("FBM", "FBA") if channel not in found.channels]
    if missing:
        yield f"No export of {missing[0]} returns is loaded: {missing[0]} orders are in no rate."


def _rates(found):
    if found.patterns is None:
        yield f"No return rate can be told: {found.why.rstrip('.')}."
        return
    for label, pattern in found.patterns.by_window.items():
        if label.endswith("usual") and pattern.units >= ENOUGH:
            share, middle = pattern.share, int((pattern.share < 0.5).sum())
            yield (
                f"{label.split()[0]}: half of the returns are there {middle} days after the order, "
                f"{per_cent(share[min(30, pattern.window)])} after 30 days ({count(int(pattern.units), 'unit')})."
            )
    yield "Young weeks are developed to what they will have had in the end; grey where less than 30 % of it can be there."
    aside = {name: int(units) for name, units in found.aside.items() if units}
    if aside.get("beyond"):
        yield f"{count(aside['beyond'], 'unit')} came later than the patterns reach: in no rate."
    if aside.get("unfollowed"):
        yield (
            f"{count(aside['unfollowed'], 'unit')} shipped long before the first return that the exports tell of: in no rate, as "
            "earlier returns are missing; load older returns exports."
        )
    if aside.get("unmatched"):
        yield f"{count(aside['unmatched'], 'unit')} of orders without shipped units: in no rate."


def _money(tables, counts):
    booked = tables["booked"]
    if booked.empty:
        yield "What returns cost is not known: no settlement or transaction export tells of a refund."
        if counts["refund_unknown"]:
            yield f"The refund is not told for {counts['refund_unknown']:,} of {count(int(counts['returns']), 'return')}."
        return
    yield from _booked(booked)
    unknown = (
        f"; of {count(int(counts['goods_unknown']), 'return')} not known, taken as nothing" if counts["goods_unknown"] else ""
    )
    yield (
        f"The cost of {count(int(counts['cost_unknown']), 'return')} is not booked yet. Cost: refunds, fees and labels less what "
        "was recovered and less what goods that came back sellable are worth (price times resale share of your costs file"
        f"{unknown})."
    )


def _booked(booked):
    for currency, part in booked.groupby("currency", dropna=False):
        of, others = part["of_returns"].fillna(0).sum(), part["of_no_return"].fillna(0).sum()
        name = "a currency that is not told" if pd.isna(currency) else currency
        yield (
            f"Booked in {name}: {show.money(of, currency)} for returns and {show.money(others, currency)} for other refunds, "
            f"together {show.money(of + others, currency)}, to the cent as in the settlements."
        )


def _skus(skus, why):
    if why:
        yield f"No product can be ranked: {why.rstrip('.')}."
        return
    listed = skus.loc[skus["listed"], "sku"].nunique()
    yield (
        f"{count(skus['sku'].nunique(), 'product')} compared; listed is what is likely above 1.5 times the rate of its category, "
        f"so that one in ten of the list may be there by chance: {listed:,} now. Rates are drawn towards that of the category "
        "where units are few."
    )
    if skus["category"].isna().all():
        yield "No categories are known: all products are compared as one; your costs file can name them."


def _mix(tables, why):
    if tables["change"] is None:
        yield f"Whether the mix of reasons changed cannot be told: {why.rstrip('.')}."
        return
    week = show.day(tables["change_monday"])
    yield (
        f"Mix of reasons in the week of {week} against the four weeks before: p = {tables['change_p']:.2f}; "
        f"{count(int(tables['change']['changed'].sum()), 'reason')} changed more than chance explains."
    )


def _left(left):
    for row in left[left["left_on_table"] > 0].itertuples():
        yield (
            f"Up to {show.money(round(row.left_on_table, 2), row.currency)} more might have been kept back of "
            f"{count(row.returns, 'refund')} for goods that came back {CAME_BACK[row.state]} "
            f"(at most {row.percent:.0f} % of the price; a grade and a photo are needed)."
        )
