"""The pages of `docs` that are made from the thing itself, so that they say what it does: one module per page.

`python -m orderkit.handbook` writes them all anew into the folder `docs`, with `tables.md` after it one of them. A test compares
each with what would be written.
"""

import functools
from pathlib import Path

from orderkit.errors import UnknownName
from orderkit.formats import guide
from orderkit.handbook import commands, facts, formats, measures, rules, tables

OF_THE_SAMPLE = (measures.FILE,)  # what shows lines of the sample shop


def pages():
    """{file name: function of the sample shop (or None, where it shows nothing of it) that gives the page's text}."""
    made = {module.FILE: module.page for module in (commands, facts, formats, measures, tables)}
    packs = {file: functools.partial(_pack, name) for file, name in rules.files().items()}
    return dict(sorted({**made, **packs, Path(guide.PAGE).name: _files}.items()))


def _pack(name, _sample=None):
    return rules.page(name)


def _files(_sample=None):
    return guide.page()


def write(folder, names=(), *, sample):
    """Writes the pages of these names, by default all, into a folder; their paths.

    `sample`: a function that opens the sample shop. Raises UnknownName for a page that is not made from anything.
    """
    known = pages()
    for name in names:
        if name not in known:
            raise UnknownName("page", name, known)
    wanted = list(names) or list(known)
    shop = sample() if set(wanted) & set(OF_THE_SAMPLE) else None
    made = {Path(folder) / name: known[name](shop) for name in wanted}
    for path, text in made.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    if shop:
        shop.close()
    return list(made)
