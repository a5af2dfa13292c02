"""Tests of the measure in my_measure.sql, for `pytest`: the same numbers made in another way, with pandas."""

from pathlib import Path

import pytest

import orderkit

MEASURE = Path(__file__).with_name("my_measure.sql")
LINES = "SELECT sku, currency, units, item_price FROM order_lines WHERE status IS NULL OR status <> 'cancelled'"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The sample shop."""
    opened = orderkit.sample(tmp_path_factory.mktemp("sample"))
    yield opened
    opened.close()


def test_units_and_sales_by_sku_are_those_of_the_lines(shop):
    found = shop.measure(MEASURE, by="sku").set_index(["sku", "currency"]).sort_index()
    expected = shop.sql(LINES).groupby(["sku", "currency"])[["units", "item_price"]].sum().sort_index()
    assert list(found["units"]) == list(expected["units"])
    assert list(found["sales"]) == pytest.approx(list(expected["item_price"]))


def test_the_weeks_add_up_to_the_whole(shop):
    weeks = shop.measure(MEASURE, by="week")
    assert weeks["lines"].sum() == shop.measure(MEASURE)["lines"].sum() == len(shop.sql(LINES))


def test_one_marketplace_is_a_part_of_it(shop):
    assert set(shop.measure(MEASURE, marketplace="amazon.de")["marketplace"]) == {"amazon.de"}
