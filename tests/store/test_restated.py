"""What later files say of the same thing: what wins, what stays, what becomes unknown. Each case was once wrong."""

from decimal import Decimal

import pytest
from exports import ALL_ORDERS, ORDER_REPORT, RETURNS, contents, loaded, order_id, order_line, report_line, write

from orderkit import store

TRACKING = ["order_id", "order_item_id", "tracking", "carrier", "shipped_at", "confirmed_at", "first_scan_at", "last_scan_at",
            "delivered_at", "state", "state_at", "updated_at"]  # fmt: skip


def parcel(number=1, **cells):
    """One row of the tracking template."""
    row = {"order_id": order_id(number), "tracking": "T1", "carrier": "Fast"} | cells
    return ",".join(row.get(header, "") for header in TRACKING)


def day(number):
    """A moment on a day of November."""
    return f"2026-11-{number:02d}T10:00:00+00:00"


def back(**cells):
    """One row of the returns report."""
    row = {
        "Order ID": order_id(1), "Amazon RMA ID": "R1", "Merchant SKU": "MUG", "Return request date": "01-Oct-2026",
        "Return Reason": "CR-DEFECTIVE", "Return quantity": "1", "Return request status": "Approved",
    } | {name.replace("_", " "): value for name, value in cells.items()}  # fmt: skip
    return "\t".join(row.get(header, " ") for header in RETURNS)


def tracking(path, *rows):
    return write(path, TRACKING, rows, delimiter=",")


def both_ways(tmp_path, first, second, query):
    """The rows of a query after loading two files in either order; they must be the same."""
    one, other = (loaded(tmp_path / f"{n}.duckdb", *files) for n, files in enumerate(((first, second), (second, first))))
    assert contents(one) == contents(other)
    return one.sql(query).fetchall()


def test_a_stray_quote_costs_its_own_line_only(tmp_path):
    rows = [parcel(n, tracking=f"T{n}", carrier='"Half' if n == 2 else "Fast") for n in range(1, 7)]
    result = store.load(tracking(tmp_path / "t.csv", *rows), db=tmp_path / "shop.duckdb").files[0]
    assert (result.lines, result.loaded, result.quarantined_lines) == (6, 5, [3])


def test_an_inch_mark_in_a_file_with_another_bad_line_costs_its_own_line_only(tmp_path):
    rows = [
        parcel(1, carrier='4" box'),
        parcel(2, tracking="T2"),
        parcel(3, tracking="T3", state="gone"),
        parcel(4, tracking="T4"),
    ]
    result = store.load(tracking(tmp_path / "t.csv", *rows), db=tmp_path / "shop.duckdb").files[0]
    assert result.lines == 4 == result.loaded + result.quarantined
    assert 4 in result.quarantined_lines
    assert result.loaded >= 2


def test_an_unescaped_delimiter_does_not_shift_values(tmp_path):
    shifted = parcel(1, carrier="DHL, Express", shipped_at=day(1), confirmed_at=day(1), first_scan_at=day(2), last_scan_at=day(5))
    result = store.load(tracking(tmp_path / "t.csv", shifted, parcel(2, tracking="T2")), db=tmp_path / "shop.duckdb").files[0]
    assert (result.quarantined_lines, result.why[0][2]) == ([2], "too_many_fields")


def test_returns_of_two_items_are_two_in_any_split(tmp_path):
    rows = [back(Order_Item_ID="11"), back(Order_Item_ID="12", Refunded_Amount="7.00")]
    whole = loaded(tmp_path / "whole.duckdb", write(tmp_path / "whole.txt", RETURNS, rows))
    parts = loaded(tmp_path / "parts.duckdb", *(write(tmp_path / f"{n}.txt", RETURNS, [row]) for n, row in enumerate(rows)))
    assert contents(whole)["returns"] == contents(parts)["returns"]
    assert whole.sql("SELECT order_item_id, refunded FROM returns ORDER BY 1").fetchall() == [
        ("11", None),
        ("12", Decimal("7.00")),
    ]


def test_two_equal_returns_in_another_order_of_rows_refund_once(tmp_path):
    rows = [back(Refunded_Amount="5.00"), back()]
    files = [
        write(tmp_path / "a.txt", RETURNS, rows),
        write(tmp_path / "b.txt", RETURNS, [*rows[::-1], back(Amazon_RMA_ID="R2")]),
    ]
    assert both_ways(tmp_path, *files, "SELECT sum(refunded) FROM returns WHERE rma = 'R1'") == [(Decimal("5.00"),)]


def test_an_older_range_downloaded_later_does_not_win_unless_it_tells_more(tmp_path):
    wide = write(tmp_path / "wide.txt", RETURNS, [back(), back(Amazon_RMA_ID="R2", Return_request_date="08-Nov-2026")])
    done = back(Return_request_status="Completed", Refunded_Amount="12.00", Resolution="StandardRefund")
    narrow = write(tmp_path / "narrow.txt", RETURNS, [done])
    query = "SELECT status, refunded FROM returns WHERE rma = 'R1'"
    assert both_ways(tmp_path, wide, narrow, query) == [("completed", Decimal("12.00"))]


def test_a_restated_promotion_counts_once_with_its_newest_amount(tmp_path):
    def report(name, amount, paid):
        row = report_line(1, "11", item_promotion_id="A", item_promotion_discount=amount, payments_date=paid)
        return write(tmp_path / name, ORDER_REPORT, [row])

    files = report("a.txt", "1.00", "2026-11-01T02:05:00-08:00"), report("b.txt", "1.50", "2026-11-02T02:05:00-08:00")
    assert both_ways(tmp_path, *files, "SELECT discounts FROM order_lines") == [(Decimal("1.50"),)]


@pytest.mark.parametrize(
    ("before", "after", "status", "outcome"),
    [
        ("Unshipped", "Shipped - Held at customs", None, None),
        ("Shipped - Out for Delivery", "Cancelled", "cancelled", None),
        ("Shipped - Out for Delivery", "Shipped - Delivered to Buyer", "shipped", "delivered"),
    ],
)
def test_a_status_that_means_nothing_to_us_is_unknown_not_the_old_one(tmp_path, before, after, status, outcome):
    files = [
        write(
            tmp_path / f"{n}.txt",
            ALL_ORDERS,
            [order_line(1, "11", order_status=said, item_status="", last_updated_date=day(2 + n))],
        )
        for n, said in enumerate((before, after))
    ]
    query = "SELECT status, delivery_outcome, status_as_exported FROM order_lines"
    assert both_ways(tmp_path, *files, query) == [(status, outcome, after)]


@pytest.mark.parametrize("state", ["lost", "in_transit"])
def test_a_delivery_after_a_state_makes_the_parcel_delivered(tmp_path, state):
    first = tracking(tmp_path / "a.csv", parcel(first_scan_at=day(2), state=state, state_at=day(3)))
    second = tracking(tmp_path / "b.csv", parcel(first_scan_at=day(2), delivered_at=day(5)))
    assert both_ways(tmp_path, first, second, "SELECT outcome FROM parcels") == [("delivered",)]


def test_a_state_after_a_delivery_stands(tmp_path):
    file = tracking(tmp_path / "a.csv", parcel(delivered_at=day(3), state="returned", state_at=day(5)))
    assert loaded(tmp_path / "shop.duckdb", file).sql("SELECT outcome FROM parcels").fetchall() == [("returned",)]


def test_an_untracked_parcel_stands_beside_a_tracked_one_of_another_item(tmp_path):
    orders = write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "11"), order_line(1, "12")])
    file = tracking(tmp_path / "t.csv", parcel(order_item_id="11", tracking="", carrier="Post"), parcel(order_item_id="12"))
    con = loaded(tmp_path / "shop.duckdb", orders, file)
    assert con.sql("SELECT carrier, tracking FROM parcels ORDER BY 1").fetchall() == [("Fast", "T1"), ("Post", "")]


def test_the_newest_answer_to_a_request_wins_and_is_not_known_before(tmp_path):
    headers = ["order_id", "kind", "asked_at", "answered_at", "seller_agrees"]
    files = [
        write(tmp_path / f"{n}.csv", headers, [f"{order_id(1)},upgrade,{day(1)},{answered},{agrees}"], delimiter=",")
        for n, (answered, agrees) in enumerate((("", ""), (day(5), "yes")))
    ]
    query = "SELECT seller_agrees, answered_at IS NOT NULL FROM requests"
    assert both_ways(tmp_path, *files, query) == [(True, True)]
    con = store.reader(tmp_path / "0.duckdb")
    store.set_context(con, "2026-11-02")
    store.build_as_of(con)
    assert con.sql(query).fetchall() == [(None, False)]


def test_one_wrong_byte_does_not_garble_what_is_right(tmp_path):
    """UTF-8 with one city in another encoding: the city is not kept, so nothing is set aside and no SKU is garbled."""
    lines = [order_line(n, str(n), sku="ÄRMEL", product_name="Ärmel mit Öse") for n in range(1, 4)]
    raw = "\n".join(["\t".join(ALL_ORDERS), *lines]).encode()
    in_city = raw.replace(b"Canaryville", "München".encode("cp1252"), 1)
    in_title = raw.replace("Öse".encode(), "Öse".encode("cp1252"), 1)
    for name, content, aside in (("city", in_city, []), ("title", in_title, [2])):
        (tmp_path / f"{name}.txt").write_bytes(content)
        result = store.load(tmp_path / f"{name}.txt", db=tmp_path / f"{name}.duckdb").files[0]
        assert (result.quarantined_lines, result.loaded) == (aside, 3 - len(aside))
        con = store.reader(tmp_path / f"{name}.duckdb")
        assert con.sql("SELECT DISTINCT sku FROM order_lines").fetchall() == [("ÄRMEL",)]
        con.close()


def test_a_control_byte_never_raises_nor_shows_the_line(tmp_path):
    lines = [order_line(1, "11", product_name="a\x01b"), order_line(2, "22", item_price="9,99"), order_line(3, "33")]
    result = store.load(write(tmp_path / "orders.txt", ALL_ORDERS, lines), db=tmp_path / "shop.duckdb").files[0]
    assert [row[2] for row in result.why] == ["nul_byte", "not_money"]
    assert "Canaryville" not in repr(result)


def test_the_shape_hides_digits_and_letters_of_every_script(tmp_path):
    phone = "\uff10\uff19\uff10-\uff11\uff12\uff13\uff14 \u0661\u0662\u0663 \u00e9\u5c71"  # full-width and Arabic digits
    file = write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "11", item_price=phone)])
    result = store.load(file, db=tmp_path / "shop.duckdb").files[0]
    assert result.why[0][3] == "999-9999 999 aa"


def test_a_date_far_ahead_does_not_move_the_default_as_of(tmp_path):
    import datetime as dt

    lines = [order_line(1, "11"), order_line(2, "22", last_updated_date="2062-11-02T10:00:00+00:00")]
    con = loaded(tmp_path / "shop.duckdb", write(tmp_path / "orders.txt", ALL_ORDERS, lines))
    assert store.newest(con) <= dt.datetime.now(dt.UTC) + dt.timedelta(days=1)


@pytest.mark.parametrize("moment", ["2026-11-01T10:00:00+99:00", "2026-11-01T10:00:00+05:75", "2026-11-01T24:00:00+00:00"])
def test_nonsense_clocks_are_set_aside(tmp_path, moment):
    file = write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "11", purchase_date=moment)])
    assert store.load(file, db=tmp_path / "shop.duckdb").files[0].why[0][1:3] == ("purchase-date", "not_a_moment")


def test_only_one_select_and_no_file_reaches_the_engine(tmp_path):
    from orderkit.errors import BadValue
    from orderkit.shop import Shop

    loaded(tmp_path / "shop.duckdb", write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "11")])).close()
    shop = Shop(tmp_path / "shop.duckdb")
    assert shop.sql("SELECT count(*) AS n FROM order_lines WHERE line = $line", line="11")["n"].item() == 1
    target = tmp_path / "out.csv"
    for text in (
        f"COPY order_lines TO '{target}'",
        f"EXPORT DATABASE '{tmp_path / 'out'}'",
        "SELECT 1; SELECT 2",
        "DROP TABLE order_lines",
        "",
        "selec 1",
        "SELECT nope FROM order_lines",
        f"SELECT * FROM read_csv('{tmp_path / 'orders.txt'}')",
        "ATTACH ':memory:'",
        "SELECT $a",
        "SELECT CAST(product_name AS INTEGER) FROM order_lines",
    ):
        with pytest.raises(BadValue) as caught:
            shop.sql(text)
        assert "mug" not in str(caught.value)
    assert not target.exists()
    assert not (tmp_path / "out").exists()
    shop.close()
