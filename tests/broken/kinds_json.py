"""JSON: answers of the Orders interface as a program saved them."""

import json

from . import clean
from .case import add

BAD, JSON = 3, "spapi_orders_v0"


def _orders(export):
    """The rows as orders of the Orders interface with their items."""
    return [{
        "AmazonOrderId": row["amazon-order-id"], "PurchaseDate": row["purchase-date"].replace("+00:00", "Z"),
        "LastUpdateDate": row["last-updated-date"].replace("+00:00", "Z"), "OrderStatus": "Shipped", "FulfillmentChannel": "MFN",
        "SalesChannel": "Amazon.com", "MarketplaceId": "ATVPDKIKX0DER", "BuyerInfo": {"BuyerEmail": "quendolin@zanary.example"},
        "ShippingAddress": {"Name": "Quendolin Zanary", "City": "Qanarytown", "PostalCode": "90210-7731", "CountryCode": "US"},
        "OrderItems": [{
            "ASIN": row["asin"], "SellerSKU": row["sku"], "OrderItemId": row["order-item-id"], "Title": row["product-name"],
            "QuantityOrdered": int(row["quantity"]), "QuantityShipped": int(row["quantity"]),
            "ItemPrice": {"CurrencyCode": "USD", "Amount": row["item-price"]},
            "ItemTax": {"CurrencyCode": "USD", "Amount": row["item-tax"]},
            "ShippingPrice": {"CurrencyCode": "USD", "Amount": "4.99"},
        }],
    } for row in export.rows]  # fmt: skip


def _json(name, group, about, write, right="rows", bad=(), maybe=(), true=None, **more):
    """The answer of the interface, written by `write(orders)`; the n-th order is line n."""

    def make(rng):
        export = clean.tree(rng, "orders.json")
        data = write(_orders(export))
        export.truth[BAD] |= true or {}
        return export.case(data, bad=bad, maybe=maybe, right=right, at=range(1, 12), **more)

    add(group, name, JSON, about, make)


def _answer(orders):
    return json.dumps({"payload": {"Orders": orders, "NextToken": "2YgYW55IGNhcm5hb"}}, ensure_ascii=False, indent=1)


def _with(change):
    def write(orders):
        change(orders[BAD])
        return _answer(orders)

    return write


def _item(**cells):
    return _with(lambda order: order["OrderItems"][0].update(cells))


def _price(amount):
    return _item(ItemPrice={"CurrencyCode": "USD", "Amount": amount})


def _text(old, new):
    return lambda orders: _answer(orders).replace(old, new, 1)


def _numbers(orders):
    for order in orders:
        money = order["OrderItems"][0]["ItemPrice"]
        money["Amount"] = float(money["Amount"])
    return _answer(orders)


_json("json_clean", "container", "an answer as it came", _answer)
_json("json_one_line", "container", "without line breaks", lambda orders: json.dumps({"payload": {"Orders": orders}}))
_json("json_bare_list", "container", "the bare list of orders", lambda orders: json.dumps(orders))
_json("json_lines", "container", "one order per line", lambda orders: "\n".join(map(json.dumps, orders)) + "\n", "either")
_json("json_mark", "encoding", "a byte order mark in front", lambda orders: "\ufeff" + _answer(orders))
_json("json_utf16", "encoding", "UTF-16", lambda orders: _answer(orders).encode("utf-16"), "either")
_json("json_cp1252", "encoding", "cp1252, which JSON never is", lambda orders: _answer(orders).encode("cp1252"), "either")
_json("json_cut", "structure", "the answer broke off", lambda orders: _answer(orders)[:-900], "refused")
_json(
    "json_trailing_comma",
    "structure",
    "a comma too many",
    lambda orders: _answer(orders).replace('"4.99"\n', '"4.99",\n'),
    "refused",
)
_json(
    "json_single_quotes",
    "structure",
    "printed by Python: single quotes",
    lambda orders: repr({"payload": {"Orders": orders}}),
    "refused",
)
_json(
    "json_two_answers",
    "structure",
    "two answers behind each other",
    lambda orders: json.dumps({"payload": {"Orders": orders[:5]}}) + "\n" + json.dumps({"payload": {"Orders": orders[5:]}}),
    "either",
)
_json(
    "json_name_twice",
    "structure",
    "one name twice in an order, with another number",
    _text('"OrderStatus": "Shipped",', '"OrderStatus": "Shipped", "AmazonOrderId": "111-1111111-1111111",'),
    "refused",
)
_json("json_comment", "structure", "comments of a programmer", lambda orders: "// orders\n" + _answer(orders), "refused")
_json(
    "json_html_behind",
    "structure",
    "an error page behind the answer",
    lambda orders: _answer(orders) + "<html>504</html>",
    "refused",
)
_json("json_amount_nan", "value", "NaN for an amount", _text('"Amount": "4.99"', '"Amount": NaN'), "refused")
_json("json_amount_infinity", "value", "1e999 for an amount", _text('"Amount": "4.99"', '"Amount": 1e999'), "either", maybe=[0])
_json("json_amount_number", "type", "amounts as numbers", _numbers)
_json("json_amount_comma", "value", "an amount with a comma", _price("12,50"), bad=[BAD])
_json("json_amount_three_decimals", "value", "an amount with three decimals", _price("12.505"), bad=[BAD])
_json("json_amount_object", "value", "an object for an amount", _price({"value": "12.50"}), "either", bad=[BAD])
_json("json_amount_bool", "value", "a truth value for an amount", _price(True), "either", bad=[BAD])
_json("json_units_half", "value", "half a unit", _item(QuantityOrdered=1.5), bad=[BAD])
_json("json_units_text", "value", "units as a word", _item(QuantityOrdered="one"), bad=[BAD])
_json("json_item_id_number", "type", "an item id as a float", _item(OrderItemId=2.1234567890123e22), "either", bad=[BAD])
_json("json_no_order_id", "value", "an order without its number", _with(lambda order: order.pop("AmazonOrderId")), bad=[BAD])
_json(
    "json_order_id_null", "value", "null for the order's number", _with(lambda order: order.update(AmazonOrderId=None)), bad=[BAD]
)
_json(
    "json_moment_no_offset",
    "value",
    "a moment without its offset",
    _with(lambda order: order.update(PurchaseDate="2026-09-01T10:00:00")),
    bad=[BAD],
)
_json("json_nested_deep", "injection", "a hundred thousand brackets", lambda _: "[" * 100_000, "refused")
_json(
    "json_enormous_number",
    "injection",
    "a number of a million digits",
    _text('"QuantityOrdered": 1', '"QuantityOrdered": ' + "9" * 10**6),
    "either",
    maybe=range(11),
)
_json("json_nul_escape", "injection", "an escaped NUL in a title", _item(Title="Tea\0pot"), "either", bad=[BAD])
_json("json_line_break_in_sku", "structure", "a line break in a SKU", _item(SellerSKU="A\nB"), true={"sku": "A B"}, maybe=[BAD])
