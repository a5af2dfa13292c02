"""Words that stand out in what buyers of a product wrote, where comments were asked for at load."""

import pandas as pd

from orderkit.analyses import naming
from orderkit.statistics.keywords import standing_out, term_orders

MOST_PRODUCTS = 10
WORDS = ["sku", "term", "z", "log_odds", "orders", "elsewhere"]
COMMENTS = """
    SELECT order_id, sku, coalesce(category, '') AS category, comments
    FROM return_units
    WHERE comments <> '' AND sku IS NOT NULL
    ORDER BY order_id, return_id
"""


def words_that_stand_out(con, products):
    """A row per telling word and product, for the products on the list: sku, term, z, log_odds, orders (that use it), elsewhere
    (orders of other products of its category). Empty without comments, which are read only if asked for, and on a page to share.
    Needs return_units."""
    said = con.sql(COMMENTS).df()
    listed = products[products["listed"].fillna(False).astype(bool)].drop_duplicates("sku").head(MOST_PRODUCTS)
    if said.empty or listed.empty or naming.sharing():
        return pd.DataFrame(columns=WORDS)
    parts = [_of(sku, category, said) for sku, category in zip(listed["sku"], listed["category"].fillna(""), strict=True)]
    return pd.concat(parts, ignore_index=True)


def _of(sku, category, said):
    same = said[said["category"] == category]
    terms = term_orders(same["comments"], same["order_id"], same["sku"])
    own = terms["product"] == sku
    return standing_out(terms[own], terms[~own]).assign(sku=sku)[WORDS]
