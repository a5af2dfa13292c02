"""Reads YAML as plain text with line numbers: every scalar is text, and what YAML does behind one's back is refused.

`no` stays "no" and 2026-01-01 stays text; the pack says of what type a value is, not its spelling.
"""

import yaml

from orderkit.errors import PackError


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
    """Refuses aliases and tags while the tree is read, so that no value is other than it looks."""

    def compose_node(self, parent, index):
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise _refusal(event, f"*{event.anchor} refers to another place", "Write the value out where it is used.")
        if getattr(event, "anchor", None):
            raise _refusal(event, f"&{event.anchor} names a value", "Remove the anchor and write values out.")
        if getattr(event, "tag", None):
            raise _refusal(event, f"the tag {event.tag} is not allowed", "Write plain text.")
        return super().compose_node(parent, index)


class _Refused(Exception):
    def __init__(self, line, problem, cure):
        self.line, self.problem, self.cure = line, problem, cure


def _refusal(event, problem, cure):
    return _Refused(event.start_mark.line + 1, problem, cure)


def read(text, file):
    """The mapping that `text` holds, of Mapping, Sequence and Text. Raises PackError naming `file` and the line."""
    try:
        node = yaml.compose(text, Loader=_Composer)
        if not isinstance(node, yaml.MappingNode):
            raise _Refused(1, "the file holds no keys", "Start with `pack: <name>`.")
        return _plain(node)
    except _Refused as refused:
        raise PackError(file, "YAML", refused.problem, refused.cure, refused.line) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise PackError(file, "YAML", str(error.problem), "Mend the YAML on this line.", line) from None


def _plain(node):
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        made = Text(node.value)
    elif isinstance(node, yaml.SequenceNode):
        made = Sequence(_plain(item) for item in node.value)
    else:
        made = _mapping(node)
    made.line = line
    return made


def _mapping(node):
    made = Mapping()
    made.lines = {}
    for key_node, value_node in node.value:
        key, line = key_node.value, key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise _Refused(line, "a key is no plain text", "Use a word as key.")
        if key in made:
            raise _Refused(line, f"the key {key!r} stands twice", f"Line {made.lines[key]} has it already: keep one.")
        made[key] = _plain(value_node)
        made.lines[key] = line
    return made
