"""What `orderkit map` guesses of a file: words of headers, types by the load's own SQL, dates, amounts, what its rows tell of."""

import pytest
import yaml

from orderkit.errors import BadValue, FileRefused, UnknownName
from orderkit.formats import formats
from orderkit.store.guessing import guess_words, guess_yaml
from orderkit.store.guessing.guess import TABLES, Wishes, guess
from orderkit.store.guessing.guess_table import look
from orderkit.store.guessing.guess_types import KINDS, ordered
from orderkit.store.schema import column_types


def table_of(tmp_path, text, name="file.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return look(path, tmp_path, formats())


def guessed(tmp_path, text, **wishes):
    return guess(table_of(tmp_path, text), "own", Wishes(**{"targets": {}, **wishes}))


def becomes(found):
    return {column.header: column.target for column in found.columns if column.target}


ORDERS = """Order No,Order Date,SKU,Qty,Price
1,2026-11-01,MUG,1,12.50
2,2026-11-02,PLATE,3,4.99
"""


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Order #", "order_id"), ("orderNumber", "order_id"), ("PO#", "order_id"), ("Bestell-Nr.", "order_id"),
        ("Artikel-Nr", "sku"), ("Stückpreis (EUR)", "unit_price"), ("Gültig ab", "valid_from"), ("Qté", None),
        ("Zustelldatum", "delivered_at"), ("order_estimated_delivery_date", "deliver_by"), ("Währung", "currency"),
        ("Betrag in €", "total"), ("Sendungsnummer", "tracking"), ("Retourengrund", "reason_as_exported"),
        ("Insurance cost", "premium"), ("Versicherungsprämie", "premium"), ("Insurance", "insured"),
    ],
)  # fmt: skip
def test_words_of_headers(header, target):
    found = guess_words.readings(header)
    assert (found[0].target if found else None) == target


@pytest.mark.parametrize(
    "header",
    ["Buyer Name", "Kunden-E-Mail", "Käufername", "Lieferadresse", "Straße", "Ship to phone", "Name", "shipping_city", "Notes",
     "USt-IdNr", "recipient", "Telefonnummer", "customer_id", "Order notes"],
)  # fmt: skip
def test_headers_of_persons_are_never_anything_else(header):
    assert guess_words.readings(header) == []
    assert guess_words.personal(header)


@pytest.mark.parametrize("header", ["Product Name", "Item name", "Customer order number"])
def test_what_only_sounds_personal_is_kept(header):
    assert guess_words.readings(header)
    assert not guess_words.personal(header)


def test_every_target_has_a_type_and_a_place():
    """The words, the types and the tables speak of the same canonical columns."""
    derived = {"price", "unit_price", "total", "order_item_id"}
    told = {target for targets in TABLES.values() for target in targets}
    assert told == set(KINDS)
    assert set(guess_words.targets()) - told == {"date", "state", "vat", "cost"}
    for rows, targets in TABLES.items():
        known = set(column_types("order_lines" if rows == "orders" else rows)) | set(column_types("parcels")) | derived
        assert set(targets) <= known, rows


def test_the_header_stands_below_other_lines_and_sums_are_no_rows(tmp_path):
    text = "Shop report;;\nfrom 1 to 30 November;;\n\nBestellnummer;Artikelnummer;Menge\nB1;A;1\nB2;B;2\nSumme;;3\n"
    table = table_of(tmp_path, text)
    assert (table.line, table.delimiter, table.headers, len(table.rows)) == (
        4,
        ";",
        ["Bestellnummer", "Artikelnummer", "Menge"],
        2,
    )
    assert table.totals


def test_a_known_export_is_known(tmp_path):
    headers = formats()["tracking"].variants["template"]
    assert table_of(tmp_path, ",".join(headers) + "\n").known.format.name == "tracking"


@pytest.mark.parametrize("text", ["just a sentence\n", "one\ntwo\nthree\n"])
def test_what_is_no_table_is_refused(tmp_path, text):
    with pytest.raises(FileRefused, match="no table"):
        table_of(tmp_path, text)


def test_json_is_refused_with_a_reason(tmp_path):
    with pytest.raises(FileRefused, match="is a tree"):
        table_of(tmp_path, '{"a": 1}')


@pytest.mark.parametrize(
    ("values", "kind", "formats_", "months"),
    [
        (["2026-11-01", "2026-11-30"], "day", ("%Y-%m-%d",), ()),
        (["13.11.2026", "1.2.2026"], "day", ("%d.%m.%Y",), ()),
        (["01/13/2026", "02/03/2026"], "day", ("%m/%d/%Y",), ()),
        (["13/01/2026", "02/03/2026"], "day", ("%d/%m/%Y",), ()),
        (["01/02/2026", "02/03/2026"], "day", ("%d/%m/%Y", "%m/%d/%Y"), ()),
        (["3.4.26", "30.4.26"], "day", ("%d.%m.%y",), ()),
        (["12. März 2026", "3. Mai 2026"], "day", ("%d. %b %Y",), ("de",)),
        (["5 Nov 2026", "13 Dec 2026"], "day", ("%d %b %Y",), ()),
        (["Nov 5, 2026", "Dec 13, 2026"], "day", ("%b %d, %Y",), ()),
        (["2026-11-01 00:00:00", "2026-11-02 00:00:00"], "day", ("%Y-%m-%d 00:00:00",), ()),
        (["2026-11-01 10:11:12", "2026-11-02 00:00:00"], "moment", (), ()),
        (["2026-11-01T10:11:12+01:00", "2026-11-02T00:00:00Z"], "moment", (), ()),
        (["13.11.2026 10:15", "01.11.2026 09:00"], "moment", ("%d.%m.%Y %H:%M",), ()),
        (["11/13/2026 1:05 PM", "11/01/2026 11:59 AM"], "moment", ("%m/%d/%Y %I:%M %p",), ()),
        (["13.11.2026", "14.11.2026 10:15"], "moment", ("%d.%m.%Y", "%d.%m.%Y %H:%M"), ()),
    ],
)  # fmt: skip
def test_dates(tmp_path, values, kind, formats_, months):
    rows = "".join(f'{number};A;"{value}"\n' for number, value in enumerate(values))
    column = guessed(tmp_path, f"Order;SKU;Order date\n{rows}").column("ordered_at")
    assert (column.type, column.months) == (kind, months)
    assert set(column.formats) == set(formats_)


def test_one_column_of_dates_proves_how_the_others_are_written(tmp_path):
    found = guessed(tmp_path, "Order,SKU,Order date,Ship date\n1,A,10/31/2026,11/02/2026\n2,A,11/01/2026,11/03/2026\n")
    assert found.column("shipped_at").formats == ("%m/%d/%Y",)


def test_ordered_keeps_what_nobody_mixes_up():
    assert ordered(("%d/%m/%Y", "%m/%d/%Y"), True) == ("%d/%m/%Y",)
    assert ordered(("%d/%m/%Y", "%m/%d/%Y"), False) == ("%m/%d/%Y",)
    assert ordered(("%Y-%m-%d",), True) == ("%Y-%m-%d",)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (ORDERS, "order_lines"),
        ("Order No,Order Date,Total\n1,2026-11-01,5.00\n", "orders"),
        ("Order No,Tracking,Carrier,Ship date\n1,AB,UPS,2026-11-01\n", "parcels"),
        ("Order No,SKU,Return date,Return reason\n1,A,2026-11-01,too small\n", "returns"),
        ("Order No,Order Date,SKU,Qty,Return reason\n1,2026-11-01,A,1,\n2,2026-11-02,A,1,\n3,2026-11-02,A,1,big\n",
         "order_lines"),
        ("SKU,Product name,Unit cost\nA,Mug,1.20\n", "products"),
        ("Payout ID,Type,Order,Date,Amount\nP,Sale,1,2026-11-01,5.00\n", "money"),
        ("Order No,Order Date,Payment type,Total,Status\n1,2026-11-01,card,5.00,paid\n", "orders"),
    ],
)  # fmt: skip
def test_what_the_rows_are_about(tmp_path, text, rows):
    assert guessed(tmp_path, text).rows == rows


def test_amazon_order_numbers_are_known_by_their_shape(tmp_path):
    found = guessed(tmp_path, "Ref A,SKU,Qty,Price\n111-0000001-0000001,A,1,2.00\n111-0000001-0000002,A,1,2.00\n")
    assert becomes(found)["Ref A"] == "order_id"


def test_a_file_without_an_order_number_is_not_guessed_at(tmp_path):
    with pytest.raises(BadValue, match="No column looks like an order number"):
        guessed(tmp_path, "Colour,Weight\nblue,3\n")


@pytest.mark.parametrize(
    ("lines", "goods"),
    [
        ("Order,SKU,Qty,Unit price,Line total\n1,A,2,5.00,10.00\n2,B,3,1.00,3.00\n", (("Line total",), "{0}")),
        ("Order,SKU,Qty,Price,Total\n1,A,2,5.00,10.00\n2,B,3,1.00,3.00\n", (("Total",), "{0}")),
        ("Order,SKU,Qty,Price,Total\n1,A,2,5.00,14.00\n1,B,1,4.00,14.00\n", (("Price", "Qty"), "{0} * {1}")),
        ("Order,SKU,Qty,Price\n1,A,2,5.00\n", (("Price", "Qty"), "{0} * {1}")),
        ("Order,SKU,Price\n1,A,5.00\n", (("Price",), "{0}")),
        ("Order,SKU,Qty\n1,A,2\n", ()),
    ],
)
def test_the_price_of_the_goods(tmp_path, lines, goods):
    assert guessed(tmp_path, lines).money.goods == goods


def test_postage_on_every_line_of_an_order_counts_once(tmp_path):
    found = guessed(tmp_path, "Order,SKU,Qty,Price,Shipping\n1,A,1,5.00,3.90\n1,B,1,5.00,3.90\n2,A,1,5.00,3.90\n")
    assert found.money.of_order == {"shipping_price"}
    assert found.column("shipping_price").doubt
    own = guessed(tmp_path, "Order,SKU,Qty,Price,Shipping\n1,A,1,5.00,3.90\n1,B,1,5.00,1.90\n2,A,1,5.00,3.90\n")
    assert own.money.of_order == frozenset()


@pytest.mark.parametrize(
    ("price", "decimal", "currency"),
    [
        ("12.50", "file", None), ("12,50", "comma", None), ("1.234,50 €", "comma", "EUR"), ("$1,234.50", "file", "USD"),
        ("1234.50", "point", None),
    ],
)  # fmt: skip
def test_how_amounts_are_written(tmp_path, price, decimal, currency):
    found = guessed(tmp_path, f"Order;SKU;Qty;Price\n1;A;1;{price}\n")
    assert (found.money.decimal, found.money.currency) == (decimal, currency)


def test_a_rate_of_tax_is_no_amount_of_tax(tmp_path):
    assert "MwSt" not in becomes(guessed(tmp_path, "Order;SKU;Menge;MwSt\n1;A;1;19\n2;A;1;7\n"))
    assert becomes(guessed(tmp_path, "Order;SKU;Menge;MwSt\n1;A;1;1,90\n2;A;1;0,70\n"))["MwSt"] == "item_tax"


def test_a_column_whose_cells_do_not_fit_is_left_out_and_says_so(tmp_path):
    found = guessed(tmp_path, "Order,SKU,Qty,Order date\n1,A,two,soon\n2,A,three,later\n")
    assert becomes(found) == {"Order": "order_id", "SKU": "sku"}
    assert [column.header for column in found.unsure] == ["Qty", "Order date"]


def test_mail_addresses_make_a_column_personal(tmp_path):
    found = guessed(tmp_path, "Order,SKU,Product\n1,A,canary@example.com\n")
    assert found.columns[2].type == "personal"


def test_a_column_that_stands_twice_is_not_read(tmp_path):
    found = guessed(tmp_path, "Order,SKU,Qty,QTY,Status\n1,A,1,2,x\n")
    assert "units" not in becomes(found).values()
    assert yaml.safe_load(guess_yaml.text(found))["columns"]["Qty"] == "ignored"


def test_numbers_that_lines_share_are_no_line_numbers(tmp_path):
    found = guessed(tmp_path, "Order,Position,SKU\n1,1,A\n1,1,B\n")
    assert found.column("order_item_id") is None


def test_a_product_stands_in_for_a_sku(tmp_path):
    found = guessed(tmp_path, "Order,Product,Qty\n1,Mug,1\n")
    said = yaml.safe_load(guess_yaml.text(found))["emits"]["order_lines"]
    assert said["keys"]["sku"] == said["fixed"]["product_name"] == "Product"
    assert found.unsure


def test_wishes_come_before_all_else(tmp_path):
    found = guessed(tmp_path, ORDERS, targets={"Price": "item_price", "SKU": None, "Qty": "units"})
    assert becomes(found) == {"Order No": "order_id", "Order Date": "ordered_at", "Qty": "units", "Price": "item_price"}
    assert not found.unsure
    with pytest.raises(UnknownName, match="Did you mean 'item_price'"):
        guessed(tmp_path, ORDERS, targets={"Price": "item_prize"})


def test_statuses_get_their_meaning_and_the_words_of_their_language(tmp_path):
    found = guessed(tmp_path, "Order,SKU,Status\n1,A,Versandt\n2,A,Storniert\n3,A,Dings\n")
    words = found.column("status").words
    assert (words["versandt"], words["storniert"], words["in bearbeitung"]) == ("shipped", "cancelled", "unshipped")
    assert "dings" not in words
    assert "delivered" not in words
    assert "1 of its 3 words" in found.column("status").doubt


def test_no_value_stands_in_a_guess_or_its_text(tmp_path):
    text = "Order,SKU,Product,Buyer,Country,Qty,Price\nQX-7391,ZEBRA77,Velvet lamp,Canary,Mordor,1,512.37\n"
    found = guessed(tmp_path, text)
    told = repr(found.columns) + guess_yaml.text(found)
    for word in ("7391", "ZEBRA", "Velvet", "Canary", "Mordor", "512"):
        assert word not in told


def test_every_shape_of_header_can_be_written(tmp_path):
    """Headers that mean something in YAML, in SQL or in braces."""
    headers = 'Order,SKU,"a: b",#,{x},"yes",%,line,"- c","it\'s"'
    text = guess_yaml.text(guessed(tmp_path, f"{headers}\n1,A,2,3,4,5,6,7,8,9\n"))
    assert list(yaml.safe_load(text)["columns"]) == ["Order", "SKU", "a: b", "{x}", "yes", "line", "- c", "it's"]
    assert formats((("own", text),))["own"].kept


def test_headers_that_are_one_name_in_a_database_are_told_apart_or_left_out(tmp_path):
    found = guessed(tmp_path, "Order,SKU,Qty,Price ($),Price (€),Order.\n1,A,1,2.00,1.80,x\n")
    assert len([column for column in found.columns if column.target == "unit_price"]) == 1
    assert formats((("own", guess_yaml.text(found)),))["own"].kept
