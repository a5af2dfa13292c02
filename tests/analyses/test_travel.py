"""Parcels as the delivery model wants them: what is one parcel, how it ended, and since when it is on its way."""

import datetime as dt
from decimal import Decimal

import pytest
import shops

from orderkit.analyses import travel

D = Decimal
TUESDAY = dt.date(2026, 3, 31)  # the as-of day
SENT = dt.date(2026, 3, 20)


@pytest.fixture
def con():
    return shops.empty(as_of=TUESDAY)


def send(con, order_id, line="1", **values):
    """A line on its way with UPS since 20 March, under the order's number unless told."""
    usual = {
        "value": D("10.00"), "tracking": "in_transit", "tracking_number": f"T{order_id}", "carrier": "UPS", "service": "Ground",
        "region": "NY", "shipped_day": SENT, "seen_day": SENT, "refund_on_record": "no", "sku": "mug",
    }  # fmt: skip
    shops.add_line(con, order_id, line, **usual | values)


def parcels(con):
    """All of `travel`, by order and parcel."""
    travel.travel(con)
    return con.sql("SELECT * FROM travel ORDER BY order_id, parcel").df()


def ends(con):
    """(event, last day or None) of the only parcel."""
    travel.travel(con)
    ((event, day),) = con.sql("SELECT event, ended_day FROM travel").fetchall()
    return event, day


def number(day):
    """Days since 2000-01-01."""
    return (day - dt.date(2000, 1, 1)).days


# --- what is a parcel ----------------------------------------------------------------------------------------------------------


def test_lines_under_one_number_are_one_parcel_and_under_two_are_two(con):
    send(con, "A", "1", tracking_number="T1", value=D("10.00"))
    send(con, "A", "2", tracking_number="T1", value=D("2.50"))
    send(con, "A", "3", tracking_number="T2", value=D("4.00"))
    found = parcels(con)
    assert found["parcel"].tolist() == ["T1", "T2"]
    assert found["lines"].tolist() == [2, 1]
    assert [D(str(value)) for value in found["value"]] == [D("12.5"), D("4.0")]


def test_one_number_on_two_orders_is_a_parcel_of_each(con):
    send(con, "A", tracking_number="T1")
    send(con, "B", tracking_number="T1")
    assert parcels(con)[["order_id", "parcel"]].to_numpy().tolist() == [["A", "T1"], ["B", "T1"]]


def test_lines_without_a_number_share_the_parcel_of_their_order(con):
    send(con, "A", "1", tracking_number=None)
    send(con, "A", "2", tracking_number=None)
    send(con, "B", "1", tracking_number=None)
    found = parcels(con)
    assert found[["order_id", "parcel", "lines"]].to_numpy().tolist() == [["A", "", 2], ["B", "", 1]]


@pytest.mark.parametrize(
    ("values", "number_of_parcels"),
    [({}, 1), ({"channel": "FBA"}, 0), ({"handed_over": False}, 0), ({"handed_over": None}, 0), ({"channel": None}, 0)],
)
def test_only_what_the_seller_handed_over(con, values, number_of_parcels):
    send(con, "A", **values)
    assert len(parcels(con)) == number_of_parcels


@pytest.mark.parametrize(
    ("place", "lane"),
    [
        ({"marketplace": "amazon.com", "region": "NY"}, "amazon.com/NY"),
        ({"marketplace": "amazon.com", "region": "850"}, "amazon.com/8"),  # the area of a postcode
        ({"marketplace": "amazon.de", "region": "10"}, "amazon.de/1"),
        ({"marketplace": "amazon.co.uk", "region": "SW1"}, "amazon.co.uk/SW"),
        ({"marketplace": "amazon.co.uk", "region": "M1"}, "amazon.co.uk/M"),
        ({"marketplace": "amazon.com", "region": None}, "amazon.com"),
        ({"marketplace": None, "region": "NY"}, "NY"),
        ({"marketplace": None, "region": None}, ""),
    ],
)
def test_the_lane_is_marketplace_and_area(con, place, lane):
    send(con, "A", **place)
    assert parcels(con)["lane"].tolist() == [lane]


# --- how it ended --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "event", "day"),
    [
        ({"tracking": "delivered", "delivered_day": dt.date(2026, 3, 24), "seen_day": dt.date(2026, 3, 25)}, "delivered", 24),
        ({"tracking": "delivered", "delivered_day": SENT}, "delivered", 20),  # the same day
        ({"tracking": "delivered", "delivered_day": dt.date(2026, 3, 19)}, "unknown", None),  # before the hand-over
        ({"tracking": "delivered", "delivered_day": None}, "unknown", None),
        ({"tracking": "returning", "seen_day": dt.date(2026, 3, 27)}, "returned", 27),
        ({"tracking": "returned", "seen_day": dt.date(2026, 3, 28)}, "returned", 28),
        ({"tracking": "lost", "seen_day": dt.date(2026, 3, 29)}, "lost", 29),
        ({"tracking": "damaged", "seen_day": dt.date(2026, 3, 30)}, "lost", 30),
        ({"tracking": "lost", "seen_day": None}, "unknown", None),
        ({"tracking": "lost", "seen_day": dt.date(2026, 3, 19)}, "unknown", None),
        ({"tracking": "in_transit"}, "open", None),
        ({"tracking": "in_transit", "shipped_day": TUESDAY}, "open", None),
        ({"tracking": "in_transit", "shipped_day": dt.date(2026, 4, 1)}, "unknown", None),  # after the as-of
        ({"tracking": "in_transit", "shipped_day": None}, "unknown", None),
        ({"tracking": "delivered", "shipped_day": None, "delivered_day": dt.date(2026, 3, 24)}, "unknown", None),
        ({"tracking": "none"}, "unknown", None),
        ({"tracking": None}, "unknown", None),
    ],
)
def test_how_a_parcel_ended(con, values, event, day):
    send(con, "A", **values)
    assert ends(con) == (event, day and dt.date(2026, 3, day))


@pytest.mark.parametrize("other", ["in_transit", "lost", None])
def test_lines_of_a_parcel_that_differ_leave_its_end_unknown(con, other):
    """Without a number nobody can tell the parcels apart: that one line arrived does not say that the other did."""
    send(con, "A", "1", tracking_number=None, tracking="delivered", delivered_day=dt.date(2026, 3, 24))
    send(con, "A", "2", tracking_number=None, tracking=other)
    assert ends(con) == ("unknown", None)


def test_a_parcel_arrives_with_its_last_line_and_set_out_with_its_first(con):
    send(con, "A", "1", tracking="delivered", delivered_day=dt.date(2026, 3, 24))
    send(con, "A", "2", tracking="delivered", delivered_day=dt.date(2026, 3, 26), shipped_day=dt.date(2026, 3, 22))
    found = parcels(con).iloc[0]
    assert (found["shipped_day"].date(), found["ended_day"].date()) == (SENT, dt.date(2026, 3, 26))


def test_age_counts_from_the_hand_over(con):
    send(con, "A", seen_day=dt.date(2026, 3, 30), ordered_day=dt.date(2026, 3, 2), days_past_deliver_by=3)
    found = parcels(con).iloc[0]
    assert (found["age_days"], found["days_past_deliver_by"]) == (31 - 20, 3)


def test_age_ends_with_the_last_day_that_is_known_though_a_new_one_has_begun_there(con):
    send(con, "A", as_of_day=TUESDAY + dt.timedelta(days=1))
    found = parcels(con).iloc[0]
    assert (found["age_days"], found["as_of_day"].date()) == (31 - 20, TUESDAY)


# --- counted, and still open ---------------------------------------------------------------------------------------------------


def test_counted_by_stratum_currency_and_days(con):
    arrived = {"tracking": "delivered", "delivered_day": dt.date(2026, 3, 24)}
    send(con, "A", **arrived)
    send(con, "B", value=D("2.00"), **arrived)
    send(con, "C", currency="EUR", **arrived)
    send(con, "D")
    send(con, "E", tracking="none")  # nobody can tell
    travel.travel(con)
    found = travel.counted(con).set_index(["currency", "event"])
    assert sorted(found.index) == [("EUR", "delivered"), ("USD", "delivered"), ("USD", "open")]
    both = found.loc[("USD", "delivered")]
    assert (both["parcels"], both["amount"]) == (2, 12.0)
    assert (both["shipped"], both["ended"]) == (number(SENT), number(dt.date(2026, 3, 24)))
    assert found["ended"].isna().tolist() == [event == "open" for _, event in found.index]


def test_an_amount_that_is_not_known_is_counted_beside_the_value(con):
    send(con, "A", "1", value=D("10.00"))
    send(con, "A", "2", value=None)
    send(con, "B", "1", value=None)
    travel.travel(con)
    found = travel.still_open(con)
    assert found["lines_without_value"].tolist() == [1, 1]
    assert found["value"].isna().tolist() == [False, True]
    assert float(found["value"].iloc[0]) == 10.0
    assert travel.counted(con)["amount"].tolist() == [10.0]  # one row of two parcels of which one amount is known


@pytest.mark.parametrize(
    ("records", "still"),
    [(["no"], 1), (["not_told"], 1), (["yes"], 0), (["no", "yes"], 0), (["not_told", "yes"], 0), (["no", "not_told"], 1)],
)
def test_a_refund_on_record_keeps_a_parcel_out_of_what_is_open(con, records, still):
    for place, record in enumerate(records):
        send(con, "A", str(place), refund_on_record=record)
    travel.travel(con)
    assert len(travel.still_open(con)) == still
    assert travel.counted(con)["parcels"].sum() == 1  # how long it has been going is known all the same


def test_the_as_of_day_is_that_of_the_parcels(con):
    travel.travel(con)
    assert travel.today(con) is None
    assert travel.counted(con).empty
    assert travel.still_open(con).empty
    send(con, "A")
    travel.travel(con)
    assert travel.today(con) == number(TUESDAY)


# --- the sample shop -----------------------------------------------------------------------------------------------------------


def test_every_parcel_of_the_sample_is_counted_once(sample_shop):
    con = sample_shop._facts
    travel.travel(con)
    lines, distinct, value = con.sql("""
        SELECT count(*), count(DISTINCT (account, order_id, coalesce(tracking_number, ''))), sum(value)
        FROM line_facts WHERE channel = 'FBM' AND handed_over
    """).fetchall()[0]
    found = con.sql("SELECT sum(lines), count(*), sum(value), count(*) FILTER (WHERE event = 'unknown') FROM travel").fetchall()[
        0
    ]
    assert found[:3] == (lines, distinct, value)
    assert found[1] > 1_000
    assert travel.counted(con)["parcels"].sum() + found[3] == distinct


def test_arrivals_of_the_sample_are_those_of_the_tracking_export(sample_shop):
    """From canonical parcels alone, without the facts: those with a number and with moments of shipping and arriving."""
    con = sample_shop._facts
    travel.travel(con)
    told = con.sql("""
        SELECT count(*) FROM parcels
        WHERE tracking <> '' AND outcome = 'delivered' AND delivered_at IS NOT NULL
            AND coalesce(shipped_at, first_scan_at) IS NOT NULL AND delivered_at >= coalesce(shipped_at, first_scan_at)
            AND EXISTS (
                SELECT 1 FROM parcel_lines JOIN order_lines USING (account, order_id, line)
                WHERE parcel_lines.account = parcels.account AND parcel_lines.parcel = parcels.parcel
                    AND order_lines.channel = 'FBM'
            )
    """).fetchall()[0][0]
    counted = travel.counted(con)
    assert counted.loc[counted["event"] == "delivered", "parcels"].sum() == told > 1_000
    assert (counted["ended"].dropna() >= counted.loc[counted["ended"].notna(), "shipped"]).all()
