"""Tests of the rules in my_rule.yaml, for `pytest`; change them with the rules."""

from pathlib import Path

import pandas as pd

import orderkit
from orderkit import policy

PACK = Path(__file__).with_name("my_rule.yaml")


def test_it_is_good_and_its_examples_come_out():
    rules = [rule.name for rule in policy.load_pack(PACK).questions["ship"].rules]
    assert rules.index("my_rule") < rules.index("in_time")


def test_an_order_written_by_hand():
    """Ordered and loaded on Monday; to be shipped on Wednesday (two days on) and on Thursday."""
    order = {"channel": "FBM", "marketplace": "amazon.com", "status": "unshipped", "ordered_at": "2026-06-08 12:00:00-07:00"}
    days = ["2026-06-10 23:59:59-07:00", "2026-06-11 23:59:59-07:00"]
    orders = pd.DataFrame([{**order, "order_id": str(n), "ship_by": day} for n, day in enumerate(days)])
    answered = orderkit.classify(orders, pack=PACK)
    assert list(answered["ship"]) == ["my_rule", "ship_in_time"]


def test_only_orders_in_time_are_touched_in_the_sample_shop(tmp_path):
    shop = orderkit.sample(tmp_path)
    changed = shop.compare(PACK).frame
    shop.close()
    assert set(changed["question"]) == {"ship"}
    assert set(zip(changed["rule"], changed["other_rule"], strict=True)) == {("in_time", "my_rule")}
