"""Finds and loads packs of rules: dated, cited YAML. Anything doubtful is refused with file, key, line and cure."""

import functools
from importlib import resources
from pathlib import Path

from orderkit.errors import UnknownName
from orderkit.policy import strict_yaml
from orderkit.policy.check import check
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
        file = resources.files(__package__).joinpath("packs", f"{name_or_path}.yaml")
        return _read_pack(file.read_text(encoding="utf-8"), file.name, shipped=True)
    if Path(name_or_path).suffix in (".yaml", ".yml") and Path(name_or_path).is_file():
        file = Path(name_or_path)
        return read_pack(file.read_text(encoding="utf-8"), file.name)
    raise UnknownName("pack", str(name_or_path), packs())


def read_pack(text, file):
    """The checked pack that `text` holds; `file` is its name in messages. Raises PackError."""
    return _read_pack(text, file, shipped=False)


@functools.lru_cache(maxsize=32)
def _read_pack(text, file, *, shipped):
    pack = Reader(file).pack(strict_yaml.read(text, file))
    if not shipped:  # over all cases of a large pack that takes seconds; those that orderkit ships are checked by its tests
        check(pack)
    return pack
