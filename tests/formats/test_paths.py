"""The path language of tree formats: each step on a record small enough to see through."""

import pytest

from orderkit.errors import FormatError
from orderkit.formats.paths import Node, read_path
from orderkit.formats.tree import read_tree

RECORD = {
    "id": "1",
    "paid": True,
    "nothing": None,
    "total": {"amount": "3.50", "currency": "EUR"},
    "items": [
        {"sku": "A", "prices": [{"type": "ITEM", "amount": "1.10"}, {"type": "TAX", "amount": "0.20"}], "parts": []},
        {"sku": "B", "prices": [{"type": "ITEM", "amount": "2.20"}], "parts": [{"name": "left"}, {"name": "right"}]},
    ],
    "text": {"": "12.00", "@currency": "USD"},
}


def text(path, record=None):
    return read_path(path).text(Node("record", record or RECORD))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("id", "1"),
        ("paid", "true"),
        ("nothing", ""),
        ("absent/deeper", ""),
        ("total/amount", "3.50"),
        ("total", "{}"),  # an object is no text: no type takes this for a value
        ("text", "12.00"),
        ("text/@currency", "USD"),
        ("items/sku", "A, B"),  # several that differ are never passed over in silence
        ("items/prices[type=ITEM]/amount", "1.10, 2.20"),
        ("sum(items/prices[type=ITEM]/amount)", "3.30"),
        ("sum(items/prices[type=ITEM|TAX]/amount)", "3.50"),
        ("sum(items/sku)", "A, B"),  # what is no number stays as it is
        ("total|text/@currency", "USD"),
        ("tot*/amount", "3.50"),
        ("!items|text|id/amount", "3.50"),
        ("items[parts]/sku", "B"),
        ("items/parts+/name", "left, right"),
        ("**/currency", "EUR"),
        ("items/prices[type=TAX]/../sku", "A"),
        ("items/prices[type=TAX]/^sku", "A"),
        ("items/prices[type=TAX]/^id", "1"),
        ("items/prices[type=TAX]/name()", "prices"),
        (".[paid=true]/id", "1"),
        (".[paid=false]/id", ""),
        ("..", ""),  # nothing stands above the record
        ("/id", "1"),
        ("/name()", "record"),
    ],
)
def test_a_path_gives(path, found):
    assert text(path) == found


def test_from_below_a_path_with_a_slash_begins_at_the_record():
    item = read_path("items[sku=B]").nodes(Node("record", RECORD))[0]
    assert read_path("/total/amount").text(item) == "3.50"
    assert read_path("/name()").text(item) == "record"


def test_what_has_no_parts_is_an_end_of_its_own_and_up_is_where_the_way_began():
    ends = read_path("items/parts+").nodes(Node("record", RECORD))
    assert [end.value.get("name", end.value.get("sku")) for end in ends] == ["A", "left", "right"]
    assert [read_path("../sku").text(end) for end in ends] == ["A", "B", "B"]


def test_the_way_to_an_end():
    tree = {"more": [{"kind": "Fees", "more": [{"kind": "Commission", "more": [{"kind": "Base"}, {"kind": "Tax"}]}]}]}
    ends = read_path("more+").nodes(Node("", tree))
    assert [read_path("way(kind)").text(end) for end in ends] == ["Fees/Commission/Base", "Fees/Commission/Tax"]


def test_sums_are_exact():
    assert text("sum(x)", {"x": ["0.1"] * 3}) == "0.3"
    assert text("sum(x)", {"x": ["1", "99999999999999999999999999999.99"]}) == "100000000000000000000000000000.99"


@pytest.mark.parametrize("path", ["", "a//b", "a[", "a]b", "a/", "a/[b]", "sum(a", "name()/a", "a(b)"])
def test_what_is_no_path(path):
    with pytest.raises(ValueError, match="is no"):
        read_path(path)


def need(condition, key, problem):
    if not condition:
        raise FormatError(f"x.yaml, {key}: {problem}")


SAID = {"records": ["."], "signature": ["id"], "rows": [{"kind": "order", "take": {"order id": "id"}}]}


def test_a_tree_is_read():
    tree = read_tree(SAID, {"order id"}, need)
    assert tree.kinds == ["order"]
    assert tree.signed_by(Node("", {"id": "1"}))
    assert not tree.signed_by(Node("", {"order": "1"}))


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"records": None}, "tree.records"),
        ({"place": "."}, "tree.place"),
        ({"signature": ["a//b"]}, "tree.signature"),
        ({"records": [1]}, "tree.records"),
        ({"rows": [{"take": {}}]}, "tree.rows.1.kind"),
        ({"rows": [{"kind": "a", "every": "x"}]}, "tree.rows.1.every"),
        ({"rows": [{"kind": "a", "take": {"price": "x"}}]}, "tree.rows.1.take.price"),
        ({"rows": [{"kind": "a", "adds_up": {"order id": "x"}}]}, "tree.rows.1.adds_up"),
        ({"common": {"price": "x"}}, "tree.common.price"),
        ({"common": ["order id"]}, "tree.common"),
    ],
)
def test_a_tree_that_contradicts_itself_is_refused_by_key(change, key):
    with pytest.raises(FormatError, match=f"x.yaml, {key}:"):
        read_tree({**SAID, **change}, {"order id"}, need)
