"""Text of somebody else as a terminal may show it.

Names of files, products, carriers and accounts come from outside. A letter that nobody sees may move a terminal's cursor, empty
its screen, make a link or set its title (ESC and the other control characters), turn the words around it (bidi marks), or hide in
a name (zero width). Each is shown as a mark of one letter, so that columns stay in line. Machine output keeps them, written as
JSON writes what cannot be seen.
"""

import functools
import json
import unicodedata

MARK = "\ufffd"
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control, format (bidi, zero width), half of a pair, other ends of lines and paragraphs


class _Letters(dict):
    """A table for str.translate that grows as letters are met; `shown` gives what stands for one that is not seen."""

    def __init__(self, shown, kept=""):
        super().__init__((ord(letter), letter) for letter in kept)
        self.shown = shown

    def __missing__(self, code):
        self[code] = self.shown(code) if unicodedata.category(chr(code)) in UNSEEN else code
        return self[code]


def _mark(_code):
    return MARK


def _escape(code):
    return json.dumps(chr(code))[1:-1]


_TEXT, _LINE, _JSON = _Letters(_mark, kept="\n"), _Letters(_mark), _Letters(_escape)


def printable(text):
    """A whole text of ours with words of others in it: its own line ends stay.

    >>> printable("mug \\x1b[2J\\nnext line")
    'mug �[2J\\nnext line'
    """
    return text if text.isprintable() else text.translate(_TEXT)


def in_line(text):
    """A name or value as part of one line: it begins no line of its own.

    >>> in_line("orders.txt\\norderkit: all is well")
    'orders.txt�orderkit: all is well'
    """
    return text if text.isprintable() else text.translate(_LINE)


def json_line(told):
    """JSON in one line that reads back to the same text; letters that nobody sees as their numbers.

    >>> json_line({"mug": "\\u202e\\x9b2J ä"})
    '{"mug": "\\\\u202e\\\\u009b2J ä"}'
    """
    return json.dumps(told, default=str, ensure_ascii=False).translate(_JSON)


def for_terminals(method):
    """A __repr__ whose text a terminal may show."""

    @functools.wraps(method)
    def shown(self):
        return printable(method(self))

    return shown
