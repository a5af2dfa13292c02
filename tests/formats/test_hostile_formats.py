"""Formats of the user's own whose words hold braces, quotes, markup: they are text, stored and shown as it stands."""

import pytest
import yaml

import orderkit as ok
from orderkit.errors import FormatError
from orderkit.formats import own_formats

BRACES = ("{0}", "{}", "{sku}", "{{0}}", "{0.__class__.__mro__}", "{!r}", "{", "}", "it's {1}", "'; DROP TABLE loads; --{0}")


def description(**changed):
    """A format of a small list of orders; `changed` replaces what its order lines say."""
    lines = {"keys": {"order_id": "order"}, "anchor": "bought", "rank": 9, "fixed": {"product_name": "note"}}
    return {
        "title": "Own", "find": "here", "unlocks": "nothing", "delimiter": "comma", "signature": ["order", "bought", "note"],
        "needs": ["order"], "known_at": {"file_end": ["bought"]},
        "columns": {"order": "id", "bought": {"type": "day", "formats": ["%Y-%m-%d"]}, "note": "text"},
        "emits": {"order_lines": {**lines, **changed}},
    }  # fmt: skip


def written(folder, told):
    (folder / "formats").mkdir(exist_ok=True)
    (folder / "formats" / "own.yaml").write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    return folder / "formats"


def rows(folder, told, *notes):
    """(order, SKU, product name, status as exported) of orders with these notes, read by the description."""
    written(folder, told)
    lines = ["order,bought,note", *(f'{number},2026-11-01,"{note}"' for number, note in enumerate(notes, 1))]
    (folder / "own.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert ok.load(folder / "own.csv", db=folder / "shop.duckdb").exit_code == 0
    shop = ok.open(folder / "shop.duckdb")
    found = shop.con.sql("SELECT order_id, sku, product_name, status_as_exported FROM order_lines ORDER BY ALL").fetchall()
    shop.close()
    return found


@pytest.mark.parametrize("text", BRACES)
def test_a_constant_with_braces_is_that_constant(tmp_path, text):
    told = description(fixed={"sku": {"value": text}, "product_name": "note"})
    assert rows(tmp_path, told, "a mug", text) == [("1", text, "a mug", None), ("2", text, text, None)]


def test_words_of_a_map_with_braces_are_those_words(tmp_path):
    told = description(state={"status_as_exported": {"from": "note", "map": "words"}})
    told["maps"] = {"words": {**{f"from {at}": text for at, text in enumerate(BRACES)}, **dict.fromkeys(BRACES, "told")}}
    found = rows(tmp_path, told, *(f"from {at}" for at in range(len(BRACES))), *BRACES)
    assert sorted(row[3] for row in found) == sorted([*BRACES, *["told"] * len(BRACES)])


def test_sql_of_a_format_may_hold_braces_of_its_own(tmp_path):
    told = description(fixed={"sku": {"from": "note", "sql": "{'a': {}, 'b': '{x}'}.a || '{x}{'"}})
    assert rows(tmp_path, told, "mug")[0][1] == "mug{x}{"


@pytest.mark.parametrize(("changed", "said"), [
    ({"fixed": {"sku": {"from": "note", "sql": "upper({1})"}}}, r"\{1\} stands for a column that `from` does not name"),
    ({"when": "x' OR 'a'='a"}, "when: must be one word"),
])  # fmt: skip
def test_what_stands_for_no_column_is_refused_before_anything_is_read(tmp_path, changed, said):
    folder = written(tmp_path, description(**changed))
    with pytest.raises(FormatError, match=said):
        own_formats(folder)


def test_a_zone_is_a_name_and_no_sql(tmp_path):
    folder = written(tmp_path, {**description(), "zone": "UTC'; DROP TABLE loads; --"})
    with pytest.raises(FormatError, match="must be the name of a zone"):
        own_formats(folder)


@pytest.mark.parametrize("name", ["<script>alert(1)<", "{0}", "=1+1", "a b", "\u202eknug", "javascript:x", "$(id)", "A", "1a"])
def test_the_file_of_a_format_has_a_plain_name(tmp_path, name):
    written(tmp_path, description()).joinpath("own.yaml").rename(tmp_path / "formats" / f"{name}.yaml")
    with pytest.raises(FormatError, match="name it in small letters") as refused:
        own_formats(tmp_path / "formats")
    assert "\u202e" not in str(refused.value)


def test_a_hostile_title_is_only_shown(tmp_path):
    title = "<img src=x onerror=alert(1)> {0} {x!r} \x1b[2J \u202emug ${7*7} =1+1"
    told = {**description(), "title": title, "find": title, "unlocks": title}
    rows(tmp_path, told, "a mug")
    result = ok.load(tmp_path / "own.csv", db=tmp_path / "other.duckdb")
    assert "<img" not in result._repr_html_()
    shop = ok.open(tmp_path / "shop.duckdb")
    for shown in (shop, shop.sources(), shop.missing()):
        assert "<img" not in shown._repr_html_()
        assert not {"\x1b", "\u202e"} & set(repr(shown))
    assert shop.sources().frame["export"].tolist() == [title]
    shop.close()
