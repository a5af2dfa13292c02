"""What to do, by when, for how much: everything in the loaded exports that waits for the seller."""

import datetime as dt

import pandas as pd

from orderkit import measures
from orderkit.analyses import rule_words, show, source_files
from orderkit.analyses.todo_items import NEVER_BACK, SAID, decided, items, standing, won_back
from orderkit.analyses.todo_memory import earlier, gone, since_then, with_states
from orderkit.analyses.todo_shown import ToDo
from orderkit.analyses.words import add, amounts, count
from orderkit.errors import BadValue
from orderkit.languages import joined, phrase

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
ASKED = ("cancel", "upgrade", "address", "not_received", "return_request", "return_received")  # what a list cannot do without
OLD_DATA = {"todo": 7, "today": 1}  # days after which data are called old
WHOSE = (
    "Only orders that you ship (FBM). Days left count from today. Money: what may have to be refunded or can be claimed, per "
    "currency; a line counts once."
)
WHOSE_CLAIMS = (
    "Claims on orders of both kinds; all else on orders that you ship (FBM). Days left count from today. Money: what may have "
    "to be refunded or can be claimed, per currency; a line counts once."
)
NOT_TOLD = {  # by the answer, and whether an export would tell
    ("unknown", True): "{question}: not known for {things}; {exports} would tell. Not in the list.",
    ("unknown", False): "{question}: not known for {things}; no export would tell. Not in the list.",
    ("no_rule_known", True): "{question}: no rule known for {things}. Not in the list.",
    ("no_rule_known", False): "{question}: no rule known for {things}. Not in the list.",
}
VIEW = {
    "what": "what", "advice": "advice", "order_id": "order", "deadline": "by", "days_left": "days left", "money": "at stake",
    "currency": "currency", "evidence": "evidence", "why": "why", "item": "item",
}  # fmt: skip


def todo(con, *, pack=None, past=None):
    """Everything that waits for the seller: what is about to be lost first, then by deadline, then by money.

    Needs the facts and the answers of `pack`; what the pack asks without a buyer's request (its standing questions) is in it too.
    `money` is what may have to be refunded or can be claimed; `item` names a thing to do for as long as it stands, and whatever
    `decisions` close is left out. `latest`: where the sources of a deadline differ, the latest of them. Days left are counted
    from the clock, not from the as-of. `past`: a connection that shows the same shop as of an earlier day, with its own facts and
    answers; `state` then says new or carried instead of open, beside expired (probably past), and `.tables["left"]` has what was
    closed or settled since. Raises BadValue for a pack that leaves a question of buyers or returns open.
    """
    _covers(pack)
    found, closed = items(con, pack)
    before = earlier(past, pack, found)
    things, left = with_states(found, before), gone(found, closed, decided(con), before)
    how = [] if before is None else _not_compared(things, before)
    told = [*closed, *([] if before is None else before.things.values())]
    left_said = {thing["item"]: thing["said"]["what"] for thing in told}
    more = {} if before is None else {"left": left, "left_said": left_said}
    return _result(con, "todo", phrase(TITLE), things, pack, closed, more, since_then(things, left, before), how)


def today(con, *, pack=None):
    """What expires before next Monday, or has expired: the part of `todo` that cannot wait."""
    things, closed = items(con, pack)
    clock = _clock(con)[1]
    monday = clock + dt.timedelta(days=7 - clock.weekday())
    urgent = [thing for thing in things if thing["state"] == "expired" or (thing["deadline"] and thing["deadline"] < monday)]
    title = phrase("What cannot wait until {day}", day=show.day(monday))
    return _result(con, "today", title, urgent, pack, closed, how=_later(things, urgent))


def _covers(pack):
    """Raises BadValue for a pack that does not answer all that buyers ask and what came back."""
    if pack is not None and (left := [name for name in ASKED if name not in pack.questions]):
        raise BadValue(
            f"The rules {pack.name} have no question {', '.join(left)}, which the to-do list asks for orders and returns. Write "
            "`extends: amazon` into the pack, so that those of Amazon answer what yours leave out, or add the questions."
        )


def _not_compared(things, before):
    """How many things nobody knows to be new or not."""
    open_things = sum(thing["state"] == "open" for thing in things)
    if open_things:
        yield phrase(
            "{things} neither new nor old: no export of before {day} is loaded that tells whether they waited then.",
            things=count(open_things, "thing"),
            day=show.day(before.day),
        )


def _later(things, urgent):
    """What the full list has besides: how many things, and of them the refunds whose goods never came back."""
    names = {(thing["account"], thing["item"]) for thing in urgent}
    rest = [thing for thing in things if (thing["account"], thing["item"]) not in names]
    never_back, totals = [thing for thing in rest if thing["kind"] in NEVER_BACK], {}
    for thing in never_back:
        add(totals, thing["currency"], thing["money"])
    yield phrase("{things} in the full list: later deadlines, or none.", things=count(len(rest), "more thing"))
    refunds, worth = count(len(never_back), "refund"), amounts(totals)
    if worth:
        text = "Among them {refunds} whose goods never came back, {money}: no day is known, look soon."
        yield phrase(text, refunds=refunds, money=worth)
    elif never_back:
        yield phrase("Among them {refunds} whose goods never came back: no day is known, look soon.", refunds=refunds)


def _clock(con):
    return con.sql("SELECT as_of_day, clock_day FROM context").fetchall()[0]


def _result(con, kind, title, things, pack, closed, more=None, since="", how=()):
    as_of, clock = _clock(con)
    totals, past = _at_stake(things)
    frame = pd.DataFrame(things, columns=COLUMNS).astype({"money": float, "days_left": "Int64"})
    for day in ("deadline", "latest"):
        frame[day] = pd.to_datetime(frame[day])
    said = [_to_do(things, amounts(totals))]
    said += [phrase("{money} to claim is probably past: look now.", money=amounts(past))] if amounts(past) else []
    said += [phrase("Won back this year: {money}.", money=amounts(back))] if (back := won_back(con)) else []
    said += [since]
    old = (clock - as_of).days
    if old > OLD_DATA[kind]:
        text = "The data ends on {day}, {days} before today: load newer exports first."
        said += [phrase(text, day=show.day(as_of), days=count(old, "day"))]
    return ToDo(
        kind=kind, title=title, headline=joined(said, "sentences"), frame=frame,
        how=[*how, *_how(con, things, pack, closed), *source_files.told(con, "todo")],
        totals=totals,
        money=("money",), view=VIEW, absent={"deadline": "none", "days_left": "", "who_pays": "", "evidence": ""}, rows_shown=12,
        tables={"day": clock, "expired": past, "won_back": won_back(con)} | (more or {}),
        said={name: [thing["said"][name] for thing in things] for name in SAID},
    )  # fmt: skip


def _to_do(things, at_stake):
    if not things:
        return phrase("Nothing to do that the loaded exports tell of.")
    some = count(len(things), "thing")
    if not at_stake:
        return phrase("{things} to do.", things=some)
    return phrase("{things} to do, {money} at stake.", things=some, money=at_stake)


def _at_stake(things):
    """Exact money by currency, still to be had and to claim but probably past; a line counts once, with the larger amount."""
    open_lines, past_lines = {}, {}
    for thing in things:
        key = (thing["account"], thing["order_id"], thing["line"] or thing["item_key"], thing["currency"])
        lines = past_lines if thing["claim"] and thing["state"] == "expired" else open_lines
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
    said = [phrase(WHOSE_CLAIMS if standing(pack) else WHOSE)]
    if unknown:
        answers = count(unknown, "answer")
        said.append(phrase("{answers} not known: it says there what is missing and which export would tell.", answers=answers))
    if unpriced:
        said.append(phrase("{things} without an amount.", things=count(unpriced, "thing")))
    if closed:
        things = count(len(closed), "thing")
        said.append(phrase("{things} that you marked as done, claimed or ignored: not in the list.", things=things))
    return [*said, *_waiting(con), *_not_told(con, pack)]


def _waiting(con):
    """What is on its way and asks for nothing yet."""
    waiting = con.sql(
        "SELECT count(*) FROM return_facts JOIN returns USING (account, return_id)"
        " WHERE NOT received AND NOT coalesce(closed, false) AND returns.status = 'approved'"
    ).fetchall()[0][0]
    unseen = sum(row["unknown_delivery"] for row in measures.rows(con, "late_open", by=[]))
    if waiting:
        returns = count(waiting, "approved return")
        yield phrase("{returns} on the way back: nothing to do until they arrive.", returns=returns)
    if unseen:
        text = "{lines} past the promised day of which no tracking tells whether they arrived: not in the list."
        yield phrase(text, lines=count(unseen, "line"))


def _not_told(con, pack):
    """Standing questions whose answer is not known make nothing to do, but are counted."""
    for question in standing(pack):
        told = con.sql(
            f"SELECT answer, count(*), mode(ask_for) FROM answers_{question.name}"
            " WHERE answer IN ('unknown', 'no_rule_known') GROUP BY answer ORDER BY answer DESC"
        ).fetchall()
        for answer, number, asks in told:
            things = count(number, "line" if question.of == "order_lines" else "return")
            yield phrase(NOT_TOLD[answer, bool(asks)], **_told(question, things, asks))


def _told(question, things, asks):
    told = {"question": rule_words.about(question), "things": things}
    return told | {"exports": rule_words.asked(asks)} if asks else told
