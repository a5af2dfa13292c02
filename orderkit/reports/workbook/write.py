"""The workbook as a whole: its sheets in their order, written whole or not at all."""

import datetime as dt
from pathlib import Path

from orderkit.errors import BadValue, UnknownName
from orderkit.languages import phrase
from orderkit.reports.whole import whole
from orderkit.reports.workbook import told
from orderkit.reports.workbook.book import Book
from orderkit.reports.workbook.sections import SECTIONS, write_section
from orderkit.reports.workbook.todo import write_todo

RESULTS = ("todo", "exposure", "returns", "losses", "health", "rule_changes")


def write_workbook(path, *, results, up_to, sources, as_of, sample=False):
    """Writes the weekly report as a workbook (.xlsx); gives its path.

    results: {section: Result} as the page shows them: todo (a ToDo, always), exposure, returns, losses, health, rule_changes.
    up_to: {section: the sentence of `Shop.up_to`}. sources: what `workbook.sources` gives. as_of: the day up to which the data
    reach, also the workbook's date, so that the same input gives the same bytes. sample: whether the shop is an invented one.

    The sheet of things to do reads back: with its column done filled in, loading the workbook closes the items. Words are in the
    language in use; the headers of that sheet stay English. Raises BadValue without a to-do list or for a file that is no .xlsx,
    UnknownName for a section that does not exist, NotWritten where the file cannot be written.
    """
    target = _checked(path, results)
    as_of = as_of.date() if isinstance(as_of, dt.datetime) else as_of
    in_order = {name: results[name] for name in RESULTS if name in results}
    with whole(target) as unfinished:
        book = Book(unfinished, title=phrase("What your orders need this week"), as_of=as_of, sample=sample)
        write_todo(book, results["todo"])
        summary = book.sheet(phrase("Summary"), colour="#0072B2")
        told.write_summary(summary, in_order, up_to, as_of)
        for section in SECTIONS:
            if section.of in results:
                write_section(book, section, results[section.of], up_to.get(section.of, ""))
        how = book.sheet(phrase("How we know"))
        told.write_sources(book.sheet(phrase("Sources")), sources)
        told.write_how(how, in_order, book.notes)
        book.close()
    return target


def _checked(path, results):
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise BadValue(f"A workbook's name ends in .xlsx, not in {target.suffix!r}.")
    for name in results:
        if name not in RESULTS:
            raise UnknownName("section", name, list(RESULTS), where=" of a workbook")
    if "todo" not in results:
        raise BadValue("A workbook begins with the to-do list: give `todo` among the results.")
    return target
