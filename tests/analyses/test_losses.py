"""Parcel losses: counts, words, what to expect, and which parcels to insure."""

import datetime as dt
import json
from decimal import Decimal

import numpy as np
import pytest
import shops
from loss_shops import SHIPPED, TUESDAY, add_claim, add_tariff, row, send

from orderkit.analyses import losses
from orderkit.analyses.losses.ahead import by_transform
from orderkit.errors import BadValue, UnknownName

D = Decimal


def said(result):
    """The headline and what is advised."""
    return " ".join([result.headline, *(first for first, _ in result.tables["advice"])])


@pytest.fixture
def con():
    return shops.empty(as_of=TUESDAY)


def test_an_empty_shop_says_so(con):
    result = losses(con)
    assert "No parcel that you shipped yourself" in result.headline
    assert len(result.frame) == 0
    assert result.how == ["A tracking export, or an order export whose status tells of delivery, would name your parcels."]


def test_without_a_known_outcome_nothing_is_told(con):
    send(con, [None, "unknown", "none"])
    result = losses(con)
    assert result.headline == "What became of your parcels is not known: a tracking export would tell."
    assert row(result)["verdict"] == "not known"
    assert result.frame[["rate", "expected_year", "cost_high_year"]].isna().all().all()


def test_only_known_outcomes_are_in_the_rate(con):
    send(con, ["lost"] * 5 + ["delivered"] * 93 + ["returned"] + ["damaged"] + ["none"] * 7 + [None] * 50)
    found = row(losses(con))
    assert (found["parcels"], found["known_outcome"], found["events"]) == (5 + 93 + 1 + 1 + 7 + 50, 5 + 93 + 1 + 1, 5)
    assert found["low"] < 5 / 100 < found["high"]
    assert found["rate"] == pytest.approx(5.25 / 100.75, rel=0.01)  # half of Jeffreys' prior: damage has the other
    assert found["value"] == 5 * 10.00


@pytest.mark.parametrize(("lost", "verdict"), [(4, "too few to tell"), (5, "estimated")])
def test_below_five_events_only_the_bound_is_told(con, lost, verdict):
    send(con, ["lost"] * lost + ["delivered"] * 200)
    result = losses(con)
    found = row(result)
    assert found["verdict"] == verdict
    assert found[["rate", "expected_year", "cost_year"]].isna().all() == (verdict == "too few to tell")
    assert ("too few to tell; 1 in 51, at worst 1 in" in result.headline) == (verdict == "too few to tell")
    assert ("what to expect cannot be told from so few" in result.headline) == (verdict == "too few to tell")
    assert found["high"] > 0
    assert found["cost_high_year"] > 0


def test_no_loss_is_never_a_rate_of_zero(con):
    send(con, ["delivered"] * 400)
    result = losses(con)
    # the exact bound of 95 %, about 3 / 400, is 0.75 %: 1 in 134
    assert result.headline.startswith("None of 400 parcels with known outcome was lost: too few to tell, at worst 1 in 130.")
    assert row(result)["high"] == pytest.approx(0.0048, abs=0.0001)  # METHODS: 90 % to 0.48 %


def test_what_to_expect_is_weekly_parcels_times_rate_times_value(con):
    # as of Tue 31 March this week began on the 30th; the orders of 2 March are the first of four full weeks: 200 / 4 a week
    send(con, ["lost"] * 5 + ["delivered"] * 195)
    result = losses(con)
    found = row(result)
    assert found["parcels_a_week"] == 200 / 4
    assert found["expected_year"] == pytest.approx(50 * 52 * 5.25 / 200.75, rel=0.01)
    assert found["expected_week"] == pytest.approx(50 * 5.25 / 200.75, rel=0.01)
    assert found["cost_year"] == pytest.approx(10 * found["expected_year"], rel=0.02)
    year = result.tables["ahead"].set_index("span").loc["year"]
    assert year["mean"] == pytest.approx(
        10 * 2600 * (5.25 + 0.25) / 200.75, rel=0.02
    )  # lost and damaged, of which there was none
    assert year["high_90"] > year["high_90_known_rates"] > year["mean"]
    assert year["a_week"] == pytest.approx(year["high_90"] / 52)


def test_the_running_week_and_older_than_eight_weeks_do_not_count(con):
    send(con, ["delivered"] * 8, prefix="old", ordered_day=dt.date(2026, 2, 1))  # Sunday before the eight weeks
    send(con, ["delivered"] * 16, prefix="new", ordered_day=dt.date(2026, 2, 2))  # Monday, eight weeks before this week
    send(con, ["delivered"] * 5, prefix="now", ordered_day=dt.date(2026, 3, 30))
    assert row(losses(con))["parcels_a_week"] == 16 / 8


def test_currencies_stay_apart(con):
    send(con, ["lost"] * 5 + ["delivered"] * 5, value=D("1.00"), prefix="A")
    before = row(losses(con))
    send(con, ["lost"] * 9, value=D("500.00"), prefix="B", currency="EUR", marketplace="amazon.de")
    result = losses(con)
    assert row(result).equals(before)
    assert result.totals == {"USD": 5 * D("1.00"), "EUR": 9 * D("500.00")}
    assert "14 of 19 parcels with known outcome were lost, worth €4,500.00 and $5.00: 1 in 1.4." in result.headline


def test_a_lost_parcel_without_an_amount_is_told(con):
    send(con, ["lost"], value=None)
    send(con, ["lost", "delivered"], prefix="B")
    result = losses(con)
    assert result.totals == {"USD": D("10.00")}
    assert "worth $10.00 (1 without an amount)" in result.headline
    assert any("1 parcel without an amount counted like the others" in line for line in result.how)


def test_fba_parcels_are_the_marketplaces(con):
    send(con, ["lost"] * 9, channel="FBA")
    assert "No parcel" in losses(con).headline


def test_parcels_of_no_loaded_order_count_too(con):
    shops.add_parcel(con, "T1", None, outcome="lost", currency="USD")
    shops.add_parcel(con, "T2", None, outcome="delivered", currency="USD")
    found = row(losses(con))
    assert (found["known_outcome"], found["events"]) == (2, 1)
    assert found["events_without_value"] == 1


def test_open_parcels_count_by_their_chance_never_to_arrive(con):
    for first in range(5):
        day = dt.date(2026, 1, 2 + first)
        told = {"ordered_day": day, "shipped_day": day, "seen_day": day + dt.timedelta(20)}
        send(con, ["lost"] * 2, prefix=f"lost{first}-", **told)
        for days in range(3, 6):
            send(con, ["delivered"] * 26, prefix=f"{first}-{days}-", **told, delivered_day=day + dt.timedelta(days))
    before = losses(con)
    late = {"shipped_day": dt.date(2026, 3, 3), "refund_on_record": "no"}
    send(con, ["in_transit"] * 10, prefix="late", **late)
    send(con, ["in_transit"] * 30, prefix="new", **(late | {"shipped_day": dt.date(2026, 3, 30)}))
    result = losses(con)
    found, classes = row(result), result.tables["classes"]
    assert (found["events"], found["on_the_way"]) == (10, 40)
    assert classes["open_lost"].sum() + classes["open_damaged"].sum() > 9, "open for 28 days, where all arrive within 6"
    assert 409 < classes["exposure"].sum() < 411, "what left yesterday tells next to nothing"
    assert found["rate"] > 1.5 * row(before)["rate"]


def test_lost_and_damaged_have_rates_of_their_own(con):
    send(con, ["lost"] * 20 + ["damaged"] * 6 + ["delivered"] * 974)
    lost, damaged = (row(losses(con), what) for what in ("lost", "damaged"))
    assert lost["rate"] == pytest.approx(20.25 / 1000.75, rel=0.01)
    assert damaged["rate"] == pytest.approx(6.25 / 1000.75, rel=0.01)


def test_what_a_loss_costs_is_as_the_basis_says(con):
    taxed = {"tax_included": True, "item_tax": D("1.60"), "item_price": D("9.00")}
    taxed |= {"sku": "mug", "units": 1, "label_cost": D("2.00")}
    send(con, ["lost"] * 10 + ["delivered"] * 90, **taxed)
    shops.put(con, "products", account="shop", row="1", sku="mug", landed_cost=D("4.00"), currency="USD")
    loss = {}
    for basis, tax in (("refund", True), ("refund", False), ("invoice", True), ("invoice", False), ("cost", True)):
        loss[basis, tax] = float(losses(con, basis=basis, tax=tax).tables["books"][0].loss[0])
    assert loss == {
        ("refund", True): 10.00 + 2.00, ("refund", False): pytest.approx(10.00 - 1.60 + 2.00), ("invoice", True): 9.00,
        ("invoice", False): pytest.approx(9.00 - 1.60), ("cost", True): 4.00 + 2.00,
    }  # fmt: skip


def test_fees_given_back_and_the_part_that_is_refunded_come_from_bookings(con):
    send(con, ["lost"] * 5 + ["damaged"] * 5 + ["delivered"] * 90)
    for number in range(10):
        amount = D("-10.00") if number < 5 else D("-4.00")
        shops.add_booking(con, f"r{number}", str(number), "refund", amount, type="Refund", currency="USD")
        shops.add_booking(con, f"f{number}", str(number), "fee", -amount / 10, type="Refund", currency="USD")
    one = losses(con).tables["books"][0]
    assert one.fees_share == pytest.approx(0.1)
    assert one.parcels.damage_share == pytest.approx(4 / 10)
    assert float(one.loss[0]) == pytest.approx(10 * 0.9)
    assert losses(con, resale=0.5).tables["books"][0].parcels.damage_share == pytest.approx(4 / 10 / 2)


def test_what_came_back_and_from_whom(con):
    send(con, ["lost"] * 3 + ["delivered"] * 97)
    add_claim(con, "1", tracking="T0", amount=D("10.00"))
    add_claim(con, "2", order_id="1", amount=D("6.00"), source="carrier")  # names no parcel: the lost one of its order
    add_claim(con, "3", tracking="T2", amount=D("7.00"), state="filed")
    add_claim(con, "4", tracking="T0", amount=D("-4.00"), state="reversed")
    result = losses(con)
    service = result.tables["services"].iloc[0]
    assert (service["recovered_insurer"], service["recovered_carrier"]) == (10 - 4, 6)
    assert np.isnan(service["recovered_marketplace"])
    assert row(result)["recovered"] == 10 - 4 + 6


def test_without_a_tariff_cover_has_a_fair_price(con):
    send(con, ["lost"] * 10 + ["delivered"] * 490, value=D("100.00"))
    result = losses(con)
    fair, low, high = result.tables["fair"]["USD"]
    assert fair == pytest.approx(100 * (10.25 + 0.25) / 500.75, rel=0.02)
    assert low < fair < high
    assert "No price list for cover in USD is loaded (tariffs.csv): cover is worth about $2." in said(result)


def test_cover_that_costs_more_than_it_brings_is_not_advised(con):
    send(con, ["lost"] * 10 + ["delivered"] * 990)
    add_tariff(con, premium=1)  # 1.00 for a parcel of 10 whose loss costs 0.10
    result = losses(con)
    offer = result.tables["offers"].iloc[0]
    assert (offer["verdict"], offer["way"], offer["saves"]) == ("do not insure", "none", 0)
    assert offer["pays_above"] == pytest.approx(1 / 8)
    assert "Do not insure your USD parcels with A: it costs more than it brings." in said(result)
    bound = "A pays at best (UPS Ground, for a parcel of $10.00) if more than 1 in 8 is lost or damaged"
    assert any(bound in line for line in result.how)


def test_cover_that_pays_is_advised_with_what_it_saves(con):
    send(con, ["lost"] * 30 + ["delivered"] * 970, value=D("100.00"))
    add_tariff(con, premium=1)  # brings 80 of a loss: 3 in 100 parcels are lost, 2.4 on average
    result = losses(con)
    offer = result.tables["offers"].iloc[0]
    assert offer["verdict"] == "insure"
    year = 1000 / 4 * 52
    assert offer["premium"] == pytest.approx(year)
    assert offer["brings"] == pytest.approx(year * 80 * (30.25 + 0.25) / 1000.75, rel=0.02)
    assert offer["saves"] == pytest.approx(offer["brings"] - offer["premium"])
    assert "Insure all parcels with A" in said(result) or "Insure parcels worth $100.00 or more with A" in said(result)
    assert "sure that it pays" in said(result)


def test_few_losses_give_the_plain_bound_first(con):
    send(con, ["lost"] + ["delivered"] * 1299, value=D("100.00"))
    add_tariff(con, premium=D("1.60"), paid_share=1)
    told = said(losses(con))
    assert (
        "Too few losses to tell: A pays only if more than 1 in 62 is lost or damaged (for a parcel of $100.00); "
        "you lost 1 in 1,300, at worst 1 in 270." in told
    )


def test_where_nobody_told_the_share_of_claims_paid_the_answer_may_hang_on_it(con):
    send(con, ["lost"] * 100 + ["delivered"] * 4900, value=D("100.00"))
    add_tariff(con, premium=D("1.55"), paid_share=None)  # pays at 2 lost in 100 if more than 77 % of claims are paid
    result = losses(con)
    assert result.tables["offers"].iloc[0]["verdict"] == "depends on the claims paid"
    assert result.tables["offers"].iloc[0]["paid_share_from"] == "assumed"
    assert "that hangs on the share of claims it pays" in said(result)
    told = losses(con, paid_share=0.95).tables["offers"].iloc[0]
    assert (told["verdict"], told["paid_share_from"]) == ("insure", "you said")


def test_own_claims_tell_which_share_is_paid(con):
    send(con, ["lost"] * 10 + ["delivered"] * 90)
    add_tariff(con, paid_share=None)
    for number in range(8):
        paid = number < 6
        add_claim(con, str(number), tracking=f"T{number}", amount=D("10.00") * paid, state="paid" if paid else "denied")
    offer = losses(con).tables["offers"].iloc[0]
    assert (offer["paid_share"], offer["paid_share_from"]) == (pytest.approx(6.5 / 9), "your claims")


def test_two_tariffs_are_compared_and_a_hole_is_told(con):
    send(con, ["lost"] * 30 + ["delivered"] * 970, value=D("150.00"))
    add_tariff(con, "Dear", premium=4)
    add_tariff(con, "Holed", to_value=100, premium=1)
    add_tariff(con, "Holed", from_value=200, premium=1)
    result = losses(con)
    offers = result.tables["offers"].set_index("tariff")
    assert offers.loc["Holed", "faults"] == "no step from 100.00 to 200.00"
    assert offers.loc["Holed", "not_offered"] == pytest.approx(1000 / 4 * 52)
    assert offers.loc["Holed", "verdict"] == "no tariff"
    assert offers["cost_none"].nunique() == 1
    told = "Holed (USD): no step from 100.00 to 200.00; parcels without a step count as not insured."
    assert told in result.how


def test_a_tariff_in_another_currency_is_told(con):
    send(con, ["lost"] * 5 + ["delivered"] * 95)
    add_tariff(con, currency="GBP")
    assert "A tariff in GBP is loaded, but no parcel has amounts in GBP." in said(losses(con))


def test_a_tariff_that_does_not_hold_yet_is_no_offer(con):
    send(con, ["lost"] * 5 + ["delivered"] * 95)
    add_tariff(con, valid_from=dt.date(2026, 4, 1))
    assert losses(con).tables["offers"].empty


def test_present_practice_stands_beside(con):
    send(con, ["lost"] * 5 + ["delivered"] * 495, value=D("100.00"), insured=True)
    send(con, ["lost"] * 5 + ["delivered"] * 495, value=D("100.00"), prefix="B")
    add_tariff(con, premium=5)
    result = losses(con)
    ways = result.tables["ways"].set_index("way")
    assert ways.loc["as now", "insured"] == pytest.approx(500 / 4 * 52)
    assert ways.loc["as now", "premium"] == pytest.approx(5 * 500 / 4 * 52)
    assert any("Insuring as you do now (6,500 parcels a year) would cost" in line for line in result.how)


def test_weeks_are_foretold_by_the_weeks_before_alone(con):
    for week, monday in enumerate((dt.date(2026, 2, 2), dt.date(2026, 2, 9), dt.date(2026, 2, 16))):
        send(con, ["lost"] * 2 + ["delivered"] * 98, prefix=f"w{week}-", ordered_day=monday, insured=week == 2)
    add_tariff(con, premium=1)
    weeks = losses(con).tables["weeks"]
    assert weeks["expected"].isna().tolist() == [True, False, False]
    assert weeks["expected"].tolist()[1:] == [pytest.approx(100 * 2.5 / 101), pytest.approx(100 * 4.5 / 201)]
    assert weeks["within"].tolist()[1:] == [True, True]
    assert (weeks["insured"][2], weeks["premium"][2]) == (100, 100.00)
    assert weeks["expected_brings"][2] == pytest.approx(100 * 8 * 4.5 / 201)


def test_which_of_several_tariffs_cover_was_bought_with_must_be_told(con):
    send(con, ["lost"] * 2 + ["delivered"] * 98, insured=True)
    add_tariff(con, "A", premium=1)
    add_tariff(con, "B", premium=2)
    assert losses(con).tables["weeks"]["premium"].isna().all()
    assert losses(con, insured_with="B").tables["weeks"]["premium"].tolist() == [200.00]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"basis": "price"}, UnknownName), ({"tariff": "C"}, UnknownName), ({"insured_with": "C"}, UnknownName),
        ({"resale": 2}, BadValue), ({"paid_share": 85}, BadValue), ({"handling": -1}, BadValue), ({"risk_load": -1}, BadValue),
        ({"handling": float("inf")}, BadValue),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(con, asked, error):
    send(con, ["lost"] * 5 + ["delivered"] * 95, insured=True)
    add_tariff(con)
    with pytest.raises(error):
        losses(con, **asked)


def test_claims_above_the_loss_hide_nothing(con):
    send(con, ["lost"] * 5 + ["delivered"] * 95)
    add_claim(con, "1", tracking="T0", amount=D("60.00"))
    result = losses(con)
    assert row(result)["value"] == 50.00
    assert row(result)["recovered"] == 60.00
    assert any("brought more than the parcel was worth" in line for line in result.how)


def test_values_in_two_currencies_within_a_parcel_are_not_added(con):
    send(con, ["lost"] * 5 + ["delivered"] * 95)
    shops.add_line(
        con, "0", "2", value=D("7.00"), currency="EUR", tracking="lost", tracking_number="T0", shipped_day=SHIPPED, carrier="UPS",
        service="Ground", seen_day=SHIPPED, tax_included=False,
    )  # fmt: skip
    result = losses(con)
    assert row(result)["value"] == 4 * 10.00
    mixed = row(result, currency="EUR")
    assert (mixed["events"], mixed["events_without_value"]) == (1, 1)
    assert np.isnan(mixed["value"])


def test_all_of_it_is_json(con):
    send(con, ["lost"] * 5 + ["delivered"] * 95)
    add_tariff(con)
    told = losses(con).to_json()
    assert set(told) >= {"headline", "how", "rows", "offers", "groups", "ways", "weeks", "ahead"}
    assert json.loads(json.dumps(told, default=str))["offers"][0]["tariff"] == "A"


def test_the_same_shop_gives_the_same_figures(con):
    send(con, ["lost"] * 5 + ["delivered"] * 95)
    add_tariff(con)
    one, two = losses(con), losses(con)
    assert one.headline == two.headline
    assert one.tables["ahead"].equals(two.tables["ahead"])
    assert one.tables["offers"].equals(two.tables["offers"])


def test_lines_of_one_order_without_a_number_that_ended_differently_are_two_parcels(con):
    told = {"tracking_number": None, "carrier": None, "service": None, "shipped_day": None, "seen_day": None}
    send(con, ["lost"] * 4 + ["delivered"] * 96, **told)
    shops.add_line(con, "0", "2", value=D("7.00"), item_price=D("7.00"), **told | {"tracking": "delivered"}, tax_included=False)
    shops.add_line(con, "1", "2", value=D("5.00"), item_price=D("5.00"), **told | {"tracking": "lost"}, tax_included=False)
    add_claim(con, "1", order_id="0", amount=D("3.00"))
    found = row(losses(con))
    assert (found["events"], found["known_outcome"]) == (4, 100 + 1)
    assert found["value"] == 4 * 10.00 + 5.00
    assert found["recovered"] == 3.00


def test_what_goes_with_more_losses_is_told_where_there_are_enough(con):
    send(con, ["lost"] * 40 + ["delivered"] * 960, prefix="bad", carrier="Hermes", service="Paket")
    send(con, ["lost"] * 10 + ["delivered"] * 990, prefix="good", carrier="DHL", service="Paket")
    factors = losses(con).tables["factors"].set_index("level")
    assert factors.loc["DHL Paket", "relativity"] == 1
    assert factors.loc["Hermes Paket", "relativity"] == pytest.approx(40 / 10, rel=1e-6)
    assert factors.loc["Hermes Paket", "low"] > 1
    few = shops.empty(as_of=TUESDAY)
    send(few, ["lost"] * 5 + ["delivered"] * 95, prefix="bad", carrier="Hermes")
    send(few, ["lost"] * 5 + ["delivered"] * 95, prefix="good", carrier="DHL")
    result = losses(few)
    assert result.tables["factors"].empty
    assert result.tables["factors_not_told"] == [
        "USD: too few losses to tell carriers and values apart (10 at every level are needed)."
    ]


def test_simulation_and_transform_agree_on_a_bad_year(con):
    send(con, ["lost"] * 30 + ["damaged"] * 10 + ["delivered"] * 960)
    result = losses(con)
    (book,) = result.tables["books"]
    for span, weeks in (("quarter", 13), ("year", 52)):
        told = result.tables["ahead"].set_index("span").loc[span, "var_99"]
        assert by_transform(book, weeks) == pytest.approx(told, rel=0.04)


def test_a_tariff_without_a_step_does_not_hide_one_that_has(con):
    send(con, ["lost"] * 5 + ["delivered"] * 970, value=D("150.00"))
    add_tariff(con, "Holed", to_value=100, premium=1)
    add_tariff(con, "Dear", premium=40)
    assert "Do not insure your USD parcels with Dear (the best of 2 tariffs): it costs more than it brings." in said(losses(con))


@pytest.mark.parametrize("step", [{"included_cover": 200}, {"deductible": 200}, {"included_cover": 200, "premium": 0}])
def test_cover_that_never_pays_is_not_called_one_without_a_step(con, step):
    send(con, ["lost"] * 30 + ["delivered"] * 970, value=D("100.00"))
    add_tariff(con, **step)
    told = said(losses(con))
    assert "no step" not in told
    assert "Do not insure your USD parcels with A: after its deductible, what the carrier includes anyway" in told


def test_without_a_known_outcome_services_have_their_columns(con):
    send(con, [None, "unknown", "none"])
    assert losses(con).tables["services"][["rate", "low", "high", "weight"]].isna().all().all()


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"paid_share": 85}, "The step of the tariff 'Wrong' from 0.00 has a share above 1: expected 0.85 for 85 per cent."),
        ({"from_value": 9, "to_value": 5}, "The step of the tariff 'Wrong' from 9.00 ends before it begins"),
    ],
)
def test_a_mistaken_step_hides_neither_losses_nor_other_tariffs(con, step, words):
    send(con, ["lost"] * 30 + ["delivered"] * 970, value=D("100.00"), insured=True)
    add_tariff(con, "Wrong", valid_from=dt.date(2026, 1, 1), **step)
    alone = losses(con)
    assert words in said(alone)
    assert "No price list for cover in USD can be used: cover is worth about $3." in said(alone)
    add_tariff(con, "Good")
    both = losses(con)
    assert both.tables["offers"]["tariff"].tolist() == ["Good"]
    assert "Insure all parcels with Good" in said(both)
    assert words in said(both)


def test_a_mended_step_that_begins_later_takes_the_place_of_the_mistaken_one(con):
    send(con, ["lost"] * 30 + ["delivered"] * 970, value=D("100.00"), insured=True)
    add_tariff(con, paid_share=85, valid_from=dt.date(2026, 1, 1))
    add_tariff(con, paid_share=D("0.85"), valid_from=dt.date(2026, 3, 1))
    result = losses(con)
    assert result.tables["offers"]["paid_share"].tolist() == [pytest.approx(0.85)]
    assert "share above 1" not in said(result)


def test_why_a_tariff_cannot_be_held_against_parcels(con):
    add_tariff(con)
    send(con, ["none"], ordered_day=dt.date(2026, 3, 30))
    assert "A tariff in USD is loaded, but of no parcel in USD is the outcome known." in said(losses(con))
    send(con, ["delivered"], prefix="now", ordered_day=dt.date(2026, 3, 30))  # the week that is not over
    assert "A tariff in USD is loaded, but no order in USD is of the last 8 full weeks" in said(losses(con))


def test_a_basis_that_no_parcel_has_an_amount_on_is_told(con):
    send(con, ["lost"] * 5 + ["delivered"] * 95)
    add_tariff(con)
    assert "A tariff in USD is loaded, but no parcel has amounts in USD on this basis." in said(losses(con, basis="cost"))


def test_a_price_list_that_begins_later_is_told(con):
    send(con, ["lost"] * 30 + ["delivered"] * 970, value=D("100.00"))
    add_tariff(con, valid_from=dt.date(2026, 4, 1))
    assert "The price list for cover in USD (tariffs.csv) holds from Wed 1 Apr 2026 on: cover is worth about" in said(losses(con))


def test_claims_and_bookings_of_another_currency_are_not_added(con):
    send(con, ["lost"] * 5 + ["delivered"] * 95)
    add_claim(con, "1", tracking="T0", amount=D("50.00"), currency="EUR")
    add_claim(con, "2", tracking="T1", amount=D("3.00"), currency="USD")
    shops.add_booking(con, "r", "0", "refund", D("-9000.00"), type="Refund", currency="JPY")
    shops.add_booking(con, "r1", "1", "refund", D("-10.00"), type="Refund", currency="USD")
    shops.add_booking(con, "f1", "1", "fee", D("1.00"), type="Refund", currency="USD")
    result = losses(con)
    assert row(result)["recovered"] == 3.00
    assert any("Claims on 1 parcel brought money of another currency" in line for line in result.how)
    assert result.tables["books"][0].fees_share == pytest.approx(0.1)


def test_a_claim_whose_number_no_parcel_has_is_of_its_order(con):
    send(con, ["lost"] * 5 + ["delivered"] * 95)
    add_claim(con, "1", tracking="number of the label before", order_id="0", amount=D("7.00"))
    assert row(losses(con))["recovered"] == 7.00


def test_a_claim_on_a_parcel_of_two_orders_counts_once(con):
    send(con, ["lost"] * 5 + ["delivered"] * 95)
    shops.add_line(
        con, "also", value=D("10.00"), tracking="lost", tracking_number="T0", shipped_day=SHIPPED, carrier="UPS",
        service="Ground", seen_day=SHIPPED, tax_included=False,
    )  # fmt: skip
    shops.put(con, "parcel_lines", account="shop", parcel="T0", order_id="also", line="1")
    add_claim(con, "1", tracking="T0", amount=D("20.00"))
    result = losses(con)
    assert row(result)["recovered"] == 20.00
    assert not any("brought more than the parcel was worth" in line for line in result.how)


def test_of_few_losses_no_savings_are_told(con):
    send(con, ["lost"] * 3 + ["delivered"] * 97, value=D("100.00"))
    add_tariff(con)
    told = said(losses(con))
    assert "what to expect cannot be told from so few" in told
    assert "all parcels with A: about $1,300 a year (" in told
    assert "; what it saves cannot be told from so few." in told
    assert "should bring" not in told


def test_cover_bought_for_the_sake_of_bad_years_is_not_said_to_save(con):
    send(con, ["lost"] * 30 + ["delivered"] * 970, value=D("100.00"))
    add_tariff(con, premium=D("2.60"))  # brings 2.44
    told = said(losses(con, risk_load=1))
    assert "For the sake of bad years, insure all parcels with A: about $33,800 a year buys cover that should bring $31," in told
    assert "more is what cheaper bad years cost" in told
    assert "is saved" not in told


def test_no_more_than_all_parcels_are_lost(con):
    send(con, ["lost"] * 50, value=D("100.00"))
    add_tariff(con)
    result = losses(con)
    assert result.tables["offers"]["rate_high"].max() <= 1
    assert result.tables["services"]["high"].max() <= 1
    assert "1 in 0." not in " ".join(result.how)


def test_that_included_cover_lowers_the_cost_without_cover_is_told(con):
    send(con, ["lost"] * 30 + ["delivered"] * 970, value=D("100.00"))
    add_tariff(con, included_cover=20)
    result = losses(con)
    year = result.tables["ahead"].set_index("span").loc["year", "mean"]
    assert result.tables["offers"]["cost_none"].iloc[0] == pytest.approx(year * (100 - 0.8 * 20) / 100, rel=0.01)
    assert any("as far as carriers pay such claims (80% of them, if your own do not tell)" in line for line in result.how)


def test_parcels_without_an_amount_are_foretold_like_the_others(con):
    send(con, ["lost"] * 5 + ["delivered"] * 195)
    before = losses(con).tables["ahead"].set_index("span").loc["year", "mean"]
    send(con, ["lost"] * 5 + ["delivered"] * 195, prefix="B", value=None)
    send(con, ["delivered"], prefix="C", label_cost=D("-50.00"))  # a label that brought more than the parcel
    after = losses(con)
    assert after.tables["ahead"].set_index("span").loc["year", "mean"] == pytest.approx(2 * before, rel=0.06)
    assert any("201 parcels without an amount counted like the others" in line for line in after.how)


def test_steps_that_tell_the_share_of_claims_paid_keep_it(con):
    send(con, ["lost"] * 10 + ["delivered"] * 190)
    add_tariff(con, paid_share=D("0.95"), to_value=5)
    add_tariff(con, from_value=D("5.01"), paid_share=None)
    offer = losses(con).tables["offers"].iloc[0]
    assert (offer["paid_share"], offer["paid_share_from"]) == (0.8, "assumed")  # all parcels are worth 10.00
    add_tariff(con, "B", paid_share=D("0.95"))
    add_tariff(con, "B", from_value=100, paid_share=None)
    assert losses(con).tables["offers"].set_index("tariff").loc["B", "paid_share"] == pytest.approx(0.95)


def test_cost_and_saving_are_the_same_wherever_they_stand(con):
    send(con, ["lost"] * 30 + ["delivered"] * 970, value=D("100.00"))
    add_tariff(con, "A", premium=1)
    add_tariff(con, "B", premium=2)
    result = losses(con)
    offers, ways = result.tables["offers"], result.tables["ways"].set_index(["tariff", "way"])
    assert offers["cost_none"].nunique() == 1
    year = 1000 / 4 * 52
    assert offers["cost_none"].iloc[0] == pytest.approx(year * 100 * (30.25 + 0.25) / 1000.5, rel=0.005)
    for offer in offers.itertuples():
        assert offer.saves == pytest.approx(ways.loc[(offer.tariff, offer.way), "gain"])


def test_of_few_losses_no_offer_shows_a_saving(con):
    send(con, ["lost"] * 3 + ["delivered"] * 97, value=D("100.00"))
    add_tariff(con)
    shown = losses(con)._offers()
    assert shown["answer"].tolist() == ["too few losses to tell"]
    assert shown[["premium", "brings", "saves"]].isna().all().all()
