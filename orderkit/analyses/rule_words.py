"""Words of rules as people read them: questions, answers, facts and sources of a pack in the language in use.

A seller's own pack may say what no catalogue knows: that stands as it was written. Citations stand as they are unless they are
sentences.
"""

import re

from orderkit.languages import between, known, phrase

NOT_BY_RULES = {  # answers that no rule gives by itself
    "look_first": "look first", "no_rule_known": "no rule known", "unknown": "unknown", "ship_or_cancel": "ship or cancel",
}  # fmt: skip
UNITS = {"day": "day", "business_day": "business day", "hour": "hour", "minute": "minute", "month": "month", "week": "week"}


def about(question):
    """What a question asks, without its full stop."""
    return known(question.about.rstrip("."))


def meaning(answer, pack=None):
    """What an answer of a pack says to do; its name in words where no pack tells."""
    told = pack.answers.get(answer) if pack else None
    return known(told.meaning) if told else named(answer)


def named(name):
    """The name of an answer, a fact or a value in words.

    >>> named("deliver_by_day")
    'deliver by day'
    """
    words = NOT_BY_RULES.get(name)
    if words:
        return phrase(words)
    said = known(name)
    return name.replace("_", " ") if said == name else said


def facts(missing):
    """The names of missing facts, given as names between commas."""
    return between("commas").join(named(name) for name in missing.replace(" ", "").split(","))


def asked(exports):
    """The exports that would tell, given as the dictionary of facts names them between semicolons: tracking (your list ...)."""
    return between("clauses").join(_export(export) for export in exports.split("; "))


def _export(asks):
    words = re.fullmatch(r"\w+ \((.*)\)", asks)
    said = known(words[1]) if words else known(asks)
    return asks if words and said == words[1] else said
