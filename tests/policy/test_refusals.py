"""Bad packs are refused, each with file, key, line where known, and the cure."""

import re

import pytest

from orderkit import policy
from orderkit.errors import PackError, UnknownName

GOOD = """\
pack: good
title: a small pack
reviewed: 2026-11-22
answers:
  refund: {meaning: give the money back, acts: [refund]}
  wait: {meaning: do nothing yet}
  tell: {meaning: say what is known}
parameters:
  patience:
    unit: day
    applies_by: ordered_day
    values:
      2024-01-01: {value: 3, source: handbook, certainty: A}
questions:
  late:
    of: order_lines
    rules:
      - {rule: lost, when: "tracking = 'lost'", then: refund, who_pays: seller, recovery_source: none, source: handbook}
      - {rule: soon, when: "days_past_deliver_by <= patience", then: wait, who_pays: nobody, recovery_source: none, source: book}
      - {rule: rest, when: "true", then: tell, who_pays: nobody, recovery_source: none, source: book, draft: "It is {tracking}."}
    examples:
      - {given: {tracking: lost}, expect: refund}
"""
LOST, SOON = "when: \"tracking = 'lost'\"", 'when: "days_past_deliver_by <= patience"'


def changed(old, new):
    assert GOOD.count(old) >= 1, old
    return GOOD.replace(old, new, 1)


def when(condition):
    return changed(LOST, f'when: "{condition}"')


def test_the_good_pack_loads_and_its_example_comes_out():
    pack = policy.read_pack(GOOD, "good.yaml")
    assert [rule.name for rule in pack.questions["late"].rules] == ["lost", "soon", "rest"]
    assert policy.failing_examples(pack, pack.questions["late"]) == []


BAD = {
    "duplicate key": (changed("title: a small pack", "title: a\ntitle: b"), "line 3, YAML: the key 'title' stands twice. Line 2"),
    "alias": (changed("{meaning: do nothing yet}", "*x"), r"line 6, YAML: \*x refers to another place. Write the value out"),
    "anchor": (changed("{meaning: do nothing yet}", "&x {meaning: w}"), "line 6, YAML: &x names a value"),
    "tag": (changed("a small pack", "!!python/none x"), "line 2, YAML: the tag tag:yaml.org,2002:python/none is not allowed"),
    "broken YAML": (changed("answers:", "answers: ["), r"bad\.yaml, line \d+, YAML: "),
    "unknown key": (changed("title:", "titel: x\ntitle:"), "line 2, pack.titel: is an unknown key. Known keys here: pack, title"),
    "unknown rule key": (changed("draft:", "dratf:"), r"questions.late.rules\[3\].dratf: is an unknown key"),
    "parameter value without source": (
        changed("value: 3, source: handbook,", "value: 3,"),
        "line 13, parameters.patience.values.2024-01-01.source: is missing or empty. State where it is written",
    ),
    "rule without source": (
        changed("recovery_source: none, source: handbook}", "recovery_source: none}"),
        r"line 18, questions.late.rules\[1\].source: is missing or empty. State where it is written",
    ),
    "unknown certainty": (changed("certainty: A", "certainty: sure"), "'sure' is not known. Use one of: A, B, C, M"),
    "value no number": (changed("value: 3", "value: three"), "'three' is no whole number. Write digits only"),
    "start no day": (changed("2024-01-01:", "2024-02-30:"), "line 13, .*'2024-02-30' is no day of the calendar"),
    "applies by no day": (changed("applies_by: ordered_day", "applies_by: status"), "'status' is no day fact"),
    "parameter named as a fact": (GOOD.replace("patience", "insured"), "parameters.insured: is the name of a fact. Rename"),
    "parameter name with SQL": (GOOD.replace("patience:", '"x; drop":'), "parameters.x; drop: is no plain name"),
    "undeclared fact": (
        when("trackin = 'lost'"),
        "line 18, questions.late.rules.lost.when: trackin is no declared fact or parameter here. Did you mean tracking",
    ),
    "fact of the other table": (when("received"), "received is no declared fact or parameter here"),
    "function": (when("upper(tracking) = 'LOST'"), "is outside the language of rules. Use only facts"),
    "subquery": (when("tracking IN (SELECT 'lost')"), "is outside the language|needs a list of literals"),
    "arithmetic": (when("days_past_deliver_by + 1 > 3"), "is outside the language of rules"),
    "case": (when("CASE WHEN insured THEN true END"), "is outside the language of rules"),
    "like": (when("tracking LIKE 'l%'"), "is outside the language of rules"),
    "cast": (when("ordered_day > DATE '2024-01-01'"), "is outside the language of rules"),
    "coalesce": (when("coalesce(insured, true)"), "is outside the language of rules"),
    "two statements": (when("insured; drop table order_lines"), "is not one expression|outside the language|cannot be read"),
    "no SQL": (when("tracking = = 'lost'"), "cannot be read"),
    "table name": (when("f.tracking = 'lost'"), "is no plain name. Name the fact alone"),
    "value never taken": (when("tracking = 'gone'"), "tracking is never 'gone'. Its values: none, in_transit, delivered, lost"),
    "unlike types": (when("insured = 'true'"), "compares boolean with text. Compare like with like"),
    "ordered texts": (when("tracking > 'lost'"), "orders texts. Use =, <> or IN"),
    "no condition": (when("tracking"), "gives a text, not a boolean"),
    "is true": (when("insured is true"), "hides an unknown. Only `fact IS NULL`"),
    "equals null": (when("tracking = null"), "NULL is not a value. Write `fact IS NULL`"),
    "deadline no day": (changed("draft:", "deadline: days_past_deliver_by, draft:"), "gives a number, not a day"),
    "acts on unknown": (
        when("tracking is null or tracking = 'lost'"),
        r"it tests for an unknown, but its answer acts \(refund\). Only rules whose answer does nothing may read IS NULL",
    ),
    "unreachable rule": (
        changed(SOON, "when: \"tracking = 'lost' and insured\""),
        "line 19, questions.late.rules.soon: no case reaches this rule. The rules above it",
    ),
    "unreachable catch-all": (
        changed(SOON, "when: \"tracking <> 'lost'\""),
        "questions.late.rules.rest: no case reaches this rule",
    ),
    "no catch-all": (
        changed('when: "true"', 'when: "insured"'),
        'questions.late.rest: the last rule is no catch-all. Let the last rule say `when: "true"`',
    ),
    "two rules of one name": (changed("rule: soon", "rule: lost"), "questions.late.lost: two rules have this name"),
    "unknown answer": (changed("then: tell", "then: shout"), "'shout' is no answer of this pack. Declare it under `answers:`"),
    "rule answers unknown": (changed("then: tell", "then: unknown"), "'unknown' is no answer of this pack"),
    "reserved answer": (changed("  tell: {", "  unknown: {"), "answers.unknown: is a reserved answer. Choose another name"),
    "unknown act": (changed("acts: [refund]", "acts: [smile]"), "'smile' is not known. Use one of: refund, decline"),
    "unknown payer": (changed("who_pays: seller", "who_pays: me"), "'me' is not known. Use one of: nobody, buyer, seller"),
    "draft with a strange fact": (changed("{tracking}.", "{name}."), r"\{name\} is no fact of line_facts"),
    "example with a strange fact": (changed("{tracking: lost}", "{track: lost}"), "given.track: is no fact of line_facts"),
    "example with a strange value": (changed("{tracking: lost}", "{tracking: gone}"), "tracking is never 'gone'"),
    "example expects nothing known": (changed("expect: refund", "expect: cash"), "'cash' is not known"),
    "no examples": (changed("      - {given: {tracking: lost}, expect: refund}\n", ""), "questions.late.examples: is missing"),
    "statement not listed": (changed("draft:", 'statement: "9 (9)", draft:'), r"'9 \(9\)' is not among the pack's statements"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_pack_is_refused_with_place_and_cure(name):
    text, message = BAD[name]
    with pytest.raises(PackError) as refused:
        policy.read_pack(text, "bad.yaml")
    assert re.search(message, str(refused.value)), str(refused.value)
    assert str(refused.value).startswith("bad.yaml")
    assert refused.value.key
    assert refused.value.cure


def test_an_act_that_slips_past_an_unknown_is_refused():
    text = changed(SOON, 'when: "insured is not null and insured"').replace("then: tell", "then: refund")
    with pytest.raises(PackError, match="answers refund even where insured is unknown and another value would change the answer"):
        policy.read_pack(text, "bad.yaml")


def test_text_stays_text():
    pack = policy.read_pack(changed("title: a small pack", "title: no"), "good.yaml")
    assert pack.title == "no"


def test_a_pack_of_the_users_loads_by_path(tmp_path):
    (tmp_path / "mine.yaml").write_text(GOOD, encoding="utf-8")
    assert policy.load_pack(tmp_path / "mine.yaml").name == "good"


def test_a_name_that_is_no_pack_says_which_there_are():
    with pytest.raises(UnknownName, match=r"No pack is called 'article-2012'. Did you mean 'article-2021'\?"):
        policy.load_pack("article-2012")
