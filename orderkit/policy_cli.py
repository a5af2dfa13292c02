"""orderkit policy: the packs of rules on the command line. Heavy imports happen inside the commands."""

import json
import sys
from pathlib import Path

import click

from orderkit.terminal import AS_OF, DB, JSON, print_result, say


@click.group("policy")
def policy_verbs():
    """The packs of rules: show one, check one of your own, compare two over your orders."""


@policy_verbs.command("show")
@click.argument("name", required=False)
@JSON
def policy_show(name, as_json):
    """The values and rules of a pack, by name or file; without NAME, the packs there are."""
    from orderkit import policy

    shown = [policy.Contents(each) for each in ([name] if name else policy.packs())]
    if name:
        print_result(shown[0], as_json)
    else:
        click.echo(json.dumps(policy.packs()) if as_json else "\n".join(each.headline for each in shown))


@policy_verbs.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
def policy_check(file):
    """Read a pack of your own, try its examples, and say what it holds or what to mend."""
    from orderkit import policy
    from orderkit.errors import PackError

    try:
        click.echo(f"{Path(file).name} is good. {policy.Contents(policy.tried_pack(file)).headline}")
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
