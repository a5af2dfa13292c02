"""docs/facts.md: what rules may read of a line or a return, from facts.yaml."""

from orderkit import policy
from orderkit.handbook.markdown import code, head, table

FILE = "facts.md"
SOURCES = "orderkit/policy/facts.yaml"
INTRO = """What is known about each order line and each return, worked out once from [the tables](tables.md): what rules read
([add a rule](add-a-rule.md)), what `orderkit explain ORDER` shows, and what `orderkit sql "SELECT ... FROM line_facts"`
gives.

An empty cell is "not known", and the last column names the export that would tell. What does not apply is a value of its own
(`none`, no, 0), so that "not known" means nothing else. A day is one of the marketplace's own calendar.
"""
TITLES = {
    "line_facts": "of an order line: table `line_facts`",
    "return_facts": "of a return: table `return_facts`",
}
KINDS = {"text": "text", "boolean": "yes or no", "integer": "whole number", "money": "money", "day": "day", "moment": "moment"}


def page(_sample=None):
    """The text of the page."""
    parts = [part for name, title in TITLES.items() for part in _section(name, title)]
    return "\n".join([head("Facts", SOURCES, INTRO), *parts])


def _section(name, title):
    rows = [
        [code(fact.name), _kind(fact), fact.meaning, fact.source, f"[{fact.ask_for}](formats.md#{fact.ask_for})"]
        for fact in policy.dictionary(name).values()
    ]
    return [f"## What is known {title}", "", table(["fact", "kind", "meaning", "made from", "told by"], rows), ""]


def _kind(fact):
    words = fact.type == "text" and fact.values
    return f"one of {', '.join(fact.values)}" if words else KINDS[fact.type]
