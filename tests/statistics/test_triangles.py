"""Chain ladder, Mack and Cape Cod: published triangles, triangles to reckon by hand, and triangles that have no answer."""

import numpy as np
import pandas as pd
import pytest

from orderkit.errors import BadValue, NothingToShow
from orderkit.statistics.triangles import cape_cod, chain_ladder, weekly_triangle

# Taylor, Ashe (1983); Mack (1993), ASTIN Bulletin 23:213-225, tables 2 and 3
TAYLOR_ASHE = [
    [357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463],
    [352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085],
    [290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315],
    [310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268],
    [443160, 1136350, 2128333, 2897821, 3402672, 3873311],
    [396132, 1333217, 2180715, 2985752, 3691712],
    [440832, 1288463, 2419861, 3483130],
    [359480, 1421128, 2864498],
    [376686, 1363294],
    [344014],
]
# Mack (1999), ASTIN Bulletin 29:361-366, table 1
MORTGAGE = [
    [58046, 127970, 476599, 1027692, 1360489, 1647310, 1819179, 1906852, 1950105],
    [24492, 141767, 984288, 2142656, 2961978, 3683940, 4048898, 4115760],
    [32848, 274682, 1522637, 3203427, 4445927, 5158781, 5342585],
    [21439, 529828, 2900301, 4999019, 6460112, 6853904],
    [40397, 763394, 2920745, 4989572, 5648563],
    [90748, 951994, 4210640, 5866482],
    [62096, 868480, 1954797],
    [24983, 284441],
    [13121],
]
# Wuthrich, Merz (2008), Stochastic Claims Reserving Methods in Insurance, chapters 2 and 3
WUTHRICH_MERZ = [
    [5946975, 9668212, 10563929, 10771690, 10978394, 11040518, 11106331, 11121181, 11132310, 11148124],
    [6346756, 9593162, 10316383, 10468180, 10536004, 10572608, 10625360, 10636546, 10648192],
    [6269090, 9245313, 10092366, 10355134, 10507837, 10573282, 10626827, 10635751],
    [5863015, 8546239, 9268771, 9459424, 9592399, 9680740, 9724068],
    [5778885, 8524114, 9178009, 9451404, 9681692, 9786916],
    [6184793, 9013132, 9585897, 9830796, 9935753],
    [5600184, 8493391, 9056505, 9282022],
    [5288066, 7728169, 8256211],
    [5290793, 7648729],
    [5675568],
]


def test_mack_taylor_ashe():
    found = chain_ladder(TAYLOR_ASHE)
    assert found.total_reserve == pytest.approx(18680856, abs=1)
    assert found.total_se == pytest.approx(2447095, abs=1)
    assert found.se[1:] == pytest.approx([75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258, 1363155], abs=1)
    assert found.se[0] == 0
    assert found.sigma_rule == "Mack's minimum rule"
    assert found.reasons == ()


def test_mack_mortgage_factors():
    found = chain_ladder(MORTGAGE)
    assert found.factors == pytest.approx([11.1, 4.092, 1.708, 1.276, 1.139, 1.069, 1.026, 1.023], abs=0.005)
    assert "10 cohorts" in found.reasons[0]  # nine are too few for its errors


def test_mack_wuthrich_merz_book():
    found = chain_ladder(WUTHRICH_MERZ)
    assert found.total_reserve == pytest.approx(6047061, abs=5)
    assert found.total_se == pytest.approx(462960, abs=1)


def test_a_triangle_by_hand():
    """Factors 275 / 250 = 1.1 and 120 / 110; the youngest: 150 x 1.1 x 12/11 = 180."""
    found = chain_ladder([[100, 110, 120], [150, 165, np.nan], [150, None, None]])
    assert found.factors == pytest.approx([1.1, 12 / 11])
    assert found.ultimate == pytest.approx([120, 180, 180])
    assert found.seen == pytest.approx([1 / 1.2, 11 / 12, 1])
    assert found.sigma2[0] == pytest.approx(0, abs=1e-12)  # both have the same factor
    assert np.isnan(found.total_se)  # the rule for the last sigma needs two before it
    assert any("no standard error" in reason for reason in found.reasons)


def test_cohorts_that_are_all_seen_to_the_end_make_a_tall_triangle():
    """Two cohorts at their end, factors 3/2 and 5/4: f = 8/6, sigma2 = 2 (1/6)^2 + 4 (1/12)^2 = 1/12, se of 6 more by Mack."""
    found = chain_ladder([[2, 3], [4, 5], [6]])
    assert found.sigma_rule == "as observed"
    assert found.sigma2 == pytest.approx([1 / 12])
    ultimate, ratio = 8, (1 / 12) / (8 / 6) ** 2
    assert found.se == pytest.approx([0, 0, ultimate * np.sqrt(ratio * (1 / 6 + 1 / 6))])
    assert found.total_se == pytest.approx(found.se[2])


def test_a_first_column_of_zeros_has_no_factor_and_says_so():
    found = chain_ladder([[0, 3, 4], [0, 2, None], [0, None, None]])
    assert np.isnan(found.factors[0])
    assert found.ultimate[:2] == pytest.approx([4, 2 * 4 / 3])
    assert np.isnan(found.ultimate[2])
    assert np.isnan(found.total_reserve)
    assert np.isnan(found.seen[0])
    assert found.seen[1:] == pytest.approx([3 / 4, 1])
    assert "All cells of period 1" in found.reasons[0]


def test_a_cohort_that_shows_nothing_yet_is_foretold_nothing_and_that_is_said():
    found = chain_ladder([[20, 30, 33], [30, 45, None], [0, None, None]])
    assert found.ultimate[2] == 0
    assert any("foretold 0" in reason for reason in found.reasons)


def test_a_single_cohort_is_its_own_ultimate():
    found = chain_ladder([[5]])
    assert (found.ultimate.tolist(), found.total_reserve, found.total_se) == ([5], 0, 0)


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ([], "no triangle"), ([[1, None, 2], [1, 2, None]], "without a gap"), ([[None, 1], [1, None]], "without a gap"),
        ([[1, None], [1, 2]], "oldest cohort must come first"), ([[1, 2], [-1, None]], "below 0"),
    ],
)  # fmt: skip
def test_what_is_no_triangle(cells, why):
    with pytest.raises(BadValue, match=why):
        chain_ladder(cells)


def test_cape_cod_by_hand():
    """8 + 4 reported of 100 + 50 exposed: 0.08; the younger has 50 of its 100 still to come: 4 more."""
    found = cape_cod([8, 4], [100, 100], [1.0, 0.5])
    assert (found.rate, found.reserve.tolist(), found.ultimate.tolist()) == (0.08, [0, 4], [8, 8])


def test_cape_cod_has_no_rate_where_nothing_can_be_seen():
    assert np.isnan(cape_cod([0], [100], [0.0]).rate)
    with pytest.raises(BadValue, match="0 to 1"):
        cape_cod([1], [100], [1.2])
    with pytest.raises(BadValue, match="one length"):
        cape_cod([1], [100, 100], [1.0, 1.0])


MONDAY = pd.Timestamp("2026-02-02")


def returns(*rows):
    """(days after MONDAY, delay, units) as a frame."""
    day, delay, units = zip(*rows, strict=True)
    return pd.DataFrame({"day": MONDAY + pd.to_timedelta(day, unit="D"), "delay": delay, "units": units})


def test_a_weekly_triangle_by_hand():
    """Ordered on a Sunday and back on the next Monday: the week after. The week of the as-of is cut off and left out."""
    given = returns((0, 6, 1), (6, 1, 2), (0, 14, 4), (8, 0, 8), (13, 3, 16), (14, 0, 32), (21, 0, 64))
    weeks, table = weekly_triangle(given, as_of="2026-02-25", windows=14)
    assert weeks.tolist() == [MONDAY + pd.Timedelta(7 * week, unit="D") for week in range(3)]
    assert table[0].tolist() == [1, 3, 7]
    assert table[1, :2].tolist() == [8, 24]
    assert table[2, 0] == 32
    assert np.isnan([table[1, 2], *table[2, 1:]]).all()
    chain_ladder(table)
    assert np.array_equal(weekly_triangle(given, as_of="2026-02-22", windows=14)[1], table, equal_nan=True)


def test_a_week_without_returns_is_a_row_of_zeros():
    weeks, table = weekly_triangle(returns((14, 1, 5)), as_of="2026-02-22", windows=6, first=MONDAY)
    assert len(weeks) == 3
    assert np.nan_to_num(table, nan=-1).tolist() == [[0, 0], [0, 0], [5, -1]]


def test_no_week_has_passed():
    with pytest.raises(NothingToShow, match="No whole week"):
        weekly_triangle(returns((0, 1, 5)), as_of="2026-02-07", windows=30)
    with pytest.raises(NothingToShow, match="No return"):
        weekly_triangle(returns((0, 9, 5)), as_of="2026-02-07", windows=30)


def test_a_young_shop_has_no_more_periods_than_weeks():
    _, table = weekly_triangle(returns((0, 1, 5), (0, 8, 5)), as_of="2026-02-15", windows=90)
    assert table.shape == (2, 2)
