"""One workbook while it is written: its sheets, its looks, and what could not be told in full."""

import datetime as dt

import xlsxwriter
from xlsxwriter.exceptions import XlsxFileError

from orderkit.languages import phrase
from orderkit.reports.workbook.cells import FORMATS
from orderkit.reports.workbook.sheet import Sheet

FONT = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
RULE = "#DDE1E7"
LOOKS = {
    "title": {"bold": True, "font_size": 16, "valign": "vcenter"},
    "headline": {"bold": True, "text_wrap": True},
    "block": {"bold": True, "font_size": 12},
    "note": {"font_color": "#5A6472", "text_wrap": True},
    "sample": {"bold": True, "font_color": "#B3470B", "bg_color": "#FFF1E8", "text_wrap": True},
    "header": {"bold": True, "bg_color": "#E8F1F8", "bottom": 1, "bottom_color": "#0072B2", "text_wrap": True},
    "input_header": {"bold": True, "bg_color": "#FFF3D6", "bottom": 1, "bottom_color": "#E69F00", "text_wrap": True},
    "absent": {"font_color": "#5A6472", "italic": True},
    "urgent": {"bold": True, "font_color": "#B3470B"},
    "input": {"bg_color": "#FFFBF0"},
    "link": {"font_color": "#0072B2", "underline": 1},
}
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": False}
MOST_ROWS = 1_048_576  # of a sheet, its header among them


class Book:
    """A workbook being written. `notes` are sentences about what had no room; `close` makes the file."""

    def __init__(self, path, *, title, as_of, sample):
        self.sample, self.notes, self.tables, self._formats = sample, [], 0, {}
        self.file = xlsxwriter.Workbook(str(path), OPTIONS)
        made = dt.datetime(
            as_of.year, as_of.month, as_of.day, tzinfo=dt.UTC
        )  # no clock and no name: the same input, the same bytes
        self.file.set_properties({"title": title, "comments": phrase("Made by orderkit."), "created": made})
        self.file.set_size(1600, 1000)
        self._sheets = []

    def sheet(self, name, *, colour=None):
        """A new sheet behind those there are; names are cut to what a workbook allows."""
        made = Sheet(self, self.file.add_worksheet(name[:31]), colour=colour)
        self._sheets.append(made)
        return made

    def look(self, *names, kind=None, number_format=None, **more):
        """The format of cells of some looks, kind and number format; alike ones are made once."""
        form = number_format or FORMATS.get(kind)
        asked = FONT | {key: value for name in names for key, value in LOOKS[name].items()} | more
        asked |= {"num_format": form} if form else {}
        asked |= {"text_wrap": True} if kind in ("long", "prose") else {}
        key = tuple(sorted(asked.items()))
        if key not in self._formats:
            self._formats[key] = self.file.add_format(asked)
        return self._formats[key]

    def close(self):
        """Finishes all sheets and writes the file; OSError where that cannot be done."""
        for sheet in self._sheets:
            sheet.finish()
        try:
            self.file.close()
        except XlsxFileError as problem:  # it wraps what the system said
            cause = problem.__context__
            raise OSError(getattr(cause, "errno", None) or 0, getattr(cause, "strerror", None) or str(problem)) from problem
