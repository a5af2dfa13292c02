"""The study's short form: the command works, and coverage is not absurd. The long form is `python -m calibration --shops 500`."""

import numpy as np
import pytest
from scipy.stats import kstest

from .__main__ import main, run
from .shops import shop
from .study import LEVELS, QUESTIONS, coverage

SHOPS = 30

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found():
    return run(SHOPS)


def test_intervals_of_thirty_shops_hold_about_what_they_promise(found):
    """Within 4 standard errors of a share of 30: 80 % lies in 51 to 100 %, 90 % in 68 to 100 %."""
    for question in QUESTIONS:
        part = found[found["question"] == question]
        for level in LEVELS:
            assert abs(coverage(part, level) - level) < 4 * np.sqrt(level * (1 - level) / SHOPS), (question, level)


def test_what_is_foretold_is_not_biased(found):
    for question in QUESTIONS:
        part = found[found["question"] == question]
        assert part["said"].sum() == pytest.approx(part["true"].sum(), rel=0.1), question


def test_the_place_of_the_truth_is_uniform(found):
    """Randomised PIT of the numbers of parcels: no place in the foretold law is preferred."""
    for question in QUESTIONS[1:]:
        assert kstest(found.loc[found["question"] == question, "position"], "uniform").pvalue > 0.001, question


def test_the_truth_of_a_shop_is_that_of_its_parcels():
    """Chances by arithmetic against the shares among simulated parcels still open on day 6, all shops together."""
    said = true = 0.0
    for seed in range(40):
        truth = shop(np.random.default_rng(seed))
        still = truth.parcels[truth.parcels["end"] > 6]
        said += truth.p_lost(still["stratum"], 6).sum()
        true += (still["kind"] == "lost").sum()
    assert true == pytest.approx(said, abs=4 * np.sqrt(said))


def test_the_command_prints_its_tables(capsys):
    main(["--shops", "2", "--workers", "1"])
    printed = capsys.readouterr().out
    assert all(question in printed for question in QUESTIONS)
    assert "in 80%" in printed
