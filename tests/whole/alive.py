"""Looks for what would act: each function gives what is live in one kind of output, an empty list where nothing is.

They know what our templates are made of; everything else counts as live, whoever put it there.
"""

import json
import re
import unicodedata
import zipfile
import zlib
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
from hostile import HIDDEN_MARK, MARK

from orderkit.marketplaces import marketplaces
from orderkit.reports import exporter

TAGS = frozenset({
    "html", "head", "meta", "title", "style", "script", "body", "main", "h1", "h2", "h3", "h4", "p", "section", "div", "span",
    "strong", "a", "ul", "ol", "li", "details", "summary", "table", "caption", "thead", "tbody", "tr", "th", "td", "figure",
    "figcaption", "pre", "code", "footer", "progress", "br", "svg", "g", "path", "rect", "circle", "text", "tspan", "defs",
    "clippath",
})  # fmt: skip
ATTRIBUTES = frozenset({
    "lang", "charset", "http-equiv", "content", "name", "type", "id", "class", "href", "rel", "scope", "role", "tabindex",
    "aria-label", "aria-hidden", "data-height", "data-charts", "max", "value", "open", "style", "viewbox", "font-size", "fill",
    "fill-opacity", "d", "x", "y", "dy", "stroke", "stroke-width", "stroke-opacity", "text-anchor", "cx", "cy", "r", "rx", "ry",
    "xmlns", "xmlns:xlink", "width", "height", "data-subplot", "transform", "clip-path", "shape-rendering", "data-unformatted",
    "data-math", "data-notex", "pointer-events",
})  # fmt: skip
WORDS = ("aria-label", "data-unformatted", "data-math", "href")  # attributes in which words of others may stand
URLS = frozenset({
    "src", "srcset", "href", "xlink:href", "action", "formaction", "data", "poster", "background", "ping", "cite", "srcdoc",
})  # fmt: skip
ORDER = re.compile(r"https://sellercentral\.([a-z.]+)/orders-v3/order/[A-Za-z0-9._~%-]+\Z")
FETCHING = re.compile(r"url\(\s*(?![\"']?#)|@import|expression\(", re.IGNORECASE)


class _Elements(HTMLParser):
    """The elements of a page with their attributes, the text of scripts and styles, and what no template of ours has."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.inside, self.other = [], None, []

    def handle_starttag(self, tag, attrs):
        self.found.append([tag, dict(attrs), ""])
        self.inside = self.found[-1] if tag in ("script", "style") else None

    def handle_startendtag(self, tag, attrs):
        self.found.append([tag, dict(attrs), ""])

    def handle_data(self, data):
        if self.inside is not None:
            self.inside[2] += data

    def handle_endtag(self, _tag):
        self.inside = None

    def handle_comment(self, data):
        self.other.append(f"a comment: {data[:40]}")

    handle_pi = unknown_decl = handle_comment


def in_html(text):
    """What is live in HTML of ours, as Python's parser reads it."""
    reader = _Elements()
    reader.feed(text)
    cut = ["a tag without an end"] if reader.rawdata.strip() else []
    return [*cut, *reader.other, *in_elements(reader.found), *_active(reader.found)]


def in_elements(elements):
    """What is live in [tag, {attribute: value}, ...] of a page, as any parser found them."""
    found = []
    headings = sum(tag == "h1" for tag, *_ in elements)
    if headings > 1:
        found.append(f"{headings} headings")
    for tag, attributes, *_ in elements:
        if tag.lower() not in TAGS:
            found.append(f"<{tag}>")
        found += [
            f"<{tag} {name}={str(value)[:60]!r}>" for name, value in attributes.items() if _acts(tag, name.lower(), value or "")
        ]
    return found


def _acts(tag, name, value):
    if name not in ATTRIBUTES or (MARK.search(value) and name not in WORDS):
        return True
    if name in URLS:
        return not (tag == "a" and _is_order(value))
    return name == "style" and bool(FETCHING.search(value))


def _is_order(address):
    found = ORDER.match(address)
    return bool(found) and found[1] in marketplaces()


def _active(elements):
    """Scripts and styles that are none of the template's."""
    ours = {exporter._template("page.js").strip(), exporter._template("page.css").strip()}
    for tag, attributes, text in elements:
        kind = attributes.get("type")
        if tag == "script" and kind == "application/json":
            try:
                json.loads(text)
            except ValueError:
                yield "data of a chart that is no JSON"
        elif tag == "script" and kind == "text/plain" and re.fullmatch(r"\s*[A-Za-z0-9+/=\s]*", text):
            continue
        elif tag == "script" and text.strip() not in ours:
            yield f"a script: {text[:40]}"
        elif tag == "style" and (MARK.search(text) or FETCHING.search(text)):
            yield f"a style: {text[:40]}"


def in_figure(figure):
    """What plotly would make markup, a link or a formula of: it takes some HTML in any text, and %{names} in hover texts."""
    return [*_in_words(figure.to_plotly_json())]


def _in_words(value, name=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "meta":  # for the page, which escapes it; plotly shows nothing of it
                yield from _in_words(inner, key)
    elif isinstance(value, str):
        text = value.removesuffix("<extra></extra>") if name == "hovertemplate" else value
        if MARK.search(value) and (re.search(r"<(?!br>|/?b>|/?i>)", text) or value.count("$") > 1):
            yield f"{name}: {value[:80]}"
        if MARK.search(value) and "%{y}%{customdata[0]}" in value:  # a payload; our own templates have words between numbers
            yield f"{name}: a name of others is a template: {value[:80]}"
    elif hasattr(value, "__iter__") and not isinstance(value, bytes):
        for inner in value:
            yield from _in_words(inner, name)


def in_workbook(path):
    """What is live in a workbook: formulas, addresses, other files, and texts that a CSV file would turn into formulas."""
    book, found = openpyxl.load_workbook(path), []
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    found.append(f"{sheet.title} {cell.coordinate}: a formula {str(cell.value)[:40]!r}")
                elif isinstance(cell.value, str) and cell.value.lstrip()[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20"):
                    found.append(f"{sheet.title} {cell.coordinate}: {cell.value[:40]!r} begins a formula")
                if cell.hyperlink and not _is_order(cell.hyperlink.target or ""):
                    found.append(f"{sheet.title} {cell.coordinate}: a link to {cell.hyperlink.target or cell.hyperlink.location}")
    with zipfile.ZipFile(path) as archive:
        found += [f"the part {name}" for name in archive.namelist() if re.search("external|vba|dde|embed|activeX", name, re.I)]
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8", "replace")
            found += [f"{name}: leads to {target}" for target in _outside(text) if not _is_order(target)]
            found += [f"{name}: {word}" for word in re.findall(r"<ddeLink|<f[ >]|<oleObject|<script", text)]
    return found


def _outside(text):
    return [part[1] for part in re.finditer(r'Target="([^"]*)"[^>]*TargetMode="External"', text)]


def in_pdf(data):
    """What is live in a PDF: scripts, starts of programs, forms, files, and links other than to orders."""
    texts = [data]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            texts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    whole = b"\n".join(text for text in texts if b"/" in text)
    found = [
        word.decode() for word in re.findall(rb"/(?:JavaScript|JS|Launch|SubmitForm|GoToR|ImportData|EmbeddedFile)\b", whole)
    ]
    links = [link.decode("latin-1") for link in re.findall(rb"/URI\s*\(((?:[^()\\]|\\.)*)\)", whole)]
    return found + [f"a link to {link}" for link in links if not _is_order(link)]


def links_in_pdf(data):
    """How many links there are, so that a search that finds none can be told from one that cannot find any."""
    return len(re.findall(rb"/URI\s*\(", data))


def in_terminal(text):
    """What would act on a terminal or hide from its reader, and lines that begin with words of others."""
    unseen = ("Cc", "Cf", "Cs", "Zl", "Zp")
    letters = sorted({letter for letter in text if letter != "\n" and unicodedata.category(letter) in unseen})
    lines = [line for line in text.split("\n") if line.startswith("FORGED")]
    return [f"U+{ord(letter):04X}" for letter in letters] + [f"a line of others: {line[:40]}" for line in lines]


def in_json(text):
    """What is wrong with a line of JSON on a terminal: it does not read back, is several lines, or holds letters unseen."""
    found = in_terminal(text.removesuffix("\n")) + (["several lines"] if "\n" in text.removesuffix("\n") else [])
    try:
        json.loads(text)
    except ValueError:
        found.append("no JSON")
    return found


def strings(value):
    """All texts in a value that JSON gave."""
    if isinstance(value, dict):
        return {text for key, inner in value.items() for text in strings(key) | strings(inner)}
    if isinstance(value, list):
        return {text for inner in value for text in strings(inner)}
    return {value} if isinstance(value, str) else set()


def in_names(files, folder):
    """What is wrong with the names of files that were written: outside of their folder, or not plain."""
    found = []
    for file in map(Path, files):
        if file.resolve().parent != folder.resolve():
            found.append(f"{file} is not in {folder}")
        if not re.fullmatch(r"[\w.-]+", file.name) or file.name.startswith(".") or len(file.name.encode()) > 200:
            found.append(f"the name {file.name[:40]!r}")
    return found


def told(text):
    """The hidden names that a text tells."""
    return sorted(set(HIDDEN_MARK.findall(text)))
