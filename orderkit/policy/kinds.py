"""What kind each part of an expression is (text, boolean, number, day, moment), and how days and hours may be counted."""

from sqlglot import exp

from orderkit.policy.strict_yaml import brief

COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
NUMBERS = ("integer", "money", "number")
DATED = ("day", "moment")
FUNCTIONS = {  # name: (how it is written, kinds of its parts, kind of the whole: None for that of its parts)
    "plus_days": ("plus_days(day, n)", ("day", "number"), "day"),
    "plus_business_days": ("plus_business_days(day, n)", ("day", "number"), "day"),
    "plus_hours": ("plus_hours(moment, n)", ("moment", "number"), "moment"),
    "end_of_day": ("end_of_day(day)", ("day",), "moment"),
    "later_of": ("later_of(day, day) or later_of(moment, moment)", DATED, None),
    "earlier_of": ("earlier_of(day, day) or earlier_of(moment, moment)", DATED, None),
}
COUNTED = {"plus_days": "day", "plus_business_days": "business_day", "plus_hours": "hour"}  # the unit that each counts by
MOST_DAYS = 36_500  # what may be added to a day: a hundred years, so that no sum leaves the calendar
MOST = {"day": MOST_DAYS, "business_day": MOST_DAYS, "hour": 24 * MOST_DAYS}
FOR_DEADLINES = {  # what a condition may not reckon, with its verb
    "plus_business_days": "business days are",
    "plus_hours": "hours are",
    "end_of_day": "the end of a day is",
}


class ExpressionError(Exception):
    """An expression outside the language; carries what is wrong and the cure, the loader adds file and line."""

    def __init__(self, problem, cure):
        self.problem, self.cure = brief(problem), brief(cure, 1200)
        super().__init__(f"{self.problem}. {self.cure}")


class Kinds:
    """Finds the kind of every part of an expression over `facts` and `parameters`, and refuses what does not fit."""

    def __init__(self, facts, parameters):
        self.facts, self.parameters = facts, parameters

    def of(self, node):
        """The kind of `node`. Raises ExpressionError where parts of it do not go together."""
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
        written, wanted, gives = FUNCTIONS[name]
        if len(node.expressions) != len(wanted):
            parts = f"{len(node.expressions)} part{'s' if len(node.expressions) != 1 else ''}"
            raise ExpressionError(f"`{node.sql()}` has {parts}, not {len(wanted)}", f"Write {written}.")
        if gives is None:
            return self._one_of_two(node, written)
        for kind, part in zip(wanted, node.expressions, strict=True):
            self._must(kind, part)
        if name in COUNTED:
            self._counted(name, node)
        return gives

    def _one_of_two(self, node, written):
        """The kind of two days or of two moments."""
        kinds = {self.of(part) for part in node.expressions}
        if kinds == {*DATED}:
            raise ExpressionError(f"`{node.sql()}` takes a day and a moment", "Make the day a moment: end_of_day(day).")
        if len(kinds) > 1 or not kinds <= {*DATED}:
            raise ExpressionError(f"`{node.sql()}` takes a {' and a '.join(sorted(kinds))}", f"Write {written}.")
        return kinds.pop()

    def _counted(self, name, node):
        """Refuses a number that is no plain whole number of the unit, or so large that a sum could leave the calendar."""
        since, number = node.expressions
        unit, signed = COUNTED[name], name != "plus_business_days"
        number = number.unnest() if signed else number
        number = number.this if signed and isinstance(number, exp.Neg) else number
        known = isinstance(number, exp.Literal) or getattr(self.parameters.get(number.name), "unit", "") == unit
        of_fact = number.name in self.facts and name == "plus_days" and number.name.startswith("days_")
        too_much = isinstance(number, exp.Literal) and ("." in number.name or int(number.name) > MOST[unit])
        if not (known or of_fact) or too_much:
            cure = f"Write a whole number up to {MOST[unit]}, or a parameter of the unit {unit}.{self._other(number)}"
            raise ExpressionError(f"`{node.sql()}` adds no plain number of {unit.replace('_', ' ')}s", cure)
        if name == "plus_business_days" and not (isinstance(since, exp.Column) and since.name in self.facts):
            cure = "Count from a day fact, by a parameter or a number: plus_business_days(received_at, n)."
            raise ExpressionError(f"`{node.sql()}` counts business days from no plain fact", cure)

    def _other(self, number):
        """Which function counts by the parameter that was given, where one does."""
        unit = getattr(self.parameters.get(number.name), "unit", "")
        fitting = [name for name, counted in COUNTED.items() if counted == unit]
        return f" {number.name} is in {unit.replace('_', ' ')}s: count it by {FUNCTIONS[fitting[0]][0]}." if fitting else ""

    def _must(self, expected, node):
        found = self.of(node)
        if found != expected:
            cure = {
                ("moment", "day"): "Count days from a day, plus_days(day, n), or hours from its end, end_of_day(day).",
                ("day", "moment"): "Count hours from a moment: plus_hours(moment, n).",
            }.get((expected, found), "Compare it with something first.")
            raise ExpressionError(f"`{node.sql()}` is a {found} where a {expected} is needed", cure)

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
