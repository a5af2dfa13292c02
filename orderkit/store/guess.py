"""Guesses what the columns of a file mean, and writes the guess as a format description that a person can read and mend."""

import csv
import functools
import re
from dataclasses import dataclass
from importlib import resources
from itertools import islice
from pathlib import Path

import yaml

from orderkit.errors import BadValue, FileRefused
from orderkit.formats import formats, name_of, normal
from orderkit.store import containers, door
from orderkit.store.schema import column_types

LOOKED_AT = 2000  # rows; enough to see what a column holds
SHOWN = 3  # shapes of values shown per column
KEYS = {  # what a table cannot do without, and what else is part of its key
    "returns": ({"order_id", "reason_as_exported"}, ("order_id", "rma", "order_item_id", "sku")),
    "parcels": ({"order_id", "tracking"}, ("order_id", "order_item_id", "tracking")),
    "order_lines": ({"order_id", "sku"}, ("order_id", "order_item_id", "sku")),
    "orders": ({"order_id"}, ("order_id",)),
    "products": ({"sku"}, ("sku",)),
}
ANCHORS = {"returns": ["requested_at"], "parcels": ["shipped_at", "delivered_at"], "order_lines": ["ordered_at"], "orders": ["ordered_at"]}
MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M")
DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%d-%b-%Y", "%Y/%m/%d", "%Y%m%d")
OFFSET = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")
WHOLE, MONEY, FLAG = re.compile(r"-?\d{1,9}"), re.compile(r"[^\d\w]?-?[\d.,' ]*\d[.,]\d{1,2}"), {"true", "false", "yes", "no", "y", "n", "0", "1"}
PLACES = {"%Y": r"\d{4}", "%y": r"\d\d", "%m": r"(0?[1-9]|1[0-2])", "%d": r"(0?[1-9]|[12]\d|3[01])", "%H": r"\d\d", "%M": r"\d\d", "%S": r"\d\d", "%b": "[A-Za-z]{3}"}


@dataclass(frozen=True)
class ColumnGuess:
    """One column: its header, shapes of its first values (never the values), its type, and the canonical column it becomes."""

    header: str
    shapes: tuple
    type: str
    formats: tuple
    target: str | None


@dataclass(frozen=True)
class Guess:
    """What a file seems to tell: of which table, by which columns, and the YAML text of a format that says so."""

    name: str
    table: str
    columns: tuple
    text: str


def guess(path, folder, name=None):
    """The Guess of a file: CSV, TSV, workbook or Parquet, also packed.

    Raises FileRefused where the file cannot be read as a table, BadValue where no column looks like an order number or a SKU.
    """
    headers, rows = _table(Path(path), folder)
    name = name_of(name or Path(path).name.split(".")[0]) or "own_format"
    cells = [[row[at].strip() for row in rows if at < len(row) and row[at].strip()] for at in range(len(headers))]
    columns = [_column(header, values) for header, values in zip(headers, cells, strict=True)]
    table = _table_of({column.target for column in columns})
    columns = _one_each(columns, table)
    return Guess(name, table, tuple(columns), _text(name, table, columns))


def _table(path, folder):
    """(headers, the first rows) of the first table in a file."""
    member = next(iter(containers.members(path, folder)))
    if isinstance(member, FileRefused):
        raise member
    if member.kind in ("json", "xml"):
        raise FileRefused(path.name, "is a tree, not a table; a format of your own can be made of tables only.")
    rows = _text_rows(member.path) if member.kind == "text" else list(islice(member.rows(), LOOKED_AT))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows or len(rows[0]) < 2:
        raise FileRefused(path.name, "has no header line of at least two columns on top. Take off what stands above it.")
    return rows[0], rows[1:]


def _text_rows(path):
    lines = door.first_lines(path, LOOKED_AT)
    best = max(("\t", ",", ";"), key=lambda mark: lines[0].count(mark))
    quoting = csv.QUOTE_NONE if best == "\t" else csv.QUOTE_MINIMAL
    return list(csv.reader(lines, delimiter=best, quoting=quoting))


def _column(header, values):
    kind, found = _type(values)
    target = _words().get(normal(header))
    if target is None and _personal(header):
        return ColumnGuess(header, (), "personal", (), None)
    if target is None:
        return ColumnGuess(header, _shapes(values), "ignored", (), None)
    return ColumnGuess(header, _shapes(values), _fitting(target, kind), found, target)


def _type(values):
    """(type, formats) that all values of a column have; id where nothing narrower fits."""
    if not values:
        return "text", ()
    if all(OFFSET.fullmatch(value) for value in values):
        return "moment", ()
    for kind, known in (("moment", MOMENTS), ("day", DAYS)):
        if fits := tuple(form for form in known if all(_pattern(form).fullmatch(value) for value in values)):
            return kind, fits
    if all(WHOLE.fullmatch(value) for value in values):
        return "integer", ()
    if all(WHOLE.fullmatch(value) or MONEY.fullmatch(value) for value in values):
        return "money", ()
    return ("boolean", ()) if all(value.lower() in FLAG for value in values) else ("text", ())


@functools.cache
def _pattern(form):
    text = re.escape(form)
    for mark, place in PLACES.items():
        text = text.replace(mark, place)
    return re.compile(text)


def _fitting(target, found):
    """The type in which a canonical column is read, whatever else the values might be taken for."""
    wanted = next((kinds[target] for kinds in map(column_types, KEYS if "orders" not in KEYS else TABLES) if target in kinds), "VARCHAR")
    if target == "region":
        return "region"
    if target == "currency":
        return "currency"
    if wanted == "INTEGER":
        return "units"
    if wanted.startswith("DECIMAL"):
        return "number" if wanted.endswith("6)") else "amount" if target in ("item_price", "landed_cost", "shipping_price") else "money"
    if wanted in ("TIMESTAMPTZ", "DATE"):
        return found if found in ("moment", "day") else "ignored"
    if wanted == "BOOLEAN":
        return "boolean"
    return "id" if target in ("order_id", "order_item_id", "sku", "tracking", "rma") else "text"


TABLES = tuple("order_lines" if table == "orders" else table for table in KEYS)


def _shapes(values):
    """The first different shapes of values: every digit 9, every letter a."""
    made = (re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", value))[:30] for value in values)
    return tuple(islice(dict.fromkeys(made), SHOWN))


@functools.cache
def _said():
    return yaml.safe_load(resources.files(__package__).joinpath("synonyms.yaml").read_text(encoding="utf-8"))


@functools.cache
def _words():
    """{header as compared: canonical column}: the words of the folder, then what the shipped formats call it."""
    words = {}
    for form in formats().values():
        for emit in form.emits.values():
            told = {target: form.columns[name].header for target, name in emit.keys.items()}
            told |= {g.target: form.columns[g.sources[0]].header for g in emit.given.values() if g.sql == "{0}" and len(g.sources) == 1}
            for target, header in told.items():
                words.setdefault(normal(header), target)
    words |= {normal(word): target for target, own in _said()["targets"].items() for word in [target, *own]}
    return words


def _personal(header):
    parts = set(re.split(r"[^a-zà-ÿ]+", header.lower()))
    spoken = " ".join(re.split(r"[^a-zà-ÿ]+", header.lower()))
    return any(word in parts or (" " in word and word in spoken) for word in _said()["personal"])


def _table_of(targets):
    """The table of which a file tells most, of those it has the needed columns for."""
    fits = [table for table, (needed, _) in KEYS.items() if needed <= targets]
    if not fits:
        raise BadValue(
            "No column looks like an order number or a SKU, so orderkit cannot tell what the rows are about."
            " Rename the header to order_id or sku, or write the description by hand: see examples/olist."
        )
    return max(fits, key=lambda table: (len(targets & set(_columns(table))), -list(KEYS).index(table)))


def _columns(table):
    return column_types("order_lines" if table == "orders" else table)


def _one_each(columns, table):
    """Of several columns for one target, and of those of other tables, only the first that fits is kept."""
    taken, made = set(), []
    for column in columns:
        fits = column.target in _columns(table) and column.target not in taken and column.type != "ignored"
        taken |= {column.target} if fits else set()
        kind = column.type if fits or column.type == "personal" else "ignored"
        made.append(column if fits else ColumnGuess(column.header, column.shapes, kind, (), None))
    return made


def _text(name, table, columns):
    """The format description as YAML text."""
    known = {column.target: column for column in columns if column.target}
    keys = {target: known[target].header for target in KEYS[table][1] if target in known}
    dated = [known[target].header for target in ANCHORS.get(table, ()) if target in known and known[target].type in ("moment", "day")]
    given = {target: column.header for target, column in known.items() if target not in keys}
    said = {
        "title": name.replace("_", " ").capitalize(),
        "find": "where you get this file",
        "unlocks": "what you want from it",
        "delimiter": "comma",
        "decimal": "file",
        "zone": "UTC",
        "signature": [column.header for column in columns][:8],
        "required": [known[target].header for target in sorted(KEYS[table][0]) if target in known],
        "needs": list(keys.values())[:1],
        "known_at": {"file_end": dated},
        "columns": {column.header: _type_text(column) for column in columns},
        "emits": {table: _emit(table, keys, dated, given, known)},
    }
    head = "# Made by `orderkit map`. Check `columns` and `emits`; `ignored` columns are not read, `personal` ones never leave the file.\n"
    return head + yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=120)


def _type_text(column):
    return {"type": column.type, "formats": list(column.formats)} if column.formats and column.type in ("moment", "day") else column.type


def _emit(table, keys, dated, given, known):
    emit = {"keys": keys, "rank": 50}
    if dated:
        emit["anchor"] = {"first_of": dated} if len(dated) > 1 else dated[0]
    if table == "order_lines":
        emit["same_line"] = [known[target].header for target in ("item_price", "units") if target in known]
    if given:
        emit["fixed"] = given
    return emit
