"""Published cases of survival analysis, and cases small enough to reckon by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from orderkit.errors import BadValue, TooFewEvents
from orderkit.statistics.survival import cumulative_incidence, exponential_rate, kaplan_meier, mixture_cure
from tests.conftest import REAL

# Freireich et al. (1963), 6-MP arm; Kleinbaum & Klein, Survival Analysis; Klein & Moeschberger, table 4.1
REMISSION = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSE = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]

# Scrucca, Santucci, Aversa (2007), Bone Marrow Transplantation 40:381-387: 35 patients
FOLLOWED = [13, 1, 72, 7, 8, 67, 9, 5, 70, 4, 7, 68, 1, 10, 7, 3, 4, 4, 3, 3, 22, 8, 2, 0, 0, 35, 35, 4, 14, 26, 3, 2, 8, 32, 12]
STATUS = [2, 1, 0, 2, 2, 0, 2, 2, 0, 0, 0, 0, 2, 2, 2, 1, 1, 1, 1, 1, 2, 1, 2, 2, 1, 0, 0, 2, 2, 2, 2, 0, 0, 0, 1]


def test_kaplan_meier_of_the_freireich_patients():
    found = kaplan_meier(REMISSION, RELAPSE)
    assert found["time"].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert found["survival"].to_numpy() == pytest.approx([0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448], abs=0.001)
    assert found["se"].to_numpy() == pytest.approx([0.076, 0.087, 0.096, 0.107, 0.114, 0.128, 0.135], abs=0.001)


def test_exponential_rate_of_the_freireich_patients():
    """Kleinbaum & Klein: 9 relapses in 359 weeks; Lawless."""
    found = exponential_rate(REMISSION, RELAPSE)
    assert (found.events, found.exposure) == (9, 359)
    assert found.rate == pytest.approx(0.02507, abs=1e-4)
    assert found.se == pytest.approx(9 / 359 / 3)  # rate / sqrt(events)


def test_cumulative_incidence_of_the_transplant_patients():
    found = cumulative_incidence(FOLLOWED, STATUS, causes=[1, 2])
    last = found.iloc[np.searchsorted(found["time"], [1, 4, 8, 22, 72], side="right") - 1]
    assert last[1].to_numpy() == pytest.approx([0.05714286, 0.20492611, 0.23771164, 0.27283899, 0.27283899], abs=1e-7)
    assert last[2].to_numpy() == pytest.approx([0.05714286, 0.14482759, 0.27050544, 0.4461422, 0.48126955], abs=1e-7)


def test_weibull_cure_model_of_the_breast_cancer_patients():
    """Stata's strsmix, as printed in flexsurvcure's test_match_stata.R: 686 patients, 299 recurrences, days."""
    path = REAL / "actuarial" / "breast_cancer_recurrence.csv"
    if not path.is_file():
        pytest.skip(f"published data is not here: no file {path.name} beside the checkout")
    data = pd.read_csv(path)
    found = mixture_cure(data["rectime"], data["censrec"])
    expected = {"logit_cure": -0.4731367, "cure": 0.3838745, "ln_lambda": -11.10519, "ln_gamma": 0.448163}
    assert found.values == pytest.approx(expected, abs=2e-4)
    assert found.se["logit_cure"] == pytest.approx(0.1641441, abs=5e-4)
    assert found.se["cure"] == pytest.approx(0.0388224, abs=2e-4)
    assert found.se["ln_gamma"] == pytest.approx(0.0576425, abs=5e-4)
    # on the same data the lognormal law has another tail and so another cured share
    assert mixture_cure(data["rectime"], data["censrec"], law="lognormal").values["cure"] == pytest.approx(0.277, abs=5e-4)


def test_delayed_entry_by_the_aids_reporting_delays():
    """Lagakos, Barraj, De Gruttola (1988), Biometrika 75:515-523: right truncation read backwards is delayed entry."""
    infection = [1.0, 1.5, 2.25, 2.75, 3.0, 3.5, *[3.75] * 5, 4.0, 4.25, 4.5, 4.75, 4.75, *[5.0] * 4, *[5.25] * 3]
    infection = np.array([*infection, 5.5, 5.5, 5.75, 6.0, 6.0, 6.25, 6.25, 6.5, 6.75, 6.75, 7.0, 7.25])
    delay = [5.5, 2.25, 3.0, 1.0, 1.75, 0.75, 0.75, 1.0, 2.75, 3.0, 3.5, 1.0, 1.75, 3.25, 1.0, 2.25, 0.5, 0.75, 1.5, 2.5]
    delay = np.array([*delay, 0.25, 1.0, 1.5, 0.5, 1.5, 1.75, 0.5, 1.25, 0.5, 1.25, 0.75, 0.5, 0.75, 0.75, 0.25])
    keep = infection < 8 - delay
    found = kaplan_meier(8 - delay[keep], np.ones(keep.sum()), entry=infection[keep])
    expected = [0.6667, 0.611111, 0.560185, 0.474003, 0.442403, 0.416379, 0.370115, 0.311675, 0.25973, 0.227263]
    expected += [0.156244, 0.078122, 0.022321, 0]
    assert found["survival"].to_numpy() == pytest.approx(expected, abs=5e-5)
    assert math.isnan(found["se"].iloc[-1])  # nothing is left to tell an error of


def test_weights_are_numbers_of_like_cases():
    time, event, weights = [0, 2, 2, 5], [1, 1, 0, 1], [3, 2, 4, 1]
    pd.testing.assert_frame_equal(
        kaplan_meier(time, event, weights=weights), kaplan_meier(np.repeat(time, weights), np.repeat(event, weights))
    )
    causes = np.array(["a", "b", None, "a"], dtype=object)
    pd.testing.assert_frame_equal(
        cumulative_incidence(time, causes, causes=["a", "b"], weights=weights),
        cumulative_incidence(np.repeat(time, weights), np.repeat(causes, weights), causes=["a", "b"]),
    )


def test_who_ends_at_time_zero_was_at_risk_with_and_without_entries():
    found = kaplan_meier([0, 0, 3, 4], [1, 0, 1, 0])
    assert found["survival"].tolist() == [3 / 4, 3 / 4 * 1 / 2]
    pd.testing.assert_frame_equal(found, kaplan_meier([0, 0, 3, 4], [1, 0, 1, 0], entry=[0, 0, 0, 0]))


def test_shares_and_survival_add_up_and_one_cause_is_the_complement_of_kaplan_meier():
    found = cumulative_incidence(FOLLOWED, STATUS, causes=[1, 2])
    assert (found[1] + found[2] + found["survival"]).to_numpy() == pytest.approx(np.ones(len(found)))
    alone, curve = cumulative_incidence(REMISSION, RELAPSE, causes=[1]), kaplan_meier(REMISSION, RELAPSE)
    assert alone[1].to_numpy() == pytest.approx(1 - curve["survival"])
    assert alone["se_1"].to_numpy() == pytest.approx(curve["se"])


def test_standard_error_without_censoring_is_that_of_a_share():
    """4 of 10 by cause a, 6 by b, the last observation an event: sqrt(0.4 x 0.6 / 10)."""
    found = cumulative_incidence([1, 1, 2, 2, 3, 3, 4, 4, 5, 5], list("ababbbabab"), causes=["a", "b"])
    assert found["a"].iloc[-1] == pytest.approx(0.4)
    assert found["se_a"].iloc[-1] == pytest.approx(math.sqrt(0.4 * 0.6 / 10))


@pytest.mark.parametrize("law", ["weibull", "lognormal"])
def test_a_cure_model_finds_the_law_that_made_the_data(law):
    """Quantiles of the law instead of random numbers, a fifth cured, all followed to day 60."""
    ranks = (np.arange(2_000) + 0.5) / 2_000
    from scipy.stats import norm

    times = np.exp(1.5 + 0.5 * norm.ppf(ranks)) if law == "lognormal" else 6 * (-np.log1p(-ranks)) ** (1 / 1.7)
    found = mixture_cure([*times, 60], [*np.ones(2_000), 0], law=law, weights=[*np.ones(2_000), 500])
    assert found.values["cure"] == pytest.approx(0.2, abs=1e-3)
    assert found.se["cure"] == pytest.approx(math.sqrt(0.2 * 0.8 / 2_500), rel=0.01)  # all classes are seen: a plain share
    expected = {"mu": 1.5, "ln_sigma": math.log(0.5)} if law == "lognormal" else {"ln_gamma": math.log(1.7)}
    assert {name: found.values[name] for name in expected} == pytest.approx(expected, abs=0.01)
    assert found.survival([0, 1e6]) == pytest.approx([1, 0.2], abs=1e-3)


def test_no_plateau_no_error_of_the_cured_share():
    """All have ended, as a lognormal law would: the share of the cured runs to 0, where its error cannot be told."""
    found = mixture_cure(np.exp([0.1, 0.4, 0.5, 0.6, 0.9]), [1] * 5, law="lognormal")
    assert found.values["cure"] < 1e-4
    assert math.isnan(found.se["cure"])


def test_what_cannot_be_used_is_refused():
    for time, event, more in [([-1], [1], {}), ([np.nan], [1], {}), ([1, 2], [1], {}), ([2], [1], {"entry": [2]})]:
        with pytest.raises(BadValue):
            kaplan_meier(time, event, **more)
    with pytest.raises(BadValue, match="neither seen nor not seen"):
        kaplan_meier([1, 2], [1, np.nan])
    with pytest.raises(BadValue, match="Known: weibull"):
        mixture_cure([1, 2, 3], [1, 1, 1], law="gamma")
    with pytest.raises(BadValue, match="day \\+ 1/2"):
        mixture_cure([0, 1, 2, 3], [1, 1, 1, 1])
    with pytest.raises(TooFewEvents):
        mixture_cure([1, 2, 3], [1, 1, 0])
    with pytest.raises(TooFewEvents):
        exponential_rate([0, 0], [1, 0])


def test_without_an_event_the_curves_are_empty_and_the_rate_is_zero():
    assert kaplan_meier([1, 2], [0, 0]).empty
    assert cumulative_incidence([1, 2], [0, 0], causes=[1]).empty
    found = exponential_rate([1, 2], [0, 0])
    assert found.rate == 0
    assert math.isnan(found.se)
