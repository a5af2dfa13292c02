"""Structure: quotation marks, in tab files where they are data and in comma files where they are not."""

import csv
import io

from . import clean
from .case import add, kind

BAD = 3


def _title(name, about, title, true=None, **more):
    """One record of a tab file has this title."""

    def make(rng):
        export = clean.orders(rng)
        export.rows[BAD]["product-name"] = title
        export.truth[BAD]["product_name"] = title if true is None else true
        return export.case(**more)

    add("structure", name, "amazon_all_orders", about, make)


_title("quote_inch_mark", "an inch mark", '4" box')
_title("quote_opens_only", "a title opens with a quotation mark that nothing closes", '"Best mug ever')
_title("quote_closes_only", "a title ends with a quotation mark", 'Mug, called "Best"')
_title("quote_around_title", "one title stands in quotation marks", '"Best mug"')
_title("quote_single", "a title that is one quotation mark", '"')
_title("quote_backslash", "a title ends with a backslash", "Mug C:\\")
_title("quote_backslash_n", "a title holds the two characters backslash and n", "Mug \\n \\t \\N")
_title("quote_hash_first", "a title begins with #", "#1 mug")


@kind("structure")
def quote_swallows_rows(rng):
    """One title opens with a quotation mark, the title eight rows below closes it: a quoting reader loses the rows between."""
    export = clean.orders(rng)
    for index, title in ((1, '"Best mug'), (9, 'Best lamp"')):
        export.rows[index]["product-name"] = export.truth[index]["product_name"] = title
    return export.case()


@kind("structure")
def quote_swallows_rows_of_the_report(rng):
    """The same in the buyer's name of the order report, a column that is not kept."""
    export = clean.report(rng)
    export.rows[1]["buyer-name"], export.rows[8]["buyer-name"] = '"Quendolin Zanary', 'Quendolin Zanary"'
    return export.case()


def _quoted(export, how, mark="\t"):
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n", quoting=how).writerows([export.headers, *export.cells()])
    return out.getvalue()


@kind("structure")
def tab_file_quoted_by_a_tool(rng):
    """A tool wrote the tab file with every field in quotes."""
    export = clean.orders(rng)
    return export.case(_quoted(export, csv.QUOTE_ALL))


@kind("structure")
def tab_file_quoted_where_needed(rng):
    """A spreadsheet saved it as text: fields with a quotation mark are quoted and the mark is doubled."""
    export = clean.orders(rng)
    export.rows[BAD]["product-name"] = export.truth[BAD]["product_name"] = '4" nail set'
    return export.case(_quoted(export, csv.QUOTE_MINIMAL))


@kind("structure")
def tab_file_with_quoted_text(rng):
    """A data frame library quoted all text but no numbers."""
    export = clean.orders(rng)
    head = "\t".join(f'"{header}"' for header in export.headers)
    numbers = {"quantity", "item-price", "item-tax", "shipping-price"}
    rows = [
        "\t".join(row[header] if header in numbers else '"' + row[header].replace('"', '""') + '"' for header in export.headers)
        for row in export.rows
    ]
    return export.case("\n".join([head, *rows]) + "\n")


@kind("structure")
def tab_file_with_quoted_header(rng):
    """Only the header is quoted."""
    export = clean.orders(rng)
    head, *lines = export.lines()
    return export.case("\n".join(["\t".join(f'"{cell}"' for cell in head.split("\t")), *lines]) + "\n")


def _carrier(name, about, change, bad=(), maybe=()):
    """The quoted comma file with something done to the fifth line."""

    def make(rng):
        export = clean.tracking(rng)
        lines = export.lines()
        lines = change(lines) or lines
        return export.case("\n".join(lines) + "\n", bad=bad, maybe=maybe)

    add("structure", name, "tracking", about, make)


def _edit(old, new):
    def change(lines):
        lines[BAD + 1] = lines[BAD + 1].replace(old, new)

    return change


def _edit_all(old, new):
    return lambda lines: [line.replace(old, new) for line in lines]


_carrier("csv_quote_never_closed", "a quote opens and is never closed", _edit('"Fast, Inc."', '"Fast, Inc.'), bad=[BAD])
_carrier("csv_quote_never_opened", "a quote closes that was never opened", _edit('"Fast, Inc."', 'Fast, Inc."'), bad=[BAD])
_carrier(
    "csv_quote_in_the_middle", "text stands behind the closing quote", _edit('"Fast, Inc."', '"Fast, Inc." (new)'), bad=[BAD]
)
_carrier("csv_backslash_quotes", "quotes escaped by a backslash", _edit('"Fast, Inc."', r'"Fast \"Inc\", Ltd"'), bad=[BAD])
_carrier("csv_single_quotes", "single quotes instead of double ones", _edit_all('"', "'"), maybe=range(9))
_carrier(
    "csv_typographic_quotes", "a word processor made the quotes curly", _edit_all('"Fast, Inc."', "“Fast, Inc.”"), maybe=range(9)
)
_carrier("csv_blank_before_quote", "a blank stands between comma and quote", _edit(',"Fast', ', "Fast'), maybe=[BAD])


@kind("structure", "tracking")
def csv_two_stray_quotes(rng):
    """Two rows with one stray quote each: together they look closed and swallow the rows between."""
    export = clean.tracking(rng)
    lines = export.lines()
    for index in (2, 6):
        lines[index + 1] = lines[index + 1].replace('"Fast, Inc."', '"Fast')
    return export.case("\n".join(lines) + "\n", bad=[2, 6])


@kind("structure", "tracking")
def csv_two_stray_quotes_at_field_starts(rng):
    """One carrier opens a quote, another closes one: what lies between is one field with the right number of commas around it."""
    export = clean.tracking(rng)
    for row, truth in zip(export.rows, export.truth, strict=True):
        row["carrier"] = truth["carrier"] = "Fast"
    lines = export.lines()
    lines[3] = lines[3].replace(",Fast,", ',"Fast,')
    lines[6] = lines[6].replace(",Fast,", ',Fast",')
    return export.case("\n".join(lines) + "\n", bad=[2, 5])


@kind("structure", "tracking")
def csv_line_break_in_quotes(rng):
    """A genuine line break inside a quoted field."""
    export = clean.tracking(rng)
    export.rows[BAD]["carrier"], export.truth[BAD]["carrier"] = "Fast,\nInc.", "Fast, Inc."
    return export.case(at=[index + 2 + (index > BAD) for index in range(9)])


@kind("structure", "tracking")
def csv_lone_quote_and_bad_value(rng):
    """A stray quote in one row and a bad state in another."""
    export = clean.tracking(rng)
    export.rows[6]["state"] = "gone"
    lines = export.lines()
    lines[BAD + 1] = lines[BAD + 1].replace('"Fast, Inc."', 'Fast 4"')
    return export.case("\n".join(lines) + "\n", bad=[BAD, 6])


@kind("structure", "tracking")
def csv_whole_line_quoted(rng):
    """Opened with the wrong delimiter and saved: each line is one quoted field, its quotes doubled."""
    export = clean.tracking(rng)
    text = "".join('"' + line.replace('"', '""') + '"\n' for line in export.lines())
    return export.case(text, right="either")


@kind("structure", "tracking")
def csv_became_tabs(rng):
    """The comma file saved as a tab file by a spreadsheet: fields with a comma are quoted."""
    export = clean.tracking(rng)
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerows([export.headers, *export.cells()])
    return export.case(out.getvalue())
