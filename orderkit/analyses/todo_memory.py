"""The memory of the to-do list: what is new since the list of a week ago, was closed, settled itself or expired."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.todo_items import items
from orderkit.analyses.words import count

WEEK = dt.timedelta(days=7)
LEFT = ["item", "kind", "what", "account", "order_id", "money", "currency", "deadline", "how", "on"]


@dataclass(frozen=True)
class Earlier:
    """The list as it stood on an earlier day: {(account, item): thing}."""

    day: dt.date
    things: dict


def earlier(con, pack):
    """The list that a view of the shop as of an earlier day gives; needs its facts and its answers by `pack`."""
    things, _ = items(con, pack)
    return Earlier(con.sql("SELECT as_of_day FROM context").fetchall()[0][0], _by_name(things))


def with_states(things, before):
    """The things with `state` new (not in the earlier list) or carried, where they have not expired."""
    if before is None:
        return things
    state = {True: "carried", False: "new"}
    return [
        thing if thing["state"] == "expired" else {**thing, "state": state[(thing["account"], thing["item"]) in before.things]}
        for thing in things
    ]


def gone(things, closed, decided, before):
    """What left the list since the earlier one: a frame with the columns of LEFT.

    how: "done", "claimed" or "ignored" as the seller said, on the day `on`; "settled" where the exports tell that nothing waits
    any more. What an earlier day shows only because later exports tell of it is not in it. `closed`: what would be in the list
    if the seller had not closed it, so that what came and was closed in between is told too. `decided`: {(account, item): (day,
    word)}.
    """
    if before is None:
        return pd.DataFrame(columns=LEFT)
    here = _by_name(things)
    left = {
        key: thing for key, thing in before.things.items() if key not in here and (key in decided or not thing["reconstructed"])
    }
    left |= {key: thing for key, thing in _by_name(closed).items() if (decided[key][0] or dt.date.max) > before.day}
    rows = []
    for key, thing in left.items():
        on, word = decided.get(key, (None, "settled"))
        rows.append({**thing, "how": word, "on": on})
    return pd.DataFrame(rows, columns=LEFT).sort_values(["how", "order_id", "item"], ignore_index=True)


def since_then(things, left, before):
    """One sentence: how much is new, was closed, settled itself or expired since the earlier list; "" without one."""
    if before is None:
        return ""
    new = sum(thing["state"] == "new" for thing in things)
    settled = int((left["how"] == "settled").sum())
    expired = sum(_just_expired(thing, before) for thing in things)
    said = [f"{show.number(new)} new"]
    said += [f"{show.number(len(left) - settled)} closed by you"] if len(left) > settled else []
    said += [f"{show.number(settled)} settled"] if settled else []
    said += [f"{show.number(expired)} expired"] if expired else []
    return f"Since {show.day(before.day)}: {', '.join(said)}."


def what_left(left):
    """The frame of `gone` as a fold; nothing where nothing left."""
    if left is None or left.empty:
        return []
    shown = left[["what", "order_id", "how", "on", "money", "currency"]].assign(on=[_noted(on) for on in left["on"]])
    titles = {"what": "what it was", "order_id": "order", "money": "at stake", "on": "noted on"}
    table = show.table(shown, money={"money": "currency"}, columns=list(shown)[:-1], titles=titles)
    return [show.details(f"{count(len(left), 'thing')} closed or settled in the last week", table)]


def _noted(on):
    return "" if pd.isna(on) else show.day(on)


def _just_expired(thing, before):
    past = before.things.get((thing["account"], thing["item"]))
    return thing["state"] == "expired" and (past is None or past["state"] != "expired")


def _by_name(things):
    return {(thing["account"], thing["item"]): thing for thing in things}
