"""docs/rules-PACK.md: every pack of rules: its questions, rules and answers, its dated values, and its sources."""

import re
from importlib import resources

from orderkit import policy
from orderkit.handbook.markdown import code, day, head, table
from orderkit.policy import pages
from orderkit.policy.model import FOREVER, IDLE, RESERVED

SOURCES = "orderkit/policy/packs/{name}.yaml"
INTRO = """{title}. Reviewed on {reviewed}: {parameters} dated values by name, {questions} questions, {rules} rules,
{examples} examples that are tried on every change. {about}

It is not legal advice: the marketplace's own text wins. The same in the terminal: `orderkit policy show {name}`; which of it
changed lately: `orderkit policy changes`; where each researched fact went: [where the rules come
from](where-rules-come-from.md). Your own rules: [add a rule](add-a-rule.md) and [rules of your own](policy.md).
"""
QUESTIONS = """## Questions

Of each question the rules are tried in order, and the first whose condition holds gives the answer. A condition that cannot
be decided, because a fact is not known, answers "unknown" and names the export that would tell; no later rule is tried. The
names in conditions are [facts](facts.md) and the [dated values](#dated-values) below.
"""
VALUES = """## Dated values

A value holds from its day on, until the next one for the same marketplace. How sure it is: **A** the marketplace's or
agency's own text was read, **B** two or more pages agree, **C** one page or an old one, **M** from memory, **?** no page
tells. A value of C, M or ?, or one for which sources differ, counts as a range: deadlines are reckoned from its safest end,
and nobody is declined by it.
"""


def files():
    """{file name: name of the pack} of all shipped packs."""
    return {f"rules-{name}.md": name for name in policy.packs()}


def page(name):
    """The text of the page of one pack."""
    pack = policy.load_pack(name)
    rules, examples = (sum(len(getattr(q, part)) for q in pack.questions.values()) for part in ("rules", "examples"))
    said = {
        "name": name, "title": pack.title, "about": " ".join(pack.about.split()), "reviewed": day(pack.reviewed), "rules": rules,
        "parameters": len(pack.parameters), "questions": len(pack.questions), "examples": examples,
    }  # fmt: skip
    parts = [head(f"Rules: {name}", SOURCES.format(name=name), INTRO.format(**said)), *_questions(pack), *_answers(pack)]
    return "\n".join([*parts, *_values(pack), *_sources(pack)])


def _questions(pack):
    rows = [[f"[{q.name}](#{_anchor(q.name)})", q.about, _of(q)] for q in pack.questions.values()]
    return [QUESTIONS, table(["question", "what it is about", "asked of"], rows), "", *map(_question, pack.questions.values())]


def _of(question):
    thing = {"order_lines": "an order line", "returns": "a return"}[question.of]
    return f"every {thing.split(' ', 1)[1]}, by itself" if question.standing else f"{thing}, with `orderkit ask`"


def _anchor(name):
    return f"question-{name}"


def _question(question):
    names = ["rule", "when", "answer", "who pays", "won back from", "by when", "source"]
    rows = [
        [code(rule.name), _condition(rule), code(rule.then), _words(rule.who_pays), _back(rule), _deadline(rule), rule.source]
        for rule in question.rules
    ]
    return "\n".join([f"### question {question.name}", "", question.about, "", table(names, rows), "", *_tells(question)])


def _condition(rule):
    return "always, if no rule above holds" if rule.when.text == "true" else code(rule.when.text)


def _words(name):
    return pages.WHO.get(name, pages.plain(name))


def _back(rule):
    return "nobody" if rule.recovery_source == "none" else pages.plain(rule.recovery_source)


def _deadline(rule):
    return code(rule.deadline.text) if rule.deadline else ""


def _tells(question):
    told = [f"`{rule.name}` also shows {', '.join(map(code, rule.tells))}" for rule in question.rules if rule.tells]
    return [f"{'; '.join(told)}.", ""] if told else []


def _answers(pack):
    known = RESERVED | {name: answer.meaning for name, answer in pack.answers.items()}
    rows = [[code(name), meaning, _does(pack, name)] for name, meaning in known.items()]
    return ["## Answers\n", table(["answer", "means", "what it does"], rows), ""]


def _does(pack, name):
    answer = pack.answers.get(name)
    if name in IDLE or (answer and answer.idle):
        return "nothing to do"
    return ", ".join(answer.acts) if answer and answer.acts else "something to do or to look at"


def _values(pack):
    meanings = _meanings(pack.name)
    parts = [part for name, parameter in pack.parameters.items() for part in _parameter(name, parameter, meanings.get(name))]
    return [VALUES, *parts]


def _meanings(name):
    """{parameter: the comment above it} in the file of a shipped pack."""
    text = resources.files("orderkit.policy").joinpath("packs", f"{name}.yaml").read_text(encoding="utf-8")
    block = text.partition("\nparameters:")[2].partition("\nanswers:")[0]
    found = re.findall(r"^((?:  # .*\n)+)  (\w+):", block, flags=re.MULTILINE)
    lines = {key: [line.strip("# ") for line in comment.splitlines() if "----" not in line] for comment, key in found}
    return {key: " ".join(said) for key, said in lines.items() if said}


def _parameter(name, parameter, meaning):
    by = f" and the {pages.plain(parameter.by)}" if parameter.by else ""
    chosen = f"Chosen by the {pages.plain(parameter.applies_by)}{by}."
    else_ = f" Where none is given: {pages.plain(parameter.otherwise)}." if parameter.otherwise is not None else ""
    said = f"{meaning[0].upper()}{meaning[1:]}. {chosen}" if meaning else chosen
    names = ["where", "since", "before", "value", "how sure", "source"]
    return [f"### {name}\n", f"{said}{else_}\n", table(names if parameter.by else names[1:], _periods(parameter)), ""]


def _periods(parameter):
    """A row per value; marketplaces for which the same is written share it."""
    together = {}
    for period in parameter.periods:
        words = (_since(period), _before(period), pages.amount_in_words(parameter.unit, period), period.certainty, period.source)
        together.setdefault(words, []).append(period.key)
    return [([", ".join(map(str, keys))] if parameter.by else []) + list(words) for words, keys in together.items()]


def _since(period):
    said = {"exact": day(period.start), "at_latest": f"{day(period.start)} at latest"}
    return said.get(period.known, "not known")


def _before(period):
    return "" if period.end == FOREVER else day(period.end)


def _sources(pack):
    rows = [[code(name), text] for name, text in pack.sources.items()]
    statements = [[code(name), text] for name, text in pack.statements.items()]
    said = ["## Sources\n", table(["short", "in full"], rows), ""] if rows else []
    return said + (["## Statements\n", table(["statement", "in short"], statements), ""] if statements else [])
