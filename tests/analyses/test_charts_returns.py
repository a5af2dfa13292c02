"""Figures of returns: the finding as title, the numbers of the tables, and a sentence where there is nothing to draw."""

from decimal import Decimal

import pytest
import return_shops as made

from orderkit.errors import NothingToShow, UnknownName

D = Decimal
CHARTS = (None, "weeks", "products", "alarms")


@pytest.fixture
def result():
    """Ten weeks of thirty mugs each with two back, the last with twelve, in one currency; and three hats that all came back."""
    con = made.empty()
    for week in range(10):
        on = made.day("2026-03-02") + made.dt.timedelta(days=7 * week)
        made.sell(con, f"W{week}", units=30, on=on.isoformat())
        back = (on + made.dt.timedelta(days=9)).isoformat()
        made.ask(con, f"R{week}", f"W{week}", units=12 if week == 9 else 2, on=back)
        made.book(con, f"W{week}", "-40.00", sku="MUG")
    made.sell(con, "H", units=3, sku="HAT<b>", on="2026-03-02")
    made.ask(con, "H", "H", units=3, sku="HAT<b>", on="2026-03-12", reason_group="fit_style")
    made.book(con, "H", "-60.00", sku="HAT<b>")
    return made.answered(con)


def test_every_figure_has_a_title_words_and_a_table(result):
    figures = [result.chart(name) for name in CHARTS] + [result.chart(of="cost", currency="USD")]
    for figure in figures:
        meta = figure.layout.meta
        assert figure.layout.title.text
        assert figure.layout.title.text in meta["alt"]
        assert meta["table"]["rows"]
        assert {len(row) for row in meta["table"]["rows"]} == {len(meta["table"]["columns"])}
        assert {trace.type for trace in figure.data} <= {"bar", "scatter"}


def test_bars_of_cost_are_the_costs_with_the_range_of_their_share(result):
    figure = result.chart(of="cost", currency="USD")
    costs = dict(zip(result.frame["reason"], result.frame["cost"], strict=True))
    assert dict(zip(figure.data[0].y, figure.data[0].x, strict=True)) == costs == {"Changed mind": 400.0, "Fit or style": 60.0}
    assert figure.layout.title.text == "1 of 2 reasons make up 87% of what returns cost in USD"
    assert figure.data[0].text[0].startswith("400.00  (87% of all, ")


def test_what_earned_money_is_no_bar_of_cost(result):
    result.frame.loc[result.frame["reason"] == "Fit or style", "cost"] = -5.0
    assert list(result.chart(of="cost", currency="USD").data[0].y) == ["Changed mind"]


def test_weeks_are_the_rates_of_the_table(result):
    weeks = result.tables["weeks"]
    figure = result.chart("weeks")
    assert list(figure.data[0].y) == weeks["reported_rate"].tolist()
    assert list(figure.data[0].x) == weeks["week"].dt.strftime("%Y-%m-%d").tolist()
    assert "on amazon.com" in figure.layout.title.text


def test_an_unknown_marketplace_is_no_chart(result):
    with pytest.raises(NothingToShow, match=r"amazon\.fr"):
        result.chart("weeks", marketplace="amazon.fr")


def test_products_are_drawn_once_with_their_names_escaped(result):
    figure = result.chart("products")
    names = [name for trace in figure.data[:-1] for name in trace.y]
    assert len(names) == len(set(names)) == 2
    assert not any("<b>" in name for name in names)


def test_the_week_out_of_line_is_named(result):
    figure = result.chart("alarms")
    assert figure.layout.title.text == "1 week unlike the others, last that of Mon 4 May 2026"
    assert list(figure.data[1].y) == result.tables["alarms"]["share"].tolist()


def test_a_shop_with_nothing_has_sentences_in_place_of_figures():
    nothing = made.answered(made.empty(exports=()))
    for name in CHARTS:
        with pytest.raises(NothingToShow):
            nothing.chart(name)
        assert "There is no" in str(nothing.picture(name))


def test_a_chart_that_nobody_makes_is_refused_with_those_that_are(result):
    with pytest.raises(UnknownName, match="products"):
        result.chart("product")
