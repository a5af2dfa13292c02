"""A reader of exports that shares no code with the writer or the loader."""

import csv
import gzip
from pathlib import Path


def read_rows(path):
    """Header and rows of an export, as a careful human would read it: no quoting in tab files, csv's own rules elsewhere."""
    path = Path(path)
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    text = content.decode("utf-8")
    if "\t" in text.split("\n", 1)[0]:
        lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
        table = [line.split("\t") for line in lines]
    else:
        table = list(csv.reader(text.splitlines()))
    return table[0], table[1:]


def read_dicts(path):
    header, rows = read_rows(path)
    return [dict(zip(header, row, strict=True)) for row in rows]
