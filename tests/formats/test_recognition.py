"""Each known layout is recognised as its own format and no other, whatever its spelling; the rest is refused with a hint."""

import random
from importlib import resources

import pytest
import yaml

from orderkit.errors import FormatError, UnknownName
from orderkit.formats import formats, nearest, recognise, registry, variants
from orderkit.formats.spec import read_format

LAYOUTS = [(name, layout) for name in formats() for layout in variants(name)]


def test_there_are_layouts():
    assert len(formats()) >= 7
    assert len(LAYOUTS) >= 18


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_a_layout_is_its_own_format_and_wholly_known(name, layout):
    match = recognise(formats()[name].delimiter.join(variants(name)[layout]))
    assert (match.format.name, match.missing, match.unknown) == (name, [], [])


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_order_case_and_blanks_of_headers_do_not_matter(name, layout):
    headers = [f" {header.upper().replace('-', ' ')} " for header in variants(name)[layout]]
    random.Random(1).shuffle(headers)
    match = recognise(formats()[name].delimiter.join(headers))
    assert (match.format.name, match.missing, match.unknown) == (name, [], [])


def test_another_delimiter_than_usual_is_read():
    assert recognise(";".join(variants("tracking")["template"])).delimiter == ";"


def test_something_else_is_not_recognised_but_its_nearest_is_named():
    assert recognise("date,amount,reference") is None
    assert nearest("date,amount,reference") is None
    headers = [header for header in variants("amazon_all_orders")["v33_2024_2026"] if header != "last-updated-date"]
    assert recognise("\t".join(headers)) is None
    close = nearest("\t".join(headers))
    assert (close.format.name, close.missing) == ("amazon_all_orders", ["last-updated-date"])


def test_unknown_format_names_what_exists():
    with pytest.raises(UnknownName, match="Did you mean 'tracking'"):
        variants("trackin")


def test_no_two_formats_share_a_rank_for_a_column():
    """Precedence is total: of two formats that give a column one is better."""
    seen = {}
    for form in formats().values():
        for table, emit in form.emits.items():
            for given in emit.given.values():
                key = (table, given.target, given.rank)
                assert key not in seen, f"{form.name} and {seen[key]} give {table}.{given.target} with rank {given.rank}"
                seen[key] = form.name


def test_every_given_column_is_a_canonical_one():
    from orderkit.store.schema import column_types

    for form in formats().values():
        for table, emit in form.emits.items():
            for target in {*emit.given, *emit.keys} - ({"order_item_id"} if table == "parcels" else set()):
                place = "order_lines" if table == "orders" else table
                assert target in column_types(place), f"{form.name} gives {table}.{target}, which is not there"


GOOD_REQUESTS = {"keys": {"order_id": "a"}, "anchor": "b", "rank": 1, "fixed": {"kind": "a"}}
GOOD = {
    "title": "T", "delimiter": "comma", "quoting": "standard", "signature": ["a", "b"], "required": ["a"],
    "needs": ["a"], "known_at": "b",
    "columns": {"a": "id", "b": "moment", "c": "personal"},
    "emits": {"requests": GOOD_REQUESTS},
}  # fmt: skip
BAD = {
    "an unknown key": ({"titel": "x"}, "titel: no such key"),
    "a type that is none": ({"columns": {"a": "float", "b": "moment"}}, "columns.a: type must be one of"),
    "a day without formats": ({"columns": {"a": "day", "b": "moment"}}, "dates are never guessed"),
    "two spellings of one header": ({"columns": {"a": "id", "A ": "id", "b": "moment"}}, "two headers are the same"),
    "a personal column given out": (
        {"emits": {"requests": GOOD_REQUESTS | {"fixed": {"kind": "c"}}}},
        "'c' is not kept",
    ),
    "a dated column without its date": (
        {"emits": {"requests": GOOD_REQUESTS | {"fixed": {}, "dated": {"kind": "a"}}}},
        "needs `by`",
    ),
    "an unknown map": (
        {"emits": {"requests": GOOD_REQUESTS | {"fixed": {"kind": {"from": "a", "map": "m"}}}}},
        "no map is called 'm'",
    ),
}


def test_a_good_description_is_read():
    form = read_format("mine", GOOD, lambda name: {}, "mine.yaml")
    assert [column.name for column in form.kept] == ["a", "b"]


@pytest.mark.parametrize("what", BAD)
def test_a_bad_description_is_refused_with_file_and_key(what):
    change, words = BAD[what]
    with pytest.raises(FormatError, match=r"mine\.yaml") as caught:
        read_format("mine", GOOD | change, lambda name: {}, "mine.yaml")
    assert words in str(caught.value)


@pytest.mark.parametrize("name", sorted(formats()))
def test_shipped_formats_read_quickly_are_those_read_strictly(name):
    """The strict loader, in Python, also refuses references; both give the same description."""
    text = (resources.files("orderkit.formats") / f"{name}.yaml").read_text(encoding="utf-8")
    strict, quick = (yaml.load(text, loader) for loader in (registry._Loader, registry._Quick))
    assert strict == quick
