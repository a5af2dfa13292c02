"""Figures: a finding as title, numbers that are the frame's, words and a table for readers who do not see them."""

import datetime as dt
from decimal import Decimal

import pytest
import shops

from orderkit import charts, measures
from orderkit.analyses import exposure, losses, returns
from orderkit.errors import NothingToShow

D = Decimal
DAY = dt.date(2026, 3, 11)


@pytest.fixture
def con():
    con = shops.empty()
    for number, delivery in enumerate(["on_time", "on_time", "late", "open_late"]):
        outcome = "delivered" if number < 3 else "lost"
        told = {"delivery": delivery, "deliver_by_day": DAY, "tracking": outcome, "tracking_number": f"P{number}"}
        shops.add_line(con, f"A{number}", value=D("1.00"), units=1, **told)
        shops.add_parcel(con, f"P{number}", f"A{number}", "1", outcome=outcome)
    shops.add_load(con, "amazon_mfn_returns")
    for number, group in enumerate(["fit_style"] * 8 + ["remorse", "odd<group>"]):
        shops.add_return(con, f"R{number}", f"A{number}", reason_group=group, refunded=D("2.00"))
    return con


def figures(con):
    weeks = measures.run(con, "orders_by_week", by=["week", "channel"])
    return [exposure(con).chart(), returns(con).chart(), losses(con).chart(), charts.orders_by_week(weeks)]


def test_titles_state_the_finding(con):
    assert [figure.layout.title.text for figure in figures(con)] == [
        "1 of 3 lines of 1 week arrived late; 1 past the promised day has not arrived",
        "1 of 3 reasons make up 80% of returns",
        "1 of 4 parcels lost",
        "4 orders in 1 week, 4 a week",
    ]


def test_every_figure_has_words_and_a_table(con):
    for figure in figures(con):
        meta = figure.layout.meta
        assert figure.layout.title.text in meta["alt"]
        assert meta["table"]["rows"]
        assert {len(row) for row in meta["table"]["rows"]} == {len(meta["table"]["columns"])}


def test_only_plain_traces_on_one_axis_from_zero(con):
    for figure in figures(con):
        assert {trace.type for trace in figure.data} <= {"bar", "scatter"}
        assert not any(key in figure.layout.to_plotly_json() for key in ("xaxis2", "yaxis2"))
        assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"


def test_bars_are_the_numbers_of_the_measure(con):
    figure = exposure(con).chart()
    assert {bar.name: list(bar.y) for bar in figure.data} == {"on time": [2], "late": [1], "past the day, not arrived": [1]}
    assert list(figure.data[0].x) == ["2026-03-09"]


def test_the_vital_few_are_coloured_and_the_label_carries_the_running_share(con):
    bars = returns(con).chart().data[0]
    assert list(bars.x) == [8, 1, 1]
    assert [colour == charts.BLUE for colour in bars.marker.color] == [True, False, False]
    assert list(bars.text) == ["8  (80%; so far 80%)", "1  (10%; so far 90%)", "1  (10%; so far 100%)"]


def test_data_is_no_markup(con):
    assert "Odd&lt;group&gt;" in returns(con).chart().data[0].y


def test_money_is_drawn_in_one_currency(con):
    shops.add_return(con, "E", "E", reason_group="remorse", currency="EUR", refunded=D("500.00"))
    bars = charts.return_reasons(returns(con), of="refunded", currency="USD").data[0]
    assert sum(bars.x) == 10 * 2.00


def test_too_few_events_have_a_range_and_no_dot(con):
    assert [trace.mode for trace in losses(con).chart().data].count("markers") == 0
    for number in range(4):
        shops.add_line(con, f"L{number}", value=D("1.00"), tracking="lost", tracking_number=f"L{number}")
        shops.add_parcel(con, f"L{number}", f"L{number}", "1", outcome="lost")
    assert [trace.mode for trace in losses(con).chart().data].count("markers") == 1


@pytest.mark.parametrize("question", [exposure, returns, losses])
def test_nothing_to_draw_is_said(question):
    with pytest.raises(NothingToShow):
        question(shops.empty()).chart()


def test_orders_of_no_week_cannot_be_drawn():
    with pytest.raises(NothingToShow):
        charts.orders_by_week(measures.run(shops.empty(), "orders_by_week", by=["week", "channel"]))
