"""Which rules changed since a day, which are announced, and which orders that touches: apart from what time alone changed."""

import datetime as dt
from dataclasses import replace

import pandas as pd

from orderkit import policy
from orderkit.analyses import show
from orderkit.analyses.result import Result
from orderkit.analyses.words import add, amounts, count

TITLE = "Rules that changed"
WEEK = dt.timedelta(days=7)
AHEAD = dt.timedelta(days=60)  # how far announcements are looked for
FACTS = ("line_facts", "return_facts")
FOR = {  # what a value is for, by the day that chooses it
    "as_of_day": "for all orders", "ordered_day": "for orders placed from then on",
    "shipped_day": "for parcels shipped from then on", "requested_at": "for returns asked for from then on",
    "received_at": "for returns that arrive from then on", "refund_day": "for refunds from then on",
}  # fmt: skip
COLUMNS = ["rule", "where", "before", "after", "since", "holds", "announced", "orders", "money", "source"]
VIEW = {
    "rule": "rule", "where": "where", "before": "before", "after": "now", "since": "since", "holds": "holds",
    "orders": "orders touched", "money": "their value", "source": "source",
}  # fmt: skip
TITLES = {"order_id": "order", "before": "answer before", "after": "answer now"}
OPEN = """
    SELECT account, order_id
    FROM line_facts
    WHERE status IS DISTINCT FROM 'cancelled' AND (delivery IS NULL OR delivery NOT IN ('on_time', 'late'))
    UNION
    SELECT account, order_id
    FROM return_facts
    WHERE closed IS DISTINCT FROM true
"""


class RuleChanges(Result):
    """What changed and what is announced: `.frame` has one row per value, `.tables["orders"]` one per answer that differs."""

    def __repr__(self):
        listed = [f"- {_sentence(row)}" for row in self.frame.to_dict("records")]
        return "\n".join([self.title, self.headline, *listed, "", "How we know", *(f"- {line}" for line in self.how)])

    def _repr_html_(self):
        came, ahead = (self.frame[self.frame["announced"] == announced] for announced in (False, True))
        shown = [name for name in VIEW if name != "money" or came["money"].any()]
        parts = [show.table(came[shown], titles=VIEW)] if len(came) else []
        orders = self.tables["orders"]
        for number, row in came.iterrows():
            mine = orders[orders["change"] == number].drop(columns="change").dropna(axis="columns", how="all")
            if len(mine):
                named = f"{row['rule']}: {count(mine['order_id'].nunique(), 'order')}"
                parts.append(show.details(named, show.table(mine, money={"value": "currency"}, titles=TITLES)))
        parts += [_sentence(row) for row in ahead.to_dict("records")]
        return str(show.section(self.headline, *parts, show.fold("How we know", self.how)))


def rule_changes(con, pack, *, since=None):
    """What changed in the rules of `pack` from the day `since` (by default a week before) to the day of the data, and what is
    announced for the 60 days after it: each value with its source and the orders that it touches.

    The same facts, as of today, are answered twice: by the values in force, and by those that would be had nothing changed. So
    an answer that is another one only because time went by is none of them. Needs the facts.
    """
    until, clock = con.sql("SELECT as_of_day, clock_day FROM context").fetchall()[0]
    since = until - WEEK if since is None else since
    found, elsewhere = _of_this_shop(con, policy.changes(pack, since, until))
    ahead, _ = _of_this_shop(con, [change for change in policy.changes(pack, until, until + AHEAD) if change.told])
    rows, orders = [], []
    for change in found:
        mine = _differing(con, pack, policy.undone(pack, [change]), [change])
        rows.append(_row(change, mine))
        orders += [{"change": len(rows) - 1, **_order(row)} for row in mine]
    still_open = set(con.sql(OPEN).fetchall()) if ahead else set()
    for change in ahead:
        mine = _differing(con, pack, policy.brought_forward(pack, change), [change])
        rows.append(_row(change, [row for row in mine if (row["account"], row["order_id"]) in still_open], announced=True))
    touched = _differing(con, pack, policy.undone(pack, found), found)
    return RuleChanges(
        kind="rule_changes", title=TITLE, headline=_headline(pack, since, until, clock, found, touched),
        frame=pd.DataFrame(rows, columns=COLUMNS), how=_how(since, until, found + ahead, elsewhere),
        totals=_money(touched), tables={"orders": pd.DataFrame(orders, columns=["change", *_order(None)])}, view=VIEW,
    )  # fmt: skip


def _of_this_shop(con, found):
    """(the Changes that concern what this shop sells where, how many concern other places): by the fact that chooses values."""
    kept = []
    for change in found:
        seen = _seen(con, change.parameter.by)
        keys = tuple(key for key in change.keys if key is None or key in seen)
        kept += [replace(change, keys=keys)] if keys else []
    return kept, len(found) - len(kept)


def _seen(con, fact):
    """The values of a fact in this shop; none where values are not chosen by a fact."""
    tables = [table for table in FACTS if fact in policy.dictionary(table)]
    return {value for table in tables for (value,) in con.sql(f"SELECT DISTINCT {fact} FROM {table}").fetchall()}


def _differing(con, pack, other, found):
    """The answers by `pack` that are others by the pack `other`, in the questions that read what changed; see policy.compare."""
    only = policy.asking(pack, found)
    told = policy.compare(con, pack, other, only=only).frame if only else pd.DataFrame()
    return told.astype(object).where(told.notna(), None).to_dict("records")


def _order(row):
    """What is shown of an answer that differs; its names without a row."""
    if row is None:
        return ["account", "order_id", "line", "return_id", "question", "before", "after", "value", "currency"]
    plain = {name: row[name] for name in ("account", "order_id", "line", "return_id", "value", "currency")}
    said = {"question": row["question"], "before": row["other_answer"], "after": row["answer"]}
    return plain | {name: str(word).replace("_", " ") for name, word in said.items()}


def _row(change, touched, *, announced=False):
    return {
        "rule": change.name.replace("_", " "),
        "where": ", ".join(filter(None, change.keys)) or "everywhere",
        "before": change.before,
        "after": change.after,
        "since": change.day,
        "holds": FOR.get(change.parameter.applies_by, f"by the {change.parameter.applies_by.replace('_', ' ')}"),
        "announced": announced,
        "orders": len({(row["account"], row["order_id"]) for row in touched}),
        "money": amounts(_money(touched)),
        "source": change.source,
    }


def _money(touched):
    """The value of the lines concerned, by currency; a line or return counts once, however many of its answers differ."""
    once = {(row["account"], row["order_id"], row["line"] or row["return_id"]): row for row in touched}
    totals = {}
    for row in once.values():
        add(totals, row["currency"], row["value"])
    return totals


def _headline(pack, since, until, clock, found, touched):
    span = f"between {show.day(since)} and {show.day(until)}"
    reviewed = f"rules reviewed on {show.day(pack.reviewed)}"
    late = " What changed after that day is not known." if pack.reviewed < until else ""
    if not found:
        return f"No rule that we know of changed {span}; {reviewed}.{late}"
    said = f"{count(len(found), 'rule')} changed {span}"
    orders = len({(row["account"], row["order_id"]) for row in touched})
    if not orders:
        return f"{said}; no order of yours is touched. {reviewed[:1].upper()}{reviewed[1:]}.{late}"
    worth = f", {amounts(_money(touched))}" if amounts(_money(touched)) else ""
    return f"Rules that changed since {show.day(since)} touch {count(orders, 'order')} of yours{worth}; {reviewed}.{late}"


def _sentence(row):
    """One value in a sentence: since when, what, where, and how many orders."""
    worth = f", {row['money']}" if row["money"] else ""
    what = f"{row['rule']} ({row['where']}) {row['holds']}: {row['before']} \u2192 {row['after']} ({row['source']})"
    if row["announced"]:
        orders = count(row["orders"], "open order") + worth if row["orders"] else "none of the open orders"
        return f"From {show.day(row['since'])}: {what}. If it held today, it would touch {orders}."
    orders = count(row["orders"], "order") + worth if row["orders"] else "no order of yours"
    return f"Since {show.day(row['since'])}: {what}. It touches {orders}."


def _how(since, until, shown, elsewhere):
    said = [
        f"Compared: the values in force on {show.day(since)} and on {show.day(until)}, each for the same orders as they are known"
        " today. What changed because time went by, and not the rules, is in the list of things to do.",
    ]
    if shown:
        said.append(
            "An order is touched where an answer, who pays or a deadline would be another without the change, if its buyer wrote "
            "now. Money: the value of the lines concerned. Open: not cancelled and not known to be delivered, or with a return "
            "that is not closed."
        )
    if elsewhere:
        said.append(f"{count(elsewhere, 'further change')} in places where this shop has no orders.")
    return said
