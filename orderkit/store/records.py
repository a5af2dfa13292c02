"""From a readable file to typed observations, at two speeds.

The fast pass reads all columns as text in parallel, casts strictly and gives up at the first doubt. The record scan reads whole
lines in order, so that it can name line, column and reason of everything that is set aside. The fast pass never selects a
personal column; the record scan holds whole lines in temporary tables while it works, and only kept columns leave them.
"""

import datetime as dt
import re
from dataclasses import dataclass

import duckdb

from orderkit.errors import FileRefused
from orderkit.formats import header_words, normal, recognise
from orderkit.store import evidence, types
from orderkit.store.door import NUL_MARK, Content

LINE_END = "\x01"  # a delimiter that no export holds: a line read with it is one field
LONGEST_RECORD = 20  # lines; a quote that swallows more than this is a stray one
LOOKED_AT = 5000  # wrong lines among which a second header is looked for


class Doubt(Exception):
    """The fast pass met something that only the record scan can name."""


def text(value):
    """A Python string as an SQL literal, for file names and delimiters (which DuckDB takes only as literals)."""
    return "'" + str(value).replace("'", "''") + "'"


def pattern(path):
    """A path as the engine's readers take it: literally, where it holds what they would take for a pattern."""
    return text(re.sub(r"([*?\[])", r"[\1]", str(path)))


def can_be_fast(match):
    """Whether the fast pass can judge every record alone: no sums within a row, nothing that the whole file has to decide."""
    form = match.format
    return match.line == 1 and not form.tree and not form.row_total and not evidence.needs_evidence(match)


def _fields(match):
    """(position, column) of every kept column of the file, first header first."""
    return [(at, column) for at, column in enumerate(match.columns) if column and column.kept]


def _select(match, style, clock, comments):
    """SQL of cells and typed values of the kept columns, and (position, SQL of the reason code) where a cell can be wrong.

    What buyers wrote is read only where `comments` asks for it; else those columns stay empty.
    """
    fields, needs = _fields(match), match.format.needs
    cells = [f"{types.cell(f'f{at}')} AS c{at}" for at, _ in fields]
    asked = {column.name for _, column in fields if comments or column.type != "comment"}
    told = {column.name: types.value(column, f"c{at}", style) if column.name in asked else "NULL::VARCHAR" for at, column in fields}
    values = [f'{value} AS "{name}"' for name, value in told.items()]
    reasons = [(at, types.reason(column, f"c{at}", column.name in needs, style, clock)) for at, column in fields if column.name in asked]
    return cells, values, [(at, reason) for at, reason in reasons if reason]


def fast_pass(con, path, match, content, table, file_id, clock, comments):
    """Inserts all records of a clean file into `table`; the number of records.

    Raises Doubt where any record is not plainly right; the caller rolls back and runs `record_scan`.
    """
    cells, values, reasons = _select(match, types.PLAIN, clock, comments)
    wrong = " OR ".join(f"({reason}) IS NOT NULL" for _, reason in reasons)
    columns = ", ".join(f"'f{at}': 'VARCHAR'" for at in range(len(match.headers)))
    quote = "'\"'" if match.quoted else "''"
    new_line = r"'\r\n'" if content.crlf else r"'\n'"
    compression = "'gzip'" if content.packed else "'none'"
    source = (
        f"read_csv({pattern(path)}, columns={{{columns}}}, auto_detect=false, header=true, delim={text(match.delimiter)},"
        f" quote={quote}, escape={quote}, comment='', compression={compression}, nullstr='', strict_mode=true,"
        f" new_line={new_line}, max_line_size=16000000)"
    )
    try:
        con.execute(
            f"INSERT INTO {table} BY NAME SELECT {', '.join(values)}, $file_id::INTEGER AS _file"
            f" FROM (SELECT {', '.join(cells)} FROM {source}) WHERE CASE WHEN {wrong} THEN error('doubt') ELSE true END",
            {"file_id": file_id},
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        raise Doubt from None  # the engine's text may echo a raw line, so it goes no further
    return con.sql(f"SELECT count(*) FROM {table} WHERE _file = $id", params={"id": file_id}).fetchall()[0][0]


@dataclass(frozen=True)
class Reading:
    """How a file is read: what its bytes are, whether a sheet typed its cells, the clock, the known formats, whether comments are kept."""

    content: Content
    native: bool
    clock: dt.datetime
    known: dict
    comments: bool = False


def record_scan(con, path, match, table, file_id, reading):
    """Inserts all good records into `table` and all others into `rejects`; (records, set aside).

    Works on whole lines in file order. A tab file's record that was broken by a line end inside a field is joined again where
    the format says how a record starts; a quoted record runs until its quotes close. Lines without any value, footers and a
    header that stands there again are no records. In a damaged file a kept value with bytes that are no text is set aside.
    A second report in the same file is refused (FileRefused).
    """
    con.execute("SET preserve_insertion_order = true")
    try:
        _split_lines(con, path, match, reading.content.packed)
        _drop_what_is_no_record(con, match)
        _type_records(con, match, reading)
        if not match.format.tree:
            _drop_repeated_headers(con, path, match, reading.known)
        counts = _store(con, match, table, file_id)
        con.execute("DROP TABLE _typed; DROP TABLE _records")
        return counts
    finally:
        con.execute("SET preserve_insertion_order = false")


def _type_records(con, match, reading):
    """Makes TEMP table _typed: line, the typed columns, and `_wrong`: what is wrong first with the record, else NULL."""
    style, clock = _style(con, match, reading)
    cells, values, reasons = _select(match, style, clock, reading.comments)
    if reading.content.damaged:
        found = dict(reasons)
        reasons = [(at, _undecodable(at, found.get(at, "NULL"))) for at, _ in _fields(match)]
    wrong = [
        f"CASE WHEN {reason} IS NOT NULL"
        f" THEN struct_pack(header := {text(match.headers[at])}, reason := {reason}, shape := {types.shape(f'c{at}')}) END"
        for at, reason in reasons
    ]
    wrong += _row_total(match)
    whole = "struct_pack(header := NULL::VARCHAR, reason := fault, shape := NULL::VARCHAR)"
    fields = ", ".join(f"fields[{at + 1}] AS f{at}" for at, _ in _fields(match))
    names = ", ".join(f'"{column.name}"' for _, column in _fields(match))
    own = ", ".join(f"c{at}" for at, _ in _fields(match))
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE _typed AS
        SELECT
            line,
            {names},
            CASE WHEN fault IS NOT NULL THEN {whole} ELSE coalesce({", ".join(wrong)}, NULL) END AS _wrong
        FROM (
            SELECT line, fault, {own}, {", ".join(values)}
            FROM (
                SELECT line, fault, {", ".join(cells)}
                FROM (SELECT line, fault, {fields} FROM _records)
            )
        )
    """)


def _style(con, match, reading):
    """How this file writes numbers and dates, and the clock where it can be believed."""
    cells = ", ".join(f"{types.cell(f'fields[{at + 1}]')} AS c{at}" for at, _ in _fields(match))
    source = f"(SELECT {cells} FROM _records WHERE fault IS NULL)"
    style = evidence.decide(con, match, source, native=reading.native, clock=reading.clock)
    return style, evidence.clock_bound(con, match, source, reading.clock, style)


def _row_total(match):
    """SQL of what is wrong where the parts of a row do not add up; not judged where the file has columns we do not know."""
    rule, found = match.format.row_total, {column.name: at for at, column in _fields(match)}
    if rule is None or match.unknown or rule.total not in found:
        return []
    parts = " + ".join(f'coalesce("{name}", 0)' for name in rule.of if name in found)
    header = text(match.headers[found[rule.total]])
    return [
        f'CASE WHEN "{rule.total}" <> {parts} THEN'
        f" struct_pack(header := {header}, reason := 'does_not_add_up', shape := NULL::VARCHAR) END"
    ]


def _store(con, match, table, file_id):
    """Moves typed records to where they belong; (records, set aside). Of a tree a record is set aside with any of its rows."""
    record = "_record" if match.format.tree else "line"
    bad = f"SELECT {record} FROM _typed WHERE _wrong IS NOT NULL"
    names = ", ".join(f'"{column.name}"' for _, column in _fields(match))
    con.execute(
        f"INSERT INTO {table} BY NAME SELECT {names}, $file_id::INTEGER AS _file FROM _typed"
        f" WHERE {record} NOT IN ({bad}) ORDER BY line",
        {"file_id": file_id},
    )
    con.execute(
        f"INSERT INTO rejects SELECT $file_id::INTEGER, {record}, _wrong.header, _wrong.reason, _wrong.shape FROM _typed"
        f" WHERE _wrong IS NOT NULL QUALIFY row_number() OVER (PARTITION BY {record} ORDER BY line) = 1",
        {"file_id": file_id},
    )
    return con.sql(
        f"SELECT count(DISTINCT {record}), count(DISTINCT {record}) FILTER (_wrong IS NOT NULL) FROM _typed"
    ).fetchall()[0]


def _drop_what_is_no_record(con, match):
    """Takes lines without any value and the footers of the export out of _records."""
    con.execute("DELETE FROM _records WHERE fault IS DISTINCT FROM 'nul_byte' AND trim(array_to_string(fields, '')) = ''")
    for footer in match.format.footers:
        con.execute(
            "DELETE FROM _records WHERE regexp_matches(array_to_string(fields, $mark), $footer)",
            {"mark": match.delimiter, "footer": footer},
        )


def _drop_repeated_headers(con, path, match, known):
    """A header that stands in the file again is no record; the header of something else is a second report: FileRefused."""
    words = header_words()
    wrong = con.sql(
        f"SELECT line, fields FROM _records WHERE line IN (SELECT line FROM _typed WHERE _wrong IS NOT NULL) LIMIT {LOOKED_AT}"
    ).fetchall()
    own, again = [normal(header) for header in match.headers], []
    for line, fields in wrong:
        keys = [normal(field) for field in fields or ()]
        if keys == own or (sorted(keys) == sorted(own) and keys[:1] == own[:1]):
            again.append(line)
        elif sum(key in words for key in keys) > 2 and recognise(_as_header(fields, match.delimiter), known):
            second = f"holds a second report from line {line} on. Save the two as files of their own and load both."
            raise FileRefused(path, second, nearest=match.format.name)
    for name in ("_typed", "_records"):
        con.execute(f"DELETE FROM {name} WHERE line IN (SELECT unnest($lines))", {"lines": again})


def _as_header(fields, delimiter):
    if delimiter == "\t":
        return delimiter.join(fields)
    return delimiter.join('"' + field.replace('"', '""') + '"' for field in fields)


def _undecodable(at, reason):
    return f"CASE WHEN contains(c{at}, chr(65533)) THEN 'undecodable' ELSE {reason} END"


def _split_lines(con, path, match, gzip):
    """Makes TEMP table _records (line, fields, fault) of all non-empty records behind the header line."""
    source = (
        f"read_csv({pattern(path)}, columns={{'l': 'VARCHAR'}}, auto_detect=false, header=false, delim={text(LINE_END)}, quote='',"
        f" escape='', comment='', compression={text('gzip' if gzip else 'none')}, max_line_size=16000000)"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE _lines AS SELECT n AS line, coalesce(l, '') AS l, true AS starts"
        f" FROM (SELECT row_number() OVER () AS n, l FROM {source}) WHERE n >= {match.line}"
    )
    _mark_starts(con, match)
    _join_broken(con, match)
    surplus = _surplus(con, match)
    fields = _quoted(match, surplus) if match.quoted else _plain(match, surplus)
    con.execute(f"CREATE OR REPLACE TEMP TABLE _records AS {fields}")
    con.execute("DROP TABLE _lines; DROP TABLE _joined")


def _mark_starts(con, match):
    """Marks each line that starts a record.

    In a quoted file that is a line before which all quotes are closed; where a quote swallows too many lines, every line is
    one. In a tab file it is a line that looks like a record; blank lines stand alone, so that they join nothing.
    """
    form = match.format
    if not match.quoted:
        if form.record_start:
            like_a_record = text(f"^({form.record_start})".replace(r"\t", match.delimiter))
            con.execute(f"UPDATE _lines SET starts = line <= {match.line + 1} OR l = '' OR regexp_matches(l, {like_a_record})")
        return
    con.execute("""
        CREATE OR REPLACE TEMP TABLE _open AS
        SELECT
            line,
            coalesce(
                sum(length(l) - length(replace(l, '"', '')))
                    OVER (ORDER BY line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
                0
            ) % 2 = 1 AS inside
        FROM _lines
    """)
    longest = con.sql("""
        SELECT coalesce(max(n), 0)
        FROM (
            SELECT count(*) AS n
            FROM (SELECT sum((NOT inside)::INTEGER) OVER (ORDER BY line) AS record FROM _open)
            GROUP BY record
        )
    """).fetchall()[0][0]
    if longest <= LONGEST_RECORD:
        con.execute("UPDATE _lines SET starts = false FROM _open WHERE _open.line = _lines.line AND _open.inside")
    con.execute("DROP TABLE _open")


def _join_broken(con, match):
    """Makes TEMP table _joined (line, l, starts): broken records joined where that gives exactly the header's fields.

    Where it does not, every line stands for itself: a stray quote costs its own line and never the lines behind it.
    """
    width = len(match.headers)
    fits = f"len({_cut(match)}) = {width} AND len({_cut(match, 'first_l')}) < {width}"
    if match.quoted:
        fits = f"len({_cut(match)}) = {width} AND array_to_string({_cut(match)}, {text(match.delimiter)}) = l"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _joined AS
        WITH numbered AS (
            SELECT *, sum(starts::INTEGER) OVER (ORDER BY line) AS record
            FROM _lines
        ),
        whole AS (
            SELECT
                record,
                min(line) AS line,
                string_agg(l, $joiner ORDER BY line) AS l,
                count(*) AS parts,
                arg_min(l, line) AS first_l
            FROM numbered
            GROUP BY record
        )
        SELECT line, l, true AS starts
        FROM whole
        WHERE parts = 1 OR ({fits})
        UNION ALL
        SELECT line, l, starts OR $alone
        FROM numbered
        WHERE record IN (SELECT record FROM whole WHERE parts > 1 AND NOT ({fits}))
        """,
        {"joiner": "\n" if match.quoted else " ", "alone": match.quoted},
    )


def _cut(match, line="l"):
    """SQL of the raw fields of a line: cut at the delimiter, in a quoted file by the rules of RFC 4180."""
    mark = match.delimiter
    plain = f"string_split({line}, {text(mark)})"
    if not match.quoted:
        return plain
    field = rf'("(?:[^"]|"")*"|[^"{mark}]*){mark}'
    return f"CASE WHEN contains({line}, '\"') THEN regexp_extract_all({line} || {text(mark)}, {text(field)}, 1) ELSE {plain} END"


def _surplus(con, match):
    """How many empty fields the lines of this file have beyond its header: some exports end every line with extra delimiters.

    Decided once per file and only where nearly all of at least three lines agree; a single longer line is a broken one.
    """
    found = con.sql(f"""
        SELECT len({_cut(match)}) AS width, count(*) AS lines
        FROM _joined
        WHERE line > {match.line} AND l <> ''
        GROUP BY 1
        ORDER BY lines DESC
    """).fetchall()
    lines = sum(count for _, count in found)
    usual, share = found[0] if found else (0, 0)
    return max(usual - len(match.headers), 0) if lines >= 3 and share >= 0.9 * lines else 0


def _plain(match, surplus):
    """Fields of a file without quoting."""
    width = len(match.headers)
    fields = _trimmed(_cut(match), width, surplus)
    return f"""
        SELECT line, fields, {_fault(width)}
        FROM (SELECT line, l, starts, {fields} AS fields FROM _joined WHERE line > {match.line} AND l <> '')
    """


def _quoted(match, surplus):
    """Fields of a quoted file, by the rules of RFC 4180; a record whose fields do not give back the line has broken quotes."""
    width, mark, raw = len(match.headers), match.delimiter, _cut(match)
    broken = f"CASE WHEN array_to_string(raw, {text(mark)}) <> l THEN true END"
    bare = "list_transform(raw, lambda x: CASE WHEN x LIKE '\"%\"' THEN replace(x[2:-2], '\"\"', '\"') ELSE x END)"
    return f"""
        SELECT line, fields, CASE WHEN {broken} THEN 'broken_quotes' ELSE fault END AS fault
        FROM (
            SELECT line, l, raw, fields, {_fault(width)}
            FROM (
                SELECT line, l, starts, raw, {_trimmed(bare, width, surplus)} AS fields
                FROM (SELECT line, l, starts, {raw} AS raw FROM _joined WHERE line > {match.line} AND l <> '')
            )
        )
    """


def _trimmed(fields, width, surplus):
    """SQL of a list of fields without the file's surplus of empty ones."""
    if not surplus:
        return fields
    return (
        f"CASE WHEN len({fields}) = {width + surplus} AND trim(array_to_string(({fields})[{width + 1}:], '')) = ''"
        f" THEN ({fields})[:{width}] ELSE {fields} END"
    )


def _fault(width):
    return (
        f"CASE WHEN contains(l, {text(NUL_MARK)}) THEN 'nul_byte' WHEN NOT starts THEN 'not_a_record'"
        f" WHEN len(fields) > {width} THEN 'too_many_fields' WHEN len(fields) < {width} THEN 'too_few_fields' END AS fault"
    )
