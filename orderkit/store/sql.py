"""Python strings as SQL literals, for the few places where the engine takes no parameter: file names and delimiters."""

import re

# The longest line that is read. Its buffers are named beside it: by default the engine takes sixteen lines' length for each, and
# two of those are more than a load may use.
LINES = "max_line_size=16000000, buffer_size=32000000"


def text(value):
    """A Python string as an SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"


def pattern(path):
    """A path as the engine's readers take it: literally, where it holds what they would take for a pattern."""
    return text(re.sub(r"([*?\[])", r"[\1]", str(path)))
