"""A reader of exports that shares no code with the writer or the loader."""

import csv
import gzip
import zipfile
from pathlib import Path


def read_rows(path):
    """Header and rows of an export, as a careful human would read it: no quoting in tab files, csv's own rules elsewhere."""
    tables = [_table(text) for text in texts(path)]
    return tables[0][0], [row for table in tables for row in table[1:]]


def texts(path):
    """The text of an export; of a zip, that of each file in it."""
    path = Path(path)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return [archive.read(name).decode("utf-8") for name in archive.namelist()]
    return [(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode("utf-8")]


def _table(text):
    if "\t" in text.split("\n", 1)[0]:
        lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
        return [line.split("\t") for line in lines]
    return list(csv.reader(text.splitlines()))


def read_dicts(path):
    header, rows = read_rows(path)
    return [dict(zip(header, row, strict=True)) for row in rows]
