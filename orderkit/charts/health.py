"""Account health: what is left before each limit."""

import html

import pandas as pd

from orderkit.analyses.result import draws
from orderkit.analyses.words import count
from orderkit.charts.look import BLUE, GREY, INK, RED, finish
from orderkit.errors import NothingToShow


@draws("health")
def headroom(result):
    """Defects so far, and orders of which nothing is known, against the most defects that the limit of each rate allows."""
    import plotly.graph_objects as go

    frame = getattr(result, "frame", result)
    frame = frame[frame["left"].notna()]
    if frame.empty:
        raise NothingToShow("There is no rate to draw: too few orders, or not enough is known of them.")
    names = [html.escape(f"{row.marketplace}: {row.name}, {row.over_days} days") for row in frame.itertuples(index=False)]
    most, defects, unknown = (frame[column].astype(float) for column in ("most", "defects", "unknown"))
    over = frame["left"].astype(float) < 0
    figure = go.Figure(layout={"barmode": "stack"})
    bar = {"y": names, "orientation": "h"}
    figure.add_bar(x=defects, **bar, name="defects so far", marker={"color": [RED if past else BLUE for past in over]})
    figure.add_bar(x=unknown, **bar, name="not known", marker={"color": GREY, "opacity": 0.45})
    mark = {"symbol": "line-ns", "size": 22, "line": {"width": 3, "color": INK}}
    figure.add_scatter(x=most, y=names, mode="markers", name="most that the limit allows", marker=mark)
    ends = pd.concat([most, defects + unknown], axis="columns").max(axis="columns")
    labels = [_room_left(int(row.defects), int(row.most), pd.isna(row.left_at_worst)) for row in frame.itertuples()]
    figure.add_scatter(x=ends, y=names, mode="text", text=labels, textposition="middle right", cliponaxis=False, showlegend=False)
    figure.update_traces(hovertemplate="%{y}: %{x:,}<extra></extra>")
    title = _past(int(over.sum()), len(frame))
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(title="orders", range=[0, max(1.0, ends.max()) * 1.35], tickformat=",.0f")
    rows = frame[["marketplace", "name", "over_days", "defects", "unknown", "most"]]
    alt = f"Horizontal bars of defects so far against the most that each limit allows. {title}."
    return finish(figure, title, alt, rows, height=150 + 34 * len(frame), legend=True)


def _room_left(defects, most, at_most):
    """3 of 8: 5 left; `at_most` where some kinds of defects are in no export."""
    left = most - defects
    room = f"{'at most ' * at_most}{left:,} left" if left else "none left"
    return f"   {defects:,} of {most:,}: " + (f"{-left:,} too many" if left < 0 else room)


def _past(past, rates):
    """The finding, never more than the files tell: the marketplace's own page decides."""
    if past:
        return f"{past:,} of {count(rates, 'rate')} past the limit by your files"
    return f"No rate past its limit by your files ({rates:,} reckoned)"
