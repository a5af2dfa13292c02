"""Each export about FBA in its genuine header against rows written by hand, with the trap that is its own."""

from decimal import Decimal as D

import pytest
from hand_written import NAME, STREET, Shop, at, day, order

from orderkit import store
from orderkit.formats import variants


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


# --- Amazon fulfilled shipments -----------------------------------------------------------------------------------------------

SHIPMENT = {
    "amazon-order-id": order(1), "amazon-order-item-id": "10000000000001", "shipment-id": "S1", "shipment-item-id": "SI1",
    "purchase-date": "2026-09-20T10:00:00+00:00", "payments-date": "2026-09-20T10:05:00+00:00",
    "shipment-date": "2026-09-21T08:00:00+00:00", "reporting-date": "2026-09-21T12:00:00+00:00", "sku": "MUG",
    "product-name": '4" mug', "quantity-shipped": "2", "currency": "USD", "item-price": "25.00", "shipping-price": "4.99",
    "item-promotion-discount": "-1.50", "ship-promotion-discount": "-4.99", "carrier": "AMZN_US", "tracking-number": "TBA1",
    "estimated-arrival-date": "2099-09-25T03:00:00+00:00", "fulfillment-channel": "AFN", "sales-channel": "Amazon.com",
    "buyer-name": NAME, "ship-address-1": STREET, "ship-city": "--",
}  # fmt: skip
SECOND = SHIPMENT | {
    "shipment-id": "S2", "shipment-item-id": "SI2", "shipment-date": "2026-09-22T08:00:00+00:00",
    "reporting-date": "2026-09-22T12:00:00+00:00", "quantity-shipped": "1", "item-price": "12.50", "shipping-price": "0.00",
    "item-promotion-discount": "", "ship-promotion-discount": "", "tracking-number": "TBA2",
}  # fmt: skip
SUMS = "SELECT units, item_price, shipping_price, discounts, status, channel, marketplace, deliver_by FROM order_lines"


def test_a_line_shipped_in_two_parcels_adds_up_and_names_both(shop):
    shop.load(shop.write("amazon_fulfilled_shipments", "v48", SHIPMENT, SECOND))
    assert shop.rows(SUMS) == [
        (2 + 1, D("25.00") + D("12.50"), D("4.99"), D("1.50") + D("4.99"), "shipped", "FBA", "amazon.com", None)
    ]
    parcels = "SELECT parcel, order_id, carrier, shipped_at, delivered_at, outcome, named FROM parcels ORDER BY parcel"
    assert shop.rows(parcels) == [
        ("TBA1", order(1), "AMZN_US", at("2026-09-21T08:00:00"), None, "unknown", True),
        ("TBA2", order(1), "AMZN_US", at("2026-09-22T08:00:00"), None, "unknown", True),
    ]
    assert not shop.holds(NAME)


def test_overlapping_shipment_files_count_each_shipment_item_once(shop):
    first = shop.write("amazon_fulfilled_shipments", "v48", SHIPMENT, SECOND)
    other = shop.write("amazon_fulfilled_shipments", "JP_49", SECOND | {"points-granted": "5"})
    shop.load(other, first)
    assert shop.rows("SELECT units, item_price FROM order_lines") == [(3, D("37.50"))]


def test_an_order_of_another_channel_has_no_marketplace(shop):
    other = SHIPMENT | {"amazon-order-id": "S01-0000000-0000001", "sales-channel": "Non-Amazon", "item-price": ""}
    shop.load(shop.write("amazon_fulfilled_shipments", "v48", other))
    assert shop.rows("SELECT order_id, marketplace, item_price FROM order_lines") == [("S01-0000000-0000001", None, None)]


# --- FBA customer returns -----------------------------------------------------------------------------------------------------

FBA_RETURN = {
    "return-date": "2026-09-14T07:03:57+00:00", "order-id": order(1), "sku": "MUG", "asin": "B000000001", "fnsku": "X000000001",
    "product-name": '4" mug', "quantity": "1", "fulfillment-center-id": "LEJ1", "detailed-disposition": "CUSTOMER_DAMAGED",
    "reason": "DEFECTIVE", "status": "Unit returned to inventory", "license-plate-number": "LPNHE000000001",
    "customer-comments": "it broke | call me, Canary Buyer",
}  # fmt: skip
RETURNS = "SELECT order_id, rma, sku, received_at, requested_at, reason, units, disposition, stock_status FROM returns"


def test_an_fba_return_is_known_by_its_sticker(shop):
    shop.load(shop.write("amazon_fba_customer_returns", "v13", FBA_RETURN))
    back = (day("2026-09-14"), None, "DEFECTIVE", 1, "CUSTOMER_DAMAGED", "Unit returned to inventory")
    assert shop.rows(RETURNS) == [(order(1), "LPNHE000000001", "MUG", *back)]
    assert shop.rows("SELECT reason_group, usual_cause, fnsku FROM returns") == [("product_fault", "seller", "X000000001")]


def test_what_a_buyer_wrote_about_a_return_is_not_kept_unasked(shop):
    shop.load(shop.write("amazon_fba_customer_returns", "v13", FBA_RETURN))
    assert shop.rows("SELECT comments FROM returns") == [(None,)]
    assert [shop.holds(words) for words in ("it broke", NAME)] == [[], []]


def test_equal_rows_without_sticker_are_units_of_their_own_however_often_they_are_loaded(shop):
    old = FBA_RETURN | {"license-plate-number": ""}
    both = shop.write("amazon_fba_customer_returns", "v13", old, old)
    again = shop.write("amazon_fba_customer_returns", "v13", old, old, FBA_RETURN | {"order-id": order(2)})
    found = shop.load(both, again)
    assert [(file.loaded, file.duplicates) for file in found] == [(2, 0), (1, 2)]
    asked = "SELECT order_id, count(*), sum(units) FROM returns GROUP BY 1 ORDER BY 1"
    assert shop.rows(asked) == [(order(1), 2, 2), (order(2), 1, 1)]


def test_a_later_status_of_a_unit_takes_the_place_of_none(shop):
    bare = shop.write("amazon_fba_customer_returns", "v13", FBA_RETURN | {"status": ""})
    full = shop.write("amazon_fba_customer_returns", "v13", FBA_RETURN)
    shop.load(full, bare)
    assert shop.rows("SELECT stock_status FROM returns") == [("Unit returned to inventory",)]


def test_the_csv_of_seller_central_is_quoted_and_a_spanish_sheet_has_words_of_its_own(shop):
    known = variants("amazon_fba_customer_returns")
    words = dict(zip(known["v13"], known["es_online_view"], strict=True))
    spanish = {words[header]: cell for header, cell in FBA_RETURN.items()} | {"Matrícula": "LPNHE000000002"}
    comma = FBA_RETURN | {"product-name": "mug, large"}
    shop.load(
        shop.write("amazon_fba_customer_returns", "v13", comma, delimiter=",", quote=True),
        shop.write("amazon_fba_customer_returns", "es_online_view", spanish, delimiter=",", quote=True),
    )
    asked = "SELECT rma, received_at, disposition, stock_status FROM returns ORDER BY rma"
    told = (day("2026-09-14"), "CUSTOMER_DAMAGED", "Unit returned to inventory")
    assert shop.rows(asked) == [("LPNHE000000001", *told), ("LPNHE000000002", *told)]


# --- FBA replacements ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("layout", "word"), [("v9", "amazon"), ("v9_customer_order_id", "customer")])
def test_a_free_replacement_only_takes_stock(shop, layout, word):
    cells = {
        "shipment-date": "2026-09-14T07:03:57+00:00", "sku": "MUG", "asin": "B000000001", "fulfillment-center-id": "LEJ1",
        "original-fulfillment-center-id": "FRA3", "quantity": "2", "replacement-reason-code": "3",
        f"replacement-{word}-order-id": order(9), f"original-{word}-order-id": order(1),
    }  # fmt: skip
    shop.load(shop.write("amazon_fba_replacements", layout, cells, cells | {f"replacement-{word}-order-id": order(8)}))
    event = (at("2026-09-14T07:03:57"), "replacement", "MUG", -2, "3", order(1), "LEJ1")
    asked = "SELECT happened_at, kind, sku, units, reason, reference, location FROM stock_events"
    assert shop.rows(asked) == [event, event]
    assert shop.rows("SELECT count(*) FROM order_lines") == [(0,)]


# --- FBA reimbursements -------------------------------------------------------------------------------------------------------

PAID = {
    "approval-date": "2026-08-01T00:00:00+00:00", "reimbursement-id": "70000001", "case-id": "", "amazon-order-id": "",
    "reason": "Lost_Warehouse", "sku": "MUG", "fnsku": "X000000001", "asin": "B000000001", "condition": "Sellable",
    "currency-unit": "EUR", "amount-per-unit": "8.10", "amount-total": "16.20", "quantity-reimbursed-cash": "2",
    "quantity-reimbursed-inventory": "0", "quantity-reimbursed-total": "2",
}  # fmt: skip


def test_reimbursements_are_signed_and_one_number_may_be_about_several_skus(shop):
    back = {
        "approval-date": "2026-08-20T00:00:00+00:00", "reimbursement-id": "70000009", "reason": "Reversal_Reimbursement",
        "amount-total": "-16.20", "quantity-reimbursed-cash": "-2", "quantity-reimbursed-total": "-2",
        "original-reimbursement-id": "70000001", "original-reimbursement-type": "Lost_Warehouse",
    }  # fmt: skip
    units = {
        "reimbursement-id": "70000002", "amount-total": "0.00", "quantity-reimbursed-cash": "0", "reason": "Strange_Word",
        "quantity-reimbursed-inventory": "1", "quantity-reimbursed-total": "1",
    }  # fmt: skip
    rows = [
        PAID, PAID | {"sku": "CUP", "amount-total": "4.05", "reason": "CustomerReturn", "amazon-order-id": order(1)},
        PAID | back, PAID | units,
    ]  # fmt: skip
    found = shop.load(shop.write("amazon_fba_reimbursements", "v18", *rows))
    assert [file.loaded for file in found] == [4]
    asked = "SELECT claim_id, sku, order_id, kind, state, amount, units, source, currency FROM recoveries ORDER BY ALL"
    assert shop.rows(asked) == [
        ("70000001", "CUP", order(1), "customer_return", "paid", D("4.05"), 2, "marketplace", "EUR"),
        ("70000001", "MUG", None, "lost", "paid", D("16.20"), 2, "marketplace", "EUR"),
        ("70000002", "MUG", None, None, "granted", D("0.00"), 1, "marketplace", "EUR"),
        ("70000009", "MUG", None, "correction", "reversed", D("-16.20"), -2, "marketplace", "EUR"),
    ]
    assert shop.rows("SELECT sum(amount) FROM recoveries") == [(D("16.20") + D("4.05") + D("0.00") - D("16.20"),)]


def test_the_reimbursement_csv_of_seller_central_reads_as_the_tab_file(shop):
    quoted = shop.write("amazon_fba_reimbursements", "v18", PAID | {"product-name": "mug, large"}, delimiter=",", quote=True)
    shop.load(quoted)
    assert shop.rows("SELECT amount, decided_at FROM recoveries") == [(D("16.20"), at("2026-08-01T00:00:00"))]


# --- FBA inventory ledger -----------------------------------------------------------------------------------------------------

MOVED = {
    "Date": "09/14/2026", "FNSKU": "X000000001", "ASIN": "B000000001", "MSKU": "MUG", "Title": "mug, large",
    "Event Type": "Adjustments", "Reference ID": "13895071006", "Quantity": "-1", "Fulfillment Center": "LEJ1",
    "Disposition": "SELLABLE", "Reason": "M", "Country": "DE", "Reconciled Quantity": "0", "Unreconciled Quantity": "1",
    "Date and Time": "2026-09-14T09:10:11+00:00",
}  # fmt: skip
EVENTS = "SELECT happened_at, kind, reason, units, disposition, location, reference, sku FROM stock_events ORDER BY ALL"


def test_equal_rows_of_the_ledger_are_two_events_and_pairs_keep_their_signs(shop):
    pair = {"Reason": "E", "Reference ID": "2"}, {"Reason": "P", "Reference ID": "2", "Quantity": "1", "Disposition": "DAMAGED"}
    sold = {"Event Type": "Shipments", "Reason": "", "Reference ID": "", "Quantity": "-4"}
    rows = [MOVED, MOVED, *(MOVED | part for part in pair), MOVED | sold]
    found = shop.load(shop.write("amazon_fba_ledger_detail", "v15", *rows, quote=True))
    assert [(file.lines, file.loaded) for file in found] == [(5, 5)]
    when = at("2026-09-14T09:10:11")
    lost = (when, "lost", "M", -1, "SELLABLE", "LEJ1", "13895071006", "MUG")
    assert shop.rows(EVENTS) == [
        (when, "damaged", "E", -1, "SELLABLE", "LEJ1", "2", "MUG"),
        (when, "disposition_change", "P", 1, "DAMAGED", "LEJ1", "2", "MUG"),
        lost,
        lost,
        (when, "shipment", None, -4, "SELLABLE", "LEJ1", None, "MUG"),
    ]


def test_a_ledger_loaded_again_with_more_days_adds_only_these(shop):
    first = shop.write("amazon_fba_ledger_detail", "v15", MOVED, MOVED, quote=True)
    more = shop.write("amazon_fba_ledger_detail", "v15", MOVED, MOVED, MOVED | {"Date": "09/15/2026"}, quote=True)
    found = shop.load(first, more)
    assert [(file.loaded, file.duplicates) for file in found] == [(2, 0), (1, 2)]
    assert shop.rows("SELECT count(*), sum(units) FROM stock_events") == [(3, -3)]


def test_a_ledger_without_time_and_an_unknown_code_is_the_day_and_an_adjustment(shop):
    bare = {header.replace(" ", ""): cell for header, cell in MOVED.items() if header != "Date and Time"} | {"Reason": "Z"}
    shop.load(shop.write("amazon_fba_ledger_detail", "v14_docs", bare, quote=True))
    assert shop.rows("SELECT happened_at, kind, reason FROM stock_events") == [(at("2026-09-14T00:00:00"), "adjustment", "Z")]


BALANCE = {
    "Date": "09/14/2026", "FNSKU": "X000000001", "ASIN": "B000000001", "MSKU": "MUG", "Title": "mug, large",
    "Disposition": "SELLABLE", "Starting Warehouse Balance": "10", "In Transit Between Warehouses": "7", "Receipts": "5",
    "Customer Shipments": "-4", "Customer Returns": "1", "Vendor Returns": "0", "Warehouse Transfer In/Out": "-2", "Found": "1",
    "Lost": "-3", "Damaged": "0", "Disposed": "0", "Other Events": "0", "Ending Warehouse Balance": "8", "Unknown Events": "0",
    "Location": "DE",
}  # fmt: skip


def test_a_balance_must_add_up(shop):
    assert 10 + 5 - 4 + 1 - 2 + 1 - 3 == 8
    unknown = BALANCE | {"MSKU": "CUP", "Ending Warehouse Balance": "6", "Unknown Events": "-2"}
    month = BALANCE | {"Date": "08/2026", "MSKU": "JUG"}
    wrong = BALANCE | {"MSKU": "POT", "Ending Warehouse Balance": "9"}
    path = shop.write("amazon_fba_ledger_summary", "v21", BALANCE, unknown, month, wrong, quote=True)
    found = store.load(path, db=shop.db).files[0]
    assert (found.lines, found.loaded, found.quarantined, found.quarantined_lines) == (4, 3, 1, [5])
    asked = "SELECT sku, happened_at, kind, units, starting, ending, location FROM stock_events ORDER BY sku"
    assert shop.rows(asked) == [
        ("CUP", at("2026-09-14T00:00:00"), "balance", None, 10, 6, "DE"),
        ("JUG", at("2026-08-01T00:00:00"), "balance", None, 10, 8, "DE"),
        ("MUG", at("2026-09-14T00:00:00"), "balance", None, 10, 8, "DE"),
    ]


@pytest.mark.parametrize("layout", ["v9", "v9_adjustment_date"])
def test_old_adjustments_have_two_spellings_of_their_date(shop, layout):
    cells = {
        "transaction-item-id": "900001", "fnsku": "X000000001", "sku": "MUG", "product-name": '4" mug', "quantity": "-2",
        "fulfillment-center-id": "LEJ1", "reason": "5", "disposition": "SELLABLE",
    }  # fmt: skip
    date = "adjusted-date" if layout == "v9" else "adjustment-date"
    shop.load(shop.write("amazon_fba_adjustments", layout, {date: "2022-03-04T00:00:00+00:00"} | cells))
    assert shop.rows(EVENTS) == [(at("2022-03-04T00:00:00"), "lost", "5", -2, "SELLABLE", "LEJ1", "900001", "MUG")]
