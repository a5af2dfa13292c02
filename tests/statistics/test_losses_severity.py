"""What one loss costs and what is paid of it: textbook examples, formulas against integrals, terms to reckon by hand."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from orderkit.errors import BadValue
from orderkit.statistics.losses.severity import (
    Beta,
    Empirical,
    Exponential,
    Gamma,
    GeneralisedPareto,
    Lognormal,
    Mixture,
    Pareto,
    SingleParameterPareto,
    Uniform,
    Weibull,
    damaged_share,
    expected_payment,
    insurer_payment,
    loss_elimination_ratio,
    payment_law,
    payment_variance,
)  # fmt: skip

LAWS = [
    Exponential(1000), Gamma(0.4, 500), Gamma(3, 200), Weibull(0.6, 300), Weibull(2, 300), Lognormal(5, 0.4), Lognormal(4, 1.5),
    Beta(2, 3, 800), Uniform(100, 700), Pareto(3, 2000), Pareto(2.2, 500), SingleParameterPareto(3, 150),
    GeneralisedPareto(0.3, 200, 50), GeneralisedPareto(0, 200, 50), GeneralisedPareto(1e-5, 200, 50),
    GeneralisedPareto(-0.4, 200, 50), Empirical([30, 100, 100, 650], [1, 2, 0.5, 3]),
    Mixture([Exponential(100), Lognormal(6, 0.5)], [3, 1]),
    payment_law(Pareto(3, 2000), deductible=200, limit=900, paid_share=0.8, per="payment"),
    payment_law(Gamma(2, 300), deductible=200, limit=900, paid_share=0.8, franchise=True),
]  # fmt: skip
FINITE = [law for law in LAWS if np.isfinite(law.variance)]
HEAVY = Pareto(3, 2000)  # mean 1000, the example of Loss Models chapter 8


def integral(law, upto, power):
    """E[min(X, upto)^power] as the area under the survival function."""
    ends = np.unique([0, *law.quantile([0.0, 0.001, 0.1, 0.5, 0.9, 0.99]), 50, 100, 150, 160, 200, 650, 720, upto])
    ends = ends[ends <= upto]
    return sum(quad(lambda x: power * x ** (power - 1) * law.survival(x), *part, limit=200)[0] for part in pairwise(ends))


def test_sev_deductible_limit_lda345():
    """Frees et al., Loss Data Analytics, Example 3.4.5."""
    terms = {"deductible": 100, "limit": 500, "per": "payment"}
    change = expected_payment(Exponential(1000), inflation=0.05, **terms) / expected_payment(Exponential(1000), **terms) - 1
    assert change == pytest.approx(0.011, abs=1e-4)


def test_deductible_of_500_on_pareto():
    """Loss Models, Examples 8.1 to 8.4: per loss 640, per payment 1250; a franchise 896 and 1750; 36 % eliminated."""
    assert expected_payment(HEAVY, deductible=500) == pytest.approx(640)
    assert expected_payment(HEAVY, deductible=500, per="payment") == pytest.approx(1250)
    assert expected_payment(HEAVY, deductible=500, franchise=True) == pytest.approx(896)
    assert expected_payment(HEAVY, deductible=500, franchise=True, per="payment") == pytest.approx(1750)
    assert loss_elimination_ratio(HEAVY, deductible=500) == pytest.approx(0.36)
    assert loss_elimination_ratio(HEAVY, deductible=500, franchise=True) == pytest.approx(0.36 - 0.5 * 0.512)


def test_inflation_of_a_tenth_on_pareto():
    """Loss Models, Examples 8.4 and 8.5: 730.32 above the deductible of 500, 1350 per payment; 903.11 below the limit of 3000."""
    assert expected_payment(HEAVY, deductible=500, inflation=0.1) == pytest.approx(730.32, abs=0.005)
    assert expected_payment(HEAVY, deductible=500, inflation=0.1, per="payment") == pytest.approx(1350)
    assert expected_payment(HEAVY, limit=3000) == pytest.approx(840)
    assert expected_payment(HEAVY, limit=3000, inflation=0.1) == pytest.approx(903.11, abs=0.005)


def test_both_conventions_of_a_limit():
    # Loss Models: E[X and 600] - E[X and 100], of an exponential law 1000 (e^-0.1 - e^-0.6)
    by_hand = 0.8 * 1000 * (np.exp(-0.1) - np.exp(-0.6))
    assert expected_payment(Exponential(1000), deductible=100, limit=500, paid_share=0.8) == pytest.approx(by_hand)
    assert expected_payment(Exponential(1000), deductible=100, maximum_covered_loss=600, paid_share=0.8) == pytest.approx(by_hand)
    assert insurer_payment([50, 400, 700], deductible=100, limit=500).tolist() == [0, 300, 500]
    assert insurer_payment([50, 400, 700], deductible=100, maximum_covered_loss=500).tolist() == [0, 300, 400]
    with pytest.raises(BadValue, match="one of them"):
        insurer_payment(1, limit=3, maximum_covered_loss=3)


def test_payments_of_arrays_of_terms():
    paid = insurer_payment([100, 101, 900], deductible=[100, 100, 0], limit=500, paid_share=[1, 1, 0.85], franchise=[True])
    assert paid.tolist() == [0, 101, 425]  # a franchise pays from the first cent, but not of a loss as large as itself
    assert insurer_payment(300.0, deductible=100) == 200.0


@pytest.mark.parametrize("law", FINITE, ids=repr)
@pytest.mark.parametrize("power", [1, 2])
def test_limited_values_are_the_integral(law, power):
    for upto in (20, 120, 500, 3000):
        assert law.limited(upto, power=power) == pytest.approx(integral(law, upto, power), rel=1e-7)


@pytest.mark.parametrize("law", FINITE, ids=repr)
def test_a_law_agrees_with_itself(law):
    p = np.array([0.01, 0.3, 0.5, 0.9, 0.99])
    at = law.quantile(p)
    assert (law.cdf(at) >= p - 1e-9).all()
    assert (law.cdf(at * (1 - 1e-9) - 1e-9) <= p + 1e-6).all()
    retention = np.array([0.0, 40.0, 300.0, 1500.0])
    assert law.stop_loss(retention) == pytest.approx(law.mean - law.limited(retention), abs=1e-9 * law.mean)
    bigger = law.scaled(1.5)
    assert (bigger.mean, bigger.sd) == pytest.approx((1.5 * law.mean, 1.5 * law.sd))
    assert bigger.limited(1.5 * retention) == pytest.approx(1.5 * law.limited(retention), abs=1e-9)
    assert law.draw(200_000, rng=np.random.default_rng(1)).mean() == pytest.approx(law.mean, abs=5 * law.sd / 200_000**0.5)


def test_mean_excess_is_right_far_out():
    # 50 means out the exponential law has a chance of 2e-22, and still its mean ahead; Pareto (d + theta) / (alpha - 1)
    assert Exponential(10).mean_excess(500) == pytest.approx(10)
    assert Pareto(3, 2000).mean_excess([0, 1e9]) == pytest.approx([1000, (1e9 + 2000) / 2])
    assert np.isnan(Uniform(0, 1).mean_excess(2))


def test_tvar_in_closed_form():
    """Loss Models, section 3.5: exponential VaR + theta; Pareto VaR + (VaR + theta) / (alpha - 1)."""
    assert Exponential(1000).tvar(0.999) == pytest.approx(1000 * np.log(1000) + 1000)
    var = 2000 * (0.01 ** (-1 / 3) - 1)
    assert Pareto(3, 2000).quantile(0.99) == pytest.approx(var)
    assert Pareto(3, 2000).tvar(0.99) == pytest.approx(var + (var + 2000) / 2)


def test_what_is_infinite_says_so():
    assert Pareto(1, 100).mean == np.inf
    assert Pareto(0.8, 100).stop_loss(50) == np.inf
    assert Pareto(2, 100).mean == pytest.approx(100)
    assert Pareto(1.5, 100).variance == np.inf
    assert Pareto(1, 100).limited(300) == pytest.approx(
        100 * np.log(4)
    )  # Loss Models, appendix A: -theta ln(theta / (x + theta))
    assert expected_payment(Pareto(0.8, 100), deductible=50, limit=200) == pytest.approx(integral(Pareto(0.8, 100), 250, 1) -
        integral(Pareto(0.8, 100), 50, 1))  # fmt: skip
    assert loss_elimination_ratio(Pareto(0.8, 100), deductible=50) == 0


def test_variance_of_payments():
    """Per loss with a deductible of 500 and a maximum covered loss of 2500, against the integral; Loss Models, Example 8.6."""
    terms = {"deductible": 500, "maximum_covered_loss": 2500}
    assert expected_payment(HEAVY, **terms) == pytest.approx(1000 * (0.8**2 - (2 / 4.5) ** 2))
    square = quad(lambda y: 2 * y * HEAVY.survival(500 + y), 0, 2000)[0]
    assert payment_variance(HEAVY, **terms) == pytest.approx(square - expected_payment(HEAVY, **terms) ** 2)
    paid = insurer_payment(HEAVY.draw(1_000_000, rng=np.random.default_rng(3)), **terms)
    assert paid.var() == pytest.approx(payment_variance(HEAVY, **terms), rel=0.01)
    given = paid[paid > 0]
    assert given.var() == pytest.approx(payment_variance(HEAVY, per="payment", **terms), rel=0.01)
    assert payment_law(HEAVY, **terms).cdf(0) == pytest.approx((paid == 0).mean(), abs=0.003)


def test_damaged_share_by_moments():
    found = damaged_share([0.2, 0.3, 0.4, 0.5])
    # mean 0.35, variance 0.05 / 3; a + b = 0.35 x 0.65 / (0.05 / 3) - 1 = 12.65
    assert (found.a, found.b) == pytest.approx((0.35 * 12.65, 0.65 * 12.65))
    assert (found.mean, found.variance) == pytest.approx((0.35, 0.05 / 3))
    assert damaged_share([0.2, 0.6], weights=[3, 1]).mean == pytest.approx(0.3)
    for wrong in ([0.3, 0.3], [0, 1, 0, 1], [0.2, 1.3], []):
        with pytest.raises(BadValue):
            damaged_share(wrong)


def test_a_cover_that_pays_nothing_or_nonsense_is_refused():
    for terms in ({"deductible": -1}, {"limit": -1}, {"paid_share": 1.2}, {"limit": np.nan}, {"paid_share": np.nan}):
        with pytest.raises(BadValue):
            insurer_payment([10.0], **terms)
    with pytest.raises(BadValue, match="1 of 2 loss values"):
        insurer_payment([10.0, np.nan])
    with pytest.raises(BadValue, match="No loss exceeds"):
        expected_payment(Uniform(0, 10), deductible=10, per="payment")
    refused = [
        lambda: Pareto(0, 1), lambda: Lognormal(np.nan, 1), lambda: Uniform(3, 3), lambda: Empirical([]), lambda: Empirical([-1]),
        lambda: Mixture([]), lambda: Exponential(1).limited(-1), lambda: Exponential(1).tvar(1),
        lambda: Exponential(1).quantile(95), lambda: Exponential(1).limited(1, power=3), lambda: Gamma(1, np.inf),
    ]  # fmt: skip
    for make in refused:
        with pytest.raises(BadValue):
            make()
