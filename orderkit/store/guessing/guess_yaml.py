"""Writes a guess as a format description that a person can read and mend."""

import yaml

from orderkit.formats import name_of
from orderkit.store.guessing import guess_words

HEAD = "# Made by `orderkit map` from the first lines of a file. Columns that are `ignored` or `personal` never leave the file.\n"
UNLOCKS = {
    "order_lines": "orders of your own shop, line by line",
    "orders": "orders of your own shop",
    "parcels": "what became of your parcels",
    "returns": "returns of your own shop, and why",
    "products": "what your products are and cost",
    "money": "what was paid, refunded and charged",
}
KEYS = {  # what a row is known by
    "order_lines": ("order_id", "order_item_id", "sku"),
    "orders": ("order_id",),
    "parcels": ("order_id", "order_item_id", "tracking"),
    "returns": ("order_id", "rma", "order_item_id", "sku"),
    "products": ("sku", "valid_from"),
    "money": ("settlement_id", "type", "order_id", "order_item_id", "sku", "amount"),
}
ANCHORS = {  # from when on a row exists
    "order_lines": ("ordered_at",),
    "orders": ("ordered_at",),
    "parcels": ("shipped_at", "first_scan_at", "delivered_at"),
    "returns": ("requested_at",),
    "products": ("valid_from",),
    "money": ("posted_at",),
}
HAPPENED = (
    "ordered_at", "shipped_at", "first_scan_at", "last_scan_at", "delivered_at", "requested_at", "received_at", "valid_from",
    "posted_at",
)  # fmt: skip
RESTATED = {"parcels": ANCHORS["parcels"], "returns": ("requested_at", "received_at")}  # rows that only ever gain dates
SIGNED, FEWEST = 8, 3  # headers by which the file is known again: at most, at least
WIDE = 118  # letters of a line
MOST = 50  # rank: what a shipped format tells of the same line is believed first

LINE = ("asin", "product_name")
ORDER = ("ordered_at", "ship_by", "deliver_by", "country", "region", "marketplace", "channel", "currency")
MONEY = ("units", "item_tax", "shipping_price", "discounts")
PARCEL = ("carrier", "service", "label_cost", "currency", "declared_value", "insured", "premium")
SCANS = ("shipped_at", "first_scan_at", "last_scan_at", "delivered_at")
FIXED = {
    "order_lines": LINE + ORDER + MONEY,
    "orders": ORDER + MONEY,
    "parcels": PARCEL,
    "returns": ("asin", "requested_at", "reason_as_exported", "units", "order_amount", "currency"),
    "products": ("asin", "product_name", "category", "landed_cost", "currency", "vat_rate", "resale_share"),
    "money": ("posted_at", "category", "description", "currency", "units", "marketplace"),
}
DATED = {"parcels": SCANS, "returns": ("received_at",)}
STATE = {
    "order_lines": ("status", "status_as_exported"),
    "orders": ("status", "status_as_exported"),
    "parcels": ("outcome",),
    "returns": ("status", "resolution", "refunded", "label_cost"),
}
SQL = {
    "discounts": "abs({0})",
    "marketplace": "lower({0})",
    "currency": "upper({0})",
    "vat_rate": "CASE WHEN {0} >= 1 THEN {0} / 100 ELSE {0} END",
}


def text(guess):
    """The format description as YAML text."""
    head = {
        "title": guess.name.replace("_", " ").capitalize(),
        "find": "a file of your own; write here where you get it",
        "unlocks": UNLOCKS[guess.rows],
        "channel": "any" if guess.rows in ("products", "money") else "FBM",
        "delimiter": DELIMITERS[guess.table.delimiter],
    }
    head |= {"quoting": "none"} if not guess.table.quoted else {}
    head |= {"preamble": True} if guess.table.line > 1 else {}
    head |= {"footers": [_totals()]} if guess.table.totals else {}
    decimal = (
        "file" if guess.table.totals and guess.money.decimal == "point" else guess.money.decimal
    )  # sums need the record scan
    head |= {"decimal": decimal} if decimal != "point" else {}
    head |= {"zone": guess.wishes.zone}
    emits = _emits(guess)
    parts = (_dumped(head), _dumped(_reading(guess)), _columns(guess), _maps(guess), _told(emits), _money(guess))
    return HEAD + "".join(line for part in parts for line in part)


DELIMITERS = {"\t": "tab", ",": "comma", ";": "semicolon"}


def _dumped(entries):
    """Each entry on a line of its own."""
    return [f"{key}: {_flow(value)}\n" for key, value in entries.items()]


def _flow(value):
    """A value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000)
    return text.removesuffix("...\n").strip()


def _totals():
    words = "|".join(word.replace(" ", " *") for word in guess_words.total_words())
    return f'(?i)^[" ]*({words})[": ]*([,;\\t]|$)'


def _header(guess, target):
    column = guess.column(target)
    return column.header if column else None


def _reading(guess):
    """What makes the file known, and what every row must have."""
    kept = [column for column in guess.columns if column.target]
    nearest = sorted(kept, key=lambda column: (column.target not in KEYS[guess.rows], column.doubt is not None, column.at))
    others = [column for column in _written(guess) if not column.target]
    signature = [column.header for column in [*nearest[:SIGNED], *others[: max(0, FEWEST - len(nearest))]]]
    main = "amount" if guess.rows == "money" else KEYS[guess.rows][0]
    anchors = [c for target in ANCHORS[guess.rows][:1] if (c := guess.column(target)) and c.at in guess.filled]
    needs = [_header(guess, main), *(c.header for c in anchors)]
    happened = [header for target in HAPPENED if (header := _header(guess, target))]
    made = {"signature": signature, "required": needs, "needs": needs, "known_at": {"file_end": happened}}
    newer = [header for target in RESTATED.get(guess.rows, ()) if (header := _header(guess, target))]
    return made | ({"newer_by": newer} if newer else {})


def _columns(guess):
    yield "columns:\n"
    for column in _written(guess):
        said = {"type": column.type, "formats": list(column.formats)} if column.formats else column.type
        if column.months:
            said["months"] = list(column.months)
        note = f"   # not sure: {column.doubt}" if column.doubt else ""
        yield f"  {_flow(column.header)}: {_flow(said)}{note}\n"


def _written(guess):
    """The columns that a description can name: of those with the same name in a database only the one that is kept."""
    taken = [name_of(column.header) for column in guess.columns if column.target]
    for column in guess.columns:
        name = name_of(column.header)
        if column.target or (name and name not in taken):
            taken.append(name)
            yield column


def _maps(guess):
    found = {column.target: column.words for column in guess.columns if column.target and column.words}
    if not found:
        return
    yield "maps:\n"
    for target, words in found.items():
        yield f"  {MAPS.get(target, target)}: {{\n"
        by_meaning = sorted(words.items(), key=lambda one: one[1])
        yield from _wrapped([f"{_flow(word)}: {_flow(meaning)}" for word, meaning in by_meaning])
        yield "  }\n"


MAPS = {"type": "category"}


def _wrapped(entries):
    """Entries of a block in braces, as many on a line as fit."""
    line = "   "
    for entry in entries:
        if len(line) + len(entry) > WIDE:
            yield f"{line}\n"
            line = "   "
        line += f" {entry},"
    yield f"{line}\n"


def _told(emits):
    yield "emits:\n"
    for table, emit in emits.items():
        yield f"  {table}:\n"
        for key, value in emit.items():
            if key in ("fixed", "dated", "state"):
                yield f"    {key}:\n"
                yield from (f"      {target}: {_flow(how)}\n" for target, how in value.items())
            else:
                yield f"    {key}: {_flow(value)}\n"


def _money(guess):
    headers, sql = guess.money.goods or ((), "")
    if sql == "{0}" and guess.rows in ("orders", "order_lines"):
        yield f"money: {_flow(headers[0])}\n"


def _emits(guess):
    """{table: emit} of all that the rows tell."""
    made = {guess.rows: _emit(guess, guess.rows)}
    if guess.rows == "order_lines" and guess.money.of_order:
        made["orders"] = _spread(guess)
    if guess.rows in ("orders", "order_lines") and any(guess.column(target) for target in (*SCANS, "tracking")):
        made["parcels"] = _emit(guess, "parcels")
    return made


def _emit(guess, table):
    keys = {target: header for target in KEYS[table] if (header := _header(guess, target))}
    if table == "order_lines" and "sku" not in keys:
        keys["sku"] = next(header for target in ("asin", "product_name") if (header := _header(guess, target)))
    emit = {"keys": keys} | _from_when(guess, table)
    if table == "order_lines":
        emit["same_line"] = _same_line(guess)
    if table == "money":
        emit["occurrence"] = [header for target in ("posted_at", "description") if (header := _header(guess, target))]
    if table == "parcels" and guess.rows != "parcels":
        told = [header for target in ("tracking", *SCANS) if (header := _header(guess, target))]
        emit["where"] = " OR ".join("{" + header + "} IS NOT NULL" for header in told)
    emit["rank"] = MOST
    for time, targets in (("fixed", FIXED[table]), ("dated", DATED.get(table, ())), ("state", STATE.get(table, ()))):
        given = {target: how for target in targets if target not in keys and (how := _how(guess, table, target, time))}
        if table in ("orders", "order_lines") and time == "fixed":
            given |= _assumed(guess, given)
        if given:
            emit[time] = given
    return emit


def _from_when(guess, table):
    anchors = [header for target in ANCHORS[table] if (header := _header(guess, target))]
    return {"anchor": {"first_of": anchors} if len(anchors) > 1 else anchors[0]} if anchors else {}


def _same_line(guess):
    """Price and units, by which lines without a number are told apart; a missing one is stood in for by the other."""
    price = guess.money.goods[0][0] if guess.money.goods else None
    units = _header(guess, "units")
    other = price or units or _header(guess, "sku") or _header(guess, "asin") or _header(guess, "product_name")
    return [price or other, units or other]


def _assumed(guess, given):
    """What no column tells as it is: who ships, the marketplace, how exactly the order's time is told, the price of the goods."""
    made = {}
    if column := guess.column("ordered_at"):
        made["ordered_at_grain"] = {"value": "day" if column.type == "day" else "moment"}
    if guess.money.goods:
        headers, sql = guess.money.goods
        made["item_price"] = headers[0] if sql == "{0}" else {"from": list(headers), "sql": sql}
    made |= {} if "channel" in given else {"channel": {"value": "FBM"}}
    if guess.wishes.marketplace and "marketplace" not in given:
        made["marketplace"] = {"value": guess.wishes.marketplace.lower()}
    return made


def _spread(guess):
    """Sums of the whole order, which stand on each of its lines."""
    fixed = {target: _how(guess, "orders", target, "fixed") for target in MONEY if target in guess.money.of_order}
    return {"keys": {"order_id": _header(guess, "order_id")}, **_from_when(guess, "orders"), "rank": MOST, "fixed": fixed}


def _how(guess, table, target, time):
    """How a canonical column is given: a header, or a header with what is done to its words; None where nothing tells it."""
    source = {"status_as_exported": "status", "category": "type" if table == "money" else "category"}.get(target, target)
    column = guess.column(source)
    if target == "currency" and column is None:
        return {"value": guess.money.currency} if guess.money.currency else None
    if column is None or (table == "order_lines" and target in guess.money.of_order):
        return None
    if time == "dated":
        return {"from": column.header, "by": column.header}
    return _changed(guess, table, target, column)


def _changed(guess, table, target, column):
    header, words = column.header, column.words
    if target in ("status", "outcome", "channel") or (table, target) == ("money", "category"):
        if table == "returns":
            return {"from": header, "sql": "lower({0})"}
        return {"from": header, "map": "category" if target == "category" else target} if words else None
    if target == "country" and column.type != "country":
        code = "CASE WHEN length({0}) = 2 THEN upper({0}) ELSE {map} END"
        return {"from": header, "map": target, "sql": code} if words else None
    if target == "insured" and words:
        return {"from": header, "map": target, "sql": "CAST({map} AS BOOLEAN)"}
    if target == "currency" and words:
        return {"from": header, "map": target}
    if target in SQL and target != "currency":
        return {"from": header, "sql": SQL[target]}
    return header
