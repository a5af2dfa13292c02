"""Pages as markdown that reads well on a forge: a head that says what the page is made from, and tables."""

from orderkit.policy.drafts import plain

COMMAND = "python -m orderkit.handbook"


def head(title, made_from, text):
    """The beginning of a page: its title, what it is made from and by which command, and a first paragraph."""
    return f"# {title}\n\n<!-- Made from {made_from} by `{COMMAND}`. Change these, not this page. -->\n\n{text.rstrip()}\n"


def table(names, rows):
    """A table; cells are texts, in which a line break or a bar would end the cell.

    >>> print(table(["day", "when"], [["Monday", "a|b"]]))
    | day | when |
    |---|---|
    | Monday | a\\|b |
    """
    lines = [names, ["---"] * len(names), *rows]
    bars = [f"| {' | '.join(map(cell, line))} |" for line in lines]
    return "\n".join([bars[0], "|" + "---|" * len(names), *bars[2:]])


def cell(text):
    """A text as it may stand in a cell: on one line, with its bars escaped; markup signs outside code stay letters."""
    said = " ".join(str(text).split()).replace("|", "\\|")
    return said if "`" in said else said.replace("<", "&lt;").replace("*", "\\*")


def code(text):
    """A name or an expression, set as code; nothing where there is none."""
    return f"`{' '.join(str(text).split())}`" if text not in (None, "") else ""


def listed(names):
    """Names set as code, with commas.

    >>> listed(["week", "currency"])
    '`week`, `currency`'
    """
    return ", ".join(map(code, names))


def day(value):
    """A day in words, such as 15 Nov 2026."""
    return plain(value)
