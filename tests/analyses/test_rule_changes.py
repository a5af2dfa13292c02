"""Rules that changed, on a few lines and a pack made by hand: what the rules changed, and not what time did."""

import datetime as dt
import re
from decimal import Decimal

import pytest
import shops

from orderkit import policy
from orderkit.analyses import rule_changes

D = Decimal
LAST = dt.date(2026, 3, 31)
PACK = """\
pack: hand
title: by hand
reviewed: 2026-04-02
answers: {wait: {meaning: do nothing yet}, look: {meaning: look for it}}
parameters:
  patience:
    unit: day
    applies_by: ordered_day
    by: marketplace
    values:
      US, CA:
        2025-01-01: {value: 10, certainty: A, source: first}
        2026-03-26: {value: 3, certainty: A, source: notice of March}
        2026-05-30: {value: 1, certainty: B, source: notice of May}
        2026-06-01: {value: 0, certainty: B, source: too far ahead}
      DE:
        2025-01-01: {value: 10, certainty: A, source: first}
  fine:
    unit: percent
    applies_by: ordered_day
    values:
      2025-01-01: {value: 4, certainty: A, source: first}
      2026-03-27: {value: 5, certainty: A, source: notice of fines}
questions:
  late:
    of: order_lines
    rules:
      - {rule: late, when: "days_past_ship_by > patience", then: look, who_pays: nobody, recovery_source: none, source: mine}
      - {rule: rest, when: "true", then: wait, who_pays: nobody, recovery_source: none, source: mine}
    examples:
      - {given: {marketplace: amazon.com, ordered_day: 2026-03-26, days_past_ship_by: 4}, expect: look}
"""


@pytest.fixture(scope="module")
def pack():
    return policy.read_pack(PACK, "hand.yaml")


@pytest.fixture
def con():
    """Orders of 26 March, 4, 2 and 4 days past their ship-by day, the third in Germany; and one of 25 March."""
    con = shops.empty(as_of=LAST)
    line = {"ordered_day": dt.date(2026, 3, 26), "delivery": "not_shipped", "status": "unshipped"}
    shops.add_line(con, "A", value=D("42.99"), days_past_ship_by=4, **line)
    shops.add_line(con, "B", value=D("10.00"), days_past_ship_by=2, **line)
    shops.add_line(con, "C", value=D("30.00"), currency="EUR", marketplace="amazon.de", days_past_ship_by=4, **line)
    shops.add_line(con, "D", value=D("5.00"), days_past_ship_by=4, **line | {"ordered_day": dt.date(2026, 3, 25)})
    return con


def words(result):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", result._repr_html_()))


def test_the_orders_that_a_rule_touches_with_their_money(con, pack):
    told = rule_changes(con, pack)
    # of 26 March only A is between the old 10 days and the new 3; D is of the day before, C of a place where nothing changed
    assert told.headline == (
        "Rules that changed since Tue 24 Mar 2026 touch 1 order of yours, $42.99; rules reviewed on Thu 2 Apr 2026."
    )
    assert told.totals == {"USD": D("42.99")}
    came = told.frame[~told.frame["announced"]]
    assert came[["rule", "where", "before", "after", "since", "orders", "money"]].to_numpy().tolist() == [
        ["patience", "amazon.com", "10 days", "3 days", dt.date(2026, 3, 26), 1, "$42.99"],
        ["fine", "everywhere", "4 percent", "5 percent", dt.date(2026, 3, 27), 0, ""],
    ]
    assert told.tables["orders"][["order_id", "before", "after"]].to_numpy().tolist() == [["A", "wait", "look"]]
    assert "Since Thu 26 Mar 2026: patience (amazon.com) for orders placed from then on: 10 days \u2192 3 days" in repr(told)


def test_what_time_alone_changed_is_no_change_of_rules(con, pack):
    before = policy.question_sql(pack, pack.questions["late"])
    answers = dict(con.sql(f"SELECT order_id, answer FROM ({before})").fetchall())
    con.execute("UPDATE line_facts SET days_past_ship_by = days_past_ship_by + 7")  # a week goes by
    con.execute("UPDATE context SET as_of_day = as_of_day + 7, clock_day = clock_day + 7")
    later = dict(con.sql(f"SELECT order_id, answer FROM ({before})").fetchall())
    assert {order for order in answers if answers[order] != later[order]} == {"B", "C", "D"}
    told = rule_changes(con, pack)
    assert told.headline == (
        "No rule that we know of changed between Tue 31 Mar 2026 and Tue 7 Apr 2026; rules reviewed on Thu 2 Apr 2026."
        " What changed after that day is not known."
    )
    assert told.totals == {}


def test_another_day_to_compare_with(con, pack):
    assert rule_changes(con, pack, since=dt.date(2026, 3, 26)).headline.startswith(
        "1 rule changed between Thu 26 Mar 2026 and Tue 31 Mar 2026; no order of yours is touched."
    )
    assert len(rule_changes(con, pack, since=dt.date(2026, 3, 25)).frame.query("not announced")) == 2


def test_what_is_announced_is_tried_on_the_open_orders(con, pack):
    # the new day alone touches B, which is 2 days late; A and D are late by the value of today or an older one, C is elsewhere
    told = rule_changes(con, pack)
    ahead = told.frame[told.frame["announced"]]
    assert ahead[["since", "before", "after", "orders", "money"]].to_numpy().tolist() == [
        [dt.date(2026, 5, 30), "3 days", "1 day", 1, "$10.00"]  # 60 days after 31 March; the change of 1 June is further off
    ]
    said = (
        "From Sat 30 May 2026: patience (amazon.com) for orders placed from then on: 3 days \u2192 1 day "
        "(certainty B; notice of May). If it held today, it would touch 1 open order, $10.00."
    )
    assert said in repr(told)
    assert said in words(told)
    con.execute("UPDATE line_facts SET delivery = 'late' WHERE order_id = 'B'")
    assert rule_changes(con, pack).frame.query("announced")["orders"].tolist() == [0]


def test_the_page_lists_the_orders_in_a_fold(con, pack):
    page = rule_changes(con, pack)._repr_html_()
    fold = re.search(r"<details[^>]*><summary>patience: 1 order</summary>(.*?)</details>", page, re.DOTALL)[1]
    assert ">A<" in fold
    assert "$42.99" in fold
    assert "fine: " not in page


def test_changes_elsewhere_are_counted_and_not_listed(con, pack):
    con.execute("DELETE FROM line_facts WHERE marketplace = 'amazon.com'")
    told = rule_changes(con, pack)
    assert told.frame["rule"].tolist() == ["fine"]
    assert "1 further change in places where this shop has no orders." in told.how


def test_a_page_escapes_what_a_pack_says(con):
    text = PACK.replace("notice of March", "<b>notice</b>")
    page = rule_changes(con, policy.read_pack(text, "hand.yaml"))._repr_html_()
    assert "<b>" not in page
    assert "&lt;b&gt;notice" in page
