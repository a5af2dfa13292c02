"""Nonsense given to the public functions on losses: each answer is a number or a sentence, never an error from inside numpy."""

import warnings

import numpy as np
import pandas as pd
import pytest

from orderkit.errors import OrderkitError
from orderkit.statistics import losses as found

BOOK = pd.DataFrame(
    {"carrier": list("AB") * 6, "lost": [12, 30] * 6, "parcels": 100, "size": range(12), "week": [1, 1, 2, 2] * 3}
)
SEEN = np.random.default_rng(1).lognormal(4, 1, 200)
P, X = found.Poisson(3), found.Exponential(100)
COUNTS = ([0, 1, 2],), {"weights": [5, 3, 1]}
TERMS = {"deductible": 1, "limit": 2, "paid_share": 0.5, "inflation": 0.1, "per": "loss"}
RATES = {"events": "lost", "exposure": "parcels", "factors": ["carrier"], "least": 1, "level": 0.9}
CALLS = {
    "poisson_interval": ((3,), {"exposure": 2, "level": 0.9}), "binomial_interval": ((3, 10), {"level": 0.9}),
    "fit_poisson": (COUNTS[0], {"weights": [5, 3, 1], "exposure": [1, 1, 1]}),
    "fit_negative_binomial": (COUNTS[0], {"weights": [5, 3, 1], "exposure": [1, 1, 1]}),
    "fit_geometric": COUNTS, "fit_binomial": (([0, 1, 2], 4), {"weights": [5, 3, 1]}), "best_count_law": COUNTS,
    "Poisson": ((3,), {}), "Binomial": ((3, 0.5), {}), "NegativeBinomial": ((2, 0.5), {}), "Geometric": ((1,), {}),
    "gamma_mixed_poisson": ((3,), {"cv": 0.2}), "CountLaw": (([0.5, 0.5],), {}), "ZeroModified": ((P, 0.3), {}),
    "zero_inflated": ((P,), {"extra": 0.3}), "MixedFrequency": (([P, P], [1, 2]), {}), "poisson_over_draws": (([1, 2],), {}),
    "poisson_regression": ((BOOK,), {**RATES, "covariates": ["size"], "reference": {"carrier": "B"}}),
    "negative_binomial_regression": ((BOOK,), RATES),
    "regress_counts": (([[1, 0], [1, 1], [1, 2]], [20, 30, 40]), {"exposure": [1, 1, 1], "law": "poisson", "names": ["a", "b"]}),
    "buhlmann_straub": (([[1, 2], [3, 5]], [[1, 1], [1, 1]]), {"collective": 3}), "buhlmann": (([[1, 2], [3, 5]],), {}),
    "buhlmann_poisson": (([1, 5],), {"exposure": [1, 1], "weights": [1, 1], "collective": 2}),
    "loss_ratio_credibility": ((BOOK,), {"classes": "carrier", "period": "week", "loss": "lost", "value": "size", "per": 100}),
    "full_credibility": ((0.9, 0.05), {"severity_cv": 1, "frequency_dispersion": 1}),
    "limited_fluctuation": ((100,), {"full": 1000}), "Exponential": ((100,), {}), "Lognormal": ((1, 1), {}),
    "Gamma": ((1, 1), {}), "Weibull": ((1, 1), {}), "Pareto": ((2, 1), {}), "SingleParameterPareto": ((2, 1), {}),
    "GeneralisedPareto": ((0.2, 1, 0), {}), "Uniform": ((0, 1), {}), "Beta": ((1, 1, 1), {}),
    "Empirical": (([1, 2], [1, 1]), {}), "Mixture": (([X, X], [1, 2]), {}),
    "insurer_payment": (([1, 2],), {"deductible": 1, "limit": 2, "paid_share": 0.5}), "payment_law": ((X,), TERMS),
    "expected_payment": ((X,), TERMS), "payment_variance": ((X,), TERMS), "damaged_share": (([0.1, 0.2],), {"weights": [1, 1]}),
    "loss_elimination_ratio": ((X,), {"deductible": 1, "inflation": 0.1}), "fit_exponential": ((SEEN,), {"at_least": 5}),
    "fit_lognormal": ((SEEN,), {"at_least": 5}), "fit_gamma": ((SEEN,), {"at_least": 5}), "fit_weibull": ((SEEN,), {}),
    "fit_pareto": ((SEEN,), {"at_least": 5}), "fit_generalised_pareto": ((SEEN,), {"threshold": 50, "at_least": 5}),
    "mean_excess_table": ((SEEN,), {"thresholds": [10, 20], "at_least": 5}), "GridLaw": ((1, [0.5, 0.5]), {}),
    "discretise": ((X, 1), {"how": "rounding", "upto": 1000}),
    "compound": ((P, {100: 1}), {"step": 100, "how": "rounding", "points": 1024}), "compound_moments": ((P, X), {}),
    "compound_sum": (([(P, {100: 1})],), {"step": 100}), "sum_moments": (([(P, X)],), {}), "merge_poisson": (([(P, X)],), {}),
    "individual_risk": (([0.1, 0.2], [1, 2]), {"step": 1, "points": 64}),
    "discrete_risk": (([1, 2],), {"probabilities": [0.5, 0.5], "p": 0.9}), "normal_risk": ((0, 1), {"p": 0.9}),
    "lognormal_risk": ((0, 1), {"p": 0.9}), "simulated_risk": ((SEEN,), {"p": 0.9}), "risk_table": ((SEEN,), {"levels": [0.9]}),
    "student_risk": ((4, 0, 1), {"p": 0.9}), "Burr": ((2, 100, 2), {}), "Loglogistic": ((100, 2), {}),
    "fit_incomplete": ((SEEN[:20],), {"law": "lognormal", "weights": [1] * 20, "deductible": 0, "at_least": 5}),
    "fit_single_parameter_pareto": ((SEEN,), {"theta": 1, "above": [500], "at_least": 5}),
    "buhlmann_of_types": (([0.4, 0.7], [0.44, 0.61]), {"probabilities": [3, 1]}),
    "negative_binomial_by_moments": (([0, 1, 2],), {"weights": [5, 1, 3]}),
    "at_worst": ((3, 100), {"level": 0.9}), "fit_rates": (([1, 5, 9], [100, 100, 100]), {"level": 0.9, "prior": 0.5}),
    "break_even_premium": ((0.01, 100), {"handling": 1}), "known_share": (([0.01, 0.5], 0.01), {}),
}  # fmt: skip
NONSENSE = [
    [], float("nan"), [float("nan")] * 2, -1, [-1, -2], "abc", ["a", "b"], None, float("inf"), list(range(7)), [[1, 2], [3]],
    object(), 0, [0, 0], True, 1j, [0.1, 0.2], pd.DataFrame(), np.datetime64("2020-01-01"),
]  # fmt: skip
ASKED = [
    "cdf", "survival", "quantile", "limited", "stop_loss", "mean_excess", "tvar", "conditional_tail_expectation", "scaled",
    "inflated", "thinned", "pmf", "plus",
]  # fmt: skip
LAWS = [
    X, found.Lognormal(1, 1), found.Pareto(2, 1), found.GeneralisedPareto(0.2, 1), found.Uniform(0, 1),
    found.Burr(2, 100, 2), found.Empirical([1, 2]),
    found.Mixture([X, X]), found.GridLaw(1, [0.5, 0.5]), found.payment_law(X, deductible=1), P, found.CountLaw([0.5, 0.5]),
    found.ZeroModified(P, 0.2), found.MixedFrequency([P, P]),
]  # fmt: skip


def _troubles(call, *given, **named):
    """What kind of error came that is none of ours; nothing otherwise."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            call(*given, **named)
        except OrderkitError as error:
            return [] if len(str(error)) > 20 else [repr(error)]
        except Exception as error:
            return [repr(error)]
    return []


@pytest.mark.parametrize("name", CALLS)
def test_nonsense_gets_a_sentence(name):
    function, (given, named) = getattr(found, name), CALLS[name]
    function(*given, **named)
    troubles = []
    for nonsense in NONSENSE:
        for place in range(len(given)):
            troubles += _troubles(function, *given[:place], nonsense, *given[place + 1 :], **named)
        for key in named:
            troubles += _troubles(function, *given, **{**named, key: nonsense})
    assert troubles == []


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_laws_asked_nonsense_answer_in_a_sentence(law):
    asked = [getattr(law, name) for name in ASKED if callable(getattr(law, name, None))]
    assert [trouble for method in asked for nonsense in NONSENSE for trouble in _troubles(method, nonsense)] == []
