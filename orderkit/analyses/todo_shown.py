"""How the to-do list reads: a numbered list as text, tasks as HTML, a sheet to fill in."""

import itertools
from decimal import Decimal

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.result import Result
from orderkit.analyses.todo_items import STALE, sentence
from orderkit.analyses.todo_memory import what_left
from orderkit.analyses.words import add, amounts, count
from orderkit.errors import UnknownName

SEVERAL = 3  # things alike, undated or long past, that follow one another are shown as one from this number on
SHEET = ["item", "order", "by", "what", "advice", "money", "done", "amount", "currency", "day", "link"]


class ToDo(Result):
    """A list of things to do: a numbered list as text, tasks with deadline and money as HTML."""

    def sheet(self):
        """The list as a frame to write to a spreadsheet: fill in the column done, load the file, and what is done is closed."""
        day = self.tables["day"]
        named = self.frame.rename(columns={"order_id": "order", "deadline": "by"})
        told = named.assign(done=None, amount=None, day=day, by=[None if pd.isna(by) else by.date() for by in named["by"]])
        return told[SHEET]

    def to_json(self):
        """For machines: headline, how, exact totals, one row per thing to do, and in `left` what left the list in a week."""
        left = self.tables.get("left")
        told = {"headline": self.headline, "how": self.how, "totals": self.totals, "rows": _records(self.frame)}
        return told if left is None else {**told, "left": _records(left)}

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
        parts += what_left(self.tables.get("left"))
        return str(show.section(self.headline, *parts, show.fold("How we know", self.how)))


def _records(frame):
    """The things of a frame as dicts, with None where there is nothing."""
    return [{key: None if pd.isna(value) else value for key, value in row.items()} for row in frame.to_dict("records")]


def _left(thing):
    """How long there is, in words; None without a deadline."""
    left = thing["days_left"]
    if left is None:
        return "probably past" if thing["state"] == "expired" else None
    return "today" if left == 0 else f"{count(-left, 'day')} ago" if left < 0 else f"{count(left, 'day')} left"


def _money(thing):
    return "" if thing["money"] == 0 else show.money(thing["money"], thing["currency"])


def _is_new(thing):
    return thing["state"] == "new"


def _alike(thing):
    dated = thing["deadline"] is not None and not (thing["state"] == "expired" and -thing["days_left"] > STALE)
    return dated, thing["kind"], thing["answer"], thing["state"] == "expired", thing["advice"]


def _gathered(things):
    """Lists of things to be shown as one entry: alike, undated or long past, and one after another; all others stand alone."""
    for (dated, *_), alike in itertools.groupby(things, key=_alike):
        found = list(alike)
        yield from [found] if not dated and len(found) >= SEVERAL else ([thing] for thing in found)


def _together(things):
    """What is said once of several things, and their money by currency."""
    totals = {}
    for thing in things:
        add(totals, thing["currency"], None if thing["money"] is None else Decimal(repr(thing["money"])))
    new = sum(map(_is_new, things))
    return f"{count(len(things), 'time')}{f' ({new} new)' if new else ''}: {things[0]['what']}", amounts(totals)


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
        new = "new" if _is_new(thing) else ""
        parts = [f"order {thing['order_id']}", new, _money(thing), thing["why"], f"item {thing['item']}", thing["link"]]
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
    when = (f"{day} ({_left(thing)})" if _left(thing) else day) + (", new" if _is_new(thing) else "")
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
        "new": _is_new(thing),
        "money": _money(thing),
        "link": thing["link"],
        "urgent": left is not None and left <= 1,
    }
