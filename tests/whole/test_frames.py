"""What docs/notebooks.md says of frames holds for every frame: money is float64, and exact sums are elsewhere."""

import re
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from orderkit import measures
from orderkit.lab import FOLDER
from orderkit.places import notebooks

PAGE = (Path(__file__).parents[2] / "docs" / "notebooks.md").read_text(encoding="utf-8")
QUESTIONS = ("todo", "today", "exposure", "returns", "losses", "health", "rule_changes")
TABLES = ("order_lines", "line_facts", "return_facts", "money", "returns", "parcels", "recoveries")


@pytest.fixture(scope="module")
def results(sample_shop):
    found = {name: getattr(sample_shop, name)() for name in QUESTIONS}
    found["backtest"] = sample_shop.backtest(as_of="2026-10-15")
    order = found["todo"].frame["order_id"].iloc[0]
    found |= {"explain": sample_shop.explain(order), "ask": sample_shop.ask(order, request="cancel")}
    return found | {"compare": sample_shop.compare("article-2021")}


def decimals(relation):
    return [name for name, kind in zip(relation.columns, relation.types, strict=True) if str(kind).startswith("DECIMAL")]


def no_decimals(frame):
    """No cell of a frame is a Decimal: floats and Decimals do not add up with each other."""
    return not any(isinstance(cell, Decimal) for column in frame if frame[column].dtype == object for cell in frame[column])


def test_money_of_every_answer_is_float(results):
    for name, result in results.items():
        assert type(result.frame) is pd.DataFrame
        assert no_decimals(result.frame), name
        for column in getattr(result, "money", ()):
            if column in result.frame:
                assert result.frame[column].dtype == "float64", (name, column)
    assert results["compare"].frame["value"].dtype == "float64"
    assert sum(len(getattr(result, "money", ())) for result in results.values()) > 10


def test_totals_of_every_answer_are_exact(results):
    amounts = [amount for result in results.values() for amount in getattr(result, "totals", {}).values()]
    assert len(amounts) >= 10
    assert {type(amount) for amount in amounts} == {Decimal}


@pytest.mark.parametrize("name", measures.names())
def test_money_of_every_measure_is_float_and_counts_are_whole(sample_shop, name):
    relation = sample_shop._facts.sql(measures.text(name))
    whole = [column for column, kind in zip(relation.columns, relation.types, strict=True) if "INT" in str(kind)]
    frame = sample_shop.measure(name)
    assert no_decimals(frame)
    assert {str(frame[column].dtype) for column in decimals(relation)} <= {"float64"}
    assert all(pd.api.types.is_integer_dtype(frame[column]) for column in whole)


@pytest.mark.parametrize("table", TABLES)
def test_money_of_sql_is_float_and_moments_are_moments(sample_shop, table):
    relation = sample_shop._facts.sql(f"SELECT * FROM {table}")
    frame = sample_shop.sql(f"SELECT * FROM {table}")
    assert no_decimals(frame)
    assert decimals(relation)
    for column, kind in zip(relation.columns, map(str, relation.types), strict=True):
        found = frame[column].dtype
        if kind.startswith("DECIMAL"):
            assert found == "float64"
        elif kind == "TIMESTAMP WITH TIME ZONE":
            assert str(found) == "datetime64[us, UTC]"
        elif kind == "DATE":
            assert str(found) == "datetime64[us]"
        elif "INT" in kind:
            assert pd.api.types.is_integer_dtype(found)


def test_the_example_of_exact_sums_runs(sample_shop):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    names = {"shop": sample_shop}
    exec(example, names)
    assert set(names["totals"]) == {"EUR", "USD"}


def test_the_page_names_every_notebook_by_its_question():
    for path in notebooks().glob("*.py"):
        assert f"`{path.stem}`" in PAGE
        if path.stem != "weekly_report":  # its title is a heading of the page that sellers get
            title = re.search(r"^# # (.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1]
            assert f"| {title} |" in PAGE
    assert f"`{FOLDER}`" in PAGE
