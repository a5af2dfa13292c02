"""The study of losses, short: ranges are not absurd, nothing is biased. Long: `python -m calibration.losses --shops 500`."""

import numpy as np
import pandas as pd
import pytest

from . import covered
from .losses import FREQUENT, LEVELS, main, run
from .sent import DAMAGE, SPREADS, shop

SHOPS = 40

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["known", "open"])
def found(request):
    return run(SHOPS, arm=request.param)


@pytest.fixture(scope="module")
def cover():
    return pd.concat([covered.one(seed) for seed in range(1, SHOPS + 1)], ignore_index=True)


def test_ranges_hold_about_what_they_promise(found):
    """Within 4 standard errors of a share of 40 shops, for each span and for events and money."""
    forecasts, _ = found
    for _, part in forecasts.groupby(["span", "measure"]):
        assert len(part) == SHOPS
        for level in np.array(LEVELS) / 100:
            inside = (abs(part["position"] - 0.5) <= level / 2).mean()
            assert abs(inside - level) < 4 * np.sqrt(level * (1 - level) / SHOPS)


def test_what_is_foretold_of_shops_with_events_is_not_biased(found):
    forecasts, _ = found
    year = forecasts[(forecasts["span"] == "year") & (forecasts["expects"] >= FREQUENT)]
    for _, part in year.groupby("measure"):
        ratio = part["true"] / part["said"]
        assert abs(ratio.mean() - 1) < 4 * ratio.sem()


def test_shrunk_rates_of_classes_are_nearer_the_truth_than_raw_ones(found):
    _, rates = found
    assert (rates["shrunk"] < rates["raw"]).mean() > 0.9
    assert 0.7 < rates["inside"].mean() < 0.98


def test_recommended_cover_costs_little_more_than_the_best_possible_and_less_than_none_or_all(cover):
    whole = cover[cover["what"] == "shop"]
    mean = whole[["recommended", "best possible", "none", "all"]].mean()
    assert mean["best possible"] <= mean["recommended"] < min(mean["none"], mean["all"])
    assert mean["recommended"] < 1.1 * mean["best possible"]
    assert (whole["best possible"] <= whole[["recommended", "none", "all"]].min(axis=1) + 1e-6).all()


def test_sure_verdicts_are_mostly_right(cover):
    sure = cover[cover["verdict"].isin(["insure", "do not insure"])]
    assert (sure["insures"] == sure["pays"]).mean() > 0.9


def test_a_shop_is_as_the_study_says():
    truth, rng = shop(np.random.default_rng(3)), np.random.default_rng(4)
    cell, value = truth.send(rng, 520)
    fate = truth.fate(rng, cell)
    assert truth.within in SPREADS
    assert cell.size == pytest.approx(10 * truth.year, abs=5 * np.sqrt(10 * truth.year))
    events = (fate > 0).sum()
    assert events == pytest.approx(10 * truth.expected, abs=5 * np.sqrt(10 * truth.expected))
    assert np.bincount(cell, minlength=truth.lost.size) / cell.size == pytest.approx(truth.shares, abs=0.02)
    assert np.median(value) == pytest.approx(truth.values[0] + 1, rel=0.1)
    assert 0 < DAMAGE < 1


def test_the_tariffs_are_the_illustrative_ones():
    carrier, insurer = covered.offered()
    assert carrier.price([80, 150, 500, 1000]).premium.tolist() == [3.90, 3.90, 5.00, 11.25]
    assert insurer.price([80, 100, 101, 1000]).premium.tolist() == pytest.approx([0.95, 0.95, 1.90, 9.50])


def test_the_commands_print_their_tables(capsys):
    main(["--shops", "4", "--workers", "1", "--arms", "left out"])
    main(["--shops", "4", "--workers", "1", "--cover"])
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("actual / expected", "left out", "one rate", "best possible", "do not insure"))
