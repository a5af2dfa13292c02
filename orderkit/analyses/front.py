"""The first line of the page: how much there is to do, what can be claimed by Sunday, what has expired, what was won back."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.words import amounts, count
from orderkit.languages import ended, joined, phrase
from orderkit.printable import for_terminals


@dataclass(frozen=True)
class Front:
    """What a seller reads first.

    `things` to do, `due` of them by `by` (the Sunday of the clock's week); `claimable` by then, `expired` (claims whose day is
    probably past) and `won_back` this year: exact money by currency, never added up; a line counts once.
    """

    things: int
    due: int
    by: dt.date
    claimable: dict
    expired: dict
    won_back: dict

    @property
    def headline(self):
        """The numbers as one sentence; what is none is left out."""
        said = [self._things()]
        if amounts(self.claimable):
            said.append(phrase("{money} claimable by then", money=amounts(self.claimable)))
        if amounts(self.expired):
            said.append(phrase("{money} expired", money=amounts(self.expired)))
        if amounts(self.won_back):
            said.append(phrase("{money} won back this year", money=amounts(self.won_back)))
        return ended(joined(said, "clauses"))

    def _things(self):
        if not self.things:
            return phrase("Nothing to do that the loaded exports tell of")
        told = {"things": count(self.things, "thing"), "due": show.number(self.due), "day": show.day(self.by)}
        return phrase("{things} to do, {due} of them by {day}", **told)

    def to_json(self):
        """The numbers, money as text."""
        money = {name: _as_text(getattr(self, name)) for name in ("claimable", "expired", "won_back")}
        return {"headline": self.headline, "things": self.things, "due": self.due, "by": self.by.isoformat(), **money}

    @for_terminals
    def __repr__(self):
        return self.headline

    def _repr_html_(self):
        return show.front(self.headline)._repr_html_()


def front(todo):
    """The first line of a to-do list (`shop.todo()`)."""
    frame, day = todo.frame, todo.tables["day"]
    sunday = day + dt.timedelta(days=6 - day.weekday())
    lasting = frame["state"] != "expired"
    due = lasting & (frame["deadline"] <= pd.Timestamp(sunday))
    claims = frame["claim"].astype(bool)
    return Front(
        things=len(frame),
        due=int(due.sum()),
        by=sunday,
        claimable=_sums(frame[claims & due]),
        expired=todo.tables["expired"],
        won_back=todo.tables["won_back"],
    )


def _sums(frame):
    """Exact money by currency; a line for which there are several things to do counts once, with the largest amount."""
    known = frame.dropna(subset=["money", "currency"])
    key = known["line"].fillna(known["item"])
    most = known.groupby([known["account"], known["order_id"], key, known["currency"]])["money"].max().reset_index()
    cents = most.groupby("currency")["money"].apply(lambda money: sum(Decimal(repr(amount)) for amount in money))
    return {currency: amount for currency, amount in cents.items() if amount}


def _as_text(money):
    return {currency: str(amount) for currency, amount in sorted(money.items())}
