"""The closed language of rules: facts, parameters, literals, comparisons, and/or/not, in, between, is null, a few on days.

An expression is parsed by sqlglot, every node is checked against a list of what is allowed, types are checked, and SQL is
emitted from the tree: the text of a pack never reaches the database as it stands.
"""

import difflib

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from orderkit.policy.strict_yaml import brief
from orderkit.policy.words import Refused, check_words

COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
ALLOWED = (
    exp.And, exp.Or, exp.Not, exp.Paren, *COMPARISONS, exp.In, exp.Between, exp.Is, exp.Null,
    exp.Boolean, exp.Literal, exp.Column, exp.Identifier, exp.Neg, exp.Anonymous,
)  # fmt: skip
NUMBERS = ("integer", "money", "number")
FUNCTIONS = {  # name: types of its arguments; all give a day
    "plus_days": ("day", "number"),
    "plus_business_days": ("day", "number"),
    "later_of": ("day", "day"),
    "earlier_of": ("day", "day"),
}
IN_WORDS = f"facts, parameters, literals, = <> < <= > >=, AND, OR, NOT, IN, BETWEEN, IS NULL and {', '.join(FUNCTIONS)}"
CONDITIONS = (exp.And, exp.Or, exp.Not, exp.In, exp.Between, exp.Is, *COMPARISONS)
PARTS = {  # what a node may be made of; everything else that SQL can hang on it is refused
    exp.In: {"this", "expressions"}, exp.Between: {"this", "low", "high"}, exp.Literal: {"this", "is_string"},
    exp.Anonymous: {"this", "expressions"}, exp.Column: {"this"}, exp.Identifier: {"this"},
}  # fmt: skip
DAYS = {"plus_days": "day", "plus_business_days": "business_day"}  # the unit of the parameter that each counts by
MOST_NODES = 1000
MOST_DAYS = 36_500  # what may be added to a day: a hundred years, so that no sum leaves the calendar
MOST_FUNCTIONS_DEEP = 4  # later_of names its parts three times in SQL, so what stands deeper grows threefold each time


class ExpressionError(Exception):
    """An expression outside the language; carries what is wrong and the cure, the loader adds file and line."""

    def __init__(self, problem, cure):
        self.problem, self.cure = brief(problem), brief(cure, 1200)
        super().__init__(f"{self.problem}. {self.cure}")


class Expression:
    """A checked expression: its tree, the facts and parameters it reads, and the facts it tests for being unknown."""

    def __init__(self, text, facts, parameters, *, expected="boolean"):
        self.text = str(text)
        self.tree = _parse(self.text)
        _check_size(self.tree)
        for node in self.tree.walk():
            _check_node(node)
        names = list(dict.fromkeys(column.name for column in self.tree.find_all(exp.Column)))
        for name in names:
            if name not in facts and name not in parameters:
                raise _undeclared(name, facts, parameters)
        self.facts = tuple(name for name in facts if name in names)
        self.parameters = tuple(name for name in parameters if name in names)
        self.tests_unknown = tuple(node.this.name for node in self.tree.find_all(exp.Is))
        found = _Types(facts, parameters).of(self.tree)
        if expected == "boolean" and self.business_days():
            raise ExpressionError("business days are counted in deadlines alone", "Compare with a fact instead.")
        if found != expected and not (expected == "number" and found in NUMBERS):
            raise ExpressionError(f"`{self.text}` gives a {found}, not a {expected}", f"Write one that gives a {expected}.")

    def sql(self, dialect="duckdb", *, column=None, business=None):
        """The expression as SQL over columns named like the facts.

        `column` names the column of a parameter (by default its value), `business` gives the column of a day reckoned in business
        days for the SQL of its arguments: see compile.
        """
        self._column, self._business = column or parameter_column, business
        return self._emitted(self.tree).sql(dialect=dialect, comments=False)

    def business_days(self):
        """(day fact, number or parameter) of each plus_business_days."""
        return [_business_pair(node) for node in self.tree.find_all(exp.Anonymous) if node.name.lower() == "plus_business_days"]

    def _emitted(self, tree):
        return tree.transform(self._function).transform(self._parameter_column)

    def _function(self, node):
        if not isinstance(node, exp.Anonymous):
            return node
        first, second = (part.transform(self._function) for part in node.expressions)  # transform goes no deeper by itself
        name = node.name.lower()
        if name == "plus_days":  # a date plus a whole number is a date in DuckDB and in Spark; an interval would make a timestamp
            return exp.Paren(this=exp.Add(this=first, expression=second))
        if name == "plus_business_days":
            return exp.column(self._business(*_business_pair(node)))
        wins = exp.GTE if name == "later_of" else exp.LTE
        # written out, because greatest() and least() pass over an unknown
        return exp.Case(
            ifs=[
                exp.If(this=wins(this=first, expression=second), true=first.copy()),
                exp.If(this=wins(this=second.copy(), expression=first.copy()), true=second.copy()),
            ]
        )

    def _parameter_column(self, node):
        if isinstance(node, exp.Column) and node.name in self.parameters:
            return exp.column(self._column(node.name))
        return node

    def text_sides(self, name):
        """The sets of texts that the fact `name` is compared with, one per comparison."""
        beside = [
            node for node in self.tree.find_all(*COMPARISONS, exp.In) if name in {c.name for c in node.find_all(exp.Column)}
        ]
        return [{literal.name for literal in node.find_all(exp.Literal) if literal.is_string} for node in beside]

    def thresholds(self):
        """Per fact the constants and parameters it is compared with: {fact: set of int or parameter name}."""
        found = {}
        for node in self.tree.walk():
            if isinstance(node, COMPARISONS):
                sides = [node.this, node.expression]
            elif isinstance(node, exp.Between):
                sides = [node.this, node.args["low"], node.args["high"]]
            elif isinstance(node, exp.In):
                sides = [node.this, *node.expressions]
            else:
                continue
            names = [side.name for side in sides if isinstance(side, exp.Column)]
            for name in names:
                others = {_constant(side) for side in sides if not (isinstance(side, exp.Column) and side.name == name)}
                found.setdefault(name, set()).update(others - {None})
        return found


def parameter_column(name):
    """The column that holds the value in force of a parameter; the ending keeps it clear of SQL's own words."""
    return f"{name}_value"


def _parse(text):
    try:
        check_words(text, IN_WORDS)
        # as a condition alone: statements are not even tried
        tree = sqlglot.parse_one(text, read="duckdb", into=exp.Condition)
    except Refused as refused:
        raise ExpressionError(refused.problem, refused.cure) from None
    except (SqlglotError, RecursionError) as error:
        at = next((f" at letter {found['col']}" for found in getattr(error, "errors", ()) if found.get("col")), "")
        raise ExpressionError(f"`{text}` cannot be read{at}", f"Use only {IN_WORDS}.") from None
    return tree


def _check_size(tree):
    if sum(1 for _ in tree.walk()) > MOST_NODES:
        cure = f"Write at most {MOST_NODES} words and marks, or part the rule in two."
        raise ExpressionError("the expression is too long", cure)
    for node in tree.find_all(exp.Anonymous):
        deep = 1
        while node := node.find_ancestor(exp.Anonymous):
            deep += 1
        if deep > MOST_FUNCTIONS_DEEP:
            problem = f"functions stand more than {MOST_FUNCTIONS_DEEP} deep in each other"
            raise ExpressionError(problem, "Part the rule in two.")


def _check_node(node):
    if not isinstance(node, ALLOWED) or (isinstance(node, exp.Anonymous) and node.name.lower() not in FUNCTIONS):
        raise ExpressionError(f"`{node.sql(dialect='duckdb')}` is outside the language of rules", f"Use only {IN_WORDS}.")
    if isinstance(node, exp.Column) and (node.table or node.this.args.get("quoted")):
        raise ExpressionError(f"`{node.sql()}` is no plain name", "Name the fact alone, without table and quotes.")
    if isinstance(node, exp.In) and (node.args.get("query") or node.args.get("unnest") or not node.expressions):
        raise ExpressionError("IN needs a list of literals", "Write it as IN ('a', 'b').")
    if {part for part, held in node.args.items() if held} - PARTS.get(type(node), {"this", "expression"}):
        raise ExpressionError(f"`{node.sql(dialect='duckdb')}` is outside the language of rules", f"Use only {IN_WORDS}.")
    if isinstance(node, exp.Is) and not (isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Null)):
        raise ExpressionError(f"`{node.sql()}` hides an unknown", "Only `fact IS NULL` and `fact IS NOT NULL` test for unknown.")
    if isinstance(node, exp.Null) and not isinstance(node.parent, exp.Is):
        raise ExpressionError("NULL is not a value", "Write `fact IS NULL` to test for unknown.")
    if isinstance(node, CONDITIONS) and isinstance(node.parent, (*COMPARISONS, exp.In, exp.Between, exp.Neg)):
        raise ExpressionError(f"`{node.parent.sql()}` can be read in two ways", "Put brackets round the condition within.")


def _business_pair(node):
    day, number = node.expressions
    return day.name, number.name


def _undeclared(name, facts, parameters):
    near = difflib.get_close_matches(name, [*facts, *parameters], n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    return ExpressionError(
        f"{name} is no declared fact or parameter here", f"{hint}Facts are listed in facts.yaml, parameters in the pack."
    )


def _constant(node):
    if isinstance(node, exp.Column):
        return node.name
    if isinstance(node, exp.Neg):
        inner = _constant(node.this)
        return -inner if isinstance(inner, int) else None
    if isinstance(node, exp.Literal) and not node.is_string:
        return int(node.name.split(".")[0])  # values one below and one above are tried too
    return None


class _Types:
    """Finds the type of every node: text, boolean, number, day, moment."""

    def __init__(self, facts, parameters):
        self.facts, self.parameters = facts, parameters

    def of(self, node):
        if isinstance(node, exp.Paren):
            return self.of(node.this)
        if isinstance(node, exp.And | exp.Or | exp.Not):
            # flat, however many stand in a row
            for part in [node.this] if isinstance(node, exp.Not) else node.flatten(unnest=False):
                self._must("boolean", part)
            return "boolean"
        if isinstance(node, exp.Is):
            return "boolean"
        if isinstance(node, exp.In):
            return self._compare(node, [node.this, *node.expressions])
        if isinstance(node, exp.Between):
            return self._compare(node, [node.this, node.args["low"], node.args["high"]], ordered=True)
        if isinstance(node, COMPARISONS):
            ordered = not isinstance(node, exp.EQ | exp.NEQ)
            return self._compare(node, [node.this, node.expression], ordered=ordered)
        return self._value(node)

    def _value(self, node):
        if isinstance(node, exp.Neg):
            self._must("number", node.this)
            if not isinstance(node.this, exp.Literal) and node.this.name not in self.parameters:
                raise ExpressionError(f"`{node.sql()}` turns a fact round", "Write - before numbers and parameters alone.")
            return "number"
        if isinstance(node, exp.Anonymous):
            return self._function(node)
        if isinstance(node, exp.Literal):
            return "text" if node.is_string else "number"
        if isinstance(node, exp.Boolean):
            return "boolean"
        if node.name not in self.facts:
            return "day" if self.parameters[node.name].unit == "date" else "number"
        kind = self.facts[node.name].type
        return "number" if kind in NUMBERS else kind

    def _function(self, node):
        name = node.name.lower()
        wanted = FUNCTIONS[name]
        if len(node.expressions) != 2:
            words = {"plus_days": "plus_days(day, n)", "plus_business_days": "plus_business_days(day, n)"}
            needs = f"`{node.sql()}` needs a {wanted[0]} and a {wanted[1]}"
            raise ExpressionError(needs, f"Write {words.get(name, f'{name}(day, day)')}.")
        for kind, part in zip(wanted, node.expressions, strict=True):
            self._must(kind, part)
        if name in DAYS:
            self._days(name, node)
        return "day"

    def _days(self, name, node):
        """Refuses a number of days that is no plain whole number, or so large that a sum could leave the calendar."""
        day, number = node.expressions
        number = number.unnest() if name == "plus_days" else number
        number = number.this if name == "plus_days" and isinstance(number, exp.Neg) else number
        known = isinstance(number, exp.Literal) or getattr(self.parameters.get(number.name), "unit", "") == DAYS[name]
        of_fact = number.name in self.facts and name == "plus_days" and number.name.startswith("days_")
        if not (known or of_fact) or (isinstance(number, exp.Literal) and ("." in number.name or int(number.name) > MOST_DAYS)):
            unit = DAYS[name].replace("_", " ")
            cure = f"Write a whole number up to {MOST_DAYS}, or a parameter of the unit {DAYS[name]}."
            raise ExpressionError(f"`{node.sql()}` adds no plain number of {unit}s", cure)
        if name == "plus_business_days" and not (isinstance(day, exp.Column) and day.name in self.facts):
            cure = "Count from a day fact, by a parameter or a number: plus_business_days(received_at, n)."
            raise ExpressionError(f"`{node.sql()}` counts business days from no plain fact", cure)

    def _must(self, expected, node):
        found = self.of(node)
        if found != expected:
            raise ExpressionError(f"`{node.sql()}` is a {found} where a {expected} is needed", "Compare it with something first.")

    def _compare(self, node, sides, *, ordered=False):
        kinds = {self.of(side) for side in sides}
        if len(kinds) != 1:
            raise ExpressionError(f"`{node.sql()}` compares {' with '.join(sorted(kinds))}", "Compare like with like.")
        if ordered and kinds & {"text", "boolean"}:
            raise ExpressionError(f"`{node.sql()}` orders {kinds.pop()}s", "Use =, <> or IN for texts and booleans.")
        known = [self.facts[side.name] for side in sides if isinstance(side, exp.Column) and side.name in self.facts]
        for fact in (fact for fact in known if fact.type == "text" and fact.values):
            for side in sides:
                if isinstance(side, exp.Literal) and side.name not in fact.values:
                    raise ExpressionError(
                        f"{fact.name} is never {side.name!r}", f"Its values: {', '.join(map(str, fact.values))}."
                    )
        return "boolean"
