"""Makes a file that orderkit does not know readable: a guess, written as a format description and tried on the file itself."""

import dataclasses
import re
import tempfile
import unicodedata
import zoneinfo
from dataclasses import dataclass
from pathlib import Path

from orderkit.errors import BadValue, FileRefused, FormatError
from orderkit.formats import formats, name_of, own_formats
from orderkit.printable import for_terminals
from orderkit.store.engine.database import reader
from orderkit.store.guessing import guess as guesses
from orderkit.store.guessing import guess_words, guess_yaml
from orderkit.store.guessing.guess import Wishes
from orderkit.store.guessing.guess_table import look
from orderkit.store.guessing.guess_types import ordered
from orderkit.store.known import own_of as stored_formats
from orderkit.store.load import FORMATS, FileResult, load
from orderkit.store.values import numbers

LETTERS = re.compile(r"[a-z0-9_]+")
WORTH = """
    SELECT coalesce(currency, 'unknown'), sum(item_price)
    FROM order_lines
    GROUP BY 1
    HAVING sum(item_price) > 0
    ORDER BY 1
"""
TOLD = ("order_lines", "parcels", "returns", "money", "products")
DAY_FIRST = {"USD": False, "EUR": True, "GBP": True, "INR": True, "BRL": True, "AUD": True, "NZD": True, "CHF": True, "PLN": True}


@dataclass(frozen=True)
class Mapping:
    """A file, what it seems to tell, the description that says so, and what came of reading the whole file with it."""

    path: Path
    guess: guesses.Guess
    text: str
    result: FileResult
    told: dict  # what the file gave: {table: rows}, and under "worth" {currency: sum of the price of the goods}

    @property
    def name(self):
        """The name of the format."""
        return self.guess.name

    def remade(self, wishes):
        """The mapping of the same file with other wishes."""
        return make(self.path, self.guess.table, self.name, wishes)

    @property
    def readable(self):
        """Whether a load would take anything from the file."""
        return self.result.state == "loaded" and self.result.loaded > 0

    def to_json(self):
        """The same as a dict; shapes of values stand in it, never values."""
        columns = [
            {"header": c.header, "looks_like": list(c.shapes), "type": c.type, "becomes": c.target, "unsure": c.doubt}
            for c in self.guess.columns
        ]
        tried = {key: getattr(self.result, key) for key in ("state", "lines", "loaded", "quarantined", "reason")}
        tried |= {**self.told, "worth": {currency: str(amount) for currency, amount in self.told.get("worth", {}).items()}}
        told = {"header_line": self.guess.table.line, "rows_are": self.guess.rows, "columns": columns}
        return {"file": self.path.name, "format": self.name, **told, "tried": tried}


@dataclass(frozen=True)
class Known:
    """A file that a format reads already."""

    path: Path
    format: str
    title: str
    own: bool

    def to_json(self):
        """The same as a dict."""
        return {"file": self.path.name, "format": self.format, "known": True}

    @for_terminals
    def __repr__(self):
        whose = "your own format" if self.own else "an export that orderkit knows"
        return f"{self.path.name} is {whose}: {self.title} ({self.format}). Nothing needs to be mapped."


def table_of(path, own):
    """The head of a file (guess_table.Table), or a Known where a format reads it already.

    Raises FileRefused for a file that is no table, and for a known export that lacks columns.
    """
    with tempfile.TemporaryDirectory(prefix="orderkit-map-") as folder:
        table = look(Path(path), Path(folder), formats(own))
    if table.known is None:
        return table
    form = table.known.format
    if table.known.missing:
        lacks = f"looks like {form.title}, but lacks {', '.join(table.known.missing)}. Download it again with all columns."
        raise FileRefused(Path(path).name, lacks, nearest=form.name, missing=table.known.missing)
    return Known(Path(path), form.name, form.title, form.name in dict(own))


def make(path, table, name, wishes):
    """The Mapping of a file, tried on all of it.

    Where days and months can be read in two ways, and nothing in the file tells, the language of its headers or its currency
    does; a file of which nothing tells stays ambiguous, and `result` says so.
    """
    mapping = _tried(Path(path), guesses.guess(table, name, wishes))
    if mapping.result.state == "refused" and wishes.day_first is None:
        hint = _day_first(mapping.guess)
        if hint is not None and _has_rivals(mapping.guess, not hint):
            return _tried(Path(path), guesses.guess(table, name, dataclasses.replace(wishes, day_first=hint)))
    return mapping


def _day_first(guess):
    by_words = guess_words.day_first(guess.table.headers)
    if by_words is not None:
        return by_words
    return True if guess.money.decimal == "comma" else DAY_FIRST.get(guess.money.currency)


def _has_rivals(guess, day_first):
    return any(ordered(column.formats, day_first) != column.formats for column in guess.columns)


def ambiguous(mapping):
    """Whether nothing tells if days or months come first."""
    return mapping.result.state == "refused" and _has_rivals(mapping.guess, True) and mapping.guess.wishes.day_first is None


def _tried(path, guess):
    text = guess_yaml.text(guess)
    with tempfile.TemporaryDirectory(prefix="orderkit-map-") as folder:
        place = Path(folder) / "formats"
        place.mkdir()
        (place / f"{guess.name}.yaml").write_text(text, encoding="utf-8")
        own_formats(place)  # FormatError where the description contradicts itself
        db = Path(folder) / "tried.duckdb"
        results = load([path], db=db, formats_in=place).files
        own = [result for result in results if result.format == guess.name] or results
        return Mapping(path, guess, text, own[0], _told(db) if own[0].state == "loaded" else {})


def _told(db):
    """What stands in a database: rows per table, and what the goods are worth per currency."""
    con = reader(db)
    counts = {table: f"SELECT count(*) FROM {table}" for table in TOLD}
    counts["orders"] = "SELECT count(DISTINCT order_id) FROM order_lines"
    counts["parcels"] += " WHERE named"  # not those that only a status tells of
    told = {what: con.sql(sql).fetchall()[0][0] for what, sql in counts.items()}
    worth = dict(con.sql(WORTH).fetchall())
    con.close()
    return {what: count for what, count in told.items() if count} | ({"worth": worth} if worth else {})


def name_for(path, wish=None):
    """The name of a new format: the user's, else that of the file without its dates and numbers.

    Raises BadValue for a name that cannot be one, or that a shipped format has.
    """
    if wish:
        if not LETTERS.fullmatch(wish):
            raise BadValue(f"{wish!r} cannot be the name of a format. Use small letters, digits and underscores.")
        if wish in formats():
            raise BadValue(f"{wish} is the name of a shipped format. Take another one, for example own_{wish}.")
        return wish
    stem = unicodedata.normalize("NFKD", guess_words.folded(Path(path).name.split(".")[0])).encode("ascii", "ignore").decode()
    name = re.sub(r"(^|_)\d+(?=_|$)", "", name_of(stem)).strip("_") or "own_format"
    return f"own_{name}" if name in formats() else name


def write(mapping, path, agreed):
    """Writes the description; `agreed()` is asked where another one has its place.

    Raises BadValue where that is not agreed to, FileRefused where the description reads nothing of the file.
    """
    if not mapping.readable:
        why = mapping.result.reason or "no row of it can be read with what is guessed."
        why += " Or say it with --day-first or --month-first." if ambiguous(mapping) else ""
        raise FileRefused(mapping.path.name, f"{why} No format was written.")
    if path.exists() and path.read_text(encoding="utf-8") != mapping.text and not agreed():
        raise BadValue(f"{path} is there already and was not touched. Give another name with --name, or delete it first.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(mapping.text, encoding="utf-8")


def own_of(db, folder):
    """{name: YAML text} of the user's own formats: those that something was loaded with, and those in a folder."""
    stored = {}
    if Path(db).exists():
        con = reader(db)
        stored = stored_formats(con)
        con.close()
    return stored | dict(own_formats(folder or Path(db).absolute().parent / FORMATS))


def own_in(folder):
    """((name, YAML text), ...) of the formats in a folder that can be used; a broken one does not stop a new one."""
    try:
        return own_formats(folder)
    except FormatError:
        return ()


def wished(*, zone="UTC", currency=None, marketplace=None, day_first=None):
    """The Wishes of a user who has said nothing about columns yet. Raises BadValue for a zone or currency that does not exist."""
    return check(Wishes({}, zone, currency and currency.upper(), marketplace, day_first))


def check(wishes):
    """The wishes. Raises BadValue for a zone or currency that does not exist."""
    if wishes.zone not in zoneinfo.available_timezones():
        raise BadValue(f"{wishes.zone!r} is no time zone. Write it like Europe/Berlin, America/New_York or UTC.")
    if wishes.currency and not re.fullmatch(numbers.CURRENCIES, wishes.currency):
        raise BadValue(f"{wishes.currency!r} is no currency code. Write it like EUR, USD or GBP.")
    return wishes
