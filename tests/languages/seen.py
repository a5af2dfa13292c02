"""What a reader of a page sees of a result: its words, those of its figures, and what of them is English."""

import html
import json
import re

from orderkit import display

MOST = 3  # English words in a row, such as a name that is data, or a term of statistics with its author
DRAWN = {"text", "name", "title", "hovertemplate", "alt", "columns", "rows", "y"}  # where the words of a figure stand


def visible(page):
    """The words of HTML as they are read."""
    return html.unescape(re.sub(r"<[^>]+>", "\n", display.without_style(page)))


def words_of(figure):
    """Every text that a figure shows, its table and its alternative text included."""
    return "\n".join(_texts(json.loads(figure.to_json()), ""))


def _texts(part, under):
    if isinstance(part, dict):
        for name, value in part.items():
            yield from _texts(value, name)
    elif isinstance(part, list):
        for value in part:
            yield from _texts(value, under)
    elif isinstance(part, str) and under in DRAWN:
        yield html.unescape(part).replace("<extra></extra>", "")


def english(text, names=()):
    """Runs of more words in the Latin alphabet than a name has; what is data is taken out first, the longest names before."""
    for name in sorted(filter(None, map(str, names)), key=len, reverse=True):
        text = text.replace(name, "·")
    words = r"[A-Za-z][A-Za-z'-]*"
    return re.findall(rf"{words}(?:[ ,;:()]+{words}){{{MOST},}}", text)


def numbers(text):
    """The numbers of a sentence, sorted; of years, days and months none, which languages write in other orders."""
    return sorted(found.rstrip(".,") for found in re.findall(r"\d[\d.,]*", text))
