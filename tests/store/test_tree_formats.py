"""What each JSON and XML export gives, row by row; and that no amount is lost or counted twice."""

from decimal import Decimal

import pytest
from flat import FORMS, ORDER, read

from orderkit.formats import formats

# --- Amazon XML -----------------------------------------------------------------------------------------------------------------

ORDERS_XML = """<?xml version="1.0" encoding="UTF-8"?>
<AmazonEnvelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="amzn-envelope.xsd">
<Header><DocumentVersion>1.00</DocumentVersion></Header><MessageType>AllOrdersReport</MessageType>
<Message><Order>
<AmazonOrderID>111-0000001-0000001</AmazonOrderID><PurchaseDate>2026-07-01T10:00:00+00:00</PurchaseDate>
<LastUpdatedDate>2026-07-02T10:00:00+00:00</LastUpdatedDate><OrderStatus>Shipped</OrderStatus><SalesChannel>Amazon.com</SalesChannel>
<FulfillmentData><FulfillmentChannel>Merchant</FulfillmentChannel><ShipServiceLevel>Standard</ShipServiceLevel>
<Address><City>Springfield</City><State>OR</State><PostalCode>97477</PostalCode><Country>US</Country></Address></FulfillmentData>
<IsBusinessOrder>false</IsBusinessOrder>
<OrderItem><AmazonOrderItemCode>10000000000001</AmazonOrderItemCode><ASIN>B000000001</ASIN><SKU>MUG</SKU><ItemStatus>Shipped</ItemStatus>
<ProductName>Mug &amp; saucer</ProductName><Quantity>2</Quantity><ItemPrice>
<Component><Type>Principal</Type><Amount currency="USD">25.00</Amount></Component>
<Component><Type>Shipping</Type><Amount currency="USD">4.99</Amount></Component>
<Component><Type>Tax</Type><Amount currency="USD">2.10</Amount></Component></ItemPrice>
<Promotion><PromotionIDs>A</PromotionIDs><ItemPromotionDiscount>1.00</ItemPromotionDiscount></Promotion>
<Promotion><PromotionIDs>B</PromotionIDs><ItemPromotionDiscount>0.50</ItemPromotionDiscount>
<ShipPromotionDiscount>4.99</ShipPromotionDiscount></Promotion></OrderItem>
<OrderItem><AmazonOrderItemCode>10000000000002</AmazonOrderItemCode><ASIN>B000000002</ASIN><SKU>LAMP</SKU>
<ItemStatus>Cancelled</ItemStatus><Quantity>0</Quantity></OrderItem>
</Order></Message>
<Message><Order><AmazonOrderID>111-0000002-0000002</AmazonOrderID><PurchaseDate>2026-07-01T11:00:00+00:00</PurchaseDate>
<LastUpdatedDate>2026-07-01T11:00:00+00:00</LastUpdatedDate><OrderStatus>Pending</OrderStatus></Order></Message>
</AmazonEnvelope>"""


def test_all_orders_xml(tmp_path):
    name, count, rows = read(tmp_path, ORDERS_XML, "xml")
    assert (name, count) == ("amazon_all_orders_xml", 2)
    both = {
        "_record": "1", "amazon-order-id": "111-0000001-0000001", "purchase-date": "2026-07-01T10:00:00+00:00",
        "last-updated-date": "2026-07-02T10:00:00+00:00", "order-status": "Shipped", "sales-channel": "Amazon.com",
    }  # fmt: skip
    assert rows[0] == both | {
        "_kind": "order", "fulfillment-channel": "Merchant", "ship-service-level": "Standard", "ship-country": "US",
        "ship-postal-code": "974", "is-business-order": "false",
    }  # fmt: skip
    assert rows[1] == both | {
        "_kind": "item", "order-item-id": "10000000000001", "sku": "MUG", "asin": "B000000001", "product-name": "Mug & saucer",
        "item-status": "Shipped", "quantity": "2", "currency": "USD", "item-price": "25.00", "item-tax": "2.10",
        "shipping-price": "4.99", "item-promotion-discount": "1.50", "ship-promotion-discount": "4.99",
    }  # fmt: skip
    assert rows[2] == both | {
        "_kind": "item", "order-item-id": "10000000000002", "sku": "LAMP", "asin": "B000000002", "item-status": "Cancelled",
        "quantity": "0",
    }  # fmt: skip
    assert [(row["_record"], row["_kind"]) for row in rows[3:]] == [("2", "order")]  # an order without items


UNIT = """<item_details><item_name>Shirt</item_name><asin>B000000003</asin>
<return_reason_code>AMZ-PG-APP-TOO-SMALL</return_reason_code>
<merchant_sku>SHIRT-XL</merchant_sku><in_policy>Y</in_policy><return_quantity>1</return_quantity><resolution>StandardRefund</resolution>
<category>Apparel</category><refund_amount>59.9</refund_amount></item_details>"""
RETURNS_XML = f"""<AmazonEnvelope><Header><DocumentVersion>1.00</DocumentVersion></Header>
<MessageType>Returns-Report</MessageType><Message><return_details>{UNIT}{UNIT}<order_id>408-0000001-0000001</order_id><order_date>2026-07-03T17:08:47Z</order_date>
<amazon_rma_id>DrmaIDRMA</amazon_rma_id><return_request_date>2026-07-12T12:44:17Z</return_request_date>
<return_request_status>Approved</return_request_status><a_to_z_claim>false</a_to_z_claim><is_prime>N</is_prime>
<label_details><currency_code>EUR</currency_code><label_cost>0.0</label_cost><label_type>AmazonUnPaidLabel</label_type></label_details>
<label_to_be_paid_by>Customer</label_to_be_paid_by><return_type>C-Returns</return_type><order_amount>59.9</order_amount>
<order_quantity>1</order_quantity></return_details>
<return_details><order_id>408-0000002-0000002</order_id><amazon_rma_id>DrmaIDRMB</amazon_rma_id>
<return_request_date>2026-07-13T00:00:00Z</return_request_date><return_request_status>Declined</return_request_status></return_details>
</Message></AmazonEnvelope>"""


def test_returns_xml_gives_a_row_per_unit(tmp_path):
    name, count, rows = read(tmp_path, RETURNS_XML, "xml")
    assert (name, count, len(rows)) == ("amazon_mfn_returns_xml", 2, 3)
    assert rows[0] == rows[1] == {
        "_record": "1", "_kind": "item", "Order ID": "408-0000001-0000001", "Order date": "2026-07-03T17:08:47Z",
        "Return request date": "2026-07-12T12:44:17Z", "Return request status": "Approved", "Amazon RMA ID": "DrmaIDRMA",
        "Label type": "AmazonUnPaidLabel", "Label cost": "0.0", "Currency code": "EUR", "Label to be paid by": "Customer",
        "A-to-Z Claim": "false", "Is prime": "N", "Return type": "C-Returns", "Order Amount": "59.9", "Order quantity": "1",
        "ASIN": "B000000003", "Merchant SKU": "SHIRT-XL", "Item Name": "Shirt", "Return quantity": "1",
        "Return Reason": "AMZ-PG-APP-TOO-SMALL", "In policy": "Y", "Resolution": "StandardRefund", "Category": "Apparel",
        "Refunded Amount": "59.9",
    }  # fmt: skip
    assert rows[2] == {
        "_record": "2", "_kind": "item", "Order ID": "408-0000002-0000002", "Return request date": "2026-07-13T00:00:00Z",
        "Return request status": "Declined", "Amazon RMA ID": "DrmaIDRMB",
    }  # fmt: skip


def test_prime_returns_with_fewer_elements(tmp_path):
    content = f"""<AmazonEnvelope><Message><return_details><return_request_status>Approved</return_request_status>{UNIT}
    <order_id>111-0000001-0000001</order_id><label_details><tracking_id>1Z1</tracking_id></label_details></return_details></Message>
    </AmazonEnvelope>"""
    name, count, rows = read(tmp_path, content, "xml")
    assert (name, count) == ("amazon_mfn_prime_returns_xml", 1)
    assert (rows[0]["Order ID"], rows[0]["Merchant SKU"], rows[0]["Tracking ID"]) == ("111-0000001-0000001", "SHIRT-XL", "1Z1")


@pytest.mark.parametrize(
    ("word", "name"), [("Returns-Report", "amazon_mfn_returns_xml"), ("AllOrdersReport", "amazon_all_orders_xml")]
)
def test_an_empty_xml_report_is_known_by_its_type(tmp_path, word, name):
    assert read(tmp_path, f"<AmazonEnvelope><MessageType>{word}</MessageType></AmazonEnvelope>", "xml") == (name, 0, [])


# --- orders over the interface --------------------------------------------------------------------------------------------------


def test_orders_v0(tmp_path):
    order = ORDER | {
        "LastUpdateDate": "2026-07-02T08:00:00Z", "FulfillmentChannel": "MFN", "SalesChannel": "Amazon.in", "IsPrime": False,
        "MarketplaceId": "A21TJRUUN4KGV", "ShipServiceLevel": "Std IN", "EasyShipShipmentStatus": "OutForDelivery",
        "LatestShipDate": "2026-07-03T18:29:59Z", "LatestDeliveryDate": "2026-07-08T18:29:59Z",
        "ShippingAddress": {"PostalCode": "560 001", "CountryCode": "IN", "City": "Bengaluru", "Name": "N"},
        "BuyerInfo": {"BuyerEmail": "a@example.com"}, "OrderTotal": {"CurrencyCode": "INR", "Amount": "499.00"},
    }  # fmt: skip
    assert read(tmp_path, {"payload": {"Orders": [order]}})[2] == [{
        "_record": "1", "_kind": "order", "order id": "111-0000001-0000001", "purchased": "2026-07-01T10:00:00Z",
        "last updated": "2026-07-02T08:00:00Z", "status": "Unshipped", "marketplace": "Amazon.in",
        "marketplace id": "A21TJRUUN4KGV",
        "channel": "MFN", "service level": "Std IN", "easy ship status": "OutForDelivery",
        "latest ship date": "2026-07-03T18:29:59Z",
        "latest delivery date": "2026-07-08T18:29:59Z", "country": "IN", "region": "560", "is prime": "false",
    }]  # fmt: skip


ITEM = {
    "OrderItemId": "10000000000001", "ASIN": "B000000001", "SellerSKU": "MUG", "Title": "Mug", "QuantityOrdered": 2,
    "QuantityShipped": 1,
    "ItemPrice": {"CurrencyCode": "USD", "Amount": "25.00"}, "ItemTax": {"CurrencyCode": "USD", "Amount": 2.1},
    "PromotionDiscount": {"CurrencyCode": "USD", "Amount": "1.00"}, "BuyerInfo": {"GiftMessageText": "hello"},
    "BuyerRequestedCancel": {"IsBuyerRequestedCancel": "true", "BuyerCancelReason": "why"},
}  # fmt: skip
ITEM_ROW = {
    "_record": "1", "_kind": "item", "order id": "111-0000001-0000001", "order item id": "10000000000001", "sku": "MUG",
    "asin": "B000000001", "title": "Mug", "quantity ordered": "2", "quantity shipped": "1", "item price": "25.00",
    "item tax": "2.1",
    "promotion discount": "1.00", "currency": "USD", "buyer asks to cancel": "true",
}  # fmt: skip


def test_order_items_v0(tmp_path):
    answers = [
        {"payload": {"AmazonOrderId": "111-0000001-0000001", "OrderItems": [ITEM]}},
        {"payload": {"AmazonOrderId": "111-0000002-0000002", "OrderItems": []}},
    ]
    name, count, rows = read(tmp_path, answers)
    assert (name, count) == ("spapi_order_items_v0", 2)
    assert rows == [ITEM_ROW, {"_record": "2", "_kind": "order", "order id": "111-0000002-0000002"}]


def test_items_that_were_put_into_their_order_are_not_lost(tmp_path):
    name, _, rows = read(tmp_path, [ORDER | {"OrderItems": [ITEM]}])
    assert name == "spapi_orders_v0"
    assert [row["_kind"] for row in rows] == ["order", "item"]
    assert rows[1].items() >= ITEM_ROW.items()


def money(amount):
    return {"amount": amount, "currencyCode": "USD"}


ORDER_2026 = {
    "orderId": "111-0000001-0000001", "createdTime": "2026-07-01T10:00:00Z", "lastUpdatedTime": "2026-07-05T08:00:00Z",
    "salesChannel": {"channelName": "AMAZON", "marketplaceId": "ATVPDKIKX0DER", "marketplaceName": "Amazon.com"},
    "buyer": {"buyerName": "N", "buyerEmail": "a@example.com"},
    "recipient": {"deliveryAddress": {"name": "N", "city": "Springfield", "postalCode": "97477", "countryCode": "US"}},
    "fulfillment": {
        "fulfillmentStatus": "SHIPPED", "fulfilledBy": "MERCHANT", "fulfillmentServiceLevel": "STANDARD",
        "shipByWindow": {"earliestDateTime": "2026-07-01T00:00:00Z", "latestDateTime": "2026-07-03T06:59:59Z"},
        "deliverByWindow": {"latestDateTime": "2026-07-08T06:59:59Z"},
    },
    "orderItems": [
        {
            "orderItemId": "1", "quantityOrdered": 2,
            "product": {"asin": "B000000001", "title": "Mug", "sellerSku": "MUG", "price": {"unitPrice": money("12.50")}},
            "proceeds": {"proceedsTotal": money("26.09"), "breakdowns": [
                {"type": "ITEM", "subtotal": money("25.00")}, {"type": "SHIPPING", "subtotal": money("4.99")},
                {"type": "TAX", "subtotal": money("2.10"), "detailedBreakdowns": [
                    {"subtype": "ITEM", "value": money("1.75")}, {"subtype": "SHIPPING", "value": money("0.35")}]},
                {"type": "DISCOUNT", "subtotal": money("-6.00")}]},
            "fulfillment": {"quantityFulfilled": 2},
        },
        {
            "orderItemId": "2", "quantityOrdered": 1, "product": {"sellerSku": "LAMP", "price": {"unitPrice": money("9.00")}},
            "cancellation": {"cancellationRequest": {"requester": "BUYER"}, "cancellationExecution": {"cancelledBy": "MERCHANT"}},
        },
    ],
    "packages": [
        {
            "packageReferenceId": "P1", "createdTime": "2026-07-02T09:00:00Z", "shipTime": "2026-07-02T15:00:00Z",
            "carrier": "UPS",
            "packageStatus": {"status": "IN_TRANSIT", "detailedStatus": "OUT_FOR_DELIVERY"}, "shippingService": "Ground",
            "trackingNumber": "1Z1", "shipFromAddress": {"name": "W"}, "packageItems": [
                {"orderItemId": "1", "quantity": 1}, {"orderItemId": "2", "quantity": 1}],
        },
        {"packageReferenceId": "P2", "packageStatus": {"status": "PENDING"}},
    ],
}  # fmt: skip


def test_orders_2026(tmp_path):
    name, count, rows = read(tmp_path, {"orders": [ORDER_2026], "pagination": {"nextToken": "x"}})
    assert (name, count) == ("spapi_orders_2026", 1)
    all_ = {
        "_record": "1", "order id": "111-0000001-0000001", "created": "2026-07-01T10:00:00Z",
        "last updated": "2026-07-05T08:00:00Z",
        "marketplace": "Amazon.com", "marketplace id": "ATVPDKIKX0DER",
    }  # fmt: skip
    parcel = {
        "_kind": "package", "package": "P1", "package created": "2026-07-02T09:00:00Z", "tracking": "1Z1", "carrier": "UPS",
        "service": "Ground", "ship time": "2026-07-02T15:00:00Z", "package status": "OUT_FOR_DELIVERY",
    }  # fmt: skip
    assert rows == [
        all_ | {
            "_kind": "order", "status": "SHIPPED", "fulfilled by": "MERCHANT", "service level": "STANDARD",
            "ship by": "2026-07-03T06:59:59Z", "deliver by": "2026-07-08T06:59:59Z", "country": "US", "region": "974",
        },
        all_ | {
            "_kind": "item", "order item id": "1", "sku": "MUG", "asin": "B000000001", "title": "Mug", "quantity ordered": "2",
            "quantity fulfilled": "2", "unit price": "12.50", "item price": "25.00", "item tax": "1.75", "shipping price": "4.99",
            "discounts": "-6.00", "currency": "USD",
        },
        all_ | {
            "_kind": "item", "order item id": "2", "sku": "LAMP", "quantity ordered": "1", "unit price": "9.00",
            "currency": "USD",
            "cancel asked by": "BUYER", "cancelled by": "MERCHANT",
        },
        all_ | parcel | {"order item id": "1"},
        all_ | parcel | {"order item id": "2"},
        all_ | {"_kind": "package", "package": "P2", "package status": "PENDING"},
    ]  # fmt: skip


def test_one_order_of_2026_without_a_name_for_its_marketplace(tmp_path):
    order = ORDER_2026 | {"salesChannel": {"channelName": "AMAZON", "marketplaceId": "A1PA6795UKMFR9"}, "packages": None}
    name, _, rows = read(tmp_path, {"order": order})
    assert name == "spapi_orders_2026"
    assert {row["marketplace"] for row in rows} == {"A1PA6795UKMFR9"}
    assert [row["_kind"] for row in rows] == ["order", "item", "item"]


def test_every_format_names_the_same_marketplaces():
    given = [emit.given["marketplace"].sql for form in FORMS for emit in form.emits.values() if "marketplace" in emit.given]
    named = [sql for sql in given if "a1pa6795ukmfr9" in sql]
    assert len(named) == 4
    for sql in named:
        assert sql.count("WHEN 'a") == 21
        assert "'a1pa6795ukmfr9' THEN 'amazon.de'" in sql


# --- money over the interface ---------------------------------------------------------------------------------------------------


def v0(amount):
    return {"CurrencyCode": "USD", "CurrencyAmount": amount}


def charge(kind, amount):
    return {"ChargeType": kind, "ChargeAmount": v0(amount)}


def fee(kind, amount):
    return {"FeeType": kind, "FeeAmount": v0(amount)}


def item(**lists):
    return {"SellerSKU": "MUG", "OrderItemId": "1", "QuantityShipped": 2, **lists}


SHIPPED = {
    "AmazonOrderId": "111-0000001-0000001", "SellerOrderId": "x", "MarketplaceName": "Amazon.com",
    "PostedDate": "2026-07-04T10:00:00Z",
    "ShipmentFeeList": [fee("FBAPerOrderFee", -1)], "ShipmentItemList": [item(
        ItemChargeList=[charge("Principal", 25.0), charge("Tax", "2.10")], ItemFeeList=[fee("Commission", -3.75)],
        ItemTaxWithheldList=[{"TaxesWithheld": [charge("MarketplaceFacilitatorTax-Principal", -2.1)]}],
        PromotionList=[{"PromotionType": "PromotionMetaDataDefinitionValue", "PromotionId": "p", "PromotionAmount": v0(-0.5)}],
        CostOfPointsGranted=v0(-0.01))],
}  # fmt: skip
EVENTS = {
    "ShipmentEventList": [SHIPPED],
    "RefundEventList": [{
        "AmazonOrderId": "111-0000002-0000002", "PostedDate": "2026-07-05T10:00:00Z",
        "ShipmentItemAdjustmentList": [item(ItemChargeAdjustmentList=[charge("Principal", -25)],
        ItemFeeAdjustmentList=[fee("Commission", 3)])],
    }],
    "ServiceFeeEventList": [{"FeeReason": "r", "FeeList": [fee("Subscription", -39.99), fee("FBAStorageFee", -12)]}],
    "AdjustmentEventList": [
        {"AdjustmentType": "WAREHOUSE_DAMAGE", "PostedDate": "2026-07-06T10:00:00Z", "AdjustmentAmount": v0(12),
        "AdjustmentItemList": [
            {"SellerSKU": "MUG", "Quantity": "1", "PerUnitAmount": v0(7), "TotalAmount": v0(7)},
            {"SellerSKU": "LAMP", "Quantity": "1", "PerUnitAmount": v0(5), "TotalAmount": v0(5)}]},
        {"AdjustmentType": "ReimbursementClawback", "PostedDate": "2026-07-06T10:00:00Z", "AdjustmentAmount": v0(-8),
         "AdjustmentItemList": [{"SellerSKU": "MUG", "Quantity": "1", "TotalAmount": v0(-7.5)}]},
        {"AdjustmentType": "PostageBilling_Postage", "PostedDate": "2026-07-06T11:00:00Z", "AdjustmentAmount": v0(-4.2)},
    ],
    "SAFETReimbursementEventList": [{
        "PostedDate": "2026-07-07T10:00:00Z", "SAFETClaimId": "C1", "ReimbursedAmount": v0(19.5), "ReasonCode": "RETURN_DAMAGED",
        "SAFETReimbursementItemList": [{"itemChargeList": [charge("SAFE-TReimbursement", 19.5)], "quantity": "1"}],
    }],
    "ProductAdsPaymentEventList": [{
        "postedDate": "2026-07-08T10:00:00Z", "transactionType": "charge", "invoiceId": "i", "baseValue": v0(-50),
        "taxValue": v0(-10),
        "transactionValue": v0(-60),
    }],
    "CouponPaymentEventList": [{
        "PostedDate": "2026-07-08T10:00:00Z", "FeeComponent": fee("CouponRedemptionFee", -0.6), "ChargeComponent": charge("Tax",
        -0.05),
        "TotalAmount": v0(-0.65),
    }],
    "RetrochargeEventList": [{
        "RetrochargeEventType": "Retrocharge", "PostedDate": "2026-07-08T10:00:00Z", "BaseTax": v0(1.2), "ShippingTax": v0(0.3),
        "RetrochargeTaxWithheldList": [{"TaxesWithheld": [charge("Tax", -1.5)]}],
    }],
    "FBALiquidationEventList": [{"PostedDate": "2026-07-08T10:00:00Z", "LiquidationProceedsAmount": v0(9),
    "LiquidationFeeAmount": v0(-2)}],
    "RemovalShipmentEventList": [{"PostedDate": "2026-07-08T10:00:00Z", "OrderId": "R1", "RemovalShipmentItemList": [
        {"Quantity": 1, "Revenue": v0(4), "FeeAmount": v0(-1), "TaxAmount": v0(0.4), "TaxWithheld": v0(-0.4)}]}],
    "DebtRecoveryEventList": [{"DebtRecoveryType": "DebtPayment", "RecoveryAmount": v0(3), "OverPaymentCredit": v0(0.5),
        "DebtRecoveryItemList": [{"RecoveryAmount": v0(3), "OriginalAmount": v0(8)}],
        "ChargeInstrumentList": [{"Amount": v0(3)}]}],
    "ValueAddedServiceChargeEventList": {"TransactionType": "Other Support Service fees", "PostedDate": "2026-07-08T10:00:00Z",
        "TransactionAmount": v0(-5)},
    "LoanServicingEventList": [],
    "ChargebackEventList": None,
    "BrandNewEventList": [{"PostedDate": "2026-07-09T10:00:00Z", "TransactionType": "New", "TransactionAmount": v0(-1.11)}],
}  # fmt: skip
AGAIN = {  # amounts that repeat or explain others, each with its reason: what the second reckoning leaves out
    "PerUnitAmount", "TotalAmount", "AdjustmentAmount", "baseValue", "taxValue", "OriginalAmount", "Amount",
}  # fmt: skip


def finances(tmp_path, events):
    return read(tmp_path, {"payload": {"FinancialEvents": events, "NextToken": "x"}})


def test_every_part_of_a_shipment_is_a_row(tmp_path):
    name, count, rows = finances(tmp_path, {"ShipmentEventList": [SHIPPED]})
    assert (name, count) == ("spapi_finances_v0", 1)
    assert rows[0] == {
        "_record": "1", "_kind": "charge", "event": "ShipmentEventList", "posted": "2026-07-04T10:00:00Z",
        "order id": "111-0000001-0000001", "marketplace": "Amazon.com", "amount name": "FeeAmount",
        "description": "FBAPerOrderFee",
        "amount": "-1", "currency": "USD", "known amounts": "known",
    }  # fmt: skip
    parts = [(row["description"], row["amount"], row.get("quantity")) for row in rows[1:]]
    assert parts == [
        ("CostOfPointsGranted", "-0.01", None), ("Principal", "25.0", "2"), ("Tax", "2.10", None), ("Commission", "-3.75", None),
        ("MarketplaceFacilitatorTax-Principal", "-2.1", None), ("PromotionMetaDataDefinitionValue", "-0.5", None),
    ]  # fmt: skip
    assert {(row["sku"], row["order item id"]) for row in rows[1:]} == {("MUG", "1")}


def test_what_other_events_give(tmp_path):
    _, count, rows = finances(tmp_path, EVENTS)
    found = {}
    for row in rows:
        found.setdefault(row["event"], []).append((row["description"], row["amount"], row.get("sku"), row.get("quantity")))
    assert found["RefundEventList"] == [("Principal", "-25", "MUG", "2"), ("Commission", "3", "MUG", None)]
    assert found["AdjustmentEventList"] == [
        ("WAREHOUSE_DAMAGE", "7", "MUG", "1"), ("WAREHOUSE_DAMAGE", "5", "LAMP", "1"),
        ("ReimbursementClawback", "-8", None, None),  # its item says -7.5: the event is right, its items are not all of it
        ("PostageBilling_Postage", "-4.2", None, None),
    ]  # fmt: skip
    assert found["SAFETReimbursementEventList"] == [("RETURN_DAMAGED", "19.5", None, None)]
    assert found["ProductAdsPaymentEventList"] == [("charge", "-60", None, None)]
    assert found["BrandNewEventList"] == [("New", "-1.11", None, None)]
    assert [row["claim"] for row in rows if "claim" in row] == ["C1"]
    assert "posted" not in next(row for row in rows if row["event"] == "ServiceFeeEventList")
    assert count == 15
    assert {int(row["_record"]) for row in rows} == set(range(1, 16))
    assert {row["known amounts"] for row in rows} == {"known"}


def amounts(value, name=""):
    """A second reckoning, by walking: every amount under a name that does not repeat or explain another."""
    if isinstance(value, list):
        return sum((amounts(one, name) for one in value), Decimal(0))
    if not isinstance(value, dict):
        return Decimal(0)
    if "CurrencyAmount" in value:
        return Decimal(0) if name in AGAIN else Decimal(str(value["CurrencyAmount"]))
    return sum((amounts(inside, key) for key, inside in value.items()), Decimal(0))


def test_no_cent_is_lost_or_counted_twice(tmp_path):
    rows = finances(tmp_path, EVENTS)[2]
    adjusted = sum((Decimal(str(one["AdjustmentAmount"]["CurrencyAmount"])) for one in EVENTS["AdjustmentEventList"]), Decimal(0))
    twice = Decimal("19.5") + 3  # the charge within the SAFE-T payment; the debt's item
    assert sum(Decimal(row["amount"]) for row in rows) == amounts(EVENTS) + adjusted - twice


def test_an_amount_of_an_unknown_name_is_seen_and_an_event_without_any_is_kept(tmp_path):
    new = {"PostedDate": "2026-07-09T10:00:00Z", "Details": [{"StrangeAmount": v0(5)}]}
    partly = SHIPPED | {"ShipmentItemList": [item(ItemChargeList=[charge("Principal", 25)], SurpriseRebate=v0(-5))]}
    bare = {"AmazonOrderId": "111-0000009-0000009", "PostedDate": "2026-07-09T10:00:00Z", "ShipmentItemList": []}
    _, count, rows = finances(tmp_path, {"NewEventList": [new], "ShipmentEventList": [partly, bare]})
    assert count == 3
    assert [(row["_record"], row.get("amount"), row["known amounts"], row["amount name"]) for row in rows] == [
        ("1", "5", "unknown", "StrangeAmount"),
        ("2", "-1", "known", "FeeAmount"), ("2", "25", "known", "ChargeAmount"), ("2", "-5", "unknown", "SurpriseRebate"),
        ("3", None, "known", "ShipmentEventList"),
    ]  # fmt: skip
    assert formats()["spapi_finances_v0"].columns["known_amounts"].choices == ("known",)  # so that its record is set aside


def part(kind, amount, parts=None):
    return {"breakdownType": kind, "breakdownAmount": {"currencyAmount": amount, "currencyCode": "SEK"}, "breakdowns": parts}


def transaction(total, items=(), breakdowns=(), **more):
    return {
        "transactionId": "T1", "transactionType": "Shipment", "transactionStatus": "RELEASED",
        "postedDate": "2026-07-04T10:00:00Z",
        "totalAmount": {"currencyAmount": total, "currencyCode": "SEK"}, "description": "Order Payment",
        "relatedIdentifiers": [
            {"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": "111-0000001-0000001"},
            {"relatedIdentifierName": "SETTLEMENT_ID", "relatedIdentifierValue": "123"}],
        "marketplaceDetails": {"marketplaceId": "A2NODRKZP88ZB9", "marketplaceName": "Amazon.se"},
        "items": list(items), "breakdowns": list(breakdowns), **more,
    }  # fmt: skip


MUGS = {
    "totalAmount": {"currencyAmount": 60.4, "currencyCode": "SEK"}, "description": "a title",
    "contexts": [{"contextType": "ProductContext", "sku": "MUG", "asin": "B000000001", "quantityShipped": 2}],
    "breakdowns": [
        part("ProductCharges", 80, [part("OurPricePrincipal", 80, [])]), part("Tax", 20, []),
        part("AmazonFees", -39.6, [part("Commission", -15, [part("Base", -12), part("Tax", -3)]), part("FBAFee", -24.6)])],
}  # fmt: skip
WHOLE = [part("Sales", 100, [part("ProductCharges", 80), part("Tax", 20)]), part("Expenses", -39.6, [part("AmazonFees", -39.6)])]


def told(rows):
    return [(row["description"], row["amount"], row.get("sku"), row.get("quantity")) for row in rows]


def test_a_transaction_is_read_by_its_items(tmp_path):
    name, count, rows = read(tmp_path, {"payload": {"transactions": [transaction(60.4, [MUGS], WHOLE)]}})
    assert (name, count) == ("spapi_finances_2024", 1)
    assert rows[0] == {
        "_record": "1", "_kind": "charge", "transaction id": "T1", "type": "Shipment", "status": "RELEASED",
        "posted": "2026-07-04T10:00:00Z", "order id": "111-0000001-0000001", "settlement id": "123", "marketplace": "Amazon.se",
        "sku": "MUG", "asin": "B000000001", "quantity": "2", "description": "ProductCharges/OurPricePrincipal", "amount": "80",
        "currency": "SEK", "total": "60.4", "parts": "60.4",
    }  # fmt: skip
    assert told(rows[1:]) == [
        ("Tax", "20", "MUG", None), ("AmazonFees/Commission/Base", "-12", "MUG", None), ("AmazonFees/Commission/Tax", "-3",
        "MUG", None),
        ("AmazonFees/FBAFee", "-24.6", "MUG", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("made", "rows", "parts"),
    [
        # an item without breakdowns is an amount of its own
        (transaction(6.22, [MUGS | {"breakdowns": None, "totalAmount": {"currencyAmount": 6.22}}], WHOLE, description="Lost"),
         [("Lost", "6.22", "MUG", None)], "6.22"),
        # items that are not all of it: the transaction's own breakdowns
        (transaction(60.4, [MUGS | {"breakdowns": [part("Tax", 20)]}], WHOLE),
         [("Sales/ProductCharges", "80", None, None), ("Sales/Tax", "20", None, None), ("Expenses/AmazonFees", "-39.6", None,
         None)],
         "60.4"),
        # neither adds up: the typed pass finds total and parts unlike, and sets it aside
        (transaction(99, [MUGS], WHOLE[:1]), [("Sales/ProductCharges", "80", None, None), ("Sales/Tax", "20", None, None)],
        "100"),
        # nothing but a total
        (transaction(10), [("Order Payment", "10", None, None)], "10"),
        # the older form, in which the breakdowns stand in an object
        (transaction(10, breakdowns=[{"breakdowns": [part("Sales", 10)]}]), [("Sales", "10", None, None)], "10"),
    ],
)  # fmt: skip
def test_a_transaction_whose_items_do_not_tell_all(tmp_path, made, rows, parts):
    found = read(tmp_path, {"transactions": [made]})[2]
    assert told(found) == rows
    assert {row["parts"] for row in found} == {parts}
    assert formats()["spapi_finances_2024"].row_total.of == ("parts",)


# --- account health -------------------------------------------------------------------------------------------------------------


def period(**more):
    return {"reportingDateRange": {"reportingDateFrom": "2026-06-01T00:00Z", "reportingDateTo": "2026-06-30T23:59Z"}, **more}


def test_account_health_in_both_spellings(tmp_path):
    metrics = {
        "marketplaceId": "ATVPDKIKX0DER",
        "lateShipmentRate": period(orderCount=1000, lateShipmentCount=32, status="GOOD", rate=0.032, targetValue=0.04),
        "prefulfillmentCancelRate": period(orderCount=200, cancellationCount=1, status="GOOD", rate=0.005, targetValue=0.025),
        "orderDefectRate": {"mfn": period(
            orderCount=500, orderWithDefects={"count": 4, "status": "GOOD"}, claims={"count": 3, "status": "NONE"},
            chargebacks={"count": 1, "status": "NONE"}, rate=0.008, targetValue=0.01, status="GOOD")},
        "listingPolicyViolations": period(defectsCount=2, status="BAD", targetValue=0),
        "accountHealthRating": period(ahrStatus="WARNED"),
        "warningState": [{"warningType": "spammingSellerMessaging", "status": "BAD"}],
    }  # fmt: skip
    other = {"marketplaceId": "A2EUQ1WTGCTBG2", "preFulfillmentCancellationRate": period(orderCount=1, cancellationCount=0)}
    statuses = [{"marketplaceId": "ATVPDKIKX0DER", "status": "AT_RISK"}]
    report = {"accountStatuses": statuses, "performanceMetrics": [metrics, other]}
    name, count, rows = read(tmp_path, report)
    assert (name, count) == ("amazon_account_health", 3)
    names = ("_record", "metric", "channel", "count", "of", "rate", "target", "status")
    assert [tuple(row.get(column) for column in names) for row in rows] == [
        ("1", "accountStatus", None, None, None, None, None, "AT_RISK"),
        ("2", "lateShipmentRate", None, "32", "1000", "0.032", "0.04", "GOOD"),
        ("2", "prefulfillmentCancelRate", None, "1", "200", "0.005", "0.025", "GOOD"),
        ("2", "listingPolicyViolations", None, "2", None, None, "0", "BAD"),
        ("2", "accountHealthRating", None, None, None, None, None, "WARNED"),
        ("2", "orderDefectRate", "mfn", "4", "500", "0.008", "0.01", "GOOD"),
        ("2", "claims", "mfn", "3", "500", None, None, "NONE"),
        ("2", "chargebacks", "mfn", "1", "500", None, None, "NONE"),
        ("2", "spammingSellerMessaging", None, None, None, None, None, "BAD"),
        ("3", "preFulfillmentCancellationRate", None, "0", "1", None, None, None),
    ]
    assert (rows[1]["from"], rows[1]["to"], rows[1]["marketplace"]) == ("2026-06-01T00:00Z", "2026-06-30T23:59Z", "ATVPDKIKX0DER")


# --- the formats themselves -----------------------------------------------------------------------------------------------------


def test_there_are_formats_to_check():
    assert len(FORMS) >= 9


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_kind_of_row_tells_of_a_table_and_every_column_is_filled(form):
    assert {emit.kind for emit in form.emits.values()} == set(form.tree.kinds)
    assert {header for rows in form.tree.rows for header in rows.take} == {column.header for column in form.columns.values()}
