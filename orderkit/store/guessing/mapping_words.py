"""What `orderkit map` shows and asks: a mapping as a text of 80 columns, and the questions about what is not sure."""

import dataclasses
import io
import re
import shlex
from textwrap import fill

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orderkit.errors import BadValue, UnknownName
from orderkit.store.guessing import guess, mapping
from orderkit.store.guessing.guess_money import MONEY
from orderkit.store.reasons import reason_words
from orderkit.store.schema import schema_sql

WIDTH = 80
LOOKS = 24  # letters of the column that shows shapes
ROWS = {
    "order_lines": "a line of an order", "orders": "an order", "parcels": "a parcel", "returns": "a return", "money": "a payment",
    "products": "a product",
}  # fmt: skip
CUT = {"\t": "cut by tabs", ",": "cut by commas", ";": "cut by semicolons"}
NOT_READ = ("-", "none", "no")
PSEUDO = {
    "unit_price": "price of one unit: multiplied by the units",
    "price": "price of one unit, or of the line where no column tells the units",
    "total": "what the whole order comes to",
}
FIRST = {"day": True, "month": False}


def shown(made):
    """A mapping for people: what the file is, what each column becomes, what is not sure, and what came of trying it."""
    kept = [column for column in made.guess.columns if column.target]
    parts = [_about(made), _table(kept), _doubts(made.guess), _left_out(made.guess), _assumed(made.guess), _tried(made)]
    return re.sub("\n{3,}", "\n\n", "\n".join(part for part in parts if part))


def _about(made):
    table = made.guess.table
    how = "a workbook or Parquet file" if table.native else CUT[table.delimiter]
    return _filled(
        f"{table.name}: {how}, header on line {table.line}; {len(table.rows):,} rows looked at, each is {ROWS[made.guess.rows]}."
    )


def _filled(text, indent=""):
    return fill(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def _table(kept):
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for name, width in (("Your column", 24), ("Looks like", LOOKS), ("Read as", 8), ("Becomes", 18)):
        table.add_column(name, max_width=width, overflow="fold")
    for column in kept:
        table.add_row(
            Text(column.header), Text(_looks(column.shapes)), column.type, column.target + (" ?" if column.doubt else "")
        )
    return _printed(table)


def _looks(shapes):
    """Shapes of values, no more than fit on two lines."""
    short = [shape if len(shape) <= LOOKS else f"{shape[: LOOKS - 1]}\u2026" for shape in shapes]
    return " | ".join(short[: 1 if len(short[0]) == LOOKS else None]) if short else "(empty)"


def _printed(thing):
    out = io.StringIO()
    Console(file=out, width=WIDTH, force_terminal=False, highlight=False).print(thing)
    return re.sub(" +\n", "\n", out.getvalue()).strip("\n") + "\n"


def _doubts(found):
    lines = [_filled(f"  {column.header}: {column.doubt}.", "    ") for column in found.unsure]
    return "\n".join(["Not sure (?):", *lines, ""]) if lines else ""


def _left_out(found):
    known = [column for column in found.columns if column.header]
    personal = [column.header for column in known if column.type == "personal"]
    ignored = [column.header for column in known if column.type == "ignored"]
    lines = [_filled(f"Personal, dropped while reading: {', '.join(personal)}.", "  ")] if personal else []
    lines += [_filled(f"Not read: {', '.join(ignored)}.", "  ")] if ignored else []
    return "\n".join(lines)


def _assumed(found):
    """What no column tells, and is taken for granted."""
    said = []
    if found.rows in ("orders", "order_lines") and not found.column("channel"):
        said.append("you ship these orders yourself (FBM)")
    if found.local_times:
        said.append(f"times are those of {found.wishes.zone}")
    if found.money.currency and not found.column("currency"):
        said.append(f"amounts are in {found.money.currency}")
    elif lacks_currency(found):
        said.append("the currency is not told (--currency EUR says it)")
    return _filled(f"Taken for granted: {'; '.join(said)}.", "  ") if said else ""


def lacks_currency(found):
    """Whether amounts are read of which nothing tells the currency."""
    amounts = [column for column in found.columns if column.target and column.type in MONEY[:2]]
    return bool(amounts) and not found.money.currency and not found.column("currency")


def _tried(made):
    """What came of reading the whole file, so that a person can compare it with what they know."""
    result = made.result
    if result.state != "loaded":
        return "\n" + _filled(f"Tried on the whole file: it {result.reason}", "  ")
    counts = {
        what: made.told[what] for what in TOLD if what in made.told and (what, made.guess.rows) != ("order_lines", "orders")
    }
    told = ", ".join(f"{count:,} {TOLD[what][count != 1]}" for what, count in counts.items())
    worth = " and ".join(_worth(currency, amount) for currency, amount in made.told.get("worth", {}).items())
    read = result.loaded + result.duplicates
    text = f"Tried on the whole file: {read:,} of {result.lines:,} rows can be read. They give {told or 'nothing'}"
    lines = ["", _filled(f"{text}{f', goods worth {worth}' if worth else ''}.", "  ")]
    for line, column, reason, _ in result.why[:SHOWN]:
        lines.append(_filled(f"  set aside: line {line}{f', {column}' if column else ''}: {reason_words()[reason]}.", "    "))
    return "\n".join([*lines, *([f"  and {result.quarantined - SHOWN:,} more"] if result.quarantined > SHOWN else [])])


def _worth(currency, amount):
    return f"{amount:,.2f} in a currency that is not told" if currency == "unknown" else f"{currency} {amount:,.2f}"


SHOWN = 3  # lines set aside
TOLD = {
    "orders": ("order", "orders"), "order_lines": ("order line", "order lines"), "parcels": ("parcel", "parcels"),
    "returns": ("return", "returns"), "money": ("payment", "payments"), "products": ("product", "products"),
}  # fmt: skip


def improved(made, ask, say):
    """The mapping after a person was asked about what is not sure.

    `ask(question, default, meaning)` gives what `meaning` makes of the answer, and asks again where it raises; `say` says a text.
    """
    wishes = made.guess.wishes
    for column in made.guess.unsure:
        wishes = dataclasses.replace(wishes, targets=wishes.targets | {column.header: _target(column, made.guess.rows, ask, say)})
    if mapping.ambiguous(made):
        wishes = dataclasses.replace(wishes, day_first=ask("What stands first in its dates, day or month", "day", day_first))
    if lacks_currency(made.guess):
        currency = ask("Currency of the amounts, such as EUR (- if not known)", "-", lambda text: currency_of(text, wishes))
        wishes = dataclasses.replace(wishes, currency=currency)
    if made.guess.local_times:
        zone = ask("Time zone of its times, such as Europe/Berlin", wishes.zone, lambda text: zone_of(text, wishes))
        wishes = dataclasses.replace(wishes, zone=zone)
    if wishes == made.guess.wishes:
        return made
    made = made.remade(wishes)
    say(_tried(made))
    return made


def _target(column, rows, ask, say):
    """What a person says that a column becomes; None where it is to be left out."""
    say(_filled(f"{column.header}: {column.doubt}.", "  "))
    question = "  It becomes (a name, - to leave it out, ? for the names)"
    while (answer := ask(question, column.target or "-", lambda text: meaning(text, rows))) == "?":
        say(names(rows))
    return answer


def next_step(path, file, db, to):
    """What was done, and the command that comes next."""
    where = f" --formats {shlex.quote(str(to))}" if to else ""
    where += f" --db {shlex.quote(str(db))}" if str(db) != "orderkit.duckdb" else ""
    return f"Wrote {path}. Next: orderkit load {shlex.quote(str(file))}{where}"


def meaning(answer, rows):
    """What a column is to become, None to leave it out, or ? as it is. Raises UnknownName for what such rows do not know."""
    if answer != "?" and answer.lower() not in NOT_READ and answer not in guess.TABLES[rows]:
        raise UnknownName("column", answer, sorted(guess.TABLES[rows]), where=f" for {ROWS[rows]}")
    return None if answer.lower() in NOT_READ else answer


def names(rows):
    """Every name that a column of such rows may become, with its meaning."""
    found = re.findall(r"COMMENT ON COLUMN (\w+)\.(\w+) IS '((?:[^']|'')*)'", schema_sql())
    told = {name: words for table in ("parcels", "order_lines", rows) for at, name, words in found if at == table} | PSEUDO
    return "\n".join(_filled(f"  {name}: {told[name].split(';')[0]}", "      ") for name in sorted(guess.TABLES[rows]))


def day_first(answer):
    """True for day, False for month. Raises BadValue for anything else."""
    if answer.lower() not in FIRST:
        raise BadValue("Say day or month.")
    return FIRST[answer.lower()]


def currency_of(answer, wishes):
    """A currency code, None where it is not known. Raises BadValue for what is none."""
    if answer in NOT_READ:
        return None
    return mapping.check(dataclasses.replace(wishes, currency=answer.upper())).currency


def zone_of(answer, wishes):
    """A time zone. Raises BadValue for what is none."""
    return mapping.check(dataclasses.replace(wishes, zone=answer)).zone
