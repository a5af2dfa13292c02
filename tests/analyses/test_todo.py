"""The list of things to do, on a few lines with the answers of a policy made by hand."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest
import shops

from orderkit import policy
from orderkit.analyses import today, todo
from orderkit.errors import BadValue

D = Decimal
NOW = dt.datetime(2026, 3, 31, 9, tzinfo=dt.UTC)
BEFORE = NOW - dt.timedelta(days=1)
TUESDAY = dt.date(2026, 3, 31)


@pytest.fixture
def con():
    return shops.empty(as_of=TUESDAY)


def ask_to_cancel(con, order_id, value, deadline=TUESDAY, **line):
    shops.add_line(
        con, order_id, value=value, **{"status": "unshipped", "delivery": "not_shipped", "cancel_asked_at": NOW} | line
    )
    shops.add_answer(
        con, "cancel", order_id, "1", answer="seller_may_cancel", rule="before_shipping", who_pays="nobody", deadline=deadline
    )


def test_nothing_to_do_is_said(con):
    assert todo(con).headline == "Nothing to do that the loaded exports tell of."
    assert list(todo(con).frame["item"]) == []


def test_an_open_request_carries_its_answer(con):
    ask_to_cancel(con, "A", D("42.99"))
    result = todo(con)
    thing = result.frame.iloc[0]
    assert (thing["what"], thing["advice"]) == ("The buyer asks to cancel", "Seller may cancel.")
    assert (thing["kind"], thing["rule"], thing["who_pays"], thing["money"]) == ("cancel", "before_shipping", "nobody", 42.99)
    assert result.headline == "1 thing to do, $42.99 at stake."


@pytest.mark.parametrize(("answered", "open_things"), [(None, 1), (BEFORE, 1), (NOW, 0), (NOW + dt.timedelta(hours=1), 0)])
def test_a_request_is_open_until_it_is_answered(con, answered, open_things):
    ask_to_cancel(con, "A", D("42.99"), cancel_answered_at=answered)
    assert len(todo(con).frame) == open_things


@pytest.mark.parametrize("line", [{"channel": "FBA"}, {"status": "cancelled"}])
def test_fba_and_cancelled_lines_ask_for_nothing(con, line):
    ask_to_cancel(con, "A", D("42.99"), **line)
    assert todo(con).frame.empty


def test_money_is_never_added_up_across_currencies_and_a_line_counts_once(con):
    ask_to_cancel(con, "A", D("10.00"), address_asked_at=NOW)
    ask_to_cancel(con, "B", D("5.00"))
    ask_to_cancel(con, "C", D("7.00"), currency="EUR")
    result = todo(con)
    assert len(result.frame) == 2 + 1 + 1
    assert result.totals == {"USD": D("10.00") + D("5.00"), "EUR": D("7.00")}
    assert result.headline == "4 things to do, €7.00 and $15.00 at stake."


def test_an_amount_that_is_not_known_is_told(con):
    ask_to_cancel(con, "A", None)
    result = todo(con)
    assert result.totals == {}
    assert result.frame["money"].isna().all()
    assert any("1 thing without an amount" in line for line in result.how)


def test_faster_shipping_costs_no_refund(con):
    shops.add_line(con, "A", value=D("10.00"), status="unshipped", delivery="not_shipped", upgrade_asked_at=NOW)
    result = todo(con)
    assert (result.frame["money"].tolist(), result.totals) == ([0.0], {})


def test_an_unknown_answer_names_what_would_tell(con):
    shops.add_line(con, "A", value=D("10.00"), delivery=None, not_received_asked_at=NOW)
    shops.add_answer(
        con,
        "not_received",
        "A",
        "1",
        answer="unknown",
        who_pays="nobody",
        missing="tracking, insured",
        ask_for="a tracking export",
    )
    thing = todo(con).frame.iloc[0]
    assert thing["advice"] == "What the rules say is not known."
    assert thing["why"] == "not known: tracking, insured; a tracking export would tell"


def test_most_urgent_first_then_the_dearer(con):
    ask_to_cancel(con, "none", D("99.00"), deadline=None)
    ask_to_cancel(con, "later", D("50.00"), deadline=TUESDAY + dt.timedelta(days=1))
    ask_to_cancel(con, "cheap", D("1.00"))
    ask_to_cancel(con, "dear", D("2.00"))
    ask_to_cancel(con, "unpriced", None)
    assert todo(con).frame["order_id"].tolist() == ["dear", "cheap", "unpriced", "later", "none"]
    assert todo(con).frame["days_left"].tolist()[:4] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("delivery", "tracking", "kind"),
    [("open_late", "in_transit", "late_open"), (None, "none", None), ("lost", "lost", "lost"), ("late", "delivered", None),
     ("open", "in_transit", None), (None, None, None), ("came_back", "returned", None)],
)  # fmt: skip
def test_parcels_to_look_after_before_anybody_complains(con, delivery, tracking, kind):
    shops.add_line(con, "A", value=D("10.00"), delivery=delivery, tracking=tracking, days_past_deliver_by=2)
    assert todo(con).frame["kind"].tolist() == ([kind] if kind else [])


def test_a_complaint_takes_the_place_of_the_late_parcel(con):
    shops.add_line(
        con, "A", value=D("10.00"), delivery="open_late", tracking="in_transit", days_past_deliver_by=2, not_received_asked_at=NOW
    )
    assert todo(con).frame["kind"].tolist() == ["not_received"]


@pytest.mark.parametrize(
    ("status", "days", "things"),
    [
        ("unshipped", 1, 1),
        ("unshipped", 0, 0),
        ("partially_shipped", 1, 1),
        ("pending", 1, 0),
        ("cancelled", 1, 0),
        ("unshipped", None, 0),
    ],
)
def test_ship_or_cancel_from_the_day_after_the_ship_by_day(con, status, days, things):
    shops.add_line(con, "A", value=D("10.00"), status=status, delivery="not_shipped", days_past_ship_by=days, ship_by_day=TUESDAY)
    assert len(todo(con).frame) == things


@pytest.mark.parametrize(
    ("facts", "kind"),
    [({"received": True}, "return_received"), ({"received": True, "status": "approved"}, "return_received"),
     ({"received": True, "refunded": D("10.00")}, None), ({"received": True, "closed": True}, None),
     ({"status": "pending approval"}, "return_request"), ({"status": None}, "return_request"), ({"status": "approved"}, None)],
)  # fmt: skip
def test_returns_wait_for_the_seller_only_where_the_seller_is_next(con, facts, kind):
    shops.add_return(con, "R", "A", value=D("10.00"), **facts)
    result = todo(con)
    assert result.frame["kind"].tolist() == ([kind] if kind else [])
    assert result.totals == ({"USD": D("10.00")} if kind else {})


def test_an_item_keeps_its_name_and_things_have_different_ones(con):
    ask_to_cancel(con, "A", D("10.00"), address_asked_at=NOW)
    first = todo(con).frame.set_index("kind")["item"]
    ask_to_cancel(con, "B", D("99.00"))
    again = todo(con).frame
    assert again["item"].is_unique
    assert first["cancel"] in set(again.loc[again["order_id"] == "A", "item"])
    assert first["cancel"] != first["address"]


@pytest.mark.parametrize(
    ("days", "old_list", "old_today"), [(1, False, False), (2, False, True), (7, False, True), (8, True, True)]
)
def test_old_data_are_called_old(days, old_list, old_today):
    con = shops.empty(as_of=TUESDAY, clock=TUESDAY + dt.timedelta(days=days))
    assert ("load newer exports first" in todo(con).headline) == old_list
    assert ("load newer exports first" in today(con).headline) == old_today


def test_days_left_are_counted_from_the_clock():
    con = shops.empty(as_of=TUESDAY, clock=TUESDAY + dt.timedelta(days=3))
    ask_to_cancel(con, "A", D("10.00"), deadline=TUESDAY + dt.timedelta(days=1))
    assert todo(con).frame["days_left"].tolist() == [-2]


@pytest.mark.parametrize(
    ("deadline", "urgent"), [(dt.date(2026, 3, 1), 1), (dt.date(2026, 4, 5), 1), (dt.date(2026, 4, 6), 0), (None, 0)]
)
def test_today_shows_what_ends_before_next_monday(con, deadline, urgent):
    ask_to_cancel(con, "A", D("10.00"), deadline=deadline)
    result = today(con)
    assert len(result.frame) == urgent
    assert "Mon 6 Apr 2026" in result.title
    assert result.how[0].startswith(f"{1 - urgent} more thing")


# --- with a pack that asks without a buyer's request ---------------------------------------------------------------------------

AMAZON = policy.load_pack("amazon")


@pytest.fixture
def standing(con):
    """The same shop, judged by the pack amazon."""
    return with_answers(con)


def with_answers(con):
    """A shop with a table for each of the answers of the pack amazon, without rows where it had none."""
    for question in AMAZON.questions.values():
        key = "line" if question.of == "order_lines" else "return_id"
        con.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS answers_{question.name}"
            f" (account VARCHAR, order_id VARCHAR, {key} VARCHAR, {shops.ANSWER})"
        )
    return con


def claim(con, order_id, deadline, answer="claim_carrier", question="carrier_claim", **line):
    """A lost parcel, with what the pack says about a claim for it."""
    shops.add_line(con, order_id, **{"value": D("10.00"), "tracking": "lost", "delivery": "lost"} | line)
    answered(
        con, question, order_id, "1", answer=answer, rule="r", who_pays="carrier", recovery_source="carrier", deadline=deadline
    )


def answered(con, question, order_id, key, **values):
    grain = "line" if AMAZON.questions[question].of == "order_lines" else "return_id"
    row = {"account": "shop", "order_id": order_id, grain: key, **values}
    con.execute(f"INSERT INTO answers_{question} ({', '.join(row)}) VALUES ({', '.join('$' + name for name in row)})", row)


def things(con):
    return todo(con, pack=AMAZON).frame.set_index("order_id")


def test_standing_questions_make_things_to_do_unless_nothing_is_to_be_done(standing):
    for order_id, answer in {"A": "ship_in_time", "B": "nothing_to_do", "C": "unknown", "D": "no_rule_known"}.items():
        shops.add_line(standing, order_id, value=D("10.00"), status="unshipped", delivery="not_shipped", days_past_ship_by=0)
        answered(
            standing, "ship", order_id, "1", answer=answer, rule="r", who_pays="nobody", deadline=TUESDAY, ask_for="this export"
        )
    result = todo(standing, pack=AMAZON)
    assert result.frame["order_id"].tolist() == ["A"]
    assert result.frame["advice"].tolist() == ["Hand it to the carrier, and confirm it, by the ship-by day."]
    assert result.frame["money"].tolist() == [0.0]  # in time: nothing is to be refunded
    said = "An order has to be shipped, or cancelled: "
    assert f"{said}not known for 1 line; this export would tell. Not in the list." in result.how
    assert f"{said}no rule known for 1 line. Not in the list." in result.how


def test_what_the_buyer_asks_takes_the_place_of_what_stands_and_its_day(standing):
    ask_to_cancel(standing, "A", D("10.00"), deadline=None)
    answered(standing, "ship", "A", "1", answer="ship_in_time", rule="in_time", who_pays="nobody", deadline=TUESDAY)
    (thing,) = todo(standing, pack=AMAZON).frame.to_dict("records")
    assert (thing["kind"], thing["deadline"].date()) == ("cancel", TUESDAY)


@pytest.mark.parametrize(("days", "also"), [(-1, True), (0, False), (1, False)])
def test_the_nearer_of_two_days_counts(standing, days, also):
    ask_to_cancel(standing, "A", D("10.00"), deadline=TUESDAY)
    day = TUESDAY + dt.timedelta(days=days)
    answered(standing, "ship", "A", "1", answer="ship_in_time", rule="in_time", who_pays="nobody", deadline=day)
    (thing,) = todo(standing, pack=AMAZON).frame.to_dict("records")
    assert thing["deadline"].date() == min(day, TUESDAY)
    assert ("Hand it to the carrier" in thing["advice"]) == also


def test_a_claim_runs_out_though_the_buyer_waits_and_its_money_counts_once(standing):
    claim(standing, "A", TUESDAY, not_received_asked_at=NOW)
    result = todo(standing, pack=AMAZON)
    assert sorted(result.frame["kind"]) == ["carrier_claim", "not_received"]
    assert result.totals == {"USD": D("10.00")}


def test_what_is_about_to_be_lost_stands_first(standing):
    days = {days: TUESDAY + dt.timedelta(days=days) for days in (-1, 0, 7, 8)}
    claim(standing, "claim later", days[8])
    claim(standing, "claim soon", days[7])
    claim(standing, "claim past", None, answer="claim_probably_past")
    claim(standing, "fba", days[8], answer="claim_reimbursement", question="fba_refund", channel="FBA")
    ask_to_cancel(standing, "cancel", D("1.00"), deadline=days[0])
    ask_to_cancel(standing, "shipped", D("99.00"), deadline=days[0], status="shipped")
    shops.add_return(standing, "R", "fbm", value=D("10.00"), refunded=D("9.00"), days_since_requested=31, closed=True)
    answered(standing, "never_back", "fbm", "R", answer="look_for_return", rule="never_back", who_pays="seller")
    found = things(standing)
    assert found.index.tolist() == ["fba", "fbm", "claim soon", "cancel", "claim past", "shipped", "claim later"]
    assert found.loc["fbm", "money"] == 9.0


@pytest.mark.parametrize(
    ("received", "answer", "listed"),
    [(False, "look_for_return", 1), (False, "wait_for_return", 0), (False, "nothing_to_do", 0), (True, "look_for_return", 0)],
)
def test_refunded_and_never_back(standing, received, answer, listed):
    shops.add_return(standing, "R", "A", value=D("10.00"), received=received, days_since_requested=31, closed=True)
    answered(standing, "never_back", "A", "R", answer=answer, rule="never_back", who_pays="seller")
    assert len(todo(standing, pack=AMAZON).frame) == listed


@pytest.mark.parametrize(("number", "entries"), [(2, 2), (3, 1)])
def test_undated_things_alike_are_shown_as_one(standing, number, entries):
    for n in range(number):
        shops.add_return(standing, f"R{n}", f"A{n}", value=D("0.10"), received=False, days_since_requested=31, closed=True)
        answered(standing, "never_back", f"A{n}", f"R{n}", answer="look_for_return", rule="never_back", who_pays="seller")
    result = todo(standing, pack=AMAZON)
    assert len(result.frame) == number
    assert repr(result).count("Refunded, and the goods never came back.") == entries
    assert ("no deadline; $0.30 at stake" in repr(result)) == (entries == 1)
    assert all(f"order A{n}" in repr(result) for n in range(number))
    assert ("The 3 orders" in result._repr_html_()) == (entries == 1)


def test_a_claim_for_what_never_came_back_is_all_there_is_to_do(standing):
    shops.add_return(standing, "R", "A", value=D("10.00"), received=False, days_since_requested=31, closed=True)
    answered(standing, "never_back", "A", "R", answer="look_for_return", rule="never_back", who_pays="seller")
    answered(standing, "safe_t", "A", "R", answer="file_safe_t_lost", rule="lost_on_the_way", who_pays="marketplace")
    assert todo(standing, pack=AMAZON).frame["kind"].tolist() == ["safe_t"]


def test_a_claim_names_who_is_to_pay_what_is_needed_and_where_to_go(standing):
    claim(standing, "A/1", TUESDAY, marketplace="amazon.co.uk")
    claim(standing, "B", TUESDAY, marketplace="shop.example")
    found = things(standing)
    assert found.loc["A/1", "recovery_source"] == "carrier"
    assert "tracking number" in found.loc["A/1", "evidence"]
    assert found.loc["A/1", "link"] == "https://sellercentral.amazon.co.uk/orders-v3/order/A%2F1"
    assert pd.isna(found.loc["B", "link"])
    text = repr(todo(standing, pack=AMAZON))
    assert "nan" not in text.lower()
    assert text.count("Have ready: tracking number") == 2


def test_what_is_past_says_so_and_a_range_shows_its_safest_date(standing):
    yesterday, later = TUESDAY - dt.timedelta(days=1), TUESDAY + dt.timedelta(days=60)
    claim(standing, "past", yesterday)
    claim(standing, "range", TUESDAY)
    claim(standing, "perhaps", yesterday)
    standing.execute("UPDATE answers_carrier_claim SET deadline_latest = $day WHERE order_id <> 'past'", {"day": later})
    result = todo(standing, pack=AMAZON)
    found = result.frame.set_index("order_id")
    assert found["state"].to_dict() == {"past": "expired", "range": "open", "perhaps": "open"}
    assert found.loc["past", "advice"].endswith("Probably past: look now.")
    assert found.loc["range", "advice"].endswith("That is the safest date; some sources say Sat 30 May 2026.")
    assert found.loc["perhaps", "advice"].endswith("The safest date is past: look now; some sources say Sat 30 May 2026.")
    assert "$10.00 to claim is probably past: look now." in result.headline
    assert result.totals == {"USD": D("20.00")}


def test_the_day_of_the_data_means_at_once():
    con = with_answers(shops.empty(as_of=TUESDAY, clock=TUESDAY + dt.timedelta(days=3)))
    shops.add_line(con, "A", value=D("10.00"), delivery="lost", not_received_asked_at=NOW)
    rule = next(rule for rule in AMAZON.questions["not_received"].rules if rule.deadline and rule.deadline.text == "as_of_day")
    shops.add_answer(con, "not_received", "A", "1", answer=rule.then, rule=rule.name, who_pays="seller", deadline=TUESDAY)
    assert todo(con, pack=AMAZON).frame["days_left"].tolist() == [0]


# --- what the seller did about it ----------------------------------------------------------------------------------------------


def decide(con, item, state="done", on=TUESDAY, **values):
    shops.put(
        con,
        "decisions",
        account="shop",
        row=item,
        task=item,
        state=state,
        at=dt.datetime.combine(on, dt.time.max, dt.UTC),
        **values,
    )


@pytest.mark.parametrize(("state", "left"), [("done", 0), ("ignored", 0), ("claimed", 0), (None, 1)])
def test_what_is_closed_leaves_the_list(con, state, left):
    ask_to_cancel(con, "A", D("10.00"))
    decide(con, todo(con).frame["item"].item(), state)
    result = todo(con)
    assert len(result.frame) == left
    assert any("marked as done" in line for line in result.how) == (not left)


@pytest.mark.parametrize(("on", "left"), [(TUESDAY, 0), (TUESDAY - dt.timedelta(days=1), 1)])
def test_what_the_buyer_asks_again_later_is_open_again(con, on, left):
    ask_to_cancel(con, "A", D("10.00"))
    decide(con, todo(con).frame["item"].item(), on=on)
    assert len(todo(con).frame) == left


def test_the_name_of_an_item_outlives_the_order_item_id(con):
    shops.add_line(con, "A", "MUG", sku="MUG", value=D("10.00"), cancel_asked_at=NOW)
    before = todo(con).frame["item"].tolist()
    for table in ("order_lines", "line_facts"):
        con.execute(f"UPDATE {table} SET line = '12345678901234'")
    assert todo(con).frame["item"].tolist() == before


def test_won_back_this_year_counts_what_was_paid_and_noted_once(con):
    paid = {"account": "shop", "currency": "USD", "state": "paid", "decided_at": NOW}
    shops.put(con, "recoveries", row="1", order_id="A", amount=D("10.00"), **paid)
    shops.put(con, "recoveries", row="2", order_id="B", amount=D("70.00"), **paid | {"decided_at": NOW.replace(year=2025)})
    shops.put(con, "recoveries", row="3", order_id="C", amount=D("90.00"), **paid | {"state": "denied"})
    decide(con, "t1", "claimed", order_id="A", amount=D("10.00"), currency="USD")
    decide(con, "t2", "claimed", order_id="D", amount=D("5.00"), currency="EUR")
    assert "Won back this year: €5.00 and $10.00." in todo(con).headline


def test_rules_that_leave_questions_of_buyers_open_are_refused(con):
    narrow = dataclasses.replace(AMAZON, name="narrow", questions={"ship": AMAZON.questions["ship"]})
    with pytest.raises(BadValue, match=r"The rules narrow have no question cancel, upgrade, .*`extends: amazon`"):
        todo(con, pack=narrow)
