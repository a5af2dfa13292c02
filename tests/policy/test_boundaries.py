"""Every day on which a value of the pack amazon begins or ends: what holds on it and on the day before, by the compiled SQL.

Twice: against the list of facts that the pack was written from (its rows as CSV, read here on their own), and for values that
rules read and that change, by orders on either side whose answers or deadlines a reader can reckon.
"""

import csv
import datetime as dt
import functools
import re
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest

from orderkit import policy
from orderkit.marketplaces import calendar_rows, marketplaces, sites
from orderkit.policy import pages
from orderkit.policy.cases import answer
from orderkit.policy.compile import decided_ctes, in_force_sql, read_parameters
from orderkit.policy.dictionary import dictionary
from orderkit.policy.language import Expression
from orderkit.policy.model import BEFORE_ALL, FOREVER, Question, Rule

PACK = policy.load_pack("amazon")
OWN = Path(__file__).with_name("rows_of_facts.csv")
FACTS = Path(__file__).parents[3] / "shared" / "facts" / "policy" / "policy_facts.csv"
DAY = dt.timedelta(days=1)
READ = {parameter.name for question in PACK.questions.values() for parameter in read_parameters(PACK, question)}


def day(text):
    return dt.date.fromisoformat(text)


def boundaries(parameter):
    """{(day, keys)}: the days on which a value begins or ends, and for which keys; keys with one history stand together."""
    histories = defaultdict(list)
    for period in parameter.periods:
        histories[period.key].append((period.start, period.end, period.value, period.others, period.certainty, period.known))
    together = defaultdict(list)
    for key, history in histories.items():
        together[tuple(history)].append(key)
    days = {(edge, tuple(keys)) for history, keys in together.items() for start, end, *_ in history for edge in (start, end)}
    return {(edge, keys) for edge, keys in days if edge not in (BEFORE_ALL, FOREVER)}


ALL = [
    pytest.param(parameter, edge, keys, id=f"{parameter.name}-{edge}-{keys[0] or 'all'}")
    for parameter in PACK.parameters.values()
    for edge, keys in sorted(boundaries(parameter), key=str)
]
CHANGING = {  # values that change or end for some key
    parameter.name for parameter in PACK.parameters.values() if any(period.end != FOREVER for period in parameter.periods)
}


def probe(parameter):
    """A question that reads one parameter, so that the compiler writes its join as for any other."""
    of = next(of for of, table in (("order_lines", "line_facts"), ("returns", "return_facts")) if _fits(parameter, table))
    table = {"order_lines": "line_facts", "returns": "return_facts"}[of]
    rules = []
    for name, when in (("reads", f"{parameter.name} = {parameter.name}"), ("rest", "true")):
        made = Expression(when, dictionary(table), PACK.parameters)
        rules.append(Rule(name, made, "nothing_to_do", "nobody", "none", "orderkit", 0))
    return Question("probe", of, "", tuple(rules), ())


def _fits(parameter, table):
    return all(name in dictionary(table) for name in parameter.selectors)


def in_force(parameter, on, keys):
    """{key: (value, period)} on a day, by the SQL that orders go through; (None, None) where no period holds."""
    question, con = probe(parameter), duckdb.connect()
    columns = [*question.keys, *parameter.selectors]
    cells = {parameter.applies_by: f"DATE '{on}'"}
    rows = [
        ", ".join(cells.get(name, f"'{key}'" if name == parameter.by else f"'{n}'") for name in columns)
        for n, key in enumerate(keys)
    ]
    facts = f"(SELECT * FROM (VALUES {', '.join(f'({row})' for row in rows)}) AS given({', '.join(columns)}))"
    values = con.sql(
        f"WITH {decided_ctes(PACK, question, facts=facts)} SELECT line, {parameter.name}_value FROM decided"
    ).fetchall()
    width = len(question.keys)
    numbers = {row[0]: row[width + 1] for row in con.sql(in_force_sql(PACK, question, facts=facts)).fetchall()}
    return {keys[int(n)]: (value, parameter.periods[numbers[n]] if n in numbers else None) for n, value in sorted(values)}


# ---- the list of facts, read on its own


@functools.cache
def rows(path):
    with path.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def number(text):
    return float(text)


def found(pattern, column="value"):
    """A reader of the first group of a pattern in a column of a row: a number, or a day."""

    def read(row):
        said = re.search(pattern, row[column], re.IGNORECASE)
        return None if said is None else day(said[1]) if "-" in said[1] else number(said[1])

    return read


A_DAY = r"(\d{4}-\d{2}-\d{2})"
VALUE = {  # how the value of a parameter that changes stands in its rows
    "auto_cancel_after": lambda row: number(row["value"]) / (24 if row["unit"].startswith("hours") else 1),
    "handling_default": found(r"switched to (\d+) day"),
    "on_time_advised": lambda row: found(r"\((\d+) advised\)")(row) or found(r"(\d+) \(advice only\)")(row),
    "protection_reply_within": found(r"replies <= (\d+) h"),
    "return_window_short": found(r"(\d+)"),
    "return_window_short_grace_until": found(rf"requests to {A_DAY}", "note"),
    "holiday_return_until": found(A_DAY),
    "holiday_return_until_short": found(A_DAY),
    "holiday_return_until_apple": found(rf"Apple {A_DAY}"),
    "holiday_return_until_by_shipping": found(A_DAY),
    "refund_within_business_days": found(r"(\d+)"),
    "label_exempt_over": found(r">(\d+)"),
    "abroad_return_answer_within": found(r"(\d+)(?: calendar)? days"),
    "abroad_return_over": found(r"item > (\d+)", "scope"),
    "safe_t_window": found(r"(\d+)"),
    "fba_claim_within": lambda row: number(row["value"]) * (30 if row["unit"] == "months" else 1),
    "carrier_claim_opens": found(r"(\d+)"),
    "return_reply_within": lambda row: number(row["value"]) / 24,
    "liability_cover": lambda row: 1_000_000 * found(r"(\d+)M USD")(row),
}
NOT_ROWS = {("label_exempt_over", "return.prepaid_label")}  # rows that only say why a value ended
NO_SEASON, UNTOLD = day("1900-01-01"), "UK, ES, NL, BE, IE, SE, PL"
CARRIERS = {"royalmail": "royal_mail"}
PACKS_OWN = {  # days that no row of the list names: for which marketplaces, the value on either side, and why the pack has them
    ("holiday_return_until", "2027-01-01"): ("US, UK, EU", None, NO_SEASON, "no season on record ran past 31 December"),
    ("holiday_return_until_short", "2027-01-01"): ("DE, IT", None, None, "the same"),
    ("holiday_return_until_apple", "2027-01-01"): ("US", None, None, "the same"),
    ("holiday_return_until", "2025-11-01"): (UNTOLD, NO_SEASON, None, "no text found: not known, instead of none"),
    ("holiday_return_until", "2026-01-01"): (UNTOLD, None, NO_SEASON, "the end of that"),
}
LESS_SURE = {  # where the pack trusts a value less than its row does, and why
    ("return_window_short_grace_until", "2025-06-23"): ("M", "the row gives the day of grace from memory"),
    ("holiday_return_until_apple", "2024-11-01"): ("?", "the row has Apple's day as not confirmed"),
    ("safe_t_window", "2026-02-16"): ("C", "UK and EU: nothing seen since the US halved its days"),
}


def rows_of(parameter):
    """The rows of the list that rows_of_facts.csv names for a parameter."""
    named = [row["where"] for row in rows(OWN)]
    return [
        row
        for row, where in zip(rows(FACTS), named, strict=True)
        if parameter.name in re.findall(r"[a-z_]+", where.partition("rule")[0])
        and (parameter.name, row["fact_id"]) not in NOT_ROWS
    ]


def is_about(row, parameter, key):
    if parameter.by == "marketplace":
        codes = row["marketplace"].split(";")
        return "all" in codes or key in [site for code in codes for site in sites(code)]
    if row["fact_id"].startswith("insurer"):
        return key in row["scope"].lower().split(";") or key in row["value"].lower()
    name = row["fact_id"].split(".")[1]
    return key == CARRIERS.get(name, name)


def expected(parameter, on, key):
    """The row of the list that holds on a day for a key, the newest; None where there is none."""
    held = [
        row
        for row in rows_of(parameter)
        if is_about(row, parameter, key)
        and (not row["effective_from"] or day(row["effective_from"]) <= on)
        and (not row["effective_to"] or on <= day(row["effective_to"]))
    ]
    return max(held, key=lambda row: row["effective_from"], default=None)


def stands_in(value, row):
    """Whether a value stands in the words of a row, where no more is known of how it is written there."""
    words = " ".join(row[name] for name in ("value", "unit", "scope", "clock_or_anchor", "effective_from", "note"))
    if isinstance(value, dt.date):
        return str(value) in words
    return float(value) in {float(text) for text in re.findall(r"\d+(?:\.\d+)?", words)}


needs_facts = pytest.mark.skipif(not FACTS.exists(), reason="shared/facts is not on this machine")


def is_own(parameter, edge, key):
    codes = PACKS_OWN.get((parameter.name, str(edge)), ("",))[0]
    return key in [site for code in codes.split(", ") for site in sites(code)]


def is_since(parameter):
    """Whether its value is itself the day from which a rule holds."""
    return parameter.name.endswith("_since")


@needs_facts
@pytest.mark.parametrize(("parameter", "edge", "keys"), [case for case in ALL if not is_since(case.values[0])])
def test_what_holds_on_either_side_is_what_the_facts_say(parameter, edge, keys):
    for on in (edge - DAY, edge):
        for key, (value, period) in in_force(parameter, on, keys).items():
            row = expected(parameter, on, key)
            if is_own(parameter, edge, key):
                assert value == PACKS_OWN[parameter.name, str(edge)][1 if on < edge else 2]
                continue
            assert (period is None) == (row is None), (on, key)
            if period is None:
                assert value == parameter.otherwise, (on, key)
            elif parameter.name in VALUE:
                said = VALUE[parameter.name](row) if row["certainty"] != "?" else None
                assert said == (value if value is None or isinstance(value, dt.date) else float(value)), (on, key)
            else:
                assert stands_in(value, row), (on, key, row)


@needs_facts
@pytest.mark.parametrize("parameter", [made for made in PACK.parameters.values() if is_since(made)], ids=lambda made: made.name)
def test_a_day_since_when_a_rule_holds_is_that_of_its_row(parameter):
    for period in parameter.periods:
        begun = [row["effective_from"] for row in rows_of(parameter) if is_about(row, parameter, period.key)]
        assert str(period.value) in begun, period


@needs_facts
@pytest.mark.parametrize(("parameter", "edge", "keys"), [case for case in ALL if not is_since(case.values[0])])
def test_how_sure_a_value_is_and_since_when_is_shown_as_the_facts_have_it(parameter, edge, keys):
    for key, (_, period) in in_force(parameter, edge, keys).items():
        row = expected(parameter, edge, key)
        if period is None or is_own(parameter, edge, key):
            continue
        shown = pages.value_in_words(parameter.unit, period) + pages.certainty(period)
        less = LESS_SURE.get((parameter.name, str(edge)), ("",))[0] if period.certainty != row["certainty"] else ""
        assert f"(certainty {less or row['certainty']}; " in shown
        if not less:
            since = pages.plain(day(row["effective_from"])) + (" at latest" if row["from_known"] == "at_latest" else "")
            assert f", since {since} (" in shown


UNKNOWN_STARTS = [
    pytest.param(parameter, period, id=f"{parameter.name}-{period.key}")
    for parameter in PACK.parameters.values()
    for period in parameter.periods
    if period.start == BEFORE_ALL
]


@needs_facts
@pytest.mark.parametrize(("parameter", "period"), UNKNOWN_STARTS)
def test_a_start_that_nobody_knows_is_shown_as_such(parameter, period):
    row = next(row for row in rows_of(parameter) if is_about(row, parameter, period.key) and row["from_known"] == "unknown")
    shown = pages.value_in_words(parameter.unit, period) + pages.certainty(period)
    assert f", since when is not known (certainty {row['certainty']}; " in shown
    value, found = in_force(parameter, day("2001-02-03"), [period.key])[period.key]
    assert (value, found) == (period.value, period)


@needs_facts
def test_every_day_of_the_facts_is_one_of_the_pack():
    days = 0
    for parameter in PACK.parameters.values():
        known = {(edge, key) for edge, keys in boundaries(parameter) for key in keys}
        for row in () if is_since(parameter) else rows_of(parameter):
            for key in {period.key for period in parameter.periods if is_about(row, parameter, period.key)}:
                ends = [day(row["effective_to"]) + DAY] if row["effective_to"] else []
                for edge in ([day(row["effective_from"])] if row["effective_from"] else []) + ends:
                    assert (edge, key) in known, (parameter.name, edge, key, row)
                    days += 1
    assert days > 500


# ---- orders on either side, for values that rules read and that change

SHIP = {
    "channel": "FBM", "marketplace": "amazon.com", "status": "unshipped", "handed_over": False, "confirmed": False,
    "official_request": False, "days_past_ship_by": 1,
}  # fmt: skip
CLAIM = {
    "channel": "FBM", "marketplace": "amazon.com", "status": "shipped", "handed_over": True, "refund_on_record": "no",
    "tracking": "delivered", "protected": True, "days_past_ship_by": 10, "days_past_deliver_by": 4,
}  # fmt: skip
BACK = {"channel": "FBM", "closed": False, "in_policy": False, "fault": "buyer", "marketplace": "amazon.com"}
REFUND = {
    "channel": "FBM",
    "marketplace": "amazon.com",
    "received": True,
    "refund_on_record": "no",
    "refunded_at_first_scan": False,
}
SAFE_T = {
    "channel": "FBM", "marketplace": "amazon.com", "received": True, "state": "used_damaged", "fault": "buyer",
    "safe_t_filed": False, "a_to_z_claimed": False, "refunded_at_first_scan": True,
}  # fmt: skip
LOST = {
    "channel": "FBM",
    "marketplace": "amazon.com",
    "tracking": "lost",
    "claim_on_record": "none",
    "protected": False,
    "insured": False,
    "carrier_name": "usps",
}


def ordered(boundary, marketplace, ship_by, before, on):
    """An order of the day before and one of the day, not shipped in time: when is it cancelled automatically?"""
    given = {**SHIP, "marketplace": marketplace, "ship_by_day": ship_by}
    return ("auto_cancel_after", boundary, "ship", "ordered_day", given, before, on)


def claimed(boundary, marketplace, before, on):
    """A message of 08:00 UTC two days before, about a protected label: by when to answer for the marketplace to pay?"""
    asked = f"{day(boundary) - 2 * DAY} 08:00:00+00:00"
    given = {**CLAIM, "marketplace": marketplace, "not_received_asked_at": asked}
    return ("protection_reply_within", boundary, "not_received", "as_of_day", given, before, on)


def season(boundary, marketplace, requested, before, on, delivered=None):
    """Bought on the day before or on the day, delivered on the day, and asked to go back after the usual 30 days."""
    given = {**BACK, "marketplace": marketplace, "delivered_day": delivered or boundary, "requested_at": requested}
    return ("holiday_return_until", boundary, "return_request", "ordered_day", given, (before,), (on,))


def received(boundary, marketplace, before, on):
    """A return that came back on the day before or on the day: by when to refund?"""
    given = {**REFUND, "marketplace": marketplace}
    return ("refund_within_business_days", boundary, "refund_clock", "received_at", given, before, on)


def filed(boundary, marketplace, refunded, came, before, on):
    """A SAFE-T claim filed on the day before or on the day: until when?"""
    given = {**SAFE_T, "marketplace": marketplace, "refund_day": refunded, "received_at": came}
    return ("safe_t_window", boundary, "safe_t", "as_of_day", given, before, on)


YES, NO, LOOK, NONE = "authorise_return", "may_decline_late_return", "look_first", "no_rule_known"
CANCELS, TO_A_TO_Z, FILE, IN_DAYS = "ship_before_auto_cancel", "send_to_a_to_z", "file_safe_t", "refund_in_business_days"
EXAMPLES = [  # parameter, day, question, the fact that is moved, what else is given, what comes out before and on the day:
    # the answer, and where it has one the deadline and the latest that sources say
    ordered("2019-12-31", "amazon.com", "2020-01-05", (CANCELS, None, None), (CANCELS, "2020-02-04", None)),  # 5 Jan + 30
    # 5 Oct + 30; then + 7, and + 11 by the calendar of those who count business days
    ordered("2020-09-30", "amazon.de", "2020-10-05", (CANCELS, "2020-11-04", None), (CANCELS, "2020-10-12", "2020-10-16")),
    ordered("2021-12-31", "amazon.com.br", "2022-01-05", (CANCELS, None, None), (CANCELS, "2022-01-12", "2022-01-16")),  # 7; 11
    ordered("2022-12-31", "amazon.in", "2023-01-05", (CANCELS, None, None), (CANCELS, "2023-01-05", "2023-01-06")),  # 0; 1
    claimed("2021-06-04", "amazon.com", (TO_A_TO_Z, None, None), (TO_A_TO_Z, "2021-06-04", None)),
    # what is new is the badge on the label; the hours stay
    claimed("2024-12-31", "amazon.com", (TO_A_TO_Z, "2024-12-31", None), (TO_A_TO_Z, "2024-12-31", None)),
    claimed("2024-12-31", "amazon.ca", (TO_A_TO_Z, None, None), (TO_A_TO_Z, "2024-12-31", None)),
    season("2021-10-01", "amazon.com", "2022-01-31", NO, YES),
    season("2021-10-01", "amazon.com.au", "2022-01-31", NONE, YES),  # no usual window is known there
    # delivered before it was bought: no real order, but with a real one 30 days from delivery reach as far as the season
    season("2022-01-01", "amazon.com", "2022-01-31", YES, NO, "2021-12-31"),
    season("2022-01-01", "amazon.com.au", "2022-01-31", YES, NONE, "2021-12-31"),
    season("2022-10-07", "amazon.com", "2023-01-31", NO, YES),
    season("2022-10-07", "amazon.com", "2023-02-01", NO, LOOK),  # certainty C: nobody is declined by it
    season("2023-01-01", "amazon.com", "2023-01-31", YES, NO, "2022-12-31"),
    season("2023-11-01", "amazon.com", "2024-01-31", NO, YES),
    season("2023-11-01", "amazon.com", "2024-02-01", NO, NO),  # certainty B
    season("2024-01-01", "amazon.com", "2024-01-31", YES, NO, "2023-12-31"),
    season("2024-11-01", "amazon.com", "2025-01-31", NO, YES),
    season("2025-01-01", "amazon.com", "2025-01-31", YES, NO, "2024-12-31"),
    season("2025-11-01", "amazon.com", "2026-01-31", NO, YES),
    season("2026-01-01", "amazon.com", "2026-01-31", YES, NO, "2025-12-31"),
    season("2026-11-01", "amazon.com", "2027-01-31", NO, "unknown"),  # not announced
    season("2027-01-01", "amazon.com", "2027-01-31", "unknown", NO, "2026-12-31"),
    season("2024-11-01", "amazon.de", "2025-01-31", NO, YES),
    season("2024-12-26", "amazon.de", "2025-01-31", YES, NO),
    season("2025-11-01", "amazon.de", "2026-01-31", NO, YES),
    season("2025-12-26", "amazon.de", "2026-01-31", YES, NO),
    season("2026-11-01", "amazon.de", "2027-01-31", NO, "unknown"),
    season("2027-01-01", "amazon.de", "2027-01-31", "unknown", NO, "2026-12-31"),
    season("2024-11-01", "amazon.fr", "2025-01-31", NO, YES),
    season("2024-12-26", "amazon.fr", "2025-01-31", YES, NO),
    season("2025-11-01", "amazon.fr", "2026-01-31", NO, YES),
    season("2025-12-26", "amazon.fr", "2026-01-31", YES, NO),
    season("2026-11-01", "amazon.fr", "2027-01-31", NO, "unknown"),
    season("2027-01-01", "amazon.fr", "2027-01-31", "unknown", NO, "2026-12-31"),
    season("2024-11-01", "amazon.co.uk", "2025-01-31", LOOK, YES),  # the usual window there is of certainty C
    season("2024-12-26", "amazon.co.uk", "2025-01-31", YES, LOOK),
    season("2025-11-01", "amazon.co.uk", "2026-01-31", LOOK, "unknown"),  # no text found
    season("2026-01-01", "amazon.co.uk", "2026-01-31", "unknown", LOOK, "2025-12-31"),
    season("2026-11-01", "amazon.co.uk", "2027-01-31", LOOK, "unknown"),
    season("2027-01-01", "amazon.co.uk", "2027-01-31", "unknown", LOOK, "2026-12-31"),
    season("2025-11-01", "amazon.es", "2026-01-31", LOOK, "unknown"),
    season("2026-01-01", "amazon.es", "2026-01-31", "unknown", LOOK, "2025-12-31"),
    season("2026-11-01", "amazon.es", "2027-01-31", LOOK, "unknown"),
    season("2027-01-01", "amazon.es", "2027-01-31", "unknown", LOOK, "2026-12-31"),
    # Mon 31 Dec 2012: 2 and 3 January are business days; before, no page is known
    received("2012-12-31", "amazon.com", (NONE, None, None), (IN_DAYS, "2013-01-03", None)),
    # Sun 25 Jan 2026: 26 and 27; from Mon 26 on the marketplace may refund 4 days later
    received("2026-01-26", "amazon.com", (IN_DAYS, "2026-01-27", None), ("refund_before_automatic", "2026-01-30", None)),
    # Fri 31 Dec 2021: Mon 3 January was a holiday in the UK, so 4 and 5
    received("2021-12-31", "amazon.co.uk", (NONE, None, None), (IN_DAYS, "2022-01-05", None)),
    filed("2020-12-31", "amazon.com", "2020-12-20", "2020-12-22", (NONE, None, None), (FILE, "2021-02-18", None)),  # 20 Dec + 60
    filed("2026-02-16", "amazon.com", "2026-01-25", "2026-02-01", (FILE, "2026-03-26", None), (FILE, "2026-03-03", None)),
    filed("2025-12-31", "amazon.de", "2025-12-20", "2025-12-22", (NONE, None, None), (FILE, "2026-02-18", None)),  # 20 Dec + 60
    # 25 Jan + 60 both times; from then on the source is not sure, which the latest day says
    filed("2026-02-16", "amazon.de", "2026-01-25", "2026-02-01", (FILE, "2026-03-26", None), (FILE, "2026-03-26", "2026-03-26")),
    (
        "carrier_claim_opens", "2026-01-18", "carrier_claim", "shipped_day", {**LOST, "as_of_day": "2026-01-20"},
        ("claim_carrier", "2026-03-18", None),  # 17 Jan + 60
        ("wait_until_claim_opens", "2026-02-02", None),  # 18 Jan + 15
    ),
]  # fmt: skip


def with_calendar(marketplace):
    con = duckdb.connect()
    con.execute("CREATE TABLE calendar (marketplace VARCHAR, day DATE, business_day BOOLEAN, business_day_index INTEGER)")
    listed = calendar_rows(marketplaces()[marketplace], day("2012-01-01"), day("2026-12-31"))
    con.executemany("INSERT INTO calendar VALUES (?, ?, ?, ?)", [(row[0], row[1], row[5], row[6]) for row in listed])
    return con


def asked(question, given, con):
    """The Case of one made-up order or return, answered by the compiled SQL."""
    made = PACK.questions[question]
    known = dictionary(made.table)
    columns = ", ".join(f"CAST(${name} AS {fact.sql_type}) AS {name}" for name, fact in known.items())
    values = {name: given.get(name) for name in known}
    return answer(con, PACK, made, table=f"(SELECT {columns})", params=values)[0]


@pytest.mark.parametrize(
    ("name", "boundary", "question", "moved", "given", "before", "on"),
    [pytest.param(*case, id=f"{case[0]}-{case[1]}-{case[4]['marketplace']}-{n}") for n, case in enumerate(EXAMPLES)],
)
def test_orders_on_either_side_are_answered_by_their_own_value(name, boundary, question, moved, given, before, on):
    con = with_calendar(given["marketplace"]) if question == "refund_clock" else duckdb.connect()
    for edge, wanted in ((day(boundary) - DAY, before), (day(boundary), on)):
        case = asked(question, {**given, moved: str(edge)}, con)
        days = [str(each) if each else None for each in (case.deadline, case.deadline_latest)]
        assert [case.answer, *days][: len(wanted)] == list(wanted), edge
        for entry in case.in_force:
            if entry["parameter"] == name:
                assert entry["period"].start <= edge < entry["period"].end
                assert f"(certainty {entry['period'].certainty}; " in pages.in_force(entry)


def test_how_sure_a_value_is_differs_on_either_side_of_its_boundary():
    """SAFE-T in Europe, and the day from which USPS takes claims: what is shown of the value in force."""
    shown = {}
    for on in ("2026-02-15", "2026-02-16"):
        given = {**SAFE_T, "marketplace": "amazon.de", "refund_day": "2026-01-25", "received_at": "2026-02-01", "as_of_day": on}
        shown[on] = " ".join(pages.case_lines(asked("safe_t", given, duckdb.connect())))
    assert "safe t window: 60 days, since 31 Dec 2025 at latest (certainty B; " in shown["2026-02-15"]
    assert "by: 26 Mar 2026 " in shown["2026-02-15"]
    assert "safe t window: 60 days, since 16 Feb 2026 (certainty C; " in shown["2026-02-16"]
    assert "by: safest date 26 Mar 2026, by a source that is not sure" in shown["2026-02-16"]
    opens = PACK.parameters["carrier_claim_opens"]
    for on in ("2026-01-17", "2026-01-18"):
        _, period = in_force(opens, on, ["usps"])["usps"]
        shown[on] = pages.in_force({"parameter": opens.name, "unit": opens.unit, "period": period})
    assert shown["2026-01-17"].startswith("carrier claim opens: 0 days, since when is not known (certainty C; ")
    assert shown["2026-01-18"].startswith("carrier claim opens: 15 days, since 18 Jan 2026 (certainty A; 90 FR 61328")


def test_no_boundary_is_new_without_orders_on_either_side():
    """Of every value that rules read and that changes: one example at least for each day and group of marketplaces."""
    covered = {(name, boundary, given["marketplace"]) for name, boundary, _, _, given, _, _ in EXAMPLES}
    for name in sorted(READ & CHANGING):
        parameter = PACK.parameters[name]
        for edge, keys in boundaries(parameter):
            near = keys if parameter.by == "marketplace" else ("amazon.com",)
            assert any((name, str(edge), key) in covered for key in near), (name, edge, keys)
    assert {name for name, *_ in EXAMPLES} == READ & CHANGING


def test_no_boundary_is_new_without_being_looked_at():
    """A new value changes these: then see that its row and, where rules read it, its orders on either side stand here."""
    assert len(ALL) == 223
    assert len(UNKNOWN_STARTS) == 48
    assert {name for name in VALUE if name in CHANGING} == CHANGING
