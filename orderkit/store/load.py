"""Loads files: recognise, read, set bad lines aside, settle fates, one transaction each; then rebuilds the orders touched."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import duckdb

from orderkit.errors import BadValue, FileRefused
from orderkit.formats import formats, own_formats
from orderkit.printable import for_terminals
from orderkit.store import known, ledger, observations, shown, tombstones, totals
from orderkit.store.engine import database
from orderkit.store.reading import records, sources
from orderkit.store.tables import canonical
from orderkit.store.unpack import containers, door
from orderkit.store.values import pseudonyms

UNREADABLE = "cannot be cut into lines (one of over 16 MB, or control characters). Download it again; nothing of it was loaded."
FORMATS = "formats"  # the user's own folder of formats, beside the database
OWN_FILES = {".duckdb", ".wal", ".html", ".py", ".ipynb"}  # not worth a word when a folder is read


@dataclass
class FileResult:
    """What became of one file: lines = loaded + duplicates + superseded + quarantined; money sums item_price of the loaded.

    superseded counts with them records about what was purged: they tell nothing new, and are not kept (`removed`, also alone).
    """

    file: str
    format: str | None
    state: str  # loaded | unchanged | skipped | refused
    lines: int = 0
    loaded: int = 0
    duplicates: int = 0
    superseded: int = 0
    quarantined: int = 0
    quarantined_lines: list = field(default_factory=list)
    money: dict = field(default_factory=dict)
    reason: str | None = None
    why: list = field(default_factory=list)  # (line, column, reason code, shape) of the first lines set aside
    unknown_columns: list = field(default_factory=list)
    removed: int = 0

    def _repr_html_(self):
        return shown.as_html([self])


@dataclass
class LoadResult:
    """What became of all files of one call, in the order in which they were read."""

    files: list
    db: str

    def to_json(self):
        """The contract of `orderkit load --json` as a dict; money as text, absent where a format has none."""
        files = []
        for result in self.files:
            said = asdict(result)
            for key in ("why", "unknown_columns", "removed"):
                said.pop(key)
            said["money"] = {currency: str(amount) for currency, amount in result.money.items()}
            if not said["money"]:
                said.pop("money")
            files.append(said)
        return {"files": files}

    @property
    def exit_code(self):
        """3 where a file was refused, 1 where lines were set aside, else 0."""
        if any(result.state == "refused" for result in self.files):
            return 3
        return 1 if any(result.quarantined for result in self.files) else 0

    @for_terminals
    def __repr__(self):
        return shown.as_text(self.files)

    def _repr_html_(self):
        return shown.as_html(self.files)


def load(paths, *, db="orderkit.duckdb", account="main", progress=None, formats_in=None, comments=False, buyers=False):
    """Loads export files, or all exports of folders, into a database; gives a LoadResult.

    A file named by the caller that is no known export is refused; in a folder such files are skipped and listed. `account` is
    part of every key: name it where one database holds several seller accounts. `progress(name, at, count, done, of)`
    is told of each file before it is read: its name, that it is the at-th of count, and how many bytes of all are behind.
    `formats_in` is a folder with format descriptions of the user's own, by default `formats` beside the database. `comments`
    keeps what buyers wrote in returns and feedback, with names, numbers and addresses taken out as far as they can be told.
    `buyers` gives each buyer a pseudonym, so that those who come again can be counted; the key to them lies beside the database
    (see store/values/pseudonyms.py).

    Bad lines never raise: they are set aside. BadValue is raised for a path that does not exist or an empty folder,
    DatabaseLocked where another program holds the database, FormatError for a description of the user's that cannot be used.
    """
    found = list(_expand(paths))
    own = own_formats(formats_in or Path(db).absolute().parent / FORMATS)
    with database.writing(db) as work:
        loading = _Loading(work, account, own, {"comment": comments, "buyer": buyers})
        results, done, sizes = [], 0, [_size(path) for path, _ in found]
        try:
            for at, (path, named) in enumerate(found, 1):
                if progress:
                    progress(path.name, at, len(found), done, sum(sizes))
                results += loading.file(path, named)
                done += sizes[at - 1]
        finally:
            loading.finish()
    return LoadResult(results, str(db))


def _size(path):
    """Bytes of a file; 0 for one that cannot be looked at, which its reading will tell of."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _without_strangers(results):
    """Of a workbook or archive that holds an export, what is none (a sheet of notes) is passed over, though it was named."""
    if any(result.state in ("loaded", "unchanged") for result in results):
        for result in results:
            if result.state == "refused" and result.format is None and "is no known export" in (result.reason or ""):
                result.state = "skipped"
    return results


def _expand(paths):
    """(path, named by the caller) of every file; folders are read through, hidden files and orderkit's own passed over."""
    for path in map(Path, [paths] if isinstance(paths, (str, Path)) else paths):
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if p.is_file() and not _passed_over(p, path)]
            if not inside:
                raise BadValue(f"{path} holds no files. Put the exports of your marketplace there (orderkit formats lists them).")
            yield from ((p, False) for p in inside)
        elif path.exists():
            yield path, True
        else:
            raise BadValue(f"There is no file or folder {path}.")


def _passed_over(path, folder):
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return hidden or path.suffix.lower() in OWN_FILES


class _Loading:
    """One call of `load`: where it writes, for which account, with which formats.

    `asked`: whether columns of these types are read. Where they are not, no value of theirs is ever looked at.
    """

    def __init__(self, work, account, own, asked):
        self.work, self.account, self.own, self.asked, self.wrote = work, account, dict(own), asked, False
        stored = known.own_of(work.before) if work.before else {}
        all_known = formats(tuple(sorted({**stored, **self.own}.items())))
        left = [kind for kind, wanted in asked.items() if not wanted]
        self.known = {name: form.without(*left) for name, form in all_known.items()}
        self.pads = pseudonyms.pads(pseudonyms.key_of(work.path)) if asked["buyer"] else {}
        self.clock = dt.datetime.now(dt.UTC)
        self.unbuilt = []  # (file_id, format) of what is stored and not yet in the canonical tables

    def finish(self):
        """Builds the canonical tables anew for all files of this call at once: once for ten costs little more than for one."""
        if self.unbuilt:
            con = self.work.con
            con.execute("SET preserve_insertion_order = false")
            with _transaction(con):
                canonical.rebuild(con, self.unbuilt)
        self.unbuilt, self.work.whole = [], True

    def file(self, path, named):
        """What became of a file: one FileResult, or one per member of an archive."""
        results = []
        try:
            for member in containers.members(path, self.work.folder):
                results.append(self.refusal(member, named) if isinstance(member, FileRefused) else self.member(member, named))
        except FileRefused as problem:
            results.append(self.refusal(problem, named, path.name))
        except OSError as problem:
            results.append(FileResult(path.name, None, "refused", reason=f"cannot be read ({problem.strerror})."))
        return _without_strangers(results)

    def refusal(self, problem, named, name=None):
        """The result of a file that cannot be loaded; one that is no export at all is passed over in a folder."""
        skipped = isinstance(problem, sources.NotAnExport) or problem.reason in containers.NEVER_EXPORTS
        state = "skipped" if skipped and not named else "refused"
        return FileResult(name or problem.file, None if skipped else problem.nearest, state, reason=problem.reason)

    def member(self, member, named):
        """What became of one member."""
        try:
            if row := self.loaded_before(member):
                return self.unchanged(member.name, *row)
            return self.source(sources.source_of(member, self.work.folder, self.known))
        except FileRefused as problem:
            return self.refusal(problem, named, member.name)

    def ledger(self):
        """The connection that knows what was loaded: the published database until something is written."""
        return self.work.con if self.wrote else self.work.before

    def loaded_before(self, member):
        """(file_id, format, lines, set aside) of the load of the same content, or None."""
        con = self.ledger()
        if con is None:
            return None
        if member.kind != "text":
            sha256 = sources.digest_of(member)
        elif ledger.any_of_size(con, self.account, member.path.stat().st_size, door.is_gzip(member.path)):
            sha256 = door.content_digest(member.path)  # only now: hashing is worth it where a file of that size was loaded
        else:
            return None
        return ledger.loaded_before(con, self.account, sha256, self.asked)

    def unchanged(self, name, file_id, form, lines, aside):
        """The same content was loaded before: every record is a duplicate, but for those that were set aside then."""
        rejects = [row[0] for row in ledger.rejects(self.ledger(), file_id)]
        return FileResult(name, form, "unchanged", lines, duplicates=lines - aside, quarantined=aside, quarantined_lines=rejects)

    def source(self, source):
        """Loads a recognised file: the fast pass where it can judge, else, and at any doubt, the record scan."""
        con, self.wrote = self.work.con, True
        observations.ensure(con, source.match.format)
        with ThreadPoolExecutor(1) as pool:
            content = pool.submit(_checked, con, source.path)  # a thread that looks at every byte, once for both
            if records.can_be_fast(source.match):
                try:
                    return self.in_one_transaction(con, source, content, self.fast)
                except records.Doubt:
                    pass
            return self.in_one_transaction(con, source, content, self.scan)

    def in_one_transaction(self, con, source, content, read):
        """Loads a file wholly or not at all; `read` is self.fast or self.scan."""
        form = source.match.format
        con.execute(f"SET preserve_insertion_order = {read == self.scan}")  # not within: a failed transaction takes no setting
        at_once = tombstones.rule_of(con, self.account) is not None  # what is kept out of the next file depends on these tables
        self.work.whole = at_once
        with _transaction(con):
            known.remember(con, form.name, self.own)
            file_id = ledger.enter(con, source.name, form, self.account)
            content, count, aside = read(con, source, content, file_id)
            totals.fill_down(con, form, file_id)
            totals.check(con, form, file_id, source.name)
            removed = tombstones.keep_out(con, form, file_id, self.account)
            fates = observations.settle(con, form, file_id, self.account)
            fates = replace(fates, superseded=fates.superseded + removed)
            if count != fates.loaded + fates.duplicates + fates.superseded + aside:
                wrong = f"its {count} records do not add up to their fates, so nothing was loaded; report this to orderkit."
                raise FileRefused(source.name, wrong)
            ledger.close(con, file_id, content, count, aside, fates, source.match, self.asked)
            if at_once:
                canonical.rebuild(con, [(file_id, form)])
            rejects = ledger.rejects(con, file_id)
        self.unbuilt += [] if at_once else [(file_id, form)]
        return FileResult(
            source.name, form.name, "loaded", count, fates.loaded, fates.duplicates, fates.superseded, aside,
            [row[0] for row in rejects], fates.money, None, rejects[:5], source.match.unknown, removed,
        )  # fmt: skip

    def fast(self, con, source, checked, file_id):
        """(content, records, 0 set aside): the parallel reader, with a thread beside it that checks every byte."""
        guess = door.peek(source.path)
        if not guess.clean:
            raise records.Doubt
        table = observations.table_of(source.match.format)
        reading = records.Reading(guess, source.native, self.clock, self.known, self.pads)
        try:
            count = records.fast_pass(con, source.path, source.match, table, file_id, reading)
        except (duckdb.IOException, duckdb.InterruptException):
            if checked.result().clean:  # else it is the file: damaged (which is raised here), or packed as the engine cannot read
                raise
            raise records.Doubt from None
        content = checked.result()
        if not content.clean or content.controls or content.marked or content.crlf != guess.crlf or count != content.lines - 1:
            raise records.Doubt
        if records.may_be_cut_off(con, source.match, content, table, file_id):
            raise records.Doubt
        return sources.with_digest(source, content), count, 0

    def scan(self, con, source, checked, file_id):
        """(content, records, set aside): whole lines in order, so that whatever is wrong can be named."""
        content = checked.result()
        reading = records.Reading(content, source.native, self.clock, self.known, self.pads)
        table = observations.table_of(source.match.format)
        with door.readable(source.path, content, self.work.folder) as clean:
            try:
                count, aside = records.record_scan(con, clean, source.match, table, file_id, reading)
            except (duckdb.InvalidInputException, duckdb.ConversionException):  # their text may echo a raw line: it ends here
                raise FileRefused(source.name, UNREADABLE, nearest=source.match.format.name) from None
            except FileRefused as problem:
                raise FileRefused(source.name, problem.reason, nearest=source.match.format.name) from None
        return sources.with_digest(source, content), count, aside


@contextmanager
def _transaction(con):
    """All or nothing of what is done within."""
    con.execute("BEGIN")
    try:
        yield
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise


def _checked(con, path):
    """The Content of a file; where it is damaged or a bomb, what the engine may be reading of it is stopped."""
    try:
        return door.scan(path)
    except FileRefused:
        con.interrupt()
        raise
