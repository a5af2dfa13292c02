"""Puts a newer pack of rules in force for a database, by way of the user's folder of packs, and goes back to the one before."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from orderkit.errors import BadValue, PackError, UnknownName
from orderkit.policy import kept, pages, strict_yaml
from orderkit.policy.differences import differences
from orderkit.policy.model import Pack
from orderkit.policy.packs import (
    USUAL,
    load_pack,
    note_checked,
    own_packs,
    packs,
    read_pack,
    shipped_packs,
    text_in_force,
    tried_pack,
)
from orderkit.printable import for_terminals


@dataclass(frozen=True, repr=False)
class Offer:
    """A checked pack that may take its place in a user's folder: `new`, `old` as in force so far (None where there is none).

    `file`, `text`: where it comes from and what it says; `place`: where it goes; `is_there`: it says what is in force already;
    `trouble`: why the pack that lies there now is refused, else None.
    """

    file: Path
    text: str
    new: Pack
    old: Pack | None
    place: Path
    is_there: bool
    trouble: str | None = None

    @property
    def headline(self):
        """One sentence: which pack, reviewed when, and which one it follows."""
        said = f"{self.new.name}, reviewed {pages.plain(self.new.reviewed)}: {self.new.title}"
        if self.is_there:
            return f"{said}. It is in force already, word for word."
        if self.trouble:
            return f"{said}. It replaces one that is refused: {self.trouble}"
        before = f"In force now: reviewed {pages.plain(self.old.reviewed)}" if self.old else "There is none of that name yet"
        return f"{said}. {before}."

    def sections(self):
        """(title, lines): the headline, then what is written otherwise than in the pack in force."""
        if self.is_there or self.old is None:
            return [(self.headline, [])]
        return [(self.headline, []), *(differences(self.old, self.new) or [("No answer, value or rule is another", [])])]

    def to_json(self):
        """The same as plain values."""
        return {
            "pack": self.new.name,
            "reviewed": self.new.reviewed,
            "in_force": self.old and self.old.reviewed,
            "is_there": self.is_there,
            "headline": self.headline,
            "changes": dict(self.sections()[1:]),
        }

    @for_terminals
    def __repr__(self):
        return pages.as_text(self.sections())

    def _repr_html_(self):
        return pages.as_html(self.sections())

    def sides(self):
        """The packs to compare over orders, named so that both can be told apart; None where there is nothing to compare."""
        if self.is_there or self.old is None:
            return None
        return replace(self.old, name=f"{self.old.name} in force"), replace(self.new, name=f"{self.new.name} of {self.file.name}")

    def install(self):
        """Writes the pack to its place; the one that lay there is kept beside it. Gives the place. Raises BadValue."""
        try:
            self.place.parent.mkdir(parents=True, exist_ok=True)
            if self.place.exists():
                kept.write(_beside(self.place, "previous"), strict_yaml.text_of(self.place))
            kept.write(self.place, self.text)
        except OSError as problem:
            raise _not_writable(self.place, problem) from None
        note_checked(self.place, self.text, self.place.parent)
        return self.place


def offer(file, own):
    """The Offer of a pack in `file` for `own`, a user's folder of packs: checked over all cases, with all its examples tried.

    Raises PackError for a pack that is refused, or that was reviewed before the one in force.
    """
    file, text = Path(file), strict_yaml.text_of(file)
    new = tried_pack(read_pack(text, file.name, own))
    place = Path(own) / f"{new.name}.yaml"
    old, trouble = _so_far(new.name, own)
    if old is not None and new.reviewed < old.reviewed:
        problem = f"was reviewed {pages.plain(new.reviewed)}, before the pack in force, {pages.plain(old.reviewed)}"
        cure = f"Take a newer file. To go back to the pack before the last update: orderkit policy update --undo {new.name}"
        raise PackError(file.name, "reviewed", problem, cure)
    is_there = trouble is None and old is not None and text == text_in_force(new.name, own)
    return Offer(file, text, new, old, place, is_there, trouble)


def _so_far(name, own):
    """(the pack in force by that name or None, why the user's own of that name is refused or None)."""
    try:
        return (load_pack(name, own) if name in packs(own) else None), None
    except PackError as refused:
        return (load_pack(name) if name in shipped_packs() else None), str(refused)


def undo(name, own):
    """Puts the pack before the last update in force again; gives a sentence. What was in force is kept as NAME.undone.yaml.

    Raises UnknownName for a name that is no pack, BadValue where there is nothing to go back to.
    """
    if not re.fullmatch("[a-z0-9][a-z0-9_-]*", name):
        raise UnknownName("pack", name, packs(own))
    place = Path(own) / f"{name}.yaml"
    previous = _beside(place, "previous")
    if not previous.exists() and (not place.exists() or name not in shipped_packs()):
        if name not in packs(own):
            raise UnknownName("pack", name, packs(own))
        raise BadValue(_nothing_before(name, place))
    try:
        if place.exists():
            place.replace(_beside(place, "undone"))
        if previous.exists():
            previous.replace(place)
    except OSError as problem:
        raise _not_writable(place, problem) from None
    return in_force(name, own)["words"]


def in_force(name, own):
    """Which pack of that name is in force for a database with the user's folder `own`, as a dict.

    `pack`, `reviewed`, `place` (of the user's own, else None), `shipped` (day of review of the shipped one, else None), and a
    sentence, `words`. Raises UnknownName, and PackError for a pack that is refused.
    """
    pack, place = load_pack(name, own), own_packs(own).get(name)
    shipped = load_pack(name).reviewed if name in shipped_packs() else None
    where = "as orderkit ships it" if place is None else f"from {place}"
    words = f"{name} is in force{'' if name == USUAL else ' where it is named'} {where}, reviewed {pages.plain(pack.reviewed)}"
    words += f", in place of the one that orderkit ships, reviewed {pages.plain(shipped)}." if place and shipped else "."
    if place is not None and shipped and shipped > pack.reviewed:
        words += f" The shipped one is newer: to use it, move {place.name} out of its folder."
    return {"pack": name, "reviewed": pack.reviewed, "place": place and str(place), "shipped": shipped, "words": words}


def _beside(place, word):
    return place.with_name(f"{place.stem}.{word}.yaml")


def _nothing_before(name, place):
    if place.exists():
        return f"There is no pack {name} before the one in force, {place}. Delete that file if you want it no longer."
    return f"The pack {name} is in force as orderkit ships it; no update of it was installed in {place.parent}."


def _not_writable(place, problem):
    return BadValue(f"{place} cannot be written ({problem.strerror}). Nothing was changed. See that the folder is yours.")
