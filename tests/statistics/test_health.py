"""How many defects a limit leaves: the published values, the pack's limits by day and marketplace, and laws."""

import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

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
    with pytest.raises(
        UnknownName, match=r"No rate is called 'late'.*Known: cancel, late_shipment, on_time, order_defect, tracking"
    ):
        health.limit(PACK, "late", marketplace="amazon.com", day=TODAY)


def test_a_pack_without_limits_tells_none():
    article = policy.load_pack("article-2021")
    assert all(health.limit(article, rate, marketplace="amazon.com", day=TODAY) is None for rate in health.RATES)


@pytest.mark.parametrize(("defects", "orders", "percent"), [(2, 1, 4), (-1, 5, 4), (0, 5, 0), (0, 5, 101)])
def test_numbers_that_are_no_rate_are_refused(defects, orders, percent):
    with pytest.raises(BadValue, match=r"is no rate|percent is none"):
        health.headroom(defects, orders, Decimal(percent))


def test_a_rate_that_must_be_reached_is_held_by_its_misses():
    # at least 90 %: 1 miss of 10 is exactly 90 % and keeps it, 2 of 19 are 89.5 % and do not
    assert [health.most_misses(orders, Decimal("90")) for orders in (0, 9, 10, 19, 20)] == [0, 0, 1, 1, 2]
    found = health.headroom(2, 19, Decimal("90"), at_least=True)
    assert (round(found.rate, 1), found.most, found.left, found.under) == (89.5, 1, -1, False)


@given(st.integers(1, 5000), st.integers(1, 1000))
def test_the_most_misses_reach_the_limit_and_one_more_does_not(orders, tenths):
    most = health.most_misses(orders, Decimal(tenths) / 10)
    assert (orders - most) * 1000 >= tenths * orders
    assert (orders - most - 1) * 1000 < tenths * orders


@pytest.mark.parametrize(
    ("rate", "marketplace", "percent", "windows", "lag", "certainty"),
    [
        ("on_time", "amazon.com", "90", (14,), 7, "A"),
        ("on_time", "amazon.de", "90", (14,), None, "B"),  # no source tells how far the window lies back
        ("tracking", "amazon.com", "95", (30,), 0, "B"),
        ("tracking", "amazon.fr", "95", (30,), 0, "B"),
    ],
)
def test_limits_to_be_reached_are_those_of_the_marketplace(rate, marketplace, percent, windows, lag, certainty):
    found = health.limit(PACK, rate, marketplace=marketplace, day=TODAY)
    assert (found.percent, found.windows, found.lag, found.certainty) == (Decimal(percent), windows, lag, certainty)
    assert found.at_least
    assert health.lag_elsewhere(PACK, "on_time", TODAY) == 7


def test_the_published_chance_of_a_breach_comes_out():
    """9 late of 250 that stay, 120 new, Beta(20.5, 780.5): 10.3 %; with the rate taken for sure as 20 of 800, 8.1 %."""
    chance = health.chance_of_breach(9, 250, 120, 20.5, 780.5, Decimal("4.0"), spread=False)
    sure = health.chance_of_breach(9, 250, 120, 20e9, 780e9, Decimal("4.0"), spread=False)
    assert (round(chance, 3), round(sure, 3)) == (0.103, 0.081)


def test_the_rule_of_succession_comes_out():
    """betabinom_succession: 1 late of 3 seen, flat prior, so Beta(2, 3): both of the next two with 2/5 x 3/6 = 0.2."""
    # under 100 %: only two of two break it
    assert health.chance_of_breach(0, 0, 2, 2, 3, Decimal("100"), spread=False) == pytest.approx(0.2, abs=1e-12)


def test_a_breach_that_has_happened_already_is_certain():
    assert health.chance_of_breach(20, 250, 10, 1, 99, Decimal("4.0")) == 1
    assert health.chance_of_breach(11, 100, 0, 1, 99, Decimal("90"), at_least=True) == 1
    assert health.chance_of_breach(10, 100, 0, 1, 99, Decimal("90"), at_least=True) == 0


def test_poisson_spread_is_the_mean_over_the_numbers_of_new_orders():
    """A second way: draw the number of orders, the rate and the defects."""
    rng = np.random.default_rng(7)
    new = rng.poisson(60, 200_000)
    defects = 3 + rng.binomial(new, rng.beta(4.5, 120.5, new.size))
    broken = (defects * 100 >= 4 * (90 + new)).mean()
    assert health.chance_of_breach(3, 90, 60, 4.5, 120.5, Decimal("4.0")) == pytest.approx(broken, abs=0.004)


@given(st.integers(0, 10), st.integers(20, 200), st.floats(0, 80))
def test_more_defects_never_lower_the_chance(defects, kept, new):
    def chance(held):
        return health.chance_of_breach(held, kept, new, 3.5, 90.5, Decimal("4.0"))

    assert 0 <= chance(defects) <= chance(defects + 1) <= 1


def test_weeks_that_vary_as_chance_alone_are_held_to_five_hundred_orders():
    a, b = health.rate_by_weeks([4] * 10, [100] * 10)  # less spread than chance would have
    assert a + b - 1 == pytest.approx(500)
    assert (a - 0.5) / 500 == pytest.approx(0.04, rel=0.03)


def test_weeks_that_vary_more_are_known_less():
    """Against a search over a grid of the same likelihood, written with another library function."""
    events, among = [0, 12, 1, 15, 0, 9, 2, 11], [100] * 8
    a, b = health.rate_by_weeks(events, among)
    rates, sizes = np.linspace(0.01, 0.2, 191)[:, None], np.geomspace(1, 500, 400)[None, :]
    told = sum(betabinom.logpmf(k, n, rates * sizes, (1 - rates) * sizes) for k, n in zip(events, among, strict=True))
    at = np.unravel_index(told.argmax(), told.shape)
    assert (a - 0.5) / (a + b - 1) == pytest.approx(rates[at[0], 0], abs=0.001)
    assert a + b - 1 == pytest.approx(sizes[0, at[1]], rel=0.02)
    assert a + b < 60


def test_no_order_is_no_rate():
    assert all(math.isnan(part) for part in health.rate_by_weeks([], []))


@pytest.mark.parametrize(("events", "among"), [([2], [1]), ([1, 2], [3]), ([-1], [4])])
def test_weeks_that_are_none_are_refused(events, among):
    with pytest.raises(BadValue, match="defects of each week"):
        health.rate_by_weeks(events, among)
