"""Claim rates by factors: published fits, direct maximisation as a second method, guards, laws."""

import doctest
import math

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from orderkit.errors import BadValue, NothingToShow, TooFewEvents, UnknownName
from orderkit.statistics.losses import regression
from orderkit.statistics.losses.regression import (
    negative_binomial_regression,
    poisson_regression,
    predict_rates,
    regress_counts,
)

MONTHS = [
    127, 63, 1095, 1095, 1512, 3353, 0, 2244, 44882, 17176, 28609, 20370, 7064, 13099, 0, 7117, 1179, 552, 781, 676,
    783, 1948, 0, 274, 251, 105, 288, 192, 349, 1208, 0, 2051, 45, 0, 789, 437, 1157, 2161, 0, 542,
]  # fmt: skip
INCIDENTS = [
    0, 0, 3, 4, 6, 18, 0, 11, 39, 29, 58, 53, 12, 44, 0, 18, 1, 1, 0, 1, 6, 2, 0, 1, 0, 0, 0, 0, 2, 11, 0, 4, 0, 0, 7, 7, 5,
    12, 0, 1,
]  # fmt: skip
SHIPS = pd.DataFrame(
    [(type_, year, period) for type_ in "ABCDE" for year in (60, 65, 70, 75) for period in (60, 75)],
    columns=["type", "year", "period"],
).assign(months=MONTHS, incidents=INCIDENTS)

# car insurance claims of one quarter of 1973: Baxter, Coutts, Ross (1980); R MASS::Insurance
HOLDERS = [
    197, 264, 246, 1680, 284, 536, 696, 3582, 133, 286, 355, 1640, 24, 71, 99, 452, 85, 139, 151, 931, 149, 313, 419, 2443,
    66, 175, 221, 1110, 9, 48, 72, 322, 35, 73, 89, 648, 53, 155, 240, 1635, 24, 78, 121, 692, 7, 29, 43, 245, 20, 33, 40, 316,
    31, 81, 122, 724, 18, 39, 68, 344, 3, 16, 25, 114,
]  # fmt: skip
CLAIMS = [
    38, 35, 20, 156, 63, 84, 89, 400, 19, 52, 74, 233, 4, 18, 19, 77, 22, 19, 22, 87, 25, 51, 49, 290, 14, 46, 39, 143, 4, 15, 12,
    53,
    5, 11, 10, 67, 10, 24, 37, 187, 8, 19, 24, 101, 3, 2, 8, 37, 2, 5, 4, 36, 7, 10, 22, 102, 5, 7, 16, 63, 0, 6, 8, 33,
]  # fmt: skip
INSURANCE = pd.DataFrame(
    [(district, group, age) for district in (1, 2, 3, 4) for group in range(4) for age in range(4)],
    columns=["district", "group", "age"],
).assign(holders=HOLDERS, claims=CLAIMS)

# days absent from school: Quine; R MASS::quine. Ethnic background, sex, age, learner and the days of each child
QUINE = {
    "A M 0 SL": [2, 11, 14], "A M 0 AL": [5, 5, 13, 20, 22], "A M 1 SL": [6, 6, 15], "A M 1 AL": [7, 14],
    "A M 2 SL": [6, 32, 53, 57], "A M 2 AL": [14, 16, 16, 17, 40, 43, 46], "A M 3 AL": [8, 23, 23, 28, 34, 36, 38],
    "A F 0 SL": [3], "A F 0 AL": [5, 11, 24, 45], "A F 1 SL": [5, 6, 6, 9, 13, 23, 25, 32, 53, 54],
    "A F 1 AL": [5, 5, 11, 17, 19],
    "A F 2 SL": [8, 13, 14, 20, 47, 48, 60, 81], "A F 2 AL": [2], "A F 3 AL": [0, 2, 3, 5, 10, 14, 21, 36, 40],
    "N M 0 SL": [6, 17, 67], "N M 0 AL": [0, 0, 2, 7, 11, 12], "N M 1 SL": [0, 0, 5, 5, 5, 11, 17], "N M 1 AL": [3, 4],
    "N M 2 SL": [22, 30, 36], "N M 2 AL": [8, 0, 1, 5, 7, 16, 27], "N M 3 AL": [0, 30, 10, 14, 27, 41, 69],
    "N F 0 SL": [25], "N F 0 AL": [10, 11, 20, 33], "N F 1 SL": [5, 7, 0, 1, 5, 5, 5, 5, 7, 11, 15],
    "N F 1 AL": [5, 14, 6, 6, 7, 28],
    "N F 2 SL": [0, 5, 14, 2, 2, 3, 8, 10, 12], "N F 2 AL": [1], "N F 3 AL": [1, 9, 22, 3, 3, 5, 15, 18, 22, 37],
}  # fmt: skip
CHILDREN = pd.DataFrame(
    [(*cell.split(), days) for cell, all_days in QUINE.items() for days in all_days], columns=["eth", "sex", "age", "lrn", "days"]
)


def coefficients(fit):
    return fit.coefficients["coefficient"].to_numpy()


def errors(fit):
    return fit.coefficients["standard_error"].to_numpy()


def test_the_examples_run():
    found = doctest.testmod(regression)
    assert found.failed == 0
    assert found.attempted >= 4


@pytest.fixture(scope="module")
def ships():
    return poisson_regression(SHIPS, events="incidents", exposure="months", factors=["type", "year", "period"], least=1)


def test_freq_poisson_ships(ships):
    """reference_cases: McCullagh & Nelder, Generalized Linear Models (1989), sec. 6.3; R MASS::ships."""
    expected = {
        "intercept": -6.406, "type[B]": -0.543, "type[C]": -0.687, "type[D]": -0.076, "type[E]": 0.326,
        "year[65]": 0.697, "year[70]": 0.818, "year[75]": 0.453, "period[75]": 0.384,
    }  # fmt: skip
    assert ships.coefficients["coefficient"].to_dict() == pytest.approx(expected, abs=0.001)
    assert ships.deviance == pytest.approx(38.7, abs=0.05)
    assert (ships.df, ships.dropped) == (25, 6)


def test_ships_vary_more_than_chance(ships):
    """McCullagh, Nelder (1989), table 6.3: dispersion 1.69, and standard errors that hold it."""
    assert ships.dispersion == pytest.approx(1.69, abs=0.005)
    assert ships.errors == "quasi-likelihood"
    assert errors(ships)[1:] == pytest.approx([0.23, 0.43, 0.38, 0.31, 0.19, 0.22, 0.30, 0.15], abs=0.005)
    assert ships.coefficients["model_standard_error"].to_numpy() * math.sqrt(ships.dispersion) == pytest.approx(errors(ships))
    assert "quasi-Poisson" in ships.note
    assert "6 rows without exposure" in ships.note


def test_car_insurance_claims():
    """R documentation of MASS::Insurance: deviance 51.42 on 54 df, null 236.3 on 63, AIC 388.7, Pearson 48.62933."""
    fit = poisson_regression(INSURANCE, events="claims", exposure="holders", factors=["district", "group", "age"])
    assert fit.deviance == pytest.approx(51.42003, abs=0.00001)
    assert fit.null_deviance == pytest.approx(236.3, abs=0.05)
    assert fit.pearson == pytest.approx(48.62933, abs=0.00001)
    assert fit.aic == pytest.approx(388.7, abs=0.05)
    assert fit.df == 54
    assert fit.coefficients.loc["district[2]":"district[4]", "coefficient"].tolist() == pytest.approx(
        [0.025868, 0.038524, 0.234205], abs=0.000001
    )
    linear = np.array([-3, -1, 1, 3]) / math.sqrt(20)  # R's contrasts of ordered levels
    assert linear @ [0, *coefficients(fit)[4:7]] == pytest.approx(0.429708, abs=0.000001)
    assert linear @ [0, *coefficients(fit)[7:]] == pytest.approx(-0.394432, abs=0.000001)
    assert fit.errors == "likelihood"


def test_dobson_trial_from_a_design_matrix():
    """Dobson (1990), as in R's help page of glm: deviance 5.1291 on 4 df, null 10.5814, AIC 56.76."""
    counts = [18, 17, 15, 20, 10, 20, 25, 13, 12]
    outcome, treatment = np.tile(np.arange(3), 3), np.repeat(np.arange(3), 3)
    design = np.column_stack([np.ones(9), outcome == 1, outcome == 2, treatment == 1, treatment == 2])
    fit = regress_counts(design, counts, names=["(Intercept)", "outcome2", "outcome3", "treatment2", "treatment3"])
    assert coefficients(fit) == pytest.approx([3.045, -0.4543, -0.2930, 0, 0], abs=0.0005)
    assert errors(fit) == pytest.approx([0.1709, 0.2022, 0.1927, 0.2, 0.2], abs=0.0001)
    assert (fit.deviance, fit.null_deviance, fit.aic) == pytest.approx((5.1291, 10.5814, 56.76), abs=0.005)
    assert len(fit.relativities) == 0


def test_days_absent_from_school():
    """Venables, Ripley, Modern Applied Statistics with S, glm.nb(Days ~ Eth + Sex + Age + Lrn) on quine."""
    fit = negative_binomial_regression(CHILDREN, events="days", factors=["eth", "sex", "age", "lrn"])
    expected = {
        "intercept": 2.89458, "eth[N]": -0.56937, "sex[M]": 0.08232, "age[1]": -0.44843, "age[2]": 0.08808,
        "age[3]": 0.35690, "lrn[SL]": 0.29211,
    }  # fmt: skip
    assert len(CHILDREN) == 146
    assert fit.coefficients["coefficient"].to_dict() == pytest.approx(expected, abs=0.00001)
    assert errors(fit) == pytest.approx([0.22842, 0.15333, 0.15992, 0.23975, 0.23619, 0.24832, 0.18647], abs=0.0001)
    assert fit.theta == pytest.approx(1.275, abs=0.0005)
    assert fit.alpha_standard_error * fit.theta**2 == pytest.approx(0.161, abs=0.0005)
    assert 2 * fit.log_likelihood == pytest.approx(-1093.151, abs=0.0005)
    assert (fit.deviance, fit.df) == (pytest.approx(167.95, abs=0.005), 139)


def test_quine_with_all_interactions_has_the_published_dispersion():
    """Crawley, The R Book: theta 1.928 (0.269), deviance 167.45 on 118 df, 2 x log likelihood -1039.324: a rate for each cell."""
    cells = CHILDREN.assign(cell=CHILDREN[["eth", "sex", "age", "lrn"]].agg(" ".join, axis=1))
    fit = negative_binomial_regression(cells, events="days", factors="cell", least=1)
    assert (fit.theta, fit.alpha_standard_error * fit.theta**2) == pytest.approx((1.928, 0.269), abs=0.0005)
    assert (fit.deviance, fit.df) == (pytest.approx(167.45, abs=0.005), 118)
    assert 2 * fit.log_likelihood == pytest.approx(-1039.324, abs=0.0005)


@pytest.fixture(params=range(4))
def book(request):
    """Counts with exposures, two factors and a number, and more spread than chance."""
    rng = np.random.default_rng(request.param)
    frame = pd.DataFrame(
        {"carrier": rng.choice(list("xyz"), 300), "lane": rng.integers(0, 3, 300), "value": rng.uniform(0, 2, 300)}
    )
    frame["parcels"] = rng.integers(5, 200, 300)
    rate = np.exp(-3 + 0.4 * (frame["carrier"] == "y") + 0.2 * frame["lane"] + 0.3 * frame["value"])
    frame["lost"] = rng.poisson(frame["parcels"] * rate * rng.gamma(2, 0.5, 300))
    return frame


def loss_of(book, law):
    x = np.column_stack(
        [np.ones(300), book["carrier"] == "y", book["carrier"] == "z", book["lane"] == 1, book["lane"] == 2, book["value"]]
    )

    def loss(place):
        mean = book["parcels"] * np.exp(x @ place[:6])
        if law == "poisson":
            return -stats.poisson(mean).logpmf(book["lost"]).sum()
        r = math.exp(-place[6])
        return -stats.nbinom(r, r / (r + mean)).logpmf(book["lost"]).sum()

    return loss


@pytest.mark.parametrize(("law", "fit"), [("poisson", poisson_regression), ("nb", negative_binomial_regression)])
def test_fits_are_the_maximum_that_a_search_finds(book, law, fit):
    found = fit(book, events="lost", exposure="parcels", factors=["carrier", "lane"], covariates=["value"])
    loss = loss_of(book, law)
    start = np.array([math.log(book["lost"].sum() / book["parcels"].sum()), 0, 0, 0, 0, 0, -0.5][: 6 if law == "poisson" else 7])
    best = optimize.minimize(loss, start, method="BFGS", options={"gtol": 1e-6})
    assert coefficients(found) == pytest.approx(best.x[:6], abs=2e-5)
    assert found.log_likelihood == pytest.approx(-best.fun, abs=1e-6)
    if law == "nb":
        assert math.log(found.alpha) == pytest.approx(best.x[6], abs=2e-5)
        assert 0.2 < found.alpha < 1.2


@pytest.mark.parametrize(("law", "fit"), [("poisson", poisson_regression), ("nb", negative_binomial_regression)])
def test_errors_are_those_of_the_curvature(book, law, fit):
    """Second differences of the log likelihood; for the negative binomial they differ from the expected ones by chance."""
    found = fit(book, events="lost", exposure="parcels", factors=["carrier", "lane"], covariates=["value"])
    place = np.append(coefficients(found), [math.log(found.alpha)] if law == "nb" else [])
    loss, step, size = loss_of(book, law), 1e-4, place.size
    steps, bend = np.eye(size) * step, np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            corners = [loss(place + a * steps[i] + b * steps[j]) * a * b for a in (1, -1) for b in (1, -1)]
            bend[i, j] = sum(corners) / (4 * step**2)
    curved = np.sqrt(np.diag(np.linalg.inv(bend)))
    model = found.coefficients["model_standard_error"].to_numpy()
    assert model == pytest.approx(curved[:6], rel=1e-3 if law == "poisson" else 0.1)
    if law == "nb":
        assert found.alpha_standard_error == pytest.approx(curved[6] * found.alpha, rel=0.05)


def test_spread_is_told_from_chance(book):
    """A Poisson fit of spread counts widens its errors by about as much as a negative binomial's are wider."""
    plain = poisson_regression(book, events="lost", exposure="parcels", factors="carrier")
    spread = negative_binomial_regression(book, events="lost", exposure="parcels", factors="carrier")
    assert plain.dispersion > 1.5 > spread.dispersion
    assert (errors(plain) / plain.coefficients["model_standard_error"].to_numpy()).tolist() == pytest.approx(
        [math.sqrt(plain.dispersion)] * 3
    )
    assert spread.aic < plain.aic


def test_poisson_fit_keeps_the_margins(book):
    """Expected and actual events agree for every level: the likelihood equations of the log link."""
    fit = poisson_regression(book, events="lost", exposure="parcels", factors=["carrier", "lane"])
    for factor in ("carrier", "lane"):
        expected = pd.Series(fit.fitted).groupby(book[factor]).sum()
        assert expected.to_numpy() == pytest.approx(book.groupby(factor)["lost"].sum().to_numpy())


def test_one_factor_is_events_over_exposure():
    frame = pd.DataFrame({"carrier": ["A", "B", "A", "C"], "lost": [12, 30, 13, 20], "parcels": [400, 500, 600, 1000]})
    fit = poisson_regression(frame, events="lost", exposure="parcels", factors=["carrier"], reference={"carrier": "B"})
    assert fit.relativities["level"].tolist() == ["B", "A", "C"]
    assert fit.relativities["relativity"].tolist() == pytest.approx([1, (25 / 1000) / (30 / 500), (20 / 1000) / (30 / 500)])
    assert fit.relativities[["events", "exposure"]].to_numpy().tolist() == [[30, 500], [25, 1000], [20, 1000]]
    assert errors(fit)[1] == pytest.approx(math.sqrt(1 / 25 + 1 / 30))
    low, high = fit.coefficients.loc["carrier[A]", ["low", "high"]]
    half = stats.norm.ppf(0.95) * math.sqrt(1 / 25 + 1 / 30)
    assert (math.log(low), math.log(high)) == pytest.approx((math.log(25 / 60) - half, math.log(25 / 60) + half))


def test_predicted_rates_are_those_of_the_levels():
    frame = pd.DataFrame({"carrier": list("AB"), "lost": [25, 30], "parcels": [1000, 500]})
    fit = poisson_regression(frame, events="lost", exposure="parcels", factors=["carrier"], level=0.95)
    rates = predict_rates(fit, frame.iloc[[1]])
    assert rates["rate"].tolist() == pytest.approx([0.06])
    assert rates["high"].tolist() == pytest.approx([0.06 * math.exp(stats.norm.ppf(0.975) / math.sqrt(30))])
    assert rates.index.tolist() == [1]
    with pytest.raises(UnknownName, match="level of carrier"):
        predict_rates(fit, pd.DataFrame({"carrier": ["Z"]}))
    with pytest.raises(BadValue, match="design matrix"):
        predict_rates(regress_counts([[1, 0], [1, 1]], [20, 30]), frame)


def test_a_level_without_event_is_refused_by_name():
    """A generalised linear model would give -20 with an error of thousands."""
    frame = pd.DataFrame({"carrier": ["A", "B", "C"], "lost": [40, 0, 30], "parcels": [1000, 900, 800]})
    with pytest.raises(TooFewEvents, match=r"carrier\[B\] \(0\).*shrunk"):
        poisson_regression(frame, events="lost", exposure="parcels", factors=["carrier"], least=1)
    with pytest.raises(TooFewEvents, match=r"carrier\[B\]"):
        poisson_regression(frame, events="lost", exposure="parcels", factors=["carrier"], least=0)
    design = np.column_stack([np.ones(3), frame["carrier"] == "B", frame["carrier"] == "C"])
    with pytest.raises(TooFewEvents, match="B"):
        regress_counts(design, frame["lost"], names=["all", "B", "C"])


def test_levels_of_few_events_are_refused_by_name_unless_asked_for():
    frame = pd.DataFrame({"carrier": ["A", "B", "C"], "lost": [40, 9, 3], "parcels": [1000, 900, 800]})
    with pytest.raises(TooFewEvents, match=r"carrier\[B\] \(9\), carrier\[C\] \(3\): at least 10"):
        poisson_regression(frame, events="lost", exposure="parcels", factors=["carrier"])
    assert poisson_regression(frame, events="lost", exposure="parcels", factors=["carrier"], least=3).df == 0


def test_separation_between_levels_that_all_have_events_is_found():
    """Every level has events, but the only row of two of them together has none and no other row holds it."""
    frame = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "ab": [0, 0, 0, 1], "n": [20, 30, 25, 0]})
    with pytest.raises(TooFewEvents, match="ab"):
        regress_counts(frame[["a", "b", "ab"]].assign(one=1), frame["n"], least=0)
    numbers = np.column_stack([np.ones(4), [0.0, 1, 2, 50]])
    with pytest.raises(TooFewEvents):
        regress_counts(np.column_stack([numbers, [0.5, 0.5, 0.5, 7]]), [20, 30, 25, 0])


def test_no_event_at_all_is_refused():
    with pytest.raises(TooFewEvents, match="0 events"):
        poisson_regression(pd.DataFrame({"n": [0, 0]}), events="n")


def test_levels_without_exposure_are_left_out_and_named():
    frame = pd.DataFrame({"carrier": ["A", "B", "C"], "lost": [40, 0, 30], "parcels": [1000, 0, 800]})
    fit = poisson_regression(frame, events="lost", exposure="parcels", factors=["carrier"])
    assert (fit.dropped, fit.factors) == (1, {"carrier": ["A", "C"]})
    assert "carrier[B]" in fit.note


BOOK = pd.DataFrame({"carrier": ["A", "B", "A"], "same": ["x", "y", "x"], "lost": [20, 30, 15], "parcels": [1000, 900, 500]})


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"lost": [20, -1, 15]}, BadValue, "lost"),
        ({"lost": [20, math.nan, 15]}, BadValue, "lost"),
        ({"lost": ["Mr Smith's", "2", "3"]}, BadValue, "^lost must be numbers, in rows of one length.$"),
        ({"parcels": [1000, math.nan, 500]}, BadValue, "parcels"),
        ({"parcels": [1000, 0, 500]}, BadValue, "no exposure"),
        ({"parcels": [0, 0, 0], "lost": [0, 0, 0]}, NothingToShow, "exposure"),
        ({"carrier": ["A", None, "A"]}, BadValue, "1 rows have no carrier"),
    ],
)
def test_bad_rows_are_refused(change, error, words):
    with pytest.raises(error, match=words):
        poisson_regression(BOOK.assign(**change), events="lost", exposure="parcels", factors=["carrier"])


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"events": "gone"}, UnknownName, "gone"),
        ({"factors": ["carier"]}, UnknownName, "Did you mean 'carrier'"),
        ({"reference": {"carrier": "Z"}}, UnknownName, "level of carrier"),
        ({"reference": {"lane": "Z"}}, UnknownName, "factor"),
        ({"factors": ["carrier", "same"]}, BadValue, r"carrier\[B\], same\[y\]"),
        ({"level": 1.5}, BadValue, "level"),
    ],
)
def test_bad_questions_are_refused(change, error, words):
    asked = {"events": "lost", "exposure": "parcels", "factors": ["carrier"]} | change
    with pytest.raises(error, match=words):
        poisson_regression(BOOK, **asked)


@pytest.mark.parametrize(
    "broken",
    [
        lambda: regress_counts([[1, 0], [1, 1]], [20, 30, 40]),
        lambda: regress_counts([1, 1], [20, 30]),
        lambda: regress_counts([[1, 0], [1, math.inf]], [20, 30]),
        lambda: regress_counts([[1, 0], [1, 1]], [20, 30], names=["a", "a"]),
        lambda: regress_counts([[1, 0, 2]], [20]),
        lambda: regress_counts([[1, 0], [1, 1]], [20, 30], law="gamma"),
        lambda: regress_counts([[1, 0], [1, 1]], [20.5, 30], law="negative binomial"),
    ],
)
def test_bad_designs_are_refused(broken):
    with pytest.raises(BadValue):
        broken()


def test_counts_of_chance_run_to_poisson():
    frame = pd.DataFrame({"carrier": list("AABB"), "lost": [20, 21, 40, 39], "parcels": [500] * 4})
    asked = {"events": "lost", "exposure": "parcels", "factors": ["carrier"]}
    spread, plain = negative_binomial_regression(frame, **asked), poisson_regression(frame, **asked)
    assert (spread.alpha, spread.theta) == (0, math.inf)
    assert "Poisson" in spread.note
    assert coefficients(spread) == pytest.approx(coefficients(plain))
    assert spread.log_likelihood == pytest.approx(plain.log_likelihood)


def test_expected_numbers_may_stand_for_events():
    """Parcels that are not resolved count by their probability; such sums are no whole numbers."""
    frame = pd.DataFrame({"carrier": list("AB"), "lost": [20.5, 30.25], "parcels": [1000, 1000]})
    fit = poisson_regression(frame, events="lost", exposure="parcels", factors=["carrier"])
    assert fit.coefficients.loc["carrier[B]", "relativity"] == pytest.approx(30.25 / 20.5)


def test_numbers_far_from_zero_do_not_harm_the_fit():
    years = np.repeat([2021, 2022, 2023, 2024], 2)
    counts = [20, 22, 25, 24, 30, 29, 33, 35]
    far = regress_counts(np.column_stack([np.ones(8), years]), counts)
    near = regress_counts(np.column_stack([np.ones(8), years - 2021]), counts)
    assert coefficients(far)[1] == pytest.approx(coefficients(near)[1], rel=1e-6)
    assert far.log_likelihood == pytest.approx(near.log_likelihood)
