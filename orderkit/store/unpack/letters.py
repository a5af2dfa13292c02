"""What the bytes beyond ASCII mean in a file that is not UTF-8 throughout: decided from the whole file, read line by line.

A wrong guess garbles words without anybody noticing, so a line that fits no encoding we can tell keeps marks instead of letters
(U+FFFD), and the load sets a record aside where such a mark stands in a value that is kept.
"""

import codecs
import re

KANA = re.compile("[\u3040-\u30ff]")
JAPAN = re.compile(rb"\.co\.jp|\bJPY\b|\tJP\t|,JP,", re.IGNORECASE)
WESTERN, JAPANESE, JAPANESE_UNIX, NOT_KNOWN, DAMAGED = "cp1252", "cp932", "euc_jp", "not known", "utf-8, damaged"
BAD_SHARE = 0.1  # of the lines beyond ASCII: if more of them make no sense in cp1252, the others are no cp1252 either
SMALL, CAPITAL = "a-z\xdf-\xf6\xf8-\xff\u0153\u0161\u017e", r"A-Z\xc0-\xd6\xd8-\xde\u0152\u0160\u017d\u0178"
# signs of cp1252 that stand in no word; letters of other encodings land on them
SIGNS = r"\xa1-\xac\xae-\xb4\xb6\xb8-\xbf\u20ac\u201a-\u201e\u2020-\u2022\u2030\u2039\u203a\u02dc\u2122"
# what cp1252 never means: unused bytes, UTF-8 read as cp1252, signs within words, capitals behind small letters, long runs
NONSENSE = re.compile(
    rf"[\x80-\x9f]|[\xc2\xc3\xe2\xc5\xc4][\x80-\xbf\u20ac\u201a-\u201e\u2020-\u2022\u2030\u2039\u203a\u02dc\u2122\u0178]"
    rf"|[{SMALL}{CAPITAL}][{SIGNS}][{SMALL}{CAPITAL}]|[\xa3-\xa7\xb6][{SMALL}]|[{SMALL}][{CAPITAL[3:]}](?![{CAPITAL}])"
    rf"|\u0192|[{SMALL}{CAPITAL}]\u201a|[^\x00-\x7f\u2013\u2014\u2018-\u201d\u2026\u2122\xae\xa9\xb0\u20ac\xa3\xa0]{{4}}"
)
TWICE = "utf-8 twice"


def sensible(text):
    """Whether a text read as cp1252 can be meant so."""
    return not NONSENSE.search(text)


def western(raw):
    """A line as cp1252; its five unused bytes become the control characters of the same number."""
    return raw.decode("cp1252", "orderkit_latin1")


class Judge:
    """Looks at every line beyond ASCII of a file and says in which encoding the file is."""

    def __init__(self):
        self.as_utf8 = self.sensible = self.nonsense = 0
        self.japan, self.readable = False, {JAPANESE: True, JAPANESE_UNIX: True}
        self.kana = dict.fromkeys(self.readable, False)

    def take(self, line):
        """Looks at one line (bytes)."""
        self.japan = self.japan or bool(JAPAN.search(line))
        if line.isascii():
            return
        if _reads(line, "utf-8") is not None:
            self.as_utf8 += 1
            return
        for encoding in self.readable:
            text = _reads(line, encoding)
            self.readable[encoding] = self.readable[encoding] and text is not None
            self.kana[encoding] = self.kana[encoding] or bool(text and KANA.search(text))
        if sensible(western(line)):
            self.sensible += 1
        else:
            self.nonsense += 1

    def verdict(self):
        """The encoding: cp1252, cp932, euc_jp, "utf-8, damaged", or "not known"."""
        doubtful = self.nonsense >= BAD_SHARE * (self.nonsense + self.sensible)
        for encoding in (JAPANESE, JAPANESE_UNIX):
            if self.readable[encoding] and (self.japan or self.kana[encoding]):
                return encoding
        if self.as_utf8 >= self.nonsense + self.sensible:
            return DAMAGED
        return NOT_KNOWN if doubtful else WESTERN


def _reads(line, encoding):
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def read_line(line, encoding):
    """A line of a file that is not UTF-8 throughout, as text: UTF-8 where it is that, else by the file's encoding."""
    text = _reads(line, "utf-8")
    if text is not None:
        return once(text) if encoding == TWICE else text
    if encoding in (JAPANESE, JAPANESE_UNIX):
        return line.decode(encoding, "replace")
    text = western(line)
    if encoding == WESTERN and sensible(text):
        return text
    return line.decode("utf-8" if encoding == DAMAGED else "ascii", "replace")


def once(text):
    """A text whose letters were written as UTF-8, read as cp1252 and written again, as it was at first."""
    while not text.isascii():
        try:
            text = text.encode("cp1252", "orderkit_latin1").decode("utf-8")
        except UnicodeError:
            break
    return text


def written_twice(line):
    """Whether the letters beyond ASCII of a line (bytes, UTF-8) were written twice; True for a line of ASCII."""
    text = line.decode("utf-8")
    return text.isascii() or once(text) != text


def _latin1(error):
    wrong = error.object[error.start : error.end]
    if isinstance(error, UnicodeEncodeError):
        return wrong.encode("latin-1"), error.end  # raises UnicodeEncodeError for what is no single byte
    return wrong.decode("latin-1"), error.end


codecs.register_error("orderkit_latin1", _latin1)
