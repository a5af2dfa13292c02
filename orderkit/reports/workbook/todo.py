"""The first sheet: the to-do list as it is sent back, with its column done to fill in."""

import pandas as pd

from orderkit.languages import phrase
from orderkit.reports.workbook import cells
from orderkit.reports.workbook.sheet import MOST_LINKS, MOST_ROWS, alignment

ANSWERS = ["done", "ignored", "claimed"]  # as the format decisions.yaml reads them
TO_FILL = ("done", "amount")
KINDS = {"by": "day", "day": "day", "what": "long", "advice": "long", "money": "money", "amount": "money"}
WIDTHS = {"item": 11, "order": 22, "by": 12, "what": 38, "advice": 52, "money": 11, "done": 11, "amount": 11, "currency": 10,
          "day": 12, "link": 36}  # fmt: skip
URGENT = 1  # days left


def write_todo(book, todo):
    """Writes the to-do list: its headers stand in row 1 as they are read back, in English in every language."""
    sheet = book.sheet(phrase("To do"), colour="#E69F00")
    frame = todo.sheet().reset_index(drop=True)
    shown = frame.head(MOST_ROWS - 1)
    if len(shown) < len(frame):
        sheet.no_room(phrase("To do"), len(shown), len(frame))
    for at, name in enumerate(frame.columns):
        sheet.page.write_string(0, at, name, _head(book, name))
        sheet.widths[at] = WIDTHS[name]
    urgent = [not pd.isna(left) and left <= URGENT for left in todo.frame["days_left"].head(len(shown))]
    for number, (row, soon) in enumerate(zip(shown.to_dict("records"), urgent, strict=True), 1):
        _write_row(sheet, number, row, soon)
    _finish(sheet, list(frame.columns), len(shown))
    return sheet


def _head(book, name):
    return book.look("input_header" if name in TO_FILL else "header", **alignment(KINDS.get(name, "text")))


def _write_row(sheet, number, row, soon):
    for at, (name, value) in enumerate(row.items()):
        looks = ("input",) if name in TO_FILL else ("urgent",) if soon and name == "by" else ()
        if name == "link" and number <= MOST_LINKS and cells.safe_link(value):
            sheet.page.write_url(number, at, value, sheet.book.look("link"), value)
        else:
            sheet.cell(number, at, value, KINDS.get(name, "text"), currency=row["currency"], looks=looks)
    for at, name in enumerate(row):
        sheet.widths[at] = WIDTHS[name]


def _finish(sheet, names, rows):
    """Headers that stay in sight, filters, the words to choose from, and what is printed."""
    sheet.freeze(1, 2)
    sheet.page.autofilter(0, 0, max(rows, 1), len(names) - 1)
    sheet.page.print_area(0, 0, max(rows, 1), len(names) - 1)
    if rows:
        done, amount = names.index("done"), names.index("amount")
        sheet.page.data_validation(1, done, rows, done, _choice())
        sheet.page.data_validation(1, amount, rows, amount, _amount())


def _choice():
    return {
        "validate": "list", "source": ANSWERS, "ignore_blank": True,
        "input_title": "done",
        "input_message": phrase("Choose done, ignored or claimed, save this workbook and load it: the item leaves the list."),
        "error_title": "done", "error_message": phrase("Write done, ignored or claimed."),
    }  # fmt: skip


def _amount():
    return {
        "validate": "decimal", "criteria": ">=", "value": 0, "ignore_blank": True,
        "input_title": "amount",
        "input_message": phrase("What was claimed came to this amount, in the currency beside it."),
        "error_title": "amount", "error_message": phrase("Write an amount, such as 12.50."),
    }  # fmt: skip
