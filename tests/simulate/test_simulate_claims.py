"""Claims and price lists of cover: what the seller files, what comes of it, what cover costs, and nothing from the future."""

import bisect
import itertools
import math
from collections import Counter, defaultdict
from decimal import Decimal

import numpy as np
import pytest
from reading import read_dicts, read_rows
from scipy import stats

from orderkit import simulate
from orderkit.simulate.claims import claims as file_claims
from orderkit.simulate.parameters import site

SURE = 0.9999  # the chance with which a true proportion falls within the bounds, for each of four comparisons
DAY = np.timedelta64(86400, "s")
TOP = Decimal("2000.00")  # nothing above is covered
RISKY = simulate.Parameters(
    insured=0.5,
    insure_from_cents=4000,
    services={
        "amazon.com": (
            simulate.Service("Post", "Included", 0.4, 3.0, 0.4, 0.15, 0.05, 0.0, 0.0, 500, included_cents=3000),
            simulate.Service("Post", "Plain", 0.4, 3.0, 0.4, 0.15, 0.05, 0.0, 0.0, 500),
            simulate.Service("Post", "Letter", 0.2, 3.0, 0.4, 0.15, 0.05, 0.0, 0.0, 500, tracked=False),
        )
    },
)


@pytest.fixture(scope="module")
def risky():
    """A shop of one marketplace that loses every fifth parcel."""
    return simulate.shop(seed=4, weeks=20, lines_per_week=800, marketplaces=("amazon.com",), parameters=RISKY)


@pytest.fixture(scope="module")
def by_number(risky):
    """The claims of that shop beside their parcels."""
    parcels = risky.parcels.iloc[risky.claims["parcel"]].reset_index(drop=True)
    return risky.claims, parcels


def cents(cell):
    return int(Decimal(cell) * 100)


def seen_losses(truth):
    """Lost and damaged parcels, drawn and not put in by hand, whose fate the seller's own tracking tells."""
    by_hand = truth.lines.loc[truth.lines["statement"] != "", "order_no"]
    parcels = truth.parcels[~truth.parcels["order_no"].isin(by_hand)]
    return parcels[parcels["fate"].isin(["lost", "damaged"]) & parcels["tracked"] & parcels["in_tracking_file"]]


def test_a_claim_is_about_a_parcel_that_the_seller_saw_lost_or_damaged(risky, by_number):
    claims, parcels = by_number
    assert len(claims) > 300
    assert (claims["kind"] == parcels["fate"]).all()
    assert set(claims["kind"]) == {"lost", "damaged"}
    assert (claims["order_no"] == parcels["order_no"]).all()
    assert not claims["parcel"].duplicated().any()
    assert set(claims["parcel"]) <= set(seen_losses(risky).index)


def test_claims_come_after_the_loss_and_decisions_after_the_claim(by_number):
    claims, parcels = by_number
    loss = np.where(parcels["fate"] == "lost", parcels["lost_at"], parcels["damaged_at"])
    filed, decided = claims["filed_at"].to_numpy(), claims["decided_at"].to_numpy()
    assert ((filed - loss >= 10 * DAY) & (filed - loss <= 30 * DAY)).all()
    assert ((decided - filed >= 7 * DAY) & (decided - filed <= 30 * DAY)).all()


def test_the_insured_claim_with_the_insurer_and_others_where_the_service_includes_cover(by_number):
    claims, parcels = by_number
    insured = parcels["insured"].to_numpy()
    assert (claims["source"] == np.where(insured, "insurer", "carrier")).all()
    assert (claims.loc[insured, "cover"] == claims.loc[insured, "value"]).all()
    assert set(parcels.loc[~insured, "service"]) == {"Included"}
    assert set(claims.loc[~insured, "cover"]) == {3000}
    assert set(parcels.loc[insured, "service"]) == {"Included", "Plain"}


def test_claims_are_filed_and_paid_as_often_as_the_parameters_say(risky):
    losses, claims = seen_losses(risky), risky.claims
    insured = losses["insured"]
    could = {"insurer": insured.sum(), "carrier": (~insured & (losses["service"] == "Included")).sum()}
    chances = {"insurer": (0.80, 0.85), "carrier": (0.50, 0.75)}
    for source, (file, pay) in chances.items():
        mine = claims[claims["source"] == source]
        for hits, trials, chance in ((len(mine), could[source], file), ((mine["paid"] > 0).sum(), len(mine), pay)):
            low, high = stats.binom.interval(SURE, trials, chance)
            assert low <= hits <= high, (source, hits, trials, chance)


def test_what_is_paid_is_the_value_up_to_the_cover(risky):
    claims = risky.claims
    paid = claims[claims["paid"] > 0]
    assert (paid["paid"] == np.minimum(paid["value"], paid["cover"])).all()
    assert (paid["paid"] < paid["value"]).any()  # a carrier pays no more than the service includes


def test_orders_put_in_by_hand_have_no_claim(risky):
    assert not set(risky.claims["order_no"]) & set(risky.lines.loc[risky.lines["statement"] != "", "order_no"])


@pytest.mark.parametrize("as_of", ["2026-09-20T09:30:00Z", "2026-11-15T18:00:00Z", "2027-06-01T00:00:00Z"])
def test_the_file_tells_what_was_filed_and_decided_by_then(risky, tmp_path, as_of):
    now = np.datetime64(as_of.removesuffix("Z"), "s")
    rows = {row["claim_id"]: row for row in read_dicts(risky.write(tmp_path, only=["claims"], as_of=as_of)["claims"])}
    expected = Counter()
    for number, claim in risky.claims[risky.claims["filed_at"] <= now].iterrows():
        row = rows.pop(f"CLMSMPL{number:06d}")
        decided = claim["decided_at"] <= now
        status = "filed" if not decided else "paid" if claim["paid"] else "denied"
        assert (row["status"], row["filed_date"]) == (status, str(claim["filed_at"].date()))
        assert (row["paid_date"], row["paid_amount"] != "") == (str(claim["decided_at"].date()) if decided else "", decided)
        assert not decided or cents(row["paid_amount"]) == claim["paid"]
        expected[status] += 1
    assert rows == {}
    assert set(expected) == ({"paid", "denied"} if as_of.startswith("2027") else {"filed", "paid", "denied"})


def test_no_row_pays_more_than_value_and_cover(risky, tmp_path):
    rows = read_dicts(risky.write(tmp_path, only="claims")["claims"])
    for row in rows:
        cover = Decimal(row["insured_value"] or "30.00")
        assert Decimal(row["paid_amount"] or 0) <= min(Decimal(row["declared_value"]), cover)
        told = {row[name] != "" for name in ("insured_value", "premium", "policy_or_account", "deductible")}
        assert told == {row["source"] == "insurer"}
        assert row["ship_date"] <= row["reported_date"] <= row["filed_date"] <= (row["paid_date"] or "9999")
    assert len(rows) > 250


def test_claims_name_the_parcels_of_the_tracking_file(truth, exports):
    tracking = {row["tracking"]: row for row in exports["tracking"]}
    assert exports["claims"]
    for row in exports["claims"]:
        parcel = tracking[row["tracking_number"]]
        same = ("order_id", "carrier", "service", "currency")
        assert [row[name] for name in same] == [parcel[name] for name in same]
        assert (row["loss_type"], row["ship_date"]) == (parcel["state"], parcel["shipped_at"][:10])
        assert row["reported_date"] == parcel["state_at"][:10]


def test_the_same_seed_files_the_same_claims_and_claims_change_nothing_else(tmp_path):
    def files(folder, **drawn):
        shop = simulate.shop(seed=1, weeks=12, lines_per_week=400, parameters=simulate.Parameters(**drawn))
        return {name: path.read_bytes() for name, path in shop.write(tmp_path / folder).items()}

    one, again, careful = files("a"), files("b"), files("c", insured_claimed=1.0, included_claimed=1.0)
    assert one == again
    assert {name for name in one if one[name] != careful[name]} == {"claims"}
    assert careful["claims"].count(b"\n") > one["claims"].count(b"\n") > 2


def test_only_claims_are_written_where_only_they_are_wanted(truth, tmp_path):
    assert set(truth.write(tmp_path, only=["claims"])) == {"claims"}
    assert [path.name for path in tmp_path.iterdir()] == ["claims.csv"]


def steps_of(rows):
    """{(tariff, carrier, service): steps in order}."""
    found = defaultdict(list)
    for row in rows:
        found[row["tariff"], row["carrier"], row["service"]].append(row)
    return found


def test_the_steps_of_a_tariff_have_no_holes_and_end_at_two_thousand(exports):
    lists = steps_of(exports["tariffs"])
    assert Counter(tariff for tariff, *_ in lists) == {
        "Carrier cover USD (illustrative)": 1,  # all tracked services include the same
        "Parcel insurer USD (illustrative)": 1,
        "Carrier cover EUR (illustrative)": 3,
        "Parcel insurer EUR (illustrative)": 3,
    }
    for steps in lists.values():
        assert Decimal(steps[0]["from_value"]) == 0
        assert Decimal(steps[-1]["to_value"]) == TOP
        for step, following in itertools.pairwise(steps):
            assert Decimal(following["from_value"]) - Decimal(step["to_value"]) == Decimal("0.01")
            assert Decimal(following["premium"]) > Decimal(step["premium"])
    assert {row["valid_from"] for row in exports["tariffs"]} == {"2026-08-24"}  # the first day of the shop


def step(rows, tariff, carrier, value):
    """The step of a list that holds for a value."""
    steps = [row for row in rows if row["tariff"].startswith(tariff) and row["carrier"] == carrier]
    return steps[bisect.bisect_right([Decimal(row["from_value"]) for row in steps], Decimal(value)) - 1]


@pytest.mark.parametrize(
    ("tariff", "carrier", "value", "premium", "minimum", "included"),
    [
        ("Carrier cover USD", "", "100.00", "0.00", "", "100.00"),
        ("Carrier cover USD", "", "100.01", "1.25", "3.90", "100.00"),
        ("Carrier cover USD", "", "400.00", "3.75", "3.90", "100.00"),  # 3 started hundreds above 100: 3 x 1.25
        ("Carrier cover USD", "", "400.01", "5.00", "3.90", "100.00"),
        ("Carrier cover USD", "", "2000.00", "23.75", "3.90", "100.00"),  # 19 x 1.25
        ("Carrier cover EUR", "DHL", "500.00", "0.00", "", "500.00"),
        ("Carrier cover EUR", "DHL", "500.01", "1.25", "3.90", "500.00"),
        ("Carrier cover EUR", "Hermes", "150.00", "1.25", "3.90", "50.00"),
        ("Carrier cover EUR", "Hermes", "150.01", "2.50", "3.90", "50.00"),
        ("Carrier cover EUR", "DPD", "0.00", "1.25", "3.90", "0.00"),
        ("Parcel insurer USD", "", "100.00", "0.95", "", "100.00"),
        ("Parcel insurer EUR", "DHL", "100.01", "1.90", "", "500.00"),
        ("Parcel insurer EUR", "Hermes", "2000.00", "19.00", "", "50.00"),  # 20 x 0.95
    ],
)
def test_a_step_costs_its_started_hundreds(exports, tariff, carrier, value, premium, minimum, included):
    row = step(exports["tariffs"], tariff, carrier, value)
    assert (row["premium"], row["minimum"], row["included_cover"], row["deductible"]) == (premium, minimum, included, "0.00")
    assert row["paid_share"] == ("" if tariff.startswith("Carrier") else "0.85")


def test_the_premium_of_a_claim_is_that_of_the_insurers_list(risky, tmp_path):
    written = risky.write(tmp_path, only=["claims", "tariffs"])
    tariffs = read_dicts(written["tariffs"])
    insured = [row for row in read_dicts(written["claims"]) if row["source"] == "insurer"]
    for row in insured:
        steps = [one for one in tariffs if one["tariff"].startswith("Parcel insurer") and one["service"] == row["service"]]
        value = Decimal(row["declared_value"])
        costs = [one["premium"] for one in steps if Decimal(one["from_value"]) <= value <= Decimal(one["to_value"])]
        assert costs == [row["premium"]]
    assert len({row["premium"] for row in insured}) > 2


def test_the_tracking_file_tells_the_same_premium_of_every_insured_parcel(risky, tmp_path):
    written = risky.write(tmp_path, only=["claims", "tracking"])
    rows = read_dicts(written["tracking"])
    for row in rows:
        hundreds = math.ceil(Decimal(row["declared_value"] or 0) / 100)  # started ones, at 0.95 each
        assert row["premium"] == (str(hundreds * Decimal("0.95")) if row["insured"] == "yes" else "")
    assert {row["insured"] for row in rows if row["premium"] == ""} == {"no", ""}  # without a word on cover none on its price
    told = {row["tracking"]: row["premium"] for row in rows if row["premium"]}
    claimed = {row["tracking_number"]: row["premium"] for row in read_dicts(written["claims"]) if row["premium"]}
    both = told.keys() & claimed.keys()
    assert len(both) > 100
    assert {parcel: told[parcel] for parcel in both} == {parcel: claimed[parcel] for parcel in both}


def test_a_shop_without_a_list_tells_no_premium(tmp_path):
    sure = simulate.Parameters(insured=1.0, insure_from_cents=0)
    shop = simulate.shop(1, weeks=2, marketplaces=("amazon.co.uk",), parameters=sure, with_statements=False)
    rows = read_dicts(shop.write(tmp_path, only="tracking")["tracking"])
    assert "yes" in {row["insured"] for row in rows}
    assert {row["premium"] for row in rows} == {""}


def test_what_is_worth_more_than_the_list_knows_is_insured_up_to_its_end():
    sure = simulate.Service("Post", "Parcel", 1.0, 2.0, 0.3, 1.0, 0.0, 0.0, 0.0, 500)
    dear = simulate.Parameters(
        services={"amazon.com": (sure,)}, insured=1.0, insured_claimed=1.0, insured_paid=1.0, insure_from_cents=0
    )
    shop = simulate.shop(2, weeks=4, marketplaces=("amazon.com",), parameters=dear, with_statements=False)
    raised = shop.parcels.assign(value=shop.parcels["value"] * 100)  # 12.99 becomes 1,299.00
    found = file_claims(2, site("amazon.com", (sure,)), raised, parameters=dear)
    above = found[found["value"] > 200_000]
    assert len(above) > 100
    assert set(above["paid"]) == set(above["cover"]) == {200_000}
    assert set(above["premium"]) == {20 * 95}


def test_a_shop_without_a_list_in_its_currency_has_headers_only(india, tmp_path):
    british = simulate.shop(1, weeks=2, marketplaces=("amazon.co.uk",))
    header, rows = read_rows(british.write(tmp_path, only="tariffs")["tariffs"])
    assert (header[0], rows) == ("tariff", [])
    assert india[0].claims.empty  # its sellers have no tracking to see a loss in
