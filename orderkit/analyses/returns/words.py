"""What is said of returns: the headline, and how we know."""

import pandas as pd

from orderkit.analyses import naming, show
from orderkit.analyses.returns.rates import BASIS
from orderkit.analyses.returns.reasons import group_words
from orderkit.analyses.words import LEVEL, amounts, count, per_cent
from orderkit.languages import phrase

NO_CODE = "no code given"  # as the counts name what has none
ENOUGH = 20  # returned units, below which how long they take is not put in words
CAME_BACK = {
    "used_damaged": "used or damaged by the buyer", "incomplete": "incomplete by the buyer's doing",
    "original": "as they were sent, but too late",
}  # fmt: skip


def headline(frame, tables, found):
    """The most telling first: products that stand out, what reasons cost most, what was refunded and never came back."""
    outside = tables["outside"]["lines"]
    back = phrase("{lines} came back refused or undeliverable", lines=count(outside, "line")) if outside else ""
    if not found.channels and frame.empty:
        said = phrase(
            "Why buyers return things is not known: no returns export is loaded; Amazon's returns reports (FBM and FBA) have it"
        )
        return phrase("{said}. By their order status, {back}.", said=said, back=back) if back else phrase("{said}.", said=said)
    asked = int(tables["counts"]["returns"])
    if not asked:
        return _ended(_none_stands(int(tables["counts"]["withdrawn"])), back)
    return _ended(_products(tables["skus"]), _reasons(frame, asked), _never_back(tables["recovery"]), _change(tables), back)


def _ended(*parts):
    """Parts of a sentence as one; those that are empty are left out."""
    return phrase("{said}.", said=phrase("; ").join(part for part in parts if part))


def _none_stands(withdrawn):
    if not withdrawn:
        return phrase("No return was asked for in the loaded exports")
    asked = count(withdrawn, "request")
    return phrase("No return stands: {requests} in the loaded exports, all cancelled or declined", requests=asked)


def _products(skus):
    listed = skus[skus["listed"].fillna(False).astype(bool)] if len(skus) else skus
    if listed.empty:
        return ""
    first = listed.iloc[0]
    number = listed["sku"].nunique()
    costs = listed[listed["sku"] == first["sku"]].dropna(subset=["cost"]).set_index("currency")["cost"].round(2).to_dict()
    told = {
        "sku": naming.product(first["sku"]), "rate": per_cent(first["shrunk"]), "usual": per_cent(first["category_rate"]),
        "cost": phrase(", which cost {amounts} so far", amounts=amounts(costs)) if amounts(costs) else "",
    }  # fmt: skip
    if number == 1:
        return phrase("1 product comes back more often than chance explains: {sku} ({rate} against {usual} usual{cost})", **told)
    return phrase(
        "{number} products come back more often than chance explains: {sku} first ({rate} against {usual} usual{cost})",
        number=show.number(number), **told,
    )  # fmt: skip


def _reasons(frame, asked):
    groups = frame.groupby("reason_group", dropna=False)["returns"].sum().sort_values(ascending=False, kind="stable")
    most = int(groups.iloc[0])
    said = phrase(
        "{reason} is the most frequent reason: {most} of {returns} ({share})", reason=phrase(group_words(groups.index[0])),
        most=show.number(most), returns=count(asked, "return"), share=per_cent(most / asked),
    )  # fmt: skip
    cost = {}
    for row in frame.dropna(subset=["cost"]).itertuples():
        cost[row.currency] = cost.get(row.currency, 0) + round(row.cost, 2)
    if amounts(cost):
        return phrase("{said}; returns cost {amounts} so far", said=said, amounts=amounts(cost))
    refunded = amounts(frame.dropna(subset=["refunded"]).groupby("currency")["refunded"].sum().round(2).to_dict())
    return phrase("{said}; {amounts} refunded so far as the export tells", said=said, amounts=refunded) if refunded else said


def _never_back(recovery):
    gone = recovery[recovery["never_back"].astype(bool)]
    if gone.empty:
        return ""
    sums = gone.dropna(subset=["money"]).groupby("currency")["money"].sum().round(2).to_dict()
    worth = phrase(" ({amounts})", amounts=amounts(sums)) if amounts(sums) else ""
    return phrase("{refunds} whose goods never came back{worth}", refunds=count(len(gone), "refund"), worth=worth)


def _change(tables):
    changed = tables["change"]
    changed = changed[changed["changed"]] if changed is not None else []
    if not len(changed):
        return ""
    row = changed.iloc[0]
    reason = phrase(row["reason"]).lower()
    if row["difference"] > 0:
        return phrase("last full week: {reason} up", reason=reason)
    return phrase("last full week: {reason} down", reason=reason)


def how(tables, found, of_alarms, no_products, no_mix):
    """Denominators, dates, what is not known, and the methods, as sentences."""
    counts, outside = tables["counts"], tables["outside"]
    apart = phrase(
        "{units} came back by order or parcel status (refused, undeliverable): counted apart from returns that buyers asked for.",
        units=count(outside["units"], "unit"),
    )
    if not found.channels and not counts["returns"]:
        reports = phrase("Amazon's returns reports (FBM and FBA) tell reasons, receipts and refunds.")
        return [reports, *_booked(tables["booked"]), apart]
    ranges = "Ranges are {level} intervals: Wilson's for shares, of a bootstrap over returns for costs."
    return [
        *_what_counts(counts), *_dates(found), *_rates(found), *_money(tables, counts), *_skus(tables["skus"], no_products),
        *_mix(tables, no_mix), *of_alarms, *_left(tables["left_on_table"]), apart, phrase(ranges, level=f"{LEVEL:.0%}"),
    ]  # fmt: skip


def because(why):
    """A reason that a lower layer gave as a sentence, in the language in use and without its full stop."""
    return phrase(why).rstrip(".。")


def _what_counts(counts):
    yield phrase(
        "{returns}, {fba} of them FBA; {withdrawn} more were cancelled or declined. A reason is what the buyer claims, not what "
        "you found.",
        returns=count(int(counts["returns"]), "return"), fba=show.number(int(counts["fba"])),
        withdrawn=show.number(int(counts["withdrawn"])),
    )  # fmt: skip
    yield _unmapped(count(int(counts["unmapped"]), "return"), counts["unmapped_codes"] if counts["unmapped"] else [])
    if counts["without_order"]:
        beyond = count(int(counts["without_order"]), "return")
        yield phrase("{returns} could not be tied to a loaded order line: in no return rate.", returns=beyond)
    if counts["units_twice"]:
        yield phrase(
            "{units} asked back beyond what the order lines have, such as one unit under two dates: in no count.",
            units=count(int(counts["units_twice"]), "unit"),
        )
    if counts["impossible_units"]:
        none = count(int(counts["impossible_units"]), "return")
        yield phrase("{returns} of no unit or fewer: in no count of units.", returns=none)
    if counts["before_order"]:
        yield phrase("{returns} dated before the order: in no return rate.", returns=count(int(counts["before_order"]), "return"))


def _unmapped(returns, codes):
    """How many returns have a code that no list of ours has, and which."""
    named = ", ".join(phrase(NO_CODE) if code == NO_CODE else str(code) for code in codes)
    if not named:
        return phrase("{returns} with a code that is not in our list.", returns=returns)
    return phrase("{returns} with a code that is not in our list: {codes}.", returns=returns, codes=named)


def _dates(found):
    if found.until is None:
        return
    each = [phrase("{channel} by {day}", channel=channel, day=phrase(BASIS[channel])) for channel in found.channels]
    yield phrase(
        "Returns are dated {basis}; they are known to {until}, and counted in the week of their order.",
        basis=phrase("; ").join(each), until=show.day(found.until),
    )  # fmt: skip
    missing = [channel for channel in ("FBM", "FBA") if channel not in found.channels]
    if missing:
        yield phrase("No export of {channel} returns is loaded: {channel} orders are in no rate.", channel=missing[0])


def _rates(found):
    if found.patterns is None:
        yield phrase("No return rate can be told: {why}.", why=because(found.why))
        return
    for label, pattern in found.patterns.by_window.items():
        if label.endswith("usual") and pattern.units >= ENOUGH:
            yield phrase(
                "{channel}: half of the returns are there {days} days after the order, {share} after 30 days ({units}).",
                channel=label.split()[0], days=int((pattern.share < 0.5).sum()),
                share=per_cent(pattern.share[min(30, pattern.window)]), units=count(int(pattern.units), "unit"),
            )  # fmt: skip
    yield phrase("Young weeks are developed to what they will have had in the end; grey where less than 30 % of it can be there.")
    aside = {name: count(int(units), "unit") for name, units in found.aside.items() if units}
    if "beyond" in aside:
        yield phrase("{units} came later than the patterns reach: in no rate.", units=aside["beyond"])
    if "unfollowed" in aside:
        yield phrase(
            "{units} shipped long before the first return that the exports tell of: in no rate, as earlier returns are missing; "
            "load older returns exports.",
            units=aside["unfollowed"],
        )
    if "unmatched" in aside:
        yield phrase("{units} of orders without shipped units: in no rate.", units=aside["unmatched"])


def _money(tables, counts):
    booked, asked = tables["booked"], count(int(counts["returns"]), "return")
    if booked.empty:
        yield phrase("What returns cost is not known: no settlement or transaction export tells of a refund.")
        if counts["refund_unknown"]:
            some = show.number(int(counts["refund_unknown"]))
            yield phrase("The refund is not told for {some} of {returns}.", some=some, returns=asked)
        return
    yield from _booked(booked)
    goods = count(int(counts["goods_unknown"]), "return")
    unknown = phrase("; of {returns} not known, taken as nothing", returns=goods) if counts["goods_unknown"] else ""
    yield phrase(
        "The cost of {returns} is not booked yet. Cost: refunds, fees and labels less what was recovered and less what goods "
        "that came back sellable are worth (price times resale share of your costs file{unknown}).",
        returns=count(int(counts["cost_unknown"]), "return"), unknown=unknown,
    )  # fmt: skip


def _booked(booked):
    for currency, part in booked.groupby("currency", dropna=False):
        of, others = part["of_returns"].fillna(0).sum(), part["of_no_return"].fillna(0).sum()
        yield phrase(
            "Booked in {currency}: {of_returns} for returns and {others} for other refunds, together {total}, to the cent as in "
            "the settlements.",
            currency=phrase("a currency that is not told") if pd.isna(currency) else currency,
            of_returns=show.money(of, currency), others=show.money(others, currency), total=show.money(of + others, currency),
        )  # fmt: skip


def _skus(skus, why):
    if why:
        yield phrase("No product can be ranked: {why}.", why=because(why))
        return
    yield phrase(
        "{products} compared; listed is what is likely above 1.5 times the rate of its category, so that one in ten of the list "
        "may be there by chance: {listed} now. Rates are drawn towards that of the category where units are few.",
        products=count(skus["sku"].nunique(), "product"), listed=show.number(skus.loc[skus["listed"], "sku"].nunique()),
    )  # fmt: skip
    if skus["category"].isna().all():
        yield phrase("No categories are known: all products are compared as one; your costs file can name them.")


def _mix(tables, why):
    if tables["change"] is None:
        yield phrase("Whether the mix of reasons changed cannot be told: {why}.", why=because(why))
        return
    yield phrase(
        "Mix of reasons in the week of {week} against the four weeks before: p = {p}; {reasons} changed more than chance "
        "explains.",
        week=show.day(tables["change_monday"]), p=f"{tables['change_p']:.2f}",
        reasons=count(int(tables["change"]["changed"].sum()), "reason"),
    )  # fmt: skip


def _left(left):
    for row in left[left["left_on_table"] > 0].itertuples():
        yield phrase(
            "Up to {amount} more might have been kept back of {refunds} for goods that came back {state} (at most {percent} % of "
            "the price; a grade and a photo are needed).",
            amount=show.money(round(row.left_on_table, 2), row.currency), refunds=count(row.returns, "refund"),
            state=phrase(CAME_BACK[row.state]), percent=f"{row.percent:.0f}",
        )  # fmt: skip
