"""Headers: names changed, doubled, lost, translated or damaged."""

from . import clean
from .case import add, kind

BAD = 3


def _renamed(name, about, change, **more):
    """The header line is changed, the rows are not."""

    def make(rng):
        export = clean.orders(rng)
        head, *lines = export.lines()
        head = "\t".join(change(head.split("\t")))
        return export.case("\n".join([head, *lines]) + "\n", **more)

    add("header", name, "amazon_all_orders", about, make)


def _each(change):
    return lambda headers: [change(header) for header in headers]


def _one(old, new):
    return lambda headers: [new if header == old else header for header in headers]


_renamed("header_upper_case", "all capital letters", _each(str.upper))
_renamed("header_title_case", "capitals and blanks for hyphens", _each(lambda header: header.replace("-", " ").title()))
_renamed(
    "header_underscores", "underscores for hyphens, as a database wants them", _each(lambda header: header.replace("-", "_"))
)
_renamed("header_camel_case", "written together, as a program wants them", _each(lambda h: h.title().replace("-", "")))
_renamed("header_padded", "blanks around every name", _each(lambda header: f"  {header} "))
_renamed("header_no_break_blanks", "blanks that do not break behind every name", _each(lambda header: f"{header}\u00a0"))
_renamed("header_en_dashes", "a word processor made the hyphens dashes", _each(lambda header: header.replace("-", "\u2013")))
_renamed("header_zero_width", "an invisible blank in front of one name", _one("sku", "\u200bsku"))
_renamed("header_colon", "a colon behind every name", _each(lambda header: f"{header}:"))
_renamed("header_ends_with_cr", "a stray CR at the end of the header alone", lambda headers: [*headers[:-1], headers[-1] + "\r"])
_renamed("header_soft_hyphen", "a soft hyphen inside one name", _one("purchase-date", "purchase\u00ad-date"), right="either")
_renamed(
    "header_spelling",
    "a typing error in a needed name",
    _one("purchase-date", "purchase-dat"),
    right="refused",
    word="purchase-date",
)
_renamed(
    "header_needed_renamed", "a needed column renamed by the seller", _one("quantity", "Qty"), right="refused", word="quantity"
)
_renamed("header_sku_renamed", "the SKU column renamed by the seller", _one("sku", "Article"), right="refused", word="sku")
_renamed(
    "header_key_renamed", "the order number renamed: the signature is gone", _one("amazon-order-id", "Order"), right="refused"
)
_renamed("header_needed_blank", "the name of a needed column deleted", _one("sku", ""), right="refused", word="sku")
_renamed("header_doubled", "a needed column twice: which one counts?", _one("asin", "sku"), right="refused", word="sku")
_renamed(
    "header_doubled_in_case",
    "a money column twice, in another case",
    _one("item-tax", "Item Price"),
    right="refused",
    word="item-price",
)
_renamed(
    "header_of_another_report",
    "the header of another report above these rows",
    lambda headers: clean.variants("amazon_mfn_returns")["v33_2026"],
    maybe=range(12),
    right="either",
)
_renamed("header_with_a_price", "a note with a personal value in a header", _one("promotion-ids", "note for Quendolin"))


@kind("header")
def header_needed_column_missing(rng):
    """The column with the units was deleted in a spreadsheet."""
    export = clean.orders(rng)
    export.headers = [header for header in export.headers if header != "quantity"]
    return export.case(right="refused", word="quantity")


@kind("header")
def header_updated_column_missing(rng):
    """The column with the last update was deleted: nobody can tell which of two downloads is newer."""
    export = clean.orders(rng)
    export.headers = [header for header in export.headers if header != "last-updated-date"]
    return export.case(right="refused", word="last-updated-date")


def _without_price(export):
    rows = []
    for truth in export.truth:
        poorer = truth | {"item_price": None}
        rows.append(tuple(poorer[column] for column in export.columns))
    return rows


@kind("header")
def header_price_renamed(rng):
    """The price column was renamed: no price, and the unknown name is told."""
    export = clean.orders(rng)
    thin = (_without_price(export), "Betrag")
    head, *lines = export.lines()
    return export.case("\n".join([head.replace("item-price", "Betrag"), *lines]) + "\n", thin=thin)


@kind("header")
def header_price_with_unit(rng):
    """The price column was renamed to say its unit."""
    export = clean.orders(rng)
    thin = (_without_price(export), "item-price (USD)")
    head, *lines = export.lines()
    return export.case("\n".join([head.replace("item-price", "item-price (USD)"), *lines]) + "\n", thin=thin)


@kind("header")
def header_price_blank(rng):
    """The name of the price column was deleted: a column of values without a name must be told."""
    export = clean.orders(rng)
    head, *lines = export.lines()
    thin = (_without_price(export), "without a name")
    return export.case("\n".join([head.replace("item-price", ""), *lines]) + "\n", thin=thin, right="either")


@kind("header")
def header_price_deleted(rng):
    """The price column was deleted in a spreadsheet: prices are unknown, which is not zero."""
    export = clean.orders(rng)
    export.headers = [header for header in export.headers if header != "item-price"]
    for truth in export.truth:
        truth["item_price"] = None
    return export.case()


@kind("header")
def header_extra_columns(rng):
    """The seller added columns of their own, one of them with buyers' names."""
    export = clean.orders(rng)
    export.headers = [*export.headers[:5], "my margin", *export.headers[5:], "who", "checked?"]
    for row in export.rows:
        row |= {"my margin": "12 %", "who": "Quendolin Zanary", "checked?": "x"}
    return export.case()


@kind("header")
def header_column_of_next_year(rng):
    """Amazon added a column in the middle without a word."""
    export = clean.orders(rng)
    export.headers.insert(9, "promised-carrier-code")
    return export.case()


@kind("header")
def header_columns_reordered(rng):
    """The columns stand in another order."""
    export = clean.orders(rng)
    rng.shuffle(export.headers)
    return export.case(maybe=[])


@kind("header")
def header_doubled_with_equal_values(rng):
    """The SKU column was copied: twice the same values under the same name."""
    export = clean.orders(rng)
    export.headers.append("sku")
    return export.case(right="either")


@kind("header")
def header_translated(rng):
    """A browser translated the header."""
    export = clean.orders(rng)
    words = {"amazon-order-id": "Amazon-Bestellnummer",
             "purchase-date": "Kaufdatum", "last-updated-date": "Letzte Aktualisierung",
             "order-status": "Bestellstatus", "quantity": "Menge", "item-status": "Artikelstatus"}  # fmt: skip
    head, *lines = export.lines()
    head = "\t".join(words.get(cell, cell) for cell in head.split("\t"))
    return export.case("\n".join([head, *lines]) + "\n", right="refused")


@kind("header")
def header_over_two_lines(rng):
    """A line break in the header: its names stand on two lines."""
    export = clean.orders(rng)
    head, *lines = export.lines()
    return export.case(
        "\n".join([head.replace("item-price", "item-\nprice"), *lines]) + "\n",
        at=range(3, 15),
        right="either",
        junk=frozenset([2]),
        maybe=range(12),
    )


@kind("header")
def header_cut_behind_the_needed(rng):
    """The header was cut behind the needed columns; the rows are whole."""
    export = clean.orders(rng)
    head, *lines = export.lines()
    head = "\t".join(head.split("\t")[:14])
    return export.case("\n".join([head, *lines]) + "\n", maybe=range(12), right="either")


@kind("header")
def header_twice_at_the_top(rng):
    """The header line was pasted twice."""
    export = clean.orders(rng)
    lines = export.lines()
    return export.case("\n".join([lines[0], *lines]) + "\n", at=range(3, 15), junk=frozenset([2]))


@kind("header")
def header_second_line_with_types(rng):
    """A tool wrote the type of each column below the header."""
    export = clean.orders(rng)
    lines = export.lines()
    types = "\t".join("string" for _ in export.headers)
    return export.case("\n".join([lines[0], types, *lines[1:]]) + "\n", at=range(3, 15), junk=frozenset([2]))


@kind("header")
def header_with_rule_below(rng):
    """Copied from a database's console: a line of dashes below the header."""
    export = clean.orders(rng)
    lines = export.lines()
    rule = "\t".join("-" * len(header) for header in export.headers)
    return export.case("\n".join([lines[0], rule, *lines[1:]]) + "\n", at=range(3, 15), junk=frozenset([2]))


@kind("header")
def header_very_wide(rng):
    """Five thousand empty columns behind the last, as a spreadsheet's used range makes them."""
    export = clean.orders(rng)
    return export.case("".join(line + "\t" * 5000 + "\n" for line in export.lines()))


@kind("header")
def header_thousands_of_names(rng):
    """Two thousand unknown columns."""
    export = clean.orders(rng)
    export.headers += [f"extra-{n}" for n in range(2000)]
    return export.case()


@kind("header", "amazon_order_report")
def header_needed_column_missing_in_the_report(rng):
    """The order report without its line ids."""
    export = clean.report(rng)
    export.headers = [header for header in export.headers if header != "order-item-id"]
    return export.case(right="refused", word="order-item-id")


@kind("header", "amazon_mfn_returns")
def header_returns_seller_spelling(rng):
    """Seller Central spells some names otherwise than the interface."""
    export = clean.returns(rng)
    spelled = {"A-to-Z Claim": "A-to-z claim", "Return Reason": "Return reason", "SafeT claim id": "SafeT claim ID",
               "Merchant RMA ID": "Seller RMA ID"}  # fmt: skip
    head, *lines = export.lines()
    head = "\t".join(spelled.get(cell, cell) for cell in head.split("\t"))
    return export.case("\n".join([head, *lines]) + "\n")
