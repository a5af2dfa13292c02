"""The price of cover and its expected payments by value, against the tariff and the values from which cover pays."""

import numpy as np
import pandas as pd
import pytest

from orderkit.analyses.losses.ahead import Book
from orderkit.analyses.losses.prices import prices
from orderkit.statistics.losses.cover import Parcels
from orderkit.statistics.losses.switch import switch_points
from orderkit.statistics.losses.tariffs import tariffs

STEPS = {  # 1.00 up to 100; 2.00 up to 200, of claims for what exceeds 50; nothing above
    "tariff": "A", "currency": "USD", "from_value": [0.0, 100.01], "to_value": [100.0, 200.0], "premium": [1.0, 2.0],
    "deductible": [0.0, 50.0],
}  # fmt: skip


def book(included=0.0):
    value = np.array([20.0, 250.0, 40.0])
    words = np.array(["UPS", "UPS", "DPD"], dtype=object)
    parcels = Parcels(value, np.zeros(3, dtype=int), words, words, words, included=np.full(3, included))
    return Book("USD", parcels, np.full((10, 1), 0.02), np.zeros((10, 1)))


def lines(included=0.0, **asked):
    table = prices(book(included), tariffs(pd.DataFrame(STEPS))[0], {"UPS": 0.02, "DPD": 0.01}, paid_share=0.8, **asked)
    return {name: rows.set_index("value") for name, rows in table.groupby("group")}


def test_price_and_payments_at_both_sides_of_a_step():
    own = lines()["UPS"]
    assert own.loc[[100.0, 100.01], "premium"].tolist() == [1.0, 2.0]
    assert own.loc[100.0, "expected"] == pytest.approx(0.02 * 0.8 * 100)
    assert own.loc[200.0, "expected"] == pytest.approx(0.02 * 0.8 * (200 - 50))


def test_each_service_has_its_own_rate_and_reaches_to_the_dearest_parcel():
    both = lines()
    assert both["DPD"].loc[100.0, "expected"] == pytest.approx(0.01 * 0.8 * 100)
    assert both["UPS"].index.max() == both["DPD"].index.max() == 250.0
    assert both["UPS"].loc[200.01:, "premium"].isna().all()


def test_what_the_carrier_includes_is_not_paid_by_cover():
    assert lines(included=30.0)["UPS"].loc[100.0, "expected"] == pytest.approx(0.02 * 0.8 * 70)


def test_a_claim_that_is_not_worth_its_work_brings_nothing():
    own = lines(handling=8.0)["UPS"]  # 0.8 of 10 is the work of the claim
    assert own.loc[:10.0, "expected"].eq(0).all()
    assert own.loc[100.0, "expected"] == pytest.approx(0.02 * (0.8 * 100 - 8))


@pytest.mark.parametrize("included", [0.0, 30.0])
def test_the_lines_cross_where_the_switch_points_say(included):
    points = switch_points(tariffs(pd.DataFrame(STEPS))[0], 0.02, paid_share=0.8, up_to=250.0, included=included)
    own = lines(included)["UPS"].reset_index()
    for row in own[own["premium"].notna()].itertuples():
        inside = points[(points["from_value"] <= row.value) & (points["to_value"] >= row.value)]
        assert (row.expected > row.premium) == bool(inside["pays"].iloc[0]), row
