"""How the last week compares: beside each finding this week, the week before, and what is usual in this shop."""

from dataclasses import dataclass

import pandas as pd

from orderkit import measures
from orderkit.analyses import show
from orderkit.analyses.words import count
from orderkit.languages import joined, phrase
from orderkit.printable import for_terminals
from orderkit.statistics.control import binomial_limits, individuals

WEEKS = 26  # of history behind a usual range
FEWEST = 8  # weeks of history below which nothing is called usual
SETTLED = 0.9  # share of a week's parcels that must have come to an end before the week is compared
SHOWN = 6  # cards of a section; the frame has all
COLUMNS = ["what", "where", "days", "week", "kind", "currency", "now", "before", "usual_low", "usual_high", "weeks", "limit"]


@dataclass(frozen=True, repr=False)
class Lately:
    """What changed in a section since the week before.

    `frame`: one row per figure and marketplace or currency: what, where, days (its window, of a rate), week (its Monday; none
    where it is of the day of the data), kind (count, share or money), currency, now, before, usual_low and usual_high (none below
    eight weeks of history), weeks (of history), limit (what Amazon holds it to, in words).
    """

    frame: pd.DataFrame
    limits: tuple = ()  # the column limit in the language in use; frames are English in every language

    def to_json(self):
        """One mapping per row, with None for what is not known."""
        rows = self.frame.astype(object).where(self.frame.notna(), None).to_dict("records")
        return [{**row, "week": row["week"] and f"{row['week']:%Y-%m-%d}"} for row in rows]

    @for_terminals
    def __repr__(self):
        return "\n".join(f"{card['label']}: {card['value']} ({card['note']})" for card in map(_card, self._rows()))

    def _repr_html_(self):
        rows = self._rows()[:SHOWN]
        return show.cards(map(_card, rows))._repr_html_() if rows else ""

    def _rows(self):
        rows = self.frame.to_dict("records")
        return [{**row, "limit": said} for row, said in zip(rows, self.limits or self.frame["limit"], strict=True)]


def lately(con, result, *, past=None):
    """What of a result's section changed since the week before; an empty frame where no week can be compared.

    past: a connection that shows the same shop as of a week earlier, with its facts. Usual ranges are limits of control charts
    over the 26 weeks before: binomial ones for shares (p chart), natural limits for counts (chart of single values).
    """
    told = {"exposure": _exposure, "returns": _returns, "losses": _losses, "health": _health}[result.kind](con, result, past)
    rows = list(told)
    frame = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(("now", "before", "usual_low", "usual_high"), float))
    return Lately(frame, tuple(row.get("limit_said") for row in rows))


def _exposure(con, result, past):
    weeks = measures.run(con, "delivery_by_week", by=["week", "marketplace"])
    arrived = weeks["on_time"] + weeks["late"]
    settled = weeks["open"] <= (1 - SETTLED) * (arrived + weeks["open"])
    told = weeks.assign(events=weeks["late"], size=arrived)[settled & (arrived > 0)]
    yield from _shares("arrived late", told, _last_week(con))
    if past is not None:
        yield from _at_risk(con, past)


def _at_risk(con, past):
    now, before = (_open_money(each) for each in (con, past))
    for currency in sorted(now.keys() | before.keys()):
        values = {"now": now.get(currency, 0), "before": before.get(currency, 0)}
        yield {"what": "past the promised day and open", "where": currency, "kind": "money", "currency": currency, **values}


def _open_money(con):
    rows = measures.rows(con, "late_open", by=["currency"])
    return {row["currency"]: float(row["value"]) for row in rows if row["currency"] and row["value"] is not None}


def _returns(con, result, past):
    weeks = measures.run(con, "returns_by_week", by=["week", "marketplace"]).dropna(subset=["week", "marketplace"])
    yield from _counts("returns asked for", weeks.assign(value=weeks["returns"]), _last_week(con))


def _losses(con, result, past):
    """Parcels lost or damaged, by week of shipping and currency: the range is that of the forecast from the weeks before."""
    weeks = result.tables.get("weeks")
    if weeks is None or weeks.empty:
        return
    settled = weeks[weeks["open"] <= (1 - SETTLED) * weeks["parcels"]]
    for currency, mine in settled.groupby("currency"):
        last = mine.sort_values("week").tail(2).to_dict("records")
        if len(last) == 2:
            yield {
                "what": "parcels lost or damaged", "where": currency, "week": pd.Timestamp(last[1]["week"]), "kind": "count",
                "now": last[1]["events"], "before": last[0]["events"], "usual_low": last[1]["low"],
                "usual_high": last[1]["high"], "weeks": len(mine) - 1,
            }  # fmt: skip


def _health(con, result, past):
    """The rates that are held to a limit, the nearest to it first, beside those of a week ago."""
    before = {} if past is None else {_rate(row): row["share"] for row in past.frame.to_dict("records")}
    told = result.frame.assign(limit_said=result.said["held_to"])
    rows = [row for row in told.to_dict("records") if not pd.isna(row["left"]) and not pd.isna(row["share"])]
    for row in sorted(rows, key=lambda row: row["left"]):
        where = row["marketplace"]
        yield {
            "what": row["name"], "where": where, "days": row["over_days"], "kind": "share", "now": row["share"],
            "before": before.get(_rate(row)), "limit": row["held_to"], "limit_said": row["limit_said"],
        }  # fmt: skip


def _rate(row):
    return row["account"], row["marketplace"], row["rate"], row["over_days"]


def _last_week(con):
    """The Monday of the last whole week of the data."""
    day = con.sql("SELECT as_of_day FROM context").fetchall()[0][0]
    return pd.Timestamp(day) - pd.Timedelta(days=(day.weekday() + 1) % 7 + 6)


def _weeks_of(frame, last):
    """Per marketplace its whole weeks in order, with that before the last one: only where both are there."""
    for where, mine in frame[frame["week"] <= last].groupby("marketplace"):
        mine = mine.sort_values("week").tail(WEEKS + 1)
        if len(mine) >= 2 and last - mine["week"].iloc[-1] <= pd.Timedelta(weeks=2):
            yield where, mine.iloc[:-1], mine.iloc[-1]


def _shares(what, frame, last):
    for where, history, now in _weeks_of(frame, last):
        share = history["events"].sum() / history["size"].sum()
        low, high = binomial_limits(share, int(now["size"])) if len(history) >= FEWEST else (None, None)
        before = history.iloc[-1]
        yield {
            "what": what, "where": where, "week": now["week"], "kind": "share", "now": now["events"] / now["size"],
            "before": before["events"] / before["size"], "usual_low": low, "usual_high": high, "weeks": len(history),
        }  # fmt: skip


def _counts(what, frame, last):
    for where, mine in frame.groupby("marketplace"):
        whole = mine.set_index("week")["value"].reindex(pd.date_range(mine["week"].min(), last, freq="7D"), fill_value=0)
        whole = whole.tail(WEEKS + 1)  # a week in which nobody asked is a week of none
        if len(whole) < 2:
            continue
        history = whole.iloc[:-1]
        _, low, high = individuals(history) if len(history) >= FEWEST else (None, None, None)
        yield {
            "what": what, "where": where, "week": whole.index[-1], "kind": "count", "now": whole.iloc[-1],
            "before": history.iloc[-1], "usual_low": None if low is None else max(low, 0.0), "usual_high": high,
            "weeks": len(history),
        }  # fmt: skip


def _card(row):
    when = "" if pd.isna(row["week"]) else phrase("week of {monday}", monday=show.day(row["week"].date()))
    span = "" if pd.isna(row["days"]) else count(int(row["days"]), "day")
    label = joined([_capital(phrase(row["what"])), row["where"], span, when], "commas")
    return {"label": label, "value": _value(row, row["now"]), "note": _note(row), "tone": _tone(row)}


def _capital(text):
    return text[:1].upper() + text[1:]


def _note(row):
    ago = "a week ago {value}" if pd.isna(row["week"]) else "the week before {value}"
    said = [phrase("not known a week ago") if pd.isna(row["before"]) else phrase(ago, value=_value(row, row["before"]))]
    if not pd.isna(row["usual_high"]):
        low, high = (_value(row, row[end]) for end in ("usual_low", "usual_high"))
        said.append(phrase("usual {low} to {high}", low=low, high=high))
    if isinstance(row["limit"], str):
        said.append(phrase("limit {limit}", limit=row["limit"]))
    return joined([*said, phrase(_unusual(row)) if _unusual(row) else ""], "clauses")


def _unusual(row):
    """Whether it lies outside what is usual, in words: colour never says it alone."""
    if pd.isna(row["usual_high"]):
        return ""
    return "more than usual" if row["now"] > row["usual_high"] else "less than usual" if row["now"] < row["usual_low"] else ""


def _tone(row):
    return {"more than usual": "bad", "less than usual": "good"}.get(_unusual(row))


def _value(row, value):
    if row["kind"] == "money":
        return show.money(value, row["currency"])
    return f"{value:.1%}" if row["kind"] == "share" else show.number(round(value))
