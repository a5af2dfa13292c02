"""Finds and loads packs of rules: dated, cited YAML. Anything doubtful is refused with file, key, line and cure."""

import functools
from dataclasses import replace
from importlib import resources
from pathlib import Path

from orderkit.errors import PackError, UnknownName
from orderkit.policy import extend, strict_yaml
from orderkit.policy.check import check, failing_examples
from orderkit.policy.model import Pack
from orderkit.policy.reader import Reader


def packs():
    """Names of the packs that orderkit ships."""
    folder = resources.files(__package__).joinpath("packs")
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def load_pack(name_or_path):
    """The checked pack of that name, or of a YAML file of the user's.

    Raises UnknownName for a name that is no pack, PackError for a pack that is refused.
    """
    if isinstance(name_or_path, Pack):
        return name_or_path
    if str(name_or_path) in packs():
        return _read_pack(*_shipped(name_or_path), shipped=True)
    if Path(name_or_path).suffix in (".yaml", ".yml") and Path(name_or_path).is_file():
        file = Path(name_or_path)
        return read_pack(strict_yaml.text_of(file), file.name)
    raise UnknownName("pack", str(name_or_path), packs())


def tried_pack(name_or_path):
    """The same, with all its examples tried, which for a pack that extends another is done whenever it is loaded."""
    pack = load_pack(name_or_path)
    _try_examples(pack, pack.questions)
    return pack


def read_pack(text, file):
    """The checked pack that `text` holds; `file` is its name in messages. Raises PackError."""
    return _read_pack(text, file, shipped=False)


def _shipped(name):
    """Text and file name of a pack that orderkit ships."""
    file = resources.files(__package__).joinpath("packs", f"{name}.yaml")
    return file.read_text(encoding="utf-8"), file.name


@functools.lru_cache(maxsize=32)
def _read_pack(text, file, *, shipped):
    tree = strict_yaml.read(text, file)
    if "extends" in tree:
        with extend.naming_files(file):
            return _extended(extend.Extension(tree, file), file)
    pack = Reader(file).pack(tree)
    if not shipped:  # over all cases of a large pack that takes seconds; those that orderkit ships are checked by its tests
        check(pack)
    return pack


def _extended(extension, file):
    """The pack that an extension makes; what it does not change is as shipped, and is not checked again."""
    base = _base(extension.base_name(packs()))
    pack = Reader(file).pack(extension.over(base))
    changed = extension.changed(pack)
    for name, question in changed.items():
        if not extension.has_examples(name):  # those of the extended pack say what it would answer
            changed[name] = replace(question, examples=())
    _try_examples(pack, changed)
    check(replace(pack, questions=changed))
    return replace(pack, questions={**pack.questions, **changed})


def _base(name):
    text, file = _shipped(name)
    return extend.located(strict_yaml.read(text, file), file)


def _try_examples(pack, questions):
    for question in questions.values():
        for example in question.examples if failing_examples(pack, question) else ():  # all at once, then which
            wrong = failing_examples(pack, replace(question, examples=(example,)))
            if wrong:
                cure = "Mend the example, or the rule or value that answers it."
                said = wrong[0].split(": ", 1)[-1]
                raise PackError(pack.file, f"questions.{question.name}.examples", f"an example fails: {said}", cure, example.line)
