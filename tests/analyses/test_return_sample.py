"""The sample shop: what returns cost is read from the settlement files once more, in plain Python; its truth is known."""

import csv
import gzip
import io
import json
import zipfile
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from orderkit.analyses.returns.reasons import group_words
from orderkit.formats.reasons import reason_rows

ROOT = Path(__file__).parents[2]
SAMPLE, TRUTH = ROOT / "data" / "sample", ROOT / "data" / "sample_truth"
CLOSED = "2026-11-06T08:00:00Z"  # the last settlement of the sample


@pytest.fixture(scope="module")
def result(sample_shop):
    return sample_shop.returns()


@pytest.fixture(scope="module")
def lines():
    """Lines of all settlement files that are about a refund or a return, by the marketplace's own words, with exact amounts."""
    found = []
    for archive in SAMPLE.glob("settlements-*.zip"):
        with zipfile.ZipFile(archive) as packed:
            for name in packed.namelist():
                found += _lines(packed.read(name).decode("utf-8"))
    assert found
    return found


def _lines(text):
    currency = None
    for row in csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["total-amount"]:
            currency = row["currency"]
            continue
        kind = _kind(row)
        if kind:
            assert currency
            amount = Decimal(row["amount"].replace(".", "").replace(",", ".") if currency == "EUR" else row["amount"])
            yield {**row, "currency": currency, "kind": kind, "amount": amount}


def _kind(row):
    if row["transaction-type"] == "Refund":
        return "fees" if row["amount-type"] == "ItemFees" else "refund"
    if row["amount-description"] == "Shipping label purchase for return":
        return "label"
    about = (row["transaction-type"], row["amount-description"])
    return "recovered" if about[0] == "SAFE-T Reimbursement" or about[1] == "CUSTOMER_RETURN" else None


def _sums(lines):
    sums = defaultdict(Decimal)
    for line in lines:
        sums[line["currency"], line["kind"]] += line["amount"]
    return dict(sums)


def _booked(result, column):
    rows = result.tables["booked"].itertuples()
    return {(row.currency, row.kind): Decimal(f"{getattr(row, column):.2f}") for row in rows}


def _rows(name, sep="\t"):
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=sep, quoting=csv.QUOTE_NONE))


def _truth(name):
    with gzip.open(TRUTH / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_refund_money_ties_to_the_settlement_lines_to_the_cent(result, lines):
    assert {currency for currency, _ in _sums(lines)} == {"USD", "EUR"}
    assert _booked(result, "total") == _sums(lines)


def test_money_of_returns_ties_to_the_lines_of_what_came_back(result, lines):
    """Plain Python: the lines of the item that came back, and of its order where a line names no item.

    Without a return that stands (all cancelled or declined) an item or order has none.
    """
    fbm = [row for row in _rows("returns-2026-11-15.txt") if row["Return request status"] not in ("Cancelled", "Declined")]
    fba = _rows("fba-returns-2026-11-15.txt")
    orders = {row["Order ID"] for row in fbm} | {row["order-id"] for row in fba}
    items = {row["Order Item ID"] for row in fbm}
    skus = {(row["Order ID"], row["Merchant SKU"]) for row in fbm} | {(row["order-id"], row["sku"]) for row in fba}
    of_returns = []
    for line in lines:
        named = line["order-item-code"].strip() or line["sku"].strip()
        item = line["order-item-code"] in items or (line["order-id"], line["sku"]) in skus
        if item if named else line["order-id"] in orders:
            of_returns.append(line)
    assert _booked(result, "of_returns") == _sums(of_returns)


def test_the_parts_add_up_to_all_that_is_booked(result):
    booked = result.tables["booked"]
    assert ((booked["of_returns"] + booked["of_no_return"]) - booked["total"]).abs().max() < 0.005


def test_columns_of_money_by_reason_add_up_to_what_is_booked_for_returns(sample_shop, result):
    of_returns = _booked(result, "of_returns")
    outside = dict(
        sample_shop.con.sql(
            "SELECT currency, sum(label_outside) / 100 FROM return_costs WHERE label_outside IS NOT NULL GROUP BY ALL"
        ).fetchall()
    )
    for currency, part in result.frame.groupby("currency"):
        assert round(part["fees"].sum(), 2) == float(of_returns[currency, "fees"])
        assert round(part["recovered"].sum(), 2) == float(of_returns[currency, "recovered"])
        assert round(part["label"].sum() - outside.get(currency, 0), 2) == float(of_returns[currency, "label"])
        whole = sum(amount for (one, _), amount in of_returns.items() if one == currency)
        told = sample_shop.con.sql(
            "SELECT coalesce(sum(label_outside) FILTER (WHERE cents IS NOT NULL), 0) / 100,"
            f" sum(goods) FILTER (WHERE net IS NOT NULL) / 100 FROM return_costs WHERE currency = '{currency}'"
        ).fetchall()[0]
        assert round(part["cost"].sum(), 2) == round(-float(whole) - sum(told), 2)


def test_what_was_refunded_by_reason_is_what_was_booked_and_else_what_the_export_states(sample_shop, result):
    stated = dict(
        sample_shop.con.sql(
            "SELECT currency, CAST(sum(stated) AS DOUBLE) FROM return_costs"
            " WHERE refund IS NULL AND NOT withdrawn AND stated IS NOT NULL GROUP BY ALL"
        ).fetchall()
    )
    for currency, part in result.frame.groupby("currency"):
        booked = -float(_booked(result, "of_returns")[currency, "refund"])
        assert round(part["refunded"].sum(), 2) == round(booked + stated.get(currency, 0), 2)


def test_every_return_of_the_exports_is_there_once(sample_shop, result):
    told = len(_rows("returns-2026-11-15.txt")) + len(_rows("fba-returns-2026-11-15.txt"))
    kept = int(result.frame[["returns", "withdrawn"]].sum().sum())
    assert kept == sample_shop.con.sql("SELECT count(*) FROM return_units").fetchall()[0][0] <= told
    assert sample_shop.con.sql("SELECT count(*) FROM returns").fetchall()[0][0] == kept


def test_reasons_are_those_that_buyers_had(sample_shop, result):
    """The truth by group: FBM asked for by the end of the data and not withdrawn, FBA by what reached a warehouse."""
    groups = {code: group for code, group, _ in reason_rows()}
    asked = {row["Order ID"] for row in _rows("returns-2026-11-15.txt")}
    withdrawn = {
        row["Order ID"] for row in _rows("returns-2026-11-15.txt") if row["Return request status"] in ("Cancelled", "Declined")
    }
    true = Counter(groups[_code(row)] for row in _truth("returns") if row["order_id"] in asked - withdrawn)
    came = [row for row in _truth("fba_returns") if "" < row["received_at"] <= "2026-11-15T18:00:00Z"]
    true += Counter(groups[_code(row)] for row in came)
    found = result.frame.groupby("reason_group")["returns"].sum()
    assert found[found > 0].to_dict() == dict(true)


def _code(row):
    return row["reason"].removeprefix("CR-")


def test_refunds_booked_for_returned_lines_are_the_true_ones(sample_shop, lines):
    """All refunds of lines that came back as they happened, of orders with one FBM return, against what is booked for them.

    What the marketplace withheld as tax it gives back itself: no cost of the seller, though the buyer gets it.
    """
    sku = {(row["order_id"], row["line_no"]): row["sku"] for row in _truth("lines")}
    true, tax = Counter(), Counter()
    for row in _truth("refunds"):
        true[row["order_id"], sku[row["order_id"], row["line_no"]]] += int(row["amount"]) * (row["refunded_at"] <= CLOSED)
    for line in lines:
        if line["transaction-type"] == "Refund" and line["amount-type"] == "ItemWithheldTax":
            tax[line["order-id"], line["sku"]] += int(line["amount"] * 100)
    once = Counter((row["order_id"], row["sku"]) for row in _truth("lines"))
    booked = sample_shop.con.sql(
        "SELECT order_id, any_value(sku), -sum(refund) FROM return_costs WHERE channel = 'FBM' AND refund IS NOT NULL"
        " GROUP BY order_id HAVING count(*) = 1"
    ).fetchall()
    both = [(order, sku, cents) for order, sku, cents in booked if once[order, sku] == 1]
    assert len(both) > 200
    assert [row for row in both if row[2] + tax[row[:2]] != true[row[:2]]] == []


def test_the_troubled_product_is_on_the_list_and_its_true_reason_first(result):
    troubled = json.loads((TRUTH / "parameters.json").read_text(encoding="utf-8"))["parameters"]["troubled"]
    listed = result.tables["skus"].query("listed")
    assert set(listed["sku"]) == {troubled}
    assert set(listed["reason"]) == {group_words("product_fault")}
    assert f"1 product comes back more often than chance explains: {troubled} (" in result.headline


def test_units_sold_and_returned_of_each_product_are_the_true_ones(sample_shop, result):
    until = "2026-11-15T"  # returns are known up to the day before
    back = Counter(row["sku"] for row in _truth("fba_returns") if "" < row["received_at"] < until)
    for row in _rows("returns-2026-11-15.txt"):
        if row["Return request status"] not in ("Cancelled", "Declined"):
            back[row["Merchant SKU"]] += int(row["Return quantity"])
    frame = result.tables["skus"].drop_duplicates("sku").set_index("sku")
    # returns without their order, dated after the day up to which all are known, or above what was bought are in no rate
    assert sum(back.values()) - 25 <= frame["returned"].sum() <= sum(back.values())
    assert (frame["returned"] <= frame.index.map(back)).all()
