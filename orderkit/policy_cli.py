"""orderkit policy: the packs of rules on the command line. Heavy imports happen inside the commands."""

import contextlib
import sys
from pathlib import Path

import click

from orderkit import places
from orderkit.printable import json_line
from orderkit.terminal import AS_OF, DB, JSON, PACK, agreed, print_result, say, tell

CHECKING = "Trying {} over all cases; for a large pack this takes up to a minute."


@click.group("policy")
def policy_verbs():
    """The packs of rules: show one, check one of your own, compare two over your orders, put a newer one in force."""


@policy_verbs.command("show")
@click.argument("name", required=False)
@DB
@JSON
def policy_show(name, db, as_json):
    """The values and rules of a pack, by name or file, and where it comes from; without NAME, the packs there are."""
    from orderkit import policy

    own = places.beside(db, "packs")
    if name:
        shown = policy.Contents(name, own)
        told = policy.in_force(name, own) if name in policy.packs(own) else {}
        tell(json_line({**shown.to_json(), **told}) if as_json else _shown(shown, told))
        return
    told = [_listed(each, own) for each in policy.packs(own)]
    tell(json_line(told) if as_json else "\n".join(each["headline"] for each in told))
    if not as_json:
        say(_usual(own))


def _shown(contents, told):
    return "\n".join([*([told["words"]] if told else []), repr(contents)])


def _listed(name, own):
    """What is told of a pack in a list of all; a sentence too where one of the user's own is refused."""
    from orderkit import policy
    from orderkit.errors import PackError

    try:
        told, headline = policy.in_force(name, own), policy.Contents(name, own).headline
    except PackError as refused:
        return {"pack": name, "place": str(own / f"{name}.yaml"), "headline": f"{name}: refused: {refused}"}
    return told | {"headline": headline + (f"; from {told['place']}" if told["place"] else "")}


def _usual(own):
    """The sentence about the pack that answers where none is named."""
    from orderkit import policy
    from orderkit.errors import PackError

    try:
        return policy.in_force(policy.USUAL, own)["words"]
    except PackError:
        return f"Nothing is answered by {policy.USUAL} until that is mended, or its file is moved out of {own}."


@policy_verbs.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@DB
def policy_check(file, db):
    """Read a pack of your own, try its examples, and say what it holds or what to mend."""
    from orderkit import policy

    with _refusing():
        pack = policy.tried_pack(file, places.beside(db, "packs"))
        tell(f"{Path(file).name} is good. {policy.Contents(pack).headline}")


@contextlib.contextmanager
def _refusing():
    """A pack that is refused ends the command with its sentence and code 3, as a file that is refused does."""
    from orderkit.errors import PackError

    try:
        yield
    except PackError as refused:
        say(f"orderkit: {refused}")
        sys.exit(3)


@policy_verbs.command("compare")
@click.argument("pack")
@click.argument("other", required=False)
@DB
@AS_OF
@JSON
def policy_compare(pack, other, db, as_of, as_json):
    """Which orders get another answer under PACK than under the usual rules, or under OTHER than under PACK."""
    from orderkit import shop as shops

    left, right = (pack, other) if other else (shops.PACK, pack)
    print_result(shops.Shop(db, as_of=as_of, pack=left).compare(right), as_json)


@policy_verbs.command("changes")
@click.option("--since", metavar="DAY", help="From this day, or the end of a week such as 2026-W46; by default a week before.")
@PACK
@DB
@AS_OF
@JSON
def policy_changes(since, pack, db, as_of, as_json):
    """Which rules changed lately, which are announced, and which of your orders that touches."""
    from orderkit import shop as shops

    print_result(shops.Shop(db, as_of=as_of, pack=pack or shops.PACK).rule_changes(since=since), as_json)


@policy_verbs.command("update")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False))
@click.option("--undo", metavar="NAME", help="Put the pack in force again that was so before the last update of NAME.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@DB
@JSON
def policy_update(file, undo, yes, db, as_json):
    """Put a newer pack in force for a database, after showing what is written otherwise in it and which orders that touches.

    It goes to `packs` beside the database; what lay there before is kept. With --json nothing is written but with --yes.
    """
    from orderkit import policy

    if (file is None) == (undo is None):
        raise click.UsageError("Say which file to install, or what to go back from: FILE or --undo NAME.")
    own = places.beside(db, "packs")
    if undo is not None:
        if yes or agreed(f"Put the pack before the last update of {undo} in force again?"):
            _tell({"words": policy.undo(undo, own)}, as_json)
        return
    if sys.stderr.isatty():
        say(CHECKING.format(Path(file).name))
    with _refusing():
        found = policy.offer(file, own)
    _install(found, db, yes, as_json)


def _install(found, db, yes, as_json):
    """Shows what a pack changes, asks, and writes it to its place; says how to go back."""
    orders = _orders(found, db)
    if not as_json:
        tell("\n".join([repr(found), *([repr(orders)] if hasattr(orders, "changes") else [orders] if orders else [])]))
    wanted = not found.is_there and (yes or (not as_json and agreed(f"Put it in force for {db}?")))
    place = found.install() if wanted else None
    if as_json:
        told = orders.to_json() if hasattr(orders, "changes") else None
        _tell({**found.to_json(), "orders": told, "installed": place and str(place)}, True)
    if place:
        say(f"In force from {place}. To go back: orderkit policy update --undo {found.new.name}")
    elif not found.is_there:
        say("Nothing was changed.")


def _orders(found, db):
    """Which orders of the database the pack answers otherwise, a sentence where there is none; None where it changes nothing."""
    from orderkit import shop as shops

    if found.sides() is None:
        return None
    if not Path(db).exists():
        return f"There is no database {db}, so no orders were compared."
    old, new = found.sides()
    shop = shops.Shop(db, pack=old)
    try:
        return shop.compare(new)
    finally:
        shop.close()


def _tell(told, as_json):
    tell(json_line(told) if as_json else told["words"])
