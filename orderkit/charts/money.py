"""From what the rules refund now and what is expected never to arrive to the money at risk, less what claims may bring."""

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.result import draws
from orderkit.analyses.words import count
from orderkit.charts.look import BLUE, GREEN, GREY, INK, ORANGE, RED, drawn, finish, headed
from orderkit.errors import NothingToShow
from orderkit.languages import joined, phrase

NOW, EXPECTED, TOTAL = "the rules say refund now", "expected never to arrive", "at risk in all"
CLAIMS, LEFT, BROUGHT = "less open claims, up to", "left if all are paid", "claims brought so far"
COLOURS = {NOW: RED, EXPECTED: BLUE, TOTAL: ORANGE, CLAIMS: GREEN, LEFT: GREY, BROUGHT: GREEN}
RANGED = (EXPECTED, TOTAL)  # carry the 90 % range of what is expected
ROOM = 2.5  # times the width of the bars, so that the labels right of them fit on a narrow page
ROW, HEAD, ASIDE = 34, 46, 172  # pixels of a bar, of what stands above the bars of a currency, of the names left of them


@draws("exposure", "money")
def money_at_risk(result, *, currency=None):
    """A waterfall per currency: what to refund now and what is expected never to arrive (90 % range) add up to what is at risk,
    from which open claims may take some; what claims brought so far stands beside and is not taken off again.

    currency: only this one; by default each with an axis of its own, most parcels on the way first. Steps that are not known are
    left out, with the sums that need them.
    """
    from plotly.subplots import make_subplots

    rows = _chosen(result.tables.get("totals"), currency)
    falls, titles = [_steps(row) for row in rows], [_title(row) for row in rows]
    figure = make_subplots(
        rows=len(rows), cols=1, row_heights=[len(steps) for steps in falls], vertical_spacing=HEAD / _height(falls),
        subplot_titles=[drawn(title) for title in titles] if len(rows) > 1 else None,
    )  # fmt: skip
    for place, (row, steps) in enumerate(zip(rows, falls, strict=True), start=1):
        _fall(figure, row, steps, place)
    figure.update_annotations(x=0, xref="paper", xanchor="left", xshift=-ASIDE, font_size=14)
    title = titles[0] if len(rows) == 1 else _of_all(rows)
    finish(figure, title, _alt(title, titles), headed(_table(rows, falls)), height=_height(falls))
    return figure.update_layout(margin_t=46 + HEAD // 2 * (len(rows) > 1))


def _alt(title, titles):
    if len(titles) == 1:
        return phrase("A waterfall of amounts. {title}.", title=title)
    text = "A waterfall of amounts per currency, each on an axis of its own. {title}. {each}."
    return phrase(text, title=title, each=joined(titles, "clauses"))


def _table(rows, falls):
    cells = [
        (row["currency"], phrase(name), round(length, 2), label)
        for row, steps in zip(rows, falls, strict=True)
        for name, _, length, label in steps
    ]
    return pd.DataFrame(cells, columns=["currency", "what", "amount", "label"])


def _of_all(rows):
    """One finding for several currencies, which are never added up."""
    risks = {row["currency"]: _risk(row) for row in rows}
    known = {currency: round(risk, 2) for currency, risk in risks.items() if risk is not None}
    return phrase("At risk: {money}", money=show.sums(known)) if known else phrase("How much is at risk is not known")


def _chosen(totals, currency):
    """The rows of totals with anything to draw, as dicts, most parcels on the way first. Raises NothingToShow."""
    mine = pd.DataFrame(columns=["currency", "open_parcels"]) if totals is None else totals
    mine = mine if currency is None else mine[mine["currency"] == currency]
    mine = mine.sort_values("open_parcels", ascending=False, kind="stable").astype(object)
    rows = [row for row in mine.where(mine.notna(), None).to_dict("records") if _steps(row)]
    if not rows:
        of_it = "There is no money on the way to draw in {currency}." if currency else "There is no money on the way to draw."
        raise NothingToShow(phrase(of_it, currency=currency))
    return rows


def _height(falls):
    return 60 + HEAD // 2 * (len(falls) > 1) + sum(HEAD * (len(falls) > 1) + ROW * len(steps) for steps in falls)


def _noun(row):
    return "order" if "refund_now_orders" in row else "line"


def _risk(row):
    """What is at risk in all; None where a part of it is not known."""
    return None if row["refund_now"] is None or row["expected"] is None else row["refund_now"] + row["expected"]


def _money(amount, row):
    """An amount; where its currency is not known the bare number, as the heading says so."""
    return show.money(round(amount, 2), row["currency"]) if row["currency"] else show.number(round(amount, 2), digits=2)


def _steps(row):
    """[(name, where its bar begins, its length, label)]: a length below 0 goes back; without what is not known."""
    now, expected = row["refund_now"], row["expected"]
    steps = [(NOW, 0, now), (EXPECTED, now or 0, expected)]
    whole = _risk(row)
    steps += [(TOTAL, 0, whole)]
    if row[f"claimable_{_noun(row)}s"]:
        claims = row["claimable"]
        known = whole is not None and claims is not None
        steps += [(CLAIMS, whole or 0, -claims if known else claims), (LEFT, 0, whole - claims if known else None)]
    if row["brought"]:
        steps += [(BROUGHT, 0, row["brought"])]
    return [(name, start, length, _label(row, name, length)) for name, start, length in steps if length is not None]


def _label(row, name, length):
    """The amount, of how many it is, how many of those have no amount, and its range."""
    said, column = _money(length, row), {NOW: "refund_now", CLAIMS: "claimable"}.get(name)
    if name in RANGED:
        low, high = (_money(row[end] + length - row["expected"], row) for end in ("low90", "high90"))
        return phrase("{money} (90% range {low} to {high})", money=said, low=low, high=high)
    if not column:
        return said
    without, things = row.get(f"{column}_without_value"), count(row[f"{column}_{_noun(row)}s"], _noun(row))
    if without:
        return phrase("{money} ({things}, {n} without an amount)", money=said, things=things, n=f"{without:,}")
    return phrase("{money} ({things})", money=said, things=things)


def _fall(figure, row, steps, place):
    """The bars of one currency, a line from each to the next, the ranges, and the labels right of all of it."""
    keys, starts, lengths, labels = (list(column) for column in zip(*steps, strict=True))
    names = [phrase(name) for name in keys]
    texts, at = [drawn(label) for label in labels], {"row": place, "col": 1}
    figure.add_bar(
        x=lengths, y=names, base=starts, orientation="h", marker={"color": [COLOURS[name] for name in keys]}, text=texts,
        textposition="none", hovertemplate="%{y}: %{text}<extra></extra>", width=0.62, **at,
    )  # fmt: skip
    ends = [max(start, start + length) for start, length in zip(starts, lengths, strict=True)]
    for number, (key, name) in enumerate(zip(keys, names, strict=True)):
        if key in RANGED:
            low, high = (row[end] + starts[number] + lengths[number] - row["expected"] for end in ("low90", "high90"))
            line = {"color": INK, "width": 3}
            figure.add_scatter(x=[low, high], y=[name, name], mode="lines", line=line, hoverinfo="skip", **at)
            ends[number] = max(ends[number], high)
    words = {"mode": "text", "textposition": "middle right", "cliponaxis": False, "hoverinfo": "skip"}
    figure.add_scatter(x=ends, y=names, text=["  " + text for text in texts], **words, **at)
    least, most = min(0, *(start + length for start, length in zip(starts, lengths, strict=True))), max(*ends, 0)
    figure.add_vline(x=0, line={"color": INK, "width": 1}, **at)
    figure.update_yaxes(autorange="reversed", type="category", ticklabelstandoff=6, **at)
    figure.update_xaxes(visible=False, range=[least, least + ((most - least) or 1) * ROOM], **at)


def _title(row):
    """What is at risk, and of how much on the way."""
    way = _on_the_way(row)
    if _risk(row) is not None:
        said = joined([phrase("{money} at risk", money=_money(_risk(row), row)), way], "clauses")
    elif row["expected"] is not None:
        said = joined([phrase("{money} expected never to arrive", money=_money(row["expected"], row)), way], "clauses")
    else:
        said = joined([f"{way[0].upper()}{way[1:]}", phrase("how much never arrives is not known")], "clauses")
    return said if row["currency"] else phrase("Currency not known: {finding}", finding=said)


def _on_the_way(row):
    if row["open_value"] is None:
        return phrase("what is on the way has no amount")
    if not row["open_parcels"]:
        return phrase("no parcel with an amount is on the way")
    return phrase("{money} on the way", money=_money(row["open_value"], row))
