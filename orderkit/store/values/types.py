"""The types a format may name, as SQL: the value of a cell, and the reason why it is not one.

Every check is strict on purpose: DuckDB's own casts read 1.5 as 2 units, 9.999 as 10.00, drop an offset without a word, and take
0x10, 1_000 and YES for numbers and truth. How numbers and dates are written in one file is its Style, decided from evidence.
"""

import datetime as dt
from dataclasses import dataclass, field

from orderkit.store.values import dates, numbers
from orderkit.store.values.dates import full, quoted

TRUE, FALSE = ("true", "yes", "y", "1"), ("false", "no", "n", "0")
EARLIEST, LATEST = "1995-01-01 00:00:00", "2100-01-01 00:00:00"  # no marketplace export tells of anything outside
AHEAD = dt.timedelta(days=2)  # clocks and zones differ; what lies further ahead has not happened
MOST_UNITS, MOST_MONEY = 1_000_000, 1_000_000_000  # of one line: a larger one is an id or a date in the wrong column
ORDER_ID = r"(?:\d{3}|[A-Z]\d{2})-\d{7}-\d{7}"  # S01 and D01: orders of other channels, and digital ones
# order numbers that nothing else looks like, as sellers write them into a carrier's reference: Amazon's, eBay's, #1001 of a shop.
# Plain digits may be a telephone number, and words a buyer's name, so that neither is kept
ORDER_REF = rf"{ORDER_ID}|\d{{2}}-\d{{5}}-\d{{5}}|#\d{{3,10}}"
ASIN = "[A-Z0-9]{10}"
MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
CHANGED = rf"-?\d([.,]\d+)?[eE]\+?\d+|\d{{1,2}}-{MONTH}|{MONTH}-\d{{2}}|\d{{4}}-\d{{2}}-\d{{2}} 00:00:00"  # 1.23E+11, 2-Jan
# taken for a number, and no longer exact: of more than 15 digits only 15 are kept
COUNTED = r"|\d{16,}\.0|\d{1,3}(,\d{3}){2,}|\d{15}0{3,}"
CHOSEN = ("sku", "custom_label")  # ids that sellers make up: 123.0, null and nan are SKUs that exist
# what programs write for nothing, or where something else was lost
NOTHING = ("null", "NULL", "None", "none", "nan", "NaN", "NAN", "inf", "undefined", "true", "false", "TRUE", "FALSE")
SHEET_ERROR = (  # of spreadsheets in English, German, French, Spanish, Italian, Dutch, Portuguese and Polish
    r"#(?:N/[ADB]|NV|#+|[\x{a1}\x{bf}]?(?:REF|NAME|VALUE|DIV/0|NUM|NULL|SPILL|CALC|BEZUG|WERT|ZAHL|VALEUR|NOM|NOMBRE|NUL|VALOR"
    r"|NULO|RIF|VALORE|NOME|NULLO|VERW|NAAM|WAARDE|DEEL/0|GETAL|LEEG|ADR|NAZWA|ARG|DZIEL/0|LICZBA)[!?])"
)
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
CONTROL_OR_BREAK = r"[\x00-\x1f\x7f]"  # an id is one line without tabs
EDGE = r"[\s\p{Z}\x{200b}-\x{200f}\x{2060}\x{feff}]"  # blanks of all kinds, and marks that nobody sees
FORMULA = rf'(?s)^{EDGE}*="([^"]*)"{EDGE}*$'  # ="00123": how exporters keep a spreadsheet from counting an id

HALF_GUARDED = '^="'  # what is left of such a guard where it does not close: cut at a delimiter, or with a quote too many

SQL_TYPES = {
    "integer": "INTEGER", "units": "INTEGER", "money": "DECIMAL(18,2)", "amount": "DECIMAL(18,2)", "number": "DECIMAL(18,6)",
    "moment": "TIMESTAMPTZ", "day": "DATE", "boolean": "BOOLEAN",
}  # fmt: skip
WRONG = {
    "order_id": "not_an_order_id", "asin": "not_an_asin", "integer": "not_a_whole_number", "units": "not_a_whole_number",
    "money": "not_money", "amount": "not_money", "number": "not_a_number", "currency": "not_a_currency",
    "country": "not_a_country", "moment": "not_a_moment", "day": "not_a_day", "boolean": "not_yes_or_no",
    "choice": "not_a_choice",
}  # fmt: skip
BEHIND = {"integer": numbers.NONE, "units": numbers.NONE, "number": numbers.MICROS}  # what may follow the decimal mark
MOST = {"units": MOST_UNITS, "money": MOST_MONEY, "amount": MOST_MONEY}


@dataclass(frozen=True)
class Style:
    """How one file writes its numbers and dates.

    `loose`: people wrote it, so thousands marks, symbols and other ways to write minus are taken off. `dates`: the formats of the
    columns, by name, that stood the test. `native`: a workbook or Parquet file, which knows which cells are dates.
    """

    decimal: str = "point"
    dates: dict = field(default_factory=dict)
    native: bool = False
    loose: bool = False
    note: str = ""


PLAIN = Style()


def local(column):
    """Whether the values of a column are local times of the marketplace of their row, still to be placed in its zone."""
    return column.type == "moment" and column.zone == dates.MARKETPLACE


def sql_type(column):
    """The DuckDB type under which a column is stored."""
    return "TIMESTAMP" if local(column) else SQL_TYPES.get(column.type, "VARCHAR")


def cell(field):
    """A field as text without outer blanks; NULL where the export means "nothing": empty, blank, --, N/A.

    Nearly all fields are right as they are: cleaning them costs ten times as much as to see that they need none.
    """
    odd = (
        f"{field} < '!' OR ends_with({field}, ' ') OR {field} = '--' OR {field} = 'N/A' OR ({field} >= '=' AND {field} < '>')"
        f" OR ends_with({field}, chr(9)) OR ends_with({field}, chr(10)) OR ends_with({field}, chr(13))"
        f" OR (strlen({field}) <> length({field}) AND regexp_matches({field}, '^{EDGE}|{EDGE}$'))"
    )
    bare = f"regexp_replace(regexp_replace({field}, '{FORMULA}', '\\1'), '^{EDGE}+|{EDGE}+$', '', 'g')"
    clean = f"nullif(nullif(nullif({bare}, ''), '--'), 'N/A')"
    nothing = f"{field} IN ('', ' ', '--', 'N/A')"
    return f"CASE WHEN {odd} THEN CASE WHEN {nothing} THEN NULL ELSE {clean} END ELSE {field} END"


def _words(words):
    return ", ".join(map(quoted, words))


def value(column, cell, style=PLAIN):
    """SQL for the typed value of a cell; NULL where the cell is empty or wrong (`reason` tells which).

    Raises FormatError where the column's date formats cannot be read.
    """
    match column.type:
        case "integer" | "units" | "money" | "amount" | "number":
            return _number(column, cell, style)
        case "moment":
            formats = style.dates.get(column.name, column.formats)
            return dates.moment(cell, formats, months=column.months, zone=column.zone, native=style.native)
        case "day":
            formats = style.dates.get(column.name, column.formats)
            return dates.day(cell, formats, months=column.months, native=style.native)
        case "boolean":
            low = f"lower({cell})"
            return f"CASE WHEN {low} IN ({_words(TRUE)}) THEN true WHEN {low} IN ({_words(FALSE)}) THEN false END"
        case "choice":
            return f"CASE WHEN lower({cell}) IN ({_words(column.choices)}) THEN lower({cell}) END"
        case "country":
            return f"CASE WHEN {full(cell, '[A-Za-z]{2}')} THEN upper({cell}) END"
        case "currency":
            small = f"strlen({cell}) = 3 AND {full(f'upper({cell})', numbers.CURRENCIES)}"
            return f"CASE WHEN {full(cell, numbers.CURRENCIES)} THEN {cell} WHEN {small} THEN upper({cell}) END"
        case "region":
            return _region(cell)
        case "order_id" | "asin":
            pattern = ORDER_ID if column.type == "order_id" else ASIN
            return f"CASE WHEN {full(cell, pattern)} THEN {cell} WHEN {full(_bare(cell), pattern)} THEN {_bare(cell)} END"
        case "order_ref":
            return f"CASE WHEN {full(cell, ORDER_REF)} THEN {cell} END"
        case "id":
            return _bare(cell, counted=not _chosen(column))
    return cell


def _number(column, cell, style):
    loose = style.loose or style.decimal == "comma"
    symbols = column.type not in ("integer", "units")
    behind = BEHIND.get(column.type, numbers.CENTS)
    return numbers.number(cell, sql_type(column), behind, decimal=style.decimal, loose=loose, symbols=symbols)


def _chosen(column):
    """Whether an id is a seller's own word, which may look like anything."""
    return any(word in column.name for word in CHOSEN)


def _bare(cell, *, counted=False):
    """SQL of an id without the apostrophe with which spreadsheets keep digits as text; `counted`: nor the .0 of data frames."""
    quote = f"WHEN {cell} >= '''' AND {cell} < '(' THEN regexp_replace({cell}, '^''([0-9])', '\\1')"
    zero = f"WHEN ends_with({cell}, '.0') THEN regexp_replace({cell}, '^([0-9]{{1,15}})[.]0$', '\\1')" if counted else ""
    return f"CASE {quote} {zero} ELSE {cell} END"


def _region(cell):
    """SQL of the first three letters or digits of a postcode: enough to tell a region, too little to tell a person."""
    first = f"left({cell}, 3)"
    others = f"nullif(upper(left(regexp_replace({cell}, '[^0-9A-Za-z]', '', 'g'), 3)), '')"
    return f"CASE WHEN {full(first, '[0-9A-Za-z]{3}')} THEN upper({first}) ELSE {others} END"


def reason(column, cell, needed, style=PLAIN, clock=None, *, typed=None, controls=True):
    """SQL for the reason code why a cell cannot be taken, NULL where it can.

    `clock`: a moment of the past cannot lie after it. `typed`: SQL of the value, where it was computed before, so that it is not
    computed twice. Without `controls` control characters are not looked for, which saves most of the time of text columns.
    """
    typed = typed or f"({value(column, cell, style)})"
    error = f"{cell} >= '#' AND {cell} < '$' AND {full(cell, SHEET_ERROR)}"
    match column.type:
        case "id":
            cases = _id_cases(column, cell, error, controls)
        case "order_ref":  # free text: what is no order number is not kept, and is no fault of the record
            cases = ["WHEN false THEN ''"]
        case "text" | "comment" | "region":
            cases = [f"WHEN {error} THEN 'damaged_by_spreadsheet'"]
            cases += [f"WHEN {_holds(cell, CONTROL)} THEN 'control_character'"] if controls else []
        case _:
            cases = [_untyped(column, cell, typed, error), *_out_of_range(column, typed, clock)]
    if needed:
        cases.insert(0, f"WHEN {cell} IS NULL THEN 'missing_value'")
    return f"CASE {' '.join(cases)} END"


def _holds(cell, pattern):
    return f"regexp_matches({cell}, '{pattern}')"


def _untyped(column, cell, typed, error):
    """The case of a cell that has no value, with the reason why."""
    cases = [f"WHEN {error} THEN 'damaged_by_spreadsheet'"]
    if column.type in ("integer", "units", "money", "amount", "number"):
        cases.append(f"WHEN {numbers.huge(cell, BEHIND.get(column.type, numbers.CENTS))} THEN 'too_large'")
    if column.type in ("order_id", "asin"):
        cases.append(f"WHEN {_holds(cell, CONTROL_OR_BREAK)} THEN 'control_character'")
    return f"WHEN {cell} IS NOT NULL AND {typed} IS NULL THEN CASE {' '.join(cases)} ELSE '{WRONG[column.type]}' END"


def _id_cases(column, cell, error, controls):
    """The cases of an id; one look for all that can be wrong with its characters, because nearly all ids are right."""
    own = _chosen(column)
    changed = CHANGED if own else CHANGED + COUNTED
    changed = f"^(?:{changed})$|{HALF_GUARDED}"
    odd = f"{CONTROL_OR_BREAK}|{changed}" if controls else changed
    which = f"CASE WHEN {_holds(cell, CONTROL_OR_BREAK)} THEN 'control_character' ELSE 'damaged_by_spreadsheet' END"
    nothing = [] if own else [f"WHEN {cell} IN ({_words(NOTHING)}) THEN 'not_an_id'"]
    return [f"WHEN {_holds(cell, odd)} THEN {which}", f"WHEN {error} THEN 'damaged_by_spreadsheet'", *nothing]


def _out_of_range(column, typed, clock):
    cases = []
    if column.type in ("units", "amount"):
        cases.append(f"WHEN {typed} < 0 THEN 'negative'")
    if column.type in MOST:
        cases.append(f"WHEN {typed} > {MOST[column.type]} OR {typed} < -{MOST[column.type]} THEN 'too_large'")
    if column.type in ("moment", "day"):
        cases.append(
            f"WHEN {typed} < {_time(column, EARLIEST)} OR {typed} >= {_time(column, LATEST)} THEN '{WRONG[column.type]}'"
        )
        if clock and column.past:
            bound = f"{clock.astimezone(dt.UTC) + AHEAD:%Y-%m-%d %H:%M:%S}"
            cases.append(f"WHEN {typed} > {_time(column, bound)} THEN 'in_the_future'")
    return cases


def _time(column, text):
    """A moment or day as an SQL literal of the column's type."""
    if column.type == "day":
        return f"DATE '{text[:10]}'"
    return f"TIMESTAMP '{text}'" if local(column) else f"TIMESTAMPTZ '{text}+00'"


def shape(cell):
    """SQL for the shape of a value: digits become 9, letters a; at most 40 characters. It never holds the value."""
    plain = rf"regexp_replace({cell}, '[\p{{C}}\p{{Z}}]', ' ', 'g')"
    return rf"left(regexp_replace(regexp_replace({plain}, '\p{{N}}', '9', 'g'), '[\p{{L}}\p{{M}}]', 'a', 'g'), 40)"
