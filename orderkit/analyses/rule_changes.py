"""Which rules changed since a day, which are announced, and which orders that touches: apart from what time alone changed."""

import datetime as dt
from dataclasses import replace

import pandas as pd

from orderkit import languages, policy
from orderkit.analyses import rule_words, show
from orderkit.analyses.result import Result
from orderkit.analyses.words import add, amounts, count
from orderkit.languages import joined, known, phrase
from orderkit.policy.drafts import plain
from orderkit.printable import for_terminals

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
WORDED = ("question", "before", "after")
SAID = ("rule", "where", "before", "after", "holds", "money", "source")
TITLES = {
    "order_id": "order", "before": "answer before", "after": "answer now", "account": "Account", "line": "Line",
    "return_id": "Return id", "question": "Question", "value": "Value", "currency": "Currency",
}  # fmt: skip
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

    @for_terminals
    def __repr__(self):
        listed = [f"- {_sentence(row)}" for row in self._translated().to_dict("records")]
        return "\n".join([self.title, self.headline, *listed, "", phrase("How we know"), *(f"- {line}" for line in self.how)])

    def _repr_html_(self):
        frame = self._translated()
        came, ahead = (frame[frame["announced"] == announced] for announced in (False, True))
        shown = [name for name in VIEW if name != "money" or came["money"].any()]
        parts = [show.table(came[shown], titles=VIEW)] if len(came) else []
        orders = self.tables["orders"]
        for number, row in came.iterrows():
            mine = orders[orders["change"] == number].drop(columns="change").dropna(axis="columns", how="all")
            if len(mine):
                named = phrase("{rule}: {orders}", rule=row["rule"], orders=count(mine["order_id"].nunique(), "order"))
                mine = mine.assign(**{name: [_word(cell) for cell in mine[name]] for name in WORDED if name in mine})
                parts.append(show.details(named, show.table(mine, money={"value": "currency"}, titles=TITLES)))
        parts += [_sentence(row) for row in ahead.to_dict("records")]
        return str(show.section(self.headline, *parts, show.fold(phrase("How we know"), self.how)))


def _word(cell):
    """The name of a question or an answer in the language in use."""
    return rule_words.named(cell.replace(" ", "_")) if isinstance(cell, str) else cell


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
        kind="rule_changes", title=phrase(TITLE), headline=_headline(pack, since, until, clock, found, touched),
        frame=pd.DataFrame(rows, columns=COLUMNS), said={name: [row["said"][name] for row in rows] for name in SAID},
        how=_how(since, until, found + ahead, elsewhere),
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
    return policy.compare(con, pack, other, only=only).rows if only else []


def _order(row):
    """What is shown of an answer that differs; its names without a row."""
    if row is None:
        return ["account", "order_id", "line", "return_id", "question", "before", "after", "value", "currency"]
    plain = {name: row[name] for name in ("account", "order_id", "line", "return_id", "value", "currency")}
    said = {"question": row["question"], "before": row["other_answer"], "after": row["answer"]}
    return plain | {name: str(word).replace("_", " ") for name, word in said.items()}


def _row(change, touched, *, announced=False):
    """A row of the frame, in English; under `said` its words in the language in use."""
    with languages.speaking(languages.ENGLISH):
        english = _words(change, touched) | {"before": change.before, "after": change.after}
    counted = {"since": change.day, "announced": announced, "orders": len({(row["account"], row["order_id"]) for row in touched})}
    said = english if languages.current() == languages.ENGLISH else _words(change, touched)
    return english | counted | {"said": said}


def _words(change, touched):
    """The cells of a change that are words, in the language in use."""
    by, period = change.parameter.applies_by, change.new or change.old
    return {
        "rule": rule_words.named(change.name),
        "where": joined(filter(None, change.keys), "commas") or phrase("everywhere"),
        "before": _value(change.parameter, change.old),
        "after": _value(change.parameter, change.new),
        "holds": phrase(FOR[by]) if by in FOR else phrase("by the {day}", day=rule_words.named(by)),
        "money": amounts(_money(touched)),
        "source": phrase("certainty {certainty}; {source}", certainty=period.certainty, source=known(period.source)),
    }


def _value(parameter, period):
    """The value or the range of a period with its unit."""
    if period is None:
        return phrase("none known") if parameter.otherwise is None else phrase("none")
    if period.value is None:
        return phrase("not known to any source")
    say = show.day if parameter.unit == "date" and languages.current() != languages.ENGLISH else plain
    least, most = map(say, period.bounds)
    if least == most:
        return _with_unit(parameter, period, least)
    return phrase("sources say {range}", range=_with_unit(parameter, period, phrase("{low} to {high}", low=least, high=most)))


def _with_unit(parameter, period, amount):
    unit = parameter.unit
    if unit in rule_words.UNITS:
        return languages.counted(amount, rule_words.UNITS[unit], many=period.bounds[1] != 1)
    if unit in ("percent", "units"):
        return phrase("{n} percent" if unit == "percent" else "{n} units", n=amount)
    return amount if unit == "date" else f"{amount} {period.currency if unit == 'money' else rule_words.named(unit)}"


def _money(touched):
    """The value of the lines concerned, by currency; a line or return counts once, however many of its answers differ."""
    once = {(row["account"], row["order_id"], row["line"] or row["return_id"]): row for row in touched}
    totals = {}
    for row in once.values():
        add(totals, row["currency"], row["value"])
    return totals


def _headline(pack, since, until, clock, found, touched):
    told = {"since": show.day(since), "until": show.day(until), "reviewed": show.day(pack.reviewed)}
    late = phrase("What changed after that day is not known.") if pack.reviewed < until else ""
    orders = len({(row["account"], row["order_id"]) for row in touched})
    text = NO_CHANGE if not found else UNTOUCHED if not orders else TOUCHED_WORTH if amounts(_money(touched)) else TOUCHED
    told |= {"rules": count(len(found), "rule"), "orders": count(orders, "order"), "money": amounts(_money(touched))}
    return joined([phrase(text, **told), late], "sentences")


NO_CHANGE = "No rule that we know of changed between {since} and {until}; rules reviewed on {reviewed}."
UNTOUCHED = "{rules} changed between {since} and {until}; no order of yours is touched. Rules reviewed on {reviewed}."
TOUCHED = "Rules that changed since {since} touch {orders} of yours; rules reviewed on {reviewed}."
TOUCHED_WORTH = "Rules that changed since {since} touch {orders} of yours, {money}; rules reviewed on {reviewed}."


def _sentence(row):
    """One value in a sentence: since when, what, where, and how many orders."""
    words = ("rule", "where", "holds", "before", "after", "source")
    what = phrase("{rule} ({where}) {holds}: {before} \u2192 {after} ({source})", **{name: row[name] for name in words})
    ahead, some = bool(row["announced"]), row["orders"]
    orders = joined([count(some, "open order" if ahead else "order"), row["money"]], "commas")
    return phrase(TOUCHES[ahead, some > 0], day=show.day(row["since"]), change=what, orders=orders)


TOUCHES = {  # by whether it is announced only, and whether it touches any order
    (True, True): "From {day}: {change}. If it held today, it would touch {orders}.",
    (True, False): "From {day}: {change}. If it held today, it would touch none of the open orders.",
    (False, True): "Since {day}: {change}. It touches {orders}.",
    (False, False): "Since {day}: {change}. It touches no order of yours.",
}


def _how(since, until, shown, elsewhere):
    said = [phrase(COMPARED, since=show.day(since), until=show.day(until))]
    if shown:
        said.append(phrase(TOUCHED_WHERE))
    if elsewhere:
        said.append(phrase("{changes} in places where this shop has no orders.", changes=count(elsewhere, "further change")))
    return said


COMPARED = (
    "Compared: the values in force on {since} and on {until}, each for the same orders as they are known today. What changed "
    "because time went by, and not the rules, is in the list of things to do."
)
TOUCHED_WHERE = (
    "An order is touched where an answer, who pays or a deadline would be another without the change, if its buyer wrote now. "
    "Money: the value of the lines concerned. Open: not cancelled and not known to be delivered, or with a return that is not "
    "closed."
)
