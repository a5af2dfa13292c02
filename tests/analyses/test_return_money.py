"""What returns cost: bookings shared out to the cent, nothing lost, nothing twice, no two currencies added up."""

from decimal import Decimal

import pytest
import return_shops as made

D = Decimal


@pytest.fixture
def con():
    return made.empty(exports=("amazon_mfn_returns", "amazon_fba_customer_returns"))


def one(result):
    assert len(result.frame) == 1
    return result.frame.iloc[0]


def test_a_line_with_two_returns_shares_odd_cents_without_losing_one(con):
    made.sell(con, "A", units=2)
    made.ask(con, "R1", "A", on="2026-06-10")
    made.ask(con, "R2", "A", on="2026-06-11")
    made.book(con, "A", "-20.01", sku="MUG")
    result = made.answered(con)
    assert sorted(cents for _, _, cents in made.cents(con)) == [-1001, -1000]
    assert made.booked(result) == {("USD", "refund"): (-20.01, 0.0, -20.01)}
    assert result.totals == {"USD": D("20.01")}


@pytest.mark.parametrize("units", [(1, 1, 1), (1, 2, 4), (3, 1, 7)])
@pytest.mark.parametrize("amount", ["-0.01", "-0.02", "-9.99", "100.00", "0.05"])
def test_shares_add_up_whatever_the_cents_and_units(con, units, amount):
    made.sell(con, "A", units=sum(units))
    for number, many in enumerate(units):
        made.ask(con, f"R{number}", "A", on=f"2026-06-1{number}", units=many)
    made.book(con, "A", amount, sku="MUG")
    result = made.answered(con)
    shares = [cents for _, _, cents in made.cents(con)]
    assert sum(shares) == round(D(amount) * 100)
    exact = [round(D(amount) * 100) * many / sum(units) for many in units]
    assert all(abs(share - whole) < 1 for share, whole in zip(sorted(shares), sorted(exact), strict=True))
    assert round(one(result)["cost"], 2) == -float(amount)


def test_a_booking_on_the_order_alone_is_shared_by_its_returned_units(con):
    for line in ("1", "2"):
        made.sell(con, "A", line, units=2, sku=f"SKU{line}")
    made.ask(con, "R1", "A", "1", sku="SKU1", units=1)
    made.ask(con, "R2", "A", "2", sku="SKU2", units=2)
    label = {"category": "shipping_label", "type": "other", "description": "Shipping label purchase for return"}
    made.book(con, "A", "-10.00", **label)
    made.book(con, "A", "5.00", category="safe_t", type="SAFE-T Reimbursement")
    made.answered(con)
    shares = {(return_id, kind): cents for return_id, kind, cents in made.cents(con)}
    assert shares[("R1", "label")] + shares[("R2", "label")] == -1000
    assert shares[("R1", "recovered")] + shares[("R2", "recovered")] == 500
    assert abs(shares[("R1", "label")] + 1000 / 3) < 1
    assert abs(shares[("R2", "recovered")] - 1000 / 3) < 1


def test_a_booking_on_a_line_goes_to_that_line_alone(con):
    for line in ("1", "2"):
        made.sell(con, "A", line, sku="MUG", order_item_id=f"I{line}")
        made.ask(con, f"R{line}", "A", line)
    made.book(con, "A", "-7.00", order_item_id="I2", sku="MUG")
    made.answered(con)
    assert made.cents(con) == [("R2", "refund", -700)]


def test_a_booking_naming_a_sku_that_stands_twice_goes_to_the_line_that_came_back(con):
    for line in ("1", "2"):
        made.sell(con, "A", line, sku="MUG")
    made.ask(con, "R", "A", "2")
    made.book(con, "A", "-7.00", sku="MUG")
    result = made.answered(con)
    assert made.cents(con) == [("R", "refund", -700)]
    assert made.booked(result) == {("USD", "refund"): (-7.0, 0.0, -7.0)}


def test_a_refund_of_a_line_that_nobody_sent_back_is_no_cost_of_the_return_of_another(con):
    made.sell(con, "A", "1", sku="MUG")
    made.sell(con, "A", "2", sku="HAT")
    made.ask(con, "R", "A", "1")
    made.book(con, "A", "-7.00", sku="HAT")
    result = made.answered(con)
    assert made.booked(result) == {("USD", "refund"): (0.0, -7.0, -7.0)}
    assert result.totals == {}


def test_refunds_without_a_return_are_told_apart_and_add_up(con):
    made.sell(con, "A")
    made.sell(con, "B")
    made.ask(con, "R", "A")
    made.book(con, "A", "-20.00")
    made.book(con, "B", "-9.95")
    made.book(con, None, "-0.05")
    result = made.answered(con)
    assert made.booked(result) == {("USD", "refund"): (-20.0, -10.0, -30.0)}
    assert any("Booked in USD: -$20.00 for returns and -$10.00 for other refunds, together -$30.00" in x for x in result.how)


def test_fees_under_the_word_for_refunds_in_any_language_are_fees_of_returns(con):
    made.sell(con, "A")
    made.ask(con, "R", "A")
    made.book(con, "A", "-20.00", type="Erstattung", description="Produktpreis")
    made.book(con, "A", "3.00", type="Erstattung", category="fee", description="Provision")
    made.book(con, "A", "-3.00", type="Bestellung", category="fee", description="Provision")  # of the sale
    made.book(con, "A", "20.00", type="Bestellung", category="order", description="Produktpreis")
    result = made.answered(con)
    assert made.booked(result) == {("USD", "refund"): (-20.0, 0.0, -20.0), ("USD", "fees"): (3.0, 0.0, 3.0)}
    assert one(result)[["cost", "refunded", "fees"]].tolist() == [17.0, 20.0, 3.0]


def test_money_that_is_about_no_return_stays_out(con):
    made.sell(con, "A")
    made.ask(con, "R", "A")
    made.book(con, "A", "-6.00", category="shipping_label", type="other", description="Shipping label purchase")
    made.book(con, "A", "11.00", category="reimbursement", type="other", description="WAREHOUSE_LOST")
    made.book(con, "A", "-20.00", counts=False)
    result = made.answered(con)
    assert made.booked(result) == {}
    assert one(result)["cost_unknown"] == 1


@pytest.mark.parametrize("words", ["CUSTOMER_RETURN", "Customer Return", "customer-return"])
def test_reimbursements_of_customer_returns_are_recovered(con, words):
    made.sell(con, "A", channel="FBA")
    made.ask(con, "R", "A", channel="FBA", fnsku="X", on=None, received_at=made.day("2026-06-20"))
    made.book(con, "A", "16.00", category="reimbursement", type="other", description=words, sku="MUG")
    assert made.booked(made.answered(con)) == {("USD", "recovered"): (16.0, 0.0, 16.0)}


def test_the_same_unit_under_two_dates_is_refunded_once(con):
    made.sell(con, "A", units=1)
    made.ask(con, "R1", "A", on="2026-06-10", refunded=D("20.00"))
    made.ask(con, "R2", "A", on="2026-06-20", refunded=D("20.00"))
    assert one(made.answered(con))["refunded"] == 20.0
    made.book(con, "A", "-20.00", sku="MUG")
    row = one(made.answered(con))
    assert row[["refunded", "cost"]].tolist() == [20.0, 20.0]


def test_an_empty_refund_with_money_loaded_is_not_known_yet_and_no_zero(con):
    made.sell(con, "A")
    made.sell(con, "B")
    made.ask(con, "R1", "A")
    made.ask(con, "R2", "B")
    made.book(con, "A", "-20.00")
    row = one(made.answered(con))
    assert row[["cost", "cost_unknown", "returns_without_refund_amount"]].tolist() == [20.0, 1, 1]


def test_two_currencies_are_never_added_up(con):
    made.sell(con, "A")
    made.sell(con, "B", currency="EUR", marketplace="amazon.de")
    made.ask(con, "R", "A")
    made.ask(con, "S", "B", currency="EUR", marketplace="amazon.de")
    made.book(con, "A", "-20.00")
    made.book(con, "B", "-15.55", currency="EUR")
    result = made.answered(con)
    assert result.totals == {"USD": D("20.00"), "EUR": D("15.55")}
    assert "returns cost €15.55 and $20.00 so far" in result.headline


def test_one_return_booked_in_two_currencies_is_one_return(con):
    made.sell(con, "A")
    made.ask(con, "R", "A")
    made.book(con, "A", "-20.00")
    made.book(con, "A", "5.00", category="safe_t", type="SAFE-T", currency="EUR")
    result = made.answered(con)
    assert result.tables["counts"]["returns"] == 1
    assert result.tables["faults"]["returns"].sum() == 1
    assert result.frame.groupby("currency")[["returns", "units", "cost"]].sum().to_dict("index") == {
        "USD": {"returns": 1, "units": 1, "cost": 20.0},
        "EUR": {"returns": 0, "units": 0, "cost": -5.0},
    }


def test_money_without_a_currency_is_told_as_such(con):
    made.ask(con, "R", "Z", None, currency=None, marketplace=None)
    made.book(con, "Z", "-4.00", currency=None)
    result = made.answered(con)
    assert "returns cost 4.00 (currency not known) so far" in result.headline
    assert any(line.startswith("Booked in a currency that is not told") for line in result.how)


def test_a_label_that_no_money_export_tells_of_costs_what_the_returns_export_says(con):
    made.sell(con, "A")
    made.ask(con, "R", "A", label_payer="Seller", label_cost=D("6.30"))
    made.book(con, "A", "-20.00")
    assert one(made.answered(con))[["cost", "label"]].tolist() == [26.3, -6.3]
    label = {"category": "shipping_label", "type": "other", "description": "Shipping label purchase for return"}
    made.book(con, "A", "-6.10", **label)
    assert one(made.answered(con))[["cost", "label"]].tolist() == [26.1, -6.1], "booked: not counted a second time"


@pytest.mark.parametrize("payer", ["Customer", "Amazon", None])
def test_a_label_that_somebody_else_pays_costs_nothing(con, payer):
    made.sell(con, "A")
    made.ask(con, "R", "A", label_payer=payer, label_cost=D("6.30"))
    made.book(con, "A", "-20.00")
    assert one(made.answered(con))["cost"] == 20.0


def test_goods_that_came_back_sellable_are_worth_price_times_resale_share(con):
    made.product(con, "MUG", category="home", resale_share=D("0.6"))
    made.sell(con, "A", units=2, price="40.00")
    made.ask(con, "R", "A", units=1, received_at=made.day("2026-06-15"), state="original")
    made.book(con, "A", "-20.00")
    row = one(made.answered(con))
    assert row[["cost", "goods_back"]].tolist() == [8.0, 12.0]


def test_without_a_resale_share_goods_back_are_taken_as_nothing_and_said_so(con):
    made.sell(con, "A")
    made.ask(con, "R", "A", received_at=made.day("2026-06-15"), state="original")
    made.book(con, "A", "-20.00")
    result = made.answered(con)
    assert one(result)["cost"] == 20.0
    assert any("of 1 return not known, taken as nothing" in line for line in result.how)


def test_the_newest_costs_of_a_product_hold_but_none_of_later(con):
    made.product(con, "MUG", resale_share=D("0.1"), valid_from=made.day("2026-01-01"))
    made.product(con, "MUG", resale_share=D("0.5"), valid_from=made.day("2026-09-01"))
    made.product(con, "MUG", resale_share=D("0.9"), valid_from=made.day("2027-01-01"))
    made.sell(con, "A")
    made.ask(con, "R", "A", received_at=made.day("2026-06-15"), state="original")
    made.book(con, "A", "-20.00")
    assert one(made.answered(con))["goods_back"] == 10.0


def test_who_paid_the_postage_adds_up_to_all_returns(con):
    for number, payer in enumerate(["Seller", "Customer", "Amazon", None, ""]):
        made.sell(con, f"A{number}")
        made.ask(con, f"R{number}", f"A{number}", label_payer=payer, fault="buyer")
    row = made.answered(con).tables["faults"].iloc[0]
    paid = ["postage_by_seller", "postage_by_buyer", "postage_by_marketplace", "postage_not_told"]
    assert row[paid].tolist() == [1, 1, 1, 2]
    assert row["returns"] == 5


def test_costs_by_fault_and_by_reason_are_the_same_money(con):
    faults = ["buyer", "seller", "carrier", None]
    for number, fault in enumerate(faults):
        made.sell(con, f"A{number}")
        made.ask(con, f"R{number}", f"A{number}", fault=fault, reason_group=f"group{number % 2}")
        made.book(con, f"A{number}", f"-{number + 1}.07")
    result = made.answered(con)
    assert sorted(result.tables["faults"]["fault"]) == ["buyer", "carrier", "not told", "seller"]
    assert round(result.tables["faults"]["cost"].sum(), 2) == round(result.frame["cost"].sum(), 2) == 10.28


def test_money_with_and_without_a_currency_stands_side_by_side(con):
    made.sell(con, "A")
    made.ask(con, "R", "A")
    made.book(con, "A", "-20.00")
    made.ask(con, "S", "Z", None, currency=None, marketplace=None)
    made.book(con, "Z", "-4.00", currency=None)
    result = made.answered(con)
    assert result.totals == {"USD": D("20.00"), None: D("4.00")}
    assert "$20.00" in result.headline
    assert "4.00 (currency not known)" in result.headline
