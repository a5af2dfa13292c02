"""What is written differently in two packs: answers, values and rules, in plain words."""

from orderkit.policy import pages
from orderkit.policy.contents import period_in_words


def differences(old, new):
    """(title, lines) of all that the pack `new` says otherwise than `old`; empty where both say the same.

    Titles name an answer's list, a parameter or a question; what only one of the packs has is `new` or `gone`.
    """
    made = [("answers", _listed(_answers(old), _answers(new)))]
    for name in _names(old.parameters, new.parameters):
        made.append((f"values of {name}", _values(old.parameters.get(name), new.parameters.get(name))))
    for name in _names(old.questions, new.questions):
        made.append((f"rules of {name}", _rules(old.questions.get(name), new.questions.get(name))))
    return [(title, lines) for title, lines in made if lines]


def _names(old, new):
    return list(dict.fromkeys([*new, *old]))


def _answers(pack):
    return {
        name: {"meaning": answer.meaning, "does": ", ".join(answer.acts) or "nothing by itself"}
        for name, answer in pack.answers.items()
    }


def _values(old, new):
    """One sentence per value that is another; marketplaces for which the same changes share it."""
    before, after = _periods(old), _periods(new)
    together = {}
    for at in _names(before, after):
        was, now = before.get(at), after.get(at)
        if was != now:
            words = f"gone: {was}" if now is None else f"new: {now}" if was is None else f"{now}; was: {was}"
            together.setdefault(words, []).append(at[0])
    return [": ".join([", ".join(filter(None, keys)), words]).removeprefix(": ") for words, keys in together.items()]


def _periods(parameter):
    """{(key, start): words} of the values of a parameter, and of what holds otherwise."""
    if parameter is None:
        return {}
    made = {(period.key, period.start): period_in_words(parameter, period) for period in parameter.periods}
    chosen = f"by {pages.plain(parameter.applies_by)}" + (f" and {pages.plain(parameter.by)}" if parameter.by else "")
    other = {} if parameter.otherwise is None else {("otherwise", None): pages.plain(parameter.otherwise)}
    return {**made, **other, ("chosen", None): chosen}


def _rules(old, new):
    """One sentence per rule that is another, and one where rules stand in another order."""
    before, after = ({rule.name: _parts(rule) for rule in question.rules} if question else {} for question in (old, new))
    lines = _listed(before, after)
    both = [[name for name in one if name in other] for one, other in ((before, after), (after, before))]
    return lines + ([f"tried in another order: {', '.join(both[1])}"] if both[0] != both[1] else [])


def _parts(rule):
    return {
        "answer": rule.then,
        "when": rule.when.text,
        "who pays": pages.plain(rule.who_pays),
        "recovered from": pages.plain(rule.recovery_source),
        "deadline": rule.deadline.text if rule.deadline else "none",
        **({"tells": ", ".join(rule.tells)} if rule.tells else {}),
        "source": rule.source,
        **{f"draft ({language})": text for language, text in rule.drafts.items()},
    }


def _listed(before, after):
    """One sentence per entry that is new, gone or has other parts."""
    lines = []
    for name in _names(before, after):
        was, now = before.get(name), after.get(name)
        if now is None:
            lines.append(f"{name}: gone")
        elif was is None:
            lines.append(f"{name}: new: " + "; ".join(f"{part}: {words}" for part, words in now.items()))
        elif was != now:
            parts = [part for part in _names(was, now) if was.get(part) != now.get(part)]
            told = [f"{part}: {now.get(part, 'none')} (was: {was.get(part, 'none')})" for part in parts]
            lines.append(f"{name}: " + "; ".join(told))
    return lines
