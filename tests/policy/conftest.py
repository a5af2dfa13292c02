"""A shop made by hand: an in-memory database with the canonical tables and a context."""

import pytest

from tests.empty import connection

CONTEXT = """
CREATE OR REPLACE TEMP TABLE context AS
SELECT $as_of::TIMESTAMPTZ AS as_of, CAST(timezone('UTC', $as_of::TIMESTAMPTZ) AS DATE) AS as_of_day,
    $as_of::TIMESTAMPTZ AS clock, CAST(timezone('UTC', $as_of::TIMESTAMPTZ) AS DATE) AS clock_day
"""
LINE = {
    "account": "shop", "order_id": "111-1", "line": "mug", "sku": "mug", "occurrence": 1, "status": "shipped", "channel": "FBM",
    "units": 1, "item_price": "10.00", "currency": "USD", "marketplace": "amazon.com", "ordered_at": "2026-11-01 12:00:00+00",
    "ordered_at_grain": "moment", "ship_by": "2026-11-04 07:59:59+00", "deliver_by": "2026-11-16 07:59:59+00",
    "reconstructed": False,
}  # fmt: skip
PARCEL = {"account": "shop", "parcel": "T1", "order_id": "111-1", "carrier": "UPS", "tracking": "T1", "named": True}
RETURN = {"account": "shop", "return_id": "R1", "order_id": "111-1", "line": "mug", "sku": "mug", "requested_at": "2026-11-12"}


class Handmade:
    """Adds rows to the canonical tables, each from a few named columns over a plain default."""

    def __init__(self, con):
        self.con = con

    def add(self, table, defaults, **columns):
        row = {**defaults, **columns}
        names, values = ", ".join(row), ", ".join(f"${name}" for name in row)
        self.con.execute(f"INSERT INTO {table} ({names}) VALUES ({values})", row)

    def line(self, **columns):
        self.add("order_lines", LINE, **columns)

    def parcel(self, *lines, **columns):
        row = {**PARCEL, **columns}
        self.add("parcels", row)
        for name in lines or ("mug",):
            self.add("parcel_lines", {k: row[k] for k in ("account", "parcel", "order_id")}, line=name)

    def back(self, **columns):
        self.add("returns", RETURN, **columns)

    def request(self, kind, **columns):
        row = {"account": "shop", "request": f"{kind}-1", "order_id": "111-1", "asked_at": "2026-11-01 12:20:00+00"}
        self.add("requests", {**row, "kind": kind}, **columns)

    def inspection(self, state, **columns):
        row = {"account": "shop", "inspection": "i1", "order_id": "111-1", "sku": "mug", "inspected_at": "2026-11-14"}
        self.add("inspections", {**row, "state": state}, **columns)

    def as_of(self, moment):
        self.con.execute(CONTEXT, {"as_of": moment})


@pytest.fixture
def con():
    """An in-memory database with empty canonical tables, as of 16 November 2026, 12:00 UTC."""
    con = connection()
    con.execute(CONTEXT, {"as_of": "2026-11-16 12:00:00+00"})
    yield con
    con.close()


@pytest.fixture
def shop(con):
    """Adds rows by hand: shop.line(...), shop.parcel(...), shop.request(...)."""
    return Handmade(con)
