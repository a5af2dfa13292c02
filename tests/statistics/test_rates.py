"""Intervals and predictions: published examples, hand sums, edges, laws."""

import math
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from orderkit.errors import BadValue, TooFewEvents
from orderkit.statistics import rates

GOLDEN = yaml.safe_load((Path(__file__).parents[1] / "golden" / "rates.yaml").read_text(encoding="utf-8"))
counts = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_golden_examples_are_there():
    assert {name: len(cases) for name, cases in GOLDEN.items()} == {"wilson": 2, "jeffreys": 1, "rule_of_three": 1}


@pytest.mark.parametrize(
    "case", [("wilson", case) for case in GOLDEN["wilson"]] + [("jeffreys", case) for case in GOLDEN["jeffreys"]]
)
def test_published_intervals_come_out(case):
    method, case = case
    found = getattr(rates, method)(case["k"], case["n"], level=case["level"])
    assert found.low == pytest.approx(case["low"], abs=case["within"])
    assert found.high == pytest.approx(case["high"], abs=case["within"])
    assert (found.level, found.method) == (case["level"], method)


@pytest.mark.parametrize("case", GOLDEN["rule_of_three"])
def test_rule_of_three_is_as_published(case):
    assert rates.rule_of_three(case["n"]) == pytest.approx(case["high"], abs=case["within"])


@pytest.mark.parametrize(("n", "bound"), [(1, 1.0), (3, 1.0), (4, 0.75), (300, 0.01)])
def test_rule_of_three_stays_a_share(n, bound):
    assert rates.rule_of_three(n) == bound


@pytest.mark.parametrize("method", [rates.wilson, rates.jeffreys])
def test_nothing_observed_gives_no_interval(method):
    assert math.isnan(method(0, 0).low)
    assert math.isnan(method(0, 0).high)
    assert math.isnan(rates.rule_of_three(0))


@pytest.mark.parametrize("method", [rates.wilson, rates.jeffreys])
@pytest.mark.parametrize(("k", "n", "level"), [(-1, 3, 0.9), (4, 3, 0.9), (1, 3, 0), (1, 3, 1)])
def test_no_share_no_interval(method, k, n, level):
    with pytest.raises(BadValue):
        method(k, n, level)


@given(counts)
def test_intervals_hold_what_was_observed_and_widen_with_the_level(case):
    k, n = case
    for method in (rates.wilson, rates.jeffreys):
        narrow, wide = method(k, n, 0.8), method(k, n, 0.95)
        assert 0 <= wide.low <= narrow.low <= k / n <= narrow.high <= wide.high <= 1


@given(counts)
def test_the_other_event_has_the_mirrored_interval(case):
    k, n = case
    for method in (rates.wilson, rates.jeffreys):
        assert method(k, n).low == pytest.approx(1 - method(n - k, n).high, abs=1e-9)


def test_expected_events_are_the_posterior_mean_times_the_trials():
    # Beta(1 + 1/2, 9 - 1 + 1/2) has mean 1.5 / 10; twenty trials expect 20 * 0.15
    assert rates.future_events(1, 9, trials=20).expected == pytest.approx(20 * 0.15)


def test_one_future_case_is_a_coin_with_that_mean():
    # P(one event) = 0.15: the 90 % range leaves 5 % on each side, so it is 0 to 1; a 60 % range leaves 20 %: 0 to 0
    assert (rates.future_events(1, 9, trials=1, level=0.9).low, rates.future_events(1, 9, trials=1, level=0.9).high) == (0, 1)
    assert rates.future_events(1, 9, trials=1, level=0.6).high == 0


def test_a_rate_known_badly_gives_a_wider_range():
    few, many = rates.future_events(1, 100, trials=1000), rates.future_events(100, 10_000, trials=1000)
    assert few.high - few.low > many.high - many.low


def test_from_nothing_nothing_is_foretold():
    with pytest.raises(TooFewEvents):
        rates.future_events(0, 0, trials=10)


@pytest.mark.parametrize(
    ("share", "said"),
    [(1 / 270, "1 in 270"), (1 / 1312, "1 in 1,300"), (1 / 999, "1 in 1,000"), (0.5, "1 in 2"), (1, "1 in 1"), (0, "none"),
     (math.nan, "not known"), (None, "not known")],
)  # fmt: skip
def test_a_small_share_in_words(share, said):
    assert rates.one_in(share) == said
