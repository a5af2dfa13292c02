"""Hostile packs: each is refused in one sentence, fast, before any database is touched; odd but legal ones say what they say."""

import copy
import json
import re
import time

import duckdb
import pytest
import sqlglot
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderkit import policy
from orderkit.errors import PackError
from orderkit.policy.dictionary import dictionary
from orderkit.policy.language import Expression, ExpressionError
from orderkit.policy.model import BEFORE_ALL, FOREVER, Parameter, Period
from orderkit.policy.words import RESERVED_WORDS

GOOD = """\
pack: good
title: a small pack
reviewed: 2026-11-22
statements: {"1 (1)": first}
answers:
  refund: {meaning: give the money back, acts: [refund]}
  tell: {meaning: say what is known}
parameters:
  patience:
    unit: day
    applies_by: ordered_day
    values:
      2024-01-01: {value: 3, source: handbook, certainty: A}
  fee:
    unit: money
    applies_by: ordered_day
    by: marketplace
    values:
      US: {2024-01-01: {value: 1.50, currency: USD, source: handbook, certainty: A}}
questions:
  late:
    of: order_lines
    rules:
      - rule: lost
        when: "tracking = 'lost'"
        then: refund
        who_pays: seller
        recovery_source: none
        source: handbook
        deadline: plus_days(ship_by_day, patience)
        draft: Order {order_id} is lost.
      - {rule: soon, when: days_past_deliver_by <= patience, then: tell, who_pays: nobody, recovery_source: none, source: book}
      - {rule: rest, when: "true", then: tell, who_pays: nobody, recovery_source: none, source: book}
    examples:
      - {given: {tracking: lost}, expect: refund}
"""
WHEN, DEADLINE = "\"tracking = 'lost'\"", "plus_days(ship_by_day, patience)"
VALUE = "{value: 3, source: handbook, certainty: A}"


def changed(old, new):
    assert GOOD.count(old) >= 1, old
    return GOOD.replace(old, new, 1)


def when(condition):
    return changed(WHEN, json.dumps(condition, ensure_ascii=False))


def deadline(expression):
    return changed(f"deadline: {DEADLINE}", f"deadline: {json.dumps(expression)}")


CONDITIONS = {
    # functions and what they reach
    "reads a file": "read_text('/etc/passwd') = 'x'",
    "reads a table from a file": "sku IN (SELECT content FROM read_text('/etc/passwd'))",
    "lists files": "sku = (SELECT file FROM glob('*'))",
    "environment": "getenv('HOME') = 'x'",
    "waits": "pg_sleep(10)",
    "raises": "error(sku)",
    "query function": "query('SELECT 1') = 1",
    "query_table": "exists(FROM query_table('order_lines'))",
    "setting": "current_setting('memory_limit') = '1'",
    "pragma": "PRAGMA version",
    "set": "SET memory_limit = '1GB'",
    "attach": "ATTACH 'other.duckdb'",
    "copy": "COPY order_lines TO 'x.csv'",
    "install": "INSTALL httpfs",
    "call": "CALL pragma_version()",
    "macro": "CREATE MACRO f(x) AS x",
    "local macro of the facts": "local_day('UTC', ordered_at) = ordered_day",
    "upper": "upper(tracking) = 'LOST'",
    "greatest": "greatest(1, 2) = 2",
    "now": "now() > ordered_at",
    "current date": "ordered_day = current_date",
    "today": "ordered_day = today()",
    "random": "random() < 1",
    "nextval": "nextval('s') = 1",
    "hash": "hash(sku) = 1",
    "regexp function": "regexp_matches(sku, 'a')",
    "date difference": "date_diff('day', ordered_day, as_of_day) > 1",
    "window function": "row_number() OVER () = 1",
    "aggregate": "count(*) > 1",
    "filter": "max(days_past_ship_by) FILTER (WHERE true) > 1",
    "method call": "sku.upper() = 'X'",
    "unknown function": "frobnicate(1) = 1",
    "quoted function": "\"read_text\"('x') = 1",
    "plus_days with a name": "plus_days(day := ordered_day, n := 3) = ordered_day",
    "plus_days with one part": "plus_days(ordered_day) = ordered_day",
    "plus_days with three parts": "plus_days(ordered_day, 1, 2) = ordered_day",
    "plus_days of nothing": "plus_days() = ordered_day",
    "plus_days distinct": "plus_days(DISTINCT ordered_day, 3) = ordered_day",
    "plus_days ordered": "plus_days(ordered_day, 3 ORDER BY 1) = ordered_day",
    "plus_days over": "plus_days(ordered_day, 3) OVER () = ordered_day",
    "schema of a function": "main.plus_days(ordered_day, 3) = ordered_day",
    # statements within the statement
    "stacked": "true; DROP TABLE order_lines",
    "stacked at the end": "true;",
    "subquery": "sku IN (SELECT sku FROM order_lines)",
    "subquery beside literals": "sku IN ('a', (SELECT 'b'))",
    "scalar subquery": "sku = (SELECT max(sku) FROM order_lines)",
    "exists": "EXISTS (SELECT 1)",
    "from first": "FROM order_lines",
    "select": "SELECT true",
    "union": "true UNION SELECT false",
    "values": "(VALUES (true))",
    "with": "WITH a AS (SELECT 1) SELECT true FROM a",
    "any": "sku = ANY (SELECT 'a')",
    "any of a column": "sku = ANY (sku)",
    "unnest": "sku IN UNNEST(['a'])",
    "closes the bracket": "true) OR (true",
    "closes more": "true) END FROM order_lines --",
    "alias": "true AS answer",
    "alias without as": "true answer",
    "where": "true WHERE true",
    # remarks
    "remark": "tracking = 'lost' -- AND insured",
    "block remark": "tracking = 'lost' /* AND insured */",
    "remark within": "tracking = /* 'in_transit' */ 'lost'",
    "hash remark": "tracking = 'lost' # AND insured",
    # marks
    "cast": "tracking::INTEGER = 1",
    "cast in words": "CAST(tracking AS INTEGER) = 1",
    "try cast": "TRY_CAST(tracking AS INTEGER) = 1",
    "typed literal": "ordered_day = DATE '2024-01-01'",
    "interval": "ordered_day > INTERVAL 3 DAY",
    "time zone": "ordered_at AT TIME ZONE 'UTC' > ordered_at",
    "bound by number": "sku = $1",
    "bound by name": "order_id = $order_id",
    "question mark": "sku = ?",
    "named with colon": "sku = :sku",
    "array": "sku = ARRAY['a'][1]",
    "list": "sku IN ['a']",
    "list comprehension": "[x for x in [1]] = 1",
    "struct": "{'a': 1} = 1",
    "struct access": "tracking['a'] = 'b'",
    "slice": "tracking[1:2] = 'lo'",
    "map": "MAP {'a': 1} = 1",
    "lambda": "list_filter([1], x -> true) = 1",
    "lambda in words": "list_filter(sku, lambda x: true) = 1",
    "columns": "COLUMNS(*) = 'lost'",
    "star": "*",
    "star exclude": "* EXCLUDE (sku) = 1",
    "addition": "days_past_ship_by + 1 > 3",
    "subtraction": "days_past_ship_by - 1 > 3",
    "division by zero": "days_past_ship_by / 0 > 3",
    "whole division": "days_past_ship_by // 0 > 3",
    "modulo": "days_past_ship_by % 0 = 1",
    "power": "days_past_ship_by ^ 9 > 3",
    "concatenation": "sku || 'x' = 'ax'",
    "texts in a row": "sku = 'a' 'b'",
    "bits": "days_past_ship_by & 1 = 1",
    "tilde": "~days_past_ship_by = 1",
    "shift": "days_past_ship_by << 31 > 3",
    "like": "sku LIKE 'a%'",
    "like with escape": "sku LIKE 'a' ESCAPE 'b'",
    "ilike": "sku ILIKE 'a%'",
    "similar": "sku SIMILAR TO 'a.*'",
    "glob": "sku GLOB 'a*'",
    "rlike": "sku RLIKE 'a'",
    "regex mark": "sku ~ 'a'",
    "starts with mark": "sku ^@ 'a'",
    "overlaps": "ordered_day OVERLAPS as_of_day",
    "collation": "sku COLLATE NOCASE = 'a'",
    "distinct from": "tracking IS DISTINCT FROM 'lost'",
    "not distinct from": "tracking IS NOT DISTINCT FROM 'lost'",
    "is true": "insured IS TRUE",
    "is not false": "insured IS NOT FALSE",
    "null-safe mark": "tracking <=> 'lost'",
    "equals null": "tracking = NULL",
    "in null": "tracking IN ('lost', NULL)",
    "not in null": "tracking NOT IN ('lost', NULL)",
    "condition is null": "(tracking = 'lost') IS NULL",
    "coalesce": "coalesce(insured, true)",
    "nullif": "nullif(tracking, 'lost') = 'x'",
    "case": "CASE WHEN insured THEN true END",
    "iif": "if(insured, true, false)",
    "symmetric": "days_past_ship_by BETWEEN SYMMETRIC 3 AND 1",
    "row": "(tracking, sku) = ('lost', 'a')",
    "outer join mark": "tracking (+) = 'lost'",
    "empty list": "tracking IN ()",
    "list without brackets": "tracking IN 'lost'",
    "chain": "days_past_ship_by < 3 < 5",
    "chain of equals": "insured = protected = confirmed",
    "not on the right": "insured = NOT protected",
    "test on the right": "insured = tracking IS NULL",
    "in of in": "insured IN (tracking IN ('lost'))",
    # names
    "table": "line_facts.tracking = 'lost'",
    "schema": "main.line_facts.tracking = 'lost'",
    "hidden column": "rowid = 1",
    "column of the compiler": "ordinal = 1",
    "answer": "answer = 'refund'",
    "column of a parameter": "patience_value = 3",
    "range of a parameter": "fee_low = 1",
    "table of a parameter": "patience_periods = 3",
    "upper case": "TRACKING = 'lost'",
    "quoted name": "\"tracking\" = 'lost'",
    "quoted name with SQL": "\"tracking' OR 1=1 --\" = 'lost'",
    "backticks": "`tracking` = 'lost'",
    "letters that look alike": "tr\u0430cking = 'lost'",
    "wide letters": "\uff54racking = 'lost'",
    "curly quotes": "tracking = \u2018lost\u2019",
    "hard space": "tracking\u00a0= 'lost'",
    "minus that is none": "days_past_ship_by > \u22123",
    # literals
    "escape text": "sku = E'a\\'b'",
    "backslash": "sku = 'a\\'",
    "hexadecimal text": "sku = x'61'",
    "national text": "sku = N'a'",
    "dollar quotes": "sku = $$a$$",
    "open text": "sku = 'a",
    "exponent": "value > 1e999",
    "small exponent": "days_past_ship_by > 1e3",
    "hexadecimal": "days_past_ship_by > 0x10",
    "underscores": "days_past_ship_by > 1_000",
    "more than an integer": "days_past_ship_by > 99999999999",
    "just above an integer": "days_past_ship_by = 2147483647",
    "a hundred digits": f"days_past_ship_by > {'9' * 100}",
    "many digits behind the point": "value > 1.005",
    "point first": "value > .5",
    "point last": "value > 5.",
    "number with a unit": "days_past_ship_by > 3days",
    "infinity": "value < infinity",
    "not a number": "value = nan",
    "double minus": "days_past_ship_by > --3",
    "minus twice": "days_past_ship_by > - -3",
    "minus of a fact": "-days_past_ship_by > 3",
    "minus of a text": "sku = -'a'",
    "number as a condition": "1",
    "text as a condition": "'true'",
    "unlike types": "insured = 1",
    "text that is no number": "days_past_ship_by > 'a'",
    "day as text": "ordered_day = '2024-01-01'",
    "moment as day": "ordered_at = ordered_day",
    # size
    "brackets": "(" * 3000 + "true" + ")" * 900,
    "brackets, both": "(" * 60 + "true" + ")" * 60,
    "nots": "NOT " * 900 + "true",
    "signs": "days_past_ship_by > " + "- " * 1500 + "3",
    "long": " OR ".join(["insured"] * 500),
    "long list": f"sku IN ({', '.join(map(str, range(900)))})",
    "longest list": f"sku IN ({', '.join(repr(str(n)) for n in range(1100))})",
    "cases in cases": "CASE WHEN " * 300 + "true",
    "functions in functions": "plus_days(" * 40 + "ordered_day" + ", 1)" * 40 + " = ordered_day",
    "later of later of later": "later_of(" * 30 + "ordered_day" + ", as_of_day)" * 30 + " = as_of_day",
    "empty": " ",
    "half": "insured AND",
    "only brackets": "()",
    "business days in a condition": "as_of_day > plus_business_days(ordered_day, 3)",
}
DEADLINES = {
    "overflow": "plus_days(ship_by_day, 999999999)",
    "overflow below": "plus_days(ship_by_day, -999999999)",
    "a little too many": "plus_days(ship_by_day, 36501)",
    "half a day": "plus_days(ship_by_day, 1.5)",
    "days of money": "plus_days(ship_by_day, value)",
    "days by a fee": "plus_days(ship_by_day, fee)",
    "days of minutes": "plus_days(ship_by_day, minutes_since_order)",
    "days of days": "plus_days(ship_by_day, ship_by_day)",
    "days of a text": "plus_days(ship_by_day, '3')",
    "days of a moment": "plus_days(ordered_at, 3)",
    "business days of a fact": "plus_business_days(ship_by_day, days_past_ship_by)",
    "business days of half": "plus_business_days(ship_by_day, 1.5)",
    "business days of too many": "plus_business_days(ship_by_day, 99999999)",
    "business days by days": "plus_business_days(ship_by_day, patience)",
    "business days of a sum": "plus_business_days(plus_days(ship_by_day, 1), 3)",
    "interval": "ship_by_day + INTERVAL 3 DAY",
    "sum": "ship_by_day + 3",
    "number": "3",
    "text": "'2026-01-01'",
    "condition": "insured",
    "later of a number": "later_of(ship_by_day, 3)",
    "stacked": "ship_by_day; SELECT 1",
    "subquery": "(SELECT max(ship_by_day) FROM line_facts)",
    "null": "NULL",
    "case": "CASE WHEN insured THEN ship_by_day END",
}
CHANGES = {
    # names that become tables, columns or texts of SQL
    "question with SQL": ("  late:", '  "late; DROP TABLE order_lines":'),
    "question with quotes": ("  late:", "  'la\"te':"),
    "question in capitals": ("  late:", "  Late:"),
    "question that is a word of SQL": ("  late:", "  select:"),
    "question that is our own table": ("  late:", "  given:"),
    "question too long": ("  late:", f"  {'l' * 100}:"),
    "question in other letters": ("  late:", "  l\u00e4te:"),
    "parameter with SQL": ("  fee:", '  "fee) AS x; DROP TABLE a":'),
    "parameter that is a word of SQL": ("  fee:", "  case:"),
    "parameter that is a word of rules": ("  fee:", "  not:"),
    "parameter that is a truth": ("  fee:", "  true:"),
    "parameter that is today": ("  fee:", "  current_date:"),
    "parameter that is a fact": ("  fee:", "  insured:"),
    "parameter like a business day": ("  fee:", "  site_0:"),
    "answer with SQL": ("  tell:", "  \"tell' OR '1'='1\":"),
    "answer that is reserved": ("  tell:", "  look_first:"),
    "rule with SQL": ("rule: lost", 'rule: "lost\'); DROP TABLE a; --"'),
    "rule with a line break": ("rule: lost", 'rule: "lo\\nst"'),
    "pack that is a path": ("pack: good", "pack: ../../good"),
    "source with a backslash": ("source: handbook\n", "source: 'a\\'\n"),
    "table that is none": ("of: order_lines", "of: information_schema.tables"),
    "day fact that is none": ("applies_by: ordered_day", "applies_by: now()"),
    "chooser that is none": ("by: marketplace", "by: 1=1"),
    "marketplace that is none": ("US: {", '"US\' OR 1=1": {'),
    # shapes
    "answers as a list": ("answers:\n  refund:", "answers:\n - refund\n - x:"),
    "title as a list": ("title: a small pack", "title: [a, small, pack]"),
    "title as keys": ("title: a small pack", "title: {a: b}"),
    "when as a list": (WHEN, "[a]"),
    "when as keys": (WHEN, "{a: b}"),
    "then as a list": ("then: refund", "then: [refund]"),
    "of as keys": ("of: order_lines", "of: {a: b}"),
    "who pays as a list": ("who_pays: seller", "who_pays: [seller]"),
    "acts as a text": ("acts: [refund]", "acts: refund"),
    "acts of keys": ("acts: [refund]", "acts: [{a: b}]"),
    "rule as a text": ("- rule: lost\n", "- lost\n      - rule: lost\n"),
    "statements as a text": ('statements: {"1 (1)": first}', "statements: none"),
    "statement as keys": ('{"1 (1)": first}', '{"1 (1)": {a: b}}'),
    "source as keys": ("source: handbook\n", "source: {a: b}\n"),
    "examples as keys": ("      - {given", "      {given"),
    "example as a text": ("{given: {tracking: lost}, expect: refund}", "refund"),
    "given as a text": ("given: {tracking: lost}", "given: tracking"),
    "given as lists": ("{tracking: lost}", "{tracking: [lost]}"),
    "values as a list": ("      2024-01-01: {value: 3", "      - {value: 3"),
    "value as a list": ("value: 3,", "value: [3],"),
    "value as keys": ("value: 3,", "value: {a: 3},"),
    "others as a text": ("value: 3,", "value: 3, others: 15,"),
    "others of lists": ("value: 3,", "value: 3, others: [[15]],"),
    "otherwise as a text": ("    unit: day\n", "    unit: day\n    otherwise: 3\n"),
    "day as keys": ("reviewed: 2026-11-22", "reviewed: {a: b}"),
    "draft as a list": ("draft: Order {order_id} is lost.", "draft: [a]"),
    "draft in two, one of keys": ("draft: Order {order_id} is lost.", "draft: {en: a, de: {b: c}}"),
    "empty rules": ("deadline: plus_days(ship_by_day, patience)", "rules: []"),
    "no question": ("  late:\n", "  late: {}\n  later:\n"),
    # numbers and days
    "value in words": ("value: 3,", "value: three,"),
    "value of ten digits": ("value: 3,", "value: 9999999999,"),
    "value beyond the calendar": ("value: 3,", "value: 999999999,"),
    "value with exponent": ("value: 3,", "value: 1e9,"),
    "value in hexadecimal": ("value: 3,", "value: 0x10,"),
    "value with underscores": ("value: 3,", "value: 1_000,"),
    "value below zero": ("value: 3,", "value: -3,"),
    "value of half": ("value: 3,", "value: 3.5,"),
    "value of infinity": ("value: 3,", "value: .inf,"),
    "value of nothing": ("value: 3,", "value: ~,"),
    "value of null": ("value: 3,", "value: null,"),
    "value in other digits": ("value: 3,", "value: \u0663,"),
    "value with SQL": ("value: 3,", "value: '3), (4',"),
    "money without a currency": ("currency: USD, ", ""),
    "money of a strange currency": ("currency: USD", "currency: usd"),
    "a currency with SQL": ("currency: USD", 'currency: "USD\'); DROP TABLE a"'),
    "a currency of days": ("value: 3,", "value: 3, currency: USD,"),
    "telling what is no value": ("recovery_source: none,", "recovery_source: none, tells: [tracking],"),
    "telling with SQL": ("recovery_source: none,", 'recovery_source: none, tells: ["patience\'; DROP TABLE a"],'),
    "telling no list": ("recovery_source: none,", "recovery_source: none, tells: patience,"),
    "telling a list of lists": ("recovery_source: none,", "recovery_source: none, tells: [[patience]],"),
    "money of three places": ("value: 1.50,", "value: 1.505,"),
    "money with a sign": ("value: 1.50,", "value: $1.50,"),
    "day in other digits": ("2024-01-01: {value: 3", "\u0662\u0660\u0662\u0664-01-01: {value: 3"),
    "day with SQL": ("2024-01-01: {value: 3", '"2024-01-01\'); DROP TABLE a": {value: 3'),
    "day of year 1": ("2024-01-01: {value: 3", "0001-01-01: {value: 3"),
    "last day of all": ("2024-01-01: {value: 3", "9999-12-31: {value: 3"),
    "day with a clock": ("2024-01-01: {value: 3", "2024-01-01 00:00:00: {value: 3"),
    "day that is none": ("reviewed: 2026-11-22", "reviewed: 2026-02-30"),
    "day in words": ("reviewed: 2026-11-22", "reviewed: yesterday"),
    "until before start": ("value: 3,", "value: 3, until: 2023-01-01,"),
    # cases
    "case with another value": ("{tracking: lost}", "{tracking: 'lost'' OR 1=1'}"),
    "case with a large number": ("{tracking: lost}", "{days_past_ship_by: 99999999999}"),
    "case with a huge number": ("{tracking: lost}", f"{{days_past_ship_by: {'9' * 3900}}}"),
    "case with money in words": ("{tracking: lost}", "{value: much}"),
    "case with a moment in words": ("{tracking: lost}", "{ordered_at: soon}"),
    "case with a day in words": ("{tracking: lost}", "{ordered_day: soon}"),
    "case with a day and more": ("{tracking: lost}", "{ordered_day: 2026-01-01 OR 1=1}"),
    "case with YAML's yes": ("{tracking: lost}", "{insured: yes}"),
    "case with YAML's on": ("{tracking: lost}", "{insured: on}"),
    # drafts
    "draft with code": ("{order_id}", "{order_id.__class__}"),
    "draft with an index": ("{order_id}", "{0}"),
    "draft with nothing": ("{order_id}", "{}"),
    "draft with a format": ("{order_id}", "{order_id!r:>99999999}"),
    "draft half open": ("{order_id}", "{order_id"),
    "draft with brackets in brackets": ("{order_id}", "{{order_id}}"),
    # YAML
    "alias": ("{meaning: say what is known}", "*x"),
    "anchor": ("{meaning: say what is known}", "&x {meaning: w}"),
    "merge": ("{meaning: say what is known}", "{<<: {meaning: w}}"),
    "merge in statements": ('{"1 (1)": first}', "{<<: first}"),
    "empty key": ('{"1 (1)": first}', "{'': first}"),
    "key of a list": ('{"1 (1)": first}', "{? [a] : b}"),
    "tag": ("a small pack", "!!python/object/apply:os.system [ls]"),
    "own tag": ("a small pack", "!x y"),
    "binary tag": ("a small pack", "!!binary aGk="),
    "set tag": ("a small pack", "!!set {a, b}"),
    "duplicate key": ("title: a small pack", "title: a\ntitle: b"),
    "duplicate in a flow": ("{meaning: say what is known}", "{meaning: a, meaning: b}"),
    "duplicate in other spelling": ("title: a small pack", 'title: a\n"title": b'),
    "tab": ("  refund:", "\trefund:"),
    "NUL": ("a small pack", "a\0pack"),
    "NUL by escape": ("a small pack", '"a\\0pack"'),
    "bell": ("a small pack", "a\x07pack"),
    "escape letter": ("a small pack", '"\\e[31mred"'),
    "text that runs backwards": ("a small pack", "a \u202epack"),
    "text that runs backwards, by escape": ("a small pack", '"a \\u202Epack"'),
    "isolated direction": ("a small pack", "a \u2066pack"),
    "no width": ("a small pack", "a sm\u200ball pack"),
    "another line end": ("a small pack", "a\u2028pack: evil"),
    "next line": ("a small pack", "a\x85pack: evil"),
    "half a letter": ("a small pack", '"\\ud800"'),
    "beyond all letters": ("a small pack", '"\\UFFFFFFFF"'),
    "beyond the last letter": ("a small pack", '"\\U00110000"'),
    "escape that is none": ("a small pack", '"\\q"'),
    "private letter": ("a small pack", "a \ue000"),
    "hidden key": ("title:", '"ti\\u200btle":'),
    "a very long text": ("a small pack", "a" * 5000),
    "a very long key": ("title:", f"? {'k' * 5000}\n: x\ntitle:"),
    "open bracket": ("answers:", "answers: ["),
    "open quote": ("a small pack", '"a small pack'),
}
RULE = "      - {{rule: r{}, when: insured, then: tell, who_pays: nobody, recovery_source: none, source: s}}\n"
BOMB = [f"{c}: &{c} [{','.join([f'*{p}'] * 9)}]" for p, c in zip("abcdefgh", "bcdefghi", strict=True)]
FILES = {
    "nothing": "",
    "remarks only": "# nothing\n",
    "a text": "hello",
    "a list": "- a\n- b\n",
    "null": "~",
    "two packs": GOOD + "---\n" + GOOD,
    "a directive": "%YAML 1.1\n---\n" + GOOD,
    "a directive for tags": "%TAG ! tag:x,2000:\n---\n" + GOOD,
    "brackets 20,000 deep": "a: " + "[" * 20_000 + "]" * 20_000,
    "keys 20,000 deep": "a: " + "{a: " * 20_000 + "}" * 20_000,
    "lists 20,000 deep": "- " * 20_000 + "a",
    "levels 2,000 deep": "".join(f"{' ' * n}a:\n" for n in range(500)),
    "questions 20,000 deep": "? " * 20_000 + "a",
    "alias bomb": "\n".join(["a: &a [x,x,x,x,x,x,x,x,x]", *BOMB]),
    "alias of itself": "a: &a [*a]",
    "a hundred thousand values": "a: [" + "x," * 100_000 + "x]",
    "a hundred thousand keys": "a: {" + "".join(f"k{n}: ," for n in range(30_000)) + "}",
    "a megabyte": "pack: " + "a" * 1_000_000,
    "a megabyte of remarks": "# remark\n" * 120_000 + GOOD,
    "three hundred rules": changed("      - rule: lost", "".join(map(RULE.format, range(300))) + "      - rule: lost"),
    "HTML": "<html><body>not found</body></html>",
    "JSON of another kind": '{"a": [1, 2, {"b": null}]}',
    "a key": "pack",
    "unknown keys": GOOD + "macros: {a: b}\n",
    "a hook": GOOD + "on_load: DROP TABLE order_lines\n",
}  # fmt: skip
BYTES = {
    "NUL bytes": b"pack: good\0\n",
    "UTF-16": GOOD.encode("utf-16"),
    "UTF-16 without a mark": GOOD.encode("utf-16-le"),
    "UTF-32": GOOD.encode("utf-32"),
    "Latin-1": GOOD.replace("small", "kl\u00e4in").encode("latin-1"),
    "a ZIP": b"PK\x03\x04" + bytes(range(256)),
    "gzip": b"\x1f\x8b\x08" + bytes(range(256)),
    "half a letter": GOOD.encode() + b"\xe2\x82",
    "a letter written too long": GOOD.encode() + b"# \xc0\xaf\n",
    "five megabytes": b"#\n" * 2_500_000,
}
HOSTILE = {
    **{f"when: {name}": when(text) for name, text in CONDITIONS.items()},
    **{f"deadline: {name}": deadline(text) for name, text in DEADLINES.items()},
    **{f"change: {name}": changed(old, new) for name, (old, new) in CHANGES.items()},
    **{f"file: {name}": text for name, text in FILES.items()},
}


@pytest.fixture
def no_database(monkeypatch):
    def touched(*_, **__):
        raise AssertionError("the database was touched")

    monkeypatch.setattr(duckdb, "connect", touched)
    monkeypatch.setattr(duckdb, "sql", touched)
    monkeypatch.setattr(duckdb, "execute", touched)


def refusal(load, *given):
    """The PackError of a load, which must cost at most a second of the processor and be one readable sentence with a cure."""
    start = time.process_time()
    with pytest.raises(PackError) as refused:
        load(*given)
    assert time.process_time() - start < 1
    error = refused.value
    message = str(error)
    assert message.startswith("bad.yaml")
    assert message.isprintable(), message
    assert error.key
    assert error.problem
    assert len(error.problem) < 320
    assert re.search(r"[.?]$", error.cure), message
    assert not re.search(r"sqlglot|Traceback|<class|Error:", message), message
    return error


def test_there_are_enough_of_them():
    assert len(HOSTILE) + len(BYTES) > 300


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_pack_is_refused_before_the_database_is_touched(name, no_database):
    error = refusal(policy.read_pack, HOSTILE[name], "bad.yaml")
    if name.startswith(("when", "deadline")):
        assert error.line
        assert re.fullmatch(r"questions\.late\.rules\.lost\.(when|deadline)|YAML|questions\.late\.rules\[1\]\.when", error.key)


@pytest.mark.parametrize("name", BYTES)
def test_a_file_that_is_no_text_is_refused(name, no_database, tmp_path):
    (tmp_path / "bad.yaml").write_bytes(BYTES[name])
    refusal(policy.load_pack, tmp_path / "bad.yaml")


def test_a_file_with_a_mark_and_windows_lines_is_read(tmp_path):
    (tmp_path / "good.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert policy.load_pack(tmp_path / "good.yaml").title == "a small pack"


@pytest.mark.parametrize(
    "title", ["NO", "no", "on", "1.10", "12:30:45", "0777", "1_000", "~", "null", "2026-01-01", "1e3", "0x10", "=", "y"]
)
def test_what_yaml_would_read_as_something_else_stays_text(title):
    assert policy.read_pack(changed("a small pack", title), "good.yaml").title == title


def test_a_value_with_leading_zeros_is_what_it_says():
    pack = policy.read_pack(changed("value: 3,", "value: 0777,"), "good.yaml")
    assert pack.parameters["patience"].periods[0].value == 777


def test_words_that_a_database_keeps_for_itself_are_all_known():
    found = (
        duckdb.connect()
        .sql("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')")
        .fetchall()
    )
    assert {name for (name,) in found} <= RESERVED_WORDS


# Odd but legal: condition, facts, the answer of plain reading.
ODD = {
    "not not": ("NOT NOT insured", {"insured": "true"}, True),
    "not before a comparison": ("NOT tracking = 'lost'", {"tracking": "'lost'"}, False),
    "not before IN": ("NOT tracking IN ('lost')", {"tracking": "'lost'"}, False),
    "and before or": ("insured OR protected AND confirmed", {"insured": "1", "protected": "0", "confirmed": "0"}, True),
    "not before and": ("NOT insured AND protected", {"insured": "false", "protected": "false"}, False),
    "brackets in brackets": ("(((tracking = 'lost')))", {"tracking": "'lost'"}, True),
    "condition compared": ("insured = (tracking = 'lost')", {"insured": "false", "tracking": "'lost'"}, False),
    "small words": ("tracking in ('lost') and not insured", {"tracking": "'lost'", "insured": "false"}, True),
    "other unequal": ("tracking != 'lost'", {"tracking": "'lost'"}, False),
    "between the wrong way": ("days_past_ship_by BETWEEN 3 AND 1", {"days_past_ship_by": "2"}, False),
    "below zero": ("days_past_ship_by > -3", {"days_past_ship_by": "-2"}, True),
    "zeros in front": ("days_past_ship_by = 007", {"days_past_ship_by": "7"}, True),
    "half": ("days_past_ship_by > 1.5", {"days_past_ship_by": "2"}, True),
    "the same twice": ("sku IN ('a', 'a')", {"sku": "'a'"}, True),
    "quote": ("sku = 'it''s'", {"sku": "'it''s'"}, True),
    "only a quote": ("sku = ''''", {"sku": "''''"}, True),
    "empty text": ("sku = ''", {"sku": "''"}, True),
    "SQL in a text": ("sku = 'a''; DROP TABLE x; --'", {"sku": "'a''; DROP TABLE x; --'"}, True),
    "marks in a text": ("sku = '$1 ? :a {b} /* c */ % _'", {"sku": "'$1 ? :a {b} /* c */ % _'"}, True),
    "percent is no pattern": ("sku = '%'", {"sku": "'abc'"}, False),
    "other letters": ("sku = '\u00e4\u6f22\U0001f600'", {"sku": "'\u00e4\u6f22\U0001f600'"}, True),
    "name in a text": ("sku = 'tracking'", {"sku": "'tracking'", "tracking": "'lost'"}, True),
    "case counts": ("sku = 'A'", {"sku": "'a'"}, False),
    "largest number": ("days_past_ship_by < 999999999", {"days_past_ship_by": "2147483647"}, False),
    "amounts": ("value >= 10.5", {"value": "10.50"}, True),
    "many in a row": (" AND ".join(["insured"] * 250), {"insured": "true"}, True),
    "latest day": ("plus_days(ordered_day, 36500) > as_of_day", {"ordered_day": "'9999-12-31'", "as_of_day": "'2026-1-1'"}, True),
    "days back": ("plus_days(ordered_day, -1) = as_of_day", {"ordered_day": "'2026-01-01'", "as_of_day": "'2025-12-31'"}, True),
    "later of later of": (
        "later_of(ordered_day, later_of(as_of_day, ship_by_day)) = ship_by_day",
        {"ordered_day": "DATE '2026-01-01'", "as_of_day": "DATE '2026-01-02'", "ship_by_day": "DATE '2026-01-03'"}, True,
    ),
    "unknown stays unknown": ("later_of(ordered_day, as_of_day) = as_of_day", {"as_of_day": "DATE '2026-01-02'"}, None),
    "plain null test": ("tracking IS NOT NULL", {}, False),
}  # fmt: skip
ROW = {name: f"CAST(NULL AS {fact.sql_type})" for name, fact in dictionary("line_facts").items()}


def answered(sql, facts):
    row = ", ".join(
        f"CAST({text} AS {dictionary('line_facts')[name].sql_type}) AS {name}" for name, text in {**ROW, **facts}.items()
    )
    with duckdb.connect(config={"enable_external_access": "false"}) as con:
        return con.sql(f"SELECT {sql} FROM (SELECT {row}, 3 AS patience_value)").fetchall()[0][0]


@pytest.mark.parametrize("name", ODD)
def test_odd_conditions_say_what_they_say(name):
    text, facts, answer = ODD[name]
    made = Expression(text, dictionary("line_facts"), {})
    assert answered(made.sql(), facts) is answer
    assert sqlglot.parse_one(made.sql("spark"), read="spark")


def test_texts_of_a_pack_come_out_as_they_were_written():
    name = "it's; DROP TABLE line_facts; -- $1 ? {x}"
    text = changed("none, source: book}\n    examples", f'none, source: "{name}"}}\n    examples').replace(
        WHEN, json.dumps("sku = 'it''s; --'")
    )
    pack = policy.read_pack(text, "good.yaml")
    known = {"sku": "'other'", "days_past_deliver_by": "4", "ordered_day": "DATE '2026-11-01'"}
    row = ", ".join(f"{value} AS {fact}" for fact, value in {**ROW, **known}.items())
    with duckdb.connect() as con:
        sql = policy.question_sql(pack, pack.questions["late"], facts=f"(SELECT {row})")
        assert con.sql(f"SELECT answer, source FROM ({sql})").fetchall() == [("tell", name)]


# A grammar of the language, wider than what it allows, so that both ways are taken.
PATIENCE = Parameter("patience", "day", "ordered_day", (Period(BEFORE_ALL, FOREVER, 3, "s", "A"),))
FACTS = [
    "tracking",
    "sku",
    "insured",
    "confirmed",
    "days_past_ship_by",
    "value",
    "ordered_day",
    "as_of_day",
    "ordered_at",
    "patience",
]
LITERALS = [
    "'lost'",
    "'it''s'",
    "''",
    "0",
    "3",
    "-3",
    "1.5",
    "999999999",
    "99999999999",
    "true",
    "FALSE",
    "NULL",
    "1e9",
    "'\u00e4'",
]
ATOM = st.sampled_from(FACTS + LITERALS)


def _wider(inner):
    joined = st.builds(" ".join, st.tuples(inner, st.sampled_from(["=", "<>", "<", ">=", "AND", "OR", "+", "||", "LIKE"]), inner))
    lists = st.builds("{} {} ({}, {})".format, inner, st.sampled_from(["IN", "NOT IN"]), ATOM, inner)
    between = st.builds("{} {} {} AND {}".format, inner, st.sampled_from(["BETWEEN", "NOT BETWEEN"]), inner, inner)
    calls = st.builds("{}({}, {})".format, st.sampled_from(["plus_days", "later_of", "earlier_of", "upper"]), inner, inner)
    single = st.builds("{}{}".format, st.sampled_from(["NOT ", "-"]), inner)
    tests = st.builds("{} {}".format, inner, st.sampled_from(["IS NULL", "IS NOT NULL", "IS TRUE"]))
    return st.one_of(joined, lists, between, calls, single, tests, st.builds("({})".format, inner))


LIKELY = st.sampled_from([
    "tracking = 'lost'", "sku IN ('it''s', '\u00e4')", "insured", "NOT confirmed", "days_past_ship_by <= patience",
    "value > 1.5", "plus_days(ordered_day, patience) < as_of_day", "later_of(ordered_day, as_of_day) = as_of_day",
    "as_of_day BETWEEN ordered_day AND plus_days(ordered_day, 3)", "sku IS NULL", "days_past_ship_by BETWEEN -3 AND 1.5",
])  # fmt: skip
EXPRESSIONS = st.recursive(ATOM | LIKELY, _wider, max_leaves=8)


def _within(inner):
    joined = st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR", "=", "<>"]), inner)
    return joined | st.builds("({} OR {} AND {})".format, inner, inner, inner) | st.builds("(NOT {})".format, inner)


WELL_FORMED = st.recursive(LIKELY.map("({})".format), _within, max_leaves=8)


def made_of(text, expected):
    try:
        return Expression(text, dictionary("line_facts"), {"patience": PATIENCE}, expected=expected)
    except ExpressionError:
        return None


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(EXPRESSIONS, st.sampled_from(["boolean", "day"]))
def test_an_expression_runs_in_both_engines_or_is_refused(text, expected):
    made = made_of(text, expected)
    if made:
        runs_in_both(made)


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(WELL_FORMED)
def test_a_well_formed_condition_is_taken_and_runs(text):
    runs_in_both(made_of(text, "boolean"))


def runs_in_both(made):
    answered(made.sql(), {})
    full = {"tracking": "'lost'", "sku": "'a'", "insured": "true", "confirmed": "false", "days_past_ship_by": "-2147483648"}
    days = {
        "value": "9999999.99",
        "ordered_day": "DATE '0001-01-01'",
        "as_of_day": "DATE '9999-12-31'",
        "ordered_at": "'2026-01-01 00:00:00+00'",
    }
    answered(made.sql(), {**full, **days})
    spark = sqlglot.transpile(made.sql(), read="duckdb", write="spark")
    assert spark == [made.sql("spark")]


PIECES = st.sampled_from([
    "'", '"', "\\", ";", "/*", "{", "}", "[", "]", ":", ": ", "\n", "\n  ", "- ", "&a", "*a", "!!x ", "<<: ", "#", "%", "|", ">",
    "--", "\0", "\u202e", "\ud800", "\u0663", "~", "null", "true", ")", "(", "SELECT ", "\t", "\r", ",", "?", "\\U00110000",
    "9" * 30,
])  # fmt: skip


def pack_or_refusal(text):
    try:
        return policy.read_pack(text, "bad.yaml")
    except PackError as refused:
        return refused


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), PIECES | st.text(max_size=4)), min_size=1, max_size=4))
def test_a_garbled_pack_is_refused_or_loads_and_never_breaks(changes):
    text = GOOD
    for at, taken, put in changes:
        text = text[:at] + put + text[at + taken :]
    found = pack_or_refusal(text)
    if isinstance(found, PackError):
        assert str(found).isprintable()
    else:
        for question in found.questions.values():
            policy.failing_examples(found, question)


def places(tree, at=()):
    """The way to every value of a tree of mappings and lists."""
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in entries:
        yield (*at, key)
        yield from places(value, (*at, key))


@pytest.mark.parametrize("odd", ["", "x", [], ["a"], {"a": "b"}, "9" * 30], ids=str)
def test_a_value_of_another_shape_at_any_place_never_breaks(odd):
    tree = yaml.load(GOOD, Loader=yaml.BaseLoader)
    found = []
    for place in places(tree):
        made = copy.deepcopy(tree)
        around = made
        for key in place[:-1]:
            around = around[key]
        around[place[-1]] = odd
        found.append(pack_or_refusal(json.dumps(made)))
    refused = [error for error in found if isinstance(error, PackError)]
    assert len(refused) > len(found) / 2
    assert all(error.cure and str(error).isprintable() for error in refused)
