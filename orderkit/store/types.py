"""The types a format may name, as SQL: the value of a cell, and the reason why it is not one.

Every check is strict on purpose: DuckDB's own casts read 1.5 as 2 units, 9.999 as 10.00, drop an offset without a word, and take
0x10, 1_000 and YES for numbers and truth.
"""

TRUE, FALSE = ("true", "yes", "y", "1"), ("false", "no", "n", "0")
EARLIEST, LATEST = "1995-01-01", "2100-01-01"  # no marketplace export tells of anything outside
SHORTENED = r"-?\d(\.\d+)?[eE]\+?\d+"
ORDER_ID = r"([A-Z]?\d{2,3}-\d{7}-\d{7})"
MONEY = r"-?\d{1,15}(\.\d{1,2}0*)?"
MOMENT = r"\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-](0\d|1[0-4]):?[0-5]\d)"

SQL_TYPES = {
    "integer": "INTEGER", "money": "DECIMAL(18,2)", "moment": "TIMESTAMPTZ", "day": "DATE", "boolean": "BOOLEAN",
}  # fmt: skip


def sql_type(column):
    """The DuckDB type under which a column is stored."""
    return SQL_TYPES.get(column.type, "VARCHAR")


def cell(field):
    """A field as text without outer blanks; NULL where the export means "nothing": empty, a blank, --, N/A."""
    return f"CASE WHEN {field} IN ('', ' ', '--', 'N/A') THEN NULL ELSE nullif(trim({field}), '') END"


def _words(words):
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words)


def _full(cell, pattern):
    return f"regexp_full_match({cell}, '{pattern}')"


def value(column, cell):
    """SQL for the typed value of a cell; NULL where the cell is empty or wrong (`reason` tells which)."""
    match column.type:
        case "integer" | "money":
            return f"TRY_CAST({cell} AS {sql_type(column)})"
        case "moment":
            return f"CASE WHEN {_full(cell, MOMENT)} THEN TRY_CAST({cell} AS TIMESTAMPTZ) END"
        case "day":
            return f"CAST(try_strptime({cell}, [{_words(column.formats)}]) AS DATE)"
        case "boolean":
            return f"CASE WHEN lower({cell}) IN ({_words(TRUE)}) THEN true WHEN lower({cell}) IN ({_words(FALSE)}) THEN false END"
        case "choice":
            return f"lower({cell})"
        case "currency":
            return f"upper({cell})"
        case "region":
            return f"nullif(upper(left(regexp_replace({cell}, '[^0-9A-Za-z]', '', 'g'), 3)), '')"
    return cell


def _wrong(column, cell):
    """SQL condition that a non-empty cell is wrong, and the reason code; None where any text will do."""
    match column.type:
        case "order_id":
            return f"NOT {_full(cell, ORDER_ID)}", "not_an_order_id"
        case "id":
            return _full(cell, SHORTENED), "damaged_by_spreadsheet"
        case "integer":
            return f"NOT {_full(cell, '-?[0-9]{1,9}')}", "not_a_whole_number"
        case "money":
            return f"NOT {_full(cell, MONEY)}", "not_money"
        case "currency":
            return f"NOT {_full(cell, '[A-Za-z]{3}')}", "not_a_currency"
        case "moment":
            return f"coalesce(NOT ({value(column, cell)} BETWEEN '{EARLIEST}' AND '{LATEST}'), true)", "not_a_moment"
        case "day":
            return f"coalesce(NOT ({value(column, cell)} BETWEEN '{EARLIEST}' AND '{LATEST}'), true)", "not_a_day"
        case "boolean":
            return f"lower({cell}) NOT IN ({_words(TRUE + FALSE)})", "not_yes_or_no"
        case "choice":
            return f"lower({cell}) NOT IN ({_words(column.choices)})", "not_a_choice"
    return None


def reason(column, cell, needed):
    """SQL for the reason code why a cell cannot be taken, NULL where it can; None where nothing can be wrong with it."""
    cases = [f"WHEN {cell} IS NULL THEN 'missing_value'"] if needed else []
    if wrong := _wrong(column, cell):
        cases.append(f"WHEN {cell} IS NOT NULL AND {wrong[0]} THEN '{wrong[1]}'")
    return f"CASE {' '.join(cases)} END" if cases else None


def shape(cell):
    """SQL for the shape of a value: digits become 9, letters a; at most 40 characters. It never holds the value."""
    return rf"left(regexp_replace(regexp_replace({cell}, '\p{{N}}', '9', 'g'), '[\p{{L}}\p{{M}}]', 'a', 'g'), 40)"
