"""docs/command-line.md: every command with its arguments and options, from click's help."""

import click

from orderkit.cli import main
from orderkit.handbook.markdown import cell, code, head, table

FILE = "command-line.md"
SOURCES = "the help of each command"
INTRO = """Every verb of `orderkit`, with its options. From a checkout without an environment of your own, `python3 run.py
VERB` is the same as `orderkit VERB`. What is asked for goes to standard output, words beside it to standard error, so that
output may be passed on.

| exit code | means |
|---|---|
| 0 | all is well |
| 1 | done, but lines of a file were set aside; they are named |
| 2 | the command was not understood, or a name in it is not known |
| 3 | a file was refused; others given with it are loaded |
| 4 | the database is held by another program, or a file could not be read or written |
"""


def page(_sample=None):
    """The text of the page."""
    found = list(_commands(main, "orderkit"))
    rows = [[f"[{words}](#{words.replace(' ', '-')})", cell(_about(command).split("\n\n")[0])] for words, command in found]
    return "\n".join([head("Command line", SOURCES, INTRO), table(["command", "what it does"], rows), "", *map(_section, found)])


def _commands(group, words):
    """(words, command) of every command below a group, groups of commands left out."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{words} {name}")
        else:
            yield f"{words} {name}", command


def _about(command):
    paragraphs = (command.help or "").replace("\b", "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _section(found):
    words, command = found
    context = click.Context(command, info_name=words, help_option_names=["-h", "--help"])
    usage = " ".join([words, *command.collect_usage_pieces(context)])
    return "\n".join([f"## {words}", "", _about(command), "", f"```\n{usage}\n```", "", *_options(command, context)])


def _options(command, context):
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    told = [record for option in options if (record := option.get_help_record(context))]
    return [table(["option", "what it does"], [[code(names), meaning] for names, meaning in told]), ""] if told else []
