"""Settlements: exports that state their own total."""

import csv
import io

from . import clean
from .case import add, kind
from .ledgers import comma, continental, settlement

V2 = "amazon_settlement_v2"


def _settlement(name, group, about, **made):
    add(group, name, V2, about, lambda rng: settlement(rng, **made).case())


_settlement("settlement_clean", "structure", "a settlement as it comes; two identical rows are two amounts")
_settlement("settlement_european", "type", "days as 01.09.2026 and decimal commas", day="%d.%m.%Y", show=comma)
_settlement("settlement_european_grouped", "type", "points for thousands and decimal commas", day="%d.%m.%Y", show=continental)
_settlement("settlement_japanese_days", "type", "days as 2026/09/01", day="%Y/%m/%d")


@kind("structure", V2)
def settlement_cut(rng):
    """The download stopped at the end of a line: every line is right, but the sum is not the payout."""
    export = settlement(rng)
    text = "\n".join(export.lines()[:-3]) + "\n"
    return export.case(text, lost=range(8, 11), right="refused", word="difference")


@kind("structure", V2)
def settlement_row_twice(rng):
    """One row was pasted twice: it looks like a genuine twin, but the sum tells."""
    export = settlement(rng)
    lines = export.lines()
    return export.case("\n".join([*lines, lines[4]]) + "\n", right="refused", word="difference")


@kind("structure", V2)
def settlement_without_its_own_row(rng):
    """The first row, which has the period and the payout, was deleted."""
    export = settlement(rng)
    lines = export.lines()
    return export.case("\n".join([lines[0], *lines[2:]]) + "\n", lost=[0], right="refused", word="total")


@kind("structure", V2)
def settlement_sorted(rng):
    """Sorted by amount in a spreadsheet: its own row stands in the middle."""
    export = settlement(rng)
    head, own, *lines = export.lines()
    return export.case("\n".join([head, *lines[:4], own, *lines[4:]]) + "\n", at=[6, 2, 3, 4, 5, *range(7, 13)])


@kind("structure", V2)
def two_settlements_in_one_file(rng):
    """Two settlements copied behind each other, header and all: each adds up for itself."""
    first, second = settlement(rng), settlement(rng)
    both = clean.Export(
        "settlements.txt", first.headers, first.rows + second.rows, first.truth + second.truth, "money", first.columns
    )
    return both.case(first.text() + second.text(), at=[*range(2, 13), *range(14, 25)], junk=frozenset([13]))


@kind("value", V2)
def settlement_amount_changed(rng):
    """One amount was edited."""
    export = settlement(rng)
    export.rows[3]["amount"] = "1000.00"
    return export.case(bad=[3], right="refused", word="difference")


@kind("value", V2)
def settlement_bad_amount(rng):
    """One amount is no amount: the rest no longer adds up to the payout."""
    export = settlement(rng)
    export.rows[3]["amount"] = "#REF!"
    return export.case(bad=[3], right="refused", word="difference")


@kind("value", V2)
def settlement_ids_shortened(rng):
    """A spreadsheet shortened the settlement's own number."""
    export = settlement(rng)
    for row in export.rows:
        row["settlement-id"] = f"{float(row['settlement-id']):.4E}"
    export.truth[0] = export.truth[1]  # its own row is damaged as well
    return export.case(bad=range(11), right="either")


@kind("type", V2)
def settlement_days_of_two_minds(rng):
    """Half of the days as 2026-09-01, half as 01.09.2026: each is clear by itself."""
    export = settlement(rng)
    for row in export.rows[1::2]:
        for header in ("posted-date", "posted-date-time"):
            day, _, clock = row[header].partition(" ")
            row[header] = ".".join(reversed(day.split("-"))) + (f" {clock}" if clock else "")
    return export.case(maybe=range(1, 11), right="either")


@kind("type", V2)
def settlement_decimals_of_two_minds(rng):
    """One amount has a comma where the others have a point."""
    export = settlement(rng)
    export.rows[4]["amount"] = export.rows[4]["amount"].replace(".", ",")
    return export.case(maybe=range(1, 11), right="either")


@kind("type", V2)
def settlement_through_a_spreadsheet(rng):
    """Opened and saved by a spreadsheet: trailing zeros gone, ids as numbers in full."""
    export = settlement(rng)
    for row in export.rows:
        row["amount"] = f"{float(row['amount']):g}" if row.get("amount") else ""
    return export.case()


@kind("structure", V2)
def settlement_quoted(rng):
    """A tool wrote every field in quotes."""
    export = settlement(rng)
    out = io.StringIO()
    csv.writer(out, delimiter="\t", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([export.headers, *export.cells()])
    return export.case(out.getvalue())


@kind("encoding", V2)
def settlement_utf16(rng):
    """UTF-16 after a spreadsheet."""
    export = settlement(rng)
    return export.case(export.text().encode("utf-16"))


@kind("injection", V2)
def settlement_with_formula(rng):
    """An amount written as a formula with the same value."""
    export = settlement(rng)
    export.rows[3]["amount"] = "=" + export.rows[3]["amount"]
    return export.case(right="either")
