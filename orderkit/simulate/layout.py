"""Text of an export: cells, and a table in the dialect and with the headers of its format."""

import csv
import gzip
import io
import zipfile
from pathlib import Path

import numpy as np

from orderkit import formats
from orderkit.errors import UnknownName
from orderkit.simulate.moments import to_local

MONTHS = np.array(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the day of files in archives, so that the same shop gives the same bytes
DEFAULT = {
    "amazon_all_orders": "v34_2026_item_id_last", "amazon_order_report": "modern_46", "amazon_mfn_returns": "v33_2026",
    "claims": "template_with_source", "tracking": "template_with_premium",
}  # fmt: skip


def headers(name, variant=None):
    """The genuine header names of a variant of a format, in order; without a variant the newest layout."""
    known = formats.variants(name)
    variant = variant or DEFAULT.get(name) or next(iter(known))
    if variant not in known:
        raise UnknownName(f"variant of {name}", variant, known)
    return known[variant]


def each(values, show):
    """`show` of every value, called once for each different one."""
    different, number = np.unique(np.asarray(values), return_inverse=True)
    return np.array([show(value) for value in different.tolist()], object)[number] if len(number) else np.array([], object)


def money(cents, show=True):
    """Cents as an amount with two decimals; empty where `show` is false."""
    text = each(cents, lambda cent: f"{cent // 100}.{cent % 100:02d}")
    return np.where(show, text, "")


def moments(values, known_until=None):
    """Moments as ISO 8601 with +00:00; empty where there is none, or where it lies after `known_until`."""
    values = np.asarray(values, "datetime64[s]")
    seen = ~np.isnat(values) if known_until is None else values <= known_until
    return np.where(seen, np.strings.add(np.datetime_as_string(values), "+00:00"), "")


def iso_days(values, known_until=None):
    """UTC days as 2025-07-14; empty where there is none, or where the moment lies after `known_until`."""
    values = np.asarray(values, "datetime64[s]")
    seen = ~np.isnat(values) if known_until is None else values <= known_until
    return np.where(seen, np.datetime_as_string(values, unit="D"), "")


def local_moments(values, zone):
    """Moments as ISO 8601 in the clock of a zone, with its offset."""
    values = np.asarray(values, "datetime64[s]")
    local = to_local(values, zone)
    minutes = (local - values).astype("timedelta64[m]").astype(np.int64)
    offset = each(minutes, lambda m: f"{'-' if m < 0 else '+'}{abs(m) // 60:02d}:{abs(m) % 60:02d}")
    return np.where(np.isnat(values), "", np.datetime_as_string(local).astype(object) + offset)


def days(values, known_until, show=True):
    """UTC days as 14-Jul-2025, always with English months; empty where the moment is not known yet."""
    values = np.asarray(values, "datetime64[s]")
    seen = (values <= known_until) & show
    day = np.where(seen, values, np.datetime64(0, "s")).astype("datetime64[D]")
    month = MONTHS[day.astype("datetime64[M]").astype(int) % 12]
    number = (day - day.astype("datetime64[M]").astype("datetime64[D]")).astype(int) + 1
    year = day.astype("datetime64[Y]").astype(int) + 1970
    text = [f"{d:02d}-{m}-{y}" for d, m, y in zip(number.tolist(), month.tolist(), year.tolist(), strict=True)]
    return np.where(seen, np.array(text, object), "")


def yes_no(flags, yes="yes", no="no"):
    """Flags as the words of an export."""
    return np.where(np.asarray(flags, bool), yes, no)


def write_table(path, name, columns, rows, *, variant=None, blank="", line_end="\n", compress=False):
    """Writes one export (see `content`) and returns its path, which ends in .gz if compressed."""
    path, written = Path(path), content(name, columns, rows, variant=variant, blank=blank, line_end=line_end)
    if compress:
        path, written = path.with_name(path.name + ".gz"), gzip.compress(written, mtime=0)
    path.write_bytes(written)
    return path


def write_archive(path, files):
    """Writes {name of a file: bytes} as one zip, the same bytes for the same files, and returns its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, written in files.items():
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), written, zipfile.ZIP_DEFLATED)
    return path


def content(name, columns, rows, *, variant=None, blank="", line_end="\n"):
    """The bytes of one export; headers without a column given stay empty.

    A tab file has no quoting: a quotation mark is data. `columns` go by header name; a single text fills a column.
    """
    names = headers(name, variant)
    cells = [columns.get(header, "") for header in names]
    cells = [[cell] * rows if isinstance(cell, str) else list(cell) for cell in cells]
    if blank:
        cells = [[value or blank for value in cell] for cell in cells]
    text = io.StringIO()
    if formats.formats()[name].quoted:
        writer = csv.writer(text, lineterminator=line_end)
        writer.writerow(names)
        writer.writerows(zip(*cells, strict=True))
    else:
        text.write("\t".join(names) + line_end)
        text.writelines("\t".join(row) + line_end for row in zip(*cells, strict=True))
    return text.getvalue().encode()
