"""What the amounts of an unknown file are about: one unit, a line or a whole order; in which currency, with point or comma."""

from dataclasses import dataclass, replace

from orderkit.store.guessing import guess_words

MONEY = ("money", "amount", "number")
SPREAD = ("shipping_price", "discounts", "item_tax")  # sums that many shops repeat on every line of an order
SURE = 3  # orders of several lines that say the same


@dataclass(frozen=True)
class Money:
    """How amounts are written, and which currency and columns they have.

    `goods`: the headers and SQL that give the price of the goods of a row; `of_order`: canonical columns whose value is that of
    the whole order and stands on each of its lines again.
    """

    decimal: str = "point"
    currency: str | None = None
    goods: tuple = ()  # (headers, SQL)
    of_order: frozenset = frozenset()


def settle(columns, rows, values, table, wishes):
    """(columns, Money): the columns with what is not sure about their amounts."""
    places = [column.at for column in columns if column.type in MONEY]
    mark, plain = values.decimal(places) if places else ("point", True)
    columns, of_order = _of_order(columns, rows, values)
    columns, goods = _goods(columns, rows, values, mark)
    decimal = "point" if not places or plain else "comma" if mark == "comma" else "file"
    return columns, Money(decimal, _currency(columns, table, values, wishes), goods, frozenset(of_order))


def _by_target(columns):
    return {column.target: column for column in columns if column.target}


def _of_order(columns, rows, values):
    """The sums that stand on every line of an order again, so that they count once."""
    by = _by_target(columns)
    if rows != "order_lines" or "order_id" not in by:
        return columns, set()
    found = set()
    for target in SPREAD:
        if target in by:
            several, same = values.repeats(by["order_id"].at, by[target].at)
            if several and several == same:
                found.add(target)
                columns = _doubted(columns, by[target], REPEATED if same < SURE else None)
    return columns, found


def _doubted(columns, about, doubt):
    return [replace(column, doubt=doubt or column.doubt) if column.at == about.at else column for column in columns]


def _named(columns, about, target):
    return [replace(column, target=target) if column.at == about.at else column for column in columns]


def _left_out(columns, about, why=None):
    return [replace(column, target=None, type="ignored", doubt=why) if column.at == about.at else column for column in columns]


def _goods(columns, rows, values, mark):
    """(columns, (headers, SQL) of the price of the goods of one row)."""
    by = _by_target(columns)
    if rows == "order_lines":
        columns = _line_total(columns, by, values, mark)
    by = _by_target(columns)
    if "item_price" in by:
        columns = _without(columns, ("price", "unit_price", "total"))
        return columns, ((by["item_price"].header,), "{0}")
    each = by.get("unit_price") or by.get("price")
    if each:
        columns = _without(columns, ("total",) + (("price",) if each.target == "unit_price" else ()))
        return _of_units(columns, each, by.get("units"), values)
    return _of_total(columns, by, rows)


def _without(columns, targets):
    """The columns without those that only helped to understand others."""
    return [replace(each, target=None, type="ignored", doubt=None) if each.target in targets else each for each in columns]


def _line_total(columns, by, values, mark):
    """Finds out whether `total` is that of a line: then it is the price of the goods of the line, else it is the order's."""
    total, each = by.get("total"), by.get("unit_price") or by.get("price")
    if not total or "item_price" in by:
        return columns
    if each and "units" in by:
        lines, right = values.multiplies(total.at, each.at, by["units"].at, mark)
        if lines and lines == right:
            return _named(columns, total, "item_price")
    several, same = values.repeats(by["order_id"].at, total.at)
    if each or (several and several == same):
        return _left_out(columns, total, None if several == same or not each else UNCLEAR_TOTAL)
    return _doubted(_named(columns, total, "item_price"), total, LINE_TOTAL)


REPEATED = "the same on every line of an order, so it is taken once per order"
UNCLEAR_TOTAL = "neither the price times the units nor the same on all lines of an order: left out"
LINE_TOTAL = "taken for the goods of the line; with postage in it, it would be too much"
ORDER_TOTAL = "taken for the goods of the order; with postage in it, it would be too much"
PER_UNIT = "taken for the price of one unit and multiplied by {}; if it is that of the whole line: item_price"


def _of_units(columns, each, units, values):
    if units is None:
        return _named(columns, each, "item_price"), ((each.header,), "{0}")
    if each.target == "price":
        columns = _doubted(_named(columns, each, "unit_price"), each, PER_UNIT.format(units.header))
    return columns, ((each.header, units.header), "{0} * {1}")


def _of_total(columns, by, rows):
    """The total of an order, less what is known to be postage; only where rows are whole orders."""
    if "total" not in by or rows != "orders":
        return columns, ()
    if "shipping_price" in by:
        columns = _doubted(columns, by["total"], f"goods and postage together, so {by['shipping_price'].header} is taken off")
        return columns, ((by["total"].header, by["shipping_price"].header), "{0} - coalesce({1}, 0)")
    columns = _doubted(_named(columns, by["total"], "item_price"), by["total"], ORDER_TOTAL)
    return columns, ((by["total"].header,), "{0}")


def _currency(columns, table, values, wishes):
    """The currency where no column tells it: what the user says, else what headers or cells name, if they name just one."""
    if wishes.currency or any(column.target == "currency" for column in columns):
        return wishes.currency
    money = [column for column in columns if column.type in MONEY and column.target]
    told = {guess_words.currency_in(column.header) for column in money} - {None}
    told = told or {code for column in money for code in values.currencies(column.at)}
    return told.pop() if len(told) == 1 else None
