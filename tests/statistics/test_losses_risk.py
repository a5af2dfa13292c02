"""VaR and TVaR: closed forms against integrals, discrete laws by hand, errors of simulation against repetition."""

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from orderkit.errors import BadValue, NothingToShow
from orderkit.statistics.losses.risk import discrete_risk, lognormal_risk, normal_risk, risk_table, simulated_risk


def test_risk_tvar_normal():
    """McNeil, Frey, Embrechts, Quantitative Risk Management."""
    found = normal_risk(p=0.99)
    assert found.var == pytest.approx(2.3263, abs=1e-4)
    assert found.tvar == pytest.approx(2.6652, abs=1e-4)
    assert normal_risk(100, 20, p=0.99).tvar == pytest.approx(100 + 20 * found.tvar)


def test_lognormal_against_the_integral():
    found = lognormal_risk(3, 0.7, p=0.95)
    law = stats.lognorm(0.7, scale=np.exp(3))
    assert found.var == pytest.approx(law.ppf(0.95))
    assert found.tvar == pytest.approx(quad(law.ppf, 0.95, 1)[0] / 0.05, rel=1e-6)


def test_discrete_laws_count_the_mass_at_var_in_part():
    # ten alike: the worst quarter of 1 .. 10 is 10, 9 and half of 8
    found = discrete_risk(range(1, 11), p=0.75)
    assert found.var == 8
    assert found.tvar == pytest.approx((10 + 9 + 0.5 * 8) / 2.5)
    assert discrete_risk(range(1, 11), p=0.9).var == 9  # not exceeded with just 0.9
    # nothing lost in 99 of 100: the worst 5 % are a fifth of 100
    found = discrete_risk([0, 100], probabilities=[0.99, 0.01], p=0.95)
    assert (found.var, found.tvar) == (0, pytest.approx(20))


def test_simulated_totals_agree_with_the_discrete_law_of_them():
    totals = np.random.default_rng(1).poisson(20, 4_000)
    for p in (0.5, 0.95, 0.99):
        found, exact = simulated_risk(totals, p=p), discrete_risk(totals, p=p)
        assert (found.var, found.tvar) == pytest.approx((exact.var, exact.tvar))


def test_monte_carlo_errors_are_those_of_repetition():
    rng = np.random.default_rng(4)
    runs = [simulated_risk(rng.exponential(100, 2_000), p=0.95) for _ in range(1_000)]
    for name, truth in (("var", -100 * np.log(0.05)), ("tvar", -100 * np.log(0.05) + 100)):
        values = np.array([getattr(run, name) for run in runs])
        said = np.array([getattr(run, f"se_{name}") for run in runs])
        assert said.mean() == pytest.approx(
            values.std(), rel=0.08
        )  # a spread of 1,000 is known to 2 %, and small samples bias it
        inside = np.abs(values - truth) < 1.96 * said
        assert 0.9 < inside.mean() < 0.98


def test_gains_are_totals_too_and_tables_have_a_row_per_level():
    table = risk_table(np.arange(-1000, 1000), levels=(0.9, 0.95))
    assert table["var"].tolist() == [799, 899]
    assert table["tvar"].tolist() == pytest.approx([np.arange(800, 1000).mean(), np.arange(900, 1000).mean()])
    assert list(table) == ["p", "var", "tvar", "se_var", "se_tvar"]


def test_what_cannot_be_told():
    with pytest.raises(NothingToShow):
        simulated_risk([])
    with pytest.raises(BadValue, match="1,000 or more"):
        simulated_risk(range(999), p=0.99)
    with pytest.raises(BadValue, match="1 of 2"):
        simulated_risk([1, np.nan])
    for p in (0, 1, 99, np.nan):
        with pytest.raises(BadValue, match="between 0 and 1"):
            normal_risk(p=p)
