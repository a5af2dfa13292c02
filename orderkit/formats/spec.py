"""The shape of a format description: what a YAML file of this folder may say, checked while it is read."""

import re
from dataclasses import dataclass, field

from orderkit.errors import FormatError

TYPES = {
    "order_id", "id", "text", "integer", "money", "currency", "moment", "day", "boolean", "choice", "region",
    "personal", "ignored",
}  # fmt: skip
NOT_KEPT = {"personal", "ignored"}
DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";"}
KEYS = {
    "title", "find", "unlocks", "delimiter", "quoting", "record_start", "signature", "required", "needs", "known_at",
    "newer_by", "repeats", "aliases", "columns", "maps", "maps_from", "emits", "money", "variants",
}  # fmt: skip


def normal(header):
    """A header as it is compared: lower case, without blanks, hyphens, underlines, slashes, colons, quotes or invisible marks."""
    return re.sub(r"[\s\-_/:\ufeff\u200b\u2019'\"]", "", str(header)).lower()


def name_of(header):
    """A header as the name of a database column."""
    return re.sub(r"[^0-9a-z]+", "_", str(header).strip().lower()).strip("_")


@dataclass(frozen=True)
class Column:
    """One column of an export: its header, the name it is stored under, its type, and its date formats or choices, if any."""

    header: str
    name: str
    type: str
    formats: tuple = ()
    choices: tuple = ()

    @property
    def kept(self):
        """Whether values of this column may enter the database at all."""
        return self.type not in NOT_KEPT


@dataclass(frozen=True)
class Given:
    """How one canonical column is given by an export: from which columns, by which expression, when it may be seen."""

    target: str
    sources: tuple
    sql: str
    rank: int
    time: str  # fixed | dated | state
    by: str | None = None
    sum: bool = False


@dataclass(frozen=True)
class Emit:
    """What a format tells of one canonical table: key columns, the column its rows exist from, and every given column."""

    table: str
    keys: dict
    anchor: tuple
    same_line: tuple
    given: dict


@dataclass(frozen=True)
class Format:
    """One export: how to read it, how to know it, what it tells. Made from one YAML file."""

    name: str
    title: str
    find: str
    unlocks: str
    delimiter: str
    quoted: bool
    record_start: str | None
    signature: frozenset
    required: tuple
    needs: tuple
    known_row: str | None
    known_file: tuple
    newer_by: tuple
    repeats: tuple
    aliases: dict
    columns: dict
    emits: dict
    money: str | None
    variants: dict
    by_header: dict = field(repr=False)

    def column(self, header):
        """The column that a header of a file stands for, or None where the format does not know it."""
        key = normal(header)
        return self.by_header.get(self.aliases.get(key, key))

    @property
    def kept(self):
        """The columns that are stored, in the order of the description."""
        return [column for column in self.columns.values() if column.kept]


def read_format(name, text, load_maps, where):
    """Makes a Format from the parsed YAML of one file.

    Raises FormatError, naming file and key, for an unknown key, type or column, or a missing one.
    """

    def need(condition, key, problem):
        if not condition:
            raise FormatError(f"{where}, {key}: {problem}")

    for key in text:
        need(key in KEYS, key, f"no such key; known: {', '.join(sorted(KEYS))}")
    for key in ("title", "delimiter", "quoting", "signature", "required", "columns", "emits", "known_at"):
        need(key in text, key, "is missing")
    need(text["delimiter"] in DELIMITERS, "delimiter", f"must be one of {', '.join(DELIMITERS)}")
    columns = {header: _column(header, said, need) for header, said in text["columns"].items()}
    by_header = {normal(header): column for header, column in columns.items()}
    need(len(by_header) == len(columns), "columns", "two headers are the same once blanks, hyphens and case are taken out")
    known = text["known_at"] if isinstance(text["known_at"], dict) else {"row": text["known_at"]}
    maps = text.get("maps") or (load_maps(text["maps_from"]) if "maps_from" in text else {})

    def stored(header, key):
        column = by_header.get(normal(header))
        need(column is not None and column.kept, key, f"{header!r} is no kept column of this format")
        return column.name

    emits = {table: _emit(table, said, maps, stored, need) for table, said in text["emits"].items()}
    variants = {str(variant): list(map(str, headers)) for variant, headers in text.get("variants", {}).items()}
    return Format(
        name=name,
        title=text["title"],
        find=text.get("find", ""),
        unlocks=text.get("unlocks", ""),
        delimiter=DELIMITERS[text["delimiter"]],
        quoted=text["quoting"] == "standard",
        record_start=text.get("record_start"),
        signature=frozenset(map(normal, text["signature"])),
        required=tuple(text["required"]),
        needs=tuple(stored(header, "needs") for header in text.get("needs", ())),
        known_row=stored(known["row"], "known_at") if "row" in known else None,
        known_file=tuple(stored(header, "known_at") for header in known.get("file_end", ())),
        newer_by=tuple(stored(header, "newer_by") for header in text.get("newer_by", ())),
        repeats=tuple(stored(header, "repeats") for header in text.get("repeats", ())),
        aliases={normal(alias): normal(header) for alias, header in text.get("aliases", {}).items()},
        columns={column.name: column for column in columns.values()},
        emits=emits,
        money=stored(text["money"], "money") if "money" in text else None,
        variants=variants,
        by_header=by_header,
    )


def _column(header, said, need):
    said = {"type": said} if isinstance(said, str) else dict(said)
    need(said.get("type") in TYPES, f"columns.{header}", f"type must be one of {', '.join(sorted(TYPES))}")
    need(said["type"] != "day" or said.get("formats"), f"columns.{header}", "a day needs its formats; dates are never guessed")
    return Column(header, name_of(header), said["type"], tuple(said.get("formats", ())), tuple(said.get("of", ())))


def _emit(table, said, maps, stored, need):
    key = f"emits.{table}"
    anchor = said["anchor"]
    anchor = anchor["first_of"] if isinstance(anchor, dict) else [anchor]
    given = {}
    for time in ("fixed", "dated", "state"):
        for target, how in said.get(time, {}).items():
            need(target not in given, f"{key}.{target}", "is given twice")
            given[target] = _given(target, how, time, said["rank"], maps, stored, need, f"{key}.{target}")
    return Emit(
        table=table,
        keys={target: stored(header, f"{key}.keys") for target, header in said["keys"].items()},
        anchor=tuple(stored(header, f"{key}.anchor") for header in anchor),
        same_line=tuple(stored(header, f"{key}.same_line") for header in said.get("same_line", ())),
        given=given,
    )


def _given(target, how, time, rank, maps, stored, need, key):
    how = {"from": how} if isinstance(how, str) else dict(how)
    need("value" in how or "from" in how, key, "needs `from` or `value`")
    if "value" in how:
        text = str(how["value"]).replace("'", "''")
        return Given(target, (), f"'{text}'", how.get("rank", rank), time)
    headers = how["from"] if isinstance(how["from"], list) else [how["from"]]
    sources = tuple(stored(header, key) for header in headers)
    sql = how.get("sql", "{0}")
    if "map" in how:
        need(how["map"] in maps, key, f"no map is called {how['map']!r}")
        cases = " ".join(f"WHEN '{old}' THEN '{new}'" for old, new in maps[how["map"]].items())
        sql = how.get("sql", "{map}").replace("{map}", f"CASE lower({{0}}) {cases} END")
    need(time != "dated" or "by" in how, key, "a dated column needs `by`: the column that holds its date")
    by = stored(how["by"], key) if "by" in how else None
    return Given(target, sources, sql, how.get("rank", rank), time, by, bool(how.get("sum", False)))
