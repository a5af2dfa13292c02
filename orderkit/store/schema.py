"""Makes the canonical tables (schema.sql) and fills the two that come from orderkit itself: marketplaces and calendar."""

import datetime as dt
import functools
import re
from importlib import resources

from orderkit.marketplaces import calendar_rows, marketplaces, unknown

LAYOUT = 3  # raised when a released database would not be understood by newer code, or the other way round


def schema_sql():
    """The text of schema.sql: every canonical table with a comment on every column."""
    return resources.files(__package__).joinpath("schema.sql").read_text(encoding="utf-8")


@functools.cache
def column_types(table):
    """{column: SQL type} of a canonical table, as schema.sql states it."""
    body = re.search(rf"CREATE TABLE IF NOT EXISTS {table} \((.*?)\n\);", schema_sql(), re.DOTALL)[1]
    found = re.findall(r'("?\w+"?) ([A-Z]+(?:\(\d+,\d+\))?)', body.replace(" NOT NULL", ""))
    return {name.strip('"'): kind for name, kind in found}


def create(con):
    """Makes all canonical tables that are not there yet, and the list of marketplaces."""
    con.execute("SET TimeZone = 'UTC'")
    con.execute(schema_sql())
    con.execute("CREATE TABLE IF NOT EXISTS layout AS SELECT $layout::INTEGER AS layout", {"layout": LAYOUT})
    if not con.sql("SELECT 1 FROM marketplaces LIMIT 1").fetchall():
        rows = [(m.name, m.zone, m.currency, m.country, m.language, m.tax_included) for m in marketplaces().values()]
        con.executemany("INSERT INTO marketplaces VALUES (?, ?, ?, ?, ?, ?)", rows)


def fill_calendar(con, names, first, last):
    """Sees to it that `calendar` holds every day from first to last (and a year beyond) for the named marketplaces.

    A marketplace that orderkit does not know has plain weeks; its holidays are not known, so no business days are claimed.
    """
    last = dt.date(last.year + 1, 12, 31)
    for name in names:
        have = con.sql("SELECT min(day), max(day) FROM calendar WHERE marketplace = $name", params={"name": name}).fetchall()[0]
        if have[0] and have[0] <= first and have[1] >= last:
            continue
        rows = calendar_rows(marketplaces().get(name, unknown(name)), min(first, have[0] or first), max(last, have[1] or last))
        con.execute("DELETE FROM calendar WHERE marketplace = $name", {"name": name})
        columns = [list(column) for column in zip(*rows, strict=True)]
        con.execute(
            "INSERT INTO calendar SELECT unnest($1::VARCHAR[]), unnest($2::DATE[]), unnest($3::DATE[]), unnest($4::VARCHAR[]),"
            " unnest($5::DATE[]), unnest($6::BOOLEAN[]), unnest($7::INTEGER[])",
            columns,
        )
