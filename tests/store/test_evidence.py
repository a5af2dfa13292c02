"""What a whole file tells of its own numbers, dates and clock; each file small enough to see why."""

import datetime as dt
from dataclasses import dataclass, field

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderkit.errors import FileRefused
from orderkit.formats import formats
from orderkit.formats.spec import Column
from orderkit.store.values import types
from orderkit.store.values.evidence import Ambiguous, clock_bound, decide, needs_evidence
from orderkit.store.values.types import PLAIN, Style

CLOCK = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
FEEDBACK = ("%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%Y-%m-%d", "%y/%m/%d")


@dataclass(frozen=True)
class Form:
    decimal: str = "point"
    decimal_by_header: dict = field(default_factory=dict)


@dataclass(frozen=True)
class File:
    """As much of a Match as evidence looks at."""

    columns: list
    format: Form = field(default_factory=Form)

    @property
    def headers(self):
        return [column.header if column else "?" for column in self.columns]


def column(kind, name="cell", **more):
    return Column(header=name, name=name, type=kind, **more)


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        yield con


def source(con, *columns):
    """A table of cells c0, c1 ... made of lists of texts of the same length; its name."""
    names = [f"c{at}" for at in range(len(columns))]
    lists = ", ".join(f"unnest(${name}::VARCHAR[]) AS {name}" for name in names)
    con.execute(f"CREATE OR REPLACE TEMP TABLE cells AS SELECT {lists}", dict(zip(names, map(list, columns), strict=True)))
    return "cells"


# name: (what the format says, cells, expected (mark, loose) or None where the file is refused)
DECIMALS = {
    "points": ("file", ["9.99", "12.50", "3"], ("point", True)),
    "one point": ("file", ["9.9", "3"], ("point", True)),
    "commas": ("file", ["9,99", "12,50", "3"], ("comma", True)),
    "point and thousands comma": ("file", ["1,234.50"], ("point", True)),
    "comma and thousands point": ("file", ["1.234,5"], ("comma", True)),
    "comma and thousands blank": ("file", ["1 234,50"], ("comma", True)),
    "comma and narrow blank": ("file", ["1\u202f234,50"], ("comma", True)),
    "Swiss apostrophe": ("file", ["1'234.50"], ("point", True)),
    "lakh": ("file", ["1,23,456"], ("point", True)),
    "repeated comma": ("file", ["1,234,567"], ("point", True)),
    "repeated point": ("file", ["1.234.567"], ("comma", True)),
    "less than one": ("file", ["0.123"], ("point", True)),
    "less than one, with a comma": ("file", ["0,123"], ("comma", True)),
    "more than three digits behind": ("file", ["1.2345"], ("point", True)),
    "more than three digits before": ("file", ["1234.567"], ("point", True)),
    "symbols": ("file", ["$9.99", "-$1,433.66"], ("point", True)),
    "symbols behind": ("file", ["9,99 €", "(12,50 kr)"], ("comma", True)),
    "whole numbers": ("file", ["1", "200", "-3"], ("point", True)),
    "a point in a symbol is none": ("file", ["Rs. 500", "Rs.1200"], ("point", True)),
    "nothing": ("file", [None, None], ("point", True)),
    "no lines": ("file", [], ("point", True)),
    "only words": ("file", ["nan", "free", "#REF!"], ("point", True)),
    "proof decides the doubtful": ("file", ["1,234", "9.99"], ("point", True)),
    "proof decides the doubtful, commas": ("file", ["1.234", "9,99"], ("comma", True)),
    "only doubtful": ("file", ["1.234", "5.678"], None),
    "only doubtful commas": ("file", ["1,234", "7"], None),
    "doubtful both ways": ("file", ["1,234", "1.234"], None),
    "half and half": ("file", ["9.99", "9,99"], None),
    "two per cent": ("file", ["9.99"] * 98 + ["9,99"] * 2, None),
    "less than one per cent": ("file", ["9.99"] * 200 + ["9,99"], ("point", True)),
    "less than one per cent, commas": ("file", ["9,99"] * 200 + ["9.99"], ("comma", True)),
    "a plain export": ("point", ["9.99", "12"], ("point", False)),
    "a plain export of whole numbers": ("point", ["1500", "12"], ("point", False)),
    "a plain export with one comma": ("point", ["9.99", "12.50", "9,99"], ("point", False)),
    "a plain export half of commas": ("point", ["9.99", "9,99"], ("point", False)),
    "a plain export with a doubtful amount": ("point", ["1,234", "1.234"], ("point", False)),
    "a plain export saved again with commas": ("point", ["9,99", "12", "1.234"], ("comma", True)),
    "a comma export": ("comma", ["9,99", "1.234"], ("comma", True)),
    "a comma export, only doubtful": ("comma", ["1.234"], ("comma", True)),
    "a comma export saved again with points": ("comma", ["9.99"], ("point", True)),
}


@pytest.mark.parametrize("what", DECIMALS)
def test_the_decimal_mark_is_that_of_the_whole_file(con, what):
    said, cells, expected = DECIMALS[what]
    for kind in ("money", "amount", "number"):
        file = File([column(kind)], Form(said))
        if expected is None:
            with pytest.raises(Ambiguous, match=r"Load them one by one|Download a longer period"):
                decide(con, file, source(con, cells))
        else:
            style = decide(con, file, source(con, cells))
            assert (style.decimal, style.loose) == expected


def test_all_columns_of_a_file_decide_together(con):
    file = File([column("money", "a"), None, column("text", "b"), column("amount", "c")], Form("file"))
    cells = source(con, ["1.234", "2.000"], [None, None], ["9.99", "9.99"], ["9,99", None])
    style = decide(con, file, cells)
    assert (style.decimal, style.note) == ("comma", "0 amounts show a decimal point, 1 a decimal comma")


def test_the_language_of_the_header_decides_only_what_no_amount_tells(con):
    form = Form("file", {"gesamt": "comma", "total": "point"})
    for header, mark in (("Gesamt", "comma"), ("total", "point")):
        file = File([column("money", header)], form)
        assert decide(con, file, source(con, ["1.234", "5"])).decimal == mark
        assert decide(con, file, source(con, ["1.234", "9.99"])).decimal == "point"
        assert decide(con, file, source(con, ["1.234"]), native=True).decimal == "point"
    with pytest.raises(Ambiguous):
        decide(con, File([column("money", "Summe")], form), source(con, ["1.234"]))


def test_a_workbook_s_own_numbers_have_points(con):
    assert decide(con, File([column("money")], Form("file")), source(con, ["1.234"]), native=True) == Style(
        loose=True, native=True
    )


def test_without_numbers_and_rivals_nothing_is_looked_at(con):
    file = File([column("text"), column("day", formats=("%Y-%m-%d",))])
    assert decide(con, file, "no_such_table") == PLAIN
    assert decide(con, file, "no_such_table", native=True) == Style(native=True)


def test_the_note_and_the_refusal_say_how_many(con):
    file = File([column("money")], Form("file"))
    assert decide(con, file, source(con, ["9.99"] * 3)).note == "3 amounts show a decimal point, 0 a decimal comma"
    with pytest.raises(FileRefused, match="has 2 amounts with a decimal point and 1 with a decimal comma") as problem:
        decide(con, file, source(con, ["9.99", "9.99", "9,99"]))
    assert problem.value.reason.startswith("has 2 amounts")


SLASHES = ("%d/%m/%Y", "%m/%d/%Y")
DASHED = ("%d-%b-%Y", "%Y-%m-%d")
# name: (formats, cells, the formats that must be left or None where the file is refused)
DATES = {
    "day above twelve": (SLASHES, ["01/02/2026", "25/12/2025"], ("%d/%m/%Y",)),
    "month first": (SLASHES, ["01/02/2026", "12/25/2025"], ("%m/%d/%Y",)),
    "all ambiguous": (SLASHES, ["01/02/2026", "03/04/2026"], None),
    "same in both": (SLASHES, ["01/01/2026", "05/05/2026"], SLASHES),
    "no lines": (SLASHES, [], SLASHES),
    "nothing in them": (SLASHES, [None, None], SLASHES),
    "a cell that fits none decides nothing": (SLASHES, ["01/02/2026", "31/31/2026", "soon"], None),
    "a cell that fits none disturbs nothing": (SLASHES, ["01/02/2026", "31/31/2026", "25/12/2025"], ("%d/%m/%Y",)),
    "31 February decides nothing": (SLASHES, ["03/04/2026", "31/02/2026"], None),
    "both kinds": (SLASHES, ["25/12/2025", "12/25/2025"], None),
    "both kinds, unevenly": (SLASHES, ["25/12/2025"] * 20 + ["12/25/2025"] * 5, None),
    "one wrong among many": (SLASHES, ["25/12/2025"] * 4 + ["12/25/2025"], ("%d/%m/%Y",)),
    "less than one per cent wrong": (SLASHES, ["25/12/2025"] * 300 + ["12/25/2025"] * 2, ("%d/%m/%Y",)),
    "two digits, month first": (FEEDBACK, ["12/25/25", "01/02/26"], ("%m/%d/%y", "%d.%m.%y", "%Y-%m-%d")),
    "dots are never mistaken": (FEEDBACK, ["01.02.26", "03.04.26"], FEEDBACK),
    "ISO is never mistaken": (FEEDBACK, ["2026-01-02"], FEEDBACK),
    "years first or days first": (FEEDBACK, ["25/12/26", "24/12/26", "13/12/26"], None),
    "days spread like no years do": (
        FEEDBACK, ["25/11/26", "24/11/26", "13/11/26", "19/11/26", "02/10/26"], ("%d/%m/%y", "%d.%m.%y", "%Y-%m-%d"),
    ),
    "years first, days spread": (
        FEEDBACK, ["26/11/25", "26/11/24", "26/11/13", "26/11/19", "26/10/02"], ("%d.%m.%y", "%Y-%m-%d", "%y/%m/%d"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", DATES)
def test_the_order_of_day_and_month_is_that_of_the_whole_file(con, what):
    allowed, cells, expected = DATES[what]
    file = File([column("day", formats=allowed)])
    if expected is None:
        with pytest.raises(Ambiguous, match=r"Load the files one by one|Download a longer period"):
            decide(con, file, source(con, cells))
    else:
        assert decide(con, file, source(con, cells)).dates == {"cell": expected}


def test_an_ambiguous_column_looks_at_the_others_with_its_formats(con):
    file = File([column("day", "ordered", formats=SLASHES), column("day", "returned", formats=SLASHES)])
    style = decide(con, file, source(con, ["01/02/2026", "03/04/2026"], ["25/12/2025", None]))
    assert style.dates == {"ordered": ("%d/%m/%Y",), "returned": ("%d/%m/%Y",)}
    with pytest.raises(Ambiguous, match="ordered"):
        decide(con, file, source(con, ["01/02/2026", "03/04/2026"], ["01/02/2025", None]))


def test_columns_that_tell_their_own_order_are_taken_at_their_word(con):
    file = File([column("day", "ordered", formats=SLASHES), column("day", "returned", formats=SLASHES)])
    style = decide(con, file, source(con, ["25/12/2025"], ["12/25/2025"]))
    assert style.dates == {"ordered": ("%d/%m/%Y",), "returned": ("%m/%d/%Y",)}


def test_other_columns_of_other_formats_decide_nothing(con):
    file = File([column("day", "ordered", formats=SLASHES), column("day", "returned", formats=(*SLASHES, "%Y-%m-%d"))])
    with pytest.raises(Ambiguous, match="ordered"):
        decide(con, file, source(con, ["01/02/2026"], ["25/12/2025"]))


def test_what_has_happened_lies_before_the_clock(con):
    past = File([column("day", formats=FEEDBACK, past=True)])
    cells = source(con, ["25/10/26", "28/10/26"])  # in 2028 nothing has happened yet
    assert decide(con, past, cells, clock=CLOCK).dates["cell"] == ("%d/%m/%y", "%d.%m.%y", "%Y-%m-%d")
    with pytest.raises(Ambiguous):
        decide(con, past, cells)
    with pytest.raises(Ambiguous):
        decide(con, past, cells, clock=dt.datetime(2016, 1, 1, tzinfo=dt.UTC))
    with pytest.raises(Ambiguous):
        decide(con, File([column("day", formats=FEEDBACK)]), cells, clock=CLOCK)


DAY_FIRST, YEAR_FIRST = ("%d/%m/%y", "%d.%m.%y", "%Y-%m-%d"), ("%d.%m.%y", "%Y-%m-%d", "%y/%m/%d")
# cells of small files as seen on 20 November 2026; None where the file is refused, with a word of the reason
SMALL = {
    "of one day": (["15/02/26"], DAY_FIRST),
    "of days that could be years of late, among others": (["03/02/26", "24/02/26", "25/02/26"], DAY_FIRST),
    "of last year": (["13/12/25", "01/01/26"], DAY_FIRST),
    "of a day that could be a year of late": (["24/02/26"], "year first"),
    "of years ago": (["15/02/16"], "year first"),
    "of no day above twelve": (["01/02/26", "03/04/26"], "month first"),
    "years first": (["26/11/01", "26/11/03"], "year first"),
    "years first, days that cannot have come yet": (["26/11/01", "26/10/28"], YEAR_FIRST),
    "years first, no day of that month": (["26/11/01", "32/11/01"], YEAR_FIRST),
    "month first": (["02/15/26", "02/03/26"], ("%m/%d/%y", "%d.%m.%y", "%Y-%m-%d")),
}  # fmt: skip


@pytest.mark.parametrize("what", SMALL)
def test_a_small_file_is_not_refused_for_the_one_site_that_puts_years_first(con, what):
    cells, expected = SMALL[what]
    past = File([column("day", formats=FEEDBACK, past=True)])
    if isinstance(expected, str):
        with pytest.raises(Ambiguous, match=f"{expected}.*Download a longer period"):
            decide(con, past, source(con, cells), clock=CLOCK)
    else:
        assert decide(con, past, source(con, cells), clock=CLOCK).dates == {"cell": expected}


def test_moments_are_decided_like_days(con):
    rivals = ("%d/%m/%Y %H:%M %Z", "%m/%d/%Y %H:%M %Z")
    file = File([column("moment", formats=rivals)])
    assert decide(con, file, source(con, ["25/12/2025 10:00 UTC", "01/02/2026 10:00 PST"])).dates == {"cell": rivals[:1]}


def test_dates_of_a_workbook_decide_nothing_and_disturb_nothing(con):
    file = File([column("day", formats=SLASHES)])
    assert decide(con, file, source(con, ["2026-11-15"] * 50 + ["25/12/2025"]), native=True).dates == {"cell": ("%d/%m/%Y",)}


NEEDS = {
    "plain": (File([column("money"), column("day", formats=DASHED)]), False),
    "decimal of the file": (File([column("text")], Form("file")), True),
    "comma": (File([column("text")], Form("comma")), True),
    "rival days": (File([column("day", formats=SLASHES)]), True),
    "rival days of a column that is not kept": (File([column("personal", formats=SLASHES), None]), False),
    "rival moments": (File([column("moment", formats=("%d/%m/%y %H:%M %Z", "%y/%m/%d %H:%M %Z"))]), True),
    "formats that cannot be mistaken": (
        File([column("day", formats=("%d.%m.%Y", "%Y/%m/%d", "%m/%d/%Y", "%m/%Y", "%Y%m%d", "%d-%b-%y", "%b-%d-%y"))]), False,
    ),
    "day and year of two digits": (File([column("day", formats=("%d-%b-%y", "%y-%b-%d"))]), True),
}  # fmt: skip


@pytest.mark.parametrize("what", NEEDS)
def test_evidence_is_needed_only_where_the_whole_file_must_decide(what):
    file, needed = NEEDS[what]
    assert needs_evidence(file) is needed


def test_only_known_exports_have_rival_dates():
    rivals = {name for name, form in formats().items() if needs_evidence(File(list(form.columns.values())))}
    assert rivals == {"amazon_feedback"}


@pytest.mark.parametrize(("dates", "believed"), [
    (["2026-11-01T10:00:00Z", "2026-11-19T10:00:00Z"], True),
    (["2026-11-01T10:00:00Z", "2026-11-02T10:00:00Z", "2029-11-02T10:00:00Z"], True),
    (["2026-12-01T10:00:00Z", "2026-12-02T10:00:00Z", "2026-01-02T10:00:00Z"], False),
    (["soon", None], True), ([], True),
])  # fmt: skip
def test_the_clock_is_believed_only_after_the_middle_of_the_file(con, dates, believed):
    file = File([column("moment", "at", past=True), column("moment", "promised")])
    cells = source(con, dates, ["2029-01-01T00:00:00Z"] * len(dates))
    assert clock_bound(con, file, cells, CLOCK) == (CLOCK if believed else None)


def test_the_clock_is_held_against_days_and_moments_together(con):
    file = File([column("day", "on", formats=SLASHES, past=True), column("moment", "at", past=True, zone="marketplace")])
    style = Style(dates={"on": ("%d/%m/%Y",)})
    cells = source(con, ["01/12/2026", "02/12/2026"], ["2026-12-01T10:00:00", "2026-11-01T10:00:00"])
    assert clock_bound(con, file, cells, CLOCK, style) is None
    assert clock_bound(con, file, cells, CLOCK + dt.timedelta(days=30), style) is not None
    assert clock_bound(con, File([column("text")]), "no_such_table", CLOCK) == CLOCK


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dates(dt.date(2005, 1, 1), dt.date(2026, 11, 1)), min_size=1, max_size=20), st.sampled_from(SLASHES))
def test_a_file_is_read_right_or_refused(several, written):
    """Whatever the days: the file is refused, or every day is the one that was written."""
    of = column("day", formats=SLASHES)
    with duckdb.connect() as con:
        cells = source(con, [f"{day:{written}}" for day in several])
        try:
            style = decide(con, File([of]), cells)
        except Ambiguous:
            return
        found = con.sql(f"SELECT {types.value(of, 'c0', style)} FROM {cells}").fetchall()
    assert found == [(day,) for day in several]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.decimals(-10_000_000, 10_000_000, places=2), min_size=1, max_size=20), st.booleans(), st.booleans())
def test_amounts_are_read_right_or_refused(numbers, comma, grouped):
    of, texts = column("money"), [f"{number:,.2f}" if grouped else f"{number:.2f}" for number in numbers]
    texts = [text.translate(str.maketrans(",.", ".,")) if comma else text for text in texts]
    with duckdb.connect() as con:
        cells = source(con, [text.removesuffix("00").rstrip(".,") if text.endswith("00") else text for text in texts])
        try:
            style = decide(con, File([of], Form("file")), cells)
        except Ambiguous:
            return
        found = con.sql(f"SELECT {types.value(of, 'c0', style)} FROM {cells}").fetchall()
    assert found == [(number,) for number in numbers]
