"""The sheets that tell: the summary, how we know, and the files that the numbers rest on."""

import pandas as pd

from orderkit.analyses import show
from orderkit.languages import phrase
from orderkit.marketplaces import iso_week
from orderkit.reports.workbook.columns import columns_of

MONEY = {  # what the exact total of a result is
    "todo": "at stake", "exposure": "refunds at risk on late deliveries", "returns": "what returns cost so far",
    "losses": "lost and damaged, worth",
}  # fmt: skip
ABSENT = {"currency": "not known"}
FILES = {"file": "file", "export": "export", "account": "account", "covers_from": "covers from (UTC)", "covers_to": "to (UTC)",
         "lines": "rows", "loaded": "new", "duplicates": "known before", "superseded": "older than what is known",
         "quarantined": "rows set aside"}  # fmt: skip
SUMS = {"file": "file", "currency": "currency", "amount": "sum of item prices"}
SET_ASIDE = {"file": "file", "line": "row", "column": "column", "why": "why"}


def write_summary(sheet, results, up_to, as_of):
    """What was found, section by section, and the money by currency; never one sum of several."""
    sheet.prose(phrase("What your orders need this week"), "title")
    if sheet.book.sample:
        sheet.prose(phrase("SAMPLE: an invented shop. None of these orders exist."), "sample")
    sheet.prose(phrase("Week {week}, data up to {day}.", week=iso_week(as_of), day=show.day(as_of)), "headline")
    sheet.skip()
    found = pd.DataFrame(
        [{"section": result.title, "finding": result.headline, "up_to": up_to.get(name, "")} for name, result in results.items()]
    )
    titles = {"section": "section", "finding": "what was found", "up_to": "data up to"}
    sheet.table(found, columns_of(found, titles, prose=("finding",), absent={"up_to": ""}))
    money = money_rows(results)
    titles = {"section": "section", "what": "money", "currency": "currency", "amount": "amount"}
    sheet.table(money, columns_of(money, titles, money=("amount",), absent=ABSENT), title=phrase("Money by currency"))


def money_rows(results):
    """The exact totals of all results: section, what, currency, amount (Decimal)."""
    rows = [
        {"section": result.title, "what": phrase(MONEY[name]), "currency": currency, "amount": result.totals[currency]}
        for name, result in results.items()
        if name in MONEY
        for currency in sorted(result.totals, key=lambda currency: (currency is None, currency or ""))
    ]
    return pd.DataFrame(rows, columns=["section", "what", "currency", "amount"])


def write_how(sheet, results, notes):
    """Every sentence of how the numbers were made, by section."""
    rows = [(result.title, said) for result in results.values() for said in result.how]
    rows += [(phrase("This workbook"), said) for said in [*notes, *_about_cells()]]
    frame = pd.DataFrame(rows, columns=["section", "how"])
    _listed(sheet, phrase("How we know"), frame, {"section": "section", "how": "how we know"}, prose=("how",))


def _about_cells():
    yield phrase("All cells are values, none is a formula. An apostrophe stands before a text that would be taken for one.")
    yield phrase("Amounts stand in the currency beside them and are never added across currencies. What is not known is never 0.")


def write_sources(sheet, sources):
    """Which files were loaded: rows, sums, and the rows that were set aside."""
    _listed(sheet, phrase("Sources"), sources["files"], FILES, absent={"covers_from": "", "covers_to": ""})
    sums, aside = sources["sums"], sources["set_aside"]
    sheet.table(sums, columns_of(sums, SUMS, money=("amount",)), title=phrase("Sums by file"))
    if len(aside):
        columns = columns_of(aside, SET_ASIDE, absent={"column": phrase("the whole line")})
        sheet.table(aside, columns, title=phrase("Rows set aside"))
    else:
        sheet.prose(phrase("No rows were set aside."), "note")


def _listed(sheet, title, frame, titles, **asked):
    """A sheet that is one long table, its header in sight."""
    sheet.prose(title, "title")
    placed = sheet.table(frame, columns_of(frame, titles, **asked))
    if placed is not None:
        sheet.freeze(placed.row + 1)
