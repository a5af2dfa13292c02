"""Writes the exports of a simulated shop, each in its genuine layout and holding only what was known at a moment."""

from pathlib import Path

import numpy as np

from orderkit.errors import UnknownName
from orderkit.simulate import export_india, export_money, export_orders, export_returns, export_templates
from orderkit.simulate.layout import content, write_archive, write_table
from orderkit.simulate.moments import moment

# format: what makes its columns, the name of the file (day of the export at the braces), how its cells and lines end
WRITERS = {
    "amazon_all_orders": (export_orders.all_orders, "all-orders-{}.txt", {}),
    "amazon_order_report": (export_orders.order_report, "order-report-{}.txt", {"line_end": "\r\n"}),
    "amazon_mfn_returns": (export_returns.returns_report, "returns-{}.txt", {"blank": " "}),
    "amazon_in_sale_report": (export_india.sale_report, "sale-report-{}.csv", {}),
    "amazon_fba_customer_returns": (export_money.fba_returns, "fba-returns-{}.txt", {}),
    "amazon_settlement_v2": (export_money.settlements, "settlements-{}.zip", {}),
    "costs": (export_templates.costs, "costs.csv", {}),
    "tracking": (export_templates.tracking, "tracking.csv", {}),
    "requests": (export_templates.requests, "requests.csv", {}),
    "inspections": (export_templates.inspections, "inspections.csv", {}),
    "claims": (export_templates.claims, "claims.csv", {}),
    "tariffs": (export_templates.tariffs, "tariffs.csv", {}),
}


def write(truth, folder, *, as_of=None, only=None, variants=None, compress=(), local_clock=True):
    """Writes the exports that a seller could have downloaded at `as_of` into a folder; returns {format: path}.

    Parameters
    ----------
    as_of
        A moment (text with offset, datetime, or a bare day, which means its end in UTC); without one: the end of the
        simulation. A later one than the end is allowed: it tells how open parcels and returns went on.
    only
        Names of formats to write; without it, all that the shop's marketplaces have.
    variants
        {format: layout}, for example {"amazon_all_orders": "v33_2024_2026"} for a file without line ids.
    compress
        Formats to write as .gz.
    local_clock
        Whether the order report shows the clock of the marketplace (older accounts) or UTC.

    Raises UnknownName for a format or layout that does not exist.
    """
    as_of = truth.end if as_of is None else as_of if isinstance(as_of, np.datetime64) else moment(as_of)
    names = list(WRITERS if only is None else [only] if isinstance(only, str) else only)
    folder, written = Path(folder), {}
    for name in names + list(variants or ()) + list(compress):
        if name not in WRITERS:
            raise UnknownName("format that can be simulated", name, WRITERS)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name == "amazon_in_sale_report" and "amazon.in" not in truth.marketplaces:
            continue
        make, file, dialect = WRITERS[name]
        path = folder / file.format(as_of.astype("datetime64[D]"))
        if make is export_money.settlements:
            layout = (variants or {}).get(name)
            files = {part: content(name, cells, rows, variant=layout) for part, cells, rows in make(truth, as_of)}
            written[name] = write_archive(path, files)
            continue
        columns, rows = make(truth, as_of, local_clock) if make is export_orders.order_report else make(truth, as_of)
        variant = (variants or {}).get(name)
        written[name] = write_table(path, name, columns, rows, variant=variant, compress=name in compress, **dialect)
    return written
