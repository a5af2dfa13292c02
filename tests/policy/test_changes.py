"""What changes in a pack between two days, and the pack without it, with it already, and with its reader's questions."""

import datetime as dt

import pytest

from orderkit import policy

MARCH, APRIL = dt.date(2026, 3, 25), dt.date(2026, 4, 10)
PACK = """\
pack: hand
title: by hand
reviewed: 2026-03-30
answers: {wait: {meaning: do nothing yet}, look: {meaning: look for it}}
parameters:
  patience:
    unit: day
    applies_by: ordered_day
    by: marketplace
    values:
      US, CA:
        2025-01-01: {value: 10, certainty: A, source: first}
        2026-03-25: {value: 3, certainty: A, source: notice of March}
        2026-04-10: {value: 1, certainty: B, source: notice of April}
      DE:
        2025-01-01: {value: 10, certainty: A, source: first}
        2026-03-25: {value: 10, certainty: A, source: said again}
  season:
    unit: day
    applies_by: ordered_day
    otherwise: {value: 0, source: no season}
    values:
      2026-03-01: {value: 5, certainty: A, until: 2026-03-28, source: spring}
  seen:
    unit: percent
    applies_by: as_of_day
    values:
      2026-03-26: {value: 4, certainty: A, start: at_latest, source: a page found that day}
questions:
  late:
    of: order_lines
    rules:
      - {rule: late, when: "days_past_deliver_by > patience", then: look, who_pays: nobody, recovery_source: none, source: mine}
      - {rule: rest, when: "true", then: wait, who_pays: nobody, recovery_source: none, source: mine}
    examples:
      - {given: {marketplace: amazon.com, ordered_day: 2026-03-25, days_past_deliver_by: 4}, expect: look}
"""


@pytest.fixture(scope="module")
def pack():
    return policy.read_pack(PACK, "hand.yaml")


def told(made):
    return [(change.day.isoformat(), change.name, change.keys, change.before, change.after) for change in made]


def values(pack, name, key=None):
    """{start: (value, end)} of the periods that hold on some day."""
    periods = [period for period in pack.parameters[name].periods if period.key == key and period.start < period.end]
    return {period.start.isoformat(): (period.value, period.end.isoformat()) for period in periods}


def test_what_begins_and_what_ends_between_two_days(pack):
    # not among them: what Germany says again, and the percentage that may have held long before it was seen
    assert told(policy.changes(pack, dt.date(2026, 3, 24), dt.date(2026, 3, 31))) == [
        ("2026-03-25", "patience", ("amazon.com", "amazon.ca"), "10 days", "3 days"),
        ("2026-03-28", "season", (None,), "5 days", "none"),
    ]
    assert told(policy.changes(pack, dt.date(2026, 2, 28), dt.date(2026, 3, 1))) == [
        ("2026-03-01", "season", (None,), "none", "5 days")
    ]


def test_the_first_day_belongs_to_the_time_before_and_the_last_one_does_not(pack):
    assert told(policy.changes(pack, MARCH, dt.date(2026, 3, 27))) == []
    assert len(policy.changes(pack, dt.date(2026, 3, 24), MARCH)) == 1


def test_without_a_change_the_old_value_holds_as_long_as_the_new_one_did(pack):
    (march,) = policy.changes(pack, dt.date(2026, 3, 24), MARCH)
    assert values(policy.undone(pack, [march]), "patience", "amazon.com") == {
        "2025-01-01": (10, "2026-04-10"),
        "2026-04-10": (1, "9999-12-31"),
    }
    assert values(policy.undone(pack, [march]), "patience", "amazon.de") == values(pack, "patience", "amazon.de")


def test_without_two_changes_in_a_row_the_first_value_holds_on(pack):
    both = [change for change in policy.changes(pack, dt.date(2026, 3, 24), APRIL) if change.name == "patience"]
    assert values(policy.undone(pack, both), "patience", "amazon.com") == {"2025-01-01": (10, "9999-12-31")}


def test_without_its_end_a_value_holds_on_and_without_its_beginning_it_never_holds(pack):
    (end,) = policy.changes(pack, dt.date(2026, 3, 27), dt.date(2026, 3, 28))
    assert values(policy.undone(pack, [end]), "season") == {"2026-03-01": (5, "9999-12-31")}
    (begin,) = policy.changes(pack, dt.date(2026, 2, 28), dt.date(2026, 3, 1))
    assert values(policy.undone(pack, [begin]), "season") == {}


def test_what_is_announced_can_be_tried_before_its_day(pack):
    (april,) = policy.changes(pack, dt.date(2026, 4, 9), APRIL)
    assert values(policy.brought_forward(pack, april), "patience", "amazon.com") == {
        "2025-01-01": (10, "2026-03-25"),
        "2026-03-25": (1, "9999-12-31"),
    }
    (end,) = policy.changes(pack, dt.date(2026, 3, 27), dt.date(2026, 3, 28))
    assert values(policy.brought_forward(pack, end), "season") == {}


def test_what_is_said_again_goes_with_the_value():
    text = PACK.replace("2026-04-10: {value: 1, certainty: B", "2026-04-10: {value: 3, certainty: B")
    pack = policy.read_pack(text, "hand.yaml")
    (march,) = policy.changes(pack, dt.date(2026, 3, 24), MARCH)
    assert values(policy.undone(pack, [march]), "patience", "amazon.com") == {"2025-01-01": (10, "9999-12-31")}
    assert [change.name for change in policy.changes(pack, MARCH, APRIL)] == ["season"]


def test_only_the_questions_that_read_a_value_ask_for_it(pack):
    march, end = policy.changes(pack, dt.date(2026, 3, 24), dt.date(2026, 3, 31))
    assert policy.asking(pack, [march]) == ["late"]
    assert policy.asking(pack, [end]) == []


def test_a_pack_without_its_changes_answers_with_the_old_value(con, shop, pack):
    shop.line(ordered_at="2026-03-25 12:00:00+00", deliver_by="2026-03-27 12:00:00+00")  # four days late on 31 March
    shop.as_of("2026-03-31 12:00:00+00")
    found = policy.changes(pack, dt.date(2026, 3, 24), dt.date(2026, 3, 31))
    told = policy.compare(con, policy.undone(pack, found), pack, only=policy.asking(pack, found))
    assert told.frame[["answer", "other_answer"]].to_numpy().tolist() == [["wait", "look"]]


@pytest.mark.parametrize("name", policy.packs())
def test_every_value_of_a_shipped_pack_begins_once(name):
    """Undoing everything leaves, of each key, at most one value that holds on any day."""
    pack = policy.load_pack(name)
    every = policy.changes(pack, dt.date(1900, 1, 1), dt.date(9999, 1, 1))
    assert every or name == "article-2021"
    bare = policy.undone(pack, every)
    assert policy.changes(bare, dt.date(1900, 1, 1), dt.date(9999, 1, 1)) == []
