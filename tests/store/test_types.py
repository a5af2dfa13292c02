"""What every type reads and refuses, by hand: the text of a cell, and its value or the reason why it has none."""

import datetime as dt
import functools
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderkit.errors import FormatError
from orderkit.formats.spec import Column
from orderkit.store import reasons
from orderkit.store.values import types
from orderkit.store.values.date_words import ZONES, month_numbers
from orderkit.store.values.types import PLAIN, Style

POINT, COMMA, NATIVE = Style(loose=True), Style("comma"), Style(native=True)
CLOCK = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def column(kind, name="cell", **more):
    return Column(header=name, name=name, type=kind, **more)


@functools.cache
def connection():
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    return con


def read(of, texts, style=PLAIN, *, needed=False, clock=None):
    """(value as text, reason) of each text in a column, as the record scan would read it; instants in UTC."""
    value = types.value(of, "c", style)
    handed_over = _asked(f"v::VARCHAR, {types.reason(of, 'c', needed, style, clock, typed='v')}", value, texts)
    assert handed_over == _asked(f"v::VARCHAR, {types.reason(of, 'c', needed, style, clock)}", value, texts)
    return handed_over


def _asked(what, value, texts):
    cells = f"SELECT i, {types.cell('f')} AS c FROM (SELECT unnest($texts) AS f, unnest(range(len($texts))) AS i)"
    query = f"SELECT {what} FROM (SELECT i, c, {value} AS v FROM ({cells})) ORDER BY i"
    return connection().sql(query, params={"texts": list(texts)}).fetchall()


DATE_RANGE = (
    "%b %d, %Y %I:%M:%S %p %Z", "%d %b %Y %I:%M:%S %p %Z", "%Y/%m/%d %H:%M:%S %Z", "%d.%m.%Y %H:%M:%S %Z", "%d %b %Y %H:%M:%S %Z",
)  # fmt: skip
BERLIN = ("%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S")
SETTLEMENT = ("%Y-%m-%d %H:%M:%S UTC", "%d.%m.%Y %H:%M:%S UTC", "%Y/%m/%d %H:%M:%S UTC")
MONTHS = ("de", "fr", "it", "es", "nl", "sv", "pl", "pt")
NOT_MONEY, NOT_WHOLE, NOT_MOMENT, NOT_DAY = "!not_money", "!not_a_whole_number", "!not_a_moment", "!not_a_day"
CHANGED = "!damaged_by_spreadsheet"

# group: (column, style, {text: value, None where the cell is empty, or "!" and the reason}).
CASES = {
    "text": (column("text"), PLAIN, {
        "": None, " ": None, "   ": None, "--": None, " -- ": None, "N/A": None, "\u00a0": None, "\u3000": None, "\u200b": None,
        "\ufeff": None, "\t": None, "\u202f \u2003": None,
        "NA": "NA", "null": "null", "NULL": "NULL", "None": "None", "nan": "nan", "NaN": "NaN", "inf": "inf", "-": "-",
        "---": "---",
        "n/a": "n/a", "0": "0", " mug ": "mug", "mug\u00a0": "mug", "\u3000マグ\u3000": "マグ", "\u200emug\u200b": "mug",
        "tea  pot": "tea  pot", "Caf\u00e9": "Caf\u00e9", '4" mug': '4" mug', '"mug"': '"mug"', "'00123": "'00123",
        '="00123"': "00123", ' ="a b" ': "a b", '=""': None, '="N/A"': None, "=1+1": "=1+1", '="a"b"': '="a"b"', "=": "=",
        "a\tb": "a\tb", "a\nb": "a\nb", "caf\ufffd": "caf\ufffd", "#1 mug": "#1 mug", "#": "#", "#BestMug!": "#BestMug!",
        "#REF!": CHANGED, "#N/A": CHANGED, "#NAME?": CHANGED, "#VALUE!": CHANGED, "#DIV/0!": CHANGED, "#NUM!": CHANGED,
        "#NULL!": CHANGED, "########": CHANGED, "##": CHANGED, "#BEZUG!": CHANGED, "#NV": CHANGED, "#¡VALOR!": CHANGED,
        "a\x07b": "!control_character", "\x1b[31m": "!control_character", "del\x7f": "!control_character",
        "a\x0bb": "!control_character",
    }),
    "order_ref": (column("order_ref"), PLAIN, {
        "": None, "111-2222222-3333333": "111-2222222-3333333", "S01-2222222-3333333": "S01-2222222-3333333", "#1001": "#1001",
        "12-34567-89012": "12-34567-89012", ' ="111-2222222-3333333"': "111-2222222-3333333", "for the shop": None,
        "111-2222222-333333": None, "order 111-2222222-3333333": None, "5550100123": None, "#REF!": None, "a\x07b": None,
        "#": None,
        "2026-03-02 00:00:00": None, "1.23E+11": None, "#1001 Main Street": None,
    }),
    "id": (column("id", "order_item_id"), PLAIN, {
        "": None, "N/A": None, "NA": "NA", "00123": "00123", '="00123"': "00123",
        '="00123': CHANGED, "'00123": "00123", "'abc": "'abc", "'": "'",
        "12345678901234": "12345678901234", "MUG-A": "MUG-A", "mug-a": "mug-a", "a b": "a b", "1E": "1E", "E5": "E5", "-": "-",
        "12345678901234.0": "12345678901234", "3.0": "3", "3.00": "3.00", "1.10": "1.10", "5E10x": "5E10x", "12-34": "12-34",
        "1.23E+13": CHANGED, "1,23457E+13": CHANGED, "1E5": CHANGED, "9.40011e+21": CHANGED, "-1.2E+10": CHANGED,
        "2-Jan": CHANGED, "31-Dec": CHANGED, "Jan-26": CHANGED, "Sep-99": CHANGED, "2026-02-01 00:00:00": CHANGED,
        "2-JAN": "2-JAN", "MAR-26": "MAR-26", "Jan-2026": "Jan-2026", "112-Jan": "112-Jan", "2026-02-01": "2026-02-01",
        "12,345,678,901,234": CHANGED, "1,234": "1,234", "12345678901234567.0": CHANGED, "#N/A": CHANGED,
        "##############": CHANGED,
        "nan": "!not_an_id", "NaN": "!not_an_id", "null": "!not_an_id", "NULL": "!not_an_id", "None": "!not_an_id",
        "inf": "!not_an_id",
        "9400112862743650000000": CHANGED, "9400112862743659084177": "9400112862743659084177", "TRUE": "!not_an_id",
        "a\nb": "!control_character", "a\tb": "!control_character", "a\x00b": "!control_character", "\x1f": "!control_character",
    }),
    "sku, which a seller makes up": (column("id", "merchant_sku"), PLAIN, {
        "nan": "nan", "null": "null", "None": "None", "TRUE": "TRUE", "123.0": "123.0", "1.10": "1.10", "000": "000",
        "1,234,567": "1,234,567", "'00123": "00123", "1-Mar": CHANGED, "4.00642E+12": CHANGED, "#NAME?": CHANGED,
    }),
    "order_id": (column("order_id"), PLAIN, {
        "": None, "111-1234567-1234567": "111-1234567-1234567", "S01-1234567-1234567": "S01-1234567-1234567",
        "D01-1234567-1234567": "D01-1234567-1234567", "'111-1234567-1234567": "111-1234567-1234567",
        '="111-1234567-1234567"': "111-1234567-1234567", "\u200e111-1234567-1234567": "111-1234567-1234567",
        "26-1234567-1234567": "!not_an_order_id", "1111-1234567-1234567": "!not_an_order_id",
        "111-1234567-123456": "!not_an_order_id", "111-1234567-12345678": "!not_an_order_id",
        "111 1234567 1234567": "!not_an_order_id", "11112345671234567": "!not_an_order_id", "1.11123E+16": "!not_an_order_id",
        "S1-1234567-1234567": "!not_an_order_id", "s01-1234567-1234567": "!not_an_order_id", "nan": "!not_an_order_id",
        "111-1234567-1234567, 111-7654321-7654321": "!not_an_order_id", "#REF!": CHANGED,
        "111-1234567-\x01234567": "!control_character",
    }),
    "asin": (column("asin"), PLAIN, {
        "B000000001": "B000000001", "0306406152": "0306406152", "080442957X": "080442957X", "'0306406152": "0306406152",
        " ": None,
        "b000000001": "!not_an_asin", "B00000001": "!not_an_asin", "B0000000011": "!not_an_asin", "306406152": "!not_an_asin",
        "B00000-001": "!not_an_asin", "nan": "!not_an_asin", "3.06406E+08": "!not_an_asin", "#N/A": CHANGED,
    }),
    "integer": (column("integer"), PLAIN, {
        "": None, "--": None, "0": "0", "1": "1", "-1": "-1", "007": "7", " 2 ": "2", "2.0": "2", "2.00": "2", "-3.0": "-3",
        "999999999": "999999999",
        "1.5": NOT_WHOLE, "2.": NOT_WHOLE, ".0": NOT_WHOLE, "1.000": NOT_WHOLE, "1,000": NOT_WHOLE, "1_000": NOT_WHOLE,
        "1 000": NOT_WHOLE, "1e0": NOT_WHOLE, "0x10": NOT_WHOLE, "+2": NOT_WHOLE, "½": NOT_WHOLE, "one": NOT_WHOLE,
        "TRUE": NOT_WHOLE, "nan": NOT_WHOLE, "None": NOT_WHOLE, "-": NOT_WHOLE, "\uff11\uff12": NOT_WHOLE, "(1)": NOT_WHOLE,
        "1-": NOT_WHOLE,
        "2147483648": "!too_large", "-99999999999": "!too_large", "10000000000.0": "!too_large", "#VALUE!": CHANGED,
    }),
    "integer, as people write them with a point": (column("integer"), POINT, {
        "1,000": "1000", "1,234,567": "1234567", "1'000": "1000", "1 000": "1000", "-1,000": "-1000", "1,000.0": "1000",
        "2.0": "2", "1,00": NOT_WHOLE, "10,00": NOT_WHOLE, "1.000": NOT_WHOLE, "1.5": NOT_WHOLE, "$5": NOT_WHOLE,
    }),
    "integer, as people write them with a comma": (column("integer"), COMMA, {
        "1.000": "1000", "1.234.567": "1234567", "1 000": "1000", "2,0": "2", "5": "5", "1,000": NOT_WHOLE, "1,5": NOT_WHOLE,
        "2.0": NOT_WHOLE,
    }),
    "units": (column("units"), PLAIN, {
        "0": "0", "2": "2", "2.0": "2", "1000000": "1000000", "-0": "0", "-1": "!negative", "1000001": "!too_large",
        "99999999999": "!too_large", "1.5": NOT_WHOLE, "": None,
    }),
    "money": (column("money"), PLAIN, {
        "": None, " ": None, "--": None, "N/A": None, "0": "0.00", "12": "12.00", "12.5": "12.50", "12.50": "12.50",
        "-12.50": "-12.50", "12.5000": "12.50", "00012.50": "12.50", " 9.99 ": "9.99", "\u00a09.99": "9.99",
        "999999999.99": "999999999.99", "-999999999.99": "-999999999.99", '="9.99"': "9.99",
        "9,99": NOT_MONEY, "9.999": NOT_MONEY, "1,234.56": NOT_MONEY, "1.234,56": NOT_MONEY, "1,234": NOT_MONEY,
        "1.234": NOT_MONEY,
        "0x10": NOT_MONEY, "1e3": NOT_MONEY, "1_000": NOT_MONEY, "+5": NOT_MONEY, ".50": NOT_MONEY, "12.": NOT_MONEY,
        "12.50.1": NOT_MONEY, "$12.50": NOT_MONEY, "12.50 USD": NOT_MONEY, "(12.50)": NOT_MONEY, "12.50-": NOT_MONEY,
        "\u221212.50": NOT_MONEY, "12.50%": NOT_MONEY, "12. 50": NOT_MONEY, "12.5O": NOT_MONEY, "\u0661\u0662": NOT_MONEY,
        "free": NOT_MONEY, "nan": NOT_MONEY, "NaN": NOT_MONEY, "inf": NOT_MONEY, "-Infinity": NOT_MONEY, "NULL": NOT_MONEY,
        "None": NOT_MONEY, "\\N": NOT_MONEY, "=P5*2": NOT_MONEY, "12.499999999999998": NOT_MONEY, "-": NOT_MONEY,
        "1000000000.01": "!too_large", "-1234567890.00": "!too_large", "99999999999999999999.99": "!too_large",
        "#REF!": CHANGED, "########": CHANGED, "#DIV/0!": CHANGED,
    }),
    "money, as people write it with a point": (column("money"), POINT, {
        "12.50": "12.50", "1,234.56": "1234.56", "1,234,567.8": "1234567.80", "1,234": "1234.00", "1,23,456.78": "123456.78",
        "12,34,567": "1234567.00", "1'234.50": "1234.50", "1\u2019234.50": "1234.50", "1 234.50": "1234.50",
        "1\u00a0234.50": "1234.50", "\u221212.50": "-12.50", "12.50-": "-12.50", "(12.50)": "-12.50", "- 12.50": "-12.50",
        "$12.50": "12.50", "-$12.50": "-12.50", "$-12.50": "-12.50", "$12.50-": "-12.50", "($12.50)": "-12.50",
        "$(12.50)": "-12.50",
        "$ 1,433.66": "1433.66", "US$12.50": "12.50", "CA$12.50": "12.50", "R$ 12.50": "12.50", "£12.50": "12.50",
        "€12.50": "12.50",
        "¥1,200": "1200.00", "￥1,200": "1200.00", "1,200円": "1200.00", "₹1,23,456.78": "123456.78", "Rs. 500.00": "500.00",
        "Rs.500": "500.00", "CHF 1'234.50": "1234.50", "EUR 12.50": "12.50", "12.50 EUR": "12.50", "12.50USD": "12.50",
        "\u2212$12.50": "-12.50", "12.50 zł": "12.50", "kr 5": "5.00",
        "1,2,3": NOT_MONEY, "1,23": NOT_MONEY, "12,3456": NOT_MONEY, "0,123": NOT_MONEY, "1,234,56": NOT_MONEY, "9,99": NOT_MONEY,
        "1.234.567": NOT_MONEY, "1.234": NOT_MONEY, "1,234'567": NOT_MONEY, "$12.50 USD": NOT_MONEY, "$$5": NOT_MONEY,
        "--5": NOT_MONEY, "-5-": NOT_MONEY, "(-5)": NOT_MONEY, "(5": NOT_MONEY, "5)": NOT_MONEY, "EURO 5": NOT_MONEY,
        "QQQ 5": NOT_MONEY,
        "5 each": NOT_MONEY, "$": NOT_MONEY, "1e3": NOT_MONEY, "12..50": NOT_MONEY, "12.50%": NOT_MONEY,
        "$1,000,000,001.00": "!too_large", "#REF!": CHANGED,
    }),
    "money, as people write it with a comma": (column("money"), COMMA, {
        "9,99": "9.99", "1.234,56": "1234.56", "1 234,56": "1234.56", "1\u00a0234,56": "1234.56", "1\u202f234,56": "1234.56",
        "1\u2009135,72": "1135.72", "1'234,50": "1234.50", "1.234": "1234.00", "1.234.567,8": "1234567.80", "12": "12.00",
        "12,5": "12.50", "12,5000": "12.50", "-9,99": "-9.99", "\u22129,99": "-9.99", "9,99-": "-9.99", "(9,99)": "-9.99",
        "116,99 €": "116.99", "€ 116,99": "116.99", "-116,99 €": "-116.99", "116,99- €": "-116.99", "1 135,72 kr": "1135.72",
        "99,00 zł": "99.00", "R$ 1.234,56": "1234.56", "12,50 EUR": "12.50", "": None,
        "9.99": NOT_MONEY, "1,234.56": NOT_MONEY, "1,234": NOT_MONEY, "1,23,456": NOT_MONEY, "9,999": NOT_MONEY,
        "1.23": NOT_MONEY,
        "1.2345,00": NOT_MONEY, "nan": NOT_MONEY, "9,99 € EUR": NOT_MONEY,
    }),
    "amount": (column("amount"), PLAIN, {
        "0": "0.00", "12.50": "12.50", "-0.00": "0.00", "-0.01": "!negative", "1000000000.01": "!too_large", "1,5": NOT_MONEY,
        "": None,
    }),
    "number": (column("number"), PLAIN, {
        "0.0731": "0.073100", "-0.5": "-0.500000", "1": "1.000000", "1.234567": "1.234567", "1.2345670": "1.234567", "": None,
        "999999999999.5": "999999999999.500000",
        "1.2345678": "!not_a_number", "1,5": "!not_a_number", "1e-3": "!not_a_number", "5%": "!not_a_number",
        "nan": "!not_a_number",
        "1000000000000": "!too_large", "#NUM!": CHANGED,
    }),
    "number with a comma": (column("number"), COMMA, {
        "0,0731": "0.073100", "1.234,5": "1234.500000", "1.5": "!not_a_number",
    }),
    "currency": (column("currency"), PLAIN, {
        "USD": "USD", "usd": "USD", "Eur": "EUR", "JPY": "JPY", "BGN": "BGN", "XCG": "XCG", "": None, "--": None,
        "US$": "!not_a_currency", "$": "!not_a_currency", "Dollar": "!not_a_currency", "QQQ": "!not_a_currency",
        "840": "!not_a_currency", "nan": "!not_a_currency", "DEM": "!not_a_currency", "u\u017fd": "!not_a_currency",
    }),
    "country": (column("country"), PLAIN, {
        "US": "US", "de": "DE", "": None, "USA": "!not_a_country", "Germany": "!not_a_country", "9": "!not_a_country",
    }),
    "boolean": (column("boolean"), PLAIN, {
        "true": "true", "TRUE": "true", "Yes": "true", "y": "true", "1": "true", "false": "false", "No": "false", "N": "false",
        "0": "false", "": None, "perhaps": "!not_yes_or_no", "2": "!not_yes_or_no", "oui": "!not_yes_or_no",
        "x": "!not_yes_or_no",
        "FALSCH": "!not_yes_or_no", "1.0": "!not_yes_or_no", "#N/A": CHANGED,
    }),
    "choice": (column("choice", choices=("lost", "in_transit")), PLAIN, {
        "lost": "lost", "LOST": "lost", "In_Transit": "in_transit", "": None, "gone": "!not_a_choice", "nan": "!not_a_choice",
    }),
    "region": (column("region"), PLAIN, {
        "90210-1234": "902", "SW1A 1AA": "SW1", "s w1a": "SW1", "〒100-0001": "100", "D-10115": "D10", "12": "12",
        "": None, "-": None,
    }),
    "moment": (column("moment"), PLAIN, {
        "": None, "N/A": None,
        "2026-11-01T10:00:00+00:00": "2026-11-01 10:00:00+00", "2026-11-01T10:00:00Z": "2026-11-01 10:00:00+00",
        "2026-11-01 10:00:00+00:00": "2026-11-01 10:00:00+00", "2017-09-23T14:18:23-07:00": "2017-09-23 21:18:23+00",
        "2025-08-21T18:29:59+05:30": "2025-08-21 12:59:59+00", "2020-10-21T00:00Z": "2020-10-21 00:00:00+00",
        "2020-10-21T00:00+09:00": "2020-10-20 15:00:00+00", "2026-11-01T10:00:00.123Z": "2026-11-01 10:00:00.123+00",
        "2026-11-01T10:00:00.123456+00:00": "2026-11-01 10:00:00.123456+00",
        "2026-11-01T10:00:00.123456789Z": "2026-11-01 10:00:00.123456+00", "2026-11-01T10:00:00+0000": "2026-11-01 10:00:00+00",
        "2026-11-01T10:00:00-0830": "2026-11-01 18:30:00+00", "2026-11-01T10:00:00+09": "2026-11-01 01:00:00+00",
        "2024-05-01 10:00:00 +0000": "2024-05-01 10:00:00+00", "2024-05-01 10:00 Z": "2024-05-01 10:00:00+00",
        "2024-02-29T10:00:00+00:00": "2024-02-29 10:00:00+00", "1995-01-01T00:00:00Z": "1995-01-01 00:00:00+00",
        "2099-12-31T23:59:59Z": "2099-12-31 23:59:59+00",
        "2026-11-01T10:00:00+00e00": NOT_MOMENT, "2026-11-01T10:00:00": NOT_MOMENT, "2026-11-01": NOT_MOMENT,
        "2026-02-30T10:00:00+00:00": NOT_MOMENT, "2025-02-29T10:00:00Z": NOT_MOMENT, "2026-13-01T10:00:00Z": NOT_MOMENT,
        "2026-09-00T10:00:00Z": NOT_MOMENT, "2026-11-01T24:00:00+00:00": NOT_MOMENT, "2026-11-01T25:00:00Z": NOT_MOMENT,
        "2026-11-01T10:60:00Z": NOT_MOMENT, "2026-11-01T10:00:60Z": NOT_MOMENT, "2026-11-01T10:00:00+15:00": NOT_MOMENT,
        "2026-11-01T10:00:00+99:00": NOT_MOMENT, "2026-11-01T10:00:00 CST": NOT_MOMENT, "2026-11-01T10:00:00 UTC": NOT_MOMENT,
        "2026/11/01T10:00:00+00:00": NOT_MOMENT, "26-09-01T10:00:00+00:00": NOT_MOMENT, "20260-09-01T10:00:00Z": NOT_MOMENT,
        "1970-01-01T00:00:00Z": "!not_a_moment", "2100-01-01T00:00:00Z": "!not_a_moment", "0202-09-01T10:00:00Z": "!not_a_moment",
        "46266.4166666667": NOT_MOMENT, "1788256800": NOT_MOMENT, "10:00:00+00:00": NOT_MOMENT, "infinity": NOT_MOMENT,
        "now": NOT_MOMENT, "NULL": NOT_MOMENT, "01.09.2026 10:00": NOT_MOMENT, "#VALUE!": CHANGED, "##########": CHANGED,
    }),
    "moment, UTC where the text does not say": (column("moment", zone="UTC"), PLAIN, {
        "2026-11-01T10:00:00": "2026-11-01 10:00:00+00", "2026-11-01 10:00": "2026-11-01 10:00:00+00",
        "2026-11-01T10:00:00+02:00": "2026-11-01 08:00:00+00", "2026-11-01": NOT_MOMENT, "2026-11-31T10:00:00": NOT_MOMENT,
    }),
    "moment in Los Angeles": (column("moment", zone="America/Los_Angeles"), PLAIN, {
        "2026-07-01T10:00:00": "2026-07-01 17:00:00+00", "2026-12-01T10:00:00": "2026-12-01 18:00:00+00",
        "2026-03-08T01:59:59": "2026-03-08 09:59:59+00", "2026-03-08T02:00:00": NOT_MOMENT, "2026-03-08T02:30:00": NOT_MOMENT,
        "2026-03-08T03:00:00": "2026-03-08 10:00:00+00", "2026-11-01T00:59:59": "2026-11-01 07:59:59+00",
        "2026-11-01T01:00:00": "2026-11-01 08:00:00+00", "2026-11-01T01:30:00": "2026-11-01 08:30:00+00",
        "2026-11-01T02:00:00": "2026-11-01 10:00:00+00", "2026-11-01T01:30:00-08:00": "2026-11-01 09:30:00+00",
    }),
    "moment in Berlin, by formats": (column("moment", zone="Europe/Berlin", formats=BERLIN), PLAIN, {
        "01.07.2026 10:00": "2026-07-01 08:00:00+00", "2026-12-01 10:00:00": "2026-12-01 09:00:00+00",
        "29.03.2026 02:30": NOT_MOMENT, "25.10.2026 02:30": "2026-10-25 00:30:00+00", "31.04.2026 10:00": NOT_MOMENT,
        "2026-12-01T10:00:00Z": NOT_MOMENT,
    }),
    "moment local to the marketplace": (column("moment", zone="marketplace"), PLAIN, {
        "2026-03-08T02:30:00": "2026-03-08 02:30:00", "2026-03-08 02:30": "2026-03-08 02:30:00",
        "2026-03-08T02:30:00Z": NOT_MOMENT, "1970-01-01T00:00:00": "!not_a_moment",
    }),
    "moment of settlements": (column("moment", formats=SETTLEMENT), PLAIN, {
        "2026-09-01 10:00:00 UTC": "2026-09-01 10:00:00+00", "01.09.2026 10:00:00 UTC": "2026-09-01 10:00:00+00",
        "2026/09/01 10:00:00 UTC": "2026-09-01 10:00:00+00", "2026-09-01 10:00:00": NOT_MOMENT,
        "2026-09-01 10:00:00 PST": NOT_MOMENT,
        "2026-09-01": NOT_MOMENT, "31.02.2026 10:00:00 UTC": NOT_MOMENT,
    }),
    "moment with an offset in its format": (column("moment", formats=("%Y-%m-%d %H:%M:%S %z",)), PLAIN, {
        "2024-05-01 10:00:00 +0000": "2024-05-01 10:00:00+00", "2024-05-01 10:00:00 -0400": "2024-05-01 14:00:00+00",
        "2024-05-01 10:00:00 Z": "2024-05-01 10:00:00+00", "2024-05-01 10:00:00+05:30": "2024-05-01 04:30:00+00",
        "2024-05-01 10:00:00": NOT_MOMENT, "2024-05-01 10:00:00 -9999": NOT_MOMENT, "2024-05-01 10:00:00 +00e00": NOT_MOMENT,
    }),
    "moment of date-range reports": (column("moment", formats=DATE_RANGE, months=MONTHS), PLAIN, {
        "Sep 4, 2026 1:05:07 AM PDT": "2026-09-04 08:05:07+00", "Sep 4, 2026 1:05:07 PM PDT": "2026-09-04 20:05:07+00",
        "Sep 4, 2026 12:05:07 AM PDT": "2026-09-04 07:05:07+00", "Nov 1, 2026 1:30:00 AM PDT": "2026-11-01 08:30:00+00",
        "Nov 1, 2026 1:30:00 AM PST": "2026-11-01 09:30:00+00", "Sep 4, 2026 1:05:07\u202fAM PDT": "2026-09-04 08:05:07+00",
        "Sep 4, 2026 1:05:07\u00a0pm PDT": "2026-09-04 20:05:07+00", "Sept. 4, 2026 1:05:07 p.m. PDT": "2026-09-04 20:05:07+00",
        "September 4, 2026 1:05:07 AM UTC": "2026-09-04 01:05:07+00", "1 Jul 2026 4:24:44 am UTC": "2026-07-01 04:24:44+00",
        "1 Jul 2026 4:24:44 am IST": "2026-06-30 22:54:44+00", "15 Mar 2026 3:22:08 PM UTC": "2026-03-15 15:22:08+00",
        "2026/08/01 0:12:34 JST": "2026-07-31 15:12:34+00", "2026/08/01 0:12:34JST": "2026-07-31 15:12:34+00",
        "01.08.2026 00:12:34 UTC": "2026-08-01 00:12:34+00", "1 août 2026 00:12:34 UTC": "2026-08-01 00:12:34+00",
        "1 aout 2026 00:12:34 UTC": "2026-08-01 00:12:34+00", "1 févr. 2026 00:12:34 UTC": "2026-02-01 00:12:34+00",
        "1 janv. 2026 00:12:34 CET": "2025-12-31 23:12:34+00", "1 déc. 2026 00:12:34 UTC": "2026-12-01 00:12:34+00",
        "1 ago 2026 00:12:34 UTC": "2026-08-01 00:12:34+00", "1 gen 2026 00:12:34 UTC": "2026-01-01 00:12:34+00",
        "1 ene 2026 00:12:34 UTC": "2026-01-01 00:12:34+00", "1 sept 2026 00:12:34 UTC": "2026-09-01 00:12:34+00",
        "1 mrt 2026 00:12:34 UTC": "2026-03-01 00:12:34+00", "1 März 2026 00:12:34 MEZ": "2026-02-28 23:12:34+00",
        "1 maj 2026 00:12:34 CEST": "2026-04-30 22:12:34+00", "1 paź 2026 00:12:34 UTC": "2026-10-01 00:12:34+00",
        "1 out. 2026 00:12:34 BRT": "2026-10-01 03:12:34+00", "1 Sept 2026 00:12:34 BST": "2026-08-31 23:12:34+00",
        "1 Jul 2026 00:12:34 GMT+9": "2026-06-30 15:12:34+00", "1 Jul 2026 00:12:34 GMT-7": "2026-07-01 07:12:34+00",
        "1 Jul 2026 00:12:34 GMT+01:00": "2026-06-30 23:12:34+00", "1 Jul 2026 00:12:34 UTC\u22123": "2026-07-01 03:12:34+00",
        "1 Jul 2026 00:12:34 UTC+0530": "2026-06-30 18:42:34+00", "1 Jul 2026 00:12:34 Z": "2026-07-01 00:12:34+00",
        "1 Jul 2026 00:12:34 AEST": "2026-06-30 14:12:34+00", "1 Jul 2026 00:12:34 AEDT": "2026-06-30 13:12:34+00",
        "Sep 4, 2026 1:05:07 AM XYZ": NOT_MOMENT, "Sep 4, 2026 1:05:07 AM AST": NOT_MOMENT, "Sep 4, 2026 1:05:07 AM": NOT_MOMENT,
        "Sep 4, 2026 13:05:07 AM PDT": NOT_MOMENT, "Sep 4, 2026 0:05:07 AM PDT": NOT_MOMENT,
        "Sep 31, 2026 1:05:07 AM PDT": NOT_MOMENT,
        "1 foo 2026 00:12:34 UTC": NOT_MOMENT, "1 Jul 2026 00:12:34 PST+1": NOT_MOMENT, "1 Jul 2026 00:12:34 GMT+15": NOT_MOMENT,
        "1 Jul 26 00:12:34 UTC": NOT_MOMENT, "1 Jul 2026 24:12:34 UTC": NOT_MOMENT, "2026-07-01T00:12:34Z": NOT_MOMENT,
        "1 août 2026 00:12:34 utc": NOT_MOMENT, "31 fév 2026 00:12:34 UTC": NOT_MOMENT,
    }),
    "moment from a workbook": (column("moment", formats=("%d %b %Y %H:%M:%S %Z",)), NATIVE, {
        "2026-11-15T09:30:00": "2026-11-15 09:30:00+00", "2026-11-15T09:30": "2026-11-15 09:30:00+00",
        "2026-11-15": "2026-11-15 00:00:00+00", "1 Jul 2026 00:12:34 CEST": "2026-06-30 22:12:34+00", "46266": NOT_MOMENT,
    }),
    "moment from a workbook, in Tokyo": (column("moment", zone="Asia/Tokyo"), NATIVE, {
        "2026-11-15T09:30:00": "2026-11-15 00:30:00+00", "2026-11-15T09:30:00Z": "2026-11-15 09:30:00+00",
    }),
    "day": (column("day", formats=("%d-%b-%Y", "%Y-%m-%d")), PLAIN, {
        "": None, " ": None, "14-Jul-2025": "2025-07-14", "1-Jul-2025": "2025-07-01", "14-JUL-2025": "2025-07-14",
        "2025-07-14": "2025-07-14", "14-Sept-2025": "2025-09-14", "14-Sept.-2025": "2025-09-14", "14-July-2025": "2025-07-14",
        "29-Feb-2024": "2024-02-29",
        "14-Okt-2025": NOT_DAY, "31-Feb-2025": NOT_DAY, "29-Feb-2025": NOT_DAY, "14-Jul-25": NOT_DAY, "14-Jul-1994": NOT_DAY,
        "14-Jul-2100": NOT_DAY, "2025-7": NOT_DAY, "14/07/2025": NOT_DAY, "46266": NOT_DAY, "14-Jul-2025 10:00": NOT_DAY,
        "2025-07-14T00:00:00": NOT_DAY, "nan": NOT_DAY, "#N/A": CHANGED,
    }),
    "day with months of other languages": (column("day", formats=("%d-%b-%Y", "%b-%d-%y"), months=("de", "pt")), PLAIN, {
        "10-Dez-2025": "2025-12-10", "Dez-10-25": "2025-12-10", "10-Mai-2025": "2025-05-10", "10-Okt.-2025": "2025-10-10",
        "10-fev-2025": "2025-02-10", "10-Dec-2025": "2025-12-10", "Jul-25-26": "2026-07-25", "10-grudnia-2025": NOT_DAY,
        "Jul-25-69": NOT_DAY,
    }),
    "day with a year of two digits": (column("day", formats=("%m/%d/%y",)), PLAIN, {
        "12/31/25": "2025-12-31", "1/2/26": "2026-01-02", "02/29/24": "2024-02-29", "12/31/68": "2068-12-31",
        "12/31/5": NOT_DAY, "12/31/99": NOT_DAY, "12/31/69": NOT_DAY, "12/31/2025": NOT_DAY, "31/12/25": NOT_DAY,
        "02/30/25": NOT_DAY,
    }),
    "day without separators": (column("day", formats=("%Y%m%d",)), PLAIN, {
        "20261115": "2026-11-15", "2026115": NOT_DAY, "202611150": NOT_DAY, "20261315": NOT_DAY, "20260230": NOT_DAY,
    }),
    "day that is a month": (column("day", formats=("%m/%d/%Y", "%m/%Y")), PLAIN, {
        "09/2026": "2026-09-01", "09/15/2026": "2026-09-15", "13/2026": NOT_DAY,
    }),
    "day with an offset": (column("day", formats=("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z")), PLAIN, {
        "2026-09-01": "2026-09-01", "2026-09-01T10:00:00+00:00": "2026-09-01", "2026-09-01T10:00:00Z": "2026-09-01",
        "2026-09-01T10:00:00+99:00": NOT_DAY,
    }),
    "day from a workbook": (column("day", formats=("%d/%m/%y",)), NATIVE, {
        "2026-11-15": "2026-11-15", "2026-11-15T00:00:00": "2026-11-15", "2026-11-15 00:00": "2026-11-15",
        "15/11/26": "2026-11-15",
        "2026-11-15T09:30:00": NOT_DAY, "2026-02-30": NOT_DAY, "46266": NOT_DAY,
    }),
    "comment": (column("comment"), PLAIN, {"too late :(": "too late :(", "nan": "nan", "a\x08": "!control_character"}),
}  # fmt: skip
EACH = [(group, text) for group, (_, _, cases) in CASES.items() for text in cases]


@functools.cache
def results(group):
    of, style, cases = CASES[group]
    return dict(zip(cases, read(of, cases, style), strict=True))


def test_there_are_cases_enough():
    assert len(EACH) > 600
    assert len(set(EACH)) == len(EACH)


@pytest.mark.parametrize(("group", "text"), EACH, ids=[f"{group}: {text!a}" for group, text in EACH])
def test_a_cell(group, text):
    expected = CASES[group][2][text]
    value, reason = results(group)[text]
    if expected is not None and expected.startswith("!"):
        assert reason == expected[1:]
    else:
        assert (value, reason) == (expected, None)


def test_every_reason_has_plain_words():
    given_reasons = {
        expected[1:] for _, _, cases in CASES.values() for expected in cases.values() if (expected or "").startswith("!")
    }
    given_reasons |= {"missing_value", "in_the_future", "does_not_add_up"}
    assert given_reasons <= set(reasons.reason_words())


@pytest.mark.parametrize("kind", ["text", "id", "money", "moment", "currency", "units", "order_id"])
def test_an_empty_cell_that_is_needed_is_missing(kind):
    found = read(column(kind), ["", " ", "--", "\u00a0", None], needed=True)
    assert found == [(None, "missing_value")] * 5


AHEAD = {  # column, and the text -> whether it lies too far ahead of 2026-11-20 12:00 UTC
    "moment": (column("moment", past=True), {"2026-11-22T12:00:00Z": False, "2026-11-22T12:00:01Z": True}),
    "local": (column("moment", past=True, zone="marketplace"), {"2026-11-22T12:00:00": False, "2026-11-22T12:00:01": True}),
    "day": (column("day", past=True, formats=("%Y-%m-%d",)), {"2026-11-22": False, "2026-11-23": True}),
}  # fmt: skip


@pytest.mark.parametrize("what", AHEAD)
def test_what_has_happened_cannot_lie_ahead_of_the_clock(what):
    of, cases = AHEAD[what]
    assert [reason == "in_the_future" for _, reason in read(of, cases, clock=CLOCK)] == list(cases.values())
    assert [reason for _, reason in read(of, cases)] == [None] * len(cases), "without a clock nothing lies ahead"


def test_a_promise_may_lie_ahead_of_the_clock():
    assert read(column("moment"), ["2029-09-01T00:00:00Z"], clock=CLOCK) == [("2029-09-01 00:00:00+00", None)]


def test_control_characters_are_looked_for_only_where_asked():
    for kind in ("text", "id"):
        reason = types.reason(column(kind), "c", False, controls=False)
        assert connection().sql(f"SELECT {reason} FROM (SELECT chr(7) || 'a' AS c)").fetchall() == [(None,)]


def test_the_formats_that_stood_the_test_are_the_ones_that_count():
    of = column("day", formats=("%d/%m/%y", "%m/%d/%y"))
    assert read(of, ["03/04/26"], Style(dates={"cell": ("%d/%m/%y",)})) == [("2026-04-03", None)]
    assert read(of, ["03/04/26"], Style(dates={"cell": ("%m/%d/%y",)})) == [("2026-03-04", None)]


def test_formats_that_leave_the_zone_open_are_refused():
    with pytest.raises(FormatError, match="has no zone"):
        types.value(column("moment", formats=("%Y-%m-%d %H:%M",)), "c")
    with pytest.raises(FormatError, match="some name their zone"):
        types.value(column("moment", formats=("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M UTC"), zone="marketplace"), "c")
    with pytest.raises(FormatError, match="%j is not read"):
        types.value(column("day", formats=("%Y-%j",)), "c")


@pytest.mark.parametrize(("kind", "zone", "stored"), [
    ("moment", None, "TIMESTAMPTZ"), ("moment", "UTC", "TIMESTAMPTZ"), ("moment", "marketplace", "TIMESTAMP"),
    ("day", "marketplace", "DATE"),
    ("money", None, "DECIMAL(18,2)"), ("amount", None, "DECIMAL(18,2)"), ("number", None, "DECIMAL(18,6)"),
    ("units", None, "INTEGER"),
    ("asin", None, "VARCHAR"), ("comment", None, "VARCHAR"),
])  # fmt: skip
def test_how_a_type_is_stored(kind, zone, stored):
    of = column(kind, zone=zone, formats=("%Y-%m-%d",) if kind == "day" else ())
    assert types.sql_type(of) == stored
    assert types.local(of) == (stored == "TIMESTAMP")
    value = types.value(of, "c")
    made = connection().sql(f"SELECT typeof({value}) FROM (SELECT NULL::VARCHAR AS c)").fetchall()[0][0]
    assert made == {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}.get(stored, stored)


@pytest.mark.parametrize(("word", "offset"), ZONES.items())
def test_a_zone_word(word, offset):
    of = column("moment", formats=("%Y-%m-%d %H:%M %Z",))
    expected = dt.datetime.fromisoformat(f"2026-06-15T12:00:00{offset}").astimezone(dt.UTC)
    assert read(of, [f"2026-06-15 12:00 {word}"]) == [(f"{expected:%Y-%m-%d %H:%M:%S}+00", None)]


def test_no_month_name_means_two_months():
    names = month_numbers(MONTHS)
    assert names["mar"] == 3
    assert names["mai"] == names["maj"] == 5
    assert names["set"] == names["sept"] == 9
    assert set(names.values()) == set(range(1, 13))
    assert all(name == name.lower() and not name.endswith(".") for name in names)


def test_the_shape_of_a_value_never_holds_it():
    found = connection().sql(f"SELECT {types.shape('c')} FROM (SELECT 'B0\u00e9 1,5-' || repeat('x', 50) AS c)").fetchall()[0][0]
    assert found == "a9a 9,9-" + 32 * "a"


amounts = st.decimals(-999_999_999, 999_999_999, places=2)


def grouped(digits, mark):
    """Digits in groups of three from the right."""
    return mark.join(digits[max(at, 0) : at + 3] for at in range(len(digits) % 3 - 3 if len(digits) % 3 else 0, len(digits), 3))


def written(amount, decimal, mark, sign, symbol):
    """An amount as people write it."""
    whole, cents = f"{abs(amount):.2f}".split(".")
    text = grouped(whole, mark) + decimal + cents
    text = {"before": f"{symbol} {text}", "behind": f"{text} {symbol}", "": text}[
        "" if not symbol else "before" if len(symbol) > 1 else "behind"
    ]
    return text if amount >= 0 else {"-": f"-{text}", "\u2212": f"\u2212{text}", "()": f"({text})"}[sign]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(amounts, min_size=1, max_size=20),
    st.sampled_from(["-", "\u2212", "()"]),
    st.sampled_from(["", "$", "\u20ac", "EUR", "R$"]),
)
def test_money_comes_back_in_every_style(numbers, sign, symbol):
    styles = ((POINT, ".", ",' "), (COMMA, ",", ".' "))
    for style, decimal, marks in styles:
        for mark in ("", *marks, "\u00a0", "\u202f"):
            texts = [written(number, decimal, mark, sign, symbol) for number in numbers]
            found = read(column("money"), texts, style)
            assert [(Decimal(value), reason) for value, reason in found] == [(number, None) for number in numbers]


@settings(max_examples=60, deadline=None)
@given(st.lists(amounts, min_size=1, max_size=20))
def test_plain_money_comes_back(numbers):
    assert [Decimal(value) for value, _ in read(column("money"), [str(number) for number in numbers])] == numbers


days = st.dates(dt.date(1995, 1, 1), dt.date(2068, 12, 31))
DAY_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%b-%Y", "%B %d, %Y", "%Y%m%d", "%d %b %Y", "%Y-%m-%d %H:%M:%S")


@settings(max_examples=60, deadline=None)
@given(st.lists(days, min_size=1, max_size=20), st.sampled_from(DAY_FORMATS))
def test_a_day_comes_back_in_every_format(several, form):
    found = read(column("day", formats=(form,)), [f"{day:{form}}" for day in several])
    assert found == [(day.isoformat(), None) for day in several]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(days.filter(lambda day: day.year >= 2000), min_size=1, max_size=20),
    st.sampled_from(["%m/%d/%y", "%y/%m/%d", "%d-%b-%y"]),
)
def test_a_year_of_two_digits_is_one_of_this_century(several, form):
    found = read(column("day", formats=(form,)), [f"{day:{form}}" for day in several])
    assert found == [(day.isoformat(), None) for day in several]


FIRST, LAST = (
    int(dt.datetime.fromisoformat(text).timestamp() * 1_000_000) for text in ("1995-01-02T00:00Z", "2099-12-30T00:00Z")
)
moments = st.integers(FIRST, LAST).map(lambda at: dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=at))
offsets = st.integers(-14 * 4, 14 * 4).map(lambda quarters: dt.timezone(dt.timedelta(minutes=15 * quarters)))


@settings(max_examples=60, deadline=None)
@given(st.lists(moments, min_size=1, max_size=20), offsets)
def test_a_moment_comes_back_at_every_offset(several, zone):
    found = read(column("moment"), [moment.astimezone(zone).isoformat() for moment in several])
    assert [dt.datetime.fromisoformat(value + ":00") for value, _ in found] == several


@settings(max_examples=60, deadline=None)
@given(st.lists(moments.map(lambda moment: moment.replace(microsecond=0)), min_size=1, max_size=20))
def test_a_moment_comes_back_from_a_date_range_report(several):
    texts = [f"{moment:%b} {moment.day}, {moment:%Y} {int(f'{moment:%I}')}:{moment:%M:%S} {moment:%p} UTC" for moment in several]
    found = read(column("moment", formats=DATE_RANGE, months=MONTHS), texts)
    assert [dt.datetime.fromisoformat(value + ":00") for value, _ in found] == several
