"""The closed language of rules: facts, parameters, literals, comparisons, and/or/not, in, between, is null, a few on days.

An expression is parsed by sqlglot, every node is checked against a list of what is allowed, types are checked, and SQL is
emitted from the tree: the text of a pack never reaches the database as it stands.
"""

import difflib
import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

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
MOST_NODES = 1000
MOST_LETTERS = 4000
DEEPEST = 50


class ExpressionError(Exception):
    """An expression outside the language; carries what is wrong and the cure, the loader adds file and line."""

    def __init__(self, problem, cure):
        self.problem, self.cure = problem, cure
        super().__init__(f"{problem}. {cure}")


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
    # before it is parsed: the parser goes down one call per bracket, and NOT and - are brackets too
    depth = max(text.count("("), len(re.findall(r"\bnot\b|-|~", text, re.IGNORECASE)))
    if len(text) > MOST_LETTERS or depth > DEEPEST:
        cure = f"Write at most {MOST_LETTERS} letters and {DEEPEST} brackets, or part the rule in two."
        raise ExpressionError("the expression is too long or too deep", cure)
    try:
        trees = sqlglot.parse(text, read="duckdb")
    except SqlglotError as error:
        raise ExpressionError(f"`{text}` cannot be read ({str(error).splitlines()[0]})", f"Use only {IN_WORDS}.") from None
    if len(trees) != 1 or trees[0] is None:
        raise ExpressionError(f"`{text}` is not one expression", "Write exactly one condition.")
    return trees[0]


def _check_size(tree):
    if sum(1 for _ in tree.walk()) > MOST_NODES:
        cure = f"Write at most {MOST_NODES} words and marks, or part the rule in two."
        raise ExpressionError("the expression is too long", cure)


def _check_node(node):
    if not isinstance(node, ALLOWED) or (isinstance(node, exp.Anonymous) and node.name.lower() not in FUNCTIONS):
        raise ExpressionError(f"`{node.sql(dialect='duckdb')}` is outside the language of rules", f"Use only {IN_WORDS}.")
    if isinstance(node, exp.Column) and (node.table or node.this.args.get("quoted")):
        raise ExpressionError(f"`{node.sql()}` is no plain name", "Name the fact alone, without table and quotes.")
    if isinstance(node, exp.In) and (node.args.get("query") or node.args.get("unnest") or not node.expressions):
        raise ExpressionError("IN needs a list of literals", "Write it as IN ('a', 'b').")
    if isinstance(node, exp.Is) and not (isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Null)):
        raise ExpressionError(f"`{node.sql()}` hides an unknown", "Only `fact IS NULL` and `fact IS NOT NULL` test for unknown.")
    if isinstance(node, exp.Null) and not isinstance(node.parent, exp.Is):
        raise ExpressionError("NULL is not a value", "Write `fact IS NULL` to test for unknown.")


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
    if isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit():
        return int(node.name)
    return None


class _Types:
    """Finds the type of every node: text, boolean, number, day, moment."""

    def __init__(self, facts, parameters):
        self.facts, self.parameters = facts, parameters

    def of(self, node):
        if isinstance(node, exp.Paren):
            return self.of(node.this)
        if isinstance(node, exp.And | exp.Or | exp.Not):
            for part in [node.this, node.expression] if isinstance(node, exp.Binary | exp.Connector) else [node.this]:
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
        day, number = node.expressions
        plain = isinstance(day, exp.Column) and day.name in self.facts and isinstance(number, exp.Column | exp.Literal)
        if name == "plus_business_days" and not plain:
            cure = "Count from a day fact, by a parameter or a number: plus_business_days(received_at, n)."
            raise ExpressionError(f"`{node.sql()}` counts business days from no plain fact", cure)
        return "day"

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
