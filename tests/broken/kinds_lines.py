"""Structure: line ends, blank lines, line breaks inside fields, files cut off, damaged or put together."""

import re

from . import clean
from .case import add, kind

BAD = 3  # the record that is broken, unless said otherwise; it stands on line 5


def _ends(name, about, end):
    def make(rng):
        export = clean.orders(rng)
        export.end = end
        return export.case()

    add("structure", name, "amazon_all_orders", about, make)


_ends("ends_crlf", "line ends of Windows", "\r\n")
_ends("ends_lone_cr", "line ends of an old Mac", "\r")
_ends("ends_cr_cr_lf", "a text-mode copy on Windows doubled the CR", "\r\r\n")


@kind("structure")
def ends_mixed(rng):
    """Some lines end with CR LF, the others with LF, as after an edit on another system."""
    export = clean.orders(rng)
    lines = export.lines()
    return export.case("".join(line + ("\r\n" if index % 3 else "\n") for index, line in enumerate(lines)))


@kind("structure")
def ends_one_crlf_among_lf(rng):
    """One single line ends with CR LF."""
    export = clean.orders(rng)
    text = export.text().split("\n")
    text[BAD + 1] += "\r"
    return export.case("\n".join(text))


@kind("structure")
def no_last_newline(rng):
    """The last line has no line end, though it is whole."""
    export = clean.orders(rng)
    return export.case(export.text().rstrip("\n"))


@kind("structure")
def blank_lines_between(rng):
    """Blank lines stand between the records and one record is bad: its physical line must be named."""
    export = clean.orders(rng)
    export.rows[BAD]["item-price"] = "9,999,9"
    head, *lines = export.lines()
    text = "\n".join([head, "", *"\n\n".join(lines).split("\n")]) + "\n"
    return export.case(text, bad=[BAD], at=[3 + 2 * index for index in range(len(lines))])


@kind("structure")
def blank_lines_at_the_end(rng):
    """A hundred blank lines at the end."""
    export = clean.orders(rng)
    return export.case(export.text() + "\n" * 100)


@kind("structure")
def rows_of_delimiters_only(rng):
    """Rows emptied in a spreadsheet: nothing but tabs."""
    export = clean.orders(rng)
    lines, empty = export.lines(), "\t" * (len(export.headers) - 1)
    text = "\n".join([*lines[:4], empty, empty, *lines[4:], empty]) + "\n"
    at = [index + 2 if index < 3 else index + 4 for index in range(12)]
    return export.case(text, at=at, junk=frozenset((5, 6, 16)))


def _inside(name, about, mark, header="product-name"):
    """One record has a line break (or what other tools take for one) inside a field."""

    def make(rng):
        export = clean.orders(rng)
        export.rows[BAD][header] = f"Tea{mark}pot"
        if header == "product-name":
            export.truth[BAD]["product_name"] = f"Tea{mark}pot" if mark not in ("\n", "\r", "\r\n") else "Tea pot"
        at = [index + 2 + (mark in ("\n", "\r\n") and index > BAD) for index in range(12)]
        return export.case(at=at, maybe=[BAD] if mark in "\r\x0b\x0c\x1c" else ())

    add("structure", name, "amazon_all_orders", about, make)


_inside("break_lf_in_title", "a line break inside a title", "\n")
_inside("break_cr_in_title", "a lone CR inside a title", "\r")
_inside("break_crlf_in_title", "CR LF inside a title of a file with LF", "\r\n")
_inside("break_u2028_in_title", "a Unicode line separator inside a title", "\u2028")
_inside("break_u2029_in_title", "a Unicode paragraph separator inside a title", "\u2029")
_inside("break_nel_in_title", "a NEL (U+0085) inside a title", "\u0085")
_inside("break_vt_in_title", "a vertical tab (a spreadsheet's soft line break) inside a title", "\x0b")
_inside("break_ff_in_title", "a form feed inside a title", "\x0c")
_inside("break_fs_in_title", "a file separator (0x1C) inside a title", "\x1c")
_inside("break_lf_in_city", "a line break inside an address field, which is not kept", "\n", "ship-city")


@kind("structure")
def break_at_every_title(rng):
    """Every title holds a line break: all records run over two lines."""
    export = clean.orders(rng)
    for row, truth in zip(export.rows, export.truth, strict=True):
        row["product-name"], truth["product_name"] = "Tea\npot", "Tea pot"
    return export.case(at=[2 + 2 * index for index in range(12)])


@kind("structure")
def break_before_a_number_like_an_order(rng):
    """A title holds a line break and then another order's number."""
    export = clean.orders(rng)
    export.rows[BAD]["product-name"] = "Spare part for\n113-1234567-7654321 lamp"
    export.truth[BAD]["product_name"] = "Spare part for 113-1234567-7654321 lamp"
    return export.case(at=[index + 2 + (index > BAD) for index in range(12)], maybe=[BAD], junk=frozenset([BAD + 3]))


@kind("structure", "amazon_order_report")
def break_in_an_address_of_the_report(rng):
    """Line breaks inside two address fields of one record, in a file with CR LF."""
    export = clean.report(rng)
    export.rows[BAD] |= {"ship-address-1": "77 Zanary Lane\nBack door", "delivery-Instructions": "Ring\nZanary"}
    return export.case(at=[index + 2 + 2 * (index > BAD) for index in range(10)])


@kind("structure")
def wrapped_by_a_mail_gateway(rng):
    """A mail gateway broke every line at 120 characters, often in the middle of a value."""
    export = clean.orders(rng)
    lines, at, text = export.lines()[1:], [], [export.lines()[0]]
    for line in lines:
        at.append(len(text) + 1)
        text += re.findall(".{1,120}", line)
    everything = frozenset(range(2, len(text) + 1))
    return export.case("\n".join(text) + "\n", at=at, maybe=range(12), junk=everything, right="either")


@kind("structure")
def wrapped_inside_the_sku(rng):
    """One line was broken in the middle of its SKU; joined with a blank it would be another SKU."""
    export = clean.orders(rng)
    row = export.rows[BAD]
    row["sku"] = "MUG-RED-\n01"
    at = [index + 2 + (index > BAD) for index in range(12)]
    return export.case(at=at, maybe=[BAD], junk=frozenset([BAD + 3]))


@kind("structure")
def quoted_printable_mail(rng):
    """The file as a mail carries it: tabs and umlauts as =09 and =C3, soft breaks at 76 characters."""
    import quopri

    export = clean.orders(rng)
    return export.case(quopri.encodestring(export.content(), quotetabs=True), right="refused")


@kind("structure")
def quoted_in_a_reply(rng):
    """Pasted out of a mail: "> " before every line."""
    export = clean.orders(rng)
    return export.case("".join(f"> {line}\n" for line in export.lines()), right="either")


@kind("structure")
def cut_in_the_middle_of_the_last_row(rng):
    """The download stopped in the middle of a row."""
    export = clean.orders(rng)
    text = export.text()
    return export.case(text[: text.rindex("Merchant")], bad=[11])


@kind("structure")
def cut_inside_the_last_value(rng):
    """The download stopped inside the last field: a shortened item id, and no line end, though all others have one."""
    export = clean.orders(rng)
    return export.case(export.text()[:-6], bad=[11])


@kind("structure")
def cut_inside_the_last_value_crlf(rng):
    """The same with CR LF: the file ends with half a line end behind a whole record."""
    export = clean.orders(rng)
    export.end = "\r\n"
    return export.case(export.text()[:-1])


@kind("structure")
def cut_inside_a_letter(rng):
    """The download stopped in the middle of a letter of two bytes."""
    export = clean.orders(rng)
    export.rows[11]["product-name"] = "Café"
    data = export.content()
    return export.case(data[: data.rindex("é".encode()) + 1], bad=[11])


@kind("structure")
def cut_inside_the_header(rng):
    """Only half of the header line arrived."""
    export = clean.orders(rng)
    return export.case(export.lines()[0][:150], lost=range(12), right="refused")


@kind("structure")
def cut_with_an_error_page_behind(rng):
    """The download broke off and the server's error page was written behind the rows."""
    export = clean.orders(rng)
    page = "<html>\n<head><title>504 Gateway Time-out</title></head>\n<body>\n<h1>504 Gateway Time-out</h1>\n</body>\n</html>\n"
    return export.case(export.text() + page, junk=frozenset(range(14, 20)))


@kind("structure")
def cut_in_a_row_with_an_error_page_behind(rng):
    """The download broke off inside a row; the error page begins on the same line."""
    export = clean.orders(rng)
    text = export.text()
    page = "<html>\n<head><title>504</title></head>\n</html>\n"
    return export.case(text[: text.rindex("Merchant")] + page, bad=[11], junk=frozenset((14, 15, 16)))


@kind("structure")
def resumed_download_repeats_a_piece(rng):
    """A resumed download repeats the last 90 bytes: one row holds a piece of itself twice."""
    export = clean.orders(rng)
    text = export.text()
    cut = text.index(export.rows[BAD]["order-item-id"]) - 20
    return export.case(text[:cut] + text[cut - 90 :], bad=[BAD])


@kind("structure")
def two_rows_on_one_line(rng):
    """A line end was lost: two records stand on one line."""
    export = clean.orders(rng)
    lines = export.lines()
    text = "\n".join([*lines[:5], lines[5] + lines[6], *lines[7:]]) + "\n"
    at = [index + 2 - (index > 4) for index in range(12)]
    return export.case(text, maybe=[4, 5], at=at, counted=11)
