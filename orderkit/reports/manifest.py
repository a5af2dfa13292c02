"""What a report was made from: inputs by their hash, versions, rules, numbers; and what differs between two of them."""

import hashlib
import importlib.metadata
import json
import platform
from pathlib import Path

from orderkit import __version__
from orderkit.errors import BadValue

PARTS = ("duckdb", "pandas", "plotly", "numpy", "scipy", "babel")  # whose versions could change a number or how it is written
SECTIONS = ("todo", "exposure", "returns", "losses", "health", "missing")


def manifest(made_from, files, numbers):
    """What a report was made from, so that its numbers can be made again, and the numbers themselves.

    made_from: {"week", "data_up_to", "clock", "asked", "rules", "inputs"} as Shop.report tells them; inputs have the hash of
    every file that was loaded. files: what was written; a PDF carries the moment of its making, so it has no hash.
    """
    sections = {name: _sums(numbers[name]) for name in SECTIONS if name in numbers}
    return {
        "page": files[0].name,
        "workbook": next((file.name for file in files if file.suffix == ".xlsx"), None),
        "pdf": next((file.name for file in files if file.suffix == ".pdf"), None),
        "sha256": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.suffix != ".pdf"},
        **made_from,
        "versions": versions(),
        **numbers["front"],
        "sections": sections,
    }


def differences(before, after):
    """What differs between the manifests of two reports, in sentences: files, versions, rules, and the numbers of each
    section."""
    for account, file, sha256 in sorted(_files(before) - _files(after)):
        yield f"{file} of account {account} ({sha256[:12]}) is not loaded any more."
    for account, file, sha256 in sorted(_files(after) - _files(before)):
        yield f"{file} of account {account} ({sha256[:12]}) was not loaded then."
    for name in ("rules", "versions"):
        changed = [key for key in before[name] if before[name][key] != after[name].get(key)]
        yield from (f"{name}: {key} was {before[name][key]}, is {after[name].get(key)}." for key in changed)
    numbers, now = ({"first line": {"headline": told["headline"]}, **told["sections"]} for told in (before, after))
    for name, told in numbers.items():
        again = now.get(name, {})
        yield from (f"{name}: {key} was {told[key]}; is {again.get(key)}." for key in told if told[key] != again.get(key))


def _files(told):
    return {(file["account"], file["file"], file["sha256"]) for file in told["inputs"]}


def versions():
    """Versions of orderkit, Python and the libraries that numbers come from."""
    found = {name: importlib.metadata.version(name) for name in PARTS}
    return {"orderkit": __version__, "python": platform.python_version(), **found}


def _sums(told):
    return {key: told[key] for key in ("headline", "totals") if key in told}


def read_manifest(path):
    """The manifest of a page, by the page or the manifest itself. Raises BadValue where there is none."""
    file = Path(path).with_suffix(".json")
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        if {"asked", "inputs", "sections"} <= told.keys():
            return told
    except (OSError, ValueError, AttributeError):
        pass
    raise BadValue(f"{file} is no manifest of a report. It lies beside each page that orderkit report writes, and ends in .json.")
