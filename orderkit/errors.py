"""What can go wrong, in one tree. Every error says what happened, where, what was expected and what to do.

The facts behind the sentence are attributes, so that callers and tests need not read the text. `exit_code` is what the
command line returns: 2 usage, 3 a file was refused, 4 lock or input/output.
"""

import difflib

from orderkit.printable import in_line, printable


class OrderkitError(Exception):
    """The base of all errors that orderkit raises on purpose."""

    exit_code = 2

    def __str__(self):
        """The sentence; names in it come from outside, so what would act on a terminal is shown as a mark."""
        return printable(super().__str__())


class UnknownName(OrderkitError, LookupError):
    """A name that orderkit does not know; `known` lists those that exist: a list in its own order, anything else sorted.

    of: how many there are, where `known` has only the first of them.
    """

    def __init__(self, kind, name, known, where="", of=None):
        self.kind, self.name = kind, name
        self.known = list(map(str, known)) if isinstance(known, list) else sorted(map(str, known))
        near = difflib.get_close_matches(str(name), self.known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        shown, there = self.known[:12], of or len(self.known)
        listed = in_line(", ".join(shown)) + (f" and {there - len(shown):,} more" if there > len(shown) else "")
        super().__init__(f"No {kind} is called {name!r}{where}.{hint} Known: {listed or 'none'}.")


class BadValue(OrderkitError, ValueError):
    """An argument that cannot be used; says which, why and what would do."""


class FileRefused(OrderkitError):
    """A file that cannot be loaded: no known export, or a recognised one that lacks a column or cannot be read."""

    exit_code = 3

    def __init__(self, file, reason, *, nearest=None, missing=()):
        self.file, self.reason, self.nearest, self.missing = str(file), reason, nearest, list(missing)
        super().__init__(f"{in_line(self.file)}: {reason}")


class FormatError(OrderkitError):
    """A format description (YAML) that contradicts itself; names file and key."""


class PackError(OrderkitError):
    """A policy pack that is refused; names file, key, line where known, and the cure."""

    def __init__(self, file, key, problem, cure, line=None):
        self.file, self.key, self.problem, self.cure, self.line = str(file), key, problem, cure, line
        at = f", line {line}" if line else ""
        super().__init__(f"{in_line(self.file)}{at}, {key}: {problem}. {cure}")


class NothingToShow(OrderkitError):
    """There is no data for what was asked: an empty folder, an empty shop, a week without orders."""


class TooFewEvents(OrderkitError):
    """A statistic that would be made of too few events to mean anything; report the counts instead."""


class DatabaseLocked(OrderkitError):
    """Another program holds the database file; names the process and the way out."""

    exit_code = 4

    def __init__(self, path, pid=None):
        self.path, self.pid = str(path), pid
        who = f"process {pid}" if pid else "another program"
        super().__init__(
            f"{self.path} is in use by {who}. Wait until it is done, or close that program, then try again. Nothing was changed."
        )


class DatabaseUnusable(OrderkitError):
    """A database file that cannot be opened or was made by another layout."""

    exit_code = 4


class DiskFull(OrderkitError):
    """There is no room left to work on a database; `free` and `needed` are bytes, `needed` is an estimate."""

    exit_code = 4

    def __init__(self, path, free, needed, safe, *, too_large=False):
        self.path, self.free, self.needed, self.too_large = str(path), free, needed, too_large
        free, needed = (f"{size / 1e6:,.1f} MB" if size < 1e9 else f"{size / 1e9:,.1f} GB" for size in (free, needed))
        room = f"{free} are free there, and about {needed} are needed. {safe} Make room, then load again."
        limit = f"the disk, or your account on it, takes no file of such a size. {safe} Name one on another disk with --db."
        super().__init__(f"There is no room for {self.path} on its disk: {limit if too_large else room}")
