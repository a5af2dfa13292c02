"""Structure: files filled up, damaged in the middle, or put together from several."""

from . import clean
from .case import kind

BAD = 3


@kind("structure")
def nul_bytes_at_the_end(rng):
    """The disk was full: the rest of the file was filled with NUL bytes."""
    export = clean.orders(rng)
    return export.case(export.content() + b"\0" * 4096, junk=frozenset([14]))


@kind("structure")
def nul_bytes_over_rows(rng):
    """A bad sector: NUL bytes from the middle of one row to the middle of the next but one."""
    export = clean.orders(rng)
    data = bytearray(export.content())
    start = data.index(export.rows[3]["amazon-order-id"].encode()) + 100
    end = data.index(export.rows[5]["amazon-order-id"].encode()) + 100
    data[start:end] = b"\0" * (end - start)
    at = [index + 2 - 2 * (index > 4) for index in range(12)]
    at[3:6] = [5, 5, 5]
    return export.case(bytes(data), bad=[3, 4, 5], at=at, counted=10)


@kind("structure")
def nul_byte_in_a_kept_value(rng):
    """One NUL byte inside a SKU."""
    export = clean.orders(rng)
    export.rows[BAD]["sku"] = "MUG\0RED"
    return export.case(bad=[BAD])


@kind("structure")
def control_z_at_the_end(rng):
    """An old tool closed the file with Ctrl-Z (0x1A)."""
    export = clean.orders(rng)
    return export.case(export.content() + b"\x1a", junk=frozenset([14]))


@kind("structure")
def two_downloads_in_one_file(rng):
    """Two downloads copied behind each other: the header stands again in the middle."""
    export = clean.orders(rng)
    lines = export.lines()
    text = "\n".join([*lines[:7], lines[0], *lines[7:]]) + "\n"
    return export.case(text, at=[index + 2 + (index > 5) for index in range(12)], junk=frozenset([8]))


@kind("structure")
def two_downloads_with_marks(rng):
    """Two downloads with byte order marks copied behind each other: a mark stands in the middle."""
    export = clean.orders(rng)
    lines = export.lines()
    text = "\n".join(["\ufeff" + lines[0], *lines[1:7], "\ufeff" + lines[0], *lines[7:]]) + "\n"
    return export.case(text, at=[index + 2 + (index > 5) for index in range(12)], junk=frozenset([8]))


@kind("structure")
def two_downloads_glued(rng):
    """The first download had no last line end: its last row and the second header stand on one line."""
    export = clean.orders(rng)
    lines = export.lines()
    text = "\n".join([*lines[:6], lines[6] + lines[0], *lines[7:]]) + "\n"
    return export.case(text, bad=[5])


@kind("structure")
def two_layouts_in_one_file(rng):
    """Two downloads of different layouts and the same width behind each other: the second has its columns in another order."""
    first = clean.orders(rng)
    second = clean.orders(rng, variant="v34_2026_item_id_after_status")
    both = clean.Export(
        first.name, first.headers, first.rows + second.rows, first.truth + second.truth, first.table, first.columns
    )
    at = [*range(2, 14), *range(15, 27)]
    return both.case(first.text() + second.text(), at=at, maybe=range(12, 24), junk=frozenset([14]), right="either")


@kind("structure")
def two_reports_in_one_file(rng):
    """All Orders, and behind it the returns report: its rows begin with an order number, too."""
    export, other = clean.orders(rng), clean.returns(rng)
    return export.case(export.text() + other.text(), junk=frozenset(range(14, 23)), right="either")


@kind("structure")
def every_row_twice(rng):
    """The rows were pasted twice."""
    export = clean.orders(rng)
    lines = export.lines()
    return export.case("\n".join([*lines, *lines[1:]]) + "\n", again=range(14, 26))


@kind("structure")
def one_row_twice(rng):
    """One row stands twice."""
    export = clean.orders(rng)
    lines = export.lines()
    return export.case("\n".join([*lines, lines[BAD + 1]]) + "\n", again=[14])


@kind("structure")
def rows_in_another_order(rng):
    """Sorted by another column in a spreadsheet."""
    export = clean.orders(rng)
    order = sorted(range(12), key=lambda index: export.rows[index]["sku"])
    export.rows, export.truth = [export.rows[i] for i in order], [export.truth[i] for i in order]
    return export.case()
