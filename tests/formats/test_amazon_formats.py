"""Each Amazon export about FBM in its genuine header against rows written by hand, with the trap that is its own."""

from decimal import Decimal as D

import pytest
from hand_written import NAME, STREET, Shop, at, day, order

from orderkit import store
from orderkit.formats import variants


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


# --- Unshipped orders ---------------------------------------------------------------------------------------------------------

UNSHIPPED = {
    "order-id": order(1), "order-item-id": "10000000000001", "sku": "MUG", "product-name": '4" mug', "quantity-purchased": "3",
    "quantity-shipped": "0", "quantity-to-ship": "3", "purchase-date": "2026-09-20T10:00:00+00:00",
    "payments-date": "2026-09-20T10:05:00+00:00", "reporting-date": "2026-09-20T10:30:00+00:00",
    "promise-date": "2026-09-23T06:59:59Z", "days-past-promise": "-2", "buyer-name": NAME, "recipient-name": NAME,
    "ship-address-1": STREET, "ship-postal-code": "90210-1234", "ship-country": "US",
}  # fmt: skip
LINES = "SELECT order_id, line, status, units, ship_by, deliver_by, channel, region FROM order_lines ORDER BY ALL"


def test_unshipped_lines_have_their_ship_by_moment_and_no_names(shop):
    part = UNSHIPPED | {"order-id": order(2), "order-item-id": "20000000000001", "quantity-shipped": "1", "quantity-to-ship": "2"}
    shop.load(shop.write("amazon_unshipped_orders", "plain_27", UNSHIPPED, part))
    by = at("2026-09-23T06:59:59")
    assert shop.rows(LINES) == [
        (order(1), "10000000000001", "unshipped", 3, by, None, "FBM", "902"),
        (order(2), "20000000000001", "partially_shipped", 3, by, None, "FBM", "902"),
    ]
    assert shop.rows("SELECT product_name FROM order_lines LIMIT 1") == [('4" mug',)]
    assert not shop.holds(NAME)
    assert not shop.holds(STREET)


def test_all_orders_knows_better_than_an_unshipped_file_whether_a_line_was_shipped(shop):
    later = {
        "amazon-order-id": order(1), "order-item-id": "10000000000001", "sku": "MUG", "quantity": "3", "order-status": "Shipped",
        "item-status": "Shipped", "purchase-date": "2026-09-20T10:00:00+00:00", "last-updated-date": "2026-09-22T10:00:00+00:00",
    }  # fmt: skip
    shop.load(
        shop.write("amazon_all_orders", "v34_2026_item_id_last", later),
        shop.write("amazon_unshipped_orders", "plain_27", UNSHIPPED),
    )
    assert shop.rows("SELECT status, units, ship_by, seen_in FROM order_lines") == [
        ("shipped", 3, at("2026-09-23T06:59:59"), "amazon_all_orders, amazon_unshipped_orders")
    ]


def test_a_line_break_within_an_address_of_a_brazilian_file_is_joined(shop):
    broken = UNSHIPPED | {"ship-address-2": "first part\nsecond part", "cpf": "123.456.789-00", "verge-of-lateShipment": "true"}
    result = shop.load(shop.write("amazon_unshipped_orders", "BR_33", broken, UNSHIPPED | {"order-id": order(2)}))
    assert [(found.lines, found.loaded) for found in result] == [(2, 2)]
    assert not shop.holds("123.456.789")


def test_a_japanese_file_is_read_in_its_own_encoding(shop):
    cells = UNSHIPPED | {"product-name": "ガラスのマグカップ", "promise-date": "2026-09-23T14:59:59Z", "points-granted": "12"}
    shop.load(shop.write("amazon_unshipped_orders", "JP_34", cells, encoding="cp932"))
    assert shop.rows("SELECT product_name, ship_by FROM order_lines") == [("ガラスのマグカップ", at("2026-09-23T14:59:59"))]


# --- Seller feedback ----------------------------------------------------------------------------------------------------------


def feedback(layout, *rows):
    """Rows (date, rating, comment, answer, order) as cells of a layout of six fields."""
    return [dict(zip(variants("amazon_feedback")[layout], (*row, "canary@example.com"), strict=True)) for row in rows]


GIVEN = "SELECT order_id, given_on, rating FROM feedback ORDER BY ALL"


@pytest.mark.parametrize(
    ("layout", "first", "second"),
    [
        ("en", "9/4/26", "9/30/26"),
        ("en_response", "04/09/26", "30/09/26"),
        ("de", "04.09.26", "30.09.26"),
        ("fr", "04/09/26", "30/09/26"),
        ("es", "04/09/26", "30/09/26"),
        ("it", "04/09/26", "30/09/26"),
        ("ja", "26/09/04", "26/09/30"),
    ],
)
def test_feedback_dates_are_told_from_the_file(shop, layout, first, second):
    said = feedback(layout, (first, "1", 'broke "', "", order(1)), (second, "5", "", "thanks, Canary Buyer", order(2)))
    shop.load(shop.write("amazon_feedback", layout, *said))
    assert shop.rows(GIVEN) == [(order(1), day("2026-09-04"), 1), (order(2), day("2026-09-30"), 5)]


def test_what_buyer_and_seller_wrote_and_who_they_are_is_not_kept_unasked(shop):
    said = feedback("en", ("9/30/26", "1", 'broke "', f"thanks, {NAME}", order(1)))
    shop.load(shop.write("amazon_feedback", "en", *said))
    assert [shop.holds(words) for words in ("broke", NAME, "canary@")] == [[], [], []]


def test_whether_a_feedback_was_answered_is_known_where_comments_were_asked_for(shop):
    said = feedback("en", ("9/30/26", "1", "", "we are sorry", order(1)), ("9/30/26", "2", "", "", order(2)))
    path = shop.write("amazon_feedback", "en", *said)
    store.load(path, db=shop.db, comments=True)
    assert shop.rows("SELECT order_id, answered FROM feedback ORDER BY 1") == [(order(1), True), (order(2), None)]


def test_feedback_whose_dates_fit_two_forms_is_refused(shop):
    path = shop.write("amazon_feedback", "en", *feedback("en", ("04/09/26", "1", "", "", order(1))))
    assert store.load(path, db=shop.db).files[0].state == "refused"


def test_feedback_in_words_never_seen_is_bound_by_position(shop):
    path = shop.folder / "feedback.txt"
    path.write_text(f"Datum\tPisteet\tSanat\tVastaus\tBestellnummer\tPosti\n30/09/26\t2\tx\t\t{order(1)}\ta@example.com\n")
    assert store.load(path, db=shop.db).files[0].state == "loaded"
    assert shop.rows(GIVEN) == [(order(1), day("2026-09-30"), 2)]


def test_a_changed_feedback_takes_the_place_of_the_old(shop):
    shop.load(
        shop.write("amazon_feedback", "en", *feedback("en", ("9/30/26", "5", "", "", order(1)))),
        shop.write("amazon_feedback", "en", *feedback("en", ("9/20/26", "1", "", "", order(1)))),
    )
    assert shop.rows(GIVEN) == [(order(1), day("2026-09-30"), 5)]


# --- Seller-fulfilled returns -------------------------------------------------------------------------------------------------

MFN_RETURN = {
    "Order ID": order(1), "Order date": "01-Jul-2026", "Return request date": "14-Jul-2026", "Return request status": "Approved",
    "Amazon RMA ID": "DxyzRRMA", "Label cost": "4.50", "Currency code": "EUR", "Tracking ID": "1Z1", "ASIN": "B000000001",
    "Merchant SKU": "MUG", "Return quantity": "1", "Return Reason": "CR-DEFECTIVE", "Refunded Amount": " ", "Resolution": " ",
    "Is prime": "Y", "Order Amount": "25.00", "Label type": "AmazonPrePaidLabel",
}  # fmt: skip


def test_a_single_blank_in_a_return_is_nothing(shop):
    blank = {header: MFN_RETURN.get(header, " ") for header in variants("amazon_mfn_returns")["v33_2026"]}
    shop.load(shop.write("amazon_mfn_returns", "v33_2026", blank))
    asked = "SELECT requested_at, received_at, reason, refunded, resolution, safe_t_claim, order_item_id FROM returns"
    assert shop.rows(asked) == [(day("2026-07-14"), None, "DEFECTIVE", None, None, None, None)]


def test_the_spellings_of_seller_central_are_known(shop):
    text = "\t".join(variants("amazon_mfn_returns")["v32"]) + "\tCategory"
    for api, shown in (
        ("Merchant RMA ID", "Seller RMA ID"), ("SafeT claim id", "SafeT claim ID"), ("A-to-Z Claim", "A-to-z claim"),
        ("Return Reason", "Return reason"),
    ):  # fmt: skip
        text = text.replace(api, shown)
    cells = [MFN_RETURN.get(header, "") for header in variants("amazon_mfn_returns")["v32"]]
    path = shop.folder / "returns.txt"
    path.write_text(text + "\n" + "\t".join([*cells, "Kitchen"]) + "\n")
    shop.load(path)
    assert shop.rows("SELECT rma, reason FROM returns") == [("DxyzRRMA", "DEFECTIVE")]


def test_a_prime_return_is_the_same_return_in_both_files(shop):
    prime = {
        "Order-ID": order(1), "Order-date": "01-Jul-2026", "Return-request-date": "14-Jul-2026",
        "Return-request-status": "Approved", "Amazon-RMA-ID": "DxyzRRMA", "Tracking-ID": "1Z1", "ASIN": "B000000001",
        "Merchant-SKU": "MUG", "Item-Name": "mug, large", "Return-quantity": "1", "Return-Reason": "CR-DEFECTIVE",
    }  # fmt: skip
    alone = prime | {"Order-ID": order(2), "Amazon-RMA-ID": "DabcRRMA"}
    shop.load(
        shop.write("amazon_mfn_returns", "v32", MFN_RETURN),
        shop.write("amazon_mfn_returns", "prime_11", prime, alone, delimiter=",", quote=True),
    )
    asked = "SELECT order_id, rma, status, label_cost, units FROM returns ORDER BY 1"
    assert shop.rows(asked) == [
        (order(1), "DxyzRRMA", "approved", D("4.50"), 1),
        (order(2), "DabcRRMA", "approved", None, 1),
    ]


# --- Shipping performance -----------------------------------------------------------------------------------------------------


def test_the_promise_before_an_extension_and_the_scans_are_taken_by_alias(shop):
    cells = {
        "Order ID": order(1), "Promised delivery date": "2026-09-10T06:59:59Z", "Tracking ID": "1Z1", "Carrier": "UPS",
        "Promised delivery date with extension": "2026-09-12T06:59:59Z", "Actual delivery date": "2026-09-11T18:00:00Z",
        "Ship method": "Ground", "Ship confirmation date": "2026-09-08T20:00:00Z", "First scan date": "2026-09-09T02:00:00Z",
    }  # fmt: skip
    shop.load(shop.write("amazon_shipping_performance", "on_time_delivery", cells, delimiter=","))
    promises = "SELECT order_id, line, deliver_by, deliver_by_before_extension FROM order_lines"
    assert shop.rows(promises) == [(order(1), "", at("2026-09-12T06:59:59"), at("2026-09-10T06:59:59"))]
    parcels = "SELECT parcel, carrier, service, confirmed_at, first_scan_at, delivered_at, outcome FROM parcels WHERE named"
    scans = at("2026-09-08T20:00:00"), at("2026-09-09T02:00:00"), at("2026-09-11T18:00:00")
    assert shop.rows(parcels) == [("1Z1", "UPS", "Ground", *scans, "delivered")]


def test_a_clock_stop_of_the_premium_defects_is_no_delivery_and_a_bare_day_no_moment(shop):
    cells = {
        "Order ID": order(1), "Order received": "2026-09-07T10:00:00Z", "Promised delivery date": "2026-09-10T06:59:59Z",
        "Tracking number": "1Z1", "Clock stop": "2026-09-10T18:00:00Z", "Ship-by date": "2026-09-09T06:59:59Z",
    }  # fmt: skip
    bare = cells | {"Order ID": order(2), "Promised delivery date": "09/10/2026"}
    path = shop.write("amazon_shipping_performance", "premium_defects", cells, bare, delimiter=",")
    found = store.load(path, db=shop.db).files[0]
    assert (found.loaded, found.quarantined_lines) == (1, [3])
    asked = "SELECT ship_by, deliver_by, deliver_by_before_extension FROM order_lines"
    assert shop.rows(asked) == [(at("2026-09-09T06:59:59"), at("2026-09-10T06:59:59"), None)]
    assert shop.rows("SELECT delivered_at FROM parcels WHERE named") == [(None,)]


def test_a_late_shipment_tells_its_deadline_and_its_confirmation(shop):
    cells = {
        "Order ID": order(1), "Order date": "2026-09-07T10:00:00Z", "Expected ship date": "2026-09-09T06:59:59Z",
        "Ship confirmation date": "2026-09-09T20:00:00Z", "Carrier": "USPS", "Tracking ID": "94001",
    }  # fmt: skip
    shop.load(shop.write("amazon_late_shipments", "late_shipments", cells, delimiter=","))
    assert shop.rows("SELECT order_id, ship_by FROM order_lines") == [(order(1), at("2026-09-09T06:59:59"))]
    assert shop.rows("SELECT tracking, confirmed_at FROM parcels WHERE named") == [("94001", at("2026-09-09T20:00:00"))]
