"""Fits to losses known in part: published examples, the fits of whole losses, laws by their integrals, what is refused."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.stats import fisk, lognorm
from scipy.stats import gamma as gamma_law

from orderkit.errors import BadValue, TooFewEvents
from orderkit.statistics.losses import (
    Burr,
    Loglogistic,
    fit_exponential,
    fit_gamma,
    fit_incomplete,
    fit_lognormal,
    fit_pareto,
    fit_single_parameter_pareto,
    fit_weibull,
    student_risk,
)  # fmt: skip

# Loss Models, Data Set B: 20 payments of workers' compensation medical benefits
BENEFITS = np.array([27, 82, 115, 126, 155, 161, 243, 294, 340, 384, 457, 680, 855, 877, 974, 1193, 1340, 1884, 2558, 15743])
WHOLE = {
    "exponential": fit_exponential,
    "gamma": fit_gamma,
    "lognormal": fit_lognormal,
    "pareto": fit_pareto,
    "weibull": fit_weibull,
}


def test_grouped_payments_of_loss_models():
    """Loss Models, Data Set C, 227 payments in seven bands: the exponential law has a mean of 29,721."""
    edges, counts = [0, 7500, 17500, 32500, 67500, 125000, 300000, np.inf], [99, 42, 29, 28, 17, 9, 3]
    fit = fit_incomplete(edges[:-1], edges[1:], weights=counts, law="exponential")
    assert fit.law.theta == pytest.approx(29_721, abs=0.5)
    assert fit.observations == 227


def test_benefits_cut_at_a_limit():
    """Loss Models, Data Set B with a limit of 250: exponential 594.14 = 4159 / 7; the gamma law by a search on its own."""
    low, high = np.minimum(BENEFITS, 250), np.where(BENEFITS > 250, np.inf, BENEFITS)
    assert fit_incomplete(low, high, law="exponential", at_least=1).law.theta == pytest.approx(4159 / 7)
    gamma = fit_incomplete(low, high, law="gamma", at_least=1)
    seen = BENEFITS[BENEFITS <= 250]

    def cost(place):
        law = gamma_law(np.exp(place[0]), scale=np.exp(place[1]))
        return -law.logpdf(seen).sum() - 13 * law.logsf(250)

    best = np.exp(minimize(cost, [0, 6], method="BFGS").x)
    assert (gamma.law.alpha, gamma.law.theta) == pytest.approx(tuple(best), rel=1e-4)
    assert gamma.reasons == ("Made from 20 losses, fewer than 100: for study, not to decide by.",)


@pytest.mark.parametrize("law", WHOLE)
def test_losses_known_whole_give_the_fit_of_whole_losses(law):
    fit, whole = fit_incomplete(BENEFITS, law=law, at_least=1), WHOLE[law](BENEFITS, at_least=1)
    assert fit.values == pytest.approx(whole.values, rel=1e-6)
    assert fit.standard_errors == pytest.approx(whole.standard_errors, rel=1e-5)
    assert (fit.log_likelihood, fit.observations) == pytest.approx((whole.log_likelihood, 20))
    assert fit.reasons == whole.reasons
    twice = fit_incomplete(BENEFITS, weights=[2] * 20, law=law, at_least=1)
    assert twice.standard_errors == pytest.approx({name: error / 2**0.5 for name, error in fit.standard_errors.items()}, rel=1e-4)


def test_what_a_deductible_hides_is_allowed_for():
    above = BENEFITS[BENEFITS > 200]
    fit = fit_incomplete(above, law="exponential", deductible=200, at_least=1)
    assert fit.law.theta == pytest.approx((above - 200).mean(), rel=1e-6)  # without memory: the mean excess


def test_a_law_is_found_behind_deductible_limit_and_bands():
    """20,000 lognormal losses, seen above 50, cut at 1,000 or counted in bands: within four standard errors."""
    losses = lognorm.rvs(1.2, scale=np.exp(5), size=20_000, random_state=np.random.default_rng(4))
    seen = losses[losses > 50]
    cut = fit_incomplete(np.minimum(seen, 1000), np.where(seen >= 1000, np.inf, seen), law="lognormal", deductible=50)
    edges = np.array([50, 100, 200, 400, 800, np.inf])
    bands = fit_incomplete(edges[:-1], edges[1:], weights=np.histogram(seen, edges)[0], law="lognormal", deductible=50)
    for fit in (cut, bands):
        distance = [(fit.values[name] - true) / fit.standard_errors[name] for name, true in (("mu", 5), ("sigma", 1.2))]
        assert np.abs(distance).max() < 4
        assert max(fit.standard_errors.values()) < 0.06


def test_what_cannot_be_fitted_says_why():
    with pytest.raises(TooFewEvents, match="20 losses"):
        fit_incomplete(BENEFITS, law="gamma")
    with pytest.raises(BadValue, match="deductible included"):
        fit_incomplete(BENEFITS, law="gamma", deductible=100, at_least=1)
    with pytest.raises(BadValue, match="upper end below"):
        fit_incomplete([100], [50], law="gamma", at_least=1)
    with pytest.raises(BadValue, match="lognormal"):
        fit_incomplete(BENEFITS, law="cauchy", at_least=1)
    with pytest.raises(BadValue, match="run away"):
        fit_incomplete(np.minimum(BENEFITS, 250), np.where(BENEFITS > 250, np.inf, BENEFITS), law="pareto", at_least=1)


def test_single_parameter_pareto_of_the_society_of_actuaries():
    """Exam C sample question 4: losses 3, 6, 14 and two above 25: 3 / log(157,500) = 0.2507."""
    fit = fit_single_parameter_pareto([3, 6, 14], theta=1, above=[25, 25], at_least=3)
    assert fit.law.alpha == pytest.approx(3 / np.log(157_500))
    with pytest.raises(BadValue, match="below theta"):
        fit_single_parameter_pareto([3, 6, 14], theta=5, at_least=3)


@pytest.mark.parametrize("law", [Burr(2, 1000, 2), Burr(0.4, 1000, 2), Loglogistic(100, 1.5), Loglogistic(100, 0.8)], ids=str)
@pytest.mark.parametrize("power", [1, 2])
def test_limited_values_of_burr_laws_are_the_integral(law, power):
    area = quad(lambda x: power * x ** (power - 1) * law.survival(x), 0, 500, epsabs=0, epsrel=1e-11)[0]
    assert law.limited(500, power=power) == pytest.approx(area, rel=1e-9)
    assert law.survival(law.quantile([0.2, 0.999])) == pytest.approx([0.8, 0.001])
    assert law.scaled(3).quantile(0.9) == pytest.approx(3 * law.quantile(0.9))


def test_burr_and_loglogistic_moments():
    assert Loglogistic(100, 1.5).mean == pytest.approx(fisk.mean(1.5, scale=100))
    assert np.isinf(Loglogistic(100, 1.5).variance)
    assert Burr(3, 2000, 1).mean == pytest.approx(1000)  # the Pareto law


@pytest.mark.parametrize(("p", "var"), [(0.9, 137.1), (0.95, 190.7), (0.975, 248.3), (0.99, 335.1), (0.995, 411.8)])
def test_student_loss_of_a_share(p, var):
    """McNeil, Frey, Embrechts, QRM: 10,000 with a yearly volatility of 20 % and a t law of 4 degrees of freedom."""
    scale = 10_000 * 0.2 / 250**0.5 / 2**0.5
    found = student_risk(4, scale=scale, p=p)
    assert found.var == pytest.approx(var, abs=0.06)
    worst = quad(lambda share: student_risk(4, scale=scale, p=1 - share).var, 0, 1 - p)[0] / (1 - p)
    assert found.tvar == pytest.approx(worst, rel=1e-5)
