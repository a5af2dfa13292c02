"""What an export looks like: one YAML file per report, and the small reader that recognises a file by its header.

To add a format, add a YAML file to this folder: nothing else.
"""

from orderkit.formats.emits import BY_ORDER, EVENTS, Emit, Given
from orderkit.formats.match import WITHIN, Match, find_header, header_words, nearest, recognise, split_header
from orderkit.formats.reasons import reason_rows
from orderkit.formats.registry import formats, own_formats, variants
from orderkit.formats.spec import Column, Format, name_of, normal

__all__ = [
    "BY_ORDER", "EVENTS", "WITHIN", "Column", "Emit", "Format", "Given", "Match", "find_header", "formats", "header_words",
    "name_of", "nearest", "normal", "own_formats", "reason_rows", "recognise", "split_header", "variants",
]  # fmt: skip
