"""What a pack holds: its values with day, certainty and source, its questions with their rules."""

from orderkit.policy import pages
from orderkit.policy.model import FOREVER
from orderkit.policy.packs import load_pack
from orderkit.printable import for_terminals


class Contents:
    """A pack, shown: reads as text, shows as HTML, `.pack` is the pack itself."""

    def __init__(self, pack, own=None):
        self.pack = load_pack(pack, own)

    @property
    def headline(self):
        """One sentence: its name, title, day of review, and how much it holds."""
        pack, questions = self.pack, self.pack.questions.values()
        rules, examples = (sum(len(getattr(question, part)) for question in questions) for part in ("rules", "examples"))
        return (
            f"{pack.name}: {pack.title}, reviewed {pages.plain(pack.reviewed)}; {len(pack.parameters)} parameters, "
            f"{len(pack.questions)} questions, {rules} rules, {examples} examples"
        )

    def sections(self):
        """(title, lines): the headline, the values of each parameter, the rules of each question."""
        made = [(self.headline, [self.pack.about] if self.pack.about else [])]
        for parameter in self.pack.parameters.values():
            by = f", by {pages.plain(parameter.by)}" if parameter.by else ""
            made.append((f"{parameter.name}, chosen by {pages.plain(parameter.applies_by)}{by}", _values(parameter)))
        for question in self.pack.questions.values():
            made.append((f"{question.name}: {question.about}".rstrip(": "), [*map(_rule, question.rules)]))
        return made

    def to_json(self):
        """The same as plain values: parameters with their periods, questions with their rules."""
        pack = self.pack
        return {
            "pack": pack.name,
            "title": pack.title,
            "reviewed": pack.reviewed,
            "parameters": {name: _parameter(parameter) for name, parameter in pack.parameters.items()},
            "questions": {name: [*map(_rule_json, question.rules)] for name, question in pack.questions.items()},
        }

    @for_terminals
    def __repr__(self):
        return pages.as_text(self.sections())

    def _repr_html_(self):
        return pages.as_html(self.sections())


def period_in_words(parameter, period):
    """A value with its unit, from when on, until when, how sure and by which source."""
    until = "" if period.end == FOREVER else f", before {pages.plain(period.end)}"
    return pages.value_in_words(parameter.unit, period) + until + pages.certainty(period)


def _values(parameter):
    """One sentence per value; marketplaces for which the same is written share it."""
    together = {}
    for period in parameter.periods:
        together.setdefault(period_in_words(parameter, period), []).append(period.key)
    lines = [f"{', '.join(map(str, keys))}: {words}" if parameter.by else words for words, keys in together.items()]
    return lines + ([f"otherwise: {pages.plain(parameter.otherwise)}"] if parameter.otherwise is not None else [])


def _rule(rule):
    by = f", by {rule.deadline.text}" if rule.deadline else ""
    tells = f"; tells {', '.join(rule.tells)}" if rule.tells else ""
    return f"{rule.name}: {rule.then}, when {rule.when.text}{by}{tells} ({rule.source})"


def _rule_json(rule):
    deadline = rule.deadline.text if rule.deadline else None
    told = {"rule": rule.name, "when": rule.when.text, "then": rule.then, "deadline": deadline}
    return {**told, "tells": rule.tells, "source": rule.source}


def _parameter(parameter):
    periods = [
        {
            parameter.by or "key": period.key, "since": period.start, "before": None if period.end == FOREVER else period.end,
            "value": period.value, "currency": period.currency, "others": list(period.others),
            "certainty": period.certainty, "source": period.source,
        }
        for period in parameter.periods
    ]  # fmt: skip
    return {"unit": parameter.unit, "applies_by": parameter.applies_by, "otherwise": parameter.otherwise, "values": periods}
