"""The memory of the to-do list: what is new since the list of a week ago, was closed, settled itself or expired."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.todo_items import items
from orderkit.analyses.words import count
from orderkit.languages import joined, phrase

KEY = ["account", "item", "order_id", "line", "item_key"]
LEFT = ["item", "kind", "what", "account", "order_id", "money", "currency", "deadline", "how", "on"]


@dataclass(frozen=True)
class Earlier:
    """The list as it stood on an earlier day: {(account, item): thing}.

    `blank`: (account, item) of things of today about which later exports alone tell: nobody knows whether they waited then.
    """

    day: dt.date
    things: dict
    blank: set


def earlier(past, pack, things):
    """The list of the earlier day that the connection `past` shows, beside the `things` of today; None without such a connection.

    Needs the facts of that day and its answers by `pack`.
    """
    if past is None:
        return None
    found, _ = items(past, pack)
    return Earlier(past.sql("SELECT as_of_day FROM context").fetchall()[0][0], _by_name(found), _blank(past, things))


def _blank(past, things):
    keys = pd.DataFrame([{key: thing[key] for key in KEY} for thing in things], columns=KEY).astype(object)
    past.register("things_of_today", keys)
    found = past.sql("""
        SELECT of_today.account, of_today.item
        FROM things_of_today AS of_today
        JOIN order_lines AS lines ON lines.account = of_today.account AND lines.order_id = of_today.order_id
            AND lines.line = of_today.line AND lines.reconstructed
        UNION
        SELECT of_today.account, of_today.item
        FROM things_of_today AS of_today
        JOIN returns ON returns.account = of_today.account AND returns.return_id = of_today.item_key AND returns.reconstructed
    """).fetchall()
    past.unregister("things_of_today")
    return set(found)


def with_states(things, before):
    """The things with `state` carried (in the earlier list too) or new, where they have not expired and it can be told."""
    return [thing if before is None else {**thing, "state": _state(thing, before)} for thing in things]


def _state(thing, before):
    key = (thing["account"], thing["item"])
    if thing["state"] == "expired":
        return "expired"
    if key in before.things:
        return "carried"
    asked_since = thing["asked_at"] is not None and thing["asked_at"].astimezone(dt.UTC).date() > before.day
    return "open" if key in before.blank and not asked_since else "new"


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
    said = [phrase("{n} new", n=show.number(new))]
    said += [phrase("{n} closed by you", n=show.number(len(left) - settled))] if len(left) > settled else []
    said += [phrase("{n} settled", n=show.number(settled))] if settled else []
    said += [phrase("{n} expired", n=show.number(expired))] if expired else []
    return phrase("Since {day}: {changes}.", day=show.day(before.day), changes=joined(said, "commas"))


def what_left(left, said):
    """The frame of `gone` as a fold; nothing where nothing left. said: {item: what it was, in the language in use}."""
    if left is None or left.empty:
        return []
    shown = left[["what", "order_id", "how", "on", "money", "currency"]].assign(
        what=[said.get(item, what) for item, what in zip(left["item"], left["what"], strict=True)],
        how=[phrase(how) for how in left["how"]], on=[_noted(on) for on in left["on"]],
    )  # fmt: skip
    titles = {"what": "what it was", "order_id": "order", "money": "at stake", "on": "noted on", "how": "How"}
    table = show.table(shown, money={"money": "currency"}, columns=list(shown)[:-1], titles=titles)
    things = count(len(left), "thing")
    return [show.details(phrase("{things} closed or settled in the last week", things=things), table)]


def _noted(on):
    return "" if pd.isna(on) else show.day(on)


def _just_expired(thing, before):
    key = (thing["account"], thing["item"])
    past = before.things.get(key)
    return thing["state"] == "expired" and (key not in before.blank if past is None else past["state"] != "expired")


def _by_name(things):
    return {(thing["account"], thing["item"]): thing for thing in things}
