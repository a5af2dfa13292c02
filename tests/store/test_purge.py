"""Purge: what is named, or too old, is gone from tables and bytes, does not come back, and nothing else is touched."""

import datetime as dt
import json
import shutil
import stat

import pytest
from click.testing import CliRunner
from exports import ALL_ORDERS, CANONICAL, ORDER_REPORT, RETURNS, order_id, order_line, report_line, write

from orderkit import store
from orderkit.cli import main
from orderkit.errors import BadValue, DatabaseUnusable
from orderkit.formats import variants
from orderkit.store.purging import proof, rewrite

ORDERS = [*ALL_ORDERS, "original-order-id"]
CLOCK = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
TRACKING = variants("tracking")[next(iter(variants("tracking")))]
BILL = variants("carrier_fedex_billing")["all"]
SETTLEMENT = variants("amazon_settlement_v2")[next(iter(variants("amazon_settlement_v2")))]


def row(headers, delimiter="\t", **cells):
    named = {name.replace("_", "-"): value for name, value in cells.items()} | cells
    return delimiter.join(named.get(header, "") for header in headers)


def old_line(number, **cells):
    """A line of an order of January 2026."""
    dates = {"purchase_date": "2026-01-05T10:00:00+00:00", "last_updated_date": "2026-01-08T10:00:00+00:00"}
    return order_line(number, f"9{number}", ORDERS, **dates, **cells)


def returned(number, day="12-Jan-2026"):
    cells = {
        "Order ID": order_id(number), "Order date": "05-Jan-2026", "Return request date": day, "Amazon RMA ID": f"D{number}RRMA",
        "Merchant SKU": "MUG", "Return quantity": "1", "Return Reason": "CR-DEFECTIVE", "Currency code": "USD",
    }  # fmt: skip
    return row(RETURNS, **cells)


def parcel(number, tracking, day="2026-01-09"):
    cells = {"order_id": order_id(number), "tracking": tracking, "carrier": "UPS", "shipped_at": f"{day}T10:00:00Z"}
    return ",".join(cells.get(header, "") for header in TRACKING)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Orders 1 to 3 of January, 4 to 6 of November; 1 and 2 came back, 1 was replaced by 6, 3 and 4 share a parcel."""
    folder = tmp_path_factory.mktemp("exports")
    lines = [old_line(n) for n in (1, 2, 3)] + [order_line(n, f"9{n}", ORDERS) for n in (4, 5)]
    lines.append(order_line(6, "96", ORDERS, original_order_id=order_id(1), is_replacement_order="true"))
    parcels = [
        ("1Z999AA10123456784", 1, "2026-01-09"),
        ("1Z999AA10123456999", 3, "2026-01-09"),
        ("1Z999AA10123456999", 4, "2026-11-03"),
    ]
    return [
        write(folder / "orders.txt", ORDERS, lines),
        write(folder / "report.txt", ORDER_REPORT, [report_line(n, f"9{n}") for n in (4, 5)]),
        write(folder / "returns.txt", RETURNS, [returned(1), returned(2, "20-Nov-2026")]),
        write(folder / "tracking.csv", TRACKING, [parcel(n, number, day) for number, n, day in parcels], delimiter=","),
    ]


@pytest.fixture(scope="module")
def whole(files, tmp_path_factory):
    """A database of all files."""
    path = tmp_path_factory.mktemp("whole") / "shop.duckdb"
    for result in store.load(files, db=path).files:
        assert (result.state, result.quarantined) == ("loaded", 0), result
    return path


@pytest.fixture
def db(whole, tmp_path):
    return shutil.copyfile(whole, tmp_path / "shop.duckdb")


def ask(path, text):
    con = store.reader(path)
    try:
        return con.sql(text).fetchall()
    finally:
        con.close()


def orders(path):
    return [int(row[0][-7:]) for row in ask(path, "SELECT DISTINCT order_id FROM order_lines ORDER BY 1")]


def tables(path, canonical=False):
    """All rows of all tables but those that tell of loads and purges."""
    names = CANONICAL if canonical else [n for (n,) in ask(path, "SELECT table_name FROM duckdb_tables() WHERE NOT temporary")]
    kept = [name for name in names if name not in ("loads", "tombstones", "purges", "calendar")]
    return {name: ask(path, f"SELECT * FROM {name} ORDER BY ALL") for name in kept}


def again(file, folder):
    """The same records in a file of other bytes, so that it is not known by its hash."""
    path = folder / f"again-{file.name}"
    path.write_bytes(file.read_bytes() + b"\n")
    return path


def everywhere(path, words):
    """Where a text stands: tables of the database, and the bytes of its file."""
    names = [n for (n,) in ask(path, "SELECT table_name FROM duckdb_tables() WHERE NOT temporary")]
    found = [name for name in names if any(words in str(cell) for row in ask(path, f"FROM {name}") for cell in row)]
    return found + (["bytes"] if words.encode() in path.read_bytes() else [])


def test_an_order_is_gone_from_every_table_and_from_the_bytes(db):
    assert everywhere(db, order_id(1)) != []
    receipt = store.purge(db, order=order_id(1))
    assert receipt.orders == 1
    assert receipt.proof["finds"] == 0
    assert receipt.proof["numbers"] >= 2
    assert orders(db) == [2, 3, 4, 5, 6]
    for words in (order_id(1), "1Z999AA10123456784"):
        assert everywhere(db, words) == []


def test_another_order_keeps_its_row_with_a_stand_in_for_the_purged_one(db):
    store.purge(db, order=order_id(1))
    ((named,),) = ask(db, f"SELECT original_order_id FROM obs_amazon_all_orders WHERE amazon_order_id = '{order_id(6)}'")
    assert named.startswith("removed-")


def test_a_purged_order_does_not_come_back(db, files, tmp_path):
    store.purge(db, order=order_id(1))
    before = tables(db)
    assert [result.state for result in store.load(files, db=db).files] == ["unchanged"] * 4
    results = store.load([again(file, tmp_path) for file in files], db=db)
    assert orders(db) == [2, 3, 4, 5, 6]
    assert [file.removed for file in results.files] == [1, 0, 1, 1]
    assert [file.loaded for file in results.files] == [0, 0, 0, 0]
    assert all(file.lines == file.loaded + file.duplicates + file.superseded + file.quarantined for file in results.files)
    assert "removed" not in results.to_json()["files"][0]
    assert repr(results).count("1 removed by an earlier purge") == 3
    after = tables(db)
    assert {n: rows for n, rows in after.items() if not n.startswith("obs_")} == {
        n: rows for n, rows in before.items() if not n.startswith("obs_")
    }
    assert everywhere(db, order_id(1)) == []


def test_old_orders_go_by_the_newest_thing_that_happened_to_them(db):
    receipt = store.purge(db, older_than=180, clock=CLOCK)  # before 4 June
    assert orders(db) == [2, 4, 5, 6]  # 2 came back in November
    assert (receipt.orders, receipt.first_week, receipt.last_week) == (2, "2026-W02", "2026-W02")
    for number in (1, 3):
        assert everywhere(db, order_id(number)) == []
    assert everywhere(db, "1Z999AA10123456784") == []
    assert ask(db, "SELECT order_id FROM parcels WHERE tracking = '1Z999AA10123456999'") == [(order_id(4),)]  # shared


def test_purging_and_loading_again_is_loading_all_and_purging(db, files, tmp_path):
    """Also with an export that was never loaded before."""
    store.purge(db, older_than=180, clock=CLOCK)
    store.load([again(file, tmp_path) for file in files], db=db)
    late = write(tmp_path / "late.txt", ORDERS, [old_line(8), order_line(9, "99", ORDERS)])
    result = store.load(late, db=db).files[0]
    assert (result.loaded, result.superseded, result.removed) == (1, 1, 1)
    other = tmp_path / "other" / "shop.duckdb"
    store.load([*files, late], db=other)
    store.purge(other, older_than=180, clock=CLOCK)
    first, second = (tables(path, canonical=True) for path in (db, other))
    assert orders(db) == [2, 4, 5, 6, 9]
    assert first == second


def test_news_of_an_old_order_brings_back_what_the_news_tells(db, files, tmp_path):
    store.purge(db, older_than=180, clock=CLOCK)
    news = write(tmp_path / "news.txt", RETURNS, [returned(1, "25-Nov-2026")])
    assert store.load(news, db=db).files[0].loaded == 1
    assert ask(db, f"SELECT count(*) FROM returns WHERE order_id = '{order_id(1)}'") == [(1,)]


def test_money_goes_with_its_order_and_alone_by_its_date(tmp_path):
    total = {
        "settlement-start-date": "01.01.2026 00:00:00 UTC", "settlement-end-date": "15.01.2026 00:00:00 UTC",
        "deposit-date": "16.01.2026 00:00:00 UTC", "total-amount": "20.50", "currency": "USD",
    }  # fmt: skip
    sale = {"transaction-type": "Order", "amount": "12.50", "sku": "MUG", "posted-date": "05.01.2026"}
    fee = {"transaction-type": "Subscription", "amount": "-4.50", "posted-date": "05.01.2026"}
    cells = [total, sale | {"order-id": order_id(1)}, sale | {"order-id": order_id(2)}, fee]
    lines = [row(SETTLEMENT, **line, **{"settlement-id": "11111111111"}) for line in cells]
    db = tmp_path / "shop.duckdb"
    assert store.load(write(tmp_path / "s.txt", SETTLEMENT, lines), db=db).files[0].loaded == 4
    assert ask(db, "SELECT count(*), sum(amount) FROM money")[0][0] >= 3
    store.purge(db, order=order_id(1))
    assert everywhere(db, order_id(1)) == []
    assert ask(db, "SELECT count(*) FROM money WHERE order_id IS NULL")[0][0] >= 1
    store.purge(db, older_than=180, clock=CLOCK)
    assert ask(db, "SELECT count(*) FROM money") == [(0,)]
    assert store.load(again(tmp_path / "s.txt", tmp_path), db=db).files[0].loaded == 0


def test_of_a_reference_of_a_bill_only_the_parcel_goes(db, tmp_path):
    """Order 77 is none: only a list of parcels names it, one of order 1 and one of another order."""
    lines = [parcel(77, "1Z999AA10123456784"), parcel(77, "1Z999AA10123450000")]
    bill = write(tmp_path / "bill.csv", TRACKING, lines, delimiter=",")
    store.load(bill, db=db)
    receipt = store.purge(db, order=order_id(1))
    assert (receipt.orders, everywhere(db, "1Z999AA10123456784")) == (1, [])
    assert ask(db, f"SELECT tracking FROM parcels WHERE order_id = '{order_id(77)}'") == [("1Z999AA10123450000",)]
    assert store.load(again(bill, tmp_path), db=db).files[0].removed == 1
    assert everywhere(db, "1Z999AA10123456784") == []


def charge(tracking, reference):
    cells = {
        "Invoice Number": "1", "Invoice Date": "20260120", "Express or Ground Tracking ID": tracking, "Net Charge Amount": "9.00",
        "Shipment Date": "20260109", "Original Customer Reference": reference,
    }  # fmt: skip
    return ",".join(cells.get(header, "") for header in BILL)


def test_a_charge_without_order_goes_by_its_date_unless_its_parcel_is_of_an_order_that_stays(db, tmp_path):
    """The parcel of order 4 is the second one; the first is nobody's."""
    old, kept = "794600000001", "1Z999AA10123456999"
    bill = write(tmp_path / "bill.csv", BILL, [charge(old, "for the shop"), charge(kept, "")], delimiter=",")
    assert store.load(bill, db=db).files[0].loaded == 2
    store.purge(db, older_than=180, clock=CLOCK)
    assert everywhere(db, old) == []
    assert ask(db, "SELECT tracking, order_id, label_cost::VARCHAR FROM parcels WHERE label_cost IS NOT NULL") == [
        (kept, order_id(4), "9.00")
    ]
    result = store.load(again(bill, tmp_path), db=db).files[0]
    assert (result.removed, result.duplicates) == (1, 1)
    assert everywhere(db, old) == []


def test_nothing_but_what_is_meant_is_lost(db, files):
    con = store.reader(db)
    before = proof.shape(con, "shop")
    con.close()
    rights = stat.S_IMODE(db.stat().st_mode)
    store.purge(db, order=order_id(5))
    con = store.reader(db)
    assert proof.shape(con, "shop") == before
    assert con.sql("SELECT comment FROM duckdb_columns() WHERE table_name = 'order_lines' AND column_name = 'buyer'").fetchall()[
        0
    ][0]
    assert con.sql("SELECT count(*) FROM purges").fetchall() == [(1,)]
    con.close()
    assert stat.S_IMODE(db.stat().st_mode) == rights
    assert store.load(files[0], db=db).files[0].state == "unchanged"


def test_a_number_glued_to_other_letters_is_found_in_the_bytes_and_taken_out(tmp_path):
    db = tmp_path / "shop.duckdb"
    glued = order_line(2, "92", ORDERS, product_name=f"re{order_id(1)}x")
    store.load(write(tmp_path / "a.txt", ORDERS, [old_line(1), glued]), db=db)
    store.purge(db, order=order_id(1))
    assert everywhere(db, order_id(1)) == []
    ((name,),) = ask(db, "SELECT product_name FROM order_lines")
    assert name.startswith("reremoved-")
    assert name.endswith("x")


def test_a_failed_proof_changes_nothing(db, monkeypatch):
    before = db.read_bytes()
    monkeypatch.setattr(rewrite.proof, "in_columns", lambda con: (1, 1))
    with pytest.raises(DatabaseUnusable, match="Nothing was changed"):
        store.purge(db, order=order_id(1))
    assert db.read_bytes() == before
    assert not db.with_name(f".{db.name}.work").exists()


def test_a_database_that_would_lose_more_is_not_put_in_place(db, monkeypatch):
    before, counts = db.read_bytes(), iter(range(100))
    monkeypatch.setattr(rewrite.removal, "counts", lambda con: {"order_lines": next(counts)})
    with pytest.raises(DatabaseUnusable, match="lost something else"):
        store.purge(db, order=order_id(1))
    assert db.read_bytes() == before


def test_the_receipt_names_no_order(db):
    receipt = store.purge(db, order=order_id(1))
    assert order_id(1) not in json.dumps(receipt.to_json()) + repr(receipt)
    ((rule, count, rows),) = ask(db, 'SELECT rule, orders, "rows" FROM purges')
    assert (rule, count, json.loads(rows)["order_lines"]) == ("one order", 1, 1)
    assert everywhere(db, order_id(1)) == []


def test_pages_beside_the_database_are_named(db):
    page = db.parent / "reports" / "weekly-2026-W46.html"
    page.parent.mkdir()
    page.write_text("old")
    receipt = store.purge(db, order=order_id(1))
    assert receipt.pages == [str(page)]
    assert str(page) in repr(receipt)


@pytest.mark.parametrize(
    "wrong", [{}, {"older_than": 0}, {"older_than": 1.5}, {"older_than": 9, "order": "x"}, {"order": "no-such"}]
)
def test_what_cannot_be_purged_is_said(db, wrong):
    before = db.read_bytes()
    with pytest.raises(BadValue):
        store.purge(db, **wrong)
    assert db.read_bytes() == before


def test_nothing_that_old(db):
    before = db.read_bytes()
    receipt = store.purge(db, older_than=5000)
    assert receipt.nothing
    assert "Nothing was changed" in repr(receipt)
    assert db.read_bytes() == before


def test_only_of_one_account(tmp_path, files):
    db = tmp_path / "two.duckdb"
    store.load(files[0], db=db, account="one")
    store.load(files[0], db=db, account="two")
    store.purge(db, order=order_id(1), account="one")
    assert ask(db, f"SELECT account FROM order_lines WHERE order_id = '{order_id(1)}'") == [("two",)]


def test_an_age_holds_for_its_account_alone(tmp_path, files):
    db = tmp_path / "two.duckdb"
    store.load(files[0], db=db, account="one")
    store.purge(db, older_than=180, account="one", clock=CLOCK)
    late = write(tmp_path / "late.txt", ORDERS, [old_line(8)])
    counts = [store.load(late, db=db, account=account).files[0].loaded for account in ("one", "two")]
    assert counts == [0, 1]


def run(*arguments, **how):
    return CliRunner().invoke(main, list(map(str, arguments)), **how)


def test_the_command_line_asks_first(db):
    asked = run("purge", "--order", order_id(1), "--db", db)
    assert (asked.exit_code, orders(db)[0]) == (2, 1)  # no terminal, and nobody said --yes
    assert run("purge", "--db", db, "--yes").exit_code == 2
    done = run("purge", "--order", order_id(1), "--db", db, "--yes", "--json")
    assert (done.exit_code, json.loads(done.stdout)["orders"]) == (0, 1)
    assert orders(db)[0] == 2
    assert run("purge", "--order", order_id(1), "--db", db, "--yes").exit_code == 2
    assert run("purge", "--older-than", "30", "--db", db.with_name("none.duckdb"), "--yes").exit_code == 4


def test_keys_are_found_in_bytes_wherever_they_stand(tmp_path):
    keys = {b"111-2222222-3333333", b"1Z999AA10123456784", b"12-34567-89012"}
    file = tmp_path / "bytes"
    filler = bytes(range(256)) * 20_000  # beyond one chunk
    for key in keys:
        for place in (0, 7, proof.CHUNK - 5, len(filler)):
            file.write_bytes(filler[:place] + key + filler[place:])
            assert proof.in_bytes(file, keys) == {key}
    file.write_bytes(filler + b"111-2222222-3333334 111-2222222")
    assert proof.in_bytes(file, keys) == set()
    assert proof.in_bytes(file, set()) == set()


ORDERS_OF_SHOP = """
{title: Shop orders, find: here, unlocks: x, delimiter: comma, signature: [shop order, bought, customer], needs: [shop order],
 known_at: {file_end: [bought]}, links: {customer: customer},
 columns: {shop order: id, customer: id, bought: {type: day, formats: ["%Y-%m-%d"]}},
 emits: {orders: {keys: {order_id: shop order}, anchor: bought, rank: 9, fixed: {ordered_at: bought}}}}
"""
CUSTOMERS = """
{title: Shop customers, find: here, unlocks: x, delimiter: comma, signature: [customer, land], needs: [customer],
 known_at: {file_end: []}, columns: {customer: id, land: text},
 emits: {orders: {keys: {customer: customer}, rank: 9, fixed: {region: land}}}}
"""


def test_customers_go_with_their_only_order(tmp_path):
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "shop_orders.yaml").write_text(ORDERS_OF_SHOP)
    (tmp_path / "formats" / "shop_customers.yaml").write_text(CUSTOMERS)
    db, bought = tmp_path / "shop.duckdb", "2026-11-01"
    made = [f"SHOPORDER{n},{bought},CUSTOMER000{customer}" for n, customer in ((1, 1), (2, 2), (3, 2))]
    files = [
        write(tmp_path / "orders.csv", ["shop order", "bought", "customer"], made, delimiter=","),
        write(tmp_path / "customers.csv", ["customer", "land"], ["CUSTOMER0001,SP", "CUSTOMER0002,RJ"], delimiter=","),
    ]
    assert [result.state for result in store.load(files, db=db).files] == ["loaded"] * 2
    for number, left in ((2, 2), (1, 1)):  # the customer of order 2 has another one
        store.purge(db, order=f"SHOPORDER{number}")
        assert ask(db, "SELECT count(*) FROM obs_shop_customers") == [(left,)]
    assert everywhere(db, "CUSTOMER0001") + everywhere(db, "SHOPORDER1") + everywhere(db, "SHOPORDER2") == []
    assert [result.removed for result in store.load([again(file, tmp_path) for file in files], db=db).files] == [2, 1]
    assert ask(db, "SELECT order_id, region FROM order_lines") == [("SHOPORDER3", "RJ")]
