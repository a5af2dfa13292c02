"""pyproject.toml is the one list: environment.yml and requirements.lock must say the same."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
EXTRAS = PROJECT["optional-dependencies"]

# conda-forge's name for what pip calls otherwise
PIP_NAMES = {"python-duckdb": "duckdb", "python-tzdata": "tzdata"}
CONDA_OWN = {"python", "pip"}


def requirements(lines):
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in lines}


def conda_lines():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]


def locked():
    """(name, version, number of hashes) of every entry in the lock; a package may have one entry per kind of computer."""
    entries = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)([^\n]*\n(?: +--hash=sha256:[0-9a-f]{64}[^\n]*\n)*)", LOCK, re.MULTILINE)
    return [(canonicalize_name(name), version, tail.count("--hash=sha256:")) for name, version, tail in entries]


def test_environment_yml_equals_pyproject():
    # the packages of `browser` have other names in conda or none; `setup` serves run.py, which conda users do not run
    wanted = requirements([*PROJECT["dependencies"], *EXTRAS["dev"]])
    found = requirements(line for line in conda_lines() if isinstance(line, str))
    found = {PIP_NAMES.get(name, name): line for name, line in found.items() if name not in CONDA_OWN}
    assert {name: line.specifier for name, line in found.items()} == {name: line.specifier for name, line in wanted.items()}


def test_environment_yml_asks_for_the_same_python():
    python = requirements(line for line in conda_lines() if isinstance(line, str))["python"]
    assert str(python.specifier) == PROJECT["requires-python"]


def test_environment_yml_installs_orderkit_last_and_nothing_else_by_pip():
    assert conda_lines()[-1] == {"pip": ["-e ."]}


@pytest.mark.parametrize("line", [*PROJECT["dependencies"], *(line for lines in EXTRAS.values() for line in lines)])
def test_lock_holds_an_allowed_version_with_hashes(line):
    wanted = Requirement(line)
    found = [(version, hashes) for name, version, hashes in locked() if name == canonicalize_name(wanted.name)]
    assert found
    assert all(wanted.specifier.contains(version) and hashes > 0 for version, hashes in found)


def test_every_locked_package_has_a_hash():
    assert len(locked()) > 100
    assert [name for name, _, hashes in locked() if hashes == 0] == []
    assert len(locked()) == len(re.findall(r"^[a-z]", LOCK, re.MULTILINE))


def test_lock_holds_the_duckdb_that_was_measured():
    assert [version for name, version, _ in locked() if name == "duckdb"] == ["1.5.5"]


def test_lock_names_no_host_and_no_folder_of_a_machine():
    # the one "/" of a package list: none; "://" would be an index, "/home" or "C:\" a machine's folder
    code = "\n".join(line for line in LOCK.splitlines() if "--hash" not in line)
    assert re.findall(r"://|index-url|find-links|(?<![\w.])/\w+|[A-Z]:\\", code) == []
