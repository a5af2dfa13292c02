"""The study's short form: coverage is not absurd, chain ladder is worse. Long: `python -m calibration.returns --shops 500`."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from .books import WINDOW, book
from .returns import LAST, LEVELS, METHODS, coverage, errors, main, run

SHOPS = 60

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=[60, 600])
def found(request):
    return run(SHOPS, per_week=request.param)


def test_ranges_hold_about_what_they_promise(found):
    """Within 4 standard errors of a share of 60 books: their weeks are not independent, so books are counted, not weeks."""
    table = coverage(found)
    for level in LEVELS:
        share = level / 100
        assert abs(table.loc["all", f"drawn {level}"] - share) < 4 * np.sqrt(share * (1 - share) / SHOPS)
        assert abs(table.loc["all", f"in {level}"] - share) < 4 * np.sqrt(share * (1 - share) / SHOPS)


def test_the_place_of_the_truth_is_uniform(found):
    assert kstest(found["position"], "uniform").pvalue > 0.001


def test_chain_ladder_is_no_headline_for_young_weeks(found):
    table = errors(found)["as ladder"]
    assert table[METHODS["ladder"]] > 1.5 * table[METHODS["ours"]]
    assert table[METHODS["ours"]] < 1.05 * table[METHODS["cape_cod"]]


def test_what_is_foretold_is_not_biased(found):
    assert found["ours"].sum() == pytest.approx(found["final"].sum(), rel=0.05)


def test_a_book_is_what_it_says():
    truth = book(np.random.default_rng(1), 600, cut=3)
    assert truth.end.weekday() == 2
    assert truth.shipped["day"].max() == truth.end
    assert truth.returned["delay"].between(0, WINDOW).all()
    weeks = truth.shipped["day"] - pd.to_timedelta(truth.shipped["day"].dt.day_of_week, unit="D")
    assert truth.final(weeks.unique()).sum() == len(truth.returned)
    assert truth.shipped["units"].sum() / weeks.nunique() == pytest.approx(600, rel=0.1)


def test_the_command_prints_its_tables(capsys):
    main(["--shops", "2", "--workers", "1", "--per-week", "60", "--cut", "2"])
    printed = capsys.readouterr().out
    assert all(name in printed for name in METHODS.values())
    assert f"{LAST} weeks" in printed
    assert "drawn 80" in printed
