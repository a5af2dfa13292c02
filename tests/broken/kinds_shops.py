"""Shopify and eBay orders: comma files with genuine traps of their own."""

from . import clean
from .case import kind
from .ledgers import ebay, orphaned, shopify

SHOP, EBAY = "shopify_orders", "ebay_orders"


@kind("structure", SHOP)
def shopify_clean(rng):
    """Second lines of an order are empty but for the goods: nothing is filled down."""
    return shopify(rng).case()


@kind("structure", SHOP)
def shopify_notes_with_breaks(rng):
    """Notes of several lines in quotes, one with a quotation mark, and a bad price far below."""
    export = shopify(rng)
    export.rows[0]["Notes"] = 'Ring "twice"\n\nThanks,\nQuendolin'
    export.rows[6]["Lineitem price"] = "abc"
    return export.case(bad=[6], at=[index + 2 + 3 * (index > 0) for index in range(9)], thin=orphaned(export), money=False)


@kind("structure", SHOP)
def shopify_notes_never_closed(rng):
    """A note opens a quote that nothing closes."""
    export = shopify(rng)
    export.rows[3]["Notes"] = "MARK"
    lines = export.lines()
    return export.case("\n".join(lines).replace("MARK", '"Ring twice') + "\n", bad=[3], thin=orphaned(export), money=False)


@kind("structure", SHOP)
def shopify_notes_swallow_a_row(rng):
    """Two notes with one stray quote each: together they look like one note over three rows."""
    export = shopify(rng)
    export.rows[2]["Notes"], export.rows[5]["Notes"] = "MARK1", "MARK2"
    text = export.text().replace("MARK1", '"Ring').replace("MARK2", 'twice"')
    return export.case(text, bad=[2, 5], thin=orphaned(export), money=False)


@kind("structure", SHOP)
def shopify_second_lines_sorted_away(rng):
    """Sorted by SKU in a spreadsheet: second lines no longer stand below their first."""
    export = shopify(rng)
    order = sorted(range(9), key=lambda index: export.rows[index]["Lineitem sku"])
    export.rows, export.truth = [export.rows[i] for i in order], [export.truth[i] for i in order]
    return export.case()


@kind("value", SHOP)
def shopify_zip_apostrophe(rng):
    """A spreadsheet's apostrophe in front of the postcode, which is not kept whole."""
    export = shopify(rng)
    for row in export.rows:
        if row["Shipping Zip"]:
            row["Shipping Zip"] = "'" + row["Shipping Zip"]
    return export.case()


@kind("value", SHOP)
def shopify_bad_cells(rng):
    """Half a unit, a price with a comma, a moment without a zone."""
    export = shopify(rng)
    for index, header, value in (
        (0, "Lineitem quantity", "1.5"),
        (3, "Lineitem price", "9,99"),
        (6, "Created at", "2026-09-01 10:00"),
    ):
        export.rows[index][header] = value
    return export.case(bad=[0, 3, 6], maybe=[1, 4, 7], thin=orphaned(export), money=False)


@kind("type", SHOP)
def shopify_moments_of_a_spreadsheet(rng):
    """A spreadsheet shows moments its own way, without the zone."""
    export = shopify(rng)
    for row in export.rows:
        for header in ("Created at", "Paid at"):
            row[header] = row[header] and f"{row[header][8:10]}/{row[header][5:7]}/2026 {row[header][11:16]}"
    return export.case(bad=range(9), right="either")


@kind("type", SHOP)
def shopify_ids_shortened(rng):
    """The number of the order shortened by a spreadsheet; its name is untouched."""
    export = shopify(rng)
    for row in export.rows:
        row["Id"] = row["Id"] and f"{float(row['Id']):.5E}"
    return export.case(maybe=range(9), thin=orphaned(export), money=False)


@kind("header", SHOP)
def shopify_price_column_missing(rng):
    """The price of the goods was deleted."""
    export = shopify(rng)
    export.headers = [header for header in export.headers if header != "Lineitem price"]
    return export.case(right="refused", word="Lineitem price")


@kind("encoding", SHOP)
def shopify_semicolons_cp1252(rng):
    """Saved by a German spreadsheet: semicolons, cp1252, decimal commas."""
    export = shopify(rng)
    export.mark = ";"
    for row in export.rows:
        for header in ("Lineitem price", "Subtotal", "Shipping", "Taxes", "Total"):
            row[header] = row[header].replace(".", ",")
    return export.case(export.text().encode("cp1252"), maybe=range(9), right="either")


@kind("injection", SHOP)
def shopify_note_with_formula_and_script(rng):
    """A note with a formula and a script is not kept; a title with them is data."""
    export = shopify(rng)
    export.rows[0]["Notes"] = "=cmd|' /C calc'!A0 <script>alert(1)</script>"
    export.rows[0]["Lineitem name"] = export.truth[0]["product_name"] = "<b>=1+1</b>"
    return export.case()


def _lines(count):
    return [index + 4 for index in range(count)]


@kind("structure", EBAY)
def ebay_clean(rng):
    """Rows of commas around the header, two footers, signs in the money."""
    export = ebay(rng)
    return export.case(at=_lines(8), junk=frozenset((13, 14)))


@kind("structure", EBAY)
def ebay_two_pasted(rng):
    """Two downloads pasted below one another, footers and headers in the middle."""
    first, second = ebay(rng), ebay(rng)
    for index, row in enumerate(second.rows):
        row["Sales Record Number"] = str(5000 + index)
    both = clean.Export(
        "ebay.csv", first.headers, first.rows + second.rows, first.truth + second.truth, "order_lines", first.columns
    )
    junk = frozenset((13, 14, 15, 16, 17, 27, 28))
    return both.case(first.text() + second.text(), at=[*_lines(8), *range(18, 26)], junk=junk)


@kind("structure", EBAY)
def ebay_separator_line(rng):
    """sep=, in front of all."""
    export = ebay(rng)
    return export.case("sep=,\n" + export.text(), at=[line + 1 for line in _lines(8)], junk=frozenset((1, 14, 15)))


@kind("structure", EBAY)
def ebay_cut(rng):
    """The download stopped inside a row."""
    export = ebay(rng)
    text = "\n".join(export.lines()[:-3])
    return export.case(text[:-150], at=_lines(8), bad=[7])


@kind("type", EBAY)
def ebay_german_money(rng):
    """German money in the US layout: 1.433,66 € and semicolons."""
    export = ebay(rng)
    export.mark = ";"
    export.above = [";" * (len(export.headers) - 1)]
    for row in export.rows:
        for header in ("Sold For", "Shipping And Handling", "Total Price"):
            row[header] = row[header].strip("$").translate(str.maketrans(",.", ".,")) + " €"
    return export.case(at=_lines(8), junk=frozenset((13, 14)))


@kind("value", EBAY)
def ebay_money_of_two_minds(rng):
    """One amount has a decimal comma among decimal points."""
    export = ebay(rng)
    export.rows[3]["Sold For"] = export.rows[3]["Sold For"].replace(".", ",")
    return export.case(at=_lines(8), maybe=range(8), right="either", junk=frozenset((13, 14)))


@kind("value", EBAY)
def ebay_31_september(rng):
    """A day that does not exist."""
    export = ebay(rng)
    export.rows[3]["Sale Date"] = "Sep-31-26"
    return export.case(at=_lines(8), bad=[3], junk=frozenset((13, 14)))


@kind("value", EBAY)
def ebay_item_number_shortened(rng):
    """A spreadsheet shortened the item number of one row."""
    export = ebay(rng)
    export.rows[3]["Transaction ID"] = "1.23457E+12"
    return export.case(at=_lines(8), bad=[3], junk=frozenset((13, 14)))


@kind("encoding", EBAY)
def ebay_cp1252_with_mark_text(rng):
    """cp1252, as some downloads are."""
    export = ebay(rng)
    return export.case(export.text().encode("cp1252"), at=_lines(8), junk=frozenset((13, 14)))
