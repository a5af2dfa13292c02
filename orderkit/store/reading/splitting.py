"""From the physical lines of a delimited file to records: fields, and the fault of a line that is none.

A record that a line end broke is joined again where that can be told; where it cannot, every line stands for itself, so that
a stray quote costs its own line and never the lines behind it.
"""

from orderkit.store.sql import LINES, pattern, text
from orderkit.store.unpack.door import NUL_MARK

LINE_END = "\x01"  # a delimiter that no export holds: a line read with it is one field
LONGEST_RECORD = 20  # lines; a quote that swallows more than this is a stray one
BREAK = "\ue000"  # stands where a line end was taken out of a record of a tab file
FREE = ("text", "comment", "personal", "ignored")  # types in which a line end may stand


def looks_like_a_record(match):
    """SQL text of the pattern of how a record starts, where the format of a file without quotes says it; else None.

    Quotes that a tool may have put around the fields do not matter here.
    """
    start = None if match.quoted else match.format.record_start
    return start and text(f'^"?({start})'.replace(r"\t", f'"?{match.delimiter}'))


def split_lines(con, path, match, gzip):
    """Makes TEMP table _records (line, fields, fault) of all non-empty records behind the header line.

    Gives whether a tool had quoted the fields of a tab file.
    """
    source = (
        f"read_csv({pattern(path)}, columns={{'l': 'VARCHAR'}}, auto_detect=false, header=false, delim={text(LINE_END)},"
        f" quote='', escape='', comment='', compression={text('gzip' if gzip else 'none')}, {LINES})"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE _lines AS SELECT n AS line, coalesce(l, '') AS l, true AS starts"
        f" FROM (SELECT row_number() OVER () AS n, l FROM {source}) WHERE n >= {match.line}"
    )
    return _make_records(con, match, _surplus)


def split_sifted(con, match):
    """The same of the lines in TEMP table _lines that were sifted out of a file: see sifting.py."""
    con.execute("CREATE OR REPLACE TEMP TABLE _known AS SELECT line FROM _lines WHERE known")
    con.execute("ALTER TABLE _lines DROP COLUMN known")
    was_quoted = _make_records(con, match, lambda con, match: 0)  # nearly all lines of the file have the fields of the header
    con.execute("DELETE FROM _records WHERE line IN (SELECT line FROM _known); DROP TABLE _known")
    return was_quoted


def _make_records(con, match, surplus_of):
    _mark_starts(con, match)
    _join_broken(con, match)
    surplus, was_quoted = surplus_of(con, match), not match.quoted and _was_quoted(con, match)
    fields = _quoted(match, surplus) if match.quoted else _plain(match, surplus, was_quoted)
    con.execute(f"CREATE OR REPLACE TEMP TABLE _records AS {fields}")
    con.execute("DROP TABLE _lines; DROP TABLE _joined")
    return was_quoted


def _mark_starts(con, match):
    """Marks each line that starts a record.

    In a quoted file that is a line before which all quotes are closed; where a quote swallows too many lines, every line is
    one. In a tab file it is a line that looks like a record; blank lines stand alone, so that they join nothing.
    """
    if not match.quoted:
        if start := looks_like_a_record(match):
            con.execute(f"UPDATE _lines SET starts = line <= {match.line + 1} OR l = '' OR regexp_matches(l, {start})")
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
    if match.quoted:  # and no line of it holds the marks of a whole record: then a stray quote swallowed that one
        whole = f"array_to_string({_cut(match)}, {text(match.delimiter)}) = l"
        fits = f"len({_cut(match)}) = {width} AND {whole} AND marks < {width - 1}"
    elif _wrapped(con):
        fits = "false"
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
                arg_min(l, line) AS first_l,
                max(length(l) - length(replace(l, $mark, ''))) AS marks
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
        {"joiner": "\n" if match.quoted else BREAK, "alone": match.quoted, "mark": match.delimiter},
    )


def _wrapped(con):
    """Whether lines were broken at one length throughout, as mail programs do: within words, so nothing can be joined."""
    count, shortest, longest = con.sql("""
        SELECT count(*), min(length(l)), max(length(l))
        FROM (SELECT l, lead(starts, 1, true) OVER (ORDER BY line) AS whole FROM _lines)
        WHERE NOT whole
    """).fetchall()[0]
    return count > 1 and shortest == longest


def _was_quoted(con, match):
    """Whether a tool put the fields of this tab file in quotes where it saw need, though the export itself never quotes.

    Only where every quote in the file is part of a well-formed quoted field and either quotes are doubled in one or the header is
    quoted, too: else a quote is data.
    """
    well = "f LIKE '\"%\"' AND length(f) > 1 AND NOT contains(replace(f[2:-2], '\"\"', ''), '\"')"
    counts = con.sql(f"""
        SELECT
            count(*) FILTER ({well}),
            count(*) FILTER (NOT ({well})),
            count(*) FILTER ({well} AND (contains(f[2:-2], '""') OR line = {match.line}))
        FROM (SELECT line, unnest(string_split(l, {text(match.delimiter)})) AS f FROM _joined WHERE contains(l, '"'))
        WHERE contains(f, '"')
    """).fetchall()[0]
    return counts[0] > 0 and counts[1] == 0 and counts[2] > 0


def _cut(match, line="l"):
    """SQL of the raw fields of a line: cut at the delimiter, in a quoted file by the rules of RFC 4180."""
    mark = match.delimiter
    plain = f"string_split({line}, {text(mark)})"
    if not match.quoted:
        return plain
    field = rf'(=?"(?:[^"]|"")*"|[^"{mark}]*){mark}'  # ="00123" keeps a spreadsheet from counting an id: its quotes are quotes
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


def _plain(match, surplus, was_quoted):
    """Fields of a file without quoting."""
    width = len(match.headers)
    fields = _trimmed(_cut(match), width, surplus)
    if was_quoted:
        fields = f"list_transform({fields}, lambda x: {BARE})"
    mended = f"list_transform(fields, lambda x: replace(x, {text(BREAK)}, ' '))"
    whole = f"CASE WHEN contains(l, {text(BREAK)}) THEN {mended} ELSE fields END"
    return f"""
        SELECT line, {whole} AS fields, fault
        FROM (
            SELECT line, l, fields, {_fault(width, _broken(match))}
            FROM (SELECT line, l, starts, {fields} AS fields FROM _joined WHERE line > {match.line} AND l <> '')
        )
    """


def _broken(match):
    """SQL condition that a line end was taken out of a value that is kept and has none: it cannot be joined again."""
    strict = [f"fields[{at + 1}]" for at, column in enumerate(match.columns) if column and column.type not in FREE]
    return f"contains(l, {text(BREAK)}) AND contains(concat_ws('', {', '.join(strict)}), {text(BREAK)})"


def _quoted(match, surplus):
    """Fields of a quoted file, by the rules of RFC 4180; a record whose fields do not give back the line has broken quotes."""
    width, mark, raw = len(match.headers), match.delimiter, _cut(match)
    broken = f"CASE WHEN array_to_string(raw, {text(mark)}) <> l THEN true END"
    bare = f"list_transform(raw, lambda x: {BARE})"
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


BARE = "CASE WHEN x LIKE '\"%\"' AND length(x) > 1 THEN replace(x[2:-2], '\"\"', '\"') ELSE x END"


def _trimmed(fields, width, surplus):
    """SQL of a list of fields without the file's surplus of empty ones."""
    if not surplus:
        return fields
    return (
        f"CASE WHEN len({fields}) = {width + surplus} AND trim(array_to_string(({fields})[{width + 1}:], '')) = ''"
        f" THEN ({fields})[:{width}] ELSE {fields} END"
    )


def _fault(width, broken="false"):
    return (
        f"CASE WHEN contains(l, {text(NUL_MARK)}) THEN 'nul_byte' WHEN NOT starts THEN 'not_a_record'"
        f" WHEN {broken} THEN 'broken_line'"
        f" WHEN len(fields) > {width} THEN 'too_many_fields' WHEN len(fields) < {width} THEN 'too_few_fields' END AS fault"
    )
