"""Carrier bills and our own templates against rows written by hand, with the traps that are their own."""

import contextlib
import itertools
from collections import Counter
from decimal import Decimal as D

import pytest
from framed import table, write
from hand_written import NAME, Shop, at, day, order

from orderkit import store
from orderkit.formats import recognise, variants
from tests.store.exports import ALL_ORDERS, order_line
from tests.store.exports import write as write_lines


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


# --- FedEx --------------------------------------------------------------------------------------------------------------------


def charge(amount, invoice, invoiced, tracking="794600000001"):
    """A charge for a parcel of 10 July that was delivered on the 13th."""
    return {
        "Invoice Number": invoice, "Invoice Date": invoiced, "Express or Ground Tracking ID": tracking,
        "Net Charge Amount": amount, "Shipment Date": "20260710", "POD Delivery Date": "20260713", "Service Type": "FedEx Ground",
        "Declared Value": "100.00", "Declared Value Currency Code": "USD", "Original Customer Reference": order(1),
        "Recipient Name": NAME,
        "Bill to Account Number": "123456789",
    }  # fmt: skip


def test_charges_of_a_parcel_add_up_over_invoices(shop):
    first = [charge("12.40", "1", "20260720"), charge("3.00", "1", "20260720", tracking="")]
    later = [charge("-3.10", "2", "20260820")]
    shop.load(*(write(shop, table("carrier_fedex_billing", "all", rows)) for rows in (first, later)))
    assert shop.rows("SELECT tracking, order_id, carrier, service, label_cost, declared_value, currency FROM parcels") == [
        ("794600000001", order(1), "FedEx", "FedEx Ground", D("12.40") + D("-3.10"), D("100.00"), "USD")
    ]
    assert shop.rows("SELECT outcome, shipped_at, delivered_at FROM parcels") == [
        ("delivered", at("2026-07-10T00:00:00"), at("2026-07-13T00:00:00"))
    ]
    assert not shop.holds(NAME)
    assert not shop.holds("123456789")


@pytest.mark.parametrize("numbered", ["{}.{}", "{} ({})"])
def test_repeated_headers_are_known_however_tools_number_them(numbered):
    headers, seen = [], Counter()
    for header in variants("carrier_fedex_billing")["all"]:
        headers.append(numbered.format(header, seen[header] + numbered.count("(")) if seen[header] else header)
        seen[header] += 1
    match = recognise(",".join(headers))
    assert (match.format.name, match.unknown, match.missing, match.twice) == ("carrier_fedex_billing", [], [], [])


def test_a_refund_is_not_seen_before_its_invoice(shop):
    rows = [charge("12.40", "1", "20260720"), charge("-3.10", "2", "20260820")]
    shop.load(write(shop, table("carrier_fedex_billing", "all", rows)))
    con = store.reader(shop.db)
    try:
        store.set_context(con, as_of="2026-08-01")
        store.build_as_of(con)
        assert con.sql("SELECT label_cost FROM parcels").fetchall() == [(D("12.40"),)]
    finally:
        con.close()


REFERENCES = [
    (order(7), order(7)), ("12-34567-89012", "12-34567-89012"), ("#1001", "#1001"),
    ("", None), ("A gift for " + NAME, None), ("5550100123", None), ("#REF!", None), ("11/22/26", None),
]  # fmt: skip


def test_a_reference_is_the_order_only_where_it_looks_like_an_order_number(shop):
    """Whatever stands there, the charge is kept by its tracking number."""
    rows = [charge("12.40", "1", "20260720", f"7946{n:08d}") for n in range(len(REFERENCES))]
    for row, (reference, _) in zip(rows, REFERENCES, strict=True):
        row["Original Customer Reference"] = reference
    shop.load(write(shop, table("carrier_fedex_billing", "all", rows)))
    assert shop.rows("SELECT order_id, label_cost FROM parcels ORDER BY tracking") == [
        (told, D("12.40")) for _, told in REFERENCES
    ]
    assert not shop.holds(NAME)


@pytest.mark.parametrize("turn", list(itertools.permutations(range(3))))
def test_a_charge_without_order_meets_its_parcel_in_any_order_of_loading(shop, turn):
    bill = [charge("12.40", "1", "20260720") | {"Original Customer Reference": "no order number"}]
    sent = {"order_id": order(2), "tracking": "794600000001", "carrier": "FedEx", "state": "delivered"}
    sent["shipped_at"] = sent["updated_at"] = "2026-07-11T08:00:00+00:00"
    moments = {"purchase_date": "2026-07-09T08:00:00+00:00", "last_updated_date": "2026-07-12T08:00:00+00:00"}
    many = [order_line(number, str(number), **moments) for number in range(20)]  # so that only what is touched is built anew
    files = [write(shop, table("carrier_fedex_billing", "all", bill)), write(shop, table("tracking", "template", [sent]))]
    files.append(write_lines(shop.folder / "orders.txt", ALL_ORDERS, many))
    shop.load(*(files[n] for n in turn))
    told = shop.rows("SELECT parcel, order_id, label_cost, seen_in FROM parcels WHERE named")
    assert told == [("794600000001", order(2), D("12.40"), "carrier_fedex_billing, tracking")]
    assert shop.rows("SELECT order_id FROM parcel_lines WHERE parcel = '794600000001'") == [(order(2),)]


# --- our templates ------------------------------------------------------------------------------------------------------------


def test_labels_tell_cost_and_protection_of_a_parcel(shop):
    row = {
        "order_id": order(1), "tracking": "1Z1", "carrier": "UPS", "service": "Ground", "bought_at": "2026-07-10T08:00:00+00:00",
        "label_cost": "9.80", "currency": "USD", "protected": "yes", "declared_value": "100", "insured": "no",
    }  # fmt: skip
    shop.load(write(shop, table("labels", "template", [row])))
    assert shop.rows("SELECT tracking, label_cost, protected, declared_value, insured, outcome FROM parcels") == [
        ("1Z1", D("9.80"), True, D("100.00"), False, "unknown")
    ]


def sent(name, layout, **cells):
    """A row of labels or tracking about one parcel that is insured."""
    row = {"order_id": order(1), "tracking": "1Z1", "carrier": "UPS", "currency": "USD", "label_cost": "9.80", "insured": "yes"}
    moment = {"labels": "bought_at", "tracking": "shipped_at"}[name]
    return table(name, layout, [row | {moment: "2026-07-10T08:00:00+00:00"} | cells])


@pytest.mark.parametrize("name", ["labels", "tracking"])
@pytest.mark.parametrize(("premium", "told"), [("1.95", D("1.95")), ("0", D("0.00")), ("", None)])
def test_what_was_paid_for_cover_is_the_premium(shop, name, premium, told):
    shop.load(write(shop, sent(name, "template_with_premium", premium=premium)))
    assert shop.rows("SELECT insured, premium, currency FROM parcels") == [(True, told, "USD")]


@pytest.mark.parametrize("name", ["labels", "tracking"])
def test_a_file_without_premiums_is_read_as_before(shop, name):
    match = recognise(",".join(variants(name)["template"]))
    assert (match.format.name, match.unknown, match.missing) == (name, [], [])
    shop.load(write(shop, sent(name, "template")))
    assert shop.rows("SELECT label_cost, insured, premium FROM parcels") == [(D("9.80"), True, None)]


@pytest.mark.parametrize("turn", [(0, 1), (1, 0)])
def test_labels_add_the_premium_that_tracking_does_not_tell(shop, turn):
    files = [write(shop, sent("tracking", "template")), write(shop, sent("labels", "template_with_premium", premium="1.95"))]
    shop.load(*(files[n] for n in turn))
    assert shop.rows("SELECT tracking, premium FROM parcels WHERE named") == [("1Z1", D("1.95"))]


def test_a_claim_is_restated_until_it_is_paid(shop):
    filed = {
        "claim_id": "C1", "policy_or_account": "P9", "tracking_number": "1Z1", "order_id": order(1), "loss_type": "lost",
        "filed_date": "2026-07-20", "status": "filed", "currency": "USD", "notes": NAME, "insured_value": "100.00",
    }  # fmt: skip
    paid = filed | {"status": "paid", "paid_amount": "80.00", "paid_date": "2026-08-20"}
    other = {"claim_id": "C2", "loss_type": "damaged", "filed_date": "2026-07-21", "status": "denied", "currency": "USD"}
    shop.load(write(shop, table("claims", "template", [filed, other])), write(shop, table("claims", "template", [paid])))
    told = "SELECT claim_id, order_id, tracking, source, kind, state, filed_at, decided_at, amount FROM recoveries ORDER BY ALL"
    assert shop.rows(told) == [
        ("C1", order(1), "1Z1", "insurer", "lost", "paid", at("2026-07-20T00:00:00"), at("2026-08-20T00:00:00"), D("80.00")),
        ("C2", None, None, "carrier", "damaged", "denied", at("2026-07-21T00:00:00"), None, None),
    ]
    assert not shop.holds(NAME)


def test_a_claim_exists_from_its_filing_and_not_from_the_report_of_the_loss(shop):
    row = {
        "claim_id": "C1", "tracking_number": "1Z1", "loss_type": "lost", "reported_date": "2026-07-08",
        "filed_date": "2026-07-20", "status": "paid", "paid_amount": "80.00", "paid_date": "2026-08-20", "currency": "USD",
    }  # fmt: skip
    shop.load(write(shop, table("claims", "template", [row])))
    told = {"2026-07-19": [], "2026-07-20": [("C1", None, None)], "2026-08-20": [("C1", "paid", D("80.00"))]}
    for day_known, rows in told.items():
        with contextlib.closing(store.reader(shop.db)) as con:
            store.set_context(con, as_of=day_known)
            store.build_as_of(con)
            assert con.sql("SELECT claim_id, state, amount FROM recoveries").fetchall() == rows


def test_costs_hold_from_their_day_on(shop):
    mug = {"sku": "MUG", "landed_cost": "4.20", "currency": "EUR", "vat_rate": "0.19", "valid_from": "2026-01-01"}
    rows = [mug | {"resale_share": "0.5"}, mug | {"landed_cost": "4.60", "valid_from": "2026-07-01"}]
    shop.load(write(shop, table("costs", "template", rows)))
    assert shop.rows("SELECT sku, landed_cost, vat_rate, resale_share, valid_from FROM products ORDER BY valid_from") == [
        ("MUG", D("4.20"), D("0.19"), D("0.5"), day("2026-01-01")),
        ("MUG", D("4.60"), D("0.19"), None, day("2026-07-01")),
    ]


def test_steps_of_a_tariff_are_rows(shop):
    step = {
        "tariff": "cover", "from_value": "0", "to_value": "100", "premium": "1.10", "currency": "USD", "valid_from": "2026-01-01",
    }  # fmt: skip
    upper = step | {"from_value": "100.01", "to_value": "", "premium": "2.20", "premium_share": "0.0125", "paid_share": "0.8"}
    shop.load(write(shop, table("tariffs", "template", [step, upper])))
    told = "SELECT tariff, from_value, to_value, premium, premium_share, paid_share FROM tariffs ORDER BY from_value"
    assert shop.rows(told) == [
        ("cover", D("0.00"), D("100.00"), D("1.10"), None, None),
        ("cover", D("100.01"), None, D("2.20"), D("0.0125"), D("0.8")),
    ]


def test_rates_are_kept_to_six_places(shop):
    row = {"day": "2026-07-10", "currency": "EUR", "to_currency": "USD", "rate": "1.084213"}
    shop.load(write(shop, table("rates", "template", [row])))
    assert shop.rows('SELECT "day", currency, to_currency, rate FROM rates') == [(day("2026-07-10"), "EUR", "USD", D("1.084213"))]
