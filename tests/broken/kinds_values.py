"""Values: one cell of one record is not what it was, in Amazon's All Orders."""

from decimal import Decimal

from . import clean
from .case import add

BAD = 3
GONE = object()  # nobody can tell any more what the value was

# name: (what happened, header, the value, GONE or what may be stored for it; None: what stood there before)
PRICES = {
    "price_three_decimals": ("a rounding error", "9.999", GONE),
    "price_decimal_comma": ("one price typed with a comma", "9,99", GONE),
    "price_exponent": ("scientific notation", "1e3", GONE),
    "price_hexadecimal": ("hexadecimal", "0x10", GONE),
    "price_underscore": ("a grouping mark of programmers", "1_000", GONE),
    "price_nan": ("a data frame wrote NaN", "NaN", GONE),
    "price_inf": ("a division by zero", "inf", GONE),
    "price_minus_inf": ("a division by zero", "-Infinity", GONE),
    "price_none": ("Python wrote None", "None", GONE),
    "price_null": ("a database wrote NULL", "NULL", GONE),
    "price_null_mysql": ("a database wrote its mark for nothing", "\\N", GONE),
    "price_error_cell": ("a spreadsheet's error", "#REF!", GONE),
    "price_hashes": ("a column too narrow, copied as shown", "########", GONE),
    "price_formula": ("a formula instead of its value", "=P5*2", GONE),
    "price_word": ("a word", "free", GONE),
    "price_two_points": ("two decimal points", "12.50.1", GONE),
    "price_thousands_ambiguous": ("1,234 may be 1234 or 1.234", "1,234", GONE),
    "price_european": ("point and comma of Europe", "1.234,56", Decimal("1234.56")),
    "price_thousands": ("a grouping comma", "1,234.56", Decimal("1234.56")),
    "price_thousands_blank": ("a grouping blank", "1 234.56", Decimal("1234.56")),
    "price_thousands_no_break_blank": ("a grouping blank that does not break", "1\u00a0234.56", Decimal("1234.56")),
    "price_thousands_apostrophe": ("the grouping mark of Switzerland", "1'234.56", Decimal("1234.56")),
    "price_lakh": ("grouped the Indian way", "1,23,456.78", Decimal("123456.78")),
    "price_dollar": ("a currency sign", "$12.50", Decimal("12.50")),
    "price_other_currency_sign": ("the sign of another currency than the row's", "€12.50", GONE),
    "price_with_currency": ("the currency behind the price", "12.50 USD", Decimal("12.50")),
    "price_with_other_currency": ("another currency behind the price", "12.50 EUR", GONE),
    "price_plus": ("a plus sign", "+12.50", Decimal("12.50")),
    "price_no_leading_zero": ("no zero before the point", ".50", Decimal("0.50")),
    "price_no_decimals": ("a point and nothing behind it", "12.", Decimal("12.00")),
    "price_leading_zeros": ("zeros in front", "00012.50", Decimal("12.50")),
    "price_accounting_negative": ("a negative amount in brackets", "(12.50)", GONE),
    "price_trailing_minus": ("a minus sign behind the amount", "12.50-", GONE),
    "price_unicode_minus": ("a typographic minus sign", "\u221212.50", GONE),
    "price_negative": ("a price below zero", "-12.50", GONE),
    "price_percent": ("a percentage", "12.50%", GONE),
    "price_full_width": ("full-width digits", "\uff11\uff12.\uff15\uff10", Decimal("12.50")),
    "price_arabic_digits": ("Arabic digits", "\u0661\u0662.\u0665\u0660", Decimal("12.50")),
    "price_letter_o": ("the letter O for a zero", "12.5O", GONE),
    "price_inner_blank": ("a blank inside", "12. 50", GONE),
    "price_huge": ("more digits than money has", "99999999999999999999.99", GONE),
    "price_float_noise": ("a float's noise", "12.499999999999998", GONE),
    "price_as_date": ("a spreadsheet made 12.5 a date", "12. Mai", GONE),
    "price_currency_code_only": ("the currency moved into the price", "USD", GONE),
}  # fmt: skip

UNITS = {
    "units_half": ("one and a half units", "1.5", GONE),
    "units_float": ("a data frame made units floats", "2.0", 2),
    "units_exponent": ("scientific notation", "1e0", GONE),
    "units_underscore": ("a grouping mark of programmers", "1_000", GONE),
    "units_thousands": ("a grouping comma", "1,000", 1000),
    "units_negative": ("units below zero", "-1", GONE),
    "units_word": ("a word", "one", GONE),
    "units_too_many": ("more than a number holds", "99999999999", GONE),
    "units_over_int": ("one more than 32 bits hold", "2147483648", GONE),
    "units_padded": ("blanks around it", " 2 ", 2),
    "units_nan": ("a data frame wrote nan", "nan", GONE),
    "units_plus": ("a plus sign", "+2", 2),
    "units_fraction": ("a fraction", "½", GONE),
    "units_bool": ("a truth value", "TRUE", GONE),
}

MOMENTS = {
    "moment_31_february": ("a day that does not exist", "2026-02-31T10:00:00+00:00", GONE),
    "moment_29_february": ("29 February of a year without it", "2025-02-29T10:00:00+00:00", GONE),
    "moment_month_13": ("month and day changed places", "2026-13-01T10:00:00+00:00", GONE),
    "moment_day_zero": ("day zero", "2026-09-00T10:00:00+00:00", GONE),
    "moment_hour_25": ("an hour that does not exist", "2026-09-01T25:00:00+00:00", GONE),
    "moment_second_60": ("a leap second", "2026-09-01T10:00:60+00:00", GONE),
    "moment_no_offset": ("the offset is missing", "2026-09-01T10:00:00", GONE),
    "moment_zone_word": ("a zone's abbreviation that means several", "2026-09-01T10:00:00 CST", GONE),
    "moment_offset_99": ("an offset that does not exist", "2026-09-01T10:00:00+99:00", GONE),
    "moment_offset_broken": ("an offset that was taken for a number", "2026-09-01T10:00:00+00e00", GONE),
    "moment_offset_hours": ("an offset without minutes", "2026-09-01T10:00:00+00", "2026-09-01 10:00:00+00"),
    "moment_lower_case_z": ("a small z", "2026-09-01t10:00:00z", "2026-09-01 10:00:00+00"),
    "moment_milliseconds": ("milliseconds", "2026-09-01T10:00:00.123Z", "2026-09-01 10:00:00+00"),
    "moment_nanoseconds": ("nine digits of a second", "2026-09-01T10:00:00.123456789Z", "2026-09-01 10:00:00+00"),
    "moment_epoch_zero": ("the zero of a computer's clock", "1970-01-01T00:00:00+00:00", GONE),
    "moment_excel_zero": ("the zero of a spreadsheet's clock", "1900-01-00T00:00:00+00:00", GONE),
    "moment_year_1900": ("a two-digit year read wrongly", "1926-09-01T10:00:00+00:00", GONE),
    "moment_year_202": ("a digit of the year lost", "0202-09-01T10:00:00+00:00", GONE),
    "moment_year_20260": ("a digit of the year doubled", "20260-09-01T10:00:00+00:00", GONE),
    "moment_future": ("bought in three years", "2029-09-01T10:00:00+00:00", GONE),
    "moment_serial": ("a spreadsheet's day number", "46266.4166666667", GONE),
    "moment_epoch_ms": ("milliseconds since 1970", "1788256800000", GONE),
    "moment_epoch_s": ("seconds since 1970", "1788256800", GONE),
    "moment_german": ("shown the German way", "01.09.2026 10:00", GONE),
    "moment_american": ("shown the American way", "9/1/2026 10:00:00 AM", GONE),
    "moment_day_only": ("the time was cut off", "2026-09-01", GONE),
    "moment_time_only": ("the day was cut off", "10:00:00+00:00", GONE),
    "moment_hashes": ("a column too narrow, copied as shown", "##########", GONE),
    "moment_two_digit_year": ("a year of two digits", "26-09-01T10:00:00+00:00", GONE),
    "moment_empty": ("emptied", "", GONE),
}

NUMBERS = {
    "order_id_exponent": ("scientific notation", "amazon-order-id", "1.11123E+16", GONE),
    "order_id_no_hyphens": ("hyphens removed", "amazon-order-id", "11112345671234567", GONE),
    "order_id_en_dashes": ("a word processor made the hyphens dashes", "amazon-order-id", "111\u20131234567\u20131234567",
        "111-1234567-1234567"),
    "order_id_blanks": ("blanks for hyphens", "amazon-order-id", "111 1234567 1234567", GONE),
    "order_id_short": ("a digit lost at the end", "amazon-order-id", "111-1234567-123456", GONE),
    "order_id_first_digit_lost": ("a zero lost in front", "amazon-order-id", "26-1234567-1234567", GONE),
    "order_id_apostrophe": ("a spreadsheet's apostrophe in front", "amazon-order-id", "'111-1234567-1234567",
        "111-1234567-1234567"),
    "order_id_as_formula": ("wrapped as a formula against spreadsheets", "amazon-order-id", '="111-1234567-1234567"',
        "111-1234567-1234567"),
    "order_id_direction_mark": ("an invisible mark in front, copied from a web page", "amazon-order-id",
        "\u200e111-1234567-1234567", "111-1234567-1234567"),
    "order_id_zero_width": ("an invisible blank inside", "amazon-order-id", "111-1234567\u200b-1234567", "111-1234567-1234567"),
    "order_id_two": ("two numbers in one cell", "amazon-order-id", "111-1234567-1234567, 111-7654321-7654321", GONE),
    "order_id_empty": ("emptied", "amazon-order-id", "", GONE),
    "item_id_exponent": ("scientific notation", "order-item-id", "1.23457E+13", GONE),
    "item_id_exponent_comma": ("scientific notation of a country with the decimal comma", "order-item-id", "1,23457E+13", GONE),
    "item_id_float": ("a data frame made it a float", "order-item-id", "12345678901234.0", "12345678901234"),
    "item_id_thousands": ("grouping commas", "order-item-id", "12,345,678,901,234", "12345678901234"),
    "item_id_nan": ("a data frame wrote nan", "order-item-id", "nan", GONE),
    "item_id_hashes": ("a column too narrow, copied as shown", "order-item-id", "##############", GONE),
    "sku_as_date": ("a spreadsheet took MAR-1 for a date", "sku", "1-Mar", GONE),
    "sku_as_date_long": ("a spreadsheet took 2-1 for a date", "sku", "2026-02-01 00:00:00", GONE),
    "sku_exponent": ("a spreadsheet took a long number for one it may shorten", "sku", "4.00642E+12", GONE),
    "sku_error_cell": ("a lookup in a spreadsheet failed", "sku", "#N/A", GONE),
    "sku_error_name": ("a SKU beginning with a hyphen became a formula", "sku", "#NAME?", GONE),
    "sku_no_break_blank": ("a blank that does not break at its end, copied from a web page", "sku", "MUG\u00a0", "MUG"),
    "sku_zero_width": ("an invisible blank at its end", "sku", "MUG\u200b", "MUG"),
    "sku_empty": ("emptied", "sku", "", GONE),
    "currency_sign": ("a sign for the code", "currency", "$", GONE),
    "currency_word": ("a word for the code", "currency", "Dollar", GONE),
    "currency_unknown": ("a code that no country has", "currency", "QQQ", GONE),
    "currency_lower_case": ("small letters", "currency", "usd", "USD"),
    "currency_us_dollar": ("a letter changed into the sign", "currency", "US$", GONE),
    "currency_number": ("a number", "currency", "840", GONE),
    "flag_perhaps": ("neither yes nor no", "is-business-order", "perhaps", GONE),
    "flag_cut": ("cut off", "is-business-order", "fals", GONE),
    "flag_number": ("a number that is neither 0 nor 1", "is-business-order", "2", GONE),
    "tax_comma": ("the tax with a comma", "item-tax", "0,87", GONE),
    "status_empty": ("emptied", "order-status", "", None),
    "title_replacement": ("letters lost before: the mark for an unreadable one stands in the title", "product-name",
        "Caf\ufffd mug", GONE),
}  # fmt: skip
STORED = {
    "item-price": "item_price", "quantity": "units", "purchase-date": "ordered_at", "amazon-order-id": "order_id",
    "order-item-id": "order_item_id", "sku": "sku", "currency": "currency", "order-status": "status_as_exported",
}  # fmt: skip


def _enter(name, about, header, value, true):
    def make(rng):
        export = clean.orders(rng)
        export.rows[BAD][header] = value
        digits = [mark for mark in value if mark.isdigit()]
        values = (value,) if len(digits) > 3 and set(digits) != {"9"} else ()  # its shape is another text
        if true is GONE:
            return export.case(bad=[BAD], values=values)
        export.truth[BAD][STORED[header]] = true
        return export.case(maybe=[BAD], values=values)

    add("value", name, "amazon_all_orders", f"{header}: {about}", make)


for _table, _header in ((PRICES, "item-price"), (UNITS, "quantity"), (MOMENTS, "purchase-date")):
    for _name, (_about, _value, _true) in _table.items():
        _enter(_name, _about, _header, _value, _true)
for _name, (_about, _header, _value, _true) in NUMBERS.items():
    _enter(_name, _about, _header, _value, _true)
