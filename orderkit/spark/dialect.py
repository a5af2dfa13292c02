"""One SELECT of ours in Spark's SQL, or a refusal: whatever was not shown to give the same rows on both engines is not passed on.

sqlglot writes most of it, but passes on what it does not know, and what the engines read differently (date_diff, ASOF, casts),
without a word. So what may pass is listed here; tests/spark/test_traps.py tries what may and what may not.
"""

import functools
import re

import sqlglot
from sqlglot import exp

from orderkit import policy
from orderkit.errors import BadValue

SAME = frozenset({
    exp.Add, exp.Alias, exp.And, exp.Anonymous, exp.AtTimeZone, exp.Between, exp.Boolean, exp.Case, exp.Cast, exp.Ceil,
    exp.Coalesce, exp.Column, exp.ConcatWs, exp.Contains, exp.Count, exp.CTE, exp.DataType, exp.DataTypeParam, exp.Distinct,
    exp.Div, exp.DPipe, exp.EQ, exp.Filter, exp.From, exp.Greatest, exp.Group, exp.GT, exp.GTE, exp.Having, exp.Identifier,
    exp.If, exp.In, exp.Interval, exp.Is, exp.Join, exp.Least, exp.Limit, exp.Literal, exp.LogicalAnd, exp.LogicalOr,
    exp.Lower, exp.LT, exp.LTE, exp.Max, exp.Min, exp.Mul, exp.Neg, exp.NEQ, exp.Not, exp.Null, exp.Nullif, exp.NullSafeEQ,
    exp.NullSafeNEQ, exp.Or, exp.Order, exp.Ordered, exp.Parameter, exp.Paren, exp.Placeholder, exp.RowNumber, exp.Select,
    exp.Star, exp.StartsWith, exp.Sub, exp.Subquery, exp.Sum, exp.Table, exp.TableAlias, exp.TimeToUnix, exp.Tuple, exp.Union,
    exp.Values, exp.Var, exp.Where, exp.Window, exp.With,
})  # fmt: skip
CURES = {
    exp.DateDiff: "days and minutes stand in the facts, such as days_past_deliver_by; of days, subtract: CAST(a - b AS INTEGER)",
    exp.DateTrunc: "the table calendar has week and month of every day",
    exp.TimestampTrunc: "the table calendar has week and month of every day",
    exp.Join: "join on a range: a.valid_from <= b.day AND b.day < a.valid_to",
    exp.Qualify: "number the rows in a step of their own, then WHERE place = 1",
    exp.Distinct: "number the rows in a step of their own, then WHERE place = 1",
    exp.Cast: "columns have their types already; cast sums and differences alone",
    exp.Div: "give sums, and divide where they are shown; CAST(money / count AS DECIMAL(18, 4)) shares an amount out",
    exp.Group: "name the columns",
    exp.Star: "name the columns",
}
ISO = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\+00)?)?")
CLOCK = ("HOUR", "MINUTE", "SECOND")  # a day of an interval makes a moment of a date in one engine and a date in the other
MOMENTS = (exp.DataType.Type.DATE, exp.DataType.Type.TIMESTAMP, exp.DataType.Type.TIMESTAMPTZ, exp.DataType.Type.TIMESTAMPNTZ)
WHOLE = (exp.DataType.Type.INT, exp.DataType.Type.BIGINT)
MADE_WHOLE = (exp.Ceil, exp.Sub, exp.Sum, exp.Count, exp.Filter, exp.Null, exp.Literal)


@functools.lru_cache(maxsize=256)
def translated(text):
    """The SELECT, given as DuckDB reads it, as Spark reads it. Raises BadValue: what cannot be said there, what can instead."""
    try:
        statements = sqlglot.parse(text, read="duckdb")
    except sqlglot.ParseError as problem:
        raise BadValue(f"This SQL cannot be read: {str(problem).splitlines()[0]}") from None
    tree = statements[0]
    if len(statements) != 1 or not isinstance(tree, exp.Query):
        raise BadValue("Only one SELECT can be run here.")
    tree = tree.transform(_local_day)
    refused = {node.sql("duckdb", comments=False): _cure(node) for node in tree.walk() if not _same(node)}
    if refused:
        told = "; ".join(f"{said}{f' ({cure})' if cure else ''}" for said, cure in list(refused.items())[:3])
        raise BadValue(f"Spark would read this otherwise than DuckDB, or not at all, so it is not run there: {told}.")
    for node in reversed(list(tree.walk(bfs=False))):  # what is within comes first, for what is replaced is not looked into
        if (new := _as_spark(node)) is not node:
            node.replace(new)
    return tree.sql("spark", comments=False, unsupported_level=sqlglot.ErrorLevel.RAISE)


def _cure(node):
    return next((cure for kind, cure in CURES.items() if isinstance(node, kind)), "")


def _same(node):
    if type(node) not in SAME:
        return False
    rule = RULES.get(type(node))
    return rule is None or rule(node)


def _cast(node):
    operand, kind = node.this.unnest(), node.to.this
    if kind in WHOLE:
        return isinstance(operand, MADE_WHOLE)
    if kind in MOMENTS:
        if isinstance(operand, exp.Literal):
            return bool(ISO.fullmatch(operand.name))
        return not isinstance(operand, exp.Column)
    if kind == exp.DataType.Type.TEXT:
        return not isinstance(operand, exp.Column)
    return kind == exp.DataType.Type.DECIMAL and len(node.to.expressions) == 2  # its digits are not the same where none are said


def _div(node):
    """A fraction is rounded at once, to a share of money or up to a whole number: sums of fractions end in other digits."""
    above = _above(node)
    return isinstance(above, exp.Ceil) or (isinstance(above, exp.Cast) and above.to.this == exp.DataType.Type.DECIMAL)


def _above(node):
    above = node.parent
    while isinstance(above, exp.Paren):
        above = above.parent
    return above


def _join(node):
    plain = (node.side or "").upper() in ("", "LEFT", "RIGHT", "FULL") and (node.kind or "").upper() in (
        "",
        "INNER",
        "OUTER",
        "CROSS",
    )
    return plain and not node.method


def _function(node):
    return node.name.lower() == "timezone" and len(node.expressions) == 2


def _star(node):
    return not any(node.args.get(part) for part in ("except", "except_", "replace", "rename", "columns"))


RULES = {
    exp.Anonymous: _function,
    exp.Cast: _cast,
    exp.Div: _div,
    exp.Group: lambda node: {key for key, value in node.args.items() if value} <= {"expressions"},
    exp.Interval: lambda node: isinstance(node.this, exp.Literal) and node.unit is not None and node.unit.name.upper() in CLOCK,
    exp.Join: _join,
    exp.Distinct: lambda node: not node.args.get("on"),
    exp.Mul: lambda node: not list(node.find_all(exp.Mul))[1:],  # two factors are exact; of three Spark may round the last digits
    exp.Ordered: lambda node: not node.args.get("with_fill"),
    exp.Select: lambda node: not any(node.args.get(part) for part in ("qualify", "sample", "windows", "laterals", "pivots")),
    exp.Star: _star,
    exp.Table: lambda node: not node.db and not node.args.get("sample") and not node.args.get("pivots"),
}


def _as_spark(node):
    """The nodes that sqlglot would write otherwise than DuckDB reckons; each is shown to be the same by a test."""
    if isinstance(node, exp.Anonymous):
        zone, moment = node.expressions
        local = isinstance(moment, exp.Cast) and moment.to.this in (exp.DataType.Type.TIMESTAMP, exp.DataType.Type.TIMESTAMPNTZ)
        return exp.func("to_utc_timestamp" if local else "from_utc_timestamp", moment, zone, dialect="spark")
    if isinstance(node, exp.TimeToUnix):  # Spark's own tells whole seconds
        micros = exp.Anonymous(this="unix_micros", expressions=[node.this])
        return exp.paren(exp.Div(this=_double(micros), expression=_double(exp.Literal.number(1_000_000)), typed=True))
    if isinstance(
        node, exp.Lower
    ):  # the one letter whose small form contains an i in one engine, and is more than an i in the other
        return exp.Lower(
            this=exp.Anonymous(this="replace", expressions=[node.this, exp.Literal.string("İ"), exp.Literal.string("i")])
        )
    if isinstance(node, exp.Div) and not node.args.get("typed"):
        return exp.Div(this=_double(node.this), expression=_double(node.expression), typed=True)
    if isinstance(node, exp.Cast):
        return _rounded(node)
    return node


def _rounded(node):
    """A cast that rounds as DuckDB does: half away from zero, a fraction once it is brought to whole units of the last digit."""
    operand, kind = node.this.unnest(), node.to.this
    if kind in WHOLE and isinstance(operand, (exp.Sum, exp.Filter)):
        return exp.cast(_round(node.this), node.to)
    if kind == exp.DataType.Type.DECIMAL and isinstance(operand, exp.Div):
        scale = int(node.to.expressions[1].name)
        units = _round(exp.Mul(this=exp.paren(node.this), expression=_double(exp.Literal.number(10**scale))))
        unit = exp.Literal.number(f"{10**-scale:.{scale}f}")
        return exp.cast(exp.Mul(this=exp.cast(units, exp.DataType.build("BIGINT")), expression=unit), node.to)
    return node


def _round(node):
    return exp.Anonymous(this="round", expressions=[node])


def _double(node):
    return exp.cast(exp.paren(node) if isinstance(node, exp.Binary) else node, exp.DataType.build("DOUBLE"))


@functools.cache
def _macro():
    """The names of what the macro local_day takes, and its last branch, which holds for every zone: the others are for speed."""
    tree = sqlglot.parse_one(policy.facts_sql()[0], read="duckdb")
    names = [each.name for each in tree.this.expressions]
    cast = tree.expression.copy()
    cast.set("this", cast.this.args["default"])
    return names, cast


def _local_day(node):
    if isinstance(node, exp.Anonymous) and node.name.lower() == "local_day":
        names, body = _macro()
        given = dict(zip(names, node.expressions, strict=True))
        return body.transform(
            lambda each: given[each.name].copy() if isinstance(each, exp.Column) and each.name in given else each
        )
    return node
