"""Lost and damaged parcels with their ranges."""

import html

import pandas as pd

from orderkit.analyses.result import draws
from orderkit.charts.look import BLUE, SKY, finish
from orderkit.errors import NothingToShow


@draws("losses")
def parcel_losses(result):
    """Lost and damaged parcels per 1,000 with known outcome, with the range; no dot where the events are too few to tell."""
    import plotly.graph_objects as go

    frame = getattr(result, "frame", result)
    frame = frame[frame["known_outcome"] > 0]
    if frame.empty:
        raise NothingToShow("There is no parcel with a known outcome to draw: load a tracking export.")
    several = frame["currency"].nunique(dropna=False) > 1
    figure = go.Figure()
    for row in frame.iloc[::-1].itertuples():
        currency = "currency not known" if pd.isna(row.currency) else html.escape(row.currency)
        _range_with_words(figure, f"{row.what} ({currency})" if several else row.what, row)
    lost, known = frame.loc[frame["what"] == "lost", ["events", "known_outcome"]].sum()
    title = f"{lost:,} of {known:,} parcels lost" if lost else f"No parcel lost of {known:,} with known outcome"
    rows = frame[["what", "currency", "events", "known_outcome", "one_in", "at_worst"]]
    widest = frame["high"].max() * 1000
    figure.update_xaxes(title="per 1,000 parcels with known outcome", range=[0, widest * 2.1], tickformat="~g")
    figure.update_yaxes(type="category", range=[-0.7, len(frame) - 0.4])
    alt = f"Lost and damaged parcels per 1,000 with 90% ranges. {title}."
    return finish(figure, title, alt, rows, height=110 + 44 * len(frame))


def _range_with_words(figure, name, row):
    """A range, its dot where the rate is told, and what they mean. The words are a trace of their own: clear of the range."""
    verdict = "too few to tell" if pd.isna(row.rate) else row.one_in
    text = f"{row.events:,} of {row.known_outcome:,}: {verdict}, at worst {row.at_worst}"
    low, high = row.low * 1000, row.high * 1000
    figure.add_scatter(x=[low, high], y=[name, name], mode="lines", line={"color": SKY, "width": 10}, hoverinfo="skip")
    figure.add_scatter(
        x=[high], y=[name], mode="text", text=["  " + text], textposition="middle right", cliponaxis=False, hoverinfo="skip"
    )
    if not pd.isna(row.rate):
        dot = {"color": BLUE, "size": 12}
        figure.add_scatter(x=[row.rate * 1000], y=[name], mode="markers", marker=dot, hovertemplate=f"{text}<extra></extra>")
