"""From a readable file to typed observations, at two speeds.

The fast pass reads all columns as text in parallel, casts strictly and gives up at the first doubt. The record scan reads whole
lines in order, so that it can name line, column and reason of everything that is set aside. The fast pass never selects a
personal column; the record scan holds whole lines in temporary tables while it works, and only kept columns leave them.
"""

import datetime as dt
from dataclasses import dataclass, field

import duckdb

from orderkit.errors import FileRefused
from orderkit.formats import header_words, normal, recognise
from orderkit.store.reading import sifting
from orderkit.store.reading.selecting import kept_fields, pads, quoted_by_a_tool, select, stored
from orderkit.store.reading.splitting import split_lines, split_sifted
from orderkit.store.sql import LINES, pattern, text
from orderkit.store.unpack.door import Content
from orderkit.store.values import evidence, types

LOOKED_AT = 5000  # wrong lines among which a second header is looked for


class Doubt(Exception):
    """The fast pass met something that only the record scan can name."""


def can_be_fast(match):
    """Whether the fast pass can judge every record alone: no sums in a row, no footers, nothing that the whole file decides."""
    form = match.format
    return match.line == 1 and not form.tree and not form.row_total and not form.footers and not evidence.needs_evidence(match)


def fast_pass(con, path, match, table, file_id, reading):
    """Inserts all records of a clean file into `table`; the number of records.

    Raises Doubt where any record is not plainly right; the caller rolls back and runs `record_scan`.
    """
    content = reading.content
    cells, values, reasons = select(match, types.PLAIN, reading.clock, controls=False)
    wrong = " OR ".join([*(f"({reason}) IS NOT NULL" for _, reason in reasons), *quoted_by_a_tool(match)])
    columns = ", ".join(f"'f{at}': 'VARCHAR'" for at in range(len(match.headers)))
    quote = "'\"'" if match.quoted else "''"
    new_line = "" if content.crlf else r", new_line='\n'"  # told CR LF, the engine's strict reader finds no records at all
    compression = "'gzip'" if content.packed else "'none'"
    source = (
        f"read_csv({pattern(path)}, columns={{{columns}}}, auto_detect=false, header=true, delim={text(match.delimiter)},"
        f" quote={quote}, escape={quote}, comment='', compression={compression}, nullstr='', strict_mode=true,"
        f" {LINES}{new_line})"
    )
    try:
        con.execute(
            f"INSERT INTO {table} BY NAME"
            f" SELECT {', '.join(stored(match))}, CASE WHEN {wrong} THEN error('doubt') ELSE $file_id::INTEGER END AS _file"
            f" FROM (SELECT *, {', '.join(values)} FROM (SELECT {', '.join(cells)} FROM {source}))",
            {"file_id": file_id, **pads(match, reading.pads)},
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        raise Doubt from None  # the engine's text may echo a raw line, so it goes no further
    return con.sql(f"SELECT count(*) FROM {table} WHERE _file = $id", params={"id": file_id}).fetchall()[0][0]


@dataclass(frozen=True)
class Reading:
    """How a file is read: its bytes, whether a sheet typed its cells, the clock, the known formats, the key for pseudonyms."""

    content: Content
    native: bool
    clock: dt.datetime
    known: dict
    pads: dict = field(default_factory=dict, repr=False)


def record_scan(con, path, match, table, file_id, reading):
    """Inserts all good records into `table` and all others into `rejects`; (records, set aside).

    Works on whole lines in file order. A tab file's record that was broken by a line end inside a field is joined again where
    the format says how a record starts; a quoted record runs until its quotes close. Lines without any value, footers and a
    header that stands there again are no records. In a damaged file a kept value with bytes that are no text is set aside.
    A second report in the same file is refused (FileRefused).
    """
    sifted = None
    if can_be_fast(match) and not _cut_may_show(match, reading.content):
        sifted = sifting.sift(con, path, match, table, file_id, reading)
    try:
        return _scan_lines(con, path, match, table, file_id, reading, sifted)
    except _MustBeWhole:
        con.execute(f"DELETE FROM {table} WHERE _file = $id", {"id": file_id})
        return _scan_lines(con, path, match, table, file_id, reading, None)


class _MustBeWhole(Exception):
    """The lines that were sifted out cannot be judged without the others."""


def _scan_lines(con, path, match, table, file_id, reading, sifted):
    """The record scan of the whole file, or of the lines that were sifted out of it: `sifted` is how many were right."""
    if sifted is None:
        split_lines(con, path, match, reading.content.packed)
    elif split_sifted(con, match):
        raise _MustBeWhole
    _drop_what_is_no_record(con, match)
    _mark_cut_off(con, match, reading.content)
    style, clock = _style(con, match, reading)
    if sifted is not None:
        clock = reading.clock
        if not sifting.is_plain(style):
            raise _MustBeWhole
    _type_records(con, match, reading, style, clock)
    if not match.format.tree:
        _drop_repeated_headers(con, path, match, reading.known)
    count, aside = _store(con, match, table, file_id)
    con.execute("DROP TABLE _typed; DROP TABLE _records")
    return count + (sifted or 0), aside


def _type_records(con, match, reading, style, clock):
    """Makes TEMP table _typed: line, the typed columns, and `_wrong`: what is wrong first with the record, else NULL."""
    cells, values, reasons = select(match, style, clock)
    if reading.content.damaged:
        found = dict(reasons)
        reasons = [(at, _undecodable(at, found.get(at, "NULL"))) for at, column in kept_fields(match) if not column.identifies]
    wrong = [
        f"CASE WHEN {reason} IS NOT NULL"
        f" THEN struct_pack(header := {text(match.headers[at])}, reason := {reason}, shape := {types.shape(f'c{at}')}) END"
        for at, reason in reasons
    ]
    wrong += _row_total(match)
    whole = "struct_pack(header := NULL::VARCHAR, reason := fault, shape := NULL::VARCHAR)"
    fields = ", ".join(f"fields[{at + 1}] AS f{at}" for at, _ in kept_fields(match))
    names = ", ".join(stored(match))
    own = ", ".join(f"c{at}" for at, _ in kept_fields(match))
    typed = f"""
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
    """
    con.execute(typed, pads(match, reading.pads) or None)


def _style(con, match, reading):
    """How this file writes numbers and dates, and the clock where it can be believed."""
    cells = ", ".join(f"{types.cell(f'fields[{at + 1}]')} AS c{at}" for at, _ in kept_fields(match))
    source = f"(SELECT {cells} FROM _records WHERE fault IS NULL)"
    style = evidence.decide(con, match, source, native=reading.native, clock=reading.clock)
    return style, evidence.clock_bound(con, match, source, reading.clock, style)


def _row_total(match):
    """SQL of what is wrong where the parts of a row do not add up; not judged where the file has columns we do not know."""
    rule, found = match.format.row_total, {column.name: at for at, column in kept_fields(match)}
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
    names = ", ".join(stored(match))
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


def _last_id(match):
    """The position of the last column where it holds numbers of one length (order items): there a cut shows; else None."""
    last = match.columns[-1]
    return len(match.columns) if last and last.kept and last.type == "id" else None


def _cut_may_show(match, content):
    """The position of the value by which it shows that a file was cut off within its last line; None where none can."""
    return _last_id(match) if content.last else None


def _mark_cut_off(con, match, content):
    """The last record of a file that ends within a line is cut off where its last value is shorter than all others are long."""
    if at := _cut_may_show(match, content):
        con.execute(f"""
            UPDATE _records
            SET fault = 'cut_off'
            FROM (
                SELECT max(line) AS last, max_by(length(fields[{at}]), line) AS own
                FROM _records
            ), (
                SELECT min(length(fields[{at}])) AS shortest, max(length(fields[{at}])) AS longest, count(*) AS others
                FROM _records
                WHERE line < (SELECT max(line) FROM _records) AND fields[{at}] <> ''
            )
            WHERE line = last AND fault IS NULL AND others > 1 AND shortest = longest AND own < shortest
        """)


def may_be_cut_off(con, match, content, table, file_id):
    """Whether the last record of a clean file has to be looked at more closely: see _mark_cut_off."""
    if not content.last or not _last_id(match):
        return False
    own = len(content.last.decode("utf-8", "replace").split(match.delimiter)[-1].strip('"'))
    name = match.columns[-1].name
    longer = con.sql(
        f'SELECT min(length("{name}")) > $own FROM {table} WHERE _file = $id AND length("{name}") <> $own',
        params={"own": own, "id": file_id},
    ).fetchall()[0][0]
    return bool(longer)


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
