"""The shop itself: the files say what is true, and what happens happens as often as the parameters say."""

import doctest
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from scipy import stats

from orderkit import errors, simulate

SURE = 0.9999  # the chance with which a true proportion falls within the bounds, for each of some forty comparisons


@pytest.fixture(scope="module")
def large():
    return simulate.shop(seed=21, weeks=20, lines_per_week=2500, with_statements=False)


def within(hits, trials, chance):
    low, high = stats.binom.interval(SURE, trials, chance)
    return low <= hits <= high


def test_the_doctest_of_the_package_runs():
    assert doctest.testmod(simulate).failed == 0
    assert doctest.testmod(simulate).attempted > 0


def test_parcels_meet_their_fates_as_often_as_their_service_says(large):
    compared = 0
    for marketplace, services in large.services.items():
        for number, service in enumerate(services):
            here = (large.parcels["marketplace"] == marketplace) & (large.parcels["service_no"] == number)
            fates = Counter(large.parcels.loc[here, "fate"])
            for fate in ("lost", "damaged", "returned", "rejected"):
                assert within(fates[fate], here.sum(), getattr(service, fate)), (service.carrier, fate, fates)
                compared += 1
    assert compared == 8 * 4


def test_orders_are_shipped_and_cancelled_as_often_as_the_parameters_say(large):
    orders = large.lines.drop_duplicates("order_no")
    drawn = large.parameters
    assert within((orders["channel"] == "FBM").sum(), len(orders), drawn.fbm)
    assert within((orders["cancel_cause"] == "buyer").sum(), len(orders), drawn.cancelled_by_buyer)
    assert within((orders["cancel_cause"] == "unpaid").sum(), len(orders), drawn.cancelled_unpaid)
    assert within((large.lines["item_discount"] > 0).sum(), len(large.lines), drawn.discount)
    asked = orders[orders["cancel_cause"] == "buyer"]
    quick = (asked["cancel_asked_at"] - asked["ordered_at"]).dt.total_seconds() <= 1800
    assert within(quick.sum(), len(asked), drawn.asked_within_30_minutes)


def test_returns_come_as_often_as_the_category_says(large):
    fbm = large.lines[large.lines["parcel"] >= 0]
    delivered = large.parcels["delivered_at"].to_numpy()[fbm["parcel"]]
    in_time = fbm[delivered <= fbm["deliver_by"].to_numpy()]
    back = set(zip(large.returns["order_no"], large.returns["line_no"], strict=True))
    for category, chance in large.parameters.returned.items():
        here = in_time[in_time["category"] == category]
        hits = sum(key in back for key in zip(here["order_no"], here["line_no"], strict=True))
        assert within(hits, len(here), chance), category


def test_refunds_are_missing_from_about_forty_percent_of_refunded_returns(large):
    refunded = large.returns[large.returns["refunded_at"].notna()]
    assert within((~refunded["refund_reported"]).sum(), len(refunded), 0.40)


def test_a_parcel_takes_about_as_long_as_its_service_says(large):
    sent = large.parcels[large.parcels["fate"] == "delivered"]
    for marketplace, services in large.services.items():
        for number, service in enumerate(services):
            here = sent[(sent["marketplace"] == marketplace) & (sent["service_no"] == number)]
            days = (here["delivered_at"] - here["shipped_at"]).dt.total_seconds().median() / 86400
            assert abs(days - service.median_days) <= 0.75, (service.carrier, days)  # whole days, none on Sundays


def test_services_can_be_replaced():
    certain = simulate.Service("Post", "Parcel", 1.0, 2.0, 0.3, 1.0, 0.0, 0.0, 0.0, 500)
    parameters = simulate.Parameters(services={"amazon.de": (certain,)})
    truth = simulate.shop(1, weeks=2, marketplaces=("amazon.de",), parameters=parameters, with_statements=False)
    assert set(truth.parcels["fate"]) == {"lost"}
    assert truth.services == {"amazon.de": (certain,)}


def test_american_tax_stands_on_top_and_german_vat_inside_the_price(exports):
    seen = Counter()
    for row in exports["amazon_all_orders"]:
        if not row["item-price"]:
            continue
        price, tax = Decimal(row["item-price"]), Decimal(row["item-tax"])
        seen[row["sales-channel"], row["currency"]] += 1
        if row["sales-channel"] == "Amazon.de":
            assert tax == (price * 19 / 119).quantize(Decimal("0.01"), ROUND_HALF_UP)
        else:
            rates = [Decimal(rate) / 10000 for rate in (0, 600, 625, 725, 825, 950)]
            assert tax in {(price * rate).quantize(Decimal("0.01"), ROUND_HALF_UP) for rate in rates}
    assert set(seen) == {("Amazon.com", "USD"), ("Amazon.de", "EUR")}
    assert min(seen.values()) > 100


def test_all_orders_counts_what_is_true(truth, exports):
    lines = truth.lines
    rows = exports["amazon_all_orders"]
    cancelled = lines["cancelled_at"] <= truth.end
    assert len(rows) == len(lines)
    assert len({row["order-item-id"] for row in rows}) == len(rows)
    assert sum(row["item-status"] == "Cancelled" for row in rows) == cancelled.sum()
    assert sum(row["quantity"] == "0" for row in rows) == cancelled.sum()
    assert sum(int(row["quantity"]) for row in rows) == lines.loc[~cancelled, "units"].sum()
    assert {row["order-status"] for row in rows} >= {"Pending", "Unshipped", "Shipped", "Cancelled"}
    pending = [row for row in rows if row["order-status"] == "Pending" and row["item-status"] != "Cancelled"]
    assert {row["item-price"] + row["currency"] for row in pending} == {""}


def test_tracking_counts_what_is_true(truth, exports):
    sent = truth.parcels[truth.parcels["in_tracking_file"] & truth.parcels["tracked"]]
    rows = {row["tracking"]: row for row in exports["tracking"] if row["tracking"]}
    counts = Counter(row["state"] for row in rows.values())
    for state, column in (
        ("delivered", "delivered_at"),
        ("lost", "lost_at"),
        ("damaged", "damaged_at"),
        ("returned", "returned_at"),
    ):
        assert counts[state] == (sent[column] <= truth.end).sum(), state
    untracked = [row for row in exports["tracking"] if not row["tracking"]]
    assert untracked
    assert {(row["state"], row["first_scan_at"], row["delivered_at"]) for row in untracked} == {("unknown", "", "")}
    told = {row["order_id"] for row in exports["tracking"]}
    missing = truth.lines[(truth.lines["parcel"] >= 0) & ~truth.lines["order_id"].isin(told)]
    assert len(missing) > 5  # parcels the seller has no tracking for


def test_the_order_report_holds_fbm_lines_and_repeats_those_with_two_promotions(truth, exports):
    bought = truth.lines[(truth.lines["channel"] == "FBM") & (truth.lines["paid_at"] <= truth.end)]
    rows = exports["amazon_order_report"]
    assert {row["order-item-id"] for row in rows} == set(bought["order_item_id"])
    assert len(rows) == len(bought) + (bought["promotions"] == 2).sum() > len(bought)
    off = Counter()
    for row in rows:
        off[row["order-item-id"]] += Decimal(row["item-promotion-discount"] or "0")
    true = dict(zip(bought["order_item_id"], bought["item_discount"], strict=True))
    assert {key: int(amount * 100) for key, amount in off.items()} == true


def test_promises_are_ends_of_a_local_day(truth, exports):
    for row in exports["amazon_order_report"]:
        assert row["latest-ship-date"][11:19] == row["latest-delivery-date"][11:19] == "23:59:59"
        assert row["latest-ship-date"] < row["latest-delivery-date"]
    assert {row["latest-ship-date"][19:] for row in exports["amazon_order_report"]} == {"-07:00", "-08:00", "+02:00", "+01:00"}


def test_the_order_report_can_tell_the_clock_in_utc(truth, tmp_path):
    text = truth.write(tmp_path, only="amazon_order_report", local_clock=False)["amazon_order_report"].read_text(encoding="utf-8")
    assert "T06:59:59+00:00" in text
    assert "-07:00\t" not in text


def test_orders_have_several_lines_the_same_sku_twice_and_several_parcels(truth):
    lines = truth.lines
    assert lines.duplicated(["order_no", "sku"]).sum() >= 3
    assert set(lines.groupby("order_no").size()) == {1, 2, 3}
    assert (lines[lines["parcel"] >= 0].groupby("order_no")["parcel"].nunique() > 1).sum() >= 3


def test_events_come_in_their_natural_order(truth):
    lines, sent, back = truth.lines, truth.parcels, truth.returns
    assert (lines["paid_at"].isna() | (lines["paid_at"] > lines["ordered_at"])).all()
    assert (sent["confirmed_at"] >= sent["paid_at"]).all()
    assert (sent["first_scan_at"].isna() | (sent["first_scan_at"] > sent["shipped_at"])).all()
    assert (sent["final_scan_at"].isna() | sent["first_scan_at"].isna() | (sent["final_scan_at"] >= sent["first_scan_at"])).all()
    assert (back["requested_at"] > back["delivered_at"]).all()
    assert (back["received_at"].isna() | (back["received_at"] > back["requested_at"])).all()
    at = truth.events()["at"].to_numpy()
    assert (np.diff(at) >= np.timedelta64(0)).all()
    assert len(at) > 3 * len(lines)


def test_no_order_is_placed_after_the_end_and_weeks_are_whole(truth):
    assert str(truth.end) == "2026-11-15T18:00:00"
    assert str(truth.start) == "2026-08-24T00:00:00"  # the Monday 12 weeks before: 7 x 12 = 84 days
    assert truth.lines["ordered_at"].max() <= truth.end


def test_the_india_report_shows_all_thirteen_states(india):
    truth, rows = india
    states = Counter(row["Status"] for row in rows)
    assert len(states) == 13
    sent = truth.parcels
    assert states["Shipped - Lost in Transit"] == sum(
        (sent["lost_at"] <= truth.end).to_numpy()[number] for number in truth.lines["parcel"] if number >= 0
    )
    assert {row["Qty"] for row in rows if row["Status"] == "Cancelled"} == {"0"}
    empty = [row for row in rows if not row["Amount"]]
    assert {row["currency"] for row in empty} == {""}
    assert {row["Status"] for row in empty} == {"Cancelled", "Shipping"}
    assert {row["ship-postal-code"][3:] for row in rows} == {"000.0"}
    assert all(len(row["Date"]) == 8 and row["Date"][2] == row["Date"][5] == "-" for row in rows)


@pytest.mark.parametrize("wrong", [{"weeks": 0}, {"lines_per_week": 0}, {"marketplaces": ()}])
def test_a_shop_without_anything_is_refused(wrong):
    with pytest.raises(errors.BadValue, match="at least one"):
        simulate.shop(1, **wrong)


def test_an_unknown_marketplace_is_refused():
    with pytest.raises(errors.UnknownName, match=r"amazon\.de"):
        simulate.shop(1, marketplaces=("amazon.dee",))


def test_other_marketplaces_have_their_currency():
    truth = simulate.shop(1, weeks=1, marketplaces=("amazon.co.uk", "amazon.ca"))
    assert set(zip(truth.lines["currency"], truth.lines["tax_included"], strict=True)) == {("GBP", True), ("CAD", False)}
