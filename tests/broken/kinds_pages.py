"""Structure: pages, errors and other things saved as an export, and exports of nothing."""

from . import clean
from .case import add, kind

PAGES = {
    "sign_in_page": ("the session had ended: a sign-in page was saved as the export",
        "<!DOCTYPE html>\n<html><head><title>Sign-In</title></head><body><form>E-mail, password</form></body></html>\n"),
    "error_as_json": ("the interface's error was saved as the export",
        '{"errors": [{"code": "QuotaExceeded", "message": "You exceeded your quota", "details": ""}]}\n'),
    "error_as_text": ("a sentence instead of a file",
        "We're sorry. The report could not be generated. Please try again later.\n"),
    "spreadsheet_web_page": ("a spreadsheet saved as a web page",
        "<table><tr><td>amazon-order-id</td><td>sku</td></tr></table>\n"),
    "url_shortcut": ("a link instead of the file", "[InternetShortcut]\nURL=https://example.com/report.txt\n"),
    "git_lfs_pointer": ("a pointer instead of the file", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"),
    "pdf_as_csv": ("a PDF with the name of an export",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Type /Catalog>> endobj\n%%EOF\n"),
    "picture_as_csv": ("a picture with the name of an export",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01" + bytes(99)),
    "empty_file": ("nothing at all", ""),
    "only_a_mark": ("nothing but a byte order mark", b"\xef\xbb\xbf"),
    "only_line_ends": ("nothing but line ends", "\n\n\n"),
    "only_nul_bytes": ("nothing but NUL bytes", b"\0" * 5000),
    "only_blanks": ("one blank", " "),
}  # fmt: skip


def _page(name, about, content):
    def make(rng):
        export = clean.orders(rng)
        word = "empty" if name in ("empty_file", "only_a_mark", "only_line_ends") else ""
        return export.case(content, lost=range(12), right="refused", word=word, name="all-orders.csv")

    add("structure", name, "no export", about, make)


for _name, (_about, _content) in PAGES.items():
    _page(_name, _about, _content)


@kind("structure")
def header_only(rng):
    """A report without orders: the header alone."""
    export = clean.orders(rng)
    return export.case(export.lines()[0] + "\n", lost=range(12))


@kind("structure")
def header_only_without_newline(rng):
    """The header alone, without a line end, with a byte order mark."""
    export = clean.orders(rng)
    return export.case("\ufeff" + export.lines()[0], lost=range(12))
