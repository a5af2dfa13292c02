"""Working files to start from: a rule, a format, a measure, each beside a test that passes, written into the user's folders.

The files lie in the folders of this one, as they would beside a database, and work as they are. Where `my_rule`, `my_format` or
`my_measure` stands in them, the name that the user gave is put.
"""

import datetime as dt
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from orderkit import formats, measures, places, policy
from orderkit.errors import BadValue, PackError

USUAL_DB = "orderkit.duckdb"  # the database where none is named
NAME = "[a-z][a-z0-9_]{0,39}"
FOLDERS = {"rule": "packs", "format": "formats", "measure": "measures"}
ENDINGS = {"rule": "yaml", "format": "yaml", "measure": "sql"}
NEXT = {
    "rule": (
        "Edit it, then: orderkit policy check {file}{db}. What it changes: orderkit policy compare {name}{db}. "
        "To answer by it: orderkit todo --pack {name}{db}."
    ),
    "format": "Put the headers of your own file in it, then: orderkit load FILE{formats}{db}.",
    "measure": "Edit it, then look at it: orderkit measure {name}{db}.",
}
REVIEWED = re.compile(r"^reviewed: \S+", re.MULTILINE)


@dataclass(frozen=True)
class Made:
    """What was written: the working file, then its test; and what to do next, in a few sentences."""

    files: tuple
    next_steps: str


def write(kind, name, *, db=USUAL_DB, to=None, today=None):
    """Writes the starter of a kind (rule, format, measure) and its test, into `to` or the user's folder beside `db`; a Made.

    `today`: the day written into a rule as that of its review. Raises BadValue for a name that cannot be used or is taken, and
    where a file of that name is there already: nothing is ever overwritten.
    """
    folder = Path(to) if to is not None else places.beside(db, FOLDERS[kind])
    _check_name(kind, name, folder)
    texts = _texts(kind, name, today or dt.datetime.now(dt.UTC).date())
    if kind == "rule":
        _check_rule(name, texts[f"{name}.yaml"], db)
    _check_places(folder, texts)
    made = [_written(folder / file, text) for file, text in texts.items()]
    return Made(tuple(made), _next_steps(kind, name, made, db, at_home=to is None))


def _check_name(kind, name, folder):
    if not re.fullmatch(NAME, name):
        raise BadValue(f"{name!r} cannot be a name: use small letters, digits and underscores, a letter first, at most 40.")
    taken = {"rule": policy.packs, "format": formats.formats, "measure": measures.names}[kind]()
    if name in taken:
        what = "pack" if kind == "rule" else kind
        raise BadValue(f"{name} is the name of a shipped {what}. Take another one, for example my_{name}.")


def _texts(kind, name, today):
    """{file name: text} of the working file and its test."""
    folder, word = resources.files(__package__).joinpath(FOLDERS[kind]), f"my_{kind}"
    made = {}
    for file in (f"{word}.{ENDINGS[kind]}", f"test_{word}.py"):
        text = REVIEWED.sub(f"reviewed: {today}", folder.joinpath(file).read_text(encoding="utf-8"))
        made[file.replace(word, name)] = text.replace(word, name)
    return made


def _check_rule(name, text, db):
    """Raises BadValue where the name is that of a shipped rule or answer, or none that the language of rules takes."""
    usual = policy.load_pack(policy.USUAL)
    if name in {*usual.answers, *(rule.name for question in usual.questions.values() for rule in question.rules)}:
        raise BadValue(f"{name} is the name of a shipped rule or answer. Take another one, for example my_{name}.")
    try:
        policy.read_pack(text, f"{name}.yaml", places.beside(db, "packs"))
    except PackError as refused:
        raise BadValue(f"A rule called {name} would be refused: {refused} Take another name, for example my_{name}.") from None


def _check_places(folder, texts):
    """Raises BadValue where a file is there, or a test of that name in a folder beside: pytest wants every name once."""
    for file in texts:
        beside = [folder, *(folder.parent / other for other in FOLDERS.values() if file.startswith("test_"))]
        for place in beside:
            if (place / file).exists():
                raise BadValue(f"{place / file} is there already, and nothing was written. Take another name.")


def _written(path, text):
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as out:
            out.write(text)
    except FileExistsError:
        raise BadValue(f"{path} is there already and was not touched. Take another name.") from None
    except OSError as problem:
        raise BadValue(f"{path} cannot be written ({problem.strerror}). Name a folder of yours with --to.") from None
    return path


def _next_steps(kind, name, made, db, *, at_home):
    """What to do next, in commands that can be typed as they stand; a file that lies elsewhere is named by its path."""
    file, test = made
    given = "" if str(db) == USUAL_DB else f" --db {db}"
    formats_in = "" if at_home else f" --formats {file.parent}"
    steps = NEXT[kind].format(file=file, name=name if at_home else file, formats=formats_in, db=given)
    return f"{steps} Its test passes as it is: pytest {test}"
