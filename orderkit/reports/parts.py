"""What of an executed notebook reaches the page, in order: words, results and charts. Code goes behind one fold at the end.

Left out: cells tagged as setup, parameters or checks, with what they print; error streams; anything active in an output.
"""

from dataclasses import dataclass, field

from markupsafe import Markup

from orderkit import display, languages
from orderkit.languages import phrase
from orderkit.reports import figures, safe

HIDDEN = frozenset({"setup", "parameters", "injected-parameters", "check"})
LEFT_OUT = "A result was left out: it held a script, a form or something to fetch."
PICTURES = ("image/png", "image/jpeg")


@dataclass(frozen=True)
class HtmlPart:
    """A piece of the page that is already safe HTML."""

    html: Markup
    kind: str = "html"


@dataclass
class Page:
    """An executed notebook as the template sees it."""

    title: str
    lang: str
    sample: bool
    parts: list = field(default_factory=list)
    code: list = field(default_factory=list)  # (heading, source) of each cell that may be shown

    @property
    def has_figures(self):
        return any(part.kind == "figure" for part in self.parts)


def read(notebook, name="report"):
    """The page of an executed notebook; `name` is the title where the notebook has neither a title nor a first heading."""
    about = notebook.metadata.get("orderkit", {})
    headings = list(_headings(notebook))
    title = about.get("title") or next((lines[0] for cell in notebook.cells if (lines := _heading_lines(cell))), name)
    page = Page(title=title, lang=about.get("lang") or languages.tag(), sample=bool(about.get("sample", False)))
    for cell, heading in zip(notebook.cells, headings, strict=True):
        if cell.cell_type == "markdown" and cell.source.strip():
            page.parts.append(HtmlPart(safe.markdown(languages.known(cell.source))))
        elif cell.cell_type == "code":
            _read_code_cell(page, cell, heading)
    return page


def words():
    """The page's own words in the language in use, by the names that the template has for them."""
    return {
        "sample": phrase("SAMPLE"),
        "sample_title": phrase("SAMPLE: "),
        "sample_print": phrase("SAMPLE: an invented shop"),
        "sample_note": phrase("This is an invented shop, to show what the page looks like. None of these orders exist."),
        "numbers": phrase("The numbers of this chart"),
        "code": phrase("Show code"),
        "made": phrase("Made by orderkit on your own computer. Opening this page contacts nobody."),
    }


def heading_of(notebook, index):
    """The newest markdown heading above or in a cell, or an empty string."""
    return list(_headings(notebook))[index]


def _headings(notebook):
    current = ""
    for cell in notebook.cells:
        current = (_heading_lines(cell) or [current])[-1]
        yield current


def _heading_lines(cell):
    lines = languages.known(cell.source).splitlines() if cell.cell_type == "markdown" else ()
    return [line.lstrip("#").strip() for line in lines if line.startswith("#")]


def _read_code_cell(page, cell, heading):
    if HIDDEN & set(cell.metadata.get("tags", ())):
        return
    if cell.source.strip():
        page.code.append((heading, cell.source.strip()))
    for output in cell.get("outputs", ()):
        part = _read_output(output, sum(part.kind == "figure" for part in page.parts) + 1)
        if part is not None:
            page.parts.append(part)


def _read_output(output, number):
    if output.output_type == "stream":
        shown = output.name == "stdout" and output.text.strip()
        return HtmlPart(safe.plain(output.text)) if shown else None
    if display.PAGES_LEAVE_IT_OUT.items() <= output.get("metadata", {}).items():
        return None
    if output.output_type == "error":
        said = phrase("This part could not be made: {error}.", error=output.ename)
        return HtmlPart(Markup('<p class="ok-failed">{}</p>').format(said))
    return _read_bundle(output.get("data", {}), number)


def _read_bundle(data, number):
    """The richest form of a result: chart, HTML, markdown, picture, text."""
    if figures.MIME in data:
        return figures.read(data[figures.MIME], number)
    if "text/html" in data:
        text, left_out = display.for_pages(data["text/html"]), Markup('<p class="ok-note">{}</p>').format(phrase(LEFT_OUT))
        return HtmlPart(Markup(text) if safe.is_passive(text) else left_out)
    if "text/markdown" in data:
        return HtmlPart(safe.markdown(data["text/markdown"]))
    for mime in PICTURES:
        if mime in data:
            picture = Markup('<img src="data:{};base64,{}" alt="{}">')
            return HtmlPart(picture.format(mime, "".join(data[mime].split()), data.get("text/plain", phrase("Picture"))))
    return HtmlPart(safe.plain(data["text/plain"])) if data.get("text/plain") else None
