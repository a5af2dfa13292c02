"""Words that stand out in what buyers of a product wrote, where comments were asked for at load."""

import pandas as pd

from orderkit.statistics.keywords import keywords

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
    (orders of other products of its category). Empty without comments: they are read only if asked for. Needs return_units."""
    said = con.sql(COMMENTS).df()
    listed = products.loc[products["listed"].fillna(False).astype(bool), ["sku"]].drop_duplicates() if len(products) else []
    if said.empty or not len(listed):
        return pd.DataFrame(columns=WORDS)
    parts = [_of(sku, said) for sku in listed["sku"].head(MOST_PRODUCTS)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=WORDS)


def _of(sku, said):
    own = said["sku"] == sku
    others = said[~own & said["category"].isin(said.loc[own, "category"])]
    mine = said[own]
    return keywords(mine["comments"], mine["order_id"], others["comments"], others["order_id"]).assign(sku=sku)[WORDS]
