"""Orders of Shopify, eBay, Walmart, Etsy and WooCommerce: rows written by hand, with the traps that are their own."""

from decimal import Decimal as D

import pytest
from framed import table, workbook, write
from hand_written import NAME, STREET, Shop, at

from orderkit import store


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


def day_end(text):
    """The last instant of a day; shops whose zone is not known count in UTC."""
    return at(f"{text}T23:59:59.999999")


# --- Shopify ------------------------------------------------------------------------------------------------------------------

FIRST = {
    "Name": "#1001", "Email": "canary@example.com", "Financial Status": "paid", "Paid at": "2026-07-10 04:01:00 -0400",
    "Fulfillment Status": "unfulfilled", "Currency": "USD", "Subtotal": "41.50", "Shipping": "5.00", "Taxes": "3.30",
    "Total": "49.80", "Discount Amount": "3.50", "Created at": "2026-07-10 04:00:00 -0400", "Lineitem quantity": "2",
    "Lineitem name": "Mug",
    "Lineitem price": "12.50", "Lineitem sku": "MUG", "Lineitem fulfillment status": "pending",
    "Lineitem requires shipping": "true", "Shipping Name": NAME, "Shipping Street": STREET, "Shipping Zip": "'90210-1234",
    "Shipping Country": "US",
    "Notes": f'leave it at the door,\n"please" {NAME}', "Refunded Amount": "0.00",
}  # fmt: skip
NEXT = {
    "Name": "#1001", "Email": "canary@example.com", "Lineitem quantity": "1", "Lineitem name": "Plate", "Lineitem price": "20.00",
    "Lineitem sku": "PLATE", "Lineitem requires shipping": "true", "Lineitem fulfillment status": "pending",
}  # fmt: skip
LINES = "SELECT order_id, sku, units, item_price, shipping_price, discounts, status FROM order_lines ORDER BY ALL"


def shopify(shop, *rows, layout="v79"):
    return write(shop, table("shopify_orders", layout, rows))


def test_what_stands_on_the_first_row_holds_for_the_order_and_counts_once(shop):
    result = shop.load(shopify(shop, FIRST, NEXT))[0]
    assert (result.lines, result.money) == (2, {"USD": D("41.50")})
    assert shop.rows(LINES) == [
        ("#1001", "MUG", 2, 2 * D("12.50"), D("5.00"), D("3.50"), "unshipped"),
        ("#1001", "PLATE", 1, D("20.00"), None, None, "unshipped"),
    ]
    told = "SELECT DISTINCT ordered_at, ordered_at_grain, currency, channel, marketplace, country, region FROM order_lines"
    assert shop.rows(told) == [(at("2026-07-10T08:00:00"), "moment", "USD", "FBM", "shopify", "US", "902")]
    for canary in (NAME, STREET, "canary@", "door"):
        assert not shop.holds(canary)


def test_two_lines_without_sku_are_two_lines(shop):
    shop.load(shopify(shop, FIRST | {"Lineitem sku": ""}, NEXT | {"Lineitem sku": ""}))
    assert shop.rows("SELECT sku, item_price FROM order_lines ORDER BY item_price") == [(None, D("20.00")), (None, D("25.00"))]


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ({}, "unshipped"),
        ({"Fulfillment Status": "fulfilled", "Lineitem fulfillment status": "fulfilled"}, "shipped"),
        ({"Fulfillment Status": "partial", "Lineitem fulfillment status": "fulfilled"}, "shipped"),
        ({"Fulfillment Status": "partial"}, "partially_shipped"),
        ({"Financial Status": "pending"}, "pending"),
        ({"Financial Status": "voided", "Cancelled at": "2026-07-11 04:00:00 -0400"}, "cancelled"),
        ({"Fulfillment Status": "restocked"}, None),
    ],
)
def test_payment_shipping_and_cancellation_give_the_status(shop, cells, status):
    shop.load(shopify(shop, FIRST | cells))
    assert shop.rows("SELECT status FROM order_lines") == [(status,)]


def test_the_newer_export_tells_the_status_and_the_refund(shop):
    paid, refunded = FIRST, FIRST | {"Financial Status": "partially_refunded", "Refunded Amount": "12.50"}
    refunded |= {"Fulfillment Status": "fulfilled", "Fulfilled at": "2026-07-12 04:00:00 -0400"}
    shop.load(shopify(shop, paid), shopify(shop, refunded))
    assert shop.rows("SELECT status FROM order_lines") == [("shipped",)]
    assert shop.rows("SELECT order_id, category, amount, currency FROM money") == [("#1001", "refund", D("-12.50"), "USD")]


def test_an_old_export_is_read(shop):
    early = {header: cell for header, cell in FIRST.items() if header != "Refunded Amount"}
    shop.load(shopify(shop, early, layout="v47_2012"))
    assert shop.rows("SELECT sku, status FROM order_lines") == [("MUG", "unshipped")]


# --- eBay ---------------------------------------------------------------------------------------------------------------------

SOLD = {
    "Sales Record Number": "501", "Order Number": "01-12345-00001", "Buyer Username": "canary_77", "Buyer Name": NAME,
    "Ship To Name": NAME, "Ship To Address 1": STREET, "Ship To Zip": "90210-1234", "Ship To Country": "United States",
    "Item Number": "110000000001", "Item Title": "Mug", "Custom Label": "MUG", "Quantity": "1", "Sold For": "$1,433.66",
    "Shipping And Handling": "$5.00", "eBay Collected Tax": "$100.00", "Total Price": "$1,538.66", "Sale Date": "Jul-25-26",
    "Paid On Date": "Jul-25-26", "Ship By Date": "Jul-28-26", "Minimum Estimated Delivery Date": "Jul-30-26",
    "Maximum Estimated Delivery Date": "Aug-03-26", "Transaction ID": "2001", "Shipping Service": "USPS Ground Advantage",
}  # fmt: skip
ORDERED = "SELECT order_id, line, sku, units, item_price, shipping_price, status FROM order_lines ORDER BY ALL"


def ebay(*rows, layout="v80", delimiter=","):
    """One download: bare commas around the header, footers below the rows."""
    text = table("ebay_orders", layout, rows, delimiter=delimiter)
    header, body = text.split("\n", 1)
    bare = delimiter * header.count(delimiter)
    footers = [
        delimiter.join([str(len(rows)), "record(s) downloaded", "from Jul-01-26 to Jul-31-26"]),
        "Seller ID : canary_seller",
    ]
    return "\n".join([bare, header, bare, body, *footers, ""])


def test_an_item_sold_is_a_line_with_its_promises(shop):
    result = shop.load(write(shop, ebay(SOLD)))[0]
    assert result.lines == 1
    assert shop.rows(ORDERED) == [("01-12345-00001", "2001", "MUG", 1, D("1433.66"), D("5.00"), "unshipped")]
    told = "SELECT ordered_at, ordered_at_grain, ship_by, deliver_by, marketplace, country, region FROM order_lines"
    assert shop.rows(told) == [
        (at("2026-07-25T00:00:00"), "day", day_end("2026-07-28"), day_end("2026-08-03"), "ebay.com", "US", "902")
    ]
    for canary in (NAME, STREET, "canary_"):
        assert not shop.holds(canary)


def test_a_summary_row_tells_of_the_order_but_is_no_line(shop):
    whole = {"Item Number": "", "Item Title": "", "Custom Label": "", "Transaction ID": "", "Quantity": "2"}
    whole |= {"Sold For": "$30.00", "Total Price": "$35.00", "eBay Collected Tax": ""}
    item = {"Sales Record Number": "501", "Order Number": "01-12345-00001", "Quantity": "1", "Shipped On Date": "Jul-27-26"}
    mug = {"Item Number": "1", "Custom Label": "MUG", "Sold For": "$10.00", "Transaction ID": "2001", "Tracking Number": "9400"}
    plate = {
        "Item Number": "2",
        "Custom Label": "PLATE",
        "Sold For": "$20.00",
        "Transaction ID": "2002",
        "Tracking Number": "9401",
    }
    shop.load(write(shop, ebay(SOLD | whole, item | mug, item | plate)))
    assert shop.rows(ORDERED) == [
        ("01-12345-00001", "2001", "MUG", 1, D("10.00"), None, "shipped"),
        ("01-12345-00001", "2002", "PLATE", 1, D("20.00"), None, "shipped"),
    ]
    assert shop.rows("SELECT DISTINCT ship_by, region FROM order_lines") == [(day_end("2026-07-28"), "902")]
    assert shop.rows("SELECT tracking, shipped_at, service FROM parcels ORDER BY ALL") == [
        ("9400", at("2026-07-27T00:00:00"), None),
        ("9401", at("2026-07-27T00:00:00"), None),
    ]


def test_the_price_of_several_units_is_that_of_all(shop):
    unit = SOLD | {"Quantity": "3", "Sold For": "$10.00", "Total Price": "$35.00"}
    whole = SOLD | {"Order Number": "01-12345-00002", "Quantity": "3", "Sold For": "$30.00", "Total Price": "$35.00"}
    shop.load(write(shop, ebay(unit, whole | {"Transaction ID": "2002", "Sales Record Number": "502"})))
    assert shop.rows("SELECT item_price FROM order_lines") == [(D("30.00"),)] * 2


def test_downloads_pasted_below_one_another_are_read_as_one(shop):
    later = SOLD | {"Sales Record Number": "502", "Order Number": "01-12345-00002", "Transaction ID": "2002"}
    result = shop.load(write(shop, ebay(SOLD), ebay(later)))[0]
    assert result.lines == 2
    assert shop.rows("SELECT order_id FROM order_lines ORDER BY 1") == [("01-12345-00001",), ("01-12345-00002",)]


def test_a_commitment_never_paid_is_no_order(shop):
    never = SOLD | {"Order Number": "", "Paid On Date": "", "Sales Record Number": "502"}
    result = shop.load(write(shop, ebay(SOLD, never)))[0]
    assert (result.lines, result.quarantined) == (2, 0)
    assert shop.rows("SELECT order_id FROM order_lines") == [("01-12345-00001",)]


def test_british_words_and_times_of_day_are_read(shop):
    row = {
        "Sales record number": "7", "Order number": "02-1-1", "Post to name": NAME, "Post to postcode": "YO1 7HH",
        "Post to country": "United Kingdom", "Item number": "1", "Custom label": "MUG", "Quantity": "1", "Sold for": "£12.50",
        "Postage and packaging": "£3.20", "Total price": "£15.70", "Sale date": "25-Jul-26", "Post by date": "28-Jul-26",
        "Dispatched on date": "27-Jul-26", "Delivery service": "Royal Mail 48", "Tracking number": "RM1",
    }  # fmt: skip
    shop.load(write(shop, ebay(row, layout="uk_names")))
    told = "SELECT sku, item_price, shipping_price, status, country, region, ship_by FROM order_lines"
    assert shop.rows(told) == [("MUG", D("12.50"), D("3.20"), "shipped", "GB", "YO1", day_end("2026-07-28"))]


def test_moments_in_place_of_days_are_read(shop):
    shop.load(write(shop, ebay(SOLD | {"Sale Date": "Sep-30-26 23:45:00", "Ship By Date": "Oct-02-26 23:59:59"})))
    assert shop.rows("SELECT ordered_at, ship_by FROM order_lines") == [(at("2026-09-30T00:00:00"), day_end("2026-10-02"))]


def test_a_german_file_gives_its_orders(shop):
    row = {
        "Verkaufsprotokollnummer": "1", "Bestellnummer": "23-12345-12345", "Gesamtbetrag": "116,99 €", "Verkauft am": "10-Dez-25",
        "Zahlungsdatum": "10-Dez-25", "Nutzername des Käufers": "canary_77", "Name des Käufers": "--",
    }  # fmt: skip
    shop.load(write(shop, ebay(row, layout="de_names", delimiter=";"), encoding="utf-8-sig"))
    told = "SELECT order_id, line, ordered_at, item_price FROM order_lines"
    assert shop.rows(told) == [("23-12345-12345", "", at("2025-12-10T00:00:00"), None)]
    assert not shop.holds("canary_77")


# --- Walmart ------------------------------------------------------------------------------------------------------------------

WALMART = {
    "PO#": "108000000000001", "Order#": "200000000000001", "Order Date": "2026-07-10", "Ship By": "2026-07-12",
    "Delivery Date": "2026-07-17", "Customer Name": NAME, "Customer Shipping Address": STREET, "City": "Canaryville",
    "Zip": "90210", "Line#": "1", "Status": "Shipped", "Item Description": "Mug", "Qty": "1", "SKU": "MUG",
    "Item Cost": "12.50", "Shipping Cost": "0", "Tax": "1.10", "Carrier": "UPS", "Tracking Number": "1Z1",
    "Shipping Method": "Standard", "Fulfillment Entity": "Seller Fulfilled", "Tracking Url": "https://example.com/1Z1",
}  # fmt: skip
PLATE = WALMART | {"Line#": "2", "SKU": "PLATE", "Status": "Acknowledged", "Item Cost": "20.00", "Tracking Number": ""}


@pytest.mark.parametrize("make", [write, workbook])
def test_a_walmart_sheet_gives_lines_promises_and_parcels(shop, make):
    shop.load(make(shop, table("walmart_orders", "v37", [WALMART, PLATE])))
    assert shop.rows("SELECT order_id, line, sku, status, item_price, item_tax FROM order_lines ORDER BY ALL") == [
        ("108000000000001", "1", "MUG", "shipped", D("12.50"), D("1.10")),
        ("108000000000001", "2", "PLATE", "unshipped", D("20.00"), D("1.10")),
    ]
    told = "SELECT DISTINCT currency, channel, ship_by, deliver_by FROM order_lines"
    assert shop.rows(told) == [("USD", "FBM", day_end("2026-07-12"), day_end("2026-07-17"))]
    assert shop.rows("SELECT tracking, carrier, named FROM parcels") == [("1Z1", "UPS", True)]
    assert shop.rows("SELECT line FROM parcel_lines") == [("1",)]
    for canary in (NAME, STREET, "Canaryville"):
        assert not shop.holds(canary)


def test_orders_that_walmart_ships_are_told_apart(shop):
    shop.load(write(shop, table("walmart_orders", "v37", [WALMART | {"Fulfillment Entity": "WFS Fulfilled"}])))
    assert shop.rows("SELECT channel FROM order_lines") == [("FBA",)]


def test_walmarts_defects_tell_promise_delivery_and_cancellation(shop):
    late = {
        "poNum": "108000000000001", "salesOrder": "200000000000001", "orderPlacedDt": "2026-07-10",
        "estimatedDeliveryDate": "2026-07-17", "actualDeliveryDate": "2026-07-19", "trackingNum": "1Z1", "carrier": "UPS",
        "defectType": "OTD",
    }  # fmt: skip
    gone = {"poNum": "108000000000002", "orderPlacedDt": "2026-07-11", "cancelDate": "2026-07-12", "defectType": "Cancel"}
    shop.load(write(shop, table("walmart_defects", "api_16", [late, gone])))
    assert shop.rows("SELECT order_id, line, status, deliver_by FROM order_lines ORDER BY ALL") == [
        ("108000000000001", "", None, day_end("2026-07-17")),
        ("108000000000002", "", "cancelled", None),
    ]
    assert shop.rows("SELECT order_id, tracking, delivered_at, outcome FROM parcels") == [
        ("108000000000001", "1Z1", at("2026-07-19T00:00:00"), "delivered")
    ]


# --- Etsy ---------------------------------------------------------------------------------------------------------------------

ETSY = {
    "Sale Date": "07/10/26", "Order ID": "3000000001", "Buyer User ID": "canary", "Full Name": NAME, "Street 1": STREET,
    "Number of Items": "3", "Date Shipped": "07/12/26", "Ship Zipcode": "90210", "Ship Country": "United States",
    "Currency": "USD", "Order Value": "45.00", "Discount Amount": "4.50", "Shipping Discount": "0.00", "Shipping": "6.00",
    "Sales Tax": "3.60",
    "Order Total": "50.10", "Order Net": "44.00", "SKU": "MUG,PLATE",
}  # fmt: skip
ITEMS = {
    "Sale Date": "07/10/26", "Order ID": "3000000001", "Buyer": NAME, "Currency": "USD", "Discount Amount": "4.50",
    "Order Shipping": "6.00", "Ship Zipcode": "90210", "Ship Country": "United States", "Date Shipped": "07/12/26",
}  # fmt: skip
ETSY_LINES = [
    ITEMS | {"Item Name": "Mug", "Quantity": "2", "Price": "12.50", "Item Total": "25.00", "Transaction ID": "41", "SKU": "MUG"},
    ITEMS | {"Item Name": "Plate", "Quantity": "1", "Price": "20.00", "Item Total": "20.00", "Transaction ID": "42", "SKU": "P"},
]


def test_an_etsy_order_without_its_items_is_one_line(shop):
    shop.load(write(shop, table("etsy_orders", "v36", [ETSY])))
    assert shop.rows("SELECT order_id, line, units, item_price, shipping_price, discounts FROM order_lines") == [
        ("3000000001", "", 3, D("45.00"), D("6.00"), D("4.50"))
    ]
    assert shop.rows("SELECT currency, status, region, country FROM order_lines") == [("USD", "shipped", "902", "US")]
    for canary in (NAME, STREET, "canary"):
        assert not shop.holds(canary)


@pytest.mark.parametrize("first", [0, 1])
def test_money_of_an_etsy_order_counts_once_over_its_items(shop, first):
    paths = [write(shop, table("etsy_orders", "v36", [ETSY])), write(shop, table("etsy_order_items", "v33", ETSY_LINES))]
    shop.load(paths[first], paths[1 - first])
    assert shop.rows("SELECT line, sku, units, item_price FROM order_lines ORDER BY ALL") == [
        ("41", "MUG", 2, 2 * D("12.50")),
        ("42", "P", 1, D("20.00")),
    ]
    assert shop.rows("SELECT sum(shipping_price), sum(discounts) FROM order_lines") == [(D("6.00"), D("4.50"))]


def test_a_french_etsy_export_has_decimal_commas(shop):
    cells = {"Currency": "EUR", "Order Value": "1045,00", "Shipping": "6,50", "Discount Amount": "0,00", "Ship Country": "France"}
    cells |= {"Shipping Discount": "0,00", "Sales Tax": "0,00", "Order Total": "1051,50", "Order Net": "1000,00"}
    shop.load(write(shop, table("etsy_orders", "v36", [ETSY | cells])))
    assert shop.rows("SELECT item_price, shipping_price, country FROM order_lines") == [(D("1045.00"), D("6.50"), "FR")]


def test_an_order_that_is_not_shipped_or_cancelled_says_so(shop):
    rows = [ETSY | {"Date Shipped": ""}, ETSY | {"Order ID": "3000000002", "Status": "Canceled"}]
    shop.load(write(shop, table("etsy_orders", "v36", rows)))
    assert shop.rows("SELECT status FROM order_lines ORDER BY order_id") == [("unshipped",), ("cancelled",)]


# --- WooCommerce --------------------------------------------------------------------------------------------------------------


def test_a_woocommerce_order_is_one_line_in_utc(shop):
    row = {
        "Date": "2026-07-10 08:00:00", "Order #": "1501", "N. Revenue (formatted)": "$45.00", "Status": "processing",
        "Customer": NAME, "Customer type": "new", "Product(s)": "2\u00d7 Mug, 1\u00d7 Plate", "Items sold": "3",
        "Net Sales": "45",
    }  # fmt: skip
    done = row | {"Order #": "1502", "Status": "completed", "Net Sales": "12.5", "Items sold": "1"}
    shop.load(write(shop, table("woocommerce_orders", "v11", [row, done])))
    told = "SELECT order_id, line, units, item_price, status, ordered_at FROM order_lines ORDER BY ALL"
    assert shop.rows(told) == [
        ("1501", "", 3, D("45.00"), "unshipped", at("2026-07-10T08:00:00")),
        ("1502", "", 1, D("12.50"), "shipped", at("2026-07-10T08:00:00")),
    ]
    assert not shop.holds(NAME)


def test_the_older_woocommerce_export_is_read(shop):
    row = {"Date": "2026-07-10 08:00:00", "Order #": "1501", "Status": "cancelled", "Items sold": "1", "N. Revenue": "12.50"}
    shop.load(write(shop, table("woocommerce_orders", "v10_older", [row])))
    assert shop.rows("SELECT status, item_price FROM order_lines") == [("cancelled", D("12.50"))]


@pytest.mark.parametrize("name", ["shopify_orders", "ebay_orders", "walmart_orders", "etsy_orders"])
def test_an_export_of_no_orders_is_loaded(shop, name):
    layout = {"shopify_orders": "v79", "ebay_orders": "v80", "walmart_orders": "v37", "etsy_orders": "v36"}[name]
    result = store.load(write(shop, table(name, layout, [])), db=shop.db).files[0]
    assert (result.state, result.lines) == ("loaded", 0)
