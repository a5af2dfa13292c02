"""Every known code of a reason has its group; one that nobody knows is shown by its name wherever returns are told of."""

import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from orderkit import places, reports, store
from orderkit.cli import main
from orderkit.formats.reasons import reason_rows
from orderkit.shop import Shop
from tests.conftest import REAL
from tests.store.exports import ALL_ORDERS, RETURNS, order_id, order_line, write

CODES = REAL.parent / "facts" / "formats" / "_codes.yaml"
PAGES = ("weekly_report", "return_reasons")


@pytest.fixture(scope="module")
def listed():
    if not CODES.is_file():
        pytest.skip("the published list of codes is not here: no folder shared beside the checkout")
    codes = yaml.safe_load(CODES.read_text(encoding="utf-8"))
    return [*codes["return_reasons_fba"], *codes["return_reasons_seller_fulfilled"]]


def test_all_published_codes_are_mapped_to_their_published_group(listed):
    mapped = {code: group for code, group, _ in reason_rows()}
    told = {row["code"].upper().removeprefix("RO_").removeprefix("CR-"): row["group"] for row in listed}
    assert len(told) > 50
    assert {code: mapped.get(code) for code in told} == told


def returned(number, code):
    row = {
        "Order ID": order_id(number), "Return request date": "05-Nov-2026", "Return request status": "Approved",
        "Amazon RMA ID": f"D{number}RRMA", "Merchant SKU": "MUG", "Return quantity": "1", "Return Reason": code,
    }  # fmt: skip
    return "\t".join(row.get(header, " ") for header in RETURNS)


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    """Three orders, and returns of two: one with a code that no list has, one without a code."""
    folder = tmp_path_factory.mktemp("made_up")
    orders = write(folder / "orders.txt", ALL_ORDERS, [order_line(number, str(number)) for number in (1, 2, 3)])
    back = write(folder / "returns.txt", RETURNS, [returned(1, "CR-EATEN_BY_<GOAT>"), returned(2, "CR-UNWANTED_ITEM")])
    for file in (orders, back):
        store.load(file, db=folder / "shop.duckdb")
    return folder / "shop.duckdb"


def test_a_made_up_code_stands_by_its_name_on_every_page(db, tmp_path):
    for name in PAGES:
        page = reports.build(places.notebooks() / f"{name}.py", to=tmp_path, parameters={"db": db}, name=name)
        text = Path(page).read_text(encoding="utf-8")
        assert "1 return with a code that is not in our list: EATEN_BY_&lt;GOAT&gt;." in text, name
        assert "A code not in our list" in text
        assert "<GOAT>" not in text
        words = re.sub(r"<[^>]+>", " ", text)
        assert "A result was left out" not in words
        assert "could not be made" not in words
        assert not re.search(r"\bnan\b|\bNaT\b", re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)), name


def test_a_made_up_code_is_in_the_json(db):
    result = CliRunner().invoke(main, ["returns", "--db", str(db), "--json"])
    assert result.exit_code == 0
    told = json.loads(result.stdout, parse_constant=pytest.fail)
    assert {row["reason_group"]: row["returns"] for row in told["rows"]} == {"unmapped": 1, "remorse": 1}
    assert "1 return with a code that is not in our list: EATEN_BY_<GOAT>." in told["how"]


def test_a_shop_without_returns_has_its_pages(tmp_path):
    db = tmp_path / "shop.duckdb"
    store.load(write(tmp_path / "orders.txt", ALL_ORDERS, [order_line(1, "1")]), db=db)
    page = reports.build(places.notebooks() / "return_reasons.py", to=tmp_path, parameters={"db": db}, name="none")
    words = re.sub(r"<[^>]+>", " ", Path(page).read_text(encoding="utf-8"))
    assert "no returns export is loaded" in words
    assert "could not be made" not in words
    assert "A result was left out" not in words
    opened = Shop(db)
    assert opened.returns().frame.empty
    opened.close()


def test_the_verb_on_the_sample_says_the_same_in_words_and_json(sample_db, sample_shop):
    plain = CliRunner().invoke(main, ["returns", "--db", str(sample_db)])
    machine = CliRunner().invoke(main, ["returns", "--db", str(sample_db), "--json"])
    assert plain.exit_code == machine.exit_code == 0
    told = json.loads(machine.stdout, parse_constant=pytest.fail)
    result = sample_shop.returns()
    assert told["headline"] == result.headline
    assert result.headline in plain.stdout
    assert told["totals"] == {currency: str(cost) for currency, cost in result.totals.items()}
    assert all(round(row["cost"], 2) == row["cost"] for row in told["rows"])
    one = CliRunner().invoke(main, ["returns", "--db", str(sample_db), "--marketplace", "amazon.de", "--json"])
    assert set(json.loads(one.stdout, parse_constant=pytest.fail)["totals"]) == {"EUR"}
