"""How many defects a limit leaves: the published values, the pack's limits by day and marketplace, and laws."""

import datetime as dt
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit import policy
from orderkit.errors import BadValue, UnknownName
from orderkit.statistics import health

PACK = policy.load_pack("amazon")
TODAY = dt.date(2026, 11, 22)
# strictly under: 1 of 25 is 4 %, which is not under 4 %; 1 of 26 is 3.8 %
PUBLISHED = [
    ("late_shipment", 25, 0), ("late_shipment", 26, 1), ("late_shipment", 50, 1), ("late_shipment", 51, 2),
    ("late_shipment", 100, 3), ("late_shipment", 101, 4),
    ("cancel", 40, 0), ("cancel", 41, 1), ("cancel", 80, 1), ("cancel", 81, 2),
    ("order_defect", 100, 0), ("order_defect", 101, 1), ("order_defect", 300, 2),
]  # fmt: skip


@pytest.mark.parametrize(("rate", "orders", "most"), PUBLISHED)
def test_the_published_headroom_comes_out(rate, orders, most):
    limit = health.limit(PACK, rate, marketplace="amazon.com", day=TODAY)
    assert health.most_defects(orders, limit.percent) == most
    assert health.headroom(most, orders, limit.percent).under
    assert not health.headroom(most + 1, orders, limit.percent).under


@pytest.mark.parametrize(("orders", "rate", "left"), [(50, 12.0, 1 - 6), (171, 3.5, 6 - 6)])
def test_six_late_are_too_many_in_ten_days_and_few_enough_in_thirty(orders, rate, left):
    found = health.headroom(6, orders, Decimal("4.0"))  # 4 % of 171 is 6.84, so 6 stay under it
    assert round(found.rate, 1) == rate
    assert (found.left, found.under) == (left, left >= 0)


def test_without_orders_there_is_no_rate_and_nothing_is_broken():
    found = health.headroom(0, 0, Decimal("4.0"))
    assert math.isnan(found.rate)
    assert (found.most, found.left, found.under) == (0, 0, True)


@given(st.integers(1, 5000), st.integers(1, 400))
def test_the_most_is_under_the_limit_and_one_more_is_not(orders, tenths):
    percent = Decimal(tenths) / 10
    most = health.most_defects(orders, percent)
    assert most * 1000 < tenths * orders
    assert (most + 1) * 1000 >= tenths * orders


@pytest.mark.parametrize(
    ("rate", "marketplace", "percent", "windows"),
    [
        ("late_shipment", "amazon.com", "4.0", (10, 30)),
        ("late_shipment", "amazon.de", "4.0", (10, 30)),
        ("cancel", "amazon.com", "2.5", (7,)),
        ("cancel", "amazon.in", "2.0", (7, 30)),
        ("order_defect", "amazon.ae", "1.0", (60,)),
    ],
)
def test_limits_are_those_of_the_marketplace(rate, marketplace, percent, windows):
    found = health.limit(PACK, rate, marketplace=marketplace, day=TODAY)
    assert (found.percent, found.windows, found.certainty) == (Decimal(percent), windows, "A")
    assert found.source.startswith("help ")


@pytest.mark.parametrize(
    ("rate", "marketplace", "day", "known"),
    [
        ("cancel", "amazon.in", "2022-12-30", False),
        ("cancel", "amazon.in", "2022-12-31", True),
        ("late_shipment", "amazon.com", "2012-12-30", False),
        ("late_shipment", "amazon.com", "2012-12-31", True),
        ("order_defect", "amazon.co.uk", "2026-11-22", False),  # the row names US, EU and AE alone
        ("order_defect", None, "2026-11-22", False),
    ],
)
def test_where_no_source_tells_a_limit_there_is_none(rate, marketplace, day, known):
    found = health.limit(PACK, rate, marketplace=marketplace, day=dt.date.fromisoformat(day))
    assert (found is not None) is known


def test_a_rate_that_is_none_says_which_there_are():
    with pytest.raises(UnknownName, match=r"No rate is called 'late'.*Known: cancel, late_shipment, order_defect"):
        health.limit(PACK, "late", marketplace="amazon.com", day=TODAY)


def test_a_pack_without_limits_tells_none():
    article = policy.load_pack("article-2021")
    assert all(health.limit(article, rate, marketplace="amazon.com", day=TODAY) is None for rate in health.RATES)


@pytest.mark.parametrize(("defects", "orders", "percent"), [(2, 1, 4), (-1, 5, 4), (0, 5, 0), (0, 5, 101)])
def test_numbers_that_are_no_rate_are_refused(defects, orders, percent):
    with pytest.raises(BadValue, match=r"is no rate|percent is none"):
        health.headroom(defects, orders, Decimal(percent))
