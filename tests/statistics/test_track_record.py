"""How forecasts came true: what was known on a day, errors by hand, and ranges that hold as often as they say."""

import math

import numpy as np
import pandas as pd
import pytest

from orderkit.statistics.delivery import fit
from orderkit.statistics.totals import total
from orderkit.statistics.track_record import COLUMNS, Correction, corrected, correction, known, not_arriving, track_record

BY = ("carrier",)
AMOUNT = 20.0
SURE = Correction(shift=0.0, spread=1e-9, freedom=31, weeks=26, base=math.nan)


def parcels(*told):
    """Parcels of carrier a from (shipped, ended or None, event, number), 20.00 each."""
    frame = pd.DataFrame(told, columns=["shipped", "ended", "event", "parcels"]).astype({"ended": float})
    return frame.assign(carrier="a", amount=frame["parcels"] * AMOUNT)


def shop(rng, miss, per_day):
    """A shop that sends so many parcels a day; `miss` [days]: the chance of one that is open not to arrive on that day."""
    shipped = np.repeat(np.arange(len(miss)), per_day)
    left = np.concatenate([[0.0], -np.cumsum(np.log(miss))])  # -log of the share left before each day
    ended = np.searchsorted(left, left[shipped] + rng.exponential(size=shipped.size)) - 1.0
    ended[ended >= len(miss)] = np.nan
    frame = pd.DataFrame({"shipped": shipped, "ended": ended, "event": np.where(np.isnan(ended), "open", "delivered")})
    counted = frame.groupby(["shipped", "ended", "event"], dropna=False).size().rename("parcels").reset_index()
    return counted.assign(carrier="a", amount=counted["parcels"] * AMOUNT)


def weekly(miss):
    """Chances [days] of which each week has its own not to see a parcel arrive within it [weeks]."""
    return np.repeat(np.asarray(miss) ** (1 / 7), 7)


def record(expected, actual, missing):
    """A track record of weeks with 50 parcels each; `missing`: how many of them were expected not to arrive."""
    frame = pd.DataFrame({"expected": expected, "actual": actual}, dtype=float)
    return frame.assign(origin=0, parcels=50, arrived=40, foretold=50 - np.asarray(missing), brier=0.1)[COLUMNS]


# --- what was known ------------------------------------------------------------------------------------------------------------


def test_what_is_known_on_a_day_masks_what_came_later():
    """On day 10: arrived on the day itself counts; what arrived, was lost or came back later is open; day 11 is not yet sent."""
    told = parcels(
        (5, 10, "delivered", 1), (5, 11, "delivered", 2), (6, 20, "lost", 3), (7, 12, "returned", 4), (8, None, "open", 5),
        (10, 10, "delivered", 6), (10, 13, "delivered", 7), (11, 12, "delivered", 8), (4, 9, "lost", 9),
    )  # fmt: skip
    found, still = known(told, 10)
    rows = found.set_index("parcels")
    assert rows["event"].to_dict() == {
        1: "delivered", 2: "open", 3: "open", 4: "open", 5: "open", 6: "delivered", 7: "open", 9: "lost",
    }  # fmt: skip
    assert rows["day"].to_dict() == {1: 5, 2: 5, 3: 4, 4: 3, 5: 2, 6: 0, 7: 0, 9: 5}
    assert (rows["entry"] == 0).all()
    assert still["parcels"].tolist() == [2, 3, 4, 5, 7]
    assert still["amount"].tolist() == [40.0, 60.0, 80.0, 100.0, 140.0]
    assert told["event"].tolist()[1] == "delivered"  # what was given stays as it was


def test_nothing_is_known_before_the_first_parcel():
    found, still = known(parcels((5, 10, "delivered", 1)), 4)
    assert found.empty
    assert still.empty


# --- the record ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def steady():
    """30 weeks of 60 parcels a day, 30 % of the open not arriving in a week, ever the same."""
    return shop(np.random.default_rng(3), weekly([0.3] * 30), 60)


@pytest.fixture(scope="module")
def steady_record(steady):
    return track_record(steady, 30 * 7 - 1, horizon=7, by=BY)


def test_every_week_is_counted_from_the_parcels_themselves(steady, steady_record):
    """A second way, without the model: who was open on the day, and who of them had arrived a week later."""
    assert steady_record["origin"].tolist() == [30 * 7 - 1 - 7 - 7 * week for week in reversed(range(26))]
    shipped, ended, number = (steady[name] for name in ("shipped", "ended", "parcels"))
    for row in steady_record.itertuples():
        still = (shipped <= row.origin) & ~(ended <= row.origin)
        came = still & (ended <= row.origin + 7)
        assert (row.parcels, row.arrived) == (number[still].sum(), number[came].sum())
        assert row.actual == AMOUNT * (row.parcels - row.arrived)
        assert row.expected == pytest.approx(AMOUNT * (row.parcels - row.foretold))


def test_a_steady_shop_comes_true(steady_record):
    """About 95 of 315 a week do not arrive: an error of sqrt(0.7 / 95) = 0.086 by chance, and 0.02 of all 26 weeks."""
    assert steady_record["actual"].sum() / steady_record["expected"].sum() == pytest.approx(1, abs=4 * 0.02)
    found = correction(steady_record)
    by_chance = math.sqrt(0.7 / (steady_record["parcels"] - steady_record["arrived"]).mean())
    shrunk = math.sqrt((26 * by_chance**2 + 6 * 0.15**2) / 31) * math.sqrt(1 + 1 / 30)
    assert found.spread == pytest.approx(shrunk, rel=0.4)  # of 31 degrees of freedom: 3 standard errors of 13 %
    assert abs(found.shift) < 4 * 0.02
    assert (found.weeks, found.freedom) == (26, 31)
    assert found.base == pytest.approx(0.7, abs=0.03)
    assert steady_record["brier"].mean() == pytest.approx(0.3 * 0.7, abs=0.02)  # all have one chance


def test_weeks_too_early_for_a_model_are_left_out(steady):
    """On day 20 the origins of days 13 and 6 may have a record; before, nothing had been sent."""
    found = track_record(steady, 20, horizon=7, by=BY)
    assert set(found["origin"]) <= {13, 6}
    assert track_record(steady, 5, horizon=7, by=BY).empty
    assert track_record(steady.iloc[:0], 100, horizon=7, by=BY).columns.tolist() == COLUMNS


def test_what_nobody_has_is_not_asked_for_again():
    """Where all arrived there is nothing open to foretell."""
    assert track_record(parcels((0, 3, "delivered", 100)), 50, horizon=7, by=BY).empty


def test_an_amount_that_is_not_known_adds_nothing_to_either_side(steady):
    found = track_record(steady.assign(amount=np.nan), 30 * 7 - 1, horizon=7, by=BY, origins=2)
    assert found[["expected", "actual"]].to_numpy().tolist() == [[0, 0], [0, 0]]
    assert correction(found).weeks == 0


# --- the correction ------------------------------------------------------------------------------------------------------------


def test_a_correction_by_hand():
    """400 expected of 20 parcels: 20 a parcel, added to both sides. The ratios are 144/120, 220/220, 132/120."""
    found = correction(record([100, 200, 100], [124, 200, 112], [5, 10, 5]))
    errors = [math.log(1.2), 0.0, math.log(1.1)]
    shift = math.log(1.2 * 1.1) / (3 + 4)
    squares = sum((error - shift) ** 2 for error in errors)
    assert found.shift == pytest.approx(shift)
    assert found.spread == pytest.approx(math.sqrt((squares + 6 * 0.15**2) / 8) * math.sqrt(8 / 7))
    assert (found.freedom, found.weeks, found.base) == (8, 3, 40 / 50)


@pytest.mark.parametrize("empty", [record([], [], []), pd.DataFrame([], columns=COLUMNS)])
def test_without_a_record_there_is_the_usual_error(empty):
    """15 %, worth 6 weeks with 5 degrees of freedom, and a mean that is known as well as from 4 weeks."""
    found = correction(empty)
    assert found.shift == 0
    assert found.spread == pytest.approx(0.15 * math.sqrt(6 / 5) * math.sqrt(5 / 4))
    assert (found.freedom, found.weeks) == (5, 0)
    assert math.isnan(found.base)


def test_a_small_shop_with_a_right_model_is_not_called_too_hopeful():
    """13 parcels expected not to arrive in 26 weeks, 12 did not: none in 16 weeks, one in 8, two in 2."""
    found = correction(record([10.0] * 26, [0.0] * 16 + [20.0] * 8 + [40.0] * 2, [0.5] * 26))
    assert found.weeks == 26
    assert found.shift == pytest.approx((16 * math.log(20 / 30) + 8 * math.log(40 / 30) + 2 * math.log(60 / 30)) / 30)
    assert 0.85 < math.exp(found.shift) < 1


def test_weeks_in_which_nothing_was_expected_tell_nothing():
    assert correction(record([100, 0], [124, 0], [5, 0])).weeks == 1


def test_a_carrier_that_slowed_by_half_shifts_the_next_forecast():
    """After 30 steady weeks 8 in which half as many again do not arrive: 8 / 12 of log 1.5, less what the model learned."""
    slowed = shop(np.random.default_rng(5), weekly([0.3] * 30 + [0.45] * 9), 60)
    found = correction(track_record(slowed, 39 * 7 - 1, horizon=7, by=BY, origins=8))
    assert 0.5 * 8 / 12 * math.log(1.5) < found.shift < 8 / 12 * math.log(1.5)
    assert corrected(0.7, found) == pytest.approx(1 - 0.3 * math.exp(found.shift))


@pytest.mark.parametrize("shift", [-50.0, -1.0, 0.0, 1.0, 50.0])
def test_corrected_chances_are_chances(shift):
    chance = np.linspace(0, 1, 101)
    found = corrected(chance, Correction(shift, 0.1, 5, 0, 0.5))
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found) >= 0).all()
    assert found[-1] == 1
    if shift == 0:
        assert found == pytest.approx(chance)


# --- the range -----------------------------------------------------------------------------------------------------------------


def book(frame, day):
    """(model, stratum, age, amounts) of what is open on a day, one entry per parcel."""
    ended, still = known(frame, day)
    still = still.loc[still.index.repeat(still["parcels"])]
    model = fit(ended, by=BY)
    return model, model.index(still), still["day"].to_numpy(), np.full(len(still), AMOUNT)


def ranges(model, stratum, age, amounts, found, seed=1):
    told = not_arriving(model, stratum, age, amounts, horizon=7, found=found, rng=np.random.default_rng(seed))
    return told.ranges.set_index("level")


def test_without_past_errors_the_range_is_that_of_the_model(steady):
    """To what 2,000 totals know of the ends of a 90 % range: 0.05 standard deviations, each; 4 times that of the difference."""
    model, stratum, age, amounts = book(steady, 200)
    plain = total(
        model.draws(400, np.random.default_rng(9)).p_delivered(stratum, age, 7) * -1 + 1, amounts, rng=np.random.default_rng(2)
    )
    told = ranges(model, stratum, age, amounts, SURE)
    near = 4 * 0.05 * math.sqrt(2) * plain.deviation
    for level, row in plain.ranges.set_index("level").iterrows():
        assert told.loc[level].tolist() == pytest.approx(row.tolist(), abs=near)


def test_a_bad_record_makes_the_range_wider_and_a_shift_moves_it(steady):
    model, stratum, age, amounts = book(steady, 200)
    sure, bad = (ranges(model, stratum, age, amounts, found) for found in (SURE, Correction(0.0, 0.4, 31, 26, 0.7)))
    assert (bad["low"] < sure["low"]).all()
    assert (bad["high"] > sure["high"]).all()
    shifted = ranges(model, stratum, age, amounts, Correction(math.log(1.5), 1e-9, 31, 26, 0.7))
    assert (shifted["low"] / sure["low"]).tolist() == pytest.approx([1.5] * 3, rel=0.1)
    worst = ranges(model, stratum, age, amounts, Correction(50.0, 1e-9, 31, 26, 0.7))
    assert set(worst.to_numpy().ravel()) == {amounts.sum()}  # no more than all


def test_ranges_hold_as_often_as_they_say():
    """A shop whose weeks have a common factor, lognormal 0.25: of 200 weeks, each foretold from the 26 before, 80 % lie within.

    By chance 200 weeks are off by 2.8 points. The model is fitted anew every tenth week: all weeks are alike to it.
    """
    rng = np.random.default_rng(7)
    frame = shop(rng, weekly(np.minimum(0.2 * np.exp(0.25 * rng.standard_normal(266)), 0.98)), 60)
    lately = {day: frame[frame["shipped"].between(day - 40 * 7, day)] for day in range(45 * 7 - 1, 266 * 7, 20 * 7)}
    weeks = pd.concat([track_record(some, day, horizon=7, by=BY, origins=20) for day, some in lately.items()])
    assert np.log(weeks["actual"] / weeks["expected"]).std() == pytest.approx(0.25, abs=0.05)
    held = []
    for place in range(26, 226):
        row, found = weeks.iloc[place], correction(weeks.iloc[place - 26 : place])
        if not held or place % 10 == 0:
            model = book(frame[frame["shipped"] > row["origin"] - 280], row["origin"])[0]
        still = known(frame[frame["shipped"] > row["origin"] - 140], row["origin"])[1]
        still = still.loc[still.index.repeat(still["parcels"])]
        told = ranges(model, model.index(still), still["day"].to_numpy(), np.full(len(still), AMOUNT), found, seed=place)
        held.append(told.loc[0.8, "low"] <= row["actual"] <= told.loc[0.8, "high"])
    assert len(held) == 200
    assert 0.7 <= np.mean(held) <= 0.9
