"""Finds and loads packs of rules: dated, cited YAML. Anything doubtful is refused with file, key, line and cure.

A user's own packs lie in a folder, `packs` beside the database. One with the name of a pack that orderkit ships takes its place.
"""

import functools
from dataclasses import replace
from importlib import resources
from pathlib import Path

from orderkit.errors import PackError, UnknownName
from orderkit.policy import extend, kept, strict_yaml
from orderkit.policy.check import check, failing_examples
from orderkit.policy.model import Pack
from orderkit.policy.reader import Reader

USUAL = "amazon"  # the rules where none are named


def packs(own=None):
    """Names of the packs that orderkit ships, and of those in `own`, a user's folder of packs."""
    return sorted({*shipped_packs(), *own_packs(own)})


def shipped_packs():
    """Names of the packs that orderkit ships."""
    folder = resources.files(__package__).joinpath("packs")
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def own_packs(own):
    """{name: path} of a user's folder of packs; empty where there is none. NAME.previous.yaml and the like are no packs."""
    found = sorted(Path(own).glob("*.yaml")) if own is not None else ()
    return {path.stem: path for path in found if "." not in path.stem}


def load_pack(name_or_path, own=None):
    """The checked pack of that name, from `own` (a user's folder of packs) or as shipped, or of a YAML file of the user's.

    One in `own` that was checked before, and has not changed since, is not tried over all cases again: see kept.py.
    Raises UnknownName for a name that is no pack, PackError for a pack that is refused.
    """
    if isinstance(name_or_path, Pack):
        return name_or_path
    name, mine = str(name_or_path), own_packs(own)
    if name in mine:
        return _own_pack(mine[name], own)
    if name in shipped_packs():
        return _read_pack((_shipped(name),), sure=True)  # over all cases that takes long: orderkit's tests did it
    if Path(name).suffix in (".yaml", ".yml") and Path(name).is_file():
        return read_pack(strict_yaml.text_of(name), Path(name).name, own)
    raise UnknownName("pack", name, packs(own))


def tried_pack(name_or_path, own=None):
    """The same, with all its examples tried, which for a pack that extends another is done whenever it is loaded."""
    pack = load_pack(name_or_path, own)
    _try_examples(pack, pack.questions)
    return pack


def read_pack(text, file, own=None):
    """The checked pack that `text` holds; `file` is its name in messages. Raises PackError."""
    return _read_pack(_layers(text, file, own))


def text_in_force(name, own=None):
    """The text of the pack of that name, the user's own or as shipped. Raises UnknownName."""
    mine = own_packs(own)
    if name not in mine and name not in shipped_packs():
        raise UnknownName("pack", name, packs(own))
    return strict_yaml.text_of(mine[name]) if name in mine else _shipped(name)[0]


def note_checked(path, text, own):
    """Writes down beside the file `path` of a user's folder that the pack `text` was tried over all cases, and is good."""
    kept.note(path, _mark(_layers(text, _own_name(path), own)))


def _own_pack(path, own):
    file = _own_name(path)
    layers = _layers(strict_yaml.text_of(path), file, own)
    checked = kept.is_checked(path, _mark(layers))
    pack = _read_pack(layers, sure=checked)
    if pack.name != path.stem:
        cure = f"Write `pack: {path.stem}`, or name the file {pack.name}.yaml."
        raise PackError(file, "pack", f"the pack in it is called {pack.name!r}", cure)
    if not checked:
        kept.note(path, _mark(layers))
    return pack


def _own_name(path):
    return f"{path.parent.name}/{path.name}"  # so that no message takes it for the shipped one of that name


def _mark(layers):
    return kept.digest(text for text, _ in layers)


def _shipped(name):
    """Text and file name of a pack that orderkit ships."""
    file = resources.files(__package__).joinpath("packs", f"{name}.yaml")
    return file.read_text(encoding="utf-8"), file.name


def _layers(text, file, own):
    """((text, file name), ...) of a pack, then of what it extends: the pack in force by that name, the user's own or the shipped
    one; but a pack that takes the place of a shipped one extends the shipped ones."""
    name, base = _names_said(text, file)
    if base not in shipped_packs():  # None, or a name that is refused when the pack is read
        return ((text, file),)
    mine = own_packs(own).get(base) if name not in shipped_packs() else None
    if mine is None:
        return ((text, file), _shipped(base))
    load_pack(base, own)  # refused here if it is not good by itself
    return ((text, file), *_layers(strict_yaml.text_of(mine), _own_name(mine), own))


@functools.lru_cache(maxsize=32)
def _names_said(text, file):
    """(its own name, the pack that it extends) as a pack's text says them; None where it does not."""
    if "extends" not in text:
        return None, None
    tree = strict_yaml.read(text, file)
    return str(tree.get("pack", Path(file).stem)), str(tree.get("extends"))


@functools.lru_cache(maxsize=32)
def _read_pack(layers, *, sure=False):
    """The pack that `layers` make; `sure`: all its cases and examples were tried before."""
    text, file = layers[0]
    tree = strict_yaml.read(text, file)
    if "extends" in tree:
        with extend.naming_files(file):
            return _extended(extend.Extension(tree, file), layers, sure)
    pack = Reader(file).pack(tree)
    if not sure:
        check(pack)
    return pack


def _extended(extension, layers, sure):
    """The pack that an extension makes; what it does not change was checked with the pack that it extends."""
    extension.base_name(shipped_packs())
    pack = Reader(extension.file).pack(extension.over(_tree(layers[1:])))
    changed = extension.changed(pack)
    for name, question in changed.items():
        if not extension.has_examples(name):  # those of the extended pack say what it would answer
            changed[name] = replace(question, examples=())
    if not sure:
        _try_examples(pack, changed)
        check(replace(pack, questions=changed))
    return replace(pack, questions={**pack.questions, **changed})


def _tree(layers):
    """The tree of a pack that is extended, with what it extends itself below it."""
    (text, file), *below = layers
    tree = strict_yaml.read(text, file)
    return extend.Extension(tree, file).over(_tree(below)) if "extends" in tree else extend.located(tree, file)


def _try_examples(pack, questions):
    for question in questions.values():
        for example in question.examples if failing_examples(pack, question) else ():  # all at once, then which
            wrong = failing_examples(pack, replace(question, examples=(example,)))
            if wrong:
                cure = "Mend the example, or the rule or value that answers it."
                said = wrong[0].split(": ", 1)[-1]
                raise PackError(pack.file, f"questions.{question.name}.examples", f"an example fails: {said}", cure, example.line)
