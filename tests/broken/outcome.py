"""Loads a broken export and says what became of it: right, loud, silently wrong, crash, hang or leak."""

import contextlib
import io
import json
import re
import tempfile
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from orderkit import store
from orderkit.errors import OrderkitError

from .case import KINDS, Link
from .clean import CANARIES
from .memory import Peak

CLASSES = ("right", "loud", "silently wrong", "leak", "hang", "crash")  # best first
TOO_MUCH = 1 << 30  # bytes of memory


@dataclass
class Verdict:
    """What became of one kind: its class, and in a few words why it is not right."""

    kind: str
    group: str
    base: str
    expected: str
    outcome: str
    note: str = ""
    seconds: float = 0.0
    said: str = ""

    def to_json(self):
        """The verdict as a dict of plain values."""
        return asdict(self)


def judge(name, seed=1, keep=None):
    """The Verdict on one kind; files, database and temporary files live in a folder that is removed (or in `keep`)."""
    entry = KINDS[name]
    case = entry.case(seed)
    with contextlib.ExitStack() as stack:
        folder = Path(keep or stack.enter_context(tempfile.TemporaryDirectory(prefix="broken-", ignore_cleanup_errors=True)))
        run = _Run(case, folder)
        run.load()
        faults = sorted(run.faults(), key=lambda fault: -CLASSES.index(fault[0]))
        outcome = faults[0][0] if faults else run.share()
        note = "; ".join(dict.fromkeys(text for _, text in faults)) or ("" if outcome == "right" else run.why())
    took = round(run.peak.seconds, 2)
    return Verdict(name, entry.group, entry.base, case.expected(), outcome, note[:400], took, run.text[:2000])


def write(case, folder):
    """Writes the files of a case into a folder; the paths to load."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            path.symlink_to(content.target)
        else:
            path.write_bytes(content)
    return folder if case.folder else folder / next(iter(case.files))


class _Run:
    """One load of one case, and all that is asked of it afterwards."""

    def __init__(self, case, folder):
        self.case, self.folder, self.db = case, folder, folder / "shop.duckdb"
        self.files, self.text, self.raised, self.stored, self.other = [], "", None, Counter(), []
        self.peak = Peak()
        self.rejects = []

    def load(self):
        """Writes and loads the files, keeps what was said and reads back what was stored."""
        path, temp = write(self.case, self.folder / "in"), self.folder / "tmp"
        temp.mkdir()
        before, tempfile.tempdir = tempfile.tempdir, str(temp)
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), self.peak:
                result = store.load(path, db=self.db)
                self.files = result.to_json()["files"]
                said.write(json.dumps(self.files, ensure_ascii=False) + "\n" + repr(result))
        except OrderkitError as problem:  # in plain words, so as good as a refusal
            self.files = [{"file": path.name, "state": "refused", "reason": str(problem), "quarantined_lines": []}]
            said.write(str(problem))
        except BaseException as problem:  # a panic of a library is none of Exception
            self.raised = problem
            said.write(repr(problem))
        finally:
            tempfile.tempdir = before
        self.text = said.getvalue()
        if self.db.exists() and self.raised is None:
            self._read_back()

    def _read_back(self):
        con = store.reader(self.db)
        try:
            there = {name for (name,) in con.sql("SELECT table_name FROM duckdb_tables()").fetchall()}
            if self.case.table in there:
                self.stored = Counter(_rows(con, self.case.table, self.case.columns))
            for table in there.intersection(self.case.empty):
                if table != self.case.table and con.sql(f"SELECT count(*) FROM {table}").fetchall() != [(0,)]:
                    self.other.append(table)
            self.rejects = con.sql("SELECT file_id, line, reason FROM rejects").fetchall()
        finally:
            con.close()

    # what was said

    @property
    def loaded(self):
        """The files that were loaded."""
        return [file for file in self.files if file["state"] in ("loaded", "unchanged")]

    def _named(self, record):
        """Whether a record's line, or the whole of its file, is named as not loaded."""
        mine = [file for file in self.files if file["file"].endswith(record.member)]
        if not mine:
            return not self.loaded and bool(self.files)
        return any(file["state"] in ("refused", "skipped") or record.line in file["quarantined_lines"] for file in mine)

    def _aside(self):
        """(member, line) of all lines set aside; the member as the case names it."""
        members = {record.member for record in self.case.records}
        return {
            (next((m for m in members if m and file["file"].endswith(m)), "" if "" in members else file["file"]), line)
            for file in self.loaded
            for line in file["quarantined_lines"]
        }

    # what is wrong with it

    def faults(self):
        """(class, words) of everything that must never be."""
        if self.raised is not None:
            yield "crash", f"{type(self.raised).__name__}: {str(self.raised)[:150]}"
        if self.peak.seconds > 10:
            yield "hang", f"took {self.peak.seconds:.0f} s"
        size = sum(len(content) for content in self.case.files.values() if not isinstance(content, Link))
        if self.peak.bytes > min(TOO_MUCH, 10 * size + (300 << 20)):
            bad = "crash" if self.peak.bytes > TOO_MUCH else "loud"
            yield bad, f"memory: {self.peak.bytes >> 20} MB for a file of {size >> 10} KB"
        yield from self._leaks()
        if self.raised is None:
            yield from self._wrong_rows()
            yield from self._wrong_counts()

    def _leaks(self):
        low = self.text.lower()
        found = [canary for canary in CANARIES if canary in low]
        if found:
            yield "leak", f"a personal value in what is said ({', '.join(found)})"
        if any(value in self.text for value in self.case.values):
            yield "leak", "the damaged value in what is said"
        if re.search(r"[\x00-\x08\x0b-\x1f\x7f\x9b]", self.text):
            yield "leak", "raw control characters in what is said"
        left = [path.name for path in self.folder.glob("*") if path.name not in ("in", "tmp", "shop.duckdb")]
        left += [path.name for path in (self.folder / "tmp").rglob("*")]
        left += [str(p) for p in self._inside() if not any(f == str(p) or f.startswith(f"{p}/") for f in self.case.files)]
        if left:
            yield "leak", f"files left behind: {', '.join(left)[:100]}"
        if self.db.exists() and (where := _canaries_stored(self.db, self.folder)):
            yield "leak", f"a personal value in the database ({', '.join(where)})"

    def _inside(self):
        inside = self.folder / "in"
        return [path.relative_to(inside) for path in inside.rglob("*")]

    def _wrong_rows(self):
        true = Counter(map(_plain, self.case.rows))
        once = Counter(set(true)) if self.case.once else true  # a repeated record is one row
        if self.case.thin and self.stored - once:
            rows, word = self.case.thin
            if not self.stored - Counter(map(_plain, rows)) and word.lower() in self.text.lower():
                return
        was = [_plain(record.was or record.row) for record in self.case.records if record.was or record.row]
        for row in self.stored - once:
            yield "silently wrong", f"stored what is not so: {_nearest(row, was, self.case.columns)}"
        for row in once - self.stored:
            records = [record for record in self.case.records if record.row is not None and _plain(record.row) == row]
            if not any(map(self._named, records)):
                yield "silently wrong", f"a true row is missing and its line not named: line {records[0].line}"
        if self.other:
            yield "silently wrong", f"rows in other tables: {', '.join(self.other)}"

    def _wrong_counts(self):
        for file in self.loaded:
            told = file["loaded"] + file["duplicates"] + file["superseded"] + file["quarantined"]
            if file["lines"] != told or len(file["quarantined_lines"]) != file["quarantined"]:
                yield "silently wrong", f"{file['lines']} lines, {told} accounted for, {len(file['quarantined_lines'])} named"
        aside = sum(file["quarantined"] for file in self.loaded)
        if len(self.rejects) != aside or any(not reason for _, _, reason in self.rejects):
            yield "silently wrong", f"{aside} set aside, {len(self.rejects)} recorded with a reason"
        if self.case.money and self.case.table == "order_lines" and any(file.get("money") for file in self.loaded):
            yield from self._wrong_money()

    def _wrong_money(self):
        price, currency = self.case.columns.index("item_price"), self.case.columns.index("currency")
        sums, told = defaultdict(int), defaultdict(int)
        for row, count in self.stored.items():
            if row[price] is not None:
                sums[row[currency]] += row[price] * count
        for file in self.loaded:
            for name, value in file.get("money", {}).items():
                told[name] += type(next(iter(sums.values()), 0))(value)
        if "unknown" in told:  # a price whose currency only the marketplace tells
            sums, told = {"": sum(sums.values())}, {"": sum(told.values())}
        if dict(sums) != dict(told):
            yield "silently wrong", "the sum of money told is not that of the rows stored"

    # how good it is where nothing is wrong

    def share(self):
        """right or loud."""
        return "loud" if self.why() else "right"

    def why(self):
        """What is less than right, in a few words; empty where nothing is."""
        case, strangers = self.case, self.case.strangers
        refused = [f for f in self.files if f["state"] in ("refused", "skipped") and not f["file"].endswith(strangers)]
        if refused:
            if case.right == "rows":
                return f"refused: {refused[0]['reason'][:150]}"
            lacks = [f for f in refused if case.word.lower() not in f["reason"].lower()]
            return f"the reason does not say {case.word!r}: {lacks[0]['reason'][:150]}" if lacks else ""
        if case.right == "refused":
            return "not refused"
        aside = self._aside()
        needless = {(m, line) for m, line in aside - case.aside if line not in case.junk}
        needless -= {(record.member, record.line) for record in case.records if record.maybe}
        if needless:
            return f"set aside {len(needless)} good lines (first: {min(needless)[1]}): {self.rejects[0][2]}"
        lines = sum(file["lines"] for file in self.loaded)
        expected = case.counted if case.counted is not None else len(case.records)
        own = {(record.member, record.line) for record in case.records}
        spare = len([line for member, line in aside - own if line in case.junk])
        if lines != expected + spare:
            return f"counts {lines} records, there are {expected}"
        return "poorer rows" if self.stored - Counter(map(_plain, case.rows)) else ""


def _plain(row):
    """A row whose texts are compared without regard to how a line break in them is shown."""
    return tuple(" ".join(value.split()) if isinstance(value, str) else value for value in row)


def _rows(con, table, columns):
    found = con.sql("SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $t", params={"t": table}).fetchall()
    kinds = dict(found)
    shown = {"TIMESTAMP WITH TIME ZONE": "strftime({}, '%Y-%m-%d %H:%M:%S+00')", "DATE": "CAST({} AS VARCHAR)"}
    names = ", ".join(shown.get(kinds[column], "{}").format(column) for column in columns)
    return map(_plain, con.sql(f"SELECT {names} FROM {table}").fetchall())


def _nearest(row, rows, columns):
    """Where a stored row differs from the true row most like it: column, what is stored, what is true."""
    best = max(rows, key=lambda true: sum(a == b for a, b in zip(row, true, strict=True)), default=None)
    if best is None:
        return f"{row}"
    return ", ".join(f"{c} {a!r} for {b!r}" for c, a, b in zip(columns, row, best, strict=True) if a != b) or "a row too many"


def _canaries_stored(db, folder):
    """Where a personal value is found: in a table, or in the bytes of the file or of an uncompressed copy."""
    plain = folder / "plain.duckdb"
    con = duckdb.connect()
    try:
        con.execute("SET force_compression = 'uncompressed'")
        con.execute(f"ATTACH '{db}' AS shop (READ_ONLY); ATTACH '{plain}' AS plain; COPY FROM DATABASE shop TO plain")
        con.execute("DETACH plain")
    finally:
        con.close()
    found = []
    for where, path in (("the file", db), ("an uncompressed copy", plain), ("the log", db.with_name(db.name + ".wal"))):
        raw = path.read_bytes().lower() if path.exists() else b""
        if any(canary.encode() in raw for canary in CANARIES):
            found.append(where)
    plain.unlink(missing_ok=True)
    return found
