"""SVG as compact text: one decimal, escaped words, no ids, nothing that acts or is fetched."""

import math
import re

from markupsafe import Markup, escape

from orderkit.reports.drawing.values import CannotDraw

FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # XML knows no such letters
TYPE = 13.0  # pixels of the type where an element names no other
LINE = 1.25  # from one line of text to the next, as a share of the size of the type


def short(number):
    """A coordinate with one decimal and nothing needless.

    >>> short(12.04), short(0.5), short(-0.04), short(-0.52)
    ('12', '.5', '0', '-.5')
    """
    if not math.isfinite(number):
        raise CannotDraw("a place that is nowhere")
    text = f"{number:.1f}".removesuffix(".0")
    if text in ("-0", "0"):
        return "0"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def joined(*numbers):
    """Coordinates as a path takes them: a minus sign parts them as well as a space."""
    text = " ".join(map(short, numbers))
    return text.replace(" -", "-")


def attributes(**given):
    """Attributes in text; those that are None are left out, `stroke_width` becomes `stroke-width`."""
    said = []
    for name, value in given.items():
        if value is not None:
            text = short(value) if isinstance(value, float) else str(value)
            said.append(f' {name.replace("_", "-")}="{escape(text)}"')
    return Markup("").join(map(Markup, said))


def element(name, *inside, **given):
    """One element; what stands inside is SVG already, or text that is escaped."""
    body = Markup("").join(inside)
    opened = Markup("<") + name + attributes(**given)
    return opened + (Markup(">") + body + Markup(f"</{name}>") if body else Markup("/>"))


def opacity(share):
    """An opacity for an attribute: None where it says nothing."""
    return None if share >= 1 else f"{share:.2f}".rstrip("0").lstrip("0") or "0"


def filled(paint, share=1.0):
    """The attributes of a fill of a colour (colour, opacity)."""
    colour, own = paint
    return {"fill": colour, "fill_opacity": opacity(own * share)}


def stroked(paint, width, share=1.0, **more):
    """The attributes of a line of a colour and width, without a fill."""
    colour, own = paint
    stroke_width = None if width == 1 else float(width)
    return {"fill": "none", "stroke": colour, "stroke_opacity": opacity(own * share), "stroke_width": stroke_width, **more}


def words(x, y, lines, size, *, anchor="start", middle=True, **more):
    """Lines of text at a place: `y` is the middle of all of them, or the first one's foot."""
    foot = y + size * (0.35 - LINE * (len(lines) - 1) / 2) if middle else y
    said = [clean(line) for line in lines]
    more |= {"text_anchor": None if anchor == "start" else anchor, "font_size": None if size == TYPE else float(size)}
    if len(said) == 1:
        return element("text", said[0], x=float(x), y=float(foot), **more)
    rows = [element("tspan", line, x=float(x), y=float(foot + size * LINE * at)) for at, line in enumerate(said)]
    return element("text", *rows, **more)


def clean(text):
    """Text for the page, without letters that would break it."""
    return escape(FORBIDDEN.sub("\ufffd", text))
