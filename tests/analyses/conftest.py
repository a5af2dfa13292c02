"""Lets the tests of the analyses use the shops made by hand for the measures."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "measures"))
