"""`orderkit map`: a file that orderkit does not know becomes readable, and a load of it gives exactly the rows that it tells."""

import datetime as dt
import gzip
import json
import zipfile
from decimal import Decimal

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner

from orderkit import cli, store
from orderkit.formats import formats
from orderkit.store.guessing import mapping


def run(*arguments, answers=None):
    return CliRunner().invoke(cli.main, list(map(str, arguments)), input=answers)


@pytest.fixture
def asked(monkeypatch):
    """A person at the terminal."""
    monkeypatch.setattr("orderkit.terminal.at_terminal", lambda: True)


def mapped(tmp_path, path, *options):
    """A connection to a new database that holds the file, loaded with what `map --yes` wrote."""
    db = tmp_path / "shop.duckdb"
    result = run("map", path, "--yes", "--db", db, *options)
    assert result.exit_code == 0, result.output
    load = run("load", path, "--db", db)
    assert load.exit_code == 0, load.output
    return store.reader(db)


def rows(con, table, columns):
    return con.sql(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()


def money(*texts):
    return tuple(Decimal(text) if text is not None else None for text in texts)


def day(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


GERMAN = """Bestellungen meines Shops;;;;;;;;;;;
Zeitraum: November;;;;;;;;;;;

Bestellnummer;Bestelldatum;Kunde;E-Mail;Artikelnummer;Artikel;Menge;Einzelpreis;Rabatt;Status;Land;PLZ
B-1001;01.11.2026;Canary Eins;canary@example.com;TASSE;Tasse, groß;2;12,50;0,00;Versandt;Deutschland;10115
B-1001;01.11.2026;Canary Eins;canary@example.com;TELLER;Teller;1;1.234,00;34,00;Versandt;Deutschland;10115
B-1002;02.11.2026;Canary Zwei;canary@example.com;TASSE;Tasse, groß;1;12,50;0,00;Storniert;Österreich;1010
B-1003;13.11.2026;Canary Drei;canary@example.com;TASSE;Tasse, groß;1;12,50;0,00;In Bearbeitung;Schweiz;8001
Summe;;;;;;5;;;;;
"""


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_german_order_lines_with_a_title_and_a_sum(tmp_path, encoding):
    path = tmp_path / "Bestellungen 2026-11.csv"
    path.write_bytes(GERMAN.encode(encoding))
    con = mapped(tmp_path, path, "--currency", "EUR")
    columns = (
        "order_id, line, product_name, ordered_at, ordered_at_grain, status, units, item_price, discounts, currency, country"
    )
    columns += ", region, channel"
    one, ten = "Tasse, groß", "day"
    assert rows(con, "order_lines", columns) == [
        ("B-1001", "TASSE", one, day("2026-11-01"), ten, "shipped", 2, *money("25.00", "0.00"), "EUR", "DE", "101", "FBM"),
        (
            "B-1001",
            "TELLER",
            "Teller",
            day("2026-11-01"),
            ten,
            "shipped",
            1,
            *money("1234.00", "34.00"),
            "EUR",
            "DE",
            "101",
            "FBM",
        ),
        ("B-1002", "TASSE", one, day("2026-11-02"), ten, "cancelled", 1, *money("12.50", "0.00"), "EUR", "AT", "101", "FBM"),
        ("B-1003", "TASSE", one, day("2026-11-13"), ten, "unshipped", 1, *money("12.50", "0.00"), "EUR", "CH", "800", "FBM"),
    ]
    assert (tmp_path / "formats" / "bestellungen.yaml").exists()
    assert "anary" not in (tmp_path / "shop.duckdb").read_bytes().decode("latin-1")


def test_american_order_lines_with_parcels(tmp_path):
    path = tmp_path / "orders.csv"
    header = "Order Number,Order Date,Customer Name,Email,SKU,Product,Qty,Unit Price,Line Total,Status,Tracking Number,Carrier"
    path.write_text(f"""{header},Ship Date
1001,10/31/2026,Canary,canary@example.com,MUG,"Mug, blue",2,"$1,012.50","$2,025.00",Shipped,1Z001,UPS,11/2/2026
1001,10/31/2026,Canary,canary@example.com,PLATE,Plate,1,$4.99,$4.99,Shipped,1Z001,UPS,11/2/2026
1002,11/03/2026,Canary,canary@example.com,MUG,Mug,1,$12.50,$12.50,Awaiting shipment,,,
1003,11/04/2026,Canary,canary@example.com,MUG,Mug,3,$12.50,$37.50,Canceled,,,
""")
    con = mapped(tmp_path, path)
    assert rows(con, "order_lines", "order_id, line, ordered_at, status, units, item_price, currency") == [
        ("1001", "MUG", day("2026-10-31"), "shipped", 2, *money("2025.00"), "USD"),
        ("1001", "PLATE", day("2026-10-31"), "shipped", 1, *money("4.99"), "USD"),
        ("1002", "MUG", day("2026-11-03"), "unshipped", 1, *money("12.50"), "USD"),
        ("1003", "MUG", day("2026-11-04"), "cancelled", 3, *money("37.50"), "USD"),
    ]
    assert rows(con, "parcels WHERE named", "parcel, order_id, carrier, shipped_at") == [
        ("1Z001", "1001", "UPS", day("2026-11-02"))
    ]
    assert rows(con, "parcel_lines WHERE parcel = '1Z001'", "line") == [("MUG",), ("PLATE",)]


def test_german_parcels_in_a_tab_file_with_quotes(tmp_path):
    path = tmp_path / "sendungen.tsv"
    lines = [
        [
            "Sendungsnummer",
            "Auftragsnummer",
            "Paketdienst",
            "Versanddatum",
            "Zugestellt am",
            "Sendungsstatus",
            "Porto",
            "Empfänger",
        ],
        ["JJD1", "B-1001", "DHL", "02.11.2026 14:05", "04.11.2026 10:15", "Zugestellt", "4,19", "Canary"],
        ["JJD2", "B-1002", "DHL", "13.11.2026 09:00", "", "Unterwegs", "4,19", "Canary"],
        ["JJD3", "B-1003", "DHL", "13.11.2026 09:00", "", "Verloren", "11,50", "Canary"],
    ]
    path.write_text("".join("\t".join(f'"{cell}"' for cell in line) + "\n" for line in lines), encoding="utf-8")
    con = mapped(tmp_path, path, "--zone", "Europe/Berlin", "--currency", "EUR")
    assert rows(con, "parcels", "parcel, order_id, carrier, shipped_at, delivered_at, outcome, label_cost, currency") == [
        ("JJD1", "B-1001", "DHL", day("2026-11-02T13:05"), day("2026-11-04T09:15"), "delivered", *money("4.19"), "EUR"),
        ("JJD2", "B-1002", "DHL", day("2026-11-13T08:00"), None, "in_transit", *money("4.19"), "EUR"),
        ("JJD3", "B-1003", "DHL", day("2026-11-13T08:00"), None, "lost", *money("11.50"), "EUR"),
    ]


def local(text):
    """A moment without a zone, as a workbook holds them."""
    return dt.datetime.fromisoformat(text)


def workbook(path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Sales report"],
        [],
        [
            "Order ID",
            "Ordered on",
            "Buyer",
            "Item SKU",
            "Quantity",
            "Line total",
            "Shipping",
            "Order Status",
            "Country",
            "Deliver by",
        ],
        ["A-1", local("2026-11-01T09:30"), "Canary", "MUG", 2, 25, 4.9, "Delivered", "gb", dt.date(2026, 11, 6)],
        ["A-1", local("2026-11-01T09:30"), "Canary", "CUP", 1, 8.25, 4.9, "Delivered", "gb", dt.date(2026, 11, 6)],
        ["A-2", local("2026-11-02"), "Canary", "CUP", 1, 1200, None, "Processing", "gb", dt.date(2026, 11, 8)],
    ):
        sheet.append(row)
    book.save(path)


def test_a_workbook_with_dates_and_postage_on_every_line(tmp_path):
    workbook(tmp_path / "report.xlsx")
    con = mapped(tmp_path, tmp_path / "report.xlsx")
    columns = "order_id, line, ordered_at, ordered_at_grain, status, units, item_price, shipping_price, country, deliver_by"
    end = dt.timedelta(days=1, microseconds=-1)  # a promised day is kept until its end
    assert rows(con, "order_lines", columns) == [
        ("A-1", "CUP", day("2026-11-01T09:30"), "moment", "shipped", 1, *money("8.25", "4.90"), "GB", day("2026-11-06") + end),
        ("A-1", "MUG", day("2026-11-01T09:30"), "moment", "shipped", 2, *money("25.00", "0.00"), "GB", day("2026-11-06") + end),
        ("A-2", "CUP", day("2026-11-02"), "moment", "unshipped", 1, *money("1200.00", None), "GB", day("2026-11-08") + end),
    ]


def test_a_parquet_file(tmp_path):
    path = tmp_path / "lake.parquet"
    duckdb.sql(f"""
        COPY (
            SELECT * FROM (VALUES
                (90001, TIMESTAMP '2026-11-01 10:11:12', 'MUG', 2, 12.50::DECIMAL(9,2), 'EUR', 'shipped', DATE '2026-11-9', 'C'),
                (90002, TIMESTAMP '2026-11-02 00:00:00', 'CUP', 1, 8.00, 'EUR', 'open', DATE '2026-11-10', 'C')
            ) t(order_no, created_at, product_code, qty, unit_price, currency, status, ship_by, customer)
        ) TO '{path}' (FORMAT parquet)
    """)
    con = mapped(tmp_path, path)
    assert rows(con, "order_lines", "order_id, sku, ordered_at, status, units, item_price, currency, ship_by::DATE::VARCHAR") == [
        ("90001", "MUG", day("2026-11-01T10:11:12"), "shipped", 2, *money("25.00"), "EUR", "2026-11-09"),
        ("90002", "CUP", day("2026-11-02"), "unshipped", 1, *money("8.00"), "EUR", "2026-11-10"),
    ]


def test_british_returns_packed(tmp_path):
    path = tmp_path / "returns.csv.gz"
    text = """Return No,Order No,Return Date,Received,Article No,Qty returned,Reason for return,Refund amount,Notes
R1,1001,5 Nov 2026,9 Nov 2026,MUG,1,Too small,£12.50,Canary says hello
R2,1002,13 Nov 2026,,PLATE,2,Damaged in transit,,
"""
    path.write_bytes(gzip.compress(text.encode()))
    con = mapped(tmp_path, path)
    columns = "rma, order_id, sku, requested_at, received_at, units, reason_as_exported, refunded, currency"
    assert rows(con, "returns", columns) == [
        ("R1", "1001", "MUG", dt.date(2026, 11, 5), dt.date(2026, 11, 9), 1, "Too small", *money("12.50"), "GBP"),
        ("R2", "1002", "PLATE", dt.date(2026, 11, 13), None, 2, "Damaged in transit", None, "GBP"),
    ]


def test_german_costs_in_an_archive(tmp_path):
    text = "Artikelnummer;Bezeichnung;EK (EUR);MwSt-Satz;Gültig ab\n"
    text += "TASSE;Tasse;3,20;19;01.01.2026\nTELLER;Teller;1.250,00;7;15.02.2026\n"
    with zipfile.ZipFile(tmp_path / "kosten.zip", "w") as archive:
        archive.writestr("kosten.csv", text.encode("cp1252"))
    con = mapped(tmp_path, tmp_path / "kosten.zip")
    assert rows(con, "products", "sku, product_name, landed_cost, currency, vat_rate, valid_from") == [
        ("TASSE", "Tasse", *money("3.20"), "EUR", *money("0.190000"), dt.date(2026, 1, 1)),
        ("TELLER", "Teller", *money("1250.00"), "EUR", *money("0.070000"), dt.date(2026, 2, 15)),
    ]


def test_payments_of_which_two_are_the_same(tmp_path):
    path = tmp_path / "payouts.csv"
    path.write_text("""Payout ID,Transaction type,Order,Booking date,Net amount,Currency,Details
P1,Sale,1001,2026-11-03,25.00,USD,
P1,Fee,1001,2026-11-03,-2.50,USD,Selling fee
P1,Fee,1001,2026-11-03,-2.50,USD,Selling fee
P1,Payout,,2026-11-04,-20.00,USD,
""")
    con = mapped(tmp_path, path)
    assert rows(con, "money", "settlement_id, type, category, order_id, posted_at, amount, currency, description") == [
        ("P1", "Fee", "fee", "1001", day("2026-11-03"), *money("-2.50"), "USD", "Selling fee"),
        ("P1", "Fee", "fee", "1001", day("2026-11-03"), *money("-2.50"), "USD", "Selling fee"),
        ("P1", "Payout", "transfer", None, day("2026-11-04"), *money("-20.00"), "USD", None),
        ("P1", "Sale", "order", "1001", day("2026-11-03"), *money("25.00"), "USD", None),
    ]


def test_whole_orders_with_months_in_words(tmp_path):
    path = tmp_path / "bestellliste.csv"
    path.write_text("""Bestellung;Datum;Kunde;Gesamtsumme;Versandkosten;Status
2001;12. März 2026;Canary;29,90;4,90;bezahlt
2002;3. April 2026;Canary;1.104,90;4,90;storniert
""", encoding="utf-8")  # fmt: skip
    con = mapped(tmp_path, path)
    assert rows(con, "order_lines", "order_id, line, ordered_at, item_price, shipping_price, status") == [
        ("2001", "", day("2026-03-12"), *money("25.00", "4.90"), "unshipped"),
        ("2002", "", day("2026-04-03"), *money("1100.00", "4.90"), "cancelled"),
    ]


PLAIN = "Order,Date,SKU,Qty,Price\n1,2026-11-01,MUG,1,2.50\n2,2026-11-02,MUG,2,2.50\n"


@pytest.fixture
def plain(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(PLAIN)
    return path


def test_what_is_shown_fits_a_terminal_and_tells_no_value(tmp_path, plain):
    plain.write_text(PLAIN.replace("MUG", "ZEBRA-77").replace("Price", "Price,Customer").replace("2.50", "7391.42,Canary"))
    result = run("map", plain, "--yes", "--db", tmp_path / "shop.duckdb")
    assert max(map(len, result.stdout.splitlines())) <= 80
    for word in ("ZEBRA", "7391", "anary", "2026-11"):
        assert word not in result.stdout
    for word in ("9999-99-99", "ordered_at", "unit_price ?", "dropped while reading: Customer", "2 of 2 rows can be read"):
        assert word in result.stdout
    assert "Next: orderkit load" in result.stderr


def test_json(tmp_path, plain):
    result = run("map", plain, "--yes", "--json", "--db", tmp_path / "shop.duckdb")
    told = json.loads(result.stdout)
    assert (told["file"], told["format"], told["rows_are"], told["header_line"]) == ("mine.csv", "mine", "order_lines", 1)
    assert told["columns"][0] == {"header": "Order", "looks_like": ["9"], "type": "id", "becomes": "order_id", "unsure": None}
    assert told["tried"]["worth"] == {"unknown": "7.50"}
    assert told["written"] == str(tmp_path / "formats" / "mine.yaml")


def test_without_a_terminal_nothing_is_written_unasked(tmp_path, plain):
    result = run("map", plain, "--db", tmp_path / "shop.duckdb")
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    preview = run("map", plain, "--json", "--db", tmp_path / "shop.duckdb")
    assert (preview.exit_code, json.loads(preview.stdout)["written"]) == (0, None)
    assert not (tmp_path / "formats").exists()


def test_a_person_is_asked_about_what_is_not_sure(tmp_path, plain, asked):
    answers = "?\nitem_prize\nitem_price\nxx\neur\ny\n"  # the price is not sure, no currency is told; then: write it?
    result = run("map", plain, "--db", tmp_path / "shop.duckdb", answers=answers)
    assert result.exit_code == 0, result.output
    assert "item_price: price of the goods of the whole line" in result.stderr
    assert "Did you mean 'item_price'?" in result.stderr
    assert "no currency code" in result.stderr
    run("load", plain, "--db", tmp_path / "shop.duckdb")
    con = store.reader(tmp_path / "shop.duckdb")
    assert rows(con, "order_lines", "order_id, units, item_price, currency") == [
        ("1", 1, *money("2.50"), "EUR"), ("2", 2, *money("2.50"), "EUR"),
    ]  # fmt: skip


def test_nothing_is_written_over_unasked(tmp_path, plain, asked):
    db = tmp_path / "shop.duckdb"
    mine = tmp_path / "formats" / "mine.yaml"
    assert run("map", plain, "--yes", "--db", db).exit_code == 0
    written = mine.read_text()
    plain.write_text(PLAIN.replace("SKU", "Article"))
    refused = run("map", plain, "--yes", "--db", db)
    assert refused.exit_code == 2
    assert "is there already and was not touched" in refused.stderr
    assert mine.read_text() == written
    assert run("map", plain, "--db", db, answers="\n\ny\nn\n").exit_code == 2
    assert mine.read_text() == written
    assert run("map", plain, "--db", db, answers="\n\ny\ny\n").exit_code == 0
    assert "Article" in mine.read_text()


def test_what_orderkit_knows_is_left_alone(tmp_path, plain):
    db = tmp_path / "shop.duckdb"
    shipped = tmp_path / "tracking.csv"
    shipped.write_text(",".join(formats()["tracking"].variants["template"]) + "\n")
    result = run("map", shipped, "--yes", "--db", db)
    assert (result.exit_code, "orderkit knows: Tracking" in result.stdout) == (0, True)
    assert not (tmp_path / "formats").exists()
    run("map", plain, "--yes", "--db", db)
    again = run("map", plain, "--yes", "--json", "--db", db)
    assert json.loads(again.stdout) == {"file": "mine.csv", "format": "mine", "known": True}


def test_a_known_export_without_its_columns_is_told_so(tmp_path):
    lacking = tmp_path / "tracking.csv"
    lacking.write_text("order_id,tracking,first_scan_at,delivered_at\n1,A,,\n")
    result = run("map", lacking, "--yes", "--db", tmp_path / "shop.duckdb")
    assert result.exit_code == 3
    assert "lacks carrier, state" in result.stderr


def test_a_line_of_sums_is_no_order_even_where_it_looks_like_one(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("Order,SKU,Qty\n1,A,1\n2,B,2\nTotal,,3\n")
    con = mapped(tmp_path, path)
    assert rows(con, "order_lines", "order_id, units") == [("1", 1), ("2", 2)]


def test_days_and_months_that_nothing_tells_apart(tmp_path, asked):
    path, db = tmp_path / "mine.csv", tmp_path / "shop.duckdb"
    path.write_text("Order,Date,SKU,Qty\n1,03/04/2026,A,1\n2,05/06/2026,A,2\n")
    result = run("map", path, "--yes", "--db", db)
    assert result.exit_code == 3
    assert "--day-first or --month-first" in result.stderr
    assert run("map", path, "--yes", "--month-first", "--db", db).exit_code == 0
    run("load", path, "--db", db)
    assert rows(store.reader(db), "order_lines", "ordered_at") == [(day("2026-03-04"),), (day("2026-05-06"),)]
    told = run(
        "map",
        path,
        "--name",
        "other",
        "--to",
        tmp_path / "elsewhere",
        "--db",
        tmp_path / "x" / "o.duckdb",
        answers="noon\nday\ny\n",
    )
    assert told.exit_code == 0, told.output
    assert "%d/%m/%Y" in (tmp_path / "elsewhere" / "other.yaml").read_text()


@pytest.mark.parametrize(
    ("header", "first"),
    [("Order,Date,SKU,Qty,Postcode", "%d"), ("Order,Date,SKU,Qty,Zip Code", "%m")],
    ids=["British", "American"],
)
def test_the_words_of_a_header_tell_days_from_months(tmp_path, header, first):
    path = tmp_path / "mine.csv"
    path.write_text(f"{header}\n1,03/04/2026,A,1,AB1\n2,05/06/2026,A,2,AB2\n")
    made = mapping.make(path, mapping.table_of(path, ()), "mine", mapping.wished())
    assert made.readable
    assert made.guess.column("ordered_at").formats[0].startswith(first)


def test_names(tmp_path, plain):
    assert mapping.name_for("Bestellungen 2026-11 (3).csv") == "bestellungen"
    assert mapping.name_for("Übersicht_März.xlsx") == "ubersicht_marz"
    assert mapping.name_for("2026.csv") == "own_format"
    assert mapping.name_for("tracking.csv") == "own_tracking"
    for name in ("tracking", "My Shop", "a-b", ""):
        assert name == "" or run("map", plain, "--yes", "--name", name, "--db", tmp_path / "s.duckdb").exit_code == 2
    for option in (["--zone", "Berlin"], ["--currency", "EURO"]):
        assert run("map", plain, "--yes", *option, "--db", tmp_path / "s.duckdb").exit_code == 2


def test_a_folder_of_formats_elsewhere(tmp_path, plain):
    folder, db = tmp_path / "mine", tmp_path / "shop.duckdb"
    result = run("map", plain, "--yes", "--to", folder, "--db", db)
    assert f"--formats {folder}" in result.stderr
    assert run("load", plain, "--db", db).exit_code == 3
    assert run("load", plain, "--formats", folder, "--db", db).exit_code == 0
