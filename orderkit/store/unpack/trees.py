"""A JSON or XML export as rows: which export it is, and its records as clean CSV with the kept columns alone.

A record is the repeated element; it gives one row or several, each of a kind. The CSV begins with the columns `_record` (number
of the record in the file, from 1) and `_kind`; all fields are quoted, a line end inside a value becomes a blank.
"""

import csv
import re
from itertools import islice
from pathlib import Path

from orderkit.errors import FileRefused
from orderkit.formats.paths import Node, added, spread
from orderkit.store.unpack.documents import json_values, xml_records
from orderkit.store.unpack.door import NUL_MARK

LOOKED_AT = 20  # records that are enough to know an export by
LONGEST = 1_000_000  # characters of one value
ODD = re.compile("\r\n|[\r\n\0\1\ud800-\udfff]")  # what no line of the CSV may hold: line ends, NUL, halves of letters


def recognise_tree(path, kind, forms):
    """The format of a JSON or XML file by what its first records hold, or None where it is no known export.

    Of several that fit the one with the longest signature counts. A file without records is known by its empty list (JSON) or by
    the text that the format names (XML).
    """
    forms = [form for form in forms if form.tree and form.syntax == kind]
    fits = _known_json(path, forms) if kind == "json" else _known_xml(path, forms)
    return max(fits, key=lambda form: (len(form.tree.signature), form.name), default=None)


def flatten(path, kind, form, out_csv):
    """Writes the rows of all records of a recognised file as CSV; the number of records."""
    records = _json_records(path, form.tree) if kind == "json" else _xml_nodes(path, form.tree)
    columns, count = form.read, 0
    with Path(out_csv).open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        table.writerow(["_record", "_kind", *(column.header for column in columns)])
        for count, record in enumerate(records, 1):
            for kind_of_row, row in rows_of(form.tree, record):
                table.writerow([count, kind_of_row, *(_cell(path, column, row.get(column.header, "")) for column in columns)])
    return count


def _cell(path, column, text):
    if len(text) > LONGEST:
        raise FileRefused(path, f"holds a value of more than {LONGEST:,} characters under {column.header}.")
    if column.type == "region":
        text = region(text)
    return ODD.sub(_in_place_of, text)


def region(text):
    """The first three letters or digits of a postcode: the rest is personal, and is written nowhere."""
    return re.sub(r"[\W_]", "", text, flags=re.ASCII)[:3]


def _in_place_of(found):
    return " " if found[0] in "\r\n" else NUL_MARK if found[0] in "\0\1" else "\ufffd"


def rows_of(tree, record):
    """(kind, {header: text}) of every row that a record gives; at least one, so that nothing passes in silence."""
    made, used, known = [], set(), {}
    for rows in tree.rows:
        if rows.where_nothing and made:
            continue
        places = [place for place in rows.each.nodes(record) if not (rows.left and id(place.value) in used)]
        new = [(rows.kind, {header: _taken(how, place, known) for header, how in rows.take.items()}) for place in places]
        if new and _adds_up(rows, new, record):
            made += new
            used.update(id(place.value) for place in places if isinstance(place.value, dict))
    return made or [(tree.rows[0].kind, {header: _taken(how, record, known) for header, how in tree.rows[0].take.items()})]


def _taken(how, place, known):
    """The text of a header: the first path that gives one. What is taken from the record is `known` after its first row."""
    if isinstance(how, str):
        return how
    for path in how:
        if not path.from_record:
            text = path.text(place)
        elif (text := known.get(path.said)) is None:
            text = known[path.said] = path.text(place)
        if text:
            return text
    return ""


def _adds_up(rows, new, record):
    """Whether the values of a header add up to the total that the record states; true where it states none."""
    if rows.adds_up is None:
        return True
    header, path = rows.adds_up
    total = path.text(record)
    return not total or added([row[header] for _, row in new]) == added([total])


def _pages(path):
    """The places of all values of a JSON file; the elements of a list stand for themselves."""
    for value in json_values(path):
        yield from spread("", value)


def _known_json(path, forms):
    pages = list(islice(_pages(path), LOOKED_AT))
    fits = [form for form in forms if _place(form.tree, pages)]
    return fits or [form for form in forms if _empty_place(form.tree, pages)]


def _place(tree, pages):
    """The first place that holds records of the export."""
    for place in tree.records:
        records = (Node(one.name, one.value) for page in pages for one in place.nodes(page))
        if any(tree.signed_by(record) for record in islice(records, LOOKED_AT)):
            return place
    return None


def _empty_place(tree, pages):
    """The first place at which the list of records is there and empty."""
    for place in tree.records:
        for page in pages:
            if any(_holds_empty(place.steps[-1].how, above) for above in place.nodes_above(page)):
                return place
    return None


def _holds_empty(how, above):
    inside = above.value if isinstance(above.value, dict) and hasattr(how, "fits") else {}
    return any(value == [] and how.fits(name) for name, value in inside.items())


def _json_records(path, tree):
    pages = _pages(path)
    first = list(islice(pages, LOOKED_AT))
    place = _place(tree, first) or _empty_place(tree, first) or tree.records[-1]
    for number, page in enumerate(_chain(first, pages), 1):
        found = place.nodes(page)
        if not found:
            _must_be_empty(path, place, page, number)
        yield from (Node(one.name, one.value) for one in found)


def _chain(first, rest):
    yield from first
    yield from rest


def _must_be_empty(path, place, page, number):
    """A page without records must be an empty page of the same kind: an error answer among them means that data is missing."""
    inside = page.value if isinstance(page.value, dict) else {"": page.value}
    if inside.get("errors"):
        raise FileRefused(path, f"part {number} of it is an error answer in place of data. Fetch the data again.")
    how = place.steps[0].how
    if inside and hasattr(how, "fits") and not any(how.fits(name) for name in inside):
        raise FileRefused(path, f"part {number} of it is not built like the others. Put only answers of one kind into a file.")


def _known_xml(path, forms):
    empty = {(_xml_place(place), text): form for form in forms for place, text in form.tree.empty}
    wanted = {_xml_place(place) for form in forms for place in form.tree.records}
    fits, told, looked_at = [], [], 0
    for place, value in xml_records(path, wanted | {at for at, _ in empty}):
        if place in wanted:
            fits += [form for form in forms if place in _xml_places(form.tree) and form.tree.signed_by(Node(place[-1], value))]
            looked_at += 1
        elif isinstance(value, str) and (place, value) in empty:
            told.append(empty[place, value])
        if looked_at == LOOKED_AT:
            break
    return fits or ([] if looked_at else told)


def _xml_place(path):
    return tuple(step.how.plain for step in path.steps)


def _xml_places(tree):
    return {_xml_place(path) for path in tree.records}


def _xml_nodes(path, tree):
    for place, value in xml_records(path, _xml_places(tree)):
        yield Node(place[-1], value)
