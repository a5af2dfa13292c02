"""What all commands share: options by one name, and how results are printed: data on stdout, words on stderr."""

import contextlib
import sys

import click

from orderkit.printable import json_line, printable

DB = click.option("--db", default="orderkit.duckdb", show_default=True, type=click.Path(dir_okay=False), help="Database file.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
AS_OF = click.option("--as-of", metavar="DAY", help="Show only what was known at the end of this day (UTC), or at a moment.")
PACK = click.option("--pack", metavar="NAME", help="Rules to answer by: a pack by name or file; by default the usual ones.")
FORMATS = click.option(
    "--formats", "formats_in", metavar="DIR", type=click.Path(exists=True, file_okay=False),
    help="Folder of formats of your own; by default `formats` beside the database.",
)  # fmt: skip
ACCOUNT = click.option("--account", help="One seller account only; by default all of the database.")
SITE = click.option("--marketplace", metavar="NAME", help="One marketplace only, for example amazon.de.")

# what a seller may assume about losses and cover
LOSSES = (
    click.option("--basis", default="refund", show_default=True, type=click.Choice(["refund", "invoice", "cost"]),
                 help="What a loss costs: the refund, the price of the goods, or what they cost you."),
    click.option("--tax/--without-tax", default=True, help="Whether the tax in the price counts as lost."),
    click.option("--resale", default=0.0, metavar="SHARE", help="Share of its value that a damaged parcel still brings."),
    click.option("--tariff", metavar="NAME", help="One of the loaded tariffs; by default all."),
    click.option("--paid-share", type=float, metavar="SHARE", help="Share of claims that are paid, for example 0.85."),
    click.option("--handling", default=0.0, metavar="AMOUNT", help="What the work of one claim costs you."),
    click.option("--risk-load", default=0.0, metavar="SHARE", help="Price of the worst 1 in 100 years above the mean; 0: none."),
    click.option("--insured-with", metavar="TARIFF", help="The tariff that past cover was bought with, if several are loaded."),
)  # fmt: skip


def say(text):
    """A sentence for a person, on stderr."""
    click.echo(printable(text), err=True)


def tell(text):
    """Text that was asked for, on stdout."""
    click.echo(printable(text))


def print_result(thing, as_json):
    """Text for people; for machines the records of the frame with exact money as text."""
    if as_json:
        tell(json_line(thing.to_json() if hasattr(thing, "to_json") else {"rows": records(thing.frame)}))
    else:
        tell(repr(thing))


def records(frame):
    """The rows of a frame as plain mappings, with None for what is not known."""
    return [
        {key: None if value != value else value for key, value in row.items()} for row in frame.astype(object).to_dict("records")
    ]


def at_terminal():
    """Whether a person can be asked."""
    return sys.stdin.isatty()


def agreed(question):
    """What a person at the terminal answers. Raises UsageError where nobody is there to ask."""
    if not at_terminal():
        raise click.UsageError("There is no terminal to ask on. Say --yes where you mean it.")
    return click.confirm(printable(question), err=True)


def answered(question, default, meaning):
    """What `meaning` makes of a person's answer; asked again for as long as it raises UsageError."""
    return click.prompt(printable(question), default=default, value_proc=meaning, err=True)


@contextlib.contextmanager
def printable_complaints():
    """What click says of wrong arguments names them, and a shell's `*` makes arguments of the names of files."""
    try:
        yield
    except click.ClickException as problem:
        said = printable(problem.format_message())
        problem.format_message = lambda: said
        raise
