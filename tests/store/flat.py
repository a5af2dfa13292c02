"""Reads a JSON or XML export as the load does: recognised, flattened, and the rows with what is not empty in them."""

import csv
import io
import json

from orderkit.formats import formats
from orderkit.store.unpack.trees import flatten, recognise_tree

FORMS = [form for form in formats().values() if form.tree]
ORDER = {"AmazonOrderId": "111-0000001-0000001", "OrderStatus": "Unshipped", "PurchaseDate": "2026-07-01T10:00:00Z"}


def written(tmp_path, content, name="x"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def read(tmp_path, content, kind="json"):
    """(name of the format, records, rows with what is not empty in them) of a file of any known export."""
    content = json.dumps(content) if not isinstance(content, (str, bytes)) else content
    path = written(tmp_path, content)
    form = recognise_tree(path, kind, FORMS)
    assert form is not None, "not recognised"
    count = flatten(path, kind, form, tmp_path / "out.csv")
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    rows = [{name: cell for name, cell in row.items() if cell} for row in csv.DictReader(io.StringIO(text))]
    return form.name, count, rows
