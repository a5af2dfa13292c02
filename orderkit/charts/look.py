"""The one look of all figures: colours, type, margins, and what readers get who do not see them.

Colours are those that colour-blind readers can tell apart; text reads on white and on dark.
"""

import html

from orderkit import languages
from orderkit.languages import phrase

# Okabe and Ito's palette, the pink lighter: as they have it, colour-blind readers cannot tell it from our grey
BLUE, RED, PINK, ORANGE, SKY, GREEN, GREY = "#0072B2", "#D55E00", "#EBA8D0", "#E69F00", "#56B4E9", "#009E73", "#8A8F98"
DEEP = {ORANGE: "#C58700", SKY: "#389BD8", PINK: "#CC79A7"}  # too pale on white: fills get an outline, lines this tone
EDGE, THICK = 1.0, 8.0  # pixels of an outline; of a line that marks may stand on
NO_CARRIER = "no carrier named"  # parcels whose exports name none
DAYS = {languages.ENGLISH: "%-d %b", "zh": "%-m月%-d日"}  # days on axes and in hover texts, as plotly writes them
WITH_YEAR = {languages.ENGLISH: "%-d %b %Y", "zh": "%Y年%-m月%-d日"}
ON_AXES = {languages.ENGLISH: "%-d %b\n%Y", "zh": "%-m月%-d日\n%Y年"}
INK = "#5F6672"  # text that reads on white and on dark; the page overrides it


def drawn(text):
    """Text as plotly draws it as it stands: no markup, two dollar signs do not make a formula of what is between them, and %{y}
    in the text of a hover is no number."""
    return html.escape(text).replace("$", "&#36;").replace("%{", "&#37;{")


def day_ticks():
    """How plotly writes the days of an axis in the language in use: the day, and the year below it."""
    return ON_AXES[languages.current()]


def day_format(*, year=True):
    """How plotly writes a day in a hover text in the language in use."""
    return (WITH_YEAR if year else DAYS)[languages.current()]


def headed(table):
    """A data table with the names of its columns in the language in use."""
    return table.rename(columns=lambda name: phrase(name) if name.isascii() else name)


def short(text, most=34):
    """A name that fits on a narrow page: its beginning where it is longer.

    >>> short("Parcel insurer"), short("Parcel insurer", 10)
    ('Parcel insurer', 'Parcel in…')
    """
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def pale(colour, share):
    """A colour of the palette as rgba with so much of it, for ranges behind what is drawn in it."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def finish(figure, title, alt, table, *, height, legend=False):
    """The one look, and what readers get who do not see the figure."""
    font = {
        "family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
        "size": 13,
        "color": INK,
    }
    rows = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    figure.update_layout(
        template="none", font=font, height=height, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", bargap=0.25,
        title={"text": drawn(title), "x": 0, "xref": "container", "xanchor": "left", "y": 0.97, "yanchor": "top"},
        title_font_size=17,
        margin={"l": 10, "r": 20, "t": 78 if legend else 46, "b": 10}, showlegend=legend,
        legend={"orientation": "h", "y": 1.01, "yanchor": "bottom", "x": 0, "xanchor": "left", "traceorder": "normal"},
        meta={"alt": alt, "table": {"columns": [str(column) for column in table.columns], "rows": rows}},
    )  # fmt: skip
    _make_readable(figure)
    figure.update_xaxes(showgrid=False, zeroline=False, automargin=True, title_font_size=12)
    figure.update_yaxes(
        showgrid=False, zeroline=False, automargin=True, rangemode="tozero", title_font_size=12, ticklabelstandoff=4
    )
    return figure


def _make_readable(figure):
    """Bars and marks of pale colours get an outline, lines of pale colours a deeper tone: three times as light or dark as what is
    behind them, as WCAG 2.2 (1.4.11) asks for. Marks on thick lines get a white edge, to stand out from them."""
    thick = any((trace.line.width or 0) >= THICK for trace in figure.data if trace.type == "scatter")
    for trace in figure.data:
        if trace.type == "scatter" and trace.line.color in DEEP:
            trace.line.color = DEEP[trace.line.color]
        if trace.type == "scatter" and str(trace.marker.symbol).startswith("line"):
            trace.marker.line.color = DEEP.get(trace.marker.line.color, trace.marker.line.color)
        elif thick and trace.mode == "markers":
            trace.marker.line.update(color="#FFFFFF", width=1.5 * EDGE)
        else:
            _outline(trace.marker)


def _outline(marker):
    """An outline for those bars or marks whose colour is pale."""
    if isinstance(marker.color, str) and marker.color in DEEP:
        marker.line.update(color=INK, width=EDGE)
    elif isinstance(marker.color, list | tuple) and set(marker.color) & set(DEEP):
        marker.line.update(color=INK, width=[EDGE if colour in DEEP else 0 for colour in marker.color])
