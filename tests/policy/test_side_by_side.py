"""Two packs side by side: known answers on known cases, every answer with its source, and nothing left unknown."""

import pytest

from orderkit import policy
from orderkit.errors import BadValue


@pytest.fixture(scope="module")
def cases():
    return policy.side_by_side()


def test_where_the_article_and_the_rules_of_today_part(cases):
    told = {
        (row["question"], row["case"]): (row["left_answer"], row["right_answer"])
        for row in cases[cases["part"]].to_dict("records")
    }
    assert told["cancel", "not shipped, an hour after the order, by a message"] == (
        "seller_may_cancel",
        "ask_for_official_request",
    )
    assert told["not_received", "under way, one day late"] == ("refund_buyer", "open_carrier_trace")
    assert told["return_received", "as new, merely not wanted"] == ("refund_less_shipping", "refund_less_return_postage")


def test_where_they_agree(cases):
    same = cases[~cases["part"]]
    assert (same["left_answer"] == same["right_answer"]).all()
    assert "not shipped, 30 minutes after the order" in set(same["case"])


def test_every_answer_is_decided_and_names_its_source(cases):
    answers = {*cases["left_answer"], *cases["right_answer"]}
    assert not answers & {"unknown", "no_rule_known", "look_first", "marketplace_handles_it"}
    assert cases[["left_source", "right_source"]].ne("").all().all()
    late = cases[cases["case"].eq("under way, one day late")].iloc[0]
    assert "claim opens after: 3 days" in late["right_why"]


def test_one_question_and_one_that_has_no_cases(cases):
    assert policy.side_by_side(question="cancel")["case"].tolist() == cases.query("question == 'cancel'")["case"].tolist()
    with pytest.raises(BadValue, match="no cases for the question 'ship'"):
        policy.side_by_side(question="ship")


def test_a_pack_is_the_same_as_itself():
    assert not policy.side_by_side("amazon", "amazon")["part"].any()
