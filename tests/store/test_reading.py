"""Every way a file may be packed, encoded or broken: what is right is loaded, what is wrong is named, nothing else happens."""

import codecs
import gzip
from decimal import Decimal

import pytest
from exports import ALL_ORDERS, loaded, order_id, order_line, write

from orderkit import store
from orderkit.errors import BadValue
from orderkit.formats import variants

GOOD = [order_line(n, str(10_000_000_000_000 + n)) for n in range(1, 6)]
TEXT = "\n".join(["\t".join(ALL_ORDERS), *GOOD]) + "\n"


def totals(con):
    return con.sql("SELECT count(*), sum(item_price), count(DISTINCT product_name) FROM order_lines").fetchall()[0]


PACKED = {
    "plain": TEXT.encode(),
    "no last line end": TEXT.rstrip("\n").encode(),
    "crlf": TEXT.replace("\n", "\r\n").encode(),
    "lone cr": TEXT.replace("\n", "\r").encode(),
    "mixed line ends": TEXT.replace("\n", "\r\n", 3).encode(),
    "gzip": gzip.compress(TEXT.encode()),
    "utf-8 with mark": codecs.BOM_UTF8 + TEXT.encode(),
    "utf-16": TEXT.encode("utf-16"),
    "utf-16 big endian": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "cp1252": TEXT.replace("mug", "mugé").encode("cp1252"),
    "cp932": TEXT.replace("mug", "マグ").encode("cp932"),
    "quotes in every title": TEXT.replace('4" mug', '"4" mug').encode(),
    "extra tabs at the end": TEXT.replace("\n", "\t\t\n").replace("\t\t\n", "\n", 1).encode(),
}


@pytest.mark.parametrize("how", PACKED)
def test_the_same_lines_in_any_packing(tmp_path, how):
    file = tmp_path / "orders.txt"
    file.write_bytes(PACKED[how])
    result = store.load(file, db=tmp_path / "shop.duckdb").files[0]
    assert (result.lines, result.loaded, result.quarantined) == (5, 5, 0)
    assert result.money == {"USD": 5 * Decimal("12.50")}
    con = store.reader(tmp_path / "shop.duckdb")
    assert totals(con) == (5, 5 * Decimal("12.50"), 1)
    con.close()


def test_encodings_keep_their_characters(tmp_path):
    for name, title in (("cp1252", '4" mugé'), ("cp932", '4" マグ')):
        file = tmp_path / f"{name}.txt"
        file.write_bytes(PACKED[name])
        con = loaded(tmp_path / f"{name}.duckdb", file)
        assert con.sql("SELECT DISTINCT product_name FROM order_lines").fetchall() == [(title,)]
        assert con.sql("SELECT encoding FROM loads").fetchall() == [(name,)]
        con.close()


BROKEN = {  # one bad line among five: its cells -> the column and reason that must be named
    "price with a comma": ({"item_price": "9,99"}, "item-price", "not_money", "9,99"),
    "price with three decimals": ({"item_price": "9.999"}, "item-price", "not_money", "9.999"),
    "price in hexadecimal": ({"item_price": "0x10"}, "item-price", "not_money", "9a99"),
    "price with an exponent": ({"item_price": "1e3"}, "item-price", "not_money", "9a9"),
    "half a unit": ({"quantity": "1.5"}, "quantity", "not_a_whole_number", "9.9"),
    "units with a grouping mark": ({"quantity": "1_000"}, "quantity", "not_a_whole_number", "9_999"),
    "moment without offset": ({"purchase_date": "2026-11-01T10:00:00"}, "purchase-date", "not_a_moment", "9999-99-99a99:99:99"),
    "moment with a corrupt offset": (
        {"purchase_date": "2026-11-01T10:00:00+00e00"}, "purchase-date", "not_a_moment", "9999-99-99a99:99:99+99a99",
    ),
    "day that does not exist": (
        {"purchase_date": "2026-02-30T10:00:00+00:00"}, "purchase-date", "not_a_moment", "9999-99-99a99:99:99+99:99",
    ),
    "item id shortened by a spreadsheet": ({"order_item_id": "1.23E+13"}, "order-item-id", "damaged_by_spreadsheet", "9.99a+99"),
    "no sku": ({"sku": ""}, "sku", "missing_value", None),
    "currency that is none": ({"currency": "US$"}, "currency", "not_a_currency", "aa$"),
    "neither true nor false": ({"is_business_order": "perhaps"}, "is-business-order", "not_yes_or_no", "aaaaaaa"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_bad_value_is_set_aside_and_named(tmp_path, what):
    cells, column, reason, shape = BROKEN[what]
    lines = [*GOOD[:2], order_line(9, cells.pop("order_item_id", "99"), **cells), *GOOD[3:]]
    result = store.load(write(tmp_path / "orders.txt", ALL_ORDERS, lines), db=tmp_path / "shop.duckdb")
    assert result.exit_code == 1
    assert result.files[0].quarantined_lines == [4]
    assert result.files[0].why == [(4, column, reason, shape)]
    assert result.files[0].lines == 5 == result.files[0].loaded + 1
    con = store.reader(tmp_path / "shop.duckdb")
    assert totals(con) == (4, 4 * Decimal("12.50"), 1)
    con.close()


def test_order_number_that_is_none_is_no_record(tmp_path):
    lines = [*GOOD[:2], GOOD[2].replace(order_id(3), "not a number"), *GOOD[3:]]
    result = store.load(write(tmp_path / "orders.txt", ALL_ORDERS, lines), db=tmp_path / "shop.duckdb").files[0]
    assert (result.quarantined_lines, result.why[0][2]) == ([4], "not_a_record")


STRUCTURE = {
    "cut off": (lambda line: line[:60], "too_few_fields"),
    "one field too many": (lambda line: line + "\tx", "too_many_fields"),
    "a NUL byte": (lambda line: line.replace("mug", "m\0g"), "nul_byte"),
}


@pytest.mark.parametrize("what", STRUCTURE)
def test_a_broken_line_is_set_aside_with_its_line(tmp_path, what):
    break_it, reason = STRUCTURE[what]
    lines = [*GOOD[:2], break_it(GOOD[2]), "", *GOOD[3:]]
    result = store.load(write(tmp_path / "orders.txt", ALL_ORDERS, lines), db=tmp_path / "shop.duckdb").files[0]
    assert (result.quarantined_lines, result.why[0][2], result.loaded) == ([4], reason, 4)


def test_a_record_broken_inside_an_address_is_joined_again(tmp_path):
    lines = [GOOD[0], GOOD[1].replace("Canaryville", "Canary\nville"), *GOOD[2:], "stray words"]
    result = store.load(write(tmp_path / "orders.txt", ALL_ORDERS, lines), db=tmp_path / "shop.duckdb").files[0]
    assert (result.lines, result.loaded, result.quarantined_lines) == (6, 5, [8])


def test_quoted_files_may_hold_line_ends_and_quotes(tmp_path):
    headers = ["order_id", "tracking", "carrier", "delivered_at", "state", "first_scan_at", "state_at"]
    lines = ['X1,T1,"Fast, ""very"" fast\nand safe",,in_transit,,', "X2,T2,Slow,,lost,,", 'X3,T3,"Half,,lost,,']
    file = write(tmp_path / "tracking.csv", headers, lines, delimiter=",")
    result = store.load(file, db=tmp_path / "shop.duckdb").files[0]
    assert (result.lines, result.loaded, result.why[0][:3]) == (3, 2, (5, None, "broken_quotes"))
    con = store.reader(tmp_path / "shop.duckdb")
    assert con.sql("SELECT carrier FROM parcels ORDER BY parcel").fetchall() == [('Fast, "very" fast\nand safe',), ("Slow",)]
    con.close()


def test_damaged_gzip_is_refused_and_the_rest_loads(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt.gz").write_bytes(PACKED["gzip"][:-12])
    write(tmp_path / "in" / "b.txt", ALL_ORDERS, GOOD)
    result = store.load(tmp_path / "in", db=tmp_path / "shop.duckdb")
    assert [file.state for file in result.files] == ["refused", "loaded"]
    assert "gzip packing is damaged" in result.files[0].reason
    assert result.exit_code == 3


def test_a_header_alone_is_an_empty_export(tmp_path):
    result = store.load(write(tmp_path / "orders.txt", ALL_ORDERS, []), db=tmp_path / "shop.duckdb").files[0]
    assert (result.state, result.lines, result.quarantined) == ("loaded", 0, 0)


def test_unknown_files_are_refused_by_name_and_skipped_in_a_folder(tmp_path):
    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / "orders.csv"
    file.write_text("order-id,purchase-date,buyer mood\n1,2,3\n")
    named = store.load(file, db=tmp_path / "shop.duckdb")
    assert (named.files[0].state, named.exit_code) == ("refused", 3)
    assert "The nearest is Amazon Order report (amazon_order_report), of which it lacks: order-item-id" in named.files[0].reason
    assert "orderkit map FILE makes one of a file of your own" in named.files[0].reason
    inside = store.load(tmp_path / "in", db=tmp_path / "shop.duckdb")
    assert (inside.files[0].state, inside.exit_code) == ("skipped", 0)


def test_a_recognised_export_without_a_needed_column_names_it(tmp_path):
    headers = [header for header in ALL_ORDERS if header != "quantity"]
    result = store.load(write(tmp_path / "orders.txt", headers, []), db=tmp_path / "shop.duckdb")
    said = "looks like Amazon All Orders, but line 1 lacks quantity. Download it again with all columns."
    assert result.files[0].reason == said


def test_columns_not_known_are_named_and_not_read(tmp_path):
    lines = [line + "\tCanary Secret" for line in GOOD]
    result = store.load(write(tmp_path / "orders.txt", [*ALL_ORDERS, "new-column"], lines), db=tmp_path / "shop.duckdb").files[0]
    assert (result.loaded, result.unknown_columns) == (5, ["new-column"])


def test_missing_path_and_empty_folder_say_what_to_do(tmp_path):
    with pytest.raises(BadValue, match="There is no file or folder"):
        store.load(tmp_path / "nothing", db=tmp_path / "shop.duckdb")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadValue, match=r"holds no files\. Put the exports"):
        store.load(tmp_path / "empty", db=tmp_path / "shop.duckdb")


@pytest.mark.parametrize(
    "moment", ["1900-01-01T00:00:00+00:00", "0001-01-01T00:00:00+00:00", "2200-01-01T00:00:00+00:00", "9999-12-31T23:59:59Z"]
)
@pytest.mark.parametrize("column", ["purchase_date", "last_updated_date"])
def test_a_moment_outside_all_reason_is_set_aside(tmp_path, column, moment):
    lines = [*GOOD[:2], order_line(9, "99", **{column: moment}), *GOOD[3:]]
    result = store.load(write(tmp_path / "orders.txt", ALL_ORDERS, lines), db=tmp_path / "shop.duckdb").files[0]
    assert (result.quarantined_lines, result.why[0][2], result.loaded) == ([4], "not_a_moment", 4)


def test_utf16_with_lone_cr_and_a_letter_that_holds_a_line_feed_byte(tmp_path):
    file = tmp_path / "orders.txt"
    file.write_bytes(TEXT.replace("mug", "mug Ċ").replace("\n", "\r").encode("utf-16"))
    result = store.load(file, db=tmp_path / "shop.duckdb").files[0]
    assert (result.lines, result.loaded) == (5, 5)


def test_utf16_cut_in_the_middle_of_a_letter_is_refused(tmp_path):
    file = tmp_path / "orders.txt"
    file.write_bytes(TEXT.encode("utf-16")[:-1])
    result = store.load(file, db=tmp_path / "shop.duckdb").files[0]
    assert result.state == "refused"
    assert "not utf-16 to its end" in result.reason


GUARDED = {  # how a tracking number is written in a comma file: (number, None) or (None, why it is set aside)
    '="00123"': ("00123", None), '="00,123"': ("00,123", None), '"=""00123"""': ("00123", None),
    '="00123': (None, "broken_quotes"), '="00"123"': (None, "broken_quotes"),
}  # fmt: skip


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("cell", GUARDED)
def test_an_id_kept_from_a_spreadsheet_is_read_at_either_speed(tmp_path, cell, alone):
    """Alone in the file it goes the fast way; with a bad line behind it line by line."""
    headers = variants("tracking")["template"]
    bad = {"order_id": "x", "tracking": "9", "shipped_at": "soon", "state": "sent"}
    row = {"order_id": order_id(1), "tracking": cell, "carrier": "UPS", "shipped_at": "2026-11-01T10:00:00Z"}
    lines = [",".join(one.get(header, "") for header in headers) for one in ([row] if alone else [row, bad])]
    write(tmp_path / "t.csv", headers, lines, delimiter=",")
    store.load(tmp_path / "t.csv", db=tmp_path / "shop.duckdb")
    con = store.reader(tmp_path / "shop.duckdb")
    told = con.sql("SELECT tracking FROM parcels").fetchall()
    why = con.sql("SELECT reason FROM rejects WHERE line = 2").fetchall()
    con.close()
    number, reason = GUARDED[cell]
    assert (told, why) == ([(number,)] if number else [], [(reason,)] if reason else [])
