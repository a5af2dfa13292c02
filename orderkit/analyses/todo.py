"""What to do, by when, for how much: everything in the loaded exports that waits for the seller."""

import datetime as dt
import itertools
from decimal import Decimal

import pandas as pd

from orderkit import measures
from orderkit.analyses import show
from orderkit.analyses.result import Result
from orderkit.analyses.todo_items import items, sentence, standing, won_back
from orderkit.analyses.words import add, amounts, count
from orderkit.errors import UnknownName

TITLE = "What to do"
COLUMNS = [
    "item",
    "kind",
    "what",
    "account",
    "order_id",
    "line",
    "marketplace",
    "deadline",
    "latest",
    "days_left",
    "state",
    "money",
    "currency",
    "who_pays",
    "recovery_source",
    "claim",
    "evidence",
    "advice",
    "answer",
    "rule",
    "why",
    "link",
]
SEVERAL = 3  # undated things alike that follow one another are shown as one from this number on
OLD_DATA = {"todo": 7, "today": 1}  # days after which data are called old
VIEW = {
    "what": "what", "advice": "advice", "order_id": "order", "deadline": "by", "days_left": "days left", "money": "at stake",
    "currency": "currency", "evidence": "evidence", "why": "why", "item": "item",
}  # fmt: skip


SHEET = ["item", "order", "by", "what", "advice", "money", "done", "amount", "currency", "day", "link"]


class ToDo(Result):
    """A list of things to do: a numbered list as text, tasks with deadline and money as HTML."""

    def sheet(self):
        """The list as a frame to write to a spreadsheet: fill in the column done, load the file, and what is done is closed."""
        day = self.tables["day"]
        named = self.frame.rename(columns={"order_id": "order", "deadline": "by"})
        told = named.assign(done=None, amount=None, day=day, by=[None if pd.isna(by) else by.date() for by in named["by"]])
        return told[SHEET]

    def thing(self, item):
        """One item as a dict. Raises UnknownName for one that is not in the list."""
        found = self.frame[self.frame["item"] == item]
        if found.empty:
            raise UnknownName("item", item, list(self.frame["item"]), where=" in the to-do list")
        return _records(found)[0]

    def __repr__(self):
        entries = list(_gathered(_records(self.frame)))
        shown, left = entries[: self.rows_shown], sum(map(len, entries[self.rows_shown :]))
        listed = [line for number, entry in enumerate(shown, 1) for line in _entry_lines(number, entry)] or ["(nothing)"]
        more = [f"... and {left:,} more; all of them are in .frame, or with --json"] if left else []
        how = [f"- {line}" for line in self.how]
        return "\n".join([self.title, self.headline, "", *listed, *more, "", "How we know", *how])

    def _repr_html_(self):
        entries = list(_gathered(_records(self.frame)))
        shown, left = entries[: self.rows_shown], entries[self.rows_shown :]
        parts = list(_entries(shown))
        if left:
            parts.append(show.details(f"{sum(map(len, left)):,} more", *_entries(left)))
        return str(show.section(self.headline, *parts, show.fold("How we know", self.how)))


def todo(con, *, pack=None):
    """Everything that waits for the seller: what is about to be lost first, then by deadline, then by money.

    Needs the facts and the answers of `pack`; what the pack asks without a buyer's request (its standing questions) is in it too.
    `money` is what may have to be refunded or can be claimed; `item` names a thing to do for as long as it stands, and whatever
    `decisions` close is left out. `latest`: where the sources of a deadline differ, the latest of them. Days left are counted
    from the clock, not from the as-of.
    """
    things, closed = items(con, pack)
    return _result(con, "todo", TITLE, things, pack, closed)


def today(con, *, pack=None):
    """What expires before next Monday, or has expired: the part of `todo` that cannot wait."""
    things, closed = items(con, pack)
    clock = _clock(con)[1]
    monday = clock + dt.timedelta(days=7 - clock.weekday())
    urgent = [thing for thing in things if thing["state"] != "open" or (thing["deadline"] and thing["deadline"] < monday)]
    later = f"{count(len(things) - len(urgent), 'more thing')} in the full list: later deadlines, or none."
    return _result(con, "today", f"What cannot wait until {show.day(monday)}", urgent, pack, closed, later)


def _records(frame):
    """The things of a frame as dicts, with None where there is nothing."""
    return [{key: None if pd.isna(value) else value for key, value in row.items()} for row in frame.to_dict("records")]


def _left(thing):
    """How long there is, in words; None without a deadline."""
    left = thing["days_left"]
    if left is None:
        return "probably past" if thing["state"] == "probably past" else None
    return "today" if left == 0 else f"{count(-left, 'day')} ago" if left < 0 else f"{count(left, 'day')} left"


def _money(thing):
    return "" if thing["money"] == 0 else show.money(thing["money"], thing["currency"])


def _alike(thing):
    return thing["deadline"] is not None, thing["kind"], thing["answer"], thing["state"], thing["advice"]


def _gathered(things):
    """Lists of things to be shown as one entry: undated ones alike that follow one another; all others stand alone."""
    for (dated, *_), alike in itertools.groupby(things, key=_alike):
        found = list(alike)
        yield from [found] if not dated and len(found) >= SEVERAL else ([thing] for thing in found)


def _together(things):
    """What is said once of several things, and their money by currency."""
    totals = {}
    for thing in things:
        add(totals, thing["currency"], None if thing["money"] is None else Decimal(repr(thing["money"])))
    return f"{count(len(things), 'time')}: {things[0]['what']}", amounts(totals)


def _entry_lines(number, things):
    """An entry as a few lines of text; of several things, one line each below what is said once."""
    if len(things) == 1:
        yield from _lines(number, things[0])
        return
    (what, money), first = _together(things), things[0]
    when = " (probably past)" if _left(first) else ""
    yield f"{number:>3}. " + "; ".join([f"no deadline{when}", *([f"{money} {_purpose(first)}"] if money else [])])
    yield f"     {what}. {first['advice']}".rstrip()
    if first["evidence"]:
        yield f"     Have ready: {first['evidence']}."
    for thing in things:
        parts = [f"order {thing['order_id']}", _money(thing), thing["why"], f"item {thing['item']}", thing["link"]]
        yield "     - " + "; ".join(part for part in parts if part)


def _purpose(thing):
    return "to claim" if thing["claim"] else "at stake"


def _entries(entries):
    """Entries as HTML: things that stand alone in lists, several alike as one task with a fold of its orders."""
    for several, run in itertools.groupby(entries, key=lambda entry: len(entry) > 1):
        if not several:
            yield show.tasks([_task(thing) for (thing,) in run])
            continue
        for things in run:
            what, money = _together(things)
            note = f"{things[0]['advice']} {_ready(things[0])}".strip()
            yield show.tasks([{"what": what, "note": note, "left": _left(things[0]), "money": money}])
            yield show.details(f"The {len(things):,} orders", show.tasks([_one_of(thing) for thing in things]))


def _one_of(thing):
    """One of several things alike: what is said of all is not said again."""
    return _task(thing) | {"what": f"Order {thing['order_id']}", "note": sentence(thing["why"])}


def _ready(thing):
    return f"Have ready: {thing['evidence']}." if thing["evidence"] else ""


def _lines(number, thing):
    """A thing to do as a few lines of text."""
    day = "no deadline" if thing["deadline"] is None else f"by {show.day(thing['deadline'])}"
    when = f"{day} ({_left(thing)})" if _left(thing) else day
    at_stake = [f"{_money(thing)} {_purpose(thing)}"] if _money(thing) else []
    yield f"{number:>3}. " + "; ".join([when, *at_stake, f"order {thing['order_id']}", f"item {thing['item']}"])
    yield f"     {thing['what']}. {thing['advice']}".rstrip()
    if thing["evidence"]:
        yield f"     Have ready: {thing['evidence']}."
    yield f"     Why: {thing['why']}."
    if thing["link"]:
        yield f"     {thing['link']}"


def _task(thing):
    left = thing["days_left"]
    ready = f" {_ready(thing)}" if thing["evidence"] else ""
    return {
        "what": thing["what"],
        "note": f"{thing['advice']}{ready} Order {thing['order_id']}; {thing['why']}.",
        "deadline": thing["deadline"],
        "left": _left(thing),
        "money": _money(thing),
        "link": thing["link"],
        "urgent": left is not None and left <= 1,
    }


def _clock(con):
    return con.sql("SELECT as_of_day, clock_day FROM context").fetchall()[0]


def _result(con, kind, title, things, pack, closed, *more):
    as_of, clock = _clock(con)
    totals, past = _at_stake(things)
    frame = pd.DataFrame(things, columns=COLUMNS).astype({"money": float, "days_left": "Int64"})
    for day in ("deadline", "latest"):
        frame[day] = pd.to_datetime(frame[day])
    said = f"{count(len(things), 'thing')} to do" if things else "Nothing to do that the loaded exports tell of"
    said += f", {amounts(totals)} at stake." if amounts(totals) else "."
    said += f" {amounts(past)} to claim is probably past: look now." if amounts(past) else ""
    said += f" Won back this year: {amounts(back)}." if (back := won_back(con)) else ""
    old = (clock - as_of).days
    if old > OLD_DATA[kind]:
        said += f" The data ends on {show.day(as_of)}, {count(old, 'day')} before today: load newer exports first."
    return ToDo(
        kind=kind, title=title, headline=said, frame=frame, how=[*more, *_how(con, things, pack, closed)], totals=totals,
        money=("money",), view=VIEW, absent={"deadline": "none", "days_left": "", "who_pays": "", "evidence": ""}, rows_shown=12,
        tables={"day": clock},
    )  # fmt: skip


def _at_stake(things):
    """Exact money by currency, still to be had and to claim but probably past; a line counts once, with the larger amount."""
    open_lines, past_lines = {}, {}
    for thing in things:
        key = (thing["account"], thing["order_id"], thing["line"] or thing["item_key"], thing["currency"])
        lines = past_lines if thing["claim"] and thing["state"] == "probably past" else open_lines
        if thing["money"]:
            lines[key] = max(lines.get(key, 0), thing["money"])
    past_lines = {key: money for key, money in past_lines.items() if key not in open_lines}
    return _by_currency(open_lines), _by_currency(past_lines)


def _by_currency(lines):
    totals = {}
    for (*_, currency), money in lines.items():
        totals[currency] = totals.get(currency, 0) + money
    return totals


def _how(con, things, pack, closed):
    unknown = sum(thing["answer"] == "unknown" for thing in things)
    unpriced = sum(thing["money"] is None for thing in things)
    whose = "Claims on orders of both kinds; all else on" if standing(pack) else "Only"
    said = [
        f"{whose} orders that you ship (FBM). Days left count from today. Money: what may have to be refunded or can be claimed, "
        "per currency; a line counts once.",
    ]
    if unknown:
        said.append(f"{count(unknown, 'answer')} not known: it says there what is missing and which export would tell.")
    if unpriced:
        said.append(f"{count(unpriced, 'thing')} without an amount.")
    if closed:
        said.append(f"{count(closed, 'thing')} that you marked as done, claimed or ignored: not in the list.")
    return [*said, *_waiting(con), *_not_told(con, pack)]


def _waiting(con):
    """What is on its way and asks for nothing yet."""
    waiting = con.sql(
        "SELECT count(*) FROM return_facts JOIN returns USING (account, return_id)"
        " WHERE NOT received AND NOT coalesce(closed, false) AND returns.status = 'approved'"
    ).fetchall()[0][0]
    unseen = sum(row["unknown_delivery"] for row in measures.rows(con, "late_open", by=[]))
    if waiting:
        yield f"{count(waiting, 'approved return')} on the way back: nothing to do until they arrive."
    if unseen:
        yield f"{count(unseen, 'line')} past the promised day of which no tracking tells whether they arrived: not in the list."


def _not_told(con, pack):
    """Standing questions whose answer is not known make nothing to do, but are counted."""
    for question in standing(pack):
        told = con.sql(
            f"SELECT answer, count(*), mode(ask_for) FROM answers_{question.name}"
            " WHERE answer IN ('unknown', 'no_rule_known') GROUP BY answer ORDER BY answer DESC"
        ).fetchall()
        for answer, number, asks in told:
            said = f"not known for {{}}; {asks or 'no export'} would tell" if answer == "unknown" else "no rule known for {}"
            things = count(number, "line" if question.of == "order_lines" else "return")
            yield f"{question.about.rstrip('.')}: {said.format(things)}. Not in the list."
