"""The total of 5,000 parcels by four ways that share no code: simulated, by transform, parcel by parcel, with uncertain rates.

The scene is that of METHODS A3: 50 losses expected of 5,000 parcels, amounts of about 50 each. Its parcels are not on record, so
that the agreement is tested, and not its figures (exact 3,785, compound Poisson 3,797, simulated 3,783, uncertain rate 4,157).
"""

import numpy as np
import pytest

from orderkit.statistics.losses import (
    Empirical,
    Poisson,
    compound,
    forecast,
    gamma_mixed_poisson,
    individual_risk,
    poisson_over_draws,
    simulated_risk,
)

PARCELS, CLASSES, EXPECTED, CV = 5_000, 40, 50, 0.15
SIMULATIONS = 200_000  # the Monte Carlo error of the 99 % point is then about 0.15 % of it
CLOSE = 0.01


@pytest.fixture(scope="module")
def book():
    """Amounts and classes of parcels, rates of the classes: 50 losses expected, some classes ten times as risky as others."""
    rng = np.random.default_rng(20_240_501)
    cell = np.arange(PARCELS) % CLASSES
    rates = rng.gamma(4, 1, CLASSES)
    return rng.lognormal(3.63, 0.75, PARCELS).round(1), cell, rates * EXPECTED / rates[cell].sum()


@pytest.fixture(scope="module")
def severity(book):
    amounts, cell, rates = book
    return Empirical(amounts, rates[cell])


@pytest.fixture(scope="module")
def simulated(book):
    amounts, cell, rates = book
    draws = rates * np.array([[0.5], [1.5]])  # known_rates takes their mean
    return forecast(
        amounts, cell, draws, times=1, rng=np.random.default_rng(1), simulations=SIMULATIONS, known_rates=True
    )  # fmt: skip


@pytest.fixture(scope="module")
def uncertain(book):
    """Totals where all rates are off by one common factor, gamma with a coefficient of variation of 15 %."""
    amounts, cell, rates = book
    rng = np.random.default_rng(2)
    draws = rates * rng.gamma(CV**-2, CV**2, (SIMULATIONS, 1))
    return forecast(amounts, cell, draws, times=1, rng=rng, simulations=SIMULATIONS)


def test_the_simulation_is_exact_enough_to_tell(simulated, uncertain):
    for found in (simulated, uncertain):
        assert found.simulated.size == SIMULATIONS
        risk = simulated_risk(found.simulated, p=0.99)
        assert risk.se_var < CLOSE / 5 * risk.var


def test_simulation_transform_and_parcel_by_parcel_agree(book, severity, simulated):
    amounts, cell, rates = book
    total, parcels = compound(Poisson(EXPECTED), severity), individual_risk(rates[cell], amounts)
    assert simulated.var[0.99] == pytest.approx(total.var(0.99), rel=CLOSE)
    assert parcels.var(0.99) == pytest.approx(total.var(0.99), rel=CLOSE)
    assert simulated.var[0.99] == pytest.approx(parcels.var(0.99), rel=CLOSE)
    assert simulated.tvar[0.99] == pytest.approx(total.tvar(0.99), rel=CLOSE)
    assert simulated.mean == pytest.approx(total.mean, abs=4 * simulated.error)
    assert parcels.mean == pytest.approx(total.mean, rel=1e-6) == pytest.approx(rates[cell] @ amounts, rel=1e-6)
    assert simulated.sd == pytest.approx(total.sd, rel=CLOSE)
    assert parcels.sd < total.sd, "a parcel is lost once at most: a little less spread than Poisson"


def test_uncertain_rates_agree_and_matter_more_than_the_method(severity, simulated, uncertain):
    total = compound(gamma_mixed_poisson(EXPECTED, cv=CV), severity)
    assert uncertain.var[0.99] == pytest.approx(total.var(0.99), rel=CLOSE)
    assert uncertain.tvar[0.99] == pytest.approx(total.tvar(0.99), rel=CLOSE)
    assert uncertain.sd == pytest.approx(total.sd, rel=CLOSE)
    assert uncertain.var[0.99] > 1.05 * simulated.var[0.99]


def test_draws_of_the_rate_agree_with_the_gamma_law_they_come_from(severity):
    means = EXPECTED * np.random.default_rng(3).gamma(CV**-2, CV**2, 20_000)
    drawn, exact = (compound(law, severity) for law in (poisson_over_draws(means), gamma_mixed_poisson(EXPECTED, cv=CV)))
    assert drawn.var(0.99) == pytest.approx(exact.var(0.99), rel=CLOSE)
