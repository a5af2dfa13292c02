"""Python strings as SQL literals, for the few places where the engine takes no parameter: file names and delimiters."""

import re


def text(value):
    """A Python string as an SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"


def pattern(path):
    """A path as the engine's readers take it: literally, where it holds what they would take for a pattern."""
    return text(re.sub(r"([*?\[])", r"[\1]", str(path)))
