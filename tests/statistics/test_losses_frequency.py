"""How often claims come: published ranges and fits, direct maximisation as a second method, edges, laws."""

import doctest
import math
from decimal import Decimal, getcontext

import numpy as np
import pytest
from scipy import optimize, stats

from orderkit.errors import BadValue, NothingToShow
from orderkit.statistics import rates
from orderkit.statistics.losses import frequency
from orderkit.statistics.losses.frequency import (
    best_count_law,
    binomial_interval,
    fit_binomial,
    fit_geometric,
    fit_negative_binomial,
    fit_poisson,
    poisson_interval,
)

THYRION = [7840, 1317, 239, 42, 14, 4, 4, 1]  # policies with 0, 1, ... claims: Thyrion (1961), in Loss Models
SIMON = [99, 65, 57, 35, 20, 10, 4, 0, 3, 4, 0, 1]  # contracts with 0, 1, ... claims: Simon (1961), in Loss Models
HOSPITAL = [6, 2, 3, 0, 2, 1, 2, 5, 1, 3]  # liability claims by year, 1985 to 1994: Loss Models, estimation for discrete laws
SINGAPORE = [6996, 455, 28, 4]  # vehicles with 0, 1, ... accidents in 1993: Frees, Valdez (2008); Loss Data Analytics, 2.7


def test_the_examples_run():
    assert doctest.testmod(frequency) == (0, doctest.testmod(frequency).attempted)
    assert doctest.testmod(frequency).attempted >= 10


def test_ci_poisson_exact():
    """reference_cases: Garwood (1936); Ulm (1990), Am J Epidemiol 131:373-375."""
    found = poisson_interval([0, 1, 10], level=0.95)
    assert found.low == pytest.approx([0, 0.0253, 4.795], abs=0.001)
    assert found.high == pytest.approx([3.689, 5.572, 18.39], abs=0.001)


def test_ci_rule_of_three():
    """reference_cases: Hanley & Lippman-Hand (1983), JAMA 249:1743-1745."""
    assert binomial_interval(0, 100, level=0.95, one_sided=True).high == pytest.approx(0.0295, abs=0.0001)
    assert poisson_interval(0, exposure=100, level=0.95, one_sided=True).high == pytest.approx(-math.log(0.05) / 100)
    assert rates.rule_of_three(100) == pytest.approx(0.03, abs=0.0001)


def test_freq_nb_thyrion():
    """reference_cases: Klugman, Panjer, Willmot, Loss Models (Thyrion 1961 automobile accidents data set)."""
    poisson, law = fit_poisson(range(8), weights=THYRION), fit_negative_binomial(range(8), weights=THYRION)
    assert (poisson.mean, law.r, law.beta) == pytest.approx((0.214354, 0.7015, 0.3056), abs=0.0005)
    assert (poisson.log_likelihood, law.log_likelihood) == pytest.approx((-5490.78, -5348.04), abs=0.01)


def test_hospital_liability_claims():
    """Loss Models, maximum likelihood for the negative binomial: r 10.9650, beta 0.227998; moments give 11.364 and 0.22."""
    law = fit_negative_binomial(HOSPITAL)
    assert (law.r, law.beta) == pytest.approx((10.9650, 0.227998), abs=0.00005)
    assert fit_poisson(HOSPITAL).mean == 2.5


def test_simon_claims_per_contract():
    """Loss Models, (a, b, 0) fits of Simon's data: Poisson 1.70805, negative binomial r 1.47364, beta 1.15907."""
    counts = range(12)
    law = fit_negative_binomial(counts, weights=SIMON)
    assert fit_poisson(counts, weights=SIMON).mean == pytest.approx(1.70805, abs=0.00001)
    assert fit_poisson(counts, weights=SIMON).log_likelihood == pytest.approx(-577.0, abs=0.05)
    assert (law.r, law.beta) == pytest.approx((1.47364, 1.15907), abs=0.00001)
    assert law.log_likelihood == pytest.approx(-528.8, abs=0.05)


def test_singapore_accidents():
    """Loss Data Analytics, section 2.7: Poisson mean 0.06989, expected 6977.86, 487.70, 17.04, 0.40 and chi-square 41.98."""
    law = fit_poisson(range(4), weights=SINGAPORE)
    expected = 7483 * np.append(law.pmf(np.arange(4)), 1 - law.cdf(3))
    assert law.mean == pytest.approx(0.06989, abs=0.00001)
    assert expected[:4] == pytest.approx([6977.86, 487.70, 17.04, 0.40], abs=0.01)
    assert ((np.append(SINGAPORE, 0) - expected) ** 2 / expected).sum() == pytest.approx(41.98, abs=0.02)


def test_intervals_hold_the_truth_often_enough():
    """Summed over the law itself: never less than the level, and the one-sided bound by one tail."""
    counts = np.arange(200)
    for mean in (0.3, 2.0, 11.5, 40.0):
        chance = stats.poisson(mean).pmf(counts)
        both, above = poisson_interval(counts, level=0.9), poisson_interval(counts, level=0.9, one_sided=True)
        assert chance[(both.low <= mean) & (mean <= both.high)].sum() >= 0.9
        assert chance[mean <= above.high].sum() >= 0.9
        assert (above.low == 0).all()


def test_intervals_are_the_tails_of_the_laws():
    found = poisson_interval(7, exposure=3.5, level=0.8)
    assert stats.poisson(found.low * 3.5).sf(6) == pytest.approx(0.1)
    assert stats.poisson(found.high * 3.5).cdf(7) == pytest.approx(0.1)
    share = stats.binomtest(3, 40).proportion_ci(confidence_level=0.9, method="exact")
    assert (binomial_interval(3, 40).low, binomial_interval(3, 40).high) == pytest.approx((share.low, share.high))
    assert (binomial_interval(5, 5).high, binomial_interval(0, 5).low) == (1.0, 0.0)


def test_nothing_exposed_gives_no_range():
    assert math.isnan(poisson_interval(0, exposure=0).high)
    assert math.isnan(binomial_interval(0, 0).low)
    assert isinstance(poisson_interval(3).low, float)


@pytest.mark.parametrize(
    "broken",
    [
        lambda: poisson_interval(-1),
        lambda: poisson_interval(1, level=1),
        lambda: poisson_interval([1, math.nan]),
        lambda: binomial_interval(3, 2),
        lambda: fit_poisson([0.5, 1]),
        lambda: fit_poisson(["one"]),
        lambda: fit_poisson([1, 2], weights=[1]),
        lambda: fit_poisson([1, 2], weights=[1, -1]),
        lambda: fit_poisson([1, 2], exposure=[1, 0]),
        lambda: fit_negative_binomial([[1, 2]]),
        lambda: fit_binomial([0, 3], 2),
        lambda: fit_binomial([0, 1], 2.5),
    ],
)
def test_bad_input_is_refused(broken):
    with pytest.raises(BadValue):
        broken()


@pytest.mark.parametrize("fit", [fit_poisson, fit_negative_binomial, fit_geometric, fit_binomial, best_count_law])
def test_no_counts_no_law(fit):
    with pytest.raises(NothingToShow):
        fit([])


def test_poisson_with_exposure_is_events_over_exposure():
    law = fit_poisson([3, 0, 5], exposure=[100, 50, 250], weights=[1, 2, 1])
    assert law.mean == pytest.approx((3 + 0 + 5) / (100 + 2 * 50 + 250))
    assert law.standard_errors["mean"] == pytest.approx(math.sqrt(8) / 450)
    by_hand = stats.poisson(law.mean * np.array([100, 50, 50, 250])).logpmf([3, 0, 0, 5]).sum()
    assert law.log_likelihood == pytest.approx(by_hand)


@pytest.mark.parametrize("seed", range(5))
def test_negative_binomial_is_the_maximum_that_a_search_finds(seed):
    rng = np.random.default_rng(seed)
    r, beta = rng.uniform(0.3, 5), rng.uniform(0.2, 8)
    counts = stats.nbinom(r, 1 / (1 + beta)).rvs(400, random_state=rng)

    def loss(place):
        r, beta = np.exp(place)
        return -stats.nbinom(r, 1 / (1 + beta)).logpmf(counts).sum()

    best = optimize.minimize(
        loss, np.log([r, beta]), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000}
    )
    law = fit_negative_binomial(counts)
    assert (law.r, law.beta) == pytest.approx(np.exp(best.x), rel=1e-5)
    assert law.log_likelihood == pytest.approx(-best.fun, abs=1e-7)
    assert law.mean == pytest.approx(counts.mean())


def test_negative_binomial_errors_are_those_of_the_curvature():
    """Second differences of the log likelihood in (r, beta), inverted."""
    law = fit_negative_binomial(range(12), weights=SIMON)
    seen = np.repeat(np.arange(12), SIMON)

    def loglik(r, beta):
        return stats.nbinom(r, 1 / (1 + beta)).logpmf(seen).sum()

    step, bend = 1e-4, np.zeros((2, 2))
    for i, first in enumerate(np.eye(2) * step):
        for j, second in enumerate(np.eye(2) * step):
            place = np.array([law.r, law.beta])
            corners = [loglik(*(place + a * first + b * second)) * a * b for a in (1, -1) for b in (1, -1)]
            bend[i, j] = -sum(corners) / (4 * step**2)
    errors = np.sqrt(np.diag(np.linalg.inv(bend)))
    assert (law.standard_errors["r"], law.standard_errors["beta"]) == pytest.approx(errors, rel=1e-3)


@pytest.mark.parametrize("counts", [[1, 1, 1, 2], [0, 0, 0], [2, 2], [0, 1, 2, 1, 0, 2], [0, 2]])
def test_counts_that_do_not_vary_more_than_chance_run_to_poisson(counts):
    law, poisson = fit_negative_binomial(counts), fit_poisson(counts)
    assert math.isinf(law.r)
    assert (law.beta, law.mean, law.log_likelihood) == (0, poisson.mean, poisson.log_likelihood)
    assert "Poisson" in law.note
    assert law.pmf(1) == pytest.approx(poisson.pmf(1))


def test_just_above_chance_is_found_without_loss_of_digits():
    """Variance / mean of 1.0014, r of about 350: against the log likelihood with 50 digits, at the maximum and beside it."""
    getcontext().prec = 50
    weights = [606_531, 303_265, 75_816, 12_636, 2_000]
    law = fit_negative_binomial(range(5), weights=weights)
    mean = Decimal(sum(j * w for j, w in enumerate(weights))) / sum(weights)

    def loglik(alpha):
        rising = [sum(((1 + alpha * j).ln() for j in range(count)), Decimal(0)) for count in range(5)]
        return sum(w * (rising[y] - (y + 1 / alpha) * (1 + alpha * mean).ln()) for y, w in enumerate(weights))

    alpha, aside = Decimal(1 / law.r), Decimal("1e-7")
    assert 300 < law.r < 400
    assert loglik(alpha) > loglik(alpha * (1 + aside))
    assert loglik(alpha) > loglik(alpha * (1 - aside))


def test_counts_too_high_to_be_listed_are_refused():
    with pytest.raises(BadValue, match="shorter periods"):
        fit_negative_binomial([1, 10_000_000])


def test_geometric_is_a_negative_binomial_of_one():
    law = fit_geometric(range(12), weights=SIMON)
    assert law.beta == pytest.approx(509 / 298)
    assert law.log_likelihood == pytest.approx(stats.nbinom(1, 1 / (1 + law.beta)).logpmf(np.repeat(np.arange(12), SIMON)).sum())
    assert law.log_likelihood <= fit_negative_binomial(range(12), weights=SIMON).log_likelihood
    assert fit_geometric([0, 0]).pmf(0) == 1


def test_binomial_with_known_trials():
    law = fit_binomial([0, 1, 2, 1], 4)
    assert (law.q, law.mean, law.variance) == pytest.approx((4 / 16, 1, 0.75))
    assert law.log_likelihood == pytest.approx(stats.binom(4, 0.25).logpmf([0, 1, 2, 1]).sum())
    assert law.standard_errors["q"] == pytest.approx(math.sqrt(0.25 * 0.75 / 16))


def test_binomial_without_trials_takes_the_most_likely_number():
    counts = stats.binom(7, 0.4).rvs(300, random_state=np.random.default_rng(5))
    law = fit_binomial(counts)
    profile = [stats.binom(m, counts.mean() / m).logpmf(counts).sum() for m in range(counts.max(), 60)]
    assert law.trials == counts.max() + np.argmax(profile)
    assert law.log_likelihood == pytest.approx(max(profile))
    assert math.isinf(fit_binomial(HOSPITAL).trials)
    assert "Poisson" in fit_binomial(HOSPITAL).note


def test_best_law_of_the_published_sets():
    """Loss Models: the negative binomial is far better than the Poisson for Thyrion's and Simon's data, not for ten years."""
    assert best_count_law(range(8), weights=THYRION).best.name == "negative binomial"
    simon, hospital = best_count_law(range(12), weights=SIMON), best_count_law(HOSPITAL)
    assert simon.best.name == "negative binomial"
    assert simon.statistic == pytest.approx(2 * (577.0 - 528.8), abs=0.2)
    assert simon.probability == pytest.approx(stats.chi2.sf(simon.statistic, 1) / 2)
    assert hospital.best.name == "poisson"
    assert hospital.probability > 0.1
    assert list(simon.table.columns) == ["parameters", "log_likelihood", "aic", "bic"]
    assert simon.table["aic"].idxmin() == "negative binomial"


def test_best_law_of_regular_counts_is_binomial():
    found = best_count_law([1, 1, 2, 1, 2, 2, 1, 1, 2, 1] * 5)
    assert found.best.name == "binomial"
    assert (found.statistic, found.probability) == (0, 1)


def test_ratio_test_rejects_as_often_as_it_says():
    """500 sets of Poisson counts: p below 0.05 in about 5 % of them (standard error 1 point)."""
    rng = np.random.default_rng(11)
    found = np.array([best_count_law(rng.poisson(1.5, 200)).probability for _ in range(500)])
    assert 0.02 <= (found < 0.05).mean() <= 0.08


@pytest.mark.parametrize("fit", [fit_poisson, fit_negative_binomial, fit_geometric, fit_binomial])
def test_laws_add_up(fit):
    law = fit([0, 1, 4, 0, 0, 2, 9, 1])
    counts = np.arange(400)
    assert law.pmf(counts).sum() == pytest.approx(1)
    assert (law.pmf(counts) * counts).sum() == pytest.approx(law.mean)
    assert (law.pmf(counts) * (counts - law.mean) ** 2).sum() == pytest.approx(law.variance)
    assert law.cdf(3) == pytest.approx(law.pmf(np.arange(4)).sum())
    assert law.cdf(law.quantile(0.9)) >= 0.9 > law.cdf(law.quantile(0.9) - 1)


def test_weights_are_repeats():
    listed, counted = fit_negative_binomial(np.repeat(np.arange(12), SIMON)), fit_negative_binomial(range(12), weights=SIMON)
    assert (listed.r, listed.log_likelihood, listed.observations) == pytest.approx((counted.r, counted.log_likelihood, 298))
