"""What is at risk of what is on its way: on shops made by hand, judged by the pack amazon."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
import shops

from orderkit import policy
from orderkit.analyses.at_risk import DRAWS, LEVELS, SEED, TOTALS, at_risk
from orderkit.analyses.exposure_words import how_foretold
from orderkit.errors import UnknownName

D = Decimal
TUESDAY = dt.date(2026, 3, 31)  # the as-of day
AMAZON = policy.load_pack("amazon")
ASKED = ("not_received", "delivery", "carrier_claim")
RANGES = [f"{end}{100 * level:.0f}" for level in LEVELS for end in ("low", "high")]
SENT = {
    "value": D("10.00"), "tracking": "in_transit", "carrier": "UPS", "carrier_name": "ups", "service": "Ground", "region": "NY",
    "shipped_day": dt.date(2026, 3, 29), "seen_day": dt.date(2026, 3, 29), "deliver_by_day": dt.date(2026, 4, 5),
    "days_past_deliver_by": -5, "protected": False, "insured": False, "complained": False, "refund_on_record": "no", "sku": "mug",
}  # fmt: skip
LOST = {"tracking": "lost", "shipped_day": dt.date(2026, 3, 1), "seen_day": dt.date(2026, 3, 15), "days_past_deliver_by": 10}
LATE = {"shipped_day": dt.date(2026, 3, 12), "deliver_by_day": dt.date(2026, 3, 21), "days_past_deliver_by": 10}


@pytest.fixture
def con():
    return shops.empty(as_of=TUESDAY)


def send(con, order_id, line="1", **values):
    """A line sent by the seller two days ago and on its way."""
    shops.add_line(con, order_id, line, **{"tracking_number": f"T{order_id}", **SENT, **values})


def past(con, carrier="UPS", arrived=300, lost=6, **values):
    """Parcels of January that ended: a third each after 2, 3 and 5 days, and some declared lost after 20, refunded since."""
    shipped = dt.date(2026, 1, 5)
    days = [2, 3, 5] * (arrived // 3) + [20] * lost
    rows = [
        shops.LINE | SENT | {
            "order_id": f"{carrier}-{n}", "line": "1", "tracking_number": f"{carrier}-{n}", "carrier": carrier,
            "tracking": "lost" if day == 20 else "delivered", "shipped_day": shipped,
            "delivered_day": shipped + dt.timedelta(days=day), "seen_day": shipped + dt.timedelta(days=day),
            "refund_on_record": "yes" if day == 20 else "no",
        } | values
        for n, day in enumerate(days)
    ]  # fmt: skip
    for table in ("order_lines", "line_facts"):
        shops.put_many(con, table, rows)


def judged(con, **cut):
    """The AtRisk of the shop after the pack's answers."""
    policy.apply(con, AMAZON, only=ASKED)
    return at_risk(con, AMAZON, **cut)


def totals(found, currency="USD"):
    """The row of a currency."""
    return found.totals.set_index("currency").loc[currency]


def pay(con, row, amount, source="carrier", state="paid", currency="USD", order_id=None):
    """A recovery."""
    told = {"source": source, "state": state, "amount": D(amount), "currency": currency, "order_id": order_id}
    shops.put(con, "recoveries", account="shop", row=row, **told)


# --- what the rules refund now, and what can be claimed ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        (LOST, 1),
        (LOST | {"insured": True}, 1),
        (LOST | {"refund_on_record": "not_told"}, 0),  # the seller has to look first
        (LOST | {"refund_on_record": "yes"}, 0),
        (LOST | {"protected": True}, 0),  # the marketplace pays
        (LOST | {"channel": "FBA"}, 0),
        ({"tracking": "returned"}, 1),
        (LATE, 0),  # late, and nobody wrote: it is searched for, not refunded
        ({}, 0),
    ],
)
def test_what_the_rules_refund_unasked(con, values, lines):
    send(con, "A", **values)
    found = judged(con)
    assert found.totals["refund_now_lines"].sum() == lines
    assert found.totals["refund_now"].sum() == 10.0 * lines


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        ({"complained": True}, 1),
        ({"complained": False}, 0),
        ({"complained": True, "not_received_answered_at": dt.datetime(2026, 3, 30, tzinfo=dt.UTC)}, 0),
        ({"complained": True, "days_past_deliver_by": 0}, 0),
        ({"complained": True, "refund_on_record": "yes"}, 0),
    ],
)
def test_what_the_rules_refund_to_a_buyer_who_wrote(con, values, lines):
    asked = {"not_received_asked_at": dt.datetime(2026, 3, 29, 9, tzinfo=dt.UTC)}
    send(con, "A", **LATE | asked | values)
    assert judged(con).totals["refund_now_lines"].sum() == lines


def test_a_lost_parcel_whose_buyer_wrote_is_refunded_once(con):
    """Two questions answer with a refund: unasked, and to the letter."""
    send(con, "A", **LOST | {"complained": True, "not_received_asked_at": dt.datetime(2026, 3, 29, 9, tzinfo=dt.UTC)})
    assert totals(judged(con))[["refund_now", "refund_now_lines"]].tolist() == [10.0, 1]


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        (LOST, 1),
        (LOST | {"insured": True}, 1),
        (LOST | {"carrier_name": "other"}, 0),  # no rule known
        (LOST | {"protected": True}, 0),
        (LOST | {"shipped_day": dt.date(2025, 3, 1)}, 0),  # past
        (LOST | {"refund_on_record": "yes"}, 1),  # the carrier owes it all the same
        (LATE, 0),
    ],
)
def test_what_can_be_claimed(con, values, lines):
    send(con, "A", **values)
    found = judged(con)
    assert found.totals["claimable_lines"].sum() == lines
    assert found.totals["claimable"].sum() == 10.0 * lines


def test_without_a_pack_nothing_is_refunded_or_claimed(con):
    send(con, "A", **LOST)
    send(con, "B")
    assert totals(at_risk(con))[["refund_now_lines", "claimable_lines", "open_parcels"]].tolist() == [0, 0, 1]


def test_what_recoveries_brought(con):
    for row, (amount, source, state, currency) in enumerate(
        [("30.00", "carrier", "paid", "USD"), ("12.00", "insurer", "paid", "USD"), ("-5.00", "carrier", "reversed", "USD"),
         ("99.00", "marketplace", "paid", "USD"), ("98.00", "carrier", "filed", "USD"), ("7.00", "carrier", "paid", "EUR")]
    ):  # fmt: skip
        pay(con, str(row), amount, source, state, currency)
    found = judged(con).totals.set_index("currency")["brought"]
    assert found.to_dict() == {"USD": 30.0 + 12.0 - 5.0, "EUR": 7.0}


@pytest.mark.parametrize(
    ("loads", "rows", "brought"),
    [
        ([], [], np.nan),
        ([("amazon_all_orders", None)], [("99.00", "marketplace", "paid")], np.nan),  # Amazon's reimbursements tell of no carrier
        ([("claims", None)], [], 0.0),
        ([("claims", dt.datetime(2026, 3, 31, 9, tzinfo=dt.UTC))], [], 0.0),
        ([("claims", dt.datetime(2026, 4, 1, tzinfo=dt.UTC))], [], np.nan),  # begins after the as-of day
        ([], [("5.00", "carrier", "filed")], 0.0),  # told by an export of one's own: filed, and nothing paid yet
    ],
)
def test_what_claims_brought_is_a_zero_only_where_an_export_would_tell(con, loads, rows, brought):
    send(con, "A", **LOST)
    for name, begins in loads:
        shops.add_load(con, name, covers_from=begins)
    for number, (amount, source, state) in enumerate(rows):
        pay(con, str(number), amount, source, state)
    found = judged(con)
    assert totals(found)["brought"] == pytest.approx(brought, nan_ok=True)
    said = "\n".join(how_foretold(found, "line"))
    asks = "What claims with carriers and insurers brought is not known: Claims (orderkit template) would tell"
    assert (asks in said) == np.isnan(brought)
    assert ("so far such claims brought $0.00" in said) == (brought == 0)


# --- what is expected never to arrive ------------------------------------------------------------------------------------------


def test_currencies_are_never_added(con):
    past(con)
    send(con, "A", value=D("10.00"))
    send(con, "B", value=D("20.00"))
    send(con, "C", value=D("40.00"), currency="EUR")
    send(con, "D", **LOST | {"currency": "EUR"})
    found = judged(con).totals.set_index("currency")
    assert found.index.tolist() == ["EUR", "USD"]
    assert found[["open_parcels", "open_value", "refund_now"]].to_numpy().tolist() == [[1, 40.0, 10.0], [2, 30.0, 0.0]]
    assert 0 < found.loc["EUR", "expected"] < 40.0


def test_chances_of_one_parcel_by_hand(con):
    """300 arrived, a third each after 2, 3 and 5 days, and 6 were lost: after day 2, of 200 + 6 under way, 6 never arrive."""
    past(con)
    send(con, "A", value=D("100.00"))
    send(con, "B", shipped_day=dt.date(2026, 3, 28))
    parcel, older = judged(con).parcels.to_dict("records")
    assert parcel["age_days"] == 2
    assert parcel["p_lost"] == pytest.approx(6 / 206, abs=0.005)  # by Jeffreys, half a parcel more of lost and of returned
    assert parcel["p_delivered"] == pytest.approx(200 / 206, abs=0.005)
    assert (older["age_days"], older["arrives_in"]) == (3, 5 - 3)  # of those open after day 3 all that come do so on day 5
    assert parcel["expected"] == pytest.approx(100 * parcel["p_lost"])


def test_expected_is_the_mean_over_the_draws_of_chance_times_value(con):
    """To rounding; and near the sum at the point estimate: 400 draws have a standard error, and a mean of ratios is no ratio of
    means, which here is less than the 4 standard errors allowed."""
    past(con)
    for n in range(60):
        send(con, f"A{n}", value=D(5 + n), shipped_day=TUESDAY - dt.timedelta(days=n % 5))
    found = judged(con)
    parcels, model = found.parcels, found.model
    value, age = parcels["value"].to_numpy(dtype=float), parcels["age_days"].to_numpy()
    drawn = model.draws(DRAWS, np.random.default_rng(SEED)).p_lost(model.index(parcels), age) @ value
    told = totals(found)
    assert told["expected"] == pytest.approx(drawn.mean(), rel=1e-9)
    at_point = parcels["expected"].sum()
    assert at_point == pytest.approx((parcels["p_lost"] * value).sum())
    assert abs(told["expected"] - at_point) < 4 * drawn.std() / np.sqrt(DRAWS)
    assert (
        0 <= told["low90"] <= told["low80"] <= told["low50"] <= told["high50"] <= told["high80"] <= told["high90"] <= value.sum()
    )


def test_what_the_rules_refund_now_is_not_expected_too(con):
    past(con)
    asked = {"complained": True, "not_received_asked_at": dt.datetime(2026, 3, 29, 9, tzinfo=dt.UTC)}
    send(con, "A", value=D("500.00"), **LATE | asked)
    found = judged(con)
    told = totals(found)
    assert found.parcels["refund_now"].tolist() == [True]
    assert told[["refund_now", "open_value"]].tolist() == [500.0, 500.0]
    assert told[["expected", *RANGES]].tolist() == [0.0] * 7
    send(con, "B", value=D("20.00"))
    again = judged(con)
    assert again.parcels.set_index("order_id")["refund_now"].to_dict() == {"A": True, "B": False}
    assert 0 < totals(again)["expected"] < 20.0


def test_of_an_order_in_two_parcels_the_one_that_is_not_lost_stays_at_risk(con):
    past(con)
    send(con, "A", "1", tracking_number="T1", **LOST)
    send(con, "A", "2", tracking_number="T2", value=D("40.00"))
    found = judged(con)
    assert found.parcels[["parcel", "refund_now"]].to_numpy().tolist() == [["T2", False]]
    assert totals(found)["refund_now"] == 10.0
    assert 0 < totals(found)["expected"] < 40.0


def test_the_same_shop_gives_the_same_figures(con):
    past(con)
    send(con, "A")
    assert judged(con).totals.equals(judged(con).totals)


# --- what cannot be told -------------------------------------------------------------------------------------------------------


def test_too_few_deliveries_say_what_would_tell_and_no_number(con):
    past(con, arrived=27, lost=0)
    send(con, "A")
    send(con, "B", **LOST)
    found = judged(con)
    assert found.model is None
    assert "Only 27 of the parcels" in found.why
    assert "tracking file" in found.why
    told = totals(found)
    assert told[["refund_now", "open_parcels", "open_value", "claimable"]].tolist() == [10.0, 1, 10.0, 10.0]
    assert told[["expected", *RANGES]].isna().all()
    assert found.parcels[["p_delivered", "p_lost", "arrives_in", "expected"]].isna().all(axis=None)


def test_where_all_is_open_nothing_is_foretold(con):
    for n in range(40):
        send(con, f"A{n}")
    found = judged(con)
    assert found.model is None
    assert "40 are open" in found.why
    assert totals(found)["open_value"] == 400.0
    assert totals(found)[["expected", *RANGES]].isna().all()


def test_where_nothing_is_open_nothing_is_at_risk(con):
    """A lost parcel that was refunded can still be claimed; all else is known to be nothing, which is a zero."""
    past(con)
    send(con, "A", **LOST | {"refund_on_record": "yes"})
    found = judged(con)
    assert found.model is not None
    assert found.parcels.empty
    told = totals(found)
    assert told[["claimable", "claimable_lines"]].tolist() == [10.0, 1]
    assert told[["refund_now", "open_parcels", "open_value", "expected", *RANGES]].tolist() == [0.0] * 10


def test_an_empty_shop(con):
    found = judged(con)
    assert found.totals.empty
    assert found.totals.columns.tolist() == TOTALS
    assert found.parcels.empty
    assert found.model is None
    assert found.why.startswith("No parcel has a known day of delivery")


def test_a_carrier_seen_once_borrows_from_all(con):
    """One parcel cannot tell: its chance lies at that of all carriers, and neither is it 0 nor 1."""
    past(con)
    past(con, carrier="FedEx")
    send(con, "A", carrier="Hermes")
    send(con, "B")
    send(con, "C", carrier=None, service=None)
    found = judged(con).parcels.set_index("order_id")
    assert found["p_lost"].notna().all()
    assert found.loc["A", "p_lost"] == pytest.approx(found.loc["B", "p_lost"], rel=0.5)
    assert found.loc["C", "p_lost"] == pytest.approx(found.loc["B", "p_lost"], rel=0.5)


def test_an_amount_that_is_not_known_is_counted_and_is_no_zero(con):
    past(con)
    send(con, "A", value=None)
    send(con, "B", currency="EUR", value=None)
    send(con, "C", currency="EUR", value=D("10.00"))
    send(con, "D", currency="GBP", **LOST | {"value": None})
    found = judged(con).totals.set_index("currency")
    assert found["open_without_value"].to_dict() == {"EUR": 1, "GBP": 0, "USD": 1}
    assert np.isnan(found.loc["USD", ["open_value", "expected", *RANGES]].astype(float)).all()  # nothing is known of it
    assert found.loc["EUR", "open_value"] == 10.0
    assert found.loc["EUR", "expected"] > 0
    assert found.loc["GBP", ["refund_now_lines", "claimable_lines"]].tolist() == [1, 1]
    assert np.isnan(found.loc["GBP", ["refund_now", "claimable"]].astype(float)).all()
    assert found.loc["GBP", ["refund_now_without_value", "claimable_without_value"]].tolist() == [1, 1]
    assert found.loc["USD", ["refund_now_without_value", "claimable_without_value"]].tolist() == [0, 0]


def test_lines_without_an_amount_are_told_beside_the_sums(con):
    send(con, "A", **LOST)
    send(con, "B", **LOST | {"value": None})
    said = "\n".join(how_foretold(judged(con), "line"))
    assert "The rules say to refund 2 lines now, $10.00 (1 line without an amount): not in what" in said
    assert "are open for 2 lines, up to $10.00 (1 line without an amount)." in said


def test_what_has_no_currency_has_a_row_of_its_own_and_is_in_no_other(con):
    past(con)
    send(con, "A")
    send(con, "B", currency=None, value=D("20.00"))
    send(con, "C", currency=None, **LOST | {"value": D("3.00")})
    send(con, "D", currency=None, value=None)
    pay(con, "1", "6.00", currency=None)
    found = judged(con)
    assert found.totals["currency"].tolist() == ["USD", None]
    told = found.totals.iloc[1]
    assert told[["open_parcels", "open_value", "open_without_value", "brought"]].tolist() == [2, 20.0, 1, 6.0]
    assert told[["refund_now", "refund_now_lines", "claimable"]].tolist() == [3.0, 1, 3.0]
    assert 0 < told["expected"] < 20.0
    assert totals(found)[["open_parcels", "open_value", "brought"]].tolist() == [1, 10.0, 0.0]
    said = "\n".join(how_foretold(found, "line"))
    assert "refund 1 line now, 3.00 (currency not known)" in said
    assert "1 parcel on the way without an amount (currency not known)" in said


def test_a_marketplace_cut_leaves_out_the_others_but_not_what_the_model_knows(con):
    past(con)
    send(con, "A")
    send(con, "B", marketplace="amazon.de", currency="EUR", value=D("30.00"))
    send(con, "C", marketplace="amazon.de", currency="EUR", **LOST)
    pay(con, "1", "6.00", currency="EUR", order_id="B")
    pay(con, "2", "7.00", order_id="A")
    pay(con, "3", "8.00", currency="EUR")  # nobody can tell where
    whole, cut = judged(con), judged(con, marketplace="amazon.de")
    assert cut.parcels["order_id"].tolist() == ["B"]
    assert cut.totals["currency"].tolist() == ["EUR"]
    assert totals(cut, "EUR")[["refund_now", "open_value", "claimable", "brought"]].tolist() == [10.0, 30.0, 10.0, 6.0]
    assert totals(whole, "EUR")["brought"] == 14.0
    at_home = whole.parcels.set_index("order_id").loc["B"]
    assert cut.parcels["p_lost"].iloc[0] == at_home["p_lost"]
    assert judged(con, marketplace="amazon.fr").totals.empty


def test_the_sample_shop(sample_shop):
    """What it says of open parcels is the table of parcels, by currency."""
    found = at_risk(sample_shop._answers, sample_shop.pack)
    assert found.why == ""
    by = found.parcels.groupby("currency")
    told = found.totals.set_index("currency").loc[list(by.groups)]
    assert told["open_parcels"].tolist() == by.size().tolist()
    assert told["open_value"].tolist() == pytest.approx(by["value"].sum().astype(float).tolist())
    assert found.parcels["p_lost"].between(0, 1).all()
    assert (found.parcels["p_lost"] + found.parcels["p_delivered"] <= 1 + 1e-9).all()
    assert (told["expected"] <= told["open_value"]).all()


@pytest.mark.parametrize("column", ["marketplace", "carrier", "service", "lane", "sku", "week"])
def test_what_is_on_its_way_adds_up_by_anything(sample_shop, column):
    """No parcel and no cent is lost, and currencies stay apart."""
    result = sample_shop.exposure()
    totals, found = result.tables["totals"].set_index("currency"), result.by(column)
    assert len(found) == len(found[[column, "currency"]].drop_duplicates())
    sums = found.groupby("currency")[["parcels", "value", "expected"]].sum()
    assert sums["parcels"].to_dict() == totals["open_parcels"].to_dict()
    assert sums["value"].to_dict() == pytest.approx(totals["open_value"].to_dict())
    by_hand = result.tables["parcels"].groupby("currency")["expected"].sum()
    assert sums["expected"].to_dict() == pytest.approx(by_hand.to_dict())
    assert found["late"].sum() == (result.tables["parcels"]["days_past_deliver_by"] > 0).sum()


def test_a_column_that_is_none_names_those_there_are(sample_shop):
    with pytest.raises(UnknownName, match="carrier"):
        sample_shop.exposure().by("carier")
