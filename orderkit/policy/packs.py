"""Packs of rules: dated, cited YAML turned into checked objects. Anything doubtful is refused with file, key, line and cure."""

import datetime as dt
import functools
import hashlib
import re
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from orderkit.errors import PackError, UnknownName
from orderkit.policy import strict_yaml
from orderkit.policy.dictionary import dictionary
from orderkit.policy.language import Expression, ExpressionError

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


def packs():
    """Names of the packs that orderkit ships."""
    folder = resources.files(__package__).joinpath("packs")
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def load_pack(name_or_path):
    """The checked pack of that name, or of a YAML file of the user's.

    Raises UnknownName for a name that is no pack, PackError for a pack that is refused.
    """
    if isinstance(name_or_path, Pack):
        return name_or_path
    if str(name_or_path) in packs():
        file = resources.files(__package__).joinpath("packs", f"{name_or_path}.yaml")
    elif Path(name_or_path).suffix in (".yaml", ".yml") and Path(name_or_path).is_file():
        file = Path(name_or_path)
    else:
        raise UnknownName("pack", str(name_or_path), packs())
    return read_pack(file.read_text(encoding="utf-8"), file.name)


def read_pack(text, file):
    """The checked pack that `text` holds; `file` is its name in messages. Raises PackError."""
    return _read_pack(text, file, hashlib.sha256(text.encode()).hexdigest())


@functools.lru_cache(maxsize=32)
def _read_pack(text, file, _digest):
    from orderkit.policy.check import check  # check compiles, and the compiler needs the classes above

    pack = _Reader(file).pack(strict_yaml.read(text, file))
    check(pack)
    return pack


class _Reader:
    """Turns the plain tree of one file into a Pack; knows the file's name for every refusal."""

    def __init__(self, file):
        self.file = file

    def refuse(self, key, problem, cure, at=None):
        raise PackError(self.file, key, problem, cure, getattr(at, "line", at))

    def keys(self, tree, where, required, optional=()):
        if not isinstance(tree, strict_yaml.Mapping):
            self.refuse(where, "is no mapping", f"Write the keys {', '.join(required)} below it.", tree)
        for key in tree:
            if key not in required and key not in optional:
                known = ", ".join([*required, *optional])
                self.refuse(f"{where}.{key}", "is an unknown key", f"Known keys here: {known}.", tree.lines[key])
        for key in required:
            if not tree.get(key):
                cure = "State where it is written." if key == "source" else f"Add `{key}:`."
                self.refuse(f"{where}.{key}", "is missing or empty", cure, tree.lines.get(key, tree.line))
        return tree

    def choice(self, text, where, known):
        if text not in known:
            self.refuse(where, f"{text!r} is not known", f"Use one of: {', '.join(known)}.", text)
        return str(text)

    def day(self, text, where, line=None):
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            self.refuse(where, f"{text!r} is no day", "Write days as 2026-01-31.", line or text)
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            self.refuse(where, f"{text!r} is no day of the calendar", "Write days as 2026-01-31.", line or text)

    def pack(self, tree):
        required = ("pack", "title", "reviewed", "answers", "questions")
        self.keys(tree, "pack", required, ("about", "sources", "statements", "parameters"))
        self.statements = {str(k): str(v) for k, v in tree.get("statements", {}).items()}
        self.answers = {name: self.answer(name, entry) for name, entry in tree["answers"].items()}
        self.answers |= {name: Answer(name, meaning) for name, meaning in RESERVED.items()}
        self.parameters = {name: self.parameter(name, entry) for name, entry in tree.get("parameters", {}).items()}
        questions = {name: self.question(name, entry) for name, entry in tree["questions"].items()}
        return Pack(
            name=str(tree["pack"]),
            file=self.file,
            title=str(tree["title"]),
            about=str(tree.get("about", "")),
            reviewed=self.day(tree["reviewed"], "reviewed"),
            sources={str(k): str(v) for k, v in tree.get("sources", {}).items()},
            statements=self.statements,
            answers=self.answers,
            parameters=self.parameters,
            questions=questions,
        )

    def answer(self, name, tree):
        where = f"answers.{name}"
        if name in RESERVED:
            self.refuse(where, "is a reserved answer", "Choose another name.", tree)
        self.keys(tree, where, ("meaning",), ("acts",))
        acts = tuple(self.choice(act, f"{where}.acts", ACTS) for act in tree.get("acts", ()))
        return Answer(str(name), str(tree["meaning"]), acts)

    def parameter(self, name, tree):
        where = f"parameters.{name}"
        self.keys(tree, where, ("unit", "applies_by", "values"))
        if any(name in dictionary(table) for table in KEYS):
            self.refuse(where, "is the name of a fact", "Rename the parameter.", tree)
        found = [dictionary(table)[tree["applies_by"]] for table in KEYS if tree["applies_by"] in dictionary(table)]
        if not any(fact.type == "day" for fact in found):
            cure = "Name the day fact that chooses the period, for example ordered_day."
            self.refuse(f"{where}.applies_by", f"{tree['applies_by']!r} is no day fact", cure, tree["applies_by"])
        unit = self.choice(tree["unit"], f"{where}.unit", UNITS)
        return Parameter(str(name), unit, str(tree["applies_by"]), self.periods(where, tree["values"]))

    def periods(self, where, tree):
        self.keys(tree, f"{where}.values", tuple(tree))
        entries = []
        for key, entry in tree.items():
            at = f"{where}.values.{key}"
            self.keys(entry, at, ("value", "source", "certainty"), ("until",))
            if not re.fullmatch(r"\d+", entry["value"]):
                self.refuse(f"{at}.value", f"{entry['value']!r} is no whole number", "Write digits only.", entry["value"])
            self.choice(entry["certainty"], f"{at}.certainty", CERTAINTIES)
            until = self.day(entry["until"], f"{at}.until") if "until" in entry else FOREVER
            entries.append((self.day(key, at, tree.lines[key]), until, entry))
        entries.sort(key=lambda item: item[0])
        starts = [start for start, _, _ in entries[1:]] + [FOREVER]
        made = []
        for (start, until, entry), following in zip(entries, starts, strict=True):
            if until <= start or (until != FOREVER and until > following):
                self.refuse(f"{where}.values.{start}.until", "does not end within its period", "Mend the days.", entry)
            made.append(
                Period(start, min(until, following), int(entry["value"]), str(entry["source"]), str(entry["certainty"]))
            )
        return tuple(made)

    def question(self, name, tree):
        where = f"questions.{name}"
        if not re.fullmatch(r"[a-z][a-z_]*", name):
            self.refuse(where, "is no plain name", "Use small letters and underscores.", tree)
        self.keys(tree, where, ("of", "rules", "examples"), ("about", "examples_share"))
        table = TABLES[self.choice(tree["of"], f"{where}.of", TABLES)]
        rules = tuple(self.rule(f"{where}.rules[{i}]", entry, table) for i, entry in enumerate(tree["rules"], 1))
        for i, rule in enumerate(rules):
            if rule.name in [other.name for other in rules[:i]]:
                self.refuse(f"{where}.{rule.name}", "two rules have this name", "Rename one of them.", rule.line)
        if rules[-1].when.text.lower() != "true":
            cure = 'Let the last rule say `when: "true"`, so that every case gets an answer.'
            self.refuse(f"{where}.{rules[-1].name}", "the last rule is no catch-all", cure, rules[-1].line)
        shared = self.given(f"{where}.examples_share", tree.get("examples_share", {}), table)
        examples = tuple(
            self.example(f"{where}.examples[{i}]", entry, table, shared, {rule.name: rule.then for rule in rules})
            for i, entry in enumerate(tree["examples"], 1)
        )
        return Question(str(name), str(tree["of"]), str(tree.get("about", "")), rules, examples)

    def rule(self, where, tree, table):
        required = ("rule", "when", "then", "who_pays", "recovery_source", "source")
        self.keys(tree, where, required, ("deadline", "statement", "draft"))
        where = f"{where.rsplit('[', 1)[0]}.{tree['rule']}"
        if tree["then"] == "unknown" or tree["then"] not in self.answers:
            cure = f"Declare it under `answers:`. Known: {', '.join(a for a in self.answers if a != 'unknown')}."
            self.refuse(f"{where}.then", f"{tree['then']!r} is no answer of this pack", cure, tree["then"])
        when = self.expression(f"{where}.when", tree["when"], table, "boolean")
        acts = self.answers[tree["then"]].acts
        if when.tests_unknown and acts:
            self.refuse(
                f"{where}.when",
                f"it tests for an unknown, but its answer acts ({', '.join(acts)})",
                "Only rules whose answer does nothing may read IS NULL.",
                tree["when"],
            )
        deadline = self.expression(f"{where}.deadline", tree["deadline"], table, "day") if tree.get("deadline") else None
        self.draft(f"{where}.draft", tree.get("draft", strict_yaml.Text("")), table)
        return Rule(
            name=str(tree["rule"]),
            when=when,
            then=str(tree["then"]),
            who_pays=self.choice(tree["who_pays"], f"{where}.who_pays", WHO_PAYS),
            recovery_source=self.choice(tree["recovery_source"], f"{where}.recovery_source", RECOVERY_SOURCES),
            source=str(tree["source"]),
            line=tree.line,
            statements=self.rule_statements(f"{where}.statement", tree.get("statement")),
            deadline=deadline,
            draft=" ".join(tree.get("draft", "").split()),
        )

    def rule_statements(self, where, text):
        if text is None:
            return ()
        named = tuple(part.strip() for part in text.split(";"))
        for name in named:
            if name not in self.statements:
                cure = f"Known: {', '.join(self.statements) or 'none'}. Part several by semicolons."
                self.refuse(where, f"{name!r} is not among the pack's statements", cure, text)
        return named

    def expression(self, where, text, table, expected):
        try:
            made = Expression(text, dictionary(table), self.parameters, expected=expected)
        except ExpressionError as error:
            self.refuse(where, error.problem, error.cure, text)
        for name in made.parameters:
            if self.parameters[name].applies_by not in dictionary(table):
                problem = f"{name} applies by {self.parameters[name].applies_by}, which {table} does not have"
                self.refuse(where, problem, "Date the parameter by a day of this table.", text)
        return made

    def draft(self, where, text, table):
        for name in re.findall(r"\{([^}]*)\}", text):
            if name not in dictionary(table):
                self.refuse(where, f"{{{name}}} is no fact of {table}", "Use only declared facts in drafts.", text)

    def example(self, where, tree, table, shared, answers):
        self.keys(tree, where, ("given", "expect"), ("by",))
        known = [*answers.values(), "unknown", "no_rule_known"]
        self.choice(tree["expect"], f"{where}.expect", list(dict.fromkeys(known)))
        by = self.choice(tree["by"], f"{where}.by", list(answers)) if tree.get("by") else None
        given = {**shared, **self.given(f"{where}.given", tree["given"], table)}
        return Example(given, str(tree["expect"]), by, tree.line)

    def given(self, where, tree, table):
        made = {}
        for name, text in tree.items():
            if name not in dictionary(table):
                cure = f"Declared: {', '.join(dictionary(table))}."
                self.refuse(f"{where}.{name}", f"is no fact of {table}", cure, text)
            try:
                made[str(name)] = fact_value(dictionary(table)[name], text)
            except ValueError as error:
                self.refuse(f"{where}.{name}", str(error), "Write `unknown` for a fact that is not known.", text)
        return made


def fact_value(fact, given):
    """`given` (text or a Python value) as a value of the fact; "unknown" and None are None. Raises ValueError."""
    text = str(given).strip()
    if given is None or text == "unknown":
        return None
    if fact.type == "boolean":
        if text.lower() not in ("true", "false"):
            raise ValueError(f"{fact.name} is true or false, not {text!r}")
        return text.lower() == "true"
    if fact.type == "integer":
        if not re.fullmatch(r"-?\d+", text):
            raise ValueError(f"{fact.name} is a whole number, not {text!r}")
        return int(text)
    if fact.type == "day":
        return dt.date.fromisoformat(text[:10])
    if fact.values and text not in map(str, fact.values):
        raise ValueError(f"{fact.name} is never {text!r}; its values: {', '.join(map(str, fact.values))}")
    return text
