"""SAFE-T around 16 February 2026, the day on which 60 days became 30: the arithmetic, and what explain says about a real order.

The buyer was refunded on 25 January 2026 and the return was scanned on 1 February.
Filed from 16 February on: 30 days from the later of the two, 1 February. February has 28 days, so
    1 February + 27 = 28 February, + 3 more = 3 March.
Filed before: 60 days counted from the day after the refund.
    25 January + 6 = 31 January, + 28 = 28 February, + 26 more = 26 March; 6 + 28 + 26 = 60.
"""

import datetime as dt

import pytest

from orderkit import policy

REFUND, SCAN = dt.date(2026, 1, 25), dt.date(2026, 2, 1)


@pytest.fixture
def order(shop):
    """A mug, refunded at the first scan of the marketplace's label, that came back used."""
    shop.line(ordered_at="2026-01-05 20:00:00+00", ship_by="2026-01-08 07:59:59+00", deliver_by="2026-01-20 07:59:59+00")
    shop.parcel(outcome="delivered", first_scan_at="2026-01-07 20:00:00+00", delivered_at="2026-01-10 20:00:00+00")
    shop.back(
        requested_at="2026-01-20", received_at=str(SCAN), resolution="RefundAtFirstScan", usual_cause="buyer", in_policy=True
    )
    shop.inspection("used_damaged", inspected_at="2026-02-02")
    shop.add(
        "money",
        {"account": "shop", "row": "m1", "order_id": "111-1", "sku": "mug", "counts": True, "currency": "USD"},
        posted_at=f"{REFUND} 20:00:00+00", category="refund", amount="-10.00",
    )  # fmt: skip
    return shop


def safe_t(con):
    told = policy.explain(con, "amazon", "111-1")
    return next(case for case in told.cases if case.question == "safe_t"), repr(told)


def test_thirty_days_from_the_later_of_scan_and_refund_end_on_3_march(con, order):
    order.as_of("2026-02-16 20:00:00+00")
    case, text = safe_t(con)
    assert (case.answer, case.rule) == ("file_safe_t", "by_later")
    assert case.deadline == dt.date(2026, 3, 3) == SCAN + dt.timedelta(days=30) == max(SCAN, REFUND) + dt.timedelta(days=30)
    assert case.deadline_latest is None  # certainty A: one sure day
    assert "by: 3 Mar 2026" in text
    assert "safe t window: 30 days, since 16 Feb 2026 (certainty A; " in text


def test_filed_a_day_before_the_change_sixty_days_from_the_refund_end_on_26_march(con, order):
    order.as_of("2026-02-15 20:00:00+00")
    case, text = safe_t(con)
    assert (case.answer, case.rule) == ("file_safe_t", "by_refund")
    assert case.deadline == dt.date(2026, 3, 26) == REFUND + dt.timedelta(days=60)
    assert "by: 26 Mar 2026" in text
    assert "safe t window: 60 days, since 31 Dec 2020 at latest (certainty A; " in text


@pytest.mark.parametrize(("as_of", "answer"), [("2026-03-03", "file_safe_t"), ("2026-03-04", "claim_probably_past")])
def test_3_march_is_the_last_day_in_the_marketplaces_zone(con, order, as_of, answer):
    order.as_of(f"{as_of} 20:00:00+00")  # noon in Los Angeles
    assert safe_t(con)[0].answer == answer


def test_a_refund_after_the_scan_is_the_later_of_the_two(con, order):
    con.execute("UPDATE money SET posted_at = TIMESTAMPTZ '2026-02-10 20:00:00+00'")
    order.as_of("2026-02-20 20:00:00+00")
    assert safe_t(con)[0].deadline == dt.date(2026, 3, 12)  # 10 February + 18 = 28 February, + 12 more
