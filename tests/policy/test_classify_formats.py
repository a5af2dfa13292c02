"""classify with the columns of an export: read as a load reads them, row by row, in the same order."""

import duckdb
import pandas as pd
import polars as pl
import pytest

import orderkit as ok
from orderkit import places
from orderkit.errors import BadValue, UnknownName


@pytest.fixture(scope="module")
def orders():
    """The All Orders report of the sample as pandas reads it, all as text."""
    return pd.read_csv(places.sample() / "all-orders-2026-11-15.txt", sep="\t", dtype=str, quoting=3)


@pytest.fixture(scope="module")
def answered(orders):
    return ok.classify(orders, of="amazon_all_orders", pack="article-2021")


def test_rows_and_columns_stay_as_they_are(orders, answered):
    assert answered["amazon-order-id"].tolist() == orders["amazon-order-id"].tolist()
    assert answered["item-price"].dropna().tolist() == orders["item-price"].dropna().tolist()
    assert list(answered.columns[: len(orders.columns)]) == list(orders.columns)
    assert "cancel" in answered.columns


def test_the_answers_are_those_of_a_load(orders, answered, tmp_path):
    file = tmp_path / "all-orders.txt"
    orders.to_csv(file, sep="\t", index=False, quoting=3)
    ok.load(file, db=tmp_path / "shop.duckdb")
    with ok.open(tmp_path / "shop.duckdb", pack="article-2021")._answers as con:
        loaded = con.sql("SELECT order_id, line, answer, missing FROM answers_upgrade").fetchall()
    told = {(row["amazon-order-id"], row["order-item-id"]): row["upgrade"] for row in answered.to_dict("records")}
    assert len(loaded) == len(told) > 6000
    assert {(order, line): answer for order, line, answer, _ in loaded} == told


def test_typed_columns_give_the_same_answers(orders, answered):
    typed = orders.assign(
        **{
            "purchase-date": pd.to_datetime(orders["purchase-date"]),
            "quantity": orders["quantity"].astype(float),
            "item-price": orders["item-price"].astype(float),
        }
    )
    told = ok.classify(typed, of="amazon_all_orders", pack="article-2021")
    for name in ("cancel", "upgrade", "not_received"):
        assert told[name].tolist() == answered[name].tolist()


def test_polars_and_relations_give_the_same_answers(orders, answered):
    few, wanted = orders.head(50), answered["cancel"].head(50).tolist()
    as_of = orders["last-updated-date"].max()
    assert ok.classify(pl.DataFrame(few), of="amazon_all_orders", pack="article-2021", as_of=as_of)["cancel"].tolist() == wanted
    with duckdb.connect() as con:
        con.register("few", few)
        told = ok.classify(con.sql("SELECT * FROM few"), of="amazon_all_orders", pack="article-2021", as_of=as_of)
        assert told["cancel"].tolist() == wanted
        canonical = con.sql("SELECT 'FBA' AS channel, DATE '2026-11-01' AS ordered_at")
        assert ok.classify(canonical)["cancel"].tolist() == ["marketplace_handles_it"]


def test_a_missing_column_makes_unknown_answers_that_name_it(orders):
    told = ok.classify(orders.drop(columns="fulfillment-channel").head(20), of="amazon_all_orders", pack="article-2021")
    assert set(told["cancel"]) == {"unknown"}
    assert all("channel" in missing for missing in told["cancel_missing"])


def test_rows_of_one_line_are_answered_each_for_itself(orders):
    twice = pd.concat([orders.head(1), orders.head(1).assign(**{"fulfillment-channel": "Amazon"})])
    told = ok.classify(twice, of="amazon_all_orders", pack="article-2021")
    assert (told["cancel"] == "marketplace_handles_it").tolist() == [False, True]


def test_returns_are_read_by_their_format():
    frame = pd.DataFrame(
        {
            "Order ID": ["111-1111111-1111111"] * 2, "Return request date": ["12-Nov-2026", "13-Nov-2026"],
            "Return Reason": ["CR-UNWANTED_ITEM", "CR-DEFECTIVE"], "In policy": ["Y", "Y"],
        }
    )  # fmt: skip
    told = ok.classify(frame, of="amazon_mfn_returns", pack="article-2021")
    assert told[["return_request", "return_request_who_pays"]].to_numpy().tolist() == [
        ["accept_return", "buyer"],
        ["accept_return", "seller"],
    ]


def test_what_cannot_be_read_is_refused_by_its_column(orders):
    wrong = orders.head(3).assign(quantity=["1", "many", "2"])
    with pytest.raises(BadValue, match="Column 'quantity' of the frame cannot be read as amazon_all_orders") as refused:
        ok.classify(wrong, of="amazon_all_orders")
    assert "many" not in str(refused.value)
    with pytest.raises(BadValue, match="has no column of amazon_all_orders"):
        ok.classify(pd.DataFrame({"colour": ["red"]}), of="amazon_all_orders")
    with pytest.raises(BadValue, match="neither an order line nor a return"):
        ok.classify(orders.head(1), of="rates")
    with pytest.raises(UnknownName, match="Did you mean 'amazon_all_orders'"):
        ok.classify(orders.head(1), of="amazon_all_order")
