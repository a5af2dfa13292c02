"""One order line, many files: keys, occurrences, and which value wins."""

from decimal import Decimal

from exports import ALL_ORDERS, ORDER_REPORT, RETURNS, WITHOUT_IDS, contents, loaded, order_id, order_line, report_line, write


def lines_of(con):
    return con.sql("SELECT line, sku, occurrence, units, item_price FROM order_lines ORDER BY line").fetchall()


def return_line(order, rma, **cells):
    """One line of the returns report; cells that are not named are a blank, as in the export."""
    row = {"Order ID": order, "Amazon RMA ID": rma, "Merchant SKU": "MUG", "Return request date": "10-Nov-2026"} | cells
    return "\t".join(row.get(header, " ") for header in RETURNS)


def test_without_ids_a_line_is_known_by_its_sku(tmp_path):
    lines = [order_line(1, headers=WITHOUT_IDS), order_line(1, headers=WITHOUT_IDS, sku="HAT", item_price="20.00")]
    con = loaded(tmp_path / "shop.duckdb", write(tmp_path / "orders.txt", WITHOUT_IDS, lines))
    assert lines_of(con) == [("HAT", "HAT", 1, 1, Decimal("20.00")), ("MUG", "MUG", 1, 1, Decimal("12.50"))]


def test_two_identical_lines_without_ids_stay_two(tmp_path):
    lines = [order_line(1, headers=WITHOUT_IDS)] * 2
    con = loaded(tmp_path / "shop.duckdb", write(tmp_path / "orders.txt", WITHOUT_IDS, lines))
    assert lines_of(con) == [("MUG", "MUG", 1, 1, Decimal("12.50")), ("MUG#2", "MUG", 2, 1, Decimal("12.50"))]


def test_two_identical_lines_in_two_overlapping_files_stay_two(tmp_path):
    pair = [order_line(1, headers=WITHOUT_IDS)] * 2
    more = [*pair, order_line(2, headers=WITHOUT_IDS)]
    files = [write(tmp_path / f"{n}.txt", WITHOUT_IDS, lines) for n, lines in enumerate((pair, more))]
    con = loaded(tmp_path / "shop.duckdb", *files)
    assert con.sql("SELECT order_id, count(*) FROM order_lines GROUP BY order_id ORDER BY order_id").fetchall() == [
        (order_id(1), 2),
        (order_id(2), 1),
    ]
    assert con.sql("SELECT duplicates FROM loads ORDER BY file_id").fetchall() == [(0,), (2,)]


def test_ids_seen_later_are_tied_to_lines_without(tmp_path):
    """The same SKU twice at two prices: each id goes to the line of its price, whichever file came first."""
    bare = [order_line(1, headers=WITHOUT_IDS, item_price=price) for price in ("12.50", "20.00")]
    with_ids = [order_line(1, "77", item_price="20.00"), order_line(1, "88", item_price="12.50")]
    files = [write(tmp_path / "bare.txt", WITHOUT_IDS, bare), write(tmp_path / "ids.txt", ALL_ORDERS, with_ids)]
    one, other = (loaded(tmp_path / f"{n}.duckdb", *order) for n, order in enumerate((files, files[::-1])))
    assert lines_of(one) == [("77", "MUG", 1, 1, Decimal("20.00")), ("88", "MUG", 2, 1, Decimal("12.50"))]
    assert contents(one) == contents(other)


def test_a_changed_line_without_id_takes_the_place_left_free(tmp_path):
    """Two lines of one SKU; later one of them is cancelled to 0 units: still two lines, one of them now 0."""
    before = [order_line(1, headers=WITHOUT_IDS, item_price=price) for price in ("12.50", "20.00")]
    late = "2026-11-05T10:00:00+00:00"
    after = [
        order_line(1, headers=WITHOUT_IDS, item_price="12.50", last_updated_date=late),
        order_line(1, headers=WITHOUT_IDS, item_price="20.00", quantity="0", last_updated_date=late),
    ]
    files = [write(tmp_path / f"{n}.txt", WITHOUT_IDS, lines) for n, lines in enumerate((before, after))]
    con = loaded(tmp_path / "shop.duckdb", *files)
    assert [(row[3], row[4]) for row in lines_of(con)] == [(1, Decimal("12.50")), (0, Decimal("20.00"))]


def test_a_blank_never_erases_a_value(tmp_path):
    first = order_line(1, "11")
    blank = {"order_status": "Cancelled", "currency": "", "item_price": ""}
    later = order_line(1, "11", last_updated_date="2026-11-05T10:00:00+00:00", **blank)
    files = [write(tmp_path / f"{n}.txt", ALL_ORDERS, [line]) for n, line in enumerate((first, later))]
    con = loaded(tmp_path / "shop.duckdb", *files)
    assert con.sql("SELECT status, currency, item_price FROM order_lines").fetchall() == [("cancelled", "USD", Decimal("12.50"))]


def test_each_column_comes_from_its_best_format(tmp_path):
    """All Orders knows state and price now, the Order report the promises; 07:59:59Z on 10 Nov ends 9 Nov in Los Angeles."""
    orders = write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "11", item_price="10.00")])
    report = write(tmp_path / "report.txt", ORDER_REPORT, [report_line(1, "11", item_price="12.50")])
    con = loaded(tmp_path / "shop.duckdb", report, orders)
    row = con.sql("""
        SELECT
            status, item_price, shipping_price,
            CAST(timezone('America/Los_Angeles', deliver_by) AS DATE)::VARCHAR,
            region, seen_in
        FROM order_lines
    """).fetchall()
    both = "amazon_all_orders, amazon_order_report"
    assert row == [("shipped", Decimal("10.00"), Decimal("4.99"), "2026-11-09", "902", both)]


def test_promotions_of_a_repeated_line_add_up_once(tmp_path):
    """The Order report repeats a line per promotion: the price counts once, the discounts are 1.00 + 2.50, in two files too."""
    rows = [
        report_line(1, "11", item_promotion_id="A", item_promotion_discount="1.00"),
        report_line(1, "11", item_promotion_id="B", item_promotion_discount="2.50"),
    ]
    more = [*rows, report_line(2, "22", payments_date="2026-11-02T02:05:00-08:00")]
    files = [write(tmp_path / f"{n}.txt", ORDER_REPORT, lines) for n, lines in enumerate((rows, more))]
    con = loaded(tmp_path / "shop.duckdb", *files)
    assert con.sql("SELECT line, item_price, discounts FROM order_lines ORDER BY line").fetchall() == [
        ("11", Decimal("12.50"), Decimal("3.50")),
        ("22", Decimal("12.50"), None),
    ]
    assert con.sql("SELECT money FROM loads ORDER BY file_id").fetchall() == [('{"USD": "12.50"}',), ('{"USD": "12.50"}',)]


def test_a_return_is_tied_to_its_line_where_one_fits(tmp_path):
    orders = write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "11"), order_line(2, "22"), order_line(2, "23")])

    def back(number, **cells):
        reason = {"Return Reason": "CR-DEFECTIVE", "Return quantity": "1", "Refunded Amount": " "}
        return return_line(order_id(number), f"R{number}", **(reason | cells))

    rows = [back(1), back(2), back(3), back(2, **{"Amazon RMA ID": "R9", "Order Item ID": "23", "Return Reason": "NEW-CODE"})]
    con = loaded(tmp_path / "shop.duckdb", write(tmp_path / "returns.txt", RETURNS, rows), orders)
    assert con.sql("SELECT rma, line, reason, reason_group, usual_cause, refunded FROM returns ORDER BY rma").fetchall() == [
        ("R1", "11", "DEFECTIVE", "product_fault", "seller", None),
        ("R2", None, "DEFECTIVE", "product_fault", "seller", None),  # two lines with this SKU: it cannot be told which
        ("R3", None, "DEFECTIVE", "product_fault", "seller", None),  # the order is in no loaded export
        ("R9", "23", "NEW-CODE", "unmapped", None, None),
    ]


def test_identical_returns_in_one_file_are_units_of_their_own(tmp_path):
    lines = [return_line(order_id(1), "R1", **{"Return Reason": "X"})] * 2
    more = [*lines, lines[0].replace("R1", "R2")]
    files = [write(tmp_path / "a.txt", RETURNS, lines), write(tmp_path / "b.txt", RETURNS, more)]
    con = loaded(tmp_path / "shop.duckdb", *files)
    assert con.sql("SELECT rma, count(*) FROM returns GROUP BY rma ORDER BY rma").fetchall() == [("R1", 2), ("R2", 1)]
    assert con.sql("SELECT lines, loaded, duplicates FROM loads ORDER BY file_id").fetchall() == [(2, 2, 0), (3, 1, 2)]


def test_parcels_hold_the_lines_they_name_and_statuses_stand_in_for_the_rest(tmp_path):
    orders = write(
        tmp_path / "orders.txt", ALL_ORDERS,
        [order_line(1, "11"), order_line(1, "12"), order_line(2, "21"), order_line(3, "31", order_status="Unshipped")],
    )  # fmt: skip
    headers = ["order_id", "order_item_id", "tracking", "carrier", "delivered_at", "state", "first_scan_at"]
    rows = [
        f"{order_id(1)},11,T1,Fast,,lost,",
        f"{order_id(1)},12,T2,Fast,2026-11-05T10:00:00+00:00,,2026-11-03T10:00:00+00:00",
    ]
    con = loaded(tmp_path / "shop.duckdb", orders, write(tmp_path / "tracking.csv", headers, rows, delimiter=","))
    held = con.sql("SELECT p.parcel, p.outcome, p.named, i.line FROM parcels p JOIN parcel_lines i USING (parcel) ORDER BY 1")
    assert held.fetchall() == [
        ("T1", "lost", True, "11"),
        ("T2", "delivered", True, "12"),
        (f"line:{order_id(2)}/21", "unknown", False, "21"),
    ]


def test_a_cancelled_line_of_a_shipped_order_is_cancelled(tmp_path):
    lines = [order_line(1, "11"), order_line(1, "12", item_status="Cancelled", quantity="0", currency="", item_price="")]
    con = loaded(tmp_path / "shop.duckdb", write(tmp_path / "orders.txt", ALL_ORDERS, lines))
    held = con.sql("SELECT line, status, units FROM order_lines ORDER BY line").fetchall()
    assert held == [("11", "shipped", 1), ("12", "cancelled", 0)]


TRACKING = ["order_id", "order_item_id", "tracking", "carrier", "delivered_at", "state", "first_scan_at"]


def test_a_parcel_that_names_a_line_leaves_the_others_alone(tmp_path):
    """Line 11 is known by its id, the hat is not: a parcel for 11 holds 11 only, one for an unknown id stands for the hat."""
    ids = write(tmp_path / "ids.txt", ALL_ORDERS, [order_line(1, "11")])
    bare = [order_line(1, headers=WITHOUT_IDS), order_line(1, headers=WITHOUT_IDS, sku="HAT")]
    rows = [f"{order_id(1)},11,T1,Fast,,lost,", f"{order_id(1)},99,T2,Fast,,lost,"]
    files = [
        ids,
        write(tmp_path / "bare.txt", WITHOUT_IDS, bare),
        write(tmp_path / "tracking.csv", TRACKING, rows, delimiter=","),
    ]
    con = loaded(tmp_path / "shop.duckdb", *files)
    assert con.sql("SELECT parcel, line FROM parcel_lines ORDER BY 1, 2").fetchall() == [("T1", "11"), ("T2", "HAT")]


def test_a_parcel_shared_by_two_orders_is_one_parcel_in_any_order_of_loading(tmp_path):
    orders = write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "11"), order_line(2, "22")])
    first = write(tmp_path / "a.csv", TRACKING, [f"{order_id(1)},,T1,Fast,,in_transit,2026-11-03T10:00:00Z"], delimiter=",")
    second = write(
        tmp_path / "b.csv",
        TRACKING,
        [f"{order_id(2)},,T1,Fast,2026-11-05T10:00:00Z,delivered,2026-11-03T10:00:00Z"],
        delimiter=",",
    )
    seen = []
    for turn, files in enumerate(([orders, first, second], [second, orders, first], [first, second, orders])):
        con = loaded(tmp_path / f"{turn}.duckdb", *files)
        assert con.sql("SELECT count(*), min(outcome) FROM parcels").fetchall() == [(1, "delivered")]
        assert con.sql("SELECT line FROM parcel_lines ORDER BY 1").fetchall() == [("11",), ("22",)]
        seen.append(contents(con))
    assert seen[0] == seen[1] == seen[2]


def test_versions_less_than_a_second_apart_are_ordered_by_time(tmp_path):
    lines = [
        order_line(1, "11", item_price=price, last_updated_date=f"2026-11-02T10:00:00.{part}+00:00")
        for price, part in (("1.00", "100"), ("2.00", "900"), ("3.00", "500"))
    ]
    con = loaded(tmp_path / "shop.duckdb", write(tmp_path / "orders.txt", ALL_ORDERS, lines))
    assert con.sql("SELECT item_price FROM order_lines").fetchall() == [(Decimal("2.00"),)]


def test_a_marketplace_that_orderkit_does_not_know_still_has_weeks(tmp_path):
    from orderkit.shop import Shop

    loaded(
        tmp_path / "shop.duckdb", write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "11", sales_channel="Shop.example")])
    ).close()
    assert Shop(tmp_path / "shop.duckdb").weeks() == ["2026-W44"]
