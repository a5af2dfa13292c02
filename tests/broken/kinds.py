"""Collects the kinds of all modules named kinds_*.py of this folder."""

import importlib
from pathlib import Path

from .case import KINDS


def load_kinds():
    """All kinds by name, in the order of the modules' names."""
    for path in sorted(Path(__file__).parent.glob("kinds_*.py")):
        importlib.import_module(f".{path.stem}", __package__)
    return KINDS
