"""JSON and XML as rows: how they are written, where records are found, and what is refused, and where."""

import json

import pytest
from flat import FORMS, ORDER, read, written

from orderkit.errors import FileRefused
from orderkit.formats import formats
from orderkit.formats.spec import read_format
from orderkit.store.unpack import documents
from orderkit.store.unpack.trees import flatten, recognise_tree


def said(**rows):
    """A small format of its own, so that a test can say what it reads."""
    text = {
        "title": "A test", "syntax": rows.pop("syntax", "json"), "signature": ["id"], "needs": ["id"],
        "known_at": {"file_end": []},
        "columns": {"id": "id", "name": "text", "price": "money", "region": "region", "buyer": "personal"},
        "emits": {"products": {"when": "item", "keys": {"sku": "id"}, "rank": 1}},
        "tree": {"records": ["."], "signature": ["id"], "rows": [{"kind": "item", "take": {"id": "id", "name": "name"}}], **rows},
    }  # fmt: skip
    return read_format("small", text, None, "small.yaml")


def lines(tmp_path, content, form, kind="json"):
    """The CSV of a file as it is written."""
    count = flatten(written(tmp_path, content), kind, form, tmp_path / "out.csv")
    return count, (tmp_path / "out.csv").read_bytes().decode("utf-8").split("\n")


def refusal(tmp_path, content, kind="json", form=None):
    with pytest.raises(FileRefused) as caught:
        flatten(written(tmp_path, content), kind, form or said(syntax=kind), tmp_path / "out.csv")
    return caught.value.reason


# --- how the CSV is written -----------------------------------------------------------------------------------------------------


def test_every_cell_is_quoted_and_a_line_end_inside_becomes_a_blank(tmp_path):
    values = [{"id": 'a"b', "name": "one\r\ntwo\nthree\rfour"}, {"id": "c;d,e", "name": None}]
    assert lines(tmp_path, json.dumps(values), said()) == (
        2,
        [
            '"_record","_kind","id","name","price","region"',  # no column for the buyer: it is personal
            '"1","item","a""b","one two three four","",""',
            '"2","item","c;d,e","","",""',
            "",
        ],
    )


def test_numbers_stay_as_they_are_written_and_truth_is_lower_case(tmp_path):
    form = said(rows=[{"kind": "item", "take": {"id": "id", "name": ["yes", "no"], "price": "price"}}])
    content = '[{"id": 12345678901234567890, "yes": true, "price": 0.10}, {"id": 1.50, "no": false, "price": 1E+2}]'
    _, (_, first, second, _) = lines(tmp_path, content, form)
    assert first == '"1","item","12345678901234567890","true","0.10",""'
    assert second == '"2","item","1.50","false","1E+2",""'  # for the typed pass to set aside: nothing is guessed here


def test_only_the_part_of_a_postcode_that_is_kept_is_written(tmp_path):
    form = said(rows=[{"kind": "item", "take": {"id": "id", "region": "zip"}}])
    _, (_, first, _) = lines(tmp_path, '{"id": "1", "zip": "SW1A 1AA"}', form)
    assert first == '"1","item","1","","","SW1"'


def test_bytes_that_no_line_may_hold_are_marked(tmp_path):
    _, (_, first, _) = lines(tmp_path, r'{"id": "a\u0000b", "name": "half \ud800 a letter"}', said())
    assert first == '"1","item","a\u2400b","half \ufffd a letter","",""'


def test_a_record_that_lacks_its_key_is_a_row_without_it(tmp_path):
    count, (_, *rows) = lines(tmp_path, '[{"id": "1"}, {"name": "n"}, null, {"id": "4"}]', said())
    assert count == 4
    assert rows[:4] == ['"1","item","1","","",""', '"2","item","","n","",""', '"3","item","","","",""', '"4","item","4","","",""']


def test_a_record_that_gives_no_row_still_gives_one(tmp_path):
    form = said(rows=[{"kind": "item", "each": "lines", "take": {"id": "/id", "name": "name"}}])
    assert lines(tmp_path, '[{"id": "1", "lines": []}]', form) == (1, ['"_record","_kind","id","name","price","region"', *ROW_1])


ROW_1 = ['"1","item","1","","",""', ""]


def test_rows_that_do_not_add_up_give_way_to_others(tmp_path):
    rows = [
        {"kind": "item", "each": "parts", "adds_up": {"price": "/total"}, "take": {"id": "/id", "price": "price"}},
        {"kind": "whole", "where_nothing": True, "take": {"id": "id", "price": "total"}},
    ]
    parts = [{"price": "0.10"}, {"price": "0.20"}]
    records = [{"id": "1", "total": 0.3, "parts": parts}, {"id": "2", "total": 0.4, "parts": parts}, {"id": "3", "parts": parts}]
    _, (_, *found) = lines(tmp_path, json.dumps(records), said(rows=rows))
    assert found[0:2] == ['"1","item","1","","0.10",""', '"1","item","1","","0.20",""']
    assert found[2] == '"2","whole","2","","0.4",""'
    assert found[3:5] == ['"3","item","3","","0.10",""', '"3","item","3","","0.20",""']


# --- where the records stand ----------------------------------------------------------------------------------------------------

PAGE = {"payload": {"Orders": [ORDER, ORDER], "NextToken": "x"}}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([ORDER] * 4),  # the bare list
        json.dumps({"payload": {"Orders": [ORDER] * 4}}),  # one answer
        json.dumps({"Orders": [ORDER] * 4}, indent=2),  # an answer without its wrapper
        json.dumps([PAGE, {"payload": {"Orders": []}}, PAGE]),  # a list of answers, one of them empty
        "\n".join([json.dumps(PAGE)] * 2),  # one answer per line
        "\r\n".join([json.dumps(ORDER)] * 4) + "\r\n\r\n",  # one order per line
        json.dumps(PAGE, indent=1) + "\n" + json.dumps(PAGE, indent=1),  # answers one after the other
        ("\ufeff" + json.dumps([ORDER] * 4)).encode("utf-8"),
        json.dumps([ORDER] * 4).encode("utf-16"),
        json.dumps([ORDER] * 4).encode("utf-16-be"),
    ],
)
def test_the_same_orders_in_every_wrapping(tmp_path, content):
    name, count, rows = read(tmp_path, content)
    assert (name, count, len(rows)) == ("spapi_orders_v0", 4, 4)
    assert [row["_record"] for row in rows] == ["1", "2", "3", "4"]
    assert {row["order id"] for row in rows} == {"111-0000001-0000001"}


def test_one_order_alone(tmp_path):
    assert read(tmp_path, ORDER)[:2] == ("spapi_orders_v0", 1)
    assert read(tmp_path, {"payload": ORDER})[:2] == ("spapi_orders_v0", 1)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"payload": {"Orders": []}}, "spapi_orders_v0"),
        ({"orders": []}, "spapi_orders_2026"),
        ({"payload": {"FinancialEvents": {"ShipmentEventList": []}}}, "spapi_finances_v0"),
        ({"payload": {"transactions": []}}, "spapi_finances_2024"),
        ({"accountStatuses": [], "performanceMetrics": []}, "amazon_account_health"),
    ],
)
def test_an_empty_answer_is_known_by_its_empty_list(tmp_path, content, name):
    assert read(tmp_path, content) == (name, 0, [])


@pytest.mark.parametrize("content", ["{}", "[]", "[[]]", '{"a": 1}', '"text"', "17", '{"errors": [{"code": 1}]}', '[{"id": 1}]'])
def test_json_that_is_no_known_export(tmp_path, content):
    assert recognise_tree(written(tmp_path, content), "json", FORMS) is None


def test_xml_that_is_no_known_export(tmp_path):
    path = written(tmp_path, "<AmazonEnvelope><MessageType>Other</MessageType></AmazonEnvelope>")
    assert recognise_tree(path, "xml", FORMS) is None


def test_an_answer_that_is_an_error_refuses_the_file(tmp_path):
    form = formats()["spapi_orders_v0"]
    error, other = json.dumps([PAGE, {"errors": [{"code": "x"}]}]), json.dumps([PAGE, PAGE, {"orders": []}])
    assert refusal(tmp_path, error, form=form).startswith("part 2 of it is an error answer")
    assert refusal(tmp_path, other, form=form).startswith("part 3 of it is not built like the others")


# --- what is refused, and where -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"id": 1,\n "name": }', "is no well-formed JSON: expecting value at line 2, column 10."),
        ('[{"id": 1}\n{"id": 2}]', "is no well-formed JSON: expecting ',' delimiter at line 2, column 1."),
        ('{"id": 1}\n{"id": 2}\nx', "is no well-formed JSON: expecting value at line 3, column 1."),
        ("{'id': 1}", "is no well-formed JSON: expecting property name enclosed in double quotes at line 1, column 2."),
        ('[{"id": 1},\n{"id": "abc', "is cut off: it ends in the middle of a value that stands open at line 2, column 8."),
        ('[{"id": 1},\n{"id"', "is cut off: it ends in the middle of a value that stands open at line 2, column 6."),
        ('[{"id": 1},\n {"id": 2, "b": 3, "id": 4}]', "an object that begins at line 2, column 2 names a key twice."),
        ('{"a": "NaN",\n "id": NaN}', "NaN or Infinity stands at line 2, column 8 in place of a number."),
        ('{"id": -Infinity}', "NaN or Infinity stands at line 1, column 8 in place of a number."),
        ("[" * 101 + "]" * 101, "is nested more than 100 levels deep at line 1, column 101; no export is."),
        ("[" * 100_000, "is nested more than 100 levels deep at line 1, column 101; no export is."),
        ('{"a":' * 101 + "1" + "}" * 101, "is nested more than 100 levels deep at line 1, column 501; no export is."),
        ("  \n ", "is empty."),
        ("", "is empty."),
        (b'{"id":\n "\xff"}', "line 2 holds bytes that are no UTF-8 text."),
    ],
)
def test_json_is_refused(tmp_path, content, reason):
    assert refusal(tmp_path, content).startswith(reason)


def test_as_deep_as_allowed(tmp_path):
    form = said(records=["a+"], rows=[{"kind": "item", "take": {"id": "id"}}])
    assert lines(tmp_path, '{"a":' * 99 + '{"id": "x"}' + "}" * 99, form)[1][1] == '"1","item","x","","",""'


def test_a_json_file_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "LARGEST_JSON", 1 << 20)
    assert refusal(tmp_path, '["' + "x" * (1 << 20) + '"]').startswith("is larger than 1 MB")


def test_a_value_that_is_too_long_is_refused(tmp_path):
    assert refusal(tmp_path, json.dumps([{"id": "x" * 1_000_001}])) == "holds a value of more than 1,000,000 characters under id."


SMALL_XML = said(syntax="xml", records=["list/order"], rows=[{"kind": "item", "take": {"id": "id", "name": "name"}}])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<list>\n<order></list>", "is no well-formed XML: mismatched tag at line 2, column 10."),
        ("<list>\n<order>", "is cut off: it ends at line 2, column 8 before its elements are closed."),
        ("<list>\n<order><id>1</i", "is cut off: it ends at line 2, column 13 before its elements are closed."),
        ("<list></list>\n<list/>", "is no well-formed XML: junk after document element at line 2, column 1."),
        ("<list>\n&nbsp;</list>", "is no well-formed XML: undefined entity at line 2, column 1."),
        ('<!DOCTYPE list SYSTEM "file:///etc/hosts">\n<list/>', "declares a document type or an entity at line 1, "),
        ('<!DOCTYPE l [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><l>&c;</l>', "declares a document type or an entity at line 1, "),
        ('<?xml version="1.0" encoding="rot13"?><list/>', "names a text encoding in its first line that is not known."),
        ('<?xml version="1.0" encoding="x-none"?><list/>', "names a text encoding in its first line that is not known."),
        (b'<?xml version="1.0" encoding="utf-8"?>\n<list>\n\xff</list>', "about line 3 it holds bytes that are no utf-8 text."),
        ("<list>" + "<a>" * 100, "is nested more than 100 levels deep at line 1, column 304; no export is."),
        ("", "is cut off: it ends at line 1, column 1 before its elements are closed."),
    ],
)
def test_xml_is_refused(tmp_path, content, reason):
    assert refusal(tmp_path, content, "xml", SMALL_XML).startswith(reason)


def test_an_element_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "LARGEST_RECORD", 1000)
    big = f"<list><order><id>1</id></order>\n<order>{'x' * 1001}</order></list>"
    assert refusal(tmp_path, big, "xml", SMALL_XML).startswith("holds an element of more than 1,000 characters at line 2, ")


def test_no_refusal_says_what_the_file_says(tmp_path):
    for content in ('{"buyer": "Erika", "buyer": "Erika"}', '{"buyer": "Erika" x}', '["Erika'):
        assert "Erika" not in refusal(tmp_path, content)
    assert "Erika" not in refusal(tmp_path, "<list><order><id>Erika</order></list>", "xml", SMALL_XML)


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "UTF-8"), ("utf-8-sig", "utf-8"), ("utf-8", None), ("utf-8", "UTF-16"), ("utf-16", "utf-16"), ("utf-16", None),
        ("utf-16-le", "utf-16"), ("iso-8859-1", "ISO-8859-1"), ("cp1252", "windows-1252"), ("iso-8859-15", "iso-8859-15"),
    ],
)  # fmt: skip
def test_xml_is_read_in_the_encoding_it_is_in(tmp_path, encoding, declared):
    head = f'<?xml version="1.0" encoding="{declared}"?>\n' if declared else ""
    content = f"{head}<list><order><id>1</id><name>Größe ÿ</name></order></list>".encode(encoding)
    assert lines(tmp_path, content, SMALL_XML, "xml")[1][1] == '"1","item","1","Größe ÿ","",""'


@pytest.mark.parametrize("declared", ["Shift_JIS", "Windows-31J", "EUC-JP"])
def test_xml_in_japanese_encodings(tmp_path, declared):
    content = f'<?xml version="1.0" encoding="{declared}"?><list><order><id>1</id><name>注文ソ</name></order></list>'
    content = content.encode({"Windows-31J": "cp932"}.get(declared, declared))
    assert lines(tmp_path, content, SMALL_XML, "xml")[1][1] == '"1","item","1","注文ソ","",""'


def test_xml_elements_in_a_name_space_with_attributes_and_comments(tmp_path):
    content = """<?xml version="1.0"?>
<a:list xmlns:a="urn:x"><!-- <order/> --><a:order xml:lang="de"><a:id> 1 </a:id><name><![CDATA[a < b]]> &amp; c</name></a:order>
<other><order><id>2</id></order></other></a:list>"""
    assert lines(tmp_path, content, SMALL_XML, "xml")[1][1:] == ['"1","item","1","a < b & c","",""', ""]


def test_xml_is_read_piece_by_piece(tmp_path):
    """The first records are there before the end of the file is read: here the end is broken, and nobody has seen it yet."""
    many = "".join(f"<order><id>{n}</id><name>{'x' * 1000}</name></order>\n" for n in range(3000))
    records = documents.xml_records(written(tmp_path, f"<list>{many}</broken>"), {("list", "order")})
    assert next(records)[1]["id"] == "0"
    with pytest.raises(FileRefused, match="mismatched tag at line 3001"):
        list(records)
