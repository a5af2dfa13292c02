"""Words in a drawing: plotly's text as plain lines, and how wide they will be.

Nobody has a browser here, so widths are those of the letters of Inter, a wide face; other faces of the page are narrower.
"""

import html
import re
import unicodedata

MARKUP = re.compile(r"</?(?:b|i|u|s|em|strong|sub|sup|span|a)(?:\s[^<>]*)?/?>", re.IGNORECASE)
BREAK = re.compile(r"<br\s*/?>|\n", re.IGNORECASE)
LETTERS = {  # hundredths of the size of the type; all digits are as wide as the widest, as the page sets them
    22: "'", 25: "ijlI", 28: " !,.:;", 34: "|()/[\\]ft{}r", 40: '"', 47: "-^_", 51: "*?`s", 55: "JkxzLacvy", 59: "FenuEghopq",
    63: "Zbd#$&PRSTX0123456789", 67: "+<=>BKY~AV", 73: "CDGHU", 76: "NOQ", 83: "%w", 88: "mM", 94: "@W…",
}  # fmt: skip
WIDTHS = {letter: width / 100 for width, letters in LETTERS.items() for letter in letters}
LONGEST = 400  # letters of a name, of which no drawing has room for more
NARROWER = [share / 20 for share in range(19, 9, -1)]  # of the room, tried so that no last word stands alone
SAFE = 1.05  # a little room, for faces that are wider still


def lines(text):
    """What plotly would show of a text, line by line: known markup is left out, anything else is text.

    >>> lines("insure <b>all</b><br>(3 parcels, &lt; 5 kg)")
    ['insure all', '(3 parcels, < 5 kg)']
    """
    plain = (html.unescape(MARKUP.sub("", line)) for line in BREAK.split(_said(text)))
    return [re.sub(r"\s+", " ", line) for line in plain]


def _said(text):
    if isinstance(text, bool) or not isinstance(text, int | float):
        return "" if text is None else str(text)
    return f"{text:.10g}"


def width(text, size):
    """How wide one line of text is, in the unit of `size`; letters of Chinese and such are square."""
    return SAFE * size * sum(map(_letter, text))


def widest(texts, size):
    """The width of the widest of some lines, 0 of none."""
    return max((width(text, size) for text in texts), default=0.0)


def _letter(letter):
    known = WIDTHS.get(letter)
    if known is not None:
        return known
    if unicodedata.combining(letter):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(letter) in "WF" or ord(letter) > 0xFFFF else 0.64


def wrapped(text, size, room):
    """One line broken into several, each within `room` where its words allow it, and of about one length.

    >>> wrapped("one two three", 10, 45)
    ['one two', 'three']
    """
    lines = _filled(text, size, room)
    if len(lines) > 1:
        for share in NARROWER:
            tighter = _filled(text, size, room * share)
            if len(tighter) > len(lines) or widest(tighter, size) > room * share:
                break
            lines = tighter
    return lines


def cut(text, size, room):
    """A line as it is, or its beginning where it is wider than the room for it.

    >>> cut("abc", 10, 100), cut("abcdefghij", 10, 40)
    ('abc', 'abcd…')
    """
    text = text[:LONGEST]
    if width(text, size) <= room:
        return text
    while text and width(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text}…"


def _filled(text, size, room):
    """Lines each filled with as many words as go into it."""
    done = [""]
    for word in text.split():
        longer = f"{done[-1]} {word}".strip()
        if done[-1] and width(longer, size) > room:
            done.append(word)
        else:
            done[-1] = longer
    return done
