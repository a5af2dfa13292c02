"""Parquet: exports that went through a data frame."""

import tempfile
from pathlib import Path

import duckdb

from . import clean
from .case import add, kind

ORDERS = "amazon_all_orders"


def _parquet(export, columns=None, tail=""):
    """The export as a Parquet file; `columns` gives SQL for single headers."""
    columns = columns or {}
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        path = Path(folder) / "x.parquet"
        names = ", ".join(f'"{header}" VARCHAR' for header in export.headers)
        con.execute(f"CREATE TABLE t ({names})")
        con.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(export.headers))})", export.cells())
        shown = ", ".join(f'{columns.get(h, f"nullif({chr(34)}{h}{chr(34)}, {chr(39) * 2})")} AS "{h}"' for h in export.headers)
        con.execute(f"COPY (SELECT {shown} FROM t) TO '{path}' (FORMAT parquet{tail})")
        return path.read_bytes()


def _frame(name, group, about, columns=None, right="rows", change=None, tail="", true=None, **more):
    def make(rng):
        export = clean.orders(rng)
        data = _parquet(export, columns, tail)
        for truth in export.truth:
            truth.update(true or {})
        return export.case(change(data) if change else data, name="orders.parquet", right=right, **more)

    add(group, name, ORDERS, about, make)


def _cast(header, kind_of):
    return {header: f"TRY_CAST(nullif(\"{header}\", '') AS {kind_of})"}


MONEY = {h: f"TRY_CAST(nullif(\"{h}\", '') AS DECIMAL(18,2))" for h in ("item-price", "item-tax", "shipping-price")}
_frame("parquet_text", "container", "a data frame of texts")
_frame(
    "parquet_typed",
    "container",
    "units, prices and moments with their types",
    MONEY | _cast("quantity", "INTEGER") | _cast("purchase-date", "TIMESTAMPTZ") | _cast("last-updated-date", "TIMESTAMPTZ"),
)
_frame("parquet_zstd", "container", "packed by zstd", tail=", COMPRESSION zstd")
_frame("parquet_cut", "container", "cut off", change=lambda data: data[:-200], right="refused")
_frame("parquet_front_only", "container", "only its first bytes", change=lambda data: data[:300], right="refused")
_frame("parquet_named_csv", "container", "with a wrong end", change=lambda data: data[:-4] + b"XXXX", right="refused")
_frame("parquet_prices_float", "type", "prices are floats", _cast("item-price", "DOUBLE"))
_frame("parquet_units_float", "type", "units are floats", _cast("quantity", "DOUBLE"), maybe=range(12), right="either")
_frame(
    "parquet_item_ids_float",
    "type",
    "item ids are floats, as a data frame with a gap makes them",
    _cast("order-item-id", "DOUBLE"),
    maybe=range(12),
    right="either",
)
_frame(
    "parquet_item_ids_float32",
    "type",
    "item ids are small floats: digits are lost",
    _cast("order-item-id", "FLOAT"),
    bad=range(12),
    right="either",
)
_frame(
    "parquet_moments_no_zone",
    "type",
    "moments without a zone",
    _cast("purchase-date", "TIMESTAMP"),
    maybe=range(12),
    right="either",
)
_frame(
    "parquet_nan",
    "value",
    "NaN for a price",
    {"item-price": "CASE WHEN \"quantity\" = '0' THEN NULL ELSE 'NaN'::DOUBLE END"},
    maybe=range(12),
    true={"item_price": None},
)
_frame("parquet_nested", "type", "SKUs are lists", {"sku": "[sku, sku]"}, bad=range(12), right="either")


@kind("container", "amazon_order_report")
def parquet_report_with_people(rng):
    """The order report as a data frame: names and streets must not stay anywhere."""
    export = clean.report(rng)
    return export.case(_parquet(export), name="report.parquet")
