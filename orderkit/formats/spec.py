"""The shape of a format description: what a YAML file of this folder may say, checked while it is read."""

import re
from dataclasses import dataclass, field, replace

from orderkit.errors import FormatError
from orderkit.formats.emits import Emit, Given, anchors, read_emits
from orderkit.formats.tree import Tree, read_tree

__all__ = ["Column", "Emit", "Format", "Given", "name_of", "normal", "read_format"]

TYPES = {
    "order_id", "order_ref", "id", "asin", "text", "comment", "integer", "units", "money", "amount", "number", "currency",
    "country", "moment", "day", "boolean", "choice", "region", "personal", "ignored",
}  # fmt: skip
NOT_KEPT = {"personal", "ignored"}
BUYER = "buyer"  # type and name of the column that holds pseudonyms of what a personal column says, where they are asked for
RESERVED = {"rid", "rowid"}  # what the store calls its own
IDENTIFIES = ("email", "phone", "name")  # what a personal column may identify a buyer `as`
DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";"}
ALWAYS = ("title", "signature", "needs", "columns", "emits", "known_at")
KEYS = {
    *ALWAYS, "find", "unlocks", "channel", "need", "verified", "syntax", "tree", "delimiter", "quoting", "record_start",
    "preamble", "positional", "footers", "decimal", "decimal_by_header", "zone", "row_total", "file_total", "fill_down",
    "required", "preamble_currency", "newer_by", "repeats", "aliases", "links", "maps", "maps_from", "money", "variants",
}  # fmt: skip
WORDS = {
    "syntax": ("delimited", "json", "xml"),
    "quoting": ("none", "standard"),
    "decimal": ("point", "comma", "file"),
    "channel": ("FBM", "FBA", "both", "any"),
    "need": ("required", "useful", "optional"),
}
FIRST = {"syntax": "delimited", "quoting": "standard", "decimal": "point", "channel": "any", "need": "optional"}
OUT = re.compile("\u00ef\u00bb\u00bf|[\\s\\-\u2010-\u2015_/:\ufeff\u200b\u2018\u2019'\"`]")


def normal(header):
    """A header as it is compared: lower case, without blanks, hyphens, underlines, slashes, colons, quotes or invisible marks."""
    return OUT.sub("", str(header)).lower()


def name_of(header):
    """A header as the name of a database column; letters beyond ASCII stay, so that headers in any script have names."""
    return re.sub(r"[\W_]+", "_", str(header).strip().lower()).strip("_")


@dataclass(frozen=True)
class Column:
    """One column of an export: its header, the name it is stored under, its type and what the type needs to be read.

    `past`: a value ahead of the clock cannot be right. `zone`: where a moment without a zone of its own was written.
    `identifies`: as what the values of a buyer column are read, before pseudonyms are made of them.
    """

    header: str
    name: str
    type: str
    formats: tuple = ()
    choices: tuple = ()
    zone: str | None = None
    months: tuple = ()
    past: bool = False
    identifies: str | None = None

    @property
    def kept(self):
        """Whether values of this column may enter the database at all."""
        return self.type not in NOT_KEPT


@dataclass(frozen=True)
class Total:
    """A sum that an export states itself: the column of the total, the columns that make it up, and per what it is stated."""

    total: str
    of: tuple
    by: str | None = None


@dataclass(frozen=True)
class Fill:
    """Columns that an export fills on one line only of each group: every line of the group means the same value."""

    by: str
    columns: tuple


@dataclass(frozen=True)
class Format:
    """One export: how to read it, how to know it, what it tells. Made from one YAML file."""

    name: str
    title: str
    find: str
    unlocks: str
    channel: str
    need: str
    verified: bool | str
    syntax: str
    delimiter: str
    quoted_tabs: bool
    record_start: str | None
    preamble: bool
    preamble_currency: str | None
    positional: int | None
    footers: tuple
    decimal: str
    decimal_by_header: dict
    zone: str | None
    row_total: Total | None
    file_total: Total | None
    fill_down: Fill | None
    signature: frozenset
    required: tuple
    needs: tuple
    known_row: str | None
    known_file: tuple
    newer_by: tuple
    repeats: tuple
    links: dict
    aliases: dict
    columns: dict
    emits: dict
    money: str | None
    variants: dict
    tree: Tree | None
    by_header: dict = field(repr=False)

    def column(self, header):
        """The column that a header of a file stands for, or None where the format does not know it."""
        key = normal(header)
        return self.by_header.get(self.aliases.get(key, key))

    @property
    def quoted(self):
        """Whether fields may stand in quotes in a file with the usual delimiter."""
        return self.quotes(self.delimiter)

    def quotes(self, delimiter):
        """Whether fields may stand in quotes with this delimiter: in tab files only where the export is known to quote."""
        return delimiter != "\t" or self.quoted_tabs

    @property
    def kept(self):
        """The columns that are stored, in the order of the description."""
        return [column for column in self.columns.values() if column.kept]

    @property
    def read(self):
        """The columns that are read from files; those left out by `without` are stored as empty ones."""
        return [column for column in self.by_header.values() if column.kept]

    @property
    def order_column(self):
        """The column with the order number, or None for an export that tells of no orders."""
        return next((emit.keys["order_id"] for emit in self.emits.values() if emit.by_order and not emit.link), None)

    def without(self, *types):
        """The same format as it reads a file of which columns of these types are passed over like personal ones."""
        left = {
            key: replace(column, type="personal") if column.type in types else column for key, column in self.by_header.items()
        }
        return replace(self, by_header=left)

    @property
    def link(self):
        """What ties the rows to orders where the export knows no order numbers, for example `customer`; else None."""
        return next((emit.link for emit in self.emits.values() if emit.link), None)


def read_format(name, text, load_maps, where):
    """Makes a Format from the parsed YAML of one file.

    Raises FormatError, naming file and key, for an unknown key, type or column, or a missing one.
    """
    return _Reader(name, text, load_maps, where).format()


class _Reader:
    """Reads one description; every problem becomes a FormatError that names file and key."""

    def __init__(self, name, text, load_maps, where):
        self.name, self.text, self.load_maps, self.where = name, text, load_maps, where

    def need(self, condition, key, problem):
        if not condition:
            raise FormatError(f"{self.where}, {key}: {problem}")

    def format(self):
        self.need(isinstance(self.text, dict), "file", "holds no keys")
        for key in self.text:
            self.need(key in KEYS, key, f"no such key; known: {', '.join(sorted(KEYS))}")
        for key in ALWAYS:
            self.need(self.text.get(key) is not None, key, "is missing")
        self.need(self.text["needs"], "needs", "is empty: a record that lacks everything must not count as one")
        self.columns()
        plain = {key: " ".join(str(self.text.get(key, "")).split()) for key in ("title", "find", "unlocks")}  # one line each
        return Format(
            name=self.name,
            **plain,
            **{key: self.word(key) for key in ("channel", "need", "syntax", "decimal")},
            verified=self.text.get("verified", True),
            delimiter=self.delimiter(),
            quoted_tabs=self.word("quoting") == "standard",
            record_start=self.text.get("record_start"),
            preamble=bool(self.text.get("preamble", False)),
            preamble_currency=self.stored_one("preamble_currency"),
            positional=self.text.get("positional"),
            footers=tuple(self.pattern(footer) for footer in self.text.get("footers", ())),
            decimal_by_header=self.decimal_by_header(),
            zone=self.zone(),
            row_total=self.total("row_total"),
            file_total=self.total("file_total"),
            fill_down=self.fill(),
            signature=frozenset(normal(self.known(header, "signature").header) for header in self.text["signature"]),
            required=tuple(self.known(header, "required").header for header in self.text.get("required", ())),
            needs=self.stored_all("needs"),
            **self.times(),
            repeats=self.stored_all("repeats"),
            links={name: self.stored(header, "links") for name, header in self.text.get("links", {}).items()},
            aliases=self.aliases(),
            columns={column.name: column for column in self.by_header.values()},
            emits=read_emits(self.text["emits"], self.maps(), self.stored, self.need),
            money=self.stored_one("money"),
            variants={str(name): list(map(str, headers)) for name, headers in self.text.get("variants", {}).items()},
            tree=self.tree(),
            by_header=self.by_header,
        )

    def word(self, key):
        word = self.text.get(key, FIRST[key])
        self.need(word in WORDS[key], key, f"must be one of {', '.join(WORDS[key])}")
        return word

    def zone(self):
        zone = self.text.get("zone")
        plain = zone is None or re.fullmatch(r"[\w/+-]+", str(zone))
        self.need(plain, "zone", "must be the name of a zone, such as Europe/Berlin")
        return zone

    def delimiter(self):
        said = self.text.get("delimiter", "comma")
        said = said if isinstance(said, list) else [said]
        for word in said:
            self.need(word in DELIMITERS, "delimiter", f"must be one of {', '.join(DELIMITERS)}")
        return DELIMITERS[said[0]]

    def decimal_by_header(self):
        """{header as compared: decimal mark}: how a language writes amounts, for files in which no amount tells."""
        said = self.text.get("decimal_by_header", {})
        for header, word in said.items():
            self.need(word in ("point", "comma"), f"decimal_by_header.{header}", "must be point or comma")
        return {normal(header): word for header, word in said.items()}

    def pattern(self, text):
        try:
            re.compile(text)
        except re.error as problem:
            self.need(False, "footers", f"{text!r} is no regular expression ({problem})")
        return text

    def columns(self):
        past = {normal(header) for header in self.told_moments()}
        made = [self.column(header, said, past) for header, said in self.text["columns"].items()]
        self.by_header = {normal(column.header): column for column in made}
        same = "two headers are the same once blanks, hyphens and case are taken out"
        self.need(len(self.by_header) == len(made), "columns", same)
        self.need(len({column.name for column in made}) == len(made), "columns", same)
        for column in made:
            usable = column.name and column.name not in RESERVED and not column.name.startswith("_")
            self.need(usable, f"columns.{column.header}", "cannot be stored under this name; give the file another header")

    def told_moments(self):
        """Headers of what has happened by the time a file is made: it cannot lie ahead of the clock."""
        known = self.text["known_at"]
        known = [known] if isinstance(known, str) else [*([known["row"]] if "row" in known else []), *known.get("file_end", ())]
        for emit in self.text["emits"].values():
            known += anchors(emit)
        return known + self.text.get("newer_by", [])

    def column(self, header, said, past):
        key = f"columns.{header}"
        said = {"type": said} if isinstance(said, str) else dict(said)
        self.need(said.get("type") in TYPES, key, f"type must be one of {', '.join(sorted(TYPES))}")
        self.need(said["type"] != "day" or said.get("formats"), key, "a day needs its formats; dates are never guessed")
        self.need(said["type"] != "choice" or said.get("of"), key, "a choice needs `of`: the words it may be")
        buyer = self.identifies(said, key)
        return Column(
            header=str(header),
            name=BUYER if buyer else name_of(header),
            type=BUYER if buyer else said["type"],
            identifies=buyer,
            formats=tuple(said.get("formats", ())),
            choices=tuple(map(str, said.get("of", ()))),
            zone=said.get("zone", self.text.get("zone")),
            months=tuple(said.get("months", ())),
            past=bool(said.get("past", normal(header) in past)) and said["type"] in ("moment", "day"),
        )

    def identifies(self, said, key):
        """What a personal column identifies a buyer as, None where it is not to be used for that."""
        buyer = said.get("as")
        self.need(buyer is None or buyer in IDENTIFIES, key, f"`as` must be one of {', '.join(IDENTIFIES)}")
        self.need(buyer is None or said["type"] == "personal", key, "`as` is for personal columns")
        self.need(buyer is None or "tree" not in self.text, key, "`as` is for delimited files")
        return buyer

    def known(self, header, key):
        column = self.by_header.get(normal(header))
        self.need(column is not None, key, f"{header!r} is no column of this format")
        return column

    def stored(self, header, key):
        """The name under which a kept column is stored."""
        column = self.known(header, key)
        self.need(column.kept, key, f"{header!r} is not kept, so nothing can be made of it")
        return column.name

    def stored_one(self, key):
        return self.stored(self.text[key], key) if key in self.text else None

    def stored_all(self, key):
        return tuple(self.stored(header, key) for header in self.text.get(key, ()))

    def times(self):
        known = self.text["known_at"]
        known = {"row": known} if isinstance(known, str) else known
        return {
            "known_row": self.stored(known["row"], "known_at") if "row" in known else None,
            "known_file": tuple(self.stored(header, "known_at") for header in known.get("file_end", ())),
            "newer_by": self.stored_all("newer_by"),
        }

    def total(self, key):
        if key not in self.text:
            return None
        said = self.text[key]
        by = self.stored(said["by"], key) if "by" in said else None
        return Total(self.stored(said["total"], key), tuple(self.stored(header, key) for header in said["of"]), by)

    def fill(self):
        if "fill_down" not in self.text:
            return None
        said = self.text["fill_down"]
        return Fill(self.stored(said["by"], "fill_down"), tuple(self.stored(name, "fill_down") for name in said["columns"]))

    def aliases(self):
        made = {}
        for alias, header in self.text.get("aliases", {}).items():
            self.known(header, f"aliases.{alias}")
            key = normal(alias)
            self.need(made.get(key, normal(header)) == normal(header), f"aliases.{alias}", "stands for two columns")
            made[key] = normal(header)
        return made

    def maps(self):
        return {**(self.load_maps(self.text["maps_from"]) if "maps_from" in self.text else {}), **self.text.get("maps", {})}

    def tree(self):
        said = self.text.get("tree")
        self.need((said is not None) == (self.word("syntax") != "delimited"), "tree", "is for json and xml, and needed there")
        return read_tree(said, {column.header for column in self.by_header.values()}, self.need) if said else None
