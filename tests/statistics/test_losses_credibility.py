"""Credibility: published books of risks, sums to reckon by hand, simulated books of known variances, books without an answer."""

import doctest
import math

import numpy as np
import pandas as pd
import pytest

from orderkit.errors import BadValue, TooFewEvents, UnknownName
from orderkit.statistics.losses import credibility
from orderkit.statistics.losses.credibility import (
    buhlmann,
    buhlmann_poisson,
    buhlmann_straub,
    full_credibility,
    limited_fluctuation,
    loss_ratio_credibility,
)

NAN = math.nan
HACHEMEISTER = [
    [1738, 1642, 1794, 2051, 2079, 2234, 2032, 2035, 2115, 2262, 2267, 2517],
    [1364, 1408, 1597, 1444, 1342, 1675, 1470, 1448, 1464, 1831, 1612, 1471],
    [1759, 1685, 1479, 1763, 1674, 2103, 1502, 1622, 1828, 2155, 2233, 2059],
    [1223, 1146, 1010, 1257, 1426, 1532, 1953, 1123, 1343, 1243, 1762, 1306],
    [1456, 1499, 1609, 1741, 1482, 1572, 1606, 1735, 1607, 1573, 1613, 1690],
]
CLAIMS = [
    [7861, 9251, 8706, 8575, 7917, 8263, 9456, 8003, 7365, 7832, 7849, 9077],
    [1622, 1742, 1523, 1515, 1622, 1602, 1964, 1515, 1527, 1748, 1654, 1861],
    [1147, 1357, 1329, 1204, 998, 1077, 1277, 1218, 896, 1003, 1108, 1121],
    [407, 396, 348, 341, 315, 328, 352, 331, 287, 384, 321, 342],
    [2902, 3172, 3046, 3068, 2693, 2910, 3275, 2697, 2663, 3017, 3242, 3425],
]


def test_the_examples_run():
    found = doctest.testmod(credibility)
    assert found.failed == 0
    assert found.attempted >= 9


def test_cred_buhlmann_straub_hachemeister():
    """reference_cases: Hachemeister (1975); actuar R package cm(), credibility vignette."""
    found = buhlmann_straub(HACHEMEISTER, CLAIMS)
    assert found.collective == pytest.approx(1683.713, abs=0.001)
    assert found.between == pytest.approx(89638.73, abs=0.01)
    assert found.within == pytest.approx(139120026, abs=1)
    assert found.k == pytest.approx(139120026 / 89638.73)
    assert found.factors == pytest.approx([0.9847, 0.9276, 0.8985, 0.7279, 0.9588], abs=0.0001)
    assert found.premiums == pytest.approx([2055.165, 1523.706, 1793.444, 1442.967, 1603.285], abs=0.001)
    assert found.note == ""


def test_cred_limited_fluctuation():
    """reference_cases: Longley-Cook (1962); every credibility text quotes 1,082."""
    assert full_credibility(0.9, 0.05) == pytest.approx(1082.2, abs=0.2)


def test_loss_models_two_policyholders():
    """Loss Models, nonparametric estimation: v = 6.5, a = 35/6, k = 39/35, Z = 35/48, premiums 133/24 and 203/24."""
    found = buhlmann([[3, 5, 7], [6, 12, 9]])
    assert (found.within, found.between, found.k) == pytest.approx((6.5, 35 / 6, 39 / 35))
    assert found.factors == pytest.approx([35 / 48, 35 / 48])
    assert found.premiums == pytest.approx([133 / 24, 203 / 24])


GROUPS = pd.DataFrame([[NAN, 10000, 13000, NAN], [18000, 21000, 17000, NAN]], index=["first", "second"])
PERSONS = pd.DataFrame([[NAN, 50, 60, 75], [100, 110, 105, 90]], index=["first", "second"])


def test_loss_models_two_groups_of_unequal_size():
    """Loss Models, nonparametric estimation with exposures: Z 0.70 and 0.87, credibility-weighted mean 191.74, by hand below."""
    found = buhlmann_straub(GROUPS / PERSONS, PERSONS)
    first, second, overall = 23000 / 110, 56000 / 315, 79000 / 425
    within = (50 * (200 - first) ** 2 + 60 * (13000 / 60 - first) ** 2) / 3 + sum(
        size * (total / size - second) ** 2 / 3 for total, size in [(18000, 100), (21000, 110), (17000, 105)]
    )
    between = (110 * (first - overall) ** 2 + 315 * (second - overall) ** 2 - within) / (425 - (110**2 + 315**2) / 425)
    assert (found.within, found.between) == pytest.approx((within, between))
    assert found.factors == pytest.approx([0.70, 0.87], abs=0.005)
    assert found.collective == pytest.approx(191.74, abs=0.02)
    assert found.classes["periods"].tolist() == [2, 3]
    assert found.classes.index.tolist() == ["first", "second"]


def test_loss_models_automobile_policies():
    """Loss Models, semiparametric estimation: 1,875 policies, mean 0.194, a = 0.032, Z = 0.14."""
    found = buhlmann_poisson([0, 1, 2, 3, 4], weights=[1563, 271, 32, 7, 2])
    assert (found.within, found.between) == pytest.approx((0.194, 0.032), abs=0.0005)
    assert found.factors == pytest.approx([0.14] * 5, abs=0.005)
    assert found.collective == pytest.approx(364 / 1875)
    counts = np.repeat(np.arange(5), [1563, 271, 32, 7, 2])
    assert found.between == pytest.approx(counts.var(ddof=1) - counts.mean())
    one_by_one = buhlmann_poisson(counts)
    assert (one_by_one.between, one_by_one.premiums[-1]) == pytest.approx((found.between, found.premiums[-1]))


def test_a_known_collective_mean_takes_one_class():
    """Loss Models, mean known: a = (m (mean - mu)^2 - v) / m; here v = 1, a = (3 (5 - 2)^2 - 1) / 3 = 26/3."""
    found = buhlmann([[4, 5, 6]], collective=2)
    assert (found.within, found.between, found.collective) == pytest.approx((1, 26 / 3, 2))
    assert found.premiums == pytest.approx([2 + 3 * 26 / 27])
    known = buhlmann_poisson([9, 1], exposure=[2, 2], collective=2.0)
    assert known.within == 2
    assert known.between == pytest.approx((2 * 2.5**2 + 2 * 1.5**2 - 2 * 2) / 4)


def test_full_credibility_of_money_and_of_other_counts():
    """Both rates of spread add up: (1.645 / 0.05)^2 (dispersion + cv^2); of severity alone it is the cv that counts."""
    assert full_credibility(severity_cv=2) == pytest.approx(5 * full_credibility())
    assert full_credibility(frequency_dispersion=1.3056, severity_cv=1) == pytest.approx(2.3056 * full_credibility())
    assert full_credibility(frequency_dispersion=0, severity_cv=3) == pytest.approx(9 * full_credibility())
    assert full_credibility(0.95, 0.1) == pytest.approx((1.959964 / 0.1) ** 2, rel=1e-6)
    assert full_credibility(0.99, 0.025) == pytest.approx((2.575829 / 0.025) ** 2, rel=1e-6)


def test_square_root_rule():
    assert limited_fluctuation([0, 250, 1000, 4000], 1000).tolist() == [0, 0.5, 1, 1]
    assert limited_fluctuation(full_credibility() / 4) == pytest.approx(0.5)


def test_what_full_credibility_promises_holds():
    """Of 40,000 Poisson books of 1,082 claims, 90 of 100 come within 5 % (standard error 0.15 points, and steps of one claim)."""
    claims = np.random.default_rng(2).poisson(full_credibility(), 40_000)
    assert (abs(claims / full_credibility() - 1) <= 0.05).mean() == pytest.approx(0.9, abs=0.006)


@pytest.fixture(scope="module")
def estimates():
    """Structure parameters of 2,000 books of 12 classes and up to 6 periods, where the truth is a = 4, s2 = 900, mean 10."""
    rng, found = np.random.default_rng(4), []
    for _ in range(2000):
        weights = rng.uniform(20, 400, (12, 6))
        rates = rng.normal(10, 2, (12, 1)) + rng.normal(0, 1, (12, 6)) * np.sqrt(900 / weights)
        rates[rng.random((12, 6)) < 0.2] = NAN
        found.append((rates, weights))
    return [buhlmann_straub(*book) for book in found]


def test_structure_parameters_are_unbiased(estimates):
    for name, truth in [("between", 4), ("within", 900), ("collective", 10)]:
        values = np.array([getattr(one, name) for one in estimates])
        assert abs(values.mean() - truth) < 4 * values.std() / math.sqrt(values.size), name


def test_credibility_keeps_the_books_total(estimates):
    """The sum of factor x (mean - collective) over classes is 0: what makes the collective mean the best one."""
    for one in estimates[:50]:
        known = one.classes.dropna()
        assert (known["factor"] * (known["mean"] - one.collective)).sum() == pytest.approx(0, abs=1e-9)
        assert known["factor"].between(0, 1).all()


def test_premiums_are_nearer_to_the_truth_than_own_and_common_means():
    rng, errors = np.random.default_rng(8), []
    for _ in range(300):
        truth, weights = rng.normal(10, 2, (20, 1)), rng.uniform(10, 100, (20, 4))
        found = buhlmann_straub(truth + rng.normal(0, 1, (20, 4)) * np.sqrt(900 / weights), weights)
        errors.append([((guess - truth[:, 0]) ** 2).mean() for guess in (found.premiums, found.means, found.collective)])
    premium, own, common = np.mean(errors, axis=0)
    assert premium < 0.8 * min(own, common)


def test_classes_that_differ_by_chance_alone_get_the_collective_mean():
    """Means 2 and 2, so a is below 0; the common mean is weighted by volume."""
    found = buhlmann_straub([[1, 3], [0, 3]], [[10, 10], [10, 20]])
    assert found.between == 0
    assert math.isinf(found.k)
    assert found.factors.tolist() == [0, 0]
    assert found.premiums == pytest.approx([2, 2])
    assert "do not differ more than chance" in found.note


def test_periods_that_do_not_differ_are_believed_fully():
    found = buhlmann([[1, 1], [3, 3]])
    assert (found.within, found.k) == (0, 0)
    assert found.factors.tolist() == [1, 1]
    assert found.premiums.tolist() == [1, 3]


def test_a_class_without_experience_gets_the_collective_mean():
    found = buhlmann_straub([[1, 2], [5, 7], [NAN, NAN], [8, 8]], [[10, 10], [10, 20], [0, NAN], [0, 0]])
    without = buhlmann_straub([[1, 2], [5, 7]], [[10, 10], [10, 20]])
    assert (found.between, found.within, found.collective) == pytest.approx((without.between, without.within, without.collective))
    assert found.factors[2:].tolist() == [0, 0]
    assert found.premiums[2:] == pytest.approx([found.collective] * 2)
    assert found.classes["mean"].isna().tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    "broken",
    [
        lambda: buhlmann([[1, 2, 3]]),
        lambda: buhlmann([[1], [2]]),
        lambda: buhlmann([[NAN, NAN], [NAN, NAN]]),
        lambda: buhlmann_poisson([3]),
    ],
)
def test_too_little_for_a_spread_is_refused(broken):
    with pytest.raises(TooFewEvents):
        broken()


@pytest.mark.parametrize(
    "broken",
    [
        lambda: buhlmann_straub([[1, 2], [3, 4]], [[1, 1]]),
        lambda: buhlmann_straub([[1, 2], [3, 4]], [[1, 1], [1, NAN]]),
        lambda: buhlmann_straub([[1, 2], [3, 4]], [[1, 1], [1, -1]]),
        lambda: buhlmann_straub([[1, 2], [3, math.inf]], [[1, 1], [1, 1]]),
        lambda: buhlmann([1, 2, 3]),
        lambda: buhlmann([[1, 2], [3]]),
        lambda: buhlmann_poisson([1, -1]),
        lambda: buhlmann_poisson([1, 2], exposure=[1, 0]),
        lambda: buhlmann_poisson([1, 2], exposure=[1, 2, 3]),
        lambda: full_credibility(1.0),
        lambda: full_credibility(0.9, 0),
        lambda: full_credibility(severity_cv=-1),
        lambda: limited_fluctuation(-1),
        lambda: limited_fluctuation(10, 0),
    ],
)
def test_bad_input_is_refused(broken):
    with pytest.raises(BadValue):
        broken()


BOOK = pd.DataFrame(
    {
        "carrier": list("AAABBB"), "lane": list("xxyxxx"), "month": [1, 1, 2, 1, 2, 2], "currency": "USD",
        "lost": [0, 5, 10, 20, 0, 40], "shipped": [60, 40, 200, 100, 100, 100],
    }
)  # fmt: skip
ASKED = {"classes": "carrier", "period": "month", "loss": "lost", "value": "shipped"}


def test_loss_per_100_of_value_by_class_and_period():
    """Carrier A: 5 of 100, 10 of 200; carrier B: 20 of 100, 40 of 200."""
    found = loss_ratio_credibility(BOOK, **ASKED)
    by_hand = buhlmann_straub([[5, 5], [20, 20]], [[100, 200], [100, 200]])
    assert found.classes.index.tolist() == ["A", "B"]
    assert found.means.tolist() == [5, 20]
    assert found.premiums == pytest.approx(by_hand.premiums)
    assert loss_ratio_credibility(BOOK, **ASKED, per=1).means == pytest.approx([0.05, 0.2])


def test_loss_per_100_by_several_columns_with_missing_periods():
    found = loss_ratio_credibility(BOOK, **ASKED | {"classes": ["carrier", "lane"]})
    assert found.classes.index.tolist() == [("A", "x"), ("A", "y"), ("B", "x")]
    assert found.classes["periods"].tolist() == [1, 1, 2]
    assert found.classes["weight"].tolist() == [100, 200, 300]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"currency": ["USD"] * 5 + ["EUR"]}, BadValue, "2 currencies"),
        ({"lost": [0, 5, 10, 20, 0, -1]}, BadValue, "lost"),
        ({"shipped": [60, 40, NAN, 100, 100, 100]}, BadValue, "shipped"),
        ({"shipped": [0, 0, 200, 100, 100, 100]}, BadValue, "no value shipped"),
        ({"carrier": ["A", None, "A", "B", "B", "B"]}, BadValue, "class or period"),
    ],
)
def test_books_of_money_that_cannot_be_added_are_refused(change, error, words):
    with pytest.raises(error, match=words):
        loss_ratio_credibility(BOOK.assign(**change), **ASKED)


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(UnknownName, match="Did you mean 'carrier'"):
        loss_ratio_credibility(BOOK, **ASKED | {"classes": "carier"})
