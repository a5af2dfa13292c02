"""Tariffs, break-even rates, thresholds, switch points and ways of covering, by arithmetic that a reader can do."""

import numpy as np
import pandas as pd
import pytest

from orderkit.errors import BadValue
from orderkit.statistics.losses.bands import band_names, value_edges
from orderkit.statistics.losses.cover import (
    Parcels,
    best_from,
    break_even_premium,
    break_even_rate,
    decide,
    offer,
    strategies,
)
from orderkit.statistics.losses.recommend import recommend, sensitivity
from orderkit.statistics.losses.switch import switch_points
from orderkit.statistics.losses.tariffs import tariffs


def illustrative(share=None, **also):
    """METHODS.md A4: at least 3.90, 1.25 per started 100 above 100 included."""
    return tariffs(
        pd.DataFrame(
            [
                {
                    "tariff": "A", "currency": "USD", "from_value": 0 if n == 0 else 100 * n + 0.01, "to_value": 100 * (n + 1),
                    "premium": 1.25 * n, "minimum": 3.90, "included_cover": 100, "paid_share": share, **also,
                }
                for n in range(20)
            ]
        )
    )[0]  # fmt: skip


def parcels(values, group="USPS", **also):
    values = np.asarray(values, dtype=float)
    return Parcels(values, np.zeros(values.size, dtype=int), np.full(values.size, group, dtype=object), **also)


def test_the_worked_shape_of_the_illustrative_tariff():
    """METHODS.md A4: p = 1 %, q = .85; break-even 22.9 %, 4.6 %, 1.53 %, 1.47 % at 120, 200, 400, 800."""
    found = offer(parcels([120, 200, 400, 800]), illustrative(), paid_share=0.85)
    assert found.premium.tolist() == [3.90, 3.90, 3.90, 8.75]
    assert found.lost.tolist() == pytest.approx([0.85 * 20, 0.85 * 100, 0.85 * 300, 0.85 * 700])
    assert break_even_rate(found.premium, found.lost).tolist() == pytest.approx([0.229, 0.046, 0.0153, 0.0147], abs=0.0005)
    assert break_even_premium(0.01, found.lost).tolist() == pytest.approx([0.17, 0.85, 2.55, 5.95])


def test_what_is_included_is_paid_once():
    found = offer(parcels([80, 250], damage_share=0.5), illustrative(), paid_share=0.8)
    assert found.lost.tolist() == pytest.approx([0, 0.8 * 150])
    assert found.kept_lost.tolist() == pytest.approx([80 - 0.8 * 80, 250 - 0.8 * 100])
    assert found.damaged.tolist() == pytest.approx([0, 0.8 * 25])
    assert found.kept_damaged.tolist() == pytest.approx([40 - 0.8 * 40, 125 - 0.8 * 100])
    other = offer(parcels([250], included=np.array([200.0]), included_paid_share=0.5), illustrative(), paid_share=0.8)
    assert other.lost.tolist() == pytest.approx([0.8 * 50])
    assert other.kept_lost.tolist() == pytest.approx([250 - 0.5 * 200])


def test_a_deductible_and_the_work_of_a_claim_are_taken_off():
    found = offer(parcels([300]), illustrative(deductible=50), paid_share=0.8, handling=10)
    assert found.lost.tolist() == pytest.approx([0.8 * (300 - 100 - 50) - 10])
    assert break_even_rate([2.0], [100.0], handling=20).tolist() == pytest.approx([2 / 80])
    assert break_even_rate([2.0], [10.0], handling=20).tolist() == [np.inf]


def test_nobody_told_the_share_of_claims_paid():
    with pytest.raises(BadValue, match="share of claims"):
        offer(parcels([300]), illustrative())
    assert offer(parcels([300]), illustrative(share=0.9)).paid_share == 0.9


def test_decisions_stand_on_the_chance_that_the_rate_is_above_break_even():
    draws = np.linspace(0.001, 0.1, 100)[:, None]  # 100 equally likely rates, 0.1 % to 10 %
    found = decide(parcels([400, 120, 3000]), offer(parcels([400, 120, 3000]), illustrative(), paid_share=0.85), draws, 0 * draws)
    assert found.break_even[0] == pytest.approx(3.90 / 255)
    assert found.probability[0] == pytest.approx((draws[:, 0] > 3.90 / 255).mean()) == 0.85
    assert found.verdict.tolist() == ["either", "do not insure", "no tariff"]
    assert found.gain[0] == pytest.approx(draws.mean() * 255 - 3.90)
    assert np.isnan(found.gain[2])


def test_losses_and_damage_share_the_work_of_breaking_even():
    lost, damaged = np.full((10, 1), 0.03), np.full((10, 1), 0.01)
    book = parcels([400], damage_share=0.5)
    found = decide(book, offer(book, illustrative(), paid_share=0.85), lost, damaged)
    paid = 0.75 * 0.85 * 300 + 0.25 * 0.85 * 100  # three lost parcels for one that is damaged
    assert found.break_even[0] == pytest.approx(3.90 / paid)
    assert found.gain[0] == pytest.approx(0.04 * paid - 3.90)
    assert found.verdict[0] == "insure"


def test_the_threshold_is_where_the_sum_above_it_is_best():
    assert best_from([10, 20, 30, 30, 40], [5, -9, 2, 2, -1]) == (30, 2 + 2 - 1)
    assert best_from([10, 20], [-1, np.nan]) == (None, 0)
    assert best_from([], []) == (None, 0)


def test_switch_points_are_all_that_a_grid_of_cents_finds():
    tariff, rate = illustrative(), 0.0165
    found = switch_points(tariff, rate, up_to=1000, paid_share=0.85)
    values = np.arange(0, 100_001) / 100
    told = offer(parcels(values), tariff, paid_share=0.85)
    pays = rate * told.lost > told.premium
    changes = values[1:][pays[1:] != pays[:-1]]
    assert len(changes) > 3, "because of the steps there are several"
    assert found["from_value"].tolist()[1:] == pytest.approx(changes.tolist())
    assert found["pays"].tolist() == [bool(n % 2) for n in range(len(found))]


def test_switch_points_with_the_work_of_a_claim():
    tariff, rate = illustrative(), 0.02
    found = switch_points(tariff, rate, up_to=600, paid_share=0.85, handling=15, included=50)
    values = np.arange(0, 60_001) / 100
    told = offer(parcels(values, included=np.full(values.size, 50.0)), tariff, paid_share=0.85, handling=15)
    pays = rate * told.lost > told.premium
    assert found["from_value"].tolist()[1:] == pytest.approx(values[1:][pays[1:] != pays[:-1]].tolist())


def test_ways_side_by_side_by_arithmetic():
    values = [50.0] * 50 + [400.0] * 50
    book, draws = parcels(values, times=10), np.full((100, 1), 0.02)
    told = offer(book, illustrative(), paid_share=0.85)
    found = strategies(book, told, draws, 0 * draws, {"dear": book.value > 100}, rng=np.random.default_rng(1)).set_index("way")
    assert found["insured"].to_dict() == {"none": 0, "all": 1000, "dear": 500}
    assert found["premium"].to_dict() == pytest.approx({"none": 0, "all": 3900, "dear": 1950})
    kept = {"none": 10 * (50 * (50 - 42.5) + 50 * (400 - 85)) * 0.02, "dear": 10 * (50 * 7.5 + 50 * (315 - 255)) * 0.02}
    for way, mean in kept.items():
        assert found.loc[way, "kept"] == pytest.approx(mean, abs=4 * found.loc[way, "error"])
    assert found.loc["dear", "gain"] == pytest.approx(500 * (0.02 * 255 - 3.90))
    assert found.loc["all", "gain"] == pytest.approx(found.loc["dear", "gain"] - 500 * 3.90)
    assert found.loc["dear", "bad_year"] < found.loc["none", "bad_year"]
    assert found.loc["dear", "probability"] == 1
    assert 0 < found.loc["dear", "none_cheaper"] < 0.5


def book_of_two(rates, values, times=1.0, **also):
    """Two services with a rate each, the same values in both."""
    values = np.asarray(values, dtype=float)
    labels = np.repeat(np.array(["good", "bad"], dtype=object), values.size)
    book = Parcels(np.tile(values, 2), np.repeat([0, 1], values.size), labels, times=times, **also)
    return book, np.tile(rates, (50, 1))


def test_each_service_has_its_own_threshold():
    book, draws = book_of_two([0.001, 0.03], [50, 150, 250, 350], times=100)
    found = recommend(book, illustrative(share=0.85), draws, 0 * draws, rng=np.random.default_rng(1))
    groups = found.groups.set_index("group")
    # at 3 % cover of 3.90 pays from 100 + 3.90 / (.03 x .85) = 252.94 on
    assert groups.loc["bad", "from_value"] == 350
    assert groups.loc["bad", "gain"] == pytest.approx(100 * (0.03 * 0.85 * 250 - 3.90))
    assert groups.loc["bad", "verdict"] == "insure"
    assert pd.isna(groups.loc["good", "from_value"])
    assert groups.loc["good", "verdict"] == "do not insure"
    assert groups.loc["good", "pays_above"] == pytest.approx(3.90 / (0.85 * 250))
    assert found.best == "by service"
    assert (found.verdict, found.probability) == ("insure", 1)


def test_where_no_cover_is_best_it_says_how_sure_that_is():
    book, draws = book_of_two([0.001, 0.002], [50, 150, 250])
    found = recommend(book, illustrative(share=0.85), draws, 0 * draws, rng=np.random.default_rng(1))
    assert (found.best, found.verdict, found.probability) == ("none", "do not insure", 0)


def test_present_practice_stands_beside_and_is_never_advised():
    book, draws = book_of_two([0.03, 0.03], [50, 400], insured=np.array([False, True, False, True]))
    found = recommend(book, illustrative(share=0.85), draws, 0 * draws, rng=np.random.default_rng(1))
    assert "as now" in set(found.ways["way"])
    assert found.best in ("from one value", "by service")


def test_whoever_fears_a_bad_year_pays_more_for_cover():
    book, draws = book_of_two([0.012, 0.012], [390] * 20)  # break-even 1.58 %: cover costs more than it brings
    asked = {"rng": np.random.default_rng(1)}
    assert recommend(book, illustrative(share=0.85), draws, 0 * draws, **asked).best == "none"
    assert recommend(book, illustrative(share=0.85), draws, 0 * draws, risk_load=0.5, **asked).best == "all"


def test_the_answer_hangs_on_the_share_of_claims_paid():
    book, draws = book_of_two([0.018, 0.018], [400] * 10)
    found = sensitivity(book, illustrative(), draws, 0 * draws, shares=(0.6, 0.95))
    assert found["verdict"].tolist() == ["do not insure", "insure"]  # 3.90 / .018 = 216.7 of 300: 72 %


def test_a_tariff_without_a_step_for_any_parcel():
    book, draws = book_of_two([0.02, 0.02], [5000])
    found = recommend(book, illustrative(share=0.85), draws, 0 * draws, rng=np.random.default_rng(1))
    assert found.groups["verdict"].tolist() == ["no tariff", "no tariff"]
    assert found.groups["not_offered"].tolist() == [1, 1]
    assert found.best == "none"


def test_steps_meet_without_a_hole_and_the_lower_holds_on_an_edge():
    tariff = illustrative()
    assert tariff.faults == ()
    assert tariff.price([100, 100.01, 2000, 2000.01]).premium[:3].tolist() == [3.90, 3.90, 1.25 * 19]
    assert not tariff.price([2000.01]).offered[0]


def test_holes_overlaps_and_steps_without_a_price_are_told():
    rows = [(0, 100, 1.0), (150, 200, 2.0), (180, 300, 3.0), (300.01, None, None)]
    frame = pd.DataFrame(rows, columns=["from_value", "to_value", "premium"]).assign(tariff="A", currency="USD")
    tariff = tariffs(frame)[0]
    assert tariff.faults == (
        "no step from 100.00 to 150.00", "two steps from 180.00 to 200.00: the lower one is taken",
        "the step from 300.01 has no price",
    )  # fmt: skip
    found = tariff.price([50, 120, 190, 250, 400])
    assert found.premium[[0, 2, 3]].tolist() == [1, 2, 3]
    assert found.offered.tolist() == [True, False, True, True, False]


def test_a_price_is_a_share_of_the_value_a_minimum_and_a_surcharge():
    frame = pd.DataFrame(
        {"tariff": "A", "currency": "USD", "from_value": [0.0], "premium_share": [0.01], "minimum": [2.0], "surcharge": [0.5]}
    )
    tariff = tariffs(frame)[0]
    assert tariff.price([100, 300]).premium.tolist() == pytest.approx([2.5, 3.5])
    assert 200 in tariff.kinks()


def test_the_closest_carrier_and_service_hold():
    rows = [(None, None, 1.0), ("USPS", None, 2.0), ("USPS", "Priority", 3.0), (None, "Priority", 4.0)]
    frame = pd.DataFrame(rows, columns=["carrier", "service", "premium"]).assign(tariff="A", currency="USD", from_value=0)
    carriers, services = ["UPS", "usps ", "USPS", "UPS", None], [None, "Ground", "priority", "Priority", None]
    assert tariffs(frame)[0].price([10] * 5, carriers, services).premium.tolist() == [1, 2, 3, 4, 1]


def test_a_tariff_for_one_carrier_is_no_offer_to_another():
    frame = pd.DataFrame({"carrier": ["USPS"], "premium": [2.0], "tariff": "A", "currency": "USD", "from_value": 0})
    assert tariffs(frame)[0].price([10, 10], ["UPS", "USPS"]).offered.tolist() == [False, True]


def test_the_newest_steps_that_have_begun_hold():
    days = pd.to_datetime(["2026-01-01", "2026-07-01", "2027-01-01"])
    frame = pd.DataFrame({"valid_from": days, "premium": [1.0, 2.0, 3.0], "tariff": "A", "currency": "USD", "from_value": 0})
    for day, premium in (("2026-06-30", 1), ("2026-07-01", 2), ("2026-12-31", 2)):
        assert tariffs(frame, day=day)[0].price([10]).premium.tolist() == [premium]
    assert tariffs(frame, day="2025-12-31") == []


@pytest.mark.parametrize(("currency", "faults"), [("JPY", ()), ("USD", ("no step from 10,000.00 to 10,001.00",))])
def test_money_without_cents_has_no_hole_between_two_whole_amounts(currency, faults):
    steps = {"tariff": "A", "currency": currency, "from_value": [0, 10_001], "to_value": [10_000, 20_000], "premium": [100, 150]}
    assert tariffs(pd.DataFrame(steps))[0].faults == faults


def test_currencies_of_one_tariff_are_two():
    frame = pd.DataFrame({"tariff": "A", "currency": ["USD", "EUR"], "from_value": 0, "premium": [1.0, 2.0]})
    assert [(one.name, one.currency, one.price([5]).premium[0]) for one in tariffs(frame)] == [("A", "EUR", 2), ("A", "USD", 1)]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"premium": -1}, "negative"), ({"paid_share": 85}, "share above 1"), ({"currency": None}, "currency"),
        ({"from_value": None}, "from_value"), ({"to_value": -0.5}, "negative"),
        ({"from_value": 10, "to_value": 5}, "before it begins"),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_are_refused(wrong, word):
    row = {"tariff": "A", "currency": "USD", "from_value": 0, "premium": 1, "to_value": None, "paid_share": None} | wrong
    with pytest.raises(BadValue, match=word):
        tariffs(pd.DataFrame([row]))
    with pytest.raises(BadValue, match="lack"):
        tariffs(pd.DataFrame({"tariff": ["A"]}))


def test_bands_are_of_numbers_that_one_can_keep_in_mind():
    assert value_edges([31.5, 58, 104, 230]) == [20, 50, 100, 200]
    assert value_edges([1800, 2600, 4900, np.nan]) == [2000, 5000]
    assert value_edges([]) == []
    assert band_names([]) == ["any value"]
    assert band_names([20, 50], str) == ["under 20", "20 to 50", "50 and more"]
