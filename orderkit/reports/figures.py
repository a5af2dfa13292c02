"""From a plotly figure in a notebook to its place on the page: title, description, drawing, data table, and plotly's own data.

The title, the description, the drawing and the table are plain HTML: they are there before any script has run, and without one.
"""

import html
import json
import re
from dataclasses import dataclass

from markupsafe import Markup

from orderkit.languages import phrase
from orderkit.reports import drawing

MIME = "application/vnd.plotly.v1+json"
DEFAULT_HEIGHT = 360  # pixels
MARGIN = {"l": 48, "r": 16, "t": 16, "b": 44}  # pixels; the axes' labels make more room for themselves


@dataclass(frozen=True)
class FigurePart:
    """One chart: `spec` is JSON that is safe inside a script element; the rest is for people.

    `pictures` are the chart as SVG, for wide screens and for phones; none where our renderer does not know what is in it.
    """

    number: int
    title: str
    alt: str
    height: int
    spec: Markup
    pictures: tuple
    columns: tuple
    rows: tuple
    kind: str = "figure"


def read(bundle, number):
    """The figure in an output's mime bundle. `layout.meta` may hold `alt` (a sentence) and `table` (columns, rows)."""
    layout = dict(bundle.get("layout") or {})
    meta = layout.pop("meta", None)
    meta = meta if isinstance(meta, dict) else {}
    title = _take_title(layout)
    layout["margin"] = _margin(layout, title)
    layout["template"] = _with_automargin(layout.get("template") or {})
    table = meta.get("table") or {}
    alt = meta.get("alt") or (phrase("Chart: {title}", title=title) if title else phrase("Chart {n}", n=number))
    figure = {"data": bundle.get("data") or [], "layout": layout}
    return FigurePart(
        number=number,
        title=title,
        alt=alt,
        height=int(layout.get("height") or DEFAULT_HEIGHT),
        spec=_script_safe(figure),
        pictures=_pictures(figure),
        columns=tuple(table.get("columns") or ()),
        rows=tuple(tuple(_cell(value) for value in row) for row in table.get("rows") or ()),
    )


def _pictures(figure):
    """The figure as SVG, wide and narrow; an empty tuple where it cannot be drawn without plotly."""
    wide, narrow = drawing.draw(figure), drawing.draw(figure, narrow=True)
    return (wide, narrow) if wide and narrow else ()


def _take_title(layout):
    """Plotly cuts a long title off on a phone, so it leaves the drawing and becomes text of the page."""
    title = layout.pop("title", None)
    text = title.get("text") if isinstance(title, dict) else title
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text or ""))).strip()


def _margin(layout, title):
    """The figure's own margins, or small ones; no room for a title that stands elsewhere now."""
    template = (layout.get("template") or {}).get("layout") or {}
    margin = {**MARGIN, **(template.get("margin") or {}), **(layout.get("margin") or {})}
    return {**margin, "t": min(margin["t"], MARGIN["t"])} if title else margin


def _with_automargin(template):
    """Long labels of an axis push the drawing aside instead of being cut off."""
    inner = dict(template.get("layout") or {})
    for axis in ("xaxis", "yaxis"):
        inner[axis] = {"automargin": True, **(inner.get(axis) or {})}
    return {**template, "layout": inner}


def _cell(value):
    """(text, is a number) of one value of a data table."""
    if value is None or value != value:
        return phrase("not known"), False
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value), False
    return (f"{value:,}" if isinstance(value, int) else f"{value:,.4g}" if abs(value) < 1 else f"{value:,.2f}"), True


def _script_safe(data):
    """JSON with nothing in it that could end the script element that holds it."""
    text = json.dumps(data, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
