"""What every contestant of the classification is given, as data: the texts of the rules by number, and the dated values.

They come from the pack, outside the clock: the rules themselves, what is unknown when, and the deadlines are written by each.
"""

from orderkit import policy
from orderkit.policy.dictionary import dictionary

COLUMNS = ("answer", "rule", "who_pays", "recovery_source", "ask_for", "source")
NO_RULE = 1000  # ordinal n: rule n answers; -n: something is unknown at rule n; -1000 - n: no value of rule n is in force
COMPARED = ("answer", "rule", "who_pays", "deadline", "deadline_latest", "missing")


def asked(name):
    """(pack, its questions about order lines), of the pack amazon those that stand without a buyer's request."""
    pack = policy.load_pack(name)
    return pack, [
        question
        for question in pack.questions.values()
        if question.of == "order_lines" and (question.standing or name == "article-2021")
    ]


def words(pack, question):
    """(ordinal, answer, rule, who_pays, recovery_source, ask_for, source) of all ordinals."""
    rows = []
    for n, rule in enumerate(question.rules, 1):
        rows.append((n, rule.then, rule.name, rule.who_pays, rule.recovery_source, None, rule.source))
        for ordinal, answer in ((-n, "unknown"), (-NO_RULE - n, "no_rule_known")):
            asks = _last_asked(pack, question, rule) if ordinal == -n else None
            rows.append((ordinal, answer, rule.name, "nobody", "none", asks, rule.source))
    return rows


def _last_asked(pack, question, rule):
    choosing = [fact for name in rule.when.parameters for fact in pack.parameters[name].selectors]
    read = [*rule.when.facts, *choosing]
    return dictionary(question.table)[read[-1]].asks if read else None


def dated(pack, question):
    """{parameter: [(key, valid_from, valid_to, value, low, high, sure)]} of the question's dated values."""
    names = {name for rule in question.rules for name in rule.parameters}
    return {
        name: [(p.key, p.start, p.end, p.value, *p.bounds, p.sure) for p in pack.parameters[name].periods]
        for name in sorted(names)
    }
