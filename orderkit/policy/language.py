"""The closed language of rules: facts, parameters, literals, comparisons, and/or/not, in, between, is null, plus_days.

An expression is parsed by sqlglot, every node is checked against a list of what is allowed, types are checked, and SQL is
emitted from the tree: the text of a pack never reaches the database as it stands.
"""

import difflib

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
ALLOWED = (
    exp.And, exp.Or, exp.Not, exp.Paren, *COMPARISONS, exp.In, exp.Between, exp.Is, exp.Null,
    exp.Boolean, exp.Literal, exp.Column, exp.Identifier, exp.Neg, exp.Anonymous,
)  # fmt: skip
NUMBERS = ("integer", "money", "number")
IN_WORDS = "facts, parameters, literals, = <> < <= > >=, AND, OR, NOT, IN, BETWEEN, IS NULL and plus_days(day, n)"


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
        if found != expected and not (expected == "number" and found in NUMBERS):
            raise ExpressionError(f"`{self.text}` gives a {found}, not a {expected}", f"Write one that gives a {expected}.")

    def sql(self, dialect="duckdb"):
        """The expression as SQL over columns named like the facts; those of parameters end in _value."""
        tree = self.tree.transform(_plus_days).transform(self._parameter_column)
        return tree.sql(dialect=dialect, comments=False)

    def _parameter_column(self, node):
        if isinstance(node, exp.Column) and node.name in self.parameters:
            return exp.column(parameter_column(node.name))
        return node

    def text_literals(self, name):
        """The texts that stand beside the fact `name` in a comparison."""
        beside = [
            node for node in self.tree.find_all(*COMPARISONS, exp.In) if name in {c.name for c in node.find_all(exp.Column)}
        ]
        return {literal.name for node in beside for literal in node.find_all(exp.Literal) if literal.is_string}

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
        trees = sqlglot.parse(text, read="duckdb")
    except SqlglotError as error:
        raise ExpressionError(f"`{text}` cannot be read ({str(error).splitlines()[0]})", f"Use only {IN_WORDS}.") from None
    if len(trees) != 1 or trees[0] is None:
        raise ExpressionError(f"`{text}` is not one expression", "Write exactly one condition.")
    return trees[0]


def _check_node(node):
    if not isinstance(node, ALLOWED) or (isinstance(node, exp.Anonymous) and node.name.lower() != "plus_days"):
        raise ExpressionError(f"`{node.sql(dialect='duckdb')}` is outside the language of rules", f"Use only {IN_WORDS}.")
    if isinstance(node, exp.Column) and (node.table or node.this.args.get("quoted")):
        raise ExpressionError(f"`{node.sql()}` is no plain name", "Name the fact alone, without table and quotes.")
    if isinstance(node, exp.In) and (node.args.get("query") or node.args.get("unnest") or not node.expressions):
        raise ExpressionError("IN needs a list of literals", "Write it as IN ('a', 'b').")
    if isinstance(node, exp.Is) and not (isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Null)):
        raise ExpressionError(f"`{node.sql()}` hides an unknown", "Only `fact IS NULL` and `fact IS NOT NULL` test for unknown.")
    if isinstance(node, exp.Null) and not isinstance(node.parent, exp.Is):
        raise ExpressionError("NULL is not a value", "Write `fact IS NULL` to test for unknown.")


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


def _plus_days(node):
    # a date plus a whole number is a date in DuckDB and in Spark; an interval would make a timestamp of it
    if isinstance(node, exp.Anonymous):
        day, days = node.expressions
        return exp.Paren(this=exp.Add(this=day, expression=days))
    return node


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
            if len(node.expressions) != 2:
                raise ExpressionError(f"`{node.sql()}` needs a day and a number", "Write plus_days(day, n).")
            self._must("day", node.expressions[0])
            self._must("number", node.expressions[1])
            return "day"
        if isinstance(node, exp.Literal):
            return "text" if node.is_string else "number"
        if isinstance(node, exp.Boolean):
            return "boolean"
        kind = self.facts[node.name].type if node.name in self.facts else "number"
        return "number" if kind in NUMBERS else kind

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
