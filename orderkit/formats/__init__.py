"""What an export looks like: one YAML file per report, and the small reader that recognises a file by its header.

To add a format, add a YAML file to this folder: nothing else.
"""

from orderkit.formats.match import Match, nearest, recognise, split_header
from orderkit.formats.reasons import reason_rows
from orderkit.formats.registry import formats, variants
from orderkit.formats.spec import Column, Emit, Format, Given, normal

__all__ = [
    "Column", "Emit", "Format", "Given", "Match", "formats", "nearest", "normal", "reason_rows", "recognise", "split_header",
    "variants",
]  # fmt: skip
