"""Account health: rates over their windows, what the limits leave, what is not known, and Amazon's own figures beside ours."""

import datetime as dt
import json
import shutil
from decimal import Decimal

import numpy as np
import pytest
import shops
from click.testing import CliRunner

from orderkit import charts, places, policy, shop, store
from orderkit.analyses import health
from orderkit.cli import main
from orderkit.errors import NothingToShow
from orderkit.statistics.health import chance_of_breach, rate_by_weeks

PACK = policy.load_pack("amazon")
DAY = dt.timedelta(days=1)
END = dt.date(2026, 3, 31)  # the day of the data


@pytest.fixture
def con():
    return shops.empty(as_of=END)


def send(con, number, late=0, *, due, prefix="", **line):
    """So many orders to be shipped by a day, the first `late` of them confirmed the day after; each with a tracking number."""
    facts = {"ordered_day": due - DAY, "ship_by_day": due, "days_past_ship_by": (END - due).days, "confirmed_day": due}
    rows = []
    for place in range(number):
        order = f"{prefix}{due:%m%d}-{place}"
        at = {"order_id": order, "line": "1", "parcel": f"P{order}", "tracking_number": f"Z{order}", "named": True}
        rows.append(shops.LINE | facts | ({"confirmed_day": due + DAY} if place < late else {}) | line | at)
    for table in ("order_lines", "line_facts", "parcel_lines"):
        shops.put_many(con, table, rows)
    shops.put_many(con, "parcels", [row | {"tracking": row["tracking_number"]} for row in rows])


def told(con, rate, over=None, **asked):
    frame = health(con, PACK, **asked).frame
    rows = frame[(frame["rate"] == rate) & (True if over is None else frame["over_days"] == over)]
    assert len(rows) == 1
    return rows.iloc[0]


def amazon(con, metric, first, last, **values):
    row = {"account": "shop", "row": f"{metric}{first}", "marketplace": "amazon.com", "metric": metric}
    shops.put(con, "account_health", **row | {"period_from": first, "period_to": last} | values)


def test_an_empty_shop_names_an_export(con):
    result = health(con, PACK)
    assert result.headline.startswith(
        "No order that you ship yourself (FBM) is in the loaded exports; Amazon All Orders would tell"
    )
    assert result.frame.empty
    assert any("Amazon order report" in line or "Order report" in line for line in result.how)
    with pytest.raises(NothingToShow):
        result.chart()
    assert result._repr_html_()


def test_six_late_are_twelve_per_cent_over_ten_days_and_under_the_limit_over_thirty(con):
    """The published pair: 6 of 50, and the same 6 of 171."""
    send(con, 50, late=6, due=dt.date(2026, 3, 25))
    send(con, 121, due=dt.date(2026, 3, 5))
    short, long = told(con, "late_shipment", 10), told(con, "late_shipment", 30)
    assert (short["orders"], short["defects"], short["share"], short["left"]) == (50, 6, 6 / 50, 1 - 6)
    assert (long["orders"], long["defects"], long["share"], long["left"]) == (171, 6, pytest.approx(6 / 171), 6 - 6)
    assert short["verdict"] == "over the limit by your files; Amazon's own page decides"
    assert long["verdict"] == "within the limit by your files; Amazon's own page decides"
    assert short["low"] < 6 / 50 < short["high"]
    assert (short["limit"], short["must"], short["certainty"]) == (4.0, "under", "A")
    assert short["source"].startswith("help 202152050")
    assert "late shipment over 10 days on amazon.com (6 of 50)" in health(con, PACK).headline


@pytest.mark.parametrize(("due", "orders"), [(END - 9 * DAY, 20), (END - 10 * DAY, 0), (END, 20), (END + DAY, 0)])
def test_a_window_of_ten_days_holds_ten_days(con, due, orders):
    send(con, 20, due=due)
    row = told(con, "late_shipment", 10)
    assert (row["orders"], row["from_day"], row["to_day"]) == (orders, dt.date(2026, 3, 22), END)


@pytest.mark.parametrize(
    ("promised", "orders"), [(END - 6 * DAY, 0), (END - 7 * DAY, 30), (END - 20 * DAY, 30), (END - 21 * DAY, 0)]
)
def test_on_time_delivery_looks_at_fourteen_days_a_week_ago(con, promised, orders):
    send(con, 30, due=promised - DAY, deliver_by_day=promised, delivered_day=promised, tracking="delivered")
    assert told(con, "on_time")["orders"] == orders


def test_a_rate_to_be_reached_is_told_as_what_went_well(con):
    promised = END - 10 * DAY
    for late, number in ((0, 17), (1, 3)):
        send(con, number, due=promised - DAY, prefix=f"{late}-", deliver_by_day=promised, delivered_day=promised + late * DAY,
             tracking="delivered")  # fmt: skip
    row = told(con, "on_time")
    # 17 of 20 are 85 %; at least 90 % of 20 leave 2 misses
    assert (row["defects"], row["share"], row["left"], row["must"]) == (3, 0.85, 2 - 3, "at least")
    assert row["low"] < 0.85 < row["high"]
    assert row["verdict"] == "below the limit by your files; Amazon's own page decides"


@pytest.mark.parametrize(("orders", "given"), [(19, False), (20, True)])
def test_below_twenty_orders_there_is_a_count_and_an_interval_and_no_rate(con, orders, given):
    send(con, orders, late=1, due=dt.date(2026, 3, 25))
    row = told(con, "late_shipment", 10)
    assert (row["orders"], row["defects"]) == (orders, 1)
    assert 0 < row["low"] < 1 / orders < row["high"] < 1
    assert row[["share", "left"]].notna().all() == given
    assert ("too few orders to tell" in row["verdict"]) != given


def test_where_no_export_tells_there_is_no_number_but_the_export_that_would(con):
    send(con, 60, due=dt.date(2026, 3, 25), confirmed_day=None)
    row = told(con, "late_shipment", 10)
    assert (row["orders"], row["unknown"]) == (60, 60)
    assert row[["share", "low", "high", "most", "left", "chance_next_week"]].isna().all()
    assert row["verdict"].startswith("not known; ")
    assert "(delivered, lost, late; what to tell a buyer who asks; insurance claims)" in row["verdict"]


def test_where_most_is_not_known_no_rate_is_made_of_the_rest(con):
    send(con, 30, late=30, due=dt.date(2026, 3, 25))
    send(con, 31, due=dt.date(2026, 3, 26), confirmed_day=None)
    row = told(con, "late_shipment", 10)
    assert (row["orders"], row["defects"], row["unknown"]) == (61, 30, 31)
    assert row[["share", "left", "chance_next_week"]].isna().all()
    assert row["verdict"].startswith("not known for most orders; ")


def test_what_is_not_known_could_change_a_verdict(con):
    send(con, 60, late=1, due=dt.date(2026, 3, 25))
    send(con, 2, due=dt.date(2026, 3, 26), confirmed_day=None)
    row = told(con, "late_shipment", 10)
    assert (row["share"], row["left"], row["left_at_worst"]) == (1 / 60, 2 - 1, 2 - 1 - 2)
    assert row["verdict"] == "within the limit by what is known; 2 unknown orders could change that"


def test_who_cancelled_is_not_told_so_there_is_only_an_at_most(con):
    send(con, 100, due=END)
    for place, official in enumerate([True, False, False]):
        gone = {"status": "cancelled", "handed_over": False, "confirmed": False, "official_request": official}
        shops.add_line(con, f"C{place}", ordered_day=END, **gone)
    row = told(con, "cancel")
    assert (row["orders"], row["defects"], row["unknown"]) == (103, 0, 2)
    assert row[["share", "chance_next_week"]].isna().all()
    assert (row["low"], row["left"], row["left_at_worst"]) == (0, 2, 2 - 2)  # under 2.5 % of 103 leaves 2
    assert 2 / 103 < row["high"] < 0.1


def test_order_defects_need_feedback_and_bookings_to_be_a_rate(con):
    send(con, 150, due=dt.date(2026, 3, 25))
    shops.add_feedback(con, "0325-0", 1)
    row = told(con, "order_defect")
    assert (row["orders"], row["defects"], row["left"]) == (150, 1, 1 - 1)
    assert row[["share", "high", "left_at_worst", "chance_next_week"]].isna().all()
    assert "feedback or bookings are not loaded" in row["verdict"]
    shops.add_booking(con, "1", "0325-1", "a_to_z", Decimal("-9.00"))
    row = told(con, "order_defect")
    assert (row["defects"], row["share"], row["left"]) == (2, pytest.approx(2 / 150), 1 - 2)


def test_the_chance_of_order_defects_is_told_as_a_floor(con):
    """Chargebacks and claims that took no money are in no export: said where a chance is told, and only there."""
    for week in range(10):
        send(con, 30, due=dt.date(2026, 1, 20) + week * 7 * DAY)
    shops.add_feedback(con, "0210-0", 1)
    assert not [line for line in health(con, PACK).how if "floor" in line]
    shops.add_booking(con, "1", "0217-1", "a_to_z", Decimal("-9.00"))
    result = health(con, PACK)
    assert result.frame.loc[result.frame["rate"] == "order_defect", "chance_next_week"].notna().all()
    (said,) = [line for line in result.how if "floor" in line]
    assert said.startswith("The chance of order defects is a floor: chargebacks and claims that took no money from you")


def test_the_chance_of_next_week_is_that_of_the_orders_that_stay(con):
    """Eight weeks of 40 orders, one late in each, the last one the week that runs: from numbers that a reader can count."""
    tuesdays = [dt.date(2026, 2, 10) + week * 7 * DAY for week in range(8)]
    for due in tuesdays:
        send(con, 40, late=1, due=due)
    a, b = rate_by_weeks([1] * 7, [40] * 7)
    row = told(con, "late_shipment", 30)
    # of 30 days, 23 are left a week later, from 9 March on: 10, 17, 24 and 31 March; 40 orders a week
    assert row["chance_next_week"] == chance_of_breach(4, 4 * 40, 40, a, b, Decimal("4.0"))
    assert 0 < row["chance_next_week"] < 1


def test_with_under_four_weeks_no_chance_is_told(con):
    send(con, 50, late=1, due=dt.date(2026, 3, 25))
    assert np.isnan(told(con, "late_shipment", 10)["chance_next_week"])


def test_orders_past_their_ship_by_day_are_late_once_confirmed(con):
    for week in range(5):
        send(con, 40, due=END - (1 + 7 * week) * DAY)
    before = told(con, "late_shipment", 10)
    waiting = {"status": "unshipped", "confirmed": False, "confirmed_day": None, "handed_over": False}
    send(con, 4, due=END - DAY, prefix="W", **waiting)
    after = told(con, "late_shipment", 10)
    assert (after["orders"], after["defects"]) == (before["orders"], before["defects"])
    assert after["chance_next_week"] > before["chance_next_week"]
    assert any("4 orders past the ship-by day" in line for line in health(con, PACK).how)


def test_amazon_says_stands_beside_what_the_files_say_of_the_same_days(con):
    send(con, 100, late=3, due=dt.date(2026, 3, 10))
    send(con, 50, late=5, due=dt.date(2026, 3, 30))
    first, last = dt.date(2026, 2, 27), dt.date(2026, 3, 28)
    amazon(con, "late_shipment_rate", first, last, count=4, of=101, rate=Decimal("0.039604"), status="GOOD")
    row = told(con, "late_shipment", 30)
    assert (row["orders"], row["defects"]) == (150, 8)
    assert (row["amazon_share"], row["amazon_count"], row["amazon_of"], row["amazon_status"]) == (0.039604, 4, 101, "GOOD")
    assert (row["same_days_orders"], row["same_days_defects"], row["same_days_share"]) == (100, 3, 0.03)
    assert "its days end 3 days before those of your files" in row["why"]
    assert "your files hold 100 orders of these days, Amazon counts 101" in row["why"]
    result = health(con, PACK)
    beside = result.tables["beside"].iloc[0]
    assert (beside["Amazon says"], beside["your files say"]) == ("4.0% (4 of 101)", "3.0% (3 of 100)")
    assert "4.0% (4 of 101)" in repr(result)
    assert "4.0% (4 of 101)" in result._repr_html_()
    assert np.isnan(told(con, "late_shipment", 10)["amazon_share"])  # its period is not one of ten days


def test_the_newest_of_amazons_periods_is_taken_and_all_are_kept(con):
    send(con, 40, due=dt.date(2026, 3, 10))
    for end, rate in ((dt.date(2026, 3, 20), "0.010000"), (dt.date(2026, 3, 30), "0.020000")):
        amazon(con, "valid_tracking_rate", end - 29 * DAY, end, count=1, of=50, rate=Decimal(rate))
    assert told(con, "tracking")["amazon_share"] == 0.02
    assert len(health(con, PACK).tables["amazon"]) == 2


def test_the_on_time_rate_of_amazon_is_that_of_fourteen_days(con):
    send(
        con,
        40,
        due=dt.date(2026, 3, 10),
        deliver_by_day=dt.date(2026, 3, 20),
        delivered_day=dt.date(2026, 3, 20),
        tracking="delivered",
    )
    last = END - 7 * DAY
    amazon(con, "unit_on_time_delivery_rate", last - 13 * DAY, last, count=38, of=41, rate=Decimal("0.926829"))
    amazon(con, "on_time_delivery_rate", last - 29 * DAY, last, count=90, of=100, rate=Decimal("0.900000"))
    row = told(con, "on_time")
    assert (row["amazon_share"], row["same_days_share"]) == (0.926829, 1.0)
    assert "before it was extended, which your files tell for 0 orders" in row["why"]
    assert "Amazon counts units in the US" in row["why"]


def test_a_period_of_another_length_is_shown_where_there_is_no_other_and_said(con):
    send(con, 40, due=dt.date(2026, 3, 10), deliver_by_day=dt.date(2026, 3, 20), tracking="lost")
    amazon(con, "on_time_delivery_rate", END - 29 * DAY, END, count=90, of=100, rate=Decimal("0.900000"))
    row = told(con, "on_time")
    assert (row["amazon_share"], row["same_days_share"]) == (0.9, 0.0)
    assert "its period is of 30 days, the limit's window of 14" in row["why"]


def test_what_amazon_says_is_shown_without_an_order_in_the_files(con):
    amazon(con, "late_shipment_rate", END - 29 * DAY, END, count=3, of=100, rate=Decimal("0.030000"))
    row = told(con, "late_shipment", 30)
    assert (row["orders"], row["amazon_share"], row["verdict"]) == (0, 0.03, "no order in these days")
    assert "3.0% (3 of 100)" in repr(health(con, PACK))


def test_history_by_week_tells_a_week_that_is_unlike_the_others(con):
    for week in range(8):
        send(con, 40, late=12 if week == 3 else 1, due=dt.date(2026, 2, 10) + 7 * week * DAY)
    weeks = health(con, PACK).tables["weeks"]
    late = weeks[weeks["rate"] == "late_shipment"]
    assert late["orders"].sum() == 7 * 40  # the week that runs is not over
    assert late.loc[late["unusual"], "defects"].tolist() == [12]


def test_marketplaces_and_accounts_stay_apart(con):
    send(con, 30, late=3, due=dt.date(2026, 3, 25))
    send(con, 30, due=dt.date(2026, 3, 25), prefix="D", marketplace="amazon.de")
    send(con, 30, due=dt.date(2026, 3, 25), prefix="J", marketplace="amazon.co.jp")
    result = health(con, PACK)
    late = result.frame[(result.frame["rate"] == "late_shipment") & (result.frame["over_days"] == 10)]
    assert dict(zip(late["marketplace"], late["defects"], strict=True)) == {"amazon.com": 3, "amazon.de": 0}
    assert any(line.startswith("No limit is known for amazon.co.jp for: late shipment") for line in result.how)
    assert set(health(con, PACK, marketplace="amazon.de").frame["marketplace"]) == {"amazon.de"}


def test_a_pack_without_limits_tells_none(con):
    send(con, 30, due=dt.date(2026, 3, 25))
    assert health(con, policy.load_pack("article-2021")).headline == "No limit is known for the marketplaces of these orders."


def test_fba_orders_are_the_marketplaces(con):
    send(con, 30, late=30, due=dt.date(2026, 3, 25), channel="FBA")
    assert health(con, PACK).frame.empty


def test_the_chart_shows_defects_against_the_most_that_the_limit_allows(con):
    send(con, 50, late=6, due=dt.date(2026, 3, 25))
    send(con, 121, due=dt.date(2026, 3, 5))
    figure = health(con, PACK).chart()
    defects, unknown, most = figure.data[:3]
    at = [name.startswith("amazon.com: late shipment") for name in defects.y]
    assert [[value for value, held in zip(trace.x, at, strict=True) if held] for trace in (defects, unknown, most)] == [
        [6, 6], [0, 0], [1, 6],
    ]  # fmt: skip
    assert defects.marker.color[0] == charts.RED
    assert figure.layout.title.text.endswith("past the limit by your files")
    assert figure.layout.title.text in figure.layout.meta["alt"]
    assert {len(row) for row in figure.layout.meta["table"]["rows"]} == {len(figure.layout.meta["table"]["columns"])}
    assert {trace.type for trace in figure.data} <= {"bar", "scatter"}


def test_the_whole_sample(sample_shop, sample_db):
    result = sample_shop.health()
    frame = result.frame
    assert set(frame["marketplace"]) == {"amazon.com", "amazon.de"}
    assert len(frame) == 2 * 6
    late = sample_shop.sql(
        "SELECT count(DISTINCT order_id) AS n FROM line_facts WHERE channel = 'FBM' AND marketplace = 'amazon.de'"
        " AND confirmed_day > ship_by_day AND ship_by_day > as_of_day - 30 AND ship_by_day <= as_of_day AND status <> 'cancelled'"
    )
    row = frame[(frame["marketplace"] == "amazon.de") & (frame["rate"] == "late_shipment") & (frame["over_days"] == 30)].iloc[0]
    assert row["defects"] == late["n"].item() > 0
    assert (frame["defects"] + frame["unknown"] <= frame["orders"]).all()
    given = frame["share"].dropna().astype(float)
    assert given.between(frame.loc[given.index, "low"], frame.loc[given.index, "high"]).all()
    assert frame["chance_next_week"].dropna().between(0, 1).all()
    assert not {"red", "green"} & set(repr(result).lower().replace(",", " ").split())
    run = CliRunner().invoke(main, ["health", "--db", str(sample_db), "--json"])
    assert run.exit_code == 0, run.output
    machine = json.loads(run.stdout)
    assert machine["headline"] == result.headline
    assert [row["verdict"] for row in machine["rows"]] == frame["verdict"].tolist()
    assert CliRunner().invoke(main, ["health", "--db", str(sample_db), "--marketplace", "amazon.de"]).exit_code == 0


def test_amazons_own_export_is_read_and_stands_beside_the_sample(sample_db, tmp_path):
    def metric(first, last, **told):
        span = {"reportingDateFrom": f"{first}T00:00Z", "reportingDateTo": f"{last}T23:59Z"}
        return {"reportingDateRange": span, "targetValue": 0.04, "status": "GOOD", **told}

    late = metric("2026-10-16", "2026-11-14", orderCount=340, lateShipmentCount=12, rate=0.0353)
    on_time = metric("2026-10-26", "2026-11-08", totalUnitCount=180, unitOnTimeDeliveryCount=165, rate=0.9167)
    defects = {"mfn": metric("2026-09-16", "2026-11-14", orderCount=700, orderWithDefects={"count": 3}, rate=0.0043)}
    metrics = {"lateShipmentRate": late, "unitOnTimeDeliveryRate": on_time, "orderDefectRate": defects}
    report = {"performanceMetrics": [{"marketplaceId": "ATVPDKIKX0DER", **metrics}], "accountStatuses": []}
    (tmp_path / "health.json").write_text(json.dumps(report))
    db = shutil.copy(sample_db, tmp_path / "shop.duckdb")
    store.load(tmp_path / "health.json", db=db, account=places.SAMPLE_ACCOUNT)
    opened = shop.Shop(db, sample=True)
    beside = opened.health(marketplace="amazon.com").tables["beside"]
    opened.close()
    assert dict(zip(beside["rate"], beside["Amazon says"], strict=True)) == {
        "late shipment": "3.5% (12 of 340)", "on-time delivery": "91.7% (165 of 180)", "order defects": "0.4% (3 of 700)",
    }  # fmt: skip
    assert beside["why they may differ"].str.len().gt(0).all()
