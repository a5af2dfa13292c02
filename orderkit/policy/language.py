"""The closed language of rules: facts, parameters, literals, comparisons, and/or/not, in, between, is null, a few on days
and moments.

An expression is parsed by sqlglot, every node is checked against a list of what is allowed, types are checked, and SQL is
emitted from the tree: the text of a pack never reaches the database as it stands.
"""

import difflib
import functools

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from orderkit.policy.kinds import COMPARISONS, FOR_DEADLINES, FUNCTIONS, NUMBERS, ExpressionError, Kinds
from orderkit.policy.words import Refused, check_words

ALLOWED = (
    exp.And, exp.Or, exp.Not, exp.Paren, *COMPARISONS, exp.In, exp.Between, exp.Is, exp.Null,
    exp.Boolean, exp.Literal, exp.Column, exp.Identifier, exp.Neg, exp.Anonymous,
)  # fmt: skip
IN_WORDS = f"facts, parameters, literals, = <> < <= > >=, AND, OR, NOT, IN, BETWEEN, IS NULL and {', '.join(FUNCTIONS)}"
CONDITIONS = (exp.And, exp.Or, exp.Not, exp.In, exp.Between, exp.Is, *COMPARISONS)
PARTS = {  # what a node may be made of; everything else that SQL can hang on it is refused
    exp.In: {"this", "expressions"}, exp.Between: {"this", "low", "high"}, exp.Literal: {"this", "is_string"},
    exp.Anonymous: {"this", "expressions"}, exp.Column: {"this"}, exp.Identifier: {"this"},
}  # fmt: skip
MOST_NODES = 1000
MOST_FUNCTIONS_DEEP = 4  # later_of names its parts three times in SQL, so what stands deeper grows threefold each time
EMITTED = {  # each function as SQL that reads the same for DuckDB and for Spark: a and b are its parts
    "plus_days": "(a + b)",  # a date plus a whole number is a date in both; an interval would make a timestamp
    "plus_hours": "(a + b * INTERVAL '1' HOUR)",  # on the clock of UTC, so that 48 hours are 48 hours when clocks change
    # the second before the next day begins; midnight is named with its zone, and moves on where a clock change skips it
    "end_of_day": "(CAST(CAST(a + 1 AS TEXT) || ' 00:00:00 ' || zone AS TIMESTAMPTZ) - INTERVAL '1' SECOND)",
    # written out, because greatest() and least() pass over an unknown
    "later_of": "CASE WHEN a >= b THEN a WHEN b >= a THEN b END",
    "earlier_of": "CASE WHEN a <= b THEN a WHEN b <= a THEN b END",
}


class Expression:
    """A checked expression: its tree, its kind, the facts and parameters it reads, and the facts it tests for being unknown.

    `expected` is the kind that it must have, or several.
    """

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
        self.kind = Kinds(facts, parameters).of(self.tree)
        self._check_kind((expected,) if isinstance(expected, str) else expected)

    def _check_kind(self, expected):
        used = {node.name.lower() for node in self.tree.find_all(exp.Anonymous)}
        for name in FOR_DEADLINES if "boolean" in expected else ():
            if name in used:
                raise ExpressionError(f"{FOR_DEADLINES[name]} reckoned in deadlines alone", "Compare with a fact instead.")
        if self.kind not in expected and not ("number" in expected and self.kind in NUMBERS):
            wanted = " or a ".join(expected)
            raise ExpressionError(f"`{self.text}` gives a {self.kind}, not a {wanted}", f"Write one that gives a {wanted}.")

    def sql(self, dialect="duckdb", *, column=None, business=None, zone=None):
        """The expression as SQL over columns named like the facts.

        `column` names the column of a parameter (by default its value), `business` gives the column of a day reckoned in business
        days for the SQL of its arguments, `zone` is the SQL of the zone in which days end: see deadlines.
        """
        self._column, self._business, self._zone = column or parameter_column, business, zone
        return self._emitted(self.tree).sql(dialect=dialect, comments=False)

    def business_days(self):
        """(day fact, number or parameter) of each plus_business_days."""
        return [_business_pair(node) for node in self.tree.find_all(exp.Anonymous) if node.name.lower() == "plus_business_days"]

    def _emitted(self, tree):
        return tree.transform(self._function).transform(self._parameter_column)

    def _function(self, node):
        if not isinstance(node, exp.Anonymous):
            return node
        name = node.name.lower()
        if name == "plus_business_days":
            return exp.column(self._business(*_business_pair(node)))
        parts = [part.transform(self._function) for part in node.expressions]  # transform goes no deeper by itself
        zone = {"zone": sqlglot.parse_one(self._zone, read="duckdb")} if self._zone and "zone" in EMITTED[name] else {}
        return _filled(EMITTED[name], {**dict(zip("ab", parts, strict=False)), **zone})

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


def _filled(template, parts):
    """The SQL of a template with the trees in `parts` in place of the columns of their names."""
    return _template(template).transform(
        lambda node: parts[node.name].copy() if isinstance(node, exp.Column) and node.name in parts else node
    )


@functools.cache
def _template(text):
    return sqlglot.parse_one(text, read="duckdb")


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
