"""The decision table of the facts: over all combinations of its facts exactly one answer in both packs, and the right one."""

import csv
import itertools
from collections import Counter
from pathlib import Path

import duckdb
import pytest
import yaml

from orderkit import policy
from orderkit.policy.compile import read_facts
from orderkit.policy.dictionary import dictionary

FACTS = Path(__file__).parents[3] / "shared" / "facts" / "policy"
QUESTION = {"cancel": "cancel", "upgrade": "upgrade", "address": "address", "inr": "not_received"}
# what each case of the table is in the pack amazon; INR-7 follows today's dated rule (NOTES.md section 0, item 7)
ANSWERS = {
    "CAN-1": "buyer_can_cancel", "CAN-2": "cancel_as_buyer_request", "CAN-3": "ask_for_official_request",
    "CAN-4": "no_cancel_ask_return", "CAN-5": "confirm_then_as_shipped", "CAN-6": "refund_and_do_not_ship",
    "UPG-1": "ship_faster_at_own_cost", "UPG-2": "decline_upgrade", "UPG-3": "give_method_and_time",
    "ADR-1": "cancel_and_reorder", "ADR-2": "try_intercept_or_forward", "ADR-3": "refund_came_back_less_shipping",
    "INR-0": "explain_not_yet_shipped", "INR-0L": "ship_or_refund_now", "INR-1": "give_carrier_and_number",
    "INR-2": "explain_delivery_time", "INR-3": "open_carrier_trace", "INR-4P": "send_to_a_to_z", "INR-4": "refund_and_trace",
    "INR-5I": "refund_and_claim_cover", "INR-5U": "refund_and_try_carrier", "INR-5P": "send_to_a_to_z",
    "INR-6P": "send_to_a_to_z", "INR-6": "dispute_with_proof", "INR-7": "marketplace_refunds_returning", "INR-8": "goodwill_only",
    "RET-0": "authorise_return", "RET-0L": "may_decline_late_return", "RET-0S": "review_late_return",
    "RET-1": "refund_less_return_postage", "RET-1L": "refund_less_late_fee", "RET-2S": "refund_in_full_both_ways",
    "RET-2B": "refund_less_condition", "RET-3": "refuse_or_highest_fee",
}  # fmt: skip
ALWAYS = {
    "channel": "FBM", "marketplace": "amazon.com", "ordered_day": "2026-03-01", "delivered_day": "2026-03-05",
    "deliver_by_day": "2026-03-10", "ship_by_day": "2026-03-03", "as_of_day": "2026-03-20", "refund_on_record": "no",
    "refunded_at_first_scan": False, "closed": False,
}  # fmt: skip


def facts_of(request, case):
    """The facts of orderkit for a combination of the table's: the same, under the names of facts.yaml."""
    made = dict(ALWAYS)
    if request == "return":
        made |= {"received": case["received"], "in_policy": case["in_window"], "fault": case["fault"], "state": case["state"]}
        made["requested_at"] = "2026-03-20" if case["in_window"] else "2026-05-20"
        return made | ({} if case["received"] else {"state": "not_received"})
    for name in ("confirmed", "handed_over", "seller_agrees", "returned_to_sender", "protected", "insured", "tracking"):
        if name in case:
            made[name] = case[name]
    if request == "cancel":
        made |= {"minutes_since_order": 30 if case["in_self_window"] else 31, "official_request": case["official_flag"]}
        made["status"] = "shipped" if case["confirmed"] else "unshipped"
    elif request == "inr":
        days = {"days_past_deliver_by": case["day"], "days_past_ship_by": case["day"], "days_without_scan": 0}
        made |= days | {"tracking": "in_transit" if case["tracking"] == "stalled" else case["tracking"]}
        made["status"] = "shipped" if case["handed_over"] else "unshipped"
        made["days_without_scan"] = 30 if case["tracking"] == "stalled" else 0
        made |= {} if case["handed_over"] else {"tracking": "none"}
    else:
        made["status"] = "shipped" if case["handed_over"] else "unshipped"
    return made


def holds(condition, case):
    """A condition of the table (Python's own words) for one combination of facts."""
    return bool(eval(compile(condition, "decision_table.csv", "eval"), {"__builtins__": {}}, dict(case)))


def combinations():
    """(request, combination, the one case of the table that fires) for all combinations of domains.yaml."""
    domains = yaml.safe_load((FACTS / "domains.yaml").read_text(encoding="utf-8"))
    with (FACTS / "decision_table.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    for request, facts in domains.items():
        for values in itertools.product(*facts.values()):
            case = dict(zip(facts, values, strict=True))
            fired = [row["case_id"] for row in rows if row["request"] == request and holds(row["condition"], case)]
            assert len(fired) == 1
            yield request, case, fired[0]


@pytest.fixture(scope="module")
def table():
    if not FACTS.exists():
        pytest.skip("shared/facts is not on this machine")
    return list(combinations())


def answers(pack, question, rows):
    """The answers of a question for rows of facts, by the number of the row: a list each."""
    known, con = dictionary(question.table), duckdb.connect()
    names = [name for name in read_facts(question, pack) if name != "order_id"]
    con.execute("CREATE TABLE calendar (marketplace VARCHAR, day DATE, business_day BOOLEAN, business_day_index INTEGER)")
    con.execute(f"CREATE TABLE given (order_id VARCHAR, {', '.join(f'{name} {known[name].sql_type}' for name in names)})")
    marks = ", ".join("?" * (len(names) + 1))
    con.executemany(
        f"INSERT INTO given VALUES ({marks})", [(str(n), *(row.get(name) for name in names)) for n, row in enumerate(rows)]
    )
    found = con.sql(f"SELECT order_id, answer FROM ({policy.question_sql(pack, question, facts='given')})").fetchall()
    made = {n: [] for n in range(len(rows))}
    for n, answer in found:
        made[int(n)].append(answer)
    return made


def question_of(request, case):
    return QUESTION.get(request) or ("return_received" if case["received"] else "return_request")


def by_question(table):
    """The cases of the table under the question that each asks: {question: [(facts, the case of the table that fires)]}."""
    asked = {}
    for request, case, fired in table:
        asked.setdefault(question_of(request, case), []).append((facts_of(request, case), fired))
    return asked


@pytest.mark.parametrize("name", policy.packs())
def test_every_combination_has_exactly_one_answer(table, name):
    assert len(table) == 440
    pack = policy.load_pack(name)
    for question, cases in by_question(table).items():
        found = answers(pack, pack.questions[question], [facts for facts, _ in cases])
        assert Counter(map(len, found.values())) == {1: len(cases)}
        assert all(answer not in ("unknown", "no_rule_known") for [answer] in found.values()), question


def test_the_pack_amazon_says_what_the_table_says(table):
    pack, differs = policy.load_pack("amazon"), Counter()
    for question, cases in by_question(table).items():
        found = answers(pack, pack.questions[question], [facts for facts, _ in cases])
        for (_, fired), [answer] in zip(cases, found.values(), strict=True):
            if answer != ANSWERS[fired]:
                differs[(fired, answer)] += 1
    assert differs == {}
