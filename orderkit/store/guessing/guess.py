"""Guesses what the columns of a file mean: by the words of its headers, and by what its cells can be read as.

A guess is made of the head of a file and of the user's wishes, and of nothing else: who changes a wish makes it anew. What it
comes to is a format description (guess_yaml.py), which the load then reads like any other.
"""

import re
from dataclasses import dataclass, replace

from orderkit.errors import BadValue, UnknownName
from orderkit.formats import name_of
from orderkit.store.guessing import guess_money, guess_words
from orderkit.store.guessing.guess_types import agreeing, typed
from orderkit.store.guessing.guess_values import Values

OF_ORDER = (
    "order_id", "ordered_at", "status", "currency", "ship_by", "deliver_by", "marketplace", "channel", "country", "region",
    "shipping_price", "discounts", "item_tax", "units", "item_price", "price", "unit_price", "total",
)  # fmt: skip
OF_PARCEL = (
    "tracking", "carrier", "service", "shipped_at", "first_scan_at", "last_scan_at", "delivered_at", "label_cost", "insured",
    "declared_value", "premium", "outcome",
)  # fmt: skip
# what the rows of a file may tell of, and by which columns
TABLES = {
    "returns": (
        "order_id", "order_item_id", "sku", "asin", "rma", "requested_at", "received_at", "reason_as_exported", "units", "status",
        "resolution", "refunded", "order_amount", "label_cost", "currency",
    ),
    "money": (
        "order_id", "order_item_id", "sku", "settlement_id", "type", "posted_at", "amount", "description", "currency", "units",
        "marketplace",
    ),
    "order_lines": (*OF_ORDER, "order_item_id", "sku", "asin", "product_name", *OF_PARCEL),
    "parcels": ("order_id", "order_item_id", "currency", *OF_PARCEL),
    "orders": (*OF_ORDER, *OF_PARCEL),
    "products": (
        "sku", "asin", "product_name", "category", "landed_cost", "currency", "vat_rate", "resale_share", "valid_from",
    ),
}  # fmt: skip
# words whose meaning depends on what the rows tell of
MEANT = {
    "date": {
        "order_lines": "ordered_at",
        "orders": "ordered_at",
        "returns": "requested_at",
        "parcels": "shipped_at",
        "money": "posted_at",
    },
    "state": {"order_lines": "status", "orders": "status", "returns": "status", "parcels": "outcome"},
    "total": {"order_lines": "total", "orders": "total", "returns": "refunded", "money": "amount"},
    "price": {"order_lines": "price", "orders": "price"},
    "vat": {"order_lines": "item_tax", "orders": "item_tax", "products": "vat_rate"},
    "cost": {"parcels": "label_cost", "products": "landed_cost"},
}
ZONED = re.compile(r"(a|[+-]99:?99)$")  # the shape of a time that ends with its zone
# what each cannot do without: of every group one column; in the order in which they are tried where the likely one will not do
NEEDED = {
    "order_lines": (("order_id",), ("sku", "asin", "product_name")),
    "orders": (("order_id",),),
    "products": (("sku",),),
    "returns": (("order_id",),),
    "parcels": (("order_id",),),
    "money": (("amount",),),
}
STAND_INS = ("asin", "product_name")  # for a SKU where no column holds one
NO_ORDER = (
    "No column looks like an order number or a SKU, so orderkit cannot tell what the rows are about. Rename the header to"
    " order_id or sku, or write the description by hand: examples/olist shows how."
)


@dataclass(frozen=True)
class ColumnGuess:
    """One column: its header, shapes of its first values (never the values), its type, what it becomes, why that is not sure."""

    at: int
    header: str
    shapes: tuple = ()
    type: str = "ignored"
    formats: tuple = ()
    months: tuple = ()
    target: str | None = None
    doubt: str | None = None
    words: dict | None = None  # what the words in its cells mean


@dataclass(frozen=True)
class Wishes:
    """What the user says: {header: canonical column, or None to leave it out}, and what no column tells."""

    targets: dict
    zone: str = "UTC"
    currency: str | None = None
    marketplace: str | None = None
    day_first: bool | None = None


@dataclass(frozen=True)
class Guess:
    """What a file tells: what its rows are about, by which columns, how its numbers are written, and what was assumed."""

    name: str
    rows: str
    columns: tuple
    table: object
    wishes: Wishes
    money: object  # guess_money.Money
    filled: frozenset  # places of columns without an empty cell

    def column(self, target):
        """The column that becomes a canonical column, or None."""
        return next((column for column in self.columns if column.target == target), None)

    @property
    def local_times(self):
        """Whether times stand in the file that do not say their zone."""
        times = [column for column in self.columns if column.target and column.type == "moment"]
        return any(not ZONED.search(shape) for column in times for shape in column.shapes)

    @property
    def unsure(self):
        """The columns about which a person should be asked."""
        return [column for column in self.columns if column.doubt]


def guess(table, name, wishes):
    """The Guess of a Table.

    Raises BadValue where no column looks like an order number or a SKU, UnknownName for a wish that is no canonical column.
    """
    values = Values(table)
    try:
        known = _readings(table, values, wishes)
        for rows in dict.fromkeys([_rows(known, values), *NEEDED]):
            columns = _columns(rows, known, table, values, wishes)
            if all({column.target for column in columns} & set(either) for either in NEEDED[rows]):
                return _finished(name, rows, columns, table, values, wishes)
        raise BadValue(NO_ORDER)
    finally:
        values.close()


def _columns(rows, known, table, values, wishes):
    """The columns, if the rows are about this: each with what it becomes and the type in which it is read."""
    columns = [_column(at, table, values, wishes) for at in range(len(table.headers))]
    for at, reading in _assigned(known, rows, values).items():
        columns[at] = typed(replace(columns[at], target=reading.target, doubt=None if reading.sure else PART), values, wishes)
    columns = [_with_personal_values(column, values) for column in columns]
    return _nameable(agreeing(_own_numbers(columns, values)))


def _finished(name, rows, columns, table, values, wishes):
    columns, money = guess_money.settle(_stand_in(columns, rows), rows, values, table, wishes)
    columns = [replace(column, doubt=None) if column.header in wishes.targets else column for column in columns]
    filled = frozenset(at for at in range(len(columns)) if values.filled(at) == len(table.rows))
    return Guess(name, rows, tuple(columns), table, wishes, money, filled)


PART = "the header alone does not make it sure"
WISHED = guess_words.Reading("", -1)


def _readings(table, values, wishes):
    """{place: [Reading, ...]} of every column of which something is known; what the user wishes comes before all else."""
    found = {}
    for at, header in enumerate(table.headers):
        if header in wishes.targets:
            if target := wishes.targets[header]:
                found[at] = [replace(WISHED, target=_known_target(target))]
        elif header and not table.twice(header):
            found[at] = guess_words.readings(header) or _by_shape(values, at)
    return {at: readings for at, readings in found.items() if readings}


def _known_target(target):
    known = sorted({column for columns in TABLES.values() for column in columns})
    if target not in known:
        raise UnknownName("column", target, known)
    return target


def _by_shape(values, at):
    """Amazon's order numbers are known whatever stands above them."""
    seen = values.shapes(at)
    return [guess_words.Reading("order_id", 0)] if seen == ("999-9999999-9999999",) else []


def _rows(known, values):
    """What the rows are likely to be about. Columns that are mostly empty do not decide it."""
    first = {at: readings[0].target for at, readings in known.items()}
    has = {target for at, target in first.items() if 2 * values.filled(at) >= len(values.columns[at])}
    goods, sums = {"units", "price", "unit_price", "item_price"}, {"total", "amount"}
    if "order_id" not in first.values():
        return "money" if "settlement_id" in has or ("type" in has and has & sums) else "products"
    if has & {"reason_as_exported", "rma", "requested_at"}:
        return "returns"
    if has & {"type", "settlement_id", "posted_at"} and has & sums and not has & {*goods, "ordered_at", "status", "state"}:
        return "money"
    if "sku" in has or (has & {"asin", "product_name"} and has & {*goods, *sums}):
        return "order_lines"
    if has & {"tracking", "shipped_at", "delivered_at", "label_cost"} and not has & {*goods, *sums, "ordered_at"}:
        return "parcels"
    return "orders"


def _column(at, table, values, wishes):
    """A column as long as nothing is made of it: personal, or not read."""
    header = table.headers[at]
    if guess_words.personal(header) and header not in wishes.targets:
        return ColumnGuess(at, header, type="personal")
    twice = "stands in the file twice; which one counts cannot be told" if table.twice(header) else None
    return ColumnGuess(at, header, values.shapes(at), doubt=twice)


def _assigned(known, rows, values):
    """{place: Reading}: every canonical column is taken from one column: the surest, then the nearest by its words."""
    open_ones = [
        (not reading.sure, values.filled(at) == 0, reading.rank, at, replace(reading, target=target))
        for at, readings in known.items()
        for reading in readings
        if (target := MEANT.get(reading.target, {}).get(rows, reading.target)) in TABLES[rows]
    ]
    found = {}
    for *_, at, reading in sorted(open_ones, key=lambda one: one[:4]):
        if at not in found and reading.target not in {other.target for other in found.values()}:
            found[at] = reading
    return found


def _with_personal_values(column, values):
    """A column of text in which mail addresses stand is a person's, whatever its header says."""
    if column.target and column.type in ("text", "id") and values.mails(column.at):
        return ColumnGuess(column.at, column.header, type="personal", doubt="holds mail addresses")
    return column


def _own_numbers(columns, values):
    """A number of order lines that two lines of one order share is none."""
    order, item = (next((c for c in columns if c.target == target), None) for target in ("order_id", "order_item_id"))
    if not order or not item or values.most_lines(order.at, item.at) == 1:
        return columns
    why = "looks like the number of an order line, but several lines of an order share one: left out"
    return [replace(c, target=None, type="ignored", doubt=why) if c is item else c for c in columns]


def _nameable(columns):
    """A column whose header cannot be the name of a column in a database is left out; so is the second of one name."""
    taken, made = {"", "rid"}, []
    for column in columns:
        name = name_of(column.header)
        clash = column.target and name in taken
        made.append(replace(column, target=None, type="ignored", doubt=NO_NAME) if clash else column)
        taken |= {name} if column.target else set()
    return made


NO_NAME = "its header cannot be told from another one, or has no letters: rename it to have it read"


def _stand_in(columns, rows):
    """Where order lines have no SKU the catalogue number or the name of the product stands in for it."""
    targets = [column.target for column in columns]
    if rows != "order_lines" or "sku" in targets:
        return columns
    at = next((targets.index(target) for target in STAND_INS if target in targets), None)
    if at is None:
        return columns
    why = "no column holds a SKU, so this one tells the lines of an order apart"
    return [replace(column, doubt=why) if place == at else column for place, column in enumerate(columns)]
