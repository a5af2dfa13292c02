"""One sheet while it is written: titles, sentences, tables with their headers, and how it is printed."""

import datetime as dt
import math
import textwrap
from dataclasses import dataclass, field
from unicodedata import east_asian_width

import numpy as np

from orderkit.analyses.show import is_missing
from orderkit.languages import phrase
from orderkit.reports.workbook import cells
from orderkit.reports.workbook.columns import CURRENCY

WIDEST = {"long": 44, "prose": 90}  # letters; others
WIDEST_TEXT, NARROWEST = 34, 9
HEADER_LINES = 3
SHORT = 80  # letters
PROSE = 120  # letters of a line of prose over several columns
ROOMY = 1.05  # a line holds a little less than its width, as words are not broken
LINE, HIGHEST = 15, 409  # points of a line; of the highest row there may be
MOST_ROWS, MOST_LINKS = 1_048_576, 65_530


@dataclass
class Prose:
    """A sentence that stands over several columns; they are known when the sheet is finished."""

    row: int
    text: str
    looks: tuple


@dataclass
class Placed:
    """Where a table came to stand: the row of its header, its first column, its Columns and how many rows it has."""

    sheet: object
    row: int
    columns: list
    rows: int
    first: int = 0
    series: dict = field(default_factory=dict)

    def range(self, name):
        """The cells of a column as charts refer to them: [sheet, first row, column, last row, column]."""
        at = self.first + [column.name for column in self.columns].index(name)
        return [self.sheet.name, self.row + 1, at, self.row + self.rows, at]

    def head(self, name):
        """The header's cell of a column."""
        return [self.sheet.name, self.row, self.range(name)[2]]


class Sheet:
    """A sheet being written from top to bottom; `row` is the next free one."""

    def __init__(self, book, worksheet, *, colour=None):
        self.book, self.page, self.row, self.widths, self._prose, self.placed = book, worksheet, 0, {}, [], []
        self._wrapped = []  # (row, column, text) of what may take more than one line
        self._frozen, self._repeated = (1, 0), (0, 0)  # the title, unless told otherwise
        self.page.hide_gridlines(2)
        if colour:
            self.page.set_tab_color(colour)
        self._print_setup()

    @property
    def name(self):
        return self.page.get_name()

    def _print_setup(self):
        self.page.set_landscape()
        self.page.set_paper(9)  # A4
        self.page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        self.page.fit_to_pages(1, 0)
        head = phrase("SAMPLE: an invented shop").replace("&", "&&") if self.book.sample else ""
        self.page.set_header(f"&C&B{head}" if head else "")
        self.page.set_footer("&L&A&R&P / &N")

    def freeze(self, rows, columns=0):
        """Keeps the first rows and columns in sight, and repeats the rows on each page of paper."""
        self._frozen, self._repeated = (rows, columns), (0, rows - 1)

    def prose(self, text, *looks):
        """A sentence on a row of its own."""
        if text:
            self._prose.append(Prose(self.row, cells.guarded(text), looks))
            self.row += 1

    def skip(self, rows=1):
        self.row += rows

    def table(self, frame, columns, *, title=None):
        """Writes a frame below what is there; gives where it is, or None for one without rows.

        Rows beyond what a sheet holds are left out, and a note says so.
        """
        if frame.empty or not columns:
            return None
        if title:
            self.prose(title, "block")
        room = MOST_ROWS - self.row - 1
        shown = frame.head(room)
        if len(frame) > room:
            self.no_room(title or self.name, room, len(frame))
        placed = Placed(self, self.row, columns, len(shown))
        self._table_cells(shown, columns)
        self.book.tables += 1
        looks = [self.book.look("header", **alignment(column.kind)) for column in columns]
        heads = [{"header": column.header, "header_format": look} for column, look in zip(columns, looks, strict=True)]
        self.page.add_table(
            placed.row, 0, placed.row + placed.rows, len(columns) - 1,
            {"name": f"Table_{self.book.tables}", "columns": heads, "style": None, "header_row": True},
        )  # fmt: skip
        self.row += placed.rows + 2
        self.placed.append(placed)
        return placed

    def no_room(self, title, room, rows):
        """Notes that a list did not fit on a sheet."""
        said = phrase("{title}: a sheet has room for {room} of {rows} rows; the rest is not in this workbook.",
                      title=title, room=f"{room:,}", rows=f"{rows:,}")  # fmt: skip
        self.book.notes.append(said)

    def _table_cells(self, frame, columns):
        for at, column in enumerate(columns):
            self.fit(at, column.header, least=True)
            self._wrapped.append((self.row, at, column.header))
            of = frame[CURRENCY] if column.kind == "money" and CURRENCY in frame else [None] * len(frame)
            for number, (value, currency) in enumerate(zip(frame[column.name], of, strict=True), self.row + 1):
                self.cell(number, at, value, column.kind, currency=currency, absent=column.absent)

    def cell(self, row, at, value, kind, *, currency=None, absent="", looks=()):
        """Writes one value; where there is none, the word for that, or nothing."""
        if is_missing(value):
            self._text(row, at, absent, self.book.look(*looks, "absent", kind="text", **alignment(kind)))
        elif isinstance(value, bool | np.bool_):
            self._text(row, at, phrase("yes") if value else phrase("no"), self.book.look(*looks, kind="text", **alignment(kind)))
        elif isinstance(value, dt.date):
            self._day(row, at, value, kind, looks)
        elif cells.is_number(value) and cells.exact(value) is not None:
            form = cells.money_format(currency) if kind == "money" else None
            look = self.book.look(*looks, kind=kind, number_format=form, **alignment(kind))
            self.page.write_number(row, at, cells.exact(value), look)
            self.fit(at, f"{cells.exact(value):,.2f}")
        elif cells.is_number(value):
            self._text(row, at, str(value), self.book.look(*looks, kind="text"))
        else:
            self._data_text(row, at, value, kind, looks)

    def _day(self, row, at, value, kind, looks):
        shown = cells.zoneless(value)
        kind = kind if kind in ("day", "moment") else "moment" if isinstance(value, dt.datetime) else "day"
        if shown is None:
            self._text(row, at, str(value), self.book.look(*looks, kind="text"))
            return
        self.page.write_datetime(row, at, shown, self.book.look(*looks, kind=kind, **alignment(kind)))
        self.fit(at, "2026-11-15" if kind == "day" else "2026-11-15 09:00")

    def _data_text(self, row, at, value, kind, looks):
        """Text from data: marked as text where a spreadsheet would reckon with it."""
        text = cells.guarded(value)
        marked = {"quote_prefix": True} if text.startswith("'") else {}
        self._text(
            row, at, text, self.book.look(*looks, kind=kind if kind in WIDEST else "text", **alignment(kind), **marked), kind
        )

    def _text(self, row, at, text, look, kind="text"):
        if text:
            self.page.write_string(row, at, text, look)
            self.fit(at, text, kind)
            if kind in WIDEST:
                self._wrapped.append((row, at, text))
        elif look is not None:
            self.page.write_blank(row, at, None, look)

    def fit(self, at, text, kind="text", *, least=False):
        """Makes a column wide enough for a text, up to a limit; a header may break into lines at its blanks."""
        words = text.split() if least else text.splitlines()
        wide = max(map(letters, words), default=0) + 2
        if least:
            wide = max(wide, math.ceil(letters(text) / HEADER_LINES) + 2)
        most = WIDEST.get(kind, WIDEST_TEXT)
        self.widths[at] = max(self.widths.get(at, NARROWEST), min(wide, most))

    def finish(self):
        """Sets the widths, writes the prose over as many columns as it needs, freezes and repeats the rows asked for."""
        for at, width in self.widths.items():
            self.page.set_column(at, at, width)
        self._set_heights()
        for prose in self._prose:
            self._write_prose(prose)
        self.page.freeze_panes(*self._frozen)
        self.page.repeat_rows(*self._repeated)
        self.page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})

    def _set_heights(self):
        """Rows as high as their longest text, because not every program does that by itself."""
        lines = {}
        for row, at, text in self._wrapped:
            lines[row] = max(lines.get(row, 1), lines_of(text, self.widths[at]))
        for row, number in lines.items():
            if number > 1:
                self.page.set_row(row, min(LINE * number, HIGHEST))

    def _write_prose(self, prose):
        look, last, wide = self.book.look(*prose.looks), 0, self.widths.get(0, NARROWEST)
        while wide < PROSE and "block" not in prose.looks:
            last += 1
            wide += self.widths.get(last, NARROWEST)
        if last:
            self.page.merge_range(prose.row, 0, prose.row, last, "", look)
        self.page.write_string(prose.row, 0, prose.text, look)
        lines = math.ceil(ROOMY * letters(prose.text) / wide) if "block" not in prose.looks else 1
        self.page.set_row(prose.row, min(max(LINE * lines + 3, 24 if "title" in prose.looks else 0), HIGHEST))


def alignment(kind):
    """Numbers stand right, all else left, a little from the edge: days too, for they stand beside texts."""
    return {"align": "right" if kind in ("count", "number", "money", "share") else "left", "indent": 1}


def lines_of(text, width):
    """How many lines a text takes in a column; a short one, such as a header, is broken at its blanks to see."""
    lines = math.ceil(ROOMY * letters(text) / width)
    return max(lines, len(textwrap.wrap(text, width - 1))) if len(text) < SHORT else lines


def letters(text):
    """How wide a text is, in letters; Chinese and Japanese ones count two.

    >>> letters("week"), letters("周")
    (4, 2)
    """
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
