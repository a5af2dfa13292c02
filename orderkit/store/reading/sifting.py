"""A large file with few doubtful lines: what is plainly right goes the fast way, only the rest has to be looked at line by line.

The result is that of the record scan over the whole file. Where that is not sure, nothing is sifted: where many lines are
doubtful, or where something about the whole file has to be known that the doubtful lines do not tell.
"""

from dataclasses import replace

from orderkit.store.reading.selecting import kept_fields, pads, quoted_by_a_tool, select, stored
from orderkit.store.reading.splitting import LINE_END, looks_like_a_record
from orderkit.store.sql import LINES, pattern, text
from orderkit.store.values import types

SMALLEST = 20_000  # lines of a file for which it pays
MOST = 0.05  # share of doubtful lines


def sift(con, path, match, table, file_id, reading):
    """Inserts the records that are plainly right, and makes TEMP table _lines of all other lines; how many were inserted.

    None where the file has to be scanned whole; nothing is inserted then. _lines: line, l, starts, and `known` for a line that is
    right and stands there only because its neighbours have to be seen with it.
    """
    content = reading.content
    if match.quoted or content.lines < SMALLEST or not content.clean or content.controls or content.marked:
        return None
    judged = _Judged(path, match, reading)
    con.execute(f"CREATE OR REPLACE TEMP TABLE _doubtful AS SELECT DISTINCT l FROM ({judged.doubtful()})", judged.values or None)
    con.execute(f"CREATE OR REPLACE TEMP TABLE _lines AS {judged.lines()}")
    con.execute("DROP TABLE _doubtful")
    few = con.sql("SELECT count(*) FROM _lines").fetchall()[0][0] <= MOST * content.lines
    whole = few and _insert(con, judged, table, file_id) and _clock_counts(con, match, table, file_id, reading.clock)
    if not whole:
        con.execute(f"DELETE FROM {table} WHERE _file = $id", {"id": file_id})
        con.execute("DROP TABLE _lines")
        return None
    return _count(con, table, file_id)


class _Judged:
    """SQL over the records of a file that are cut at every delimiter, and over its lines."""

    def __init__(self, path, match, reading):
        self.path, self.match, self.content = path, match, reading.content
        self.cells, self.typed, reasons = select(match, types.PLAIN, reading.clock, controls=False)
        wrong = [*(f"({reason}) IS NOT NULL" for _, reason in reasons), *quoted_by_a_tool(match)]
        if start := looks_like_a_record(match):
            wrong.append(f"NOT coalesce(regexp_matches(f0 || {text(match.delimiter)}, {start}), false)")
        self.wrong = " OR ".join(wrong) or "false"
        self.values = pads(match, reading.pads)

    def records(self):
        """Every record that has the fields of the header; all others are passed over by the reader."""
        columns = ", ".join(f"'f{at}': 'VARCHAR'" for at in range(len(self.match.headers)))
        new_line = "" if self.content.crlf else r", new_line='\n'"  # see records.fast_pass
        source = (
            f"read_csv({pattern(self.path)}, columns={{{columns}}}, auto_detect=false, header=true, quote='', escape='',"
            f" comment='', delim={text(self.match.delimiter)}, {self._packing()}, nullstr='', strict_mode=true,"
            f" ignore_errors=true, {LINES}{new_line})"
        )
        return f"(SELECT *, {', '.join(self.typed)} FROM (SELECT *, {', '.join(self.cells)} FROM {source}))"

    def doubtful(self):
        """The lines of the records in which something is wrong."""
        line = ", ".join(f"coalesce(f{at}, '')" for at in range(len(self.match.headers)))
        return f"SELECT concat_ws({text(self.match.delimiter)}, {line}) AS l FROM {self.records()} WHERE {self.wrong}"

    def lines(self):
        """All lines but those of records that are right and have no neighbour that may belong to them; the header among them."""
        mark, start = text(self.match.delimiter), looks_like_a_record(self.match)
        source = (
            f"read_csv({pattern(self.path)}, columns={{'l': 'VARCHAR'}}, auto_detect=false, header=false, delim={text(LINE_END)},"
            f" quote='', escape='', comment='', {self._packing()}, {LINES})"
        )
        starts = f"l = '' OR regexp_matches(l, {start})" if start else "true"
        return f"""
            SELECT n AS line, l, true AS starts, n > 1 AND whole AND l NOT IN (SELECT l FROM _doubtful) AS known
            FROM (
                SELECT
                    row_number() OVER () AS n,
                    lead(starts, 1, true) OVER () AS alone,
                    l, starts, whole
                FROM (
                    SELECT l, {starts} AS starts, len(string_split(l, {mark})) = {len(self.match.headers)} AS whole
                    FROM (SELECT coalesce(l, '') AS l FROM {source})
                )
            )
            WHERE NOT whole OR NOT starts OR NOT alone OR n <= 2 OR contains(l, '""') OR l IN (SELECT l FROM _doubtful)
        """

    def _packing(self):
        return f"compression={text('gzip' if self.content.packed else 'none')}"


def _insert(con, judged, table, file_id):
    """Inserts the records that are right; whether each line of the file is either one of them or in _lines."""
    con.execute("SET preserve_insertion_order = false")
    con.execute(
        f"INSERT INTO {table} BY NAME SELECT {', '.join(stored(judged.match))}, $file_id::INTEGER AS _file"
        f" FROM {judged.records()} WHERE ({judged.wrong}) IS NOT TRUE",
        {"file_id": file_id, **judged.values},
    )
    con.execute("SET preserve_insertion_order = true")
    others = con.sql("SELECT count(*) FROM _lines WHERE NOT known").fetchall()[0][0]
    return _count(con, table, file_id) + others == judged.content.lines


def _count(con, table, file_id):
    return con.sql(f"SELECT count(*) FROM {table} WHERE _file = $id", params={"id": file_id}).fetchall()[0][0]


def _clock_counts(con, match, table, file_id, clock):
    """Whether the clock can be believed, as far as most of the records tell: see evidence.clock_bound."""
    past = [column.name for _, column in kept_fields(match) if column.past and column.type in ("moment", "day")]
    if not past or clock is None:
        return True
    told = ", ".join(f'epoch_us(CAST("{name}" AS TIMESTAMPTZ))' for name in past)
    middle = con.sql(
        f"SELECT quantile_disc(t, {0.5 + MOST}) FROM (SELECT unnest([{told}]) AS t FROM {table} WHERE _file = $id)",
        params={"id": file_id},
    ).fetchall()[0][0]
    return middle is not None and middle < clock.timestamp() * 1_000_000


def is_plain(style):
    """Whether what the doubtful lines tell of the file's style is what the others were read by."""
    return replace(style, note="") == types.PLAIN
