"""Encodings: byte order marks, UTF-16, code pages, bytes that are no text, and letters garbled before."""

import codecs

from . import clean
from .case import add, kind

BAD = 3


def _encoded(name, about, encode, right="rows", titles=None, **more):
    """The whole file in another encoding; `titles` replace the goods' titles where the code page has other letters."""

    def make(rng):
        export = clean.orders(rng)
        for index, (row, truth) in enumerate(zip(export.rows, export.truth, strict=True)):
            if titles:
                row["product-name"] = truth["product_name"] = titles[index % len(titles)]
        if right == "either":  # to set all lines aside is as good as to refuse the file
            more.setdefault("maybe", range(12))
        return export.case(encode(export.text()), right=right, **more)

    add("encoding", name, "amazon_all_orders", about, make)


def _to(name):
    return lambda text: text.encode(name)


JAPANESE, CHINESE, RUSSIAN = (
    ("マグカップ 赤", "ソース表 10本", "テスト"),
    ("红色杯子", "绿茶 100克"),
    ("Кружка красная", "Чай зелёный"),
)
POLISH, GREEK = ("Kubek żółty", "Łyżka"), ("Κούπα κόκκινη", "Τσάι")

_encoded("utf8_mark", "UTF-8 with a byte order mark", lambda text: codecs.BOM_UTF8 + text.encode())
_encoded("utf8_two_marks", "two byte order marks, after two tools", lambda text: codecs.BOM_UTF8 * 2 + text.encode())
_encoded("utf8_mark_of_mojibake", "a byte order mark shown as ï»¿", lambda text: "ï»¿".encode() + text.encode())
_encoded("utf16_le_mark", "UTF-16 of a spreadsheet's Unicode text", lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"))
_encoded("utf16_be_mark", "UTF-16, big end first", lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"))
_encoded("utf16_le_no_mark", "UTF-16 without a mark", _to("utf-16-le"))
_encoded("utf16_be_no_mark", "UTF-16, big end first, without a mark", _to("utf-16-be"))
_encoded(
    "utf16_crlf",
    "UTF-16 with CR LF, redirected from a Windows shell",
    lambda text: codecs.BOM_UTF16_LE + text.replace("\n", "\r\n").encode("utf-16-le"),
)
_encoded(
    "utf16_odd_byte",
    "UTF-16 cut in the middle of a letter",
    lambda text: (codecs.BOM_UTF16_LE + text.encode("utf-16-le"))[:-1],
    "either",
    maybe=[11],
)
_encoded("utf16_emoji", "UTF-16 with letters of two units", lambda text: text.encode("utf-16"), titles=("Mug 🎁 red", "Tea 𝄞"))
_encoded("utf32", "UTF-32", _to("utf-32"), "either")
_encoded("cp1252", "the code page of Western Windows", _to("cp1252"))
_encoded(
    "latin1",
    "Latin-1, as some clients assume",
    lambda text: text.replace("\u2013", "-").encode("latin-1"),
    titles=("Café", "Müesli", "Señor"),
)
_encoded(
    "cp1252_punctuation",
    "curly quotes, euro and trade marks of cp1252",
    _to("cp1252"),
    titles=("“Best” mug™", "Gift € 5…", "Kid\u2019s"),
)
_encoded(
    "cp1252_marks_of_trade",
    "trade marks of cp1252 between letters, as in many titles",
    _to("cp1252"),
    titles=("LEGO®City", "Brick™Set", "Café 2½ m²", "Nº 5 \u2013 10 °C"),
)
_encoded(
    "cp1252_like_kana",
    "accents of cp1252 in a row that also are bytes of cp932",
    _to("cp1252"),
    titles=("Überzüge für Öfen", "ÉTÉ À ÉVRY", "Crème brûlée", "GRÖßE ÄNDERN"),
)
_encoded("cp932", "the code page of Japanese Windows", _to("cp932"), titles=JAPANESE)
_encoded(
    "cp932_kanji_only", "cp932 without kana: nothing but kanji tells it", _to("cp932"), "either", titles=("表示", "能率", "十本")
)
_encoded("cp932_half_width", "cp932 with half-width kana", _to("cp932"), titles=("ﾏｸﾞ ｶｯﾌﾟ", "ﾃｽﾄ"))
_encoded("euc_jp", "EUC-JP", _to("euc-jp"), "either", titles=JAPANESE)
_encoded("gb18030", "the code page of Chinese Windows", _to("gb18030"), "either", titles=CHINESE)
_encoded("big5", "the code page of Taiwan", _to("big5"), "either", titles=("紅色杯子", "綠茶"))
_encoded("cp949", "the code page of Korea", _to("cp949"), "either", titles=("빨간 머그", "녹차"))
_encoded("cp1251", "the code page of Russian Windows", _to("cp1251"), "either", titles=RUSSIAN)
_encoded("cp1250", "the code page of Central European Windows", _to("cp1250"), "either", titles=POLISH)
_encoded("cp1253", "the code page of Greek Windows", _to("cp1253"), "either", titles=GREEK)
_encoded("mac_roman", "the code page of old Macs", _to("mac-roman"), "either", titles=("Café mug", "Müesli \u2013 bio"))
_encoded("cp437", "the code page of DOS", _to("cp437"), "either", titles=("Café mug", "Müesli bio"))
_encoded("utf7", "UTF-7 of old mail", lambda text: text.replace("+00:00", "Z").encode("utf-7"), "either", maybe=range(12))
_encoded("ebcdic", "a mainframe's EBCDIC", _to("cp500"), "refused", titles=("Cafe", "Tea"))


def _for_all(name, about, garble, expect="maybe"):
    """UTF-8 letters were garbled before this file was written."""

    def make(rng):
        export = clean.orders(rng)
        hurt = [index for index, row in enumerate(export.rows) if not row["product-name"].isascii()]
        for index in hurt:
            export.rows[index]["product-name"] = garble(export.rows[index]["product-name"])
        return export.case(right="either", **{expect: hurt})

    add("encoding", name, "amazon_all_orders", about, make)


_for_all("mojibake_utf8_as_cp1252", "UTF-8 taken for cp1252 and saved again: CafÃ©", lambda text: text.encode().decode("cp1252"))
_for_all(
    "mojibake_twice",
    "the same done twice",
    lambda text: text.encode().decode("cp1252").encode().decode("cp1252", "replace"),
)
_for_all(
    "letters_replaced",
    "letters that a tool could not read are U+FFFD",
    lambda text: text.encode().decode("ascii", "replace"),
    "bad",
)


@kind("encoding")
def one_wrong_byte_in_a_title(rng):
    """UTF-8 with one byte that is no text, in a kept column."""
    export = clean.orders(rng)
    export.rows[BAD]["product-name"] = "Tea pot @"
    return export.case(export.content().replace(b"Tea pot @", b"Tea pot \xff"), bad=[BAD])


@kind("encoding")
def one_wrong_byte_in_a_city(rng):
    """UTF-8 with one byte that is no text, in a column that is not kept."""
    export = clean.orders(rng)
    export.rows[BAD]["ship-city"] = "Qanarytown @"
    return export.case(export.content().replace(b"Qanarytown @", b"Qanarytown \xfc"), maybe=[BAD])


@kind("encoding")
def wrong_bytes_everywhere_in_cities(rng):
    """Titles are ASCII, but half of the cities hold letters of cp1252."""
    export = clean.orders(rng)
    for index, (row, truth) in enumerate(zip(export.rows, export.truth, strict=True)):
        row["product-name"] = truth["product_name"] = "Mug"
        row["ship-city"] = "Qanary@" if index % 2 else "Qanary"
    return export.case(export.content().replace(b"@", b"\xfc"))


def _mixed(name, about, count):
    """The first `count` lines are cp1252, the rest is UTF-8."""

    def make(rng):
        export = clean.orders(rng)
        for row, truth in zip(export.rows, export.truth, strict=True):
            row["product-name"] = truth["product_name"] = "Café crème mug"
        lines = export.lines()
        data = b"".join((line + "\n").encode("cp1252" if 0 < n <= count else "utf-8") for n, line in enumerate(lines))
        return export.case(data, maybe=range(12), right="either")

    add("encoding", name, "amazon_all_orders", about, make)


_mixed("mixed_mostly_utf8", "two downloads of different encodings put together; most lines are UTF-8", 3)
_mixed("mixed_mostly_cp1252", "two downloads of different encodings put together; most lines are cp1252", 9)


@kind("encoding")
def utf16_behind_utf8(rng):
    """A Windows shell appended UTF-16 to a UTF-8 file."""
    export = clean.orders(rng)
    lines = export.lines()
    data = ("\n".join(lines[:7]) + "\n").encode() + ("\n".join(lines[7:]) + "\n").encode("utf-16-le")
    return export.case(data, bad=range(6, 12), junk=frozenset([14]), right="either")


@kind("encoding")
def utf8_overlong(rng):
    """An overlong form of a slash, which a strict decoder must not read as one."""
    export = clean.orders(rng)
    export.rows[BAD]["product-name"] = "Tea @ pot"
    return export.case(export.content().replace(b"Tea @ pot", b"Tea \xc0\xaf pot"), bad=[BAD])


@kind("encoding")
def utf8_surrogates(rng):
    """A letter beyond 16 bits written as two surrogates (CESU-8), as some databases do."""
    export = clean.orders(rng)
    export.rows[BAD]["product-name"] = "Tea @ pot"
    return export.case(export.content().replace(b"Tea @ pot", b"Tea \xed\xa0\xbd\xed\xb8\x80 pot"), bad=[BAD])


@kind("encoding")
def wrong_byte_in_the_header(rng):
    """A byte that is no text in the header of an unknown column."""
    export = clean.orders(rng)
    export.headers.append("gr@sse")
    return export.case(export.content().replace(b"gr@sse", b"gr\xf6sse"), maybe=range(12))


@kind("encoding")
def wrong_byte_late(rng):
    """The first letter that is not UTF-8 stands behind the first megabyte."""
    export = clean.orders(rng, count=4000)
    for row, truth in zip(export.rows, export.truth, strict=True):
        row["product-name"] = truth["product_name"] = "Mug " * 40
    export.rows[-1]["product-name"], export.truth[-1]["product_name"] = "Caf@", "Café"
    return export.case(export.content().replace(b"Caf@", b"Caf\xe9"), maybe=[3999])


@kind("encoding")
def nul_mark_is_genuine(rng):
    """A title holds the sign for NUL (U+2400) itself, as a text about computers may."""
    export = clean.orders(rng)
    export.rows[BAD]["product-name"] = export.truth[BAD]["product_name"] = "Poster ␀ ␁"
    return export.case(maybe=[BAD])


@kind("encoding")
def combining_letters(rng):
    """Letters made of two parts, as some file systems write them, stay as they are."""
    export = clean.orders(rng)
    export.rows[BAD]["product-name"] = export.truth[BAD]["product_name"] = "Cafe\u0301"
    return export.case()


@kind("encoding", "amazon_mfn_returns")
def returns_cp932(rng):
    """Returns of amazon.co.jp in cp932."""
    export = clean.returns(rng)
    for row in export.rows:
        row["Item Name"] = "マグカップ"
    return export.case(export.text().encode("cp932"))


@kind("encoding", "tracking")
def tracking_utf16(rng):
    """The comma file as UTF-16."""
    export = clean.tracking(rng)
    return export.case(export.text().encode("utf-16"))
