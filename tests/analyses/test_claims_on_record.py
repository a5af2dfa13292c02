"""The to-do list and claims with carriers and insurers: from the seller's list of claims, as loaded, to the item that goes."""

import shutil
from decimal import Decimal

import pytest

import orderkit as ok
from orderkit import store
from orderkit.formats import variants
from tests.store.exports import ORDER_REPORT, order_id, report_line, write

D = Decimal
VALUE = float(D("12.50") + D("4.99"))  # goods and shipping of the one order
CLAIM = {
    "claim_id": "C1", "policy_or_account": "P9", "tracking_number": "1Z1", "order_id": order_id(1), "loss_type": "lost",
    "filed_date": "2026-11-12", "status": "filed", "currency": "USD",
}  # fmt: skip
PAID = CLAIM | {"status": "paid", "paid_amount": "17.49", "paid_date": "2026-11-14"}
LATER = "2026-11-20"


def sheet(folder, form, **cells):
    """A filled-in template of one row; its path."""
    path = folder / f"{form}-{len(list(folder.iterdir()))}.csv"
    headers = variants(form)["template"]
    assert set(cells) <= set(headers)
    return write(path, headers, [",".join(cells.get(header, "") for header in headers)], delimiter=",")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A shop with one order in an insured parcel that UPS took on 3 November and reported lost on the 9th; data to the 15th."""
    folder = tmp_path_factory.mktemp("lost")
    path = folder / "shop.duckdb"
    store.load(write(folder / "orders.txt", ORDER_REPORT, [report_line(1, "11")]), db=path)
    parcel = sheet(
        folder, "tracking", order_id=order_id(1), tracking="1Z1", carrier="UPS", shipped_at="2026-11-03T18:00:00+00:00",
        first_scan_at="2026-11-03T20:00:00+00:00", state="lost", state_at="2026-11-09T12:00:00+00:00", insured="yes",
        protected="no", updated_at="2026-11-15T12:00:00+00:00",
    )  # fmt: skip
    store.load(parcel, db=path)
    return folder


@pytest.fixture
def db(made, tmp_path):
    """A copy of that shop."""
    return shutil.copytree(made, tmp_path / "copy") / "shop.duckdb"


def claimed(db, tmp_path, **cells):
    (result,) = store.load(sheet(tmp_path, "claims", **cells), db=db).files
    assert (result.state, result.quarantined) == ("loaded", 0)


def to_claim(db, as_of=LATER):
    """{order: (answer, money, deadline)} of the items of the list that ask for a claim with carrier or insurer."""
    shop = ok.open(db, as_of=as_of)
    try:
        frame = shop.todo().frame
        frame = frame[frame["kind"] == "carrier_claim"]
        return {row["order_id"]: (row["answer"], row["money"], str(row["deadline"].date())) for _, row in frame.iterrows()}
    finally:
        shop.close()


FILE_IT = {order_id(1): ("claim_cover", VALUE, "2027-01-02")}  # 3 November + 60 days


def test_a_lost_insured_parcel_is_to_be_claimed_while_no_claim_is_on_record(db):
    assert to_claim(db) == FILE_IT


@pytest.mark.parametrize("status", ["filed", "granted", "denied", "paid", "reversed"])
def test_a_claim_that_was_filed_is_not_asked_for_again_however_it_ended(db, tmp_path, status):
    claimed(db, tmp_path, **CLAIM | {"status": status})
    assert to_claim(db) == {}


@pytest.mark.parametrize(
    "other",
    [
        {"source": "marketplace"},
        {"order_id": order_id(2), "tracking_number": ""},
        {"order_id": order_id(2), "tracking_number": "1Z2"},
        {"tracking_number": "1Z2"},
        {"loss_type": "delay"},
    ],
)
def test_other_claims_change_nothing(db, tmp_path, other):
    headers = variants("claims")["template_with_source"]
    row = CLAIM | {"source": "insurer"} | other
    path = write(tmp_path / "claims.csv", headers, [",".join(row.get(header, "") for header in headers)], delimiter=",")
    assert store.load(path, db=db).files[0].state == "loaded"
    assert to_claim(db) == FILE_IT


def test_a_reimbursement_of_an_fba_unit_of_the_order_changes_nothing(db, tmp_path):
    (headers,) = list(variants("amazon_fba_reimbursements").values())[:1]
    told = {
        "approval-date": "2026-11-12T08:00:00+00:00", "reimbursement-id": "1", "amazon-order-id": order_id(1), "sku": "MUG",
        "reason": "Lost_Outbound", "currency-unit": "USD", "amount-per-unit": "12.50", "amount-total": "12.50",
        "quantity-reimbursed-cash": "1", "quantity-reimbursed-total": "1",
    }  # fmt: skip
    path = write(tmp_path / "reimbursed.txt", headers, ["\t".join(told.get(header, "") for header in headers)])
    assert store.load(path, db=db).files[0].state == "loaded"
    assert to_claim(db) == FILE_IT


def test_a_claim_without_a_tracking_number_is_about_the_one_parcel_of_its_order(db, tmp_path):
    claimed(db, tmp_path, **CLAIM | {"tracking_number": ""})
    assert to_claim(db) == {}


@pytest.mark.parametrize(
    ("as_of", "told", "asked"),
    [("2026-11-10", "none", FILE_IT), ("2026-11-12", "filed_with_insurer", {}), ("2026-11-14", "granted", {})],
)
def test_as_of_a_day_only_what_was_known_then_counts(db, tmp_path, as_of, told, asked):
    """Filed on the 12th and paid on the 14th; one list of claims, of the 14th, tells of both."""
    claimed(db, tmp_path, **PAID)
    assert page(db, as_of)[0].facts["claim_on_record"] == told
    assert to_claim(db, as_of) == asked


def test_a_loss_reported_before_it_is_claimed_is_no_claim_yet(db, tmp_path):
    claimed(db, tmp_path, **CLAIM | {"reported_date": "2026-11-10"})
    assert to_claim(db, "2026-11-11") == FILE_IT
    assert to_claim(db, "2026-11-12") == {}


def test_the_newest_data_may_be_the_claim_itself(db, tmp_path):
    """Without an as-of the list is of the newest moment that any export covers: a claim filed last is in it."""
    claimed(db, tmp_path, **CLAIM | {"filed_date": "2026-11-18"})
    assert to_claim(db, None) == {}


@pytest.mark.parametrize(
    ("status", "who", "said"),
    [
        ("filed", "insurer", "filed with insurer"),
        ("paid", "nobody", "granted"),
        ("denied", "seller", "denied"),
    ],
)
def test_the_page_of_the_order_says_how_the_claim_stands(db, tmp_path, status, who, said):
    assert "claim on record" not in page(db)[1]
    claimed(db, tmp_path, **CLAIM | {"status": status})
    case, text = page(db)
    assert case.who_pays == who
    assert f"claim on record {said}" in text
    assert "carrier claim" in text.partition("nothing to do now: ")[2].partition("\n")[0]


def page(db, as_of=LATER):
    """The answer about a claim, and the page of the order as text."""
    shop = ok.open(db, as_of=as_of)
    try:
        found = shop.explain(order_id(1))
        return next(case for case in found.cases if case.question == "carrier_claim"), repr(found)
    finally:
        shop.close()


def test_what_can_be_claimed_is_not_counted_once_it_is_claimed(db, tmp_path):
    """Exposure: what claims may bring, and what they have brought."""

    def totals():
        shop = ok.open(db, as_of=LATER)
        try:
            row = shop.exposure().tables["totals"].iloc[0]
            return row["claimable"], row["claimable_lines"], row["brought"]
        finally:
            shop.close()

    claimable, lines, brought = totals()
    assert (claimable, lines) == (VALUE, 1)
    assert brought != brought  # no list of claims is loaded: not known
    claimed(db, tmp_path, **PAID)
    assert totals() == (0.0, 0, 17.49)
