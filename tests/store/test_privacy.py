"""What may identify a buyer: pseudonyms and comments only where they are asked for, and never the values themselves."""

import hashlib
import hmac
import stat

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner
from exports import ORDER_REPORT, order_id, report_line, write

from orderkit import store
from orderkit.cli import main
from orderkit.errors import DatabaseUnusable, FormatError
from orderkit.formats import formats, variants
from orderkit.formats.spec import read_format
from orderkit.store.engine import database
from orderkit.store.values import pseudonyms, scrub

RETURNS = variants("amazon_fba_customer_returns")
FBA_RETURNS = next(iter(RETURNS.values()))
MAILS = ["Jane.Doe@example.com", " jane.doe@EXAMPLE.com", "max@example.com", ""]


@pytest.fixture
def report(tmp_path):
    lines = [report_line(number, f"1{number}", buyer_email=mail) for number, mail in enumerate(MAILS)]
    return write(tmp_path / "report.txt", ORDER_REPORT, lines)


def ask(path, text):
    con = store.reader(path)
    try:
        return con.sql(text).fetchall()
    finally:
        con.close()


def buyers(path):
    return [buyer for (buyer,) in ask(path, "SELECT buyer FROM order_lines ORDER BY order_id")]


def by_hand(key, kind, value):
    return hmac.new(key, f"{kind}\x1f{value}".encode(), hashlib.sha256).hexdigest()[: pseudonyms.LENGTH]


@pytest.mark.parametrize(
    ("kind", "value", "normal"),
    [
        ("email", " Jane.Doe@Example.COM ", "jane.doe@example.com"),
        ("email", "jose\u0301@example.com", "jos\u00e9@example.com"),
        ("phone", "0049 (171) 123-45", "+4917112345"),
        ("phone", "+49 171 12345", "+4917112345"),
        ("name", "  José   MÜLLER ", "jose muller"),
    ],
)
@pytest.mark.parametrize("key", [bytes(32), bytes(range(32)), b"\xff" * 32])
def test_a_pseudonym_is_the_hmac_of_the_normalised_value(kind, value, normal, key):
    made = duckdb.execute(f"SELECT {pseudonyms.sql('$value', kind)}", {"value": value, **pseudonyms.pads(key)}).fetchall()
    assert made == [(by_hand(key, kind, normal),)]


def test_nothing_and_blanks_have_no_pseudonym():
    text = f"SELECT {pseudonyms.sql('value', 'email')} FROM (VALUES (NULL), (''), ('  ')) t(value)"
    assert duckdb.execute(text, pseudonyms.pads(bytes(32))).fetchall() == [(None,)] * 3


def test_kinds_are_worlds_apart():
    made = {kind: duckdb.execute(f"SELECT {pseudonyms.sql('$v', kind)}", {"v": "same", **pseudonyms.pads(bytes(32))}).fetchall()
            for kind in ("email", "name")}  # fmt: skip
    assert made["email"] != made["name"]


def test_buyers_have_no_pseudonym_unless_it_is_asked_for(tmp_path, report):
    db = tmp_path / "shop.duckdb"
    store.load(report, db=db)
    assert buyers(db) == [None] * 4
    assert not (tmp_path / pseudonyms.KEY).exists()


def test_who_comes_again_has_the_same_pseudonym(tmp_path, report):
    db = tmp_path / "shop.duckdb"
    store.load(report, db=db, buyers=True)
    key = (tmp_path / pseudonyms.KEY).read_bytes()
    jane, same, other, nobody = buyers(db)
    assert jane == same == by_hand(key, "email", "jane.doe@example.com")
    assert (other, nobody) == (by_hand(key, "email", "max@example.com"), None)
    assert b"example.com" not in db.read_bytes().lower()


def test_a_file_that_was_read_without_pseudonyms_is_read_again_with_them(tmp_path, report):
    db = tmp_path / "shop.duckdb"
    states = [store.load(report, db=db, **asked).files[0].state for asked in ({}, {}, {"buyers": True}, {"buyers": True}, {})]
    assert states == ["loaded", "unchanged", "loaded", "unchanged", "unchanged"]
    assert len({buyer for buyer in buyers(db) if buyer}) == 2
    tracking = write(tmp_path / "tracking.csv", variants("tracking")["template"], [], delimiter=",")
    states = [store.load(tracking, db=db, **asked).files[0].state for asked in ({}, {"buyers": True, "comments": True})]
    assert states == ["loaded", "unchanged"]  # it has neither


def test_fast_and_slow_reading_and_workbooks_give_the_same_pseudonyms(tmp_path, report):
    (tmp_path / pseudonyms.KEY).write_bytes(bytes(32))
    book, damaged = tmp_path / "report.xlsx", tmp_path / "latin.txt"
    workbook = openpyxl.Workbook()
    for line in report.read_text().splitlines():
        workbook.active.append(line.split("\t"))
    workbook.save(book)
    damaged.write_bytes(report.read_bytes().replace(b"Canary Buyer", b"Canary B\xfcyer"))
    made = []
    for file in (report, book, damaged):
        db = tmp_path / f"{file.stem}{file.suffix[1]}.duckdb"
        store.load(file, db=db, buyers=True)
        made.append(buyers(db))
    assert made[0] == made[1] == made[2]
    assert made[0][0] == by_hand(bytes(32), "email", "jane.doe@example.com")


def test_the_key_is_for_its_owner_alone_and_without_it_nothing_fits(tmp_path, report):
    db, key = tmp_path / "shop.duckdb", tmp_path / pseudonyms.KEY
    store.load(report, db=db, buyers=True)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    first = buyers(db)
    key.chmod(0o644)
    assert pseudonyms.key_of(db) == key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.unlink()
    store.load(report, db=tmp_path / "other.duckdb", buyers=True)
    assert set(buyers(tmp_path / "other.duckdb")) & set(first) == {None}


def test_a_file_that_is_no_key_is_left_alone(tmp_path, report):
    (tmp_path / pseudonyms.KEY).write_bytes(b"short")
    with pytest.raises(DatabaseUnusable, match="is no key"):
        store.load(report, db=tmp_path / "shop.duckdb", buyers=True)
    assert (tmp_path / pseudonyms.KEY).read_bytes() == b"short"


def test_a_key_in_the_folder_of_exports_is_no_export(tmp_path, report):
    store.load(tmp_path, db=tmp_path / "shop.duckdb", buyers=True)
    assert [file.file for file in store.load(tmp_path, db=tmp_path / "shop.duckdb").files] == ["report.txt"]


def test_formats_say_which_column_identifies_a_buyer():
    known = {name: next((c for c in form.columns.values() if c.identifies), None) for name, form in formats().items()}
    told = {name: (column.header, column.identifies) for name, column in known.items() if column}
    assert told["amazon_order_report"] == ("buyer-email", "email")
    assert told["ebay_orders"] == ("Buyer Username", "name")
    for name in told:
        given = [emit.given["buyer"] for emit in formats()[name].emits.values() if "buyer" in emit.given]
        assert [one.sources for one in given] == [("buyer",)], name


@pytest.mark.parametrize("wrong", [{"type": "text", "as": "email"}, {"type": "personal", "as": "shoe size"}])
def test_only_personal_columns_can_identify(wrong):
    text = {
        "title": "t", "signature": ["a"], "needs": ["b"], "known_at": {"file_end": []}, "columns": {"a": wrong, "b": "id"},
        "emits": {},
    }  # fmt: skip
    with pytest.raises(FormatError, match="`as`"):
        read_format("own", text, dict, "own.yaml")


WIDE = {ord(narrow): wide for narrow, wide in zip(scrub.NARROW, scrub.WIDE, strict=True)}
COMMENTS = {
    "Great mug, arrived in 3 days, size 42": "Great mug, arrived in 3 days, size 42",
    "Write to Jane.Doe+x@gmail.com or jane (at) web (dot) de": "Write to [email] or [email]",
    "jane at gmail dot com": "[email]",
    "call (555) 123-4567 or +1-555-0100-22 now": "call [phone] or [phone] now",
    "電話" + "03-1234-5678".translate(WIDE) + "です": "電話[phone]です",
    "order 111-2222222-3333333, parcel 1Z999AA10123456784": "order [order], parcel [number]",
    "RB123456785CN never came": "[number] never came",
    "pay to DE89 3704 0044 0532 0130 00 please": "pay to [number] please",
    "card 4111 1111 1111 1111!": "card [number]!",
    "I live at 12 Foo Street, Apt 4b": "I live at [address]",
    "Hauptstraße 12a, 12345 Berlin": "[address], [number] Berlin",
    "wohne Am Alten Weg 7": "wohne [address]",
    "SW1A 2AA": "[address]",
    "see https://x.y/abc?d=1 and foo.de/bar": "see [link] and [link]",
    "insta: jane_doe99 or @jane.doe": "[handle] or [handle]",
    "My name is Jane Doe and it broke": "My name is [name] and it broke",
    "Best regards, Jane Doe": "Best regards, [name]",
    "Herr Müller war unfreundlich": "Herr [name] war unfreundlich",
    "the best place to buy": "the best place to buy",
}


@pytest.mark.parametrize("text", COMMENTS)
def test_a_comment_loses_what_tells_who_wrote_it(text):
    assert duckdb.execute(f"SELECT {scrub.sql('$text')}", {"text": text}).fetchall() == [(COMMENTS[text],)]


@pytest.fixture
def returns(tmp_path):
    cells = {
        "return-date": "2026-11-01T10:00:00+00:00", "order-id": order_id(1), "sku": "MUG", "asin": "B000000001", "fnsku": "X1",
        "product-name": "Mug", "quantity": "1", "fulfillment-center-id": "FRA1", "detailed-disposition": "SELLABLE",
        "reason": "DEFECTIVE", "license-plate-number": "LPN1", "customer-comments": "broken, call me: jane@example.com",
    }  # fmt: skip
    return write(tmp_path / "returns.txt", FBA_RETURNS, ["\t".join(cells.get(header, "") for header in FBA_RETURNS)])


def comments(path):
    return [text for (text,) in ask(path, "SELECT comments FROM returns")]


def test_comments_are_kept_only_where_they_are_asked_for_and_scrubbed(tmp_path, returns):
    db = tmp_path / "shop.duckdb"
    results = [store.load(returns, db=db, **asked).files[0].state for asked in ({}, {})]
    assert (results, comments(db)) == (["loaded", "unchanged"], [None])
    results = [store.load(returns, db=db, **asked).files[0].state for asked in ({"comments": True}, {"comments": True}, {})]
    assert (results, comments(db)) == (["loaded", "unchanged", "unchanged"], ["broken, call me: [email]"])
    assert b"jane@" not in db.read_bytes()


def test_the_command_line_asks_for_both(tmp_path, returns, report):
    db = tmp_path / "shop.duckdb"
    done = CliRunner().invoke(main, ["load", str(returns), str(report), "--comments", "--buyers", "--db", str(db)])
    assert done.exit_code == 0, done.output
    assert (comments(db), len(set(buyers(db)))) == (["broken, call me: [email]"], 3)


def test_words_of_the_engine_go_no_further(tmp_path, monkeypatch):
    """A failed cast quotes the value: the writer and the command line say so without it."""
    secret = "Jane Doe"
    with pytest.raises(DatabaseUnusable) as failed, database.writing(tmp_path / "shop.duckdb") as work:
        work.con.sql(f"SELECT CAST('{secret}' AS INTEGER)").fetchall()
    assert secret not in str(failed.value)
    assert failed.value.__suppress_context__

    def breaks(*_, **__):
        duckdb.sql(f"SELECT CAST('{secret}' AS INTEGER)").fetchall()

    monkeypatch.setattr(store, "load", breaks)
    done = CliRunner().invoke(main, ["load", "x", "--db", str(tmp_path / "shop.duckdb")])
    assert (done.exit_code, secret in done.output) == (4, False)
    assert "ConversionException" in done.output
