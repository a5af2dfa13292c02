"""The delivery model: the trap of declared losses, hand arithmetic, limits, and what it says where it cannot know."""

import numpy as np
import pandas as pd
import pytest

from orderkit.errors import BadValue, NothingToShow
from orderkit.statistics import delivery
from orderkit.statistics.survival import cumulative_incidence, kaplan_meier

H = 45


def rows(*told, carrier="a", service="s", lane=None, entry=0):
    """Counts of one stratum from (event, day, parcels)."""
    frame = pd.DataFrame(told, columns=["event", "day", "parcels"])
    return frame.assign(carrier=carrier, service=service, lane=lane, entry=entry)


def hundreds(scale=100, **stratum):
    """Of 1,000: 600 on day 2, 280 on day 4, 90 on day 6, 10 back on day 8, 20 never."""
    told = [("delivered", 2, 600), ("delivered", 4, 280), ("delivered", 6, 90), ("returned", 8, 10), ("open", 60, 20)]
    return rows(*((event, day, parcels * scale) for event, day, parcels in told), **stratum)


@pytest.fixture(scope="module")
def plain():
    return delivery.fit(hundreds())


def test_lost_parcels_censored_at_their_declaration_vanish():
    """4,000 parcels, 47 of them lost and declared so on day 12, the last delivery on day 20: 47 / 4,000 = 0.01175."""
    counts = rows(("delivered", 3, 3_000), ("delivered", 9, 900), ("delivered", 20, 53), ("lost", 12, 47))
    day, parcels, arrived = counts["day"], counts["parcels"], counts["event"] == "delivered"
    censored = kaplan_meier(day, arrived, weights=parcels)["survival"].iloc[-1]
    assert round(censored, 3) == 0.000
    kept = kaplan_meier(day.where(arrived, H + 1), arrived, weights=parcels)["survival"].iloc[-1]
    assert kept == pytest.approx(0.01175, abs=1e-12)
    shares = cumulative_incidence(day, counts["event"], causes=["delivered", "lost"], weights=parcels)
    assert shares["lost"].iloc[-1] == pytest.approx(0.01175, abs=1e-12)
    for lost in delivery.WAYS:  # the model: by Jeffreys 47.5 / 4,001 = 0.01187; none was delivered by day 2
        assert delivery.fit(counts, lost=lost).p_lost(0, 2) == pytest.approx(0.01175, abs=2e-4)


def test_kept_or_dated_differ_only_in_who_is_open_after_a_declaration():
    """Open on day 15: 53 to come, and 47 lost; if the declared are not called open, only the lost that nobody declared, 10."""
    counts = rows(("delivered", 3, 90_000), ("delivered", 20, 5_300), ("lost", 12, 3_700), ("open", 90, 1_000))
    assert delivery.fit(counts, lost="kept").p_lost(0, 15) == pytest.approx(4_700 / 10_000, abs=1e-3)
    assert delivery.fit(counts, lost="dated").p_lost(0, 15) == pytest.approx(1_000 / 6_300, abs=1e-3)


def test_hand_arithmetic(plain):
    """After day 2, 400 of 1,000 are open: 280 come by day 4, 90 by day 6, 10 go back, 20 never."""
    assert plain.horizon == H
    assert plain.p_delivered(0, 2, [1, 2, 4, 99]) == pytest.approx([0, 280 / 400, 370 / 400, 370 / 400], abs=5e-4)
    assert plain.p_lost(0, [0, 2, 4, 6, 8, 200]) == pytest.approx([0.02, 20 / 400, 20 / 120, 20 / 30, 1, 1], abs=2e-3)
    assert plain.p_returned(0, [0, 2, 6, 8]) == pytest.approx([0.01, 10 / 400, 10 / 30, 0], abs=2e-3)


def test_the_chances_of_an_open_parcel_add_up(plain):
    age = np.arange(H + 5)
    total = plain.p_delivered(0, age, 999) + plain.p_lost(0, age) + plain.p_returned(0, age)
    assert total == pytest.approx(np.ones(age.size))


def test_chances_are_monotone(plain):
    assert (np.diff(plain.p_lost(0, np.arange(60))) >= -1e-9).all()
    assert (np.diff(plain.p_delivered(0, 3, np.arange(60))) >= 0).all()


def test_arrival_is_told_among_those_that_arrive(plain):
    """Open after day 2: 280 of 370 come on day 4, 90 on day 6; after day 6 none is left to tell of."""
    found = plain.arrival(0, [0, 2, 4, 6], level=0.9)
    assert found["median"].tolist()[:3] == [2, 2, 2]
    assert found["low"].tolist()[:3] == [2, 2, 2]
    assert found["high"].tolist()[:3] == [6, 4, 2]
    assert found.iloc[3].isna().all()


def test_the_course_of_a_stratum(plain):
    found = plain.curve(0)
    assert found["day"].tolist() == list(range(H + 1))
    assert found["delivered"].iloc[[1, 2, 4, H]].tolist() == pytest.approx([0, 0.6, 0.88, 0.97], abs=1e-3)
    assert (found[["delivered", "returned", "lost", "open"]].sum(axis=1)).to_numpy() == pytest.approx(np.ones(H + 1))
    assert (found["open_low"] <= found["open"] + 1e-3).all()
    assert (found["open"] <= found["open_high"] + 1e-3).all()


def test_recent_parcels_do_not_make_carriers_look_faster():
    """Half of the parcels are seen for 3 days only: the law stays that of those seen to the end."""
    young = rows(("delivered", 2, 60_000), ("open", 3, 40_000))
    model = delivery.fit(pd.concat([hundreds(), young]))
    assert model.p_delivered(0, 2, 2) == pytest.approx(280 / 400, abs=2e-3)
    assert model.p_lost(0, 0) == pytest.approx(0.02, abs=1e-3)


def test_late_first_sight_is_not_slowness():
    """A second half is seen only from day 4 on: what came before is not in the files."""
    late = rows(("delivered", 4, 28_000), ("delivered", 6, 9_000), ("returned", 8, 1_000), ("open", 60, 2_000), entry=4)
    model = delivery.fit(pd.concat([hundreds(), late]))
    assert model.p_delivered(0, 0, 2) == pytest.approx(0.6, abs=2e-3)
    assert model.p_delivered(0, 2, 2) == pytest.approx(280 / 400, abs=2e-3)
    assert model.p_lost(0, 0) == pytest.approx(0.02, abs=1e-3)


@pytest.fixture(scope="module")
def mixed():
    """A huge slow stratum, a huge fast one, and one parcel of a carrier of its own."""
    slow = rows(("delivered", 9, 57_000), ("delivered", 14, 42_000), ("open", 90, 1_000), carrier="slow")
    fast = rows(("delivered", 1, 70_000), ("delivered", 3, 29_800), ("open", 90, 200), carrier="fast", service="x")
    other = rows(("delivered", 1, 700), ("delivered", 3, 298), ("open", 90, 2), carrier="fast", service="y")
    return delivery.fit(pd.concat([slow, fast, other, rows(("delivered", 5, 1), carrier="once")]))


def test_a_huge_stratum_keeps_its_own_curve(mixed):
    slow, fast = mixed.index(pd.DataFrame({"carrier": ["slow", "fast"], "service": ["s", "x"], "lane": None}))
    assert mixed.strata["method"][[slow, fast]].tolist() == ["own data"] * 2
    assert mixed.p_lost([slow, fast], 0) == pytest.approx([0.01, 0.002], abs=1e-4)
    assert mixed.p_delivered(slow, 0, 9) == pytest.approx(0.57, abs=2e-3)
    assert mixed.p_delivered(fast, 0, 1) == pytest.approx(0.7, abs=2e-3)


def test_a_carrier_seen_once_takes_the_curve_of_all(mixed):
    once = mixed.index(pd.DataFrame({"carrier": ["once"], "service": ["s"], "lane": None}))[0]
    all_parcels = mixed.index(pd.DataFrame({"carrier": ["never seen"], "service": ["s"], "lane": None}))[0]
    assert mixed.strata["method"][once] in ("parent's curve", "own data pooled with parent's")
    assert mixed.strata["weight"][once] < 0.05
    assert mixed.p_lost(once, 0) == pytest.approx(mixed.p_lost(all_parcels, 0), rel=0.1)


def test_unseen_strata_go_to_their_carrier_then_to_all(mixed):
    asked = pd.DataFrame({"carrier": ["fast", "fast", "new", None], "service": ["y", "new", "s", None], "lane": None})
    found = mixed.index(asked)
    known = len(mixed.strata)
    assert mixed.strata["service"][found[0]] == "y"
    assert mixed.parents["carrier"][found[1] - known] == "fast"
    assert mixed.parents["level"][found[2:] - known].tolist() == ["all", "all"]
    assert mixed.index(asked.iloc[::-1].reset_index(drop=True)).tolist() == found[::-1].tolist()


def test_counts_are_told_as_they_are(mixed):
    found = mixed.strata.set_index(["carrier", "service"])
    assert found.loc[("slow", "s"), ["parcels", "delivered", "lost", "open"]].tolist() == [100_000, 99_000, 1_000, 0]
    assert mixed.parents["parcels"].iloc[-1] == mixed.strata["parcels"].sum()
    assert found["weight"].between(0, 1).all()


def spread_out():
    """Six strata of 500 with 2 to 12 lost each, some parcels still young."""
    told = [
        rows(
            ("delivered", 2, 250), ("delivered", 5, 200 - lost), ("returned", 9, 2), ("lost", 20, lost // 2),
            ("open", 90, lost - lost // 2), ("open", 3, 48), service=f"s{lost}",
        )
        for lost in (2, 4, 6, 8, 10, 12)
    ]  # fmt: skip
    return pd.concat(told)


def test_shrunken_shares_lie_between_own_and_common_ones():
    model = delivery.fit(spread_out())
    lost = model.strata["service"].str[1:].astype(int)
    # half are open after day 2; of the 250, 48 are too young to tell, and of the 202 followed so many are lost
    found, own = model.p_lost(np.arange(6), 0), 0.5 * lost / 202
    assert (np.diff(found[np.argsort(lost)]) > 0).all()
    assert (abs(found - found.mean()) < abs(own - own.mean()) + 1e-3).all()
    assert found.mean() == pytest.approx(own.mean(), rel=0.1)


def test_draws_lie_about_the_point():
    model = delivery.fit(spread_out())
    drawn = model.draws(4_000, np.random.default_rng(1))
    node = np.arange(6)
    assert drawn.p_lost(node, 3).shape == (4_000, 6)
    assert drawn.p_lost(node, 3).mean(axis=0) == pytest.approx(model.p_lost(node, 3), rel=0.06)
    assert drawn.p_delivered(node, 0, 2).mean(axis=0) == pytest.approx(model.p_delivered(node, 0, 2), rel=0.02)
    assert drawn.p_returned(node, 0).mean(axis=0) == pytest.approx(model.p_returned(node, 0), rel=0.1)
    total = drawn.p_lost(node, 1) + drawn.p_returned(node, 1) + drawn.p_delivered(node, 1, 999)
    assert total == pytest.approx(np.ones((4_000, 6)))
    assert drawn.p_lost(0, H + 3) == pytest.approx(np.ones((4_000, 1)))


def test_draws_do_not_depend_on_the_order_of_asking():
    model = delivery.fit(spread_out())
    first, second = (model.draws(50, np.random.default_rng(7)) for _ in range(2))
    one = [first.p_lost(node, 4) for node in (0, 5)]
    two = [second.p_lost(node, 4) for node in (5, 0)][::-1]
    assert np.array_equal(np.concatenate(one), np.concatenate(two))


def test_the_spread_of_draws_of_one_stratum_is_that_of_its_count():
    """200 lost of 10,000, all known: sd of the share is sqrt(0.02 x 0.98 / 10,000) = 0.0014."""
    model = delivery.fit(hundreds(scale=10))
    assert model.draws(4_000, np.random.default_rng(1)).p_lost(0, 0).std() == pytest.approx(0.0014, rel=0.08)


def test_without_any_loss_nothing_is_certain():
    """0 of 400: the upper end of 90 % is that of Jeffreys, 0.48 %."""
    model = delivery.fit(rows(("delivered", 2, 300), ("delivered", 4, 100)))
    assert np.quantile(model.draws(4_000, np.random.default_rng(1)).p_lost(0, 0), 0.95) == pytest.approx(0.0048, abs=5e-4)


def test_all_parcels_young_the_tail_is_that_of_a_cure_model():
    """Lognormal transit, 2 % lost, ages 0 to 14 days: expected numbers instead of random ones."""
    from scipy.stats import norm

    days = np.arange(15)
    by_day = np.diff(norm.cdf(np.log(np.maximum(np.arange(16), 1e-9)), np.log(4), 0.4))
    told = [(("delivered", day, 980 * by_day[day])) for age in days for day in days[: age + 1]]
    told += [("open", age, 20 + 980 * (1 - by_day[: age + 1].sum())) for age in days]
    counts = rows(*told)
    model = delivery.fit(counts.assign(parcels=counts["parcels"].round().astype(int)))
    assert model.tail == "lognormal"
    assert delivery.fit(counts.assign(parcels=counts["parcels"].round().astype(int)), lost="kept").tail == "lognormal"
    assert model.strata["method"].str.endswith("tail from a lognormal cure model").all()
    assert model.p_lost(0, 0) == pytest.approx(0.02, abs=0.004)
    true = 0.02 / (0.02 + 0.98 * norm.sf(np.log(11), np.log(4), 0.4))
    assert model.p_lost(0, 10) == pytest.approx(true, abs=0.08)


def test_the_horizon_comes_from_the_data():
    """0.2 % of deliveries come on day 70, all seen: the horizon is day 70; above 180 days none is looked for."""
    assert delivery.fit(rows(("delivered", 3, 9_980), ("delivered", 70, 20))).horizon == 70
    assert delivery.fit(rows(("delivered", 3, 9_995), ("delivered", 70, 5))).horizon == H
    model = delivery.fit(rows(("delivered", 3, 9_000), ("delivered", 500, 1_000)))
    assert model.horizon == H
    assert model.strata["lost"].tolist() == [1_000]


def test_few_deliveries_are_no_curve():
    with pytest.raises(NothingToShow, match=r"Only 29 of the parcels have .* 30 are needed: .*carrier's tracking"):
        delivery.fit(rows(("delivered", 3, 29), ("open", 9, 500)))
    with pytest.raises(NothingToShow, match="No parcel has a known day of delivery"):
        delivery.fit(rows(("open", 9, 500), ("lost", 20, 40)))
    with pytest.raises(NothingToShow):
        delivery.fit(rows(("delivered", 3, 1)).iloc[:0])


def test_what_cannot_be_used_is_refused(plain):
    good = hundreds()
    bad = [
        good.assign(day=-1), good.assign(day=np.nan), good.assign(day=1.5), good.assign(entry=99), good.assign(event="lots"),
        good.assign(parcels=-1), good.drop(columns="day"), good.drop(columns="lane"),
    ]  # fmt: skip
    for counts in bad:
        with pytest.raises(BadValue):
            delivery.fit(counts)
    for arguments in ({"lost": "never"}, {"horizon": 0}):
        with pytest.raises(BadValue):
            delivery.fit(good, **arguments)
    for stratum, age in ((0, -1), (0, np.nan), (99, 1), (None, 1)):
        with pytest.raises(BadValue):
            plain.p_lost(stratum, age)
    with pytest.raises(BadValue):
        plain.p_delivered(0, 1, -1)
    with pytest.raises(BadValue):
        plain.arrival(0, 1, level=1)


def test_by_other_columns():
    counts = pd.concat([hundreds(), hundreds(carrier="b")]).drop(columns=["service", "lane"])
    model = delivery.fit(counts, by=("carrier",))
    assert model.strata["carrier"].tolist() == ["a", "b"]
    assert model.p_lost([0, 1], 0) == pytest.approx([0.02, 0.02], abs=1e-3)


def test_parcels_too_young_to_tell_are_no_curve():
    """All seen for 3 days at most, delivered on one and the same: nobody knows what becomes of the open ones."""
    with pytest.raises(NothingToShow, match=r"followed for more than 3 days, and 100 are still open"):
        delivery.fit(rows(("delivered", 3, 100), ("open", 3, 50), ("open", 1, 50)))
    with pytest.raises(NothingToShow, match="within 180 days"):
        delivery.fit(rows(("delivered", 200, 100), ("open", 300, 3)))


def test_what_was_never_seen_is_not_certain():
    """All 100 were delivered on the first day: what becomes of one that was not is anybody's guess."""
    drawn = delivery.fit(rows(("delivered", 0, 100))).draws(2_000, np.random.default_rng(1)).p_lost(0, 0)
    assert np.quantile(drawn, 0.1) < 0.8
    assert np.quantile(drawn, 0.9) > 0.99
