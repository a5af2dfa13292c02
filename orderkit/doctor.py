"""What is installed, what the database holds, and which exports would fill what is missing."""

import datetime as dt
import importlib.metadata
import platform
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import fill

from orderkit import __version__, places, policy, store
from orderkit.analyses import gaps, show
from orderkit.errors import OrderkitError, PackError
from orderkit.printable import for_terminals
from orderkit.store.known import known_formats

SHOWN = ("duckdb", "pandas", "plotly", "jupyterlab")
WIDTH = 80
FILES = 10  # files with lines set aside
NOT_MADE = "not made yet. Load exports: python3 run.py report FOLDER. orderkit formats says where to find them."


@dataclass
class Examination:
    """Versions, the state of the database in words, what is loaded, what is missing or old, and what was set aside."""

    versions: dict
    database: str
    rules: list = field(default_factory=list)  # sentences, one per pack that answers here
    exports: list = field(default_factory=list)  # dicts: format, title, files, lines, up_to
    gaps: list = field(default_factory=list)
    set_aside: list = field(default_factory=list)  # dicts: file, lines, set_aside, reason, of_reason

    def to_json(self):
        """The same as a dict."""
        return {
            "versions": self.versions,
            "database": self.database,
            "rules": self.rules,
            "exports": self.exports,
            "needs": [gap.to_json() for gap in self.gaps],
            "set_aside": self.set_aside,
        }

    @for_terminals
    def __repr__(self):
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        parts = [f"{_filled(versions)}\n{_filled(self.database)}", self._ruled(), self._loaded(), *self._states(), self._aside()]
        return "\n\n".join(part for part in parts if part)

    def _ruled(self):
        return "\n".join(["Rules", *(_filled(f"  {sentence}", "    ") for sentence in self.rules)])

    def _loaded(self):
        if not self.exports:
            return ""
        wide = min(max(len(export["title"]) for export in self.exports), 44)
        lines = [f"  {one['title']:<{wide}}  {_count(one['files'], 'file'):>9} {_until(one['up_to'])}" for one in self.exports]
        return "\n".join(["Loaded", *lines])

    def _states(self):
        several = len({gap.marketplace for gap in self.gaps} - {None}) > 1
        for head, belongs in HEADS.items():
            found = [gap for gap in self.gaps if belongs(gap)]
            if found:
                yield "\n".join([head, *(_sentence(gap, several) for gap in found)])

    def _aside(self):
        if not self.exports:
            return ""
        if not self.set_aside:
            return "No lines were set aside."
        return "\n".join(["Lines set aside, by file and with the commonest reason", *map(_file, self.set_aside)])


HEADS = {
    "Missing on the weekly page": lambda gap: gap.state == "missing" and gap.fills,
    "There in part": lambda gap: gap.state == "partly",
    f"Older than {gaps.OLD} days": lambda gap: gap.state == "old",
    "Would tell more": lambda gap: gap.state == "missing" and not gap.fills,
}


def examine(db, clock=None):
    """Looks at the installation and at a database file; never fails for want of data. clock: the time now, if not really now."""
    found = Examination({"orderkit": __version__, "python": platform.python_version()}, f"{Path(db).name}: {NOT_MADE}")
    found.versions |= {name: importlib.metadata.version(name) for name in SHOWN}
    found.rules = _rules(places.beside(db, "packs"))
    if not Path(db).exists():
        return found
    try:
        con = store.reader(db)
    except OrderkitError as problem:
        found.database = str(problem)
        return found
    _look(con, found, Path(db).name, clock)
    con.close()
    return found


def _rules(own):
    """One sentence for each pack that may answer here, the usual one and the user's own; why, where one is refused."""
    told = []
    mine = [name for name in policy.packs(own) if name not in policy.packs()]
    for name in [policy.USUAL, *mine]:
        try:
            told.append(policy.in_force(name, own)["words"])
        except PackError as refused:
            told.append(f"{name} is refused: {refused}")
    return told


def _look(con, found, name, clock):
    files, up_to = con.sql("SELECT count(*), max(covers_to) FROM loads").fetchall()[0]
    orders = con.sql("SELECT count(DISTINCT (account, order_id)) FROM order_lines").fetchall()[0][0]
    sample = store.accounts(con) == [places.SAMPLE_ACCOUNT]
    clock = store.moment(clock) if clock else up_to if sample and up_to else dt.datetime.now(dt.UTC)
    mark = "SAMPLE: not your data. " if sample else ""
    ago = f", data up to {_ago(up_to, clock)}" if up_to else ""
    found.database = f"{mark}{name}: {_count(files, 'file')} loaded, {_count(orders, 'order')}{ago}."
    found.exports, found.gaps, found.set_aside = _exports(con), gaps.gaps(con, clock), _set_aside(con)


def _exports(con):
    """What is loaded, by format."""
    known = known_formats(con)
    rows = con.sql(
        "SELECT format, count(*), sum(lines)::BIGINT, max(covers_to) FROM loads GROUP BY format ORDER BY format"
    ).fetchall()
    return [
        {
            "format": name,
            "title": known[name].title if name in known else name,
            "files": files,
            "lines": lines,
            "up_to": up_to.date().isoformat() if up_to else None,
        }
        for name, files, lines, up_to in rows
    ]


def _set_aside(con):
    """Files with lines set aside, the worst first, each with its commonest reason."""
    words = store.reason_words()
    rows = con.sql("""
        SELECT l.file, l.lines, sum(r.n)::BIGINT, arg_max(r.reason, r.n), max(r.n)
        FROM loads l
        JOIN (SELECT file_id, reason, count(*) AS n FROM rejects GROUP BY file_id, reason) r ON r.file_id = l.file_id
        GROUP BY l.file_id, l.file, l.lines
        ORDER BY sum(r.n) DESC, l.file
    """).fetchall()
    return [
        {"file": file, "lines": lines, "set_aside": aside, "reason": words[reason], "of_reason": count}
        for file, lines, aside, reason, count in rows[:FILES]
    ]


def _sentence(gap, several):
    """What is missing or old, what would fill it, and where the seller finds it; the marketplace where there are several."""
    shop = f"{gap.marketplace}: " if several and gap.marketplace else ""
    lines = [_filled(f"  {shop}{_state(gap)}: {_cure(gap)}.", "    ")]
    if gap.state != "old":
        lines += [_filled(f"    Where: {export.find}", "      ") for export in gap.exports[:1]]
    return "\n".join(lines)


def _state(gap):
    if gap.state == "old":
        return f"{gap.words} known up to {show.day(gap.up_to)}, {gap.days_old:,} days ago"
    if gap.state == "partly":
        return f"{gap.words} known for {gap.known:,} of {gap.of:,} lines"
    return f"{gap.words} missing"


def _cure(gap):
    fills = " and ".join(f'"{section}"' if section != gaps.EVERY else section for section in gap.fills)
    titles = " or the ".join(export.title for export in gap.exports)
    if gap.state == "old":
        return f"load a newer {titles.replace(' or the ', ' or ')}" if titles else "load a newer file"
    if not titles:
        return f"no export tells of that; a list of your own would fill {fills} (orderkit map FILE makes it readable)"
    return f"the {titles} would fill {fills}" if fills else f"the {titles} would tell {gap.exports[0].unlocks}"


def _file(one):
    text = (
        f"  {one['file']}: {one['set_aside']:,} of {one['lines']:,} lines; {one['of_reason']:,} of them because: {one['reason']}."
    )
    return _filled(text, "    ")


def _filled(text, indent=""):
    return fill(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def _count(number, word):
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _until(day):
    return f"up to {show.day(dt.date.fromisoformat(day))}" if day else "without dates"


def _ago(moment, clock):
    days = (clock.date() - moment.date()).days
    words = {0: "today", 1: "yesterday"}.get(days, f"{days:,} days ago" if days > 0 else "ahead of the clock")
    return f"{show.day(moment.date())} ({words})"
