"""Figures from results and measures. One look, colours that colour-blind readers can tell apart, a title that states the finding.

Every figure carries `layout.meta`: {"alt": a sentence, "table": {"columns", "rows"}} for readers who do not see it. Only bar and
scatter traces, so that the page can carry plotly's small bundle. plotly is imported inside functions: it is slow to start.
"""

import html

import pandas as pd

from orderkit.analyses.result import draws
from orderkit.analyses.words import count
from orderkit.errors import NothingToShow

# Okabe and Ito's palette; orange and sky blue are too pale on white without an outline
BLUE, RED, PINK, ORANGE, SKY, GREY = "#0072B2", "#D55E00", "#CC79A7", "#E69F00", "#56B4E9", "#8A8F98"
INK = "#5C636E"  # text that reads on white and on dark; the page overrides it
WEEKS_SHOWN = 26
DELIVERY = {
    "on time": (["on_time"], BLUE),
    "late": (["late"], RED),
    "past the day, not arrived": (["open_late"], ORANGE),
    "on the way": (["open"], SKY),
    "lost, damaged or came back": (["lost", "damaged", "came_back"], PINK),
    "not known": (["unknown_delivery"], GREY),
}


@draws("exposure")
def late_by_week(result):
    """Shipped lines by the week of the promised day: on time, late, open, not known. Accepts a result or the measure's frame."""
    weeks = _weeks(getattr(result, "tables", {}).get("weeks", result))
    parts = pd.DataFrame({name: weeks[columns].sum(axis="columns") for name, (columns, _) in DELIVERY.items()}, index=weeks.index)
    parts = parts.loc[:, parts.sum() > 0]
    late, arrived = int(weeks["late"].sum()), int(weeks["late"].sum() + weeks["on_time"].sum())
    still = int(weeks["open_late"].sum())
    span = count(len(weeks), "week")
    title = f"{late:,} of {arrived:,} lines of {span} arrived late" if arrived else "When the lines arrived is not known"
    title += f"; {still:,} past the promised day {'has' if still == 1 else 'have'} not arrived" if still else ""
    alt = f"Stacked bars by week of the promised day, {span}. {title}."
    colours = {name: colour for name, (_, colour) in DELIVERY.items()}
    return _stacked(parts, colours, title, alt, "lines", "week of the promised day")


def orders_by_week(frame):
    """Orders by week and channel, from the measure orders_by_week added up by week and channel."""
    known = frame.dropna(subset=["week"])
    parts = known.pivot_table(index="week", columns="channel", values="orders", aggfunc="sum", fill_value=0)
    parts = _last_weeks(parts)
    orders = int(parts.to_numpy().sum())
    title = f"{count(orders, 'order')} in {count(len(parts), 'week')}, {orders / len(parts):,.0f} a week"
    alt = f"Stacked bars of orders by week, FBM and FBA. {title}."
    return _stacked(parts, {"FBM": BLUE, "FBA": ORANGE}, title, alt, "orders", "week of the order")


@draws("returns")
def return_reasons(result, *, of="returns", currency=None):
    """Groups of return reasons, largest first, with value and running share on the bar; the few that make up 80 % are coloured.

    `of` is returns (counts) or refunded (money; then one currency must be named, because currencies are never added up).
    """
    from orderkit.statistics.shares import shares, vital_few

    frame = getattr(result, "frame", result)
    if of == "refunded":
        frame = frame[frame["currency"] == currency]
    parts = frame.groupby("reason")[of].sum().sort_values(ascending=False, kind="stable")
    parts = parts[parts > 0]
    if parts.empty:
        raise NothingToShow("There is no return to draw: no returns export is loaded, or nothing was sent back.")
    few, running, own = vital_few(parts), shares(parts).cumsum(), shares(parts)
    unit = f"{currency} refunded" if of == "refunded" else "returns"
    most = int(few.sum())
    title = (
        f"{most} of {len(parts)} reasons make up {running[most - 1]:.0%} of {unit}"
        if len(parts) > 1
        else f"All {unit}: {parts.index[0].lower()}"
    )
    values = [f"{value:,.2f}" if of == "refunded" else f"{value:,.0f}" for value in parts]
    labels = [f"{value}  ({share:.0%}; so far {total:.0%})" for value, share, total in zip(values, own, running, strict=True)]
    return _ranked(parts, labels, [BLUE if is_vital else GREY for is_vital in few], title, unit)


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
    return _finish(figure, title, alt, rows, height=110 + 44 * len(frame))


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


def _weeks(frame):
    if not {"week", "on_time"} <= set(frame.columns):
        raise NothingToShow("There are no delivery weeks to draw.")
    return _last_weeks(frame.dropna(subset=["week"]).groupby("week").sum(numeric_only=True))


def _last_weeks(frame):
    if frame.empty:
        raise NothingToShow("There is no week to draw: no export with promised dates is loaded.")
    return frame.sort_index().tail(WEEKS_SHOWN)


def _stacked(parts, colours, title, alt, unit, axis):
    import plotly.graph_objects as go

    days = [f"{day:%Y-%m-%d}" for day in pd.to_datetime(parts.index)]
    figure = go.Figure()
    for name in [name for name in colours if name in parts]:
        figure.add_bar(
            x=days, y=[int(value) for value in parts[name]], name=name, width=6 * 86_400_000,
            marker={"color": colours[name], "line": {"color": INK, "width": 0.6 if colours[name] in (ORANGE, SKY) else 0}},
            hovertemplate=f"week of %{{x|%-d %b %Y}}: %{{y:,}} {unit} {html.escape(name)}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack")
    figure.update_yaxes(tickformat=",.0f", title=unit)
    figure.update_xaxes(title=axis, type="date", tickformat="%-d %b\n%Y")
    table = parts.astype(int).reset_index(names="week").assign(week=days)
    return _finish(figure, title, alt, table, height=340, legend=len(figure.data) > 1)


def _ranked(parts, labels, colours, title, unit):
    import plotly.graph_objects as go

    names = [html.escape(name) for name in parts.index]
    figure = go.Figure()
    figure.add_bar(
        x=[float(value) for value in parts], y=names, orientation="h", marker={"color": colours}, text=labels,
        textposition="outside", cliponaxis=False, hovertemplate="%{y}: %{text}<extra></extra>",
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(visible=False, range=[0, float(parts.max()) * 1.35])
    table = pd.DataFrame({"reason": list(parts.index), unit: [round(float(value), 2) for value in parts], "label": labels})
    return _finish(figure, title, f"Horizontal bars, largest first. {title}.", table, height=100 + 30 * len(parts))


def _finish(figure, title, alt, table, *, height, legend=False):
    """The one look, and what readers get who do not see the figure."""
    font = {
        "family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
        "size": 13,
        "color": INK,
    }
    rows = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    figure.update_layout(
        template="none", font=font, height=height, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", bargap=0.25,
        title={"text": html.escape(title), "x": 0, "xref": "container", "xanchor": "left", "y": 0.97, "yanchor": "top"},
        title_font_size=17,
        margin={"l": 10, "r": 20, "t": 78 if legend else 46, "b": 10}, showlegend=legend,
        legend={"orientation": "h", "y": 1.01, "yanchor": "bottom", "x": 0, "xanchor": "left", "traceorder": "normal"},
        meta={"alt": alt, "table": {"columns": [str(column) for column in table.columns], "rows": rows}},
    )  # fmt: skip
    figure.update_xaxes(showgrid=False, zeroline=False, automargin=True, title_font_size=12)
    figure.update_yaxes(showgrid=False, zeroline=False, automargin=True, rangemode="tozero", title_font_size=12)
    return figure
