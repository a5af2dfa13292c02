"""XML: All Orders as the interface gives it."""

from xml.sax.saxutils import escape

from . import clean
from .case import add

BAD, XML = 3, "amazon_all_orders_xml"


def _xml_text(export, encoding="utf-8"):
    orders = "".join(
        f"""<Message><Order><AmazonOrderID>{row["amazon-order-id"]}</AmazonOrderID><PurchaseDate>{row["purchase-date"]}</PurchaseDate>
<LastUpdatedDate>{row["last-updated-date"]}</LastUpdatedDate><OrderStatus>Shipped</OrderStatus><SalesChannel>Amazon.com</SalesChannel>
<FulfillmentData><FulfillmentChannel>Merchant</FulfillmentChannel><Address><City>Qanarytown</City><PostalCode>90210-7731</PostalCode>
<Country>US</Country></Address></FulfillmentData><OrderItem><AmazonOrderItemCode>{row["order-item-id"]}</AmazonOrderItemCode>
<ASIN>{row["asin"]}</ASIN><SKU>{escape(row["sku"])}</SKU><ItemStatus>Shipped</ItemStatus>
<ProductName>{escape(row["product-name"])}</ProductName><Quantity>{row["quantity"]}</Quantity><ItemPrice>
<Component><Type>Principal</Type><Amount currency="USD">{row["item-price"]}</Amount></Component>
<Component><Type>Tax</Type><Amount currency="USD">{row["item-tax"]}</Amount></Component>
<Component><Type>Shipping</Type><Amount currency="USD">4.99</Amount></Component></ItemPrice></OrderItem></Order></Message>
"""
        for row in export.rows
    )
    head = f'<?xml version="1.0" encoding="{encoding}"?>\n'
    return f"{head}<AmazonEnvelope><MessageType>AllOrdersReport</MessageType>\n{orders}</AmazonEnvelope>\n"


def _xml(name, group, about, change=str, right="rows", bad=(), maybe=(), encoding="utf-8", encode=None, true=None, **more):
    """The XML report, changed by `change(text)`; the n-th order is line n."""

    def make(rng):
        export = clean.tree(rng, "all-orders.xml")
        text = change(_xml_text(export, encoding))
        export.truth[BAD] |= true or {}
        data = text.encode(encode or encoding) if isinstance(text, str) else text
        return export.case(data, bad=bad, maybe=maybe, right=right, at=range(1, 12), **more)

    add(group, name, XML, about, make)


def _nth(tag, value, number=BAD):
    """Changes what stands in the n-th element of a name."""

    def change(text):
        start = -1
        for _ in range(number + 1):
            start = text.index(f"<{tag}>", start + 1)
        end = text.index(f"</{tag}>", start)
        return text[: start + len(tag) + 2] + value + text[end:]

    return change


_xml("xml_clean", "container", "a report as it comes")
_xml(
    "xml_latin1",
    "encoding",
    "Latin-1, as it declares",
    lambda text: text.encode("iso-8859-1", "xmlcharrefreplace"),
    encoding="iso-8859-1",
)
_xml("xml_says_utf8_is_cp1252", "encoding", "cp1252 that says it is UTF-8", encode="cp1252", right="either")
_xml("xml_utf16", "encoding", "UTF-16", encoding="utf-16", right="either")
_xml("xml_mark", "encoding", "a byte order mark in front", lambda text: "\ufeff" + text)
_xml("xml_no_declaration", "structure", "without its first line", lambda text: text.split("\n", 1)[1])
_xml("xml_blank_in_front", "structure", "a blank line in front", lambda text: "\n" + text, "either")
_xml("xml_cut", "structure", "cut off", lambda text: text[:-700], "refused")
_xml("xml_two_reports", "structure", "two reports behind each other", lambda text: text + text, "refused")
_xml("xml_bare_ampersand", "structure", "an ampersand that was not escaped", _nth("ProductName", "Tea & pot"), "refused")
_xml(
    "xml_cdata", "structure", "a title in CDATA with what looks like a tag", _nth("SKU", "<![CDATA[A<b>]]>"), true={"sku": "A<b>"}
)
_xml(
    "xml_namespace",
    "structure",
    "a name space",
    lambda text: text.replace("<AmazonEnvelope>", '<AmazonEnvelope xmlns="urn:x">'),
    "either",
)
_xml(
    "xml_comment_inside",
    "structure",
    "a comment in the middle of a number",
    _nth("Quantity", "1<!-- one -->0"),
    true={"units": 10},
    maybe=[BAD],
)
_xml(
    "xml_price_comma",
    "value",
    "an amount with a comma",
    lambda text: text.replace('<Amount currency="USD">4.99', '<Amount currency="USD">4,99', 1),
    bad=[0],
)
_xml("xml_units_half", "value", "half a unit", _nth("Quantity", "1.5"), bad=[BAD])
_xml("xml_moment_31_february", "value", "a day that does not exist", _nth("PurchaseDate", "2026-02-31T10:00:00+00:00"), bad=[BAD])
_xml("xml_order_id_empty", "value", "an order without its number", _nth("AmazonOrderID", ""), bad=[BAD])
_xml(
    "xml_price_twice",
    "value",
    "two principals of one item add up",
    lambda text: text.replace(
        "<Component><Type>Tax",
        '<Component><Type>Principal</Type><Amount currency="EUR">1.00</Amount></Component><Component><Type>Tax',
        1,
    ),
    "either",
    bad=[0],
)
_xml(
    "xml_entities_that_grow",
    "injection",
    "entities made of entities",
    lambda text: text.replace(
        "?>", '?><!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>', 1
    ).replace("Shipped", "&c;", 1),
    "refused",
)
_xml(
    "xml_external_entity",
    "injection",
    "an entity that is a file of the computer",
    lambda text: text.replace("?>", '?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', 1).replace("Shipped", "&a;", 1),
    "refused",
)
_xml("xml_nested_deep", "injection", "a hundred thousand elements inside each other", lambda _: "<a>" * 100_000, "refused")
_xml("xml_as_web_page", "structure", "a web page", lambda _: "<!DOCTYPE html><html><body>Sign in</body></html>", "refused")
