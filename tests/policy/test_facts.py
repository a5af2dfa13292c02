"""facts.sql: days in the marketplace zone, unknown as NULL, one row per line and per return."""

import datetime as dt
from decimal import Decimal

import pytest

from orderkit import policy
from orderkit.marketplaces import marketplaces
from orderkit.policy.dictionary import TABLES, dictionary, facts_sql


def only(con, table, *names):
    """The named facts of the only row of a table of facts."""
    policy.facts(con)
    rows = con.sql(f"SELECT {', '.join(names)} FROM {table}").fetchall()
    assert len(rows) == 1
    return rows[0] if len(names) > 1 else rows[0][0]


@pytest.mark.parametrize("table", TABLES)
def test_the_dictionary_publishes_every_column_with_its_type(con, table):
    policy.facts(con)
    columns = con.sql(f"SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '{table}'").fetchall()
    assert dict(columns) == {name: fact.sql_type for name, fact in dictionary(table).items()}


def test_every_zone_of_a_marketplace_is_spelled_out_for_speed():
    missing = [m.zone for m in marketplaces().values() if f"WHEN '{m.zone}'" not in facts_sql()[0]]
    assert missing == []


@pytest.mark.parametrize(
    ("marketplace", "deliver_by", "day"),
    [
        ("amazon.com", "2026-11-16 07:59:59+00", dt.date(2026, 11, 15)),
        ("amazon.com", "2026-11-16 08:00:00+00", dt.date(2026, 11, 16)),
        ("amazon.in", "2026-11-15 18:29:59+00", dt.date(2026, 11, 15)),
        ("amazon.in", "2026-11-15 18:30:00+00", dt.date(2026, 11, 16)),
        ("amazon.de", "2026-10-24 21:59:59+00", dt.date(2026, 10, 24)),  # the night the clocks go back
        ("amazon.de", "2026-10-25 22:59:59+00", dt.date(2026, 10, 25)),
        ("amazon.de", "2026-10-25 23:00:00+00", dt.date(2026, 10, 26)),
        (None, "2026-11-15 23:59:59+00", dt.date(2026, 11, 15)),
        (None, "2026-11-16 00:00:00+00", dt.date(2026, 11, 16)),
    ],
)
def test_days_are_days_of_the_marketplace(con, shop, marketplace, deliver_by, day):
    shop.line(marketplace=marketplace, deliver_by=deliver_by)
    assert only(con, "line_facts", "deliver_by_day") == day


@pytest.mark.parametrize(
    ("confirmations", "day"),
    [
        (["2026-11-04 07:59:59+00"], dt.date(2026, 11, 3)),
        (["2026-11-04 08:00:00+00"], dt.date(2026, 11, 4)),
        (["2026-11-03 20:00:00+00", "2026-11-05 20:00:00+00"], dt.date(2026, 11, 5)),  # confirmed once all of it is
        (["2026-11-03 20:00:00+00", None], None),
        ([], None),
    ],
)
def test_a_line_is_confirmed_with_its_last_parcel(con, shop, confirmations, day):
    shop.line()
    for place, moment in enumerate(confirmations):
        shop.parcel(parcel=f"T{place}", tracking=f"T{place}", confirmed_at=moment)
    assert only(con, "line_facts", "confirmed_day") == day


@pytest.mark.parametrize(("before", "day"), [("2026-11-13 07:59:59+00", dt.date(2026, 11, 12)), (None, None)])
def test_the_promise_before_an_extension_is_a_day_of_its_own(con, shop, before, day):
    shop.line(deliver_by_before_extension=before)
    assert only(con, "line_facts", "first_deliver_by_day", "deliver_by_day") == (day, dt.date(2026, 11, 15))


@pytest.mark.parametrize(
    ("as_of", "days"),
    [("2026-11-16 07:59:59+00", 0), ("2026-11-16 08:00:00+00", 1), ("2026-11-15 07:59:59+00", -1)],
)
def test_days_past_the_promise_turn_at_midnight_of_the_marketplace(con, shop, as_of, days):
    shop.as_of(as_of)
    shop.line()
    assert only(con, "line_facts", "days_past_deliver_by") == days


def test_the_refundable_amount_is_goods_and_shipping_less_discounts(con, shop):
    shop.line(item_price="12.50", shipping_price="4.99", discounts="2.00")
    assert only(con, "line_facts", "value") == Decimal("12.50") + Decimal("4.99") - Decimal("2.00")


def test_blank_shipping_is_none_but_a_blank_price_is_not_known(con, shop):
    shop.line(item_price="12.50", shipping_price=None)
    shop.line(line="cup", sku="cup", item_price=None, shipping_price="4.99")
    policy.facts(con)
    found = con.sql("SELECT line, value FROM line_facts ORDER BY line").fetchall()
    assert found == [("cup", None), ("mug", Decimal("12.50"))]


@pytest.mark.parametrize(
    ("status", "confirmed", "handed_over", "tracking", "insured", "delivery"),
    [
        ("pending", False, False, "none", False, "not_shipped"),
        ("unshipped", False, False, "none", False, "not_shipped"),
        ("cancelled", False, False, "none", False, "not_shipped"),
        ("partially_shipped", True, None, None, None, None),
        ("shipped", True, True, None, None, None),
        (None, None, None, None, None, None),
    ],
)
def test_what_a_status_tells_without_a_parcel(con, shop, status, confirmed, handed_over, tracking, insured, delivery):
    shop.line(status=status)
    found = only(con, "line_facts", "confirmed", "handed_over", "tracking", "insured", "delivery")
    assert found == (confirmed, handed_over, tracking, insured, delivery)


@pytest.mark.parametrize(
    ("columns", "tracking", "delivery"),
    [
        ({"outcome": "delivered", "delivered_at": "2026-11-16 07:59:59+00"}, "delivered", "on_time"),
        ({"outcome": "delivered", "delivered_at": "2026-11-16 08:00:00+00"}, "delivered", "late"),
        ({"outcome": "delivered"}, "delivered", None),
        ({"delivered_at": "2026-11-10 12:00:00+00"}, "delivered", "on_time"),
        ({"outcome": "lost"}, "lost", "lost"),
        ({"outcome": "damaged"}, "damaged", "damaged"),
        ({"outcome": "rejected"}, "returning", "came_back"),
        ({"outcome": "returned"}, "returned", "came_back"),
        ({"outcome": "in_transit"}, "in_transit", "open_late"),
        ({"outcome": "in_transit", "tracking": ""}, "none", None),
        ({"outcome": "in_transit", "tracking": "", "shipped_at": "2026-11-03 12:00:00+00"}, "none", None),  # nobody can look
        ({"outcome": "in_transit", "tracking": "", "first_scan_at": "2026-11-03 12:00:00+00"}, "in_transit", "open_late"),
        ({"outcome": "unknown", "tracking": "", "first_scan_at": "2026-11-03 12:00:00+00"}, None, None),
        ({"outcome": "unknown"}, None, None),
        ({"first_scan_at": "2026-11-03 12:00:00+00"}, None, None),
    ],
)
def test_what_a_parcel_tells(con, shop, columns, tracking, delivery):
    shop.line()
    shop.parcel(**columns)
    assert only(con, "line_facts", "tracking", "delivery") == (tracking, delivery)


def test_a_scan_means_handed_over_even_where_the_order_is_not_confirmed(con, shop):
    shop.line(status="unshipped")
    shop.parcel(first_scan_at="2026-11-03 12:00:00+00", outcome="in_transit")
    assert only(con, "line_facts", "confirmed", "handed_over", "tracking") == (False, True, "in_transit")


def test_a_cancelled_line_with_a_label_may_have_left(con, shop):
    shop.line(status="cancelled")
    shop.parcel()
    assert only(con, "line_facts", "handed_over", "tracking") == (None, None)


def test_the_order_status_tells_where_no_parcel_does(con, shop):
    shop.line(delivery_outcome="rejected", marketplace="amazon.in")
    assert only(con, "line_facts", "handed_over", "tracking", "returned_to_sender") == (True, "returning", False)


@pytest.mark.parametrize(
    ("outcomes", "tracking"),
    [
        (["delivered", "delivered"], "delivered"),
        (["delivered", "lost"], "lost"),
        (["delivered", "in_transit"], "in_transit"),
        (["delivered", None], None),
        (["in_transit", None], None),
        (["returned", None], "returned"),
        (["lost", "returned", "in_transit"], "lost"),
    ],
)
def test_the_worst_parcel_speaks_for_a_line_and_rows_stay_one(con, shop, outcomes, tracking):
    shop.line()
    for number, outcome in enumerate(outcomes):
        shop.parcel(parcel=f"T{number}", tracking=f"T{number}", outcome=outcome, carrier=f"carrier of {outcome}")
    found = only(con, "line_facts", "tracking", "carrier")
    assert found == (tracking, f"carrier of {tracking}")


def test_a_line_in_two_parcels_is_delivered_with_the_last(con, shop):
    shop.line()
    shop.parcel(parcel="T1", outcome="delivered", delivered_at="2026-11-16 20:00:00+00")
    shop.parcel(parcel="T2", outcome="delivered", delivered_at="2026-11-10 20:00:00+00")
    assert only(con, "line_facts", "delivered_day", "delivery") == (dt.date(2026, 11, 16), "late")


@pytest.mark.parametrize(
    ("columns", "days"),
    [
        ({"outcome": "in_transit", "shipped_at": "2026-11-02 20:00:00+00", "last_scan_at": "2026-11-09 20:00:00+00"}, 16 - 9),
        ({"outcome": "in_transit", "shipped_at": "2026-11-02 20:00:00+00"}, 16 - 2),
        ({"outcome": "in_transit"}, None),
        ({"outcome": "delivered", "last_scan_at": "2026-11-09 20:00:00+00"}, 0),
        ({"outcome": "in_transit", "tracking": "", "shipped_at": "2026-11-02 20:00:00+00"}, 0),
        ({"outcome": "unknown", "last_scan_at": "2026-11-09 20:00:00+00"}, None),
    ],
)
def test_days_without_a_scan(con, shop, columns, days):
    shop.as_of("2026-11-16 20:00:00+00")
    shop.line()
    shop.parcel(**columns)
    assert only(con, "line_facts", "days_without_scan") == days


@pytest.mark.parametrize(
    ("asked_at", "minutes"),
    [("2026-11-01 12:30:00+00", 30), ("2026-11-01 12:30:01+00", 31), ("2026-11-01 12:00:00+00", 0)],
)
def test_minutes_run_to_the_request(con, shop, asked_at, minutes):
    shop.line(status="unshipped")
    shop.request("cancel", asked_at=asked_at)
    assert only(con, "line_facts", "minutes_since_order") == minutes


def test_minutes_run_to_the_as_of_where_nobody_asked(con, shop):
    shop.as_of("2026-11-01 12:29:30+00")
    shop.line()
    assert only(con, "line_facts", "minutes_since_order") == 30


@pytest.mark.parametrize(
    ("as_of", "minutes"),
    [
        ("2026-11-02 07:00:00+00", None),  # an hour before that day ends in Los Angeles
        ("2026-11-02 08:59:59+00", None),
        ("2026-11-02 09:00:00+00", 60),
    ],
)
def test_a_day_alone_tells_the_age_only_when_it_is_long_over(con, shop, as_of, minutes):
    shop.as_of(as_of)
    shop.line(ordered_at="2026-11-01 07:00:00+00", ordered_at_grain="day")
    assert only(con, "line_facts", "minutes_since_order") == minutes


def test_a_request_without_an_item_is_about_all_lines_and_the_newest_counts(con, shop):
    shop.line()
    shop.line(line="cup", sku="cup")
    shop.request("cancel", request="a", asked_at="2026-11-01 12:10:00+00", official=True)
    shop.request("cancel", request="b", asked_at="2026-11-01 12:20:00+00", official=False, sku="cup")
    shop.request("upgrade", request="c", seller_agrees=True, sku="mug")
    policy.facts(con)
    found = con.sql("SELECT line, official_request, minutes_since_order, seller_agrees FROM line_facts ORDER BY line")
    assert found.fetchall() == [("cup", False, 20, None), ("mug", True, 10, True)]


@pytest.mark.parametrize(
    ("requested", "official", "found"),
    [
        (None, "nobody", False),
        (True, "nobody", True),
        (None, None, None),
        (None, True, True),
        (True, False, True),
        (False, None, False),
        (None, False, False),
    ],
)
def test_an_official_request(con, shop, requested, official, found):
    shop.line(buyer_cancel_requested=requested)
    if official != "nobody":
        shop.request("cancel", official=official)
    assert only(con, "line_facts", "official_request") is found


def test_a_return_takes_channel_and_value_from_its_line(con, shop):
    shop.line(item_price="12.50", shipping_price="4.99")
    shop.back(order_amount="99.00", usual_cause="marketplace")
    found = only(con, "return_facts", "channel", "marketplace", "value", "fault", "received", "state")
    assert found == ("FBM", "amazon.com", Decimal("12.50") + Decimal("4.99"), "seller", False, "not_received")


def test_a_return_without_its_line_keeps_the_order_amount(con, shop):
    shop.back(line=None, order_amount="99.00", currency="USD", usual_cause="unclear", refunded="0.00")
    found = only(con, "return_facts", "channel", "marketplace", "value", "fault", "is_refunded", "closed")
    assert found == ("FBM", None, Decimal("99.00"), None, None, None)


def test_the_newest_inspection_gives_the_state_and_rows_stay_one(con, shop):
    shop.line()
    shop.back(received_at="2026-11-13", status="completed", refunded="3.00")
    shop.inspection("original", inspection="i1", inspected_at="2026-11-13")
    shop.inspection("incomplete", inspection="i2", inspected_at="2026-11-14")
    found = only(con, "return_facts", "received", "state", "days_since_received", "is_refunded", "closed")
    assert found == (True, "incomplete", 16 - 13, True, True)


def test_a_return_that_nobody_looked_at_has_no_known_state(con, shop):
    shop.back(received_at="2026-11-13")
    assert only(con, "return_facts", "received", "state") == (True, None)


def test_another_item_of_the_order_does_not_lend_its_inspection(con, shop):
    shop.back(received_at="2026-11-13")
    shop.inspection("used_damaged", sku="cup")
    assert only(con, "return_facts", "state") is None


def test_many_of_everything_never_multiply_rows(con, shop):
    for line in ("mug", "cup", "jug"):
        shop.line(line=line, sku=line)
        shop.back(return_id=f"R-{line}", line=line, sku=line, received_at="2026-11-13")
    for number in range(3):
        shop.parcel("mug", "cup", "jug", parcel=f"T{number}", tracking=f"T{number}", outcome="in_transit")
        shop.inspection("original", inspection=f"i{number}", sku=None)
        for kind in ("cancel", "upgrade", "address", "not_received"):
            shop.request(kind, request=f"{kind}{number}")
    policy.facts(con)
    assert con.sql("SELECT line, count(*) FROM line_facts GROUP BY line ORDER BY line").fetchall() == [
        ("cup", 1), ("jug", 1), ("mug", 1),
    ]  # fmt: skip
    assert con.sql("SELECT count(*), count(DISTINCT return_id) FROM return_facts").fetchall() == [(3, 3)]


@pytest.mark.parametrize(("units_back", "came_back"), [(0, False), (1, None), (2, True)])
def test_which_line_of_a_sku_that_stands_twice_came_back_is_told_only_if_all_did(con, shop, units_back, came_back):
    for line in ("mug", "mug#2"):
        shop.line(line=line, channel="FBA")
    money = {"account": "shop", "order_id": "111-1", "category": "refund", "counts": True, "posted_at": "2026-11-05 12:00:00+00"}
    shop.add("money", money, row="M1", amount="-20.00", currency="USD")
    of_fba = {"requested_at": None, "fnsku": "X00MUG", "received_at": "2026-11-12", "units": 1}
    shop.back(return_id="other", order_id="111-9", line=None, **of_fba)  # the list of FBA returns reaches past the refund
    for number in range(units_back):
        shop.back(return_id=f"R{number}", line=None, **of_fba)
    policy.facts(con)
    assert con.sql("SELECT DISTINCT came_back FROM line_facts").fetchall() == [(came_back,)]


def test_a_return_to_a_warehouse_is_of_fba_even_where_its_line_is_not_known(con, shop):
    shop.back(line=None, fnsku="X00MUG", received_at="2026-11-12")
    assert only(con, "return_facts", "channel") == "FBA"


# --- claims with carriers and insurers -----------------------------------------------------------------------------------------

CLAIM = {"account": "shop", "row": "claim 1", "source": "carrier", "kind": "lost", "filed_at": "2026-11-10 08:00:00+00"}
CLAIM |= {"state": "filed", "currency": "USD"}


def on_record(con, shop, *claims):
    """claim_on_record of the lines, by line, after these claims, each over one that was filed and is not decided."""
    for n, claim in enumerate(claims):
        shop.add("recoveries", CLAIM | {"row": f"claim {n}"}, **claim)
    policy.facts(con)
    return dict(con.sql("SELECT line, claim_on_record FROM line_facts").fetchall())


@pytest.fixture
def lost(shop):
    """A shop with one order in one lost parcel, T1."""
    shop.line()
    shop.parcel(outcome="lost", first_scan_at="2026-11-03 12:00:00+00")
    return shop


OF_T1 = {"tracking": "T1"}


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ([], "none"),
        ([OF_T1], "filed_with_carrier"),
        ([OF_T1 | {"source": "insurer"}], "filed_with_insurer"),
        ([OF_T1 | {"state": "granted"}], "granted"),
        ([OF_T1 | {"state": "paid", "amount": "10.00"}], "granted"),
        ([OF_T1 | {"state": "denied"}], "denied"),
        ([OF_T1 | {"state": "reversed", "amount": "10.00"}], "denied"),  # paid, and taken back
        ([OF_T1 | {"state": "under review"}], "filed_with_carrier"),  # a word of one's own is no decision
        # only a later list of claims exists: what was dated by the as-of is known, the state is not
        ([OF_T1 | {"state": None}], "filed_with_carrier"),
        ([OF_T1 | {"state": None, "amount": "10.00"}], "granted"),
        # of several the one that went best
        ([OF_T1 | {"state": "denied"}, OF_T1], "filed_with_carrier"),
        ([OF_T1 | {"state": "denied"}, OF_T1 | {"state": "paid"}, OF_T1], "granted"),
        ([OF_T1, OF_T1 | {"source": "insurer"}], "filed_with_insurer"),
        # what is no claim for a parcel
        ([OF_T1 | {"source": "marketplace", "state": "paid"}], "none"),
        ([OF_T1 | {"source": "buyer"}], "none"),
        ([OF_T1 | {"source": None}], "none"),
        ([OF_T1 | {"kind": "delay", "state": "paid"}], "none"),
        ([OF_T1 | {"kind": "damaged"}], "filed_with_carrier"),
        ([OF_T1 | {"kind": None}], "filed_with_carrier"),
        # whose claim it is
        ([OF_T1 | {"account": "other"}], "none"),
        ([{"tracking": "T2"}], "none"),
        ([{"order_id": "111-1"}], "filed_with_carrier"),
        ([{"order_id": "111-1", "tracking": ""}], "filed_with_carrier"),
        ([{"order_id": "111-2"}], "none"),
        ([{"order_id": "111-1", "account": "other"}], "none"),
        ([{"order_id": "111-1", "tracking": "T2"}], "none"),  # it names another parcel
        ([OF_T1 | {"order_id": "111-2"}], "filed_with_carrier"),  # two orders in one parcel
        ([{}], "none"),
        # when it was filed; the as-of is 16 November, 12:00
        ([OF_T1 | {"filed_at": "2026-11-16 12:00:00+00"}], "filed_with_carrier"),
        ([OF_T1 | {"filed_at": "2026-11-16 12:00:01+00"}], "none"),
        ([OF_T1 | {"filed_at": None}], "filed_with_carrier"),
        ([OF_T1 | {"filed_at": None, "state": None}], "none"),  # reported, and nothing tells that it was filed
    ],
)  # fmt: skip
def test_a_claim_on_record(con, lost, claims, told):
    assert on_record(con, lost, *claims) == {"mug": told}


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        (("lost", "delivered"), ("filed_with_carrier", "none")),  # the parcel in trouble is meant
        (("damaged", "in_transit"), ("filed_with_carrier", "none")),
        (("lost", "damaged"), ("none", "none")),  # one of both, and nobody can tell which
        (("delivered", "in_transit"), ("filed_with_carrier", "filed_with_carrier")),  # something is claimed of this order
    ],
)
def test_a_claim_that_names_only_its_order_is_about_the_parcel_in_trouble(con, shop, outcomes, told):
    for line, outcome in zip(("mug", "cup"), outcomes, strict=True):
        shop.line(line=line, sku=line)
        shop.parcel(line, parcel=f"T-{line}", tracking=f"T-{line}", outcome=outcome)
    assert on_record(con, shop, {"order_id": "111-1"}) == dict(zip(("mug", "cup"), told, strict=True))


def test_a_claim_with_a_number_is_about_a_parcel_whose_number_nobody_told(con, shop):
    """Lost by the status of the order: rows without a number, one per line, that stand for one parcel."""
    for line in ("mug", "cup"):
        shop.line(line=line, sku=line, delivery_outcome="lost")
        shop.parcel(line, parcel=f"111-1 {line}", tracking=None, carrier=None, outcome="lost", named=False)
    told = {"mug": "filed_with_carrier", "cup": "filed_with_carrier"}
    assert on_record(con, shop, {"order_id": "111-1", "tracking": "T9"}) == told


def test_a_line_without_a_parcel_has_the_claim_of_its_order(con, shop):
    shop.line(delivery_outcome="lost")
    assert on_record(con, shop, {"order_id": "111-1", "state": "denied"}) == {"mug": "denied"}


def test_claims_make_no_row_of_facts_twice(con, lost):
    lost.line(line="cup", sku="cup")
    lost.add("parcel_lines", {"account": "shop", "parcel": "T1", "order_id": "111-1"}, line="cup")
    both = [OF_T1, OF_T1 | {"order_id": "111-1"}, {"order_id": "111-1"}, {"order_id": "111-1", "state": "denied"}]
    assert on_record(con, lost, *both) == {"mug": "filed_with_carrier", "cup": "filed_with_carrier"}
    assert con.sql("SELECT count(*) FROM line_facts").fetchall() == [(2,)]
