"""What a checked pack is made of: parameters with periods, answers, questions with rules and examples."""

import datetime as dt
from dataclasses import dataclass, field

from orderkit.policy.language import Expression

TABLES = {"order_lines": "line_facts", "returns": "return_facts"}
KEYS = {"line_facts": ("account", "order_id", "line"), "return_facts": ("account", "return_id", "order_id", "line")}
WHO_PAYS = ("nobody", "buyer", "seller", "carrier", "insurer", "marketplace", "by_fault")
RECOVERY_SOURCES = ("carrier", "insurer", "marketplace", "buyer", "none")
ACTS = ("refund", "decline", "deduct", "claim", "cancel")  # what no unknown may ever lead to
CERTAINTIES = ("A", "B", "C", "M", "?")  # ? : the value itself is not known
SURE = ("A", "B")  # below, a value is a range: never one sure date, never a ground to decline
STARTS = ("exact", "at_latest")
BEFORE_ALL = dt.date(1900, 1, 1)  # where the start of a value is not known
LANGUAGES = ("en", "de")
UNITS = ("minute", "hour", "day", "business_day", "percent", "money", "units", "date")
RESERVED = {
    "unknown": "a fact that the rule needs is not known",
    "no_rule_known": "no sourced rule covers this case or date",
    "marketplace_handles_it": "the marketplace ships this line and deals with the buyer",
    "look_first": "the rule that would decline is not known well enough: look in Seller Central before you answer",
}
IDLE = ("no_rule_known", "marketplace_handles_it")  # reserved answers that leave nothing to do
FOREVER = dt.date(9999, 12, 31)


@dataclass(frozen=True)
class Period:
    """One dated value of a parameter: holds from `start` up to, not including, `end`, where `by` of the parameter is `key`.

    `value` is None where nobody knows it (certainty ?), an amount of `currency` where the unit is money; `others` are what
    further sources say instead. `known` tells how well the
    start is known: exact, at_latest (it may have begun earlier) or unknown.
    """

    start: dt.date
    end: dt.date
    value: int | None
    source: str
    certainty: str
    key: str | None = None
    others: tuple = ()
    known: str = "exact"
    row: str = ""
    currency: str | None = None

    @property
    def sure(self):
        """Whether the value is certain enough to name one day by it, or to decline anybody."""
        return self.certainty in SURE and not self.others

    @property
    def bounds(self):
        """The least and the greatest value that any source gives; (None, None) where nobody knows."""
        values = [value for value in (self.value, *self.others) if value is not None]
        return (min(values), max(values)) if values else (None, None)


@dataclass(frozen=True)
class Parameter:
    """A dated number (or day); `applies_by` is the day fact that chooses the period, `by` the text fact that chooses the key.

    `otherwise` is the value where no period holds (for example: no season), None where then no rule is known.
    """

    name: str
    unit: str
    applies_by: str
    periods: tuple
    by: str | None = None
    otherwise: int | dt.date | None = None

    @property
    def selectors(self):
        """The facts that choose the value."""
        return (self.applies_by, self.by) if self.by else (self.applies_by,)


@dataclass(frozen=True)
class Answer:
    """What a rule may answer: its meaning, what it does (ACTS), if anything, and whether it leaves nothing to do (idle)."""

    name: str
    meaning: str
    acts: tuple = ()
    idle: bool = False


@dataclass(frozen=True)
class Rule:
    """One rule of a question; the first whose condition holds gives the answer.

    `tells`: parameters that are shown with the answer, such as the most that may be kept back, but decide nothing.
    """

    name: str
    when: Expression
    then: str
    who_pays: str
    recovery_source: str
    source: str
    line: int
    statements: tuple = ()
    deadline: Expression | None = None
    drafts: dict = field(default_factory=dict)
    tells: tuple = ()

    @property
    def parameters(self):
        """The parameters that its condition or its deadline reads."""
        return (*self.when.parameters, *(self.deadline.parameters if self.deadline else ()))


@dataclass(frozen=True)
class Example:
    """A case written beside the rules: what is given (facts not named are unknown) and what must come out."""

    given: dict
    expect: str
    by: str | None
    line: int
    deadline: dt.date | None = None
    latest: dt.date | None = None
    deadline_at: dt.datetime | None = None


@dataclass(frozen=True)
class Question:
    """One question about every order line or return: rules in order, and their examples.

    `standing`: it is asked without a buyer's request too, so that its answers make things to do by themselves.
    """

    name: str
    of: str
    about: str
    rules: tuple
    examples: tuple
    standing: bool = False

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

    def held(self, name, key, day):
        """The Period of a parameter that holds for a key, such as a marketplace, on a day; None where no source tells a value."""
        periods = self.parameters[name].periods if name in self.parameters else ()
        held = (period for period in periods if period.key == key and period.start <= day < period.end)
        return next((period for period in held if period.value is not None), None)
