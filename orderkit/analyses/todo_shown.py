"""How the to-do list reads: a numbered list as text, tasks as HTML, a sheet to fill in."""

import itertools
from decimal import Decimal

import pandas as pd

from orderkit import languages
from orderkit.analyses import naming, show
from orderkit.analyses.result import Result
from orderkit.analyses.todo_items import STALE, sentence
from orderkit.analyses.todo_memory import what_left
from orderkit.analyses.words import add, amounts, count
from orderkit.errors import UnknownName
from orderkit.languages import ended, phrase
from orderkit.printable import for_terminals

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

    @for_terminals
    def __repr__(self):
        entries = list(_gathered(_records(naming.bare(self._translated()))))
        shown, left = entries[: self.rows_shown], sum(map(len, entries[self.rows_shown :]))
        listed = [line for number, entry in enumerate(shown, 1) for line in _entry_lines(number, entry)] or [phrase("(nothing)")]
        more = [phrase("... and {n} more; all of them are in .frame, or with --json", n=f"{left:,}")] if left else []
        how = [f"- {line}" for line in self.how]
        return "\n".join([self.title, self.headline, "", *listed, *more, "", phrase("How we know"), *how])

    def _repr_html_(self):
        entries = list(_gathered(_records(naming.bare(self._translated()))))
        shown, left = entries[: self.rows_shown], entries[self.rows_shown :]
        parts = list(_entries(shown))
        if left:
            parts.append(show.details(phrase("{n} more", n=f"{sum(map(len, left)):,}"), *_entries(left)))
        parts += what_left(self.tables.get("left"), self.tables.get("left_said", {}))
        return str(show.section(self.headline, *parts, show.fold(phrase("How we know"), self.how)))


def _records(frame):
    """The things of a frame as dicts, with None where there is nothing."""
    return [{key: None if pd.isna(value) else value for key, value in row.items()} for row in frame.to_dict("records")]


def _left(thing):
    """How long there is, in words; None without a deadline."""
    left = thing["days_left"]
    if left is None:
        return phrase("probably past") if thing["state"] == "expired" else None
    if left == 0:
        return phrase("today")
    days = count(abs(left), "day")
    return phrase("{days} ago", days=days) if left < 0 else phrase("{days} left", days=days)


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
    times, what = count(len(things), "time"), things[0]["what"]
    if new:
        return phrase("{times} ({n} new): {what}", times=times, n=new, what=what), amounts(totals)
    return phrase("{times}: {what}", times=times, what=what), amounts(totals)


def _entry_lines(number, things):
    """An entry as a few lines of text; of several things, one line each below what is said once."""
    if len(things) == 1:
        yield from _lines(number, things[0])
        return
    (what, money), first = _together(things), things[0]
    when = phrase("no deadline (probably past)") if _left(first) else phrase("no deadline")
    yield f"{number:>3}. " + languages.joined([when, _purpose(first, money)], "clauses")
    yield f"     {languages.joined([ended(what), first['advice']], 'sentences')}"
    if first["evidence"]:
        yield f"     {_ready(first)}"
    for thing in things:
        new = phrase("new") if _is_new(thing) else ""
        parts = [*_names(thing), new, _money(thing), thing["why"], thing["link"]]
        yield "     - " + languages.joined([parts[0], *parts[2:5], parts[1], parts[5]], "clauses")


def _names(thing):
    return phrase("order {order}", order=thing["order_id"]), phrase("item {item}", item=thing["item"])


def _purpose(thing, money):
    """What an amount is for; "" without one."""
    if not money:
        return ""
    return phrase("{money} to claim", money=money) if thing["claim"] else phrase("{money} at stake", money=money)


def _entries(entries):
    """Entries as HTML: things that stand alone in lists, several alike as one task with a fold of its orders."""
    for several, run in itertools.groupby(entries, key=lambda entry: len(entry) > 1):
        if not several:
            yield show.tasks(_said_once([thing for (thing,) in run]))
            continue
        for things in run:
            what, money = _together(things)
            note = languages.joined([things[0]["advice"], _ready(things[0])], "sentences")
            yield show.tasks([{"what": what, "note": note, "left": _left(things[0]), "money": money}])
            yield show.details(phrase("The {n} orders", n=f"{len(things):,}"), show.tasks([_one_of(thing) for thing in things]))


def _said_once(things):
    """Tasks one after another: what to have ready is said of the first of several that need the same."""
    said = set()
    for thing in things:
        yield _task({**thing, "evidence": None} if thing["evidence"] in said else thing)
        said.add(thing["evidence"])


def _one_of(thing):
    """One of several things alike: what is said of all is not said again."""
    what = phrase("Order {order}", order=thing["order_id"])
    return _task(thing) | {"what": what, "note": "", "about": sentence(thing["why"])}


def _ready(thing):
    return phrase("Have ready: {evidence}.", evidence=thing["evidence"]) if thing["evidence"] else ""


def _lines(number, thing):
    """A thing to do as a few lines of text."""
    when = phrase("no deadline") if thing["deadline"] is None else phrase("by {day}", day=show.day(thing["deadline"]))
    when = phrase("{when} ({left})", when=when, left=_left(thing)) if _left(thing) else when
    when = phrase("{when}, new", when=when) if _is_new(thing) else when
    yield f"{number:>3}. " + languages.joined([when, _purpose(thing, _money(thing)), *_names(thing)], "clauses")
    yield f"     {languages.joined([ended(thing['what']), thing['advice']], 'sentences')}"
    if thing["evidence"]:
        yield f"     {_ready(thing)}"
    yield f"     {phrase('Why: {why}.', why=thing['why'])}"
    if thing["link"]:
        yield f"     {thing['link']}"


def _task(thing):
    left = thing["days_left"]
    return {
        "what": thing["what"],
        "note": languages.joined([thing["advice"], _ready(thing)], "sentences"),
        "about": phrase("Order {order}; {why}.", order=thing["order_id"], why=thing["why"]),
        "deadline": thing["deadline"],
        "left": _left(thing),
        "new": _is_new(thing),
        "money": _money(thing),
        "link": thing["link"],
        "urgent": left is not None and left <= 1,
    }
