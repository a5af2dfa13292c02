"""What a file is, told by its first bytes and never by its name; and the plain word for what cannot be read."""

import codecs
import re

HEAD = 64 * 1024  # bytes that are looked at

EMPTY = "is empty (0 bytes). Download it again."
BLANK = "is empty: there is nothing in it but blanks and line ends. Download it again."
OLD_OFFICE = "is an old Office file (such as .xls). Open it and save it as .xlsx or CSV, then load that."
LOCKED_OFFICE = "is protected by a password. Open it, save it as .xlsx or CSV without the password, then load that."
WEB_PAGE = (
    "is a web page, often a sign-in or error page that was saved instead of the report. Sign in and download the report again;"
    " a table that was saved as a web page can be opened and saved as .xlsx or CSV."
)
SHEET_XML = "is a workbook in the XML form of Excel 2003. Open it and save it as .xlsx or CSV, then load that."
BINARY = "is not text, and no kind of file that orderkit reads. Download the report again as text, CSV or .xlsx."
UTF_32 = "is encoded as UTF-32, which no marketplace writes. Open it and save it as UTF-8 text, then load that."
PICTURE = "is a picture or a video, not a report. Download the report as text, CSV or .xlsx."
PACKED = "is packed in a way that orderkit does not read. Unpack it and load the files in it."
DATABASE = "is a database, not an export. Load the exports themselves."
DOCUMENT = "is a document, not a report. Download the report as text, CSV or .xlsx."
ARROW = "is an Arrow file. Save it as Parquet or CSV, then load that."
LOCKED_PARQUET = "is an encrypted Parquet file. Save it without encryption, then load that."
NEVER_EXPORTS = (PICTURE, DATABASE, DOCUMENT, BINARY)  # of no interest where a whole folder is read

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SIGNATURES = (  # (where, first bytes, the word)
    (0, OLE, OLD_OFFICE),
    (0, b"\t\x08\x10\x00", OLD_OFFICE),
    (0, b"\t\x04\x06\x00", OLD_OFFICE),
    (0, b"\t\x02\x06\x00", OLD_OFFICE),
    (0, b"%PDF", DOCUMENT),
    (0, b"{\\rtf", DOCUMENT),
    (0, b"\x89PNG", PICTURE),
    (0, b"\xff\xd8\xff", PICTURE),
    (0, b"GIF87a", PICTURE),
    (0, b"GIF89a", PICTURE),
    (0, b"II*\0", PICTURE),
    (0, b"MM\0*", PICTURE),
    (4, b"ftyp", PICTURE),
    (8, b"WEBP", PICTURE),
    (0, b"Rar!\x1a\x07", PACKED),
    (0, b"7z\xbc\xaf\x27\x1c", PACKED),
    (0, b"\xfd7zXZ\0", PACKED),
    (0, b"\x28\xb5\x2f\xfd", PACKED),
    (0, b"\x04\x22\x4d\x18", PACKED),
    (0, b"MSCF\0\0\0\0", PACKED),
    (4, b"1AY&SY", PACKED),  # bzip2, behind BZh and a digit
    (257, b"ustar", PACKED),
    (0, b"SQLite format 3\0", DATABASE),
    (8, b"DUCK", DATABASE),
    (0, b"ARROW1", ARROW),
    (0, b"PARE", LOCKED_PARQUET),
    (0, b"\xff\xfe\0\0", UTF_32),
    (0, b"\0\0\xfe\xff", UTF_32),
)
CONTAINERS = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"PK\x07\x08": "zip", b"PAR1": "parquet"}
ROOT = r"\s*(<\?xml[^>]*\?>\s*)?(<!--.*?-->\s*)*"  # what may stand above the first element
PAGE = re.compile(ROOT + r"<(!doctype\s+html|(html|head|body|meta|script|style|title|table|div|center)\b)", re.I | re.S)
CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))


def kind(head):
    """What the first bytes of a file say it is: gzip, zip, parquet, json, xml or text."""
    for mark, name in CONTAINERS.items():
        if head.startswith(mark):
            return name
    first = _text(head).lstrip()[:1]
    return {"{": "json", "[": "json", "<": "xml"}.get(first, "text")


def refusal(head):
    """Why a file that begins so cannot be read, with the next step; None where it may be read."""
    if not head:
        return EMPTY
    for at, mark, why in SIGNATURES:
        if head.startswith(mark, at):
            return why
    if head.startswith(tuple(CONTAINERS)):
        return None
    text = _text(head)
    if len(head) < HEAD and not text.strip("\ufeff \t\r\n"):
        return BLANK
    if PAGE.match(text[:8192]):
        return WEB_PAGE
    if text.lstrip().startswith("<") and "urn:schemas-microsoft-com:office:spreadsheet" in text[:8192]:
        return SHEET_XML
    return _binary(head)


def old_office(path):
    """The word for an old Office container: the same one also wraps workbooks that are protected by a password."""
    mark, before = "EncryptedPackage".encode("utf-16-le"), b""
    with path.open("rb") as raw:
        while chunk := raw.read(1 << 20):
            if mark in before + chunk:
                return LOCKED_OFFICE
            before = chunk[-len(mark) :]
    return OLD_OFFICE


def sniff_utf16(head):
    """`utf-16-le` or `utf-16-be` where text without a byte order mark is plainly one of them, else None.

    Plainly: every other byte is often NUL, those between hardly ever, and what it decodes to holds no control characters.
    """
    head = head[: min(len(head), 4096) // 2 * 2]
    if len(head) < 8 or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    first, second = head[::2].count(0), head[1::2].count(0)
    for name, nul, other in (("utf-16-le", second, first), ("utf-16-be", first, second)):
        if nul >= 0.3 * len(head) / 2 and other <= 0.01 * len(head) / 2:
            text = head.decode(name, "replace")
            return None if any(mark < " " and mark not in "\t\n\r\f\v" for mark in text) else name
    return None


def _text(head):
    """The head as text: enough to see how it begins, whatever its encoding."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    if name := sniff_utf16(head):
        return head.decode(name, "replace")
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def _binary(head):
    """The refusal of bytes that are no text: many control characters, or UTF-32 without its mark."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or sniff_utf16(head):
        return None
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return PICTURE
    if head.count(0) > 0.7 * len(head):
        whole = head[: len(head) // 4 * 4]
        return UTF_32 if any(whole[at::4].count(0) == 0 for at in (0, 3)) else BINARY
    controls = len(head) - len(head.translate(None, CONTROLS))
    return BINARY if controls > 8 and controls > 0.05 * len(head) else None
