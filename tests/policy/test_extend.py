"""Packs that extend a shipped one: values, rules, answers laid over it, and every way in which that is refused."""

import datetime as dt
import re
from pathlib import Path

import pytest

from orderkit import policy
from orderkit.errors import PackError

HEAD = "extends: article-2021\n"
SHIPPED = "- {given: {handed_over: true}, expect: seller_decides}"
FBA = "- {given: {channel: FBA}, expect: %s}"
RULE = "who_pays: nobody, recovery_source: none, source: my own rule"


def read(text, head=HEAD):
    return policy.read_pack(head + text, "mine.yaml")


def rules(*lines, question="upgrade", examples="- {given: {handed_over: true}, expect: give_method_and_time}"):
    listed = "".join(f"      - {line}\n" for line in lines)
    tried = f"    examples:\n      {examples}\n" if examples else ""
    return f"questions:\n  {question}:\n    rules:\n{listed}{tried}"


def values(pack, name, key=None):
    return [(p.start, p.value) for p in pack.parameters[name].periods if p.key == key]


def test_nothing_changed_is_the_pack_itself_under_another_name():
    base, pack = policy.load_pack("article-2021"), read("")
    assert (pack.name, pack.title) == ("mine", f"{base.title}, with the changes of mine.yaml")
    assert pack.reviewed == base.reviewed
    assert pack.parameters == base.parameters
    assert list(pack.questions) == list(base.questions)


def test_a_window_is_changed_for_one_marketplace():
    pack = read(
        "parameters:\n  self_cancel_window:\n    values:\n      DE:\n"
        "        2025-01-01: {value: 60, certainty: A, source: my own offer}\n"
        "      EU:\n        2019-12-31: {value: 20, certainty: A, source: my own offer}\n"
        "questions:\n  cancel:\n    examples:\n"
        "      - {given: {marketplace: amazon.de, minutes_since_order: 60}, expect: buyer_can_cancel}\n"
        "      - {given: {marketplace: amazon.fr, minutes_since_order: 21}, expect: ask_for_official_request}\n"
        "      - {given: {marketplace: amazon.com, minutes_since_order: 30}, expect: buyer_can_cancel}\n",
        head="extends: amazon\n",
    )
    start = dt.date(2019, 12, 31)
    assert values(pack, "self_cancel_window", "amazon.de") == [(start, 20), (dt.date(2025, 1, 1), 60)]
    assert values(pack, "self_cancel_window", "amazon.fr") == [(start, 20)]
    assert values(pack, "self_cancel_window", "amazon.com") == [(start, 30)]
    assert len(pack.questions["cancel"].examples) == 3


def test_a_period_of_the_base_ends_where_a_new_one_starts():
    text = (
        "parameters:\n  auto_cancel_after:\n    values:\n      US:\n        2020-01-01: {value: 14, certainty: A, source: mine}\n"
    )
    pack = read(text, head="extends: amazon\n")
    known = [(dt.date(2019, 12, 31), 30), (dt.date(2020, 1, 1), 14), (dt.date(2020, 9, 30), 7)]
    assert values(pack, "auto_cancel_after", "amazon.com") == known


def test_a_value_without_marketplaces_replaces_that_of_its_day():
    pack = read("parameters:\n  stalled_after:\n    values:\n      2000-01-01: {value: 5, certainty: M, source: my own}\n")
    assert values(pack, "stalled_after") == [(dt.date(2000, 1, 1), 5)]
    assert pack.questions["not_received"].examples == ()  # the base's say what seven days would answer
    assert pack.questions["cancel"].examples


def test_a_rule_stands_before_another_and_reads_a_parameter_of_its_own():
    text = (
        "answers:\n  offer_faster: {meaning: offer it at once}\n"
        "parameters:\n  quick_within: {unit: minute, applies_by: ordered_day, values: "
        "{2000-01-01: {value: 5, certainty: A, source: mine}}}\n"
        "sources: {mine: my own habits}\n"
    )
    new = f'{{rule: at_once, before: not_willing, when: "minutes_since_order <= quick_within", then: offer_faster, {RULE}}}'
    given = (
        "{seller_agrees: false, ordered_day: 2021-06-01, minutes_since_order: 4}"  # the rest is what the base's examples share
    )
    pack = read(text + rules(new, examples=f"- {{given: {given}, expect: offer_faster}}"))
    assert [rule.name for rule in pack.questions["upgrade"].rules][-3:] == ["willing", "at_once", "not_willing"]
    assert pack.answers["offer_faster"].meaning == "offer it at once"
    assert pack.sources["mine"] == "my own habits"


def test_new_rules_after_one_keep_their_order():
    pack = read(
        rules(
            f"{{rule: one, after: fba, when: \"marketplace = 'amazon.de'\", then: seller_decides, {RULE}}}",
            f"{{rule: two, after: fba, when: \"marketplace = 'amazon.fr'\", then: seller_decides, {RULE}}}",
            examples="- {given: {channel: FBM, marketplace: amazon.fr}, expect: seller_decides, by: two}",
        )
    )
    assert [rule.name for rule in pack.questions["upgrade"].rules][:3] == ["fba", "one", "two"]


def test_a_rule_of_the_same_name_takes_its_place():
    base = policy.load_pack("article-2021").questions["upgrade"]
    text = rules(f"{{rule: fba, when: \"channel = 'FBA'\", then: seller_decides, {RULE}}}", examples=FBA % "seller_decides")
    changed = read(text).questions["upgrade"]
    assert [rule.name for rule in changed.rules] == [rule.name for rule in base.rules]
    assert changed.rules[0].then == "seller_decides"


def test_an_answer_may_mean_something_else_and_still_does_what_it_did():
    pack = read("answers:\n  refund_buyer: {meaning: refund within a day}\n")
    assert (pack.answers["refund_buyer"].meaning, pack.answers["refund_buyer"].acts) == ("refund within a day", ("refund",))


def test_a_new_question_is_written_whole():
    pack = read(
        "questions:\n  praise:\n    of: order_lines\n    rules:\n"
        f'      - {{rule: all, when: "true", then: seller_decides, {RULE}}}\n'
        "    examples:\n      - {given: {}, expect: seller_decides}\n"
    )
    assert list(pack.questions)[-1] == "praise"


GOOD_RULE = f'rule: new, when: "insured", then: seller_decides, {RULE}'
BAD = {
    "a pack that is not shipped": ("extends: other\n", r"mine.yaml, line 1, extends: 'other' is no such pack. Only packs that"),
    "a pack of the user's": ("extends: mine.yaml\n", "Only packs that orderkit ships can be extended .amazon, article-2021.:"),
    "an unknown key": ("statements: {}\n", "line 2, pack.statements: is not for a pack that extends another. Known keys here"),
    "no mapping": ("answers: [x]\n", "line 2, answers: is no mapping"),
    "another unit": ("parameters: {stalled_after: {unit: hour}}\n", "stalled_after.unit: cannot be changed. Leave 'unit' out"),
    "a strange key": ("parameters: {stalled_after: {vals: {}}}\n", "stalled_after.vals: is an unknown key. Leave 'vals' out"),
    "a value without source": (
        "parameters:\n  stalled_after:\n    values:\n      2022-01-01: {value: 5, certainty: M}\n",
        "mine.yaml, line 5, parameters.stalled_after.values.2022-01-01.source: is missing or empty. State where",
    ),
    "an act changed": ("answers:\n  refund_buyer: {meaning: x, acts: []}\n", "line 3, .*changes what an answer.*its own name"),
    "a rule without a place": (rules(f"{{{GOOD_RULE}}}"), "line 5, .*new: is new and .*rule of article-2021"),
    "two places": (rules(f"{{{GOOD_RULE}, before: fba, after: fba}}"), "rules.new: says both `before` and `after`"),
    "an unknown place": (rules(f"{{{GOOD_RULE}, before: fbaa}}"), "new.before: 'fbaa' is no rule .*Did you mean fba"),
    "after the catch-all": (rules(f"{{{GOOD_RULE}, after: not_willing}}"), "no case comes past .*Write `before: "),
    "a place for a replaced rule": (
        rules(f"{{{GOOD_RULE}, before: fba}}".replace("rule: new", "rule: fba")),
        "rules.fba.before: is for new rules. Leave 'before' out",
    ),
    "a rule without name": (rules("{before: fba}"), r"upgrade.rules\[1\].rule: is missing"),
    "two rules of one name": (rules(*[f"{{{GOOD_RULE}, before: fba}}"] * 2), "two rules have this name"),
    "rules without examples": (rules(f"{{{GOOD_RULE}, before: fba}}", examples=""), "examples: is missing, though rules are"),
    "a strange key of a question": ("questions: {upgrade: {of: returns}}\n", "upgrade.of: is not for a pack that extends"),
    "a rule with an unknown fact": (
        rules(f"{{{GOOD_RULE}, before: fba}}".replace('"insured"', '"insurd"')),
        "mine.yaml, line 5, questions.upgrade.rules.new.when: insurd is no declared fact .*Did you mean insured",
    ),
    "an example that fails": (
        rules(f"{{rule: fba, when: \"channel = 'FBA'\", then: seller_decides, {RULE}}}", examples=FBA % "give_method_and_time"),
        "mine.yaml, line 7, questions.upgrade.examples: an example fails: upgrade expects .*seller_decides.*Mend the example",
    ),
    "a rule of the base that nothing reaches": (
        rules(f'{{rule: fba, when: "handed_over", then: seller_decides, {RULE}}}', examples=SHIPPED),
        r"article-2021.yaml, line \d+, questions.upgrade.rules.shipped: as changed by mine.yaml: no case reaches this rule",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_extension_is_refused_with_place_and_cure(name):
    text, message = BAD[name]
    with pytest.raises(PackError) as refused:
        read(text, head="" if text.startswith("extends") else HEAD)
    assert re.search(message, str(refused.value)), str(refused.value)
    assert "mine.yaml" in str(refused.value)
    assert refused.value.key
    assert refused.value.cure


def test_a_day_given_twice_for_one_marketplace_is_refused():
    day = "2025-01-01: {value: 60, certainty: A, source: mine}"
    text = f"parameters:\n  self_cancel_window:\n    values:\n      DE: {{{day}}}\n      EU: {{{day}}}\n"
    with pytest.raises(PackError, match=r"mine.yaml, line 6, .*values.EU.2025-01-01: stands twice for one key"):
        read(text, head="extends: amazon\n")
    with pytest.raises(PackError, match=r"mine.yaml, line 5, .*'XX' stands for no marketplace"):
        read(text.replace("DE:", "XX:"), head="extends: amazon\n")


def test_the_example_of_the_guide_loads():
    guide = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", guide, flags=re.DOTALL)
    pack = policy.read_pack(example, "mine.yaml")
    assert pack.title == "Amazon, with what my shop does differently"
    assert [rule.name for rule in pack.questions["upgrade"].rules][2:5] == ["cancelled", "large_order", "willing"]
    assert pack.questions["upgrade"].rules[3].drafts
