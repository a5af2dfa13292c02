"""What orders, products and parcels are called: by their names, or on a page to share by stand-ins that tell nothing.

The switch is one for the whole process, as the language is: a page is made in a process of its own. Stand-ins are numbered by
first mention, so that one product is "product 3" in the headline, the table and the figure. They are for what people see; frames
keep the names.
"""

import pandas as pd

from orderkit.languages import phrase

PRODUCT, ORDER, LINE, PARCEL = "product {number}", "order {number}", "line {number}", "parcel {number}"
RETURN, THING, BUYER, CLAIM = "return {number}", "thing {number}", "buyer {number}", "claim {number}"
ACCOUNT = "account {number}"  # the name that the seller gave to an account of his
COLUMNS = {
    **dict.fromkeys(("sku", "asin", "fnsku", "parent", "product", "product_name"), PRODUCT),
    **dict.fromkeys(("order_id", "order"), ORDER), **dict.fromkeys(("line", "order_item_id"), LINE),
    **dict.fromkeys(("parcel", "tracking", "tracking_number"), PARCEL), **dict.fromkeys(("return_id", "rma"), RETURN),
    **dict.fromkeys(("item", "item_key", "task"), THING), "buyer": BUYER, "account": ACCOUNT,
    **dict.fromkeys(("claim_id", "a_to_z_claim", "safe_t_claim"), CLAIM),
}  # fmt: skip
WRITTEN = ("comments", "comment")  # what buyers wrote is on no page to share
NOT_SHARED = "not shared"
LINKS = "link"  # to the order in Seller Central: its address has the order's number
_shared = [False]
_numbers = {}  # {words of a stand-in: {name: number}}
_given = set()  # the stand-ins themselves, so that none is named once more


def share(on=True):
    """From now on names are left out (or told again); the stand-ins begin anew."""
    _shared[0] = on
    _numbers.clear()
    _given.clear()


def sharing():
    """Whether names are left out."""
    return _shared[0]


def product(name):
    """A product's SKU, ASIN or title, or its stand-in.

    >>> share(); product("MUG-BLUE"), product("MUG-RED"), product("MUG-BLUE"), product("product 2")
    ('product 1', 'product 2', 'product 1', 'product 2')
    >>> share(False); product("MUG-BLUE")
    'MUG-BLUE'
    """
    return named(PRODUCT, name)


def order(name):
    """An order's number, or its stand-in."""
    return named(ORDER, name)


def named(words, name):
    """A name, or on a page to share its stand-in: `words`, one of those above, with its number. Nothing stays nothing."""
    if not _shared[0] or not isinstance(name, str) or not name or name in _given:
        return name
    said = phrase(words, number=_number(words, name))
    _given.add(said)
    return said


def shown(frame):
    """A frame as a page may show it: as it is, or with stand-ins in the columns of names, and without what buyers wrote."""
    if not _shared[0]:
        return frame
    cells = {column: [named(COLUMNS[column], cell) for cell in frame[column]] for column in frame if column in COLUMNS}
    cells |= {column: phrase(NOT_SHARED) for column in frame if column in WRITTEN}
    return frame.assign(**cells)


def bare(frame):
    """The same for sentences that say "order {order}": numbers alone in place of names, and no links."""
    if not _shared[0]:
        return frame
    told = {column: [_bare(column, cell) for cell in frame[column]] for column in frame if column in COLUMNS}
    return frame.assign(**told, **({LINKS: None} if LINKS in frame else {}))


def _bare(column, cell):
    return cell if pd.isna(cell) or cell == "" else str(_number(COLUMNS[column], cell))


def _number(words, name):
    names = _numbers.setdefault(words, {})
    return names.setdefault(name, len(names) + 1)
