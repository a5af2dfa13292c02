"""What returns leave to do: refunds whose goods never came back first, then claims and refunds that are due."""

import datetime as dt
from decimal import Decimal

import pytest
import return_shops as made
import shops

from orderkit.policy import load_pack

D = Decimal
PACK = load_pack("amazon")
SOON = dt.date(2026, 10, 5)


@pytest.fixture
def con():
    return made.with_answers(made.empty(exports=("amazon_mfn_returns", "amazon_fba_customer_returns")), PACK)


def answer(con, question, order_id, key, said, rule="a_rule", **values):
    """An answer of the pack to a question about an order line or a return."""
    name = "line" if PACK.questions[question].of == "order_lines" else "return_id"
    told = {"account": "shop", "order_id": order_id, name: key, "answer": said, "rule": rule, "who_pays": "marketplace"} | values
    columns, cells = ", ".join(told), ", ".join(f"${column}" for column in told)
    con.execute(f"INSERT INTO answers_{question} ({columns}) VALUES ({cells})", told)


def recovery(con, **asked):
    result = made.answered(con, pack=PACK, **asked)
    return result, result.tables["recovery"]


def fba_never_back(con, order_id, price, **line):
    made.sell(con, order_id, channel="FBA", price=price, refunded_day=made.day("2026-07-01"), **line)
    answer(con, "fba_refund", order_id, "1", "claim_reimbursement", deadline=SOON)


def test_without_a_pack_nothing_is_to_do(con):
    made.sell(con, "A")
    made.ask(con, "R", "A")
    frame = made.answered(con).tables["recovery"]
    assert frame.empty
    assert "never_back" in frame


def test_refunded_and_never_received_stands_first_the_dearest_first(con):
    made.sell(con, "A", price="500.00")
    made.ask(con, "R1", "A", received=True, received_at=made.day("2026-06-20"), refunded=D("500.00"))
    answer(con, "safe_t", "A", "R1", "file_safe_t", deadline=SOON)
    fba_never_back(con, "B", "10.00")
    fba_never_back(con, "C", "30.00")
    made.sell(con, "D")
    made.ask(con, "R2", "D", refunded=D("20.00"))
    answer(con, "never_back", "D", "R2", "look_for_return", who_pays="seller")
    result, frame = recovery(con)
    assert frame[["order_id", "never_back"]].to_numpy().tolist() == [["C", True], ["D", True], ["B", True], ["A", False]]
    assert frame["money"].tolist() == [30.0, 20.0, 10.0, 500.0]
    assert "3 refunds whose goods never came back ($60.00)" in result.headline


def test_a_safe_t_claim_for_what_was_lost_on_the_way_is_one_of_them(con):
    made.sell(con, "A")
    made.ask(con, "R", "A", refunded=D("20.00"))  # not received
    answer(con, "safe_t", "A", "R", "file_safe_t_lost", deadline=SOON)
    result, frame = recovery(con)
    assert frame[["kind", "never_back", "claim", "state"]].to_numpy().tolist() == [["safe_t", True, True, "open"]]
    assert "1 refund whose goods never came back ($20.00)" in result.headline


def test_what_is_received_and_not_refunded_waits_for_its_refund(con):
    made.sell(con, "A")
    made.ask(con, "R", "A", received=True, received_at=made.day("2026-09-28"))
    answer(con, "refund_clock", "A", "R", "refund_before_automatic", deadline=SOON, who_pays="by_fault")
    result, frame = recovery(con)
    assert frame["never_back"].tolist() == [False]
    assert frame["days_left"].tolist() == [5]
    assert "never came back" not in result.headline


def test_a_claim_that_may_be_past_is_said_to_be(con):
    made.sell(con, "A", channel="FBA")
    answer(con, "fba_refund", "A", "1", "claim_probably_past", who_pays="seller")
    _, frame = recovery(con)
    assert frame["state"].tolist() == ["expired"]
    assert frame["deadline"].isna().all()


def test_money_of_two_currencies_stands_side_by_side(con):
    fba_never_back(con, "A", "10.00")
    fba_never_back(con, "B", "8.00", currency="EUR", marketplace="amazon.de")
    made.ask(con, "R", "Z", None)
    result, _ = recovery(con)
    assert "2 refunds whose goods never came back (€8.00 and $10.00)" in result.headline


def test_a_marketplace_has_its_own(con):
    fba_never_back(con, "A", "10.00")
    fba_never_back(con, "B", "8.00", currency="EUR", marketplace="amazon.de")
    _, frame = recovery(con, marketplace="amazon.de")
    assert frame["order_id"].tolist() == ["B"]


def test_what_the_seller_has_closed_is_gone(con):
    fba_never_back(con, "A", "10.00")
    _, frame = recovery(con)
    closed = {"row": "1", "task": frame["item"].iloc[0], "state": "done", "at": dt.datetime(2026, 9, 29, tzinfo=dt.UTC)}
    shops.put(con, "decisions", account="shop", order_id="A", **closed)
    _, frame = recovery(con)
    assert frame.empty


def test_the_pack_of_the_article_has_no_claims_and_no_crash(con):
    made.sell(con, "A")
    made.ask(con, "R", "A", received=True, received_at=made.day("2026-09-28"))
    shops.add_answer(con, "return_received", "A", "R", answer="refund_less_shipping", rule="back", who_pays="buyer")
    frame = made.answered(con, pack=load_pack("article-2021")).tables["recovery"]
    assert frame[["kind", "never_back"]].to_numpy().tolist() == [["return_received", False]]


def test_the_sample_has_the_items_of_its_to_do_list(sample_shop):
    frame, listed = sample_shop.returns().tables["recovery"], sample_shop.todo().frame
    assert len(frame) > 20
    assert set(frame["item"]) <= set(listed["item"])
    first = frame["never_back"].to_numpy()
    assert first[: first.sum()].all(), "what never came back stands first"


LEFT = {"reason_group": "remorse", "fault": "buyer", "received_at": dt.date(2026, 6, 20)}


@pytest.mark.parametrize(
    ("state", "in_policy", "refund", "kept", "left"),
    [
        ("used_damaged", True, "-20.00", 0, 10.0),  # half of 20.00 might have been kept
        ("used_damaged", True, "-16.00", 4.0, 6.0),
        ("used_damaged", True, "-8.00", 12.0, 0),
        ("incomplete", True, "-20.00", 0, 10.0),
        ("original", False, "-20.00", 0, 4.0),  # late: a fifth
        ("original", True, "-20.00", None, None),  # in time and as sent: nothing may be kept
    ],
)
def test_what_might_have_been_kept_back(con, state, in_policy, refund, kept, left):
    made.sell(con, "A")
    made.ask(con, "R", "A", state=state, in_policy=in_policy, **LEFT)
    made.book(con, "A", refund)
    result = made.answered(con, pack=PACK)
    rows = result.tables["left_on_table"]
    assert rows[["kept", "left_on_table"]].to_numpy().tolist() == ([] if kept is None else [[kept, left]])
    assert any("more might have been kept back of 1 refund" in line for line in result.how) == bool(left)


@pytest.mark.parametrize(
    "told", [{"fault": "seller"}, {"fault": None}, {"state": None}, {"channel": "FBA", "fnsku": "X"}, {"status": "cancelled"}]
)
def test_nothing_is_left_on_the_table_unless_the_buyer_did_it_and_the_seller_saw_it(con, told):
    made.sell(con, "A", channel=told.get("channel", "FBM"))
    made.ask(con, "R", "A", **{"state": "used_damaged"} | LEFT | told)
    made.book(con, "A", "-20.00")
    assert made.answered(con, pack=PACK).tables["left_on_table"].empty
