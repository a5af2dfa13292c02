"""The one look of all figures: colours, type, margins, and what readers get who do not see them.

Colours are those that colour-blind readers can tell apart; text reads on white and on dark.
"""

import html

# Okabe and Ito's palette; orange and sky blue are too pale on white without an outline
BLUE, RED, PINK, ORANGE, SKY, GREEN, GREY = "#0072B2", "#D55E00", "#CC79A7", "#E69F00", "#56B4E9", "#009E73", "#8A8F98"
NO_CARRIER = "no carrier named"  # parcels whose exports name none
INK = "#5C636E"  # text that reads on white and on dark; the page overrides it


def drawn(text):
    """Text as plotly draws it as it stands: no markup, and two dollar signs do not make a formula of what is between them."""
    return html.escape(text).replace("$", "&#36;")


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
    figure.update_xaxes(showgrid=False, zeroline=False, automargin=True, title_font_size=12)
    figure.update_yaxes(showgrid=False, zeroline=False, automargin=True, rangemode="tozero", title_font_size=12)
    return figure
