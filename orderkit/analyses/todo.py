"""What to do, by when, for how much: everything in the loaded exports that waits for the seller."""

import datetime as dt
import hashlib
from importlib import resources

import pandas as pd

from orderkit import measures
from orderkit.analyses import show
from orderkit.analyses.result import Result
from orderkit.analyses.words import amounts, count

TITLE = "What to do"
COLUMNS = [
    "item",
    "kind",
    "what",
    "account",
    "order_id",
    "line",
    "deadline",
    "days_left",
    "money",
    "currency",
    "who_pays",
    "advice",
    "answer",
    "rule",
    "why",
]
OLD_DATA = {"todo": 7, "today": 1}  # days after which data are called old
WHAT = {
    "cancel": "The buyer asks to cancel",
    "upgrade": "The buyer asks for faster shipping",
    "address": "The buyer asks for another address",
    "not_received": "The buyer writes that the parcel has not come",
    "return_request": "The buyer asks to send it back",
    "return_received": "A return arrived; look in Seller Central first whether it is refunded",
    "late_open": "Check the tracking: past the promised day, not delivered, no complaint yet",
    "lost": "A parcel is lost; look in Seller Central first whether the buyer is refunded",
    "ship_late": "Ship or cancel: the ship-by day has passed",
}
VIEW = {
    "what": "what", "advice": "advice", "order_id": "order", "deadline": "by", "days_left": "days left", "money": "at stake",
    "currency": "currency", "why": "why", "item": "item",
}  # fmt: skip


class ToDo(Result):
    """A list of things to do: a table as text, tasks with deadline and money as HTML."""

    def _repr_html_(self):
        tasks = [_task(thing) for thing in self.frame.to_dict("records")]
        parts = [show.tasks(tasks[: self.rows_shown])] if tasks else []
        if len(tasks) > self.rows_shown:
            parts.append(show.details(f"{len(tasks) - self.rows_shown:,} more", show.tasks(tasks[self.rows_shown :])))
        return str(show.section(self.headline, *parts, show.fold("How we know", self.how)))


def todo(con, *, meanings=None):
    """Everything that waits for the seller, most urgent first: by deadline, then by money.

    Needs the facts and the answers of a policy; `meanings` has plain words for the names of its answers. FBA lines are never in
    it. `money` is what may have to be refunded or can be claimed; `item` names a thing to do for as long as it stands. Days left
    are counted from the clock, not from the as-of.
    """
    return _result(con, "todo", TITLE, _things(con, meanings or {}))


def today(con, *, meanings=None):
    """What expires before next Monday, or has expired: the part of `todo` that cannot wait."""
    things = _things(con, meanings or {})
    clock = _clock(con)[1]
    monday = clock + dt.timedelta(days=7 - clock.weekday())
    urgent = [thing for thing in things if thing["deadline"] and thing["deadline"] < monday]
    later = f"{count(len(things) - len(urgent), 'more thing')} in the full list: later deadlines, or none."
    return _result(con, "today", f"What cannot wait until {show.day(monday)}", urgent, later)


def _things(con, meanings):
    relation = con.sql(resources.files(__package__).joinpath("todo.sql").read_text(encoding="utf-8"))
    clock = _clock(con)[1]
    return [_thing(dict(zip(relation.columns, row, strict=True)), clock, meanings) for row in relation.fetchall()]


def _thing(row, clock, meanings):
    key = "|".join([row["account"], row["order_id"], row["item_key"], row["kind"]])
    return {
        **row,
        "item": hashlib.sha256(key.encode()).hexdigest()[:8],
        "what": _what(row),
        "days_left": (row["deadline"] - clock).days if row["deadline"] else None,
        "advice": _advice(row, clock, meanings),
        "why": _why(row),
    }


def _task(thing):
    left = thing["days_left"]
    return {
        "what": thing["what"],
        "note": f"{thing['advice']} Order {thing['order_id']}; {thing['why']}.",
        "deadline": thing["deadline"],
        "left": None if pd.isna(left) else f"{count(-left, 'day')} ago" if left < 0 else f"{count(left, 'day')} left",
        "money": show.money(thing["money"], thing["currency"]) if thing["money"] != 0 else "",
        "urgent": not pd.isna(left) and left <= 1,
    }


def _advice(row, clock, meanings):
    """What the answer means, as a sentence; for a parcel that nobody has complained about it would be advice too early."""
    if row["kind"] == "ship_late":
        return "Look in Seller Central first: it may have shipped since the export."
    if row["kind"] == "late_open":
        return ""
    if row["answer"] in (None, "unknown"):
        return "What the rules say is not known."
    said = meanings.get(row["answer"], row["answer"].replace("_", " "))
    if row["deadline"] and row["deadline"] < clock:
        return f"By the newest export the answer was: {said}. That day has passed: look in Seller Central first."
    return f"{said[:1].upper()}{said[1:]}."


def _what(row):
    said = WHAT[row["kind"]]
    if row["kind"] == "late_open" and row["days"]:
        said += f" ({count(row['days'], 'day')} ago)"
    return said


def _why(row):
    if row["answer"] == "unknown":
        missing = (row["missing"] or "a fact").replace("_", " ").replace(",", ", ").replace("  ", " ")
        return f"not known: {missing}" + (f"; {row['ask_for']} would tell" if row["ask_for"] else "")
    if row["kind"] == "ship_late":
        return "the latest ship day of the order"
    return row["source"] or f"rule {row['rule']}" if row["rule"] else "no rule known"


def _clock(con):
    return con.sql("SELECT as_of_day, clock_day FROM context").fetchall()[0]


def _result(con, kind, title, things, *more):
    as_of, clock = _clock(con)
    totals = _at_stake(things)
    frame = pd.DataFrame(things, columns=COLUMNS).astype({"money": float, "days_left": "Int64"})
    frame["deadline"] = pd.to_datetime(frame["deadline"])
    said = f"{count(len(things), 'thing')} to do" if things else "Nothing to do that the loaded exports tell of"
    said += f", {amounts(totals)} at stake." if amounts(totals) else "."
    old = (clock - as_of).days
    if old > OLD_DATA[kind]:
        said += f" The data ends on {show.day(as_of)}, {count(old, 'day')} before today: load newer exports first."
    return ToDo(
        kind=kind, title=title, headline=said, frame=frame, how=[*more, *_how(con, things)], totals=totals, money=("money",),
        view=VIEW, absent={"deadline": "none", "days_left": "", "who_pays": ""}, rows_shown=12,
    )  # fmt: skip


def _at_stake(things):
    """Exact money by currency; a line that stands in the list for two reasons counts once, with the larger amount."""
    lines = {}
    for thing in things:
        key = (thing["account"], thing["order_id"], thing["line"] or thing["item_key"], thing["currency"])
        if thing["money"]:
            lines[key] = max(lines.get(key, 0), thing["money"])
    totals = {}
    for (*_, currency), money in lines.items():
        totals[currency] = totals.get(currency, 0) + money
    return totals


def _how(con, things):
    unknown = sum(thing["answer"] == "unknown" for thing in things)
    unpriced = sum(thing["money"] is None for thing in things)
    waiting = con.sql(
        "SELECT count(*) FROM return_facts JOIN returns USING (account, return_id)"
        " WHERE NOT received AND NOT coalesce(closed, false) AND returns.status = 'approved'"
    ).fetchall()[0][0]
    unseen = sum(row["unknown_delivery"] for row in measures.rows(con, "late_open", by=[]))
    said = [
        "Orders that you ship (FBM) only. Days left count from today. Money: what may have to be refunded or can be claimed, "
        "per currency; a line counts once.",
        f"{count(unknown, 'answer')} not known: the column why names what is missing and which export would tell. "
        f"{count(unpriced, 'thing')} without an amount.",
    ]
    if waiting:
        said.append(f"{count(waiting, 'approved return')} on the way back: nothing to do until they arrive.")
    if unseen:
        said.append(
            f"{count(unseen, 'line')} past the promised day of which no tracking tells whether they arrived: not in the list."
        )
    return said
