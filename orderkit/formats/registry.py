"""The folder is the registry: every YAML file in it is a format."""

import functools
from importlib import resources

import yaml

from orderkit.errors import FormatError, UnknownName
from orderkit.formats.spec import read_format

NOT_FORMATS = {"reasons.yaml"}


@functools.cache
def formats():
    """All formats by name."""
    known, where = {}, resources.files(__package__)
    for path in sorted(where.iterdir(), key=lambda path: path.name):
        if path.name.endswith(".yaml") and path.name not in NOT_FORMATS:
            name = path.name.removesuffix(".yaml")
            known[name] = _read(name, path, where)
    return known


def _read(name, path, where):
    def maps_of(other):
        return yaml.safe_load((where / f"{other}.yaml").read_text(encoding="utf-8"))["maps"]

    try:
        text = yaml.safe_load(path.read_text(encoding="utf-8"))
        return read_format(name, text, maps_of, path.name)
    except (KeyError, TypeError, yaml.YAMLError) as problem:
        raise FormatError(f"{path.name}: cannot be read as a format description ({problem!r}).") from problem


def variants(name):
    """The known layouts of a format: {variant: [header, ...]}, in genuine column order."""
    known = formats()
    if name not in known:
        raise UnknownName("format", name, known)
    return {variant: list(headers) for variant, headers in known[name].variants.items()}
