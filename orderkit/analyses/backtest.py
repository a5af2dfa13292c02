"""The forecast of arrivals as it would have been made on an earlier day, from what was known then; scored if the truth is in."""

import datetime as dt

import numpy as np
import pandas as pd

from orderkit.analyses import show, travel
from orderkit.analyses.result import Result
from orderkit.analyses.words import amounts, count, per_cent
from orderkit.errors import BadValue, NothingToShow
from orderkit.languages import joined, phrase
from orderkit.statistics.delivery import fit
from orderkit.statistics.scores import brier, coverage, reliability, skill
from orderkit.statistics.track_record import corrected, correction, known, not_arriving, track_record

TITLE = "How the forecast of arrivals comes true"
LEVELS = (0.5, 0.8, 0.9)
SEED = 20210312
MOST_DAYS = 120
ORDERS = ["order_id", "currency", "age_days", "value", "p_delivered", "p_lost", "arrived"]
WEEKS = [
    "as_of", "open_orders", "currency", "value", "expected", "low50", "high50", "low80", "high80", "low90", "high90", "actual",
    "brier", "skill", "foretold", "arrived",
]  # fmt: skip
VIEW = {
    "as_of": "as of", "currency": "currency", "open_orders": "orders on their way", "value": "worth",
    "expected": "expected not to arrive in time", "low90": "at least", "high90": "at most", "actual": "did not arrive in time",
    "brier": "Brier", "skill": "skill",
}  # fmt: skip


class Backtest(Result):
    """`.frame`: a row per as-of day and currency; `.tables["orders"]`: a row per order of the last as-of day."""

    def to_json(self):
        """The last as-of day for machines: open orders, per currency what is expected not to arrive in time, and the scores."""
        day = self.frame["as_of"].max()
        rows = self.frame[self.frame["as_of"] == day]
        figures = ("value", "expected", "low80", "high80", "low90", "high90", "actual")
        money = {
            row["currency"]: {name: _plain(row[name]) for name in figures if name != "actual" or not pd.isna(row[name])}
            for row in rows.to_dict("records")
        }
        first = rows.iloc[0]
        told = {"as_of": str(day.date()), "horizon_days": self.tables["horizon"], "open_orders": int(first["open_orders"])}
        return {**told, "currency": money, "brier": _plain(first["brier"]), "skill": _plain(first["skill"])}


def _plain(number):
    return None if pd.isna(number) else round(float(number), 4)


def forecast(past, *, horizon):
    """What a view of the shop foretells: (frame of its open orders, rows of WEEKS by currency without scores).

    An order is open while one of its parcels is on its way and nobody refunded it; the parcel that left last speaks for it.
    p_delivered: the chance that it arrives by the as-of day + horizon; p_lost: that it never does. Money: the refundable amount
    of what is on its way, that is expected not to arrive by then, with ranges from chance, from what is not known of the model's
    parameters and from how far the forecasts of earlier weeks were off. Needs the facts. Raises NothingToShow without deliveries
    enough for a model.
    """
    travel.travel(past)
    parcels, day = travel.counted(past), travel.today(past)
    model = fit(known(parcels, day if day is not None else 0)[0], by=travel.BY)
    found = correction(track_record(parcels, day, horizon=horizon, by=travel.BY))
    orders = _orders(travel.still_open(past))
    stratum, age = model.index(orders), orders["age_days"].to_numpy(dtype=int)
    orders["p_delivered"] = corrected(model.p_delivered(stratum, age, horizon), found)
    orders["p_lost"] = np.minimum(model.p_lost(stratum, age), 1 - orders["p_delivered"])
    return orders, _by_currency(orders, model, stratum, age, horizon, found), found


def _orders(parcels):
    """One row per order: its open parcels together."""
    first = parcels.sort_values("age_days", kind="stable").drop_duplicates(["account", "order_id"])
    value = parcels.assign(value=parcels["value"].astype(float)).groupby(["account", "order_id"])["value"].sum(min_count=1)
    keyed = first.set_index(["account", "order_id"])
    return keyed.assign(value=value).sort_index().reset_index()


def _by_currency(orders, model, stratum, age, horizon, found):
    rows = []
    for currency in sorted(orders["currency"].dropna().unique()):
        mine = (orders["currency"] == currency).to_numpy() & orders["value"].notna().to_numpy()
        value = orders.loc[mine, "value"].to_numpy()
        rng = np.random.default_rng(SEED)
        whole = not_arriving(model, stratum[mine], age[mine], value, horizon=horizon, found=found, rng=rng, levels=LEVELS)
        told = {"currency": currency, "open_orders": len(orders), "value": value.sum(), "expected": whole.expected}
        rows.append(told | whole.ends())
    return rows


def backtest(views, now, *, horizon):
    """The forecasts of several days, scored: a Backtest. Raises BadValue for a horizon that is none, NothingToShow as `forecast`.

    views: connections that show the shop as of each day, with its facts, in the order of days; now: one that shows all that is
    known. Days too early for a model are left out. Scores appear where `now` reaches to the day of the forecast + horizon: Brier
    score of p_delivered, and skill against the share that arrived in the weeks before.
    """
    if not isinstance(horizon, int) or not 1 <= horizon <= MOST_DAYS:
        raise BadValue(f"A horizon of {horizon} days is none: give a whole number from 1 to {MOST_DAYS}.")
    came, last = _arrivals(now)
    rows, scored, orders, too_little = [], [], None, None
    for past in views:
        day = past.sql("SELECT as_of_day FROM context").fetchall()[0][0]
        try:
            orders, money, found = forecast(past, horizon=horizon)
        except NothingToShow as nothing:  # too early for a model; later days may have one
            too_little = nothing
            continue
        due = day + dt.timedelta(days=horizon)
        told = due <= last
        if told:
            orders["arrived"] = _in_time(orders, came, due)
            scored.append(orders[["arrived", "p_delivered"]])
        rows += [{"as_of": day, **_scores(orders, found, told), **row, **_actual(orders, row["currency"], told)} for row in money]
    if not rows:
        raise too_little or NothingToShow(phrase("No order was on its way on that day: there is nothing to forecast."))
    frame = pd.DataFrame(rows, columns=WEEKS)
    frame["as_of"] = pd.to_datetime(frame["as_of"])
    return _result(frame, orders, pd.concat(scored) if scored else None, horizon)


def _arrivals(now):
    """(the day on which each order was delivered whole, up to which day that is known)."""
    travel.travel(now)
    came = now.sql("""
        SELECT account, order_id, max(ended_day) AS came
        FROM travel
        GROUP BY account, order_id
        HAVING bool_and(event = 'delivered')
    """).df()
    return came, now.sql("SELECT as_of_day FROM context").fetchall()[0][0]


def _in_time(orders, came, due):
    met = orders.merge(came, on=["account", "order_id"], how="left")["came"]
    return (pd.to_datetime(met) <= pd.Timestamp(due)).to_numpy()


def _scores(orders, found, told):
    if not told or orders.empty:
        return {}
    chance, came = orders["p_delivered"].to_numpy(), orders["arrived"].to_numpy()
    better = skill(came, chance, found.base) if found.weeks else np.nan
    return {"brier": brier(came, chance), "skill": better, "foretold": chance.sum(), "arrived": came.sum()}


def _actual(orders, currency, told):
    if not told:
        return {}
    mine = (orders["currency"] == currency) & ~orders["arrived"].astype(bool)
    return {"actual": orders.loc[mine, "value"].sum()}


def _result(frame, orders, scored, horizon):
    told = frame.dropna(subset=["actual"])
    table = reliability(scored["arrived"], scored["p_delivered"]) if scored is not None else None
    shown = orders.reindex(columns=ORDERS) if orders is not None else pd.DataFrame(columns=ORDERS)
    return Backtest(
        kind="backtest", title=phrase(TITLE), headline=_headline(frame, told, horizon), frame=frame,
        how=_how(told, scored, horizon),
        tables={"orders": shown, "reliability": table, "horizon": horizon},
        money=("value", "expected", "low90", "high90", "actual"), view=VIEW, rows_shown=60,
    )  # fmt: skip


def _headline(frame, told, horizon):
    last = frame[frame["as_of"] == frame["as_of"].max()]
    money = {row["currency"]: row for row in last.to_dict("records")}
    said = {
        "day": show.day(last["as_of"].iloc[0]), "orders": count(int(last["open_orders"].iloc[0]), "order"), "days": horizon,
        "money": amounts({c: round(row["expected"], 2) for c, row in money.items()}),
    }  # fmt: skip
    if told.empty:
        return phrase(NOT_IN_YET, **said)
    if told["as_of"].nunique() == 1:
        return phrase(DID_NOT, actual=amounts({c: round(row["actual"], 2) for c, row in money.items()}), **said)
    held = coverage(told["actual"], told["low90"], told["high90"])
    return phrase(HELD, forecasts=count(held.n, "forecast"), n=held.inside, **said)


NOT_IN_YET = "As of {day}: of {orders} on the way, {money} expected not to arrive within {days} days; the truth is not in yet."
DID_NOT = "As of {day}: of {orders} on the way, {money} expected not to arrive within {days} days; {actual} did not."
HELD = (
    "As of {day}: of {orders} on the way, {money} expected not to arrive within {days} days. Of {forecasts} that can be "
    "judged, the 90 % range held in {n}."
)
OPEN = (
    "Open: handed over to a carrier, on the way by tracking or by the marketplace, and not refunded. Each forecast is made "
    "from what was known on its day alone."
)
RANGES = "Ranges hold chance, what is not known of the model, and how far the forecasts of up to 26 weeks before were off."
SCORE = "Brier score {score} over {orders}; amounts that did not arrive in time, actual over expected: {ratios}."
SCORE_AND_SKILL = (
    "Brier score {score} over {orders}, skill {skill} against the share that arrived in the weeks before; amounts that did not "
    "arrive in time, actual over expected: {ratios}."
)


def _how(told, scored, horizon):
    said = [phrase(OPEN), phrase(RANGES)]
    if told.empty:
        return [*said, phrase("Scores appear when the data reach {days} days past the as-of day.", days=horizon)]
    score = f"{brier(scored['arrived'], scored['p_delivered']):.4f}"
    known_skill = told.drop_duplicates("as_of")["skill"].dropna()  # it is that of the day, not of a currency
    better = {"skill": f"{known_skill.mean():.2f}"} if len(known_skill) else {}
    sums = told.groupby("currency")[["actual", "expected"]].sum()  # never across currencies
    ratios = joined((_ratio(*row) for row in sums.itertuples() if row.expected), "commas")
    text = SCORE_AND_SKILL if better else SCORE
    said.append(phrase(text, score=score, orders=count(len(scored), "order"), ratios=ratios, **better))
    for level in (50, 80, 90):
        held = coverage(told["actual"], told[f"low{level}"], told[f"high{level}"])
        counted = {"level": level, "n": held.inside, "all": held.n, "share": per_cent(held.share)}
        said.append(phrase("{level} % ranges: {n} of {all} held the truth ({share}).", **counted))
    return said


def _ratio(currency, actual, expected):
    return phrase("{ratio} in {currency}", ratio=f"{actual / expected:.2f}", currency=currency)
