"""Settlements and transaction reports in their genuine headers against rows written by hand, with their own traps."""

import json
from decimal import Decimal as D

import pytest
from framed import table, write
from hand_written import Shop, at, order

from orderkit import store
from orderkit.formats import formats, variants


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


def refused(shop, path):
    """The reason why a file was refused."""
    result = store.load(path, db=shop.db).files[0]
    assert result.state == "refused", result
    return result.reason


# --- Settlement V2 ------------------------------------------------------------------------------------------------------------

NUMBER = "12345678901"
POSTED = {"us": ("2026-07-10", "2026-07-10 08:00:00 UTC"), "eu": ("10.07.2026", "10.07.2026 08:00:00 UTC")}
POSTED["jp"] = ("2026/07/10", "2026/07/10 08:00:00 UTC")


def detail(kind, family, what, amount, region="us", **cells):
    """One amount of a settlement; underscores in `cells` stand for hyphens."""
    posted, moment = POSTED[region]
    row = {
        "settlement-id": NUMBER, "transaction-type": kind, "amount-type": family, "amount-description": what, "amount": amount,
        "posted-date": posted, "posted-date-time": moment,
    }  # fmt: skip
    return row | {name.replace("_", "-"): cell for name, cell in cells.items()}


def settlement(total, *rows, currency="USD", region="us"):
    """The rows of a settlement, its own row first."""
    moment = POSTED[region][1]
    first = {"settlement-start-date": moment, "settlement-end-date": moment, "deposit-date": moment}
    return [first | {"settlement-id": NUMBER, "total-amount": total, "currency": currency}, *rows]


ITEM = {"order_id": order(1), "order_item_code": "10000000000001", "sku": "MUG", "quantity_purchased": "2"}
ITEM |= {"marketplace_name": "Amazon.com"}
US = [
    detail("Order", "ItemPrice", "Principal", "25.00", **ITEM),
    detail("Order", "ItemPrice", "Shipping", "4.99", **ITEM),
    detail("Order", "ItemFees", "Commission", "-3.75", **ITEM),
    detail("Order", "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", "-2.00", **ITEM),
    detail("Refund", "ItemPrice", "Principal", "-12.50", **ITEM | {"quantity_purchased": "1"}),
    detail("A-to-z Guarantee Refund", "ItemPrice", "Principal", "-8.00", order_id=order(2)),
    detail("Chargeback Refund", "ItemPrice", "Principal", "-7.00", order_id=order(3)),
    detail("SAFE-T Reimbursement", "Other transactions", "SAFE-T reimbursement", "6.00", order_id=order(2)),
    detail("other-transaction", "other-transaction", "Shipping label purchase", "-4.20", order_id=order(1)),
    detail("ServiceFee", "Cost of Advertising", "TransactionTotalAmount", "-10.00"),
    detail("other-transaction", "other-transaction", "Subscription Fee", "-39.99"),
    detail("other-transaction", "other-transaction", "Previous Reserve Amount Balance", "100.00"),
    detail("other-transaction", "other-transaction", "Storage Fee", "-1.05"),
    detail("Never Seen Before", "Something", "New", "0.50"),
]
US_TOTAL = "48.00"  # 25 + 4.99 - 3.75 - 2 - 12.50 - 8 - 7 + 6 - 4.20 - 10 - 39.99 + 100 - 1.05 + 0.50
MONEY = "SELECT type, description, category, amount, units, order_id FROM money ORDER BY ALL"


def test_each_amount_of_a_settlement_is_a_row_with_its_kind(shop):
    shop.load(shop.write("amazon_settlement_v2", "v24", *settlement(US_TOTAL, *US)))
    assert shop.rows(MONEY) == [
        ("A-to-z Guarantee Refund", "ItemPrice / Principal", "a_to_z", D("-8.00"), None, order(2)),
        ("Chargeback Refund", "ItemPrice / Principal", "chargeback", D("-7.00"), None, order(3)),
        ("Never Seen Before", "Something / New", None, D("0.50"), None, None),
        ("Order", "ItemFees / Commission", "fee", D("-3.75"), None, order(1)),
        ("Order", "ItemPrice / Principal", "order", D("25.00"), 2, order(1)),
        ("Order", "ItemPrice / Shipping", "order", D("4.99"), None, order(1)),
        ("Order", "ItemWithheldTax / MarketplaceFacilitatorTax-Principal", "tax", D("-2.00"), None, order(1)),
        ("Refund", "ItemPrice / Principal", "refund", D("-12.50"), 1, order(1)),
        ("SAFE-T Reimbursement", "Other transactions / SAFE-T reimbursement", "safe_t", D("6.00"), None, order(2)),
        ("ServiceFee", "Cost of Advertising / TransactionTotalAmount", "advertising", D("-10.00"), None, None),
        ("other-transaction", "other-transaction / Previous Reserve Amount Balance", "transfer", D("100.00"), None, None),
        ("other-transaction", "other-transaction / Shipping label purchase", "shipping_label", D("-4.20"), None, order(1)),
        ("other-transaction", "other-transaction / Storage Fee", "fee", D("-1.05"), None, None),
        ("other-transaction", "other-transaction / Subscription Fee", "subscription", D("-39.99"), None, None),
    ]
    assert shop.rows("SELECT DISTINCT currency, settlement_id, posted_at, counts FROM money") == [
        ("USD", NUMBER, at("2026-07-10T08:00:00"), True)
    ]
    assert shop.rows("SELECT marketplace, sku FROM money WHERE units = 2") == [("amazon.com", "MUG")]


def test_identical_rows_are_two_units_and_stay_two_however_often_they_are_seen(shop):
    damaged = detail("other-transaction", "FBA Inventory Reimbursement", "WAREHOUSE_DAMAGE", "5.00", sku="MUG")
    path = shop.write("amazon_settlement_v2", "v24", *settlement("10.00", damaged, damaged))
    shop.load(path)
    again = shop.folder / "again.txt"
    again.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    shop.load(again)
    told = "SELECT category, amount, currency FROM money"
    assert shop.rows(told) == [("reimbursement", D("5.00"), "USD")] * 2


def test_a_settlement_without_postings_gives_no_money(shop):
    result = shop.load(shop.write("amazon_settlement_v2", "v24", *settlement("0.00")))[0]
    assert (result.lines, result.loaded) == (1, 1)
    assert shop.rows("SELECT count(*) FROM money") == [(0,)]


def test_a_settlement_that_does_not_add_up_is_refused_with_the_difference(shop):
    rows = [detail("Order", "ItemPrice", "Principal", "25.00"), detail("Order", "ItemFees", "Commission", "-3.75")]
    reason = refused(shop, shop.write("amazon_settlement_v2", "v24", *settlement("25.00", *rows)))
    assert "25.00" in reason
    assert "-3.75" in reason


def test_a_european_settlement_has_decimal_commas_and_days_in_its_own_order(shop):
    rows = [
        detail("Order", "ItemPrice", "Principal", "1.141,18", region="eu", order_id=order(1)),
        detail("Order", "ItemFees", "Commission", "-171,18", region="eu", order_id=order(1)),
        detail("Order", "ItemPrice", "Shipping", "5", region="eu", order_id=order(1)),
    ]
    shop.load(shop.write("amazon_settlement_v2", "v24", *settlement("975,00", *rows, currency="EUR", region="eu")))
    assert shop.rows("SELECT amount, currency, posted_at FROM money ORDER BY amount") == [
        (D("-171.18"), "EUR", at("2026-07-10T08:00:00")),
        (D("5.00"), "EUR", at("2026-07-10T08:00:00")),
        (D("1141.18"), "EUR", at("2026-07-10T08:00:00")),
    ]


def test_a_japanese_settlement_has_slashes_and_whole_yen(shop):
    rows = [
        detail("Order", "ItemPrice", "Principal", "1480", region="jp", order_id=order(1)),
        detail("Order", "Points", "PointsGranted", "-15", region="jp", order_id=order(1)),
    ]
    path = shop.write("amazon_settlement_v2", "v24", *settlement("1465", *rows, currency="JPY", region="jp"), encoding="cp932")
    shop.load(path)
    assert shop.rows("SELECT amount, currency, category, posted_at FROM money ORDER BY amount") == [
        (D("-15.00"), "JPY", "order", at("2026-07-10T08:00:00")),
        (D("1480.00"), "JPY", "order", at("2026-07-10T08:00:00")),
    ]


def test_a_settlement_without_posting_moments_counts_from_the_start_of_the_day(shop):
    row = detail("Order", "ItemPrice", "Principal", "25.00") | {"posted-date-time": ""}
    shop.load(shop.write("amazon_settlement_v2", "v23_without_promotion_id", *settlement("25.00", row)))
    assert shop.rows("SELECT posted_at FROM money") == [(at("2026-07-10T00:00:00"),)]


# --- Settlement V1 ------------------------------------------------------------------------------------------------------------


def old(kind, **cells):
    """A row of the old layout; underscores in `cells` stand for hyphens."""
    row = {"settlement-id": NUMBER, "posted-date": "2026-07-10T08:00:00+00:00", "transaction-type": kind}
    return row | {name.replace("_", "-"): cell for name, cell in cells.items()}


LINE = {"order_id": order(1), "order_item_code": "1", "sku": "MUG"}
OLD = [
    {
        "settlement-id": NUMBER, "settlement-start-date": "2026-07-01T00:00:00+00:00", "total-amount": "24.25", "currency": "USD",
        "settlement-end-date": "2026-07-15T00:00:00+00:00", "deposit-date": "2026-07-16T00:00:00+00:00",
    },
    old("Order", quantity_purchased="2", **LINE),
    old("Order", price_type="Principal", price_amount="25.00", **LINE),
    old("Order", item_related_fee_type="Commission", item_related_fee_amount="-3.75", **LINE),
    old("Order", promotion_type="Shipping", promotion_amount="-2.00", **LINE),
    old("WAREHOUSE_DAMAGE", sku="MUG", other_amount="5.00"),
]  # fmt: skip


def test_the_old_layout_gives_each_amount_from_the_column_of_its_kind(shop):
    shop.load(shop.write("amazon_settlement_v1", "v36", *OLD))
    assert shop.rows("SELECT type, description, category, amount, currency FROM money ORDER BY ALL") == [
        ("Order", "ItemFees / Commission", "fee", D("-3.75"), "USD"),
        ("Order", "ItemPrice / Principal", "order", D("25.00"), "USD"),
        ("Order", "Promotion / Shipping", "order", D("-2.00"), "USD"),
        ("WAREHOUSE_DAMAGE", "WAREHOUSE_DAMAGE", "reimbursement", D("5.00"), "USD"),
    ]


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_layouts_of_one_settlement_the_better_counts(shop, first):
    new = [
        detail("Order", "ItemPrice", "Principal", "25.00", order_id=order(1)),
        detail("Order", "ItemFees", "Commission", "-0.75", order_id=order(1)),
    ]
    new = shop.write("amazon_settlement_v2", "v24", *settlement("24.25", *new))
    paths = [shop.write("amazon_settlement_v1", "v36", *OLD), new]
    shop.load(paths[first], paths[1 - first])
    assert shop.rows("SELECT seen_in, counts, sum(amount) FROM money GROUP BY ALL ORDER BY ALL") == [
        ("amazon_settlement_v1", False, D("24.25")),
        ("amazon_settlement_v2", True, D("24.25")),
    ]


# --- Date-range transactions --------------------------------------------------------------------------------------------------

PREAMBLE = [
    '"Includes Amazon Marketplace, Fulfillment by Amazon (FBA), and Amazon Webstore transactions"',
    '"All amounts in USD, unless specified"',
    '"Definitions:"',
    '"Sales tax collected: Includes sales tax collected from buyers for product sales, shipping, and gift wrap."',
    '"Selling fees: Includes variable closing fees and referral fees."',
    '"Other transaction fees: Includes shipping chargebacks, shipping holdbacks, per-item fees and sales tax collection fees."',
    '"Other: Includes non-order transaction amounts. For more details, see the ""Type"" and ""Description"" columns."',
]


def report(shop, layout, *rows, above=PREAMBLE, encoding="utf-8"):
    """A transaction report with its lines above the header."""
    told = above if layout.startswith("en_US") or above is not PREAMBLE else [line for line in above if "USD" not in line]
    lines = "".join(f"{line}\n" for line in told)
    return write(shop, lines, table("amazon_date_range", layout, rows, quote=True), encoding=encoding)


def sale(moment="Jul 10, 2026 1:05:07 AM PDT", **cells):
    """A sale of 25.00 with 3.75 of fees, in the words of the US."""
    row = {
        "date/time": moment, "settlement id": NUMBER, "type": "Order", "order id": order(1), "sku": "MUG", "description": "A mug",
        "quantity": "1", "marketplace": "amazon.com", "product sales": "25.00", "selling fees": "-3.75", "total": "21.25",
        "order city": "Canaryville", "order postal": "90210-1234",
    }  # fmt: skip
    return row | {name.replace("_", " "): cell for name, cell in cells.items()}


def test_a_transaction_is_one_row_with_its_total(shop):
    refund = sale(type="Refund", product_sales="-25.00", selling_fees="3.00", total="-22.00")
    other = {"sku": "", "quantity": "", "product_sales": "0", "selling_fees": "0"}
    label = sale(type="Shipping Services", other="-4.20", total="-4.20", **other)
    payout = sale(type="Transfer", order_id="", marketplace="", other="-1,777.43", total="-1,777.43", **other)
    bought = sale(type="Service Fee", description="Cost of Advertising", order_id="", other="-9", total="-9", **other)
    shop.load(report(shop, "en_US_30", sale(), refund, label, payout, bought))
    assert shop.rows("SELECT type, category, amount, currency, units, order_id, posted_at FROM money ORDER BY ALL") == [
        ("Order", "order", D("21.25"), "USD", 1, order(1), at("2026-07-10T08:05:07")),
        ("Refund", "refund", D("-22.00"), "USD", 1, order(1), at("2026-07-10T08:05:07")),
        ("Service Fee", "advertising", D("-9.00"), "USD", None, None, at("2026-07-10T08:05:07")),
        ("Shipping Services", "shipping_label", D("-4.20"), "USD", None, order(1), at("2026-07-10T08:05:07")),
        ("Transfer", "transfer", D("-1777.43"), "USD", None, None, at("2026-07-10T08:05:07")),
    ]
    assert not shop.holds("Canaryville")
    assert not shop.holds("902")


@pytest.mark.parametrize("lines", [7, 9, 13])
def test_the_header_is_found_below_any_number_of_lines(shop, lines):
    above = (PREAMBLE + [""] * 3 + ['"More definitions, of fees and others"'] * 3)[:lines]
    assert len(above) == lines
    shop.load(report(shop, "en_US_30", sale(), above=above))
    assert shop.rows("SELECT amount FROM money") == [(D("21.25"),)]


def test_the_two_one_o_clocks_of_an_autumn_night_are_told_apart(shop):
    first, second = sale("Nov 1, 2026 1:30:00 AM PDT"), sale("Nov 1, 2026 1:30:00 AM PST", order_id=order(2))
    shop.load(report(shop, "en_US_28", first, second))
    told = "SELECT order_id, posted_at FROM money ORDER BY ALL"
    assert shop.rows(told) == [(order(1), at("2026-11-01T08:30:00")), (order(2), at("2026-11-01T09:30:00"))]


def test_a_row_whose_parts_do_not_give_its_total_is_set_aside(shop):
    result = store.load(report(shop, "en_US_30", sale(), sale(total="20.00", order_id=order(2))), db=shop.db).files[0]
    assert (result.loaded, result.quarantined, result.quarantined_lines) == (1, 1, [10])
    assert shop.rows("SELECT order_id FROM money") == [(order(1),)]


def test_a_deferred_row_is_no_money_until_it_is_released(shop):
    waiting = sale(order_id=order(2), Transaction_Status="Deferred")
    shop.load(report(shop, "en_US_32", sale(Transaction_Status="Released"), waiting))
    assert shop.rows("SELECT order_id FROM money") == [(order(1),)]


def test_files_that_overlap_count_once(shop):
    july, august = sale("Jul 31, 2026 9:00:00 PM PDT"), sale("Aug 1, 2026 9:00:00 AM PDT")
    later = sale("Aug 2, 2026 9:00:00 AM PDT")
    results = shop.load(report(shop, "en_US_30", july, august), report(shop, "en_US_30", august, later))
    assert [(result.loaded, result.duplicates) for result in results] == [(2, 0), (1, 1)]
    assert shop.rows("SELECT count(*), sum(amount) FROM money") == [(3, 3 * D("21.25"))]


# layout: how it writes 1:05:07 on 10 July 2026 (UTC), its marketplace, its word for a sale, its 1,025.00, -3.75 and 1,021.25
LANGUAGES = {
    "en_23": ("10 Jul 2026 1:05:07 AM UTC", "amazon.ae", "Order", ("1,025.00", "-3.75", "1,021.25")),
    "en_US_28": ("Jul 9, 2026 6:05:07 PM PDT", "amazon.com", "Order", ("1,025.00", "-3.75", "1,021.25")),
    "en_US_30": ("Jul 9, 2026 6:05:07 PM PDT", "Amazon.com", "Order", ("1,025.00", "-3.75", "1,021.25")),
    "en_US_32": ("Jul 9, 2026 6:05:07 PM PDT", "amazon.com", "Order", ("1,025.00", "-3.75", "1,021.25")),
    "en_IN_29": ("10 Jul 2026 1:05:07 am UTC", "amazon.in", "Order", ("1,025.00", "-3.75", "1,021.25")),
    "en_GB_29": ("10 Jul 2026 01:05:07 UTC", "amazon.co.uk", "Order", ("1,025.00", "-3.75", "1,021.25")),
    "de_DE_29": ("10.07.2026 01:05:07 UTC", "amazon.de", "Bestellung", ("1.025,00", "-3,75", "1.021,25")),
    "fr_FR_29": ("10 juil. 2026 01:05:07 UTC", "amazon.fr", "Commande", ("1 025,00", "-3,75", "1 021,25")),
    "it_IT_29": ("10 lug 2026 01:05:07 UTC", "amazon.it", "Ordine", ("1.025,00", "-3,75", "1.021,25")),
    "es_ES_29": ("10 jul 2026 01:05:07 UTC", "amazon.es", "Pedido", ("1.025,00", "-3,75", "1.021,25")),
    "es_MX_27": ("10 jul 2026 01:05:07 UTC", "amazon.com.mx", "Pedido", ("1,025.00", "-3.75", "1,021.25")),
    "nl_NL_25": ("10 jul. 2026 01:05:07 UTC", "amazon.nl", "Order", ("1.025,00", "-3,75", "1.021,25")),
    "sv_SE_24": ("10 juli 2026 01:05:07 UTC", "amazon.se", "Order", ("1\u202f025,00", "-3,75", "1\u00a0021,25")),
    "fr_BE_25": ("10 juil. 2026 01:05:07 UTC", "amazon.com.be", "Commande", ("1.025,00", "-3,75", "1.021,25")),
    "ja_JP_30": ("2026/07/10 10:05:07 JST", "amazon.co.jp", "注文", ("1,025", "-4", "1,021")),
}
CANONICAL = ["date/time", "type", "order id", "marketplace", "product sales", "selling fees", "total"]


def localised(layout, moment, site, kind, amounts):
    """A sale as a row of cells, in the headers of a layout."""
    told = dict(zip(CANONICAL, (moment, kind, order(1), site, *amounts), strict=True))
    form = formats()["amazon_date_range"]
    return [told.get(form.column(header).header, "") for header in variants("amazon_date_range")[layout]]


def test_every_layout_has_its_language():
    assert set(LANGUAGES) == set(variants("amazon_date_range"))


@pytest.mark.parametrize("layout", LANGUAGES)
def test_a_report_in_any_language_says_the_same(shop, layout):
    shop.load(report(shop, layout, localised(layout, *LANGUAGES[layout])))
    total = D("1021.00") if layout == "ja_JP_30" else D("1021.25")
    site = LANGUAGES[layout][1].lower()
    told = "SELECT posted_at, category, order_id, amount, marketplace FROM money"
    assert shop.rows(told) == [(at("2026-07-10T01:05:07"), "order", order(1), total, site)]
    assert shop.rows("SELECT m.currency = z.currency FROM money m JOIN marketplaces z USING (marketplace)") == [(True,)]


def test_a_report_in_two_languages_counts_once(shop):
    shop.load(
        report(shop, "de_DE_29", localised("de_DE_29", *LANGUAGES["de_DE_29"])),
        report(shop, "en_GB_29", localised("en_GB_29", LANGUAGES["en_GB_29"][0], "amazon.de", *LANGUAGES["en_GB_29"][2:])),
    )
    assert shop.rows("SELECT count(*), sum(amount) FROM money") == [(1, D("1021.25"))]


def test_indian_taxes_are_parts_of_the_total(shop):
    row = {
        "date/time": "1 Jul 2026 4:24:44 am UTC", "type": "Order", "order id": order(1), "Sku": "MUG", "marketplace": "amazon.in",
        "product sales": "1,000.00", "Total sales tax liable(GST before adjusting TCS)": "180.00", "TCS-IGST": "-5.00",
        "TDS (Section 194-O)": "-1.00", "selling fees": "-100.00", "total": "1,074.00", "Transaction Status": "Released",
    }  # fmt: skip
    shop.load(report(shop, "en_IN_29", row))
    assert shop.rows("SELECT amount, currency, sku FROM money") == [(D("1074.00"), "INR", "MUG")]


def test_japanese_points_are_part_of_the_total_and_cp932_is_read(shop):
    row = {
        "日付/時間": "2026/08/01 0:12:34 JST", "トランザクションの種類": "返金", "注文番号": order(1),
        "Amazon 出品サービス": "amazon.co.jp", "商品売上": "-1,480", "Amazonポイントの費用": "15", "合計": "-1,465",
    }  # fmt: skip
    shop.load(report(shop, "ja_JP_30", row, above=['"Amazonマーケットプレイス"', '"すべての金額は円です"'], encoding="cp932"))
    assert shop.rows("SELECT posted_at, category, amount, currency FROM money") == [
        (at("2026-07-31T15:12:34"), "refund", D("-1465.00"), "JPY")
    ]


def test_the_currency_above_the_header_is_that_of_rows_without_a_marketplace(shop):
    row = {"date/time": "Sep 4, 2026 1:05:07 AM PDT", "type": "Transfer", "total": "-10.25", "other": "-10.25"}
    shop.load(report(shop, "en_US_30", row, above=['"Includes Amazon Marketplace"', '"All amounts in USD, unless specified"']))
    assert shop.rows("SELECT amount, currency FROM money") == [(D("-10.25"), "USD")]


# --- two versions of the finances interface -------------------------------------------------------------------------------------


def v0_amount(amount):
    return {"CurrencyCode": "USD", "CurrencyAmount": amount}


def v0_item(**parts):
    charges = [{"ChargeType": kind, "ChargeAmount": v0_amount(amount)} for kind, amount in parts.items()]
    return {"SellerSKU": "MUG", "OrderItemId": "1", "QuantityShipped": 1, "ItemChargeList": charges}


def v0_event(number, moment, **parts):
    return {"AmazonOrderId": order(number), "PostedDate": moment, "ShipmentItemList": [v0_item(**parts)]}


def transaction(number, moment, *amounts, kind="Shipment", settlement=None):
    """A released transaction of one item; each amount is (breakdown, amount)."""
    named = {"ORDER_ID": order(number) if number else None, "SETTLEMENT_ID": settlement}
    usd = {"currencyCode": "USD"}
    money = [{"breakdownType": of, "breakdownAmount": usd | {"currencyAmount": amount}} for of, amount in amounts]
    whole = usd | {"currencyAmount": float(sum(D(str(amount)) for _, amount in amounts))}
    item = {"contexts": [{"sku": "MUG", "quantityShipped": 1}], "breakdowns": money, "totalAmount": whole}
    related = [{"relatedIdentifierName": name, "relatedIdentifierValue": value} for name, value in named.items() if value]
    return {
        "transactionId": f"{kind}{number}{moment}", "transactionType": kind, "transactionStatus": "RELEASED",
        "postedDate": moment, "totalAmount": whole, "relatedIdentifiers": related, "breakdowns": money,
        "items": [item] if number else [],
    }  # fmt: skip


FIRST, LATER, LAST = "2026-07-04T10:00:00Z", "2026-07-05T10:00:00Z", "2026-07-06T10:00:00Z"
VERSION_0 = {
    "ShipmentEventList": [v0_event(1, FIRST, Principal=25, Tax=2.1), v0_event(2, FIRST, Principal=10)],
    "RefundEventList": [v0_event(1, LATER, Principal=-25)],
    "ProductAdsPaymentEventList": [
        {"postedDate": LAST, "transactionType": "charge", "transactionValue": v0_amount(-60)},
        {"postedDate": LATER, "transactionType": "charge", "transactionValue": v0_amount(-7)},
    ],
}
VERSION_2024 = [
    transaction(1, FIRST, ("Principal", 24), ("Rounded", 1), ("Tax", 2.1)),  # the same shipment, in three parts
    transaction(1, LATER, ("Principal", -25), kind="Chargeback"),  # not the refund of that moment
    transaction(None, LAST, ("Ads", -60), kind="ProductAdsPayment"),  # the same payment
    transaction(None, LATER, ("Ads", -8), kind="ProductAdsPayment"),  # another one
]
COUNTING = "SELECT seen_in, order_id, type, sum(amount) FROM money WHERE counts GROUP BY ALL ORDER BY ALL"


@pytest.mark.parametrize("new_first", [False, True])
def test_an_event_in_both_versions_of_the_interface_counts_once(shop, new_first):
    old, new = shop.folder / "v0.json", shop.folder / "2024.json"
    old.write_text(json.dumps({"payload": {"FinancialEvents": VERSION_0}}))
    new.write_text(json.dumps({"payload": {"transactions": VERSION_2024}}))
    shop.load(*([new, old] if new_first else [old, new]))
    assert shop.rows("SELECT count(*) FROM money WHERE settlement_id IS NOT NULL") == [(0,)]
    assert shop.rows(COUNTING) == [
        ("spapi_finances_2024", order(1), "Chargeback", D("-25.00")),
        ("spapi_finances_2024", order(1), "Shipment", D("27.10")),
        ("spapi_finances_2024", None, "ProductAdsPayment", D("-68.00")),
        ("spapi_finances_v0", order(1), "RefundEventList", D("-25.00")),
        ("spapi_finances_v0", order(2), "ShipmentEventList", D("10.00")),
        ("spapi_finances_v0", None, "ProductAdsPaymentEventList", D("-7.00")),
    ]
    assert shop.rows("SELECT count(*), sum(amount) FROM money WHERE NOT counts") == [(3, D("-32.90"))]  # 25 + 2.10 - 60
