"""Shares of a whole and the vital few."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.statistics.shares import shares, vital_few


def test_shares_are_parts_of_the_sum():
    assert shares([1, 1, 2]).tolist() == [1 / 4, 1 / 4, 2 / 4]


def test_nothing_has_no_shares():
    assert all(math.isnan(share) for share in shares([0, 0]))
    assert shares([]).tolist() == []


@pytest.mark.parametrize(
    ("parts", "few"),
    [
        ([80, 20], [True, False]),
        ([79, 21], [True, True]),
        ([50, 10, 35, 5], [True, False, True, False]),
        ([0, 0], [False, False]),
        ([], []),
    ],
)
def test_the_few_that_make_up_four_fifths(parts, few):
    assert vital_few(parts).tolist() == few


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=12))
def test_the_few_make_up_most_and_one_less_would_not(parts):
    few = [part for part, is_vital in zip(parts, vital_few(parts), strict=True) if is_vital]
    if sum(parts):
        assert sum(few) >= 0.8 * sum(parts) - 1e-9
        assert sum(few) - min(few) < 0.8 * sum(parts)
    else:
        assert few == []
