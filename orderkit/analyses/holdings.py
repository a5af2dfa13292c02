"""What a shop holds, for whoever opens it: accounts, marketplaces, weeks, exports and how far they reach, sums, next calls."""

import json
from decimal import Decimal

import pandas as pd

from orderkit import display
from orderkit.analyses import show
from orderkit.analyses.words import count
from orderkit.formats import formats
from orderkit.languages import listed, phrase
from orderkit.printable import in_line

NEXT = ("todo()", "explain(order)", "exposure()", "returns()", "losses()", "health()", 'measure("orders_by_week")', "sql(text)")
TITLES = {
    "export": "Export",
    "files": "Files",
    "lines": "Lines",
    "aside": "Set aside",
    "reaches": "Reaches to",
    "sums": "Item prices",
}


def holdings(con):
    """Sentences about accounts, marketplaces and weeks, and the frame of exports, one row each."""
    names = con.sql(
        "SELECT list(DISTINCT account ORDER BY account), list(DISTINCT marketplace ORDER BY marketplace)"
        " FILTER (marketplace IS NOT NULL), min(ordered_at), max(ordered_at) FROM order_lines"
    ).fetchall()[0]
    accounts, sites, first, last = names
    if first is None:
        return [], exports(con)
    said = [phrase("Accounts: {names}.", names=listed(map(in_line, accounts)))] if accounts else []
    said += [phrase("Marketplaces: {names}.", names=listed(map(in_line, sites)))] if sites else []
    return [*said, phrase("Orders from {first} to {last}.", first=show.day(first), last=show.day(last))], exports(con)


def exports(con):
    """One row per kind of export that is loaded: files, lines, lines set aside, up to when it tells, sums of item prices."""
    rows = con.sql(
        "SELECT format, count(*), sum(lines), sum(quarantined), max(covers_to), list(money) FROM loads GROUP BY format ORDER BY 1"
    ).fetchall()
    known = formats()
    told = [
        {
            "export": known[form].title if form in known else form, "files": files, "lines": int(lines), "aside": int(aside),
            "reaches": None if reaches is None else reaches.date(), "sums": _sums(money),
        }
        for form, files, lines, aside, reaches, money in rows
    ]  # fmt: skip
    return pd.DataFrame(told, columns=[*TITLES])


def pieces(con, weeks):
    """The holdings as HTML for notebooks: sentences, the table of exports, the weeks there are, the next calls."""
    said, found = holdings(con)
    table = [show.table(found, titles=TITLES, right=["sums"])] if len(found) else []
    asked = listed(f"shop.{call}" for call in NEXT)
    listed_weeks = phrase("Weeks available ({number}): {weeks}.", number=count(len(weeks), "week"), weeks=", ".join(weeks))
    fold = [show.fold(phrase("Weeks to choose from"), [listed_weeks])] if weeks else []
    parts = [show.note(" ".join(said)), *table, *fold, show.note(phrase("Next: {calls}.", calls=asked))]
    return [show.Piece(display.in_notebooks_only("".join(parts)))]


def as_text(con, weeks):
    """The same as lines of text."""
    said, found = holdings(con)
    lines = [
        f"{row.export}: {count(row.files, 'file')}, {count(row.lines, 'line')}"
        + (f", {row.aside:,} set aside" if row.aside else "")
        + ("" if pd.isna(row.reaches) else f", to {show.day(row.reaches)}")
        + (f", {row.sums}" if row.sums else "")
        for row in found.itertuples()
    ]
    span = [f"Weeks: {weeks[-1]} to {weeks[0]} ({len(weeks)})."] if weeks else []
    return "\n".join([*said, *span, *lines])


def _sums(money):
    """Item prices of all files of a kind by currency, exactly, as text; empty where the export has none."""
    totals = {}
    for text in money:
        for currency, amount in (json.loads(text, parse_float=str) if text else {}).items():
            totals[currency] = totals.get(currency, Decimal(0)) + Decimal(str(amount))
    return show.sums(totals) if totals else ""
