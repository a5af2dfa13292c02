"""Account health: what is left before each limit."""

import html

import pandas as pd

from orderkit.analyses.result import draws
from orderkit.analyses.words import count
from orderkit.charts.look import BLUE, GREY, INK, RED, finish, headed
from orderkit.errors import NothingToShow
from orderkit.languages import phrase


@draws("health")
def headroom(result):
    """Defects so far, and orders of which nothing is known, against the most defects that the limit of each rate allows."""
    import plotly.graph_objects as go

    frame = getattr(result, "frame", result)
    frame = frame[frame["left"].notna()]
    if frame.empty:
        raise NothingToShow(phrase("There is no rate to draw: too few orders, or not enough is known of them."))
    frame = frame.assign(name=[phrase(name) for name in frame["name"]])
    names = [_named(row) for row in frame.itertuples(index=False)]
    most, defects, unknown = (frame[column].astype(float) for column in ("most", "defects", "unknown"))
    over = frame["left"].astype(float) < 0
    figure = go.Figure(layout={"barmode": "stack"})
    bar = {"y": names, "orientation": "h"}
    figure.add_bar(x=defects, **bar, name=phrase("defects so far"), marker={"color": [RED if past else BLUE for past in over]})
    figure.add_bar(x=unknown, **bar, name=phrase("not known"), marker={"color": GREY, "opacity": 0.45})
    mark = {"symbol": "line-ns", "size": 22, "line": {"width": 3, "color": INK}}
    figure.add_scatter(x=most, y=names, mode="markers", name=phrase("most that the limit allows"), marker=mark)
    ends = pd.concat([most, defects + unknown], axis="columns").max(axis="columns")
    labels = [_room_left(int(row.defects), int(row.most), pd.isna(row.left_at_worst)) for row in frame.itertuples()]
    figure.add_scatter(x=ends, y=names, mode="text", text=labels, textposition="middle right", cliponaxis=False, showlegend=False)
    figure.update_traces(hovertemplate="%{y}: %{x:,}<extra></extra>")
    title = _past(int(over.sum()), len(frame))
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(title=phrase("orders"), range=[0, max(1.0, ends.max()) * 1.35], tickformat=",.0f")
    rows = frame[["marketplace", "name", "over_days", "defects", "unknown", "most"]]
    alt = phrase("Horizontal bars of defects so far against the most that each limit allows. {title}.", title=title)
    return finish(figure, title, alt, headed(rows), height=150 + 34 * len(frame), legend=True)


def _named(row):
    said = phrase("{marketplace}: {rate}, {days} days", marketplace=row.marketplace, rate=row.name, days=row.over_days)
    return html.escape(said)


def _room_left(defects, most, at_most):
    """3 of 8: 5 left; `at_most` where some kinds of defects are in no export."""
    left = most - defects
    text = TOO_MANY if left < 0 else NONE_LEFT if not left else AT_MOST_LEFT if at_most else LEFT
    return "   " + phrase(text, defects=f"{defects:,}", most=f"{most:,}", n=f"{abs(left):,}")


TOO_MANY, NONE_LEFT = "{defects} of {most}: {n} too many", "{defects} of {most}: none left"
LEFT, AT_MOST_LEFT = "{defects} of {most}: {n} left", "{defects} of {most}: at most {n} left"


def _past(past, rates):
    """The finding, never more than the files tell: the marketplace's own page decides."""
    if past:
        return phrase("{n} of {rates} past the limit by your files", n=f"{past:,}", rates=count(rates, "rate"))
    return phrase("No rate past its limit by your files ({n} reckoned)", n=f"{rates:,}")
