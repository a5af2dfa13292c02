"""What a notebook shows of a shop, of loading and of every answer: HTML that is escaped and styled, and text beside it."""

import re

import pytest

import orderkit as ok
from orderkit import display, measures
from orderkit.errors import UnknownName
from orderkit.shop import Shop
from orderkit.store import FileResult, LoadResult, reason_words
from tests.store.exports import ALL_ORDERS, order_line, write


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", display.without_style(html)))


def test_a_shop_tells_what_it_holds(sample_shop):
    html = sample_shop._repr_html_()
    for shown in (repr(sample_shop), words(html)):
        assert "Accounts: SAMPLE." in shown
        assert "Marketplaces: amazon.com and amazon.de." in shown
        assert "Amazon All Orders" in shown
        assert "6,599" in shown
        assert "€91,207.33 and $185,796.94" in shown
        assert "Sun 15 Nov 2026" in shown
    assert all(week in words(html) for week in sample_shop.weeks())
    assert "Next: shop.todo(), " in words(html)


def test_pages_show_of_a_shop_its_summary_alone(sample_shop):
    page = display.for_pages(sample_shop._repr_html_())
    assert "Week 2026-W46" in page
    assert "Next: shop" not in page
    assert "<table>" not in page
    assert "<style>" not in page
    assert page.count("<section") == page.count("</section>") == 1


def test_an_empty_shop_can_be_shown(tmp_path):
    file = write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "1")])
    ok.load(file, db=tmp_path / "shop.duckdb")
    shop = Shop(tmp_path / "shop.duckdb", as_of="2020-01-01")
    assert "0 orders" in repr(shop)
    assert "<table>" in shop._repr_html_()
    shop.close()


def test_every_answer_shows_as_styled_html_and_as_text(sample_shop):
    order = sample_shop.todo().frame["order_id"].iloc[0]
    answers = [
        getattr(sample_shop, name)() for name in ("todo", "today", "exposure", "returns", "losses", "health", "rule_changes")
    ]
    answers += [sample_shop.explain(order), sample_shop.ask(order, request="cancel"), sample_shop.backtest(as_of="2026-10-15")]
    answers += [sample_shop, sample_shop.set_aside(), sample_shop.compare("article-2021")]
    for answer in answers:
        html = answer._repr_html_()
        assert html.count(display.STYLE) == 1, type(answer)
        assert display.AS_IT_STANDS in html.split(">", 1)[0], "money between dollar signs is no formula"
        assert repr(answer)
        assert ".ok-lab" not in repr(answer)


def test_a_load_is_a_table_with_reasons(tmp_path):
    write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "1"), order_line(2, "x")])
    (tmp_path / "<b>notes.csv").write_text("a,b\n1,2\n")
    result = ok.load(tmp_path, db=tmp_path / "shop.duckdb")
    html = result._repr_html_()
    assert html.count("<tr>") == 3
    assert "1 of 2 files loaded" in words(html)
    assert "Amazon All Orders" in words(html)
    assert "skipped: no export" in words(html)
    assert "<b>" not in html
    assert "&lt;b&gt;notes.csv" in html
    assert "notes.csv: skipped: is no known export." in repr(result)


def test_sums_and_lines_set_aside_stand_in_the_table():
    code = next(iter(reason_words()))
    why = [(4, "item-price", code, "9,99")]
    told = {"lines": 3, "loaded": 2, "quarantined": 1, "money": {"USD": 17.49}, "why": why, "unknown_columns": ["colour"]}
    result = LoadResult([FileResult("orders.txt", "amazon_all_orders", "loaded", **told)], "shop.duckdb")
    shown = words(result._repr_html_())
    assert "USD 17.49" in shown
    assert f"line 4, column item-price: {reason_words()[code]} (looks like 9,99)" in shown
    assert "not read: colour" in shown
    assert words(result.files[0]._repr_html_()) == shown


def test_a_week_is_one_of_those_with_orders(sample_shop):
    assert sample_shop.week("") is sample_shop.week(None) is sample_shop
    past = sample_shop.week("2026-W30")
    assert past.data_up_to.date().isoformat() == "2026-07-26"
    assert set(past.weeks()) < set(sample_shop.weeks())
    past.close()
    with pytest.raises(UnknownName) as problem:
        sample_shop.week("2027-W03")
    assert "No week is called '2027-W03' with orders in this shop." in str(problem.value)
    assert problem.value.known == sample_shop.weeks()


def test_measures_by_name_are_those_by_their_text(sample_shop):
    by_name = sample_shop.measures.orders_by_week(by="currency")
    assert by_name.equals(sample_shop.measure("orders_by_week", by="currency"))
    assert dir(sample_shop.measures) == measures.names()
    assert sample_shop.measures["orders_by_week"]().equals(sample_shop.measure("orders_by_week"))
    assert "about: " in sample_shop.measures.orders_by_week.__doc__
    assert len(repr(sample_shop.measures).splitlines()) == len(measures.names())
    with pytest.raises(AttributeError, match="Did you mean 'orders_by_week'"):
        _ = sample_shop.measures.orders_by_weak
    with pytest.raises(UnknownName):
        sample_shop.measures["nothing"]


def test_packs_are_listed_with_the_users_own(sample_shop):
    assert {"amazon", "article-2021"} <= set(sample_shop.packs)
