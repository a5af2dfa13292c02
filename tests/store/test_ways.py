"""The short way and the long way to the canonical tables give the same rows.

Keys observed once pass through as they are, and orders that hold each SKU once need no telling apart. Both are short cuts:
here every key and every order is sent the long way, and in shards, and the tables must be the same.
"""

import random

import pytest

from orderkit import store
from orderkit.store.tables import lines, merge, scope
from tests.store.exports import (
    ALL_ORDERS,
    ORDER_REPORT,
    WITHOUT_IDS,
    contents,
    loaded,
    order_id,
    order_line,
    report_line,
    write,
)  # fmt: skip

TRACKING = ["order_id", "order_item_id", "carrier", "tracking", "shipped_at", "delivered_at"]


def moment(day):
    return f"2026-11-{day:02d}T10:00:00+00:00"


def a_line(rng, number, headers):
    """An order line: one of few SKUs and ids, so that orders hold a SKU twice, and ids change their SKU."""
    with_id = headers is ALL_ORDERS and rng.random() < 0.8
    item = f"{number}{rng.randint(1, 2)}" if with_id else ""
    state = rng.choice(["Shipped", "Pending", "Cancelled"])
    return order_line(
        number,
        item,
        headers,
        sku=rng.choice(["MUG", "CUP", f"S{item}"]),
        item_price=rng.choice(["", "12.50", "9.99"]),
        quantity=rng.choice("12"),
        item_status=state,
        order_status=state,
        last_updated_date=moment(rng.randint(2, 20)),
        product_name=rng.choice(["", "Mug", "Cup"]),
    )


def a_report_line(rng, number):
    return report_line(
        number,
        f"{number}{rng.randint(1, 2)}",
        sku=rng.choice(["MUG", "CUP"]),
        item_price=rng.choice(["12.50", "9.99"]),
        payments_date=moment(rng.randint(1, 9)),
        item_promotion_id=rng.choice(["", "A", "B"]),
        item_promotion_discount=rng.choice(["", "-1.00", "-2.00"]),
    )


def a_parcel(rng, number):
    item = rng.choice(["", f"{number}1"])
    tracking = rng.choice(["", f"T{number}", "T1"])
    return ",".join([order_id(number), item, "UPS", tracking, moment(rng.randint(2, 5)), rng.choice(["", moment(9)])])


def exports(folder, seed):
    rng = random.Random(seed)
    numbers = [rng.randint(1, 12) for _ in range(30)]
    return [
        write(folder / "with.txt", ALL_ORDERS, [a_line(rng, number, ALL_ORDERS) for number in numbers]),
        write(folder / "without.txt", WITHOUT_IDS, [a_line(rng, number, WITHOUT_IDS) for number in numbers[:12]]),
        write(folder / "report.txt", ORDER_REPORT, [a_report_line(rng, number) for number in numbers[6:20]]),
        write(folder / "tracking.csv", TRACKING, [a_parcel(rng, number) for number in numbers[:9]], delimiter=","),
    ]


def the_long_way(monkeypatch):
    """Every key is taken for a repeated one, every order for one in which lines have to be told apart."""
    monkeypatch.setattr(merge, "_again", lambda con, table, part: merge.ALL)

    def all_orders(con, forms, scopes):
        con.execute("CREATE OR REPLACE TEMP TABLE several (g UBIGINT)")
        for part in scopes:
            orders = {form.name: f'o."{form.emits["order_lines"].keys["order_id"]}"' for form in forms}
            told = " UNION ".join(
                f"SELECT hash(l.account, {order}) FROM obs_{name} o JOIN loads l ON l.file_id = o._file"
                f"{part.join('l.account', order)} WHERE {part.where(order)}"
                for name, order in orders.items()
            )
            con.execute(f"INSERT INTO several {told}")
        return con.sql("SELECT count(*) FROM several").fetchall()[0][0]

    monkeypatch.setattr(lines, "find_several", all_orders)


def in_shards(monkeypatch):
    monkeypatch.setattr(scope, "SHARD", 10)


def both_ways_mixed(monkeypatch):
    monkeypatch.setattr(merge, "FEW", 99)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("way", [the_long_way, in_shards, both_ways_mixed])
def test_all_ways_lead_to_the_same_tables(tmp_path, monkeypatch, way, seed):
    files = exports(tmp_path, seed)
    con = loaded(tmp_path / "short.duckdb", *files)
    expected = contents(con)
    store.set_context(con, "2026-11-07")
    store.build_as_of(con)
    expected_then = contents(con)
    con.close()
    assert len(expected["order_lines"]) > 12
    assert expected["parcels"]
    assert expected_then != expected

    way(monkeypatch)
    con = loaded(tmp_path / "other.duckdb", *files)
    assert contents(con) == expected
    store.set_context(con, "2026-11-07")
    store.build_as_of(con)
    assert contents(con) == expected_then
    con.close()
