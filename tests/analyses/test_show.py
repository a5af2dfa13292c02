"""How results look: money, days, rates and escaped HTML."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from orderkit import display
from orderkit.analyses import show
from orderkit.errors import BadValue


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (Decimal("1234.5"), "USD", "$1,234.50"),
        (0.1 + 0.2, "USD", "$0.30"),
        (1997, "INR", "₹1,997.00"),
        (Decimal("-3"), "EUR", "-€3.00"),
        (Decimal("1234"), "JPY", "¥1,234"),
        (0, "USD", "$0.00"),
        (None, "USD", "not known"),
        (float("nan"), "USD", "not known"),
        (pd.NA, "USD", "not known"),
        (5, None, "5.00 (currency not known)"),
    ],
)
def test_money(amount, currency, text):
    assert show.money(amount, currency) == text


def test_sums_of_currencies_stand_side_by_side():
    assert show.sums({"USD": 842, "EUR": 310}) == "$842.00 and €310.00"
    assert show.sums({"USD": 1, "EUR": 2, "INR": 3}) == "$1.00, €2.00 and ₹3.00"
    assert show.sums({"USD": 842}) == "$842.00"
    assert show.sums({}) == "nothing"


@pytest.mark.parametrize(
    ("k", "n", "text"),
    [
        (12, 340, "3.5% (12 of 340)"),
        (0, 5, "0% (0 of 5)"),
        (5, 5, "100% (5 of 5)"),
        (1, 100_000, "under 0.05% (1 of 100,000)"),
        (99_999, 100_000, "over 99.95% (99,999 of 100,000)"),
        (0, 0, "none to count"),
        (None, 5, "not known"),
        (1, pd.NA, "not known"),
    ],
)
def test_percent_names_its_denominator(k, n, text):
    assert show.percent(k, n) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 11, 15), "Sun 15 Nov 2026"),
        (pd.Timestamp("2026-11-15 23:30", tz="America/New_York"), "Sun 15 Nov 2026"),
        ("2026-11-15", "Sun 15 Nov 2026"),
        (pd.NaT, "not known"),
        (None, "not known"),
    ],
)
def test_day(value, text):
    assert show.day(value) == text


@pytest.mark.parametrize(("value", "text"), [(1234567, "1,234,567"), (3.0, "3"), (2.5, "2.50"), (0, "0"), (None, "not known")])
def test_number(value, text):
    assert show.number(value) == text


def test_table_escapes_aligns_and_says_what_is_not_known():
    frame = pd.DataFrame(
        {
            "order_id": ["<b>1</b>", "2"],
            "value": [Decimal("1.50"), None],
            "currency": ["USD", None],
            "units": [1200, 1],
            "late": [True, False],
            "hidden": [1, 1],
        }
    )
    columns = ["order_id", "value", "units", "late"]
    html = show.table(frame, caption="<i>", money={"value": "currency"}, columns=columns, titles={"late": "Late?"})
    assert "<caption>&lt;i&gt;</caption>" in html
    assert '<th scope="col">Order id</th><th scope="col" class="ok-right">Value</th>' in html
    assert '<th scope="col">Late?</th>' in html
    assert (
        '<td class="ok-short">&lt;b&gt;1&lt;/b&gt;</td><td class="ok-right">$1.50</td>'
        '<td class="ok-right">1,200</td><td class="ok-short">yes</td>' in html
    )
    assert (
        '<td class="ok-right"><span class="ok-unknown">not known</span></td>'
        '<td class="ok-right">1</td><td class="ok-short">no</td>' in html
    )
    assert "hidden" not in html


def test_shares_stand_right_and_other_words_do_not():
    frame = pd.DataFrame({"share": ["5.5%", "not told", None], "range": ["1.3% to 7.6%", "2%", "3%"], "word": ["a", "b", "c"]})
    html = show.table(frame)
    assert '<th scope="col" class="ok-right">Share</th><th scope="col">Range</th><th scope="col">Word</th>' in html


def test_every_table_can_be_reached_by_keyboard_and_has_a_name():
    frame = pd.DataFrame({"order_id": ["1"], "units": [2]})
    assert '<div class="ok-table" role="group" aria-label="Table: Order id, Units" tabindex="0">' in show.table(frame)
    assert 'role="group" aria-label="What came back" tabindex="0">' in show.table(frame, caption="What came back")


@pytest.mark.parametrize(("rows", "columns", "turned"), [(3, 10, True), (4, 10, False), (3, 9, False), (0, 10, False)])
def test_a_table_of_few_rows_and_many_columns_is_turned(rows, columns, turned):
    frame = pd.DataFrame({f"c{n}": [10 * n + row for row in range(rows)] for n in range(columns)}).astype({"c0": str})
    html = show.table(frame)
    assert ("ok-turned" in html) == turned
    assert html.count("<tr>") == (columns if turned else rows + 1)
    if turned:
        assert '<th scope="col">C0</th><th scope="col" class="ok-right">0</th><th scope="col" class="ok-right">1</th>' in html
        assert '<th scope="row">C9</th><td class="ok-right">90</td><td class="ok-right">91</td>' in html.replace("\n", "")


def test_an_amount_without_a_currency_is_still_called_money():
    frame = pd.DataFrame({"value": [5.0], "currency": [None]})
    assert "5.00 (currency not known)" in show.table(frame, money={"value": "currency"})
    assert "$5.00" in show.table(frame, money={"value": "USD"})


def test_fold_and_section():
    assert show.fold("How we know", []) == ""
    html = show.section("6 < 7", "plain <text>", show.fold("How we know", ["a & b"]))
    assert '<h3 class="ok-headline">6 &lt; 7</h3>' in html
    assert "<p>plain &lt;text&gt;</p>" in html
    assert "<li>a &amp; b</li>" in html


def test_pieces_are_html_in_a_notebook_and_words_in_a_terminal():
    piece = show.badge("late", "bad")
    assert piece == '<span class="ok-badge ok-bad">late</span>'
    assert display.without_style(piece._repr_html_()) == (
        '<div class="ok-lab mathjax_ignore tex2jax_ignore"><span class="ok-badge ok-bad">late</span></div>'
    )
    assert repr(piece) == "late"


def test_a_section_brings_its_style_once_and_its_words_are_without_it():
    section = show.section("$1 and $2", show.note("quiet"))
    assert section._repr_html_() == str(section)
    assert section.count("<style>") == 1
    assert "mathjax_ignore" in section.split(">", 1)[0], "dollars in a notebook are money, no formula"
    assert repr(section) == "$1 and $2 quiet"


def test_a_tone_that_has_no_colour_is_refused():
    with pytest.raises(BadValue, match="A tone is one of"):
        show.cards([{"value": "1", "label": "a", "tone": "red"}])


def test_tasks_show_deadline_money_and_only_web_links():
    html = show.tasks(
        [{"what": "File a claim", "deadline": date(2026, 11, 15), "left": "3 days left", "money": "$84.20", "urgent": True}]
    )
    assert html.index("Sun 15 Nov 2026") < html.index("3 days left") < html.index("File a claim") < html.index("$84.20")
    assert '<li class="ok-urgent">' in html
    assert "no deadline" in show.tasks([{"what": "Inspect", "deadline": pd.NaT}])
    assert "href" not in show.tasks([{"what": "x", "link": "javascript:x()"}])
    assert 'href="https://example.com/o"' in show.tasks([{"what": "x", "link": "https://example.com/o"}])
