"""Totals of losses: textbook examples, exact laws made in another way, two methods against each other, what is refused."""

import time

import numpy as np
import pytest
from scipy import stats

from orderkit.errors import BadValue, UnknownName
from orderkit.statistics.losses.compound import compound, compound_moments, compound_sum, merge_poisson, sum_moments
from orderkit.statistics.losses.count_laws import Binomial, Geometric, NegativeBinomial, Poisson, gamma_mixed_poisson
from orderkit.statistics.losses.grids import GridLaw, discretise
from orderkit.statistics.losses.individual import individual_risk
from orderkit.statistics.losses.mixed_counts import CountLaw, MixedFrequency, ZeroModified, poisson_over_draws, zero_inflated
from orderkit.statistics.losses.severity import Empirical, Exponential, Gamma, Lognormal, Pareto, payment_law

DICE = {1: 0.25, 2: 0.25, 3: 0.25, 4: 0.25}
# Loss Models, Example 9.5 (group dental): claims by number of them, and payment per claim in steps of 25
DENTAL_COUNTS = [0.05, 0.10, 0.15, 0.20, 0.25, 0.15, 0.06, 0.03, 0.01]
DENTAL_SEVERITY = [0, 0.150, 0.200, 0.250, 0.125, 0.075, 0.050, 0.050, 0.050, 0.025, 0.025]
COUNTS = [
    Poisson(5), Binomial(10, 0.3), NegativeBinomial(2.5, 1.5), Geometric(4), gamma_mixed_poisson(8, cv=0.4),
    ZeroModified(NegativeBinomial(2, 1), 0), zero_inflated(Poisson(3), extra=0.3),
    ZeroModified(Binomial(6, 0.5), 0.5), CountLaw(DENTAL_COUNTS),
    MixedFrequency([Poisson(2), Geometric(3)], [1, 3]), poisson_over_draws([2, 3, 7.5]), Poisson(0),
]  # fmt: skip


def by_convolution(counts, severity, size):
    """P(total = k) as the sum over numbers of losses of folded severities."""
    found, folded = np.zeros(size), np.zeros(size)
    folded[0] = 1
    for chance in counts:
        found += chance * folded
        folded = np.convolve(folded, severity)[:size]
    return found


def parcel_by_parcel(chances, places, size):
    """P(total = k) by adding one parcel after the other."""
    found = np.zeros(size)
    found[0] = 1
    for chance, place in zip(chances, places, strict=True):
        moved = np.concatenate([np.zeros(place), found])[:size]
        found = (1 - chance) * found + chance * moved
    return found


def test_agg_geometric_lda533():
    """Loss Data Analytics, Examples 5.3.3 and 5.4.1."""
    assert compound(Geometric(4), DICE).cdf(3) == pytest.approx(0.3456, abs=1e-4)
    assert compound(Geometric(4), DICE, method="panjer").cdf(3) == pytest.approx(0.3456, abs=1e-4)


def test_agg_poisson_kpw934():
    """Loss Models, Exercise 9.34; by hand exp(-5) (4^6 / 720 + 4 x 0.8): six of 100, or one of each of 100 and 500."""
    found = compound(Poisson(5), {100: 0.8, 500: 0.16, 1000: 0.04})
    assert found.step == 100
    assert found.pmf[6] == pytest.approx(0.0599, abs=1e-4)
    assert found.pmf[6] == pytest.approx(np.exp(-5) * (4**6 / 720 + 4 * 0.8), abs=1e-14)


def test_agg_binomial_kpw939():
    """Loss Models, Exercise 9.39."""
    assert compound(Binomial(3, 0.4), Exponential(100)).cdf(300) == pytest.approx(0.894, abs=0.001)


def test_agg_mixed_kpw940():
    """Loss Models, Exercise 9.40."""
    portfolios = [(Poisson(50), {10: 1}), (Poisson(60), {20: 1}), (Poisson(30), {40: 1})]
    found = sum_moments(portfolios)
    assert found.mean == pytest.approx(2900, abs=0.01)
    assert found.sd == pytest.approx(277.49, abs=0.01)
    whole, one = compound_sum(portfolios), compound(*merge_poisson(portfolios))
    assert (whole.mean, whole.sd) == pytest.approx((2900, 277.48874))
    assert whole.step == one.step == 10
    assert whole.pmf[:500] == pytest.approx(one.pmf[:500], abs=1e-14)


def test_group_dental_of_loss_models():
    """Loss Models, Example 9.5: any law of counts, against the convolution that the book makes."""
    found = compound(CountLaw(DENTAL_COUNTS), GridLaw(25, DENTAL_SEVERITY))
    expected = by_convolution(DENTAL_COUNTS, DENTAL_SEVERITY, 81)
    assert found.pmf == pytest.approx(expected[: found.pmf.size], abs=1e-15)
    assert found.no_loss == pytest.approx(0.05)
    assert (found.mean, found.mean / 25) == pytest.approx((314.5, 12.58))


def test_portfolio_of_31_lives():
    """Gerber (1979), An Introduction to Mathematical Risk Theory; De Pril (1986): P(no claim) = 0.23819."""
    lives = {(0.03, 1): 2, (0.03, 2): 3, (0.03, 3): 1, (0.03, 4): 2, (0.04, 2): 1, (0.04, 3): 2, (0.04, 4): 2, (0.04, 5): 1}
    lives |= {(0.05, 2): 2, (0.05, 3): 4, (0.05, 4): 2, (0.05, 5): 2, (0.06, 2): 2, (0.06, 3): 2, (0.06, 4): 2, (0.06, 5): 1}
    chances, amounts = np.repeat(list(lives), list(lives.values()), axis=0).T
    found = individual_risk(chances, amounts)
    assert len(chances) == 31
    assert found.no_loss == pytest.approx(0.23819, abs=1e-5)
    assert found.pmf == pytest.approx(parcel_by_parcel(chances, amounts.astype(int), found.pmf.size), abs=1e-15)


@pytest.mark.parametrize("frequency", COUNTS, ids=repr)
def test_a_law_of_counts_agrees_with_its_probabilities(frequency):
    k = np.arange(400)
    pmf = np.asarray(frequency.pmf(k))
    assert pmf.sum() == pytest.approx(1)
    assert frequency.mean == pytest.approx(pmf @ k)
    assert frequency.variance == pytest.approx(pmf @ k**2 - (pmf @ k) ** 2)
    assert frequency.generating(0.7) == pytest.approx(pmf @ 0.7**k)
    assert frequency.none == pytest.approx(pmf[0])
    turn = np.exp(2j)
    assert frequency.generating(turn) == pytest.approx(pmf @ turn**k)
    assert frequency.cdf(k) == pytest.approx(np.cumsum(pmf))
    assert np.asarray(frequency.pmf([-1, 0.5, np.inf])).tolist() == [0, 0, 0]
    assert np.asarray(frequency.cdf([-0.5, 1.5, np.inf])) == pytest.approx([0, pmf[:2].sum(), 1])
    for p in (0.0, 0.01, 0.5, 0.99, 0.999999):
        assert frequency.quantile(p) == np.searchsorted(np.cumsum(pmf), p - 1e-12)
    assert frequency.quantile([0.5, 1.0]).tolist() == [frequency.quantile(0.5), frequency.largest]
    assert isinstance(frequency.pmf(1), float)


@pytest.mark.parametrize("frequency", COUNTS, ids=repr)
def test_transform_recursion_and_convolution_agree(frequency):
    severity = GridLaw(10, [0.1, 0.4, 0.2, 0, 0, 0, 0, 0.3])
    found = compound(frequency, severity)
    expected = by_convolution(np.asarray(frequency.pmf(np.arange(150))), severity.pmf, 200)
    assert np.pad(found.pmf, (0, 200))[:200] == pytest.approx(expected, abs=1e-10)
    assert (found.mean, found.sd) == pytest.approx(
        (compound_moments(frequency, severity).mean, compound_moments(frequency, severity).sd), rel=1e-4
    )
    if frequency.panjer is not None:
        again = compound(frequency, severity, method="panjer")
        size = min(found.pmf.size, again.pmf.size - 1)
        assert again.pmf[:size] == pytest.approx(found.pmf[:size], abs=1e-9)
    else:
        with pytest.raises(BadValue, match="Panjer"):
            compound(frequency, severity, method="panjer")


def test_geometric_sum_of_exponentials_in_closed_form():
    """Loss Models, section 9.4: P(S > x) = beta / (1 + beta) exp(-x / (theta (1 + beta)))."""
    found = compound(Geometric(4), Exponential(100), how="unbiased")
    x = np.array([0, 100, 500, 2000, 4000])
    assert found.survival(x) == pytest.approx(0.8 * np.exp(-x / 500), abs=2e-4)
    assert found.no_loss == pytest.approx(0.2, abs=2e-4)
    assert found.stop_loss(1000) == pytest.approx(400 * np.exp(-2), rel=1e-3)
    assert found.tvar(0.99) == pytest.approx(500 * np.log(80) + 500, rel=1e-3)


def test_poisson_sum_of_gammas_by_its_series():
    found = compound(Poisson(2), Gamma(1.5, 40), step=0.1)
    x = np.array([50.05, 150.05, 400.05])  # half a step beyond a point: where rounding holds the cdf
    k = np.arange(1, 60)
    exact = np.exp(-2) + stats.gamma.cdf(x[:, None], 1.5 * k, scale=40) @ stats.poisson.pmf(k, 2)
    assert found.cdf(x) == pytest.approx(exact, abs=1e-6)


def test_forward_and_backward_enclose_the_truth():
    true = 1 - 0.8 * np.exp(-np.arange(0, 3000, 100) / 500)
    grids = {how: compound(Geometric(4), Exponential(100), step=5, how=how, points=2**13) for how in ("forward", "backward")}
    assert (grids["forward"].cdf(np.arange(0, 3000, 100)) >= true - 1e-12).all()
    assert (grids["backward"].cdf(np.arange(0, 3000, 100)) <= true + 1e-12).all()
    assert grids["forward"].mean < 400 < grids["backward"].mean
    assert grids["forward"].mean_error > 0.02


def test_ways_to_make_a_law_discrete():
    law = Lognormal(0, 1)
    points = np.arange(6)
    found = {how: discretise(law, 1, how=how, upto=5).pmf for how in ("rounding", "forward", "backward", "unbiased")}
    assert found["forward"][:5] == pytest.approx(np.diff(law.cdf(points)))
    assert found["backward"][:5] == pytest.approx(np.diff(law.cdf(points), prepend=0)[:5])
    assert found["rounding"][:5] == pytest.approx(np.diff(law.cdf(points + 0.5), prepend=0)[:5])
    lev = law.limited(np.arange(7.0))
    assert found["unbiased"][0] == pytest.approx(1 - lev[1])
    assert found["unbiased"][1:5] == pytest.approx(2 * lev[1:5] - lev[:4] - lev[2:6])
    assert found["unbiased"] @ points == pytest.approx(law.limited(5))
    assert discretise([0.3, 0.7], 0.1, how="forward").pmf.tolist() == [0, 0, 0, 0.5, 0, 0, 0, 0.5]  # on the grid: stays there
    with pytest.raises(BadValue, match="points"):
        discretise(law, 1, upto=np.inf)
    with pytest.raises(UnknownName, match="unbiased"):
        discretise(law, 1, how="unbiassed")


def test_a_grid_is_a_law_to_reckon_by_hand():
    law = GridLaw(10, [0.5, 0.3, 0.2])
    assert (law.mean, law.variance) == pytest.approx((7, 0.3 * 100 + 0.2 * 400 - 49))
    assert law.cdf([-1, 0, 9.99, 10, 25]).tolist() == pytest.approx([0, 0.5, 0.5, 0.8, 1])
    assert law.var([0.5, 0.500001, 0.8, 0.81]).tolist() == [0, 10, 10, 20]
    assert law.limited([5, 15]).tolist() == pytest.approx([2.5, 3 + 3])
    assert law.stop_loss([0, 15]).tolist() == pytest.approx([7, 1])
    assert law.plus(law).pmf.tolist() == pytest.approx([0.25, 0.3, 0.29, 0.12, 0.04])
    # a cover of the total: 0.2 x (20 - 12)
    assert payment_law(law, deductible=12).mean == pytest.approx(1.6)
    with pytest.raises(BadValue, match="same one"):
        law.plus(GridLaw(5, [1.0]))


def test_unlikely_likely_and_sure_losses_are_exact():
    rng = np.random.default_rng(6)
    chances = np.concatenate([rng.uniform(0, 1, 60), [0, 1, 1, 0.5, 0.47, 0.53, 0.999999]])
    amounts = rng.integers(0, 30, chances.size)
    found = individual_risk(chances, amounts)
    expected = parcel_by_parcel(chances, amounts, int(amounts.sum()) + 1)
    assert np.pad(found.pmf, (0, expected.size - found.pmf.size)) == pytest.approx(expected, abs=1e-13)
    assert found.mean == pytest.approx(chances @ amounts)
    assert found.variance == pytest.approx((chances * (1 - chances)) @ amounts**2)


def test_exact_transform_and_simulation_of_5000_parcels_agree():
    """METHODS A3: 5,000 parcels, 50 losses expected; 99 % quantiles within 1 %, and what an uncertain rate adds."""
    rng = np.random.default_rng(20261123)
    amounts, chances = np.round(rng.lognormal(3.6, 0.8, 5_000), 2), rng.beta(2, 200, 5_000)
    chances *= 50 / chances.sum()
    started = time.perf_counter()
    whole = compound(Poisson(50), Empirical(amounts, chances))
    assert time.perf_counter() - started < 1
    exact = individual_risk(chances, amounts)
    simulated = np.concatenate([(rng.random((500, 5_000)) < chances) @ amounts for _ in range(40)])
    near = pytest.approx(exact.quantile(0.99), rel=0.01)
    assert whole.quantile(0.99) == near
    assert np.quantile(simulated, 0.99, method="inverted_cdf") == near
    assert exact.mean == pytest.approx(chances @ amounts, rel=1e-4)
    assert simulated.std() == pytest.approx(exact.sd, rel=0.03)
    assert whole.sd > exact.sd  # a parcel cannot be lost twice
    assert whole.no_loss == pytest.approx(np.exp(-50), rel=1e-9)
    assert exact.no_loss == pytest.approx(np.exp(np.log1p(-chances).sum()), rel=1e-9)
    unsure = compound(gamma_mixed_poisson(50, cv=0.15), Empirical(amounts, chances))
    assert unsure.quantile(0.99) > 1.05 * exact.quantile(0.99)


def test_draws_of_the_rate_are_the_gamma_law_they_come_from():
    draws = stats.gamma.ppf((np.arange(4_000) + 0.5) / 4_000, 25, scale=2)  # mean 50, cv 0.2
    found = compound(poisson_over_draws(draws), DICE)
    expected = compound(gamma_mixed_poisson(50, cv=0.2), DICE)
    assert found.quantile([0.05, 0.5, 0.95, 0.99]) == pytest.approx(expected.quantile([0.05, 0.5, 0.95, 0.99]), abs=1)


def test_a_hundred_thousand_losses_keep_their_moments():
    found = compound(Poisson(1e5), Exponential(50), how="unbiased")
    assert found.mean == pytest.approx(5e6, rel=1e-6)
    assert found.sd == pytest.approx(1e5**0.5 * 50 * 2**0.5, rel=1e-2)  # of E[X^2] = 2 x 50^2
    assert found.quantile(0.99) == pytest.approx(5e6 + 2.3263 * found.sd, rel=1e-4)
    with pytest.raises(BadValue, match="unbiased"):
        compound(Poisson(1e5), Exponential(50))


def test_no_parcel_no_rate_no_loss():
    assert compound(Poisson(0), DICE).pmf.tolist() == [1]
    assert compound(Poisson(3), {0: 1}).mean == 0
    found = individual_risk([0, 0.3], [10, 0])
    assert (found.no_loss, found.mean, found.quantile(0.99)) == (1, 0, 0)


def test_what_has_no_total_says_how_to_get_one():
    with pytest.raises(BadValue, match="infinite mean"):
        compound(Poisson(3), Pareto(0.9, 100))
    with pytest.raises(BadValue, match="heavy a tail"):
        compound(Poisson(3), Pareto(1.2, 100))
    assert compound(Poisson(3), payment_law(Pareto(0.9, 100), limit=500)).mean_error < 1e-4
    with pytest.raises(BadValue, match="smaller step"):
        compound(Poisson(3), Exponential(1), step=1)
    with pytest.raises(BadValue, match="points=512"):
        compound(Poisson(3), Exponential(1), step=0.01, points=256)
    with pytest.raises(BadValue, match="points=64"):
        compound(Poisson(30), DICE, points=32)
    with pytest.raises(BadValue, match="too small to start"):
        compound(Poisson(800), DICE, method="panjer")
    with pytest.raises(BadValue, match="GridLaw"):
        compound(Poisson(3), [0, 0.5, 0.5])
    with pytest.raises(BadValue, match="law of counts"):
        compound(3, DICE)
    with pytest.raises(BadValue, match="add up to 3"):
        GridLaw(1, [1, 2])
    with pytest.raises(UnknownName):
        compound(Poisson(3), DICE, method="fourier")
    with pytest.raises(BadValue, match="Only Poisson"):
        merge_poisson([(Geometric(3), DICE)])
    for wrong in (([0.1], [1, 2]), ([1.1], [1]), ([0.1], [-1]), ([np.nan], [1]), ([], [])):
        with pytest.raises(BadValue):
            individual_risk(*wrong)
