"""JSON and XML bytes as nested values, or a plain refusal that says where the file is wrong, never what it says there.

Both give objects (dict), lists, texts, true, false and null. A JSON number stays the text it was written in. An XML element is
its text, or where it has more an object: child elements by name (a list where a name stands more than once), attributes as @name,
the text under "". Nothing outside the file is ever read, and nothing in it is expanded: a DOCTYPE is refused.
"""

import codecs
import json
import json.scanner
import re
from contextlib import suppress
from pathlib import Path
from xml.parsers import expat

from orderkit.errors import FileRefused
from orderkit.store.unpack import door  # registers how the bytes that cp1252 leaves undefined are read

DEEPEST = 100
LARGEST_JSON = 512 << 20  # bytes; a JSON file is held in memory as a whole
LARGEST_RECORD = 16_000_000  # characters of one XML record
OTHER_NAMES = {  # what files so marked are really in
    "iso8859-1": "cp1252", "ascii": "cp1252", "shift_jis": "cp932", "windows-31j": "cp932", "x-sjis": "cp932",
}  # fmt: skip
TEXT = re.compile(r"utf-\d\d?(-[bl]e|-sig)?|iso8859-\d+|cp125\d|cp932|euc_(jp|kr)|gb(2312|k|18030)|big5|koi8-r")
DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|(NaN|-?Infinity)|([\[{])|([\]}])', re.DOTALL)
CUT_OFF = (expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS], expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN])


class _KeyTwice(ValueError):
    """An object names a key twice; `at`: where the object begins."""

    at = None


class _NoNumber(ValueError):
    """NaN or an infinity."""


def json_values(path):
    """The values of a JSON file one by one: mostly one; of JSON lines one per line."""
    text = _json_text(Path(path))
    decoder, at = _decoder(), 0
    end = len(text.rstrip())
    while (at := json.decoder.WHITESPACE.match(text, at).end()) < end:
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as problem:
            raise FileRefused(path, _json_wrong(problem, end)) from None
        except _KeyTwice:
            raise FileRefused(path, f"an object that begins {_twice_at(text, at)} names a key twice.") from None
        except _NoNumber:
            found = next(found.start() for found in TOKENS.finditer(text, at) if found[1])
            raise FileRefused(path, f"NaN or Infinity stands {_at(text, found)} in place of a number.") from None
        except RecursionError:
            raise FileRefused(path, _too_deep(text, at)) from None
        if _deep(value):
            raise FileRefused(path, _too_deep(text, 0))
        yield value


def _json_text(path):
    if path.stat().st_size > LARGEST_JSON:
        raise FileRefused(path, f"is larger than {LARGEST_JSON >> 20} MB, too much to read at once. Export fewer days a file.")
    data = path.read_bytes()
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise FileRefused(path, f"line {line} holds bytes that are no {encoding.upper()} text. Download it again.") from None
    if not text.strip():
        raise FileRefused(path, "is empty.")
    return text


def _decoder():
    return json.JSONDecoder(object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=_no_number)


def _object(pairs):
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _KeyTwice
    return made


def _no_number(word):
    raise _NoNumber


def _json_wrong(problem, end):
    where = f"line {problem.lineno}, column {problem.colno}"
    if problem.pos >= end or problem.msg.startswith("Unterminated"):
        return f"is cut off: it ends in the middle of a value that stands open at {where}. Download the file again."
    return f"is no well-formed JSON: {problem.msg.lower()} at {where}. Download the file again, and do not edit it."


def _at(text, position):
    line = text.count("\n", 0, position) + 1
    return f"at line {line}, column {position - text.rfind(chr(10), 0, position)}"


def _twice_at(text, begin):
    """Where the object begins that names a key twice: the same again, with a reader that knows its position."""
    decoder = _decoder()

    def parse_object(text_and_end, *rest):
        try:
            return json.decoder.JSONObject(text_and_end, *rest)
        except _KeyTwice as problem:
            problem.at = text_and_end[1] - 1 if problem.at is None else problem.at
            raise

    decoder.parse_object = parse_object
    decoder.scan_once = json.scanner.py_make_scanner(decoder)
    try:
        decoder.raw_decode(text, begin)
    except _KeyTwice as problem:
        return _at(text, problem.at)
    except RecursionError:
        return "somewhere deep in the file"


def _deep(value):
    """Whether a value is nested deeper than any export is."""
    level = [value]
    for _ in range(DEEPEST):
        inner = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, (dict, list)))
        level = [child for children in inner for child in children if isinstance(child, (dict, list))]
    return bool(level)


def _too_deep(text, begin):
    depth = 0
    for found in TOKENS.finditer(text, begin):
        depth += bool(found[2]) - bool(found[3])
        if depth > DEEPEST:
            return f"is nested more than {DEEPEST} levels deep {_at(text, found.start())}; no export is."
    return f"is nested more than {DEEPEST} levels deep; no export is."


def xml_records(path, places):
    """(place, value) of every element that stands at one of these places: names from the root on. Memory holds one at a time."""
    reader = _XmlReader(path, frozenset(places))
    for text in _xml_text(path, reader):
        yield from reader.take(text)
    yield from reader.take("", last=True)


class _XmlReader:
    """Follows the elements of a file and builds those that stand at a wanted place."""

    def __init__(self, path, places):
        self.path, self.places, self.lengths = path, places, {len(place) for place in places}
        self.names, self.open, self.made, self.size = [], [], [], 0
        self.parser = expat.ParserCreate("utf-8")  # whatever the declaration says: the text is decoded before it comes here
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.parser.EntityDeclHandler = self.declaration

    def take(self, text, last=False):
        """The records that this piece of text completes."""
        try:
            self.parser.Parse(text, last)
        except expat.ExpatError as problem:
            raise FileRefused(self.path, self.wrong(problem, last)) from None
        made, self.made = self.made, []
        return made

    def wrong(self, problem, last):
        where = f"line {problem.lineno}, column {problem.offset + 1}"
        if last and problem.code in CUT_OFF:
            return f"is cut off: it ends at {where} before its elements are closed. Download the file again."
        word = expat.ErrorString(problem.code)
        return f"is no well-formed XML: {word} at {where}. Download the file again, and do not edit it."

    def here(self):
        return f"at line {self.parser.CurrentLineNumber}, column {self.parser.CurrentColumnNumber + 1}"

    def declaration(self, *_):
        raise FileRefused(self.path, f"declares a document type or an entity {self.here()}; no export does, so it is not read.")

    def start(self, name, attributes):
        self.names.append(name.rpartition(":")[2])
        if len(self.names) > DEEPEST:
            raise FileRefused(self.path, f"is nested more than {DEEPEST} levels deep {self.here()}; no export is.")
        if self.open or (len(self.names) in self.lengths and tuple(self.names) in self.places):
            self.size = self.size if self.open else 0
            kept = {f"@{key.rpartition(':')[2]}": value for key, value in attributes.items() if not key.startswith("xmlns")}
            self.open.append((kept, []))

    def characters(self, text):
        if self.open:
            self.size += len(text)
            if self.size > LARGEST_RECORD:
                raise FileRefused(self.path, f"holds an element of more than {LARGEST_RECORD:,} characters {self.here()}.")
            self.open[-1][1].append(text)

    def end(self, _):
        name = self.names[-1]
        if self.open:
            inside, texts = self.open.pop()
            text = "".join(texts).strip()
            value = ({**inside, "": text} if text else inside) if inside else text
            if self.open:
                _add(self.open[-1][0], name, value)
            else:
                self.made.append((tuple(self.names), value))
        self.names.pop()


def _add(inside, name, value):
    """Adds a child element; the second of a name makes a list."""
    if name not in inside:
        inside[name] = value
    elif isinstance(inside[name], list):
        inside[name].append(value)
    else:
        inside[name] = [inside[name], value]


def _xml_text(path, reader):
    """The text of an XML file piece by piece, decoded as its first bytes or its declaration say."""
    with Path(path).open("rb") as stream:
        head = stream.read(door.CHUNK)
        encoding = _xml_encoding(path, head)
        decoder = codecs.getincrementaldecoder(encoding)("orderkit_latin1" if encoding == "cp1252" else "strict")
        chunk = head
        try:
            while chunk:
                yield decoder.decode(chunk)
                chunk = stream.read(door.CHUNK)
            yield decoder.decode(b"", final=True)
        except UnicodeDecodeError as problem:
            line = reader.parser.CurrentLineNumber + problem.object[: problem.start].count(b"\n")
            raise FileRefused(path, f"about line {line} it holds bytes that are no {encoding} text. Download it again.") from None


def _xml_encoding(path, head):
    seen = json.detect_encoding(head)  # by BOM and zero bytes, as for JSON
    declared = DECLARED.search(head[:1024])
    if seen != "utf-8" or not declared:
        return seen
    name = declared[1].decode("ascii").lower()
    with suppress(LookupError):  # one that only we know, or none at all
        name = codecs.lookup(name).name
    found = OTHER_NAMES.get(name, name)
    if not TEXT.fullmatch(found):
        raise FileRefused(path, "names a text encoding in its first line that is not known. Download the file again.")
    return "utf-8" if found.startswith("utf-") else found  # such a name without such bytes: the file was converted since
