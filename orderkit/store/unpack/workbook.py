"""The XML inside a workbook, read as a stream: what each of its parts says that orderkit needs, and nothing else."""

import posixpath
from xml.parsers import expat

from orderkit.errors import FileRefused
from orderkit.store.unpack import cells

ROWS, COLUMNS, LONGEST = 2_000_000, 1_000, 32_767
TEXTS, TEXT_TOTAL = 5_000_000, 256_000_000  # shared texts: how many, how many characters in all
STYLES, DEPTH = 200_000, 64
PIECE, TOKEN = 256 << 10, 1 << 20  # bytes given to the parser at once; bytes of one tag after which it is no workbook

DAMAGED = "is a workbook that is damaged. Open it, save it again and load that."
ENTITIES = "is a workbook that declares entities, which no spreadsheet program does; nothing of it was read."
TOO_LARGE = f"has a sheet of more than {ROWS:,} rows or {COLUMNS:,} columns. Save the report's own sheet alone and load that."
TOO_LONG = f"has a cell of more than {LONGEST:,} characters, which no spreadsheet program writes. Download it again."
TOO_MUCH_TEXT = "holds more text than can be read at once. Download it again for a shorter time, in several files."
NOT_CALCULATED = "#CALC!"  # a formula whose value was never stored: told as the errors of spreadsheet programs are


class Refused(Exception):
    """Why a part cannot be read; becomes a FileRefused where the file's name is known."""


def feed(pieces, part, name):
    """Reads XML into a part, piece by piece; yields after each, so that what was read can be taken out."""
    try:
        yield from _feed(pieces, part)
    except Refused as problem:
        raise FileRefused(name, str(problem)) from None
    except (expat.ExpatError, ValueError, LookupError):
        raise FileRefused(name, DAMAGED) from None


def _feed(pieces, part):
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_entities
    parser.StartElementHandler = _first_element(parser, part)
    parser.CharacterDataHandler = part.data
    fed = 0
    for piece in pieces:
        for at in range(0, len(piece), PIECE):
            parser.Parse(piece[at : at + PIECE])
            fed = min(fed + PIECE, fed + len(piece) - at)
            if fed - max(parser.CurrentByteIndex, 0) > TOKEN:
                raise Refused(DAMAGED)
            yield
    parser.Parse(b"", True)
    yield


def _no_entities(*_):
    raise Refused(ENTITIES)


def _first_element(parser, part):
    """Most writers give elements no prefix, so that their names are read as they are; where there is one it is taken off."""

    def begin(tag, attributes):
        prefixed = ":" in tag
        parser.StartElementHandler = (lambda tag, said: part.start(_local(tag), said)) if prefixed else part.start
        parser.EndElementHandler = (lambda tag: part.end(_local(tag))) if prefixed else part.end
        part.start(_local(tag), attributes)

    return begin


def _local(tag):
    return tag.rpartition(":")[2]


class Part:
    """What all parts share: how deep the parser is, and the text of the element that is being collected."""

    def __init__(self):
        self.depth, self.pieces, self.length = 0, None, 0

    def start(self, tag, attributes):
        self.depth += 1
        if self.depth > DEPTH:
            raise Refused(DAMAGED)

    def end(self, tag):
        self.depth -= 1

    def data(self, text):
        if self.pieces is not None:
            self.pieces.append(text)
            self.length += len(text)
            if self.length > 8 * LONGEST:  # a control character is written as seven
                raise Refused(TOO_LONG)

    def collect(self):
        self.pieces, self.length = [], 0

    def collected(self):
        text, self.pieces = "".join(self.pieces or ()), None
        return text


class Listed(Part):
    """xl/workbook.xml: the sheets by name and link, and whether days count from 1904."""

    def __init__(self):
        super().__init__()
        self.sheets, self.epoch = [], 0

    def start(self, tag, attributes):
        super().start(tag, attributes)
        if tag == "sheet":
            link = next((value for key, value in attributes.items() if _local(key) == "id"), None)
            self.sheets.append((attributes["name"], link))
        elif tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.epoch = cells.FROM_1904


class Links(Part):
    """The relations of xl/workbook.xml: which link is which sheet's part, where shared texts and styles are."""

    def __init__(self):
        super().__init__()
        self.parts, self._of_link = {}, {}

    def start(self, tag, attributes):
        super().start(tag, attributes)
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes["Type"].rpartition("/")[2]
            part = posixpath.normpath(posixpath.join("/xl", attributes["Target"])).lstrip("/").lower()
            self.parts[kind] = part
            self._of_link[attributes["Id"]] = kind, part

    def sheets(self, listed):
        """The part of every sheet that has cells, by name; charts on a sheet of their own have none."""
        linked = {name: self._of_link[link] for name, link in listed}
        if len(linked) < len(listed):
            raise ValueError("two sheets of one name")
        return {name: part for name, (kind, part) in linked.items() if kind == "worksheet"}


class Styles(Part):
    """xl/styles.xml: per style of cells whether it shows a day, a time, a length of time, zeros or (None) a number."""

    def __init__(self):
        super().__init__()
        self.inside, self.formats, self.numbers = None, {}, []

    def start(self, tag, attributes):
        super().start(tag, attributes)
        if tag in ("numFmts", "cellXfs"):
            self.inside = tag
        elif tag == "numFmt" and self.inside == "numFmts":
            self.formats[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag == "xf" and self.inside == "cellXfs":
            self.numbers.append(int(attributes.get("numFmtId", 0)))
        if len(self.numbers) + len(self.formats) > STYLES:
            raise Refused(DAMAGED)

    def end(self, tag):
        super().end(tag)
        if tag == self.inside:
            self.inside = None

    def styles(self):
        """The list that the cells' style numbers point into."""
        shown = {number: cells.style_of(code) for number, code in self.formats.items()}
        return [shown[number] if number in shown else cells.BUILT_IN.get(number) for number in self.numbers]


class Texts(Part):
    """xl/sharedStrings.xml: the texts that cells point to, without the reading aids of Japanese ones."""

    def __init__(self):
        super().__init__()
        self.texts, self.total, self.aids, self.runs = [], 0, 0, []

    def start(self, tag, attributes):
        super().start(tag, attributes)
        if tag == "si":
            self.runs = []
        elif tag == "rPh":
            self.aids += 1
        elif tag == "t" and not self.aids:
            self.collect()

    def end(self, tag):
        super().end(tag)
        if tag == "t" and not self.aids:
            self.runs.append(self.collected())
        elif tag == "rPh":
            self.aids -= 1
        elif tag == "si":
            text = cells.clean("".join(self.runs))
            self.total += len(text)
            self.texts.append(text)
            if len(text) > LONGEST:
                raise Refused(TOO_LONG)
            if len(self.texts) > TEXTS or self.total > TEXT_TOTAL:
                raise Refused(TOO_MUCH_TEXT)
