"""Types: a whole column has become something else, as a spreadsheet or a data frame makes it."""

import csv
import datetime as dt
import io
from decimal import Decimal

from . import clean
from .case import add, kind


def _column(name, about, header, change, base=clean.orders, right="either", **more):
    """Every filled cell of one column is changed."""

    def make(rng):
        export = base(rng)
        for row in export.rows:
            if row[header].strip():
                row[header] = change(row[header])
        every = [index for index, row in enumerate(export.rows) if row[header].strip()]
        said = {key: every if value is True else value for key, value in more.items()}
        return export.case(right=right, **said)

    add("type", name, {clean.orders: "amazon_all_orders", clean.returns: "amazon_mfn_returns"}[base], f"{header}: {about}", make)


def _at(show, shift=0):
    """A moment written in a form that has no offset any more."""
    return lambda text: (dt.datetime.fromisoformat(text) + dt.timedelta(hours=shift)).strftime(show)


def _serial(text):
    at = dt.datetime.fromisoformat(text)
    return repr((at - dt.datetime(1899, 12, 30, tzinfo=dt.UTC)) / dt.timedelta(days=1))


def _day(show):
    return lambda text: dt.datetime.strptime(text, "%d-%b-%Y").replace(tzinfo=dt.UTC).strftime(show)


_column("prices_decimal_comma", "all with a decimal comma", "item-price", lambda text: text.replace(".", ","), maybe=True)
_column(
    "prices_float_noise", "all went through floats", "item-price", lambda text: repr(float(text) * 1.1 / 1.1 + 1e-12), bad=True
)
_column("prices_without_trailing_zeros", "12.50 became 12.5", "item-price", lambda t: f"{float(t):g}", right="rows")
_column("prices_with_sign", "all with a dollar sign", "item-price", lambda text: f"${text}", maybe=True)
_column("prices_quoted_as_text", "an apostrophe in front of each", "item-price", lambda text: f"'{text}", maybe=True)
_column("units_all_floats", "a data frame made all of them floats", "quantity", lambda text: f"{text}.0", maybe=True)
_column("item_ids_all_floats", "a data frame made all of them floats", "order-item-id", lambda text: f"{text}.0", maybe=True)
_column("item_ids_all_exponents", "a spreadsheet shortened all of them", "order-item-id", lambda t: f"{float(t):.5E}", bad=True)
_column("item_ids_all_as_formulas", 'wrapped as ="..." against spreadsheets', "order-item-id", lambda t: f'="{t}"', maybe=True)
_column("moments_without_offset", "a spreadsheet dropped all offsets", "purchase-date", _at("%Y-%m-%d %H:%M:%S"), bad=True)
_column("moments_day_month_year", "shown the British way", "purchase-date", _at("%d/%m/%Y %H:%M"), bad=True)
_column("moments_month_day_year", "shown the American way", "purchase-date", _at("%m/%d/%Y %H:%M"), bad=True)
_column("moments_german", "shown the German way", "purchase-date", _at("%d.%m.%Y %H:%M"), bad=True)
_column("moments_serial", "a spreadsheet's day numbers", "purchase-date", _serial, bad=True)
_column(
    "moments_epoch",
    "milliseconds since 1970",
    "purchase-date",
    lambda t: str(int(dt.datetime.fromisoformat(t).timestamp() * 1000)),
    bad=True,
)
_column("moments_minutes_only", "a spreadsheet shows 46:30.0 for a time", "purchase-date", _at("%M:%S.0"), bad=True)
_column("moments_blank_for_t", "a database wrote a blank for the T", "purchase-date", lambda t: t.replace("T", " "), right="rows")
_column("moments_z", "Z for +00:00", "purchase-date", lambda t: t.replace("+00:00", "Z"), right="rows")
_column("moments_offset_no_colon", "+0000 for +00:00", "purchase-date", lambda t: t.replace("+00:00", "+0000"), right="rows")
_column(
    "moments_microseconds",
    "six digits of a second",
    "purchase-date",
    lambda t: t.replace("+00:00", ".000000+00:00"),
    right="rows",
)
_column("flags_german", "truth values in German", "is-business-order", lambda _: "FALSCH", maybe=True)
_column("flags_upper_case", "truth values of a spreadsheet", "is-business-order", str.upper, right="rows")
_column("flags_numbers", "truth values as 0 and 1", "is-business-order", lambda _: "0", right="rows")
_column("returns_iso_days", "days as 2026-09-10", "Return request date", _day("%Y-%m-%d"), clean.returns, right="rows")
_column(
    "returns_german_months",
    "months in German",
    "Return request date",
    lambda t: t.replace("Oct", "Okt").replace("Sep", "Sept."),
    clean.returns,
    maybe=True,
)
_column(
    "returns_two_digit_years", "14-Sep-26 after a spreadsheet", "Return request date", _day("%d-%b-%y"), clean.returns, maybe=True
)
_column(
    "returns_days_ambiguous",
    "day and month cannot be told apart",
    "Return request date",
    lambda _: "03/04/2026",
    clean.returns,
    bad=True,
)
_column(
    "returns_serial_days",
    "a spreadsheet's day numbers",
    "Return request date",
    lambda t: str(46266 + len(t)),
    clean.returns,
    bad=True,
)
_column(
    "returns_days_with_time",
    "a spreadsheet added midnight",
    "Return request date",
    lambda t: _day("%Y-%m-%d 00:00:00")(t),
    clean.returns,
    maybe=True,
)


@kind("type", "amazon_mfn_returns")
def returns_days_slashed(rng):
    """Days as 09/25/2026: some of them tell that the month comes first."""
    export = clean.returns(rng)
    for index, row in enumerate(export.rows):
        row["Return request date"] = f"09/{index + 9:02d}/2026"
        export.truth[index]["requested_at"] = f"2026-09-{index + 9:02d}"
    return export.case(maybe=range(8), right="either")


@kind("type")
def localised_spreadsheet(rng):
    """Saved by a German spreadsheet: semicolons, decimal commas without trailing zeros, FALSCH, cp1252."""
    export = clean.orders(rng)
    for row in export.rows:
        for header in ("item-price", "item-tax", "shipping-price"):
            row[header] = f"{float(row[header]):g}".replace(".", ",") if row[header] else ""
        row["is-business-order"] = row["signature-confirmation-recommended"] = "FALSCH"
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([export.headers, *export.cells()])
    return export.case(out.getvalue().encode("cp1252"), maybe=range(12), right="either", name="all-orders.csv")


@kind("type")
def data_frame_round_trip(rng):
    """Written by a data frame library: an index in front, ids and units as floats, nothing as nan."""
    export = clean.orders(rng)
    for row in export.rows:
        row |= {"order-item-id": f"{float(row['order-item-id'])}", "quantity": f"{float(row['quantity'])}"}
        row |= {header: "nan" for header, value in row.items() if value == ""}
    lines = ["\t" + export.lines()[0], *(f"{n}\t{line}" for n, line in enumerate(export.lines()[1:]))]
    return export.case("\n".join(lines) + "\n", maybe=range(12), right="either")


@kind("type")
def prices_of_two_minds(rng):
    """Half of the prices have a point, half a comma: pasted together from two spreadsheets."""
    export = clean.orders(rng)
    commas = [index for index in range(0, 12, 2) if export.rows[index]["item-price"]]
    for index in commas:
        export.rows[index]["item-price"] = export.rows[index]["item-price"].replace(".", ",")
    return export.case(maybe=commas)


@kind("type")
def prices_without_a_point(rng):
    """Prices of whole dollars only: 1250 is twelve hundred and fifty, not twelve and a half."""
    export = clean.orders(rng)
    for row, truth in zip(export.rows, export.truth, strict=True):
        if row["item-price"]:
            row["item-price"] = str(len(row["sku"]) * 125)
            truth["item_price"] = Decimal(row["item-price"] + ".00")
    return export.case()


@kind("type")
def yen_without_decimals(rng):
    """A currency without decimals."""
    export = clean.orders(rng)
    for row, truth in zip(export.rows, export.truth, strict=True):
        row["currency"] = truth["currency"] = "JPY" if row["currency"] else "USD"
        row["currency"] = row["currency"] if row["item-price"] else ""
        for header, column in (("item-price", "item_price"), ("item-tax", "item_tax"), ("shipping-price", "shipping_price")):
            if row[header]:
                row[header] = row[header].partition(".")[0]
                truth[column] = Decimal(row[header])
    return export.case()
