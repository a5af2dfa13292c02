"""The losses package as one: its names, its examples, and that to import it costs no more than pandas."""

import doctest
import pkgutil
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest

from orderkit.statistics import losses

MODULES = [losses.__name__, *(f"{losses.__name__}.{found.name}" for found in pkgutil.iter_modules(losses.__path__))]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(name):
    assert doctest.testmod(import_module(name)).failed == 0


def test_every_public_name_is_there_once_and_explained():
    assert len(losses.__all__) == len(set(losses.__all__))
    assert not [name for name in losses.__all__ if not (getattr(losses, name).__doc__ or "").strip()]


def test_the_names_of_textbooks_are_public():
    assert {
        "poisson_interval", "fit_poisson", "fit_negative_binomial", "fit_binomial", "fit_geometric", "poisson_regression",
        "negative_binomial_regression", "buhlmann", "buhlmann_straub", "full_credibility", "limited_fluctuation", "Poisson",
        "Binomial", "NegativeBinomial", "Geometric", "Exponential", "Gamma", "Lognormal", "Pareto", "Weibull", "compound",
        "individual_risk", "discretise", "simulated_risk", "normal_risk", "lognormal_risk", "fit_generalised_pareto",
        "loss_elimination_ratio", "expected_payment", "forecast", "tariffs", "recommend", "switch_points", "study",
    } <= set(losses.__all__)  # fmt: skip


def test_to_import_it_does_not_load_scipy():
    told = "import sys, orderkit.statistics.losses; print([name for name in sys.modules if name.split('.')[0] == 'scipy'])"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize("fit", [losses.fit_poisson, losses.fit_geometric, losses.fit_negative_binomial, losses.fit_binomial])
@pytest.mark.parametrize("counts", [[0, 0, 0, 1, 0, 4, 2, 9], [3, 3, 2, 3, 4, 3, 2, 3], [0, 0, 0]])
def test_the_law_of_a_fit_goes_into_a_total(fit, counts):
    found = fit(counts)
    total = losses.compound(found.law, {10: 1.0})
    assert total.mean / 10 == pytest.approx(found.mean) == pytest.approx(np.mean(counts))
    assert total.sd / 10 == pytest.approx(found.sd, abs=1e-6)
    assert total.cdf(20) == pytest.approx(found.cdf(2))
    assert found.values.keys() >= found.standard_errors.keys()
    assert [getattr(found, name) for name in found.values] == list(found.values.values())
    assert not hasattr(found, "theta")
