"""The Olist orders, read by formats of one's own (examples/olist), against plain Python and pandas on the raw files.

Skips where the data is absent: it is public, and no part of this repository.
"""

import collections
import csv
import gzip
import itertools
from decimal import Decimal

import pandas as pd
import pytest
from click.testing import CliRunner

import orderkit as ok
from orderkit import measures, store
from orderkit.cli import main
from tests.conftest import REAL, ROOT
from tests.store.exports import contents

DATA = REAL / "olist_as_of_2018-03-01"
FORMATS = ROOT / "examples" / "olist" / "formats"
FILES = ["orders", "order_items", "order_payments", "products", "customers"]
HAPPENED = ["order_purchase_timestamp", "order_delivered_customer_date", "order_estimated_delivery_date"]

pytestmark = [
    pytest.mark.skipif(not DATA.is_dir(), reason=f"real data is not here: no folder {DATA.name} beside the checkout"),
    pytest.mark.usefixtures("several_threads"),
]


def path_of(name):
    return DATA / f"olist_{name}_dataset.csv.gz"


def raw(name):
    """The rows of a file as dicts of text, by nothing but gzip and csv."""
    with gzip.open(path_of(name), "rt", encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """(database, result of the load) of the five files."""
    db = tmp_path_factory.mktemp("olist") / "olist.duckdb"
    return db, ok.load([path_of(name) for name in FILES], db=db, formats_in=FORMATS)


@pytest.fixture(scope="module")
def shop(loaded):
    opened = ok.open(loaded[0])
    yield opened
    opened.close()


def ask(shop, sql):
    return shop.con.sql(sql).fetchall()


def test_every_record_is_loaded(loaded):
    lines = {file.format: (file.state, file.lines, file.loaded, file.quarantined) for file in loaded[1].files}
    counted = {"orders": "olist_orders", "order_items": "olist_items", "order_payments": "olist_payments"}
    counted |= {"products": "olist_products", "customers": "olist_customers"}
    for name, form in counted.items():
        rows = sum(1 for _ in raw(name))
        assert lines[form] == ("loaded", rows, rows, 0)
    assert (lines["olist_orders"][1], lines["olist_items"][1]) == (59_427, 67_114)


def test_items_and_their_money(loaded, shop):
    items = list(raw("order_items"))
    prices, postage = (sum(Decimal(row[name]) for row in items) for name in ("price", "freight_value"))
    found = ask(shop, "SELECT count(*), sum(item_price), sum(shipping_price), sum(units) FROM order_lines WHERE line <> ''")
    assert found == [(len(items), prices, postage, len(items))]
    assert next(file for file in loaded[1].files if file.format == "olist_items").money == {"BRL": prices}
    per_order = collections.Counter(row["order_id"] for row in items)
    several = sum(count > 1 for count in per_order.values())
    assert ask(shop, "SELECT count(*) FROM (SELECT 1 FROM order_lines GROUP BY order_id HAVING count(*) > 1)") == [(several,)]


def test_orders_without_items_stand_as_one_line_each(shop):
    orders, with_items = {row["order_id"] for row in raw("orders")}, {row["order_id"] for row in raw("order_items")}
    without = orders - with_items
    assert len(without) == 622
    rows = ask(
        shop, "SELECT order_id, item_price, status IN ('cancelled', 'unshipped', 'pending') FROM order_lines WHERE line = ''"
    )
    assert {row[0] for row in rows} == without
    assert len(rows) == 622
    assert {row[1] for row in rows} == {None}
    assert ask(shop, "SELECT count(DISTINCT order_id) FROM order_lines") == [(len(orders),)]


def test_payments_and_orders_paid_in_several_ways(shop):
    payments = list(raw("order_payments"))
    whole = sum(Decimal(row["payment_value"]) for row in payments)
    assert ask(shop, "SELECT count(*), sum(amount), sum(amount) FILTER (counts) FROM money") == [(len(payments), whole, whole)]
    per_order = collections.Counter(row["order_id"] for row in payments)
    several = {order for order, count in per_order.items() if count > 1}
    assert len(several) > 1000
    found = ask(shop, "SELECT order_id, count(*), sum(amount) FROM money GROUP BY order_id HAVING count(*) > 1")
    assert {row[0] for row in found} == several
    paid = collections.defaultdict(Decimal)
    for row in payments:
        paid[row["order_id"]] += Decimal(row["payment_value"])
    assert {row[0]: row[1:] for row in found} == {order: (per_order[order], paid[order]) for order in several}


def test_products_and_states(shop):
    groups = collections.Counter(row["product_category_name"] or None for row in raw("products"))
    assert dict(ask(shop, "SELECT category, count(*) FROM products GROUP BY 1")) == groups
    state_of = {row["customer_id"]: row["customer_state"] for row in raw("customers")}
    states = collections.Counter(state_of[row["customer_id"]] for row in raw("orders"))
    assert dict(ask(shop, "SELECT region, count(DISTINCT order_id) FROM order_lines GROUP BY 1")) == states


@pytest.fixture(scope="module")
def times():
    """The orders that were delivered, in pandas: when, and when promised; local times without a zone, as the file has them."""
    frame = pd.read_csv(path_of("orders"), usecols=["order_id", *HAPPENED], parse_dates=HAPPENED)
    return frame[frame["order_delivered_customer_date"].notna()]


LATE = """
    SELECT p.order_id
    FROM parcels p
    JOIN (SELECT DISTINCT account, order_id, deliver_by FROM order_lines) o ON o.account = p.account AND o.order_id = p.order_id
    WHERE p.delivered_at > {promise}
"""


def test_late_orders_are_those_delivered_after_the_promised_day(shop, times):
    delivered, promised = times["order_delivered_customer_date"], times["order_estimated_delivery_date"]
    late = set(times.loc[delivered >= promised + pd.Timedelta(days=1), "order_id"])
    assert len(late) == 2_710
    assert {row[0] for row in ask(shop, LATE.format(promise="o.deliver_by"))} == late
    assert ask(shop, "SELECT count(*) FROM parcels WHERE named AND delivered_at IS NOT NULL") == [(len(times),)]


def test_read_as_its_midnight_the_promise_would_make_hundreds_of_orders_late(shop, times):
    delivered, promised = times["order_delivered_customer_date"], times["order_estimated_delivery_date"]
    on_the_day = times.loc[(delivered > promised) & (delivered < promised + pd.Timedelta(days=1)), "order_id"]
    assert len(on_the_day) == 492  # came on the promised day itself
    midnight = "timezone('America/Sao_Paulo', CAST(CAST(timezone('America/Sao_Paulo', o.deliver_by) AS DATE) AS TIMESTAMP))"
    by_end, by_midnight = ({row[0] for row in ask(shop, LATE.format(promise=promise))} for promise in ("o.deliver_by", midnight))
    assert by_midnight - by_end == set(on_the_day)
    assert ask(shop, "SELECT DISTINCT strftime(timezone('America/Sao_Paulo', deliver_by), '%H:%M:%S') FROM order_lines") == [
        ("23:59:59",)
    ]


def test_analysts_get_all_verbs(shop):
    assert shop.todo().frame is not None
    assert shop.today().frame is not None
    for verb in (shop.exposure, shop.returns, shop.losses):
        assert verb().headline
    for name in measures.names():
        shop.measure(name)
    order = ask(shop, "SELECT min(order_id) FROM order_lines WHERE line <> ''")[0][0]
    shop.explain(order)
    shop.ask(order, request="not_received")


def test_sections_tell_of_data_read_by_formats_of_ones_own(shop):
    for section in ("todo", "exposure", "losses"):
        said = shop.up_to(section)
        assert said.startswith("Data up to: orders to Thu 1 Mar 2018")
        assert "Amazon" not in said
    assert "parcels to" in shop.up_to("losses")


def test_what_was_known_earlier(loaded):
    past = ok.open(loaded[0], as_of="2017-12-31")
    (count,) = ask(past, "SELECT count(DISTINCT order_id) FROM order_lines")[0]
    past.close()
    bought = sum(row["order_purchase_timestamp"] < "2017-12-31 22" for row in raw("orders"))  # the end of the day, UTC
    assert count == bought


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """The five files cut down to 300 orders, some without items and some with several payments."""
    folder = tmp_path_factory.mktemp("few")
    with_items = {row["order_id"] for row in raw("order_items")}
    orders = list(raw("orders"))
    orders = orders[:240] + [row for row in orders if row["order_id"] not in with_items][:60]
    wanted = {"order_id": {row["order_id"] for row in orders}, "customer_id": {row["customer_id"] for row in orders}}
    for name, key in (
        ("orders", "order_id"), ("order_items", "order_id"), ("order_payments", "order_id"), ("customers", "customer_id"),
        ("products", None),
    ):  # fmt: skip
        rows = [row for row in raw(name) if key is None or row[key] in wanted[key]][:1000]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
    return folder


def test_any_order_of_loading_gives_equal_tables(few, tmp_path):
    orders = [FILES, FILES[::-1], ["customers", "order_items", "orders", "products", "order_payments"]]
    orders.append(["order_payments", "products", "customers", "orders", "order_items"])
    found = []
    for number, names in enumerate(orders):
        db = tmp_path / f"{number}.duckdb"
        for name in names:
            ok.load(few / f"{name}.csv", db=db, formats_in=FORMATS)
        con = store.reader(db)
        found.append(contents(con))
        con.close()
    assert len(found[0]["order_lines"]) > 300
    assert len(found[0]["money"]) > 250
    for one, other in itertools.pairwise(found):
        assert one == other


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


@pytest.mark.slow
def test_orders_and_items_load_by_a_guess_alone(tmp_path, shop):
    """`map --yes` on two of the files, without the descriptions of the example."""
    db = tmp_path / "guessed.duckdb"
    for name in ("orders", "order_items"):
        result = run("map", path_of(name), "--yes", "--zone", "America/Sao_Paulo", "--currency", "BRL", "--db", db)
        assert result.exit_code == 0, result.output
    assert run("load", path_of("orders"), path_of("order_items"), "--db", db).exit_code == 0
    con = store.reader(db)
    told = """
        SELECT order_id, line, sku, ordered_at, status, item_price, shipping_price, currency, ship_by::DATE, deliver_by
        FROM order_lines
        ORDER BY ALL
    """
    guessed, written = con.sql(told).fetchall(), ask(shop, told)
    con.close()
    assert len(guessed) == len(written) == 67_114 + 622
    assert guessed == written


def test_late_orders_and_late_hand_overs_by_calendar_day(shop, times):
    """2,710 of 53,649 delivered orders came after the promised day (5.1 %); 3,202 after the midnight at its start (6.0 %)."""
    delivered, late = shop._facts.sql("""
        SELECT count(*), count(*) FILTER (came > promised)
        FROM (SELECT max(delivered_day) AS came, max(deliver_by_day) AS promised FROM line_facts GROUP BY order_id)
        WHERE came IS NOT NULL
    """).fetchall()[0]
    assert (delivered, late) == (53_649, 2_710)
    by_instant = (times["order_delivered_customer_date"] > times["order_estimated_delivery_date"]).sum()
    assert by_instant == 3_202
    limits = pd.DataFrame(raw("order_items")).groupby("order_id")["shipping_limit_date"].min()
    sent = pd.DataFrame(raw("orders")).set_index("order_id")[["order_delivered_carrier_date", "order_delivered_customer_date"]]
    both = sent.join(limits, how="inner").replace("", None).dropna()
    by_hand = (both["order_delivered_carrier_date"] > both["shipping_limit_date"]).sum()
    found = ask(
        shop,
        """
        SELECT count(DISTINCT l.order_id)
        FROM order_lines AS l JOIN parcels AS p USING (account, order_id)
        WHERE p.shipped_at > l.ship_by AND p.delivered_at IS NOT NULL
    """,
    )[0][0]
    assert found == by_hand > 5_000


def test_what_was_open_and_past_the_promise_in_december(shop):
    """Handed over, not delivered, the promised day gone: by pandas on the raw files, as known at the end of 15 December 2017."""
    orders = pd.DataFrame(raw("orders")).replace("", None)
    asked = "2017-12-15 21:59:59"  # the end of the day in UTC, on the clocks of Sao Paulo
    open_then = orders[(orders["order_delivered_carrier_date"] <= asked) & ~(orders["order_delivered_customer_date"] <= asked)]
    late = open_then[open_then["order_estimated_delivery_date"] < "2017-12-15 00:00:00"]["order_id"]
    items = pd.DataFrame(raw("order_items"))
    mine = items[items["order_id"].isin(late)]
    past = shop.as_of("2017-12-15")
    found = past._facts.sql("""
        SELECT count(DISTINCT order_id), sum(item_price), sum(shipping_price)
        FROM line_facts JOIN order_lines USING (account, order_id, line)
        WHERE delivery = 'open_late'
    """).fetchall()[0]
    past.close()
    assert found == (len(late), sum(map(Decimal, mine["price"])), sum(map(Decimal, mine["freight_value"])))
    assert found == (618, Decimal("83084.31"), Decimal("14479.46"))


@pytest.mark.slow
def test_the_forecast_of_arrivals_beats_the_share_of_the_weeks_before(shop):
    """Four weeks of autumn 2017, each from what was known then; the December of that year is the worst of all and no model's."""
    result = shop.backtest(as_of="2017-11-12", horizon=14, weeks=4)
    frame = result.frame
    assert len(frame) == 4
    assert (frame["skill"] > 0.4).all()
    assert 0.9 < frame["actual"].sum() / frame["expected"].sum() < 1.1
    assert ((frame["low90"] <= frame["actual"]) & (frame["actual"] <= frame["high90"])).sum() >= 3
