"""What the format descriptions say, for people: a list in the terminal, the columns of one, and docs/get-your-files.md.

`python -m orderkit.formats.guide` writes the page anew.
"""

import re
from importlib import resources
from pathlib import Path
from textwrap import fill

from orderkit.errors import UnknownName
from orderkit.formats.registry import formats
from orderkit.formats.spec import BUYER

WIDTH, WIDEST = 80, 40  # letters of a line, of a header in it
PAGE = "docs/get-your-files.md"
COMMAND = "python -m orderkit.formats.guide"
FAMILIES = {  # by the beginning of a format's name, in the order in which they are shown
    "amazon": "Amazon", "spapi": "Amazon", "ebay": "eBay", "etsy": "Etsy", "shopify": "Shopify", "walmart": "Walmart",
    "woocommerce": "WooCommerce", "carrier": "Carriers",
}  # fmt: skip
TEMPLATES, OWN = "Templates", "Your own"
OWN_FILE = "made for your own file"
ORDER = (*dict.fromkeys(FAMILIES.values()), TEMPLATES, OWN)
NEEDS = {
    "required": "without it there are no orders to show",
    "useful": "each fills a part of the weekly page",
    "optional": "other shops, other layouts of the same, and extras",
}
CHANNELS = {
    "FBM": "orders you ship (FBM)",
    "FBA": "orders Amazon ships (FBA)",
    "both": "FBM and FBA orders",
    "any": "whoever ships",
}
KINDS = {"json": "JSON", "xml": "XML", "\t": "tab-separated text", ",": "CSV", ";": "CSV with semicolons"}
PACKED = (
    "Each may also come as a workbook (.xlsx), as Parquet, or packed in .zip or .gz."
    " A file is known by its header, not by its name."
)
STORED_AS = {"orders": "order_lines"}  # what is told of a whole order stands on its lines


def family(form):
    """The marketplace that an export is of; Templates for those that sellers fill themselves."""
    return FAMILIES.get(form.name.split("_")[0], TEMPLATES)


def kind(form):
    """What kind of file an export is."""
    return KINDS[form.syntax if form.tree else form.delimiter]


def header_words(form):
    """Whether the header was verified, else why not; of a template and of a user's own format there is nothing to verify."""
    if form.name not in formats():
        return OWN_FILE
    if form.verified is True:
        return "header verified" if family(form) != TEMPLATES else "to be filled by you"
    return form.verified if form.verified.startswith("header ") else f"header not verified: {form.verified}"


def notes(form):
    """What the head of a shipped description says about the export; empty for a user's own."""
    path = resources.files(__package__) / f"{form.name}.yaml"
    if not path.is_file():
        return ""
    head = re.match(r"(?:#.*\n)*", path.read_text(encoding="utf-8"))[0]
    return " ".join(line.removeprefix("#").strip() for line in head.splitlines())


def named(name, known):
    """The format of this name. Raises UnknownName where there is none."""
    if name not in known:
        raise UnknownName("format", name, known)
    return known[name]


def record(form, own=(), *, columns=True):
    """A format as `orderkit formats --json` gives it; `own`: names of the user's formats."""
    said = {
        "format": form.name,
        "title": form.title,
        "marketplace": OWN if form.name in own else family(form),
        "own": form.name in own,
        "need": form.need,
        "channel": form.channel,
        "find": form.find,
        "unlocks": form.unlocks,
        "file": kind(form),
        "verified": form.verified is True,
        "verified_note": None if form.verified is True else form.verified,
        "tables": sorted({STORED_AS.get(table, table) for table in form.emits}),
        "notes": notes(form) or None,
    }
    told = [{"header": c.header, "type": c.type, "becomes": becomes(form, c)} for c in form.columns.values()] if columns else []
    return said | ({"columns": told} if columns else {})


def becomes(form, column):
    """What becomes of a column: the canonical columns it gives, or why it is not kept."""
    if column.type == "personal":
        return "dropped: personal"
    if column.type == BUYER:
        return "dropped: personal (a pseudonym of it is kept where --buyers asks)"
    if column.type == "ignored":
        return "not read"
    told = []
    for emit in form.emits.values():
        table = STORED_AS.get(emit.table, emit.table)
        told += [f"{table}.{target}" for target, name in emit.keys.items() if name == column.name]
        told += [f"{table}.{given.target}" for given in emit.given.values() if column.name in given.sources]
    only = " (only if asked for)" if column.type == "comment" else ""
    return ", ".join(dict.fromkeys(told)) + only if told else "kept as exported"


def overview(known, own=()):
    """All formats as a text of 80 columns: by need, then by marketplace, the user's own last."""
    parts = [_filled(f"Exports that orderkit reads. {PACKED} `orderkit formats NAME` shows the columns of one.")]
    shipped = [form for form in known.values() if form.name not in own]
    for (need, name), found in grouped(shipped).items():
        parts += [f"{need.upper()}, {name}: {NEEDS[need]}", *map(_block, found)]
    if own:
        parts += ["YOUR OWN: made with `orderkit map`, or by hand", *(_block(known[name]) for name in sorted(own))]
    else:
        parts.append("`orderkit map FILE` makes any other table readable: CSV, TSV, xlsx or Parquet.")
    return "\n\n".join(parts)


def grouped(forms):
    """{(need, marketplace): [format, ...]} in the order in which they are shown."""
    groups = {(need, name): [f for f in forms if (f.need, family(f)) == (need, name)] for need in NEEDS for name in ORDER}
    return {group: found for group, found in groups.items() if found}


def _block(form):
    lines = [fill(f"  {form.title}  [{form.name}]", WIDTH, subsequent_indent="    ", break_on_hyphens=False)]
    for word, text in (("find", form.find), ("unlocks", form.unlocks), ("about", _about(form))):
        lines.append(fill(text, WIDTH, initial_indent=f"    {word:<9}", subsequent_indent=" " * 13, break_on_hyphens=False))
    return "\n".join(lines)


def _about(form):
    return f"{CHANNELS[form.channel]}; {kind(form)}; {header_words(form)}"


def _filled(text):
    return fill(text, WIDTH, break_on_hyphens=False)


def details(form):
    """One format as a text of 80 columns: where to find it, and each of its columns with what becomes of it."""
    lines = [_block(form)]
    if note := notes(form):
        lines += ["", _filled(note)]
    columns = list(form.columns.values())
    wide = min(max(len(column.header) for column in columns), WIDEST)
    lines += ["", f"{'column':<{wide}}  {'type':<9} becomes"]
    lines += [_column(form, column, wide) for column in columns]
    personal = sum(column.type in ("personal", BUYER) for column in columns)
    if personal:
        said = "1 column is" if personal == 1 else f"{personal} columns are"
        lines += ["", _filled(f"{said} personal: dropped while the file is read, never in the database.")]
    if form.aliases:
        lines += ["", f"Other spellings and languages of these headers that are known: {len(form.aliases)}."]
    return "\n".join(lines)


def _column(form, column, wide):
    head = f"{column.header:<{wide}}  {column.type:<9} "
    return fill(
        head + becomes(form, column), WIDTH, subsequent_indent=" " * (wide + 12), break_on_hyphens=False, drop_whitespace=True
    )


INTRO = f"""# Get your files

<!-- Made from orderkit/formats/*.yaml by `{COMMAND}`. Change the descriptions, not this page. -->

Which exports orderkit reads, where a seller finds each, and what it unlocks. {PACKED}
Put all files into one folder and load the folder as often as you like: what is known already changes nothing.

A file of your own shop, carrier or accounting stands nowhere here? `orderkit map FILE` guesses its columns, asks, and makes it
readable. `orderkit doctor` says which of these exports your shop lacks, `orderkit formats NAME` what becomes of each column.

**FBM** are orders you ship yourself, **FBA** those that Amazon ships. **Verified** means that the header was compared with real
files or official pages; where it says why not, the file is read by the words of its headers, and you are told what is missing.
"""


def page():
    """The text of docs/get-your-files.md."""
    parts, last = [INTRO], None
    for (need, name), found in grouped(formats().values()).items():
        parts += [f"## {need.capitalize()}: {NEEDS[need]}\n"] if need != last else []
        parts += [f"### {name}\n\n{_table(found)}\n", *map(_section, found)]
        last = need
    return "\n".join(parts)


def _table(found):
    rows = [f"| {form.title} | {form.channel} | {form.unlocks} |" for form in found]
    return "\n".join(["| export | orders | unlocks |", "|---|---|---|", *rows])


def _section(form):
    lines = [
        f"#### {form.title}",
        "",
        f"- Where: {form.find}",
        f"- Unlocks: {form.unlocks}",
        f"- About: {_about(form)}; {form.need}. Its name in orderkit: `{form.name}`",
    ]
    about, _, traps = notes(form).partition("Traps: ")
    lines += [f"- {word}: {text.strip()}" for word, text in (("Good to know", about), ("Traps", traps)) if text]
    if family(form) == TEMPLATES:
        header = max((headers for name, headers in form.variants.items() if name.startswith("template")), key=len)
        lines.append(f"- Header to write: `{','.join(header)}`")
    dropped = [column.header for column in form.columns.values() if column.type in ("personal", BUYER)]
    lines += [f"- Dropped while reading: {', '.join(dropped)}"] if dropped else []
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(PAGE).write_text(page(), encoding="utf-8")
