"""How far long work is: a bar on a terminal, a line that changes in place in a notebook, nothing anywhere else.

    with progress.watch("Loading", "file") as step:
        for at, path in enumerate(paths, 1):
            step(path.name, at, len(paths))

The bar stands on stderr and is gone when the work is done; a notebook keeps one line of it. NO_COLOR is respected. Those who do
the work only call `step`, so that no layer below needs to know where it runs.
"""

import contextlib
import html
import sys
import time

from orderkit import display
from orderkit.printable import in_line

SHOWN_AGAIN_AFTER = 0.1  # seconds: what changes faster cannot be read


@contextlib.contextmanager
def watch(what, noun):
    """Gives a function step(name, at, count, done=None, of=None), to be called before each piece of the work.

    what: the work in a word or two, such as "Loading"; noun: one of its pieces, such as "file". name: of the piece that begins;
    it is the at-th of count. done and of: how much of all is behind, in bytes, where pieces differ in size.
    """
    shown = _where()(what, noun)
    try:
        yield shown.step
    except BaseException:
        shown.end(f"stopped at {shown.name}" if shown.name else "stopped")
        raise
    plural = "" if shown.count == 1 else "s"
    shown.end(f"{shown.count:,} {noun}{plural} in {time.monotonic() - shown.began:.1f} s")


def in_notebook():
    """Whether this runs in the kernel of a notebook."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return getattr(shell, "kernel", None) is not None


def _where():
    if in_notebook():
        return _Line
    return _Bar if sys.stderr.isatty() else _Nothing


class _Nothing:
    """Knows how far the work is, and shows nothing."""

    def __init__(self, what, noun):
        self.what, self.noun, self.name, self.count, self.began = what, noun, "", 0, time.monotonic()

    def step(self, name, at, count, done=None, of=None):
        """Notes that the at-th piece of count begins."""
        self.name, self.count = in_line(str(name)), count
        self.show(at, *((done, of) if of else (at - 1, count)))

    def show(self, at, done, of):
        """Shows how much is behind."""

    def end(self, words):
        """Shows how the work ended."""


class _Bar(_Nothing):
    """A bar of rich on stderr, gone when the work is done."""

    _bar = None

    def show(self, at, done, of):
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        if self._bar is None:
            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(self.what)
            self._bar.start()
        total = of if self.count > 1 else None  # of one piece nobody knows how far it is: the bar only moves
        said = escape(f"{self.what} {self.noun} {at:,} of {self.count:,}: {self.name}")
        self._bar.update(self._task, completed=done, total=total, description=said)

    def end(self, words):
        if self._bar is not None:
            self._bar.stop()


class _Line(_Nothing):
    """A line in the output of a cell that changes in place, and stays as one sentence."""

    _handle, _last = None, 0.0

    def show(self, at, done, of):
        if self._handle is None or time.monotonic() - self._last >= SHOWN_AGAIN_AFTER:
            words = html.escape(f"{self.what} {self.noun} {at:,} of {self.count:,}: {self.name}")
            bar = f'<progress max="{of}" value="{done}" style="width:14em"></progress>' if self.count > 1 else ""
            self._put(f"{self.what} ...", f'<div class="{display.AS_IT_STANDS}">{bar} {words}</div>')
            self._last = time.monotonic()

    def end(self, words):
        if self._handle is not None:
            said = f"{self.what}: {words}."
            self._put(said, f'<div class="{display.AS_IT_STANDS}">{html.escape(said)}</div>')

    def _put(self, text, page):
        from IPython.display import display as show

        bundle = {"text/plain": text, "text/html": page}
        if self._handle is None:
            self._handle = show(bundle, raw=True, metadata=display.PAGES_LEAVE_IT_OUT, display_id=True)
        else:
            self._handle.update(bundle, raw=True, metadata=display.PAGES_LEAVE_IT_OUT)
