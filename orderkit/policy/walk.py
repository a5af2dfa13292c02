"""The rules of a question as one CASE that gives an ordinal, and which facts can still be unknown where a rule is reached.

A row that comes to rule n has passed the rules above: none of their conditions held and none was unknown. So what each of them
read is known from there on, as far as its form tells, and is looked at for NULL once and never again. That makes the walk as fast
as one that asks for no unknown at all.
"""

from sqlglot import exp

from orderkit.policy.kinds import COMPARISONS
from orderkit.policy.periods import column, unsure

NO_RULE = 1000
LOOK = 2000


class Walk:
    """The rules as CASEs over the cases that give an ordinal, and what is known on the way.

    `whole`: all of them. `begun`: those above the first that reads a parameter, 0 where none of them answers; `rest`: the others,
    over the column `begun`. `known`: per rule (from 1) the facts and parameters that are known where it is reached.
    """

    def __init__(self, pack, question):
        self.pack, self.rules, self.known = pack, question.rules, {}
        known, branches = frozenset(), []
        for n, rule in enumerate(self.rules, 1):
            self.known[n] = known
            branches.append(self._branches(n, rule))
            known |= _known(rule.when.tree, False)
        reading = [n for n, rule in enumerate(self.rules, 1) if rule.when.parameters]
        self.first = min(reading, default=len(self.rules) + 1)
        end = f"ELSE {self._then(len(self.rules))}"
        self.whole = _case(branches[:-1], end)
        self.begun = _case(branches[: self.first - 1], "ELSE 0") if reading else self.whole
        self.rest = _case([["WHEN begun <> 0 THEN begun"], *branches[self.first - 1 : -1]], end) if reading else "begun"

    def ordinals_that_need(self, parameter):
        """What `begun` is in the rows in which a rule's condition, or the deadline of the rule that answers, reads it."""
        reading = {n for n, rule in enumerate(self.rules, 1) if parameter.name in rule.parameters}
        return ", ".join(map(str, sorted({n if n < self.first else 0 for n in reading})))

    def may_be_unknown(self, n):
        """Whether the condition of rule n can be unknown where it is reached."""
        when = self.rules[n - 1].when
        return bool({*when.facts, *when.parameters} - self.known[n]) and _may_be_unknown(when.tree)

    def _branches(self, n, rule):
        condition = rule.when.sql()
        branches = [f"WHEN {condition} THEN {self._then(n)}"]
        if not self.may_be_unknown(n):
            return branches
        unknown = self._unknown(rule, condition, self.known[n])
        outside = " OR ".join(f"({self._not_in_force(name)})" for name in rule.when.parameters)
        if outside:
            branches.append(f"WHEN ({unknown}) AND ({outside}) THEN {-NO_RULE - n}")
        return [*branches, f"WHEN {unknown} THEN {-n}"]

    def _unknown(self, rule, condition, known):
        """Whether the condition is unknown; where any part that is not known makes it so, the parts are asked."""
        if not _strict(rule.when.tree):
            return f"({condition}) IS NULL"
        facts = [name for name in rule.when.facts if name not in known]
        values = [column(name, "value") for name in rule.when.parameters if name not in known]
        return " OR ".join(f"{name} IS NULL" for name in [*facts, *values])

    def _then(self, n):
        """The ordinal of rule n where it holds; nobody is declined where it, or a rule above it, rests on an unsure value."""
        rules = self.rules[:n] if "decline" in self.pack.answers[self.rules[n - 1].then].acts else ()
        doubtful = unsure(self.pack, list(dict.fromkeys(name for rule in rules for name in rule.when.parameters)))
        if not doubtful:
            return str(n)
        return f"CASE WHEN {' AND '.join(column(name, 'sure') for name in doubtful)} THEN {n} ELSE {-LOOK - n} END"

    def _not_in_force(self, name):
        """The condition under which no value of a parameter is in force, though all is known that chooses it."""
        parameter = self.pack.parameters[name]
        nothing = f"{column(name, 'sure' if unsure(self.pack, [name]) else 'value')} IS NULL"
        return " AND ".join([nothing, *(f"{fact} IS NOT NULL" for fact in parameter.selectors)])


def _case(branches, end):
    listed = " ".join(branch for of_rule in branches for branch in of_rule)
    return f"CASE {listed} {end} END" if listed else end.removeprefix("ELSE ")


def _names(tree):
    return {found.name for found in tree.find_all(exp.Column)}


def _strict(tree):
    """Whether the condition is unknown exactly where one of the names in it is."""
    tree = tree.unnest()
    if isinstance(tree, exp.Not):
        return _strict(tree.this)
    if isinstance(tree, exp.Between | exp.In):  # one side can tell though another is unknown
        return not any(_names(side) for side in (tree.args.get("low"), tree.args.get("high"), *tree.expressions) if side)
    return isinstance(tree, (exp.Column, *COMPARISONS))


def _may_be_unknown(tree):
    tree = tree.unnest()
    if isinstance(tree, exp.Not):
        return _may_be_unknown(tree.this)
    if isinstance(tree, exp.And | exp.Or):
        return any(_may_be_unknown(part) for part in (tree.this, tree.expression))
    return not isinstance(tree, exp.Is | exp.Boolean)


def _known(tree, outcome):
    """The names that are known for certain where the condition is `outcome`, True or False."""
    tree = tree.unnest()
    if isinstance(tree, exp.Not):
        return _known(tree.this, not outcome)
    if isinstance(tree, exp.And | exp.Or):
        first, second = _known(tree.this, outcome), _known(tree.expression, outcome)
        return first | second if isinstance(tree, exp.And) == outcome else first & second
    tells = _strict(tree) or (isinstance(tree, exp.Is) and not outcome)
    return frozenset(_names(tree) if tells else ())
