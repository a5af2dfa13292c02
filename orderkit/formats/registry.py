"""The folder is the registry: every YAML file in it is a format. A user's own folder of formats is read the same way."""

import functools
import re
from importlib import resources
from pathlib import Path

import yaml

from orderkit.errors import FormatError, UnknownName
from orderkit.formats.spec import read_format

NOT_FORMATS = {"reasons.yaml"}
LARGEST = 256 * 1024  # bytes of one description


class _Once:
    """Refuses a key that stands twice."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key.value!r} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class _Loader(_Once, yaml.SafeLoader):
    """For files of others: refuses a reference to another place too; in both the file is not what it looks like."""

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.constructor.ConstructorError(None, None, "refers to another place (*): write it out", event.start_mark)
        return super().compose_node(parent, index)


class _Quick(_Once, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """For our own files: they are read at every start, and the parser in C takes a tenth of the time."""


def formats(own=()):
    """All formats by name: those shipped, and `own`, a tuple of (name, YAML text) of the user's."""
    return {**_shipped(), **{name: _parsed(name, text) for name, text in own}}


@functools.cache
def _shipped():
    known, where = {}, resources.files(__package__)
    for path in sorted(where.iterdir(), key=lambda path: path.name):
        if path.name.endswith(".yaml") and path.name not in NOT_FORMATS:
            name = path.name.removesuffix(".yaml")
            known[name] = _parsed(name, path.read_text(encoding="utf-8"), _Quick)
    return known


@functools.cache
def _parsed(name, text, loader=_Loader):
    where = f"{name}.yaml"
    if len(text) > LARGEST:
        raise FormatError(f"{where}: is larger than {LARGEST // 1024} KB; a format description is a short list of columns.")

    def maps_of(other):
        folder = resources.files(__package__)
        return yaml.load((folder / f"{other}.yaml").read_text(encoding="utf-8"), _Quick)["maps"]

    try:
        return read_format(name, yaml.load(text, loader), maps_of, where)
    except yaml.MarkedYAMLError as problem:
        line = f", line {problem.problem_mark.line + 1}" if problem.problem_mark else ""
        raise FormatError(f"{where}{line}: {problem.problem}.") from problem
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError, yaml.YAMLError) as problem:
        raise FormatError(f"{where}: cannot be read as a format description ({problem!r}).") from problem


def own_formats(folder):
    """((name, YAML text), ...) of a user's folder of formats, each checked; empty where there is no such folder.

    Raises FormatError for a description that cannot be used, or that takes the name of a shipped one.
    """
    found = []
    for path in sorted(Path(folder).glob("*.yaml")) if Path(folder).is_dir() else ():
        if path.stem in _shipped():
            raise FormatError(f"{path.name}: {path.stem} is the name of a shipped format. Give the file another name.")
        if not re.fullmatch("[a-z][a-z0-9_]*", path.stem):
            raise FormatError(f"{path.name}: name it in small letters, digits and underlines, for example my_orders.yaml.")
        text = path.read_text(encoding="utf-8")
        _parsed(path.stem, text)
        found.append((path.stem, text))
    return tuple(found)


def variants(name):
    """The known layouts of a format: {variant: [header, ...]}, in genuine column order."""
    known = formats()
    if name not in known:
        raise UnknownName("format", name, known)
    return {variant: list(headers) for variant, headers in known[name].variants.items()}
