"""What is inside a file, told by its bytes: each member comes out once, or as a refusal that says what to do."""

import codecs
import contextlib
import functools
import gzip
import io
import json
import os
import stat
import subprocess
import sys
import time
import tracemalloc
import zipfile

import pytest
from packed import Entry, gzip_of_zeros, gzip_with, packed, workbook, zeros, zipped

from orderkit.errors import FileRefused
from orderkit.store.unpack import containers, door, kinds, packing

TEXT = b"order-id\tsku\n1\tA\n2\tB\n"
ROW = '<row r="1"><c r="A1" t="str"><v>order-id</v></c></row>'
XLSX = workbook(ROW)
PARQUET = b"PAR1" + bytes(20) + b"PAR1"


def inside(tmp_path, data, name="orders.txt"):
    """(name, kind, bytes or sheet) of every member, or the reason of its refusal; nothing is left behind in the folder.

    Text in gzip is unpacked where it is read.
    """
    file, folder = tmp_path / name, tmp_path / "work"
    file.write_bytes(data)
    folder.mkdir(exist_ok=True)
    found = []
    for member in containers.members(file, folder):
        if isinstance(member, FileRefused):
            found.append((member.file, member.reason))
        else:
            assert len(list(folder.iterdir())) <= 1, "one member at a time"
            found.append(read(member))
    assert list(folder.iterdir()) == []
    return found


def read(member):
    try:
        with door.opened(member.path) as stream:
            return member.name, member.kind, member.sheet or stream.read()
    except FileRefused as problem:
        return member.name, problem.reason


def refusal(tmp_path, data, name="orders.txt"):
    [(file, reason)] = inside(tmp_path, data, name)
    assert file == name
    assert reason.endswith(".")
    assert str(tmp_path) not in reason
    return reason


KINDS = {
    "text": (TEXT, "text"),
    "text with a mark": (codecs.BOM_UTF8 + TEXT, "text"),
    "quoted text": (b'"order-id","sku"\n"1","A"\n', "text"),
    "text in UTF-16": (TEXT.decode().encode("utf-16"), "text"),
    "text in UTF-16 without a mark": (TEXT.decode().encode("utf-16-le"), "text"),
    "text in cp932": ("注文番号\t商品\n".encode("cp932"), "text"),
    "text with two NULs": (TEXT * 10 + b"\0\0" + TEXT, "text"),
    "text in gzip": (gzip.compress(TEXT), "text"),
    "json": (b' \n{"payload": []}', "json"),
    "json list": (codecs.BOM_UTF8 + b"[1]", "json"),
    "json in UTF-16": ("[1]\n".encode("utf-16"), "json"),
    "xml": (b'<?xml version="1.0"?><Orders/>', "xml"),
    "xml in UTF-16 without a mark": ('<?xml version="1.0"?><Orders/>'.encode("utf-16-be"), "xml"),
    "xml without a declaration": (b"\n<Orders/>", "xml"),
    "parquet": (PARQUET, "parquet"),
}


@pytest.mark.parametrize("name", ["orders.txt", "orders.xlsx", "orders.zip", "orders.pdf", "orders"])
@pytest.mark.parametrize("what", KINDS)
def test_the_bytes_say_what_a_file_is(tmp_path, what, name):
    data, kind = KINDS[what]
    [(found, kind_found, content)] = inside(tmp_path, data, name)
    assert (found, kind_found) == (name, kind)
    assert content == (gzip.decompress(data) if what == "text in gzip" else data)


@pytest.mark.parametrize("name", ["orders.xlsx", "orders.xlsm", "orders.txt", "orders.zip"])
def test_a_workbook_is_known_by_its_parts(tmp_path, name):
    assert inside(tmp_path, XLSX, name) == [(name, "sheet", "Sheet1")]


@pytest.mark.parametrize("what", ["json", "json in UTF-16", "xml", "parquet"])
def test_all_but_text_is_unpacked_from_gzip(tmp_path, what):
    data, kind = KINDS[what]
    assert inside(tmp_path, gzip.compress(data), "orders.gz") == [("orders.gz", kind, data)]


ODD_GZIPS = {
    "two members": gzip.compress(TEXT[:13]) + gzip.compress(TEXT[13:]),
    "an empty member": gzip.compress(b"") + gzip.compress(TEXT),
    "padded with NULs": gzip.compress(TEXT) + bytes(600),
    "a comment in the header": gzip_with(16, b"made here\0", TEXT),
    "a CRC in the header": gzip_with(2, b"", TEXT),
    "many members": b"".join(gzip.compress(bytes([byte])) for byte in TEXT * 50),
}


@pytest.mark.parametrize("what", ODD_GZIPS)
def test_a_gzip_that_few_programs_read_is_unpacked(tmp_path, what):
    [(name, kind, data)] = inside(tmp_path, ODD_GZIPS[what])
    assert (name, kind, data.replace(TEXT, b"")) == ("orders.txt", "text", b"")


DAMAGED_GZIPS = {
    "cut off": gzip.compress(TEXT)[:-3],
    "cut off in the text": gzip.compress(os.urandom(9) + TEXT)[:20],
    "the header alone": gzip.compress(TEXT)[:10],
    "two bytes": b"\x1f\x8b",
    "wrong CRC": gzip.compress(TEXT)[:-8] + bytes(4) + gzip.compress(TEXT)[-4:],
    "wrong length": gzip.compress(TEXT)[:-4] + bytes(4),
    "words behind it": gzip.compress(TEXT) + b"and more",
    "a second member cut off": gzip.compress(TEXT) + gzip.compress(TEXT)[:-9],
    "no gzip after all": b"\x1f\x8b\x07" + TEXT,
}


@pytest.mark.parametrize("what", DAMAGED_GZIPS)
def test_a_damaged_gzip_is_refused(tmp_path, what):
    assert "damaged or cut off" in refusal(tmp_path, DAMAGED_GZIPS[what])


def test_gunzip_gives_what_gzip_gives(tmp_path):
    file = tmp_path / "big.gz"
    lines = b"".join(b"%d\tmug\n" % n for n in range(300_000))
    file.write_bytes(gzip.compress(lines[:1_500_000]) + gzip.compress(lines[1_500_000:]))
    with packing.gunzip(file) as ours, gzip.open(file) as theirs:
        assert ours.read() == theirs.read() == lines
    assert not door.scan(file).clean
    file.write_bytes(gzip.compress(lines))
    assert door.scan(file).clean


REFUSED = {
    "empty": (b"", "is empty"),
    "empty in gzip": (gzip.compress(b""), "is empty"),
    "old Excel": (kinds.OLE + bytes(5000), "old Office file"),
    "Excel with a password": (kinds.OLE + bytes((1 << 20) - 20) + "EncryptedPackage".encode("utf-16-le"), "password"),
    "PDF": (b"%PDF-1.7\n", "a document"),
    "RTF": (b"{\\rtf1 }", "a document"),
    "web page": (b"\n<!DOCTYPE html>\n<html><body>Sign in</body></html>", "web page"),
    "web page in capitals": (codecs.BOM_UTF8 + b"<HTML><HEAD></HEAD>", "web page"),
    "web page of XML": (b'<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE html PUBLIC "">', "web page"),
    "table saved as .xls": (b"<table><tr><td>order-id</td></tr></table>", "web page"),
    "web page in gzip": (gzip.compress(b"<html></html>"), "web page"),
    "Excel 2003 XML": (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "Excel 2003"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(50), "picture"),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(50), "picture"),
    "BMP": (b"BM\x46\0\0\0" + bytes(60), "picture"),
    "HEIC": (bytes(3) + b"\x18ftypheic" + bytes(50), "picture"),
    "rar": (b"Rar!\x1a\x07\x01\0", "Unpack it"),
    "7z": (b"7z\xbc\xaf\x27\x1c", "Unpack it"),
    "xz": (b"\xfd7zXZ\0", "Unpack it"),
    "bzip2": (b"BZh91AY&SY" + bytes(9), "Unpack it"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(9), "Unpack it"),
    "tar": (b"orders.txt".ljust(257, b"\0") + b"ustar\x0000", "Unpack it"),
    "tar in gzip": (gzip.compress(b"orders.txt".ljust(257, b"\0") + b"ustar\x0000"), "Unpack it"),
    "SQLite": (b"SQLite format 3\0" + bytes(80), "database"),
    "DuckDB": (bytes(8) + b"DUCK" + bytes(80), "database"),
    "Arrow": (b"ARROW1\0\0", "Arrow"),
    "UTF-32": ("order-id\n".encode("utf-32"), "UTF-32"),
    "UTF-32 without a mark": ("order-id\tsku\n1\tA\n".encode("utf-32-le"), "UTF-32"),
    "program": (b"\x7fELF\2\1\1" + bytes(200), "not text"),
    "noise": (bytes(n * n * 7 % 251 for n in range(5000)), "not text"),
    "NULs": (bytes(5000), "not text"),
    "parquet, cut off": (PARQUET[:-4], "Parquet file that is damaged"),
    "parquet, its mark alone": (b"PAR1PAR1", "Parquet file that is damaged"),
    "parquet, encrypted": (b"PARE" + bytes(20) + b"PARE", "encrypted"),
    "workbook in gzip": (gzip.compress(XLSX), "archive inside an archive"),
    "zip in gzip": (gzip.compress(zipped("a.txt")), "archive inside an archive"),
    "gzip in gzip": (gzip.compress(gzip.compress(TEXT)), "archive inside an archive"),
    "binary workbook": (packed({"[Content_Types].xml": "", "xl/workbook.bin": ""}), ".xlsb"),
    "Word": (packed({"[Content_Types].xml": "", "word/document.xml": ""}), "a document"),
    "OpenDocument": (packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ""}), ".ods"),
    "Numbers": (packed({"Index/Document.iwa": "", "preview.jpg": ""}), "Numbers"),
    "workbook without rows": (workbook("<row r='1'><c r='A1' s='0'/></row>", ""), "without rows"),
    "zip without files": (packed({}), "without files"),
    "zip of folders": (zipped("a/", "__MACOSX/._a", ".DS_Store", "a/Thumbs.db"), "without files"),
    "zip, cut off": (zipped("a.txt", "b.txt")[:-30], "damaged or cut off"),
    "zip, only its beginning": (zipped("a.txt")[:20], "damaged or cut off"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_read_is_named(tmp_path, what):
    data, word = REFUSED[what]
    assert word in refusal(tmp_path, data)


@pytest.mark.parametrize(("encoding", "told"), [("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("utf-8", None)])
def test_utf16_without_a_mark(encoding, told):
    text = "order-id\tsku\n" + "1\tmüg\n" * 50
    assert containers.sniff_utf16(text.encode(encoding)) == told
    assert containers.sniff_utf16(text.encode(encoding)[:1001]) == told


@pytest.mark.parametrize("head", [b"", b"a\0b", TEXT + b"\0", bytes(400), b"\1\0" * 50, "注文番号\n".encode("utf-16-le") * 9])
def test_what_is_not_plainly_utf16(head):
    assert containers.sniff_utf16(head) is None


def test_every_file_of_a_zip_is_a_member(tmp_path):
    parts = {
        "2026/": "", "2026/orders.txt": TEXT, "__MACOSX/2026/._orders.txt": "x", ".DS_Store": "x", "book.xlsx": XLSX,
        "a.json": "[]", "dätei.csv": TEXT, "t.parquet": PARQUET,
    }  # fmt: skip
    assert inside(tmp_path, packed(parts), "all.zip") == [
        ("all.zip/2026/orders.txt", "text", TEXT),
        ("all.zip/book.xlsx", "sheet", "Sheet1"),
        ("all.zip/a.json", "json", b"[]"),
        ("all.zip/dätei.csv", "text", TEXT),
        ("all.zip/t.parquet", "parquet", PARQUET),
    ]


def test_a_stored_zip_and_one_written_to_a_pipe(tmp_path):
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        out = Pipe()
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.writestr("orders.txt", TEXT)
        assert inside(tmp_path, out.getvalue(), "a.zip") == [("a.zip/orders.txt", "text", TEXT)]


BAD_MEMBERS = {
    "absolute": (Entry("/etc/orders.txt"), "outside its folder"),
    "upwards": (Entry("a/../../orders.txt"), "outside its folder"),
    "drive": (Entry("C:orders.txt"), "outside its folder"),
    "backslash": (Entry("..\\orders.txt"), "outside its folder"),
    "NUL in the name": (Entry(b"orders.txt\0.png"), "outside its folder"),
    "link": (Entry("orders.txt", b"/etc/passwd", mode=stat.S_IFLNK | 0o777), "link"),
    "device": (Entry("orders.txt", mode=stat.S_IFCHR | 0o777), "device"),
    "password": (Entry("orders.txt", flags=1), "password"),
    "bzip2 inside": (Entry("orders.txt", method=12), "unusual way"),
    "deflate64": (Entry("orders.txt", method=9), "unusual way"),
    "patched": (Entry("orders.txt", flags=0x20), "damaged"),
    "zip": (Entry("a.zip", zipped("b.txt")), "archive inside an archive"),
    "gzip": (Entry("a.gz", gzip.compress(TEXT)), "archive inside an archive"),
    "empty": (Entry("a.txt", b""), "is empty"),
    "picture": (Entry("a.png", b"\x89PNG\r\n\x1a\n"), "picture"),
    "wrong CRC": (Entry("a.txt", crc=1), "damaged"),
    "says less than it holds": (Entry("a.txt", TEXT, size=5), "damaged"),
    "says more than it holds": (Entry("a.txt", TEXT, size=500), "damaged"),
    "not deflated": (Entry("a.txt", body=b"\xff" * 40), "damaged"),
    "a bomb that says it is small": (Entry("a.txt", body=zeros(1024), size=1000), "damaged"),
    "a workbook that is none": (Entry("a.xlsx", packed({"[Content_Types].xml": "", "xl/workbook.xml": "<"})), "damaged"),
}


@pytest.mark.parametrize("what", BAD_MEMBERS)
def test_a_bad_member_costs_only_itself(tmp_path, what):
    entry, word = BAD_MEMBERS[what]
    first, (name, reason), last = inside(tmp_path, zipped("first.txt", entry, "last.txt"), "all.zip")
    assert (first[0], last[0]) == ("all.zip/first.txt", "all.zip/last.txt")
    assert name.startswith("all.zip/")
    assert name.isprintable()
    assert word in reason


def test_a_long_or_strange_name_is_shown_safely(tmp_path):
    [(name, _, _)] = inside(tmp_path, zipped("\x1b[31m" + "long" * 100 + ".txt"), "a.zip")
    assert name.startswith("a.zip/?[31mlong")
    assert len(name) < 110


def shared_bytes():
    """A zip whose members are all the same bytes, told of fifty times."""
    data = zipped(*[Entry("a.txt", os.urandom(9_000))] * 50)
    first, end = data[: data.index(b"PK\3\4", 4)], data.index(b"PK\5\6")
    told = data[data.rindex(b"PK\1\2") : end]
    told = told[:42] + bytes(4) + told[46:]
    return first + told * 50 + data[end:-6] + len(first).to_bytes(4, "little") + b"\0\0"


BOMBS = {
    "gzip": lambda: gzip_of_zeros(1024),
    "zip": lambda: zipped(Entry("a.txt", body=zeros(1024), size=1 << 30)),
    "zip of many": lambda: zipped(*[Entry(f"{n}.txt", body=zeros(9), size=9 << 20) for n in range(110)]),
    "zip that says it is small": lambda: zipped(Entry("a.txt", body=zeros(1024), size=1 << 19)),
    "too many members": lambda: zipped(*["a"] * 1001),
    "a list of members without end": lambda: zipped(*[Entry(b"", body=b"", size=0) for _ in range(60_000)]),
    "shared bytes": shared_bytes,
    "workbook": lambda: workbook(ROW, extra=[("xl/media/a.bin", bytes(60 << 20))]),
    "row without end": lambda: workbook('<row r="1">' + "<c/>" * 2_000_000 + "</row>"),
    "depth without end": lambda: workbook("<a>" * 3_000_000),
    "tag without end": lambda: workbook('<row r="1" x="' + "y" * 20_000_000 + '"/>'),
    "entities": lambda: workbook('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "' + "c" * 99 + '">]><worksheet>&b;</worksheet>'),
}


@functools.cache
def bomb(what):
    """The bytes of a bomb, made at first use: to make all takes a quarter of a minute, which no collection of tests should."""
    return BOMBS[what]()


@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_is_refused_at_once_and_in_little_memory(tmp_path, what):
    file = tmp_path / "bomb"
    file.write_bytes(bomb(what))
    began = time.perf_counter()
    tracemalloc.start()
    [refused] = containers.members(file, tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(refused, FileRefused)
    assert refused.reason
    assert time.perf_counter() - began < 3
    assert peak < 50_000_000
    assert [path.name for path in tmp_path.iterdir()] == ["bomb"]


MEASURE = """
import json, resource, sys, time
from orderkit.store.unpack import containers
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
found = [type(one).__name__ for one in containers.members(sys.argv[1], sys.argv[2])]
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / (1024 if sys.platform != "darwin" else 1 << 20)
print(json.dumps([found, time.perf_counter() - began, grown]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the memory of a process is asked for in the Unix way")
@pytest.mark.parametrize("what", ["gzip", "zip", "row without end", "depth without end", "tag without end"])
def test_a_bomb_does_not_grow_the_process(tmp_path, what):
    file = tmp_path / "bomb"
    file.write_bytes(bomb(what))
    told = subprocess.run([sys.executable, "-c", MEASURE, file, tmp_path], capture_output=True, text=True, check=True)
    found, seconds, megabytes = json.loads(told.stdout)
    assert found == ["FileRefused"]
    assert seconds < 3
    assert megabytes < 100


def test_small_regular_files_and_honest_ratios_pass(tmp_path):
    """49 MB of one line again and again packs 900 to 1; 120 MB of it is refused."""
    file = tmp_path / "regular.gz"
    for size, passes in ((49_000_000, True), (120_000_000, False)):
        file.write_bytes(gzip.compress(TEXT * (size // len(TEXT)), 9))
        [member] = containers.members(file, tmp_path)
        assert (len(read(member)) == 3) is passes


def test_more_than_the_most_is_refused_however_large_the_file(monkeypatch, tmp_path):
    monkeypatch.setattr(packing, "MOST", 100_000)
    lines = os.urandom(200_000).hex().encode()
    assert "GiB" in refusal(tmp_path, gzip.compress(lines))
    assert "GiB" in refusal(tmp_path, packed({"a.txt": lines}))


def test_pipes_folders_and_missing_files(tmp_path):
    [refused] = containers.members(tmp_path, tmp_path)
    assert "not a file" in refused.reason
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        [refused] = containers.members(tmp_path / "pipe", tmp_path)
        assert "not a file" in refused.reason
        [refused] = containers.members("/dev/zero", tmp_path)
        assert "not a file" in refused.reason
    with pytest.raises(FileNotFoundError):
        list(containers.members(tmp_path / "gone", tmp_path))


def test_a_reader_that_stops_early_leaves_nothing_behind(tmp_path):
    file, folder = tmp_path / "a.zip", tmp_path / "work"
    file.write_bytes(zipped("a.txt", "b.txt"))
    folder.mkdir()
    found = containers.members(file, folder)
    assert next(found).path.parent == folder
    found.close()
    assert list(folder.iterdir()) == []


def test_any_broken_bytes_give_members_or_refusals(tmp_path):
    """No mutilated archive raises anything else."""
    originals = [packed({"a.txt": TEXT * 9, "b.json": "[]"}), XLSX, gzip.compress(TEXT * 9), zipped("a.txt", "b.txt")]
    for data in originals:
        for at in range(0, len(data), 3):
            for broken in (data[:at], data[:at] + b"\xff" + data[at + 1 :], data[:at] + b"\0\0" + data[at + 2 :]):
                file = tmp_path / "broken"
                file.write_bytes(broken)
                for member in containers.members(file, tmp_path):
                    if not isinstance(member, FileRefused) and member.kind == "sheet":
                        with contextlib.suppress(FileRefused):
                            list(member.rows())
