"""The first rows of a file that orderkit does not know: where its header stands and what the cells below it hold."""

import csv
from dataclasses import dataclass
from itertools import islice

from orderkit.errors import FileRefused
from orderkit.formats import WITHIN, Match, find_header, normal
from orderkit.store.guessing import guess_words
from orderkit.store.unpack import containers, door, trees

LOOKED_AT = 2000  # rows; enough to see what a column holds
HEAD = 200_000  # characters; more of a file's text is hardly ever looked at
FEW = 0.1  # share of lines of sums
DELIMITERS = {"\t": "tab", ",": "comma", ";": "semicolon"}
TREE = "is a tree, not a table. orderkit map reads tables: CSV, TSV, xlsx, Parquet."
NO_TABLE = "holds no table: no line of at least two columns stands in its first 40 lines."


@dataclass(frozen=True)
class Table:
    """The head of one table: its name, headers, first rows, where the header stands, and how the fields are cut.

    `known`: the Match of the format that already reads this table, else None. `native`: a workbook or Parquet file, whose cells
    know that they are dates. `quoted`: whether fields may stand in quotes, in a tab file too. `totals`: there are lines of sums.
    """

    name: str
    headers: list
    rows: list
    line: int
    delimiter: str
    native: bool
    quoted: bool
    known: object = None
    totals: bool = False

    @property
    def words(self):
        """How many of the headers orderkit can make something of."""
        return _known_words(self.headers)

    def twice(self, header):
        """Whether a header stands in the file more than once, as headers are compared."""
        return bool(header) and [normal(other) for other in self.headers].count(normal(header)) > 1

    def cells(self, at):
        """The cells of a column, without outer blanks."""
        return [row[at].strip() if at < len(row) else "" for row in self.rows]


def look(path, folder, known):
    """The Table of a file; of several sheets or members the one with the most headers that mean something.

    Raises FileRefused where no member holds a table.
    """
    found, problems = [], []
    for member in containers.members(path, folder):
        try:
            if isinstance(member, FileRefused):
                raise member
            found.append(_table(member, known))
        except FileRefused as problem:
            problems.append(problem)
    if not found:
        raise problems[0] if problems else FileRefused(path.name, NO_TABLE)
    return max(found, key=lambda table: (table.known is not None, table.words))


def _table(member, known):
    if member.kind in ("json", "xml"):
        return _tree(member, known)
    if member.kind == "text":
        return _of_text(member, known)
    rows = list(islice(member.rows(), LOOKED_AT))
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows[:WITHIN]]
    table = _below_header(member.name, rows, ",", find_header(lines, known), native=True)
    if table is None:
        raise FileRefused(member.name, NO_TABLE)
    return table


def _tree(member, known):
    form = trees.recognise_tree(member.path, member.kind, [form for form in known.values() if form.tree])
    if form is None:
        raise FileRefused(member.name, TREE)
    return Table(member.name, [], [], 1, ",", True, True, Match(form, ",", [], [], [], []))


def _of_text(member, known):
    lines = [line.rstrip("\r") for line in door.first_lines(member.path, LOOKED_AT)]
    if sum(map(len, lines)) > HEAD:  # the head of a long file ends inside a line
        lines.pop()
    cuts = [_cut(member.name, lines, mark, known) for mark in DELIMITERS]
    found = [cut for cut in cuts if cut]
    if not found:
        raise FileRefused(member.name, NO_TABLE)
    return max(found, key=lambda table: (table.known is not None, table.words, len(table.headers)))


def _cut(name, lines, mark, known):
    """The table that a delimiter makes of lines; blank ones count, so that the header's line is that of the file."""
    quoted = mark != "\t" or any(len(field) > 1 and field[0] == field[-1] == '"' for line in lines for field in line.split(mark))
    rows = [[] if not line else line.split(mark) for line in lines] if not quoted else _quoted(lines, mark)
    return _below_header(name, rows, mark, find_header(lines, known), quoted=quoted)


def _quoted(lines, mark):
    try:
        return list(csv.reader((line + "\n" for line in lines), delimiter=mark))
    except csv.Error:  # a field beyond all bounds: such a file is cut plainly, and the load names the line
        return [line.split(mark) for line in lines]


def _below_header(name, rows, mark, match, *, native=False, quoted=True):
    """The Table of rows, None where no row looks like a header."""
    at = match.line - 1 if match else _header_at(rows[:WITHIN])
    if at is None:
        return None
    headers = [header.strip() for header in rows[at]]
    body = [row for row in rows[at + 1 :] if any(cell.strip() for cell in row)]
    records = [row for row in body if not guess_words.is_total(row[0])]
    totals = 0 < len(body) - len(records) <= max(1, len(body) * FEW)  # more of them are a column that holds such words
    return Table(name, headers, records if totals else body, at + 1, mark, native, quoted, match, totals)


def _header_at(rows):
    """The row whose cells are words that orderkit knows; where none is, the first of the usual width."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    scores = [_known_words(row) if count >= 2 else -1 for row, count in zip(rows, filled, strict=True)]
    if not scores or max(scores) < 0:
        return None
    if max(scores) > 0:
        return scores.index(max(scores))
    widths = [count for count in filled if count >= 2]
    usual = max(set(widths), key=lambda width: (widths.count(width), width))
    return filled.index(usual)


def _known_words(cells):
    return sum(bool(guess_words.readings(cell)) for cell in cells if cell.strip())
