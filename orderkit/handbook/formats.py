"""docs/formats.md: the columns of every export and what becomes of each, from the YAML descriptions."""

import re

from orderkit.formats import formats, guide
from orderkit.handbook.markdown import code, head, table

FILE = "formats.md"
SOURCES = "orderkit/formats/*.yaml"
INTRO = f"""Every column of every export that orderkit reads, and what becomes of it. Where to find an export, and what it is
good for, is in [Get your files](get-your-files.md); what the canonical columns mean, in [the tables](tables.md). `orderkit
formats NAME` shows one in the terminal. [Add a format](add-a-format.md) says how a file of your own becomes readable.

"dropped: personal" is left out while the file is read and never reaches the database. "not read" is known and left out. "kept
as exported" stands in the table `obs_` and the name of the format, and in no canonical table. {guide.PACKED}
"""


def page(_sample=None):
    """The text of the page."""
    found = [form for forms in guide.grouped(formats().values()).values() for form in forms]
    rows = [[f"[{form.name}](#{form.name})", form.title, guide.family(form), guide.kind(form)] for form in found]
    index = table(["format", "export", "from", "file"], rows)
    return "\n".join([head("Formats", SOURCES, INTRO), index, "", *map(_section, found)])


def _section(form):
    record = guide.record(form)
    rows = [[code(column["header"]), column["type"], _target(column["becomes"])] for column in record["columns"]]
    lines = [
        f"## {form.name}",
        "",
        f"{form.title}; {guide.CHANNELS[form.channel]}; {guide.header_words(form)}. Tells of: {', '.join(record['tables'])}.",
        "",
        table(["column", "kind", "becomes"], rows),
        "",
    ]
    aliases = [f"Other spellings and languages of these headers that are known: {len(form.aliases)}.", ""]
    return "\n".join(lines + (aliases if form.aliases else []))


def _target(becomes):
    """What becomes of a column, the canonical columns in it as code."""
    return re.sub(r"\b[a-z_]+\.[a-z_]+\b", lambda found: code(found[0]), becomes)
