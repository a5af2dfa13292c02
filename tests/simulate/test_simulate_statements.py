"""Each of the article's 15 statements has its order, told by the exports themselves."""

import datetime as dt

import pytest

END = dt.datetime(2026, 11, 15, 18, tzinfo=dt.UTC)
# label: order status, parcel state ("-": no parcel yet, None: no export tells), what the buyer asks
UNSHIPPED, SHIPPED = "Unshipped", "Shipped"
EXPECTED = {
    "1 cancel (1)": (UNSHIPPED, "-", "cancel"),
    "1 cancel (1) late": (UNSHIPPED, "-", "cancel"),
    "1 cancel (2)": (SHIPPED, "in_transit", "cancel"),
    "1 upgrade (1)": (UNSHIPPED, "-", "upgrade"),
    "1 upgrade (1) no": (UNSHIPPED, "-", "upgrade"),
    "1 upgrade (2)": (SHIPPED, "in_transit", "upgrade"),
    "1 address (1)": (UNSHIPPED, "-", "address"),
    "1 address (2)": (SHIPPED, "in_transit", "address"),
    "1 address (2) back": (SHIPPED, "returned", "address"),
    "2 (1)": (SHIPPED, "in_transit", "not_received"),
    "2 (2)": (SHIPPED, "unknown", "not_received"),
    "2 (3)": (SHIPPED, "in_transit", "not_received"),
    "2 (4)": (SHIPPED, "in_transit", "not_received"),
    "2 (5)": (SHIPPED, "lost", "not_received"),
    "2 (5) uninsured": (SHIPPED, "lost", "not_received"),
    "tracking unknown": (SHIPPED, None, "not_received"),
    "3 (1)": (SHIPPED, "delivered", None),
    "3 (2)": (SHIPPED, "delivered", None),
    "3 (3)": (SHIPPED, "delivered", None),
    "3 (4)": (SHIPPED, "delivered", None),
}
STATEMENTS = [
    "1 cancel (1)", "1 cancel (2)", "1 upgrade (1)", "1 upgrade (2)", "1 address (1)", "1 address (2)",
    "2 (1)", "2 (2)", "2 (3)", "2 (4)", "2 (5)", "3 (1)", "3 (2)", "3 (3)", "3 (4)",
]  # fmt: skip


@pytest.fixture(scope="module")
def told(truth, exports):
    """For each label the rows of each export about its order."""
    keys = {
        "amazon_all_orders": "amazon-order-id", "amazon_order_report": "order-id", "amazon_mfn_returns": "Order ID",
        "amazon_fba_customer_returns": "order-id", "amazon_settlement_v2": "order-id", "costs": "sku", "tariffs": "tariff",
    }  # fmt: skip
    return {
        label: {name: [row for row in rows if row[keys.get(name, "order_id")] == order_id] for name, rows in exports.items()}
        for label, order_id in truth.statement_orders().items()
    }


def test_there_are_fifteen_statements_and_each_has_an_order(truth):
    assert len(STATEMENTS) == 15
    assert list(truth.statement_orders()) == list(EXPECTED)
    assert set(STATEMENTS) <= set(EXPECTED)
    assert len(set(truth.statement_orders().values())) == 20


@pytest.mark.parametrize("label", EXPECTED)
def test_the_exports_tell_the_case(told, label):
    status, state, asks = EXPECTED[label]
    rows = told[label]
    assert [row["order-status"] for row in rows["amazon_all_orders"]] == [status]
    assert [row["fulfillment-channel"] for row in rows["amazon_all_orders"]] == ["Merchant"]
    assert [row["state"] for row in rows["tracking"]] == ([state] if state not in ("-", None) else [])
    assert [row["kind"] for row in rows["requests"]] == ([asks] if asks else [])


def moment(text):
    return dt.datetime.fromisoformat(text)


def minutes_to_request(rows):
    return (moment(rows["requests"][0]["asked_at"]) - moment(rows["amazon_all_orders"][0]["purchase-date"])).total_seconds() / 60


def days_past_promise(rows):
    """Calendar days from the promised day to the end, both in the clock of the marketplace."""
    promised = moment(rows["amazon_order_report"][0]["latest-delivery-date"])
    return (END.astimezone(promised.tzinfo).date() - promised.date()).days


def test_the_cancel_requests_stand_on_both_sides_of_thirty_minutes(told):
    assert minutes_to_request(told["1 cancel (1)"]) == pytest.approx(12)
    assert minutes_to_request(told["1 cancel (1) late"]) == pytest.approx(180)
    assert told["1 cancel (1)"]["requests"][0]["official"] == "yes"
    assert told["1 cancel (1) late"]["requests"][0]["official"] == "no"


def test_the_seller_agrees_to_one_upgrade_only(told):
    assert [told[label]["requests"][0]["seller_agrees"] for label in ("1 upgrade (1)", "1 upgrade (1) no")] == ["yes", "no"]


@pytest.mark.parametrize(
    ("label", "days"), [("2 (1)", -4), ("2 (2)", -4), ("2 (3)", -3), ("2 (4)", 10), ("tracking unknown", 10)]
)
def test_the_promise_lies_so_many_days_back(told, label, days):
    assert days_past_promise(told[label]) == days


def test_the_late_parcel_has_not_been_scanned_for_nine_days(told):
    row = told["2 (3)"]["tracking"][0]
    assert (END - moment(row["last_scan_at"])).days == 9
    assert row["tracking"]


def test_the_untracked_parcel_is_known_to_be_untracked(told):
    row = told["2 (2)"]["tracking"][0]
    assert (row["tracking"], bool(row["carrier"])) == ("", True)


def test_one_lost_parcel_is_insured_and_one_not(told):
    insured, not_insured = told["2 (5)"]["tracking"][0], told["2 (5) uninsured"]["tracking"][0]
    assert (insured["insured"], insured["declared_value"], insured["premium"]) == ("yes", "129.99", "1.90")  # 2 x 0.95
    assert (not_insured["insured"], not_insured["protected"], not_insured["declared_value"]) == ("no", "no", "")


@pytest.mark.parametrize(
    ("label", "found"), [("3 (1)", None), ("3 (2)", "used_damaged"), ("3 (3)", "incomplete"), ("3 (4)", "original")]
)
def test_the_returns_came_back_as_said(told, label, found):
    (back,) = told[label]["amazon_mfn_returns"]
    assert (back["In policy"], back["Label to be paid by"], back["Refunded Amount"]) == ("Y", "Customer", " ")
    assert (back["Return delivery date"] == " ") == (found is None)
    assert [row["state"] for row in told[label]["inspections"]] == ([found] if found else [])
