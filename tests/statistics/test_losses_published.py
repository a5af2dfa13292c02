"""More published worked examples on losses than those the methods were built by, each with its source."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.stats import binom, nbinom

from orderkit.errors import BadValue
from orderkit.statistics.losses import (
    Beta,
    Binomial,
    CountLaw,
    Gamma,
    Geometric,
    MixedFrequency,
    NegativeBinomial,
    Pareto,
    Poisson,
    ZeroModified,
    buhlmann_of_types,
    compound,
    fit_generalised_pareto,
    fit_lognormal,
    fit_negative_binomial,
    fit_pareto,
    fit_poisson,
    full_credibility,
    negative_binomial_by_moments,
    negative_binomial_regression,
    normal_risk,
    payment_law,
    poisson_interval,
    poisson_regression,
    regress_counts,
)  # fmt: skip
from tests.conftest import REAL


@pytest.fixture(scope="module")
def danish():
    path = REAL / "actuarial" / "danish_fire.csv"
    if not path.is_file():
        pytest.skip(f"published data is not here: no file {path.name} beside the checkout")
    return pd.read_csv(path)["Loss"].to_numpy()


def test_deaths_by_horse_kick():
    """Bortkiewicz (1898), Das Gesetz der kleinen Zahlen: 200 corps-years, mean 0.61, expected 108.7, 66.3, 20.2, 4.1, 0.6."""
    fit = fit_poisson(range(5), weights=[109, 65, 22, 3, 1])
    assert fit.mean == pytest.approx(0.61)
    assert 200 * fit.pmf(range(5)) == pytest.approx([108.7, 66.3, 20.2, 4.1, 0.6], abs=0.05)


def test_swiss_automobile_claims_of_1961():
    """Buhlmann (1970), Mathematical Methods in Risk Theory; Gossiaux, Lemaire (1981), ASTIN Bulletin 12: expected."""
    fit = fit_negative_binomial(range(7), weights=[103704, 14075, 1766, 255, 45, 6, 2])
    assert (fit.r, fit.mean) == pytest.approx((1.0327, 0.15514), abs=1e-4)
    assert 119853 * fit.pmf(range(7)) == pytest.approx([103723.6, 13989.9, 1857.1, 245.2, 32.3, 4.2, 0.6], abs=0.06)


def test_belgian_automobile_claims_by_moments():
    """Lemaire (1995), Bonus-Malus Systems in Automobile Insurance: a 1.6049; expected 96,985.5, 9,222.5, 711.7, 50.7."""
    law = negative_binomial_by_moments(range(5), weights=[96978, 9240, 704, 43, 9])
    assert (law.r, 1 / law.beta) == pytest.approx((1.6049, 15.8778), abs=5e-4)
    assert 106974 * law.pmf(range(4)) == pytest.approx([96985.5, 9222.5, 711.7, 50.7], abs=0.1)
    with pytest.raises(BadValue, match="no more than chance"):
        negative_binomial_by_moments([1, 1, 1])


def test_lung_cancer_in_danish_cities():
    """Andersen (1977); Dalgaard (2008), Introductory Statistics with R, chapter 15: glm with offset log(pop), as R prints it."""
    cases = [11, 11, 11, 10, 11, 10, 13, 6, 15, 10, 12, 2, 4, 8, 7, 11, 9, 12, 5, 7, 10, 14, 8, 7]
    people = [3059, 800, 710, 581, 509, 605, 2879, 1083, 923, 834, 634, 782]
    people += [3142, 1050, 895, 702, 535, 659, 2520, 878, 839, 631, 539, 619]
    cities, ages = ["Fredericia", "Horsens", "Kolding", "Vejle"], ["40-54", "55-59", "60-64", "65-69", "70-74", "75+"]
    frame = pd.DataFrame({"city": np.repeat(cities, 6), "age": ages * 4, "cases": cases, "people": people})
    fit = poisson_regression(frame, events="cases", exposure="people", factors=["city", "age"])
    expected = [-5.6321, -0.3301, -0.3715, -0.2723, 1.1010, 1.5186, 1.7677, 1.8569, 1.4197]
    errors = [0.2003, 0.1815, 0.1878, 0.1879, 0.2483, 0.2316, 0.2294, 0.2353, 0.2503]
    assert fit.coefficients["coefficient"].tolist() == pytest.approx(expected, abs=1e-4)
    assert fit.coefficients["model_standard_error"].tolist() == pytest.approx(errors, abs=1e-4)
    assert (fit.deviance, fit.df, fit.null_deviance, fit.aic) == pytest.approx((23.45, 15, 129.91, 137.84), abs=0.01)


def test_smoking_doctors():
    """Doll, Hill; Breslow, Day (1987); Stata manual, poisson: IRR 1.425519 (1.154984 to 1.759421), log likelihood -33.60015."""
    deaths = [32, 104, 206, 186, 102, 2, 12, 28, 28, 31]
    years = [52407, 43248, 28612, 12663, 5317, 18790, 10673, 5710, 2585, 1462]
    frame = pd.DataFrame({"smokes": [1] * 5 + [0] * 5, "age": [35, 45, 55, 65, 75] * 2, "deaths": deaths, "years": years})
    terms = {"events": "deaths", "exposure": "years", "factors": ["smokes", "age"], "level": 0.95}
    fit = poisson_regression(frame, **terms, errors="likelihood")
    assert fit.errors == "likelihood"
    printed = fit.coefficients.loc["smokes[1]", ["relativity", "low", "high"]].tolist()
    assert printed == pytest.approx([1.425519, 1.154984, 1.759421], abs=1e-5)
    assert (fit.log_likelihood, fit.deviance) == pytest.approx((-33.60015, 12.13), abs=0.005)
    wide = poisson_regression(frame, **terms)
    assert wide.errors == "quasi-likelihood"
    ratio = wide.coefficients["standard_error"] / fit.coefficients["standard_error"]
    assert ratio.tolist() == pytest.approx([fit.dispersion**0.5] * 6)


def test_infant_deaths_of_three_cohorts():
    """Rodriguez (1993); Stata manual, poisson and nbreg of deaths by cohort with exposure: alpha 1.811212, -131.3799."""
    deaths = [168, 48, 63, 89, 102, 81, 40, 197, 48, 62, 81, 97, 103, 39, 195, 55, 58, 85, 87, 70, 10]
    years = [278.4, 538.8, 794.4, 1550.8, 3006.0, 8743.5, 14270.0, 403.2, 786.0, 1165.3, 2294.8, 4500.5, 13201.5, 19525.0]
    years += [495.3, 956.7, 1381.4, 2604.5, 4618.5, 9814.5, 5802.5]
    frame = pd.DataFrame({"cohort": np.repeat([1, 2, 3], 7), "deaths": deaths, "years": years})
    poisson = poisson_regression(frame, events="deaths", exposure="years", factors="cohort", errors="likelihood")
    assert poisson.coefficients["coefficient"].tolist() == pytest.approx([-3.899488, -0.3020405, 0.0742143], abs=1e-6)
    assert poisson.coefficients["standard_error"].tolist() == pytest.approx([0.0411345, 0.0573319, 0.0589726], abs=1e-6)
    spread = negative_binomial_regression(frame, events="deaths", exposure="years", factors="cohort")
    assert spread.coefficients["coefficient"].tolist() == pytest.approx([-2.086731, -0.2676187, -0.4573957], abs=1e-5)
    assert (spread.alpha, spread.log_likelihood) == pytest.approx((1.811212, -131.3799), abs=1e-4)


def test_errors_of_a_fit_are_asked_for_by_name():
    frame = pd.DataFrame({"events": [20, 30], "carrier": ["A", "B"]})
    with pytest.raises(BadValue, match="quasi-likelihood"):
        poisson_regression(frame, events="events", factors="carrier", errors="robust")
    with pytest.raises(BadValue, match="Poisson law only"):
        regress_counts([[1], [1]], [20, 30], law="negative binomial", errors="quasi-likelihood")


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (20, 12.217, 30.888), (100, 81.364, 121.627)],
)
def test_garwoods_table(count, low, high):
    """Garwood (1936), as in Breslow, Day (1987), Statistical Methods in Cancer Research II, table 2.10, of more digits."""
    found = poisson_interval(count, level=0.95)
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-4)


@pytest.mark.parametrize(
    ("threshold", "excesses", "xi", "beta"),
    [(3, 532, 0.67, None), (5, 254, 0.63, None), (10, 109, 0.50, 6.98), (20, 36, 0.68, 9.63)],
)
def test_danish_tail_at_several_thresholds(danish, threshold, excesses, xi, beta):
    """McNeil (1997), ASTIN Bulletin 27, sensitivity to the threshold."""
    fit = fit_generalised_pareto(danish, threshold=threshold)
    assert fit.excesses == excesses
    assert fit.xi == pytest.approx(xi, abs=0.006)
    assert beta is None or fit.beta == pytest.approx(beta, abs=0.006)


def test_danish_losses_by_whole_laws(danish):
    """Delignette-Muller, Dutang (2015), fitdistrplus, Journal of Statistical Software 64(4): AIC 8119.795 and 9249.666."""
    assert fit_lognormal(danish).aic == pytest.approx(8119.795, abs=0.001)
    assert fit_pareto(danish).aic == pytest.approx(9249.666, abs=0.001)


def test_total_of_actuar():
    """Dutang, Goulet, Pigeon (2008), actuar: aggregateDist of Poisson(10) and Gamma(2, 1), unbiased, step 0.5: VaR and CTE."""
    total = compound(Poisson(10), Gamma(2, 1), step=0.5, how="unbiased")
    assert total.var([0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995]).tolist() == [14.5, 19.5, 25, 30.5, 34, 37, 41, 43.5]
    printed = [35.42, 38.55, 45.01]
    assert total.conditional_tail_expectation([0.9, 0.95, 0.99]).tolist() == pytest.approx(printed, abs=0.005)
    assert (total.tvar([0.9, 0.95, 0.99]) <= total.conditional_tail_expectation([0.9, 0.95, 0.99])).all()


def test_tail_expectation_of_a_law_without_jumps_is_tvar():
    law = Gamma(2, 100)
    assert law.conditional_tail_expectation(0.9) == pytest.approx(law.tvar(0.9), rel=1e-12)


def test_compound_poisson_of_bowers():
    """Bowers et al. (1997), Actuarial Mathematics, compound Poisson with 0.8 claims of 1, 2, 3 at 0.25, 0.375, 0.375."""
    total = compound(Poisson(0.8), {1: 0.25, 2: 0.375, 3: 0.375})
    assert total.pmf[:5] == pytest.approx([0.449329, 0.089866, 0.143785, 0.162358, 0.049906], abs=1e-6)


def test_full_credibility_by_the_rounded_quantile():
    """Society of Actuaries, Exam C sample question 2: 16,913 claims of Pareto(6, 0.5) within 2 % at 90 %, with 1.645 for z."""
    assert full_credibility(0.9, 0.02, severity_cv=0.015**0.5 / 0.1) == pytest.approx(16_913, rel=3e-4)
    assert full_credibility(0.95, 0.05) == pytest.approx(1537, abs=1)


def test_good_and_bad_drivers():
    """Loss Models, Buhlmann model: mean 0.475, v 0.4825, a 0.016875, k 28.5926, Z of two years 0.0654, premium 0.4766."""
    found = buhlmann_of_types([0.4, 0.7], [0.44, 0.61], probabilities=[0.75, 0.25])
    assert (found.collective, found.within, found.between) == pytest.approx((0.475, 0.4825, 0.016875))
    assert (found.k, found.factor_of(2), found.premium_of(0.5, 2)) == pytest.approx((28.5926, 0.0654, 0.4766), abs=5e-5)
    assert found.premium_of([0, 1], 1).tolist() == pytest.approx([0.475 * (1 - 1 / 29.5926), 0.475 + 0.525 / 29.5926], abs=1e-6)


def test_types_that_are_alike_or_sure():
    alike = buhlmann_of_types([2, 2], [1, 3])
    assert (alike.factor_of(100), alike.premium_of(9, 100)) == (0, 2)
    assert "do not differ" in alike.note
    assert buhlmann_of_types([1, 3], [0, 0]).premium_of(3, 1) == 3
    with pytest.raises(BadValue, match="alike and sure"):
        buhlmann_of_types([2, 2], [0, 0])


@pytest.mark.parametrize(
    ("p", "var", "shortfall"),
    [(0.9, 162.1, 222.0), (0.95, 208.1, 260.9), (0.975, 247.9, 295.7), (0.99, 294.3, 337.1), (0.995, 325.8, 365.8)],
)
def test_normal_loss_of_a_share(p, var, shortfall):
    """Set as in McNeil, Frey, Embrechts, QRM (10,000, yearly volatility of 20 %); 126.491 z and 126.491 phi(z) / (1 - p)."""
    found = normal_risk(sd=10_000 * 0.2 / 250**0.5, p=p)
    assert (found.var, found.tvar) == pytest.approx((var, shortfall), abs=0.06)


def test_negative_binomial_with_exposure_is_the_maximum_that_a_search_finds():
    rng = np.random.default_rng(2)
    units = rng.uniform(0.2, 3, 400)
    counts = rng.poisson(units * 0.8 * rng.gamma(2, 0.5, 400))

    def cost(place):
        r, beta = np.exp(place)
        return -nbinom.logpmf(counts, r, 1 / (1 + beta * units)).sum()

    best = minimize(cost, [0, 0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9})
    fit = fit_negative_binomial(counts, exposure=units)
    assert (fit.r, fit.beta) == pytest.approx(tuple(np.exp(best.x)), rel=1e-5)
    assert fit.log_likelihood == pytest.approx(-best.fun, abs=1e-8)
    doubled = fit_negative_binomial(counts, exposure=2 * units)
    assert (doubled.r, doubled.beta) == pytest.approx((fit.r, fit.beta / 2), rel=1e-9)
    errors = [doubled.standard_errors["beta"] * 2, doubled.standard_errors["r"]]
    assert errors == pytest.approx([fit.standard_errors["beta"], fit.standard_errors["r"]], rel=1e-6)


def test_claims_above_a_deductible_of_250():
    """Loss Models, impact of deductibles on claim frequency: NB(2, 3), Pareto(3, 1000), v 0.512, beta 1.536; modified 0.4595."""
    chance = Pareto(3, 1000).survival(250)
    assert chance == pytest.approx(0.512)
    assert NegativeBinomial(2, 3).thinned(chance).beta == pytest.approx(1.536)
    modified = ZeroModified(NegativeBinomial(2, 3), 0.4).thinned(chance)
    assert (modified.chance, modified.frequency.beta) == pytest.approx((0.4595, 1.536), abs=5e-5)


@pytest.mark.parametrize(
    "law",
    [
        Poisson(3),
        Binomial(5, 0.4),
        NegativeBinomial(2, 3),
        Geometric(2),
        CountLaw([0.2, 0.3, 0.1, 0.4]),
        ZeroModified(NegativeBinomial(2, 3), 0.4),
        ZeroModified(Poisson(2), 0),
        MixedFrequency([Poisson(1), Geometric(4)], [1, 2]),
    ],
    ids=lambda law: type(law).__name__,
)
def test_thinned_laws_are_binomial_parts_of_the_law(law):
    """P(k left) as the sum over all numbers of losses; nothing is left of a chance of 0, all of 1."""
    numbers = np.arange(400)
    for chance in (0, 0.3, 1):
        expected = [float(law.pmf(numbers) @ binom.pmf(k, numbers, chance)) for k in range(8)]
        assert law.thinned(chance).pmf(np.arange(8)) == pytest.approx(expected, abs=1e-10)


def test_a_cover_of_all_above_100_of_prescription_drugs():
    """Society of Actuaries, Exam M sample; by hand 160 - 100 + 0.2 x 100 + 0.16 x 60 + 0.128 x 20 = 92.16."""
    assert compound(Geometric(4), {40: 1}).stop_loss(100) == pytest.approx(92.16, abs=0.001)


def test_a_loss_with_density_2x():
    """Society of Actuaries, Exam STAM sample question 309: P(payment < 0.5) is 0.64 with a deductible of 0.3."""
    assert payment_law(Beta(2, 1), deductible=0.3).cdf(0.5) == pytest.approx(0.64)
