"""Every measure again, in pandas, on random shops: other tool, same numbers. A measure without a twin fails."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest
import shops
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderkit import measures
from orderkit.measures.runner import keys

days = st.one_of(st.none(), st.dates(dt.date(2026, 2, 26), dt.date(2026, 3, 12)))
money = st.one_of(st.none(), st.integers(0, 999).map(lambda cents: Decimal(cents) / 100))
places = st.sampled_from([("amazon.com", "USD"), ("amazon.com", None), ("amazon.de", "EUR"), (None, "EUR")])
statuses = st.sampled_from(["unshipped", "partially_shipped", "shipped", "cancelled", "pending", None])
deliveries = st.sampled_from(["not_shipped", "on_time", "late", "open", "open_late", "lost", "damaged", "came_back", None])
outcomes = st.sampled_from(["delivered", "lost", "damaged", "returning", "rejected", "returned", "in_transit", "unknown", None])
lines = st.lists(
    st.fixed_dictionaries({
        "order_id": st.sampled_from("ABC"), "channel": st.sampled_from(["FBM", "FBM", "FBA"]), "place": places,
        "value": money, "item_price": money, "units": st.one_of(st.none(), st.integers(0, 4)), "status": statuses,
        "status_as_exported": st.sampled_from(["Shipped", "Cancelled"]), "delivery": deliveries,
        "tracking": st.sampled_from([None, "none", "in_transit", "delivered", "lost", "returned"]), "ordered_day": days,
        "deliver_by_day": days, "days_past_deliver_by": st.sampled_from([None, -1, 0, 1, 3, 4, 30, 31, 90, 91]),
        "days_past_ship_by": st.sampled_from([None, -1, 0, 1]), "ship_by_day": days, "confirmed_day": days, "shipped_day": days,
        "delivered_day": days, "first_deliver_by_day": days, "confirmed": st.sampled_from([True, False, None]),
        "handed_over": st.sampled_from([True, True, False, None]), "official_request": st.sampled_from([True, False, None]),
        "as_of_day": st.just(dt.date(2026, 3, 5)),
    }),
    max_size=8,
)  # fmt: skip
parcels = st.lists(
    st.fixed_dictionaries({
        "order_id": st.sampled_from("ABCZ"), "carrier": st.sampled_from(["UPS", None]), "named": st.booleans(),
        "tracking": st.sampled_from([None, "", "Z9", "Z9"]), "outcome": outcomes,
        "delivered_at": st.sampled_from([None, dt.datetime(2026, 3, 9, tzinfo=dt.UTC)]),
    }),
    max_size=5,
)  # fmt: skip
returns = st.lists(
    st.fixed_dictionaries({
        "pick": st.integers(0, 9), "place": places, "units": st.integers(1, 3), "requested_at": days, "received": st.booleans(),
        "reason_group": st.sampled_from(["fit_style", "remorse", None]), "reason": st.sampled_from(["X", "Y"]),
        "usual_cause": st.just("buyer"), "refunded": money,
        "status": st.sampled_from(["approved", "cancelled", "declined", None]),
        "a_to_z_claim": st.sampled_from([True, False, None]),
    }),
    max_size=6,
)  # fmt: skip
moments = st.integers(0, 500).map(lambda hours: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=hours))
troubles = st.lists(
    st.fixed_dictionaries({
        "order_id": st.sampled_from("ABZ"), "category": st.sampled_from(["a_to_z", "chargeback", "refund"]),
        "amount": st.sampled_from([Decimal(-5), Decimal(5)]), "counts": st.booleans(), "rating": st.integers(0, 5),
    }),
    max_size=4,
)  # fmt: skip
loads = st.lists(st.fixed_dictionaries({
    "format": st.sampled_from(["a", "b"]), "file": st.sampled_from(["x", "y"]), "lines": st.integers(0, 9),
    "quarantined": st.integers(0, 3), "covers_from": moments, "covers_to": moments,
    "reasons": st.lists(st.sampled_from(["no_day", "no_money"]), max_size=3),
}), max_size=4)  # fmt: skip


LINE = [
    "order_id",
    "line",
    "channel",
    "marketplace",
    "currency",
    "value",
    "item_price",
    "units",
    "status",
    "status_as_exported",
    "delivery",
    "tracking",
    "ordered_day",
    "deliver_by_day",
    "days_past_deliver_by",
    "days_past_ship_by",
    "ship_by_day",
    "confirmed_day",
    "shipped_day",
    "delivered_day",
    "first_deliver_by_day",
    "confirmed",
    "handed_over",
    "official_request",
    "as_of_day",
]
RETURN = [
    "return_id",
    "order_id",
    "line",
    "marketplace",
    "currency",
    "units",
    "requested_at",
    "received",
    "reason_group",
    "reason",
    "usual_cause",
    "status",
    "refunded",
    "a_to_z_claim",
]


class Shop:
    """What was put in, as frames."""

    def __init__(self, con, drawn_lines, drawn_parcels, drawn_returns, drawn_troubles, drawn_loads):
        shops.clear(con)
        for number, row in enumerate(drawn_lines):
            row |= {"line": str(number), "marketplace": row["place"][0], "currency": row["place"][1]}
            shops.add_line(con, **row)
        for number, row in enumerate(drawn_parcels):
            row["parcel"] = f"P{number}"
            held = [line["line"] for line in drawn_lines if line["order_id"] == row["order_id"]]
            facts = {key: row[key] for key in ("carrier", "named", "outcome", "delivered_at", "tracking")}
            shops.add_parcel(con, row["parcel"], row["order_id"], *held, **facts)
        for number, row in enumerate(drawn_returns):
            of = drawn_lines[row["pick"]] if row["pick"] < len(drawn_lines) else {"order_id": "Z", "line": None}
            row |= {"return_id": f"R{number}", "order_id": of["order_id"], "line": of["line"]}
            row |= {"marketplace": row["place"][0], "currency": row["place"][1]}
            shops.add_return(con, **row)
        for number, row in enumerate(drawn_troubles):
            shops.add_booking(con, str(number), row["order_id"], row["category"], row["amount"], counts=row["counts"])
            if row["rating"]:
                shops.add_feedback(con, row["order_id"], row["rating"])
        for number, row in enumerate(drawn_loads):
            shops.add_load(con, file_id=number, sha256=str(number), **{k: v for k, v in row.items() if k != "reasons"})
            for line, reason in enumerate(row["reasons"]):
                shops.put(con, "rejects", file_id=number, line=line, reason=reason)
        self.lines = pd.DataFrame(drawn_lines, columns=LINE)
        told = ["parcel", "order_id", "carrier", "named", "outcome", "delivered_at", "tracking"]
        self.parcels = pd.DataFrame(drawn_parcels, columns=told)
        self.troubles = drawn_troubles
        self.returns = pd.DataFrame(drawn_returns, columns=RETURN)
        self.loads = pd.DataFrame(
            drawn_loads, columns=["format", "file", "lines", "quarantined", "covers_from", "covers_to", "reasons"]
        )


def monday(frame, column):
    known = frame["marketplace"].notna() & frame[column].notna()
    return [day - dt.timedelta(days=day.weekday()) if ok else None for day, ok in zip(frame[column], known, strict=True)]


def total(values):
    known = [value for value in values if not pd.isna(value)]
    return sum(known) if known else None


def grouped(frame, by, **figures):
    """One row per group: each figure is (a truth per row or None for all, what to add up or None for a count)."""
    found = {}
    for position, key in enumerate(zip(*(frame[column] for column in by), strict=True)):
        found.setdefault(tuple(None if pd.isna(part) else part for part in key), []).append(position)
    return {
        key: {
            name: len(chosen) if values is None else total([list(values)[i] for i in chosen])
            for name, (truth, values) in figures.items()
            for chosen in [[i for i in rows if truth is None or list(truth)[i]]]
        }
        for key, rows in found.items()
    }


def status_counts(shop):
    f = shop.lines
    return grouped(f, ["marketplace", "channel", "status_as_exported", "currency"], lines=(None, None), units=(None, f["units"]),
                   amount=(None, f["item_price"]), lines_without_amount=(f["item_price"].isna(), None))  # fmt: skip


def orders_by_week(shop):
    f = shop.lines.assign(week=monday(shop.lines, "ordered_day"))
    first, kept = ~f.duplicated("order_id"), f["status"] != "cancelled"
    return grouped(f, ["week", "marketplace", "channel", "currency"], orders=(first, None), lines=(None, None),
                   units=(kept, f["units"]), sales=(kept, f["item_price"]),
                   lines_without_amount=(kept & f["item_price"].isna(), None), cancelled=(~kept, None))  # fmt: skip


def travelled(shop):
    f = shop.lines
    return f[(f["channel"] == "FBM") & (f["delivery"] != "not_shipped")]


def delivery_by_week(shop):
    f = travelled(shop)
    f, d = f.assign(week=monday(f, "deliver_by_day")), f["delivery"]
    states = {name: (d == name, None) for name in ("on_time", "late", "open", "open_late", "lost", "damaged", "came_back")}
    return grouped(f, ["week", "marketplace", "currency"], lines=(None, None), **states, unknown_delivery=(d.isna(), None),
                   promise_unknown=(f["deliver_by_day"].isna(), None), value=(None, f["value"]),
                   value_open_late=(d == "open_late", f["value"]), lines_without_value=(f["value"].isna(), None))  # fmt: skip


def late_open(shop):
    f = shop.lines[(shop.lines["channel"] == "FBM") & (shop.lines["days_past_deliver_by"] > 0)]
    waiting = (f["delivery"] == "not_shipped") & f["status"].isin(["unshipped", "partially_shipped"])
    known, dark = waiting | (f["delivery"] == "open_late"), f["delivery"].isna()
    f = f.assign(waiting=waiting, dark=dark, known=known)[known | dark]
    names = ["1 to 3 days", "4 to 30 days", "31 to 90 days", "over 90 days"]
    f = f.assign(age=pd.cut(f["days_past_deliver_by"].astype(float), [0, 3, 30, 90, 999], labels=names).astype(object))
    return grouped(f, ["marketplace", "currency", "age"], lines=(f["known"], None), not_shipped=(f["waiting"], None),
                   value=(f["known"], f["value"]), lines_without_value=(f["known"] & f["value"].isna(), None),
                   unknown_delivery=(f["dark"], None), value_unknown_delivery=(f["dark"], f["value"]))  # fmt: skip


def not_shipped(shop):
    f = shop.lines[(shop.lines["channel"] == "FBM") & shop.lines["status"].isin(["unshipped", "partially_shipped"])]
    past = f["days_past_ship_by"] > 0
    return grouped(f, ["marketplace", "currency"], lines=(None, None), value=(None, f["value"]), past_ship_by=(past, None),
                   value_past_ship_by=(past, f["value"]), ship_by_unknown=(f["days_past_ship_by"].isna(), None),
                   lines_without_value=(f["value"].isna(), None))  # fmt: skip


def waits(row):
    return row["status"] in ("unshipped", "partially_shipped")


def lateness(row):
    """The place of a line among those of its order; the least speaks for the order."""
    overdue = row["delivery"] == "not_shipped" and waits(row) and (row["days_past_deliver_by"] or 0) > 0
    fates = ["open_late", "overdue", "late", None, "lost", "damaged", "came_back", "not_shipped", "open", "on_time", "not_paid"]
    unpaid = row["delivery"] == "not_shipped" and not waits(row)
    past = row["days_past_deliver_by"]
    return (
        fates.index("overdue" if overdue else "not_paid" if unpaid else row["delivery"]),
        past is None,
        -(past or 0),
        row["line"],
    )


def as_orders(shop):
    """The shop with one line per order, as late as its latest line and worth all of them."""
    orders = []
    for _, lines in shop.lines.groupby(["order_id", "channel"]):
        rows = lines.astype(object).where(lines.notna(), None).to_dict("records")
        owed = [row for row in rows if (row["status"], row["delivery"]) != ("cancelled", "not_shipped")]
        if not owed:
            continue
        values, currencies = [row["value"] for row in owed], {row["currency"] for row in owed}
        past = [row["days_past_ship_by"] for row in owed if waits(row)]
        most = max((days for days in past if days is not None), default=None)
        order = min(owed, key=lateness)
        orders.append(order | {
            "currency": order["currency"] if len(currencies) == 1 else None,
            "value": sum(values) if len(currencies) == 1 and None not in values else None,
            "status": "unshipped" if past else order["status"],
            "days_past_ship_by": most if most is not None and (most > 0 or None not in past) else None,
        })  # fmt: skip
    return SimpleNamespace(lines=pd.DataFrame(orders, columns=LINE))


def return_figures(f):
    gone = f["status"].isin(["cancelled", "declined"])
    told = (f["refunded"].fillna(0) > 0).astype(bool)
    return {"returns": (~gone, None), "units": (~gone, f["units"]), "received": (~gone & f["received"].astype(bool), None),
            "refunded": (~gone & told, f["refunded"]), "returns_without_refund_amount": (~gone & ~told, None),
            "withdrawn": (gone, None)}  # fmt: skip


def return_reasons(shop):
    figures = return_figures(shop.returns)
    del figures["received"]
    return grouped(shop.returns, ["reason_group", "reason", "usual_cause", "marketplace", "currency"], **figures)


def returns_by_week(shop):
    f = shop.returns.assign(week=monday(shop.returns, "requested_at"))
    return grouped(f, ["week", "marketplace", "currency"], **return_figures(f))


def returns_by_order_week(shop):
    f, r = travelled(shop), shop.returns
    back = r[~r["status"].isin(["cancelled", "declined"])].groupby("line")["units"].sum()
    f, home = f.assign(week=monday(f, "ordered_day")), f["delivery"] == "came_back"
    zeros = [0] * len(f)
    return grouped(f, ["week", "marketplace", "currency"], units_shipped=(None, f["units"]),
                   units_returned=(None, f["line"].map(back).fillna(0)),
                   units_came_back=(None, f["units"].where(home, zeros)), lines_came_back=(home, None),
                   lines_without_units=(f["units"].isna(), None))  # fmt: skip


def sent(shop):
    """Parcels with what is in them; a parcel holds all lines of its order."""
    rows = []
    for parcel in shop.parcels.to_dict("records"):
        held = shop.lines[shop.lines["order_id"] == parcel["order_id"]]
        among = int((shop.parcels["order_id"] == parcel["order_id"]).sum())
        value = sum(held["value"]) / among if len(held) and held["value"].notna().all() else None
        least = {name: min(held[name].dropna(), default=None) for name in ("channel", "marketplace", "currency", "ordered_day")}
        scanned = parcel["delivered_at"] is not None and not pd.isna(parcel["delivered_at"])
        outcome = (
            parcel["outcome"]
            if parcel["outcome"] not in (None, "unknown") and not pd.isna(parcel["outcome"])
            else "delivered"
            if scanned
            else "unknown"
        )
        rows.append({**parcel, **least, "value": value, "outcome": "returning" if outcome == "rejected" else outcome})
    f = pd.DataFrame(
        rows, columns=["carrier", "named", "outcome", "channel", "marketplace", "currency", "ordered_day", "value"], dtype=object
    )
    return f[f["channel"] != "FBA"]


def parcel_outcomes(shop):
    f = sent(shop)
    what = {"delivered": "delivered", "lost": "lost", "damaged": "damaged", "on_way_back": "returning", "returned": "returned",
            "in_transit": "in_transit", "unknown_outcome": "unknown"}  # fmt: skip
    counts = {name: (f["outcome"] == outcome, None) for name, outcome in what.items()}
    lost, damaged, dark = f["outcome"] == "lost", f["outcome"] == "damaged", f["value"].isna()
    return grouped(f, ["carrier", "marketplace", "currency", "named"], parcels=(None, None), **counts, value=(None, f["value"]),
                   parcels_without_value=(dark, None), value_lost=(lost, f["value"]), lost_without_value=(lost & dark, None),
                   value_damaged=(damaged, f["value"]), damaged_without_value=(damaged & dark, None))  # fmt: skip


def parcels_by_week(shop):
    f = sent(shop)
    return grouped(f.assign(week=monday(f, "ordered_day")), ["week", "marketplace", "currency"], parcels=(None, None))


def data_up_to(shop):
    f = shop.loads
    found = grouped(f, ["format"], files=(None, None), rows=(None, f["lines"]), set_aside=(None, f["quarantined"]))
    return {
        key: row
        | {
            "covers_from": min(f.loc[f["format"] == key[0], "covers_from"]),
            "covers_to": max(f.loc[f["format"] == key[0], "covers_to"]),
        }
        for key, row in found.items()
    }


def lines_set_aside(shop):
    f = shop.loads.explode("reasons").dropna(subset="reasons").rename(columns={"reasons": "reason"})
    return grouped(f, ["file", "reason"], lines=(None, None))


def by_order(shop, judge, *, counts, keep=lambda line: True):
    """{(account, week, day, marketplace): counts}: each order once; judge(number, lines) gives (day, the counts it is in)."""
    found = {}
    for number in dict.fromkeys(shop.lines["order_id"]):
        mine = shop.lines[(shop.lines["order_id"] == number) & (shop.lines["channel"] == "FBM")].astype(object)
        mine = [row for row in mine.where(mine.notna(), None).to_dict("records") if keep(row)]
        judged = judge(number, mine) if mine else None
        if judged is None:
            continue
        day, site = judged[0], min((row["marketplace"] for row in mine if row["marketplace"]), default=None)
        week = day - dt.timedelta(days=day.weekday()) if day and site else None
        row = found.setdefault(("shop", week, day, site), dict.fromkeys(counts, 0))
        for name in judged[1]:
            row[name] += 1
    return found


def least(days):
    return min((day for day in days if day), default=None)


def late_shipment_orders(shop):
    def state(row):
        if row["confirmed_day"] and row["ship_by_day"]:
            return "defects" if row["confirmed_day"] > row["ship_by_day"] else "in_time"
        if row["confirmed"] or row["confirmed_day"]:
            return "unknown"
        return "overdue" if row["status"] == "unshipped" and (row["days_past_ship_by"] or 0) > 0 else "waiting"

    def judge(_, lines):
        states = {state(row) for row in lines}
        worst = next(name for name in ("defects", "unknown", "in_time", "overdue", "waiting") if name in states)
        day = least(row["ship_by_day"] or row["ordered_day"] for row in lines)
        if worst == "waiting":
            return None
        return day, {"overdue": ["overdue"], "in_time": ["orders"]}.get(worst, ["orders", worst])

    return by_order(shop, judge, counts=["orders", "defects", "unknown", "overdue"],
                    keep=lambda row: row["status"] not in ("pending", "cancelled"))  # fmt: skip


def lateness_orders(shop):
    f, found = travelled(shop), {}
    for _, lines in f.groupby("order_id"):
        rows = lines.astype(object).where(lines.notna(), None).to_dict("records")
        states = [row["delivery"] for row in rows]
        late = [row for row in rows if row["delivery"] == "late"]
        told = [(row["shipped_day"] > row["ship_by_day"]) if row["shipped_day"] and row["ship_by_day"] else None for row in late]
        cause = "hand_over" if True in told else "cause_unknown" if None in told else "carrier"
        counted = ["orders"]
        if late:
            counted += ["late", f"late_{cause}" if cause == "cause_unknown" else f"late_by_{cause}"]
        elif "open_late" in states:
            counted.append("open_late")
        elif None in states:
            counted.append("unknown_delivery")
        elif set(states) == {"on_time"}:
            counted.append("on_time")
        site = min((row["marketplace"] for row in rows if row["marketplace"]), default=None)
        day = max((row["deliver_by_day"] for row in rows if row["deliver_by_day"]), default=None)
        week = day - dt.timedelta(days=day.weekday()) if day and site else None
        figures = ("orders", "on_time", "late", "late_by_hand_over", "late_by_carrier", "late_cause_unknown", "open_late",
                   "unknown_delivery")  # fmt: skip
        row = found.setdefault((week, site), dict.fromkeys(figures, 0))
        for name in counted:
            row[name] += 1
    return found


def cancelled_orders(shop):
    def judge(_, lines):
        gone = [row["official_request"] for row in lines if row["status"] == "cancelled" and not row["handed_over"]]
        whose = ["for_buyer" if all(gone) else "unknown"] if gone else []
        return least(row["ordered_day"] for row in lines), ["orders", *(["cancelled", *whose] if gone else [])]

    return by_order(shop, judge, counts=["orders", "cancelled", "for_buyer", "unknown"],
                    keep=lambda row: row["status"] != "pending")  # fmt: skip


def tracked_orders(shop):
    def judge(number, lines):
        of = shop.parcels["order_id"] == number
        numbers = [None if pd.isna(told) else told for told in shop.parcels.loc[of, "tracking"]] or [None]
        state = ["defects"] if "" in numbers else ["unknown"] if None in numbers else []
        firsts = [row["confirmed_day"] or row["shipped_day"] or row["ship_by_day"] or row["ordered_day"] for row in lines]
        return least(firsts), ["orders", *state]

    return by_order(shop, judge, counts=["orders", "defects", "unknown"], keep=lambda row: row["handed_over"])


def on_time_orders(shop):
    def state(row):
        promise = row["first_deliver_by_day"] or row["deliver_by_day"]
        if row["tracking"] == "delivered" and promise and row["delivered_day"]:
            return "on_time" if row["delivered_day"] <= promise else "defects"
        if row["tracking"] == "none":
            return "untracked"
        if promise and (row["tracking"] == "lost" or (row["tracking"] == "in_transit" and promise < row["as_of_day"])):
            return "defects"
        return "open" if promise and row["tracking"] == "in_transit" else "unknown"

    def judge(_, lines):
        states = {state(row) for row in lines}
        worst = next(name for name in ("defects", "unknown", "open", "on_time", "untracked") if name in states)
        promises = [row["first_deliver_by_day"] or row["deliver_by_day"] or row["ordered_day"] for row in lines]
        counted = {"open": ["open"], "untracked": ["untracked"], "on_time": ["orders"]}.get(worst, ["orders", worst])
        told = any(row["first_deliver_by_day"] for row in lines) and "orders" in counted
        return least(promises), counted + ["before_extension"] * told

    return by_order(shop, judge, counts=["orders", "defects", "unknown", "open", "untracked", "before_extension"],
                    keep=lambda row: row["handed_over"])  # fmt: skip


def defect_orders(shop):
    def debited(number, category):
        booked = [
            each for each in shop.troubles if each["order_id"] == number and each["category"] == category and each["counts"]
        ]
        return sum(each["amount"] for each in booked) < 0

    def judge(number, lines):
        asked = shop.returns.loc[shop.returns["order_id"] == number, "a_to_z_claim"]
        stars = [each["rating"] for each in shop.troubles if each["order_id"] == number]
        kinds = {"claims": debited(number, "a_to_z") or any(asked.eq(True)), "chargebacks": debited(number, "chargeback"),
                 "feedback": any(0 < rating <= 2 for rating in stars)}  # fmt: skip
        held = [kind for kind, there in kinds.items() if there]
        return least(row["ordered_day"] for row in lines), ["orders", *(["defects"] if held else []), *held]

    return by_order(shop, judge, counts=["orders", "defects", "claims", "chargebacks", "feedback"],
                    keep=lambda row: row["status"] != "pending")  # fmt: skip


TWINS = [late_shipment_orders, lateness_orders, cancelled_orders, tracked_orders, on_time_orders, defect_orders, status_counts,
         orders_by_week, delivery_by_week, late_open, not_shipped, return_reasons, returns_by_week,
         returns_by_order_week, parcel_outcomes, parcels_by_week, data_up_to, lines_set_aside]  # fmt: skip


@pytest.fixture(scope="module")
def con():
    return shops.empty()


def plain(value):
    return float(value) if isinstance(value, Decimal) else value


def test_every_measure_has_a_twin():
    assert sorted(twin.__name__ for twin in TWINS) == measures.names()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.tuples(lines, parcels, returns, troubles, loads))
def test_pandas_finds_the_same(con, drawn):
    shop = Shop(con, *drawn)
    for twin in TWINS:
        name = twin.__name__
        found = {tuple(row[key] for key in keys(name)): row for row in measures.rows(con, name)}
        wanted = twin(shop)
        assert found.keys() == wanted.keys(), name
        for key, figures in wanted.items():
            for figure, value in figures.items():
                # a parcel's share is rounded to a hundredth of a cent, so a sum of some may differ by a cent
                near = pytest.approx(plain(value), abs=0.011) if name == "parcel_outcomes" else plain(value)
                assert plain(found[key][figure]) == (None if value is None else near), (name, key, figure)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=lines)
def test_pandas_finds_the_same_orders(con, drawn):
    shop = as_orders(Shop(con, drawn, [], [], [], []))
    for twin in (delivery_by_week, late_open, not_shipped):
        name = twin.__name__
        found = {tuple(row[key] for key in keys(name)): row for row in measures.rows(con, name, grain="order")}
        wanted = twin(shop)
        assert found.keys() == wanted.keys(), name
        for key, figures in wanted.items():
            assert {figure: plain(found[key][figure]) for figure in figures} == {
                figure: None if value is None else plain(value) for figure, value in figures.items()
            }, (name, key)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.tuples(lines, parcels, returns, troubles, loads))
def test_parts_add_up_to_the_whole(con, drawn):
    """Adding up by any key, or by none, loses no line and no cent; sums of parcels may differ by the rounding of shares."""
    Shop(con, *drawn)
    for name in measures.names():
        figures = [
            column
            for column in con.sql(measures.text(name)).columns
            if column not in keys(name) and not column.startswith("covers_")
        ]
        whole = {column: total([row[column] for row in measures.rows(con, name)]) or 0 for column in figures}
        for by in [[], *keys(name)]:
            added = measures.rows(con, name, by=by)
            assert {column: total([row[column] for row in added]) or 0 for column in figures} == whole, (name, by)
