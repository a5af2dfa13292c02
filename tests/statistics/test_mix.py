"""Reasons: published examples, hand sums, a second method for each figure, laws."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, dirichlet, fisher_exact, norm

from orderkit.errors import BadValue, NothingToShow
from orderkit.statistics.mix import benjamini_hochberg, cost_pareto, mix_change, reason_shares

PATIENTS = [91, 49, 37, 43]  # May, Johnson (1997), Computer Methods and Programs in Biomedicine 53:153-162: 220 diagnoses


def test_fdr_bh1995():
    """fdr_bh1995: Benjamini, Hochberg (1995), JRSS B 57:289-300: 4 of 15 at 5 %, where Bonferroni has 3."""
    p = np.array(
        [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1.0]
    )
    assert (benjamini_hochberg(p) <= 0.05).sum() == 4
    assert (p <= 0.05 / 15).sum() == 3


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_q_is_as_the_paper_steps_up(p):
    """The paper's rule at any level: the largest i with p(i) <= i q / m, and all before it."""
    found, order, many = benjamini_hochberg(p), np.sort(p), len(p)
    for level in (0.01, 0.05, 0.2):
        fits = np.flatnonzero(order <= level * np.arange(1, many + 1) / many + 1e-15)
        assert (found <= level + 1e-15).sum() == (fits[-1] + 1 if fits.size else 0)


def test_what_was_not_tested_is_not_counted():
    assert benjamini_hochberg([0.01, np.nan, 0.03]).tolist() == pytest.approx([0.02, np.nan, 0.03], nan_ok=True)
    assert benjamini_hochberg([]).size == 0
    with pytest.raises(BadValue):
        benjamini_hochberg([1.1])


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_simultaneous_ranges_end_where_goodman_says(level):
    """Both ends are roots of N (p - x)^2 = chi2(1 - (1 - level) / 4; 1) x (1 - x), Goodman (1965)."""
    frame = reason_shares(PATIENTS, level=level)
    for end in ("low", "high"):
        x = frame[end]
        assert (220 * (frame["share"] - x) ** 2 / (x * (1 - x))).tolist() == pytest.approx([chi2.isf((1 - level) / 4, 1)] * 4)


def test_all_ranges_hold_at_once_about_as_often_as_they_say():
    """500 draws of 220 returns: at least 90 %, less 4 standard errors, hold all four true shares."""
    truth, rng = np.array(PATIENTS) / 220, np.random.default_rng(1)
    frames = [reason_shares(counts) for counts in rng.multinomial(220, truth, 500)]
    held = np.mean([((frame["low"] <= truth) & (truth <= frame["high"])).all() for frame in frames])
    assert held >= 0.9 - 4 * np.sqrt(0.09 / 500)


def test_expected_shares_are_those_of_the_dirichlet_law():
    frame = reason_shares(PATIENTS)
    assert frame["expected"].tolist() == pytest.approx([91.5 / 222, 49.5 / 222, 37.5 / 222, 43.5 / 222])
    drawn = dirichlet(np.array(PATIENTS) + 0.5).rvs(40_000, random_state=1)
    assert frame["lowest"].to_numpy() == pytest.approx(np.quantile(drawn, 0.05, axis=0), abs=0.002)
    assert frame["highest"].to_numpy() == pytest.approx(np.quantile(drawn, 0.95, axis=0), abs=0.002)


def test_one_reason_has_all_and_a_reason_without_returns_is_not_dropped():
    assert reason_shares([5])[["share", "expected", "lowest", "highest"]].to_numpy().tolist() == [[1, 1, 1, 1]]
    frame = reason_shares([5, 0])
    assert (frame["share"][1], frame["low"][1]) == (0, 0)
    assert frame["high"][1] > 0.3
    with pytest.raises(NothingToShow):
        reason_shares([0, 0])
    with pytest.raises(BadValue):
        reason_shares([1.5, 2])


def test_a_pareto_by_hand():
    """late 20 + 30, broken 40 + 5, other 5 and one unknown: of 100 the first two are 95, so 80 is passed with the second."""
    frame = cost_pareto(["late", "broken", "other", "late", "other", "broken"], [20, 40, 5, 30, np.nan, 5])
    assert frame["reason"].tolist() == ["late", "broken", "other"]
    assert frame["cost"].tolist() == [50, 45, 5]
    assert frame["returns"].tolist() == [2, 2, 2]
    assert frame["unknown"].tolist() == [0, 0, 1]
    assert frame["share"].tolist() == pytest.approx([0.5, 0.45, 0.05])
    assert frame["running"].tolist() == pytest.approx([0.5, 0.95, 1])
    assert frame["vital"].tolist() == [True, True, False]
    assert frame["rank"].tolist() == [1, 2, 3]
    assert (frame["rank_low"] <= frame["rank"]).all()
    assert frame.loc[0, "rank_high"] >= 2  # two returns each do not tell which of the two is dearer


def test_ranges_are_those_of_the_plain_bootstrap():
    """Against drawing the returns one by one, 400 per reason, so that like costs are drawn together: ends within 1 point."""
    rng = np.random.default_rng(5)
    reasons = np.repeat(["a", "b", "c"], [400, 400, 60])
    costs = np.round(rng.lognormal(2, 1, reasons.size) * np.where(reasons == "c", 6, 1), 2)
    found = cost_pareto(reasons, costs, draws=4000).set_index("reason").sort_index()
    code = np.unique(reasons, return_inverse=True)[1]
    times = rng.poisson(1, (4000, costs.size)) * costs
    sums = np.stack([times[:, code == reason].sum(axis=1) for reason in range(3)], axis=1)
    low, high = np.quantile(sums / sums.sum(axis=1, keepdims=True), [0.05, 0.95], axis=0)
    assert found["low"].to_numpy() == pytest.approx(low, abs=0.01)
    assert found["high"].to_numpy() == pytest.approx(high, abs=0.01)
    assert (found["high"] - found["low"]).min() > 0.05


def test_the_same_seed_gives_the_same_ranges_and_another_one_other_ones():
    reasons, costs = list("aabbbc"), [3.0, 9, 4, 4, 1, 2]
    first, again, other = (cost_pareto(reasons, costs, seed=seed) for seed in (1, 1, 2))
    assert first.equals(again)
    assert first["low"].tolist() != other["low"].tolist()


def test_returns_that_earned_money_and_a_whole_of_nothing():
    """-4 for one reason: its share is below 0; where all cost nothing, no share is told, and still every reason is there."""
    frame = cost_pareto(["a"] * 30 + ["b"], [1.0] * 30 + [-4.0])
    assert frame["share"].tolist() == pytest.approx([30 / 26, -4 / 26])
    assert frame["rank"].tolist() == [1, 2]
    nothing = cost_pareto(["a", "b"], [0.0, 0.0])
    assert np.isnan(nothing[["share", "low", "high"]].to_numpy()).all()
    unknown = cost_pareto(["a", None], [np.nan, np.nan])
    assert unknown["unknown"].tolist() == [1, 1]
    with pytest.raises(NothingToShow):
        cost_pareto([], [])
    with pytest.raises(BadValue):
        cost_pareto(["a"], [1.0, 2.0])


def test_a_change_of_two_reasons_is_the_test_of_two_shares():
    """56 of 70 against 48 of 80, as in Newcombe's example: chi-square is the square of z of the pooled shares."""
    found = mix_change(["size", "other"], [48, 32], [56, 14])
    pooled = 104 / 150
    z = (56 / 70 - 48 / 80) / np.sqrt(pooled * (1 - pooled) * (1 / 70 + 1 / 80))
    assert (found.method, found.permutations) == ("chi-square", 0)
    assert found.statistic == pytest.approx(z**2)
    assert found.p == pytest.approx(2 * norm.sf(z))
    assert found.reasons["p"].tolist() == pytest.approx([found.p, found.p])
    size = found.reasons.iloc[0]
    assert (size["before"], size["after"]) == (48, 56)
    assert size["difference"] == pytest.approx(0.2)
    assert (size["low"] > 0, size["changed"]) == (True, True)
    ranges = mix_change(["size", "other"], [48, 32], [56, 14], level=0.95).reasons
    assert (ranges["low"][0], ranges["high"][0]) == pytest.approx((0.0524, 0.3339), abs=5.1e-5)


def test_few_returns_are_tested_by_permutation_and_that_is_the_exact_test():
    """3 of 4 against 1 of 9: with two reasons the permutation's p is Fisher's, within 4 standard errors of 20,000 tables."""
    found = mix_change(["a", "b"], [3, 1], [1, 8], permutations=20_000)
    exact = fisher_exact([[3, 1], [1, 8]]).pvalue
    assert (found.method, found.permutations) == ("permutation", 20_000)
    assert found.p == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000))
    assert found.reasons["p"].tolist() == pytest.approx([exact, exact])
    assert mix_change(["a", "b"], [3, 1], [1, 8]).p == mix_change(["a", "b"], [3, 1], [1, 8]).p


def test_without_a_change_few_weeks_are_marked():
    """300 pairs of weeks of one mix: a reason is marked in at most 5 % of them, within 4 standard errors."""
    rng, mix = np.random.default_rng(2), [0.4, 0.3, 0.2, 0.07, 0.03]
    marked = [mix_change(range(5), *rng.multinomial(60, mix, 2), permutations=200).reasons["changed"].any() for _ in range(300)]
    assert np.mean(marked) <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / 300)


def test_a_new_reason_shows_and_one_that_nobody_gave_is_not_tested():
    frame = mix_change(["size", "broken", "new", "never"], [60, 40, 0, 0], [55, 38, 22, 0]).reasons
    assert frame["changed"].tolist() == [False, False, True, False]
    assert np.isnan(frame["p"][3])
    assert frame["q"][2] == pytest.approx(3 * frame["p"][2])  # the smallest of three tested


def test_an_empty_period_has_no_mix_and_one_reason_no_change():
    with pytest.raises(NothingToShow, match="no mix to compare"):
        mix_change(["a"], [0], [3])
    with pytest.raises(BadValue):
        mix_change(["a", "b"], [1], [3])
    only = mix_change(["a", "b"], [4, 0], [7, 0])
    assert (only.p, only.statistic, only.reasons["changed"].any()) == (1, 0, False)


def test_a_million_returns_take_seconds():
    """Processor time: sorting them is most of it."""
    rng = np.random.default_rng(1)
    reasons = np.array([f"reason {number}" for number in range(30)], dtype=object)[rng.integers(0, 30, 1_000_000)]
    costs = np.round(rng.lognormal(2, 1, 1_000_000), 2)
    start = time.thread_time()
    frame = cost_pareto(reasons, costs)
    assert time.thread_time() - start < 5
    assert frame["cost"].sum() == pytest.approx(costs.sum())
