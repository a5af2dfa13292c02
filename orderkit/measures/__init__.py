"""Numbers that people read: one SQL file per measure in this folder, and a small runner.

A measure counts and sums; rates are made from its columns by whoever shows them, so that a measure may always be added up.
"""

from orderkit.measures.by_name import Measures
from orderkit.measures.grains import GRAINS, named, told_by
from orderkit.measures.runner import about, asked, names, rows, run, text

__all__ = ["GRAINS", "Measures", "about", "asked", "named", "names", "rows", "run", "text", "told_by"]
