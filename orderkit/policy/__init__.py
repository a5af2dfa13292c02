"""What the marketplace says: packs of dated, cited rules, applied to facts by one SELECT per question, and explained."""

from orderkit.policy.apply import apply
from orderkit.policy.ask import ask
from orderkit.policy.check import failing_examples
from orderkit.policy.classify import classify
from orderkit.policy.compare import compare
from orderkit.policy.compile import question_sql
from orderkit.policy.contents import Contents
from orderkit.policy.dictionary import dictionary, facts
from orderkit.policy.explain import explain
from orderkit.policy.packs import load_pack, packs, read_pack, tried_pack

__all__ = [
    "Contents",
    "apply",
    "ask",
    "classify",
    "compare",
    "dictionary",
    "explain",
    "facts",
    "failing_examples",
    "load_pack",
    "packs",
    "question_sql",
    "read_pack",
    "tried_pack",
]
