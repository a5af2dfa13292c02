"""Containers: gzip, zip and other packings, links and folders."""

import gzip
import io
import struct
import zipfile
import zlib

from . import clean
from .case import Case, Link, Record, add, kind

MEGA = 1 << 20


def _packed(name, about, pack, right="rows", file="all-orders.txt.gz", word="", **more):
    """The clean file packed by `pack(bytes)`."""

    def make(rng):
        export = clean.orders(rng)
        lost = range(12) if right == "refused" else ()
        return export.case(pack(export.content()), name=file, right=right, word=word, lost=lost, **more)

    add("container", name, "amazon_all_orders", about, make)


def zipped(files, how=zipfile.ZIP_DEFLATED):
    """A zip of {name: bytes}; names stay as they are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2026, 9, 1, 0, 0, 0))
            info.compress_type, info.external_attr = how, 0o600 << 16
            archive.writestr(info, content)
    return out.getvalue()


def _wrong_crc(data):
    packed = bytearray(gzip.compress(data))
    packed[-8] ^= 0xFF
    return bytes(packed)


def _flipped(data):
    packed = bytearray(gzip.compress(data))
    packed[len(packed) // 2] ^= 0x10
    return bytes(packed)


ZIP = {"file": "orders.zip"}
_packed("gzip_clean", "packed as it comes from the interface", gzip.compress)
_packed("gzip_named_txt", "packed, with the name of a text file", gzip.compress, file="all-orders.txt")
_packed("text_named_gz", "not packed, with the name of a packed file", bytes)
_packed("gzip_cut", "a packed download that broke off", lambda d: gzip.compress(d)[:-400], "refused", word="gzip")
_packed(
    "gzip_cut_in_its_end", "the last bytes of the packing are missing", lambda d: gzip.compress(d)[:-4], "refused", word="gzip"
)
_packed("gzip_wrong_sum", "the packing's check sum is wrong", _wrong_crc, "refused", word="gzip")
_packed("gzip_flipped_bit", "one bit of the packed file was flipped", _flipped, "refused", word="gzip")
_packed("gzip_of_gzip", "packed twice", lambda d: gzip.compress(gzip.compress(d)), "either")
_packed("gzip_with_a_tail", "something stands behind the packing", lambda d: gzip.compress(d) + b"garbage", "either")
_packed("gzip_zero_padded", "padded with zeros behind the packing", lambda d: gzip.compress(d) + bytes(512))
_packed(
    "gzip_of_pieces",
    "packed in pieces, one behind the other",
    lambda d: b"".join(gzip.compress(d[at : at + 900]) for at in range(0, len(d), 900)),
)
_packed("gzip_of_nothing", "nothing inside", lambda _: gzip.compress(b""), "refused", word="empty")
_packed("gzip_utf16", "UTF-16 inside", lambda d: gzip.compress(d.decode().encode("utf-16")))
_packed("gzip_crlf_no_end", "CR LF inside, no last line end", lambda d: gzip.compress(d.replace(b"\n", b"\r\n")[:-2]))
_packed("gzip_bomb", "1 GB of zeros packed to 1 MB", lambda _: gzip.compress(bytes(16 * MEGA)) * 64, "refused")
_packed(
    "gzip_bomb_behind_rows",
    "good rows, and a line of 1 GB behind them",
    lambda d: gzip.compress(d) + gzip.compress(b"x" * 16 * MEGA) * 64,
    "refused",
)
_packed("zip_clean", "one file in a zip", lambda d: zipped({"all-orders.txt": d}), **ZIP)
_packed("zip_stored", "not compressed", lambda d: zipped({"all-orders.txt": d}, zipfile.ZIP_STORED), **ZIP)
_packed("zip_lzma", "compressed by LZMA", lambda d: zipped({"all-orders.txt": d}, zipfile.ZIP_LZMA), "either", **ZIP)
_packed("zip_bzip2", "compressed by bzip2", lambda d: zipped({"all-orders.txt": d}, zipfile.ZIP_BZIP2), "either", **ZIP)
_packed("zip_named_csv", "with the name of a text file", lambda d: zipped({"all-orders.txt": d}), file="orders.csv")
_packed("zip_in_folders", "inside folders, one of them empty", lambda d: zipped({"a/": b"", "b/c/all-orders.txt": d}), **ZIP)
_packed(
    "zip_with_readme",
    "beside a text that is no export",
    lambda d: zipped({"all-orders.txt": d, "README.txt": b"Hello\n"}),
    strangers=("README.txt",),
    **ZIP,
)
_packed(
    "zip_of_a_mac",
    "with a Mac's own files beside it",
    lambda d: zipped({"all-orders.txt": d, "__MACOSX/._all-orders.txt": b"\0\5\x16\7" + bytes(90), ".DS_Store": bytes(99)}),
    strangers=("._all-orders.txt", ".DS_Store"),
    **ZIP,
)
_packed("zip_in_zip", "a zip in a zip", lambda d: zipped({"inner.zip": zipped({"all-orders.txt": d})}), "either", **ZIP)
_packed("zip_gzip_inside", "a gz in a zip", lambda d: zipped({"all-orders.txt.gz": gzip.compress(d)}), "either", **ZIP)
_packed("zip_empty", "without files", lambda _: zipped({}), "refused", **ZIP)
_packed("zip_folders_only", "nothing but folders", lambda _: zipped({"a/": b"", "a/b/": b""}), "refused", **ZIP)
_packed("zip_cut", "a zip that broke off", lambda d: zipped({"all-orders.txt": d})[:-60], "refused", **ZIP)
_packed("zip_front_only", "the first half of a zip", lambda d: zipped({"all-orders.txt": d})[:500], "refused", **ZIP)
_packed(
    "zip_with_a_head",
    "something stands in front of the zip",
    lambda d: b"MZ" + bytes(200) + zipped({"all-orders.txt": d}),
    "either",
    **ZIP,
)
_packed("tar_gz", "a tar packed by gzip", lambda d: gzip.compress(_tar(d)), "refused", file="orders.tar.gz")
_packed("tar", "a tar", lambda d: _tar(d), "refused", file="orders.tar")
_packed("bz2", "packed by bzip2", lambda d: __import__("bz2").compress(d), "refused", file="orders.txt.bz2")
_packed("xz", "packed by xz", lambda d: __import__("lzma").compress(d), "refused", file="orders.txt.xz")
_packed("seven_zip", "a 7z archive", lambda _: b"7z\xbc\xaf\x27\x1c\0\4" + bytes(99), "refused", file="orders.7z")
_packed("rar", "a rar archive", lambda _: b"Rar!\x1a\7\1\0" + bytes(99), "refused", file="orders.rar")
_packed("zstd", "packed by zstd", lambda _: b"\x28\xb5\x2f\xfd" + bytes(99), "refused", file="orders.txt.zst")


def _tar(data):
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("all-orders.txt")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@kind("container")
def zip_wrong_sum(rng):
    """The check sum of the file in the zip is wrong."""
    export = clean.orders(rng)
    data = bytearray(zipped({"all-orders.txt": export.content()}, zipfile.ZIP_STORED))
    at = data.index(b"Shipped", 3000)
    data[at : at + 7] = b"Shipper"
    return export.case(bytes(data), name="orders.zip", lost=range(12), right="refused")


@kind("container")
def zip_encrypted(rng):
    """A zip with a password."""
    export = clean.orders(rng)
    data = bytearray(zipped({"all-orders.txt": export.content()}))
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + place] |= 1
    return export.case(bytes(data), name="orders.zip", lost=range(12), right="refused", word="password")


@kind("container")
def zip_two_exports(rng):
    """Two exports and one that is damaged: the good ones load, the bad one is named."""
    export, other = clean.orders(rng), clean.orders(rng, name="more.txt")
    other.rows[2]["quantity"] = "x"
    data = zipped({"a.txt": export.content(), "more.txt": other.content(), "c.txt": b"\0\0\0\0"})
    first, second = export.case(), other.case(bad=[2])
    records = [Record(r.line, r.row, r.was, "a.txt") for r in first.records]
    records += [Record(r.line, r.row, r.was, "more.txt") for r in second.records]
    return Case({"orders.zip": data}, "order_lines", clean.ORDER, records, strangers=("c.txt",))


@kind("container")
def zip_same_name_twice(rng):
    """Two different files of the same name in one zip."""
    export, other = clean.orders(rng), clean.orders(rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for content in (export.content(), other.content()):
            info = zipfile.ZipInfo("orders.txt", (2026, 9, 1, 0, 0, 0))
            archive.NameToInfo.clear()
            archive.writestr(info, content)
    records = [*export.case().records, *other.case().records]
    records = [Record(r.line, r.row, r.was, maybe=True) for r in records]
    return Case({"orders.zip": out.getvalue()}, "order_lines", clean.ORDER, records, right="either")


def _bomb(size, stated):
    """A zip whose one file holds `size` zeros and states another size; made of equal blocks, so quickly."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packer.compress(bytes(MEGA)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(16 * MEGA)) + packer.flush(zlib.Z_FULL_FLUSH)
    body = block * (size // (16 * MEGA)) + b"\x03\x00"
    name = b"orders.txt"
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x5D21, 0, len(body), stated, len(name), 0)
    local = b"PK\3\4" + head + name + body
    central = b"PK\1\2" + struct.pack("<H", 20) + head + struct.pack("<HHHII", 0, 0, 0, 0o600 << 16, 0) + name
    return local + central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


@kind("injection")
def zip_bomb(rng):
    """A zip of 1 MB that unpacks to 1 GB."""
    return clean.orders(rng).case(_bomb(1 << 30, 1 << 30), name="orders.zip", lost=range(12), right="refused")


@kind("injection")
def zip_bomb_that_lies(rng):
    """The same, but it states a size of 4 KB."""
    return clean.orders(rng).case(_bomb(1 << 30, 4096), name="orders.zip", lost=range(12), right="refused")


@kind("injection")
def zip_of_many_files(rng):
    """Twenty thousand files in one zip."""
    data = zipped({f"{n}.txt": b"x\n" for n in range(20_000)}, zipfile.ZIP_STORED)
    return clean.orders(rng).case(data, name="orders.zip", lost=range(12), right="refused")


def _named(name, about, inside):
    def make(rng):
        export = clean.orders(rng)
        return export.case(zipped({inside: export.content()}), name="orders.zip", right="either")

    add("injection", name, "amazon_all_orders", about, make)


_named("zip_path_up", "a file in the zip wants to be written outside: ../../", "../../escaped.txt")
_named("zip_path_absolute", "a file in the zip has an absolute path", "/tmp/escaped-orders.txt")
_named("zip_path_windows", "a file in the zip has a path of Windows", "..\\..\\escaped.txt")
_named("zip_name_with_quotes", "a file in the zip is named like SQL", "o'); DROP TABLE loads; --.txt")
_named("zip_name_with_escapes", "a file in the zip has terminal commands in its name", "a\x1b[2Jb\rc.txt")
_named("zip_name_very_long", "a file in the zip has a name of 5,000 letters", "n" * 5000 + ".txt")
_named("zip_name_empty", "a file in the zip has no name but a dot", ".txt")


@kind("injection")
def zip_symlink(rng):
    """A symbolic link in the zip that points to a file of the computer."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("orders.txt")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return clean.orders(rng).case(out.getvalue(), name="orders.zip", lost=range(12), right="refused")


@kind("container")
def link_to_an_export(rng):
    """A symbolic link to the export."""
    export = clean.orders(rng)
    return export.case(files={"link.txt": Link("real/orders.txt"), "real/orders.txt": export.content()}, right="either")


@kind("container")
def link_to_nowhere(rng):
    """A symbolic link to a file that is gone."""
    return clean.orders(rng).case(files={"orders.txt": Link("gone.txt")}, lost=range(12), right="refused")


@kind("container")
def link_to_itself(rng):
    """A symbolic link that points to itself, in a folder with an export."""
    export = clean.orders(rng)
    files = {"all-orders.txt": export.content(), "loop.txt": Link("loop.txt")}
    return export.case(files=files, folder=True, strangers=("loop.txt",))


@kind("container")
def folder_of_all_sorts(rng):
    """A folder with an export, a half download, a lock file, a backup of an editor, a picture and an empty file."""
    export = clean.orders(rng)
    files = {
        "all-orders.txt": export.content(), "all-orders.txt.crdownload": export.content()[:700], "~$orders.xlsx": bytes(165),
        "photo.jpg": b"\xff\xd8\xff\xe0" + bytes(99), "empty.csv": b"", "notes.txt": b"call the carrier\n",
        ".~lock.orders.csv#": b"Zanary,pc,,;",
    }  # fmt: skip
    strangers = tuple(name for name in files if name != "all-orders.txt")
    return export.case(files=files, folder=True, strangers=strangers, junk=frozenset([2]), counted=13)  # one is half a row


def _file(name, about, file, beside=()):
    """The clean export under an odd name, perhaps beside another file that a pattern would find."""

    def make(rng):
        export = clean.orders(rng)
        files = {file: export.content()} | {other: clean.orders(rng).content() for other in beside}
        return export.case(files=files)

    add("injection" if "\x1b" in file or ";" in file else "container", name, "amazon_all_orders", about, make)


_file("name_with_brackets", "a browser's second download: orders[1].txt beside orders1.txt", "orders[1].txt", ["orders1.txt"])
_file("name_with_star", "a star in the name", "orders*.txt", ["orders-old.txt"])
_file("name_with_question_mark", "a question mark in the name", "orders?.txt", ["orders2.txt"])
_file("name_with_quote", "a quotation mark in the name", 'o\'rders "x".txt')
_file("name_with_braces", "braces and a dollar in the name", "orders{0}$1%s.txt")
_file("name_with_newline", "a line break in the name", "orders\nnew.txt")
_file("name_with_emoji", "an emoji in the name", "orders 🎁 ﷽.txt")
_file("name_without_ending", "no ending", "orders")
_file("name_like_an_option", "a hyphen in front", "--db.txt")
_file("name_with_escapes", "terminal commands in the name", "orders\x1b]0;x\x07.txt")
_file("name_with_sql", "SQL in the name", "o'; DROP TABLE loads; --.txt")
_file("name_of_hive_kind", "a folder name like partition=value", "sku=1/orders.txt")
