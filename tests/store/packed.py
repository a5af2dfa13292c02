"""Archives and workbooks made byte by byte, so that they can say one thing and hold another."""

import gzip
import io
import stat
import struct
import zipfile
import zlib

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def zeros(megabytes):
    """Deflated zeros, about 1 KB per MB: one flushed block of 1 MB, again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + zlib.compressobj(9, zlib.DEFLATED, -15).flush()


def gzip_of_zeros(megabytes):
    return b"\x1f\x8b\x08\0\0\0\0\0\0\3" + zeros(megabytes) + struct.pack("<II", 0, 0)


def deflated(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


class Entry:
    """A member of a zip as its own header and the list of members tell it; `body` is what is there, already packed."""

    def __init__(
        self, name, data=b"a\tb\n1\t2\n", *, body=None, size=None, crc=None, method=8, flags=0, mode=stat.S_IFREG | 0o644
    ):
        self.name = name if isinstance(name, bytes) else name.encode()
        self.body = body if body is not None else deflated(data) if method == 8 else data
        self.size = len(data) if size is None else size
        self.crc = zlib.crc32(data) if crc is None else crc
        self.method, self.flags, self.mode = method, flags | 0x800, mode

    def told(self):
        return struct.pack(
            "<HHHHHIIIHH", 20, self.flags, self.method, 0, 0x21, self.crc, len(self.body), self.size, len(self.name), 0
        )


def zipped(*entries):
    """A zip of entries (or of names, with a small file each)."""
    out, listed = b"", b""
    for entry in (one if isinstance(one, Entry) else Entry(one) for one in entries):
        at = struct.pack("<HHHII", 0, 0, 0, entry.mode << 16, len(out))
        listed += b"PK\1\2" + struct.pack("<H", 0x031E) + entry.told() + at + entry.name
        out += b"PK\3\4" + entry.told() + entry.name + entry.body
    count = min(len(entries), 0xFFFF)
    return out + listed + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(listed), len(out), 0)


def workbook(*sheets, texts=None, styles=None, epoch="", extra=()):
    """An .xlsx of sheets given as the XML inside <sheetData>; a sheet may be (name, XML) or (name, XML, state)."""
    told = [one if isinstance(one, tuple) else (f"Sheet{at}", one) for at, one in enumerate(sheets, 1)]
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr {epoch}/><sheets>'
        + "".join(
            f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}" state="{(*more, "visible")[0]}"/>'
            for at, (name, _, *more) in enumerate(told, 1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        + "".join(
            f'<Relationship Id="rId{at}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>'
            for at in range(1, len(told) + 1)
        )
        + f'<Relationship Id="s" Type="{OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        f'<Relationship Id="t" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    }
    for at, (_, rows, *_) in enumerate(told, 1):
        whole = isinstance(rows, bytes) or rows.startswith("<?xml")
        parts[f"xl/worksheets/sheet{at}.xml"] = rows if whole else sheet(rows)
    if texts is not None:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{texts}</sst>'
    if styles is not None:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    return packed({**parts, **dict(extra)})


def sheet(rows):
    return f'<worksheet xmlns="{MAIN}"><dimension ref="A1:A1"/><sheetData>{rows}</sheetData></worksheet>'


def packed(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def gzip_with(flags, extra, data):
    """A gzip whose header has the optional parts that few writers use."""
    head = b"\x1f\x8b\x08" + bytes([flags]) + b"\0\0\0\0\0\3" + extra
    head += struct.pack("<H", zlib.crc32(head) & 0xFFFF) if flags & 2 else b""
    return head + gzip.compress(data)[10:]
