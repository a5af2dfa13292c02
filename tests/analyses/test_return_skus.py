"""Which products come back more often than chance explains, and the words that their buyers use."""

from decimal import Decimal

import pytest
import return_shops as made

D = Decimal


@pytest.fixture
def con():
    return made.empty()


def sold_and_back(con, sku, sold, back, *, on="2026-06-01", **values):
    """One order of so many units of a product, and one return of so many."""
    asked = {name: values.pop(name) for name in ("reason", "reason_group", "comments") if name in values}
    made.sell(con, f"O-{sku}", units=sold, sku=sku, on=on, **values)
    if back:
        made.ask(con, f"R-{sku}", f"O-{sku}", on="2026-06-15", sku=sku, units=back, **asked)


@pytest.fixture
def forty(con):
    """Forty products of 100 units: 39 of which 5 came back, one of which 30 did; one more of 3 units with 2 back."""
    for number in range(39):
        sold_and_back(con, f"GOOD{number:02d}", 100, 5)
    sold_and_back(con, "BAD", 100, 30, reason="DEFECTIVE", reason_group="product_fault")
    sold_and_back(con, "TINY", 3, 2)
    return con


def test_the_bad_one_is_listed_and_the_tiny_one_is_not(forty):
    result = made.answered(forty)
    skus = result.tables["skus"].set_index("sku")
    assert skus.index[skus["listed"]].tolist() == ["BAD"]
    assert skus.loc["TINY", "rate"] > skus.loc["BAD", "rate"], "by the raw rate it would stand first"
    assert skus.loc["BAD", "probability"] > 0.99
    assert result.headline.startswith("1 product comes back more often than chance explains: BAD (")


def test_counts_rates_and_reasons_of_a_product_are_its_own(forty):
    row = made.answered(forty).tables["skus"].set_index("sku").loc["BAD"]
    assert row[["shipped", "returned", "matured", "rate"]].tolist() == [100, 30, 100, 0.3]
    assert row[["reason_group", "reason", "reason_returns"]].tolist() == ["product_fault", "Product fault", 30]
    assert row["shrunk_low"] < row["shrunk"] < row["shrunk_high"] < 0.45


def test_listed_ones_stand_first_the_dearest_of_them_on_top(forty):
    sold_and_back(forty, "WORSE", 100, 40)
    made.book(forty, "O-BAD", "-900.00", sku="BAD")
    made.book(forty, "O-WORSE", "-100.00", sku="WORSE")
    made.book(forty, "O-GOOD00", "-5000.00", sku="GOOD00")
    result = made.answered(forty)
    assert result.tables["skus"]["sku"].tolist()[:3] == ["BAD", "WORSE", "GOOD00"]
    assert result.tables["skus"]["cost"].tolist()[:3] == [900.0, 100.0, 5000.0]
    assert "2 products come back more often than chance explains: BAD first (" in result.headline
    assert "which cost $900.00 so far" in result.headline


def test_what_a_product_cost_in_two_currencies_stands_side_by_side(forty):
    made.sell(forty, "E", sku="BAD", marketplace="amazon.de", currency="EUR")
    made.ask(forty, "R-E", "E", sku="BAD", marketplace="amazon.de", currency="EUR")
    made.book(forty, "O-BAD", "-900.00", sku="BAD")
    made.book(forty, "E", "-8.00", sku="BAD", currency="EUR")
    result = made.answered(forty)
    assert result.tables["skus"].set_index("sku").loc["BAD", "returned"].tolist() == [31, 31]
    assert "which cost €8.00 and $900.00 so far" in result.headline
    assert len(result.chart("products").data[0].x) == 1, "a product is drawn once"


def test_a_product_is_compared_with_its_category(con):
    """Shirts come back three times as often as mugs: a shirt at the rate of shirts is no bad product."""
    for number in range(40):
        made.product(con, f"SHIRT{number:02d}", category="apparel")
        made.product(con, f"MUG{number:02d}", category="home")
        sold_and_back(con, f"SHIRT{number:02d}", 100, 15)
        sold_and_back(con, f"MUG{number:02d}", 100, 5 if number else 30)
    skus = made.answered(con).tables["skus"].set_index("sku")
    assert skus.index[skus["listed"]].tolist() == ["MUG00"]
    assert round(skus.loc["SHIRT01", "category_rate"], 2) == 0.15
    assert skus.loc["MUG01", "category_rate"] == pytest.approx((39 * 5 + 30) / 4000, rel=0.01)


def test_one_product_has_its_rate_and_is_compared_with_none(con):
    sold_and_back(con, "ONLY", 100, 30)
    result = made.answered(con)
    assert result.tables["skus"][["sku", "rate", "listed"]].to_numpy().tolist() == [["ONLY", 0.3, False]]
    assert any(line.startswith("1 product compared") for line in result.how)


def test_products_without_any_return_are_not_listed_and_have_a_bound(con):
    for number in range(5):
        sold_and_back(con, f"S{number}", 20, 0)
    skus = made.answered(con).tables["skus"]
    assert not skus["listed"].any()
    assert (skus["returned"] == 0).all()
    assert (skus["high"] > 0.05).all()


def test_units_too_young_to_have_come_back_count_as_far_as_they_can_have(con):
    for number in range(30):
        made.sell(con, f"O{number}", units=10, on="2026-06-01")
        made.ask(con, f"R{number}", f"O{number}", on=f"2026-06-{11 + number % 19}", units=1)
    made.sell(con, "NEW", units=100, on="2026-09-28", sku="NEW")
    skus = made.answered(con).tables["skus"].set_index("sku")
    assert skus.loc["MUG", "matured"] == 300
    assert skus.loc["NEW", "matured"] < 5, "sold the day before: hardly anything can be back yet"
    assert skus.loc["NEW", "shipped"] == 100


def test_more_units_back_than_sold_are_cut_to_what_was_sold(con):
    sold_and_back(con, "A", 2, 5)
    skus = made.answered(con).tables["skus"]
    assert skus[["shipped", "returned"]].to_numpy().tolist() == [[2, 2]]


def test_lines_without_a_sku_are_in_no_product(con):
    made.sell(con, "A", sku=None)
    made.ask(con, "R", "A", sku=None)
    result = made.answered(con)
    assert result.tables["skus"].empty
    assert any(line.startswith("No product can be ranked") for line in result.how)


def test_recent_orders_are_compared_with_those_before(con):
    for number in range(20):
        made.sell(con, f"OLD{number}", units=10, on="2026-06-01")
        made.sell(con, f"NEW{number}", units=10, on="2026-09-10")
        made.ask(con, f"R{number}", f"NEW{number}", on="2026-09-15", units=5)
        made.ask(con, f"S{number}", f"OLD{number}", on="2026-06-05", units=1)
    row = made.answered(con).tables["skus"].iloc[0]
    assert row["before_rate"] == pytest.approx(0.1)
    assert row["recent_rate"] >= 0.5
    assert 0.2 < row["change_low"] < row["change_high"]


def test_a_marketplace_has_its_own_products(forty):
    made.sell(forty, "E", sku="SOCK", marketplace="amazon.de", currency="EUR")
    assert made.answered(forty, marketplace="amazon.de").tables["skus"]["sku"].tolist() == ["SOCK"]


def test_words_that_stand_out_are_of_listed_products_with_three_orders_or_more(forty):
    for number in range(20):
        made.sell(forty, f"B{number}", sku="BAD")
        made.ask(forty, f"B{number}", f"B{number}", sku="BAD", comments=f"The zip broke. Anna Smith, 0151 23456{number}")
        made.sell(forty, f"G{number}", sku=f"GOOD{number:02d}")
        made.ask(forty, f"G{number}", f"G{number}", sku=f"GOOD{number:02d}", comments="Does not fit the room")
    words = made.answered(forty).tables["words"]
    assert set(words["sku"]) == {"BAD"}
    assert "zip" in set(words["term"])
    assert (words["orders"] >= 3).all()
    assert not words["term"].str.contains(r"\d").any()


def test_without_comments_there_are_no_words(forty):
    assert made.answered(forty).tables["words"].empty


def test_a_comment_of_the_only_product_has_nothing_to_stand_out_from(con):
    sold_and_back(con, "ONLY", 100, 30, comments="broken")
    assert made.answered(con).tables["words"].empty
