"""Exports with lines of their own above and below the table, as money reports and shops write them."""

import csv
import io
import zipfile
from xml.sax.saxutils import escape

from orderkit.formats import variants


def table(form, layout, rows, *, delimiter=",", quote=False):
    """The text of a known layout; each row is a dict of the cells that are not empty, or a list of cells."""
    headers = variants(form)[layout]
    unknown = {header for row in rows if isinstance(row, dict) for header in row} - set(headers)
    assert not unknown, f"{form} {layout} has no {unknown}"
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows([row.get(header, "") for header in headers] if isinstance(row, dict) else row for row in rows)
    return out.getvalue()


def write(shop, *texts, encoding="utf-8"):
    """A file of these texts one below the other; its path."""
    shop.files += 1
    path = shop.folder / f"{shop.files}.csv"
    path.write_bytes("".join(texts).encode(encoding))
    return path


SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(shop, text):
    """A workbook of one sheet with the cells of a CSV text, all as text; its path."""
    shop.files += 1
    path = shop.folder / f"{shop.files}.xlsx"
    rows = "".join(f"<row>{''.join(map(_cell, cells))}</row>" for cells in csv.reader(io.StringIO(text)))
    book = f'<sheets><sheet name="Po Details" sheetId="1" r:id="r1" xmlns:r="{RELATION}"/></sheets>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}">{book}</workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1"'
        f' Type="{RELATION}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return path


def _cell(text):
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
