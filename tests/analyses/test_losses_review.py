"""What past cover cost and brought: premiums as told, by a tariff, or both, and the tariff that explains them best."""

import datetime as dt
from decimal import Decimal

import pytest
import shops
from loss_shops import SHIPPED, TEN, TUESDAY, add_claim, add_tariff, send

from orderkit.analyses import losses
from orderkit.analyses.losses import classes as loss_classes
from orderkit.analyses.losses import review as loss_review
from orderkit.analyses.losses.words import past_cover

D = Decimal
MONDAY = dt.date(2026, 3, 2)


@pytest.fixture
def con():
    return shops.empty(as_of=TUESDAY)


def insured(con, *premiums, prefix="i", value=TEN, **line):
    """One delivered insured parcel for each premium; None: not told."""
    for number, premium in enumerate(premiums):
        send(con, ["delivered"], value=value, prefix=f"{prefix}{number}-", insured=True, premium=premium, **line)


def weeks(con, **asked):
    """The weeks of the review, without all else that `losses` does."""
    loss_classes.make(con)
    return loss_review.weeks(con, **asked)


def told(con, **asked):
    """Premium, how many told, how many unknown and the tariff of the one week there is."""
    (row,) = weeks(con, **asked)[["premium", "premium_told", "premium_unknown", "tariff"]].astype(object).itertuples(index=False)
    return tuple(None if value != value or value is None else value for value in row)


def test_what_was_paid_is_the_premium_where_every_parcel_tells_it(con):
    insured(con, D("2.50"), D("3.10"))
    send(con, ["delivered"], premium=D("9.99"))  # not insured
    assert told(con) == (pytest.approx(2.50 + 3.10), 2, 0, None)


def test_what_was_paid_goes_before_what_the_tariff_asks(con):
    insured(con, D("2.50"), D("3.10"))
    add_tariff(con, "A", premium=1)
    assert told(con) == (pytest.approx(2.50 + 3.10), 2, 0, "A")


def test_where_no_premium_is_told_the_tariff_prices_all(con):
    insured(con, None, None, None)
    add_tariff(con, "A", premium=2)
    assert told(con) == (3 * 2.00, 0, 0, "A")


def test_where_some_are_told_the_tariff_prices_the_rest(con):
    insured(con, D("2.50"), None, None)
    assert told(con) == (None, 1, 2, None), "what one of three cost is not what the week cost"
    add_tariff(con, "A", premium=2)
    assert told(con) == (2.50 + 2 * 2.00, 1, 0, "A")


def test_a_parcel_that_the_tariff_has_no_step_for_is_counted(con):
    insured(con, D("2.50"), None)
    insured(con, None, prefix="dear", value=D("500.00"))
    add_tariff(con, "A", premium=2, to_value=100)
    assert told(con) == (2.50 + 2.00, 1, 1, "A")


def test_a_premium_counts_though_nobody_knows_what_the_parcel_was_worth(con):
    insured(con, D("2.50"), value=None)
    assert told(con) == (2.50, 1, 0, None)
    insured(con, None, prefix="other", value=None)
    add_tariff(con, "A", premium=2)
    assert told(con) == (2.50, 1, 1, "A")


def test_a_premium_in_another_currency_is_not_known(con):
    insured(con, D("2.50"))
    con.execute("UPDATE parcels SET currency = 'EUR'")
    assert told(con) == (None, 0, 1, None)


def test_a_parcel_of_two_orders_was_paid_for_once(con):
    insured(con, D("2.50"))
    shops.add_line(
        con, "second", value=D("5.00"), tracking="delivered", tracking_number="Ti0-0", shipped_day=SHIPPED, carrier="UPS",
        service="Ground", delivered_day=SHIPPED, tax_included=False, insured=True,
    )  # fmt: skip
    shops.put(con, "parcel_lines", account="shop", parcel="Ti0-0", order_id="second", line="1")
    add_tariff(con, "A", premium=1)
    assert weeks(con)["insured"].tolist() == [2]
    assert told(con) == (2.50, 2, 0, "A")


def test_each_week_for_itself(con):
    insured(con, D("2.50"), None, ordered_day=MONDAY)
    insured(con, D("1.25"), prefix="next", ordered_day=MONDAY + dt.timedelta(7))
    send(con, ["delivered"], prefix="last", ordered_day=MONDAY + dt.timedelta(14))
    found = weeks(con)
    assert found["premium"].fillna(-1).tolist() == [-1, 1.25, -1]
    assert found["premium_told"].tolist() == [1, 1, 0]
    assert found["premium_unknown"].tolist() == [1, 0, 0]


def test_the_price_is_that_of_the_day_of_the_order(con):
    insured(con, None, ordered_day=dt.date(2026, 3, 5))
    insured(con, None, None, prefix="later", ordered_day=dt.date(2026, 3, 6))
    add_tariff(con, "A", premium=1, valid_from=dt.date(2026, 1, 1))
    add_tariff(con, "A", premium=4, valid_from=dt.date(2026, 3, 6))
    assert told(con) == (1.00 + 2 * 4.00, 0, 0, "A")


def test_before_a_tariff_holds_it_has_no_price(con):
    insured(con, None, ordered_day=dt.date(2026, 3, 5))
    add_tariff(con, "A", premium=4, valid_from=dt.date(2026, 3, 6))
    assert told(con) == (None, 0, 1, "A")


# --- several tariffs ----------------------------------------------------------------------------------------------------------


def test_of_several_tariffs_the_one_that_explains_what_was_paid(con):
    insured(con, D("2.10"), D("1.80"), D("1.90"), None)  # from 1.00: 1.10 + .80 + .90; from 2.00: .10 + .20 + .10
    add_tariff(con, "A", premium=1)
    add_tariff(con, "B", premium=2)
    assert told(con) == (pytest.approx(2.10 + 1.80 + 1.90 + 2.00), 3, 0, "B")


def test_of_tariffs_that_explain_it_as_well_the_first_by_name(con):
    insured(con, D("1.50"), None)  # .50 from both
    add_tariff(con, "B", premium=1)
    add_tariff(con, "A", premium=2)
    assert told(con) == (1.50 + 2.00, 1, 0, "A")


def test_a_tariff_without_a_price_for_what_was_paid_explains_nothing_of_it(con):
    insured(con, D("2.00"))
    insured(con, D("3.00"), prefix="dear", value=D("500.00"))
    add_tariff(con, "Holed", premium=2, to_value=100)  # right on the first, silent on the second: apart by 3.00
    add_tariff(con, "Whole", premium=D("2.10"))  # .10 + .90
    assert told(con)[3] == "Whole"


def test_a_named_tariff_goes_before_the_one_that_explains_it(con):
    insured(con, D("2.00"), None)
    add_tariff(con, "A", premium=1)
    add_tariff(con, "B", premium=2)
    assert told(con, insured_with="A") == (2.00 + 1.00, 1, 0, "A")
    insured(con, D("2.00"), None, prefix="eu", currency="EUR", marketplace="amazon.de")
    add_tariff(con, "C", premium=2, currency="EUR")
    add_tariff(con, "D", premium=5, currency="EUR")
    assert weeks(con, insured_with="A").set_index("currency")["tariff"].to_dict() == {"USD": "A", "EUR": "C"}


def test_where_nothing_is_told_of_several_tariffs_none_is_taken(con):
    insured(con, None, None)
    add_tariff(con, "A", premium=1)
    add_tariff(con, "B", premium=2)
    assert told(con) == (None, 0, 2, None)


def test_what_cover_should_bring_is_by_the_tariff_that_explains_it(con):
    send(con, ["lost"] * 2 + ["delivered"] * 98, ordered_day=dt.date(2026, 2, 2))
    insured(con, *[D("2.00")] * 10, ordered_day=MONDAY)
    add_tariff(con, "A", premium=1, paid_share=D("0.5"))
    add_tariff(con, "B", premium=2, paid_share=D("0.9"))
    found = weeks(con).set_index("week")["expected_brings"]
    assert found.iloc[1] == pytest.approx(10 * 0.9 * 10.00 * 2.5 / 101)  # parcels, share paid, value, rate foretold


# --- in words -----------------------------------------------------------------------------------------------------------------


def test_past_cover_in_words(con):
    insured(con, D("2.50"), D("3.10"))
    add_claim(con, "1", tracking="Ti0-0", amount=D("8.00"))
    assert past_cover(weeks(con)) == ["Cover bought so far cost $5.60 for 2 parcels and has brought $8.00."]
    insured(con, None, prefix="next", ordered_day=MONDAY + dt.timedelta(7))
    assert past_cover(weeks(con)) == [
        "Cover bought so far cost $5.60 for 2 parcels and has brought $8.00. "
        "What cover of 1 more parcel cost is not known; 1 week left out for it."
    ]
    add_tariff(con, "A", premium=3)
    assert past_cover(weeks(con)) == [
        "Cover bought so far cost $8.60 for 3 parcels (2 as told, the rest at the prices of A) and has brought $8.00."
    ]


def test_past_cover_priced_by_the_tariff_alone_and_by_currency(con):
    insured(con, None, None)
    insured(con, D("1.00"), prefix="eu", currency="EUR", marketplace="amazon.de")
    add_tariff(con, "A", premium=3)
    assert past_cover(weeks(con)) == [
        "Cover bought so far cost €1.00 for 1 parcel and has brought €0.00.",
        "Cover bought so far cost $6.00 for 2 parcels (at the prices of A) and has brought $0.00.",
    ]


def test_past_cover_beside_what_the_model_foretold(con):
    send(con, ["lost"] * 2 + ["delivered"] * 98, ordered_day=dt.date(2026, 2, 2))
    insured(con, *[D("2.00")] * 10, ordered_day=MONDAY)
    add_tariff(con, premium=1)
    model = 10 * 0.8 * 10.00 * 2.5 / 101  # 1.98
    assert past_cover(weeks(con)) == [
        f"Cover bought so far cost $20.00 for 10 parcels and has brought $0.00 (model: ${model:.2f})."
    ]
    insured(con, D("2.00"), prefix="first", ordered_day=dt.date(2026, 2, 2))
    add_claim(con, "1", tracking="Tfirst0-0", amount=D("8.00"))
    (said,) = past_cover(weeks(con))
    assert said.startswith("Cover bought so far cost $22.00 for 11 parcels and has brought $8.00 (model: $1.9")
    assert said.endswith(" for the weeks it can tell; the others brought $8.00).")


def test_without_cover_or_its_price_there_is_no_word_of_it(con):
    send(con, ["delivered"])
    assert past_cover(weeks(con)) == []
    insured(con, None)
    assert past_cover(weeks(con)) == []


def test_how_we_know_tells_it_and_an_empty_shop_does_not(con):
    assert not [line for line in losses(con).how if "Cover bought" in line]
    insured(con, D("2.50"))
    assert "Cover bought so far cost $2.50 for 1 parcel and has brought $0.00." in losses(con).how
