"""A large file with few doubtful lines is sifted; the result must be that of the scan of all its lines."""

import gzip

import pytest

from orderkit import store
from orderkit.store.reading import sifting
from tests.store.exports import ORDER_REPORT, WITHOUT_IDS, contents, order_id, order_line, report_line, write

LINES = 400
GOOD = order_line(1, headers=WITHOUT_IDS)


def broken(number, what):
    """One of many ways in which a line can be wrong, or seem so."""
    line = order_line(number, headers=WITHOUT_IDS, product_name=f"Mug {number}")
    return {
        "day": line.replace("2026-11-02T10:00:00+00:00", "2026-11-02"),
        "units": order_line(number, headers=WITHOUT_IDS, quantity="1.5"),
        "more fields": line + "\tx",
        "fewer fields": line.rsplit("\t", 3)[0],
        "cut": line[:80],
        "no order": "x" + line,
        "no sku": order_line(number, headers=WITHOUT_IDS, sku=""),
        "broken in a title": order_line(number, headers=WITHOUT_IDS, product_name="Mug\nwith handle"),
        "broken twice": order_line(number, headers=WITHOUT_IDS, product_name="Mug\nwith\nhandle"),
        "broken in an id": order_line(number, headers=WITHOUT_IDS, sku="MU\nG"),
        "stray tail": line + "\nwhat is this",
        "blank": "",
        "no values": "\t" * (len(WITHOUT_IDS) - 1),
        "header again": "\t".join(WITHOUT_IDS),
        "quotes": order_line(number, headers=WITHOUT_IDS, product_name='4"" mug, 12" high'),
        "blanks around": order_line(number, headers=WITHOUT_IDS, sku=" MUG ", item_price=" 12.50"),
        "ahead": order_line(number, headers=WITHOUT_IDS, last_updated_date="2099-01-01T00:00:00+00:00"),
        "twice the same": line + "\n" + line,
        "twice the same, wrong": "\n".join([order_line(number, headers=WITHOUT_IDS, quantity="x")] * 2),
    }[what]


WAYS = ["day", "units", "more fields", "fewer fields", "cut", "no order", "no sku", "broken in a title", "broken twice"]
WAYS += ["broken in an id", "stray tail", "blank", "no values", "header again", "quotes", "blanks around", "ahead"]
WAYS += ["twice the same", "twice the same, wrong"]


def both(monkeypatch, folder, path):
    """What a load gives with and without sifting: the results, the lines set aside and why, the tables."""
    told = []
    for smallest in (1, 10**9):
        monkeypatch.setattr(sifting, "SMALLEST", smallest)
        db = folder / f"{smallest}.duckdb"
        result = store.load(path, db=db).files[0]
        con = store.reader(db)
        rejects = con.sql('SELECT line, "column", reason, shape FROM rejects ORDER BY ALL').fetchall()
        told.append((vars(result), rejects, contents(con)))
        con.close()
    return told


@pytest.fixture
def sifted(monkeypatch):
    """How often a file was sifted."""
    real, done = sifting.sift, []

    def watched(*args):
        result = real(*args)
        done.append(result is not None)
        return result

    monkeypatch.setattr(sifting, "sift", watched)
    return done


@pytest.mark.parametrize("what", [*WAYS, "one of each, first half", "one of each, second half"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_sifting_changes_nothing(tmp_path, monkeypatch, sifted, what, end):
    wrong = {"one of each, first half": WAYS[:10], "one of each, second half": WAYS[10:]}.get(what, [what])
    lines = [order_line(number, headers=WITHOUT_IDS) for number in range(LINES)]
    for at, way in enumerate(wrong):
        lines.insert(20 + 30 * at, broken(LINES + at, way).replace("\n", end))
    path = write(tmp_path / "orders.txt", WITHOUT_IDS, lines, end=end)
    short, long = both(monkeypatch, tmp_path, path)
    assert short == long
    assert len(short[2]["order_lines"]) >= LINES
    assert any(sifted) or short[1] == []


def test_packed_files_are_sifted_too(tmp_path, monkeypatch, sifted):
    plain = write(tmp_path / "o.txt", WITHOUT_IDS, [GOOD.replace("0000001", f"{n:07d}") for n in range(LINES)] + ["broken"])
    path = tmp_path / "orders.txt.gz"
    path.write_bytes(gzip.compress(plain.read_bytes()))
    short, long = both(monkeypatch, tmp_path, path)
    assert short == long
    assert sifted == [True, False]


def test_lines_that_may_not_be_broken_in_a_report_with_ids(tmp_path, monkeypatch, sifted):
    lines = [report_line(number, f"7{number}") for number in range(LINES)]
    lines[50] = report_line(50, "750", product_name="Mug\nwith handle")
    lines[90] = report_line(90, "790", quantity_purchased="many")
    short, long = both(monkeypatch, tmp_path, write(tmp_path / "report.txt", ORDER_REPORT, lines))
    assert short == long
    assert short[0]["quarantined"] == 1
    assert sifted == [True, False]


@pytest.mark.parametrize(
    ("wrong", "price"),
    [(LINES // 4, "12.50"), (1, "12")],
    ids=["many wrong lines", "a comma where no other amount has a mark"],
)
def test_what_only_the_whole_file_can_tell_is_not_sifted(tmp_path, monkeypatch, wrong, price):
    lines = [order_line(number, headers=WITHOUT_IDS, item_price=price) for number in range(LINES)]
    lines += [order_line(LINES + number, headers=WITHOUT_IDS, item_price="9,99") for number in range(wrong)]
    short, long = both(monkeypatch, tmp_path, write(tmp_path / "orders.txt", WITHOUT_IDS, lines))
    assert short == long


def test_the_order_numbers_of_the_test_are_right():
    assert order_id(1) in GOOD
