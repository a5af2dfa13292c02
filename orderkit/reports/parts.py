"""What of an executed notebook reaches the page, in order: words, results and charts. Code goes behind one fold at the end.

Left out: cells tagged as setup, parameters or checks, with what they print; error streams; anything active in an output.
"""

from dataclasses import dataclass, field

from markupsafe import Markup

from orderkit.reports import figures, safe

HIDDEN = frozenset({"setup", "parameters", "injected-parameters", "check"})
LEFT_OUT = Markup('<p class="ok-note">A result was left out: it held a script, a form or something to fetch.</p>')
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
    page = Page(title=title, lang=about.get("lang", "en"), sample=bool(about.get("sample", False)))
    for cell, heading in zip(notebook.cells, headings, strict=True):
        if cell.cell_type == "markdown" and cell.source.strip():
            page.parts.append(HtmlPart(safe.markdown(cell.source)))
        elif cell.cell_type == "code":
            _read_code_cell(page, cell, heading)
    return page


def heading_of(notebook, index):
    """The newest markdown heading above or in a cell, or an empty string."""
    return list(_headings(notebook))[index]


def _headings(notebook):
    current = ""
    for cell in notebook.cells:
        current = (_heading_lines(cell) or [current])[-1]
        yield current


def _heading_lines(cell):
    lines = cell.source.splitlines() if cell.cell_type == "markdown" else ()
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
    if output.output_type == "error":
        return HtmlPart(Markup('<p class="ok-failed">This part could not be made: {}.</p>').format(output.ename))
    return _read_bundle(output.get("data", {}), number)


def _read_bundle(data, number):
    """The richest form of a result: chart, HTML, markdown, picture, text."""
    if figures.MIME in data:
        return figures.read(data[figures.MIME], number)
    if "text/html" in data:
        return HtmlPart(Markup(data["text/html"]) if safe.is_passive(data["text/html"]) else LEFT_OUT)
    if "text/markdown" in data:
        return HtmlPart(safe.markdown(data["text/markdown"]))
    for mime in PICTURES:
        if mime in data:
            picture = Markup('<img src="data:{};base64,{}" alt="{}">')
            return HtmlPart(picture.format(mime, "".join(data[mime].split()), data.get("text/plain", "Picture")))
    return HtmlPart(safe.plain(data["text/plain"])) if data.get("text/plain") else None
