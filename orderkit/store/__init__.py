"""From bytes to canonical tables in one DuckDB file: the only layer that reads exports and the only one that writes."""

from orderkit.store.context import accounts, moment, newest, set_context
from orderkit.store.engine.database import reader
from orderkit.store.export import Exported, export
from orderkit.store.load import FileResult, LoadResult, load
from orderkit.store.purging.purge import Receipt, purge
from orderkit.store.query import asked_values, columns, select
from orderkit.store.reasons import reason_words
from orderkit.store.tables.canonical import build_as_of
from orderkit.store.tables.part import one_order, only_account, only_marketplace

__all__ = [
    "Exported",
    "FileResult",
    "LoadResult",
    "Receipt",
    "accounts",
    "asked_values",
    "build_as_of",
    "columns",
    "export",
    "load",
    "moment",
    "newest",
    "one_order",
    "only_account",
    "only_marketplace",
    "purge",
    "reader",
    "reason_words",
    "select",
    "set_context",
]
