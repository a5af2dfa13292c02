"""What a kind of broken export is: its files, and in machine-checkable words what is true of them."""

import random
import zlib
from dataclasses import dataclass, field

GROUPS = ("structure", "value", "container", "header", "encoding", "type", "injection")
KINDS = {}


@dataclass(frozen=True)
class Link:
    """A file that is a symbolic link."""

    target: str


@dataclass(frozen=True)
class Record:
    """One record of the file: the physical line where it starts, and what is true of it.

    `row` is the canonical row that may be stored; None where nobody can tell any more what was meant, so that the record must be
    set aside. `was` is the row before it was broken; `maybe` marks a record that may be loaded or set aside with equal right.
    """

    line: int
    row: tuple | None
    was: tuple = ()
    member: str = ""
    maybe: bool = False


@dataclass
class Case:
    """Files, what is true of them, and what a reader should do.

    right: rows (loads what is true, sets aside exactly the rest), refused (the whole file), either.
    junk: lines that are no records; they may be named or passed over. `only` names the files to load, else the first one;
    a folder is loaded whole where `folder` is set. `strangers`: member names that are no exports and may be refused.
    thin: (rows, word): poorer rows that are not wrong as long as the result says the word.
    """

    files: dict
    table: str
    columns: tuple
    records: list
    right: str = "rows"
    word: str = ""
    junk: frozenset = frozenset()
    folder: bool = False
    strangers: tuple = ()
    thin: tuple = ()
    values: tuple = ()  # damaged values that no message may repeat
    counted: int | None = None  # records in the file, where it is not the number of `records`
    money: bool = True  # whether the sum of money told must be that of the rows stored
    once: bool = False  # the same record more than once is one row
    empty: tuple = field(default=("order_lines", "returns", "money", "requests", "inspections"))  # else must stay empty

    @property
    def rows(self):
        """The true canonical rows."""
        return [record.row for record in self.records if record.row is not None]

    @property
    def aside(self):
        """(member, line) of the records that must be set aside."""
        return {(record.member, record.line) for record in self.records if record.row is None}

    def expected(self):
        """The expectation as a few words."""
        lines = sorted(line for _, line in self.aside)
        words = f"sets aside {_lines(lines)}" if lines else f"loads {len(self.records)}"
        refused = f"refused ({self.word})" if self.word else "refused"
        return {"rows": words, "refused": refused, "either": f"{words} or {refused}"}[self.right]


def _lines(lines):
    return ", ".join(map(str, lines)) if len(lines) < 6 else f"{len(lines)} lines"


@dataclass(frozen=True)
class Kind:
    """One way in which an export is broken."""

    name: str
    group: str
    base: str
    about: str
    make: object

    def case(self, seed=1):
        """The case of this kind; the same for the same seed."""
        return self.make(random.Random(zlib.crc32(self.name.encode()) + seed))


def add(group, name, base, about, make):
    """Enters one kind: `make(rng)` gives its Case."""
    if group not in GROUPS or name in KINDS or not about:
        raise ValueError(f"kind {name}: unknown group {group}, a name twice, or no word about it")
    KINDS[name] = Kind(name, group, base, about, make)


def kind(group, base="amazon_all_orders"):
    """Enters the decorated function as a kind of its name; its docstring says what happened to the file."""

    def enter(make):
        add(group, make.__name__, base, " ".join(make.__doc__.split()).removesuffix("."), make)
        return make

    return enter
