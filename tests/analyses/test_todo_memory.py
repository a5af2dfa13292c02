"""What the to-do list remembers: the same shop on two days a week apart, made by hand."""

import datetime as dt
from decimal import Decimal

import pytest
import shops

from orderkit.analyses import today, todo

D = Decimal
THEN, NOW = dt.date(2026, 3, 24), dt.date(2026, 3, 31)


def at(day, hour=12):
    return dt.datetime.combine(day, dt.time(hour), dt.UTC)


def asking(day, *orders, deadline=None, reconstructed=False):
    """A shop as of a day, with cancel requests of these orders, asked on the day before the first; deadline by order."""
    con = shops.empty(as_of=day)
    for order in orders:
        asked = at(THEN - dt.timedelta(days=1))
        line = {"status": "unshipped", "delivery": "not_shipped", "cancel_asked_at": asked, "reconstructed": reconstructed}
        shops.add_line(con, order, value=D("10.00"), **line)
        by = (deadline or {}).get(order, NOW + dt.timedelta(days=9))
        shops.add_answer(con, "cancel", order, "1", answer="seller_may_cancel", rule="r", who_pays="nobody", deadline=by)
    return con


def compared(con, before):
    return todo(con, past=before)


def decide(con, item, state, on):
    shops.put(con, "decisions", account="shop", row=item, task=item, state=state, at=at(on))


def test_new_carried_and_settled():
    result = compared(asking(NOW, "B", "C", "D"), asking(THEN, "A", "B"))
    assert result.frame.set_index("order_id")["state"].to_dict() == {"B": "carried", "C": "new", "D": "new"}
    assert result.tables["left"][["order_id", "how"]].values.tolist() == [["A", "settled"]]
    assert "Since Tue 24 Mar 2026: 2 new, 1 settled." in result.headline
    assert repr(result).count(", new;") == 2
    assert result._repr_html_().count('<span class="ok-badge">new</span>') == 2
    assert "1 thing closed or settled in the last week" in result._repr_html_()


def test_what_a_later_export_alone_tells_is_not_called_settled():
    assert compared(asking(NOW), asking(THEN, "A", reconstructed=True)).tables["left"].empty


@pytest.mark.parametrize("still_in_the_exports", [True, False])
@pytest.mark.parametrize(("on", "left"), [(NOW, 1), (THEN + dt.timedelta(days=1), 1)])
def test_what_the_seller_closed_in_the_week_is_told_with_his_word(on, left, still_in_the_exports):
    con = asking(NOW, *(["A"] if still_in_the_exports else []))
    before = asking(THEN, "A")
    decide(con, todo(before).frame["item"].item(), "ignored", on)
    result = compared(con, before)
    assert result.frame.empty
    assert result.tables["left"][["how", "on"]].values.tolist() == [["ignored", on]]
    assert "Since Tue 24 Mar 2026: 0 new, 1 closed by you." in result.headline


def test_what_was_closed_before_the_week_is_no_news():
    con, before = asking(NOW, "A"), asking(THEN, "A")
    for shop in (con, before):
        decide(shop, todo(asking(NOW, "A")).frame["item"].item(), "done", THEN)
    result = compared(con, before)
    assert result.frame.empty
    assert result.tables["left"].empty


def test_expired_in_the_week_and_long_ago():
    days = {"A": THEN - dt.timedelta(days=1), "B": NOW - dt.timedelta(days=1), "C": NOW}
    result = compared(asking(NOW, *days, deadline=days), asking(THEN, *days, deadline=days))
    assert result.frame.set_index("order_id")["state"].to_dict() == {"A": "expired", "B": "expired", "C": "carried"}
    assert "Since Tue 24 Mar 2026: 0 new, 1 expired." in result.headline


def test_without_an_earlier_list_nothing_is_called_new():
    result = today(asking(NOW, "A", deadline={"A": NOW}))
    assert result.frame["state"].tolist() == ["open"]
    assert "Since" not in result.headline
    assert "left" not in result.to_json()
    assert compared(asking(NOW, "A"), asking(THEN)).to_json()["left"] == []


def test_nothing_is_called_new_of_which_no_export_of_then_tells():
    con, before = asking(NOW, "A", "B"), shops.empty(as_of=THEN)
    shops.add_line(before, "A", value=D("10.00"), status=None, reconstructed=True)
    result = compared(con, before)
    assert result.frame.set_index("order_id")["state"].to_dict() == {"A": "open", "B": "new"}
    assert result.how[0].startswith("1 thing neither new nor old: no export of before Tue 24 Mar 2026 is loaded")


def test_what_is_long_past_stands_last_and_together():
    days = {f"old {n}": NOW - dt.timedelta(days=31 + n) for n in range(3)} | {"late": NOW - dt.timedelta(days=30), "soon": NOW}
    con = asking(NOW, *days, deadline=days)
    con.execute("UPDATE order_lines SET status = 'shipped'")
    result = todo(con)
    assert result.frame["order_id"].tolist() == ["late", "soon", "old 2", "old 1", "old 0"]
    assert "3 times: The buyer asks to cancel" in repr(result)
