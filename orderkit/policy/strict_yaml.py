"""Reads YAML as plain text with line numbers: every scalar is text, and what YAML does behind one's back is refused.

`no` stays "no" and 2026-01-01 stays text; the pack says of what type a value is, not its spelling. Size, depth and number of
values are bounded while the file is read, so that no file takes long or much memory.
"""

import unicodedata
from pathlib import Path

import yaml

from orderkit.errors import PackError

MOST_LETTERS = 500_000
MOST_VALUES = 20_000
MOST_LETTERS_OF_A_VALUE = 4_000
DEEPEST = 20
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # control, format (direction, width), surrogates, private use, other line ends
SAVE = "Save it as plain text in UTF-8."


class Text(str):
    """A scalar with the line on which it stands."""

    line = None


class Mapping(dict):
    """A mapping with the line on which it starts and that of each key."""

    line = None
    lines: dict


class Sequence(list):
    """A list with the line on which it starts."""

    line = None


class _Composer(yaml.SafeLoader):
    """Refuses aliases, tags and what is too deep or too much while the tree is read, so that no value is other than it looks."""

    depth = values = 0

    def compose_document(self):
        event = self.peek_event()
        if event.version or event.tags:
            raise _refusal(event, "the file begins with a directive (%)", "Remove that line.")
        return super().compose_document()

    def compose_node(self, parent, index):
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise _refusal(event, f"*{event.anchor} refers to another place", "Write the value out where it is used.")
        if getattr(event, "anchor", None):
            raise _refusal(event, f"&{event.anchor} names a value", "Remove the anchor and write values out.")
        if getattr(event, "tag", None):
            raise _refusal(event, f"the tag {event.tag} is not allowed", "Write plain text.")
        self.depth, self.values = self.depth + 1, self.values + 1
        if self.depth > DEEPEST:
            raise _refusal(event, f"values stand more than {DEEPEST} deep", "Take brackets or levels away.")
        if self.values > MOST_VALUES:
            raise _refusal(event, f"the file holds more than {MOST_VALUES:,} values", "Part the pack in two.")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Refused(Exception):
    def __init__(self, line, problem, cure):
        self.line, self.problem, self.cure = line, problem, cure


def _refusal(event, problem, cure):
    return _Refused(event.start_mark.line + 1, problem, cure)


def brief(text, letters=300):
    """`text` on one line and not too long to be read in a sentence; letters that cannot be seen as their numbers."""
    words = " ".join(text[: 2 * letters].split())
    line = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in words)
    return line if len(line) <= letters else f"{line[:letters]} ..."


def text_of(path):
    """The text of a file of the user's. Raises PackError for one that is too large, not UTF-8 or cannot be read."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            found = file.read(4 * MOST_LETTERS + 1)
        text = found.decode("utf-8-sig")
    except OSError:
        raise PackError(path.name, "YAML", "the file cannot be read", "See that you may open it.") from None
    except UnicodeDecodeError as error:
        line = None if b"\0" in found[:100] else found.count(b"\n", 0, error.start) + 1
        raise PackError(path.name, "YAML", "the file is no text in UTF-8", SAVE, line) from None
    return text.replace("\r\n", "\n")


def read(text, file):
    """The mapping that `text` holds, of Mapping, Sequence and Text. Raises PackError naming `file` and the line."""
    try:
        return _read(text.removeprefix("\ufeff"))
    except _Refused as refused:
        raise PackError(file, "YAML", brief(refused.problem), brief(refused.cure), refused.line) from None


def _read(text):
    if len(text) > MOST_LETTERS:
        raise _Refused(None, f"the file holds more than {MOST_LETTERS:,} letters", "Part the pack in two.")
    _check_letters(text.replace("\r\n", "\n"), 1)
    loader = _Composer(text)
    try:
        node = loader.get_single_node()
    except yaml.composer.ComposerError as error:  # aliases do not come so far
        raise _Refused(error.problem_mark.line + 1, "a second document begins here", "Write one pack per file.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise _Refused(line, str(error.problem), "Mend the YAML on this line.") from None
    except (yaml.YAMLError, ValueError, OverflowError):  # a number after \U or % that stands for no letter
        raise _Refused(loader.line + 1, "an escape stands for no letter", "Write the letter itself.") from None
    finally:
        loader.dispose()
    if not isinstance(node, yaml.MappingNode):
        raise _Refused(1, "the file holds no keys", "Start with `pack: <name>`.")
    return _plain(node)


def _is_hidden(letter):
    return letter not in "\n\t" and unicodedata.category(letter) in HIDDEN


def _check_letters(text, line):
    if text.isprintable():
        return
    hidden = sorted(letter for letter in set(text) if _is_hidden(letter))
    if hidden:
        at = min(map(text.index, hidden))
        problem = f"the letter U+{ord(text[at]):04X} cannot be seen"
        raise _Refused(line + text.count("\n", 0, at), problem, f"Remove it. {SAVE}" if text[at] == "\0" else "Remove it.")


def _plain(node):
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        made = Text(_checked(node.value, line))
    elif isinstance(node, yaml.SequenceNode):
        made = Sequence(_plain(item) for item in node.value)
    else:
        made = _mapping(node)
    made.line = line
    return made


def _checked(value, line):
    if len(value) > MOST_LETTERS_OF_A_VALUE:
        raise _Refused(line, f"a text has more than {MOST_LETTERS_OF_A_VALUE:,} letters", "Shorten it.")
    _check_letters(value, line)  # once more, because \u in quotes writes letters that the file does not hold
    return value


def _mapping(node):
    made = Mapping()
    made.lines = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise _Refused(line, "a key is no plain text", "Use a word as key.")
        key = _checked(key_node.value, line)
        if key == "<<":
            raise _Refused(line, "the key << merges other keys into these", "Write those keys out.")
        if not key.strip():
            raise _Refused(line, "a key is empty", "Use a word as key.")
        if key in made:
            raise _Refused(line, f"the key {key!r} stands twice", f"Line {made.lines[key]} has it already: keep one.")
        made[key] = _plain(value_node)
        made.lines[key] = line
    return made
