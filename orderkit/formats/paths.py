"""Where a value stands in a nested record: the small path language of the `tree:` part of a format.

A record is made of objects (dict), lists, texts, true, false and null; numbers are kept as the text they were written in. XML has
the same form: child elements by their name, attributes as @name, and the text of an element that has more than text under "".

A path is steps with / between them, walked from where one stands. Lists are gone through, so `items/sku` is every item's SKU.

    name           what stands under the name
    a|b  *List  *  under one of several names; * stands for any letters; !a|b under any other name
    name+          down the lists of that name to their ends; what has none is an end itself. Up from an end is where it began
    **             here and everything below
    ..  ^name      up one level; up to the nearest that has the name, and into it
    .              here; of use with a condition
    /              in front: from the record
    [p] [p=a|b]    behind a step: only where path p gives something, or one of these texts

In place of the last step `name()` gives the name under which one stands. Around a whole path `sum(p)` adds up all it finds, and
`way(p)` gives p of every level that a + went through, with / between them.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation, localcontext

PARTS = re.compile(r"(?:[^/\[\]]|\[[^\[\]]*\])+")
STEP = re.compile(r"(\*\*|\.\.|\.|[!^]?[^\[\]()!^=+\s]+(?: [^\[\]()!^=+\s]+)*\+?)((?:\[[^\[\]]+\])*)")
WHOLE = re.compile(r"(sum|way)\((.+)\)")


class Node:
    """A place in a record: its value, the name it stands under, the place above it, and the places a + went through."""

    __slots__ = ("name", "up", "value", "way")

    def __init__(self, name, value, up=None, way=()):
        self.name, self.value, self.up, self.way = name, value, up, way

    @property
    def record(self):
        """The place of the whole record."""
        node = self
        while node.up is not None:
            node = node.up
        return node

    def text(self):
        """The value as text; empty for null and for what has no text of its own."""
        if isinstance(self.value, dict):
            inside = any(not name.startswith("@") for name in self.value if name)
            return self.value.get("") or ("{}" if inside else "")  # more than a text: no type takes it for one
        value = self.value
        return value if isinstance(value, str) else {True: "true", False: "false"}.get(value, "")


def spread(name, value, up=None):
    """The places that a value stands for: itself, or of a list each element."""
    if isinstance(value, list):
        for one in value:
            yield from spread(name, one, up)
    else:
        yield Node(name, value, up)


@dataclass(frozen=True)
class Name:
    """A step to what stands under one of some names."""

    plain: str | None  # the one name, where it is one
    pattern: re.Pattern
    other: bool = False

    def walk(self, node):
        if not isinstance(node.value, dict):
            return
        if self.plain is not None:
            if (value := node.value.get(self.plain)) is not None:
                yield from spread(self.plain, value, node)
            return
        for name, value in node.value.items():
            if value is not None and self.fits(name):
                yield from spread(name, value, node)

    def fits(self, name):
        """Whether the step leads to this name."""
        return name != "" and name[0] != "@" and bool(self.pattern.fullmatch(name)) != self.other


@dataclass(frozen=True)
class Ends:
    """A step down the lists of one name to their ends."""

    name: Name

    def walk(self, node):
        yield from self._below(node, node, ())

    def _below(self, node, start, way):
        deeper = False
        for child in self.name.walk(node):
            deeper = True
            yield from self._below(child, start, (*way, child))
        if not deeper:
            yield Node(node.name, node.value, start, way)


@dataclass(frozen=True)
class Nearest:
    """A step up to the nearest place that has a name, and into it."""

    name: Name

    def walk(self, node):
        while node is not None:
            if found := list(self.name.walk(node)):
                yield from found
                return
            node = node.up


class Here:
    """The step that stays."""

    def walk(self, node):
        yield node


class Up:
    """The step to the place above; none from the record."""

    def walk(self, node):
        if node.up is not None:
            yield node.up


class Below:
    """The step to here and everything below."""

    def walk(self, node):
        waiting = [node]
        while waiting:
            node = waiting.pop()
            yield node
            if isinstance(node.value, dict):
                children = [child for name, value in node.value.items() for child in spread(name, value, node)]
                waiting.extend(reversed(children))


@dataclass(frozen=True)
class Step:
    """One step with its conditions: (path, texts of which one must be there, or None where anything will do)."""

    how: Name | Ends | Nearest | Here | Up | Below
    tests: tuple = ()

    def walk(self, node):
        found = self.how.walk(node)
        return (one for one in found if all(_passes(one, *test) for test in self.tests)) if self.tests else found


def _passes(node, path, wanted):
    if wanted is None:
        return any(True for _ in path.nodes(node))
    return any(text in wanted for text in path.texts(node))


@dataclass(frozen=True)
class Path:
    """A path as written and ready to walk."""

    said: str
    steps: tuple
    from_record: bool = False
    name: bool = False  # ends in name()
    whole: str | None = None  # sum, way

    def nodes(self, node):
        """All places the path leads to."""
        found = [node.record if self.from_record else node]
        for step in self.steps:
            found = [new for old in found for new in step.walk(old)]
        return found

    def nodes_above(self, node):
        """The places from which the last step is walked."""
        return replace(self, steps=self.steps[:-1]).nodes(node)

    def texts(self, node):
        """The text of all places, as often as they are there."""
        if self.whole == "way":
            return ["/".join(found.text() for level in node.way for found in self.nodes(level))]
        return [one.name if self.name else one.text() for one in self.nodes(node)]

    def text(self, node):
        """One text: what is there; several that differ with a comma between them, so that none is passed over in silence."""
        texts = [text for text in self.texts(node) if text]
        if self.whole == "sum" and texts and (total := added(texts)) is not None:
            return format(total, "f")
        return ", ".join(dict.fromkeys(texts))


def added(texts):
    """The exact sum of some numbers as text; None where one is no number."""
    with localcontext() as exact:
        exact.prec = 100
        try:
            total = sum((Decimal(text) for text in texts), Decimal(0))
        except InvalidOperation:
            return None
        return total if total.is_finite() else None


def read_path(said):
    """A Path from its text. Raises ValueError that says what is wrong with it."""
    said = str(said).strip()
    if found := WHOLE.fullmatch(said):
        inner = read_path(found[2])
        return Path(said, inner.steps, inner.from_record, inner.name, found[1])
    steps = PARTS.findall(said)
    if "/".join(steps) != said.removeprefix("/") or not said:
        raise ValueError(f"{said!r} is no path")
    name = steps[-1:] == ["name()"]
    return Path(said, tuple(_step(step) for step in steps[: -1 if name else None]), said.startswith("/"), name)


def _step(said):
    found = STEP.fullmatch(said)
    if not found:
        raise ValueError(f"{said!r} is no step of a path")
    tests = tuple(_test(test) for test in re.findall(r"\[([^\[\]]+)\]", found[2]))
    return Step(_how(found[1]), tests)


def _test(said):
    path, equals, wanted = said.partition("=")
    return read_path(path), frozenset(wanted.split("|")) if equals else None


def _how(said):
    if said in ("**", "..", "."):
        return {"**": Below, "..": Up, ".": Here}[said]()
    if said.endswith("+"):
        return Ends(_name(said[:-1]))
    return Nearest(_name(said[1:])) if said[0] == "^" else _name(said)


def _name(said):
    other, names = said.startswith("!"), said.removeprefix("!")
    pattern = "|".join(re.escape(name).replace(r"\*", ".*") for name in names.split("|"))
    return Name(None if other or set("|*") & set(names) else names, re.compile(pattern), other)
