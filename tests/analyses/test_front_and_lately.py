"""The first line of the page, what changed since the week before, source files that add up, and what is missing."""

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

import orderkit as ok
from orderkit import analyses, store
from orderkit.analyses import show
from orderkit.analyses.lately import WEEKS, Lately
from tests.store.exports import ALL_ORDERS, order_line, write


def exact(amount):
    return Decimal(repr(amount)).quantize(Decimal("0.01"))


def test_the_first_line_is_the_list_added_up_by_hand(sample_shop):
    todo = sample_shop.todo()
    front = analyses.front(todo)
    assert front.by == dt.date(2026, 11, 22), "the clock is Monday 16 November 2026"
    things = [row for row in todo.frame.to_dict("records") if row["claim"] and row["state"] != "expired"]
    due = [row for row in things if row["deadline"] <= pd.Timestamp(front.by)]
    for currency in ("EUR", "USD"):
        lines = {}
        for row in due:
            if row["currency"] == currency and not pd.isna(row["money"]):
                key = row["order_id"], row["line"]
                lines[key] = max(lines.get(key, 0), exact(row["money"]))
        assert front.claimable.get(currency, 0) == sum(lines.values())
    assert front.things == len(todo.frame)
    assert show.sums(dict(sorted(front.expired.items()))) in todo.headline
    assert show.sums(dict(sorted(front.won_back.items()))) in todo.headline


def test_the_first_line_of_nothing(tmp_path):
    db = tmp_path / "none.duckdb"
    store.load(write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "1")]), db=db)
    front = analyses.front(ok.open(db, clock="2026-11-16").todo())
    assert front.claimable == front.expired == front.won_back == {}
    assert " by then" not in front.headline


def test_lately_is_the_measure_of_the_two_weeks(sample_shop):
    weeks = sample_shop.measure("delivery_by_week", by=["week", "marketplace"])
    site = weeks[(weeks["marketplace"] == "amazon.de") & (weeks["week"] <= "2026-11-09")].sort_values("week").tail(2)
    before, now = (row["late"] / (row["on_time"] + row["late"]) for row in site.to_dict("records"))
    row = sample_shop.lately(sample_shop.exposure()).frame.query("what == 'arrived late' and where == 'amazon.de'").iloc[0]
    assert (row["now"], row["before"], row["week"]) == (now, before, pd.Timestamp("2026-11-09"))
    assert row["usual_low"] <= row["usual_high"]
    assert row["weeks"] == WEEKS


def test_lately_says_what_was_at_risk_a_week_ago(sample_shop):
    row = sample_shop.lately(sample_shop.exposure()).frame.query("kind == 'money' and currency == 'USD'").iloc[0]
    past = sample_shop.as_of("2026-W45")
    assert row["before"] == float(past.exposure().totals["USD"])
    assert row["now"] == float(sample_shop.exposure().totals["USD"])
    past.close()


@pytest.mark.parametrize("question", ["exposure", "returns", "losses", "health"])
def test_lately_has_cards_words_and_json(sample_shop, question):
    found = sample_shop.lately(getattr(sample_shop, question)())
    assert len(found.frame) == len(found.to_json()) > 0
    assert found._repr_html_().count("<li>") == min(len(found.frame), 6)
    assert all(row["now"] is not None for row in found.to_json())


def test_what_lies_outside_the_usual_says_so_in_words():
    row = {"what": "arrived late", "where": "amazon.de", "days": None, "week": pd.NaT, "kind": "share", "currency": None,
           "now": 0.3, "before": 0.1, "usual_low": 0.0, "usual_high": 0.2, "weeks": 26, "limit": None}  # fmt: skip
    html = Lately(pd.DataFrame([row]))._repr_html_()
    assert "more than usual" in html
    assert "ok-bad" in html
    assert "30.0%" in html


def test_a_shop_of_one_order_has_nothing_to_compare(tmp_path):
    db = tmp_path / "small.duckdb"
    store.load(write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "1")]), db=db)
    shop = ok.open(db)
    for question in ("exposure", "returns", "losses", "health"):
        assert shop.lately(getattr(shop, question)())._repr_html_() == ""


def test_every_row_of_the_sample_is_accounted_for(sample_shop):
    sources = sample_shop.sources()
    frame = sources.frame
    assert frame["adds_up"].all()
    assert (frame["rows"] == frame["loaded"] + frame["already_known"] + frame["older"] + frame["set_aside"]).all()
    orders = frame.set_index("file").loc["all-orders-2026-11-15.txt"]
    stored = sample_shop.con.sql(
        "SELECT currency, sum(item_price) FROM obs_amazon_all_orders WHERE item_price IS NOT NULL GROUP BY currency"
    ).fetchall()
    assert orders["amounts"] == dict(stored)


def test_rows_that_are_gone_from_the_store_are_noticed(sample_db, tmp_path):
    import shutil

    import duckdb

    db = tmp_path / "less.duckdb"
    shutil.copy(sample_db, db)
    with duckdb.connect(str(db)) as con:
        con.execute("DELETE FROM obs_tracking WHERE rowid < 3")
    sources = ok.open(db, sample=True).sources()
    assert sources.frame.loc[~sources.frame["adds_up"], "file"].tolist() == ["tracking.csv"]
    assert "1 file the rows do not add up" in sources.headline
    assert any("not all are accounted for" in line for line in ok.open(db, sample=True).exposure().how)


def test_what_is_missing_stands_by_the_money_it_would_explain(sample_shop, tmp_path):
    frame = sample_shop.missing().frame
    dark = sample_shop.exposure().frame.set_index("currency")
    parcels = frame[frame["need"] == "what became of your parcels"].set_index("currency")["money"]
    assert parcels["USD"] == pytest.approx(dark.loc["USD", "value_not_known"])
    assert frame["need"].iloc[0] == "what became of your parcels"
    assert frame.loc[frame["state"] == "missing", "export"].notna().all()


def test_a_shop_with_all_orders_alone_lacks_the_promised_dates(tmp_path):
    db = tmp_path / "small.duckdb"
    store.load(
        write(
            tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "1", item_price="12.50"), order_line(2, "1", item_price="4.99")]
        ),
        db=db,
    )
    frame = ok.open(db).missing().frame.set_index("need")
    assert frame.loc["promised dates", "money"] == pytest.approx(12.50 + 4.99)
    assert frame.loc["promised dates", "state"] == "missing"
