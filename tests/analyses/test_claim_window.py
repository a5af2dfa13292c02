"""Which late and open lines a buyer can claim for: on lines made by hand, by the days of a pack."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
import shops

from orderkit import measures, policy
from orderkit.analyses import exposure
from orderkit.analyses.claim_window import CLOSED, CLOSES, LATER, NOT_KNOWN, NOW, OPENS, claim_windows

D = Decimal
AMAZON = policy.load_pack("amazon")
ARTICLE = policy.load_pack("article-2021")
LATE = {"delivery": "open_late", "tracking": "in_transit", "days_past_deliver_by": 5, "value": D("10.00")}


@pytest.fixture
def con():
    return shops.empty()


def states(con, pack=AMAZON, **cut):
    """{state: lines} of all places."""
    found = {}
    for row in claim_windows(con, pack, **cut):
        found[row["state"]] = found.get(row["state"], 0) + row["lines"]
    return found


def shown(con, pack=AMAZON):
    """The exposure of the shop, after answers of the pack amazon."""
    policy.apply(con, AMAZON, only=("not_received", "delivery", "carrier_claim"))
    return exposure(con, pack=pack)


def with_period(name, **changes):
    """The pack amazon with the periods of one parameter changed."""
    parameter = AMAZON.parameters[name]
    periods = tuple(dataclasses.replace(period, **changes) for period in parameter.periods)
    return dataclasses.replace(AMAZON, parameters=AMAZON.parameters | {name: dataclasses.replace(parameter, periods=periods)})


@pytest.mark.parametrize(
    ("days", "state"),
    [(1, LATER), (3, LATER), (4, NOW), (90, NOW), (91, CLOSED)],
)
def test_on_amazon_com_a_claim_opens_after_3_days_and_closes_after_90(con, days, state):
    """Days of https://www.amazon.com help 200783670, as the pack holds them."""
    shops.add_line(con, "A", **LATE | {"days_past_deliver_by": days})
    assert states(con) == {state: 1}


@pytest.mark.parametrize("days", [1, 3, 4, 60, 90, 91, 200])
def test_it_is_as_the_rules_answer_a_buyer_who_wrote(con, days):
    """Second method: the rules just_late and closed of the pack, which read the same days."""
    told = {"complained": True, "not_received_asked_at": dt.datetime(2026, 3, 29, 9, tzinfo=dt.UTC), "refund_on_record": "no"}
    sent = {"carrier": "UPS", "carrier_name": "ups", "protected": False, "insured": False}
    due = {"days_past_deliver_by": days, "deliver_by_day": dt.date(2026, 3, 31) - dt.timedelta(days=days)}
    shops.add_line(con, "A", **LATE | told | sent | due)
    policy.apply(con, AMAZON, only=("not_received",))
    ((rule,),) = con.sql("SELECT rule FROM answers_not_received").fetchall()
    assert states(con) == {{"just_late": LATER, "closed": CLOSED}.get(rule, NOW): 1}


@pytest.mark.parametrize(
    ("pack", "values"),
    [
        (ARTICLE, {}),  # has no such days
        (None, {}),
        (AMAZON, {"marketplace": "amazon.de", "currency": "EUR"}),  # no source tells them
        (AMAZON, {"marketplace": None}),
        (AMAZON, {"as_of_day": dt.date(2019, 12, 30)}),  # the day before the first dated value
        (with_period(OPENS, certainty="C"), {}),
        (with_period(CLOSES, others=(60,)), {}),
        (dataclasses.replace(AMAZON, parameters={OPENS: dataclasses.replace(AMAZON.parameters[OPENS], unit="hour")}), {}),
    ],
)
def test_days_that_are_not_known_or_not_sure_make_the_state_not_known(con, pack, values):
    shops.add_line(con, "A", **LATE | values)
    assert states(con, pack) == {NOT_KNOWN: 1}
    told = shown(con, pack).frame.iloc[0]
    assert (told["claim_window_not_known"], told["claim_open"]) == (1, 0)


@pytest.mark.parametrize(("name", "days", "state"), [(OPENS, 91, CLOSED), (CLOSES, 3, LATER), (CLOSES, 4, NOT_KNOWN)])
def test_one_of_the_two_days_may_tell_without_the_other(con, name, days, state):
    shops.add_line(con, "A", **LATE | {"days_past_deliver_by": days})
    assert states(con, with_period(name, certainty="?", value=None)) == {state: 1}


@pytest.mark.parametrize("marketplace", ["amazon.com", "amazon.de"])
def test_days_that_hold_everywhere_need_no_marketplace(con, marketplace):
    """A pack of one's own may date a value by the day alone."""
    everywhere = {}
    for name, value in ((OPENS, 7), (CLOSES, 20)):
        parameter = AMAZON.parameters[name]
        period = dataclasses.replace(parameter.periods[0], key=None, value=value)
        everywhere[name] = dataclasses.replace(parameter, by=None, periods=(period,))
    for number, days in enumerate([7, 8, 20, 21]):
        shops.add_line(con, f"A{number}", **LATE | {"days_past_deliver_by": days, "marketplace": marketplace})
    assert states(con, dataclasses.replace(AMAZON, parameters=everywhere)) == {LATER: 1, NOW: 2, CLOSED: 1}


def test_money_by_currency_and_lines_without_it(con):
    shops.add_line(con, "A", **LATE)
    shops.add_line(con, "B", **LATE | {"value": None})
    shops.add_line(con, "C", **LATE | {"value": D("2.50"), "refund_on_record": "yes"})
    shops.add_line(con, "D", **LATE | {"currency": "EUR", "value": D("7.00"), "days_past_deliver_by": 2})
    result = shown(con)
    assert result.tables["claims"].to_numpy().tolist() == [
        ["amazon.com", "EUR", LATER, 1, 7.0, 0, 0], ["amazon.com", "USD", NOW, 3, 12.5, 1, 1],
    ]  # fmt: skip
    said = [line for line in result.how if line.startswith("A-to-z")]
    assert said == [
        "A-to-z: a buyer can claim later for 1 line (€7.00); can claim now for 3 lines ($12.50; 1 without an amount). "
        "Of what can be claimed, 1 line is refunded already by your bookings. Days past the promise by the rules amazon."
    ]
    frame = result.frame.set_index("currency")
    assert frame.loc["USD", ["claim_open", "value_claim_open", "claim_opens_later"]].tolist() == [3, 12.5, 0]
    assert frame.loc["EUR", ["claim_open", "claim_opens_later", "claim_closed"]].tolist() == [0, 1, 0]


def test_every_late_and_open_line_has_one_state_and_no_other_line_has(con):
    number = 0
    for delivery in ("open_late", "not_shipped", "late", "lost", "open", None):
        for status in ("shipped", "unshipped", "partially_shipped", "pending", "cancelled"):
            for days in (-1, 0, 2, 30, 200, None):
                told = {"delivery": delivery, "status": status, "days_past_deliver_by": days}
                shops.add_line(con, f"A{number}", **LATE | told | {"channel": "FBA" if number % 7 == 0 else "FBM"})
                number += 1
    (late,) = measures.rows(con, "late_open", by=[])
    assert sum(states(con).values()) == late["lines"] > 10
    assert sum(row["value"] for row in claim_windows(con, AMAZON)) == late["value"]


def test_one_marketplace_on_request_and_an_empty_shop(con):
    assert claim_windows(con, AMAZON) == []
    shops.add_line(con, "A", **LATE)
    shops.add_line(con, "B", **LATE | {"marketplace": "amazon.de"})
    assert states(con, marketplace="amazon.com") == {NOW: 1}


def test_where_nothing_is_known_to_be_late_no_zero_is_told(con):
    shops.add_line(con, "A", value=D("12.50"), delivery=None, deliver_by_day=None)
    told = shown(con).frame.iloc[0]
    assert told[["claim_open", "claim_opens_later", "claim_closed", "claim_window_not_known"]].isna().all()
