"""The command line: the same verbs as Shop. Data on stdout, words on stderr.

Exit codes: 0 ok, 1 lines set aside, 2 usage, 3 a file was refused, 4 lock or input/output.

Heavy imports happen inside the commands, so that --help answers at once.
"""

import sys
from pathlib import Path

import click

from orderkit import __version__, terminal
from orderkit.backtest_cli import backtest_verbs
from orderkit.errors import OrderkitError
from orderkit.export_cli import export_verb
from orderkit.policy_cli import policy_verbs
from orderkit.printable import json_line
from orderkit.report_cli import load_verb, report_verb
from orderkit.start_cli import start_verb
from orderkit.terminal import ACCOUNT, AS_OF, DB, FORMATS, JSON, PACK, SITE
from orderkit.terminal import agreed as _agreed
from orderkit.terminal import print_result as _print
from orderkit.terminal import records as _records
from orderkit.terminal import say as _say
from orderkit.terminal import tell as _tell

ENGINE = "the database engine could not do this ({}). What was loaded before is whole. orderkit doctor says what it holds."


class Verbs(click.Group):
    """The group of commands; turns orderkit's errors into one sentence and their exit code."""

    def invoke(self, ctx):
        """Runs a command; an orderkit error becomes its sentence on stderr."""
        try:
            with terminal.printable_complaints():
                return super().invoke(ctx)
        except OrderkitError as problem:
            _say(f"orderkit: {problem}")
            ctx.exit(problem.exit_code)
        except Exception as problem:
            if not _of_engine(problem):
                raise
            _say(f"orderkit: {ENGINE.format(type(problem).__name__)}")
            ctx.exit(4)

    def make_context(self, *args, **extra):
        """The context of a call; click's complaints about its arguments may be shown on a terminal."""
        with terminal.printable_complaints():
            return super().make_context(*args, **extra)

    def list_commands(self, ctx):
        """Commands in the order of a week's work."""
        return list(self.commands)


def _of_engine(problem):
    """Whether an exception comes from the database engine: its text may show values of the data, so nobody gets to read it."""
    return any(kind.__module__.partition(".")[0] in ("duckdb", "_duckdb") for kind in type(problem).__mro__)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="orderkit")
def main():
    """What each order needs now, by when, who pays, and how much money is at stake."""


main.add_command(load_verb)
main.add_command(report_verb)


def _shop(db, as_of=None, pack=None, account=None):
    from orderkit import shop as shops

    return shops.Shop(db, as_of=as_of, pack=pack or shops.PACK, account=account)


@main.command()
@ACCOUNT
@PACK
@DB
@JSON
def today(account, pack, db, as_json):
    """What expires before next Monday."""
    _print(_shop(db, pack=pack, account=account).today(), as_json)


@main.command()
@ACCOUNT
@PACK
@DB
@AS_OF
@JSON
def todo(account, pack, db, as_of, as_json):
    """Everything to do: what is about to be lost first, then by deadline."""
    _print(_shop(db, as_of, pack, account).todo(), as_json)


@main.command()
@click.argument("item")
@click.option("--claimed", metavar="AMOUNT", help="What you claimed or got back, for example 12.50.")
@click.option("--currency", metavar="CODE", help="Currency of that amount; by default that of the item.")
@click.option("--ignored", is_flag=True, help="It is not to be done.")
@PACK
@DB
@JSON
def done(item, claimed, currency, ignored, pack, db, as_json):
    """Close ITEM of the to-do list: it stays closed whatever is loaded later."""
    from orderkit import shop as shops

    result = shops.done(item, db=db, claimed=claimed, currency=currency, ignored=ignored, pack=pack or shops.PACK)
    if result.exit_code or as_json:
        _print(result, as_json)
    else:
        _say(f"{item} is closed and leaves the list.")
    sys.exit(result.exit_code)


@main.command()
@click.argument("order_id")
@PACK
@DB
@AS_OF
@JSON
def explain(order_id, pack, db, as_of, as_json):
    """Facts, rules and answers for one order."""
    _print(_shop(db, as_of, pack).explain(order_id), as_json)


@main.command()
@click.argument("order_id")
@click.option("--request", required=True, help="What the buyer asks: cancel, upgrade, address, not_received, return.")
@click.option("--line", help="Order item id or SKU, where the order has several lines.")
@click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE", help="Suppose a fact, for example tracking=lost.")
@PACK
@DB
@AS_OF
@JSON
def ask(order_id, request, line, facts, pack, db, as_of, as_json):
    """What if a buyer writes: the answer by the rules, who pays, a draft reply."""
    _print(_shop(db, as_of, pack).ask(order_id, request=request, line=line, **dict(map(_fact, facts))), as_json)


def _fact(text):
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r}: write NAME=VALUE, for example tracking=lost.", param_hint="--fact")
    if value in _values(name):
        return name, value
    words = {"yes": True, "true": True, "no": False, "false": False, "unknown": None}
    if value.lower() in words:
        return name, words[value.lower()]
    return name, int(value) if value.lstrip("-").isdigit() else value


def _values(name):
    """The words that a fact may be, where it is one of words: their yes is no true."""
    from orderkit.policy import dictionary

    found = [dictionary(table).get(name) for table in ("line_facts", "return_facts")]
    return [value for fact in found if fact for value in fact.values or ()]


GRAIN = click.option(
    "--grain", default="line", show_default=True, type=click.Choice(["line", "order"]), help="What is counted; never both."
)  # fmt: skip


def _analysis(name, text, *options):
    def command(account, marketplace, db, as_of, as_json, pack=None, **asked):
        _print(getattr(_shop(db, as_of, pack, account), name)(marketplace=marketplace, **asked), as_json)

    for option in (JSON, AS_OF, DB, SITE, ACCOUNT, *options):
        command = option(command)
    main.command(name, help=text)(command)


_analysis("exposure", "Refunds at risk on late deliveries.", PACK, GRAIN)
_analysis("returns", "Why buyers send things back, and what it costs.")
_analysis("losses", "Parcels lost and damaged, what to expect, and which parcels to insure.", PACK, *terminal.LOSSES)
_analysis("health", "How the account stands against Amazon's limits.", PACK)


@main.command()
@click.argument("name", required=False)
@click.option("--by", multiple=True, help="Add up by these columns, for example --by week.")
@click.option("--since", metavar="DAY")
@click.option("--until", metavar="DAY")
@SITE
@DB
@AS_OF
@JSON
def measure(name, by, since, until, marketplace, db, as_of, as_json):
    """A measure as a table; without a name, the list of measures."""
    from orderkit import measures, places

    if name is None:
        own = places.beside(db, "measures")
        told = [{"measure": each, **measures.about(each, own)} for each in measures.names(own)]
        _tell(json_line(told) if as_json else "\n".join(f"{each['measure']}: {each['about']}" for each in told))
        return
    frame = _shop(db, as_of).measure(name, by=list(by) or None, since=since, until=until, marketplace=marketplace)
    _tell(json_line(_records(frame)) if as_json else frame.to_string(index=False))


@main.command()
@click.argument("text")
@click.option("--value", "values", multiple=True, metavar="NAME=VALUE", help="A value for $NAME in the query.")
@DB
@AS_OF
@JSON
def sql(text, values, db, as_of, as_json):
    """Run one SELECT on the shop's tables."""
    frame = _shop(db, as_of).sql(text, **dict(value.split("=", 1) for value in values))
    _tell(json_line(_records(frame)) if as_json else frame.to_string(index=False))


main.add_command(export_verb)


@main.command()
@click.argument("name", required=False)
@FORMATS
@DB
@JSON
def formats(name, formats_in, db, as_json):
    """The exports that orderkit reads, and where to get them. With NAME: its columns, and what becomes of each."""
    from orderkit.formats import formats as all_formats
    from orderkit.formats import guide
    from orderkit.store.guessing import mapping

    own = mapping.own_of(db, formats_in)
    known = all_formats(tuple(own.items()))
    if name is not None:
        form = guide.named(name, known)
        _tell(json_line(guide.record(form, own)) if as_json else guide.details(form))
    elif as_json:
        _tell(json_line([guide.record(form, own, columns=False) for form in known.values()]))
    else:
        _tell(guide.overview(known, own))


@main.command("map")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--name", help="Name of the new format; by default that of the file.")
@click.option("--to", metavar="DIR", type=click.Path(file_okay=False), help="Folder for it; else `formats` beside the database.")
@click.option("--zone", default="UTC", show_default=True, help="Zone of times that do not say theirs, for example Europe/Berlin.")
@click.option("--currency", metavar="CODE", help="Currency of the amounts, where the file does not tell it.")
@click.option("--marketplace", metavar="NAME", help="Where the orders were placed, where the file does not tell it.")
@click.option("--day-first/--month-first", default=None, help="What stands first in its dates, where the file does not tell it.")
@click.option("--yes", is_flag=True, help="Do not ask: take what is guessed.")
@DB
@JSON
def map_file(file, name, to, yes, db, as_json, **told):
    """Make a file of your own readable. Its columns are guessed, you are asked, and a format is written that load knows."""
    from orderkit.store.guessing import mapping, mapping_words

    folder = Path(to or Path(db).absolute().parent / "formats")
    table = mapping.table_of(file, mapping.own_in(folder))
    if isinstance(table, mapping.Known):
        _print(table, as_json)
        return
    made = mapping.make(file, table, mapping.name_for(file, name), mapping.wished(**told))
    if not as_json:
        _tell(mapping_words.shown(made))
        made = made if yes or not terminal.at_terminal() else mapping_words.improved(made, _asked, _say)
    path = folder / f"{made.name}.yaml"
    written = yes or (not as_json and made.readable and _agreed(f"Write {path}?"))
    if written or not made.readable:
        mapping.write(made, path, lambda: not yes and _agreed(f"{path} is there already. Replace it?"))
    if as_json:
        _tell(json_line({**made.to_json(), "written": str(path) if written else None}))
    _say(mapping_words.next_step(path, file, db, to) if written else "Nothing was written.")


def _asked(question, default, meaning):
    """What `meaning` makes of a person's answer; asked again until it can make something of it."""

    def understood(answer):
        try:
            return meaning(answer)
        except OrderkitError as problem:
            raise click.UsageError(str(problem)) from None

    return terminal.answered(question, default, understood)


main.add_command(policy_verbs)
main.add_command(backtest_verbs)
main.add_command(start_verb)


@main.command()
@click.argument("kind", type=click.Choice(["rule", "format", "measure"]))
@click.argument("name")
@click.option("--to", metavar="DIR", type=click.Path(file_okay=False), help="Folder for it; by default one beside the database.")
@DB
@JSON
def new(kind, name, to, db, as_json):
    """Write one working file of your own to start from, a rule, format or measure, beside a test that passes.

    It lies in `packs`, `formats` or `measures` beside the database, where orderkit finds it. No file is ever overwritten.
    """
    from orderkit import starters

    made = starters.write(kind, name, db=db, to=to)
    files = [str(file) for file in made.files]
    _tell(json_line({"files": files, "next": made.next_steps}) if as_json else "\n".join(files))
    if not as_json:
        _say(made.next_steps)


@main.command()
@DB
@JSON
def doctor(db, as_json):
    """What is installed, loaded, missing and old."""
    from orderkit.doctor import examine

    _print(examine(db), as_json)


@main.command()
@click.option("--older-than", type=click.IntRange(min=1), metavar="DAYS", help="Remove what is older than so many days.")
@click.option("--order", metavar="ORDER_ID", help="Remove this order.")
@click.option("--account", help="Only of this seller account; by default of all.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@DB
@JSON
def purge(older_than, order, account, yes, db, as_json):
    """Remove orders for good, and keep them out of later loads. Ends with a receipt."""
    from orderkit import store

    if (older_than is None) == (order is None):
        raise click.UsageError("Say what to remove: either --older-than DAYS or --order ORDER_ID.")
    what = f"what is older than {older_than} days" if order is None else f"order {order}"
    if not (yes or _agreed(f"Remove {what} from {db} for good?")):
        _say("Nothing was changed.")
        return
    _print(store.purge(db, older_than=older_than, order=order, account=account), as_json)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@DB
def lab(options, db):
    """Open JupyterLab on the notebooks; with the sample shop where the database is not there yet. OPTIONS go to JupyterLab."""
    from orderkit.lab import start

    sys.exit(start(db, say=_say, options=options))
