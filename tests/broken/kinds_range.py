"""Date-range transactions: rows whose parts add up to their total, below lines that are no table."""

from decimal import Decimal

from . import clean
from .case import add, kind
from .ledgers import ABOVE, continental, date_range, de_moment, grouped, plain, swedish

RANGE = "amazon_date_range"


def _range(name, group, about, *, mark=None, right="rows", **made):
    def make(rng):
        export = date_range(rng, **made)
        if mark:
            export.mark = mark
        return export.case(right=right)

    add(group, name, RANGE, about, make)


GERMAN = {"variant": "de_DE_29", "show": continental, "moment": de_moment}
_range("range_clean", "structure", "a report as it comes: seven lines above the header")
_range("range_no_lines_above", "structure", "the lines above the header were deleted", above=())
_range("range_thirteen_lines_above", "structure", "thirteen lines above the header", above=[*ABOVE, *ABOVE[:6]])
_range("range_lines_above_padded", "structure", "the lines above the header padded with commas",
       above=[line.replace(",", ";") + "," * 29 for line in ABOVE])  # fmt: skip
_range("range_german", "type", "a German report: 1.135,72 and 01.09.2026", **GERMAN)
_range("range_german_semicolons", "type", "a German report saved by a German spreadsheet", mark=";", **GERMAN)
_range("range_swedish_blanks", "type", "narrow no-break blanks for thousands, typographic minus signs", show=swedish)
_range("range_no_thousands", "type", "no grouping", show=plain)
_range("range_apostrophes", "type", "apostrophes for thousands", show=lambda cents: grouped(cents, "'"), right="either")


@kind("value", RANGE)
def range_row_does_not_add_up(rng):
    """The total of one row was edited: its parts tell another."""
    export = date_range(rng)
    export.rows[3]["total"] = "999.99"
    return export.case(bad=[3])


@kind("value", RANGE)
def range_decimal_in_one_row(rng):
    """In one row the sale has a comma for the point: twelve is twelve hundred, but the row no longer adds up."""
    export = date_range(rng, show=plain)
    export.rows[3]["product sales"] = export.rows[3]["product sales"].replace(".", ",")
    return export.case(bad=[3], right="either")


@kind("type", RANGE)
def range_amounts_ambiguous(rng):
    """All amounts have three digits behind one mark: 5,250 may be 5250 or 5.25; in an English report it is 5250."""
    export = date_range(rng, show=lambda cents: "0")
    for row, truth in zip(export.rows, export.truth, strict=True):
        row |= {"product sales": "5,250", "selling fees": "-1,125", "total": "4,125"}
        truth["amount"] = Decimal("4125.00")
    return export.case(maybe=range(10), right="either")


@kind("value", RANGE)
def range_no_zone(rng):
    """One moment has lost its zone."""
    export = date_range(rng)
    export.rows[3]["date/time"] = export.rows[3]["date/time"].removesuffix(" PDT")
    return export.case(bad=[3])


@kind("value", RANGE)
def range_hour_that_was_skipped(rng):
    """2:30 in the night in which clocks jump from 2 to 3."""
    export = date_range(rng)
    export.rows[3]["date/time"] = "Mar 8, 2026 2:30:00 AM PST"
    export.truth[3]["posted_at"] = "2026-03-08 10:30:00+00"
    return export.case(maybe=[3])


@kind("value", RANGE)
def range_hour_that_came_twice(rng):
    """1:30 comes twice in an autumn night; PDT and PST tell which."""
    export = date_range(rng)
    for index, zone, hour in ((3, "PDT", 8), (4, "PST", 9)):
        export.rows[index]["date/time"] = f"Nov 1, 2026 1:30:00 AM {zone}"
        export.truth[index]["posted_at"] = f"2026-11-01 {hour:02d}:30:00+00"
    return export.case()


@kind("value", RANGE)
def range_twelve_o_clock(rng):
    """12 AM is midnight, 12 PM is noon."""
    export = date_range(rng)
    for index, half, hour in ((3, "AM", 7), (4, "PM", 19)):
        export.rows[index]["date/time"] = f"Sep 9, 2026 12:15:00 {half} PDT"
        export.truth[index]["posted_at"] = f"2026-09-09 {hour:02d}:15:00+00"
    return export.case()


@kind("value", RANGE)
def range_31_june(rng):
    """A day that does not exist."""
    export = date_range(rng)
    export.rows[3]["date/time"] = "Jun 31, 2026 1:05:07 AM PDT"
    return export.case(bad=[3])


@kind("value", RANGE)
def range_month_of_another_language(rng):
    """A German month in an English report; it means the same."""
    export = date_range(rng)
    export.rows[3]["date/time"] = "Okt 3, 2026 1:05:07 AM PDT"
    export.truth[3]["posted_at"] = "2026-10-03 08:05:07+00"
    return export.case(maybe=[3])


@kind("structure", RANGE)
def range_totals_at_the_end(rng):
    """A seller added a row of totals."""
    export = date_range(rng)
    total = sum(row["amount"] for row in export.truth)
    cells = {"date/time": "Total", "product sales": f"{total:,.2f}", "total": f"{total:,.2f}"}
    line = export.line([cells.get(header, "") for header in export.headers])
    return export.case(export.text() + line + "\n", junk=frozenset([19]))


@kind("structure", RANGE)
def range_two_months_in_one_file(rng):
    """Two months copied behind each other with all that stands above them."""
    first, second = date_range(rng), date_range(rng)
    both = clean.Export("range.csv", first.headers, first.rows + second.rows, first.truth + second.truth, "money", first.columns)
    junk = frozenset(range(19, 27))
    return both.case(first.text() + second.text(), at=[*range(9, 19), *range(27, 37)], junk=junk)


@kind("structure", RANGE)
def range_header_without_money(rng):
    """The column with the total was deleted."""
    export = date_range(rng)
    export.headers = [header for header in export.headers if header != "total"]
    return export.case(right="refused", word="total")


@kind("structure", RANGE)
def range_part_column_deleted(rng):
    """The column with the fees was deleted: no row adds up any more."""
    export = date_range(rng)
    export.headers = [header for header in export.headers if header != "selling fees"]
    return export.case(maybe=range(10), right="either")


@kind("structure", RANGE)
def range_cut(rng):
    """The download stopped inside a quoted field."""
    export = date_range(rng)
    text = export.text()
    return export.case(text[: text.rindex("Standard Orders") + 4], bad=[9])


@kind("structure", RANGE)
def range_line_break_in_description(rng):
    """A line break inside a quoted title, and a bad total three rows on: the physical line must be named."""
    export = date_range(rng)
    export.rows[3]["description"], export.truth[3]["description"] = "Tea\npot", "Tea pot"
    export.rows[6]["total"] = "x"
    return export.case(bad=[6], at=[index + 9 + (index > 3) for index in range(10)])


@kind("encoding", RANGE)
def range_cp1252(rng):
    """A German report in the code page of Windows."""
    export = date_range(rng, **GERMAN)
    return export.case(export.text().encode("cp1252"))


@kind("encoding", RANGE)
def range_with_mark(rng):
    """With a byte order mark in front of the lines above the header, as it usually comes."""
    export = date_range(rng)
    return export.case("\ufeff" + export.text())


@kind("header", RANGE)
def range_header_mojibake(rng):
    """A German header garbled by a spreadsheet: UmsÃ¤tze."""
    export = date_range(rng, **GERMAN)
    lines = export.lines()
    head = lines[len(export.above)].encode().decode("cp1252")
    lines[len(export.above)] = head
    return export.case("\n".join(lines) + "\n", right="either", maybe=range(10))


@kind("value", RANGE)
def range_unicode_minus(rng):
    """Typographic minus signs."""
    export = date_range(rng, show=lambda cents: grouped(cents).replace("-", "\u2212"))
    return export.case(maybe=range(10))


@kind("value", RANGE)
def range_brackets_for_minus(rng):
    """A spreadsheet shows negative amounts in brackets."""
    export = date_range(rng, show=lambda cents: f"({grouped(-cents)})" if cents < 0 else grouped(cents))
    return export.case(maybe=range(10), right="either")


@kind("value", RANGE)
def range_currency_sign_of_one_row(rng):
    """One row is in pounds: its amounts carry the sign."""
    export = date_range(rng)
    for header in ("product sales", "selling fees", "total"):
        export.rows[3][header] = "£" + export.rows[3][header]
    return export.case(maybe=[3])


@kind("value", RANGE)
def range_posted_in_the_future(rng):
    """One posting lies three years ahead."""
    export = date_range(rng)
    export.rows[3]["date/time"] = "Sep 4, 2029 1:05:07 AM PDT"
    return export.case(bad=[3])


@kind("value", RANGE)
def range_deferred_row(rng):
    """A row that is not paid out yet is no money yet."""
    export = date_range(rng, variant="en_US_30")
    export.headers = [*export.headers, "Transaction Status", "Transaction Release Date"]
    for index, row in enumerate(export.rows):
        row["Transaction Status"] = "Deferred" if index == 3 else "Released"
    export.truth[3] = None
    return export.case()
