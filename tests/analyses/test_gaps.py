"""What a shop lacks, has in part or has let grow old: small shops made by hand, the counts done by hand."""

import datetime as dt

import pytest
import shops

from orderkit.analyses import gaps

CLOCK = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
ORDERS, PROMISES, TRACKING = "amazon_all_orders", "amazon_order_report", "tracking"


@pytest.fixture
def con():
    return shops.empty()


def load(con, form, up_to="2026-03-30", since="2026-03-01"):
    """One file in the ledger that reaches from a day to a day, at noon."""
    covers_from, covers_to = (dt.datetime.fromisoformat(f"{day}T12:00+00:00") for day in (since, up_to))
    shops.add_load(con, form, covers_from=covers_from, covers_to=covers_to)


def lines(con, count, since=0, **values):
    for number in range(since, since + count):
        shops.put(con, "order_lines", **shops.LINE | {"order_id": str(number), "line": "1", "seen_in": ORDERS} | values)


def gap(con, need, shop="Amazon", **more):
    (found,) = [gap for gap in gaps.gaps(con, CLOCK, **more) if gap.need == need and gap.marketplace == shop]
    return found


def needs(con, **more):
    return {gap.need for gap in gaps.gaps(con, CLOCK, **more)}


def test_an_empty_database_has_no_gaps(con):
    assert [gap for gap in gaps.gaps(con, CLOCK) if gap.marketplace] == []
    assert {gap.state for gap in gaps.gaps(con, CLOCK)} <= {"missing"}


@pytest.mark.parametrize(("promised", "state"), [(0, "missing"), (1, "partly"), (4, "partly"), (5, "good"), (10, "good")])
def test_below_half_of_the_lines_a_need_is_met_in_part(con, promised, state):
    load(con, ORDERS)
    load(con, PROMISES)
    lines(con, promised, deliver_by=CLOCK)
    lines(con, 10 - promised, since=promised)
    found = gap(con, "promised dates")
    assert (found.known, found.of, found.state) == (promised, 10, state)  # 5 of 10 is half: not below it


def test_cancelled_lines_need_no_promise(con):
    load(con, ORDERS)
    lines(con, 2, deliver_by=CLOCK)
    lines(con, 8, since=2, status="cancelled")
    found = gap(con, "promised dates")
    assert (found.known, found.of, found.state) == (2, 2, "good")


@pytest.mark.parametrize(
    ("up_to", "days", "state"), [("2026-03-31", 0, "good"), ("2026-03-24", 7, "good"), ("2026-03-23", 8, "old")]
)
def test_days_are_whole_days_up_to_the_clock(con, up_to, days, state):
    load(con, ORDERS, up_to)
    lines(con, 1)
    found = gap(con, "orders")
    assert (found.up_to, found.days_old, found.state) == (dt.date.fromisoformat(up_to), days, state)
    assert state != "old" or [export.format for export in found.exports] == [ORDERS]


def test_the_newest_of_several_files_counts(con):
    for day in ("2026-03-02", "2026-03-29", "2026-03-11"):
        load(con, ORDERS, day)
    lines(con, 1)
    assert gap(con, "orders").days_old == 2  # from the 29th to the 31st


def test_lines_shipped_without_a_known_parcel_count_as_unknown(con):
    load(con, ORDERS)
    load(con, TRACKING)
    lines(con, 4)
    outcomes = ["delivered", "unknown", None, None]  # of four parcels one is known
    for number, outcome in enumerate(outcomes):
        shops.put(con, "parcels", account="shop", parcel=f"P{number}", order_id=str(number), outcome=outcome, seen_in=TRACKING)
        shops.put(con, "parcel_lines", account="shop", parcel=f"P{number}", order_id=str(number), line="1")
    found = gap(con, "what became of your parcels")
    assert (found.known, found.of, found.state) == (1, 4, "partly")


def test_of_fba_units_only_a_shop_with_fba_orders_is_told(con):
    load(con, ORDERS)
    lines(con, 1)
    assert not {"returns of FBA units", "stock movements at Amazon", "reimbursements of FBA units"} & needs(con)
    lines(con, 1, since=1, channel="FBA")
    assert {"returns of FBA units", "stock movements at Amazon", "reimbursements of FBA units"} <= needs(con)


def test_only_exports_of_marketplaces_of_the_shop_are_named(con):
    load(con, "etsy_orders")
    shops.put(con, "order_lines", **shops.LINE | {"order_id": "1", "line": "1", "marketplace": "etsy", "seen_in": "etsy_orders"})
    found = gaps.gaps(con, CLOCK)
    assert {gap.marketplace for gap in found} == {"Etsy", None}
    assert not [export for gap in found for export in gap.exports if export.format.startswith(("amazon", "spapi", "ebay"))]


def test_what_begins_after_the_moment_asked_for_was_not_known_then(con):
    load(con, ORDERS, "2026-03-30")
    load(con, "amazon_mfn_returns", since="2026-03-20")
    lines(con, 1)
    shops.add_return(con, "1", "0", reason_as_exported="TOO_LARGE", seen_in="amazon_mfn_returns")
    assert gap(con, "returns and their reasons").up_to == dt.date(2026, 3, 30)
    before = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
    assert gap(con, "returns and their reasons", as_of=before).up_to is None
    assert gap(con, "orders", as_of=before).up_to == dt.date(2026, 3, 10)


def test_the_best_export_is_named_first_and_never_more_than_two(con):
    load(con, ORDERS)
    lines(con, 1)
    assert gap(con, "what your labels cost and cover", None).exports[0].format == "labels"
    assert max(len(found.exports) for found in gaps.gaps(con, CLOCK)) == gaps.MOST == 2


def test_as_json_a_gap_has_its_day_as_text(con):
    load(con, ORDERS)
    lines(con, 1)
    told = gap(con, "orders").to_json()
    assert told["up_to"] == "2026-03-30"
    assert set(told) == {"need", "marketplace", "state", "up_to", "days_old", "known", "of", "fills", "exports"}
