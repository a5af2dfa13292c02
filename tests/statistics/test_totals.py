"""Totals of yes-or-no losses: hand sums, exact distributions made in another way, what is left out of large books, laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderkit.errors import BadValue
from orderkit.statistics import totals
from orderkit.statistics.totals import total

# So many simulated totals that a share of them is known to 0.005 (5 standard errors are 5 * 0.5 / 200,000 ** 0.5 = 0.0056)
MANY, NEAR = 200_000, 0.0056


@pytest.fixture
def rng():
    return np.random.default_rng(20261123)


def convolved(chances, amounts):
    """Chance of each whole total from 0 on, by adding one item after the other."""
    found = np.array([1.0])
    for chance, amount in zip(chances, amounts, strict=True):
        lost = np.concatenate([np.zeros(amount), found])
        found = chance * lost + (1 - chance) * np.pad(found, (0, amount))
    return found


def cumulated(simulated, size):
    """Share of simulated totals at or below each whole number."""
    assert (simulated == simulated.round()).all()
    return np.cumsum(np.bincount(simulated.astype(int), minlength=size)) / len(simulated)


def exact_and_approximate(draws, amounts, cell, size):
    """Distribution functions on 0 .. size - 1 from characteristic functions: of the book, and with `total`'s normal rest.

    No random numbers in it: the difference is what the approximation costs.
    """
    angles = 2 * np.pi * np.arange(size // 2 + 1) / size
    singly, logs = totals._drawn_singly(draws, amounts, cell), {True: 0, False: 0}
    kinds, counts = np.unique(np.stack([singly, cell, amounts.astype(int)]), axis=1, return_counts=True)
    for (one_by_one, column, amount), count in zip(kinds.T, counts, strict=True):
        chance = draws[0, column]
        logs[bool(one_by_one)] += count * np.log(1 - chance + chance * np.exp(-1j * amount * angles))
    means, variances = totals._moments(draws, amounts[~singly], cell[~singly])
    normal = -1j * means[0] * angles - variances[0] * angles**2 / 2
    return [np.cumsum(np.fft.irfft(np.exp(logs[True] + rest), size)) for rest in (logs[False], normal)], singly


def test_a_book_to_add_in_the_head(rng):
    # 10 at one half and 5 for sure: 5 or 15; the mean is 0.5 * 10 + 5, the variance 0.5 * 0.5 * 10 ** 2
    found = total([[0.5, 1.0, 0.0]], [10, 5, 99], rng=rng, levels=(0.5, 0.9))
    assert (found.expected, found.deviation) == (10, 5)
    assert set(found.simulated) == {5, 15}
    assert found.ranges.to_dict("list") == {"level": [0.5, 0.9], "low": [5, 5], "high": [15, 15]}


def test_what_is_not_known_of_the_probability_widens_the_total(rng):
    # one item of 10 that is lost for sure in one draw and never in the other: mean 5, variance 0 within and 5 ** 2 between
    found = total([[0.0], [1.0]], [10], rng=rng)
    assert (found.expected, found.deviation) == (5, 5)
    assert found.simulated.mean() == 5  # each draw equally often
    # a hundred such items go together: 0 or 1000; with one half known for sure they would spread by (100 * 25) ** 0.5 = 50
    together = total([[0.0], [1.0]], [10] * 100, cell=np.zeros(100, int), rng=rng)
    assert (together.deviation, set(together.simulated)) == (500, {0, 1000})
    assert total([[0.5]], [10] * 100, cell=np.zeros(100, int), rng=rng).deviation == 50


def test_the_ends_of_a_range_are_totals_that_can_be(rng):
    # nothing in one draw of four: a quarter of all totals is 0, so the middle half begins at 0; none lies between 0 and 10
    found = total([[0.0], [1.0], [1.0], [1.0]], [10], rng=rng, levels=(0.5,))
    assert found.ranges[["low", "high"]].to_numpy().tolist() == [[0, 10]]


def test_the_middle_total_is_that_of_a_binomial_table(rng):
    # 10 coins of 1, out of 1024: at most 1 in 11, 2 in 56, 3 in 176, 4 in 386; 5 % are 51, 10 % 102, 25 % 256: from 2, 3 and 4 on
    found = total([[0.5] * 10], [1] * 10, rng=rng, simulations=MANY)
    assert found.ranges[["low", "high"]].to_numpy().tolist() == [[4, 6], [3, 7], [2, 8]]


@pytest.mark.parametrize("repeat", [1, 7])
def test_small_books_agree_with_an_exact_convolution(rng, repeat):
    chances = np.array([0.01, 0.3, 0.5, 0.5000001, 0.8, 0.99, 1.0, 0.0, 0.02, 0.6])
    amounts = np.array([50, 3, 8, 1, 12, 20, 4, 9, 31, 2])
    exact = np.cumsum(convolved(np.tile(chances, repeat), np.tile(amounts, repeat)))
    cell = np.tile(np.arange(10), repeat)
    found = total([chances], amounts[cell], cell=cell, rng=rng, simulations=MANY)
    assert np.abs(cumulated(found.simulated, exact.size) - exact).max() < NEAR
    for level, low, high in found.ranges.itertuples(index=False):
        tail = (1 - level) / 2
        assert exact[int(low)] >= tail - NEAR
        assert exact[int(high)] >= 1 - tail - NEAR
        assert exact[max(int(high) - 1, 0)] < 1 - tail + NEAR


def test_draws_mix_the_exact_convolutions(rng):
    draws, amounts = rng.beta(1, 4, size=(50, 12)), rng.integers(1, 30, 12)
    exact = np.cumsum(np.mean([convolved(chances, amounts) for chances in draws], axis=0))
    found = total(draws, amounts, rng=rng, simulations=MANY)
    assert np.abs(cumulated(found.simulated, exact.size) - exact).max() < NEAR


def test_rare_losses_of_a_large_book_are_not_smoothed(rng):
    # a million items at 1 in a million: Poisson of mean 1 to six digits, P(0) = P(1) = 1/e, P(2) = 1/2e
    found = total([[1e-6]], np.ones(1_000_000), cell=np.zeros(1_000_000, int), rng=rng, simulations=20_000)
    assert [(found.simulated == k).mean() for k in (0, 1, 2)] == pytest.approx(
        [math.exp(-1), math.exp(-1), math.exp(-1) / 2], abs=0.017
    )


def large(name, rng):
    """A book of some thousands of losses: draws (one row), amounts, cell."""
    count = 100_000
    cell = rng.integers(0, 4, count)
    if name == "mixed":
        return np.array([[0.02, 0.05, 0.01, 0.2]]), rng.integers(1, 41, count).astype(float), cell
    if name == "heavy":
        return np.array([[0.02, 0.05, 0.01, 0.2]]), np.minimum(np.ceil(rng.pareto(1.3, count) * 3) + 1, 150), cell
    if name == "likely":
        return np.array([[0.95, 0.6, 0.02, 0.5]]), rng.integers(1, 9, count).astype(float), cell
    # all that may go wrong: even chances fill what is drawn singly, the rest is rare, as large, and twice their variance
    return np.array([[0.5, 0.005]]), np.full(404_000, 5.0), np.repeat([0, 1], [4_000, 400_000])


@pytest.mark.parametrize(("name", "off"), [("mixed", 0.0003), ("heavy", 0.00001), ("likely", 0.0001), ("worst", 0.004)])
def test_what_the_normal_rest_of_a_large_book_costs(name, off, rng):
    """How far a foretold chance of "so much or less" is off; in the worst book half of one step between totals, 0.0037."""
    draws, amounts, cell = large(name, rng)
    size = 1 << math.ceil(math.log2(1.5 * draws[0, cell] @ amounts))
    (exact, approximate), singly = exact_and_approximate(draws, amounts, cell, size)
    assert 0 < singly.sum() < len(amounts)
    assert amounts[singly].min() >= amounts[~singly].max()
    assert [exact[0], exact[-1]] == pytest.approx([0, 1], abs=1e-9)  # no part of the distribution left out
    assert np.abs(exact - approximate).max() < off
    if name == "worst":  # between the steps, which are 5 apart, what is left is the skewness of the rest
        assert np.abs(exact - approximate)[2::5].max() < 0.001


def test_large_books_are_simulated_as_said(rng):
    draws, amounts, cell = large("mixed", rng)
    (exact, _), _ = exact_and_approximate(draws, amounts, cell, 1 << 18)
    found = total(draws, amounts, cell=cell, rng=rng, simulations=4_000)
    simulated = np.sort(found.simulated)
    shares = exact[np.floor(simulated).astype(int)]
    assert np.abs(shares - np.arange(1, 4_001) / 4_000).max() < 1.95 / 4_000**0.5  # Kolmogorov-Smirnov at 1 in 1,000
    assert found.simulated.std() == pytest.approx(found.deviation, rel=0.05)


def test_a_cell_per_item_is_the_same_as_a_column_per_item():
    draws, amounts = np.random.default_rng(1).random((30, 40)), np.arange(40.0)
    plain = total(draws, amounts, rng=np.random.default_rng(2))
    celled = total(draws, amounts, cell=np.arange(40), rng=np.random.default_rng(2))
    assert (plain.simulated == celled.simulated).all()


def test_parts_are_simulated_in_pieces_without_a_change_of_law(rng, monkeypatch):
    exact = np.cumsum(convolved([0.3, 0.7, 0.1], [1, 2, 4]))
    monkeypatch.setattr(totals, "AT_ONCE", 1_000)
    found = total([[0.3, 0.7, 0.1]], [1, 2, 4], rng=rng, simulations=MANY)
    assert np.abs(cumulated(found.simulated, exact.size) - exact).max() < NEAR


@pytest.mark.parametrize("items", [0, 3])
def test_nothing_at_risk_is_zero(rng, items):
    found = total(np.zeros((5, items)), np.ones(items), rng=rng)
    assert (found.expected, found.deviation, set(found.simulated)) == (0, 0, {0})
    assert found.ranges[["low", "high"]].to_numpy().tolist() == [[0, 0]] * 3


def test_each_draw_is_used_equally_often(rng):
    assert len(total(np.full((3_000, 1), 0.5), [1], rng=rng).simulated) == 3_000
    assert len(total(np.full((700, 1), 0.5), [1], rng=rng).simulated) == 2_100


@pytest.mark.parametrize(
    ("draws", "amounts", "more", "said"),
    [
        ([[0.5, 0.5, 0.5]], [1, math.nan, math.nan], {}, "2 of 3 amounts are not known"),
        ([[0.5, 0.5]], [1, math.inf], {}, "1 of 2 amounts are not known"),
        ([[0.5, 0.5]], [1, -1], {}, "1 of 2 amounts are negative"),
        ([[0.5, 1.5], [math.nan, 1]], [1, 1], {}, "2 of 4 drawn probabilities"),
        ([0.5, 0.5], [1, 1], {}, "shape"),
        (np.zeros((0, 2)), [1, 1], {}, "at least a row"),
        ([[0.5, 0.5]], [[1, 1]], {}, "one per item"),
        ([[0.5, 0.5]], [1, 1, 1], {}, "2 items, but 3 amounts"),
        ([[0.5, 0.5]], [1, 1, 1], {"cell": [0, 1]}, "one cell per item"),
        ([[0.5, 0.5]], [1, 1], {"cell": [0, 2]}, "0 to 1, the columns"),
        ([[0.5, 0.5]], [1, 1], {"cell": [-1, 0]}, "0 to 1, the columns"),
        ([[0.5, 0.5]], [1, 1], {"cell": [0.0, 1.0]}, "whole numbers"),
        ([[0.5, 0.5]], [1, 1], {"levels": (0.5, 1.0)}, "Levels"),
        ([[0.5, 0.5]], [1, 1], {"simulations": 0}, "simulated totals"),
    ],
)
def test_what_cannot_be_added_is_named(rng, draws, amounts, more, said):
    with pytest.raises(BadValue, match=said):
        total(draws, amounts, rng=rng, **more)


books = st.integers(1, 8).flatmap(
    lambda n: st.tuples(
        st.lists(st.lists(st.floats(0, 1), min_size=n, max_size=n), min_size=1, max_size=4),
        st.lists(st.integers(0, 1000), min_size=n, max_size=n),
    )
)


@settings(deadline=None, max_examples=60)
@given(books)
def test_laws(book):
    draws, amounts = book
    found = total(draws, amounts, rng=np.random.default_rng(0), simulations=100)
    assert found.expected == pytest.approx((np.mean(draws, axis=0) * amounts).sum())
    assert found.simulated.min() >= 0
    assert found.simulated.max() <= sum(amounts)
    lows, highs = found.ranges["low"].to_numpy(), found.ranges["high"].to_numpy()
    assert (lows <= highs).all()
    assert (np.diff(lows) <= 0).all()
    assert (np.diff(highs) >= 0).all()
    doubled = total(draws, [2 * amount for amount in amounts], rng=np.random.default_rng(0), simulations=100)
    assert (doubled.simulated == 2 * found.simulated).all()
    # chance within the draws only adds to what differs between them
    assert found.deviation >= (np.array(draws) @ amounts).std() * (1 - 1e-9)
