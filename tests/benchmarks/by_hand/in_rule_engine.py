"""The pack article-2021 in a library of rules that is asked row by row: rule-engine , each question a list of rules."""

import rule_engine

from benchmarks.by_hand.article import DEADLINES, GAPS, KEYS

BEGIN = [("channel == null", -1), ('channel == "FBA"', 1)]
SENT = [*BEGIN, ("handed_over == null", -2), ("handed_over", 2), ("status == null", -3), ('status == "cancelled"', 3)]
RULES = {
    "cancel": [
        *SENT,
        ("ordered_day != null and ordered_day < d'2019-12-31'", -1004),
        ("minutes_since_order == null or ordered_day == null", -4),
        ("minutes_since_order <= 30", 4),
        ("true", 5),
    ],
    "upgrade": [*SENT, ("seller_agrees == null", 4), ("seller_agrees", 5), ("true", 6)],
    "address": [
        *BEGIN,
        ("handed_over and returned_to_sender", 2),
        ("handed_over and returned_to_sender == null", -2),
        ("handed_over", 3),
        ("handed_over == null and returned_to_sender == false", -3),
        ("handed_over == null", -2),
        ("status == null", -4),
        ('status == "cancelled"', 4),
        ("true", 5),
    ],
    "not_received": [
        *BEGIN,
        ('handed_over == null and status != null and status != "cancelled"', -3),
        ("handed_over == null", -2),
        ("handed_over == false and status == null", -2),
        ('handed_over == false and status == "cancelled"', 2),
        ("handed_over == false", 3),
        ('tracking == "delivered"', 7),
        ("tracking == null and insured == false", -5),
        ('tracking == null or (tracking == "lost" and insured == null)', -4),
        ('tracking == "lost" and insured', 4),
        ('tracking == "lost"', 5),
        ('tracking == "damaged"', 6),
        ('tracking == "returned"', 8),
        ('tracking == "returning"', 9),
        ("days_past_deliver_by == null", -10),
        ("days_past_deliver_by > 0", 10),
        ('tracking != "in_transit"', 13),
        ("ordered_day != null and ordered_day < d'2000-01-01'", -1011),
        ("days_without_scan == null or ordered_day == null", -11),
        ("days_without_scan >= 7", 11),
        ("true", 12),
    ],
}


def answers(rows, words):
    """{question: list of its answers as dicts}; `words`: {question: [(ordinal, answer, rule, who_pays)]}."""
    rules = {name: [(rule_engine.Rule(text), number) for text, number in listed] for name, listed in RULES.items()}
    texts = {name: {row[0]: row for row in told} for name, told in words.items()}
    return {name: [_answered(row, name, rules[name], texts[name]) for row in rows] for name in RULES}


def _answered(row, name, rules, texts):
    number = next(number for rule, number in rules if rule.matches(row))
    _, answer, rule, who_pays, *_ = texts[number]
    missing = ",".join(gap for gap in GAPS[name].get(number, ()) if row[gap] is None) or None
    deadline = row[DEADLINES[name][number]] if number in DEADLINES[name] else None
    told = {"answer": answer, "rule": rule, "who_pays": who_pays, "deadline": deadline, "deadline_latest": None}
    return {key: row[key] for key in KEYS} | told | {"missing": missing}
