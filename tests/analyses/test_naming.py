"""A page to share names no order, product, parcel or buyer, and its money is the same."""

import re

import pandas as pd
import pytest

from orderkit import languages
from orderkit.analyses import naming, show
from orderkit.analyses.returns.comments import words_that_stand_out

SHORTEST = 4  # letters of a name: a shorter one is a word of every page
NAMES = {
    "order_lines": ("order_id", "line", "order_item_id", "sku", "asin", "product_name", "buyer"),
    "returns": ("return_id", "order_id", "order_item_id", "sku", "asin", "fnsku", "rma", "comments"),
    "parcels": ("parcel", "order_id", "tracking"), "products": ("sku", "asin", "product_name"),
    "money": ("order_id", "order_item_id", "sku"), "recoveries": ("order_id", "tracking", "claim_id"),
    "feedback": ("order_id", "comments"), "requests": ("request", "order_id", "order_item_id"), "decisions": ("order_id", "task"),
}  # fmt: skip
RESULTS = ("returns", "losses", "todo", "today", "exposure", "health", "rule_changes")
CHARTS = {
    "returns": (None, "weeks", "products", "alarms"), "losses": (None, "services", "year", "weeks", "value", "ways"),
    "exposure": (None, "arrivals"), "health": (None,),
}  # fmt: skip


@pytest.fixture
def sharing():
    naming.share()
    yield
    naming.share(False)


def names(shop):
    """Every name in the shop's tables that could stand on a page, and of every thing to do."""
    found = set(shop.todo().frame["item"])
    for table, columns in NAMES.items():
        for column in columns:
            found |= {name for (name,) in shop.con.sql(f"SELECT DISTINCT {column} FROM {table}").fetchall()}
    return {str(name) for name in found if name is not None and len(str(name)) >= SHORTEST}


def seen(result):
    """All of a result that a page may show: as HTML, as text and as figures, and tables that notebooks show of it."""
    drawn = [result.picture(name) for name in CHARTS.get(result.kind, ())]
    tables = [table for table in result.tables.values() if isinstance(table, pd.DataFrame) and len(table)]
    parts = [result._repr_html_(), repr(result), *(one.to_json() if hasattr(one, "to_json") else str(one) for one in drawn)]
    return "\n".join([*parts, *(str(show.table(table.head(50))) for table in tables)])


def told(text, known):
    """Those of the names that stand in a text as words of their own."""
    return [name for name in known if name in text and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]


@pytest.fixture(scope="module")
def sample_names(sample_shop):
    return names(sample_shop)


@pytest.fixture(scope="module")
def headlines(sample_shop):
    return {kind: getattr(sample_shop, kind)().headline for kind in RESULTS}


def test_the_names_are_there_unless_left_out(sample_shop, sample_names):
    assert len(sample_names) > 5000
    assert len(told(seen(sample_shop.todo()), sample_names)) > 10


@pytest.mark.parametrize("kind", RESULTS)
def test_no_name_is_on_a_page_to_share(sample_shop, sample_names, headlines, sharing, kind):
    result = getattr(sample_shop, kind)()
    assert told(seen(result), sample_names) == []
    assert "https://" not in result._repr_html_()
    money = r"[$€][\d,.]*\d"
    assert re.findall(money, result.headline) == re.findall(money, headlines[kind])


def test_a_product_has_one_name_in_headline_table_and_figure(sample_shop, sharing):
    result = sample_shop.returns()
    first = result.tables["skus"]["sku"].iloc[0]
    assert first != "product 1", "frames keep the names"
    assert "explains: product 1 " in result.headline
    assert ">product 1<" in show.table(result.tables["skus"].head(1))
    assert "product 1 (" in result.chart("products").to_json()
    assert naming.product(first) == "product 1"


def test_stand_ins_are_numbered_by_first_mention_and_begin_anew(sharing):
    assert [naming.order(name) for name in ("B-2", "A-1", "B-2", "", None)] == ["order 1", "order 2", "order 1", "", None]
    naming.share()
    assert naming.order("A-1") == "order 1"
    naming.share(False)
    assert naming.order("A-1") == "A-1"


def test_stand_ins_speak_the_language_of_the_page(sharing):
    languages.use("zh")
    try:
        assert naming.product("MUG-RED") == "商品 1"
    finally:
        languages.use(languages.ENGLISH)


def test_what_buyers_wrote_is_not_shared(sample_shop, sharing):
    frame = pd.DataFrame({"sku": ["MUG-RED", None], "comments": ["It leaks", "Dear Ms Smith"], "line": [1, 2]})
    page = show.table(frame)
    assert "leaks" not in page
    assert "Smith" not in page
    assert "not shared" in page
    assert naming.shown(frame)["line"].tolist() == [1, 2], "numbers are no names"
    assert words_that_stand_out(sample_shop.con, sample_shop.returns().tables["skus"]).empty


def test_a_frame_is_as_it_is_on_other_pages():
    frame = pd.DataFrame({"order_id": ["A"], "link": ["https://x"]})
    assert naming.shown(frame) is frame
    assert naming.bare(frame) is frame
