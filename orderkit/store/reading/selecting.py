"""The columns of a file as SQL: cells, typed values, and why a cell cannot be taken. Fields of the file are f0, f1 ..."""

from orderkit.store.sql import text
from orderkit.store.values import pseudonyms, scrub, types


def kept_fields(match):
    """(position, column) of every kept column of the file, first header first."""
    return [(at, column) for at, column in enumerate(match.columns) if column and column.kept]


def stored(match):
    """The columns that a file fills, as SQL names: those of its header, and those that the lines above it tell."""
    return [f'"{name}"' for name in [*(column.name for _, column in kept_fields(match)), *match.constants]]


def select(match, style, clock, *, controls=True):
    """SQL of cells and typed values of the kept columns, and (position, SQL of the reason code) where a cell can be wrong.

    A reason is meant where cells and values stand beside each other under their names: no value is made twice. What buyers wrote
    loses what tells who they are, and what identifies them becomes a pseudonym. Without `controls` the bytes were found to hold
    no control characters.
    """
    kept, needs = kept_fields(match), match.format.needs
    cells = [f"{types.cell(f'f{at}')} AS c{at}" for at, _ in kept]
    told = {column.name: _value(column, f"c{at}", style) for at, column in kept}
    told |= {name: text(value) for name, value in match.constants.items()}
    values = [f'{value} AS "{name}"' for name, value in told.items()]
    judged = [(at, column) for at, column in kept if not column.identifies]
    reasons = [
        (
            at,
            types.reason(column, f"c{at}", column.name in needs, style, clock, typed=f'"{column.name}"', controls=controls),
        )
        for at, column in judged
    ]
    return cells, values, [(at, reason) for at, reason in reasons if reason]


def _value(column, cell, style):
    if column.identifies:
        return pseudonyms.sql(cell, column.identifies)
    value = types.value(column, cell, style)
    return scrub.sql(value) if column.type == "comment" else value


def quoted_by_a_tool(match):
    """SQL conditions that a cell of a file without quoting looks as if a tool had quoted it: the whole file has to tell."""
    if match.quoted:
        return []
    free = [f"c{at}" for at, column in kept_fields(match) if column.type in ("text", "id", "comment")]
    return [f"(starts_with({cell}, '\"') AND ends_with({cell}, '\"') AND contains({cell}, '\"\"'))" for cell in free]


def pads(match, known):
    """The key for pseudonyms as parameters, where a column of the file needs it."""
    return known if any(column.identifies for _, column in kept_fields(match)) else {}
