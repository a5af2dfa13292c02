"""Values: what needs more than one changed cell, and values of other exports."""

from . import clean
from .case import kind

BAD = 3


@kind("value")
def updated_in_the_future(rng):
    """The last update lies three years ahead: it would win over all later downloads."""
    export = clean.orders(rng)
    export.rows[BAD]["last-updated-date"] = "2029-09-01T10:00:00+00:00"
    return export.case(bad=[BAD])


@kind("value")
def mixed_currencies(rng):
    """Genuine orders of three currencies in one file: sums must stay apart."""
    export = clean.orders(rng)
    for index, (row, truth) in enumerate(zip(export.rows, export.truth, strict=True)):
        if row["currency"]:
            row["currency"] = truth["currency"] = ("USD", "CAD", "MXN")[index % 3]
    return export.case()


@kind("value")
def price_without_currency(rng):
    """The currency of one priced line was emptied: the marketplace's own is meant, or it is set aside."""
    export = clean.orders(rng)
    export.rows[BAD]["currency"] = ""
    return export.case(maybe=[BAD])


@kind("value")
def currency_of_another_row(rng):
    """A filled-down currency without a price on a cancelled line; harmless."""
    export = clean.orders(rng)
    export.rows[4]["currency"] = "USD"
    return export.case()


@kind("value")
def nothing_in_many_words(rng):
    """Empty money written as -- and N/A, as Amazon itself does."""
    export = clean.orders(rng)
    for index, word in ((1, "--"), (2, "N/A"), (5, " ")):
        export.rows[index]["item-tax"], export.truth[index]["item_tax"] = word, None
    return export.case()


@kind("value")
def text_that_looks_like_nothing(rng):
    """SKUs that are words some readers take for empty: NA, null, None, nan, true."""
    export = clean.orders(rng)
    for index, sku in enumerate(("NA", "null", "None", "nan", "TRUE", "-", "0")):
        export.rows[index]["sku"] = export.truth[index]["sku"] = sku
    return export.case()


@kind("value")
def sku_with_leading_zeros(rng):
    """SKUs of digits: 00123 and 123 are two goods, and 1E5 is no number."""
    export = clean.orders(rng)
    for index, sku in enumerate(("00123", "123", "0123", "000", "123.0", "1.10", "1.1")):
        export.rows[index]["sku"] = export.truth[index]["sku"] = sku
    return export.case()


@kind("value")
def sku_like_an_exponent(rng):
    """A genuine SKU that looks like a shortened number."""
    export = clean.orders(rng)
    export.rows[BAD]["sku"] = export.truth[BAD]["sku"] = "5E10"
    return export.case(maybe=[BAD])


@kind("value")
def skus_that_differ_in_case(rng):
    """Two goods whose SKUs differ in case only."""
    export = clean.orders(rng)
    for index, sku in ((6, "Mug-a"), (7, "MUG-A"), (8, "mug-a")):
        export.rows[index]["sku"] = export.truth[index]["sku"] = sku
    return export.case()


@kind("value")
def several_wrong_cells(rng):
    """Four records with one wrong cell each, and one with three: five lines are named once each."""
    export = clean.orders(rng)
    for index, header, value in (
        (0, "quantity", "x"), (2, "item-price", "1,5"), (5, "purchase-date", "?"), (11, "currency", "1"),
        (8, "quantity", "1.5"), (8, "item-price", "abc"), (8, "currency", "??"),
    ):  # fmt: skip
        export.rows[index][header] = value
    return export.case(bad=[0, 2, 5, 8, 11])


@kind("value")
def one_item_id_in_two_orders(rng):
    """Filled down by mistake: the same item id on lines of two orders."""
    export = clean.orders(rng)
    export.rows[BAD]["order-item-id"] = export.truth[BAD]["order_item_id"] = export.rows[BAD - 1]["order-item-id"]
    return export.case(maybe=[BAD, BAD - 1])


@kind("value")
def order_ids_filled_up(rng):
    """A spreadsheet continued the order numbers as a series, one by one: no longer the orders' own."""
    export = clean.orders(rng)
    for index, row in enumerate(export.rows):
        row["amazon-order-id"] = export.truth[index]["order_id"] = f"111-1234567-12345{index:02d}"
    return export.case(maybe=range(12), right="either")


@kind("value")
def very_long_title(rng):
    """A title of 100,000 characters."""
    export = clean.orders(rng)
    export.rows[BAD]["product-name"] = export.truth[BAD]["product_name"] = "mug " * 25_000 + "end"
    return export.case(maybe=[BAD])


@kind("value")
def enormous_title(rng):
    """A cell of 20 MB, as a runaway paste makes it."""
    export = clean.orders(rng)
    export.rows[BAD]["product-name"] = "mug " * 5_000_000
    export.truth[BAD]["product_name"] = "mug"
    return export.case(bad=[BAD], right="either")


@kind("value")
def control_characters_in_title(rng):
    """Bell, escape and delete characters in a title."""
    export = clean.orders(rng)
    export.rows[BAD]["product-name"] = export.truth[BAD]["product_name"] = "Tea\x07 \x1b[31mpot\x7f"
    return export.case(maybe=[BAD])


@kind("value", "tracking")
def tracking_exponent(rng):
    """A tracking number of 22 digits shortened by a spreadsheet."""
    export = clean.tracking(rng)
    export.rows[BAD]["tracking"] = "9.40011E+21"
    return export.case(bad=[BAD])


@kind("value", "tracking")
def tracking_rounded_everywhere(rng):
    """A spreadsheet keeps 15 digits of a number: all tracking numbers end in zeros."""
    export = clean.tracking(rng)
    for row in export.rows:
        row["tracking"] = row["tracking"][:15] + "0" * (len(row["tracking"]) - 15)
    return export.case(bad=range(9), right="either")


@kind("value", "amazon_mfn_returns")
def returns_cell_of_one_blank(rng):
    """The returns report writes one blank for nothing: no value, and no zero."""
    return clean.returns(rng).case()


@kind("value", "amazon_mfn_returns")
def returns_reason_unknown(rng):
    """A reason code that nobody has seen before is data."""
    export = clean.returns(rng)
    export.rows[BAD]["Return Reason"] = export.truth[BAD]["reason_as_exported"] = "CR-BRAND_NEW_REASON"
    return export.case()


@kind("value", "amazon_mfn_returns")
def returns_requested_tomorrow(rng):
    """A return asked for in three years."""
    export = clean.returns(rng)
    export.rows[BAD]["Return request date"] = "14-Jul-2029"
    return export.case(bad=[BAD])


@kind("value", "amazon_order_report")
def report_promise_lies_ahead(rng):
    """Promised dates may lie ahead of the clock; they are no mistake."""
    export = clean.report(rng)
    export.rows[BAD] |= {"latest-ship-date": "2029-09-01T10:00:00Z", "latest-delivery-date": "2029-09-09T10:00:00Z"}
    return export.case(maybe=[])
