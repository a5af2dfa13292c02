"""compare: two packs over the same orders, and the verbs that show, check and compare packs."""

import datetime as dt
import json
from decimal import Decimal

import duckdb
import pytest
from click.testing import CliRunner

from orderkit import policy
from orderkit.cli import main
from orderkit.errors import PackError
from orderkit.store import schema

PACK = "article-2021"
MINE = """\
extends: article-2021
parameters:
  stalled_after:
    values:
      2000-01-01: {value: 3, certainty: M, source: my own patience}
"""
OWN = """\
pack: own
title: all mine
reviewed: 2026-11-22
answers: {wait: {meaning: do nothing yet}}
questions:
  late:
    of: order_lines
    rules: [{rule: rest, when: "true", then: wait, who_pays: nobody, recovery_source: none, source: mine}]
    examples:
      - {given: {tracking: lost}, expect: wait, by: rest}
"""


@pytest.fixture
def mine(tmp_path):
    (tmp_path / "mine.yaml").write_text(MINE, encoding="utf-8")
    return tmp_path / "mine.yaml"


@pytest.fixture
def orders(shop):
    """Two parcels silent for four days and one for eight; the last order is in another currency and without a price."""
    days = {"111-1": "2026-11-12", "111-2": "2026-11-12", "111-3": "2026-11-08"}
    for order_id, day in days.items():
        shop.line(order_id=order_id, deliver_by="2026-11-21 07:59:59+00", **({"item_price": None} if order_id == "111-2" else {}))
        scans = {"first_scan_at": "2026-11-03 20:00:00+00", "last_scan_at": f"{day} 20:00:00+00"}
        shop.parcel(parcel=order_id, order_id=order_id, outcome="in_transit", insured=False, **scans)
    return shop


def test_a_pack_is_the_same_as_itself(con, orders):
    told = policy.compare(con, PACK, PACK)
    assert told.changes == []
    assert repr(told).startswith("Nothing differs between article-2021 and article-2021.")


def test_the_orders_whose_answer_changes_are_counted_with_their_money(con, orders, mine):
    told = policy.compare(con, PACK, mine)
    assert told.frame[["question", "order_id", "answer", "other_answer"]].to_numpy().tolist() == [
        ["not_received", "111-1", "give_carrier_and_number", "ask_carrier_to_search"],
        ["not_received", "111-2", "give_carrier_and_number", "ask_carrier_to_search"],
    ]
    assert told.frame["value"].tolist()[0] == Decimal("10.00")
    assert told.changes == [
        {
            "question": "not_received", "answer": "give_carrier_and_number", "rule": "tracked_in_time",
            "other_answer": "ask_carrier_to_search", "other_rule": "stalled",
            "lines": 2, "orders": 2, "money": {"USD": "10.00"}, "without_value": 1,
        }
    ]  # fmt: skip
    assert "2 of 3 orders differ in at least one question between article-2021 and mine." in repr(told)
    assert (
        "2 lines of 2 orders, USD 10.00 and 1 without a known value: give_carrier_and_number (rule tracked_in_time)"
        " becomes ask_carrier_to_search (rule stalled)" in repr(told)
    )


def test_the_same_answer_by_another_day_is_a_change(con, orders, tmp_path):
    text = (
        "extends: article-2021\nquestions:\n  not_received:\n    rules:\n"
        "      - {rule: tracked_in_time, when: \"tracking = 'in_transit'\", then: give_carrier_and_number, who_pays: nobody,"
        " recovery_source: none, deadline: ship_by_day, source: mine}\n"
        "    examples:\n      - {given: {tracking: in_transit, days_past_deliver_by: 0}, expect: give_carrier_and_number}\n"
    )
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    told = policy.compare(con, PACK, tmp_path / "own.yaml")
    assert told.frame["deadline"].tolist() == [dt.date(2026, 11, 20)] * 2
    assert told.frame["other_deadline"].tolist() == [dt.date(2026, 11, 3)] * 2
    assert "stays, but who pays or the deadline is another by rule tracked_in_time" in repr(told)


def test_a_return_is_compared_by_the_question_that_it_raises(con, shop):
    shop.line()
    shop.back(in_policy=True, usual_cause="buyer", status="approved")
    told = policy.compare(con, PACK, "amazon")
    assert set(told.frame.dropna(subset="return_id")["question"]) <= {"return_request"}
    assert "only in amazon: ship, delivery" in repr(told)


def test_two_as_ofs_are_compared(con, orders):
    later = duckdb.connect()
    schema.create(later)
    for table in ("order_lines", "parcels", "parcel_lines"):
        later.register("rows", con.table(table).to_arrow_table())
        later.execute(f"INSERT INTO {table} BY NAME SELECT * FROM rows")
    later.execute("DELETE FROM order_lines WHERE order_id = '111-3'")
    type(orders)(later).as_of("2026-11-22 12:00:00+00")
    told = policy.compare(con, PACK, PACK, other=later)
    changed = told.frame.query("question == 'not_received'")
    assert changed[["order_id", "answer", "other_answer"]].to_numpy().tolist() == [
        ["111-1", "give_carrier_and_number", "refund_buyer"],
        ["111-2", "give_carrier_and_number", "refund_buyer"],
    ]
    assert "between article-2021 as of 16 Nov 2026 and article-2021 as of 22 Nov 2026" in told.headline
    later.close()


def test_html_is_escaped(con, orders, mine, tmp_path):
    (tmp_path / "b.yaml").write_text(MINE.replace("parameters", "title: <b>x</b>\nparameters", 1), encoding="utf-8")
    html = policy.compare(con, mine, tmp_path / "b.yaml")._repr_html_()
    assert "<b>" not in html
    assert "&lt;b&gt;x" in html


def test_a_pack_that_is_refused_is_not_compared(con, tmp_path):
    (tmp_path / "bad.yaml").write_text("extends: nothing\n", encoding="utf-8")
    with pytest.raises(PackError, match="is no such pack"):
        policy.compare(con, PACK, tmp_path / "bad.yaml")


@pytest.fixture
def call():
    """Runs a verb of `orderkit policy`: (exit code, what it prints, what it says beside)."""

    def run(*words):
        done = CliRunner().invoke(main, ["policy", *map(str, words)])
        return done.exit_code, done.stdout, done.stderr

    return run


def test_show_lists_packs_and_what_one_holds(call, mine):
    code, printed, _ = call("show")
    assert code == 0
    assert [line.split(":")[0] for line in printed.splitlines()] == policy.packs()
    _, printed, _ = call("show", mine)
    assert "stalled_after, chosen by ordered day\n  3 days, since 1 Jan 2000 (certainty M; my own patience)" in printed
    assert "  fba: marketplace_handles_it, when channel = 'FBA' (orderkit: the article speaks of" in printed
    held = json.loads(call("show", mine, "--json")[1])
    assert held["parameters"]["stalled_after"]["values"][0]["value"] == 3
    assert "No pack is called 'amazo'" in call("show", "amazo")[2]


def test_values_that_several_marketplaces_share_stand_in_one_line():
    told = repr(policy.Contents("amazon"))
    assert "amazon.com, amazon.com.au: " in told
    assert "otherwise: " in told


def test_check_says_what_a_pack_holds_or_what_to_mend(call, mine):
    code, printed, said = call("check", mine)
    assert (code, said) == (0, "")
    assert printed.startswith("mine.yaml is good. mine: How do Amazon sellers manage orders?")
    mine.write_text(MINE.replace("value: 3", "value: three"), encoding="utf-8")
    code, printed, said = call("check", mine)
    assert (code, printed) == (3, "")
    assert said == (
        "orderkit: mine.yaml, line 5, parameters.stalled_after.values.2000-01-01.value: 'three' is no whole number."
        " Write digits only.\n"
    )


def test_check_tries_the_examples_of_a_whole_pack(call, tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text(OWN, encoding="utf-8")
    code, printed, _ = call("check", file)
    assert (code, printed.split(";")[0]) == (0, "own.yaml is good. own: all mine, reviewed 22 Nov 2026")
    file.write_text(OWN.replace("by: rest", "by: rest, deadline: 2026-01-01"), encoding="utf-8")
    code, _, said = call("check", file)
    assert code == 3
    assert "own.yaml, line 10, questions.late.examples: an example fails: late expects" in said


def test_compare_on_the_command_line(call, sample_db, mine):
    code, printed, _ = call("compare", PACK, mine, "--db", sample_db)
    assert code == 0
    assert "between article-2021 and mine" in printed
    told = json.loads(call("compare", PACK, mine, "--db", sample_db, "--json")[1])
    assert {"left", "right", "changes", "rows"} <= set(told)
