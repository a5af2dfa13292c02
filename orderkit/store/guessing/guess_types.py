"""The type in which a column is read, given what it becomes; a column whose cells do not fit is left out, and says so."""

from dataclasses import replace

from orderkit.store.guessing import guess_words
from orderkit.store.values import dates
from orderkit.store.values.types import Style

KINDS = {
    **dict.fromkeys(("order_id", "order_item_id", "sku", "tracking", "rma", "settlement_id"), "id"),
    **dict.fromkeys(
        ("product_name", "carrier", "service", "reason_as_exported", "resolution", "category", "description", "marketplace"),
        "text",
    ),
    **dict.fromkeys(("status", "outcome", "type", "channel"), "words"),
    **dict.fromkeys(
        (
            "ordered_at", "ship_by", "deliver_by", "shipped_at", "first_scan_at", "last_scan_at", "delivered_at", "requested_at",
            "received_at", "valid_from", "posted_at",
        ),
        "date",
    ),
    **dict.fromkeys(
        (
            "item_price", "price", "unit_price", "total", "item_tax", "shipping_price", "discounts", "label_cost",
            "declared_value", "premium", "refunded", "order_amount", "landed_cost", "amount",
        ),
        "money",
    ),
    "units": "units", "currency": "currency", "country": "country", "region": "region", "insured": "truth", "asin": "asin",
    "vat_rate": "share", "resale_share": "share",
}  # fmt: skip
MEANINGS = {"status": "status", "outcome": "outcome", "type": "money", "channel": "channel"}
WHAT = {
    "date": "dates", "money": "amounts", "units": "whole numbers", "share": "numbers", "currency": "currency codes",
    "truth": "yes or no", "words": "known words", "asin": "such numbers", "id": "numbers", "text": "text", "region": "postcodes",
}  # fmt: skip
SIGNED = ("amount", "discounts", "item_tax", "refunded", "total")
MOST_WORDS = 60  # different words in a column that still holds a state
RATES = frozenset(
    [
        "0",
        "5",
        "5.5",
        "7",
        "8",
        "9",
        "10",
        "16",
        "19",
        "20",
        "21",
        "22",
        "23",
        "25",
        "0.05",
        "0.07",
        "0.16",
        "0.19",
        "0.2",
        "0.21",
    ]
)  # of taxes, in no amount's place


def typed(column, values, wishes):
    """The column with its type, and what is not sure about it; without a target where its cells do not fit."""
    kind = KINDS[column.target]
    if not values.filled(column.at):
        return _empty(column, kind)
    made = BY_KIND[kind](column, values, wishes)
    if made is None:
        return replace(column, type="ignored", target=None, doubt=f"its name says {column.target}, but it holds no {WHAT[kind]}")
    unread = values.unread(column.at, made.type, formats=made.formats, months=made.months, style=_style(column, values))
    if unread and made.type != "text":
        filled = values.filled(column.at)
        return replace(made, doubt=f"{unread:,} of {filled:,} values cannot be read so: their lines will be set aside")
    return made


def _style(column, values):
    mark, _ = values.decimal([column.at])
    return Style("comma" if mark == "comma" else "point", loose=True)


def _empty(column, kind):
    if kind in ("id", "text", "words", "region"):
        return replace(column, type="text" if kind == "words" else kind, words={})
    return replace(column, type="ignored", target=None, doubt=f"looks like {column.target}, but is empty in this file")


def _plain(kind):
    def made(column, values, wishes):
        return replace(column, type=kind) if values.fits(column.at, kind, style=_style(column, values)) else None

    return made


def _id(column, values, wishes):
    return replace(column, type="id" if values.fits(column.at, "id") else "text")


def _money(column, values, wishes):
    style = _style(column, values)
    kinds = ("money",) if column.target in SIGNED else ("amount", "money")
    found = next((kind for kind in kinds if values.fits(column.at, kind, style=style)), None)
    if found and column.target == "item_tax" and set(values.distinct(column.at)) <= RATES:
        return None
    return replace(column, type=found) if found else None


def _date(column, values, wishes):
    found = values.dates(column.at)
    if found is None:
        return None
    kind, formats, months = found
    if wishes.day_first is not None:
        formats = ordered(formats, wishes.day_first)
    return replace(column, type=kind, formats=formats, months=months)


def ordered(formats, day_first):
    """The formats without those that a rival beats which has the day first, or the month first, as is wished."""
    losers = {
        text for pair in dates.rivals(formats) for text in pair
        if {_begins_with_day(one) for one in pair} == {True, False} and _begins_with_day(text) != day_first
    }  # fmt: skip
    return tuple(text for text in formats if text not in losers)


def _begins_with_day(text):
    """True where a format begins with the day, False where it begins with the month; None for those that nobody mixes up."""
    return {"%d/": True, "%d.": True, "%d-": True, "%m/": False, "%m.": False, "%m-": False}.get(text[:3])


def agreeing(columns):
    """The columns, with dates that could be read in two ways read as another column of the file proves."""
    sure = [text for column in columns if not dates.rivals(column.formats) for text in column.formats]
    proved = {_begins_with_day(text) for text in sure} - {None}
    if len(proved) != 1:
        return columns
    (first,) = proved
    return [replace(column, formats=ordered(column.formats, first)) for column in columns]


def _words(column, values, wishes):
    """A column of states; its words are asked for their meaning, and how many have none."""
    words = values.distinct(column.at)
    meant = guess_words.meanings(MEANINGS[column.target], words) if len(words) <= MOST_WORDS else {}
    if column.target == "channel" and not meant:
        return None
    seen, doubt = {word.lower() for word in words}, column.doubt
    if missing := len(seen - set(meant)):
        doubt = f"{missing:,} of its {len(seen):,} words mean nothing to orderkit: add them under maps" if meant else NO_WORDS
    return replace(column, type="text", words=meant, doubt=doubt)


NO_WORDS = "none of its words mean anything to orderkit: add them under maps"


def _currency(column, values, wishes):
    if values.fits(column.at, "currency"):
        return replace(column, type="currency")
    meant = guess_words.currencies(values.distinct(column.at))
    return replace(column, type="text", words=meant) if meant else None


def _country(column, values, wishes):
    words = values.distinct(column.at)
    if values.fits(column.at, "country"):
        return replace(column, type="country")
    meant = guess_words.countries(words)
    missing = len({word.lower() for word in words if len(word) != 2}) - len(meant)
    doubt = f"{missing:,} names of countries are not known" if missing else column.doubt
    return replace(column, type="text", words=meant, doubt=doubt)


def _truth(column, values, wishes):
    if values.fits(column.at, "boolean"):
        return replace(column, type="boolean")
    meant = guess_words.meanings("truth", values.distinct(column.at))
    return replace(column, type="text", words=meant) if meant else None


BY_KIND = {
    "id": _id, "text": _plain("text"), "words": _words, "date": _date, "money": _money, "units": _plain("units"),
    "currency": _currency, "country": _country, "region": _plain("region"), "truth": _truth, "asin": _plain("asin"),
    "share": _plain("number"),
}  # fmt: skip
