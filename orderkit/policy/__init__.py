"""What the marketplace says: packs of dated, cited rules, applied to facts by one SELECT per question, and explained."""

from orderkit.policy.apply import apply
from orderkit.policy.ask import ask
from orderkit.policy.changes import asking, brought_forward, changes, undone
from orderkit.policy.check import failing_examples
from orderkit.policy.classify import classify
from orderkit.policy.compare import compare
from orderkit.policy.compile import question_sql
from orderkit.policy.contents import Contents
from orderkit.policy.dictionary import dictionary, facts, facts_selects, facts_sql
from orderkit.policy.differences import differences
from orderkit.policy.explain import explain
from orderkit.policy.install import in_force, offer, undo
from orderkit.policy.packs import USUAL, load_pack, packs, read_pack, tried_pack
from orderkit.policy.side_by_side import side_by_side

__all__ = [
    "USUAL",
    "Contents",
    "apply",
    "ask",
    "asking",
    "brought_forward",
    "changes",
    "classify",
    "compare",
    "dictionary",
    "differences",
    "explain",
    "facts",
    "facts_selects",
    "facts_sql",
    "failing_examples",
    "in_force",
    "load_pack",
    "offer",
    "packs",
    "question_sql",
    "read_pack",
    "side_by_side",
    "tried_pack",
    "undo",
    "undone",
]
