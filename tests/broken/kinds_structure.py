"""Structure: delimiters, widths, shifted cells, totals, preambles, pages and other things saved as an export."""

import csv
import io

from . import clean
from .case import add, kind

BAD = 3


def _saved(export, mark):
    """The export as a spreadsheet saves it with another delimiter: quoted where needed."""
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\r\n").writerows([export.headers, *export.cells()])
    return out.getvalue()


@kind("structure")
def tabs_became_commas(rng):
    """Opened in a spreadsheet and saved as CSV."""
    export = clean.orders(rng)
    return export.case(_saved(export, ","), name="all-orders.csv")


@kind("structure")
def tabs_became_semicolons(rng):
    """Saved as CSV by a spreadsheet of a country with the decimal comma; prices were text and kept their point."""
    export = clean.orders(rng)
    return export.case(_saved(export, ";"), name="all-orders.csv")


@kind("structure")
def tabs_became_pipes(rng):
    """Delimited by | after a conversion."""
    export = clean.orders(rng)
    return export.case(_saved(export, "|"), right="either")


@kind("structure")
def tabs_became_blanks(rng):
    """An editor replaced every tab by four blanks."""
    export = clean.orders(rng)
    return export.case(export.text().replace("\t", "    "), right="refused")


@kind("structure")
def commas_without_quotes(rng):
    """Tabs replaced by commas in an editor: titles with a comma have one field too many."""
    export = clean.orders(rng)
    bad = [index for index, row in enumerate(export.rows) if "," in row["product-name"]]
    maybe = [index for index, row in enumerate(export.rows) if '"' in row["product-name"]]
    return export.case(export.text().replace("\t", ","), bad=bad, maybe=maybe)


@kind("structure")
def some_lines_with_commas(rng):
    """Two lines were pasted in from a CSV: commas among tabs."""
    export = clean.orders(rng)
    lines = export.lines()
    for line in (4, 8):
        lines[line] = lines[line].replace("\t", ",")
    return export.case("\n".join(lines) + "\n", bad=[3, 7])


@kind("structure")
def separator_line_of_a_spreadsheet(rng):
    """The line sep=; that tells a spreadsheet the delimiter stands above the header."""
    export = clean.orders(rng)
    at = list(range(3, 15))
    return export.case("sep=;\r\n" + _saved(export, ";"), at=at)


@kind("structure")
def trailing_tabs_everywhere(rng):
    """Every line, the header too, ends with three tabs."""
    export = clean.orders(rng)
    return export.case("".join(line + "\t\t\t\n" for line in export.lines()))


@kind("structure")
def trailing_tabs_below_the_header(rng):
    """Every line but the header ends with two tabs."""
    export = clean.orders(rng)
    head, *lines = export.lines()
    return export.case(head + "\n" + "".join(line + "\t\t\n" for line in lines))


@kind("structure")
def trailing_tabs_on_some_lines(rng):
    """Two of the lines end with a tab too many; nothing stands behind it."""
    export = clean.orders(rng)
    lines = export.lines()
    lines[4] += "\t"
    lines[9] += "\t\t"
    return export.case("\n".join(lines) + "\n", maybe=[3, 8])


@kind("structure")
def trailing_empty_cells_dropped(rng):
    """A tool drops empty cells at the end of each row, so that rows have different widths."""
    export = clean.orders(rng, variant="v32_2018")
    for truth in export.truth:
        truth["order_item_id"] = None
    head, *lines = export.lines()
    return export.case("\n".join([head, *(line.rstrip("\t") for line in lines)]) + "\n", maybe=range(12))


@kind("structure")
def one_field_too_many(rng):
    """A tab inside a title moves all that follows by one."""
    export = clean.orders(rng)
    export.rows[BAD]["product-name"] = "Tea\tpot"
    return export.case(bad=[BAD])


@kind("structure")
def one_field_too_few(rng):
    """One cell of a row is missing."""
    export = clean.orders(rng)
    lines = export.lines()
    cells = lines[BAD + 1].split("\t")
    del cells[9]
    lines[BAD + 1] = "\t".join(cells)
    return export.case("\n".join(lines) + "\n", bad=[BAD])


def _shift(name, about, header, pad):
    """A row whose cells were moved; its width is right again."""

    def make(rng):
        export = clean.orders(rng)
        lines, at = export.lines(), export.headers.index(header)
        cells = lines[BAD + 1].split("\t")
        if pad == "right":
            del cells[at]
            cells.append("")
        else:
            cells.insert(at, "")
            cells.pop()
        lines[BAD + 1] = "\t".join(cells)
        return export.case("\n".join(lines) + "\n", bad=[BAD])

    add("structure", name, "amazon_all_orders", about, make)


_shift("cell_deleted_shift_left", "a cell deleted in a spreadsheet: all right of the SKU moved left by one", "sku", "right")
_shift(
    "cell_inserted_shift_right",
    "a cell inserted in a spreadsheet: all right of the title moved right by one",
    "product-name",
    "left",
)
_shift("cell_deleted_before_the_price", "a cell deleted: the tax stands in the price", "item-price", "right")
_shift("cell_inserted_before_the_price", "a cell inserted: the price stands in the tax", "item-price", "left")
_shift("cell_inserted_before_the_channel", "a cell inserted left of the channel", "fulfillment-channel", "left")


@kind("structure", "tracking")
def comma_unquoted_shift(rng):
    """A carrier's name with a comma lost its quotes: one field too many."""
    export = clean.tracking(rng)
    lines = export.lines()
    lines[BAD + 1] = lines[BAD + 1].replace('"Fast, Inc."', "Fast, Inc.")
    return export.case("\n".join(lines) + "\n", bad=[BAD])


@kind("structure", "tracking")
def comma_unquoted_everywhere(rng):
    """All carriers' names with a comma lost their quotes: each row has one field too many, and the last is empty."""
    export = clean.tracking(rng)
    for row in export.rows:
        row["updated_at"] = ""
    return export.case(export.text().replace('"Fast, Inc."', "Fast, Inc."), maybe=range(9), right="either")


@kind("structure")
def totals_row_at_the_end(rng):
    """A spreadsheet user added a row of totals."""
    export = clean.orders(rng)
    total = sum(truth["item_price"] or 0 for truth in export.truth)
    cells = {"amazon-order-id": "Total", "quantity": "25", "item-price": f"{total:.2f}"}
    line = "\t".join(cells.get(header, "") for header in export.headers)
    return export.case(export.text() + line + "\n", junk=frozenset([14]))


@kind("structure")
def totals_without_a_word(rng):
    """A row of totals with nothing but the sums in it."""
    export = clean.orders(rng)
    line = "\t".join({"quantity": "25", "item-price": "812.40"}.get(header, "") for header in export.headers)
    return export.case(export.text() + "\n" + line + "\n", junk=frozenset([15]))


@kind("structure")
def subtotals_between(rng):
    """Subtotals after every fourth row."""
    export = clean.orders(rng)
    head, *lines = export.lines()
    sub = "\t".join({"amazon-order-id": "Subtotal", "item-price": "99.00"}.get(header, "") for header in export.headers)
    text = "\n".join([head, *lines[:4], sub, *lines[4:8], sub, *lines[8:], sub]) + "\n"
    return export.case(text, at=[index + 2 + index // 4 for index in range(12)], junk=frozenset((6, 11, 16)))


@kind("structure")
def footer_of_the_tool(rng):
    """A tool wrote a line about itself at the end."""
    export = clean.orders(rng)
    return export.case(export.text() + "\n12 record(s) exported on 2026-10-20 08:00\n", junk=frozenset([15]))


@kind("structure")
def preamble_above_the_header(rng):
    """A tool wrote four lines above the header; one record is bad and must be named by its physical line."""
    export = clean.orders(rng)
    export.above = ["Orders report", "Created on 2026-10-20", "Account: main", ""]
    export.rows[BAD]["quantity"] = "1.5"
    return export.case(bad=[BAD])


@kind("structure")
def preamble_with_tabs(rng):
    """A spreadsheet's title rows above the header, filled up with tabs."""
    export = clean.orders(rng)
    fill = "\t" * (len(export.headers) - 1)
    export.above = ["Orders September" + fill, fill]
    return export.case()


@kind("structure")
def blank_lines_above_the_header(rng):
    """Three blank lines above the header."""
    export = clean.orders(rng)
    export.above = ["", "", ""]
    return export.case()


@kind("structure")
def comment_above_the_header(rng):
    """A tool wrote a comment line with # above the header, and one in the middle."""
    export = clean.orders(rng)
    lines = export.lines()
    text = "\n".join(["# exported 2026-10-20", *lines[:6], "# page 2", *lines[6:]]) + "\n"
    return export.case(text, at=[index + 3 + (index > 4) for index in range(12)], junk=frozenset([8]))


@kind("structure", "amazon_order_report")
def no_header_at_all(rng):
    """The header line was deleted: the first line is a buyer's."""
    export = clean.report(rng)
    return export.case("\r\n".join(export.lines()[1:]) + "\r\n", lost=range(10), right="refused")


@kind("structure")
def row_numbers_in_front(rng):
    """Copied with the spreadsheet's row numbers as a first column without a header."""
    export = clean.orders(rng)
    lines = ["\t" + export.lines()[0], *(f"{n}\t{line}" for n, line in enumerate(export.lines()[1:], 1))]
    return export.case("\n".join(lines) + "\n")


@kind("structure")
def row_names_without_header(rng):
    """Written by R: row names as a first column, and a header that is one field shorter."""
    export = clean.orders(rng)
    lines = [export.lines()[0], *(f"{n}\t{line}" for n, line in enumerate(export.lines()[1:], 1))]
    return export.case("\n".join(lines) + "\n", maybe=range(12), right="either")


@kind("structure")
def data_wider_than_the_header(rng):
    """The header of the last column was deleted with its tab; all rows keep their values."""
    export = clean.orders(rng)
    head, *lines = export.lines()
    head = head.rpartition("\t")[0]
    for truth in export.truth:
        truth["order_item_id"] = None
    return export.case("\n".join([head, *lines]) + "\n", maybe=range(12), right="either")


@kind("structure")
def padded_with_blanks(rng):
    """Every cell is padded with blanks on both sides."""
    export = clean.orders(rng)
    return export.case("\n".join("\t".join(f"  {cell} " for cell in line.split("\t")) for line in export.lines()) + "\n")
