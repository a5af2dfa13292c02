"""The forecast of arrivals as of an earlier day: on the sample, on a shop made by hand, and what machines get."""

import csv
import datetime as dt
import json

import pandas as pd
import pytest
from click.testing import CliRunner

from orderkit.analyses import backtest
from orderkit.analyses.backtest import forecast
from orderkit.cli import main
from orderkit.errors import BadValue, NothingToShow

DAY = dt.date(2026, 10, 11)


@pytest.fixture(scope="module")
def tested(sample_shop):
    return sample_shop.backtest(as_of=DAY, horizon=14, weeks=3)


def test_a_row_per_day_and_currency_with_ranges_in_order(tested):
    frame = tested.frame
    assert frame["as_of"].dt.date.unique().tolist() == [DAY - dt.timedelta(days=14), DAY - dt.timedelta(days=7), DAY]
    assert set(frame["currency"]) == {"EUR", "USD"}
    for wide, narrow in ((90, 80), (80, 50)):
        assert (frame[f"low{wide}"] <= frame[f"low{narrow}"]).all()
        assert (frame[f"high{wide}"] >= frame[f"high{narrow}"]).all()
    assert (frame["expected"] <= frame["value"]).all()


def test_what_was_open_then_and_what_became_of_it_is_what_the_facts_say(tested, sample_shop):
    """By plain SQL over what is known today: handed over by then, not delivered by then; delivered within 14 days or not."""
    rows = sample_shop._facts.sql(
        """
        SELECT order_id, max(delivered_day) AS came, max(shipped_day) AS sent
        FROM line_facts
        WHERE channel = 'FBM' AND tracking IN ('delivered', 'in_transit', 'lost', 'damaged', 'returning', 'returned')
            AND shipped_day <= $day AND (tracking <> 'delivered' OR delivered_day > $day)
        GROUP BY order_id
        """,
        params={"day": DAY},
    ).df()
    orders = tested.tables["orders"].set_index("order_id")
    late = rows[rows["came"].notna()].set_index("order_id")
    assert set(late.index) <= set(orders.index)  # what came later was open; what was lost by then is no forecast's
    in_time = pd.to_datetime(late["came"]) <= pd.Timestamp(DAY + dt.timedelta(days=14))
    assert orders.loc[late.index, "arrived"].tolist() == in_time.tolist()
    assert (orders.loc[late.index, "age_days"] == (pd.Timestamp(DAY) - pd.to_datetime(late["sent"])).dt.days).all()


def test_the_scores_are_those_of_the_rows(tested):
    orders = tested.tables["orders"]
    last = tested.frame[tested.frame["as_of"].dt.date == DAY]
    by_hand = ((orders["arrived"].astype(float) - orders["p_delivered"]) ** 2).mean()
    assert last["brier"].to_numpy() == pytest.approx([by_hand] * len(last))
    missing = orders[~orders["arrived"].astype(bool)].groupby("currency")["value"].sum()
    assert last.set_index("currency")["actual"].to_dict() == pytest.approx(missing.reindex(last["currency"]).fillna(0).to_dict())
    assert ((orders["p_delivered"] >= 0) & (orders["p_delivered"] + orders["p_lost"] <= 1 + 1e-9)).all()


def test_nothing_known_later_is_in_the_forecast(sample_shop):
    """As of the same day, from a shop that knows all and from one that ends a week later: the same forecast."""
    whole, _, _ = forecast(sample_shop.as_of(DAY)._facts, horizon=14)
    earlier = sample_shop.as_of(DAY + dt.timedelta(days=7)).as_of(DAY)
    again, _, _ = forecast(earlier._facts, horizon=14)
    pd.testing.assert_frame_equal(whole, again)


def test_without_the_truth_there_are_no_scores(sample_shop):
    result = sample_shop.backtest(as_of="2026-11-10", horizon=14)
    assert result.frame[["brier", "skill", "actual"]].isna().all().all()
    assert "the truth is not in yet" in result.headline
    assert result.to_json()["brier"] is None


def test_a_day_too_early_for_a_model_and_a_horizon_that_is_none(sample_shop):
    with pytest.raises(NothingToShow, match="deliver"):
        sample_shop.backtest(as_of="2026-04-22")
    for horizon in (0, -1, 121, 1.5):
        with pytest.raises(BadValue, match="whole number from 1 to 120"):
            backtest((), sample_shop._facts, horizon=horizon)


def test_machines_get_the_forecast_and_a_row_per_order(sample_db, tmp_path):
    rows = tmp_path / "rows.csv"
    asked = [
        "backtest",
        "exposure",
        "--as-of",
        str(DAY),
        "--horizon",
        "14",
        "--db",
        str(sample_db),
        "--rows",
        str(rows),
        "--json",
    ]
    said = json.loads(CliRunner().invoke(main, asked).stdout)
    assert set(said) == {"as_of", "horizon_days", "open_orders", "currency", "brier", "skill"}
    assert (said["as_of"], said["horizon_days"]) == (str(DAY), 14)
    assert set(said["currency"]["USD"]) == {"value", "expected", "low80", "high80", "low90", "high90", "actual"}
    with rows.open(newline="", encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert list(written[0]) == ["order_id", "age_days", "value", "p_delivered", "p_lost"]
    assert len(written) == said["open_orders"]


def test_amounts_of_several_currencies_are_never_added_up(tested):
    told = tested.frame.dropna(subset=["actual"]).groupby("currency")[["actual", "expected"]].sum()
    by_hand = ", ".join(f"{told.loc[c, 'actual'] / told.loc[c, 'expected']:.2f} in {c}" for c in ("EUR", "USD"))
    assert any(f"actual over expected: {by_hand}." in sentence for sentence in tested.how)
