"""The rows of a workbook's sheets (.xlsx, .xlsm) as text.

Read as a stream by the XML parser of the standard library, because memory must not grow with the file: a reader that builds a
tree of each row takes gigabytes for one row of ten million cells, which packs into 40 KB. Only values, the styles of dates and
shared texts are read; formulas, macros, links and pictures never are. A workbook that declares entities is refused.
"""

import posixpath
import re
from pathlib import Path

from orderkit.errors import FileRefused
from orderkit.store.unpack import cells, packing, workbook
from orderkit.store.unpack.workbook import COLUMNS, DAMAGED, LONGEST, NOT_CALCULATED, ROWS, TOO_LARGE, TOO_LONG, Part, Refused

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NAMES = [*LETTERS, *(a + b for a in LETTERS for b in LETTERS), *(a + b + c for a in "AB" for b in LETTERS for c in LETTERS)]
WIDEST = 16_384  # columns, blank ones too, of which no spreadsheet program writes more
COLUMN = {name: at for at, name in enumerate(NAMES[:COLUMNS])}


def sheets_with_rows(path, name):
    """The names of a workbook's sheets that hold anything, in their order, hidden ones too."""
    with packing.archive(path, name) as opened:
        book = _Workbook(opened, name)
        return [sheet for sheet in book.sheets if any(book.rows(sheet))]


def sheet_rows(member):
    """The rows of one sheet as lists of text: row n of the sheet is the n-th list.

    A blank row is [], and a row ends with its last cell that holds something. FileRefused where the sheet is damaged or larger
    than any export.
    """
    with packing.archive(member.path, member.name) as opened:
        book = _Workbook(opened, member.name)
        yield from book.rows(member.sheet, book.texts())


class _Workbook:
    """A workbook by its parts, each read when it is needed."""

    def __init__(self, opened, name):
        self._opened, self._name = opened, name
        self._bound = packing.Bound(name, Path(opened.fp.name).stat().st_size)
        self._parts = {info.filename.replace("\\", "/").lower(): info for info in opened.infolist()}
        main = min(part for part in self._parts if re.fullmatch(r"xl/workbook\w*\.xml", part))
        listed = self._whole(main, workbook.Listed())
        self._links = self._whole(f"xl/_rels/{posixpath.basename(main)}.rels", workbook.Links())
        self._epoch = listed.epoch
        try:
            self.sheets = self._links.sheets(listed.sheets)
        except (LookupError, ValueError):
            raise FileRefused(name, DAMAGED) from None

    def _pieces(self, part):
        if part not in self._parts:
            raise FileRefused(self._name, DAMAGED)
        return packing.read_member(self._opened, self._parts[part], self._bound)

    def _whole(self, part, into):
        for _ in workbook.feed(self._pieces(part), into, self._name):
            pass
        return into

    def texts(self):
        """The shared texts, to which cells point by number."""
        part = self._links.parts.get("sharedStrings")
        return self._whole(part, workbook.Texts()).texts if part in self._parts else []

    def _styles(self):
        part = self._links.parts.get("styles")
        return self._whole(part, workbook.Styles()).styles() if part in self._parts else []

    def rows(self, sheet, texts=None):
        """The rows of a sheet; without `texts` a shared text is a question mark: enough to see whether there are rows."""
        grid = _Grid(texts, self._styles(), self._epoch)
        for _ in workbook.feed(self._pieces(self.sheets[sheet]), grid, self._name):
            yield from grid.taken()


class _Grid(Part):
    """A sheet's XML: its cells as text, row by row."""

    def __init__(self, texts, styles, epoch):
        super().__init__()
        self._texts, self._styles, self._epoch = texts, styles, epoch
        self._row = self._column = self._told = 0  # row and column being read; last row that was handed on
        self._cells, self._rows, self._aids = {}, [], 0

    def taken(self):
        """The rows read since the last call; blank rows where the sheet leaves numbers out."""
        rows, self._rows = self._rows, []
        for number, row in rows:
            for _ in range(self._told + 1, number):
                yield []
            self._told = number
            yield row

    def start(self, tag, attributes):
        self.depth += 1
        if tag == "c":
            self._begin_cell(attributes)
        elif tag == "v" or (tag == "t" and not self._aids):
            self.collect()
        elif tag == "row":
            number = int(attributes.get("r", self._row + 1))
            if number <= self._row:
                raise Refused(DAMAGED)
            self._row, self._column, self._cells = number, -1, {}
        elif tag == "f":
            self._formula = True
        elif tag == "rPh":
            self._aids += 1
        elif self.depth > workbook.DEPTH:
            raise Refused(DAMAGED)

    def _begin_cell(self, attributes):
        name = attributes.get("r")
        self._column = self._column + 1 if name is None else COLUMN.get(name.rstrip("0123456789"), COLUMNS)
        if self._column > WIDEST:
            raise Refused(TOO_LARGE)
        self._type, self._style = attributes.get("t", "n"), int(attributes.get("s", 0))
        self._raw, self._formula = None, False

    def end(self, tag):
        self.depth -= 1
        if tag == "v":
            self._raw = self.collected()
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            self._end_row()
        elif tag == "t" and not self._aids:
            self._raw = (self._raw or "") + self.collected()
        elif tag == "rPh":
            self._aids -= 1

    def _end_cell(self):
        if not self._raw:
            text = NOT_CALCULATED if self._formula and self._raw is None else ""
        else:
            text = self._text(self._type, self._raw)
        if not text or text.isspace():
            return
        if self._column in self._cells:
            raise Refused(DAMAGED)
        if self._column >= COLUMNS or self._row > ROWS:
            raise Refused(TOO_LARGE)
        if len(text) > LONGEST:
            raise Refused(TOO_LONG)
        self._cells[self._column] = text

    def _text(self, kind, raw):
        if kind == "s":
            return self._shared(raw)
        if kind == "n":
            style = self._styles[self._style] if 0 <= self._style < len(self._styles) else None
            return cells.styled(raw, style, self._epoch)
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(raw, raw)
        return cells.iso(raw) if kind == "d" else cells.clean(raw)

    def _shared(self, raw):
        if self._texts is None:
            return "?"
        number = int(raw)
        if number < 0:
            raise Refused(DAMAGED)
        return self._texts[number]

    def _end_row(self):
        if self._cells:
            row = [""] * (max(self._cells) + 1)
            for column, text in self._cells.items():
                row[column] = text
            self._rows.append((self._row, row))
