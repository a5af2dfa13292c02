"""What a checked pack is made of: parameters with periods, answers, questions with rules and examples."""

import datetime as dt
from dataclasses import dataclass, field

from orderkit.policy.language import Expression

TABLES = {"order_lines": "line_facts", "returns": "return_facts"}
KEYS = {"line_facts": ("account", "order_id", "line"), "return_facts": ("account", "return_id", "order_id", "line")}
WHO_PAYS = ("nobody", "buyer", "seller", "carrier", "insurer", "marketplace", "by_fault")
RECOVERY_SOURCES = ("carrier", "insurer", "marketplace", "buyer", "none")
ACTS = ("refund", "decline", "deduct", "claim", "cancel")  # what no unknown may ever lead to
CERTAINTIES = ("A", "B", "C", "M")
UNITS = ("minute", "hour", "day", "business_day", "percent", "money", "units")
RESERVED = {
    "unknown": "a fact that the rule needs is not known",
    "no_rule_known": "no sourced rule covers this case or date",
    "marketplace_handles_it": "the marketplace ships this line and deals with the buyer",
}
FOREVER = dt.date(9999, 12, 31)


@dataclass(frozen=True)
class Period:
    """One dated value of a parameter: holds from `start` up to, not including, `end`."""

    start: dt.date
    end: dt.date
    value: int
    source: str
    certainty: str


@dataclass(frozen=True)
class Parameter:
    """A dated number; `applies_by` is the day fact that chooses the period."""

    name: str
    unit: str
    applies_by: str
    periods: tuple


@dataclass(frozen=True)
class Answer:
    """What a rule may answer: its meaning and what it does (ACTS), if it does anything."""

    name: str
    meaning: str
    acts: tuple = ()


@dataclass(frozen=True)
class Rule:
    """One rule of a question; the first whose condition holds gives the answer."""

    name: str
    when: Expression
    then: str
    who_pays: str
    recovery_source: str
    source: str
    line: int
    statements: tuple = ()
    deadline: Expression | None = None
    draft: str = ""


@dataclass(frozen=True)
class Example:
    """A case written beside the rules: what is given (facts not named are unknown) and what must come out."""

    given: dict
    expect: str
    by: str | None
    line: int


@dataclass(frozen=True)
class Question:
    """One question about every order line or return: rules in order, and their examples."""

    name: str
    of: str
    about: str
    rules: tuple
    examples: tuple

    @property
    def table(self):
        """The table of facts that the question reads."""
        return TABLES[self.of]

    @property
    def keys(self):
        """The columns that name a row of it."""
        return KEYS[self.table]


@dataclass(frozen=True)
class Pack:
    """A checked pack: parameters, answers and questions by name."""

    name: str
    file: str
    title: str
    about: str
    reviewed: dt.date
    sources: dict
    statements: dict
    answers: dict
    parameters: dict
    questions: dict = field(repr=False)
