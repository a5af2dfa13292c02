"""Follows a page of docs word for word: its files are written, its commands and Python run, its outputs compared.

Of a page, these blocks are followed, in order, in one folder that holds the database of the sample shop:

- ```console: lines that begin with `$ ` are commands, the lines below each are all that it prints, errors too. A line `...`
  stands for any lines; `$ echo $?` tells how the command before it ended.
- ```python: run as in a notebook. A ```text block after it is what is printed, and the value of its last line.
- any other block after a line that ends with `PATH`: (in backquotes) is a file of that name.

`python tests/handbook/followed.py docs/PAGE.md` writes the outputs of a page anew; look at the difference before you keep it.
"""

import ast
import contextlib
import fnmatch
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from orderkit import places

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN_AS = "/shop"  # how a page calls the folder that it is followed in


@dataclass(frozen=True)
class Block:
    """A block of a page: its language, its text, where the text stands in the page, and the file that it is, if any."""

    language: str
    text: str
    begin: int
    path: str | None = None


def blocks(page):
    """All blocks of a page, in order."""
    made = []
    for found in FENCED.finditer(page):
        before = page[: found.start()].rstrip().rpartition("\n")[2]
        named = re.search(r"`([\w./-]+)`:$", before)
        made.append(Block(found[1], found[2], found.start(2), named[1] if named else None))
    return made


class Follower:
    """One pass through a page in a folder; `.shown` are the (block, output) pairs that the page tells and what came out."""

    def __init__(self, folder):
        self.folder, self.names, self.shown, self.last_code = Path(folder), {}, [], "0"
        self.programs = self.folder.parent / f"{self.folder.name}-programs"
        self.programs.mkdir()
        self._program("orderkit", f'exec "{sys.executable}" -P -m orderkit "$@"')
        self._program("pytest", f'exec "{sys.executable}" -m pytest -p no:cacheprovider --rootdir . "$@"')

    def _program(self, name, text):
        (self.programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.programs / name).chmod(0o755)

    def follow(self, page):
        """Follows all blocks; raises ValueError for one that says neither what it is nor where it goes."""
        printed = None
        for block in blocks(page):
            if block.language == "console":
                self._commands(block)
            elif block.language == "python" and not block.path:
                printed = self._python(block)
            elif block.language == "text" and not block.path and printed is not None:
                self.shown.append((block, printed))
                printed = None
            elif block.path:
                self._file(block)
            else:
                raise ValueError(f"A block that cannot be followed: {block.text[:60]!r}")
        return self.shown

    def _file(self, block):
        path = self.folder / block.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")

    def _commands(self, block):
        out = []
        for line in block.text.splitlines():
            if line.startswith("$ "):
                out += [line, *self._run(line[2:]).splitlines()]
        self.shown.append((block, "\n".join(out) + "\n"))

    def _run(self, command):
        if command == "echo $?":
            return self.last_code
        paths = os.pathsep.join([str(self.programs), str(Path(sys.executable).parent), os.environ["PATH"]])
        env = {**os.environ, "PATH": paths, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "100"}
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL, "check": False}
        ended = subprocess.run(["sh", "-c", command], cwd=self.folder, env=env, encoding="utf-8", **options)
        self.last_code = str(ended.returncode)
        return self._as_shown(ended.stdout)

    def _python(self, block):
        """What a block prints, and its last value as a notebook would show it as text."""
        tree = ast.parse(block.text)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.chdir(self.folder):
            exec(compile(tree, "page", "exec"), self.names)
            value = None if last is None else eval(compile(ast.Expression(last.value), "page", "eval"), self.names)
            if value is not None:
                print(repr(value))
        return self._as_shown(printed.getvalue())

    def _as_shown(self, text):
        """Output as the page shows it: the folder by its short name, and no time that depends on the computer."""
        text = text.replace(str(self.folder.resolve()), SHOWN_AS).replace(str(self.folder), SHOWN_AS)
        text = re.sub(r"(passed.*) in [\d.]+s.*", r"\1", text)
        return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def agree(told, printed):
    """Whether an output is as the page tells it; a line `...` stands for any lines."""
    if not re.search(r"^\.\.\.$", told, re.MULTILINE):
        return told.rstrip() == printed.rstrip()
    literal = re.sub(r"([\[\]*?])", r"[\1]", told.rstrip())
    return fnmatch.fnmatchcase(printed.rstrip(), re.sub(r"^\.\.\.$", "*", literal, flags=re.MULTILINE))


def place(database, folder):
    """A folder as a reader has it before following a page: the sample shop's exports, its database, and nothing else."""
    folder.mkdir()
    shutil.copytree(places.sample(), folder / "exports")
    shutil.copy(database, folder / "orderkit.duckdb")
    return folder


def anew(page, shown):
    """The page with its outputs as they came out; one that agrees, with its `...`, stays."""
    for block, printed in sorted(shown, key=lambda pair: -pair[0].begin):
        if not agree(block.text, printed):
            page = page[: block.begin] + printed.rstrip("\n") + "\n" + page[block.begin + len(block.text) :]
    return page


def unlike(shown):
    """The (told, printed) pairs that differ."""
    return [(block.text, printed) for block, printed in shown if not agree(block.text, printed)]


def _main(paths):
    from orderkit import shop

    with tempfile.TemporaryDirectory() as scratch:
        shop.sample(scratch).close()
        for number, path in enumerate(map(Path, paths)):
            text = path.read_text(encoding="utf-8")
            folder = place(Path(scratch) / "sample.duckdb", Path(scratch) / f"page{number}")
            path.write_text(anew(text, Follower(folder).follow(text)), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
