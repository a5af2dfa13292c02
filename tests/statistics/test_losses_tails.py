"""Tails of books of losses: published fits, a second method for each, and what is said of too few or infinite."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.optimize import minimize

from orderkit.errors import BadValue, TooFewEvents
from orderkit.statistics.losses.severity import Gamma, GeneralisedPareto, Lognormal, Pareto, Weibull
from orderkit.statistics.losses.tails import (
    fit_exponential,
    fit_gamma,
    fit_generalised_pareto,
    fit_lognormal,
    fit_pareto,
    fit_weibull,
    mean_excess_table,
)  # fmt: skip
from tests.conftest import REAL

# Loss Models, Data Set B: 20 payments of workers' compensation medical benefits
BENEFITS = [27, 82, 115, 126, 155, 161, 243, 294, 340, 384, 457, 680, 855, 877, 974, 1193, 1340, 1884, 2558, 15743]


@pytest.fixture(scope="module")
def danish():
    path = REAL / "actuarial" / "danish_fire.csv"
    if not path.is_file():
        pytest.skip(f"published data is not here: no file {path.name} beside the checkout")
    return pd.read_csv(path)["Loss"].to_numpy()


def test_sev_gpd_danish_u10(danish):
    """McNeil (1997), ASTIN Bulletin 27; standard errors as in McNeil, Frey, Embrechts, QRM, and the R package evir."""
    found = fit_generalised_pareto(danish, threshold=10)
    assert found.excesses == 109
    assert found.xi == pytest.approx(0.497, abs=0.001)
    assert found.beta == pytest.approx(6.975, abs=0.01)
    assert (found.se_xi, found.se_beta) == pytest.approx((0.136, 1.11), abs=0.005)
    assert found.reasons == ()


def test_danish_tail_by_the_formulas_of_mcneil(danish):
    found = fit_generalised_pareto(danish, threshold=10)
    ratio = danish.size / 109
    for p in (0.99, 0.995, 0.999):
        var = 10 + found.beta / found.xi * ((ratio * (1 - p)) ** -found.xi - 1)
        assert found.var(p) == pytest.approx(var)
        assert found.tvar(p) == pytest.approx(var / (1 - found.xi) + (found.beta - 10 * found.xi) / (1 - found.xi))
        assert found.tail_probability(var) == pytest.approx(1 - p)
    assert found.return_level(1000) == pytest.approx(found.var(0.999))
    assert found.tail_probability(10) == 109 / danish.size
    assert found.mean_excess == pytest.approx(found.beta / (1 - found.xi))
    for outside in (
        lambda: found.tail_probability(9),
        lambda: found.var(0.9),
        lambda: found.var(1),
        lambda: found.return_level(2),
    ):
        with pytest.raises(BadValue):
            outside()


@pytest.mark.parametrize("xi", [-0.4, -0.1, 0, 0.05, 0.5, 1.2, 3])
def test_the_fit_is_the_most_likely(xi):
    losses = stats.genpareto.rvs(xi, scale=3, size=400, random_state=7)
    found = fit_generalised_pareto(losses, threshold=0)

    def cost(at):
        return -stats.genpareto.logpdf(losses, at[0], 0, at[1]).sum()

    assert found.log_likelihood == pytest.approx(-cost([found.xi, found.beta]))
    other = minimize(cost, [xi + 0.1, 3.3], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 2000})
    assert found.log_likelihood >= -other.fun - 1e-8
    assert [found.xi, found.beta] == pytest.approx(other.x, abs=1e-5)
    assert abs(found.xi - xi) < 4 * found.se_xi
    # the information against differences of the likelihood
    h = 1e-4
    bend = (cost([found.xi + h, found.beta]) - 2 * cost([found.xi, found.beta]) + cost([found.xi - h, found.beta])) / h**2
    assert np.linalg.inv(found.covariance)[0, 0] == pytest.approx(bend, rel=1e-3)


def test_an_infinite_mean_is_said():
    found = fit_generalised_pareto(GeneralisedPareto(1.4, 10).draw(500, rng=np.random.default_rng(2)), threshold=5)
    assert found.xi > 1
    assert found.mean_excess == found.tvar(0.99) == np.inf
    assert np.isfinite(found.var(0.99))
    assert any("mean loss is infinite" in reason for reason in found.reasons)


def test_few_losses_are_refused_or_said():
    losses = np.arange(1.0, 100.0)
    for fit in (
        lambda: fit_generalised_pareto(losses, threshold=0),
        lambda: fit_lognormal(losses),
        lambda: mean_excess_table(losses),
    ):
        with pytest.raises(TooFewEvents, match="99 losses"):
            fit()
    assert "Made from 99 losses" in fit_lognormal(losses, at_least=20).reasons[0]
    with pytest.raises(TooFewEvents, match="4 of 100"):
        fit_generalised_pareto(np.arange(100.0), threshold=95.5)
    with pytest.raises(BadValue, match="no maximum"):
        fit_generalised_pareto(np.full(100, 3.0), threshold=1)
    with pytest.raises(BadValue, match="1 of 101 losses"):
        fit_gamma([*losses, 5, 0])


def test_exponential_and_gamma_of_loss_models_data_set_b():
    """Loss Models, maximum likelihood examples: theta 1424.4, -165.23; alpha 0.55616, theta 2561.1, -162.29."""
    found = fit_exponential(BENEFITS, at_least=20)
    assert found.values == pytest.approx({"theta": 1424.4})
    assert found.log_likelihood == pytest.approx(-165.23, abs=0.005)
    found = fit_gamma(BENEFITS, at_least=20)
    assert found.values == pytest.approx({"alpha": 0.55616, "theta": 2561.1}, rel=2e-5)
    assert found.log_likelihood == pytest.approx(-162.29, abs=0.005)


SCIPY = {
    fit_gamma: (Gamma(1.7, 60), lambda a, t: stats.gamma(a, scale=t)),
    fit_weibull: (Weibull(0.7, 60), lambda a, t: stats.weibull_min(a, scale=t)),
    fit_lognormal: (Lognormal(4, 1.2), lambda m, s: stats.lognorm(s, scale=np.exp(m))),
    fit_pareto: (Pareto(2.5, 90), lambda a, t: stats.lomax(a, scale=t)),
}


@pytest.mark.parametrize("fit", SCIPY, ids=lambda fit: fit.__name__)
def test_fits_are_the_most_likely_and_their_errors_right(fit):
    law, frozen = SCIPY[fit]
    losses = law.draw(3000, rng=np.random.default_rng(5))
    found = fit(losses)
    at = np.array(list(found.values.values()))
    own = frozen(*at).logpdf(losses).sum()
    assert found.log_likelihood == pytest.approx(own)
    assert found.aic == pytest.approx(4 - 2 * own)
    steps = 1e-3 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    assert all(frozen(*(at * (1 + step))).logpdf(losses).sum() < own for step in steps)
    true = [getattr(law, name) for name in found.values]
    assert (np.abs(at - true) < 4 * np.array(list(found.standard_errors.values()))).all()
    # standard errors against the curvature of the likelihood
    h = 1e-3 * at
    bend = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            moves = [(a, b) for a in (1, -1) for b in (1, -1)]
            units = np.eye(2) * h
            bend[i, j] = sum(a * b * frozen(*(at + a * units[i] + b * units[j])).logpdf(losses).sum() for a, b in moves)
            bend[i, j] /= -4 * h[i] * h[j]
    assert list(found.standard_errors.values()) == pytest.approx(np.sqrt(np.diag(np.linalg.inv(bend))), rel=2e-3)


def test_no_pareto_law_fits_a_light_tail():
    with pytest.raises(BadValue, match="exponential"):
        fit_pareto(Weibull(2, 100).draw(500, rng=np.random.default_rng(1)))


def test_mean_excess_by_hand(danish):
    found = mean_excess_table([1, 2, 4, 9], thresholds=[0, 2, 4, 9], at_least=4)
    assert found["excesses"].tolist() == [4, 2, 1, 0]
    assert found["mean_excess"].tolist()[:3] == pytest.approx([4, (2 + 7) / 2, 5])
    assert found["se"][1] == pytest.approx(np.std([2, 7], ddof=1) / 2**0.5)
    assert found["se"][2:].isna().all()
    assert np.isnan(found["mean_excess"][3])
    table = mean_excess_table(danish).set_index("threshold")
    above = danish[danish > 10] - 10
    assert mean_excess_table(danish, thresholds=[10])["mean_excess"][0] == pytest.approx(above.mean())
    assert len(table) == np.unique(danish).size - 3
